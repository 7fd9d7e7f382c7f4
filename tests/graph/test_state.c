/* SPDX-License-Identifier: MIT */
/* test_state.c - stop, pause, run: order, preroll, failures, commands that overtake each other. */
#include "graph_test.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <time.h>

static struct fake_log order = FAKE_LOG_INIT;

static const struct fake_config source = {
    .name = "source", .outputs = 1, .out_types = "A", .log = &order
};
static const struct fake_config through = { .name = "through",
                                            .inputs = 1,
                                            .outputs = 1,
                                            .in_types = "*",
                                            .out_types = "=",
                                            .log = &order };
static const struct fake_config sink = {
    .name = "sink", .inputs = 1, .in_types = "*", .log = &order
};

struct chain {
    struct fake_filter *source, *through, *sink;
};

static struct chain chain_make(struct test_graph *g, const struct fake_config *a,
                               const struct fake_config *b, const struct fake_config *c)
{
    struct chain chain;

    fake_log_clear(&order);
    chain.source = graph_put(g, a);
    chain.through = graph_put(g, b);
    chain.sink = graph_put(g, c);
    assert_hr(graph_join(g, chain.source, 0, chain.through, 0), S_OK);
    assert_hr(graph_join(g, chain.through, 0, chain.sink, 0), S_OK);
    return chain;
}

static OAFilterState state_of(struct test_graph *g, LONG timeout_ms, HRESULT wanted)
{
    OAFilterState state = -1;

    assert_hr(CALL(g->control, GetState, timeout_ms, &state), wanted);
    return state;
}

static void test_order(void **state)
{
    struct test_graph g;

    (void)state;
    graph_open(&g);
    chain_make(&g, &source, &through, &sink);
    assert_hr(CALL(g.control, Run), S_OK);
    assert_string_equal(order.text, "sink:pause through:pause source:pause "
                                    "sink:run through:run source:run ");
    fake_log_clear(&order);
    assert_hr(CALL(g.control, Run), S_OK);
    assert_string_equal(order.text, "");
    assert_hr(CALL(g.control, Pause), S_OK);
    assert_string_equal(order.text, "sink:pause through:pause source:pause ");
    fake_log_clear(&order);
    assert_hr(CALL(g.control, Run), S_OK);
    fake_log_clear(&order);
    assert_hr(CALL(g.control, Stop), S_OK);
    assert_string_equal(order.text, "sink:pause through:pause source:pause "
                                    "sink:stop through:stop source:stop ");
    fake_log_clear(&order);
    assert_hr(CALL(g.control, Stop), S_OK);
    assert_string_equal(order.text, "");
    graph_close(&g);
}

/* A diamond: the tee comes after both branches. */
static void test_order_of_a_diamond(void **state)
{
    struct fake_config tee = { .name = "tee",
                               .inputs = 1,
                               .outputs = 2,
                               .in_types = "*",
                               .out_types = "=",
                               .log = &order };
    struct fake_config mix = { .name = "mix", .inputs = 2, .in_types = "*", .log = &order };
    struct fake_filter *t, *a, *b, *m, *s;
    struct test_graph g;

    (void)state;
    graph_open(&g);
    fake_log_clear(&order);
    m = graph_put(&g, &mix);
    s = graph_put(&g, &source);
    b = graph_put(&g, &(struct fake_config){ .name = "b",
                                             .inputs = 1,
                                             .outputs = 1,
                                             .in_types = "*",
                                             .out_types = "=",
                                             .log = &order });
    a = graph_put(&g, &(struct fake_config){ .name = "a",
                                             .inputs = 1,
                                             .outputs = 1,
                                             .in_types = "*",
                                             .out_types = "=",
                                             .log = &order });
    t = graph_put(&g, &tee);
    assert_hr(graph_join(&g, s, 0, t, 0), S_OK);
    assert_hr(graph_join(&g, t, 0, a, 0), S_OK);
    assert_hr(graph_join(&g, t, 1, b, 0), S_OK);
    assert_hr(graph_join(&g, b, 0, m, 1), S_OK);
    assert_hr(graph_join(&g, a, 0, m, 0), S_OK);
    assert_hr(CALL(g.control, Pause), S_OK);
    assert_ptr_equal(strstr(order.text, "mix:pause "), order.text);
    assert_true(strstr(order.text, "tee:pause ") > strstr(order.text, "a:pause "));
    assert_true(strstr(order.text, "tee:pause ") > strstr(order.text, "b:pause "));
    assert_true(strstr(order.text, "source:pause ") > strstr(order.text, "tee:pause "));
    assert_hr(CALL(g.control, Stop), S_OK);
    graph_close(&g);
}

