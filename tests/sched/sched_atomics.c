/* SPDX-License-Identifier: MIT */
/* sched_atomics.c - what code that is compiled with -fsanitize=thread calls: a point before every atomic operation.
 *
 * Each thread.  Instead of ThreadSanitizer's runtime: the same names, none of its work.  One thread runs at a time, so all
 * operations may be plain sequentially consistent ones; weak exchanges fail only when they have to.
 * Knows: the compiler's calls.  Must not know: what the variables are.
 */
#include "sched_internal.h"

#include <stddef.h>
#include <string.h>

#define RUNTIME __attribute__((visibility("default")))
#define POINT()                                                                                \
    do {                                                                                       \
        if (SCHED_ENTER() != NULL)                                                             \
            sched_point(SCHED_ATOMIC);                                                         \
    } while (0)

/* ---- atomic operations --------------------------------------------------------------------------------- */

#define FETCH(bits, name, builtin)                                                             \
    RUNTIME uint##bits##_t __tsan_atomic##bits##_fetch_##name(volatile uint##bits##_t *a,      \
                                                              uint##bits##_t v, int order)     \
    {                                                                                          \
        (void)order;                                                                           \
        POINT();                                                                               \
        return builtin(a, v, __ATOMIC_SEQ_CST);                                                \
    }

#define EXCHANGE(bits, name)                                                                   \
    RUNTIME int __tsan_atomic##bits##_compare_exchange_##name(                                 \
        volatile uint##bits##_t *a, uint##bits##_t *expected, uint##bits##_t v, int order,     \
        int fail)                                                                              \
    {                                                                                          \
        (void)order, (void)fail;                                                               \
        POINT();                                                                               \
        return __atomic_compare_exchange_n(a, expected, v, false, __ATOMIC_SEQ_CST,            \
                                           __ATOMIC_SEQ_CST);                                  \
    }

#define OPERATIONS(bits)                                                                       \
    RUNTIME uint##bits##_t __tsan_atomic##bits##_load(const volatile uint##bits##_t *a,        \
                                                      int order)                               \
    {                                                                                          \
        (void)order;                                                                           \
        POINT();                                                                               \
        return __atomic_load_n(a, __ATOMIC_SEQ_CST);                                           \
    }                                                                                          \
    RUNTIME void __tsan_atomic##bits##_store(volatile uint##bits##_t *a, uint##bits##_t v,     \
                                             int order)                                        \
    {                                                                                          \
        (void)order;                                                                           \
        POINT();                                                                               \
        __atomic_store_n(a, v, __ATOMIC_SEQ_CST);                                              \
    }                                                                                          \
    RUNTIME uint##bits##_t __tsan_atomic##bits##_exchange(volatile uint##bits##_t *a,          \
                                                          uint##bits##_t v, int order)         \
    {                                                                                          \
        (void)order;                                                                           \
        POINT();                                                                               \
        return __atomic_exchange_n(a, v, __ATOMIC_SEQ_CST);                                    \
    }                                                                                          \
    FETCH(bits, add, __atomic_fetch_add)                                                       \
    FETCH(bits, sub, __atomic_fetch_sub)                                                       \
    FETCH(bits, and, __atomic_fetch_and)                                                       \
    FETCH(bits, or, __atomic_fetch_or)                                                         \
    FETCH(bits, xor, __atomic_fetch_xor)                                                       \
    FETCH(bits, nand, __atomic_fetch_nand)                                                     \
    EXCHANGE(bits, strong)                                                                     \
    EXCHANGE(bits, weak)                                                                       \
    RUNTIME uint##bits##_t __tsan_atomic##bits##_compare_exchange_val(                         \
        volatile uint##bits##_t *a, uint##bits##_t expected, uint##bits##_t v, int order,      \
        int fail)                                                                              \
    {                                                                                          \
        (void)order, (void)fail;                                                               \
        POINT();                                                                               \
        __atomic_compare_exchange_n(a, &expected, v, false, __ATOMIC_SEQ_CST,                  \
                                    __ATOMIC_SEQ_CST);                                         \
        return expected;                                                                       \
    }

/* clang-format off */
#pragma GCC diagnostic ignored "-Wmissing-prototypes" /* the compiler knows them */
OPERATIONS(8)
OPERATIONS(16)
OPERATIONS(32)
OPERATIONS(64)
/* clang-format on */

RUNTIME void __tsan_atomic_thread_fence(int order)
{
    (void)order;
    POINT();
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

RUNTIME void __tsan_atomic_signal_fence(int order)
{
    (void)order;
}

/* ---- plain memory -------------------------------------------------------------------------------------- */

static inline void plain(const void *called_from)
{
    if (__builtin_expect(sched.options.at_plain, 0) && sched_enter(called_from) != NULL)
        sched_point(SCHED_PLAIN);
}

#define PLAIN(name)                                                                            \
    RUNTIME void __tsan_##name(void *address)                                                  \
    {                                                                                          \
        (void)address;                                                                         \
        plain(__builtin_return_address(0));                                                    \
    }
#define PLAIN_SIZES(name)                                                                      \
    PLAIN(name##1) PLAIN(name##2) PLAIN(name##4) PLAIN(name##8) PLAIN(name##16)
#define PLAIN_RANGE(name)                                                                      \
    RUNTIME void __tsan_##name(void *address, size_t size)                                     \
    {                                                                                          \
        (void)address, (void)size;                                                             \
        plain(__builtin_return_address(0));                                                    \
    }

/* clang-format off */
PLAIN_SIZES(read)
PLAIN_SIZES(write)
PLAIN_SIZES(unaligned_read)
PLAIN_SIZES(unaligned_write)
PLAIN_SIZES(volatile_read)
PLAIN_SIZES(volatile_write)
PLAIN_SIZES(unaligned_volatile_read)
PLAIN_SIZES(unaligned_volatile_write)
PLAIN_SIZES(read_write)
PLAIN_SIZES(unaligned_read_write)
PLAIN_RANGE(read_range)
PLAIN_RANGE(write_range)
/* clang-format on */

RUNTIME void *__tsan_memcpy(void *to, const void *from, size_t size)
{
    plain(__builtin_return_address(0));
    return memcpy(to, from, size);
}

RUNTIME void *__tsan_memmove(void *to, const void *from, size_t size)
{
    plain(__builtin_return_address(0));
    return memmove(to, from, size);
}

RUNTIME void *__tsan_memset(void *to, int value, size_t size)
{
    plain(__builtin_return_address(0));
    return memset(to, value, size);
}

/* ---- the rest ------------------------------------------------------------------------------------------ */

RUNTIME void __tsan_init(void)
{
}

RUNTIME void __tsan_func_entry(void *caller)
{
    (void)caller;
}

RUNTIME void __tsan_func_exit(void)
{
}
