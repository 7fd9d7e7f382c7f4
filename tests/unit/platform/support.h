/* SPDX-License-Identifier: MIT */
/* support.h - what the tests of this folder share: cmocka's includes, threads that report back. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <windows.h>

#define SOON_MS 20000 /* what surely happens happens before; a failing test ends then */

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static inline HANDLE thread_of(LPTHREAD_START_ROUTINE start, void *parameter)
{
    HANDLE thread = CreateThread(NULL, 0, start, parameter, 0, NULL);

    assert_non_null(thread);
    return thread;
}

/* Waits for the thread's end and returns its exit code. */
static inline DWORD thread_result(HANDLE thread)
{
    DWORD code = 0;

    assert_int_equal(WaitForSingleObject(thread, SOON_MS), WAIT_OBJECT_0);
    assert_true(GetExitCodeThread(thread, &code));
    assert_true(CloseHandle(thread));
    return code;
}