static void test_preroll(void **state)
{
    struct fake_config prerolls = sink;
    struct test_graph g;
    struct chain c;

    (void)state;
    prerolls.prerolls = true;
    graph_open(&g);
    c = chain_make(&g, &source, &through, &prerolls);
    assert_hr(CALL(g.control, Pause), S_FALSE);
    assert_int_equal(state_of(&g, 0, VFW_S_STATE_INTERMEDIATE), State_Paused);
    assert_int_equal(state_of(&g, 20, VFW_S_STATE_INTERMEDIATE), State_Paused);
    fake_cue(c.sink);
    assert_int_equal(state_of(&g, INFINITE, S_OK), State_Paused);
    assert_true(graph_event(&g, EC_PAUSED, 10000, NULL));
    assert_hr(CALL(g.control, Run), S_OK);
    assert_int_equal(state_of(&g, 0, S_OK), State_Running);
    graph_close(&g);
}

/* Run comes back at once, and is finished when the renderer is ready. */
static void run_unfinished(bool impatient)
{
    struct fake_config prerolls = sink;
    struct test_graph g;
    struct chain c;

    prerolls.prerolls = true;
    prerolls.impatient = impatient;
    graph_open(&g);
    c = chain_make(&g, &source, &through, &prerolls);
    assert_hr(CALL(g.control, Run), S_FALSE);
    assert_int_equal(state_of(&g, 0, VFW_S_STATE_INTERMEDIATE), State_Running);
    assert_int_equal(fake_state(c.sink), State_Paused);
    fake_cue(c.sink);
    assert_int_equal(state_of(&g, INFINITE, S_OK), State_Running);
    assert_int_equal(fake_state(c.source), State_Running);
    assert_true(c.source->start > 0);
    assert_true(c.source->start == c.sink->start);
    assert_hr(CALL(g.control, Stop), S_OK);
    graph_close(&g);
}

static void test_run_unfinished(void **state)
{
    (void)state;
    run_unfinished(false);
}

static void test_run_unfinished_without_waiting_filters(void **state)
{
    (void)state;
    run_unfinished(true);
}

static void test_stop_overtakes_preroll(void **state)
{
    struct fake_config prerolls = sink;
    struct test_graph g;
    struct chain c;

    (void)state;
    prerolls.prerolls = true;
    graph_open(&g);
    c = chain_make(&g, &source, &through, &prerolls);
    assert_hr(CALL(g.control, Run), S_FALSE);
    assert_hr(CALL(g.control, Stop), S_OK);
    assert_int_equal(state_of(&g, INFINITE, S_OK), State_Stopped);
    assert_int_equal(fake_state(c.sink), State_Stopped);
    assert_hr(CALL(g.control, Run), S_FALSE);
    assert_hr(CALL(g.control, Pause), S_FALSE);
    fake_cue(c.sink);
    assert_int_equal(state_of(&g, INFINITE, S_OK), State_Paused);
    assert_int_equal(fake_state(c.sink), State_Paused);
    graph_close(&g);
}

static void test_release_while_unfinished(void **state)
{
    struct fake_config prerolls = sink;
    struct test_graph g;

    (void)state;
    prerolls.prerolls = true;
    graph_open(&g);
    chain_make(&g, &source, &through, &prerolls);
    assert_hr(CALL(g.control, Run), S_FALSE);
    graph_close(&g);
}

static void release_graph(void *context)
{
    IFilterGraph3 **builder = context;

    if (*builder != NULL)
        LET_GO(*builder);
    *builder = NULL;
}

/* A filter that the worker runs drops the last reference: the graph ends, later and on that thread. */
static void test_last_reference_dropped_by_the_worker(void **state)
{
    struct fake_config prerolls = sink;
    IFilterGraph3 *last;
    struct test_graph g;
    struct chain c;

    (void)state;
    prerolls.prerolls = true;
    prerolls.on_run = release_graph;
    prerolls.on_run_context = &last;
    graph_open(&g);
    c = chain_make(&g, &source, &through, &prerolls);
    assert_hr(CALL(g.control, Run), S_FALSE);
    last = g.builder;
    LET_GO(g.control);
    LET_GO(g.event);
    LET_GO(g.filter);
    LET_GO(g.seeking);
    LET_GO(g.position);
    LET_GO(g.version);
    LET_GO(g.report);
    fake_cue(c.sink);
    for (time_t end = time(NULL) + 20; time(NULL) < end && rg_live_objects(NULL, NULL) != 0;)
        sched_yield();
    assert_int_equal(fake_filters_alive(), 0);
    assert_int_equal(rg_live_objects(tell_alive, NULL), 0);
}

