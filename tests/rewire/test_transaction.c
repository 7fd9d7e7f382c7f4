/* SPDX-License-Identifier: MIT */
/* Edits of several steps: staged, checked, prepared, committed at once; all of it, or nothing. */
#include "fake_filter.h"
#include "transaction_test.h"

/* ---- staging ------------------------------------------------------------------------------------------- */

static void nothing_happens_before_commit(void **state)
{
    struct road r;
    IGraphTransaction *t;
    IBaseFilter *fx = kit_filter_with(KIT_PASS, "mark=1");
    CERTIFICATE(c);
    LONG version, later;

    (void)state;
    road_open(&r, kit_filter(KIT_SOURCE), kit_filter_with(KIT_PASS, "mark=0"),
              kit_filter(KIT_SINK));
    road_run(&r);
    t = begin(&r);
    assert_hr(CALL(t, GetResult), E_PENDING);
    assert_hr(CALL(t, GetCertificate, 0, &c), S_FALSE);
    version = graph_version(&r.g);
    assert_hr(CALL(t, Swap, r.middle, fx, "fx"), S_OK);
    later = graph_version(&r.g);
    assert_int_equal(version, later);
    assert_false(kit_in_graph(fx));
    assert_hr(CALL(t, Commit, -1, NULL), S_OK);
    assert_hr(CALL(t, GetResult), S_OK);
    assert_true(kit_has_name(fx, L"fx"));
    assert_int_equal(graph_count(&r.g), 3);
    c = certificate_of(t, 0);
    assert_string_equal(c.gate, "source.Out");
    assert_hr(c.result, S_OK);
    assert_int_equal(c.dropped, 0);
    assert_true((c.flags & RG_CUT_IN_STREAM) != 0);
    assert_true(c.delivered > 0);
    assert_hr(CALL(t, GetCertificate, 1, &c), S_FALSE);
    /* it is over */
    assert_hr(CALL(t, Commit, -1, NULL), VFW_E_WRONG_STATE);
    assert_hr(CALL(t, Prepare), VFW_E_WRONG_STATE);
    assert_hr(CALL(t, Add, fx, NULL), VFW_E_WRONG_STATE);
    assert_hr(CALL(t, Abort), S_FALSE);
    LET_GO(t);
    LET_GO(fx);
    assert_flows(0);
    road_close(&r);
}

static void wrong_arguments(void **state)
{
    struct road r;
    RG_EDIT_REQUEST bad = { .size = 3 }, flags = { .size = sizeof(flags), .flags = 0x80 };
    IGraphTransaction *t;
    IBaseFilter *fx = kit_filter(KIT_PASS);
    RG_CERTIFICATE c = { .size = 1 };
    char *report = NULL;

    (void)state;
    road_open(&r, kit_filter(KIT_SOURCE), kit_filter(KIT_PASS), kit_filter(KIT_SINK));
    assert_hr(CALL(r.edit, Begin, NULL, NULL), E_POINTER);
    assert_hr(CALL(r.edit, Begin, &bad, &t), E_INVALIDARG);
    assert_null(t);
    assert_hr(CALL(r.edit, Begin, &flags, &t), E_INVALIDARG);
    t = begin(&r);
    assert_hr(CALL(t, Add, NULL, NULL), E_POINTER);
    assert_hr(CALL(t, Remove, NULL), E_POINTER);
    assert_hr(CALL(t, RemoveBranch, NULL), E_POINTER);
    assert_hr(CALL(t, Connect, NULL, kit_in(fx), NULL), E_POINTER);
    assert_hr(CALL(t, Connect, kit_out(fx), NULL, NULL), E_POINTER);
    assert_hr(CALL(t, Disconnect, NULL), E_POINTER);
    assert_hr(CALL(t, Swap, NULL, fx, NULL), E_POINTER);
    assert_hr(CALL(t, Swap, fx, NULL, NULL), E_POINTER);
    assert_hr(CALL(t, Insert, NULL, fx, NULL), E_POINTER);
    assert_hr(CALL(t, Insert, kit_out(fx), NULL, NULL), E_POINTER);
    assert_hr(CALL(t, Set, NULL, "a", "b"), E_POINTER);
    assert_hr(CALL(t, Set, fx, NULL, "b"), E_POINTER);
    assert_hr(CALL(t, Set, fx, "a", NULL), E_POINTER);
    assert_hr(CALL(t, Check, NULL), E_POINTER);
    assert_hr(CALL(t, GetCertificate, 0, NULL), E_POINTER);
    assert_hr(CALL(t, GetCertificate, 0, &c), E_INVALIDARG);
    assert_hr(CALL(t, Commit, -1, (HANDLE)0x1234567), HRESULT_FROM_WIN32(ERROR_INVALID_HANDLE));
    /* no step at all: nothing to do, and nothing wrong */
    assert_hr(CALL(t, Check, &report), S_OK);
    CoTaskMemFree(report);
    assert_hr(CALL(t, Commit, -1, NULL), S_OK);
    LET_GO(t);
    LET_GO(fx);
    road_close(&r);
}

