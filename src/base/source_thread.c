/* SPDX-License-Identifier: MIT */
/* source_thread.c - one streaming thread per stream: fetch, wait at the gate, fill, deliver.
 *
 * Streaming threads.  Data is waited for outside the gate, so an edit never waits for a
 * camera; what was fetched while the gate closed goes down the road that stands when it
 * opens.
 * Knows: the class's fetch and fill.  Must not know: what the data is.
 */
#include <string.h>

#include "base/source_internal.h"

enum step {
    STEP_ON = 1,
    STEP_PARK,    /* wait for flush, stop, another connection */
    STEP_REFUSED, /* or for a change of state, since somebody is stopped */
    STEP_END,
};

static bool is_quiet(HRESULT hr)
{
    return hr == S_FALSE || hr == VFW_E_STATE_CHANGED || hr == VFW_E_WRONG_STATE ||
           hr == VFW_E_NOT_COMMITTED;
}

static void announce(struct rg_stream *stream)
{
    struct rg_source *source = stream->source;
    REFERENCE_TIME start, stop;
    double rate;
    bool due;
    HRESULT hr;

    pthread_mutex_lock(&source->flow_lock);
    due = stream->segment_is_due;
    stream->segment_is_due = false;
    start = source->segment_start;
    stop = source->segment_stop;
    rate = source->segment_rate;
    pthread_mutex_unlock(&source->flow_lock);
    if (!due)
        return;
    hr = rg_out_pin_new_segment(&stream->out, start, stop, rate);
    if (hr == VFW_E_STATE_CHANGED) {
        /* flushed or stopped at the gate: nobody has heard it */
        pthread_mutex_lock(&source->flow_lock);
        stream->segment_is_due = true;
        pthread_mutex_unlock(&source->flow_lock);
    }
}

static bool take_discontinuity(struct rg_stream *stream)
{
    bool is;

    pthread_mutex_lock(&stream->source->flow_lock);
    is = stream->is_discontinuous;
    stream->is_discontinuous = false;
    pthread_mutex_unlock(&stream->source->flow_lock);
    return is;
}

/* ---- a stream that begins late ---------------------------------------------------------- */

/* What comes before the segment (preroll) has no place in the time that it is late by. */
static REFERENCE_TIME late_by(struct rg_source *source, REFERENCE_TIME late_from,
                              REFERENCE_TIME start)
{
    REFERENCE_TIME now;

    if (late_from != RG_BEGIN_NOW)
        return late_from;
    if (FAILED(rg_filter_stream_time(&source->filter, &now)))
        return 0; /* nobody keeps time */
    if (start < 0)
        start = 0;
    return now > start ? now - start : 0;
}

/* What is added to a time of the stream.  The first sample to pass decides for all streams;
 * until then it is what it would be now. */
static REFERENCE_TIME offset_of(struct rg_source *source, REFERENCE_TIME start, bool passes)
{
    REFERENCE_TIME from, offset;
    bool is_open;

    pthread_mutex_lock(&source->flow_lock);
    is_open = source->is_late && !source->has_offset;
    from = source->late_from;
    offset = source->has_offset ? source->offset : 0;
    pthread_mutex_unlock(&source->flow_lock);
    if (!is_open)
        return offset;
    offset = late_by(source, from, start);
    if (!passes)
        return offset;
    pthread_mutex_lock(&source->flow_lock);
    if (source->is_late && !source->has_offset) {
        source->has_offset = true;
        source->offset = offset;
    }
    offset = source->offset;
    pthread_mutex_unlock(&source->flow_lock);
    return offset;
}

/* Times from where the segment begins.  What is shown only because it can't be cut does not count. */
static void note_played(struct rg_source *source, REFERENCE_TIME until, REFERENCE_TIME offset)
{
    pthread_mutex_lock(&source->flow_lock);
    if (source->segment_stop != INT64_MAX) {
        double length = (double)(source->segment_stop - source->segment_start);

        if ((double)until > length / source->segment_rate)
            until = (REFERENCE_TIME)(length / source->segment_rate);
    }
    until += offset;
    if (until > source->played)
        source->played = until;
    pthread_mutex_unlock(&source->flow_lock);
}

