/* SPDX-License-Identifier: MIT */
/* ff/type_video.c - compressed video as DirectShow writes it down.
 *
 * Any thread; plain values.
 * Knows: VIDEOINFOHEADER and its relatives, avcC and hvcC boxes.  Must not know: files, codecs
 * at work.
 */
#include <stdlib.h>
#include <string.h>

#include <dshow.h>
#include <ksuuids.h>

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>

#include "ff/raw.h"
#include "ff/type_internal.h"
#include "media/type.h"

#define FOURCC(a, b, c, d)                                                                     \
    ((uint32_t)(a) | (uint32_t)(b) << 8 | (uint32_t)(c) << 16 | (uint32_t)(d) << 24)

/* FourCCs that decoders know better than the first one in libav's lists. */
static const struct {
    uint32_t tag;
    enum AVCodecID id;
} usual_tags[] = {
    { FOURCC('H', '2', '6', '4'), AV_CODEC_ID_H264 },
    { FOURCC('A', 'V', 'C', '1'), AV_CODEC_ID_H264 },
    { FOURCC('a', 'v', 'c', '1'), AV_CODEC_ID_H264 },
    { FOURCC('C', 'C', 'V', '1'), AV_CODEC_ID_H264 },
    { FOURCC('H', 'E', 'V', 'C'), AV_CODEC_ID_HEVC },
    { FOURCC('H', 'V', 'C', '1'), AV_CODEC_ID_HEVC },
    { FOURCC('h', 'v', 'c', '1'), AV_CODEC_ID_HEVC },
    { FOURCC('H', 'M', '1', '0'), AV_CODEC_ID_HEVC },
    { FOURCC('M', 'P', '4', 'V'), AV_CODEC_ID_MPEG4 },
    { FOURCC('V', 'P', '8', '0'), AV_CODEC_ID_VP8 },
    { FOURCC('V', 'P', '9', '0'), AV_CODEC_ID_VP9 },
    { FOURCC('A', 'V', '0', '1'), AV_CODEC_ID_AV1 },
};

static const struct AVCodecTag *tag_lists_of(unsigned index)
{
    return index == 0   ? avformat_get_riff_video_tags()
           : index == 1 ? avformat_get_mov_video_tags()
                        : NULL;
}

static enum AVCodecID id_of_tag(uint32_t tag)
{
    for (size_t i = 0; i < sizeof(usual_tags) / sizeof(usual_tags[0]); i++)
        if (usual_tags[i].tag == tag)
            return usual_tags[i].id;
    for (unsigned i = 0; tag_lists_of(i) != NULL; i++) {
        const struct AVCodecTag *const list[] = { tag_lists_of(i), NULL };
        enum AVCodecID id = av_codec_get_id(list, tag);

        if (id != AV_CODEC_ID_NONE)
            return id;
    }
    return AV_CODEC_ID_NONE;
}

static bool is_fourcc(uint32_t tag)
{
    for (int i = 0; i < 4; i++, tag >>= 8)
        if ((tag & 0xff) < ' ' || (tag & 0xff) > '~')
            return false;
    return true;
}

/* 0 if the codec has no FourCC that leads back to it. */
static uint32_t tag_of(const AVCodecParameters *par)
{
    for (size_t i = 0; i < sizeof(usual_tags) / sizeof(usual_tags[0]); i++)
        if (usual_tags[i].id == par->codec_id)
            return usual_tags[i].tag;
    if (par->codec_id == AV_CODEC_ID_RAWVIDEO)
        return 0;
    if (is_fourcc(par->codec_tag) && id_of_tag(par->codec_tag) == par->codec_id)
        return par->codec_tag;
    for (unsigned i = 0; tag_lists_of(i) != NULL; i++) {
        const struct AVCodecTag *const list[] = { tag_lists_of(i), NULL };
        uint32_t tag = av_codec_get_tag(list, par->codec_id);

        if (is_fourcc(tag) && id_of_tag(tag) == par->codec_id)
            return tag;
    }
    return 0;
}

/* --- making ---------------------------------------------------------------------------- */

