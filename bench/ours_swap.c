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
#include "ours_graph.h"
#include "swap_meter.h"

struct road {
    bool real, by_swap;
    IGraphBuilder *graph;
    IMediaControl *control;
    IGraphEdit *edit;
    IBaseFilter *middle; /* borrowed: the graph keeps it */
};

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

static IBaseFilter *new_middle(const struct road *road, int slot)
{
    return road->real ? ours_make_set("volume", "gain", "0.5") : ours_pass(slot);
}

static void road_open(struct road *road, const struct meter_plan *plan)
{
    IBaseFilter *source, *sink;

    road->real = plan->real;
    road->by_swap = strcmp(plan->way, "swap") == 0;
    if (!road->by_swap && strcmp(plan->way, "commit") != 0)
        meter_fail("--way commit or swap", 0);
    ours_open(&road->graph, &road->control);
    ours_must(IGraphBuilder_QueryInterface(road->graph, &IID_IGraphEdit, (void **)&road->edit),
              "no edit");
    for (int left = plan->others; left > 0; left -= METER_CHAIN)
        ours_put_chain(road->graph, left < METER_CHAIN ? left : METER_CHAIN, METER_NEVER);
    source = ours_put(road->graph, plan->real ? ours_make_set("tone", "block", "64")
                                              : ours_source(METER_FULL_RATE));
    road->middle = ours_put(road->graph, new_middle(road, 0));
    sink = ours_put(road->graph, ours_sink(plan->real ? 0 : 1));
    ours_join(road->graph, source, road->middle);
    ours_join(road->graph, road->middle, sink);
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
    ours_must(CoInitializeEx(NULL, COINIT_MULTITHREADED), "COM");
    streams = plan.streams;
    others = calloc((size_t)streams + 1, sizeof(*others));
    if (others == NULL)
        meter_fail("no memory", 0);
    for (int i = 0; i < streams; i++) {
        ours_open(&others[i].graph, &others[i].control);
        ours_put_chain(others[i].graph, 3, plan.rate);
        ours_run(others[i].control);
    }
    road_open(&road, &plan);
    ours_run(road.control);
    code = meter_run(&plan, swap, &road);
    ours_must(IMediaControl_Stop(road.control), "stop");
    IGraphEdit_Release(road.edit);
    IMediaControl_Release(road.control);
    IGraphBuilder_Release(road.graph);
    for (int i = 0; i < streams; i++) {
        ours_must(IMediaControl_Stop(others[i].control), "stop");
        IMediaControl_Release(others[i].control);
        IGraphBuilder_Release(others[i].graph);
    }
    free(others);
    CoUninitialize();
    return code;
}
