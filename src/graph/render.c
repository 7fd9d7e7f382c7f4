/* SPDX-License-Identifier: MIT */
/* render.c - from an output pin to renderers, and from a file name to an output pin.
 *
 * Control threads under the graph lock.
 * Knows: candidates, trails, IFileSourceFilter, IStreamBuilder.  Must not know: containers,
 * codecs.
 */
#include "graph/graph_internal.h"

#include "com/registry.h"
#include "mapper/connect.h"
#include "media/type.h"
#include "platform/memory.h"
#include "platform/time.h"

#define ROAD_MOST     8    /* filters one after the other */
#define ATTEMPTS_MOST 4096 /* calls of IPin::Connect */

struct rendering {
    struct graph *graph;
    unsigned flags;
    struct graph_trail trail;
    unsigned attempts;
    HRESULT said; /* the first refusal that names its reason better than VFW_E_CANNOT_RENDER */
    const struct rg_class_entry *entries[ROAD_MOST]; /* on the road now */
    unsigned depth;
};

static HRESULT render_pin(struct rendering *r, IPin *output);

static bool is_connected(IPin *pin)
{
    RG_AUTO(IPin) peer = graph_pin_peer(pin);

    return peer != NULL;
}

/* ---- what was left out ------------------------------------------------------------------- */

/* The streams of one filter: which were rendered, and of which kind are those that were not. */
struct tally {
    unsigned tried, done;
    bool lacks_video, lacks_audio, lacks_other;
};

/* The only major type that a pin names, or NULL. */
static const GUID *kind_of(IPin *pin)
{
    static const GUID *const kinds[] = { &MEDIATYPE_Video, &MEDIATYPE_Audio };
    RG_AUTO(IEnumMediaTypes) types = NULL;
    const GUID *kind = NULL;
    AM_MEDIA_TYPE *type = NULL;

    if (FAILED(pin->lpVtbl->EnumMediaTypes(pin, &types)) ||
        types->lpVtbl->Next(types, 1, &type, NULL) != S_OK)
        return NULL;
    for (unsigned i = 0; i < ARRAYSIZE(kinds); i++)
        if (IsEqualGUID(&type->majortype, kinds[i]))
            kind = kinds[i];
    rg_type_delete(type);
    return kind;
}

static void tally_add(struct tally *tally, IPin *pin, HRESULT hr)
{
    const GUID *kind = FAILED(hr) ? kind_of(pin) : NULL;

    tally->tried++;
    tally->done += SUCCEEDED(hr);
    if (hr == VFW_S_VIDEO_NOT_RENDERED || kind == &MEDIATYPE_Video)
        tally->lacks_video = true;
    else if (hr == VFW_S_AUDIO_NOT_RENDERED || kind == &MEDIATYPE_Audio)
        tally->lacks_audio = true;
    else if (hr == VFW_S_PARTIAL_RENDER || FAILED(hr))
        tally->lacks_other = true;
}

/* S_OK: all of it, or there was nothing to render. */
static HRESULT tally_result(const struct tally *tally)
{
    if (tally->tried != 0 && tally->done == 0)
        return VFW_E_CANNOT_RENDER;
    if (tally->lacks_other || (tally->lacks_video && tally->lacks_audio))
        return VFW_S_PARTIAL_RENDER;
    if (tally->lacks_video)
        return VFW_S_VIDEO_NOT_RENDERED;
    return tally->lacks_audio ? VFW_S_AUDIO_NOT_RENDERED : S_OK;
}

static bool names_its_reason(HRESULT hr)
{
    return hr == VFW_E_UNSUPPORTED_VIDEO || hr == VFW_E_UNSUPPORTED_AUDIO ||
           hr == VFW_E_UNSUPPORTED_STREAM || hr == VFW_E_NO_AUDIO_HARDWARE ||
           hr == VFW_E_NO_DECOMPRESSOR;
}

/* ---- one pin ----------------------------------------------------------------------------- */

/* A pin may know better how to be rendered.  What it says when it has done so; a failure: it has not, or knows not,
 * and nothing is left of it. */
