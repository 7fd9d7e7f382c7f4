/* SPDX-License-Identifier: MIT */
/* time.h - the one clock that waits, timestamps and reports are read from.
 *
 * Any thread, no lock, no system call (the kernel's shared page serves it).
 * Knows: CLOCK_MONOTONIC.  Must not know: the graph's reference clock or media time.
 */
#pragma once

#include <pthread.h>
#include <stdint.h>
#include <time.h>

#include "platform/export.h"

#define RG_NS_PER_SECOND INT64_C(1000000000)
#define RG_NS_PER_MS     INT64_C(1000000)
#define RG_NS_PER_HNS    INT64_C(100)
#define RG_TIME_NEVER    INT64_MAX /* a deadline that does not come */

/* Nanoseconds since an arbitrary moment; never goes back, stands still in suspend. */
RG_API int64_t rg_time_now_ns(void);

/* The same clock in DirectShow's unit of 100 ns. */
RG_API int64_t rg_time_now_hns(void);

/* The moment `timeout_ms` from now; INFINITE (0xffffffff) gives RG_TIME_NEVER. */
RG_API int64_t rg_time_deadline_ns(uint32_t timeout_ms);

/* Such a moment, for calls that take a timespec of CLOCK_MONOTONIC. */
static inline struct timespec rg_time_spec(int64_t ns)
{
    return (struct timespec){ .tv_sec = (time_t)(ns / RG_NS_PER_SECOND),
                              .tv_nsec = (long)(ns % RG_NS_PER_SECOND) };
}

/* A condition whose timed waits are by this clock. */
RG_API void rg_cond_init(pthread_cond_t *cond);
