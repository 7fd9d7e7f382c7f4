/* SPDX-License-Identifier: MIT */
/* ff/raw.c - tables between rg_format's layouts and libav's, frame rates and time bases.
 *
 * Any thread.  Knows: names and numbers.  Must not know: codecs, files, samples.
 */
#include "ff/raw.h"

#include <stdlib.h>
#include <string.h>

#include <libavutil/mathematics.h>
#include <libavutil/pixdesc.h>
#include <libavutil/rational.h>
#include <libavutil/samplefmt.h>

static const struct {
    enum rg_pixels pixels;
    enum AVPixelFormat format;
} pixel_map[] = {
    { RG_PIXELS_I420, AV_PIX_FMT_YUV420P }, { RG_PIXELS_NV12, AV_PIX_FMT_NV12 },
    { RG_PIXELS_YUY2, AV_PIX_FMT_YUYV422 }, { RG_PIXELS_UYVY, AV_PIX_FMT_UYVY422 },
    { RG_PIXELS_RGB32, AV_PIX_FMT_BGR0 },   { RG_PIXELS_ARGB32, AV_PIX_FMT_BGRA },
    { RG_PIXELS_RGB24, AV_PIX_FMT_BGR24 },  { RG_PIXELS_GRAY8, AV_PIX_FMT_GRAY8 },
    { RG_PIXELS_YV12, AV_PIX_FMT_YUV420P }, /* planes 1 and 2 change places */
};

int ff_pixel_format(enum rg_pixels pixels)
{
    for (size_t i = 0; i < sizeof(pixel_map) / sizeof(pixel_map[0]); i++)
        if (pixel_map[i].pixels == pixels)
            return pixel_map[i].format;
    return AV_PIX_FMT_NONE;
}

enum rg_pixels ff_pixels_native(int pixel_format)
{
    for (size_t i = 0; i < sizeof(pixel_map) / sizeof(pixel_map[0]); i++)
        if ((int)pixel_map[i].format == pixel_format)
            return pixel_map[i].pixels;
    return RG_PIXELS_NONE;
}

enum rg_pixels ff_pixels_choice(int pixel_format, unsigned index)
{
    static const enum rg_pixels yuv[] = {
        RG_PIXELS_I420,  RG_PIXELS_NV12,  RG_PIXELS_YV12,   RG_PIXELS_YUY2,  RG_PIXELS_UYVY,
        RG_PIXELS_RGB32, RG_PIXELS_RGB24, RG_PIXELS_ARGB32, RG_PIXELS_GRAY8,
    };
    static const enum rg_pixels rgb[] = {
        RG_PIXELS_RGB32, RG_PIXELS_ARGB32, RG_PIXELS_RGB24, RG_PIXELS_I420,  RG_PIXELS_NV12,
        RG_PIXELS_YV12,  RG_PIXELS_YUY2,   RG_PIXELS_UYVY,  RG_PIXELS_GRAY8,
    };
    enum { CHOICES = sizeof(yuv) / sizeof(yuv[0]) };
    const AVPixFmtDescriptor *d = av_pix_fmt_desc_get(pixel_format);
    const enum rg_pixels *list = d != NULL && (d->flags & AV_PIX_FMT_FLAG_RGB) ? rgb : yuv;
    enum rg_pixels first = ff_pixels_native(pixel_format);

    if (first == RG_PIXELS_NONE && d != NULL && (d->flags & AV_PIX_FMT_FLAG_ALPHA))
        first = RG_PIXELS_ARGB32;
    if (first == RG_PIXELS_NONE)
        first = list[0];
    if (index == 0)
        return first;
    for (unsigned i = 0, n = 0; i < CHOICES; i++)
        if (list[i] != first && ++n == index)
            return list[i];
    return RG_PIXELS_NONE;
}

int ff_sample_format(enum rg_sound sound)
{
    switch (sound) {
    case RG_SOUND_U8:
        return AV_SAMPLE_FMT_U8;
    case RG_SOUND_S16:
        return AV_SAMPLE_FMT_S16;
    case RG_SOUND_S32:
        return AV_SAMPLE_FMT_S32;
    case RG_SOUND_F32:
        return AV_SAMPLE_FMT_FLT;
    default:
        return AV_SAMPLE_FMT_NONE;
    }
}

enum rg_sound ff_sound_of(int sample_format)
{
    switch (av_get_packed_sample_fmt(sample_format)) {
    case AV_SAMPLE_FMT_U8:
        return RG_SOUND_U8;
    case AV_SAMPLE_FMT_S16:
        return RG_SOUND_S16;
    case AV_SAMPLE_FMT_S32:
        return RG_SOUND_S32;
    case AV_SAMPLE_FMT_FLT:
        return RG_SOUND_F32;
    default:
        return RG_SOUND_NONE;
    }
}

void ff_picture_planes(const struct rg_frame *frame, uint8_t *data[4], int stride[4])
{
    bool swapped = frame->format->pixels == RG_PIXELS_YV12;

    memset(data, 0, 4 * sizeof(data[0]));
    memset(stride, 0, 4 * sizeof(stride[0]));
    for (int i = 0; i < frame->n_planes; i++) {
        int to = swapped && i > 0 ? 3 - i : i;

        data[to] = frame->plane[i].data;
        stride[to] = frame->plane[i].stride;
    }
}

AVRational ff_rate_of(REFERENCE_TIME frame_time)
{
    static const AVRational usual[] = {
        { 24000, 1001 },  { 24, 1 },       { 25, 1 },       { 30000, 1001 }, { 30, 1 },
        { 48, 1 },        { 50, 1 },       { 60000, 1001 }, { 60, 1 },       { 100, 1 },
        { 120000, 1001 }, { 120, 1 },      { 15, 1 },       { 10, 1 },       { 12, 1 },
        { 15000, 1001 },  { 12000, 1001 }, { 20, 1 },       { 5, 1 },        { 1, 1 },
    };
    AVRational rate;

    if (frame_time <= 0)
        return (AVRational){ 0, 1 };
    for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++)
        if (llabs(ff_time(1, av_inv_q(usual[i])) - frame_time) <= 1)
            return usual[i];
    av_reduce(&rate.num, &rate.den, 10000000, frame_time, 100000);
    return rate.num > 0 ? rate : (AVRational){ 0, 1 };
}

AVRational ff_time_base_of(AVRational rate)
{
    int64_t ticks = rate.num;

    if (rate.num <= 0 || rate.den <= 0)
        return (AVRational){ 1, 90000 };
    while (ticks < 90000)
        ticks += rate.num;
    return (AVRational){ 1, (int)ticks };
}

int64_t ff_ticks(REFERENCE_TIME time, AVRational base)
{
    return av_rescale_q(time, (AVRational){ 1, 10000000 }, base);
}

REFERENCE_TIME ff_time(int64_t ticks, AVRational base)
{
    return av_rescale_q(ticks, base, (AVRational){ 1, 10000000 });
}
