/* SPDX-License-Identifier: MIT */
/* ff/type.c - the two ways between media types and codec parameters, and the block that keeps
 * what has no documented place.
 *
 * Any thread; plain values.
 * Knows: what must come back exactly.  Must not know: the documented layouts (type_video.c,
 * type_audio.c).
 */
#include "ff/type.h"

#include <stdlib.h>
#include <string.h>

#include <libavcodec/avcodec.h>
#include <libavutil/channel_layout.h>
#include <libavutil/pixdesc.h>
#include <libavutil/samplefmt.h>

#include "ff/raw.h"
#include "ff/type_internal.h"
#include "media/type.h"

const GUID ff_format_codec = {
    0x9d1c7a52, 0x3b0e, 0x4f64, { 0x8a, 0x1d, 'R', 'G', 'F', 'F', 'C', 'O' }
};

GUID ff_subtype_of_tag(uint32_t tag)
{
    return (GUID){ tag, 0, 0x10, { 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71 } };
}

bool ff_tag_of_subtype(const GUID *subtype, uint32_t *ret)
{
    GUID same = ff_subtype_of_tag(subtype->Data1);

    if (memcmp(&same, subtype, sizeof(same)) != 0)
        return false;
    *ret = subtype->Data1;
    return true;
}

HRESULT ff_set_extradata(AVCodecParameters *par, const void *data, size_t bytes)
{
    uint8_t *copy = NULL;

    if (bytes > 0) {
        copy = av_mallocz(bytes + AV_INPUT_BUFFER_PADDING_SIZE);
        if (copy == NULL)
            return E_OUTOFMEMORY;
        memcpy(copy, data, bytes);
    }
    av_freep(&par->extradata);
    par->extradata = copy;
    par->extradata_size = (int)bytes;
    return S_OK;
}

/* --- struct ff_block ------------------------------------------------------------------- */

static const char *layout_name(const AVCodecParameters *par)
{
    const char *name = NULL;

    if (par->codec_type == AVMEDIA_TYPE_VIDEO)
        name = av_get_pix_fmt_name(par->format);
    else
        name = av_get_sample_fmt_name(par->format);
    return name != NULL ? name : "";
}

static void block_fill(struct ff_block *block, const AVCodecParameters *par, AVRational rate)
{
    *block = (struct ff_block){
        .magic = FF_BLOCK_MAGIC,
        .bytes = (uint32_t)(sizeof(*block) + par->extradata_size),
        .bit_rate = par->bit_rate,
        .frame_time = rate.num > 0 && rate.den > 0 ? ff_time(1, av_inv_q(rate)) : 0,
        .width = par->width,
        .height = par->height,
        .aspect_num = par->sample_aspect_ratio.num,
        .aspect_den = par->sample_aspect_ratio.den,
        .profile = par->profile,
        .level = par->level,
        .sample_rate = par->sample_rate,
        .channels = par->ch_layout.nb_channels,
        .block_align = par->block_align,
        .frame_size = par->frame_size,
        .bits_coded = par->bits_per_coded_sample,
        .bits_raw = par->bits_per_raw_sample,
        .initial_padding = par->initial_padding,
        .trailing_padding = par->trailing_padding,
        .seek_preroll = par->seek_preroll,
        .tag = par->codec_tag,
        .extra_bytes = (uint32_t)par->extradata_size,
    };
    if (par->ch_layout.order == AV_CHANNEL_ORDER_NATIVE)
        block->channel_mask = par->ch_layout.u.mask;
    snprintf(block->codec, sizeof(block->codec), "%s", avcodec_get_name(par->codec_id));
    snprintf(block->layout, sizeof(block->layout), "%s", layout_name(par));
}

/* Appends a block to the type's format block; an empty one becomes ff_format_codec. */
static HRESULT block_append(AM_MEDIA_TYPE *type, const AVCodecParameters *par, AVRational rate)
{
    struct ff_block block;
    BYTE *format;

    block_fill(&block, par, rate);
    format = CoTaskMemRealloc(type->pbFormat, type->cbFormat + block.bytes);
    if (format == NULL)
        return E_OUTOFMEMORY;
    memcpy(format + type->cbFormat, &block, sizeof(block));
    if (par->extradata_size > 0)
        memcpy(format + type->cbFormat + sizeof(block), par->extradata, par->extradata_size);
    type->pbFormat = format;
    type->cbFormat += block.bytes;
    return S_OK;
}

