/* SPDX-License-Identifier: MIT */
/* test_format.c - raw media types both ways, byte layouts, and format blocks that lie.
 *
 * Runs: one thread.
 * Knows: the layouts of DirectShow as numbers.  Must not know: pins, samples.
 */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <dvdmedia.h>
#include <mmreg.h>

#include "media/format.h"
#include "media/type.h"

static struct rg_format video(enum rg_pixels pixels, int width, int height)
{
    struct rg_format f = { .kind = RG_KIND_VIDEO,
                           .pixels = pixels,
                           .width = width,
                           .height = height,
                           .rate_num = 25,
                           .rate_den = 1 };

    return f;
}

static struct rg_format audio(enum rg_sound sound, int rate, int channels)
{
    struct rg_format f = {
        .kind = RG_KIND_AUDIO, .sound = sound, .sample_rate = rate, .channels = channels
    };

    return f;
}

static AM_MEDIA_TYPE made(const struct rg_format *f)
{
    AM_MEDIA_TYPE type;

    assert_int_equal(rg_format_to_type(f, &type), S_OK);
    return type;
}

static HRESULT read_back(const AM_MEDIA_TYPE *type)
{
    struct rg_format f;

    memset(&f, 0x5a, sizeof(f));
    HRESULT hr = rg_format_from_type(type, &f);

    if (FAILED(hr)) { /* untouched on failure */
        struct rg_format before;

        memset(&before, 0x5a, sizeof(before));
        assert_memory_equal(&f, &before, sizeof(f));
    }
    return hr;
}

/* ---- there and back --------------------------------------------------------------------- */

static void round_trip_keeps_every_video_layout(void **unused)
{
    (void)unused;
    for (int p = RG_PIXELS_I420; p <= RG_PIXELS_GRAY8; p++) {
        static const int sizes[][2] = {
            { 16, 8 }, { 1280, 720 }, { 17, 9 }, { 1, 1 }, { 1918, 1080 }
        };

        for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
            struct rg_format f = video((enum rg_pixels)p, sizes[i][0], sizes[i][1]);
            struct rg_format back;
            AM_MEDIA_TYPE type = made(&f);

            assert_int_equal(rg_format_from_type(&type, &back), S_OK);
            assert_true(rg_format_equal(&f, &back));
            assert_int_equal(back.width, f.width);
            assert_int_equal(back.height, f.height);
            assert_int_equal(back.rate_num, 25);
            assert_int_equal(back.rate_den, 1);
            assert_int_equal(back.frame_time, 400000);
            assert_int_equal(rg_format_bytes(&back), rg_format_bytes(&f));
            assert_int_equal(type.lSampleSize, rg_format_bytes(&f));
            assert_true(type.bFixedSizeSamples);
            rg_type_clear(&type);
        }
    }
}

static void round_trip_keeps_every_sound(void **unused)
{
    (void)unused;
    for (int s = RG_SOUND_U8; s <= RG_SOUND_F32; s++)
        for (int channels = 1; channels <= 8; channels++) {
            struct rg_format f = audio((enum rg_sound)s, 44100, channels);
            struct rg_format back;
            AM_MEDIA_TYPE type = made(&f);

            assert_int_equal(rg_format_from_type(&type, &back), S_OK);
            assert_true(rg_format_equal(&f, &back));
            assert_int_equal(rg_format_bytes(&back), rg_sound_bytes(f.sound) * channels);
            rg_type_clear(&type);
        }
}

