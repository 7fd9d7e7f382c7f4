/* SPDX-License-Identifier: MIT */
/* rewire_steps.c - what a step means: each sees the graph as the ones before it will leave it.
 *
 * Control threads under the graph lock.  Nothing is changed; edges and filters of the plan are
 * noted.  A step costs what it touches.
 * Knows: pins through COM.  Must not know: how the plan is carried out.
 */
#include "graph/rewire.h"

#include <string.h>

#include "platform/memory.h"

/* ---- filters ------------------------------------------------------------------------------- */

static HRESULT bring(struct rewire *edit, IBaseFilter *filter, const char *name)
{
    struct rewire_filter *one;
    HRESULT hr = rewire_filter_get(edit, filter, &one);

    if (FAILED(hr))
        return hr;
    if (one->leaves || one->is_given_up)
        return E_INVALIDARG;
    one->comes = true;
    if (name != NULL && one->name == NULL) {
        one->name = rg_text_dup(name);
        hr = one->name != NULL ? S_OK : E_OUTOFMEMORY;
    }
    return hr;
}

static HRESULT send_away(struct rewire *edit, IBaseFilter *filter)
{
    struct rewire_filter *one;
    HRESULT hr = rewire_filter_get(edit, filter, &one);

    if (FAILED(hr))
        return hr;
    one->comes = false;
    if (one->is_member)
        one->leaves = true;
    else
        one->is_given_up = true;
    return S_OK;
}

/* ---- where a filter stands ------------------------------------------------------------------ */

/* Where a filter stands: its connected pins. */
struct stand {
    IPin *in, *out; /* the first of each, references */
    size_t n_in, n_out;
};

static void stand_clear(struct stand *stand)
{
    if (stand->in != NULL)
        IPin_Release(stand->in);
    if (stand->out != NULL)
        IPin_Release(stand->out);
}

static HRESULT stand_of(struct rewire *edit, IBaseFilter *filter, struct stand *ret)
{
    HRESULT hr;

    memset(ret, 0, sizeof(*ret));
    hr = rewire_pick_after(edit, filter, PINDIR_INPUT, true, &ret->in, &ret->n_in);
    if (SUCCEEDED(hr))
        hr = rewire_pick_after(edit, filter, PINDIR_OUTPUT, true, &ret->out, &ret->n_out);
    if (FAILED(hr)) {
        stand_clear(ret);
        memset(ret, 0, sizeof(*ret));
    }
    return hr;
}

/* A filter that is to stand in a road: unconnected, with a free pin where one is needed. */
static HRESULT free_pins(struct rewire *edit, IBaseFilter *filter, bool need_in, bool need_out,
                         struct stand *ret)
{
    struct stand now;
    HRESULT hr = stand_of(edit, filter, &now);
    bool in_use = now.n_in + now.n_out != 0;

    memset(ret, 0, sizeof(*ret));
    stand_clear(&now);
    if (FAILED(hr))
        return hr;
    if (in_use) {
        graph_report_set(edit->graph,
                         "the filter that comes is connected already: disconnect it first");
        return E_INVALIDARG;
    }
    if (need_in)
        hr = rewire_pick_after(edit, filter, PINDIR_INPUT, false, &ret->in, &ret->n_in);
    if (SUCCEEDED(hr) && need_out)
        hr = rewire_pick_after(edit, filter, PINDIR_OUTPUT, false, &ret->out, &ret->n_out);
    if (SUCCEEDED(hr) && ((need_in && ret->in == NULL) || (need_out && ret->out == NULL))) {
        graph_report_set(edit->graph,
                         "the filter that comes has no %s pin: it can't stand there",
                         need_in && ret->in == NULL ? "input" : "output");
        hr = VFW_E_CANNOT_CONNECT;
    }
    if (FAILED(hr)) {
        stand_clear(ret);
        memset(ret, 0, sizeof(*ret));
    }
    return hr;
}

/* ---- the steps ----------------------------------------------------------------------------- */

static HRESULT add(struct rewire *edit, const struct rewire_step *step)
{
    return rewire_is_member_after(edit, step->filter) ? E_INVALIDARG
                                                      : bring(edit, step->filter, step->name);
}

