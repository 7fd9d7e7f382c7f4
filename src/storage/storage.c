/* SPDX-License-Identifier: MIT */
/* storage.c - IStorage over a node of an open compound file.
 *
 * Any thread, under the document's lock.
 * Knows: the tree, modes.  Must not know: sectors, files.
 */
#include <string.h>
#include <wchar.h>

#include "com/object.h"
#include "platform/memory.h"
#include "platform/text.h"
#include "storage/document.h"

struct storage {
    struct com_object object; /* first */
    COM_FACE(IStorage) face;

    /* set at creation */
    struct stg_document *document; /* reference */
    struct stg_node *node;         /* reference */
    DWORD mode;
};

static struct storage *home(IStorage *face)
{
    return COM_HOME(face, struct storage);
}

/* The lock, and whether the node is still part of the file. */
static HRESULT enter(struct storage *storage)
{
    pthread_mutex_lock(&storage->document->lock);
    return storage->node->is_gone ? STG_E_REVERTED : S_OK;
}

static HRESULT enter_to_write(struct storage *storage)
{
    HRESULT hr = enter(storage);

    return SUCCEEDED(hr) && !stg_mode_may_write(storage->mode) ? STG_E_ACCESSDENIED : hr;
}

static HRESULT leave(struct storage *storage, HRESULT hr)
{
    pthread_mutex_unlock(&storage->document->lock);
    return hr;
}

static HRESULT find_locked(struct storage *storage, const WCHAR *name, struct stg_node **ret)
{
    *ret = stg_node_find(storage->node, name);
    return *ret != NULL ? S_OK : STG_E_FILENOTFOUND;
}

/* ---- making ------------------------------------------------------------------------------ */

/* Room for a new element: one that is there already goes where STGM_CREATE says so. */
static HRESULT make_way_locked(struct storage *storage, const WCHAR *name, DWORD mode)
{
    struct stg_node *old = stg_node_find(storage->node, name);

    if (old == NULL)
        return S_OK;
    if ((mode & STGM_CREATE) == 0)
        return STG_E_FILEALREADYEXISTS;
    stg_node_drop(old);
    storage->document->is_changed = true;
    return S_OK;
}

static HRESULT create_check(const OLECHAR *name, DWORD reserved1, DWORD reserved2)
{
    if (reserved1 != 0 || reserved2 != 0)
        return STG_E_INVALIDPARAMETER;
    return stg_name_check(name);
}

static HRESULT open_over(struct storage *storage, struct stg_node *node, DWORD mode, void **ret)
{
    HRESULT hr;

    if (node->bytes != NULL)
        hr = stg_stream_new(node->bytes, node->name, mode, (IStream **)ret);
    else
        hr = stg_storage_new(storage->document, node, mode, (IStorage **)ret);
    return hr == E_OUTOFMEMORY ? STG_E_INSUFFICIENTMEMORY : hr;
}

/* The new element is put into the tree last, so that a failure leaves what was there. */
static HRESULT create(struct storage *storage, const OLECHAR *name, DWORD mode, bool is_stream,
                      void **ret)
{
    struct stg_node *node = stg_node_new(name, is_stream);
    HRESULT hr = node != NULL ? S_OK : STG_E_INSUFFICIENTMEMORY;
    void *face = NULL;

    if (FAILED(hr))
        return hr;
    if (!is_stream)
        GetSystemTimeAsFileTime(&node->created);
    node->modified = node->created;
    hr = enter_to_write(storage);
    if (SUCCEEDED(hr))
        hr = stg_mode_check(storage->mode, mode, is_stream);
    if (SUCCEEDED(hr))
        hr = open_over(storage, node, mode, &face);
    if (SUCCEEDED(hr))
        hr = make_way_locked(storage, name, mode);
    if (SUCCEEDED(hr)) {
        stg_node_add(storage->node, node);
        storage->document->is_changed = true;
        *ret = face;
        return leave(storage, S_OK);
    }
    leave(storage, hr);
    if (face != NULL)
        IUnknown_Release((IUnknown *)face);
    stg_node_unref(node); /* nobody else knows of it */
    return hr;
}