/* Each of these does not fit the steps before it. */
static void steps_that_do_not_fit(void **state)
{
    struct road r;
    IBaseFilter *fx = kit_filter(KIT_PASS), *other = kit_filter(KIT_PASS);

    (void)state;
    road_open(&r, kit_filter(KIT_SOURCE), kit_filter(KIT_PASS), kit_filter(KIT_SINK));
    road_run(&r);
    for (unsigned i = 0; i < 10; i++) {
        IGraphTransaction *t = begin(&r);
        HRESULT wanted = S_OK;
        char *report = NULL;
        CERTIFICATE(c);

        assert_hr(CALL(t, Add, fx, "other"), S_OK);
        switch (i) {
        case 0:
            assert_hr(CALL(t, Add, fx, NULL), S_OK);
            wanted = E_INVALIDARG;
            break;
        case 1:
            assert_hr(CALL(t, Connect, kit_out(r.source), kit_in(fx), NULL), S_OK);
            wanted = VFW_E_ALREADY_CONNECTED;
            break;
        case 2:
            assert_hr(CALL(t, Connect, kit_in(fx), kit_out(fx), NULL), S_OK);
            wanted = VFW_E_INVALID_DIRECTION;
            break;
        case 3:
            assert_hr(CALL(t, Connect, kit_out(fx), kit_in(fx), NULL), S_OK);
            wanted = VFW_E_CIRCULAR_GRAPH;
            break;
        case 4:
            assert_hr(CALL(t, Remove, other), S_OK);
            wanted = VFW_E_NOT_IN_GRAPH;
            break;
        case 5:
            assert_hr(CALL(t, Disconnect, kit_out(fx)), S_OK);
            wanted = VFW_E_NOT_CONNECTED;
            break;
        case 6:
            assert_hr(CALL(t, Insert, kit_out(fx), other, NULL), S_OK);
            wanted = VFW_E_NOT_CONNECTED;
            break;
        case 7:
            assert_hr(CALL(t, Swap, r.middle, r.middle, NULL), S_OK);
            wanted = E_INVALIDARG;
            break;
        case 8:
            assert_hr(CALL(t, Remove, r.middle), S_OK);
            assert_hr(CALL(t, Swap, r.middle, fx, NULL), S_OK);
            wanted = VFW_E_NOT_IN_GRAPH;
            break;
        case 9:
            assert_hr(CALL(t, Set, fx, "no such option", "1"), S_OK);
            wanted = VFW_E_NOT_FOUND;
            break;
        }
        if (i != 9) {
            assert_hr(CALL(t, Check, &report), wanted);
            assert_true(report != NULL && report[0] != 0);
            CoTaskMemFree(report);
            assert_hr(CALL(t, Prepare), wanted);
        }
        assert_hr(CALL(t, Commit, -1, NULL), wanted);
        assert_hr(CALL(t, GetResult), wanted);
        c = certificate_of(t, 0);
        assert_refused(&c, wanted);
        assert_false(kit_in_graph(fx));
        assert_int_equal(graph_count(&r.g), 3);
        LET_GO(t);
        assert_flows(0);
    }
    LET_GO(fx);
    LET_GO(other);
    road_close(&r);
}

