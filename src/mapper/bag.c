/* SPDX-License-Identifier: MIT */
/* bag.c - IPropertyBag of a device: what was registered, read and written.
 *
 * Any thread; each call looks the registration up anew.
 * Knows: registrations, VARIANTs.  Must not know: graphs.
 *
 * Properties, in any case of letters: FriendlyName and CLSID (text), Merit (VT_I4), FilterData
 * (bytes, filter_data.h).
 */
#include "mapper/device.h"

#include <string.h>
#include <wchar.h>

#include <oleauto.h>

#include "com/object.h"
#include "mapper/filter_data.h"
#include "platform/memory.h"
#include "platform/text.h"

enum property {
    PROPERTY_UNKNOWN = 0,
    PROPERTY_NAME,
    PROPERTY_CLSID,
    PROPERTY_MERIT,
    PROPERTY_DATA,
};

struct device_bag {
    struct com_object object; /* first */
    COM_FACE(IPropertyBag) face;
    /* set at creation */
    CLSID category;
    char *instance;
};

static enum property property_of(LPCOLESTR name)
{
    static const WCHAR *const names[] = { L"FriendlyName", L"CLSID", L"Merit", L"FilterData" };

    for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (wcscasecmp(names[i], name) == 0)
            return (enum property)(i + 1);
    return PROPERTY_UNKNOWN;
}

/* ---- reading ----------------------------------------------------------------------------- */

static HRESULT text_get(const char *text, VARIANT *ret)
{
    WCHAR *wide RG_AUTO_FREE = NULL;
    HRESULT hr = rg_wide_from_utf8(text, &wide);

    if (FAILED(hr))
        return hr;
    ret->bstrVal = SysAllocString(wide);
    ret->vt = VT_BSTR;
    return ret->bstrVal != NULL ? S_OK : E_OUTOFMEMORY;
}

static HRESULT data_get(const struct reg_filter *filter, VARIANT *ret)
{
    BYTE *bytes RG_AUTO_FREE = NULL;
    size_t size = 0;
    HRESULT hr = filter_data_write(filter, &bytes, &size);

    if (FAILED(hr))
        return hr;
    ret->parray = SafeArrayCreateVector(VT_UI1, 0, (ULONG)size);
    if (ret->parray == NULL)
        return E_OUTOFMEMORY;
    memcpy(ret->parray->pvData, bytes, size);
    ret->vt = VT_ARRAY | VT_UI1;
    return S_OK;
}

static HRESULT property_get(const struct reg_filter *filter, enum property property,
                            VARIANT *ret)
{
    char clsid[REG_GUID_SIZE];

    switch (property) {
    case PROPERTY_NAME:
        return text_get(filter->name, ret);
    case PROPERTY_CLSID:
        reg_guid_text(&filter->clsid, clsid);
        return text_get(clsid, ret);
    case PROPERTY_MERIT:
        *ret = (VARIANT){ .vt = VT_I4, .lVal = (LONG)filter->merit };
        return S_OK;
    case PROPERTY_DATA:
        return data_get(filter, ret);
    default:
        return HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND);
    }
}

/* The type that was asked for; VT_EMPTY: whatever it is. */
static HRESULT type_make(VARIANT *value, VARTYPE wanted)
{
    HRESULT hr = S_OK;

    if (wanted != VT_EMPTY && wanted != value->vt)
        hr = (wanted & VT_ARRAY) != 0 ? DISP_E_TYPEMISMATCH
                                      : VariantChangeType(value, value, 0, wanted);
    if (FAILED(hr))
        (void)VariantClear(value);
    return hr;
}

static HRESULT STDMETHODCALLTYPE bag_read(IPropertyBag *face, LPCOLESTR property,
                                          VARIANT *value, IErrorLog *log)
{
    struct device_bag *self = COM_HOME(face, struct device_bag);
    VARIANT read = { .vt = VT_EMPTY };
    struct mapper_lookup found;
    HRESULT hr;

    (void)log;
    if (property == NULL || value == NULL)
        return E_POINTER;
    hr = mapper_look_up(&self->category, self->instance, &found);
    if (FAILED(hr))
        return hr;
    hr = property_get(found.filter, property_of(property), &read);
    rg_mapper_view_release(found.view);
    if (SUCCEEDED(hr))
        hr = type_make(&read, value->vt);
    if (SUCCEEDED(hr))
        *value = read;
    return hr;
}

