/* SPDX-License-Identifier: MIT */
/* pin_info.c - IPinInfo: a pin as an automation object, which can be connected and rendered.
 *
 * Control threads; the graph's own methods take its lock.
 * Knows: IPin.  Must not know: how the graph connects.
 */
#include "graph/automation.h"

#include "graph/dispatch.h"
#include "media/type.h"
#include "platform/memory.h"

struct pin_info {
    struct graph_part part;
    COM_FACE(IPinInfo) face;
    IPin *pin; /* part.of is its reference */
};

static struct pin_info *home(IPinInfo *face)
{
    return COM_HOME(face, struct pin_info);
}

GRAPH_DISPATCH(IPinInfo)

/* ---- who it is --------------------------------------------------------------------------- */

static HRESULT STDMETHODCALLTYPE info_pin(IPinInfo *face, IUnknown **out)
{
    IPin *pin = home(face)->pin;

    if (out == NULL)
        return E_POINTER;
    *out = NULL;
    return pin->lpVtbl->QueryInterface(pin, &IID_IUnknown, (void **)out);
}

static HRESULT STDMETHODCALLTYPE info_filter(IPinInfo *face, IDispatch **out)
{
    struct pin_info *self = home(face);
    RG_AUTO(IBaseFilter) filter = NULL;

    if (out == NULL)
        return E_POINTER;
    *out = NULL;
    filter = graph_pin_filter(self->pin);
    if (filter == NULL)
        return VFW_E_NOT_FOUND;
    return graph_filter_info_create(self->part.graph, filter, out);
}

static HRESULT STDMETHODCALLTYPE info_name(IPinInfo *face, BSTR *ret_name)
{
    IPin *pin = home(face)->pin;
    PIN_INFO info = { 0 };
    HRESULT hr;

    if (ret_name == NULL)
        return E_POINTER;
    hr = pin->lpVtbl->QueryPinInfo(pin, &info);
    if (FAILED(hr))
        return hr;
    if (info.pFilter != NULL)
        info.pFilter->lpVtbl->Release(info.pFilter);
    return graph_bstr(info.achName, ret_name);
}

static HRESULT STDMETHODCALLTYPE info_direction(IPinInfo *face, LONG *ret_direction)
{
    IPin *pin = home(face)->pin;
    PIN_DIRECTION direction;
    HRESULT hr;

    if (ret_direction == NULL)
        return E_POINTER;
    hr = pin->lpVtbl->QueryDirection(pin, &direction);
    if (SUCCEEDED(hr))
        *ret_direction = (LONG)direction;
    return hr;
}

static HRESULT STDMETHODCALLTYPE info_id(IPinInfo *face, BSTR *ret_id)
{
    IPin *pin = home(face)->pin;
    WCHAR *id RG_AUTO_FREE = NULL;
    HRESULT hr;

    if (ret_id == NULL)
        return E_POINTER;
    hr = pin->lpVtbl->QueryId(pin, &id);
    if (FAILED(hr))
        return hr;
    return graph_bstr(id != NULL ? id : L"", ret_id);
}

/* ---- its connection ---------------------------------------------------------------------- */

static HRESULT STDMETHODCALLTYPE info_connected_to(IPinInfo *face, IDispatch **out)
{
    struct pin_info *self = home(face);
    RG_AUTO(IPin) peer = NULL;
    HRESULT hr;

    if (out == NULL)
        return E_POINTER;
    *out = NULL;
    hr = self->pin->lpVtbl->ConnectedTo(self->pin, &peer);
    if (FAILED(hr))
        return hr;
    return peer != NULL ? graph_pin_info_create(self->part.graph, peer, out)
                        : VFW_E_NOT_CONNECTED;
}

static HRESULT STDMETHODCALLTYPE info_connection_type(IPinInfo *face, IDispatch **out)
{
    IPin *pin = home(face)->pin;
    AM_MEDIA_TYPE type = { 0 };
    HRESULT hr;

    if (out == NULL)
        return E_POINTER;
    *out = NULL;
    hr = pin->lpVtbl->ConnectionMediaType(pin, &type);
    if (FAILED(hr))
        return hr;
    hr = graph_type_info_create(&type, out);
    rg_type_clear(&type);
    return hr;
}

static HRESULT types_collect(IPin *pin, struct graph_items *items)
{
    RG_AUTO(IEnumMediaTypes) list = NULL;
    HRESULT hr = pin->lpVtbl->EnumMediaTypes(pin, &list);

    while (SUCCEEDED(hr) && list != NULL) {
        AM_MEDIA_TYPE *type = NULL;
        IDispatch *one;

        hr = list->lpVtbl->Next(list, 1, &type, NULL);
        if (hr != S_OK || type == NULL)
            break;
        hr = graph_type_info_create(type, &one);
        if (SUCCEEDED(hr))
            hr = graph_items_add(items, one);
        rg_type_delete(type);
    }
    return hr;
}

