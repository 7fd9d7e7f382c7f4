/* SPDX-License-Identifier: MIT */
/* open.c - StgCreateDocfile, StgOpenStorage, StgIsStorageFile: arguments and modes, then the document.
 *
 * Any thread.  Knows: which modes go together.  Must not know: sectors.
 */
#include <unistd.h>

#include "platform/memory.h"
#include "platform/text.h"
#include "storage/document.h"
#include "storage/file.h"
#include "storage/read.h"

#define ACCESS     (STGM_WRITE | STGM_READWRITE)
#define SHARE      0x70
#define ELEMENT    (ACCESS | SHARE | STGM_CREATE | STGM_TRANSACTED)
#define TUNING     (STGM_NOSCRATCH | STGM_NOSNAPSHOT | STGM_DIRECT_SWMR | STGM_SIMPLE)
#define CREATE_ALL (ELEMENT | TUNING | STGM_DELETEONRELEASE)
#define OPEN_ALL   ((ELEMENT | TUNING) & ~STGM_CREATE)

static bool flags_fit(DWORD mode, DWORD allowed)
{
    return (mode & ~allowed) == 0 && (mode & ACCESS) != ACCESS &&
           (mode & SHARE) <= STGM_SHARE_DENY_NONE;
}

HRESULT stg_mode_check(DWORD outer, DWORD mode, bool is_stream)
{
    if (!flags_fit(mode, ELEMENT) || (mode & SHARE) != STGM_SHARE_EXCLUSIVE)
        return STG_E_INVALIDFLAG;
    if (stg_mode_may_write(mode) && !stg_mode_may_write(outer))
        return STG_E_ACCESSDENIED;
    if ((mode & STGM_TRANSACTED) == 0)
        return S_OK;
    if (is_stream)
        return STG_E_INVALIDFUNCTION;
    return stg_mode_may_write(mode) ? STG_E_UNIMPLEMENTEDFUNCTION : S_OK;
}

/* Without a transaction a writer is alone, and a reader keeps writers out. */
static HRESULT root_mode_check(DWORD mode, DWORD allowed)
{
    DWORD share = mode & SHARE;

    if (!flags_fit(mode, allowed))
        return STG_E_INVALIDFLAG;
    if ((mode & (STGM_TRANSACTED | STGM_DIRECT_SWMR)) != 0 || share == STGM_SHARE_EXCLUSIVE)
        return S_OK;
    return share == STGM_SHARE_DENY_WRITE && !stg_mode_may_write(mode) ? S_OK
                                                                       : STG_E_INVALIDFLAG;
}

static HRESULT path_get(const WCHAR *wide, char **ret_path)
{
    HRESULT hr;

    if (wide == NULL || wide[0] == 0)
        return STG_E_INVALIDNAME;
    hr = rg_utf8_from_wide(wide, ret_path);
    if (hr == E_OUTOFMEMORY)
        return STG_E_INSUFFICIENTMEMORY;
    return FAILED(hr) ? STG_E_INVALIDNAME : S_OK;
}

/* Takes over path, root and fd. */
static HRESULT root_hand_out(char *path, DWORD mode, struct stg_node *root, int fd,
                             bool is_changed, IStorage **ret)
{
    struct stg_document *document = stg_document_new(path, mode, root, fd);
    HRESULT hr;

    if (document == NULL)
        return STG_E_INSUFFICIENTMEMORY;
    document->is_changed = is_changed;
    hr = stg_storage_new(document, root, mode, ret);
    stg_document_unref(document);
    return FAILED(hr) ? STG_E_INSUFFICIENTMEMORY : S_OK;
}

HRESULT STDAPICALLTYPE StgCreateDocfile(const WCHAR *path, DWORD mode, DWORD reserved,
                                        IStorage **ret_storage)
{
    struct stg_node *root;
    char *utf8 = NULL;
    HRESULT hr;

    if (ret_storage == NULL)
        return STG_E_INVALIDPOINTER;
    *ret_storage = NULL;
    if (reserved != 0)
        return STG_E_INVALIDPARAMETER;
    hr = root_mode_check(mode, CREATE_ALL);
    if (SUCCEEDED(hr) && !stg_mode_may_write(mode))
        hr = STG_E_INVALIDFLAG;
    if (SUCCEEDED(hr))
        hr = path_get(path, &utf8);
    if (SUCCEEDED(hr))
        hr = stg_file_may_write(utf8);
    if (hr == S_FALSE && (mode & STGM_CREATE) == 0)
        hr = STG_E_FILEALREADYEXISTS;
    root = SUCCEEDED(hr) ? stg_node_new(L"Root Entry", false) : NULL;
    if (SUCCEEDED(hr) && root == NULL)
        hr = STG_E_INSUFFICIENTMEMORY;
    if (FAILED(hr)) {
        rg_free(utf8);
        return hr;
    }
    GetSystemTimeAsFileTime(&root->created);
    return root_hand_out(utf8, mode, root, -1, true, ret_storage);
}

HRESULT STDAPICALLTYPE StgOpenStorage(const WCHAR *path, IStorage *priority, DWORD mode,
                                      SNB exclude, DWORD reserved, IStorage **ret_storage)
{
    uint8_t *file RG_AUTO_FREE = NULL;
    struct stg_node *root = NULL;
    char *utf8 = NULL;
    size_t size = 0;
    int fd = -1;
    HRESULT hr;

    if (ret_storage == NULL)
        return STG_E_INVALIDPOINTER;
    *ret_storage = NULL;
    if (reserved != 0 || priority != NULL || exclude != NULL)
        return STG_E_INVALIDPARAMETER;
    hr = root_mode_check(mode, OPEN_ALL);
    if (SUCCEEDED(hr))
        hr = path_get(path, &utf8);
    if (SUCCEEDED(hr))
        hr = stg_file_open(utf8, &fd);
    if (SUCCEEDED(hr))
        hr = stg_file_read(fd, &file, &size);
    if (SUCCEEDED(hr) && stg_mode_may_write(mode))
        hr = stg_file_may_write(utf8);
    if (SUCCEEDED(hr))
        hr = stg_read(file, size, &root);
    if (SUCCEEDED(hr))
        return root_hand_out(utf8, mode, root, fd, false, ret_storage);
    rg_free(utf8);
    if (fd >= 0)
        close(fd);
    return hr;
}

HRESULT STDAPICALLTYPE StgIsStorageFile(const WCHAR *path)
{
    char *utf8 RG_AUTO_FREE = NULL;
    uint8_t head[CFB_SIGNATURE_SIZE];
    size_t size = 0;
    int fd = -1;
    HRESULT hr = path_get(path, &utf8);

    if (SUCCEEDED(hr))
        hr = stg_file_open(utf8, &fd);
    if (FAILED(hr))
        return hr;
    hr = stg_file_read_head(fd, head, sizeof(head), &size);
    close(fd);
    /* what can't be read at a place of one's choice is no such file: a folder, a pipe */
    return SUCCEEDED(hr) && stg_is_compound(head, size) ? S_OK : S_FALSE;
}
