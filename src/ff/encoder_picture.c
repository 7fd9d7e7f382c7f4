/* SPDX-License-Identifier: MIT */
/* ff/encoder_picture.c - raw pictures into an encoder: lent as they lie, copied or converted.
 *
 * Streaming thread.  Knows: pictures and their times.  Must not know: packets.
 */
#define COBJMACROS
#include <libavutil/buffer.h>
#include <libavutil/frame.h>

#include "ff/encoder_internal.h"
#include "ff/error.h"

/* Times in the codec's ticks, each later than the one before. */
static void set_times(struct ff_encoder *e, const struct rg_sample_info *info)
{
    AVRational base = e->codec->time_base, rate = e->codec->framerate;
    int64_t duration = 0, pts;

    if (info->has_time && info->has_stop && info->stop > info->start)
        duration = ff_ticks(info->stop - info->start, base);
    else if (rate.num > 0)
        duration = av_rescale_q(1, av_inv_q(rate), base);
    if (duration <= 0)
        duration = 1;
    if (info->has_time)
        pts = ff_ticks(info->start, base);
    else
        pts = e->has_pts ? e->last_pts + duration : 0;
    if (e->has_pts && pts <= e->last_pts)
        pts = e->last_pts + 1;
    e->last_pts = pts;
    e->has_pts = true;
    e->frame->pts = pts;
    e->frame->pkt_duration = duration;
    e->durations[e->next_duration].pts = pts;
    e->durations[e->next_duration].duration = duration;
    e->next_duration = (e->next_duration + 1) % DURATIONS;
}

static void sample_unlend(void *opaque, uint8_t *data)
{
    (void)data;
    IMediaSample_Release((IMediaSample *)opaque);
}

/* The frame's memory is the sample's; with a reference if the codec is known to give it back at
 * once, else without, and libavcodec makes its copy. */
static HRESULT lend(struct ff_encoder *e, IMediaSample *sample,
                    const struct ff_picture *picture)
{
    BYTE *data = NULL;
    HRESULT hr = IMediaSample_GetPointer(sample, &data);

    if (FAILED(hr))
        return hr;
    for (int i = 0; i < 4; i++) {
        e->frame->data[i] = picture->data[i];
        e->frame->linesize[i] = picture->stride[i];
    }
    e->frame->extended_data = e->frame->data;
    if (!e->may_lend)
        return S_OK;
    e->frame->buf[0] = av_buffer_create(data, (size_t)IMediaSample_GetSize(sample),
                                        sample_unlend, sample, AV_BUFFER_FLAG_READONLY);
    if (e->frame->buf[0] == NULL)
        return E_OUTOFMEMORY;
    IMediaSample_AddRef(sample);
    return S_OK;
}

static HRESULT convert(struct ff_encoder *e, const struct ff_picture *from)
{
    struct ff_picture to;

    if (av_frame_get_buffer(e->frame, 0) < 0)
        return E_OUTOFMEMORY;
    ff_picture_of_frame(&to, e->frame);
    return ff_scaler_run(e->scaler, from, &to, FF_FILTER_BICUBIC);
}

HRESULT ff_encoder_send_picture(struct ff_encoder *e, IMediaSample *sample,
                                const struct ff_output *output)
{
    struct rg_sample_info info;
    struct ff_picture picture;
    struct rg_frame map;
    HRESULT hr = rg_sample_get_info(sample, &info);

    if (SUCCEEDED(hr))
        hr = rg_frame_map(&map, &e->format, info.data, (int)info.bytes);
    if (FAILED(hr))
        return hr;
    ff_picture_of_map(&picture, &map);
    e->frame->format = e->codec->pix_fmt;
    e->frame->width = e->codec->width;
    e->frame->height = e->codec->height;
    e->frame->color_range = e->codec->color_range;
    e->frame->sample_aspect_ratio = e->codec->sample_aspect_ratio;
    if (picture.format == e->codec->pix_fmt)
        hr = lend(e, sample, &picture);
    else
        hr = convert(e, &picture);
    if (SUCCEEDED(hr)) {
        set_times(e, &info);
        hr = ff_encoder_push(e, e->frame, output);
    }
    av_frame_unref(e->frame);
    return hr;
}
