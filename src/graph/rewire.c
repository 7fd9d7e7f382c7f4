/* SPDX-License-Identifier: MIT */
/* rewire.c - an edit of a graph that may be running, from beginning to end.
 *
 * Control threads under the graph lock.  Together with the other files of its name it is the only
 * code that edits a live link.
 * Knows: the order of the parts.  Must not know: what a step means, how an end is changed.
 */
#include "graph/rewire.h"

#include <string.h>

#include "platform/memory.h"
#include "platform/text.h"
#include "platform/time.h"

void rewire_init(struct rewire *edit, struct graph *graph)
{
    memset(edit, 0, sizeof(*edit));
    edit->graph = graph;
    edit->connect_flags = GRAPH_CONNECT_DIRECT;
    edit->timeout_ms = INFINITE;
    edit->deadline_ns = RG_TIME_NEVER;
}

void rewire_free(struct rewire *edit)
{
    rewire_plan_clear(edit);
    while (edit->n_steps > 0)
        rewire_step_clear(&edit->steps[--edit->n_steps]);
    rg_free(edit->steps);
    rg_free(edit->edges);
    rg_free(edit->filters);
    rg_free(edit->inputs);
    rg_free(edit->settings);
    graph_trail_free(&edit->trail);
    memset(edit, 0, sizeof(*edit));
}

/* ---- ready --------------------------------------------------------------------------------- */

bool rewire_is_about_types(HRESULT hr)
{
    return hr == VFW_E_TYPE_NOT_ACCEPTED || hr == VFW_E_NO_ACCEPTABLE_TYPES;
}

/* Other edits that wait, prepared, and share something with this one go first, and what they had
 * brought along with them. */
static HRESULT plan_alone(struct rewire *edit)
{
    HRESULT hr = rewire_plan(edit);

    return SUCCEEDED(hr) && graph_edits_let_go(edit->graph, edit) ? rewire_plan(edit) : hr;
}

/* A filter that is still in a Stop looks as if it stood still: planned anew once it is back. */
static HRESULT plan(struct rewire *edit)
{
    HRESULT hr;

    do {
        graph_stale_stoppers_reap(edit->graph, false);
        hr = plan_alone(edit);
        if (SUCCEEDED(hr))
            hr = rewire_wait_for_stopper(edit);
    } while (hr == S_FALSE);
    return hr;
}

HRESULT rewire_get_ready(struct rewire *edit)
{
    HRESULT hr;

    if (edit->is_prepared)
        return S_OK;
    edit->is_searched = false;
    hr = plan(edit);
    if (SUCCEEDED(hr))
        hr = rewire_prepare(edit);
    /* what two pins cannot agree on directly, a filter in between may: only where the caller
     * allows it */
    if (rewire_is_about_types(hr) && (edit->connect_flags & GRAPH_CONNECT_DIRECT) == 0) {
        edit->is_searched = true;
        hr = rewire_plan(edit);
        if (SUCCEEDED(hr))
            hr = rewire_prepare(edit);
    }
    return hr;
}

/* ---- gates --------------------------------------------------------------------------------- */

static HRESULT ask_to_close(struct rewire_edge *gate)
{
    HRESULT hr;

    if (gate->closed == NULL)
        gate->closed = CreateEventW(NULL, TRUE, FALSE, NULL);
    if (gate->closed == NULL)
        return E_OUTOFMEMORY;
    hr = IPinFlowControl_Block(gate->flow, AM_PIN_FLOW_CONTROL_BLOCK, gate->closed);
    gate->is_closed = SUCCEEDED(hr);
    return hr;
}

static HRESULT wait_closed(struct rewire *edit, struct rewire_edge *gate)
{
    struct graph_wait note;
    HRESULT hr;

    graph_wait_begin(&note, edit->graph, "the gate to close", gate->certificate.gate);
    hr = rewire_wait(edit, gate->closed);
    graph_wait_end(&note);
    return hr;
}

