/* SPDX-License-Identifier: MIT */
/* test_swap.c - edits of a road that carries numbered samples: each number arrives once, in order. */
#include "transaction_test.h"

#define SWAPS 1000

/* ---- our own filters ----------------------------------------------------------------------------- */

static void swap_many(IBaseFilter *(*make)(unsigned), unsigned swaps, bool hold)
{
    struct road r;
    RG_LEDGER source, sink;
    uint64_t drained = 0;

    road_open(&r, kit_filter(KIT_SOURCE), make(0), kit_filter(KIT_SINK));
    road_run(&r);
    for (unsigned i = 1; i <= swaps; i++) {
        CERTIFICATE(c);

        /* now and then data flows for a while between two edits */
        if (i % 8 == 0)
            assert_true(kit_wait_more(0, 5));
        assert_hr(road_swap(&r, make(i), &c), S_OK);
        assert_hr(c.result, S_OK);
        assert_int_equal(c.dropped, 0);
        assert_true(c.held <= 1);
        assert_string_equal(c.gate, "source.Out");
        drained += c.drained;
        assert_true(kit_has_name(r.middle, L"fx"));
    }
    assert_flows(0);
    assert_int_equal(graph_count(&r.g), 3);
    assert_int_equal(kit_state(r.middle), State_Running);
    if (hold)
        assert_true(drained > 0);
    assert_hr(CALL(r.g.control, Pause), S_OK);
    source = kit_ledger(kit_out(r.source));
    sink = kit_ledger(kit_in(r.sink));
    assert_int_equal(sink.dropped, 0);
    assert_int_equal(source.dropped, 0);
    road_close(&r);
}

static IBaseFilter *make_pass(unsigned i)
{
    return kit_filter_with(KIT_PASS, i % 2 != 0 ? "mark=1" : "mark=0");
}

static IBaseFilter *make_hold(unsigned i)
{
    return kit_filter_with(KIT_HOLD, i % 2 != 0 ? "mark=1 hold=3" : "mark=0 hold=2");
}

static IBaseFilter *make_mixed(unsigned i)
{
    return i % 3 == 0 ? make_pass(i) : i % 3 == 1 ? make_hold(i) : kit_filter(KIT_QUEUE);
}

static IBaseFilter *make_sound(unsigned i)
{
    return i % 3 == 0   ? kit_filter_with(KIT_IN_PLACE, "mark=0")
           : i % 3 == 1 ? kit_filter_with(KIT_IN_PLACE, "mark=1")
                        : make_hold(i);
}

static void stateless(void **state)
{
    (void)state;
    swap_many(make_pass, SWAPS, false);
}

static void delaying(void **state)
{
    (void)state;
    swap_many(make_hold, SWAPS, true);
}

static void mixed_with_threads(void **state)
{
    (void)state;
    swap_many(make_mixed, 300, true);
}

static void in_place(void **state)
{
    (void)state;
    swap_many(make_sound, 300, true);
}

static void marks_change_with_the_swap(void **state)
{
    struct road r;
    CERTIFICATE(c);
    uint64_t before;

    (void)state;
    road_open(&r, kit_filter(KIT_SOURCE), make_pass(0), kit_filter(KIT_SINK));
    road_run(&r);
    assert_flows(0);
    assert_int_equal(marked_so_far(0, 1), 0);
    assert_hr(road_swap(&r, make_pass(1), &c), S_OK);
    before = marked_so_far(0, 0);
    assert_flows(0);
    assert_int_equal(marked_so_far(0, 0), before); /* nothing by the old one any more */
    assert_true(marked_so_far(0, 1) >= 20);
    assert_true(c.closed_ns > 0);
    road_close(&r);
}

/* ---- insert, remove ---------------------------------------------------------------------------------- */

static void insert_and_remove(bool hold)
{
    struct road r;

    road_open(&r, kit_filter(KIT_SOURCE), NULL, kit_filter(KIT_SINK));
    road_run(&r);
    for (unsigned i = 0; i < SWAPS / 2; i++) {
        IBaseFilter *fx = hold ? make_hold(i) : make_pass(i);
        CERTIFICATE(in);
        CERTIFICATE(out);

        assert_hr(CALL(r.edit, Insert, kit_out(r.source), fx, "fx", NULL, &in), S_OK);
        assert_int_equal(in.drained, 0);
        if (i % 4 == 0)
            assert_true(kit_wait_more(0, 5));
        assert_hr(CALL(r.edit, Remove, fx, NULL, &out), S_OK);
        assert_int_equal(out.dropped, 0);
        assert_int_equal(kit_state(fx), State_Stopped);
        assert_false(kit_connected(kit_in(fx)));
        assert_false(kit_connected(kit_out(fx)));
        assert_false(kit_in_graph(fx));
        assert_int_equal(LET_GO(fx), 0);
    }
    assert_flows(0);
    assert_int_equal(graph_count(&r.g), 2);
    road_close(&r);
}

