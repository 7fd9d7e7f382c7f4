/* SPDX-License-Identifier: MIT */
/* rewire_plan.c - from steps to a plan: which connections change, and which filters come or leave.
 *
 * Control threads under the graph lock.  Nothing is changed yet.
 * Knows: steps, edges.  Must not know: how an end can be changed (rewire_ways.c), how the plan is
 * carried out.
 */
#include "graph/rewire.h"

#include <string.h>

#include "media/type.h"
#include "platform/memory.h"

/* ---- steps --------------------------------------------------------------------------------- */

void rewire_step_clear(struct rewire_step *step)
{
    if (step->filter != NULL)
        IBaseFilter_Release(step->filter);
    if (step->other != NULL)
        IBaseFilter_Release(step->other);
    if (step->out != NULL)
        IPin_Release(step->out);
    if (step->in != NULL)
        IPin_Release(step->in);
    rg_type_delete(step->type);
    rg_free(step->name);
    rg_free(step->value);
    memset(step, 0, sizeof(*step));
}

HRESULT rewire_stage(struct rewire *edit, struct rewire_step *step)
{
    HRESULT hr = rewire_grow(&edit->steps, edit->n_steps, &edit->steps_room, sizeof(*step));

    if (FAILED(hr))
        rewire_step_clear(step);
    else
        edit->steps[edit->n_steps++] = *step;
    return hr;
}

/* ---- letting go ---------------------------------------------------------------------------- */

static void edge_clear(struct rewire_edge *edge)
{
    if (edge->out != NULL)
        IPin_Release(edge->out);
    if (edge->was != NULL)
        IPin_Release(edge->was);
    if (edge->now != NULL)
        IPin_Release(edge->now);
    if (edge->link != NULL)
        IRgLink_Release(edge->link);
    if (edge->memory != NULL)
        IRgLink_Release(edge->memory);
    if (edge->flow != NULL)
        IPinFlowControl_Release(edge->flow);
    if (edge->closed != NULL)
        CloseHandle(edge->closed);
    rg_type_delete(edge->type);
    rg_type_clear(&edge->was_type);
    rg_type_clear(&edge->was_in_type);
}

static void input_clear(struct rewire_input *input)
{
    IPin_Release(input->in);
    if (input->link != NULL)
        IRgLink_Release(input->link);
    if (input->connection != NULL)
        IPinConnection_Release(input->connection);
}

void rewire_plan_clear(struct rewire *edit)
{
    rewire_unprepare(edit); /* it goes with the plan */
    while (edit->n_edges > 0)
        edge_clear(&edit->edges[--edit->n_edges]);
    while (edit->n_inputs > 0)
        input_clear(&edit->inputs[--edit->n_inputs]);
    while (edit->n_filters > 0) {
        struct rewire_filter *one = &edit->filters[--edit->n_filters];

        IBaseFilter_Release(one->filter);
        rg_free(one->name);
    }
    while (edit->n_settings > 0) {
        struct rewire_setting *one = &edit->settings[--edit->n_settings];

        IRgOptions_Release(one->options);
        rg_free(one->before);
    }
    edit->n_groups = 0;
    edit->is_planned = false;
}

/* ---- filters that come --------------------------------------------------------------------- */

bool rewire_filter_is_active(IBaseFilter *filter)
{
    FILTER_STATE state = State_Stopped;

    return SUCCEEDED(IBaseFilter_GetState(filter, 0, &state)) && state != State_Stopped;
}

/* IFilterChain has stopped it. */
static bool was_told_to_stop(struct rewire *edit, IBaseFilter *filter)
{
    struct graph_node *node = graph_node_of_filter(edit->graph, filter);

    return node != NULL && node->sits_out;
}

static HRESULT note_behind(struct rewire *edit, IBaseFilter *filter)
{
    struct graph_pins pins;
    HRESULT hr = graph_pins_open(&pins, filter);

    for (size_t i = 0; SUCCEEDED(hr) && i < pins.count; i++) {
        RG_AUTO(IPin) peer = NULL;
        RG_AUTO(IBaseFilter) next = NULL;
        struct rewire_filter *one;

        if (!graph_pin_is_output(pins.list[i]))
            continue;
        peer = rewire_peer_after(edit, pins.list[i]);
        next = peer != NULL ? graph_pin_filter(peer) : NULL;
        if (next == NULL || rewire_filter_is_active(next) || was_told_to_stop(edit, next))
            continue;
        hr = rewire_filter_get(edit, next, &one);
        if (SUCCEEDED(hr) && one->is_member && !one->leaves)
            one->comes = one->is_in_road = true;
    }
    graph_pins_close(&pins);
    return hr;
}

/* A filter at one end of a connection that is to be made: does it come into the roads with it?  It
 * does if it is new, or unconnected; or was built beside the roads while the graph runs, and has not
 * been started. */
static HRESULT note_comer(struct rewire *edit, IPin *pin)
{
    RG_AUTO(IBaseFilter) filter = graph_pin_filter(pin);
    RG_AUTO(IPin) peer = graph_pin_peer(pin);
    struct rewire_filter *one;
    bool comes;
    HRESULT hr;

    if (filter == NULL)
        return VFW_E_NOT_IN_GRAPH;
    one = rewire_filter_of(edit, graph_identity(filter));
    if (one != NULL && one->leaves)
        return S_OK;
    hr = rewire_has_connection(filter);
    if (FAILED(hr))
        return hr;
    comes = (one != NULL && !one->is_member) || hr == S_FALSE ||
            (rewire_is_live(edit) && peer == NULL && !rewire_filter_is_active(filter));
    if (!comes && one == NULL)
        return S_OK;
    hr = rewire_filter_get(edit, filter, &one);
    if (SUCCEEDED(hr))
        one->comes = one->is_in_road = comes;
    return hr;
}