/* How many gates does its road come through? */
static HRESULT rank_gate(struct rewire *edit, struct rewire_edge *gate)
{
    struct graph_node *here = graph_node_of_pin(edit->graph, gate->out);

    gate->rank = 0;
    for (size_t i = 0; here != NULL && i < edit->n_edges; i++) {
        const struct rewire_edge *other = &edit->edges[i];
        struct graph_node *behind = NULL;
        HRESULT hr = S_OK;

        if (other->is_gate && other->was != NULL && other != gate)
            behind = graph_node_of_pin(edit->graph, other->was);
        if (behind != NULL)
            hr = graph_walk_reaches_locked(edit->graph, behind, here);
        if (hr == VFW_E_CIRCULAR_GRAPH) /* the walk's way to say yes */
            gate->rank++;
        else if (FAILED(hr))
            return hr;
    }
    return S_OK;
}

HRESULT rewire_rank_gates(struct rewire *edit)
{
    HRESULT hr = S_OK;

    for (size_t i = 0; SUCCEEDED(hr) && i < edit->n_edges; i++)
        if (edit->edges[i].is_gate)
            hr = rank_gate(edit, &edit->edges[i]);
    return hr;
}

static HRESULT close_rank(struct rewire *edit, unsigned rank)
{
    HRESULT hr = S_OK;

    for (size_t i = 0; SUCCEEDED(hr) && i < edit->n_edges; i++)
        if (edit->edges[i].is_gate && edit->edges[i].rank == rank)
            hr = ask_to_close(&edit->edges[i]);
    for (size_t i = 0; SUCCEEDED(hr) && i < edit->n_edges; i++) {
        struct rewire_edge *gate = &edit->edges[i];

        if (!gate->is_gate || !gate->is_closed || gate->rank != rank)
            continue;
        hr = wait_closed(edit, gate);
        gate->closed_since = rg_time_now_ns();
    }
    return hr;
}

static unsigned last_rank(const struct rewire *edit)
{
    unsigned last = 0;

    for (size_t i = 0; i < edit->n_edges; i++)
        if (edit->edges[i].is_gate && edit->edges[i].rank > last)
            last = edit->edges[i].rank;
    return last;
}

/* Upstream first: whoever is inside a gate upstream can't come out of it while one on its way is
 * closed. */
HRESULT rewire_close_gates(struct rewire *edit, unsigned rank)
{
    unsigned last = last_rank(edit);
    HRESULT hr = S_OK;

    for (; SUCCEEDED(hr) && rank <= last; rank++)
        hr = close_rank(edit, rank);
    return hr;
}

/* A caller who says that the gates are closed: are they?  Asked only now: what can be prepared is,
 * while they are still open. */
static HRESULT check_closed(struct rewire *edit)
{
    for (size_t i = 0; i < edit->n_edges; i++) {
        struct rewire_edge *edge = &edit->edges[i];

        if (!edge->is_gate || edge->link == NULL ||
            IRgLink_IsBlocked(edge->link, NULL) != S_FALSE)
            continue;
        graph_report_set(edit->graph,
                         "RG_EDIT_CALLER_BLOCKED was given, but the gate %s is open: block the "
                         "pin first",
                         edge->certificate.gate);
        return E_INVALIDARG;
    }
    return S_OK;
}

static HRESULT close_gates(struct rewire *edit)
{
    HRESULT hr;

    if (!rewire_is_live(edit))
        return S_OK;
    if (edit->caller_blocked)
        return check_closed(edit);
    hr = rewire_rank_gates(edit);
    return SUCCEEDED(hr) ? rewire_close_gates(edit, 0) : hr;
}

static void note_gate(struct rewire_edge *gate)
{
    REFERENCE_TIME held = -1;
    RG_LEDGER ledger;

    if (gate->link == NULL)
        return;
    if (IRgLink_IsBlocked(gate->link, &held) == S_OK && held >= 0) {
        gate->certificate.held = 1;
        gate->certificate.cut = held;
    }
    if (SUCCEEDED(IRgLink_GetLedger(gate->link, &ledger))) {
        gate->certificate.closed_ns = ledger.closed_ns;
        gate->certificate.delivered = ledger.samples;
    }
}

static void note_gates(struct rewire *edit)
{
    for (size_t i = 0; i < edit->n_edges; i++)
        if (edit->edges[i].is_gate && rewire_is_live(edit))
            note_gate(&edit->edges[i]);
}

/* What is still held there leaves with its filter. */
static void note_cut_short(struct rewire *edit)
{
    for (size_t i = 0; i < edit->n_edges; i++) {
        struct rewire_edge *edge = &edit->edges[i];
        unsigned group = edge->to_was != NULL ? edge->to_was->group : 0;

        if (edge->now == NULL || (group != 0 && !rewire_group_goes_on(edit, group)))
            edge->certificate.flags |= RG_CUT_SHORT;
    }
}

