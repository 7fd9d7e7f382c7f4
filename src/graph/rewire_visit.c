/* SPDX-License-Identifier: MIT */
/* rewire_visit.c - the cut where the data is: made by the streaming thread between two samples, or by
 * the controller where the road is idle.
 *
 * Visit runs on a streaming thread: leaf and streaming locks only, in road order; it lets go of
 * nothing.  The edit is its own meanwhile: whoever has asked for the visit waits, or has taken it
 * back.  The rest: control threads under the graph lock.
 * Knows: IRgLink.  Must not know: what is edited.
 */
#include "graph/rewire.h"

#include <stdatomic.h>
#include <string.h>

#include "platform/marker.h"
#include "platform/memory.h"
#include "platform/spin.h"
#include "platform/time.h"

#define SPINS 1000 /* some twenty microseconds; to sleep and be woken takes up to fifty */

enum visit_phase {
    VISIT_ASKED = 1,
    VISIT_DRAINS, /* may still be given up */
    VISIT_CUTS,   /* over in a moment */
    VISIT_DONE,
    VISIT_GIVEN_UP /* no cut will be made */
};

/* A road whose samples are pushed through before the cut. */
struct visit_drain {
    IPin *first;                /* reference: who gets the marker */
    IPinConnection *connection; /* reference: where it has to come out */
    IRgLink *end;               /* reference: the same pin */
    HANDLE arrived;
};

/* Held by the edit, by the pin until the visit is over, and by the graph's list of visits that were
 * given up in the middle: so the streaming thread never lets go of the last reference. */
struct rewire_visit {
    struct com_object object; /* first */
    COM_FACE(IRgVisitor) face;

    /* set before it is asked for */
    struct rewire *edit;         /* borrowed; used in VISIT_CUTS alone, while the edit waits */
    IRgLink *link;               /* reference: whose gate is visited */
    struct rg_fixed_place place; /* the same, for the report */
    struct visit_drain *drains;
    size_t n_drains;
    uint64_t tag; /* of its markers */

    pthread_mutex_t lock;      /* a leaf: a visit that was given up touches no end any more */
    atomic_int phase;          /* enum visit_phase */
    HANDLE over;               /* manual reset */
    _Atomic(uint32_t) visitor; /* the thread that makes it, once it does */
    /* before VISIT_DONE */
    HRESULT result;
    int64_t begun_ns, drained_ns, done_ns;
    REFERENCE_TIME start; /* of the sample that waited, or -1 */
    ULONGLONG drained, delivered;
    bool was_missed;
    struct rewire_visit *next; /* in graph->stale_visits */
};

/* ---- the streaming thread ------------------------------------------------------------------ */

static RG_LEDGER ledger_of(IRgLink *link)
{
    RG_LEDGER ledger;

    memset(&ledger, 0, sizeof(ledger));
    (void)IRgLink_GetLedger(link, &ledger);
    return ledger;
}

/* Others may wait for theirs at this end, once this visit was given up. */
static HRESULT expect_marker(struct rewire_visit *v, const struct visit_drain *d, HANDLE event)
{
    HRESULT hr = VFW_E_STATE_CHANGED;

    pthread_mutex_lock(&v->lock);
    if (atomic_load(&v->phase) != VISIT_GIVEN_UP)
        hr = IPinConnection_NotifyEndOfStream(d->connection, event);
    pthread_mutex_unlock(&v->lock);
    return hr;
}

/* The marker goes through on this very thread.  Who stands at the end has received all when the call
 * comes back, though a queue may still have to work it off. */
static HRESULT drain(struct rewire_visit *v)
{
    for (size_t i = 0; i < v->n_drains; i++) {
        struct visit_drain *d = &v->drains[i];
        RG_LEDGER before = ledger_of(d->end);
        HRESULT hr = expect_marker(v, d, d->arrived);
        uint64_t carried;

        if (FAILED(hr))
            return hr;
        carried = rg_marker_carry(v->tag);
        hr = IPin_EndOfStream(d->first);
        (void)rg_marker_carry(carried);
        (void)expect_marker(v, d, NULL);
        if (FAILED(hr) || ledger_of(d->end).markers == before.markers)
            return VFW_E_STATE_CHANGED; /* stop or flush came first */
        v->drained += ledger_of(d->end).samples - before.samples;
    }
    return S_OK;
}

static void finish(struct rewire_visit *v, HRESULT result)
{
    v->result = result;
    v->done_ns = rg_time_now_ns();
    atomic_store(&v->phase, VISIT_DONE);
    SetEvent(v->over);
}

