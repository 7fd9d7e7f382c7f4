/* SPDX-License-Identifier: MIT */
/* test_refused.c - edits that fail: graph, data and ledger are as before, and the certificate says why. */
#include "fake_filter.h"
#include "transaction_test.h"

/* The road that every test here begins with plays on, unchanged, after its edit was refused. */
static void assert_as_before(struct road *r, IBaseFilter *replacement, unsigned members)
{
    assert_int_equal(graph_count(&r->g), members);
    if (replacement != NULL) {
        assert_false(kit_in_graph(replacement));
        assert_int_equal(kit_state(replacement), State_Stopped);
        assert_int_equal(LET_GO(replacement), 0);
    }
    assert_true(kit_has_name(r->middle, L"fx"));
    assert_flows(0);
}

static void swap_refused(IBaseFilter *replacement, HRESULT wanted)
{
    struct road r;
    CERTIFICATE(c);

    road_open(&r, kit_filter(KIT_SOURCE), kit_filter_with(KIT_HOLD, "mark=0"),
              kit_filter(KIT_SINK));
    road_run(&r);
    assert_true(kit_wait_more(0, 10));
    assert_hr(CALL(r.edit, Swap, r.middle, replacement, "new", NULL, &c), wanted);
    assert_refused(&c, wanted);
    assert_int_equal(c.closed_ns, 0);
    assert_as_before(&r, replacement, 3);
    assert_int_equal(kit_ledger(kit_out(r.source)).closings, 0);
    assert_int_equal(kit_ledger(kit_in(r.sink)).markers, 0);
    road_close(&r);
}

static void type_refused(void **state)
{
    (void)state;
    swap_refused(kit_filter_with(KIT_PASS, "refuse=1"), VFW_E_NO_ACCEPTABLE_TYPES);
    /* it is not for want of a type that somebody likes */
    swap_refused(kit_filter_with(KIT_PASS, "fail_type=1"), VFW_E_NO_DECOMPRESSOR);
}

static void does_not_start(void **state)
{
    (void)state;
    swap_refused(kit_filter_with(KIT_PASS, "fail_start=1"), VFW_E_NO_DECOMPRESSOR);
}

static void no_pins(void **state)
{
    (void)state;
    swap_refused(kit_filter(KIT_SINK), VFW_E_CANNOT_CONNECT);
    swap_refused(kit_filter(KIT_SOURCE), VFW_E_CANNOT_CONNECT);
}

/* ---- foreign replacements between our pins ------------------------------------------------------------ */

static const struct fake_config foreign_pass = {
    .name = "foreign",
    .inputs = 1,
    .outputs = 1,
    .in_types = "a",
    .out_types = "=",
};

static void foreign_refused(const struct fake_config *config, HRESULT wanted)
{
    struct fake_filter *foreign = fake_filter_new(config);
    struct road r;
    CERTIFICATE(c);

    road_open(&r, kit_filter(KIT_SOURCE), kit_filter(KIT_PASS), kit_filter(KIT_SINK));
    road_run(&r);
    assert_true(kit_wait_more(0, 10));
    assert_hr(CALL(r.edit, Swap, r.middle, &foreign->base, "fx", NULL, &c), wanted);
    assert_refused(&c, wanted);
    assert_false(is_connected(fake_in(foreign, 0)));
    assert_false(is_connected(fake_out(foreign, 0)));
    assert_as_before(&r, &foreign->base, 3);
    road_close(&r);
}

static void foreign_replacement_fails(void **state)
{
    struct fake_config config;

    (void)state;
    config = foreign_pass;
    config.fail_pause = E_ACCESSDENIED;
    foreign_refused(&config, E_ACCESSDENIED);
    config = foreign_pass;
    config.fail_run = E_ACCESSDENIED;
    foreign_refused(&config, E_ACCESSDENIED);
    config = foreign_pass;
    config.fail_connect = E_ACCESSDENIED;
    foreign_refused(&config, E_ACCESSDENIED);
    config = foreign_pass;
    config.fail_receive_connection = E_ACCESSDENIED;
    foreign_refused(&config, E_ACCESSDENIED);
    config = foreign_pass;
    config.fail_join = E_ACCESSDENIED;
    foreign_refused(&config, E_ACCESSDENIED);
    config = foreign_pass;
    config.in_types = "b";
    foreign_refused(&config, VFW_E_NO_ACCEPTABLE_TYPES);
}

