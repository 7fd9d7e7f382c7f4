/* SPDX-License-Identifier: MIT */
/* capture_file.c - capture files: room for one beforehand, and the part of it that was used afterwards.
 *
 * Control threads; may take long.
 * Knows: files, RIFF's chunks.  Must not know: graphs, filters.
 */
#include "graph/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/error.h"
#include "platform/memory.h"
#include "platform/text.h"

#define COPY_BYTES (1 << 20)

static HRESULT open_file(LPCOLESTR name, int flags, int *ret)
{
    char *path RG_AUTO_FREE = NULL;
    HRESULT hr = rg_utf8_from_wide(name, &path);

    if (FAILED(hr))
        return hr;
    *ret = open(path, flags | O_CLOEXEC, 0666);
    return *ret >= 0 ? S_OK : rg_hresult_from_errno(errno);
}

static HRESULT set_size(int fd, DWORDLONG bytes)
{
    int error;

    if (ftruncate(fd, (off_t)bytes) != 0)
        return rg_hresult_from_errno(errno);
    error = bytes != 0 ? posix_fallocate(fd, 0, (off_t)bytes) : 0;
    return rg_hresult_from_errno(error);
}

HRESULT capture_allocate_file(LPCOLESTR file, DWORDLONG bytes)
{
    HRESULT hr;
    int fd;

    if (bytes > INT64_MAX)
        return E_INVALIDARG;
    hr = open_file(file, O_RDWR | O_CREAT, &fd);
    if (FAILED(hr))
        return hr;
    hr = set_size(fd, bytes);
    (void)close(fd);
    return hr;
}

/* ---- copying what was used ----------------------------------------------------------------- */

static uint32_t read_size(const unsigned char *at)
{
    return (uint32_t)at[3] << 24 | (uint32_t)at[2] << 16 | (uint32_t)at[1] << 8 | at[0];
}

/* An AVI file is RIFF chunks, one behind the other; what follows them is room that was not needed.
 * Any other file is all of use. */
static off_t used_bytes(int fd, off_t size)
{
    unsigned char head[8];
    off_t at = 0;

    while (size - at >= (off_t)sizeof(head) &&
           pread(fd, head, sizeof(head), at) == (ssize_t)sizeof(head) &&
           memcmp(head, "RIFF", 4) == 0) {
        uint32_t bytes = read_size(head + 4);

        at += (off_t)sizeof(head) + bytes + (bytes & 1);
        if (bytes == 0 || at > size)
            return size; /* it was never finished */
    }
    return at != 0 ? at : size;
}

static HRESULT write_all(int fd, const char *data, size_t bytes)
{
    while (bytes != 0) {
        ssize_t n = write(fd, data, bytes);

        if (n < 0 && errno != EINTR)
            return rg_hresult_from_errno(errno);
        if (n > 0) {
            data += n;
            bytes -= (size_t)n;
        }
    }
    return S_OK;
}

/* S_FALSE: the caller wants no more. */
static HRESULT copy_piece(int from, int to, char *buffer, off_t left, off_t *ret_done)
{
    size_t bytes = left < COPY_BYTES ? (size_t)left : COPY_BYTES;
    ssize_t n;

    do
        n = read(from, buffer, bytes);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return rg_hresult_from_errno(errno);
    if (n == 0)
        return HRESULT_FROM_WIN32(ERROR_HANDLE_EOF);
    *ret_done += n;
    return write_all(to, buffer, (size_t)n);
}

static HRESULT copy_all(int from, int to, off_t bytes, IAMCopyCaptureFileProgress *progress)
{
    char *buffer RG_AUTO_FREE = rg_alloc(COPY_BYTES);
    HRESULT hr = buffer != NULL ? S_OK : E_OUTOFMEMORY;
    off_t done = 0;
    int percent = -1;

    while (hr == S_OK && done < bytes) {
        hr = copy_piece(from, to, buffer, bytes - done, &done);
        if (hr != S_OK || progress == NULL || done * 100 / bytes == percent)
            continue;
        percent = (int)(done * 100 / bytes);
        if (IAMCopyCaptureFileProgress_Progress(progress, percent) == S_FALSE)
            hr = done < bytes ? S_FALSE : S_OK;
    }
    return hr;
}

static HRESULT same_file(int a, int b)
{
    struct stat of_a, of_b;

    if (fstat(a, &of_a) != 0 || fstat(b, &of_b) != 0)
        return rg_hresult_from_errno(errno);
    return of_a.st_dev == of_b.st_dev && of_a.st_ino == of_b.st_ino ? S_OK : S_FALSE;
}

static HRESULT copy_between(int from, int to, IAMCopyCaptureFileProgress *progress)
{
    HRESULT hr = same_file(from, to);
    off_t size;

    if (hr != S_FALSE)
        return FAILED(hr) ? hr : E_INVALIDARG;
    size = lseek(from, 0, SEEK_END);
    if (size < 0 || lseek(from, 0, SEEK_SET) < 0 || ftruncate(to, 0) != 0)
        return rg_hresult_from_errno(errno);
    return copy_all(from, to, used_bytes(from, size), progress);
}

HRESULT capture_copy_file(LPCOLESTR from, LPCOLESTR to, IAMCopyCaptureFileProgress *progress)
{
    int source, target;
    HRESULT hr = open_file(from, O_RDONLY, &source);

    if (FAILED(hr))
        return hr;
    hr = open_file(to, O_WRONLY | O_CREAT, &target);
    if (SUCCEEDED(hr)) {
        hr = copy_between(source, target, progress);
        if (close(target) != 0 && SUCCEEDED(hr))
            hr = rg_hresult_from_errno(errno);
    }
    (void)close(source);
    return hr;
}
