/* SPDX-License-Identifier: MIT */
/* swap_meter.h - what both sides of a swap share, so that they are measured alike; and how fast the
 * sources of all programs give.
 *
 * A sample is 16 bytes: its number, and the serial of the filter that passed it.  The filters of
 * both sides call the inline functions on their streaming threads; the loop that swaps, checks and
 * prints is meter_run.  Knows neither regraft nor GStreamer.
 */
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#define METER_SLOTS 65536 /* the most swaps of one run, warm-up included */

struct meter_sample {
    int64_t number;
    int64_t by; /* the slot of the filter that passed it */
};

static inline int64_t meter_now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* ---- in the filters: streaming threads ------------------------------------------------------- */

/* When one pass-through filter saw its first and its last sample; 0: none yet. */
struct meter_slot {
    _Alignas(64) _Atomic int64_t first_ns;
    _Atomic int64_t last_ns;
};
extern struct meter_slot meter_slots[METER_SLOTS];

/* A pass-through of the measured road has got this sample.  slot < 0: of another road. */
static inline void meter_pass(int slot, struct meter_sample *sample)
{
    int64_t now;

    if (slot < 0)
        return;
    now = meter_now_ns();
    if (meter_slots[slot].first_ns == 0)
        meter_slots[slot].first_ns = now;
    __atomic_store_n((int64_t *)&meter_slots[slot].last_ns, now, __ATOMIC_RELAXED);
    sample->by = slot;
}

/* What a sink does with a sample. */
enum {
    METER_SINK_NUMBERS = 1,    /* meter_arrived */
    METER_SINK_TIMES = 0,      /* meter_arrived_at */
    METER_SINK_ELSEWHERE = -1, /* meter_arrived_elsewhere */
    METER_SINK_GAUGE = -2,     /* gauge_arrived */
    METER_SINK_STEPS = -3,     /* the same, and gauge_step_arrived */
    METER_SINK_COUNTS = -4,    /* meter_counted */
};

/* The sink of the measured road has got this sample. */
void meter_arrived(const struct meter_sample *sample);
/* The same where real filters carry no numbers: each sample must begin where the last one ended,
 * to within slack units. */
void meter_arrived_at(int64_t start, int64_t stop, int64_t slack);
/* It has got one of which nothing is known; a number stands for its content, of a picture of 1280x720 its
 * luma: behind that may be padding, which says nothing. */
#define METER_CONTENT_BYTES ((size_t)1280 * 720)
void meter_counted(const void *data, size_t bytes);
/* One of `rate` a second: returns when it is due, the first at once.  For one thread at a time. */
void meter_hold(int rate);
extern int64_t meter_contents[METER_SLOTS]; /* of the first so many */
/* The control thread: until so many more have come to the measured road's sink. */
void meter_wait_more(uint64_t more);
uint64_t meter_count(void);
/* A sink of another road has got one. */
void meter_arrived_elsewhere(void);
uint64_t meter_elsewhere(void); /* how many so far */

/* ---- sources: how fast ------------------------------------------------------------------------ */

enum {
    METER_FULL_RATE = 0,
    METER_NEVER = -1,   /* nothing comes; otherwise samples per second */
    METER_IN_STEP = -2, /* one at a time: gauge.h */
};

struct meter_pacer {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int rate; /* set at creation */
    /* under lock */
    bool is_interrupted;
    int64_t due_ns; /* of the next sample; 0: it is the first */
};

void meter_pacer_init(struct meter_pacer *pacer, int rate);
void meter_pacer_fini(struct meter_pacer *pacer);
/* Waits until the next sample is due; says the same again until meter_pacer_took.  false:
 * interrupted. */
bool meter_pacer_wait(struct meter_pacer *pacer);
void meter_pacer_took(struct meter_pacer *pacer);
void meter_pacer_interrupt(struct meter_pacer *pacer, bool on);

/* ---- the run: the control thread ---------------------------------------------------------------- */

/* One swap, as the side that made it saw it; CLOCK_MONOTONIC or durations, ns. */
struct meter_times {
    int64_t asked_ns;  /* before anything was done for it; the new filter exists already */
    int64_t cut_ns;    /* before the part that has to wait for the stream: all else is ready */
    int64_t done_ns;   /* the old filter is out and stopped */
    int64_t closed_ns; /* duration: no sample could pass */
};

struct meter_plan {
    const char *side, *way; /* names for the output */
    int swaps;              /* --swaps: recorded ones */
    int warm;               /* --warm: swaps before these */
    int gap;                /* --gap: samples between two swaps; 0: back to back */
    int others;             /* --others: filters in the same graph beside the road */
    int streams;            /* --streams: other graphs that run */
    int rate;               /* --rate: samples per second of each; given as 0: METER_NEVER */
    bool real;              /* --real: real filters in the place of the bench's own */
};

#define METER_CHAIN 1000 /* filters in one chain of others */

/* A plan where no argument says more. */
#define METER_PLAN(side_name, way_name)                                                        \
    {                                                                                          \
        .side = (side_name), .way = (way_name), .swaps = 2000, .warm = 100, .gap = 1000,       \
        .rate = 25                                                                             \
    }

/* Before anything else; both readers of arguments do it. */
void meter_init(void);

/* Reads the arguments of a program; way stays as it is without --way.  Ends the program on any
 * that it does not know. */
void meter_plan_read(struct meter_plan *plan, int argc, char **argv);

/* Carries out plan: swap puts the pass-through of this slot into the place of the one before; the
 * next one waits until this one has been used, unless gap is 0.  Prints one JSON object, in it for each swap:
 *   closed_ns  as in struct meter_times
 *   stall_ns   from the last sample in the old filter to the first in the new one; real: the
 *              longest time between two arrivals at the sink while the swap was on
 *   cut_ns     from meter_times.cut_ns to the first sample in the new filter
 *   whole_ns   from meter_times.asked_ns to the first sample in the new filter
 *   call_ns    from asked_ns to done_ns
 * The program's exit code: 0 if each number arrived once, in order. */
int meter_run(const struct meter_plan *plan,
              bool (*swap)(void *context, int slot, struct meter_times *ret), void *context);

/* For what cannot go wrong unless the bench is broken: says what, and ends the program. */
_Noreturn void meter_fail(const char *what, unsigned code);
