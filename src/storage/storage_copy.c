/* SPDX-License-Identifier: MIT */
/* storage_copy.c - IStorage::CopyTo and MoveElementTo: from a storage of ours into any other.
 *
 * Any thread; the destination is called without any lock.  Storages within storages wait in a list.
 * Knows: IStorage, IStream.  Must not know: sectors, files.
 */
#include "storage/document.h"

#include <wchar.h>

#include "com/object.h"
#include "platform/memory.h"

#define NEW_ELEMENT (STGM_CREATE | STGM_READWRITE | STGM_SHARE_EXCLUSIVE)

/* A storage whose elements are still to be copied. */
struct pair {
    struct pair *next;
    IStorage *from, *to; /* references */
};

struct copy {
    struct pair *waiting;
    bool no_streams, no_storages; /* of the top, by IID */
    SNB exclude;                  /* names at the top, may be NULL */
};

static HRESULT pair_add(struct copy *copy, IStorage *from, IStorage *to)
{
    struct pair *pair = rg_calloc(1, sizeof(*pair));

    if (pair == NULL)
        return STG_E_INSUFFICIENTMEMORY;
    pair->from = from;
    pair->to = to;
    IStorage_AddRef(from);
    IStorage_AddRef(to);
    pair->next = copy->waiting;
    copy->waiting = pair;
    return S_OK;
}

static void pair_free(struct pair *pair)
{
    IStorage_Release(pair->from);
    IStorage_Release(pair->to);
    rg_free(pair);
}

static HRESULT stream_copy(IStorage *from, const OLECHAR *name, IStorage *to,
                           const OLECHAR *new_name)
{
    static const ULARGE_INTEGER all = { .QuadPart = UINT64_MAX };
    RG_AUTO(IStream) source = NULL;
    RG_AUTO(IStream) target = NULL;
    HRESULT hr =
        IStorage_OpenStream(from, name, NULL, STGM_READ | STGM_SHARE_EXCLUSIVE, 0, &source);

    if (SUCCEEDED(hr))
        hr = IStorage_CreateStream(to, new_name, NEW_ELEMENT, 0, 0, &target);
    return FAILED(hr) ? hr : IStream_CopyTo(source, target, all, NULL, NULL);
}

/* A storage that is there already keeps what it has besides. */
static HRESULT storage_begin(struct copy *copy, IStorage *from, const OLECHAR *name,
                             IStorage *to, const OLECHAR *new_name)
{
    RG_AUTO(IStorage) source = NULL;
    RG_AUTO(IStorage) target = NULL;
    HRESULT hr = IStorage_OpenStorage(from, name, NULL, STGM_READ | STGM_SHARE_EXCLUSIVE, NULL,
                                      0, &source);

    if (FAILED(hr))
        return hr;
    hr = IStorage_CreateStorage(to, new_name, NEW_ELEMENT & ~(DWORD)STGM_CREATE, 0, 0, &target);
    if (hr == STG_E_FILEALREADYEXISTS)
        hr = IStorage_OpenStorage(to, new_name, NULL, STGM_READWRITE | STGM_SHARE_EXCLUSIVE,
                                  NULL, 0, &target);
    return FAILED(hr) ? hr : pair_add(copy, source, target);
}

static bool is_excluded(const struct copy *copy, const STATSTG *element, bool is_top)
{
    if (!is_top)
        return false;
    if (element->type == STGTY_STREAM ? copy->no_streams : copy->no_storages)
        return true;
    for (SNB name = copy->exclude; name != NULL && *name != NULL; name++)
        if (stg_name_compare(*name, element->pwcsName) == 0)
            return true;
    return false;
}

static HRESULT pair_copy(struct copy *copy, struct pair *pair, bool is_top)
{
    RG_AUTO(IEnumSTATSTG) list = NULL;
    STATSTG self = { 0 };
    HRESULT hr = IStorage_EnumElements(pair->from, 0, NULL, 0, &list);

    if (SUCCEEDED(hr))
        hr = IStorage_Stat(pair->from, &self, STATFLAG_NONAME);
    if (SUCCEEDED(hr))
        hr = IStorage_SetClass(pair->to, &self.clsid);
    if (SUCCEEDED(hr))
        hr = IStorage_SetStateBits(pair->to, self.grfStateBits, 0xffffffff);
    while (SUCCEEDED(hr)) {
        STATSTG element = { 0 };

        hr = IEnumSTATSTG_Next(list, 1, &element, NULL);
        if (hr != S_OK)
            break;
        if (is_excluded(copy, &element, is_top))
            hr = S_OK;
        else if (element.type == STGTY_STREAM)
            hr = stream_copy(pair->from, element.pwcsName, pair->to, element.pwcsName);
        else
            hr = storage_begin(copy, pair->from, element.pwcsName, pair->to, element.pwcsName);
        CoTaskMemFree(element.pwcsName);
    }
    return FAILED(hr) ? hr : S_OK;
}

