/* SPDX-License-Identifier: MIT */
/* gate_report.c - what a gate says of itself to who asks why nothing moves, and sleeps that are noted.
 *
 * Whichever thread has the gate's lock.
 * Knows: the gate's fields, the report.  Must not know: when a gate opens.
 */
#include "base/gate_internal.h"

void rg_gate_tell_locked(struct rg_gate *gate)
{
    struct rg_hold_state state = { .waiting = gate->waiting };

    if (gate->armed_event != NULL) {
        state.what = "armed";
        state.holder = gate->armer_id;
        state.detail = "closes at a sample of @ or later";
        state.number = gate->armed_time;
    }
    if (gate->visit != NULL) {
        state.what = gate->visit_is_held ? "a change of its link is put off"
                                         : "a change of its link is pending";
        state.holder = gate->visit_is_held ? gate->visit_holder_id : gate->visit_asker_id;
        state.detail = gate->visit_time >= 0 ? "at a sample of @ or later" : NULL;
        state.number = gate->visit_time;
    }
    if (gate->visitor != 0) {
        state.what = "its link is being changed";
        state.holder = gate->visitor_id;
        state.detail = NULL;
    }
    if (gate->holds != 0) {
        state.what = "held for a change of the link";
        state.holder = gate->holder_id;
    }
    if (gate->state != RG_GATE_OPEN) {
        state.what = gate->state == RG_GATE_CLOSED ? "closed" : "closing";
        state.holder = gate->blocker_id;
    }
    rg_hold_tell(&gate->report, &state);
}

int64_t rg_gate_sleep_outside_locked(struct rg_gate *gate, REFERENCE_TIME start, int64_t since)
{
    rg_gate_tell_locked(gate); /* one more waits */
    return rg_wait_cond(
        &(struct rg_wait){ .what = "the gate to open",
                           .where = gate->report.where,
                           .is_for_hold = true,
                           .detail = start != RG_GATE_NO_TIME ? "sample of @" : NULL,
                           .number = start,
                           .since_ns = since },
        &gate->changed, &gate->lock);
}

int rg_gate_sleep_inside_locked(struct rg_gate *gate, int64_t *since,
                                const struct timespec *until)
{
    bool owner_is_inside = atomic_load_explicit(&gate->depth, memory_order_relaxed) != 0;
    struct rg_wait note = { .what = "samples to leave the gate",
                            .where = gate->report.where,
                            .holder = owner_is_inside ? gate->owner_id : 0,
                            .since_ns = *since };
    int woken;

    if (gate->visitor != 0) {
        note.what = "a change of the link to be over";
        note.holder = gate->visitor_id;
    }
    rg_wait_begin(&note);
    woken = until != NULL ? pthread_cond_timedwait(&gate->changed, &gate->lock, until)
                          : pthread_cond_wait(&gate->changed, &gate->lock);
    rg_wait_end(&note);
    *since = note.since_ns;
    return woken;
}