static struct rewire_filter *comer_at(struct rewire *edit, IPin *pin)
{
    RG_AUTO(IBaseFilter) filter = graph_pin_filter(pin);
    struct rewire_filter *one =
        filter != NULL ? rewire_filter_of(edit, graph_identity(filter)) : NULL;

    return one != NULL && one->comes ? one : NULL;
}

/* Is the place that this connection leads to, or the one that it led to, in a stopped chain? */
static bool leads_to_stopped(struct rewire *edit, const struct rewire_edge *edge)
{
    RG_AUTO(IBaseFilter) next = graph_pin_filter(edge->now);
    struct rewire_filter *one = comer_at(edit, edge->now);

    return one != NULL ? one->sits_out : next != NULL && was_told_to_stop(edit, next);
}

static bool takes_a_stopped_place(struct rewire *edit, const struct rewire_edge *edge)
{
    RG_AUTO(IBaseFilter) former = edge->was != NULL ? graph_pin_filter(edge->was) : NULL;
    struct rewire_filter *one =
        former != NULL ? rewire_filter_of(edit, graph_identity(former)) : NULL;

    return one != NULL && one->leaves && was_told_to_stop(edit, former);
}

/* What comes into a chain that IFilterChain has stopped stays stopped with it. */
static void note_stopped_places(struct rewire *edit)
{
    bool any = edit->graph->sitting_out != 0 && rewire_is_live(edit);

    for (size_t i = 0; any && i < edit->n_filters; i++)
        edit->filters[i].sits_out = was_told_to_stop(edit, edit->filters[i].filter);
    while (any) {
        any = false;
        for (size_t i = 0; i < edit->n_edges; i++) {
            struct rewire_edge *edge = &edit->edges[i];
            struct rewire_filter *from, *into;

            if (edge->now == NULL)
                continue;
            from = comer_at(edit, edge->out);
            into = comer_at(edit, edge->now);
            if (into != NULL && !into->sits_out && takes_a_stopped_place(edit, edge))
                any = into->sits_out = true;
            if (from != NULL && !from->sits_out && leads_to_stopped(edit, edge))
                any = from->sits_out = true;
        }
    }
}

static HRESULT note_comers(struct rewire *edit)
{
    HRESULT hr = S_OK;

    for (size_t i = 0; SUCCEEDED(hr) && i < edit->n_edges; i++) {
        struct rewire_edge *edge = &edit->edges[i];

        if (edge->now == NULL)
            continue;
        hr = note_comer(edit, edge->out);
        if (SUCCEEDED(hr))
            hr = note_comer(edit, edge->now);
    }
    note_stopped_places(edit);
    /* and whatever stands still behind them */
    for (size_t i = 0; SUCCEEDED(hr) && rewire_is_live(edit) && i < edit->n_filters; i++)
        if (edit->filters[i].comes && edit->filters[i].is_in_road && !edit->filters[i].sits_out)
            hr = note_behind(edit, edit->filters[i].filter);
    return hr;
}

/* What the steps have left as it is. */
static void drop_unchanged(struct rewire *edit)
{
    size_t kept = 0;

    for (size_t i = 0; i < edit->n_edges; i++) {
        struct rewire_edge *edge = &edit->edges[i];

        if (edge->was_key == edge->now_key && !edge->is_retyped)
            edge_clear(edge);
        else
            edit->edges[kept++] = *edge;
    }
    edit->n_edges = kept;
}

/* ---- the plan ------------------------------------------------------------------------------ */

static const char *const step_names[] = {
    [REWIRE_ADD] = "add",
    [REWIRE_REMOVE] = "remove",
    [REWIRE_REMOVE_BRANCH] = "remove branch",
    [REWIRE_CONNECT] = "connect",
    [REWIRE_DISCONNECT] = "disconnect",
    [REWIRE_SWAP] = "swap",
    [REWIRE_INSERT] = "insert",
    [REWIRE_SET] = "set",
    [REWIRE_REROUTE] = "reconnect",
};

static HRESULT replay_all(struct rewire *edit)
{
    for (size_t i = 0; i < edit->n_steps; i++) {
        HRESULT hr = rewire_replay(edit, &edit->steps[i]);

        if (FAILED(hr) && edit->n_steps > 1)
            graph_report_set_if_none(edit->graph, "step %zu (%s): %s", i + 1,
                                     step_names[edit->steps[i].kind], rewire_plain_reason(hr));
        if (FAILED(hr))
            return hr;
    }
    return S_OK;
}

HRESULT rewire_plan(struct rewire *edit)
{
    HRESULT hr;

    rewire_plan_clear(edit);
    hr = replay_all(edit);
    if (SUCCEEDED(hr)) {
        drop_unchanged(edit);
        hr = note_comers(edit);
    }
    if (SUCCEEDED(hr))
        hr = rewire_find_ways(edit);
    if (FAILED(hr))
        rewire_plan_clear(edit);
    edit->is_planned = SUCCEEDED(hr);
    return hr;
}
