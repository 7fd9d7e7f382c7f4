/* SPDX-License-Identifier: MIT */
/* file.c - reads whole files; writes a new one beside the old and renames it.
 *
 * Any thread.  A crash at any moment leaves the old file or the new one under the name.
 * Knows: POSIX files.  Must not know: what is in them.
 */
#include "storage/file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/memory.h"
#include "storage/bytes.h"

#define NAME_TRIES 100

HRESULT stg_file_error(int error, HRESULT fallback)
{
    switch (error) {
    case ENOENT:
        return STG_E_FILENOTFOUND;
    case ENOTDIR:
        return STG_E_PATHNOTFOUND;
    case EACCES:
    case EPERM:
    case EISDIR:
    case EROFS:
    case ETXTBSY:
        return STG_E_ACCESSDENIED;
    case EMFILE:
    case ENFILE:
        return STG_E_TOOMANYOPENFILES;
    case ENAMETOOLONG:
    case ELOOP:
        return STG_E_INVALIDNAME;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return STG_E_MEDIUMFULL;
    case ENOMEM:
        return STG_E_INSUFFICIENTMEMORY;
    default:
        return fallback;
    }
}

/* ---- reading ----------------------------------------------------------------------------- */

HRESULT stg_file_open(const char *path, int *ret_fd)
{
    int fd;

    do /* a pipe without a writer is no file to wait for */
        fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    while (fd < 0 && errno == EINTR);
    if (fd < 0)
        return stg_file_error(errno, STG_E_READFAULT);
    *ret_fd = fd;
    return S_OK;
}

HRESULT stg_file_read_head(int fd, uint8_t *to, size_t size, size_t *ret_size)
{
    size_t done = 0;

    while (done < size) {
        ssize_t n = pread(fd, to + done, size - done, (off_t)done);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return stg_file_error(errno, STG_E_READFAULT);
        if (n == 0)
            break;
        done += (size_t)n;
    }
    *ret_size = done;
    return S_OK;
}

HRESULT stg_file_read(int fd, uint8_t **ret_data, size_t *ret_size)
{
    struct stat stat;
    uint8_t *data;
    HRESULT hr;

    if (fstat(fd, &stat) != 0)
        return stg_file_error(errno, STG_E_READFAULT);
    if (S_ISDIR(stat.st_mode))
        return STG_E_ACCESSDENIED;
    if (!S_ISREG(stat.st_mode))
        return STG_E_FILEALREADYEXISTS; /* another kind of file */
    if (stat.st_size > (off_t)STG_BYTES_MAX)
        return STG_E_DOCFILETOOLARGE;
    data = rg_alloc((size_t)stat.st_size);
    if (data == NULL)
        return STG_E_INSUFFICIENTMEMORY;
    hr = stg_file_read_head(fd, data, (size_t)stat.st_size, ret_size);
    if (FAILED(hr))
        rg_free(data);
    else
        *ret_data = data;
    return hr;
}

/* ---- writing ----------------------------------------------------------------------------- */

/* The folder of a path; the caller frees it.  NULL: no memory. */
static char *folder_of(const char *path)
{
    char *copy RG_AUTO_FREE = rg_text_dup(path);

    return copy != NULL ? rg_text_dup(dirname(copy)) : NULL;
}

HRESULT stg_file_may_write(const char *path)
{
    char *folder RG_AUTO_FREE = folder_of(path);
    struct stat stat_path;

    if (folder == NULL)
        return STG_E_INSUFFICIENTMEMORY;
    if (stat(path, &stat_path) == 0) {
        if (S_ISDIR(stat_path.st_mode) || access(path, W_OK) != 0)
            return STG_E_ACCESSDENIED;
        if (!S_ISREG(stat_path.st_mode))
            return S_FALSE;
        return access(folder, W_OK) == 0 ? S_FALSE : STG_E_ACCESSDENIED;
    }
    if (errno != ENOENT)
        return stg_file_error(errno, STG_E_WRITEFAULT);
    if (access(folder, W_OK) == 0)
        return S_OK;
    return errno == ENOENT ? STG_E_PATHNOTFOUND : stg_file_error(errno, STG_E_WRITEFAULT);
}

