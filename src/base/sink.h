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

/* A place to write to, at any position, also while the filter is stopped.  Any thread. */
struct rg_sink_bytes {
    HRESULT (*write)(void *state, LONGLONG at, const void *data, ULONG bytes);
    /* *ret_bytes are there: fewer only at the end. */
    HRESULT (*read)(void *state, LONGLONG at, void *to, ULONG bytes, ULONG *ret_bytes);
    HRESULT (*size)(void *state, LONGLONG *ret);
    HRESULT (*resize)(void *state, LONGLONG bytes);
};

/* What IConfigInterleaving and IConfigAviMux were told. */
struct rg_mux_config {
    InterleavingMode mode;
    REFERENCE_TIME interleave, preroll;
    LONG master; /* input; -1: none */
    BOOL old_index;
};

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
    bool eager;  /* takes samples while paused, too: nobody sees them */
    bool grows;  /* always one free input more than are connected: a muxer */
    bool serialize; /* one render or end at a time over all inputs */

    /* Optional, streaming thread: instead of synced, where an option decides it. */
    bool (*is_synced)(const void *settings);

    /* Optional.  Control thread, no side effects.  S_OK or VFW_E_TYPE_NOT_ACCEPTED.  NULL: anything,
     * also while running. */
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
    /* Optional, beside it: AM_FILE_... flags.  NULL: a file that is there is always replaced. */
    HRESULT (*set_mode)(void *state, DWORD flags);
    /* Optional: gives the inputs IStream. */
    const struct rg_sink_bytes *bytes;

    /* Optional: gives the filter an output for MEDIATYPE_Stream of this subtype, which rg_sink_put
     * writes to.  What is downstream ends the stream then, and says so; it holds samples while paused, so
     * this one does not. */
    const GUID *output_subtype;
    /* Optional, beside it: all inputs were flushed before the first Run, and what went down does not
     * count. */
    void (*restart)(void *state);
    bool is_configured; /* the filter has IConfigInterleaving and IConfigAviMux */

    /* Optional: an input was connected (or changed its type while connected), or left.
     * Inputs are numbered from 0 in the order of their pins; a number stays with its pin. */
    HRESULT (*joined)(void *state, unsigned input, const AM_MEDIA_TYPE *type);
    void (*left)(void *state, unsigned input);

    /* Optional: stopped -> paused, after joined for every input; where none is connected, only
     * with the first that is.  stop: its counterpart, may take long (writes a trailer); its error
     * is posted as EC_ERRORABORT. */
    HRESULT (*start)(void *state, const void *settings, struct rg_sink *sink);
    HRESULT (*stop)(void *state);
    /* Optional.  One sample, borrowed.  S_OK; S_FALSE: no more wanted; an error ends the stream with
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

/* From render, end, finish or stop of a class with an output: bytes for that position of what is
 * written there.  What follows on goes down as samples whose times are positions; the rest, and all
 * when downstream is stopped already, through the peer's IStream.  S_OK;
 * VFW_E_NOT_CONNECTED; VFW_E_STATE_CHANGED: downstream is stopped and has no IStream; what downstream
 * said. */
RG_API HRESULT rg_sink_put(struct rg_sink *sink, LONGLONG at, const void *data, ULONG bytes);

/* Any thread, with is_configured. */
RG_API void rg_sink_config(struct rg_sink *sink, struct rg_mux_config *ret);

/* Posts an event to the graph, for a class that has something to say (EC_...).  Any thread. */
RG_API void rg_sink_notify(struct rg_sink *sink, LONG code, LONG_PTR param1, LONG_PTR param2);
