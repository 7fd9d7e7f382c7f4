/* SPDX-License-Identifier: MIT */
/* hold.h - what makes others wait: gates that are not open, locks that are taken; for the
 * report.
 *
 * Any thread, under the lock of whatever is held.  Telling is a few stores under a leaf lock,
 * made where something is closed, taken or let go, never where a sample passes.
 * Knows: threads' ids.  Must not know: what is held.
 */
#pragma once

#include "platform/room.h"

struct rg_hold_state {
    const char *what; /* a constant: "closed"; NULL: it is not held */
    uint32_t holder;  /* the thread that did it */
    /* may be NULL; a constant, in which # stands for `number`, @ for it as a time (100 ns) */
    const char *detail;
    int64_t number;
    unsigned waiting; /* how many wait in front of it */
};

/* One thing that can be held, inside its owner; zeroed: it is not held. */
struct rg_hold {
    /* set at creation */
    const struct rg_place *where; /* may be NULL */

    /* written under the lock of the list and the owner's own, read under either */
    struct rg_hold_state now;
    int64_t since_ns; /* when it came to be held so, by this thread */

    struct rg_hold *next, **link; /* under the lock of the list; link: NULL if not listed */
};

/* Under the owner's own lock: from now on it is like this.  Before the hold goes, it has to be
 * told that it is not held. */
RG_API void rg_hold_tell(struct rg_hold *hold, const struct rg_hold_state *state);

struct rg_hold_info {
    const struct rg_place *place; /* a key: it may be gone already */
    struct rg_place_name where;   /* its text may be empty */
    struct rg_hold_state state;
    int64_t since_ns;
};

/* Tells each thing that is held just now.  `report` must not come back to this file. */
RG_API void rg_hold_each(void (*report)(const struct rg_hold_info *info, void *context),
                         void *context);
