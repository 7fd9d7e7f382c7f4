/* SPDX-License-Identifier: MIT */
/* ff/demuxer_trim.c - packets of sound that stand across the begin or the end of the segment, to the
 * sample.
 *
 * Streaming threads, under lock.
 * Knows: times of packets, the head of a stream's queue.  Must not know: reading, samples of a graph.
 */
#include <stdlib.h>

#include <libavcodec/avcodec.h>
#include <libavutil/mathematics.h>

#include "ff/demuxer_internal.h"

/* Bytes of one sample of all channels; 0: a codec's, which alone can cut it. */
static int raw_block(const struct demux_stream *s)
{
    const AVCodecParameters *par = s->av->codecpar;

    switch (par->codec_id) {
    case AV_CODEC_ID_PCM_S8_PLANAR:
    case AV_CODEC_ID_PCM_S16LE_PLANAR:
    case AV_CODEC_ID_PCM_S16BE_PLANAR:
    case AV_CODEC_ID_PCM_S24LE_PLANAR:
    case AV_CODEC_ID_PCM_S32LE_PLANAR:
        return 0;
    default:
        if (par->codec_id < AV_CODEC_ID_FIRST_AUDIO ||
            par->codec_id >= AV_CODEC_ID_ADPCM_IMA_QT)
            return 0;
        return av_get_exact_bits_per_sample(par->codec_id) / 8 * par->ch_layout.nb_channels;
    }
}

/* How long it is, in ticks; 0: nobody says. */
static int64_t length_of(const struct demux_stream *s, const AVPacket *p)
{
    const AVCodecParameters *par = s->av->codecpar;
    AVRational one = { 1, par->sample_rate };
    int block = raw_block(s);

    if (block > 0)
        return av_rescale_q(p->size / block, one, s->av->time_base);
    if (p->duration > 0)
        return p->duration;
    if (par->frame_size > 0)
        return av_rescale_q(par->frame_size, one, s->av->time_base);
    return s->usual_duration;
}

static bool stands_somewhere(const struct demux_stream *s, const AVPacket *p)
{
    return s->av->codecpar->codec_type == AVMEDIA_TYPE_AUDIO && p->pts != AV_NOPTS_VALUE &&
           s->av->codecpar->sample_rate > 0 && length_of(s, p) > 0;
}

static uint32_t samples_in(const struct demux_stream *s, REFERENCE_TIME time)
{
    return (uint32_t)av_rescale(time, s->av->codecpar->sample_rate, 10000000);
}

static uint32_t before_position(const struct ff_demuxer *d, const struct demux_stream *s,
                                const AVPacket *p)
{
    REFERENCE_TIME start = ff_demuxer_time(d, s, p->pts);

    if (d->position <= 0 || start >= 0 || ff_demuxer_time(d, s, p->pts + length_of(s, p)) <= 0)
        return 0;
    return samples_in(s, -start);
}

/* So much (100 ns) of it, if it is as long as it says; the last one of a file may be shorter. */
static REFERENCE_TIME beyond_stop(const struct ff_demuxer *d, const struct demux_stream *s,
                                  const AVPacket *p)
{
    REFERENCE_TIME start = ff_demuxer_time(d, s, p->pts) + d->position;
    REFERENCE_TIME end = ff_demuxer_time(d, s, p->pts + length_of(s, p)) + d->position;

    return d->stop >= 0 && start < d->stop && end > d->stop ? end - d->stop : 0;
}

bool ff_demuxer_crosses_stop(const struct ff_demuxer *d, const struct demux_stream *s,
                             const AVPacket *p)
{
    return stands_somewhere(s, p) && beyond_stop(d, s, p) > 0;
}

static uint32_t behind_stop(const struct ff_demuxer *d, const struct demux_stream *s,
                            const AVPacket *p)
{
    bool is_last = s->head == s->tail && d->has_ended && !s->has_ended;

    return is_last && raw_block(s) == 0 ? 0 : samples_in(s, beyond_stop(d, s, p));
}

