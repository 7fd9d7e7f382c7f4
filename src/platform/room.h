/* SPDX-License-Identifier: MIT */
/* room.h - who is which thread, in which room, and what it waits for.
 *
 * Any thread.  Entering a room and noting a wait are a few stores to the thread's own record.
 * Knows: threads.  Must not know: what is done in the rooms, and what is waited for: those who
 * wait say it in words of their own.
 */
#pragma once

#include <assert.h>
#include <pthread.h>
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

/* --- places: where somebody waits -------------------------------------------------------- */

struct rg_place_name {
    char text[96];     /* "filter.pin", UTF-8; empty: what is waited for says it all */
    const void *graph; /* a key: which graph it belongs to; NULL: none, or not known */
};

/* Something whose name can be told.  It must stay while a wait or a hold (hold.h) names it. */
struct rg_place {
    /* Any thread.  Under locks of the report: it may take leaf locks under which no wait and
     * no hold begins or ends, and nothing else. */
    void (*tell)(const struct rg_place *place, struct rg_place_name *ret);
};

/* A place whose name is known beforehand. */
struct rg_fixed_place {
    struct rg_place place; /* first */
    struct rg_place_name name;
};

RG_API void rg_fixed_place_init(struct rg_fixed_place *place, const void *graph,
                                const char *text);

/* --- waits: why is it stuck? ------------------------------------------------------------ */

/* Names the calling thread (at most 15 bytes are kept) and puts it on the report. */
RG_API void rg_thread_set_name(const char *name);

/* What a thread is about to wait for, or is busy with; lies on its stack. */
struct rg_wait {
    const char *what;             /* a constant: "a free buffer" */
    const struct rg_place *where; /* may be NULL */
    bool is_task;                 /* no wait: what the thread does, "the stream of" where */
    bool carries;                 /* a task: samples, which who stops the graph waits for */
    bool is_vague;                /* says less than any other wait that is noted already */
    bool is_idle;                 /* nobody is held up: there is nothing to do */
    bool is_for_hold;             /* until what is held at `where` (hold.h) is let go */
    uint32_t holder; /* else: the thread that can end it; 0: nobody in particular */
    const _Atomic(uint32_t)
        *holder_now; /* may be NULL; else the holder is read there meanwhile */
    /* may be NULL; a constant, in which # stands for `number`, @ for it as a time (100 ns) */
    const char *detail;
    int64_t number;

    /* set by rg_wait_begin */
    int64_t since_ns;
    struct rg_wait *outer;
    bool is_noted;
};

/* Notes a wait until rg_wait_end: a few stores, to be made where the thread really is about to
 * sleep.  Waits nest.  A wait that goes on (a loop around a condition) keeps its time where
 * `since_ns` is what it was before. */
RG_API void rg_wait_begin(struct rg_wait *wait);
/* The same thread.  After it nobody looks at *wait and the place any more. */
RG_API void rg_wait_end(struct rg_wait *wait);
/* Is the calling thread at a task that carries samples of that graph (a place's key)?  Looks at its own
 * record alone. */
RG_API bool rg_thread_carries_for(const void *graph);
/* pthread_cond_wait with *wait noted.  Returns since when: for wait->since_ns of the next turn. */
RG_API int64_t rg_wait_cond(struct rg_wait *wait, pthread_cond_t *changed,
                            pthread_mutex_t *lock);

#define RG_NOTES_TOLD 4

/* A copy of a noted wait. */
struct rg_note {
    const char *what;
    bool is_task;
    bool is_idle;
    bool is_for_hold;
    const struct rg_place *place; /* a key: it may be gone already */
    struct rg_place_name where;
    uint32_t holder;
    const char *detail;
    int64_t number;
    int64_t since_ns; /* rg_time_now_ns when it began */
};

struct rg_thread_info {
    char name[16];
    uint32_t id; /* the kernel's */
    enum rg_room room;
    unsigned n_notes;
    struct rg_note notes[RG_NOTES_TOLD]; /* the innermost ones, from inside out */
};

/* Tells each thread that has a name, entered a room or waited.  `report` must not come back to
 * this file.  Never waits for long: no lock that it takes is held across a wait. */
RG_API void rg_thread_each(void (*report)(const struct rg_thread_info *info, void *context),
                           void *context);

/* --- the end of a thread ------------------------------------------------------------------ */

/* Makes sure that this thread's end is noticed: what it owns is abandoned, its handle becomes
 * signalled, its record leaves the report. */
void rg_thread_exit_watch(void);
