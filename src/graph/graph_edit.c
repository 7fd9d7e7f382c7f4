/* SPDX-License-Identifier: MIT */
/* graph_edit.c - IGraphEdit: swap, insert, remove, each one edit of one step with a certificate.
 *
 * Control threads; each call takes the graph lock.
 * Knows: how a request becomes a step.  Must not know: how it is carried out (rewire.c).
 */
#include <string.h>

#include "graph/rewire.h"
#include "graph/transaction.h"
#include "platform/memory.h"
#include "platform/text.h"
#include "platform/time.h"

HRESULT rewire_request_check(const RG_EDIT_REQUEST *request)
{
    const DWORD known = RG_EDIT_CALLER_BLOCKED | RG_EDIT_NO_DRAIN | RG_EDIT_KEEP_REMOVED |
                        RG_EDIT_LEAVE_BLOCKED;

    return request == NULL ||
                   (request->size == sizeof(*request) && (request->flags & ~known) == 0)
               ? S_OK
               : E_INVALIDARG;
}

void rewire_request_take(struct rewire *edit, const RG_EDIT_REQUEST *request)
{
    edit->timeout_ms = REWIRE_TIMEOUT_MS;
    if (request == NULL)
        return;
    edit->caller_blocked = (request->flags & RG_EDIT_CALLER_BLOCKED) != 0;
    edit->no_drain = (request->flags & RG_EDIT_NO_DRAIN) != 0;
    edit->keep_removed = (request->flags & RG_EDIT_KEEP_REMOVED) != 0;
    edit->leave_blocked = (request->flags & RG_EDIT_LEAVE_BLOCKED) != 0;
    if (request->abort != NULL)
        edit->aborts.list[edit->aborts.n++] = request->abort;
    if (request->timeout_ms != 0)
        edit->timeout_ms = request->timeout_ms;
}

bool rewire_is_settled(const struct rewire *edit)
{
    const struct graph *graph = edit->graph;
    FILTER_STATE goal = (FILTER_STATE)atomic_load(&graph->goal);

    return goal != State_Running || graph->state == goal;
}

/* A graph that is still on its way to running holds its first samples in the renderers: an
 * edit waits until it has arrived, without the lock, which the arrival needs.  Not behind a
 * gate that the caller has closed already: that may be what the renderers wait for. */
HRESULT rewire_lock_settled(struct rewire *edit)
{
    struct graph *graph = edit->graph;
    struct graph_wait note;

    for (;;) {
        HRESULT hr = graph_lock(graph, edit->aborts.n != 0 ? edit->aborts.list[0] : NULL,
                                rewire_ms_left(edit->deadline_ns));

        if (FAILED(hr))
            return hr;
        if (edit->caller_blocked || rewire_is_settled(edit))
            return S_OK;
        graph_unlock(graph);
        graph_wait_begin(&note, graph, "the change of state to end", "");
        hr = rewire_wait(edit, graph->settled);
        graph_wait_end(&note);
        if (FAILED(hr))
            return hr;
    }
}

/* The report, or what usually is behind such an error. */
void rewire_reason(struct graph *graph, HRESULT hr, char *text, size_t size)
{
    RG_AUTO(IGraphReport) report = &graph->report.i;
    char *words = NULL;

    IGraphReport_AddRef(report);
    graph_report_set_if_none(graph, "%s", rewire_plain_reason(hr));
    (void)IGraphReport_GetLastReport(report, &words);
    (void)rg_text_copy(text, size,
                       words != NULL && words[0] != 0 ? words : rewire_plain_reason(hr));
    CoTaskMemFree(words);
}

/* ---- one step ------------------------------------------------------------------------------ */

/* The pin whose gate closed, or would have. */
static void certify(struct rewire *edit, HRESULT hr, RG_CERTIFICATE *ret)
{
    const struct rewire_edge *edge = edit->n_edges != 0 ? &edit->edges[0] : NULL;

    for (size_t i = edit->n_edges; i-- > 0;)
        if (edit->edges[i].is_gate)
            edge = &edit->edges[i];
    memset(ret, 0, sizeof(*ret));
    if (edge != NULL)
        *ret = edge->certificate;
    else
        ret->cut = -1;
    for (size_t i = 0; i < edit->n_edges; i++)
        if (edge != &edit->edges[i])
            ret->primed += edit->edges[i].certificate.primed;
    ret->size = sizeof(*ret);
    ret->result = hr;
    ret->prepare_ns = edit->prepare_ns;
    if (FAILED(hr))
        rewire_reason(edit->graph, hr, ret->reason, sizeof(ret->reason));
}

