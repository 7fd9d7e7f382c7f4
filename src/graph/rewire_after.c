/* SPDX-License-Identifier: MIT */
/* rewire_after.c - the graph as the steps so far will leave it, kept as what differs from the one
 * that is.
 *
 * Control threads under the graph lock.  Nothing is changed.
 * Knows: pins through COM.  Must not know: what a step means.
 */
#include "graph/rewire.h"

#include <string.h>

#include "media/type.h"
#include "platform/memory.h"

HRESULT rewire_grow(void *array, size_t count, size_t *room, size_t size)
{
    size_t more = *room != 0 ? *room * 2 : 4;
    void *bigger;

    if (count < *room)
        return S_OK;
    bigger = rg_realloc(*(void **)array, more * size);
    if (bigger == NULL)
        return E_OUTOFMEMORY;
    *(void **)array = bigger;
    *room = more;
    return S_OK;
}

/* ---- connections --------------------------------------------------------------------------- */

struct rewire_edge *rewire_edge_after(struct rewire *edit, IUnknown *out_key)
{
    for (size_t i = 0; i < edit->n_edges; i++)
        if (edit->edges[i].out_key == out_key)
            return &edit->edges[i];
    return NULL;
}

static IPin *with_reference(IPin *pin)
{
    if (pin != NULL)
        IPin_AddRef(pin);
    return pin;
}

static IPin *peer_of_output(struct rewire *edit, IPin *out)
{
    struct rewire_edge *edge = rewire_edge_after(edit, graph_identity(out));

    return edge != NULL ? with_reference(edge->now) : graph_pin_peer(out);
}

static IPin *peer_of_input(struct rewire *edit, IPin *in)
{
    IUnknown *key = graph_identity(in);
    RG_AUTO(IPin) peer = NULL;

    for (size_t i = 0; i < edit->n_edges; i++)
        if (edit->edges[i].now != NULL && edit->edges[i].now_key == key)
            return with_reference(edit->edges[i].out);
    peer = graph_pin_peer(in);
    return peer != NULL && rewire_edge_after(edit, graph_identity(peer)) == NULL
               ? RG_STEAL(&peer)
               : NULL;
}

IPin *rewire_peer_after(struct rewire *edit, IPin *pin)
{
    return graph_pin_is_output(pin) ? peer_of_output(edit, pin) : peer_of_input(edit, pin);
}

static HRESULT edge_new(struct rewire *edit, IPin *out, struct rewire_edge **ret)
{
    struct rewire_edge *edge;
    HRESULT hr = rewire_grow(&edit->edges, edit->n_edges, &edit->edges_room, sizeof(*edge));

    if (FAILED(hr))
        return hr;
    edge = &edit->edges[edit->n_edges++];
    memset(edge, 0, sizeof(*edge));
    edge->out = with_reference(out);
    edge->out_key = graph_identity(out);
    edge->was = graph_pin_peer(out);
    edge->was_key = edge->was != NULL ? graph_identity(edge->was) : NULL;
    edge->now = with_reference(edge->was);
    edge->now_key = edge->was_key;
    edge->certificate.size = sizeof(edge->certificate);
    edge->certificate.cut = -1;
    *ret = edge;
    return S_OK;
}

HRESULT rewire_edge_set(struct rewire *edit, IPin *out, IPin *in, const AM_MEDIA_TYPE *type)
{
    struct rewire_edge *edge = rewire_edge_after(edit, graph_identity(out));
    AM_MEDIA_TYPE *copy = NULL;
    HRESULT hr = S_OK;

    if (edge == NULL)
        hr = edge_new(edit, out, &edge);
    if (SUCCEEDED(hr) && type != NULL) {
        copy = rg_type_new(type);
        hr = copy != NULL ? S_OK : E_OUTOFMEMORY;
    }
    if (FAILED(hr))
        return hr;
    if (edge->now != NULL)
        IPin_Release(edge->now);
    rg_type_delete(edge->type);
    edge->now = with_reference(in);
    edge->now_key = in != NULL ? graph_identity(in) : NULL;
    edge->type = copy;
    return S_OK;
}

/* ---- filters ------------------------------------------------------------------------------- */

struct rewire_filter *rewire_filter_of(struct rewire *edit, IUnknown *key)
{
    for (size_t i = 0; i < edit->n_filters; i++)
        if (edit->filters[i].key == key)
            return &edit->filters[i];
    return NULL;
}

HRESULT rewire_filter_get(struct rewire *edit, IBaseFilter *filter, struct rewire_filter **ret)
{
    IUnknown *key = graph_identity(filter);
    struct rewire_filter *one = rewire_filter_of(edit, key);
    HRESULT hr = S_OK;

    if (one == NULL) {
        hr = rewire_grow(&edit->filters, edit->n_filters, &edit->filters_room, sizeof(*one));
        if (FAILED(hr))
            return hr;
        one = &edit->filters[edit->n_filters++];
        memset(one, 0, sizeof(*one));
        one->filter = filter;
        IBaseFilter_AddRef(filter);
        one->key = key;
        one->is_member = graph_node_of_filter(edit->graph, filter) != NULL;
    }
    *ret = one;
    return hr;
}

