/* SPDX-License-Identifier: MIT */
/* test_pin_connection.c - C-01 to C-14: IPinConnection of our input pins, between ours and foreign filters. */
#include "conformance.h"

/* ---- the pins -------------------------------------------------------------------------------------- */

static void open_kind(struct fed_road *f, enum ours kind)
{
    fed_open(f, ours_new(kind), kit_filter(KIT_FREE_SINK));
    if (kind == OURS_CONVERTER)
        assert_hr(kit_set(f->r.middle, "also", 'c'), S_OK);
}

/* ---- types ----------------------------------------------------------------------------------------- */

static void c_01_query_accept_yes(void **state)
{
    (void)state;
    for (enum ours kind = OURS_END; kind < OURS_COUNT; kind++) {
        struct fed_road f;
        AM_MEDIA_TYPE type;

        open_kind(&f, kind);
        ours_acceptable(kind, &type);
        assert_hr(CALL(CONNECTION(f.in), DynamicQueryAccept, &type), S_OK);
        /* a question changes nothing */
        assert_true(letter_of(f.in) == (kind == OURS_IN_PLACE ? 0 : 'a'));
        feed_range(&f.feed, f.in, 0, 1);
        CoTaskMemFree(type.pbFormat);
        fed_close(&f);
    }
}

static void refuses(struct fed_road *f, const AM_MEDIA_TYPE *type)
{
    assert_hr(CALL(CONNECTION(f->in), DynamicQueryAccept, type), VFW_E_TYPE_NOT_ACCEPTED);
    assert_hr(CALL(f->in, QueryAccept, type),
              S_FALSE); /* the older question says it otherwise */
    feed_range(&f->feed, f->in, 0, 3);
}

static void c_02_query_accept_no(void **state)
{
    AM_MEDIA_TYPE type;
    struct fed_road f;

    (void)state;
    fake_type(&type, 'z');
    for (enum ours kind = OURS_PASS; kind < OURS_COUNT; kind++) {
        if (ours_hands_on(kind))
            fed_open(&f, ours_new(kind), strict_sink_new('a', 'b'));
        else
            open_kind(&f, kind);
        refuses(&f, &type);
        fed_close(&f);
    }
    fed_open(&f, NULL, strict_sink_new('a', 'b'));
    refuses(&f, &type);
    fed_close(&f);
    /* what it would take itself, but nobody further down does */
    fed_open(&f, kit_filter(KIT_PASS), strict_sink_new('a', 'b'));
    fake_type(&type, 'c');
    refuses(&f, &type);
    fed_close(&f);
}

static void c_03_accepted_type_arrives(void **state)
{
    (void)state;
    for (enum ours kind = OURS_END; kind < OURS_COUNT; kind++) {
        struct fed_road f;
        AM_MEDIA_TYPE type, now;
        IPin *peer;

        open_kind(&f, kind);
        ours_acceptable(kind, &type);
        feed_range(&f.feed, f.in, 0, 2);
        assert_hr(CALL(CONNECTION(f.in), DynamicQueryAccept, &type), S_OK);
        assert_hr(feed_typed(&f.feed, f.in, 2, &type), S_OK);
        feed_range(&f.feed, f.in, 3, 8);
        assert_true(kit_wait_count(0, kind == OURS_HOLD ? 5 : 8)); /* it keeps three back */
        assert_all_there(0);
        assert_hr(CALL(f.in, ConnectedTo, &peer), S_OK);
        assert_ptr_equal(peer, kit_out(f.r.source));
        LET_GO(peer);
        assert_hr(CALL(f.in, ConnectionMediaType, &now), S_OK);
        if (ours_goes_over(kind)) {
            assert_true(IsEqualGUID(&now.subtype, &type.subtype));
            assert_int_equal(now.cbFormat, type.cbFormat);
            if (type.cbFormat != 0)
                assert_memory_equal(now.pbFormat, type.pbFormat, type.cbFormat);
        }
        assert_int_equal(count_events(&f.r.g, EC_ERRORABORT), 0);
        CoTaskMemFree(now.pbFormat);
        CoTaskMemFree(type.pbFormat);
        fed_close(&f);
    }
}

