/* SPDX-License-Identifier: MIT */
/* ff/muxer_internal.h - the muxer's inside, for muxer*.c alone.
 */
#pragma once

#include <stdbool.h>

#include <libavformat/avformat.h>

#include "ff/muxer.h"

struct mux_packet {
    AVPacket *packet;     /* in the stream's ticks */
    REFERENCE_TIME order; /* decoding time, 100 ns */
    struct mux_packet *next;
};

struct mux_input {
    AVCodecParameters *par; /* NULL: never joined */
    AVRational rate;
    AVStream *stream; /* while a file is open */
    bool is_joined, has_ended;
    bool has_new_headers;  /* the codec's headers have changed since the file began */
    bool headers_are_told; /* as side data, once */
    int64_t last_dts;      /* in the stream's ticks */
    bool has_dts;
    REFERENCE_TIME next; /* where a sample without times belongs, 100 ns */
    struct mux_packet *head, *tail;
};

struct ff_muxer {
    char *path, *format;
    struct mux_input *inputs;
    unsigned n_inputs;

    AVFormatContext *context; /* between start and finish */
    bool has_header;
    bool has_begin;       /* begin is known */
    REFERENCE_TIME begin; /* the file's time 0 on the samples' time line, 100 ns */
    size_t waiting_bytes;
    HRESULT error; /* the first one */
};

/* muxer_headers.c: puts the codec's new headers into a key frame's packet.  S_OK;
 * E_OUTOFMEMORY. */
HRESULT ff_mux_headers_add(struct mux_input *input, AVPacket *packet);

/* muxer_times.c: a packet of input from a sample, in the stream's ticks. */
HRESULT ff_mux_packet_make(struct mux_input *input, IMediaSample *sample,
                           struct mux_packet **ret);
void ff_mux_packet_free(struct mux_packet *p);
