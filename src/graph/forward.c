/* SPDX-License-Identifier: MIT */
/* forward.c - finds the filter that does the work of IBasicAudio, IBasicVideo2 and IVideoWindow.
 *
 * Control threads.  The members are listed under the graph lock and asked without it.
 * Knows: members.  Must not know: what the interface does.
 */
#include "graph/forward.h"

#include "graph/graph_internal.h"

/* Whom to ask: the one who had it last time, or, if the members have changed since, everybody.
 * S_OK; E_NOINTERFACE: it is known that nobody has it. */
static HRESULT asked_open_locked(struct graph *graph, const struct graph_forward *last,
                                 struct graph_snapshot *all, IBaseFilter **ret_known)
{
    if (!last->is_known || last->version != graph->members.version)
        return graph_members_locked(graph, all);
    if (last->node == NULL)
        return E_NOINTERFACE;
    *ret_known = last->node->filter;
    (*ret_known)->lpVtbl->AddRef(*ret_known);
    return S_OK;
}

static HRESULT find_among(const struct graph_snapshot *all, REFIID iid, void **ret,
                          IBaseFilter **ret_who)
{
    for (size_t i = 0; i < all->count; i++) {
        IBaseFilter *filter = all->filters[i];

        if (SUCCEEDED(filter->lpVtbl->QueryInterface(filter, iid, ret))) {
            *ret_who = filter;
            return S_OK;
        }
    }
    return E_NOINTERFACE;
}

HRESULT graph_forward_find(struct graph *graph, struct graph_forward *last, REFIID iid,
                           void **ret)
{
    RG_AUTO(IBaseFilter) known = NULL;
    struct graph_snapshot all = { 0 };
    IBaseFilter *who = NULL;
    uint64_t version;
    HRESULT hr;

    *ret = NULL;
    hr = graph_lock_for_call(graph);
    if (FAILED(hr))
        return hr;
    version = graph->members.version;
    hr = asked_open_locked(graph, last, &all, &known);
    graph_unlock(graph);
    if (FAILED(hr))
        return hr;
    if (known != NULL)
        return known->lpVtbl->QueryInterface(known, iid, ret);
    hr = find_among(&all, iid, ret, &who);
    if (SUCCEEDED(graph_lock_for_call(graph))) { /* else the next one searches again */
        if (version == graph->members.version)
            *last = (struct graph_forward){ version, graph_node_of_filter(graph, who), true };
        graph_unlock(graph);
    }
    graph_snapshot_free(&all);
    return hr;
}