static void round_trip_keeps_padding_aspect_and_mask(void **unused)
{
    struct rg_format f = video(RG_PIXELS_NV12, 1270, 718);
    struct rg_format a = audio(RG_SOUND_S16, 48000, 6);
    struct rg_format back;
    AM_MEDIA_TYPE type;

    (void)unused;
    f.coded_width = 1280;
    f.coded_height = 736;
    f.aspect_x = 4;
    f.aspect_y = 3;
    type = made(&f);
    assert_true(IsEqualGUID(&type.formattype, &FORMAT_VideoInfo2));
    assert_int_equal(rg_format_from_type(&type, &back), S_OK);
    assert_true(rg_format_equal(&f, &back));
    assert_int_equal(back.coded_width, 1280);
    assert_int_equal(back.coded_height, 736);
    assert_int_equal(back.width, 1270);
    rg_type_clear(&type);

    a.channel_mask = 0x60f;
    type = made(&a);
    assert_int_equal(rg_format_from_type(&type, &back), S_OK);
    assert_int_equal(back.channel_mask, 0x60f);
    rg_type_clear(&type);
}

static void rates_are_found_again(void **unused)
{
    static const int rates[][2] = { { 24, 1 },       { 25, 1 },       { 30, 1 },  { 50, 1 },
                                    { 60, 1 },       { 24000, 1001 }, { 1, 1 },   { 120, 1 },
                                    { 30000, 1001 }, { 60000, 1001 }, { 1000, 1 } };

    (void)unused;
    for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
        struct rg_format f = video(RG_PIXELS_I420, 16, 16), back;
        AM_MEDIA_TYPE type;

        f.rate_num = rates[i][0];
        f.rate_den = rates[i][1];
        type = made(&f);
        assert_int_equal(rg_format_from_type(&type, &back), S_OK);
        assert_int_equal(back.rate_num, rates[i][0]);
        assert_int_equal(back.rate_den, rates[i][1]);
        rg_type_clear(&type);
        /* other writers cut the fraction off */
        f.rate_num = 0;
        f.frame_time = 10000000LL * rates[i][1] / rates[i][0];
        type = made(&f);
        assert_int_equal(rg_format_from_type(&type, &back), S_OK);
        assert_int_equal(back.rate_num, rates[i][0]);
        rg_type_clear(&type);
    }
}

/* ---- bytes in blocks --------------------------------------------------------------------- */

static void video_block_has_the_fields_of_directshow(void **unused)
{
    struct rg_format f = video(RG_PIXELS_I420, 18, 10);
    AM_MEDIA_TYPE type = made(&f);
    VIDEOINFOHEADER *head = (VIDEOINFOHEADER *)(void *)type.pbFormat;

    (void)unused;
    assert_int_equal(type.cbFormat, 88);
    assert_int_equal(type.subtype.Data1, 0x30323449);
    assert_int_equal(head->bmiHeader.biSize, 40);
    assert_int_equal(head->bmiHeader.biWidth, 18);
    assert_int_equal(head->bmiHeader.biHeight, 10);
    assert_int_equal(head->bmiHeader.biPlanes, 1);
    assert_int_equal(head->bmiHeader.biBitCount, 12);
    assert_int_equal(head->bmiHeader.biCompression, 0x30323449);
    assert_int_equal(head->bmiHeader.biSizeImage, 18 * 10 + 2 * 9 * 5);
    assert_int_equal(head->AvgTimePerFrame, 400000);
    assert_int_equal(head->rcSource.right, 18);
    assert_int_equal(head->rcTarget.bottom, 10);
    assert_int_equal(head->dwBitRate, 270 * 8 * 25);
    rg_type_clear(&type);

    f = video(RG_PIXELS_RGB24, 5, 3);
    type = made(&f);
    head = (VIDEOINFOHEADER *)(void *)type.pbFormat;
    assert_int_equal(head->bmiHeader.biHeight, -3); /* top-down */
    assert_int_equal(head->bmiHeader.biSizeImage, 16 * 3);
    assert_int_equal(head->bmiHeader.biCompression, BI_RGB);
    assert_true(IsEqualGUID(&type.subtype, &MEDIASUBTYPE_RGB24));
    rg_type_clear(&type);
}

