/* SPDX-License-Identifier: MIT */
/* base/gate.h - where a sample passes from an output pin into a link, and where it can be
 * made to wait.
 *
 * The streaming thread brackets each use of its link with begin and end.  Open, that is a
 * store, a compare and a store: no lock, no fence, no system call.  Closing the gate pays
 * instead: a membarrier makes every thread's stores visible.
 * Knows: threads, time.  Must not know: pins, samples, connections.
 *
 * The fast path belongs to one thread, the first that used the gate since rg_gate_rest;
 * others are counted under the lock.
 */
#pragma once

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <dshow.h>
#include <regraft_if.h>

#include "platform/hold.h"
#include "platform/membarrier.h"
#include "platform/tls.h"

#define RG_GATE_NO_TIME INT64_MIN /* a sample without start time: passes an armed gate */

enum rg_gate_state {
    RG_GATE_OPEN = 1, /* U of the contract */
    RG_GATE_PENDING,  /* P: closes as soon as nobody is inside */
    RG_GATE_CLOSED,   /* B */
};

/* Something to be done between two samples, with nobody inside: by the streaming thread at its
 * next boundary, or by the thread that asks where the road is idle.  Users that come
 * meanwhile wait. */
struct rg_gate_visit {
    /* Once.  by: RG_VISIT_BY_STREAM or RG_VISIT_BY_CALLER, the gate is free of users until this
     * returns; RG_VISIT_MISSED: the stream ended before the time came, and the gate is as it
     * was.  start: of the user that waits to come in, or RG_GATE_NO_TIME. */
    void (*run)(struct rg_gate_visit *visit, DWORD by, REFERENCE_TIME start);
};

struct rg_gate_times {
    uint64_t closings;
    int64_t closed_ns, closed_max_ns;
    bool is_closed;
    unsigned waiting;          /* samples held at the gate now */
    REFERENCE_TIME held_start; /* start time of one of them, or -1 */
};

struct rg_gate {
    /* the owner's fast path */
    atomic_uintptr_t owner; /* token of the thread that may use it; 0: nobody yet */
    atomic_uint depth;      /* written by the owner alone */
    atomic_bool attention;  /* there is a reason to take the lock */
    atomic_bool is_visited; /* written under `lock`, waited for in a short spin without it */

    pthread_mutex_t lock; /* a leaf: never held while waiting for others or calling out */
    pthread_cond_t changed;

    /* under `lock` */
    enum rg_gate_state state;
    unsigned others;   /* users that are not the owner */
    uintptr_t blocker; /* who asked for the block; 0 exactly when open */
    uint64_t blocks;   /* asked for so far: which one it is that is pending */
    HANDLE event;      /* ours; exists exactly while pending and asked for */
    unsigned fences; /* that run just now without the lock: attention is called, not yet seen */
    unsigned holds;  /* internal edits of the link in progress or asked for */
    bool stopping;   /* waiters leave with VFW_E_STATE_CHANGED */
    bool flushing;
    REFERENCE_TIME armed_time;
    HANDLE armed_event; /* ours; NULL: not armed */
    uintptr_t armer;
    struct rg_gate_visit *visit; /* asked for; the caller's */
    REFERENCE_TIME visit_time;   /* RG_GATE_NO_TIME: at the next boundary */
    bool visit_is_held;          /* who would make it waits instead */
    uintptr_t visitor;           /* who makes it just now; 0: nobody */
    unsigned waiting;
    REFERENCE_TIME held_start;
    int64_t closed_since;
    uint64_t closings;
    int64_t closed_ns, closed_max_ns;

    /* for the report: ids of threads, and what is said of the gate; report.where, set at
     * creation, is its pin */
    uint32_t owner_id, blocker_id, armer_id, holder_id;
    uint32_t visit_asker_id, visit_holder_id, visitor_id;
    struct rg_hold report;
};

/* A token of the calling thread. */
extern RG_TLS char rg_gate_thread_mark;
static inline uintptr_t rg_gate_this_thread(void)
{
    return (uintptr_t)&rg_gate_thread_mark;
}

void rg_gate_init(struct rg_gate *gate);
void rg_gate_fini(struct rg_gate *gate);

