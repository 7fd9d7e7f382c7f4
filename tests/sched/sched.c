/* SPDX-License-Identifier: MIT */
/* sched.c - who runs: points, waiting, waking, and the choice of the next thread.
 *
 * The thread with the baton.  Knows: threads as numbers, objects as addresses that are compared for equality alone.
 * Must not know: what the objects are.
 */
#include "sched_internal.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TICK_NS         1000
#define MAX_IDLE_NS     (60 * SCHED_NS)
#define YIELD_ALONE_NS  100000
#define HURRY_LONGEST   (SCHED_NS / 2)
#define INTERVAL_CHOICE 6

struct sched sched;
_Thread_local struct sched_thread *sched_self __attribute__((tls_model("initial-exec")));

/* ---- dice ---------------------------------------------------------------------------------------------- */

uint64_t sched_roll(void)
{
    uint64_t x = sched.dice += UINT64_C(0x9e3779b97f4a7c15);

    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

bool sched_chance(unsigned one_in)
{
    return one_in != 0 && sched_roll() % one_in == 0;
}

/* ---- time ---------------------------------------------------------------------------------------------- */

int64_t sched_deadline(clockid_t clock, const struct timespec *time)
{
    int64_t ns;

    if (time->tv_sec > SCHED_NEVER / SCHED_NS - 1)
        return SCHED_NEVER;
    ns = (int64_t)time->tv_sec * SCHED_NS + time->tv_nsec;
    return clock == CLOCK_REALTIME ? ns - SCHED_REALTIME_AHEAD : ns;
}

static void find_next_deadline(void)
{
    sched.next_deadline = SCHED_NEVER;
    for (unsigned i = 0; i < sched.n_threads; i++) {
        const struct sched_thread *t = sched.threads[i];

        if (t->state == SCHED_BLOCKED && t->deadline < sched.next_deadline)
            sched.next_deadline = t->deadline;
    }
}

/* Whoever's time has come can run. */
static void expire(void)
{
    if (sched.now < sched.next_deadline)
        return;
    for (unsigned i = 0; i < sched.n_threads; i++) {
        struct sched_thread *t = sched.threads[i];

        if (t->state == SCHED_BLOCKED && t->deadline <= sched.now) {
            t->state = SCHED_RUNNABLE;
            t->timed_out = true;
        }
    }
    find_next_deadline();
}

/* ---- the choice ---------------------------------------------------------------------------------------- */

static struct sched_thread *any_runnable(void)
{
    struct sched_thread *can_run[SCHED_THREADS_MAX];
    unsigned n = 0;

    for (unsigned i = 0; i < sched.n_threads; i++)
        if (sched.threads[i]->state == SCHED_RUNNABLE)
            can_run[n++] = sched.threads[i];
    return n != 0 ? can_run[n == 1 ? 0 : sched_roll() % n] : NULL;
}

static struct sched_thread *highest_runnable(void)
{
    struct sched_thread *best = NULL;

    for (unsigned i = 0; i < sched.n_threads; i++) {
        struct sched_thread *t = sched.threads[i];

        if (t->state == SCHED_RUNNABLE && (best == NULL || t->rank > best->rank))
            best = t;
    }
    return best;
}

/* Nobody can run: on to the earliest deadline. */
static void pass_time(void)
{
    if (sched.next_deadline == SCHED_NEVER)
        sched_fail("deadlock");
    if (sched.next_deadline - sched.now > sched.options.max_idle_ns)
        sched_fail("hang: nobody can run for %.3f s",
                   (double)(sched.next_deadline - sched.now) / (double)SCHED_NS);
    sched.now = sched.next_deadline;
}

static struct sched_thread *choose(void)
{
    for (;;) {
        struct sched_thread *next;

        expire();
        next = sched.options.strategy == SCHED_RANDOM ? any_runnable() : highest_runnable();
        if (next != NULL)
            return next;
        pass_time();
    }
}

static void hand_over(struct sched_thread *to)
{
    sched.switches++;
    sched.current = to;
    atomic_store_explicit(&to->baton, 1, memory_order_release);
    sched_futex_wake(&to->baton);
}

static void switch_to(struct sched_thread *to)
{
    struct sched_thread *self = sched_self;

    if (to == self)
        return;
    hand_over(to);
    sched_wait_for_baton(self);
}

/* ---- points -------------------------------------------------------------------------------------------- */

static void plan_change(void)
{
    sched.next_change = sched.steps + 1 + sched_roll() % (2 * sched.options.interval - 1);
    sched.next_look = sched.next_change;
}

static void count(const struct sched_thread *self, enum sched_what what)
{
    __atomic_store_n(&sched.steps, sched.steps + 1,
                     __ATOMIC_RELAXED); /* the monitor looks at it */
    sched.now += TICK_NS;
    sched.trace = (sched.trace ^ (self->number << 8 | what)) * UINT64_C(0x100000001b3);
    if (__builtin_expect(sched_is_logging, 0))
        sched_log(self, what);
}

static void reconsider(struct sched_thread *self, bool must_change)
{
    bool is_ranked = sched.options.strategy == SCHED_RANKED;
    bool is_change = must_change || sched.steps >= sched.next_change;

    if (sched.options.max_steps != 0 && sched.steps > sched.options.max_steps)
        sched_fail("livelock: no end after %llu points",
                   (unsigned long long)sched.options.max_steps);
    if (is_change) {
        plan_change();
        if (is_ranked)
            self->rank = --sched.lowest;
        if (sched.next_deadline - sched.now < HURRY_LONGEST && sched_chance(sched.hurry))
            sched.now = sched.next_deadline;
    }
    sched.next_look = sched.next_change;
    expire();
    if (is_change || is_ranked)
        switch_to(choose());
}

void sched_point(enum sched_what what)
{
    struct sched_thread *self = sched_self;

    count(self, what);
    if (sched.steps >= sched.next_look || sched.now >= sched.next_deadline)
        reconsider(self, false);
}

void sched_yield_now(void)
{
    struct sched_thread *self = sched_self;
    struct sched_thread *other;

    count(self, SCHED_YIELD);
    /* nobody else: whoever polls a clock gets on */
    self->state = SCHED_BLOCKED;
    self->deadline = SCHED_NEVER;
    other = any_runnable();
    self->state = SCHED_RUNNABLE;
    if (other == NULL)
        sched.now += YIELD_ALONE_NS;
    reconsider(self, true);
}

bool sched_block(enum sched_what what, const void *object, int64_t deadline)
{
    struct sched_thread *self = sched_self;

    count(self, what);
    self->state = SCHED_BLOCKED;
    self->what = what;
    self->object = object;
    self->deadline = deadline;
    self->timed_out = false;
    if (deadline < sched.next_deadline)
        sched.next_deadline = deadline;
    switch_to(choose());
    return !self->timed_out;
}

static void unblock(struct sched_thread *thread)
{
    thread->state = SCHED_RUNNABLE;
    if (thread->deadline == sched.next_deadline)
        find_next_deadline();
    if (thread->rank > sched_self->rank)
        sched.next_look = 0;
}

unsigned sched_wake(const void *object, unsigned count)
{
    struct sched_thread *waits[SCHED_THREADS_MAX];
    unsigned n = 0, woken = 0;

    for (unsigned i = 0; i < sched.n_threads; i++) {
        struct sched_thread *t = sched.threads[i];

        if (t->state == SCHED_BLOCKED && t->object == object)
            waits[n++] = t;
    }
    for (; n != 0 && woken < count; woken++) {
        unsigned which = count >= n ? n - 1 : (unsigned)(sched_roll() % n);

        unblock(waits[which]);
        waits[which] = waits[--n];
    }
    return woken;
}

void sched_here(void)
{
    if (SCHED_ENTER() != NULL)
        sched_point(SCHED_HERE);
}

/* ---- coming and going ---------------------------------------------------------------------------------- */

struct sched_thread *sched_thread_add(void)
{
    struct sched_thread *thread = calloc(1, sizeof(*thread));

    if (thread == NULL || sched.n_threads == SCHED_THREADS_MAX)
        sched_fail("too many threads");
    thread->number = sched.n_created++;
    thread->state = SCHED_RUNNABLE;
    thread->deadline = SCHED_NEVER;
    thread->rank = (int64_t)(sched_roll() >> 2);
    if (sched_self != NULL && thread->rank > sched_self->rank)
        sched.next_look = 0;
    sched.threads[sched.n_threads++] = thread;
    return thread;
}

void sched_thread_remove(struct sched_thread *thread)
{
    for (unsigned i = 0; i < sched.n_threads; i++) {
        if (sched.threads[i] != thread)
            continue;
        memmove(&sched.threads[i], &sched.threads[i + 1],
                (--sched.n_threads - i) * sizeof(sched.threads[0]));
        break;
    }
    free(thread);
}

/* The calling thread runs no code any more that could be seen. */
void sched_leave(struct sched_thread *self)
{
    count(self, SCHED_END);
    self->state = SCHED_ENDED;
    sched_wake(self, UINT32_MAX);
    sched.leaving = self;
    struct sched_thread *next = choose();
    sched_self = NULL;
    hand_over(next);
}

/* ---- start --------------------------------------------------------------------------------------------- */

static bool is_alone(void)
{
    DIR *tasks = opendir("/proc/self/task");
    struct dirent *entry;
    unsigned n = 0;

    if (tasks == NULL)
        return true;
    while ((entry = readdir(tasks)) != NULL)
        n += entry->d_name[0] != '.';
    closedir(tasks);
    return n <= 1;
}

static void choose_options(const struct sched_options *options)
{
    static const unsigned intervals[INTERVAL_CHOICE] = { 2, 4, 12, 40, 150, 600 };
    static const unsigned hurries[4] = { 0, 0, 1000, 50 };
    static const unsigned mutters[4] = { 0, 0, 100, 10 };

    if (options != NULL)
        sched.options = *options;
    /* all dice fall, whatever is set: else an option would change what the others are */
    enum sched_strategy strategy = sched_roll() % 2 == 0 ? SCHED_RANDOM : SCHED_RANKED;
    unsigned interval = intervals[sched_roll() % INTERVAL_CHOICE];

    if (sched.options.strategy == SCHED_BY_SEED)
        sched.options.strategy = strategy;
    if (sched.options.interval == 0)
        sched.options.interval = interval;
    if (sched.options.max_idle_ns == 0)
        sched.options.max_idle_ns = MAX_IDLE_NS;
    sched.hurry = hurries[sched_roll() % 4];
    sched.mutter = mutters[sched_roll() % 4];
}

bool sched_available(const char **ret_why_not)
{
    (void)ret_why_not;
    return true;
}

void sched_start(uint64_t seed, const struct sched_options *options)
{
    if (sched_self != NULL || !is_alone()) {
        (void)fprintf(stderr, "sched_start: there is another thread already\n");
        exit(2);
    }
    sched.seed = sched.dice = seed;
    sched.now = SCHED_EPOCH_NS;
    sched.next_deadline = SCHED_NEVER;
    sched.trace = UINT64_C(0xcbf29ce484222325);
    choose_options(options);
    sched_threads_init();
    sched_report_init(__builtin_return_address(0));
    sched.current = sched_thread_add();
    sched.current->handle = pthread_self();
    sched.current->tid = gettid();
    plan_change();
    sched_self = sched.current;
}
