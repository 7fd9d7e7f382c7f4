/* SPDX-License-Identifier: MIT */
/* ff/encoder_sound.c - raw sound into an encoder, in frames of the size it wants, and not one
 * sample more or less.
 *
 * Streaming thread.  Knows: sound samples and their count.  Must not know: packets.
 */
#define COBJMACROS
#include <stdlib.h>

#include <libavutil/channel_layout.h>
#include <libavutil/mathematics.h>

#include "ff/encoder_internal.h"
#include "ff/error.h"

enum { GAP_MS = 100 }; /* beyond it a time stamp that does not follow on is believed */

static bool needs_resampler(const struct ff_encoder *e)
{
    return e->codec->sample_fmt != ff_sample_format(e->format.sound) ||
           e->codec->sample_rate != e->format.sample_rate;
}

HRESULT ff_encoder_sound_open(struct ff_encoder *e)
{
    const AVCodecContext *c = e->codec;
    struct ff_sound from = ff_sound_of_format(&e->format);
    struct ff_sound to = { c->sample_fmt, c->sample_rate, c->ch_layout.nb_channels, 0 };
    HRESULT hr = S_OK;

    e->fifo = av_audio_fifo_alloc(c->sample_fmt, c->ch_layout.nb_channels, 4096);
    if (e->fifo == NULL)
        return E_OUTOFMEMORY;
    if (e->format.sound == RG_SOUND_S24)
        from.format = AV_SAMPLE_FMT_S32;
    if (c->ch_layout.order == AV_CHANNEL_ORDER_NATIVE)
        to.mask = c->ch_layout.u.mask;
    if (needs_resampler(e))
        hr = ff_resampler_open(&from, &to, &e->resampler);
    return hr;
}

void ff_encoder_sound_close(struct ff_encoder *e)
{
    if (e->fifo != NULL)
        av_audio_fifo_free(e->fifo);
    e->fifo = NULL;
    ff_resampler_close(e->resampler);
    e->resampler = NULL;
    av_freep(&e->block[0]);
    e->block_samples = 0;
    e->has_fifo_pts = false;
    e->is_ending = false;
}

/* Room for samples in the codec's format at e->block. */
static HRESULT block_room(struct ff_encoder *e, int samples)
{
    if (samples <= e->block_samples)
        return S_OK;
    av_freep(&e->block[0]);
    e->block_samples = 0;
    if (av_samples_alloc(e->block, NULL, e->codec->ch_layout.nb_channels, samples,
                         e->codec->sample_fmt, 0) < 0)
        return E_OUTOFMEMORY;
    e->block_samples = samples;
    return S_OK;
}

/* 3-byte samples as 4-byte ones, which libav knows. */
static uint8_t *widen(const uint8_t *from, int count)
{
    uint8_t *to = malloc(4 * (size_t)count + 1);

    for (int i = 0; to != NULL && i < count; i++) {
        to[4 * i] = 0;
        to[4 * i + 1] = from[3 * i];
        to[4 * i + 2] = from[3 * i + 1];
        to[4 * i + 3] = from[3 * i + 2];
    }
    return to;
}

static HRESULT into_fifo(struct ff_encoder *e, const uint8_t *data, int samples)
{
    uint8_t *wide = NULL;
    const uint8_t *from = data;
    HRESULT hr = S_OK;
    int made = samples;

    if (e->format.sound == RG_SOUND_S24) {
        wide = widen(data, samples * e->format.channels);
        if (wide == NULL)
            return E_OUTOFMEMORY;
        from = wide;
    }
    if (e->resampler != NULL) {
        int room = ff_resampler_room(e->resampler, samples);

        hr = block_room(e, room);
        if (SUCCEEDED(hr))
            made = ff_resampler_run(e->resampler, &from, samples, e->block, room);
        if (SUCCEEDED(hr) && made > 0 &&
            av_audio_fifo_write(e->fifo, (void **)e->block, made) < made)
            hr = E_OUTOFMEMORY;
    } else if (av_audio_fifo_write(e->fifo, (void **)&from, samples) < samples) {
        hr = E_OUTOFMEMORY;
    }
    free(wide);
    return hr;
}

/* One frame of at most samples from the fifo to the codec. */
static HRESULT encode_frame(struct ff_encoder *e, int samples, const struct ff_output *output)
{
    HRESULT hr = S_OK;

    e->frame->format = e->codec->sample_fmt;
    e->frame->sample_rate = e->codec->sample_rate;
    e->frame->nb_samples = samples;
    if (av_channel_layout_copy(&e->frame->ch_layout, &e->codec->ch_layout) < 0 ||
        av_frame_get_buffer(e->frame, 0) < 0 ||
        av_audio_fifo_read(e->fifo, (void **)e->frame->extended_data, samples) < samples)
        hr = E_OUTOFMEMORY;
    e->frame->pts = e->fifo_pts;
    e->fifo_pts += samples;
    e->last_pts = e->fifo_pts;
    if (SUCCEEDED(hr))
        hr = ff_encoder_push(e, e->frame, output);
    av_frame_unref(e->frame);
    return hr;
}

