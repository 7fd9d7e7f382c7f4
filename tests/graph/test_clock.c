/* SPDX-License-Identifier: MIT */
/* test_clock.c - the system clock and its advises; which clock a graph goes by. */
#include "graph_test.h"

#include <dirent.h>
#include <pthread.h>

static IReferenceClock *clock_open(void)
{
    IReferenceClock *clock = NULL;

    assert_hr(CoCreateInstance(&CLSID_SystemClock, NULL, CLSCTX_INPROC_SERVER,
                               &IID_IReferenceClock, (void **)&clock),
              S_OK);
    return clock;
}

static void clock_close(IReferenceClock *clock)
{
    assert_int_equal(LET_GO(clock), 0);
    assert_int_equal(rg_live_objects(NULL, NULL), 0);
}

static REFERENCE_TIME now_of(IReferenceClock *clock)
{
    REFERENCE_TIME now = -1;

    assert_true(SUCCEEDED(CALL(clock, GetTime, &now)));
    return now;
}

static void *look_often(void *arg)
{
    REFERENCE_TIME last = 0;
    intptr_t backwards = 0;

    for (int i = 0; i < 20000; i++) {
        REFERENCE_TIME now = now_of(arg);

        backwards += now < last;
        last = now;
    }
    return (void *)backwards;
}

static void test_never_goes_back(void **state)
{
    IReferenceClock *clock = clock_open();
    pthread_t threads[4];

    (void)state;
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, look_often, clock), 0);
    for (int i = 0; i < 4; i++) {
        void *backwards;

        pthread_join(threads[i], &backwards);
        assert_null(backwards);
    }
    clock_close(clock);
}

static void test_advise_time(void **state)
{
    IReferenceClock *clock = clock_open();
    HANDLE late = CreateEventW(NULL, TRUE, FALSE, NULL),
           soon = CreateEventW(NULL, TRUE, FALSE, NULL);
    REFERENCE_TIME start = now_of(clock);
    DWORD_PTR a, b, c;

    (void)state;
    assert_hr(CALL(clock, AdviseTime, start, 36000000000LL, (HEVENT)late, &a), S_OK);
    assert_hr(CALL(clock, AdviseTime, start, 200000, (HEVENT)soon, &b), S_OK);
    assert_int_not_equal(a, b);
    assert_int_equal(WaitForSingleObject(soon, 10000), WAIT_OBJECT_0);
    assert_true(now_of(clock) - start >= 200000); /* never early */
    assert_int_equal(WaitForSingleObject(late, 0), WAIT_TIMEOUT);
    assert_hr(CALL(clock, Unadvise, b), S_FALSE); /* done already */
    assert_hr(CALL(clock, Unadvise, a), S_OK);
    assert_hr(CALL(clock, Unadvise, a), S_FALSE);
    /* a time that is over comes at once */
    ResetEvent(soon);
    assert_hr(CALL(clock, AdviseTime, start, 0, (HEVENT)soon, &c), S_OK);
    assert_int_equal(WaitForSingleObject(soon, 10000), WAIT_OBJECT_0);
    CloseHandle(late);
    CloseHandle(soon);
    clock_close(clock);
}

static void test_many_advises_in_order(void **state)
{
    IReferenceClock *clock = clock_open();
    REFERENCE_TIME start = now_of(clock);
    HANDLE events[32];
    DWORD_PTR cookie;

    (void)state;
    for (int i = 31; i >= 0; i--) {
        events[i] = CreateEventW(NULL, TRUE, FALSE, NULL);
        assert_hr(CALL(clock, AdviseTime, start, 100000 + i * 5000, (HEVENT)events[i], &cookie),
                  S_OK);
    }
    assert_int_equal(WaitForSingleObject(events[31], 10000), WAIT_OBJECT_0);
    for (int i = 0; i < 32; i++) {
        assert_int_equal(WaitForSingleObject(events[i], 0), WAIT_OBJECT_0);
        CloseHandle(events[i]);
    }
    clock_close(clock);
}

static void test_advise_periodic(void **state)
{
    IReferenceClock *clock = clock_open();
    HANDLE semaphore = CreateSemaphoreW(NULL, 0, 1000, NULL);
    DWORD_PTR cookie;

    (void)state;
    assert_hr(CALL(clock, AdvisePeriodic, now_of(clock), 20000, (HSEMAPHORE)semaphore, &cookie),
              S_OK);
    for (int i = 0; i < 5; i++)
        assert_int_equal(WaitForSingleObject(semaphore, 10000), WAIT_OBJECT_0);
    assert_hr(CALL(clock, Unadvise, cookie), S_OK);
    CloseHandle(semaphore);
    clock_close(clock);
}

