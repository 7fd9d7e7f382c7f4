/* SPDX-License-Identifier: MIT */
/* elements.c - IEnumSTATSTG: the elements of a storage as they were when it was asked.
 *
 * Any thread; the place in the list is under the enumerator's lock.
 * Knows: nodes.  Must not know: sectors.
 */
#include "storage/document.h"

#include <string.h>
#include <wchar.h>

#include "com/object.h"
#include "platform/memory.h"

struct elements {
    struct com_object object; /* first */
    COM_FACE(IEnumSTATSTG) face;

    /* set at creation */
    STATSTG *list; /* with names */
    size_t count;

    pthread_mutex_t lock;
    size_t at; /* under `lock` */
};

static struct elements *home(IEnumSTATSTG *face)
{
    return COM_HOME(face, struct elements);
}

/* ---- one element ------------------------------------------------------------------------- */

static HRESULT stat_copy(const STATSTG *from, STATSTG *ret)
{
    STATSTG copy = *from;

    copy.pwcsName = rg_memory_dup(from->pwcsName, (wcslen(from->pwcsName) + 1) * sizeof(WCHAR));
    if (copy.pwcsName == NULL)
        return STG_E_INSUFFICIENTMEMORY;
    *ret = copy;
    return S_OK;
}

HRESULT stg_node_stat(const struct stg_node *node, bool name, STATSTG *ret)
{
    STATSTG stat = {
        .type = node->bytes != NULL ? STGTY_STREAM : STGTY_STORAGE,
        .mtime = node->modified,
        .ctime = node->created,
        .clsid = node->clsid,
        .grfStateBits = node->state_bits,
    };
    uint64_t size = 0;

    if (node->bytes != NULL)
        (void)stg_bytes_size(node->bytes, &size);
    stat.cbSize.QuadPart = size;
    if (name) {
        stat.pwcsName = rg_memory_dup(node->name, (wcslen(node->name) + 1) * sizeof(WCHAR));
        if (stat.pwcsName == NULL)
            return STG_E_INSUFFICIENTMEMORY;
    }
    *ret = stat;
    return S_OK;
}

/* ---- slots ------------------------------------------------------------------------------- */

static HRESULT STDMETHODCALLTYPE elements_next(IEnumSTATSTG *face, ULONG count, STATSTG *to,
                                               ULONG *ret_fetched)
{
    struct elements *self = home(face);
    HRESULT hr = S_OK;
    ULONG got = 0;

    if (ret_fetched != NULL)
        *ret_fetched = 0;
    if (to == NULL)
        return STG_E_INVALIDPOINTER;
    if (count != 1 && ret_fetched == NULL)
        return STG_E_INVALIDPARAMETER;
    pthread_mutex_lock(&self->lock);
    while (got < count && self->at + got < self->count && SUCCEEDED(hr)) {
        hr = stat_copy(&self->list[self->at + got], &to[got]);
        got += SUCCEEDED(hr);
    }
    if (SUCCEEDED(hr))
        self->at += got;
    pthread_mutex_unlock(&self->lock);
    if (FAILED(hr)) {
        while (got != 0)
            CoTaskMemFree(to[--got].pwcsName);
        return hr;
    }
    if (ret_fetched != NULL)
        *ret_fetched = got;
    return got == count ? S_OK : S_FALSE;
}

static HRESULT STDMETHODCALLTYPE elements_skip(IEnumSTATSTG *face, ULONG count)
{
    struct elements *self = home(face);
    size_t left;

    pthread_mutex_lock(&self->lock);
    left = self->count - self->at;
    self->at += count < left ? count : left;
    pthread_mutex_unlock(&self->lock);
    return count <= left ? S_OK : S_FALSE;
}

static HRESULT STDMETHODCALLTYPE elements_reset(IEnumSTATSTG *face)
{
    struct elements *self = home(face);

    pthread_mutex_lock(&self->lock);
    self->at = 0;
    pthread_mutex_unlock(&self->lock);
    return S_OK;
}

static struct elements *elements_new(size_t count);

static HRESULT STDMETHODCALLTYPE elements_clone(IEnumSTATSTG *face, IEnumSTATSTG **ret)
{
    struct elements *self = home(face), *copy;
    HRESULT hr = S_OK;

    if (ret == NULL)
        return STG_E_INVALIDPOINTER;
    *ret = NULL;
    copy = elements_new(self->count);
    if (copy == NULL)
        return STG_E_INSUFFICIENTMEMORY;
    for (; copy->count < self->count && SUCCEEDED(hr); copy->count += SUCCEEDED(hr))
        hr = stat_copy(&self->list[copy->count], &copy->list[copy->count]);
    if (FAILED(hr)) {
        com_object_release(&copy->object);
        return hr;
    }
    pthread_mutex_lock(&self->lock);
    copy->at = self->at;
    pthread_mutex_unlock(&self->lock);
    *ret = &copy->face.i;
    return S_OK;
}

static const IEnumSTATSTGVtbl elements_vtbl = {
    COM_UNKNOWN(IEnumSTATSTG), .Next = elements_next,   .Skip = elements_skip,
    .Reset = elements_reset,   .Clone = elements_clone,
};

static const struct com_entry elements_map[] = {
    COM_ENTRY(IEnumSTATSTG, struct elements, face),
    COM_MAP_END,
};

static void elements_destroy(struct com_object *object)
{
    struct elements *self = (struct elements *)object;

    for (size_t i = 0; i < self->count; i++)
        CoTaskMemFree(self->list[i].pwcsName);
    rg_free(self->list);
    pthread_mutex_destroy(&self->lock);
    com_object_fini(object);
    rg_free(self);
}

/* Room for `count`, and none of them there yet. */
static struct elements *elements_new(size_t count)
{
    struct elements *self = rg_calloc(1, sizeof(*self));

    if (self == NULL)
        return NULL;
    self->list = rg_calloc(count, sizeof(*self->list));
    if (self->list == NULL) {
        rg_free(self);
        return NULL;
    }
    pthread_mutex_init(&self->lock, NULL);
    com_object_init(&self->object, "IEnumSTATSTG", elements_map, NULL, elements_destroy);
    COM_FACE_INIT(&self->object, self->face, &elements_vtbl);
    return self;
}

HRESULT stg_elements_new_locked(const struct stg_node *node, IEnumSTATSTG **ret)
{
    size_t count = 0;
    struct stg_node **children RG_AUTO_FREE = stg_node_children(node, &count);
    struct elements *self = elements_new(count);
    HRESULT hr = S_OK;

    if (self == NULL)
        return STG_E_INSUFFICIENTMEMORY;
    if (count != 0 && children == NULL)
        hr = STG_E_INSUFFICIENTMEMORY;
    for (; self->count < count && SUCCEEDED(hr); self->count += SUCCEEDED(hr))
        hr = stg_node_stat(children[self->count], true, &self->list[self->count]);
    if (FAILED(hr)) {
        com_object_release(&self->object);
        return hr;
    }
    *ret = &self->face.i;
    return S_OK;
}
