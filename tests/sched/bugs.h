/* SPDX-License-Identifier: MIT */
/* bugs.h - small programs, each with one mistake, and the same without it.
 *
 * Run in a process of their own: what they do wrong ends it, or the scheduler does.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct bug {
    const char *name;
    void (*run)(bool right);
    const char *found_as;    /* a word of what is told when it is found */
    bool needs_instrumented; /* it lies between two accesses of memory, where no call is */
    bool at_plain;
};

extern const struct bug bugs[];
extern const size_t n_bugs;
