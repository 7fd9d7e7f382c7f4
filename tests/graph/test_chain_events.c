/* SPDX-License-Identifier: MIT */
/* test_chain_events.c - EC_COMPLETE and chains: who is waited for while some are stopped. */
#include "chain_test.h"

struct fake_log chain_log = FAKE_LOG_INIT;

/* source ! a ! sink and source ! b ! two: two renderers. */
struct fork {
    struct chain_test t;
    struct fake_filter *two;
};

static void fork_open(struct fork *f)
{
    struct chain_test *t = &f->t;

    chain_open_empty(t);
    t->source = graph_put(&t->g, &(struct fake_config)CHAIN_SOURCE);
    t->a = graph_put(&t->g, &(struct fake_config)CHAIN_THROUGH("a"));
    t->b = graph_put(&t->g, &(struct fake_config)CHAIN_THROUGH("b"));
    t->sink = graph_put(&t->g, &(struct fake_config)CHAIN_SINK("sink"));
    f->two = graph_put(&t->g, &(struct fake_config)CHAIN_SINK("two"));
    assert_hr(graph_join(&t->g, t->source, 0, t->a, 0), S_OK);
    assert_hr(graph_join(&t->g, t->a, 0, t->sink, 0), S_OK);
    assert_hr(graph_join(&t->g, t->source, 1, t->b, 0), S_OK);
    assert_hr(graph_join(&t->g, t->b, 0, f->two, 0), S_OK);
    chain_run(t);
}

static unsigned completes(struct fork *f)
{
    unsigned count = 0;

    while (graph_event(&f->t.g, EC_COMPLETE, 0, NULL))
        count++;
    return count;
}

static void end(struct fake_filter *renderer)
{
    fake_post(renderer, EC_COMPLETE, S_OK, (LONG_PTR)&renderer->base);
}

static void test_stopped_renderer_is_not_waited_for(void **state)
{
    struct fork f;

    (void)state;
    fork_open(&f);
    assert_hr(STOP(&f.t, &f.t.b->base, NULL), S_OK);
    assert_int_equal(completes(&f), 0);
    end(f.t.sink);
    assert_int_equal(completes(&f), 1);
    chain_close(&f.t);
}

static void test_the_last_one_missing_is_stopped(void **state)
{
    struct fork f;

    (void)state;
    fork_open(&f);
    end(f.t.sink);
    assert_int_equal(completes(&f), 0);
    assert_hr(STOP(&f.t, &f.t.b->base, NULL), S_OK);
    assert_int_equal(completes(&f), 1);
    assert_hr(STOP(&f.t, &f.t.b->base, NULL), S_OK); /* once is enough */
    assert_int_equal(completes(&f), 0);
    chain_close(&f.t);
}

/* Only the renderer counts: a chain without one changes nothing. */
static void test_chain_without_renderer(void **state)
{
    struct fork f;

    (void)state;
    fork_open(&f);
    end(f.t.sink);
    assert_hr(STOP(&f.t, &f.t.b->base, &f.t.b->base), S_OK);
    assert_int_equal(completes(&f), 0);
    end(f.two);
    assert_int_equal(completes(&f), 1);
    chain_close(&f.t);
}

static void test_all_are_stopped(void **state)
{
    struct fork f;

    (void)state;
    fork_open(&f);
    assert_hr(STOP(&f.t, &f.t.a->base, NULL), S_OK);
    assert_hr(STOP(&f.t, &f.t.b->base, NULL), S_OK);
    assert_int_equal(completes(&f), 0); /* nothing has ended */
    end(f.t.sink);                      /* late */
    assert_int_equal(completes(&f), 0);
    assert_hr(START(&f.t, &f.t.a->base, NULL), S_OK);
    end(f.t.sink);
    assert_int_equal(completes(&f), 1);
    chain_close(&f.t);
}

static void test_started_again_it_counts_again(void **state)
{
    struct fork f;

    (void)state;
    fork_open(&f);
    assert_hr(STOP(&f.t, &f.t.b->base, NULL), S_OK);
    assert_hr(START(&f.t, &f.t.b->base, NULL), S_OK);
    end(f.t.sink);
    assert_int_equal(completes(&f), 0);
    end(f.two);
    assert_int_equal(completes(&f), 1);
    chain_close(&f.t);
}

/* What it had completed before the stop is over: it begins anew. */
static void test_completed_before_the_stop(void **state)
{
    struct fork f;

    (void)state;
    fork_open(&f);
    end(f.two);
    assert_hr(STOP(&f.t, &f.t.b->base, NULL), S_OK);
    assert_int_equal(completes(&f), 0);
    assert_hr(START(&f.t, &f.t.b->base, NULL), S_OK);
    end(f.t.sink);
    assert_int_equal(completes(&f), 0);
    end(f.two);
    assert_int_equal(completes(&f), 1);
    /* all had completed: with one that starts there is somebody to wait for again */
    assert_hr(STOP(&f.t, &f.t.b->base, NULL), S_OK);
    assert_hr(START(&f.t, &f.t.b->base, NULL), S_OK);
    assert_int_equal(completes(&f), 0);
    end(f.two);
    assert_int_equal(completes(&f), 1);
    chain_close(&f.t);
}

