/* SPDX-License-Identifier: MIT */
/* graph_timed.c - a commit that waits for its media time, without the graph lock.
 *
 * Prepared ahead.  Where the streaming thread can make the whole cut it does, at the first sample of
 * that time; whoever takes the graph lock meanwhile puts it off for so long, and books it if it has
 * been made.  Otherwise the gates close at that time, each before its first sample, and the thread
 * that waits here makes the cut once all have closed.  If something else changes the graph in
 * between, what was prepared is let go of and made again; the gates close in time whatever comes.
 * Knows: IRgLink's times.  Must not know: what is edited.
 */
#include "graph/transaction_internal.h"

#include <string.h>

#include "platform/memory.h"
#include "platform/time.h"

/* ---- gates that close in time -------------------------------------------------------------- */

static void guard_free(struct guard *guard)
{
    IRgLink_Release(guard->link);
    IPinFlowControl_Release(guard->flow);
    CloseHandle(guard->fired);
}

/* Off guard; one that has closed opens. */
static void guard_end(struct guard *guard)
{
    if (guard->has_fired || IRgLink_BlockAt(guard->link, -1, NULL) != S_OK) {
        if (IRgLink_IsBlocked(guard->link, NULL) == S_OK)
            (void)IPinFlowControl_Block(guard->flow, 0, NULL);
    }
    guard_free(guard);
}

void transaction_guards_free(struct transaction *t)
{
    while (t->n_guards > 0)
        guard_free(&t->guards[--t->n_guards]);
    rg_free(t->guards);
    t->guards = NULL;
    t->guards_room = 0;
}

static void guards_end(struct transaction *t)
{
    while (t->n_guards > 0)
        guard_end(&t->guards[--t->n_guards]);
}

static struct guard *guard_of(struct transaction *t, const struct rewire_edge *gate)
{
    for (size_t i = 0; i < t->n_guards; i++)
        if (graph_identity(t->guards[i].link) == gate->out_key)
            return &t->guards[i];
    return NULL;
}

static HRESULT guard_add(struct transaction *t, const struct rewire_edge *gate)
{
    struct guard *guard;
    HRESULT hr = rewire_grow(&t->guards, t->n_guards, &t->guards_room, sizeof(*guard));

    if (FAILED(hr))
        return hr;
    guard = &t->guards[t->n_guards];
    memset(guard, 0, sizeof(*guard));
    guard->fired = CreateEventW(NULL, TRUE, FALSE, NULL);
    if (guard->fired == NULL)
        return E_OUTOFMEMORY;
    memcpy(guard->pin, gate->certificate.gate, sizeof(guard->pin));
    guard->link = gate->link;
    IRgLink_AddRef(guard->link);
    guard->flow = gate->flow;
    IPinFlowControl_AddRef(guard->flow);
    hr = IRgLink_BlockAt(guard->link, t->at, guard->fired);
    if (FAILED(hr))
        guard_free(guard);
    else
        t->n_guards++;
    return hr;
}

/* Guards on all gates of the plan, and on no others; but for those on the road of another gate: once
 * that one has closed nothing more would come for a guard to see.  They close when it has. */
static HRESULT guards_match(struct transaction *t)
{
    struct rewire *edit = &t->edit;
    HRESULT hr = rewire_rank_gates(edit);

    t->is_guarded = false;
    for (size_t i = 0; i < t->n_guards;) {
        struct rewire_edge *edge = rewire_edge_after(edit, graph_identity(t->guards[i].link));

        if (edge != NULL && edge->is_gate && edge->rank == 0) {
            i++;
            continue;
        }
        guard_end(&t->guards[i]);
        t->guards[i] = t->guards[--t->n_guards];
    }
    for (size_t i = 0; SUCCEEDED(hr) && i < edit->n_edges; i++) {
        struct rewire_edge *edge = &edit->edges[i];

        if (!edge->is_gate || edge->rank != 0 || guard_of(t, edge) != NULL)
            continue;
        if (edge->link == NULL || edge->flow == NULL) {
            graph_report_set(t->graph,
                             "%s: a foreign output pin can't stop at a media time: commit at "
                             "once, or make the edit at a pin of another filter upstream",
                             edge->certificate.gate);
            return E_NOINTERFACE;
        }
        hr = guard_add(t, edge);
    }
    t->is_guarded = SUCCEEDED(hr);
    return hr;
}

/* ---- asked for in time --------------------------------------------------------------------- */

static void look_at_guards(struct transaction *t)
{
    for (size_t i = 0; i < t->n_guards; i++)
        if (!t->guards[i].has_fired &&
            WaitForSingleObject(t->guards[i].fired, 0) == WAIT_OBJECT_0)
            t->guards[i].has_fired = true;
}

static bool has_fired(struct transaction *t)
{
    look_at_guards(t);
    for (size_t i = 0; i < t->n_guards; i++)
        if (t->guards[i].has_fired)
            return true;
    return false;
}

