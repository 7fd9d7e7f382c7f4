/* SPDX-License-Identifier: MIT */
/* streams.c - IAMGraphStreams: offsets that keep live streams in step, and the search upstream.
 *
 * Control threads.  Live sources are told under the graph lock, as for every change of state; the search asks filters
 * without it.
 * Knows: IAMPushSource, IAMLatency, the roads.  Must not know: what a stream carries.
 *
 * All live sources get the same offset: the longest time that any of them and the filters behind it need, within what
 * the application and the sources allow.
 */
#include "graph/streams.h"

#include "graph/graph_internal.h"
#include "platform/memory.h"

#define LATENCY_MOST_HNS 5000000 /* 500 ms: documented default */

void graph_streams_init(struct graph_streams *streams)
{
    streams->latency_most = LATENCY_MOST_HNS;
}

/* ---- latency ----------------------------------------------------------------------------- */

/* What a filter or a pin says of itself; 0 if nothing. */
static REFERENCE_TIME latency_of(void *unknown)
{
    IUnknown *who = unknown;
    RG_AUTO(IAMLatency) latency = NULL;
    REFERENCE_TIME time = 0;

    if (FAILED(who->lpVtbl->QueryInterface(who, &IID_IAMLatency, (void **)&latency)) ||
        FAILED(latency->lpVtbl->GetLatency(latency, &time)) || time < 0)
        return 0;
    return time;
}

static IAMPushSource *push_source_of(IPin *pin)
{
    IAMPushSource *push = NULL;
    ULONG flags = 0;

    if (!graph_pin_is_output(pin) ||
        FAILED(pin->lpVtbl->QueryInterface(pin, &IID_IAMPushSource, (void **)&push)))
        return NULL;
    if (SUCCEEDED(push->lpVtbl->GetPushSourceFlags(push, &flags)) &&
        (flags & AM_PUSHSOURCECAPS_NOT_LIVE) != 0) {
        push->lpVtbl->Release(push);
        return NULL;
    }
    return push;
}

struct live {
    struct graph *graph;
    REFERENCE_TIME
    *behind; /* per node->index: what it and the filters behind it need at most */
    REFERENCE_TIME longest;  /* of all roads that begin at a live source */
    REFERENCE_TIME allowed;  /* the smallest offset that is the most for a live source */
    IAMPushSource **sources; /* references */
    size_t count, room;
};

static HRESULT live_add(struct live *live, IAMPushSource *push)
{
    if (live->count == live->room) {
        size_t room = live->room != 0 ? live->room * 2 : 8;
        IAMPushSource **bigger = rg_realloc(live->sources, room * sizeof(IAMPushSource *));

        if (bigger == NULL)
            return E_OUTOFMEMORY;
        live->sources = bigger;
        live->room = room;
    }
    push->lpVtbl->AddRef(push);
    live->sources[live->count++] = push;
    return S_OK;
}

static void live_close(struct live *live)
{
    for (size_t i = 0; i < live->count; i++)
        live->sources[i]->lpVtbl->Release(live->sources[i]);
    rg_free(live->sources);
    rg_free(live->behind);
}

/* What the filter at the far end of an output and those behind it need. */
static REFERENCE_TIME behind_output(struct live *live, IPin *output)
{
    RG_AUTO(IPin) peer = graph_pin_peer(output);
    struct graph_node *node = peer != NULL ? graph_node_of_pin(live->graph, peer) : NULL;

    return node != NULL ? live->behind[node->index] : 0;
}

static HRESULT live_source_add(struct live *live, IAMPushSource *push, REFERENCE_TIME behind)
{
    REFERENCE_TIME own = 0, most = 0;

    if (SUCCEEDED(push->lpVtbl->GetLatency(push, &own)) && own > 0)
        behind += own;
    live->longest = behind > live->longest ? behind : live->longest;
    /* it may make room for more, or not know how */
    (void)push->lpVtbl->SetMaxStreamOffset(push, live->graph->streams.latency_most);
    if (SUCCEEDED(push->lpVtbl->GetMaxStreamOffset(push, &most)) && most >= 0 &&
        most < live->allowed)
        live->allowed = most;
    return live_add(live, push);
}

