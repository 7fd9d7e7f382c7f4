/* SPDX-License-Identifier: MIT */
/* ff/muxer_headers.c - another encoder goes on with a stream whose file began with the headers
 * of the one before.
 *
 * H.264 and HEVC carry the new headers in their key frames from then on, which every decoder
 * understands; other codecs tell the container.
 * One thread at a time.  Knows: NAL units, boxes of headers.  Must not know: files, times.
 */
#include <string.h>

#include <libavutil/intreadwrite.h>

#include "ff/muxer_internal.h"

static bool has_start_codes(const uint8_t *data, int bytes)
{
    return bytes >= 4 && data[0] == 0 && data[1] == 0 &&
           (data[2] == 1 || (data[2] == 0 && data[3] == 1));
}

/* The units of an avcC box behind 4-byte lengths.  to NULL: only counts.  Bytes; 0 if the box
 * is damaged or has other lengths. */
static int units_of_avcc(const AVCodecParameters *par, uint8_t *to)
{
    const uint8_t *box = par->extradata;
    int at = 6, bytes = par->extradata_size, written = 0;

    if (bytes < 7 || box[0] != 1 || (box[4] & 3) != 3)
        return 0;
    for (int kind = 0, left = box[5] & 31; kind < 2; kind++) {
        for (; left > 0; left--) {
            int unit;

            if (at + 2 > bytes || at + 2 + (unit = AV_RB16(box + at)) > bytes)
                return 0;
            if (to != NULL) {
                AV_WB32(to + written, unit);
                memcpy(to + written + 4, box + at + 2, (size_t)unit);
            }
            written += 4 + unit;
            at += 2 + unit;
        }
        if (kind == 0) {
            if (at >= bytes)
                return 0;
            left = box[at++];
        }
    }
    return written;
}

/* Bytes that go in front of a key frame; to may be NULL. */
static int headers_in_band(const AVCodecParameters *par, uint8_t *to)
{
    if (par->codec_id != AV_CODEC_ID_H264 && par->codec_id != AV_CODEC_ID_HEVC)
        return 0;
    if (!has_start_codes(par->extradata, par->extradata_size))
        return par->codec_id == AV_CODEC_ID_H264 ? units_of_avcc(par, to) : 0;
    if (to != NULL)
        memcpy(to, par->extradata, (size_t)par->extradata_size);
    return par->extradata_size;
}

static HRESULT prepend(const AVCodecParameters *par, AVPacket *packet, int bytes)
{
    int old = packet->size;

    if (av_grow_packet(packet, bytes) < 0)
        return E_OUTOFMEMORY;
    memmove(packet->data + bytes, packet->data, (size_t)old);
    headers_in_band(par, packet->data);
    return S_OK;
}

HRESULT ff_mux_headers_add(struct mux_input *input, AVPacket *packet)
{
    const AVCodecParameters *par = input->par;
    uint8_t *data;
    int bytes;

    if (!input->has_new_headers || par->extradata_size <= 0 ||
        !(packet->flags & AV_PKT_FLAG_KEY))
        return S_OK;
    bytes = headers_in_band(par, NULL);
    if (bytes > 0)
        return prepend(par, packet, bytes);
    if (input->headers_are_told)
        return S_OK;
    data =
        av_packet_new_side_data(packet, AV_PKT_DATA_NEW_EXTRADATA, (size_t)par->extradata_size);
    if (data == NULL)
        return E_OUTOFMEMORY;
    memcpy(data, par->extradata, (size_t)par->extradata_size);
    input->headers_are_told = true;
    return S_OK;
}
