/* SPDX-License-Identifier: MIT */
/* interpose_calls.c - futexes, sleeping, clocks and random bytes; and the way to libc's own functions.
 *
 * Any thread.  When the scheduler is off, all goes straight to libc.
 * Knows: the scheduler.  Must not know: who is tested.
 */
#include "sched_internal.h"

#include <dlfcn.h>
#include <errno.h>
#include <linux/futex.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

/* ---- what comes behind --------------------------------------------------------------------------------- */

static void *behind(const char *name)
{
    /* dlsym may give the oldest of several versions; only those of conditions differ */
    void *function =
        strncmp(name, "pthread_cond_", 13) == 0 ? dlvsym(RTLD_NEXT, name, "GLIBC_2.3.2") : NULL;

    if (function == NULL)
        function = dlsym(RTLD_NEXT, name);
    if (function == NULL) {
        (void)fprintf(stderr, "sched: libc has no %s\n", name);
        abort();
    }
    return function;
}

#define FIND(field, name) (found.field = (__typeof__(found.field))behind(name))

const struct sched_real *sched_real(void)
{
    static struct sched_real found;
    static atomic_bool is_found;

    if (__builtin_expect(atomic_load_explicit(&is_found, memory_order_acquire), 1))
        return &found;
    FIND(mutex_init, "pthread_mutex_init");
    FIND(mutex_destroy, "pthread_mutex_destroy");
    FIND(mutex_lock, "pthread_mutex_lock");
    FIND(mutex_trylock, "pthread_mutex_trylock");
    FIND(mutex_timedlock, "pthread_mutex_timedlock");
    FIND(mutex_clocklock, "pthread_mutex_clocklock");
    FIND(mutex_unlock, "pthread_mutex_unlock");
    FIND(cond_init, "pthread_cond_init");
    FIND(cond_destroy, "pthread_cond_destroy");
    FIND(cond_wait, "pthread_cond_wait");
    FIND(cond_timedwait, "pthread_cond_timedwait");
    FIND(cond_clockwait, "pthread_cond_clockwait");
    FIND(cond_signal, "pthread_cond_signal");
    FIND(cond_broadcast, "pthread_cond_broadcast");
    FIND(create, "pthread_create");
    FIND(join, "pthread_join");
    FIND(detach, "pthread_detach");
    FIND(once, "pthread_once");
    FIND(yield, "sched_yield");
    FIND(clock_gettime, "clock_gettime");
    FIND(clock_nanosleep, "clock_nanosleep");
    FIND(nanosleep, "nanosleep");
    FIND(usleep, "usleep");
    FIND(getrandom, "getrandom");
    FIND(syscall, "syscall");
    atomic_store_explicit(&is_found, true, memory_order_release);
    return &found;
}

/* ---- system calls -------------------------------------------------------------------------------------- */

static long futex_wait(const _Atomic(uint32_t) *word, uint32_t expected, int64_t deadline)
{
    sched_point(SCHED_FUTEX_WAIT);
    if (atomic_load_explicit(word, memory_order_relaxed) != expected) {
        errno = EAGAIN;
        return -1;
    }
    if (sched_block(SCHED_FUTEX_WAIT, (const void *)word, deadline))
        return 0;
    errno = ETIMEDOUT;
    return -1;
}

static long futex(const long *a)
{
    const struct timespec *time = (const struct timespec *)a[3];
    int op = (int)a[1] & FUTEX_CMD_MASK;
    clockid_t clock =
        ((int)a[1] & FUTEX_CLOCK_REALTIME) != 0 ? CLOCK_REALTIME : CLOCK_MONOTONIC;
    const _Atomic(uint32_t) *word = (const _Atomic(uint32_t) *)a[0];
    int64_t deadline = SCHED_NEVER;

    switch (op) {
    case FUTEX_WAIT:
        if (time != NULL)
            deadline = sched.now + sched_deadline(CLOCK_MONOTONIC, time);
        return futex_wait(word, (uint32_t)a[2], deadline);
    case FUTEX_WAIT_BITSET:
        if (time != NULL)
            deadline = sched_deadline(clock, time);
        return futex_wait(word, (uint32_t)a[2], deadline);
    case FUTEX_WAKE:
    case FUTEX_WAKE_BITSET:
        sched_point(SCHED_FUTEX_WAKE);
        return sched_wake((const void *)word, (unsigned)a[2]);
    default:
        sched_fail("futex operation %d is not known", op);
    }
}