static void foreign_replacement_works(void **state)
{
    struct road r;
    CERTIFICATE(c);

    (void)state;
    road_open(&r, kit_filter(KIT_SOURCE), kit_filter_with(KIT_HOLD, "hold=3"),
              kit_filter(KIT_SINK));
    road_run(&r);
    for (unsigned i = 0; i < 200; i++) {
        struct fake_config config = foreign_pass;
        IBaseFilter *fx;

        config.holds = i % 4 == 0 ? 3 : 0;
        fx = i % 2 == 0 ? &fake_filter_new(&config)->base : kit_filter_with(KIT_HOLD, "hold=3");
        assert_hr(road_swap(&r, fx, &c), S_OK);
    }
    assert_flows(0);
    road_close(&r);
}

/* ---- arguments ------------------------------------------------------------------------------------------ */

static void wrong_arguments(void **state)
{
    struct road r;
    IBaseFilter *fx = kit_filter(KIT_PASS), *stranger = kit_filter(KIT_PASS);
    RG_EDIT_REQUEST request = { .size = sizeof(request) };
    CERTIFICATE(c);

    (void)state;
    road_open(&r, kit_filter(KIT_SOURCE), kit_filter(KIT_PASS), kit_filter(KIT_SINK));
    road_run(&r);
    assert_hr(CALL(r.edit, Swap, NULL, fx, NULL, NULL, NULL), E_POINTER);
    assert_hr(CALL(r.edit, Swap, r.middle, NULL, NULL, NULL, NULL), E_POINTER);
    assert_hr(CALL(r.edit, Insert, NULL, fx, NULL, NULL, NULL), E_POINTER);
    assert_hr(CALL(r.edit, Insert, kit_out(r.source), NULL, NULL, NULL, NULL), E_POINTER);
    assert_hr(CALL(r.edit, Remove, NULL, NULL, NULL), E_POINTER);
    request.flags = 0x100;
    assert_hr(CALL(r.edit, Swap, r.middle, fx, NULL, &request, NULL), E_INVALIDARG);
    request.flags = 0;
    request.size = 4;
    assert_hr(CALL(r.edit, Swap, r.middle, fx, NULL, &request, NULL), E_INVALIDARG);
    c.size = 3;
    assert_hr(CALL(r.edit, Swap, r.middle, fx, NULL, NULL, &c), E_INVALIDARG);
    c.size = sizeof(c);
    assert_hr(CALL(r.edit, Swap, stranger, fx, NULL, NULL, &c), VFW_E_NOT_IN_GRAPH);
    assert_refused(&c, VFW_E_NOT_IN_GRAPH);
    assert_hr(CALL(r.edit, Swap, r.middle, r.middle, NULL, NULL, &c), E_INVALIDARG);
    assert_refused(&c, E_INVALIDARG);
    assert_hr(CALL(r.edit, Swap, r.sink, fx, NULL, NULL, &c), E_INVALIDARG);
    assert_refused(&c, E_INVALIDARG);
    assert_hr(CALL(r.edit, Insert, kit_in(r.sink), fx, NULL, NULL, &c),
              VFW_E_INVALID_DIRECTION);
    assert_refused(&c, VFW_E_INVALID_DIRECTION);
    assert_hr(CALL(r.edit, Insert, kit_out(stranger), fx, NULL, NULL, &c), VFW_E_NOT_IN_GRAPH);
    assert_refused(&c, VFW_E_NOT_IN_GRAPH);
    /* the caller says that the gate is closed, but it is not */
    request.size = sizeof(request);
    request.flags = RG_EDIT_CALLER_BLOCKED;
    assert_hr(CALL(r.edit, Swap, r.middle, fx, NULL, &request, &c), E_INVALIDARG);
    assert_refused(&c, E_INVALIDARG);
    LET_GO(stranger);
    assert_as_before(&r, fx, 3);
    road_close(&r);
}

