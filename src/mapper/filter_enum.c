/* SPDX-License-Identifier: MIT */
/* filter_enum.c - IEnumRegFilters over an answer of the first filter mapper.
 *
 * Any thread; each enumerator is used by one at a time.
 * Knows: registrations.  Must not know: what was asked.
 */
#include "mapper/device.h"

#include <wchar.h>

#include "com/object.h"
#include "platform/memory.h"
#include "platform/text.h"

/* What an enumerator and its clones share; constant. */
struct shared_answer {
    atomic_uint refs;
    struct mapper_answer answer;
};

struct filter_enum {
    struct com_object object; /* first */
    COM_FACE(IEnumRegFilters) face;
    struct shared_answer *shared; /* set at creation */
    atomic_size_t at;             /* the next one */
};

static HRESULT enum_make(struct shared_answer *shared, size_t at, IEnumRegFilters **ret);

static struct filter_enum *home(IEnumRegFilters *face)
{
    return COM_HOME(face, struct filter_enum);
}

/* One block, the name behind the struct: the caller has nothing but CoTaskMemFree. */
static HRESULT filter_tell(const struct reg_filter *filter, REGFILTER **ret)
{
    WCHAR *name RG_AUTO_FREE = NULL;
    REGFILTER *told;
    size_t size;
    HRESULT hr = rg_wide_from_utf8(filter->name, &name);

    if (FAILED(hr))
        return hr;
    size = wcslen(name) + 1;
    told = rg_alloc(sizeof(*told) + size * sizeof(*name));
    if (told == NULL)
        return E_OUTOFMEMORY;
    told->Clsid = filter->clsid;
    told->Name = (WCHAR *)(told + 1);
    wmemcpy(told->Name, name, size);
    *ret = told;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE enum_next(IEnumRegFilters *face, ULONG count,
                                           REGFILTER **filters, ULONG *ret_fetched)
{
    struct filter_enum *self = home(face);
    const struct mapper_answer *answer = &self->shared->answer;
    size_t at = atomic_load(&self->at);
    HRESULT hr = S_OK;
    ULONG got = 0;

    if (filters == NULL)
        return E_POINTER;
    if (count != 1 && ret_fetched == NULL)
        return E_INVALIDARG;
    for (; got < count && at + got < answer->count && SUCCEEDED(hr); got += SUCCEEDED(hr))
        hr = filter_tell(answer->list[at + got], &filters[got]);
    if (FAILED(hr)) {
        while (got != 0)
            rg_free(filters[--got]);
        return hr;
    }
    atomic_store(&self->at, at + got);
    if (ret_fetched != NULL)
        *ret_fetched = got;
    return got == count ? S_OK : S_FALSE;
}

static HRESULT STDMETHODCALLTYPE enum_skip(IEnumRegFilters *face, ULONG count)
{
    struct filter_enum *self = home(face);

    return device_enum_skip(&self->at, self->shared->answer.count, count);
}

static HRESULT STDMETHODCALLTYPE enum_reset(IEnumRegFilters *face)
{
    atomic_store(&home(face)->at, 0);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE enum_clone(IEnumRegFilters *face, IEnumRegFilters **ret)
{
    struct filter_enum *self = home(face);

    if (ret == NULL)
        return E_POINTER;
    *ret = NULL;
    return enum_make(self->shared, atomic_load(&self->at), ret);
}

static const IEnumRegFiltersVtbl enum_vtbl = {
    COM_UNKNOWN(IEnumRegFilters), .Next = enum_next,   .Skip = enum_skip,
    .Reset = enum_reset,          .Clone = enum_clone,
};

static const struct com_entry enum_map[] = {
    COM_ENTRY(IEnumRegFilters, struct filter_enum, face),
    COM_MAP_END,
};

static void shared_release(struct shared_answer *shared)
{
    if (atomic_fetch_sub(&shared->refs, 1) != 1)
        return;
    mapper_answer_clear(&shared->answer);
    rg_free(shared);
}

static void enum_destroy(struct com_object *object)
{
    struct filter_enum *self = (struct filter_enum *)object;

    shared_release(self->shared);
    com_object_fini(object);
    rg_free(self);
}

/* Takes a reference of its own to the answer. */
static HRESULT enum_make(struct shared_answer *shared, size_t at, IEnumRegFilters **ret)
{
    struct filter_enum *self = rg_calloc(1, sizeof(*self));

    if (self == NULL)
        return E_OUTOFMEMORY;
    com_object_init(&self->object, "IEnumRegFilters", enum_map, NULL, enum_destroy);
    COM_FACE_INIT(&self->object, self->face, &enum_vtbl);
    atomic_fetch_add(&shared->refs, 1);
    self->shared = shared;
    atomic_init(&self->at, at);
    *ret = &self->face.i;
    return S_OK;
}

HRESULT filter_enum_new(struct mapper_answer *answer, IEnumRegFilters **ret)
{
    struct shared_answer *shared = rg_calloc(1, sizeof(*shared));
    HRESULT hr;

    if (shared == NULL) {
        mapper_answer_clear(answer);
        return E_OUTOFMEMORY;
    }
    atomic_init(&shared->refs, 1);
    shared->answer = *answer;
    hr = enum_make(shared, 0, ret);
    shared_release(shared);
    return hr;
}
