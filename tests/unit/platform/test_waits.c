/* SPDX-License-Identifier: MIT */
/* test_waits.c - the report in words: threads, what is held, and whose graph it is about. */
#include "support.h"

#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <regraft.h>

#include "platform/hold.h"
#include "platform/memory.h"
#include "platform/thread.h"
#include "platform/waits.h"

static char *report(const void *graph)
{
    static char *text; /* gcc takes what comes out of an automatic one for a pointer into it */

    if (rg_waits_report(graph, &text) != S_OK || text == NULL)
        abort(); /* nobody comes back from fail, but not every compiler knows */
    return text;
}

/* The line of a report that begins so, in *line; empty: there is none. */
static void line_of(const char *text, const char *begin, char *line, size_t size)
{
    const char *at = strstr(text, begin);

    line[0] = 0;
    if (at != NULL)
        snprintf(line, size, "%.*s", (int)strcspn(at, "\n"), at);
}

static void assert_in(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        fail_msg("\"%s\" is not in:\n%s", part, text);
}

static void assert_not_in(const char *text, const char *part)
{
    if (strstr(text, part) != NULL)
        fail_msg("\"%s\" should not be in:\n%s", part, text);
}

/* ---- threads --------------------------------------------------------------------------- */

static void line_says_all_that_is_noted(void **state)
{
    struct rg_fixed_place place;
    struct rg_wait task = { .what = "the stream of", .where = &place.place, .is_task = true };
    struct rg_wait wait = { .what = "a free buffer",
                            .where = &place.place,
                            .holder = GetCurrentThreadId(),
                            .detail = "# are out, until @",
                            .number = 15000000 };
    char begin[64], line[512];
    char *text;

    (void)state;
    rg_thread_set_name("test main");
    rg_fixed_place_init(&place, NULL, "source.Out");
    rg_wait_begin(&task);
    rg_wait_begin(&wait);
    text = report(NULL);
    snprintf(begin, sizeof(begin), "test main (%u), the stream of source.Out: waits ",
             (unsigned)GetCurrentThreadId());
    line_of(text, begin, line, sizeof(line));
    assert_in(line, " s for a free buffer at source.Out, held by test main (");
    assert_in(line, "(15000000 are out, until 1.500 s)");
    assert_null(strstr(strstr(text, begin) + 1, begin)); /* one line, not two */
    rg_free(text);
    rg_wait_end(&wait);
    text = report(NULL);
    line_of(text, begin, line, sizeof(line));
    assert_string_equal(line, ""); /* it waits no more */
    assert_in(text, "the stream of source.Out: runs, ");
    rg_free(text);
    rg_wait_end(&task);
}

static void outer_waits_come_first(void **state)
{
    struct rg_wait outer = { .what = "a filter to be ready" };
    struct rg_wait inner = { .what = "its first sample" };
    char *text;

    (void)state;
    rg_wait_begin(&outer);
    rg_wait_begin(&inner);
    text = report(NULL);
    assert_in(text, " s for a filter to be ready, ");
    assert_true(strstr(text, "a filter to be ready") < strstr(text, "its first sample"));
    rg_free(text);
    rg_wait_end(&inner);
    rg_wait_end(&outer);
}

static DWORD WINAPI say_id(void *context)
{
    *(DWORD *)context = GetCurrentThreadId();
    return 0;
}

static void holder_that_has_ended_is_told_as_such(void **state)
{
    struct rg_wait wait = { .what = "the gate to open" };
    char wanted[64];
    DWORD id = 0;
    char *text;

    (void)state;
    (void)thread_result(thread_of(say_id, &id));
    /* its handle is signalled a moment before the kernel lets go of the thread */
    snprintf(wanted, sizeof(wanted), "/proc/self/task/%u", (unsigned)id);
    while (access(wanted, F_OK) == 0)
        sched_yield();
    wait.holder = id;
    rg_wait_begin(&wait);
    text = report(NULL);
    snprintf(wanted, sizeof(wanted), "held by thread %u, which has ended", (unsigned)id);
    assert_in(text, wanted);
    rg_free(text);
    rg_wait_end(&wait);
}

/* ---- holds ----------------------------------------------------------------------------- */

