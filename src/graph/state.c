/* SPDX-License-Identifier: MIT */
/* state.c - stop, pause and run the whole graph, renderers first and then upstream.
 *
 * Control threads under the graph lock.  A change that has to wait for the first samples is
 * finished by settle.c; a newer command overtakes it.
 * Knows: the order, the start time.  Must not know: what filters do in a state.
 *
 * A filter that is stopped while the graph is active has joined meanwhile, or IFilterChain
 * stopped it.  What the application commands (Pause of a running graph, Run of a paused one)
 * takes it along; what the graph does for itself (pause and run around a seek, the pause
 * before Stop) passes it by.  Who has joined for an edit that is prepared waits for its cut.
 */
#include "graph/graph_internal.h"

#define START_LATENCY_HNS 100000 /* 10 ms between the call of Run and stream time 0 */

/* A newer command: whatever waits for an older one gives up. */
static void change_begin(struct graph *graph, FILTER_STATE goal)
{
    atomic_fetch_add(&graph->change, 1);
    atomic_store(&graph->goal, (int)goal);
    graph->settle_error = S_OK;
    SetEvent(graph->overtaken);
}

enum whom { EVERYBODY = 1, THE_ACTIVE, THE_STOPPED };

/* A filter that doesn't tell its state is taken for active. */
static bool is_stopped(IBaseFilter *filter)
{
    FILTER_STATE state;

    return SUCCEEDED(filter->lpVtbl->GetState(filter, 0, &state)) && state == State_Stopped;
}

/* One that a prepared edit starts only with its cut is passed by till then. */
static bool is_meant(struct graph *graph, IBaseFilter *filter, enum whom whom)
{
    struct graph_node *node = graph_node_of_filter(graph, filter);

    if (node != NULL && node->is_to_come && is_stopped(filter))
        return false;
    return whom == EVERYBODY || is_stopped(filter) == (whom == THE_STOPPED);
}

static void stop_all(const struct graph_snapshot *all, HRESULT *first)
{
    for (size_t i = 0; i < all->count; i++) {
        HRESULT hr = all->filters[i]->lpVtbl->Stop(all->filters[i]);

        if (FAILED(hr) && SUCCEEDED(*first))
            *first = hr;
    }
}

/* Stops in the plain order of the list when there is no memory for a better one. */
static void stop_all_unordered(struct graph *graph, HRESULT *first)
{
    for (struct graph_node *node = graph->members.first; node != NULL; node = node->next) {
        HRESULT hr = node->filter->lpVtbl->Stop(node->filter);

        if (FAILED(hr) && SUCCEEDED(*first))
            *first = hr;
    }
}

static void enter_stopped(struct graph *graph)
{
    graph->state = State_Stopped;
    graph->stream_time = 0;
    graph->is_cued = false;
    graph_events_set_running(graph, false);
    graph_events_reset_completes(graph);
    atomic_store(&graph->goal, State_Stopped);
    SetEvent(graph->settled);
}

static HRESULT stop_locked(struct graph *graph)
{
    struct graph_snapshot all;
    HRESULT first = S_OK;

    graph_step_cancel_locked(graph);
    graph_edits_let_go(graph, NULL);
    if (graph->state != State_Stopped) {
        if (FAILED(graph_snapshot_locked(graph, &all))) {
            stop_all_unordered(graph, &first);
        } else {
            if (graph->state == State_Running)
                for (size_t i = 0; i < all.count; i++)
                    if (is_meant(graph, all.filters[i], THE_ACTIVE))
                        all.filters[i]->lpVtbl->Pause(all.filters[i]);
            stop_all(&all, &first);
            graph_snapshot_free(&all);
        }
        graph_figures_keep_locked(graph);
        /* a call that was given up may still have a sample in hand: not one for the next run */
        graph_stale_pushes_reap(graph, true);
        graph_owed_ends_forget_all(graph);
    }
    enter_stopped(graph);
    return first;
}

/* ---- pause ------------------------------------------------------------------------------- */

static void stream_time_hold(struct graph *graph)
{
    REFERENCE_TIME now;

    if (graph_clock_now(graph, &now))
        graph->stream_time = now > graph->start_time ? now - graph->start_time : 0;
}

