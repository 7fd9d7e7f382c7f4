/* SPDX-License-Identifier: MIT */
/* test_type.c - codec parameters to media types and back; the layouts that DirectShow's
 * decoders expect; damaged types. */
#define COBJMACROS
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include <dshow.h>
#include <ksuuids.h>
#include <libavcodec/avcodec.h>
#include <libavutil/channel_layout.h>

#include "ff/type.h"
#include "media/type.h"

static const uint8_t avcc[] = {
    1, 0x4d, 0x40, 0x1e, 0xff, 0xe1, 0, 8,    0x67, 0x4d, 0x40, 0x1e,
    1, 2,    3,    4,    1,    0,    4, 0x68, 0xee, 0x3c, 0x80,
};
static const uint8_t avcc_high[] = {
    1, 0x64, 0x00, 0x1f, 0xff, 0xe1, 0,    8,    0x67, 0x64, 0x00, 0x1f, 1, 2,
    3, 4,    1,    0,    4,    0x68, 0xee, 0x3c, 0x80, 0xfd, 0xf8, 0xf8, 0,
};
static const uint8_t annex_b[] = {
    0, 0, 0, 1, 0x67, 0x4d, 0x40, 0x1e, 1, 0, 0, 0, 1, 0x68, 0xee
};

static AVCodecParameters *parameters(enum AVMediaType kind, enum AVCodecID id,
                                     const void *extra, int bytes)
{
    AVCodecParameters *par = avcodec_parameters_alloc();

    assert_non_null(par);
    par->codec_type = kind;
    par->codec_id = id;
    if (kind == AVMEDIA_TYPE_VIDEO) {
        par->width = 640;
        par->height = 360;
        par->sample_aspect_ratio = (AVRational){ 4, 3 };
    } else {
        par->sample_rate = 44100;
        av_channel_layout_default(&par->ch_layout, 2);
        par->bit_rate = 128000;
    }
    if (bytes > 0) {
        par->extradata = av_mallocz(bytes + AV_INPUT_BUFFER_PADDING_SIZE);
        memcpy(par->extradata, extra, bytes);
        par->extradata_size = bytes;
    }
    return par;
}

static void round_trip(const AVCodecParameters *par, AM_MEDIA_TYPE *type)
{
    AVCodecParameters *again = avcodec_parameters_alloc();
    AVRational rate = { 30000, 1001 }, back = { 0, 1 };

    assert_int_equal(ff_type_from_codecpar(par, rate, type), S_OK);
    assert_false(rg_type_is_partial(type));
    assert_int_equal(ff_codecpar_from_type(type, again, &back), S_OK);
    assert_int_equal(again->codec_id, par->codec_id);
    assert_int_equal(again->codec_type, par->codec_type);
    assert_int_equal(again->extradata_size, par->extradata_size);
    if (par->extradata_size > 0)
        assert_memory_equal(again->extradata, par->extradata, par->extradata_size);
    assert_int_equal(again->width, par->width);
    assert_int_equal(again->height, par->height);
    assert_int_equal(again->sample_rate, par->sample_rate);
    assert_int_equal(again->ch_layout.nb_channels, par->ch_layout.nb_channels);
    assert_int_equal(again->initial_padding, par->initial_padding);
    if (par->codec_type == AVMEDIA_TYPE_VIDEO) {
        assert_int_equal(back.num, 30000);
        assert_int_equal(back.den, 1001);
        assert_int_equal(av_cmp_q(again->sample_aspect_ratio, par->sample_aspect_ratio), 0);
    }
    avcodec_parameters_free(&again);
}

static void avcc_is_told_as_decoders_expect(void **state)
{
    AVCodecParameters *par =
        parameters(AVMEDIA_TYPE_VIDEO, AV_CODEC_ID_H264, avcc, sizeof(avcc));
    const MPEG2VIDEOINFO *info;
    AM_MEDIA_TYPE type;

    (void)state;
    round_trip(par, &type);
    assert_true(IsEqualGUID(&type.subtype, &MEDIASUBTYPE_AVC1));
    assert_true(IsEqualGUID(&type.formattype, &FORMAT_MPEG2Video));
    info = (const MPEG2VIDEOINFO *)(const void *)type.pbFormat;
    assert_int_equal(info->dwFlags, 4);
    assert_int_equal(info->dwProfile, 77);
    assert_int_equal(info->dwLevel, 30);
    assert_int_equal(info->cbSequenceHeader, 10 + 6);
    assert_memory_equal(info->dwSequenceHeader,
                        "\0\10\x67\x4d\x40\x1e\1\2\3\4\0\4\x68\xee\x3c\x80", 16);
    assert_int_equal(type.cbFormat, SIZE_MPEG2VIDEOINFO(info));
    assert_int_equal(info->hdr.AvgTimePerFrame, 333667);
    assert_int_equal(info->hdr.dwPictAspectRatioX * 27, info->hdr.dwPictAspectRatioY * 64);
    rg_type_clear(&type);
    avcodec_parameters_free(&par);
}

