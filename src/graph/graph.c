/* SPDX-License-Identifier: MIT */
/* graph.c - the Filter Graph Manager is made, asked for its faces, and taken down.
 *
 * Any thread makes and releases it; its last reference must not be dropped by a streaming
 * thread.
 * Knows: which parts there are.  Must not know: what they do.
 */
#include "graph/graph_internal.h"

#include "platform/memory.h"

/* ---- faces ------------------------------------------------------------------------------- */

#define MAP_ROW(I, member) COM_ENTRY(I, struct graph, member),

static const struct com_entry graph_map[] = { GRAPH_MAP(MAP_ROW) COM_MAP_END };

static void faces_init(struct graph *graph)
{
#define FACE_INIT(I, member, table) COM_FACE_INIT(&graph->object, graph->member, &table);
    GRAPH_FACES(FACE_INIT)
}

/* ---- life -------------------------------------------------------------------------------- */

static void members_free(struct graph *graph)
{
    graph_lock(graph, NULL, INFINITE);
    (void)graph_stop(graph);
    while (graph->members.first != NULL)
        (void)graph_remove_locked(graph, graph->members.first, GRAPH_REMOVE_FORCE);
    while (graph->cached.first != NULL)
        (void)graph_cache_drop_locked(graph, graph->cached.first->filter);
    graph_unlock(graph);
}

/* Takes a half-built graph too.  Not under any lock, and not inside a filter's call. */
void graph_take_down(struct graph *graph)
{
    graph_worker_stop(graph);
    if (graph->gate.free_event != NULL)
        members_free(graph);
    graph_stale_visits_reap(graph, true); /* nobody streams any more */
    graph_stale_drains_reap(graph, true);
    graph_stale_pushes_drop(graph);
    graph_stale_stoppers_reap(graph, true);
    graph_reconnects_drop(graph);
    graph_step_forget_locked(graph);
    graph_deferred_drop(graph);
    if (graph->clock != NULL)
        graph->clock->lpVtbl->Release(graph->clock);
    if (graph->system_clock != NULL)
        graph->system_clock->lpVtbl->Release(graph->system_clock);
    graph_events_free(graph);
    if (graph->settled != NULL)
        CloseHandle(graph->settled);
    if (graph->overtaken != NULL)
        CloseHandle(graph->overtaken);
    graph_table_free(&graph->by_filter);
    graph_table_free(&graph->by_name);
    graph_gate_free(&graph->gate);
    graph_build_free(&graph->build);
    graph_site_free(&graph->site);
    graph_resources_free(&graph->resources);
    graph_stats_free(&graph->stats);
    pthread_mutex_destroy(&graph->report_lock);
    pthread_mutex_destroy(&graph->jobs_lock);
    rg_free(graph->report_text);
    com_object_fini(&graph->object);
    rg_free(graph);
}

static DWORD WINAPI take_down_main(void *arg)
{
    rg_thread_set_name("graph's end");
    graph_take_down(arg);
    return 0;
}

/* A thread that carries samples can't wait until nobody does. */
static bool take_down_elsewhere(struct graph *graph)
{
    HANDLE thread = CreateThread(NULL, 0, take_down_main, graph, 0, NULL);

    if (thread != NULL)
        CloseHandle(thread);
    return thread != NULL;
}

/* The worker owns no reference, so a filter that it calls may hold the last one, or take one
 * for a moment while the graph goes already: the first one to come here decides, and the
 * worker itself waits until it is out of the filter. */
static void graph_destroy(struct com_object *object)
{
    struct graph *graph = (struct graph *)object;

    if (atomic_exchange(&graph->is_ending, true) || graph_worker_ends_it(graph))
        return;
    if (!graph_caller_carries(graph) || !take_down_elsewhere(graph))
        graph_take_down(graph);
}

static HRESULT graph_build(struct graph *graph)
{
    HRESULT hr = graph_gate_init(graph);

    if (SUCCEEDED(hr))
        hr = graph_events_init(graph);
    if (SUCCEEDED(hr))
        hr = graph_table_init(&graph->by_filter);
    if (SUCCEEDED(hr))
        hr = graph_table_init(&graph->by_name);
    if (FAILED(hr))
        return hr;
    graph->settled = CreateEventW(NULL, TRUE, TRUE, NULL);
    graph->overtaken = CreateEventW(NULL, TRUE, FALSE, NULL);
    return graph->settled != NULL && graph->overtaken != NULL ? S_OK : E_OUTOFMEMORY;
}

static HRESULT graph_create_any(bool has_worker, IUnknown *outer, REFIID iid, void **out)
{
    struct graph *graph;
    HRESULT hr;

    if (out == NULL)
        return E_POINTER;
    *out = NULL;
    if (outer != NULL && !IsEqualIID(iid, &IID_IUnknown))
        return CLASS_E_NOAGGREGATION;
    graph = rg_calloc(1, sizeof(*graph));
    if (graph == NULL)
        return E_OUTOFMEMORY;
    com_object_init(&graph->object, has_worker ? "FilterGraph" : "FilterGraphNoThread",
                    graph_map, outer, graph_destroy);
    faces_init(graph);
    pthread_mutex_init(&graph->report_lock, NULL);
    pthread_mutex_init(&graph->jobs_lock, NULL);
    graph_build_init(&graph->build);
    graph_site_init(&graph->site);
    graph_stats_init(&graph->stats);
    graph_resources_init(&graph->resources);
    graph_streams_init(&graph->streams);
    graph->has_worker = has_worker;
    graph->clock_choice = GRAPH_CLOCK_DEFAULT;
    graph->time_format = TIME_FORMAT_MEDIA_TIME;
    graph->rate = 1.0;
    graph->segment_stop = -1;
    atomic_init(&graph->segment_end, -1);
    hr = graph_build(graph);
    if (FAILED(hr)) {
        graph_take_down(graph);
        return hr;
    }
    return com_object_hand_out(&graph->object, outer, iid, out);
}

HRESULT graph_create(IUnknown *outer, REFIID iid, void **out)
{
    return graph_create_any(true, outer, iid, out);
}

HRESULT graph_create_no_thread(IUnknown *outer, REFIID iid, void **out)
{
    return graph_create_any(false, outer, iid, out);
}

/* ---- IGraphVersion ----------------------------------------------------------------------- */

static HRESULT STDMETHODCALLTYPE version_query(IGraphVersion *face, LONG *ret_version)
{
    struct graph *graph = graph_home(face);
    HRESULT hr;

    if (ret_version == NULL)
        return E_POINTER;
    hr = graph_lock_for_call(graph);
    if (FAILED(hr))
        return hr;
    *ret_version = graph->version;
    graph_unlock(graph);
    return S_OK;
}

const IGraphVersionVtbl graph_version_vtbl = {
    COM_UNKNOWN(IGraphVersion),
    .QueryVersion = version_query,
};
