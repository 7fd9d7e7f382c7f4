/* SPDX-License-Identifier: MIT */
/* persist_load.c - a graph file made real: filters, then connections, then the clock; all of it or nothing.
 *
 * Control threads.  Filters are made, given their state and their files before anybody knows of them;
 * they join and are connected under the graph lock, and a trail takes that back.
 * Knows: IPersistStream, IFileSourceFilter, IFileSinkFilter.  Must not know: the text.
 */
#include "graph/graph_internal.h"

#include <wchar.h>

#include "platform/memory.h"

#define TEXT_ROOM 256

struct load {
    struct graph *graph;
    const struct graph_file *file;
    IBaseFilter **filters; /* references, by index */
    size_t *order;         /* links, in the order in which data flows */
    bool *is_made;         /* by link */
    struct graph_trail trail;
    bool is_part_ignored;
};

static HRESULT filter_fails(struct load *load, const struct graph_file_filter *filter,
                            const char *what, const WCHAR *path, HRESULT hr)
{
    char name[TEXT_ROOM], place[TEXT_ROOM] = "";

    graph_text_from_wide(filter->name, name, sizeof(name));
    if (path != NULL)
        graph_text_from_wide(path, place, sizeof(place));
    graph_report_set(load->graph, "the filter %u of the graph file, \"%s\", %s%s (0x%08x)",
                     filter->number, name, what, place, (unsigned)hr);
    return hr;
}

/* ---- one filter -------------------------------------------------------------------------- */

static HRESULT class_fails(struct load *load, const struct graph_file_filter *filter,
                           HRESULT hr)
{
    WCHAR clsid[40];

    (void)StringFromGUID2(&filter->clsid, clsid, 40);
    return filter_fails(load, filter,
                        hr == REGDB_E_CLASSNOTREG ? "is of a class that is not there: "
                                                  : "can't be made from its class ",
                        clsid, hr);
}

static HRESULT state_give(struct load *load, const struct graph_file_filter *from,
                          IBaseFilter *filter)
{
    static const LARGE_INTEGER beginning = { .QuadPart = 0 };
    RG_AUTO(IPersistStream) persist = NULL;
    RG_AUTO(IStream) stream = NULL;
    HRESULT hr;

    if (from->state_bytes == 0)
        return S_OK;
    if (FAILED(IBaseFilter_QueryInterface(filter, &IID_IPersistStream, (void **)&persist))) {
        load->is_part_ignored = true;
        return S_OK;
    }
    hr = CreateStreamOnHGlobal(NULL, TRUE, &stream);
    if (SUCCEEDED(hr))
        hr = IStream_Write(stream, from->state, from->state_bytes, NULL);
    if (SUCCEEDED(hr))
        hr = IStream_Seek(stream, beginning, STREAM_SEEK_SET, NULL);
    if (SUCCEEDED(hr))
        hr = IPersistStream_Load(persist, stream);
    if (hr == E_NOTIMPL) {
        load->is_part_ignored = true;
        return S_OK;
    }
    return FAILED(hr) ? filter_fails(load, from, "does not take its state", NULL, hr) : S_OK;
}

static HRESULT source_give(struct load *load, const struct graph_file_filter *from,
                           IBaseFilter *filter)
{
    RG_AUTO(IFileSourceFilter) file = NULL;
    HRESULT hr;

    if (from->source == NULL)
        return S_OK;
    hr = IBaseFilter_QueryInterface(filter, &IID_IFileSourceFilter, (void **)&file);
    if (SUCCEEDED(hr))
        hr = IFileSourceFilter_Load(file, from->source, NULL);
    return FAILED(hr) ? filter_fails(load, from, "can't read ", from->source, hr) : S_OK;
}

static HRESULT sink_give(struct load *load, const struct graph_file_filter *from,
                         IBaseFilter *filter)
{
    RG_AUTO(IFileSinkFilter) file = NULL;
    HRESULT hr;

    if (from->sink == NULL)
        return S_OK;
    hr = IBaseFilter_QueryInterface(filter, &IID_IFileSinkFilter, (void **)&file);
    if (SUCCEEDED(hr))
        hr = IFileSinkFilter_SetFileName(file, from->sink, NULL);
    return FAILED(hr) ? filter_fails(load, from, "can't write ", from->sink, hr) : S_OK;
}

static HRESULT filter_make(struct load *load, size_t index)
{
    const struct graph_file_filter *from = &load->file->filters[index];
    IBaseFilter **place = &load->filters[index];
    HRESULT hr = CoCreateInstance(&from->clsid, NULL, CLSCTX_INPROC_SERVER, &IID_IBaseFilter,
                                  (void **)place);

    if (FAILED(hr))
        return class_fails(load, from, hr);
    hr = state_give(load, from, *place);
    if (SUCCEEDED(hr))
        hr = source_give(load, from, *place);
    if (SUCCEEDED(hr))
        hr = sink_give(load, from, *place);
    return FAILED(hr) ? hr : S_OK;
}

