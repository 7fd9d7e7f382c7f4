/* SPDX-License-Identifier: MIT */
/* test_reconnect_live.c - C-47 to C-49: a Reconnect that has to wait, what is under way, and what flows meanwhile. */
#include "conformance.h"

/* ---- calls that wait --------------------------------------------------------------------------------------- */

enum door {
    RECONNECT = 0,
    PUSH_THROUGH,
    DOORS,
};

struct graph_call {
    struct span *s;
    enum door door;
    HANDLE abort;
};

static HRESULT call_graph(void *context)
{
    const struct graph_call *c = context;
    IGraphConfig *config = c->s->r.config;

    return c->door == RECONNECT
               ? CALL(config, Reconnect, c->s->out, c->s->in, NULL, NULL, c->abort, 0)
               : CALL(config, PushThroughData, c->s->out, NULL, c->abort);
}

/* How many samples the source has sent; its gate is closed. */
static uint64_t sent(struct span *s)
{
    struct fake_filter *foreign = CONTAINING_RECORD(s->r.source, struct fake_filter, base);
    uint64_t next;

    if (s->sink == NULL)
        return kit_ledger(s->out).samples;
    pthread_mutex_lock(&foreign->lock);
    next = (uint64_t)foreign->next;
    pthread_mutex_unlock(&foreign->lock);
    return next;
}

/* ---- C-47 ----------------------------------------------------------------------------------------------------- */

struct holder {
    IGraphConfigCallback face;
    struct span *s;
    bool early; /* the abort event is signalled before anybody waits */
};

static HRESULT STDMETHODCALLTYPE holder_query(IGraphConfigCallback *face, REFIID iid,
                                              void **out)
{
    (void)iid;
    *out = face;
    return S_OK;
}

static ULONG STDMETHODCALLTYPE holder_count(IGraphConfigCallback *face)
{
    (void)face;
    return 1;
}

/* Inside the graph's lock: other threads wait for it, and stop waiting. */
static HRESULT STDMETHODCALLTYPE hold_graph(IGraphConfigCallback *face, PVOID context,
                                            DWORD flags)
{
    struct holder *holder = CONTAINING_RECORD(face, struct holder, face);

    (void)context, (void)flags;
    for (enum door door = RECONNECT; door < DOORS; door++) {
        HANDLE abort_event = CreateEventW(NULL, TRUE, holder->early, NULL);
        struct graph_call c = { holder->s, door, abort_event };
        struct elsewhere e;

        elsewhere_start(&e, call_graph, &c);
        if (!holder->early) {
            elsewhere_rests(&e);
            assert_false(elsewhere_is_back(&e));
            SetEvent(abort_event);
        }
        assert_hr(elsewhere_join(&e), VFW_E_STATE_CHANGED);
        CloseHandle(abort_event);
    }
    return S_OK;
}

static const IGraphConfigCallbackVtbl holder_vtbl = {
    .QueryInterface = holder_query,
    .AddRef = holder_count,
    .Release = holder_count,
    .Reconfigure = hold_graph,
};

/* Cancelled: there is none to cancel, samples come, and the next end of the stream is the end. */
static void no_registration_is_left(struct span *s)
{
    assert_hr(CALL(CONNECTION(s->in), NotifyEndOfStream, NULL), S_FALSE);
}

static void abort_in_the_lock(void)
{
    for (unsigned i = 0; i < SPANS * 2; i++) {
        struct holder holder = { { (IGraphConfigCallbackVtbl *)&holder_vtbl },
                                 .early = i % 2 == 1 };
        struct span s;

        span_open_nth(&s, i / 2);
        span_run(&s);
        block(s.out);
        holder.s = &s;
        assert_hr(CALL(s.r.config, Reconfigure, &holder.face, NULL, 0, NULL), S_OK);
        no_registration_is_left(&s);
        assert_int_equal(graph_count(&s.r.g), 3);
        unblock(s.out);
        span_flows(&s);
        span_close(&s);
    }
}