static void shift(struct rg_source *source, IMediaSample *sample)
{
    struct rg_sample_extra extra;
    struct rg_sample_info info;
    REFERENCE_TIME offset;

    if (FAILED(rg_sample_get_info(sample, &info)) || !info.has_time)
        return;
    offset = offset_of(source, info.start, true);
    note_played(source, info.has_stop ? info.stop : info.start, offset);
    if (offset == 0)
        return;
    info.start += offset;
    info.stop += offset;
    (void)IMediaSample_SetTime(sample, &info.start, info.has_stop ? &info.stop : NULL);
    if (rg_sample_get_extra(sample, &extra) != S_OK)
        return;
    extra.dts += offset;
    extra.tick_num = extra.tick_den = 0; /* the container's own speak of another beginning */
    (void)rg_sample_set_extra(sample, &extra);
}

/* ---- one step ---------------------------------------------------------------------------- */

/* Inside the gate. */
static HRESULT fill_and_deliver(struct rg_stream *stream, const struct rg_fetch *fetched)
{
    struct rg_source *source = stream->source;
    const void *settings = rg_filter_settings(&source->filter, &stream->frozen);
    RG_AUTO(IMediaSample) sample = NULL;
    HRESULT hr = rg_out_pin_get(&stream->out, fetched->bytes, &sample);

    if (FAILED(hr))
        return hr;
    hr = source->cls->fill(source->filter.author_state, settings, stream->index,
                           &stream->out.link.type, sample);
    if (hr == S_FALSE)
        return S_OK; /* the class skips it */
    if (FAILED(hr))
        return hr;
    shift(source, sample);
    if (take_discontinuity(stream))
        (void)IMediaSample_SetDiscontinuity(sample, TRUE);
    hr = rg_out_pin_deliver(&stream->out, sample);
    if (hr != S_OK)
        rg_drops_add(&stream->out.drops,
                     is_quiet(hr) ? "refused downstream" : "failed downstream", 1);
    return hr;
}

static enum step end_stream(struct rg_stream *stream, HRESULT error)
{
    HRESULT hr;

    announce(stream);
    if (SUCCEEDED(error) && rg_source_segment_ends(stream))
        return STEP_END;
    hr = rg_out_pin_end_of_stream(&stream->out);
    if (hr == VFW_E_STATE_CHANGED)
        return STEP_ON; /* flushed or stopped at the gate: the loop looks again */
    if (FAILED(error))
        rg_filter_notify(&stream->source->filter, EC_ERRORABORT, error, 0);
    return STEP_END;
}

static enum step step(struct rg_stream *stream)
{
    struct rg_source *source = stream->source;
    const void *settings = rg_filter_settings(&source->filter, &stream->frozen);
    struct rg_fetch fetched = { .bytes = 0, .start = -1 };
    HRESULT hr =
        source->cls->fetch(source->filter.author_state, settings, stream->index, &fetched);

    if (hr == VFW_E_STATE_CHANGED)
        return STEP_ON;
    if (hr != S_OK)
        return end_stream(stream, hr == S_FALSE ? S_OK : hr);
    announce(stream);
    if (fetched.start >= 0)
        fetched.start += offset_of(source, fetched.start, false);
    hr = rg_out_pin_begin(&stream->out, fetched.start < 0 ? RG_GATE_NO_TIME : fetched.start);
    if (hr == VFW_E_STATE_CHANGED)
        return STEP_ON;
    if (FAILED(hr))
        return STEP_PARK; /* taken off: nothing is lost, fetch says the same again */
    hr = fill_and_deliver(stream, &fetched);
    rg_out_pin_end(&stream->out);
    if (hr == S_OK)
        return STEP_ON;
    if (rg_refusal_is_stop(hr))
        return STEP_REFUSED;
    return is_quiet(hr) ? STEP_PARK : end_stream(stream, hr);
}

