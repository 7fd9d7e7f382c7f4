/* SPDX-License-Identifier: MIT */
/* test_flow.c - C-66 to C-70, C-81, C-82: what pins answer to samples, types and connections; allocators; order; quality. */
#include "conformance.h"

/* ---- Receive ----------------------------------------------------------------------------------------------- */

/* A sample with a type that the pin does not take, and what comes after it. */
static void refused_type(struct fed_road *f)
{
    AM_MEDIA_TYPE odd;
    LONG_PTR p1, p2;
    LONG code;

    fake_type(&odd, 'z');
    while (CALL(f->r.g.event, GetEvent, &code, &p1, &p2, 0) == S_OK)
        continue;
    assert_hr(feed_typed(&f->feed, f->in, 100, &odd), VFW_E_INVALIDMEDIATYPE);
    for (unsigned i = 0; i < 3; i++)
        assert_hr(feed_send(&f->feed, f->in, 101), VFW_E_RUNTIME_ERROR);
    do
        assert_hr(CALL(f->r.g.event, GetEvent, &code, &p1, &p2, KIT_WAIT_MS), S_OK);
    while (code != EC_ERRORABORT);
    assert_hr(p1, VFW_E_TYPE_NOT_ACCEPTED);
    assert_int_equal(count_events(&f->r.g, EC_ERRORABORT), 0);
}

static void c_66_what_receive_answers(void **state)
{
    (void)state;
    for (enum ours kind = OURS_END; kind < OURS_COUNT; kind++) {
        struct fed_road f;

        ours_fed(&f, kind);
        assert_hr(feed_send(&f.feed, f.in, 0), VFW_E_WRONG_STATE);
        road_run(&f.r);
        feed_range(&f.feed, f.in, 0, 5);
        assert_hr(CALL(f.in, BeginFlush), S_OK);
        assert_hr(feed_send(&f.feed, f.in, 5), S_FALSE);
        assert_hr(feed_send(&f.feed, f.in, 5), S_FALSE);
        assert_hr(CALL(f.in, EndFlush), S_OK);
        feed_range(&f.feed, f.in, 5, 10);
        refused_type(&f);
        assert_hr(CALL(f.in, BeginFlush), S_OK);
        assert_hr(CALL(f.in, EndFlush), S_OK);
        feed_range(&f.feed, f.in, 10, 15);
        refused_type(&f);
        assert_hr(CALL(f.r.g.control, Stop), S_OK);
        assert_hr(feed_send(&f.feed, f.in, 15), VFW_E_WRONG_STATE);
        road_run(&f.r);
        feed_range(&f.feed, f.in, 15, 20);
        fed_close(&f);
    }
}

/* ---- connecting while active --------------------------------------------------------------------------------- */

static void c_67_receive_connection_again(void **state)
{
    (void)state;
    for (unsigned i = 0; i < OURS_COUNT * 2; i++) {
        enum ours kind = (enum ours)(i % OURS_COUNT);
        IBaseFilter *stranger = kit_filter(KIT_SOURCE);
        AM_MEDIA_TYPE type, odd, now;
        struct fed_road f;
        IPin *peer;

        ours_fed(&f, kind);
        peer = kit_out(f.r.source);
        if (i < OURS_COUNT)
            road_run(&f.r);
        else
            assert_true(SUCCEEDED(CALL(f.r.g.control, Pause)));
        ours_acceptable(kind, &type);
        fake_type(&odd, 'z');
        assert_hr(CALL(f.in, ReceiveConnection, kit_out(stranger), &type),
                  VFW_E_ALREADY_CONNECTED);
        assert_hr(CALL(f.in, ReceiveConnection, peer, &odd), VFW_E_TYPE_NOT_ACCEPTED);
        assert_true(letter_of(f.in) == (kind == OURS_IN_PLACE ? 0 : 'a'));
        assert_hr(CALL(f.in, ReceiveConnection, peer, &type), S_OK);
        assert_hr(CALL(f.in, ConnectionMediaType, &now), S_OK);
        assert_true(IsEqualGUID(&now.subtype, &type.subtype));
        if (ours_goes_over(kind) && type.cbFormat != 0)
            assert_memory_equal(now.pbFormat, type.pbFormat, type.cbFormat);
        CoTaskMemFree(now.pbFormat);
        assert_hr(CALL(f.in, ReceiveConnection, kit_out(stranger), &type),
                  VFW_E_ALREADY_CONNECTED);
        assert_hr(CALL(f.in, ConnectedTo, &peer), S_OK);
        assert_ptr_equal(peer, kit_out(f.r.source));
        LET_GO(peer);
        road_run(&f.r);
        feed_range(&f.feed, f.in, 0, 5);
        CoTaskMemFree(type.pbFormat);
        LET_GO(stranger);
        fed_close(&f);
    }
}