static HRESULT encode_full_frames(struct ff_encoder *e, const struct ff_output *output)
{
    bool any = e->codec->frame_size == 0 ||
               (e->codec->codec->capabilities & AV_CODEC_CAP_VARIABLE_FRAME_SIZE);
    HRESULT hr = S_OK;

    for (;;) {
        int held = av_audio_fifo_size(e->fifo);
        int size = any ? held : e->codec->frame_size;

        if (held == 0 || held < size)
            return S_OK;
        hr = encode_frame(e, size, output);
        if (FAILED(hr))
            return hr;
    }
}

/* Where the sample at the fifo's head lies in time; a stamp that follows on, or nearly, is not
 * needed. */
static void set_clock(struct ff_encoder *e, const struct rg_sample_info *info)
{
    int rate = e->codec->sample_rate;
    int64_t held = av_audio_fifo_size(e->fifo), expected, stamp;

    if (!e->has_fifo_pts) {
        e->fifo_pts = e->has_pts ? e->last_pts : 0;
        if (info->has_time) {
            stamp = ff_ticks(info->start, (AVRational){ 1, rate });
            if (!e->has_pts || llabs(stamp - e->last_pts) > (int64_t)rate * GAP_MS / 1000)
                e->fifo_pts = stamp;
        }
        if (e->has_pts && e->fifo_pts < e->last_pts)
            e->fifo_pts = e->last_pts;
        e->has_fifo_pts = true;
        e->has_pts = true;
        return;
    }
    if (!info->has_time || rate != e->format.sample_rate)
        return; /* a resampler holds some back: its count is the better clock */
    expected = e->fifo_pts + held;
    stamp = ff_ticks(info->start, (AVRational){ 1, rate });
    if (stamp - expected > (int64_t)rate * GAP_MS / 1000)
        e->fifo_pts = stamp - held;
}

HRESULT ff_encoder_send_sound(struct ff_encoder *e, IMediaSample *sample,
                              const struct ff_output *output)
{
    struct rg_sample_info info;
    int bytes = rg_format_bytes(&e->format);
    HRESULT hr = rg_sample_get_info(sample, &info);

    if (FAILED(hr))
        return hr;
    if (info.bytes < (ULONG)bytes)
        return S_OK;
    set_clock(e, &info);
    hr = into_fifo(e, info.data, (int)info.bytes / bytes);
    return FAILED(hr) ? hr : encode_full_frames(e, output);
}

/* Codecs that delay sound and do not know how to be drained get silence to push the rest out.
 * */
static HRESULT push_with_silence(struct ff_encoder *e)
{
    const AVCodecContext *c = e->codec;
    int samples = c->initial_padding;
    HRESULT hr;

    if (samples <= 0 || (c->codec->capabilities & AV_CODEC_CAP_DELAY))
        return S_OK;
    hr = block_room(e, samples);
    if (FAILED(hr))
        return hr;
    av_samples_set_silence(e->block, 0, samples, c->ch_layout.nb_channels, c->sample_fmt);
    return av_audio_fifo_write(e->fifo, (void **)e->block, samples) < samples ? E_OUTOFMEMORY
                                                                              : S_OK;
}

HRESULT ff_encoder_sound_rest(struct ff_encoder *e, const struct ff_output *output)
{
    HRESULT hr = S_OK;
    int held;

    if (e->resampler != NULL && e->codec->sample_rate != e->format.sample_rate) {
        int room = ff_resampler_room(e->resampler, 0), made;

        hr = block_room(e, room);
        if (FAILED(hr))
            return hr;
        made = ff_resampler_finish(e->resampler, e->block, room);
        if (made > 0 && av_audio_fifo_write(e->fifo, (void **)e->block, made) < made)
            return E_OUTOFMEMORY;
    }
    e->end_pts = e->fifo_pts + av_audio_fifo_size(e->fifo);
    e->is_ending = true;
    hr = push_with_silence(e);
    if (SUCCEEDED(hr))
        hr = encode_full_frames(e, output);
    held = av_audio_fifo_size(e->fifo);
    if (SUCCEEDED(hr) && held > 0)
        hr = encode_frame(e, held, output);
    return hr;
}
