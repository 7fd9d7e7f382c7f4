/* SPDX-License-Identifier: MIT */
/* rewire_drain.c - push-through: a marker is sent down the road, and whoever stands at its
 * end says when it has come (spec 3.5).
 *
 * The waiting side is a control thread under the graph lock; the marker is pushed by a
 * helper thread, so that a filter that hangs holds up the helper and not the caller.
 * Knows: IPinConnection.  Must not know: why something is drained.
 */
#include "graph/rewire.h"

#include <stdatomic.h>

#include "platform/memory.h"
#include "platform/time.h"

/* Shared by both threads; freed by the last one. */
struct push {
    atomic_uint refs;
    IPin *peer;  /* a reference: who gets the marker; the helper's */
    HANDLE done; /* the call has come back, the reference is gone */
    atomic_int result;

    atomic_int phase; /* enum push_phase */
    /* set before PUSH_GIVEN_UP: who awaits a late marker; a reference */
    IPin *in;
    uint64_t markers_before;
};

enum push_phase {
    PUSH_BEFORE = 1, /* the helper has not run yet */
    PUSH_INSIDE,
    PUSH_BACK,     /* the call has come back */
    PUSH_GIVEN_UP, /* nobody waits for it any more */
};

/* How many ends of streams have come to a pin of ours; 0 for others. */
static uint64_t markers_at(IPin *pin);

static void push_release(struct push *push)
{
    if (atomic_fetch_sub(&push->refs, 1) != 1)
        return;
    if (push->peer != NULL)
        IPin_Release(push->peer);
    if (push->in != NULL)
        IPin_Release(push->in);
    if (push->done != NULL)
        CloseHandle(push->done);
    rg_free(push);
}

static void push_send(struct push *push)
{
    int inside = PUSH_INSIDE;

    atomic_store(&push->result, IPin_EndOfStream(push->peer));
    /* a filter on the way has eaten the marker that the road's end still awaits */
    if (!atomic_compare_exchange_strong(&push->phase, &inside, PUSH_BACK) && push->in != NULL &&
        markers_at(push->in) == push->markers_before)
        (void)IPin_EndOfStream(push->in);
}

static DWORD WINAPI push_main(void *arg)
{
    struct push *push = arg;
    int before = PUSH_BEFORE;

    /* given up before it began: nothing is sent */
    if (atomic_compare_exchange_strong(&push->phase, &before, PUSH_INSIDE))
        push_send(push);
    IPin_Release(push->peer);
    push->peer = NULL; /* whoever has seen done finds no reference left */
    SetEvent(push->done);
    push_release(push);
    return 0;
}

static HRESULT push_start(IPin *peer, struct push **ret)
{
    struct push *push = rg_calloc(1, sizeof(*push));
    HANDLE thread;

    if (push == NULL)
        return E_OUTOFMEMORY;
    atomic_init(&push->refs, 2);
    atomic_init(&push->result, S_OK);
    atomic_init(&push->phase, PUSH_BEFORE);
    push->done = CreateEventW(NULL, TRUE, FALSE, NULL);
    push->peer = peer;
    IPin_AddRef(peer);
    thread = push->done != NULL ? CreateThread(NULL, 0, push_main, push, 0, NULL) : NULL;
    if (thread == NULL) {
        atomic_store(&push->refs, 1);
        push_release(push);
        return E_OUTOFMEMORY;
    }
    CloseHandle(thread);
    *ret = push;
    return S_OK;
}

DWORD rewire_ms_left(int64_t deadline_ns)
{
    int64_t left = deadline_ns - rg_time_now_ns();

    if (deadline_ns == RG_TIME_NEVER)
        return INFINITE;
    if (left <= 0)
        return 0;
    left = (left + RG_NS_PER_MS - 1) / RG_NS_PER_MS;
    return left < INFINITE - 1 ? (DWORD)left : INFINITE - 1;
}

HRESULT rewire_wait(struct graph *graph, HANDLE event, HANDLE abort, int64_t deadline_ns)
{
    HANDLE all[3] = { event, graph->gate.called_off, abort };

    switch (WaitForMultipleObjects(abort != NULL ? 3 : 2, all, FALSE,
                                   rewire_ms_left(deadline_ns))) {
    case WAIT_OBJECT_0:
        return S_OK;
    case WAIT_OBJECT_0 + 1:
    case WAIT_OBJECT_0 + 2:
        return VFW_E_STATE_CHANGED;
    case WAIT_TIMEOUT:
        return VFW_E_TIMEOUT;
    default:
        return HRESULT_FROM_WIN32(GetLastError());
    }
}

static IRgLink *link_of(IPin *pin)
{
    IRgLink *link = NULL;

    return SUCCEEDED(IPin_QueryInterface(pin, &IID_IRgLink, (void **)&link)) ? link : NULL;
}

static uint64_t markers_at(IPin *pin)
{
    RG_AUTO(IRgLink) link = link_of(pin);
    RG_LEDGER ledger;

    return link != NULL && SUCCEEDED(IRgLink_GetLedger(link, &ledger)) ? ledger.markers : 0;
}

/* One push-through on its way. */
struct drain {
    const struct rewire_push *plan;
    HANDLE arrived;
    struct push *push;
    uint64_t markers_before;
};

/* What leaves has given up all it held once the marker is past it; an edit does not wait
 * until a queue behind has worked that off. */
static bool is_received(const struct drain *drain)
{
    return !drain->plan->road_stays && !drain->plan->graph->drain_given_up &&
           markers_at(drain->plan->in) > drain->markers_before;
}

