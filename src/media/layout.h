/* SPDX-License-Identifier: MIT */
/* media/layout.h - the table of pixel layouts, for format*.c alone.
 *
 * Any thread; constants.
 */
#pragma once

#include <stddef.h>

#include "media/format.h"

struct rg_layout {
    enum rg_pixels pixels;
    const char *name;
    uint32_t fourcc; /* biCompression; with subtype NULL also the first field of the subtype */
    const GUID *subtype; /* packed RGB: its subtype */
    int bits;            /* per pixel, all planes */
    int step_x, step_y;  /* coded sizes we write are multiples of these */
};

/* The layout's first row in the table, the one we write; NULL if there is none. */
const struct rg_layout *rg_layout_of(enum rg_pixels pixels);

/* Rows by index, aliases included; NULL past the end. */
const struct rg_layout *rg_layout_at(size_t index);

/* NULL if the subtype is none of ours. */
const struct rg_layout *rg_layout_of_subtype(const GUID *subtype);

/* The coded sizes: as given, or the visible ones rounded up. */
int rg_layout_width(const struct rg_format *format, const struct rg_layout *layout);
int rg_layout_height(const struct rg_format *format, const struct rg_layout *layout);

/* Layouts that pair pixels in one row have no meaning for half a pair. */
bool rg_layout_takes_width(const struct rg_layout *layout, int width);

/* 100 ns per frame, from the rate if that is known; 0: unknown. */
REFERENCE_TIME rg_format_time(const struct rg_format *format);
bool rg_format_is_square(const struct rg_format *format);
/* One and two channels have a place without being told it. */
uint32_t rg_format_speakers(const struct rg_format *format);

#define RG_SECOND_HNS   10000000
#define RG_LARGEST_SIDE 65535

/* Subtypes {XXXXXXXX-0000-0010-8000-00AA00389B71} carry a FourCC or a wave format tag in
 * their first field. */
bool rg_subtype_tag(const GUID *subtype, uint32_t *ret);
GUID rg_subtype_from_tag(uint32_t tag);