/* Steps see what the ones before them have staged. */
static void steps_build_on_one_another(void **state)
{
    struct road r;
    IGraphTransaction *t;
    IBaseFilter *fx[4];

    (void)state;
    road_open(&r, kit_filter(KIT_SOURCE), kit_filter(KIT_HOLD), kit_filter(KIT_SINK));
    road_run(&r);
    fx[0] = kit_filter_with(KIT_PASS, "mark=0");
    fx[1] = kit_filter_with(KIT_HOLD, "mark=1");
    fx[2] = kit_filter_with(KIT_PASS, "mark=2");
    fx[3] = kit_filter_with(KIT_PASS, "mark=3");
    t = begin(&r);
    assert_hr(CALL(t, Swap, r.middle, fx[0], "fx"), S_OK);
    assert_hr(CALL(t, Insert, kit_out(fx[0]), fx[1], "second"), S_OK);
    assert_hr(CALL(t, Insert, kit_out(r.source), fx[2], "first"), S_OK);
    assert_hr(CALL(t, Insert, kit_out(fx[2]), fx[3], "gone"), S_OK);
    assert_hr(CALL(t, Remove, fx[3]), S_OK); /* comes and goes: it was never there */
    assert_hr(CALL(t, Set, fx[1], "hold", "5"), S_OK);
    assert_hr(CALL(t, Commit, -1, NULL), S_OK);
    assert_int_equal(graph_count(&r.g), 5);
    assert_false(kit_in_graph(fx[3]));
    assert_true(kit_has_name(fx[2], L"first"));
    assert_true(kit_has_name(fx[0], L"fx"));
    assert_true(kit_has_name(fx[1], L"second"));
    LET_GO(t);
    assert_true(kit_wait_more(0, 100));
    assert_all_there(0);
    assert_true(marked_so_far(0, 0) > 0 && marked_so_far(0, 1) > 0 && marked_so_far(0, 2) > 0);
    assert_int_equal(marked_so_far(0, 3), 0);
    for (unsigned i = 0; i < 4; i++)
        LET_GO(fx[i]);
    road_close(&r);
}

/* ---- check, prepare, abort ------------------------------------------------------------------------------- */

static void check_says_and_changes_nothing(void **state)
{
    struct road r;
    IGraphTransaction *t;
    IBaseFilter *fx = kit_filter(KIT_PASS);
    char *report = NULL;

    (void)state;
    road_open(&r, kit_filter(KIT_SOURCE), kit_filter(KIT_HOLD), kit_filter(KIT_SINK));
    road_run(&r);
    t = begin(&r);
    assert_hr(CALL(t, Swap, r.middle, fx, "fx"), S_OK);
    assert_hr(CALL(t, Check, &report), S_OK);
    assert_non_null(strstr(report, "source.Out"));
    assert_non_null(strstr(report, "leaves \"fx\", is drained first"));
    assert_non_null(strstr(report, "the streaming thread makes the cut itself"));
    CoTaskMemFree(report);
    assert_false(kit_in_graph(fx));
    assert_false(kit_connected(kit_in(fx)));
    assert_int_equal(kit_state(fx), State_Stopped);
    assert_int_equal(graph_count(&r.g), 3);
    assert_flows(0);
    /* and it can be made still */
    assert_hr(CALL(t, Commit, -1, NULL), S_OK);
    LET_GO(t);
    LET_GO(fx);
    assert_flows(0);
    road_close(&r);
}

