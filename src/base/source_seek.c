/* SPDX-License-Identifier: MIT */
/* source_seek.c - a source moves: flush downstream, quiet the threads, seek, go on with a
 * new segment.
 *
 * Control threads, under the filter lock.  The segment is announced by the streaming
 * threads, so that a closed gate makes them wait and not the caller.
 * Knows: the class's seek.  Must not know: who asked.
 */
#include <string.h>

#include "base/source_internal.h"
#include "platform/round.h"

static struct rg_source *source_of(struct rg_filter *filter)
{
    return (struct rg_source *)filter;
}

static HRESULT source_duration(struct rg_filter *filter, REFERENCE_TIME *ret)
{
    struct rg_source *source = source_of(filter);

    return source->cls->duration != NULL ? source->cls->duration(filter->author_state, ret)
                                         : E_NOTIMPL;
}

static HRESULT source_positions(struct rg_filter *filter, REFERENCE_TIME *ret_current,
                                REFERENCE_TIME *ret_stop)
{
    struct rg_source *source = source_of(filter);
    REFERENCE_TIME duration = INT64_MAX;

    (void)source_duration(filter, &duration); /* unknown: no end */
    pthread_mutex_lock(&source->flow_lock);
    *ret_current = source->segment_start;
    *ret_stop = source->segment_stop != INT64_MAX ? source->segment_stop : duration;
    pthread_mutex_unlock(&source->flow_lock);
    return S_OK;
}

static void hold_threads(struct rg_source *source)
{
    pthread_mutex_lock(&source->flow_lock);
    source->is_held = true;
    for (unsigned i = 0; i < source->n_streams; i++) {
        struct rg_stream *stream = rg_stream_at(source, i);
        struct rg_wait note = { .what = "the stream to stand still",
                                .where = &stream->out.place.place,
                                .holder = rg_thread_id(&stream->thread) };

        while (stream->is_busy)
            (void)rg_wait_cond(&note, &source->flow, &source->flow_lock);
    }
    pthread_mutex_unlock(&source->flow_lock);
}

static void let_go(struct rg_source *source, REFERENCE_TIME start, REFERENCE_TIME stop,
                   double rate, bool moved)
{
    pthread_mutex_lock(&source->flow_lock);
    source->segment_start = start;
    source->segment_stop = stop;
    source->segment_rate = rate;
    for (unsigned i = 0; moved && i < source->n_streams; i++) {
        rg_stream_at(source, i)->segment_is_due = true;
        rg_stream_at(source, i)->is_discontinuous = true;
        rg_stream_at(source, i)->is_parked = false;
        rg_stream_at(source, i)->has_ended = false;
    }
    source->is_held = false;
    pthread_cond_broadcast(&source->flow);
    pthread_mutex_unlock(&source->flow_lock);
}

static void flush_all(struct rg_source *source, bool begin)
{
    for (unsigned i = 0; i < atomic_load(&source->filter.n_out); i++) {
        if (begin)
            (void)rg_out_pin_begin_flush(&rg_stream_at(source, i)->out);
        else
            (void)rg_out_pin_end_flush(&rg_stream_at(source, i)->out);
    }
}

static void interrupt(struct rg_source *source, bool on)
{
    if (source->cls->interrupt != NULL)
        source->cls->interrupt(source->filter.author_state, on);
}

/* Times go on where they are: what comes is not to be too late. */
static void go_on_late(struct rg_source *source, REFERENCE_TIME from)
{
    pthread_mutex_lock(&source->flow_lock);
    source->is_late = true;
    source->has_offset = false;
    source->late_from = from;
    pthread_mutex_unlock(&source->flow_lock);
}

/* A segment has ended without an end of stream: nobody is busy, and downstream takes more. */
static bool is_between_segments(struct rg_source *source)
{
    bool is;

    pthread_mutex_lock(&source->flow_lock);
    is = source->has_told;
    pthread_mutex_unlock(&source->flow_lock);
    return is;
}

static void segment_begins(struct rg_source *source, DWORD flags)
{
    bool is_segment = (flags & AM_SEEKING_Segment) != 0;
    REFERENCE_TIME *time = NULL;
    unsigned number;

    pthread_mutex_lock(&source->flow_lock);
    if ((flags & AM_SEEKING_NoFlush) == 0) {
        source->played = 0;
        source->segment = 0;
    } else if (source->is_segment) {
        source->segment++;
    }
    source->is_segment = is_segment;
    source->has_told = false;
    number = source->segment;
    if (is_segment) {
        time = rg_source_segment_time_locked(source);
        *time = source->played;
    }
    pthread_mutex_unlock(&source->flow_lock);
    if (is_segment)
        rg_filter_notify(&source->filter, EC_SEGMENT_STARTED, (LONG_PTR)time, number);
}

/* Without flush, what has been given before stays in front of what comes, and times go on.  Where
 * streams still give, that can't be had: waiting for them might take for ever; where they have told
 * their end, nobody takes more.  So there is a flush all the same, and times go on from now. */
