/* SPDX-License-Identifier: MIT */
/* bad_walk.h - one run: a class in a state, all its calls, and what the parent sees of it.
 *
 * Knows: bad.h.  Must not know: processes.
 */
#pragma once

#include "bad.h"

struct bad_run {
    struct rg_class_info info;
    enum bad_state state;
    bool second_thread;
};

/* Memory shared with the parent, who reads it after the child's end. */
struct bad_shared {
    char now[512];       /* the call that is being made */
    unsigned long index; /* how many were made or passed by */
    unsigned long first; /* those before are passed by: one of them was the child's end */
    unsigned long calls;
    unsigned failures;
    bool is_done;
};

const char *bad_state_name(const struct bad_run *run);

void bad_walk(const struct bad_run *run, struct bad_shared *shared);
