/* SPDX-License-Identifier: MIT */
/* rewire_ways.c - how each end of a connection that changes can be changed, which gates close, and
 * whether the pins in the way can do what will be asked of them.
 *
 * Control threads under the graph lock.  Nothing is changed yet.
 * Knows: pins and their interfaces.  Must not know: why connections change.
 */
#include "graph/rewire.h"

#include <string.h>

/* ---- edges --------------------------------------------------------------------------------- */

static struct rewire_filter *entry_of_pin(struct rewire *edit, IPin *pin)
{
    RG_AUTO(IBaseFilter) filter = pin != NULL ? graph_pin_filter(pin) : NULL;
    struct rewire_filter *one =
        filter != NULL ? rewire_filter_of(edit, graph_identity(filter)) : NULL;

    return one != NULL && (one->comes || one->leaves) ? one : NULL;
}

static bool is_free_and_still(struct rewire *edit, IPin *pin, const struct rewire_filter *entry)
{
    RG_AUTO(IPin) peer = graph_pin_peer(pin);

    return peer == NULL && ((entry != NULL && entry->comes) || !rewire_is_live(edit));
}

static enum rewire_how how_at_input(struct rewire *edit, const struct rewire_edge *edge)
{
    RG_AUTO(IRgLink) link = NULL;

    if (edge->now == NULL)
        return REWIRE_NOT;
    if (edit->is_searched || edge->is_retyped)
        return REWIRE_LATE;
    if (is_free_and_still(edit, edge->now, edge->to_now))
        return REWIRE_PLAIN;
    return SUCCEEDED(IPin_QueryInterface(edge->now, &IID_IRgLink, (void **)&link))
               ? REWIRE_LINK
               : REWIRE_LATE;
}

static enum rewire_how how_at_output(struct rewire *edit, const struct rewire_edge *edge)
{
    if (edge->from != NULL && edge->from->leaves)
        return REWIRE_NOT;
    if (edge->how_now == REWIRE_LATE)
        return REWIRE_LATE;
    if (edge->now != NULL && is_free_and_still(edit, edge->out, edge->from))
        return REWIRE_PLAIN;
    return edge->link != NULL ? REWIRE_LINK : REWIRE_LATE;
}

static HRESULT look_at_edge(struct rewire *edit, struct rewire_edge *edge)
{
    (void)IPin_QueryInterface(edge->out, &IID_IRgLink, (void **)&edge->link);
    (void)IPin_QueryInterface(edge->out, &IID_IPinFlowControl, (void **)&edge->flow);
    graph_pin_text(edge->out, edge->certificate.gate, sizeof(edge->certificate.gate));
    if (edge->is_touched)
        return S_OK;
    edge->from = entry_of_pin(edit, edge->out);
    edge->to_was = entry_of_pin(edit, edge->was);
    edge->to_now = entry_of_pin(edit, edge->now);
    edge->how_now = how_at_input(edit, edge);
    edge->how_out = how_at_output(edit, edge);
    return edge->was != NULL ? IPin_ConnectionMediaType(edge->out, &edge->was_type) : S_OK;
}

/* ---- inputs that stay ---------------------------------------------------------------------- */

static HRESULT input_get(struct rewire *edit, IPin *in, struct rewire_input **ret)
{
    IUnknown *key = graph_identity(in);
    struct rewire_input *input;
    HRESULT hr;

    for (size_t i = 0; i < edit->n_inputs; i++) {
        *ret = &edit->inputs[i];
        if ((*ret)->key == key)
            return S_OK;
    }
    hr = rewire_grow(&edit->inputs, edit->n_inputs, &edit->inputs_room, sizeof(*input));
    if (FAILED(hr))
        return hr;
    input = &edit->inputs[edit->n_inputs++];
    memset(input, 0, sizeof(*input));
    input->in = in;
    IPin_AddRef(in);
    input->key = key;
    (void)IPin_QueryInterface(in, &IID_IRgLink, (void **)&input->link);
    (void)IPin_QueryInterface(in, &IID_IPinConnection, (void **)&input->connection);
    input->is_late = input->link == NULL;
    *ret = input;
    return S_OK;
}

static HRESULT look_at_inputs(struct rewire *edit)
{
    struct rewire_input *input;
    HRESULT hr = S_OK;

    for (size_t i = 0; SUCCEEDED(hr) && i < edit->n_edges; i++) {
        struct rewire_edge *edge = &edit->edges[i];

        if (edge->is_touched)
            continue;
        if (edge->was != NULL && edge->to_was == NULL) {
            hr = input_get(edit, edge->was, &input);
            if (SUCCEEDED(hr))
                input->was = edge;
        }
        if (SUCCEEDED(hr) && edge->now != NULL && edge->how_now != REWIRE_PLAIN &&
            (edge->to_now == NULL || !edge->to_now->comes)) {
            hr = input_get(edit, edge->now, &input);
            if (SUCCEEDED(hr))
                input->now = edge;
        }
    }
    return hr;
}

