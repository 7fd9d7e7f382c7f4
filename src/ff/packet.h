/* SPDX-License-Identifier: MIT */
/* ff/packet.h - compressed media: a sample's bytes, times and marks beside libav's AVPacket.
 *
 * Streaming thread.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <dshow.h>

#include "media/sample.h"

struct AVPacket;
struct AVRational;

/* A sample's times are written in this base: 100 ns. */
#define FF_TIME_BASE ((AVRational){ 1, 10000000 })

/* Fills an empty packet with a copy of the sample's bytes; times in 100 ns; skip marks as side
 * data. S_OK; E_OUTOFMEMORY; the sample's own error. */
HRESULT ff_packet_from_sample(struct AVPacket *packet, IMediaSample *sample,
                              struct rg_sample_info *ret_info);

/* Samples per channel that a packet's side data says to throw away. */
void ff_packet_skips(const struct AVPacket *packet, uint32_t *start, uint32_t *end);
/* S_OK; E_OUTOFMEMORY. */
HRESULT ff_packet_set_skips(struct AVPacket *packet, uint32_t start, uint32_t end);