#define LENGTH 100

static unsigned references(IBaseFilter *filter)
{
    CALL(filter, AddRef);
    return LET_GO(filter);
}

static unsigned of_middle, of_sink; /* references, while nobody is inside */

/* A push-through that was given up keeps what it may still be in. */
static void wait_for_the_marker(struct span *s)
{
    until(references(s->r.middle) == of_middle);
    until(references(s->r.sink) == of_sink);
}

/* As span_open, but the stream ends; it runs, and is blocked right after its first samples. */
static void open_limited(struct span *s, bool foreign, IBaseFilter *middle)
{
    struct fake_config source = foreign_source, sink = foreign_sink;
    HANDLE blocked = event_new();
    OAFilterState state;

    memset(s, 0, sizeof(*s));
    source.samples = LENGTH;
    sink.prerolls = true;
    if (foreign) {
        s->sink = fake_filter_new(&sink);
        road_open(&s->r, &fake_filter_new(&source)->base, middle, &s->sink->base);
    } else {
        road_open(&s->r, kit_filter_with(KIT_SOURCE, "limit=100"), middle,
                  kit_filter(KIT_SINK));
    }
    s->out = kit_out(s->r.source);
    s->in = kit_in(s->r.sink);
    of_middle = references(s->r.middle);
    of_sink = references(s->r.sink);
    /* paused, the renderer holds its first sample, and the source's thread with it */
    assert_true(SUCCEEDED(CALL(s->r.g.control, Pause)));
    assert_hr(CALL(s->r.g.control, GetState, KIT_WAIT_MS, &state), S_OK);
    assert_hr(block_flags(s->out, AM_PIN_FLOW_CONTROL_BLOCK, blocked), S_OK);
    road_run(&s->r);
    wait_for(blocked);
    CloseHandle(blocked);
    assert_true(sent(s) < LENGTH);
}

static void ends_once(struct span *s)
{
    span_wait(s, LENGTH);
    assert_true(graph_event(&s->r.g, EC_COMPLETE, KIT_WAIT_MS, NULL));
    assert_int_equal(span_count(s), LENGTH);
    span_is_whole(s);
    assert_int_equal(count_events(&s->r.g, EC_COMPLETE), 0);
}

/* A filter takes the marker and passes nothing on. */
static void abort_as_the_marker_is_eaten(bool foreign, enum door door)
{
    struct fake_config eater = foreign_pass;
    struct fake_filter *middle;
    struct graph_call c = { .door = door };
    struct elsewhere e;
    struct span s;

    eater.holds = 3;
    eater.swallows_end = true;
    middle = fake_filter_new(&eater);
    open_limited(&s, foreign, &middle->base);
    c.s = &s;
    c.abort = event_new();
    elsewhere_start(&e, call_graph, &c);
    span_wait(&s, sent(&s)); /* what it held has come: it has the marker */
    elsewhere_rests(&e);
    assert_false(elsewhere_is_back(&e));
    SetEvent(c.abort);
    assert_hr(elsewhere_join(&e), VFW_E_STATE_CHANGED);
    CloseHandle(c.abort);
    wait_for_the_marker(
        &s); /* till then a foreign end stays told: it could take it for the end */
    no_registration_is_left(&s);
    middle->config.swallows_end = false;
    unblock(s.out);
    ends_once(&s);
    span_close(&s);
}

/* The renderer keeps what comes before the marker waiting. */
static void abort_as_the_marker_is_stuck(IBaseFilter *middle, enum door door)
{
    struct graph_call c = { .door = door };
    struct elsewhere e;
    struct span s;

    open_limited(&s, false, middle);
    kit_shut(0);
    c.s = &s;
    c.abort = event_new();
    elsewhere_start(&e, call_graph, &c);
    assert_true(kit_wait_inside(0));
    elsewhere_rests(&e);
    assert_false(elsewhere_is_back(&e));
    SetEvent(c.abort);
    assert_hr(elsewhere_join(&e), VFW_E_STATE_CHANGED); /* while the marker is on its way */
    CloseHandle(c.abort);
    no_registration_is_left(&s);
    kit_open(0);
    wait_for_the_marker(&s);
    unblock(s.out);
    ends_once(&s);
    span_close(&s);
}