static void prepared_is_ready_and_can_be_let_go(void **state)
{
    struct road r;
    IGraphTransaction *t;
    IBaseFilter *fx = kit_filter(KIT_PASS);

    (void)state;
    road_open(&r, kit_filter(KIT_SOURCE), kit_filter(KIT_PASS), kit_filter(KIT_SINK));
    road_run(&r);
    t = begin(&r);
    assert_hr(CALL(t, Swap, r.middle, fx, "fx"), S_OK);
    assert_hr(CALL(t, Abort), S_FALSE);
    for (unsigned i = 0; i < 3; i++) {
        assert_hr(CALL(t, Prepare), S_OK);
        assert_hr(CALL(t, Prepare), S_OK);
        assert_int_equal(kit_state(fx), State_Running);
        assert_true(kit_connected(kit_in(fx)));
        assert_flows(0);
        assert_hr(CALL(t, Abort), S_OK);
        assert_int_equal(kit_state(fx), State_Stopped);
        assert_false(kit_in_graph(fx));
        assert_flows(0);
    }
    assert_hr(CALL(t, Prepare), S_OK);
    LET_GO(t); /* the last reference: aborted */
    assert_false(kit_in_graph(fx));
    assert_int_equal(LET_GO(fx), 0);
    assert_flows(0);
    road_close(&r);
}

/* Something else changes the graph in between: prepared anew, or refused where it makes no sense any more. */
static void prepared_and_overtaken(void **state)
{
    struct road r;
    IBaseFilter *fx = kit_filter_with(KIT_PASS, "mark=1"), *other = kit_filter(KIT_HOLD);
    IGraphTransaction *t;

    (void)state;
    road_open(&r, kit_filter(KIT_SOURCE), kit_filter(KIT_PASS), kit_filter(KIT_SINK));
    road_run(&r);
    t = begin(&r);
    assert_hr(CALL(t, Swap, r.middle, fx, "fx"), S_OK);
    assert_hr(CALL(t, Prepare), S_OK);
    /* another edit on the same road goes first */
    assert_hr(CALL(r.edit, Insert, kit_out(r.middle), other, "more", NULL, NULL), S_OK);
    assert_false(kit_in_graph(fx));
    assert_hr(CALL(t, Prepare), S_OK);
    /* a stop and a new start */
    assert_hr(CALL(r.g.control, Stop), S_OK);
    assert_false(kit_in_graph(fx));
    road_run(&r);
    assert_hr(CALL(t, Commit, -1, NULL), S_OK);
    assert_true(kit_has_name(fx, L"fx"));
    LET_GO(t);
    assert_true(kit_wait_more(0, 50));
    assert_true(marked_so_far(0, 1) > 0);
    assert_all_there(0);

    t = begin(&r);
    assert_hr(CALL(t, Swap, fx, other, NULL), S_OK);
    assert_hr(CALL(t, Prepare), E_INVALIDARG); /* it stands in the road */
    assert_hr(CALL(r.edit, Remove, other, NULL, NULL), S_OK);
    assert_hr(CALL(t, Prepare), S_OK);
    assert_hr(CALL(r.g.builder, RemoveFilter, fx), S_OK);
    assert_hr(CALL(t, Commit, -1, NULL), VFW_E_NOT_IN_GRAPH); /* what was to leave is gone */
    LET_GO(t);
    LET_GO(fx);
    LET_GO(other);
    road_close(&r);
}

/* ---- several gates ----------------------------------------------------------------------------------------- */

static void two_gates_at_one_point(void **state)
{
    struct two_roads two;

    (void)state;
    two_open(&two, "first=0", KIT_HOLD);
    road_run(&two.r);
    for (unsigned i = 0; i < 100; i++) {
        IGraphTransaction *t = begin(&two.r);

        for (unsigned k = 0; k < 2; k++) {
            IBaseFilter *fx = kit_filter(i % 2 == 0 ? KIT_PASS : KIT_HOLD);

            assert_hr(CALL(t, Swap, two.fx[k], fx, k == 0 ? "fx a" : "fx b"), S_OK);
            two.fx[k] = fx;
            LET_GO(fx);
        }
        assert_hr(CALL(t, Commit, -1, NULL), S_OK);
        assert_string_equal(certificate_of(t, 0).gate, "source a.Out");
        assert_string_equal(certificate_of(t, 1).gate, "source b.Out");
        LET_GO(t);
        if (i % 10 == 0)
            two_flow();
    }
    two_flow();
    assert_int_equal(graph_count(&two.r.g), 6);
    road_close(&two.r);
}

