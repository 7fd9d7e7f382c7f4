/* SPDX-License-Identifier: MIT */
/* filter_info.c - IFilterInfo, and IMediaControl's collection of the graph's filters.
 *
 * Control threads.  The graph lock is held while the members are listed, and not while a filter is asked.
 * Knows: IBaseFilter, IFileSourceFilter.  Must not know: how filters are connected.
 */
#include "graph/automation.h"

#include "graph/dispatch.h"
#include "media/type.h"
#include "platform/memory.h"

struct filter_info {
    struct graph_part part;
    COM_FACE(IFilterInfo) face;
    IBaseFilter *filter; /* part.of is its reference */
};

static struct filter_info *home(IFilterInfo *face)
{
    return COM_HOME(face, struct filter_info);
}

GRAPH_DISPATCH(IFilterInfo)

/* ---- who it is --------------------------------------------------------------------------- */

static HRESULT STDMETHODCALLTYPE info_name(IFilterInfo *face, BSTR *ret_name)
{
    IBaseFilter *filter = home(face)->filter;
    FILTER_INFO info = { 0 };
    HRESULT hr;

    if (ret_name == NULL)
        return E_POINTER;
    hr = filter->lpVtbl->QueryFilterInfo(filter, &info);
    if (FAILED(hr))
        return hr;
    if (info.pGraph != NULL)
        info.pGraph->lpVtbl->Release(info.pGraph);
    return graph_bstr(info.achName, ret_name);
}

static HRESULT STDMETHODCALLTYPE info_vendor(IFilterInfo *face, BSTR *ret_info)
{
    IBaseFilter *filter = home(face)->filter;
    WCHAR *text RG_AUTO_FREE = NULL;
    HRESULT hr;

    if (ret_info == NULL)
        return E_POINTER;
    hr = filter->lpVtbl->QueryVendorInfo(filter, &text);
    if (FAILED(hr))
        return hr;
    return graph_bstr(text != NULL ? text : L"", ret_info);
}

static HRESULT STDMETHODCALLTYPE info_filter(IFilterInfo *face, IUnknown **out)
{
    IBaseFilter *filter = home(face)->filter;

    if (out == NULL)
        return E_POINTER;
    *out = NULL;
    return filter->lpVtbl->QueryInterface(filter, &IID_IUnknown, (void **)out);
}

/* ---- its pins ---------------------------------------------------------------------------- */

static HRESULT STDMETHODCALLTYPE info_find_pin(IFilterInfo *face, BSTR id, IDispatch **out)
{
    struct filter_info *self = home(face);
    RG_AUTO(IPin) pin = NULL;
    HRESULT hr;

    if (out == NULL)
        return E_POINTER;
    *out = NULL;
    if (id == NULL)
        return E_POINTER;
    hr = self->filter->lpVtbl->FindPin(self->filter, id, &pin);
    if (FAILED(hr))
        return hr;
    return graph_pin_info_create(self->part.graph, pin, out);
}

static HRESULT STDMETHODCALLTYPE info_pins(IFilterInfo *face, IDispatch **out)
{
    struct filter_info *self = home(face);
    struct graph_items items = { 0 };
    struct graph_pins pins;
    HRESULT hr;

    if (out == NULL)
        return E_POINTER;
    *out = NULL;
    hr = graph_pins_open(&pins, self->filter);
    for (size_t i = 0; i < pins.count && SUCCEEDED(hr); i++) {
        IDispatch *one;

        hr = graph_pin_info_create(self->part.graph, pins.list[i], &one);
        if (SUCCEEDED(hr))
            hr = graph_items_add(&items, one);
    }
    graph_pins_close(&pins);
    return graph_collection_create(&items, hr, out);
}

/* ---- its file ---------------------------------------------------------------------------- */

static HRESULT file_of(IFilterInfo *face, IFileSourceFilter **ret)
{
    IBaseFilter *filter = home(face)->filter;

    return filter->lpVtbl->QueryInterface(filter, &IID_IFileSourceFilter, (void **)ret);
}

static HRESULT STDMETHODCALLTYPE info_is_file_source(IFilterInfo *face, LONG *ret_is_source)
{
    RG_AUTO(IFileSourceFilter) file = NULL;

    if (ret_is_source == NULL)
        return E_POINTER;
    *ret_is_source = SUCCEEDED(file_of(face, &file)) ? OATRUE : OAFALSE;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE info_get_filename(IFilterInfo *face, BSTR *ret_file)
{
    RG_AUTO(IFileSourceFilter) file = NULL;
    WCHAR *path RG_AUTO_FREE = NULL;
    AM_MEDIA_TYPE type = { 0 };
    HRESULT hr;

    if (ret_file == NULL)
        return E_POINTER;
    hr = file_of(face, &file);
    if (FAILED(hr))
        return hr;
    hr = file->lpVtbl->GetCurFile(file, &path, &type);
    if (FAILED(hr))
        return hr;
    rg_type_clear(&type);
    return graph_bstr(path != NULL ? path : L"", ret_file);
}

static HRESULT STDMETHODCALLTYPE info_put_filename(IFilterInfo *face, BSTR path)
{
    RG_AUTO(IFileSourceFilter) file = NULL;
    HRESULT hr;

    if (path == NULL)
        return E_POINTER;
    hr = file_of(face, &file);
    return SUCCEEDED(hr) ? file->lpVtbl->Load(file, path, NULL) : hr;
}

static const IFilterInfoVtbl filter_info_vtbl = {
    COM_UNKNOWN(IFilterInfo),
    GRAPH_DISPATCH_SLOTS(IFilterInfo),
    .FindPin = info_find_pin,
    .get_Name = info_name,
    .get_VendorInfo = info_vendor,
    .get_Filter = info_filter,
    .get_Pins = info_pins,
    .get_IsFileSource = info_is_file_source,
    .get_Filename = info_get_filename,
    .put_Filename = info_put_filename,
};

static const struct com_entry filter_info_map[] = {
    COM_ENTRY(IDispatch, struct filter_info, face),
    COM_ENTRY(IFilterInfo, struct filter_info, face),
    COM_MAP_END,
};

HRESULT graph_filter_info_create(struct graph *graph, IBaseFilter *filter, IDispatch **ret)
{
    struct filter_info *self =
        graph_part_new(sizeof(*self), "IFilterInfo", filter_info_map, graph, filter);

    if (self == NULL)
        return E_OUTOFMEMORY;
    COM_FACE_INIT(&self->part.object, self->face, &filter_info_vtbl);
    self->filter = filter;
    *ret = (IDispatch *)&self->face.i;
    return S_OK;
}

/* ---- all of the graph -------------------------------------------------------------------- */

HRESULT graph_filter_collection(struct graph *graph, IDispatch **ret)
{
    struct graph_items items = { 0 };
    HRESULT hr;

    hr = graph_lock_for_call(graph);
    if (FAILED(hr))
        return hr;
    hr = S_OK;
    for (struct graph_node *node = graph->members.first; node != NULL && SUCCEEDED(hr);
         node = node->next) {
        IDispatch *one;

        hr = graph_filter_info_create(graph, node->filter, &one);
        if (SUCCEEDED(hr))
            hr = graph_items_add(&items, one);
    }
    graph_unlock(graph);
    return graph_collection_create(&items, hr, ret);
}
