/* SPDX-License-Identifier: MIT */
/* builder.c - IFilterGraph, IGraphBuilder, IFilterGraph2, IFilterGraph3: arguments in,
 * results out.
 *
 * Control threads; each call takes the graph lock.
 * Knows: which function does the work.  Must not know: how.
 */
#include "graph/graph_internal.h"

/* ---- filters ----------------------------------------------------------------------------- */

static HRESULT STDMETHODCALLTYPE builder_add_filter(IFilterGraph3 *face, IBaseFilter *filter,
                                                    LPCWSTR name)
{
    struct graph *graph = graph_home(face);
    HRESULT hr;

    if (filter == NULL)
        return E_POINTER;
    hr = graph_lock_for_call(graph);
    if (FAILED(hr))
        return hr;
    hr = graph_add_locked(graph, filter, name, 0, NULL);
    graph_recount_renderers(graph);
    graph_unlock(graph);
    return hr;
}

static HRESULT STDMETHODCALLTYPE builder_remove_filter(IFilterGraph3 *face, IBaseFilter *filter)
{
    struct graph *graph = graph_home(face);
    struct graph_node *node;
    HRESULT hr;

    if (filter == NULL)
        return E_POINTER;
    hr = graph_check_change(graph, "IFilterGraph::RemoveFilter");
    if (FAILED(hr))
        return hr;
    hr = VFW_E_NOT_IN_GRAPH;
    graph_lock(graph, NULL, INFINITE);
    node = graph_node_of_filter(graph, filter);
    if (node != NULL) {
        graph_edits_let_go(graph, NULL);
        hr = graph_remove_locked(graph, node, 0);
    }
    graph_unlock(graph);
    return hr;
}

static HRESULT STDMETHODCALLTYPE builder_enum_filters(IFilterGraph3 *face, IEnumFilters **out)
{
    struct graph *graph = graph_home(face);

    if (out == NULL)
        return E_POINTER;
    *out = NULL;
    return graph_enum_create(graph, &graph->members, out);
}

static HRESULT STDMETHODCALLTYPE builder_find(IFilterGraph3 *face, LPCWSTR name,
                                              IBaseFilter **out)
{
    struct graph *graph = graph_home(face);
    struct graph_node *node;
    HRESULT hr;

    if (out == NULL)
        return E_POINTER;
    *out = NULL;
    if (name == NULL)
        return E_POINTER;
    hr = graph_lock_for_call(graph);
    if (FAILED(hr))
        return hr;
    node = graph_node_by_name(graph, name);
    if (node != NULL) {
        *out = node->filter;
        node->filter->lpVtbl->AddRef(node->filter);
    }
    graph_unlock(graph);
    return node != NULL ? S_OK : VFW_E_NOT_FOUND;
}

static HRESULT STDMETHODCALLTYPE builder_disconnect(IFilterGraph3 *face, IPin *pin)
{
    return graph_disconnect(graph_home(face), pin);
}

static HRESULT STDMETHODCALLTYPE builder_add_moniker(IFilterGraph3 *face, IMoniker *moniker,
                                                     IBindCtx *context, LPCWSTR name,
                                                     IBaseFilter **out)
{
    struct graph *graph = graph_home(face);
    RG_AUTO(IBaseFilter) filter = NULL;
    HRESULT hr;

    if (out == NULL)
        return E_POINTER;
    *out = NULL;
    if (moniker == NULL)
        return E_POINTER;
    hr = moniker->lpVtbl->BindToObject(moniker, context, NULL, &IID_IBaseFilter,
                                       (void **)&filter);
    if (FAILED(hr))
        return hr;
    hr = graph_lock_for_call(graph);
    if (FAILED(hr))
        return hr;
    hr = graph_add_locked(graph, filter, name, 0, NULL);
    graph_unlock(graph);
    if (SUCCEEDED(hr))
        *out = RG_STEAL(&filter);
    return hr;
}

/* ---- connections ------------------------------------------------------------------------- */

static HRESULT STDMETHODCALLTYPE builder_connect_direct(IFilterGraph3 *face, IPin *output,
                                                        IPin *input, const AM_MEDIA_TYPE *type)
{
    return graph_connect_direct(graph_home(face), output, input, type);
}

