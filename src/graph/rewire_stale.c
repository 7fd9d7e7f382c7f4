/* SPDX-License-Identifier: MIT */
/* rewire_stale.c - foreign ends of a drain that is over, while its marker may still reach them.
 *
 * A foreign input takes whatever end of stream comes next for the marker it was told to expect, and
 * any other for the real one.  So it stays told until no call is under way with the marker, and the
 * next drain to the same input waits for that.
 * Control threads under the graph lock; the last call that comes out, on its own thread.
 * Knows: IPinConnection, platform/marker.h.  Must not know: why something is drained.
 */
#include "graph/rewire_push.h"

#include <stdatomic.h>

#include "platform/marker.h"
#include "platform/memory.h"

struct rewire_stale {
    atomic_uint refs;          /* the drain's or the graph's; the marker's */
    HANDLE out;                /* manual reset: no call is under way any more */
    IPinConnection **ends;     /* references till it is out, keys till the end */
    size_t n_ends, ends_room;  /* not changed once the drain is over */
    struct rewire_stale *next; /* in graph->stale_drains, under its lock */
};

static void stale_release(struct rewire_stale *stale)
{
    if (atomic_fetch_sub(&stale->refs, 1) != 1)
        return;
    CloseHandle(stale->out);
    rg_free(stale->ends);
    rg_free(stale);
}

static struct rewire_stale *stale_new(void)
{
    struct rewire_stale *stale = rg_calloc(1, sizeof(*stale));

    if (stale == NULL)
        return NULL;
    atomic_init(&stale->refs, 1);
    stale->out = CreateEventW(NULL, TRUE, FALSE, NULL);
    if (stale->out == NULL) {
        rg_free(stale);
        return NULL;
    }
    return stale;
}

HRESULT rewire_stale_add(struct rewire_stale **stale, IPinConnection *end)
{
    HRESULT hr;

    if (*stale == NULL)
        *stale = stale_new();
    if (*stale == NULL)
        return E_OUTOFMEMORY;
    hr = rewire_grow(&(*stale)->ends, (*stale)->n_ends, &(*stale)->ends_room,
                     sizeof((*stale)->ends[0]));
    if (FAILED(hr))
        return hr;
    IPinConnection_AddRef(end);
    (*stale)->ends[(*stale)->n_ends++] = end;
    return S_OK;
}

/* The ends expect no marker any more. */
static void come_out(void *context)
{
    struct rewire_stale *stale = context;

    for (size_t i = 0; i < stale->n_ends; i++)
        (void)IPinConnection_NotifyEndOfStream(stale->ends[i], NULL);
    for (size_t i = 0; i < stale->n_ends; i++)
        IPinConnection_Release(stale->ends[i]); /* the places stay, to be compared */
    SetEvent(stale->out);
    stale_release(stale);
}

static bool is_out(const struct rewire_stale *stale)
{
    return WaitForSingleObject(stale->out, 0) == WAIT_OBJECT_0;
}

void rewire_stale_begin(struct graph *graph, struct rewire_stale *stale, uint64_t tag)
{
    if (stale == NULL) {
        rg_marker_over(tag, NULL, NULL);
        return;
    }
    atomic_fetch_add(&stale->refs, 1);
    rg_marker_over(tag, come_out, stale);
    if (is_out(stale)) {
        stale_release(stale);
        return;
    }
    stale->next = graph->stale_drains;
    graph->stale_drains = stale;
}

void graph_stale_drains_reap(struct graph *graph, bool all)
{
    struct rewire_stale **where = &graph->stale_drains;

    while (*where != NULL) {
        struct rewire_stale *stale = *where;

        if (!all && !is_out(stale)) {
            where = &stale->next;
            continue;
        }
        *where = stale->next;
        stale_release(stale);
    }
}

HANDLE rewire_stale_find(struct graph *graph, IPinConnection *end)
{
    graph_stale_drains_reap(graph, false);
    for (struct rewire_stale *stale = graph->stale_drains; stale != NULL; stale = stale->next)
        for (size_t i = 0; i < stale->n_ends; i++)
            if (stale->ends[i] == end)
                return stale->out;
    return NULL;
}
