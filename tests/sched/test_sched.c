/* SPDX-License-Identifier: MIT */
/* test_sched.c - the scheduler finds known mistakes, runs them again exactly, and leaves what is right alone.
 *
 *     test_sched                 all tests
 *     test_sched BUG SEED        one run of one of bugs.c, seen by itself
 *
 * Each run is a process of its own.  Knows: the scheduler's options and its last line.  Must not know: its insides.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "bugs.h"
#include "sched_run.h"

#define SEEDS      300 /* a mistake has to be found among so many */
#define SEEDS_FINE 100 /* and nothing where there is none */

static const char *trace_of(const struct sched_outcome *outcome)
{
    const char *trace = strstr(outcome->text, "trace=");

    if (trace == NULL)
        fail_msg("no trace in:\n%s", outcome->text);
    return trace;
}

/* ---- known mistakes ---------------------------------------------------------------------------------------- */

static struct sched_options options_for(const struct bug *bug)
{
    return (struct sched_options){ .max_steps = 100000, .at_plain = bug->at_plain };
}

static void finds(void **state)
{
    const struct bug *bug = *state;
    struct sched_options options = options_for(bug);
    struct sched_outcome found = { 0 };
    unsigned seed, first = 1, last = SEEDS;

    if (bug->needs_instrumented && !SCHED_INSTRUMENTED)
        skip();
    for (unsigned times = 0; times < 4; times++) {
        struct sched_outcome outcome =
            sched_run_all(bug->run, false, first, last, &options, &seed);

        if (seed == 0)
            fail_msg("%s: not found", bug->name);
        if (times == 0) {
            print_message("%s: found with seed %u\n", bug->name, seed);
            found = outcome;
            first = last = seed;
        }
        assert_int_equal(outcome.code, found.code);
        assert_string_equal(outcome.text, found.text);
    }
    if (strstr(found.text, bug->found_as) == NULL)
        fail_msg("%s: found as something else:\n%s", bug->name, found.text);
}

static void finds_nothing(void **state)
{
    const struct bug *bug = *state;
    struct sched_options options = options_for(bug);
    unsigned seed;
    struct sched_outcome outcome =
        sched_run_all(bug->run, true, 1, SEEDS_FINE, &options, &seed);

    if (seed != 0)
        fail_msg("%s, seed %u: found, but is not there:\n%s", bug->name, seed, outcome.text);
}

/* ---- what it keeps ----------------------------------------------------------------------------------------- */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned hits[2];

static void *hits_one(void *arg)
{
    for (unsigned i = 0; i < 50; i++) {
        pthread_mutex_lock(&lock);
        hits[(uintptr_t)arg]++;
        pthread_mutex_unlock(&lock);
    }
    return NULL;
}

static void two_hit(bool argument)
{
    pthread_t a, b;

    (void)argument;
    pthread_create(&a, NULL, hits_one, (void *)0);
    pthread_create(&b, NULL, hits_one, (void *)1);
    pthread_join(a, NULL);
    pthread_join(b, NULL);
}

static void another_seed_is_another_run(void **state)
{
    char first[32];
    unsigned same = 0;

    (void)state;
    for (unsigned seed = 1; seed <= 20; seed++) {
        struct sched_outcome outcome = sched_run(two_hit, true, seed, NULL);

        assert_int_equal(outcome.code, 0);
        if (seed == 1)
            (void)snprintf(first, sizeof(first), "%s", trace_of(&outcome));
        else
            same += strcmp(first, trace_of(&outcome)) == 0;
    }
    assert_int_equal(same, 0);
}

static void sleeps_long(bool argument)
{
    struct timespec before, after, hour = { .tv_sec = 3600 };

    (void)argument;
    clock_gettime(CLOCK_MONOTONIC, &before);
    clock_nanosleep(CLOCK_MONOTONIC, 0, &hour, NULL);
    clock_gettime(CLOCK_MONOTONIC, &after);
    if (after.tv_sec - before.tv_sec != 3600)
        _exit(3);
}

static void time_is_made_up(void **state)
{
    struct sched_options options = { .max_idle_ns = INT64_C(4000000000000) };
    struct sched_outcome outcome = sched_run(sleeps_long, true, 1, &options);

    (void)state;
    assert_int_equal(outcome.code, 0);
    options.max_idle_ns = INT64_C(1000000000);
    outcome = sched_run(sleeps_long, true, 1, &options);
    assert_int_equal(WEXITSTATUS(outcome.code), 1);
    assert_non_null(strstr(outcome.text, "hang"));
}

static pthread_key_t key;
static unsigned destroyed;

