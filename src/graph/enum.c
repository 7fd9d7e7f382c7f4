/* SPDX-License-Identifier: MIT */
/* enum.c - IEnumFilters over the members or the cache.
 *
 * Control threads; each call takes the graph lock.  A place in the list is good as long as
 * the list has not changed; after that the enumerator is out of sync until Reset.
 * Knows: one list.  Must not know: anything else of the graph.
 */
#include "graph/graph_internal.h"

#include "platform/memory.h"

struct filter_enum {
    struct com_object object;
    COM_FACE(IEnumFilters) face;
    struct graph *graph;     /* reference, set at creation */
    struct graph_list *list; /* set at creation */
    /* under the graph lock */
    uint64_t version;
    struct graph_node *at; /* next one to hand out; valid while the version holds */
};

static struct filter_enum *enum_new(struct graph *graph, struct graph_list *list);

static struct filter_enum *home(IEnumFilters *face)
{
    return COM_HOME(face, struct filter_enum);
}

static HRESULT STDMETHODCALLTYPE enum_next(IEnumFilters *face, ULONG count,
                                           IBaseFilter **filters, ULONG *ret_fetched)
{
    struct filter_enum *self = home(face);
    ULONG got = 0;
    HRESULT hr;

    if (filters == NULL)
        return E_POINTER;
    if (count != 1 && ret_fetched == NULL)
        return E_INVALIDARG;
    if (ret_fetched != NULL)
        *ret_fetched = 0;
    hr = graph_lock_for_call(self->graph);
    if (FAILED(hr))
        return hr;
    if (self->version != self->list->version) {
        graph_unlock(self->graph);
        return VFW_E_ENUM_OUT_OF_SYNC;
    }
    for (; got < count && self->at != NULL; self->at = self->at->next) {
        filters[got] = self->at->filter;
        filters[got]->lpVtbl->AddRef(filters[got]);
        got++;
    }
    graph_unlock(self->graph);
    if (ret_fetched != NULL)
        *ret_fetched = got;
    return got == count ? S_OK : S_FALSE;
}

static HRESULT STDMETHODCALLTYPE enum_skip(IEnumFilters *face, ULONG count)
{
    struct filter_enum *self = home(face);
    HRESULT hr;

    hr = graph_lock_for_call(self->graph);
    if (FAILED(hr))
        return hr;
    if (self->version != self->list->version) {
        hr = VFW_E_ENUM_OUT_OF_SYNC;
    } else {
        for (; count != 0 && self->at != NULL; count--)
            self->at = self->at->next;
        hr = count == 0 ? S_OK : S_FALSE;
    }
    graph_unlock(self->graph);
    return hr;
}

static HRESULT STDMETHODCALLTYPE enum_reset(IEnumFilters *face)
{
    struct filter_enum *self = home(face);
    HRESULT hr;

    hr = graph_lock_for_call(self->graph);
    if (FAILED(hr))
        return hr;
    self->version = self->list->version;
    self->at = self->list->first;
    graph_unlock(self->graph);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE enum_clone(IEnumFilters *face, IEnumFilters **out)
{
    struct filter_enum *self = home(face), *copy;
    HRESULT hr;

    if (out == NULL)
        return E_POINTER;
    *out = NULL;
    copy = enum_new(self->graph, self->list);
    if (copy == NULL)
        return E_OUTOFMEMORY;
    hr = graph_lock_for_call(self->graph);
    if (FAILED(hr)) {
        com_object_release(&copy->object);
        return hr;
    }
    copy->version = self->version;
    copy->at = self->at;
    graph_unlock(self->graph);
    *out = &copy->face.i;
    return S_OK;
}

static const IEnumFiltersVtbl enum_vtbl = {
    COM_UNKNOWN(IEnumFilters), .Next = enum_next,   .Skip = enum_skip,
    .Reset = enum_reset,       .Clone = enum_clone,
};

static const struct com_entry enum_map[] = {
    COM_ENTRY(IEnumFilters, struct filter_enum, face),
    COM_MAP_END,
};

static void enum_destroy(struct com_object *object)
{
    struct filter_enum *self = (struct filter_enum *)object;

    com_object_release(&self->graph->object);
    com_object_fini(object);
    rg_free(self);
}

static struct filter_enum *enum_new(struct graph *graph, struct graph_list *list)
{
    struct filter_enum *self = rg_calloc(1, sizeof(*self));

    if (self == NULL)
        return NULL;
    com_object_init(&self->object, "IEnumFilters", enum_map, NULL, enum_destroy);
    COM_FACE_INIT(&self->object, self->face, &enum_vtbl);
    self->graph = graph;
    com_object_addref(&graph->object);
    self->list = list;
    return self;
}

HRESULT graph_enum_create(struct graph *graph, struct graph_list *list, IEnumFilters **ret)
{
    struct filter_enum *self = enum_new(graph, list);
    HRESULT hr;

    if (self == NULL)
        return E_OUTOFMEMORY;
    hr = enum_reset(&self->face.i);
    if (FAILED(hr)) {
        com_object_release(&self->object);
        return hr;
    }
    *ret = &self->face.i;
    return S_OK;
}
