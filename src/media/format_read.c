/* SPDX-License-Identifier: MIT */
/* media/format_read.c - from a media type to numbers.
 *
 * Any thread; plain values, no state.
 * Knows: VIDEOINFOHEADER, VIDEOINFOHEADER2, WAVEFORMATEX and WAVEFORMATEXTENSIBLE, and that a
 * format block may hold anything: each field is checked before it is used. Must not know: pins,
 * samples, where a type comes from.
 */
#include "media/format.h"

#include <limits.h>
#include <stddef.h>
#include <string.h>

#include <dvdmedia.h>
#include <mmreg.h>

#include "media/layout.h"

/* ---- frame rates ------------------------------------------------------------------------ */

static int64_t gcd(int64_t a, int64_t b)
{
    while (b != 0) {
        int64_t rest = a % b;

        a = b;
        b = rest;
    }
    return a;
}

/* A frame's time in 100 ns has lost the fraction it came from: 333667 was 30000/1001.  Whole
 * rates and those over 1.001 are found again, whichever way they were rounded; others stay as
 * they are. */
static void rate_from_time(REFERENCE_TIME time, int *ret_num, int *ret_den)
{
    static const struct {
        int64_t scale, den;
    } tries[] = { { 1, 1 }, { 1000, 1001 } };
    int64_t divisor;

    *ret_num = 0;
    *ret_den = 1;
    if (time <= 0 || time > INT_MAX)
        return;
    for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
        int64_t units = RG_SECOND_HNS * tries[i].den;
        int64_t num = (units + time * tries[i].scale / 2) / (time * tries[i].scale);

        num *= tries[i].scale;
        if (num > 0 && (units / num == time || (units + num / 2) / num == time)) {
            *ret_num = (int)num;
            *ret_den = (int)tries[i].den;
            return;
        }
    }
    divisor = gcd(RG_SECOND_HNS, time);
    *ret_num = (int)(RG_SECOND_HNS / divisor);
    *ret_den = (int)(time / divisor);
}

/* ---- reading a video type ---------------------------------------------------------------- */

/* What VIDEOINFOHEADER and VIDEOINFOHEADER2 have in common for us. */
struct video_block {
    RECT source, target;
    REFERENCE_TIME frame_time;
    int aspect_x, aspect_y;
    BITMAPINFOHEADER bitmap;
    const BYTE *after; /* what follows the bitmap header in the block */
    size_t after_bytes;
};

static HRESULT video_block_read(const AM_MEDIA_TYPE *type, struct video_block *ret)
{
    size_t bitmap_at;

    if (type->pbFormat == NULL)
        return VFW_E_INVALIDMEDIATYPE;
    if (IsEqualGUID(&type->formattype, &FORMAT_VideoInfo)) {
        VIDEOINFOHEADER head;

        if (type->cbFormat < sizeof(head))
            return VFW_E_INVALIDMEDIATYPE;
        memcpy(&head, type->pbFormat, sizeof(head));
        *ret = (struct video_block){
            head.rcSource, head.rcTarget, head.AvgTimePerFrame, 0, 0, head.bmiHeader, NULL, 0
        };
        bitmap_at = offsetof(VIDEOINFOHEADER, bmiHeader);
    } else if (IsEqualGUID(&type->formattype, &FORMAT_VideoInfo2)) {
        VIDEOINFOHEADER2 head;

        if (type->cbFormat < sizeof(head))
            return VFW_E_INVALIDMEDIATYPE;
        memcpy(&head, type->pbFormat, sizeof(head));
        if (head.dwPictAspectRatioX > INT_MAX || head.dwPictAspectRatioY > INT_MAX ||
            (head.dwPictAspectRatioX == 0) != (head.dwPictAspectRatioY == 0))
            return VFW_E_INVALIDMEDIATYPE;
        *ret = (struct video_block){ head.rcSource,
                                     head.rcTarget,
                                     head.AvgTimePerFrame,
                                     (int)head.dwPictAspectRatioX,
                                     (int)head.dwPictAspectRatioY,
                                     head.bmiHeader,
                                     NULL,
                                     0 };
        bitmap_at = offsetof(VIDEOINFOHEADER2, bmiHeader);
    } else {
        return VFW_E_TYPE_NOT_ACCEPTED;
    }
    if (ret->bitmap.biSize < sizeof(BITMAPINFOHEADER) ||
        ret->bitmap.biSize > type->cbFormat - bitmap_at)
        return VFW_E_INVALIDMEDIATYPE;
    ret->after = type->pbFormat + bitmap_at + sizeof(BITMAPINFOHEADER);
    ret->after_bytes = type->cbFormat - bitmap_at - sizeof(BITMAPINFOHEADER);
    return S_OK;
}

