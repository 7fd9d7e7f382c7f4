/* SPDX-License-Identifier: MIT */
/* ff/decoder_internal.h - the decoder's inside, for decoder*.c alone.
 *
 * Streaming thread, but for what lies under a banner.
 */
#pragma once

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include <libavcodec/avcodec.h>

#include "ff/decoder.h"
#include "ff/raw.h"
#include "ff/resampler.h"
#include "ff/scaler.h"
#include "media/format.h"
#include "media/sample.h"

/* How the planes of a picture lie in one buffer. */
struct ff_plan {
    int format;        /* AV_PIX_FMT_NONE: no direct decoding */
    int width, height; /* coded */
    int stride[4];
    ptrdiff_t offset[4];
    int n_planes;
    size_t bytes; /* of the picture */
    size_t room;  /* with what decoders read beyond it */
};

/* Packets since the last key frame but one, to pick up references after a drain. */
struct ff_kept {
    AVPacket *packet;
    int64_t mark;
};

struct ff_history {
    struct ff_kept *kept;
    unsigned first, count, size;
    size_t bytes;
    bool is_wanted;
    unsigned limit; /* packets; 0: by bytes alone */
};

/* How much is left out, for pictures come too late. */
enum ff_haste { FF_HASTE_NONE = 0, FF_HASTE_NO_LEAVES, FF_HASTE_KEYS };

struct ff_decoder {
    /* set at creation */
    AVCodecContext *codec;
    AVFrame *frame;
    AVPacket *packet;
    AVRational rate;
    bool has_delay;

    /* owned by the streaming thread */
    struct rg_format format;
    unsigned
        output_changes; /* grows with each new output type, which may come while get waits */
    struct ff_scaler *scaler;
    struct ff_resampler *resampler;
    struct ff_sound sound_from;
    struct ff_history history;
    int64_t serial;       /* of the last packet sent; a packet's mark is 2 * serial + preroll */
    int64_t drained;      /* pictures of packets up to this one have been delivered */
    REFERENCE_TIME next;  /* where the next one starts if nobody says; -1: unknown */
    int64_t primed;       /* packets up to this one are the past: another decoder had them */
    REFERENCE_TIME given; /* what comes of them and starts up to then has been given */
    AVFrame **past;       /* what came of them besides, until it can be given */
    unsigned past_count, past_size;
    bool is_discontinuity;
    bool has_sent;    /* since the codec was last empty */
    bool had_preroll; /* since the last jump */
    bool must_replay;
    enum ff_haste haste, wanted_haste; /* in force; as soon as it can be */
    int64_t sent, got; /* packets and pictures of them since the codec was empty */
    int64_t left_out;  /* of these packets, and told */
    bool was_hasty;    /* since then */

    /* read by codec threads; plan is set before the first packet and stays */
    struct ff_plan plan;
    AVBufferPool *spare; /* buffers of the same plan, for when the connection has none */

    /* under lock: codec threads and the streaming thread */
    pthread_mutex_t lock;
    IMemAllocator *allocator;
    unsigned allowance; /* samples the codec may hold at a time */

    /* atomic */
    struct ff_loans *loans;
};

/* Counts samples that codec buffers hold; outlives the decoder as long as one does. */
struct ff_loans {
    atomic_uint references;
    atomic_uint held;
};

/* --- decoder_buffer.c: memory for pictures --------------------------------------------- */

/* S_OK; S_FALSE and plan->format NONE: pictures of this layout can not be decoded in place. */
HRESULT ff_plan_make(struct ff_plan *plan, const AVCodecParameters *par,
                     const struct rg_format *format);
/* Coded sizes good for decoding in place; false: none. */
bool ff_plan_coded_size(const AVCodecParameters *par, int pixel_format, int *width,
                        int *height);
HRESULT ff_buffers_open(struct ff_decoder *d);
void ff_buffers_close(struct ff_decoder *d);
/* Streaming thread, at every call from outside: which allocator is the connection's now. */
void ff_buffers_refresh(struct ff_decoder *d, const struct ff_output *output);
/* The output sample that the frame was decoded into, with a reference; NULL if none, or if it
 * was delivered before. */
IMediaSample *ff_buffers_claim(struct ff_decoder *d, const AVFrame *frame);
unsigned ff_buffers_needed(int threads, size_t bytes);

/* --- decoder_out.c: frames to samples -------------------------------------------------- */

HRESULT ff_decoder_deliver(struct ff_decoder *d, const struct ff_output *output);
/* When the picture in hand is over, 100 ns; false: not known. */
bool ff_decoder_stop_of(const struct ff_decoder *d, REFERENCE_TIME *ret);
/* Sound the resampler still holds. */
HRESULT ff_decoder_deliver_rest(struct ff_decoder *d, const struct ff_output *output);

/* --- decoder_past.c: pictures of the time before this decoder came in ------------------- */

bool ff_past_was_given(const struct ff_decoder *d, const AVFrame *frame);
/* Takes d->frame.  S_OK; E_OUTOFMEMORY. */
HRESULT ff_past_keep(struct ff_decoder *d);
/* All that was kept, in order. */
HRESULT ff_past_deliver(struct ff_decoder *d, const struct ff_output *output);
void ff_past_clear(struct ff_decoder *d);

/* --- decoder_late.c: leaving out ---------------------------------------------------------- */

/* Before a packet.  false: it is left out. */
bool ff_late_admits(struct ff_decoder *d, const AVPacket *packet);
/* How many pictures the codec has left out since it was asked last; is_empty: it holds none back. */
unsigned ff_late_count(struct ff_decoder *d, bool is_empty);
/* The codec was emptied. */
void ff_late_reset(struct ff_decoder *d);

/* --- decoder_history.c ----------------------------------------------------------------- */

/* Keeps a reference.  Memory out: the history begins anew at the next key frame. */
void ff_history_add(struct ff_history *h, const AVPacket *packet, int64_t mark);
void ff_history_clear(struct ff_history *h);
