/* SPDX-License-Identifier: MIT */
/* collection.c - IAMCollection and its IEnumVARIANT: a snapshot of automation objects.
 *
 * Any thread; a collection never changes, so it needs no lock.
 * Knows: IDispatch items.  Must not know: what they are.
 */
#include "graph/automation.h"

#include <stdatomic.h>

#include <oleauto.h>

#include "graph/dispatch.h"
#include "platform/memory.h"

/* ---- what all parts share ---------------------------------------------------------------- */

static void part_destroy(struct com_object *object)
{
    struct graph_part *part = (struct graph_part *)object;

    if (part->of != NULL)
        part->of->lpVtbl->Release(part->of);
    if (part->graph != NULL)
        com_object_release(&part->graph->object);
    com_object_fini(object);
    rg_free(part);
}

void *graph_part_new(size_t size, const char *name, const struct com_entry *map,
                     struct graph *graph, void *of)
{
    struct graph_part *part = rg_calloc(1, size);

    if (part == NULL)
        return NULL;
    com_object_init(&part->object, name, map, NULL, part_destroy);
    part->graph = graph;
    if (graph != NULL)
        com_object_addref(&graph->object);
    part->of = of;
    if (part->of != NULL)
        part->of->lpVtbl->AddRef(part->of);
    return part;
}

HRESULT graph_bstr(const WCHAR *text, BSTR *ret)
{
    BSTR copy = SysAllocString(text);

    if (copy == NULL)
        return E_OUTOFMEMORY;
    *ret = copy;
    return S_OK;
}

/* ---- collecting -------------------------------------------------------------------------- */

static void items_free(struct graph_items *items)
{
    for (size_t i = 0; i < items->count; i++)
        items->list[i]->lpVtbl->Release(items->list[i]);
    rg_free(items->list);
    *items = (struct graph_items){ 0 };
}

HRESULT graph_items_add(struct graph_items *items, IDispatch *item)
{
    if (items->count == items->room) {
        size_t room = items->room != 0 ? items->room * 2 : 8;
        IDispatch **bigger = rg_realloc(items->list, room * sizeof(IDispatch *));

        if (bigger == NULL) {
            item->lpVtbl->Release(item);
            return E_OUTOFMEMORY;
        }
        items->list = bigger;
        items->room = room;
    }
    items->list[items->count++] = item;
    return S_OK;
}

/* ---- the collection ---------------------------------------------------------------------- */

struct collection {
    struct com_object object;
    COM_FACE(IAMCollection) face;
    struct graph_items items; /* set at creation */
};

static HRESULT variant_enum_create(struct collection *of, size_t at, IEnumVARIANT **ret);

static struct collection *home(IAMCollection *face)
{
    return COM_HOME(face, struct collection);
}

GRAPH_DISPATCH(IAMCollection)