static bool rect_is_empty(const RECT *r)
{
    return r->left == 0 && r->top == 0 && r->right == 0 && r->bottom == 0;
}

/* The visible part; an empty rectangle means the whole. */
static HRESULT visible_part(const struct video_block *block, struct rg_format *f)
{
    const RECT *r = rect_is_empty(&block->source) ? &block->target : &block->source;

    f->width = f->coded_width;
    f->height = f->coded_height;
    if (rect_is_empty(r))
        return S_OK;
    if (r->left < 0 || r->top < 0 || r->right <= r->left || r->bottom <= r->top ||
        r->right > f->coded_width || r->bottom > f->coded_height)
        return VFW_E_INVALIDMEDIATYPE;
    if (r->left != 0 || r->top != 0)
        return VFW_E_TYPE_NOT_ACCEPTED;
    f->width = r->right;
    f->height = r->bottom;
    return S_OK;
}

/* BI_BITFIELDS says the same as BI_RGB if the masks are the usual ones. */
static bool masks_are_usual(const struct video_block *block)
{
    static const DWORD usual[3] = { 0xff0000, 0xff00, 0xff };

    return block->after_bytes >= sizeof(usual) &&
           memcmp(block->after, usual, sizeof(usual)) == 0;
}

/* Does the bitmap header tell the same layout as the subtype?  For FourCC layouts biBitCount is
 * ignored, as writers disagree on it; so is biSizeImage, as the buffer itself is measured when
 * a frame is mapped. */
static HRESULT compression_check(const struct rg_layout *l, const struct video_block *block)
{
    const BITMAPINFOHEADER *b = &block->bitmap;

    if (l->subtype != NULL) {
        if (b->biBitCount != l->bits)
            return VFW_E_INVALIDMEDIATYPE;
        if (b->biCompression == BI_BITFIELDS && l->bits == 32)
            return masks_are_usual(block) ? S_OK : VFW_E_TYPE_NOT_ACCEPTED;
        return b->biCompression == BI_RGB ? S_OK : VFW_E_INVALIDMEDIATYPE;
    }
    for (size_t i = 0; rg_layout_at(i) != NULL; i++)
        if (rg_layout_at(i)->pixels == l->pixels && rg_layout_at(i)->fourcc == b->biCompression)
            return S_OK;
    return b->biCompression == 0 ? S_OK : VFW_E_INVALIDMEDIATYPE;
}

static HRESULT video_from_type(const AM_MEDIA_TYPE *type, struct rg_format *ret)
{
    const struct rg_layout *l = rg_layout_of_subtype(&type->subtype);
    struct rg_format f = { .kind = RG_KIND_VIDEO, .rate_den = 1 };
    struct video_block block;
    HRESULT hr;

    if (l == NULL)
        return VFW_E_TYPE_NOT_ACCEPTED;
    hr = video_block_read(type, &block);
    if (FAILED(hr))
        return hr;
    hr = compression_check(l, &block);
    if (FAILED(hr))
        return hr;
    if (block.bitmap.biWidth <= 0 || block.bitmap.biWidth > RG_LARGEST_SIDE ||
        block.bitmap.biHeight == 0 || block.bitmap.biHeight > RG_LARGEST_SIDE ||
        block.bitmap.biHeight < -RG_LARGEST_SIDE ||
        !rg_layout_takes_width(l, block.bitmap.biWidth))
        return VFW_E_INVALIDMEDIATYPE;
    f.pixels = l->pixels;
    f.coded_width = block.bitmap.biWidth;
    f.coded_height = block.bitmap.biHeight < 0 ? -block.bitmap.biHeight : block.bitmap.biHeight;
    f.bottom_up = l->subtype != NULL && block.bitmap.biHeight > 0;
    hr = visible_part(&block, &f);
    if (FAILED(hr))
        return hr;
    if (block.frame_time > 0)
        f.frame_time = block.frame_time;
    rate_from_time(f.frame_time, &f.rate_num, &f.rate_den);
    f.aspect_x = block.aspect_x;
    f.aspect_y = block.aspect_y;
    if (rg_format_bytes(&f) == 0)
        return VFW_E_INVALIDMEDIATYPE;
    *ret = f;
    return S_OK;
}

