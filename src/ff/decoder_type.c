/* SPDX-License-Identifier: MIT */
/* ff/decoder_type.c - which raw types a compressed one can be decoded into, in order of
 * preference.
 *
 * Control threads.  Knows: what codecs make before they are opened.  Must not know: samples,
 * pins.
 */
#include <string.h>

#include <libavutil/channel_layout.h>
#include <libavutil/pixdesc.h>

#include "ff/decoder_internal.h"
#include "ff/type.h"

static int pixel_format_of(const AVCodecParameters *par)
{
    const AVCodec *codec = avcodec_find_decoder(par->codec_id);

    if (par->format != AV_PIX_FMT_NONE)
        return par->format;
    if (par->codec_id == AV_CODEC_ID_MJPEG)
        return AV_PIX_FMT_YUVJ420P;
    if (codec != NULL && codec->pix_fmts != NULL && codec->pix_fmts[1] == AV_PIX_FMT_NONE)
        return codec->pix_fmts[0];
    return AV_PIX_FMT_YUV420P;
}

static void video_common(const AVCodecParameters *par, AVRational rate, struct rg_format *f)
{
    AVRational aspect = { 0, 0 };

    if (par->sample_aspect_ratio.num > 0 && par->sample_aspect_ratio.den > 0)
        av_reduce(&aspect.num, &aspect.den, (int64_t)par->width * par->sample_aspect_ratio.num,
                  (int64_t)par->height * par->sample_aspect_ratio.den, 1 << 24);
    *f = (struct rg_format){
        .kind = RG_KIND_VIDEO,
        .width = par->width,
        .height = par->height,
        .rate_num = rate.num,
        .rate_den = rate.den,
        .frame_time = rate.num > 0 ? ff_time(1, av_inv_q(rate)) : 0,
        .aspect_x = aspect.num,
        .aspect_y = aspect.den,
    };
}

static HRESULT video_type(const AVCodecParameters *par, AVRational rate, unsigned index,
                          AM_MEDIA_TYPE *ret)
{
    int own = pixel_format_of(par);
    struct rg_format f;

    if (par->width <= 0 || par->height <= 0)
        return VFW_E_INVALIDMEDIATYPE;
    video_common(par, rate, &f);
    f.pixels = ff_pixels_native(own);
    /* first the padded size, so that the codec can write into the connection's own buffers */
    if (f.pixels != RG_PIXELS_NONE &&
        ff_plan_coded_size(par, own, &f.coded_width, &f.coded_height)) {
        if (index == 0)
            return rg_format_to_type(&f, ret);
        index--;
        f.coded_width = 0;
        f.coded_height = 0;
    }
    f.pixels = ff_pixels_choice(own, index);
    return f.pixels != RG_PIXELS_NONE ? rg_format_to_type(&f, ret) : VFW_S_NO_MORE_ITEMS;
}

static enum rg_sound own_sound(const AVCodecParameters *par)
{
    const AVCodec *codec = avcodec_find_decoder(par->codec_id);
    const enum AVSampleFormat *list = codec != NULL ? codec->sample_fmts : NULL;

    if (par->format != AV_SAMPLE_FMT_NONE && ff_sound_of(par->format) != RG_SOUND_NONE)
        return ff_sound_of(par->format);
    if (list == NULL)
        return RG_SOUND_S16;
    for (; par->bits_per_coded_sample > 16 && *list != AV_SAMPLE_FMT_NONE; list++)
        if (ff_sound_of(*list) == RG_SOUND_S32)
            return RG_SOUND_S32;
    list = codec->sample_fmts;
    return ff_sound_of(*list) != RG_SOUND_NONE ? ff_sound_of(*list) : RG_SOUND_F32;
}

static HRESULT audio_type(const AVCodecParameters *par, unsigned index, AM_MEDIA_TYPE *ret)
{
    static const enum rg_sound others[] = {
        RG_SOUND_F32,
        RG_SOUND_S16,
        RG_SOUND_S32,
        RG_SOUND_U8,
    };
    struct rg_format f = {
        .kind = RG_KIND_AUDIO,
        .sound = own_sound(par),
        .sample_rate = par->sample_rate,
        .channels = par->ch_layout.nb_channels,
    };

    if (f.sample_rate <= 0 || f.channels <= 0)
        return VFW_E_INVALIDMEDIATYPE;
    if (par->ch_layout.order == AV_CHANNEL_ORDER_NATIVE)
        f.channel_mask = (uint32_t)par->ch_layout.u.mask;
    if (index == 0)
        return rg_format_to_type(&f, ret);
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        if (others[i] != f.sound && --index == 0) {
            f.sound = others[i];
            return rg_format_to_type(&f, ret);
        }
    return VFW_S_NO_MORE_ITEMS;
}

HRESULT ff_decoder_output_type(const AM_MEDIA_TYPE *in, unsigned index, AM_MEDIA_TYPE *ret)
{
    AVCodecParameters *par = avcodec_parameters_alloc();
    AVRational rate = { 0, 1 };
    HRESULT hr;

    if (par == NULL)
        return E_OUTOFMEMORY;
    hr = ff_codecpar_from_type(in, par, &rate);
    if (SUCCEEDED(hr))
        hr = par->codec_type == AVMEDIA_TYPE_VIDEO ? video_type(par, rate, index, ret)
                                                   : audio_type(par, index, ret);
    avcodec_parameters_free(&par);
    return hr;
}

HRESULT ff_decoder_buffers(const AM_MEDIA_TYPE *in, const AM_MEDIA_TYPE *out, int threads,
                           ALLOCATOR_PROPERTIES *props)
{
    AVCodecParameters *par = avcodec_parameters_alloc();
    struct rg_format format;
    struct ff_plan plan;
    HRESULT hr;

    if (par == NULL)
        return E_OUTOFMEMORY;
    hr = ff_codecpar_from_type(in, par, NULL);
    if (SUCCEEDED(hr))
        hr = rg_format_from_type(out, &format);
    if (SUCCEEDED(hr) && format.kind == RG_KIND_AUDIO) {
        if (props->cbBuffer < 4096 * rg_format_bytes(&format))
            props->cbBuffer = 4096 * rg_format_bytes(&format);
    } else if (SUCCEEDED(hr) && ff_plan_make(&plan, par, &format) == S_OK) {
        LONG wanted = (LONG)ff_buffers_needed(threads, plan.room);

        if (props->cbBuffer < (LONG)plan.room)
            props->cbBuffer = (LONG)plan.room;
        if (props->cBuffers < wanted)
            props->cBuffers = wanted;
        if (props->cbAlign < 64)
            props->cbAlign = 64;
    }
    avcodec_parameters_free(&par);
    return FAILED(hr) ? hr : S_OK;
}
