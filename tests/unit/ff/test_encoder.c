/* SPDX-License-Identifier: MIT */
/* test_encoder.c - encoders: drain and go on, counts, time stamps, options, conversions. */
#define COBJMACROS
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clip.h"
#include "ff/decoder.h"
#include "media/type.h"

/* Encoded samples, handed to a decoder as they come. */
struct chain {
    struct place raw, packets, out;
    struct ff_encoder *encoder;
    struct ff_decoder *decoder;
    struct rg_format format;
};

static HRESULT to_decoder(void *context, IMediaSample *sample)
{
    struct chain *c =
        (struct chain *)(void *)((char *)context - offsetof(struct chain, packets));
    struct rg_sample_info info;
    struct rg_sample_extra extra;
    struct place *p = &c->packets;
    HRESULT hr;

    assert_int_equal(rg_sample_get_info(sample, &info), S_OK);
    assert_int_equal(rg_sample_get_extra(sample, &extra), S_OK);
    p->got = realloc(p->got, (p->n + 1) * sizeof(*p->got));
    p->got[p->n++] = (struct got){
        .start = info.start,
        .stop = info.stop,
        .is_sync = info.is_sync,
        .extra = extra,
    };
    hr = ff_decoder_send(c->decoder, sample, &c->out.output);
    IMediaSample_Release(sample);
    return hr;
}

static void chain_open(struct chain *c, const struct rg_format *f,
                       struct ff_encoder_settings *s)
{
    AM_MEDIA_TYPE in = clip_type(f), mid = { 0 }, out = { 0 };

    c->format = *f;
    place_open(&c->raw, 16, 1 << 16);
    place_open(&c->packets, 16, 1 << 16);
    place_open(&c->out, 16, 1 << 16);
    c->packets.output.deliver = to_decoder;
    assert_int_equal(ff_encoder_accept(s, &in), S_OK);
    assert_int_equal(ff_encoder_output_type(s, &in, &mid), S_OK);
    assert_int_equal(ff_encoder_open(s, &in, &c->encoder), S_OK);
    assert_int_equal(ff_decoder_output_type(&mid, 0, &out), S_OK);
    place_format(&c->out, &out);
    assert_int_equal(ff_decoder_open(&mid, &out, 0, &c->decoder), S_OK);
    rg_type_clear(&in);
    rg_type_clear(&mid);
    rg_type_clear(&out);
}

static void chain_send(struct chain *c, int64_t at, int block)
{
    IMediaSample *sample = c->format.kind == RG_KIND_VIDEO
                               ? clip_picture(&c->raw, &c->format, (unsigned)at)
                               : clip_sound(&c->raw, &c->format, at, block);

    assert_int_equal(ff_encoder_send(c->encoder, sample, &c->packets.output), S_OK);
    IMediaSample_Release(sample);
}

static void chain_close(struct chain *c)
{
    ff_encoder_close(c->encoder);
    ff_decoder_close(c->decoder);
    place_close(&c->raw);
    place_close(&c->packets);
    place_close(&c->out);
}

static void chain_finish(struct chain *c)
{
    assert_int_equal(ff_encoder_drain(c->encoder, &c->packets.output), S_OK);
    assert_int_equal(ff_decoder_drain(c->decoder, &c->out.output), S_OK);
    for (unsigned i = 1; i < c->packets.n; i++)
        assert_true(c->packets.got[i].extra.dts > c->packets.got[i - 1].extra.dts);
}

static void a_drained_encoder_goes_on_with_a_key_frame(void **state)
{
    static const char *const codecs[] = { "h264", "mpeg4", "ffv1", "mjpeg" };
    struct rg_format f = clip_video(176, 144, 25);

    (void)state;
    for (size_t i = 0; i < sizeof(codecs) / sizeof(codecs[0]); i++) {
        struct ff_encoder_settings s = clip_codec(codecs[i], "");
        unsigned in_run = 0;
        struct chain c;

        chain_open(&c, &f, &s);
        for (unsigned n = 0; n < 45; n++) {
            unsigned before = c.packets.n;

            chain_send(&c, n, 0);
            if (++in_run == 15) {
                assert_int_equal(ff_encoder_drain(c.encoder, &c.packets.output), S_OK);
                assert_int_equal(c.packets.n, n + 1);
                in_run = 0;
            }
            (void)before;
        }
        chain_finish(&c);
        assert_int_equal(c.packets.n, 45);
        for (unsigned n = 0; n < 45; n += 15)
            assert_true(c.packets.got[n].is_sync);
        assert_int_equal(c.out.n, 45);
        for (unsigned n = 0; n < 45; n++) {
            assert_int_equal(c.out.got[n].start, (REFERENCE_TIME)n * 400000);
            assert_int_equal(c.out.got[n].stop, (REFERENCE_TIME)(n + 1) * 400000);
        }
        chain_close(&c);
    }
}

