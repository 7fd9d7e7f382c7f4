/* SPDX-License-Identifier: MIT */
/* render.c - from an output pin to renderers, and from a file name to an output pin.
 *
 * Control threads under the graph lock.
 * Knows: candidates, trails, IFileSourceFilter, IStreamBuilder.  Must not know: containers,
 * codecs.
 */
#include "graph/graph_internal.h"

#include "com/registry.h"
#include "media/type.h"
#include "platform/memory.h"

#define ROAD_MOST     8    /* filters one after the other */
#define ATTEMPTS_MOST 4096 /* calls of IPin::Connect */

struct rendering {
    struct graph *graph;
    unsigned flags;
    struct graph_trail trail;
    unsigned attempts;
    const struct rg_class_entry *entries[ROAD_MOST]; /* on the road now */
    unsigned depth;
};

static HRESULT render_pin(struct rendering *r, IPin *output);

static bool is_final(HRESULT hr)
{
    return hr == E_ABORT || hr == E_OUTOFMEMORY;
}

static bool is_connected(IPin *pin)
{
    RG_AUTO(IPin) peer = graph_pin_peer(pin);

    return peer != NULL;
}

/* A pin may know better how to be rendered. */
static bool rendered_by_itself(struct rendering *r, IPin *output)
{
    RG_AUTO(IStreamBuilder) builder = NULL;
    IGraphBuilder *graph = (IGraphBuilder *)&r->graph->builder.i;

    if (FAILED(output->lpVtbl->QueryInterface(output, &IID_IStreamBuilder, (void **)&builder)))
        return false;
    if (SUCCEEDED(builder->lpVtbl->Render(builder, output, graph)))
        return true;
    builder->lpVtbl->Backout(builder, output, graph);
    return false;
}

/* Renders what comes out of a filter whose input was just connected.  S_OK;
 * VFW_S_PARTIAL_RENDER: some of it; VFW_E_CANNOT_RENDER: there are outputs, and none could
 * be. */
static HRESULT render_outputs(struct rendering *r, IBaseFilter *filter)
{
    unsigned tried = 0, done = 0;
    bool partial = false;
    struct graph_pins pins;
    HRESULT hr = graph_pins_open(&pins, filter);

    if (FAILED(hr))
        return hr;
    for (size_t i = 0; i < pins.count; i++) {
        if (!graph_pin_is_output(pins.list[i]) || is_connected(pins.list[i]) ||
            graph_pin_is_hidden(pins.list[i]))
            continue;
        tried++;
        hr = render_pin(r, pins.list[i]);
        if (is_final(hr))
            break;
        if (SUCCEEDED(hr))
            done++;
        partial = partial || hr == VFW_S_PARTIAL_RENDER;
    }
    graph_pins_close(&pins);
    if (is_final(hr))
        return hr;
    if (tried != 0 && done == 0)
        return VFW_E_CANNOT_RENDER;
    return done < tried || partial ? VFW_S_PARTIAL_RENDER : S_OK;
}

static bool has_outputs(IBaseFilter *filter)
{
    struct graph_pins pins;
    bool found = false;

    (void)graph_pins_open(&pins, filter);
    for (size_t i = 0; i < pins.count && !found; i++)
        found = graph_pin_is_output(pins.list[i]);
    graph_pins_close(&pins);
    return found;
}

/* Into each free input of a filter in turn, and on. */
static HRESULT render_into(struct rendering *r, IPin *output, IBaseFilter *filter)
{
    size_t keep = r->trail.count;
    struct graph_pins pins;
    HRESULT result = VFW_E_CANNOT_RENDER;
    HRESULT hr = graph_pins_open(&pins, filter);

    if (FAILED(hr))
        return hr;
    for (size_t i = 0; i < pins.count; i++) {
        if (graph_pin_is_output(pins.list[i]) || is_connected(pins.list[i]) ||
            graph_pin_is_hidden(pins.list[i]))
            continue;
        result = atomic_load(&r->graph->abort_connect) ? E_ABORT : S_OK;
        if (SUCCEEDED(result) && r->attempts++ >= ATTEMPTS_MOST)
            result = VFW_E_CANNOT_RENDER;
        if (SUCCEEDED(result))
            result = graph_join_locked(r->graph, output, pins.list[i], NULL, &r->trail);
        if (SUCCEEDED(result))
            result = render_outputs(r, filter);
        if (SUCCEEDED(result) || is_final(result))
            break;
        graph_trail_undo_locked(r->graph, &r->trail, keep);
    }
    graph_pins_close(&pins);
    return result;
}

