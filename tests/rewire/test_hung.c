/* SPDX-License-Identifier: MIT */
/* test_hung.c - filters that hang: in the end of their stream, in a delivery, in Stop.  Edits have a deadline, other roads
 * never stop, and what hung lets go of everything when it comes back. */
#include "fake_filter.h"
#include "transaction_test.h"
#include "waits_test.h"

#define SOON_MS 1000 /* the edits' deadline: long enough for a busy machine to begin to drain */

static void hang(void *context)
{
    (void)WaitForSingleObject(context, KIT_WAIT_MS * 3);
}

static const struct fake_config foreign_config = {
    .name = "foreign",
    .inputs = 1,
    .outputs = 1,
    .in_types = "a",
    .out_types = "=",
};

/* Two roads; the filter that hangs stands in the first one, the second one is watched. */
struct hung {
    struct two_roads two;
    RG_EDIT_REQUEST request;
    IBaseFilter *fresh;
    ULONG references;
    uint64_t closings; /* of the second road */
    int members;
};

/* next: one behind it, or NULL. */
static void hung_open_with(struct hung *h, IBaseFilter *filter, IBaseFilter *next)
{
    memset(h, 0, sizeof(*h));
    two_open(&h->two, "first=0", KIT_PASS);
    /* it takes the place of the first transform before anything runs */
    assert_hr(CALL(h->two.r.edit, Swap, h->two.fx[0], filter, "fx a", NULL, NULL), S_OK);
    h->two.fx[0] = filter;
    LET_GO(filter);
    if (next != NULL) {
        assert_hr(CALL(h->two.r.edit, Insert, kit_out(filter), next, NULL, NULL, NULL), S_OK);
        LET_GO(next);
    }
    h->members = graph_count(&h->two.r.g);
    h->request = (RG_EDIT_REQUEST){ .size = sizeof(h->request), .timeout_ms = SOON_MS };
    h->fresh = kit_filter_with(KIT_PASS, "mark=5");
    road_run(&h->two.r);
    two_flow();
    h->references = references(h->two.r.g.builder);
}

static void hung_open(struct hung *h, IBaseFilter *filter)
{
    hung_open_with(h, filter, NULL);
}

static HRESULT hung_swap(struct hung *h, RG_CERTIFICATE *certificate)
{
    return CALL(h->two.r.edit, Swap, h->two.fx[0], h->fresh, "fx a", &h->request, certificate);
}

/* Nothing is lost; the other road has never stopped; nothing is left. */
static void hung_close(struct hung *h)
{
    wait_references(h->two.r.g.builder, h->references);
    two_flow();
    assert_int_equal(kit_ledger(kit_out(h->two.source[1])).closings, 0);
    assert_int_equal(graph_count(&h->two.r.g), h->members);
    LET_GO(h->fresh);
    road_close(&h->two.r);
}

/* ---- in the drain -------------------------------------------------------------------------------------- */

/* Until the first source has given so many. */
static void wait_given(struct hung *h, uint64_t given)
{
    IPin *out = kit_out(h->two.source[0]);
    DWORD begun = GetTickCount();

    while (kit_ledger(out).samples < given && GetTickCount() - begun < KIT_WAIT_MS)
        sched_yield();
    assert_int_equal(kit_ledger(out).samples, given);
}

/* Sources come to rest at the same number, with open gates; all but `held` of what the first one gave has arrived. */
static void come_to_rest(struct hung *h, uint64_t held)
{
    uint64_t end = kit_count(0) + 20000; /* far enough not to have passed */

    kit_let_until((int64_t)end);
    wait_given(h, end);
    assert_true(kit_wait_count(0, end - held));
}

/* The end of the stream goes in and does not come back: what is given up for it hangs further down.  In time the edit
 * gives up, and the old road plays on as soon as it can. */
static void drain_hangs(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        struct fake_config config = foreign_config;
        struct hung h;
        CERTIFICATE(c);

        config.holds = 3;
        hung_open(&h, i % 2 == 0 ? &fake_filter_new(&config)->base
                                 : kit_filter_with(KIT_HOLD, "hold=3"));
        come_to_rest(&h, 3);
        kit_shut(0);
        assert_hr(hung_swap(&h, &c), VFW_E_TIMEOUT);
        assert_refused(&c, VFW_E_TIMEOUT);
        assert_true(kit_wait_inside(0)); /* it is in the drain that it hangs */
        assert_false(kit_in_graph(h.fresh));
        kit_let_all();
        assert_flows(1);
        kit_open(0);
        two_flow();
        assert_int_equal(marked_so_far(0, 5), 0);
        hung_close(&h);
    }
}

