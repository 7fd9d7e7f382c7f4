/* SPDX-License-Identifier: MIT */
/* rewire.c - the only code that edits a live link: plan, prepare, block, drain, swap, open;
 * put back on failure.
 *
 * Control threads under the graph lock; the streaming thread waits at the gate meanwhile.
 * Knows: IRgLink where pins have it, else the documented road.  Must not know: what the
 * filters do.
 *
 * Prepared road (both ends have IRgLink): the new filter is connected, allocated and running
 * before the gate closes, beside the old one; the cut exchanges two records.  Documented
 * road (a foreign pin): block, drain, disconnect, connect, start.
 */
#include "graph/rewire.h"

#include <string.h>

#include "platform/time.h"

/* ---- the gate ------------------------------------------------------------------------------ */

static HRESULT gate_close(struct rewire *edit)
{
    RG_AUTO(IPinFlowControl) flow = NULL;
    HANDLE closed;
    HRESULT hr = IPin_QueryInterface(edit->out, &IID_IPinFlowControl, (void **)&flow);

    if (FAILED(hr))
        return E_NOINTERFACE;
    closed = CreateEventW(NULL, TRUE, FALSE, NULL);
    if (closed == NULL)
        return E_OUTOFMEMORY;
    hr = IPinFlowControl_Block(flow, AM_PIN_FLOW_CONTROL_BLOCK, closed);
    if (SUCCEEDED(hr)) {
        hr = rewire_wait(edit->graph, closed, edit->abort, edit->deadline_ns);
        if (FAILED(hr))
            (void)IPinFlowControl_Block(flow, 0, NULL);
    }
    CloseHandle(closed);
    return hr;
}

static void gate_open(struct rewire *edit)
{
    RG_AUTO(IPinFlowControl) flow = NULL;

    if (SUCCEEDED(IPin_QueryInterface(edit->out, &IID_IPinFlowControl, (void **)&flow)))
        (void)IPinFlowControl_Block(flow, 0, NULL);
}

/* A stopped graph has nothing to close or to drain. */
static bool is_live(const struct rewire *edit)
{
    return edit->graph->state != State_Stopped;
}

static bool blocks_itself(const struct rewire *edit)
{
    return is_live(edit) && !edit->caller_blocked;
}

/* ---- the drain ----------------------------------------------------------------------------- */

static uint64_t samples_at(IPin *pin)
{
    RG_AUTO(IRgLink) link = NULL;
    RG_LEDGER ledger;

    if (FAILED(IPin_QueryInterface(pin, &IID_IRgLink, (void **)&link)) ||
        FAILED(IRgLink_GetLedger(link, &ledger)))
        return 0;
    return ledger.samples;
}

static HRESULT drain(struct rewire *edit)
{
    int64_t begun = rg_time_now_ns();
    struct rewire_push push = { .graph = edit->graph,
                                .out = edit->out,
                                .in = edit->in,
                                .path = &edit->path,
                                .abort = edit->abort,
                                .deadline_ns = edit->deadline_ns };
    uint64_t before;
    HRESULT hr;

    if (!is_live(edit) || edit->no_drain || edit->path.count == 0 ||
        rewire_path_is_empty(&edit->path))
        return S_OK;
    before = samples_at(edit->in);
    hr = rewire_push_through(&push);
    edit->certificate.drained = samples_at(edit->in) - before;
    edit->certificate.drain_ns = rg_time_now_ns() - begun;
    return hr;
}

/* ---- the prepared road --------------------------------------------------------------------- */

struct prepared {
    IRgLink *out_link, *in_link; /* references; both or none */
    IPin *via_in, *via_out;      /* references, with a via */
};

static void prepared_free(struct prepared *p)
{
    if (p->out_link != NULL)
        IRgLink_Release(p->out_link);
    if (p->in_link != NULL)
        IRgLink_Release(p->in_link);
    if (p->via_in != NULL)
        IPin_Release(p->via_in);
    if (p->via_out != NULL)
        IPin_Release(p->via_out);
    memset(p, 0, sizeof(*p));
}

