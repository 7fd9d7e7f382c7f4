/* SPDX-License-Identifier: MIT */
/* position.c - the graph's time formats, and IMediaPosition as IMediaSeeking in seconds.
 *
 * Control threads; formats under the graph lock.
 * Knows: the renderers' formats, seconds.  Must not know: positions (seek.c).
 */
#include "graph/graph_internal.h"

#include "graph/dispatch.h"
#include "graph/seconds.h"

/* ---- time formats ------------------------------------------------------------------------ */

typedef HRESULT (*format_ask)(IMediaSeeking *seeker, const GUID *format);

static HRESULT ask_supported(IMediaSeeking *seeker, const GUID *format)
{
    return seeker->lpVtbl->IsFormatSupported(seeker, format);
}

static HRESULT ask_set(IMediaSeeking *seeker, const GUID *format)
{
    return seeker->lpVtbl->SetTimeFormat(seeker, format);
}

/* S_OK if any renderer answers S_OK, else S_FALSE. */
static HRESULT any_renderer(struct graph *graph, format_ask ask, const GUID *format)
{
    HRESULT result = S_FALSE;

    if (graph->recount_all)
        graph_recount_all_locked(graph);
    for (struct graph_node *node = graph->renderers; node != NULL; node = node->next_renderer) {
        RG_AUTO(IMediaSeeking) one = NULL;

        if (SUCCEEDED(node->filter->lpVtbl->QueryInterface(node->filter, &IID_IMediaSeeking,
                                                           (void **)&one)) &&
            ask(one, format) == S_OK)
            result = S_OK;
    }
    return result;
}

HRESULT STDMETHODCALLTYPE graph_format_is_supported(IMediaSeeking *face, const GUID *format)
{
    struct graph *graph = graph_home(face);
    HRESULT hr;

    if (format == NULL)
        return E_POINTER;
    if (IsEqualGUID(format, &TIME_FORMAT_MEDIA_TIME))
        return S_OK;
    hr = graph_lock_for_call(graph);
    if (FAILED(hr))
        return hr;
    hr = any_renderer(graph, ask_supported, format);
    graph_unlock(graph);
    return hr;
}

HRESULT STDMETHODCALLTYPE graph_format_preferred(IMediaSeeking *face, GUID *ret_format)
{
    (void)face;
    if (ret_format == NULL)
        return E_POINTER;
    *ret_format = TIME_FORMAT_MEDIA_TIME;
    return S_OK;
}

HRESULT STDMETHODCALLTYPE graph_format_get(IMediaSeeking *face, GUID *ret_format)
{
    struct graph *graph = graph_home(face);
    HRESULT hr;

    if (ret_format == NULL)
        return E_POINTER;
    hr = graph_lock_for_call(graph);
    if (FAILED(hr))
        return hr;
    *ret_format = graph->time_format;
    graph_unlock(graph);
    return S_OK;
}

HRESULT STDMETHODCALLTYPE graph_format_is_used(IMediaSeeking *face, const GUID *format)
{
    struct graph *graph = graph_home(face);
    HRESULT hr;

    if (format == NULL)
        return E_POINTER;
    hr = graph_lock_for_call(graph);
    if (FAILED(hr))
        return hr;
    hr = IsEqualGUID(format, &graph->time_format) ? S_OK : S_FALSE;
    graph_unlock(graph);
    return hr;
}

HRESULT STDMETHODCALLTYPE graph_format_set(IMediaSeeking *face, const GUID *format)
{
    struct graph *graph = graph_home(face);
    HRESULT hr;

    if (format == NULL)
        return E_POINTER;
    hr = graph_lock_for_call(graph);
    if (FAILED(hr))
        return hr;
    hr = S_OK;
    if (IsEqualGUID(format, &graph->time_format))
        hr = S_OK;
    else if (graph->state != State_Stopped)
        hr = VFW_E_WRONG_STATE;
    else if (any_renderer(graph, ask_set, format) != S_OK &&
             !IsEqualGUID(format, &TIME_FORMAT_MEDIA_TIME))
        hr = E_INVALIDARG;
    else
        graph->time_format = *format;
    graph_unlock(graph);
    return hr;
}

HRESULT STDMETHODCALLTYPE graph_format_convert(IMediaSeeking *face, LONGLONG *target,
                                               const GUID *target_format, LONGLONG source,
                                               const GUID *source_format)
{
    struct graph *graph = graph_home(face);
    const GUID *to, *from;
    HRESULT hr;

    if (target == NULL)
        return E_POINTER;
    hr = graph_lock_for_call(graph);
    if (FAILED(hr))
        return hr;
    hr = E_NOTIMPL;
    to = target_format != NULL ? target_format : &graph->time_format;
    from = source_format != NULL ? source_format : &graph->time_format;
    if (IsEqualGUID(to, from)) {
        *target = source;
        hr = S_OK;
    }
    for (struct graph_node *node = graph->renderers; node != NULL && FAILED(hr);
         node = node->next_renderer) {
        RG_AUTO(IMediaSeeking) one = NULL;

        if (SUCCEEDED(node->filter->lpVtbl->QueryInterface(node->filter, &IID_IMediaSeeking,
                                                           (void **)&one)))
            hr = one->lpVtbl->ConvertTimeFormat(one, target, to, source, from);
    }
    graph_unlock(graph);
    return hr;
}

