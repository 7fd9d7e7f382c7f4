/* SPDX-License-Identifier: MIT */
/* file_writer.c - bytes into a file, each sample at the position that its times say (DirectShow's
 * File Writer).
 *
 * Runs: render on the input's thread, the bytes' functions on any, the rest on control threads.
 * Knows: file descriptors.  Must not know: what is written, pins, graphs.
 */
#include "base/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/error.h"

struct writer_state {
    atomic_bool is_ready; /* lock is made; by a control thread */

    pthread_mutex_t lock;
    /* under `lock` */
    char *path;
    bool is_open;
    int fd;          /* with is_open */
    LONGLONG end;    /* where a sample without times goes */
    bool overwrites; /* else what is in the file stays where nothing new is written */
};

static void writer_ready(struct writer_state *st)
{
    if (!atomic_load(&st->is_ready))
        pthread_mutex_init(&st->lock, NULL);
    atomic_store(&st->is_ready, true);
}

static HRESULT writer_accept_type(const void *settings, const AM_MEDIA_TYPE *type)
{
    (void)settings;
    return IsEqualGUID(&type->majortype, &MEDIATYPE_Stream) ? S_OK : VFW_E_TYPE_NOT_ACCEPTED;
}

static HRESULT writer_input_type(const void *settings, unsigned index, AM_MEDIA_TYPE *ret)
{
    (void)settings;
    return index == 0 ? rg_type_make(ret, &MEDIATYPE_Stream, &GUID_NULL, &GUID_NULL, NULL, 0)
                      : VFW_S_NO_MORE_ITEMS;
}

static HRESULT writer_set_file(void *state, const void *settings, const char *path)
{
    struct writer_state *st = state;
    char *copy = strdup(path);

    (void)settings;
    if (copy == NULL)
        return E_OUTOFMEMORY;
    writer_ready(st);
    pthread_mutex_lock(&st->lock);
    free(st->path);
    st->path = copy;
    pthread_mutex_unlock(&st->lock);
    return S_OK;
}

static HRESULT writer_set_mode(void *state, DWORD flags)
{
    struct writer_state *st = state;

    writer_ready(st);
    pthread_mutex_lock(&st->lock);
    st->overwrites = (flags & AM_FILE_OVERWRITE) != 0;
    pthread_mutex_unlock(&st->lock);
    return S_OK;
}

/* ---- the file ---------------------------------------------------------------------------- */

static HRESULT open_locked(struct writer_state *st, int flags)
{
    if (st->path == NULL)
        return VFW_E_NOT_FOUND;
    st->fd = open(st->path, O_RDWR | O_CREAT | O_CLOEXEC | flags, 0666);
    if (st->fd < 0 && errno == EACCES) /* may be written, not read */
        st->fd = open(st->path, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0666);
    st->is_open = st->fd >= 0;
    return st->is_open ? S_OK : rg_hresult_from_errno(errno);
}

static HRESULT close_locked(struct writer_state *st)
{
    int result = st->is_open ? close(st->fd) : 0;

    st->is_open = false;
    return result < 0 && errno != EINTR ? rg_hresult_from_errno(errno) : S_OK;
}

/* For one call: a multiplexer that is stopped after us still has its index to write.  S_OK: until
 * leave. */
static HRESULT enter(struct writer_state *st, bool *ret_opened)
{
    HRESULT hr;

    *ret_opened = false;
    if (!atomic_load(&st->is_ready))
        return VFW_E_NOT_FOUND; /* it never had a name */
    pthread_mutex_lock(&st->lock);
    *ret_opened = !st->is_open;
    hr = st->is_open ? S_OK : open_locked(st, 0);
    if (FAILED(hr))
        pthread_mutex_unlock(&st->lock);
    return hr;
}

static HRESULT leave(struct writer_state *st, bool opened, HRESULT hr)
{
    HRESULT closed = opened ? close_locked(st) : S_OK;

    pthread_mutex_unlock(&st->lock);
    return FAILED(hr) ? hr : closed;
}

static HRESULT write_all(int fd, LONGLONG at, const BYTE *data, ULONG bytes)
{
    while (bytes > 0) {
        ssize_t done = pwrite(fd, data, bytes, (off_t)at);

        if (done < 0 && errno != EINTR)
            return rg_hresult_from_errno(errno);
        if (done > 0) {
            at += done;
            data += done;
            bytes -= (ULONG)done;
        }
    }
    return S_OK;
}

