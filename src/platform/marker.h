/* SPDX-License-Identifier: MIT */
/* marker.h - whether the end of stream that this thread carries just now is a push-through marker, which
 * one, and whether anybody still waits for it.
 *
 * Any thread.  Whoever drains a road says so around its call of EndOfStream; a queue that passes the
 * marker on upon another thread says so there again.  Who does not know (a foreign filter with a
 * thread of its own) lets it look like the end of the stream.  A marker that nobody waits for any
 * more is no end of anything: no pin of the base's takes it, and none hands it on.
 * Knows: one number per thread, and which of them are waited for.  Must not know: pins.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "platform/export.h"

/* A tag of its own for a marker that somebody waits for from now on, until rg_marker_over; 0: out of
 * memory.  Greater than all before. */
RG_API uint64_t rg_marker_new(void);
/* Nobody waits for it any more: it has come, or was given up.  out(context), if there is one, is called
 * once no filter is being called with it any more: here, or by the thread that comes out last. */
RG_API void rg_marker_over(uint64_t tag, void (*out)(void *context), void *context);
/* tag 0: never, it is no marker. */
RG_API bool rg_marker_is_over(uint64_t tag);

/* Around a call of EndOfStream on another filter.  false: it is over, and not to be handed on; no
 * rg_marker_leave then.  tag 0: true. */
RG_API bool rg_marker_enter(uint64_t tag);
RG_API void rg_marker_leave(uint64_t tag);

/* The tag that this thread carries, 0 for none.  Returns what it was before, to be put back. */
RG_API uint64_t rg_marker_carry(uint64_t tag);
RG_API uint64_t rg_marker_carried(void);
