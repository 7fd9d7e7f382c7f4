/* SPDX-License-Identifier: MIT */
/* filters/generator.h - how a source that makes its own data counts through time.
 *
 * A generator gives units (frames, sound samples) of num/den per second, up to an end.  It knows which comes next, starts
 * again where a seek said, and can hold each unit back until the clock of the machine reaches it.
 * fetch, take: the streaming thread.  interrupt and duration: any thread.  start, seek: control
 * threads, while nothing streams.  Zeroed memory is a generator that has not started.
 */
#pragma once

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include <dshow.h>

#define RG_ENDLESS INT64_MAX

/* What settings say. */
struct rg_generator_plan {
    int num, den;  /* units per second, as a fraction */
    int64_t end;   /* how many units there are; RG_ENDLESS */
    bool is_paced; /* no faster than time goes by */
};

struct rg_generator {
    /* set by start and seek */
    struct rg_generator_plan plan;
    REFERENCE_TIME position; /* of the segment's start */
    REFERENCE_TIME stop;     /* 0: none */
    double rate;             /* 0: never set, is 1 */

    /* owned by the streaming thread */
    int64_t next;
    bool has_begun;   /* begun_ns holds */
    int64_t begun_ns; /* CLOCK_MONOTONIC at the segment's start */

    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool is_interrupted; /* under `lock` */

    _Atomic(int64_t) duration; /* 100 ns; 0: not known or endless */
};

/* "25", "30000/1001", "29.97".  False: not a rate between 1/1000 and 1000. */
bool rg_generator_parse_rate(const char *text, int *ret_num, int *ret_den);

/* The smaller of a number of units and of seconds, where 0 means no limit. */
int64_t rg_generator_limit(int64_t units, double seconds, int num, int den);

/* Any thread: what duration answers from now on. */
void rg_generator_announce(struct rg_generator *g, const struct rg_generator_plan *plan);
void rg_generator_start(struct rg_generator *g, const struct rg_generator_plan *plan);

/* Moves to the unit that *position lies in, which is what *position becomes.  stop <= 0: to the end.
 * S_OK; E_INVALIDARG: a rate that is not positive. */
HRESULT rg_generator_seek(struct rg_generator *g, REFERENCE_TIME *position, REFERENCE_TIME stop,
                          double rate);

/* Waits for the next unit.  S_OK: *ret_time is its start from the segment's start; S_FALSE: there is none left;
 * VFW_E_STATE_CHANGED: interrupted. */
HRESULT rg_generator_fetch(struct rg_generator *g, REFERENCE_TIME *ret_time);

/* Takes up to `most` units and stamps the sample with their times; returns how many, 0 at the end. */
int64_t rg_generator_take(struct rg_generator *g, int64_t most, IMediaSample *sample,
                          int64_t *ret_first);

void rg_generator_interrupt(struct rg_generator *g, bool on);

/* S_OK; VFW_E_NOT_FOUND: endless, or not known yet. */
HRESULT rg_generator_duration(struct rg_generator *g, REFERENCE_TIME *ret);
