/* SPDX-License-Identifier: MIT */
/* members.c - which filters the graph has and which its cache: add, find, remove, each in O(1).
 *
 * Control threads under the graph lock.
 * Knows: names, membership, letting neighbours go.  Must not know: how pins agree.
 */
#include "graph/graph_internal.h"

#include <stdio.h>
#include <wchar.h>

#include "com/registry.h"
#include "platform/memory.h"

#define NAME_ROOM  128 /* FILTER_INFO.achName */
#define NAME_TRIES 10000

/* ---- finding ----------------------------------------------------------------------------- */

struct graph_node *graph_node_of_identity(struct graph *graph, IUnknown *identity)
{
    struct graph_link *link;

    if (identity == NULL)
        return NULL;
    link = graph_table_first(&graph->by_filter, graph_hash_pointer(identity));
    for (; link != NULL; link = graph_table_next(link)) {
        struct graph_node *node = CONTAINING_RECORD(link, struct graph_node, by_filter);

        if (node->identity == identity)
            return node;
    }
    return NULL;
}

struct graph_node *graph_node_of_filter(struct graph *graph, IBaseFilter *filter)
{
    struct graph_node *node = graph_node_of_identity(graph, graph_identity(filter));

    return node != NULL && !node->in_cache ? node : NULL;
}

struct graph_node *graph_cache_find(struct graph *graph, IBaseFilter *filter)
{
    struct graph_node *node = graph_node_of_identity(graph, graph_identity(filter));

    return node != NULL && node->in_cache ? node : NULL;
}

struct graph_node *graph_node_of_pin(struct graph *graph, IPin *pin)
{
    RG_AUTO(IBaseFilter) filter = graph_pin_filter(pin);

    return filter != NULL ? graph_node_of_filter(graph, filter) : NULL;
}

struct graph_node *graph_node_by_name(struct graph *graph, const WCHAR *name)
{
    struct graph_link *link = graph_table_first(&graph->by_name, graph_hash_text(name));

    for (; link != NULL; link = graph_table_next(link)) {
        struct graph_node *node = CONTAINING_RECORD(link, struct graph_node, by_name);

        if (wcscmp(node->name, name) == 0)
            return node;
    }
    return NULL;
}

void graph_version_bump(struct graph *graph)
{
    graph->version++;
}

/* ---- lists ------------------------------------------------------------------------------- */

static void list_push(struct graph_list *list, struct graph_node *node)
{
    node->previous = NULL;
    node->next = list->first;
    if (list->first != NULL)
        list->first->previous = node;
    else
        list->last = node;
    list->first = node;
    list->count++;
    list->version++;
}

static void list_take(struct graph_list *list, struct graph_node *node)
{
    if (node->previous != NULL)
        node->previous->next = node->next;
    else
        list->first = node->next;
    if (node->next != NULL)
        node->next->previous = node->previous;
    else
        list->last = node->previous;
    node->next = node->previous = NULL;
    list->count--;
    list->version++;
}

/* ---- connections that have changed ------------------------------------------------------- */

void graph_touch_locked(struct graph *graph, struct graph_node *node)
{
    if (graph->state == State_Stopped) {
        graph->recount_all = true; /* looked at when the graph starts */
        return;
    }
    if (node == NULL || node->touched)
        return;
    node->touched = true;
    node->next_touched = graph->touched;
    graph->touched = node;
}

void graph_touch_pin_locked(struct graph *graph, IPin *pin)
{
    if (graph->state == State_Stopped)
        graph->recount_all = true;
    else
        graph_touch_locked(graph, graph_node_of_pin(graph, pin));
}

static void touched_take(struct graph *graph, struct graph_node *node)
{
    for (struct graph_node **where = &graph->touched; *where != NULL;
         where = &(*where)->next_touched) {
        if (*where == node) {
            *where = node->next_touched;
            break;
        }
    }
    node->touched = false;
}

/* ---- names ------------------------------------------------------------------------------- */

/* What a filter is called when nobody names it: the short name of its class. */
static void name_of_class(IBaseFilter *filter, WCHAR name[NAME_ROOM])
{
    const struct rg_class_row *row = NULL;
    const char *text;
    size_t i;
    CLSID clsid;

    if (SUCCEEDED(filter->lpVtbl->GetClassID(filter, &clsid)))
        row = rg_class_row_loaded(&clsid);
    text = row != NULL ? row->entry->name : "filter";
    for (i = 0; text[i] != 0 && i < NAME_ROOM - 1; i++)
        name[i] = (unsigned char)text[i]; /* class names are ASCII */
    name[i] = 0;
}

/* S_OK; VFW_S_DUPLICATE_NAME: made different; VFW_E_DUPLICATE_NAME.  A generated name is
 * never a duplicate. */