/* A filter that works elsewhere in the graph is not taken away from there, nor stopped. */
static void replacement_is_in_use(void **state)
{
    struct road r;
    IBaseFilter *other_source, *other, *other_sink;
    CERTIFICATE(c);

    (void)state;
    road_open(&r, kit_filter(KIT_SOURCE), kit_filter(KIT_PASS), kit_filter(KIT_SINK));
    other_source = road_put(&r, kit_filter(KIT_SOURCE), L"source 2");
    other = road_put(&r, kit_filter(KIT_TEE), L"tee");
    other_sink = road_put(&r, kit_filter_with(KIT_SINK, "slot=1"), L"sink 2");
    road_join(&r, kit_out(other_source), kit_in(other));
    road_join(&r, kit_out(other), kit_in(other_sink));
    road_run(&r);
    assert_hr(CALL(r.edit, Swap, r.middle, other, NULL, NULL, &c), E_INVALIDARG);
    assert_refused(&c, E_INVALIDARG);
    assert_int_equal(kit_state(other), State_Running);
    assert_flows(1);
    assert_as_before(&r, NULL, 6);
    road_close(&r);
}

/* A member that runs unconnected is as before when it was refused, and takes part when it was not. */
static void replacement_is_a_member(void **state)
{
    struct road r;
    IBaseFilter *spare, *refusing;
    CERTIFICATE(c);

    (void)state;
    road_open(&r, kit_filter(KIT_SOURCE), kit_filter(KIT_HOLD), kit_filter(KIT_SINK));
    spare = road_put(&r, kit_filter(KIT_HOLD), L"spare");
    refusing = road_put(&r, kit_filter_with(KIT_PASS, "refuse=1"), L"refusing");
    road_run(&r);
    assert_hr(CALL(r.edit, Swap, r.middle, refusing, NULL, NULL, &c),
              VFW_E_NO_ACCEPTABLE_TYPES);
    assert_int_equal(kit_state(refusing), State_Running);
    assert_as_before(&r, NULL, 5);
    assert_hr(CALL(r.edit, Swap, r.middle, spare, NULL, NULL, &c), S_OK);
    assert_flows(0);
    assert_int_equal(kit_state(spare), State_Running);
    assert_int_equal(graph_count(&r.g), 4);
    road_close(&r);
}

static void cached_replacement_goes_back(void **state)
{
    struct road r;
    IBaseFilter *refusing = kit_filter_with(KIT_PASS, "refuse=1");
    CERTIFICATE(c);

    (void)state;
    road_open(&r, kit_filter(KIT_SOURCE), kit_filter(KIT_PASS), kit_filter(KIT_SINK));
    assert_hr(CALL(r.config, AddFilterToCache, refusing), S_OK);
    road_run(&r);
    assert_hr(CALL(r.edit, Swap, r.middle, refusing, NULL, NULL, &c),
              VFW_E_NO_ACCEPTABLE_TYPES);
    assert_hr(CALL(r.config, AddFilterToCache, refusing), S_FALSE);
    assert_hr(CALL(r.config, RemoveFilterFromCache, refusing), S_OK);
    assert_as_before(&r, refusing, 3);
    road_close(&r);
}

/* ---- the gate does not close in time ----------------------------------------------------------------------- */

static void held_by_a_paused_renderer(void **state)
{
    struct road r;
    OAFilterState reached;
    RG_EDIT_REQUEST request = { .size = sizeof(request), .timeout_ms = 30 };
    IBaseFilter *fx = kit_filter(KIT_PASS);
    CERTIFICATE(c);

    (void)state;
    road_open(&r, kit_filter(KIT_SOURCE), kit_filter(KIT_PASS), kit_filter(KIT_SINK));
    CALL(r.g.control, Pause);
    assert_hr(CALL(r.g.control, GetState, KIT_WAIT_MS, &reached), S_OK);
    assert_hr(CALL(r.edit, Swap, r.middle, fx, "fx", &request, &c), VFW_E_TIMEOUT);
    assert_refused(&c, VFW_E_TIMEOUT);
    road_run(&r);
    assert_as_before(&r, fx, 3);
    road_close(&r);
}