/* A foreign filter swallows the marker: with LEAVE_BLOCKED its gate stays closed until the caller opens it. */
static void gate_is_left_closed(void **state)
{
    struct fake_config config = foreign_config;
    struct hung h;
    IPinFlowControl *flow;
    IRgLink *link;
    uint64_t count;
    CERTIFICATE(c);

    (void)state;
    config.swallows_end = true;
    hung_open(&h, &fake_filter_new(&config)->base);
    h.request.flags = RG_EDIT_LEAVE_BLOCKED;
    assert_hr(hung_swap(&h, &c), VFW_E_TIMEOUT);
    assert_hr(CALL(kit_out(h.two.source[0]), QueryInterface, &IID_IRgLink, (void **)&link),
              S_OK);
    assert_hr(CALL(link, QueryInterface, &IID_IPinFlowControl, (void **)&flow), S_OK);
    assert_hr(CALL(link, IsBlocked, NULL), S_OK);
    count = kit_count(0);
    assert_flows(1);
    assert_int_equal(kit_count(0), count);
    assert_hr(CALL(flow, Block, 0, NULL), S_OK);
    two_flow();
    /* without the flag it opens by itself */
    h.request.flags = 0;
    assert_hr(hung_swap(&h, &c), VFW_E_TIMEOUT);
    assert_hr(CALL(link, IsBlocked, NULL), S_FALSE);
    two_flow();
    LET_GO(flow);
    LET_GO(link);
    hung_close(&h);
}

/* The call that was given up is still inside what the next edit would take away, together with the source's
 * connection, so without a drain: refused in time, and nothing is lost once it comes out. */
static void a_call_is_still_inside(void **state)
{
    (void)state;
    for (unsigned removes = 0; removes < 2; removes++) {
        struct road r;
        RG_EDIT_REQUEST request = { .size = sizeof(request), .timeout_ms = SOON_MS };
        IBaseFilter *fresh = kit_filter(KIT_HOLD);
        HANDLE done = new_event();
        IGraphTransaction *t;
        CERTIFICATE(c);

        road_open(&r, kit_filter(KIT_SOURCE), kit_filter_with(KIT_HOLD, "hold=3"),
                  kit_filter(KIT_SINK));
        kit_let_until(100);
        road_run(&r);
        assert_true(kit_wait_count(0, 97) && kit_wait_at_tap(1));
        kit_shut(0);
        assert_hr(CALL(r.edit, Swap, r.middle, fresh, "fx", &request, &c), VFW_E_TIMEOUT);
        LET_GO(fresh);
        t = begin_with(&r, &request);
        assert_hr(CALL(t, Disconnect, kit_out(r.source)), S_OK);
        if (removes != 0)
            assert_hr(CALL(t, Remove, r.middle), S_OK);
        assert_hr(CALL(t, Commit, -1, done), S_OK);
        wait_event(done);
        assert_hr(CALL(t, GetResult), VFW_E_TIMEOUT);
        LET_GO(t);
        assert_int_equal(graph_count(&r.g), 3);
        assert_true(kit_connected(kit_out(r.source)));
        kit_open(0);
        kit_let_all();
        assert_flows(0);
        CloseHandle(done);
        road_close(&r);
    }
}

/* ---- in Stop ---------------------------------------------------------------------------------------------- */

/* The cut is made, what leaves does not stop: it is out of the graph, and the new road plays. */
static void stop_hangs(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        HANDLE go = new_event();
        struct fake_config config = foreign_config;
        struct hung h;
        IBaseFilter *old;
        CERTIFICATE(c);

        config.on_stop = hang;
        config.on_stop_context = go;
        config.holds = i * 3;
        hung_open(&h, &fake_filter_new(&config)->base);
        old = h.two.fx[0];
        CALL(old, AddRef);
        assert_hr(hung_swap(&h, &c), S_OK);
        assert_true((c.flags & RG_CUT_ABANDONED) != 0);
        assert_string_equal(c.dropped_by, "fx a");
        assert_int_equal(c.dropped, 0);
        two_flow();
        assert_true(marked_so_far(0, 5) > 0);
        assert_int_equal(graph_count(&h.two.r.g), 6);
        assert_int_equal(kit_state(old), State_Running); /* still inside its Stop */
        SetEvent(go);
        wait_references(old, 1);
        assert_int_equal(kit_state(old), State_Stopped);
        assert_false(kit_in_graph(old));
        assert_false(kit_connected(kit_in(old)) || kit_connected(kit_out(old)));
        LET_GO(old);
        hung_close(&h);
        CloseHandle(go);
    }
}