/* The clock has its own duplicate of the handle. */
static void test_handle_may_be_closed(void **state)
{
    IReferenceClock *clock = clock_open();
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, NULL);
    DWORD_PTR cookie;

    (void)state;
    assert_hr(CALL(clock, AdviseTime, now_of(clock), 36000000000LL, (HEVENT)event, &cookie),
              S_OK);
    CloseHandle(event);
    clock_close(clock);
}

static void test_wrong_arguments(void **state)
{
    IReferenceClock *clock = clock_open();
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, NULL);
    DWORD_PTR cookie;

    (void)state;
    assert_hr(CALL(clock, GetTime, NULL), E_POINTER);
    assert_hr(CALL(clock, AdviseTime, 1, 1, (HEVENT)event, NULL), E_POINTER);
    assert_hr(CALL(clock, AdviseTime, 1, 1, 0, &cookie), E_INVALIDARG);
    assert_hr(CALL(clock, AdviseTime, -5, 1, (HEVENT)event, &cookie), E_INVALIDARG);
    assert_hr(CALL(clock, AdviseTime, INT64_MAX, INT64_MAX, (HEVENT)event, &cookie),
              E_INVALIDARG);
    assert_hr(CALL(clock, AdvisePeriodic, 1, 1, (HSEMAPHORE)event, NULL), E_POINTER);
    assert_hr(CALL(clock, AdvisePeriodic, 1, 0, (HSEMAPHORE)event, &cookie), E_INVALIDARG);
    assert_hr(CALL(clock, AdvisePeriodic, 0, 1, (HSEMAPHORE)event, &cookie), E_INVALIDARG);
    assert_hr(CALL(clock, AdvisePeriodic, 1, 1, 0, &cookie), E_INVALIDARG);
    CloseHandle(event);
    clock_close(clock);
}

/* Set forward it wakes who is due now; set back it stands still, and never goes back. */
static void test_adjust(void **state)
{
    IReferenceClock *clock = clock_open();
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, NULL);
    REFERENCE_TIME before = now_of(clock), after;
    IAMClockAdjust *adjust;
    DWORD_PTR cookie;

    (void)state;
    assert_hr(CALL(clock, QueryInterface, &IID_IAMClockAdjust, (void **)&adjust), S_OK);
    assert_hr(CALL(clock, AdviseTime, before, 36000000000LL, (HEVENT)event, &cookie), S_OK);
    assert_int_equal(WaitForSingleObject(event, 0), WAIT_TIMEOUT);
    assert_hr(CALL(adjust, SetClockDelta, 36000000000LL), S_OK);
    assert_int_equal(WaitForSingleObject(event, 10000), WAIT_OBJECT_0);
    after = now_of(clock);
    assert_true(after - before >= 36000000000LL);
    assert_hr(CALL(adjust, SetClockDelta, -18000000000LL), S_OK);
    assert_hr(CALL(clock, GetTime, &before), S_FALSE); /* the same as before */
    assert_int_equal(before, after);
    assert_hr(CALL(adjust, SetClockDelta, INT64_MAX), E_INVALIDARG);
    assert_hr(CALL(adjust, SetClockDelta, 18000000000LL), S_OK);
    assert_true(now_of(clock) >= after);
    LET_GO(adjust);
    CloseHandle(event);
    clock_close(clock);
}

static void test_timer_resolution(void **state)
{
    IReferenceClock *clock = clock_open();
    IReferenceClockTimerControl *timer;
    REFERENCE_TIME resolution = -1;

    (void)state;
    assert_hr(CALL(clock, QueryInterface, &IID_IReferenceClockTimerControl, (void **)&timer),
              S_OK);
    assert_hr(CALL(timer, GetDefaultTimerResolution, &resolution), S_OK);
    assert_int_equal(resolution, 0);
    assert_hr(CALL(timer, SetDefaultTimerResolution, 10000), S_OK);
    assert_hr(CALL(timer, GetDefaultTimerResolution, &resolution), S_OK);
    assert_int_equal(resolution, 10000);
    assert_hr(CALL(timer, SetDefaultTimerResolution, -1), E_INVALIDARG);
    assert_hr(CALL(timer, GetDefaultTimerResolution, NULL), E_POINTER);
    LET_GO(timer);
    clock_close(clock);
}

