/* SPDX-License-Identifier: MIT */
/* graph_config.c - IGraphConfig: the documented door to the edit engine, the cache, flags,
 * start time.
 *
 * Control threads, and a filter's data thread that passes its abort event; each call takes
 * the graph lock.
 * Knows: spec section 3.  Must not know: how an edit is carried out (rewire.c).
 */
#include <string.h>

#include "graph/rewire.h"
#include "platform/time.h"

#define KNOWN_RECONNECT_FLAGS                                                                  \
    (AM_GRAPH_CONFIG_RECONNECT_DIRECTCONNECT |                                                 \
     AM_GRAPH_CONFIG_RECONNECT_CACHE_REMOVED_FILTERS |                                         \
     AM_GRAPH_CONFIG_RECONNECT_USE_ONLY_CACHED_FILTERS)

/* ---- Reconnect ----------------------------------------------------------------------------- */

static HRESULT check_pin(struct graph *graph, IPin *pin, bool output)
{
    if (pin == NULL)
        return S_OK;
    if (graph_node_of_pin(graph, pin) == NULL)
        return VFW_E_NOT_IN_GRAPH;
    return graph_pin_is_output(pin) == output ? S_OK : E_INVALIDARG;
}

static HRESULT find_ends(struct rewire *edit, IPin *out, IPin *in)
{
    RG_AUTO(IPinConnection) connection = NULL;
    HRESULT hr = S_OK;

    if (out != NULL) {
        edit->out = out;
        IPin_AddRef(out);
    } else {
        hr = rewire_find_begin(edit->graph, in, &edit->out);
    }
    if (FAILED(hr))
        return hr;
    if (in != NULL) {
        edit->in = in;
        IPin_AddRef(in);
    } else {
        hr = rewire_find_end(edit->graph, out, &edit->in, true);
    }
    if (FAILED(hr))
        return hr;
    if (FAILED(IPin_QueryInterface(edit->in, &IID_IPinConnection, (void **)&connection)))
        return E_NOINTERFACE;
    return rewire_path_between(edit->graph, edit->out, edit->in, &edit->path);
}

static bool path_has(const struct rewire *edit, IBaseFilter *filter)
{
    for (size_t i = 0; i < edit->path.count; i++)
        if (graph_identity(edit->path.filters[i]) == graph_identity(filter))
            return true;
    return false;
}

static HRESULT reconnect_locked(struct rewire *edit, IPin *out, IPin *in, IBaseFilter *via)
{
    HRESULT hr = check_pin(edit->graph, out, true);

    if (SUCCEEDED(hr))
        hr = check_pin(edit->graph, in, false);
    if (SUCCEEDED(hr) && via != NULL && graph_node_of_filter(edit->graph, via) == NULL)
        hr = VFW_E_NOT_IN_GRAPH;
    if (SUCCEEDED(hr))
        hr = find_ends(edit, out, in);
    if (SUCCEEDED(hr) && via != NULL && path_has(edit, via))
        hr = E_INVALIDARG; /* it stands in the road already */
    if (FAILED(hr))
        return hr;
    if (via != NULL) {
        edit->via = via;
        IBaseFilter_AddRef(via);
    }
    hr = rewire_carry_out(edit);
    if (hr == VFW_E_TYPE_NOT_ACCEPTED || hr == VFW_E_NO_ACCEPTABLE_TYPES)
        hr = VFW_E_CANNOT_CONNECT;
    return hr;
}

static HRESULT STDMETHODCALLTYPE config_reconnect(IGraphConfig *face, IPin *out, IPin *in,
                                                  const AM_MEDIA_TYPE *first_type,
                                                  IBaseFilter *via, HANDLE abort_event,
                                                  DWORD flags)
{
    struct graph *graph = graph_home(face);
    struct rewire edit;
    HRESULT hr;

    if ((out == NULL && in == NULL) || (flags & ~(DWORD)KNOWN_RECONNECT_FLAGS) != 0)
        return E_INVALIDARG;
    hr = graph_lock(graph, abort_event, INFINITE);
    if (FAILED(hr))
        return hr;
    graph_report_clear(graph);
    memset(&edit, 0, sizeof(edit));
    edit.graph = graph;
    edit.type = first_type;
    edit.caller_blocked = true; /* Reconnect neither blocks nor unblocks */
    edit.keep_removed = (flags & AM_GRAPH_CONFIG_RECONNECT_CACHE_REMOVED_FILTERS) != 0;
    edit.abort = abort_event;
    edit.deadline_ns = RG_TIME_NEVER;
    edit.connect_flags = GRAPH_CONNECT_NO_MEMBER;
    if ((flags & AM_GRAPH_CONFIG_RECONNECT_DIRECTCONNECT) != 0)
        edit.connect_flags |= GRAPH_CONNECT_DIRECT;
    if ((flags & AM_GRAPH_CONFIG_RECONNECT_USE_ONLY_CACHED_FILTERS) != 0)
        edit.connect_flags |= GRAPH_CONNECT_CACHED;
    hr = reconnect_locked(&edit, out, in, via);
    rewire_free(&edit);
    graph_unlock(graph);
    return hr;
}