/* Somebody who was to go on without a drain can't any more: what it needs was forgotten. */
static HRESULT cut(struct rewire_visit *v)
{
    HRESULT hr = rewire_prime(v->edit);

    if (SUCCEEDED(hr) && v->n_drains == 0 && !rewire_is_drained_already(v->edit))
        return E_NOTIMPL;
    return SUCCEEDED(hr) ? rewire_cut(v->edit) : hr;
}

static void make_cut(struct rewire_visit *v, DWORD by, REFERENCE_TIME start)
{
    int phase = VISIT_DRAINS;
    HRESULT hr;

    v->begun_ns = rg_time_now_ns();
    v->was_missed = by == RG_VISIT_MISSED;
    v->start = start;
    v->delivered = ledger_of(v->link).samples;
    if (v->was_missed)
        hr = VFW_E_START_TIME_AFTER_END;
    else if (by == RG_VISIT_BY_CALLER && v->n_drains != 0)
        hr = E_NOTIMPL; /* a drain could hold a control thread up, and the graph lock with it */
    else
        hr = drain(v);
    v->drained_ns = rg_time_now_ns();
    if (atomic_compare_exchange_strong(&v->phase, &phase, VISIT_CUTS))
        finish(v, SUCCEEDED(hr) ? cut(v) : hr);
    else
        SetEvent(v->over); /* given up meanwhile: everything stays as it is */
}

static HRESULT STDMETHODCALLTYPE visit_visit(IRgVisitor *face, DWORD by, REFERENCE_TIME start)
{
    struct rewire_visit *v = COM_HOME(face, struct rewire_visit);
    struct rg_wait task = { .what = "making an edit's cut at",
                            .where = &v->place.place,
                            .is_task = true };
    int phase = VISIT_ASKED;

    atomic_store(&v->visitor, GetCurrentThreadId());
    if (!atomic_compare_exchange_strong(&v->phase, &phase, VISIT_DRAINS))
        return S_OK;
    rg_wait_begin(&task);
    make_cut(v, by, start);
    rg_wait_end(&task);
    return S_OK;
}

static const IRgVisitorVtbl visit_vtbl = {
    COM_UNKNOWN(IRgVisitor),
    .Visit = visit_visit,
};

static const struct com_entry visit_map[] = {
    COM_ENTRY(IRgVisitor, struct rewire_visit, face),
    COM_MAP_END,
};

/* ---- made and let go ----------------------------------------------------------------------- */

/* By a control thread once the visit is over: what it needed is not the stream's to let go of. */
static void visit_let_go(struct rewire_visit *v)
{
    while (v->n_drains > 0) {
        struct visit_drain *d = &v->drains[--v->n_drains];

        IPin_Release(d->first);
        IPinConnection_Release(d->connection);
        IRgLink_Release(d->end);
        CloseHandle(d->arrived);
    }
    if (v->link != NULL)
        IRgLink_Release(v->link);
    v->link = NULL;
}

static void visit_destroy(struct com_object *object)
{
    struct rewire_visit *v = (struct rewire_visit *)object;

    visit_let_go(v);
    rg_marker_over(v->tag, NULL, NULL);
    pthread_mutex_destroy(&v->lock);
    rg_free(v->drains);
    if (v->over != NULL)
        CloseHandle(v->over);
    com_object_fini(&v->object);
    rg_free(v);
}

static struct rewire_visit *visit_new(struct rewire *edit)
{
    struct rewire_visit *v = rg_calloc(1, sizeof(*v));

    if (v == NULL)
        return NULL;
    com_object_init(&v->object, "edit visit", visit_map, NULL, visit_destroy);
    COM_FACE_INIT(&v->object, v->face, &visit_vtbl);
    v->edit = edit;
    pthread_mutex_init(&v->lock, NULL);
    atomic_init(&v->phase, VISIT_ASKED);
    atomic_init(&v->visitor, 0);
    v->over = CreateEventW(NULL, TRUE, FALSE, NULL);
    if (v->over == NULL) {
        IRgVisitor_Release(&v->face.i);
        return NULL;
    }
    return v;
}

void graph_stale_visits_reap(struct graph *graph, bool all)
{
    struct rewire_visit **where = &graph->stale_visits;

    while (*where != NULL) {
        struct rewire_visit *v = *where;

        if (!all && WaitForSingleObject(v->over, 0) != WAIT_OBJECT_0) {
            where = &v->next;
            continue;
        }
        *where = v->next;
        visit_let_go(v);
        IRgVisitor_Release(&v->face.i);
    }
}

/* ---- what can be visited ------------------------------------------------------------------- */

/* The one gate of the edit; NULL: there is none, or more than one. */
static struct rewire_edge *only_gate(struct rewire *edit)
{
    struct rewire_edge *gate = NULL;