static unsigned threads_now(void)
{
    DIR *tasks = opendir("/proc/self/task");
    unsigned count = 0;

    assert_non_null(tasks);
    while (readdir(tasks) != NULL)
        count++;
    closedir(tasks);
    return count;
}

/* However many wait, of both kinds: one thread. */
static void test_one_thread(void **state)
{
    IReferenceClock *clock = clock_open();
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, NULL);
    HANDLE semaphore = CreateSemaphoreW(NULL, 0, 1000, NULL);
    unsigned before = threads_now();
    DWORD_PTR cookie;

    (void)state;
    for (int i = 0; i < 100; i++) {
        assert_hr(CALL(clock, AdviseTime, now_of(clock), 36000000000LL, (HEVENT)event, &cookie),
                  S_OK);
        assert_hr(CALL(clock, AdvisePeriodic, now_of(clock) + 36000000000LL, 36000000000LL,
                       (HSEMAPHORE)semaphore, &cookie),
                  S_OK);
    }
    assert_int_equal(threads_now(), before + 1);
    CloseHandle(event);
    CloseHandle(semaphore);
    clock_close(clock);
}

/* ---- the graph's choice ------------------------------------------------------------------ */

static const struct fake_config source = { .name = "source", .outputs = 1, .out_types = "A" };
static const struct fake_config sink = { .name = "sink", .inputs = 1, .in_types = "A" };

static IReferenceClock *clock_of(struct test_graph *g) /* borrowed */
{
    IReferenceClock *clock = NULL;

    assert_hr(CALL(g->filter, GetSyncSource, &clock), S_OK);
    if (clock != NULL)
        LET_GO(clock);
    return clock;
}

static void test_system_clock_by_default(void **state)
{
    struct fake_filter *from, *to;
    struct test_graph g;

    (void)state;
    graph_open(&g);
    from = graph_put(&g, &source);
    to = graph_put(&g, &sink);
    assert_hr(graph_join(&g, from, 0, to, 0), S_OK);
    assert_null(clock_of(&g));
    assert_hr(CALL(g.control, Run), S_OK);
    assert_non_null(clock_of(&g));
    assert_ptr_equal(to->clock, clock_of(&g));
    assert_ptr_equal(from->clock, clock_of(&g));
    assert_true(graph_event(&g, EC_CLOCK_CHANGED, 0, NULL));
    assert_hr(CALL(g.builder, SetDefaultSyncSource), VFW_E_NOT_STOPPED);
    assert_hr(CALL(g.control, Stop), S_OK);
    assert_hr(CALL(g.control, Run), S_OK);
    assert_false(graph_event(&g, EC_CLOCK_CHANGED, 0, NULL)); /* the same one */
    graph_close(&g);
}

/* A live source before a renderer, a renderer before what is upstream, connected before unconnected. */
static void test_choice(void **state)
{
    struct fake_config from_config = source, to_config = sink, loose_config = sink;
    struct fake_filter *from, *to, *loose;
    struct test_graph g;

    (void)state;
    from_config.has_clock = to_config.has_clock = loose_config.has_clock = true;
    loose_config.name = "loose";
    graph_open(&g);
    loose = graph_put(&g, &loose_config);
    assert_hr(CALL(g.builder, SetDefaultSyncSource), S_OK);
    assert_ptr_equal(clock_of(&g), &loose->clock_face);
    from = graph_put(&g, &from_config);
    to = graph_put(&g, &to_config);
    assert_hr(graph_join(&g, from, 0, to, 0), S_OK);
    assert_hr(CALL(g.control, Pause), S_OK);
    assert_ptr_equal(clock_of(&g), &to->clock_face);
    assert_hr(CALL(g.control, Stop), S_OK);
    from->config.live = from->config.says_source = true;
    assert_hr(CALL(g.builder, SetDefaultSyncSource), S_OK);
    assert_ptr_equal(clock_of(&g), &from->clock_face);
    graph_close(&g);
}

/* documented: a live source that has a clock; where a source is live and has none, the system's, and not
 * some renderer's. */
