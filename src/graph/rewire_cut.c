/* SPDX-License-Identifier: MIT */
/* rewire_cut.c - the moment of the cut, with all gates closed and all drained: foreign ends are taken
 * off and connected, prepared links exchanged, settings set; all of it, or none.
 *
 * Control threads under the graph lock.
 * Knows: IRgLink, the documented road.  Must not know: what has closed the gates.
 */
#include "graph/rewire.h"

#include <string.h>

#include "media/type.h"
#include "platform/memory.h"

#define VALUE_MOST 4096 /* bytes of a setting's text */

/* ---- settings ------------------------------------------------------------------------------ */

static HRESULT setting_apply(struct rewire_setting *setting)
{
    char *before RG_AUTO_FREE = rg_calloc(1, VALUE_MOST);
    HRESULT hr;

    if (before == NULL)
        return E_OUTOFMEMORY;
    hr = IRgOptions_Get(setting->options, setting->name, before, VALUE_MOST);
    if (SUCCEEDED(hr))
        hr = IRgOptions_Set(setting->options, setting->name, setting->value);
    if (FAILED(hr))
        return hr;
    setting->before = RG_STEAL(&before);
    setting->is_set = true;
    return S_OK;
}

void rewire_settings_undo(struct rewire *edit)
{
    for (size_t i = edit->n_settings; i-- > 0;) {
        struct rewire_setting *one = &edit->settings[i];

        if (one->is_set)
            (void)IRgOptions_Set(one->options, one->name, one->before);
        one->is_set = false;
        rg_free(one->before);
        one->before = NULL;
    }
}

HRESULT rewire_settings_apply(struct rewire *edit)
{
    for (size_t i = 0; i < edit->n_settings; i++) {
        HRESULT hr = setting_apply(&edit->settings[i]);

        if (FAILED(hr)) {
            graph_report_set(edit->graph, "the option \"%s\" can't be \"%s\" (0x%08x)",
                             edit->settings[i].name, edit->settings[i].value, (unsigned)hr);
            rewire_settings_undo(edit);
            return hr;
        }
    }
    return S_OK;
}

/* ---- the documented road: taken off -------------------------------------------------------- */

static bool is_taken_off(const struct rewire_edge *edge)
{
    return edge->how_out == REWIRE_LATE && edge->was != NULL;
}

static bool any_is_late(const struct rewire *edit)
{
    for (size_t i = 0; i < edit->n_edges; i++)
        if (edit->edges[i].how_out == REWIRE_LATE || edit->edges[i].how_now == REWIRE_LATE)
            return true;
    for (size_t i = 0; i < edit->n_inputs; i++)
        if (edit->inputs[i].is_late)
            return true;
    return false;
}

/* Filters that leave next to a foreign pin: only when they stand still can they be let go of. */
static HRESULT stop_neighbours(struct rewire *edit)
{
    HRESULT hr = S_OK;

    for (size_t i = edit->n_filters; SUCCEEDED(hr) && rewire_is_live(edit) && i-- > 0;)
        if (edit->filters[i].leaves)
            hr = rewire_stop_filter(edit, &edit->filters[i], true);
    return hr;
}

/* It may have changed while the edit was prepared, and putting back is connecting with it. */
static void note_type_of(IPin *pin, AM_MEDIA_TYPE *ret)
{
    AM_MEDIA_TYPE now;

    if (FAILED(IPin_ConnectionMediaType(pin, &now)))
        return;
    rg_type_clear(ret);
    *ret = now;
}

static void note_types(struct rewire_edge *edge)
{
    note_type_of(edge->out, &edge->was_type);
    note_type_of(edge->was, &edge->was_in_type);
}

static HRESULT take_off_edge(struct rewire_edge *edge)
{
    HRESULT hr;

    if (!is_taken_off(edge))
        return S_OK;
    note_types(edge);
    hr = graph_pin_disconnect(edge->out);
    if (FAILED(hr))
        return hr;
    edge->is_off = true;
    if (edge->to_was != NULL)
        (void)graph_pin_disconnect(edge->was); /* it has been stopped */
    return S_OK;
}

/* One that gets nothing in its place is told the end of its stream first, after the cut. */
static HRESULT take_off_input(struct rewire_input *input)
{
    HRESULT hr;

    if (!input->is_late || input->was == NULL || input->now == NULL)
        return S_OK;
    note_types(input->was);
    hr = graph_pin_disconnect(input->in);
    if (FAILED(hr))
        return hr;
    input->is_off = true;
    if (input->was->from != NULL && input->was->from->leaves)
        (void)graph_pin_disconnect(input->was->out);
    return S_OK;
}

static bool is_late_at_its_end(const struct rewire *edit, const struct rewire_edge *edge)
{
    for (size_t i = 0; i < edit->n_inputs; i++)
        if (edit->inputs[i].was == edge && edit->inputs[i].is_late)
            return true;
    return false;
}

/* A filter that has lost its own input gives nothing: what it is connected with since before could
 * not be connected again. */