/* Takes back all that prepare did, whatever of it was done. */
static void unprepare(struct rewire *edit, struct prepared *p)
{
    if (edit->via != NULL) {
        (void)IBaseFilter_Stop(edit->via);
        if (p->via_out != NULL)
            (void)IPin_Disconnect(p->via_out);
    }
    (void)IRgLink_Cancel(p->in_link);
    (void)IRgLink_Cancel(p->out_link); /* lets go of via's input, or of the input pin itself */
}

static bool can_prepare(struct rewire *edit, struct prepared *p)
{
    RG_AUTO(IPin) out_peer = graph_pin_peer(edit->out);
    RG_AUTO(IPin) in_peer = graph_pin_peer(edit->in);

    if (out_peer == NULL || in_peer == NULL)
        return false;
    if (edit->via == NULL && edit->path.count == 0)
        return false; /* the same two pins again, with another type: nothing to prepare beside */
    if (FAILED(IPin_QueryInterface(edit->out, &IID_IRgLink, (void **)&p->out_link)) ||
        FAILED(IPin_QueryInterface(edit->in, &IID_IRgLink, (void **)&p->in_link))) {
        prepared_free(p);
        return false;
    }
    return true;
}

/* Two pins that did not agree: for the report and the certificate. */
static void blame(struct rewire *edit, IPin *out, IPin *in, HRESULT hr)
{
    if (out != NULL && in != NULL)
        graph_report_connect(edit->graph, out, in, edit->type, hr);
}

static HRESULT activate(struct rewire *edit, IBaseFilter *filter)
{
    HRESULT hr = is_live(edit) ? graph_activate_locked(edit->graph, filter) : S_OK;

    if (FAILED(hr)) {
        struct graph_node *node = graph_node_of_filter(edit->graph, filter);
        char name[64] = "";

        if (node != NULL)
            graph_text_from_wide(node->name, name, sizeof(name));
        graph_report_set(edit->graph, "filter \"%s\" does not start (0x%08x)", name,
                         (unsigned)hr);
    }
    return hr;
}

static HRESULT prepare(struct rewire *edit, struct prepared *p)
{
    IPin *first = edit->in, *last = edit->out;
    HRESULT hr;

    if (edit->via != NULL) {
        hr = rewire_free_pin(edit->via, PINDIR_INPUT, &p->via_in);
        if (SUCCEEDED(hr))
            hr = rewire_free_pin(edit->via, PINDIR_OUTPUT, &p->via_out);
        if (FAILED(hr))
            return hr;
        first = p->via_in;
    }
    if (edit->via == NULL) {
        hr = IRgLink_Prepare(p->in_link, last, NULL);
        if (SUCCEEDED(hr))
            hr = IRgLink_Prepare(p->out_link, first, edit->type);
        if (FAILED(hr))
            blame(edit, edit->out, first, hr);
        return hr;
    }
    hr = IRgLink_Prepare(p->out_link, first, edit->type);
    if (FAILED(hr)) {
        blame(edit, edit->out, first, hr);
        return hr;
    }
    hr = IRgLink_Prepare(p->in_link, p->via_out, NULL);
    if (SUCCEEDED(hr))
        hr = IPin_Connect(p->via_out, edit->in, NULL);
    if (FAILED(hr)) {
        blame(edit, p->via_out, edit->in, hr);
        return hr;
    }
    return activate(edit, edit->via);
}

static void stop_path(struct rewire *edit)
{
    for (size_t i = edit->path.count; i-- > 0;)
        (void)IBaseFilter_Stop(edit->path.filters[i]);
}

/* Out of the road: each end lets go for itself, the neighbours have other peers already. */
static void retire(struct rewire *edit)
{
    for (size_t i = edit->path.count; i-- > 0;) {
        IBaseFilter *filter = edit->path.filters[i];
        struct graph_node *node = graph_node_of_filter(edit->graph, filter);

        (void)IBaseFilter_Stop(filter);
        (void)IPin_Disconnect(edit->path.outputs[i]);
        (void)graph_pin_disconnect(edit->path.inputs[i]);
        if (node != NULL)
            (void)graph_remove_locked(edit->graph, node,
                                      edit->keep_removed ? GRAPH_REMOVE_TO_CACHE : 0);
    }
}