/* ---- the end of the stream --------------------------------------------------------------------------- */

static void c_04_notify_registers(void **state)
{
    (void)state;
    for (enum ours kind = OURS_END; kind < OURS_COUNT; kind++) {
        struct fed_road f;

        open_kind(&f, kind);
        for (unsigned i = 0; i < 3; i++) { /* running, paused, stopped */
            HANDLE event = event_new(), another = event_new();

            assert_hr(CALL(CONNECTION(f.in), NotifyEndOfStream, event), S_OK);
            assert_hr(CALL(CONNECTION(f.in), NotifyEndOfStream, another), S_OK); /* instead */
            assert_false(is_signalled(event) || is_signalled(another));
            if (i == 0) {
                assert_hr(CALL(f.in, EndOfStream), S_OK);
                wait_for(another);
                assert_false(is_signalled(event));
            }
            CloseHandle(event);
            CloseHandle(another);
            assert_hr(CALL(CONNECTION(f.in), NotifyEndOfStream, NULL), S_OK);
            if (i == 0)
                assert_true(SUCCEEDED(CALL(f.r.g.control, Pause)));
            else
                assert_hr(CALL(f.r.g.control, Stop), S_OK);
        }
        fed_close(&f);
    }
}

static void c_05_notify_cancels(void **state)
{
    HANDLE event = event_new();

    (void)state;
    for (enum ours kind = OURS_END; kind < OURS_COUNT; kind++) {
        struct fed_road f;

        open_kind(&f, kind);
        assert_hr(CALL(CONNECTION(f.in), NotifyEndOfStream, NULL), S_FALSE);
        for (unsigned i = 0; i < 2; i++) {
            assert_hr(CALL(CONNECTION(f.in), NotifyEndOfStream, event), S_OK);
            assert_hr(CALL(CONNECTION(f.in), NotifyEndOfStream, NULL), S_OK);
            assert_hr(CALL(CONNECTION(f.in), NotifyEndOfStream, NULL), S_FALSE);
        }
        assert_false(is_signalled(event)); /* cancelled is not reached */
        fed_close(&f);
    }
    CloseHandle(event);
}

/* Twice the end with an event registered, which is cancelled then. */
static void swallow_two(struct fed_road *f)
{
    HANDLE event = event_new();

    assert_hr(CALL(CONNECTION(f->in), NotifyEndOfStream, event), S_OK);
    for (unsigned i = 0; i < 2; i++) {
        assert_hr(CALL(f->in, EndOfStream), S_OK);
        wait_for(event); /* each time anew */
        ResetEvent(event);
    }
    assert_hr(CALL(CONNECTION(f->in), NotifyEndOfStream, NULL), S_OK);
    CloseHandle(event);
}

static void c_06_the_end_is_swallowed(void **state)
{
    struct fake_filter *last;
    struct fed_road f;
    struct probe probe;

    (void)state;
    for (enum ours kind = OURS_END; kind < OURS_COUNT; kind++) {
        open_kind(&f, kind);
        feed_range(&f.feed, f.in, 0, 3);
        swallow_two(&f);
        assert_int_equal(count_events(&f.r.g, EC_COMPLETE), 0);
        assert_int_equal(kit_recorder[0].ends, 0);
        if (kind != OURS_END)
            assert_int_equal(kit_ledger(kit_in(f.r.sink)).markers, 0);
        fed_close(&f);
    }
    /* and nothing of it is seen at a foreign pin behind */
    for (enum ours kind = OURS_PASS; kind < OURS_CONVERTER; kind++) {
        if (kind == OURS_IN_PLACE)
            continue; /* it carries sound, which the foreign one does not take */
        last = fake_filter_new(&foreign_sink);
        probe_attach(&probe, last);
        fed_open(&f, ours_new(kind), &last->base);
        feed_range(&f.feed, f.in, 0, 5);
        probe_wait(&probe, kind == OURS_HOLD ? 3 : 6); /* a segment first */
        swallow_two(&f);
        probe_expect(&probe, kind == OURS_HOLD ? "s0 0 1 " : "s0 0 1 2 3 4 ");
        assert_int_equal(count_events(&f.r.g, EC_COMPLETE), 0);
        fed_close(&f);
    }
}

