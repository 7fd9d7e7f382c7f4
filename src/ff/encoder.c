/* SPDX-License-Identifier: MIT */
/* ff/encoder.c - an encoder's life: open, push frames, take packets, drain, open again.
 *
 * Control threads open and close, one streaming thread does the rest.
 * Knows: libavcodec's encoding calls, packets' times.  Must not know: how pictures and sound
 * come in (encoder_picture.c, encoder_sound.c), where samples go.
 */
#define COBJMACROS
#include "ff/encoder.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "ff/encoder_internal.h"
#include "ff/error.h"
#include "ff/packet.h"

HRESULT ff_encoder_open(const struct ff_encoder_settings *settings, const AM_MEDIA_TYPE *in,
                        struct ff_encoder **ret)
{
    struct ff_encoder *e = calloc(1, sizeof(*e));
    HRESULT hr = E_OUTOFMEMORY;

    if (e == NULL)
        return E_OUTOFMEMORY;
    e->settings = *settings;
    e->frame = av_frame_alloc();
    e->packet = av_packet_alloc();
    e->scaler = ff_scaler_new();
    if (e->frame != NULL && e->packet != NULL && e->scaler != NULL)
        hr = rg_format_from_type(in, &e->format);
    if (SUCCEEDED(hr))
        hr = ff_encoder_ready(e);
    if (FAILED(hr)) {
        ff_encoder_close(e);
        return hr;
    }
    *ret = e;
    return S_OK;
}

void ff_encoder_close(struct ff_encoder *e)
{
    if (e == NULL)
        return;
    ff_encoder_sound_close(e);
    avcodec_free_context(&e->codec);
    av_frame_free(&e->frame);
    av_packet_free(&e->packet);
    ff_scaler_free(e->scaler);
    free(e);
}

/* These copy a picture whole before avcodec_send_frame returns, so it may lie in a sample that
 * is only lent. */
static bool copies_at_once(const AVCodecContext *c)
{
    const char *wrapper = c->codec->wrapper_name;

    if (c->active_thread_type & FF_THREAD_FRAME)
        return false;
    if (!(c->codec->capabilities & AV_CODEC_CAP_DELAY))
        return true;
    return wrapper != NULL &&
           (strcmp(wrapper, "libx264") == 0 || strcmp(wrapper, "libx265") == 0 ||
            strcmp(wrapper, "libvpx") == 0);
}

/* Whose packets all decode to frame_size samples, padding included. */
static bool pads_frames(enum AVCodecID id)
{
    return id == AV_CODEC_ID_AAC || id == AV_CODEC_ID_MP3 || id == AV_CODEC_ID_MP2 ||
           id == AV_CODEC_ID_AC3 || id == AV_CODEC_ID_EAC3 || id == AV_CODEC_ID_OPUS;
}

HRESULT ff_encoder_ready(struct ff_encoder *e)
{
    HRESULT hr;

    if (e->codec != NULL)
        return S_OK;
    hr = ff_encoder_codec_open(&e->settings, &e->format, false, &e->codec);
    if (FAILED(hr))
        return hr;
    assert(e->codec);
    e->may_lend = copies_at_once(e->codec);
    e->skip_start = 0;
    if (pads_frames(e->codec->codec_id) && e->codec->initial_padding > 0)
        e->skip_start = (uint32_t)e->codec->initial_padding;
    for (unsigned i = 0; i < DURATIONS; i++)
        e->durations[i].pts = AV_NOPTS_VALUE;
    if (e->format.kind == RG_KIND_AUDIO)
        hr = ff_encoder_sound_open(e);
    if (FAILED(hr))
        avcodec_free_context(&e->codec);
    return hr;
}

/* --- packets --------------------------------------------------------------------------- */

static int64_t duration_of(struct ff_encoder *e, const AVPacket *p)
{
    if (p->duration > 0)
        return p->duration;
    for (unsigned i = 0; i < DURATIONS; i++)
        if (e->durations[i].pts == p->pts) {
            e->durations[i].pts = AV_NOPTS_VALUE;
            return e->durations[i].duration;
        }
    return 0;
}

/* Decoding times never run backwards, not even from one opening of the codec to the next. */
static void straighten(struct ff_encoder *e, AVPacket *p)
{
    if (p->pts == AV_NOPTS_VALUE)
        p->pts = p->dts;
    if (p->dts == AV_NOPTS_VALUE)
        p->dts = p->pts;
    if (p->dts == AV_NOPTS_VALUE)
        return;
    if (e->has_dts && p->dts <= e->last_dts)
        p->dts = e->last_dts + 1;
    if (p->pts < p->dts && e->format.kind == RG_KIND_VIDEO)
        p->pts = p->dts;
    e->last_dts = p->dts;
    e->has_dts = true;
}

/* How far a sound packet reaches beyond the end of what was sent. */
static int64_t beyond_end(const struct ff_encoder *e, const AVPacket *p)
{
    int frame = e->codec->frame_size;

    if (e->format.kind != RG_KIND_AUDIO || !e->is_ending || !pads_frames(e->codec->codec_id) ||
        p->pts == AV_NOPTS_VALUE || frame <= 0)
        return 0;
    return p->pts + frame - e->end_pts;
}