    for (size_t i = 0; i < edit->n_edges; i++) {
        if (!edit->edges[i].is_gate)
            continue;
        if (gate != NULL)
            return NULL;
        gate = &edit->edges[i];
    }
    return gate;
}

static bool edges_are_simple(struct rewire *edit)
{
    for (size_t i = 0; i < edit->n_edges; i++) {
        struct rewire_edge *edge = &edit->edges[i];

        if (edge->how_out == REWIRE_LATE || edge->how_now == REWIRE_LATE || edge->is_closed ||
            (edge->memory != NULL && edge->memory != edge->link))
            return false;
    }
    return true;
}

/* A connection that comes or goes needs a control thread. */
static bool inputs_are_simple(struct rewire *edit)
{
    for (size_t i = 0; i < edit->n_inputs; i++) {
        struct rewire_input *input = &edit->inputs[i];

        if (input->is_late || (input->now != NULL && input->was == NULL))
            return false;
    }
    return true;
}

static bool groups_are_simple(struct rewire *edit)
{
    for (unsigned group = 1; group <= edit->n_groups; group++) {
        DWORD traits = rewire_group_traits(edit, group);

        if (edit->no_drain && (traits & (RG_LINK_HOLDS | REWIRE_IS_FOREIGN)) != 0)
            return false;
        if (rewire_group_is_drained(edit, group) &&
            (traits & (RG_LINK_THREADED | REWIRE_IS_FOREIGN)) != 0)
            return false;
    }
    return true;
}

static bool filters_are_simple(struct rewire *edit)
{
    for (size_t i = 0; i < edit->n_filters; i++)
        if (edit->filters[i].comes && edit->filters[i].is_in_road &&
            rewire_filter_is_late(edit, &edit->filters[i]))
            return false;
    return true;
}

/* A call that was given up is no use of the gate, and a visit would not wait for it. */
static bool nobody_is_left_inside(struct rewire *edit)
{
    for (size_t i = 0; i < edit->n_filters; i++)
        if (edit->filters[i].leaves &&
            rewire_push_may_be_in(edit->graph, edit->filters[i].filter))
            return false;
    for (size_t i = 0; i < edit->n_inputs; i++) { /* those that hear the end of their stream */
        RG_AUTO(IBaseFilter) filter = graph_pin_filter(edit->inputs[i].in);

        if (edit->inputs[i].now == NULL && rewire_push_may_be_in(edit->graph, filter))
            return false;
    }
    return true;
}

bool rewire_can_visit(struct rewire *edit)
{
    struct rewire_edge *gate = only_gate(edit);

    return rewire_is_live(edit) && !edit->caller_blocked && gate != NULL &&
           gate->link != NULL && gate->from == NULL &&
           IRgLink_IsBlocked(gate->link, NULL) == S_FALSE && edges_are_simple(edit) &&
           inputs_are_simple(edit) && groups_are_simple(edit) && filters_are_simple(edit) &&
           nobody_is_left_inside(edit);
}

bool rewire_is_drained_already(struct rewire *edit)
{
    for (unsigned group = 1; group <= edit->n_groups; group++)
        if (rewire_group_is_drained(edit, group))
            return false;
    return true;
}

/* ---- asked for ----------------------------------------------------------------------------- */

static HRESULT drain_add(struct rewire_visit *v, IPin *first, const struct rewire_input *end)
{
    struct visit_drain *d = &v->drains[v->n_drains];

    d->arrived = CreateEventW(NULL, TRUE, FALSE, NULL);
    if (d->arrived == NULL)
        return E_OUTOFMEMORY;
    d->first = first;
    IPin_AddRef(first);
    d->connection = end->connection;
    IPinConnection_AddRef(d->connection);
    d->end = end->link;
    IRgLink_AddRef(d->end);
    v->n_drains++;
    return S_OK;
}

/* One gate, so one way into what is drained; each end is drained on its own. */
static HRESULT add_drains(struct rewire *edit, struct rewire_visit *v)
{
    struct rewire_edge *gate = only_gate(edit);
    HRESULT hr = S_OK;

    v->drains = rg_calloc(edit->n_inputs + 1, sizeof(*v->drains));
    if (v->drains == NULL)
        return E_OUTOFMEMORY;
    for (size_t i = 0; SUCCEEDED(hr) && i < edit->n_inputs; i++) {
        struct rewire_input *input = &edit->inputs[i];
        struct rewire_filter *from = input->was != NULL ? input->was->from : NULL;

        if (from == NULL || from->group == 0 || input->now == NULL ||
            !rewire_group_is_drained(edit, from->group))
            continue;
        if (v->n_drains != 0 || input->connection == NULL)
            return E_NOTIMPL; /* ends that part again: the helper threads do that */
        hr = drain_add(v, gate->was, input);
    }
    if (SUCCEEDED(hr) && v->n_drains != 0) {
        v->tag = rg_marker_new();
        if (v->tag == 0)
            hr = E_OUTOFMEMORY;
    }
    return hr;
}