/* The second road can't be made: the first one is as if nobody had tried. */
static void all_or_nothing(IBaseFilter *refuses, HRESULT wanted)
{
    struct two_roads two;
    IGraphTransaction *t;
    IBaseFilter *fx = kit_filter_with(KIT_HOLD, "mark=5");
    RG_LEDGER before, after;
    CERTIFICATE(c);

    two_open(&two, "first=0", KIT_PASS);
    road_run(&two.r);
    assert_true(kit_wait_more(0, 20));
    t = begin(&two.r);
    assert_hr(CALL(t, Swap, two.fx[0], fx, "fx a"), S_OK);
    assert_hr(CALL(t, Set, two.fx[1], "mark", "6"), S_OK);
    assert_hr(CALL(t, Swap, two.fx[1], refuses, "fx b"), S_OK);
    before = kit_ledger(kit_out(two.source[0]));
    assert_hr(CALL(t, Commit, -1, NULL), wanted);
    c = certificate_of(t, 0);
    assert_refused(&c, wanted);
    after = kit_ledger(kit_out(two.source[0]));
    assert_int_equal(after.refused, before.refused);
    assert_int_equal(after.dropped, before.dropped);
    LET_GO(t);
    assert_int_equal(graph_count(&two.r.g), 6);
    assert_int_equal(kit_state(fx), State_Stopped);
    assert_false(kit_in_graph(fx));
    assert_int_equal(LET_GO(fx), 0);
    two_flow();
    assert_int_equal(marked_so_far(0, 5), 0);
    assert_int_equal(marked_so_far(1, 6), 0);
    assert_true(marked_so_far(1, 1) > 0);
    LET_GO(refuses);
    road_close(&two.r);
}

static void nothing_stays_of_a_failure(void **state)
{
    struct fake_config foreign = { .name = "foreign",
                                   .inputs = 1,
                                   .outputs = 1,
                                   .in_types = "a",
                                   .out_types = "=",
                                   .fail_pause = E_FAIL };

    (void)state;
    all_or_nothing(kit_filter_with(KIT_PASS, "refuse=1"), VFW_E_NO_ACCEPTABLE_TYPES);
    all_or_nothing(kit_filter_with(KIT_PASS, "fail_start=1"), VFW_E_NO_DECOMPRESSOR);
    all_or_nothing(&fake_filter_new(&foreign)->base, E_FAIL);
    foreign.fail_pause = S_OK;
    foreign.fail_connect = VFW_E_NOT_STOPPED;
    all_or_nothing(&fake_filter_new(&foreign)->base, VFW_E_NOT_STOPPED);
}

/* A setting that is refused at the cut takes everything back. */
static void a_refused_setting_takes_all_back(void **state)
{
    struct two_roads two;
    IGraphTransaction *t;
    IBaseFilter *fx = kit_filter_with(KIT_PASS, "mark=5");

    (void)state;
    two_open(&two, "first=0", KIT_HOLD);
    road_run(&two.r);
    assert_true(kit_wait_more(0, 20));
    t = begin(&two.r);
    assert_hr(CALL(t, Set, two.fx[0], "mark", "6"), S_OK);
    assert_hr(CALL(t, Swap, two.fx[1], fx, "fx b"), S_OK);
    assert_hr(CALL(t, Set, two.fx[0], "mark", "much"), S_OK);
    assert_hr(CALL(t, Commit, -1, NULL), E_INVALIDARG);
    LET_GO(t);
    two_flow();
    assert_int_equal(marked_so_far(0, 6), 0);
    assert_int_equal(marked_so_far(1, 5), 0);
    assert_int_equal(LET_GO(fx), 0);
    road_close(&two.r);
}

