/* SPDX-License-Identifier: MIT */
/* capture_render.c - ICaptureGraphBuilder2::RenderStream: from a pin of a source through a compressor to
 * a renderer, with a smart tee where one pin has to serve for capture and preview.
 *
 * Control threads.
 * Knows: graphs through IGraphBuilder, filters and pins through COM.  Must not know: struct graph.
 */
#include "graph/capture.h"

/* Where the road begins, and what was put into the graph for it. */
struct start {
    IPin *pin;            /* a reference */
    IBaseFilter *tee;     /* a reference; NULL: none was added */
    IPin *tee_source;     /* a reference: what the tee was connected to */
    bool preview_is_copy; /* it comes out of a smart tee */
};

static bool is_smart_tee(IBaseFilter *filter)
{
    CLSID clsid;

    return SUCCEEDED(IBaseFilter_GetClassID(filter, &clsid)) &&
           IsEqualGUID(&clsid, &CLSID_SmartTee);
}

static bool is_category(const GUID *category, const GUID *wanted)
{
    return category != NULL && IsEqualGUID(category, wanted);
}

/* ---- the smart tee ------------------------------------------------------------------------- */

/* The smart tee that a pin is connected to, with a reference; NULL. */
static IBaseFilter *tee_behind(IPin *pin)
{
    RG_AUTO(IPin) peer = NULL;
    RG_AUTO(IBaseFilter) filter = NULL;

    if (FAILED(IPin_ConnectedTo(pin, &peer)) || peer == NULL)
        return NULL;
    filter = capture_filter_of(peer);
    return filter != NULL && is_smart_tee(filter) ? RG_STEAL(&filter) : NULL;
}

static HRESULT find_input(IBaseFilter *filter, int index, IPin **ret)
{
    const struct capture_wish wish = { .direction = PINDIR_INPUT, .unconnected = true };

    return capture_find_pin((IUnknown *)filter, &wish, index, ret);
}

static HRESULT connect_tee(IGraphBuilder *graph, IPin *pin, IBaseFilter *tee)
{
    RG_AUTO(IPin) input = NULL;
    HRESULT hr = IGraphBuilder_AddFilter(graph, tee, L"Smart Tee");

    if (FAILED(hr))
        return hr;
    hr = find_input(tee, 0, &input);
    if (SUCCEEDED(hr))
        hr = IGraphBuilder_ConnectDirect(graph, pin, input, NULL);
    if (FAILED(hr))
        (void)IGraphBuilder_RemoveFilter(graph, tee);
    return hr;
}

static HRESULT add_tee(IGraphBuilder *graph, IPin *pin, struct start *start)
{
    RG_AUTO(IBaseFilter) tee = NULL;
    HRESULT hr = CoCreateInstance(&CLSID_SmartTee, NULL, CLSCTX_INPROC_SERVER, &IID_IBaseFilter,
                                  (void **)&tee);

    if (SUCCEEDED(hr))
        hr = connect_tee(graph, pin, tee);
    if (FAILED(hr))
        return hr;
    start->tee = RG_STEAL(&tee);
    start->tee_source = pin;
    IPin_AddRef(pin);
    return S_OK;
}

/* Its first output is for capture, its second one for preview. */
static HRESULT find_tee_output(IBaseFilter *tee, bool is_preview, IPin **ret)
{
    const struct capture_wish any = { .direction = PINDIR_OUTPUT };
    const struct capture_wish free = { .direction = PINDIR_OUTPUT, .unconnected = true };
    HRESULT hr = capture_find_pin((IUnknown *)tee, &any, is_preview ? 1 : 0, ret);

    if (SUCCEEDED(hr) && !capture_pin_fits(*ret, &free)) {
        IPin_Release(*ret);
        *ret = NULL;
        hr = E_FAIL;
    }
    return hr;
}

/* ---- where the road begins ----------------------------------------------------------------- */

static HRESULT start_at_tee(IGraphBuilder *graph, IUnknown *source, const GUID *type,
                            bool is_preview, struct start *start)
{
    const struct capture_wish wish = { PINDIR_OUTPUT, &PIN_CATEGORY_CAPTURE, type, false };
    RG_AUTO(IPin) pin = NULL;
    RG_AUTO(IBaseFilter) tee = NULL;
    HRESULT hr = capture_find_pin(source, &wish, 0, &pin);

    if (FAILED(hr))
        return hr;
    tee = tee_behind(pin);
    if (tee == NULL) {
        hr = add_tee(graph, pin, start);
        if (FAILED(hr))
            return hr;
        tee = start->tee;
        IBaseFilter_AddRef(tee);
    }
    start->preview_is_copy = is_preview;
    return find_tee_output(tee, is_preview, &start->pin);
}

