/* SPDX-License-Identifier: MIT */
/* ff/demuxer_seek.c - jumping in a container, to where each stream can begin.
 *
 * Control threads, while nobody fetches.
 * Knows: libavformat's seeking.  Must not know: queues (demuxer_queue.c), pins.
 */
#include "ff/demuxer_internal.h"
#include "ff/error.h"

#define PICTURES_AHEAD_MOST 16        /* H.264 has no more of them in a row */
#define ORDINARY_BACK_US    500000    /* a group of pictures may be as long, or longer */
#define FARTHEST_BACK_US    320000000 /* from there, back to the beginning */
#define SOUND_BACK_US       3000000   /* what has no sound for longer has a hole */
#define BEFORE_ALL_US       10000000  /* decoding times begin before the first picture's */
#define SURELY_OVER         10000000  /* 100 ns: durations are not that exact */
#define FARTHEST            (INT64_MAX / 4) /* of positions, 100 ns */

/* The time for decoding a key frame lies at most so much (us) before the time at which it is shown:
 * the codec's delay, and the pictures that are shown before it and come behind it. */
int64_t ff_demuxer_reordering_us(const struct ff_demuxer *d, const AVStream *s)
{
    AVRational rate = ff_demuxer_frame_rate(d, s);

    if (s->codecpar->codec_type != AVMEDIA_TYPE_VIDEO || rate.num <= 0 ||
        s->codecpar->video_delay <= 0)
        return 0;
    return av_rescale(s->codecpar->video_delay + PICTURES_AHEAD_MOST, 1000000LL * rate.den,
                      rate.num);
}

/* So much before the position lies the place that is tried second. */
static int64_t first_back_us(const struct ff_demuxer *d)
{
    int64_t most = 0;

    for (unsigned i = 0; i < d->n_streams; i++) {
        const AVStream *s = d->streams[i].av;
        AVRational rate = ff_demuxer_frame_rate(d, s);
        int64_t back = ff_demuxer_reordering_us(d, s);

        if (back == 0 && rate.num > 0) /* one picture */
            back = av_rescale(1, 1000000LL * rate.den, rate.num);
        most = back > most ? back : most;
    }
    return most;
}

/* Containers without an index look at packets, and see none that is left out. */
static void want_all_if_none(struct ff_demuxer *d)
{
    for (unsigned i = 0; i < d->n_streams; i++)
        if (d->streams[i].is_wanted)
            return;
    for (unsigned i = 0; i < d->n_streams; i++)
        d->streams[i].av->discard = AVDISCARD_DEFAULT;
}

/* Its container says that it ends before the position: nobody looks for more of it. */
bool ff_demuxer_is_over(const struct ff_demuxer *d, const struct demux_stream *s)
{
    int64_t start = s->av->start_time != AV_NOPTS_VALUE ? s->av->start_time : 0;

    return d->position > 0 && s->av->duration != AV_NOPTS_VALUE && s->av->duration > 0 &&
           ff_demuxer_time(d, s, start + s->av->duration) < -SURELY_OVER;
}

static HRESULT jump_to(struct ff_demuxer *d, int64_t to)
{
    int result;

    if (d->context->pb != NULL) {
        /* an interrupted read is remembered there, and would come up again at the end */
        d->context->pb->error = 0;
        d->context->pb->eof_reached = 0;
    }
    want_all_if_none(d);
    result = avformat_seek_file(d->context, -1, INT64_MIN, to, to, 0);
    if (result < 0)
        result = avformat_seek_file(d->context, -1, INT64_MIN, to, INT64_MAX, 0);
    ff_queues_clear(d);
    d->has_ended = false;
    d->error = S_OK;
    d->is_moved = false;
    for (unsigned i = 0; i < d->n_streams; i++) {
        d->streams[i].has_ended = ff_demuxer_is_over(d, &d->streams[i]);
        d->streams[i].is_discontinuity = true;
        d->streams[i].usual_duration = 0;
    }
    if (result == -1) /* how libavformat says that it can't */
        return E_NOTIMPL;
    return result < 0 ? ff_error(result) : S_OK;
}

/* Farther back than the place that was tried last.  *ret_is_start: there is nothing in front. */
static HRESULT jump_back(struct ff_demuxer *d, int64_t to, int64_t *back, bool *ret_is_start)
{
    const int64_t start = d->origin / 10, at = to - *back;

    *ret_is_start = *back > FARTHEST_BACK_US || at <= start;
    *back = *back * 2 > ORDINARY_BACK_US ? *back * 2 : ORDINARY_BACK_US;
    return jump_to(d, *ret_is_start ? start - BEFORE_ALL_US : at);
}

/* Pictures can begin at `to`, and sound later alone. */
static HRESULT jump_for_sound(struct ff_demuxer *d, int64_t to)
{
    int64_t back = ORDINARY_BACK_US;
    bool is_start = false;
    HRESULT hr = S_OK;

    while (hr == S_OK && !is_start && back <= SOUND_BACK_US) {
        hr = jump_back(d, to, &back, &is_start);
        if (hr == S_OK && ff_queues_begin(d) == FF_BEGINS_IN_TIME)
            return S_OK;
    }
    return jump_to(d, to);
}

/* Containers look for decoding times, round to the next picture, or land between two key frames: what
 * comes first may be no place to begin, or none is found at all, so it is looked at, and tried farther
 * and farther back. */
HRESULT ff_demuxer_jump(struct ff_demuxer *d)
{
    const int64_t to = (d->position + d->origin) / 10;
    enum ff_beginning beginning = FF_BEGINS_IN_TIME;
    int64_t back = first_back_us(d), at = to;
    bool is_start = d->position <= 0;
    HRESULT hr = jump_to(d, is_start ? d->origin / 10 - BEFORE_ALL_US : to);

    while (!is_start) {
        if (FAILED(hr) && hr != E_NOTIMPL)
            return hr;
        beginning = hr == S_OK ? ff_queues_begin(d) : FF_BEGINS_LATE;
        if (beginning != FF_BEGINS_LATE)
            break;
        at = to - back;
        hr = jump_back(d, to, &back, &is_start);
    }
    return beginning == FF_SOUND_IS_LATE ? jump_for_sound(d, at) : hr;
}

static bool can_jump(const struct ff_demuxer *d)
{
    return d->context->pb == NULL || (d->context->pb->seekable & AVIO_SEEKABLE_NORMAL) != 0 ||
           d->context->iformat->read_seek != NULL;
}

HRESULT ff_demuxer_seek(struct ff_demuxer *d, REFERENCE_TIME position, REFERENCE_TIME stop)
{
    HRESULT hr = S_OK;

    if (d->context == NULL)
        return VFW_E_NOT_CONNECTED;
    if (position < 0)
        return E_INVALIDARG;
    if (position > FARTHEST)
        position = FARTHEST;
    if (position != d->position || d->is_moved) {
        REFERENCE_TIME before = d->position, stop_before = d->stop;

        if (!can_jump(d))
            return E_NOTIMPL;
        d->position = position;
        d->stop = stop; /* the first packets are read already */
        hr = ff_demuxer_jump(d);
        if (FAILED(hr)) {
            d->position = before;
            d->stop = stop_before;
        }
    }
    if (SUCCEEDED(hr)) {
        d->stop = stop;
        for (unsigned i = 0; i < d->n_streams; i++)
            d->streams[i].has_ended = ff_demuxer_is_over(d, &d->streams[i]);
    }
    return hr;
}