static HRESULT STDMETHODCALLTYPE storage_create_stream(IStorage *face, const OLECHAR *name,
                                                       DWORD mode, DWORD reserved1,
                                                       DWORD reserved2, IStream **ret)
{
    HRESULT hr;

    if (ret == NULL)
        return STG_E_INVALIDPOINTER;
    *ret = NULL;
    hr = create_check(name, reserved1, reserved2);
    return FAILED(hr) ? hr : create(home(face), name, mode, true, (void **)ret);
}

static HRESULT STDMETHODCALLTYPE storage_create_storage(IStorage *face, const OLECHAR *name,
                                                        DWORD mode, DWORD reserved1,
                                                        DWORD reserved2, IStorage **ret)
{
    HRESULT hr;

    if (ret == NULL)
        return STG_E_INVALIDPOINTER;
    *ret = NULL;
    hr = create_check(name, reserved1, reserved2);
    return FAILED(hr) ? hr : create(home(face), name, mode, false, (void **)ret);
}

/* ---- opening ----------------------------------------------------------------------------- */

static HRESULT open_locked(struct storage *storage, const OLECHAR *name, DWORD mode,
                           bool is_stream, void **ret)
{
    struct stg_node *node;
    HRESULT hr = stg_mode_check(storage->mode, mode & ~(DWORD)STGM_CREATE, is_stream);

    if (SUCCEEDED(hr))
        hr = find_locked(storage, name, &node);
    if (FAILED(hr))
        return hr;
    if ((node->bytes != NULL) != is_stream)
        return STG_E_FILENOTFOUND;
    if (is_stream && FAILED(node->bytes->damage))
        return node->bytes->damage;
    if (is_stream ? stg_bytes_are_open(node->bytes) : node->is_open)
        return STG_E_ACCESSDENIED;
    return open_over(storage, node, mode, ret);
}

static HRESULT open_element(struct storage *storage, const OLECHAR *name, DWORD mode,
                            bool is_stream, void **ret)
{
    HRESULT hr = stg_name_check(name);

    if (FAILED(hr))
        return hr;
    hr = enter(storage);
    if (SUCCEEDED(hr))
        hr = open_locked(storage, name, mode, is_stream, ret);
    return leave(storage, hr);
}

static HRESULT STDMETHODCALLTYPE storage_open_stream(IStorage *face, const OLECHAR *name,
                                                     void *reserved1, DWORD mode,
                                                     DWORD reserved2, IStream **ret)
{
    if (ret == NULL)
        return STG_E_INVALIDPOINTER;
    *ret = NULL;
    if (reserved1 != NULL || reserved2 != 0)
        return STG_E_INVALIDPARAMETER;
    return open_element(home(face), name, mode, true, (void **)ret);
}

static HRESULT STDMETHODCALLTYPE storage_open_storage(IStorage *face, const OLECHAR *name,
                                                      IStorage *priority, DWORD mode,
                                                      SNB exclude, DWORD reserved,
                                                      IStorage **ret)
{
    if (ret == NULL)
        return STG_E_INVALIDPOINTER;
    *ret = NULL;
    if (priority != NULL || exclude != NULL || reserved != 0)
        return STG_E_INVALIDPARAMETER;
    return open_element(home(face), name, mode, false, (void **)ret);
}

/* ---- the transaction --------------------------------------------------------------------- */

static bool is_root(const struct storage *storage)
{
    return storage->node == storage->document->root;
}

/* Within the file the root's transaction is the only one. */
static HRESULT STDMETHODCALLTYPE storage_commit(IStorage *face, DWORD flags)
{
    struct storage *storage = home(face);
    HRESULT hr;

    if ((flags & ~(DWORD)(STGC_OVERWRITE | STGC_ONLYIFCURRENT |
                          STGC_DANGEROUSLYCOMMITMERELYTODISKCACHE | STGC_CONSOLIDATE)) != 0)
        return STG_E_INVALIDFLAG;
    hr = enter_to_write(storage);
    if (SUCCEEDED(hr) && is_root(storage))
        hr = stg_document_save_locked(storage->document);
    return leave(storage, hr);
}