/* ---- IMediaPosition: seconds ------------------------------------------------------------- */

GRAPH_DISPATCH(IMediaPosition)

static IMediaSeeking *seeking_of(IMediaPosition *face)
{
    return &graph_home(face)->seeking.i;
}

static HRESULT STDMETHODCALLTYPE position_duration(IMediaPosition *face, REFTIME *ret)
{
    LONGLONG hns = 0;
    HRESULT hr;

    if (ret == NULL)
        return E_POINTER;
    hr = seeking_of(face)->lpVtbl->GetDuration(seeking_of(face), &hns);
    return seconds_from_hns(hr, hns, ret);
}

static HRESULT STDMETHODCALLTYPE position_put(IMediaPosition *face, REFTIME seconds)
{
    IMediaSeeking *seeking = seeking_of(face);
    LONGLONG hns;

    if (!seconds_to_hns(seconds, &hns))
        return E_INVALIDARG;
    return seeking->lpVtbl->SetPositions(seeking, &hns, AM_SEEKING_AbsolutePositioning, NULL,
                                         AM_SEEKING_NoPositioning);
}

static HRESULT STDMETHODCALLTYPE position_get(IMediaPosition *face, REFTIME *ret)
{
    LONGLONG hns = 0;
    HRESULT hr;

    if (ret == NULL)
        return E_POINTER;
    hr = seeking_of(face)->lpVtbl->GetCurrentPosition(seeking_of(face), &hns);
    return seconds_from_hns(hr, hns, ret);
}

static HRESULT STDMETHODCALLTYPE position_get_stop(IMediaPosition *face, REFTIME *ret)
{
    LONGLONG hns = 0;
    HRESULT hr;

    if (ret == NULL)
        return E_POINTER;
    hr = seeking_of(face)->lpVtbl->GetStopPosition(seeking_of(face), &hns);
    return seconds_from_hns(hr, hns, ret);
}

static HRESULT STDMETHODCALLTYPE position_put_stop(IMediaPosition *face, REFTIME seconds)
{
    IMediaSeeking *seeking = seeking_of(face);
    LONGLONG hns;

    if (!seconds_to_hns(seconds, &hns))
        return E_INVALIDARG;
    return seeking->lpVtbl->SetPositions(seeking, NULL, AM_SEEKING_NoPositioning, &hns,
                                         AM_SEEKING_AbsolutePositioning);
}

static HRESULT STDMETHODCALLTYPE position_get_preroll(IMediaPosition *face, REFTIME *ret)
{
    LONGLONG hns = 0;
    HRESULT hr;

    if (ret == NULL)
        return E_POINTER;
    hr = seeking_of(face)->lpVtbl->GetPreroll(seeking_of(face), &hns);
    return seconds_from_hns(hr, hns, ret);
}

static HRESULT STDMETHODCALLTYPE position_put_preroll(IMediaPosition *face, REFTIME seconds)
{
    return seconds_put_preroll(seeking_of(face), seconds);
}

static HRESULT STDMETHODCALLTYPE position_put_rate(IMediaPosition *face, double rate)
{
    return seeking_of(face)->lpVtbl->SetRate(seeking_of(face), rate);
}

static HRESULT STDMETHODCALLTYPE position_get_rate(IMediaPosition *face, double *ret)
{
    return seeking_of(face)->lpVtbl->GetRate(seeking_of(face), ret);
}

static HRESULT can_seek(IMediaPosition *face, DWORD capability, LONG *ret)
{
    DWORD wanted = capability;

    if (ret == NULL)
        return E_POINTER;
    *ret = seeking_of(face)->lpVtbl->CheckCapabilities(seeking_of(face), &wanted) == S_OK
               ? OATRUE
               : OAFALSE;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE position_can_forward(IMediaPosition *face, LONG *ret)
{
    return can_seek(face, AM_SEEKING_CanSeekForwards, ret);
}

static HRESULT STDMETHODCALLTYPE position_can_backward(IMediaPosition *face, LONG *ret)
{
    return can_seek(face, AM_SEEKING_CanSeekBackwards, ret);
}

const IMediaPositionVtbl graph_position_vtbl = {
    COM_UNKNOWN(IMediaPosition),
    GRAPH_DISPATCH_SLOTS(IMediaPosition),
    .get_Duration = position_duration,
    .put_CurrentPosition = position_put,
    .get_CurrentPosition = position_get,
    .get_StopTime = position_get_stop,
    .put_StopTime = position_put_stop,
    .get_PrerollTime = position_get_preroll,
    .put_PrerollTime = position_put_preroll,
    .put_Rate = position_put_rate,
    .get_Rate = position_get_rate,
    .CanSeekForward = position_can_forward,
    .CanSeekBackward = position_can_backward,
};
