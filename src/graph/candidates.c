/* SPDX-License-Identifier: MIT */
/* candidates.c - which filters may come next after an output pin, and in which order.
 *
 * Control threads under the graph lock.  Order: cached filters, members with a free input,
 * what the host prefers for a subtype, the registered filters by merit (above
 * MERIT_DO_NOT_USE), matched by the types that were registered for them.
 * Knows: the filter mapper's view, the cache.  Must not know: what a road looks like
 * (search.c, render.c).
 */
#include "graph/graph_internal.h"

#include "com/registry.h"
#include "mapper/connect.h"
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
    rg_mapper_view_release(all->view);
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

/* ---- filters that are registered --------------------------------------------------------- */

static bool is_listed(const struct graph_candidates *all, const CLSID *clsid)
{
    for (size_t i = 0; i < all->count; i++)
        if (graph_same_class(all->list[i].entry, clsid))
            return true;
    return false;
}

/* The types that a pin offers. */
struct offer {
    AM_MEDIA_TYPE *types[TYPES_MOST];
    unsigned count;
};

static HRESULT offer_read(IPin *output, struct offer *ret)
{
    RG_AUTO(IEnumMediaTypes) types = NULL;
    HRESULT hr = output->lpVtbl->EnumMediaTypes(output, &types);

    ret->count = 0;
    while (SUCCEEDED(hr) && types != NULL && ret->count < TYPES_MOST) {
        AM_MEDIA_TYPE *type = NULL;

        hr = types->lpVtbl->Next(types, 1, &type, NULL);
        if (hr != S_OK || type == NULL)
            break;
        ret->types[ret->count++] = type;
    }
    return hr == E_OUTOFMEMORY ? hr : S_OK;
}

static void offer_free(struct offer *offer)
{
    while (offer->count != 0)
        rg_type_delete(offer->types[--offer->count]);
}

/* A pin that names no type may give any. */
static bool offer_fits(const struct offer *offer, const struct rg_class_entry *entry)
{
    struct rg_class_query query = {
        .categories = RG_CATEGORY_BIT(RG_CLASS_TRANSFORM) | RG_CATEGORY_BIT(RG_CLASS_SINK),
    };

    if (offer->count == 0)
        return rg_class_fits(entry, &query);
    for (unsigned i = 0; i < offer->count; i++) {
        query.input =
            (struct rg_class_type){ &offer->types[i]->majortype, &offer->types[i]->subtype };
        if (rg_class_fits(entry, &query))
            return true;
    }
    return false;
}

static HRESULT candidates_add_entry(struct graph_candidates *all,
                                    const struct rg_class_entry *entry)
{
    struct graph_candidate one = {
        .entry = entry,
        .is_sink = entry->category == RG_CLASS_SINK,
    };

    if (rg_mapper_is_blocked(entry->clsid) || is_listed(all, entry->clsid))
        return S_OK;
    return candidates_add(all, &one);
}

/* Whatever merit they have, and whatever types they registered. */
static HRESULT candidates_preferred(const struct offer *offer, struct graph_candidates *all)
{
    HRESULT hr = S_OK;

    for (unsigned i = 0; i < offer->count && SUCCEEDED(hr); i++) {
        const struct rg_class_entry *entry = rg_mapper_preferred(&offer->types[i]->subtype);

        if (entry != NULL)
            hr = candidates_add_entry(all, entry);
    }
    return hr;
}

static HRESULT candidates_registered(const struct offer *offer, unsigned flags,
                                     struct graph_candidates *all)
{
    const struct rg_class_entry *entry;
    HRESULT hr = rg_mapper_view_get(&all->view);

    for (unsigned i = 0; SUCCEEDED(hr) && (entry = rg_mapper_view_at(all->view, i)) != NULL;
         i++) {
        if (entry->category == RG_CLASS_SINK && (flags & GRAPH_CONNECT_EXISTING_RENDERERS) != 0)
            continue;
        if (offer_fits(offer, entry))
            hr = candidates_add_entry(all, entry);
    }
    return hr;
}

static HRESULT candidates_from_registry(IPin *output, unsigned flags,
                                        struct graph_candidates *all)
{
    struct offer offer;
    HRESULT hr = offer_read(output, &offer);

    if (SUCCEEDED(hr))
        hr = candidates_preferred(&offer, all);
    if (SUCCEEDED(hr))
        hr = candidates_registered(&offer, flags, all);
    offer_free(&offer);
    return hr;
}

bool graph_same_class(const struct rg_class_entry *entry, const CLSID *clsid)
{
    return entry != NULL && IsEqualCLSID(entry->clsid, clsid);
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
    graph_log_candidate(graph, candidate);
    if (candidate->entry != NULL) {
        if (candidate->filter == NULL)
            hr = graph_class_make_locked(graph, candidate->entry, &candidate->filter);
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