static void held_things_are_told_while_they_are(void **state)
{
    struct rg_fixed_place place;
    struct rg_hold hold = { .where = &place.place }, other = { .where = NULL };
    struct rg_hold_state closed = { .what = "closed",
                                    .holder = GetCurrentThreadId(),
                                    .waiting = 2,
                                    .detail = "armed for @",
                                    .number = 5000000 };
    struct rg_hold_state taken = { .what = "taken", .holder = 1 },
                         free_again = { .what = NULL };
    char *text;

    (void)state;
    rg_fixed_place_init(&place, NULL, "fx.Out");
    text = report(NULL);
    assert_not_in(text, "held:");
    rg_free(text);
    rg_hold_tell(&hold, &free_again); /* as it was */
    rg_hold_tell(&hold, &closed);
    rg_hold_tell(&other, &taken);
    text = report(NULL);
    assert_in(text, "held:\n");
    assert_in(text, "  fx.Out: closed for ");
    assert_in(text, " by test main (");
    assert_in(text, ", 2 wait (armed for 0.500 s)\n");
    assert_in(text, "  ?: taken for ");
    rg_free(text);
    rg_hold_tell(&hold, &free_again);
    text = report(NULL);
    assert_not_in(text, "fx.Out");
    assert_in(text, "?: taken");
    rg_free(text);
    rg_hold_tell(&other, &free_again);
}

/* It is held by somebody else than when the wait began, then by nobody. */
static void holder_is_who_holds_it_now(void **state)
{
    struct rg_fixed_place place;
    struct rg_wait wait = { .what = "its turn", .where = &place.place, .is_for_hold = true };
    struct rg_hold hold = { .where = &place.place };
    struct rg_hold_state taken = { .what = "taken", .holder = 1 };
    char *text;

    (void)state;
    rg_fixed_place_init(&place, NULL, "the lock");
    rg_hold_tell(&hold, &taken);
    rg_wait_begin(&wait);
    taken.holder = GetCurrentThreadId();
    rg_hold_tell(&hold, &taken);
    text = report(NULL);
    assert_in(text, " s for its turn at the lock, held by test main (");
    assert_not_in(text, "thread 1");
    rg_free(text);
    taken.what = NULL;
    rg_hold_tell(&hold, &taken);
    text = report(NULL);
    assert_in(text, " s for its turn at the lock\n");
    rg_free(text);
    rg_wait_end(&wait);
}

static void collect_since(const struct rg_hold_info *info, void *context)
{
    *(int64_t *)context = info->since_ns;
}

static void hold_is_as_old_as_its_state(void **state)
{
    struct rg_hold hold = { .where = NULL };
    struct rg_hold_state one = { .what = "closing" }, other = { .what = "closed" };
    int64_t first = 0, same = 0, later = 0;

    (void)state;
    rg_hold_tell(&hold, &one);
    rg_hold_each(collect_since, &first);
    one.waiting = 1;
    rg_hold_tell(&hold, &one);
    rg_hold_each(collect_since, &same);
    assert_int_equal(first, same);
    rg_hold_tell(&hold, &other);
    rg_hold_each(collect_since, &later);
    assert_true(later > first);
    other.what = NULL;
    rg_hold_tell(&hold, &other);
}

/* ---- one graph ------------------------------------------------------------------------- */

struct stuck {
    struct rg_thread thread;
    struct rg_wait wait;
    HANDLE go, begun;
};

static void be_stuck(void *arg)
{
    struct stuck *s = arg;

    rg_wait_begin(&s->wait);
    SetEvent(s->begun);
    WaitForSingleObject(s->go, SOON_MS);
    rg_wait_end(&s->wait);
}

static void stuck_begin(struct stuck *s, const char *name, struct rg_wait wait)
{
    memset(s, 0, sizeof(*s));
    s->wait = wait;
    s->go = CreateEventW(NULL, TRUE, FALSE, NULL);
    s->begun = CreateEventW(NULL, TRUE, FALSE, NULL);
    assert_int_equal(rg_thread_start(&s->thread, name, be_stuck, s), S_OK);
    assert_int_equal(WaitForSingleObject(s->begun, SOON_MS), WAIT_OBJECT_0);
}

static void stuck_end(struct stuck *s)
{
    SetEvent(s->go);
    rg_thread_join(&s->thread);
    CloseHandle(s->go);
    CloseHandle(s->begun);
}