/* ---- writing ----------------------------------------------------------------------------- */

struct write {
    const struct device_bag *bag;
    enum property property;
    const VARIANT *value;
};

static HRESULT name_set(struct reg_filter *filter, const VARIANT *value)
{
    char *name;
    HRESULT hr;

    if (value->vt != VT_BSTR)
        return DISP_E_TYPEMISMATCH;
    hr = rg_utf8_from_wide(value->bstrVal != NULL ? value->bstrVal : L"", &name);
    if (FAILED(hr))
        return hr;
    rg_free(filter->name);
    filter->name = name;
    return S_OK;
}

static HRESULT clsid_set(struct reg_filter *filter, const VARIANT *value)
{
    if (value->vt != VT_BSTR || value->bstrVal == NULL)
        return DISP_E_TYPEMISMATCH;
    return CLSIDFromString(value->bstrVal, &filter->clsid);
}

static HRESULT data_set(struct reg_filter *filter, const VARIANT *value)
{
    if (value->vt != (VT_ARRAY | VT_UI1) || value->parray == NULL || value->parray->cDims != 1)
        return DISP_E_TYPEMISMATCH;
    reg_filter_clear_pins(filter);
    return filter_data_read(filter, value->parray->pvData,
                            value->parray->rgsabound[0].cElements);
}

/* Of reg_file_change. */
static HRESULT bag_edit(struct reg_store *store, void *context)
{
    const struct write *write = context;
    struct reg_filter *filter;
    HRESULT hr =
        mapper_edit_filter(store, &write->bag->category, write->bag->instance, &filter);

    if (FAILED(hr))
        return hr;
    switch (write->property) {
    case PROPERTY_NAME:
        return name_set(filter, write->value);
    case PROPERTY_CLSID:
        return clsid_set(filter, write->value);
    case PROPERTY_MERIT:
        if (write->value->vt != VT_I4 && write->value->vt != VT_UI4)
            return DISP_E_TYPEMISMATCH;
        filter->merit = write->value->ulVal;
        return S_OK;
    case PROPERTY_DATA:
        return data_set(filter, write->value);
    default:
        return E_INVALIDARG;
    }
}

static HRESULT STDMETHODCALLTYPE bag_write(IPropertyBag *face, LPCOLESTR property,
                                           VARIANT *value)
{
    struct write write = { .bag = COM_HOME(face, struct device_bag), .value = value };

    if (property == NULL || value == NULL)
        return E_POINTER;
    write.property = property_of(property);
    return reg_file_change(bag_edit, &write);
}

/* ---- life -------------------------------------------------------------------------------- */

static const IPropertyBagVtbl bag_vtbl = {
    COM_UNKNOWN(IPropertyBag),
    .Read = bag_read,
    .Write = bag_write,
};

static const struct com_entry bag_map[] = {
    COM_ENTRY(IPropertyBag, struct device_bag, face),
    COM_MAP_END,
};

static void bag_destroy(struct com_object *object)
{
    struct device_bag *self = (struct device_bag *)object;

    rg_free(self->instance);
    com_object_fini(object);
    rg_free(self);
}

HRESULT device_bag_new(const CLSID *category, const char *instance, IPropertyBag **ret)
{
    struct device_bag *self = rg_calloc(1, sizeof(*self));

    if (self == NULL)
        return E_OUTOFMEMORY;
    com_object_init(&self->object, "device bag", bag_map, NULL, bag_destroy);
    COM_FACE_INIT(&self->object, self->face, &bag_vtbl);
    self->category = *category;
    self->instance = rg_text_dup(instance);
    if (self->instance == NULL) {
        com_object_release(&self->object);
        return E_OUTOFMEMORY;
    }
    *ret = &self->face.i;
    return S_OK;
}
