/* SPDX-License-Identifier: MIT */
/* capture_control.c - ICaptureGraphBuilder2::ControlStream: when streams start and stop, through
 * IAMStreamControl of the pins.
 *
 * Control threads.
 * Knows: IAMStreamControl.  Must not know: how a stream is stopped.
 */
#include "graph/capture.h"

/* The output that is meant, or what comes behind it: a pin that can be told when. */
static HRESULT find_control(IPin *pin, IAMStreamControl **ret_own, IAMStreamControl **ret_last)
{
    RG_AUTO(IPin) peer = NULL;
    RG_AUTO(IBaseFilter) next = NULL;

    if (FAILED(IPin_QueryInterface(pin, &IID_IAMStreamControl, (void **)ret_own)))
        *ret_own = NULL;
    if (FAILED(IPin_ConnectedTo(pin, &peer)) || peer == NULL ||
        SUCCEEDED(IPin_QueryInterface(peer, &IID_IAMStreamControl, (void **)ret_last)))
        return S_OK;
    next = capture_filter_of(peer);
    if (next != NULL)
        (void)capture_find_interface(&LOOK_DOWNSTREAM_ONLY, NULL, next, &IID_IAMStreamControl,
                                     (void **)ret_last);
    return S_OK;
}

/* extra: one sample more, so that who is behind sees that its time is over, too. */
static HRESULT tell(IAMStreamControl *control, const struct capture_span *span, bool extra)
{
    HRESULT hr = IAMStreamControl_StartAt(control, span->start, span->start_cookie);

    if (SUCCEEDED(hr))
        hr = IAMStreamControl_StopAt(control, span->stop, extra, span->stop_cookie);
    return hr;
}

static HRESULT control_pin(IPin *pin, const struct capture_span *span)
{
    RG_AUTO(IAMStreamControl) own = NULL;
    RG_AUTO(IAMStreamControl) last = NULL;
    HRESULT hr = find_control(pin, &own, &last);

    if (FAILED(hr))
        return hr;
    if (own == NULL && last == NULL)
        return E_NOINTERFACE;
    if (own != NULL)
        hr = tell(own, span, last != NULL);
    if (SUCCEEDED(hr) && last != NULL)
        hr = tell(last, span, false);
    return hr;
}

/* Every pin of the filter that is meant.  E_FAIL: there is none. */
static HRESULT control_filter(IBaseFilter *filter, const struct capture_wish *wish,
                              const struct capture_span *span)
{
    HRESULT result = E_FAIL;

    for (int i = 0;; i++) {
        RG_AUTO(IPin) pin = NULL;
        HRESULT hr = capture_find_pin((IUnknown *)filter, wish, i, &pin);

        if (FAILED(hr))
            return result;
        hr = control_pin(pin, span);
        if (FAILED(hr))
            return hr;
        result = S_OK;
    }
}

static HRESULT control_all(struct capture_builder *builder, const struct capture_wish *wish,
                           const struct capture_span *span)
{
    RG_AUTO(IGraphBuilder) graph = NULL;
    RG_AUTO(IEnumFilters) list = NULL;
    IBaseFilter *filter = NULL;
    HRESULT result = E_FAIL;
    HRESULT hr = capture_graph(builder, &graph);

    if (SUCCEEDED(hr))
        hr = IGraphBuilder_EnumFilters(graph, &list);
    if (FAILED(hr))
        return hr;
    while (IEnumFilters_Next(list, 1, &filter, NULL) == S_OK) {
        hr = control_filter(filter, wish, span);
        IBaseFilter_Release(filter);
        if (hr == S_OK)
            result = hr;
        else if (hr != E_FAIL)
            return hr;
    }
    return result;
}

HRESULT capture_control(struct capture_builder *builder, const GUID *category, const GUID *type,
                        IBaseFilter *filter, const struct capture_span *span)
{
    const struct capture_wish wish = { PINDIR_OUTPUT, category, type, false };

    if (filter != NULL)
        return control_filter(filter, &wish, span);
    /* without a category every pin of the graph would be meant */
    return category != NULL ? control_all(builder, &wish, span) : E_INVALIDARG;
}
