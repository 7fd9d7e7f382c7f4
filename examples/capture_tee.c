/* SPDX-License-Identifier: MIT */
/* Captures into an AVI file, and previews meanwhile.  Windows and Linux, from one source:
 *
 *     capture_tee SOURCE FILE.avi SECONDS [COMPRESSOR]
 *
 * SOURCE is the CLSID of a filter, "{...}", or a file; COMPRESSOR is a CLSID.  The source's first output
 * goes into a smart tee; what the tee captures goes into the file, its preview into a null renderer. */
#define COBJMACROS
#include <windows.h>
#include <dshow.h>

#include <stdio.h>
#include <stdlib.h>

/* of qedit.h, which newer SDKs lack */
static const CLSID null_renderer = {
    0xc1f400a4, 0x3f08, 0x11d3, { 0x9f, 0x0b, 0x00, 0x60, 0x08, 0x03, 0x9e, 0x37 }
};

struct studio {
    IGraphBuilder *graph;
    ICaptureGraphBuilder2 *builder;
    IBaseFilter *source, *compressor, *tee, *multiplexer, *preview;
};

static HRESULT add(struct studio *st, const CLSID *clsid, const WCHAR *name, IBaseFilter **ret)
{
    HRESULT hr =
        CoCreateInstance(clsid, NULL, CLSCTX_INPROC_SERVER, &IID_IBaseFilter, (void **)ret);

    return SUCCEEDED(hr) ? IGraphBuilder_AddFilter(st->graph, *ret, name) : hr;
}

static HRESULT open_studio(struct studio *st)
{
    HRESULT hr = CoCreateInstance(&CLSID_FilterGraph, NULL, CLSCTX_INPROC_SERVER,
                                  &IID_IGraphBuilder, (void **)&st->graph);

    if (SUCCEEDED(hr))
        hr = CoCreateInstance(&CLSID_CaptureGraphBuilder2, NULL, CLSCTX_INPROC_SERVER,
                              &IID_ICaptureGraphBuilder2, (void **)&st->builder);
    if (SUCCEEDED(hr))
        hr = ICaptureGraphBuilder2_SetFiltergraph(st->builder, st->graph);
    return hr;
}

/* From an output of the tee to where it ends. */
static HRESULT render(struct studio *st, int output, IBaseFilter *compressor, IBaseFilter *end)
{
    IPin *pin = NULL;
    HRESULT hr = ICaptureGraphBuilder2_FindPin(st->builder, (IUnknown *)st->tee, PINDIR_OUTPUT,
                                               NULL, NULL, FALSE, output, &pin);

    if (SUCCEEDED(hr)) {
        hr = ICaptureGraphBuilder2_RenderStream(st->builder, NULL, NULL, (IUnknown *)pin,
                                                compressor, end);
        IPin_Release(pin);
    }
    return hr;
}

static HRESULT add_source(struct studio *st, const WCHAR *source)
{
    CLSID clsid;

    if (source[0] != L'{')
        return IGraphBuilder_AddSourceFilter(st->graph, source, L"Source", &st->source);
    if (FAILED(CLSIDFromString(source, &clsid)))
        return E_INVALIDARG;
    return add(st, &clsid, L"Source", &st->source);
}

static HRESULT build(struct studio *st, const WCHAR *source, const CLSID *compressor,
                     const WCHAR *file)
{
    HRESULT hr = open_studio(st);

    if (SUCCEEDED(hr))
        hr = add_source(st, source);
    if (SUCCEEDED(hr) && compressor != NULL)
        hr = add(st, compressor, L"Compressor", &st->compressor);
    if (SUCCEEDED(hr))
        hr = add(st, &CLSID_SmartTee, L"Smart Tee", &st->tee);
    if (SUCCEEDED(hr))
        hr = add(st, &null_renderer, L"Preview", &st->preview);
    if (SUCCEEDED(hr))
        hr = ICaptureGraphBuilder2_SetOutputFileName(st->builder, &MEDIASUBTYPE_Avi, file,
                                                     &st->multiplexer, NULL);
    if (SUCCEEDED(hr))
        hr = ICaptureGraphBuilder2_RenderStream(st->builder, NULL, NULL, (IUnknown *)st->source,
                                                NULL, st->tee);
    if (SUCCEEDED(hr))
        hr = render(st, 0, st->compressor, st->multiplexer);
    return SUCCEEDED(hr) ? render(st, 1, NULL, st->preview) : hr;
}

/* A source that ends by itself ends the capture; any other is stopped when its time is over. */
static HRESULT capture(struct studio *st, double seconds)
{
    IMediaControl *control = NULL;
    IMediaEvent *event = NULL;
    LONG code = 0;
    HRESULT hr = IGraphBuilder_QueryInterface(st->graph, &IID_IMediaControl, (void **)&control);

    if (SUCCEEDED(hr))
        hr = IGraphBuilder_QueryInterface(st->graph, &IID_IMediaEvent, (void **)&event);
    if (SUCCEEDED(hr))
        hr = IMediaControl_Run(control);
    if (SUCCEEDED(hr)) {
        hr = IMediaEvent_WaitForCompletion(event, (LONG)(seconds * 1000), &code);
        if (hr == E_ABORT)
            hr = S_OK;
        else if (SUCCEEDED(hr) && code != EC_COMPLETE)
            hr = E_FAIL;
    }
    if (control != NULL) {
        HRESULT stopped = IMediaControl_Stop(control);

        hr = FAILED(hr) ? hr : stopped;
        IMediaControl_Release(control);
    }
    if (event != NULL)
        IMediaEvent_Release(event);
    return hr;
}

static void let_go(struct studio *st)
{
    IBaseFilter *filters[] = { st->source, st->compressor, st->tee, st->multiplexer,
                               st->preview };
    int i;

    for (i = 0; i < 5; i++)
        if (filters[i] != NULL)
            IBaseFilter_Release(filters[i]);
    if (st->builder != NULL)
        ICaptureGraphBuilder2_Release(st->builder);
    if (st->graph != NULL)
        IGraphBuilder_Release(st->graph);
}

static BOOL widen(const char *text, WCHAR *ret)
{
    return MultiByteToWideChar(CP_ACP, 0, text, -1, ret, MAX_PATH) != 0;
}

int main(int argc, char **argv)
{
    struct studio st = { NULL, NULL, NULL, NULL, NULL, NULL, NULL };
    WCHAR source[MAX_PATH], file[MAX_PATH], coder[MAX_PATH];
    double seconds = argc > 3 ? strtod(argv[3], NULL) : 0;
    CLSID compressor;
    HRESULT hr;

    if (seconds <= 0 || !widen(argv[1], source) || !widen(argv[2], file) ||
        (argc > 4 && (!widen(argv[4], coder) || FAILED(CLSIDFromString(coder, &compressor))))) {
        fprintf(stderr, "usage: capture_tee SOURCE FILE.avi SECONDS [COMPRESSOR]\n");
        return 2;
    }
    hr = CoInitialize(NULL);
    if (SUCCEEDED(hr)) {
        hr = build(&st, source, argc > 4 ? &compressor : NULL, file);
        if (SUCCEEDED(hr))
            hr = capture(&st, seconds);
        let_go(&st);
        CoUninitialize();
    }
    if (FAILED(hr))
        fprintf(stderr, "capture_tee: 0x%08lx\n", (unsigned long)hr);
    return FAILED(hr);
}
