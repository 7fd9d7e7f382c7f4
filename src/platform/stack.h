/* SPDX-License-Identifier: MIT */
/* stack.h - room for calls that go from filter to filter, however long the road is.
 *
 * Any thread.  A road is a call stack: each filter calls the next one.  Where a thread has little
 * stack left, the call goes on on another stretch of stack, in the same thread, and comes back to
 * the first one.  Asking costs a load and a comparison.
 * Knows: threads' stacks.  Must not know: what is called.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <winerror.h>

#include "platform/export.h"
#include "platform/tls.h"

/* Below this address the thread's present stretch ends soon; all ones: not looked at yet. */
extern RG_TLS uintptr_t rg_stack_low;

bool rg_stack_look(uintptr_t at); /* slow half of rg_stack_is_short */

/* Is there little left?  A filter of its own kind may need up to what is left then. */
static inline bool rg_stack_is_short(void)
{
    uintptr_t at = (uintptr_t)__builtin_frame_address(0);

    return at < rg_stack_low && rg_stack_look(at);
}

/* fn(arg), on another stretch.  What fn returns; E_OUTOFMEMORY: there is none, fn was not called.
 * Stretches stay with the thread until it ends. */
HRESULT rg_stack_go_on(HRESULT (*fn)(void *arg), void *arg);

/* fn(arg), on another stretch where this one is short. */
static inline HRESULT rg_stack_call(HRESULT (*fn)(void *arg), void *arg)
{
    return rg_stack_is_short() ? rg_stack_go_on(fn, arg) : fn(arg);
}
