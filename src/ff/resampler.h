/* SPDX-License-Identifier: MIT */
/* ff/resampler.h - sound into another sample format, rate or number of channels, and not one
 * sample more or less.
 *
 * One thread at a time per resampler.
 */
#pragma once

#include <stdint.h>

#include <dshow.h>

#include "media/format.h"

struct ff_resampler;

struct ff_sound {
    int format; /* enum AVSampleFormat, planar or not */
    int rate;
    int channels;
    uint64_t mask; /* 0: the usual speakers for that many channels */
};

/* In libav's terms; format is -1 for s24, which libav does not have. */
struct ff_sound ff_sound_of_format(const struct rg_format *format);

/* S_OK; E_INVALIDARG; E_OUTOFMEMORY. */
HRESULT ff_resampler_open(const struct ff_sound *from, const struct ff_sound *to,
                          struct ff_resampler **ret);
void ff_resampler_close(struct ff_resampler *resampler);

/* How many samples per channel may come out if so many more go in. */
int ff_resampler_room(struct ff_resampler *resampler, int samples);

/* Planes in, planes out (one for interleaved).  Returns samples per channel written, at most
 * room; < 0 on error. */
int ff_resampler_run(struct ff_resampler *resampler, const uint8_t *const *from, int samples,
                     uint8_t **to, int room);

/* The rest, so that the total is the input's length at the new rate, to the nearest sample.
 * Afterwards it is as new. */
int ff_resampler_finish(struct ff_resampler *resampler, uint8_t **to, int room);

/* Forgets what it holds. */
void ff_resampler_reset(struct ff_resampler *resampler);