static bool is_usable(struct rendering *r, IPin *output, struct graph_candidate *candidate)
{
    struct graph_node *from, *to;

    if (candidate->entry != NULL) {
        for (unsigned i = 0; i < r->depth; i++)
            if (r->entries[i] == candidate->entry)
                return false;
        return true;
    }
    if (candidate->from_cache)
        return true;
    from = graph_node_of_pin(r->graph, output);
    to = graph_node_of_filter(r->graph, candidate->filter);
    return from != NULL && to != NULL &&
           SUCCEEDED(graph_walk_reaches_locked(r->graph, to, from));
}

static HRESULT render_by(struct rendering *r, IPin *output, struct graph_candidate *candidate)
{
    size_t keep = r->trail.count;
    HRESULT hr;

    if (!is_usable(r, output, candidate))
        return VFW_E_CANNOT_RENDER;
    hr = graph_candidate_join_locked(r->graph, candidate, &r->trail);
    if (FAILED(hr))
        return hr;
    if (candidate->entry != NULL && (r->flags & GRAPH_CONNECT_EXISTING_RENDERERS) != 0 &&
        !has_outputs(candidate->filter)) {
        hr = VFW_E_CANNOT_RENDER; /* a new renderer */
    } else {
        r->entries[r->depth++] = candidate->entry;
        hr = render_into(r, output, candidate->filter);
        r->depth--;
    }
    if (FAILED(hr))
        graph_trail_undo_locked(r->graph, &r->trail, keep);
    return hr;
}

/* At most ROAD_MOST calls deep. */
static HRESULT render_pin(struct rendering *r, IPin *output)
{
    struct graph_candidates all;
    HRESULT hr;

    if (r->depth == ROAD_MOST)
        return VFW_E_CANNOT_RENDER;
    if (rendered_by_itself(r, output))
        return S_OK;
    hr = graph_candidates_of(r->graph, output, r->flags, &all);
    if (FAILED(hr))
        return hr;
    hr = VFW_E_CANNOT_RENDER;
    for (size_t i = 0; i < all.count; i++) {
        hr = render_by(r, output, &all.list[i]);
        if (SUCCEEDED(hr) || is_final(hr))
            break;
    }
    graph_candidates_free(&all);
    return SUCCEEDED(hr) || is_final(hr) ? hr : VFW_E_CANNOT_RENDER;
}

/* Nothing stays of a failed rendering. */
static HRESULT render_locked(struct graph *graph, IPin *output, unsigned flags)
{
    struct rendering r = { .graph = graph, .flags = flags };
    HRESULT hr;

    graph_edits_let_go(graph, NULL);
    hr = render_pin(&r, output);

    if (FAILED(hr)) {
        graph_trail_undo_locked(graph, &r.trail, 0);
        graph_report_render(graph, output, hr);
    }
    graph_trail_free(&r.trail);
    return hr;
}

HRESULT graph_render(struct graph *graph, IPin *output, unsigned flags)
{
    HRESULT hr;

    if (output == NULL)
        return E_POINTER;
    if (!graph_pin_is_output(output))
        return VFW_E_INVALID_DIRECTION;
    graph_lock(graph, NULL, INFINITE);
    atomic_store(&graph->abort_connect, false);
    if (graph_node_of_pin(graph, output) == NULL)
        hr = VFW_E_NOT_IN_GRAPH;
    else if (is_connected(output))
        hr = VFW_E_ALREADY_CONNECTED;
    else
        hr = render_locked(graph, output, flags);
    graph_unlock(graph);
    return hr;
}

/* ---- files ------------------------------------------------------------------------------- */

/* S_OK and the loaded filter; what Load said; E_NOINTERFACE: this class reads no files. */
static HRESULT source_try(const struct rg_class_entry *entry, const WCHAR *path,
                          IBaseFilter **ret)
{
    RG_AUTO(IBaseFilter) filter = NULL;
    RG_AUTO(IFileSourceFilter) file = NULL;
    HRESULT hr = rg_class_make(entry, NULL, &IID_IBaseFilter, (void **)&filter);

    if (FAILED(hr))
        return VFW_E_CANNOT_LOAD_SOURCE_FILTER;
    hr = filter->lpVtbl->QueryInterface(filter, &IID_IFileSourceFilter, (void **)&file);
    if (FAILED(hr))
        return E_NOINTERFACE;
    hr = file->lpVtbl->Load(file, path, NULL);
    if (FAILED(hr))
        return hr;
    *ret = RG_STEAL(&filter);
    return S_OK;
}

