/* SPDX-License-Identifier: MIT */
/* worker.c - the graph's own thread: what a streaming thread asked for, and what has to
 * wait.
 *
 * Started with the first job, joined when the graph goes.  It owns no reference on the
 * graph.  A filter that it calls may drop the last one: then this thread takes the graph
 * down after the job, and frees itself.
 * Knows: which jobs there are.  Must not know: how they are done.
 */
#include "graph/graph_internal.h"

#include "platform/memory.h"
#include "platform/room.h"
#include "platform/thread.h"
#include "platform/time.h"

struct graph_worker {
    struct rg_thread thread;
    struct graph *graph;
    bool ends_it; /* by this thread alone: the graph is to be taken down after the job */
    HANDLE wake;  /* auto-reset: there are jobs, or quit */
    HANDLE quit;  /* manual-reset */
};

static unsigned jobs_take(struct graph *graph)
{
    unsigned jobs;

    pthread_mutex_lock(&graph->jobs_lock);
    jobs = graph->jobs;
    graph->jobs = 0;
    pthread_mutex_unlock(&graph->jobs_lock);
    return jobs;
}

/* ---- jobs under the graph lock ----------------------------------------------------------- */

static void restart_locked(struct graph *graph, bool was_running)
{
    if (!was_running || graph->state != State_Running)
        return;
    if (SUCCEEDED(graph_pause_locked(graph)))
        (void)graph_run_locked(graph, 0);
}

static void jobs_do_locked(struct graph *graph, unsigned jobs)
{
    bool running = atomic_load(&graph->goal) == State_Running;

    if (jobs & GRAPH_JOB_STEPPED)
        graph_step_done_locked(graph);
    if (jobs & GRAPH_JOB_RECONNECT)
        graph_reconnects_run_locked(graph);
    if (jobs & (GRAPH_JOB_RESTART | GRAPH_JOB_STARVATION))
        restart_locked(graph, running);
    if (jobs & GRAPH_JOB_REPAINT)
        graph_repaint_locked(graph);
    if (jobs & GRAPH_JOB_LENGTH)
        graph_length_changed_locked(graph);
    if (jobs & GRAPH_JOB_CLOCK_UNSET)
        graph->clock_unset = true;
    if (jobs & GRAPH_JOB_DEFERRED)
        graph_deferred_run_locked(graph);
}

void graph_jobs_run_pending(struct graph *graph)
{
    unsigned jobs;

    pthread_mutex_lock(&graph->jobs_lock);
    jobs = graph->worker == NULL ? graph->jobs : 0;
    graph->jobs &= ~jobs;
    pthread_mutex_unlock(&graph->jobs_lock);
    if (jobs != 0)
        jobs_do_locked(graph, jobs);
}

/* ---- the thread -------------------------------------------------------------------------- */

/* Whoever asked for the change has gone on and may wait for the end of the streams by now. */
static void finish_locked(struct graph *graph, HRESULT cued)
{
    graph_settle_finish_locked(graph, cued);
    if (FAILED(graph->settle_error))
        graph_event_post(graph, EC_ERRORABORT, graph->settle_error, 0);
}

/* The wait for the first samples, without the graph lock. */
static void worker_settle(struct graph_worker *worker)
{
    struct graph *graph = worker->graph;
    struct graph_snapshot all = { 0 };
    uint64_t change;
    HRESULT hr;

    if (FAILED(graph_lock(graph, worker->quit, INFINITE)))
        return;
    change = atomic_load(&graph->change);
    /* the graph's end counts `change` up only after it has set is_ending */
    if (graph->state != State_Paused || atomic_load(&graph->is_ending)) {
        graph_unlock(graph);
        return;
    }
    hr = graph_snapshot_locked(graph, &all);
    if (FAILED(hr))
        finish_locked(graph, hr); /* nobody may wait for it for ever */
    graph_unlock(graph);
    if (FAILED(hr))
        return;
    hr = graph_wait_cued(graph, &all, change, RG_TIME_NEVER);
    graph_snapshot_free(&all);
    if (hr == VFW_E_STATE_CHANGED || FAILED(graph_lock(graph, worker->quit, INFINITE)))
        return;
    if (atomic_load(&graph->change) == change)
        finish_locked(graph, hr);
    graph_unlock(graph);
}

