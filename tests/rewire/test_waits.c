/* SPDX-License-Identifier: MIT */
/* test_waits.c - why is it stuck?  Each kind of wait is made to happen, and the report has to say so: thread, place,
 * what for, who holds it.
 */
#include "waits_test.h"

/* ---- what the helper does ---------------------------------------------------------------- */

static void run_in_helper(void *arg)
{
    struct helper *h = arg;

    h->result = CALL(h->road->g.control, Run);
}

static void get_state_in_helper(void *arg)
{
    struct helper *h = arg;
    OAFilterState state;

    h->result = CALL(h->road->g.control, GetState, KIT_WAIT_MS, &state);
}

static void stop_in_helper(void *arg)
{
    struct helper *h = arg;

    h->result = CALL(h->road->g.control, Stop);
}

static void ask_version_in_helper(void *arg)
{
    struct helper *h = arg;
    LONG version;

    h->result = CALL(h->road->g.version, QueryVersion, &version);
}

static void block_in_helper(void *arg)
{
    struct helper *h = arg;

    h->result = CALL(h->flow, Block, AM_PIN_FLOW_CONTROL_BLOCK, NULL);
}

/* ---- the gate ---------------------------------------------------------------------------- */

static void closed_gate(void **state)
{
    struct road r;
    struct who main_thread = me();
    IPinFlowControl *flow;

    (void)state;
    road_open(&r, kit_filter(KIT_SOURCE), kit_filter(KIT_PASS), kit_filter(KIT_SINK));
    road_run(&r);
    flow = flow_of(kit_out(r.source));
    assert_hr(CALL(flow, Block, AM_PIN_FLOW_CONTROL_BLOCK, NULL), S_OK);
    until_line(&r, "the stream of source.Out: waits ", " s for the gate to open at source.Out");
    until_line(&r, "for the gate to open at source.Out", held_by(main_thread));
    until_line(&r, "for the gate to open at source.Out", " (sample of ");
    until_line(&r, "  source.Out: closed for ", ", 1 waits");
    until_line(&r, "  source.Out: closed for ", main_thread.text);
    assert_hr(CALL(flow, Block, 0, NULL), S_OK);
    until_no_line(&r, "for the gate to open");
    until_no_line(&r, "source.Out: closed");
    assert_flows(0);
    LET_GO(flow);
    road_close(&r);
}

/* Stop sends home who waits; the gate goes with its filter, closed as it is. */
static void gate_that_stays_closed(void **state)
{
    struct road r;
    IPinFlowControl *flow;
    char *text = NULL;

    (void)state;
    road_open(&r, kit_filter(KIT_SOURCE), kit_filter(KIT_PASS), kit_filter(KIT_SINK));
    road_run(&r);
    flow = flow_of(kit_out(r.source));
    assert_hr(CALL(flow, Block, AM_PIN_FLOW_CONTROL_BLOCK, NULL), S_OK);
    LET_GO(flow);
    until_line(&r, "  source.Out: closed for ", ", 1 waits");
    assert_hr(CALL(r.g.control, Stop), S_OK);
    until_no_line(&r, ", 1 waits");
    until_line(&r, "  source.Out: closed for ", " by ");
    road_close(&r);
    assert_hr(rg_report_waits(&text), S_OK);
    assert_false(has_line(text, "held:", "held:"));
    CoTaskMemFree(text);
}

/* Somebody is inside: who blocks waits for him, and the other way round nobody does. */
static void gate_that_does_not_close(void **state)
{
    struct helper h = { .result = E_PENDING };
    struct road r;
    struct who who;

    (void)state;
    road_open(&r, kit_filter(KIT_SOURCE), kit_filter(KIT_PASS), kit_filter(KIT_SINK));
    road_run(&r);
    kit_shut(0);
    assert_true(kit_wait_inside(0));
    h.flow = flow_of(kit_out(r.source));
    who = helper_start(&h, &r, block_in_helper);
    until_line(&r, who.text, " s for samples to leave the gate at source.Out");
    until_line(&r, "for samples to leave the gate at source.Out",
               held_by(who_is(&r, "the stream of source.Out")));
    until_line(&r, "  source.Out: closing for ", who.text);
    kit_open(0);
    rg_thread_join(&h.thread);
    assert_hr(h.result, S_OK);
    until_line(&r, "  source.Out: closed for ", "which has ended");
    assert_hr(CALL(h.flow, Block, 0, NULL), S_OK);
    LET_GO(h.flow);
    road_close(&r);
}