static void wave_block_is_extensible_where_needed(void **unused)
{
    static const struct {
        enum rg_sound sound;
        int channels, tag;
        unsigned bytes;
    } rows[] = {
        { RG_SOUND_U8, 1, WAVE_FORMAT_PCM, 18 },
        { RG_SOUND_S16, 2, WAVE_FORMAT_PCM, 18 },
        { RG_SOUND_S16, 3, WAVE_FORMAT_EXTENSIBLE, 40 },
        { RG_SOUND_S24, 2, WAVE_FORMAT_EXTENSIBLE, 40 },
        { RG_SOUND_F32, 1, WAVE_FORMAT_EXTENSIBLE, 40 },
    };

    (void)unused;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct rg_format f = audio(rows[i].sound, 48000, rows[i].channels);
        AM_MEDIA_TYPE type = made(&f);
        WAVEFORMATEX wave;
        int frame = rg_sound_bytes(f.sound) * f.channels;

        memcpy(&wave, type.pbFormat, sizeof(wave));
        assert_int_equal(type.cbFormat, rows[i].bytes);
        assert_int_equal(wave.wFormatTag, rows[i].tag);
        assert_int_equal(wave.nBlockAlign, frame);
        assert_int_equal(wave.nAvgBytesPerSec, frame * 48000);
        assert_int_equal(wave.cbSize, rows[i].bytes - 18);
        assert_int_equal(type.subtype.Data1, f.sound == RG_SOUND_F32 ? 3 : 1);
        rg_type_clear(&type);
    }
}

static void pcmwaveformat_without_cbsize_is_read(void **unused)
{
    struct rg_format f = audio(RG_SOUND_S16, 8000, 2), back;
    AM_MEDIA_TYPE type = made(&f);

    (void)unused;
    type.cbFormat = 16;
    assert_int_equal(rg_format_from_type(&type, &back), S_OK);
    assert_true(rg_format_equal(&f, &back));
    type.cbFormat = 15;
    assert_int_equal(read_back(&type), VFW_E_INVALIDMEDIATYPE);
    rg_type_clear(&type);
}

/* ---- planes in memory ------------------------------------------------------------------- */

struct plane_row {
    int offset, stride, width, height;
};

static void check_planes(const struct rg_format *f, int bytes, int n,
                         const struct plane_row *rows)
{
    uint8_t *memory = calloc(1, (size_t)bytes);
    struct rg_frame frame;

    assert_non_null(memory);
    assert_int_equal(rg_format_bytes(f), bytes);
    assert_int_equal(rg_frame_map(&frame, f, memory, bytes - 1), E_INVALIDARG);
    assert_int_equal(rg_frame_map(&frame, f, memory, bytes), S_OK);
    assert_int_equal(frame.n_planes, n);
    for (int i = 0; i < n; i++) {
        assert_int_equal(frame.plane[i].data - memory, rows[i].offset);
        assert_int_equal(frame.plane[i].stride, rows[i].stride);
        assert_int_equal(frame.plane[i].width, rows[i].width);
        assert_int_equal(frame.plane[i].height, rows[i].height);
        for (int y = 0; y < frame.plane[i].height; y++) /* every byte lies inside */
            memset(frame.plane[i].data + (ptrdiff_t)y * frame.plane[i].stride, 1,
                   (size_t)frame.plane[i].width);
    }
    free(memory);
}