static HRESULT render_by_itself(struct rendering *r, IPin *output)
{
    IGraphBuilder *graph = (IGraphBuilder *)&r->graph->builder.i;
    RG_AUTO(IStreamBuilder) builder = NULL;
    HRESULT hr = output->lpVtbl->QueryInterface(output, &IID_IStreamBuilder, (void **)&builder);

    if (FAILED(hr))
        return hr;
    hr = graph_trail_reserve(&r->trail);
    if (FAILED(hr))
        return hr;
    graph_log(r->graph, "the pin renders itself");
    graph_log_deeper(r->graph, true);
    hr = builder->lpVtbl->Render(builder, output, graph);
    graph_log_deeper(r->graph, false);
    graph_log(r->graph, "the pin says 0x%08x", (unsigned)hr);
    if (FAILED(hr)) {
        (void)builder->lpVtbl->Backout(builder, output, graph);
        return hr;
    }
    output->lpVtbl->AddRef(output);
    r->trail.steps[r->trail.count++] =
        (struct graph_step){ .output = output, .builder = RG_STEAL(&builder) };
    return hr;
}

/* Renders what comes out of a filter whose input was just connected.  As tally_result. */
static HRESULT render_outputs(struct rendering *r, IBaseFilter *filter)
{
    struct tally tally = { 0 };
    struct graph_pins pins;
    HRESULT hr = graph_pins_open(&pins, filter);

    if (FAILED(hr))
        return hr;
    for (size_t i = 0; i < pins.count; i++) {
        if (!graph_pin_is_output(pins.list[i]) || is_connected(pins.list[i]) ||
            graph_pin_is_hidden(pins.list[i]))
            continue;
        hr = render_pin(r, pins.list[i]);
        if (graph_is_final(hr))
            break;
        tally_add(&tally, pins.list[i], hr);
    }
    graph_pins_close(&pins);
    return graph_is_final(hr) ? hr : tally_result(&tally);
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
        result = graph_build_goes_on_locked(r->graph) ? S_OK : E_ABORT;
        if (SUCCEEDED(result) && r->attempts++ >= ATTEMPTS_MOST)
            result = VFW_E_CANNOT_RENDER;
        if (SUCCEEDED(result))
            result = graph_join_locked(r->graph, output, pins.list[i], NULL, &r->trail);
        if (names_its_reason(result) && r->said == S_OK)
            r->said = result;
        if (SUCCEEDED(result))
            result = render_outputs(r, filter);
        if (SUCCEEDED(result) || graph_is_final(result))
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
            if (graph_same_class(r->entries[i], candidate->entry->clsid))
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
        graph_log_deeper(r->graph, true);
        hr = render_into(r, output, candidate->filter);
        graph_log_deeper(r->graph, false);
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
    hr = render_by_itself(r, output);
    if (SUCCEEDED(hr) || graph_is_final(hr))
        return hr;
    hr = graph_candidates_of(r->graph, output, r->flags, &all);
    if (FAILED(hr))
        return hr;
    hr = VFW_E_CANNOT_RENDER;
    for (size_t i = 0; i < all.count; i++) {
        hr = render_by(r, output, &all.list[i]);
        if (SUCCEEDED(hr) || graph_is_final(hr))
            break;
    }
    graph_candidates_free(&all);
    return SUCCEEDED(hr) || graph_is_final(hr) ? hr : VFW_E_CANNOT_RENDER;
}

/* Nothing stays of a failed rendering. */
static HRESULT render_one(struct rendering *r, IPin *output)
{
    size_t keep = r->trail.count;
    HRESULT hr;

    r->attempts = 0;
    r->said = S_OK;
    hr = render_pin(r, output);
    if (hr == VFW_E_CANNOT_RENDER && r->said != S_OK)
        hr = r->said;
    if (FAILED(hr)) {
        graph_trail_undo_locked(r->graph, &r->trail, keep);
        graph_report_render(r->graph, output, hr);
    }
    return hr;
}

static HRESULT render_locked(struct graph *graph, IPin *output, unsigned flags)
{
    struct rendering r = { .graph = graph, .flags = flags };
    HRESULT hr;

    graph_edits_let_go(graph, NULL);
    hr = render_one(&r, output);
    graph_trail_free(&r.trail);
    return hr;
}

HRESULT graph_render(struct graph *graph, IPin *output, unsigned flags)
{
    int64_t began_ns = rg_time_now_ns();
    HRESULT hr;

    if (output == NULL)
        return E_POINTER;
    if (!graph_pin_is_output(output))
        return VFW_E_INVALID_DIRECTION;
    hr = graph_lock_for_call(graph);
    if (FAILED(hr))
        return hr;
    graph_build_begin_locked(graph, "Render", output, NULL);
    if (graph_node_of_pin(graph, output) == NULL)
        hr = VFW_E_NOT_IN_GRAPH;
    else if (is_connected(output))
        hr = VFW_E_ALREADY_CONNECTED;
    else
        hr = render_locked(graph, output, flags);
    graph_build_end_locked(graph, hr);
    graph_unlock(graph);
    graph_stats_time(graph, GRAPH_STAT_RENDER, began_ns);
    return hr;
}

