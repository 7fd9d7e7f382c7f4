/* SPDX-License-Identifier: MIT */
/* class_info.c - IRegFilterInfo, and IMediaControl's collection of the registered filters.
 *
 * Control threads.  Loads modules and makes filters without the graph lock.
 * Knows: the class registry.  Must not know: which filters fit anywhere.
 */
#include "graph/automation.h"

#include "com/registry.h"
#include "graph/dispatch.h"
#include "platform/memory.h"
#include "platform/text.h"

struct class_info {
    struct graph_part part;
    COM_FACE(IRegFilterInfo) face;
    const struct rg_class_entry *entry; /* lives as long as the process */
};

static struct class_info *home(IRegFilterInfo *face)
{
    return COM_HOME(face, struct class_info);
}

GRAPH_DISPATCH(IRegFilterInfo)

static HRESULT STDMETHODCALLTYPE info_name(IRegFilterInfo *face, BSTR *ret_name)
{
    WCHAR *name RG_AUTO_FREE = NULL;
    HRESULT hr;

    if (ret_name == NULL)
        return E_POINTER;
    hr = rg_wide_from_utf8(home(face)->entry->name, &name);
    return SUCCEEDED(hr) ? graph_bstr(name, ret_name) : hr;
}

static HRESULT STDMETHODCALLTYPE info_filter(IRegFilterInfo *face, IDispatch **out)
{
    struct class_info *self = home(face);
    struct graph *graph = self->part.graph;
    RG_AUTO(IBaseFilter) filter = NULL;
    RG_AUTO(IDispatch) info = NULL;
    HRESULT hr;

    if (out == NULL)
        return E_POINTER;
    *out = NULL;
    hr = rg_class_make(self->entry, NULL, &IID_IBaseFilter, (void **)&filter);
    if (SUCCEEDED(hr))
        hr = graph_filter_info_create(graph, filter, &info);
    if (FAILED(hr))
        return hr;
    hr = graph_lock_for_call(graph);
    if (FAILED(hr))
        return hr;
    hr = graph_add_locked(graph, filter, NULL, 0, NULL);
    graph_recount_renderers(graph);
    graph_unlock(graph);
    if (SUCCEEDED(hr))
        *out = RG_STEAL(&info);
    return hr;
}

static const IRegFilterInfoVtbl class_info_vtbl = {
    COM_UNKNOWN(IRegFilterInfo),
    GRAPH_DISPATCH_SLOTS(IRegFilterInfo),
    .get_Name = info_name,
    .Filter = info_filter,
};

static const struct com_entry class_info_map[] = {
    COM_ENTRY(IDispatch, struct class_info, face),
    COM_ENTRY(IRegFilterInfo, struct class_info, face),
    COM_MAP_END,
};

HRESULT graph_class_info_create(struct graph *graph, const struct rg_class_entry *entry,
                                IDispatch **ret)
{
    struct class_info *self =
        graph_part_new(sizeof(*self), "IRegFilterInfo", class_info_map, graph, NULL);

    if (self == NULL)
        return E_OUTOFMEMORY;
    COM_FACE_INIT(&self->part.object, self->face, &class_info_vtbl);
    self->entry = entry;
    *ret = (IDispatch *)&self->face.i;
    return S_OK;
}

HRESULT graph_class_collection(struct graph *graph, IDispatch **ret)
{
    struct graph_items items = { 0 };
    const struct rg_class_row *row;
    HRESULT hr = S_OK;

    for (unsigned i = 0; SUCCEEDED(hr) && (row = rg_class_row_at(i)) != NULL; i++) {
        IDispatch *one;

        if ((RG_CATEGORY_BIT(row->entry->category) & RG_CATEGORY_FILTERS) == 0)
            continue;
        hr = graph_class_info_create(graph, row->entry, &one);
        if (SUCCEEDED(hr))
            hr = graph_items_add(&items, one);
    }
    return graph_collection_create(&items, hr, ret);
}
