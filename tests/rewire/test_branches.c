/* SPDX-License-Identifier: MIT */
/* test_branches.c - legs of a tee and inputs of a sink that come and go while everything else plays on. */
#include "transaction_test.h"

/* ---- a graph with a tee ------------------------------------------------------------------------------ */

/* source ! tee ! sink (slot 0). */
static IBaseFilter *tee_open(struct road *r, const char *source)
{
    road_open(r, kit_filter_with(KIT_SOURCE, source), kit_filter(KIT_TEE),
              kit_filter(KIT_SINK));
    return r->middle;
}

struct branch {
    IPin *leg; /* borrowed, as the rest */
    IBaseFilter *queue, *fx, *sink;
};

static void branch_new(struct branch *b, const char *queue, const char *sink)
{
    b->queue = kit_filter_with(KIT_QUEUE, queue);
    b->fx = kit_filter_with(KIT_HOLD, "hold=3");
    b->sink = kit_filter_with(KIT_SINK, sink);
}

static HRESULT branch_attach(struct road *r, struct branch *b)
{
    IGraphTransaction *t = begin(r);
    HRESULT hr;

    b->leg = free_pin(r->middle, PINDIR_OUTPUT);
    assert_hr(CALL(t, Add, b->queue, NULL), S_OK);
    assert_hr(CALL(t, Add, b->fx, NULL), S_OK);
    assert_hr(CALL(t, Add, b->sink, NULL), S_OK);
    assert_hr(CALL(t, Connect, b->leg, kit_in(b->queue), NULL), S_OK);
    assert_hr(CALL(t, Connect, kit_out(b->queue), kit_in(b->fx), NULL), S_OK);
    assert_hr(CALL(t, Connect, kit_out(b->fx), kit_in(b->sink), NULL), S_OK);
    hr = CALL(t, Commit, -1, NULL);
    LET_GO(t);
    return hr;
}

static HRESULT branch_detach(struct road *r, struct branch *b, const RG_EDIT_REQUEST *request,
                             RG_CERTIFICATE *ret)
{
    IGraphTransaction *t = begin_with(r, request);
    HRESULT hr;

    assert_hr(CALL(t, RemoveBranch, b->leg), S_OK);
    hr = CALL(t, Commit, -1, NULL);
    if (ret != NULL)
        *ret = certificate_of(t, 0);
    LET_GO(t);
    return hr;
}

/* Nobody else keeps them. */
static void branch_free(struct branch *b)
{
    assert_int_equal(LET_GO(b->queue), 0);
    assert_int_equal(LET_GO(b->fx), 0);
    assert_int_equal(LET_GO(b->sink), 0);
}

static void assert_out_of_graph(IBaseFilter *filter)
{
    assert_false(kit_in_graph(filter));
    assert_int_equal(kit_state(filter), State_Stopped);
    assert_false(kit_connected(kit_in(filter)));
}

/* Never blocked, never disturbed: gates of the road that stays. */
static void assert_others_undisturbed(struct road *r)
{
    IPin *leg = NULL;

    assert_hr(CALL(kit_in(r->sink), ConnectedTo, &leg), S_OK);
    assert_int_equal(kit_ledger(leg).closings, 0);
    assert_int_equal(kit_ledger(kit_out(r->source)).closings, 0);
    assert_int_equal(kit_ledger(kit_in(r->sink)).dropped, 0);
    assert_int_equal(kit_state(r->sink), State_Running);
    LET_GO(leg);
    assert_int_equal(recorded(&kit_recorder[0].ends, 0), 0);
}

/* ---- legs that come ---------------------------------------------------------------------------------- */

static void leg_starts_at_the_present_sample(void **state)
{
    struct road r;
    struct branch b;

    (void)state;
    tee_open(&r, "limit=300");
    kit_let_until(100);
    road_run(&r);
    assert_true(kit_wait_count(0, 100) && kit_wait_at_tap(1));
    branch_new(&b, "", "slot=1");
    assert_hr(branch_attach(&r, &b), S_OK);
    assert_int_equal(kit_count(1), 0);
    kit_let_all();
    assert_true(graph_event(&r.g, EC_COMPLETE, KIT_WAIT_MS, NULL));
    assert_int_equal(kit_count(0), 300);
    assert_int_equal(kit_count(1), 200);
    assert_int_equal(recorded((uint64_t *)&kit_recorder[1].next, 1), 300);
    assert_int_equal(recorded(&kit_recorder[1].ends, 1), 1);
    assert_all_there(0);
    assert_all_there(1);
    LET_GO(b.queue);
    LET_GO(b.fx);
    LET_GO(b.sink);
    road_close(&r);
}

