/* SPDX-License-Identifier: MIT */
/* gate.c - which output pin has to be held for an edit, and holding it.
 *
 * The schedule's thread, and before it starts the control thread.
 * Knows: IRgLink, IPinFlowControl.  Must not know: what an edit does.
 */
#include "app/schedule_internal.h"

#include <stdlib.h>
#include <string.h>

/* ---- where ------------------------------------------------------------------------------- */

static IPin *first_connected(IBaseFilter *filter, PIN_DIRECTION direction, bool wants_peer)
{
    struct app_pins pins;
    IPin *found = NULL;

    app_pins_get(filter, &pins);
    for (size_t i = 0; i < pins.count && !found; i++) {
        APP_AUTO(IPin) peer = app_pin_peer(pins.items[i]);

        if (!peer || app_pin_direction(pins.items[i]) != direction)
            continue;
        found = wants_peer ? peer : pins.items[i];
        IPin_AddRef(found);
    }
    app_pins_release(&pins);
    return found;
}

IPin *app_task_pin(const struct app_schedule *s, const struct task *task)
{
    IBaseFilter *filter = app_graph_find(s->setup.graph, task->edit->target);
    IPin *pin = NULL;

    if (!filter)
        return NULL;
    if (task->edit->kind == APP_EDIT_DETACH)
        return app_branch_root(filter);
    if (task->edit->kind != APP_EDIT_INSERT)
        pin = first_connected(filter, PINDIR_INPUT, true);
    return pin ? pin : first_connected(filter, PINDIR_OUTPUT, false);
}

bool app_gate_is_below(IPin *below, IPin *above)
{
    struct app_filters todo = { 0 };
    APP_AUTO(IPin) peer = app_pin_peer(above);
    bool found = false;

    if (!peer || app_is_same(below, above))
        return false;
    todo.items = app_grow(todo.items, 0, sizeof(*todo.items));
    todo.items[0] = app_pin_filter(peer);
    todo.count = todo.items[0] != NULL;
    for (size_t at = 0; at < todo.count && !found; at++) {
        struct app_pins pins;

        app_pins_get(todo.items[at], &pins);
        for (size_t i = 0; i < pins.count && !found; i++) {
            APP_AUTO(IPin) next = NULL;
            APP_AUTO(IBaseFilter) filter = NULL;
            bool seen = false;

            if (app_pin_direction(pins.items[i]) != PINDIR_OUTPUT)
                continue;
            found = app_is_same(pins.items[i], below);
            next = app_pin_peer(pins.items[i]);
            filter = next ? app_pin_filter(next) : NULL;
            for (size_t k = 0; k < todo.count; k++)
                seen = seen || app_is_same(todo.items[k], filter);
            if (!filter || seen)
                continue;
            todo.items = app_grow(todo.items, todo.count, sizeof(*todo.items));
            todo.items[todo.count++] = filter;
            filter = NULL;
        }
        app_pins_release(&pins);
    }
    app_filters_release(&todo);
    return found;
}

/* ---- the gates --------------------------------------------------------------------------- */

struct gate *app_gate_find(struct app_schedule *s, IPin *pin)
{
    for (size_t i = 0; i < s->n_gates; i++)
        if (app_is_same(s->gates[i].pin, pin))
            return &s->gates[i];
    return NULL;
}

struct gate *app_gate_get(struct app_schedule *s, IPin *pin)
{
    struct gate *gate = app_gate_find(s, pin);

    if (gate || s->n_gates == GATES_MAX)
        return gate;
    gate = &s->gates[s->n_gates];
    *gate = (struct gate){
        .pin = pin,
        .link = app_query(pin, &IID_IRgLink),
        .flow = app_query(pin, &IID_IPinFlowControl),
        .event = CreateEventW(NULL, FALSE, FALSE, NULL),
        .armed = -1,
    };
    IPin_AddRef(pin);
    s->n_gates++;
    return gate;
}

void app_gate_clear(struct gate *gate)
{
    app_release(&gate->link);
    app_release(&gate->flow);
    app_release(&gate->pin);
    if (gate->event)
        CloseHandle(gate->event);
    *gate = (struct gate){ .armed = -1 };
}

bool app_gate_is_closed(const struct gate *gate, int64_t *ret_held)
{
    REFERENCE_TIME held = -1;

    if (!gate->link || IRgLink_IsBlocked(gate->link, &held) != S_OK)
        return false;
    if (ret_held)
        *ret_held = held;
    return true;
}

bool app_gate_arm(struct gate *gate, int64_t time)
{
    bool was_closed = gate->is_held || gate->is_shut;

    if (gate->has_fired)
        return false;
    if (time < 0)
        time = -1;
    if (gate->armed == time)
        return true;
    if (gate->armed >= 0) {
        IRgLink_BlockAt(gate->link, -1, NULL);
        gate->armed = -1;
        ResetEvent(gate->event);
        if (!was_closed && app_gate_is_closed(gate, NULL)) {
            gate->has_fired = true;
            return false;
        }
    }
    if (time >= 0 && gate->link && SUCCEEDED(IRgLink_BlockAt(gate->link, time, gate->event)))
        gate->armed = time;
    return true;
}

HRESULT app_gate_close(struct app_schedule *s, struct gate *gate)
{
    HANDLE waits[2] = { gate->event, s->stop };
    HRESULT hr;

    if (gate->is_shut || gate->is_held)
        return S_OK;
    if (!gate->flow)
        return E_NOINTERFACE;
    if (!app_gate_arm(gate, -1))
        return S_OK; /* it closed by itself in that moment */
    hr = IPinFlowControl_Block(gate->flow, AM_PIN_FLOW_CONTROL_BLOCK, gate->event);
    if (FAILED(hr))
        return hr;
    if (WaitForMultipleObjects(2, waits, FALSE, GATE_TIMEOUT_MS) == WAIT_OBJECT_0)
        return S_OK;
    IPinFlowControl_Block(gate->flow, 0, NULL);
    return WaitForSingleObject(s->stop, 0) == WAIT_OBJECT_0 ? VFW_E_STATE_CHANGED
                                                            : VFW_E_TIMEOUT;
}

int64_t app_gate_open(struct gate *gate)
{
    int64_t before = app_now_ns();
    int64_t closed = -1;
    RG_LEDGER ledger;

    gate->is_held = gate->is_shut = false;
    if (!gate->flow)
        return -1;
    /* Read before it opens: a moment later the next armed time may have closed it again. */
    if (gate->link && IRgLink_GetLedger(gate->link, &ledger) == S_OK)
        closed = ledger.closed_ns;
    IPinFlowControl_Block(gate->flow, 0, NULL);
    return closed < 0 ? -1 : closed + app_now_ns() - before;
}
