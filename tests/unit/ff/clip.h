/* SPDX-License-Identifier: MIT */
/* clip.h - generated clips for tests of ff: made, written, read back, counted and hashed.
 *
 * One thread.  Every function fails the running test on an error of its own.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <dshow.h>

#include "ff/encoder.h"
#include "ff/output.h"
#include "media/format.h"
#include "media/sample.h"

struct got {
    REFERENCE_TIME start, stop;
    uint64_t hash; /* of the visible picture, or of the bytes */
    ULONG bytes;
    bool has_time, is_sync, is_preroll,
        is_own; /* is_own: decoded into the pool's memory, no copy */
    struct rg_sample_extra extra;
    uint8_t *data;
    IMediaSample *kept;
};

/* A place for samples: an allocator, and a record of what was delivered. */
struct place {
    struct ff_output output;
    IMemAllocator *allocator;
    bool offers_allocator;   /* decoders may write into it ahead */
    struct rg_format format; /* kind NONE: compressed */
    struct got *got;
    unsigned n, dropped;
    unsigned keep; /* hold on to so many delivered samples, oldest go first */
    unsigned gets; /* calls of output.get */
};

void place_open(struct place *p, LONG buffers, LONG bytes);
void place_format(struct place *p, const AM_MEDIA_TYPE *type);
void place_clear(struct place *p);
void place_close(struct place *p);
/* Sound: samples per channel in all. */
int64_t place_sound(const struct place *p);

struct rg_format clip_video(int width, int height, int rate);
struct rg_format clip_audio(enum rg_sound sound, int rate, int channels);
/* A type of the format; the caller clears it. */
AM_MEDIA_TYPE clip_type(const struct rg_format *format);

/* Sample number index of a raw clip; release it.  block: samples per channel. */
IMediaSample *clip_picture(struct place *from, const struct rg_format *f, unsigned index);
IMediaSample *clip_sound(struct place *from, const struct rg_format *f, int64_t at, int block);
/* The hash of the visible picture, as a place computes it. */
uint64_t clip_hash(const struct rg_format *f, uint8_t *data, ULONG bytes);

struct ff_encoder_settings clip_codec(const char *codec, const char *options);

/* Encodes pictures [0, frames) and/or sound samples [0, samples) into path.  Either format may
 * be NULL. */
struct clip {
    const char *path, *container;
    const struct rg_format *video, *audio;
    struct ff_encoder_settings video_codec, audio_codec;
    unsigned frames;
    int64_t samples;
};
void clip_write(const struct clip *c);

/* What a file holds; times in s. */
struct clip_content {
    unsigned pictures;
    bool begins_with_key;
    int64_t sound; /* samples of each channel */
    double first_picture, first_sound;
};
void clip_content(const char *path, struct clip_content *ret);

/* A file's name in the test's own directory; the same buffer each time. */
const char *clip_path(const char *name);
