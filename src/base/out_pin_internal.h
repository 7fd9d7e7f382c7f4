/* SPDX-License-Identifier: MIT */
/* out_pin_internal.h - what out_pin.c, out_pin_connect.c and out_pin_link.c share. */
#pragma once

#include "base/out_pin.h"

#define HOLD_TIMEOUT_MS 2000 /* for a change of the link that the caller did not block for */

static inline bool rg_link_owes_type(const struct rg_link *link)
{
    return atomic_load_explicit(&link->owes_type, memory_order_relaxed);
}

/* Who had said it may have lost it on its way. */
static inline void rg_link_owe_type_again(struct rg_link *link)
{
    if (atomic_load_explicit(&link->is_retyped, memory_order_relaxed))
        atomic_store_explicit(&link->owes_type, true, memory_order_relaxed);
}

/* Under the filter lock, connected: that type, with what comes in now, is taken again although the class
 * might propose another by now: a connection that was taken off can be put back as it was, and the next sample tells.
 * Without memory it is forgotten. */
void rg_out_pin_remember_types(struct rg_out_pin *pin);
void rg_out_pin_forget_types(struct rg_out_pin *pin);
/* Any thread.  S_OK if the pin itself would connect with this type. */
HRESULT rg_out_pin_accepts(struct rg_out_pin *pin, const AM_MEDIA_TYPE *type);

/* Makes *fresh the link, as one record with nobody inside the gate; *fresh gets the former
 * one.  Leaf locks only.  VFW_E_TIMEOUT: someone stayed inside, nothing changed. */
HRESULT rg_out_pin_exchange(struct rg_out_pin *pin, struct rg_link *fresh);

/* flow_type.c.  Inside the gate: the sample with all it says, in a buffer of the link's.  *ret: NULL,
 * or one reference, after a failure too. */
HRESULT rg_out_pin_copy_sample(struct rg_out_pin *pin, IMediaSample *sample,
                               IMediaSample **ret);

/* flow_type.c.  Inside the gate: the sample tells the link's type; *ret is NULL, or a copy to be
 * delivered in its place, with a reference. */
HRESULT rg_out_pin_tell_type(struct rg_out_pin *pin, IMediaSample *sample, IMediaSample **ret);

/* flow_type.c.  With nobody inside the gate: does the peer of `next` take the type that the stream has
 * changed to since that was agreed on?  S_OK; VFW_E_TYPE_NOT_ACCEPTED; E_OUTOFMEMORY. */
HRESULT rg_out_pin_may_follow(struct rg_out_pin *pin);

/* out_pin_visit.c.  IRgLink's visits; any thread. */
HRESULT rg_out_pin_visit_at(struct rg_out_pin *pin, REFERENCE_TIME time, IRgVisitor *visitor);
HRESULT rg_out_pin_cancel_visit(struct rg_out_pin *pin, IRgVisitor *visitor);
/* The gate's callback. */
void rg_out_pin_visit(struct rg_gate_visit *visit, DWORD by, REFERENCE_TIME start);
/* Streaming thread, inside the gate: a sync point is about to go; the stream has ended. */
void rg_out_pin_visit_at_sync(struct rg_out_pin *pin, REFERENCE_TIME start);
void rg_out_pin_miss_sync(struct rg_out_pin *pin);
/* With nobody inside the gate: a new road hears that the stream has ended already. */
void rg_out_pin_repeat_end(struct rg_out_pin *pin);
/* Such a repeat, by this thread, has come to a gate that is closed: it goes on when that opens, and nobody
 * waits.  true: the gate is held, rg_gate_release must follow. */
bool rg_out_pin_repeat_stops(struct rg_out_pin *pin);
