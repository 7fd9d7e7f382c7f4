/* SPDX-License-Identifier: MIT */
/* interpose_locks.c - mutexes, conditions and once: libc's names, the scheduler's waits.
 *
 * Any thread.  A mutex stays libc's own: it is tried, and whoever does not get it waits here until somebody lets it go.  A
 * condition is never touched: who waits for it is known here alone.  When the scheduler is off, all goes straight to libc.
 * Knows: the scheduler.  Must not know: who is tested.
 */
#include "sched_internal.h"

#include <errno.h>
#include <limits.h>

/* ---- mutexes ------------------------------------------------------------------------------------------- */

SCHED_INTERPOSE int pthread_mutex_init(pthread_mutex_t *mutex, const pthread_mutexattr_t *attr)
{
    if (SCHED_ENTER() != NULL)
        sched_object_made(mutex, __builtin_return_address(0));
    return sched_real()->mutex_init(mutex, attr);
}

static void check_unused(const void *object, const char *what)
{
    for (unsigned i = 0; i < sched.n_threads; i++) {
        const struct sched_thread *t = sched.threads[i];

        if (t->state == SCHED_BLOCKED && t->object == object)
            sched_fail("thread %u destroys a %s that thread %u waits for", sched_self->number,
                       what, t->number);
    }
}

SCHED_INTERPOSE int pthread_mutex_destroy(pthread_mutex_t *mutex)
{
    if (SCHED_ENTER() != NULL) {
        check_unused(mutex, "mutex");
        sched_object_gone(mutex);
    }
    return sched_real()->mutex_destroy(mutex);
}

static int lock_until(pthread_mutex_t *mutex, int64_t deadline)
{
    int error;

    while ((error = sched_real()->mutex_trylock(mutex)) == EBUSY)
        if (!sched_block(SCHED_LOCK, mutex, deadline))
            return ETIMEDOUT;
    return error;
}

static int unlock(pthread_mutex_t *mutex)
{
    int error = sched_real()->mutex_unlock(mutex);

    /* all of them: any may come first */
    (void)sched_wake(mutex, UINT_MAX);
    return error;
}

SCHED_INTERPOSE int pthread_mutex_lock(pthread_mutex_t *mutex)
{
    if (SCHED_ENTER() == NULL)
        return sched_real()->mutex_lock(mutex);
    sched_point(SCHED_LOCK);
    return lock_until(mutex, SCHED_NEVER);
}

SCHED_INTERPOSE int pthread_mutex_trylock(pthread_mutex_t *mutex)
{
    if (SCHED_ENTER() != NULL)
        sched_point(SCHED_LOCK);
    return sched_real()->mutex_trylock(mutex);
}

SCHED_INTERPOSE int pthread_mutex_timedlock(pthread_mutex_t *mutex, const struct timespec *time)
{
    if (SCHED_ENTER() == NULL)
        return sched_real()->mutex_timedlock(mutex, time);
    sched_point(SCHED_LOCK);
    return lock_until(mutex, sched_deadline(CLOCK_REALTIME, time));
}

SCHED_INTERPOSE int pthread_mutex_clocklock(pthread_mutex_t *mutex, clockid_t clock,
                                            const struct timespec *time)
{
    if (SCHED_ENTER() == NULL)
        return sched_real()->mutex_clocklock(mutex, clock, time);
    sched_point(SCHED_LOCK);
    return lock_until(mutex, sched_deadline(clock, time));
}

SCHED_INTERPOSE int pthread_mutex_unlock(pthread_mutex_t *mutex)
{
    int error;

    if (SCHED_ENTER() == NULL)
        return sched_real()->mutex_unlock(mutex);
    error = unlock(mutex);
    sched_point(SCHED_UNLOCK);
    return error;
}

/* ---- conditions ---------------------------------------------------------------------------------------- */

SCHED_INTERPOSE int pthread_cond_init(pthread_cond_t *cond, const pthread_condattr_t *attr)
{
    if (SCHED_ENTER() != NULL)
        sched_object_made(cond, __builtin_return_address(0));
    return sched_real()->cond_init(cond, attr);
}

SCHED_INTERPOSE int pthread_cond_destroy(pthread_cond_t *cond)
{
    if (SCHED_ENTER() != NULL) {
        check_unused(cond, "condition");
        sched_object_gone(cond);
    }
    return sched_real()->cond_destroy(cond);
}

