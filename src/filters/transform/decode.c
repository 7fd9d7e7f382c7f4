/* SPDX-License-Identifier: MIT */
/* decode.c - any compressed picture or sound becomes raw.
 *
 * Runs: types on control threads, the rest on the streaming thread.
 * Knows: ff/decoder.h.  Must not know: codecs, pins, graphs.
 */
#include "ff/decoder.h"

#include <stdatomic.h>

#include "ff/type.h"
#include "filters/codec_output.h"

struct decode_settings {
    int threads;
};

static const struct rg_option options[] = {
    RG_FIXED_INT(struct decode_settings, threads, 0, 0, 64,
                 "codec threads; 0: as many as there are processors"),
    RG_OPTIONS_END,
};

struct decode_state {
    struct ff_decoder *decoder;
    /* atomic */
    atomic_bool has_pictures;
    _Atomic(REFERENCE_TIME) late; /* as downstream said last */
};

static HRESULT decode_accept_type(const void *settings, const AM_MEDIA_TYPE *in)
{
    (void)settings;
    return ff_type_can_decode(in);
}

static HRESULT decode_output_type(const void *settings, const AM_MEDIA_TYPE *in, unsigned index,
                                  AM_MEDIA_TYPE *ret)
{
    (void)settings;
    return ff_decoder_output_type(in, index, ret);
}

static HRESULT decode_buffers(const void *settings, const AM_MEDIA_TYPE *in,
                              const AM_MEDIA_TYPE *out, ALLOCATOR_PROPERTIES *props)
{
    const struct decode_settings *s = settings;

    return ff_decoder_buffers(in, out, s->threads, props);
}

static HRESULT decode_start(void *state, const void *settings, const AM_MEDIA_TYPE *in,
                            const AM_MEDIA_TYPE *out, struct rg_output *output)
{
    const struct decode_settings *s = settings;
    struct decode_state *st = state;

    (void)output;
    atomic_store(&st->late, 0);
    atomic_store(&st->has_pictures, IsEqualGUID(&in->majortype, &MEDIATYPE_Video));
    return ff_decoder_open(in, out, s->threads, &st->decoder);
}

static HRESULT decode_send(void *state, const void *settings, IMediaSample *sample,
                           struct rg_output *output)
{
    struct ff_output to = codec_output(output);
    struct decode_state *st = state;

    (void)settings;
    ff_decoder_set_late(st->decoder, atomic_load_explicit(&st->late, memory_order_relaxed));
    return ff_decoder_send(st->decoder, sample, &to);
}

/* Sound is not left out: its message goes on upstream. */
static HRESULT decode_quality(void *state, const Quality *q)
{
    struct decode_state *st = state;

    if (!atomic_load(&st->has_pictures))
        return E_NOTIMPL;
    atomic_store_explicit(&st->late, q->Late, memory_order_relaxed);
    return S_OK;
}

static HRESULT decode_prime(void *state, const void *settings, IMediaSample *sample)
{
    struct decode_state *st = state;

    (void)settings;
    return ff_decoder_prime(st->decoder, sample);
}

static HRESULT decode_take_over(void *state, const void *settings, REFERENCE_TIME given)
{
    struct decode_state *st = state;

    (void)settings;
    return ff_decoder_take_over(st->decoder, given);
}

static HRESULT decode_output_changed(void *state, const void *settings,
                                     const AM_MEDIA_TYPE *out)
{
    struct decode_state *st = state;

    (void)settings;
    return st->decoder != NULL ? ff_decoder_set_output(st->decoder, out) : S_OK;
}

static HRESULT decode_drain(void *state, const void *settings, struct rg_output *output)
{
    struct ff_output to = codec_output(output);
    struct decode_state *st = state;

    (void)settings;
    return ff_decoder_drain(st->decoder, &to);
}

static void decode_reset(void *state)
{
    struct decode_state *st = state;

    atomic_store(&st->late, 0);
    if (st->decoder != NULL)
        ff_decoder_reset(st->decoder);
}

static void decode_stop(void *state)
{
    struct decode_state *st = state;

    ff_decoder_close(st->decoder);
    st->decoder = NULL;
}

const struct rg_transform_class rg_decode = {
    .name = "decode",
    .help = "Decode compressed pictures or sound of any codec",
    .clsid = { 0x2f4c81d7, 0x95aa, 0x4e3b, { 0x8c, 0x27, 0x61, 0xd0, 0x3a, 0x5b, 0x7f, 0x12 } },
    .merit = MERIT_NORMAL,
    .state_size = sizeof(struct decode_state),
    .settings_size = sizeof(struct decode_settings),
    .options = options,
    .accept_type = decode_accept_type,
    .output_type = decode_output_type,
    .buffers = decode_buffers,
    .start_stream = decode_start,
    .send = decode_send,
    .prime = decode_prime,
    .take_over = decode_take_over,
    .quality = decode_quality,
    .output_changed = decode_output_changed,
    .drain = decode_drain,
    .reset = decode_reset,
    .stop = decode_stop,
    .destroy = decode_stop,
};