/* The marker has arrived, or the call came back without it, or time is up. */
static HRESULT wait_for_marker(const struct drain *drain)
{
    const struct rewire_push *plan = drain->plan;
    HANDLE all[4] = { drain->arrived, drain->push->done, plan->graph->gate.called_off,
                      plan->abort };
    DWORD n = plan->abort != NULL ? 4 : 3;

    switch (WaitForMultipleObjects(n, all, FALSE, rewire_ms_left(plan->deadline_ns))) {
    case WAIT_OBJECT_0:
        /* the goal is reached; but what leaves is not stopped while the call is still inside
         * it */
        (void)rewire_wait(plan->graph, drain->push->done, plan->abort, plan->deadline_ns);
        return S_OK;
    case WAIT_OBJECT_0 + 1:
        /* refused on the way: it will never arrive.  Taken: a filter with a thread of its
         * own may still have it. */
        if (atomic_load(&drain->push->result) != S_OK)
            return VFW_E_STATE_CHANGED;
        if (is_received(drain))
            return S_OK;
        return rewire_wait(plan->graph, drain->arrived, plan->abort, plan->deadline_ns);
    case WAIT_OBJECT_0 + 2:
    case WAIT_OBJECT_0 + 3:
        return VFW_E_STATE_CHANGED;
    case WAIT_TIMEOUT:
        return VFW_E_TIMEOUT;
    default:
        return HRESULT_FROM_WIN32(GetLastError());
    }
}

static bool path_is_ours(const struct rewire_path *path)
{
    for (size_t i = 0; i < path->count; i++) {
        RG_AUTO(IRgLink) link = link_of(path->inputs[i]);

        if (link == NULL)
            return false;
    }
    return true;
}

/* Nobody waits any more.  A marker that will still come must not be taken for the end of the
 * stream. */
static void give_up(const struct drain *drain)
{
    RG_AUTO(IRgLink) link = link_of(drain->plan->in);
    struct graph *graph = drain->plan->graph;
    struct push *push = drain->push;
    bool is_ours = path_is_ours(drain->plan->path);
    int before = PUSH_BEFORE, inside = PUSH_INSIDE;

    if (atomic_compare_exchange_strong(&push->phase, &before, PUSH_GIVEN_UP)) {
        /* it was never sent: the helper has nothing to do but to let go */
        (void)WaitForSingleObject(push->done, INFINITE);
        return;
    }
    graph->drain_given_up = true;
    if (link == NULL)
        return;
    /* where the graph is about to stop, it forgets all markers by itself */
    if (!is_ours && WaitForSingleObject(graph->gate.called_off, 0) != WAIT_OBJECT_0) {
        push->in = drain->plan->in;
        IPin_AddRef(push->in);
        push->markers_before = drain->markers_before;
    }
    if (!atomic_compare_exchange_strong(&push->phase, &inside, PUSH_GIVEN_UP)) {
        /* refused; or a foreign filter has taken it and passed nothing on */
        if (atomic_load(&push->result) != S_OK || !is_ours)
            return;
    }
    (void)IRgLink_ForgetMarker(link);
}

static HRESULT push_and_wait(struct drain *drain)
{
    const struct rewire_push *plan = drain->plan;
    RG_AUTO(IPin) peer = graph_pin_peer(plan->out);
    bool is_out;
    HRESULT hr;

    if (peer == NULL)
        return VFW_E_NOT_CONNECTED;
    drain->markers_before = markers_at(plan->in);
    hr = push_start(peer, &drain->push);
    if (FAILED(hr))
        return hr;
    hr = wait_for_marker(drain);
    is_out = WaitForSingleObject(drain->push->done, 0) == WAIT_OBJECT_0;
    if (FAILED(hr))
        give_up(drain);
    /* what stays has not ended; while a call is inside, its outputs can't be asked, and the
     * next sample will tell them */
    if (is_out && (plan->road_stays || FAILED(hr)))
        rewire_path_forget_markers(plan->path);
    push_release(drain->push);
    return hr;
}

HRESULT rewire_push_through(const struct rewire_push *push)
{
    RG_AUTO(IPinConnection) connection = NULL;
    struct drain drain = { .plan = push };
    HRESULT hr = IPin_QueryInterface(push->in, &IID_IPinConnection, (void **)&connection);

    if (FAILED(hr))
        return E_NOINTERFACE;
    drain.arrived = CreateEventW(NULL, TRUE, FALSE, NULL);
    if (drain.arrived == NULL)
        return E_OUTOFMEMORY;
    hr = IPinConnection_NotifyEndOfStream(connection, drain.arrived);
    if (SUCCEEDED(hr)) {
        hr = push_and_wait(&drain);
        (void)IPinConnection_NotifyEndOfStream(connection, NULL);
    }
    CloseHandle(drain.arrived);
    return hr;
}

bool rewire_path_is_empty(const struct rewire_path *path)
{
    for (size_t i = 0; i < path->count; i++) {
        RG_AUTO(IRgLink) link = link_of(path->inputs[i]);
        DWORD traits;

        if (link == NULL || FAILED(IRgLink_GetTraits(link, &traits)) ||
            (traits & RG_LINK_HOLDS) != 0)
            return false;
    }
    return true;
}

void rewire_path_forget_markers(const struct rewire_path *path)
{
    for (size_t i = 0; i < path->count; i++) {
        RG_AUTO(IRgLink) link = link_of(path->outputs[i]);

        if (link != NULL)
            (void)IRgLink_ForgetMarker(link);
    }
}
