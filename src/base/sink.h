/* SPDX-License-Identifier: MIT */
/* base/sink.h - for authors of filters that end a road: renderers, muxers, files.
 *
 * The base makes the pins, holds the first sample for preroll and each sample until its time
 * if the class is synced, does flush, end of stream and EC_COMPLETE, and tells the class
 * which inputs come and go.
 *
 * Threads: render and end run on the input's streaming thread; with several inputs, several
 * at the same time, unless .serialize is set: then one at a time.  joined and left come on
 * control threads, with no render of that input running. start, stop: control threads, no
 * render running.
 */
#pragma once

#include "base/class.h"

/* The sink as its callbacks see it, for the functions below. */
struct rg_sink;

struct rg_sink_class {
    union {
        struct {
            RG_CLASS_FIELDS
        };
        struct rg_class common;
    };
    bool
        preroll; /* paused, holds the first sample of each input until Run; GetState waits for it */
    bool synced; /* each sample waits for its start time while a clock is set; needs preroll */
    bool grows;  /* always one free input more than are connected: a muxer */
    bool serialize; /* one render or end at a time over all inputs */

    /* Optional, streaming thread: instead of synced, where an option decides it. */
    bool (*is_synced)(const void *settings);

    /* Control thread, no side effects.  S_OK or VFW_E_TYPE_NOT_ACCEPTED. */
    HRESULT (*accept_type)(const void *settings, const AM_MEDIA_TYPE *type);
    /* Optional: the types an input proposes, in order of preference; *ret owned by the
     * caller. */
    HRESULT (*input_type)(const void *settings, unsigned index, AM_MEDIA_TYPE *ret);
    /* Optional: may a running input go on with this type?  NULL: only if nothing but the
     * frame rate or the allocator changes.  S_OK or VFW_E_TYPE_NOT_ACCEPTED. */
    HRESULT(*accept_change)
    (void *state, unsigned input, const AM_MEDIA_TYPE *from, const AM_MEDIA_TYPE *to);

    /* Optional; its presence gives the filter IFileSinkFilter2.  path is UTF-8. */
    HRESULT (*set_file)(void *state, const void *settings, const char *path);

    /* Optional: an input was connected (or changed its type while connected), or left.
     * Inputs are numbered from 0 in the order of their pins; a number stays with its pin. */
    HRESULT (*joined)(void *state, unsigned input, const AM_MEDIA_TYPE *type);
    void (*left)(void *state, unsigned input);

    /* Optional: stopped -> paused, after joined for every input.  stop: its counterpart, may
     * take long (writes a trailer); its error is posted as EC_ERRORABORT. */
    HRESULT (*start)(void *state, const void *settings, struct rg_sink *sink);
    HRESULT (*stop)(void *state);
    /* One sample, borrowed.  S_OK; S_FALSE: no more wanted; an error ends the stream with
     * EC_ERRORABORT. */
    HRESULT (*render)(void *state, const void *settings, unsigned input, IMediaSample *sample);
    /* Optional: the input has ended (or left for good while running). */
    HRESULT (*end)(void *state, unsigned input);
    /* Optional: all inputs have ended; comes before EC_COMPLETE is posted.  Writes trailers. */
    HRESULT (*finish)(void *state);
    /* Optional: flush of one input. */
    void (*reset)(void *state, unsigned input);
    void (*destroy)(void *state);
};

RG_API HRESULT rg_sink_create(const struct rg_sink_class *cls, IUnknown *outer, REFIID iid,
                              void **out);

/* Posts an event to the graph, for a class that has something to say (EC_...).  Any thread. */
RG_API void rg_sink_notify(struct rg_sink *sink, LONG code, LONG_PTR param1, LONG_PTR param2);
