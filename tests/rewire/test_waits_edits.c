/* SPDX-License-Identifier: MIT */
/* test_waits_edits.c - what edits and transactions wait for, in each of their steps, and who holds them up.
 */
#include "transaction_test.h"
#include "waits_test.h"

static void swap_in_helper(void *arg)
{
    struct helper *h = arg;

    h->result = CALL(h->road->edit, Swap, h->road->middle, h->fresh, NULL, &h->request, NULL);
}

/* A swap that waits, on a thread of its own. */
static void swap_begin(struct helper *h, IBaseFilter *fresh)
{
    memset(h, 0, sizeof(*h));
    h->result = E_PENDING;
    h->fresh = fresh;
    h->request.size = sizeof(h->request);
    h->request.timeout_ms = KIT_WAIT_MS;
    h->request.abort = new_event();
}

static void swap_end(struct helper *h, HRESULT wanted)
{
    rg_thread_join(&h->thread);
    assert_hr(h->result, wanted);
    LET_GO(h->fresh);
    CloseHandle(h->request.abort);
}

/* ---- the cut --------------------------------------------------------------------------------- */

/* The stream is to make it, but does not come out of the sink. */
static void cut_before_the_next_sample(void **state)
{
    struct helper h;
    struct road r;
    struct who who;

    (void)state;
    road_open(&r, kit_filter(KIT_SOURCE), kit_filter(KIT_PASS), kit_filter(KIT_SINK));
    road_run(&r);
    kit_shut(0);
    assert_true(kit_wait_inside(0));
    swap_begin(&h, kit_filter(KIT_PASS));
    who = helper_start(&h, &r, swap_in_helper);
    until_line(&r, who.text, " s for the stream to make the cut at source.Out");
    until_line(&r, "  source.Out: a change of its link is pending for ", who.text);
    until_line(&r, "  the graph lock: taken for ", who.text);
    kit_open(0);
    swap_end(&h, S_OK);
    until_no_line(&r, "a change of its link");
    assert_flows(0);
    road_close(&r);
}

/* It does come, pushes what the old filter holds, and gets no further. */
static void cut_whose_drain_hangs(void **state)
{
    struct helper h;
    struct road r;
    struct who who;

    (void)state;
    road_open(&r, kit_filter(KIT_SOURCE), kit_filter_with(KIT_HOLD, "hold=3"),
              kit_filter(KIT_SINK));
    road_run(&r);
    kit_shut(0);
    assert_true(kit_wait_inside(0));
    swap_begin(&h, kit_filter(KIT_PASS));
    who = helper_start(&h, &r, swap_in_helper);
    until_line(&r, who.text, " s for the stream to make the cut at source.Out");
    kit_let_through(0);
    until_line(&r, "the stream of source.Out, making an edit's cut at source.Out: ", "runs, ");
    until_line(&r, who.text, held_by(who_is(&r, "the stream of source.Out")));
    until_line(&r, "  source.Out: its link is being changed for ",
               who_is(&r, "the stream of source.Out").text);
    SetEvent(h.request.abort);
    swap_end(&h, VFW_E_STATE_CHANGED);
    until_line(&r, "making an edit's cut", "source.Out"); /* it is still inside */
    kit_open(0);
    until_no_line(&r, "making an edit's cut");
    assert_flows(0);
    road_close(&r);
}

#define QUEUE_BOUND 16

/* Full for good: one sample is inside the sink, the queue has all it takes, and the next one waits. */
static void wait_queue_full(struct road *r)
{
    uint64_t all = kit_count(0) + 1 + QUEUE_BOUND;
    int64_t deadline = rg_time_deadline_ns(KIT_WAIT_MS);

    while (kit_ledger(kit_out(r->source)).samples < all) {
        assert_true(rg_time_now_ns() < deadline);
        sched_yield();
    }
    until_line(r, "the stream of source.Out: waits ", " s for room in the queue at fx.Out");
}