/* Only the helper's call hangs; any other one comes back at once. */
static void hang_helper(void *context)
{
    char name[16] = { 0 };

    (void)pthread_getname_np(pthread_self(), name, sizeof(name));
    if (strcmp(name, "stopper") == 0)
        hang(context);
}

/* Beside a foreign pin a filter has to stand still before it can be taken off; the edit is given up for that.  Sources
 * are at rest: what comes while it stops would be refused. */
static IBaseFilter *refused_for_its_stop(struct hung *h, struct fake_config *config)
{
    struct fake_config next = foreign_config;
    IBaseFilter *old;
    CERTIFICATE(c);

    next.dynamic_connect = next.pin_connection = next.flow_control = true;
    config->dynamic_connect = config->pin_connection = config->flow_control = true;
    hung_open_with(h, &fake_filter_new(config)->base, &fake_filter_new(&next)->base);
    old = h->two.fx[0];
    CALL(old, AddRef);
    come_to_rest(h, 0);
    assert_hr(hung_swap(h, &c), VFW_E_TIMEOUT);
    assert_refused(&c, VFW_E_TIMEOUT);
    return old;
}

/* The edit was given up, and the filter stops after that: it is what the graph is by then, not what it was. */
static void late_stop_follows_the_graph(void **state)
{
    static const FILTER_STATE states[] = { State_Running, State_Paused, State_Stopped };

    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        HANDLE go = new_event();
        struct fake_config config = foreign_config;
        struct hung h;
        IBaseFilter *old;
        OAFilterState now;
        CERTIFICATE(c);

        config.on_stop = hang_helper;
        config.on_stop_context = go;
        old = refused_for_its_stop(&h, &config);
        if (states[i] == State_Paused)
            assert_true(SUCCEEDED(CALL(h.two.r.g.control, Pause)));
        else if (states[i] == State_Stopped)
            assert_hr(CALL(h.two.r.g.control, Stop), S_OK);
        else
            assert_hr(hung_swap(&h, &c), VFW_E_TIMEOUT); /* while it is in there */
        h.request.timeout_ms = INFINITE; /* nor does one without a deadline wait for good */
        if (states[i] != State_Stopped)
            assert_hr(hung_swap(&h, &c), VFW_E_TIMEOUT);
        (void)CALL(h.two.r.g.control, GetState, KIT_WAIT_MS, &now);
        assert_int_equal(now, states[i]);
        SetEvent(go);
        wait_references(h.two.r.g.builder, h.references); /* the helper has gone */
        assert_int_equal(kit_state(old), states[i]);
        LET_GO(old);
        kit_let_all();
        if (states[i] != State_Running)
            road_run(&h.two.r);
        hung_close(&h);
        CloseHandle(go);
    }
}

/* A commit at a media time waits for it no longer than any other edit, and once it is back it is made. */
static void late_stop_at_a_time(void **state)
{
    HANDLE go = new_event(), done = new_event();
    struct fake_config config = foreign_config;
    struct hung h;
    IGraphTransaction *t;
    IBaseFilter *old;
    REFERENCE_TIME at;

    (void)state;
    config.on_stop = hang_helper;
    config.on_stop_context = go;
    old = refused_for_its_stop(&h, &config);
    at = (REFERENCE_TIME)(kit_count(0) + 100) * KIT_SAMPLE_TIME;
    t = begin_with(&h.two.r, &h.request);
    assert_hr(CALL(t, Swap, old, h.fresh, "fx a"), S_OK);
    assert_hr(CALL(t, Commit, at, NULL), VFW_E_TIMEOUT);
    LET_GO(t);
    SetEvent(go);
    wait_references(h.two.r.g.builder, h.references);
    t = begin_with(&h.two.r, &h.request);
    assert_hr(CALL(t, Swap, old, h.fresh, "fx a"), S_OK);
    assert_hr(CALL(t, Commit, at, done), S_OK);
    kit_let_all();
    wait_event(done);
    assert_hr(CALL(t, GetResult), S_OK);
    LET_GO(t);
    two_flow();
    wait_references(old, 1);
    assert_int_equal(kit_state(old), State_Stopped);
    LET_GO(old);
    hung_close(&h);
    CloseHandle(go);
    CloseHandle(done);
}

