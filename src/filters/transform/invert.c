/* SPDX-License-Identifier: MIT */
/* invert.c - negative image: every 8-bit value x becomes 255 - x.
 *
 * Runs: on the thread of whoever delivers.
 * Knows: pixels.  Must not know: pins, threads, graphs, reference counts.
 */
#include "base/transform.h"

struct invert_settings {
    bool alpha;
};

static const struct rg_option options[] = {
    RG_BOOL(struct invert_settings, alpha, false, "invert the alpha of ARGB32 too"),
    RG_OPTIONS_END,
};

static HRESULT invert_accept(const struct rg_format *in)
{
    return in->kind == RG_KIND_VIDEO ? S_OK : VFW_E_TYPE_NOT_ACCEPTED;
}

static void invert_plane(const struct rg_plane *plane)
{
    for (int y = 0; y < plane->height; y++) {
        uint8_t *row = plane->data + (ptrdiff_t)y * plane->stride;

        for (int x = 0; x < plane->width; x++)
            row[x] = (uint8_t)(255 - row[x]);
    }
}

/* Four bytes to a pixel, of which the last stays. */
static void invert_colours(const struct rg_plane *plane)
{
    for (int y = 0; y < plane->height; y++) {
        uint8_t *row = plane->data + (ptrdiff_t)y * plane->stride;

        for (int x = 0; x + 3 < plane->width; x += 4) {
            row[x] = (uint8_t)(255 - row[x]);
            row[x + 1] = (uint8_t)(255 - row[x + 1]);
            row[x + 2] = (uint8_t)(255 - row[x + 2]);
        }
    }
}

static HRESULT invert_frame(void *state, const void *settings, struct rg_frame *frame)
{
    const struct invert_settings *s = settings;
    enum rg_pixels pixels = frame->format->pixels;
    bool keeps_fourth = pixels == RG_PIXELS_RGB32 || (pixels == RG_PIXELS_ARGB32 && !s->alpha);

    (void)state;
    for (int i = 0; i < frame->n_planes; i++) {
        if (keeps_fourth)
            invert_colours(&frame->plane[i]);
        else
            invert_plane(&frame->plane[i]);
    }
    return S_OK;
}

const struct rg_transform_class rg_invert = {
    .name = "invert",
    .help = "Negative image",
    .clsid = { 0x79681ca4, 0xef58, 0x4377, { 0x89, 0x12, 0xb9, 0xcc, 0xc2, 0xab, 0x61, 0xa9 } },
    .input_types = rg_types_video,
    .settings_size = sizeof(struct invert_settings),
    .options = options,
    .accept = invert_accept,
    .frame = invert_frame,
};