static void other_h264_comes_back_too(void **state)
{
    AVCodecParameters *par =
        parameters(AVMEDIA_TYPE_VIDEO, AV_CODEC_ID_H264, avcc_high, sizeof(avcc_high));
    AM_MEDIA_TYPE type;

    (void)state;
    round_trip(par, &type);
    assert_true(IsEqualGUID(&type.subtype, &MEDIASUBTYPE_AVC1));
    rg_type_clear(&type);
    avcodec_parameters_free(&par);
    par = parameters(AVMEDIA_TYPE_VIDEO, AV_CODEC_ID_H264, annex_b, sizeof(annex_b));
    round_trip(par, &type);
    assert_true(IsEqualGUID(&type.subtype, &MEDIASUBTYPE_H264));
    rg_type_clear(&type);
    avcodec_parameters_free(&par);
    par = parameters(AVMEDIA_TYPE_VIDEO, AV_CODEC_ID_H264, NULL, 0);
    round_trip(par, &type);
    rg_type_clear(&type);
    avcodec_parameters_free(&par);
}

static void aac_carries_its_config(void **state)
{
    AVCodecParameters *par = parameters(AVMEDIA_TYPE_AUDIO, AV_CODEC_ID_AAC, "\x12\x10", 2);
    const WAVEFORMATEX *wave;
    AM_MEDIA_TYPE type;

    (void)state;
    round_trip(par, &type);
    wave = (const WAVEFORMATEX *)(const void *)type.pbFormat;
    assert_true(IsEqualGUID(&type.subtype, &MEDIASUBTYPE_RAW_AAC1));
    assert_int_equal(wave->wFormatTag, WAVE_FORMAT_RAW_AAC1);
    assert_int_equal(wave->cbSize, 2);
    assert_memory_equal(wave + 1, "\x12\x10", 2);
    assert_int_equal(type.cbFormat, sizeof(*wave) + 2);
    rg_type_clear(&type);
    par->initial_padding = 1024;
    round_trip(par, &type);
    rg_type_clear(&type);
    avcodec_parameters_free(&par);
    par = parameters(AVMEDIA_TYPE_AUDIO, AV_CODEC_ID_AAC, NULL, 0);
    round_trip(par, &type);
    assert_true(IsEqualGUID(&type.subtype, &MEDIASUBTYPE_MPEG_ADTS_AAC));
    rg_type_clear(&type);
    avcodec_parameters_free(&par);
}

/* Every codec that libavcodec knows, with and without extradata of its own. */
static void every_codec_makes_the_round_trip(void **state)
{
    static const uint8_t extra[40] = { 9, 8, 7, 6, 5, 4, 3, 2, 1 };
    const AVCodecDescriptor *desc = NULL;
    unsigned n = 0;

    (void)state;
    while ((desc = avcodec_descriptor_next(desc)) != NULL) {
        if (desc->type != AVMEDIA_TYPE_VIDEO && desc->type != AVMEDIA_TYPE_AUDIO)
            continue;
        for (int bytes = 0; bytes <= 40; bytes += 40) {
            AVCodecParameters *par = parameters(desc->type, desc->id, extra, bytes);
            AM_MEDIA_TYPE type;

            round_trip(par, &type);
            rg_type_clear(&type);
            avcodec_parameters_free(&par);
            n++;
        }
    }
    assert_true(n > 400);
}