/* Every connection of the filter is broken. */
static HRESULT break_all(struct rewire *edit, IBaseFilter *filter)
{
    struct graph_pins pins;
    HRESULT hr = graph_pins_open(&pins, filter);

    for (size_t i = 0; SUCCEEDED(hr) && i < pins.count; i++) {
        RG_AUTO(IPin) peer = rewire_peer_after(edit, pins.list[i]);

        if (peer != NULL)
            hr = rewire_edge_set(edit, graph_pin_is_output(pins.list[i]) ? pins.list[i] : peer,
                                 NULL, NULL);
    }
    graph_pins_close(&pins);
    return hr;
}

static HRESULT refuse_shape(struct rewire *edit)
{
    graph_report_set(edit->graph,
                     "only a filter with exactly one connected input and one connected output "
                     "can be exchanged or taken out");
    return E_INVALIDARG;
}

static HRESULT take_out(struct rewire *edit, const struct rewire_step *step)
{
    RG_AUTO(IPin) up = NULL;
    RG_AUTO(IPin) down = NULL;
    struct stand stand;
    bool is_middle;
    HRESULT hr;

    if (!rewire_is_member_after(edit, step->filter))
        return VFW_E_NOT_IN_GRAPH;
    hr = stand_of(edit, step->filter, &stand);
    if (FAILED(hr))
        return hr;
    is_middle = stand.n_in == 1 && stand.n_out == 1;
    if (is_middle) {
        up = rewire_peer_after(edit, stand.in);
        down = rewire_peer_after(edit, stand.out);
    }
    stand_clear(&stand);
    if (step->is_strict && !is_middle)
        return refuse_shape(edit);
    hr = break_all(edit, step->filter);
    if (SUCCEEDED(hr) && up != NULL && down != NULL)
        hr = rewire_edge_set(edit, up, down, NULL);
    return SUCCEEDED(hr) ? send_away(edit, step->filter) : hr;
}

static HRESULT swap(struct rewire *edit, const struct rewire_step *step)
{
    RG_AUTO(IPin) up = NULL;
    RG_AUTO(IPin) down = NULL;
    struct stand old, fresh;
    HRESULT hr;

    if (!rewire_is_member_after(edit, step->filter))
        return VFW_E_NOT_IN_GRAPH;
    if (graph_identity(step->filter) == graph_identity(step->other))
        return E_INVALIDARG;
    hr = stand_of(edit, step->filter, &old);
    if (FAILED(hr))
        return hr;
    if (old.n_in > 1 || old.n_out > 1 || old.n_in + old.n_out == 0 ||
        (step->is_strict && old.n_in + old.n_out != 2)) {
        stand_clear(&old);
        return refuse_shape(edit);
    }
    hr = free_pins(edit, step->other, old.in != NULL, old.out != NULL, &fresh);
    if (SUCCEEDED(hr)) {
        up = old.in != NULL ? rewire_peer_after(edit, old.in) : NULL;
        down = old.out != NULL ? rewire_peer_after(edit, old.out) : NULL;
        hr = break_all(edit, step->filter);
    }
    if (SUCCEEDED(hr) && up != NULL)
        hr = rewire_edge_set(edit, up, fresh.in, NULL);
    if (SUCCEEDED(hr) && down != NULL)
        hr = rewire_edge_set(edit, fresh.out, down, NULL);
    if (SUCCEEDED(hr))
        hr = send_away(edit, step->filter);
    if (SUCCEEDED(hr))
        hr = bring(edit, step->other, step->name);
    stand_clear(&old);
    stand_clear(&fresh);
    return hr;
}

static HRESULT check_member_pin(struct rewire *edit, IPin *pin, bool output)
{
    RG_AUTO(IBaseFilter) filter = graph_pin_filter(pin);

    if (filter == NULL || !rewire_is_member_after(edit, filter))
        return VFW_E_NOT_IN_GRAPH;
    return graph_pin_is_output(pin) == output ? S_OK : VFW_E_INVALID_DIRECTION;
}

static HRESULT insert(struct rewire *edit, const struct rewire_step *step)
{
    RG_AUTO(IPin) down = NULL;
    struct stand fresh;
    HRESULT hr = check_member_pin(edit, step->out, true);

    if (FAILED(hr))
        return hr;
    down = rewire_peer_after(edit, step->out);
    if (down == NULL)
        return VFW_E_NOT_CONNECTED;
    hr = free_pins(edit, step->other, true, true, &fresh);
    if (SUCCEEDED(hr))
        hr = rewire_edge_set(edit, step->out, fresh.in, NULL);
    if (SUCCEEDED(hr))
        hr = rewire_edge_set(edit, fresh.out, down, NULL);
    if (SUCCEEDED(hr))
        hr = bring(edit, step->other, step->name);
    stand_clear(&fresh);
    return hr;
}