static void header_fill(VIDEOINFOHEADER2 *h, const AVCodecParameters *par, AVRational rate,
                        uint32_t tag)
{
    AVRational aspect = { 0, 1 };
    int bits = par->bits_per_coded_sample > 0 ? par->bits_per_coded_sample : 24;

    if (par->sample_aspect_ratio.num > 0 && par->sample_aspect_ratio.den > 0)
        av_reduce(&aspect.num, &aspect.den, (int64_t)par->width * par->sample_aspect_ratio.num,
                  (int64_t)par->height * par->sample_aspect_ratio.den, 1 << 30);
    h->rcSource = (RECT){ 0, 0, par->width, par->height };
    h->rcTarget = h->rcSource;
    h->dwBitRate = par->bit_rate > 0 && par->bit_rate <= UINT32_MAX ? (DWORD)par->bit_rate : 0;
    h->AvgTimePerFrame = rate.num > 0 && rate.den > 0 ? ff_time(1, av_inv_q(rate)) : 0;
    h->dwPictAspectRatioX = aspect.num;
    h->dwPictAspectRatioY = aspect.num > 0 ? (DWORD)aspect.den : 0;
    if (par->field_order > AV_FIELD_PROGRESSIVE)
        h->dwInterlaceFlags = AMINTERLACE_IsInterlaced | AMINTERLACE_DisplayModeBobOrWeave |
                              (par->field_order == AV_FIELD_TT ? AMINTERLACE_Field1First : 0);
    h->bmiHeader.biSize = sizeof(h->bmiHeader);
    h->bmiHeader.biWidth = par->width;
    h->bmiHeader.biHeight = par->height;
    h->bmiHeader.biPlanes = 1;
    h->bmiHeader.biBitCount = (WORD)bits;
    h->bmiHeader.biCompression = tag;
    h->bmiHeader.biSizeImage = (DWORD)((int64_t)par->width * par->height * bits / 8);
}

/* SPS and PPS of an avcC box, each behind a 16-bit length.  Returns the bytes written; 0 if the
 * box is damaged. */
static size_t avcc_to_list(const uint8_t *box, size_t bytes, uint8_t *list)
{
    size_t at = 6, written = 0;
    int left;

    if (bytes < 7 || box[0] != 1)
        return 0;
    left = box[5] & 31;
    for (int kind = 0; kind < 2; kind++) {
        for (; left > 0; left--) {
            size_t unit;

            if (at + 2 > bytes)
                return 0;
            unit = 2 + ((size_t)box[at] << 8 | box[at + 1]);
            if (at + unit > bytes)
                return 0;
            memcpy(list + written, box + at, unit);
            written += unit;
            at += unit;
        }
        if (kind == 0 && at >= bytes)
            return 0;
        if (kind == 0)
            left = box[at++];
    }
    return written;
}

static HRESULT make_mpeg2(const AVCodecParameters *par, AVRational rate, const GUID *subtype,
                          uint32_t tag, AM_MEDIA_TYPE *ret)
{
    const uint8_t *extra = par->extradata;
    size_t bytes = (size_t)par->extradata_size;
    size_t size = sizeof(MPEG2VIDEOINFO) + bytes;
    MPEG2VIDEOINFO *info = calloc(1, size);
    uint8_t *header;
    HRESULT hr;

    if (info == NULL)
        return E_OUTOFMEMORY;
    header = (uint8_t *)info + FIELD_OFFSET(MPEG2VIDEOINFO, dwSequenceHeader);
    header_fill(&info->hdr, par, rate, tag);
    info->dwProfile = par->profile > 0 ? (DWORD)par->profile : 0;
    info->dwLevel = par->level > 0 ? (DWORD)par->level : 0;
    if (tag == FOURCC('A', 'V', 'C', '1')) {
        info->cbSequenceHeader = (DWORD)avcc_to_list(extra, bytes, header);
        info->dwFlags = (extra[4] & 3) + 1;
        info->dwProfile = extra[1];
        info->dwLevel = extra[3];
    } else {
        if (bytes > 0)
            memcpy(header, extra, bytes);
        info->cbSequenceHeader = (DWORD)bytes;
        if (tag == FOURCC('H', 'V', 'C', '1'))
            info->dwFlags = (extra[21] & 3) + 1;
    }
    hr = rg_type_make(ret, &MEDIATYPE_Video, subtype, &FORMAT_MPEG2Video, info,
                      (ULONG)(FIELD_OFFSET(MPEG2VIDEOINFO, dwSequenceHeader) +
                              (info->cbSequenceHeader > 4 ? info->cbSequenceHeader : 4)));
    free(info);
    return hr;
}

