/* SPDX-License-Identifier: MIT */
/* ff/encoder_internal.h - the encoder's inside, for encoder*.c alone.
 *
 * Streaming thread, but for opening and closing.
 */
#pragma once

#include <stdbool.h>

#include <libavcodec/avcodec.h>
#include <libavutil/audio_fifo.h>

#include "ff/encoder.h"
#include "ff/raw.h"
#include "ff/resampler.h"
#include "ff/scaler.h"
#include "media/format.h"
#include "media/sample.h"

enum { DURATIONS = 512 };

struct ff_encoder {
    /* set at creation */
    struct ff_encoder_settings settings;
    struct rg_format format;
    AVFrame *frame;
    AVPacket *packet;

    /* owned by the streaming thread */
    AVCodecContext *codec; /* NULL between a drain and the next sample */
    int64_t last_pts;      /* of the last frame sent, in the codec's ticks */
    int64_t last_dts;      /* of the last packet made */
    bool has_pts, has_dts;
    uint32_t skip_start; /* to be told with the next packet */
    bool is_discontinuity, has_damage;

    /* video */
    struct ff_scaler *scaler;
    bool may_lend; /* the codec copies what it is sent before it returns */
    struct {
        int64_t pts, duration;
    } durations[DURATIONS]; /* of frames in the codec */
    unsigned next_duration;

    /* sound */
    struct ff_resampler *resampler; /* NULL: as it comes */
    AVAudioFifo *fifo;
    uint8_t *block[AV_NUM_DATA_POINTERS];
    int block_samples;
    int64_t fifo_pts; /* of the first sample in fifo, in ticks of 1 / codec rate */
    bool has_fifo_pts;
    int64_t end_pts; /* where the sound ends, while draining */
    bool is_ending;
};

/* --- encoder_open.c: choosing and opening ---------------------------------------------- */

const AVCodec *ff_encoder_find(const struct ff_encoder_settings *settings, enum rg_kind kind,
                               const struct rg_format *format);
/* is_probe: for its headers alone, with one thread.  S_OK; E_INVALIDARG;
 * VFW_E_TYPE_NOT_ACCEPTED; E_OUTOFMEMORY. */
HRESULT ff_encoder_codec_open(const struct ff_encoder_settings *settings,
                              const struct rg_format *format, bool is_probe,
                              AVCodecContext **ret);

/* --- encoder.c ------------------------------------------------------------------------- */

/* Opens the codec if it is not.  S_OK, or as ff_encoder_codec_open. */
HRESULT ff_encoder_ready(struct ff_encoder *e);
/* frame NULL: no more.  Delivers what comes out. */
HRESULT ff_encoder_push(struct ff_encoder *e, const AVFrame *frame,
                        const struct ff_output *output);

/* --- encoder_picture.c, encoder_sound.c ------------------------------------------------ */

HRESULT ff_encoder_send_picture(struct ff_encoder *e, IMediaSample *sample,
                                const struct ff_output *output);
HRESULT ff_encoder_send_sound(struct ff_encoder *e, IMediaSample *sample,
                              const struct ff_output *output);
/* What does not fill a frame.  */
HRESULT ff_encoder_sound_rest(struct ff_encoder *e, const struct ff_output *output);
HRESULT ff_encoder_sound_open(struct ff_encoder *e);
void ff_encoder_sound_close(struct ff_encoder *e);