/* It failed before the graph was looked at. */
static HRESULT fail_early(HRESULT hr, RG_CERTIFICATE *certificate)
{
    if (certificate == NULL)
        return hr;
    memset(certificate, 0, sizeof(*certificate));
    certificate->size = sizeof(*certificate);
    certificate->result = hr;
    certificate->cut = -1;
    (void)rg_text_copy(certificate->reason, sizeof(certificate->reason),
                       rewire_plain_reason(hr));
    return hr;
}

static HRESULT carry_out(struct graph *graph, struct rewire_step *step, HRESULT hr,
                         const RG_EDIT_REQUEST *request, RG_CERTIFICATE *certificate)
{
    struct rewire edit;

    if (FAILED(rewire_request_check(request)) ||
        (certificate != NULL && certificate->size != sizeof(*certificate))) {
        rewire_step_clear(step);
        return E_INVALIDARG;
    }
    if (SUCCEEDED(hr))
        hr = graph_check_command(graph, "an edit");
    if (FAILED(hr)) {
        rewire_step_clear(step);
        return fail_early(hr, certificate);
    }
    rewire_init(&edit, graph);
    rewire_request_take(&edit, request);
    edit.deadline_ns = rg_time_deadline_ns(edit.timeout_ms);
    hr = rewire_stage(&edit, step);
    if (SUCCEEDED(hr))
        hr = rewire_lock_settled(&edit);
    if (FAILED(hr)) {
        rewire_free(&edit);
        return fail_early(hr, certificate);
    }
    graph_report_clear(graph);
    hr = rewire_carry_out(&edit);
    if (certificate != NULL)
        certify(&edit, hr, certificate);
    else if (FAILED(hr))
        graph_report_set_if_none(graph, "%s", rewire_plain_reason(hr));
    rewire_free(&edit);
    graph_unlock(graph);
    return hr;
}

/* Takes references; name may be NULL. */
HRESULT rewire_step_make(struct rewire_step *step, enum rewire_step_kind kind,
                         IBaseFilter *filter, IBaseFilter *other, const char *name)
{
    memset(step, 0, sizeof(*step));
    step->kind = kind;
    if (name != NULL) {
        step->name = rg_text_dup(name);
        if (step->name == NULL)
            return E_OUTOFMEMORY;
    }
    step->filter = filter;
    if (filter != NULL)
        IBaseFilter_AddRef(filter);
    step->other = other;
    if (other != NULL)
        IBaseFilter_AddRef(other);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE edit_swap(IGraphEdit *face, IBaseFilter *present,
                                           IBaseFilter *replacement, const char *name,
                                           const RG_EDIT_REQUEST *request,
                                           RG_CERTIFICATE *certificate)
{
    struct rewire_step step;
    HRESULT hr;

    if (present == NULL || replacement == NULL)
        return E_POINTER;
    hr = rewire_step_make(&step, REWIRE_SWAP, present, replacement, name);
    step.is_strict = true;
    return carry_out(graph_home(face), &step, hr, request, certificate);
}

static HRESULT STDMETHODCALLTYPE edit_insert(IGraphEdit *face, IPin *output,
                                             IBaseFilter *addition, const char *name,
                                             const RG_EDIT_REQUEST *request,
                                             RG_CERTIFICATE *certificate)
{
    struct rewire_step step;
    HRESULT hr;

    if (output == NULL || addition == NULL)
        return E_POINTER;
    hr = rewire_step_make(&step, REWIRE_INSERT, NULL, addition, name);
    step.out = output;
    IPin_AddRef(output);
    return carry_out(graph_home(face), &step, hr, request, certificate);
}

static HRESULT STDMETHODCALLTYPE edit_remove(IGraphEdit *face, IBaseFilter *present,
                                             const RG_EDIT_REQUEST *request,
                                             RG_CERTIFICATE *certificate)
{
    struct rewire_step step;
    HRESULT hr;

    if (present == NULL)
        return E_POINTER;
    hr = rewire_step_make(&step, REWIRE_REMOVE, present, NULL, NULL);
    step.is_strict = true;
    return carry_out(graph_home(face), &step, hr, request, certificate);
}

static HRESULT STDMETHODCALLTYPE edit_begin(IGraphEdit *face, const RG_EDIT_REQUEST *request,
                                            IGraphTransaction **ret)
{
    if (ret == NULL)
        return E_POINTER;
    *ret = NULL;
    return transaction_create(graph_home(face), request, ret);
}

const IGraphEditVtbl rg_graph_edit_vtbl = {
    COM_UNKNOWN(IGraphEdit), .Swap = edit_swap,   .Insert = edit_insert,
    .Remove = edit_remove,   .Begin = edit_begin,
};