/* Both roads change sides: nothing but staying pins. */
static void roads_cross(void **state)
{
    struct two_roads two;
    IPin *out[2], *in[2];

    (void)state;
    two_open(&two, "first=0", KIT_PASS);
    road_run(&two.r);
    for (unsigned k = 0; k < 2; k++) {
        out[k] = kit_out(two.source[k]);
        in[k] = kit_in(two.fx[k]);
    }
    for (unsigned i = 1; i <= 20; i++) {
        IGraphTransaction *t = begin(&two.r);
        IPin *peer;

        for (unsigned k = 0; k < 2; k++)
            assert_hr(CALL(t, Disconnect, k == 0 ? out[k] : in[(k + i + 1) % 2]), S_OK);
        for (unsigned k = 0; k < 2; k++)
            assert_hr(CALL(t, Connect, out[k], in[(k + i) % 2], NULL), S_OK);
        assert_hr(CALL(t, Commit, -1, NULL), S_OK);
        LET_GO(t);
        assert_hr(CALL(out[0], ConnectedTo, &peer), S_OK);
        assert_ptr_equal(peer, in[i % 2]);
        LET_GO(peer);
        assert_hr(CALL(in[0], ConnectedTo, &peer), S_OK);
        assert_ptr_equal(peer, out[i % 2]);
        LET_GO(peer);
        assert_true(kit_wait_more(0, 10) && kit_wait_more(1, 10));
    }
    road_close(&two.r);
}

/* ---- ends of roads ----------------------------------------------------------------------------------------- */

/* Another source takes over: what the first one has given arrives before. */
static void another_source(void **state)
{
    struct road r;
    int first = 0;

    (void)state;
    road_open(&r, kit_filter(KIT_SOURCE), kit_filter(KIT_HOLD), kit_filter(KIT_SINK));
    road_run(&r);
    for (unsigned i = 1; i <= 20; i++) {
        IGraphTransaction *t = begin(&r);
        IBaseFilter *fresh = kit_filter(KIT_SOURCE);
        bool with_fx = i % 3 == 0;
        IBaseFilter *fx = kit_filter(i % 2 == 0 ? KIT_HOLD : KIT_PASS);

        assert_true(kit_wait_more(0, 5));
        first = (int)i * 1000000;
        assert_hr(kit_set(fresh, "first", first), S_OK);
        assert_hr(CALL(t, Swap, r.source, fresh, "source"), S_OK);
        if (with_fx)
            assert_hr(CALL(t, Swap, r.middle, fx, "fx"), S_OK);
        assert_hr(CALL(t, Commit, -1, NULL), S_OK);
        r.source = fresh;
        if (with_fx)
            r.middle = fx;
        LET_GO(t);
        LET_GO(fresh);
        LET_GO(fx);
        /* the numbers jump once, and nothing of the first source comes after */
        assert_true(kit_wait_more(0, 50));
        pthread_mutex_lock(&kit_recorder[0].lock);
        assert_true(kit_recorder[0].next > first);
        assert_int_equal(kit_recorder[0].reordered + kit_recorder[0].duplicated, 0);
        pthread_mutex_unlock(&kit_recorder[0].lock);
        assert_int_equal(graph_count(&r.g), 3);
    }
    road_close(&r);
}

