/* SPDX-License-Identifier: MIT */
/* test_events.c - the event queue, one EC_COMPLETE for all renderers, default handling. */
#include "graph_test.h"

#include <sched.h>

static const struct fake_config source = {
    .name = "source", .outputs = 2, .out_types = "A", .flow_control = true
};
static const struct fake_config sink = {
    .name = "sink", .inputs = 1, .in_types = "A", .pin_connection = true
};

struct fork {
    struct fake_filter *source, *one, *two;
};

static struct fork fork_make(struct test_graph *g)
{
    struct fork f;

    graph_open(g);
    f.source = graph_put(g, &source);
    f.one =
        graph_put(g, &(struct fake_config){
                         .name = "one", .inputs = 1, .in_types = "A", .pin_connection = true });
    f.two = graph_put(g, &sink);
    assert_hr(graph_join(g, f.source, 0, f.one, 0), S_OK);
    assert_hr(graph_join(g, f.source, 1, f.two, 0), S_OK);
    return f;
}

static void test_one_complete_for_all(void **state)
{
    struct test_graph g;
    struct fork f = fork_make(&g);
    LONG_PTR p2 = -1;
    LONG code = 0;

    (void)state;
    assert_hr(CALL(g.control, Run), S_OK);
    fake_end_of_stream(f.one);
    fake_end_of_stream(f.one); /* twice is once */
    assert_false(graph_event(&g, EC_COMPLETE, 0, NULL));
    fake_end_of_stream(f.two);
    assert_true(graph_event(&g, EC_COMPLETE, 0, &p2));
    assert_int_equal(p2, 0);
    assert_false(graph_event(&g, EC_COMPLETE, 0, NULL));
    /* stop begins anew */
    assert_hr(CALL(g.control, Stop), S_OK);
    assert_hr(CALL(g.control, Run), S_OK);
    fake_end_of_stream(f.one);
    assert_hr(CALL(g.event, WaitForCompletion, 0, &code), E_ABORT);
    fake_end_of_stream(f.two);
    assert_hr(CALL(g.event, WaitForCompletion, INFINITE, &code), S_OK);
    assert_int_equal(code, EC_COMPLETE);
    graph_close(&g);
}

/* Renderers report again at each start; the host hears it once. */
static void test_complete_again_after_pause(void **state)
{
    struct test_graph g;
    struct fork f = fork_make(&g);

    (void)state;
    assert_hr(CALL(g.control, Run), S_OK);
    fake_end_of_stream(f.one);
    fake_end_of_stream(f.two);
    assert_true(graph_event(&g, EC_COMPLETE, 0, NULL));
    assert_hr(CALL(g.control, Pause), S_OK);
    assert_hr(CALL(g.control, Run), S_OK);
    assert_true(graph_event(&g, EC_COMPLETE, 0, NULL));
    assert_false(graph_event(&g, EC_COMPLETE, 0, NULL));
    graph_close(&g);
}

static void test_removed_renderer_is_not_waited_for(void **state)
{
    struct test_graph g;
    struct fork f = fork_make(&g);

    (void)state;
    assert_hr(CALL(g.control, Run), S_OK);
    fake_end_of_stream(f.one);
    assert_false(graph_event(&g, EC_COMPLETE, 0, NULL));
    assert_hr(CALL(g.builder, RemoveFilter, &f.two->base), S_OK);
    assert_true(graph_event(&g, EC_COMPLETE, 0, NULL));
    assert_false(graph_event(&g, EC_COMPLETE, 0, NULL));
    graph_close(&g);
}

static void test_removed_before_any_end(void **state)
{
    struct test_graph g;
    struct fork f = fork_make(&g);

    (void)state;
    assert_hr(CALL(g.control, Run), S_OK);
    assert_hr(CALL(g.builder, RemoveFilter, &f.two->base), S_OK);
    assert_false(graph_event(&g, EC_COMPLETE, 0, NULL));
    fake_end_of_stream(f.one);
    assert_true(graph_event(&g, EC_COMPLETE, 0, NULL));
    graph_close(&g);
}

static void test_added_renderer_is_waited_for(void **state)
{
    struct fake_config dynamic = source;
    struct fake_filter *from, *one, *two;
    struct test_graph g;

    (void)state;
    dynamic.dynamic_connect = true;
    graph_open(&g);
    from = graph_put(&g, &dynamic);
    one = graph_put(&g, &(struct fake_config){ .name = "one", .inputs = 1, .in_types = "A" });
    assert_hr(graph_join(&g, from, 0, one, 0), S_OK);
    assert_hr(CALL(g.control, Run), S_OK);
    two = graph_put(&g, &sink);
    assert_hr(graph_join(&g, from, 1, two, 0), S_OK);
    assert_hr(CALL(&two->base, Run, 0), S_OK);
    fake_end_of_stream(one);
    assert_false(graph_event(&g, EC_COMPLETE, 0, NULL));
    fake_end_of_stream(two);
    assert_true(graph_event(&g, EC_COMPLETE, 0, NULL));
    graph_close(&g);
}

