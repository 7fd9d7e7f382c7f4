/* SPDX-License-Identifier: MIT */
/* filters/testcard_read.c - reads the test card back, whatever an effect or a codec did to it.
 *
 * Any thread; no state.
 * Knows: pixels, the card's geometry.  Must not know: samples, pins, codecs.
 */
#include "filters/testcard.h"

#include <stdlib.h>

#include "filters/testcard_geometry.h"

/* Limits for the average brightness of an area; a codec may shift it by some steps. */
#define DARK         60
#define LIGHT        195
#define MIDDLE       128
#define COLOUR_LEAST 40

struct area {
    int x, y, width, height;
};

struct average {
    int y, u, v;
};

/* ---- one pixel ------------------------------------------------------------------------------
 */

static int byte_at(const struct rg_plane *plane, int row, int byte)
{
    return plane->data[(ptrdiff_t)row * plane->stride + byte];
}

static void rgb_at(const struct rg_plane *plane, int row, int byte, struct average *sum)
{
    int b = byte_at(plane, row, byte), g = byte_at(plane, row, byte + 1);
    int r = byte_at(plane, row, byte + 2);

    sum->y += ((66 * r + 129 * g + 25 * b + 128) >> 8) + 16;
    sum->u += ((-38 * r - 74 * g + 112 * b + 128) >> 8) + 128;
    sum->v += ((112 * r - 94 * g - 18 * b + 128) >> 8) + 128;
}

static void add_pixel(const struct rg_frame *frame, int x, int y, struct average *sum)
{
    const struct rg_plane *p = frame->plane;
    int pair = x / 2 * 4;

    switch (frame->format->pixels) {
    case RG_PIXELS_I420:
    case RG_PIXELS_YV12: {
        int u = frame->format->pixels == RG_PIXELS_I420 ? 1 : 2;

        sum->y += byte_at(&p[0], y, x);
        sum->u += byte_at(&p[u], y / 2, x / 2);
        sum->v += byte_at(&p[3 - u], y / 2, x / 2);
        break;
    }
    case RG_PIXELS_NV12:
        sum->y += byte_at(&p[0], y, x);
        sum->u += byte_at(&p[1], y / 2, x / 2 * 2);
        sum->v += byte_at(&p[1], y / 2, x / 2 * 2 + 1);
        break;
    case RG_PIXELS_YUY2:
        sum->y += byte_at(&p[0], y, x * 2);
        sum->u += byte_at(&p[0], y, pair + 1);
        sum->v += byte_at(&p[0], y, pair + 3);
        break;
    case RG_PIXELS_UYVY:
        sum->y += byte_at(&p[0], y, x * 2 + 1);
        sum->u += byte_at(&p[0], y, pair);
        sum->v += byte_at(&p[0], y, pair + 2);
        break;
    case RG_PIXELS_RGB24:
        rgb_at(&p[0], y, x * 3, sum);
        break;
    case RG_PIXELS_RGB32:
    case RG_PIXELS_ARGB32:
        rgb_at(&p[0], y, x * 4, sum);
        break;
    default:
        sum->y += byte_at(&p[0], y, x);
        sum->u += 128;
        sum->v += 128;
        break;
    }
}

/* The middle half of an area, so that blurred edges don't count. */
static struct average average_of(const struct rg_frame *frame, struct area a)
{
    int left = a.x + a.width / 4, right = a.x + a.width - a.width / 4;
    int top = a.y + a.height / 4, bottom = a.y + a.height - a.height / 4;
    int n = (right - left) * (bottom - top);
    struct average sum = { 0, 0, 0 };

    for (int y = top; y < bottom; y++)
        for (int x = left; x < right; x++)
            add_pixel(frame, x, y, &sum);
    return (struct average){ sum.y / n, sum.u / n, sum.v / n };
}

/* ---- the card
 * --------------------------------------------------------------------------------- */

/* An area of the upright card, where it lies in this picture. */
static struct average look(const struct rg_frame *frame, const struct rg_testcard_reading *r,
                           int column, int columns, bool bottom)
{
    int width = frame->format->width, height = frame->format->height;
    int left = card_column(width, column), right = card_column(width, column + columns);
    struct area a = { left, 0, right - left, card_band(width, height) };

    if (r->flipped_h)
        a.x = width - right;
    if (bottom != r->flipped_v)
        a.y = height - a.height;
    return average_of(frame, a);
}

enum {
    TOP_LEFT,
    TOP_RIGHT,
    BOTTOM_LEFT,
    BOTTOM_RIGHT,
};

static bool is_between(struct average a)
{
    return a.y > DARK && a.y < LIGHT;
}

/* Looks at the four corners.  False if they are not those of a test card. */
static bool find_orientation(const struct rg_frame *frame, struct rg_testcard_reading *r)
{
    static const struct rg_testcard_reading upright;
    struct average corner[4];
    int red = -1;
    bool light_first;

    for (int i = 0; i < 4; i++) {
        bool right = i == TOP_RIGHT || i == BOTTOM_RIGHT;

        corner[i] = look(frame, &upright, right ? CARD_COLUMNS - CARD_MARK : 0, CARD_MARK,
                         i >= BOTTOM_LEFT);
        if (!is_between(corner[i]))
            continue;
        if (red >= 0)
            return false;
        red = i;
    }
    if (red < 0)
        return false;
    r->flipped_v = red == TOP_LEFT || red == TOP_RIGHT;
    r->flipped_h = red == TOP_LEFT || red == BOTTOM_LEFT;
    /* across from red lies white; the other two are black */
    light_first = corner[BOTTOM_RIGHT - red].y > MIDDLE;
    for (int i = 0; i < 4; i++)
        if (i != red && (corner[i].y > MIDDLE) != (light_first == (i == BOTTOM_RIGHT - red)))
            return false;
    r->inverted = !light_first;
    r->gray = abs(corner[red].u - 128) + abs(corner[red].v - 128) < COLOUR_LEAST;
    return true;
}

HRESULT rg_testcard_read(const struct rg_frame *frame, struct rg_testcard_reading *ret)
{
    struct rg_testcard_reading r = { .number = 0 };
    uint32_t code = 0;

    if (frame == NULL || frame->format == NULL || ret == NULL)
        return E_POINTER;
    if (!card_fits(frame->format))
        return E_INVALIDARG;
    if (!find_orientation(frame, &r))
        return S_FALSE;
    for (int bit = 0; bit < CARD_BITS; bit++) {
        bool light = look(frame, &r, CARD_FIRST_BIT + bit, 1, false).y > MIDDLE;

        code = code << 1 | (light != r.inverted);
    }
    r.number = code >> 8;
    if (card_code(r.number) != code)
        return S_FALSE;
    *ret = r;
    return S_OK;
}