/* A middle that eats the marker, and whose call comes back only when it is told to. */
static struct late_middle {
    IPinVtbl table, was;
    HANDLE go;
    atomic_uint calls;
} late;

static HRESULT STDMETHODCALLTYPE late_end(IPin *face)
{
    HRESULT hr = late.was.EndOfStream(face);

    if (atomic_fetch_add(&late.calls, 1) == 0)
        WaitForSingleObject(late.go, INFINITE);
    return hr;
}

/* The stream ends while the marker's call is still inside: that end is the real one. */
static void the_end_overtakes_the_marker(void)
{
    struct fake_config eater = foreign_pass;
    struct graph_call c = { .door = RECONNECT };
    struct fake_filter *middle;
    struct elsewhere e;
    struct span s;

    eater.swallows_end = true;
    eater.holds = 3;
    middle = fake_filter_new(&eater);
    late.was = late.table = *middle->pins[0].pin.lpVtbl;
    late.table.EndOfStream = late_end;
    middle->pins[0].pin.lpVtbl = &late.table;
    atomic_store(&late.calls, 0);
    late.go = event_new();
    open_limited(&s, false, &middle->base);
    c.s = &s;
    c.abort = event_new();
    elsewhere_start(&e, call_graph, &c);
    span_wait(&s, sent(&s));
    elsewhere_rests(&e);
    SetEvent(c.abort);
    assert_hr(elsewhere_join(&e), VFW_E_STATE_CHANGED);
    CloseHandle(c.abort);
    pthread_mutex_lock(&middle->pins[0].stream);
    middle->config.swallows_end = false;
    pthread_mutex_unlock(&middle->pins[0].stream);
    unblock(s.out);
    span_wait(&s, LENGTH);
    until(atomic_load(&late.calls) == 2); /* the real end is through the middle */
    SetEvent(late.go);
    ends_once(&s);
    span_close(&s);
    CloseHandle(late.go);
}

static void c_47_the_abort_event_ends_both_waits(void **state)
{
    (void)state;
    the_end_overtakes_the_marker();
    abort_in_the_lock();
    for (unsigned i = 0; i < 10; i++) {
        for (enum door door = RECONNECT; door < DOORS; door++) {
            abort_as_the_marker_is_eaten(i % 2 == 1, door);
            abort_as_the_marker_is_stuck(middle_new(i % 2), door);
        }
    }
}

/* ---- C-48 ------------------------------------------------------------------------------------------------------ */

/* Notes what a foreign renderer has got when it is taken off. */
struct witness {
    IPinConnectionVtbl vtbl, was;
    size_t numbers, calls;
};

static HRESULT STDMETHODCALLTYPE witness_disconnect(IPinConnection *face)
{
    struct witness *witness = CONTAINING_RECORD(face->lpVtbl, struct witness, vtbl);

    witness->numbers =
        fake_number_count(CONTAINING_RECORD(face, struct fake_pin, connection)->filter);
    witness->calls++;
    return witness->was.DynamicDisconnect(face);
}

static void witness_attach(struct witness *witness, struct fake_filter *sink)
{
    memset(witness, 0, sizeof(*witness));
    witness->was = witness->vtbl = *sink->pins[0].connection.lpVtbl;
    witness->vtbl.DynamicDisconnect = witness_disconnect;
    sink->pins[0].connection.lpVtbl = &witness->vtbl;
}