/* The stream runs all the time: from the first number on nothing is missing, and nothing of the past comes. */
static void legs_are_added_under_load(void **state)
{
    struct road r;
    struct branch b[3];
    static const char *const sinks[] = { "slot=1", "slot=2", "slot=3" };

    (void)state;
    tee_open(&r, "limit=-1");
    road_run(&r);
    for (unsigned i = 0; i < 3; i++) {
        int64_t first;
        uint64_t before;

        assert_true(kit_wait_more(0, 50));
        before = kit_count(0);
        branch_new(&b[i], "", sinks[i]);
        assert_hr(branch_attach(&r, &b[i]), S_OK);
        assert_flows(i + 1);
        pthread_mutex_lock(&kit_recorder[i + 1].lock);
        first = kit_recorder[i + 1].next - (int64_t)kit_recorder[i + 1].count;
        pthread_mutex_unlock(&kit_recorder[i + 1].lock);
        assert_true(first + 1 >= (int64_t)before); /* the one in hand comes too */
    }
    for (unsigned i = 0; i < 4; i++)
        assert_flows(i);
    assert_others_undisturbed(&r);
    for (unsigned i = 0; i < 3; i++) {
        LET_GO(b[i].queue);
        LET_GO(b[i].fx);
        LET_GO(b[i].sink);
    }
    road_close(&r);
}

/* ---- legs that go ------------------------------------------------------------------------------------ */

static void branch_ends_before_it_leaves(void **state)
{
    struct road r;
    struct branch b;
    RG_CERTIFICATE c;

    (void)state;
    tee_open(&r, "limit=-1");
    branch_new(&b, "", "slot=1");
    assert_hr(branch_attach(&r, &b), S_OK); /* stopped: nothing flows yet */
    road_run(&r);
    assert_flows(1);
    assert_hr(branch_detach(&r, &b, NULL, &c), S_OK);
    assert_string_equal(c.gate, "fx.Out 1");
    assert_int_equal(c.dropped, 0);
    assert_int_equal(recorded(&kit_recorder[1].ends, 1), 1);
    /* what the leg was given has arrived, also what the filters held */
    assert_int_equal(kit_count(1), c.delivered);
    assert_out_of_graph(b.queue);
    assert_out_of_graph(b.fx);
    assert_out_of_graph(b.sink);
    assert_int_equal(graph_count(&r.g), 3);
    assert_all_there(1);
    branch_free(&b);
    assert_flows(0);
    assert_others_undisturbed(&r);
    assert_false(graph_event(&r.g, EC_COMPLETE, 0, NULL));
    road_close(&r);
}

static void fifty_times(void **state)
{
    struct road r;

    (void)state;
    tee_open(&r, "limit=-1");
    road_run(&r);
    for (unsigned i = 0; i < 50; i++) {
        struct branch b;
        RG_CERTIFICATE c;

        kit_recorder_reset(1);
        branch_new(&b, "", "slot=1");
        assert_hr(branch_attach(&r, &b), S_OK);
        if (i % 3 != 0) /* sometimes it goes before anything has come */
            assert_flows(1);
        assert_hr(branch_detach(&r, &b, NULL, &c), S_OK);
        assert_int_equal(recorded(&kit_recorder[1].ends, 1), 1);
        assert_int_equal(c.dropped, 0);
        assert_all_there(1);
        branch_free(&b);
        assert_int_equal(graph_count(&r.g), 3);
        assert_true(kit_wait_more(0, 5));
    }
    assert_flows(0);
    assert_others_undisturbed(&r);
    road_close(&r);
}

