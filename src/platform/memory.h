/* SPDX-License-Identifier: MIT */
/* memory.h - the library's heap, and the hook that makes its n-th use fail.
 *
 * Any thread.  All blocks, CoTaskMem ones too, come from libc's heap, so rg_free, CoTaskMemFree
 * and free may free one another's blocks.  Threads and kernel objects count as uses as well.
 * Knows: libc.  Must not know: what the memory is for.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/export.h"

/* --- memory ----------------------------------------------------------------
 * Each returns NULL when memory runs out or the size overflows.  A size of 0 gives a block of
 * its own that must be freed.  rg_realloc leaves the old block alone on failure. */
RG_API void *rg_alloc(size_t size) __attribute__((malloc, warn_unused_result));
RG_API void *rg_calloc(size_t count, size_t size) __attribute__((malloc, warn_unused_result));
RG_API void *rg_realloc(void *block, size_t size) __attribute__((warn_unused_result));
RG_API void rg_free(void *block); /* NULL is fine */

/* A copy of a string, or of the first `size` bytes of a block; NULL when memory runs out. */
RG_API char *rg_text_dup(const char *text) __attribute__((malloc, warn_unused_result));
RG_API void *rg_memory_dup(const void *block, size_t size)
    __attribute__((malloc, warn_unused_result));

/* `struct thing *t RG_AUTO_FREE = NULL;`: freed when the scope ends, unless stolen before. */
#define RG_AUTO_FREE __attribute__((cleanup(rg_free_cleanup)))

static inline void rg_free_cleanup(void *place)
{
    rg_free(*(void **)place);
}

/* --- fault injection -------------------------------------------------------
 * For tests: the n-th use (1 = the next one) of memory, thread or kernel object after
 * rg_fault_arm(n) fails, in whichever thread it happens; the others succeed.  0 disarms. */
RG_API void rg_fault_arm(uint32_t n);

/* Disarms; true when the armed use was reached and failed.  A test loops n = 1, 2, 3 … until
 * this says false. */
RG_API bool rg_fault_disarm(void);

extern RG_API _Atomic(uint32_t) rg_fault_countdown;
RG_API bool rg_fault_step(void); /* slow half of rg_fault_now */

/* True when this use has to fail.  One relaxed load while disarmed. */
static inline bool rg_fault_now(void)
{
    return atomic_load_explicit(&rg_fault_countdown, memory_order_relaxed) != 0 &&
           rg_fault_step();
}
