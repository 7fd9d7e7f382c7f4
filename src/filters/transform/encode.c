/* SPDX-License-Identifier: MIT */
/* encode.c - raw pictures or sound become compressed, by libavcodec's encoders.
 *
 * Runs: types on control threads, the rest on the streaming thread.
 * Knows: ff/encoder.h.  Must not know: codecs, pins, graphs.
 */
#include "ff/encoder.h"

#include "filters/codec_output.h"

static const struct rg_option options[] = {
    RG_FIXED_TEXT(struct ff_encoder_settings, codec, "",
                  "h264, h265, vp9, av1, mpeg4, ffv1, mjpeg, aac, opus, mp3, flac, pcm or any "
                  "libavcodec encoder; by default h264 for pictures and aac for sound"),
    RG_FIXED_TEXT(struct ff_encoder_settings, preset, "",
                  "speed against size: ultrafast ... veryslow with h264 and h265"),
    RG_FIXED_TEXT(struct ff_encoder_settings, tune, "", "film, animation, zerolatency ..."),
    RG_FIXED_TEXT(struct ff_encoder_settings, profile, "", "baseline, main, high ..."),
    RG_FIXED_TEXT(struct ff_encoder_settings, bitrate, "", "bits per second: 192k, 4M"),
    RG_FIXED_DOUBLE(struct ff_encoder_settings, crf, -1, -1, 255,
                    "constant quality, lower is better; -1: the codec's own choice"),
    RG_FIXED_INT(struct ff_encoder_settings, gop, -1, -1, 100000,
                 "pictures between key frames at most; -1: the codec's own choice"),
    RG_FIXED_INT(struct ff_encoder_settings, threads, 0, 0, 128,
                 "codec threads; 0: as many as there are processors"),
    RG_FIXED_TEXT(struct ff_encoder_settings, options, "",
                  "more options for libavcodec: name=value:name=value"),
    RG_OPTIONS_END,
};

struct encode_state {
    struct ff_encoder *encoder;
};

static HRESULT encode_check(const void *settings)
{
    return ff_encoder_check(settings);
}

static HRESULT encode_accept_type(const void *settings, const AM_MEDIA_TYPE *in)
{
    return ff_encoder_accept(settings, in);
}

static HRESULT encode_output_type(const void *settings, const AM_MEDIA_TYPE *in, unsigned index,
                                  AM_MEDIA_TYPE *ret)
{
    return index == 0 ? ff_encoder_output_type(settings, in, ret) : VFW_S_NO_MORE_ITEMS;
}

static HRESULT encode_start(void *state, const void *settings, const AM_MEDIA_TYPE *in,
                            const AM_MEDIA_TYPE *out, struct rg_output *output)
{
    struct encode_state *st = state;

    (void)out;
    (void)output;
    return ff_encoder_open(settings, in, &st->encoder);
}

static HRESULT encode_send(void *state, const void *settings, IMediaSample *sample,
                           struct rg_output *output)
{
    struct ff_output to = codec_output(output);
    struct encode_state *st = state;

    (void)settings;
    return ff_encoder_send(st->encoder, sample, &to);
}

static HRESULT encode_drain(void *state, const void *settings, struct rg_output *output)
{
    struct ff_output to = codec_output(output);
    struct encode_state *st = state;

    (void)settings;
    return ff_encoder_drain(st->encoder, &to);
}

static void encode_reset(void *state)
{
    struct encode_state *st = state;

    if (st->encoder != NULL)
        ff_encoder_reset(st->encoder);
}

static void encode_stop(void *state)
{
    struct encode_state *st = state;

    ff_encoder_close(st->encoder);
    st->encoder = NULL;
}

/* Merit 0: nobody wants sound or pictures compressed unasked. */
static const CLSID *const categories[] = {
    &CLSID_VideoCompressorCategory,
    &CLSID_AudioCompressorCategory,
    NULL,
};

const struct rg_transform_class rg_encode = {
    .name = "encode",
    .help = "Encode pictures or sound: h264, aac and many more",
    .clsid = { 0x7b03e9c4, 0x1d52, 0x4a8f, { 0xb6, 0x40, 0x93, 0x2e, 0x58, 0x0c, 0xa1, 0x6d } },
    .categories = categories,
    .state_size = sizeof(struct encode_state),
    .settings_size = sizeof(struct ff_encoder_settings),
    .options = options,
    .check = encode_check,
    .accept_type = encode_accept_type,
    .output_type = encode_output_type,
    .start_stream = encode_start,
    .send = encode_send,
    .drain = encode_drain,
    .reset = encode_reset,
    .stop = encode_stop,
    .destroy = encode_stop,
};
