/* SPDX-License-Identifier: MIT */
/* sched_run.h - one scheduled run in a process of its own, and what it said.
 *
 * For tests that try many seeds; the calling process has one thread.
 * Knows: sched_test.h, processes.  Must not know: what is run.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "sched_test.h"

struct sched_outcome {
    int code; /* as waitpid says; 0: fn came back */
    char text[16384];
};

/* `fn` right here, and then sched_quit(0). */
void sched_run_here(void (*fn)(bool), bool argument, uint64_t seed,
                    const struct sched_options *options);

/* In a child; its standard output and error come back as text. */
struct sched_outcome sched_run(void (*fn)(bool), bool argument, uint64_t seed,
                               const struct sched_options *options);

/* Seeds from `first` to `last`, and the first run that did not come back; *ret_seed is 0 if all did. */
struct sched_outcome sched_run_all(void (*fn)(bool), bool argument, unsigned first,
                                   unsigned last, const struct sched_options *options,
                                   unsigned *ret_seed);
