/* SPDX-License-Identifier: MIT */
/* gate.c - how a gate is entered and left, over an asymmetric fence; visits and holds.
 *
 * begin and end run on streaming threads, the rest on any.  The lock is a leaf.
 * Knows: threads, time.  Must not know: pins.
 *
 * Why no sample slips through: the owner stores `depth`, then reads `attention`; the closer
 * stores `attention`, runs a membarrier, then reads `depth`.  Whatever the order, either the
 * owner sees the request or the closer sees the owner.
 */
#include "base/gate_internal.h"

#include <assert.h>
#include <errno.h>
#include <time.h>

#include "platform/membarrier.h"
#include "platform/spin.h"
#include "platform/time.h"
#include "platform/tls.h"

#define SPINS 2000 /* a visit takes about a microsecond; to sleep and be woken takes fifty */

RG_TLS char rg_gate_thread_mark;

void rg_gate_init(struct rg_gate *gate)
{
    atomic_init(&gate->owner, 0);
    atomic_init(&gate->depth, 0);
    atomic_init(&gate->attention, false);
    atomic_init(&gate->is_visited, false);
    rg_mutex_init_brief(&gate->lock);
    rg_cond_init(&gate->changed);
    gate->state = RG_GATE_OPEN;
    gate->armed_time = RG_GATE_NEVER;
    gate->held_start = -1;
}

void rg_gate_fini(struct rg_gate *gate)
{
    if (gate->event != NULL)
        CloseHandle(gate->event);
    if (gate->armed_event != NULL)
        CloseHandle(gate->armed_event);
    rg_hold_tell(&gate->report, &(struct rg_hold_state){ .what = NULL });
    pthread_cond_destroy(&gate->changed);
    pthread_mutex_destroy(&gate->lock);
}

/* ---- inside the lock ------------------------------------------------------------------- */

bool rg_gate_in_use_locked(struct rg_gate *gate)
{
    return gate->others != 0 || atomic_load_explicit(&gate->depth, memory_order_acquire) != 0;
}

bool rg_gate_caller_is_inside_locked(struct rg_gate *gate)
{
    return atomic_load_explicit(&gate->owner, memory_order_relaxed) == rg_gate_this_thread() &&
           atomic_load_explicit(&gate->depth, memory_order_relaxed) != 0;
}

/* Called by somebody, and whatever the owner began before that is visible: to himself it always is. */
static bool attention_is_seen_locked(struct rg_gate *gate)
{
    return (atomic_load_explicit(&gate->attention, memory_order_relaxed) &&
            gate->fences == 0) ||
           atomic_load_explicit(&gate->owner, memory_order_relaxed) == rg_gate_this_thread();
}

void rg_gate_call_attention_locked(struct rg_gate *gate)
{
    bool is_seen = attention_is_seen_locked(gate);

    rg_gate_tell_locked(gate);
    atomic_store_explicit(&gate->attention, true, memory_order_relaxed);
    if (!is_seen)
        rg_membarrier();
}

void rg_gate_settle_attention_locked(struct rg_gate *gate)
{
    bool needed = gate->state != RG_GATE_OPEN || gate->holds != 0 ||
                  gate->armed_event != NULL || gate->visit != NULL || gate->visitor != 0;

    atomic_store_explicit(&gate->attention, needed, memory_order_release);
    rg_gate_tell_locked(gate);
}

/* By another thread: who makes the visit is not in its own way. */
static bool is_visited_locked(struct rg_gate *gate)
{
    return gate->visitor != 0 && gate->visitor != rg_gate_this_thread();
}

/* start: of the user that comes; RG_GATE_NEVER where one has just left. */
static bool visit_is_due_locked(struct rg_gate *gate, REFERENCE_TIME start)
{
    if (gate->visit == NULL || gate->visitor != 0)
        return false;
    return gate->visit_time == RG_GATE_NO_TIME ||
           (start != RG_GATE_NO_TIME && start != RG_GATE_NEVER && start >= gate->visit_time);
}

/* Nobody is inside but perhaps the caller, and nobody comes in: the lock can be let go of for
 * the time of the visit.  Another one may be asked for meanwhile. */
