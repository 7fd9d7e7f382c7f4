/* SPDX-License-Identifier: MIT */
/* test_end.c - the end of the stream before, while and after an edit; push-through is no end. */
#include "platform/memory.h"
#include "transaction_test.h"

#define LENGTH 2000

static void assert_completes_once(struct road *r, unsigned slot)
{
    assert_true(graph_event(&r->g, EC_COMPLETE, KIT_WAIT_MS, NULL));
    assert_false(graph_event(&r->g, EC_COMPLETE, 0, NULL));
    assert_int_equal(kit_count(slot), LENGTH);
    assert_all_there(slot);
    assert_int_equal(kit_recorder[slot].ends, 1);
}

static IBaseFilter *source(void)
{
    char text[32];

    snprintf(text, sizeof(text), "limit=%d", LENGTH);
    return kit_filter_with(KIT_SOURCE, text);
}

/* The source has ended, its end of stream was delivered, then the filter behind it is swapped: by the events alone the
 * new road would never end. */
static void swap_after_the_end(void **state)
{
    const enum kit_kind kinds[] = { KIT_PASS, KIT_HOLD, KIT_QUEUE };

    (void)state;
    for (unsigned i = 0; i < 9; i++) {
        struct road r;
        CERTIFICATE(c);

        road_open(&r, source(), kit_filter(kinds[i % 3]), kit_filter(KIT_SINK));
        road_run(&r);
        assert_completes_once(&r, 0);
        assert_hr(road_swap(&r, kit_filter(kinds[i / 3]), &c), S_OK);
        assert_int_equal(c.drained, 0);
        assert_false(graph_event(&r.g, EC_COMPLETE, 0, NULL));
        assert_int_equal(kit_count(0), LENGTH);
        road_close(&r);
    }
}

/* The source has ended, but the sink has not heard of it: the end waits in a queue behind the swapped filter. */
static void swap_between_end_and_sink(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        struct road r;
        IBaseFilter *queue;
        HRESULT hr;

        road_open_empty(&r);
        r.source = road_put(&r, kit_filter_with(KIT_SOURCE, "limit=4"), L"source");
        r.middle = road_put(&r, kit_filter(i % 2 == 0 ? KIT_HOLD : KIT_PASS), L"fx");
        queue = road_put(&r, kit_filter(KIT_QUEUE), L"queue");
        r.sink = road_put(&r, kit_filter(KIT_SINK), L"sink");
        road_join(&r, kit_out(r.source), kit_in(r.middle));
        road_join(&r, kit_out(r.middle), kit_in(queue));
        road_join(&r, kit_out(queue), kit_in(r.sink));
        kit_shut(0);
        road_run(&r);
        assert_true(kit_wait_inside(0));
        hr = road_swap(&r, kit_filter(i / 2 == 0 ? KIT_HOLD : KIT_PASS), NULL);
        assert_hr(hr, S_OK);
        kit_open(0);
        assert_true(graph_event(&r.g, EC_COMPLETE, KIT_WAIT_MS, NULL));
        assert_int_equal(kit_count(0), 4);
        assert_all_there(0);
        assert_int_equal(kit_recorder[0].ends, 1);
        assert_false(graph_event(&r.g, EC_COMPLETE, 0, NULL));
        road_close(&r);
    }
}

/* The edit closes the gate on the very end: the source says it to the new road. */
static void swap_at_the_end(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 20; i++) {
        struct road r;

        road_open(&r, source(), kit_filter(i % 2 == 0 ? KIT_HOLD : KIT_PASS),
                  kit_filter(KIT_SINK));
        road_run(&r);
        for (unsigned n = 0; n < 400 && kit_count(0) < LENGTH; n++)
            assert_hr(road_swap(&r, kit_filter(n % 2 == 0 ? KIT_HOLD : KIT_PASS), NULL), S_OK);
        assert_completes_once(&r, 0);
        road_close(&r);
    }
}

