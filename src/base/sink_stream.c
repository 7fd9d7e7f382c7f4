/* SPDX-License-Identifier: MIT */
/* sink_stream.c - IStream of an input: random access to what the class writes, as a multiplexer
 * upstream wants it for its headers.
 *
 * Any thread, in any state of the filter.
 * Knows: a position.  Must not know: where the bytes go.
 */
#include "base/sink_internal.h"

#include <string.h>

static struct rg_input *input_of(IStream *face)
{
    return COM_HOME(face, struct rg_in_pin)->user;
}

static const struct rg_sink_bytes *bytes_of(const struct rg_input *input)
{
    return input->sink->cls->bytes;
}

static void *state_of(struct rg_input *input)
{
    return input->sink->filter.author_state;
}

static HRESULT STDMETHODCALLTYPE stream_read(IStream *face, void *to, ULONG bytes, ULONG *ret)
{
    struct rg_input *input = input_of(face);
    ULONG done = 0;
    HRESULT hr;

    if (to == NULL)
        return E_POINTER;
    pthread_mutex_lock(&input->stream_lock);
    hr = bytes_of(input)->read(state_of(input), input->stream_at, to, bytes, &done);
    if (SUCCEEDED(hr))
        input->stream_at += done;
    pthread_mutex_unlock(&input->stream_lock);
    if (ret != NULL)
        *ret = SUCCEEDED(hr) ? done : 0;
    return hr == S_OK && done < bytes ? S_FALSE : hr;
}

static HRESULT STDMETHODCALLTYPE stream_write(IStream *face, const void *data, ULONG bytes,
                                              ULONG *ret)
{
    struct rg_input *input = input_of(face);
    HRESULT hr;

    if (data == NULL)
        return E_POINTER;
    pthread_mutex_lock(&input->stream_lock);
    hr = bytes_of(input)->write(state_of(input), input->stream_at, data, bytes);
    if (SUCCEEDED(hr))
        input->stream_at += bytes;
    pthread_mutex_unlock(&input->stream_lock);
    if (ret != NULL)
        *ret = SUCCEEDED(hr) ? bytes : 0;
    return hr;
}

/* Where a movement begins. */
static HRESULT origin_of(struct rg_input *input, DWORD origin, LONGLONG *ret)
{
    switch (origin) {
    case STREAM_SEEK_SET:
        *ret = 0;
        return S_OK;
    case STREAM_SEEK_CUR:
        *ret = input->stream_at;
        return S_OK;
    case STREAM_SEEK_END:
        return bytes_of(input)->size(state_of(input), ret);
    default:
        return STG_E_INVALIDFUNCTION;
    }
}

static HRESULT STDMETHODCALLTYPE stream_seek(IStream *face, LARGE_INTEGER move, DWORD origin,
                                             ULARGE_INTEGER *ret)
{
    struct rg_input *input = input_of(face);
    LONGLONG at = 0;
    HRESULT hr;

    pthread_mutex_lock(&input->stream_lock);
    hr = origin_of(input, origin, &at);
    if (SUCCEEDED(hr) && (__builtin_add_overflow(at, move.QuadPart, &at) || at < 0))
        hr = STG_E_INVALIDFUNCTION; /* in front of the beginning */
    if (SUCCEEDED(hr)) {
        input->stream_at = at;
        if (ret != NULL)
            ret->QuadPart = (ULONGLONG)at;
    }
    pthread_mutex_unlock(&input->stream_lock);
    return hr;
}

static HRESULT STDMETHODCALLTYPE stream_set_size(IStream *face, ULARGE_INTEGER bytes)
{
    struct rg_input *input = input_of(face);

    if (bytes.QuadPart > INT64_MAX)
        return E_INVALIDARG;
    return bytes_of(input)->resize(state_of(input), (LONGLONG)bytes.QuadPart);
}

static HRESULT STDMETHODCALLTYPE stream_copy(IStream *face, IStream *to, ULARGE_INTEGER bytes,
                                             ULARGE_INTEGER *ret_read,
                                             ULARGE_INTEGER *ret_written)
{
    (void)face;
    (void)to;
    (void)bytes;
    (void)ret_read;
    (void)ret_written;
    return E_NOTIMPL;
}

static HRESULT STDMETHODCALLTYPE stream_commit(IStream *face, DWORD flags)
{
    (void)face;
    (void)flags;
    return S_OK; /* nothing is held back */
}

static HRESULT STDMETHODCALLTYPE stream_revert(IStream *face)
{
    (void)face;
    return E_NOTIMPL;
}

static HRESULT STDMETHODCALLTYPE stream_lock(IStream *face, ULARGE_INTEGER from,
                                             ULARGE_INTEGER bytes, DWORD kind)
{
    (void)face;
    (void)from;
    (void)bytes;
    (void)kind;
    return STG_E_INVALIDFUNCTION;
}

static HRESULT STDMETHODCALLTYPE stream_stat(IStream *face, STATSTG *ret, DWORD flags)
{
    struct rg_input *input = input_of(face);
    LONGLONG size = 0;
    HRESULT hr;

    (void)flags; /* a pin's stream has no name */
    if (ret == NULL)
        return E_POINTER;
    hr = bytes_of(input)->size(state_of(input), &size);
    if (FAILED(hr))
        return hr;
    memset(ret, 0, sizeof(*ret));
    ret->type = STGTY_STREAM;
    ret->cbSize.QuadPart = (ULONGLONG)size;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE stream_clone(IStream *face, IStream **ret)
{
    (void)face;
    if (ret == NULL)
        return E_POINTER;
    *ret = NULL;
    return E_NOTIMPL;
}

static const IStreamVtbl stream_vtbl = {
    COM_UNKNOWN(IStream),        .Read = stream_read,        .Write = stream_write,
    .Seek = stream_seek,         .SetSize = stream_set_size, .CopyTo = stream_copy,
    .Commit = stream_commit,     .Revert = stream_revert,    .LockRegion = stream_lock,
    .UnlockRegion = stream_lock, .Stat = stream_stat,        .Clone = stream_clone,
};

static HRESULT query_more(struct com_object *object, REFIID iid, void **out)
{
    struct rg_input *input = ((struct rg_in_pin *)object)->user;

    if (!IsEqualIID(iid, &IID_IStream) && !IsEqualIID(iid, &IID_ISequentialStream))
        return E_NOINTERFACE;
    com_addref(&input->stream);
    *out = &input->stream;
    return S_OK;
}

void rg_input_stream_init(struct rg_input *input)
{
    COM_FACE_INIT(&input->in.object, input->stream, &stream_vtbl);
    input->in.object.query_more = query_more;
}