bool rewire_is_member_after(struct rewire *edit, IBaseFilter *filter)
{
    struct rewire_filter *one = rewire_filter_of(edit, graph_identity(filter));

    if (one == NULL)
        return graph_node_of_filter(edit->graph, filter) != NULL;
    return !one->leaves && !one->is_given_up;
}

/* ---- a filter's pins as they will be connected ---------------------------------------------- */

HRESULT rewire_pick_after(struct rewire *edit, IBaseFilter *filter, PIN_DIRECTION direction,
                          bool connected, IPin **ret, size_t *ret_count)
{
    struct graph_pins pins;
    HRESULT hr = graph_pins_open(&pins, filter);

    *ret = NULL;
    *ret_count = 0;
    if (FAILED(hr))
        return hr;
    for (size_t i = 0; i < pins.count; i++) {
        RG_AUTO(IPin) peer = NULL;

        if (graph_pin_is_output(pins.list[i]) != (direction == PINDIR_OUTPUT))
            continue;
        peer = rewire_peer_after(edit, pins.list[i]);
        if ((peer != NULL) != connected)
            continue;
        if ((*ret_count)++ == 0)
            *ret = with_reference(pins.list[i]);
    }
    graph_pins_close(&pins);
    return S_OK;
}

/* ---- does data reach? ---------------------------------------------------------------------- */

/* Filters that were seen, by identity: open addressing, never more than half full. */
struct seen {
    IUnknown **slots;
    size_t mask, count;
    IBaseFilter **queue; /* in the order they were found, references */
    size_t queued, room;
};

static void seen_clear(struct seen *seen)
{
    for (size_t i = 0; i < seen->queued; i++)
        IBaseFilter_Release(seen->queue[i]);
    rg_free(seen->queue);
    rg_free(seen->slots);
}

static IUnknown **slot_of(struct seen *seen, IUnknown *key)
{
    size_t i = graph_hash_pointer(key) & seen->mask;

    while (seen->slots[i] != NULL && seen->slots[i] != key)
        i = (i + 1) & seen->mask;
    return &seen->slots[i];
}

static HRESULT seen_grow(struct seen *seen)
{
    struct seen bigger = *seen;

    bigger.mask = seen->slots != NULL ? seen->mask * 2 + 1 : 63;
    bigger.slots = rg_calloc(bigger.mask + 1, sizeof(*bigger.slots));
    if (bigger.slots == NULL)
        return E_OUTOFMEMORY;
    for (size_t i = 0; seen->slots != NULL && i <= seen->mask; i++)
        if (seen->slots[i] != NULL)
            *slot_of(&bigger, seen->slots[i]) = seen->slots[i];
    rg_free(seen->slots);
    *seen = bigger;
    return S_OK;
}

/* Found for the first time, or not. */
static HRESULT seen_add(struct seen *seen, IBaseFilter *filter)
{
    IUnknown *key = graph_identity(filter);
    HRESULT hr = seen->slots == NULL || seen->count * 2 >= seen->mask ? seen_grow(seen) : S_OK;

    if (FAILED(hr) || key == NULL || *slot_of(seen, key) != NULL)
        return hr;
    hr = rewire_grow(&seen->queue, seen->queued, &seen->room, sizeof(*seen->queue));
    if (FAILED(hr))
        return hr;
    *slot_of(seen, key) = key;
    seen->count++;
    seen->queue[seen->queued++] = filter;
    IBaseFilter_AddRef(filter);
    return S_OK;
}

static HRESULT see_behind(struct rewire *edit, struct seen *seen, IBaseFilter *filter)
{
    struct graph_pins pins;
    HRESULT hr = graph_pins_open(&pins, filter);

    for (size_t i = 0; SUCCEEDED(hr) && i < pins.count; i++) {
        RG_AUTO(IPin) peer = NULL;
        RG_AUTO(IBaseFilter) next = NULL;

        if (!graph_pin_is_output(pins.list[i]))
            continue;
        peer = rewire_peer_after(edit, pins.list[i]);
        next = peer != NULL ? graph_pin_filter(peer) : NULL;
        if (next != NULL)
            hr = seen_add(seen, next);
    }
    graph_pins_close(&pins);
    return hr;
}

HRESULT rewire_reaches_after(struct rewire *edit, IBaseFilter *from, IBaseFilter *to)
{
    IUnknown *goal = graph_identity(to);
    struct seen seen;
    HRESULT hr;

    memset(&seen, 0, sizeof(seen));
    hr = seen_add(&seen, from);
    for (size_t i = 0; SUCCEEDED(hr) && i < seen.queued; i++)
        hr = graph_identity(seen.queue[i]) == goal ? VFW_E_CIRCULAR_GRAPH
                                                   : see_behind(edit, &seen, seen.queue[i]);
    seen_clear(&seen);
    return hr;
}
