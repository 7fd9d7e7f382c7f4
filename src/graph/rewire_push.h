/* SPDX-License-Identifier: MIT */
/* rewire_push.h - one call of EndOfStream on a thread of its own, that can be given up, and the foreign
 * ends it may still reach; for rewire_drain.c, rewire_push.c and rewire_stale.c.
 *
 * Control threads, and the helper thread itself.
 * Knows: IPin.  Must not know: why the call is made.
 */
#pragma once

#include "graph/rewire.h"

struct rewire_push;

/* peer hears the end of its stream, or, with a tag (platform/marker.h), a push-through marker.  S_OK:
 * *ret is the caller's; E_OUTOFMEMORY: memory or thread; nothing is sent. */
HRESULT rewire_push_start(struct graph *graph, IPin *peer, uint64_t tag,
                          struct rewire_push **ret);
void rewire_push_release(struct rewire_push *push);
/* Instead, under the graph lock: the graph has it until the call has come back, so that nothing of
 * it is left when the graph goes, unless the filter hangs for good. */
void rewire_push_leave(struct graph *graph, struct rewire_push *push);

/* Signalled when the call has come back; what it said. */
HANDLE rewire_push_event(struct rewire_push *push);
bool rewire_push_is_over(struct rewire_push *push);
/* The helper's id, 0 before it runs: for the report of who waits, while the push is held. */
const _Atomic(uint32_t) *rewire_push_thread(struct rewire_push *push);
HRESULT rewire_push_result(struct rewire_push *push);

enum rewire_push_state {
    REWIRE_PUSH_NEVER = 1, /* it has not been sent, and will not be */
    REWIRE_PUSH_INSIDE,    /* the call has not come back yet */
    REWIRE_PUSH_TAKEN,     /* it has, and said S_OK */
    REWIRE_PUSH_REFUSED,
};

/* Nobody waits any more: where it is. */
enum rewire_push_state rewire_push_give_up(struct rewire_push *push);

/* For all calls when a graph stops or goes; for each when an edit has no deadline. */
#define REWIRE_LAST_WAIT_MS 1000

/* rewire_wait.c.  Until one of the n handles is signalled; there is room behind them for what calls off:
 * one, and the aborts.  S_OK and its index; VFW_E_TIMEOUT; VFW_E_STATE_CHANGED: called off. */
HRESULT rewire_wait_or_off(struct graph *graph, HANDLE *all, DWORD n,
                           const struct rewire_aborts *aborts, int64_t deadline_ns,
                           DWORD *ret_index);

/* rewire_stale.c.  The foreign ends of one drain; control threads under the graph lock. */
struct rewire_stale;

/* To *stale, which is made if it is NULL.  S_OK; E_OUTOFMEMORY. */
HRESULT rewire_stale_add(struct rewire_stale **stale, IPinConnection *end);
/* The drain is over: stale (or NULL) and its marker belong to the graph until no call is under way, when
 * the ends are told to expect none. */
void rewire_stale_begin(struct graph *graph, struct rewire_stale *stale, uint64_t tag);
/* Signalled when no former marker can reach this end any more; borrowed until the lock is let go of.
 * NULL: none can. */
HANDLE rewire_stale_find(struct graph *graph, IPinConnection *end);
