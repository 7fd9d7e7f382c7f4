/* SPDX-License-Identifier: MIT */
/* critical.c - critical sections: a recursive pthread mutex inside the caller's struct.
 *
 * Any thread.
 * Knows: pthreads.  Must not know: what is protected.
 */
#include <assert.h>
#include <pthread.h>
#include <string.h>

#include <windows.h>

static_assert(sizeof(pthread_mutex_t) <= sizeof(((CRITICAL_SECTION *)NULL)->rg_private),
              "a mutex fits into a CRITICAL_SECTION");
static_assert(_Alignof(pthread_mutex_t) <= _Alignof(CRITICAL_SECTION),
              "a CRITICAL_SECTION is aligned like a mutex");

static pthread_mutex_t *mutex_of(LPCRITICAL_SECTION section)
{
    return (pthread_mutex_t *)(void *)section->rg_private;
}

void WINAPI InitializeCriticalSection(LPCRITICAL_SECTION section)
{
    pthread_mutexattr_t attributes;

    memset(section, 0, sizeof(*section));
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(mutex_of(section), &attributes);
    pthread_mutexattr_destroy(&attributes);
}

BOOL WINAPI InitializeCriticalSectionAndSpinCount(LPCRITICAL_SECTION section, DWORD spin_count)
{
    (void)spin_count;
    InitializeCriticalSection(section);
    return TRUE;
}

BOOL WINAPI InitializeCriticalSectionEx(LPCRITICAL_SECTION section, DWORD spin_count,
                                        DWORD flags)
{
    (void)spin_count;
    (void)flags;
    InitializeCriticalSection(section);
    return TRUE;
}

void WINAPI EnterCriticalSection(LPCRITICAL_SECTION section)
{
    pthread_mutex_lock(mutex_of(section));
}

BOOL WINAPI TryEnterCriticalSection(LPCRITICAL_SECTION section)
{
    return pthread_mutex_trylock(mutex_of(section)) == 0;
}

void WINAPI LeaveCriticalSection(LPCRITICAL_SECTION section)
{
    pthread_mutex_unlock(mutex_of(section));
}

void WINAPI DeleteCriticalSection(LPCRITICAL_SECTION section)
{
    pthread_mutex_destroy(mutex_of(section));
}
