/* SPDX-License-Identifier: MIT */
/* futex.h - to sleep on a 32-bit word, and to wake who sleeps there.
 *
 * Any thread.  The word itself carries the memory order; these two only sleep and wake.
 * Knows: the Linux futex call.  Must not know: handles.
 */
#pragma once

#include <linux/futex.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <errno.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "platform/time.h"

/* Sleeps while *word is `expected`, until woken or `deadline_ns` (CLOCK_MONOTONIC,
 * RG_TIME_NEVER).  False when the deadline came; true may be spurious. */
static inline bool rg_futex_wait(_Atomic(uint32_t) *word, uint32_t expected,
                                 int64_t deadline_ns)
{
    struct timespec until = { .tv_sec = (time_t)(deadline_ns / RG_NS_PER_SECOND),
                              .tv_nsec = (long)(deadline_ns % RG_NS_PER_SECOND) };
    struct timespec *deadline = deadline_ns == RG_TIME_NEVER ? NULL : &until;

    return syscall(SYS_futex, word, FUTEX_WAIT_BITSET_PRIVATE, expected, deadline, NULL,
                   FUTEX_BITSET_MATCH_ANY) == 0 ||
           errno != ETIMEDOUT;
}

/* Wakes up to `count` sleepers.  The word may be gone already: then nobody wakes. */
static inline void rg_futex_wake(_Atomic(uint32_t) *word, int count)
{
    (void)syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, count, NULL, NULL, 0);
}
