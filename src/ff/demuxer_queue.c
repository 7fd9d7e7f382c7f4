/* SPDX-License-Identifier: MIT */
/* ff/demuxer_queue.c - reading on demand: who runs dry reads for all, and packets become
 * samples.
 *
 * Streaming threads, one per stream.  lock guards the queues; is_reading guards libavformat,
 * which is entered without lock. Knows: packets, time stamps, what to skip.  Must not know:
 * opening, pins.
 */
#define COBJMACROS
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <libavutil/mathematics.h>

#include "ff/demuxer_internal.h"
#include "ff/error.h"
#include "ff/packet.h"
#include "ff/raw.h"
#include "media/sample.h"
#include "platform/room.h"

/* A queue is full when it holds both that much and that long, or far too much.  Short of that
 * nobody waits for it: a stream may hold up another's data for long where a file is badly
 * interleaved. */
enum { FULL_BYTES = 64 << 20, FULL_SECONDS = 30, TOO_MANY_BYTES = 512 << 20 };

/* A stream that runs ahead of another one that is being worked off waits for it a little, so
 * that a file that is finished early ends in the same place for all.  One that stands still is
 * waited for once. */
enum { AHEAD_SECONDS = 2, AHEAD_WAIT_MS = 200 };

static void queue_pop(struct demux_stream *s)
{
    struct queued *q = s->head;

    s->head = q->next;
    if (s->head == NULL)
        s->tail = NULL;
    s->bytes -= (size_t)q->packet->size;
    av_packet_free(&q->packet);
    free(q);
}

void ff_queues_clear(struct ff_demuxer *d)
{
    for (unsigned i = 0; i < d->n_streams; i++)
        while (d->streams[i].head != NULL)
            queue_pop(&d->streams[i]);
}

/* Takes the packet's contents.  false: memory is out. */
static bool queue_push(struct demux_stream *s, AVPacket *packet)
{
    struct queued *q = calloc(1, sizeof(*q));

    if (q == NULL)
        return false;
    q->packet = av_packet_alloc();
    if (q->packet == NULL) {
        free(q);
        return false;
    }
    av_packet_move_ref(q->packet, packet);
    if (s->tail != NULL)
        s->tail->next = q;
    else
        s->head = q;
    s->tail = q;
    s->bytes += (size_t)q->packet->size;
    return true;
}

/* --- times ----------------------------------------------------------------------------- */

REFERENCE_TIME ff_demuxer_time(const struct ff_demuxer *d, const struct demux_stream *s,
                               int64_t ticks)
{
    return ff_time(ticks, s->av->time_base) - d->origin - d->position;
}

/* The same as samples tell it. */
static REFERENCE_TIME sample_time(const struct ff_demuxer *d, const struct demux_stream *s,
                                  int64_t ticks)
{
    REFERENCE_TIME time = ff_demuxer_time(d, s, ticks);

    return d->rate != 1 ? (REFERENCE_TIME)((double)time / d->rate) : time;
}

int64_t ff_demuxer_ticks(const struct ff_demuxer *d, const struct demux_stream *s,
                         int64_t ticks)
{
    return ticks - ff_ticks(d->origin + d->position, s->av->time_base);
}

static int64_t stamp_of(const AVPacket *p)
{
    return p->pts != AV_NOPTS_VALUE ? p->pts : p->dts;
}

/* Is the packet beyond the position to stop at?  Decoding order counts, lest a picture lack its
 * reference. */
static bool is_beyond(const struct ff_demuxer *d, const struct demux_stream *s,
                      const AVPacket *p)
{
    int64_t stamp = p->dts != AV_NOPTS_VALUE ? p->dts : p->pts;

    return d->stop >= 0 && stamp != AV_NOPTS_VALUE &&
           ff_demuxer_time(d, s, stamp) + d->position >= d->stop;
}

/* --- reading --------------------------------------------------------------------------- */