static bool gives_something(const struct rewire_edge *edge)
{
    RG_AUTO(IEnumMediaTypes) types = NULL;
    AM_MEDIA_TYPE now, *first = NULL;
    HRESULT hr = IPin_ConnectionMediaType(edge->out, &now);

    if (FAILED(hr))
        return true; /* it says so itself */
    hr = IPin_QueryAccept(edge->out, &now);
    rg_type_clear(&now);
    if (hr == S_OK || FAILED(IPin_EnumMediaTypes(edge->out, &types)))
        return true;
    hr = IEnumMediaTypes_Next(types, 1, &first, NULL);
    rg_type_delete(first);
    return hr == S_OK;
}

/* Taking off alone needs no way back. */
static bool connects_something(const struct rewire *edit)
{
    for (size_t i = 0; i < edit->n_edges; i++)
        if (edit->edges[i].now != NULL)
            return true;
    return false;
}

static HRESULT refuse_what_cannot_be_put_back(struct rewire *edit)
{
    if (!connects_something(edit))
        return S_OK;
    for (size_t i = 0; i < edit->n_edges; i++) {
        struct rewire_edge *edge = &edit->edges[i];
        char name[64];

        if (edge->was == NULL || gives_something(edge) ||
            !(is_taken_off(edge) || is_late_at_its_end(edit, edge)))
            continue;
        graph_pin_text(edge->out, name, sizeof(name));
        graph_report_set(edit->graph,
                         "%s could not be connected again, for its filter's own input is not "
                         "connected: connect that first",
                         name);
        return VFW_E_NOT_CONNECTED;
    }
    return S_OK;
}

/* Inputs first: one that somebody is still inside says so, and nothing has happened yet. */
static HRESULT take_off(struct rewire *edit)
{
    HRESULT hr = refuse_what_cannot_be_put_back(edit);

    if (SUCCEEDED(hr))
        hr = stop_neighbours(edit);

    for (size_t i = 0; SUCCEEDED(hr) && i < edit->n_inputs; i++)
        hr = take_off_input(&edit->inputs[i]);
    for (size_t i = 0; SUCCEEDED(hr) && i < edit->n_edges; i++)
        hr = take_off_edge(&edit->edges[i]);
    return hr;
}

/* ---- the documented road: connected -------------------------------------------------------- */

/* With filters in between, where the caller allows them. */
static HRESULT connect_edge(struct rewire *edit, struct rewire_edge *edge)
{
    HRESULT hr = graph_connect_between(edit->graph, edge->out, edge->now, edge->type, NULL,
                                       edit->connect_flags, &edit->trail);

    edge->is_connected = SUCCEEDED(hr);
    return hr;
}

static bool is_due(const struct rewire_edge *edge)
{
    return edge->how_out == REWIRE_LATE && edge->now != NULL && !edge->is_connected;
}

static bool has_to_wait(struct rewire *edit, const struct rewire_edge *edge)
{
    for (size_t i = 0; edge->from != NULL && i < edit->n_edges; i++)
        if (edit->edges[i].to_now == edge->from && edit->edges[i].how_out == REWIRE_LATE &&
            !edit->edges[i].is_connected)
            return true;
    return false;
}

/* Filters that the search has brought along; what was added last lies nearest to the end. */
static HRESULT activate_found(struct rewire *edit)
{
    HRESULT hr = S_OK;

    for (size_t i = edit->trail.count; SUCCEEDED(hr) && rewire_is_live(edit) && i-- > 0;)
        if (edit->trail.steps[i].added != NULL)
            hr = graph_activate_locked(edit->graph, edit->trail.steps[i].added->filter);
    return hr;
}

static void disconnect_late(struct rewire *edit)
{
    for (size_t i = 0; i < edit->n_filters; i++) {
        struct rewire_filter *one = &edit->filters[i];

        if (one->comes && one->is_active && rewire_filter_is_late(edit, one)) {
            (void)rewire_stop_filter(edit, one, false);
            one->is_active = one->is_stopped = false;
        }
    }
    graph_trail_undo_locked(edit->graph, &edit->trail, 0);
    for (size_t i = 0; i < edit->n_edges; i++)
        if (edit->edges[i].how_out == REWIRE_LATE)
            edit->edges[i].is_connected = false;
}

/* ---- put back ------------------------------------------------------------------------------ */

static bool old_is_broken(const struct rewire *edit, const struct rewire_edge *edge)
{
    if (edge->is_off)
        return true;
    for (size_t i = 0; i < edit->n_inputs; i++)
        if (edit->inputs[i].was == edge && edit->inputs[i].is_off)
            return true;
    return false;
}

/* The old filters have kept their connections with each other; only the ends are made again. */
static HRESULT put_back_edge(struct rewire_edge *edge)
{
    HRESULT hr;

    /* a foreign pin whose Connect failed late may have left its active peer half connected */
    (void)graph_pin_disconnect(edge->out);
    (void)graph_pin_disconnect(edge->was);
    hr = IPin_Connect(edge->out, edge->was, &edge->was_type);
    /* a change that has not reached the input is told later; else what they agree on now */
    if (rewire_is_about_types(hr))
        hr = IPin_Connect(edge->out, edge->was, &edge->was_in_type);
    if (rewire_is_about_types(hr))
        hr = IPin_Connect(edge->out, edge->was, NULL);
    edge->is_off = FAILED(hr);
    return hr;
}

