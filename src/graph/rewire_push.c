/* SPDX-License-Identifier: MIT */
/* rewire_push.c - a marker, or the end of a stream, on its way down a road.
 *
 * The call is made by a helper thread, which outlives whoever waits for it if a filter hangs.
 * Knows: IPin.  Must not know: why the call is made.
 */
#include "graph/rewire_push.h"

#include <stdatomic.h>

#include "platform/marker.h"
#include "platform/memory.h"

enum push_phase {
    PUSH_BEFORE = 1, /* the helper has not run yet */
    PUSH_INSIDE,
    PUSH_BACK,     /* the call has come back */
    PUSH_GIVEN_UP, /* nobody waits for it any more */
};

/* Shared by both threads; freed by the last one. */
struct rewire_push {
    atomic_uint refs;
    IPin *peer; /* a reference: who gets the call; the helper's */
    bool is_marker;
    HANDLE done; /* the call has come back, the reference is gone */
    atomic_int result;

    atomic_int phase; /* enum push_phase */
    /* set before PUSH_GIVEN_UP: who awaits a late marker; a reference */
    IPin *in;
    ULONGLONG markers_before;
};

void rewire_push_release(struct rewire_push *push)
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

static ULONGLONG markers_at(IPin *pin)
{
    RG_AUTO(IRgLink) link = NULL;
    RG_LEDGER ledger;

    return SUCCEEDED(IPin_QueryInterface(pin, &IID_IRgLink, (void **)&link)) &&
                   SUCCEEDED(IRgLink_GetLedger(link, &ledger))
               ? ledger.markers
               : 0;
}

static void push_send(struct rewire_push *push)
{
    bool before = rg_marker_carry(push->is_marker);
    int inside = PUSH_INSIDE;

    atomic_store(&push->result, IPin_EndOfStream(push->peer));
    /* a filter on the way has eaten the marker that the road's end still awaits */
    if (!atomic_compare_exchange_strong(&push->phase, &inside, PUSH_BACK) && push->in != NULL &&
        markers_at(push->in) == push->markers_before)
        (void)IPin_EndOfStream(push->in);
    (void)rg_marker_carry(before);
}

static DWORD WINAPI push_main(void *arg)
{
    struct rewire_push *push = arg;
    int before = PUSH_BEFORE;

    /* given up before it began: nothing is sent */
    if (atomic_compare_exchange_strong(&push->phase, &before, PUSH_INSIDE))
        push_send(push);
    IPin_Release(push->peer);
    push->peer = NULL; /* whoever has seen done finds no reference left */
    SetEvent(push->done);
    rewire_push_release(push);
    return 0;
}

HRESULT rewire_push_start(IPin *peer, bool is_marker, struct rewire_push **ret)
{
    struct rewire_push *push = rg_calloc(1, sizeof(*push));
    HANDLE thread;

    if (push == NULL)
        return E_OUTOFMEMORY;
    atomic_init(&push->refs, 2);
    atomic_init(&push->result, S_OK);
    atomic_init(&push->phase, PUSH_BEFORE);
    push->is_marker = is_marker;
    push->done = CreateEventW(NULL, TRUE, FALSE, NULL);
    push->peer = peer;
    IPin_AddRef(peer);
    thread = push->done != NULL ? CreateThread(NULL, 0, push_main, push, 0, NULL) : NULL;
    if (thread == NULL) {
        atomic_store(&push->refs, 1);
        rewire_push_release(push);
        return E_OUTOFMEMORY;
    }
    CloseHandle(thread);
    *ret = push;
    return S_OK;
}

HANDLE rewire_push_event(struct rewire_push *push)
{
    return push->done;
}

bool rewire_push_is_over(struct rewire_push *push)
{
    return WaitForSingleObject(push->done, 0) == WAIT_OBJECT_0;
}

HRESULT rewire_push_result(struct rewire_push *push)
{
    return atomic_load(&push->result);
}

bool rewire_push_give_up(struct rewire_push *push, IPin *in, ULONGLONG markers_before)
{
    int before = PUSH_BEFORE, inside = PUSH_INSIDE;

    if (atomic_compare_exchange_strong(&push->phase, &before, PUSH_GIVEN_UP)) {
        /* the helper has nothing to do but to let go */
        (void)WaitForSingleObject(push->done, INFINITE);
        return false;
    }
    if (in != NULL && push->in == NULL) {
        push->in = in;
        IPin_AddRef(in);
        push->markers_before = markers_before;
    }
    if (atomic_compare_exchange_strong(&push->phase, &inside, PUSH_GIVEN_UP))
        return true;
    /* it has come back: refused; or a foreign filter has taken it and passed nothing on */
    return rewire_push_result(push) == S_OK && in == NULL;
}
