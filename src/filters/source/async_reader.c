/* SPDX-License-Identifier: MIT */
/* async_reader.c - the bytes of a file, for whoever pulls them (DirectShow's File Source (Async)).
 *
 * Runs: read on the reader's own thread, length on any, the rest on control threads.
 * Knows: file descriptors.  Must not know: what is in a file, pins, graphs.
 */
#include "base/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/error.h"

struct async_state {
    bool is_open;
    int fd; /* with is_open */
};

/* "file:" and an empty host may stand before a path. */
static const char *path_of(const char *location)
{
    if (strncmp(location, "file:", 5) != 0)
        return location;
    return strncmp(location + 5, "///", 3) == 0 ? location + 7 : location + 5;
}

/* What can be read at any position: a file, or a whole device. */
static HRESULT check_kind(int fd)
{
    struct stat info;

    if (fstat(fd, &info) < 0)
        return rg_hresult_from_errno(errno);
    if (S_ISREG(info.st_mode) || S_ISBLK(info.st_mode))
        return S_OK;
    return rg_hresult_from_errno(S_ISDIR(info.st_mode) ? EISDIR : ESPIPE);
}

static HRESULT async_open(void *state, const void *settings, const char *location)
{
    struct async_state *st = state;
    /* a pipe that nobody writes into must not hold us up */
    int fd = open(path_of(location), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    HRESULT hr;

    (void)settings;
    if (fd < 0)
        return rg_hresult_from_errno(errno);
    hr = check_kind(fd);
    if (FAILED(hr)) {
        close(fd);
        return hr;
    }
    if (st->is_open)
        close(st->fd);
    st->fd = fd;
    st->is_open = true;
    return S_OK;
}

/* Asked anew each time: a file may grow, or be cut. */
static HRESULT async_length(void *state, LONGLONG *ret_total, LONGLONG *ret_available)
{
    struct async_state *st = state;
    struct stat info;
    off_t length;

    if (fstat(st->fd, &info) < 0)
        return rg_hresult_from_errno(errno);
    length = S_ISBLK(info.st_mode) ? lseek(st->fd, 0, SEEK_END) : info.st_size;
    if (length < 0)
        return rg_hresult_from_errno(errno);
    *ret_total = *ret_available = length;
    return S_OK;
}

static HRESULT async_read(void *state, LONGLONG at, ULONG bytes, BYTE *to, ULONG *ret_bytes)
{
    struct async_state *st = state;
    ULONG done = 0;

    while (done < bytes) {
        ssize_t got = pread(st->fd, to + done, bytes - done, (off_t)(at + done));

        if (got == 0)
            break;
        if (got < 0 && errno != EINTR)
            return rg_hresult_from_errno(errno);
        if (got > 0)
            done += (ULONG)got;
    }
    *ret_bytes = done;
    return S_OK;
}

static void async_destroy(void *state)
{
    struct async_state *st = state;

    if (st->is_open)
        close(st->fd);
    st->is_open = false;
}

const struct rg_reader_class rg_async_reader = {
    .name = "async_reader",
    .help = "Give the bytes of a file to a splitter (File Source (Async))",
    .clsid = { 0xe436ebb5, 0x524f, 0x11ce, { 0x9f, 0x53, 0x00, 0x20, 0xaf, 0x0b, 0xa7, 0x70 } },
    .state_size = sizeof(struct async_state),
    .open = async_open,
    .length = async_length,
    .read = async_read,
    .destroy = async_destroy,
};
