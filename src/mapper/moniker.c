/* SPDX-License-Identifier: MIT */
/* moniker.c - IMoniker of a registered filter: bound, compared, named.
 *
 * Any thread; Load comes before anybody else uses it.
 * Knows: device names.  Must not know: files, graphs.
 */
#include "mapper/device.h"

#include <wctype.h>

#include "com/object.h"
#include "mapper/moniker_stream.h"
#include "platform/memory.h"

struct device_moniker {
    struct com_object object; /* first */
    COM_FACE(IMoniker) face;
    /* set at creation, or by Load */
    CLSID category;
    char *instance; /* NULL: it names nothing yet */
};

static struct device_moniker *home(IMoniker *face)
{
    return COM_HOME(face, struct device_moniker);
}

static HRESULT hand_self(IMoniker *face, IMoniker **ret)
{
    face->lpVtbl->AddRef(face);
    *ret = face;
    return S_OK;
}

/* ---- IPersistStream ---------------------------------------------------------------------- */

static HRESULT STDMETHODCALLTYPE moniker_class_id(IMoniker *face, CLSID *ret_clsid)
{
    (void)face;
    if (ret_clsid == NULL)
        return E_POINTER;
    *ret_clsid = CLSID_CDeviceMoniker;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE moniker_is_dirty(IMoniker *face)
{
    (void)face;
    return S_FALSE; /* nothing of it can change */
}

static HRESULT STDMETHODCALLTYPE moniker_load(IMoniker *face, IStream *stream)
{
    struct device_moniker *self = home(face);
    WCHAR *name RG_AUTO_FREE = NULL;
    char *instance = NULL;
    CLSID category;
    HRESULT hr;

    if (stream == NULL)
        return E_POINTER;
    hr = moniker_name_read(stream, &name);
    if (SUCCEEDED(hr))
        hr = device_name_parse(name, &category, &instance);
    if (FAILED(hr))
        return hr;
    rg_free(self->instance);
    self->category = category;
    self->instance = instance;
    return S_OK;
}

static HRESULT moniker_name(struct device_moniker *self, WCHAR **ret_name)
{
    if (self->instance == NULL)
        return E_UNEXPECTED;
    return device_name_make(&self->category, self->instance, ret_name);
}

static HRESULT STDMETHODCALLTYPE moniker_save(IMoniker *face, IStream *stream, BOOL clear_dirty)
{
    WCHAR *name RG_AUTO_FREE = NULL;
    HRESULT hr;

    (void)clear_dirty;
    if (stream == NULL)
        return E_POINTER;
    hr = moniker_name(home(face), &name);
    return SUCCEEDED(hr) ? moniker_name_write(stream, name) : hr;
}

static HRESULT STDMETHODCALLTYPE moniker_size(IMoniker *face, ULARGE_INTEGER *ret_bytes)
{
    WCHAR *name RG_AUTO_FREE = NULL;
    HRESULT hr;

    if (ret_bytes == NULL)
        return E_POINTER;
    hr = moniker_name(home(face), &name);
    if (SUCCEEDED(hr))
        ret_bytes->QuadPart = moniker_name_size(name);
    return hr;
}

/* ---- binding ----------------------------------------------------------------------------- */

/* A filter may want to see what was registered for it. */
static HRESULT filter_load(IUnknown *object, struct device_moniker *self)
{
    RG_AUTO(IPersistPropertyBag) persist = NULL;
    RG_AUTO(IPropertyBag) bag = NULL;
    HRESULT hr;

    if (FAILED(object->lpVtbl->QueryInterface(object, &IID_IPersistPropertyBag,
                                              (void **)&persist)))
        return S_OK;
    hr = device_bag_new(&self->category, self->instance, &bag);
    return SUCCEEDED(hr) ? persist->lpVtbl->Load(persist, bag, NULL) : hr;
}

static HRESULT STDMETHODCALLTYPE moniker_bind(IMoniker *face, IBindCtx *context, IMoniker *left,
                                              REFIID iid, void **out)
{
    struct device_moniker *self = home(face);
    RG_AUTO(IUnknown) object = NULL;
    struct mapper_lookup found;
    HRESULT hr;

    (void)context;
    if (out == NULL)
        return E_POINTER;
    *out = NULL;
    if (iid == NULL)
        return E_POINTER;
    if (left != NULL)
        return E_INVALIDARG; /* a device stands on nothing */
    if (self->instance == NULL)
        return E_UNEXPECTED;
    hr = mapper_look_up(&self->category, self->instance, &found);
    if (FAILED(hr))
        return hr;
    hr = CoCreateInstance(&found.filter->clsid, NULL, CLSCTX_INPROC_SERVER, &IID_IUnknown,
                          (void **)&object);
    rg_mapper_view_release(found.view);
    if (SUCCEEDED(hr))
        hr = filter_load(object, self);
    return SUCCEEDED(hr) ? object->lpVtbl->QueryInterface(object, iid, out) : hr;
}

static HRESULT STDMETHODCALLTYPE moniker_storage(IMoniker *face, IBindCtx *context,
                                                 IMoniker *left, REFIID iid, void **out)
{
    struct device_moniker *self = home(face);
    RG_AUTO(IPropertyBag) bag = NULL;
    HRESULT hr;

    (void)context;
    if (out == NULL)
        return E_POINTER;
    *out = NULL;
    if (iid == NULL)
        return E_POINTER;
    if (left != NULL)
        return E_INVALIDARG;
    if (self->instance == NULL)
        return E_UNEXPECTED;
    hr = device_bag_new(&self->category, self->instance, &bag);
    return SUCCEEDED(hr) ? bag->lpVtbl->QueryInterface(bag, iid, out) : hr;
}

/* ---- a name among names ------------------------------------------------------------------ */

static HRESULT STDMETHODCALLTYPE moniker_reduce(IMoniker *face, IBindCtx *context,
                                                DWORD how_far, IMoniker **left,
                                                IMoniker **ret_reduced)
{
    (void)context;
    (void)how_far;
    (void)left;
    if (ret_reduced == NULL)
        return E_POINTER;
    (void)hand_self(face, ret_reduced);
    return MK_S_REDUCED_TO_SELF;
}

/* There are no composites here, and nothing that a device could be a part of. */
static HRESULT STDMETHODCALLTYPE moniker_compose(IMoniker *face, IMoniker *right,
                                                 BOOL only_if_not_generic, IMoniker **ret)
{
    (void)face;
    if (ret == NULL)
        return E_POINTER;
    *ret = NULL;
    if (right == NULL)
        return E_POINTER;
    return only_if_not_generic ? MK_E_NEEDGENERIC : E_NOTIMPL;
}

static HRESULT STDMETHODCALLTYPE moniker_enum(IMoniker *face, BOOL forward, IEnumMoniker **ret)
{
    (void)face;
    (void)forward;
    if (ret == NULL)
        return E_POINTER;
    *ret = NULL; /* documented: it has no parts */
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE moniker_is_equal(IMoniker *face, IMoniker *other)
{
    struct device_moniker *self = home(face);
    char *instance RG_AUTO_FREE = NULL;
    CLSID category;
    HRESULT hr;

    if (other == NULL)
        return E_POINTER;
    if (self->instance == NULL)
        return S_FALSE;
    hr = device_name_of(other, &category, &instance);
    if (FAILED(hr))
        return hr == E_OUTOFMEMORY ? hr : S_FALSE;
    return IsEqualCLSID(&category, &self->category) &&
                   reg_instance_same(instance, self->instance)
               ? S_OK
               : S_FALSE;
}

static HRESULT STDMETHODCALLTYPE moniker_hash(IMoniker *face, DWORD *ret_hash)
{
    WCHAR *name RG_AUTO_FREE = NULL;
    DWORD hash = 2166136261u; /* FNV-1a */
    HRESULT hr;

    if (ret_hash == NULL)
        return E_POINTER;
    hr = moniker_name(home(face), &name);
    if (FAILED(hr))
        return hr;
    for (const WCHAR *p = name; *p != L'\0'; p++)
        hash = (hash ^ (DWORD)(*p < 128 ? towlower((wint_t)*p) : (wint_t)*p)) * 16777619u;
    *ret_hash = hash;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE moniker_is_running(IMoniker *face, IBindCtx *context,
                                                    IMoniker *left, IMoniker *newly)
{
    (void)face;
    (void)context;
    (void)left;
    (void)newly;
    return S_FALSE; /* each binding makes a filter of its own */
}

static HRESULT STDMETHODCALLTYPE moniker_time(IMoniker *face, IBindCtx *context, IMoniker *left,
                                              FILETIME *ret_time)
{
    (void)face;
    (void)context;
    (void)left;
    return ret_time != NULL ? MK_E_UNAVAILABLE : E_POINTER;
}

static HRESULT STDMETHODCALLTYPE moniker_inverse(IMoniker *face, IMoniker **ret)
{
    (void)face;
    if (ret == NULL)
        return E_POINTER;
    *ret = NULL;
    return MK_E_NOINVERSE;
}

static HRESULT STDMETHODCALLTYPE moniker_prefix(IMoniker *face, IMoniker *other, IMoniker **ret)
{
    HRESULT hr;

    if (ret == NULL)
        return E_POINTER;
    *ret = NULL;
    if (other == NULL)
        return E_POINTER;
    hr = moniker_is_equal(face, other);
    if (hr != S_OK)
        return FAILED(hr) ? hr : MK_E_NOPREFIX;
    (void)hand_self(face, ret);
    return MK_S_US;
}

/* With no common beginning the way to another moniker is that moniker. */
static HRESULT STDMETHODCALLTYPE moniker_relative(IMoniker *face, IMoniker *other,
                                                  IMoniker **ret)
{
    (void)face;
    if (ret == NULL)
        return E_POINTER;
    *ret = NULL;
    if (other == NULL)
        return E_POINTER;
    (void)hand_self(other, ret);
    return MK_S_HIM;
}

static HRESULT STDMETHODCALLTYPE moniker_display(IMoniker *face, IBindCtx *context,
                                                 IMoniker *left, LPOLESTR *ret_name)
{
    (void)context;
    if (ret_name == NULL)
        return E_POINTER;
    *ret_name = NULL;
    if (left != NULL)
        return E_INVALIDARG;
    return moniker_name(home(face), ret_name);
}

static HRESULT STDMETHODCALLTYPE moniker_parse(IMoniker *face, IBindCtx *context,
                                               IMoniker *left, LPOLESTR name, ULONG *ret_eaten,
                                               IMoniker **ret)
{
    (void)face;
    (void)left;
    return MkParseDisplayName(context, name, ret_eaten, ret);
}

static HRESULT STDMETHODCALLTYPE moniker_is_system(IMoniker *face, DWORD *ret_kind)
{
    (void)face;
    if (ret_kind == NULL)
        return E_POINTER;
    *ret_kind = 0; /* MKSYS_NONE */
    return S_FALSE;
}

static const IMonikerVtbl moniker_vtbl = {
    COM_UNKNOWN(IMoniker),
    .GetClassID = moniker_class_id,
    .IsDirty = moniker_is_dirty,
    .Load = moniker_load,
    .Save = moniker_save,
    .GetSizeMax = moniker_size,
    .BindToObject = moniker_bind,
    .BindToStorage = moniker_storage,
    .Reduce = moniker_reduce,
    .ComposeWith = moniker_compose,
    .Enum = moniker_enum,
    .IsEqual = moniker_is_equal,
    .Hash = moniker_hash,
    .IsRunning = moniker_is_running,
    .GetTimeOfLastChange = moniker_time,
    .Inverse = moniker_inverse,
    .CommonPrefixWith = moniker_prefix,
    .RelativePathTo = moniker_relative,
    .GetDisplayName = moniker_display,
    .ParseDisplayName = moniker_parse,
    .IsSystemMoniker = moniker_is_system,
};

/* ---- life -------------------------------------------------------------------------------- */

static const struct com_entry moniker_map[] = {
    COM_ENTRY(IMoniker, struct device_moniker, face),
    COM_ENTRY(IPersistStream, struct device_moniker, face),
    COM_ENTRY(IPersist, struct device_moniker, face),
    COM_MAP_END,
};

static void moniker_destroy(struct com_object *object)
{
    struct device_moniker *self = (struct device_moniker *)object;

    rg_free(self->instance);
    com_object_fini(object);
    rg_free(self);
}

static HRESULT moniker_make(IUnknown *outer, const CLSID *category, const char *instance,
                            struct device_moniker **ret)
{
    struct device_moniker *self = rg_calloc(1, sizeof(*self));

    if (self == NULL)
        return E_OUTOFMEMORY;
    com_object_init(&self->object, "device moniker", moniker_map, outer, moniker_destroy);
    COM_FACE_INIT(&self->object, self->face, &moniker_vtbl);
    self->category = *category;
    self->instance = instance != NULL ? rg_text_dup(instance) : NULL;
    if (instance != NULL && self->instance == NULL) {
        com_object_release(&self->object);
        return E_OUTOFMEMORY;
    }
    *ret = self;
    return S_OK;
}

HRESULT device_moniker_new(const CLSID *category, const char *instance, IMoniker **ret)
{
    struct device_moniker *self;
    HRESULT hr = moniker_make(NULL, category, instance, &self);

    if (SUCCEEDED(hr))
        *ret = &self->face.i;
    return hr;
}

HRESULT device_moniker_create(IUnknown *outer, REFIID iid, void **out)
{
    struct device_moniker *self;
    HRESULT hr = moniker_make(outer, &GUID_NULL, NULL, &self);

    return SUCCEEDED(hr) ? com_object_hand_out(&self->object, outer, iid, out) : hr;
}