/* A committed allocator has a sample to give, or says that all are out. */
static void is_committed(IMemAllocator *allocator)
{
    IMediaSample *sample = NULL;
    HRESULT hr = CALL(allocator, GetBuffer, &sample, NULL, NULL, AM_GBF_NOWAIT);

    if (hr == S_OK)
        LET_GO(sample);
    else
        assert_hr(hr, VFW_E_TIMEOUT);
}

static IMemAllocator *allocator_of(IPin *in) /* a reference */
{
    IMemAllocator *allocator = NULL;

    assert_hr(CALL(MEMORY(in), GetAllocator, &allocator), S_OK);
    return allocator;
}

static void c_68_connect_while_active(void **state)
{
    (void)state;
    for (unsigned i = 0; i < OURS_COUNT * 4; i++) {
        enum ours kind = (enum ours)(i % OURS_COUNT);
        bool foreign = i / OURS_COUNT % 2 == 1, run = i / OURS_COUNT / 2 == 1;
        struct fake_config config = foreign_sink;
        struct fake_filter *fake;
        IMemAllocator *allocator;
        IBaseFilter *sink;
        struct road r;
        IPin *out;

        if (foreign && kind == OURS_IN_PLACE)
            continue; /* it carries sound, which the foreign one does not take */
        config.in_types = "ab";
        fake = foreign ? fake_filter_new(&config) : NULL;
        road_open_empty(&r);
        r.source = road_put(&r, kit_filter(KIT_SOURCE), L"source");
        sink = road_put(&r, foreign ? &fake->base : kit_filter(KIT_FREE_SINK), L"sink");
        if (kind != OURS_END) {
            r.middle = road_put(&r, ours_new(kind), L"fx");
            road_join(&r, kit_out(r.source), kit_in(r.middle));
            block(kit_out(r.source)); /* nothing comes before there is a road */
        }
        out = ours_out(&r);
        if (run)
            road_run(&r);
        else
            assert_true(SUCCEEDED(CALL(r.g.control, Pause)));
        assert_hr(CALL(out, Connect, kit_in(sink), NULL), S_OK);
        if (foreign) {
            pthread_mutex_lock(&fake->lock);
            allocator = fake->pins[0].allocator;
            CALL(allocator, AddRef);
            pthread_mutex_unlock(&fake->lock);
        } else {
            allocator = allocator_of(kit_in(sink));
        }
        is_committed(allocator);
        LET_GO(allocator);
        if (kind != OURS_END)
            unblock(kit_out(r.source));
        road_run(&r);
        if (foreign)
            assert_true(fake_wait_numbers(fake, 20));
        else
            assert_flows(0);
        road_close(&r);
    }
}

/* ---- allocators ------------------------------------------------------------------------------------------------ */

static IMemAllocator *pool_new(LONG buffers)
{
    ALLOCATOR_PROPERTIES want = { buffers, 64, 1, 0 }, got;
    IMemAllocator *pool;

    assert_hr(CoCreateInstance(&CLSID_MemoryAllocator, NULL, CLSCTX_INPROC_SERVER,
                               &IID_IMemAllocator, (void **)&pool),
              S_OK);
    assert_hr(CALL(pool, SetProperties, &want, &got), S_OK);
    assert_hr(CALL(pool, Commit), S_OK);
    return pool;
}