/* Finds the block behind the first offset bytes of the type's format block. */
static bool block_find(const AM_MEDIA_TYPE *type, size_t offset, struct ff_block *ret)
{
    if (type->pbFormat == NULL || type->cbFormat < offset + sizeof(*ret))
        return false;
    memcpy(ret, type->pbFormat + offset, sizeof(*ret));
    return ret->magic == FF_BLOCK_MAGIC && ret->bytes == type->cbFormat - offset &&
           ret->extra_bytes == ret->bytes - sizeof(*ret) &&
           memchr(ret->codec, 0, sizeof(ret->codec)) != NULL &&
           memchr(ret->layout, 0, sizeof(ret->layout)) != NULL;
}

static HRESULT block_read(const struct ff_block *block, const BYTE *extra,
                          AVCodecParameters *par)
{
    const AVCodecDescriptor *d = avcodec_descriptor_get_by_name(block->codec);

    if (d == NULL || (d->type != AVMEDIA_TYPE_VIDEO && d->type != AVMEDIA_TYPE_AUDIO))
        return VFW_E_TYPE_NOT_ACCEPTED;
    if (block->width < 0 || block->height < 0 || block->sample_rate < 0 ||
        block->channels < 0 || block->channels > 256 || block->block_align < 0)
        return VFW_E_INVALIDMEDIATYPE;
    par->codec_id = d->id;
    par->codec_type = d->type;
    par->codec_tag = block->tag;
    par->bit_rate = block->bit_rate;
    par->width = block->width;
    par->height = block->height;
    par->sample_aspect_ratio = (AVRational){ block->aspect_num, block->aspect_den };
    par->profile = block->profile;
    par->level = block->level;
    par->sample_rate = block->sample_rate;
    par->block_align = block->block_align;
    par->frame_size = block->frame_size;
    par->bits_per_coded_sample = block->bits_coded;
    par->bits_per_raw_sample = block->bits_raw;
    par->initial_padding = block->initial_padding;
    par->trailing_padding = block->trailing_padding;
    par->seek_preroll = block->seek_preroll;
    av_channel_layout_uninit(&par->ch_layout);
    if (block->channel_mask != 0)
        av_channel_layout_from_mask(&par->ch_layout, block->channel_mask);
    else if (block->channels > 0)
        av_channel_layout_default(&par->ch_layout, block->channels);
    par->format = d->type == AVMEDIA_TYPE_VIDEO ? (int)av_get_pix_fmt(block->layout)
                                                : (int)av_get_sample_fmt(block->layout);
    return ff_set_extradata(par, extra, block->extra_bytes);
}

/* --- both ways ------------------------------------------------------------------------- */

static HRESULT read_documented(const AM_MEDIA_TYPE *type, AVCodecParameters *par,
                               AVRational *rate)
{
    *rate = (AVRational){ 0, 1 };
    if (IsEqualGUID(&type->majortype, &MEDIATYPE_Video))
        return ff_video_read(type, par, rate);
    if (IsEqualGUID(&type->majortype, &MEDIATYPE_Audio))
        return ff_audio_read(type, par);
    return VFW_E_TYPE_NOT_ACCEPTED;
}

/* Video of the usual pixel format needs no word about it; raw sound samples follow from the
 * codec. */
static bool layout_is_usual(const AVCodecParameters *par)
{
    return par->codec_type != AVMEDIA_TYPE_VIDEO || par->format == AV_PIX_FMT_NONE ||
           par->format == AV_PIX_FMT_YUV420P;
}

static bool aspect_equal(AVRational a, AVRational b)
{
    bool has_a = a.num > 0 && a.den > 0, has_b = b.num > 0 && b.den > 0;

    return has_a && has_b ? av_cmp_q(a, b) == 0 : has_a == has_b;
}

/* Do the documented fields say all that a decoder and a muxer need? */
static bool comes_back(const AM_MEDIA_TYPE *type, const AVCodecParameters *par)
{
    AVCodecParameters *again = avcodec_parameters_alloc();
    AVRational rate;
    bool same = false;

    if (again != NULL && SUCCEEDED(read_documented(type, again, &rate)))
        same = layout_is_usual(par) && again->codec_id == par->codec_id &&
               again->width == par->width && again->height == par->height &&
               aspect_equal(again->sample_aspect_ratio, par->sample_aspect_ratio) &&
               again->sample_rate == par->sample_rate &&
               again->ch_layout.nb_channels == par->ch_layout.nb_channels &&
               again->extradata_size == par->extradata_size &&
               (par->extradata_size == 0 ||
                memcmp(again->extradata, par->extradata, par->extradata_size) == 0) &&
               par->initial_padding == 0 && par->trailing_padding == 0 &&
               par->seek_preroll == 0;
    avcodec_parameters_free(&again);
    return same;
}

