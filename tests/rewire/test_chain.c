/* SPDX-License-Identifier: MIT */
/* test_chain.c - chains of our own filters: branches that are stopped, started, taken out and put in while the rest plays on. */
#include "rewire_test.h"

struct branches {
    struct road r; /* source, tee (r.middle), sink of the first branch */
    IFilterChain *chain;
    IBaseFilter *second; /* the first filter behind the tee's second leg */
    IBaseFilter *end;    /* the sink there */
};

static IPin *free_out(IBaseFilter *tee)
{
    IPin *pin = NULL, *found = NULL;
    IEnumPins *list;

    assert_hr(CALL(tee, EnumPins, &list), S_OK);
    while (found == NULL && CALL(list, Next, 1, &pin, NULL) == S_OK) {
        PIN_DIRECTION direction;

        assert_hr(CALL(pin, QueryDirection, &direction), S_OK);
        if (direction == PINDIR_OUTPUT && !kit_connected(pin))
            found = pin;
        LET_GO(pin); /* the filter keeps it */
    }
    LET_GO(list);
    assert_non_null(found);
    return found;
}

/* source ! tee ! sink 0, tee ! (queue !) sink 1; it runs. */
static void branches_open(struct branches *b, bool with_queue)
{
    memset(b, 0, sizeof(*b));
    road_open(&b->r, kit_filter(KIT_SOURCE), kit_filter(KIT_TEE), kit_filter(KIT_SINK));
    b->end = road_put(&b->r, kit_filter_with(KIT_SINK, "slot=1"), L"second sink");
    b->second = with_queue ? road_put(&b->r, kit_filter(KIT_QUEUE), L"queue") : b->end;
    road_join(&b->r, free_out(b->r.middle), kit_in(b->second));
    if (with_queue)
        road_join(&b->r, kit_out(b->second), kit_in(b->end));
    assert_hr(CALL(b->r.g.builder, QueryInterface, &IID_IFilterChain, (void **)&b->chain),
              S_OK);
    road_run(&b->r);
    assert_true(kit_wait_more(0, 20));
    assert_true(kit_wait_more(1, 20));
}

static void branches_close(struct branches *b)
{
    LET_GO(b->chain);
    road_close(&b->r);
}

/* What one branch does is nothing to the other. */
static void stop_and_start(struct branches *b, IBaseFilter *from, unsigned slot)
{
    for (int i = 0; i < 30; i++) {
        uint64_t n;

        assert_hr(CALL(b->chain, StopChain, from, NULL), S_OK);
        n = kit_count(slot);
        assert_true(kit_wait_more(1 - slot, 30));
        assert_int_equal(kit_count(slot), n);
        assert_hr(CALL(b->chain, StartChain, from, NULL), S_OK);
        assert_true(kit_wait_more(slot, 10));
        assert_all_there(slot); /* from the first one it takes on */
    }
    assert_all_there(1 - slot);
}

static void a_leg_with_a_thread_resumes(void **state)
{
    struct branches b;

    (void)state;
    branches_open(&b, false);
    stop_and_start(&b, b.end, 1);
    branches_close(&b);
}

static void a_leg_without_one_resumes(void **state)
{
    struct branches b;

    (void)state;
    branches_open(&b, false);
    stop_and_start(&b, b.r.sink, 0);
    branches_close(&b);
}

static void a_queue_resumes(void **state)
{
    struct branches b;

    (void)state;
    branches_open(&b, true);
    stop_and_start(&b, b.end, 1);    /* the queue stays */
    stop_and_start(&b, b.second, 1); /* with the queue */
    branches_close(&b);
}