static HRESULT join(struct rewire *edit, const struct rewire_step *step)
{
    RG_AUTO(IPin) out_peer = NULL;
    RG_AUTO(IPin) in_peer = NULL;
    RG_AUTO(IBaseFilter) from = NULL;
    RG_AUTO(IBaseFilter) to = NULL;
    HRESULT hr = check_member_pin(edit, step->out, true);

    if (SUCCEEDED(hr))
        hr = check_member_pin(edit, step->in, false);
    if (FAILED(hr))
        return hr;
    out_peer = rewire_peer_after(edit, step->out);
    in_peer = rewire_peer_after(edit, step->in);
    if (out_peer != NULL || in_peer != NULL)
        return VFW_E_ALREADY_CONNECTED;
    from = graph_pin_filter(step->out);
    to = graph_pin_filter(step->in);
    hr = rewire_reaches_after(edit, to, from);
    return SUCCEEDED(hr) ? rewire_edge_set(edit, step->out, step->in, step->type) : hr;
}

static HRESULT part(struct rewire *edit, const struct rewire_step *step)
{
    bool is_output = graph_pin_is_output(step->out);
    HRESULT hr = check_member_pin(edit, step->out, is_output);
    RG_AUTO(IPin) peer = NULL;

    if (FAILED(hr))
        return hr;
    peer = rewire_peer_after(edit, step->out);
    if (peer == NULL)
        return VFW_E_NOT_CONNECTED;
    return rewire_edge_set(edit, is_output ? step->out : peer, NULL, NULL);
}

static HRESULT set(struct rewire *edit, const struct rewire_step *step)
{
    struct rewire_setting *setting;
    IRgOptions *options;
    HRESULT hr;

    if (!rewire_is_member_after(edit, step->filter))
        return VFW_E_NOT_IN_GRAPH;
    if (FAILED(IBaseFilter_QueryInterface(step->filter, &IID_IRgOptions, (void **)&options)))
        return E_NOINTERFACE;
    hr = rewire_grow(&edit->settings, edit->n_settings, &edit->settings_room, sizeof(*setting));
    if (FAILED(hr)) {
        IRgOptions_Release(options);
        return hr;
    }
    setting = &edit->settings[edit->n_settings++];
    memset(setting, 0, sizeof(*setting));
    setting->options = options;
    setting->name = step->name;
    setting->value = step->value;
    return S_OK;
}

/* ---- a branch ------------------------------------------------------------------------------ */

/* Does every stream that comes into the filter come out of what leaves? */
static HRESULT hangs_on_branch(struct rewire *edit, IBaseFilter *filter, bool *ret)
{
    struct graph_pins pins;
    HRESULT hr = graph_pins_open(&pins, filter);

    *ret = true;
    for (size_t i = 0; SUCCEEDED(hr) && i < pins.count && *ret; i++) {
        RG_AUTO(IPin) peer = NULL;

        if (!graph_pin_is_output(pins.list[i])) {
            peer = rewire_peer_after(edit, pins.list[i]);
            *ret = peer == NULL;
        }
    }
    graph_pins_close(&pins);
    return hr;
}

/* Filters that have lost their streams, to be looked at. */
struct branch {
    IBaseFilter **list; /* references */
    size_t count, room;
};

static HRESULT branch_add(struct branch *branch, IBaseFilter *filter)
{
    HRESULT hr =
        rewire_grow(&branch->list, branch->count, &branch->room, sizeof(*branch->list));

    if (SUCCEEDED(hr)) {
        branch->list[branch->count++] = filter;
        IBaseFilter_AddRef(filter);
    }
    return hr;
}

/* Cuts an output off; whoever stood behind it is looked at next. */
static HRESULT branch_cut(struct rewire *edit, struct branch *branch, IPin *out)
{
    RG_AUTO(IPin) in = rewire_peer_after(edit, out);
    RG_AUTO(IBaseFilter) filter = in != NULL ? graph_pin_filter(in) : NULL;
    HRESULT hr = in != NULL ? rewire_edge_set(edit, out, NULL, NULL) : S_OK;

    return SUCCEEDED(hr) && filter != NULL ? branch_add(branch, filter) : hr;
}

