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
    PUSH_GIVEN_UP, /* before it began */
};

/* Shared by both threads; freed by the last one. */
struct rewire_push {
    atomic_uint refs;
    IPin *peer; /* a reference: who gets the call; the helper's */
    uint64_t tag;
    HANDLE done; /* the call has come back, the reference is gone */
    atomic_int result;
    atomic_int phase; /* enum push_phase */
};

void rewire_push_release(struct rewire_push *push)
{
    if (atomic_fetch_sub(&push->refs, 1) != 1)
        return;
    if (push->peer != NULL)
        IPin_Release(push->peer);
    if (push->done != NULL)
        CloseHandle(push->done);
    rg_free(push);
}

static void push_send(struct rewire_push *push)
{
    uint64_t before = rg_marker_carry(push->tag);

    atomic_store(&push->result, IPin_EndOfStream(push->peer));
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

HRESULT rewire_push_start(IPin *peer, uint64_t tag, struct rewire_push **ret)
{
    struct rewire_push *push = rg_calloc(1, sizeof(*push));
    HANDLE thread;

    if (push == NULL)
        return E_OUTOFMEMORY;
    atomic_init(&push->refs, 2);
    atomic_init(&push->result, S_OK);
    atomic_init(&push->phase, PUSH_BEFORE);
    push->tag = tag;
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

enum rewire_push_state rewire_push_give_up(struct rewire_push *push)
{
    int before = PUSH_BEFORE;

    if (atomic_compare_exchange_strong(&push->phase, &before, PUSH_GIVEN_UP)) {
        /* the helper has nothing to do but to let go */
        (void)WaitForSingleObject(push->done, INFINITE);
        return REWIRE_PUSH_NEVER;
    }
    if (!rewire_push_is_over(push))
        return REWIRE_PUSH_INSIDE;
    return rewire_push_result(push) == S_OK ? REWIRE_PUSH_TAKEN : REWIRE_PUSH_REFUSED;
}