static HRESULT filter_join_locked(struct load *load, size_t index)
{
    const struct graph_file_filter *from = &load->file->filters[index];
    struct graph_node *node = NULL;
    HRESULT hr = graph_trail_reserve(&load->trail);

    if (SUCCEEDED(hr))
        hr = graph_add_locked(load->graph, load->filters[index], from->name, 0, &node);
    if (FAILED(hr))
        return filter_fails(load, from, "does not join the graph", NULL, hr);
    load->trail.steps[load->trail.count++] = (struct graph_step){ .added = node };
    return S_OK;
}

/* ---- the order of connections ------------------------------------------------------------ */

/* The links that leave each filter, as lists by index + 1; 0 ends a list. */
struct flow {
    size_t *first; /* by filter */
    size_t *next;  /* by link */
    size_t *waits; /* by filter: links into it that are not in the order yet */
    size_t *ready; /* filters whose inputs all are */
};

static size_t flow_sort(struct load *load, struct flow *flow)
{
    const struct graph_file *file = load->file;
    size_t ready = 0, done = 0;

    for (size_t i = file->link_count; i-- != 0;) { /* the lists keep the file's order */
        flow->next[i] = flow->first[file->links[i].from];
        flow->first[file->links[i].from] = i + 1;
        flow->waits[file->links[i].to]++;
    }
    for (size_t i = 0; i < file->filter_count; i++)
        if (flow->waits[i] == 0)
            flow->ready[ready++] = i;
    for (size_t at = 0; at < ready; at++) {
        for (size_t i = flow->first[flow->ready[at]]; i != 0; i = flow->next[i - 1]) {
            size_t to = file->links[i - 1].to;

            load->order[done++] = i - 1;
            if (--flow->waits[to] == 0)
                flow->ready[ready++] = to;
        }
    }
    return done;
}

static HRESULT order_make(struct load *load)
{
    const struct graph_file *file = load->file;
    size_t *first RG_AUTO_FREE = rg_calloc(file->filter_count, sizeof(*first));
    size_t *next RG_AUTO_FREE = rg_calloc(file->link_count, sizeof(*next));
    size_t *waits RG_AUTO_FREE = rg_calloc(file->filter_count, sizeof(*waits));
    size_t *ready RG_AUTO_FREE = rg_calloc(file->filter_count, sizeof(*ready));
    struct flow flow = { first, next, waits, ready };

    if (first == NULL || next == NULL || waits == NULL || ready == NULL)
        return E_OUTOFMEMORY;
    if (flow_sort(load, &flow) == file->link_count)
        return S_OK;
    graph_report_set(load->graph, "the connections of the graph file run in a circle");
    return VFW_E_CIRCULAR_GRAPH;
}

/* ---- one connection ---------------------------------------------------------------------- */

/* By its id, else by its name; reference, or NULL. */
static IPin *pin_find(IBaseFilter *filter, const WCHAR *id)
{
    struct graph_pins pins;
    IPin *found = NULL;

    if (SUCCEEDED(IBaseFilter_FindPin(filter, id, &found)) && found != NULL)
        return found;
    found = NULL;
    (void)graph_pins_open(&pins, filter);
    for (size_t i = 0; i < pins.count && found == NULL; i++) {
        PIN_INFO info = { 0 };

        if (FAILED(IPin_QueryPinInfo(pins.list[i], &info)))
            continue;
        if (info.pFilter != NULL)
            IBaseFilter_Release(info.pFilter);
        if (wcscmp(info.achName, id) == 0) {
            found = pins.list[i];
            IPin_AddRef(found);
        }
    }
    graph_pins_close(&pins);
    return found;
}

static HRESULT pin_fails(struct load *load, const struct graph_file_link *link)
{
    RG_AUTO(IPin) from = pin_find(load->filters[link->from], link->from_pin);
    const struct graph_file_filter *filter =
        &load->file->filters[from == NULL ? link->from : link->to];

    return filter_fails(load, filter, "has no pin ",
                        from == NULL ? link->from_pin : link->to_pin, VFW_E_NOT_FOUND);
}

/* S_FALSE: one of its pins is not there, or not there yet. */
static HRESULT link_make_locked(struct load *load, const struct graph_file_link *link)
{
    RG_AUTO(IPin) from = pin_find(load->filters[link->from], link->from_pin);
    RG_AUTO(IPin) to = pin_find(load->filters[link->to], link->to_pin);
    HRESULT hr;

    if (from == NULL || to == NULL)
        return S_FALSE;
    hr = VFW_E_INVALID_DIRECTION;
    if (graph_pin_is_output(from) && !graph_pin_is_output(to))
        hr = graph_join_locked(load->graph, from, to, &link->type, &load->trail);
    if (FAILED(hr) && hr != E_OUTOFMEMORY && hr != VFW_E_INVALID_DIRECTION)
        hr = graph_join_locked(load->graph, from, to, NULL, &load->trail);
    if (FAILED(hr))
        graph_report_connect(load->graph, from, to, NULL, hr);
    return FAILED(hr) ? hr : S_OK;
}

