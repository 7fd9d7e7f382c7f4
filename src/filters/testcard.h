/* SPDX-License-Identifier: MIT */
/* filters/testcard.h - a moving picture that a machine can read: its number, and what was done
 * to it.
 *
 * Any thread; no state.
 *
 * The picture's edge: a band of 36 columns along the top, and two marks at the bottom.
 *   columns 0-1: white   columns 2-33: 24 bits of frame number and 8 check bits   columns
 * 34-35: black bottom left: black   bottom right: red, between black and white in brightness
 * The only mark that is neither black nor white tells which way up the picture is, the one
 * across from it (white, or black in a negative) whether it was inverted, and its colour
 * whether it is gray. Large areas of one brightness survive any sensible compression.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "media/format.h"

#define RG_TESTCARD_NUMBERS    (1u << 24)
#define RG_TESTCARD_MIN_WIDTH  72
#define RG_TESTCARD_MIN_HEIGHT 16

struct rg_testcard_reading {
    uint32_t number; /* modulo RG_TESTCARD_NUMBERS */
    bool inverted;   /* a negative */
    bool flipped_v;  /* upside down */
    bool flipped_h;  /* left and right changed */
    bool gray;       /* without colour; always with RG_PIXELS_GRAY8 */
};

/* Draws the whole visible part, for any layout of media/format.h.  The same number gives the
 * same bytes. S_OK; E_POINTER; E_INVALIDARG: no video, or smaller than the least size. */
HRESULT rg_testcard_draw(const struct rg_frame *frame, uint32_t number);

/* S_OK; S_FALSE: no test card, or damaged beyond reading; *ret is untouched then.  Errors as
 * draw. */
HRESULT rg_testcard_read(const struct rg_frame *frame, struct rg_testcard_reading *ret);
