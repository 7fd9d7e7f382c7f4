/* SPDX-License-Identifier: MIT */
/* marker.h - whether the end of stream that this thread carries just now is a push-through marker.
 *
 * Any thread.  Whoever drains a road says so around its call of EndOfStream; a queue that passes the
 * marker on upon another thread says so there again.  Who does not know (a foreign filter with a
 * thread of its own) lets it look like the end of the stream.
 * Knows: one bit per thread.  Must not know: pins.
 */
#pragma once

#include <stdbool.h>

#include "platform/export.h"

/* Returns what was said before, to be put back. */
RG_API bool rg_marker_carry(bool is_marker);
RG_API bool rg_marker_is_carried(void);
