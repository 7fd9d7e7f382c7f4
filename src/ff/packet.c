/* SPDX-License-Identifier: MIT */
/* ff/packet.c - sample to packet; the side data that trims sound.
 *
 * Streaming thread.  Knows: AVPacket, rg_sample_extra.  Must not know: codecs, containers.
 */
#include "ff/packet.h"

#include <string.h>

#include <libavcodec/avcodec.h>
#include <libavutil/intreadwrite.h>
#include <libavutil/mathematics.h>

enum { SKIP_BYTES = 10 };

void ff_packet_skips(const AVPacket *packet, uint32_t *start, uint32_t *end)
{
    size_t bytes = 0;
    const uint8_t *data = av_packet_get_side_data(packet, AV_PKT_DATA_SKIP_SAMPLES, &bytes);

    *start = 0;
    *end = 0;
    if (data == NULL || bytes < SKIP_BYTES)
        return;
    *start = AV_RL32(data);
    *end = AV_RL32(data + 4);
}

HRESULT ff_packet_set_skips(AVPacket *packet, uint32_t start, uint32_t end)
{
    uint8_t *data;

    if (start == 0 && end == 0)
        return S_OK;
    data = av_packet_new_side_data(packet, AV_PKT_DATA_SKIP_SAMPLES, SKIP_BYTES);
    if (data == NULL)
        return E_OUTOFMEMORY;
    memset(data, 0, SKIP_BYTES);
    AV_WL32(data, start);
    AV_WL32(data + 4, end);
    return S_OK;
}

HRESULT ff_packet_from_sample(AVPacket *packet, IMediaSample *sample,
                              struct rg_sample_info *ret_info)
{
    struct rg_sample_extra extra = { 0 };
    struct rg_sample_info info;
    HRESULT hr = rg_sample_get_info(sample, &info);

    if (FAILED(hr))
        return hr;
    if (info.bytes > INT32_MAX - AV_INPUT_BUFFER_PADDING_SIZE ||
        av_new_packet(packet, (int)info.bytes) < 0)
        return E_OUTOFMEMORY;
    if (info.bytes > 0)
        memcpy(packet->data, info.data, info.bytes);
    rg_sample_get_extra(sample, &extra);
    packet->pts = info.has_time && !extra.starts_at_dts ? info.start : AV_NOPTS_VALUE;
    packet->dts = extra.has_dts ? extra.dts : AV_NOPTS_VALUE;
    packet->duration = info.has_time && info.has_stop ? info.stop - info.start : 0;
    if (info.is_sync)
        packet->flags |= AV_PKT_FLAG_KEY;
    hr = ff_packet_set_skips(packet, extra.skip_start, extra.skip_end);
    if (FAILED(hr)) {
        av_packet_unref(packet);
        return hr;
    }
    *ret_info = info;
    return S_OK;
}
