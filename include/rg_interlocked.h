/* SPDX-License-Identifier: MIT */
/* Interlocked*: atomic operations on LONG, LONGLONG and pointers, sequentially consistent.
 *
 * Runs: any thread, lock-free, inline.
 * Knows: the compiler's atomics.  Must not know: anything else.
 */
#pragma once

#include <winnt.h>

/* Increment, Decrement: the new value.  Exchange, ExchangeAdd, CompareExchange, And, Or, Xor:
 * the old one. */
static inline LONG InterlockedIncrement(volatile LONG *target)
{
    return (LONG)((ULONG)__atomic_fetch_add(target, 1, __ATOMIC_SEQ_CST) + 1u);
}

static inline LONG InterlockedDecrement(volatile LONG *target)
{
    return (LONG)((ULONG)__atomic_fetch_sub(target, 1, __ATOMIC_SEQ_CST) - 1u);
}

static inline LONG InterlockedExchange(volatile LONG *target, LONG value)
{
    return __atomic_exchange_n(target, value, __ATOMIC_SEQ_CST);
}

static inline LONG InterlockedExchangeAdd(volatile LONG *target, LONG value)
{
    return __atomic_fetch_add(target, value, __ATOMIC_SEQ_CST);
}

static inline LONG InterlockedCompareExchange(volatile LONG *target, LONG value, LONG expected)
{
    __atomic_compare_exchange_n(target, &expected, value, 0, __ATOMIC_SEQ_CST,
                                __ATOMIC_SEQ_CST);
    return expected;
}

static inline LONG InterlockedAnd(volatile LONG *target, LONG value)
{
    return __atomic_fetch_and(target, value, __ATOMIC_SEQ_CST);
}

static inline LONG InterlockedOr(volatile LONG *target, LONG value)
{
    return __atomic_fetch_or(target, value, __ATOMIC_SEQ_CST);
}

static inline LONG InterlockedXor(volatile LONG *target, LONG value)
{
    return __atomic_fetch_xor(target, value, __ATOMIC_SEQ_CST);
}

static inline LONGLONG InterlockedIncrement64(volatile LONGLONG *target)
{
    return (LONGLONG)((ULONGLONG)__atomic_fetch_add(target, 1, __ATOMIC_SEQ_CST) + 1u);
}

static inline LONGLONG InterlockedDecrement64(volatile LONGLONG *target)
{
    return (LONGLONG)((ULONGLONG)__atomic_fetch_sub(target, 1, __ATOMIC_SEQ_CST) - 1u);
}

static inline LONGLONG InterlockedExchange64(volatile LONGLONG *target, LONGLONG value)
{
    return __atomic_exchange_n(target, value, __ATOMIC_SEQ_CST);
}

static inline LONGLONG InterlockedExchangeAdd64(volatile LONGLONG *target, LONGLONG value)
{
    return __atomic_fetch_add(target, value, __ATOMIC_SEQ_CST);
}

static inline LONGLONG InterlockedCompareExchange64(volatile LONGLONG *target, LONGLONG value,
                                                    LONGLONG expected)
{
    __atomic_compare_exchange_n(target, &expected, value, 0, __ATOMIC_SEQ_CST,
                                __ATOMIC_SEQ_CST);
    return expected;
}

static inline PVOID InterlockedExchangePointer(PVOID volatile *target, PVOID value)
{
    return __atomic_exchange_n(target, value, __ATOMIC_SEQ_CST);
}

static inline PVOID InterlockedCompareExchangePointer(PVOID volatile *target, PVOID value,
                                                      PVOID expected)
{
    __atomic_compare_exchange_n(target, &expected, value, 0, __ATOMIC_SEQ_CST,
                                __ATOMIC_SEQ_CST);
    return expected;
}