static HRESULT make_mpeg1(const AVCodecParameters *par, AVRational rate, AM_MEDIA_TYPE *ret)
{
    size_t bytes = (size_t)par->extradata_size;
    MPEG1VIDEOINFO *info = calloc(1, sizeof(MPEG1VIDEOINFO) + bytes);
    VIDEOINFOHEADER2 wide = { 0 };
    HRESULT hr;

    if (info == NULL)
        return E_OUTOFMEMORY;
    header_fill(&wide, par, rate, 0);
    info->hdr = (VIDEOINFOHEADER){
        .rcSource = wide.rcSource,
        .rcTarget = wide.rcTarget,
        .dwBitRate = wide.dwBitRate,
        .AvgTimePerFrame = wide.AvgTimePerFrame,
        .bmiHeader = wide.bmiHeader,
    };
    info->cbSequenceHeader = (DWORD)bytes;
    if (bytes > 0)
        memcpy(info->bSequenceHeader, par->extradata, bytes);
    hr = rg_type_make(ret, &MEDIATYPE_Video, &MEDIASUBTYPE_MPEG1Payload, &FORMAT_MPEGVideo,
                      info, (ULONG)SIZE_MPEG1VIDEOINFO(info));
    free(info);
    return hr;
}

static HRESULT make_other(const AVCodecParameters *par, AVRational rate, uint32_t tag,
                          AM_MEDIA_TYPE *ret)
{
    size_t bytes = (size_t)par->extradata_size;
    VIDEOINFOHEADER2 *info = calloc(1, sizeof(*info) + bytes);
    GUID subtype = ff_subtype_of_tag(tag);
    HRESULT hr;

    if (info == NULL)
        return E_OUTOFMEMORY;
    header_fill(info, par, rate, tag);
    info->bmiHeader.biSize += (DWORD)bytes;
    if (bytes > 0)
        memcpy(info + 1, par->extradata, bytes);
    hr = rg_type_make(ret, &MEDIATYPE_Video, &subtype, &FORMAT_VideoInfo2, info,
                      (ULONG)(sizeof(*info) + bytes));
    free(info);
    return hr;
}

static HRESULT make_nal(const AVCodecParameters *par, AVRational rate, AM_MEDIA_TYPE *ret)
{
    bool box = par->extradata_size > 0 && par->extradata[0] == 1;
    uint32_t tag = tag_of(par);
    GUID subtype;

    if (box && par->codec_id == AV_CODEC_ID_H264 && par->extradata_size >= 7)
        tag = FOURCC('A', 'V', 'C', '1');
    else if (box && par->codec_id == AV_CODEC_ID_HEVC && par->extradata_size >= 23)
        tag = FOURCC('H', 'V', 'C', '1');
    subtype = ff_subtype_of_tag(tag);
    return make_mpeg2(par, rate, &subtype, tag, ret);
}

HRESULT ff_video_make(const AVCodecParameters *par, AVRational rate, AM_MEDIA_TYPE *ret)
{
    uint32_t tag = tag_of(par);
    GUID subtype = ff_subtype_of_tag(tag);

    switch (par->codec_id) {
    case AV_CODEC_ID_H264:
    case AV_CODEC_ID_HEVC:
        return make_nal(par, rate, ret);
    case AV_CODEC_ID_MPEG2VIDEO:
        return make_mpeg2(par, rate, &MEDIASUBTYPE_MPEG2_VIDEO, 0, ret);
    case AV_CODEC_ID_MPEG1VIDEO:
        return make_mpeg1(par, rate, ret);
    case AV_CODEC_ID_MPEG4:
        return make_mpeg2(par, rate, &subtype, tag, ret);
    default:
        return tag != 0 ? make_other(par, rate, tag, ret) : S_FALSE;
    }
}

/* --- reading --------------------------------------------------------------------------- */