static HRESULT call_get_buffer(void *pool)
{
    IMediaSample *sample = NULL;
    HRESULT hr = CALL((IMemAllocator *)pool, GetBuffer, &sample, NULL, NULL, 0);

    if (sample != NULL)
        LET_GO(sample);
    return hr;
}

static void c_69_decommit_wakes(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 20; i++) {
        IMemAllocator *pool = pool_new(1);
        struct elsewhere e[3];
        IMediaSample *only;

        assert_hr(CALL(pool, GetBuffer, &only, NULL, NULL, 0), S_OK);
        for (unsigned n = 0; n < COUNT_OF(e); n++)
            elsewhere_start(&e[n], call_get_buffer, pool);
        elsewhere_all_rest(e, COUNT_OF(e));
        for (unsigned n = 0; n < COUNT_OF(e); n++)
            assert_false(elsewhere_is_back(&e[n]));
        assert_hr(CALL(pool, Decommit), S_OK);
        if (i % 2 == 1) /* also if it is committed again at once */
            assert_hr(CALL(pool, Commit), S_OK);
        for (unsigned n = 0; n < COUNT_OF(e); n++)
            assert_hr(elsewhere_join(&e[n]), VFW_E_NOT_COMMITTED);
        assert_hr(CALL(pool, Decommit), S_OK);
        assert_hr(call_get_buffer(pool), VFW_E_NOT_COMMITTED);
        LET_GO(only);
        assert_int_equal(LET_GO(pool), 0);
    }
}

static void c_70_set_properties_while_in_use(void **state)
{
    ALLOCATOR_PROPERTIES want = { 3, 32, 1, 0 }, got;
    IMemAllocator *pool = pool_new(2), *of_link;
    IMediaSample *sample;
    struct fed_road f;

    (void)state;
    assert_int_equal((unsigned)VFW_E_ALREADY_COMMITTED, 0x8004020Fu);
    assert_int_equal((unsigned)VFW_E_BUFFERS_OUTSTANDING, 0x80040210u);
    assert_hr(CALL(pool, SetProperties, &want, &got), VFW_E_ALREADY_COMMITTED);
    assert_hr(CALL(pool, GetBuffer, &sample, NULL, NULL, 0), S_OK);
    assert_hr(CALL(pool, SetProperties, &want, &got), VFW_E_ALREADY_COMMITTED);
    assert_hr(CALL(pool, Decommit), S_OK);
    assert_hr(CALL(pool, SetProperties, &want, &got), VFW_E_BUFFERS_OUTSTANDING);
    LET_GO(sample);
    assert_hr(CALL(pool, SetProperties, &want, &got), S_OK);
    assert_int_equal(got.cBuffers, 3);
    assert_int_equal(LET_GO(pool), 0);
    /* the one of a connection */
    fed_open(&f, NULL, kit_filter(KIT_FREE_SINK));
    of_link = allocator_of(f.in);
    assert_hr(CALL(of_link, SetProperties, &want, &got), VFW_E_ALREADY_COMMITTED);
    assert_hr(CALL(of_link, GetBuffer, &sample, NULL, NULL, 0), S_OK);
    assert_hr(CALL(f.r.g.control, Stop), S_OK);
    assert_hr(CALL(of_link, SetProperties, &want, &got), VFW_E_BUFFERS_OUTSTANDING);
    LET_GO(sample);
    assert_hr(CALL(of_link, SetProperties, &want, &got), S_OK);
    LET_GO(of_link);
    fed_close(&f);
}

/* ---- order through a queue ---------------------------------------------------------------------------------------- */

static void segment_and_samples(struct feed *feed, IPin *in, REFERENCE_TIME start, int64_t from,
                                int64_t to)
{
    assert_hr(CALL(in, NewSegment, start, INT64_MAX, 1.0), S_OK);
    feed_range(feed, in, from, to);
}

