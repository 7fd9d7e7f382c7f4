/* SPDX-License-Identifier: MIT */
/* control.c - IMediaControl and IMediaFilter of the graph, and the IDispatch slots of its
 * faces.
 *
 * Control threads.  Knows: which function does the work.  Must not know: how.
 */
#include "graph/graph_internal.h"

#include "graph/automation.h"
#include "graph/dispatch.h"

/* ---- commands, of whoever may wait for streaming threads ---------------------------------- */

typedef HRESULT (*command_fn)(struct graph *graph);

static HRESULT command(void *face, const char *what, command_fn fn)
{
    struct graph *graph = graph_home(face);
    HRESULT hr = graph_check_command(graph, what);

    return SUCCEEDED(hr) ? fn(graph) : hr;
}

static HRESULT run_soon(struct graph *graph)
{
    return graph_run(graph, 0);
}

/* ---- IMediaControl ----------------------------------------------------------------------- */

GRAPH_DISPATCH(IMediaControl)

static HRESULT STDMETHODCALLTYPE control_run(IMediaControl *face)
{
    return command(face, "IMediaControl::Run", run_soon);
}

static HRESULT STDMETHODCALLTYPE control_pause(IMediaControl *face)
{
    return command(face, "IMediaControl::Pause", graph_pause);
}

static HRESULT STDMETHODCALLTYPE control_stop(IMediaControl *face)
{
    return command(face, "IMediaControl::Stop", graph_stop);
}

static HRESULT STDMETHODCALLTYPE control_get_state(IMediaControl *face, LONG timeout_ms,
                                                   OAFilterState *ret_state)
{
    FILTER_STATE state;
    HRESULT hr;

    if (ret_state == NULL)
        return E_POINTER;
    hr = graph_get_state(graph_home(face), (DWORD)timeout_ms, &state);
    if (SUCCEEDED(hr))
        *ret_state = (OAFilterState)state;
    return hr;
}

static HRESULT STDMETHODCALLTYPE control_render_file(IMediaControl *face, BSTR path)
{
    return graph_render_file(graph_home(face), path);
}

static HRESULT STDMETHODCALLTYPE control_add_source(IMediaControl *face, BSTR path,
                                                    IDispatch **out)
{
    struct graph *graph = graph_home(face);
    IFilterGraph3 *builder = &graph->builder.i;
    RG_AUTO(IBaseFilter) filter = NULL;
    HRESULT hr, made;

    if (out == NULL)
        return E_POINTER;
    *out = NULL;
    hr = graph_add_source(graph, path, path, &filter);
    if (FAILED(hr))
        return hr;
    made = graph_filter_info_create(graph, filter, out);
    if (SUCCEEDED(made))
        return hr;
    (void)builder->lpVtbl->RemoveFilter(builder, filter);
    return made;
}

static HRESULT STDMETHODCALLTYPE control_filters(IMediaControl *face, IDispatch **out)
{
    if (out == NULL)
        return E_POINTER;
    *out = NULL;
    return graph_filter_collection(graph_home(face), out);
}

static HRESULT STDMETHODCALLTYPE control_classes(IMediaControl *face, IDispatch **out)
{
    if (out == NULL)
        return E_POINTER;
    *out = NULL;
    return graph_class_collection(graph_home(face), out);
}

static HRESULT STDMETHODCALLTYPE control_stop_when_ready(IMediaControl *face)
{
    return command(face, "IMediaControl::StopWhenReady", graph_stop_when_ready);
}

const IMediaControlVtbl graph_control_vtbl = {
    COM_UNKNOWN(IMediaControl),
    GRAPH_DISPATCH_SLOTS(IMediaControl),
    .Run = control_run,
    .Pause = control_pause,
    .Stop = control_stop,
    .GetState = control_get_state,
    .RenderFile = control_render_file,
    .AddSourceFilter = control_add_source,
    .get_FilterCollection = control_filters,
    .get_RegFilterCollection = control_classes,
    .StopWhenReady = control_stop_when_ready,
};

/* ---- IMediaFilter: a graph is controlled like a filter ----------------------------------- */

static HRESULT STDMETHODCALLTYPE filter_class_id(IMediaFilter *face, CLSID *ret_clsid)
{
    if (ret_clsid == NULL)
        return E_POINTER;
    *ret_clsid = graph_home(face)->has_worker ? CLSID_FilterGraph : CLSID_FilterGraphNoThread;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE filter_stop(IMediaFilter *face)
{
    return command(face, "IMediaFilter::Stop", graph_stop);
}

static HRESULT STDMETHODCALLTYPE filter_pause(IMediaFilter *face)
{
    return command(face, "IMediaFilter::Pause", graph_pause);
}

static HRESULT STDMETHODCALLTYPE filter_run(IMediaFilter *face, REFERENCE_TIME start)
{
    struct graph *graph = graph_home(face);
    HRESULT hr = graph_check_command(graph, "IMediaFilter::Run");

    return SUCCEEDED(hr) ? graph_run(graph, start) : hr;
}

static HRESULT STDMETHODCALLTYPE filter_get_state(IMediaFilter *face, DWORD timeout_ms,
                                                  FILTER_STATE *ret_state)
{
    return graph_get_state(graph_home(face), timeout_ms, ret_state);
}

static HRESULT STDMETHODCALLTYPE filter_set_clock(IMediaFilter *face, IReferenceClock *clock)
{
    struct graph *graph = graph_home(face);
    HRESULT hr;

    hr = graph_lock_for_call(graph);
    if (FAILED(hr))
        return hr;
    graph->clock_choice = clock != NULL ? GRAPH_CLOCK_GIVEN : GRAPH_CLOCK_NONE;
    hr = graph_clock_set_locked(graph, clock);
    graph_unlock(graph);
    return hr;
}

static HRESULT STDMETHODCALLTYPE filter_get_clock(IMediaFilter *face, IReferenceClock **out)
{
    struct graph *graph = graph_home(face);
    HRESULT hr;

    if (out == NULL)
        return E_POINTER;
    hr = graph_lock_for_call(graph);
    if (FAILED(hr))
        return hr;
    *out = graph->clock;
    if (graph->clock != NULL)
        graph->clock->lpVtbl->AddRef(graph->clock);
    graph_unlock(graph);
    return S_OK;
}

const IMediaFilterVtbl graph_media_filter_vtbl = {
    COM_UNKNOWN(IMediaFilter),
    .GetClassID = filter_class_id,
    .Stop = filter_stop,
    .Pause = filter_pause,
    .Run = filter_run,
    .GetState = filter_get_state,
    .SetSyncSource = filter_set_clock,
    .GetSyncSource = filter_get_clock,
};