static HRESULT STDMETHODCALLTYPE info_types(IPinInfo *face, IDispatch **out)
{
    struct graph_items items = { 0 };
    HRESULT hr;

    if (out == NULL)
        return E_POINTER;
    *out = NULL;
    hr = types_collect(home(face)->pin, &items);
    return graph_collection_create(&items, hr, out);
}

/* ---- connecting -------------------------------------------------------------------------- */

/* A pin, or an IPinInfo of one. */
static HRESULT pin_of(IUnknown *unknown, IPin **ret)
{
    RG_AUTO(IPinInfo) info = NULL;
    RG_AUTO(IUnknown) inside = NULL;
    HRESULT hr;

    if (unknown == NULL)
        return E_POINTER;
    hr = unknown->lpVtbl->QueryInterface(unknown, &IID_IPin, (void **)ret);
    if (SUCCEEDED(hr))
        return hr;
    hr = unknown->lpVtbl->QueryInterface(unknown, &IID_IPinInfo, (void **)&info);
    if (SUCCEEDED(hr))
        hr = info->lpVtbl->get_Pin(info, &inside);
    if (FAILED(hr))
        return hr;
    return inside->lpVtbl->QueryInterface(inside, &IID_IPin, (void **)ret);
}

static HRESULT STDMETHODCALLTYPE info_connect(IPinInfo *face, IUnknown *other)
{
    struct pin_info *self = home(face);
    RG_AUTO(IPin) peer = NULL;
    HRESULT hr = pin_of(other, &peer);

    return SUCCEEDED(hr) ? graph_connect(self->part.graph, self->pin, peer) : hr;
}

static HRESULT STDMETHODCALLTYPE info_connect_direct(IPinInfo *face, IUnknown *other)
{
    struct pin_info *self = home(face);
    RG_AUTO(IPin) peer = NULL;
    HRESULT hr = pin_of(other, &peer);

    return SUCCEEDED(hr) ? graph_connect_direct(self->part.graph, self->pin, peer, NULL) : hr;
}

static HRESULT STDMETHODCALLTYPE info_connect_with_type(IPinInfo *face, IUnknown *other,
                                                        IDispatch *info)
{
    struct pin_info *self = home(face);
    RG_AUTO(IPin) peer = NULL;
    AM_MEDIA_TYPE type = { 0 };
    HRESULT hr;

    if (info == NULL)
        return E_POINTER;
    hr = pin_of(other, &peer);
    if (SUCCEEDED(hr))
        hr = graph_type_of_info(info, &type);
    if (FAILED(hr))
        return hr;
    hr = graph_connect_direct(self->part.graph, self->pin, peer, &type);
    rg_type_clear(&type);
    return hr;
}

static HRESULT STDMETHODCALLTYPE info_disconnect(IPinInfo *face)
{
    struct pin_info *self = home(face);

    return graph_disconnect(self->part.graph, self->pin);
}

static HRESULT STDMETHODCALLTYPE info_render(IPinInfo *face)
{
    struct pin_info *self = home(face);

    return graph_render(self->part.graph, self->pin, 0);
}

static const IPinInfoVtbl pin_info_vtbl = {
    COM_UNKNOWN(IPinInfo),
    GRAPH_DISPATCH_SLOTS(IPinInfo),
    .get_Pin = info_pin,
    .get_ConnectedTo = info_connected_to,
    .get_ConnectionMediaType = info_connection_type,
    .get_FilterInfo = info_filter,
    .get_Name = info_name,
    .get_Direction = info_direction,
    .get_PinID = info_id,
    .get_MediaTypes = info_types,
    .Connect = info_connect,
    .ConnectDirect = info_connect_direct,
    .ConnectWithType = info_connect_with_type,
    .Disconnect = info_disconnect,
    .Render = info_render,
};

static const struct com_entry pin_info_map[] = {
    COM_ENTRY(IDispatch, struct pin_info, face),
    COM_ENTRY(IPinInfo, struct pin_info, face),
    COM_MAP_END,
};

HRESULT graph_pin_info_create(struct graph *graph, IPin *pin, IDispatch **ret)
{
    struct pin_info *self = graph_part_new(sizeof(*self), "IPinInfo", pin_info_map, graph, pin);

    if (self == NULL)
        return E_OUTOFMEMORY;
    COM_FACE_INIT(&self->part.object, self->face, &pin_info_vtbl);
    self->pin = pin;
    *ret = (IDispatch *)&self->face.i;
    return S_OK;
}
