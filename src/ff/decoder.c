/* SPDX-License-Identifier: MIT */
/* ff/decoder.c - a decoder's life: open, prime, send, drain, replay, reset, close.
 *
 * Control threads open and close, one streaming thread does the rest; codec threads call
 * get_buffer (decoder_buffer.c). Knows: libavcodec's decoding calls.  Must not know: pins,
 * graphs, where samples go.
 */
#include "ff/decoder.h"

#include <stdlib.h>

#include <libavutil/opt.h>

#include "ff/decoder_internal.h"
#include "ff/error.h"
#include "ff/packet.h"
#include "ff/type.h"

/* --- opening --------------------------------------------------------------------------- */

static HRESULT codec_open(struct ff_decoder *d, const AVCodecParameters *par, int threads)
{
    const AVCodec *codec = avcodec_find_decoder(par->codec_id);
    HRESULT hr;
    int result;

    if (codec == NULL)
        return VFW_E_NO_DECOMPRESSOR;
    d->codec = avcodec_alloc_context3(codec);
    if (d->codec == NULL)
        return E_OUTOFMEMORY;
    result = avcodec_parameters_to_context(d->codec, par);
    if (result < 0)
        return ff_error(result);
    d->codec->pkt_timebase = FF_TIME_BASE;
    d->codec->framerate = d->rate;
    d->codec->thread_count = threads;
    d->codec->thread_type = FF_THREAD_FRAME | FF_THREAD_SLICE;
    /* several threads confuse which frame of sound is to be cut, and it takes no time anyway */
    if (par->codec_type == AVMEDIA_TYPE_AUDIO)
        d->codec->thread_count = 1;
    d->codec->flags |= AV_CODEC_FLAG_UNALIGNED;
    hr = ff_buffers_open(d);
    if (FAILED(hr))
        return hr;
    result = avcodec_open2(d->codec, codec, NULL);
    if (result < 0)
        return ff_error(result);
    d->has_delay = (codec->capabilities & AV_CODEC_CAP_DELAY) ||
                   (d->codec->active_thread_type & FF_THREAD_FRAME);
    return S_OK;
}

static void history_open(struct ff_decoder *d, const AVCodecParameters *par)
{
    const AVCodecDescriptor *desc = avcodec_descriptor_get(par->codec_id);
    bool intra = desc != NULL && (desc->props & AV_CODEC_PROP_INTRA_ONLY);

    d->history.is_wanted = d->has_delay && (par->codec_type == AVMEDIA_TYPE_AUDIO || !intra);
    d->history.limit = par->codec_type == AVMEDIA_TYPE_AUDIO ? 8 : 0;
}

HRESULT ff_decoder_open(const AM_MEDIA_TYPE *in, const AM_MEDIA_TYPE *out, int threads,
                        struct ff_decoder **ret)
{
    struct ff_decoder *d = calloc(1, sizeof(*d));
    AVCodecParameters *par = avcodec_parameters_alloc();
    HRESULT hr = E_OUTOFMEMORY;

    ff_be_quiet();
    if (d == NULL || par == NULL)
        goto out;
    pthread_mutex_init(&d->lock, NULL);
    d->drained = -1;
    d->next = -1;
    d->given = RG_GIVEN_ALL;
    d->plan.format = AV_PIX_FMT_NONE;
    d->frame = av_frame_alloc();
    d->packet = av_packet_alloc();
    d->scaler = ff_scaler_new();
    if (d->frame == NULL || d->packet == NULL || d->scaler == NULL)
        goto out;
    hr = ff_codecpar_from_type(in, par, &d->rate);
    if (SUCCEEDED(hr))
        hr = rg_format_from_type(out, &d->format);
    if (SUCCEEDED(hr))
        hr = ff_plan_make(&d->plan, par, &d->format);
    if (SUCCEEDED(hr))
        hr = codec_open(d, par, threads);
    if (SUCCEEDED(hr))
        history_open(d, par);
out:
    avcodec_parameters_free(&par);
    if (FAILED(hr)) {
        ff_decoder_close(d);
        return hr;
    }
    *ret = d;
    return S_OK;
}

