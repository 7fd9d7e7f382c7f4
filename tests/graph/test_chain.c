/* SPDX-License-Identifier: MIT */
/* test_chain.c - IFilterChain on foreign filters: codes, which filters, the order of calls, states, removal. */
#include "chain_test.h"

#include <pthread.h>

struct fake_log chain_log = FAKE_LOG_INIT;

/* ---- codes ------------------------------------------------------------------------------- */

static void assert_all_say(struct chain_test *t, IBaseFilter *from, IBaseFilter *to,
                           HRESULT wanted)
{
    assert_hr(STOP(t, from, to), wanted);
    assert_hr(REMOVE(t, from, to), wanted);
    assert_hr(START(t, from, to), wanted);
}

static void test_no_start(void **state)
{
    struct chain_test t;

    (void)state;
    chain_open(&t);
    assert_all_say(&t, NULL, &t.sink->base, E_POINTER);
    assert_hr(PAUSE(&t, NULL, NULL), E_POINTER);
    chain_close(&t);
}

static void test_strangers(void **state)
{
    struct fake_filter *stranger = fake_filter_new(&(struct fake_config)CHAIN_THROUGH("x"));
    struct test_graph other;
    struct chain_test t;

    (void)state;
    chain_open(&t);
    chain_run(&t);
    assert_all_say(&t, &stranger->base, NULL, VFW_E_NOT_IN_GRAPH);
    assert_all_say(&t, &t.a->base, &stranger->base, VFW_E_NOT_IN_GRAPH);
    assert_hr(PAUSE(&t, &stranger->base, NULL),
              VFW_E_NOT_IN_GRAPH); /* before the state is looked at */
    assert_hr(CALL(t.config, AddFilterToCache, &stranger->base), S_OK);
    assert_all_say(&t, &stranger->base, NULL, VFW_E_NOT_IN_GRAPH);
    assert_hr(CALL(t.config, RemoveFilterFromCache, &stranger->base), S_OK);
    graph_open(&other);
    assert_hr(CALL(other.builder, AddFilter, &stranger->base, NULL), S_OK);
    assert_all_say(&t, &stranger->base, NULL, VFW_E_NOT_IN_GRAPH);
    assert_hr(CALL(other.builder, RemoveFilter, &stranger->base), S_OK);
    assert_calls("");
    assert_states(&t, "rrrr");
    LET_GO(&stranger->base);
    LET_GO(other.builder);
    LET_GO(other.control);
    LET_GO(other.event);
    LET_GO(other.filter);
    LET_GO(other.seeking);
    LET_GO(other.position);
    LET_GO(other.version);
    LET_GO(other.report);
    chain_close(&t);
}

static void test_wrong_states(void **state)
{
    struct chain_test t;

    (void)state;
    chain_open(&t);
    assert_hr(START(&t, &t.a->base, NULL), VFW_E_NOT_RUNNING);
    assert_hr(PAUSE(&t, &t.a->base, NULL), VFW_E_NOT_PAUSED);
    assert_hr(CALL(t.g.control, Pause), S_OK);
    assert_hr(START(&t, &t.a->base, NULL), VFW_E_NOT_RUNNING);
    assert_hr(PAUSE(&t, &t.a->base, NULL), S_OK);
    assert_hr(CALL(t.g.control, Run), S_OK);
    assert_hr(START(&t, &t.a->base, NULL), S_OK);
    assert_hr(PAUSE(&t, &t.a->base, NULL), VFW_E_NOT_PAUSED);
    assert_states(&t, "rrrr");
    chain_close(&t);
}

