/* SPDX-License-Identifier: MIT */
/* thread.h - the library's own threads: started with a name, always joined.
 *
 * Any thread.
 * Knows: pthreads.  Must not know: what the threads do.
 */
#pragma once

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <windows.h>

#include "platform/export.h"

/* Storage for one thread, inside its owner; zeroed = none runs.  Fields are private. */
struct rg_thread {
    pthread_t thread;
    bool is_started;
    _Atomic(uint32_t) id; /* the kernel's; 0 until it has begun */
    char name[16];
    void (*fn)(void *arg);
    void *arg;
};

/* Starts fn(arg) in a new thread.  `thread` must stay where it is until rg_thread_join, and
 * must not be running already.  `name` is copied (15 bytes) and seen in debuggers and reports.
 * S_OK; E_OUTOFMEMORY when the system has no thread to give. */
RG_API HRESULT rg_thread_start(struct rg_thread *thread, const char *name,
                               void (*fn)(void *arg), void *arg);

/* Waits for its end.  Does nothing if none was started, or if it was joined before.  Not from
 * the thread itself. */
RG_API void rg_thread_join(struct rg_thread *thread);

/* Whether the caller is that thread. */
RG_API bool rg_thread_is_self(const struct rg_thread *thread);

/* Any thread: its id, for a report; 0 while it has not begun. */
static inline uint32_t rg_thread_id(struct rg_thread *thread)
{
    return atomic_load_explicit(&thread->id, memory_order_relaxed);
}

/* For room.c: the calling thread ends; signals its handle, if it has one. */
void rg_thread_signal_end(void);