static bool has_preview(IUnknown *source, const GUID *type)
{
    const struct capture_wish wish = { PINDIR_OUTPUT, &PIN_CATEGORY_PREVIEW, type, false };
    RG_AUTO(IPin) pin = NULL;

    return SUCCEEDED(capture_find_pin(source, &wish, 0, &pin));
}

static HRESULT find_start(IGraphBuilder *graph, const GUID *category, const GUID *type,
                          IUnknown *source, struct start *start)
{
    const struct capture_wish wish = { PINDIR_OUTPUT, category, type, true };
    bool is_preview = is_category(category, &PIN_CATEGORY_PREVIEW);
    RG_AUTO(IPin) is_pin = NULL;

    if (SUCCEEDED(IUnknown_QueryInterface(source, &IID_IPin, (void **)&is_pin)) ||
        (!is_preview && !is_category(category, &PIN_CATEGORY_CAPTURE)) ||
        has_preview(source, type))
        return capture_find_pin(source, &wish, 0, &start->pin);
    return start_at_tee(graph, source, type, is_preview, start);
}

/* ---- the road ------------------------------------------------------------------------------ */

/* To the first input that takes it. */
static HRESULT connect_to(IGraphBuilder *graph, IPin *pin, IBaseFilter *filter)
{
    HRESULT result = VFW_E_CANNOT_CONNECT;

    for (int i = 0;; i++) {
        RG_AUTO(IPin) input = NULL;
        HRESULT hr = find_input(filter, i, &input);

        if (FAILED(hr))
            return result;
        hr = IGraphBuilder_Connect(graph, pin, input);
        if (SUCCEEDED(hr))
            return hr;
        result = hr;
    }
}

/* Takes away the connection of an output pin that has one. */
static void disconnect(IGraphBuilder *graph, IPin *pin)
{
    RG_AUTO(IPin) peer = NULL;

    if (FAILED(IPin_ConnectedTo(pin, &peer)) || peer == NULL)
        return;
    (void)IGraphBuilder_Disconnect(graph, peer);
    (void)IGraphBuilder_Disconnect(graph, pin);
}

static HRESULT finish_road(IGraphBuilder *graph, IPin *pin, IBaseFilter *renderer)
{
    return renderer != NULL ? connect_to(graph, pin, renderer)
                            : IGraphBuilder_Render(graph, pin);
}

static HRESULT make_road(IGraphBuilder *graph, IPin *pin, IBaseFilter *compressor,
                         IBaseFilter *renderer)
{
    const struct capture_wish wish = { .direction = PINDIR_OUTPUT, .unconnected = true };
    RG_AUTO(IPin) output = NULL;
    HRESULT hr;

    if (compressor == NULL)
        return finish_road(graph, pin, renderer);
    hr = connect_to(graph, pin, compressor);
    if (FAILED(hr))
        return hr;
    hr = capture_find_pin((IUnknown *)compressor, &wish, 0, &output);
    if (SUCCEEDED(hr))
        hr = finish_road(graph, output, renderer);
    if (FAILED(hr))
        disconnect(graph, pin);
    return hr;
}

static void take_back(IGraphBuilder *graph, struct start *start)
{
    if (start->tee == NULL)
        return;
    disconnect(graph, start->tee_source);
    (void)IGraphBuilder_RemoveFilter(graph, start->tee);
}

static void start_clear(struct start *start)
{
    if (start->pin != NULL)
        IPin_Release(start->pin);
    if (start->tee != NULL)
        IBaseFilter_Release(start->tee);
    if (start->tee_source != NULL)
        IPin_Release(start->tee_source);
}

HRESULT capture_render(struct capture_builder *builder, const GUID *category, const GUID *type,
                       IUnknown *source, IBaseFilter *compressor, IBaseFilter *renderer)
{
    RG_AUTO(IGraphBuilder) graph = NULL;
    struct start start = { 0 };
    HRESULT hr = capture_graph(builder, &graph);

    if (FAILED(hr))
        return hr;
    hr = find_start(graph, category, type, source, &start);
    if (hr == E_FAIL || hr == E_NOINTERFACE)
        hr = E_INVALIDARG; /* no such pin that is free */
    if (SUCCEEDED(hr))
        hr = make_road(graph, start.pin, compressor, renderer);
    if (FAILED(hr))
        take_back(graph, &start);
    start_clear(&start);
    return hr == S_OK && start.preview_is_copy ? VFW_S_NOPREVIEWPIN : hr;
}