/* Does the codec give a frame as short as what went into it? */
static bool has_short_frames(const struct demux_stream *s)
{
    return s->av->codecpar->codec_id == AV_CODEC_ID_FLAC ||
           s->av->codecpar->codec_id == AV_CODEC_ID_ALAC;
}

/* How much of the last packet's frame does not count. */
static uint32_t short_end(const struct ff_demuxer *d, struct demux_stream *s, const AVPacket *p)
{
    bool is_last = s->head == s->tail && (d->has_ended || s->has_ended);
    int64_t usual = s->usual_duration > 0 ? s->usual_duration : s->av->codecpar->frame_size;
    int64_t left;

    if (s->media_end <= 0 || has_short_frames(s))
        return 0;
    if (p->duration > s->usual_duration)
        s->usual_duration = p->duration;
    if (!is_last || p->pts == AV_NOPTS_VALUE)
        return 0;
    left = s->media_end - p->pts;
    if (p->duration > 0 && left > p->duration + s->edit_slack)
        left = p->duration + s->edit_slack;
    if (left <= 0 || left >= usual)
        return 0;
    return (uint32_t)av_rescale_q(usual - left, s->av->time_base,
                                  (AVRational){ 1, s->av->codecpar->sample_rate });
}

void ff_demuxer_trim(const struct ff_demuxer *d, struct demux_stream *s, const AVPacket *p,
                     uint32_t *start, uint32_t *end)
{
    uint32_t behind;

    if (s->av->codecpar->codec_type != AVMEDIA_TYPE_AUDIO)
        return;
    if (*end == 0)
        *end = short_end(d, s, p);
    if (!stands_somewhere(s, p) || raw_block(s) > 0) /* cut already */
        return;
    *start += before_position(d, s, p);
    behind = behind_stop(d, s, p);
    if (behind > *end)
        *end = behind;
}

/* From the front: so many samples, of `block` bytes. */
static void cut_front(const struct demux_stream *s, AVPacket *p, uint32_t samples, int block)
{
    const AVRational one = { 1, s->av->codecpar->sample_rate };

    p->data += samples * (size_t)block;
    p->size -= (int)samples * block;
    p->pts += av_rescale_q(samples, one, s->av->time_base);
    p->duration = av_rescale_q(p->size / block, one, s->av->time_base);
}

static void cut_to(const struct demux_stream *s, AVPacket *p, uint32_t samples, int block)
{
    p->size = (int)samples * block;
    p->duration = av_rescale_q(samples, (AVRational){ 1, s->av->codecpar->sample_rate },
                               s->av->time_base);
}

/* What lies before the position gets a packet of its own, which is preroll. */
static bool split_at(struct demux_stream *s, uint32_t samples, int block)
{
    struct queued *front = calloc(1, sizeof(*front));

    if (front != NULL)
        front->packet = av_packet_clone(s->head->packet);
    if (front == NULL || front->packet == NULL) {
        free(front);
        return false;
    }
    cut_to(s, front->packet, samples, block);
    cut_front(s, s->head->packet, samples, block);
    front->is_before = front->is_cut = true;
    front->next = s->head;
    s->head = front;
    return true;
}

bool ff_demuxer_cut_raw(const struct ff_demuxer *d, struct demux_stream *s)
{
    AVPacket *p = s->head->packet;
    int block = raw_block(s);
    uint32_t samples, start, end;

    if (block <= 0 || !stands_somewhere(s, p) || s->head->is_cut)
        return true;
    s->head->is_cut = true;
    samples = (uint32_t)(p->size / block);
    end = behind_stop(d, s, p);
    if (end > 0 && end < samples) {
        s->bytes -= end * (size_t)block;
        samples -= end;
        cut_to(s, p, samples, block);
    }
    start = before_position(d, s, p);
    return start == 0 || start >= samples || split_at(s, start, block);
}
