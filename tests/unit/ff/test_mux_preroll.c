/* SPDX-License-Identifier: MIT */
/* test_mux_preroll.c - where a file begins, by the muxer alone: inputs that are flushed while others have
 * come far, and one that is too late.
 *
 * One thread.  Knows: ff/muxer.h.  Must not know: pins, graphs.
 */
#define COBJMACROS
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <unistd.h>

#include "clip.h"
#include "ff/muxer.h"
#include "media/type.h"

enum { FRAMES = 30, FRAME = 400000, BLOCK = 1920, RATE = 48000 };

/* Pictures and sound on their way into a file.  A key frame is each tenth picture. */
struct subject {
    struct ff_muxer *muxer;
    const char *path;
    struct rg_format audio;
    struct place raw, pictures;
};

static void encode(struct subject *s, const struct ff_encoder_settings *codec,
                   const struct rg_format *format)
{
    AM_MEDIA_TYPE in = clip_type(format), out = { 0 };
    struct ff_encoder *encoder;

    assert_int_equal(ff_encoder_output_type(codec, &in, &out), S_OK);
    assert_int_equal(ff_encoder_open(codec, &in, &encoder), S_OK);
    for (unsigned i = 0; i < FRAMES; i++) {
        IMediaSample *sample = clip_picture(&s->raw, format, i);

        assert_int_equal(ff_encoder_send(encoder, sample, &s->pictures.output), S_OK);
        IMediaSample_Release(sample);
    }
    assert_int_equal(ff_encoder_drain(encoder, &s->pictures.output), S_OK);
    ff_encoder_close(encoder);
    assert_int_equal(s->pictures.n, FRAMES);
    assert_int_equal(ff_muxer_join(s->muxer, 0, &out), S_OK);
    rg_type_clear(&in);
    rg_type_clear(&out);
}

/* Pictures are input 0, sound is input 1. */
static void subject_open(struct subject *s)
{
    struct rg_format video = clip_video(176, 144, 25);
    struct ff_encoder_settings codec = clip_codec("mpeg4", "g=10:bf=0:sc_threshold=1000000000");
    AM_MEDIA_TYPE sound;

    s->muxer = ff_muxer_new();
    s->path = clip_path("preroll.mkv");
    s->audio = clip_audio(RG_SOUND_S16, RATE, 2);
    sound = clip_type(&s->audio);
    place_open(&s->raw, 4, 1 << 16);
    place_open(&s->pictures, FRAMES + 1, 1 << 16);
    s->pictures.keep = FRAMES;
    assert_int_equal(ff_muxer_set_target(s->muxer, s->path, ""), S_OK);
    encode(s, &codec, &video);
    assert_int_equal(ff_muxer_join(s->muxer, 1, &sound), S_OK);
    rg_type_clear(&sound);
    assert_int_equal(ff_muxer_start(s->muxer, "", false), S_OK);
}

static void subject_close(struct subject *s, struct clip_content *ret)
{
    assert_int_equal(ff_muxer_end(s->muxer, 0), S_OK);
    assert_int_equal(ff_muxer_end(s->muxer, 1), S_OK);
    assert_int_equal(ff_muxer_finish(s->muxer), S_OK);
    ff_muxer_free(s->muxer);
    clip_content(s->path, ret);
    (void)unlink(s->path);
    place_close(&s->pictures);
    place_close(&s->raw);
}

static void write_at(struct subject *s, unsigned input, IMediaSample *sample,
                     REFERENCE_TIME start, REFERENCE_TIME stop)
{
    struct rg_sample_extra none = { 0 };

    assert_int_equal(IMediaSample_SetTime(sample, &start, &stop), S_OK);
    assert_int_equal(IMediaSample_SetPreroll(sample, stop <= 0), S_OK);
    assert_int_equal(rg_sample_set_extra(sample, &none), S_OK);
    assert_int_equal(ff_muxer_write(s->muxer, input, sample), S_OK);
}

/* [from, to), where the position is that of picture `position`. */
static void write_pictures(struct subject *s, int from, int to, int position)
{
    for (int i = from; i < to; i++)
        write_at(s, 0, s->pictures.got[i].kept, (REFERENCE_TIME)(i - position) * FRAME,
                 (REFERENCE_TIME)(i + 1 - position) * FRAME);
}

/* Blocks as long as a picture. */
static void write_sound(struct subject *s, int from, int to, int position)
{
    for (int i = from; i < to; i++) {
        IMediaSample *sample = clip_sound(&s->raw, &s->audio, (int64_t)i * BLOCK, BLOCK);

        write_at(s, 1, sample, (REFERENCE_TIME)(i - position) * FRAME,
                 (REFERENCE_TIME)(i + 1 - position) * FRAME);
        IMediaSample_Release(sample);
    }
}

/* The pictures have come to the position, and begin before it; so does the sound, from anew. */
static void a_flush_of_another_input_moves_no_beginning(void **state)
{
    struct clip_content got;
    struct subject s;

    (void)state;
    subject_open(&s);
    write_pictures(&s, 10, 20, 15);
    assert_true(ff_muxer_is_open(s.muxer));
    ff_muxer_reset(s.muxer, 1);
    write_sound(&s, 8, 20, 15);
    subject_close(&s, &got);
    assert_true(got.begins_with_key);
    assert_int_equal(got.pictures, 10);
    assert_int_equal(got.sound, 10 * BLOCK);
    assert_true(got.first_picture == 0);
    assert_true(got.first_sound == 0);
}

/* Sound that is flushed once the file has begun gets nothing from before a position. */
static void a_flush_of_sound_goes_on_from_its_position(void **state)
{
    struct clip_content got;
    struct subject s;

    (void)state;
    subject_open(&s);
    write_pictures(&s, 10, 16, 15);
    write_sound(&s, 10, 16, 15);
    ff_muxer_reset(s.muxer, 1);
    write_sound(&s, 12, 20, 15);
    write_pictures(&s, 16, 20, 15);
    subject_close(&s, &got);
    assert_int_equal(got.pictures, 10);
    assert_int_equal(got.sound, (6 + 5 - 1) * BLOCK); /* the last one had waited */
}

/* More sound than can wait has come before the pictures reach the position.  A key frame before that
 * leads nowhere any more. */
static void a_file_that_could_not_wait_gets_nothing_from_before(void **state)
{
    enum { BIG_SECONDS = 400, MANY = 4 };
    REFERENCE_TIME length = (REFERENCE_TIME)BIG_SECONDS * 10000000;
    struct clip_content got;
    struct subject s;
    struct place big;

    (void)state;
    subject_open(&s);
    place_open(&big, 1, BIG_SECONDS * RATE * 4);
    write_pictures(&s, 0, 5, 25);
    for (int i = 0; i < MANY; i++) {
        IMediaSample *sample = clip_sound(&big, &s.audio, 0, BIG_SECONDS * RATE);

        write_at(&s, 1, sample, i * length, (i + 1) * length);
        IMediaSample_Release(sample);
    }
    place_close(&big);
    write_pictures(&s, 5, FRAMES, 25);
    subject_close(&s, &got);
    assert_int_equal(got.pictures, FRAMES - 25);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_flush_of_another_input_moves_no_beginning),
        cmocka_unit_test(a_flush_of_sound_goes_on_from_its_position),
        cmocka_unit_test(a_file_that_could_not_wait_gets_nothing_from_before),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