static void sound_is_not_one_sample_longer_or_shorter(void **state)
{
    static const struct {
        const char *codec;
        enum rg_sound sound;
        int rate;
    } cases[] = {
        { "aac", RG_SOUND_S16, 48000 },  { "aac", RG_SOUND_F32, 44100 },
        { "opus", RG_SOUND_S16, 48000 }, { "flac", RG_SOUND_S16, 44100 },
        { "pcm", RG_SOUND_S16, 44100 },  { "mp3", RG_SOUND_S16, 44100 },
        { "ac3", RG_SOUND_F32, 48000 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct rg_format f = clip_audio(cases[i].sound, cases[i].rate, 2);
        struct ff_encoder_settings s = clip_codec(cases[i].codec, "");
        int64_t at = 0, total = 30011;
        struct chain c;

        chain_open(&c, &f, &s);
        while (at < total) {
            int block = total - at < 777 ? (int)(total - at) : 777;

            chain_send(&c, at, block);
            at += block;
        }
        chain_finish(&c);
        assert_int_equal(place_sound(&c.out), total);
        assert_true(llabs(c.out.got[0].start) <= 2);
        chain_close(&c);
    }
}

static void drained_sound_goes_on(void **state)
{
    static const char *const codecs[] = { "aac", "flac", "pcm" };
    struct rg_format f = clip_audio(RG_SOUND_S16, 48000, 2);

    (void)state;
    for (size_t i = 0; i < sizeof(codecs) / sizeof(codecs[0]); i++) {
        struct ff_encoder_settings s = clip_codec(codecs[i], "");
        struct chain c;

        chain_open(&c, &f, &s);
        for (int n = 0; n < 30; n++) {
            chain_send(&c, n * 1000, 1000);
            if (n == 9 || n == 20)
                assert_int_equal(ff_encoder_drain(c.encoder, &c.packets.output), S_OK);
        }
        chain_finish(&c);
        assert_int_equal(place_sound(&c.out), 30000);
        chain_close(&c);
    }
}

static void layouts_are_converted(void **state)
{
    static const enum rg_pixels layouts[] = {
        RG_PIXELS_RGB32, RG_PIXELS_NV12,  RG_PIXELS_YUY2,   RG_PIXELS_YV12,
        RG_PIXELS_RGB24, RG_PIXELS_GRAY8, RG_PIXELS_ARGB32, RG_PIXELS_UYVY,
    };
    static const char *const codecs[] = { "h264", "ffv1", "mjpeg", "mpeg4", "png" };

    (void)state;
    for (size_t i = 0; i < sizeof(layouts) / sizeof(layouts[0]); i++)
        for (size_t k = 0; k < sizeof(codecs) / sizeof(codecs[0]); k++) {
            struct ff_encoder_settings s = clip_codec(codecs[k], "");
            struct rg_format f = clip_video(64, 48, 25);
            struct chain c;

            f.pixels = layouts[i];
            chain_open(&c, &f, &s);
            for (unsigned n = 0; n < 5; n++)
                chain_send(&c, n, 0);
            chain_finish(&c);
            assert_int_equal(c.out.n, 5);
            chain_close(&c);
        }
}

static void wrong_options_are_refused(void **state)
{
    struct rg_format f = clip_video(64, 48, 25), sound = clip_audio(RG_SOUND_S16, 48000, 2);
    AM_MEDIA_TYPE in = clip_type(&f), in_sound = clip_type(&sound), out;
    struct ff_encoder_settings s = clip_codec("h264", "nosuchoption=1");

    (void)state;
    assert_int_equal(ff_encoder_output_type(&s, &in, &out), E_INVALIDARG);
    s = clip_codec("h264", "");
    snprintf(s.preset, sizeof(s.preset), "nosuchpreset");
    assert_int_equal(ff_encoder_output_type(&s, &in, &out), E_INVALIDARG);
    s = clip_codec("nosuchcodec", "");
    assert_int_equal(ff_encoder_accept(&s, &in), VFW_E_NO_DECOMPRESSOR);
    s = clip_codec("aac", "");
    assert_int_equal(ff_encoder_accept(&s, &in), VFW_E_TYPE_NOT_ACCEPTED);
    s = clip_codec("h264", "");
    assert_int_equal(ff_encoder_accept(&s, &in_sound), VFW_E_TYPE_NOT_ACCEPTED);
    rg_type_clear(&in);
    rg_type_clear(&in_sound);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_drained_encoder_goes_on_with_a_key_frame),
        cmocka_unit_test(sound_is_not_one_sample_longer_or_shorter),
        cmocka_unit_test(drained_sound_goes_on),
        cmocka_unit_test(layouts_are_converted),
        cmocka_unit_test(wrong_options_are_refused),
    };

    return cmocka_run_group_tests_name("ff encoder", tests, NULL, NULL);
}
