/* SPDX-License-Identifier: MIT */
/* lister.c - ICreateDevEnum: what is there in a category (CLSID_SystemDeviceEnum).
 *
 * Any thread; no state.
 * Knows: answers, enumerators.  Must not know: files, graphs.
 */
#include "mapper/device.h"

#include "com/object.h"
#include "platform/memory.h"

struct device_lister {
    struct com_object object; /* first */
    COM_FACE(ICreateDevEnum) face;
};

#define FLAGS_KNOWN                                                                            \
    (CDEF_CLASS_DEFAULT | CDEF_BYPASS_CLASS_MANAGER | CDEF_MERIT_ABOVE_DO_NOT_USE |            \
     CDEF_DEVMON_SELECTIVE_MASK)

static HRESULT STDMETHODCALLTYPE lister_enumerate(ICreateDevEnum *face, REFCLSID category,
                                                  IEnumMoniker **ret, DWORD flags)
{
    DWORD kinds = flags & CDEF_DEVMON_SELECTIVE_MASK;
    struct mapper_answer answer;
    unsigned list_flags = 0;
    HRESULT hr;

    (void)face;
    if (ret == NULL)
        return E_POINTER;
    *ret = NULL;
    if (category == NULL)
        return E_POINTER;
    if ((flags & ~(DWORD)FLAGS_KNOWN) != 0)
        return E_INVALIDARG;
    if (kinds != 0 && (kinds & CDEF_DEVMON_FILTER) == 0)
        return S_FALSE; /* there are filters, and no other kind of device */
    if ((flags & CDEF_CLASS_DEFAULT) != 0)
        list_flags |= MAPPER_ONE_ONLY;
    if ((flags & CDEF_MERIT_ABOVE_DO_NOT_USE) != 0)
        list_flags |= MAPPER_ABOVE_ZERO;
    hr = mapper_list(category, list_flags, &answer);
    if (FAILED(hr))
        return hr;
    hr = answer.count != 0 ? device_enum_new(&answer, ret) : S_FALSE;
    mapper_answer_clear(&answer);
    return hr;
}

static const ICreateDevEnumVtbl lister_vtbl = {
    COM_UNKNOWN(ICreateDevEnum),
    .CreateClassEnumerator = lister_enumerate,
};

static const struct com_entry lister_map[] = {
    COM_ENTRY(ICreateDevEnum, struct device_lister, face),
    COM_MAP_END,
};

static void lister_destroy(struct com_object *object)
{
    com_object_fini(object);
    rg_free(object);
}

HRESULT device_lister_create(IUnknown *outer, REFIID iid, void **out)
{
    struct device_lister *self = rg_calloc(1, sizeof(*self));

    if (self == NULL)
        return E_OUTOFMEMORY;
    com_object_init(&self->object, "device enumerator", lister_map, outer, lister_destroy);
    COM_FACE_INIT(&self->object, self->face, &lister_vtbl);
    return com_object_hand_out(&self->object, outer, iid, out);
}