static void test_failed_start_is_not_waited_for(void **state)
{
    struct fork f;

    (void)state;
    fork_open(&f);
    assert_hr(STOP(&f.t, &f.t.b->base, NULL), S_OK);
    f.two->config.fail_run = E_FAIL;
    assert_hr(START(&f.t, &f.t.b->base, NULL), E_FAIL);
    end(f.t.sink);
    assert_int_equal(completes(&f), 1);
    chain_close(&f.t);
}

/* A start that is refused before anything happens leaves it out, too. */
static void test_refused_start_is_not_waited_for(void **state)
{
    struct fork f;

    (void)state;
    fork_open(&f);
    assert_hr(STOP(&f.t, &f.t.b->base, NULL), S_OK);
    assert_hr(PAUSE(&f.t, &f.t.b->base, NULL), VFW_E_NOT_PAUSED);
    assert_hr(START(&f.t, &f.two->base, &f.t.b->base), E_INVALIDARG);
    end(f.t.sink);
    assert_int_equal(completes(&f), 1);
    chain_close(&f.t);
}

static void complete_inside(void *context)
{
    end(context);
}

static void test_it_may_complete_inside_run(void **state)
{
    struct fork f;

    (void)state;
    fork_open(&f);
    end(f.t.sink);
    assert_hr(STOP(&f.t, &f.t.b->base, NULL), S_OK);
    assert_int_equal(completes(&f), 1);
    f.two->config.on_run = complete_inside;
    f.two->config.on_run_context = f.two;
    assert_hr(START(&f.t, &f.t.b->base, NULL), S_OK);
    assert_int_equal(completes(&f), 1);
    chain_close(&f.t);
}

static void test_removed_chain(void **state)
{
    struct fork f;

    (void)state;
    fork_open(&f);
    assert_hr(STOP(&f.t, &f.t.b->base, NULL), S_OK);
    assert_hr(REMOVE(&f.t, &f.t.b->base, NULL), S_OK);
    end(f.t.sink);
    assert_int_equal(completes(&f), 1);
    chain_close(&f.t);

    fork_open(&f);
    end(f.t.sink);
    assert_hr(REMOVE(&f.t, &f.t.b->base, NULL), S_OK); /* the last one missing leaves */
    assert_int_equal(completes(&f), 1);
    chain_close(&f.t);
}

/* Out of the graph and in again, it is like any other. */
static void test_removed_and_added_again(void **state)
{
    struct fork f;

    (void)state;
    fork_open(&f);
    assert_hr(STOP(&f.t, &f.two->base, NULL), S_OK);
    CALL(&f.two->base, AddRef);
    assert_hr(REMOVE(&f.t, &f.two->base, NULL), S_OK);
    assert_hr(CALL(f.t.g.builder, AddFilter, &f.two->base, NULL), S_OK);
    LET_GO(&f.two->base);
    assert_hr(graph_join(&f.t.g, f.t.b, 0, f.two, 0), S_OK);
    end(f.t.sink);
    assert_int_equal(completes(&f), 0);
    assert_hr(START(&f.t, &f.two->base, NULL), S_OK);
    end(f.two);
    assert_int_equal(completes(&f), 1);
    chain_close(&f.t);
}

static void test_added_chain_counts(void **state)
{
    struct fake_filter *c, *three;
    struct fake_config late = CHAIN_SINK("three");
    struct fork f;

    (void)state;
    fork_open(&f);
    c = graph_put(&f.t.g,
                  &(struct fake_config){ .name = "source 2", .outputs = 1, .out_types = "A" });
    three = graph_put(&f.t.g, &late);
    assert_hr(graph_join(&f.t.g, c, 0, three, 0), S_OK);
    assert_int_equal(fake_state(c), State_Stopped);
    assert_int_equal(fake_state(three), State_Stopped);
    assert_hr(START(&f.t, &c->base, NULL), S_OK);
    end(f.t.sink);
    end(f.two);
    assert_int_equal(completes(&f), 0);
    end(three);
    assert_int_equal(completes(&f), 1);
    chain_close(&f.t);
}

/* ---- the whole graph: whoever goes along counts again ------------------------------------------ */

static void assert_both_count(struct fork *f)
{
    completes(f);
    end(f->t.sink);
    assert_int_equal(completes(f), 0);
    end(f->two);
    assert_int_equal(completes(f), 1);
}

