/* SPDX-License-Identifier: MIT */
/* rewire_prepare.c - all that can be done while data flows: what comes joins the graph, is connected
 * beside the roads that stand, runs, and knows what went before; and all of that taken back.
 *
 * Control threads under the graph lock.
 * Knows: IRgLink.  Must not know: when the cut is made.
 */
#include "graph/rewire.h"

#include <string.h>

#include "platform/text.h"
#include "platform/time.h"

/* ---- members ------------------------------------------------------------------------------- */

static HRESULT join(struct rewire *edit, struct rewire_filter *one)
{
    WCHAR name[MAX_FILTER_NAME];
    HRESULT hr;

    if (one->is_member) {
        /* active since the graph started, with nothing connected: started anew with connections */
        if (one->is_in_road && rewire_filter_is_active(one->filter)) {
            one->was_active = true;
            (void)IBaseFilter_Stop(one->filter);
        }
        return S_OK;
    }
    if (one->name != NULL)
        (void)rg_text_to_wide(name, MAX_FILTER_NAME, one->name); /* a longer name is cut */
    one->was_cached = graph_cache_find(edit->graph, one->filter) != NULL;
    hr = graph_add_locked(edit->graph, one->filter, one->name != NULL ? name : NULL, 0, NULL);
    one->has_joined = SUCCEEDED(hr);
    if (SUCCEEDED(hr))
        graph_renderer_is_to_come_locked(edit->graph,
                                         graph_node_of_filter(edit->graph, one->filter));
    return hr;
}

static HRESULT join_all(struct rewire *edit)
{
    HRESULT hr = S_OK;

    for (size_t i = 0; SUCCEEDED(hr) && i < edit->n_filters; i++)
        if (edit->filters[i].comes)
            hr = join(edit, &edit->filters[i]);
    return SUCCEEDED(hr) ? S_OK : hr;
}

static void unjoin_all(struct rewire *edit)
{
    for (size_t i = edit->n_filters; i-- > 0;) {
        struct rewire_filter *one = &edit->filters[i];

        if (one->has_joined && one->hangs)
            graph_abandon_locked(edit->graph, graph_node_of_filter(edit->graph, one->filter));
        else if (one->has_joined)
            (void)graph_remove_locked(
                edit->graph, graph_node_of_filter(edit->graph, one->filter),
                GRAPH_REMOVE_FORCE | (one->was_cached ? GRAPH_REMOVE_TO_CACHE : 0));
        one->has_joined = false;
        if (one->was_active && !one->hangs)
            (void)graph_activate_locked(edit->graph, one->filter);
        one->was_active = false;
    }
}

/* ---- connections --------------------------------------------------------------------------- */

static struct rewire_input *input_of(struct rewire *edit, IUnknown *key)
{
    for (size_t i = 0; i < edit->n_inputs; i++)
        if (edit->inputs[i].key == key)
            return &edit->inputs[i];
    return NULL;
}

/* Two pins that did not agree: for the report and the certificate. */
static HRESULT blame(struct rewire *edit, struct rewire_edge *edge, HRESULT hr)
{
    if (FAILED(hr))
        graph_report_connect(edit->graph, edge->out, edge->now, edge->type, hr);
    return hr;
}

static HRESULT prepare_edge(struct rewire *edit, struct rewire_edge *edge)
{
    struct rewire_input *input =
        edge->how_now == REWIRE_LINK ? input_of(edit, edge->now_key) : NULL;
    HRESULT hr = S_OK;

    if (input != NULL) {
        hr = IRgLink_Prepare(input->link, edge->out, NULL);
        input->is_prepared = SUCCEEDED(hr);
    }
    if (SUCCEEDED(hr) && edge->how_out == REWIRE_LINK) {
        hr = IRgLink_Prepare(edge->link, edge->now, edge->type);
        edge->is_prepared = SUCCEEDED(hr);
    } else if (SUCCEEDED(hr) && edge->how_out == REWIRE_PLAIN) {
        hr = IPin_Connect(edge->out, edge->now, edge->type);
        edge->is_connected = SUCCEEDED(hr);
    }
    return edge->now != NULL ? blame(edit, edge, hr) : hr;
}

static bool is_due(const struct rewire_edge *edge)
{
    return !edge->is_prepared && !edge->is_connected && edge->how_out != REWIRE_LATE &&
           edge->how_out != REWIRE_NOT && !edge->is_touched;
}

static bool has_to_wait(struct rewire *edit, const struct rewire_edge *edge)
{
    const struct rewire_filter *from = edge->from;

    for (size_t i = 0; from != NULL && from->comes && i < edit->n_edges; i++)
        if (edit->edges[i].to_now == from && is_due(&edit->edges[i]))
            return true;
    return false;
}