/* The count of what was refused is exact on both sides of the link. */
static void ledger_of_a_stopped_leg(void **state)
{
    RG_LEDGER out, in;
    struct branches b;
    IPin *leg = NULL;

    (void)state;
    branches_open(&b, false);
    stop_and_start(&b, b.end, 1);
    assert_hr(CALL(b.r.g.control, Stop), S_OK);
    assert_hr(CALL(kit_in(b.end), ConnectedTo, &leg), S_OK);
    out = kit_ledger(leg);
    in = kit_ledger(kit_in(b.end));
    LET_GO(leg);
    assert_true(out.refused > 0);
    assert_int_equal(out.samples, kit_count(1));
    assert_int_equal(out.samples + out.refused, in.samples + in.refused);
    branches_close(&b);
}

/* What was said while it was stopped is said again: here, the segment. */
static void segment_is_repeated(void **state)
{
    struct fake_config config = { .name = "foreign", .inputs = 1, .in_types = "a" };
    struct fake_filter *sink;
    struct branches b;
    unsigned before;
    IPin *leg;

    (void)state;
    memset(&b, 0, sizeof(b));
    road_open(&b.r, kit_filter(KIT_SOURCE), kit_filter(KIT_TEE), kit_filter(KIT_SINK));
    sink = graph_put(&b.r.g, &config);
    leg = free_out(b.r.middle);
    road_join(&b.r, leg, fake_in(sink, 0));
    assert_hr(CALL(b.r.g.builder, QueryInterface, &IID_IFilterChain, (void **)&b.chain), S_OK);
    road_run(&b.r);
    assert_true(fake_wait_numbers(sink, 10));
    assert_hr(CALL(b.chain, StopChain, &sink->base, NULL), S_OK);
    assert_true(kit_wait_more(0, 30));
    while (kit_ledger(leg).refused == 0) /* the leg has a thread of its own */
        sched_yield();
    pthread_mutex_lock(&sink->lock);
    before = sink->segments;
    pthread_mutex_unlock(&sink->lock);
    assert_hr(CALL(b.chain, StartChain, &sink->base, NULL), S_OK);
    assert_true(fake_wait_numbers(sink, fake_number_count(sink) + 5));
    pthread_mutex_lock(&sink->lock);
    assert_true(sink->segments > before);
    pthread_mutex_unlock(&sink->lock);
    branches_close(&b);
}

/* A source that was refused tries again when the graph changes its state. */
static void a_source_tries_again(IBaseFilter *middle)
{
    IFilterChain *chain;
    struct road r;

    road_open(&r, kit_filter(KIT_SOURCE), middle, kit_filter(KIT_SINK));
    assert_hr(CALL(r.g.builder, QueryInterface, &IID_IFilterChain, (void **)&chain), S_OK);
    road_run(&r);
    for (int i = 0; i < 20; i++) {
        assert_true(kit_wait_more(0, 10));
        assert_hr(CALL(chain, StopChain, i % 2 && middle != NULL ? middle : r.sink, NULL),
                  S_OK);
        assert_hr(CALL(chain, StartChain, i % 2 && middle != NULL ? middle : r.sink, NULL),
                  S_OK);
        assert_hr(CALL(r.g.control, Pause), S_OK);
        road_run(&r);
    }
    assert_true(kit_wait_more(0, 10));
    LET_GO(chain);
    road_close(&r);
}

static void sources_try_again(void **state)
{
    (void)state;
    a_source_tries_again(NULL);
    a_source_tries_again(kit_filter(KIT_PASS));
    a_source_tries_again(kit_filter(KIT_IN_PLACE));
    a_source_tries_again(kit_filter(KIT_QUEUE));
    a_source_tries_again(kit_filter(KIT_HOLD));
}

/* A leg may still have had a sample for those who were there before; after it nothing is missing. */
static void assert_whole_from_here(unsigned slot)
{
    struct kit_recorder *k = &kit_recorder[slot];
    uint64_t lost;

    assert_true(kit_wait_more(slot, 20));
    pthread_mutex_lock(&k->lock);
    lost = k->lost;
    pthread_mutex_unlock(&k->lock);
    assert_true(kit_wait_more(slot, 20));
    pthread_mutex_lock(&k->lock);
    assert_int_equal(k->lost, lost);
    assert_int_equal(k->duplicated, 0);
    assert_int_equal(k->reordered, 0);
    pthread_mutex_unlock(&k->lock);
}

