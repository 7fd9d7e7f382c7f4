/* SPDX-License-Identifier: MIT */
/* rewire_stop.c - filters that leave: stopped, let go of, out of the graph; also where one hangs.
 *
 * Control threads under the graph lock.  A filter that might hang is stopped by a helper thread, and
 * waited for until the deadline.
 * Knows: IBaseFilter.  Must not know: why a filter leaves.
 */
#include "graph/rewire.h"

#include <stdatomic.h>
#include <stdio.h>

#include "platform/memory.h"
#include "platform/text.h"
#include "platform/time.h"

#define GRACE_MS 200

/* ---- a Stop that can be given up ----------------------------------------------------------- */

enum stop_phase {
    STOP_WAITS = 1, /* the helper has not come to it yet */
    STOP_INSIDE,
    STOP_BACK,
    STOP_GIVEN_UP,   /* what it was to bring about is the helper's now */
    STOP_CALLED_OFF, /* before it began: the filter was never touched */
};

/* Shared by both threads; freed by the last one. */
struct stopper {
    atomic_uint refs;
    atomic_int phase; /* enum stop_phase */
    HANDLE done;
    _Atomic(uint32_t) thread; /* the helper's id, for the report */
    IBaseFilter *filter;      /* reference */
    struct graph *graph; /* reference: a filter that still knows its graph keeps it alive */
    /* one that stops too late stays: at once as the graph was, then as it is */
    bool starts_again;
    FILTER_STATE state;
    REFERENCE_TIME start;
    HRESULT started;      /* before done */
    IUnknown *key;        /* of the filter; no reference */
    struct stopper *next; /* in graph->stale_stoppers, under its lock */
};

static void stopper_release(struct stopper *s)
{
    if (atomic_fetch_sub(&s->refs, 1) != 1)
        return;
    if (s->filter != NULL)
        IBaseFilter_Release(s->filter);
    if (s->graph != NULL)
        IFilterGraph3_Release(&s->graph->builder.i);
    if (s->done != NULL)
        CloseHandle(s->done);
    rg_free(s);
}

/* It was to leave, and nobody has waited so long. */
static void leave_late(struct stopper *s)
{
    struct graph_pins pins;

    (void)graph_pins_open(&pins, s->filter);
    for (size_t i = 0; i < pins.count; i++)
        (void)graph_pin_disconnect(pins.list[i]);
    graph_pins_close(&pins);
    (void)IBaseFilter_SetSyncSource(s->filter, NULL);
    (void)IBaseFilter_JoinFilterGraph(s->filter, NULL, NULL);
}

/* At once, for what comes meanwhile is refused; nobody's lock is waited for. */
static HRESULT start_again(struct stopper *s)
{
    HRESULT hr = IBaseFilter_Pause(s->filter);

    return SUCCEEDED(hr) && s->state == State_Running ? IBaseFilter_Run(s->filter, s->start)
                                                      : hr;
}

/* Under the graph lock: the graph may have been run, paused or stopped meanwhile. */
static void follow_graph(struct graph *graph, struct stopper *s)
{
    struct graph_node *node = graph_node_of_filter(graph, s->filter);
    HRESULT hr = S_OK;

    if (node == NULL)
        return;
    if (graph->state == State_Stopped || node->sits_out)
        (void)IBaseFilter_Stop(s->filter);
    else if (FAILED(s->started) || graph->state != s->state || graph->start_time != s->start)
        hr = graph_activate_locked(graph, s->filter);
    if (FAILED(hr))
        graph_event_post(graph, EC_ERRORABORT, hr, 0);
}

/* Stops it; true: it was started again, for the edit was given up. */
static bool stop_inside(struct stopper *s)
{
    int phase = STOP_WAITS;

    if (!atomic_compare_exchange_strong(&s->phase, &phase, STOP_INSIDE) &&
        phase == STOP_CALLED_OFF)
        return false;
    (void)IBaseFilter_Stop(s->filter);
    phase = STOP_INSIDE;
    if (atomic_compare_exchange_strong(&s->phase, &phase, STOP_BACK))
        return false;
    if (s->starts_again)
        s->started = start_again(s);
    else
        leave_late(s);
    return s->starts_again;
}