static void do_insert(void *arg)
{
    struct helper *a = arg;

    a->result = CALL(a->road->edit, Insert, kit_out(a->road->source), a->fresh, "fx new",
                     &a->request, NULL);
}

/* An edit in front of it that waited until it was back takes it for what it is by then: it is not
 * started anew under the samples that come. */
static void edit_in_front_of_a_late_stop(void **state)
{
    HANDLE stops = new_event(), starts = new_event();
    struct fake_log log = FAKE_LOG_INIT;
    struct fake_config config = foreign_config;
    struct helper a = { .request = { .size = sizeof(a.request), .timeout_ms = KIT_WAIT_MS } };
    struct hung h;
    IBaseFilter *old;

    (void)state;
    config.on_stop = config.on_pause = hang_helper;
    config.on_stop_context = stops;
    config.on_pause_context = starts;
    config.log = &log;
    old = refused_for_its_stop(&h, &config);
    fake_log_clear(&log);
    SetEvent(stops);
    while (kit_state(old) != State_Stopped) /* and it is to be started again */
        sched_yield();
    a.fresh = h.fresh;
    h.two.r.source = h.two.source[0];
    (void)helper_start(&a, &h.two.r, do_insert);
    until_line(&h.two.r, "helper", "a filter that was to be stopped to come back");
    SetEvent(starts);
    rg_thread_join(&a.thread);
    assert_hr(a.result, S_OK);
    assert_string_equal(log.text, "foreign:pause foreign:run ");
    kit_let_all();
    two_flow();
    assert_all_there(0);
    h.members++;
    LET_GO(old);
    hung_close(&h);
    CloseHandle(stops);
    CloseHandle(starts);
}

static void do_remove(void *arg)
{
    struct helper *a = arg;

    a->result = CALL(a->road->g.builder, RemoveFilter, a->fresh);
}

/* IFilterGraph::RemoveFilter stops the filter, and one whose thread waits in a paused renderer does not
 * stop: Stop of the graph calls it off, and it stays a member. */
static void plain_removal_hangs(void **state)
{
    static const enum kit_kind kinds[] = { KIT_QUEUE, KIT_PASS };

    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        struct helper a = { 0 };
        OAFilterState now;
        struct road r;

        road_open(&r, kit_filter(KIT_SOURCE), kit_filter(kinds[i]), kit_filter(KIT_SINK));
        (void)CALL(r.g.control, Pause);
        assert_hr(CALL(r.g.control, GetState, KIT_WAIT_MS, &now), S_OK);
        a.fresh = r.middle;
        (void)helper_start(&a, &r, do_remove);
        until_line(&r, "helper", "a filter to stop");
        assert_hr(CALL(r.g.control, Stop), S_OK);
        rg_thread_join(&a.thread);
        assert_hr(a.result, VFW_E_STATE_CHANGED);
        assert_true(kit_in_graph(r.middle) && kit_connected(kit_in(r.middle)));
        road_run(&r);
        assert_flows(0);
        assert_all_there(0);
        assert_hr(CALL(r.g.builder, RemoveFilter, r.middle), S_OK); /* it moves */
        road_close(&r);
    }
}

/* IFilterGraph::RemoveFilter waits for it as any edit does: one that leaves meanwhile would be started
 * again outside of the graph. */
static void plain_removal_of_a_late_stop(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        HANDLE go = new_event();
        struct fake_config config = foreign_config;
        struct hung h;
        IBaseFilter *old;

        config.on_stop = hang_helper;
        config.on_stop_context = go;
        old = refused_for_its_stop(&h, &config);
        if (i == 0)
            assert_hr(CALL(h.two.r.g.control, Stop), S_OK);
        assert_hr(CALL(h.two.r.g.builder, RemoveFilter, old), VFW_E_TIMEOUT);
        assert_true(kit_in_graph(old) && kit_connected(kit_in(old)));
        SetEvent(go);
        wait_references(h.two.r.g.builder, h.references);
        assert_hr(CALL(h.two.r.g.builder, RemoveFilter, old), S_OK);
        assert_int_equal(kit_state(old), State_Stopped);
        assert_false(kit_in_graph(old) || kit_connected(kit_in(old)));
        LET_GO(old);
        LET_GO(h.fresh);
        kit_let_all();
        road_close(&h.two.r);
        CloseHandle(go);
    }
}

