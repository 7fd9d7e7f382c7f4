/* SPDX-License-Identifier: MIT */
/* scale.c - another size, another pixel layout.
 *
 * Runs: formats on control threads, pictures on the streaming thread.
 * Knows: ff/scaler.h.  Must not know: pins, threads, graphs.
 */
#include "ff/scaler.h"

#include "base/transform.h"

struct scale_settings {
    int width, height;
    int pixels;
    int filter;
};

/* The choices' order is that of the tables below. */
static const struct rg_option options[] = {
    RG_FIXED_INT(struct scale_settings, width, 0, 0, 16384,
                 "pixels; 0: as the input, or in proportion if height is set"),
    RG_FIXED_INT(struct scale_settings, height, 0, 0, 16384,
                 "pixels; 0: as the input, or in proportion if width is set"),
    RG_FIXED_CHOICE(struct scale_settings, pixels, "any",
                    "any|I420|NV12|YV12|YUY2|UYVY|RGB24|RGB32|ARGB32|GRAY8",
                    "layout of the output; any: what the next filter likes"),
    RG_FIXED_CHOICE(struct scale_settings, filter, "bicubic",
                    "bicubic|bilinear|lanczos|area|point", "how sizes are changed"),
    RG_OPTIONS_END,
};

static const enum rg_pixels layouts[] = {
    RG_PIXELS_I420,  RG_PIXELS_NV12,  RG_PIXELS_YV12,   RG_PIXELS_YUY2,  RG_PIXELS_UYVY,
    RG_PIXELS_RGB24, RG_PIXELS_RGB32, RG_PIXELS_ARGB32, RG_PIXELS_GRAY8,
};
enum { LAYOUTS = sizeof(layouts) / sizeof(layouts[0]) };

static const enum ff_filter filters[] = {
    FF_FILTER_BICUBIC, FF_FILTER_BILINEAR, FF_FILTER_LANCZOS, FF_FILTER_AREA, FF_FILTER_POINT,
};

struct scale_state {
    struct ff_scaler *scaler;
};

static HRESULT scale_accept(const struct rg_format *in)
{
    return in->kind == RG_KIND_VIDEO ? S_OK : VFW_E_TYPE_NOT_ACCEPTED;
}

/* Even, and at least two. */
static int in_proportion(int wanted, int of, int to)
{
    int64_t size = (int64_t)to * wanted / of;

    size = (size + 1) & ~(int64_t)1;
    return size < 2 ? 2 : (int)size;
}

static enum rg_pixels layout_by_choice(const struct scale_settings *s,
                                       const struct rg_format *in, unsigned index)
{
    if (s->pixels > 0)
        return index == 0 ? layouts[s->pixels - 1] : RG_PIXELS_NONE;
    if (index == 0)
        return in->pixels;
    for (unsigned i = 0, n = 0; i < LAYOUTS; i++)
        if (layouts[i] != in->pixels && ++n == index)
            return layouts[i];
    return RG_PIXELS_NONE;
}

static HRESULT scale_output_format(const void *settings, const struct rg_format *in,
                                   unsigned index, struct rg_format *ret)
{
    const struct scale_settings *s = settings;
    enum rg_pixels pixels = layout_by_choice(s, in, index);

    if (pixels == RG_PIXELS_NONE)
        return VFW_S_NO_MORE_ITEMS;
    *ret = *in;
    ret->pixels = pixels;
    ret->bottom_up = false;
    ret->coded_width = 0;
    ret->coded_height = 0;
    if (s->width > 0)
        ret->width = s->width;
    else if (s->height > 0)
        ret->width = in_proportion(s->height, in->height, in->width);
    if (s->height > 0)
        ret->height = s->height;
    else if (s->width > 0)
        ret->height = in_proportion(s->width, in->width, in->height);
    return S_OK;
}

static HRESULT scale_start(void *state, const void *settings, const struct rg_format *in,
                           const struct rg_format *out)
{
    struct scale_state *st = state;

    (void)settings;
    (void)in;
    (void)out;
    st->scaler = ff_scaler_new();
    return st->scaler != NULL ? S_OK : E_OUTOFMEMORY;
}

static HRESULT scale_frame(void *state, const void *settings, const struct rg_frame *in,
                           struct rg_frame *out)
{
    const struct scale_settings *s = settings;
    struct scale_state *st = state;
    struct ff_picture from, to;

    ff_picture_of_map(&from, in);
    ff_picture_of_map(&to, out);
    return ff_scaler_run(st->scaler, &from, &to, filters[s->filter]);
}

static void scale_stop(void *state)
{
    struct scale_state *st = state;

    ff_scaler_free(st->scaler);
    st->scaler = NULL;
}

static const struct rg_type_pair types[] = {
    { &MEDIATYPE_Video, &GUID_NULL },
    { NULL, NULL },
};

const struct rg_transform_class rg_scale = {
    .name = "scale",
    .help = "Change the size or the pixel layout of pictures",
    .clsid = { 0x58e6a2b1, 0xc70d, 0x4f19, { 0x92, 0x8b, 0x04, 0xdf, 0x77, 0x3c, 0x1e, 0xa5 } },
    .merit = MERIT_UNLIKELY,
    .input_types = types,
    .output_types = types,
    .state_size = sizeof(struct scale_state),
    .settings_size = sizeof(struct scale_settings),
    .options = options,
    .accept = scale_accept,
    .output_format = scale_output_format,
    .start = scale_start,
    .frame_new = scale_frame,
    .stop = scale_stop,
    .destroy = scale_stop,
};