static DWORD WINAPI stopper_main(void *arg)
{
    struct stopper *s = arg;
    struct graph *graph = s->graph;
    struct graph_wait task;
    char name[sizeof(task.place.name.text)];
    bool starts_again;

    rg_thread_set_name("stopper");
    atomic_store(&s->thread, GetCurrentThreadId());
    graph_filter_text(s->filter, name, sizeof(name));
    graph_task_begin(&task, graph_key(graph), false, "stopping", name);
    starts_again = stop_inside(s);
    graph_wait_end(&task);
    if (starts_again) {
        SetEvent(s->done); /* an edit that holds the lock may wait for it */
        (void)graph_lock(graph, NULL, INFINITE);
        graph_stale_stoppers_reap(graph, false);
        graph_unlock(graph);
    } else { /* whoever has seen done finds no reference left */
        IBaseFilter_Release(s->filter);
        s->filter = NULL;
    }
    s->graph = NULL;
    IFilterGraph3_Release(&graph->builder.i);
    SetEvent(s->done);
    stopper_release(s);
    return 0;
}

static HRESULT stopper_start(struct rewire *edit, IBaseFilter *filter, bool starts_again,
                             struct stopper **ret)
{
    struct stopper *s = rg_calloc(1, sizeof(*s));
    HANDLE thread;

    if (s == NULL)
        return E_OUTOFMEMORY;
    atomic_init(&s->refs, 2);
    atomic_init(&s->phase, STOP_WAITS);
    atomic_init(&s->thread, 0);
    s->filter = filter;
    s->key = graph_identity(filter);
    IBaseFilter_AddRef(filter);
    s->graph = edit->graph;
    IFilterGraph3_AddRef(&s->graph->builder.i);
    s->starts_again = starts_again;
    s->state = edit->graph->state;
    s->start = edit->graph->start_time;
    s->done = CreateEventW(NULL, TRUE, FALSE, NULL);
    thread = s->done != NULL ? CreateThread(NULL, 0, stopper_main, s, 0, NULL) : NULL;
    if (thread == NULL) {
        atomic_store(&s->refs, 1);
        stopper_release(s);
        return E_OUTOFMEMORY;
    }
    CloseHandle(thread);
    *ret = s;
    return S_OK;
}

/* Ours stop for certain once nobody is inside, as a call that was given up may be; one that holds
 * something may wait for a foreign one behind it. */
static bool may_hang(struct rewire *edit, const struct rewire_filter *filter)
{
    struct graph_pins pins;
    bool may = FAILED(graph_pins_open(&pins, filter->filter));

    for (size_t i = 0; i < pins.count && !may; i++) {
        RG_AUTO(IRgLink) link = NULL;

        may = FAILED(IPin_QueryInterface(pins.list[i], &IID_IRgLink, (void **)&link));
    }
    graph_pins_close(&pins);
    return may || edit->no_drain || rewire_push_may_be_in(edit->graph, filter->filter) ||
           (filter->group != 0 && (rewire_group_traits(edit, filter->group) &
                                   (REWIRE_IS_FOREIGN | RG_LINK_THREADED)) != 0);
}

static void name_of(struct rewire *edit, struct rewire_filter *filter, char *name, size_t size)
{
    struct graph_node *node = graph_node_of_filter(edit->graph, filter->filter);

    name[0] = 0;
    if (node != NULL)
        graph_text_from_wide(node->name, name, size);
}

/* One that does not hang is quick: it gets that time whoever calls the edit off. */
static HRESULT wait_stopped(struct rewire *edit, struct rewire_filter *filter,
                            struct stopper *s)
{
    struct graph_wait note;
    char name[sizeof(note.place.name.text)];
    HRESULT hr = S_OK;