static void test_live_source_without_clock(void **state)
{
    struct fake_config from_config = source, to_config = sink;
    struct fake_filter *from, *to;
    struct test_graph g;

    (void)state;
    to_config.has_clock = true;
    from_config.live = from_config.says_source = true;
    graph_open(&g);
    from = graph_put(&g, &from_config);
    to = graph_put(&g, &to_config);
    assert_hr(graph_join(&g, from, 0, to, 0), S_OK);
    assert_hr(CALL(g.builder, SetDefaultSyncSource), S_OK);
    assert_ptr_not_equal(clock_of(&g), &to->clock_face);
    assert_non_null(clock_of(&g));
    /* its pins push, but not in real time */
    from->config.push_flags = AM_PUSHSOURCECAPS_NOT_LIVE;
    assert_hr(CALL(g.builder, SetDefaultSyncSource), S_OK);
    assert_ptr_equal(clock_of(&g), &to->clock_face);
    from->config.push_flags = 0;
    from->config.says_source = false; /* a filter that does not say it is a source is none */
    assert_hr(CALL(g.builder, SetDefaultSyncSource), S_OK);
    assert_ptr_equal(clock_of(&g), &to->clock_face);
    /* a pin of the capture category is enough */
    from->config.categories[0] = &PIN_CATEGORY_CAPTURE;
    from->config.has_clock = true;
    from->config.live = false;
    assert_hr(CALL(g.builder, SetDefaultSyncSource), S_OK);
    assert_ptr_equal(clock_of(&g), &from->clock_face);
    graph_close(&g);
}

/* What the application chose stays, whoever comes; a filter that joins goes by it. */
static void test_given_stays(void **state)
{
    IReferenceClock *mine = clock_open();
    struct fake_config has_clock = sink;
    struct fake_filter *late;
    struct test_graph g;

    (void)state;
    has_clock.has_clock = true;
    graph_open(&g);
    assert_hr(CALL(g.filter, SetSyncSource, mine), S_OK);
    assert_true(graph_event(&g, EC_CLOCK_CHANGED, 0, NULL));
    assert_hr(CALL(g.filter, SetSyncSource, mine), S_OK);
    assert_false(graph_event(&g, EC_CLOCK_CHANGED, 0, NULL)); /* the same one */
    late = graph_put(&g, &has_clock);
    assert_ptr_equal(late->clock, mine);
    assert_hr(CALL(g.control, Pause), S_OK);
    assert_ptr_equal(clock_of(&g), mine);
    assert_hr(CALL(g.control, Stop), S_OK);
    assert_hr(CALL(g.builder, SetDefaultSyncSource), S_OK); /* the graph chooses again */
    assert_ptr_equal(clock_of(&g), &late->clock_face);
    assert_true(graph_event(&g, EC_CLOCK_CHANGED, 0, NULL));
    assert_int_equal(LET_GO(mine), 0);
    graph_close(&g);
}

/* One clock for all but one. */
static void test_two_clocks(void **state)
{
    IReferenceClock *most = clock_open(), *other = clock_open();
    struct fake_filter *from, *to, *stranger = fake_filter_new(&sink);
    struct test_graph g;

    (void)state;
    graph_open(&g);
    from = graph_put(&g, &source);
    to = graph_put(&g, &sink);
    assert_hr(graph_join(&g, from, 0, to, 0), S_OK);
    assert_hr(CALL(g.builder, SetSyncSourceEx, most, other, NULL), E_POINTER);
    assert_hr(CALL(g.builder, SetSyncSourceEx, most, other, &stranger->base),
              VFW_E_NOT_IN_GRAPH);
    assert_hr(CALL(g.builder, SetSyncSourceEx, most, other, &to->base), S_OK);
    assert_ptr_equal(clock_of(&g), most);
    assert_ptr_equal(from->clock, most);
    assert_ptr_equal(to->clock, other);
    assert_hr(CALL(g.control, Run), S_OK);
    assert_ptr_equal(to->clock, other);
    assert_hr(CALL(g.control, Stop), S_OK);
    /* a clock for all is one for all, also the same as before */
    assert_hr(CALL(g.filter, SetSyncSource, most), S_OK);
    assert_ptr_equal(to->clock, most);
    assert_hr(CALL(g.builder, SetSyncSourceEx, NULL, other, &to->base), S_OK);
    assert_null(from->clock);
    assert_ptr_equal(to->clock, other);
    assert_null(clock_of(&g));
    assert_hr(CALL(g.builder, RemoveFilter, &to->base), S_OK);
    fake_release(stranger);
    assert_int_equal(LET_GO(other), 0);
    assert_hr(CALL(g.filter, SetSyncSource, NULL), S_OK);
    assert_int_equal(LET_GO(most), 0);
    graph_close(&g);
}