static HRESULT branch_take(struct rewire *edit, struct branch *branch, IBaseFilter *filter)
{
    struct graph_pins pins;
    bool hangs;
    HRESULT hr = hangs_on_branch(edit, filter, &hangs);

    if (FAILED(hr) || !hangs || !rewire_is_member_after(edit, filter))
        return hr;
    hr = graph_pins_open(&pins, filter);
    for (size_t i = 0; SUCCEEDED(hr) && i < pins.count; i++)
        if (graph_pin_is_output(pins.list[i]))
            hr = branch_cut(edit, branch, pins.list[i]);
    graph_pins_close(&pins);
    return SUCCEEDED(hr) ? send_away(edit, filter) : hr;
}

/* A filter with several inputs is looked at each time it loses one, and taken with the last. */
static HRESULT take_branch(struct rewire *edit, const struct rewire_step *step)
{
    struct branch branch;
    HRESULT hr = check_member_pin(edit, step->out, true);
    RG_AUTO(IPin) first = NULL;

    if (FAILED(hr))
        return hr;
    first = rewire_peer_after(edit, step->out);
    if (first == NULL)
        return VFW_E_NOT_CONNECTED;
    memset(&branch, 0, sizeof(branch));
    hr = branch_cut(edit, &branch, step->out);
    for (size_t i = 0; SUCCEEDED(hr) && i < branch.count; i++)
        hr = branch_take(edit, &branch, branch.list[i]);
    while (branch.count > 0)
        IBaseFilter_Release(branch.list[--branch.count]);
    rg_free(branch.list);
    return hr;
}

/* ---- IGraphConfig::Reconnect ---------------------------------------------------------------- */

/* Whatever lies between goes, but for the filter that is to be used, which may stand there. */
static HRESULT clear_between(struct rewire *edit, const struct rewire_step *step,
                             const struct rewire_path *path)
{
    IUnknown *via = step->other != NULL ? graph_identity(step->other) : NULL;
    HRESULT hr = S_OK;

    for (size_t i = 0; SUCCEEDED(hr) && i < path->count; i++) {
        hr = rewire_edge_set(edit, path->outputs[i], NULL, NULL);
        if (SUCCEEDED(hr) && graph_identity(path->filters[i]) != via)
            hr = send_away(edit, path->filters[i]);
    }
    return SUCCEEDED(hr) ? rewire_edge_set(edit, step->out, NULL, NULL) : hr;
}

static HRESULT reroute(struct rewire *edit, const struct rewire_step *step)
{
    struct rewire_path path;
    struct stand via;
    HRESULT hr = rewire_path_between(edit->graph, step->out, step->in, &path);

    if (FAILED(hr))
        return hr;
    hr = clear_between(edit, step, &path);
    rewire_path_free(&path);
    if (FAILED(hr))
        return hr;
    if (step->other == NULL) {
        hr = rewire_edge_set(edit, step->out, step->in, step->type);
        if (SUCCEEDED(hr)) /* also where it is the same two pins again */
            rewire_edge_after(edit, graph_identity(step->out))->is_retyped = true;
        return hr;
    }
    hr = free_pins(edit, step->other, true, true, &via);
    if (SUCCEEDED(hr))
        hr = rewire_edge_set(edit, step->out, via.in, step->type);
    if (SUCCEEDED(hr))
        hr = rewire_edge_set(edit, via.out, step->in, NULL);
    if (SUCCEEDED(hr))
        hr = bring(edit, step->other, NULL);
    stand_clear(&via);
    return hr;
}

HRESULT rewire_replay(struct rewire *edit, const struct rewire_step *step)
{
    switch (step->kind) {
    case REWIRE_ADD:
        return add(edit, step);
    case REWIRE_REMOVE:
        return take_out(edit, step);
    case REWIRE_REMOVE_BRANCH:
        return take_branch(edit, step);
    case REWIRE_CONNECT:
        return join(edit, step);
    case REWIRE_DISCONNECT:
        return part(edit, step);
    case REWIRE_SWAP:
        return swap(edit, step);
    case REWIRE_INSERT:
        return insert(edit, step);
    case REWIRE_SET:
        return set(edit, step);
    case REWIRE_REROUTE:
        return reroute(edit, step);
    }
    return E_UNEXPECTED;
}
