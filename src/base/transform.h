/* SPDX-License-Identifier: MIT */
/* base/transform.h - for authors of filters with one input and one output.
 *
 * An effect fills the *frame* slots: it sees one picture or block of sound at a time.  A
 * codec, scaler or resampler fills the *stream* slots: it takes samples and gives none, one
 * or many.  A class fills one group or the other. The base owns pins, negotiation,
 * allocators, gates, flush, end of stream, drain, rewiring and settings.
 *
 * Threads: accept…, output_…, start and stop run on control threads, never while the filter
 * streams; the others run on the streaming thread.  start comes before the first sample, and
 * again after stop; a filter whose input type changes while running gets drain, stop,
 * start.  Slots may be NULL where "optional" is written.
 */
#pragma once

#include "base/class.h"

/* Where a stream transform puts what it makes; valid during the callback that got it. */
struct rg_output;

/* Waits at the output's gate until a sample that starts at start (100 ns, or -1) may go
 * out.  From then until the next rg_output_deliver or the callback's end, the output's
 * connection, type and allocator stay as they are, so whoever delivers samples made earlier
 * asks rg_output_type after this.  get and deliver call it where it has not been called.
 * S_OK; VFW_E_STATE_CHANGED: stop or flush, give up quietly; VFW_E_NOT_CONNECTED. */
RG_API HRESULT rg_output_open(struct rg_output *output, REFERENCE_TIME start);

/* A buffer of the output connection's allocator with room for bytes.  start: start time of
 * what it will carry, 100 ns, or -1. Waits while all buffers are out.  S_OK: the caller owns
 * one reference; VFW_E_NOT_COMMITTED, VFW_E_STATE_CHANGED: stop or flush, give up quietly;
 * VFW_E_NOT_CONNECTED; E_OUTOFMEMORY. */
RG_API HRESULT rg_output_get(struct rg_output *output, ULONG bytes, REFERENCE_TIME start,
                             IMediaSample **ret);

/* Sends it downstream and gives back the caller's reference, also on failure.  A sample of
 * another type than rg_output_type, which downstream accepts, carries its type
 * (IMediaSample::SetMediaType); from then on it is the connection's.  S_OK; otherwise stop and
 * return it. */
RG_API HRESULT rg_output_deliver(struct rg_output *output, IMediaSample *sample);

/* The type of the output connection; borrowed, valid during the callback. */
RG_API const AM_MEDIA_TYPE *rg_output_type(struct rg_output *output);

/* The present allocator of the output connection, with a reference; for decoders that write
 * into it ahead of delivery.  Any thread.  NULL if unconnected.  A sample taken from it may
 * be delivered after the connection changed. */
RG_API IMemAllocator *rg_output_allocator(struct rg_output *output);

/* Counts samples that the filter gives up on purpose, by name, in the ledger of its input
 * pin. */
RG_API void rg_output_drop(struct rg_output *output, const char *reason, unsigned samples);

/* Tells the graph about an error that ends the stream: EC_ERRORABORT. */
RG_API void rg_output_error(struct rg_output *output, HRESULT error);

struct rg_transform_class {
    union {
        struct {
            RG_CLASS_FIELDS
        };
        struct rg_class common;
    };

    /* --- frame slots ------------------------------------------------------------------- */

    /* Control thread, any state, no side effects: can this format be worked on?  S_OK or
     * VFW_E_TYPE_NOT_ACCEPTED. */
    HRESULT (*accept)(const struct rg_format *in);

    /* Optional; index counts possible outputs from 0.  Control thread.  NULL: the output is
     * as the input. S_OK; VFW_S_NO_MORE_ITEMS. */
    HRESULT(*output_format)
    (const void *settings, const struct rg_format *in, unsigned index, struct rg_format *ret);

