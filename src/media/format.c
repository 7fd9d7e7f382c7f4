/* SPDX-License-Identifier: MIT */
/* media/format.c - layouts of pixels and sound: sizes, comparing, and planes over memory.
 *
 * Any thread; plain values, no state.
 * Knows: the memory layouts that DirectShow defines.
 * Must not know: format blocks (format_read.c, format_write.c), pins, samples.
 */
#include "media/format.h"

#include <limits.h>
#include <stddef.h>
#include <string.h>

#include "media/layout.h"

#define FOURCC(a, b, c, d)                                                                     \
    ((uint32_t)(a) | (uint32_t)(b) << 8 | (uint32_t)(c) << 16 | (uint32_t)(d) << 24)

/* ---- layouts ---------------------------------------------------------------------------- */

/* Packed RGB has its own subtype and pads its rows; the others are known by FourCC. */
static const struct rg_layout layouts[] = {
    { RG_PIXELS_I420, "I420", FOURCC('I', '4', '2', '0'), NULL, 12, 2, 2 },
    { RG_PIXELS_I420, "I420", FOURCC('I', 'Y', 'U', 'V'), NULL, 12, 2, 2 },
    { RG_PIXELS_YV12, "YV12", FOURCC('Y', 'V', '1', '2'), NULL, 12, 2, 2 },
    { RG_PIXELS_NV12, "NV12", FOURCC('N', 'V', '1', '2'), NULL, 12, 2, 2 },
    { RG_PIXELS_YUY2, "YUY2", FOURCC('Y', 'U', 'Y', '2'), NULL, 16, 2, 1 },
    { RG_PIXELS_YUY2, "YUY2", FOURCC('Y', 'U', 'Y', 'V'), NULL, 16, 2, 1 },
    { RG_PIXELS_UYVY, "UYVY", FOURCC('U', 'Y', 'V', 'Y'), NULL, 16, 2, 1 },
    { RG_PIXELS_RGB24, "RGB24", BI_RGB, &MEDIASUBTYPE_RGB24, 24, 1, 1 },
    { RG_PIXELS_RGB32, "RGB32", BI_RGB, &MEDIASUBTYPE_RGB32, 32, 1, 1 },
    { RG_PIXELS_ARGB32, "ARGB32", BI_RGB, &MEDIASUBTYPE_ARGB32, 32, 1, 1 },
    { RG_PIXELS_GRAY8, "GRAY8", FOURCC('Y', '8', '0', '0'), NULL, 8, 1, 1 },
    { RG_PIXELS_GRAY8, "GRAY8", FOURCC('Y', '8', ' ', ' '), NULL, 8, 1, 1 },
    { RG_PIXELS_GRAY8, "GRAY8", FOURCC('G', 'R', 'E', 'Y'), NULL, 8, 1, 1 },
};
#define N_LAYOUTS (sizeof(layouts) / sizeof(layouts[0]))

const struct rg_layout *rg_layout_of(enum rg_pixels pixels)
{
    for (size_t i = 0; i < N_LAYOUTS; i++)
        if (layouts[i].pixels == pixels)
            return &layouts[i];
    return NULL;
}

const struct rg_layout *rg_layout_at(size_t index)
{
    return index < N_LAYOUTS ? &layouts[index] : NULL;
}

bool rg_subtype_tag(const GUID *subtype, uint32_t *ret)
{
    static const uint8_t tail[8] = { 0x80, 0x00, 0x00, 0xaa, 0x00, 0x38, 0x9b, 0x71 };

    if (subtype->Data2 != 0 || subtype->Data3 != 0x10 || memcmp(subtype->Data4, tail, 8) != 0)
        return false;
    *ret = subtype->Data1;
    return true;
}

GUID rg_subtype_from_tag(uint32_t tag)
{
    GUID guid = { tag, 0, 0x10, { 0x80, 0x00, 0x00, 0xaa, 0x00, 0x38, 0x9b, 0x71 } };

    return guid;
}

const struct rg_layout *rg_layout_of_subtype(const GUID *subtype)
{
    uint32_t tag = 0;
    bool has_tag = rg_subtype_tag(subtype, &tag);

    for (size_t i = 0; i < N_LAYOUTS; i++) {
        const struct rg_layout *l = &layouts[i];

        if (l->subtype != NULL ? IsEqualGUID(l->subtype, subtype) : has_tag && l->fourcc == tag)
            return l;
    }
    return NULL;
}

static int round_up(int value, int step)
{
    return (value + step - 1) / step * step;
}

static int half_up(int value)
{
    return value / 2 + value % 2;
}

