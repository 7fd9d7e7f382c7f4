/* SPDX-License-Identifier: MIT */
/* rewire_push.h - one call of EndOfStream on a thread of its own, that can be given up; for
 * rewire_drain.c and rewire_push.c.
 *
 * Control threads, and the helper thread itself.
 * Knows: IPin.  Must not know: why the call is made.
 */
#pragma once

#include "graph/rewire.h"

struct rewire_push;

/* peer hears the end of its stream, or, with is_marker, a push-through marker.  S_OK: *ret is the
 * caller's; E_OUTOFMEMORY: memory or thread; nothing is sent. */
HRESULT rewire_push_start(IPin *peer, bool is_marker, struct rewire_push **ret);
void rewire_push_release(struct rewire_push *push);

/* Signalled when the call has come back; what it said. */
HANDLE rewire_push_event(struct rewire_push *push);
bool rewire_push_is_over(struct rewire_push *push);
HRESULT rewire_push_result(struct rewire_push *push);

/* Nobody waits any more.  in (may be NULL): who awaits the marker, should a filter on the way have
 * eaten it: it gets one then.  true: the marker is on its way; false: refused, or it was not sent. */
bool rewire_push_give_up(struct rewire_push *push, IPin *in, ULONGLONG markers_before);