    name_of(edit, filter, name, sizeof(name));
    graph_wait_set(&note, edit->graph, "a filter to stop", name);
    note.wait.holder_now = &s->thread;
    rg_wait_begin(&note.wait);
    if (WaitForSingleObject(s->done, GRACE_MS) != WAIT_OBJECT_0)
        hr = rewire_wait(edit, s->done);
    rg_wait_end(&note.wait);
    return hr;
}

/* What the ledgers of its pins name as dropped.  false: its pins can't be asked. */
static bool drops_of(IBaseFilter *filter, ULONGLONG *ret)
{
    struct graph_pins pins;
    bool known = SUCCEEDED(graph_pins_open(&pins, filter));

    *ret = 0;
    for (size_t i = 0; i < pins.count; i++) {
        RG_AUTO(IRgLink) link = NULL;
        RG_LEDGER ledger;

        if (SUCCEEDED(IPin_QueryInterface(pins.list[i], &IID_IRgLink, (void **)&link)) &&
            SUCCEEDED(IRgLink_GetLedger(link, &ledger)))
            *ret += ledger.dropped;
    }
    graph_pins_close(&pins);
    return known;
}

/* All that its pins have ever dropped, by name: what an edit has lost is among it. */
static void name_drops(IBaseFilter *filter, char *ret, size_t size)
{
    size_t n = (size_t)snprintf(ret, size, "what it has dropped so far:");
    struct graph_pins pins;

    (void)graph_pins_open(&pins, filter);
    for (size_t i = 0; i < pins.count; i++) {
        RG_AUTO(IRgLink) link = NULL;
        RG_DROP drop;

        if (FAILED(IPin_QueryInterface(pins.list[i], &IID_IRgLink, (void **)&link)))
            continue;
        for (ULONG k = 0; n < size && IRgLink_GetDrop(link, k, &drop) == S_OK; k++)
            n += (size_t)snprintf(ret + n, size - n, " %llu %s;",
                                  (unsigned long long)drop.samples, drop.reason);
    }
    graph_pins_close(&pins);
}

/* What it took with it as it left; on the first gate in front of it. */
static void certify_drops(struct rewire *edit, struct rewire_filter *filter, ULONGLONG drops)
{
    for (size_t i = 0; drops != 0 && i < edit->n_edges; i++) {
        RG_CERTIFICATE *certificate = &edit->edges[i].certificate;

        if (!edit->edges[i].is_gate || filter->group == 0 || edit->edges[i].to_was == NULL ||
            edit->edges[i].to_was->group != filter->group)
            continue;
        certificate->dropped += drops;
        name_of(edit, filter, certificate->dropped_by, sizeof(certificate->dropped_by));
        name_drops(filter->filter, certificate->reason, sizeof(certificate->reason));
        return;
    }
}

/* false: it is back after all. */
static bool give_up(struct rewire *edit, struct stopper *s)
{
    int phase = STOP_WAITS;

    if (atomic_compare_exchange_strong(&s->phase, &phase,
                                       s->starts_again ? STOP_CALLED_OFF : STOP_GIVEN_UP)) {
        if (s->starts_again) {
            stopper_release(s);
            return true;
        }
    } else if (phase == STOP_BACK ||
               !atomic_compare_exchange_strong(&s->phase, &phase, STOP_GIVEN_UP)) {
        return false;
    }
    s->next = edit->graph->stale_stoppers;
    edit->graph->stale_stoppers = s;
    return true;
}

