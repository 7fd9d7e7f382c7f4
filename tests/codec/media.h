/* SPDX-License-Identifier: MIT */
/* media.h - filters of the codec tests: one that numbers pictures, one that lets the stream run so
 * far and no further, and one that writes down what comes.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <dshow.h>
#include <regraft.h>

/* ---- filters: each with one reference, the caller's --------------------------------------------- */

/* Draws the picture's number on it, in blocks that outlive a lossy codec. */
IBaseFilter *media_stamp(void);
/* Any stream; one of them at a time. */
IBaseFilter *media_leash(void);
/* Raw pictures (I420) and sound; writes into *record. */
struct record;
IBaseFilter *media_collector(struct record *record);

/* ---- the leash ----------------------------------------------------------------------------------- */

void leash_reset(void);
/* So many samples in all may pass; UINT64_MAX: any number. */
void leash_allow(uint64_t samples);
void leash_allow_more(uint64_t samples);
/* Until so many have; false: they do not come. */
bool leash_wait(uint64_t samples);

/* ---- records ------------------------------------------------------------------------------------- */

struct seen {
    int64_t start; /* 100 ns, -1: none */
    uint64_t hash;
    int64_t number; /* -1: not to be read */
    size_t sound_at, sound_bytes;
};

struct record {
    struct seen *seen;
    size_t n, room;
    uint8_t *sound; /* all of it */
    size_t sound_bytes, sound_room;
    int channels, rate, sample_bytes;
    bool is_float;
};

void record_clear(struct record *record);
