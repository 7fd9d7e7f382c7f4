/* SPDX-License-Identifier: MIT */
/* test_state_commands.c - commands of several threads at once, and filters that fail in the middle of a change. */
#include "real_filters.h"

#include <pthread.h>
#include <unistd.h>

#define HANGS_AFTER 120 /* seconds: far more than it takes */
#define COMMANDS    2000

static const struct fake_config source = { .name = "source", .outputs = 1, .out_types = "A" };
static const struct fake_config through = {
    .name = "through", .inputs = 1, .outputs = 1, .in_types = "*", .out_types = "="
};
static const struct fake_config sink = {
    .name = "sink", .inputs = 1, .in_types = "*", .prerolls = true
};

struct chain {
    struct fake_filter *all[3]; /* source, through, sink */
};

static struct chain chain_make(struct test_graph *g)
{
    struct chain c;

    graph_open(g);
    c.all[0] = graph_put(g, &source);
    c.all[1] = graph_put(g, &through);
    c.all[2] = graph_put(g, &sink);
    assert_hr(graph_join(g, c.all[0], 0, c.all[1], 0), S_OK);
    assert_hr(graph_join(g, c.all[1], 0, c.all[2], 0), S_OK);
    return c;
}

static OAFilterState state_of(struct test_graph *g, LONG timeout_ms, HRESULT wanted)
{
    OAFilterState state = -1;

    assert_hr(CALL(g->control, GetState, timeout_ms, &state), wanted);
    return state;
}

static void assert_all_stopped(struct test_graph *g, const struct chain *c)
{
    assert_int_equal(state_of(g, INFINITE, S_OK), State_Stopped);
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(fake_state(c->all[i]), State_Stopped);
}

/* Whichever filter it is, and whatever was told already: the graph is stopped, and can be paused again. */
static void test_pause_fails_anywhere(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        struct test_graph g;
        struct chain c = chain_make(&g);

        c.all[i]->config.fail_pause = VFW_E_NO_ALLOCATOR;
        assert_hr(CALL(g.control, Pause), VFW_E_NO_ALLOCATOR);
        assert_all_stopped(&g, &c);
        assert_hr(CALL(g.control, StopWhenReady), VFW_E_NO_ALLOCATOR);
        assert_all_stopped(&g, &c);
        c.all[i]->config.fail_pause = S_OK;
        assert_hr(CALL(g.control, Pause), S_FALSE);
        assert_int_equal(state_of(&g, 0, VFW_S_STATE_INTERMEDIATE), State_Paused);
        graph_close(&g);
    }
}

/* The worker runs it, after the first samples: who asks hears the error, once. */
static void test_run_fails_later(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        struct test_graph g;
        struct chain c = chain_make(&g);

        c.all[i]->config.fail_run = VFW_E_NO_CLOCK;
        assert_hr(CALL(g.control, Run), S_FALSE);
        fake_cue(c.all[2]);
        (void)state_of(&g, INFINITE, VFW_E_NO_CLOCK);
        assert_all_stopped(&g, &c);
        graph_close(&g);
    }
}

static void test_run_overtakes_stop_when_ready(void **state)
{
    struct test_graph g;
    struct chain c = chain_make(&g);

    (void)state;
    assert_hr(CALL(g.control, StopWhenReady), S_OK);
    assert_hr(CALL(g.control, Run), S_FALSE);
    assert_int_equal(state_of(&g, 0, VFW_S_STATE_INTERMEDIATE), State_Running);
    fake_cue(c.all[2]);
    assert_int_equal(state_of(&g, INFINITE, S_OK), State_Running);
    graph_close(&g);
}

/* ---- several threads --------------------------------------------------------------------- */

struct hammer {
    struct test_graph *g;
    unsigned seed;
};

static void *hammer_main(void *arg)
{
    struct hammer *h = arg;
    struct test_graph *g = h->g;

    for (unsigned i = 0; i < COMMANDS; i++) {
        OAFilterState state;
        LONGLONG at = 0;

        h->seed = h->seed * 1103515245u + 12345u;
        switch ((h->seed >> 16) % 8) {
        case 0:
            CALL(g->control, Run);
            break;
        case 1:
            CALL(g->control, Pause);
            break;
        case 2:
            CALL(g->control, Stop);
            break;
        case 3:
            CALL(g->control, StopWhenReady);
            break;
        case 4:
            CALL(g->seeking, SetPositions, &at, AM_SEEKING_AbsolutePositioning, NULL, 0);
            break;
        case 5:
            CALL(g->control, GetState, 1, &state);
            break;
        case 6:
            CALL(g->seeking, GetCurrentPosition, &at);
            break;
        default:
            CALL(g->control, Run);
            break;
        }
    }
    return NULL;
}

/* Four threads command a graph that plays: none waits for ever, and in the end it does as it is told. */
static void test_commands_from_everywhere(void **state)
{
    struct hammer hammers[4];
    pthread_t threads[4];
    IBaseFilter *from, *queue, *to;
    struct test_graph g;

    (void)state;
    alarm(HANGS_AFTER);
    graph_open(&g);
    from = real_put(&g, real_filter("testsrc", "width=72 height=16"), L"source");
    queue = real_put(&g, real_filter("queue", ""), L"queue");
    to = real_put(&g, real_filter("null", "sync=true"), L"sink");
    real_join(&g, from, queue);
    real_join(&g, queue, to);
    for (unsigned i = 0; i < 4; i++) {
        hammers[i] = (struct hammer){ &g, i + 1 };
        assert_int_equal(pthread_create(&threads[i], NULL, hammer_main, &hammers[i]), 0);
    }
    for (unsigned i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    real_run(&g);
    assert_hr(CALL(g.control, Stop), S_OK);
    graph_close(&g);
    alarm(0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pause_fails_anywhere),
        cmocka_unit_test(test_run_fails_later),
        cmocka_unit_test(test_run_overtakes_stop_when_ready),
        cmocka_unit_test(test_commands_from_everywhere),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
