/* SPDX-License-Identifier: MIT */
/* file.c - the registrations' file: found, read, locked, exchanged.
 *
 * Any thread.
 * Knows: files.  Must not know: what is registered.
 */
#include "mapper/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "platform/error.h"
#include "platform/memory.h"
#include "platform/room.h"

#define SIZE_MOST (64 << 20) /* what is larger was not written by this library */

/* ---- where ------------------------------------------------------------------------------- */

/* `name` begins with a slash, or is empty for the folder itself.
 * S_OK; HRESULT_FROM_WIN32(ERROR_PATH_NOT_FOUND): the user has no place for data. */
static HRESULT file_path(const char *name, char path[PATH_MAX])
{
    const char *data = secure_getenv("XDG_DATA_HOME"), *home = secure_getenv("HOME");
    int length;

    /* a relative path means nothing: as the XDG base directory specification says */
    if (data != NULL && *data == '/')
        length = snprintf(path, PATH_MAX, "%s/regraft%s", data, name);
    else if (home != NULL && *home == '/')
        length = snprintf(path, PATH_MAX, "%s/.local/share/regraft%s", home, name);
    else
        return HRESULT_FROM_WIN32(ERROR_PATH_NOT_FOUND);
    return length < PATH_MAX ? S_OK : rg_hresult_from_errno(ENAMETOOLONG);
}

/* With all that lead to it. */
static HRESULT folder_make(char *folder)
{
    struct stat status;

    if (stat(folder, &status) == 0)
        return S_OK;
    for (char *slash = strchr(folder + 1, '/');; slash = strchr(slash + 1, '/')) {
        int made;

        if (slash != NULL)
            *slash = '\0';
        made = mkdir(folder, 0700);
        if (made != 0 && errno != EEXIST)
            return rg_hresult_from_errno(errno);
        if (slash == NULL)
            return S_OK;
        *slash = '/';
    }
}

/* ---- reading ----------------------------------------------------------------------------- */

void reg_file_close(struct reg_file *file)
{
    if (file->fd >= 0)
        close(file->fd);
    file->fd = -1;
}

/* S_OK: *ret_text has a final zero, the caller frees it. */
static HRESULT fd_read(int fd, size_t size, char **ret_text, size_t *ret_size)
{
    char *text = rg_alloc(size + 1);
    size_t have = 0;
    ssize_t got = 1;

    if (text == NULL)
        return E_OUTOFMEMORY;
    while (have < size && got > 0) {
        got = read(fd, text + have, size - have);
        if (got < 0 && errno == EINTR)
            got = 1;
        else if (got > 0)
            have += (size_t)got;
    }
    if (got < 0) {
        rg_free(text);
        return rg_hresult_from_errno(errno);
    }
    text[have] = '\0';
    *ret_text = text;
    *ret_size = have;
    return S_OK;
}

/* S_FALSE: there is no file. */
static HRESULT file_open(struct reg_file *file)
{
    char path[PATH_MAX];
    HRESULT hr = file_path("/filters.txt", path);

    *file = (struct reg_file){ .fd = -1 };
    if (FAILED(hr))
        return hr;
    file->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (file->fd < 0) {
        hr = errno == ENOENT ? S_FALSE : rg_hresult_from_errno(errno);
        (void)stat(path,
                   &file->status); /* so that it isn't tried again as long as it is the same */
        return hr;
    }
    if (fstat(file->fd, &file->status) != 0)
        return rg_hresult_from_errno(errno);
    if (!S_ISREG(file->status.st_mode) || file->status.st_size > SIZE_MOST)
        return HRESULT_FROM_WIN32(ERROR_BAD_FORMAT);
    return S_OK;
}

/* S_OK, also if there is no file; what is wrong with it. */
static HRESULT file_load(struct reg_store *store, struct reg_file *file)
{
    char *text RG_AUTO_FREE = NULL;
    size_t size = 0;
    HRESULT hr = file_open(file);

    if (hr == S_OK)
        hr = fd_read(file->fd, (size_t)file->status.st_size, &text, &size);
    if (hr == S_OK)
        hr = reg_store_read(store, text, size);
    return FAILED(hr) ? hr : S_OK;
}