static void armed_gate(void **state)
{
    struct road r;
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, NULL);
    IRgLink *link;

    (void)state;
    road_open(&r, kit_filter(KIT_SOURCE), kit_filter(KIT_PASS), kit_filter(KIT_SINK));
    assert_hr(CALL(kit_out(r.source), QueryInterface, &IID_IRgLink, (void **)&link), S_OK);
    assert_hr(CALL(link, BlockAt, 1000 * 10000000LL, event), S_OK);
    until_line(&r, "  source.Out: armed for ", "(closes at a sample of 1000.000 s or later)");
    until_line(&r, "  source.Out: armed for ", me().text);
    assert_hr(CALL(link, BlockAt, -1, NULL), S_OK);
    until_no_line(&r, "source.Out: armed");
    LET_GO(link);
    CloseHandle(event);
    road_close(&r);
}

/* ---- queues, buffers ----------------------------------------------------------------------- */

static void full_queue(void **state)
{
    struct road r;

    (void)state;
    road_open(&r, kit_filter(KIT_SOURCE), kit_filter(KIT_QUEUE), kit_filter(KIT_SINK));
    road_run(&r);
    kit_shut(0);
    until_line(&r, "the stream of source.Out: waits ", " s for room in the queue at fx.Out");
    until_line(&r, "for room in the queue", held_by(who_is(&r, "the pump of fx.Out")));
    until_line(&r, "for room in the queue", " samples are in it)");
    kit_open(0);
    assert_flows(0);
    road_close(&r);
}

static void empty_queue(void **state)
{
    struct road r;

    (void)state;
    road_open(&r, kit_filter_with(KIT_SOURCE, "limit=5"), kit_filter(KIT_QUEUE),
              kit_filter(KIT_SINK));
    road_run(&r);
    until_line(&r, "the pump of fx.Out: waits ", " s for samples in the queue at fx.Out");
    until_line(&r, "the stream of source.Out: waits ",
               "for the stream has ended at source.Out");
    road_close(&r);
}

static void no_buffer(void **state)
{
    struct road r;
    IMemInputPin *input;
    IMemAllocator *allocator;
    IMediaSample *taken[64];
    unsigned n = 0;
    char all[64];

    (void)state;
    road_open(&r, kit_filter(KIT_SOURCE), kit_filter(KIT_PASS), kit_filter(KIT_SINK));
    assert_hr(CALL(kit_in(r.middle), QueryInterface, &IID_IMemInputPin, (void **)&input), S_OK);
    assert_hr(CALL(input, GetAllocator, &allocator), S_OK);
    assert_hr(CALL(allocator, Commit), S_OK);
    while (n < 64 && CALL(allocator, GetBuffer, &taken[n], NULL, NULL, AM_GBF_NOWAIT) == S_OK)
        n++;
    assert_in_range(n, 1, 63);
    assert_true(SUCCEEDED(CALL(r.g.control, Run)));
    snprintf(all, sizeof(all), "(all %u are out)", n);
    until_line(&r, "the stream of source.Out: waits ", " s for a free buffer at source.Out");
    until_line(&r, "for a free buffer at source.Out", all);
    while (n-- > 0)
        LET_GO(taken[n]);
    assert_flows(0);
    until_no_line(&r, "for a free buffer");
    LET_GO(allocator);
    LET_GO(input);
    road_close(&r);
}

/* ---- the end of the road --------------------------------------------------------------------- */

static void paused_sink(void **state)
{
    struct road r;
    OAFilterState now;

    (void)state;
    road_open(&r, kit_filter(KIT_SOURCE), kit_filter(KIT_PASS), kit_filter(KIT_SINK));
    assert_true(SUCCEEDED(CALL(r.g.control, Pause)));
    assert_hr(CALL(r.g.control, GetState, KIT_WAIT_MS, &now), S_OK);
    until_line(&r, "the stream of source.Out: waits ",
               " s for Run, for the sink is paused at sink.In");
    road_run(&r);
    until_no_line(&r, "for Run");
    road_close(&r);
}