static void aborted_by_event(void **state)
{
    struct road r;
    HANDLE abort_event = CreateEventW(NULL, TRUE, FALSE, NULL);
    RG_EDIT_REQUEST request = { .size = sizeof(request), .abort = abort_event };
    IBaseFilter *fx = kit_filter(KIT_PASS);
    CERTIFICATE(c);

    (void)state;
    road_open(&r, kit_filter(KIT_SOURCE), kit_filter(KIT_PASS), kit_filter(KIT_SINK));
    road_run(&r);
    kit_shut(0); /* from now on a sample is always on its way */
    assert_true(kit_wait_inside(0));
    SetEvent(abort_event);
    assert_hr(CALL(r.edit, Swap, r.middle, fx, "fx", &request, &c), VFW_E_STATE_CHANGED);
    assert_refused(&c, VFW_E_STATE_CHANGED);
    kit_open(0);
    assert_as_before(&r, fx, 3);
    CloseHandle(abort_event);
    road_close(&r);
}

static void already_blocked(void **state)
{
    struct road r;
    IPinFlowControl *flow;
    IBaseFilter *fx = kit_filter(KIT_PASS);
    CERTIFICATE(c);

    (void)state;
    road_open(&r, kit_filter(KIT_SOURCE), kit_filter(KIT_PASS), kit_filter(KIT_SINK));
    road_run(&r);
    assert_hr(CALL(kit_out(r.source), QueryInterface, &IID_IPinFlowControl, (void **)&flow),
              S_OK);
    assert_hr(CALL(flow, Block, AM_PIN_FLOW_CONTROL_BLOCK, NULL), S_OK);
    assert_hr(CALL(r.edit, Swap, r.middle, fx, "fx", NULL, &c),
              VFW_E_PIN_ALREADY_BLOCKED_ON_THIS_THREAD);
    assert_refused(&c, VFW_E_PIN_ALREADY_BLOCKED_ON_THIS_THREAD);
    assert_hr(CALL(flow, Block, 0, NULL), S_OK); /* it was left as found */
    LET_GO(flow);
    assert_as_before(&r, fx, 3);
    road_close(&r);
}

/* ---- from other threads -------------------------------------------------------------------------------------- */

struct other_thread {
    struct road *r;
    HRESULT hr;
    RG_CERTIFICATE certificate;
    IBaseFilter *fx;
    HANDLE begun;
};

static DWORD WINAPI swap_main(void *arg)
{
    struct other_thread *t = arg;
    RG_EDIT_REQUEST request = { .size = sizeof(request), .timeout_ms = KIT_WAIT_MS * 5 };

    t->certificate.size = sizeof(t->certificate);
    SetEvent(t->begun);
    t->hr = CALL(t->r->edit, Swap, t->r->middle, t->fx, "fx", &request, &t->certificate);
    return 0;
}

/* The edit would wait for a minute and more; Stop is not kept waiting by it. */
static void stopped_meanwhile(void **state)
{
    struct road r;
    OAFilterState reached;
    struct other_thread t = { .r = &r };
    HANDLE thread;

    (void)state;
    road_open(&r, kit_filter(KIT_SOURCE), kit_filter(KIT_PASS), kit_filter(KIT_SINK));
    CALL(r.g.control, Pause);
    assert_hr(CALL(r.g.control, GetState, KIT_WAIT_MS, &reached), S_OK);
    for (unsigned i = 0; i < 20; i++) {
        t.fx = kit_filter(KIT_PASS);
        t.begun = CreateEventW(NULL, TRUE, FALSE, NULL);
        thread = CreateThread(NULL, 0, swap_main, &t, 0, NULL);
        WaitForSingleObject(t.begun, KIT_WAIT_MS);
        assert_hr(CALL(r.g.control, Stop), S_OK);
        assert_int_equal(WaitForSingleObject(thread, KIT_WAIT_MS), WAIT_OBJECT_0);
        CloseHandle(thread);
        CloseHandle(t.begun);
        /* or it came just before or after, and was made in the stopped graph */
        if (t.hr == S_OK) {
            r.middle = t.fx;
        } else {
            assert_hr(t.hr, VFW_E_STATE_CHANGED);
            assert_refused(&t.certificate, VFW_E_STATE_CHANGED);
            assert_false(kit_in_graph(t.fx));
        }
        LET_GO(t.fx);
        CALL(r.g.control, Pause);
        assert_hr(CALL(r.g.control, GetState, KIT_WAIT_MS, &reached), S_OK);
    }
    road_run(&r);
    assert_as_before(&r, NULL, 3);
    road_close(&r);
}