static void note_gate(struct rewire *edit)
{
    RG_AUTO(IRgLink) link = NULL;
    REFERENCE_TIME held = -1;
    RG_LEDGER ledger;

    if (FAILED(IPin_QueryInterface(edit->out, &IID_IRgLink, (void **)&link)))
        return;
    if (IRgLink_IsBlocked(link, &held) == S_OK && held >= 0) {
        edit->certificate.held = 1;
        edit->certificate.cut = held;
    }
    if (SUCCEEDED(IRgLink_GetLedger(link, &ledger)))
        edit->certificate.closed_ns = ledger.closed_ns;
}

static HRESULT cut(struct rewire *edit, struct prepared *p)
{
    int64_t begun = rg_time_now_ns();
    HRESULT hr = IRgLink_Commit(
        p->in_link); /* may refuse: the filter behind it restarts with another type */

    if (SUCCEEDED(hr))
        hr = IRgLink_Commit(p->out_link);
    edit->certificate.swap_ns = rg_time_now_ns() - begun;
    return hr;
}

static void after_change(struct rewire *edit)
{
    struct graph *graph = edit->graph;

    graph_touch_pin_locked(graph, edit->out);
    graph_touch_pin_locked(graph, edit->in);
    if (edit->via != NULL)
        graph_touch_locked(graph, graph_node_of_filter(graph, edit->via));
    graph_version_bump(graph);
    graph_recount_renderers(graph);
}

static HRESULT prepared_road(struct rewire *edit, struct prepared *p)
{
    int64_t begun = rg_time_now_ns();
    HRESULT hr = prepare(edit, p);

    edit->certificate.prepare_ns = rg_time_now_ns() - begun;
    if (FAILED(hr)) {
        unprepare(edit, p);
        return hr;
    }
    hr = blocks_itself(edit) ? gate_close(edit) : S_OK;
    if (FAILED(hr)) {
        unprepare(edit, p);
        return hr;
    }
    hr = drain(edit);
    if (SUCCEEDED(hr)) {
        hr = cut(edit, p);
        if (FAILED(hr))
            rewire_path_forget_markers(&edit->path);
    }
    note_gate(edit);
    if (FAILED(hr))
        unprepare(edit, p);
    else if (edit->no_drain)
        stop_path(edit); /* nothing of it comes in between what the new road brings */
    if (blocks_itself(edit)) {
        gate_open(edit);
        note_gate(edit);
    }
    if (FAILED(hr))
        return hr;
    (void)IRgLink_Cancel(p->out_link); /* lets go of the former connection */
    (void)IRgLink_Cancel(p->in_link);
    retire(edit);
    after_change(edit);
    return S_OK;
}

/* ---- the documented road ------------------------------------------------------------------- */

/* Before anything is touched: can the pins in the way do what will be asked of them? */
static HRESULT check_documented(struct rewire *edit)
{
    RG_AUTO(IPinFlowControl) flow = NULL;
    RG_AUTO(IPinConnection) connection = NULL;

    if (!is_live(edit))
        return S_OK;
    if (!edit->caller_blocked &&
        FAILED(IPin_QueryInterface(edit->out, &IID_IPinFlowControl, (void **)&flow))) {
        graph_report_set(
            edit->graph,
            "the output pin cannot block (it has no IPinFlowControl): stop the graph "
            "for this edit, or make it at a pin of another filter upstream");
        return E_NOINTERFACE;
    }
    if (FAILED(IPin_QueryInterface(edit->in, &IID_IPinConnection, (void **)&connection))) {
        graph_report_set(edit->graph,
                         "the input pin cannot be taken off while it is active (it has no "
                         "IPinConnection): stop the graph for this edit");
        return E_NOINTERFACE;
    }
    return S_OK;
}

struct old_road {
    AM_MEDIA_TYPE first, last; /* the types at its two ends */
    bool was_connected;
    bool out_is_free, in_is_free; /* taken off */
};