/* On its way to running it is not running yet. */
static void test_unfinished_run(void **state)
{
    struct fake_config prerolls = CHAIN_SINK("sink");
    struct chain_test t;
    OAFilterState now;

    (void)state;
    prerolls.prerolls = true;
    chain_open_with(&t, &(struct fake_config)CHAIN_SOURCE,
                    &(struct fake_config)CHAIN_THROUGH("a"),
                    &(struct fake_config)CHAIN_THROUGH("b"), &prerolls);
    assert_hr(CALL(t.g.control, Run), S_FALSE);
    assert_hr(START(&t, &t.a->base, NULL), VFW_E_NOT_RUNNING);
    /* who is stopped meanwhile stays so, and is not waited for */
    assert_hr(STOP(&t, &t.b->base, NULL), S_OK);
    assert_hr(CALL(t.g.control, GetState, INFINITE, &now), S_OK);
    assert_int_equal(now, State_Running);
    assert_states(&t, "rrss");
    chain_close(&t);
}

/* ---- which filters ------------------------------------------------------------------------- */

static void test_no_chain(void **state)
{
    struct chain_test t;
    struct fake_filter *loose;

    (void)state;
    chain_open(&t);
    assert_hr(graph_join(&t.g, t.source, 1, t.sink, 1), S_OK);
    loose = graph_put(&t.g, &(struct fake_config)CHAIN_THROUGH("loose"));
    chain_run(&t);
    assert_all_say(&t, &t.b->base, &t.a->base, E_INVALIDARG);    /* against the stream */
    assert_all_say(&t, &t.a->base, &loose->base, E_INVALIDARG);  /* not connected */
    assert_all_say(&t, &t.a->base, &t.sink->base, E_INVALIDARG); /* two connected inputs */
    assert_all_say(&t, &t.sink->base, NULL, E_INVALIDARG);
    assert_all_say(&t, &t.source->base, NULL, E_INVALIDARG); /* two connected outputs */
    assert_all_say(&t, &t.source->base, &t.source->base, E_INVALIDARG);
    assert_calls("");
    assert_int_equal(graph_count(&t.g), 5);
    chain_close(&t);
}

/* Two pins make no fork; two connections do. */
static void test_longest(void **state)
{
    struct chain_test t;

    (void)state;
    chain_open(&t);
    chain_run(&t);
    assert_hr(STOP(&t, &t.source->base, NULL), S_OK);
    assert_calls("sink:stop b:stop a:stop source:stop ");
    assert_hr(CALL(t.g.control, Stop), S_OK);
    assert_hr(graph_join(&t.g, t.source, 1, t.sink, 1), S_OK);
    chain_run(&t);
    assert_hr(STOP(&t, &t.a->base, NULL), S_OK);
    assert_calls("b:stop a:stop ");
    assert_hr(START(&t, &t.a->base, NULL), S_OK);
    assert_calls("b:pause a:pause b:run a:run ");
    chain_close(&t);
}

static void test_part_of_a_chain(void **state)
{
    struct chain_test t;

    (void)state;
    chain_open(&t);
    chain_run(&t);
    assert_hr(STOP(&t, &t.a->base, &t.a->base), S_OK);
    assert_calls("a:stop ");
    assert_states(&t, "rsrr");
    assert_hr(STOP(&t, &t.a->base, &t.b->base), S_OK);
    assert_calls("b:stop ");
    assert_states(&t, "rssr");
    assert_hr(START(&t, &t.b->base, &t.b->base), S_OK);
    assert_states(&t, "rsrr");
    fake_log_clear(&chain_log);
    assert_hr(START(&t, &t.source->base, &t.sink->base), S_OK); /* who runs is left alone */
    assert_calls("a:pause a:run ");
    assert_hr(START(&t, &t.source->base, NULL), S_OK);
    assert_calls("");
    chain_close(&t);
}

static void test_unconnected_filter(void **state)
{
    struct fake_filter *loose;
    struct chain_test t;

    (void)state;
    chain_open(&t);
    chain_run(&t);
    loose = graph_put(&t.g, &(struct fake_config)CHAIN_THROUGH("loose"));
    assert_int_equal(fake_state(loose), State_Stopped);
    assert_hr(START(&t, &loose->base, NULL), S_OK);
    assert_calls("loose:pause loose:run ");
    assert_hr(STOP(&t, &loose->base, &loose->base), S_OK);
    assert_hr(REMOVE(&t, &loose->base, NULL), S_OK);
    assert_int_equal(graph_count(&t.g), 4);
    chain_close(&t);
}