static HRESULT name_choose(struct graph *graph, IBaseFilter *filter, const WCHAR *wish,
                           WCHAR name[NAME_ROOM])
{
    WCHAR stem[NAME_ROOM];

    if (wish != NULL && wish[0] != 0) {
        wcsncpy(stem, wish, NAME_ROOM - 1);
        stem[NAME_ROOM - 1] = 0;
    } else {
        name_of_class(filter, stem);
    }
    wcscpy(name, stem);
    if (graph_node_by_name(graph, name) == NULL)
        return S_OK;
    for (int i = 0; i < NAME_TRIES; i++) {
        swprintf(name, NAME_ROOM, L"%.115ls %04u", stem, ++graph->name_counter);
        if (graph_node_by_name(graph, name) == NULL)
            return wish != NULL && wish[0] != 0 ? VFW_S_DUPLICATE_NAME : S_OK;
    }
    return VFW_E_DUPLICATE_NAME;
}

/* ---- adding ------------------------------------------------------------------------------ */

static void node_free(struct graph_node *node)
{
    if (node == NULL)
        return;
    graph_clock_forget_own(node);
    if (node->filter != NULL)
        node->filter->lpVtbl->Release(node->filter);
    rg_free(node->name);
    rg_free(node);
}

static struct graph_node *node_new(IBaseFilter *filter, const WCHAR *name)
{
    size_t bytes = name != NULL ? (wcslen(name) + 1) * sizeof(WCHAR) : 0;
    struct graph_node *node = rg_calloc(1, sizeof(*node));

    if (node == NULL)
        return NULL;
    node->filter = filter;
    filter->lpVtbl->AddRef(filter);
    node->identity = graph_identity(filter);
    if (name != NULL)
        node->name = rg_memory_dup(name, bytes);
    if (node->identity == NULL || (name != NULL && node->name == NULL)) {
        node_free(node);
        return NULL;
    }
    return node;
}

static void node_enter(struct graph *graph, struct graph_node *node)
{
    graph_table_put(&graph->by_filter, &node->by_filter, graph_hash_pointer(node->identity));
    graph_table_put(&graph->by_name, &node->by_name, graph_hash_text(node->name));
    list_push(&graph->members, node);
    graph_version_bump(graph);
    graph_touch_locked(graph, node);
}

/* Out of the tables and the list of members; the node is left to the caller. */
static void node_leave(struct graph *graph, struct graph_node *node)
{
    graph_renderer_forget_locked(graph, node);
    graph_owed_ends_forget(node);
    touched_take(graph, node);
    graph_table_take(&graph->by_filter, &node->by_filter);
    graph_table_take(&graph->by_name, &node->by_name);
    list_take(&graph->members, node);
    graph_version_bump(graph);
}

HRESULT graph_add_locked(struct graph *graph, IBaseFilter *filter, const WCHAR *name,
                         unsigned flags, struct graph_node **ret_node)
{
    WCHAR chosen[NAME_ROOM];
    struct graph_node *node;
    HRESULT named, hr;

    if (filter == NULL)
        return E_POINTER;
    if (graph_node_of_filter(graph, filter) != NULL)
        return E_INVALIDARG;
    named = name_choose(graph, filter, name, chosen);
    if (FAILED(named))
        return named;
    node = node_new(filter, chosen);
    if (node == NULL)
        return E_OUTOFMEMORY;
    (void)graph_cache_drop_locked(graph, filter);
    node->by_connect = (flags & GRAPH_ADD_BY_CONNECT) != 0;
    node_enter(graph, node);
    hr = filter->lpVtbl->JoinFilterGraph(filter, (IFilterGraph *)&graph->builder.i, chosen);
    if (FAILED(hr)) {
        node_leave(graph, node);
        node_free(node);
        return hr;
    }
    filter->lpVtbl->SetSyncSource(filter, graph->clock);
    if (ret_node != NULL)
        *ret_node = node;
    return named;
}

/* ---- removing ---------------------------------------------------------------------------- */

static bool filter_is_active(IBaseFilter *filter)
{
    FILTER_STATE state = State_Stopped;

    return SUCCEEDED(filter->lpVtbl->GetState(filter, 0, &state)) && state != State_Stopped;
}

bool graph_pin_lets_go(IPin *pin)
{
    RG_AUTO(IBaseFilter) filter = graph_pin_filter(pin);
    RG_AUTO(IUnknown) dynamic = NULL;
    const IID *iid = graph_pin_is_output(pin) ? &IID_IPinFlowControl : &IID_IPinConnection;

    if (filter == NULL || !filter_is_active(filter))
        return true;
    return SUCCEEDED(pin->lpVtbl->QueryInterface(pin, iid, (void **)&dynamic));
}

static bool neighbours_let_go(struct graph_pins *pins)
{
    for (size_t i = 0; i < pins->count; i++) {
        RG_AUTO(IPin) peer = graph_pin_peer(pins->list[i]);

        if (peer != NULL && !graph_pin_lets_go(peer))
            return false;
    }
    return true;
}

