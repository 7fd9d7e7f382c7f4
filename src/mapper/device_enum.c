/* SPDX-License-Identifier: MIT */
/* device_enum.c - IEnumMoniker over filters as they were when it was made.
 *
 * Any thread; each enumerator is used by one at a time.
 * Knows: monikers.  Must not know: what was asked.
 */
#include "mapper/device.h"

#include "com/object.h"
#include "platform/memory.h"

/* What an enumerator and its clones share; constant. */
struct moniker_list {
    atomic_uint refs;
    size_t count;
    IMoniker *list[]; /* references */
};

struct device_enum {
    struct com_object object; /* first */
    COM_FACE(IEnumMoniker) face;
    struct moniker_list *shared; /* set at creation */
    atomic_size_t at;            /* the next one */
};

static HRESULT enum_make(struct moniker_list *shared, size_t at, IEnumMoniker **ret);

static struct device_enum *home(IEnumMoniker *face)
{
    return COM_HOME(face, struct device_enum);
}

static HRESULT STDMETHODCALLTYPE enum_next(IEnumMoniker *face, ULONG count, IMoniker **monikers,
                                           ULONG *ret_fetched)
{
    struct device_enum *self = home(face);
    size_t at = atomic_load(&self->at);
    ULONG got = 0;

    if (monikers == NULL)
        return E_POINTER;
    if (count != 1 && ret_fetched == NULL)
        return E_INVALIDARG;
    for (; got < count && at < self->shared->count; at++) {
        monikers[got] = self->shared->list[at];
        monikers[got]->lpVtbl->AddRef(monikers[got]);
        got++;
    }
    atomic_store(&self->at, at);
    if (ret_fetched != NULL)
        *ret_fetched = got;
    return got == count ? S_OK : S_FALSE;
}

HRESULT device_enum_skip(atomic_size_t *at, size_t count, ULONG skipped)
{
    size_t now = atomic_load(at), left = count - now;

    atomic_store(at, now + (skipped < left ? skipped : left));
    return skipped <= left ? S_OK : S_FALSE;
}

static HRESULT STDMETHODCALLTYPE enum_skip(IEnumMoniker *face, ULONG count)
{
    struct device_enum *self = home(face);

    return device_enum_skip(&self->at, self->shared->count, count);
}

static HRESULT STDMETHODCALLTYPE enum_reset(IEnumMoniker *face)
{
    atomic_store(&home(face)->at, 0);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE enum_clone(IEnumMoniker *face, IEnumMoniker **ret)
{
    struct device_enum *self = home(face);

    if (ret == NULL)
        return E_POINTER;
    *ret = NULL;
    return enum_make(self->shared, atomic_load(&self->at), ret);
}

static const IEnumMonikerVtbl enum_vtbl = {
    COM_UNKNOWN(IEnumMoniker), .Next = enum_next,   .Skip = enum_skip,
    .Reset = enum_reset,       .Clone = enum_clone,
};

static const struct com_entry enum_map[] = {
    COM_ENTRY(IEnumMoniker, struct device_enum, face),
    COM_MAP_END,
};

static void list_release(struct moniker_list *list)
{
    if (atomic_fetch_sub(&list->refs, 1) != 1)
        return;
    for (size_t i = 0; i < list->count; i++)
        list->list[i]->lpVtbl->Release(list->list[i]);
    rg_free(list);
}

static void enum_destroy(struct com_object *object)
{
    struct device_enum *self = (struct device_enum *)object;

    list_release(self->shared);
    com_object_fini(object);
    rg_free(self);
}

/* Takes a reference of its own to the list. */
static HRESULT enum_make(struct moniker_list *shared, size_t at, IEnumMoniker **ret)
{
    struct device_enum *self = rg_calloc(1, sizeof(*self));

    if (self == NULL)
        return E_OUTOFMEMORY;
    com_object_init(&self->object, "IEnumMoniker", enum_map, NULL, enum_destroy);
    COM_FACE_INIT(&self->object, self->face, &enum_vtbl);
    atomic_fetch_add(&shared->refs, 1);
    self->shared = shared;
    atomic_init(&self->at, at);
    *ret = &self->face.i;
    return S_OK;
}

HRESULT device_enum_new(const struct mapper_answer *answer, IEnumMoniker **ret)
{
    struct moniker_list *list =
        rg_calloc(1, sizeof(*list) + answer->count * sizeof(list->list[0]));
    HRESULT hr = S_OK;

    if (list == NULL)
        return E_OUTOFMEMORY;
    atomic_init(&list->refs, 1);
    for (size_t i = 0; i < answer->count && SUCCEEDED(hr); i++) {
        hr = device_moniker_new(&answer->list[i]->category, answer->list[i]->instance,
                                &list->list[i]);
        if (SUCCEEDED(hr))
            list->count++;
    }
    if (SUCCEEDED(hr))
        hr = enum_make(list, 0, ret);
    list_release(list);
    return hr;
}