/* Slow halves of begin and end. */
__attribute__((cold)) HRESULT rg_gate_begin_slow(struct rg_gate *gate, REFERENCE_TIME start);
__attribute__((cold)) void rg_gate_end_slow(struct rg_gate *gate, bool is_owner);

/* Streaming thread.  start: 100 ns, or RG_GATE_NO_TIME.  S_OK: inside, rg_gate_end must
 * follow; VFW_E_STATE_CHANGED: the gate is closed and the filter stops or flushes. */
static inline HRESULT rg_gate_begin(struct rg_gate *gate, REFERENCE_TIME start)
{
    if (atomic_load_explicit(&gate->owner, memory_order_relaxed) == rg_gate_this_thread()) {
        unsigned depth = atomic_load_explicit(&gate->depth, memory_order_relaxed);

        atomic_store_explicit(&gate->depth, depth + 1, memory_order_relaxed);
        rg_membarrier_light();
        if (!atomic_load_explicit(&gate->attention, memory_order_acquire))
            return S_OK;
        atomic_store_explicit(&gate->depth, depth, memory_order_release);
    }
    return rg_gate_begin_slow(gate, start);
}
/* Any thread: the same without waiting; VFW_E_PIN_ALREADY_BLOCKED where begin would wait. */
HRESULT rg_gate_try_begin(struct rg_gate *gate);
static inline void rg_gate_end(struct rg_gate *gate)
{
    unsigned depth = 0;

    if (atomic_load_explicit(&gate->owner, memory_order_relaxed) == rg_gate_this_thread())
        depth = atomic_load_explicit(&gate->depth, memory_order_relaxed);
    if (depth != 0) {
        atomic_store_explicit(&gate->depth, depth - 1, memory_order_release);
        rg_membarrier_light();
        if (!atomic_load_explicit(&gate->attention, memory_order_relaxed))
            return;
    }
    rg_gate_end_slow(gate, depth != 0);
}

/* Any thread: IPinFlowControl::Block, all of it. */
HRESULT rg_gate_block(struct rg_gate *gate, DWORD flags, HANDLE event);

/* Any thread: IRgLink::BlockAt. */
HRESULT rg_gate_block_at(struct rg_gate *gate, REFERENCE_TIME time, HANDLE event);
/* Streaming thread: the stream has ended, no later time will come. */
void rg_gate_end_of_stream(struct rg_gate *gate);

/* Control thread: the stop event of the contract.  true: waiters leave, and new ones too
 * while it is closed. */
void rg_gate_set_stopping(struct rg_gate *gate, bool on);
void rg_gate_set_flushing(struct rg_gate *gate, bool on);

/* Control thread: nobody streams through the pin; the next user may become the owner. */
void rg_gate_rest(struct rg_gate *gate);

/* Control thread: keeps every user outside while the caller changes the link; nests with
 * Block.  hold waits for users to leave, at most timeout_ms: VFW_E_TIMEOUT.  A caller that
 * is inside the gate itself gets S_OK at once if alone. */
HRESULT rg_gate_hold(struct rg_gate *gate, DWORD timeout_ms);
void rg_gate_release(struct rg_gate *gate);

/* Control thread.  time: 100 ns, the first user that starts then or later is too late for the
 * visit; RG_GATE_NO_TIME: now.  An idle gate is visited before this returns, a closed one
 * too.  *visit stays the caller's, and must live until it has begun to run or was taken back.
 * S_OK; VFW_E_PIN_ALREADY_BLOCKED: another one is asked for. */
HRESULT rg_gate_visit(struct rg_gate *gate, struct rg_gate_visit *visit, REFERENCE_TIME time);
/* Control thread.  on: the visit is put off, and users that it is due for wait; one that is
 * being made is waited for.  off: go on.  S_OK; S_FALSE: there is none (any more). */
HRESULT rg_gate_hold_visit(struct rg_gate *gate, bool on);
/* Any thread.  S_OK: taken back, it will not run; S_FALSE: it has run, or is running. */
HRESULT rg_gate_cancel_visit(struct rg_gate *gate, struct rg_gate_visit *visit);

/* Any thread. */
void rg_gate_read(struct rg_gate *gate, struct rg_gate_times *ret);
