/* SPDX-License-Identifier: MIT */
/* document.c - one open compound file from its tree to its file and back.
 *
 * Any thread.  Knows: the tree, the file.  Must not know: COM objects over nodes.
 */
#include "storage/document.h"

#include <unistd.h>

#include "platform/memory.h"
#include "storage/file.h"
#include "storage/read.h"
#include "storage/write.h"

static void parts_free(char *path, struct stg_node *root, int fd)
{
    rg_free(path);
    stg_node_drop(root);
    if (fd >= 0)
        close(fd);
}

struct stg_document *stg_document_new(char *path, DWORD mode, struct stg_node *root, int fd)
{
    struct stg_document *document = rg_calloc(1, sizeof(*document));

    if (document == NULL) {
        parts_free(path, root, fd);
        return NULL;
    }
    atomic_init(&document->refs, 1);
    pthread_mutex_init(&document->lock, NULL);
    document->path = path;
    document->mode = mode;
    document->root = root;
    document->fd = fd;
    return document;
}

void stg_document_ref(struct stg_document *document)
{
    atomic_fetch_add(&document->refs, 1);
}

void stg_document_unref(struct stg_document *document)
{
    if (atomic_fetch_sub(&document->refs, 1) != 1)
        return;
    parts_free(document->path, document->root, document->fd);
    pthread_mutex_destroy(&document->lock);
    rg_free(document);
}

/* ---- the file ---------------------------------------------------------------------------- */

static bool is_changed(const struct stg_document *document)
{
    const struct stg_node *root = document->root;

    for (const struct stg_node *node = root; node != NULL; node = stg_node_walk(root, node))
        if (node->bytes != NULL && stg_bytes_are_changed(node->bytes))
            return true;
    return document->is_changed;
}

static void mark_saved(struct stg_document *document)
{
    struct stg_node *root = document->root;

    for (struct stg_node *node = root; node != NULL; node = stg_node_walk(root, node))
        if (node->bytes != NULL)
            stg_bytes_were_saved(node->bytes);
    document->is_changed = false;
}

HRESULT stg_document_save_locked(struct stg_document *document)
{
    uint8_t *file RG_AUTO_FREE = NULL;
    size_t size = 0;
    int fd = -1;
    HRESULT hr;

    if (!is_changed(document))
        return S_OK;
    GetSystemTimeAsFileTime(&document->root->modified);
    hr = stg_write(document->root, &file, &size);
    if (SUCCEEDED(hr))
        hr = stg_file_replace(document->path, file, size);
    if (FAILED(hr))
        return hr;
    mark_saved(document);
    if (document->fd >= 0)
        close(document->fd);
    /* for Revert alone: a file that can't be opened again is saved all the same */
    document->fd = SUCCEEDED(stg_file_open(document->path, &fd)) ? fd : -1;
    return S_OK;
}

HRESULT stg_document_revert_locked(struct stg_document *document)
{
    struct stg_node *root = document->root, *old = NULL;
    uint8_t *file RG_AUTO_FREE = NULL;
    size_t size = 0;
    HRESULT hr = S_OK;

    if (document->fd >= 0)
        hr = stg_file_read(document->fd, &file, &size);
    if (SUCCEEDED(hr) && document->fd >= 0)
        hr = stg_read(file, size, &old);
    if (FAILED(hr))
        return hr;
    stg_node_drop_children(root);
    document->is_changed = old == NULL;
    if (old == NULL)
        return S_OK;
    root->clsid = old->clsid;
    root->state_bits = old->state_bits;
    root->created = old->created;
    root->modified = old->modified;
    root->first = old->first;
    root->last = old->last;
    for (struct stg_node *node = root->first; node != NULL; node = node->next)
        node->parent = root;
    old->first = old->last = NULL;
    stg_node_drop(old);
    return S_OK;
}

void stg_document_close(struct stg_document *document)
{
    pthread_mutex_lock(&document->lock);
    if (stg_mode_may_write(document->mode) && (document->mode & STGM_TRANSACTED) == 0)
        (void)stg_document_save_locked(document); /* Commit says what goes wrong */
    if ((document->mode & STGM_DELETEONRELEASE) != 0)
        (void)unlink(document->path);
    document->root->is_gone = true;
    stg_node_drop_children(document->root);
    pthread_mutex_unlock(&document->lock);
}
