/* SPDX-License-Identifier: MIT */
/* ours_swap.c - swaps a stateless filter of a running graph, thousands of times, and says what it cost.
 *
 * The graph is driven through the public interfaces alone; its filters are in ours_filters.c.
 * What is measured and printed: swap_meter.h.  The lines that a swap takes: by_commit, by_swap.
 */
#define COBJMACROS
#include <stdlib.h>
#include <string.h>

#include <regraft.h>

#include "ours_filters.h"
#include "swap_meter.h"

#define RUN_MS 60000

struct road {
    bool real, by_swap;
    IGraphBuilder *graph;
    IMediaControl *control;
    IGraphEdit *edit;
    IBaseFilter *middle; /* borrowed: the graph keeps it */
};

static void must(HRESULT hr, const char *what)
{
    if (FAILED(hr))
        meter_fail(what, (unsigned)hr);
}

/* ---- the swap --------------------------------------------------------------------------------- */

/* newcomer, which exists and stands nowhere, takes the place of road->middle.  All that a swap is
 * stands between asked_ns and done_ns; cut_ns is taken where all that needs no waiting for the
 * stream is done. */
static HRESULT by_commit(struct road *road, IBaseFilter *newcomer, struct meter_times *ret)
{
    RG_CERTIFICATE certificate = { .size = sizeof(certificate) };
    IGraphTransaction *edit;
    HRESULT hr;

    ret->asked_ns = meter_now_ns();
    hr = IGraphEdit_Begin(road->edit, NULL, &edit);
    if (hr != S_OK)
        return hr;
    hr = IGraphTransaction_Swap(edit, road->middle, newcomer, "fx");
    if (hr == S_OK)
        hr = IGraphTransaction_Prepare(edit);
    ret->cut_ns = meter_now_ns();
    if (hr == S_OK)
        hr = IGraphTransaction_Commit(edit, -1, NULL);
    if (hr == S_OK)
        hr = IGraphTransaction_GetCertificate(edit, 0, &certificate);
    IGraphTransaction_Release(edit);
    ret->done_ns = meter_now_ns();
    ret->closed_ns = certificate.closed_ns;
    return hr;
}

/* The same in one call, which makes ready as well: cut_ns is asked_ns. */
static HRESULT by_swap(struct road *road, IBaseFilter *newcomer, struct meter_times *ret)
{
    RG_CERTIFICATE certificate = { .size = sizeof(certificate) };
    HRESULT hr;

    ret->asked_ns = ret->cut_ns = meter_now_ns();
    hr = IGraphEdit_Swap(road->edit, road->middle, newcomer, "fx", NULL, &certificate);
    ret->done_ns = meter_now_ns();
    ret->closed_ns = certificate.closed_ns;
    return hr;
}

/* ---- graphs ------------------------------------------------------------------------------------- */

static IBaseFilter *make(const char *name)
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

static IBaseFilter *make_set(const char *name, const char *option, const char *value)
{
    IBaseFilter *filter = make(name);
    IRgOptions *options;

    must(IBaseFilter_QueryInterface(filter, &IID_IRgOptions, (void **)&options), name);
    must(IRgOptions_Set(options, option, value), option);
    IRgOptions_Release(options);
    return filter;
}

static IBaseFilter *new_middle(const struct road *road, int slot)
{
    return road->real ? make_set("volume", "gain", "0.5") : ours_pass(slot);
}

static void graph_make(IGraphBuilder **ret_graph, IMediaControl **ret_control)
{
    must(CoCreateInstance(&CLSID_FilterGraph, NULL, CLSCTX_INPROC_SERVER, &IID_IGraphBuilder,
                          (void **)ret_graph),
         "no graph");
    must(IGraphBuilder_QueryInterface(*ret_graph, &IID_IMediaControl, (void **)ret_control),
         "no control");
}

/* The graph alone keeps filter from now on. */
static IBaseFilter *put(IGraphBuilder *graph, IBaseFilter *filter)
{
    if (filter == NULL)
        meter_fail("no filter", (unsigned)E_OUTOFMEMORY);
    must(IGraphBuilder_AddFilter(graph, filter, NULL), "add");
    IBaseFilter_Release(filter);
    return filter;
}