static bool holds_more_than(const struct demux_stream *s, int seconds)
{
    int64_t first, last;

    if (s->head == NULL)
        return false;
    first = stamp_of(s->head->packet);
    last = stamp_of(s->tail->packet);
    return first != AV_NOPTS_VALUE && last != AV_NOPTS_VALUE &&
           (double)(last - first) * av_q2d(s->av->time_base) > seconds;
}

static bool is_full(const struct demux_stream *s)
{
    if (s->bytes <= FULL_BYTES)
        return false;
    return s->bytes > TOO_MANY_BYTES || holds_more_than(s, FULL_SECONDS);
}

static bool is_far_too_full(const struct demux_stream *s)
{
    return s->bytes > TOO_MANY_BYTES;
}

static bool lags(const struct demux_stream *s)
{
    return holds_more_than(s, AHEAD_SECONDS);
}

static bool any_other(const struct ff_demuxer *d, const struct demux_stream *mine,
                      bool (*is)(const struct demux_stream *s))
{
    for (unsigned i = 0; i < d->n_streams; i++)
        if (&d->streams[i] != mine && d->streams[i].is_wanted && is(&d->streams[i]))
            return true;
    return false;
}

/* How far all the others have come. */
static uint64_t taken_by_others(const struct ff_demuxer *d, const struct demux_stream *mine)
{
    uint64_t taken = 1; /* 0 is "never waited" */

    for (unsigned i = 0; i < d->n_streams; i++)
        if (&d->streams[i] != mine && d->streams[i].is_wanted)
            taken += d->streams[i].taken;
    return taken;
}

/* Files the packet with its stream.  Caller holds lock. */
static bool file_locked(struct ff_demuxer *d, AVPacket *packet)
{
    unsigned index = (unsigned)packet->stream_index < d->context->nb_streams
                         ? d->stream_of[packet->stream_index]
                         : UINT_MAX;
    struct demux_stream *s;
    bool ok = true;

    if (index != UINT_MAX && d->streams[index].is_wanted && packet->size > 0) {
        s = &d->streams[index];
        ff_demuxer_stamp_flac(d, s, packet);
        if (!s->has_ended && is_beyond(d, s, packet))
            s->has_ended = true;
        if (!s->has_ended && (!s->keys_alone || (packet->flags & AV_PKT_FLAG_KEY) != 0))
            ok = queue_push(s, packet);
    }
    av_packet_unref(packet);
    return ok;
}

/* One packet out of the container.  Caller holds lock, which is open meanwhile. */
static void read_one_locked(struct ff_demuxer *d, AVPacket *packet)
{
    struct rg_wait note = { .what = "data of the file or URL" };
    int result;

    d->is_reading = true;
    d->is_moved = true;
    pthread_mutex_unlock(&d->lock);
    rg_wait_begin(&note); /* a network may take its time, and nobody sees that from outside */
    do
        result = av_read_frame(d->context, packet);
    while (result == AVERROR(EAGAIN) && !atomic_load(&d->is_interrupted));
    rg_wait_end(&note);
    pthread_mutex_lock(&d->lock);
    d->is_reading = false;
    if (result == AVERROR_EXIT || result == AVERROR(EAGAIN))
        ; /* interrupted: fetch sees it */
    else if (result == AVERROR(ENOMEM))
        d->error = E_OUTOFMEMORY;
    else if (result < 0) {
        /* A file that breaks off ends here, as any other. */
        d->has_ended = true;
        if (result != AVERROR_EOF && result != AVERROR_INVALIDDATA)
            d->error = ff_error(result);
    } else if (!file_locked(d, packet)) {
        d->error = E_OUTOFMEMORY;
    }
    pthread_cond_broadcast(&d->changed);
}

#define FIRST_PACKETS_MOST 1000 /* among which each stream's first place to begin is expected */

/* With sound any packet is one. */
static const AVPacket *first_beginning(const struct demux_stream *s)
{
    bool needs_key = s->av->codecpar->codec_type == AVMEDIA_TYPE_VIDEO;

    for (const struct queued *q = s->head; q != NULL; q = q->next)
        if (!needs_key || (q->packet->flags & AV_PKT_FLAG_KEY) != 0)
            return q->packet;
    return NULL;
}