static DWORD WINAPI seek_main(void *arg)
{
    struct other_thread *t = arg;

    for (unsigned i = 0; i < 50; i++) {
        LONGLONG to = (LONGLONG)(i % 7) * 1000 * KIT_SAMPLE_TIME;

        t->hr = CALL(t->r->g.seeking, SetPositions, &to, AM_SEEKING_AbsolutePositioning, NULL,
                     AM_SEEKING_NoPositioning);
        if (FAILED(t->hr))
            break;
    }
    return 0;
}

static void seeks_meanwhile(void **state)
{
    struct road r;
    struct other_thread t = { .r = &r };
    HANDLE thread;

    (void)state;
    road_open(&r, kit_filter(KIT_SOURCE), kit_filter(KIT_HOLD), kit_filter(KIT_SINK));
    road_run(&r);
    thread = CreateThread(NULL, 0, seek_main, &t, 0, NULL);
    for (unsigned i = 0; i < 200; i++) {
        IBaseFilter *fx = kit_filter(i % 2 == 0 ? KIT_PASS : KIT_HOLD);
        CERTIFICATE(c);
        HRESULT hr = road_swap(&r, fx, &c);

        if (hr != S_OK)
            assert_refused(&c, VFW_E_STATE_CHANGED);
    }
    assert_int_equal(WaitForSingleObject(thread, KIT_WAIT_MS), WAIT_OBJECT_0);
    assert_hr(t.hr, S_OK);
    CloseHandle(thread);
    road_run(&r);
    assert_as_before(&r, NULL, 3);
    road_close(&r);
}

/* A chain that hangs: what its first filter is connected with since before could not be connected
 * again, so nothing is taken off. */
static void no_way_back(void **state)
{
    struct fake_config config = { .name = "foreign",
                                  .inputs = 1,
                                  .outputs = 1,
                                  .in_types = "a",
                                  .out_types = "=",
                                  .pin_connection = true,
                                  .dynamic_connect = true };
    IBaseFilter *foreign = &fake_filter_new(&config)->base, *fx = kit_filter(KIT_PASS);
    CERTIFICATE(certificate);
    IGraphTransaction *t;
    struct road r;

    (void)state;
    road_open(&r, kit_filter(KIT_SOURCE), kit_filter(KIT_PASS), kit_filter(KIT_SINK));
    assert_hr(CALL(r.edit, Insert, kit_out(r.middle), foreign, NULL, NULL, NULL), S_OK);
    assert_hr(CALL(r.edit, Insert, kit_out(r.middle), fx, NULL, NULL, NULL), S_OK);
    road_run(&r);
    t = begin(&r);
    assert_hr(CALL(t, Disconnect, kit_out(r.source)), S_OK);
    assert_hr(CALL(t, Commit, -1, NULL), S_OK);
    LET_GO(t);
    assert_hr(CALL(r.edit, Remove, fx, NULL, &certificate), VFW_E_NOT_CONNECTED);
    assert_refused(&certificate, VFW_E_NOT_CONNECTED);
    assert_true(kit_connected(kit_out(r.middle)));
    assert_true(kit_connected(kit_out(fx)));
    assert_true(kit_in_graph(fx));
    LET_GO(fx);
    LET_GO(foreign);
    road_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(type_refused),
        cmocka_unit_test(does_not_start),
        cmocka_unit_test(no_pins),
        cmocka_unit_test(foreign_replacement_fails),
        cmocka_unit_test(foreign_replacement_works),
        cmocka_unit_test(wrong_arguments),
        cmocka_unit_test(replacement_is_in_use),
        cmocka_unit_test(replacement_is_a_member),
        cmocka_unit_test(cached_replacement_goes_back),
        cmocka_unit_test(held_by_a_paused_renderer),
        cmocka_unit_test(aborted_by_event),
        cmocka_unit_test(already_blocked),
        cmocka_unit_test(stopped_meanwhile),
        cmocka_unit_test(seeks_meanwhile),
        cmocka_unit_test(no_way_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
