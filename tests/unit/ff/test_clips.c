/* SPDX-License-Identifier: MIT */
/* test_clips.c - generated clips through encoder, muxer, demuxer and decoder: every picture and
 * every sound sample. */
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
#include "ff/demuxer.h"
#include "media/type.h"

/* Reads one sample; NULL at the end. */
static IMediaSample *read_sample(struct ff_demuxer *d, unsigned stream, struct place *raw)
{
    REFERENCE_TIME start;
    IMediaSample *sample;
    ULONG bytes;
    HRESULT hr = ff_demuxer_fetch(d, stream, &bytes, &start);

    if (hr == S_FALSE)
        return NULL;
    assert_int_equal(hr, S_OK);
    assert_int_equal(rg_allocator_get(raw->allocator, bytes, 0, &sample), S_OK);
    assert_int_equal(ff_demuxer_fill(d, stream, sample), S_OK);
    return sample;
}

static struct ff_demuxer *open_file(const char *path, unsigned streams)
{
    struct ff_demuxer *d = ff_demuxer_new();
    bool wanted[8];

    assert_int_equal(ff_demuxer_open(d, path, "", ""), S_OK);
    assert_int_equal(ff_demuxer_streams(d), streams);
    for (unsigned i = 0; i < 8; i++)
        wanted[i] = true;
    assert_int_equal(ff_demuxer_start(d, wanted, streams), S_OK);
    return d;
}

static struct ff_decoder *open_decoder(struct ff_demuxer *d, unsigned stream, unsigned index,
                                       struct place *out, LONG buffers)
{
    ALLOCATOR_PROPERTIES props = { 4, 4096, 1, 0 };
    AM_MEDIA_TYPE in = { 0 }, raw = { 0 };
    struct ff_decoder *decoder = NULL;

    assert_int_equal(ff_demuxer_stream_type(d, stream, &in), S_OK);
    assert_int_equal(ff_decoder_output_type(&in, index, &raw), S_OK);
    assert_int_equal(ff_decoder_buffers(&in, &raw, 0, &props), S_OK);
    place_open(out, buffers > 0 ? buffers : props.cBuffers, props.cbBuffer);
    place_format(out, &raw);
    out->offers_allocator = true;
    assert_int_equal(ff_decoder_open(&in, &raw, 0, &decoder), S_OK);
    rg_type_clear(&in);
    rg_type_clear(&raw);
    return decoder;
}

/* drain_every: push-through after so many samples; 0: only at the end. */
static void decode_stream(struct ff_demuxer *d, unsigned stream, unsigned index,
                          struct place *out, unsigned drain_every, LONG buffers, unsigned keep)
{
    struct ff_decoder *decoder = open_decoder(d, stream, index, out, buffers);
    IMediaSample *sample;
    struct place raw;
    unsigned n = 0;

    out->keep = keep;
    place_open(&raw, 4, 1 << 16);
    while ((sample = read_sample(d, stream, &raw)) != NULL) {
        assert_int_equal(ff_decoder_send(decoder, sample, &out->output), S_OK);
        IMediaSample_Release(sample);
        if (drain_every > 0 && ++n % drain_every == 0)
            assert_int_equal(ff_decoder_drain(decoder, &out->output), S_OK);
    }
    assert_int_equal(ff_decoder_drain(decoder, &out->output), S_OK);
    ff_decoder_close(decoder);
    place_close(&raw);
}

static uint64_t expected_hash(const struct rg_format *f, unsigned index)
{
    struct rg_sample_info info;
    struct place raw;
    IMediaSample *sample;
    uint64_t hash;

    place_open(&raw, 1, 1 << 16);
    sample = clip_picture(&raw, f, index);
    assert_int_equal(rg_sample_get_info(sample, &info), S_OK);
    hash = clip_hash(f, info.data, info.bytes);
    IMediaSample_Release(sample);
    place_close(&raw);
    return hash;
}

static void assert_in_order(const struct place *out, const struct rg_format *f, unsigned frames)
{
    assert_int_equal(out->n, frames);
    for (unsigned i = 0; i < out->n; i++) {
        REFERENCE_TIME wanted = (REFERENCE_TIME)i * 10000000 * f->rate_den / f->rate_num;

        assert_true(out->got[i].has_time);
        assert_true(llabs(out->got[i].start - wanted) <= 1);
    }
}