static HRESULT pause_all(struct graph *graph, enum whom whom)
{
    struct graph_snapshot all;
    HRESULT result = S_OK;
    HRESULT hr = graph_snapshot_locked(graph, &all);

    if (FAILED(hr))
        return hr;
    for (size_t i = 0; i < all.count; i++) {
        if (!is_meant(graph, all.filters[i], whom))
            continue;
        hr = all.filters[i]->lpVtbl->Pause(all.filters[i]);
        if (FAILED(hr)) {
            HRESULT ignored = S_OK;

            stop_all(&all, &ignored);
            graph_snapshot_free(&all);
            enter_stopped(graph);
            return hr;
        }
        if (hr == S_FALSE)
            result = S_FALSE;
    }
    graph_snapshot_free(&all);
    return result;
}

static HRESULT pause_locked(struct graph *graph, enum whom whom)
{
    HRESULT hr;

    if (graph->state == State_Paused)
        return graph->is_cued ? S_OK : S_FALSE;
    if (graph->state == State_Running) {
        graph_events_set_running(graph, false);
        stream_time_hold(graph);
    } else {
        graph_edits_let_go(graph, NULL); /* prepared for a graph that stands still */
        hr = graph_clock_choose_locked(graph);
        if (FAILED(hr))
            return hr;
        graph_recount_all_locked(graph);
        graph_streams_prepare_locked(graph);
        graph->is_cued = false;
        whom = EVERYBODY;
    }
    if (whom == EVERYBODY)
        graph_renderers_all_back_locked(graph);
    hr = pause_all(graph, whom);
    if (FAILED(hr))
        return hr;
    graph->state = State_Paused;
    return hr;
}

HRESULT graph_pause_locked(struct graph *graph)
{
    return pause_locked(graph, THE_ACTIVE);
}

/* ---- run --------------------------------------------------------------------------------- */

static REFERENCE_TIME start_time_choose(struct graph *graph)
{
    REFERENCE_TIME now;

    if (!graph_clock_now(graph, &now))
        return 0;
    return now + START_LATENCY_HNS - graph->stream_time;
}

HRESULT graph_run_locked(struct graph *graph, REFERENCE_TIME start)
{
    struct graph_snapshot all;
    HRESULT hr;

    if (graph->clock_unset) {
        hr = graph_clock_choose_locked(graph);
        if (FAILED(hr))
            return hr;
    }
    hr = graph_snapshot_locked(graph, &all);
    if (FAILED(hr))
        return hr;
    graph->start_time = start != 0 ? start : start_time_choose(graph);
    graph->state = State_Running;
    graph->is_cued = true;
    graph_events_set_running(graph, true); /* a renderer may complete inside Run */
    for (size_t i = 0; i < all.count; i++) {
        if (!is_meant(graph, all.filters[i], THE_ACTIVE))
            continue;
        hr = all.filters[i]->lpVtbl->Run(all.filters[i], graph->start_time);
        if (FAILED(hr))
            break;
        hr = S_OK;
    }
    graph_snapshot_free(&all);
    if (FAILED(hr))
        (void)stop_locked(graph);
    graph_deferred_wake(graph);
    return hr;
}

/* Are all filters ready to run?  Once they were, they stay so until stop or seek. */
static bool cued_now(struct graph *graph)
{
    struct graph_snapshot all;
    HRESULT hr;

    if (graph->is_cued)
        return true;
    if (FAILED(graph_snapshot_locked(graph, &all)))
        return false;
    hr = graph_wait_cued(graph, &all, atomic_load(&graph->change), 0);
    graph_snapshot_free(&all);
    graph->is_cued = hr == S_OK || hr == VFW_S_CANT_CUE;
    return graph->is_cued;
}

/* The worker finishes it; without a worker it is finished now, cued or not. */
static HRESULT settle_later(struct graph *graph)
{
    ResetEvent(graph->settled);
    if (graph_worker_post(graph, GRAPH_JOB_SETTLE) == S_OK)
        return S_FALSE;
    graph_settle_finish_locked(graph, S_OK);
    return graph->settle_error;
}

static HRESULT run_when_cued(struct graph *graph)
{
    HRESULT hr;

    graph_owed_ends_tell(graph); /* an end is all that some renderers wait for */
    if (!cued_now(graph))
        return settle_later(graph);
    hr = graph_run_locked(graph, graph->run_start);
    SetEvent(graph->settled);
    return hr;
}

HRESULT graph_run_when_cued_locked(struct graph *graph)
{
    change_begin(graph, State_Running);
    graph->run_start = 0;
    return run_when_cued(graph);
}