static void make_visit_locked(struct rg_gate *gate, DWORD by, REFERENCE_TIME start)
{
    struct rg_gate_visit *visit = gate->visit;
    bool was_open = gate->state == RG_GATE_OPEN;
    int64_t since = rg_time_now_ns();

    gate->visit = NULL;
    gate->visitor = rg_gate_this_thread();
    gate->visitor_id = GetCurrentThreadId();
    atomic_store_explicit(&gate->is_visited, true, memory_order_relaxed);
    rg_gate_tell_locked(gate);
    pthread_mutex_unlock(&gate->lock);
    visit->run(visit, by, start);
    pthread_mutex_lock(&gate->lock);
    gate->visitor = 0;
    atomic_store_explicit(&gate->is_visited, false, memory_order_release);
    if (was_open) {
        gate->closings++;
        gate->closed_ns = rg_time_now_ns() - since;
        if (gate->closed_ns > gate->closed_max_ns)
            gate->closed_max_ns = gate->closed_ns;
    }
    rg_gate_close_if_free_locked(gate);
    rg_gate_settle_attention_locked(gate);
    pthread_cond_broadcast(&gate->changed);
}

static bool may_visit_locked(struct rg_gate *gate)
{
    return gate->holds == 0 && !gate->visit_is_held && !rg_gate_in_use_locked(gate);
}

/* A visit that is due where nobody comes: the caller makes it. */
static void visit_idle_locked(struct rg_gate *gate, DWORD by)
{
    while (visit_is_due_locked(gate, RG_GATE_NEVER) && may_visit_locked(gate))
        make_visit_locked(gate, by, RG_GATE_NO_TIME);
}

/* If nobody is inside any more, whoever waited for that goes on.  A holder may be inside
 * itself: it counts anew. */
static void leave_locked(struct rg_gate *gate)
{
    rg_gate_close_if_free_locked(gate);
    if (gate->holds != 0 || gate->visit != NULL)
        pthread_cond_broadcast(&gate->changed);
    visit_idle_locked(gate, RG_VISIT_BY_STREAM);
}

/* ---- the streaming side ---------------------------------------------------------------- */

/* Makes the visit that this user is too late for, or finds that it has to wait for it. */
static bool must_wait_locked(struct rg_gate *gate, REFERENCE_TIME start)
{
    if (gate->armed_event != NULL && gate->state == RG_GATE_OPEN && start != RG_GATE_NO_TIME &&
        start >= gate->armed_time)
        rg_gate_fire_armed_locked(gate);
    while (!gate->stopping && !gate->flushing && visit_is_due_locked(gate, start) &&
           may_visit_locked(gate))
        make_visit_locked(gate, RG_VISIT_BY_STREAM, start);
    return gate->state != RG_GATE_OPEN || gate->holds != 0 || is_visited_locked(gate) ||
           visit_is_due_locked(gate, start);
}

/* A visit by another thread is over in a moment. */
static void spin_while_visited(struct rg_gate *gate)
{
    for (int i = 0; i < SPINS && atomic_load_explicit(&gate->is_visited, memory_order_acquire);
         i++)
        rg_spin_pause();
}

static HRESULT begin_slow(struct rg_gate *gate, REFERENCE_TIME start, bool may_wait)
{
    uintptr_t self = rg_gate_this_thread();
    int64_t since_ns = 0;
    HRESULT hr = S_OK;

    spin_while_visited(gate);
    pthread_mutex_lock(&gate->lock);
    leave_locked(gate); /* the fast path's try at entering may have held up a closer */
    for (;;) {
        /* a nested use of the thread that the closer waits for */
        if (rg_gate_caller_is_inside_locked(gate) || gate->visitor == self)
            break;
        if (!must_wait_locked(gate, start))
            break;
        if (gate->stopping || gate->flushing) {
            hr = VFW_E_STATE_CHANGED;
            break;
        }
        if (!may_wait) {
            hr = VFW_E_PIN_ALREADY_BLOCKED;
            break;
        }
        gate->waiting++;
        gate->held_start = start == RG_GATE_NO_TIME ? -1 : start;
        since_ns = rg_gate_sleep_outside_locked(gate, start, since_ns);
        if (--gate->waiting == 0)
            gate->held_start = -1;
        rg_gate_tell_locked(gate);
    }
    if (SUCCEEDED(hr)) {
        if (may_wait && atomic_load_explicit(&gate->owner, memory_order_relaxed) == 0) {
            atomic_store_explicit(&gate->owner, self, memory_order_relaxed);
            gate->owner_id = GetCurrentThreadId();
        }
        if (atomic_load_explicit(&gate->owner, memory_order_relaxed) == self)
            atomic_fetch_add_explicit(&gate->depth, 1, memory_order_relaxed);
        else
            gate->others++;
    }
    pthread_mutex_unlock(&gate->lock);
    return hr;
}