int rg_layout_width(const struct rg_format *f, const struct rg_layout *l)
{
    return f->coded_width != 0 ? f->coded_width : round_up(f->width, l->step_x);
}

int rg_layout_height(const struct rg_format *f, const struct rg_layout *l)
{
    return f->coded_height != 0 ? f->coded_height : round_up(f->height, l->step_y);
}

/* The first plane's stride; packed RGB rows are padded to four bytes. */
static int64_t first_stride(const struct rg_layout *l, int width)
{
    switch (l->pixels) {
    case RG_PIXELS_YUY2:
    case RG_PIXELS_UYVY:
        return (int64_t)width * 2;
    case RG_PIXELS_RGB24:
    case RG_PIXELS_RGB32:
    case RG_PIXELS_ARGB32:
        return ((int64_t)width * l->bits / 8 + 3) / 4 * 4;
    default:
        return width;
    }
}

static int64_t picture_bytes(const struct rg_layout *l, int width, int height)
{
    int64_t first = first_stride(l, width) * height;

    switch (l->pixels) {
    case RG_PIXELS_I420:
    case RG_PIXELS_YV12:
        return first + 2 * (int64_t)half_up(width) * half_up(height);
    case RG_PIXELS_NV12:
        return first + (int64_t)width * half_up(height);
    default:
        return first;
    }
}

static bool side_is_valid(int visible, int coded)
{
    return visible > 0 && coded >= visible && coded <= RG_LARGEST_SIDE;
}

bool rg_layout_takes_width(const struct rg_layout *l, int width)
{
    bool pairs = l->pixels == RG_PIXELS_NV12 || l->pixels == RG_PIXELS_YUY2 ||
                 l->pixels == RG_PIXELS_UYVY;

    return !pairs || width % 2 == 0;
}

static int video_bytes(const struct rg_format *f)
{
    const struct rg_layout *l = rg_layout_of(f->pixels);
    int64_t bytes;

    if (l == NULL || f->width <= 0 || f->height <= 0 || f->width > RG_LARGEST_SIDE ||
        f->height > RG_LARGEST_SIDE)
        return 0;
    if (!side_is_valid(f->width, rg_layout_width(f, l)) ||
        !side_is_valid(f->height, rg_layout_height(f, l)) ||
        !rg_layout_takes_width(l, rg_layout_width(f, l)))
        return 0;
    bytes = picture_bytes(l, rg_layout_width(f, l), rg_layout_height(f, l));
    return bytes <= INT_MAX ? (int)bytes : 0;
}

static int audio_bytes(const struct rg_format *f)
{
    int64_t bytes = (int64_t)rg_sound_bytes(f->sound) * f->channels;

    if (f->channels <= 0 || f->sample_rate <= 0 || bytes <= 0 || bytes > UINT16_MAX)
        return 0;
    return bytes * f->sample_rate <= UINT32_MAX ? (int)bytes : 0;
}

int rg_format_bytes(const struct rg_format *format)
{
    if (format == NULL)
        return 0;
    switch (format->kind) {
    case RG_KIND_VIDEO:
        return video_bytes(format);
    case RG_KIND_AUDIO:
        return audio_bytes(format);
    default:
        return 0;
    }
}

int rg_sound_bytes(enum rg_sound sound)
{
    switch (sound) {
    case RG_SOUND_U8:
        return 1;
    case RG_SOUND_S16:
        return 2;
    case RG_SOUND_S24:
        return 3;
    case RG_SOUND_S32:
    case RG_SOUND_F32:
        return 4;
    default:
        return 0;
    }
}

/* ---- what a field left open means ---- */

REFERENCE_TIME rg_format_time(const struct rg_format *f)
{
    if (f->rate_num > 0 && f->rate_den > 0)
        return ((int64_t)RG_SECOND_HNS * f->rate_den + f->rate_num / 2) / f->rate_num;
    return f->frame_time > 0 ? f->frame_time : 0;
}

bool rg_format_is_square(const struct rg_format *f)
{
    return f->aspect_x <= 0 || f->aspect_y <= 0 ||
           (int64_t)f->aspect_x * f->height == (int64_t)f->aspect_y * f->width;
}

uint32_t rg_format_speakers(const struct rg_format *f)
{
    if (f->channel_mask != 0 || f->channels > 2)
        return f->channel_mask;
    return f->channels == 1 ? SPEAKER_FRONT_CENTER : SPEAKER_FRONT_LEFT | SPEAKER_FRONT_RIGHT;
}

/* ---- comparing and mapping ------------------------------------------------------------------
 */