static void planes_lie_where_directshow_says(void **unused)
{
    struct rg_format f = video(RG_PIXELS_I420, 14, 6);

    (void)unused;
    f.coded_width = 16;
    f.coded_height = 8;
    check_planes(&f, 192, 3,
                 (struct plane_row[]){ { 0, 16, 14, 6 }, { 128, 8, 7, 3 }, { 160, 8, 7, 3 } });
    f.pixels = RG_PIXELS_YV12;
    check_planes(&f, 192, 3,
                 (struct plane_row[]){ { 0, 16, 14, 6 }, { 128, 8, 7, 3 }, { 160, 8, 7, 3 } });
    f.pixels = RG_PIXELS_NV12;
    check_planes(&f, 192, 2, (struct plane_row[]){ { 0, 16, 14, 6 }, { 128, 16, 14, 3 } });
    f.pixels = RG_PIXELS_YUY2;
    check_planes(&f, 256, 1, (struct plane_row[]){ { 0, 32, 28, 6 } });
    f.pixels = RG_PIXELS_UYVY;
    check_planes(&f, 256, 1, (struct plane_row[]){ { 0, 32, 28, 6 } });
    f.pixels = RG_PIXELS_GRAY8;
    check_planes(&f, 128, 1, (struct plane_row[]){ { 0, 16, 14, 6 } });
    f = video(RG_PIXELS_RGB24, 5, 3);
    check_planes(&f, 48, 1, (struct plane_row[]){ { 0, 16, 15, 3 } });
    f.bottom_up = true;
    check_planes(&f, 48, 1, (struct plane_row[]){ { 32, -16, 15, 3 } });
    f = video(RG_PIXELS_RGB32, 5, 3);
    check_planes(&f, 60, 1, (struct plane_row[]){ { 0, 20, 20, 3 } });
    /* odd sizes: a plain I420 writer halves upwards; ours rounds the coded size to whole pairs
     */
    f = video(RG_PIXELS_I420, 5, 3);
    check_planes(&f, 36, 3,
                 (struct plane_row[]){ { 0, 6, 5, 3 }, { 24, 3, 3, 2 }, { 30, 3, 3, 2 } });
    f.coded_width = 5;
    f.coded_height = 3;
    check_planes(&f, 27, 3,
                 (struct plane_row[]){ { 0, 5, 5, 3 }, { 15, 3, 3, 2 }, { 21, 3, 3, 2 } });
}

static void sign_of_height_matters_for_rgb_alone(void **unused)
{
    (void)unused;
    for (int p = RG_PIXELS_I420; p <= RG_PIXELS_GRAY8; p++) {
        struct rg_format f = video((enum rg_pixels)p, 8, 4), back;
        AM_MEDIA_TYPE type = made(&f);
        VIDEOINFOHEADER *head = (VIDEOINFOHEADER *)(void *)type.pbFormat;
        bool rgb = p >= RG_PIXELS_RGB24 && p <= RG_PIXELS_ARGB32;

        head->bmiHeader.biHeight = 4;
        assert_int_equal(rg_format_from_type(&type, &back), S_OK);
        assert_int_equal(back.bottom_up, rgb);
        head->bmiHeader.biHeight = -4;
        assert_int_equal(rg_format_from_type(&type, &back), S_OK);
        assert_false(back.bottom_up);
        assert_int_equal(back.height, 4);
        rg_type_clear(&type);
    }
}

static void sound_maps_to_whole_frames(void **unused)
{
    struct rg_format f = audio(RG_SOUND_S24, 48000, 2);
    uint8_t memory[20] = { 0 };
    struct rg_frame frame;

    (void)unused;
    assert_int_equal(rg_frame_map(&frame, &f, memory, 20), S_OK);
    assert_ptr_equal(frame.sound, memory);
    assert_int_equal(frame.sound_frames, 3);
    assert_false(frame.has_time);
    assert_int_equal(rg_frame_map(&frame, &f, memory, 0), S_OK);
    assert_int_equal(frame.sound_frames, 0);
    assert_int_equal(rg_frame_map(&frame, &f, memory, -1), E_INVALIDARG);
    assert_int_equal(rg_frame_map(NULL, &f, memory, 6), E_POINTER);
    assert_int_equal(rg_frame_map(&frame, NULL, memory, 6), E_POINTER);
    assert_int_equal(rg_frame_map(&frame, &f, NULL, 6), E_POINTER);
}

/* ---- blocks that lie -------------------------------------------------------------------- */

