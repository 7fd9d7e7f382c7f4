/* SPDX-License-Identifier: MIT */
/* ff/decoder_out.c - decoded frames become samples: handed on as they lie, copied or converted.
 *
 * Streaming thread.  Knows: frames, raw formats, times.  Must not know: packets, how codecs are
 * driven.
 */
#define COBJMACROS
#include <string.h>

#include <libavutil/channel_layout.h>
#include <libavutil/samplefmt.h>

#include "ff/decoder_internal.h"
#include "ff/packet.h"

/* Puts times and marks on a sample.  stop < start: none. */
static void sample_mark(struct ff_decoder *d, IMediaSample *sample, REFERENCE_TIME start,
                        REFERENCE_TIME stop, LONG bytes, bool is_preroll)
{
    IMediaSample_SetActualDataLength(sample, bytes);
    if (start == -1 && stop == -1)
        IMediaSample_SetTime(sample, NULL, NULL);
    else
        IMediaSample_SetTime(sample, &start, stop > start ? &stop : NULL);
    IMediaSample_SetSyncPoint(sample, TRUE);
    IMediaSample_SetPreroll(sample, is_preroll);
    IMediaSample_SetDiscontinuity(sample, d->is_discontinuity);
    d->is_discontinuity = false;
}

/* --- video ----------------------------------------------------------------------------- */

static REFERENCE_TIME frame_time(const struct ff_decoder *d)
{
    const AVFrame *f = d->frame;
    REFERENCE_TIME time = f->pkt_duration > 0 ? f->pkt_duration : 0;

    if (time == 0 && d->rate.num > 0)
        time = ff_time(1, av_inv_q(d->rate));
    if (f->repeat_pict > 0 && f->pkt_duration <= 0)
        time += time * f->repeat_pict / 2;
    return time;
}

bool ff_decoder_stop_of(const struct ff_decoder *d, REFERENCE_TIME *ret)
{
    if (d->format.kind != RG_KIND_VIDEO || d->frame->best_effort_timestamp == AV_NOPTS_VALUE)
        return false;
    *ret = d->frame->best_effort_timestamp + frame_time(d);
    return true;
}

/* The layout that the connection has now is the one the picture was decoded in. */
static bool plan_is_output(const struct ff_decoder *d)
{
    return d->format.coded_width == d->plan.width && d->format.coded_height == d->plan.height &&
           !d->format.bottom_up && ff_pixel_format(d->format.pixels) == d->plan.format &&
           d->format.pixels != RG_PIXELS_YV12 && d->frame->width == d->format.width &&
           d->frame->height == d->format.height && d->frame->color_range != AVCOL_RANGE_JPEG;
}

static HRESULT picture_copy(struct ff_decoder *d, IMediaSample *sample)
{
    struct ff_picture from, to;
    struct rg_frame map;
    BYTE *data = NULL;
    HRESULT hr = IMediaSample_GetPointer(sample, &data);

    if (SUCCEEDED(hr))
        hr = rg_frame_map(&map, &d->format, data, IMediaSample_GetSize(sample));
    if (FAILED(hr))
        return hr;
    ff_picture_of_frame(&from, d->frame);
    ff_picture_of_map(&to, &map);
    return ff_scaler_run(d->scaler, &from, &to, FF_FILTER_BICUBIC);
}

/* A sample with room for a picture, of the connection as it is when get comes back. */
static HRESULT picture_sample(struct ff_decoder *d, REFERENCE_TIME start,
                              const struct ff_output *output, IMediaSample **ret)
{
    for (;;) {
        unsigned changes = d->output_changes;
        HRESULT hr =
            output->get(output->context, (ULONG)rg_format_bytes(&d->format), start, ret);

        if (hr != S_OK || changes == d->output_changes)
            return hr;
        IMediaSample_Release(*ret);
        *ret = NULL;
    }
}

static HRESULT deliver_picture(struct ff_decoder *d, const struct ff_output *output)
{
    int64_t pts = d->frame->best_effort_timestamp;
    REFERENCE_TIME start = pts != AV_NOPTS_VALUE ? pts : d->next;
    REFERENCE_TIME time = frame_time(d), stop = -1;
    IMediaSample *sample = NULL;
    HRESULT hr;

    if (pts != AV_NOPTS_VALUE || d->next != -1)
        stop = start + time;
    d->next = time > 0 && stop != -1 ? stop : -1;
    if (plan_is_output(d))
        sample = ff_buffers_claim(d, d->frame);
    if (sample == NULL) {
        hr = picture_sample(d, start, output, &sample);
        if (hr != S_OK)
            return hr;
        hr = picture_copy(d, sample);
        if (FAILED(hr)) {
            IMediaSample_Release(sample);
            if (output->drop != NULL)
                output->drop(output->context, "not convertible", 1);
            return S_OK;
        }
    }
    sample_mark(d, sample, start, stop, rg_format_bytes(&d->format),
                d->frame->reordered_opaque & 1);
    return output->deliver(output->context, sample);
}

/* --- sound ----------------------------------------------------------------------------- */

static struct ff_sound sound_of_frame(const AVFrame *frame)
{
    return (struct ff_sound){
        .format = frame->format,
        .rate = frame->sample_rate,
        .channels = frame->ch_layout.nb_channels,
        .mask = frame->ch_layout.order == AV_CHANNEL_ORDER_NATIVE ? frame->ch_layout.u.mask : 0,
    };
}

