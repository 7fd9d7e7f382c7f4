/* SPDX-License-Identifier: MIT */
/* ff/type_audio.c - compressed sound and PCM as WAVEFORMATEX writes it down.
 *
 * Any thread; plain values.
 * Knows: WAVEFORMATEX and its tags.  Must not know: files, codecs at work.
 */
#include <stdlib.h>
#include <string.h>

#include <dshow.h>
#include <ksmedia.h>
#include <ksuuids.h>

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/channel_layout.h>

#include "ff/type_internal.h"
#include "media/format.h"
#include "media/type.h"

#define TAG_OPUS 0x5355504fu /* 'OPUS' */

static const struct {
    const GUID *subtype;
    enum AVCodecID id;
    WORD tag;
} usual_subtypes[] = {
    { &MEDIASUBTYPE_DOLBY_AC3, AV_CODEC_ID_AC3, WAVE_FORMAT_DOLBY_AC3 },
    { &MEDIASUBTYPE_DOLBY_DDPLUS, AV_CODEC_ID_EAC3, 0 },
    { &MEDIASUBTYPE_DTS, AV_CODEC_ID_DTS, WAVE_FORMAT_DTS2 },
    { &MEDIASUBTYPE_MPEG2_AUDIO, AV_CODEC_ID_MP2, WAVE_FORMAT_MPEG },
    { &MEDIASUBTYPE_MPEG1AudioPayload, AV_CODEC_ID_MP2, WAVE_FORMAT_MPEG },
    { &MEDIASUBTYPE_MPEG1Packet, AV_CODEC_ID_MP2, WAVE_FORMAT_MPEG },
};

static const struct {
    uint32_t tag;
    enum AVCodecID id;
} usual_tags[] = {
    { WAVE_FORMAT_RAW_AAC1, AV_CODEC_ID_AAC },
    { WAVE_FORMAT_MPEG_ADTS_AAC, AV_CODEC_ID_AAC },
    { WAVE_FORMAT_MPEG_RAW_AAC, AV_CODEC_ID_AAC },
    { WAVE_FORMAT_MPEG_HEAAC, AV_CODEC_ID_AAC },
    { WAVE_FORMAT_MPEG_LOAS, AV_CODEC_ID_AAC_LATM },
    { TAG_OPUS, AV_CODEC_ID_OPUS },
    { WAVE_FORMAT_OPUS, AV_CODEC_ID_OPUS },
    { WAVE_FORMAT_FLAC, AV_CODEC_ID_FLAC },
    { WAVE_FORMAT_MPEG, AV_CODEC_ID_MP2 },
    { WAVE_FORMAT_MPEGLAYER3, AV_CODEC_ID_MP3 },
    { WAVE_FORMAT_DOLBY_AC3, AV_CODEC_ID_AC3 },
    { WAVE_FORMAT_DTS2, AV_CODEC_ID_DTS },
};

static const struct {
    enum rg_sound sound;
    enum AVCodecID id;
} pcm_codecs[] = {
    { RG_SOUND_U8, AV_CODEC_ID_PCM_U8 },     { RG_SOUND_S16, AV_CODEC_ID_PCM_S16LE },
    { RG_SOUND_S24, AV_CODEC_ID_PCM_S24LE }, { RG_SOUND_S32, AV_CODEC_ID_PCM_S32LE },
    { RG_SOUND_F32, AV_CODEC_ID_PCM_F32LE },
};

static enum AVCodecID id_of_tag(uint32_t tag)
{
    const struct AVCodecTag *const list[] = { avformat_get_riff_audio_tags(), NULL };

    for (size_t i = 0; i < sizeof(usual_tags) / sizeof(usual_tags[0]); i++)
        if (usual_tags[i].tag == tag)
            return usual_tags[i].id;
    return tag <= 0xffff ? av_codec_get_id(list, tag) : AV_CODEC_ID_NONE;
}

static uint32_t tag_of(const AVCodecParameters *par)
{
    const struct AVCodecTag *const list[] = { avformat_get_riff_audio_tags(), NULL };
    uint32_t tag;

    if (par->codec_id == AV_CODEC_ID_AAC)
        return par->extradata_size > 0 ? WAVE_FORMAT_RAW_AAC1 : WAVE_FORMAT_MPEG_ADTS_AAC;
    for (size_t i = 0; i < sizeof(usual_tags) / sizeof(usual_tags[0]); i++)
        if (usual_tags[i].id == par->codec_id)
            return usual_tags[i].tag;
    tag = av_codec_get_tag(list, par->codec_id);
    return tag > 0 && tag <= 0xffff && id_of_tag(tag) == par->codec_id ? tag : 0;
}