static void test_after_pause_and_run(void **state)
{
    struct fork f;

    (void)state;
    fork_open(&f);
    assert_hr(STOP(&f.t, &f.t.b->base, NULL), S_OK);
    assert_hr(CALL(f.t.g.control, Pause), S_OK);
    assert_hr(CALL(f.t.g.control, Run), S_OK);
    assert_both_count(&f);
    chain_close(&f.t);
}

static void test_stopped_while_paused_then_run(void **state)
{
    struct fork f;

    (void)state;
    fork_open(&f);
    assert_hr(CALL(f.t.g.control, Pause), S_OK);
    assert_hr(STOP(&f.t, &f.t.b->base, NULL), S_OK);
    assert_hr(CALL(f.t.g.control, Run), S_OK);
    assert_both_count(&f);
    chain_close(&f.t);
}

static void test_after_stop_and_run(void **state)
{
    struct fork f;

    (void)state;
    fork_open(&f);
    assert_hr(STOP(&f.t, &f.t.b->base, NULL), S_OK);
    assert_hr(CALL(f.t.g.control, Stop), S_OK);
    assert_hr(STOP(&f.t, &f.t.b->base, NULL), S_OK); /* in a stopped graph this is nothing */
    assert_hr(CALL(f.t.g.control, Run), S_OK);
    assert_both_count(&f);
    chain_close(&f.t);
}

/* The graph's own pause and run does not bring it back, and the rest completes. */
static void test_after_need_restart(void **state)
{
    struct fork f;

    (void)state;
    fork_open(&f);
    assert_hr(STOP(&f.t, &f.t.b->base, NULL), S_OK);
    fake_log_clear(&chain_log);
    fake_post(f.t.sink, EC_NEED_RESTART, 0, 0);
    for (bool done = false; !done;) { /* the worker does it: ask until it has happened */
        OAFilterState now;

        assert_hr(CALL(f.t.g.control, GetState, INFINITE, &now), S_OK);
        pthread_mutex_lock(&chain_log.lock);
        done = strstr(chain_log.text, "source:run ") != NULL;
        pthread_mutex_unlock(&chain_log.lock);
    }
    assert_null(strstr(chain_log.text, "two:"));
    assert_int_equal(fake_state(f.two), State_Stopped);
    end(f.t.sink);
    assert_int_equal(completes(&f), 1);
    chain_close(&f.t);
}

static HRESULT STDMETHODCALLTYPE callback_query(IGraphConfigCallback *face, REFIID iid,
                                                void **out)
{
    (void)iid;
    *out = face;
    return S_OK;
}

static ULONG STDMETHODCALLTYPE callback_count(IGraphConfigCallback *face)
{
    (void)face;
    return 1;
}

static HRESULT STDMETHODCALLTYPE callback_reconfigure(IGraphConfigCallback *face, PVOID context,
                                                      DWORD flags)
{
    struct fork *f = context;

    (void)face, (void)flags;
    return STOP(&f->t, &f->t.b->base, NULL); /* the lock is the caller's own */
}

/* Documented: after the callback all filters are in the graph's state. */
static void test_after_reconfigure(void **state)
{
    static const IGraphConfigCallbackVtbl vtbl = {
        callback_query,
        callback_count,
        callback_count,
        callback_reconfigure,
    };
    IGraphConfigCallback callback = { (IGraphConfigCallbackVtbl *)&vtbl };
    struct fork f;

    (void)state;
    fork_open(&f);
    assert_hr(CALL(f.t.config, Reconfigure, &callback, &f, 0, NULL), S_OK);
    assert_int_equal(fake_state(f.two), State_Running);
    assert_both_count(&f);
    chain_close(&f.t);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stopped_renderer_is_not_waited_for),
        cmocka_unit_test(test_the_last_one_missing_is_stopped),
        cmocka_unit_test(test_chain_without_renderer),
        cmocka_unit_test(test_all_are_stopped),
        cmocka_unit_test(test_started_again_it_counts_again),
        cmocka_unit_test(test_completed_before_the_stop),
        cmocka_unit_test(test_failed_start_is_not_waited_for),
        cmocka_unit_test(test_refused_start_is_not_waited_for),
        cmocka_unit_test(test_it_may_complete_inside_run),
        cmocka_unit_test(test_removed_chain),
        cmocka_unit_test(test_removed_and_added_again),
        cmocka_unit_test(test_added_chain_counts),
        cmocka_unit_test(test_after_pause_and_run),
        cmocka_unit_test(test_stopped_while_paused_then_run),
        cmocka_unit_test(test_after_stop_and_run),
        cmocka_unit_test(test_after_need_restart),
        cmocka_unit_test(test_after_reconfigure),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
