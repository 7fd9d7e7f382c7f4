/* SPDX-License-Identifier: MIT */
/* support.h - what the tests of the base share: threads that report, waits without sleeping. */
#pragma once

#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <regraft.h>

#include "platform/thread.h"
#include "platform/time.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define WAIT_LONG       60000 /* ms: only a failing test waits so long */

#define is_signalled(event) (WaitForSingleObject((event), 0) == WAIT_OBJECT_0)
#define wait_for(event)     assert_int_equal(WaitForSingleObject((event), WAIT_LONG), WAIT_OBJECT_0)

/* Until a condition that another thread makes true is. */
#define until(condition)                                                                       \
    do {                                                                                       \
        int64_t deadline_ = rg_time_deadline_ns(WAIT_LONG);                                    \
        while (!(condition)) {                                                                 \
            if (rg_time_now_ns() > deadline_)                                                  \
                fail_msg("never: %s", #condition);                                             \
            sched_yield();                                                                     \
        }                                                                                      \
    } while (0)

static inline HANDLE event_new(void)
{
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, NULL);

    assert_non_null(event);
    return event;
}
