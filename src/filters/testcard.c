/* SPDX-License-Identifier: MIT */
/* filters/testcard.c - draws the test card, a row at a time, into any layout.
 *
 * Any thread; no state.
 * Knows: pixels, the card's geometry (testcard_geometry.h).  Must not know: samples, pins.
 */
#include "filters/testcard.h"

#include <string.h>

#include "filters/testcard_geometry.h"

/* Pixels are made in pieces of a row, with all three values for each, and then packed. */
#define PIECE 512

struct card {
    int width, height;
    uint32_t number;
    uint32_t code; /* number and check bits */
    int band;      /* rows of the band and of the bottom marks */
    int box_x, box_y, box_side;
};

struct piece {
    int x, n; /* first pixel, how many */
    uint8_t y[PIECE], u[PIECE], v[PIECE];
};

/* Sets the pixels from..to-1 of the row to one colour. */
static void span(struct piece *p, int from, int to, struct colour c)
{
    int first = from > p->x ? from - p->x : 0;
    int last = to - p->x < p->n ? to - p->x : p->n;

    if (first >= last)
        return;
    memset(p->y + first, c.y, (size_t)(last - first));
    memset(p->u + first, c.u, (size_t)(last - first));
    memset(p->v + first, c.v, (size_t)(last - first));
}

/* ---- what the card shows --------------------------------------------------------------- */

/* Slanted waves of brightness and colour, which move with the number. */
static void waves(struct piece *p, int row, uint32_t number)
{
    unsigned shift = (unsigned)row + 3u * number;
    unsigned hue = (unsigned)row / 2u + 256u * 64u - (number & 0x3fffu);

    for (int i = 0; i < p->n; i++) {
        unsigned a = ((unsigned)(p->x + i) + shift) & 0xffu;
        unsigned b = ((unsigned)(p->x + i) / 2u + hue) & 0xffu;

        a = a < 128u ? a : 255u - a;
        b = b < 128u ? b : 255u - b;
        p->y[i] = (uint8_t)(64u + a);
        p->u[i] = (uint8_t)(72u + (b * 7u >> 3));
        p->v[i] = (uint8_t)(184u - (b * 7u >> 3));
    }
}

/* Eight upright bars, one for each corner of the colour cube, that wander to the left. */
static void bars(struct piece *p, const struct card *card)
{
    static const struct colour colours[8] = {
        { 235, 128, 128 }, { 210, 16, 146 }, { 170, 166, 16 }, { 145, 54, 34 },
        { 106, 202, 222 }, { 81, 90, 240 },  { 41, 240, 110 }, { 16, 128, 128 },
    };
    int bar = card->width / 8 + 1;
    int whole = bar * 8;
    int start = -(int)(2u * (uint64_t)card->number % (unsigned)whole);

    for (int i = 0; start < card->width; i++, start += bar)
        span(p, start, start + bar, colours[i % 8]);
}

static void band(struct piece *p, const struct card *card)
{
    for (int column = 0; column < CARD_COLUMNS; column++) {
        struct colour c = card_black;

        if (column < CARD_FIRST_BIT)
            c = card_white;
        else if (column < CARD_FIRST_BIT + CARD_BITS)
            c = card->code >> (CARD_BITS - 1 - (column - CARD_FIRST_BIT)) & 1u ? card_white
                                                                               : card_black;
        span(p, card_column(card->width, column), card_column(card->width, column + 1), c);
    }
}

static void make_piece(struct piece *p, const struct card *card, int row)
{
    if (row < card->band) {
        band(p, card);
        return;
    }
    if (row >= card->height * 2 / 3 && row < card->height - card->band)
        bars(p, card);
    else
        waves(p, row, card->number);
    if (row >= card->box_y && row < card->box_y + card->box_side) {
        int inner = card->box_side / 4;
        bool is_inner =
            row >= card->box_y + inner && row < card->box_y + card->box_side - inner;

        span(p, card->box_x, card->box_x + card->box_side, card_white);
        if (is_inner)
            span(p, card->box_x + inner, card->box_x + card->box_side - inner, card_red);
    }
    if (row >= card->height - card->band) {
        span(p, 0, card_column(card->width, CARD_MARK), card_black);
        span(p, card_column(card->width, CARD_COLUMNS - CARD_MARK), card->width, card_red);
    }
}

/* From 0 to range and back again. */
static int bounce(uint64_t position, int range)
{
    uint64_t turn = range > 0 ? position % (2u * (uint64_t)range) : 0;

    return (int)(turn <= (uint64_t)range ? turn : 2u * (uint64_t)range - turn);
}