static void c_81_segments_keep_their_place(void **state)
{
    static const char wanted[] = "s10 0 1 2 s20 s30 3 s40 4 5 e ";
    struct probe probes[2];
    struct fed_road f;

    (void)state;
    for (unsigned i = 0; i < 3; i++) { /* a queue; a tee, whose legs have queues of their own */
        struct fake_filter *sinks[2] = { fake_filter_new(&foreign_sink),
                                         i != 0 ? fake_filter_new(&foreign_sink) : NULL };

        for (unsigned n = 0; n < 2 && sinks[n] != NULL; n++)
            probe_attach(&probes[n], sinks[n]);
        fed_prepare(&f, kit_filter(i == 0 ? KIT_QUEUE : KIT_TEE), &sinks[0]->base);
        if (sinks[1] != NULL)
            road_join(&f.r, nth_pin(f.r.middle, PINDIR_OUTPUT, 1),
                      kit_in(road_put(&f.r, &sinks[1]->base, L"second")));
        if (i == 1)
            f.out = nth_pin(f.r.middle, PINDIR_OUTPUT, 1);
        road_run(&f.r);
        block(f.out); /* everything waits */
        segment_and_samples(&f.feed, f.in, 10, 0, 3);
        segment_and_samples(&f.feed, f.in, 20, 3, 3);
        segment_and_samples(&f.feed, f.in, 30, 3, 4);
        segment_and_samples(&f.feed, f.in, 40, 4, 6);
        assert_hr(CALL(f.in, EndOfStream), S_OK);
        unblock(f.out);
        for (unsigned n = 0; n < 2 && sinks[n] != NULL; n++) {
            probe_wait(&probes[n], 11);
            probe_expect(&probes[n], wanted);
        }
        fed_close(&f);
    }
}

/* ---- quality ---------------------------------------------------------------------------------------------------- */

/* Gives the output of a foreign filter an IQualityControl. */
struct listener {
    IPinVtbl vtbl, was;
    IQualityControl face;
    IPin *pin;
    unsigned messages;
    Quality last;
};

static HRESULT STDMETHODCALLTYPE pin_query(IPin *face, REFIID iid, void **out)
{
    struct listener *listener = CONTAINING_RECORD(face->lpVtbl, struct listener, vtbl);

    if (out == NULL || !IsEqualIID(iid, &IID_IQualityControl))
        return listener->was.QueryInterface(face, iid, out);
    *out = &listener->face;
    CALL(face, AddRef);
    return S_OK;
}

#define LISTENER(face) CONTAINING_RECORD(face, struct listener, face)

static HRESULT STDMETHODCALLTYPE listener_query(IQualityControl *face, REFIID iid, void **out)
{
    return CALL(LISTENER(face)->pin, QueryInterface, iid, out);
}

static ULONG STDMETHODCALLTYPE listener_addref(IQualityControl *face)
{
    return CALL(LISTENER(face)->pin, AddRef);
}

static ULONG STDMETHODCALLTYPE listener_release(IQualityControl *face)
{
    return LET_GO(LISTENER(face)->pin);
}

static HRESULT STDMETHODCALLTYPE listener_notify(IQualityControl *face, IBaseFilter *from,
                                                 Quality q)
{
    (void)from;
    LISTENER(face)->messages++;
    LISTENER(face)->last = q;
    return S_OK;
}

static const IQualityControlVtbl listener_vtbl = {
    .QueryInterface = listener_query,
    .AddRef = listener_addref,
    .Release = listener_release,
    .Notify = listener_notify,
};

static IBaseFilter *listening(struct listener *listener, const struct fake_config *config)
{
    struct fake_filter *fake = fake_filter_new(config);

    memset(listener, 0, sizeof(*listener));
    listener->pin = fake_out(fake, 0);
    listener->was = listener->vtbl = *listener->pin->lpVtbl;
    listener->vtbl.QueryInterface = pin_query;
    listener->pin->lpVtbl = &listener->vtbl;
    listener->face.lpVtbl = (IQualityControlVtbl *)&listener_vtbl;
    return &fake->base;
}