/* Writes one wrong value into a good I420 16x8 block, and says what comes of it. */
static HRESULT with_field(size_t offset, LONG value)
{
    struct rg_format f = video(RG_PIXELS_I420, 16, 8);
    AM_MEDIA_TYPE type = made(&f);
    HRESULT hr;

    memcpy(type.pbFormat + offset, &value, sizeof(value));
    hr = read_back(&type);
    rg_type_clear(&type);
    return hr;
}

#define AT(field)     offsetof(VIDEOINFOHEADER, field)
#define AT_BMI(field) (offsetof(VIDEOINFOHEADER, bmiHeader) + offsetof(BITMAPINFOHEADER, field))

static void lies_in_video_blocks_are_refused(void **unused)
{
    static const LONG sizes[] = { 0, -1, -16, INT_MIN, INT_MAX, 65536, 8 };

    (void)unused;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
        assert_int_equal(with_field(AT_BMI(biWidth), sizes[i]), VFW_E_INVALIDMEDIATYPE);
    assert_int_equal(with_field(AT_BMI(biHeight), 0), VFW_E_INVALIDMEDIATYPE);
    assert_int_equal(with_field(AT_BMI(biHeight), INT_MIN), VFW_E_INVALIDMEDIATYPE);
    assert_int_equal(with_field(AT_BMI(biHeight), INT_MAX), VFW_E_INVALIDMEDIATYPE);
    assert_int_equal(with_field(AT_BMI(biHeight), -8), S_OK);
    assert_int_equal(with_field(AT_BMI(biSize), 39), VFW_E_INVALIDMEDIATYPE);
    assert_int_equal(with_field(AT_BMI(biSize), 41), VFW_E_INVALIDMEDIATYPE);
    assert_int_equal(with_field(AT_BMI(biSize), -1), VFW_E_INVALIDMEDIATYPE);
    assert_int_equal(with_field(AT_BMI(biCompression), 0x3231564e), VFW_E_INVALIDMEDIATYPE);
    assert_int_equal(with_field(AT_BMI(biCompression), 0x56555949), S_OK); /* IYUV is I420 */
    assert_int_equal(with_field(AT(rcSource.left), -1), VFW_E_INVALIDMEDIATYPE);
    assert_int_equal(with_field(AT(rcSource.left), 2), VFW_E_TYPE_NOT_ACCEPTED);
    assert_int_equal(with_field(AT(rcSource.right), 17), VFW_E_INVALIDMEDIATYPE);
    assert_int_equal(with_field(AT(rcSource.right), -5), VFW_E_INVALIDMEDIATYPE);
    assert_int_equal(with_field(AT(rcSource.bottom), INT_MAX), VFW_E_INVALIDMEDIATYPE);
    assert_int_equal(with_field(AT(AvgTimePerFrame) + 4, -1), S_OK); /* rate unknown */
    assert_int_equal(with_field(AT(AvgTimePerFrame) + 4, INT_MAX), S_OK);
    assert_int_equal(with_field(AT_BMI(biSizeImage), 1),
                     S_OK); /* the buffer is measured, not this */
}

static void areas_past_an_int_are_refused(void **unused)
{
    struct rg_format f = video(RG_PIXELS_RGB32, 16, 16);
    AM_MEDIA_TYPE type = made(&f);
    VIDEOINFOHEADER *head = (VIDEOINFOHEADER *)(void *)type.pbFormat;

    (void)unused;
    memset(&head->rcSource, 0, sizeof(RECT));
    memset(&head->rcTarget, 0, sizeof(RECT));
    head->bmiHeader.biWidth = 65535;
    head->bmiHeader.biHeight = 65535;
    assert_int_equal(read_back(&type), VFW_E_INVALIDMEDIATYPE);
    head->bmiHeader.biWidth = 16384;
    head->bmiHeader.biHeight = 16384;
    assert_int_equal(read_back(&type), S_OK);
    head->bmiHeader.biBitCount = 24;
    assert_int_equal(read_back(&type), VFW_E_INVALIDMEDIATYPE);
    rg_type_clear(&type);
    f.width = INT_MAX;
    assert_int_equal(rg_format_bytes(&f), 0);
    assert_int_equal(rg_format_to_type(&f, &type), E_INVALIDARG);
    f = video(RG_PIXELS_YUY2, 3, 3);
    f.coded_width = 3;
    assert_int_equal(rg_format_to_type(&f, &type), E_INVALIDARG);
    f.coded_width = 2;
    assert_int_equal(rg_format_to_type(&f, &type), E_INVALIDARG);
    f.coded_width = -4;
    assert_int_equal(rg_format_bytes(&f), 0);
}