static bool video_equal(const struct rg_format *a, const struct rg_format *b)
{
    const struct rg_layout *l = rg_layout_of(a->pixels);
    bool same_aspect =
        (rg_format_is_square(a) && rg_format_is_square(b)) ||
        (a->aspect_x > 0 && b->aspect_x > 0 &&
         (int64_t)a->aspect_x * b->aspect_y == (int64_t)b->aspect_x * a->aspect_y);

    return a->pixels == b->pixels && a->width == b->width && a->height == b->height &&
           (l == NULL || (rg_layout_width(a, l) == rg_layout_width(b, l) &&
                          rg_layout_height(a, l) == rg_layout_height(b, l))) &&
           a->bottom_up == b->bottom_up && rg_format_time(a) == rg_format_time(b) &&
           same_aspect;
}

static bool audio_equal(const struct rg_format *a, const struct rg_format *b)
{
    return a->sound == b->sound && a->sample_rate == b->sample_rate &&
           a->channels == b->channels && rg_format_speakers(a) == rg_format_speakers(b);
}

bool rg_format_equal(const struct rg_format *a, const struct rg_format *b)
{
    if (a == NULL || b == NULL)
        return a == b;
    if (a->kind != b->kind)
        return false;
    if (a->kind == RG_KIND_VIDEO)
        return video_equal(a, b);
    return a->kind != RG_KIND_AUDIO || audio_equal(a, b);
}

static void plan_plane(struct rg_frame_plan *plan, ptrdiff_t offset, int stride, int width,
                       int height)
{
    plan->offset[plan->frame.n_planes] = offset;
    plan->frame.plane[plan->frame.n_planes++] =
        (struct rg_plane){ NULL, stride, width, height, false };
}

static void plan_planes(struct rg_frame_plan *plan, const struct rg_format *f,
                        const struct rg_layout *l)
{
    int width = rg_layout_width(f, l), height = rg_layout_height(f, l);
    int stride = (int)first_stride(l, width);
    int chroma = half_up(width);
    ptrdiff_t second = (ptrdiff_t)stride * height;
    ptrdiff_t third = second + (ptrdiff_t)chroma * half_up(height);

    switch (l->pixels) {
    case RG_PIXELS_I420:
    case RG_PIXELS_YV12:
        plan_plane(plan, 0, stride, f->width, f->height);
        plan_plane(plan, second, chroma, half_up(f->width), half_up(f->height));
        plan_plane(plan, third, chroma, half_up(f->width), half_up(f->height));
        break;
    case RG_PIXELS_NV12:
        plan_plane(plan, 0, stride, f->width, f->height);
        plan_plane(plan, second, stride, 2 * half_up(f->width), half_up(f->height));
        break;
    case RG_PIXELS_YUY2:
    case RG_PIXELS_UYVY:
        plan_plane(plan, 0, stride, 4 * half_up(f->width), f->height);
        break;
    default:
        plan_plane(plan, 0, stride, f->width * l->bits / 8, f->height);
        break;
    }
    if (l->subtype != NULL && f->bottom_up) {
        plan->offset[0] = (ptrdiff_t)stride * (height - 1);
        plan->frame.plane[0].stride = -stride;
    }
}

HRESULT rg_frame_plan(struct rg_frame_plan *plan, const struct rg_format *format)
{
    if (plan == NULL || format == NULL)
        return E_POINTER;
    *plan = (struct rg_frame_plan){ .frame = { .format = format, .stop = -1 },
                                    .bytes = rg_format_bytes(format) };
    if (plan->bytes == 0)
        return E_INVALIDARG;
    if (format->kind == RG_KIND_VIDEO)
        plan_planes(plan, format, rg_layout_of(format->pixels));
    return S_OK;
}

HRESULT rg_frame_lay(struct rg_frame *frame, const struct rg_frame_plan *plan, uint8_t *data,
                     int bytes)
{
    if (frame == NULL || data == NULL)
        return E_POINTER;
    if (plan->bytes == 0 || bytes < 0 || (plan->frame.n_planes != 0 && bytes < plan->bytes))
        return E_INVALIDARG;
    *frame = plan->frame;
    for (int i = 0; i < frame->n_planes; i++)
        frame->plane[i].data = data + plan->offset[i];
    if (frame->n_planes == 0) {
        frame->sound = data;
        frame->sound_frames = bytes / plan->bytes;
    }
    return S_OK;
}

HRESULT rg_frame_map(struct rg_frame *frame, const struct rg_format *format, uint8_t *data,
                     int bytes)
{
    struct rg_frame_plan plan;
    HRESULT hr;

    if (frame == NULL || data == NULL)
        return E_POINTER;
    hr = rg_frame_plan(&plan, format);
    return SUCCEEDED(hr) ? rg_frame_lay(frame, &plan, data, bytes) : hr;
}