/* Twenty swaps of a stream that ends somewhere among them. */
static void ends_among_swaps(void **state)
{
    struct road r;
    IBaseFilter *fx[2] = { kit_filter(KIT_HOLD), kit_filter(KIT_HOLD) };

    (void)state;
    road_open(&r, source(), NULL, kit_filter(KIT_SINK));
    road_run(&r);
    for (unsigned n = 0; n < 200; n++) {
        assert_hr(CALL(r.edit, Insert, kit_out(r.source), fx[n % 2], NULL, NULL, NULL), S_OK);
        assert_hr(CALL(r.edit, Remove, fx[n % 2], NULL, NULL), S_OK);
    }
    assert_completes_once(&r, 0);
    LET_GO(fx[0]);
    LET_GO(fx[1]);
    road_close(&r);
}

/* ---- push-through ------------------------------------------------------------------------------------- */

static void block(IPin *pin, bool on)
{
    IPinFlowControl *flow;

    assert_hr(CALL(pin, QueryInterface, &IID_IPinFlowControl, (void **)&flow), S_OK);
    assert_hr(CALL(flow, Block, on ? AM_PIN_FLOW_CONTROL_BLOCK : 0, NULL), S_OK);
    LET_GO(flow);
}

static void push_through_then_swap(void **state)
{
    struct road r;

    (void)state;
    road_open(&r, kit_filter(KIT_SOURCE), kit_filter(KIT_HOLD), kit_filter(KIT_SINK));
    road_run(&r);
    for (unsigned i = 0; i < 50; i++) {
        RG_EDIT_REQUEST request = { .size = sizeof(request), .flags = RG_EDIT_CALLER_BLOCKED };
        IBaseFilter *fx = kit_filter(KIT_HOLD);

        assert_true(kit_wait_more(0, 4));
        block(kit_out(r.source), true);
        assert_hr(CALL(r.config, PushThroughData, kit_out(r.source), NULL, NULL), S_OK);
        assert_hr(CALL(r.config, PushThroughData, kit_out(r.source), NULL, NULL), S_OK);
        if (i % 2 == 0) {
            assert_hr(CALL(r.edit, Swap, r.middle, fx, "fx", &request, NULL), S_OK);
            r.middle = fx;
        }
        LET_GO(fx);
        block(kit_out(r.source), false);
        assert_int_equal(kit_recorder[0].ends, 0);
    }
    assert_flows(0);
    assert_false(graph_event(&r.g, EC_COMPLETE, 0, NULL));
    road_close(&r);
}

/* All that was held comes out at push-through, and is with the sink when the call returns. */
static void push_through_brings_all(void **state)
{
    struct road r;
    uint64_t delivered;

    (void)state;
    road_open(&r, kit_filter(KIT_SOURCE), kit_filter_with(KIT_HOLD, "hold=5"),
              kit_filter(KIT_SINK));
    road_run(&r);
    assert_true(kit_wait_more(0, 10));
    block(kit_out(r.source), true);
    delivered = kit_ledger(kit_out(r.source)).samples;
    assert_int_equal(kit_count(0), delivered - 5);
    assert_hr(CALL(r.config, PushThroughData, kit_out(r.source), NULL, NULL), S_OK);
    assert_int_equal(kit_count(0), delivered);
    block(kit_out(r.source), false);
    assert_flows(0);
    road_close(&r);
}

/* Source, three transforms, sink; played to the end. */
static void open_and_play(struct road *r, IBaseFilter *fx[3])
{
    static const WCHAR *const names[] = { L"fx", L"second", L"third" };
    IPin *out;

    road_open_empty(r);
    r->source = road_put(r, kit_filter_with(KIT_SOURCE, "limit=2000"), L"source");
    out = kit_out(r->source);
    for (unsigned i = 0; i < 3; i++) {
        fx[i] = road_put(r, kit_filter_with(KIT_HOLD, "hold=2"), names[i]);
        road_join(r, out, kit_in(fx[i]));
        out = kit_out(fx[i]);
    }
    r->sink = road_put(r, kit_filter(KIT_SINK), L"sink");
    road_join(r, out, kit_in(r->sink));
    road_run(r);
    assert_completes_once(r, 0);
}

