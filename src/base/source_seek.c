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
        struct rg_stream *stream = source->streams[i];
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
        source->streams[i]->segment_is_due = true;
        source->streams[i]->is_discontinuous = true;
        source->streams[i]->is_parked = false;
        source->streams[i]->has_ended = false;
    }
    source->is_held = false;
    pthread_cond_broadcast(&source->flow);
    pthread_mutex_unlock(&source->flow_lock);
}

static void flush_all(struct rg_source *source, bool begin)
{
    for (unsigned i = 0; i < atomic_load(&source->filter.n_out); i++) {
        if (begin)
            (void)rg_out_pin_begin_flush(&source->streams[i]->out);
        else
            (void)rg_out_pin_end_flush(&source->streams[i]->out);
    }
}

static void interrupt(struct rg_source *source, bool on)
{
    if (source->cls->interrupt != NULL)
        source->cls->interrupt(source->filter.author_state, on);
}

static HRESULT move_locked(struct rg_source *source, REFERENCE_TIME *at, REFERENCE_TIME stop,
                           double rate)
{
    bool active = rg_filter_state(&source->filter) != State_Stopped;
    HRESULT hr;

    interrupt(source, true);
    if (active)
        flush_all(source, true);
    hold_threads(source);
    interrupt(source, false);
    rg_source_forget_late(source); /* stream time begins anew */
    hr = source->cls->seek(source->filter.author_state, at, stop, rate);
    if (active)
        flush_all(source, false);
    let_go(source, SUCCEEDED(hr) ? *at : source->segment_start,
           SUCCEEDED(hr) ? stop : source->segment_stop,
           SUCCEEDED(hr) ? rate : source->segment_rate, true);
    return hr;
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
                                    REFERENCE_TIME *stop, bool flush)
{
    struct rg_source *source = source_of(pin->filter);
    REFERENCE_TIME at, end;
    HRESULT hr = S_OK;

    (void)flush; /* without flush is as with: what is under way is old */
    if (source->cls->seek == NULL)
        return E_NOTIMPL;
    pthread_mutex_lock(&pin->filter->lock);
    at = current != NULL ? *current : source->segment_start;
    end = stop != NULL ? *stop : source->segment_stop;
    if (!is_leader(pin)) {
        /* done, or about to be, through the leading pin */
    } else if (end < at) {
        hr = VFW_E_START_TIME_AFTER_END;
    } else if (current != NULL) {
        hr = move_locked(source, &at, end, source->segment_rate);
        if (SUCCEEDED(hr))
            *current = at;
    } else {
        pthread_mutex_lock(&source->flow_lock);
        source->segment_stop = end;
        pthread_mutex_unlock(&source->flow_lock);
    }
    pthread_mutex_unlock(&pin->filter->lock);
    return hr;
}

static double source_rate(struct rg_filter *filter)
{
    struct rg_source *source = source_of(filter);
    double rate;

    pthread_mutex_lock(&source->flow_lock);
    rate = source->segment_rate;
    pthread_mutex_unlock(&source->flow_lock);
    return rate;
}

const struct rg_seek_ops rg_source_seek_ops = {
    .duration = source_duration,
    .positions = source_positions,
    .set_positions = source_set_positions,
    .rate = source_rate,
};