/* The edit was given up before its helper came to stop the filter: it is not stopped any more. */
static void stop_that_never_began(void **state)
{
    HANDLE go = new_event();
    struct fake_log log = FAKE_LOG_INIT;
    struct fake_config config = foreign_config;
    struct hung h;
    IBaseFilter *old;

    (void)state;
    config.on_info = hang_helper;
    config.on_info_context = go;
    config.log = &log;
    old = refused_for_its_stop(&h, &config);
    fake_log_clear(&log);
    kit_let_all();
    two_flow();
    SetEvent(go);
    wait_references(h.two.r.g.builder, h.references);
    two_flow();
    assert_string_equal(log.text, "");
    assert_all_there(0);
    LET_GO(old);
    hung_close(&h);
    CloseHandle(go);
}

/* One that comes and is taken back does not stop either: refused in time, and nothing stays in the graph. */
static void stop_of_a_newcomer_hangs(void **state)
{
    HANDLE go = new_event();
    struct fake_config config = foreign_config;
    struct hung h;
    IGraphTransaction *t;
    IBaseFilter *foreign;
    CERTIFICATE(c);

    (void)state;
    config.on_stop = hang;
    config.on_stop_context = go;
    hung_open(&h, kit_filter(KIT_PASS));
    foreign = &fake_filter_new(&config)->base;
    t = begin_with(&h.two.r, &h.request);
    assert_hr(CALL(t, Swap, h.two.fx[0], foreign, "fx a"), S_OK);
    assert_hr(CALL(t, Set, h.two.fx[1], "mark", "much"), S_OK); /* fails at the cut */
    assert_hr(CALL(t, Commit, -1, NULL), E_INVALIDARG);
    c = certificate_of(t, 0);
    assert_refused(&c, E_INVALIDARG);
    LET_GO(t);
    two_flow();
    assert_int_equal(graph_count(&h.two.r.g), 6);
    SetEvent(go);
    wait_references(foreign, 1);
    assert_false(kit_in_graph(foreign));
    assert_int_equal(LET_GO(foreign), 0);
    /* its neighbour was held for the cut: the second road closed for a moment, no longer */
    wait_references(h.two.r.g.builder, h.references);
    two_flow();
    LET_GO(h.fresh);
    road_close(&h.two.r);
    CloseHandle(go);
}

/* A filter of ours: its road hangs further down, so its thread can't come out; without a drain it is abandoned. */
static void own_stop_hangs(void **state)
{
    struct hung h;
    IBaseFilter *old, *sink;
    IGraphTransaction *t;
    RG_CERTIFICATE c;

    (void)state;
    hung_open(&h, kit_filter_with(KIT_QUEUE, "size=5000"));
    old = h.two.fx[0];
    sink = h.two.sink[0];
    CALL(old, AddRef);
    CALL(sink, AddRef);
    come_to_rest(&h, 0);
    kit_shut(0);
    kit_let_until((int64_t)kit_count(0) + 100);
    wait_given(&h, kit_count(0) + 100);
    assert_true(kit_wait_inside(0));
    h.request.flags = RG_EDIT_NO_DRAIN;
    t = begin_with(&h.two.r, &h.request);
    assert_hr(CALL(t, RemoveBranch, kit_out(h.two.source[0])), S_OK);
    assert_hr(CALL(t, Commit, -1, NULL), S_OK);
    c = certificate_of(t, 0);
    assert_true((c.flags & RG_CUT_ABANDONED) != 0);
    LET_GO(t);
    assert_int_equal(graph_count(&h.two.r.g), 4);
    kit_let_all();
    assert_flows(1);
    assert_int_equal(kit_ledger(kit_out(h.two.source[1])).closings, 0);
    kit_open(0);
    wait_references(old, 1);
    wait_references(sink, 1);
    assert_int_equal(LET_GO(old), 0);
    assert_int_equal(LET_GO(sink), 0);
    wait_references(h.two.r.g.builder, h.references);
    assert_flows(1);
    LET_GO(h.fresh);
    road_close(&h.two.r);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(drain_hangs),
        cmocka_unit_test(gate_is_left_closed),
        cmocka_unit_test(a_call_is_still_inside),
        cmocka_unit_test(stop_hangs),
        cmocka_unit_test(stop_of_a_newcomer_hangs),
        cmocka_unit_test(own_stop_hangs),
        cmocka_unit_test(late_stop_follows_the_graph),
        cmocka_unit_test(late_stop_at_a_time),
        cmocka_unit_test(edit_in_front_of_a_late_stop),
        cmocka_unit_test(stop_that_never_began),
        cmocka_unit_test(plain_removal_hangs),
        cmocka_unit_test(plain_removal_of_a_late_stop),
    };

    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