/* ---- reading a PCM type ------------------------------------------------------------------ */

static enum rg_sound sound_of(uint32_t tag, int bits)
{
    if (tag == WAVE_FORMAT_IEEE_FLOAT)
        return bits == 32 ? RG_SOUND_F32 : RG_SOUND_NONE;
    switch (bits) {
    case 8:
        return RG_SOUND_U8;
    case 16:
        return RG_SOUND_S16;
    case 24:
        return RG_SOUND_S24;
    case 32:
        return RG_SOUND_S32;
    default:
        return RG_SOUND_NONE;
    }
}

/* Replaces WAVE_FORMAT_EXTENSIBLE by the tag that its SubFormat stands for. */
static HRESULT extension_read(const AM_MEDIA_TYPE *type, uint32_t *tag, struct rg_format *f)
{
    WAVEFORMATEXTENSIBLE wave;

    if (type->cbFormat < sizeof(wave))
        return VFW_E_INVALIDMEDIATYPE;
    memcpy(&wave, type->pbFormat, sizeof(wave));
    if (wave.Format.cbSize < sizeof(wave) - sizeof(WAVEFORMATEX) ||
        wave.Samples.wValidBitsPerSample > wave.Format.wBitsPerSample)
        return VFW_E_INVALIDMEDIATYPE;
    if (!rg_subtype_tag(&wave.SubFormat, tag))
        return VFW_E_TYPE_NOT_ACCEPTED;
    f->channel_mask = wave.dwChannelMask;
    return S_OK;
}

static HRESULT audio_from_type(const AM_MEDIA_TYPE *type, struct rg_format *ret)
{
    struct rg_format f = { .kind = RG_KIND_AUDIO, .rate_den = 1 };
    PCMWAVEFORMAT wave;
    uint32_t subtype, tag;
    HRESULT hr;

    if (!rg_subtype_tag(&type->subtype, &subtype) ||
        (subtype != WAVE_FORMAT_PCM && subtype != WAVE_FORMAT_IEEE_FLOAT) ||
        !IsEqualGUID(&type->formattype, &FORMAT_WaveFormatEx))
        return VFW_E_TYPE_NOT_ACCEPTED;
    if (type->pbFormat == NULL || type->cbFormat < sizeof(wave))
        return VFW_E_INVALIDMEDIATYPE;
    memcpy(&wave, type->pbFormat, sizeof(wave));
    tag = wave.wf.wFormatTag;
    if (tag == WAVE_FORMAT_EXTENSIBLE) {
        hr = extension_read(type, &tag, &f);
        if (FAILED(hr))
            return hr;
    }
    if (tag != WAVE_FORMAT_PCM && tag != WAVE_FORMAT_IEEE_FLOAT)
        return VFW_E_TYPE_NOT_ACCEPTED;
    /* MEDIASUBTYPE_PCM is also written for float in an extensible block; the reverse makes no
     * sense. */
    if (subtype == WAVE_FORMAT_IEEE_FLOAT && tag != subtype)
        return VFW_E_INVALIDMEDIATYPE;
    if (wave.wf.nChannels == 0 || wave.wf.nSamplesPerSec == 0 ||
        wave.wf.nSamplesPerSec > INT_MAX)
        return VFW_E_INVALIDMEDIATYPE;
    f.sound = sound_of(tag, wave.wBitsPerSample);
    if (f.sound == RG_SOUND_NONE)
        return VFW_E_TYPE_NOT_ACCEPTED;
    f.channels = wave.wf.nChannels;
    f.sample_rate = (int)wave.wf.nSamplesPerSec;
    if (rg_format_bytes(&f) == 0 || rg_format_bytes(&f) != wave.wf.nBlockAlign)
        return VFW_E_INVALIDMEDIATYPE;
    *ret = f;
    return S_OK;
}

HRESULT rg_format_from_type(const AM_MEDIA_TYPE *type, struct rg_format *ret)
{
    if (type == NULL || ret == NULL)
        return E_POINTER;
    if (IsEqualGUID(&type->majortype, &MEDIATYPE_Video))
        return video_from_type(type, ret);
    if (IsEqualGUID(&type->majortype, &MEDIATYPE_Audio))
        return audio_from_type(type, ret);
    return VFW_E_TYPE_NOT_ACCEPTED;
}
