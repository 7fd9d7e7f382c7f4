/* SPDX-License-Identifier: MIT */
/* connect.c - one connection between two pins, what undoes it, and IFilterGraph's direct
 * ways.
 *
 * Control threads under the graph lock.  The two pins agree on a type between themselves.
 * Knows: membership, circles, undo.  Must not know: how a road through other filters is
 * found (search.c).
 */
#include "graph/graph_internal.h"

#include "media/type.h"
#include "platform/memory.h"
#include "platform/time.h"

/* ---- the trail --------------------------------------------------------------------------- */

HRESULT graph_trail_reserve(struct graph_trail *trail)
{
    struct graph_step *bigger;
    size_t room;

    if (trail == NULL || trail->count < trail->room)
        return S_OK;
    room = trail->room != 0 ? trail->room * 2 : 8;
    bigger = rg_realloc(trail->steps, room * sizeof(*bigger));
    if (bigger == NULL)
        return E_OUTOFMEMORY;
    trail->steps = bigger;
    trail->room = room;
    return S_OK;
}

static void step_forget(struct graph_step *step)
{
    if (step->output != NULL)
        step->output->lpVtbl->Release(step->output);
    if (step->builder != NULL)
        step->builder->lpVtbl->Release(step->builder);
    *step = (struct graph_step){ 0 };
}

static void step_undo(struct graph *graph, struct graph_step *step)
{
    graph_log_undo(graph, step);
    if (step->builder != NULL) {
        (void)step->builder->lpVtbl->Backout(step->builder, step->output,
                                             (IGraphBuilder *)&graph->builder.i);
    } else if (step->output != NULL) {
        RG_AUTO(IPin) input = graph_pin_peer(step->output);

        (void)graph_pin_disconnect_both(step->output);
        graph_version_bump(graph);
        graph_touch_pin_locked(graph, step->output);
        if (input != NULL)
            graph_touch_pin_locked(graph, input);
    } else if (step->added != NULL) {
        (void)graph_remove_locked(graph, step->added,
                                  GRAPH_REMOVE_FORCE |
                                      (step->from_cache ? GRAPH_REMOVE_TO_CACHE : 0));
    }
}

void graph_trail_undo_locked(struct graph *graph, struct graph_trail *trail, size_t keep)
{
    while (trail->count > keep) {
        struct graph_step *step = &trail->steps[--trail->count];

        step_undo(graph, step);
        step_forget(step);
    }
    graph_recount_renderers(graph);
}

void graph_trail_free(struct graph_trail *trail)
{
    while (trail->count > 0)
        step_forget(&trail->steps[--trail->count]);
    rg_free(trail->steps);
    *trail = (struct graph_trail){ 0 };
}

/* ---- one connection ---------------------------------------------------------------------- */

HRESULT graph_join_locked(struct graph *graph, IPin *output, IPin *input,
                          const AM_MEDIA_TYPE *type, struct graph_trail *trail)
{
    HRESULT hr = graph_trail_reserve(trail);

    if (FAILED(hr))
        return hr;
    hr = output->lpVtbl->Connect(output, input, type);
    graph_log_join(graph, output, input, hr);
    if (FAILED(hr))
        return hr;
    graph_version_bump(graph);
    graph_touch_pin_locked(graph, output);
    graph_touch_pin_locked(graph, input);
    if (trail != NULL) {
        output->lpVtbl->AddRef(output);
        trail->steps[trail->count++] = (struct graph_step){ .output = output };
    }
    graph_recount_renderers(graph);
    return S_OK;
}

/* Either order is welcome.  S_OK; VFW_E_INVALID_DIRECTION. */
static HRESULT pins_in_order(IPin **output, IPin **input)
{
    PIN_DIRECTION first, second;

    if (FAILED((*output)->lpVtbl->QueryDirection(*output, &first)) ||
        FAILED((*input)->lpVtbl->QueryDirection(*input, &second)) || first == second)
        return VFW_E_INVALID_DIRECTION;
    if (first == PINDIR_INPUT) {
        IPin *swap = *output;

        *output = *input;
        *input = swap;
    }
    return S_OK;
}

/* Are both pins of this graph, and would the connection close no circle? */
static HRESULT pins_check_locked(struct graph *graph, IPin *output, IPin *input)
{
    struct graph_node *from = graph_node_of_pin(graph, output);
    struct graph_node *to = graph_node_of_pin(graph, input);

    if (from == NULL || to == NULL)
        return VFW_E_NOT_IN_GRAPH;
    return graph_walk_reaches_locked(graph, to, from);
}

static HRESULT connect_any(struct graph *graph, IPin *output, IPin *input,
                           const AM_MEDIA_TYPE *type, unsigned flags)
{
    struct graph_trail trail = { 0 };
    int64_t began_ns = rg_time_now_ns();
    HRESULT hr;

    if (output == NULL || input == NULL)
        return E_POINTER;
    hr = pins_in_order(&output, &input);
    if (FAILED(hr))
        return hr;
    hr = graph_lock_for_call(graph);
    if (FAILED(hr))
        return hr;
    graph_edits_let_go(graph, NULL);
    graph_build_begin_locked(graph, flags != 0 ? "ConnectDirect" : "Connect", output, input);
    hr = pins_check_locked(graph, output, input);
    if (SUCCEEDED(hr))
        hr = graph_connect_between(graph, output, input, type, NULL, flags, &trail);
    else
        graph_report_connect(graph, output, input, type, hr);
    graph_trail_free(&trail);
    graph_build_end_locked(graph, hr);
    graph_unlock(graph);
    graph_stats_time(graph, GRAPH_STAT_CONNECT, began_ns);
    return hr;
}