/* a and b in a ring, which no graph would make. */
static void ring_make(struct chain_test *t)
{
    struct fake_config plain = { .name = "a",
                                 .inputs = 1,
                                 .outputs = 1,
                                 .in_types = "*",
                                 .out_types = "A",
                                 .log = &chain_log };

    chain_open_empty(t);
    t->a = graph_put(&t->g, &plain);
    plain.name = "b";
    t->b = graph_put(&t->g, &plain);
    assert_hr(CALL(fake_out(t->a, 0), Connect, fake_in(t->b, 0), NULL), S_OK);
    assert_hr(CALL(fake_out(t->b, 0), Connect, fake_in(t->a, 0), NULL), S_OK);
    chain_run(t);
}

static void test_ring(void **state)
{
    struct fake_filter *loose;
    struct chain_test t;

    (void)state;
    ring_make(&t);
    loose = graph_put(&t.g, &(struct fake_config)CHAIN_THROUGH("loose"));
    assert_hr(STOP(&t, &t.a->base, NULL), S_OK);
    assert_calls("b:stop a:stop ");
    assert_hr(START(&t, &t.b->base, NULL), S_OK);
    assert_calls("a:pause b:pause a:run b:run ");
    assert_hr(STOP(&t, &t.b->base, &t.a->base), S_OK);
    assert_calls("a:stop b:stop ");
    assert_hr(STOP(&t, &t.a->base, &loose->base), E_INVALIDARG);
    assert_hr(START(&t, &t.a->base, NULL), S_OK);
    assert_hr(REMOVE(&t, &t.a->base, NULL), S_OK);
    assert_int_equal(graph_count(&t.g), 1);
    chain_close(&t);
}

#define LONG_CHAIN 100000

static void *long_chain(void *arg)
{
    struct fake_config quiet = { .inputs = 1, .outputs = 1, .in_types = "*", .out_types = "=" };
    struct fake_filter *first = NULL, *last, *next;
    struct chain_test t;

    (void)arg;
    chain_open_empty(&t);
    last = t.source = graph_put(&t.g, &(struct fake_config){ .outputs = 1, .out_types = "A" });
    for (int i = 0; i < LONG_CHAIN; i++) {
        next = graph_put(&t.g, &quiet);
        if (first == NULL)
            first = next;
        assert_hr(graph_join(&t.g, last, 0, next, 0), S_OK);
        last = next;
    }
    assert_hr(CALL(t.g.control, Run), S_OK);
    assert_hr(STOP(&t, &first->base, NULL), S_OK);
    assert_int_equal(fake_state(last), State_Stopped);
    assert_int_equal(fake_state(first), State_Stopped);
    assert_int_equal(fake_state(t.source), State_Running);
    assert_hr(START(&t, &first->base, &last->base), S_OK);
    assert_int_equal(fake_state(last), State_Running);
    assert_hr(CALL(t.g.control, Stop), S_OK);
    assert_hr(REMOVE(&t, &first->base, &last->base), S_OK);
    assert_int_equal(graph_count(&t.g), 1);
    assert_int_equal(fake_filters_alive(), 1);
    chain_close(&t);
    return NULL;
}

static void test_long_chain_on_a_small_stack(void **state)
{
    pthread_attr_t small;
    pthread_t thread;

    (void)state;
    pthread_attr_init(&small);
    assert_int_equal(pthread_attr_setstacksize(&small, 256 * 1024), 0);
    assert_int_equal(pthread_create(&thread, &small, long_chain, NULL), 0);
    pthread_join(thread, NULL);
    pthread_attr_destroy(&small);
}

/* ---- start and pause ------------------------------------------------------------------------ */