static void c_07_receive_after_a_swallowed_end(void **state)
{
    (void)state;
    for (enum ours kind = OURS_END; kind < OURS_COUNT; kind++) {
        HANDLE event = event_new();
        struct fed_road f;

        open_kind(&f, kind);
        feed_range(&f.feed, f.in, 0, 5);
        swallow_two(&f);
        feed_range(&f.feed, f.in, 5, 10);
        /* nor does one latch that is not cancelled yet */
        assert_hr(CALL(CONNECTION(f.in), NotifyEndOfStream, event), S_OK);
        assert_hr(CALL(f.in, EndOfStream), S_OK);
        feed_range(&f.feed, f.in, 10, 15);
        assert_true(kit_wait_count(0, kind == OURS_HOLD ? 12 : 15));
        assert_all_there(0);
        CloseHandle(event);
        assert_int_equal(count_events(&f.r.g, EC_ERRORABORT), 0);
        fed_close(&f);
    }
}

static void c_08_one_completion_after_cancelling(void **state)
{
    (void)state;
    for (enum ours kind = OURS_END; kind < OURS_COUNT; kind++) {
        struct fed_road f;

        open_kind(&f, kind);
        feed_range(&f.feed, f.in, 0, 5);
        swallow_two(&f);
        assert_int_equal(count_events(&f.r.g, EC_COMPLETE), 0);
        assert_true(SUCCEEDED(CALL(f.in, EndOfStream)));
        assert_true(SUCCEEDED(CALL(f.in, EndOfStream))); /* twice is once */
        assert_true(graph_event(&f.r.g, EC_COMPLETE, KIT_WAIT_MS, NULL));
        assert_true(kit_wait_count(0, 5));
        until(kit_ledger(kit_in(f.r.sink)).markers == (kind == OURS_END ? 4 : 2));
        assert_hr(CALL(f.r.g.control, Stop), S_OK);
        assert_int_equal(count_events(&f.r.g, EC_COMPLETE), 0);
        fed_close(&f);
    }
}

/* ---- when the event is signalled ---------------------------------------------------------------------- */

/* five samples into f, whose sink takes none before kit_open; the event at `end` must wait for them */
static void event_waits(struct fed_road *f, IPin *end, unsigned slot)
{
    HANDLE event = event_new();
    struct pin_call c = { &f->feed, f->in, 0 };
    struct elsewhere e;

    assert_hr(CALL(CONNECTION(end), NotifyEndOfStream, event), S_OK);
    kit_shut(slot);
    feed_range(&f->feed, f->in, 0, 5); /* what is in between can hold so many */
    assert_true(kit_wait_inside(slot));
    elsewhere_start(&e, call_end, &c);
    elsewhere_rests(&e);
    assert_false(is_signalled(event));
    kit_open(slot);
    wait_for(event);
    assert_int_equal(kit_count(slot), 5);
    assert_all_there(slot);
    assert_hr(elsewhere_join(&e), S_OK);
    assert_hr(CALL(CONNECTION(end), NotifyEndOfStream, NULL), S_OK);
    CloseHandle(event);
}

