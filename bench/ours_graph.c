/* SPDX-License-Identifier: MIT */
/* ours_graph.c - graphs of the bench, through the public interfaces alone; see ours_graph.h. */
#include "ours_graph.h"

#include <stdlib.h>

#include <regraft.h>

#include "ours_filters.h"
#include "swap_meter.h"

#define RUN_MS 60000

void ours_must(HRESULT hr, const char *what)
{
    if (FAILED(hr))
        meter_fail(what, (unsigned)hr);
}

IBaseFilter *ours_make(const char *name)
{
    struct rg_class_info info;
    IBaseFilter *filter = NULL;
    HRESULT hr = rg_class_by_name(name, &info);

    if (hr == S_OK)
        hr = CoCreateInstance(&info.clsid, NULL, CLSCTX_INPROC_SERVER, &IID_IBaseFilter,
                              (void **)&filter);
    if (hr != S_OK)
        meter_fail(name, (unsigned)hr);
    return filter;
}

IBaseFilter *ours_make_set(const char *name, const char *option, const char *value)
{
    IBaseFilter *filter = ours_make(name);
    IRgOptions *options;

    ours_must(IBaseFilter_QueryInterface(filter, &IID_IRgOptions, (void **)&options), name);
    ours_must(IRgOptions_Set(options, option, value), option);
    IRgOptions_Release(options);
    return filter;
}

void ours_open(IGraphBuilder **ret_graph, IMediaControl **ret_control)
{
    ours_must(CoCreateInstance(&CLSID_FilterGraph, NULL, CLSCTX_INPROC_SERVER,
                               &IID_IGraphBuilder, (void **)ret_graph),
              "no graph");
    ours_must(
        IGraphBuilder_QueryInterface(*ret_graph, &IID_IMediaControl, (void **)ret_control),
        "no control");
}

IBaseFilter *ours_put(IGraphBuilder *graph, IBaseFilter *filter)
{
    if (filter == NULL)
        meter_fail("no filter", (unsigned)E_OUTOFMEMORY);
    ours_must(IGraphBuilder_AddFilter(graph, filter, NULL), "add");
    IBaseFilter_Release(filter);
    return filter;
}

void ours_join(IGraphBuilder *graph, IBaseFilter *from, IBaseFilter *to)
{
    IPin *out, *in;

    ours_must(IBaseFilter_FindPin(from, L"Out", &out), "no output");
    ours_must(IBaseFilter_FindPin(to, L"In", &in), "no input");
    ours_must(IGraphBuilder_ConnectDirect(graph, out, in, NULL), "connect");
    IPin_Release(in);
    IPin_Release(out);
}

void ours_put_chain(IGraphBuilder *graph, int filters, int rate)
{
    IBaseFilter *last = ours_put(graph, ours_source(rate));

    for (int i = 2; i <= filters; i++) {
        IBaseFilter *next = ours_put(graph, i < filters ? ours_pass(-1) : ours_sink(-1));

        ours_join(graph, last, next);
        last = next;
    }
}

void ours_run(IMediaControl *control)
{
    OAFilterState state;

    ours_must(IMediaControl_Run(control), "run");
    ours_must(IMediaControl_GetState(control, RUN_MS, &state), "state");
    if (state != State_Running)
        meter_fail("the graph does not run", (unsigned)state);
}

void ours_close(IGraphBuilder *graph, IMediaControl *control)
{
    ours_must(IMediaControl_Stop(control), "stop");
    IMediaControl_Release(control);
    IGraphBuilder_Release(graph);
}

IBaseFilter *ours_put_demux(IGraphBuilder *graph, const char *path)
{
    IBaseFilter *filter = ours_put(graph, ours_make("demux"));
    IFileSourceFilter *file;
    WCHAR wide[1024];

    if (mbstowcs(wide, path, 1024) >= 1024)
        meter_fail("a path that is too long", 0);
    ours_must(IBaseFilter_QueryInterface(filter, &IID_IFileSourceFilter, (void **)&file),
              "file");
    ours_must(IFileSourceFilter_Load(file, wide, NULL), path);
    IFileSourceFilter_Release(file);
    return filter;
}

/* The first one of that direction; a demuxer's is the picture. */
static IPin *first_pin(IBaseFilter *filter, PIN_DIRECTION wanted)
{
    PIN_DIRECTION direction;
    IEnumPins *pins;
    IPin *pin = NULL;

    ours_must(IBaseFilter_EnumPins(filter, &pins), "pins");
    while (IEnumPins_Next(pins, 1, &pin, NULL) == S_OK) {
        ours_must(IPin_QueryDirection(pin, &direction), "direction");
        if (direction == wanted)
            break;
        IPin_Release(pin);
        pin = NULL;
    }
    IEnumPins_Release(pins);
    if (pin == NULL)
        meter_fail("no such pin", (unsigned)wanted);
    return pin;
}

void ours_join_first(IGraphBuilder *graph, IBaseFilter *from, IBaseFilter *to)
{
    IPin *out = first_pin(from, PINDIR_OUTPUT), *in = first_pin(to, PINDIR_INPUT);

    ours_must(IGraphBuilder_ConnectDirect(graph, out, in, NULL), "connect");
    IPin_Release(in);
    IPin_Release(out);
}