/* libc keeps the clock of a condition in a bit of it: found by comparing two of them. */
static clockid_t clock_of(const pthread_cond_t *cond)
{
    static pthread_cond_t plain, monotonic;
    static bool is_known;
    const unsigned char *a = (const unsigned char *)&plain,
                        *b = (const unsigned char *)&monotonic;
    const unsigned char *c = (const unsigned char *)cond;

    if (!is_known) {
        pthread_condattr_t attr;

        pthread_condattr_init(&attr);
        sched_real()->cond_init(&plain, &attr);
        pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
        sched_real()->cond_init(&monotonic, &attr);
        pthread_condattr_destroy(&attr);
        is_known = true;
    }
    for (unsigned i = 0; i < sizeof(plain); i++)
        if (a[i] != b[i])
            return ((c[i] ^ a[i]) & (a[i] ^ b[i])) != 0 ? CLOCK_MONOTONIC : CLOCK_REALTIME;
    return CLOCK_REALTIME;
}

/* Letting go and waiting is one step; so nobody's signal falls between the two. */
static int wait_until(pthread_cond_t *cond, pthread_mutex_t *mutex, int64_t deadline)
{
    bool is_idle = sched_chance(sched.mutter); /* which POSIX allows */
    bool in_time = true;

    sched_point(SCHED_COND_WAIT); /* between the look at what is waited for and the wait */
    (void)unlock(mutex);
    if (is_idle)
        sched_point(SCHED_COND_WAIT);
    else
        in_time = sched_block(SCHED_COND_WAIT, cond, deadline);
    (void)lock_until(mutex, SCHED_NEVER);
    return in_time ? 0 : ETIMEDOUT;
}

SCHED_INTERPOSE int pthread_cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex)
{
    if (SCHED_ENTER() == NULL)
        return sched_real()->cond_wait(cond, mutex);
    return wait_until(cond, mutex, SCHED_NEVER);
}

SCHED_INTERPOSE int pthread_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *mutex,
                                           const struct timespec *time)
{
    if (SCHED_ENTER() == NULL)
        return sched_real()->cond_timedwait(cond, mutex, time);
    if (time->tv_nsec < 0 || time->tv_nsec >= SCHED_NS)
        return EINVAL;
    return wait_until(cond, mutex, sched_deadline(clock_of(cond), time));
}

SCHED_INTERPOSE int pthread_cond_clockwait(pthread_cond_t *cond, pthread_mutex_t *mutex,
                                           clockid_t clock, const struct timespec *time)
{
    if (SCHED_ENTER() == NULL)
        return sched_real()->cond_clockwait(cond, mutex, clock, time);
    if (time->tv_nsec < 0 || time->tv_nsec >= SCHED_NS)
        return EINVAL;
    return wait_until(cond, mutex, sched_deadline(clock, time));
}

SCHED_INTERPOSE int pthread_cond_signal(pthread_cond_t *cond)
{
    if (SCHED_ENTER() == NULL)
        return sched_real()->cond_signal(cond);
    sched_point(SCHED_COND_SIGNAL);
    (void)sched_wake(cond, 1);
    return 0;
}

SCHED_INTERPOSE int pthread_cond_broadcast(pthread_cond_t *cond)
{
    if (SCHED_ENTER() == NULL)
        return sched_real()->cond_broadcast(cond);
    sched_point(SCHED_COND_SIGNAL);
    (void)sched_wake(cond, UINT_MAX);
    return 0;
}

/* ---- once ---------------------------------------------------------------------------------------------- */

/* Those that are being done; libc's own lets others wait where nobody would hear of it. */
static const pthread_once_t *doing[16];

static bool is_being_done(const pthread_once_t *once)
{
    for (unsigned i = 0; i < sizeof(doing) / sizeof(doing[0]); i++)
        if (doing[i] == once)
            return true;
    return false;
}

static const pthread_once_t **room(void)
{
    for (unsigned i = 0; i < sizeof(doing) / sizeof(doing[0]); i++)
        if (doing[i] == NULL)
            return &doing[i];
    sched_fail("too many pthread_once inside each other");
}

SCHED_INTERPOSE int pthread_once(pthread_once_t *once, void (*routine)(void))
{
    const pthread_once_t **place;
    int error;

    if (SCHED_ENTER() == NULL)
        return sched_real()->once(once, routine);
    sched_point(SCHED_ONCE);
    while (is_being_done(once))
        (void)sched_block(SCHED_ONCE, once, SCHED_NEVER);
    place = room();
    *place = once;
    error = sched_real()->once(once, routine);
    *place = NULL;
    (void)sched_wake(once, UINT_MAX);
    return error;
}