/* Both new filters are told the end, the one in front through the gate of the other. */
static void two_gates_after_the_end(void **state)
{
    struct road r;
    IBaseFilter *fx[3];
    IGraphTransaction *t;

    (void)state;
    open_and_play(&r, fx);
    assert_hr(CALL(r.edit, Begin, NULL, &t), S_OK);
    for (unsigned i = 0; i < 3; i += 2) {
        IBaseFilter *fresh = kit_filter_with(KIT_HOLD, "hold=2");

        assert_hr(CALL(t, Swap, fx[i], fresh, NULL), S_OK);
        LET_GO(fresh);
    }
    assert_hr(CALL(t, Commit, -1, NULL), S_OK);
    LET_GO(t);
    assert_hr(CALL(r.g.control, Stop), S_OK);
    kit_recorder_reset(0);
    road_run(&r);
    assert_completes_once(&r, 0);
    road_close(&r);
}

/* What is told stops at the host's own block, and nobody waits for it. */
static void a_blocked_gate_after_the_end(void **state)
{
    struct road r;
    IBaseFilter *fx[3];

    (void)state;
    open_and_play(&r, fx);
    block(kit_out(fx[1]), true);
    r.middle = fx[0];
    assert_hr(road_swap(&r, kit_filter_with(KIT_HOLD, "hold=2"), NULL), S_OK);
    block(kit_out(fx[1]), false);
    assert_hr(CALL(r.g.control, Stop), S_OK);
    kit_recorder_reset(0);
    road_run(&r);
    assert_completes_once(&r, 0);
    road_close(&r);
}

/* An edit that was given up during its drain: the marker is still on its way, and is no end of the stream when it comes. */
static void late_marker_is_no_end(void **state)
{
    struct road r;
    RG_EDIT_REQUEST request = { .size = sizeof(request), .timeout_ms = 30 };
    IBaseFilter *queue, *fx = kit_filter(KIT_PASS);
    HANDLE reached = CreateEventW(NULL, TRUE, FALSE, NULL);
    IRgLink *link;
    CERTIFICATE(c);

    (void)state;
    road_open_empty(&r);
    r.source = road_put(&r, kit_filter(KIT_SOURCE), L"source");
    queue = road_put(&r, kit_filter(KIT_QUEUE), L"queue");
    r.middle = road_put(&r, kit_filter(KIT_HOLD), L"fx");
    r.sink = road_put(&r, kit_filter(KIT_SINK), L"sink");
    road_join(&r, kit_out(r.source), kit_in(queue));
    road_join(&r, kit_out(queue), kit_in(r.middle));
    road_join(&r, kit_out(r.middle), kit_in(r.sink));
    assert_hr(CALL(kit_out(r.source), QueryInterface, &IID_IRgLink, (void **)&link), S_OK);
    assert_hr(CALL(link, BlockAt, 8 * KIT_SAMPLE_TIME, reached), S_OK);
    LET_GO(link);
    kit_shut(0);
    road_run(&r);
    /* the marker waits in the queue behind what the sink does not take */
    assert_true(kit_wait_inside(0));
    assert_int_equal(WaitForSingleObject(reached, KIT_WAIT_MS), WAIT_OBJECT_0);
    CloseHandle(reached);
    request.flags = RG_EDIT_CALLER_BLOCKED;
    assert_hr(CALL(r.edit, Swap, queue, fx, NULL, &request, &c), VFW_E_TIMEOUT);
    assert_int_equal(LET_GO(fx), 0);
    kit_open(0);
    block(kit_out(r.source), false);
    assert_flows(0);
    assert_int_equal(kit_recorder[0].ends, 0);
    assert_false(graph_event(&r.g, EC_COMPLETE, 0, NULL));
    road_close(&r);
}

/* A renderer that is prepared and not committed has no stream: the end is told without it.  Once it has
 * come, it is waited for. */
