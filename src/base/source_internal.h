/* SPDX-License-Identifier: MIT */
/* source_internal.h - the filter around a source class; shared by source.c, source_thread.c
 * and source_seek.c. */
#pragma once

#include "base/in_pin.h"
#include "base/out_pin.h"
#include "base/source.h"
#include "platform/thread.h"

struct rg_stream {
    /* set at creation */
    struct rg_source *source;
    unsigned index;
    struct rg_out_pin out;
    struct rg_frozen frozen;
    struct rg_thread thread;

    /* under source->flow_lock */
    bool has_thread;
    bool is_busy;   /* inside fetch, fill or a delivery */
    bool is_parked; /* refused downstream: quiet until flush, stop or another connection */
    bool waits_for_state; /* is_parked since somebody is stopped: or a change of state */
    bool has_ended;
    bool segment_is_due; /* NewSegment goes before the next sample */
    bool is_discontinuous;
    unsigned roads, seen_roads;   /* connections made so far; when the present step began */
    unsigned states, seen_states; /* changes of state, likewise */
};

struct rg_source {
    struct rg_filter filter;
    COM_FACE(IFileSourceFilter) file;
    COM_FACE(IAMPushSource) push;

    /* set at creation */
    const struct rg_source_class *cls;
    bool has_reader_pin;
    struct rg_in_pin reader; /* for MEDIATYPE_Stream, if has_reader_pin */

    /* under the filter lock */
    struct rg_stream *streams[RG_MAX_PINS];
    unsigned n_streams; /* made; filter.n_out of them are in use */
    WCHAR *location;
    struct rg_frozen frozen; /* control */
    bool is_started;

    pthread_mutex_t flow_lock; /* a leaf */
    pthread_cond_t flow;
    /* under `flow_lock` */
    bool is_stopping;
    bool is_held; /* a seek wants the threads quiet */
    bool is_running;
    REFERENCE_TIME segment_start, segment_stop;
    double segment_rate;
    bool is_late;    /* it came into a graph that had played: times begin at late_from */
    bool has_offset; /* its first sample has passed */
    REFERENCE_TIME late_from; /* RG_BEGIN_NOW: whatever the clock says then */
    REFERENCE_TIME offset;    /* added to all times, once has_offset */
};

/* source_thread.c.  Under the filter lock. */
HRESULT rg_stream_start(struct rg_stream *stream);
/* Any thread: another road; what refused the stream may be gone. */
void rg_stream_unpark(struct rg_stream *stream);
void rg_source_join(struct rg_source *source);
/* Times begin at 0 again.  Under the filter lock. */
void rg_source_forget_late(struct rg_source *source);

/* source_seek.c */
extern const struct rg_seek_ops rg_source_seek_ops;