static void test_nameless_and_unconnected(void **state)
{
    struct fake_config nameless = sink;
    struct fake_filter *from, *one, *loose;
    struct test_graph g;

    (void)state;
    nameless.name = "nameless";
    nameless.nameless_complete = true;
    graph_open(&g);
    from = graph_put(&g, &source);
    one = graph_put(&g, &nameless);
    loose = graph_put(&g, &sink); /* unconnected: nobody waits for it, nor listens */
    assert_hr(graph_join(&g, from, 0, one, 0), S_OK);
    assert_hr(CALL(g.control, Run), S_OK);
    fake_end_of_stream(loose);
    assert_false(graph_event(&g, EC_COMPLETE, 0, NULL));
    fake_end_of_stream(one);
    assert_true(graph_event(&g, EC_COMPLETE, 0, NULL));
    graph_close(&g);
}

static void test_renderer_with_outputs(void **state)
{
    struct fake_config says = { .name = "says",
                                .inputs = 1,
                                .outputs = 1,
                                .in_types = "A",
                                .out_types = "B",
                                .says_renderer = true };
    struct fake_filter *from, *one;
    struct test_graph g;

    (void)state;
    graph_open(&g);
    from = graph_put(&g, &source);
    one = graph_put(&g, &says);
    assert_hr(graph_join(&g, from, 0, one, 0), S_OK);
    assert_hr(CALL(g.control, Run), S_OK);
    fake_post(one, EC_COMPLETE, S_OK, (LONG_PTR)&one->base);
    assert_true(graph_event(&g, EC_COMPLETE, 0, NULL));
    graph_close(&g);
}

static void test_cancelled_default(void **state)
{
    struct test_graph g;
    struct fork f = fork_make(&g);
    LONG_PTR p2 = 0;

    (void)state;
    assert_hr(CALL(g.event, CancelDefaultHandling, EC_COMPLETE), S_OK);
    assert_hr(CALL(g.event, CancelDefaultHandling, EC_USERABORT), S_FALSE);
    assert_hr(CALL(g.control, Run), S_OK);
    fake_end_of_stream(f.one);
    assert_true(graph_event(&g, EC_COMPLETE, 0, &p2));
    assert_ptr_equal((void *)p2, &f.one->base);
    fake_end_of_stream(f.two);
    assert_true(graph_event(&g, EC_COMPLETE, 0, &p2));
    assert_ptr_equal((void *)p2, &f.two->base);
    assert_hr(CALL(g.event, RestoreDefaultHandling, EC_COMPLETE), S_OK);
    graph_close(&g);
}

static void test_errors_pass(void **state)
{
    struct test_graph g;
    struct fork f = fork_make(&g);
    LONG code;

    (void)state;
    assert_hr(CALL(g.control, Run), S_OK);
    fake_post(f.one, EC_ERRORABORT, VFW_E_TYPE_NOT_ACCEPTED, 0);
    assert_hr(CALL(g.event, WaitForCompletion, INFINITE, &code), S_OK);
    assert_int_equal(code, EC_ERRORABORT);
    fake_post(f.one, EC_USER + 7, 1, 2);
    assert_true(graph_event(&g, EC_USER + 7, 0, NULL));
    fake_post(f.one, EC_STATE_CHANGE, State_Running, 0); /* stays inside */
    assert_false(graph_event(&g, EC_STATE_CHANGE, 0, NULL));
    graph_close(&g);
}

static void test_need_restart(void **state)
{
    struct fake_log log = FAKE_LOG_INIT;
    struct fake_config logged = sink;
    struct fake_filter *from, *one;
    struct test_graph g;
    OAFilterState s;

    (void)state;
    logged.log = &log;
    graph_open(&g);
    from = graph_put(&g, &source);
    one = graph_put(&g, &logged);
    assert_hr(graph_join(&g, from, 0, one, 0), S_OK);
    assert_hr(CALL(g.control, Run), S_OK);
    fake_log_clear(&log);
    fake_post(one, EC_NEED_RESTART, 0, 0);
    /* the worker does it; a clean way to wait for it is the lock: ask until it has happened */
    for (;;) {
        bool done;

        assert_hr(CALL(g.control, GetState, INFINITE, &s), S_OK);
        pthread_mutex_lock(&log.lock);
        done = strstr(log.text, "sink:run ") != NULL;
        pthread_mutex_unlock(&log.lock);
        if (done)
            break;
    }
    assert_string_equal(log.text, "sink:pause sink:run ");
    graph_close(&g);
}