HRESULT rg_gate_begin_slow(struct rg_gate *gate, REFERENCE_TIME start)
{
    return begin_slow(gate, start, true);
}

HRESULT rg_gate_try_begin(struct rg_gate *gate)
{
    return begin_slow(gate, RG_GATE_NO_TIME, false);
}

/* The owner has taken himself off by then. */
void rg_gate_end_slow(struct rg_gate *gate, bool is_owner)
{
    pthread_mutex_lock(&gate->lock);
    if (!is_owner) {
        assert(gate->others != 0);
        gate->others--;
    }
    leave_locked(gate);
    pthread_mutex_unlock(&gate->lock);
}

void rg_gate_end_of_stream(struct rg_gate *gate)
{
    struct rg_gate_visit *missed = NULL;

    if (!atomic_load_explicit(&gate->attention, memory_order_acquire))
        return;
    pthread_mutex_lock(&gate->lock);
    rg_gate_disarm_locked(gate);
    if (gate->visit != NULL && gate->visit_time != RG_GATE_NO_TIME) {
        missed = gate->visit;
        gate->visit = NULL;
    }
    rg_gate_settle_attention_locked(gate);
    pthread_cond_broadcast(&gate->changed);
    pthread_mutex_unlock(&gate->lock);
    if (missed != NULL)
        missed->run(missed, RG_VISIT_MISSED, RG_GATE_NO_TIME);
}

/* ---- visits ---------------------------------------------------------------------------- */

/* Users other than a caller that edits its own link from inside the bracket. */
static bool in_use_by_others_locked(struct rg_gate *gate)
{
    return rg_gate_caller_is_inside_locked(gate) ? gate->others != 0
                                                 : rg_gate_in_use_locked(gate);
}

/* The fence costs more than a short wait: a streaming thread that comes to the lock meanwhile need not
 * sleep for it. */
static void call_attention_outside_locked(struct rg_gate *gate)
{
    bool is_seen = attention_is_seen_locked(gate);

    rg_gate_tell_locked(gate);
    atomic_store_explicit(&gate->attention, true, memory_order_relaxed);
    if (is_seen)
        return;
    gate->fences++;
    pthread_mutex_unlock(&gate->lock);
    rg_membarrier();
    pthread_mutex_lock(&gate->lock);
    gate->fences--;
}

static void ask_for_visit_locked(struct rg_gate *gate, struct rg_gate_visit *visit,
                                 REFERENCE_TIME time)
{
    gate->visit = visit;
    gate->visit_time = time;
    gate->visit_is_held = false;
    gate->visit_asker_id = GetCurrentThreadId();
    call_attention_outside_locked(gate);
    if (gate->visit != visit)
        return; /* the stream has made it meanwhile, or is about to */
    if (time == RG_GATE_NO_TIME && gate->holds == 0 && gate->visitor == 0 &&
        !in_use_by_others_locked(gate))
        make_visit_locked(gate, RG_VISIT_BY_CALLER, RG_GATE_NO_TIME);
    else
        pthread_cond_broadcast(&gate->changed); /* whom it is due for may wait already */
}

HRESULT rg_gate_visit(struct rg_gate *gate, struct rg_gate_visit *visit, REFERENCE_TIME time)
{
    HRESULT hr = S_OK;

    pthread_mutex_lock(&gate->lock);
    if (gate->visit != NULL)
        hr = VFW_E_PIN_ALREADY_BLOCKED;
    else
        ask_for_visit_locked(gate, visit, time);
    pthread_mutex_unlock(&gate->lock);
    return hr;
}