/* To paused, whoever is not: from there all of them run. */
static HRESULT pause_for_run(struct graph *graph)
{
    HRESULT hr;

    if (graph->state != State_Paused)
        return graph->state == State_Stopped ? pause_locked(graph, EVERYBODY) : S_OK;
    graph_renderers_all_back_locked(graph);
    hr = pause_all(graph, THE_STOPPED);
    return FAILED(hr) ? hr : S_OK;
}

HRESULT graph_run_on_locked(struct graph *graph, REFERENCE_TIME start)
{
    HRESULT hr;

    if (graph->state == State_Running && atomic_load(&graph->goal) == State_Running)
        return S_OK;
    change_begin(graph, State_Running);
    hr = pause_for_run(graph);
    graph->run_start = start;
    if (SUCCEEDED(hr))
        return run_when_cued(graph);
    (void)stop_locked(graph);
    return hr;
}

HRESULT graph_run(struct graph *graph, REFERENCE_TIME start)
{
    HRESULT hr;

    graph_lock(graph, NULL, INFINITE);
    graph_reconnects_run_locked(graph);
    graph_jobs_run_pending(graph);
    graph_step_cancel_locked(graph);
    hr = graph_run_on_locked(graph, start);
    graph_unlock(graph);
    return hr;
}

HRESULT graph_pause(struct graph *graph)
{
    HRESULT hr;

    graph_lock(graph, NULL, INFINITE);
    graph_reconnects_run_locked(graph);
    graph_jobs_run_pending(graph);
    graph_step_cancel_locked(graph);
    change_begin(graph, State_Paused);
    hr = pause_locked(graph, EVERYBODY);
    if (FAILED(hr))
        (void)stop_locked(graph);
    else if (hr == S_FALSE && cued_now(graph))
        hr = S_OK;
    SetEvent(graph->settled);
    if (hr == S_FALSE)
        (void)graph_worker_post(graph, GRAPH_JOB_SETTLE); /* EC_PAUSED once it is done */
    graph_unlock(graph);
    return hr;
}

HRESULT graph_stop(struct graph *graph)
{
    HRESULT hr;

    graph_lock_urgently(graph);
    change_begin(graph, State_Stopped);
    hr = stop_locked(graph);
    graph_reconnects_run_locked(graph);
    graph_unlock(graph);
    return hr;
}

HRESULT graph_stop_when_ready(struct graph *graph)
{
    HRESULT hr;

    graph_lock(graph, NULL, INFINITE);
    if (graph->state == State_Running || !graph->has_worker) {
        hr = graph_stop(graph);
        graph_unlock(graph);
        return hr;
    }
    graph_reconnects_run_locked(graph);
    graph_step_cancel_locked(graph);
    change_begin(graph, State_Stopped);
    hr = pause_locked(graph, EVERYBODY);
    if (FAILED(hr)) {
        (void)stop_locked(graph);
    } else {
        hr = settle_later(graph);
        if (hr == S_FALSE)
            hr = S_OK;
    }
    graph_unlock(graph);
    return hr;
}

/* ---- one filter -------------------------------------------------------------------------- */

HRESULT graph_activate_locked(struct graph *graph, IBaseFilter *filter)
{
    struct graph_node *node = graph_node_of_filter(graph, filter);
    HRESULT hr;

    filter->lpVtbl->SetSyncSource(filter, graph_clock_for(graph, node));
    if (graph->state == State_Stopped)
        return S_OK;
    if (graph->sitting_out != 0 && node != NULL)
        graph_renderer_sit_out_locked(graph, node, false);
    hr = filter->lpVtbl->Pause(filter);
    if (FAILED(hr) || graph->state == State_Paused)
        return FAILED(hr) ? hr : S_OK;
    hr = filter->lpVtbl->Run(filter, graph->start_time);
    return FAILED(hr) ? hr : S_OK;
}

/* ---- for settle.c ------------------------------------------------------------------------ */

void graph_settle_finish_locked(struct graph *graph, HRESULT cued)
{
    int goal = atomic_load(&graph->goal);

    if (FAILED(cued)) {
        graph->settle_error = cued;
        (void)stop_locked(graph);
    } else if (goal == State_Stopped) {
        (void)stop_locked(graph);
    } else if (graph->state == State_Paused) {
        graph->is_cued = true;
        if (goal == State_Running) {
            HRESULT hr = graph_run_locked(graph, graph->run_start);

            if (FAILED(hr))
                graph->settle_error = hr;
        } else {
            graph_event_post(graph, EC_PAUSED, cued, 0);
        }
    }
    SetEvent(graph->settled);
}