/* Does the stream give nothing at the position, whatever one does?  It begins later. */
static bool has_not_begun(const struct ff_demuxer *d, const struct demux_stream *s)
{
    int64_t start = s->av->start_time;

    return start != AV_NOPTS_VALUE && ff_demuxer_time(d, s, start) > 0;
}

/* A position between two samples of sound is that of the second. */
static REFERENCE_TIME one_sample(const struct demux_stream *s)
{
    int rate = s->av->codecpar->sample_rate;

    return s->av->codecpar->codec_type == AVMEDIA_TYPE_AUDIO && rate > 0 ? 10000000 / rate : 0;
}

/* As much as may be read ahead to find out. */
static bool holds_enough(const struct ff_demuxer *d)
{
    size_t bytes = 0;

    for (unsigned i = 0; i < d->n_streams; i++)
        bytes += d->streams[i].bytes;
    return bytes > FULL_BYTES;
}

/* Reads on, for a while.  false: where it can begin is not known, and may be anywhere. */
static bool begins_late_locked(struct ff_demuxer *d, struct demux_stream *s, AVPacket *scratch)
{
    const AVPacket *first;
    REFERENCE_TIME time;

    for (int n = 0; (first = first_beginning(s)) == NULL; n++) {
        if (d->has_ended || s->has_ended) /* of the file; beyond the position to stop at */
            return s->has_ended || s->head != NULL;
        if (n >= FIRST_PACKETS_MOST || holds_enough(d) || FAILED(d->error) ||
            atomic_load(&d->is_interrupted))
            return false;
        read_one_locked(d, scratch);
    }
    if (stamp_of(first) == AV_NOPTS_VALUE)
        return false;
    time = ff_demuxer_time(d, s, stamp_of(first));
    if (first->pts == AV_NOPTS_VALUE) /* it may be shown much later than decoded */
        time += ff_demuxer_reordering_us(d, s->av) * 10;
    return time > one_sample(s);
}

static bool any_begins_late_locked(struct ff_demuxer *d, enum AVMediaType kind,
                                   AVPacket *scratch)
{
    for (unsigned i = 0; i < d->n_streams; i++) {
        struct demux_stream *s = &d->streams[i];

        if (s->is_wanted && s->av->codecpar->codec_type == kind && !has_not_begun(d, s) &&
            !ff_demuxer_is_over(d, s) && begins_late_locked(d, s, scratch))
            return true;
    }
    return false;
}

enum ff_beginning ff_queues_begin(struct ff_demuxer *d)
{
    AVPacket *packet = av_packet_alloc();
    enum ff_beginning beginning = FF_BEGINS_IN_TIME;

    if (packet == NULL)
        return beginning;
    pthread_mutex_lock(&d->lock);
    if (any_begins_late_locked(d, AVMEDIA_TYPE_VIDEO, packet))
        beginning = FF_BEGINS_LATE;
    else if (any_begins_late_locked(d, AVMEDIA_TYPE_AUDIO, packet))
        beginning = FF_SOUND_IS_LATE;
    pthread_mutex_unlock(&d->lock);
    av_packet_free(&packet);
    return beginning;
}

/* Where the end is known to the sample, or asked for, one packet more tells which one is the last. */
static bool needs_next(const struct ff_demuxer *d, const struct demux_stream *s)
{
    return s->head != NULL && s->head == s->tail && !d->has_ended && !s->has_ended &&
           (s->media_end > 0 || ff_demuxer_crosses_stop(d, s, s->head->packet));
}

static int64_t wait_locked(struct ff_demuxer *d, int64_t since_ns)
{
    const char *what = d->is_reading ? "data, which another stream's thread reads"
                                     : "another stream to be worked off, for it is far behind";

    return rg_wait_cond(&(struct rg_wait){ .what = what, .since_ns = since_ns }, &d->changed,
                        &d->lock);
}