/* ---- what has to be done late -------------------------------------------------------------- */

static bool becomes(enum rewire_how *how)
{
    bool changes = *how != REWIRE_LATE && *how != REWIRE_NOT;

    if (changes)
        *how = REWIRE_LATE;
    return changes;
}

/* The type of what a filter gives is known only once it is connected in front. */
static bool is_fed_late(struct rewire *edit, const struct rewire_filter *filter)
{
    for (size_t i = 0; i < edit->n_edges; i++)
        if (edit->edges[i].to_now == filter && edit->edges[i].how_now == REWIRE_LATE)
            return true;
    return false;
}

static bool spread_from_edge(struct rewire *edit, struct rewire_edge *edge)
{
    bool changed = false;

    if (edge->from != NULL && edge->from->comes && edge->now != NULL &&
        is_fed_late(edit, edge->from))
        changed |= becomes(&edge->how_out);
    if (edge->how_now == REWIRE_LATE)
        changed |= becomes(&edge->how_out);
    if (edge->how_out == REWIRE_LATE)
        changed |= becomes(&edge->how_now);
    return changed;
}

/* A connection is taken off late at both ends, or at none. */
static bool spread_from_input(struct rewire_input *input)
{
    bool changed = false, late = input->is_late;

    late = late || (input->now != NULL && input->now->how_now == REWIRE_LATE) ||
           (input->was != NULL && input->was->how_out == REWIRE_LATE);
    changed = late && !input->is_late;
    input->is_late = late;
    if (late && input->now != NULL)
        changed |= becomes(&input->now->how_now);
    if (late && input->was != NULL)
        changed |= becomes(&input->was->how_out);
    return changed;
}

static void spread_lateness(struct rewire *edit)
{
    bool changed;

    do {
        changed = false;
        for (size_t i = 0; i < edit->n_edges; i++)
            changed |= spread_from_edge(edit, &edit->edges[i]);
        for (size_t i = 0; i < edit->n_inputs; i++)
            changed |= spread_from_input(&edit->inputs[i]);
    } while (changed);
}

/* ---- groups of filters that leave ------------------------------------------------------------ */

static void group_merge(struct rewire *edit, unsigned from, unsigned into)
{
    for (size_t i = 0; i < edit->n_filters; i++)
        if (edit->filters[i].group == from)
            edit->filters[i].group = into;
}

static HRESULT look_at_leaver(struct rewire_filter *filter)
{
    struct graph_pins pins;
    HRESULT hr = graph_pins_open(&pins, filter->filter);

    filter->traits = 0;
    filter->is_a_source = true;
    for (size_t i = 0; SUCCEEDED(hr) && i < pins.count; i++) {
        RG_AUTO(IRgLink) link = NULL;
        RG_AUTO(IPin) peer = NULL;
        DWORD traits = 0;

        if (graph_pin_is_output(pins.list[i]))
            continue;
        peer = graph_pin_peer(pins.list[i]);
        if (peer != NULL)
            filter->is_a_source = false;
        if (FAILED(IPin_QueryInterface(pins.list[i], &IID_IRgLink, (void **)&link)) ||
            FAILED(IRgLink_GetTraits(link, &traits)))
            traits = REWIRE_IS_FOREIGN;
        filter->traits |= traits;
    }
    graph_pins_close(&pins);
    return hr;
}

static HRESULT make_groups(struct rewire *edit)
{
    HRESULT hr = S_OK;

    for (size_t i = 0; SUCCEEDED(hr) && i < edit->n_filters; i++) {
        if (!edit->filters[i].leaves)
            continue;
        edit->filters[i].group = ++edit->n_groups;
        hr = look_at_leaver(&edit->filters[i]);
    }
    for (size_t i = 0; i < edit->n_edges; i++) {
        struct rewire_edge *edge = &edit->edges[i];

        if (edge->was != NULL && edge->from != NULL && edge->from->leaves &&
            edge->to_was != NULL && edge->to_was->group != edge->from->group)
            group_merge(edit, edge->to_was->group, edge->from->group);
    }
    return hr;
}

/* ---- gates --------------------------------------------------------------------------------- */

/* Samples that pass here decide which side of the cut they are on: an output that stays, or one of
 * a source that leaves. */
static void find_gates(struct rewire *edit)
{
    for (size_t i = 0; i < edit->n_edges; i++) {
        struct rewire_edge *edge = &edit->edges[i];

        if (edge->was == NULL)
            continue;
        edge->is_gate = edge->from == NULL || (edge->from->leaves && edge->from->is_a_source);
    }
}