/* An avcC box again, from SPS and PPS behind 16-bit lengths. */
static HRESULT list_to_avcc(const uint8_t *list, size_t bytes, unsigned length_size,
                            AVCodecParameters *par)
{
    uint8_t *box;
    size_t out = 6;
    unsigned count[2] = { 0, 0 };
    const uint8_t *sps = NULL;
    HRESULT hr;

    for (size_t at = 0; at < bytes;) {
        size_t unit;

        if (at + 3 > bytes)
            return VFW_E_INVALIDMEDIATYPE;
        unit = 2 + ((size_t)list[at] << 8 | list[at + 1]);
        if (unit < 3 || at + unit > bytes)
            return VFW_E_INVALIDMEDIATYPE;
        if ((list[at + 2] & 31) == 7 && sps == NULL && unit >= 6)
            sps = list + at + 2;
        count[(list[at + 2] & 31) != 7]++;
        at += unit;
    }
    if (sps == NULL || count[0] > 31 || count[1] > 255)
        return VFW_E_INVALIDMEDIATYPE;
    box = malloc(bytes + 8);
    if (box == NULL)
        return E_OUTOFMEMORY;
    memcpy(box,
           (const uint8_t[]){ 1, sps[1], sps[2], sps[3], (uint8_t)(0xfc | (length_size - 1)),
                              (uint8_t)(0xe0 | count[0]) },
           6);
    for (int others = 0; others < 2; others++) {
        for (size_t at = 0; at < bytes;) {
            size_t unit = 2 + ((size_t)list[at] << 8 | list[at + 1]);

            if (((list[at + 2] & 31) != 7) == others) {
                memcpy(box + out, list + at, unit);
                out += unit;
            }
            at += unit;
        }
        if (others == 0)
            box[out++] = (uint8_t)count[1];
    }
    hr = ff_set_extradata(par, box, out);
    free(box);
    return hr;
}

struct header {
    RECT source;
    DWORD bit_rate;
    REFERENCE_TIME frame_time;
    DWORD aspect_x, aspect_y;
    BITMAPINFOHEADER bmi;
    const BYTE *extra; /* behind the documented part */
    size_t extra_bytes;
    DWORD flags, profile, level;
    bool mpeg2;
};

/* offset: of the BITMAPINFOHEADER. */
static HRESULT read_bmi(const AM_MEDIA_TYPE *type, size_t offset, struct header *h)
{
    size_t room;

    memcpy(&h->bmi, type->pbFormat + offset, sizeof(h->bmi));
    room = type->cbFormat - offset;
    if (h->bmi.biSize > room)
        return VFW_E_INVALIDMEDIATYPE;
    h->extra = type->pbFormat + offset + sizeof(h->bmi);
    h->extra_bytes = room - sizeof(h->bmi);
    if (h->bmi.biSize > sizeof(h->bmi))
        h->extra_bytes = h->bmi.biSize - sizeof(h->bmi);
    return S_OK;
}

static HRESULT read_mpeg_header(const AM_MEDIA_TYPE *type, struct header *h)
{
    DWORD bytes;

    if (h->mpeg2) {
        MPEG2VIDEOINFO info = { 0 };
        size_t fixed = FIELD_OFFSET(MPEG2VIDEOINFO, dwSequenceHeader);

        if (type->cbFormat < fixed)
            return VFW_E_INVALIDMEDIATYPE;
        memcpy(&info, type->pbFormat, fixed);
        bytes = info.cbSequenceHeader;
        h->flags = info.dwFlags;
        h->profile = info.dwProfile;
        h->level = info.dwLevel;
        h->extra = type->pbFormat + fixed;
        if (bytes > type->cbFormat - fixed)
            return VFW_E_INVALIDMEDIATYPE;
    } else {
        MPEG1VIDEOINFO info = { 0 };
        size_t fixed = FIELD_OFFSET(MPEG1VIDEOINFO, bSequenceHeader);

        if (type->cbFormat < fixed)
            return VFW_E_INVALIDMEDIATYPE;
        memcpy(&info, type->pbFormat, fixed);
        bytes = info.cbSequenceHeader;
        h->extra = type->pbFormat + fixed;
        if (bytes > type->cbFormat - fixed)
            return VFW_E_INVALIDMEDIATYPE;
    }
    h->extra_bytes = bytes;
    return S_OK;
}