static void damaged_types_are_refused_and_never_read_beyond(void **state)
{
    static const struct {
        enum AVMediaType kind;
        enum AVCodecID id;
    } cases[] = {
        { AVMEDIA_TYPE_VIDEO, AV_CODEC_ID_H264 },
        { AVMEDIA_TYPE_VIDEO, AV_CODEC_ID_VP9 },
        { AVMEDIA_TYPE_VIDEO, AV_CODEC_ID_MPEG1VIDEO },
        { AVMEDIA_TYPE_AUDIO, AV_CODEC_ID_AAC },
        { AVMEDIA_TYPE_VIDEO, AV_CODEC_ID_ANSI },
        { AVMEDIA_TYPE_AUDIO, AV_CODEC_ID_TRUEHD },
    };
    AVCodecParameters *out = avcodec_parameters_alloc();

    (void)state;
    for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
        AVCodecParameters *par =
            parameters(cases[c].kind, cases[c].id, avcc_high, sizeof(avcc_high));
        AM_MEDIA_TYPE type, cut;

        round_trip(par, &type);
        for (ULONG bytes = 0; bytes < type.cbFormat; bytes++) {
            assert_int_equal(rg_type_make(&cut, &type.majortype, &type.subtype,
                                          &type.formattype, bytes > 0 ? type.pbFormat : NULL,
                                          bytes),
                             S_OK);
            ff_codecpar_from_type(&cut, out, NULL);
            rg_type_clear(&cut);
        }
        for (ULONG at = 0; at < type.cbFormat; at++) {
            assert_int_equal(rg_type_copy(&cut, &type), S_OK);
            cut.pbFormat[at] ^= 0xff;
            ff_codecpar_from_type(&cut, out, NULL);
            rg_type_clear(&cut);
        }
        rg_type_clear(&type);
        avcodec_parameters_free(&par);
    }
    assert_int_equal(ff_codecpar_from_type(NULL, out, NULL), E_POINTER);
    avcodec_parameters_free(&out);
}

/* Leaves its mark where the next call has its variables. */
__attribute__((noinline)) static void soil_the_stack(int with)
{
    volatile unsigned char there[1 << 14];

    for (size_t i = 0; i < sizeof(there); i++)
        there[i] = (unsigned char)with;
}

/* Whoever asks a pin for its types, and then whether it takes one of them, compares block with
 * block. */
static void a_stream_has_one_type_whenever_asked(void **state)
{
    AVCodecParameters *par = avcodec_parameters_alloc();
    AM_MEDIA_TYPE type[2];

    (void)state;
    assert_non_null(par);
    par->codec_type = AVMEDIA_TYPE_VIDEO;
    par->codec_id = AV_CODEC_ID_FFV1; /* no documented place for its layout */
    par->format = AV_PIX_FMT_YUV444P;
    par->width = 64;
    par->height = 48;
    for (int i = 0; i < 2; i++) {
        soil_the_stack(0x55 << i);
        assert_int_equal(ff_type_from_codecpar(par, (AVRational){ 25, 1 }, &type[i]), S_OK);
    }
    assert_int_equal(type[0].cbFormat, type[1].cbFormat);
    assert_memory_equal(type[0].pbFormat, type[1].pbFormat, type[0].cbFormat);
    assert_true(rg_type_equal(&type[0], &type[1]));
    rg_type_clear(&type[0]);
    rg_type_clear(&type[1]);
    avcodec_parameters_free(&par);
}

static void raw_video_is_no_codec(void **state)
{
    VIDEOINFOHEADER info = { .bmiHeader = { .biSize = 40,
                                            .biWidth = 64,
                                            .biHeight = 64,
                                            .biPlanes = 1,
                                            .biBitCount = 12,
                                            .biCompression = 0x30323449 } };
    GUID i420 = { 0x30323449, 0, 0x10, { 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71 } };
    AM_MEDIA_TYPE type;

    (void)state;
    assert_int_equal(
        rg_type_make(&type, &MEDIATYPE_Video, &i420, &FORMAT_VideoInfo, &info, sizeof(info)),
        S_OK);
    assert_int_equal(ff_type_can_decode(&type), VFW_E_TYPE_NOT_ACCEPTED);
    rg_type_clear(&type);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(avcc_is_told_as_decoders_expect),
        cmocka_unit_test(other_h264_comes_back_too),
        cmocka_unit_test(aac_carries_its_config),
        cmocka_unit_test(every_codec_makes_the_round_trip),
        cmocka_unit_test(damaged_types_are_refused_and_never_read_beyond),
        cmocka_unit_test(a_stream_has_one_type_whenever_asked),
        cmocka_unit_test(raw_video_is_no_codec),
    };

    return cmocka_run_group_tests_name("ff types", tests, NULL, NULL);
}