static void lossless_pictures_come_back_bit_by_bit(void **state)
{
    struct rg_format f = clip_video(176, 144, 25);
    struct clip c = { .video = &f, .frames = 30, .container = "" };
    struct ff_demuxer *d;
    struct place out;

    (void)state;
    c.path = clip_path("lossless.mkv");
    c.video_codec = clip_codec("ffv1", "");
    clip_write(&c);
    for (unsigned index = 0; index < 2; index++) {
        d = open_file(c.path, 1);
        decode_stream(d, 0, index, &out, 0, 0, 0);
        assert_int_equal(out.n, 30);
        for (unsigned i = 0; i < out.n; i++)
            assert_true(out.got[i].hash == expected_hash(&f, i));
        assert_in_order(&out, &f, 30);
        place_close(&out);
        ff_demuxer_free(d);
    }
}

static void pcm_comes_back_bit_by_bit(void **state)
{
    struct rg_format f = clip_audio(RG_SOUND_S16, 44100, 2);
    struct clip c = { .audio = &f, .samples = 50001, .container = "" };
    struct ff_demuxer *d;
    struct place out, raw;
    int64_t at = 0;

    (void)state;
    c.path = clip_path("pcm.wav");
    c.audio_codec = clip_codec("pcm", "");
    clip_write(&c);
    d = open_file(c.path, 1);
    decode_stream(d, 0, 0, &out, 0, 0, 0);
    assert_int_equal(place_sound(&out), 50001);
    place_open(&raw, 4, 1 << 16);
    for (unsigned i = 0; i < out.n; i++) {
        int block = (int)out.got[i].bytes / 4;
        IMediaSample *sample = clip_sound(&raw, &f, at, block);
        BYTE *data;

        IMediaSample_GetPointer(sample, &data);
        assert_memory_equal(out.got[i].data, data, out.got[i].bytes);
        IMediaSample_Release(sample);
        at += block;
    }
    place_close(&raw);
    place_close(&out);
    ff_demuxer_free(d);
}

static void write_h264(const char *path, const struct rg_format *f, unsigned frames,
                       const char *options)
{
    struct clip c = { .video = f, .frames = frames, .container = "", .path = path };

    c.video_codec = clip_codec("h264", options);
    snprintf(c.video_codec.preset, sizeof(c.video_codec.preset), "veryfast");
    clip_write(&c);
}

static void b_frames_all_come_out_in_order_and_mostly_in_place(void **state)
{
    struct rg_format f = clip_video(320, 240, 30);
    struct ff_demuxer *d;
    struct place out;
    unsigned own = 0;

    (void)state;
    write_h264(clip_path("b.mp4"), &f, 100, "bf=3:g=30");
    d = open_file(clip_path("b.mp4"), 1);
    decode_stream(d, 0, 0, &out, 0, 0, 0);
    assert_in_order(&out, &f, 100);
    for (unsigned i = 0; i < out.n; i++)
        own += out.got[i].is_own;
    assert_true(own > 40); /* still a reference when delivered: certainly not copied */
    assert_true(out.gets == 0);
    place_close(&out);
    ff_demuxer_free(d);
}

static void a_drained_decoder_goes_on_as_if_nothing_had_been(void **state)
{
    static const unsigned every[] = { 1, 3, 7, 29 };
    struct rg_format f = clip_video(320, 240, 30);
    struct ff_demuxer *d;
    struct place whole, out;

    (void)state;
    write_h264(clip_path("drain.mp4"), &f, 60, "bf=3:g=25");
    d = open_file(clip_path("drain.mp4"), 1);
    decode_stream(d, 0, 0, &whole, 0, 0, 0);
    ff_demuxer_free(d);
    for (unsigned e = 0; e < 4; e++) {
        d = open_file(clip_path("drain.mp4"), 1);
        decode_stream(d, 0, 0, &out, every[e], 0, 0);
        assert_int_equal(out.dropped, 0);
        assert_int_equal(out.n, whole.n);
        for (unsigned i = 0; i < out.n; i++) {
            bool found = false;

            for (unsigned k = 0; k < whole.n; k++)
                found |= whole.got[k].start == out.got[i].start &&
                         whole.got[k].hash == out.got[i].hash;
            assert_true(found);
        }
        place_close(&out);
        ff_demuxer_free(d);
    }
    place_close(&whole);
}

