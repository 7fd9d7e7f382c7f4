/* SPDX-License-Identifier: MIT */
/* demo_reel.h - a media file read back: what its every frame shows, and how much sound it has.
 *
 * Control thread.  Knows: pictures of the test card, effects of the demo.  Must not know:
 * ledgers, verdicts.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <dshow.h>

#define DEMO_GRID 8 /* a frame's likeness: means of DEMO_GRID x DEMO_GRID fields */

enum demo_effect {
    DEMO_UNKNOWN,
    DEMO_NONE,
    DEMO_INVERT,
    DEMO_FLIP,
    DEMO_GRAYSCALE,
    DEMO_EFFECTS, /* how many */
};

struct demo_frame {
    REFERENCE_TIME start;    /* 100 ns; -1: none */
    int64_t number;          /* what the test card says, whatever the effect; -1: none found */
    enum demo_effect effect; /* what the test card shows; DEMO_UNKNOWN without a card */
    uint8_t luma[DEMO_GRID][DEMO_GRID];
    int colour; /* mean distance of chroma from grey, in 1/16 */
};

struct demo_reel {
    struct demo_frame *frames;
    size_t n_frames, room;
    int width, height;
    double rate; /* frames per second; 0: unknown */
    bool has_sound;
    int64_t sound_samples; /* per channel */
    int sample_rate;
    int channels;
};

/* Plays the file as fast as it goes and fills *reel, which held nothing.  has_card: look for
 * numbers. S_OK; otherwise the graph's error; *reel can be freed in either case. */
HRESULT demo_reel_read(const char *path, bool has_card, struct demo_reel *reel);
void demo_reel_free(struct demo_reel *reel);

const char *demo_effect_name(enum demo_effect effect);
enum demo_effect demo_effect_by_name(const char *name);

/* How far seen is from what effect would make of original: mean difference of the fields, 0 to
 * 255. */
int demo_frame_distance(const struct demo_frame *original, enum demo_effect effect,
                        const struct demo_frame *seen);