/* What the stream waits for before it goes on; NULL: it goes on. */
static const char *obstacle_locked(const struct rg_stream *stream)
{
    const struct rg_source *source = stream->source;

    if (source->is_held)
        return "a seek to be done";
    if (stream->has_ended)
        return "a seek or stop, for the stream has ended";
    if (stream->is_parked)
        return "another connection, flush or stop, for its sample was refused";
    return source->is_live && !source->is_running ? "Run, for the source is live" : NULL;
}

/* Until there is something to do; false: the filter stops. */
static bool wait_for_work(struct rg_stream *stream)
{
    struct rg_source *source = stream->source;
    const char *obstacle;
    int64_t since_ns = 0;
    bool go;

    pthread_mutex_lock(&source->flow_lock);
    while (!source->is_stopping && (obstacle = obstacle_locked(stream)) != NULL)
        since_ns = rg_wait_cond(&(struct rg_wait){ .what = obstacle,
                                                   .where = &stream->out.place.place,
                                                   .since_ns = since_ns },
                                &source->flow, &source->flow_lock);
    go = !source->is_stopping;
    stream->is_busy = go;
    stream->seen_roads = stream->roads;
    stream->seen_states = stream->states;
    pthread_mutex_unlock(&source->flow_lock);
    return go;
}

static void note(struct rg_stream *stream, enum step result)
{
    struct rg_source *source = stream->source;

    pthread_mutex_lock(&source->flow_lock);
    stream->is_busy = false;
    if (!source->is_held) { /* a seek in between starts afresh */
        /* what refused may be gone already */
        stream->waits_for_state =
            result == STEP_REFUSED && stream->states == stream->seen_states;
        stream->is_parked = (result == STEP_PARK || stream->waits_for_state) &&
                            stream->roads == stream->seen_roads;
        stream->has_ended = result == STEP_END;
    }
    pthread_cond_broadcast(&source->flow);
    pthread_mutex_unlock(&source->flow_lock);
}

static void stream_main(void *arg)
{
    struct rg_stream *stream = arg;
    struct rg_wait task = { .what = "the stream of",
                            .where = &stream->out.place.place,
                            .is_task = true,
                            .carries = true };

    rg_wait_begin(&task);
    while (wait_for_work(stream))
        note(stream, step(stream));
    rg_wait_end(&task);
}

void rg_stream_unpark(struct rg_stream *stream)
{
    pthread_mutex_lock(&stream->source->flow_lock);
    stream->is_parked = false;
    stream->roads++;
    pthread_cond_broadcast(&stream->source->flow);
    pthread_mutex_unlock(&stream->source->flow_lock);
}

HRESULT rg_stream_start(struct rg_stream *stream)
{
    HRESULT hr;

    rg_stream_unpark(stream);
    if (stream->has_thread)
        return S_OK;
    stream->has_ended = false; /* no thread that would look at it */
    hr = rg_thread_start(&stream->thread, stream->source->cls->name, stream_main, stream);
    pthread_mutex_lock(&stream->source->flow_lock);
    stream->has_thread = SUCCEEDED(hr); /* the thread reads its neighbours */
    pthread_mutex_unlock(&stream->source->flow_lock);
    return hr;
}

void rg_source_join(struct rg_source *source)
{
    pthread_mutex_lock(&source->flow_lock);
    source->is_stopping = true;
    pthread_cond_broadcast(&source->flow);
    pthread_mutex_unlock(&source->flow_lock);
    for (unsigned i = 0; i < source->n_streams; i++) {
        if (rg_stream_at(source, i)->has_thread)
            rg_thread_join(&rg_stream_at(source, i)->thread);
        rg_stream_at(source, i)->has_thread = false;
    }
}
