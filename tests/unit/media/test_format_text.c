/* SPDX-License-Identifier: MIT */
/* test_format_text.c - media types in words, names of layouts.
 *
 * Runs: one thread.
 * Knows: the words people read.  Must not know: pins, samples.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include <dvdmedia.h>
#include <mmreg.h>
#include <regraft.h>

#include "media/format.h"
#include "media/type.h"

static void expect(const AM_MEDIA_TYPE *type, const char *words)
{
    char text[200];
    char small[8];

    assert_int_equal(rg_media_type_text(type, text, sizeof(text)), strlen(words));
    assert_string_equal(text, words);
    assert_int_equal(rg_media_type_text(type, NULL, 0), strlen(words));
    assert_int_equal(rg_media_type_text(type, small, sizeof(small)), strlen(words));
    assert_memory_equal(small, words, strlen(words) < 7 ? strlen(words) : 7);
    assert_int_equal(strlen(small), strlen(words) < 7 ? strlen(words) : 7);
}

static void expect_format(const struct rg_format *f, const char *words)
{
    AM_MEDIA_TYPE type;

    assert_int_equal(rg_format_to_type(f, &type), S_OK);
    expect(&type, words);
    rg_type_clear(&type);
}

static void raw_types_read_as_promised(void **unused)
{
    struct rg_format v = { .kind = RG_KIND_VIDEO,
                           .pixels = RG_PIXELS_I420,
                           .width = 1280,
                           .height = 720,
                           .rate_num = 25,
                           .rate_den = 1 };
    struct rg_format a = {
        .kind = RG_KIND_AUDIO, .sound = RG_SOUND_S16, .sample_rate = 48000, .channels = 2
    };

    (void)unused;
    expect_format(&v, "video I420 1280x720 25 fps");
    v.rate_num = 30000;
    v.rate_den = 1001;
    expect_format(&v, "video I420 1280x720 29.97 fps");
    v.rate_num = 24000;
    expect_format(&v, "video I420 1280x720 23.976 fps");
    v.rate_num = 121;
    v.rate_den = 2;
    expect_format(&v, "video I420 1280x720 60.5 fps");
    v.rate_num = 1;
    v.rate_den = 100;
    expect_format(&v, "video I420 1280x720 0.01 fps");
    v.rate_den = 1;
    v.rate_num = 0;
    v.pixels = RG_PIXELS_RGB24;
    v.bottom_up = true;
    expect_format(&v, "video RGB24 1280x720 bottom-up");
    v.pixels = RG_PIXELS_NV12;
    v.bottom_up = false;
    v.coded_width = 1344;
    v.aspect_x = 4;
    v.aspect_y = 3;
    expect_format(&v, "video NV12 1280x720 in 1344x720 aspect 4:3");
    expect_format(&a, "audio PCM s16 48000 Hz 2 ch");
    a.sound = RG_SOUND_F32;
    a.channels = 6;
    expect_format(&a, "audio PCM f32 48000 Hz 6 ch");
}

static void others_say_what_they_can(void **unused)
{
    VIDEOINFOHEADER head = { .AvgTimePerFrame = 400000,
                             .bmiHeader = { .biSize = 40, .biWidth = 640, .biHeight = 480 } };
    WAVEFORMATEX wave = { .wFormatTag = 0xff, .nChannels = 2, .nSamplesPerSec = 44100 };
    AM_MEDIA_TYPE type = {
        .majortype = MEDIATYPE_Video,
        .subtype = { 0x34363248, 0, 0x10, { 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71 } },
        .formattype = FORMAT_VideoInfo,
        .pbFormat = (BYTE *)&head,
        .cbFormat = sizeof(head)
    };

    (void)unused;
    expect(NULL, "any");
    expect(&type, "video H264 640x480 25 fps");
    type.cbFormat = 10;
    expect(&type, "video H264");
    type.subtype = GUID_NULL;
    expect(&type, "video any");
    type.subtype = IID_IUnknown;
    expect(&type, "video {00000000-0000-0000-C000-000000000046}");
    type.majortype = MEDIATYPE_Audio;
    type.subtype = MEDIASUBTYPE_PCM;
    type.subtype.Data1 = 0xff;
    type.formattype = FORMAT_WaveFormatEx;
    type.pbFormat = (BYTE *)&wave;
    type.cbFormat = sizeof(wave);
    expect(&type, "audio AAC 44100 Hz 2 ch");
    type.majortype = MEDIATYPE_Stream;
    type.subtype = GUID_NULL;
    expect(&type, "stream any");
    type.majortype = GUID_NULL;
    expect(&type, "any");
}

static void names_go_both_ways(void **unused)
{
    (void)unused;
    for (int p = RG_PIXELS_I420; p <= RG_PIXELS_GRAY8; p++)
        assert_int_equal(rg_pixels_by_name(rg_pixels_name((enum rg_pixels)p)), p);
    for (int s = RG_SOUND_U8; s <= RG_SOUND_F32; s++)
        assert_int_equal(rg_sound_by_name(rg_sound_name((enum rg_sound)s)), s);
    assert_null(rg_pixels_name(RG_PIXELS_NONE));
    assert_null(rg_pixels_name((enum rg_pixels)99));
    assert_null(rg_sound_name((enum rg_sound)99));
    assert_null(rg_sound_name((enum rg_sound) - 1));
    assert_int_equal(rg_pixels_by_name("i420"), RG_PIXELS_NONE);
    assert_int_equal(rg_pixels_by_name(NULL), RG_PIXELS_NONE);
    assert_int_equal(rg_sound_by_name(NULL), RG_SOUND_NONE);
    assert_int_equal(rg_sound_bytes(RG_SOUND_NONE), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(raw_types_read_as_promised),
        cmocka_unit_test(others_say_what_they_can),
        cmocka_unit_test(names_go_both_ways),
    };

    return cmocka_run_group_tests_name("format_text", tests, NULL, NULL);
}
