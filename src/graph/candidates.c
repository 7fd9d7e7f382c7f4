/* SPDX-License-Identifier: MIT */
/* candidates.c - which filters may come next after an output pin, and in which order.
 *
 * Control threads under the graph lock.  Order: cached filters, members with a free input,
 * the class registry by merit (above MERIT_DO_NOT_USE), matched by the types the classes
 * registered.
 * Knows: the registry, the cache.  Must not know: what a road looks like (search.c,
 * render.c).
 */
#include "graph/graph_internal.h"

#include <stdlib.h>
#include <string.h>

#include "com/registry.h"
#include "media/type.h"
#include "platform/memory.h"

#define TYPES_MOST 32 /* of a pin's types that are looked at */

static HRESULT candidates_add(struct graph_candidates *all, const struct graph_candidate *one)
{
    if (all->count == all->room) {
        size_t room = all->room != 0 ? all->room * 2 : 16;
        struct graph_candidate *bigger = rg_realloc(all->list, room * sizeof(*bigger));

        if (bigger == NULL)
            return E_OUTOFMEMORY;
        all->list = bigger;
        all->room = room;
    }
    all->list[all->count] = *one;
    if (one->filter != NULL)
        one->filter->lpVtbl->AddRef(one->filter);
    all->count++;
    return S_OK;
}

void graph_candidates_free(struct graph_candidates *all)
{
    for (size_t i = 0; i < all->count; i++)
        if (all->list[i].filter != NULL)
            all->list[i].filter->lpVtbl->Release(all->list[i].filter);
    rg_free(all->list);
    *all = (struct graph_candidates){ 0 };
}

/* ---- filters that exist ------------------------------------------------------------------ */

static bool has_free_input(IBaseFilter *filter)
{
    struct graph_pins pins;
    bool found = false;

    (void)graph_pins_open(&pins, filter);
    for (size_t i = 0; i < pins.count && !found; i++) {
        RG_AUTO(IPin) peer = NULL;

        if (graph_pin_is_output(pins.list[i]))
            continue;
        peer = graph_pin_peer(pins.list[i]);
        found = peer == NULL && !graph_pin_is_hidden(pins.list[i]);
    }
    graph_pins_close(&pins);
    return found;
}

static HRESULT candidates_from_list(struct graph_list *list, struct graph_node *except,
                                    bool from_cache, struct graph_candidates *all)
{
    HRESULT hr = S_OK;

    for (struct graph_node *node = list->first; node != NULL && SUCCEEDED(hr);
         node = node->next) {
        struct graph_candidate one = { .filter = node->filter, .from_cache = from_cache };

        if (node != except && has_free_input(node->filter))
            hr = candidates_add(all, &one);
    }
    return hr;
}

/* ---- filters that the registry knows ----------------------------------------------------- */

static bool is_listed(const struct graph_candidates *all, const struct rg_class_entry *entry)
{
    for (size_t i = 0; i < all->count; i++)
        if (all->list[i].entry == entry)
            return true;
    return false;
}

/* Sinks and transforms that take this type, appended where they are not listed yet. */
static HRESULT candidates_for_type(const struct rg_class_type *type, unsigned flags,
                                   struct graph_candidates *all)
{
    struct rg_class_query query = {
        .categories = RG_CATEGORY_BIT(RG_CLASS_TRANSFORM) | RG_CATEGORY_BIT(RG_CLASS_SINK),
        .input = *type,
    };
    const struct rg_class_row **rows RG_AUTO_FREE = NULL;
    unsigned count = rg_class_find(&query, NULL, 0);
    HRESULT hr = S_OK;

    rows = rg_calloc(count + 1, sizeof(*rows));
    if (rows == NULL)
        return E_OUTOFMEMORY;
    if (rg_class_find(&query, rows, count) < count)
        return S_OK; /* classes never go away */
    for (unsigned i = 0; i < count && SUCCEEDED(hr); i++) {
        struct graph_candidate one = {
            .entry = rows[i]->entry,
            .is_sink = rows[i]->entry->category == RG_CLASS_SINK,
        };

        if (one.is_sink && (flags & GRAPH_CONNECT_EXISTING_RENDERERS) != 0)
            continue;
        if (!is_listed(all, one.entry))
            hr = candidates_add(all, &one);
    }
    return hr;
}

