/* SPDX-License-Identifier: MIT */
/* test_chain_edits.c - edits and transactions where chains are stopped, started and taken out meanwhile. */
#include "fake_filter.h"
#include "transaction_test.h"

/* source ! tee ! sink 0, tee ! fx ! sink 1; it runs. */
struct forked {
    struct road r; /* source, tee (r.middle), sink of the first branch */
    IFilterChain *chain;
    IBaseFilter *fx, *end;
};

static void forked_open(struct forked *f, IBaseFilter *fx)
{
    memset(f, 0, sizeof(*f));
    road_open(&f->r, kit_filter(KIT_SOURCE), kit_filter(KIT_TEE), kit_filter(KIT_SINK));
    f->fx = road_put(&f->r, fx, L"second fx");
    f->end = road_put(&f->r, kit_filter_with(KIT_SINK, "slot=1"), L"second sink");
    road_join(&f->r, free_pin(f->r.middle, PINDIR_OUTPUT), kit_in(f->fx));
    road_join(&f->r, kit_out(f->fx), kit_in(f->end));
    assert_hr(CALL(f->r.g.builder, QueryInterface, &IID_IFilterChain, (void **)&f->chain),
              S_OK);
    road_run(&f->r);
    assert_true(kit_wait_more(0, 20));
    assert_true(kit_wait_more(1, 20));
}

static void forked_close(struct forked *f)
{
    assert_all_there(0);
    LET_GO(f->chain);
    road_close(&f->r);
}

static void swap(struct forked *f, IBaseFilter **present, IBaseFilter *fresh)
{
    RG_EDIT_REQUEST request = { .size = sizeof(request), .timeout_ms = KIT_WAIT_MS };

    assert_hr(CALL(f->r.edit, Swap, *present, fresh, NULL, &request, NULL), S_OK);
    *present = fresh;
    LET_GO(fresh); /* the graph keeps it */
}

/* What is stopped can't be drained, and what takes its place waits for StartChain as it did. */
static void swapped_while_stopped(IBaseFilter *fx)
{
    struct forked f;
    uint64_t n;

    forked_open(&f, fx);
    assert_hr(CALL(f.chain, StopChain, f.fx, NULL), S_OK);
    n = kit_count(1);
    swap(&f, &f.fx, kit_filter_with(KIT_HOLD, "mark=1 hold=2"));
    assert_int_equal(kit_state(f.fx), State_Stopped);
    assert_int_equal(kit_state(f.end), State_Stopped);
    assert_true(kit_wait_more(0, 20));
    assert_int_equal(kit_count(1), n);
    assert_hr(CALL(f.chain, StartChain, f.fx, NULL), S_OK);
    assert_true(kit_wait_more(1, 20));
    assert_all_there(1);
    assert_true(marked_so_far(1, 1) >= 20);
    /* and while it runs: drained as ever */
    swap(&f, &f.fx, kit_filter_with(KIT_PASS, "mark=2"));
    assert_int_equal(kit_state(f.fx), State_Running);
    assert_true(kit_wait_more(1, 20));
    assert_all_there(1);
    forked_close(&f);
}

static void a_stopped_filter_is_swapped(void **state)
{
    struct fake_config foreign = { .name = "foreign",
                                   .inputs = 1,
                                   .outputs = 1,
                                   .in_types = "a",
                                   .out_types = "=",
                                   .holds = 3 };

    (void)state;
    swapped_while_stopped(kit_filter(KIT_PASS));
    swapped_while_stopped(kit_filter_with(KIT_HOLD, "hold=3"));
    swapped_while_stopped(kit_filter(KIT_QUEUE));
    swapped_while_stopped(&fake_filter_new(&foreign)->base);
}

/* The last of the chain: the newcomer is a renderer that nobody waits for until it is started. */
static void a_stopped_sink_is_swapped(void **state)
{
    struct forked f;

    (void)state;
    forked_open(&f, kit_filter(KIT_PASS));
    assert_hr(CALL(f.chain, StopChain, f.fx, NULL), S_OK);
    {
        IGraphTransaction *t = begin(&f.r);
        IBaseFilter *fresh = kit_filter_with(KIT_SINK, "slot=2");

        assert_hr(CALL(t, Remove, f.end), S_OK);
        assert_hr(CALL(t, Add, fresh, "third sink"), S_OK);
        assert_hr(CALL(t, Connect, kit_out(f.fx), kit_in(fresh), NULL), S_OK);
        assert_hr(CALL(t, Commit, -1, NULL), S_OK);
        LET_GO(t);
        LET_GO(fresh);
        f.end = fresh;
    }
    assert_int_equal(kit_state(f.end), State_Stopped);
    assert_true(kit_wait_more(0, 20));
    assert_hr(CALL(f.chain, StartChain, f.fx, NULL), S_OK);
    assert_true(kit_wait_more(2, 20));
    assert_all_there(2);
    forked_close(&f);
}

/* In front of one that stays stopped. */
static void a_filter_is_put_into_a_stopped_chain(void **state)
{
    IBaseFilter *fresh = kit_filter_with(KIT_PASS, "mark=1");
    struct forked f;

    (void)state;
    forked_open(&f, kit_filter(KIT_PASS));
    assert_hr(CALL(f.chain, StopChain, f.fx, NULL), S_OK);
    assert_hr(CALL(f.r.edit, Insert, kit_out(f.fx), fresh, NULL, NULL, NULL), S_OK);
    assert_int_equal(kit_state(fresh), State_Stopped);
    assert_int_equal(kit_state(f.end), State_Stopped);
    LET_GO(fresh);
    assert_hr(CALL(f.chain, StartChain, f.fx, NULL), S_OK);
    assert_true(kit_wait_more(1, 20));
    assert_all_there(1);
    forked_close(&f);
}

