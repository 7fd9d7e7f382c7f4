/* SPDX-License-Identifier: MIT */
/* document.h - one open compound file: its tree, its path, and the lock of both.
 *
 * Any thread.  The document's lock comes before those of bytes; no call out of this room is made under it.
 * Knows: the tree, the file.  Must not know: who has its elements open.
 */
#pragma once

#include "storage/tree.h"

struct stg_document {
    atomic_uint refs; /* one for each IStorage */

    /* set at creation */
    char *path;
    DWORD mode; /* STGM_ of the root */

    pthread_mutex_t lock;
    /* under `lock` */
    struct stg_node *root;
    int fd;          /* the file as it was opened or committed last; -1: none yet */
    bool is_changed; /* the tree, since the file was written; bytes know of themselves */
};

/* Takes over path, root and fd, also on failure.  NULL: no memory. */
struct stg_document *stg_document_new(char *path, DWORD mode, struct stg_node *root, int fd);
void stg_document_ref(struct stg_document *document);
void stg_document_unref(struct stg_document *document);

/* Writes the file, where anything has changed.  S_OK; what stg_write and stg_file_replace say. */
HRESULT stg_document_save_locked(struct stg_document *document);
/* The tree as the file has it; whoever has elements open finds them gone.  S_OK; what stg_read says, and
 * nothing has changed. */
HRESULT stg_document_revert_locked(struct stg_document *document);
/* The root's last reference goes: a direct one is saved; all elements are gone. */
void stg_document_close(struct stg_document *document);

/* An IStorage over node, which is marked as open; takes references to both.  S_OK; E_OUTOFMEMORY. */
HRESULT stg_storage_new(struct stg_document *document, struct stg_node *node, DWORD mode,
                        IStorage **ret_storage);
/* The document behind a storage of ours and its node, borrowed; false: it is somebody else's. */
bool stg_storage_is_ours(IStorage *storage, struct stg_document **ret_document,
                         struct stg_node **ret_node);

/* Is this access and sharing of an element allowed within one opened with `outer`?  S_OK;
 * STG_E_INVALIDFLAG, STG_E_ACCESSDENIED, STG_E_INVALIDFUNCTION (a stream in a transaction of its own),
 * STG_E_UNIMPLEMENTEDFUNCTION (such a storage, to be written). */
HRESULT stg_mode_check(DWORD outer, DWORD mode, bool is_stream);
static inline bool stg_mode_may_write(DWORD mode)
{
    return (mode & (STGM_WRITE | STGM_READWRITE)) != STGM_READ;
}

/* elements.c.  The children of node, as they are now.  S_OK; STG_E_INSUFFICIENTMEMORY. */
HRESULT stg_elements_new_locked(const struct stg_node *node, IEnumSTATSTG **ret);
/* What Stat says of a node; name: with its name, task memory.  S_OK; STG_E_INSUFFICIENTMEMORY. */
HRESULT stg_node_stat(const struct stg_node *node, bool name, STATSTG *ret);

/* storage_copy.c: two slots of IStorage. */
HRESULT STDMETHODCALLTYPE stg_storage_copy_to(IStorage *face, DWORD exclude_count,
                                              const IID *exclude, SNB exclude_names,
                                              IStorage *to);
HRESULT STDMETHODCALLTYPE stg_storage_move(IStorage *face, const OLECHAR *name, IStorage *to,
                                           const OLECHAR *new_name, DWORD flags);
