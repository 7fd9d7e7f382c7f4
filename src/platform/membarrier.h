/* SPDX-License-Identifier: MIT */
/* membarrier.h - asymmetric fences: the frequent side is free, the rare side pays.
 *
 * Any thread.  The frequent side stores, calls rg_membarrier_light and loads; the rare side
 * stores, calls rg_membarrier and loads: at least one of them sees the other's store.
 * Knows: the membarrier system call.  Must not know: who uses it.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "platform/export.h"

#if defined(RG_UNDER_TSAN) /* who knows better says so: tests/sched */
#elif defined(__SANITIZE_THREAD__)
#define RG_UNDER_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define RG_UNDER_TSAN 1
#endif
#endif
#ifndef RG_UNDER_TSAN
#define RG_UNDER_TSAN 0
#endif

/* Set once when the library is loaded, before any thread of ours; constant afterwards.  False
 * where the kernel lacks it, and under ThreadSanitizer, which could not see it: both sides are
 * real fences then. */
extern RG_API bool rg_membarrier_available;

/* Called at load; may be called again.  Returns rg_membarrier_available. */
RG_API bool rg_membarrier_init(void);

/* The rare side: every running thread of the process passes a full fence before it returns. */
RG_API void rg_membarrier(void);

/* ThreadSanitizer knows no fences, but it sees that both sides change this word. */
extern RG_API _Atomic(uint32_t) rg_membarrier_word;

static inline void rg_fence(void)
{
#if RG_UNDER_TSAN
    (void)atomic_fetch_add(&rg_membarrier_word, 1);
#else
    atomic_thread_fence(memory_order_seq_cst);
#endif
}

/* The frequent side: stops the compiler only, if rg_membarrier can do the rest. */
static inline void rg_membarrier_light(void)
{
    if (__builtin_expect(rg_membarrier_available, 1))
        atomic_signal_fence(memory_order_seq_cst);
    else
        rg_fence();
}