/* A queue that leaves is drained by a helper, so the gate has to close first. */
static void gate_that_is_to_close(void **state)
{
    struct helper h;
    struct road r;
    struct who who;

    (void)state;
    road_open(&r, kit_filter(KIT_SOURCE), kit_filter(KIT_QUEUE), kit_filter(KIT_SINK));
    road_run(&r);
    kit_shut(0);
    assert_true(kit_wait_inside(0));
    wait_queue_full(&r);
    swap_begin(&h, kit_filter(KIT_PASS));
    who = helper_start(&h, &r, swap_in_helper);
    until_line(&r, who.text, " s for the gate to close at source.Out");
    until_line(&r, "  source.Out: closing for ", who.text);
    kit_open(0);
    swap_end(&h, S_OK);
    assert_flows(0);
    road_close(&r);
}

/* What a foreign filter gives up hangs behind it. */
static void drain_that_hangs(void **state)
{
    struct fake_config foreign = { .name = "foreign",
                                   .inputs = 1,
                                   .outputs = 1,
                                   .in_types = "a",
                                   .out_types = "=",
                                   .holds = 3 };
    struct helper h = {
        .result = E_PENDING,
        .request = { .size = sizeof(h.request),
                     .flags = RG_EDIT_CALLER_BLOCKED,
                     .timeout_ms = KIT_WAIT_MS,
                     .abort = CreateEventW(NULL, TRUE, FALSE, NULL) },
    };
    struct road r;
    struct who who;
    IPinFlowControl *flow;

    (void)state;
    road_open(&r, kit_filter(KIT_SOURCE), &fake_filter_new(&foreign)->base,
              kit_filter(KIT_SINK));
    road_run(&r);
    assert_true(kit_wait_more(0, 5));
    flow = flow_of(kit_out(r.source));
    assert_hr(CALL(flow, Block, AM_PIN_FLOW_CONTROL_BLOCK, NULL), S_OK);
    kit_shut(0);
    h.fresh = kit_filter(KIT_PASS);
    who = helper_start(&h, &r, swap_in_helper);
    assert_true(kit_wait_inside(0));
    until_line(&r, who.text, " s for what is drained to arrive at sink.In");
    until_line(&r, "  drain (", ", pushing the end of the stream into fx.in0: runs, ");
    until_line(&r, "for what is drained to arrive",
               held_by(who_is(&r, "pushing the end of the stream")));
    SetEvent(h.request.abort);
    rg_thread_join(&h.thread);
    assert_hr(h.result, VFW_E_STATE_CHANGED);
    until_no_line(&r, "for what is drained");
    kit_open(0);
    until_no_line(&r, "pushing the end of the stream");
    LET_GO(h.fresh);
    LET_GO(flow);
    CloseHandle(h.request.abort);
    road_close(&r);
}

static void hang_in_stop(void *context)
{
    (void)WaitForSingleObject(context, KIT_WAIT_MS);
}

/* The cut is made, and what leaves hangs in Stop. */
static void stop_that_hangs(void **state)
{
    HANDLE go = new_event();
    struct fake_config foreign = { .name = "foreign",
                                   .inputs = 1,
                                   .outputs = 1,
                                   .in_types = "a",
                                   .out_types = "=",
                                   .on_stop = hang_in_stop,
                                   .on_stop_context = go };
    struct helper h;
    struct road r;
    struct who who;

    (void)state;
    road_open(&r, kit_filter(KIT_SOURCE), &fake_filter_new(&foreign)->base,
              kit_filter(KIT_SINK));
    road_run(&r);
    swap_begin(&h, kit_filter(KIT_PASS));
    who = helper_start(&h, &r, swap_in_helper);
    until_line(&r, who.text, " s for a filter to stop at fx");
    until_line(&r, "  stopper (", ", stopping fx: ");
    until_line(&r, who.text, held_by(who_is(&r, "stopping fx")));
    SetEvent(go);
    swap_end(&h, S_OK);
    until_no_line(&r, "stopping fx");
    assert_flows(0);
    road_close(&r);
    CloseHandle(go);
}

/* ---- before the edit --------------------------------------------------------------------------- */