static HRESULT write_all(int fd, const uint8_t *data, size_t size)
{
    while (size != 0) {
        ssize_t n = write(fd, data, size);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return stg_file_error(errno, STG_E_WRITEFAULT);
        data += n;
        size -= (size_t)n;
    }
    return S_OK;
}

/* A new file beside path; its name belongs to the caller. */
static HRESULT sibling_make(const char *path, char **ret_name, int *ret_fd)
{
    static atomic_uint counter;
    size_t size = strlen(path) + 32;
    char *name = rg_alloc(size);
    int fd = -1;

    if (name == NULL)
        return STG_E_INSUFFICIENTMEMORY;
    for (int i = 0; i < NAME_TRIES && fd < 0; i++) {
        snprintf(name, size, "%s.%lx-%x.tmp", path, (unsigned long)getpid(),
                 atomic_fetch_add(&counter, 1));
        fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd < 0 && errno != EEXIST && errno != EINTR)
            break;
    }
    if (fd < 0) {
        HRESULT hr =
            errno == ENOENT ? STG_E_PATHNOTFOUND : stg_file_error(errno, STG_E_WRITEFAULT);

        rg_free(name);
        return hr;
    }
    *ret_name = name;
    *ret_fd = fd;
    return S_OK;
}

/* On the disk, so that the name does not come before the bytes. */
static HRESULT file_sync(int fd)
{
    return fsync(fd) == 0 || errno == EINVAL ? S_OK : stg_file_error(errno, STG_E_WRITEFAULT);
}

static HRESULT file_rename(const char *from, const char *to)
{
    char *folder RG_AUTO_FREE = folder_of(to);
    int fd;

    if (rename(from, to) != 0)
        return stg_file_error(errno, STG_E_WRITEFAULT);
    fd = folder != NULL ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (fd >= 0) {
        (void)fsync(fd); /* the file is whole under either name */
        close(fd);
    }
    return S_OK;
}

static HRESULT replace_by_sibling(const char *path, const struct stat *old, const uint8_t *data,
                                  size_t size)
{
    char *name RG_AUTO_FREE = NULL;
    int fd = -1;
    HRESULT hr = sibling_make(path, &name, &fd);

    if (FAILED(hr) || name == NULL)
        return hr;
    hr = write_all(fd, data, size);
    if (SUCCEEDED(hr) && old != NULL && fchmod(fd, old->st_mode & 07777) != 0)
        hr = stg_file_error(errno, STG_E_WRITEFAULT);
    if (SUCCEEDED(hr))
        hr = file_sync(fd);
    if (close(fd) != 0 && SUCCEEDED(hr))
        hr = stg_file_error(errno, STG_E_WRITEFAULT);
    if (SUCCEEDED(hr))
        hr = file_rename(name, path);
    if (FAILED(hr))
        (void)unlink(name);
    return hr;
}

static HRESULT write_in_place(const char *path, const uint8_t *data, size_t size)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    HRESULT hr;

    if (fd < 0)
        return stg_file_error(errno, STG_E_WRITEFAULT);
    hr = write_all(fd, data, size);
    if (close(fd) != 0 && SUCCEEDED(hr))
        hr = stg_file_error(errno, STG_E_WRITEFAULT);
    return hr;
}

HRESULT stg_file_replace(const char *path, const uint8_t *data, size_t size)
{
    char *real = realpath(path, NULL); /* behind a link: the link stays one */
    struct stat old;
    HRESULT hr;

    if (real == NULL && errno == ENOMEM)
        return STG_E_INSUFFICIENTMEMORY;
    if (real == NULL || stat(real, &old) != 0)
        hr = replace_by_sibling(path, NULL, data, size);
    else if (S_ISREG(old.st_mode))
        hr = replace_by_sibling(real, &old, data, size);
    else
        hr = write_in_place(real, data, size);
    free(real);
    return hr;
}
