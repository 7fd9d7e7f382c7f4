/* SPDX-License-Identifier: MIT */
/* graph_clock.c - which clock the graph goes by, and who is told.
 *
 * Control threads under the graph lock.
 * Knows: IReferenceClock, what a live source looks like.  Must not know: how clocks tick
 * (clock.c).
 */
#include "graph/graph_internal.h"

bool graph_clock_now(struct graph *graph, REFERENCE_TIME *ret)
{
    return graph->clock != NULL && SUCCEEDED(graph->clock->lpVtbl->GetTime(graph->clock, ret));
}

HRESULT graph_clock_set_locked(struct graph *graph, IReferenceClock *clock)
{
    IReferenceClock *old = graph->clock;
    struct graph_snapshot all;
    HRESULT result = S_OK;
    HRESULT hr;

    graph->clock_unset = false;
    if (clock == old)
        return S_OK;
    hr = graph_snapshot_locked(graph, &all);
    if (FAILED(hr))
        return hr;
    if (clock != NULL)
        clock->lpVtbl->AddRef(clock);
    graph->clock = clock;
    for (size_t i = 0; i < all.count; i++) {
        hr = all.filters[i]->lpVtbl->SetSyncSource(all.filters[i], clock);
        if (FAILED(hr) && SUCCEEDED(result))
            result = hr;
    }
    graph_snapshot_free(&all);
    if (old != NULL)
        old->lpVtbl->Release(old);
    graph_event_post(graph, EC_CLOCK_CHANGED, 0, 0);
    return result;
}

void graph_clock_filter_leaves_locked(struct graph *graph, IBaseFilter *filter)
{
    RG_AUTO(IReferenceClock) own = NULL;

    if (graph->clock == NULL || graph->clock_choice != GRAPH_CLOCK_DEFAULT ||
        FAILED(filter->lpVtbl->QueryInterface(filter, &IID_IReferenceClock, (void **)&own)))
        return;
    if (graph_identity(own) == graph_identity(graph->clock))
        graph->clock_unset = true;
}

/* ---- choosing ---------------------------------------------------------------------------- */

/* Says it is a source, and has an output pin that pushes in real time. */
static bool is_live_source(IBaseFilter *filter)
{
    RG_AUTO(IAMFilterMiscFlags) misc = NULL;
    struct graph_pins pins;
    bool live = false;

    if (FAILED(
            filter->lpVtbl->QueryInterface(filter, &IID_IAMFilterMiscFlags, (void **)&misc)) ||
        (misc->lpVtbl->GetMiscFlags(misc) & AM_FILTER_MISC_FLAGS_IS_SOURCE) == 0)
        return false;
    (void)graph_pins_open(&pins, filter);
    for (size_t i = 0; i < pins.count && !live; i++) {
        RG_AUTO(IAMPushSource) push = NULL;

        live = graph_pin_is_output(pins.list[i]) &&
               SUCCEEDED(pins.list[i]->lpVtbl->QueryInterface(pins.list[i], &IID_IAMPushSource,
                                                              (void **)&push));
    }
    graph_pins_close(&pins);
    return live;
}

static bool is_connected(IBaseFilter *filter)
{
    struct graph_pins pins;
    bool connected = false;

    (void)graph_pins_open(&pins, filter);
    for (size_t i = 0; i < pins.count && !connected; i++) {
        RG_AUTO(IPin) peer = graph_pin_peer(pins.list[i]);

        connected = peer != NULL;
    }
    graph_pins_close(&pins);
    return connected;
}

/* A live source's clock; else the first one met from the renderers upstream, connected
 * filters first. */
static IReferenceClock *clock_of_filters(const struct graph_snapshot *all)
{
    RG_AUTO(IReferenceClock) connected = NULL;
    RG_AUTO(IReferenceClock) unconnected = NULL;

    for (size_t i = 0; i < all->count; i++) {
        RG_AUTO(IReferenceClock) clock = NULL;
        IBaseFilter *filter = all->filters[i];

        if (FAILED(
                filter->lpVtbl->QueryInterface(filter, &IID_IReferenceClock, (void **)&clock)))
            continue;
        if (is_live_source(filter))
            return RG_STEAL(&clock);
        if (connected == NULL && is_connected(filter))
            connected = RG_STEAL(&clock);
        else if (unconnected == NULL && clock != NULL && !is_connected(filter))
            unconnected = RG_STEAL(&clock);
    }
    return connected != NULL ? RG_STEAL(&connected) : RG_STEAL(&unconnected);
}

HRESULT graph_clock_choose_locked(struct graph *graph)
{
    RG_AUTO(IReferenceClock) clock = NULL;
    struct graph_snapshot all;
    HRESULT hr;

    if (graph->clock_choice != GRAPH_CLOCK_DEFAULT) {
        graph->clock_unset = false;
        return S_OK;
    }
    hr = graph_snapshot_locked(graph, &all);
    if (FAILED(hr))
        return hr;
    clock = clock_of_filters(&all);
    graph_snapshot_free(&all);
    if (clock == NULL) {
        if (graph->system_clock == NULL) {
            hr = system_clock_create(NULL, &IID_IReferenceClock, (void **)&graph->system_clock);
            if (FAILED(hr))
                return hr;
        }
        clock = graph->system_clock;
        clock->lpVtbl->AddRef(clock);
    }
    (void)graph_clock_set_locked(
        graph, clock); /* a filter that wants no clock is none of our concern */
    return S_OK;
}