/* A branch that forks again goes as a whole; what is fed from elsewhere too stays. */
static void branch_with_branches(void **state)
{
    struct road r;
    IBaseFilter *tee, *sinks[2], *merge;
    IGraphTransaction *t;
    IPin *leg;

    (void)state;
    tee_open(&r, "limit=-1");
    leg = free_pin(r.middle, PINDIR_OUTPUT);
    tee = road_put(&r, kit_filter(KIT_TEE), L"second");
    road_join(&r, leg, kit_in(tee));
    sinks[0] = road_put(&r, kit_filter_with(KIT_SINK, "slot=1"), L"one");
    sinks[1] = road_put(&r, kit_filter_with(KIT_SINK, "slot=2"), L"two");
    merge = road_put(&r, kit_filter_with(KIT_MERGE, "slot=3"), L"merge");
    for (unsigned i = 0; i < 2; i++)
        road_join(&r, free_pin(tee, PINDIR_OUTPUT), kit_in(sinks[i]));
    road_join(&r, free_pin(tee, PINDIR_OUTPUT), free_pin(merge, PINDIR_INPUT));
    road_join(&r, free_pin(r.middle, PINDIR_OUTPUT), free_pin(merge, PINDIR_INPUT));
    road_run(&r);
    for (unsigned i = 0; i < 5; i++)
        assert_flows(i);
    t = begin(&r);
    assert_hr(CALL(t, RemoveBranch, leg), S_OK);
    assert_hr(CALL(t, Commit, -1, NULL), S_OK);
    LET_GO(t);
    assert_int_equal(graph_count(&r.g), 4); /* source, tee, sink, merge */
    assert_true(kit_in_graph(merge));
    for (unsigned i = 1; i < 4; i++) {
        assert_int_equal(recorded(&kit_recorder[i].ends, i), 1);
        assert_all_there(i);
    }
    assert_int_equal(recorded(&kit_recorder[3].lefts, 3), 1);
    assert_int_equal(recorded(&kit_recorder[3].finishes, 3), 0);
    assert_int_equal(recorded(&kit_recorder[4].ends, 4), 0);
    assert_flows(0);
    assert_flows(4);
    assert_others_undisturbed(&r);
    road_close(&r);
}

/* ---- a sink that is stuck ------------------------------------------------------------------------------ */

#define STUCK_MS 300

static void stuck_leg_holds_nobody(void **state)
{
    struct road r;
    struct branch b;
    RG_EDIT_REQUEST request = { .size = sizeof(request), .timeout_ms = STUCK_MS };
    RG_CERTIFICATE c;
    HRESULT hr;
    DWORD begun;
    ULONG graph_references;

    (void)state;
    tee_open(&r, "limit=-1");
    branch_new(&b, "size=2500", "slot=1");
    assert_hr(branch_attach(&r, &b), S_OK);
    kit_shut(1);
    kit_let_until(2000);
    road_run(&r);
    assert_true(kit_wait_inside(1));
    assert_true(kit_wait_count(0, 2000)); /* far more than the tee itself would hold */
    assert_int_equal(kit_count(1), 0);
    graph_references = references(r.g.builder);
    begun = GetTickCount();
    hr = branch_detach(&r, &b, &request, &c);
    /* its end, then its Stop: both within the one deadline, and a little for those who are quick */
    assert_true(GetTickCount() - begun < STUCK_MS + KIT_WAIT_MS / 4);
    assert_hr(hr, S_OK);
    assert_true((c.flags & RG_CUT_ABANDONED) != 0);
    assert_int_equal(graph_count(&r.g), 3);
    kit_let_all();
    assert_flows(0);
    assert_others_undisturbed(&r);
    kit_open(1); /* it comes back, and lets go of everything */
    wait_references(r.g.builder, graph_references);
    wait_references(b.queue, 1);
    wait_references(b.fx, 1);
    wait_references(b.sink, 1);
    branch_free(&b);
    assert_flows(0);
    road_close(&r);
}

/* ---- a sink of many inputs ------------------------------------------------------------------------------ */

static IBaseFilter *merge_open(struct road *r, IBaseFilter *sources[2])
{
    IBaseFilter *merge;

    road_open_empty(r);
    merge = r->sink = road_put(r, kit_filter(KIT_MERGE), L"merge");
    for (unsigned i = 0; i < 2; i++) {
        sources[i] = road_put(r, kit_filter_with(KIT_SOURCE, i == 0 ? "limit=-1" : "limit=500"),
                              i == 0 ? L"endless" : L"short");
        road_join(r, kit_out(sources[i]), free_pin(merge, PINDIR_INPUT));
    }
    return merge;
}

