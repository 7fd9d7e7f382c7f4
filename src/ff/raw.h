/* SPDX-License-Identifier: MIT */
/* ff/raw.h - raw pictures and sound: rg_format beside libav's names for the same thing.
 *
 * Any thread; plain values.  The numbers are enum AVPixelFormat and enum AVSampleFormat.
 */
#pragma once

#include <stdbool.h>

#include "media/format.h"

struct AVFrame;
struct AVRational;

/* AV_PIX_FMT_NONE (-1) if there is none. */
int ff_pixel_format(enum rg_pixels pixels);
/* The layout that has these very bytes; RG_PIXELS_NONE if there is none.  Full-range YUV has
 * none: it would look wrong. */
enum rg_pixels ff_pixels_native(int pixel_format);
/* The index-th best layout to convert pixel_format into, its own first; RG_PIXELS_NONE past the
 * end. */
enum rg_pixels ff_pixels_choice(int pixel_format, unsigned index);

/* Interleaved sample format; -1 for none (s24 has none). */
int ff_sample_format(enum rg_sound sound);
/* Planar formats give their interleaved relative; RG_SOUND_NONE if there is none. */
enum rg_sound ff_sound_of(int sample_format);

/* plane data and strides of a mapped picture in libav's order. */
void ff_picture_planes(const struct rg_frame *frame, uint8_t *data[4], int stride[4]);

/* Frames per second as the nearest fraction people use: 333667 (100 ns) is 30000/1001.  { 0, 1
 * } if time is 0. */
struct AVRational ff_rate_of(REFERENCE_TIME frame_time);
/* A time base in which frames of this rate last a whole number of ticks, and others hardly
 * miss. */
struct AVRational ff_time_base_of(struct AVRational rate);

/* 100 ns to ticks and back, to the nearest. */
int64_t ff_ticks(REFERENCE_TIME time, struct AVRational base);
REFERENCE_TIME ff_time(int64_t ticks, struct AVRational base);
