/* SPDX-License-Identifier: MIT */
/* graph_edit.c - IGraphEdit: swap, insert, remove, each one edit with a certificate.
 *
 * Control threads; each call takes the graph lock.
 * Knows: how a request becomes a plan.  Must not know: how the plan is carried out (rewire.c).
 */
#include <string.h>

#include "graph/rewire.h"
#include "platform/text.h"
#include "platform/time.h"

#define DEFAULT_TIMEOUT_MS 10000
#define KNOWN_FLAGS        (RG_EDIT_CALLER_BLOCKED | RG_EDIT_NO_DRAIN | RG_EDIT_KEEP_REMOVED)

static HRESULT check_request(const RG_EDIT_REQUEST *request, const RG_CERTIFICATE *certificate)
{
    if (request != NULL &&
        (request->size != sizeof(*request) || (request->flags & ~(DWORD)KNOWN_FLAGS) != 0))
        return E_INVALIDARG;
    return certificate == NULL || certificate->size == sizeof(*certificate) ? S_OK
                                                                            : E_INVALIDARG;
}

static void plan(struct rewire *edit, struct graph *graph, const RG_EDIT_REQUEST *request)
{
    DWORD timeout_ms = DEFAULT_TIMEOUT_MS;

    memset(edit, 0, sizeof(*edit));
    edit->graph = graph;
    edit->connect_flags = GRAPH_CONNECT_DIRECT;
    if (request != NULL) {
        edit->caller_blocked = (request->flags & RG_EDIT_CALLER_BLOCKED) != 0;
        edit->no_drain = (request->flags & RG_EDIT_NO_DRAIN) != 0;
        edit->keep_removed = (request->flags & RG_EDIT_KEEP_REMOVED) != 0;
        edit->abort = request->abort;
        if (request->timeout_ms != 0)
            timeout_ms = request->timeout_ms;
    }
    edit->deadline_ns = rg_time_deadline_ns(timeout_ms);
    edit->certificate.size = sizeof(edit->certificate);
    edit->certificate.cut = -1;
}

/* The road around a filter: its only connected input's peer, its only connected output's
 * peer. */
static HRESULT plan_around(struct rewire *edit, IBaseFilter *present)
{
    RG_AUTO(IPin) input = NULL;
    RG_AUTO(IPin) output = NULL;
    HRESULT hr;

    if (graph_node_of_filter(edit->graph, present) == NULL)
        return VFW_E_NOT_IN_GRAPH;
    hr = rewire_only_connected_pin(present, PINDIR_INPUT, &input);
    if (SUCCEEDED(hr))
        hr = rewire_only_connected_pin(present, PINDIR_OUTPUT, &output);
    if (FAILED(hr) && hr != VFW_E_NOT_FOUND)
        return hr;
    if (input == NULL || output == NULL) {
        graph_report_set(
            edit->graph,
            "only a filter with exactly one connected input and one connected output "
            "can be exchanged or taken out");
        return E_INVALIDARG;
    }
    edit->out = graph_pin_peer(input);
    edit->in = graph_pin_peer(output);
    if (edit->out == NULL || edit->in == NULL)
        return VFW_E_NOT_CONNECTED;
    return rewire_path_between(edit->graph, edit->out, edit->in, &edit->path);
}

/* How what comes has become a member, for taking it out again. */
struct newcomer {
    bool added; /* by this edit */
    bool was_cached;
};

static HRESULT bring_in(struct rewire *edit, IBaseFilter *filter, const char *name,
                        struct newcomer *ret)
{
    struct graph_node *node = graph_node_of_filter(edit->graph, filter);
    WCHAR wide[MAX_FILTER_NAME];
    HRESULT hr = S_OK;

    memset(ret, 0, sizeof(*ret));
    if (node == NULL) {
        if (name != NULL)
            (void)rg_text_to_wide(wide, MAX_FILTER_NAME, name); /* a longer name is cut */
        ret->was_cached = graph_cache_find(edit->graph, filter) != NULL;
        hr = graph_add_locked(edit->graph, filter, name != NULL ? wide : NULL, 0, &node);
        ret->added = SUCCEEDED(hr);
    }
    if (FAILED(hr))
        return hr;
    edit->via = filter;
    IBaseFilter_AddRef(filter);
    return S_OK;
}