static void destroys(void *value)
{
    pthread_mutex_lock(&lock); /* a point, after the thread's function is over */
    destroyed++;
    pthread_mutex_unlock(&lock);
    if (value != &destroyed)
        pthread_setspecific(key, &destroyed); /* another round */
}

static void *leaves_value(void *arg)
{
    pthread_setspecific(key, &key);
    pthread_exit(arg);
}

static pthread_once_t once = PTHREAD_ONCE_INIT;
static unsigned done;

static void slowly_once(void)
{
    for (unsigned i = 0; i < 20; i++)
        sched_here();
    done++;
}

static void *does_once(void *arg)
{
    pthread_detach(pthread_self());
    pthread_once(&once, slowly_once);
    pthread_mutex_lock(&lock);
    hits[0] += done;
    pthread_mutex_unlock(&lock);
    return arg;
}

static void lives_and_ends(bool argument)
{
    pthread_t threads[4], detached;
    void *value = NULL;

    (void)argument;
    pthread_key_create(&key, destroys);
    for (unsigned i = 0; i < 4; i++) {
        pthread_create(&threads[i], NULL, leaves_value, (void *)(uintptr_t)(i + 1));
        pthread_create(&detached, NULL, does_once, NULL);
    }
    for (unsigned i = 0; i < 4; i++)
        if (pthread_join(threads[i], &value) != 0 || value != (void *)(uintptr_t)(i + 1))
            _exit(3);
    if (destroyed != 8)
        _exit(4);
    for (bool all = false; !all; sched_yield()) {
        pthread_mutex_lock(&lock);
        all = hits[0] == 4;
        pthread_mutex_unlock(&lock);
    }
    if (done != 1)
        _exit(5);
}

static void threads_end_as_they_should(void **state)
{
    (void)state;
    for (unsigned seed = 1; seed <= 50; seed++) {
        struct sched_outcome outcome = sched_run(lives_and_ends, true, seed, NULL);
        struct sched_outcome again = sched_run(lives_and_ends, true, seed, NULL);

        if (outcome.code != 0)
            fail_msg("seed %u: %d\n%s", seed, WEXITSTATUS(outcome.code), outcome.text);
        assert_string_equal(outcome.text, again.text);
    }
}

static void *ends_after_a_bit(void *arg)
{
    pthread_cond_t never = PTHREAD_COND_INITIALIZER;
    struct timespec until;

    clock_gettime(CLOCK_REALTIME, &until);
    pthread_mutex_lock(&lock);
    while (pthread_cond_timedwait(&never, &lock, &until) == 0)
        continue;
    pthread_mutex_unlock(&lock);
    return arg;
}

static void switched_off_it_is_not_there(void **state)
{
    pthread_t thread;
    void *value = NULL;

    assert_int_equal(pthread_create(&thread, NULL, ends_after_a_bit, state), 0);
    assert_int_equal(pthread_join(thread, &value), 0);
    assert_ptr_equal(value, state);
}

/* ---- */

static int run_one(const char *name, const char *seed_text)
{
    for (size_t i = 0; i < n_bugs; i++) {
        struct sched_options options = options_for(&bugs[i]);

        if (strcmp(bugs[i].name, name) == 0)
            sched_run_here(bugs[i].run, false, strtoull(seed_text, NULL, 10), &options);
    }
    (void)fprintf(stderr, "no such bug: %s\n", name);
    return 2;
}

int main(int argc, char **argv)
{
    struct CMUnitTest tests[2 * 16 + 8] = { { 0 } };
    const char *why_not;
    char names[16][2][64];
    size_t n = 0;

    if (!sched_available(&why_not)) {
        print_message("no scheduler: %s\n", why_not);
        return 77;
    }
    if (argc == 3)
        return run_one(argv[1], argv[2]);
    for (size_t i = 0; i < n_bugs; i++) {
        (void)snprintf(names[i][0], sizeof(names[i][0]), "finds_%s", bugs[i].name);
        (void)snprintf(names[i][1], sizeof(names[i][1]), "finds_no_%s", bugs[i].name);
        tests[n++] = (struct CMUnitTest){ names[i][0], finds, NULL, NULL, (void *)&bugs[i] };
        tests[n++] =
            (struct CMUnitTest){ names[i][1], finds_nothing, NULL, NULL, (void *)&bugs[i] };
    }
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(another_seed_is_another_run);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(time_is_made_up);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(threads_end_as_they_should);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(switched_off_it_is_not_there);
    return _cmocka_run_group_tests("sched", tests, n, NULL, NULL);
}
