/* SPDX-License-Identifier: MIT */
/* chain.c - IFilterChain: a row of one-in-one-out filters starts, pauses, stops and leaves on
 * its own.
 *
 * Control threads; each call takes the graph lock.  Costs what the chain has, never the whole
 * graph.
 * Knows: IFilterChain.  Must not know: what filters do in a state.
 *
 * The caller sees to it that nothing crosses the ends of the chain meanwhile.  Into the chain
 * a sample may still come: it is refused.  Out of it, a call that waits in the filter behind
 * (a paused renderer) would make Stop wait as long; so the last gate is closed first, with a
 * deadline.
 */
#include "graph/graph_internal.h"

#include "media/type.h"
#include "platform/memory.h"

#define GATE_TIMEOUT_MS 2000 /* for what should not be on its way at all */
#define ANY_STATE       (-1)

struct member {
    IBaseFilter *filter; /* reference: it outlives any re-entry */
    bool was_active;     /* before it was stopped here */
};

struct chain {
    struct graph *graph;
    struct member *list; /* in the order of the stream */
    size_t count, room;
    /* references, NULL where there is no connection to a neighbour */
    IPin *before, *input; /* the neighbour's output, and where it leads in */
    IPin *output, *after; /* where the chain leads out, and the neighbour's input */
    bool has_gate;        /* output was blocked here */
};

/* ---- which filters ------------------------------------------------------------------------ */

static void pin_set(IPin **where, IPin *pin)
{
    if (*where != NULL)
        IPin_Release(*where);
    *where = pin;
}

/* The connected pins of a filter, with references; NULL where there is none.  S_OK; S_FALSE:
 * two of one direction, so it is part of no chain; E_OUTOFMEMORY. */
static HRESULT connected_pins(IBaseFilter *filter, IPin **ret_input, IPin **ret_output)
{
    struct graph_pins pins;
    HRESULT hr = graph_pins_open(&pins, filter);

    *ret_input = *ret_output = NULL;
    if (hr == E_OUTOFMEMORY)
        return hr;
    hr = S_OK; /* a filter that can't name its pins has no neighbours */
    for (size_t i = 0; i < pins.count; i++) {
        RG_AUTO(IPin) peer = graph_pin_peer(pins.list[i]);
        IPin **which = graph_pin_is_output(pins.list[i]) ? ret_output : ret_input;

        if (peer == NULL)
            continue;
        if (*which != NULL)
            hr = S_FALSE;
        IPin_AddRef(pins.list[i]);
        pin_set(which, pins.list[i]);
    }
    graph_pins_close(&pins);
    return hr;
}

static HRESULT chain_add(struct chain *chain, IBaseFilter *filter)
{
    if (chain->count == chain->room) {
        size_t room = chain->room != 0 ? chain->room * 2 : 8;
        struct member *bigger = rg_realloc(chain->list, room * sizeof(*bigger));

        if (bigger == NULL)
            return E_OUTOFMEMORY;
        chain->list = bigger;
        chain->room = room;
    }
    IBaseFilter_AddRef(filter);
    chain->list[chain->count++] = (struct member){ .filter = filter };
    return S_OK;
}

/* The neighbour's pin, unless the neighbour is of the chain itself: a loop has no ends. */
static IPin *neighbour(struct chain *chain, IPin *pin, uint64_t stamp)
{
    RG_AUTO(IPin) peer = pin != NULL ? graph_pin_peer(pin) : NULL;
    struct graph_node *node = peer != NULL ? graph_node_of_pin(chain->graph, peer) : NULL;

    return node == NULL || node->seen_down != stamp ? RG_STEAL(&peer) : NULL;
}

/* From start downstream to end; end NULL: as far as it goes.  S_OK; E_INVALIDARG: that is no
 * chain. */