/* How long it was closed in all; what waited has gone on already. */
static void note_opened(struct rewire_edge *gate)
{
    RG_LEDGER ledger;

    if (gate->link == NULL)
        gate->certificate.closed_ns = rg_time_now_ns() - gate->closed_since;
    else if (SUCCEEDED(IRgLink_GetLedger(gate->link, &ledger)))
        gate->certificate.closed_ns = ledger.closed_ns;
}

static bool stays_closed(const struct rewire *edit, const struct rewire_edge *edge, bool failed)
{
    if (failed)
        return edit->leave_blocked || !edge->is_gate;
    /* a source that leaves: what waits there is not for the new roads */
    return edge->from != NULL && edge->from->leaves;
}

static void open_gate(struct rewire_edge *edge)
{
    (void)IPinFlowControl_Block(edge->flow, 0, NULL);
    edge->is_closed = false;
    if (edge->is_gate)
        note_opened(edge);
}

static void open_rank(struct rewire *edit, unsigned rank, bool failed)
{
    for (size_t i = 0; i < edit->n_edges; i++)
        if (edit->edges[i].rank == rank && edit->edges[i].is_closed &&
            !stays_closed(edit, &edit->edges[i], failed))
            open_gate(&edit->edges[i]);
}

/* Those that this edit has closed, and at last those of sources that came with it.  From the end of
 * the road: an end that an opened gate repeats stops at a closed gate of ours, but waits at a
 * foreign one. */
void rewire_open_gates(struct rewire *edit, bool failed)
{
    for (unsigned rank = last_rank(edit) + 1; rank-- > 0;)
        open_rank(edit, rank, failed);
}

/* ---- after the cut ------------------------------------------------------------------------- */

/* The former connections and their memory are let go of. */
static void settle_links(struct rewire *edit)
{
    for (size_t i = 0; i < edit->n_edges; i++) {
        if (edit->edges[i].is_prepared)
            (void)IRgLink_Cancel(edit->edges[i].link, FALSE);
        edit->edges[i].is_prepared = false;
    }
    for (size_t i = 0; i < edit->n_inputs; i++) {
        struct rewire_input *input = &edit->inputs[i];

        if (!input->is_prepared || input->now == NULL)
            continue;
        (void)IRgLink_Cancel(input->link, FALSE);
        input->is_prepared = false;
    }
}

/* Inputs that have heard the end of their stream and get nothing more. */
static void let_inputs_go(struct rewire *edit)
{
    for (size_t i = 0; i < edit->n_inputs; i++) {
        struct rewire_input *input = &edit->inputs[i];

        if (input->now != NULL)
            continue;
        if (input->is_prepared) {
            (void)IRgLink_Commit(input->link);
            (void)IRgLink_Cancel(input->link, FALSE);
            input->is_prepared = false;
        } else {
            (void)graph_pin_disconnect(input->in);
        }
    }
}

static void touch(struct rewire *edit)
{
    struct graph *graph = edit->graph;

    for (size_t i = 0; i < edit->n_edges; i++) {
        graph_touch_pin_locked(graph, edit->edges[i].out);
        if (edit->edges[i].now != NULL)
            graph_touch_pin_locked(graph, edit->edges[i].now);
    }
    for (size_t i = 0; i < edit->n_inputs; i++)
        graph_touch_pin_locked(graph, edit->inputs[i].in);
    graph_version_bump(graph);
    graph_recount_renderers(graph);
}

/* The place keeps its name: while both were members the newcomer could not have it. */
static void rename_all(struct rewire *edit)
{
    for (size_t i = 0; i < edit->n_filters; i++) {
        struct rewire_filter *one = &edit->filters[i];
        WCHAR wide[MAX_FILTER_NAME];

        if (!one->comes || one->name == NULL)
            continue;
        (void)rg_text_to_wide(wide, MAX_FILTER_NAME, one->name);
        graph_rename_locked(edit->graph, graph_node_of_filter(edit->graph, one->filter), wide);
    }
}

/* Blocks outlive a Stop: a source that has left can be used again. */
static void open_left_gates(struct rewire *edit)
{
    for (size_t i = 0; i < edit->n_edges; i++) {
        if (edit->edges[i].is_closed)
            (void)IPinFlowControl_Block(edit->edges[i].flow, 0, NULL);
        edit->edges[i].is_closed = false;
    }
}