struct waiter {
    struct test_graph *g;
    HRESULT hr;
    OAFilterState state;
};

static void *wait_forever(void *arg)
{
    struct waiter *w = arg;

    w->hr = CALL(w->g->control, GetState, INFINITE, &w->state);
    return NULL;
}

static void test_stop_ends_get_state(void **state)
{
    struct fake_config prerolls = sink;
    struct test_graph g;
    struct waiter w = { &g, E_FAIL, -1 };
    pthread_t thread;

    (void)state;
    prerolls.prerolls = true;
    graph_open(&g);
    chain_make(&g, &source, &through, &prerolls);
    assert_hr(CALL(g.control, Pause), S_FALSE);
    assert_int_equal(pthread_create(&thread, NULL, wait_forever, &w), 0);
    assert_hr(CALL(g.control, Stop), S_OK);
    pthread_join(thread, NULL);
    assert_hr(w.hr, S_OK);
    assert_int_equal(w.state, State_Stopped);
    graph_close(&g);
}

static void test_live_source(void **state)
{
    struct fake_config live = source, prerolls = sink;
    struct test_graph g;
    struct chain c;

    (void)state;
    live.live = true;
    prerolls.prerolls = true;
    graph_open(&g);
    c = chain_make(&g, &live, &through, &prerolls);
    CALL(g.control, Pause);
    assert_int_equal(state_of(&g, 0, VFW_S_CANT_CUE), State_Paused);
    assert_int_equal(state_of(&g, INFINITE, VFW_S_CANT_CUE), State_Paused);
    assert_hr(CALL(g.control, Run), S_OK);
    assert_int_equal(fake_state(c.sink), State_Running);
    graph_close(&g);
}

static void test_failing_pause(void **state)
{
    struct fake_config fails = source;
    struct test_graph g;
    struct chain c;

    (void)state;
    fails.fail_pause = VFW_E_NO_ALLOCATOR;
    graph_open(&g);
    c = chain_make(&g, &fails, &through, &sink);
    assert_hr(CALL(g.control, Pause), VFW_E_NO_ALLOCATOR);
    assert_int_equal(state_of(&g, INFINITE, S_OK), State_Stopped);
    assert_int_equal(fake_state(c.sink), State_Stopped);
    assert_hr(CALL(g.control, Run), VFW_E_NO_ALLOCATOR);
    assert_int_equal(state_of(&g, INFINITE, S_OK), State_Stopped);
    c.source->config.fail_pause = S_OK;
    c.source->config.fail_run = E_FAIL;
    assert_hr(CALL(g.control, Run), E_FAIL);
    assert_int_equal(fake_state(c.sink), State_Stopped);
    assert_int_equal(state_of(&g, INFINITE, S_OK), State_Stopped);
    graph_close(&g);
}

static void test_stop_when_ready(void **state)
{
    struct fake_config prerolls = sink;
    struct test_graph g;
    struct chain c;

    (void)state;
    prerolls.prerolls = true;
    graph_open(&g);
    c = chain_make(&g, &source, &through, &prerolls);
    assert_hr(CALL(g.control, StopWhenReady), S_OK);
    assert_int_equal(state_of(&g, 0, S_OK), State_Stopped);
    assert_int_equal(fake_state(c.sink), State_Paused);
    /* a newer command takes over */
    assert_hr(CALL(g.control, Pause), S_FALSE);
    fake_cue(c.sink);
    assert_int_equal(state_of(&g, INFINITE, S_OK), State_Paused);
    assert_int_equal(fake_state(c.sink), State_Paused);
    assert_hr(CALL(g.control, Run), S_OK);
    assert_hr(CALL(g.control, StopWhenReady), S_OK);
    assert_int_equal(fake_state(c.sink), State_Stopped);
    graph_close(&g);
}