static void test_start_time(void **state)
{
    struct chain_test t;
    REFERENCE_TIME start;

    (void)state;
    chain_open(&t);
    chain_run(&t);
    assert_hr(CALL(t.config, GetStartTime, &start), S_OK);
    assert_hr(STOP(&t, &t.b->base, NULL), S_OK);
    assert_calls("sink:stop b:stop ");
    t.sink->start = t.b->start = 0;
    assert_hr(START(&t, &t.b->base, NULL), S_OK);
    assert_calls("sink:pause b:pause sink:run b:run ");
    assert_true(start != 0);
    assert_true(t.b->start == start);
    assert_true(t.sink->start == start);
    chain_close(&t);
}

static void test_pause_chain(void **state)
{
    struct fake_config prerolls = CHAIN_SINK("sink");
    struct chain_test t;
    OAFilterState now;

    (void)state;
    prerolls.prerolls = true;
    chain_open_with(&t, &(struct fake_config)CHAIN_SOURCE,
                    &(struct fake_config)CHAIN_THROUGH("a"),
                    &(struct fake_config)CHAIN_THROUGH("b"), &prerolls);
    assert_hr(CALL(t.g.control, Pause), S_FALSE);
    fake_cue(t.sink);
    assert_true(graph_event(&t.g, EC_PAUSED, 10000, NULL));
    fake_log_clear(&chain_log);
    assert_hr(STOP(&t, &t.b->base, NULL), S_OK);
    assert_calls("sink:stop b:stop ");
    assert_hr(CALL(t.g.control, GetState, 0, &now),
              S_OK); /* who is stopped is not waited for */
    assert_hr(PAUSE(&t, &t.b->base, NULL), S_OK);
    assert_calls("sink:pause b:pause ");
    assert_hr(CALL(t.g.control, GetState, 0, &now), VFW_S_STATE_INTERMEDIATE);
    assert_hr(CALL(t.g.control, Run), S_FALSE);
    fake_cue(t.sink);
    assert_hr(CALL(t.g.control, GetState, INFINITE, &now), S_OK);
    assert_states(&t, "rrrr");
    chain_close(&t);
}

static void failing_start(const struct fake_config *a, const struct fake_config *b,
                          const char *calls)
{
    struct chain_test t;
    char *why;

    chain_open_with(
        &t, &(struct fake_config)CHAIN_SOURCE, &(struct fake_config)CHAIN_THROUGH("a"),
        &(struct fake_config)CHAIN_THROUGH("b"), &(struct fake_config)CHAIN_SINK("sink"));
    chain_run(&t);
    assert_hr(STOP(&t, &t.a->base, NULL), S_OK);
    fake_log_clear(&chain_log);
    t.a->config = *a;
    t.b->config = *b;
    assert_hr(START(&t, &t.a->base, NULL), VFW_E_NO_ALLOCATOR);
    assert_calls(calls);
    assert_states(&t, "rsss");
    assert_hr(CALL(t.g.report, GetLastReport, &why), S_OK);
    assert_non_null(
        strstr(why, a->fail_pause != S_OK || a->fail_run != S_OK ? "\"a\"" : "\"b\""));
    CoTaskMemFree(why);
    t.a->config.fail_pause = t.a->config.fail_run = S_OK;
    t.b->config.fail_pause = t.b->config.fail_run = S_OK;
    assert_hr(START(&t, &t.a->base, NULL), S_OK);
    assert_states(&t, "rrrr");
    chain_close(&t);
}

static void test_start_that_fails(void **state)
{
    struct fake_config good_a = CHAIN_THROUGH("a"), good_b = CHAIN_THROUGH("b");
    struct fake_config bad = CHAIN_THROUGH("b");

    (void)state;
    bad.fail_pause = VFW_E_NO_ALLOCATOR;
    failing_start(&good_a, &bad, "sink:pause b:pause sink:stop ");
    bad.fail_pause = S_OK;
    bad.fail_run = VFW_E_NO_ALLOCATOR;
    failing_start(&good_a, &bad,
                  "sink:pause b:pause a:pause sink:run b:run sink:stop b:stop a:stop ");
    bad.name = "a";
    failing_start(&bad, &good_b,
                  "sink:pause b:pause a:pause sink:run b:run a:run "
                  "sink:stop b:stop a:stop ");
}