    /* One of the two.  In place: the frame is ours to write. */
    HRESULT (*frame)(void *state, const void *settings, struct rg_frame *frame);
    /* Copying: out has its memory and the input's times; may change out->start/stop. */
    HRESULT(*frame_new)
    (void *state, const void *settings, const struct rg_frame *in, struct rg_frame *out);

    /* Optional: the formats are settled. */
    HRESULT(*start)
    (void *state, const void *settings, const struct rg_format *in,
     const struct rg_format *out);

    /* --- stream slots ------------------------------------------------------------------ */

    /* Control thread, any state, no side effects. */
    HRESULT (*accept_type)(const void *settings, const AM_MEDIA_TYPE *in);
    /* What the output can be, in order of preference.  S_OK: *ret owned by the caller;
     * VFW_S_NO_MORE_ITEMS. */
    HRESULT(*output_type)
    (const void *settings, const AM_MEDIA_TYPE *in, unsigned index, AM_MEDIA_TYPE *ret);
    /* Optional: may the output be of this type, beyond those listed?  NULL: it must equal
     * one of them in all but the format block.  S_OK or VFW_E_TYPE_NOT_ACCEPTED. */
    HRESULT(*accept_output)
    (const void *settings, const AM_MEDIA_TYPE *in, const AM_MEDIA_TYPE *out);
    /* Optional: how many and how large buffers the output needs.  *props comes filled with a
     * default. */
    HRESULT(*buffers)
    (const void *settings, const AM_MEDIA_TYPE *in, const AM_MEDIA_TYPE *out,
     ALLOCATOR_PROPERTIES *props);
    HRESULT(*start_stream)
    (void *state, const void *settings, const AM_MEDIA_TYPE *in, const AM_MEDIA_TYPE *out,
     struct rg_output *output);
    /* One sample, borrowed.  S_OK; S_FALSE: no more wanted (end of stream goes down);
     * otherwise an error ends the stream. */
    HRESULT(*send)
    (void *state, const void *settings, IMediaSample *sample, struct rg_output *output);
    /* Optional: a sample from before the cut that brings this filter in, borrowed.  Work on it as
     * send would, but give nothing that comes of it, now or later: the filter that leaves has
     * given it.  Control or streaming thread, started, no send running. */
    HRESULT (*prime)(void *state, const void *settings, IMediaSample *sample);
    /* Optional, with prime: what comes of such samples and starts after `given` (100 ns) is to be
     * given after all, with what the first send, or the drain, gives.  Called in front of each of
     * them, and once more behind the last.  RG_GIVEN_ALL: nothing of what was shown so far.
     * E_NOTIMPL: not as things stand. */
    HRESULT (*take_over)(void *state, const void *settings, REFERENCE_TIME given);
    /* Optional: the output connection changed while running (its allocator, its type): *out
     * is what holds now. */
    HRESULT (*output_changed)(void *state, const void *settings, const AM_MEDIA_TYPE *out);

    /* --- both -------------------------------------------------------------------------- */

    /* Optional, any thread: downstream says how late its data comes (q->Late, 100 ns; <= 0: in time).
     * S_OK: the class does something about it; anything else: it is passed on upstream. */
    HRESULT (*quality)(void *state, const Quality *q);
    /* Optional.  Give up all that is held back, in order; afterwards the next sample is
     * welcome as if the stream had just begun.  Not the end of the stream.  NULL says that
     * nothing is ever held back. */
    HRESULT (*drain)(void *state, const void *settings, struct rg_output *output);
    /* Optional: flush: forget what is held back. */
    void (*reset)(void *state);
    /* Optional: the counterpart of a start that succeeded. */
    void (*stop)(void *state);
    /* Optional: the filter is destroyed. */
    void (*destroy)(void *state);
};

/* Class factory function of the transform base.  S_OK; CLASS_E_NOAGGREGATION; E_OUTOFMEMORY;
 * E_NOINTERFACE. */
RG_API HRESULT rg_transform_create(const struct rg_transform_class *cls, IUnknown *outer,
                                   REFIID iid, void **out);
