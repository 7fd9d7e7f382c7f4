/* SPDX-License-Identifier: MIT */
/* capture_find.c - ICaptureGraphBuilder2::FindInterface: asks filters and pins up and down a road.
 *
 * Control threads.  One filter after another in a list that grows, without recursion.
 * Knows: filters and pins through COM.  Must not know: graphs.
 */
#include "graph/capture.h"

#include "platform/memory.h"

/* A filter that is, or was, to be looked at. */
struct stop {
    struct graph_link link; /* in walk->seen */
    struct stop *next;
    IBaseFilter *filter; /* a reference */
};

struct walk {
    REFIID iid;
    struct graph_table seen;
    struct stop *first, **last;
};

static HRESULT ask(IUnknown *whom, REFIID iid, void **out)
{
    return SUCCEEDED(IUnknown_QueryInterface(whom, iid, out)) && *out != NULL ? S_OK
                                                                              : E_NOINTERFACE;
}

static bool was_seen(struct walk *walk, IBaseFilter *filter, uint64_t hash)
{
    struct graph_link *link = graph_table_first(&walk->seen, hash);

    for (; link != NULL; link = graph_table_next(link))
        if (((struct stop *)link)->filter == filter)
            return true;
    return false;
}

/* S_OK; S_FALSE: it is on the list already. */
static HRESULT walk_add(struct walk *walk, IBaseFilter *filter)
{
    uint64_t hash = graph_hash_pointer(filter);
    struct stop *stop;

    if (was_seen(walk, filter, hash))
        return S_FALSE;
    stop = rg_calloc(1, sizeof(*stop));
    if (stop == NULL)
        return E_OUTOFMEMORY;
    stop->filter = filter;
    IBaseFilter_AddRef(filter);
    graph_table_put(&walk->seen, &stop->link, hash);
    *walk->last = stop;
    walk->last = &stop->next;
    return S_OK;
}

static void walk_free(struct walk *walk)
{
    while (walk->first != NULL) {
        struct stop *stop = walk->first;

        walk->first = stop->next;
        IBaseFilter_Release(stop->filter);
        rg_free(stop);
    }
    graph_table_free(&walk->seen);
}

/* The pin, its peer, the peer's filter.  S_OK: found; E_NOINTERFACE: the filter is on the list. */
static HRESULT ask_along(struct walk *walk, IPin *pin, void **out)
{
    RG_AUTO(IPin) peer = NULL;
    RG_AUTO(IBaseFilter) filter = NULL;
    HRESULT hr;

    if (ask((IUnknown *)pin, walk->iid, out) == S_OK)
        return S_OK;
    if (FAILED(IPin_ConnectedTo(pin, &peer)) || peer == NULL)
        return E_NOINTERFACE;
    if (ask((IUnknown *)peer, walk->iid, out) == S_OK)
        return S_OK;
    filter = capture_filter_of(peer);
    hr = filter != NULL ? walk_add(walk, filter) : S_FALSE;
    if (FAILED(hr))
        return hr;
    return hr == S_OK ? ask((IUnknown *)filter, walk->iid, out) : E_NOINTERFACE;
}

static HRESULT ask_pins(struct walk *walk, IBaseFilter *filter, const struct capture_wish *wish,
                        void **out)
{
    RG_AUTO(IEnumPins) list = NULL;
    HRESULT hr = E_NOINTERFACE;
    IPin *pin = NULL;

    if (FAILED(IBaseFilter_EnumPins(filter, &list)))
        return E_NOINTERFACE;
    while (hr == E_NOINTERFACE && IEnumPins_Next(list, 1, &pin, NULL) == S_OK) {
        if (capture_pin_fits(pin, wish))
            hr = ask_along(walk, pin, out);
        IPin_Release(pin);
    }
    return hr;
}

/* From filter on, but for itself.  first: which of its pins the way begins with. */
static HRESULT walk_from(IBaseFilter *filter, const struct capture_wish *first, REFIID iid,
                         void **out)
{
    const struct capture_wish any = { .direction = first->direction };
    struct walk walk = { .iid = iid };
    HRESULT hr = graph_table_init(&walk.seen);

    walk.last = &walk.first;
    if (SUCCEEDED(hr))
        hr = walk_add(&walk, filter);
    if (SUCCEEDED(hr))
        hr = ask_pins(&walk, filter, first, out);
    for (struct stop *stop = walk.first; hr == E_NOINTERFACE && (stop = stop->next) != NULL;)
        hr = ask_pins(&walk, stop->filter, &any, out);
    walk_free(&walk);
    return hr;
}

HRESULT capture_find_interface(const GUID *category, const GUID *type, IBaseFilter *filter,
                               REFIID iid, void **out)
{
    struct capture_wish down = { PINDIR_OUTPUT, category, type, false };
    struct capture_wish up = { .direction = PINDIR_INPUT };
    HRESULT hr;

    if (category != NULL && IsEqualGUID(category, &LOOK_UPSTREAM_ONLY))
        return walk_from(filter, &up, iid, out);
    if (category != NULL && IsEqualGUID(category, &LOOK_DOWNSTREAM_ONLY)) {
        down.category = NULL;
        return walk_from(filter, &down, iid, out);
    }
    hr = ask((IUnknown *)filter, iid, out);
    if (hr == E_NOINTERFACE)
        hr = walk_from(filter, &down, iid, out);
    return hr == E_NOINTERFACE ? walk_from(filter, &up, iid, out) : hr;
}