/* There is nothing (more) to wait for; also where no gate has to close. */
static bool have_all_fired(struct transaction *t)
{
    look_at_guards(t);
    for (size_t i = 0; i < t->n_guards; i++)
        if (!t->guards[i].has_fired)
            return false;
    return t->is_guarded;
}

/* The visit first and the guards off then: no sample slips by in between. */
static HRESULT arm(struct transaction *t)
{
    struct rewire *edit = &t->edit;
    HRESULT hr = S_FALSE;

    if (rewire_can_visit(edit) && rewire_is_drained_already(edit) && !has_fired(t) &&
        !rewire_waits_for_sync(edit)) {
        hr = rewire_visit_begin(edit, t->at);
        t->is_armed = SUCCEEDED(hr);
    }
    if (t->is_armed) {
        guards_end(t);
        t->is_guarded = false;
        return S_OK;
    }
    return guards_match(t);
}

static HRESULT get_ready_and_arm(struct transaction *t)
{
    HRESULT hr;

    t->was_cut = false;
    if (t->graph->state == State_Stopped) {
        /* what its gates are is known; the rest when it runs */
        hr = t->edit.is_prepared ? S_OK : rewire_plan(&t->edit);
        return SUCCEEDED(hr) ? guards_match(t) : hr;
    }
    /* a former edit's filter may have to come back from its Stop first */
    t->edit.deadline_ns = rg_time_deadline_ns(t->edit.timeout_ms);
    hr = rewire_get_ready(&t->edit);
    return SUCCEEDED(hr) ? arm(t) : hr;
}

/* ---- while others have the lock -------------------------------------------------------------- */

/* The cut has been made, or it never will be: what is left to do is done now. */
static void book(struct transaction *t)
{
    HRESULT made = S_OK;

    t->is_armed = false;
    if (!rewire_visit_end(&t->edit, &made))
        return;
    t->was_cut = true;
    t->cut_result = made;
    t->edit.deadline_ns = rg_time_deadline_ns(t->edit.timeout_ms);
    if (SUCCEEDED(made))
        rewire_finish(&t->edit);
    else
        rewire_unprepare(&t->edit);
}

void transaction_hold(struct transaction *t)
{
    if (!t->is_armed)
        return;
    (void)IRgLink_HoldVisit(rewire_visit_link(&t->edit), TRUE);
    if (WaitForSingleObject(rewire_visit_event(&t->edit), 0) == WAIT_OBJECT_0)
        book(t);
}

void transaction_go_on(struct transaction *t)
{
    if (t->is_armed)
        (void)IRgLink_HoldVisit(rewire_visit_link(&t->edit), FALSE);
}

/* The gates close in time all the same; whoever waits here makes everything anew. */
void transaction_disturb(struct transaction *t)
{
    bool was_armed = t->is_armed;

    if (t->phase != TRANSACTION_WAITS) {
        rewire_unprepare(&t->edit); /* stays listed: only who holds it may take it off */
        return;
    }
    if (was_armed) { /* held, and not made: first the guards, then the visit is off */
        (void)guards_match(t);
        book(t);
    }
    rewire_unprepare(&t->edit);
    SetEvent(t->disturbed);
}

/* ---- waiting ------------------------------------------------------------------------------- */

/* Without the lock, for news or until it is called off: true. */
static bool wait_for_time(struct transaction *t, HANDLE news)
{
    HANDLE all[4] = { news, t->disturbed, t->called_off, t->abort };
    DWORD n = t->abort != NULL ? 4 : 3;

    return WaitForMultipleObjects(n, all, FALSE, INFINITE) >= WAIT_OBJECT_0 + 2;
}

/* From now on they are gates that the edit has closed. */
static void guards_hand_over(struct transaction *t)
{
    for (size_t i = 0; i < t->n_guards; i++) {
        struct rewire_edge *edge =
            rewire_edge_after(&t->edit, graph_identity(t->guards[i].link));

        if (edge != NULL)
            edge->is_closed = true;
    }
}

/* All gates have closed in time: as an edit whose gates are closed.  S_FALSE: there are others
 * now.  VFW_E_START_TIME_AFTER_END: its stream ended before. */