static bool sound_equal(const struct ff_sound *a, const struct ff_sound *b)
{
    return a->format == b->format && a->rate == b->rate && a->channels == b->channels &&
           a->mask == b->mask;
}

/* Makes a resampler from what the codec gives now to what the connection takes. */
static HRESULT resampler_ready(struct ff_decoder *d, const struct ff_output *output)
{
    struct ff_sound from = sound_of_frame(d->frame), to = ff_sound_of_format(&d->format);
    HRESULT hr;

    if (d->resampler != NULL && sound_equal(&from, &d->sound_from))
        return S_OK;
    hr = ff_decoder_deliver_rest(d, output);
    if (hr != S_OK)
        return hr;
    ff_resampler_close(d->resampler);
    d->resampler = NULL;
    if (d->format.sound == RG_SOUND_S24)
        return VFW_E_TYPE_NOT_ACCEPTED;
    d->sound_from = from;
    return ff_resampler_open(&from, &to, &d->resampler);
}

/* samples per channel lie in it.  Takes the reference. */
static HRESULT sound_deliver(struct ff_decoder *d, IMediaSample *sample, int samples,
                             REFERENCE_TIME start, bool is_preroll,
                             const struct ff_output *output)
{
    REFERENCE_TIME stop = -1;

    if (samples <= 0) {
        IMediaSample_Release(sample);
        return S_OK;
    }
    if (start != -1 || d->next != -1)
        stop = start + ff_time(samples, (AVRational){ 1, d->format.sample_rate });
    d->next = stop;
    sample_mark(d, sample, start, stop, samples * rg_format_bytes(&d->format), is_preroll);
    return output->deliver(output->context, sample);
}

static bool is_as_wanted(const struct ff_decoder *d)
{
    struct ff_sound from = sound_of_frame(d->frame);

    return from.format == ff_sample_format(d->format.sound) &&
           from.rate == d->format.sample_rate && from.channels == d->format.channels;
}

/* A sample with room for the frame, of the connection as it is when get comes back; then either
 * the resampler is ready for it or *ret_plain says that none is needed.  *ret stays NULL if the
 * frame can't be converted. */
static HRESULT sound_sample(struct ff_decoder *d, REFERENCE_TIME start,
                            const struct ff_output *output, IMediaSample **ret, int *ret_room,
                            bool *ret_plain)
{
    for (;;) {
        unsigned changes = d->output_changes;
        bool plain = is_as_wanted(d);
        int room = d->frame->nb_samples;
        HRESULT hr = plain ? S_OK : resampler_ready(d, output);

        if (hr == VFW_E_TYPE_NOT_ACCEPTED || hr == E_INVALIDARG) {
            if (output->drop != NULL)
                output->drop(output->context, "not convertible", 1);
            return S_OK;
        }
        if (hr != S_OK)
            return hr;
        if (!plain)
            room = ff_resampler_room(d->resampler, room);
        hr = output->get(output->context, (ULONG)(room * rg_format_bytes(&d->format)), start,
                         ret);
        if (hr != S_OK)
            return hr;
        if (changes == d->output_changes) {
            *ret_room = room;
            *ret_plain = plain;
            return S_OK;
        }
        IMediaSample_Release(*ret);
        *ret = NULL;
    }
}

static HRESULT deliver_sound(struct ff_decoder *d, const struct ff_output *output)
{
    const AVFrame *f = d->frame;
    REFERENCE_TIME start = f->pts != AV_NOPTS_VALUE ? f->pts : d->next;
    IMediaSample *sample = NULL;
    BYTE *data = NULL;
    bool plain = false;
    int room = 0, made;
    HRESULT hr;

    if (f->nb_samples <= 0)
        return S_OK;
    hr = sound_sample(d, start, output, &sample, &room, &plain);
    if (hr != S_OK || sample == NULL)
        return hr;
    hr = IMediaSample_GetPointer(sample, &data);
    if (FAILED(hr)) {
        IMediaSample_Release(sample);
        return hr;
    }
    if (plain) {
        memcpy(data, f->data[0], (size_t)room * rg_format_bytes(&d->format));
        made = room;
    } else {
        made = ff_resampler_run(d->resampler, (const uint8_t *const *)f->extended_data,
                                f->nb_samples, &data, room);
    }
    return sound_deliver(d, sample, made, start, f->reordered_opaque & 1, output);
}

HRESULT ff_decoder_deliver_rest(struct ff_decoder *d, const struct ff_output *output)
{
    IMediaSample *sample = NULL;
    BYTE *data = NULL;
    int room, made = 0;
    HRESULT hr;

    if (d->resampler == NULL || d->sound_from.rate == d->format.sample_rate)
        return S_OK;
    room = ff_resampler_room(d->resampler, 0);
    hr = output->get(output->context, (ULONG)(room * rg_format_bytes(&d->format)), d->next,
                     &sample);
    if (hr != S_OK)
        return hr;
    if (d->resampler == NULL) { /* another output type came meanwhile */
        IMediaSample_Release(sample);
        return S_OK;
    }
    hr = IMediaSample_GetPointer(sample, &data);
    if (SUCCEEDED(hr))
        made = ff_resampler_finish(d->resampler, &data, room);
    return sound_deliver(d, sample, made, d->next, false, output);
}

HRESULT ff_decoder_deliver(struct ff_decoder *d, const struct ff_output *output)
{
    return d->format.kind == RG_KIND_VIDEO ? deliver_picture(d, output)
                                           : deliver_sound(d, output);
}
