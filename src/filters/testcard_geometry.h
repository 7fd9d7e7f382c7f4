/* SPDX-License-Identifier: MIT */
/* filters/testcard_geometry.h - where things lie on the test card; for testcard*.c alone.
 *
 * Any thread; no state.
 */
#pragma once

#include <stdint.h>

#include "filters/testcard.h"

struct colour {
    uint8_t y, u, v;
};

/* Video levels.  Red lies between black and white so that a mark of it is neither, in a
 * negative as well. */
static const struct colour card_black = { 16, 128, 128 };
static const struct colour card_white = { 235, 128, 128 };
static const struct colour card_red = { 100, 100, 200 };

#define CARD_COLUMNS   36
#define CARD_MARK      2 /* columns of a corner mark */
#define CARD_FIRST_BIT 2
#define CARD_BITS      32

/* Left edge of a column, in pixels. */
static inline int card_column(int width, int column)
{
    return (int)((int64_t)width * column / CARD_COLUMNS);
}

/* Rows of the band: as high as a column is wide, but never much of the picture. */
static inline int card_band(int width, int height)
{
    int side = width / CARD_COLUMNS;

    return side < 2 ? 2 : side > height / 8 ? height / 8 : side;
}

/* Frame number, most significant bit first, and eight bits that a misread bit changes. */
static inline uint32_t card_code(uint32_t number)
{
    uint32_t check = 0xa5;

    for (int shift = 16; shift >= 0; shift -= 8)
        check = (check << 3 & 0xff) ^ check >> 5 ^ (number >> shift & 0xff);
    return number << 8 | (check & 0xff);
}

static inline bool card_fits(const struct rg_format *f)
{
    return f->kind == RG_KIND_VIDEO && f->width >= RG_TESTCARD_MIN_WIDTH &&
           f->height >= RG_TESTCARD_MIN_HEIGHT;
}