/* Samples that wait in a queue, in front of a renderer that takes its time. */
static void through_a_queue(void)
{
    struct graph_call c = { .door = RECONNECT };
    struct fed_road f;
    struct elsewhere e;
    struct span s;

    fed_open(&f, kit_filter_with(KIT_QUEUE, "size=64"), kit_filter(KIT_FREE_SINK));
    kit_shut(0);
    feed_range(&f.feed, f.in, 0, 30);
    assert_true(kit_wait_inside(0));
    s = (struct span){ .r = f.r, .out = kit_out(f.r.source), .in = kit_in(f.r.sink) };
    c.s = &s;
    elsewhere_start(&e, call_graph, &c);
    elsewhere_rests(&e);
    assert_false(elsewhere_is_back(&e)); /* the marker is behind them */
    kit_open(0);
    assert_hr(elsewhere_join(&e), S_OK);
    assert_int_equal(kit_count(0), 30);
    assert_all_there(0);
    kit_recorder_reset(0);
    unblock(s.out);
    assert_flows(0);
    fed_close(&f);
}

static void c_48_samples_before_the_block_arrive(void **state)
{
    struct witness witness;

    (void)state;
    for (unsigned i = 0; i < SPANS; i++) {
        struct span s;

        span_open_nth(&s, i);
        if (s.sink != NULL)
            witness_attach(&witness, s.sink);
        span_run(&s);
        for (unsigned round = 0; round < 5; round++) {
            IBaseFilter *via =
                road_put(&s.r, round == 4 ? kit_filter(KIT_PASS) : middle_new(i), NULL);

            span_wait(&s, span_count(&s) + 10);
            block(s.out);
            if (i % MIDDLES < 2)
                assert_int_equal(span_count(&s), sent(&s) - 5); /* so many are held back */
            assert_hr(CALL(s.r.config, Reconnect, s.out, s.in, NULL, via, NULL, 0), S_OK);
            assert_int_equal(span_count(&s), sent(&s));
            if (s.sink != NULL) {
                assert_int_equal(witness.numbers, sent(&s));
                assert_int_equal(witness.calls, round + 1);
            }
            unblock(s.out);
        }
        span_flows(&s);
        span_close(&s);
    }
    through_a_queue();
}

/* ---- C-49 ------------------------------------------------------------------------------------------------------ */

/* A Reconnect of a road whose leaving filter holds samples back, which the renderer does not take before it is told to. */
struct slow_reconnect {
    struct span s;
    struct elsewhere e;
    struct graph_call call;
};

static void reconnect_begin(struct slow_reconnect *slow)
{
    block(slow->s.out);
    kit_shut(0);
    slow->call = (struct graph_call){ .s = &slow->s, .door = RECONNECT };
    elsewhere_start(&slow->e, call_graph, &slow->call);
    assert_true(kit_wait_inside(0));
}

static void reconnect_end(struct slow_reconnect *slow)
{
    assert_false(elsewhere_is_back(&slow->e));
    kit_open(0);
    assert_hr(elsewhere_join(&slow->e), S_OK);
    assert_int_equal(kit_count(0), kit_ledger(slow->s.in).samples);
    unblock(slow->s.out);
}

/* The other pin of the same source, whose two streams have a thread each. */
static void other_pin_of_the_source(void)
{
    struct slow_reconnect slow = { 0 };
    struct road *r = &slow.s.r;
    IBaseFilter *other;

    road_open(r, twin_source_new(), kit_filter_with(KIT_HOLD, "hold=5"), kit_filter(KIT_SINK));
    other = road_put(r, kit_filter_with(KIT_SINK, "slot=1"), L"other");
    slow.s.out = nth_pin(r->source, PINDIR_OUTPUT, 0);
    slow.s.in = kit_in(r->sink);
    road_join(r, nth_pin(r->source, PINDIR_OUTPUT, 1), kit_in(other));
    span_run(&slow.s);
    reconnect_begin(&slow);
    assert_true(kit_wait_more(1, 100));
    reconnect_end(&slow);
    assert_flows(0);
    assert_flows(1);
    span_close(&slow.s);
}