static void stateless_in_and_out(void **state)
{
    (void)state;
    insert_and_remove(false);
}

static void delaying_in_and_out(void **state)
{
    (void)state;
    insert_and_remove(true);
}

/* ---- two branches ---------------------------------------------------------------------------------------- */

static void other_branch_goes_on(void **state)
{
    struct road r;
    IBaseFilter *tee, *queue, *second, *other;

    (void)state;
    road_open_empty(&r);
    r.source = road_put(&r, kit_filter(KIT_SOURCE), L"source");
    tee = road_put(&r, kit_filter(KIT_TEE), L"tee");
    queue = road_put(&r, kit_filter(KIT_QUEUE), L"queue");
    second = road_put(&r, kit_filter(KIT_QUEUE), L"second");
    r.middle = road_put(&r, make_hold(0), L"fx");
    r.sink = road_put(&r, kit_filter(KIT_SINK), L"sink");
    other = road_put(&r, kit_filter_with(KIT_SINK, "slot=1"), L"other");
    road_join(&r, kit_out(r.source), kit_in(tee));
    road_join(&r, kit_out(tee), kit_in(queue));
    road_join(&r, kit_out(queue), kit_in(r.middle));
    road_join(&r, kit_out(r.middle), kit_in(r.sink));
    {
        IEnumPins *list;
        IPin *pin, *spare = NULL;

        assert_hr(CALL(tee, EnumPins, &list), S_OK);
        while (CALL(list, Next, 1, &pin, NULL) == S_OK) {
            PIN_DIRECTION direction;

            CALL(pin, QueryDirection, &direction);
            if (direction == PINDIR_OUTPUT && !kit_connected(pin))
                spare = pin;
            LET_GO(pin);
        }
        LET_GO(list);
        assert_non_null(spare);
        road_join(&r, spare, kit_in(second));
        road_join(&r, kit_out(second), kit_in(other));
    }
    road_run(&r);
    for (unsigned i = 1; i <= 200; i++) {
        CERTIFICATE(c);

        assert_hr(road_swap(&r, i % 2 != 0 ? make_pass(i) : make_hold(i), &c), S_OK);
        assert_string_equal(c.gate, "queue.Out");
        assert_int_equal(kit_state(other), State_Running);
    }
    assert_flows(0);
    assert_flows(1);
    /* no gate on the other branch was ever closed, and nothing began anew there */
    {
        RG_LEDGER ledger = kit_ledger(kit_in(other));

        assert_int_equal(ledger.dropped + ledger.refused, 0);
        assert_int_equal(kit_ledger(kit_out(r.source)).closings, 0);
    }
    road_close(&r);
}

/* ---- at media time ------------------------------------------------------------------------------------------ */

#define CUT_AT 777

/* The number of the first sample on the new road. */
static int64_t swap_at_time(bool hold)
{
    struct road r;
    RG_EDIT_REQUEST request = { .size = sizeof(request), .flags = RG_EDIT_CALLER_BLOCKED };
    CERTIFICATE(c);
    IRgLink *link;
    IPinFlowControl *flow;
    REFERENCE_TIME held;
    HANDLE reached = CreateEventW(NULL, TRUE, FALSE, NULL);
    IBaseFilter *fx = hold ? make_hold(1) : make_pass(1);
    int64_t first;

    road_open(&r, kit_filter_with(KIT_SOURCE, "limit=5000"), hold ? make_hold(0) : make_pass(0),
              kit_filter(KIT_SINK));
    assert_hr(CALL(kit_out(r.source), QueryInterface, &IID_IRgLink, (void **)&link), S_OK);
    assert_hr(CALL(kit_out(r.source), QueryInterface, &IID_IPinFlowControl, (void **)&flow),
              S_OK);
    assert_hr(CALL(link, BlockAt, CUT_AT * KIT_SAMPLE_TIME - KIT_SAMPLE_TIME / 2, reached),
              S_OK);
    road_run(&r);
    assert_int_equal(WaitForSingleObject(reached, KIT_WAIT_MS), WAIT_OBJECT_0);
    assert_hr(CALL(link, IsBlocked, &held), S_OK);
    assert_int_equal(held, CUT_AT * KIT_SAMPLE_TIME);
    assert_hr(CALL(r.edit, Swap, r.middle, fx, "fx", &request, &c), S_OK);
    LET_GO(fx);
    assert_int_equal(c.held, 1);
    assert_int_equal(c.cut, CUT_AT * KIT_SAMPLE_TIME);
    assert_int_equal(c.drained, hold ? 2 : 0);
    assert_hr(CALL(link, IsBlocked, NULL), S_OK); /* block state as found */
    assert_hr(CALL(flow, Block, 0, NULL), S_OK);
    assert_true(graph_event(&r.g, EC_COMPLETE, KIT_WAIT_MS, NULL));
    assert_int_equal(kit_count(0), 5000);
    assert_all_there(0);
    first = kit_recorder[0].first_with[1];
    assert_int_equal(kit_recorder[0].by_mark[0], CUT_AT);
    LET_GO(link);
    LET_GO(flow);
    CloseHandle(reached);
    road_close(&r);
    return first;
}

