/* SPDX-License-Identifier: MIT */
/* ff/decoder_buffer.c - libavcodec's pictures in the output connection's own samples.
 *
 * A plan says how planes lie in a buffer.  All pictures of a decoder follow one plan, whether
 * their memory is a sample or a spare buffer, because codecs want the same strides in all their
 * references. get_buffer runs on codec threads; it never waits.  Knows: AVFrame memory,
 * IMemAllocator.  Must not know: types, times.
 */
#define COBJMACROS
#include <stdlib.h>
#include <string.h>

#include <libavutil/buffer.h>
#include <libavutil/imgutils.h>

#include "ff/decoder_internal.h"
#include "ff/error.h"

enum {
    SLACK_ROWS = 2,    /* some codecs read a row below the picture */
    SLACK_BYTES = 128, /* and a vector beyond the last row */
    KEEP_FREE = 3,     /* samples of the pool that the codec leaves for copies */
    MAX_POOL_BYTES = 256 << 20,
};

/* One picture's memory while it is a sample. */
struct loan {
    IMediaSample *sample;
    struct ff_loans *loans;
    atomic_bool delivered;
};

/* --- plans ----------------------------------------------------------------------------- */

/* What libavcodec wants of sizes and strides, asked without opening the codec. */
static void aligned_size(const AVCodecParameters *par, int pixel_format, int *width,
                         int *height, int *align)
{
    AVCodecContext *c = avcodec_alloc_context3(NULL);
    int aligns[AV_NUM_DATA_POINTERS] = { 0 };

    *align = 64;
    if (c == NULL)
        return;
    c->codec_id = par->codec_id;
    c->codec_tag = par->codec_tag;
    c->pix_fmt = pixel_format;
    avcodec_align_dimensions2(c, width, height, aligns);
    if (aligns[0] > *align)
        *align = aligns[0];
    avcodec_free_context(&c);
}

static bool strides_fit(int pixel_format, int width, int align)
{
    int stride[4];

    if (av_image_fill_linesizes(stride, pixel_format, width) < 0)
        return false;
    for (int i = 0; i < 4; i++)
        if (stride[i] % align != 0)
            return false;
    return true;
}

bool ff_plan_coded_size(const AVCodecParameters *par, int pixel_format, int *width, int *height)
{
    int w = par->width, h = par->height, align;

    if (w <= 0 || h <= 0 || w > 1 << 15 || h > 1 << 15)
        return false;
    aligned_size(par, pixel_format, &w, &h, &align);
    w = (w + 15) & ~15;
    for (int limit = w + 1024; !strides_fit(pixel_format, w, align); w += 16)
        if (w > limit)
            return false;
    *width = w;
    *height = (h + 1) & ~1;
    return true;
}

HRESULT ff_plan_make(struct ff_plan *plan, const AVCodecParameters *par,
                     const struct rg_format *format)
{
    struct rg_format whole = *format;
    struct rg_frame map;
    int w = par->width, h = par->height, align;
    uint8_t *data[4], *base = (uint8_t *)(uintptr_t)4096;

    *plan = (struct ff_plan){ .format = AV_PIX_FMT_NONE };
    if (format->kind != RG_KIND_VIDEO || format->bottom_up || format->width != par->width ||
        format->height != par->height)
        return S_FALSE;
    aligned_size(par, ff_pixel_format(format->pixels), &w, &h, &align);
    if (format->coded_width < w || format->coded_height < h ||
        !strides_fit(ff_pixel_format(format->pixels), format->coded_width, align))
        return S_FALSE;
    if (FAILED(rg_frame_map(&map, &whole, base, rg_format_bytes(&whole))))
        return S_FALSE;
    ff_picture_planes(&map, data, plan->stride);
    plan->n_planes = map.n_planes;
    plan->width = format->coded_width;
    plan->height = format->coded_height;
    plan->bytes = (size_t)rg_format_bytes(format);
    plan->room = plan->bytes + (size_t)plan->stride[0] * SLACK_ROWS + SLACK_BYTES;
    for (int i = 0; i < map.n_planes; i++) {
        plan->offset[i] = data[i] - base;
        if (plan->offset[i] % align != 0)
            return S_FALSE;
    }
    plan->format = ff_pixel_format(format->pixels);
    return S_OK;
}

unsigned ff_buffers_needed(int threads, size_t bytes)
{
    unsigned wanted = 12 + (threads > 0 ? (unsigned)threads : 4) + KEEP_FREE;

    while (wanted > 6 && wanted * bytes > MAX_POOL_BYTES)
        wanted--;
    return wanted;
}

/* --- loans ----------------------------------------------------------------------------- */

static void loans_release(struct ff_loans *loans)
{
    if (atomic_fetch_sub(&loans->references, 1) == 1)
        free(loans);
}

static void loan_free(void *opaque, uint8_t *data)
{
    struct loan *loan = opaque;

    (void)data;
    IMediaSample_Release(loan->sample);
    atomic_fetch_sub(&loan->loans->held, 1);
    loans_release(loan->loans);
    free(loan);
}

/* A reference to the connection's allocator if the codec may take one more sample from it. */
static IMemAllocator *allocator_in_reach(struct ff_decoder *d)
{
    IMemAllocator *allocator = NULL;

    pthread_mutex_lock(&d->lock);
    if (d->allocator != NULL && atomic_load(&d->loans->held) < d->allowance) {
        atomic_fetch_add(&d->loans->held, 1);
        allocator = d->allocator;
        IMemAllocator_AddRef(allocator);
    }
    pthread_mutex_unlock(&d->lock);
    return allocator;
}