/* One joins, one leaves, one ends by itself, and the one that joined is the last. */
static void inputs_come_and_go(void **state)
{
    struct road r;
    IBaseFilter *sources[2], *late, *merge;
    IGraphTransaction *t;

    (void)state;
    merge = merge_open(&r, sources);
    kit_let_until(400);
    road_run(&r);
    assert_true(kit_wait_count(0, 400) && kit_wait_count(1, 400) && kit_wait_at_tap(2));
    late = kit_filter_with(KIT_SOURCE, "limit=700");
    t = begin(&r);
    assert_hr(CALL(t, Add, late, "late"), S_OK);
    assert_hr(CALL(t, Connect, kit_out(late), free_pin(merge, PINDIR_INPUT), NULL), S_OK);
    assert_hr(CALL(t, Commit, -1, NULL), S_OK);
    LET_GO(t);
    assert_int_equal(recorded(&kit_recorder[2].joins, 2), 1);
    assert_true(kit_wait_count(2, 400));
    kit_let_all();
    /* the short one and the late one are through; the endless one goes on */
    wait_recorded(1, &kit_recorder[1].ends, 1);
    wait_recorded(2, &kit_recorder[2].ends, 1);
    assert_int_equal(kit_count(1), 500);
    assert_int_equal(kit_count(2), 700);
    assert_flows(0);
    assert_int_equal(recorded(&kit_recorder[0].finishes, 0), 0);
    assert_false(graph_event(&r.g, EC_COMPLETE, 0, NULL));
    t = begin(&r);
    assert_hr(CALL(t, Remove, sources[0]), S_OK);
    assert_hr(CALL(t, Commit, -1, NULL), S_OK);
    LET_GO(t);
    assert_int_equal(recorded(&kit_recorder[0].ends, 0), 1);
    assert_int_equal(recorded(&kit_recorder[0].lefts, 0), 1);
    assert_int_equal(recorded(&kit_recorder[0].finishes, 0), 1);
    assert_true(graph_event(&r.g, EC_COMPLETE, KIT_WAIT_MS, NULL));
    assert_false(graph_event(&r.g, EC_COMPLETE, 0, NULL));
    for (unsigned i = 0; i < 3; i++)
        assert_all_there(i);
    LET_GO(late);
    road_close(&r);
}

/* Who has left is not waited for, even where it said nothing. */
static void nobody_waits_for_who_left(void **state)
{
    struct road r;
    IBaseFilter *sources[2];
    RG_EDIT_REQUEST request = { .size = sizeof(request), .flags = RG_EDIT_NO_DRAIN };
    IGraphTransaction *t;

    (void)state;
    (void)merge_open(&r, sources);
    kit_let_until(400);
    road_run(&r);
    assert_true(kit_wait_count(0, 400) && kit_wait_count(1, 400) && kit_wait_at_tap(2));
    t = begin_with(&r, &request);
    assert_hr(CALL(t, Remove, sources[0]), S_OK);
    assert_hr(CALL(t, Commit, -1, NULL), S_OK);
    LET_GO(t);
    assert_int_equal(recorded(&kit_recorder[0].lefts, 0), 1);
    assert_int_equal(recorded(&kit_recorder[0].finishes, 0), 0);
    kit_let_all();
    assert_true(graph_event(&r.g, EC_COMPLETE, KIT_WAIT_MS, NULL));
    assert_int_equal(kit_count(1), 500);
    assert_int_equal(recorded(&kit_recorder[0].finishes, 0), 1);
    assert_all_there(1);
    road_close(&r);
}

static void inputs_come_and_go_often(void **state)
{
    struct road r;
    IBaseFilter *sources[2], *merge;

    (void)state;
    merge = merge_open(&r, sources);
    road_run(&r);
    for (unsigned i = 1; i <= 50; i++) {
        IBaseFilter *late = kit_filter(KIT_SOURCE);
        IGraphTransaction *t = begin(&r);

        assert_hr(CALL(t, Add, late, "late"), S_OK);
        assert_hr(CALL(t, Connect, kit_out(late), free_pin(merge, PINDIR_INPUT), NULL), S_OK);
        assert_hr(CALL(t, Commit, -1, NULL), S_OK);
        LET_GO(t);
        assert_int_equal(recorded(&kit_recorder[2].joins, 2), i);
        if (i % 3 != 0)
            assert_true(kit_wait_more(2, 5));
        t = begin(&r);
        assert_hr(CALL(t, Remove, late), S_OK);
        assert_hr(CALL(t, Commit, -1, NULL), S_OK);
        LET_GO(t);
        assert_int_equal(recorded(&kit_recorder[2].lefts, 2), i);
        assert_int_equal(recorded(&kit_recorder[2].ends, 2), i);
        assert_int_equal(LET_GO(late), 0);
    }
    assert_flows(0);
    assert_int_equal(recorded(&kit_recorder[0].ends, 0), 0);
    assert_int_equal(kit_ledger(kit_out(sources[0])).closings, 0);
    road_close(&r);
}

