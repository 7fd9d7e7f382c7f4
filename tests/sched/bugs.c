/* SPDX-License-Identifier: MIT */
/* bugs.c - small programs, each with one mistake; see bugs.h.
 *
 * Compiled with points at memory accesses, where the compiler can.
 * Knows: pthreads, futexes.  Must not know: who runs it.
 */
#include "bugs.h"

#include <linux/futex.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static bool is_right;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER, other = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;

static void check(bool ok, const char *what)
{
    if (ok)
        return;
    (void)fprintf(stderr, "wrong: %s\n", what);
    exit(1);
}

static pthread_t start(void *(*fn)(void *), void *arg)
{
    pthread_t thread;

    check(pthread_create(&thread, NULL, fn, arg) == 0, "no thread");
    return thread;
}

static void two_at_once(void *(*first)(void *), void *(*second)(void *))
{
    pthread_t a = start(first, NULL), b = start(second, NULL);

    pthread_join(a, NULL);
    pthread_join(b, NULL);
}

/* ---- a signal between the look and the wait ------------------------------------------------------------- */

static bool is_ready;

static void *waits(void *arg)
{
    pthread_mutex_lock(&lock);
    while (!is_ready)
        pthread_cond_wait(&changed, &lock);
    pthread_mutex_unlock(&lock);
    return arg;
}

static void *makes_ready(void *arg)
{
    if (is_right)
        pthread_mutex_lock(&lock);
    is_ready = true;
    pthread_cond_signal(&changed);
    if (is_right)
        pthread_mutex_unlock(&lock);
    return arg;
}

static void lost_wakeup(bool right)
{
    is_right = right;
    two_at_once(waits, makes_ready);
}

/* ---- two locks in two orders ---------------------------------------------------------------------------- */

static void *takes_both(void *arg)
{
    pthread_mutex_lock(&lock);
    pthread_mutex_lock(&other);
    pthread_mutex_unlock(&other);
    pthread_mutex_unlock(&lock);
    return arg;
}

static void *takes_both_too(void *arg)
{
    pthread_mutex_lock(is_right ? &lock : &other);
    pthread_mutex_lock(is_right ? &other : &lock);
    pthread_mutex_unlock(is_right ? &other : &lock);
    pthread_mutex_unlock(is_right ? &lock : &other);
    return arg;
}

static void lock_order(bool right)
{
    is_right = right;
    two_at_once(takes_both, takes_both_too);
}

/* ---- looked under the lock, done under the next ----------------------------------------------------------- */

static unsigned owners;

static void *takes_if_free(void *arg)
{
    bool is_free;

    pthread_mutex_lock(&lock);
    is_free = owners == 0;
    if (is_right && is_free)
        owners++;
    pthread_mutex_unlock(&lock);
    if (is_right || !is_free)
        return arg;
    pthread_mutex_lock(&lock);
    owners++;
    pthread_mutex_unlock(&lock);
    return arg;
}

static void check_then_act(bool right)
{
    is_right = right;
    two_at_once(takes_if_free, takes_if_free);
    check(owners == 1, "two owners");
}

/* ---- the same without any lock: no call between the two accesses ------------------------------------------ */

static bool is_taken;

static void *adds(void *arg)
{
    if (is_right)
        pthread_mutex_lock(&lock);
    if (!is_taken) {
        is_taken = true;
        owners++;
    }
    if (is_right)
        pthread_mutex_unlock(&lock);
    return arg;
}

static void plain_race(bool right)
{
    is_right = right;
    two_at_once(adds, adds);
    check(owners == 1, "two owners");
}

static atomic_uint count;

static void *counts(void *arg)
{
    if (is_right)
        atomic_fetch_add(&count, 1);
    else
        atomic_store(&count, atomic_load(&count) + 1);
    return arg;
}

static void atomic_race(bool right)
{
    is_right = right;
    two_at_once(counts, counts);
    check(atomic_load(&count) == 2, "one got lost");
}

/* ---- told to stop while it is busy ------------------------------------------------------------------------- */

static bool is_stopping;
static unsigned jobs;

static void *works(void *arg)
{
    pthread_mutex_lock(&lock);
    while (!is_stopping) {
        if (jobs == 0) {
            pthread_cond_wait(&changed, &lock);
            continue;
        }
        jobs--;
        pthread_mutex_unlock(&lock);
        pthread_mutex_lock(&lock);
    }
    pthread_mutex_unlock(&lock);
    return arg;
}

static void no_stop_signal(bool right)
{
    pthread_t worker = start(works, NULL);

    for (unsigned i = 0; i < 3; i++) {
        pthread_mutex_lock(&lock);
        jobs++;
        pthread_cond_signal(&changed);
        pthread_mutex_unlock(&lock);
    }
    pthread_mutex_lock(&lock);
    is_stopping = true;
    if (right)
        pthread_cond_signal(&changed);
    pthread_mutex_unlock(&lock);
    pthread_join(worker, NULL);
}

