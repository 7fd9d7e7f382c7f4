/* SPDX-License-Identifier: MIT */
/* source_internal.h - the filter around a source class; shared by source*.c. */
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

#define RG_SEGMENT_TIMES 16

struct rg_source {
    struct rg_filter filter;
    COM_FACE(IFileSourceFilter) file;
    COM_FACE(IAMPushSource) push;

    /* set at creation */
    const struct rg_source_class *cls;
    bool has_reader_pin;
    struct rg_in_pin reader; /* for MEDIATYPE_Stream, if has_reader_pin */

    /* under the filter lock */
    unsigned n_streams; /* made; filter.n_out of them are in use */
    WCHAR *location;
    struct rg_frozen frozen; /* control */
    bool is_started;
    uint64_t sought_in; /* the round (platform/round.h) of the last seek; 0: none */

    pthread_mutex_t flow_lock; /* a leaf */
    pthread_cond_t flow;
    /* under `flow_lock` */
    bool is_stopping;
    bool is_held; /* a seek wants the threads quiet */
    bool is_running;
    bool is_live; /* gives nothing before Run; since the start */
    REFERENCE_TIME segment_start, segment_stop;
    double segment_rate;
    double rate;           /* asked for: the next segment's */
    REFERENCE_TIME played; /* stream time that samples have reached since the last flush */
    bool
        is_segment; /* AM_SEEKING_Segment: at its end there is an event instead of EndOfStream */
    bool has_told;  /* it is posted */
    unsigned segment; /* counts them */
    /* what the events point to; they are to be read before so many more have come */
    REFERENCE_TIME segment_times[RG_SEGMENT_TIMES];
    unsigned n_segment_times;
    bool is_late;    /* it came into a graph that had played: times begin at late_from */
    bool has_offset; /* its first sample has passed */
    REFERENCE_TIME late_from; /* RG_BEGIN_NOW: whatever the clock says then */
    REFERENCE_TIME offset;    /* added to all times, once has_offset */
};

static inline struct rg_stream *rg_stream_at(struct rg_source *source, unsigned i)
{
    return rg_filter_out(&source->filter, i)->user;
}

/* source.c.  Under the filter lock: the settings for control threads; as many output pins as the class
 * has streams now, and no fewer than are in use: a road may outlast the bytes it came from. */
const void *rg_source_settings(struct rg_source *source);
HRESULT rg_source_make_pins(struct rg_source *source);
unsigned rg_source_pins_in_use(struct rg_source *source);
/* Before work on a control thread: a Stop, also of a filter that was stopped, leaves the class
 * interrupted. */
void rg_source_let_work(struct rg_source *source);

/* source_reader.c */
extern const struct rg_in_pin_ops rg_source_reader_ops;

/* source_thread.c.  Under the filter lock. */
HRESULT rg_stream_start(struct rg_stream *stream);
/* Any thread: another road; what refused the stream may be gone. */
void rg_stream_unpark(struct rg_stream *stream);
void rg_source_join(struct rg_source *source);
/* Times begin at 0 again.  Under the filter lock. */
void rg_source_forget_late(struct rg_source *source);

/* source_seek.c */
extern const struct rg_seek_ops rg_source_seek_ops;
/* Under flow_lock: the number that an event of a segment points to; stays for a while. */
REFERENCE_TIME *rg_source_segment_time_locked(struct rg_source *source);
/* Streaming thread: the stream has nothing more to give.  true: a segment ends here, and there is no
 * end of stream. */
bool rg_source_segment_ends(struct rg_stream *stream);