/* A marker that a flush ate is not reached, and the next one is waited for as if it had never been. */
static void flushed_marker(struct fed_road *f, unsigned slot)
{
    HANDLE event = event_new();

    kit_recorder_reset(slot);
    assert_hr(CALL(CONNECTION(f->in), NotifyEndOfStream, event), S_OK);
    kit_shut(slot);
    feed_range(&f->feed, f->in, 0, 5);
    assert_true(kit_wait_inside(slot));
    assert_hr(CALL(f->in, EndOfStream), S_OK);
    assert_hr(CALL(f->in, BeginFlush), S_OK);
    kit_open(slot);
    assert_hr(CALL(f->in, EndFlush), S_OK);
    assert_false(is_signalled(event));
    feed_range(&f->feed, f->in, 10, 15);
    assert_hr(CALL(f->in, EndOfStream), S_OK);
    wait_for(event);
    assert_int_equal(kit_count(slot), 6); /* one was with the renderer when the flush came */
    assert_hr(CALL(CONNECTION(f->in), NotifyEndOfStream, NULL), S_OK);
    CloseHandle(event);
}

static void c_09_after_the_samples_before(void **state)
{
    struct fake_config holds = foreign_pass;
    struct fed_road f;
    HANDLE event = event_new();
    IBaseFilter *second;

    (void)state;
    /* at the renderer, and at the queue in front of it: signalled as the marker leaves */
    for (unsigned i = 0; i < 2; i++) {
        fed_open(&f, kit_filter(KIT_QUEUE), kit_filter(KIT_FREE_SINK));
        event_waits(&f, i == 0 ? kit_in(f.r.sink) : f.in, 0);
        flushed_marker(&f, 0);
        fed_close(&f);
    }
    /* behind filters that hold samples back */
    holds.holds = 3;
    for (unsigned i = 0; i < 2; i++) {
        fed_open(&f,
                 i == 0 ? kit_filter_with(KIT_HOLD, "hold=3") : &fake_filter_new(&holds)->base,
                 kit_filter(KIT_FREE_SINK));
        assert_hr(CALL(CONNECTION(kit_in(f.r.sink)), NotifyEndOfStream, event), S_OK);
        feed_range(&f.feed, f.in, 0, 5);
        assert_int_equal(kit_count(0), 2);
        assert_false(is_signalled(event));
        assert_hr(CALL(f.in, EndOfStream), S_OK);
        wait_for(event);
        ResetEvent(event);
        assert_int_equal(kit_count(0), 5);
        assert_all_there(0);
        fed_close(&f);
    }
    CloseHandle(event);
    /* at a tee, whose second renderer takes its samples from a thread of its own */
    fed_prepare(&f, kit_filter(KIT_TEE), kit_filter(KIT_FREE_SINK));
    second = road_put(&f.r, kit_filter_with(KIT_FREE_SINK, "slot=1"), L"second");
    road_join(&f.r, nth_pin(f.r.middle, PINDIR_OUTPUT, 1), kit_in(second));
    road_run(&f.r);
    event_waits(&f, f.in, 1);
    assert_true(kit_wait_count(0, 5));
    flushed_marker(&f, 1);
    fed_close(&f);
}

/* ---- where a search ends ------------------------------------------------------------------------------- */

/* What IsEndPin has to say of a registered class, or S_OK and no pin. */
static void check_class(const struct rg_class_info *info, unsigned *ret_ends,
                        unsigned *ret_others)
{
    IBaseFilter *filter = NULL;
    unsigned in = 0, out = 0;
    IEnumPins *list;
    IPin *pin;

    if (strcmp(info->kind, "transform") != 0 && strcmp(info->kind, "sink") != 0)
        return;
    assert_hr(CoCreateInstance(&info->clsid, NULL, CLSCTX_INPROC_SERVER, &IID_IBaseFilter,
                               (void **)&filter),
              S_OK);
    assert_hr(CALL(filter, EnumPins, &list), S_OK);
    while (CALL(list, Next, 1, &pin, NULL) == S_OK) {
        PIN_DIRECTION direction;

        CALL(pin, QueryDirection, &direction);
        in += direction == PINDIR_INPUT;
        out += direction == PINDIR_OUTPUT;
        LET_GO(pin);
    }
    LET_GO(list);
    if (in != 0) {
        /* a tee has more than one way on, a multiplexer more than one way in */
        bool is_end =
            out == 0 || strstr(info->name, "tee") != NULL || strcmp(info->name, "avi_mux") == 0;
        HRESULT hr = CALL(CONNECTION(kit_in(filter)), IsEndPin);

        if (hr != (is_end ? S_OK : S_FALSE))
            fail_msg("%s: IsEndPin says 0x%08x", info->name, (unsigned)hr);
        *(is_end ? ret_ends : ret_others) += 1;
    }
    LET_GO(filter);
}