static void not_waited_for_before_it_comes(void **state)
{
    (void)state;
    for (unsigned commits = 0; commits < 2; commits++) {
        IBaseFilter *late = kit_filter_with(KIT_FREE_SINK, "slot=1");
        IGraphTransaction *t;
        struct road r;

        road_open(&r, source(), kit_filter(KIT_TEE), kit_filter(KIT_SINK));
        kit_let_until(LENGTH - 10);
        road_run(&r);
        assert_true(kit_wait_count(0, LENGTH - 10) && kit_wait_at_tap(1));
        t = begin(&r);
        assert_hr(CALL(t, Add, late, NULL), S_OK);
        assert_hr(CALL(t, Connect, free_pin(r.middle, PINDIR_OUTPUT), kit_in(late), NULL),
                  S_OK);
        assert_hr(CALL(t, Prepare), S_OK);
        road_put(&r, kit_filter(KIT_PASS), L"spare"); /* members are counted anew */
        if (commits != 0)
            assert_hr(CALL(t, Commit, -1, NULL), S_OK);
        kit_shut(1);
        kit_let_all();
        if (commits != 0) {
            assert_true(kit_wait_inside(1));
            assert_false(graph_event(&r.g, EC_COMPLETE, 0, NULL));
        }
        kit_open(1);
        assert_completes_once(&r, 0);
        if (commits != 0)
            assert_int_equal(kit_count(1), 10);
        else
            assert_int_equal(kit_count(1), 0);
        LET_GO(t);
        LET_GO(late);
        road_close(&r);
    }
}

/* ---- cut off while paused ------------------------------------------------------------------------------ */

static void let_go_of_with(struct road *r, IPin *pin, const RG_EDIT_REQUEST *request)
{
    IGraphTransaction *t = begin_with(r, request);

    assert_hr(CALL(t, Disconnect, pin), S_OK);
    assert_hr(CALL(t, Commit, -1, NULL), S_OK);
    LET_GO(t);
}

static void let_go_of(struct road *r, IPin *pin)
{
    let_go_of_with(r, pin, NULL);
}

/* A filter that has some samples, and the road in front of it is cut off; is_cued: the renderer has its first one. */
static void open_cut_off(struct road *r, IBaseFilter *middle, int64_t given, bool is_cued)
{
    OAFilterState now;

    road_open(r, kit_filter(KIT_SOURCE), middle, kit_filter(KIT_SINK));
    kit_let_until(given);
    (void)CALL(r->g.control, Pause);
    assert_true(kit_wait_at_tap(1));
    if (is_cued)
        assert_hr(CALL(r->g.control, GetState, KIT_WAIT_MS, &now), S_OK);
    let_go_of(r, kit_out(r->source));
    assert_hr(CALL(r->g.control, GetState, 0, &now), is_cued ? S_OK : VFW_S_STATE_INTERMEDIATE);
}

/* What a filter has then comes once the graph runs, and the end behind it; it runs also if it waits for a renderer's
 * first sample, which only the end brings out. */
static void a_road_cut_off_while_paused_ends(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        struct road r;

        if (i == 0)
            open_cut_off(&r, kit_filter_with(KIT_QUEUE, "size=64"), 10, true);
        else
            open_cut_off(&r, kit_filter_with(KIT_HOLD, "hold=3"), 2, false);
        road_run(&r);
        assert_true(graph_event(&r.g, EC_COMPLETE, KIT_WAIT_MS, NULL));
        assert_int_equal(kit_count(0), i == 0 ? 10 : 2);
        assert_all_there(0);
        assert_int_equal(kit_recorder[0].ends, 1);
        road_close(&r);
    }
}

static void connect_again(struct road *r)
{
    IGraphTransaction *t = begin(r);

    assert_hr(CALL(t, Connect, kit_out(r->source), kit_in(r->middle), NULL), S_OK);
    assert_hr(CALL(t, Commit, -1, NULL), S_OK);
    LET_GO(t);
}