static HRESULT STDMETHODCALLTYPE storage_revert(IStorage *face)
{
    struct storage *storage = home(face);
    HRESULT hr = enter(storage);

    if (SUCCEEDED(hr) && is_root(storage) && (storage->mode & STGM_TRANSACTED) != 0)
        hr = stg_document_revert_locked(storage->document);
    return leave(storage, hr);
}

/* ---- elements ---------------------------------------------------------------------------- */

static HRESULT STDMETHODCALLTYPE storage_enum(IStorage *face, DWORD reserved1, void *reserved2,
                                              DWORD reserved3, IEnumSTATSTG **ret)
{
    struct storage *storage = home(face);
    HRESULT hr;

    if (ret == NULL)
        return STG_E_INVALIDPOINTER;
    *ret = NULL;
    if (reserved1 != 0 || reserved2 != NULL || reserved3 != 0)
        return STG_E_INVALIDPARAMETER;
    hr = enter(storage);
    if (SUCCEEDED(hr))
        hr = stg_elements_new_locked(storage->node, ret);
    return leave(storage, hr);
}

static HRESULT STDMETHODCALLTYPE storage_destroy_element(IStorage *face, const OLECHAR *name)
{
    struct storage *storage = home(face);
    struct stg_node *node;
    HRESULT hr = stg_name_check(name);

    if (FAILED(hr))
        return hr;
    hr = enter_to_write(storage);
    if (SUCCEEDED(hr))
        hr = find_locked(storage, name, &node);
    if (SUCCEEDED(hr)) {
        stg_node_drop(node);
        storage->document->is_changed = true;
    }
    return leave(storage, hr);
}

