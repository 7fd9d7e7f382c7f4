/* SPDX-License-Identifier: MIT */
/* persist_save.c - the graph as a graph file: who is there and who feeds whom, then what each filter says.
 *
 * Control threads.  Members and connections are noted under the graph lock; classes, paths and states are
 * asked for without it.
 * Knows: IPersistStream, IFileSourceFilter, IFileSinkFilter.  Must not know: the text.
 */
#include "graph/graph_internal.h"

#include <wchar.h>

#include "platform/memory.h"

static HRESULT filter_fails(struct graph *graph, const WCHAR *name, const char *what,
                            HRESULT hr)
{
    char text[256];

    graph_text_from_wide(name, text, sizeof(text));
    graph_report_set(graph, "%s can't be saved (0x%08x): %s", text, (unsigned)hr, what);
    return hr;
}

/* ---- under the lock: members, connections, clock ----------------------------------------- */

/* The oldest first, so that loading adds them in the order in which they came.  What a prepared edit will
 * bring is not there yet. */
static HRESULT members_note_locked(struct graph *graph, struct graph_file *file,
                                   IBaseFilter **filters)
{
    for (struct graph_node *node = graph->members.last; node != NULL; node = node->previous) {
        struct graph_file_filter *filter;

        if (node->is_to_come)
            continue;
        filter = graph_file_add_filter(file);
        if (filter == NULL)
            return E_OUTOFMEMORY;
        node->index = file->filter_count - 1;
        filters[node->index] = node->filter;
        IBaseFilter_AddRef(node->filter);
        filter->number = (unsigned)file->filter_count;
        filter->name = rg_memory_dup(node->name, (wcslen(node->name) + 1) * sizeof(WCHAR));
        if (filter->name == NULL)
            return E_OUTOFMEMORY;
    }
    return S_OK;
}

static HRESULT link_note_locked(struct graph *graph, struct graph_file *file,
                                struct graph_node *from, IPin *output)
{
    RG_AUTO(IPin) input = graph_pin_peer(output);
    struct graph_node *to = input != NULL ? graph_node_of_pin(graph, input) : NULL;
    struct graph_file_link *link;
    HRESULT hr;

    if (to == NULL || to->is_to_come)
        return S_OK;
    link = graph_file_add_link(file);
    if (link == NULL)
        return E_OUTOFMEMORY;
    link->from = from->index;
    link->to = to->index;
    hr = IPin_QueryId(output, &link->from_pin);
    if (SUCCEEDED(hr))
        hr = IPin_QueryId(input, &link->to_pin);
    if (SUCCEEDED(hr))
        hr = IPin_ConnectionMediaType(output, &link->type);
    return FAILED(hr) ? filter_fails(graph, from->name, "its pins don't tell of themselves", hr)
                      : S_OK;
}

static HRESULT links_of_locked(struct graph *graph, struct graph_file *file,
                               IBaseFilter *filter)
{
    struct graph_node *node = graph_node_of_filter(graph, filter);
    struct graph_pins pins;
    HRESULT hr = node != NULL && !node->is_to_come ? graph_pins_open(&pins, filter) : S_FALSE;

    if (hr != S_OK)
        return hr;
    for (size_t i = 0; i < pins.count && SUCCEEDED(hr); i++)
        if (graph_pin_is_output(pins.list[i]))
            hr = link_note_locked(graph, file, node, pins.list[i]);
    graph_pins_close(&pins);
    return hr;
}

/* A clock that is neither a member's nor of a class can't be written: the graph will choose. */
static void clock_note_locked(struct graph *graph, struct graph_file *file,
                              IBaseFilter **filters)
{
    RG_AUTO(IPersist) persist = NULL;

    if (graph->clock_choice == GRAPH_CLOCK_NONE)
        file->clock = GRAPH_FILE_CLOCK_NONE;
    if (graph->clock_choice != GRAPH_CLOCK_GIVEN)
        return;
    for (size_t i = 0; i < file->filter_count; i++) {
        if (graph_identity(filters[i]) == graph_identity(graph->clock)) {
            file->clock = GRAPH_FILE_CLOCK_FILTER;
            file->clock_filter = i;
            return;
        }
    }
    if (SUCCEEDED(
            IReferenceClock_QueryInterface(graph->clock, &IID_IPersist, (void **)&persist)) &&
        SUCCEEDED(IPersist_GetClassID(persist, &file->clock_class)))
        file->clock = GRAPH_FILE_CLOCK_CLASS;
}

/* Connections come in the order in which data flows, so that a filter has its input before its outputs
 * are connected. */