static IMediaSample *sample_at_once(struct ff_decoder *d, IMemAllocator *allocator, BYTE **data)
{
    IMediaSample *sample = NULL;

    if (FAILED(rg_allocator_get(allocator, (ULONG)d->plan.room, AM_GBF_NOWAIT, &sample)))
        return NULL;
    if (FAILED(IMediaSample_GetPointer(sample, data)) || (uintptr_t)*data % 64 != 0 ||
        (size_t)IMediaSample_GetSize(sample) < d->plan.room) {
        IMediaSample_Release(sample);
        return NULL;
    }
    return sample;
}

/* A buffer that is a sample of the connection; NULL if there is none to be had now. */
static AVBufferRef *borrow(struct ff_decoder *d)
{
    IMemAllocator *allocator = allocator_in_reach(d);
    AVBufferRef *buffer = NULL;
    struct loan *loan;
    BYTE *data = NULL;

    if (allocator == NULL)
        return NULL;
    loan = calloc(1, sizeof(*loan));
    if (loan != NULL)
        loan->sample = sample_at_once(d, allocator, &data);
    IMemAllocator_Release(allocator);
    if (loan != NULL && loan->sample != NULL) {
        loan->loans = d->loans;
        buffer = av_buffer_create(data, d->plan.room, loan_free, loan, 0);
        if (buffer != NULL) {
            atomic_fetch_add(&d->loans->references, 1);
            return buffer;
        }
        IMediaSample_Release(loan->sample);
    }
    free(loan);
    atomic_fetch_sub(&d->loans->held, 1);
    return NULL;
}

static bool follows_plan(const struct ff_decoder *d, AVCodecContext *c, const AVFrame *frame)
{
    int w = frame->width, h = frame->height, align[AV_NUM_DATA_POINTERS];

    if (d->plan.format == AV_PIX_FMT_NONE || frame->format != d->plan.format)
        return false;
    avcodec_align_dimensions2(c, &w, &h, align);
    return w <= d->plan.width && h <= d->plan.height;
}

static int get_buffer(AVCodecContext *c, AVFrame *frame, int flags)
{
    struct ff_decoder *d = c->opaque;
    AVBufferRef *buffer;

    if (!follows_plan(d, c, frame))
        return avcodec_default_get_buffer2(c, frame, flags);
    buffer = borrow(d);
    frame->opaque = NULL;
    if (buffer != NULL)
        frame->opaque = av_buffer_get_opaque(buffer);
    else
        buffer = av_buffer_pool_get(d->spare);
    if (buffer == NULL)
        return AVERROR(ENOMEM);
    frame->buf[0] = buffer;
    for (int i = 0; i < d->plan.n_planes; i++) {
        frame->data[i] = buffer->data + d->plan.offset[i];
        frame->linesize[i] = d->plan.stride[i];
    }
    frame->extended_data = frame->data;
    return 0;
}

static AVBufferRef *spare_alloc(size_t size)
{
    return av_buffer_allocz(size);
}

HRESULT ff_buffers_open(struct ff_decoder *d)
{
    d->loans = calloc(1, sizeof(*d->loans));
    if (d->loans == NULL)
        return E_OUTOFMEMORY;
    atomic_init(&d->loans->references, 1);
    if (d->plan.format == AV_PIX_FMT_NONE ||
        !(d->codec->codec->capabilities & AV_CODEC_CAP_DR1)) {
        d->plan.format = AV_PIX_FMT_NONE;
        return S_OK;
    }
    d->spare = av_buffer_pool_init(d->plan.room, spare_alloc);
    if (d->spare == NULL)
        return E_OUTOFMEMORY;
    d->codec->opaque = d;
    d->codec->get_buffer2 = get_buffer;
#if LIBAVCODEC_VERSION_MAJOR < 60
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
    d->codec->thread_safe_callbacks = 1;
#pragma GCC diagnostic pop
#endif
    return S_OK;
}

void ff_buffers_close(struct ff_decoder *d)
{
    if (d->allocator != NULL)
        IMemAllocator_Release(d->allocator);
    d->allocator = NULL;
    av_buffer_pool_uninit(&d->spare);
    if (d->loans != NULL)
        loans_release(d->loans);
    d->loans = NULL;
}

void ff_buffers_refresh(struct ff_decoder *d, const struct ff_output *output)
{
    IMemAllocator *now, *old;
    ALLOCATOR_PROPERTIES props = { 0 };

    if (d->plan.format == AV_PIX_FMT_NONE || output->allocator == NULL)
        return;
    now = output->allocator(output->context);
    if (now == d->allocator) {
        if (now != NULL)
            IMemAllocator_Release(now);
        return;
    }
    if (now != NULL && FAILED(IMemAllocator_GetProperties(now, &props)))
        props.cBuffers = 0;
    pthread_mutex_lock(&d->lock);
    old = d->allocator;
    d->allocator = now;
    d->allowance = props.cBuffers > KEEP_FREE ? (unsigned)(props.cBuffers - KEEP_FREE) : 0;
    pthread_mutex_unlock(&d->lock);
    if (old != NULL)
        IMemAllocator_Release(old);
}

IMediaSample *ff_buffers_claim(struct ff_decoder *d, const AVFrame *frame)
{
    struct loan *loan = frame->opaque;

    if (d->plan.format == AV_PIX_FMT_NONE || loan == NULL || frame->buf[0] == NULL ||
        frame->buf[1] != NULL || av_buffer_get_opaque(frame->buf[0]) != loan)
        return NULL;
    for (int i = 0; i < d->plan.n_planes; i++)
        if (frame->data[i] != frame->buf[0]->data + d->plan.offset[i] ||
            frame->linesize[i] != d->plan.stride[i])
            return NULL;
    if (atomic_exchange(&loan->delivered, true))
        return NULL;
    IMediaSample_AddRef(loan->sample);
    return loan->sample;
}