/* A branch that comes and goes: add, connect, start; remove.  The other never notices. */
static void a_branch_comes_and_goes(void **state)
{
    struct branches b;

    (void)state;
    branches_open(&b, true);
    for (int i = 0; i < 30; i++) {
        assert_hr(CALL(b.chain, RemoveChain, b.second, NULL), S_OK);
        assert_int_equal(graph_count(&b.r.g), 3);
        kit_recorder_reset(1);
        b.second = road_put(&b.r, kit_filter(i % 2 ? KIT_QUEUE : KIT_PASS), L"again");
        b.end = road_put(&b.r, kit_filter_with(KIT_SINK, "slot=1"), L"second sink");
        road_join(&b.r, free_out(b.r.middle), kit_in(b.second));
        road_join(&b.r, kit_out(b.second), kit_in(b.end));
        assert_int_equal(kit_state(b.second), State_Stopped);
        assert_int_equal(kit_state(b.end), State_Stopped);
        assert_hr(CALL(b.chain, StartChain, b.second, NULL), S_OK);
        assert_whole_from_here(1);
    }
    assert_flows(0);
    branches_close(&b);
}

/* The stream has an end, and it is told once, whoever is stopped. */
static void end_of_the_rest(void **state)
{
    struct branches b;

    (void)state;
    memset(&b, 0, sizeof(b));
    road_open(&b.r, kit_filter_with(KIT_SOURCE, "limit=2000"), kit_filter(KIT_TEE),
              kit_filter(KIT_SINK));
    b.end = road_put(&b.r, kit_filter_with(KIT_SINK, "slot=1"), L"second sink");
    road_join(&b.r, free_out(b.r.middle), kit_in(b.end));
    assert_hr(CALL(b.r.g.builder, QueryInterface, &IID_IFilterChain, (void **)&b.chain), S_OK);
    kit_shut(0);
    road_run(&b.r);
    assert_true(kit_wait_inside(0));
    assert_hr(CALL(b.chain, StopChain, b.end, NULL), S_OK);
    kit_open(0);
    assert_true(graph_event(&b.r.g, EC_COMPLETE, KIT_WAIT_MS, NULL));
    assert_int_equal(kit_count(0), 2000);
    assert_true(kit_count(1) < 2000);
    branches_close(&b);
}

/* The filter behind the chain keeps a sample: the call ends in an error, and all plays on. */
static void a_held_sample_behind(void **state)
{
    IFilterChain *chain;
    struct road r;

    (void)state;
    road_open(&r, kit_filter(KIT_SOURCE), kit_filter(KIT_PASS), kit_filter(KIT_SINK));
    assert_hr(CALL(r.g.builder, QueryInterface, &IID_IFilterChain, (void **)&chain), S_OK);
    road_run(&r);
    assert_true(kit_wait_more(0, 10));
    kit_shut(0);
    assert_true(kit_wait_inside(0));
    assert_hr(CALL(chain, StopChain, r.middle, r.middle), VFW_E_TIMEOUT);
    assert_int_equal(kit_state(r.middle), State_Running);
    kit_open(0);
    assert_flows(0);
    assert_hr(CALL(chain, RemoveChain, r.middle, r.middle), S_OK);
    assert_int_equal(graph_count(&r.g), 2);
    LET_GO(chain);
    road_close(&r);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_leg_with_a_thread_resumes),
        cmocka_unit_test(a_leg_without_one_resumes),
        cmocka_unit_test(a_queue_resumes),
        cmocka_unit_test(ledger_of_a_stopped_leg),
        cmocka_unit_test(segment_is_repeated),
        cmocka_unit_test(sources_try_again),
        cmocka_unit_test(a_branch_comes_and_goes),
        cmocka_unit_test(end_of_the_rest),
        cmocka_unit_test(a_held_sample_behind),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