/* Another sink takes over: the first one has all before, and ends. */
static void another_sink(void **state)
{
    struct road r;
    IGraphTransaction *t;
    IBaseFilter *fresh = kit_filter_with(KIT_SINK, "slot=1");
    int64_t last;

    (void)state;
    road_open(&r, kit_filter(KIT_SOURCE), kit_filter(KIT_HOLD), kit_filter(KIT_SINK));
    road_run(&r);
    assert_true(kit_wait_more(0, 50));
    t = begin(&r);
    assert_hr(CALL(t, Swap, r.sink, fresh, "sink"), S_OK);
    assert_hr(CALL(t, Commit, -1, NULL), S_OK);
    LET_GO(t);
    assert_int_equal(recorded(&kit_recorder[0].ends, 0), 1);
    last = kit_recorder[0].next;
    assert_flows(1);
    assert_all_there(0);
    /* the second goes on where the first has stopped */
    pthread_mutex_lock(&kit_recorder[1].lock);
    assert_int_equal(kit_recorder[1].next - (int64_t)kit_recorder[1].count, last);
    pthread_mutex_unlock(&kit_recorder[1].lock);
    assert_false(graph_event(&r.g, EC_COMPLETE, 0, NULL));
    assert_int_equal(graph_count(&r.g), 3);
    LET_GO(fresh);
    road_close(&r);
}

/* What waits in a tee for a leg that leaves does not meet the one that comes in its place. */
static void a_leg_begins_with_its_own(void **state)
{
    RG_EDIT_REQUEST request = { .size = sizeof(request), .flags = RG_EDIT_CALLER_BLOCKED };
    struct road r;
    IBaseFilter *tee, *sink[3];
    IPinFlowControl *flow;
    IGraphTransaction *t;
    IPin *leg;

    (void)state;
    road_open(&r, kit_filter(KIT_SOURCE), kit_filter(KIT_TEE), kit_filter(KIT_SINK));
    tee = r.middle;
    sink[1] = road_put(&r, kit_filter_with(KIT_SINK, "slot=1"), L"one");
    leg = free_pin(tee, PINDIR_OUTPUT);
    road_join(&r, leg, kit_in(sink[1]));
    kit_let_until(100);
    road_run(&r);
    assert_true(kit_wait_count(0, 100) && kit_wait_count(1, 100) && kit_wait_at_tap(1));
    assert_hr(CALL(leg, QueryInterface, &IID_IPinFlowControl, (void **)&flow), S_OK);
    assert_hr(CALL(flow, Block, AM_PIN_FLOW_CONTROL_BLOCK, NULL), S_OK);
    kit_let_until(105);
    assert_true(kit_wait_count(0, 105) && kit_wait_at_tap(1));
    t = begin_with(&r, &request);
    assert_hr(CALL(t, RemoveBranch, leg), S_OK);
    assert_hr(CALL(t, Commit, -1, NULL), S_OK);
    LET_GO(t);
    sink[2] = kit_filter_with(KIT_FREE_SINK, "slot=2");
    t = begin_with(&r, &request);
    assert_hr(CALL(t, Add, sink[2], NULL), S_OK);
    assert_hr(CALL(t, Connect, leg, kit_in(sink[2]), NULL), S_OK);
    assert_hr(CALL(t, Commit, -1, NULL), S_OK);
    LET_GO(t);
    LET_GO(sink[2]);
    assert_hr(CALL(flow, Block, 0, NULL), S_OK);
    LET_GO(flow);
    kit_let_until(200);
    assert_true(kit_wait_count(0, 200));
    assert_true(kit_wait_count(2, 95));
    assert_int_equal(kit_count(2), 95);
    assert_all_there(2);
    kit_let_all();
    assert_flows(2);
    road_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_happens_before_commit),
        cmocka_unit_test(wrong_arguments),
        cmocka_unit_test(steps_that_do_not_fit),
        cmocka_unit_test(steps_build_on_one_another),
        cmocka_unit_test(check_says_and_changes_nothing),
        cmocka_unit_test(prepared_is_ready_and_can_be_let_go),
        cmocka_unit_test(prepared_and_overtaken),
        cmocka_unit_test(two_gates_at_one_point),
        cmocka_unit_test(nothing_stays_of_a_failure),
        cmocka_unit_test(a_refused_setting_takes_all_back),
        cmocka_unit_test(roads_cross),
        cmocka_unit_test(another_source),
        cmocka_unit_test(another_sink),
        cmocka_unit_test(a_leg_begins_with_its_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