static void c_10_is_end_pin(void **state)
{
    unsigned ends = 0, others = 0;
    struct rg_class_info info;

    (void)state;
    for (enum ours kind = OURS_END; kind < OURS_COUNT; kind++) {
        struct fed_road f;
        HRESULT wanted = kind == OURS_END || kind == OURS_TEE ? S_OK : S_FALSE;

        open_kind(&f, kind);
        assert_hr(CALL(CONNECTION(f.in), IsEndPin), wanted);
        assert_hr(CALL(f.r.g.control, Stop), S_OK); /* the same in every state */
        assert_hr(CALL(CONNECTION(f.in), IsEndPin), wanted);
        fed_close(&f);
    }
    for (unsigned i = 0; rg_class_at(i, &info) == S_OK; i++)
        check_class(&info, &ends, &others);
    assert_true(ends > 1 && others > 1);
}

/* ---- taking a pin off -------------------------------------------------------------------------------------- */

/* source ! kind ! sink without feeding, in a running or paused graph with its gate closed */
static void open_still(struct road *r, enum ours kind, bool foreign_source_too, bool run)
{
    IBaseFilter *source =
        foreign_source_too ? &fake_filter_new(&foreign_source)->base : kit_filter(KIT_SOURCE);

    road_open(r, source, ours_new(kind), kit_filter(KIT_FREE_SINK));
    block(kit_out(source));
    if (run)
        road_run(r);
    else
        assert_true(SUCCEEDED(CALL(r->g.control, Pause)));
}

static IPin *first_in(struct road *r)
{
    return r->middle != NULL ? kit_in(r->middle) : kit_in(r->sink);
}

static void c_11_dynamic_disconnect(void **state)
{
    (void)state;
    for (unsigned i = 0; i < OURS_COUNT * 2; i++) {
        enum ours kind = (enum ours)(i % OURS_COUNT);
        bool foreign = i >= OURS_COUNT;
        IPin *in, *peer = NULL;
        AM_MEDIA_TYPE type;
        struct road r;

        if (foreign && kind == OURS_IN_PLACE)
            continue; /* it carries sound, which the foreign one does not give */
        for (unsigned run = 0; run < 2; run++) {
            open_still(&r, kind, foreign, run != 0);
            in = first_in(&r);
            assert_hr(CALL(CONNECTION(in), DynamicDisconnect), S_OK);
            assert_hr(CALL(in, ConnectedTo, &peer), VFW_E_NOT_CONNECTED);
            assert_null(peer);
            assert_hr(CALL(in, ConnectionMediaType, &type), VFW_E_NOT_CONNECTED);
            assert_hr(CALL(CONNECTION(in), DynamicDisconnect), S_FALSE);
            /* its filter goes on, and takes a new connection */
            assert_int_equal(kit_state(r.middle != NULL ? r.middle : r.sink),
                             run != 0 ? State_Running : State_Paused);
            assert_hr(CALL(kit_out(r.source), Disconnect), S_OK);
            assert_hr(CALL(kit_out(r.source), Connect, in, NULL), S_OK);
            unblock(kit_out(r.source));
            road_run(&r);
            assert_flows(0);
            road_close(&r);
        }
    }
}