static void old_road_free(struct old_road *old)
{
    CoTaskMemFree(old->first.pbFormat);
    CoTaskMemFree(old->last.pbFormat);
    if (old->first.pUnk != NULL)
        IUnknown_Release(old->first.pUnk);
    if (old->last.pUnk != NULL)
        IUnknown_Release(old->last.pUnk);
    memset(old, 0, sizeof(*old));
}

static HRESULT old_road_read(struct rewire *edit, struct old_road *old)
{
    RG_AUTO(IPin) peer = graph_pin_peer(edit->out);
    HRESULT hr;

    memset(old, 0, sizeof(*old));
    if (peer == NULL)
        return S_OK;
    hr = IPin_ConnectionMediaType(edit->out, &old->first);
    if (SUCCEEDED(hr))
        hr = IPin_ConnectionMediaType(edit->in, &old->last);
    old->was_connected = SUCCEEDED(hr);
    return hr;
}

/* The two that go on may refuse; what lies between is stopped and cannot. */
static HRESULT take_apart(struct rewire *edit, struct old_road *old)
{
    HRESULT hr;

    if (!old->was_connected)
        return S_OK;
    stop_path(edit);
    hr = graph_pin_disconnect(edit->out);
    if (FAILED(hr))
        return hr;
    old->out_is_free = true;
    if (edit->path.count > 0)
        (void)graph_pin_disconnect(edit->path.inputs[0]);
    hr = graph_pin_disconnect(edit->in);
    if (FAILED(hr))
        return hr;
    old->in_is_free = true;
    if (edit->path.count > 0)
        (void)graph_pin_disconnect(edit->path.outputs[edit->path.count - 1]);
    return S_OK;
}

/* The old filters have kept their connections with each other; only the two ends are made
 * again. */
static HRESULT put_back(struct rewire *edit, const struct old_road *old)
{
    size_t n = edit->path.count;
    HRESULT hr = S_OK;

    if (!old->was_connected)
        return S_OK;
    /* a foreign pin whose Connect failed late may have left its active peer half connected */
    if (old->out_is_free)
        (void)graph_pin_disconnect(edit->out);
    if (old->in_is_free)
        (void)graph_pin_disconnect(edit->in);
    if (n == 0)
        return old->out_is_free ? IPin_Connect(edit->out, edit->in, &old->first) : S_OK;
    /* downstream last: what a filter gives depends on what it gets */
    if (old->out_is_free)
        hr = IPin_Connect(edit->out, edit->path.inputs[0], &old->first);
    if (SUCCEEDED(hr) && old->in_is_free)
        hr = IPin_Connect(edit->path.outputs[n - 1], edit->in, &old->last);
    for (size_t i = n; SUCCEEDED(hr) && is_live(edit) && i-- > 0;)
        hr = graph_activate_locked(edit->graph, edit->path.filters[i]);
    return hr;
}

static HRESULT activate_new(struct rewire *edit, const struct graph_trail *trail)
{
    HRESULT hr = S_OK;

    if (!is_live(edit))
        return S_OK;
    /* downstream first: what was added last lies nearest to the end, but via may lie
     * anywhere, and starting twice is harmless */
    for (size_t i = trail->count; SUCCEEDED(hr) && i-- > 0;)
        if (trail->steps[i].added != NULL)
            hr = activate(edit, trail->steps[i].added->filter);
    if (SUCCEEDED(hr) && edit->via != NULL)
        hr = activate(edit, edit->via);
    return hr;
}

static HRESULT rebuild(struct rewire *edit, struct old_road *old)
{
    struct graph_trail trail;
    HRESULT hr, back;

    memset(&trail, 0, sizeof(trail));
    hr = take_apart(edit, old);
    if (SUCCEEDED(hr))
        hr = graph_connect_between(edit->graph, edit->out, edit->in, edit->type, edit->via,
                                   edit->connect_flags, &trail);
    if (SUCCEEDED(hr))
        hr = activate_new(edit, &trail);
    if (SUCCEEDED(hr)) {
        graph_trail_free(&trail);
        return hr;
    }
    if (edit->via != NULL)
        (void)IBaseFilter_Stop(edit->via);
    graph_trail_undo_locked(edit->graph, &trail, 0);
    graph_trail_free(&trail);
    back = put_back(edit, old);
    if (FAILED(back))
        graph_report_add(
            edit->graph,
            "\nand the old connection could not be made again (0x%08x): the pins are "
            "left unconnected",
            (unsigned)back);
    return hr;
}

