/* SPDX-License-Identifier: MIT */
/* graph_config.c - IGraphConfig: the documented door to the edit engine, the cache, flags,
 * start time.
 *
 * Control threads, and a filter's data thread that passes its abort event; each call takes
 * the graph lock.
 * Knows: IGraphConfig.  Must not know: how an edit is carried out (rewire.c).
 */
#include <string.h>

#include "graph/rewire.h"
#include "media/type.h"

#define KNOWN_RECONNECT_FLAGS                                                                  \
    (AM_GRAPH_CONFIG_RECONNECT_DIRECTCONNECT |                                                 \
     AM_GRAPH_CONFIG_RECONNECT_CACHE_REMOVED_FILTERS |                                         \
     AM_GRAPH_CONFIG_RECONNECT_USE_ONLY_CACHED_FILTERS)

/* A data thread passes its abort event (documented), and gets the lock or that. */
static HRESULT lock_or_abort(struct graph *graph, const char *what, HANDLE abort_event)
{
    HRESULT hr = abort_event == NULL ? graph_check_change(graph, what) : S_OK;

    return SUCCEEDED(hr) ? graph_lock(graph, abort_event, INFINITE) : hr;
}

/* ---- Reconnect ----------------------------------------------------------------------------- */

static HRESULT check_pin(struct graph *graph, IPin *pin, bool output)
{
    if (pin == NULL)
        return S_OK;
    if (graph_node_of_pin(graph, pin) == NULL)
        return VFW_E_NOT_IN_GRAPH;
    return graph_pin_is_output(pin) == output ? S_OK : E_INVALIDARG;
}

/* Whichever end is missing is searched for; *step gets both, with references. */
static HRESULT find_ends(struct graph *graph, IPin *out, IPin *in, struct rewire_step *step)
{
    RG_AUTO(IPinConnection) connection = NULL;
    HRESULT hr = S_OK;

    if (out != NULL) {
        step->out = out;
        IPin_AddRef(out);
    } else {
        hr = rewire_find_begin(graph, in, &step->out);
    }
    if (FAILED(hr))
        return hr;
    if (in != NULL) {
        step->in = in;
        IPin_AddRef(in);
    } else {
        hr = rewire_find_end(graph, out, &step->in, true);
    }
    if (FAILED(hr))
        return hr;
    return SUCCEEDED(IPin_QueryInterface(step->in, &IID_IPinConnection, (void **)&connection))
               ? S_OK
               : E_NOINTERFACE;
}

static HRESULT reconnect_step(struct graph *graph, IPin *out, IPin *in,
                              const AM_MEDIA_TYPE *type, IBaseFilter *via,
                              struct rewire_step *step)
{
    HRESULT hr = check_pin(graph, out, true);

    memset(step, 0, sizeof(*step));
    step->kind = REWIRE_REROUTE;
    if (SUCCEEDED(hr))
        hr = check_pin(graph, in, false);
    if (SUCCEEDED(hr) && via != NULL && graph_node_of_filter(graph, via) == NULL)
        hr = VFW_E_NOT_IN_GRAPH;
    if (SUCCEEDED(hr))
        hr = find_ends(graph, out, in, step);
    if (SUCCEEDED(hr) && type != NULL) {
        step->type = rg_type_new(type);
        hr = step->type != NULL ? S_OK : E_OUTOFMEMORY;
    }
    if (SUCCEEDED(hr) && via != NULL) {
        step->other = via;
        IBaseFilter_AddRef(via);
    }
    if (FAILED(hr))
        rewire_step_clear(step);
    return hr;
}