static HRESULT chain_find(struct chain *chain, struct graph_node *start, struct graph_node *end)
{
    uint64_t stamp = ++chain->graph->walk_stamp;
    struct graph_node *node = start;
    bool is_complete = false;

    while (!is_complete && node != NULL && node->seen_down != stamp) {
        RG_AUTO(IPin) input = NULL;
        RG_AUTO(IPin) output = NULL;
        RG_AUTO(IPin) next = NULL;
        HRESULT hr = connected_pins(node->filter, &input, &output);

        if (hr == S_FALSE)
            break;
        if (SUCCEEDED(hr))
            hr = chain_add(chain, node->filter);
        if (FAILED(hr))
            return hr;
        node->seen_down = stamp;
        is_complete = node == end;
        next = output != NULL ? graph_pin_peer(output) : NULL;
        if (chain->count == 1)
            pin_set(&chain->input, RG_STEAL(&input));
        pin_set(&chain->output, RG_STEAL(&output));
        node = next != NULL ? graph_node_of_pin(chain->graph, next) : NULL;
    }
    if (chain->count == 0 || (end != NULL && !is_complete))
        return E_INVALIDARG;
    chain->before = neighbour(chain, chain->input, stamp);
    chain->after = neighbour(chain, chain->output, stamp);
    return S_OK;
}

/* ---- the last gate ------------------------------------------------------------------------ */

/* Somebody else has blocked the pin: or is that still pending? */
static bool block_is_in_force(IPin *output)
{
    RG_AUTO(IRgLink) link = NULL;

    return FAILED(IPin_QueryInterface(output, &IID_IRgLink, (void **)&link)) ||
           IRgLink_IsBlocked(link, NULL) != S_FALSE;
}

/* Until it is closed, or somebody wants to stop the graph. */
static HRESULT gate_wait(struct chain *chain, HANDLE closed)
{
    struct graph *graph = chain->graph;
    HANDLE handles[2] = { closed, graph->gate.called_off };
    struct graph_wait note;
    char where[sizeof(note.place.name.text)];
    DWORD result;

    graph_pin_text(chain->output, where, sizeof(where));
    graph_wait_begin(&note, graph, "the last gate of a chain to close", where);
    result = WaitForMultipleObjects(2, handles, FALSE, GATE_TIMEOUT_MS);
    graph_wait_end(&note);
    switch (result) {
    case WAIT_OBJECT_0:
        return S_OK;
    case WAIT_OBJECT_0 + 1:
        return VFW_E_STATE_CHANGED;
    default:
        return VFW_E_TIMEOUT;
    }
}

/* Nothing leaves the chain from here until chain_close.  A pin that can't block is the
 * caller's business.  S_OK; VFW_E_TIMEOUT, VFW_E_STATE_CHANGED: something is on its way out;
 * VFW_E_PIN_ALREADY_BLOCKED...: a block of the caller's is still pending; E_OUTOFMEMORY. */
static HRESULT gate_close(struct chain *chain)
{
    RG_AUTO(IPinFlowControl) flow = NULL;
    HANDLE closed;
    HRESULT hr;

    if (chain->after == NULL ||
        FAILED(IPin_QueryInterface(chain->output, &IID_IPinFlowControl, (void **)&flow)))
        return S_OK;
    closed = CreateEventW(NULL, TRUE, FALSE, NULL);
    if (closed == NULL)
        return E_OUTOFMEMORY;
    hr = IPinFlowControl_Block(flow, AM_PIN_FLOW_CONTROL_BLOCK, closed);
    if (SUCCEEDED(hr)) {
        hr = gate_wait(chain, closed);
        chain->has_gate = SUCCEEDED(hr);
        if (FAILED(hr))
            (void)IPinFlowControl_Block(flow, 0, NULL);
    } else if (hr != VFW_E_PIN_ALREADY_BLOCKED &&
               hr != VFW_E_PIN_ALREADY_BLOCKED_ON_THIS_THREAD) {
        hr = S_OK;
    } else if (block_is_in_force(chain->output)) {
        hr = S_OK;
    }
    CloseHandle(closed);
    if (FAILED(hr))
        graph_report_set(chain->graph,
                         "a sample is on its way out of the chain, and the filter "
                         "behind it keeps the call (0x%08x): block the pins at the "
                         "ends of the chain first",
                         (unsigned)hr);
    return hr;
}

