/* SPDX-License-Identifier: MIT */
/* flip.c - turns a picture upside down, or changes left and right, in place.
 *
 * Runs: on the thread of whoever delivers.
 * Knows: pixels.  Must not know: pins, threads, graphs, reference counts.
 */
#include "base/transform.h"

enum flip_mode { /* in the order of the option's words */
                 FLIP_VERTICAL,
                 FLIP_HORIZONTAL,
                 FLIP_BOTH,
};

struct flip_settings {
    int mode;
};

static const struct rg_option options[] = {
    RG_CHOICE(struct flip_settings, mode, "vertical", "vertical|horizontal|both",
              "upside down, left to right, or both (half a turn)"),
    RG_OPTIONS_END,
};

static HRESULT flip_accept(const struct rg_format *in)
{
    return in->kind == RG_KIND_VIDEO ? S_OK : VFW_E_TYPE_NOT_ACCEPTED;
}

/* ---- upside down ------------------------------------------------------------------------------ */

static void swap_rows(uint8_t *restrict a, uint8_t *restrict b, int bytes)
{
    for (int i = 0; i < bytes; i++) {
        uint8_t keep = a[i];

        a[i] = b[i];
        b[i] = keep;
    }
}

static void flip_rows(const struct rg_plane *plane)
{
    uint8_t *top = plane->data;
    uint8_t *bottom = plane->data + (ptrdiff_t)plane->stride * (plane->height - 1);

    for (int y = 0; y < plane->height / 2; y++) {
        swap_rows(top, bottom, plane->width);
        top += plane->stride;
        bottom -= plane->stride;
    }
}

/* ---- left to right ---------------------------------------------------------------------------- */

/* Reverses count bytes that lie step bytes apart. */
static void reverse_bytes(uint8_t *first, int count, int step)
{
    uint8_t *last = first + (ptrdiff_t)(count - 1) * step;

    for (int i = 0; i < count / 2; i++, first += step, last -= step) {
        uint8_t keep = *first;

        *first = *last;
        *last = keep;
    }
}

/* One part of every pixel of a plane: parts lie step bytes apart, the first at byte `at`. */
static void flip_part(const struct rg_plane *plane, int at, int count, int step)
{
    for (int y = 0; y < plane->height; y++)
        reverse_bytes(plane->data + (ptrdiff_t)y * plane->stride + at, count, step);
}

static void flip_columns(const struct rg_frame *frame)
{
    const struct rg_plane *plane = frame->plane;
    int width = frame->format->width, pairs = (width + 1) / 2;
    int luma = frame->format->pixels == RG_PIXELS_UYVY ? 1 : 0;

    switch (frame->format->pixels) {
    case RG_PIXELS_NV12:
        flip_part(&plane[0], 0, width, 1);
        flip_part(&plane[1], 0, pairs, 2);
        flip_part(&plane[1], 1, pairs, 2);
        break;
    case RG_PIXELS_YUY2:
    case RG_PIXELS_UYVY:
        flip_part(&plane[0], luma, width, 2);
        flip_part(&plane[0], 1 - luma, pairs, 4);
        flip_part(&plane[0], 3 - luma, pairs, 4);
        break;
    case RG_PIXELS_RGB24:
        for (int byte = 0; byte < 3; byte++)
            flip_part(&plane[0], byte, width, 3);
        break;
    case RG_PIXELS_RGB32:
    case RG_PIXELS_ARGB32:
        for (int byte = 0; byte < 4; byte++)
            flip_part(&plane[0], byte, width, 4);
        break;
    default:
        for (int i = 0; i < frame->n_planes; i++)
            flip_part(&plane[i], 0, plane[i].width, 1);
        break;
    }
}

static HRESULT flip_frame(void *state, const void *settings, struct rg_frame *frame)
{
    const struct flip_settings *s = settings;

    (void)state;
    if (s->mode != FLIP_HORIZONTAL)
        for (int i = 0; i < frame->n_planes; i++)
            flip_rows(&frame->plane[i]);
    if (s->mode != FLIP_VERTICAL)
        flip_columns(frame);
    return S_OK;
}

const struct rg_transform_class rg_flip = {
    .name = "flip",
    .help = "Picture upside down or mirrored",
    .clsid = { 0x83a5d3c5, 0x07aa, 0x49cd, { 0xa2, 0x83, 0x5a, 0xaa, 0x26, 0x78, 0x3b, 0x44 } },
    .input_types = rg_types_video,
    .settings_size = sizeof(struct flip_settings),
    .options = options,
    .accept = flip_accept,
    .frame = flip_frame,
};
