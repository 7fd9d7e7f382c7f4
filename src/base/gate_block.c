/* SPDX-License-Identifier: MIT */
/* gate_block.c - the block: open, pending, closed, and armed for a time.
 *
 * A thread in control asks, a streaming thread that leaves or comes with the time closes.
 * Knows: the gate's fields.  Must not know: how the gate is entered, visits.
 */
#include "base/gate_internal.h"

#include "platform/time.h"

/* ---- inside the lock ------------------------------------------------------------------- */

static void signal_and_close(HANDLE *event)
{
    if (*event != NULL) {
        SetEvent(*event);
        CloseHandle(*event);
        *event = NULL;
    }
}

static void enter_closed_locked(struct rg_gate *gate)
{
    gate->state = RG_GATE_CLOSED;
    gate->closed_since = rg_time_now_ns();
    gate->closings++;
    rg_gate_tell_locked(gate);
    signal_and_close(&gate->event);
    pthread_cond_broadcast(&gate->changed);
}

/* A visitor uses the link as well: it may be pushing a marker through. */
void rg_gate_close_if_free_locked(struct rg_gate *gate)
{
    if (gate->state == RG_GATE_PENDING && !rg_gate_in_use_locked(gate) && gate->visitor == 0)
        enter_closed_locked(gate);
}

static void open_locked(struct rg_gate *gate)
{
    if (gate->state == RG_GATE_CLOSED) {
        gate->closed_ns = rg_time_now_ns() - gate->closed_since;
        if (gate->closed_ns > gate->closed_max_ns)
            gate->closed_max_ns = gate->closed_ns;
    }
    gate->state = RG_GATE_OPEN;
    gate->blocker = 0;
    signal_and_close(
        &gate->event); /* a pending block that is cancelled releases its waiter too */
    rg_gate_settle_attention_locked(gate);
    pthread_cond_broadcast(&gate->changed);
}

void rg_gate_disarm_locked(struct rg_gate *gate)
{
    signal_and_close(&gate->armed_event);
    gate->armed_time = RG_GATE_NEVER;
}

void rg_gate_fire_armed_locked(struct rg_gate *gate)
{
    gate->event = gate->armed_event;
    gate->armed_event = NULL;
    gate->armed_time = RG_GATE_NEVER;
    gate->blocker = gate->armer;
    gate->blocker_id = gate->armer_id;
    gate->state = RG_GATE_PENDING;
    gate->blocks++;
    rg_gate_tell_locked(gate);
    rg_gate_close_if_free_locked(gate);
}

/* ---- what is asked for ----------------------------------------------------------------- */

static HRESULT last_error(void)
{
    DWORD error = GetLastError();

    return error != 0 ? HRESULT_FROM_WIN32(error) : E_FAIL;
}

static HRESULT duplicate(HANDLE event, HANDLE *ret)
{
    HANDLE process = GetCurrentProcess();

    if (!DuplicateHandle(process, event, process, ret, 0, FALSE, DUPLICATE_SAME_ACCESS))
        return last_error();
    return S_OK;
}

static HRESULT close_gate(struct rg_gate *gate, HANDLE own_event)
{
    bool is_sync = own_event == NULL;
    int64_t since_ns = 0;
    HRESULT hr = S_OK;

    pthread_mutex_lock(&gate->lock);
    if (gate->state != RG_GATE_OPEN) {
        hr = gate->blocker == rg_gate_this_thread() ? VFW_E_PIN_ALREADY_BLOCKED_ON_THIS_THREAD
                                                    : VFW_E_PIN_ALREADY_BLOCKED;
    } else if (is_sync && (rg_gate_caller_is_inside_locked(gate) ||
                           gate->visitor == rg_gate_this_thread())) {
        hr = E_UNEXPECTED; /* it would wait for itself */
    } else {
        uint64_t mine = ++gate->blocks;

        gate->state = RG_GATE_PENDING;
        gate->blocker = rg_gate_this_thread();
        gate->blocker_id = GetCurrentThreadId();
        gate->event = own_event;
        own_event = NULL;
        rg_gate_call_attention_locked(gate);
        rg_gate_close_if_free_locked(gate);
        /* one that was cancelled does not wait for the next, which may be pending already */
        while (is_sync && gate->state == RG_GATE_PENDING && gate->blocks == mine)
            (void)rg_gate_sleep_inside_locked(gate, &since_ns, NULL);
    }
    pthread_mutex_unlock(&gate->lock);
    if (own_event != NULL)
        CloseHandle(own_event);
    return hr;
}

HRESULT rg_gate_block(struct rg_gate *gate, DWORD flags, HANDLE event)
{
    HANDLE own = NULL;
    HRESULT hr;

    if ((flags & ~(DWORD)AM_PIN_FLOW_CONTROL_BLOCK) != 0)
        return E_INVALIDARG;
    if ((flags & AM_PIN_FLOW_CONTROL_BLOCK) == 0) {
        if (event != NULL)
            return E_INVALIDARG;
        pthread_mutex_lock(&gate->lock);
        hr = gate->state == RG_GATE_OPEN ? S_FALSE : S_OK;
        if (hr == S_OK)
            open_locked(gate);
        pthread_mutex_unlock(&gate->lock);
        return hr;
    }
    if (event != NULL) {
        if (!ResetEvent(event))
            return last_error();
        hr = duplicate(event, &own);
        if (FAILED(hr))
            return hr;
    }
    return close_gate(gate, own);
}

HRESULT rg_gate_block_at(struct rg_gate *gate, REFERENCE_TIME time, HANDLE event)
{
    HANDLE own = NULL;
    HRESULT hr = S_OK;

    if (time >= 0) {
        if (event == NULL)
            return E_POINTER;
        if (!ResetEvent(event))
            return last_error();
        hr = duplicate(event, &own);
        if (FAILED(hr))
            return hr;
    }
    pthread_mutex_lock(&gate->lock);
    if (time < 0) {
        hr = gate->armed_event != NULL ? S_OK : S_FALSE;
        rg_gate_disarm_locked(gate);
        rg_gate_settle_attention_locked(gate);
    } else if (gate->armed_event != NULL) {
        hr = VFW_E_PIN_ALREADY_BLOCKED;
    } else {
        gate->armed_event = own;
        gate->armed_time = time;
        gate->armer = rg_gate_this_thread();
        gate->armer_id = GetCurrentThreadId();
        own = NULL;
        rg_gate_call_attention_locked(gate);
    }
    pthread_mutex_unlock(&gate->lock);
    if (own != NULL)
        CloseHandle(own);
    return hr;
}