static HRESULT make_own(const AVCodecParameters *par, AM_MEDIA_TYPE *type)
{
    bool video = par->codec_type == AVMEDIA_TYPE_VIDEO;
    GUID subtype = ff_format_codec;

    subtype.Data1 = (uint32_t)par->codec_id;
    subtype.Data2 ^= 1;
    return rg_type_make(type, video ? &MEDIATYPE_Video : &MEDIATYPE_Audio, &subtype,
                        &ff_format_codec, NULL, 0);
}

HRESULT ff_type_from_codecpar(const AVCodecParameters *par, AVRational rate, AM_MEDIA_TYPE *ret)
{
    AM_MEDIA_TYPE type = { 0 };
    HRESULT hr = S_FALSE;

    if (par->codec_id == AV_CODEC_ID_NONE || par->extradata_size < 0)
        return VFW_E_UNSUPPORTED_STREAM;
    if (par->codec_type == AVMEDIA_TYPE_VIDEO)
        hr = ff_video_make(par, rate, &type);
    else if (par->codec_type == AVMEDIA_TYPE_AUDIO)
        hr = ff_audio_make(par, &type);
    else
        return VFW_E_UNSUPPORTED_STREAM;
    if (hr == S_FALSE)
        hr = make_own(par, &type);
    if (SUCCEEDED(hr) && !comes_back(&type, par))
        hr = block_append(&type, par, rate);
    if (FAILED(hr)) {
        rg_type_clear(&type);
        return hr;
    }
    type.bFixedSizeSamples = FALSE;
    type.bTemporalCompression = par->codec_type == AVMEDIA_TYPE_VIDEO;
    type.lSampleSize = 0;
    if (IsEqualGUID(&type.subtype, &MEDIASUBTYPE_PCM) ||
        IsEqualGUID(&type.subtype, &MEDIASUBTYPE_IEEE_FLOAT)) {
        type.bFixedSizeSamples = TRUE;
        type.lSampleSize = (ULONG)par->block_align;
    }
    *ret = type;
    return S_OK;
}

HRESULT ff_codecpar_from_type(const AM_MEDIA_TYPE *type, AVCodecParameters *ret,
                              AVRational *ret_rate)
{
    AVCodecParameters *par;
    AVRational rate = { 0, 1 };
    struct ff_block block;
    size_t offset = 0;
    HRESULT hr;

    if (type == NULL || ret == NULL)
        return E_POINTER;
    if (type->cbFormat > 0 && type->pbFormat == NULL)
        return VFW_E_INVALIDMEDIATYPE;
    par = avcodec_parameters_alloc();
    if (par == NULL)
        return E_OUTOFMEMORY;
    if (IsEqualGUID(&type->majortype, &MEDIATYPE_Video))
        offset = ff_video_bytes(type);
    else if (IsEqualGUID(&type->majortype, &MEDIATYPE_Audio))
        offset = ff_audio_bytes(type);
    if (block_find(type, offset, &block)) {
        hr = block_read(&block, type->pbFormat + offset + sizeof(block), par);
        rate = ff_rate_of(block.frame_time);
    } else {
        hr = read_documented(type, par, &rate);
    }
    if (SUCCEEDED(hr))
        hr = avcodec_parameters_copy(ret, par) < 0 ? E_OUTOFMEMORY : S_OK;
    if (SUCCEEDED(hr) && ret_rate != NULL)
        *ret_rate = rate;
    avcodec_parameters_free(&par);
    return hr;
}

HRESULT ff_type_can_decode(const AM_MEDIA_TYPE *type)
{
    AVCodecParameters *par = avcodec_parameters_alloc();
    HRESULT hr;

    if (par == NULL)
        return E_OUTOFMEMORY;
    hr = ff_codecpar_from_type(type, par, NULL);
    if (SUCCEEDED(hr) && avcodec_find_decoder(par->codec_id) == NULL)
        hr = VFW_E_TYPE_NOT_ACCEPTED;
    avcodec_parameters_free(&par);
    return hr;
}
