/* SPDX-License-Identifier: MIT */
/* type.c - AM_MEDIA_TYPE: copy, free, compare, and enumerate.
 *
 * Any thread; no shared state but the enumerator's own position.
 * Knows: the public struct.  Must not know: what formats mean (format.c does).
 */
#include "media/type.h"

#include <string.h>

#include "com/object.h"
#include "platform/memory.h"

HRESULT rg_type_copy(AM_MEDIA_TYPE *ret, const AM_MEDIA_TYPE *type)
{
    BYTE *block = NULL;

    if (type->cbFormat != 0 && type->pbFormat != NULL) {
        block = rg_memory_dup(type->pbFormat, type->cbFormat);
        if (block == NULL) {
            memset(ret, 0, sizeof(*ret));
            return E_OUTOFMEMORY;
        }
    }
    *ret = *type;
    ret->pbFormat = block;
    if (block == NULL)
        ret->cbFormat = 0;
    if (ret->pUnk != NULL)
        IUnknown_AddRef(ret->pUnk);
    return S_OK;
}

void rg_type_clear(AM_MEDIA_TYPE *type)
{
    if (type == NULL)
        return;
    CoTaskMemFree(type->pbFormat);
    if (type->pUnk != NULL)
        IUnknown_Release(type->pUnk);
    memset(type, 0, sizeof(*type));
}

AM_MEDIA_TYPE *rg_type_new(const AM_MEDIA_TYPE *type)
{
    AM_MEDIA_TYPE *copy = CoTaskMemAlloc(sizeof(*copy));

    if (copy != NULL && FAILED(rg_type_copy(copy, type))) {
        CoTaskMemFree(copy);
        return NULL;
    }
    return copy;
}

void rg_type_delete(AM_MEDIA_TYPE *type)
{
    if (type == NULL)
        return;
    rg_type_clear(type);
    CoTaskMemFree(type);
}

HRESULT rg_type_make(AM_MEDIA_TYPE *ret, const GUID *major, const GUID *subtype,
                     const GUID *format, const void *block, ULONG block_bytes)
{
    BYTE *copy = NULL;

    if (block_bytes != 0) {
        copy = rg_memory_dup(block, block_bytes);
        if (copy == NULL)
            return E_OUTOFMEMORY;
    }
    memset(ret, 0, sizeof(*ret));
    ret->majortype = *major;
    ret->subtype = *subtype;
    ret->formattype = *format;
    ret->bFixedSizeSamples = TRUE;
    ret->lSampleSize = 1;
    ret->cbFormat = block_bytes;
    ret->pbFormat = copy;
    return S_OK;
}

/* A size without a block is no block. */
static ULONG block_size(const AM_MEDIA_TYPE *type)
{
    return type->pbFormat != NULL ? type->cbFormat : 0;
}

static bool same_block(const AM_MEDIA_TYPE *a, const AM_MEDIA_TYPE *b)
{
    ULONG size = block_size(a);

    return size == block_size(b) && (size == 0 || memcmp(a->pbFormat, b->pbFormat, size) == 0);
}

bool rg_type_equal(const AM_MEDIA_TYPE *a, const AM_MEDIA_TYPE *b)
{
    return IsEqualGUID(&a->majortype, &b->majortype) && IsEqualGUID(&a->subtype, &b->subtype) &&
           IsEqualGUID(&a->formattype, &b->formattype) && same_block(a, b);
}

static bool guid_fits(const GUID *value, const GUID *wanted)
{
    return IsEqualGUID(wanted, &GUID_NULL) || IsEqualGUID(value, wanted);
}

bool rg_type_fits(const AM_MEDIA_TYPE *type, const AM_MEDIA_TYPE *partial)
{
    if (partial == NULL)
        return true;
    if (!guid_fits(&type->majortype, &partial->majortype) ||
        !guid_fits(&type->subtype, &partial->subtype) ||
        !guid_fits(&type->formattype, &partial->formattype))
        return false;
    /* a format type of GUID_NULL says nothing about the block */
    if (IsEqualGUID(&partial->formattype, &GUID_NULL) || block_size(partial) == 0)
        return true;
    return same_block(type, partial);
}