/* A pin may come only when another of its filter is connected: as long as there is any that can be made,
 * the others wait for it. */
static HRESULT links_make_locked(struct load *load)
{
    size_t left = load->file->link_count, before;
    const struct graph_file_link *missing = NULL;

    do {
        before = left;
        for (size_t i = 0; i < load->file->link_count; i++) {
            const struct graph_file_link *link = &load->file->links[load->order[i]];
            HRESULT hr;

            if (load->is_made[load->order[i]])
                continue;
            hr = link_make_locked(load, link);
            if (FAILED(hr))
                return hr;
            if (hr == S_FALSE) {
                missing = link;
                continue;
            }
            load->is_made[load->order[i]] = true;
            left--;
        }
    } while (left != 0 && left != before);
    if (left == 0)
        return S_OK;
    return missing != NULL ? pin_fails(load, missing) : E_UNEXPECTED;
}

/* ---- the clock --------------------------------------------------------------------------- */

static HRESULT clock_find(struct load *load, IReferenceClock **ret)
{
    const struct graph_file *file = load->file;

    if (file->clock == GRAPH_FILE_CLOCK_FILTER)
        return IBaseFilter_QueryInterface(load->filters[file->clock_filter],
                                          &IID_IReferenceClock, (void **)ret);
    if (file->clock == GRAPH_FILE_CLOCK_CLASS)
        return CoCreateInstance(&file->clock_class, NULL, CLSCTX_INPROC_SERVER,
                                &IID_IReferenceClock, (void **)ret);
    return S_OK;
}

static HRESULT clock_set_locked(struct load *load)
{
    struct graph *graph = load->graph;
    RG_AUTO(IReferenceClock) clock = NULL;
    HRESULT hr;

    if (load->file->clock == GRAPH_FILE_CLOCK_ANY)
        return S_OK;
    hr = clock_find(load, &clock);
    if (SUCCEEDED(hr))
        hr = graph_clock_set_locked(graph, clock);
    if (graph->clock == clock && (clock != NULL || SUCCEEDED(hr))) {
        graph->clock_choice = clock != NULL ? GRAPH_CLOCK_GIVEN : GRAPH_CLOCK_NONE;
        return S_OK; /* a filter that wants no clock is none of our concern */
    }
    graph_report_set(graph, "the clock of the graph file can't be had (0x%08x)", (unsigned)hr);
    return hr;
}

/* ---- the whole --------------------------------------------------------------------------- */

static HRESULT build_locked(struct load *load)
{
    struct graph *graph = load->graph;
    bool was_empty = graph->members.count == 0;
    HRESULT hr = S_OK;

    if (graph->state != State_Stopped || atomic_load(&graph->goal) != State_Stopped) {
        graph_report_set(graph, "the graph is not stopped");
        return VFW_E_NOT_STOPPED;
    }
    graph_edits_let_go(graph, NULL);
    for (size_t i = 0; i < load->file->filter_count && SUCCEEDED(hr); i++)
        hr = filter_join_locked(load, i);
    if (SUCCEEDED(hr))
        hr = links_make_locked(load);
    if (SUCCEEDED(hr))
        hr = clock_set_locked(load);
    if (FAILED(hr))
        graph_trail_undo_locked(graph, &load->trail, 0);
    else if (was_empty)
        graph->persist_state.saved_version = graph->version;
    return hr;
}

static HRESULT load_open(struct load *load)
{
    load->filters = rg_calloc(load->file->filter_count, sizeof(*load->filters));
    load->order = rg_calloc(load->file->link_count, sizeof(*load->order));
    load->is_made = rg_calloc(load->file->link_count, sizeof(*load->is_made));
    return load->filters != NULL && load->order != NULL && load->is_made != NULL
               ? S_OK
               : E_OUTOFMEMORY;
}

static void load_close(struct load *load)
{
    for (size_t i = 0; load->filters != NULL && i < load->file->filter_count; i++)
        if (load->filters[i] != NULL)
            IBaseFilter_Release(load->filters[i]);
    rg_free(load->filters);
    rg_free(load->order);
    rg_free(load->is_made);
    graph_trail_free(&load->trail);
}

HRESULT graph_file_build(struct graph *graph, const struct graph_file *file)
{
    struct load load = { .graph = graph, .file = file };
    HRESULT hr = load_open(&load);

    if (SUCCEEDED(hr))
        hr = order_make(&load);
    for (size_t i = 0; i < file->filter_count && SUCCEEDED(hr); i++)
        hr = filter_make(&load, i);
    if (SUCCEEDED(hr)) {
        graph_lock(graph, NULL, INFINITE);
        hr = build_locked(&load);
        graph_unlock(graph);
    }
    load_close(&load);
    if (FAILED(hr))
        return hr;
    return load.is_part_ignored ? VFW_S_SOME_DATA_IGNORED : S_OK;
}