static void test_handle(void **state)
{
    struct test_graph g;
    struct fork f = fork_make(&g);
    OAEVENT handle = 0;

    (void)state;
    assert_hr(CALL(g.event, GetEventHandle, &handle), S_OK);
    assert_int_equal(WaitForSingleObject((HANDLE)handle, 0), WAIT_TIMEOUT);
    fake_post(f.one, EC_USER, 0, 0);
    fake_post(f.one, EC_USER + 1, 0, 0);
    assert_int_equal(WaitForSingleObject((HANDLE)handle, INFINITE), WAIT_OBJECT_0);
    assert_true(graph_event(&g, EC_USER, 0, NULL));
    assert_int_equal(WaitForSingleObject((HANDLE)handle, 0), WAIT_OBJECT_0);
    assert_true(graph_event(&g, EC_USER + 1, 0, NULL));
    assert_int_equal(WaitForSingleObject((HANDLE)handle, 0), WAIT_TIMEOUT);
    graph_close(&g);
}

static void test_no_notify(void **state)
{
    struct test_graph g;
    struct fork f = fork_make(&g);
    OAEVENT handle;
    LONG flags;

    (void)state;
    assert_hr(CALL(g.event, SetNotifyFlags, 2), E_INVALIDARG);
    assert_hr(CALL(g.event, SetNotifyFlags, AM_MEDIAEVENT_NONOTIFY), S_OK);
    assert_hr(CALL(g.event, GetNotifyFlags, &flags), S_OK);
    assert_int_equal(flags, AM_MEDIAEVENT_NONOTIFY);
    assert_hr(CALL(g.control, Run), S_OK);
    fake_post(f.one, EC_USER, 0, 0);
    assert_false(graph_event(&g, EC_USER, 0, NULL));
    assert_hr(CALL(g.event, GetEventHandle, &handle), S_OK);
    assert_int_equal(WaitForSingleObject((HANDLE)handle, 0), WAIT_TIMEOUT);
    fake_end_of_stream(f.one);
    fake_end_of_stream(f.two);
    assert_int_equal(WaitForSingleObject((HANDLE)handle, 0), WAIT_OBJECT_0);
    graph_close(&g);
}

/* Silence: an end that nobody was notified of is waited for all the same, and told once. */
static void test_no_notify_and_the_end(void **state)
{
    struct test_graph g;
    struct fork f = fork_make(&g);
    OAEVENT handle;
    LONG_PTR p1, p2;
    LONG code = 9;

    (void)state;
    assert_hr(CALL(g.event, SetNotifyFlags, AM_MEDIAEVENT_NONOTIFY), S_OK);
    assert_hr(CALL(g.event, GetEventHandle, &handle), S_OK);
    assert_hr(CALL(g.control, Run), S_OK);
    fake_post(f.one, EC_STATUS, (LONG_PTR)SysAllocString(L"a"), (LONG_PTR)SysAllocString(L"b"));
    fake_end_of_stream(f.one);
    fake_end_of_stream(f.two);
    assert_hr(CALL(g.event, GetEvent, &code, &p1, &p2, 0), E_ABORT);
    assert_int_equal(code, 0);
    assert_hr(CALL(g.event, WaitForCompletion, INFINITE, &code), S_OK);
    assert_int_equal(code, EC_COMPLETE);
    assert_int_equal(WaitForSingleObject((HANDLE)handle, 0), WAIT_TIMEOUT);
    assert_hr(CALL(g.event, WaitForCompletion, 0, &code), E_ABORT);
    /* the next pass signals again, and its beginning takes the signal back */
    fake_post(f.one, EC_ERRORABORT, E_FAIL, 0);
    assert_int_equal(WaitForSingleObject((HANDLE)handle, 0), WAIT_OBJECT_0);
    assert_hr(CALL(g.control, Stop), S_OK);
    assert_hr(CALL(g.control, Run), S_OK);
    assert_int_equal(WaitForSingleObject((HANDLE)handle, 0), WAIT_TIMEOUT);
    /* and so does the end of the silence */
    fake_post(f.one, EC_USERABORT, 0, 0);
    assert_hr(CALL(g.event, SetNotifyFlags, 0), S_OK);
    assert_int_equal(WaitForSingleObject((HANDLE)handle, 0), WAIT_TIMEOUT);
    fake_post(f.one, EC_USER, 0, 0);
    assert_true(graph_event(&g, EC_USER, 0, NULL));
    graph_close(&g);
}