static void sink_without_data(void **state)
{
    struct helper h = { .result = E_PENDING };
    struct road r;
    struct who who;
    IPinFlowControl *flow;

    (void)state;
    road_open(&r, kit_filter(KIT_SOURCE), kit_filter(KIT_PASS), kit_filter(KIT_SINK));
    flow = flow_of(kit_out(r.middle));
    assert_hr(CALL(flow, Block, AM_PIN_FLOW_CONTROL_BLOCK, NULL), S_OK);
    assert_true(SUCCEEDED(CALL(r.g.control, Pause)));
    who = helper_start(&h, &r, get_state_in_helper);
    until_line(&r, who.text, " s for a filter to be ready at sink, ");
    until_line(&r, who.text, " s for its first sample (preroll) at sink.In");
    until_line(&r, "the stream of source.Out: waits ", "for the gate to open at fx.Out");
    assert_hr(CALL(flow, Block, 0, NULL), S_OK);
    rg_thread_join(&h.thread);
    assert_hr(h.result, S_OK);
    LET_GO(flow);
    road_close(&r);
}

/* The rest of a Run is the worker's: whoever asks for the state waits for that. */
static void run_without_data(void **state)
{
    struct helper h = { .result = E_PENDING };
    struct road r;
    struct who who;
    IPinFlowControl *flow;

    (void)state;
    road_open(&r, kit_filter(KIT_SOURCE), kit_filter(KIT_PASS), kit_filter(KIT_SINK));
    flow = flow_of(kit_out(r.middle));
    assert_hr(CALL(flow, Block, AM_PIN_FLOW_CONTROL_BLOCK, NULL), S_OK);
    assert_hr(CALL(r.g.control, Run), S_FALSE);
    who = helper_start(&h, &r, get_state_in_helper);
    until_line(&r, who.text, " s for the change of state to end");
    until_line(&r, "  graph (", " s for a filter to be ready at sink");
    assert_hr(CALL(flow, Block, 0, NULL), S_OK);
    rg_thread_join(&h.thread);
    assert_hr(h.result, S_OK);
    until_line(&r, "  graph (", ": idle, waits ");
    LET_GO(flow);
    road_close(&r);
}

/* A clock that stands still, and wakes nobody. */
static HRESULT STDMETHODCALLTYPE still_query(IReferenceClock *face, REFIID iid, void **out)
{
    bool known = IsEqualIID(iid, &IID_IUnknown) || IsEqualIID(iid, &IID_IReferenceClock);

    *out = known ? face : NULL;
    return known ? S_OK : E_NOINTERFACE;
}

static ULONG STDMETHODCALLTYPE still_count(IReferenceClock *face)
{
    (void)face;
    return 1;
}

