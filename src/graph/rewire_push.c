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
#include "platform/time.h"

enum push_phase {
    PUSH_BEFORE = 1, /* the helper has not run yet */
    PUSH_INSIDE,
    PUSH_GIVEN_UP, /* before it began */
};

/* Shared by both threads; freed by the last one. */
struct rewire_push {
    atomic_uint refs;
    const void *graph;        /* a key, for the report */
    _Atomic(uint32_t) thread; /* the helper's id */
    IPin *peer;               /* a reference: who gets the call; the helper's */
    uint64_t tag;
    HANDLE done; /* the call has come back, the reference is gone */
    atomic_int result;
    atomic_int phase;         /* enum push_phase */
    IUnknown *key;            /* of the filter where it went in; no reference */
    struct rewire_push *next; /* in graph->stale_pushes, under its lock */
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

static IUnknown *key_of(IPin *pin)
{
    RG_AUTO(IBaseFilter) filter = graph_pin_filter(pin);

    return filter != NULL ? graph_identity(filter) : NULL;
}

void rewire_push_leave(struct graph *graph, struct rewire_push *push)
{
    if (rewire_push_is_over(push)) {
        rewire_push_release(push);
        return;
    }
    push->next = graph->stale_pushes;
    graph->stale_pushes = push;
}

void graph_stale_pushes_reap(struct graph *graph, bool wait)
{
    int64_t deadline = rg_time_deadline_ns(wait ? REWIRE_LAST_WAIT_MS : 0);
    struct rewire_push **where = &graph->stale_pushes;

    while (*where != NULL) {
        struct rewire_push *push = *where;
        struct rg_wait note = { .what = "a call that was given up to come out",
                                .holder_now = &push->thread };
        DWORD result;

        rg_wait_begin(&note);
        result = WaitForSingleObject(push->done, rewire_ms_left(deadline));
        rg_wait_end(&note);
        if (result != WAIT_OBJECT_0) {
            where = &push->next;
            continue;
        }
        *where = push->next;
        rewire_push_release(push);
    }
}

void graph_stale_pushes_drop(struct graph *graph)
{
    graph_stale_pushes_reap(graph, true);
    while (graph->stale_pushes != NULL) {
        struct rewire_push *push = graph->stale_pushes;

        graph->stale_pushes = push->next;
        rewire_push_release(push);
    }
}

/* May it be inside there, or held up further down? */
static bool may_be_in(struct graph *graph, const struct rewire_push *push, IBaseFilter *filter)
{
    struct graph_node *from = graph_node_of_identity(graph, push->key);
    struct graph_node *node = filter != NULL ? graph_node_of_filter(graph, filter) : NULL;

    return from != NULL && node != NULL && FAILED(graph_walk_reaches_locked(graph, from, node));
}

static bool is_in_the_way(struct rewire *edit, const struct rewire_push *push)
{
    bool is = false;

    for (size_t i = 0; !is && i < edit->n_filters; i++)
        is = edit->filters[i].leaves && may_be_in(edit->graph, push, edit->filters[i].filter);
    for (size_t i = 0; !is && i < edit->n_inputs; i++) {
        RG_AUTO(IBaseFilter) filter = graph_pin_filter(edit->inputs[i].in);

        is = may_be_in(edit->graph, push, filter);
    }
    return is;
}

bool rewire_push_may_be_in(struct graph *graph, IBaseFilter *filter)
{
    for (struct rewire_push *push = graph->stale_pushes; push != NULL; push = push->next)
        if (!rewire_push_is_over(push) && may_be_in(graph, push, filter))
            return true;
    return false;
}

HRESULT rewire_wait_for_pushes(struct rewire *edit)
{
    HRESULT hr = S_OK;

    graph_stale_pushes_reap(edit->graph, false);
    for (struct rewire_push *push = edit->graph->stale_pushes; SUCCEEDED(hr) && push != NULL;
         push = push->next) {
        struct graph_wait note;

        if (edit->no_drain || rewire_push_is_over(push) || !is_in_the_way(edit, push))
            continue;
        graph_wait_set(&note, edit->graph, "a call that was given up to come out", "");
        note.wait.holder_now = &push->thread;
        rg_wait_begin(&note.wait);
        hr = rewire_wait_for_former(edit, push->done);
        rg_wait_end(&note.wait);
    }
    return hr;
}

static void push_send(struct rewire_push *push)
{
    uint64_t before;

    if (!rg_marker_enter(push->tag))
        return;
    before = rg_marker_carry(push->tag);
    atomic_store(&push->result, IPin_EndOfStream(push->peer));
    (void)rg_marker_carry(before);
    rg_marker_leave(push->tag);
}

static DWORD WINAPI push_main(void *arg)
{
    struct rewire_push *push = arg;
    struct graph_wait task;
    char where[sizeof(task.place.name.text)];
    int before = PUSH_BEFORE;

    rg_thread_set_name("drain");
    atomic_store(&push->thread, GetCurrentThreadId());
    graph_pin_text(push->peer, where, sizeof(where));
    graph_task_begin(&task, push->graph, true, "pushing the end of the stream into", where);
    /* given up before it began: nothing is sent */
    if (atomic_compare_exchange_strong(&push->phase, &before, PUSH_INSIDE))
        push_send(push);
    graph_wait_end(&task);
    IPin_Release(push->peer);
    push->peer = NULL; /* whoever has seen done finds no reference left */
    SetEvent(push->done);
    rewire_push_release(push);
    return 0;
}

HRESULT rewire_push_start(struct graph *graph, IPin *peer, uint64_t tag,
                          struct rewire_push **ret)
{
    struct rewire_push *push = rg_calloc(1, sizeof(*push));
    HANDLE thread;

    graph_stale_pushes_reap(graph, false);
    if (push == NULL)
        return E_OUTOFMEMORY;
    atomic_init(&push->refs, 2);
    atomic_init(&push->result, S_OK);
    atomic_init(&push->phase, PUSH_BEFORE);
    atomic_init(&push->thread, 0);
    push->graph = graph_key(graph);
    push->tag = tag;
    push->done = CreateEventW(NULL, TRUE, FALSE, NULL);
    push->peer = peer;
    IPin_AddRef(peer);
    push->key = key_of(peer);
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

const _Atomic(uint32_t) *rewire_push_thread(struct rewire_push *push)
{
    return &push->thread;
}

HRESULT rewire_push_result(struct rewire_push *push)
{
    return atomic_load(&push->result);
}

enum rewire_push_state rewire_push_give_up(struct rewire_push *push)
{
    int before = PUSH_BEFORE;

    if (atomic_compare_exchange_strong(&push->phase, &before, PUSH_GIVEN_UP)) {
        struct rg_wait note = { .what = "a helper that has nothing to do, to let go",
                                .holder_now = &push->thread };

        rg_wait_begin(&note);
        (void)WaitForSingleObject(push->done, INFINITE);
        rg_wait_end(&note);
        return REWIRE_PUSH_NEVER;
    }
    if (!rewire_push_is_over(push))
        return REWIRE_PUSH_INSIDE;
    return rewire_push_result(push) == S_OK ? REWIRE_PUSH_TAKEN : REWIRE_PUSH_REFUSED;
}
