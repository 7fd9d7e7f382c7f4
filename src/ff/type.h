/* SPDX-License-Identifier: MIT */
/* ff/type.h - compressed media types: AM_MEDIA_TYPE beside libav's AVCodecParameters, both ways
 * in one place.
 *
 * Any thread; plain values.
 *
 * What is written, and what is read back exactly:
 *   H.264 with avcC   subtype AVC1, MPEG2VIDEOINFO: dwSequenceHeader is SPS and PPS, each behind
 *                     a 16-bit big-endian length; dwFlags the bytes of a NAL unit's length field;
 *                     dwProfile, dwLevel
 *   H.264 Annex B     subtype H264, MPEG2VIDEOINFO: dwSequenceHeader is the headers with start
 *                     codes, dwFlags 0
 *   HEVC              HVC1 (dwSequenceHeader is the whole hvcC, dwFlags its length field) or
 *                     HEVC (Annex B)
 *   MPEG-1/2 video    MPEG1Payload with MPEG1VIDEOINFO, MPEG2_VIDEO with MPEG2VIDEOINFO
 *   other video       its FourCC, VIDEOINFOHEADER2, extradata behind the BITMAPINFOHEADER and
 *                     counted in biSize; MPEG-4 with MPEG2VIDEOINFO
 *   AAC               RAW_AAC1 (0xff) with the AudioSpecificConfig behind WAVEFORMATEX, or
 *                     MPEG_ADTS_AAC (0x1600)
 *   other sound       its wave format tag, WAVEFORMATEX, extradata behind it and counted in
 *                     cbSize; AC-3, DTS and E-AC-3 under their GUIDs, Opus under 'OPUS'
 *   PCM               as media/format.h has it
 *   anything else     ff_format_codec: the format block is a struct ff_block; the subtype is made
 *                     of the codec's number
 *
 * Where a documented block can not give the codec parameters back exactly (avcC of a high
 * profile, encoder padding), a struct ff_block follows it in the same format block; who does
 * not know it reads the documented part alone.
 */
#pragma once

#include <stdint.h>

#include <dshow.h>

struct AVCodecParameters;
struct AVRational;

#define FF_BLOCK_MAGIC 0x46666752u

/* Little-endian, no pointers; extra_bytes of extradata follow. */
struct ff_block {
    uint32_t magic;
    uint32_t bytes;  /* of this struct and what follows */
    char codec[32];  /* libav's codec name: "h264" */
    char layout[32]; /* raw pixel or sample format by name, or "" */
    int64_t bit_rate, frame_time;
    int32_t width, height, aspect_num, aspect_den;
    int32_t profile, level;
    int32_t sample_rate, channels;
    uint64_t channel_mask;
    int32_t block_align, frame_size, bits_coded, bits_raw;
    int32_t initial_padding, trailing_padding, seek_preroll;
    uint32_t tag;
    uint32_t extra_bytes;
    uint32_t zero; /* types are compared byte by byte: nothing here may be padding */
};

_Static_assert(sizeof(struct ff_block) == 168, "a hole in it would be of any value");

/* Format type of blocks that are a struct ff_block alone:
 * {9d1c7a52-3b0e-4f64-8a1d-52474646434f} */
extern const GUID ff_format_codec;

/* rate: frames per second, 0/1 if unknown.  S_OK: *ret is the caller's;
 * VFW_E_UNSUPPORTED_STREAM: neither video nor sound of a known codec; E_OUTOFMEMORY. */
HRESULT ff_type_from_codecpar(const struct AVCodecParameters *par, struct AVRational rate,
                              AM_MEDIA_TYPE *ret);

/* *ret was made with avcodec_parameters_alloc and is overwritten; ret_rate may be NULL.
 * S_OK; VFW_E_TYPE_NOT_ACCEPTED: no codec goes by that type (raw video among them);
 * VFW_E_INVALIDMEDIATYPE: the format block is too short or contradicts itself; E_OUTOFMEMORY.
 * */
HRESULT ff_codecpar_from_type(const AM_MEDIA_TYPE *type, struct AVCodecParameters *ret,
                              struct AVRational *ret_rate);

/* Does a decoder go by that type?  Cheap; no codec is opened. */
HRESULT ff_type_can_decode(const AM_MEDIA_TYPE *type);
