/* SPDX-License-Identifier: MIT */
/* lock.c - the graph lock: recursive, and waited for with an abort event and a deadline.
 *
 * Control threads, and a data thread that asks for a reconnection (it must pass an abort
 * event).
 * Knows: waits.  Must not know: what the lock protects.
 */
#include "graph/graph_internal.h"

#include <assert.h>

#include "platform/time.h"

/* A stop under the lock may wait for the streaming thread that asks. */
#define CALLER_WAIT_MS 1000

static void gate_close(struct graph_gate *gate)
{
    if (gate->free_event != NULL)
        CloseHandle(gate->free_event);
    if (gate->called_off != NULL)
        CloseHandle(gate->called_off);
    gate->free_event = gate->called_off = NULL;
}

HRESULT graph_gate_init(struct graph *graph)
{
    struct graph_gate *gate = &graph->gate;

    gate->free_event = CreateEventW(NULL, FALSE, FALSE, NULL);
    gate->called_off = CreateEventW(NULL, TRUE, FALSE, NULL);
    if (gate->free_event == NULL || gate->called_off == NULL) {
        gate_close(gate);
        return E_OUTOFMEMORY;
    }
    pthread_mutex_init(&gate->guard, NULL);
    rg_fixed_place_init(&gate->place, graph_key(graph), "the graph lock");
    gate->report.where = &gate->place.place;
    return S_OK;
}

void graph_gate_free(struct graph_gate *gate)
{
    if (gate->free_event == NULL)
        return;
    pthread_mutex_destroy(&gate->guard);
    gate_close(gate);
}

/* Under gate->guard.  For the report: who has the lock now. */
static void gate_tell(struct graph_gate *gate, uint32_t owner)
{
    struct rg_hold_state state = { .what = owner != 0 ? "taken" : NULL,
                                   .holder = owner,
                                   .waiting = gate->waiters };

    rg_hold_tell(&gate->report, &state);
}

/* Under gate->guard. */
static bool gate_try(struct graph_gate *gate)
{
    if (gate->depth != 0 && !pthread_equal(gate->owner, pthread_self()))
        return false;
    gate->owner = pthread_self();
    if (gate->depth++ == 0)
        gate_tell(gate, GetCurrentThreadId());
    return true;
}

/* S_OK: worth another try; VFW_E_STATE_CHANGED; VFW_E_TIMEOUT. */
static HRESULT gate_sleep(struct graph_gate *gate, HANDLE abort, int64_t deadline_ns)
{
    HANDLE handles[2] = { gate->free_event, abort };
    DWORD timeout_ms = INFINITE;

    if (deadline_ns != RG_TIME_NEVER) {
        int64_t left_ns = deadline_ns - rg_time_now_ns();

        timeout_ms = left_ns <= 0 ? 0 : (DWORD)((left_ns + RG_NS_PER_MS - 1) / RG_NS_PER_MS);
    }
    switch (WaitForMultipleObjects(abort != NULL ? 2 : 1, handles, FALSE, timeout_ms)) {
    case WAIT_OBJECT_0:
        return S_OK;
    case WAIT_OBJECT_0 + 1:
        return VFW_E_STATE_CHANGED;
    case WAIT_TIMEOUT:
        return VFW_E_TIMEOUT;
    default:
        return E_HANDLE; /* a bad abort event */
    }
}

HRESULT graph_lock(struct graph *graph, HANDLE abort, DWORD timeout_ms)
{
    struct graph_gate *gate = &graph->gate;
    int64_t deadline_ns = rg_time_deadline_ns(timeout_ms);
    struct rg_wait note = { .what = "its turn",
                            .where = &gate->place.place,
                            .is_for_hold = true };
    HRESULT hr = S_OK;
    bool is_outermost;

    pthread_mutex_lock(&gate->guard);
    while (!gate_try(gate)) {
        if (FAILED(hr)) {
            pthread_mutex_unlock(&gate->guard);
            return hr;
        }
        gate->waiters++;
        gate_tell(gate, gate->report.now.holder); /* one more waits */
        pthread_mutex_unlock(&gate->guard);
        rg_wait_begin(&note);
        hr = gate_sleep(gate, abort, deadline_ns);
        rg_wait_end(&note);
        pthread_mutex_lock(&gate->guard);
        gate->waiters--;
        gate_tell(gate, gate->report.now.holder);
    }
    /* here the goal was reached, even if abort came at the same moment */
    is_outermost = gate->depth == 1;
    pthread_mutex_unlock(&gate->guard);
    if (is_outermost)
        graph_edits_hold(graph);
    return S_OK;
}

void graph_lock_urgently(struct graph *graph)
{
    struct graph_gate *gate = &graph->gate;

    pthread_mutex_lock(&gate->guard);
    gate->urgent++;
    SetEvent(gate->called_off);
    pthread_mutex_unlock(&gate->guard);
    (void)graph_lock(graph, NULL, INFINITE);
    pthread_mutex_lock(&gate->guard);
    if (--gate->urgent == 0)
        ResetEvent(gate->called_off);
    pthread_mutex_unlock(&gate->guard);
}

bool graph_caller_carries(struct graph *graph)
{
    return rg_thread_carries_for(graph_key(graph));
}

static bool gate_is_mine(struct graph_gate *gate)
{
    bool is_mine;

    pthread_mutex_lock(&gate->guard);
    is_mine = gate->depth != 0 && pthread_equal(gate->owner, pthread_self());
    pthread_mutex_unlock(&gate->guard);
    return is_mine;
}

HRESULT graph_check_command(struct graph *graph, const char *what)
{
    if (!graph_caller_carries(graph))
        return S_OK;
    graph_report_set(graph,
                     "%s was called by a thread that carries samples of this graph and would "
                     "wait for itself: call it from another thread, or queue it with "
                     "IQueueCommand",
                     what);
    return VFW_E_WRONG_STATE;
}

HRESULT graph_check_change(struct graph *graph, const char *what)
{
    return gate_is_mine(&graph->gate) ? S_OK : graph_check_command(graph, what);
}

DWORD graph_caller_patience(struct graph *graph, DWORD timeout_ms)
{
    return timeout_ms > CALLER_WAIT_MS && graph_caller_carries(graph) ? CALLER_WAIT_MS
                                                                      : timeout_ms;
}

HRESULT graph_lock_for_call(struct graph *graph)
{
    return graph_lock(graph, NULL, graph_caller_patience(graph, INFINITE));
}

void graph_unlock(struct graph *graph)
{
    struct graph_gate *gate = &graph->gate;
    bool is_outermost;

    pthread_mutex_lock(&gate->guard);
    is_outermost = gate->depth == 1;
    pthread_mutex_unlock(&gate->guard);
    if (is_outermost)
        graph_edits_go_on(graph);
    pthread_mutex_lock(&gate->guard);
    assert(gate->depth != 0 && pthread_equal(gate->owner, pthread_self()));
    gate->depth--;
    if (gate->depth == 0)
        gate_tell(gate, 0);
    if (gate->depth == 0 && gate->waiters != 0)
        SetEvent(gate->free_event);
    pthread_mutex_unlock(&gate->guard);
}