static HRESULT STDMETHODCALLTYPE collection_count(IAMCollection *face, LONG *ret_count)
{
    if (ret_count == NULL)
        return E_POINTER;
    *ret_count = (LONG)home(face)->items.count;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE collection_item(IAMCollection *face, LONG index,
                                                 IUnknown **out)
{
    struct collection *self = home(face);

    if (out == NULL)
        return E_POINTER;
    *out = NULL;
    if (index < 0 || (size_t)index >= self->items.count)
        return E_INVALIDARG;
    *out = (IUnknown *)self->items.list[index];
    (*out)->lpVtbl->AddRef(*out);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE collection_new_enum(IAMCollection *face, IUnknown **out)
{
    if (out == NULL)
        return E_POINTER;
    *out = NULL;
    return variant_enum_create(home(face), 0, (IEnumVARIANT **)out);
}

static const IAMCollectionVtbl collection_vtbl = {
    COM_UNKNOWN(IAMCollection),          GRAPH_DISPATCH_SLOTS(IAMCollection),
    .get_Count = collection_count,       .Item = collection_item,
    .get__NewEnum = collection_new_enum,
};

static const struct com_entry collection_map[] = {
    COM_ENTRY(IDispatch, struct collection, face),
    COM_ENTRY(IAMCollection, struct collection, face),
    COM_MAP_END,
};

static void collection_destroy(struct com_object *object)
{
    struct collection *self = (struct collection *)object;

    items_free(&self->items);
    com_object_fini(object);
    rg_free(self);
}

HRESULT graph_collection_create(struct graph_items *items, HRESULT hr, IDispatch **ret)
{
    struct collection *self = SUCCEEDED(hr) ? rg_calloc(1, sizeof(*self)) : NULL;

    if (self == NULL) {
        items_free(items);
        return FAILED(hr) ? hr : E_OUTOFMEMORY;
    }
    com_object_init(&self->object, "IAMCollection", collection_map, NULL, collection_destroy);
    COM_FACE_INIT(&self->object, self->face, &collection_vtbl);
    self->items = *items;
    *items = (struct graph_items){ 0 };
    *ret = (IDispatch *)&self->face.i;
    return S_OK;
}

/* ---- its enumerator ---------------------------------------------------------------------- */

struct variant_enum {
    struct com_object object;
    COM_FACE(IEnumVARIANT) face;
    struct collection *of; /* reference, set at creation */
    atomic_size_t at;      /* may be used by one thread at a time, and does no harm with more */
};

static struct variant_enum *enum_home(IEnumVARIANT *face)
{
    return COM_HOME(face, struct variant_enum);
}

static HRESULT STDMETHODCALLTYPE variant_next(IEnumVARIANT *face, ULONG count, VARIANT *values,
                                              ULONG *ret_fetched)
{
    struct variant_enum *self = enum_home(face);
    const struct graph_items *items = &self->of->items;
    size_t at = atomic_load(&self->at);
    ULONG got = 0;

    if (values == NULL)
        return E_POINTER;
    for (; got < count && at < items->count; got++, at++) {
        VariantInit(&values[got]);
        values[got].vt = VT_DISPATCH;
        values[got].pdispVal = items->list[at];
        items->list[at]->lpVtbl->AddRef(items->list[at]);
    }
    atomic_store(&self->at, at);
    if (ret_fetched != NULL)
        *ret_fetched = got;
    return got == count ? S_OK : S_FALSE;
}

static HRESULT STDMETHODCALLTYPE variant_skip(IEnumVARIANT *face, ULONG count)
{
    struct variant_enum *self = enum_home(face);
    size_t at = atomic_load(&self->at), left = self->of->items.count - at;

    atomic_store(&self->at, at + (count < left ? count : left));
    return count <= left ? S_OK : S_FALSE;
}

static HRESULT STDMETHODCALLTYPE variant_reset(IEnumVARIANT *face)
{
    atomic_store(&enum_home(face)->at, 0);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE variant_clone(IEnumVARIANT *face, IEnumVARIANT **out)
{
    struct variant_enum *self = enum_home(face);

    if (out == NULL)
        return E_POINTER;
    *out = NULL;
    return variant_enum_create(self->of, atomic_load(&self->at), out);
}

static const IEnumVARIANTVtbl variant_enum_vtbl = {
    COM_UNKNOWN(IEnumVARIANT), .Next = variant_next,   .Skip = variant_skip,
    .Reset = variant_reset,    .Clone = variant_clone,
};

static const struct com_entry variant_enum_map[] = {
    COM_ENTRY(IEnumVARIANT, struct variant_enum, face),
    COM_MAP_END,
};

static void variant_enum_destroy(struct com_object *object)
{
    struct variant_enum *self = (struct variant_enum *)object;

    com_object_release(&self->of->object);
    com_object_fini(object);
    rg_free(self);
}

static HRESULT variant_enum_create(struct collection *of, size_t at, IEnumVARIANT **ret)
{
    struct variant_enum *self = rg_calloc(1, sizeof(*self));

    if (self == NULL)
        return E_OUTOFMEMORY;
    com_object_init(&self->object, "IEnumVARIANT", variant_enum_map, NULL,
                    variant_enum_destroy);
    COM_FACE_INIT(&self->object, self->face, &variant_enum_vtbl);
    self->of = of;
    com_object_addref(&of->object);
    atomic_init(&self->at, at);
    *ret = &self->face.i;
    return S_OK;
}