HRESULT graph_connect_direct(struct graph *graph, IPin *output, IPin *input,
                             const AM_MEDIA_TYPE *type)
{
    return connect_any(graph, output, input, type, GRAPH_CONNECT_DIRECT);
}

HRESULT graph_connect(struct graph *graph, IPin *output, IPin *input)
{
    return connect_any(graph, output, input, NULL, 0);
}

HRESULT graph_disconnect(struct graph *graph, IPin *pin)
{
    HRESULT hr;

    if (pin == NULL)
        return E_POINTER;
    hr = graph_check_change(graph, "IFilterGraph::Disconnect");
    if (FAILED(hr))
        return hr;
    hr = VFW_E_NOT_IN_GRAPH;
    graph_lock(graph, NULL, INFINITE);
    if (graph_node_of_pin(graph, pin) != NULL) {
        graph_edits_let_go(graph, NULL);
        hr = pin->lpVtbl->Disconnect(pin); /* documented: one side only */
    }
    if (hr == S_OK) {
        graph_version_bump(graph);
        graph_touch_pin_locked(graph, pin);
        graph_recount_renderers(graph);
    }
    graph_unlock(graph);
    return hr;
}

/* ---- Reconnect: queued, done by the worker or before the next state change --------------- */

static bool pin_is_active(IPin *pin)
{
    RG_AUTO(IBaseFilter) filter = graph_pin_filter(pin);
    FILTER_STATE state = State_Stopped;

    return filter != NULL && SUCCEEDED(filter->lpVtbl->GetState(filter, 0, &state)) &&
           state != State_Stopped;
}

/* Both ends can be taken off while they are active, or are not. */
static bool can_reconnect(IPin *output, IPin *input)
{
    RG_AUTO(IPinFlowControl) gate = NULL;
    RG_AUTO(IPinConnection) dynamic = NULL;

    if (pin_is_active(output) &&
        FAILED(output->lpVtbl->QueryInterface(output, &IID_IPinFlowControl, (void **)&gate)))
        return false;
    return !pin_is_active(input) || SUCCEEDED(input->lpVtbl->QueryInterface(
                                        input, &IID_IPinConnection, (void **)&dynamic));
}

static void reconnect_free(struct graph_reconnect *one)
{
    one->pin->lpVtbl->Release(one->pin);
    rg_type_delete(one->type);
    rg_free(one);
}

static HRESULT reconnect_queue(struct graph *graph, IPin *pin, const AM_MEDIA_TYPE *type)
{
    struct graph_reconnect *one = rg_calloc(1, sizeof(*one));
    struct graph_reconnect **last;
    HRESULT hr;

    if (one == NULL)
        return E_OUTOFMEMORY;
    if (type != NULL) {
        one->type = rg_type_new(type);
        if (one->type == NULL) {
            rg_free(one);
            return E_OUTOFMEMORY;
        }
    }
    one->pin = pin;
    pin->lpVtbl->AddRef(pin);
    pthread_mutex_lock(&graph->jobs_lock);
    for (last = &graph->reconnects; *last != NULL; last = &(*last)->next)
        continue;
    *last = one;
    pthread_mutex_unlock(&graph->jobs_lock);
    hr = graph_worker_post(graph, GRAPH_JOB_RECONNECT);
    return FAILED(hr) ? hr : S_OK;
}

/* Takes no graph lock: a pin asks for it inside Connect, and a filter from its own thread. */
HRESULT graph_reconnect(struct graph *graph, IPin *pin, const AM_MEDIA_TYPE *type)
{
    RG_AUTO(IPin) peer = NULL;
    IPin *output, *input;

    if (pin == NULL)
        return E_POINTER;
    peer = graph_pin_peer(pin);
    if (peer == NULL)
        return S_FALSE;
    output = graph_pin_is_output(pin) ? pin : peer;
    input = output == pin ? peer : pin;
    if (!can_reconnect(output, input))
        return VFW_E_NOT_STOPPED;
    return reconnect_queue(graph, pin, type);
}

static void reconnect_do(struct graph *graph, struct graph_reconnect *one)
{
    RG_AUTO(IPin) peer = graph_pin_peer(one->pin);
    AM_MEDIA_TYPE old = { 0 };
    IPin *output, *input;
    HRESULT hr;

    if (peer == NULL)
        return;
    output = graph_pin_is_output(one->pin) ? one->pin : peer;
    input = output == one->pin ? peer : one->pin;
    if (!can_reconnect(output, input) ||
        FAILED(output->lpVtbl->ConnectionMediaType(output, &old)))
        return;
    if (SUCCEEDED(graph_pin_disconnect_both(output))) {
        /* NULL keeps the type */
        hr =
            graph_join_locked(graph, output, input, one->type != NULL ? one->type : &old, NULL);
        if (FAILED(hr) && one->type == NULL)
            hr = graph_join_locked(graph, output, input, NULL, NULL);
        if (FAILED(hr)) {
            graph_report_connect(graph, output, input, one->type, hr);
            (void)graph_join_locked(graph, output, input, &old, NULL);
        }
    }
    rg_type_clear(&old);
}

void graph_reconnects_run_locked(struct graph *graph)
{
    for (;;) {
        struct graph_reconnect *one;

        pthread_mutex_lock(&graph->jobs_lock);
        one = graph->reconnects;
        if (one != NULL)
            graph->reconnects = one->next;
        pthread_mutex_unlock(&graph->jobs_lock);
        if (one == NULL)
            return;
        graph_edits_let_go(graph, NULL);
        reconnect_do(graph, one);
        reconnect_free(one);
    }
}

void graph_reconnects_drop(struct graph *graph)
{
    while (graph->reconnects != NULL) {
        struct graph_reconnect *one = graph->reconnects;

        graph->reconnects = one->next;
        reconnect_free(one);
    }
}
