/* SPDX-License-Identifier: MIT */
/* search.c - intelligent connect: the shortest road from an output pin to an input pin.
 *
 * Control threads under the graph lock.  Roads with no filter in between are tried first,
 * then with one, two and so on, the candidates of each place in their order; a step that
 * leads nowhere is taken back completely.
 * Knows: candidates, trails.  Must not know: media types; pins agree on those themselves.
 */
#include "graph/graph_internal.h"

#include "com/registry.h"

#define ROAD_MOST     5    /* filters in between */
#define ATTEMPTS_MOST 4096 /* calls of IPin::Connect */

struct search {
    struct graph *graph;
    IPin *goal;
    unsigned flags;
    struct graph_trail *trail;
    unsigned attempts;
    HRESULT direct; /* what the pins themselves said first */
    /* the filters on the road now: none twice, and of each registered class one */
    IBaseFilter *filters[ROAD_MOST];
    const struct rg_class_entry *entries[ROAD_MOST];
    unsigned depth;
};

static HRESULT reach(struct search *s, IPin *output, const AM_MEDIA_TYPE *type, unsigned left);

/* S_OK: go on. */
static HRESULT may_go_on(struct search *s)
{
    if (!graph_build_goes_on_locked(s->graph))
        return E_ABORT;
    return s->attempts++ < ATTEMPTS_MOST ? S_OK : VFW_E_CANNOT_CONNECT;
}

static bool is_free(IPin *pin, bool output)
{
    RG_AUTO(IPin) peer = NULL;

    if (graph_pin_is_output(pin) != output)
        return false;
    peer = graph_pin_peer(pin);
    return peer == NULL && !graph_pin_is_hidden(pin);
}

/* From each free output of a filter whose input was just connected. */
static HRESULT leave(struct search *s, IBaseFilter *filter, unsigned left)
{
    struct graph_pins pins;
    HRESULT hr = graph_pins_open(&pins, filter);
    HRESULT result = VFW_E_CANNOT_CONNECT;

    if (FAILED(hr))
        return hr;
    for (size_t i = 0; i < pins.count; i++) {
        if (!is_free(pins.list[i], true))
            continue;
        result = reach(s, pins.list[i], NULL, left);
        if (SUCCEEDED(result) || graph_is_final(result))
            break;
    }
    graph_pins_close(&pins);
    return result;
}

/* Through one filter: each of its free inputs in turn. */
static HRESULT pass(struct search *s, IPin *output, const AM_MEDIA_TYPE *type,
                    IBaseFilter *filter, unsigned left)
{
    size_t keep = s->trail->count;
    struct graph_pins pins;
    HRESULT hr = graph_pins_open(&pins, filter);
    HRESULT result = VFW_E_CANNOT_CONNECT;

    if (FAILED(hr))
        return hr;
    for (size_t i = 0; i < pins.count; i++) {
        if (!is_free(pins.list[i], false))
            continue;
        result = may_go_on(s);
        if (SUCCEEDED(result))
            result = graph_join_locked(s->graph, output, pins.list[i], type, s->trail);
        if (SUCCEEDED(result))
            result = leave(s, filter, left);
        if (SUCCEEDED(result) || graph_is_final(result))
            break;
        graph_trail_undo_locked(s->graph, s->trail, keep);
    }
    graph_pins_close(&pins);
    return result;
}

static bool on_road(const struct search *s, const struct graph_candidate *candidate)
{
    for (unsigned i = 0; i < s->depth; i++) {
        if (candidate->entry != NULL ? graph_same_class(s->entries[i], candidate->entry->clsid)
                                     : s->filters[i] == candidate->filter)
            return true;
    }
    return false;
}

/* A member that data from here reaches already, or that leads here, is no way. */
static bool closes_circle(struct search *s, IPin *output, struct graph_candidate *candidate)
{
    struct graph_node *from, *to;

    if (candidate->entry != NULL || candidate->from_cache)
        return false;
    from = graph_node_of_pin(s->graph, output);
    to = graph_node_of_filter(s->graph, candidate->filter);
    return from == NULL || to == NULL || FAILED(graph_walk_reaches_locked(s->graph, to, from));
}

static HRESULT by_candidate(struct search *s, IPin *output, const AM_MEDIA_TYPE *type,
                            struct graph_candidate *candidate, unsigned left)
{
    size_t keep = s->trail->count;
    HRESULT hr;

