/* SPDX-License-Identifier: MIT */
/* graph_transaction.c - IGraphTransaction: steps that are staged, checked, prepared and committed as
 * one edit; and commits that wait for their media time.
 *
 * Control threads; each call takes the graph lock.  A commit that waits for its time does not hold
 * it: whoever has it meanwhile sees no cut half made (graph_edits_hold).
 * Knows: what a caller may ask and when.  Must not know: how an edit is carried out (rewire.c).
 */
#include "graph/transaction_internal.h"

#include <string.h>

#include "platform/memory.h"
#include "platform/text.h"
#include "platform/time.h"

/* ---- the list of those that are prepared or wait --------------------------------------------- */

void transaction_list(struct transaction *t)
{
    if (t->is_listed)
        return;
    t->is_listed = true;
    t->next = t->graph->edits.first;
    t->graph->edits.first = t;
}

void transaction_unlist(struct transaction *t)
{
    struct transaction **where = &t->graph->edits.first;

    if (!t->is_listed)
        return;
    while (*where != t)
        where = &(*where)->next;
    *where = t->next;
    t->is_listed = false;
}

static bool share_a_filter(const struct rewire *a, const struct rewire *b)
{
    for (size_t i = 0; i < a->n_filters; i++)
        for (size_t k = 0; k < b->n_filters; k++)
            if (a->filters[i].key == b->filters[k].key)
                return true;
    return false;
}

static bool share_a_pin(const struct rewire *a, const struct rewire *b)
{
    for (size_t i = 0; i < a->n_edges; i++)
        for (size_t k = 0; k < b->n_edges; k++) {
            const struct rewire_edge *x = &a->edges[i], *y = &b->edges[k];

            if (x->out_key == y->out_key ||
                (x->was_key != NULL &&
                 (x->was_key == y->was_key || x->was_key == y->now_key)) ||
                (x->now_key != NULL && (x->now_key == y->was_key || x->now_key == y->now_key)))
                return true;
        }
    return false;
}

bool graph_edits_let_go(struct graph *graph, struct rewire *except)
{
    struct transaction *next;
    bool any = false;

    for (struct transaction *t = graph->edits.first; t != NULL; t = next) {
        next = t->next;
        if (&t->edit == except || !t->edit.is_prepared ||
            (except != NULL && !share_a_filter(&t->edit, except) &&
             !share_a_pin(&t->edit, except)))
            continue;
        transaction_disturb(t);
        any = true;
    }
    return any;
}

void graph_edits_hold(struct graph *graph)
{
    struct transaction *next;

    if (graph->stale_visits != NULL)
        graph_stale_visits_reap(graph, false);
    for (struct transaction *t = graph->edits.first; t != NULL; t = next) {
        next = t->next;
        transaction_hold(t);
    }
}

void graph_edits_go_on(struct graph *graph)
{
    for (struct transaction *t = graph->edits.first; t != NULL; t = t->next)
        transaction_go_on(t);
}

/* ---- certificates -------------------------------------------------------------------------- */

static bool is_certified(const struct rewire_edge *edge)
{
    return edge->is_gate || edge->from == NULL;
}

/* The plan's are gone with the plan.  No memory: there are none to be had. */
void transaction_certify(struct transaction *t, HRESULT hr)
{
    struct rewire *edit = &t->edit;

    rg_free(t->certificates);
    t->n_certificates = 0;
    t->certificates = rg_calloc(edit->n_edges + 1, sizeof(*t->certificates));
    if (t->certificates == NULL)
        return;
    for (size_t i = 0; i < edit->n_edges; i++)
        if (is_certified(&edit->edges[i]))
            t->certificates[t->n_certificates++] = edit->edges[i].certificate;
    if (t->n_certificates == 0) {
        memset(&t->certificates[0], 0, sizeof(t->certificates[0]));
        t->certificates[0].cut = -1;
        t->n_certificates = 1;
    }
    for (size_t i = 0; i < t->n_certificates; i++) {
        RG_CERTIFICATE *one = &t->certificates[i];

        one->size = sizeof(*one);
        one->result = hr;
        one->prepare_ns = edit->prepare_ns;
        if (FAILED(hr))
            rewire_reason(t->graph, hr, one->reason, sizeof(one->reason));
    }
}

