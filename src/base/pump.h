/* SPDX-License-Identifier: MIT */
/* base/pump.h - a bounded ring of samples in front of an output pin, and the thread that
 * empties it.
 *
 * For queue.c and tee.c.  put: the input's streaming thread.  The pump's own thread
 * delivers.  The rest: control threads.
 * Knows: an output pin.  Must not know: where the samples come from.
 *
 * Markers and segments keep their place among the samples.
 */
#pragma once

#include "base/in_pin.h"
#include "base/out_pin.h"
#include "platform/thread.h"

enum rg_pump_kind {
    RG_PUMP_SAMPLE = 1,
    RG_PUMP_END,
    RG_PUMP_MARKER, /* a push-through marker that ends at marker_pin */
    RG_PUMP_SEGMENT,
};

struct rg_pump_entry {
    enum rg_pump_kind kind;
    uint64_t tag;         /* RG_PUMP_END: of a push-through marker that is said to be one; 0 */
    IMediaSample *sample; /* a reference */
    struct rg_flow_type *type; /* of the sample; a reference */
    atomic_uint *left; /* of a marker that goes through several pumps: the last one signals */
    REFERENCE_TIME start, stop;
    double rate;
    unsigned marker_serial; /* rg_in_pin_signal_marker */
    unsigned
        breaks; /* of the pump when a sample's road was looked at; 0 where it never breaks */
};

struct rg_pump {
    /* set at creation */
    struct rg_out_pin *out;
    struct rg_in_pin *marker_pin; /* may be NULL */
    struct rg_drops *drops;       /* whose ledger names what is lost here */

    struct rg_thread thread; /* under the filter lock */
    bool has_thread;

    pthread_mutex_t lock; /* a leaf */
    pthread_cond_t changed;
    /* under `lock` */
    unsigned sleepers; /* who wait for `changed` */
    struct rg_pump_entry *ring;
    unsigned room, first, n;
    unsigned n_samples; /* of n */
    bool is_stopping, is_flushing, is_leaving;
    bool is_busy;    /* the thread has an entry in hand */
    HRESULT refusal; /* what downstream said last; S_OK: all is well */
    bool is_told;    /* upstream has heard of it */
    unsigned roads;  /* connections made so far */

    /* written under `lock` */
    atomic_uint breaks;
    atomic_uint puts, takes; /* so far; watched in a short spin without it */
};

void rg_pump_init(struct rg_pump *pump, struct rg_out_pin *out, struct rg_drops *drops);
void rg_pump_fini(struct rg_pump *pump);

/* Under the filter lock: the thread begins, and there is room for so many samples: streaming
 * threads need none, but for more markers than anybody sends.  S_OK; E_OUTOFMEMORY. */
HRESULT rg_pump_start(struct rg_pump *pump, unsigned bound);
/* Any thread: whoever waits in put comes back, the thread ends soon. */
void rg_pump_wake(struct rg_pump *pump);
/* Under the filter lock: joins the thread; what still waits is dropped by name. */
void rg_pump_stop(struct rg_pump *pump);

/* Streaming thread.  Samples wait while `bound` of them are in; the rest has its place
 * beyond the bound.  Takes a reference to the sample on success.  S_OK; S_FALSE: flushing;
 * VFW_E_WRONG_STATE: stopping; what downstream answered, for good, or, if it is stopped,
 * before each new attempt. */
HRESULT rg_pump_put(struct rg_pump *pump, const struct rg_pump_entry *entry, unsigned bound);

/* Streaming thread, the one that puts: would a sample have to wait? */
bool rg_pump_has_room(struct rg_pump *pump, unsigned bound);

/* The input is being taken off (on), or is back (off). */
void rg_pump_set_leaving(struct rg_pump *pump, bool on);
/* A new connection: what the old one refused is over. */
void rg_pump_forgive(struct rg_pump *pump);
/* The connection is gone for good: samples that were for it do not meet the next one. */
void rg_pump_break(struct rg_pump *pump);
/* The filter pauses or runs, and whoever was stopped downstream has gone along. */
void rg_pump_state_changed(struct rg_pump *pump);

HRESULT rg_pump_begin_flush(struct rg_pump *pump);
HRESULT rg_pump_end_flush(struct rg_pump *pump);