static void at_media_time(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 20; i++) {
        assert_int_equal(swap_at_time(false), CUT_AT);
        assert_int_equal(swap_at_time(true), CUT_AT);
    }
}

/* Who holds the gates himself may prepare while they are open; the cut finds out whether they are closed. */
static void prepared_before_the_caller_blocks(void **state)
{
    struct road r;
    RG_EDIT_REQUEST request = { .size = sizeof(request), .flags = RG_EDIT_CALLER_BLOCKED };
    IPinFlowControl *flow;

    (void)state;
    road_open(&r, kit_filter(KIT_SOURCE), make_pass(0), kit_filter(KIT_SINK));
    assert_hr(CALL(kit_out(r.source), QueryInterface, &IID_IPinFlowControl, (void **)&flow),
              S_OK);
    road_run(&r);
    for (unsigned i = 1; i <= 50; i++) {
        IGraphTransaction *t = begin_with(&r, &request);
        IBaseFilter *fx = i % 2 != 0 ? make_hold(i) : make_pass(i);
        CERTIFICATE(c);

        assert_hr(CALL(t, Swap, r.middle, fx, "fx"), S_OK);
        assert_hr(CALL(t, Prepare), S_OK);
        assert_int_equal(kit_state(fx), State_Running);
        assert_flows(0);
        if (i % 10 == 0) {
            assert_hr(CALL(t, Commit, -1, NULL), E_INVALIDARG);
            assert_flows(0);
            assert_hr(CALL(t, Prepare), S_OK);
        }
        assert_hr(CALL(flow, Block, AM_PIN_FLOW_CONTROL_BLOCK, NULL), S_OK);
        assert_hr(CALL(t, Commit, -1, NULL), S_OK);
        c = certificate_of(t, 0);
        assert_int_equal(c.dropped, 0);
        assert_hr(CALL(flow, Block, 0, NULL), S_OK); /* as found */
        LET_GO(t);
        r.middle = fx;
        LET_GO(fx);
    }
    assert_flows(0);
    assert_all_there(0);
    LET_GO(flow);
    road_close(&r);
}

/* While the graph is on its way to running its renderer waits for a first sample: nothing that is only
 * prepared may be waited for as well. */
static void not_prepared_on_the_way(void **state)
{
    struct road r;
    RG_EDIT_REQUEST request = { .size = sizeof(request), .flags = RG_EDIT_CALLER_BLOCKED };
    struct rg_class_info info;
    IBaseFilter *sink, *other;
    IGraphTransaction *t;
    OAFilterState now;

    (void)state;
    if (rg_class_by_name("null", &info) != S_OK)
        skip();
    assert_hr(CoCreateInstance(&info.clsid, NULL, CLSCTX_INPROC_SERVER, &IID_IBaseFilter,
                               (void **)&sink),
              S_OK);
    assert_hr(CoCreateInstance(&info.clsid, NULL, CLSCTX_INPROC_SERVER, &IID_IBaseFilter,
                               (void **)&other),
              S_OK);
    road_open(&r, kit_filter(KIT_SOURCE), kit_filter(KIT_TEE), sink);
    kit_let_until(0);
    t = begin_with(&r, &request);
    assert_hr(CALL(t, Add, other, NULL), S_OK);
    assert_hr(CALL(t, Connect, free_pin(r.middle, PINDIR_OUTPUT), kit_in(other), NULL), S_OK);
    assert_true(SUCCEEDED(CALL(r.g.control, Run)));
    assert_hr(CALL(t, Prepare), S_FALSE);
    assert_false(kit_in_graph(other));
    kit_let_all();
    assert_hr(CALL(r.g.control, GetState, KIT_WAIT_MS, &now), S_OK);
    assert_hr(CALL(t, Prepare), S_OK);
    assert_true(kit_in_graph(other));
    LET_GO(t);
    LET_GO(other);
    road_close(&r);
}