/* The graph is still on its way to running. */
static void graph_that_does_not_arrive(void **state)
{
    struct helper h;
    struct road r;
    struct who who;
    IPinFlowControl *flow;

    (void)state;
    road_open(&r, kit_filter(KIT_SOURCE), kit_filter(KIT_PASS), kit_filter(KIT_SINK));
    flow = flow_of(kit_out(r.middle));
    assert_hr(CALL(flow, Block, AM_PIN_FLOW_CONTROL_BLOCK, NULL), S_OK);
    assert_hr(CALL(r.g.control, Run), S_FALSE);
    swap_begin(&h, kit_filter(KIT_PASS));
    who = helper_start(&h, &r, swap_in_helper);
    until_line(&r, who.text, " s for the change of state to end");
    SetEvent(h.request.abort);
    swap_end(&h, VFW_E_STATE_CHANGED);
    assert_hr(CALL(flow, Block, 0, NULL), S_OK);
    LET_GO(flow);
    assert_flows(0);
    road_close(&r);
}

/* ---- commits that wait for their time ------------------------------------------------------------ */

#define LATE (1000 * 10000000LL)

/* The stream makes the cut in time. */
static void commit_at_a_time(void **state)
{
    HANDLE done = new_event();
    IBaseFilter *fresh = kit_filter(KIT_PASS);
    IGraphTransaction *t;
    struct road r;
    struct who main_thread = me();

    (void)state;
    road_open(&r, kit_filter(KIT_SOURCE), kit_filter(KIT_PASS), kit_filter(KIT_SINK));
    road_run(&r);
    t = begin(&r);
    assert_hr(CALL(t, Swap, r.middle, fresh, NULL), S_OK);
    assert_hr(CALL(t, Commit, LATE, done), S_OK);
    until_line(&r, "  commit (", "), carrying out an edit: waits ");
    until_line(&r, "  commit (",
               " s for the time of an edit at source.Out (due at 1000.000 s)");
    until_line(&r, "  source.Out: a change of its link is pending for ",
               "(at a sample of 1000.000 s or later)");
    until_line(&r, "  source.Out: a change of its link is pending for ", main_thread.text);
    assert_flows(0);
    assert_hr(CALL(t, Abort), S_OK);
    wait_event(done);
    assert_hr(CALL(t, GetResult), VFW_E_STATE_CHANGED);
    until_no_line(&r, "carrying out an edit");
    until_no_line(&r, "a change of its link");
    LET_GO(t);
    LET_GO(fresh);
    CloseHandle(done);
    road_close(&r);
}

/* Two gates are armed, each closes in time. */
static void commit_of_two_gates(void **state)
{
    HANDLE done = new_event();
    IBaseFilter *fresh[2] = { kit_filter(KIT_PASS), kit_filter(KIT_PASS) };
    IGraphTransaction *t;
    struct two_roads two;

    (void)state;
    two_open(&two, "limit=-1", KIT_PASS);
    road_run(&two.r);
    t = begin(&two.r);
    for (unsigned i = 0; i < 2; i++)
        assert_hr(CALL(t, Swap, two.fx[i], fresh[i], NULL), S_OK);
    assert_hr(CALL(t, Commit, LATE, done), S_OK);
    until_line(&two.r, "  commit (", " s for the time of an edit at source ");
    until_line(&two.r, "  source a.Out: armed for ",
               "(closes at a sample of 1000.000 s or later)");
    until_line(&two.r, "  source b.Out: armed for ",
               "(closes at a sample of 1000.000 s or later)");
    two_flow();
    assert_hr(CALL(t, Abort), S_OK);
    wait_event(done);
    until_no_line(&two.r, "armed for");
    LET_GO(t);
    LET_GO(fresh[0]);
    LET_GO(fresh[1]);
    CloseHandle(done);
    road_close(&two.r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cut_before_the_next_sample),
        cmocka_unit_test(cut_whose_drain_hangs),
        cmocka_unit_test(gate_that_is_to_close),
        cmocka_unit_test(drain_that_hangs),
        cmocka_unit_test(stop_that_hangs),
        cmocka_unit_test(graph_that_does_not_arrive),
        cmocka_unit_test(commit_at_a_time),
        cmocka_unit_test(commit_of_two_gates),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