    if (candidate->is_sink || on_road(s, candidate) || closes_circle(s, output, candidate))
        return VFW_E_CANNOT_CONNECT;
    hr = graph_candidate_join_locked(s->graph, candidate, s->trail);
    if (FAILED(hr))
        return hr;
    s->filters[s->depth] = candidate->filter;
    s->entries[s->depth] = candidate->entry;
    s->depth++;
    graph_log_deeper(s->graph, true);
    hr = pass(s, output, type, candidate->filter, left);
    graph_log_deeper(s->graph, false);
    s->depth--;
    if (FAILED(hr))
        graph_trail_undo_locked(s->graph, s->trail, keep);
    return hr;
}

/* From output to the goal with exactly `left` filters in between; at most ROAD_MOST calls
 * deep. */
static HRESULT reach(struct search *s, IPin *output, const AM_MEDIA_TYPE *type, unsigned left)
{
    struct graph_candidates all;
    HRESULT hr = may_go_on(s);

    if (FAILED(hr))
        return hr;
    if (left == 0)
        return graph_join_locked(s->graph, output, s->goal, type, s->trail);
    hr = graph_candidates_of(s->graph, output, s->flags, &all);
    if (FAILED(hr))
        return hr;
    hr = VFW_E_CANNOT_CONNECT;
    for (size_t i = 0; i < all.count; i++) {
        hr = by_candidate(s, output, type, &all.list[i], left - 1);
        if (SUCCEEDED(hr) || graph_is_final(hr))
            break;
    }
    graph_candidates_free(&all);
    return hr;
}

/* Would a filter in between help at all? */
static bool worth_a_search(HRESULT direct)
{
    return direct != VFW_E_ALREADY_CONNECTED && direct != VFW_E_NOT_STOPPED &&
           direct != VFW_E_WRONG_STATE && !graph_is_final(direct);
}

static HRESULT search_road(struct search *s, IPin *output, IPin *goal,
                           const AM_MEDIA_TYPE *type)
{
    size_t keep = s->trail->count;
    HRESULT hr;

    s->goal = goal;
    s->direct = reach(s, output, type, 0);
    if (SUCCEEDED(s->direct) || (s->flags & GRAPH_CONNECT_DIRECT) != 0 ||
        !worth_a_search(s->direct))
        return s->direct;
    for (unsigned length = 1; length <= ROAD_MOST; length++) {
        hr = reach(s, output, type, length);
        if (SUCCEEDED(hr))
            return S_OK;
        graph_trail_undo_locked(s->graph, s->trail, keep);
        if (graph_is_final(hr))
            return hr;
        if (s->attempts >= ATTEMPTS_MOST)
            break;
    }
    return VFW_E_CANNOT_CONNECT;
}

/* output -> via -> input: the first pair of free pins of via that both sides agree with. */
static HRESULT search_via(struct search *s, IPin *output, IPin *input,
                          const AM_MEDIA_TYPE *type, IBaseFilter *via)
{
    size_t keep = s->trail->count;
    struct graph_pins ins, outs;
    HRESULT result = VFW_E_CANNOT_CONNECT;
    HRESULT hr = graph_pins_open(&ins, via);

    if (FAILED(hr))
        return hr;
    s->filters[s->depth++] = via;
    for (size_t i = 0; i < ins.count && FAILED(result); i++) {
        if (!is_free(ins.list[i], false))
            continue;
        result = search_road(s, output, ins.list[i], type);
        if (FAILED(result) || FAILED(graph_pins_open(&outs, via)))
            continue;
        result = VFW_E_CANNOT_CONNECT;
        for (size_t o = 0; o < outs.count && FAILED(result); o++)
            if (is_free(outs.list[o], true))
                result = search_road(s, outs.list[o], input, NULL);
        graph_pins_close(&outs);
        if (FAILED(result))
            graph_trail_undo_locked(s->graph, s->trail, keep);
    }
    graph_pins_close(&ins);
    return result;
}

HRESULT graph_connect_between(struct graph *graph, IPin *output, IPin *input,
                              const AM_MEDIA_TYPE *type, IBaseFilter *via, unsigned flags,
                              struct graph_trail *trail)
{
    struct search s = { .graph = graph, .flags = flags, .trail = trail };
    size_t keep = trail->count;
    HRESULT hr;

    if (via != NULL && graph_node_of_filter(graph, via) == NULL)
        return VFW_E_NOT_IN_GRAPH;
    hr = via != NULL ? search_via(&s, output, input, type, via)
                     : search_road(&s, output, input, type);
    if (SUCCEEDED(hr))
        return S_OK;
    graph_trail_undo_locked(graph, trail, keep);
    graph_report_connect(graph, output, input, type, hr);
    return hr;
}