/* Stream time goes on where the pause stopped it. */
static void test_start_time_shifts(void **state)
{
    struct fake_config clock = sink;
    struct test_graph g;
    struct chain c;

    (void)state;
    clock.has_clock = true;
    graph_open(&g);
    c = chain_make(&g, &source, &through, &clock);
    fake_clock_set(c.sink, 50000000);
    assert_hr(CALL(g.control, Run), S_OK);
    assert_int_equal(c.sink->start, 50000000 + 100000);
    fake_clock_set(c.sink, 60100000); /* stream time 1 s */
    assert_hr(CALL(g.control, Pause), S_OK);
    fake_clock_set(c.sink, 90000000);
    assert_hr(CALL(g.control, Run), S_OK);
    assert_int_equal(c.sink->start, 90000000 + 100000 - 10000000);
    assert_hr(CALL(g.control, Stop), S_OK);
    assert_hr(CALL(g.control, Run), S_OK);
    assert_int_equal(c.sink->start, 90000000 + 100000);
    assert_hr(CALL(g.control, Stop), S_OK);
    assert_hr(CALL(g.filter, Run, 123), S_OK); /* IMediaFilter: the caller's start time */
    assert_int_equal(c.source->start, 123);
    graph_close(&g);
}

static void test_without_clock(void **state)
{
    struct test_graph g;
    struct chain c;

    (void)state;
    graph_open(&g);
    c = chain_make(&g, &source, &through, &sink);
    assert_hr(CALL(g.filter, SetSyncSource, NULL), S_OK);
    assert_hr(CALL(g.control, Run), S_OK);
    assert_null(c.sink->clock);
    assert_int_equal(c.sink->start, 0);
    graph_close(&g);
}

static void test_no_thread_graph(void **state)
{
    struct fake_config prerolls = sink;
    struct test_graph g;
    struct chain c;
    CLSID clsid;

    (void)state;
    prerolls.prerolls = true;
    graph_open_class(&g, &CLSID_FilterGraphNoThread);
    assert_hr(CALL(g.filter, GetClassID, &clsid), S_OK);
    assert_true(IsEqualGUID(&clsid, &CLSID_FilterGraphNoThread));
    c = chain_make(&g, &source, &through, &prerolls);
    assert_hr(CALL(g.control, Run), S_OK);
    assert_int_equal(fake_state(c.sink), State_Running);
    assert_hr(CALL(g.control, Stop), S_OK);
    graph_close(&g);
}

static void test_empty_graph(void **state)
{
    struct test_graph g;
    OAFilterState s;
    UINT count;

    (void)state;
    graph_open(&g);
    assert_hr(CALL(g.control, Pause), S_OK);
    assert_hr(CALL(g.control, Run), S_OK);
    assert_hr(CALL(g.control, Stop), S_OK);
    assert_hr(CALL(g.control, GetState, 0, NULL), E_POINTER);
    assert_hr(CALL(g.filter, GetState, 0, NULL), E_POINTER);
    assert_hr(CALL(g.filter, GetClassID, NULL), E_POINTER);
    assert_hr(CALL(g.filter, GetSyncSource, NULL), E_POINTER);
    assert_hr(CALL(g.control, GetState, 0, &s), S_OK);
    assert_hr(CALL(g.control, AddSourceFilter, NULL, NULL), E_POINTER);
    assert_hr(CALL(g.control, RenderFile, NULL), E_POINTER);
    assert_hr(CALL(g.control, get_FilterCollection, NULL), E_POINTER);
    assert_hr(CALL(g.control, get_RegFilterCollection, NULL), E_POINTER);
    assert_hr(CALL(g.control, GetTypeInfoCount, &count), S_OK);
    assert_int_equal(count, 0);
    assert_hr(CALL(g.control, GetTypeInfoCount, NULL), E_POINTER);
    graph_close(&g);
}

/* ---- filters that are stopped while the graph is not ----------------------------------------- */

/* A sink that can be sought, running, and a filter that joins then. */
static struct chain newcomer_make(struct test_graph *g)
{
    struct fake_config seeks = sink, late = sink;
    struct chain c;

    seeks.duration = 1000000;
    graph_open(g);
    c = chain_make(g, &source, &through, &seeks);
    assert_hr(CALL(g->control, Run), S_OK);
    late.name = "late";
    c.through = graph_put(g, &late);
    assert_int_equal(fake_state(c.through), State_Stopped);
    fake_log_clear(&order);
    return c;
}

static void test_a_seek_starts_no_newcomer(void **state)
{
    LONGLONG where = 1000;
    struct test_graph g;
    struct chain c = newcomer_make(&g);

    (void)state;
    assert_hr(CALL(g.seeking, SetPositions, &where, AM_SEEKING_AbsolutePositioning, NULL, 0),
              S_OK);
    assert_int_equal(fake_state(c.through), State_Stopped);
    assert_null(strstr(order.text, "late:"));
    assert_int_equal(fake_state(c.sink), State_Running);
    graph_close(&g);
}