/* What leaves with its end is stopped as it is in a paused graph, and the certificate says so. */
static void what_leaves_a_paused_graph_is_cut_short(void **state)
{
    (void)state;
    for (unsigned runs = 0; runs < 2; runs++) {
        struct road r;
        IGraphTransaction *t;
        OAFilterState now;
        CERTIFICATE(c);

        road_open(&r, kit_filter(KIT_SOURCE), kit_filter_with(KIT_QUEUE, "size=64"),
                  kit_filter(KIT_SINK));
        kit_let_until(10);
        if (runs != 0)
            road_run(&r);
        else
            assert_true(SUCCEEDED(CALL(r.g.control, Pause)));
        (void)CALL(r.g.control, GetState, KIT_WAIT_MS, &now);
        assert_true(kit_wait_at_tap(1));
        t = begin(&r);
        assert_hr(CALL(t, RemoveBranch, kit_out(r.source)), S_OK);
        assert_hr(CALL(t, Commit, -1, NULL), S_OK);
        assert_hr(CALL(t, GetCertificate, 0, &c), S_OK);
        assert_int_equal(c.flags & RG_CUT_SHORT, runs != 0 ? 0 : RG_CUT_SHORT);
        if (runs != 0)
            assert_int_equal(c.dropped, 0);
        else
            assert_true(c.dropped >= 10); /* the one in the renderer's hand is named by both */
        assert_int_equal(kit_count(0), runs != 0 ? 10 : 0);
        LET_GO(t);
        kit_let_all();
        road_close(&r);
    }
}

/* Without a drain as well: what leaves takes what it holds, and who stays hears of the end. */
static void an_end_without_a_drain(void **state)
{
    const RG_EDIT_REQUEST request = { .size = sizeof(request), .flags = RG_EDIT_NO_DRAIN };

    (void)state;
    /* running, paused; cut off, or all in front of it leaves */
    for (unsigned i = 0; i < 4; i++) {
        const int64_t given = i % 2 == 0 ? 10 : 2; /* paused, no more than is held */
        struct road r;
        IGraphTransaction *t;

        road_open(&r, kit_filter(KIT_SOURCE), kit_filter_with(KIT_HOLD, "hold=3"),
                  kit_filter(KIT_SINK));
        kit_let_until(given);
        if (i % 2 == 0)
            road_run(&r);
        else
            (void)CALL(r.g.control, Pause);
        assert_true(kit_wait_at_tap(1));
        if (i / 2 == 0) {
            let_go_of_with(&r, kit_out(r.source), &request);
        } else {
            t = begin_with(&r, &request);
            assert_hr(CALL(t, Remove, r.source), S_OK);
            assert_hr(CALL(t, Remove, r.middle), S_OK);
            assert_hr(CALL(t, Commit, -1, NULL), S_OK);
            LET_GO(t);
        }
        if (i % 2 == 1)
            road_run(&r);
        assert_true(graph_event(&r.g, EC_COMPLETE, KIT_WAIT_MS, NULL));
        /* a sink that has lost its input knows by itself, when it is to run, that nothing comes */
        assert_int_equal(kit_recorder[0].ends, i == 3 ? 0 : 1);
        if (i / 2 == 0)
            assert_int_equal(kit_count(0), given);
        kit_let_all();
        road_close(&r);
    }
}

static HRESULT cut_off_and_run(struct road *r)
{
    IGraphTransaction *t;
    HRESULT hr = CALL(r->edit, Begin, NULL, &t);

    if (FAILED(hr))
        return hr;
    hr = CALL(t, Disconnect, kit_out(r->source));
    if (SUCCEEDED(hr))
        hr = CALL(t, Commit, -1, NULL);
    LET_GO(t);
    return SUCCEEDED(hr) ? CALL(r->g.control, Run) : hr;
}

