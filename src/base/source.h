/* SPDX-License-Identifier: MIT */
/* base/source.h - for authors of filters that begin a road: files, generators, devices,
 * demuxers.
 *
 * The base makes one output pin and one streaming thread per stream, and does pacing of
 * gates, flush, seek, end of stream and segments.  Work goes in two steps so that a gate can
 * close between any two samples: fetch waits for data with the gate open; fill copies it
 * into a buffer of the connection as it is now, and never waits.
 *
 * Threads: fetch, fill: the stream's own thread (different streams at the same time).
 * interrupt: any thread. All others: control threads, while no fetch or fill runs; load and
 * streams only while stopped.
 */
#pragma once

#include "base/class.h"

/* What fetch says of the next sample. */
struct rg_fetch {
    ULONG bytes;          /* room it needs */
    REFERENCE_TIME start; /* its start time, 100 ns from the segment's start; -1: none */
};

struct rg_source_class {
    union {
        struct {
            RG_CLASS_FIELDS
        };
        struct rg_class common;
    };
    bool is_live; /* gives no data while paused; VFW_S_CANT_CUE, IAMPushSource */
    /* Optional: the same where the settings say it, asked when the filter starts; without the interfaces. */
    bool (*is_set_live)(const void *settings);
    double slowest, fastest; /* the rates that seek takes; both 0: 1 alone */

    /* Optional; its presence gives the filter IFileSourceFilter.  location is UTF-8: a path
     * or an URL. Opens it and finds its streams; called again, replaces the former one. */
    HRESULT (*load)(void *state, const void *settings, const char *location);

    /* Optional; its presence gives the filter an input pin for MEDIATYPE_Stream through
     * IAsyncReader (pull), connected instead of load; input_types say which streams it takes.
     * reader is borrowed until unload or destroy. */
    HRESULT (*load_reader)(void *state, const void *settings, IAsyncReader *reader);
    /* Optional: counterpart of load and load_reader. */
    void (*unload)(void *state);

    /* How many output pins; NULL: one. */
    unsigned (*streams)(void *state, const void *settings);
    /* Optional: pin name, UTF-8, at most 31 characters: "Video 0".  NULL: "Out", "Out 1", ... */
    void (*stream_name)(void *state, unsigned stream, char *name, unsigned size);
    /* The stream's types in order of preference.  *ret is owned by the caller.  S_OK;
     * VFW_S_NO_MORE_ITEMS. */
    HRESULT(*stream_type)
    (void *state, const void *settings, unsigned stream, unsigned index, AM_MEDIA_TYPE *ret);
    /* Optional: how many and how large buffers; *props comes filled with a default. */
    HRESULT(*buffers)
    (void *state, const void *settings, unsigned stream, const AM_MEDIA_TYPE *type,
     ALLOCATOR_PROPERTIES *props);

    /* Optional.  Before the first fetch.  connected[stream]: the others are not asked for. */
    HRESULT(*start)
    (void *state, const void *settings, const AM_MEDIA_TYPE *const *types, unsigned n_streams);
    void (*stop)(void *state);
    /* Waits until the next sample of the stream is at hand.  S_OK; S_FALSE: the stream has
     * ended; VFW_E_STATE_CHANGED: interrupted; any other error ends the stream and the graph
     * hears EC_ERRORABORT. Called again without fill in between it says the same. */
    HRESULT (*fetch)(void *state, const void *settings, unsigned stream, struct rg_fetch *ret);
    /* Writes what fetch found into sample: data, actual length, times, flags.  type: what the
     * connection takes samples for.  Data in another type that downstream accepts gets that type
     * (IMediaSample::SetMediaType); from the next sample on it is the connection's.  S_OK;
     * S_FALSE: skip it (nothing is delivered); errors as fetch. */
    HRESULT(*fill)
    (void *state, const void *settings, unsigned stream, const AM_MEDIA_TYPE *type,
     IMediaSample *sample);
    /* Optional: on true, a fetch that waits returns VFW_E_STATE_CHANGED soon, and so does
     * every new one until false. */
    void (*interrupt)(void *state, bool on);

    /* Optional, both or none: duration in 100 ns (VFW_E_... if unknown); moving to a
     * position.  After seek the first sample has the time of *position - the point reached
     * becomes the segment's start; times count from there, and are divided by rate. */
    HRESULT (*duration)(void *state, REFERENCE_TIME *ret);
    HRESULT (*seek)(void *state, REFERENCE_TIME *position, REFERENCE_TIME stop, double rate);
    void (*destroy)(void *state);
};

RG_API HRESULT rg_source_create(const struct rg_source_class *cls, IUnknown *outer, REFIID iid,
                                void **out);