HRESULT reg_file_read(struct reg_store *store, struct reg_file *ret_file)
{
    char words[96];
    HRESULT hr = file_load(store, ret_file);

    if (FAILED(hr) && hr != E_OUTOFMEMORY && hr != HRESULT_FROM_WIN32(ERROR_PATH_NOT_FOUND)) {
        snprintf(words, sizeof(words), "the file of registrations can't be read (0x%08x)",
                 (unsigned)hr);
        hr = reg_lines_add(&store->complaints, rg_text_dup(words));
    }
    if (hr == E_OUTOFMEMORY) {
        reg_store_clear(store);
        reg_file_close(ret_file);
        return hr;
    }
    return S_OK;
}

static bool is_same_time(const struct timespec *a, const struct timespec *b)
{
    return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

bool reg_file_is_fresh(const struct reg_file *file)
{
    const struct stat *was = &file->status;
    char path[PATH_MAX];
    struct stat now = { 0 };

    if (FAILED(file_path("/filters.txt", path)) || stat(path, &now) != 0)
        now = (struct stat){ 0 };
    return now.st_ino == was->st_ino && now.st_dev == was->st_dev &&
           now.st_size == was->st_size && is_same_time(&now.st_mtim, &was->st_mtim) &&
           is_same_time(&now.st_ctim, &was->st_ctim);
}

/* ---- changing ---------------------------------------------------------------------------- */

static HRESULT fd_write(int fd, const char *text, size_t size)
{
    while (size != 0) {
        ssize_t put = write(fd, text, size);

        if (put < 0 && errno != EINTR)
            return rg_hresult_from_errno(errno);
        if (put > 0) {
            text += put;
            size -= (size_t)put;
        }
    }
    /* on the disk before the name leads to it */
    return fsync(fd) == 0 ? S_OK : rg_hresult_from_errno(errno);
}

/* Under the lock, so that there is one new file at a time. */
static HRESULT file_exchange(const struct reg_store *store)
{
    char path[PATH_MAX], fresh[PATH_MAX];
    char *text RG_AUTO_FREE = NULL;
    size_t size = 0;
    HRESULT hr = reg_store_write(store, &text, &size);
    int fd;

    if (SUCCEEDED(hr))
        hr = file_path("/filters.txt", path);
    if (SUCCEEDED(hr))
        hr = file_path("/filters.new", fresh);
    if (FAILED(hr))
        return hr;
    fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (fd < 0)
        return rg_hresult_from_errno(errno);
    hr = fd_write(fd, text, size);
    close(fd);
    if (SUCCEEDED(hr) && rename(fresh, path) != 0)
        hr = rg_hresult_from_errno(errno);
    if (FAILED(hr))
        (void)unlink(fresh);
    return hr;
}

static HRESULT lock_wait(int fd)
{
    struct rg_fixed_place place;
    struct rg_wait wait = { .what = "the lock of the registrations' file",
                            .where = &place.place };
    int done = flock(fd, LOCK_EX | LOCK_NB);

    if (done == 0)
        return S_OK;
    if (errno != EWOULDBLOCK)
        return rg_hresult_from_errno(errno);
    rg_fixed_place_init(&place, NULL, "");
    rg_wait_begin(&wait);
    do
        done = flock(fd, LOCK_EX);
    while (done != 0 && errno == EINTR);
    rg_wait_end(&wait);
    return done == 0 ? S_OK : rg_hresult_from_errno(errno);
}

/* S_OK: closing *ret_fd lets it go. */
static HRESULT lock_take(int *ret_fd)
{
    char path[PATH_MAX];
    HRESULT hr = file_path("", path);
    int fd;

    if (SUCCEEDED(hr))
        hr = folder_make(path);
    if (SUCCEEDED(hr))
        hr = file_path("/filters.lock", path);
    if (FAILED(hr))
        return hr;
    fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (fd < 0)
        return rg_hresult_from_errno(errno);
    hr = lock_wait(fd);
    if (FAILED(hr))
        close(fd);
    else
        *ret_fd = fd;
    return hr;
}

HRESULT reg_file_change(reg_edit edit, void *context)
{
    struct reg_store store = { 0 };
    struct reg_file file = { .fd = -1 };
    int lock = -1;
    HRESULT hr = lock_take(&lock);

    if (FAILED(hr) || lock < 0)
        return hr;
    hr = file_load(&store, &file); /* who can't read it must not write it either */
    if (SUCCEEDED(hr))
        hr = edit(&store, context);
    if (hr == S_OK)
        hr = file_exchange(&store);
    reg_store_clear(&store);
    reg_file_close(&file);
    close(lock);
    return hr;
}