static HRESULT graph_note_locked(struct graph *graph, struct graph_file *file,
                                 IBaseFilter **filters)
{
    struct graph_snapshot order;
    HRESULT hr = graph_snapshot_locked(graph, &order);

    if (FAILED(hr))
        return hr;
    hr = members_note_locked(graph, file, filters);
    for (size_t i = order.count; i-- != 0 && SUCCEEDED(hr);)
        hr = links_of_locked(graph, file, order.filters[i]);
    if (SUCCEEDED(hr))
        clock_note_locked(graph, file, filters);
    graph_snapshot_free(&order);
    return hr;
}

/* ---- without it: what a filter says of itself -------------------------------------------- */

static void paths_ask(IBaseFilter *filter, struct graph_file_filter *to)
{
    RG_AUTO(IFileSourceFilter) source = NULL;
    RG_AUTO(IFileSinkFilter) sink = NULL;

    if (FAILED(IBaseFilter_QueryInterface(filter, &IID_IFileSourceFilter, (void **)&source)) ||
        FAILED(IFileSourceFilter_GetCurFile(source, &to->source, NULL)))
        to->source = NULL;
    if (FAILED(IBaseFilter_QueryInterface(filter, &IID_IFileSinkFilter, (void **)&sink)) ||
        FAILED(IFileSinkFilter_GetCurFile(sink, &to->sink, NULL)))
        to->sink = NULL;
}

/* All that was written to a stream in memory. */
static HRESULT stream_take(IStream *stream, uint8_t **ret, uint32_t *ret_bytes)
{
    static const LARGE_INTEGER beginning = { .QuadPart = 0 };
    STATSTG stat = { 0 };
    ULONG got = 0;
    HRESULT hr = IStream_Stat(stream, &stat, STATFLAG_NONAME);

    if (SUCCEEDED(hr))
        hr = IStream_Seek(stream, beginning, STREAM_SEEK_SET, NULL);
    if (FAILED(hr))
        return hr;
    *ret = rg_alloc((size_t)stat.cbSize.QuadPart);
    if (*ret == NULL)
        return E_OUTOFMEMORY;
    hr = IStream_Read(stream, *ret, (ULONG)stat.cbSize.QuadPart, &got);
    *ret_bytes = got;
    return hr;
}

static HRESULT state_ask(IBaseFilter *filter, BOOL clear_dirty, struct graph_file_filter *to)
{
    RG_AUTO(IPersistStream) persist = NULL;
    RG_AUTO(IStream) stream = NULL;
    HRESULT hr;

    if (FAILED(IBaseFilter_QueryInterface(filter, &IID_IPersistStream, (void **)&persist)))
        return S_OK;
    hr = CreateStreamOnHGlobal(NULL, TRUE, &stream);
    if (FAILED(hr))
        return hr;
    hr = IPersistStream_Save(persist, stream, clear_dirty);
    if (hr == E_NOTIMPL)
        return S_OK;
    return FAILED(hr) ? hr : stream_take(stream, &to->state, &to->state_bytes);
}

static HRESULT filter_ask(struct graph *graph, IBaseFilter *filter, BOOL clear_dirty,
                          struct graph_file_filter *to)
{
    HRESULT hr = IBaseFilter_GetClassID(filter, &to->clsid);

    if (FAILED(hr))
        return filter_fails(graph, to->name, "it does not tell its class", hr);
    paths_ask(filter, to);
    hr = state_ask(filter, clear_dirty, to);
    return FAILED(hr) ? filter_fails(graph, to->name, "its state could not be had", hr) : S_OK;
}

HRESULT graph_file_collect(struct graph *graph, BOOL clear_dirty, struct graph_file *ret,
                           LONG *ret_version)
{
    IBaseFilter **filters;
    size_t count;
    HRESULT hr = graph_lock_for_call(graph);

    if (FAILED(hr))
        return hr;
    hr = E_OUTOFMEMORY;
    *ret_version = graph->version;
    count = graph->members.count;
    filters = rg_calloc(count, sizeof(*filters));
    if (filters != NULL)
        hr = graph_note_locked(graph, ret, filters);
    graph_unlock(graph);
    for (size_t i = 0; i < ret->filter_count && SUCCEEDED(hr); i++)
        hr = filter_ask(graph, filters[i], clear_dirty, &ret->filters[i]);
    for (size_t i = 0; filters != NULL && i < count && filters[i] != NULL; i++)
        IBaseFilter_Release(filters[i]);
    rg_free(filters);
    return hr;
}
