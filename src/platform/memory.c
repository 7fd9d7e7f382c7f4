/* SPDX-License-Identifier: MIT */
/* memory.c - rg_alloc and friends, and the fault counter.
 *
 * Any thread; no lock of its own.  rg_alloc is malloc plus one relaxed load.
 * Knows: libc's heap.  Must not know: what the memory is for.
 */
#include "platform/memory.h"

#include <stdlib.h>
#include <string.h>

_Atomic(uint32_t) rg_fault_countdown;
static _Atomic(bool) fault_fired;

void rg_fault_arm(uint32_t n)
{
    atomic_store(&fault_fired, false);
    atomic_store(&rg_fault_countdown, n);
}

bool rg_fault_disarm(void)
{
    atomic_store(&rg_fault_countdown, 0);
    return atomic_exchange(&fault_fired, false);
}

bool rg_fault_step(void)
{
    uint32_t left = atomic_load(&rg_fault_countdown);

    while (left != 0) {
        if (atomic_compare_exchange_weak(&rg_fault_countdown, &left, left - 1)) {
            if (left != 1)
                return false;
            atomic_store(&fault_fired, true);
            return true;
        }
    }
    return false;
}

void *rg_alloc(size_t size)
{
    if (rg_fault_now())
        return NULL;
    return malloc(size != 0 ? size : 1);
}

void *rg_calloc(size_t count, size_t size)
{
    size_t whole;

    if (rg_fault_now() || __builtin_mul_overflow(count, size, &whole))
        return NULL;
    return calloc(1, whole != 0 ? whole : 1);
}

void *rg_realloc(void *block, size_t size)
{
    if (rg_fault_now())
        return NULL;
    return realloc(block, size != 0 ? size : 1);
}

void rg_free(void *block)
{
    free(block);
}

void *rg_memory_dup(const void *block, size_t size)
{
    void *copy = rg_alloc(size);

    if (copy != NULL && size != 0)
        memcpy(copy, block, size);
    return copy;
}

char *rg_text_dup(const char *text)
{
    return rg_memory_dup(text, strlen(text) + 1);
}
