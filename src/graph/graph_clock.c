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

/* Those with a clock of their own go by the graph's again. */
static HRESULT forget_all_own(struct graph *graph)
{
    HRESULT result = S_OK;

    for (struct graph_node *node = graph->members.first; node != NULL; node = node->next) {
        HRESULT hr;

        if (!node->has_own_clock)
            continue;
        graph_clock_forget_own(node);
        hr = node->filter->lpVtbl->SetSyncSource(node->filter, graph->clock);
        if (FAILED(hr) && SUCCEEDED(result))
            result = hr;
    }
    return result;
}

HRESULT graph_clock_set_locked(struct graph *graph, IReferenceClock *clock)
{
    IReferenceClock *old = graph->clock;
    struct graph_snapshot all;
    HRESULT result = S_OK;
    HRESULT hr;

    graph->clock_unset = false;
    hr = forget_all_own(graph);
    if (clock == old)
        return hr;
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
    graph_deferred_wake(graph);
    return result;
}

/* ---- one filter's own -------------------------------------------------------------------- */

void graph_clock_forget_own(struct graph_node *node)
{
    IReferenceClock *clock = node->own_clock;

    node->has_own_clock = false;
    node->own_clock = NULL;
    if (clock != NULL)
        clock->lpVtbl->Release(clock);
}

IReferenceClock *graph_clock_for(struct graph *graph, const struct graph_node *node)
{
    return node != NULL && node->has_own_clock ? node->own_clock : graph->clock;
}

HRESULT graph_clock_set_two_locked(struct graph *graph, IReferenceClock *most,
                                   struct graph_node *node, IReferenceClock *one)
{
    HRESULT all = graph_clock_set_locked(graph, most);
    HRESULT hr = node->filter->lpVtbl->SetSyncSource(node->filter, one);

    if (SUCCEEDED(hr) && one != most) {
        node->has_own_clock = true;
        node->own_clock = one;
        if (one != NULL)
            one->lpVtbl->AddRef(one);
    }
    return FAILED(all) ? all : hr;
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

static bool pushes_in_real_time(IPin *pin)
{
    RG_AUTO(IAMPushSource) push = NULL;
    ULONG flags = 0;

    if (FAILED(pin->lpVtbl->QueryInterface(pin, &IID_IAMPushSource, (void **)&push)))
        return false;
    return FAILED(push->lpVtbl->GetPushSourceFlags(push, &flags)) ||
           (flags & AM_PUSHSOURCECAPS_NOT_LIVE) == 0;
}

static bool is_capture_pin(IPin *pin)
{
    RG_AUTO(IKsPropertySet) set = NULL;
    GUID category = GUID_NULL;
    DWORD bytes = 0;

    return SUCCEEDED(pin->lpVtbl->QueryInterface(pin, &IID_IKsPropertySet, (void **)&set)) &&
           SUCCEEDED(set->lpVtbl->Get(set, &AMPROPSETID_Pin, AMPROPERTY_PIN_CATEGORY, NULL, 0,
                                      &category, sizeof(category), &bytes)) &&
           bytes == sizeof(category) && IsEqualGUID(&category, &PIN_CATEGORY_CAPTURE);
}

static bool says_source(IBaseFilter *filter)
{
    RG_AUTO(IAMFilterMiscFlags) misc = NULL;

    return SUCCEEDED(filter->lpVtbl->QueryInterface(filter, &IID_IAMFilterMiscFlags,
                                                    (void **)&misc)) &&
           (misc->lpVtbl->GetMiscFlags(misc) & AM_FILTER_MISC_FLAGS_IS_SOURCE) != 0;
}

/* documented: says it is a source, and has an output pin that pushes in real time; or has a pin of
 * the capture category. */
static bool is_live_source(IBaseFilter *filter)
{
    bool source = says_source(filter), live = false;
    struct graph_pins pins;

    (void)graph_pins_open(&pins, filter);
    for (size_t i = 0; i < pins.count && !live; i++)
        live = graph_pin_is_output(pins.list[i]) &&
               ((source && pushes_in_real_time(pins.list[i])) || is_capture_pin(pins.list[i]));
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

/* A live source's clock; where no source is live, the first one met from the renderers upstream,
 * connected filters first.  NULL: the system's. */
static IReferenceClock *clock_of_filters(const struct graph_snapshot *all)
{
    RG_AUTO(IReferenceClock) connected = NULL;
    RG_AUTO(IReferenceClock) unconnected = NULL;
    bool has_live = false;

    for (size_t i = 0; i < all->count; i++) {
        RG_AUTO(IReferenceClock) clock = NULL;
        IBaseFilter *filter = all->filters[i];
        bool is_live = is_live_source(filter);

        has_live = has_live || is_live;
        if (FAILED(
                filter->lpVtbl->QueryInterface(filter, &IID_IReferenceClock, (void **)&clock)))
            continue;
        if (is_live)
            return RG_STEAL(&clock);
        if (connected == NULL && is_connected(filter))
            connected = RG_STEAL(&clock);
        else if (unconnected == NULL && clock != NULL && !is_connected(filter))
            unconnected = RG_STEAL(&clock);
    }
    if (has_live)
        return NULL;
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