static struct card card_of(const struct rg_format *f, uint32_t number)
{
    struct card card = { .width = f->width, .height = f->height };

    card.number = number % RG_TESTCARD_NUMBERS;
    card.code = card_code(card.number);
    card.band = card_band(f->width, f->height);
    card.box_side = f->height / 6;
    card.box_x = bounce(5u * (uint64_t)card.number, f->width - card.box_side);
    card.box_y = card.band +
                 bounce(3u * (uint64_t)card.number, f->height - 2 * card.band - card.box_side);
    return card;
}

/* ---- into the layouts ---------------------------------------------------------------------
 */

static uint8_t *at(const struct rg_plane *plane, int row, int byte)
{
    return plane->data + (ptrdiff_t)row * plane->stride + byte;
}

static void pack_planar(const struct rg_frame *frame, const struct piece *p, int row, int u,
                        int v)
{
    memcpy(at(&frame->plane[0], row, p->x), p->y, (size_t)p->n);
    if (row % 2 != 0)
        return;
    for (int i = 0; i < p->n; i += 2) {
        at(&frame->plane[u], row / 2, p->x / 2)[i / 2] = p->u[i];
        at(&frame->plane[v], row / 2, p->x / 2)[i / 2] = p->v[i];
    }
}

static void pack_nv12(const struct rg_frame *frame, const struct piece *p, int row)
{
    uint8_t *to = at(&frame->plane[1], row / 2, p->x);

    memcpy(at(&frame->plane[0], row, p->x), p->y, (size_t)p->n);
    if (row % 2 != 0)
        return;
    for (int i = 0; i < p->n; i += 2) {
        to[i] = p->u[i];
        to[i + 1] = p->v[i];
    }
}

/* Two pixels in four bytes; luma is where the first byte of a pair lies. */
static void pack_422(const struct rg_frame *frame, const struct piece *p, int row, int luma)
{
    uint8_t *to = at(&frame->plane[0], row, 2 * p->x);
    int chroma = 1 - luma;

    for (int i = 0; i < p->n; i += 2, to += 4) {
        to[luma] = p->y[i];
        to[luma + 2] = i + 1 < p->n ? p->y[i + 1] : p->y[i];
        to[chroma] = p->u[i];
        to[chroma + 2] = p->v[i];
    }
}

static uint8_t clip(int value)
{
    return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

/* BT.601, in 1/256; pixel is 3 or 4. */
static void pack_rgb(const struct rg_frame *frame, const struct piece *p, int row, int pixel)
{
    uint8_t *to = at(&frame->plane[0], row, pixel * p->x);

    for (int i = 0; i < p->n; i++, to += pixel) {
        int c = 298 * (p->y[i] - 16) + 128, d = p->u[i] - 128, e = p->v[i] - 128;

        to[0] = clip((c + 516 * d) >> 8);
        to[1] = clip((c - 100 * d - 208 * e) >> 8);
        to[2] = clip((c + 409 * e) >> 8);
        if (pixel == 4)
            to[3] = 255;
    }
}

static void pack(const struct rg_frame *frame, const struct piece *p, int row)
{
    switch (frame->format->pixels) {
    case RG_PIXELS_I420:
        pack_planar(frame, p, row, 1, 2);
        break;
    case RG_PIXELS_YV12:
        pack_planar(frame, p, row, 2, 1);
        break;
    case RG_PIXELS_NV12:
        pack_nv12(frame, p, row);
        break;
    case RG_PIXELS_YUY2:
        pack_422(frame, p, row, 0);
        break;
    case RG_PIXELS_UYVY:
        pack_422(frame, p, row, 1);
        break;
    case RG_PIXELS_RGB24:
        pack_rgb(frame, p, row, 3);
        break;
    case RG_PIXELS_RGB32:
    case RG_PIXELS_ARGB32:
        pack_rgb(frame, p, row, 4);
        break;
    default:
        memcpy(at(&frame->plane[0], row, p->x), p->y, (size_t)p->n);
        break;
    }
}

HRESULT rg_testcard_draw(const struct rg_frame *frame, uint32_t number)
{
    struct card card;

    if (frame == NULL || frame->format == NULL)
        return E_POINTER;
    if (!card_fits(frame->format))
        return E_INVALIDARG;
    card = card_of(frame->format, number);
    for (int row = 0; row < card.height; row++) {
        for (int x = 0; x < card.width; x += PIECE) {
            struct piece p;

            p.x = x;
            p.n = card.width - x < PIECE ? card.width - x : PIECE;
            make_piece(&p, &card, row);
            pack(frame, &p, row);
        }
    }
    return S_OK;
}