/* Only part of a road is stopped: what holds something in front of it is not waited for. */
static void a_filter_before_a_stopped_one(void **state)
{
    struct forked f;

    (void)state;
    forked_open(&f, kit_filter_with(KIT_HOLD, "hold=3"));
    assert_hr(CALL(f.chain, StopChain, f.end, NULL), S_OK);
    swap(&f, &f.fx, kit_filter_with(KIT_PASS, "mark=1"));
    assert_int_equal(kit_state(f.end), State_Stopped);
    assert_true(kit_wait_more(0, 20));
    assert_hr(CALL(f.chain, StartChain, f.fx, NULL), S_OK);
    assert_true(kit_wait_more(1, 20));
    assert_all_there(1);
    forked_close(&f);
}

/* Nobody waits for the end of a renderer that stands still. */
static void a_stopped_branch_is_removed(void **state)
{
    RG_EDIT_REQUEST request = { .size = sizeof(request), .timeout_ms = INFINITE };
    struct forked f;
    IGraphTransaction *t;
    IPin *leg;

    (void)state;
    for (int told = 0; told < 2; told++) {
        forked_open(&f, kit_filter(KIT_PASS));
        if (told)
            assert_hr(CALL(f.chain, StopChain, f.fx, NULL), S_OK);
        else
            assert_hr(CALL(f.end, Stop), S_OK); /* behind the graph's back */
        assert_hr(CALL(kit_in(f.fx), ConnectedTo, &leg), S_OK);
        t = begin_with(&f.r, &request);
        assert_hr(CALL(t, RemoveBranch, leg), S_OK);
        assert_hr(CALL(t, Commit, -1, NULL), S_OK);
        assert_int_equal(graph_count(&f.r.g), 3);
        LET_GO(leg);
        LET_GO(t);
        assert_true(kit_wait_more(0, 20));
        forked_close(&f);
    }
}

/* A commit that waits for its time meets a chain that stops and starts: made anew, and in time. */
static void a_timed_commit_meets_a_chain(void **state)
{
    HANDLE done = new_event();
    IBaseFilter *fresh = kit_filter_with(KIT_PASS, "mark=1");
    REFERENCE_TIME at;
    IGraphTransaction *t;
    struct forked f;
    int64_t tap;

    (void)state;
    forked_open(&f, kit_filter(KIT_PASS));
    assert_hr(CALL(f.chain, StopChain, f.fx, NULL), S_OK);
    tap = (int64_t)kit_count(0) + 500;
    kit_let_until(tap);
    at = (tap + 400) * KIT_SAMPLE_TIME; /* not before all is let */
    t = begin(&f.r);
    assert_hr(CALL(t, Swap, f.fx, fresh, NULL), S_OK);
    assert_hr(CALL(t, Commit, at, done), S_OK);
    for (int i = 0; i < 5; i++) {
        assert_hr(CALL(f.chain, StartChain, f.fx, NULL), S_OK);
        assert_hr(CALL(f.chain, StopChain, f.fx, NULL), S_OK);
    }
    assert_hr(CALL(f.chain, StartChain, f.fx, NULL), S_OK);
    kit_let_all();
    wait_event(done);
    assert_hr(CALL(t, GetResult), S_OK);
    assert_true(kit_in_graph(fresh));
    assert_int_equal(kit_state(fresh), State_Running);
    assert_true(kit_wait_more(1, 20));
    assert_all_there(1);
    LET_GO(t);
    LET_GO(fresh);
    CloseHandle(done);
    forked_close(&f);
}

/* What is prepared has nothing to hold on to any more. */
static void edits_lose_their_chain(bool stopped_before)
{
    HANDLE done = new_event();
    IBaseFilter *fresh = kit_filter(KIT_PASS), *other = kit_filter(KIT_PASS);
    IGraphTransaction *prepared, *timed;
    struct forked f;

    forked_open(&f, kit_filter(KIT_PASS));
    prepared = begin(&f.r);
    assert_hr(CALL(prepared, Swap, f.fx, fresh, NULL), S_OK);
    assert_hr(CALL(prepared, Prepare), S_OK);
    assert_true(kit_in_graph(fresh));
    timed = begin(&f.r);
    assert_hr(CALL(timed, Swap, f.fx, other, NULL), S_OK);
    assert_hr(CALL(timed, Commit, 1000 * 10000000LL, done), S_OK);
    if (stopped_before)
        assert_hr(CALL(f.chain, StopChain, f.fx, NULL), S_OK);
    assert_hr(CALL(f.chain, RemoveChain, f.fx, NULL), S_OK);
    assert_int_equal(graph_count(&f.r.g), 3);
    wait_event(done);
    assert_true(FAILED(CALL(timed, GetResult)));
    assert_true(FAILED(CALL(prepared, Commit, -1, NULL)));
    assert_false(kit_in_graph(fresh));
    assert_false(kit_in_graph(other));
    assert_true(kit_wait_more(0, 20));
    LET_GO(prepared);
    LET_GO(timed);
    LET_GO(fresh);
    LET_GO(other);
    CloseHandle(done);
    forked_close(&f);
}

static void a_prepared_edit_loses_its_chain(void **state)
{
    (void)state;
    edits_lose_their_chain(true);
    edits_lose_their_chain(false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stopped_filter_is_swapped),
        cmocka_unit_test(a_stopped_sink_is_swapped),
        cmocka_unit_test(a_filter_is_put_into_a_stopped_chain),
        cmocka_unit_test(a_filter_before_a_stopped_one),
        cmocka_unit_test(a_stopped_branch_is_removed),
        cmocka_unit_test(a_timed_commit_meets_a_chain),
        cmocka_unit_test(a_prepared_edit_loses_its_chain),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