/* A filter comes after all that are downstream of it. */
static HRESULT live_read_filter(struct live *live, struct graph_node *node)
{
    REFERENCE_TIME behind = 0;
    struct graph_pins pins;
    HRESULT hr = graph_pins_open(&pins, node->filter);

    if (hr == E_OUTOFMEMORY)
        return hr;
    hr = S_OK; /* a filter that can't name its pins has no live ones */
    for (size_t i = 0; i < pins.count && SUCCEEDED(hr); i++) {
        RG_AUTO(IAMPushSource) push = NULL;
        REFERENCE_TIME one;

        if (!graph_pin_is_output(pins.list[i]))
            continue;
        one = behind_output(live, pins.list[i]);
        behind = one > behind ? one : behind;
        push = push_source_of(pins.list[i]);
        if (push != NULL)
            hr = live_source_add(live, push, one);
    }
    graph_pins_close(&pins);
    live->behind[node->index] = behind + latency_of(node->filter);
    return hr;
}

static HRESULT live_read(struct live *live)
{
    struct graph_snapshot all;
    HRESULT hr = graph_snapshot_locked(live->graph, &all);

    if (FAILED(hr))
        return hr;
    live->behind = rg_calloc(all.count + 1, sizeof(*live->behind));
    if (live->behind == NULL)
        hr = E_OUTOFMEMORY;
    for (size_t i = 0; i < all.count && SUCCEEDED(hr); i++) {
        struct graph_node *node = graph_node_of_filter(live->graph, all.filters[i]);

        if (node != NULL)
            hr = live_read_filter(live, node);
    }
    graph_snapshot_free(&all);
    return hr;
}

/* S_OK; the first refusal of a source: the others were told all the same. */
static HRESULT offsets_tell_locked(struct graph *graph)
{
    struct live live = { .graph = graph, .allowed = graph->streams.latency_most };
    REFERENCE_TIME offset = 0;
    HRESULT result = live_read(&live);

    if (graph->streams.uses_offsets)
        offset = live.longest < live.allowed ? live.longest : live.allowed;
    for (size_t i = 0; i < live.count && result != E_OUTOFMEMORY; i++) {
        HRESULT hr = live.sources[i]->lpVtbl->SetStreamOffset(live.sources[i], offset);

        if (FAILED(hr) && SUCCEEDED(result))
            result = hr;
    }
    live_close(&live);
    return result;
}

void graph_streams_prepare_locked(struct graph *graph)
{
    if (graph->streams.uses_offsets)
        (void)offsets_tell_locked(graph); /* one that can't is out of step, and runs */
}

static HRESULT STDMETHODCALLTYPE streams_use_offset(IAMGraphStreams *face, BOOL use)
{
    struct graph *graph = graph_home(face);
    HRESULT hr;

    hr = graph_lock_for_call(graph);
    if (FAILED(hr))
        return hr;
    hr = S_OK;
    if (use || graph->streams.uses_offsets) {
        graph->streams.uses_offsets = use != FALSE;
        hr = offsets_tell_locked(graph);
    }
    graph_unlock(graph);
    return hr;
}

static HRESULT STDMETHODCALLTYPE streams_set_latency(IAMGraphStreams *face,
                                                     REFERENCE_TIME latency)
{
    struct graph *graph = graph_home(face);
    HRESULT hr;

    if (latency < 0)
        return E_INVALIDARG;
    hr = graph_lock_for_call(graph);
    if (FAILED(hr))
        return hr;
    hr = S_OK;
    graph->streams.latency_most = latency;
    if (graph->streams.uses_offsets)
        hr = offsets_tell_locked(graph);
    graph_unlock(graph);
    return hr;
}

const IAMGraphStreamsVtbl graph_streams_vtbl = {
    COM_UNKNOWN(IAMGraphStreams),
    .FindUpstreamInterface = graph_find_upstream,
    .SyncUsingStreamOffset = streams_use_offset,
    .SetMaxGraphLatency = streams_set_latency,
};
