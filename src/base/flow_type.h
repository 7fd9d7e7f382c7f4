/* SPDX-License-Identifier: MIT */
/* base/flow_type.h - the type of samples on their way: one for all of them until a sample brings another.
 *
 * For filters that hand samples on as they are (queue, tee).  What waits in them may be of another type than what comes in, so
 * each sample that is kept is kept with its type.
 * Any thread counts; a type never changes.
 */
#pragma once

#include <stdatomic.h>

#include <dshow.h>

struct rg_in_pin;
struct rg_out_pin;

struct rg_flow_type {
    atomic_uint refs;
    AM_MEDIA_TYPE type;
};

/* A copy, with one reference; NULL: no memory. */
struct rg_flow_type *rg_flow_type_new(const AM_MEDIA_TYPE *type);
/* NULL is fine, for both. */
struct rg_flow_type *rg_flow_type_ref(struct rg_flow_type *flow);
void rg_flow_type_release(struct rg_flow_type *flow);

/* Inside the gate, as rg_out_pin_deliver: and the next filter knows that it is of that type. */
HRESULT rg_out_pin_forward(struct rg_out_pin *pin, IMediaSample *sample,
                           struct rg_flow_type *flow);

/* Inside the gate: what goes out from now on is of another type, and the next sample tells.
 * S_OK; E_OUTOFMEMORY. */
HRESULT rg_out_pin_retype(struct rg_out_pin *pin, const AM_MEDIA_TYPE *type);
/* Inside the gate: a sample that brings another type makes it the link's.  S_OK; E_OUTOFMEMORY. */
HRESULT rg_out_pin_take_type(struct rg_out_pin *pin, IMediaSample *sample);

/* Any thread: may the samples of this connection go on in another type?  S_OK,
 * also if unconnected; VFW_E_TYPE_NOT_ACCEPTED; E_OUTOFMEMORY. */
HRESULT rg_out_pin_may_change(struct rg_out_pin *pin, const AM_MEDIA_TYPE *type);

/* For filters whose output is of their input's type, as get_type and accept of the output pin.  Any
 * thread.  What comes in now; and that, what went out last, what the last connection had, or what was
 * offered last: it may change between the one question and the other, and each sample tells. */
HRESULT rg_out_pin_offer_type(struct rg_out_pin *pin, struct rg_in_pin *in, unsigned index,
                              AM_MEDIA_TYPE *ret);
HRESULT rg_out_pin_has_type(struct rg_out_pin *pin, struct rg_in_pin *in,
                            const AM_MEDIA_TYPE *type);