static void gate_open(struct chain *chain)
{
    RG_AUTO(IPinFlowControl) flow = NULL;

    if (chain->has_gate &&
        SUCCEEDED(IPin_QueryInterface(chain->output, &IID_IPinFlowControl, (void **)&flow)))
        (void)IPinFlowControl_Block(flow, 0, NULL);
    chain->has_gate = false;
}

/* ---- every call: from the lock back to the lock ------------------------------------------- */

/* Under the graph lock on success as on failure, unless the caller is in the stream
 * (VFW_E_WRONG_STATE); chain_close ends it. */
static HRESULT chain_open(struct chain *chain, IFilterChain *face, IBaseFilter *start,
                          IBaseFilter *end, int must_be)
{
    struct graph *graph = graph_home(face);
    struct graph_node *first, *last = NULL;
    HRESULT hr = graph_check_command(graph, "a method of IFilterChain");

    *chain = (struct chain){ .graph = FAILED(hr) ? NULL : graph };
    if (FAILED(hr))
        return hr;
    (void)graph_lock(graph, NULL, INFINITE);
    graph_report_clear(graph);
    first = graph_node_of_filter(graph, start);
    if (end != NULL)
        last = graph_node_of_filter(graph, end);
    if (first == NULL || (end != NULL && last == NULL))
        return VFW_E_NOT_IN_GRAPH;
    if (must_be != ANY_STATE && (int)graph->state != must_be)
        return must_be == State_Running ? VFW_E_NOT_RUNNING : VFW_E_NOT_PAUSED;
    return chain_find(chain, first, last);
}

static void chain_close(struct chain *chain)
{
    if (chain->graph == NULL)
        return; /* it was not opened */
    gate_open(chain);
    pin_set(&chain->before, NULL);
    pin_set(&chain->input, NULL);
    pin_set(&chain->output, NULL);
    pin_set(&chain->after, NULL);
    for (size_t i = 0; i < chain->count; i++)
        IBaseFilter_Release(chain->list[i].filter);
    rg_free(chain->list);
    graph_recount_renderers(chain->graph);
    graph_unlock(chain->graph);
}

/* ---- states: the last filter first -------------------------------------------------------- */

static FILTER_STATE state_of(IBaseFilter *filter, FILTER_STATE if_unknown)
{
    FILTER_STATE state;

    return SUCCEEDED(IBaseFilter_GetState(filter, 0, &state)) ? state : if_unknown;
}

/* Does EC_COMPLETE wait for the chain's renderer?  In a stopped graph nobody asks. */
static void sit_out(struct chain *chain, bool on)
{
    struct graph *graph = chain->graph;

    for (size_t i = 0; i < chain->count && graph->state != State_Stopped; i++) {
        struct graph_node *node = graph_node_of_filter(graph, chain->list[i].filter);

        if (node != NULL)
            graph_renderer_sit_out_locked(graph, node, on);
    }
}

static HRESULT stop_all(struct chain *chain)
{
    HRESULT first = S_OK;

    for (size_t i = chain->count; i-- > 0;) {
        struct member *member = &chain->list[i];
        HRESULT hr = S_OK;

        member->was_active = state_of(member->filter, State_Running) != State_Stopped;
        if (member->was_active)
            hr = IBaseFilter_Stop(member->filter);
        if (FAILED(hr) && SUCCEEDED(first))
            first = hr;
    }
    return first;
}

static void blame(struct chain *chain, IBaseFilter *filter, HRESULT hr)
{
    struct graph_node *node = graph_node_of_filter(chain->graph, filter);
    char name[64] = "";

    if (node != NULL)
        graph_text_from_wide(node->name, name, sizeof(name));
    graph_report_set(chain->graph, "filter \"%s\" does not start (0x%08x)", name, (unsigned)hr);
}

