/* SPDX-License-Identifier: MIT */
/* persist_load.c - a graph file made real: filters, then connections, then the clock; all of it or nothing.
 *
 * Control threads.  Filters are made, given their state and their files before anybody knows of them;
 * they join and are connected under the graph lock, and a trail takes that back.
 * Knows: IPersistStream, IFileSourceFilter, IFileSinkFilter.  Must not know: the text.
 */
#include "graph/graph_internal.h"

#include "platform/memory.h"

#define TEXT_ROOM 256
#define NO_LINK   SIZE_MAX

struct load {
    struct graph *graph;
    const struct graph_file *file;
    IBaseFilter **filters; /* references, by index */
    size_t *order; /* links, in the order in which data flows, then of numbers of outputs */
    struct graph_file_turn *outputs, *inputs;
    bool *is_made;       /* by link */
    size_t *inputs_left; /* by filter: links into it that are not made */
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

    for (size_t at = file->link_count; at-- != 0;) { /* the lists keep the order of the turns */
        size_t i = load->outputs[at].link;

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

/* The end of a link: by its words, else in_turn.  Reference, or NULL: not there, or not there yet. */
static IPin *end_find(struct load *load, size_t index, PIN_DIRECTION direction, bool in_turn)
{
    const struct graph_file_link *link = &load->file->links[index];
    IBaseFilter *filter = load->filters[direction == PINDIR_OUTPUT ? link->from : link->to];
    IPin *pin = graph_file_pin(filter, graph_file_word(link, direction));

    if (pin == NULL && in_turn)
        pin = graph_file_pin_in_turn(load->file,
                                     direction == PINDIR_OUTPUT ? load->outputs : load->inputs,
                                     direction, index, load->is_made, filter);
    return pin;
}

static HRESULT pin_fails(struct load *load, size_t index)
{
    const struct graph_file_link *link = &load->file->links[index];
    RG_AUTO(IPin) from = end_find(load, index, PINDIR_OUTPUT, true);
    PIN_DIRECTION direction = from == NULL ? PINDIR_OUTPUT : PINDIR_INPUT;
    size_t place = from == NULL ? link->from : link->to;
    const struct graph_file_filter *filter = &load->file->filters[place];
    char name[TEXT_ROOM], word[TEXT_ROOM], pins[TEXT_ROOM * 4];

    graph_text_from_wide(filter->name, name, sizeof(name));
    graph_text_from_wide(graph_file_word(link, direction), word, sizeof(word));
    graph_file_pins_text(load->filters[place], direction, pins, sizeof(pins));
    graph_report_set(load->graph,
                     "the filter %u of the graph file, \"%s\", has no pin \"%s\" (0x%08x), nor "
                     "another that is left for it; its %s:%s",
                     filter->number, name, word, (unsigned)VFW_E_NOT_FOUND,
                     direction == PINDIR_OUTPUT ? "outputs" : "inputs", pins);
    return VFW_E_NOT_FOUND;
}

static HRESULT direction_fails(struct load *load, IPin *from, IPin *to)
{
    char first[TEXT_ROOM], second[TEXT_ROOM];

    graph_pin_text(from, first, sizeof(first));
    graph_pin_text(to, second, sizeof(second));
    graph_report_set(
        load->graph, "a connection of the graph file goes from %s to %s, but %s (0x%08x)",
        first, second,
        graph_pin_is_output(from) ? "the second is no input" : "the first is no output",
        (unsigned)VFW_E_INVALID_DIRECTION);
    return VFW_E_INVALID_DIRECTION;
}

/* S_FALSE: one of its pins is not there, or not there yet. */
static HRESULT link_make_locked(struct load *load, size_t index, bool in_turn)
{
    const struct graph_file_link *link = &load->file->links[index];
    RG_AUTO(IPin) from = end_find(load, index, PINDIR_OUTPUT, in_turn);
    RG_AUTO(IPin) to = NULL;
    HRESULT hr;

    if (from != NULL)
        to = end_find(load, index, PINDIR_INPUT, in_turn);
    if (to == NULL)
        return S_FALSE;
    if (!graph_pin_is_output(from) || graph_pin_is_output(to))
        return direction_fails(load, from, to);
    hr = graph_join_locked(load->graph, from, to, &link->type, &load->trail);
    if (FAILED(hr) && hr != E_OUTOFMEMORY)
        hr = graph_join_locked(load->graph, from, to, NULL, &load->trail);
    if (FAILED(hr))
        graph_report_connect(load->graph, from, to, NULL, hr);
    return FAILED(hr) ? hr : S_OK;
}

/* Once over the links that are not made, in the order in which data flows: a filter that has not all its
 * inputs does not know what to offer.  S_OK: some were made; S_FALSE: none.  *ret_missing: the first that
 * was not. */
static HRESULT links_try_locked(struct load *load, bool in_turn, size_t *ret_missing)
{
    bool is_any = false;

    *ret_missing = NO_LINK;
    for (size_t i = 0; i < load->file->link_count; i++) {
        size_t index = load->order[i];
        const struct graph_file_link *link = &load->file->links[index];
        HRESULT hr = S_FALSE;

        if (load->is_made[index])
            continue;
        if (load->inputs_left[link->from] == 0)
            hr = link_make_locked(load, index, in_turn);
        if (FAILED(hr))
            return hr;
        if (hr == S_FALSE) {
            *ret_missing = *ret_missing == NO_LINK ? index : *ret_missing;
            continue;
        }
        load->is_made[index] = is_any = true;
        load->inputs_left[link->to]--;
    }
    return is_any ? S_OK : S_FALSE;
}

/* A pin may come only when another of its filter is connected: as long as there is any link that can be
 * made, the others wait for it.  Pins are given in turn only where words alone lead no further. */
static HRESULT links_make_locked(struct load *load)
{
    size_t missing = NO_LINK;
    HRESULT hr;

    do {
        hr = links_try_locked(load, false, &missing);
        if (hr == S_FALSE && missing != NO_LINK)
            hr = links_try_locked(load, true, &missing);
    } while (hr == S_OK && missing != NO_LINK);
    if (FAILED(hr) || missing == NO_LINK)
        return FAILED(hr) ? hr : S_OK;
    return pin_fails(load, missing);
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
    load->inputs_left = rg_calloc(load->file->filter_count, sizeof(*load->inputs_left));
    load->outputs = graph_file_turns(load->file, PINDIR_OUTPUT);
    load->inputs = graph_file_turns(load->file, PINDIR_INPUT);
    if (load->filters == NULL || load->order == NULL || load->is_made == NULL ||
        load->inputs_left == NULL || load->outputs == NULL || load->inputs == NULL)
        return E_OUTOFMEMORY;
    for (size_t i = 0; i < load->file->link_count; i++)
        load->inputs_left[load->file->links[i].to]++;
    return S_OK;
}

static void load_close(struct load *load)
{
    for (size_t i = 0; load->filters != NULL && i < load->file->filter_count; i++)
        if (load->filters[i] != NULL)
            IBaseFilter_Release(load->filters[i]);
    rg_free(load->filters);
    rg_free(load->order);
    rg_free(load->is_made);
    rg_free(load->inputs_left);
    rg_free(load->outputs);
    rg_free(load->inputs);
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
    if (SUCCEEDED(hr))
        hr = graph_lock_for_call(graph);
    if (SUCCEEDED(hr)) {
        hr = build_locked(&load);
        graph_unlock(graph);
    }
    load_close(&load);
    if (FAILED(hr))
        return hr;
    return load.is_part_ignored ? VFW_S_SOME_DATA_IGNORED : S_OK;
}