static HRESULT stop_filter(struct rewire *edit, struct rewire_filter *filter, bool will_start)
{
    struct stopper *s;
    HRESULT hr;

    filter->is_stopped = true;
    if (!may_hang(edit, filter)) {
        (void)IBaseFilter_Stop(filter->filter);
        return S_OK;
    }
    hr = stopper_start(edit, filter->filter, will_start, &s);
    if (FAILED(hr)) { /* no thread to be had: then without a deadline */
        (void)IBaseFilter_Stop(filter->filter);
        return S_OK;
    }
    hr = wait_stopped(edit, filter, s);
    if (FAILED(hr) && give_up(edit, s)) {
        filter->is_stopped = false; /* it is the helper's, or nobody has touched it */
        return hr;
    }
    stopper_release(s);
    return S_OK;
}

/* ---- those that were given up -------------------------------------------------------------- */

void graph_stale_stoppers_reap(struct graph *graph, bool all)
{
    struct stopper **where = &graph->stale_stoppers;

    while (*where != NULL) {
        struct stopper *s = *where;

        if (!all && WaitForSingleObject(s->done, 0) != WAIT_OBJECT_0) {
            where = &s->next;
            continue;
        }
        *where = s->next;
        if (s->filter != NULL)
            follow_graph(graph, s);
        stopper_release(s);
        where = &graph->stale_stoppers; /* a foreign filter may have edited meanwhile */
    }
}

static struct stopper *stopper_of(struct graph *graph, IBaseFilter *filter)
{
    for (struct stopper *s = graph->stale_stoppers; s != NULL; s = s->next)
        if (filter != NULL && s->key == graph_identity(filter))
            return s;
    return NULL;
}

static struct stopper *stopper_at(struct graph *graph, IPin *pin)
{
    RG_AUTO(IBaseFilter) filter = graph_pin_filter(pin);

    return stopper_of(graph, filter);
}

/* One that is still being stopped, or was until now, among the filters that the plan is about and
 * those that get a new neighbour: they hold their lock, and look as if they stood still. */
static struct stopper *find_in_the_way(struct rewire *edit)
{
    struct stopper *s = NULL;

    if (edit->graph->stale_stoppers == NULL)
        return NULL;
    for (size_t i = 0; s == NULL && i < edit->n_inputs; i++)
        s = stopper_at(edit->graph, edit->inputs[i].in);
    for (size_t i = 0; s == NULL && i < edit->n_edges; i++)
        s = stopper_at(edit->graph, edit->edges[i].out);
    for (size_t i = 0; s == NULL && i < edit->n_filters; i++)
        s = stopper_of(edit->graph, edit->filters[i].filter);
    return s;
}

static HRESULT wait_for_return(struct rewire *edit, struct stopper *s)
{
    struct graph_wait note;
    HRESULT hr;

    graph_wait_set(&note, edit->graph, "a filter that was to be stopped to come back", "");
    note.wait.holder_now = &s->thread;
    rg_wait_begin(&note.wait);
    hr = rewire_wait_for_former(edit, s->done);
    rg_wait_end(&note.wait);
    return hr;
}

HRESULT rewire_wait_for_stopper(struct rewire *edit)
{
    struct stopper *s = find_in_the_way(edit);
    HRESULT hr;

    if (s == NULL)
        return S_OK;
    hr = wait_for_return(edit, s);
    return SUCCEEDED(hr) ? S_FALSE : hr;
}

HRESULT graph_wait_for_stopper_locked(struct graph *graph, IBaseFilter *filter)
{
    struct stopper *s = stopper_of(graph, filter);
    struct rewire edit;
    HRESULT hr;

    if (s == NULL)
        return S_OK;
    rewire_init(&edit, graph);
    hr = wait_for_return(&edit, s);
    rewire_free(&edit);
    if (FAILED(hr))
        return hr;
    graph_stale_stoppers_reap(graph, false);
    return S_FALSE;
}

HRESULT rewire_stop_filter(struct rewire *edit, struct rewire_filter *filter, bool will_start)
{
    return filter->is_stopped ? S_OK : stop_filter(edit, filter, will_start);
}