/* ---- a source that comes late ------------------------------------------------------------------------------ */

static REFERENCE_TIME clock_after(struct road *r, REFERENCE_TIME start)
{
    IReferenceClock *clock;
    REFERENCE_TIME now;

    assert_hr(CALL(r->g.filter, GetSyncSource, &clock), S_OK);
    assert_hr(CALL(clock, GetTime, &now), S_OK);
    LET_GO(clock);
    return now - start;
}

static void wait_stream_time(struct road *r, REFERENCE_TIME time)
{
    HANDLE due = new_event();
    IReferenceClock *clock;
    REFERENCE_TIME start;
    DWORD_PTR cookie;

    assert_hr(CALL(r->g.filter, GetSyncSource, &clock), S_OK);
    assert_hr(CALL(r->config, GetStartTime, &start), S_OK);
    assert_hr(CALL(clock, AdviseTime, start, time, (HEVENT)due, &cookie), S_OK);
    wait_event(due);
    LET_GO(clock);
    CloseHandle(due);
}

/* Adds a source that gives one sample, and waits for it: its time. */
static REFERENCE_TIME one_sample_comes_late(struct road *r, unsigned slot)
{
    IBaseFilter *late = kit_filter_with(KIT_SOURCE, "limit=1");
    IPin *place = free_pin(r->sink, PINDIR_INPUT);
    IGraphTransaction *t = begin(r);

    assert_hr(CALL(t, Add, late, "late"), S_OK);
    assert_hr(CALL(t, Connect, kit_out(late), place, NULL), S_OK);
    assert_hr(CALL(t, Commit, -1, NULL), S_OK);
    LET_GO(t);
    LET_GO(late);
    if (kit_state(r->sink) == State_Paused)
        road_run(r);
    wait_recorded(slot, &kit_recorder[slot].ends, 1);
    assert_int_equal(kit_count(slot), 1);
    return kit_ledger(place).last_start;
}

#define A_WHILE 300000 /* 30 ms */

static void late_source_begins_now(void **state)
{
    struct road r;
    IBaseFilter *sources[2];
    REFERENCE_TIME start, before, after, time;

    (void)state;
    (void)merge_open(&r, sources);
    kit_let_until(1);
    road_run(&r);
    wait_stream_time(&r, A_WHILE);
    assert_hr(CALL(r.config, GetStartTime, &start), S_OK);
    before = clock_after(&r, start);
    time = one_sample_comes_late(&r, 2);
    after = clock_after(&r, start);
    assert_true(before >= A_WHILE && time >= before && time <= after);
    /* paused: time stands still, and goes on from there */
    before = clock_after(&r, start);
    assert_hr(CALL(r.g.control, Pause), S_OK);
    after = clock_after(&r, start);
    time = one_sample_comes_late(&r, 3);
    assert_true(time >= before && time <= after);
    /* started with all the others it is not late */
    assert_hr(CALL(r.g.control, Stop), S_OK);
    road_run(&r);
    assert_true(kit_wait_count(3, 2));
    assert_int_equal(kit_ledger(kit_in(r.sink)).last_start, 0);
    {
        IPin *leg = NULL;
        IBaseFilter *late = NULL;

        assert_hr(CALL(r.g.builder, FindFilterByName, L"late", &late), S_OK);
        assert_hr(CALL(kit_out(late), ConnectedTo, &leg), S_OK);
        wait_recorded(2, &kit_recorder[2].ends, 2);
        assert_int_equal(kit_ledger(leg).last_start, 0);
        LET_GO(leg);
        LET_GO(late);
    }
    road_close(&r);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(leg_starts_at_the_present_sample),
        cmocka_unit_test(legs_are_added_under_load),
        cmocka_unit_test(branch_ends_before_it_leaves),
        cmocka_unit_test(fifty_times),
        cmocka_unit_test(branch_with_branches),
        cmocka_unit_test(stuck_leg_holds_nobody),
        cmocka_unit_test(inputs_come_and_go),
        cmocka_unit_test(nobody_waits_for_who_left),
        cmocka_unit_test(inputs_come_and_go_often),
        cmocka_unit_test(late_source_begins_now),
    };

    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