/* Until something changes, or for as long as it is worth. */
static void wait_a_little_locked(struct ff_demuxer *d, struct demux_stream *s, uint64_t taken)
{
    struct rg_wait note = { .what = "another stream, which lags" };
    struct timespec until;
    int result;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += AHEAD_WAIT_MS * 1000000L;
    if (until.tv_nsec >= 1000000000L) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000L;
    }
    rg_wait_begin(&note);
    result = pthread_cond_clockwait(&d->changed, &d->lock, CLOCK_MONOTONIC, &until);
    rg_wait_end(&note);
    if (result == ETIMEDOUT)
        s->waited_at = taken;
}

static HRESULT fetch_locked(struct ff_demuxer *d, struct demux_stream *s, AVPacket *scratch)
{
    int64_t since_ns = 0;
    uint64_t taken;

    for (;;) {
        if (atomic_load(&d->is_interrupted))
            return VFW_E_STATE_CHANGED;
        if (s->head != NULL && !needs_next(d, s))
            return S_OK;
        if (s->head == NULL && FAILED(d->error))
            return d->error;
        if (s->head == NULL && (s->has_ended || d->has_ended))
            return S_FALSE;
        if (s->head != NULL && FAILED(d->error))
            return S_OK;
        taken = taken_by_others(d, s);
        if (d->is_reading || any_other(d, s, is_far_too_full)) {
            if (s->head != NULL && !d->is_reading)
                return S_OK; /* better an untrimmed end than a wait */
            since_ns = wait_locked(d, since_ns);
        } else if (s->waited_at == taken) { /* nobody takes: they may wait for this stream */
            read_one_locked(d, scratch);
        } else if (any_other(d, s, is_full) && s->head != NULL) {
            return S_OK;
        } else if (any_other(d, s, is_full) || any_other(d, s, lags)) {
            wait_a_little_locked(d, s, taken);
        } else {
            read_one_locked(d, scratch);
        }
    }
}

HRESULT ff_demuxer_fetch(struct ff_demuxer *d, unsigned stream, ULONG *ret_bytes,
                         REFERENCE_TIME *ret_start)
{
    struct demux_stream *s;
    AVPacket *scratch;
    HRESULT hr;

    if (stream >= d->n_streams)
        return E_INVALIDARG;
    scratch = av_packet_alloc();
    if (scratch == NULL)
        return E_OUTOFMEMORY;
    s = &d->streams[stream];
    pthread_mutex_lock(&d->lock);
    hr = fetch_locked(d, s, scratch);
    if (hr == S_OK && !ff_demuxer_cut_raw(d, s))
        hr = E_OUTOFMEMORY;
    if (hr == S_OK) {
        int64_t stamp = stamp_of(s->head->packet);

        *ret_bytes = (ULONG)s->head->packet->size;
        *ret_start = stamp != AV_NOPTS_VALUE ? sample_time(d, s, stamp) : -1;
    }
    pthread_mutex_unlock(&d->lock);
    av_packet_free(&scratch);
    return hr;
}

void ff_demuxer_interrupt(struct ff_demuxer *d, bool on)
{
    bool was_on;

    pthread_mutex_lock(&d->reader_lock);
    pthread_mutex_lock(&d->lock);
    was_on = atomic_exchange(&d->is_interrupted, on);
    pthread_cond_broadcast(&d->changed);
    pthread_mutex_unlock(&d->lock);
    /* who is inside a read comes back; only the reader can see to that */
    if (d->reader != NULL && on && !was_on)
        IAsyncReader_BeginFlush(d->reader);
    else if (d->reader != NULL && !on && was_on)
        IAsyncReader_EndFlush(d->reader);
    pthread_mutex_unlock(&d->reader_lock);
}

/* --- packets to samples ---------------------------------------------------------------- */

static void fill_extra(const struct ff_demuxer *d, struct demux_stream *s, const AVPacket *p,
                       struct rg_sample_extra *extra)
{
    AVRational base = s->av->time_base;
    int64_t stamp = stamp_of(p);