struct ranked {
    struct graph_candidate candidate;
    size_t place; /* keeps equals in their order */
};

static int rank_compare(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    uint32_t merit_x = x->candidate.entry->merit, merit_y = y->candidate.entry->merit;

    if (merit_x != merit_y)
        return merit_x > merit_y ? -1 : 1;
    return x->place < y->place ? -1 : 1;
}

/* Several types were asked for in turn: merit rules over their order. */
static HRESULT rank_from(struct graph_candidates *all, size_t first)
{
    size_t count = all->count - first;
    struct ranked *ranked RG_AUTO_FREE = rg_calloc(count + 1, sizeof(*ranked));

    if (ranked == NULL)
        return E_OUTOFMEMORY;
    for (size_t i = 0; i < count; i++)
        ranked[i] = (struct ranked){ all->list[first + i], i };
    qsort(ranked, count, sizeof(*ranked), rank_compare);
    for (size_t i = 0; i < count; i++)
        all->list[first + i] = ranked[i].candidate;
    return S_OK;
}

static HRESULT candidates_from_registry(IPin *output, unsigned flags,
                                        struct graph_candidates *all)
{
    RG_AUTO(IEnumMediaTypes) types = NULL;
    size_t first = all->count;
    int asked = 0;
    HRESULT hr = output->lpVtbl->EnumMediaTypes(output, &types);

    while (SUCCEEDED(hr) && types != NULL && asked < TYPES_MOST) {
        AM_MEDIA_TYPE *type = NULL;
        struct rg_class_type wanted;

        if (types->lpVtbl->Next(types, 1, &type, NULL) != S_OK || type == NULL)
            break;
        wanted = (struct rg_class_type){ &type->majortype, &type->subtype };
        hr = candidates_for_type(&wanted, flags, all);
        rg_type_delete(type);
        asked++;
    }
    if (asked == 0 && hr != E_OUTOFMEMORY) { /* a pin that names no type may give any */
        struct rg_class_type any = { NULL, NULL };

        hr = candidates_for_type(&any, flags, all);
    }
    return SUCCEEDED(hr) ? rank_from(all, first) : hr;
}

/* ---- all together ------------------------------------------------------------------------ */

HRESULT graph_candidates_of(struct graph *graph, IPin *output, unsigned flags,
                            struct graph_candidates *ret)
{
    struct graph_node *self = graph_node_of_pin(graph, output);
    HRESULT hr;

    *ret = (struct graph_candidates){ 0 };
    hr = candidates_from_list(&graph->cached, NULL, true, ret);
    if (SUCCEEDED(hr) && (flags & (GRAPH_CONNECT_CACHED | GRAPH_CONNECT_NO_MEMBER)) == 0)
        hr = candidates_from_list(&graph->members, self, false, ret);
    if (SUCCEEDED(hr) && (flags & GRAPH_CONNECT_CACHED) == 0)
        hr = candidates_from_registry(output, flags, ret);
    if (FAILED(hr))
        graph_candidates_free(ret);
    return hr;
}

HRESULT graph_candidate_join_locked(struct graph *graph, struct graph_candidate *candidate,
                                    struct graph_trail *trail)
{
    struct graph_node *node = NULL;
    HRESULT hr = graph_trail_reserve(trail);

    if (FAILED(hr))
        return hr;
    if (candidate->entry != NULL) {
        if (candidate->filter == NULL)
            hr = rg_class_make(candidate->entry, NULL, &IID_IBaseFilter,
                               (void **)&candidate->filter);
        if (FAILED(hr))
            return hr;
    } else if (!candidate->from_cache) {
        return S_OK;
    }
    hr = graph_add_locked(graph, candidate->filter, NULL, GRAPH_ADD_BY_CONNECT, &node);
    if (FAILED(hr))
        return hr;
    trail->steps[trail->count++] =
        (struct graph_step){ .added = node, .from_cache = candidate->from_cache };
    return S_OK;
}