HRESULT rg_gate_hold_visit(struct rg_gate *gate, bool on)
{
    int64_t since_ns = 0;
    HRESULT hr;

    pthread_mutex_lock(&gate->lock);
    /* it is being made; one that has not begun can be put off at once, whoever is at another */
    while (on && gate->visit == NULL && gate->visitor != 0)
        (void)rg_gate_sleep_inside_locked(gate, &since_ns, NULL);
    hr = gate->visit != NULL ? S_OK : S_FALSE;
    gate->visit_is_held = on && gate->visit != NULL;
    gate->visit_holder_id = GetCurrentThreadId();
    rg_gate_tell_locked(gate);
    pthread_cond_broadcast(&gate->changed);
    visit_idle_locked(gate, RG_VISIT_BY_CALLER);
    pthread_mutex_unlock(&gate->lock);
    return hr;
}

HRESULT rg_gate_cancel_visit(struct rg_gate *gate, struct rg_gate_visit *visit)
{
    HRESULT hr = S_FALSE;

    pthread_mutex_lock(&gate->lock);
    if (gate->visit == visit) {
        gate->visit = NULL;
        rg_gate_settle_attention_locked(gate);
        pthread_cond_broadcast(&gate->changed);
        hr = S_OK;
    }
    pthread_mutex_unlock(&gate->lock);
    return hr;
}

void rg_gate_set_stopping(struct rg_gate *gate, bool on)
{
    pthread_mutex_lock(&gate->lock);
    gate->stopping = on;
    if (on)
        pthread_cond_broadcast(&gate->changed);
    pthread_mutex_unlock(&gate->lock);
}

void rg_gate_set_flushing(struct rg_gate *gate, bool on)
{
    pthread_mutex_lock(&gate->lock);
    gate->flushing = on;
    if (on)
        pthread_cond_broadcast(&gate->changed);
    pthread_mutex_unlock(&gate->lock);
}

void rg_gate_rest(struct rg_gate *gate)
{
    pthread_mutex_lock(&gate->lock);
    if (!rg_gate_in_use_locked(gate))
        atomic_store_explicit(&gate->owner, 0, memory_order_relaxed);
    pthread_mutex_unlock(&gate->lock);
}

/* Of who holds the gate. */
static bool is_in_the_way_locked(struct rg_gate *gate)
{
    return in_use_by_others_locked(gate) || is_visited_locked(gate);
}

HRESULT rg_gate_hold(struct rg_gate *gate, DWORD timeout_ms)
{
    int64_t deadline = rg_time_now_ns() + (int64_t)timeout_ms * RG_NS_PER_MS;
    struct timespec until = { .tv_sec = (time_t)(deadline / RG_NS_PER_SECOND),
                              .tv_nsec = deadline % RG_NS_PER_SECOND };
    int64_t since_ns = 0;
    HRESULT hr = S_OK;

    pthread_mutex_lock(&gate->lock);
    gate->holds++;
    gate->holder_id = GetCurrentThreadId();
    rg_gate_call_attention_locked(gate);
    while (is_in_the_way_locked(gate)) {
        int woken = rg_gate_sleep_inside_locked(gate, &since_ns, &until);

        if (woken == ETIMEDOUT && is_in_the_way_locked(gate)) {
            gate->holds--;
            rg_gate_settle_attention_locked(gate);
            pthread_cond_broadcast(&gate->changed);
            hr = VFW_E_TIMEOUT;
            break;
        }
    }
    pthread_mutex_unlock(&gate->lock);
    return hr;
}

void rg_gate_release(struct rg_gate *gate)
{
    pthread_mutex_lock(&gate->lock);
    assert(gate->holds != 0);
    gate->holds--;
    rg_gate_settle_attention_locked(gate);
    pthread_cond_broadcast(&gate->changed);
    visit_idle_locked(gate, RG_VISIT_BY_CALLER);
    pthread_mutex_unlock(&gate->lock);
}

void rg_gate_read(struct rg_gate *gate, struct rg_gate_times *ret)
{
    pthread_mutex_lock(&gate->lock);
    ret->is_closed = gate->state == RG_GATE_CLOSED;
    ret->closings = gate->closings;
    ret->closed_ns = ret->is_closed ? rg_time_now_ns() - gate->closed_since : gate->closed_ns;
    ret->closed_max_ns =
        ret->closed_ns > gate->closed_max_ns ? ret->closed_ns : gate->closed_max_ns;
    ret->waiting = gate->waiting;
    ret->held_start = gate->held_start;
    pthread_mutex_unlock(&gate->lock);
}