static HRESULT STDMETHODCALLTYPE get_certificate(IGraphTransaction *face, ULONG gate,
                                                 RG_CERTIFICATE *ret)
{
    struct transaction *t = transaction_of(face);
    HRESULT hr;

    if (ret == NULL)
        return E_POINTER;
    if (ret->size != sizeof(*ret))
        return E_INVALIDARG;
    hr = graph_lock(t->graph, t->abort, t->edit.timeout_ms);
    if (FAILED(hr))
        return hr;
    hr = gate < t->n_certificates ? S_OK : S_FALSE;
    if (hr == S_OK)
        *ret = t->certificates[gate];
    graph_unlock(t->graph);
    return hr;
}

static HRESULT STDMETHODCALLTYPE get_result(IGraphTransaction *face)
{
    return atomic_load(&transaction_of(face)->result);
}

/* ---- check, prepare, abort ------------------------------------------------------------------- */

/* What was prepared goes, the steps stay. */
void transaction_let_go(struct transaction *t)
{
    rewire_unprepare(&t->edit);
    transaction_unlist(t);
}

static HRESULT open_settled(struct transaction *t)
{
    HRESULT hr;

    t->edit.deadline_ns = rg_time_deadline_ns(t->edit.timeout_ms);
    hr = rewire_lock_settled(&t->edit);
    if (FAILED(hr))
        return hr;
    if (t->phase != TRANSACTION_STAGED) {
        graph_unlock(t->graph);
        return VFW_E_WRONG_STATE;
    }
    graph_report_clear(t->graph);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE transaction_check(IGraphTransaction *face, char **ret)
{
    struct transaction *t = transaction_of(face);
    char reason[256];
    HRESULT hr;

    if (ret == NULL)
        return E_POINTER;
    *ret = NULL;
    hr = open_settled(t);
    if (FAILED(hr))
        return hr;
    hr = rewire_get_ready(&t->edit);
    if (SUCCEEDED(hr)) {
        *ret = rewire_describe(&t->edit);
        if (*ret == NULL)
            hr = E_OUTOFMEMORY;
    } else {
        rewire_reason(t->graph, hr, reason, sizeof(reason));
        *ret = CoTaskMemAlloc(sizeof(reason));
        if (*ret != NULL)
            (void)rg_text_copy(*ret, sizeof(reason), reason);
    }
    transaction_certify(t, hr);
    transaction_let_go(t);
    graph_unlock(t->graph);
    return hr;
}

static HRESULT STDMETHODCALLTYPE transaction_prepare(IGraphTransaction *face)
{
    struct transaction *t = transaction_of(face);
    HRESULT hr = open_settled(t);

    if (FAILED(hr))
        return hr;
    /* A renderer that is prepared would be waited for like the others, and its first sample comes
     * after the cut only. */
    if (!rewire_is_settled(&t->edit)) {
        graph_unlock(t->graph);
        return S_FALSE;
    }
    hr = rewire_get_ready(&t->edit);
    if (SUCCEEDED(hr)) {
        transaction_list(t);
    } else {
        transaction_certify(t, hr);
        graph_report_set_if_none(t->graph, "%s", rewire_plain_reason(hr));
    }
    graph_unlock(t->graph);
    return hr;
}

static HRESULT STDMETHODCALLTYPE transaction_abort(IGraphTransaction *face)
{
    struct transaction *t = transaction_of(face);
    HRESULT hr = graph_lock_for_call(t->graph);

    if (FAILED(hr))
        return hr;
    hr = t->edit.is_prepared || t->phase == TRANSACTION_WAITS ? S_OK : S_FALSE;
    if (t->phase == TRANSACTION_WAITS)
        SetEvent(t->called_off);
    else
        transaction_let_go(t);
    graph_unlock(t->graph);
    return hr;
}

/* ---- commit -------------------------------------------------------------------------------- */

/* All is done, or all is as it was. */
void transaction_end(struct transaction *t, HRESULT hr)
{
    transaction_certify(t, hr);
    if (SUCCEEDED(hr)) {
        t->phase = TRANSACTION_DONE;
        transaction_unlist(t);
        rewire_plan_clear(&t->edit);
        while (t->edit.n_steps > 0)
            rewire_step_clear(&t->edit.steps[--t->edit.n_steps]);
    } else {
        t->phase = TRANSACTION_STAGED;
        transaction_let_go(t);
    }
    atomic_store(&t->result, SUCCEEDED(hr) ? S_OK : hr);
}

static HRESULT carry_out_locked(struct transaction *t)
{
    HRESULT hr;

    atomic_store(&t->result, E_PENDING);
    hr = rewire_carry_out(&t->edit);
    transaction_end(t, hr);
    return hr;
}

static HRESULT commit_now(struct transaction *t)
{
    HRESULT hr = graph_check_command(t->graph, "IGraphTransaction::Commit");

    if (SUCCEEDED(hr))
        hr = open_settled(t);
    if (FAILED(hr))
        return hr;
    hr = carry_out_locked(t);
    graph_unlock(t->graph);
    return hr;
}

/* A commit that was under way has ended: the thread's reference goes before its caller hears it. */
void transaction_tell(struct transaction *t)
{
    HANDLE done = t->done;

    t->done = NULL;
    ResetEvent(t->called_off);
    graph_unlock(t->graph);
    IGraphTransaction_Release(&t->face.i);
    if (done != NULL) {
        SetEvent(done);
        CloseHandle(done);
    }
}

/* A commit at once, on a thread of its own. */
static void commit_main(struct transaction *t)
{
    HRESULT hr;

    t->edit.deadline_ns = rg_time_deadline_ns(t->edit.timeout_ms);
    hr = rewire_lock_settled(&t->edit);
    if (SUCCEEDED(hr)) {
        (void)carry_out_locked(t);
    } else {
        (void)graph_lock(t->graph, NULL, INFINITE);
        transaction_end(t, hr);
    }
    transaction_tell(t);
}

static HRESULT duplicate_of(HANDLE event, HANDLE *ret)
{
    HANDLE process = GetCurrentProcess();

    return DuplicateHandle(process, event, process, ret, 0, FALSE, DUPLICATE_SAME_ACCESS)
               ? S_OK
               : HRESULT_FROM_WIN32(GetLastError());
}

static DWORD WINAPI detached_main(void *arg)
{
    struct transaction *t = arg;
    struct graph_wait task;

    rg_thread_set_name("commit");
    graph_task_begin(&task, graph_key(t->graph), false, "carrying out an edit", "");
    t->work(t); /* lets go of it */
    graph_wait_end(&task);
    return 0;
}

HRESULT transaction_detach(struct transaction *t, void (*work)(struct transaction *t))
{
    HANDLE thread;

    IGraphTransaction_AddRef(&t->face.i);
    t->work = work;
    thread = CreateThread(NULL, 0, detached_main, t, 0, NULL);
    if (thread == NULL) {
        IGraphTransaction_Release(&t->face.i);
        return E_OUTOFMEMORY;
    }
    CloseHandle(thread);
    return S_OK;
}

static HRESULT commit_soon(struct transaction *t, HANDLE done)
{
    HRESULT hr = open_settled(t);

    if (FAILED(hr))
        return hr;
    hr = rewire_get_ready(&t->edit);
    if (SUCCEEDED(hr)) {
        transaction_list(t);
        t->phase = TRANSACTION_WAITS;
        t->done = done;
        atomic_store(&t->result, E_PENDING);
        hr = transaction_detach(t, commit_main);
    }
    if (FAILED(hr)) {
        t->done = NULL;
        transaction_end(t, hr);
    }
    graph_unlock(t->graph);
    return hr;
}

static HRESULT STDMETHODCALLTYPE transaction_commit(IGraphTransaction *face, REFERENCE_TIME at,
                                                    HANDLE done)
{
    struct transaction *t = transaction_of(face);
    HANDLE own = NULL;
    HRESULT hr = done != NULL ? duplicate_of(done, &own) : S_OK;

    if (SUCCEEDED(hr) && own != NULL && !ResetEvent(own))
        hr = HRESULT_FROM_WIN32(GetLastError());
    if (SUCCEEDED(hr)) {
        if (at >= 0)
            hr = transaction_commit_at(t, at, own);
        else
            hr = own != NULL ? commit_soon(t, own) : commit_now(t);
    }
    if (FAILED(hr) && own != NULL)
        CloseHandle(own);
    return hr;
}

/* ---- birth and end --------------------------------------------------------------------------- */

static const IGraphTransactionVtbl transaction_vtbl = {
    COM_UNKNOWN(IGraphTransaction),
    .Add = transaction_add,
    .Remove = transaction_remove,
    .RemoveBranch = transaction_remove_branch,
    .Connect = transaction_connect,
    .Disconnect = transaction_disconnect,
    .Swap = transaction_swap,
    .Insert = transaction_insert,
    .Set = transaction_set,
    .Check = transaction_check,
    .Prepare = transaction_prepare,
    .Commit = transaction_commit,
    .Abort = transaction_abort,
    .GetResult = get_result,
    .GetCertificate = get_certificate,
};

static const struct com_entry transaction_map[] = {
    COM_ENTRY(IGraphTransaction, struct transaction, face),
    COM_MAP_END,
};

static void transaction_destroy(struct com_object *object)
{
    struct transaction *t = (struct transaction *)object;

    if (t->is_listed) { /* others may be at it, under the lock, until it is off the list */
        (void)graph_lock(t->graph, NULL, INFINITE);
        transaction_let_go(t);
        graph_unlock(t->graph);
    }
    rewire_free(&t->edit);
    transaction_guards_free(t);
    if (t->abort != NULL)
        CloseHandle(t->abort);
    if (t->called_off != NULL)
        CloseHandle(t->called_off);
    if (t->disturbed != NULL)
        CloseHandle(t->disturbed);
    rg_free(t->certificates);
    if (t->graph != NULL)
        IFilterGraph3_Release(&t->graph->builder.i);
    com_object_fini(&t->object);
    rg_free(t);
}

HRESULT transaction_create(struct graph *graph, const RG_EDIT_REQUEST *request,
                           IGraphTransaction **ret)
{
    struct transaction *t;
    HRESULT hr = rewire_request_check(request);

    if (FAILED(hr))
        return hr;
    t = rg_calloc(1, sizeof(*t));
    if (t == NULL)
        return E_OUTOFMEMORY;
    com_object_init(&t->object, "transaction", transaction_map, NULL, transaction_destroy);
    COM_FACE_INIT(&t->object, t->face, &transaction_vtbl);
    rewire_init(&t->edit, graph);
    rewire_request_take(&t->edit, request);
    t->graph = graph;
    IFilterGraph3_AddRef(&graph->builder.i);
    t->phase = TRANSACTION_STAGED;
    atomic_init(&t->result, E_PENDING);
    t->called_off = CreateEventW(NULL, TRUE, FALSE, NULL);
    t->disturbed = CreateEventW(NULL, FALSE, FALSE, NULL);
    if (t->called_off == NULL || t->disturbed == NULL)
        hr = E_OUTOFMEMORY;
    if (SUCCEEDED(hr) && t->edit.aborts.n != 0)
        hr = duplicate_of(t->edit.aborts.list[0], &t->abort);
    t->edit.aborts.n = 0;
    t->edit.aborts.list[t->edit.aborts.n++] = t->called_off;
    if (t->abort != NULL)
        t->edit.aborts.list[t->edit.aborts.n++] = t->abort;
    if (FAILED(hr)) {
        IGraphTransaction_Release(&t->face.i);
        return hr;
    }
    *ret = &t->face.i;
    return S_OK;
}