static HRESULT rename_locked(struct storage *storage, const OLECHAR *name,
                             const OLECHAR *new_name)
{
    struct stg_node *node, *other = stg_node_find(storage->node, new_name);
    HRESULT hr = find_locked(storage, name, &node);

    if (FAILED(hr))
        return hr;
    if (other != NULL && other != node)
        return STG_E_ACCESSDENIED;
    if (node->bytes != NULL ? stg_bytes_are_open(node->bytes) : node->is_open)
        return STG_E_ACCESSDENIED;
    memset(node->name, 0, sizeof(node->name));
    wcsncpy(node->name, new_name, STG_NAME_ROOM - 1);
    storage->document->is_changed = true;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE storage_rename(IStorage *face, const OLECHAR *name,
                                                const OLECHAR *new_name)
{
    struct storage *storage = home(face);
    HRESULT hr = stg_name_check(name);

    if (SUCCEEDED(hr))
        hr = stg_name_check(new_name);
    if (FAILED(hr))
        return hr;
    hr = enter_to_write(storage);
    if (SUCCEEDED(hr))
        hr = rename_locked(storage, name, new_name);
    return leave(storage, hr);
}

/* name: NULL for the storage itself.  Times of access are not kept. */
static HRESULT STDMETHODCALLTYPE storage_set_times(IStorage *face, const OLECHAR *name,
                                                   const FILETIME *created,
                                                   const FILETIME *accessed,
                                                   const FILETIME *modified)
{
    struct storage *storage = home(face);
    struct stg_node *node = storage->node;
    HRESULT hr = name != NULL ? stg_name_check(name) : S_OK;

    (void)accessed;
    if (FAILED(hr))
        return hr;
    hr = enter_to_write(storage);
    if (SUCCEEDED(hr) && name != NULL)
        hr = find_locked(storage, name, &node);
    if (SUCCEEDED(hr) && node->bytes == NULL) { /* streams have no times */
        if (created != NULL)
            node->created = *created;
        if (modified != NULL)
            node->modified = *modified;
        storage->document->is_changed = true;
    }
    return leave(storage, hr);
}

/* ---- the storage itself ------------------------------------------------------------------ */

static HRESULT STDMETHODCALLTYPE storage_set_class(IStorage *face, REFCLSID clsid)
{
    struct storage *storage = home(face);
    HRESULT hr;

    if (clsid == NULL)
        return STG_E_INVALIDPOINTER;
    hr = enter_to_write(storage);
    if (SUCCEEDED(hr)) {
        storage->node->clsid = *clsid;
        storage->document->is_changed = true;
    }
    return leave(storage, hr);
}

static HRESULT STDMETHODCALLTYPE storage_set_bits(IStorage *face, DWORD bits, DWORD mask)
{
    struct storage *storage = home(face);
    HRESULT hr = enter_to_write(storage);

    if (SUCCEEDED(hr)) {
        storage->node->state_bits = (storage->node->state_bits & ~mask) | (bits & mask);
        storage->document->is_changed = true;
    }
    return leave(storage, hr);
}

static HRESULT STDMETHODCALLTYPE storage_stat(IStorage *face, STATSTG *ret, DWORD flags)
{
    struct storage *storage = home(face);
    bool with_name = flags != STATFLAG_NONAME;
    STATSTG stat = { 0 };
    HRESULT hr;

    if (ret == NULL)
        return STG_E_INVALIDPOINTER;
    if (flags > STATFLAG_NOOPEN)
        return STG_E_INVALIDFLAG;
    hr = enter(storage);
    if (SUCCEEDED(hr))
        hr = stg_node_stat(storage->node, with_name && !is_root(storage), &stat);
    if (SUCCEEDED(hr) && with_name && is_root(storage)) {
        hr = rg_wide_from_utf8(storage->document->path, &stat.pwcsName);
        if (hr == E_OUTOFMEMORY)
            hr = STG_E_INSUFFICIENTMEMORY;
    }
    if (SUCCEEDED(hr)) {
        stat.grfMode = storage->mode;
        *ret = stat;
    }
    return leave(storage, hr);
}

static const IStorageVtbl storage_vtbl = {
    COM_UNKNOWN(IStorage),
    .CreateStream = storage_create_stream,
    .OpenStream = storage_open_stream,
    .CreateStorage = storage_create_storage,
    .OpenStorage = storage_open_storage,
    .CopyTo = stg_storage_copy_to,
    .MoveElementTo = stg_storage_move,
    .Commit = storage_commit,
    .Revert = storage_revert,
    .EnumElements = storage_enum,
    .DestroyElement = storage_destroy_element,
    .RenameElement = storage_rename,
    .SetElementTimes = storage_set_times,
    .SetClass = storage_set_class,
    .SetStateBits = storage_set_bits,
    .Stat = storage_stat,
};

/* ---- life -------------------------------------------------------------------------------- */

static const struct com_entry storage_map[] = {
    COM_ENTRY(IStorage, struct storage, face),
    COM_MAP_END,
};

static void storage_destroy(struct com_object *object)
{
    struct storage *storage = (struct storage *)object;

    if (is_root(storage))
        stg_document_close(storage->document);
    pthread_mutex_lock(&storage->document->lock);
    storage->node->is_open = false;
    stg_node_unref(storage->node);
    pthread_mutex_unlock(&storage->document->lock);
    stg_document_unref(storage->document);
    com_object_fini(object);
    rg_free(storage);
}

HRESULT stg_storage_new(struct stg_document *document, struct stg_node *node, DWORD mode,
                        IStorage **ret_storage)
{
    struct storage *storage = rg_calloc(1, sizeof(*storage));

    if (storage == NULL)
        return E_OUTOFMEMORY;
    storage->document = document;
    stg_document_ref(document);
    storage->node = node;
    node->refs++;
    node->is_open = true;
    storage->mode = mode;
    com_object_init(&storage->object, "IStorage", storage_map, NULL, storage_destroy);
    COM_FACE_INIT(&storage->object, storage->face, &storage_vtbl);
    *ret_storage = &storage->face.i;
    return S_OK;
}

bool stg_storage_is_ours(IStorage *storage, struct stg_document **ret_document,
                         struct stg_node **ret_node)
{
    if (storage->lpVtbl != &storage_vtbl)
        return false;
    *ret_document = home(storage)->document;
    *ret_node = home(storage)->node;
    return true;
}