bool rg_type_is_partial(const AM_MEDIA_TYPE *type)
{
    return IsEqualGUID(&type->majortype, &GUID_NULL) ||
           IsEqualGUID(&type->formattype, &GUID_NULL);
}

/* ---- the enumerator -------------------------------------------------------------------- */

struct type_enum {
    struct com_object object;
    COM_FACE(IEnumMediaTypes) face;
    IUnknown *owner;
    rg_type_getter get;
    void *context;
    atomic_uint position;
};

static HRESULT STDMETHODCALLTYPE types_next(IEnumMediaTypes *face, ULONG count,
                                            AM_MEDIA_TYPE **types, ULONG *fetched)
{
    struct type_enum *e = COM_HOME(face, struct type_enum);
    unsigned first = atomic_load(&e->position);
    ULONG done = 0;
    HRESULT hr = S_OK;

    if (types == NULL)
        return E_POINTER;
    if (fetched != NULL)
        *fetched = 0;
    else if (count != 1)
        return E_INVALIDARG;
    while (done < count) {
        AM_MEDIA_TYPE type;

        memset(&type, 0, sizeof(type));
        hr = e->get(e->context, first + done, &type);
        if (hr != S_OK)
            break;
        types[done] = CoTaskMemAlloc(sizeof(type));
        if (types[done] == NULL) {
            rg_type_clear(&type);
            hr = E_OUTOFMEMORY;
            break;
        }
        *types[done++] = type;
    }
    if (hr == E_OUTOFMEMORY) {
        while (done > 0)
            rg_type_delete(types[--done]);
        return hr; /* the position stays: nothing was handed out */
    }
    atomic_store(&e->position, first + done);
    if (fetched != NULL)
        *fetched = done;
    return done == count ? S_OK : S_FALSE;
}

static HRESULT STDMETHODCALLTYPE types_skip(IEnumMediaTypes *face, ULONG count)
{
    struct type_enum *e = COM_HOME(face, struct type_enum);

    while (count-- > 0) {
        AM_MEDIA_TYPE type;

        memset(&type, 0, sizeof(type));
        if (e->get(e->context, atomic_load(&e->position), &type) != S_OK)
            return S_FALSE;
        rg_type_clear(&type);
        atomic_fetch_add(&e->position, 1);
    }
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE types_reset(IEnumMediaTypes *face)
{
    atomic_store(&COM_HOME(face, struct type_enum)->position, 0);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE types_clone(IEnumMediaTypes *face, IEnumMediaTypes **ret)
{
    struct type_enum *e = COM_HOME(face, struct type_enum);
    HRESULT hr;

    if (ret == NULL)
        return E_POINTER;
    *ret = NULL;
    hr = rg_type_enumerate(e->owner, e->get, e->context, ret);
    if (SUCCEEDED(hr))
        atomic_store(&COM_HOME(*ret, struct type_enum)->position, atomic_load(&e->position));
    return hr;
}

static const IEnumMediaTypesVtbl types_vtbl = {
    COM_UNKNOWN(IEnumMediaTypes), .Next = types_next,   .Skip = types_skip,
    .Reset = types_reset,         .Clone = types_clone,
};

static const struct com_entry types_map[] = {
    COM_ENTRY(IEnumMediaTypes, struct type_enum, face),
    COM_MAP_END,
};

static void types_destroy(struct com_object *object)
{
    struct type_enum *e = (struct type_enum *)object;

    if (e->owner != NULL)
        IUnknown_Release(e->owner);
    com_object_fini(object);
    rg_free(e);
}

HRESULT rg_type_enumerate(IUnknown *owner, rg_type_getter get, void *context,
                          IEnumMediaTypes **ret)
{
    struct type_enum *e = rg_calloc(1, sizeof(*e));

    *ret = NULL;
    if (e == NULL)
        return E_OUTOFMEMORY;
    com_object_init(&e->object, "media type enumerator", types_map, NULL, types_destroy);
    COM_FACE_INIT(&e->object, e->face, &types_vtbl);
    e->owner = owner;
    if (owner != NULL)
        IUnknown_AddRef(owner);
    e->get = get;
    e->context = context;
    *ret = &e->face.i;
    return S_OK;
}
