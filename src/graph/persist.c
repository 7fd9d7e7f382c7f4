/* SPDX-License-Identifier: MIT */
/* persist.c - IPersistStream of the graph: the text of a graph file from a stream and into one.
 *
 * Control threads.  Knows: streams, graph files.  Must not know: what is made of them (persist_load.c,
 * persist_save.c).
 */
#include "graph/graph_internal.h"

#include "platform/memory.h"

#define WHY_ROOM  256
#define READ_PART 65536u
#define READ_MAX  0x10000000u

static struct graph *home(IPersistStream *face)
{
    return graph_home(face);
}

static HRESULT STDMETHODCALLTYPE persist_class_id(IPersistStream *face, CLSID *ret_clsid)
{
    struct graph *graph = home(face);

    return IMediaFilter_GetClassID(&graph->media_filter.i, ret_clsid);
}

/* ---- is it saved? ------------------------------------------------------------------------ */

static HRESULT STDMETHODCALLTYPE persist_is_dirty(IPersistStream *face)
{
    struct graph *graph = home(face);
    struct graph_snapshot all;
    bool is_dirty;
    HRESULT hr;

    hr = graph_lock_for_call(graph);
    if (FAILED(hr))
        return hr;
    is_dirty = graph->version != graph->persist_state.saved_version;
    hr = is_dirty ? S_OK : graph_snapshot_locked(graph, &all);
    graph_unlock(graph);
    if (is_dirty || FAILED(hr))
        return hr;
    for (size_t i = 0; i < all.count && !is_dirty; i++) {
        RG_AUTO(IPersistStream) filter = NULL;

        is_dirty = SUCCEEDED(IBaseFilter_QueryInterface(all.filters[i], &IID_IPersistStream,
                                                        (void **)&filter)) &&
                   IPersistStream_IsDirty(filter) == S_OK;
    }
    graph_snapshot_free(&all);
    return is_dirty ? S_OK : S_FALSE;
}

/* ---- loading ----------------------------------------------------------------------------- */

/* All that is left of the stream. */
static HRESULT stream_read(IStream *stream, uint8_t **ret, size_t *ret_size)
{
    uint8_t *data = NULL;
    size_t size = 0, room = 0;
    HRESULT hr = S_OK;

    for (;;) {
        ULONG got = 0;

        if (room - size < READ_PART) {
            uint8_t *bigger = rg_realloc(data, room + room / 2 + READ_PART);

            hr = bigger != NULL ? S_OK : E_OUTOFMEMORY;
            if (FAILED(hr))
                break;
            data = bigger;
            room += room / 2 + READ_PART;
        }
        hr = IStream_Read(stream, data + size, READ_PART, &got);
        if (FAILED(hr) || got == 0)
            break;
        size += got < READ_PART ? got : READ_PART;
        if (size > READ_MAX)
            hr = VFW_E_CORRUPT_GRAPH_FILE;
        if (FAILED(hr))
            break;
    }
    if (FAILED(hr)) {
        rg_free(data);
        return hr;
    }
    *ret = data;
    *ret_size = size;
    return S_OK;
}

/* What follows the text is somebody else's. */
static void stream_step_back(IStream *stream, size_t bytes)
{
    LARGE_INTEGER back = { .QuadPart = -(LONGLONG)bytes };

    if (bytes != 0)
        (void)IStream_Seek(stream, back, STREAM_SEEK_CUR, NULL);
}

static HRESULT STDMETHODCALLTYPE persist_load(IPersistStream *face, IStream *stream)
{
    struct graph *graph = home(face);
    uint8_t *data RG_AUTO_FREE = NULL;
    struct graph_file file = { 0 };
    char why[WHY_ROOM] = "";
    size_t size = 0, used = 0;
    HRESULT hr;

    if (stream == NULL)
        return E_POINTER;
    graph_report_clear(graph);
    hr = stream_read(stream, &data, &size);
    if (SUCCEEDED(hr))
        hr = graph_file_read(data, size, &file, &used, why, sizeof(why));
    if (FAILED(hr)) {
        graph_report_set(graph, "the graph file can't be read (0x%08x)%s%s", (unsigned)hr,
                         why[0] != 0 ? ": " : "", why);
        return hr;
    }
    stream_step_back(stream, size - used);
    hr = graph_file_build(graph, &file);
    graph_file_free(&file);
    return hr;
}

/* ---- saving ------------------------------------------------------------------------------ */

/* The whole text; the caller frees it. */
static HRESULT text_make(struct graph *graph, BOOL clear_dirty, uint8_t **ret, size_t *ret_size,
                         LONG *ret_version)
{
    struct graph_file file = { 0 };
    const WCHAR *bad = NULL;
    char path[WHY_ROOM];
    HRESULT hr;

    graph_report_clear(graph);
    hr = graph_file_collect(graph, clear_dirty, &file, ret_version);
    if (SUCCEEDED(hr))
        hr = graph_file_write(&file, ret, ret_size, &bad);
    if (bad != NULL) {
        graph_text_from_wide(bad, path, sizeof(path));
        graph_report_set(graph, "a graph file can't hold the path %s: it has a quotation mark",
                         path);
    }
    graph_file_free(&file);
    return hr;
}

static HRESULT STDMETHODCALLTYPE persist_save(IPersistStream *face, IStream *stream,
                                              BOOL clear_dirty)
{
    struct graph *graph = home(face);
    uint8_t *text RG_AUTO_FREE = NULL;
    size_t size = 0;
    ULONG put = 0;
    LONG version = 0;
    HRESULT hr;

    if (stream == NULL)
        return E_POINTER;
    hr = text_make(graph, clear_dirty, &text, &size, &version);
    if (SUCCEEDED(hr) && size > UINT32_MAX)
        hr = STG_E_MEDIUMFULL;
    if (SUCCEEDED(hr))
        hr = IStream_Write(stream, text, (ULONG)size, &put);
    if (SUCCEEDED(hr) && put != size)
        hr = STG_E_MEDIUMFULL;
    if (FAILED(hr) || !clear_dirty)
        return FAILED(hr) ? hr : S_OK;
    hr = graph_lock_for_call(graph);
    if (FAILED(hr))
        return hr;
    graph->persist_state.saved_version = version;
    graph_unlock(graph);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE persist_size(IPersistStream *face, ULARGE_INTEGER *ret_bytes)
{
    uint8_t *text RG_AUTO_FREE = NULL;
    size_t size = 0;
    LONG version = 0;
    HRESULT hr;

    if (ret_bytes == NULL)
        return E_POINTER;
    hr = text_make(home(face), FALSE, &text, &size, &version);
    if (SUCCEEDED(hr))
        ret_bytes->QuadPart = size;
    return hr;
}

const IPersistStreamVtbl graph_persist_vtbl = {
    COM_UNKNOWN(IPersistStream), .GetClassID = persist_class_id, .IsDirty = persist_is_dirty,
    .Load = persist_load,        .Save = persist_save,           .GetSizeMax = persist_size,
};