/* What ran already is stopped too: all or none. */
static void test_start_of_a_part_that_fails(void **state)
{
    struct chain_test t;

    (void)state;
    chain_open(&t);
    chain_run(&t);
    assert_hr(STOP(&t, &t.a->base, &t.a->base), S_OK);
    t.a->config.fail_run = E_FAIL;
    assert_hr(START(&t, &t.a->base, NULL), E_FAIL);
    assert_states(&t, "rsss");
    chain_close(&t);
}

static void test_pause_that_fails(void **state)
{
    struct chain_test t;

    (void)state;
    chain_open(&t);
    assert_hr(CALL(t.g.control, Pause), S_OK);
    assert_hr(STOP(&t, &t.a->base, NULL), S_OK);
    t.a->config.fail_pause = E_FAIL;
    assert_hr(PAUSE(&t, &t.a->base, NULL), E_FAIL);
    assert_states(&t, "psss");
    chain_close(&t);
}

/* ---- stop ------------------------------------------------------------------------------------ */

static void test_stop_that_fails(void **state)
{
    struct chain_test t;

    (void)state;
    chain_open(&t);
    chain_run(&t);
    t.b->config.fail_stop = VFW_E_RUNTIME_ERROR;
    t.a->config.fail_stop = E_FAIL;
    assert_hr(STOP(&t, &t.a->base, NULL), VFW_E_RUNTIME_ERROR); /* the first */
    assert_calls("sink:stop b:stop a:stop ");
    assert_states(&t, "rsss");
    t.a->config.fail_stop = t.b->config.fail_stop = S_OK;
    chain_close(&t);
}

static void test_stop_in_a_stopped_graph(void **state)
{
    struct chain_test t;

    (void)state;
    chain_open(&t);
    assert_hr(STOP(&t, &t.a->base, NULL), S_OK);
    assert_calls("");
    chain_run(&t);
    assert_states(&t, "rrrr");
    chain_close(&t);
}

/* ---- the whole graph meets a stopped chain ---------------------------------------------------- */

static void test_pause_of_the_graph_takes_it_along(void **state)
{
    struct chain_test t;

    (void)state;
    chain_open(&t);
    chain_run(&t);
    assert_hr(STOP(&t, &t.b->base, NULL), S_OK);
    fake_log_clear(&chain_log);
    assert_hr(CALL(t.g.control, Run), S_OK); /* it runs: nothing happens */
    assert_calls("");
    assert_hr(CALL(t.g.control, Pause), S_OK);
    assert_calls("sink:pause b:pause a:pause source:pause ");
    assert_hr(CALL(t.g.control, Run), S_OK);
    assert_states(&t, "rrrr");
    chain_close(&t);
}

static void test_run_of_the_graph_takes_it_along(void **state)
{
    struct chain_test t;

    (void)state;
    chain_open(&t);
    assert_hr(CALL(t.g.control, Pause), S_OK);
    assert_hr(STOP(&t, &t.b->base, NULL), S_OK);
    fake_log_clear(&chain_log);
    assert_hr(CALL(t.g.control, Pause), S_OK); /* it is paused: nothing happens */
    assert_calls("");
    assert_hr(CALL(t.g.control, Run), S_OK);
    assert_calls("sink:pause b:pause sink:run b:run a:run source:run ");
    chain_close(&t);
}

static void test_stop_of_the_graph_passes_it_by(void **state)
{
    struct chain_test t;

    (void)state;
    chain_open(&t);
    chain_run(&t);
    assert_hr(STOP(&t, &t.b->base, NULL), S_OK);
    fake_log_clear(&chain_log);
    assert_hr(CALL(t.g.control, Stop), S_OK);
    assert_calls("a:pause source:pause sink:stop b:stop a:stop source:stop ");
    assert_hr(CALL(t.g.control, Run), S_OK);
    assert_states(&t, "rrrr");
    chain_close(&t);
}