/* All of them are counted first: where one stops, its neighbour drops what it can't give any more. */
void rewire_stop_leavers(struct rewire *edit)
{
    for (size_t i = 0; i < edit->n_filters; i++) {
        struct rewire_filter *one = &edit->filters[i];

        if (one->leaves && !one->is_stopped)
            one->counts_drops = drops_of(one->filter, &one->drops_before);
    }
    for (size_t i = edit->n_filters; i-- > 0;)
        if (edit->filters[i].leaves)
            (void)rewire_stop_filter(edit, &edit->filters[i], false);
}

static void certify_leavers(struct rewire *edit)
{
    for (size_t i = edit->n_filters; i-- > 0;) {
        struct rewire_filter *one = &edit->filters[i];
        ULONGLONG after;

        if (one->counts_drops && one->is_stopped && drops_of(one->filter, &after))
            certify_drops(edit, one, after - one->drops_before);
    }
}

/* One that may be held up, without more of an edit around it. */
HRESULT graph_stop_filter_locked(struct graph *graph, IBaseFilter *filter)
{
    struct rewire_filter one = { .filter = filter };
    struct rewire edit;
    HRESULT hr;

    rewire_init(&edit, graph);
    edit.no_drain = true; /* its neighbours hold what they have */
    edit.deadline_ns = rg_time_deadline_ns(REWIRE_TIMEOUT_MS);
    hr = rewire_stop_filter(&edit, &one, true);
    rewire_free(&edit);
    return hr;
}

/* ---- out of the graph ---------------------------------------------------------------------- */

/* It is still in its Stop: the helper lets go of it when it comes back. */
static void abandon(struct rewire *edit, struct rewire_filter *filter)
{
    struct graph_node *node = graph_node_of_filter(edit->graph, filter->filter);
    char name[64];

    if (node == NULL)
        return;
    name_of(edit, filter, name, sizeof(name));
    for (size_t i = 0; i < edit->n_edges; i++) {
        RG_CERTIFICATE *certificate = &edit->edges[i].certificate;

        if (edit->edges[i].to_was != filter && edit->edges[i].from != filter)
            continue;
        certificate->flags |= RG_CUT_ABANDONED;
        (void)rg_text_copy(certificate->dropped_by, sizeof(certificate->dropped_by), name);
    }
    graph_abandon_locked(edit->graph, node);
}

static void let_go(struct rewire *edit, struct rewire_filter *filter)
{
    struct graph_node *node = graph_node_of_filter(edit->graph, filter->filter);

    if (node != NULL)
        (void)graph_remove_locked(edit->graph, node,
                                  GRAPH_REMOVE_FORCE |
                                      (edit->keep_removed ? GRAPH_REMOVE_TO_CACHE : 0));
}

/* Its neighbours that stay have other peers already, or none; each end lets go for itself. */
static void disconnect_ends(struct rewire *edit)
{
    for (size_t i = 0; i < edit->n_edges; i++) {
        struct rewire_edge *edge = &edit->edges[i];

        if (edge->was == NULL || edge->is_touched)
            continue;
        if (edge->from != NULL && edge->from->leaves && edge->from->is_stopped)
            (void)graph_pin_disconnect(edge->out);
        if (edge->to_was != NULL && edge->to_was->leaves && edge->to_was->is_stopped)
            (void)graph_pin_disconnect(edge->was);
    }
}

void rewire_retire(struct rewire *edit)
{
    if (rewire_is_live(edit))
        rewire_stop_leavers(edit);
    else
        for (size_t i = 0; i < edit->n_filters; i++)
            edit->filters[i].is_stopped |= edit->filters[i].leaves;
    certify_leavers(edit);
    disconnect_ends(edit);
    for (size_t i = edit->n_filters; i-- > 0;) {
        struct rewire_filter *one = &edit->filters[i];

        if (!one->leaves)
            continue;
        if (one->is_stopped)
            let_go(edit, one);
        else
            abandon(edit, one);
    }
}
