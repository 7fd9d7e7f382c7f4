/* SPDX-License-Identifier: MIT */
/* walk.c - the two walks over the graph: does data reach, and the order of a state change.
 *
 * Control threads under the graph lock.  Iterative; every filter is seen once.
 * Knows: nodes, and who is connected to whom.  Must not know: why one asks.
 */
#include "graph/graph_internal.h"

#include <string.h>

#include "platform/memory.h"

/* ---- neighbours -------------------------------------------------------------------------- */

struct neighbours {
    struct graph_node **list;
    size_t count, room;
};

static HRESULT neighbours_add(struct neighbours *all, struct graph_node *node)
{
    if (all->count == all->room) {
        size_t room = all->room != 0 ? all->room * 2 : 16;
        struct graph_node **bigger = rg_realloc(all->list, room * sizeof(*bigger));

        if (bigger == NULL)
            return E_OUTOFMEMORY;
        all->list = bigger;
        all->room = room;
    }
    all->list[all->count++] = node;
    return S_OK;
}

/* Appends the node at the far end of each connection in one direction. */
static HRESULT neighbours_of(struct graph *graph, struct graph_node *node, bool downstream,
                             struct neighbours *all)
{
    struct graph_pins pins;
    HRESULT hr = graph_pins_open(&pins, node->filter);

    if (hr == E_OUTOFMEMORY)
        return hr;
    hr = S_OK; /* a filter that can't name its pins has no neighbours */
    for (size_t i = 0; i < pins.count && SUCCEEDED(hr); i++) {
        RG_AUTO(IPin) peer = NULL;
        struct graph_node *next;

        if (graph_pin_is_output(pins.list[i]) != downstream)
            continue;
        peer = graph_pin_peer(pins.list[i]);
        next = peer != NULL ? graph_node_of_pin(graph, peer) : NULL;
        if (next != NULL)
            hr = neighbours_add(all, next);
    }
    graph_pins_close(&pins);
    return hr;
}

/* ---- does data reach? -------------------------------------------------------------------- */

/* One step of one side: S_OK go on; S_FALSE: this side has seen all it can;
 * VFW_E_CIRCULAR_GRAPH: met. */
static HRESULT reach_step(struct graph *graph, struct neighbours *queue, size_t *at,
                          bool downstream, uint64_t stamp, struct graph_node *goal)
{
    struct neighbours next = { 0 };
    HRESULT hr;

    if (*at == queue->count)
        return S_FALSE;
    hr = neighbours_of(graph, queue->list[(*at)++], downstream, &next);
    for (size_t i = 0; i < next.count && SUCCEEDED(hr); i++) {
        uint64_t *seen = downstream ? &next.list[i]->seen_down : &next.list[i]->seen_up;

        if (next.list[i] == goal) {
            hr = VFW_E_CIRCULAR_GRAPH;
        } else if (*seen != stamp) {
            *seen = stamp;
            hr = neighbours_add(queue, next.list[i]);
        }
    }
    rg_free(next.list);
    return hr;
}

HRESULT graph_walk_reaches_locked(struct graph *graph, struct graph_node *from,
                                  struct graph_node *to)
{
    struct neighbours down = { 0 }, up = { 0 };
    size_t down_at = 0, up_at = 0;
    uint64_t stamp = ++graph->walk_stamp;
    HRESULT hr;

    if (from == to)
        return VFW_E_CIRCULAR_GRAPH;
    hr = neighbours_add(&down, from);
    if (SUCCEEDED(hr))
        hr = neighbours_add(&up, to);
    from->seen_down = stamp;
    to->seen_up = stamp;
    /* both sides take turns, so that the smaller one decides what it costs */
    while (hr == S_OK) {
        hr = reach_step(graph, &down, &down_at, true, stamp, to);
        if (hr == S_OK)
            hr = reach_step(graph, &up, &up_at, false, stamp, from);
    }
    rg_free(down.list);
    rg_free(up.list);
    return FAILED(hr) ? hr : S_OK;
}

/* ---- the order of a state change --------------------------------------------------------- */

struct edges {
    size_t *first; /* per node, where its upstream neighbours begin; count + 1 entries */
    struct neighbours upstream; /* of all nodes, one after the other */
    size_t *waiting; /* per node: downstream neighbours that are not in the order yet */
};

