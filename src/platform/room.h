/* SPDX-License-Identifier: MIT */
/* room.h - who is which thread, in which room, and what it waits for.
 *
 * Any thread.  Entering a room and noting a wait are a few stores to the thread's own record.
 * Knows: threads.  Must not know: what is done in the rooms.
 */
#pragma once

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

#include "platform/export.h"

enum rg_room {
    RG_ROOM_NONE = 0,  /* a thread of the host that did not enter a room */
    RG_ROOM_CONTROL,   /* changes the graph; may hold its lock */
    RG_ROOM_STREAMING, /* carries samples; never takes the lock of a graph or filter */
};

/* Enters a room and returns the one before, for rg_room_leave. */
RG_API enum rg_room rg_room_enter(enum rg_room room);
RG_API void rg_room_leave(enum rg_room before);
RG_API enum rg_room rg_room_now(void);

/* Control code runs in any thread that does not carry samples just now. */
static inline bool rg_room_allows(enum rg_room room)
{
    enum rg_room now = rg_room_now();

    return room == RG_ROOM_STREAMING ? now == room : now != RG_ROOM_STREAMING;
}

/* Debug builds stop here when the thread is in the wrong room. */
#define rg_assert_room(room) assert(rg_room_allows(room))

/* --- the report: why is it stuck? ------------------------------------------------------ */

/* Names the calling thread (at most 15 bytes are kept) and puts it on the report. */
RG_API void rg_thread_set_name(const char *name);

/* Notes what this thread is about to wait for: a constant, or NULL for nothing.  Returns what
 * it said before; put that back after the wait. */
RG_API const char *rg_thread_waits_for(const char *what);

struct rg_thread_info {
    const char *name; /* valid during the call */
    uint32_t id;      /* the kernel's */
    enum rg_room room;
    const char *waits_for; /* NULL: it runs */
    int64_t since_ns;      /* rg_time_now_ns when that wait began */
};

/* Tells each thread that has a name, entered a room or waited.  `report` must not come back to
 * this file. */
RG_API void rg_thread_each(void (*report)(const struct rg_thread_info *info, void *context),
                           void *context);

/* --- the end of a thread ------------------------------------------------------------------ */

/* Makes sure that this thread's end is noticed: what it owns is abandoned, its handle becomes
 * signalled, its record leaves the report. */
void rg_thread_exit_watch(void);
