/* SPDX-License-Identifier: MIT */
/* ff/encoder.h - any libavcodec encoder as raw samples in, compressed samples out.
 *
 * Control threads: types, open, close.  One streaming thread: the rest.  Codec threads run
 * inside.
 *
 * Sound is cut into the codec's frames without gaining or losing a sample: what the codec puts
 * in front and behind is told in rg_sample_extra (skip_start, skip_end) and in the output type.
 * After a drain the codec is opened anew with the next sample, which becomes a key frame; time
 * stamps go on.
 */
#pragma once

#include <dshow.h>

#include "ff/output.h"

struct ff_encoder;

/* A filter's settings; text is UTF-8, empty for "the codec's own choice". */
struct ff_encoder_settings {
    char codec[64]; /* "h264", "aac", ... or a libavcodec encoder's name; empty: h264, aac */
    char preset[32];
    char tune[64];
    char profile[32];
    char bitrate[16];   /* bits per second, with k or M */
    double crf;         /* < 0: none */
    int gop;            /* frames between key frames at most; < 0: none */
    int threads;        /* 0: as many as there are processors */
    char options[1024]; /* libavcodec options, "name=value:name=value" */
};

/* Is there an encoder of that name at all?  S_OK; E_INVALIDARG. */
HRESULT ff_encoder_check(const struct ff_encoder_settings *settings);

/* Can it be encoded?  Cheap.  S_OK; VFW_E_TYPE_NOT_ACCEPTED; VFW_E_NO_DECOMPRESSOR: no such
 * encoder. */
HRESULT ff_encoder_accept(const struct ff_encoder_settings *settings, const AM_MEDIA_TYPE *in);

/* The compressed type, with the codec's headers: an encoder is opened and closed for it, and
 * the last few answers are remembered.  S_OK: *ret is the caller's; E_INVALIDARG: the codec
 * does not know an option. */
HRESULT ff_encoder_output_type(const struct ff_encoder_settings *settings,
                               const AM_MEDIA_TYPE *in, AM_MEDIA_TYPE *ret);

HRESULT ff_encoder_open(const struct ff_encoder_settings *settings, const AM_MEDIA_TYPE *in,
                        struct ff_encoder **ret);
void ff_encoder_close(struct ff_encoder *encoder);

/* One sample, borrowed.  S_OK, what output said, or the codec's error. */
HRESULT ff_encoder_send(struct ff_encoder *encoder, IMediaSample *sample,
                        const struct ff_output *output);
/* Gives up everything held back.  S_OK, or what output said. */
HRESULT ff_encoder_drain(struct ff_encoder *encoder, const struct ff_output *output);
/* Flush: forgets all. */
void ff_encoder_reset(struct ff_encoder *encoder);