/* Who holds up a thread of the graph belongs to it too, though nothing of his says so. */
static void lines_of_a_graph_come_first(void **state)
{
    struct rg_fixed_place mine, foreign;
    struct stuck culprit, victim, stranger;
    struct rg_hold hold = { .where = &foreign.place };
    struct rg_hold_state closed = { .what = "closed" }, open = { .what = NULL };
    const char *others;
    char *text;
    static const int graph;

    (void)state;
    rg_fixed_place_init(&mine, &graph, "mine.Out");
    rg_fixed_place_init(&foreign, NULL, "foreign.Out");
    stuck_begin(&culprit, "culprit", (struct rg_wait){ .what = "somebody else" });
    stuck_begin(&victim, "victim",
                (struct rg_wait){ .what = "the gate to open",
                                  .where = &mine.place,
                                  .holder = rg_thread_id(&culprit.thread) });
    stuck_begin(&stranger, "stranger",
                (struct rg_wait){ .what = "the clock", .where = &foreign.place });
    rg_hold_tell(&hold, &closed);
    text = report(&graph);
    others = strstr(text, "other threads:\n");
    assert_ptr_equal(strstr(text, "threads of this graph:\n"), text);
    assert_true(strstr(text, "  victim (") < others);
    assert_true(strstr(text, "  culprit (") < others);
    assert_true(strstr(text, "  stranger (") > others);
    /* who waits longest comes first */
    assert_true(strstr(text, "  culprit (") < strstr(text, "  victim ("));
    assert_not_in(text, "held in this graph");
    assert_in(text, "held elsewhere:\n  foreign.Out: closed for ");
    rg_free(text);
    hold.where = &mine.place;
    text = report(&graph);
    assert_in(text, "held in this graph:\n  mine.Out: closed for ");
    assert_not_in(text, "held elsewhere");
    rg_free(text);
    rg_hold_tell(&hold, &open);
    stuck_end(&culprit);
    stuck_end(&victim);
    stuck_end(&stranger);
}

static void idle_threads_come_last(void **state)
{
    struct rg_wait wait = { .what = "a job", .is_idle = true };
    struct stuck victim;
    char *text;

    (void)state;
    rg_wait_begin(&wait);
    stuck_begin(&victim, "victim", (struct rg_wait){ .what = "the gate to open" });
    text = report(NULL);
    assert_in(text, ": idle, waits ");
    assert_in(text, " s for a job\n");
    assert_true(strstr(text, "  victim (") < strstr(text, ": idle, waits "));
    rg_free(text);
    stuck_end(&victim);
    rg_wait_end(&wait);
}

/* ---- places that go, memory that ends ----------------------------------------------------- */

struct churn {
    struct rg_thread thread;
    atomic_bool over;
};

/* Places on the heap, freed as soon as the wait or the hold is over. */
static void churn_main(void *arg)
{
    struct churn *c = arg;

    while (!atomic_load(&c->over)) {
        struct rg_fixed_place *place = malloc(sizeof(*place));
        struct rg_wait wait = { .what = "a moment", .where = &place->place };
        struct rg_hold hold = { .where = &place->place };
        struct rg_hold_state state = { .what = "closed" };

        rg_fixed_place_init(place, arg, "short.lived");
        rg_wait_begin(&wait);
        rg_hold_tell(&hold, &state);
        rg_wait_end(&wait);
        state.what = NULL;
        rg_hold_tell(&hold, &state);
        memset(place, 0xee, sizeof(*place));
        free(place);
    }
}

static void place_may_go_when_the_wait_is_over(void **state)
{
    struct churn churn[3];

    (void)state;
    memset(churn, 0, sizeof(churn));
    for (unsigned i = 0; i < COUNT_OF(churn); i++)
        assert_int_equal(rg_thread_start(&churn[i].thread, "churn", churn_main, &churn[i]),
                         S_OK);
    for (unsigned i = 0; i < 500; i++)
        rg_free(report(&churn[i % COUNT_OF(churn)]));
    for (unsigned i = 0; i < COUNT_OF(churn); i++)
        atomic_store(&churn[i].over, true);
    for (unsigned i = 0; i < COUNT_OF(churn); i++)
        rg_thread_join(&churn[i].thread);
}

static void report_without_memory_is_refused(void **state)
{
    unsigned failures = 0;
    char *text = NULL;

    (void)state;
    assert_int_equal(rg_report_waits(NULL), E_POINTER);
    for (uint32_t n = 1;; n++) {
        HRESULT hr;

        rg_fault_arm(n);
        hr = rg_report_waits(&text);
        if (!rg_fault_disarm()) {
            assert_int_equal(hr, S_OK);
            break;
        }
        assert_int_equal(hr, E_OUTOFMEMORY);
        assert_null(text);
        failures++;
    }
    assert_true(failures >= 2);
    CoTaskMemFree(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(line_says_all_that_is_noted),
        cmocka_unit_test(outer_waits_come_first),
        cmocka_unit_test(holder_that_has_ended_is_told_as_such),
        cmocka_unit_test(held_things_are_told_while_they_are),
        cmocka_unit_test(holder_is_who_holds_it_now),
        cmocka_unit_test(hold_is_as_old_as_its_state),
        cmocka_unit_test(lines_of_a_graph_come_first),
        cmocka_unit_test(idle_threads_come_last),
        cmocka_unit_test(place_may_go_when_the_wait_is_over),
        cmocka_unit_test(report_without_memory_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