/* Members like any other from now on. */
static void settle_newcomers(struct rewire *edit)
{
    for (size_t i = 0; i < edit->n_filters; i++) {
        const struct rewire_filter *one = &edit->filters[i];
        struct graph_node *node = graph_node_of_filter(edit->graph, one->filter);

        if (!one->comes || node == NULL)
            continue;
        graph_renderer_has_come_locked(edit->graph, node);
        if (one->sits_out)
            graph_renderer_sit_out_locked(edit->graph, node, true);
    }
}

void rewire_finish(struct rewire *edit)
{
    for (size_t i = 0; i < edit->n_edges; i++) {
        edit->edges[i].certificate.prepare_ns = edit->prepare_ns;
        if (edit->edges[i].needs_sync)
            edit->edges[i].certificate.flags |= RG_CUT_UNPRIMED;
    }
    settle_links(edit);
    settle_newcomers(edit);
    touch(edit); /* what came is waited for, before what leaves says that it is at its end */
    if (!rewire_end_streams(edit))
        note_cut_short(edit);
    let_inputs_go(edit);
    rewire_retire(edit);
    open_left_gates(edit);
    rename_all(edit);
    touch(edit);
    graph_trail_free(&edit->trail); /* what it brought along stays */
    edit->is_prepared = false;
}

/* ---- carried out --------------------------------------------------------------------------- */

/* Without a drain, what leaves could still bring something in between what the new road brings. */
static void silence(struct rewire *edit)
{
    if (edit->no_drain && rewire_is_live(edit))
        rewire_stop_leavers(edit);
}

HRESULT rewire_carry_out_closed(struct rewire *edit)
{
    int64_t begun;
    HRESULT hr = rewire_prime(edit); /* one that can take over needs no drain */

    if (SUCCEEDED(hr))
        hr = rewire_drain(edit);
    begun = rg_time_now_ns();
    if (SUCCEEDED(hr))
        hr = rewire_cut(edit);
    for (size_t i = 0; i < edit->n_edges; i++)
        edit->edges[i].certificate.swap_ns = rg_time_now_ns() - begun;
    note_gates(edit);
    if (SUCCEEDED(hr))
        silence(edit);
    return hr;
}

static HRESULT with_gates(struct rewire *edit)
{
    HRESULT hr = rewire_wait_for_pushes(edit); /* which may have to pass a gate yet */

    if (SUCCEEDED(hr))
        hr = close_gates(edit);
    if (SUCCEEDED(hr))
        hr = rewire_carry_out_closed(edit);
    rewire_open_gates(edit, FAILED(hr));
    return hr;
}

/* The stream makes the cut, at a sync point if what comes can't be shown enough of the past.  S_FALSE: it
 * can't. */
static HRESULT in_stream(struct rewire *edit)
{
    bool at_sync = rewire_waits_for_sync(edit);
    HRESULT made = S_OK, hr;

    hr = rewire_visit_begin(edit, at_sync ? RG_VISIT_AT_SYNC : RG_VISIT_NOW);
    if (hr == E_NOTIMPL || hr == VFW_E_PIN_ALREADY_BLOCKED)
        return S_FALSE;
    if (FAILED(hr))
        return hr;
    hr = rewire_visit_wait(edit);
    if (rewire_visit_end(edit, &made))
        hr = made;
    /* nobody builds on what went before */
    for (size_t i = 0; hr == S_OK && at_sync && i < edit->n_edges; i++)
        edit->edges[i].needs_sync = false;
    return hr == E_NOTIMPL ? S_FALSE : hr;
}

HRESULT rewire_carry_out(struct rewire *edit)
{
    HRESULT hr = rewire_get_ready(edit);

    if (FAILED(hr))
        return hr;
    hr = rewire_can_visit(edit) ? in_stream(edit) : S_FALSE;
    if (hr == S_FALSE && rewire_waits_for_sync(edit) && rewire_can_visit(edit))
        hr = in_stream(edit); /* its link has forgotten meanwhile what it was to be shown */
    if (hr == S_FALSE)
        hr = with_gates(edit);
    if (FAILED(hr))
        rewire_unprepare(edit);
    else
        rewire_finish(edit);
    return hr;
}
