/* SPDX-License-Identifier: MIT */
/* rewire_drain.c - push-through: a marker is sent down the road, and whoever stands at its end says when it has come (spec 3.5).
 *
 * The waiting side is a control thread under the graph lock; the marker is pushed by a helper thread, so that a filter that hangs
 * holds up the helper and not the caller.
 * Knows: IPinConnection.  Must not know: why something is drained.
 */
#include "graph/rewire.h"

#include <stdatomic.h>

#include "platform/memory.h"
#include "platform/time.h"

/* Shared by both threads; freed by the last one. */
struct push {
    atomic_uint refs;
    IPin *peer;     /* a reference: who gets the marker; the helper's */
    HANDLE done;    /* the call has come back, the reference is gone */
    atomic_int result;
};

static void push_release(struct push *push)
{
    if (atomic_fetch_sub(&push->refs, 1) != 1)
        return;
    if (push->peer != NULL)
        IPin_Release(push->peer);
    if (push->done != NULL)
        CloseHandle(push->done);
    rg_free(push);
}

static DWORD WINAPI push_main(void *arg)
{
    struct push *push = arg;

    atomic_store(&push->result, IPin_EndOfStream(push->peer));
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

    switch (WaitForMultipleObjects(abort != NULL ? 3 : 2, all, FALSE, rewire_ms_left(deadline_ns))) {
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

/* The marker has arrived, or the call came back without it, or time is up. */
static HRESULT wait_for_marker(struct graph *graph, HANDLE arrived, struct push *push, HANDLE abort,
                               int64_t deadline_ns)
{
    HANDLE all[4] = { arrived, push->done, graph->gate.called_off, abort };
    DWORD n = abort != NULL ? 4 : 3;

    switch (WaitForMultipleObjects(n, all, FALSE, rewire_ms_left(deadline_ns))) {
    case WAIT_OBJECT_0:
        /* the goal is reached; but what leaves is not stopped while the call is still inside it */
        (void)rewire_wait(graph, push->done, abort, deadline_ns);
        return S_OK;
    case WAIT_OBJECT_0 + 1:
        /* refused on the way: it will never arrive.  Taken: a filter with a thread of its own may still have it. */
        if (atomic_load(&push->result) != S_OK)
            return VFW_E_STATE_CHANGED;
        return rewire_wait(graph, arrived, abort, deadline_ns);
    case WAIT_OBJECT_0 + 2:
    case WAIT_OBJECT_0 + 3:
        return VFW_E_STATE_CHANGED;
    case WAIT_TIMEOUT:
        return VFW_E_TIMEOUT;
    default:
        return HRESULT_FROM_WIN32(GetLastError());
    }
}

HRESULT rewire_push_through(struct graph *graph, IPin *out, IPin *in, HANDLE abort, int64_t deadline_ns,
                            bool *ret_is_out)
{
    RG_AUTO(IPinConnection) connection = NULL;
    RG_AUTO(IPin) peer = graph_pin_peer(out);
    struct push *push = NULL;
    HANDLE arrived;
    HRESULT hr;

    *ret_is_out = true;
    if (peer == NULL)
        return VFW_E_NOT_CONNECTED;
    hr = IPin_QueryInterface(in, &IID_IPinConnection, (void **)&connection);
    if (FAILED(hr))
        return E_NOINTERFACE;
    arrived = CreateEventW(NULL, TRUE, FALSE, NULL);
    if (arrived == NULL)
        return E_OUTOFMEMORY;
    hr = IPinConnection_NotifyEndOfStream(connection, arrived);
    if (SUCCEEDED(hr)) {
        hr = push_start(peer, &push);
        if (SUCCEEDED(hr)) {
            hr = wait_for_marker(graph, arrived, push, abort, deadline_ns);
            *ret_is_out = WaitForSingleObject(push->done, 0) == WAIT_OBJECT_0;
            push_release(push);
        }
        (void)IPinConnection_NotifyEndOfStream(connection, NULL);
    }
    CloseHandle(arrived);
    return hr;
}

bool rewire_path_is_empty(const struct rewire_path *path)
{
    for (size_t i = 0; i < path->count; i++) {
        RG_AUTO(IRgLink) link = NULL;

        if (FAILED(IPin_QueryInterface(path->inputs[i], &IID_IRgLink, (void **)&link)) ||
            IRgLink_HoldsNothing(link) != S_OK)
            return false;
    }
    return true;
}

void rewire_path_forget_markers(const struct rewire_path *path)
{
    for (size_t i = 0; i < path->count; i++) {
        RG_AUTO(IRgLink) link = NULL;

        if (SUCCEEDED(IPin_QueryInterface(path->outputs[i], &IID_IRgLink, (void **)&link)))
            (void)IRgLink_ForgetMarker(link);
    }
}