static void c_12_dynamic_disconnect_of_nothing(void **state)
{
    (void)state;
    for (enum ours kind = OURS_END; kind < OURS_COUNT; kind++) {
        IBaseFilter *filter = kind == OURS_END ? kit_filter(KIT_FREE_SINK) : ours_new(kind);

        assert_hr(CALL(CONNECTION(kit_in(filter)), DynamicDisconnect), S_FALSE);
        assert_hr(CALL(filter, Pause), S_OK);
        assert_hr(CALL(CONNECTION(kit_in(filter)), DynamicDisconnect), S_FALSE);
        assert_hr(CALL(filter, Run, 0), S_OK);
        assert_hr(CALL(CONNECTION(kit_in(filter)), DynamicDisconnect), S_FALSE);
        assert_hr(CALL(filter, Stop), S_OK);
        assert_int_equal(LET_GO(filter), 0);
    }
}

static void c_13_disconnect_is_refused(void **state)
{
    (void)state;
    for (enum ours kind = OURS_END; kind < OURS_COUNT; kind++) {
        IBaseFilter *lonely = kind == OURS_END ? kit_filter(KIT_FREE_SINK) : ours_new(kind);
        IPin *in, *peer;
        struct road r;

        open_still(&r, kind, false, false);
        in = first_in(&r);
        assert_hr(CALL(in, Disconnect), VFW_E_NOT_STOPPED);
        assert_hr(CALL(in, ConnectedTo, &peer), S_OK);
        assert_ptr_equal(peer, kit_out(r.source));
        LET_GO(peer);
        unblock(kit_out(r.source));
        road_run(&r);
        assert_hr(CALL(in, Disconnect), VFW_E_NOT_STOPPED);
        assert_flows(0);
        assert_hr(CALL(r.g.control, Stop), S_OK);
        assert_hr(CALL(in, Disconnect), S_OK);
        assert_hr(CALL(in, Disconnect), S_FALSE);
        /* the state is looked at first */
        assert_hr(CALL(lonely, Pause), S_OK);
        assert_hr(CALL(kit_in(lonely), Disconnect), VFW_E_NOT_STOPPED);
        assert_hr(CALL(lonely, Stop), S_OK);
        LET_GO(lonely);
        road_close(&r);
    }
}

static void c_14_the_peer_stays_connected(void **state)
{
    (void)state;
    for (unsigned i = 0; i < OURS_COUNT * 2; i++) {
        enum ours kind = (enum ours)(i % OURS_COUNT);
        IPin *in, *out, *peer = NULL;
        struct road r;

        if (i >= OURS_COUNT && kind == OURS_IN_PLACE)
            continue;
        open_still(&r, kind, i >= OURS_COUNT, true);
        in = first_in(&r);
        out = kit_out(r.source);
        assert_hr(CALL(CONNECTION(in), DynamicDisconnect), S_OK);
        assert_hr(CALL(out, ConnectedTo, &peer), S_OK);
        assert_ptr_equal(peer, in);
        LET_GO(peer);
        if (r.middle != NULL) { /* and so does its own filter's output */
            assert_hr(CALL(kit_out(r.middle), ConnectedTo, &peer), S_OK);
            LET_GO(peer);
        }
        assert_hr(CALL(out, Disconnect), S_OK);
        assert_hr(CALL(out, ConnectedTo, &peer), VFW_E_NOT_CONNECTED);
        road_close(&r);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(c_01_query_accept_yes),
    cmocka_unit_test(c_02_query_accept_no),
    cmocka_unit_test(c_03_accepted_type_arrives),
    cmocka_unit_test(c_04_notify_registers),
    cmocka_unit_test(c_05_notify_cancels),
    cmocka_unit_test(c_06_the_end_is_swallowed),
    cmocka_unit_test(c_07_receive_after_a_swallowed_end),
    cmocka_unit_test(c_08_one_completion_after_cancelling),
    cmocka_unit_test(c_09_after_the_samples_before),
    cmocka_unit_test(c_10_is_end_pin),
    cmocka_unit_test(c_11_dynamic_disconnect),
    cmocka_unit_test(c_12_dynamic_disconnect_of_nothing),
    cmocka_unit_test(c_13_disconnect_is_refused),
    cmocka_unit_test(c_14_the_peer_stays_connected),
};

CONFORMANCE_MAIN(tests)
