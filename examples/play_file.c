/* SPDX-License-Identifier: MIT */
/* Plays a file to its end.  Windows and Linux, from one source:
 *
 *     play_file FILE [null]
 *
 * With `null` nothing is shown: null renderers stand in the graph, and RenderFile finds them. */
#define COBJMACROS
#include <windows.h>
#include <dshow.h>

#include <stdio.h>
#include <string.h>

/* of qedit.h, which newer SDKs lack */
static const CLSID null_renderer = {
    0xc1f400a4, 0x3f08, 0x11d3, { 0x9f, 0x0b, 0x00, 0x60, 0x08, 0x03, 0x9e, 0x37 }
};

static HRESULT add_null_renderer(IGraphBuilder *graph)
{
    IBaseFilter *filter;
    HRESULT hr = CoCreateInstance(&null_renderer, NULL, CLSCTX_INPROC_SERVER, &IID_IBaseFilter,
                                  (void **)&filter);

    if (SUCCEEDED(hr)) {
        hr = IGraphBuilder_AddFilter(graph, filter, L"Null Renderer");
        IBaseFilter_Release(filter);
    }
    return hr;
}

static HRESULT run_to_end(IGraphBuilder *graph)
{
    IMediaControl *control = NULL;
    IMediaEvent *event = NULL;
    LONG code = 0;
    HRESULT hr;

    hr = IGraphBuilder_QueryInterface(graph, &IID_IMediaControl, (void **)&control);
    if (SUCCEEDED(hr))
        hr = IGraphBuilder_QueryInterface(graph, &IID_IMediaEvent, (void **)&event);
    if (SUCCEEDED(hr))
        hr = IMediaControl_Run(control);
    if (SUCCEEDED(hr))
        hr = IMediaEvent_WaitForCompletion(event, INFINITE, &code);
    if (SUCCEEDED(hr)) {
        printf("done: event 0x%02lx\n", (unsigned long)code);
        hr = code == EC_COMPLETE ? S_OK : E_FAIL;
    }
    if (control != NULL) {
        IMediaControl_Stop(control);
        IMediaControl_Release(control);
    }
    if (event != NULL)
        IMediaEvent_Release(event);
    return hr;
}

static HRESULT play(const WCHAR *file, BOOL unseen)
{
    IGraphBuilder *graph = NULL;
    HRESULT hr = CoCreateInstance(&CLSID_FilterGraph, NULL, CLSCTX_INPROC_SERVER,
                                  &IID_IGraphBuilder, (void **)&graph);

    if (FAILED(hr))
        return hr;
    if (unseen) { /* one for the pictures, one for the sound */
        hr = add_null_renderer(graph);
        if (SUCCEEDED(hr))
            hr = add_null_renderer(graph);
    }
    if (SUCCEEDED(hr))
        hr = IGraphBuilder_RenderFile(graph, file, NULL);
    if (SUCCEEDED(hr))
        hr = run_to_end(graph);
    IGraphBuilder_Release(graph);
    return hr;
}

int main(int argc, char **argv)
{
    WCHAR file[MAX_PATH];
    HRESULT hr;

    if (argc < 2 || MultiByteToWideChar(CP_ACP, 0, argv[1], -1, file, MAX_PATH) == 0) {
        fprintf(stderr, "usage: play_file FILE [null]\n");
        return 2;
    }
    hr = CoInitialize(NULL);
    if (SUCCEEDED(hr)) {
        hr = play(file, argc > 2 && strcmp(argv[2], "null") == 0);
        CoUninitialize();
    }
    if (FAILED(hr))
        fprintf(stderr, "play_file: 0x%08lx\n", (unsigned long)hr);
    return FAILED(hr);
}