static void *wait_for_the_end(void *context)
{
    struct test_graph *g = context;
    LONG code = 0;

    return CALL(g->event, WaitForCompletion, INFINITE, &code) == S_OK && code == EC_COMPLETE
               ? context
               : NULL;
}

/* Does a thread sleep until an event comes? */
static bool somebody_waits(struct test_graph *g)
{
    char *text = NULL;
    bool waits;

    assert_hr(CALL(g->report, GetWaits, &text), S_OK);
    waits = strstr(text, "an event of the graph") != NULL;
    CoTaskMemFree(text);
    return waits;
}

/* Who sleeps already when the end comes in silence is woken. */
static void test_no_notify_wakes(void **state)
{
    struct test_graph g;
    struct fork f = fork_make(&g);
    pthread_t thread;
    void *heard = NULL;

    (void)state;
    assert_hr(CALL(g.event, SetNotifyFlags, AM_MEDIAEVENT_NONOTIFY), S_OK);
    assert_hr(CALL(g.control, Run), S_OK);
    assert_int_equal(pthread_create(&thread, NULL, wait_for_the_end, &g), 0);
    while (!somebody_waits(&g))
        sched_yield();
    fake_end_of_stream(f.one);
    fake_end_of_stream(f.two);
    pthread_join(thread, &heard);
    assert_ptr_equal(heard, &g);
    graph_close(&g);
}

static void test_wrong_arguments(void **state)
{
    struct test_graph g;
    LONG code;
    LONG_PTR p;

    (void)state;
    graph_open(&g);
    assert_hr(CALL(g.event, GetEventHandle, NULL), E_POINTER);
    assert_hr(CALL(g.event, GetEvent, NULL, &p, &p, 0), E_POINTER);
    assert_hr(CALL(g.event, GetEvent, &code, NULL, &p, 0), E_POINTER);
    assert_hr(CALL(g.event, GetEvent, &code, &p, NULL, 0), E_POINTER);
    assert_hr(CALL(g.event, GetEvent, &code, &p, &p, 0), E_ABORT);
    assert_hr(CALL(g.event, GetEvent, &code, &p, &p, 10), E_ABORT);
    assert_hr(CALL(g.event, WaitForCompletion, 0, NULL), E_POINTER);
    assert_hr(CALL(g.event, WaitForCompletion, 0, &code), VFW_E_WRONG_STATE);
    assert_hr(CALL(g.event, GetNotifyFlags, NULL), E_POINTER);
    assert_hr(CALL(g.event, SetNotifyWindow, 0, 0, 0), S_OK);
    assert_hr(CALL(g.event, SetNotifyWindow, 1, 0, 0), E_NOTIMPL); /* there are no windows */
    assert_hr(CALL(g.event, FreeEventParams, EC_COMPLETE, 0, 0), S_OK);
    graph_close(&g);
}

static void test_params_are_freed(void **state)
{
    struct test_graph g;
    struct fork f = fork_make(&g);

    (void)state;
    fake_post(f.one, EC_STATUS, (LONG_PTR)SysAllocString(L"a"), (LONG_PTR)SysAllocString(L"b"));
    assert_true(graph_event(&g, EC_STATUS, 0, NULL));
    fake_post(f.one, EC_STATUS, (LONG_PTR)SysAllocString(L"c"), (LONG_PTR)SysAllocString(L"d"));
    graph_close(&g); /* what nobody read is freed with the queue */
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_complete_for_all),
        cmocka_unit_test(test_complete_again_after_pause),
        cmocka_unit_test(test_removed_renderer_is_not_waited_for),
        cmocka_unit_test(test_removed_before_any_end),
        cmocka_unit_test(test_added_renderer_is_waited_for),
        cmocka_unit_test(test_nameless_and_unconnected),
        cmocka_unit_test(test_renderer_with_outputs),
        cmocka_unit_test(test_cancelled_default),
        cmocka_unit_test(test_errors_pass),
        cmocka_unit_test(test_need_restart),
        cmocka_unit_test(test_handle),
        cmocka_unit_test(test_no_notify),
        cmocka_unit_test(test_no_notify_and_the_end),
        cmocka_unit_test(test_no_notify_wakes),
        cmocka_unit_test(test_wrong_arguments),
        cmocka_unit_test(test_params_are_freed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