/* All that waits; the first pair is the top where is_top says so. */
static HRESULT copy_all(struct copy *copy, bool is_top)
{
    HRESULT hr = S_OK;

    while (copy->waiting != NULL) {
        struct pair *pair = copy->waiting;

        copy->waiting = pair->next;
        if (SUCCEEDED(hr))
            hr = pair_copy(copy, pair, is_top);
        is_top = false;
        pair_free(pair);
    }
    return hr;
}

/* Into itself, or into something below it? */
static bool leads_inside(IStorage *from, IStorage *to)
{
    struct stg_document *document, *other;
    struct stg_node *top, *node;
    bool is_inside = false;

    if (!stg_storage_is_ours(from, &document, &top) ||
        !stg_storage_is_ours(to, &other, &node) || document != other)
        return false;
    pthread_mutex_lock(&document->lock);
    for (; node != NULL && !is_inside; node = node->parent)
        is_inside = node == top;
    pthread_mutex_unlock(&document->lock);
    return is_inside;
}

HRESULT STDMETHODCALLTYPE stg_storage_copy_to(IStorage *face, DWORD exclude_count,
                                              const IID *exclude, SNB exclude_names,
                                              IStorage *to)
{
    struct copy copy = { .exclude = exclude_names };
    HRESULT hr;

    if (to == NULL || (exclude_count != 0 && exclude == NULL))
        return STG_E_INVALIDPOINTER;
    for (DWORD i = 0; i < exclude_count; i++) {
        copy.no_streams |= IsEqualIID(&exclude[i], &IID_IStream);
        copy.no_storages |= IsEqualIID(&exclude[i], &IID_IStorage);
    }
    if (leads_inside(face, to))
        return STG_E_ACCESSDENIED;
    hr = pair_add(&copy, face, to);
    return FAILED(hr) ? hr : copy_all(&copy, true);
}

/* Nothing moves onto itself or into something below it. */
static bool is_in_the_way(const struct stg_node *from, const struct stg_node *element,
                          const struct stg_node *to, const OLECHAR *new_name)
{
    if (to == from && stg_name_compare(element->name, new_name) == 0)
        return true;
    while (to != NULL && to != element)
        to = to->parent;
    return to != NULL;
}

/* The kind of the element that moves, STGTY_.  S_OK; STG_E_FILENOTFOUND; STG_E_ACCESSDENIED. */
static HRESULT move_check(IStorage *face, const OLECHAR *name, IStorage *to,
                          const OLECHAR *new_name, DWORD *ret_type)
{
    struct stg_document *document = NULL, *other = NULL;
    struct stg_node *from = NULL, *target = NULL, *element;
    HRESULT hr = S_OK;

    (void)stg_storage_is_ours(face, &document, &from);
    (void)stg_storage_is_ours(to, &other, &target);
    pthread_mutex_lock(&document->lock);
    element = stg_node_find(from, name);
    if (element == NULL)
        hr = STG_E_FILENOTFOUND;
    else if (other == document && is_in_the_way(from, element, target, new_name))
        hr = STG_E_ACCESSDENIED;
    else
        *ret_type = element->bytes != NULL ? STGTY_STREAM : STGTY_STORAGE;
    pthread_mutex_unlock(&document->lock);
    return hr;
}

HRESULT STDMETHODCALLTYPE stg_storage_move(IStorage *face, const OLECHAR *name, IStorage *to,
                                           const OLECHAR *new_name, DWORD flags)
{
    struct copy copy = { 0 };
    HRESULT hr = stg_name_check(name);
    DWORD type = 0;

    if (to == NULL)
        return STG_E_INVALIDPOINTER;
    if (new_name == NULL)
        new_name = name;
    if (SUCCEEDED(hr))
        hr = stg_name_check(new_name);
    if (SUCCEEDED(hr) && flags > STGMOVE_COPY)
        hr = STG_E_INVALIDFLAG;
    if (SUCCEEDED(hr))
        hr = move_check(face, name, to, new_name, &type);
    if (FAILED(hr))
        return hr;
    if (type == STGTY_STREAM)
        hr = stream_copy(face, name, to, new_name);
    else
        hr = storage_begin(&copy, face, name, to, new_name);
    if (SUCCEEDED(hr))
        hr = copy_all(&copy, false);
    return SUCCEEDED(hr) && flags == STGMOVE_MOVE ? IStorage_DestroyElement(face, name) : hr;
}