static HRESULT read_header(const AM_MEDIA_TYPE *type, struct header *h)
{
    bool mpeg1 = IsEqualGUID(&type->formattype, &FORMAT_MPEGVideo);
    HRESULT hr;

    *h = (struct header){ .mpeg2 = IsEqualGUID(&type->formattype, &FORMAT_MPEG2Video) };
    if (mpeg1 || IsEqualGUID(&type->formattype, &FORMAT_VideoInfo)) {
        VIDEOINFOHEADER info;

        if (type->cbFormat < sizeof(info))
            return VFW_E_INVALIDMEDIATYPE;
        memcpy(&info, type->pbFormat, sizeof(info));
        h->source = info.rcSource;
        h->bit_rate = info.dwBitRate;
        h->frame_time = info.AvgTimePerFrame;
        hr = read_bmi(type, FIELD_OFFSET(VIDEOINFOHEADER, bmiHeader), h);
    } else if (h->mpeg2 || IsEqualGUID(&type->formattype, &FORMAT_VideoInfo2)) {
        VIDEOINFOHEADER2 info;

        if (type->cbFormat < sizeof(info))
            return VFW_E_INVALIDMEDIATYPE;
        memcpy(&info, type->pbFormat, sizeof(info));
        h->source = info.rcSource;
        h->bit_rate = info.dwBitRate;
        h->frame_time = info.AvgTimePerFrame;
        h->aspect_x = info.dwPictAspectRatioX;
        h->aspect_y = info.dwPictAspectRatioY;
        hr = read_bmi(type, FIELD_OFFSET(VIDEOINFOHEADER2, bmiHeader), h);
    } else {
        return VFW_E_TYPE_NOT_ACCEPTED;
    }
    if (SUCCEEDED(hr) && (mpeg1 || h->mpeg2))
        hr = read_mpeg_header(type, h);
    return hr;
}

size_t ff_video_bytes(const AM_MEDIA_TYPE *type)
{
    struct header h;

    if (IsEqualGUID(&type->formattype, &ff_format_codec))
        return 0;
    if (FAILED(read_header(type, &h)))
        return type->cbFormat;
    if (h.mpeg2 && h.extra_bytes < 4)
        h.extra_bytes = 4;
    /* biSize may leave out what follows; a block of ours is not extradata */
    if (h.bmi.biSize <= sizeof(h.bmi) && h.extra_bytes >= sizeof(struct ff_block)) {
        uint32_t magic;

        memcpy(&magic, h.extra, sizeof(magic));
        if (magic == FF_BLOCK_MAGIC)
            h.extra_bytes = 0;
    }
    return (size_t)(h.extra - type->pbFormat) + h.extra_bytes;
}

static enum AVCodecID id_of_subtype(const GUID *subtype, uint32_t *tag)
{
    *tag = 0;
    if (IsEqualGUID(subtype, &MEDIASUBTYPE_MPEG2_VIDEO))
        return AV_CODEC_ID_MPEG2VIDEO;
    if (IsEqualGUID(subtype, &MEDIASUBTYPE_MPEG1Payload) ||
        IsEqualGUID(subtype, &MEDIASUBTYPE_MPEG1Packet) ||
        IsEqualGUID(subtype, &MEDIASUBTYPE_MPEG1Video))
        return AV_CODEC_ID_MPEG1VIDEO;
    if (ff_tag_of_subtype(subtype, tag))
        return id_of_tag(*tag);
    return AV_CODEC_ID_NONE;
}

HRESULT ff_video_read(const AM_MEDIA_TYPE *type, AVCodecParameters *ret, AVRational *rate)
{
    struct header h;
    uint32_t tag;
    enum AVCodecID id = id_of_subtype(&type->subtype, &tag);
    HRESULT hr;

    if (id == AV_CODEC_ID_NONE || id == AV_CODEC_ID_RAWVIDEO)
        return VFW_E_TYPE_NOT_ACCEPTED;
    hr = read_header(type, &h);
    if (FAILED(hr))
        return hr;
    ret->codec_type = AVMEDIA_TYPE_VIDEO;
    ret->codec_id = id;
    ret->codec_tag = tag;
    ret->bit_rate = h.bit_rate;
    ret->width = abs(h.bmi.biWidth);
    ret->height = abs(h.bmi.biHeight);
    ret->bits_per_coded_sample = h.bmi.biBitCount;
    if (h.aspect_x > 0 && h.aspect_y > 0 && ret->width > 0)
        av_reduce(&ret->sample_aspect_ratio.num, &ret->sample_aspect_ratio.den,
                  (int64_t)h.aspect_x * ret->height, (int64_t)h.aspect_y * ret->width, 1 << 30);
    *rate = ff_rate_of(h.frame_time);
    if (h.mpeg2 && h.profile > 0)
        ret->profile = (int)h.profile;
    if (h.mpeg2 && h.level > 0)
        ret->level = (int)h.level;
    if (id == AV_CODEC_ID_H264 && h.mpeg2 && h.flags >= 1 && h.flags <= 4)
        return list_to_avcc(h.extra, h.extra_bytes, h.flags, ret);
    return ff_set_extradata(ret, h.extra, h.extra_bytes);
}