static HRESULT writer_write(void *state, LONGLONG at, const void *data, ULONG bytes)
{
    struct writer_state *st = state;
    bool opened;
    HRESULT hr = enter(st, &opened);

    if (FAILED(hr))
        return hr;
    hr = write_all(st->fd, at, data, bytes);
    if (SUCCEEDED(hr) && at + (LONGLONG)bytes > st->end)
        st->end = at + bytes;
    return leave(st, opened, hr);
}

static HRESULT writer_read(void *state, LONGLONG at, void *to, ULONG bytes, ULONG *ret_bytes)
{
    struct writer_state *st = state;
    ULONG done = 0;
    bool opened;
    HRESULT hr = enter(st, &opened);

    if (FAILED(hr))
        return hr;
    while (SUCCEEDED(hr) && done < bytes) {
        ssize_t got = pread(st->fd, (BYTE *)to + done, bytes - done, (off_t)(at + done));

        if (got == 0)
            break;
        if (got < 0 && errno != EINTR)
            hr = rg_hresult_from_errno(errno);
        if (got > 0)
            done += (ULONG)got;
    }
    *ret_bytes = done;
    return leave(st, opened, hr);
}

static HRESULT writer_size(void *state, LONGLONG *ret)
{
    struct writer_state *st = state;
    struct stat info;
    bool opened;
    HRESULT hr = enter(st, &opened);

    if (FAILED(hr))
        return hr;
    if (fstat(st->fd, &info) < 0)
        hr = rg_hresult_from_errno(errno);
    else
        *ret = info.st_size;
    return leave(st, opened, hr);
}

static HRESULT writer_resize(void *state, LONGLONG bytes)
{
    struct writer_state *st = state;
    bool opened;
    HRESULT hr = enter(st, &opened);

    if (FAILED(hr))
        return hr;
    if (ftruncate(st->fd, (off_t)bytes) < 0)
        hr = rg_hresult_from_errno(errno);
    else if (st->end > bytes)
        st->end = bytes;
    return leave(st, opened, hr);
}

/* ---- the flow ---------------------------------------------------------------------------- */

static HRESULT writer_start(void *state, const void *settings, struct rg_sink *sink)
{
    struct writer_state *st = state;
    HRESULT hr;

    (void)settings;
    (void)sink;
    writer_ready(st);
    pthread_mutex_lock(&st->lock);
    st->end = 0;
    hr = open_locked(st, st->overwrites ? O_TRUNC : 0);
    pthread_mutex_unlock(&st->lock);
    return hr;
}

static HRESULT writer_stop(void *state)
{
    struct writer_state *st = state;
    HRESULT hr;

    pthread_mutex_lock(&st->lock);
    hr = close_locked(st);
    pthread_mutex_unlock(&st->lock);
    return hr;
}

static HRESULT writer_render(void *state, const void *settings, unsigned input,
                             IMediaSample *sample)
{
    struct writer_state *st = state;
    struct rg_sample_info info;
    LONGLONG at;
    HRESULT hr = rg_sample_get_info(sample, &info);

    (void)settings;
    (void)input;
    if (FAILED(hr))
        return hr;
    pthread_mutex_lock(&st->lock);
    at = info.has_time ? info.start : st->end;
    pthread_mutex_unlock(&st->lock);
    return at >= 0 ? writer_write(st, at, info.data, info.bytes) : E_INVALIDARG;
}

static void writer_destroy(void *state)
{
    struct writer_state *st = state;

    if (!atomic_load(&st->is_ready))
        return;
    (void)close_locked(st);
    free(st->path);
    pthread_mutex_destroy(&st->lock);
}

static const struct rg_sink_bytes bytes = {
    .write = writer_write,
    .read = writer_read,
    .size = writer_size,
    .resize = writer_resize,
};

const struct rg_sink_class rg_file_writer = {
    .name = "file_writer",
    .help = "Write bytes into a file, as a multiplexer gives them (File Writer)",
    .clsid = { 0x8596e5f0, 0x0da5, 0x11d0, { 0xbd, 0x21, 0x00, 0xa0, 0xc9, 0x11, 0xce, 0x86 } },
    .state_size = sizeof(struct writer_state),
    .eager = true,
    .accept_type = writer_accept_type,
    .input_type = writer_input_type,
    .set_file = writer_set_file,
    .set_mode = writer_set_mode,
    .bytes = &bytes,
    .start = writer_start,
    .stop = writer_stop,
    .render = writer_render,
    .destroy = writer_destroy,
};