static void short_and_missing_blocks_are_refused(void **unused)
{
    struct rg_format formats[] = { video(RG_PIXELS_NV12, 16, 8),
                                   audio(RG_SOUND_F32, 48000, 2) };

    (void)unused;
    for (size_t i = 0; i < 2; i++) {
        AM_MEDIA_TYPE type = made(&formats[i]);
        ULONG whole = type.cbFormat;
        BYTE *block = type.pbFormat;

        for (ULONG size = 0; size < whole; size++) {
            BYTE *exact = malloc(size + 1); /* so that ASan sees a read past the end */

            assert_non_null(exact);
            memcpy(exact + 1, block, size);
            type.pbFormat = exact + 1; /* unaligned as well */
            type.cbFormat = size;
            assert_int_equal(read_back(&type), VFW_E_INVALIDMEDIATYPE);
            free(exact);
        }
        type.pbFormat = NULL;
        type.cbFormat = whole;
        assert_int_equal(read_back(&type), VFW_E_INVALIDMEDIATYPE);
        type.pbFormat = block;
        type.formattype = GUID_NULL;
        assert_int_equal(read_back(&type), VFW_E_TYPE_NOT_ACCEPTED);
        type.majortype = MEDIATYPE_Stream;
        assert_int_equal(read_back(&type), VFW_E_TYPE_NOT_ACCEPTED);
        rg_type_clear(&type);
    }
}

static HRESULT with_wave(enum rg_sound sound, int channels, size_t offset, WORD value)
{
    struct rg_format f = audio(sound, 48000, channels);
    AM_MEDIA_TYPE type = made(&f);
    HRESULT hr;

    memcpy(type.pbFormat + offset, &value, sizeof(value));
    hr = read_back(&type);
    rg_type_clear(&type);
    return hr;
}

static void lies_in_wave_blocks_are_refused(void **unused)
{
    size_t valid = offsetof(WAVEFORMATEXTENSIBLE, Samples);

    (void)unused;
#define AT_WAVE(field) offsetof(WAVEFORMATEX, field)
    assert_int_equal(with_wave(RG_SOUND_S16, 2, AT_WAVE(nChannels), 0), VFW_E_INVALIDMEDIATYPE);
    assert_int_equal(with_wave(RG_SOUND_S16, 2, AT_WAVE(nChannels), 3), VFW_E_INVALIDMEDIATYPE);
    assert_int_equal(with_wave(RG_SOUND_S16, 2, AT_WAVE(nChannels), 65535),
                     VFW_E_INVALIDMEDIATYPE);
    assert_int_equal(with_wave(RG_SOUND_S16, 2, AT_WAVE(nBlockAlign), 0),
                     VFW_E_INVALIDMEDIATYPE);
    assert_int_equal(with_wave(RG_SOUND_S16, 2, AT_WAVE(nSamplesPerSec) + 2, 0xffff),
                     VFW_E_INVALIDMEDIATYPE);
    assert_int_equal(with_wave(RG_SOUND_S16, 2, AT_WAVE(wBitsPerSample), 13),
                     VFW_E_TYPE_NOT_ACCEPTED);
    assert_int_equal(with_wave(RG_SOUND_S16, 2, AT_WAVE(wFormatTag), 0x55),
                     VFW_E_TYPE_NOT_ACCEPTED);
    assert_int_equal(with_wave(RG_SOUND_S16, 2, AT_WAVE(wFormatTag), 0xfffe),
                     VFW_E_INVALIDMEDIATYPE);
    assert_int_equal(with_wave(RG_SOUND_S24, 2, AT_WAVE(cbSize), 21), VFW_E_INVALIDMEDIATYPE);
    assert_int_equal(with_wave(RG_SOUND_S24, 2, valid, 25), VFW_E_INVALIDMEDIATYPE);
    assert_int_equal(with_wave(RG_SOUND_S24, 2, valid, 20), S_OK);
    assert_int_equal(with_wave(RG_SOUND_F32, 2, offsetof(WAVEFORMATEXTENSIBLE, SubFormat), 1),
                     VFW_E_INVALIDMEDIATYPE);
    assert_int_equal(
        with_wave(RG_SOUND_F32, 2, offsetof(WAVEFORMATEXTENSIBLE, SubFormat) + 4, 7),
        VFW_E_TYPE_NOT_ACCEPTED);
}

