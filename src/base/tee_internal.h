/* SPDX-License-Identifier: MIT */
/* tee_internal.h - the filter with one input and many outputs, of which there are three kinds; shared
 * by tee.c, tee_flow.c, inf_tee.c and smart_tee.c. */
#pragma once

#include "base/pump.h"
#include "base/stream_control.h"
#include "base/tee.h"

/* What makes one kind of tee another.  A constant. */
struct rg_tee_kind {
    const struct rg_class *cls;
    const char *input; /* its name */
    /* an output is called this and its number; there is always one free */
    const char *output;
    unsigned first_number;
    /* or: two outputs, Capture and Preview (smart_tee.c) */
    bool has_preview;
};

struct rg_leg {
    struct rg_out_pin out;
    struct rg_tee *tee;
    struct rg_pump pump;
    struct rg_stream_control control; /* of a smart tee's */
    bool is_preview;       /* set at creation: gets copies, and only what it keeps up with */
    atomic_bool is_pumped; /* once set, stays until Stop */
    /* under in.stream_turn */
    bool uses_pump;   /* is_pumped, read once per sample */
    bool has_refused; /* otherwise than for a stop: no more until flush or a new connection */
    bool has_missed;  /* what came last: a preview, or who was told to discard it */
    unsigned link_serial; /* of the connection that has_refused speaks of */
};

struct rg_tee {
    struct rg_filter filter;
    const struct rg_tee_kind *kind; /* set at creation */
    struct rg_in_pin in;
    bool is_started;          /* under the filter lock */
    atomic_uint markers_left; /* markers that wait in pumps, and one while they are put there */

    pthread_mutex_t
        segment_lock; /* a leg is made under it: with the segment of that moment, or in time for the next */
    struct rg_pump_entry
        segment; /* under `segment_lock`: the present one; rate 0: none has come */
};

static inline unsigned rg_tee_n_legs(struct rg_tee *tee)
{
    return atomic_load_explicit(&tee->filter.n_out, memory_order_acquire);
}

static inline struct rg_leg *rg_tee_leg(struct rg_tee *tee, unsigned i)
{
    return rg_filter_out(&tee->filter, i)->user;
}

/* Samples that may wait before a leg that lags behind. */
#define RG_TEE_PUMP_BOUND 16

/* tee.c */
HRESULT rg_tee_make(const struct rg_tee_kind *kind, IUnknown *outer, REFIID iid, void **out);
/* Slots of an output. */
HRESULT rg_tee_leg_type(struct rg_out_pin *pin, unsigned index, AM_MEDIA_TYPE *ret);
HRESULT rg_tee_leg_accept(struct rg_out_pin *pin, const AM_MEDIA_TYPE *type);
HRESULT rg_tee_leg_connected(struct rg_out_pin *pin);
void rg_tee_leg_exchanged(struct rg_out_pin *pin);
void rg_tee_leg_left(struct rg_out_pin *pin);

/* tee_flow.c: slots of the input. */
HRESULT rg_tee_receive(struct rg_in_pin *pin, IMediaSample *sample,
                       const struct rg_sample_info *info);
HRESULT rg_tee_end_of_stream(struct rg_in_pin *pin);
HRESULT rg_tee_marker(struct rg_in_pin *pin);
HRESULT rg_tee_new_segment(struct rg_in_pin *pin, REFERENCE_TIME start, REFERENCE_TIME stop,
                           double rate);
HRESULT rg_tee_begin_flush(struct rg_in_pin *pin);
HRESULT rg_tee_end_flush(struct rg_in_pin *pin);

/* smart_tee.c.  Streaming thread; never waits.  S_OK, also if the leg does not keep up and gets
 * nothing; VFW_E_NOT_CONNECTED. */
HRESULT rg_tee_give_preview(struct rg_leg *leg, const struct rg_sample_info *info);
extern const struct rg_out_pin_ops rg_tee_preview_ops;
