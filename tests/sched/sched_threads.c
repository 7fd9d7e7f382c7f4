/* SPDX-License-Identifier: MIT */
/* sched_threads.c - the baton, and how threads come up, end and are joined.
 *
 * Each thread of the test.  A thread's first step comes after its creator has seen that it is up, and its last one comes after
 * the destructors of its thread-specific data; whoever runs next waits until it is gone altogether.  So what libc does for
 * threads (stacks, arenas of malloc) happens in the same order in every run, too.
 * Knows: futexes.  Must not know: whose turn it is.
 */
#include "sched_internal.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static pthread_key_t end_key; /* its destructor is a thread's last act */

/* ---- real futexes -------------------------------------------------------------------------------------- */

void sched_futex_wait(_Atomic(uint32_t) *word, uint32_t expected, int64_t timeout_ns)
{
    struct timespec timeout = { .tv_sec = timeout_ns / SCHED_NS,
                                .tv_nsec = timeout_ns % SCHED_NS };

    (void)sched_real()->syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, expected,
                                timeout_ns == SCHED_NEVER ? NULL : &timeout, NULL, 0);
}

void sched_futex_wake(_Atomic(uint32_t) *word)
{
    (void)sched_real()->syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
}

/* ---- the baton ----------------------------------------------------------------------------------------- */

static void wait_until_gone(struct sched_thread *thread)
{
    pid_t process = getpid();

    sched.leaving = NULL;
    while (sched_real()->syscall(SYS_tgkill, process, thread->tid, 0) == 0)
        (void)sched_real()->yield();
    if (thread->is_detached)
        sched_thread_remove(thread);
}

void sched_wait_for_baton(struct sched_thread *self)
{
    while (atomic_load_explicit(&self->baton, memory_order_acquire) == 0)
        sched_futex_wait(&self->baton, 0, SCHED_NEVER);
    atomic_store_explicit(&self->baton, 0, memory_order_relaxed);
    if (sched.leaving != NULL)
        wait_until_gone(sched.leaving);
}

/* ---- begin and end ------------------------------------------------------------------------------------- */

static void at_end(void *value)
{
    struct sched_thread *self = value;

    /* destructors run in rounds as long as they set values: the last round is ours */
    if (++self->rounds < PTHREAD_DESTRUCTOR_ITERATIONS)
        (void)pthread_setspecific(end_key, self);
    else
        sched_leave(self);
}

static void *thread_main(void *arg)
{
    struct sched_thread *self = arg;

    self->tid = gettid();
    (void)pthread_setspecific(end_key, self);
    atomic_store_explicit(&self->here, 1, memory_order_release);
    sched_futex_wake(&self->here);
    sched_wait_for_baton(self);
    sched_self = self;
    return self->start(self->arg);
}

void sched_threads_init(void)
{
    if (pthread_key_create(&end_key, at_end) != 0)
        abort();
}

SCHED_INTERPOSE int pthread_create(pthread_t *thread, const pthread_attr_t *attr,
                                   void *(*start)(void *), void *arg)
{
    struct sched_thread *self = SCHED_ENTER();
    struct sched_thread *fresh;
    int detached = PTHREAD_CREATE_JOINABLE, error;

    if (self == NULL)
        return sched_real()->create(thread, attr, start, arg);
    fresh = sched_thread_add();
    fresh->start = start;
    fresh->arg = arg;
    if (attr != NULL)
        (void)pthread_attr_getdetachstate(attr, &detached);
    fresh->is_detached = detached == PTHREAD_CREATE_DETACHED;
    error = sched_real()->create(thread, attr, thread_main, fresh);
    if (error != 0) {
        sched_thread_remove(fresh);
        return error;
    }
    fresh->handle = *thread;
    while (atomic_load_explicit(&fresh->here, memory_order_acquire) == 0)
        sched_futex_wait(&fresh->here, 0, SCHED_NEVER);
    sched_point(SCHED_CREATE);
    return 0;
}

/* ---- joining ------------------------------------------------------------------------------------------- */

/* NULL: not one of ours, or nobody may join it any more. */
static struct sched_thread *find(pthread_t handle)
{
    for (unsigned i = 0; i < sched.n_threads; i++)
        if (!sched.threads[i]->is_detached && pthread_equal(sched.threads[i]->handle, handle))
            return sched.threads[i];
    return NULL;
}

SCHED_INTERPOSE int pthread_join(pthread_t handle, void **ret_value)
{
    struct sched_thread *self = SCHED_ENTER();
    struct sched_thread *thread = self != NULL ? find(handle) : NULL;
    int error;

    if (thread == NULL || thread == self)
        return sched_real()->join(handle, ret_value);
    sched_point(SCHED_JOIN);
    while (thread->state != SCHED_ENDED)
        (void)sched_block(SCHED_JOIN, thread, SCHED_NEVER);
    error = sched_real()->join(handle, ret_value);
    sched_thread_remove(thread);
    return error;
}

SCHED_INTERPOSE int pthread_detach(pthread_t handle)
{
    struct sched_thread *self = SCHED_ENTER();
    struct sched_thread *thread = self != NULL ? find(handle) : NULL;

    if (thread != NULL) {
        sched_point(SCHED_JOIN);
        thread->is_detached = true;
        if (thread->state == SCHED_ENDED)
            sched_thread_remove(thread);
    }
    return sched_real()->detach(handle);
}
