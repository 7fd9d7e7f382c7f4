/* SPDX-License-Identifier: MIT */
/* handle.h - what stands behind a HANDLE: one waitable object with a signalled state.
 *
 * Any thread.  For src/platform alone, but for rg_handle_fd.
 * Knows: futexes, eventfds.  Must not know: COM, filters.
 *
 * A HANDLE is a slot number plus that slot's generation, never an address, so that a closed or
 * invented handle is found out instead of followed.  A slot names an object and the object's
 * generation.  Objects live in memory that is recycled but never given back, so a stale reader
 * may look at one: all it does is compare and swap `state`, which holds the generation too.
 */
#pragma once

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <windows.h>

#include "platform/export.h"

enum rg_handle_kind {
    RG_HANDLE_EVENT_AUTO = 1,
    RG_HANDLE_EVENT_MANUAL,
    RG_HANDLE_SEMAPHORE,
    RG_HANDLE_MUTEX,
    RG_HANDLE_THREAD,
    RG_HANDLE_FILE,
};

/* --- the state word: generation | flags | value -------------------------------
 * value: event 0/1; semaphore its count; mutex the owner's thread id, 0 = free; thread 1 when
 * it ended; file always 1. */
#define RG_STATE_VALUE      UINT64_C(0x00000000ffffffff)
#define RG_STATE_WAITERS    (UINT64_C(1) << 32) /* the waiter list is not empty */
#define RG_STATE_FD         (UINT64_C(1) << 33) /* an eventfd follows the value */
#define RG_STATE_FROZEN     (UINT64_C(1) << 34) /* a wait for all is deciding */
#define RG_STATE_FLAGS      (RG_STATE_WAITERS | RG_STATE_FD | RG_STATE_FROZEN)
#define RG_STATE_GENERATION (~(RG_STATE_VALUE | RG_STATE_FLAGS))
#define RG_STATE_NEXT       (UINT64_C(1) << 35) /* one generation */

struct rg_wait_node;

/* One waitable object.  Two cache lines, so that signalling one never disturbs another. */
struct rg_object {
    /* atomic; with RG_STATE_FROZEN or _FD set it changes under `lock` alone */
    _Alignas(64) _Atomic(uint64_t) state;
    _Atomic(uint32_t) references; /* handles, sleeping waiters, the running thread; 0 = free */

    /* set at creation */
    _Atomic(uint32_t) kind;
    _Atomic(uint32_t) maximum; /* semaphore */

    /* under `lock` */
    pthread_mutex_t lock;
    struct rg_wait_node *first_waiter, *last_waiter;
    int event_fd; /* -1 until someone asked */

    union {
        struct { /* owned by the thread that owns the mutex */
            uint32_t depth;
            _Atomic(bool) abandoned;
            struct rg_object *next_owned;
        } mutex;
        struct rg_thread_body *thread;
        int file_fd;
    } u;
    struct rg_object *next_free;
};

/* What a handle names at this moment.  Not a reference: the generation in `state` is to be
 * compared in every change. */
struct rg_object_view {
    struct rg_object *object;
    uint64_t generation; /* as it stands in the state word */
};

/* --- objects and handles (handle.c) ------------------------------------------ */

/* A new object with one reference, the caller's; NULL when memory runs out. */
struct rg_object *rg_object_new(enum rg_handle_kind kind, uint32_t value);

/* Drops a reference; the last one closes what the object stands for. */
void rg_object_release(struct rg_object *object);

/* A new handle; takes over the caller's reference, also on failure.  NULL and
 * ERROR_NOT_ENOUGH_MEMORY when there is no room. */
HANDLE rg_handle_new(struct rg_object *object);

/* Makes object and handle in one go, for kinds that need nothing else. */
HANDLE rg_handle_create(enum rg_handle_kind kind, uint32_t value, uint32_t maximum);

/* The table of handles.  A HANDLE is (generation | slot index) << 2: like Windows' a multiple of
 * four, and never one of the pseudo handles -1 and -2. */
#if UINTPTR_MAX > UINT32_MAX
#define RG_SLOT_INDEX_BITS 24
#else
#define RG_SLOT_INDEX_BITS 18
#endif
#define RG_SLOT_INDEX_MASK    ((UINT32_C(1) << RG_SLOT_INDEX_BITS) - 1)
#define RG_SLOT_FIRST_SEGMENT 64 /* slots in segment 0; each further one is twice as large */
#define RG_SLOT_SEGMENT_SHIFT 6
#define RG_SLOT_SEGMENTS      (RG_SLOT_INDEX_BITS - RG_SLOT_SEGMENT_SHIFT)

struct rg_slot {
    _Atomic(uint32_t) generation; /* of the handle; moves on when it is closed */
    uint32_t next_free;           /* for handle.c */
    _Atomic(struct rg_object *) object;
    _Atomic(uint64_t) object_generation;
};

extern _Atomic(struct rg_slot *) rg_slot_segments[RG_SLOT_SEGMENTS];

static inline unsigned rg_slot_segment(uint32_t index)
{
    return 31u - (unsigned)__builtin_clz(index + RG_SLOT_FIRST_SEGMENT) - RG_SLOT_SEGMENT_SHIFT;
}

/* NULL if there never was such a slot. */
static inline struct rg_slot *rg_slot_at(uint32_t index)
{
    unsigned segment = rg_slot_segment(index);
    struct rg_slot *slots;

    if (segment >= RG_SLOT_SEGMENTS)
        return NULL;
    slots = atomic_load_explicit(&rg_slot_segments[segment], memory_order_acquire);
    if (slots == NULL)
        return NULL;
    return slots +
           (index + RG_SLOT_FIRST_SEGMENT - ((uint32_t)RG_SLOT_FIRST_SEGMENT << segment));
}

