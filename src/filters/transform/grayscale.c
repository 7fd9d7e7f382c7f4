/* SPDX-License-Identifier: MIT */
/* grayscale.c - takes the colour out of a picture.
 *
 * Runs: on the thread of whoever delivers.
 * Knows: pixels.  Must not know: pins, threads, graphs, reference counts.
 */
#include "base/transform.h"

#include <string.h>

#define NO_COLOUR 128

static HRESULT grayscale_accept(const struct rg_format *in)
{
    return in->kind == RG_KIND_VIDEO ? S_OK : VFW_E_TYPE_NOT_ACCEPTED;
}

static void clear_chroma(const struct rg_plane *plane)
{
    for (int y = 0; y < plane->height; y++)
        memset(plane->data + (ptrdiff_t)y * plane->stride, NO_COLOUR, (size_t)plane->width);
}

/* Every second byte, beginning with first. */
static void clear_packed(const struct rg_plane *plane, int first)
{
    for (int y = 0; y < plane->height; y++) {
        uint8_t *row = plane->data + (ptrdiff_t)y * plane->stride;

        for (int x = first; x < plane->width; x += 2)
            row[x] = NO_COLOUR;
    }
}

/* BT.601's weights, in 1/256. */
static void clear_rgb(const struct rg_plane *plane, int pixel)
{
    for (int y = 0; y < plane->height; y++) {
        uint8_t *row = plane->data + (ptrdiff_t)y * plane->stride;

        for (int x = 0; x + 2 < plane->width; x += pixel) {
            int luma = (29 * row[x] + 150 * row[x + 1] + 77 * row[x + 2] + 128) >> 8;

            row[x] = row[x + 1] = row[x + 2] = (uint8_t)luma;
        }
    }
}

static HRESULT grayscale_frame(void *state, const void *settings, struct rg_frame *frame)
{
    (void)state;
    (void)settings;
    switch (frame->format->pixels) {
    case RG_PIXELS_I420:
    case RG_PIXELS_YV12:
    case RG_PIXELS_NV12:
        for (int i = 1; i < frame->n_planes; i++)
            clear_chroma(&frame->plane[i]);
        break;
    case RG_PIXELS_YUY2:
        clear_packed(&frame->plane[0], 1);
        break;
    case RG_PIXELS_UYVY:
        clear_packed(&frame->plane[0], 0);
        break;
    case RG_PIXELS_RGB24:
        clear_rgb(&frame->plane[0], 3);
        break;
    case RG_PIXELS_RGB32:
    case RG_PIXELS_ARGB32:
        clear_rgb(&frame->plane[0], 4);
        break;
    default: /* gray already */
        break;
    }
    return S_OK;
}

const struct rg_transform_class rg_grayscale = {
    .name = "grayscale",
    .help = "Picture without colour",
    .clsid = { 0x2d3afd73, 0xa479, 0x428a, { 0xa6, 0x3c, 0x39, 0x83, 0xf4, 0x34, 0x13, 0x53 } },
    .input_types = rg_types_video,
    .accept = grayscale_accept,
    .frame = grayscale_frame,
};