/* The class that opens containers first, then every other source by merit. */
static HRESULT source_find(const WCHAR *path, IBaseFilter **ret)
{
    struct rg_class_query query = { .categories = RG_CATEGORY_BIT(RG_CLASS_SOURCE) };
    const struct rg_class_row *demux = rg_class_row_by_name("demux");
    unsigned count = rg_class_find(&query, NULL, 0);
    const struct rg_class_row **rows RG_AUTO_FREE = rg_calloc(count + 1, sizeof(*rows));
    HRESULT result = VFW_E_CANNOT_LOAD_SOURCE_FILTER;

    if (rows == NULL)
        return E_OUTOFMEMORY;
    if (demux != NULL) {
        HRESULT hr = source_try(demux->entry, path, ret);

        if (SUCCEEDED(hr))
            return hr;
        if (hr != E_NOINTERFACE)
            result = hr;
    }
    (void)rg_class_find(&query, rows, count);
    for (unsigned i = 0; i < count; i++) {
        HRESULT hr;

        if (rows[i] == NULL || (demux != NULL && rows[i]->entry == demux->entry))
            continue;
        hr = source_try(rows[i]->entry, path, ret);
        if (SUCCEEDED(hr))
            return hr;
        if (hr != E_NOINTERFACE && result == VFW_E_CANNOT_LOAD_SOURCE_FILTER)
            result = hr; /* the first one to say why */
    }
    return result;
}

HRESULT graph_add_source(struct graph *graph, const WCHAR *path, const WCHAR *name,
                         IBaseFilter **ret)
{
    RG_AUTO(IBaseFilter) filter = NULL;
    char text[512];
    HRESULT hr;

    if (ret == NULL)
        return E_POINTER;
    *ret = NULL;
    if (path == NULL)
        return E_POINTER;
    graph_lock(graph, NULL, INFINITE);
    hr = source_find(path, &filter);
    if (SUCCEEDED(hr)) {
        hr = graph_add_locked(graph, filter, name, 0, NULL);
    } else {
        graph_text_from_wide(path, text, sizeof(text));
        graph_report_set(graph, "\"%s\" could not be opened by any source (0x%08x)", text,
                         (unsigned)hr);
    }
    graph_unlock(graph);
    if (SUCCEEDED(hr))
        *ret = RG_STEAL(&filter);
    return hr;
}

enum stream_kind {
    STREAM_OTHER = 1,
    STREAM_VIDEO,
    STREAM_AUDIO,
};

static enum stream_kind pin_kind(IPin *pin)
{
    RG_AUTO(IEnumMediaTypes) types = NULL;
    enum stream_kind kind = STREAM_OTHER;
    AM_MEDIA_TYPE *type = NULL;

    if (FAILED(pin->lpVtbl->EnumMediaTypes(pin, &types)) ||
        types->lpVtbl->Next(types, 1, &type, NULL) != S_OK)
        return kind;
    if (IsEqualGUID(&type->majortype, &MEDIATYPE_Video))
        kind = STREAM_VIDEO;
    else if (IsEqualGUID(&type->majortype, &MEDIATYPE_Audio))
        kind = STREAM_AUDIO;
    rg_type_delete(type);
    return kind;
}

static HRESULT render_source(struct graph *graph, IBaseFilter *source)
{
    unsigned done = 0, failed = 0, video = 0, audio = 0;
    bool partial = false;
    struct graph_pins pins;
    HRESULT hr = graph_pins_open(&pins, source);

    if (FAILED(hr))
        return hr;
    for (size_t i = 0; i < pins.count; i++) {
        if (!graph_pin_is_output(pins.list[i]) || graph_pin_is_hidden(pins.list[i]))
            continue;
        hr = render_locked(graph, pins.list[i], 0);
        if (is_final(hr))
            break;
        partial = partial || hr == VFW_S_PARTIAL_RENDER;
        if (SUCCEEDED(hr)) {
            done++;
        } else {
            failed++;
            video += pin_kind(pins.list[i]) == STREAM_VIDEO;
            audio += pin_kind(pins.list[i]) == STREAM_AUDIO;
        }
    }
    graph_pins_close(&pins);
    if (is_final(hr))
        return hr;
    if (done == 0)
        return VFW_E_CANNOT_RENDER;
    if (failed == 0)
        return partial ? VFW_S_PARTIAL_RENDER : S_OK;
    if (failed == video)
        return VFW_S_VIDEO_NOT_RENDERED;
    return failed == audio ? VFW_S_AUDIO_NOT_RENDERED : VFW_S_PARTIAL_RENDER;
}

HRESULT graph_render_file(struct graph *graph, const WCHAR *path)
{
    RG_AUTO(IBaseFilter) source = NULL;
    HRESULT hr;

    if (path == NULL)
        return E_POINTER;
    graph_lock(graph, NULL, INFINITE);
    atomic_store(&graph->abort_connect, false);
    hr = graph_add_source(graph, path, path, &source);
    if (SUCCEEDED(hr)) {
        hr = render_source(graph, source);
        if (FAILED(hr)) {
            struct graph_node *node = graph_node_of_filter(graph, source);

            if (node != NULL)
                (void)graph_remove_locked(graph, node, 0);
        }
    }
    graph_unlock(graph);
    return hr;
}