/* Stream time stands while the graph is paused, and goes on where it stood. */
static void test_pause_keeps_stream_time(void **state)
{
    struct fake_config to_config = sink;
    struct fake_filter *from, *to;
    struct test_graph g;

    (void)state;
    to_config.has_clock = true;
    graph_open(&g);
    from = graph_put(&g, &source);
    to = graph_put(&g, &to_config);
    assert_hr(graph_join(&g, from, 0, to, 0), S_OK);
    fake_clock_set(to, 50000000);
    assert_hr(CALL(g.control, Run), S_OK);
    assert_int_equal(to->start, 50000000 + 100000); /* a little in the future */
    fake_clock_set(to, to->start + 30000000);
    assert_hr(CALL(g.control, Pause), S_OK);
    fake_clock_set(to, 900000000);
    assert_hr(CALL(g.control, Run), S_OK);
    assert_int_equal(900000000 + 100000 - to->start, 30000000);
    assert_int_equal(from->start, to->start);
    assert_hr(CALL(g.control, Stop), S_OK);
    assert_hr(CALL(g.control, Run), S_OK); /* from stopped it begins anew */
    assert_int_equal(to->start, 900000000 + 100000);
    graph_close(&g);
}

static void test_given_and_none(void **state)
{
    IReferenceClock *mine = clock_open();
    struct fake_config has_clock = sink;
    struct fake_filter *to;
    struct test_graph g;

    (void)state;
    has_clock.has_clock = true;
    graph_open(&g);
    to = graph_put(&g, &has_clock);
    assert_hr(CALL(g.filter, SetSyncSource, mine), S_OK);
    assert_ptr_equal(to->clock, mine);
    assert_hr(CALL(g.control, Run), S_OK);
    assert_ptr_equal(clock_of(&g), mine);
    assert_hr(CALL(g.control, Stop), S_OK);
    assert_hr(CALL(g.filter, SetSyncSource, NULL), S_OK);
    assert_null(to->clock);
    assert_hr(CALL(g.control, Run), S_OK);
    assert_null(clock_of(&g));
    assert_hr(CALL(g.control, Stop), S_OK);
    assert_hr(CALL(g.builder, SetSyncSourceEx, mine, NULL, &to->base), S_OK);
    assert_ptr_equal(clock_of(&g), mine);
    assert_null(to->clock);
    assert_hr(CALL(g.filter, SetSyncSource, NULL), S_OK);
    assert_int_equal(LET_GO(mine), 0);
    graph_close(&g);
}

/* Its filter leaves while the graph runs: the clock lives on until the next start. */
static void test_clock_filter_leaves(void **state)
{
    struct fake_config has_clock = sink;
    struct fake_filter *to;
    struct test_graph g;

    (void)state;
    has_clock.has_clock = true;
    graph_open(&g);
    to = graph_put(&g, &has_clock);
    graph_put(&g, &source);
    assert_hr(CALL(g.control, Run), S_OK);
    assert_ptr_equal(clock_of(&g), &to->clock_face);
    assert_hr(CALL(g.builder, RemoveFilter, &to->base), S_OK);
    assert_ptr_equal(clock_of(&g), &to->clock_face);
    assert_hr(CALL(g.control, Pause), S_OK);
    assert_hr(CALL(g.control, Run), S_OK);
    assert_non_null(clock_of(&g));
    assert_ptr_not_equal(clock_of(&g), &to->clock_face);
    graph_close(&g);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_never_goes_back),
        cmocka_unit_test(test_advise_time),
        cmocka_unit_test(test_many_advises_in_order),
        cmocka_unit_test(test_advise_periodic),
        cmocka_unit_test(test_handle_may_be_closed),
        cmocka_unit_test(test_wrong_arguments),
        cmocka_unit_test(test_adjust),
        cmocka_unit_test(test_timer_resolution),
        cmocka_unit_test(test_one_thread),
        cmocka_unit_test(test_system_clock_by_default),
        cmocka_unit_test(test_choice),
        cmocka_unit_test(test_live_source_without_clock),
        cmocka_unit_test(test_given_stays),
        cmocka_unit_test(test_two_clocks),
        cmocka_unit_test(test_pause_keeps_stream_time),
        cmocka_unit_test(test_given_and_none),
        cmocka_unit_test(test_clock_filter_leaves),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