/* As a renderer does: its peer, looked up now. */
static HRESULT complain(IPin *in, LONG proportion)
{
    Quality q = { Flood, proportion, 5 * KIT_SAMPLE_TIME, 0 };
    IQualityControl *control;
    IPin *peer;
    HRESULT hr;

    assert_hr(CALL(in, ConnectedTo, &peer), S_OK);
    assert_hr(CALL(peer, QueryInterface, &IID_IQualityControl, (void **)&control), S_OK);
    hr = CALL(control, Notify, NULL, q);
    LET_GO(control);
    LET_GO(peer);
    return hr;
}

/* source ! old ! ours ! sink becomes source ! new ! ours ! sink; `direct`: without the one of ours. */
static void new_foreign_filter_hears(bool foreign_ends, bool direct)
{
    struct listener old, fresh;
    struct span s;
    IPin *in;

    span_open(&s, foreign_ends, direct ? NULL : kit_filter(KIT_PASS));
    in = direct ? s.in : kit_in(s.r.middle);
    assert_hr(CALL(s.r.config, Reconnect, s.out, in, NULL,
                   road_put(&s.r, listening(&old, &foreign_pass), L"old"), NULL, 0),
              S_OK);
    span_run(&s);
    assert_hr(complain(s.in, 900), S_OK);
    assert_int_equal(old.messages, 1);
    block(s.out);
    assert_hr(CALL(s.r.config, Reconnect, s.out, in, NULL,
                   road_put(&s.r, listening(&fresh, &foreign_pass), L"new"), NULL,
                   AM_GRAPH_CONFIG_RECONNECT_CACHE_REMOVED_FILTERS),
              S_OK);
    assert_hr(complain(s.in, 700), S_OK); /* while it is blocked, and after */
    unblock(s.out);
    span_flows(&s);
    assert_hr(complain(s.in, 600), S_OK);
    assert_int_equal(old.messages, 1);
    assert_int_equal(fresh.messages, 2);
    assert_int_equal(fresh.last.Proportion, 600);
    span_close(&s);
}

/* A new filter of ours hands on what it hears to the source behind it. */
static void new_filter_of_ours_hands_on(void)
{
    static const enum ours kinds[] = { OURS_PASS, OURS_TEE, OURS_QUEUE, OURS_HOLD };

    for (unsigned i = 0; i < COUNT_OF(kinds); i++) {
        struct listener source;
        struct span s = { 0 };

        road_open(&s.r, listening(&source, &foreign_source), kit_filter(KIT_PASS),
                  kit_filter(KIT_FREE_SINK));
        s.out = kit_out(s.r.source);
        s.in = kit_in(s.r.sink);
        road_run(&s.r);
        assert_hr(complain(s.in, 900), S_OK);
        assert_int_equal(source.messages, 1);
        block(s.out);
        assert_hr(CALL(s.r.config, Reconnect, s.out, s.in, NULL,
                       road_put(&s.r, ours_new(kinds[i]), L"new"), NULL, 0),
                  S_OK);
        unblock(s.out);
        assert_hr(complain(s.in, 800), S_OK);
        assert_int_equal(source.messages, 2);
        assert_int_equal(source.last.Proportion, 800);
        assert_flows(0);
        span_close(&s);
    }
}

static void c_82_quality_after_a_reconnection(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 4; i++)
        new_foreign_filter_hears(i % 2 == 1, i / 2 == 1);
    new_filter_of_ours_hands_on();
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(c_66_what_receive_answers),
    cmocka_unit_test(c_67_receive_connection_again),
    cmocka_unit_test(c_68_connect_while_active),
    cmocka_unit_test(c_69_decommit_wakes),
    cmocka_unit_test(c_70_set_properties_while_in_use),
    cmocka_unit_test(c_81_segments_keep_their_place),
    cmocka_unit_test(c_82_quality_after_a_reconnection),
};

CONFORMANCE_MAIN(tests)