/* ---- files ------------------------------------------------------------------------------- */

/* S_OK and the loaded filter; what Load said; E_NOINTERFACE: this class reads no files. */
static HRESULT source_try(struct graph *graph, const struct rg_class_entry *entry,
                          const WCHAR *path, const AM_MEDIA_TYPE *type, IBaseFilter **ret)
{
    RG_AUTO(IBaseFilter) filter = NULL;
    RG_AUTO(IFileSourceFilter) file = NULL;
    HRESULT hr = graph_class_make_locked(graph, entry, &filter);

    if (FAILED(hr))
        return VFW_E_CANNOT_LOAD_SOURCE_FILTER;
    hr = filter->lpVtbl->QueryInterface(filter, &IID_IFileSourceFilter, (void **)&file);
    if (FAILED(hr))
        return E_NOINTERFACE;
    graph_build_opens_locked(graph, filter);
    hr = file->lpVtbl->Load(file, path, type);
    graph_log(graph, "source %s: 0x%08x", entry->name, (unsigned)hr);
    if (!graph_build_goes_on_locked(graph))
        return E_ABORT;
    if (FAILED(hr)) /* a container of nothing that a pin could carry says as little as none */
        return hr == VFW_E_NO_TYPES ? VFW_E_UNKNOWN_FILE_TYPE : hr;
    *ret = RG_STEAL(&filter);
    return S_OK;
}

/* S_OK: it is open; *result keeps the first error that says why not. */
static HRESULT source_open(struct graph *graph, const struct rg_class_entry *entry,
                           const WCHAR *path, IBaseFilter **ret, HRESULT *result)
{
    HRESULT hr = source_try(graph, entry, path, NULL, ret);

    if (FAILED(hr) && hr != E_NOINTERFACE && *result == VFW_E_CANNOT_LOAD_SOURCE_FILTER)
        *result = hr;
    return hr;
}

/* The class that opens containers first, then every other registered source by merit. */
static HRESULT source_find_known(struct graph *graph, const WCHAR *path, IBaseFilter **ret)
{
    const struct rg_class_query query = { .categories = RG_CATEGORY_BIT(RG_CLASS_SOURCE) };
    const struct rg_class_row *demux = rg_class_row_by_name("demux");
    const struct rg_class_entry *entry;
    struct rg_mapper_view *view;
    HRESULT result = VFW_E_CANNOT_LOAD_SOURCE_FILTER;
    HRESULT hr = rg_mapper_view_get(&view);

    if (FAILED(hr))
        return hr;
    hr = VFW_E_CANNOT_LOAD_SOURCE_FILTER;
    for (unsigned pass = 0; pass < 2; pass++) {
        for (unsigned i = 0;
             FAILED(hr) && hr != E_ABORT && (entry = rg_mapper_view_at(view, i)) != NULL; i++) {
            bool is_demux = demux != NULL && graph_same_class(entry, demux->entry->clsid);

            if (is_demux == (pass == 0) && rg_class_fits(entry, &query) &&
                !rg_mapper_is_blocked(entry->clsid))
                hr = source_open(graph, entry, path, ret, &result);
        }
    }
    rg_mapper_view_release(view);
    return SUCCEEDED(hr) || hr == E_ABORT ? hr : result;
}

/* The reader of bytes, which finds out by them what they are, unless the name says it. */
static HRESULT source_find_bytes(struct graph *graph, const WCHAR *path, IBaseFilter **ret)
{
    AM_MEDIA_TYPE type = { .majortype = MEDIATYPE_Stream,
                           .formattype = FORMAT_None,
                           .bFixedSizeSamples = TRUE,
                           .lSampleSize = 1 };
    const struct rg_class_row *row;
    const GUID *subtype;
    const CLSID *source;

    graph_source_rule(path, &source, &subtype);
    row = rg_class_row_by_clsid(source);
    if (row == NULL)
        return VFW_E_CANNOT_LOAD_SOURCE_FILTER;
    if (subtype != NULL)
        type.subtype = *subtype;
    return source_try(graph, row->entry, path, subtype != NULL ? &type : NULL, ret);
}

/* The documented word for a file that is not there. */
static HRESULT not_found(HRESULT hr)
{
    return hr == STG_E_FILENOTFOUND || hr == STG_E_PATHNOTFOUND ||
                   hr == HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND) ||
                   hr == HRESULT_FROM_WIN32(ERROR_PATH_NOT_FOUND)
               ? VFW_E_NOT_FOUND
               : hr;
}