static HRESULT documented_road(struct rewire *edit)
{
    struct old_road old;
    HRESULT hr = check_documented(edit);

    if (SUCCEEDED(hr))
        hr = old_road_read(edit, &old);
    if (FAILED(hr))
        return hr;
    if (blocks_itself(edit))
        hr = gate_close(edit);
    if (SUCCEEDED(hr)) {
        hr = drain(edit);
        if (SUCCEEDED(hr))
            hr = rebuild(edit, &old);
        note_gate(edit);
        if (blocks_itself(edit))
            gate_open(edit);
    }
    old_road_free(&old);
    if (FAILED(hr))
        return hr;
    note_gate(edit);
    retire(edit);
    after_change(edit);
    return S_OK;
}

/* ---- the edit ------------------------------------------------------------------------------ */

static HRESULT take_a_road(struct rewire *edit)
{
    struct prepared p;
    HRESULT hr;

    memset(&p, 0, sizeof(p));
    if (!can_prepare(edit, &p))
        return documented_road(edit);
    hr = prepared_road(edit, &p);
    prepared_free(&p);
    /* what two pins cannot agree on directly, a filter in between may: only where the caller
     * allows it */
    if ((hr == VFW_E_TYPE_NOT_ACCEPTED || hr == VFW_E_NO_ACCEPTABLE_TYPES) &&
        (edit->connect_flags & GRAPH_CONNECT_DIRECT) == 0)
        return documented_road(edit);
    return hr;
}

/* A member that was there when the graph started is active already, with nothing connected. */
static bool is_active(IBaseFilter *filter)
{
    FILTER_STATE state = State_Stopped;

    return SUCCEEDED(IBaseFilter_GetState(filter, 0, &state)) && state != State_Stopped;
}

/* Can what comes stand in a road at all? */
static HRESULT check_via(struct rewire *edit)
{
    RG_AUTO(IPin) input = NULL;
    RG_AUTO(IPin) output = NULL;
    HRESULT hr = rewire_has_connection(edit->via);

    if (FAILED(hr))
        return hr;
    if (hr == S_OK) {
        graph_report_set(edit->graph,
                         "the filter that comes is connected already: disconnect it first");
        return E_INVALIDARG;
    }
    hr = rewire_free_pin(edit->via, PINDIR_INPUT, &input);
    if (SUCCEEDED(hr))
        hr = rewire_free_pin(edit->via, PINDIR_OUTPUT, &output);
    if (hr == VFW_E_NOT_FOUND) {
        graph_report_set(
            edit->graph,
            "the filter that comes has no %s pin: it can't stand in the middle of a road",
            input == NULL ? "input" : "output");
        return VFW_E_CANNOT_CONNECT;
    }
    return hr;
}

HRESULT rewire_carry_out(struct rewire *edit)
{
    bool was_active = false;
    HRESULT hr;

    edit->certificate.cut = -1;
    graph_pin_text(edit->out, edit->certificate.gate, sizeof(edit->certificate.gate));
    if (edit->via != NULL) {
        hr = check_via(edit);
        if (FAILED(hr))
            return hr;
        was_active = is_active(edit->via);
        if (was_active)
            (void)IBaseFilter_Stop(edit->via);
    }
    hr = take_a_road(edit);
    if (FAILED(hr) && was_active)
        (void)graph_activate_locked(edit->graph, edit->via);
    return hr;
}

void rewire_free(struct rewire *edit)
{
    rewire_path_free(&edit->path);
    if (edit->out != NULL)
        IPin_Release(edit->out);
    if (edit->in != NULL)
        IPin_Release(edit->in);
    if (edit->via != NULL)
        IBaseFilter_Release(edit->via);
}