HRESULT
rewire_in_front_first(struct rewire *edit, bool (*due)(const struct rewire_edge *edge),
                      bool (*waits)(struct rewire *edit, const struct rewire_edge *edge),
                      HRESULT (*connect)(struct rewire *edit, struct rewire_edge *edge))
{
    bool any, is_last_round = false;

    do {
        any = false;
        for (size_t i = 0; i < edit->n_edges; i++) {
            struct rewire_edge *edge = &edit->edges[i];
            HRESULT hr;

            if (!due(edge) || (!is_last_round && waits(edit, edge)))
                continue;
            hr = connect(edit, edge);
            if (FAILED(hr))
                return hr;
            any = true;
        }
        is_last_round = !any && !is_last_round; /* a circle of newcomers: in any order */
    } while (any || is_last_round);
    return S_OK;
}

/* Inputs that lose their connection and get no other. */
static HRESULT prepare_leavers(struct rewire *edit)
{
    HRESULT hr = S_OK;

    for (size_t i = 0; SUCCEEDED(hr) && i < edit->n_inputs; i++) {
        struct rewire_input *input = &edit->inputs[i];

        if (input->now != NULL || input->is_late || !rewire_is_live(edit))
            continue;
        hr = IRgLink_Prepare(input->link, NULL, NULL);
        input->is_prepared = SUCCEEDED(hr);
    }
    return hr;
}

static bool hangs(const struct rewire_filter *filter)
{
    return filter != NULL && filter->hangs;
}

/* One that hangs lets go of its own ends when it comes back. */
static void unprepare_edges(struct rewire *edit)
{
    for (size_t i = 0; i < edit->n_edges; i++) {
        struct rewire_edge *edge = &edit->edges[i];

        if (!edge->is_connected)
            continue;
        if (!hangs(edge->from))
            (void)IPin_Disconnect(edge->out);
        if (edge->how_now != REWIRE_LINK && !hangs(edge->to_now))
            (void)graph_pin_disconnect(edge->now);
        edge->is_connected = false;
    }
    for (size_t i = 0; i < edit->n_inputs; i++)
        if (edit->inputs[i].is_prepared) {
            (void)IRgLink_Cancel(edit->inputs[i].link, FALSE);
            edit->inputs[i].is_prepared = false;
        }
    for (size_t i = 0; i < edit->n_edges; i++)
        if (edit->edges[i].is_prepared) {
            (void)IRgLink_Cancel(edit->edges[i].link, hangs(edit->edges[i].to_now));
            edit->edges[i].is_prepared = false;
        }
}

/* ---- states -------------------------------------------------------------------------------- */

static bool feeds_itself(struct rewire *edit, const struct rewire_filter *filter)
{
    for (size_t i = 0; i < edit->n_edges; i++)
        if (edit->edges[i].to_now == filter)
            return false;
    return true;
}

/* What a source gives is for after the cut: its gates are closed before it starts. */
static HRESULT hold_source(struct rewire *edit, struct rewire_filter *filter)
{
    HRESULT hr = S_OK;

    for (size_t i = 0; SUCCEEDED(hr) && i < edit->n_edges; i++) {
        struct rewire_edge *edge = &edit->edges[i];

        if (edge->from != filter || edge->flow == NULL || edge->is_closed)
            continue;
        hr = IPinFlowControl_Block(edge->flow, AM_PIN_FLOW_CONTROL_BLOCK, NULL);
        edge->is_closed = SUCCEEDED(hr);
    }
    return hr;
}

/* Its time begins where the graph's is now.  One that is not ours has to see to that itself. */
static void begin_late(struct rewire *edit, struct rewire_filter *filter)
{
    const struct graph *graph = edit->graph;

    for (size_t i = 0; i < edit->n_edges; i++)
        if (edit->edges[i].from == filter && edit->edges[i].link != NULL)
            (void)IRgLink_BeginAt(edit->edges[i].link, graph->state == State_Running
                                                           ? RG_BEGIN_NOW
                                                           : graph->stream_time);
}

static bool has_flow_control(struct rewire *edit, const struct rewire_filter *filter)
{
    for (size_t i = 0; i < edit->n_edges; i++)
        if (edit->edges[i].from == filter && edit->edges[i].flow == NULL)
            return false;
    return true;
}