/* The end that is owed comes, or the event that something is wrong: whoever waits hears something. */
static void each_use_of_an_owed_end_fails(void **state)
{
    unsigned n = 0, told = 0, failures = 0;
    bool failed;

    (void)state;
    do {
        struct road r;
        LONG code = 0;
        LONG_PTR p1, p2;
        HRESULT hr;

        road_open(&r, kit_filter(KIT_SOURCE), kit_filter_with(KIT_HOLD, "hold=3"),
                  kit_filter(KIT_SINK));
        kit_let_until(2);
        (void)CALL(r.g.control, Pause);
        assert_true(kit_wait_at_tap(1));
        rg_fault_arm(++n);
        hr = cut_off_and_run(&r);
        if (SUCCEEDED(hr)) {
            while (code != EC_COMPLETE && code != EC_ERRORABORT)
                assert_hr(CALL(r.g.event, GetEvent, &code, &p1, &p2, KIT_WAIT_MS), S_OK);
            told += code == EC_COMPLETE;
        }
        failed = rg_fault_disarm();
        failures += FAILED(hr) || code == EC_ERRORABORT;
        kit_let_all();
        road_close(&r);
    } while (failed && n < 1000);
    assert_true(n < 1000 && told > 0 && failures > 10);
}

/* Connected again before it runs, or stopped: nobody is owed an end. */
static void a_road_put_together_again_goes_on(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        struct road r;

        open_cut_off(&r, kit_filter_with(KIT_QUEUE, "size=64"), 10, true);
        if (i == 1)
            assert_hr(CALL(r.g.control, Stop), S_OK);
        connect_again(&r);
        road_run(&r);
        kit_let_all();
        assert_true(kit_wait_more(0, 20)); /* a source that is connected begins anew */
        assert_int_equal(kit_recorder[0].ends, 0);
        road_close(&r);
    }
}

/* While the end is told, and held up, nobody connects the input under it. */
static void not_connected_while_the_end_is_told(void **state)
{
    RG_EDIT_REQUEST request = { .size = sizeof(request), .timeout_ms = 100 };
    IGraphTransaction *t;
    struct road r;

    (void)state;
    open_cut_off(&r, kit_filter_with(KIT_HOLD, "hold=3"), 2, false);
    kit_shut(0);
    road_run(&r);
    assert_true(
        kit_wait_inside(0)); /* what was held comes out on the thread that tells the end */
    assert_hr(CALL(r.g.builder, ConnectDirect, kit_out(r.source), kit_in(r.middle), NULL),
              VFW_E_TIMEOUT);
    t = begin_with(&r, &request);
    assert_hr(CALL(t, Connect, kit_out(r.source), kit_in(r.middle), NULL), S_OK);
    assert_hr(CALL(t, Commit, -1, NULL), VFW_E_TIMEOUT);
    LET_GO(t);
    kit_open(0);
    assert_true(graph_event(&r.g, EC_COMPLETE, KIT_WAIT_MS, NULL));
    assert_int_equal(kit_count(0), 2);
    assert_int_equal(kit_recorder[0].ends, 1);
    kit_let_all();
    road_close(&r);
}

static void what_was_cut_off_and_leaves_is_forgotten(void **state)
{
    struct road r;

    (void)state;
    open_cut_off(&r, kit_filter_with(KIT_HOLD, "hold=3"), 2, false);
    assert_hr(CALL(r.g.builder, RemoveFilter, r.middle), S_OK);
    road_run(&r);
    assert_int_equal(kit_recorder[0].ends, 0);
    kit_let_all();
    road_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(swap_after_the_end),
        cmocka_unit_test(swap_between_end_and_sink),
        cmocka_unit_test(swap_at_the_end),
        cmocka_unit_test(ends_among_swaps),
        cmocka_unit_test(push_through_then_swap),
        cmocka_unit_test(push_through_brings_all),
        cmocka_unit_test(late_marker_is_no_end),
        cmocka_unit_test(two_gates_after_the_end),
        cmocka_unit_test(a_blocked_gate_after_the_end),
        cmocka_unit_test(not_waited_for_before_it_comes),
        cmocka_unit_test(a_road_cut_off_while_paused_ends),
        cmocka_unit_test(what_leaves_a_paused_graph_is_cut_short),
        cmocka_unit_test(an_end_without_a_drain),
        cmocka_unit_test(each_use_of_an_owed_end_fails),
        cmocka_unit_test(a_road_put_together_again_goes_on),
        cmocka_unit_test(not_connected_while_the_end_is_told),
        cmocka_unit_test(what_was_cut_off_and_leaves_is_forgotten),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
