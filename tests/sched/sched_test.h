/* SPDX-License-Identifier: MIT */
/* sched_test.h - a scheduler for tests with threads: one runs at a time, and a seed says which.
 *
 * Any thread.  Knows: pthreads, futexes, clocks.  Must not know: what is tested.
 *
 * A program that is linked with sched_dep calls sched_start, and from then on
 * - exactly one thread runs.  Wherever it locks, waits, wakes, starts or joins a thread, yields or reads a clock (a point),
 *   the seed decides whether it goes on or another one does.  Code that is compiled with sched_instrument has a point at every
 *   atomic operation, too;
 * - time is made up: a point takes a microsecond, and when everybody waits, time jumps to the earliest deadline;
 * - the same seed gives the same run.  `trace=` in the line that is printed at exit is a hash over all points;
 * - what can't go on (everybody waits, and for nothing that will come) is told with all threads' stacks: exit code 1.
 *
 * What runs is sequentially consistent: an order that only a weak memory model allows is not found.  Blocking in calls that
 * are not known here (read, poll, rwlocks, semaphores) blocks all; that is told after half a minute.
 *
 * SCHED_LOG=FILE in the environment: every point as a line, for a diff of two runs.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum sched_strategy {
    SCHED_BY_SEED = 0,
    SCHED_RANDOM, /* now and then another thread, any */
    SCHED_RANKED, /* the highest of random ranks runs, until it waits; now and then it becomes the lowest */
};

/* All zero: as the seed says. */
struct sched_options {
    enum sched_strategy strategy;
    unsigned interval;   /* points from one change of thread to the next, on average */
    uint64_t max_steps;  /* more points than that are a livelock; 0: as many as there are */
    int64_t max_idle_ns; /* nobody can run for longer: that is a hang; 0: a minute */
    bool at_plain;       /* instrumented code: points at plain memory accesses, too */
};

/* False in builds where it can't work; the reason, if it is asked for. */
bool sched_available(const char **ret_why_not);

/* By the only thread of the process; once.  Stays on until the process ends. */
void sched_start(uint64_t seed, const struct sched_options *options);

/* exit() without what else would run there: a leak checker takes its time. */
__attribute__((noreturn)) void sched_quit(int code);

/* Any thread, between points: a place of its own to change threads at. */
void sched_here(void);
