/* SPDX-License-Identifier: MIT */
/* ff/muxer_times.c - a sample's times in a container's ticks.
 *
 * The exact ticks that came with a sample count as long as they agree with its time; whoever
 * moved the sample in time did not know of them.
 * One thread at a time.  Knows: packets, time stamps.  Must not know: files.
 */
#define COBJMACROS
#include <stdlib.h>

#include <libavutil/mathematics.h>

#include "ff/muxer_internal.h"
#include "ff/packet.h"
#include "ff/raw.h"
#include "media/sample.h"

void ff_mux_packet_free(struct mux_packet *p)
{
    if (p == NULL)
        return;
    av_packet_free(&p->packet);
    free(p);
}

static bool ticks_hold(const struct rg_sample_extra *extra, const struct rg_sample_info *info)
{
    AVRational base = { extra->tick_num, extra->tick_den };

    if (extra->tick_num <= 0 || extra->tick_den <= 0 || !info->has_time)
        return false;
    return llabs(ff_time(extra->tick_pts, base) - info->start) <= ff_time(1, base) + 10000;
}

static void times_from_ticks(AVPacket *p, const struct rg_sample_extra *extra, AVRational to)
{
    AVRational from = { extra->tick_num, extra->tick_den };

    p->pts = av_rescale_q(extra->tick_pts, from, to);
    p->dts = av_rescale_q(extra->tick_dts, from, to);
    p->duration = av_rescale_q(extra->tick_duration, from, to);
}

static void times_from_sample(AVPacket *p, const struct rg_sample_extra *extra,
                              const struct rg_sample_info *info, AVRational to)
{
    p->pts = ff_ticks(info->start, to);
    p->dts = extra->has_dts ? ff_ticks(extra->dts, to) : p->pts;
    p->duration = info->has_stop ? ff_ticks(info->stop, to) - p->pts : 0;
}

/* Containers want decoding times that grow, and none behind its own presentation. */
static void straighten(struct mux_input *input, AVPacket *p)
{
    if (input->has_dts && p->dts <= input->last_dts)
        p->dts = input->last_dts + 1;
    if (p->pts < p->dts)
        p->pts = p->dts;
    input->last_dts = p->dts;
    input->has_dts = true;
}

/* A packet that is padding as a whole, as an encoder begins with: containers can say how much of a
 * packet's end is none of the sound, few how much of its beginning. */
static HRESULT padding_mark(AVPacket *p, const struct rg_sample_extra *extra)
{
    if (extra->skip_start == 0 || extra->skip_end != 0 || extra->tick_num != 1 ||
        extra->skip_start != extra->tick_duration)
        return S_OK;
    return ff_packet_set_skips(p, 0, extra->skip_start);
}

HRESULT ff_mux_packet_make(struct mux_input *input, IMediaSample *sample,
                           struct mux_packet **ret)
{
    AVRational base = input->stream->time_base;
    struct mux_packet *made = calloc(1, sizeof(*made));
    struct rg_sample_extra extra = { 0 };
    struct rg_sample_info info;
    HRESULT hr;

    if (made == NULL)
        return E_OUTOFMEMORY;
    made->packet = av_packet_alloc();
    hr = made->packet == NULL ? E_OUTOFMEMORY
         : input->is_raw      ? ff_mux_raw_packet(&input->raw, made->packet, sample, &info)
                              : ff_packet_from_sample(made->packet, sample, &info);
    if (FAILED(hr)) {
        ff_mux_packet_free(made);
        return hr;
    }
    rg_sample_get_extra(sample, &extra);
    if (!info.has_time) {
        info.start = input->next;
        info.has_stop = false;
    }
    if (ticks_hold(&extra, &info))
        times_from_ticks(made->packet, &extra, base);
    else
        times_from_sample(made->packet, &extra, &info, base);
    if (made->packet->duration <= 0 && input->rate.num > 0)
        made->packet->duration = av_rescale_q(1, av_inv_q(input->rate), base);
    if (made->packet->duration < 0)
        made->packet->duration = 0;
    input->next = ff_time(made->packet->pts + made->packet->duration, base);
    straighten(input, made->packet);
    hr = padding_mark(made->packet, &extra);
    if (SUCCEEDED(hr))
        hr = ff_mux_headers_add(input, made->packet);
    if (FAILED(hr)) {
        ff_mux_packet_free(made);
        return hr;
    }
    made->packet->stream_index = input->stream->index;
    made->order = ff_time(made->packet->dts, base);
    made->is_preroll = info.is_preroll;
    *ret = made;
    return S_OK;
}