void ff_decoder_close(struct ff_decoder *d)
{
    if (d == NULL)
        return;
    ff_history_clear(&d->history);
    ff_past_clear(d);
    av_frame_free(&d->frame);
    av_packet_free(&d->packet);
    avcodec_free_context(&d->codec);
    ff_buffers_close(d);
    ff_scaler_free(d->scaler);
    ff_resampler_close(d->resampler);
    pthread_mutex_destroy(&d->lock);
    free(d);
}

HRESULT ff_decoder_set_output(struct ff_decoder *d, const AM_MEDIA_TYPE *out)
{
    struct rg_format format;
    HRESULT hr = rg_format_from_type(out, &format);

    if (FAILED(hr))
        return hr;
    if (format.kind != d->format.kind)
        return VFW_E_TYPE_NOT_ACCEPTED;
    d->format = format;
    d->output_changes++;
    ff_resampler_close(d->resampler);
    d->resampler = NULL;
    return S_OK;
}

/* --- running --------------------------------------------------------------------------- */

static void drop_some(const struct ff_output *output, const char *reason, unsigned count)
{
    if (count != 0 && output != NULL && output->drop != NULL)
        output->drop(output->context, reason, count);
}

static void drop(const struct ff_output *output, const char *reason)
{
    drop_some(output, reason, 1);
}

/* Before the position that was sought.  Where the container tells no more than when a picture is
 * decoded, its packet does not know. */
static bool is_preroll(const struct ff_decoder *d)
{
    REFERENCE_TIME stop;

    if (d->frame->reordered_opaque & 1)
        return true;
    return d->had_preroll && ff_decoder_stop_of(d, &stop) && stop <= 0;
}

/* What the codec gave has its place: out, for later, or nowhere. */
static HRESULT give(struct ff_decoder *d, const struct ff_output *output)
{
    int64_t serial = d->frame->reordered_opaque >> 1;

    if (is_preroll(d)) {
        drop(output, "preroll");
        return S_OK;
    }
    if (serial <= d->drained || (serial <= d->primed && ff_past_was_given(d, d->frame)))
        return S_OK;
    return output != NULL ? ff_decoder_deliver(d, output) : ff_past_keep(d);
}

/* Takes out all that the codec has ready; output NULL: it is kept.  S_OK; S_FALSE: it is at its
 * end. */
static HRESULT receive_all(struct ff_decoder *d, const struct ff_output *output)
{
    for (;;) {
        int result = avcodec_receive_frame(d->codec, d->frame);
        HRESULT hr;

        if (result == AVERROR(EAGAIN))
            return S_OK;
        if (result == AVERROR_EOF)
            return S_FALSE;
        if (result == AVERROR(ENOMEM))
            return E_OUTOFMEMORY;
        if (result < 0) {
            drop(output, "damaged");
            continue;
        }
        d->got++;
        hr = give(d, output);
        av_frame_unref(d->frame);
        if (hr != S_OK)
            return FAILED(hr) ? hr : VFW_E_STATE_CHANGED;
    }
}

/* S_OK, also for a damaged packet. */
static HRESULT send_packet(struct ff_decoder *d, const AVPacket *packet, int64_t mark,
                           const struct ff_output *output)
{
    HRESULT hr;
    int result;

    d->codec->reordered_opaque = mark;
    result = avcodec_send_packet(d->codec, packet);
    if (result == AVERROR(EAGAIN)) {
        hr = receive_all(d, output);
        if (FAILED(hr))
            return hr;
        result = avcodec_send_packet(d->codec, packet);
    }
    if (result == AVERROR(ENOMEM))
        return E_OUTOFMEMORY;
    if (result < 0)
        drop(output, "damaged");
    hr = receive_all(d, output);
    return FAILED(hr) ? hr : S_OK;
}