static HRESULT when_all_fired(struct transaction *t)
{
    struct rewire *edit = &t->edit;
    HRESULT hr;

    for (size_t i = 0; i < t->n_guards; i++)
        if (IRgLink_IsBlocked(t->guards[i].link, NULL) != S_OK)
            return VFW_E_START_TIME_AFTER_END;
    edit->deadline_ns = rg_time_deadline_ns(edit->timeout_ms);
    hr = rewire_get_ready(edit);
    if (SUCCEEDED(hr))
        hr = guards_match(t);
    if (SUCCEEDED(hr) && !have_all_fired(t))
        return S_FALSE; /* the place has moved: other gates */
    if (SUCCEEDED(hr))
        hr = rewire_wait_for_pushes(edit);
    if (SUCCEEDED(hr))
        hr = rewire_close_gates(edit, 1);
    if (SUCCEEDED(hr))
        hr = rewire_carry_out_closed(edit);
    if (FAILED(hr)) {
        rewire_open_gates(edit, true); /* of followers; the guards come off one by one */
        return hr;
    }
    guards_hand_over(t);
    rewire_open_gates(edit, false);
    rewire_finish(edit);
    return S_OK;
}

/* One turn under the lock.  S_FALSE: there is something to wait for. */
static HRESULT go_on(struct transaction *t)
{
    HRESULT hr = S_FALSE;

    while (hr == S_FALSE) {
        if (t->was_cut)
            return t->cut_result;
        if (t->is_armed)
            return S_FALSE;
        if (have_all_fired(t))
            hr = when_all_fired(t);
        if (hr != S_FALSE)
            return hr;
        hr = get_ready_and_arm(t);
        if (FAILED(hr))
            return hr;
        hr = t->is_armed || !have_all_fired(t) ? S_OK : S_FALSE;
    }
    return S_FALSE;
}

static const struct guard *next_guard(struct transaction *t)
{
    for (size_t i = 0; i < t->n_guards; i++)
        if (!t->guards[i].has_fired)
            return &t->guards[i];
    return NULL;
}

/* While the lock is still held: names of pins may go with the plan. */
static void note_wait(struct transaction *t, struct graph_wait *note, const struct guard *guard)
{
    graph_wait_set(note, t->graph, "the time of an edit",
                   guard != NULL ? guard->pin : rewire_visit_pin(&t->edit));
    note->wait.detail = "due at @";
    note->wait.number = t->at;
    rg_wait_begin(&note->wait);
}

/* An event of our own that lives as long as this wait, whoever frees the other one. */
static HANDLE dup_event(HANDLE event)
{
    HANDLE process = GetCurrentProcess(), own = NULL;

    if (!DuplicateHandle(process, event, process, &own, 0, FALSE, DUPLICATE_SAME_ACCESS))
        return NULL;
    return own;
}

/* Under the lock when it is called and when it returns. */
static HRESULT wait_until_over(struct transaction *t)
{
    for (;;) {
        HRESULT hr = go_on(t);
        const struct guard *guard = t->is_armed ? NULL : next_guard(t);
        struct graph_wait note;
        HANDLE news;
        bool is_off;

        if (hr != S_FALSE)
            return hr;
        news = dup_event(guard != NULL ? guard->fired : rewire_visit_event(&t->edit));
        if (news == NULL)
            return E_OUTOFMEMORY;
        note_wait(t, &note, guard);
        graph_unlock(t->graph);
        is_off = wait_for_time(t, news);
        rg_wait_end(&note.wait);
        CloseHandle(news);
        (void)graph_lock(t->graph, NULL, INFINITE);
        if (is_off && !t->was_cut)
            return VFW_E_STATE_CHANGED;
    }
}

static void end(struct transaction *t, HRESULT hr)
{
    if (t->is_armed)
        book(t);
    /* an abort that came too late */
    if (FAILED(hr) && t->was_cut && SUCCEEDED(t->cut_result))
        hr = t->cut_result;
    if (FAILED(hr) && t->edit.leave_blocked)
        transaction_guards_free(t);
    else
        guards_end(t);
    transaction_end(t, hr);
}

static void timed_main(struct transaction *t)
{
    (void)graph_lock(t->graph, NULL, INFINITE);
    end(t, wait_until_over(t));
    transaction_tell(t);
}

HRESULT transaction_commit_at(struct transaction *t, REFERENCE_TIME at, HANDLE done)
{
    HRESULT hr = graph_lock(t->graph, t->abort, t->edit.timeout_ms);

    if (FAILED(hr))
        return hr;
    if (t->phase != TRANSACTION_STAGED) {
        graph_unlock(t->graph);
        return VFW_E_WRONG_STATE;
    }
    graph_report_clear(t->graph);
    t->at = at;
    t->phase = TRANSACTION_WAITS;
    atomic_store(&t->result, E_PENDING);
    transaction_list(t);
    hr = get_ready_and_arm(t);
    if (SUCCEEDED(hr) && done != NULL) {
        t->done = done;
        hr = transaction_detach(t, timed_main);
        if (FAILED(hr))
            t->done = NULL;
    } else if (SUCCEEDED(hr)) {
        hr = wait_until_over(t);
        end(t, hr);
        hr = atomic_load(&t->result);
        graph_unlock(t->graph);
        return hr;
    }
    if (FAILED(hr))
        end(t, hr);
    graph_unlock(t->graph);
    return hr;
}