/* It would start for nothing: a file that it has written would be gone. */
static void test_stop_starts_no_newcomer(void **state)
{
    struct test_graph g;

    (void)state;
    newcomer_make(&g);
    assert_hr(CALL(g.control, Stop), S_OK);
    assert_null(strstr(order.text, "late:pause"));
    graph_close(&g);
}

static void test_commands_take_newcomers_along(void **state)
{
    struct test_graph g;
    struct chain c = newcomer_make(&g);

    (void)state;
    assert_hr(CALL(g.control, Run), S_OK); /* it runs: nothing happens */
    assert_int_equal(fake_state(c.through), State_Stopped);
    assert_hr(CALL(g.control, Pause), S_OK);
    assert_int_equal(fake_state(c.through), State_Paused);
    assert_hr(CALL(&c.through->base, Stop), S_OK);
    assert_hr(CALL(g.control, Pause), S_OK);
    assert_int_equal(fake_state(c.through), State_Stopped);
    fake_log_clear(&order);
    assert_hr(CALL(g.control, Run), S_OK);
    assert_int_equal(fake_state(c.through), State_Running);
    assert_true(c.through->start == c.sink->start);
    assert_ptr_equal(strstr(order.text, "late:pause "), order.text);
    assert_null(
        strstr(order.text + strlen("late:pause "), ":pause ")); /* nobody is paused twice */
    graph_close(&g);
}

static void test_run_with_a_newcomer_that_fails(void **state)
{
    struct test_graph g;
    struct chain c = newcomer_make(&g);

    (void)state;
    assert_hr(CALL(g.control, Pause), S_OK);
    assert_hr(CALL(&c.through->base, Stop), S_OK);
    c.through->config.fail_pause = E_FAIL;
    assert_hr(CALL(g.control, Run), E_FAIL);
    assert_int_equal(state_of(&g, INFINITE, S_OK), State_Stopped);
    assert_int_equal(fake_state(c.sink), State_Stopped);
    graph_close(&g);
}

/* ---- long graphs ------------------------------------------------------------------------- */

#define LONG_CHAIN 20000

static void *long_chain(void *arg)
{
    struct fake_config quiet_source = source, quiet = through, quiet_sink = sink;
    struct fake_filter *last, *end;
    struct test_graph g;

    (void)arg;
    quiet_source.log = quiet.log = quiet_sink.log = NULL;
    quiet.name = NULL;
    graph_open(&g);
    last = graph_put(&g, &quiet_source);
    for (int i = 0; i < LONG_CHAIN; i++) {
        struct fake_filter *next = graph_put(&g, &quiet);

        assert_hr(graph_join(&g, last, 0, next, 0), S_OK);
        last = next;
    }
    end = graph_put(&g, &quiet_sink);
    assert_hr(graph_join(&g, last, 0, end, 0), S_OK);
    assert_hr(CALL(g.control, Run), S_OK);
    assert_int_equal(fake_state(last), State_Running);
    assert_hr(CALL(g.control, Stop), S_OK);
    graph_close(&g);
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

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_order_of_a_diamond),
        cmocka_unit_test(test_preroll),
        cmocka_unit_test(test_run_unfinished),
        cmocka_unit_test(test_run_unfinished_without_waiting_filters),
        cmocka_unit_test(test_stop_overtakes_preroll),
        cmocka_unit_test(test_release_while_unfinished),
        cmocka_unit_test(test_last_reference_dropped_by_the_worker),
        cmocka_unit_test(test_stop_ends_get_state),
        cmocka_unit_test(test_live_source),
        cmocka_unit_test(test_failing_pause),
        cmocka_unit_test(test_stop_when_ready),
        cmocka_unit_test(test_start_time_shifts),
        cmocka_unit_test(test_without_clock),
        cmocka_unit_test(test_no_thread_graph),
        cmocka_unit_test(test_empty_graph),
        cmocka_unit_test(test_a_seek_starts_no_newcomer),
        cmocka_unit_test(test_stop_starts_no_newcomer),
        cmocka_unit_test(test_commands_take_newcomers_along),
        cmocka_unit_test(test_run_with_a_newcomer_that_fails),
        cmocka_unit_test(test_long_chain_on_a_small_stack),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