static HRESULT STDMETHODCALLTYPE builder_connect(IFilterGraph3 *face, IPin *output, IPin *input)
{
    return graph_connect(graph_home(face), output, input);
}

static HRESULT STDMETHODCALLTYPE builder_render(IFilterGraph3 *face, IPin *output)
{
    return graph_render(graph_home(face), output, 0);
}

static HRESULT STDMETHODCALLTYPE builder_render_ex(IFilterGraph3 *face, IPin *output,
                                                   DWORD flags, DWORD *context)
{
    if (context != NULL || (flags & ~(DWORD)AM_RENDEREX_RENDERTOEXISTINGRENDERERS) != 0)
        return output != NULL ? E_INVALIDARG : E_POINTER;
    return graph_render(graph_home(face), output,
                        flags != 0 ? GRAPH_CONNECT_EXISTING_RENDERERS : 0);
}

static HRESULT STDMETHODCALLTYPE builder_render_file(IFilterGraph3 *face, LPCWSTR path,
                                                     LPCWSTR play_list)
{
    (void)play_list; /* documented: reserved */
    return graph_render_file(graph_home(face), path);
}

static HRESULT STDMETHODCALLTYPE builder_add_source(IFilterGraph3 *face, LPCWSTR path,
                                                    LPCWSTR name, IBaseFilter **out)
{
    return graph_add_source(graph_home(face), path, name, out);
}

static HRESULT STDMETHODCALLTYPE builder_reconnect(IFilterGraph3 *face, IPin *pin)
{
    return graph_reconnect(graph_home(face), pin, NULL);
}

static HRESULT STDMETHODCALLTYPE builder_reconnect_ex(IFilterGraph3 *face, IPin *pin,
                                                      const AM_MEDIA_TYPE *type)
{
    return graph_reconnect(graph_home(face), pin, type);
}

/* ---- the rest ---------------------------------------------------------------------------- */

static HRESULT STDMETHODCALLTYPE builder_set_default_clock(IFilterGraph3 *face)
{
    struct graph *graph = graph_home(face);
    HRESULT hr;

    hr = graph_lock_for_call(graph);
    if (FAILED(hr))
        return hr;
    hr = VFW_E_NOT_STOPPED;
    if (graph->state == State_Stopped && graph->goal == State_Stopped) {
        graph->clock_choice = GRAPH_CLOCK_DEFAULT;
        graph->clock_unset = true;
        hr = graph_clock_choose_locked(graph);
    }
    graph_unlock(graph);
    return hr;
}

static HRESULT STDMETHODCALLTYPE builder_set_clock_ex(IFilterGraph3 *face,
                                                      IReferenceClock *most,
                                                      IReferenceClock *one, IBaseFilter *filter)
{
    struct graph *graph = graph_home(face);
    struct graph_node *node;
    HRESULT hr;

    if (filter == NULL)
        return E_POINTER;
    hr = graph_lock_for_call(graph);
    if (FAILED(hr))
        return hr;
    hr = VFW_E_NOT_IN_GRAPH;
    node = graph_node_of_filter(graph, filter);
    if (node != NULL) {
        graph->clock_choice = most != NULL ? GRAPH_CLOCK_GIVEN : GRAPH_CLOCK_NONE;
        hr = graph_clock_set_two_locked(graph, most, node, one);
    }
    graph_unlock(graph);
    return hr;
}

const IFilterGraph3Vtbl graph_builder_vtbl = {
    COM_UNKNOWN(IFilterGraph3),
    .AddFilter = builder_add_filter,
    .RemoveFilter = builder_remove_filter,
    .EnumFilters = builder_enum_filters,
    .FindFilterByName = builder_find,
    .ConnectDirect = builder_connect_direct,
    .Reconnect = builder_reconnect,
    .Disconnect = builder_disconnect,
    .SetDefaultSyncSource = builder_set_default_clock,
    .Connect = builder_connect,
    .Render = builder_render,
    .RenderFile = builder_render_file,
    .AddSourceFilter = builder_add_source,
    .SetLogFile = graph_set_log,
    .Abort = graph_abort,
    .ShouldOperationContinue = graph_should_continue,
    .AddSourceFilterForMoniker = builder_add_moniker,
    .ReconnectEx = builder_reconnect_ex,
    .RenderEx = builder_render_ex,
    .SetSyncSourceEx = builder_set_clock_ex,
};
