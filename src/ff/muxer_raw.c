/* SPDX-License-Identifier: MIT */
/* ff/muxer_raw.c - raw pictures as AVI has them: RGB from the bottom up, rows of a multiple of 4 bytes;
 * YUV by its FourCC, without gaps.
 *
 * One thread at a time.
 * Knows: layouts of pictures, AVI's names for them.  Must not know: files, times.
 */
#include <libavutil/imgutils.h>

#include "ff/muxer_internal.h"
#include "ff/raw.h"
#include "media/sample.h"

/* tag 0: RGB, which AVI tells apart by its bits. */
static const struct raw {
    enum rg_pixels pixels;
    enum AVPixelFormat format;
    uint32_t tag;
    int bits;
} raws[] = {
    { RG_PIXELS_I420, AV_PIX_FMT_YUV420P, MKTAG('I', '4', '2', '0'), 12 },
    { RG_PIXELS_YV12, AV_PIX_FMT_YUV420P, MKTAG('I', '4', '2', '0'),
      12 }, /* planes change places */
    { RG_PIXELS_YUY2, AV_PIX_FMT_YUYV422, MKTAG('Y', 'U', 'Y', '2'), 16 },
    { RG_PIXELS_UYVY, AV_PIX_FMT_UYVY422, MKTAG('U', 'Y', 'V', 'Y'), 16 },
    { RG_PIXELS_GRAY8, AV_PIX_FMT_GRAY8, MKTAG('Y', '8', '0', '0'), 8 },
    { RG_PIXELS_RGB24, AV_PIX_FMT_BGR24, 0, 24 },
    { RG_PIXELS_RGB32, AV_PIX_FMT_BGRA, 0, 32 },
    { RG_PIXELS_ARGB32, AV_PIX_FMT_BGRA, 0, 32 },
};

static const struct raw *raw_of(enum rg_pixels pixels)
{
    for (size_t i = 0; i < sizeof(raws) / sizeof(raws[0]); i++)
        if (raws[i].pixels == pixels)
            return &raws[i];
    return NULL;
}

HRESULT ff_mux_raw_read(const AM_MEDIA_TYPE *type, struct rg_format *ret)
{
    HRESULT hr = rg_format_from_type(type, ret);

    if (SUCCEEDED(hr) && (ret->kind != RG_KIND_VIDEO || raw_of(ret->pixels) == NULL))
        hr = VFW_E_TYPE_NOT_ACCEPTED;
    return hr;
}

void ff_mux_raw_parameters(const struct rg_format *format, AVCodecParameters *par,
                           AVRational *rate)
{
    const struct raw *raw = raw_of(format->pixels);

    par->codec_type = AVMEDIA_TYPE_VIDEO;
    par->codec_id = AV_CODEC_ID_RAWVIDEO;
    par->codec_tag = raw->tag;
    par->format = raw->format;
    par->bits_per_coded_sample = raw->bits;
    par->width = format->width;
    par->height = format->height;
    if (format->aspect_x > 0 && format->aspect_y > 0)
        av_reduce(&par->sample_aspect_ratio.num, &par->sample_aspect_ratio.den,
                  (int64_t)format->aspect_x * format->height,
                  (int64_t)format->aspect_y * format->width, 1 << 30);
    *rate = format->rate_num > 0 ? (AVRational){ format->rate_num, format->rate_den }
                                 : ff_rate_of(format->frame_time);
}

static bool is_rgb(const AVCodecParameters *par)
{
    return par->codec_id == AV_CODEC_ID_RAWVIDEO && par->codec_tag == 0;
}

static void turn_over(const struct rg_format *format, uint8_t *data[4], int stride[4])
{
    data[0] += (ptrdiff_t)(format->height - 1) * stride[0];
    stride[0] = -stride[0];
}

HRESULT ff_mux_raw_packet(const struct rg_format *format, AVPacket *packet,
                          IMediaSample *sample, struct rg_sample_info *ret_info)
{
    const struct raw *raw = raw_of(format->pixels);
    int align = raw->tag == 0 ? 4 : 1, bytes, stride[4];
    struct rg_frame frame;
    uint8_t *data[4];
    HRESULT hr = rg_sample_get_info(sample, ret_info);

    if (SUCCEEDED(hr))
        hr = rg_frame_map(&frame, format, ret_info->data, (int)ret_info->bytes);
    if (FAILED(hr))
        return hr;
    bytes = av_image_get_buffer_size(raw->format, format->width, format->height, align);
    if (bytes < 0)
        return E_INVALIDARG;
    if (av_new_packet(packet, bytes) < 0)
        return E_OUTOFMEMORY;
    ff_picture_planes(&frame, data, stride);
    if (raw->tag == 0)
        turn_over(format, data, stride);
    (void)av_image_copy_to_buffer(packet->data, bytes, (const uint8_t *const *)data, stride,
                                  raw->format, format->width, format->height, align);
    packet->flags |= AV_PKT_FLAG_KEY;
    return S_OK;
}

/* Its pictures are turned over (muxer_raw.c), which other players than ours expect as well. */
void ff_mux_raw_options(const struct ff_muxer *m, AVDictionary **options)
{
    for (unsigned i = 0; i < m->n_inputs; i++)
        if (m->inputs[i].stream != NULL && is_rgb(m->inputs[i].par))
            av_dict_set_int(options, "flipped_raw_rgb", 1, 0);
}

void ff_muxer_take_raw(struct ff_muxer *m)
{
    m->takes_raw = true;
}

HRESULT ff_muxer_accept_raw(const AM_MEDIA_TYPE *type)
{
    struct rg_format format;
    HRESULT hr = ff_muxer_accept(type);

    return hr == VFW_E_TYPE_NOT_ACCEPTED ? ff_mux_raw_read(type, &format) : hr;
}