/* --- making ---------------------------------------------------------------------------- */

static HRESULT make_pcm(const AVCodecParameters *par, enum rg_sound sound, AM_MEDIA_TYPE *ret)
{
    struct rg_format format = {
        .kind = RG_KIND_AUDIO,
        .sound = sound,
        .sample_rate = par->sample_rate,
        .channels = par->ch_layout.nb_channels,
    };

    if (par->ch_layout.order == AV_CHANNEL_ORDER_NATIVE)
        format.channel_mask = (uint32_t)par->ch_layout.u.mask;
    return rg_format_to_type(&format, ret);
}

/* What MP3 and MPEG audio decoders expect behind WAVEFORMATEX though the codec has no
 * extradata. */
static size_t mpeg_extra(const AVCodecParameters *par, BYTE *to)
{
    if (par->codec_id == AV_CODEC_ID_MP3) {
        MPEGLAYER3WAVEFORMAT mp3 = {
            .wID = MPEGLAYER3_ID_MPEG,
            .fdwFlags = MPEGLAYER3_FLAG_PADDING_OFF,
            .nBlockSize =
                par->sample_rate > 0 ? (WORD)(144 * par->bit_rate / par->sample_rate) : 0,
            .nFramesPerBlock = 1,
        };

        memcpy(to, (BYTE *)&mp3 + sizeof(WAVEFORMATEX), sizeof(mp3) - sizeof(WAVEFORMATEX));
        return sizeof(mp3) - sizeof(WAVEFORMATEX);
    }
    if (par->codec_id == AV_CODEC_ID_MP2) {
        MPEG1WAVEFORMAT mp2 = {
            .fwHeadLayer = 2,
            .dwHeadBitrate = (DWORD)par->bit_rate,
            .fwHeadMode = par->ch_layout.nb_channels == 1 ? 8 : 1,
        };

        memcpy(to, (BYTE *)&mp2 + sizeof(WAVEFORMATEX), sizeof(mp2) - sizeof(WAVEFORMATEX));
        return sizeof(mp2) - sizeof(WAVEFORMATEX);
    }
    return 0;
}

static HRESULT make_wave(const AVCodecParameters *par, const GUID *subtype, WORD tag,
                         AM_MEDIA_TYPE *ret)
{
    size_t extra = (size_t)par->extradata_size;
    WAVEFORMATEX *wave;
    HRESULT hr;

    if (extra > 0xffff || par->ch_layout.nb_channels > 0xffff)
        return S_FALSE;
    wave = calloc(1, sizeof(*wave) + extra + sizeof(MPEG1WAVEFORMAT));
    if (wave == NULL)
        return E_OUTOFMEMORY;
    if (extra > 0)
        memcpy(wave + 1, par->extradata, extra);
    else
        extra = mpeg_extra(par, (BYTE *)(wave + 1));
    wave->wFormatTag = tag;
    wave->nChannels = (WORD)par->ch_layout.nb_channels;
    wave->nSamplesPerSec = (DWORD)par->sample_rate;
    wave->nAvgBytesPerSec = (DWORD)(par->bit_rate / 8);
    wave->nBlockAlign =
        (WORD)(par->block_align > 0 && par->block_align <= 0xffff ? par->block_align : 1);
    wave->wBitsPerSample = (WORD)(par->bits_per_coded_sample > 0 ? par->bits_per_coded_sample
                                                                 : par->bits_per_raw_sample);
    wave->cbSize = (WORD)extra;
    hr = rg_type_make(ret, &MEDIATYPE_Audio, subtype, &FORMAT_WaveFormatEx, wave,
                      (ULONG)(sizeof(*wave) + extra));
    free(wave);
    return hr;
}

HRESULT ff_audio_make(const AVCodecParameters *par, AM_MEDIA_TYPE *ret)
{
    uint32_t tag;
    GUID subtype;

    for (size_t i = 0; i < sizeof(pcm_codecs) / sizeof(pcm_codecs[0]); i++)
        if (pcm_codecs[i].id == par->codec_id)
            return make_pcm(par, pcm_codecs[i].sound, ret);
    for (size_t i = 0; i < 3; i++)
        if (usual_subtypes[i].id == par->codec_id)
            return make_wave(par, usual_subtypes[i].subtype, usual_subtypes[i].tag, ret);
    tag = tag_of(par);
    if (tag == 0)
        return S_FALSE;
    subtype = ff_subtype_of_tag(tag);
    return make_wave(par, &subtype, tag == TAG_OPUS ? WAVE_FORMAT_OPUS : (WORD)tag, ret);
}

/* --- reading --------------------------------------------------------------------------- */

