/* SPDX-License-Identifier: MIT */
/* upstream.c - IAMGraphStreams::FindUpstreamInterface: the nearest pin or filter up the road that offers an interface.
 *
 * Control threads, without the graph lock: what is looked at has a reference.  Iterative; every pin is seen once.
 * Knows: the roads, pins' own word on which input feeds which output.  Must not know: what is looked for.
 */
#include "graph/graph_internal.h"
#include "platform/memory.h"

#define SEARCH_ALL                                                                             \
    (AM_INTF_SEARCH_INPUT_PIN | AM_INTF_SEARCH_OUTPUT_PIN | AM_INTF_SEARCH_FILTER)

struct place { /* a pin that was come to */
    struct graph_link seen;
    IPin *pin; /* reference */
    IUnknown *identity;
    struct place *next; /* in the order of their distance */
};

struct hunt {
    REFIID iid;
    DWORD flags;
    struct graph_table seen;
    struct place *first, *last, *at; /* at: the next one to look at */
};

static bool is_seen(const struct hunt *hunt, IUnknown *identity)
{
    struct graph_link *link = graph_table_first(&hunt->seen, graph_hash_pointer(identity));

    for (; link != NULL; link = graph_table_next(link))
        if (CONTAINING_RECORD(link, struct place, seen)->identity == identity)
            return true;
    return false;
}

static HRESULT hunt_add(struct hunt *hunt, IPin *pin)
{
    IUnknown *identity = graph_identity(pin);
    struct place *place;

    if (identity == NULL || is_seen(hunt, identity))
        return S_OK;
    place = rg_calloc(1, sizeof(*place));
    if (place == NULL)
        return E_OUTOFMEMORY;
    place->pin = pin;
    pin->lpVtbl->AddRef(pin);
    place->identity = identity;
    graph_table_put(&hunt->seen, &place->seen, graph_hash_pointer(identity));
    if (hunt->last != NULL)
        hunt->last->next = place;
    else
        hunt->first = place;
    hunt->last = place;
    if (hunt->at == NULL)
        hunt->at = place;
    return S_OK;
}

static void hunt_close(struct hunt *hunt)
{
    while (hunt->first != NULL) {
        struct place *place = hunt->first;

        hunt->first = place->next;
        place->pin->lpVtbl->Release(place->pin);
        rg_free(place);
    }
    graph_table_free(&hunt->seen);
}

/* The inputs that an output pin says it is fed from.  S_FALSE: it does not say, so all of its filter's may. */
static HRESULT hunt_add_feeders(struct hunt *hunt, IPin *output)
{
    IPin *few[GRAPH_PINS_AT_ONCE];
    ULONG count = GRAPH_PINS_AT_ONCE;
    HRESULT hr = output->lpVtbl->QueryInternalConnections(output, few, &count);
    HRESULT result = S_OK;

    if (hr != S_OK || count > GRAPH_PINS_AT_ONCE)
        return S_FALSE;
    for (ULONG i = 0; i < count; i++) {
        if (SUCCEEDED(result))
            result = hunt_add(hunt, few[i]);
        few[i]->lpVtbl->Release(few[i]);
    }
    return result;
}

static HRESULT hunt_add_inputs(struct hunt *hunt, IBaseFilter *filter)
{
    struct graph_pins pins;
    HRESULT hr = graph_pins_open(&pins, filter);

    if (FAILED(hr))
        return hr == E_OUTOFMEMORY ? hr : S_OK;
    for (size_t i = 0; i < pins.count && SUCCEEDED(hr); i++)
        if (!graph_pin_is_output(pins.list[i]))
            hr = hunt_add(hunt, pins.list[i]);
    graph_pins_close(&pins);
    return hr;
}

static bool has_it(const struct hunt *hunt, DWORD flag, void *unknown, void **ret)
{
    IUnknown *who = unknown;

    return (hunt->flags & flag) != 0 &&
           SUCCEEDED(who->lpVtbl->QueryInterface(who, hunt->iid, ret));
}

/* S_OK: here it is; S_FALSE: go on. */
static HRESULT look_at(struct hunt *hunt, IPin *pin, void **ret)
{
    RG_AUTO(IBaseFilter) filter = NULL;
    HRESULT hr;

    if (!graph_pin_is_output(pin)) {
        RG_AUTO(IPin) peer = NULL;

        if (has_it(hunt, AM_INTF_SEARCH_INPUT_PIN, pin, ret))
            return S_OK;
        peer = graph_pin_peer(pin);
        hr = peer != NULL ? hunt_add(hunt, peer) : S_OK;
        return FAILED(hr) ? hr : S_FALSE;
    }
    if (has_it(hunt, AM_INTF_SEARCH_OUTPUT_PIN, pin, ret))
        return S_OK;
    filter = graph_pin_filter(pin);
    if (filter == NULL)
        return S_FALSE;
    if (has_it(hunt, AM_INTF_SEARCH_FILTER, filter, ret))
        return S_OK;
    hr = hunt_add_feeders(hunt, pin);
    if (hr == S_FALSE)
        hr = hunt_add_inputs(hunt, filter);
    return FAILED(hr) ? hr : S_FALSE;
}

/* S_OK; VFW_E_NOT_IN_GRAPH; what the lock says. */
static HRESULT check_pin(struct graph *graph, IPin *pin)
{
    HRESULT hr = graph_lock_for_call(graph);

    if (FAILED(hr))
        return hr;
    hr = graph_node_of_pin(graph, pin) != NULL ? S_OK : VFW_E_NOT_IN_GRAPH;
    graph_unlock(graph);
    return hr;
}

HRESULT STDMETHODCALLTYPE graph_find_upstream(IAMGraphStreams *face, IPin *pin, REFIID iid,
                                              void **out, DWORD flags)
{
    struct hunt hunt = { .iid = iid, .flags = flags != 0 ? flags : SEARCH_ALL };
    HRESULT hr;

    if (out == NULL)
        return E_POINTER;
    *out = NULL;
    if (pin == NULL || iid == NULL)
        return E_POINTER;
    if ((flags & ~(DWORD)SEARCH_ALL) != 0)
        return E_INVALIDARG;
    hr = check_pin(graph_home(face), pin);
    if (FAILED(hr))
        return hr;
    hr = graph_table_init(&hunt.seen);
    if (SUCCEEDED(hr))
        hr = hunt_add(&hunt, pin);
    if (SUCCEEDED(hr))
        hr = S_FALSE;
    while (hr == S_FALSE && hunt.at != NULL) {
        struct place *place = hunt.at;

        hunt.at = place->next;
        hr = look_at(&hunt, place->pin, out);
    }
    hunt_close(&hunt);
    return hr == S_FALSE ? E_NOINTERFACE : hr;
}