static HRESULT reconnect_locked(struct rewire *edit, IPin *out, IPin *in,
                                const AM_MEDIA_TYPE *type, IBaseFilter *via)
{
    struct rewire_step step;
    HRESULT hr = reconnect_step(edit->graph, out, in, type, via, &step);

    if (SUCCEEDED(hr))
        hr = rewire_stage(edit, &step);
    if (SUCCEEDED(hr))
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
    hr = lock_or_abort(graph, "IGraphConfig::Reconnect", abort_event);
    if (FAILED(hr))
        return hr;
    graph_report_clear(graph);
    rewire_init(&edit, graph);
    edit.caller_blocked = true; /* Reconnect neither blocks nor unblocks */
    edit.keep_removed = (flags & AM_GRAPH_CONFIG_RECONNECT_CACHE_REMOVED_FILTERS) != 0;
    if (abort_event != NULL)
        edit.aborts.list[edit.aborts.n++] = abort_event;
    edit.connect_flags = GRAPH_CONNECT_NO_MEMBER;
    if ((flags & AM_GRAPH_CONFIG_RECONNECT_DIRECTCONNECT) != 0)
        edit.connect_flags |= GRAPH_CONNECT_DIRECT;
    if ((flags & AM_GRAPH_CONFIG_RECONNECT_USE_ONLY_CACHED_FILTERS) != 0)
        edit.connect_flags |= GRAPH_CONNECT_CACHED;
    hr = reconnect_locked(&edit, out, in, first_type, via);
    rewire_free(&edit);
    graph_unlock(graph);
    return hr;
}

/* ---- Reconfigure, PushThroughData ---------------------------------------------------------- */

static bool is_as_the_graph(struct graph *graph, IBaseFilter *filter)
{
    FILTER_STATE state = State_Stopped;

    return SUCCEEDED(filter->lpVtbl->GetState(filter, 0, &state)) && state == graph->state;
}

/* Every member in the graph's state again, renderers first.  What runs is not paused for that, and the
 * caller may be inside one of them. */
static HRESULT activate_all(struct graph *graph)
{
    struct graph_snapshot snapshot;
    HRESULT hr = graph_snapshot_locked(graph, &snapshot);

    if (FAILED(hr))
        return hr;
    for (size_t i = 0; i < snapshot.count && SUCCEEDED(hr); i++)
        if (!is_as_the_graph(graph, snapshot.filters[i]))
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
    hr = lock_or_abort(graph, "IGraphConfig::Reconfigure", abort_event);
    if (FAILED(hr))
        return hr == VFW_E_STATE_CHANGED ? VFW_E_WRONG_STATE : hr;
    graph_edits_let_go(graph, NULL);
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
    HRESULT hr = check_pin(graph, out, true);

    if (end != NULL)
        IPin_AddRef(end);
    if (SUCCEEDED(hr))
        hr = check_pin(graph, in, false);
    if (SUCCEEDED(hr) && end == NULL)
        hr = rewire_find_end(graph, out, &end, false);
    return SUCCEEDED(hr) ? rewire_push_through(graph, out, end, abort_event) : hr;
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
    hr = lock_or_abort(graph, "IGraphConfig::PushThroughData", abort_event);
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
    hr = lock_or_abort(graph, "IGraphConfig::AddFilterToCache", NULL);
    if (FAILED(hr))
        return hr;
    graph_edits_let_go(graph, NULL);
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
    hr = graph_lock_for_call(graph);
    if (FAILED(hr))
        return hr;
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
    hr = graph_lock_for_call(graph);
    if (FAILED(hr))
        return hr;
    hr = graph_cache_drop_locked(graph, filter);
    graph_unlock(graph);
    return hr;
}

/* ---- the rest ------------------------------------------------------------------------------ */

static HRESULT STDMETHODCALLTYPE config_start_time(IGraphConfig *face, REFERENCE_TIME *ret)
{
    struct graph *graph = graph_home(face);
    HRESULT hr;

    if (ret == NULL)
        return E_POINTER;
    hr = graph_lock_for_call(graph);
    if (FAILED(hr))
        return hr;
    hr = VFW_E_WRONG_STATE;
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
    HRESULT hr;

    if (filter == NULL)
        return E_POINTER;
    if ((flags & ~(DWORD)AM_FILTER_FLAGS_REMOVABLE) != 0)
        return E_INVALIDARG;
    hr = graph_lock_for_call(graph);
    if (FAILED(hr))
        return hr;
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
    HRESULT hr;

    if (filter == NULL || ret == NULL)
        return E_POINTER;
    hr = graph_lock_for_call(graph);
    if (FAILED(hr))
        return hr;
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
    HRESULT hr;

    if (filter == NULL)
        return E_POINTER;
    if ((flags & ~(DWORD)REMFILTERF_LEAVECONNECTED) != 0)
        return E_INVALIDARG;
    hr = lock_or_abort(graph, "IGraphConfig::RemoveFilterEx", NULL);
    if (FAILED(hr))
        return hr;
    hr = VFW_E_NOT_IN_GRAPH;
    graph_edits_let_go(graph, NULL);
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