/* Whose kind nobody knows is given out as bytes, for whoever has a splitter for it. */
static HRESULT source_find(struct graph *graph, const WCHAR *path, IBaseFilter **ret)
{
    HRESULT hr = source_find_known(graph, path, ret), bytes;

    if (hr != VFW_E_UNKNOWN_FILE_TYPE && hr != VFW_E_CANNOT_LOAD_SOURCE_FILTER)
        return not_found(hr);
    bytes = source_find_bytes(graph, path, ret);
    if (SUCCEEDED(bytes) || bytes == E_ABORT || hr == VFW_E_CANNOT_LOAD_SOURCE_FILTER)
        return not_found(bytes);
    return hr;
}

static bool gives_bytes(IBaseFilter *source)
{
    CLSID clsid;

    return SUCCEEDED(source->lpVtbl->GetClassID(source, &clsid)) &&
           (IsEqualCLSID(&clsid, &CLSID_AsyncReader) || IsEqualCLSID(&clsid, &CLSID_URLReader));
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
    graph_text_from_wide(path, text, sizeof(text));
    hr = graph_lock_for_call(graph);
    if (FAILED(hr))
        return hr;
    graph_build_begin_locked(graph, "AddSourceFilter", NULL, NULL);
    graph_log(graph, "%s", text);
    hr = source_find(graph, path, &filter);
    if (SUCCEEDED(hr)) {
        hr = graph_add_locked(graph, filter, name, 0, NULL);
    } else {
        graph_report_set(graph, "\"%s\" could not be opened by any source (0x%08x)", text,
                         (unsigned)hr);
    }
    graph_build_end_locked(graph, hr);
    graph_unlock(graph);
    if (SUCCEEDED(hr))
        *ret = RG_STEAL(&filter);
    return hr;
}

/* Each output in turn.  As tally_result, and where nothing could be rendered, the first reason that says more. */
static HRESULT render_streams(struct rendering *r, IBaseFilter *source)
{
    HRESULT said = VFW_E_CANNOT_RENDER;
    struct tally tally = { 0 };
    struct graph_pins pins;
    HRESULT hr = graph_pins_open(&pins, source);

    if (FAILED(hr))
        return hr;
    for (size_t i = 0; i < pins.count; i++) {
        if (!graph_pin_is_output(pins.list[i]) || is_connected(pins.list[i]) ||
            graph_pin_is_hidden(pins.list[i]))
            continue;
        hr = render_one(r, pins.list[i]);
        if (graph_is_final(hr))
            break;
        if (names_its_reason(hr) && said == VFW_E_CANNOT_RENDER)
            said = hr;
        tally_add(&tally, pins.list[i], hr);
    }
    graph_pins_close(&pins);
    if (graph_is_final(hr))
        return hr;
    return tally.done == 0 ? said : tally_result(&tally);
}

/* Nothing stays of it when it fails, the source neither. */
static HRESULT render_source(struct graph *graph, IBaseFilter *source)
{
    struct rendering r = { .graph = graph };
    struct graph_node *node;
    HRESULT hr;

    graph_edits_let_go(graph, NULL);
    hr = render_streams(&r, source);
    if (FAILED(hr)) {
        graph_trail_undo_locked(graph, &r.trail, 0);
        node = graph_node_of_filter(graph, source);
        if (node != NULL)
            (void)graph_remove_locked(graph, node, 0);
    }
    graph_trail_free(&r.trail);
    return hr;
}

HRESULT graph_render_file(struct graph *graph, const WCHAR *path)
{
    RG_AUTO(IBaseFilter) source = NULL;
    int64_t began_ns = rg_time_now_ns();
    HRESULT hr;

    if (path == NULL)
        return E_POINTER;
    hr = graph_lock_for_call(graph);
    if (FAILED(hr))
        return hr;
    graph_build_begin_locked(graph, "RenderFile", NULL, NULL);
    hr = graph_add_source(graph, path, path, &source);
    if (SUCCEEDED(hr))
        hr = render_source(graph, source);
    if (hr == VFW_E_CANNOT_RENDER && source != NULL && gives_bytes(source))
        hr = VFW_E_UNKNOWN_FILE_TYPE; /* no source knew it, and no splitter either */
    graph_build_end_locked(graph, hr);
    graph_unlock(graph);
    graph_stats_time(graph, GRAPH_STAT_RENDER, began_ns);
    return hr;
}