static void fill_extra(struct ff_encoder *e, const AVPacket *p, int64_t over,
                       struct rg_sample_extra *extra)
{
    AVRational base = e->codec->time_base;
    uint32_t start, end;

    ff_packet_skips(p, &start, &end);
    if (end == 0 && over > 0)
        end = (uint32_t)over;
    *extra = (struct rg_sample_extra){
        .has_dts = p->dts != AV_NOPTS_VALUE,
        .dts = p->dts != AV_NOPTS_VALUE ? ff_time(p->dts, base) : 0,
        .skip_start = e->skip_start,
        .skip_end = end,
        .tick_pts = p->pts,
        .tick_dts = p->dts,
        .tick_duration = p->duration,
        .tick_num = base.num,
        .tick_den = p->pts != AV_NOPTS_VALUE ? base.den : 0,
    };
    e->skip_start = 0;
}

static HRESULT deliver_packet(struct ff_encoder *e, const struct ff_output *output)
{
    AVPacket *p = e->packet;
    AVRational base = e->codec->time_base;
    struct rg_sample_extra extra;
    REFERENCE_TIME start, stop;
    IMediaSample *sample = NULL;
    BYTE *data = NULL;
    int64_t over;
    HRESULT hr;

    over = beyond_end(e, p);
    if (p->size == 0 || (over > 0 && over >= e->codec->frame_size))
        return S_OK;
    p->duration = duration_of(e, p);
    if (over > 0)
        p->duration = e->codec->frame_size - over;
    straighten(e, p);
    fill_extra(e, p, over, &extra);
    start = p->pts != AV_NOPTS_VALUE ? ff_time(p->pts, base) : -1;
    stop = ff_time(p->pts + p->duration, base);
    hr = output->get(output->context, (ULONG)p->size, start, &sample);
    if (hr != S_OK)
        return hr;
    hr = IMediaSample_GetPointer(sample, &data);
    if (SUCCEEDED(hr))
        hr = IMediaSample_SetActualDataLength(sample, p->size);
    if (FAILED(hr)) {
        IMediaSample_Release(sample);
        return hr;
    }
    memcpy(data, p->data, (size_t)p->size);
    if (p->pts != AV_NOPTS_VALUE)
        IMediaSample_SetTime(sample, &start, p->duration > 0 ? &stop : NULL);
    else
        IMediaSample_SetTime(sample, NULL, NULL);
    IMediaSample_SetSyncPoint(sample, (p->flags & AV_PKT_FLAG_KEY) != 0);
    IMediaSample_SetPreroll(sample, FALSE);
    IMediaSample_SetDiscontinuity(sample, e->is_discontinuity);
    e->is_discontinuity = false;
    rg_sample_set_extra(sample, &extra);
    return output->deliver(output->context, sample);
}

/* S_OK: it wants more; S_FALSE: it is at its end. */
static HRESULT take_packets(struct ff_encoder *e, const struct ff_output *output)
{
    for (;;) {
        int result = avcodec_receive_packet(e->codec, e->packet);
        HRESULT hr;

        if (result == AVERROR(EAGAIN))
            return S_OK;
        if (result == AVERROR_EOF)
            return S_FALSE;
        if (result < 0)
            return ff_error(result);
        hr = deliver_packet(e, output);
        av_packet_unref(e->packet);
        if (hr != S_OK)
            return FAILED(hr) ? hr : VFW_E_STATE_CHANGED;
    }
}

HRESULT ff_encoder_push(struct ff_encoder *e, const AVFrame *frame,
                        const struct ff_output *output)
{
    HRESULT hr;
    int result = avcodec_send_frame(e->codec, frame);

    if (result == AVERROR(EAGAIN)) {
        hr = take_packets(e, output);
        if (FAILED(hr))
            return hr;
        result = avcodec_send_frame(e->codec, frame);
    }
    if (result < 0 && result != AVERROR_EOF)
        return ff_error(result);
    return take_packets(e, output);
}

/* --- the four calls -------------------------------------------------------------------- */

HRESULT ff_encoder_send(struct ff_encoder *e, IMediaSample *sample,
                        const struct ff_output *output)
{
    HRESULT hr = ff_encoder_ready(e);

    if (FAILED(hr))
        return hr;
    if (IMediaSample_IsDiscontinuity(sample) == S_OK)
        e->is_discontinuity = true;
    hr = e->format.kind == RG_KIND_VIDEO ? ff_encoder_send_picture(e, sample, output)
                                         : ff_encoder_send_sound(e, sample, output);
    return FAILED(hr) ? hr : S_OK;
}

HRESULT ff_encoder_drain(struct ff_encoder *e, const struct ff_output *output)
{
    HRESULT hr = S_OK;

    if (e->codec == NULL || !e->has_pts)
        return S_OK;
    if (e->format.kind == RG_KIND_AUDIO)
        hr = ff_encoder_sound_rest(e, output);
    if (SUCCEEDED(hr))
        hr = ff_encoder_push(e, NULL, output);
    ff_encoder_sound_close(e);
    avcodec_free_context(&e->codec);
    return FAILED(hr) ? hr : S_OK;
}

void ff_encoder_reset(struct ff_encoder *e)
{
    ff_encoder_sound_close(e);
    avcodec_free_context(&e->codec);
    e->has_pts = false;
    e->has_dts = false;
    e->has_fifo_pts = false;
    e->is_discontinuity = true;
}