static HRESULT STDMETHODCALLTYPE still_time(IReferenceClock *face, REFERENCE_TIME *ret)
{
    (void)face;
    *ret = 0;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE still_advise(IReferenceClock *face, REFERENCE_TIME base,
                                              REFERENCE_TIME stream, HEVENT event,
                                              DWORD_PTR *ret_cookie)
{
    (void)face, (void)base, (void)stream, (void)event;
    *ret_cookie = 1;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE still_unadvise(IReferenceClock *face, DWORD_PTR cookie)
{
    (void)face, (void)cookie;
    return S_OK;
}

static const IReferenceClockVtbl still_vtbl = {
    .QueryInterface = still_query,
    .AddRef = still_count,
    .Release = still_count,
    .GetTime = still_time,
    .AdviseTime = still_advise,
    .Unadvise = still_unadvise,
};

static void clock_that_stands(void **state)
{
    IReferenceClock clock = { (IReferenceClockVtbl *)&still_vtbl };
    struct rg_class_info info;
    IBaseFilter *end;
    struct road r;

    (void)state;
    assert_hr(rg_class_by_name("null", &info), S_OK);
    assert_hr(CoCreateInstance(&info.clsid, NULL, CLSCTX_INPROC_SERVER, &IID_IBaseFilter,
                               (void **)&end),
              S_OK);
    assert_hr(kit_set(end, "sync", 1), S_OK);
    road_open(&r, kit_filter(KIT_SOURCE), kit_filter(KIT_PASS), end);
    assert_hr(CALL(r.g.filter, SetSyncSource, &clock), S_OK);
    assert_true(SUCCEEDED(CALL(r.g.control, Run)));
    until_line(&r, "the stream of source.Out: waits ", " s for the clock at sink.In");
    until_line(&r, "for the clock at sink.In", "(until 0.000 s of stream time)");
    road_close(&r);
}

/* ---- control --------------------------------------------------------------------------------- */

static void hold_graph_lock(void *context)
{
    (void)WaitForSingleObject(context, KIT_WAIT_MS);
}

/* A foreign filter hangs in Run, under the graph lock: the report comes all the same. */
static void graph_lock_that_is_taken(void **state)
{
    struct helper holder = { .result = E_PENDING }, waiter = { .result = E_PENDING };
    HANDLE go = CreateEventW(NULL, TRUE, FALSE, NULL);
    struct fake_config config = { .name = "slow",
                                  .on_run = hold_graph_lock,
                                  .on_run_context = go };
    struct road r;
    struct who who_holds, who_waits;

    (void)state;
    road_open_empty(&r);
    (void)graph_put(&r.g, &config);
    who_holds = helper_start(&holder, &r, run_in_helper);
    until_line(&r, "  the graph lock: taken for ", who_holds.text);
    who_waits = helper_start(&waiter, &r, ask_version_in_helper);
    until_line(&r, who_waits.text, " s for its turn at the graph lock");
    until_line(&r, "for its turn at the graph lock", held_by(who_holds));
    until_line(&r, "  the graph lock: taken for ", ", 1 waits");
    SetEvent(go);
    rg_thread_join(&holder.thread);
    rg_thread_join(&waiter.thread);
    assert_hr(waiter.result, S_OK);
    until_no_line(&r, "the graph lock: taken");
    CloseHandle(go);
    road_close(&r);
}

static void stop_behind_a_call(void **state)
{
    struct helper h = { .result = E_PENDING };
    struct road r;
    struct who who;

    (void)state;
    road_open(&r, kit_filter(KIT_SOURCE), kit_filter(KIT_PASS), kit_filter(KIT_SINK));
    road_run(&r);
    kit_shut(0);
    assert_true(kit_wait_inside(0));
    who = helper_start(&h, &r, stop_in_helper);
    until_line(&r, who.text, " s for the call inside to come out at sink.In");
    until_line(&r, "the stream of source.Out: runs", " so far");
    kit_open(0);
    rg_thread_join(&h.thread);
    road_close(&r);
}

/* ---- whose report it is ------------------------------------------------------------------------ */

static void two_graphs(void **state)
{
    struct road mine, other;
    IPinFlowControl *flow;
    const char *others;
    char *text;

    (void)state;
    road_open(&other, kit_filter(KIT_SOURCE), NULL, kit_filter_with(KIT_SINK, "slot=1"));
    road_open(&mine, kit_filter(KIT_SOURCE), NULL, kit_filter(KIT_SINK));
    road_run(&other);
    flow = flow_of(kit_out(other.source));
    assert_hr(CALL(flow, Block, AM_PIN_FLOW_CONTROL_BLOCK, NULL), S_OK);
    until_line(&mine, "the stream of source.Out: waits ", "for the gate to open");
    text = get_waits(&mine);
    others = strstr(text, "\nother threads:\n");
    assert_non_null(others);
    assert_true(strstr(text, "the stream of source.Out") > others);
    assert_true(strstr(text, "  source.Out: closed for ") > strstr(text, "held elsewhere:\n"));
    CoTaskMemFree(text);
    text = get_waits(&other);
    others = strstr(text, "\nother threads:\n");
    assert_true(strstr(text, "the stream of source.Out") < others);
    assert_true(strstr(text, "  source.Out: closed for ") < others);
    CoTaskMemFree(text);
    assert_hr(CALL(flow, Block, 0, NULL), S_OK);
    LET_GO(flow);
    /* one at a time would find the other's objects alive */
    assert_hr(CALL(other.g.control, Stop), S_OK);
    LET_GO(other.edit);
    LET_GO(other.config);
    LET_GO(other.g.control);
    LET_GO(other.g.event);
    LET_GO(other.g.filter);
    LET_GO(other.g.seeking);
    LET_GO(other.g.position);
    LET_GO(other.g.version);
    LET_GO(other.g.report);
    assert_int_equal(LET_GO(other.g.builder), 0);
    road_close(&mine);
}

static void bad_arguments(void **state)
{
    struct road r;

    (void)state;
    road_open_empty(&r);
    assert_hr(CALL(r.g.report, GetWaits, NULL), E_POINTER);
    road_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(closed_gate),
        cmocka_unit_test(gate_that_stays_closed),
        cmocka_unit_test(gate_that_does_not_close),
        cmocka_unit_test(armed_gate),
        cmocka_unit_test(full_queue),
        cmocka_unit_test(empty_queue),
        cmocka_unit_test(no_buffer),
        cmocka_unit_test(paused_sink),
        cmocka_unit_test(sink_without_data),
        cmocka_unit_test(run_without_data),
        cmocka_unit_test(clock_that_stands),
        cmocka_unit_test(graph_lock_that_is_taken),
        cmocka_unit_test(stop_behind_a_call),
        cmocka_unit_test(two_graphs),
        cmocka_unit_test(bad_arguments),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