    *extra = (struct rg_sample_extra){ 0 };
    ff_packet_skips(p, &extra->skip_start, &extra->skip_end);
    ff_demuxer_trim(d, s, p, &extra->skip_start, &extra->skip_end);
    if (p->dts != AV_NOPTS_VALUE) {
        extra->has_dts = true;
        extra->starts_at_dts = p->pts == AV_NOPTS_VALUE;
        extra->dts = sample_time(d, s, p->dts);
    }
    if (stamp != AV_NOPTS_VALUE && d->rate == 1) { /* the container's own are not scaled */
        extra->tick_num = base.num;
        extra->tick_den = base.den;
        extra->tick_pts = ff_demuxer_ticks(d, s, stamp);
        extra->tick_dts = ff_demuxer_ticks(d, s, p->dts != AV_NOPTS_VALUE ? p->dts : stamp);
        extra->tick_duration = p->duration;
    }
}

/* Of the packet at the head of the queue: is it there for others alone, before the position, or as what
 * a picture before the stop refers to? */
static bool is_unseen(const struct ff_demuxer *d, const struct demux_stream *s,
                      const AVPacket *p)
{
    REFERENCE_TIME time = ff_demuxer_time(d, s, stamp_of(p)), late = 0;

    if (s->head->is_before)
        return true;
    if (p->pts == AV_NOPTS_VALUE) /* when it is shown, only its decoder will tell */
        late = ff_demuxer_reordering_us(d, s->av) * 10;
    else if (d->stop >= 0 && time + d->position >= d->stop)
        return true;
    if (p->duration > 0)
        time += ff_time(p->duration, s->av->time_base) - 1;
    /* before the first segment lies what belongs to the stream's beginning */
    return d->position > 0 && time < -late;
}

static void set_times(const struct ff_demuxer *d, struct demux_stream *s, const AVPacket *p,
                      IMediaSample *sample)
{
    int64_t stamp = stamp_of(p);
    REFERENCE_TIME start, stop;
    bool has_stop = p->duration > 0;

    if (stamp == AV_NOPTS_VALUE) {
        IMediaSample_SetTime(sample, NULL, NULL);
        IMediaSample_SetPreroll(sample, FALSE);
        return;
    }
    start = sample_time(d, s, stamp);
    stop = has_stop ? sample_time(d, s, stamp + p->duration) : start;
    IMediaSample_SetTime(sample, &start, has_stop ? &stop : NULL);
    IMediaSample_SetPreroll(sample, is_unseen(d, s, p));
}

static HRESULT write_sample(struct ff_demuxer *d, struct demux_stream *s, IMediaSample *sample)
{
    const AVPacket *p = s->head->packet;
    struct rg_sample_extra extra;
    BYTE *data = NULL;
    HRESULT hr = IMediaSample_GetPointer(sample, &data);

    if (FAILED(hr))
        return hr;
    if (IMediaSample_GetSize(sample) < p->size)
        return VFW_E_BUFFER_OVERFLOW;
    memcpy(data, p->data, (size_t)p->size);
    hr = IMediaSample_SetActualDataLength(sample, p->size);
    if (FAILED(hr))
        return hr;
    set_times(d, s, p, sample);
    IMediaSample_SetSyncPoint(sample, (p->flags & AV_PKT_FLAG_KEY) != 0);
    IMediaSample_SetDiscontinuity(sample, s->is_discontinuity);
    s->is_discontinuity = false;
    fill_extra(d, s, p, &extra);
    rg_sample_set_extra(sample, &extra);
    return S_OK;
}

HRESULT ff_demuxer_fill(struct ff_demuxer *d, unsigned stream, IMediaSample *sample)
{
    struct demux_stream *s;
    HRESULT hr = VFW_E_WRONG_STATE;

    if (stream >= d->n_streams)
        return E_INVALIDARG;
    s = &d->streams[stream];
    pthread_mutex_lock(&d->lock);
    if (s->head != NULL) {
        hr = write_sample(d, s, sample);
        if (SUCCEEDED(hr)) {
            s->taken++;
            queue_pop(s);
            pthread_cond_broadcast(&d->changed);
        }
    }
    pthread_mutex_unlock(&d->lock);
    return hr;
}
