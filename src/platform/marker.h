/* SPDX-License-Identifier: MIT */
/* marker.h - whether the end of stream that this thread carries just now is a push-through marker, and
 * which one.
 *
 * Any thread.  Whoever drains a road says so around its call of EndOfStream; a queue that passes the
 * marker on upon another thread says so there again.  Who does not know (a foreign filter with a
 * thread of its own) lets it look like the end of the stream.
 * Knows: one number per thread.  Must not know: pins.
 */
#pragma once

#include <stdint.h>

#include "platform/export.h"

/* A tag of its own for a marker; never 0, and greater than all before. */
RG_API uint64_t rg_marker_new(void);
/* The greatest so far. */
RG_API uint64_t rg_marker_last(void);
/* The tag that this thread carries, 0 for none.  Returns what it was before, to be put back. */
RG_API uint64_t rg_marker_carry(uint64_t tag);
RG_API uint64_t rg_marker_carried(void);