static HRESULT disconnect_all(struct graph *graph, struct graph_pins *pins)
{
    HRESULT first = S_OK;

    for (size_t i = 0; i < pins->count; i++) {
        RG_AUTO(IPin) peer = graph_pin_peer(pins->list[i]);
        HRESULT hr;

        if (peer == NULL)
            continue;
        hr = graph_pin_disconnect_both(pins->list[i]);
        if (FAILED(hr) && SUCCEEDED(first))
            first = hr;
        graph_touch_pin_locked(graph, peer);
    }
    return first;
}

static HRESULT node_take_apart(struct graph *graph, struct graph_node *node, bool force)
{
    struct graph_pins pins;
    HRESULT hr = graph_pins_open(&pins, node->filter);

    if (FAILED(hr) && !force)
        return hr;
    if (!force && graph->state != State_Stopped && !neighbours_let_go(&pins)) {
        graph_pins_close(&pins);
        return VFW_E_NOT_STOPPED;
    }
    if (!force && graph->state != State_Stopped && filter_is_active(node->filter))
        hr = graph_stop_filter_locked(graph, node->filter);
    else if (filter_is_active(node->filter))
        (void)node->filter->lpVtbl->Stop(node->filter);
    if (FAILED(hr) && !force) {
        graph_pins_close(&pins);
        return hr;
    }
    hr = disconnect_all(graph, &pins);
    graph_pins_close(&pins);
    return force ? S_OK : hr;
}

static void cache_enter(struct graph *graph, struct graph_node *node)
{
    graph_table_put(&graph->by_filter, &node->by_filter, graph_hash_pointer(node->identity));
    node->in_cache = true;
    node->by_connect = false;
    node->flags = 0;
    list_push(&graph->cached, node);
}

HRESULT graph_remove_locked(struct graph *graph, struct graph_node *node, unsigned flags)
{
    IBaseFilter *filter = node->filter;
    HRESULT hr =
        (flags & GRAPH_REMOVE_FORCE) == 0 ? graph_wait_for_stopper_locked(graph, filter) : S_OK;

    if (FAILED(hr))
        return hr;
    if (hr == S_FALSE && (node = graph_node_of_filter(graph, filter)) == NULL)
        return S_OK; /* it has left by itself */
    if ((flags & GRAPH_REMOVE_LEAVECONNECTED) == 0) {
        hr = node_take_apart(graph, node, (flags & GRAPH_REMOVE_FORCE) != 0);
        if (FAILED(hr))
            return hr;
    }
    graph_clock_filter_leaves_locked(graph, filter);
    graph_step_filter_leaves_locked(graph, filter);
    node_leave(graph, node);
    filter->lpVtbl->SetSyncSource(filter, NULL);
    filter->lpVtbl->JoinFilterGraph(filter, NULL, NULL);
    if ((flags & GRAPH_REMOVE_TO_CACHE) != 0)
        cache_enter(graph, node);
    else
        node_free(node);
    graph_recount_renderers(graph);
    return S_OK;
}

void graph_abandon_locked(struct graph *graph, struct graph_node *node)
{
    graph_clock_filter_leaves_locked(graph, node->filter);
    graph_step_filter_leaves_locked(graph, node->filter);
    node_leave(graph, node);
    node_free(node);
    graph_recount_renderers(graph);
}

/* ---- the cache --------------------------------------------------------------------------- */

static bool any_pin_connected(IBaseFilter *filter)
{
    struct graph_pins pins;
    bool connected = FAILED(graph_pins_open(&pins, filter));

    for (size_t i = 0; i < pins.count && !connected; i++) {
        RG_AUTO(IPin) peer = graph_pin_peer(pins.list[i]);

        connected = peer != NULL;
    }
    graph_pins_close(&pins);
    return connected;
}

HRESULT graph_cache_add_locked(struct graph *graph, IBaseFilter *filter)
{
    struct graph_node *node;

    if (filter == NULL)
        return E_POINTER;
    if (graph_cache_find(graph, filter) != NULL)
        return S_FALSE;
    if (any_pin_connected(filter))
        return E_FAIL;
    node = graph_node_of_filter(graph, filter);
    if (node != NULL)
        return graph_remove_locked(graph, node, GRAPH_REMOVE_TO_CACHE);
    if (filter_is_active(filter))
        filter->lpVtbl->Stop(filter);
    node = node_new(filter, NULL);
    if (node == NULL)
        return E_OUTOFMEMORY;
    cache_enter(graph, node);
    return S_OK;
}

HRESULT graph_cache_drop_locked(struct graph *graph, IBaseFilter *filter)
{
    struct graph_node *node;

    if (filter == NULL)
        return E_POINTER;
    node = graph_cache_find(graph, filter);
    if (node == NULL)
        return S_FALSE;
    graph_table_take(&graph->by_filter, &node->by_filter);
    list_take(&graph->cached, node);
    node_free(node);
    return S_OK;
}