HRESULT rewire_visit_begin(struct rewire *edit, REFERENCE_TIME at)
{
    struct rewire_edge *gate = only_gate(edit);
    struct rewire_visit *v = visit_new(edit);
    HRESULT hr = v != NULL ? add_drains(edit, v) : E_OUTOFMEMORY;

    if (SUCCEEDED(hr)) {
        v->link = gate->link;
        IRgLink_AddRef(v->link);
        rg_fixed_place_init(&v->place, graph_key(edit->graph), gate->certificate.gate);
        edit->visit = v;
        hr = IRgLink_VisitAt(v->link, at, &v->face.i);
        if (FAILED(hr))
            edit->visit = NULL;
    }
    if (FAILED(hr) && v != NULL)
        IRgVisitor_Release(&v->face.i);
    return hr;
}

HANDLE rewire_visit_event(struct rewire *edit)
{
    return edit->visit->over;
}

IRgLink *rewire_visit_link(struct rewire *edit)
{
    return edit->visit->link;
}

const char *rewire_visit_pin(struct rewire *edit)
{
    return edit->visit->place.name.text;
}

/* For whoever is about to sleep until it is over. */
static struct rg_wait wait_for(struct rewire_visit *v)
{
    return (struct rg_wait){ .what = "the stream to make the cut",
                             .where = &v->place.place,
                             .holder_now = &v->visitor };
}

/* At full rate the stream's next boundary is a few microseconds away.  Who sleeps for that has to be woken by the
 * stream, which its own sample waits for. */
static bool is_over_soon(struct rewire_visit *v)
{
    for (int i = 0; i < SPINS && atomic_load(&v->phase) != VISIT_DONE; i++)
        rg_spin_pause();
    return atomic_load(&v->phase) == VISIT_DONE;
}

HRESULT rewire_visit_wait(struct rewire *edit)
{
    struct rg_wait note = wait_for(edit->visit);
    HRESULT hr;

    if (is_over_soon(edit->visit))
        return S_OK;
    rg_wait_begin(&note);
    hr = rewire_wait(edit, edit->visit->over);
    rg_wait_end(&note);
    return hr;
}

static void certify(struct rewire *edit, const struct rewire_visit *v)
{
    RG_CERTIFICATE *certificate = &only_gate(edit)->certificate;

    certificate->closed_ns = v->done_ns - v->begun_ns;
    certificate->drain_ns = v->n_drains != 0 ? v->drained_ns - v->begun_ns : 0;
    certificate->swap_ns = v->done_ns - v->drained_ns;
    certificate->drained = v->drained;
    certificate->delivered = v->delivered;
    certificate->held = v->start >= 0;
    certificate->cut = v->start;
    certificate->flags |= RG_CUT_IN_STREAM;
}

/* Its marker ends where it is, and its ends are free for others. */
static bool give_up_inside(struct rewire_visit *v)
{
    int phase = VISIT_DRAINS;
    bool is_given_up;

    pthread_mutex_lock(&v->lock);
    is_given_up = atomic_compare_exchange_strong(&v->phase, &phase, VISIT_GIVEN_UP);
    pthread_mutex_unlock(&v->lock);
    if (!is_given_up)
        return false;
    rg_marker_over(v->tag, NULL, NULL);
    for (size_t i = 0; i < v->n_drains; i++)
        (void)IPinConnection_NotifyEndOfStream(v->drains[i].connection, NULL);
    return true;
}

bool rewire_visit_end(struct rewire *edit, HRESULT *ret_result)
{
    struct rewire_visit *v = edit->visit;
    struct rg_wait note;
    int phase = VISIT_ASKED;

    edit->visit = NULL;
    if (atomic_compare_exchange_strong(&v->phase, &phase, VISIT_GIVEN_UP)) {
        (void)IRgLink_CancelVisit(v->link, &v->face.i);
        visit_let_go(v);
        IRgVisitor_Release(&v->face.i);
        return false;
    }
    if (give_up_inside(v)) {
        /* the stream is inside; it finds that nobody wants the cut any more */
        v->next = edit->graph->stale_visits;
        edit->graph->stale_visits = v;
        return false;
    }
    note = wait_for(v);
    rg_wait_begin(&note);
    (void)WaitForSingleObject(v->over, INFINITE); /* the cut: over in a moment */
    rg_wait_end(&note);
    *ret_result = v->result;
    if (!v->was_missed)
        certify(edit, v);
    visit_let_go(v);
    IRgVisitor_Release(&v->face.i);
    return true;
}
