/* SPDX-License-Identifier: MIT */
/* ff/muxer_internal.h - the muxer's inside, for muxer*.c alone.
 */
#pragma once

#include <stdbool.h>

#include <libavformat/avformat.h>

#include "ff/muxer.h"
#include "media/format.h"
#include "media/sample.h"

struct mux_packet {
    AVPacket *packet;     /* in the stream's ticks */
    REFERENCE_TIME order; /* decoding time, 100 ns */
    bool is_preroll;      /* from before the position that was sought */
    struct mux_packet *next;
};

struct mux_input {
    AVCodecParameters *par; /* NULL: never joined */
    AVRational rate;
    bool is_raw; /* pictures, as `raw` says */
    struct rg_format raw;
    AVStream *stream; /* while a file is open */
    bool is_joined, has_ended;
    bool has_new_headers;  /* the codec's headers have changed since the file began */
    bool headers_are_told; /* as side data, once */
    int64_t last_dts;      /* in the stream's ticks */
    bool has_dts;
    REFERENCE_TIME next; /* where a sample without times belongs, 100 ns */
    bool has_position;   /* a picture came that is not from before it, or the file has begun */
    bool is_led;         /* begins before it: pictures with a key frame, sound with theirs */
    struct mux_packet *head, *tail;
};

/* The adapter between libavformat's writing and an output. */
struct mux_io {
    struct ff_muxer_output output; /* put NULL: there is none */
    int64_t at, end;
    HRESULT error; /* the first one */
};

struct ff_muxer {
    char *path, *format;
    struct mux_io io;
    bool is_unordered, takes_raw;
    struct mux_input *inputs;
    unsigned n_inputs;

    AVFormatContext *context; /* between start and finish */
    bool has_header;
    bool has_begin;          /* begin is known */
    REFERENCE_TIME begin;    /* the file's time 0 on the samples' time line, 100 ns */
    REFERENCE_TIME led_from; /* once settled: what is from before the position begins here */
    size_t waiting_bytes;
    HRESULT error; /* the first one */
};

#define FF_MUX_NOT_LED INT64_MAX

/* muxer.c: the packets that wait: all dropped; the first one, which is the caller's. */
void ff_mux_input_clear(struct ff_muxer *m, struct mux_input *input);
struct mux_packet *ff_mux_input_take(struct ff_muxer *m, struct mux_input *input);

/* muxer_preroll.c.  reset: the input's stream begins.  takes: does the packet, which is the next one,
 * belong into the file?  settle: false, something from before the position waits and it is not known
 * yet whether it belongs there (now: then it does not); true: what still waits does.  find_begin:
 * something waits, and is about to be written. */
void ff_mux_preroll_reset(struct ff_muxer *m, struct mux_input *input);
bool ff_mux_preroll_takes(struct ff_muxer *m, struct mux_input *input,
                          const struct mux_packet *p);
bool ff_mux_preroll_settle(struct ff_muxer *m, bool now);
void ff_mux_find_begin(struct ff_muxer *m);

/* muxer_io.c: the file or output under m->context.  open: S_OK; STG_E_...; E_OUTOFMEMORY.  close:
 * flushes; the first error of all that was written. */
HRESULT ff_mux_io_open(struct ff_muxer *m);
HRESULT ff_mux_io_close(struct ff_muxer *m);
/* What a result of libavformat's writing means; what the output said, if it was that. */
HRESULT ff_mux_error(const struct ff_muxer *m, int result);

/* muxer_headers.c: puts the codec's new headers into a key frame's packet.  S_OK;
 * E_OUTOFMEMORY. */
HRESULT ff_mux_headers_add(struct mux_input *input, AVPacket *packet);

/* muxer_raw.c: raw pictures that AVI has a name for: VFW_E_TYPE_NOT_ACCEPTED, or what is wrong with the
 * type.  A packet's bytes and mark, without
 * times: S_OK; E_INVALIDARG: the sample is too small; E_OUTOFMEMORY. */
HRESULT ff_mux_raw_read(const AM_MEDIA_TYPE *type, struct rg_format *ret);
void ff_mux_raw_parameters(const struct rg_format *format, AVCodecParameters *par,
                           AVRational *rate);
void ff_mux_raw_options(const struct ff_muxer *m, AVDictionary **options);
HRESULT ff_mux_raw_packet(const struct rg_format *format, AVPacket *packet,
                          IMediaSample *sample, struct rg_sample_info *ret_info);

/* muxer_times.c: a packet of input from a sample, in the stream's ticks. */
HRESULT ff_mux_packet_make(struct mux_input *input, IMediaSample *sample,
                           struct mux_packet **ret);
void ff_mux_packet_free(struct mux_packet *p);