bool rewire_filter_is_late(const struct rewire *edit, const struct rewire_filter *filter)
{
    for (size_t i = 0; i < edit->n_edges; i++) {
        const struct rewire_edge *edge = &edit->edges[i];

        if (edge->how_now == REWIRE_LATE && (edge->from == filter || edge->to_now == filter))
            return true;
    }
    return feeds_itself((struct rewire *)edit, filter) &&
           !has_flow_control((struct rewire *)edit, filter);
}

static HRESULT activate(struct rewire *edit, struct rewire_filter *one)
{
    HRESULT hr = S_OK;

    if (feeds_itself(edit, one)) {
        hr = hold_source(edit, one);
        begin_late(edit, one);
    }
    if (SUCCEEDED(hr))
        hr = graph_activate_locked(edit->graph, one->filter);
    one->is_active = SUCCEEDED(hr);
    if (FAILED(hr)) {
        struct graph_node *node = graph_node_of_filter(edit->graph, one->filter);
        char name[64] = "";

        (void)IBaseFilter_Stop(one->filter);
        if (node != NULL)
            graph_text_from_wide(node->name, name, sizeof(name));
        graph_report_set(edit->graph, "filter \"%s\" does not start (0x%08x)", name,
                         (unsigned)hr);
    }
    return hr;
}

/* Does one that is still to be started stand behind it? */
static bool leads_to_sleeper(struct rewire *edit, struct rewire_filter *filter, bool late)
{
    struct graph_pins pins;
    bool leads = false;

    (void)graph_pins_open(&pins, filter->filter);
    for (size_t i = 0; i < pins.count && !leads; i++) {
        RG_AUTO(IPin) peer = NULL;
        RG_AUTO(IBaseFilter) next = NULL;
        struct rewire_filter *one;

        if (!graph_pin_is_output(pins.list[i]))
            continue;
        peer = rewire_peer_after(edit, pins.list[i]);
        next = peer != NULL ? graph_pin_filter(peer) : NULL;
        one = next != NULL ? rewire_filter_of(edit, graph_identity(next)) : NULL;
        leads = one != NULL && one != filter && one->comes && one->is_in_road &&
                !one->is_active && !one->sits_out &&
                (late || !rewire_filter_is_late(edit, one));
    }
    graph_pins_close(&pins);
    return leads;
}

HRESULT rewire_activate(struct rewire *edit, bool late)
{
    bool any, is_last_round = false;

    if (!rewire_is_live(edit))
        return S_OK;
    do {
        any = false;
        for (size_t i = 0; i < edit->n_filters; i++) {
            struct rewire_filter *one = &edit->filters[i];
            HRESULT hr;

            if (!one->comes || !one->is_in_road || one->sits_out || one->is_active ||
                (!late && rewire_filter_is_late(edit, one)) ||
                (!is_last_round && leads_to_sleeper(edit, one, late)))
                continue;
            hr = activate(edit, one);
            if (FAILED(hr))
                return hr;
            any = true;
        }
        is_last_round = !any && !is_last_round;
    } while (any || is_last_round);
    return S_OK;
}

static void deactivate(struct rewire *edit)
{
    for (size_t i = 0; i < edit->n_filters; i++) {
        struct rewire_filter *one = &edit->filters[i];

        if (one->is_active)
            one->hangs = FAILED(rewire_stop_filter(edit, one, false));
        one->is_active = one->is_stopped = false;
    }
    for (size_t i = 0; i < edit->n_edges; i++) {
        struct rewire_edge *edge = &edit->edges[i];

        if (edge->is_closed && edge->from != NULL && edge->from->comes) {
            (void)IPinFlowControl_Block(edge->flow, 0, NULL);
            edge->is_closed = false;
        }
    }
}

/* ---- all of it ----------------------------------------------------------------------------- */

HRESULT rewire_prepare(struct rewire *edit)
{
    int64_t begun = rg_time_now_ns();
    HRESULT hr = join_all(edit);

    if (SUCCEEDED(hr))
        hr = rewire_in_front_first(edit, is_due, has_to_wait, prepare_edge);
    if (SUCCEEDED(hr))
        hr = prepare_leavers(edit);
    if (SUCCEEDED(hr))
        hr = rewire_activate(edit, false);
    if (SUCCEEDED(hr))
        hr = rewire_prime(edit);
    edit->is_prepared = true;
    if (FAILED(hr))
        rewire_unprepare(edit);
    edit->prepare_ns = rg_time_now_ns() - begun;
    return hr;
}

void rewire_unprepare(struct rewire *edit)
{
    if (!edit->is_prepared)
        return;
    edit->is_prepared = false;
    deactivate(edit);
    unprepare_edges(edit);
    unjoin_all(edit);
}