/* ---- Reconfigure, PushThroughData ---------------------------------------------------------- */

/* Every member in the graph's state again, renderers first. */
static HRESULT activate_all(struct graph *graph)
{
    struct graph_snapshot snapshot;
    HRESULT hr = graph_snapshot_locked(graph, &snapshot);

    if (FAILED(hr))
        return hr;
    for (size_t i = 0; i < snapshot.count && SUCCEEDED(hr); i++)
        hr = graph_activate_locked(graph, snapshot.filters[i]);
    graph_snapshot_free(&snapshot);
    return hr;
}

static HRESULT STDMETHODCALLTYPE config_reconfigure(IGraphConfig *face,
                                                    IGraphConfigCallback *callback,
                                                    PVOID context, DWORD flags,
                                                    HANDLE abort_event)
{
    struct graph *graph = graph_home(face);
    HRESULT hr;

    if (callback == NULL)
        return E_POINTER;
    hr = graph_lock(graph, abort_event, INFINITE);
    if (FAILED(hr))
        return hr == VFW_E_STATE_CHANGED ? VFW_E_WRONG_STATE : hr;
    hr = IGraphConfigCallback_Reconfigure(callback, context, flags);
    if (SUCCEEDED(hr) && graph->state != State_Stopped)
        hr = activate_all(graph);
    graph_recount_renderers(graph);
    graph_unlock(graph);
    return hr;
}

static HRESULT push_locked(struct graph *graph, IPin *out, IPin *in, HANDLE abort_event)
{
    RG_AUTO(IPin) end = in;
    struct rewire_push push = { .graph = graph,
                                .out = out,
                                .abort = abort_event,
                                .deadline_ns = RG_TIME_NEVER,
                                .road_stays = true };
    struct rewire_path path;
    HRESULT hr = check_pin(graph, out, true);

    if (end != NULL)
        IPin_AddRef(end);
    if (SUCCEEDED(hr))
        hr = check_pin(graph, in, false);
    if (SUCCEEDED(hr) && end == NULL)
        hr = rewire_find_end(graph, out, &end, false);
    if (SUCCEEDED(hr))
        hr = rewire_path_between(graph, out, end, &path);
    if (FAILED(hr))
        return hr;
    push.in = end;
    push.path = &path;
    hr = rewire_push_through(&push);
    rewire_path_free(&path);
    return hr;
}

static HRESULT STDMETHODCALLTYPE config_push_through(IGraphConfig *face, IPin *out,
                                                     IPinConnection *input, HANDLE abort_event)
{
    struct graph *graph = graph_home(face);
    RG_AUTO(IPin) in = NULL;
    HRESULT hr;

    if (out == NULL)
        return E_POINTER;
    if (input != NULL && FAILED(IPinConnection_QueryInterface(input, &IID_IPin, (void **)&in)))
        return E_NOINTERFACE;
    hr = graph_lock(graph, abort_event, INFINITE);
    if (FAILED(hr))
        return hr;
    hr = push_locked(graph, out, in, abort_event);
    graph_unlock(graph);
    return hr;
}

/* ---- cache --------------------------------------------------------------------------------- */

static HRESULT STDMETHODCALLTYPE config_add_to_cache(IGraphConfig *face, IBaseFilter *filter)
{
    struct graph *graph = graph_home(face);
    HRESULT hr;

    if (filter == NULL)
        return E_POINTER;
    (void)graph_lock(graph, NULL, INFINITE);
    hr = graph_cache_add_locked(graph, filter);
    graph_unlock(graph);
    return hr;
}

