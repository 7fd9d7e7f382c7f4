/* SPDX-License-Identifier: MIT */
/* clip_sink.h - clips that the ffmpeg command makes, and a sink that writes down what came of them. */
#pragma once

#include <pthread.h>

#include "real_filters.h"

#include "base/sink.h"
#include "media/sample.h"

#define CLIP_FRAMES_MOST 1000

struct clip_frame {
    REFERENCE_TIME start;
    uint64_t hash;
    size_t at; /* sound: where in record.sound */
    size_t bytes;
};

/* Under lock.  slot 0 and 1, an option of the sink. */
struct clip_record {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct clip_frame frames[CLIP_FRAMES_MOST];
    unsigned count;
    uint8_t *sound; /* of all frames, if keeps_sound */
    size_t sound_bytes;
    bool keeps_sound;
    unsigned shut_at; /* render waits with the frame of that number, from 1; 0: it never does */
    bool is_inside;   /* it does */
};

extern struct clip_record clip_record[2];

/* A sink with that slot; one reference, the caller's. */
IBaseFilter *clip_sink(int slot);
void clip_forget(int slot);
/* Until so many frames have come. */
void clip_wait(int slot, unsigned count);
/* render waits with the frame of that number; clip_wait_inside: until it does. */
void clip_shut(int slot, unsigned number);
void clip_wait_inside(int slot);
void clip_open(int slot);

/* Makes a clip: arguments of ffmpeg before the file's name.  false: this ffmpeg can't. */
bool clip_make(const char *arguments, const char *path);