/* A caller who says that the gate is closed: is it? */
static HRESULT check_gate(struct rewire *edit)
{
    RG_AUTO(IRgLink) link = NULL;

    if (!edit->caller_blocked || edit->graph->state == State_Stopped ||
        FAILED(IPin_QueryInterface(edit->out, &IID_IRgLink, (void **)&link)) ||
        IRgLink_IsBlocked(link, NULL) != S_FALSE)
        return S_OK;
    graph_report_set(
        edit->graph,
        "RG_EDIT_CALLER_BLOCKED was given, but the gate is open: block the pin first");
    return E_INVALIDARG;
}

static HRESULT carry_out(struct rewire *edit, IBaseFilter *addition, const char *name)
{
    struct newcomer newcomer = { false, false };
    HRESULT hr = check_gate(edit);

    if (SUCCEEDED(hr) && addition != NULL)
        hr = bring_in(edit, addition, name, &newcomer);
    if (SUCCEEDED(hr))
        hr = rewire_carry_out(edit);
    if (FAILED(hr) && newcomer.added)
        (void)graph_remove_locked(edit->graph, graph_node_of_filter(edit->graph, addition),
                                  newcomer.was_cached ? GRAPH_REMOVE_TO_CACHE : 0);
    /* the place keeps its name: while both were members the newcomer could not have it */
    if (SUCCEEDED(hr) && addition != NULL && name != NULL) {
        WCHAR wide[MAX_FILTER_NAME];

        (void)rg_text_to_wide(wide, MAX_FILTER_NAME, name);
        graph_rename_locked(edit->graph, graph_node_of_filter(edit->graph, addition), wide);
    }
    return hr;
}

/* Where nobody has said more. */
static const char *plain_reason(HRESULT hr)
{
    switch (hr) {
    case VFW_E_TIMEOUT:
        return "the road was not free in time: a filter downstream holds a sample (a paused "
               "renderer does) or hangs; "
               "the graph is as before";
    case VFW_E_STATE_CHANGED:
        return "the edit was called off: its abort event, a stop or a flush came first; the "
               "graph is as before";
    case VFW_E_PIN_ALREADY_BLOCKED:
    case VFW_E_PIN_ALREADY_BLOCKED_ON_THIS_THREAD:
        return "the gate is closed already: open it, or say so with RG_EDIT_CALLER_BLOCKED";
    case VFW_E_NOT_IN_GRAPH:
        return "the filter or pin is not in this graph";
    case VFW_E_NOT_CONNECTED:
        return "the pin is not connected: connect it in the ordinary way";
    case VFW_E_INVALID_DIRECTION:
        return "the pin is an input: name the output pin of the connection";
    case E_OUTOFMEMORY:
        return "memory, or a thread, was not to be had; the graph is as before";
    case E_INVALIDARG:
        return "the request does not make sense: its size or flags, or the filter is to "
               "replace itself";
    default:
        return "a filter refused; the graph is as before";
    }
}

/* Ends the call: what happened goes into the certificate and the report. */
static HRESULT finish(struct rewire *edit, HRESULT hr, RG_CERTIFICATE *certificate)
{
    edit->certificate.result = hr;
    if (FAILED(hr)) {
        RG_AUTO(IGraphReport) report = &edit->graph->report.i;
        char *text = NULL;

        IGraphReport_AddRef(report);
        if (IGraphReport_GetLastReport(report, &text) == S_FALSE) {
            CoTaskMemFree(text);
            text = NULL;
            graph_report_set(edit->graph, "%s", plain_reason(hr));
            (void)IGraphReport_GetLastReport(report, &text);
        }
        (void)rg_text_copy(edit->certificate.reason, sizeof(edit->certificate.reason),
                           text != NULL ? text : plain_reason(hr));
        CoTaskMemFree(text);
    }
    if (certificate != NULL)
        *certificate = edit->certificate;
    rewire_free(edit);
    graph_unlock(edit->graph);
    return hr;
}