static HRESULT STDMETHODCALLTYPE config_enum_cache(IGraphConfig *face, IEnumFilters **ret)
{
    struct graph *graph = graph_home(face);
    HRESULT hr;

    if (ret == NULL)
        return E_POINTER;
    (void)graph_lock(graph, NULL, INFINITE);
    hr = graph_enum_create(graph, &graph->cached, ret);
    graph_unlock(graph);
    return hr;
}

static HRESULT STDMETHODCALLTYPE config_remove_from_cache(IGraphConfig *face,
                                                          IBaseFilter *filter)
{
    struct graph *graph = graph_home(face);
    HRESULT hr;

    if (filter == NULL)
        return E_POINTER;
    (void)graph_lock(graph, NULL, INFINITE);
    hr = graph_cache_drop_locked(graph, filter);
    graph_unlock(graph);
    return hr;
}

/* ---- the rest ------------------------------------------------------------------------------ */

static HRESULT STDMETHODCALLTYPE config_start_time(IGraphConfig *face, REFERENCE_TIME *ret)
{
    struct graph *graph = graph_home(face);
    HRESULT hr = VFW_E_WRONG_STATE;

    if (ret == NULL)
        return E_POINTER;
    (void)graph_lock(graph, NULL, INFINITE);
    if (graph->state == State_Running) {
        *ret = graph->start_time;
        hr = S_OK;
    }
    graph_unlock(graph);
    return hr;
}

static HRESULT STDMETHODCALLTYPE config_set_flags(IGraphConfig *face, IBaseFilter *filter,
                                                  DWORD flags)
{
    struct graph *graph = graph_home(face);
    struct graph_node *node;

    if (filter == NULL)
        return E_POINTER;
    if ((flags & ~(DWORD)AM_FILTER_FLAGS_REMOVABLE) != 0)
        return E_INVALIDARG;
    (void)graph_lock(graph, NULL, INFINITE);
    node = graph_node_of_filter(graph, filter);
    if (node != NULL)
        node->flags = flags;
    graph_unlock(graph);
    return node != NULL ? S_OK : VFW_E_NOT_IN_GRAPH;
}

static HRESULT STDMETHODCALLTYPE config_get_flags(IGraphConfig *face, IBaseFilter *filter,
                                                  DWORD *ret)
{
    struct graph *graph = graph_home(face);
    struct graph_node *node;

    if (filter == NULL || ret == NULL)
        return E_POINTER;
    (void)graph_lock(graph, NULL, INFINITE);
    node = graph_node_of_filter(graph, filter);
    if (node != NULL)
        *ret = node->flags;
    graph_unlock(graph);
    return node != NULL ? S_OK : VFW_E_NOT_IN_GRAPH;
}

static HRESULT STDMETHODCALLTYPE config_remove_filter(IGraphConfig *face, IBaseFilter *filter,
                                                      DWORD flags)
{
    struct graph *graph = graph_home(face);
    struct graph_node *node;
    HRESULT hr = VFW_E_NOT_IN_GRAPH;

    if (filter == NULL)
        return E_POINTER;
    if ((flags & ~(DWORD)REMFILTERF_LEAVECONNECTED) != 0)
        return E_INVALIDARG;
    (void)graph_lock(graph, NULL, INFINITE);
    node = graph_node_of_filter(graph, filter);
    if (node != NULL)
        hr = graph_remove_locked(
            graph, node,
            (flags & REMFILTERF_LEAVECONNECTED) != 0 ? GRAPH_REMOVE_LEAVECONNECTED : 0);
    graph_recount_renderers(graph);
    graph_unlock(graph);
    return hr;
}

const IGraphConfigVtbl rg_graph_config_vtbl = {
    COM_UNKNOWN(IGraphConfig),
    .Reconnect = config_reconnect,
    .Reconfigure = config_reconfigure,
    .AddFilterToCache = config_add_to_cache,
    .EnumCacheFilter = config_enum_cache,
    .RemoveFilterFromCache = config_remove_from_cache,
    .GetStartTime = config_start_time,
    .PushThroughData = config_push_through,
    .SetFilterFlags = config_set_flags,
    .GetFilterFlags = config_get_flags,
    .RemoveFilterEx = config_remove_filter,
};
