/* SPDX-License-Identifier: MIT */
/* type_info.c - IMediaTypeInfo: a media type as an automation object.
 *
 * Any thread; it never changes.
 * Knows: AM_MEDIA_TYPE.  Must not know: whose it is.
 */
#include "graph/automation.h"

#include <oleauto.h>

#include "graph/dispatch.h"
#include "media/type.h"
#include "platform/memory.h"

#define GUID_CHARS 39 /* braces and the final zero */

struct type_info {
    struct com_object object;
    COM_FACE(IMediaTypeInfo) face;
    AM_MEDIA_TYPE type; /* set at creation */
};

static struct type_info *home(IMediaTypeInfo *face)
{
    return COM_HOME(face, struct type_info);
}

GRAPH_DISPATCH(IMediaTypeInfo)

static HRESULT guid_text(const GUID *guid, BSTR *ret)
{
    WCHAR text[GUID_CHARS];

    if (ret == NULL)
        return E_POINTER;
    (void)StringFromGUID2(guid, text, GUID_CHARS);
    return graph_bstr(text, ret);
}

static HRESULT STDMETHODCALLTYPE info_type(IMediaTypeInfo *face, BSTR *ret_type)
{
    return guid_text(&home(face)->type.majortype, ret_type);
}

static HRESULT STDMETHODCALLTYPE info_subtype(IMediaTypeInfo *face, BSTR *ret_subtype)
{
    return guid_text(&home(face)->type.subtype, ret_subtype);
}

static const IMediaTypeInfoVtbl type_info_vtbl = {
    COM_UNKNOWN(IMediaTypeInfo),
    GRAPH_DISPATCH_SLOTS(IMediaTypeInfo),
    .get_Type = info_type,
    .get_Subtype = info_subtype,
};

static const struct com_entry type_info_map[] = {
    COM_ENTRY(IDispatch, struct type_info, face),
    COM_ENTRY(IMediaTypeInfo, struct type_info, face),
    COM_MAP_END,
};

static void type_info_destroy(struct com_object *object)
{
    struct type_info *self = (struct type_info *)object;

    rg_type_clear(&self->type);
    com_object_fini(object);
    rg_free(self);
}

HRESULT graph_type_info_create(const AM_MEDIA_TYPE *type, IDispatch **ret)
{
    struct type_info *self = rg_calloc(1, sizeof(*self));

    if (self == NULL)
        return E_OUTOFMEMORY;
    if (FAILED(rg_type_copy(&self->type, type))) {
        rg_free(self);
        return E_OUTOFMEMORY;
    }
    com_object_init(&self->object, "IMediaTypeInfo", type_info_map, NULL, type_info_destroy);
    COM_FACE_INIT(&self->object, self->face, &type_info_vtbl);
    *ret = (IDispatch *)&self->face.i;
    return S_OK;
}

/* ---- and back ---------------------------------------------------------------------------- */

typedef HRESULT(STDMETHODCALLTYPE *guid_getter)(IMediaTypeInfo *face, BSTR *ret);

static HRESULT guid_read(IMediaTypeInfo *info, guid_getter get, GUID *ret)
{
    BSTR text = NULL;
    HRESULT hr = get(info, &text);

    if (SUCCEEDED(hr))
        hr = CLSIDFromString(text, ret);
    SysFreeString(text);
    return hr;
}

HRESULT graph_type_of_info(IDispatch *unknown, AM_MEDIA_TYPE *ret)
{
    RG_AUTO(IMediaTypeInfo) info = NULL;
    HRESULT hr = unknown->lpVtbl->QueryInterface(unknown, &IID_IMediaTypeInfo, (void **)&info);

    *ret = (AM_MEDIA_TYPE){ 0 };
    if (FAILED(hr))
        return hr;
    if (info->lpVtbl == &type_info_vtbl)
        return rg_type_copy(ret, &home(info)->type);
    hr = guid_read(info, info->lpVtbl->get_Type, &ret->majortype);
    return SUCCEEDED(hr) ? guid_read(info, info->lpVtbl->get_Subtype, &ret->subtype) : hr;
}
