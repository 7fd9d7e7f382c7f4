/* SPDX-License-Identifier: MIT */
/* ff/scaler.c - swscale with its context kept as long as the pictures stay alike.
 *
 * One thread at a time per scaler.  Knows: pixels and their colour matrices.  Must not know:
 * samples, types, filters.
 */
#include "ff/scaler.h"

#include <stdlib.h>

#include <libavutil/frame.h>
#include <libavutil/imgutils.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>

#include "ff/raw.h"

#define BLOCK_PIXELS 32 /* the most that libswscale handles at a time */

struct ff_scaler {
    struct SwsContext *sws;
    int from_matrix, to_matrix;
    bool from_full, to_full, is_set;
    AVFrame *in_room, *out_room; /* where tight pictures are worked on; NULL: none was */
};

/* The old names for full-range YUV, as plain ones. */
static int plain_format(int format, bool *full)
{
    static const int pairs[][2] = {
        { AV_PIX_FMT_YUVJ420P, AV_PIX_FMT_YUV420P },
        { AV_PIX_FMT_YUVJ422P, AV_PIX_FMT_YUV422P },
        { AV_PIX_FMT_YUVJ444P, AV_PIX_FMT_YUV444P },
        { AV_PIX_FMT_YUVJ440P, AV_PIX_FMT_YUV440P },
        { AV_PIX_FMT_YUVJ411P, AV_PIX_FMT_YUV411P },
    };

    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
        if (pairs[i][0] == format) {
            *full = true;
            return pairs[i][1];
        }
    return format;
}

void ff_picture_of_frame(struct ff_picture *ret, const AVFrame *frame)
{
    *ret = (struct ff_picture){
        .width = frame->width,
        .height = frame->height,
        .matrix = frame->colorspace,
        .full_range = frame->color_range == AVCOL_RANGE_JPEG,
    };
    ret->format = plain_format(frame->format, &ret->full_range);
    for (int i = 0; i < 4; i++) {
        ret->data[i] = frame->data[i];
        ret->stride[i] = frame->linesize[i];
    }
}

void ff_picture_of_map(struct ff_picture *ret, const struct rg_frame *frame)
{
    *ret = (struct ff_picture){
        .format = ff_pixel_format(frame->format->pixels),
        .width = frame->format->width,
        .height = frame->format->height,
        .matrix = AVCOL_SPC_UNSPECIFIED,
        .is_tight = true,
    };
    ff_picture_planes(frame, ret->data, ret->stride);
}

struct ff_scaler *ff_scaler_new(void)
{
    return calloc(1, sizeof(struct ff_scaler));
}

void ff_scaler_free(struct ff_scaler *scaler)
{
    if (scaler == NULL)
        return;
    sws_freeContext(scaler->sws);
    av_frame_free(&scaler->in_room);
    av_frame_free(&scaler->out_room);
    free(scaler);
}

static bool is_rgb(int format)
{
    const AVPixFmtDescriptor *d = av_pix_fmt_desc_get(format);

    return d != NULL && (d->flags & AV_PIX_FMT_FLAG_RGB);
}

static bool is_grey(int format)
{
    const AVPixFmtDescriptor *d = av_pix_fmt_desc_get(format);

    return d != NULL && d->nb_components <= 2;
}

/* Small pictures are BT.601 and large ones BT.709 where nobody says. */
static int matrix_of(const struct ff_picture *p)
{
    if (p->matrix != AVCOL_SPC_UNSPECIFIED && p->matrix != AVCOL_SPC_RGB &&
        p->matrix != AVCOL_SPC_RESERVED)
        return p->matrix;
    return p->height >= 720 ? SWS_CS_ITU709 : SWS_CS_ITU601;
}

static HRESULT set_colours(struct ff_scaler *s, const struct ff_picture *from,
                           const struct ff_picture *to)
{
    int from_matrix = matrix_of(from), to_matrix = matrix_of(to);
    bool from_full = from->full_range, to_full = to->full_range;

    if (is_rgb(from->format)) {
        from_full = true;
        from_matrix = to_matrix;
    } else if (is_rgb(to->format)) {
        to_matrix = from_matrix;
    } else {
        to_matrix = from_matrix; /* one YUV to another: the numbers stay */
    }
    if (is_rgb(to->format))
        to_full = true;
    if (s->is_set && s->from_matrix == from_matrix && s->to_matrix == to_matrix &&
        s->from_full == from_full && s->to_full == to_full)
        return S_OK;
    sws_setColorspaceDetails(s->sws, sws_getCoefficients(from_matrix), from_full,
                             sws_getCoefficients(to_matrix), to_full, 0, 1 << 16, 1 << 16);
    s->from_matrix = from_matrix;
    s->to_matrix = to_matrix;
    s->from_full = from_full;
    s->to_full = to_full;
    s->is_set = true;
    return S_OK;
}

