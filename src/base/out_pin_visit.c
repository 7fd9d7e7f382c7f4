/* SPDX-License-Identifier: MIT */
/* out_pin_visit.c - visits of an output pin's link: at once, at a media time, before a sync point.
 *
 * Asked for by control threads, made by the streaming thread or, where the link is idle, by
 * whoever asks.
 * Knows: the gate, one visitor.  Must not know: what the visitor does.
 */
#include "base/hop.h"
#include "base/out_pin_internal.h"

#include "platform/tls.h"

static RG_TLS bool is_repeating;

bool rg_out_pin_repeat_stops(struct rg_out_pin *pin)
{
    struct rg_gate_times times;

    if (!is_repeating)
        return false;
    rg_gate_read(&pin->gate, &times);
    return times.is_closed && rg_gate_hold(&pin->gate, 0) == S_OK;
}

/* The stream had ended before the road was changed: the new road has not heard of it, and
 * nobody else will say it. */
void rg_out_pin_repeat_end(struct rg_out_pin *pin)
{
    RG_AUTO(IPin) peer = NULL;
    bool before;

    pthread_mutex_lock(&pin->link_lock);
    if (pin->ends != 0 && pin->link.is_fresh && pin->link.peer != NULL &&
        atomic_load(&pin->is_active)) {
        pin->link.is_fresh = false;
        peer = pin->link.peer;
        IPin_AddRef(peer);
    }
    pthread_mutex_unlock(&pin->link_lock);
    if (peer == NULL)
        return;
    before = is_repeating;
    is_repeating = true;
    (void)rg_hop_new_segment(peer, pin->segment_start, pin->segment_stop, pin->segment_rate);
    (void)rg_hop_end_of_stream(peer);
    is_repeating = before;
}

static IRgVisitor *take_visitor(struct rg_out_pin *pin)
{
    IRgVisitor *visitor;

    pthread_mutex_lock(&pin->link_lock);
    visitor = pin->visitor;
    pin->visitor = NULL;
    pthread_mutex_unlock(&pin->link_lock);
    return visitor;
}

/* The streaming thread inside deliver: to the gate it is a caller like any other. */
static _Thread_local struct {
    const struct rg_out_pin *pin;
    REFERENCE_TIME start;
} at_sync;

void rg_out_pin_visit(struct rg_gate_visit *visit, DWORD by, REFERENCE_TIME start)
{
    struct rg_out_pin *pin = CONTAINING_RECORD(visit, struct rg_out_pin, visit);
    RG_AUTO(IRgVisitor) visitor = take_visitor(pin);

    if (visitor == NULL)
        return;
    if (at_sync.pin == pin) {
        by = RG_VISIT_BY_STREAM;
        start = at_sync.start;
    }
    (void)IRgVisitor_Visit(visitor, by, start == RG_GATE_NO_TIME ? -1 : start);
    if (by != RG_VISIT_MISSED)
        rg_out_pin_repeat_end(pin);
}

void rg_out_pin_visit_at_sync(struct rg_out_pin *pin, REFERENCE_TIME start)
{
    if (!atomic_exchange(&pin->visits_at_sync, false))
        return;
    at_sync.pin = pin;
    at_sync.start = start;
    (void)rg_gate_visit(&pin->gate, &pin->visit, RG_GATE_NO_TIME);
    at_sync.pin = NULL;
}

void rg_out_pin_miss_sync(struct rg_out_pin *pin)
{
    if (atomic_exchange(&pin->visits_at_sync, false))
        rg_out_pin_visit(&pin->visit, RG_VISIT_MISSED, RG_GATE_NO_TIME);
}

HRESULT rg_out_pin_visit_at(struct rg_out_pin *pin, REFERENCE_TIME time, IRgVisitor *visitor)
{
    HRESULT hr = S_OK;

    pthread_mutex_lock(&pin->link_lock);
    if (pin->visitor != NULL) {
        hr = VFW_E_PIN_ALREADY_BLOCKED;
    } else {
        pin->visitor = visitor;
        IRgVisitor_AddRef(visitor);
    }
    pthread_mutex_unlock(&pin->link_lock);
    if (FAILED(hr))
        return hr;
    if (time == RG_VISIT_AT_SYNC) {
        atomic_store(&pin->visits_at_sync, true);
        return S_OK;
    }
    hr = rg_gate_visit(&pin->gate, &pin->visit, time);
    if (FAILED(hr)) {
        visitor = take_visitor(pin);
        IRgVisitor_Release(visitor);
    }
    return hr;
}

HRESULT rg_out_pin_cancel_visit(struct rg_out_pin *pin, IRgVisitor *visitor)
{
    bool is_mine;

    pthread_mutex_lock(&pin->link_lock);
    is_mine = pin->visitor == visitor;
    pthread_mutex_unlock(&pin->link_lock);
    if (!is_mine)
        return S_FALSE;
    if (!atomic_exchange(&pin->visits_at_sync, false) &&
        rg_gate_cancel_visit(&pin->gate, &pin->visit) != S_OK)
        return S_FALSE;
    visitor = take_visitor(pin);
    IRgVisitor_Release(visitor);
    return S_OK;
}
