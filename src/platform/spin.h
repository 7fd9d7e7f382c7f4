/* SPDX-License-Identifier: MIT */
/* spin.h - looking again, for a bounded number of times, at what another thread is about to change, before going to sleep
 * over it.
 *
 * Any thread.
 * Knows: the processor.  Must not know: what is looked at.
 */
#pragma once

#include <pthread.h>

/* A mutex that is held for some instructions only: who finds it taken looks again for a while before
 * it sleeps. */
static inline void rg_mutex_init_brief(pthread_mutex_t *mutex)
{
#ifdef PTHREAD_ADAPTIVE_MUTEX_INITIALIZER_NP
    pthread_mutexattr_t attr;

    pthread_mutexattr_init(&attr);
    pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_ADAPTIVE_NP);
    pthread_mutex_init(mutex, &attr);
    pthread_mutexattr_destroy(&attr);
#else
    pthread_mutex_init(mutex, NULL);
#endif
}

static inline void rg_spin_pause(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ __volatile__("yield");
#endif
}