static int filter_flags(enum ff_filter filter)
{
    switch (filter) {
    case FF_FILTER_BILINEAR:
        return SWS_BILINEAR;
    case FF_FILTER_LANCZOS:
        return SWS_LANCZOS | SWS_ACCURATE_RND;
    case FF_FILTER_AREA:
        return SWS_AREA;
    case FF_FILTER_POINT:
        return SWS_POINT;
    default:
        return SWS_BICUBIC;
    }
}

static bool are_alike(const struct ff_picture *from, const struct ff_picture *to)
{
    return from->format == to->format && from->width == to->width &&
           from->height == to->height &&
           (from->full_range == to->full_range || is_rgb(from->format) ||
            is_grey(from->format));
}

static void copy(const struct ff_picture *from, const struct ff_picture *to)
{
    av_image_copy((uint8_t **)to->data, (int *)to->stride, (const uint8_t **)from->data,
                  from->stride, from->format, from->width, from->height);
}

/* Its way from packed 4:2:2 to 4:2:0 leaves the last chroma row of an odd height alone. */
static void finish_odd_height(const struct ff_picture *from, const struct ff_picture *to)
{
    int chroma = from->format == AV_PIX_FMT_YUYV422 ? 1 : 0;
    int row = from->height / 2, width = (from->width + 1) / 2;
    const uint8_t *last = from->data[0] + (ptrdiff_t)(from->height - 1) * from->stride[0];

    if (from->height % 2 == 0 || to->format != AV_PIX_FMT_YUV420P || from->width != to->width ||
        from->height != to->height ||
        (from->format != AV_PIX_FMT_YUYV422 && from->format != AV_PIX_FMT_UYVY422))
        return;
    for (int x = 0; x < width; x++) {
        to->data[1][(ptrdiff_t)row * to->stride[1] + x] = last[4 * x + chroma];
        to->data[2][(ptrdiff_t)row * to->stride[2] + x] = last[4 * x + chroma + 2];
    }
}

static HRESULT convert(struct ff_scaler *s, const struct ff_picture *from,
                       const struct ff_picture *to, enum ff_filter filter)
{
    struct SwsContext *before = s->sws;
    HRESULT hr;

    if (from->width <= 0 || from->height <= 0 || !sws_isSupportedInput(from->format) ||
        !sws_isSupportedOutput(to->format))
        return VFW_E_TYPE_NOT_ACCEPTED;
    s->sws =
        sws_getCachedContext(s->sws, from->width, from->height, from->format, to->width,
                             to->height, to->format, filter_flags(filter), NULL, NULL, NULL);
    if (s->sws == NULL) {
        s->is_set = false;
        return E_OUTOFMEMORY;
    }
    if (s->sws != before)
        s->is_set = false;
    hr = set_colours(s, from, to);
    if (FAILED(hr))
        return hr;
    if (sws_scale(s->sws, (const uint8_t *const *)from->data, from->stride, 0, from->height,
                  to->data, to->stride) <= 0)
        return E_FAIL;
    finish_odd_height(from, to);
    return S_OK;
}

/* libswscale writes whole blocks, past the ends of rows, and some of its ways end with SIGSEGV where a
 * row does not begin at a multiple of 16 bytes. */
static bool has_room(const struct ff_picture *p)
{
    return !p->is_tight || p->width % BLOCK_PIXELS == 0;
}

/* It reads whole blocks as well; of three bytes a pixel also behind the last one. */
static bool may_be_overread(const struct ff_picture *p)
{
    return has_room(p) && !(p->is_tight && p->format == AV_PIX_FMT_BGR24);
}

/* *ret: a picture like that one, with room behind its rows, in *room.  S_OK; E_OUTOFMEMORY. */
static HRESULT room_make(AVFrame **room, const struct ff_picture *like, struct ff_picture *ret)
{
    AVFrame *frame = *room;

    if (frame == NULL || frame->format != like->format || frame->width != like->width ||
        frame->height != like->height) {
        av_frame_free(room);
        *room = frame = av_frame_alloc();
        if (frame == NULL)
            return E_OUTOFMEMORY;
        frame->format = like->format;
        frame->width = like->width;
        frame->height = like->height;
        if (av_frame_get_buffer(frame, 0) < 0) {
            av_frame_free(room);
            return E_OUTOFMEMORY;
        }
    }
    ff_picture_of_frame(ret, frame);
    ret->matrix = like->matrix;
    ret->full_range = like->full_range;
    return S_OK;
}

HRESULT ff_scaler_run(struct ff_scaler *s, const struct ff_picture *from,
                      const struct ff_picture *to, enum ff_filter filter)
{
    struct ff_picture in = *from, out = *to;
    HRESULT hr = S_OK;

    if (are_alike(from, to)) {
        copy(from, to);
        return S_OK;
    }
    if (!may_be_overread(from)) {
        hr = room_make(&s->in_room, from, &in);
        if (SUCCEEDED(hr))
            copy(from, &in);
    }
    if (SUCCEEDED(hr) && !has_room(to))
        hr = room_make(&s->out_room, to, &out);
    if (SUCCEEDED(hr))
        hr = convert(s, &in, &out, filter);
    if (SUCCEEDED(hr) && !has_room(to))
        copy(&out, to);
    return hr;
}