/* As the whole graph does it: all of them to paused, then all of them on. */
static HRESULT start_all(struct chain *chain, FILTER_STATE goal)
{
    HRESULT hr = S_OK;

    for (size_t i = chain->count; SUCCEEDED(hr) && i-- > 0;) {
        IBaseFilter *filter = chain->list[i].filter;
        FILTER_STATE state = state_of(filter, State_Stopped);

        if (state == State_Stopped || (state == State_Running && goal == State_Paused))
            hr = IBaseFilter_Pause(filter);
        if (FAILED(hr))
            blame(chain, filter, hr);
    }
    for (size_t i = chain->count; goal == State_Running && SUCCEEDED(hr) && i-- > 0;) {
        IBaseFilter *filter = chain->list[i].filter;

        if (state_of(filter, State_Paused) != State_Running)
            hr = IBaseFilter_Run(filter, chain->graph->start_time);
        if (FAILED(hr))
            blame(chain, filter, hr);
    }
    return FAILED(hr) ? hr : S_OK;
}

static bool all_are(struct chain *chain, FILTER_STATE goal)
{
    for (size_t i = 0; i < chain->count; i++)
        if (state_of(chain->list[i].filter, State_Stopped) != goal)
            return false;
    return true;
}

static HRESULT start_locked(struct chain *chain, FILTER_STATE goal)
{
    HRESULT hr;

    if (all_are(chain, goal)) {
        sit_out(chain, false);
        return S_OK;
    }
    graph_edits_let_go(chain->graph, NULL);
    /* what fails is stopped again, and nothing has left it */
    hr = gate_close(chain);
    if (FAILED(hr))
        return hr;
    sit_out(chain, false); /* a renderer may complete inside Run */
    if (goal == State_Paused)
        chain->graph->is_cued = false; /* Run waits until it has its first sample, too */
    hr = start_all(chain, goal);
    if (FAILED(hr)) {
        (void)stop_all(chain);
        sit_out(chain, true);
    }
    return hr;
}

static HRESULT start_chain(IFilterChain *face, IBaseFilter *start, IBaseFilter *end,
                           FILTER_STATE goal)
{
    struct chain chain;
    HRESULT hr;

    if (start == NULL)
        return E_POINTER;
    hr = chain_open(&chain, face, start, end, (int)goal);
    if (SUCCEEDED(hr))
        hr = start_locked(&chain, goal);
    chain_close(&chain);
    return hr;
}

static HRESULT STDMETHODCALLTYPE chain_start(IFilterChain *face, IBaseFilter *start,
                                             IBaseFilter *end)
{
    return start_chain(face, start, end, State_Running);
}

static HRESULT STDMETHODCALLTYPE chain_pause(IFilterChain *face, IBaseFilter *start,
                                             IBaseFilter *end)
{
    return start_chain(face, start, end, State_Paused);
}

static HRESULT STDMETHODCALLTYPE chain_stop(IFilterChain *face, IBaseFilter *start,
                                            IBaseFilter *end)
{
    struct chain chain;
    HRESULT hr;

    if (start == NULL)
        return E_POINTER;
    hr = chain_open(&chain, face, start, end, ANY_STATE);
    if (SUCCEEDED(hr)) {
        graph_edits_let_go(chain.graph, NULL);
        hr = gate_close(&chain);
    }
    if (SUCCEEDED(hr)) {
        hr = stop_all(&chain);
        sit_out(&chain, true);
    }
    chain_close(&chain);
    return hr;
}

/* ---- removing ----------------------------------------------------------------------------- */

static HRESULT refused(struct chain *chain, IPin *pin, HRESULT hr)
{
    char name[128];

    graph_pin_text(pin, name, sizeof(name));
    graph_report_set(chain->graph,
                     "pin \"%s\" next to the chain can't let go while its filter is "
                     "active (0x%08x): stop the graph first",
                     name, (unsigned)hr);
    return hr;
}