/* What a filter gives depends on what it gets: one that is refused may be taken once another one
 * further up has been put back. */
static HRESULT put_edges_back(struct rewire *edit)
{
    HRESULT hr;
    bool any;

    for (size_t i = 0; i < edit->n_edges; i++) {
        struct rewire_edge *edge = &edit->edges[i];

        edge->is_off = edge->was != NULL && old_is_broken(edit, edge);
    }
    do {
        hr = S_OK;
        any = false;
        for (size_t i = 0; i < edit->n_edges; i++) {
            HRESULT now;

            if (!edit->edges[i].is_off)
                continue;
            now = put_back_edge(&edit->edges[i]);
            if (FAILED(now))
                hr = now;
            else
                any = true;
        }
    } while (FAILED(hr) && any);
    for (size_t i = 0; i < edit->n_edges; i++)
        edit->edges[i].is_off = false;
    return hr;
}

static HRESULT restart_stopped(struct rewire *edit)
{
    HRESULT hr = S_OK;

    for (size_t i = 0; i < edit->n_filters; i++) {
        struct rewire_filter *one = &edit->filters[i];
        HRESULT now = S_OK;

        if (one->leaves && one->is_stopped)
            now = graph_activate_locked(edit->graph, one->filter);
        one->is_stopped = false;
        if (FAILED(now))
            hr = now;
    }
    return hr;
}

/* Where one road cannot be put back, the filters of the others go on all the same. */
static void put_back(struct rewire *edit)
{
    HRESULT hr, restarted;

    disconnect_late(edit);
    hr = put_edges_back(edit);
    for (size_t i = 0; i < edit->n_inputs; i++)
        edit->inputs[i].is_off = false;
    restarted = restart_stopped(edit);
    if (SUCCEEDED(hr))
        hr = restarted;
    if (FAILED(hr))
        graph_report_add(edit->graph,
                         "\nand the old connection could not be made again (0x%08x): the pins "
                         "are left unconnected",
                         (unsigned)hr);
}

/* ---- prepared links ------------------------------------------------------------------------ */

/* Inputs first: the filter behind one may refuse another type.  Those that get nothing are told
 * the end of their stream before they let go. */
static HRESULT commit_links(struct rewire *edit)
{
    HRESULT hr = S_OK;

    for (size_t i = 0; SUCCEEDED(hr) && i < edit->n_inputs; i++) {
        struct rewire_input *input = &edit->inputs[i];

        if (!input->is_prepared || input->now == NULL)
            continue;
        hr = IRgLink_Commit(input->link);
        input->is_committed = SUCCEEDED(hr);
    }
    for (size_t i = 0; SUCCEEDED(hr) && i < edit->n_edges; i++) {
        struct rewire_edge *edge = &edit->edges[i];

        if (!edge->is_prepared)
            continue;
        hr = IRgLink_Commit(edge->link);
        edge->is_committed = SUCCEEDED(hr);
    }
    return hr;
}

static void take_links_back(struct rewire *edit)
{
    for (size_t i = edit->n_edges; i-- > 0;) {
        if (edit->edges[i].is_committed)
            (void)IRgLink_Commit(edit->edges[i].link);
        edit->edges[i].is_committed = false;
    }
    for (size_t i = edit->n_inputs; i-- > 0;) {
        if (edit->inputs[i].is_committed)
            (void)IRgLink_Commit(edit->inputs[i].link);
        edit->inputs[i].is_committed = false;
    }
}

/* ---- the cut ------------------------------------------------------------------------------- */

static HRESULT cut_late(struct rewire *edit)
{
    HRESULT hr = take_off(edit);

    if (SUCCEEDED(hr))
        hr = rewire_in_front_first(edit, is_due, has_to_wait, connect_edge);
    if (SUCCEEDED(hr))
        hr = activate_found(edit);
    if (SUCCEEDED(hr))
        hr = rewire_activate(edit, true);
    return hr;
}

HRESULT rewire_cut(struct rewire *edit)
{
    bool is_late = any_is_late(edit);
    HRESULT hr = rewire_prime(edit); /* what has come since */

    if (SUCCEEDED(hr))
        hr = rewire_settings_apply(edit);
    if (SUCCEEDED(hr) && is_late)
        hr = cut_late(edit);
    if (SUCCEEDED(hr))
        hr = commit_links(edit);
    /* sources that can't be held: theirs is the first sample behind the cut */
    if (SUCCEEDED(hr))
        hr = rewire_activate(edit, true);
    if (SUCCEEDED(hr))
        return S_OK;
    take_links_back(edit);
    if (is_late)
        put_back(edit);
    rewire_settings_undo(edit);
    return hr;
}