/* A graph that is still on its way to running holds its first samples in the renderers: an
 * edit waits until it has arrived, without the lock, which the arrival needs.  Not behind a
 * gate that the caller has closed already: that may be what the renderers wait for. */
static HRESULT lock_settled(struct rewire *edit)
{
    struct graph *graph = edit->graph;

    for (;;) {
        HRESULT hr = graph_lock(graph, edit->abort, rewire_ms_left(edit->deadline_ns));

        if (FAILED(hr))
            return hr;
        if (edit->caller_blocked || graph->state == (FILTER_STATE)atomic_load(&graph->goal) ||
            (FILTER_STATE)atomic_load(&graph->goal) != State_Running)
            return S_OK;
        graph_unlock(graph);
        hr = rewire_wait(graph, graph->settled, edit->abort, edit->deadline_ns);
        if (FAILED(hr))
            return hr;
    }
}

static HRESULT begin(struct rewire *edit, struct graph *graph, const RG_EDIT_REQUEST *request,
                     RG_CERTIFICATE *certificate)
{
    HRESULT hr = check_request(request, certificate);

    if (FAILED(hr))
        return hr;
    plan(edit, graph, request);
    hr = lock_settled(edit);
    if (SUCCEEDED(hr)) {
        graph_report_clear(graph);
    } else if (certificate != NULL) {
        *certificate = edit->certificate;
        certificate->result = hr;
        (void)rg_text_copy(certificate->reason, sizeof(certificate->reason), plain_reason(hr));
    }
    return hr;
}

static HRESULT STDMETHODCALLTYPE edit_swap(IGraphEdit *face, IBaseFilter *present,
                                           IBaseFilter *replacement, const char *name,
                                           const RG_EDIT_REQUEST *request,
                                           RG_CERTIFICATE *certificate)
{
    struct rewire edit;
    HRESULT hr;

    if (present == NULL || replacement == NULL)
        return E_POINTER;
    hr = begin(&edit, graph_home(face), request, certificate);
    if (FAILED(hr))
        return hr;
    hr = graph_identity(present) != graph_identity(replacement) ? plan_around(&edit, present)
                                                                : E_INVALIDARG;
    if (SUCCEEDED(hr))
        hr = carry_out(&edit, replacement, name);
    return finish(&edit, hr, certificate);
}

static HRESULT STDMETHODCALLTYPE edit_insert(IGraphEdit *face, IPin *output,
                                             IBaseFilter *addition, const char *name,
                                             const RG_EDIT_REQUEST *request,
                                             RG_CERTIFICATE *certificate)
{
    struct rewire edit;
    HRESULT hr;

    if (output == NULL || addition == NULL)
        return E_POINTER;
    hr = begin(&edit, graph_home(face), request, certificate);
    if (FAILED(hr))
        return hr;
    if (graph_node_of_pin(edit.graph, output) == NULL) {
        hr = VFW_E_NOT_IN_GRAPH;
    } else if (!graph_pin_is_output(output)) {
        hr = VFW_E_INVALID_DIRECTION;
    } else {
        edit.out = output;
        IPin_AddRef(output);
        edit.in = graph_pin_peer(output);
        hr = edit.in != NULL ? carry_out(&edit, addition, name) : VFW_E_NOT_CONNECTED;
    }
    return finish(&edit, hr, certificate);
}

static HRESULT STDMETHODCALLTYPE edit_remove(IGraphEdit *face, IBaseFilter *present,
                                             const RG_EDIT_REQUEST *request,
                                             RG_CERTIFICATE *certificate)
{
    struct rewire edit;
    HRESULT hr;

    if (present == NULL)
        return E_POINTER;
    hr = begin(&edit, graph_home(face), request, certificate);
    if (FAILED(hr))
        return hr;
    hr = plan_around(&edit, present);
    if (SUCCEEDED(hr))
        hr = carry_out(&edit, NULL, NULL);
    return finish(&edit, hr, certificate);
}

const IGraphEditVtbl rg_graph_edit_vtbl = {
    COM_UNKNOWN(IGraphEdit),
    .Swap = edit_swap,
    .Insert = edit_insert,
    .Remove = edit_remove,
};