/* ---- stopped, paused ------------------------------------------------------------------------------------------- */

static void in_a_stopped_graph(void **state)
{
    struct road r;
    CERTIFICATE(c);

    (void)state;
    road_open(&r, kit_filter(KIT_SOURCE), make_pass(0), kit_filter(KIT_SINK));
    assert_hr(road_swap(&r, make_pass(1), &c), S_OK);
    assert_int_equal(c.drained, 0);
    assert_int_equal(kit_state(r.middle), State_Stopped);
    road_run(&r);
    assert_flows(0);
    assert_int_equal(marked_so_far(0, 0), 0);
    road_close(&r);
}

/* Nothing moves in a paused graph whose gate is free: behind a queue that is not full. */
static void in_a_paused_graph(void **state)
{
    struct road r;
    OAFilterState reached;
    CERTIFICATE(c);
    IBaseFilter *queue;

    (void)state;
    road_open_empty(&r);
    r.source = road_put(&r, kit_filter_with(KIT_SOURCE, "limit=4"), L"source");
    r.middle = road_put(&r, make_pass(0), L"fx");
    queue = road_put(&r, kit_filter(KIT_QUEUE), L"queue");
    r.sink = road_put(&r, kit_filter(KIT_SINK), L"sink");
    road_join(&r, kit_out(r.source), kit_in(r.middle));
    road_join(&r, kit_out(r.middle), kit_in(queue));
    road_join(&r, kit_out(queue), kit_in(r.sink));
    CALL(r.g.control, Pause);
    assert_hr(CALL(r.g.control, GetState, KIT_WAIT_MS, &reached), S_OK);
    assert_hr(road_swap(&r, make_pass(1), &c), S_OK);
    assert_int_equal(kit_state(r.middle), State_Paused);
    road_run(&r);
    assert_true(graph_event(&r.g, EC_COMPLETE, KIT_WAIT_MS, NULL));
    assert_int_equal(kit_count(0), 4);
    assert_all_there(0);
    road_close(&r);
}

/* ---- names ------------------------------------------------------------------------------------------------------- */

static void the_place_keeps_its_name(void **state)
{
    struct road r;
    IBaseFilter *found, *old, *fx = make_pass(1);

    (void)state;
    road_open(&r, kit_filter(KIT_SOURCE), make_pass(0), kit_filter(KIT_SINK));
    old = r.middle;
    assert_hr(CALL(r.edit, Swap, old, fx, "fx", NULL, NULL), S_OK);
    assert_hr(CALL(r.g.builder, FindFilterByName, L"fx", &found), S_OK);
    assert_ptr_equal(found, fx);
    LET_GO(found);
    assert_true(kit_has_name(fx, L"fx"));
    /* one that was a member under another name takes the place's name too, if it is told to */
    r.middle = road_put(&r, make_pass(0), L"spare");
    assert_hr(CALL(r.edit, Swap, fx, r.middle, "fx", NULL, NULL), S_OK);
    assert_true(kit_has_name(r.middle, L"fx"));
    assert_false(kit_in_graph(fx));
    LET_GO(fx);
    /* and keeps its own otherwise */
    fx = road_put(&r, make_pass(0), L"other");
    assert_hr(CALL(r.edit, Swap, r.middle, fx, NULL, NULL, NULL), S_OK);
    assert_true(kit_has_name(fx, L"other"));
    road_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stateless),
        cmocka_unit_test(delaying),
        cmocka_unit_test(mixed_with_threads),
        cmocka_unit_test(in_place),
        cmocka_unit_test(marks_change_with_the_swap),
        cmocka_unit_test(stateless_in_and_out),
        cmocka_unit_test(delaying_in_and_out),
        cmocka_unit_test(other_branch_goes_on),
        cmocka_unit_test(at_media_time),
        cmocka_unit_test(prepared_before_the_caller_blocks),
        cmocka_unit_test(not_prepared_on_the_way),
        cmocka_unit_test(in_a_stopped_graph),
        cmocka_unit_test(in_a_paused_graph),
        cmocka_unit_test(the_place_keeps_its_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
