/* SPDX-License-Identifier: MIT */
/* media/format_write.c - from numbers to a media type.
 *
 * Any thread; plain values, no state.
 * Knows: how DirectShow's format blocks are filled in.
 * Must not know: pins, samples, where a type goes.
 */
#include "media/format.h"

#include <dvdmedia.h>
#include <mmreg.h>

#include "media/layout.h"
#include "media/type.h"

/* ---- writing ------------------------------------------------------------------------------
 */

static DWORD bit_rate(int bytes, REFERENCE_TIME time)
{
    int64_t rate = time > 0 ? (int64_t)bytes * 8 * RG_SECOND_HNS / time : 0;

    return rate <= UINT32_MAX ? (DWORD)rate : UINT32_MAX;
}

static HRESULT video_to_type(const struct rg_format *f, int bytes, AM_MEDIA_TYPE *ret)
{
    const struct rg_layout *l = rg_layout_of(f->pixels);
    GUID subtype = l->subtype != NULL ? *l->subtype : rg_subtype_from_tag(l->fourcc);
    bool top_down_rgb = l->subtype != NULL && !f->bottom_up;
    RECT visible = { 0, 0, f->width, f->height };
    BITMAPINFOHEADER bitmap = {
        .biSize = sizeof(bitmap),
        .biWidth = rg_layout_width(f, l),
        .biHeight = top_down_rgb ? -rg_layout_height(f, l) : rg_layout_height(f, l),
        .biPlanes = 1,
        .biBitCount = (WORD)l->bits,
        .biCompression = l->fourcc,
        .biSizeImage = (DWORD)bytes,
    };
    VIDEOINFOHEADER head = {
        .rcSource = visible,
        .rcTarget = visible,
        .dwBitRate = bit_rate(bytes, rg_format_time(f)),
        .AvgTimePerFrame = rg_format_time(f),
        .bmiHeader = bitmap,
    };
    VIDEOINFOHEADER2 head2 = {
        .rcSource = visible,
        .rcTarget = visible,
        .dwBitRate = head.dwBitRate,
        .AvgTimePerFrame = head.AvgTimePerFrame,
        .dwPictAspectRatioX = (DWORD)f->aspect_x,
        .dwPictAspectRatioY = (DWORD)f->aspect_y,
        .bmiHeader = bitmap,
    };

    if (rg_format_is_square(f))
        return rg_type_make(ret, &MEDIATYPE_Video, &subtype, &FORMAT_VideoInfo, &head,
                            sizeof(head));
    return rg_type_make(ret, &MEDIATYPE_Video, &subtype, &FORMAT_VideoInfo2, &head2,
                        sizeof(head2));
}

static bool needs_extension(const struct rg_format *f)
{
    struct rg_format plain = { .channels = f->channels };

    return f->channels > 2 || rg_sound_bytes(f->sound) > 2 ||
           rg_format_speakers(f) != rg_format_speakers(&plain);
}

static HRESULT audio_to_type(const struct rg_format *f, int bytes, AM_MEDIA_TYPE *ret)
{
    uint32_t tag = f->sound == RG_SOUND_F32 ? WAVE_FORMAT_IEEE_FLOAT : WAVE_FORMAT_PCM;
    GUID subtype = rg_subtype_from_tag(tag);
    bool extended = needs_extension(f);
    WORD bits = (WORD)(rg_sound_bytes(f->sound) * 8);
    WAVEFORMATEXTENSIBLE wave = {
        .Format = {
            .wFormatTag = extended ? WAVE_FORMAT_EXTENSIBLE : (WORD)tag,
            .nChannels = (WORD)f->channels,
            .nSamplesPerSec = (DWORD)f->sample_rate,
            .nAvgBytesPerSec = (DWORD)f->sample_rate * (DWORD)bytes,
            .nBlockAlign = (WORD)bytes,
            .wBitsPerSample = bits,
            .cbSize = extended ? sizeof(wave) - sizeof(WAVEFORMATEX) : 0,
        },
        .Samples.wValidBitsPerSample = bits,
        .dwChannelMask = rg_format_speakers(f),
        .SubFormat = subtype,
    };

    return rg_type_make(ret, &MEDIATYPE_Audio, &subtype, &FORMAT_WaveFormatEx, &wave,
                        extended ? sizeof(wave) : sizeof(WAVEFORMATEX));
}

HRESULT rg_format_to_type(const struct rg_format *format, AM_MEDIA_TYPE *ret)
{
    AM_MEDIA_TYPE type;
    int bytes;
    HRESULT hr;

    if (format == NULL || ret == NULL)
        return E_POINTER;
    bytes = rg_format_bytes(format);
    if (bytes == 0)
        return E_INVALIDARG;
    hr = format->kind == RG_KIND_VIDEO ? video_to_type(format, bytes, &type)
                                       : audio_to_type(format, bytes, &type);
    if (FAILED(hr))
        return hr;
    type.bFixedSizeSamples = TRUE;
    type.lSampleSize = (ULONG)bytes;
    *ret = type;
    return S_OK;
}