static HRESULT replay(struct ff_decoder *d, const struct ff_output *output)
{
    struct ff_history *h = &d->history;
    HRESULT hr = S_OK;

    d->must_replay = false;
    for (unsigned i = 0; i < h->count && SUCCEEDED(hr); i++) {
        const struct ff_kept *k = &h->kept[(h->first + i) % h->size];

        hr = send_packet(d, k->packet, k->mark, output);
    }
    return hr;
}

/* Of one that only tells when it is decoded: before the position, it may belong before or behind it. */
static bool is_early(const AVPacket *packet)
{
    return packet->pts == AV_NOPTS_VALUE && packet->dts != AV_NOPTS_VALUE && packet->dts < 0;
}

/* d->packet, which belongs to info. */
static HRESULT send_next(struct ff_decoder *d, const struct rg_sample_info *info,
                         const struct ff_output *output)
{
    HRESULT hr = d->must_replay ? replay(d, output) : S_OK;
    int64_t mark;

    if (FAILED(hr) || d->packet->size <= 0)
        return hr;
    if (output != NULL && !ff_late_admits(d, d->packet)) {
        drop(output, "late, not a key frame");
        return S_OK;
    }
    d->sent++;
    mark = 2 * ++d->serial + info->is_preroll;
    d->had_preroll =
        info->is_preroll || is_early(d->packet) || (d->had_preroll && !info->is_discontinuity);
    ff_history_add(&d->history, d->packet, mark);
    d->has_sent = true;
    hr = send_packet(d, d->packet, mark, output);
    drop_some(output, "late, not a reference", ff_late_count(d, false));
    return hr;
}

HRESULT ff_decoder_send(struct ff_decoder *d, IMediaSample *sample,
                        const struct ff_output *output)
{
    struct rg_sample_info info;
    HRESULT hr = ff_packet_from_sample(d->packet, sample, &info);

    if (FAILED(hr))
        return hr;
    ff_buffers_refresh(d, output);
    if (info.is_discontinuity) {
        d->is_discontinuity = true;
        d->next = -1;
    }
    hr = ff_past_deliver(d, output);
    if (SUCCEEDED(hr))
        hr = send_next(d, &info, output);
    av_packet_unref(d->packet);
    return hr;
}

HRESULT ff_decoder_prime(struct ff_decoder *d, IMediaSample *sample)
{
    struct rg_sample_info info;
    HRESULT hr = ff_packet_from_sample(d->packet, sample, &info);

    if (FAILED(hr))
        return hr;
    d->primed = d->serial + 1;
    hr = send_next(d, &info, NULL);
    av_packet_unref(d->packet);
    return hr;
}

HRESULT ff_decoder_drain(struct ff_decoder *d, const struct ff_output *output)
{
    HRESULT hr;

    ff_buffers_refresh(d, output);
    hr = ff_past_deliver(d, output);
    if (SUCCEEDED(hr) && d->has_sent && d->has_delay) {
        hr = avcodec_send_packet(d->codec, NULL) < 0 ? S_OK : receive_all(d, output);
        drop_some(output, "late, not a reference", ff_late_count(d, true));
        avcodec_flush_buffers(d->codec);
        ff_late_reset(d);
        d->drained = d->serial;
        d->must_replay = d->history.count > 0;
    }
    d->has_sent = false;
    if (SUCCEEDED(hr))
        hr = ff_decoder_deliver_rest(d, output);
    return FAILED(hr) ? hr : S_OK;
}

void ff_decoder_reset(struct ff_decoder *d)
{
    avcodec_flush_buffers(d->codec);
    ff_history_clear(&d->history);
    ff_past_clear(d);
    if (d->resampler != NULL)
        ff_resampler_reset(d->resampler);
    ff_late_reset(d);
    d->drained = d->serial;
    d->must_replay = false;
    d->has_sent = false;
    d->had_preroll = false;
    d->next = -1;
}