/* Before anything is touched: do both neighbours offer to let go? */
static HRESULT check_neighbours(struct chain *chain)
{
    IPin *pins[2] = { chain->before, chain->after };

    for (size_t i = 0; i < ARRAYSIZE(pins); i++)
        if (pins[i] != NULL && !graph_pin_lets_go(pins[i]))
            return refused(chain, pins[i], VFW_E_NOT_STOPPED);
    return S_OK;
}

/* The neighbours' sides.  S_OK; what the one said that did not keep its word. */
static HRESULT let_go(struct chain *chain)
{
    IPin *pins[2] = { chain->after, chain->before };

    for (size_t i = 0; i < ARRAYSIZE(pins); i++) {
        HRESULT hr = pins[i] != NULL ? graph_pin_disconnect(pins[i]) : S_OK;

        if (FAILED(hr))
            return refused(chain, pins[i], hr);
    }
    return S_OK;
}

static HRESULT join_again(struct chain *chain, const AM_MEDIA_TYPE *type)
{
    RG_AUTO(IPin) peer = chain->after != NULL ? graph_pin_peer(chain->after) : NULL;

    if (chain->after == NULL || peer != NULL)
        return S_OK;
    (void)graph_pin_disconnect(chain->output); /* its own side is left */
    return graph_join_locked(chain->graph, chain->output, chain->after, type, NULL);
}

static void put_back(struct chain *chain, const AM_MEDIA_TYPE *type)
{
    HRESULT hr = join_again(chain, type);

    for (size_t i = chain->count; SUCCEEDED(hr) && i-- > 0;)
        if (chain->list[i].was_active)
            hr = graph_activate_locked(chain->graph, chain->list[i].filter);
    if (SUCCEEDED(hr))
        return;
    (void)stop_all(chain);
    sit_out(chain, true);
    graph_report_add(chain->graph,
                     "\nand the chain could not be put back (0x%08x): it is stopped",
                     (unsigned)hr);
}

/* Each filter lets go of what it still is connected with. */
static HRESULT take_out(struct chain *chain)
{
    HRESULT first = S_OK;

    for (size_t i = chain->count; i-- > 0;) {
        struct graph_node *node = graph_node_of_filter(chain->graph, chain->list[i].filter);
        HRESULT hr = node != NULL ? graph_remove_locked(chain->graph, node, 0) : S_OK;

        if (FAILED(hr) && SUCCEEDED(first))
            first = hr;
    }
    return first;
}

static HRESULT remove_locked(struct chain *chain)
{
    AM_MEDIA_TYPE type = { 0 };
    bool has_type = false;
    HRESULT hr = check_neighbours(chain);

    if (FAILED(hr))
        return hr;
    graph_edits_let_go(chain->graph, NULL);
    hr = gate_close(chain);
    if (FAILED(hr))
        return hr;
    if (chain->after != NULL)
        has_type = SUCCEEDED(IPin_ConnectionMediaType(chain->output, &type));
    (void)stop_all(chain);
    hr = let_go(chain);
    if (SUCCEEDED(hr))
        hr = take_out(chain);
    else
        put_back(chain, has_type ? &type : NULL);
    if (has_type)
        rg_type_clear(&type);
    return hr;
}

static HRESULT STDMETHODCALLTYPE chain_remove(IFilterChain *face, IBaseFilter *start,
                                              IBaseFilter *end)
{
    struct chain chain;
    HRESULT hr;

    if (start == NULL)
        return E_POINTER;
    hr = chain_open(&chain, face, start, end, ANY_STATE);
    if (SUCCEEDED(hr))
        hr = remove_locked(&chain);
    chain_close(&chain);
    return hr;
}

const IFilterChainVtbl graph_chain_vtbl = {
    COM_UNKNOWN(IFilterChain), .StartChain = chain_start,   .PauseChain = chain_pause,
    .StopChain = chain_stop,   .RemoveChain = chain_remove,
};