/* Another source in the same graph. */
static void other_source(void)
{
    struct slow_reconnect slow;
    struct fake_filter *source = fake_filter_new(&foreign_source),
                       *sink = fake_filter_new(&foreign_sink);

    span_open(&slow.s, false, kit_filter_with(KIT_HOLD, "hold=5"));
    (void)road_put(&slow.s.r, &source->base, L"other source");
    (void)road_put(&slow.s.r, &sink->base, L"other sink");
    road_join(&slow.s.r, fake_out(source, 0), fake_in(sink, 0));
    span_run(&slow.s);
    reconnect_begin(&slow);
    assert_true(fake_wait_numbers(sink, fake_number_count(sink) + 100));
    reconnect_end(&slow);
    assert_flows(0);
    assert_true(fake_wait_numbers(sink, fake_number_count(sink) + 100));
    span_close(&slow.s);
}

/* A tee, fed by hand: one leg has the hold and the renderer that is shut, the other goes on.  `queue`: the leg has a queue
 * in front, and is reconnected behind it; `leg`: which one it is. */
static void other_branch_of_a_tee(bool queue, unsigned leg)
{
    struct slow_reconnect slow;
    IBaseFilter *other, *hold;
    struct fed_road f;
    IPin *out;

    fed_prepare(&f, kit_filter(KIT_TEE), kit_filter_with(KIT_FREE_SINK, "slot=1"));
    other = road_put(&f.r, kit_filter(KIT_FREE_SINK), L"other");
    hold = road_put(&f.r, kit_filter_with(KIT_HOLD, "hold=5"), L"hold");
    out = nth_pin(f.r.middle, PINDIR_OUTPUT, 1);
    if (leg == 0) { /* the two legs change places */
        assert_hr(CALL(f.r.g.builder, Disconnect, f.out), S_OK);
        assert_hr(CALL(f.r.g.builder, Disconnect, kit_in(f.r.sink)), S_OK);
        road_join(&f.r, out, kit_in(f.r.sink));
        out = f.out;
    }
    if (queue) {
        IBaseFilter *between = road_put(&f.r, kit_filter(KIT_QUEUE), L"queue");

        road_join(&f.r, out, kit_in(between));
        out = kit_out(between);
    }
    road_join(&f.r, out, kit_in(hold));
    road_join(&f.r, kit_out(hold), kit_in(other));
    road_run(&f.r);
    feed_range(&f.feed, f.in, 0, 10);
    assert_true(kit_wait_count(0, 5));
    slow.s = (struct span){ .r = f.r, .out = out, .in = kit_in(other) };
    reconnect_begin(&slow);
    for (int64_t i = 10; i < 20;
         i++) { /* they wait for the edited leg, and keep nobody waiting */
        struct pin_call c = { &f.feed, f.in, i };
        struct elsewhere e;

        elsewhere_start(&e, call_receive, &c);
        assert_hr(elsewhere_join(&e), S_OK);
    }
    assert_true(kit_wait_count(1, 20));
    reconnect_end(&slow);
    feed_range(&f.feed, f.in, 20, 30);
    for (unsigned slot = 0; slot < 2; slot++) {
        assert_true(kit_wait_count(slot, 30));
        assert_all_there(slot);
    }
    fed_close(&f);
}

static void c_49_other_streams_flow(void **state)
{
    (void)state;
    other_pin_of_the_source();
    other_source();
    other_branch_of_a_tee(true, 0);
    other_branch_of_a_tee(true, 1);
    other_branch_of_a_tee(false, 0);
    other_branch_of_a_tee(false, 1);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(c_47_the_abort_event_ends_both_waits),
    cmocka_unit_test(c_48_samples_before_the_block_arrive),
    cmocka_unit_test(c_49_other_streams_flow),
};

CONFORMANCE_MAIN(tests)