static void join(IGraphBuilder *graph, IBaseFilter *from, IBaseFilter *to)
{
    IPin *out, *in;

    must(IBaseFilter_FindPin(from, L"Out", &out), "no output");
    must(IBaseFilter_FindPin(to, L"In", &in), "no input");
    must(IGraphBuilder_ConnectDirect(graph, out, in, NULL), "connect");
    IPin_Release(in);
    IPin_Release(out);
}

/* A chain of so many filters, source and sink included, of which nobody takes the time. */
static void put_chain(IGraphBuilder *graph, int filters, int rate)
{
    IBaseFilter *last = put(graph, ours_source(rate));

    for (int i = 2; i <= filters; i++) {
        IBaseFilter *next = put(graph, i < filters ? ours_pass(-1) : ours_sink(-1));

        join(graph, last, next);
        last = next;
    }
}

static void run(IMediaControl *control)
{
    OAFilterState state;

    must(IMediaControl_Run(control), "run");
    must(IMediaControl_GetState(control, RUN_MS, &state), "state");
    if (state != State_Running)
        meter_fail("the graph does not run", (unsigned)state);
}

static void road_open(struct road *road, const struct meter_plan *plan)
{
    IBaseFilter *source, *sink;

    road->real = plan->real;
    road->by_swap = strcmp(plan->way, "swap") == 0;
    if (!road->by_swap && strcmp(plan->way, "commit") != 0)
        meter_fail("--way commit or swap", 0);
    graph_make(&road->graph, &road->control);
    must(IGraphBuilder_QueryInterface(road->graph, &IID_IGraphEdit, (void **)&road->edit),
         "no edit");
    for (int left = plan->others; left > 0; left -= METER_CHAIN)
        put_chain(road->graph, left < METER_CHAIN ? left : METER_CHAIN, METER_NEVER);
    source = put(road->graph,
                 plan->real ? make_set("tone", "block", "64") : ours_source(METER_FULL_RATE));
    road->middle = put(road->graph, new_middle(road, 0));
    sink = put(road->graph, ours_sink(plan->real ? 0 : 1));
    join(road->graph, source, road->middle);
    join(road->graph, road->middle, sink);
}

static bool swap(void *context, int slot, struct meter_times *ret)
{
    struct road *road = context;
    IBaseFilter *newcomer = new_middle(road, slot);
    HRESULT hr = road->by_swap ? by_swap(road, newcomer, ret) : by_commit(road, newcomer, ret);

    if (hr == S_OK)
        road->middle = newcomer;
    IBaseFilter_Release(newcomer);
    return hr == S_OK;
}

int main(int argc, char **argv)
{
    struct meter_plan plan = METER_PLAN("regraft", "commit");
    struct other {
        IGraphBuilder *graph;
        IMediaControl *control;
    } * others;
    struct road road = { 0 };
    int streams, code;

    meter_plan_read(&plan, argc, argv);
    must(CoInitializeEx(NULL, COINIT_MULTITHREADED), "COM");
    streams = plan.streams;
    others = calloc((size_t)streams + 1, sizeof(*others));
    if (others == NULL)
        meter_fail("no memory", 0);
    for (int i = 0; i < streams; i++) {
        graph_make(&others[i].graph, &others[i].control);
        put_chain(others[i].graph, 3, plan.rate);
        run(others[i].control);
    }
    road_open(&road, &plan);
    run(road.control);
    code = meter_run(&plan, swap, &road);
    must(IMediaControl_Stop(road.control), "stop");
    IGraphEdit_Release(road.edit);
    IMediaControl_Release(road.control);
    IGraphBuilder_Release(road.graph);
    for (int i = 0; i < streams; i++) {
        must(IMediaControl_Stop(others[i].control), "stop");
        IMediaControl_Release(others[i].control);
        IGraphBuilder_Release(others[i].graph);
    }
    free(others);
    CoUninitialize();
    return code;
}