static void null_arguments_are_refused(void **unused)
{
    struct rg_format f = video(RG_PIXELS_I420, 2, 2);
    AM_MEDIA_TYPE type = { .lSampleSize = 7 };

    (void)unused;
    assert_int_equal(rg_format_from_type(NULL, &f), E_POINTER);
    assert_int_equal(rg_format_from_type(&type, NULL), E_POINTER);
    assert_int_equal(rg_format_to_type(NULL, &type), E_POINTER);
    assert_int_equal(rg_format_to_type(&f, NULL), E_POINTER);
    f.kind = RG_KIND_NONE;
    assert_int_equal(rg_format_to_type(&f, &type), E_INVALIDARG);
    assert_int_equal(type.lSampleSize, 7);
    assert_int_equal(rg_format_bytes(NULL), 0);
    assert_true(rg_format_equal(NULL, NULL));
    assert_false(rg_format_equal(&f, NULL));
}

static void equality_looks_through_open_fields(void **unused)
{
    struct rg_format a = video(RG_PIXELS_I420, 5, 3), b = a;

    (void)unused;
    b.coded_width = 6;
    b.coded_height = 4;
    b.rate_num = 0;
    b.frame_time = 400000;
    b.aspect_x = 5;
    b.aspect_y = 3;
    assert_true(rg_format_equal(&a, &b));
    b.aspect_x = 4;
    assert_false(rg_format_equal(&a, &b));
    b = a;
    b.pixels = RG_PIXELS_YV12;
    assert_false(rg_format_equal(&a, &b));
    a = audio(RG_SOUND_S16, 48000, 2);
    b = a;
    b.channel_mask = 3;
    assert_true(rg_format_equal(&a, &b));
    b.channel_mask = 0x30;
    assert_false(rg_format_equal(&a, &b));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_trip_keeps_every_video_layout),
        cmocka_unit_test(round_trip_keeps_every_sound),
        cmocka_unit_test(round_trip_keeps_padding_aspect_and_mask),
        cmocka_unit_test(rates_are_found_again),
        cmocka_unit_test(video_block_has_the_fields_of_directshow),
        cmocka_unit_test(wave_block_is_extensible_where_needed),
        cmocka_unit_test(pcmwaveformat_without_cbsize_is_read),
        cmocka_unit_test(planes_lie_where_directshow_says),
        cmocka_unit_test(sign_of_height_matters_for_rgb_alone),
        cmocka_unit_test(sound_maps_to_whole_frames),
        cmocka_unit_test(lies_in_video_blocks_are_refused),
        cmocka_unit_test(areas_past_an_int_are_refused),
        cmocka_unit_test(short_and_missing_blocks_are_refused),
        cmocka_unit_test(lies_in_wave_blocks_are_refused),
        cmocka_unit_test(null_arguments_are_refused),
        cmocka_unit_test(equality_looks_through_open_fields),
    };

    return cmocka_run_group_tests_name("format", tests, NULL, NULL);
}