static void test_seek_leaves_it_stopped(void **state)
{
    struct fake_config seeks = CHAIN_SINK("sink");
    LONGLONG where = 1000, duration;
    struct chain_test t;

    (void)state;
    seeks.duration = 1000000;
    chain_open_with(&t, &(struct fake_config)CHAIN_SOURCE,
                    &(struct fake_config)CHAIN_THROUGH("a"),
                    &(struct fake_config)CHAIN_THROUGH("b"), &seeks);
    chain_run(&t);
    assert_hr(STOP(&t, &t.b->base, NULL), S_OK);
    fake_log_clear(&chain_log);
    /* it is asked, and told, all the same: the stream is still the graph's */
    assert_hr(CALL(t.g.seeking, GetDuration, &duration), S_OK);
    assert_int_equal(duration, 1000000);
    assert_hr(CALL(t.g.seeking, SetPositions, &where, AM_SEEKING_AbsolutePositioning, NULL, 0),
              S_OK);
    assert_int_equal(t.sink->seeks, 1);
    assert_calls("a:pause source:pause sink:seek a:run source:run ");
    assert_states(&t, "rrss");
    chain_close(&t);
}

/* ---- data -------------------------------------------------------------------------------------- */

static void test_delivery_resumes(void **state)
{
    struct fake_config source = CHAIN_SOURCE;
    struct chain_test t;

    (void)state;
    source.samples = -1;
    source.tolerates_refusal = true;
    chain_open_with(&t, &source, &(struct fake_config)CHAIN_THROUGH("a"),
                    &(struct fake_config)CHAIN_THROUGH("b"),
                    &(struct fake_config)CHAIN_SINK("sink"));
    chain_run(&t);
    for (int i = 0; i < 50; i++) {
        size_t before;

        assert_true(fake_wait_numbers(t.sink, fake_number_count(t.sink) + 3));
        assert_hr(STOP(&t, &t.b->base, NULL), S_OK);
        before = fake_number_count(t.sink);
        assert_states(&t, "rrss");
        assert_int_equal(fake_number_count(t.sink), before);
        assert_hr(START(&t, &t.b->base, NULL), S_OK);
        assert_true(fake_wait_numbers(t.sink, before + 3));
    }
    assert_hr(CALL(t.g.control, Stop), S_OK);
    for (size_t i = 0; i < t.sink->number_count; i++) /* what was refused came again */
        assert_int_equal(t.sink->numbers[i], i);
    chain_close(&t);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_start),
        cmocka_unit_test(test_strangers),
        cmocka_unit_test(test_wrong_states),
        cmocka_unit_test(test_unfinished_run),
        cmocka_unit_test(test_no_chain),
        cmocka_unit_test(test_longest),
        cmocka_unit_test(test_part_of_a_chain),
        cmocka_unit_test(test_unconnected_filter),
        cmocka_unit_test(test_ring),
        cmocka_unit_test(test_long_chain_on_a_small_stack),
        cmocka_unit_test(test_start_time),
        cmocka_unit_test(test_pause_chain),
        cmocka_unit_test(test_start_that_fails),
        cmocka_unit_test(test_start_of_a_part_that_fails),
        cmocka_unit_test(test_pause_that_fails),
        cmocka_unit_test(test_stop_that_fails),
        cmocka_unit_test(test_stop_in_a_stopped_graph),
        cmocka_unit_test(test_pause_of_the_graph_takes_it_along),
        cmocka_unit_test(test_run_of_the_graph_takes_it_along),
        cmocka_unit_test(test_stop_of_the_graph_passes_it_by),
        cmocka_unit_test(test_seek_leaves_it_stopped),
        cmocka_unit_test(test_delivery_resumes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