static void worker_do(struct graph_worker *worker, unsigned jobs)
{
    if ((jobs & ~(unsigned)GRAPH_JOB_SETTLE) != 0 &&
        SUCCEEDED(graph_lock(worker->graph, worker->quit, INFINITE))) {
        jobs_do_locked(worker->graph, jobs);
        graph_unlock(worker->graph);
    }
    if ((jobs & GRAPH_JOB_SETTLE) != 0 && !worker->ends_it)
        worker_settle(worker);
}

static void worker_free(struct graph_worker *worker)
{
    if (worker->wake != NULL)
        CloseHandle(worker->wake);
    if (worker->quit != NULL)
        CloseHandle(worker->quit);
    rg_free(worker);
}

/* false: the graph ends. */
static bool wait_for_jobs(struct graph_worker *worker)
{
    HANDLE handles[2] = { worker->quit, worker->wake };
    struct graph_wait note;
    DWORD result;

    graph_idle_begin(&note, worker->graph, "a job");
    result = WaitForMultipleObjects(2, handles, FALSE, INFINITE);
    graph_wait_end(&note);
    return result == WAIT_OBJECT_0 + 1;
}

static void worker_main(void *arg)
{
    struct graph_worker *worker = arg;

    (void)rg_room_enter(RG_ROOM_CONTROL);
    while (wait_for_jobs(worker)) {
        unsigned jobs = jobs_take(worker->graph);

        if (graph_deferred_is_waiting(worker->graph))
            jobs |= GRAPH_JOB_DEFERRED; /* it may be the clock that woke us */
        worker_do(worker, jobs);
        if (worker->ends_it) {
            graph_take_down(worker->graph);
            pthread_detach(pthread_self());
            worker_free(worker);
            return;
        }
    }
    graph_deferred_unadvise(worker->graph);
}

/* Under jobs_lock. */
static HRESULT worker_start(struct graph *graph)
{
    struct graph_worker *worker = rg_calloc(1, sizeof(*worker));
    HRESULT hr;

    if (worker == NULL)
        return E_OUTOFMEMORY;
    worker->graph = graph;
    worker->wake = CreateEventW(NULL, FALSE, FALSE, NULL);
    worker->quit = CreateEventW(NULL, TRUE, FALSE, NULL);
    hr = worker->wake != NULL && worker->quit != NULL ? S_OK : E_OUTOFMEMORY;
    if (SUCCEEDED(hr))
        hr = rg_thread_start(&worker->thread, "graph", worker_main, worker);
    if (FAILED(hr)) {
        worker_free(worker);
        return hr;
    }
    graph->worker = worker;
    return S_OK;
}

HRESULT graph_worker_post(struct graph *graph, enum graph_job job)
{
    HRESULT hr = S_OK;

    pthread_mutex_lock(&graph->jobs_lock);
    if (graph->worker == NULL && graph->has_worker && !graph->ending)
        hr = worker_start(graph);
    if (graph->worker != NULL)
        SetEvent(graph->worker->wake);
    else if (SUCCEEDED(hr))
        hr = S_FALSE;
    if (hr == S_OK || job != GRAPH_JOB_SETTLE)
        graph->jobs |= (unsigned)job;
    pthread_mutex_unlock(&graph->jobs_lock);
    return hr;
}

HANDLE graph_worker_handle(struct graph *graph)
{
    HANDLE wake = NULL;

    pthread_mutex_lock(&graph->jobs_lock);
    if (graph->worker != NULL)
        wake = graph->worker->wake;
    pthread_mutex_unlock(&graph->jobs_lock);
    return wake;
}

void graph_worker_stop(struct graph *graph)
{
    struct graph_worker *worker;

    pthread_mutex_lock(&graph->jobs_lock);
    worker = graph->worker;
    graph->worker = NULL;
    graph->ending = true;
    pthread_mutex_unlock(&graph->jobs_lock);
    if (worker == NULL)
        return;
    SetEvent(worker->quit);
    atomic_fetch_add(&graph->change, 1); /* it may wait for a filter */
    SetEvent(graph->overtaken);
    if (worker->ends_it)
        return; /* this is its thread, which frees itself */
    rg_thread_join(&worker->thread);
    worker_free(worker);
}

bool graph_worker_ends_it(struct graph *graph)
{
    struct graph_worker *worker;

    pthread_mutex_lock(&graph->jobs_lock);
    worker = graph->worker;
    if (worker != NULL && !rg_thread_is_self(&worker->thread))
        worker = NULL;
    pthread_mutex_unlock(&graph->jobs_lock);
    if (worker != NULL)
        worker->ends_it = true;
    return worker != NULL;
}