HRESULT rewire_touch_gate(struct rewire *edit, IPin *out)
{
    struct rewire_edge *edge = rewire_edge_after(edit, graph_identity(out));
    RG_AUTO(IPin) peer = graph_pin_peer(out);
    HRESULT hr = S_OK;

    if (edge != NULL || peer == NULL)
        return S_OK;
    hr = rewire_edge_set(edit, out, peer, NULL);
    if (SUCCEEDED(hr)) {
        edge = rewire_edge_after(edit, graph_identity(out));
        edge->is_touched = true;
    }
    return hr;
}

/* A setting of a filter that stays takes effect between two samples: the gates in front of it close
 * too, or, of a source, its own. */
static HRESULT gates_for_filter(struct rewire *edit, IBaseFilter *filter)
{
    struct graph_pins pins;
    HRESULT hr = graph_pins_open(&pins, filter);
    bool is_source = true;

    for (size_t i = 0; SUCCEEDED(hr) && i < pins.count; i++) {
        RG_AUTO(IPin) peer = NULL;

        if (graph_pin_is_output(pins.list[i]))
            continue;
        peer = graph_pin_peer(pins.list[i]);
        if (peer == NULL)
            continue;
        is_source = false;
        hr = rewire_touch_gate(edit, peer);
    }
    for (size_t i = 0; SUCCEEDED(hr) && is_source && i < pins.count; i++)
        if (graph_pin_is_output(pins.list[i]))
            hr = rewire_touch_gate(edit, pins.list[i]);
    graph_pins_close(&pins);
    return hr;
}

static HRESULT find_setting_gates(struct rewire *edit)
{
    HRESULT hr = S_OK;

    for (size_t i = 0; SUCCEEDED(hr) && i < edit->n_settings; i++) {
        RG_AUTO(IBaseFilter) filter = NULL;
        struct rewire_filter *one;

        hr = IRgOptions_QueryInterface(edit->settings[i].options, &IID_IBaseFilter,
                                       (void **)&filter);
        if (FAILED(hr))
            return hr;
        one = rewire_filter_of(edit, graph_identity(filter));
        if (one == NULL || !one->comes)
            hr = gates_for_filter(edit, filter);
    }
    return hr;
}

/* ---- can it be done? ----------------------------------------------------------------------- */

static HRESULT refuse(struct rewire *edit, const char *gate, const char *why)
{
    graph_report_set(edit->graph, "%s: %s", gate, why);
    return E_NOINTERFACE;
}

static HRESULT check_edge(struct rewire *edit, struct rewire_edge *edge)
{
    const char *gate = edge->certificate.gate;
    RG_AUTO(IBaseFilter) filter = graph_pin_filter(edge->out);

    if (edge->is_gate && edge->flow == NULL && !edit->caller_blocked)
        return refuse(edit, gate,
                      "the output pin cannot block (it has no IPinFlowControl): stop the graph "
                      "for this edit, or make it at a pin of another filter upstream");
    if (edge->how_out == REWIRE_LATE && edge->link == NULL && edge->flow == NULL &&
        edge->was != NULL && filter != NULL && rewire_filter_is_active(filter) &&
        !edit->caller_blocked)
        return refuse(edit, gate, "the output pin can't be taken off while it is active");
    return S_OK;
}

static HRESULT check_input(struct rewire *edit, struct rewire_input *input)
{
    RG_AUTO(IBaseFilter) filter = graph_pin_filter(input->in);
    char name[64];

    if (input->connection != NULL || input->was == NULL || filter == NULL ||
        !rewire_filter_is_active(filter))
        return S_OK;
    graph_pin_text(input->in, name, sizeof(name));
    return refuse(edit, name,
                  "the input pin cannot be taken off while it is active (it has no "
                  "IPinConnection): stop the graph for this edit");
}

static HRESULT check_all(struct rewire *edit)
{
    HRESULT hr = S_OK;

    for (size_t i = 0; SUCCEEDED(hr) && rewire_is_live(edit) && i < edit->n_edges; i++)
        hr = check_edge(edit, &edit->edges[i]);
    for (size_t i = 0; SUCCEEDED(hr) && rewire_is_live(edit) && i < edit->n_inputs; i++)
        hr = check_input(edit, &edit->inputs[i]);
    return hr;
}

HRESULT rewire_find_ways(struct rewire *edit)
{
    HRESULT hr = find_setting_gates(edit);

    if (SUCCEEDED(hr))
        hr = rewire_find_memories(edit);
    /* from here on pointers into the arrays stay good */
    for (size_t i = 0; SUCCEEDED(hr) && i < edit->n_edges; i++)
        hr = look_at_edge(edit, &edit->edges[i]);
    if (SUCCEEDED(hr))
        hr = look_at_inputs(edit);
    if (FAILED(hr))
        return hr;
    spread_lateness(edit);
    hr = make_groups(edit);
    if (FAILED(hr))
        return hr;
    find_gates(edit);
    return check_all(edit);
}