/* Looks without a reference and without a lock.  False for a bad handle. */
static inline bool rg_handle_look(HANDLE handle, struct rg_object_view *ret_view)
{
    uintptr_t bits = (uintptr_t)handle;
    uintptr_t generation = bits >> (RG_SLOT_INDEX_BITS + 2);
    struct rg_slot *slot = rg_slot_at((uint32_t)(bits >> 2) & RG_SLOT_INDEX_MASK);

    if ((bits & 3) != 0 || slot == NULL)
        return false;
    /* The slot's generation is read last: if it still is the handle's, what was read before
     * belongs to the handle. */
    ret_view->object = atomic_load_explicit(&slot->object, memory_order_acquire);
    ret_view->generation = atomic_load_explicit(&slot->object_generation, memory_order_acquire);
    return atomic_load_explicit(&slot->generation, memory_order_relaxed) == generation &&
           ret_view->object != NULL;
}

/* A reference to what the view shows, or NULL when that is gone. */
struct rg_object *rg_view_get(struct rg_object_view view);

/* A reference to what the handle names, or NULL; GetCurrentThread()'s handle works too. */
struct rg_object *rg_handle_get(HANDLE handle);

/* --- signalling (signal.c) -------------------------------------------------------- */

enum rg_change {
    RG_CHANGE_SET = 1, /* value = operand */
    RG_CHANGE_ADD,     /* value += operand, ERROR_TOO_MANY_POSTS above the maximum */
};

/* Changes the value and wakes whom it concerns.  False and ERROR_INVALID_HANDLE when the
 * object was closed.  `ret_old` may be NULL. */
bool rg_object_change(struct rg_object_view view, enum rg_change change, uint32_t operand,
                      uint32_t *ret_old);

/* RG_CHANGE_SET, at once if nobody sleeps there and no eventfd follows. */
static inline bool rg_object_set(struct rg_object_view view, uint32_t value)
{
    uint64_t state = atomic_load_explicit(&view.object->state, memory_order_relaxed);

    /* Swapped even if nothing changes: what this thread wrote before has to be visible to
     * whoever consumes the older signal. */
    if ((state & ~RG_STATE_VALUE) == view.generation &&
        atomic_compare_exchange_strong(&view.object->state, &state, view.generation | value))
        return true;
    return rg_object_change(view, RG_CHANGE_SET, value, NULL);
}

/* Event that wakes those who wait at this moment and stays reset. */
bool rg_object_pulse(struct rg_object_view view);

enum rg_take {
    RG_TAKE_NO = 0,    /* not signalled */
    RG_TAKE_YES,       /* signalled; consumed if its kind is consumed by a wait */
    RG_TAKE_ABANDONED, /* a mutex whose owner ended without letting go; it is the caller's now
                        */
    RG_TAKE_BAD,       /* closed meanwhile */
};

/* Tries to satisfy a wait without sleeping. */
enum rg_take rg_object_take(struct rg_object_view view);

/* Wait for all: satisfies every view or none, at one moment.  The caller holds a reference to
 * each; no object appears twice.  `*ret_index` is the first abandoned mutex, if one was. */
enum rg_take rg_object_take_all(const struct rg_object_view *views, uint32_t count,
                                uint32_t *ret_index);

/* One thread that sleeps for one or more objects, and its place in each one's list. */
struct rg_waiter {
    _Atomic(uint32_t) woken;   /* futex: 1 = look again */
    _Atomic(uint32_t) granted; /* index that a pulse gave away, or one of the two below */
    bool for_all;
};
#define RG_GRANT_NONE    UINT32_MAX       /* a pulse may grant */
#define RG_GRANT_CLAIMED (UINT32_MAX - 1) /* the waiter is deciding itself */

struct rg_wait_node {
    struct rg_wait_node *next, *previous; /* under the object's lock */
    struct rg_waiter *waiter;
    struct rg_object *object;
    uint32_t index;
};

/* The caller holds the object's lock: makes the eventfd, if any, say what the value says. */
void rg_object_sync_fd_locked(struct rg_object *object, uint32_t value);

/* First come, first served.  The waiter looks at the object's state again after joining. */
void rg_object_join(struct rg_wait_node *node);

/* Leaves; hands a wake that this waiter did not use on to the next one. */
void rg_object_leave(struct rg_wait_node *node);

/* --- mutexes (mutex.c) -------------------------------------------------------------- */

/* After the state word said this thread owns the mutex: books it.  True: it was abandoned. */
bool rg_mutex_taken(struct rg_object *object);

/* This thread ends: abandons what it still owns. */
void rg_mutex_abandon_all(void);

/* --- threads and files -------------------------------------------------------------- */
struct rg_object *rg_thread_current_object(void);         /* a reference, or NULL */
void rg_thread_body_release(struct rg_thread_body *body); /* thread object's last reference */

/* --- event loops ---------------------------------------------------------------------
 * Any thread.  A descriptor that polls readable (POLLIN, EPOLLIN) while the handle is
 * signalled. It only follows: an auto-reset event found readable still has to be waited for,
 * with timeout 0, to be consumed, and another thread may have been faster.  The caller owns
 * *ret_fd and closes it, before or after the handle; it must neither read nor write it.  From
 * the first call on, each change of that object costs a system call. S_OK; E_POINTER; E_HANDLE;
 * an HRESULT of the system's error. */
RG_API HRESULT rg_handle_fd(HANDLE handle, int *ret_fd);