static HRESULT read_pcm(const AM_MEDIA_TYPE *type, AVCodecParameters *ret)
{
    struct rg_format format;
    HRESULT hr = rg_format_from_type(type, &format);

    if (FAILED(hr))
        return hr;
    for (size_t i = 0; i < sizeof(pcm_codecs) / sizeof(pcm_codecs[0]); i++)
        if (pcm_codecs[i].sound == format.sound)
            ret->codec_id = pcm_codecs[i].id;
    if (ret->codec_id == AV_CODEC_ID_NONE)
        return VFW_E_TYPE_NOT_ACCEPTED;
    ret->codec_type = AVMEDIA_TYPE_AUDIO;
    ret->sample_rate = format.sample_rate;
    ret->block_align = rg_format_bytes(&format);
    ret->bits_per_coded_sample = 8 * rg_sound_bytes(format.sound);
    ret->bit_rate = (int64_t)ret->block_align * 8 * format.sample_rate;
    if (format.channel_mask != 0)
        av_channel_layout_from_mask(&ret->ch_layout, format.channel_mask);
    else
        av_channel_layout_default(&ret->ch_layout, format.channels);
    return S_OK;
}

static enum AVCodecID id_of_type(const AM_MEDIA_TYPE *type, const WAVEFORMATEX *wave)
{
    uint32_t tag;

    for (size_t i = 0; i < sizeof(usual_subtypes) / sizeof(usual_subtypes[0]); i++)
        if (IsEqualGUID(&type->subtype, usual_subtypes[i].subtype))
            return usual_subtypes[i].id;
    if (ff_tag_of_subtype(&type->subtype, &tag))
        return id_of_tag(tag);
    return IsEqualGUID(&type->subtype, &GUID_NULL) ? id_of_tag(wave->wFormatTag)
                                                   : AV_CODEC_ID_NONE;
}

/* Bytes between WAVEFORMATEX and the codec's own extradata. */
static size_t header_bytes(const AM_MEDIA_TYPE *type, const AVCodecParameters *par,
                           size_t extra)
{
    if (par->codec_id == AV_CODEC_ID_MP3 || par->codec_id == AV_CODEC_ID_MP2)
        return extra;
    if (par->codec_id == AV_CODEC_ID_AAC &&
        IsEqualGUID(&type->subtype, &MEDIASUBTYPE_MPEG_HEAAC))
        return extra < 12 ? extra : 12;
    return 0;
}

size_t ff_audio_bytes(const AM_MEDIA_TYPE *type)
{
    WAVEFORMATEX wave;

    if (IsEqualGUID(&type->formattype, &ff_format_codec))
        return 0;
    if (!IsEqualGUID(&type->formattype, &FORMAT_WaveFormatEx) || type->cbFormat < sizeof(wave))
        return type->cbFormat;
    memcpy(&wave, type->pbFormat, sizeof(wave));
    return sizeof(wave) + wave.cbSize;
}

HRESULT ff_audio_read(const AM_MEDIA_TYPE *type, AVCodecParameters *ret)
{
    WAVEFORMATEX wave;
    size_t skip;
    HRESULT hr = read_pcm(type, ret);

    if (hr != VFW_E_TYPE_NOT_ACCEPTED)
        return hr;
    if (!IsEqualGUID(&type->formattype, &FORMAT_WaveFormatEx))
        return VFW_E_TYPE_NOT_ACCEPTED;
    if (type->cbFormat < sizeof(wave))
        return VFW_E_INVALIDMEDIATYPE;
    memcpy(&wave, type->pbFormat, sizeof(wave));
    if (wave.cbSize > type->cbFormat - sizeof(wave))
        return VFW_E_INVALIDMEDIATYPE;
    ret->codec_id = id_of_type(type, &wave);
    if (ret->codec_id == AV_CODEC_ID_NONE)
        return VFW_E_TYPE_NOT_ACCEPTED;
    ret->codec_type = AVMEDIA_TYPE_AUDIO;
    ret->sample_rate = (int)wave.nSamplesPerSec;
    ret->bit_rate = (int64_t)wave.nAvgBytesPerSec * 8;
    ret->block_align = wave.nBlockAlign > 1 ? wave.nBlockAlign : 0;
    ret->bits_per_coded_sample = wave.wBitsPerSample;
    ret->codec_tag = wave.wFormatTag;
    if (wave.nChannels > 0)
        av_channel_layout_default(&ret->ch_layout, wave.nChannels);
    skip = header_bytes(type, ret, wave.cbSize);
    return ff_set_extradata(ret, type->pbFormat + sizeof(wave) + skip, wave.cbSize - skip);
}