static HRESULT move_locked(struct rg_source *source, REFERENCE_TIME *at, REFERENCE_TIME stop,
                           DWORD flags)
{
    bool active = rg_filter_state(&source->filter) != State_Stopped;
    bool goes_on = active && (flags & AM_SEEKING_NoFlush) != 0;
    bool flush = active && !(goes_on && is_between_segments(source));
    double rate;
    HRESULT hr;

    interrupt(source, true);
    if (flush)
        flush_all(source, true);
    hold_threads(source);
    interrupt(source, false);
    pthread_mutex_lock(&source->flow_lock);
    rate = source->rate;
    pthread_mutex_unlock(&source->flow_lock);
    rg_source_forget_late(source); /* stream time begins anew */
    if (goes_on)
        go_on_late(source, flush ? RG_BEGIN_NOW : source->played);
    hr = source->cls->seek(source->filter.author_state, at, stop, rate);
    if (SUCCEEDED(hr))
        segment_begins(source, flags);
    if (flush)
        flush_all(source, false);
    let_go(source, SUCCEEDED(hr) ? *at : source->segment_start,
           SUCCEEDED(hr) ? stop : source->segment_stop,
           SUCCEEDED(hr) ? rate : source->segment_rate, true);
    return hr;
}

/* ---- segments ---------------------------------------------------------------------------- */

REFERENCE_TIME *rg_source_segment_time_locked(struct rg_source *source)
{
    return &source->segment_times[source->n_segment_times++ % RG_SEGMENT_TIMES];
}

/* The last of the streams to end tells it for all. */
bool rg_source_segment_ends(struct rg_stream *stream)
{
    struct rg_source *source = stream->source;
    REFERENCE_TIME *time = NULL;
    bool is_segment, is_last = true;
    unsigned number;

    pthread_mutex_lock(&source->flow_lock);
    is_segment = source->is_segment;
    stream->has_ended = is_segment || stream->has_ended;
    for (unsigned i = 0; i < source->n_streams; i++)
        is_last = is_last &&
                  (!rg_stream_at(source, i)->has_thread || rg_stream_at(source, i)->has_ended);
    if (is_segment && is_last && !source->has_told) {
        source->has_told = true;
        time = rg_source_segment_time_locked(source);
        *time = source->played;
    }
    number = source->segment;
    pthread_mutex_unlock(&source->flow_lock);
    if (time != NULL)
        rg_filter_notify(&source->filter, EC_END_OF_SEGMENT, (LONG_PTR)time, number);
    return is_segment;
}

/* All outputs move at once; the first connected one carries it out, the others agree. */
static bool is_leader(struct rg_out_pin *pin)
{
    for (unsigned i = 0; i < pin->index; i++)
        if (rg_out_pin_is_connected(rg_filter_out(pin->filter, i)))
            return false;
    return true;
}

static HRESULT source_set_positions(struct rg_out_pin *pin, REFERENCE_TIME *current,
                                    REFERENCE_TIME *stop, DWORD flags)
{
    struct rg_source *source = source_of(pin->filter);
    REFERENCE_TIME at, end;
    HRESULT hr = S_OK;

    if (source->cls->seek == NULL)
        return E_NOTIMPL;
    pthread_mutex_lock(&pin->filter->lock);
    at = current != NULL ? *current : source->segment_start;
    end = stop != NULL ? *stop : source->segment_stop;
    if (!is_leader(pin)) {
        /* done, or about to be, through the leading pin */
    } else if (rg_round_now() != 0 && source->sought_in == rg_round_now()) {
        /* done, for another renderer */
    } else if (end < at) {
        hr = VFW_E_START_TIME_AFTER_END;
    } else if (current != NULL || rg_filter_state(pin->filter) == State_Stopped) {
        hr = move_locked(source, &at, end, flags);
        if (SUCCEEDED(hr))
            source->sought_in = rg_round_now();
        if (SUCCEEDED(hr) && current != NULL)
            *current = at;
    } else {
        pthread_mutex_lock(&source->flow_lock);
        source->segment_stop = end; /* takes effect with the next move */
        pthread_mutex_unlock(&source->flow_lock);
    }
    pthread_mutex_unlock(&pin->filter->lock);
    return hr;
}

static bool takes_rate(const struct rg_source_class *cls, double rate)
{
    if (cls->seek == NULL || cls->fastest == 0)
        return rate == 1.0;
    return rate >= cls->slowest && rate <= cls->fastest;
}

/* An active source goes on at the old rate until it moves: the graph moves it at once. */
static HRESULT source_set_rate(struct rg_out_pin *pin, double rate)
{
    struct rg_source *source = source_of(pin->filter);
    REFERENCE_TIME at, stop;
    HRESULT hr = S_OK;

    if (!(rate > 0))
        return E_INVALIDARG;
    if (!takes_rate(source->cls, rate))
        return source->cls->fastest != 0 ? E_INVALIDARG : E_NOTIMPL;
    pthread_mutex_lock(&pin->filter->lock);
    pthread_mutex_lock(&source->flow_lock);
    source->rate = rate;
    at = source->segment_start;
    stop = source->segment_stop;
    pthread_mutex_unlock(&source->flow_lock);
    if (source->cls->seek != NULL && rg_filter_state(pin->filter) == State_Stopped &&
        is_leader(pin))
        hr = move_locked(source, &at, stop, 0);
    pthread_mutex_unlock(&pin->filter->lock);
    return hr;
}

static double source_rate(struct rg_filter *filter)
{
    struct rg_source *source = source_of(filter);
    double rate;

    pthread_mutex_lock(&source->flow_lock);
    rate = source->rate;
    pthread_mutex_unlock(&source->flow_lock);
    return rate;
}

const struct rg_seek_ops rg_source_seek_ops = {
    .duration = source_duration,
    .positions = source_positions,
    .set_positions = source_set_positions,
    .set_rate = source_set_rate,
    .rate = source_rate,
};
