/* SPDX-License-Identifier: MIT */
/* settle.c - waiting until every filter has what it needs, without the graph lock.
 *
 * Control threads (GetState) and the worker (the rest of a Run).  Every wait ends: at its
 * deadline, or when a newer state command arrives.
 * Knows: GetState's answers.  Must not know: whom it waits for.
 */
#include "graph/graph_internal.h"

#include "platform/memory.h"
#include "platform/time.h"

#define SLICE_MS 50 /* how soon a wait notices a newer command */
#define NAP_MS   5  /* for filters whose GetState does not wait */

static DWORD left_ms(int64_t deadline_ns, DWORD most)
{
    int64_t left;

    if (deadline_ns == RG_TIME_NEVER)
        return most;
    left = deadline_ns - rg_time_now_ns();
    if (left <= 0)
        return 0;
    left = (left + RG_NS_PER_MS - 1) / RG_NS_PER_MS;
    return left < most ? (DWORD)left : most;
}

/* Waits for one filter.  S_OK; the other answers of graph_wait_cued. */
static HRESULT wait_one_noted(struct graph *graph, IBaseFilter *filter, uint64_t change,
                              int64_t deadline_ns)
{
    for (;;) {
        FILTER_STATE state;
        DWORD slice_ms = left_ms(deadline_ns, SLICE_MS);
        int64_t begin_ns = rg_time_now_ns();
        HRESULT hr = filter->lpVtbl->GetState(filter, slice_ms, &state);

        if (hr != VFW_S_STATE_INTERMEDIATE)
            return hr == VFW_S_CANT_CUE || FAILED(hr) ? hr : S_OK;
        if (atomic_load(&graph->change) != change)
            return VFW_E_STATE_CHANGED;
        if (left_ms(deadline_ns, SLICE_MS) == 0)
            return VFW_S_STATE_INTERMEDIATE;
        if (rg_time_now_ns() - begin_ns < NAP_MS * RG_NS_PER_MS)
            WaitForSingleObject(graph->overtaken, left_ms(deadline_ns, NAP_MS));
    }
}

static HRESULT wait_one(struct graph *graph, IBaseFilter *filter, uint64_t change,
                        int64_t deadline_ns)
{
    struct graph_wait note;
    char name[sizeof(note.place.name.text)];
    HRESULT hr;

    graph_filter_text(filter, name, sizeof(name));
    graph_wait_begin(&note, graph, "a filter to be ready", name);
    hr = wait_one_noted(graph, filter, change, deadline_ns);
    graph_wait_end(&note);
    return hr;
}

HRESULT graph_wait_cued(struct graph *graph, const struct graph_snapshot *snapshot,
                        uint64_t change, int64_t deadline_ns)
{
    size_t *pending RG_AUTO_FREE = NULL;
    size_t count = 0;

    pending = rg_calloc(snapshot->count + 1, sizeof(*pending));
    if (pending == NULL)
        return E_OUTOFMEMORY;
    /* all of them once: one live source means that nobody is waited for */
    for (size_t i = 0; i < snapshot->count; i++) {
        FILTER_STATE state;
        HRESULT hr = snapshot->filters[i]->lpVtbl->GetState(snapshot->filters[i], 0, &state);

        if (hr == VFW_S_CANT_CUE || FAILED(hr))
            return hr;
        if (hr == VFW_S_STATE_INTERMEDIATE)
            pending[count++] = i;
    }
    if (count != 0 && atomic_load(&graph->change) == change)
        ResetEvent(
            graph
                ->overtaken); /* a command from now on cuts the nap short; a lost one costs 5 ms */
    for (size_t i = 0; i < count; i++) {
        HRESULT hr = wait_one(graph, snapshot->filters[pending[i]], change, deadline_ns);

        if (hr != S_OK)
            return hr;
    }
    return S_OK;
}

/* false: it has not come to its end in time. */
static bool wait_settled(struct graph *graph, DWORD timeout_ms)
{
    struct graph_wait note;
    DWORD result;

    graph_wait_begin(&note, graph, "the change of state to end", "");
    result = WaitForSingleObject(graph->settled, timeout_ms);
    graph_wait_end(&note);
    return result == WAIT_OBJECT_0;
}

/* One look.  S_FALSE: not there yet, and *ret_all is to be waited for (or, if empty,
 * graph->settled). */
static HRESULT state_look_locked(struct graph *graph, struct graph_snapshot *ret_all,
                                 bool *ret_unfinished)
{
    int goal = atomic_load(&graph->goal);

    *ret_unfinished = false;
    if (FAILED(graph->settle_error)) {
        HRESULT hr = graph->settle_error;

        graph->settle_error = S_OK; /* told once */
        return hr;
    }
    if (goal == State_Stopped)
        return S_OK;
    if ((int)graph->state != goal) {
        *ret_unfinished = true;
        return S_FALSE;
    }
    if (goal == State_Running)
        return S_OK;
    return FAILED(graph_snapshot_locked(graph, ret_all)) ? E_OUTOFMEMORY : S_FALSE;
}

/* Also who does not want to wait waits for one that is about to let go of the lock. */
static DWORD lock_ms(int64_t deadline_ns)
{
    DWORD ms = left_ms(deadline_ns, INFINITE);

    return ms < SLICE_MS ? SLICE_MS : ms;
}

HRESULT graph_get_state(struct graph *graph, DWORD timeout_ms, FILTER_STATE *ret_state)
{
    int64_t deadline_ns = rg_time_deadline_ns(graph_caller_patience(graph, timeout_ms));

    if (ret_state == NULL)
        return E_POINTER;
    for (;;) {
        struct graph_snapshot all = { 0 };
        bool unfinished;
        uint64_t change;
        HRESULT hr;

        /* a long edit may hold the lock: the answer is not known yet then */
        if (FAILED(graph_lock(graph, NULL, lock_ms(deadline_ns)))) {
            *ret_state = (FILTER_STATE)atomic_load(&graph->goal);
            return VFW_S_STATE_INTERMEDIATE;
        }
        change = atomic_load(&graph->change);
        hr = state_look_locked(graph, &all, &unfinished);
        *ret_state = (FILTER_STATE)atomic_load(&graph->goal);
        graph_unlock(graph);
        if (hr != S_FALSE)
            return hr;
        if (unfinished) {
            if (!wait_settled(graph, left_ms(deadline_ns, INFINITE)))
                return VFW_S_STATE_INTERMEDIATE;
            continue;
        }
        hr = graph_wait_cued(graph, &all, change, deadline_ns);
        graph_snapshot_free(&all);
        if (hr != VFW_E_STATE_CHANGED && atomic_load(&graph->change) == change)
            return hr;
    }
}