static HRESULT edges_read(struct graph *graph, struct graph_node **nodes, size_t count,
                          struct edges *edges)
{
    edges->first = rg_calloc(count + 1, sizeof(*edges->first));
    edges->waiting = rg_calloc(count, sizeof(*edges->waiting));
    if (edges->first == NULL || edges->waiting == NULL)
        return E_OUTOFMEMORY;
    for (size_t i = 0; i < count; i++) {
        HRESULT hr = neighbours_of(graph, nodes[i], false, &edges->upstream);

        if (FAILED(hr))
            return hr;
        edges->first[i + 1] = edges->upstream.count;
    }
    for (size_t i = 0; i < edges->upstream.count; i++)
        edges->waiting[edges->upstream.list[i]->index]++;
    return S_OK;
}

static void edges_free(struct edges *edges)
{
    rg_free(edges->first);
    rg_free(edges->waiting);
    rg_free(edges->upstream.list);
}

/* Fills order with the nodes, sinks first.  What is left in a loop comes last, as it stands. */
static void edges_sort(struct graph_node **nodes, size_t count, struct edges *edges,
                       struct graph_node **order)
{
    struct graph_node **upstream = edges->upstream.list; /* NULL: no connections at all */
    size_t filled = 0;
    size_t *placed = edges->waiting; /* SIZE_MAX: in the order already */

    for (size_t i = 0; i < count; i++)
        if (edges->waiting[i] == 0)
            order[filled++] = nodes[i];
    for (size_t at = 0; at < filled; at++) {
        size_t i = order[at]->index;

        placed[i] = SIZE_MAX;
        for (size_t e = edges->first[i]; upstream != NULL && e < edges->first[i + 1]; e++) {
            struct graph_node *up = upstream[e];

            if (placed[up->index] != SIZE_MAX && --edges->waiting[up->index] == 0)
                order[filled++] = up;
        }
    }
    for (size_t i = 0; i < count; i++)
        if (placed[i] != SIZE_MAX)
            order[filled++] = nodes[i];
}

void graph_snapshot_free(struct graph_snapshot *snapshot)
{
    for (size_t i = 0; i < snapshot->count; i++)
        snapshot->filters[i]->lpVtbl->Release(snapshot->filters[i]);
    rg_free(snapshot->filters);
    *snapshot = (struct graph_snapshot){ 0 };
}

HRESULT graph_members_locked(struct graph *graph, struct graph_snapshot *ret)
{
    *ret = (struct graph_snapshot){ 0 };
    ret->filters = rg_calloc(graph->members.count + 1, sizeof(*ret->filters));
    if (ret->filters == NULL)
        return E_OUTOFMEMORY;
    for (struct graph_node *node = graph->members.first; node != NULL; node = node->next) {
        node->filter->lpVtbl->AddRef(node->filter);
        ret->filters[ret->count++] = node->filter;
    }
    return S_OK;
}

HRESULT graph_snapshot_locked(struct graph *graph, struct graph_snapshot *ret)
{
    size_t count = graph->members.count, i = 0;
    struct graph_node **nodes RG_AUTO_FREE = rg_calloc(count + 1, sizeof(*nodes));
    struct graph_node **order RG_AUTO_FREE = rg_calloc(count + 1, sizeof(*order));
    IBaseFilter **filters RG_AUTO_FREE = rg_calloc(count + 1, sizeof(*filters));
    struct edges edges = { 0 };
    HRESULT hr;

    *ret = (struct graph_snapshot){ 0 };
    if (nodes == NULL || order == NULL || filters == NULL)
        return E_OUTOFMEMORY;
    for (struct graph_node *node = graph->members.first; node != NULL; node = node->next) {
        node->index = i;
        nodes[i++] = node;
    }
    hr = edges_read(graph, nodes, count, &edges);
    if (SUCCEEDED(hr)) {
        edges_sort(nodes, count, &edges, order);
        for (i = 0; i < count; i++) {
            filters[i] = order[i]->filter;
            filters[i]->lpVtbl->AddRef(filters[i]);
        }
        ret->filters = RG_STEAL(&filters);
        ret->count = count;
    }
    edges_free(&edges);
    return hr;
}