SCHED_INTERPOSE long syscall(long number, ...)
{
    struct sched_thread *self = SCHED_ENTER();
    long a[6];
    va_list list;

    va_start(list, number);
    for (unsigned i = 0; i < 6; i++)
        a[i] = va_arg(list, long);
    va_end(list);
    if (self != NULL && number == SYS_futex)
        return futex(a);
    if (self != NULL && number == SYS_membarrier) {
        sched_point(SCHED_BARRIER); /* a change of threads is one already */
        return 0;
    }
    return sched_real()->syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

SCHED_INTERPOSE int sched_yield(void)
{
    if (SCHED_ENTER() == NULL)
        return sched_real()->yield();
    sched_yield_now();
    return 0;
}

/* ---- sleeping ------------------------------------------------------------------------------------------ */

static void sleep_until(int64_t deadline)
{
    while (sched.now < deadline)
        (void)sched_block(SCHED_SLEEP, NULL, deadline);
}

SCHED_INTERPOSE int clock_nanosleep(clockid_t clock, int flags, const struct timespec *time,
                                    struct timespec *rest)
{
    int64_t ns;

    if (SCHED_ENTER() == NULL)
        return sched_real()->clock_nanosleep(clock, flags, time, rest);
    ns = sched_deadline(flags == TIMER_ABSTIME ? clock : CLOCK_MONOTONIC, time);
    sleep_until(flags == TIMER_ABSTIME ? ns : sched.now + ns);
    return 0;
}

SCHED_INTERPOSE int nanosleep(const struct timespec *time, struct timespec *rest)
{
    if (SCHED_ENTER() == NULL)
        return sched_real()->nanosleep(time, rest);
    sleep_until(sched.now + sched_deadline(CLOCK_MONOTONIC, time));
    return 0;
}

SCHED_INTERPOSE int usleep(useconds_t us)
{
    if (SCHED_ENTER() == NULL)
        return sched_real()->usleep(us);
    sleep_until(sched.now + (int64_t)us * 1000);
    return 0;
}

/* ---- clocks -------------------------------------------------------------------------------------------- */

SCHED_INTERPOSE int clock_gettime(clockid_t clock, struct timespec *ret)
{
    int64_t now;

    /* what the processor spends is not ours to say */
    if (clock == CLOCK_PROCESS_CPUTIME_ID || clock == CLOCK_THREAD_CPUTIME_ID ||
        SCHED_ENTER() == NULL)
        return sched_real()->clock_gettime(clock, ret);
    sched_point(SCHED_CLOCK);
    now =
        sched.now +
        (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE ? SCHED_REALTIME_AHEAD : 0);
    ret->tv_sec = now / SCHED_NS;
    ret->tv_nsec = now % SCHED_NS;
    return 0;
}

SCHED_INTERPOSE int gettimeofday(struct timeval *restrict ret, void *restrict zone)
{
    struct timespec now;

    (void)zone;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    ret->tv_sec = now.tv_sec;
    ret->tv_usec = now.tv_nsec / 1000;
    return 0;
}

SCHED_INTERPOSE time_t time(time_t *ret)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_REALTIME, &now);
    if (ret != NULL)
        *ret = now.tv_sec;
    return now.tv_sec;
}

/* ---- random bytes -------------------------------------------------------------------------------------- */

SCHED_INTERPOSE ssize_t getrandom(void *buffer, size_t size, unsigned flags)
{
    unsigned char *bytes = buffer;

    if (SCHED_ENTER() == NULL)
        return sched_real()->getrandom(buffer, size, flags);
    for (size_t i = 0; i < size; i++)
        bytes[i] = (unsigned char)sched_roll();
    return (ssize_t)size;
}