static void a_small_pool_makes_nothing_wait_or_differ(void **state)
{
    struct rg_format f = clip_video(320, 240, 30);
    struct ff_demuxer *d;
    struct place whole, out;

    (void)state;
    write_h264(clip_path("pool.mp4"), &f, 60, "bf=2:g=25");
    d = open_file(clip_path("pool.mp4"), 1);
    decode_stream(d, 0, 0, &whole, 0, 0, 0);
    ff_demuxer_free(d);
    for (LONG buffers = 2; buffers < 8; buffers++) {
        d = open_file(clip_path("pool.mp4"), 1);
        decode_stream(d, 0, 0, &out, 0, buffers, 1);
        assert_int_equal(out.n, whole.n);
        for (unsigned i = 0; i < out.n; i++)
            assert_true(out.got[i].hash == whole.got[i].hash);
        place_close(&out);
        ff_demuxer_free(d);
    }
    place_close(&whole);
}

static void cropped_heights_are_exact(void **state)
{
    struct rg_format f = clip_video(322, 242, 30);
    struct ff_demuxer *d;
    struct place out, other;

    (void)state;
    write_h264(clip_path("crop.mp4"), &f, 20, "");
    d = open_file(clip_path("crop.mp4"), 1);
    decode_stream(d, 0, 0, &out, 0, 0, 0);
    ff_demuxer_free(d);
    assert_int_equal(out.format.width, 322);
    assert_int_equal(out.format.height, 242);
    d = open_file(clip_path("crop.mp4"), 1);
    decode_stream(d, 0, 1, &other, 0, 0, 0);
    ff_demuxer_free(d);
    assert_int_equal(out.n, other.n);
    for (unsigned i = 0; i < out.n; i++)
        assert_true(out.got[i].hash == other.got[i].hash);
    place_close(&out);
    place_close(&other);
}

static void sound_keeps_its_length(void **state)
{
    static const struct {
        const char *codec, *file;
        int rate;
        int64_t samples;
    } cases[] = {
        { "aac", "aac.mp4", 48000, 48000 },   { "aac", "aac.mp4", 48000, 47104 },
        { "aac", "aac.mp4", 44100, 44101 },   { "aac", "aac.mp4", 48000, 1 },
        { "flac", "flac.mkv", 48000, 50000 }, { "flac", "flac.flac", 48000, 50000 },
        { "opus", "opus.mkv", 48000, 48000 }, { "opus", "opus.mp4", 48000, 50001 },
        { "mp3", "mp3.mp3", 44100, 50000 },   { "opus", "opus.ogg", 48000, 50001 },
        { "pcm", "pcm.mkv", 48000, 50001 },   { "vorbis", "vorbis.ogg", 48000, 50001 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct rg_format f = clip_audio(RG_SOUND_S16, cases[i].rate, 2);
        struct clip c = { .audio = &f, .samples = cases[i].samples, .container = "" };
        struct ff_demuxer *d;
        struct place out;

        c.path = clip_path(cases[i].file);
        c.audio_codec = clip_codec(cases[i].codec, "");
        clip_write(&c);
        d = open_file(c.path, 1);
        decode_stream(d, 0, 0, &out, 0, 0, 0);
        assert_int_equal(place_sound(&out), cases[i].samples);
        place_close(&out);
        ff_demuxer_free(d);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lossless_pictures_come_back_bit_by_bit),
        cmocka_unit_test(pcm_comes_back_bit_by_bit),
        cmocka_unit_test(b_frames_all_come_out_in_order_and_mostly_in_place),
        cmocka_unit_test(a_drained_decoder_goes_on_as_if_nothing_had_been),
        cmocka_unit_test(a_small_pool_makes_nothing_wait_or_differ),
        cmocka_unit_test(cropped_heights_are_exact),
        cmocka_unit_test(sound_keeps_its_length),
    };

    return cmocka_run_group_tests_name("ff clips", tests, NULL, NULL);
}
