/* SPDX-License-Identifier: MIT */
/* gauge.h - what the programs of tools/bench share: their arguments, how long a block of samples takes,
 * and the figures printed as one JSON object.
 *
 * The sinks of all sides call gauge_arrived on their streaming thread; the main thread arms, waits and
 * prints.  Knows neither regraft nor its peers.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "swap_meter.h"

#define GAUGE_BLOCKS 64 /* the most of one run */

/* ---- arguments ---------------------------------------------------------------------------------- */

struct gauge_option {
    const char *name; /* "--length"; NULL: the last */
    int *value;       /* stays as it is where the option is not given */
};

/* Ends the program on any that is not listed, or no number from 0 to a thousand million. */
void gauge_read(const struct gauge_option *options, int argc, char **argv);

/* ---- blocks of samples -------------------------------------------------------------------------- */

struct gauge {
    /* owned by the sink's streaming thread once armed */
    uint64_t count, next;
    unsigned done, blocks;
    uint64_t per_block;
    int64_t wall_ns[GAUGE_BLOCKS + 1];    /* when each block began; the last one's end */
    int64_t thread_ns[GAUGE_BLOCKS + 1];  /* of the sink's thread alone */
    int64_t process_ns[GAUGE_BLOCKS + 1]; /* of all threads */
};
extern struct gauge gauge;

/* Before samples flow: the first `warm` of them are not counted, then so many blocks. */
void gauge_arm(int warm, int per_block, int blocks);
/* gauge_wait returns at the very first one. */
void gauge_arm_first(void);
/* A function of its own however it is built: callgrind looks for its name. */
__attribute__((noipa)) void gauge_mark(void);
/* A sample has come to the end of its road. */
static inline void gauge_arrived(void)
{
    if (__builtin_expect(++gauge.count == gauge.next, 0))
        gauge_mark();
}
/* Until all blocks are done; ends the program where they do not come. */
void gauge_wait(void);

/* ---- one by one ---------------------------------------------------------------------------------- */

/* METER_IN_STEP: a source waits until what it sent has arrived.  false: interrupted. */
bool gauge_step_wait(void);
void gauge_step_interrupt(bool on);
/* At the sink: notes how long the sample took from its source's wait to here, lets the next one come. */
void gauge_step_arrived(void);

/* ---- times and output ------------------------------------------------------------------------------------- */

int64_t gauge_thread_ns(void);
int64_t gauge_process_ns(void);
/* Milliseconds of wall time since *since, which becomes now. */
double gauge_lap_ms(int64_t *since);
/* Lets the others work for so long. */
void gauge_pause(int seconds);
/* A line of /proc/self/status, "VmRSS:" in kB or "Threads:". */
long gauge_status(const char *name);

void gauge_print_begin(const char *side);
void gauge_print(const char *name, double value);
void gauge_print_list(const char *name, const int64_t *values, unsigned n);
/* Blocks as ns per sample: wall_ns, thread_ns, process_ns. */
void gauge_print_blocks(void);
/* Latencies of METER_IN_STEP: step_ns. */
void gauge_print_steps(void);
void gauge_print_end(void);

/* Many live roads, all begun: their samples (meter_elsewhere) are counted for so many seconds, and one object
 * is printed.  kb, threads: what gauge_status said before the roads were made. */
void gauge_live(const char *side, int roads, int seconds, long kb, long threads);
