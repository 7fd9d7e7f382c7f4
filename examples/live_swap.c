/* SPDX-License-Identifier: MIT */
/* A test picture runs through `invert` into nothing; while it runs, `flip` takes invert's
 * place. */
#define COBJMACROS
#include <stdio.h>
#include <stdlib.h>
#include <regraft.h>

static IBaseFilter *make(const char *name)
{
    struct rg_class_info info;
    IBaseFilter *filter;

    if (rg_class_by_name(name, &info) != S_OK ||
        FAILED(CoCreateInstance(&info.clsid, NULL, CLSCTX_INPROC_SERVER, &IID_IBaseFilter,
                                (void **)&filter)))
        exit(1);
    return filter;
}

static HRESULT join(IGraphBuilder *graph, IBaseFilter *from, IBaseFilter *to)
{
    IPin *out, *in;
    HRESULT hr = IBaseFilter_FindPin(from, L"Out", &out);

    if (SUCCEEDED(hr) && SUCCEEDED(hr = IBaseFilter_FindPin(to, L"In", &in))) {
        hr = IGraphBuilder_Connect(graph, out, in);
        IPin_Release(in);
        IPin_Release(out);
    }
    return hr;
}

int main(void)
{
    IGraphBuilder *graph;
    IMediaControl *control;
    IGraphEdit *edit;
    RG_CERTIFICATE done = { .size = sizeof(done) };
    CoInitializeEx(NULL, COINIT_MULTITHREADED);
    CoCreateInstance(&CLSID_FilterGraph, NULL, CLSCTX_INPROC_SERVER, &IID_IGraphBuilder,
                     (void **)&graph);
    IGraphBuilder_QueryInterface(graph, &IID_IMediaControl, (void **)&control);
    IGraphBuilder_QueryInterface(graph, &IID_IGraphEdit, (void **)&edit);
    IBaseFilter *filters[] = { make("testsrc"), make("invert"), make("null"), make("flip") };
    for (int i = 0; i < 3; i++)
        IGraphBuilder_AddFilter(graph, filters[i], NULL);
    join(graph, filters[0], filters[1]);
    join(graph, filters[1], filters[2]);
    IMediaControl_Run(control); /* pictures flow from here on */
    HRESULT hr = IGraphEdit_Swap(edit, filters[1], filters[3], "fx", NULL, &done);
    printf("swap 0x%08x at %s: gate closed %.0f us; held %llu, dropped %llu\n", hr, done.gate,
           (double)done.closed_ns / 1e3, done.held, done.dropped);
    IMediaControl_Stop(control);
    for (int i = 0; i < 4; i++)
        IBaseFilter_Release(filters[i]);
    IGraphEdit_Release(edit);
    IMediaControl_Release(control);
    return IGraphBuilder_Release(graph) || FAILED(hr) || done.dropped;
}