/* ---- a wait that believes it was woken for what it waits for ------------------------------------------------- */

static unsigned goods;

static void *takes_one(void *arg)
{
    pthread_mutex_lock(&lock);
    if (is_right)
        while (goods == 0)
            pthread_cond_wait(&changed, &lock);
    else if (goods == 0)
        pthread_cond_wait(&changed, &lock);
    check(goods != 0, "took what was not there");
    goods--;
    pthread_mutex_unlock(&lock);
    return arg;
}

static void *brings_two(void *arg)
{
    for (unsigned i = 0; i < 2; i++) {
        pthread_mutex_lock(&lock);
        goods++;
        pthread_cond_signal(&changed);
        pthread_mutex_unlock(&lock);
    }
    return arg;
}

static void if_for_while(bool right)
{
    pthread_t a, b, c;

    is_right = right;
    a = start(takes_one, NULL);
    b = start(takes_one, NULL);
    c = start(brings_two, NULL);
    pthread_join(a, NULL);
    pthread_join(b, NULL);
    pthread_join(c, NULL);
}

/* ---- a futex that is woken before its word says so ------------------------------------------------------------ */

static _Atomic(uint32_t) word;

static void *sleeps(void *arg)
{
    while (atomic_load(&word) == 0)
        syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0);
    return arg;
}

static void *wakes(void *arg)
{
    if (is_right)
        atomic_store(&word, 1);
    syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
    if (!is_right)
        atomic_store(&word, 1);
    return arg;
}

static void futex_order(bool right)
{
    is_right = right;
    two_at_once(sleeps, wakes);
}

/* ---- a deadline that is taken for the answer -------------------------------------------------------------------- */

static void *answers(void *arg)
{
    pthread_mutex_lock(&lock);
    is_ready = true;
    pthread_cond_signal(&changed);
    pthread_mutex_unlock(&lock);
    return arg;
}

static void ask(bool right)
{
    struct timespec until;
    pthread_t thread;
    bool in_time = true;

    is_ready = false;
    thread = start(answers, NULL);
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += 100000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    pthread_mutex_lock(&lock);
    while (in_time && !is_ready)
        in_time = pthread_cond_timedwait(&changed, &lock, &until) == 0;
    if (!right)
        check(in_time == is_ready, "late, but here"); /* now and then both are true */
    pthread_mutex_unlock(&lock);
    pthread_join(thread, NULL);
}

static void timeout_is_no_answer(bool right)
{
    for (unsigned i = 0; i < 10; i++)
        ask(right);
}

/* ---- destroyed under somebody who waits --------------------------------------------------------------------------- */

static void *waits_at_own(void *arg)
{
    pthread_mutex_t *own = arg;

    pthread_mutex_lock(own);
    pthread_mutex_unlock(own);
    return NULL;
}

static void destroyed_in_use(bool right)
{
    static pthread_mutex_t own;
    pthread_t thread;

    pthread_mutex_init(&own, NULL);
    pthread_mutex_lock(&own);
    thread = start(waits_at_own, &own);
    if (!right)
        pthread_mutex_destroy(&own);
    pthread_mutex_unlock(&own);
    pthread_join(thread, NULL);
    if (right)
        pthread_mutex_destroy(&own);
}

/* ---- each waits for the other to go first ------------------------------------------------------------------------- */

static atomic_bool turn;

static void *spins(void *arg)
{
    while (!atomic_load(&turn))
        sched_yield();
    return arg;
}

static void *lets_go(void *arg)
{
    if (is_right)
        atomic_store(&turn, true);
    return spins(arg);
}

static void livelock(bool right)
{
    is_right = right;
    two_at_once(spins, lets_go);
}

const struct bug bugs[] = {
    { "lost_wakeup", lost_wakeup, "deadlock", false, false },
    { "lock_order", lock_order, "deadlock", false, false },
    { "check_then_act", check_then_act, "two owners", false, false },
    { "plain_race", plain_race, "two owners", true, true },
    { "atomic_race", atomic_race, "one got lost", true, false },
    { "no_stop_signal", no_stop_signal, "deadlock", false, false },
    { "if_for_while", if_for_while, "took what was not there", false, false },
    { "futex_order", futex_order, "deadlock", true, false },
    { "timeout_is_no_answer", timeout_is_no_answer, "late, but here", false, false },
    { "destroyed_in_use", destroyed_in_use, "destroys a mutex", false, false },
    { "livelock", livelock, "livelock", false, false },
};
const size_t n_bugs = sizeof(bugs) / sizeof(bugs[0]);
