/* SPDX-License-Identifier: MIT */
/* stream.c - IStream over bytes in memory: of a compound file, or of nothing else.
 *
 * Any thread.  Each stream has a position of its own, under position_lock.
 * Knows: bytes.  Must not know: storages.
 */
#include <string.h>
#include <wchar.h>

#include <objbase.h>

#include "com/object.h"
#include "platform/memory.h"
#include "storage/bytes.h"

#define ACCESS_MASK (STGM_WRITE | STGM_READWRITE)
#define COPY_PART   4096

struct stream {
    struct com_object object; /* first */
    COM_FACE(IStream) face;

    /* set at creation */
    struct stg_bytes *bytes; /* reference, counted among their openers */
    DWORD mode;
    WCHAR *name; /* NULL: none */

    pthread_mutex_t position_lock; /* before that of the bytes */
    uint64_t position;             /* under `position_lock` */
};

static struct stream *home(IStream *face)
{
    return COM_HOME(face, struct stream);
}

static bool may_read(const struct stream *stream)
{
    return (stream->mode & ACCESS_MASK) != STGM_WRITE;
}

static bool may_write(const struct stream *stream)
{
    return (stream->mode & ACCESS_MASK) != STGM_READ;
}

/* ---- data -------------------------------------------------------------------------------- */

static HRESULT STDMETHODCALLTYPE stream_read(IStream *face, void *to, ULONG count,
                                             ULONG *ret_count)
{
    struct stream *stream = home(face);
    ULONG got = 0;
    HRESULT hr;

    if (ret_count != NULL)
        *ret_count = 0;
    if (to == NULL)
        return STG_E_INVALIDPOINTER;
    if (!may_read(stream))
        return STG_E_ACCESSDENIED;
    pthread_mutex_lock(&stream->position_lock);
    hr = stg_bytes_read(stream->bytes, &stream->position, to, count, &got);
    pthread_mutex_unlock(&stream->position_lock);
    if (ret_count != NULL)
        *ret_count = got;
    return hr;
}

static HRESULT STDMETHODCALLTYPE stream_write(IStream *face, const void *from, ULONG count,
                                              ULONG *ret_count)
{
    struct stream *stream = home(face);
    HRESULT hr;

    if (ret_count != NULL)
        *ret_count = 0;
    if (from == NULL)
        return STG_E_INVALIDPOINTER;
    if (!may_write(stream))
        return STG_E_ACCESSDENIED;
    pthread_mutex_lock(&stream->position_lock);
    hr = stg_bytes_write(stream->bytes, &stream->position, from, count);
    pthread_mutex_unlock(&stream->position_lock);
    if (SUCCEEDED(hr) && ret_count != NULL)
        *ret_count = count;
    return hr;
}

static HRESULT seek_locked(struct stream *stream, LONGLONG move, DWORD origin)
{
    uint64_t base = 0;
    uint64_t to;
    HRESULT hr = stg_bytes_size(stream->bytes, &base);

    if (FAILED(hr))
        return hr;
    if (origin == STREAM_SEEK_SET) {
        stream->position = (uint64_t)move; /* unsigned, as documented */
        return S_OK;
    }
    if (origin == STREAM_SEEK_CUR)
        base = stream->position;
    else if (origin != STREAM_SEEK_END)
        return STG_E_INVALIDFUNCTION;
    if (move < 0 ? (uint64_t) - (move + 1) + 1 > base
                 : __builtin_add_overflow(base, (uint64_t)move, &to))
        return STG_E_INVALIDFUNCTION;
    stream->position = base + (uint64_t)move;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE stream_seek(IStream *face, LARGE_INTEGER move, DWORD origin,
                                             ULARGE_INTEGER *ret_position)
{
    struct stream *stream = home(face);
    HRESULT hr;

    pthread_mutex_lock(&stream->position_lock);
    hr = seek_locked(stream, move.QuadPart, origin);
    if (SUCCEEDED(hr) && ret_position != NULL)
        ret_position->QuadPart = stream->position;
    pthread_mutex_unlock(&stream->position_lock);
    return hr;
}

static HRESULT STDMETHODCALLTYPE stream_set_size(IStream *face, ULARGE_INTEGER size)
{
    struct stream *stream = home(face);

    return may_write(stream) ? stg_bytes_resize(stream->bytes, size.QuadPart)
                             : STG_E_ACCESSDENIED;
}

/* How much of `wish` there is between the position and the end.  What is copied into the same bytes
 * would never end otherwise. */
static HRESULT left_of(struct stream *stream, uint64_t wish, uint64_t *ret)
{
    uint64_t size;
    HRESULT hr;

    pthread_mutex_lock(&stream->position_lock);
    hr = stg_bytes_size(stream->bytes, &size);
    *ret = stream->position < size ? size - stream->position : 0;
    pthread_mutex_unlock(&stream->position_lock);
    if (*ret > wish)
        *ret = wish;
    return hr;
}

static HRESULT STDMETHODCALLTYPE stream_copy_to(IStream *face, IStream *to, ULARGE_INTEGER wish,
                                                ULARGE_INTEGER *ret_read,
                                                ULARGE_INTEGER *ret_written)
{
    uint64_t left, read = 0, written = 0;
    BYTE part[COPY_PART];
    HRESULT hr;

    if (to == NULL)
        return STG_E_INVALIDPOINTER;
    hr = left_of(home(face), wish.QuadPart, &left);
    while (SUCCEEDED(hr) && read < left) {
        ULONG got = 0, put = 0;

        hr = stream_read(face, part, left - read < COPY_PART ? (ULONG)(left - read) : COPY_PART,
                         &got);
        read += got;
        if (FAILED(hr) || got == 0)
            break;
        hr = IStream_Write(to, part, got, &put);
        written += put;
        if (SUCCEEDED(hr) && put != got)
            hr = STG_E_MEDIUMFULL;
    }
    if (ret_read != NULL)
        ret_read->QuadPart = read;
    if (ret_written != NULL)
        ret_written->QuadPart = written;
    return hr;
}

/* ---- the rest ---------------------------------------------------------------------------- */

static HRESULT STDMETHODCALLTYPE stream_commit(IStream *face, DWORD flags)
{
    uint64_t size;

    (void)flags;
    return stg_bytes_size(home(face)->bytes, &size); /* direct: all is written through */
}

static HRESULT STDMETHODCALLTYPE stream_revert(IStream *face)
{
    (void)face;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE stream_lock(IStream *face, ULARGE_INTEGER offset,
                                             ULARGE_INTEGER count, DWORD type)
{
    (void)face;
    (void)offset;
    (void)count;
    (void)type;
    return STG_E_INVALIDFUNCTION;
}

static HRESULT STDMETHODCALLTYPE stream_stat(IStream *face, STATSTG *ret, DWORD flags)
{
    struct stream *stream = home(face);
    STATSTG stat = { .type = STGTY_STREAM, .grfMode = stream->mode };
    uint64_t size;
    HRESULT hr;

    if (ret == NULL)
        return STG_E_INVALIDPOINTER;
    if (flags > STATFLAG_NOOPEN)
        return STG_E_INVALIDFLAG;
    hr = stg_bytes_size(stream->bytes, &size);
    if (FAILED(hr))
        return hr;
    stat.cbSize.QuadPart = size;
    if (stream->name != NULL && flags != STATFLAG_NONAME) {
        stat.pwcsName = rg_memory_dup(stream->name, (wcslen(stream->name) + 1) * sizeof(WCHAR));
        if (stat.pwcsName == NULL)
            return STG_E_INSUFFICIENTMEMORY;
    }
    *ret = stat;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE stream_clone(IStream *face, IStream **ret)
{
    struct stream *stream = home(face);
    IStream *copy = NULL;
    uint64_t size;
    HRESULT hr;

    if (ret == NULL)
        return STG_E_INVALIDPOINTER;
    *ret = NULL;
    hr = stg_bytes_size(stream->bytes, &size);
    if (SUCCEEDED(hr))
        hr = stg_stream_new(stream->bytes, stream->name, stream->mode, &copy);
    if (FAILED(hr))
        return hr == E_OUTOFMEMORY ? STG_E_INSUFFICIENTMEMORY : hr;
    pthread_mutex_lock(&stream->position_lock);
    home(copy)->position = stream->position;
    pthread_mutex_unlock(&stream->position_lock);
    *ret = copy;
    return S_OK;
}

static const IStreamVtbl stream_vtbl = {
    COM_UNKNOWN(IStream),        .Read = stream_read,        .Write = stream_write,
    .Seek = stream_seek,         .SetSize = stream_set_size, .CopyTo = stream_copy_to,
    .Commit = stream_commit,     .Revert = stream_revert,    .LockRegion = stream_lock,
    .UnlockRegion = stream_lock, .Stat = stream_stat,        .Clone = stream_clone,
};

static const struct com_entry stream_map[] = {
    COM_ENTRY(IStream, struct stream, face),
    COM_ENTRY(ISequentialStream, struct stream, face),
    COM_MAP_END,
};

static void stream_destroy(struct com_object *object)
{
    struct stream *stream = (struct stream *)object;

    pthread_mutex_lock(&stream->bytes->lock);
    stream->bytes->openers--;
    pthread_mutex_unlock(&stream->bytes->lock);
    stg_bytes_unref(stream->bytes);
    rg_free(stream->name);
    pthread_mutex_destroy(&stream->position_lock);
    com_object_fini(object);
    rg_free(stream);
}

HRESULT stg_stream_new(struct stg_bytes *bytes, const WCHAR *name, DWORD mode,
                       IStream **ret_stream)
{
    struct stream *stream = rg_calloc(1, sizeof(*stream));

    if (stream == NULL)
        return E_OUTOFMEMORY;
    if (name != NULL) {
        stream->name = rg_memory_dup(name, (wcslen(name) + 1) * sizeof(WCHAR));
        if (stream->name == NULL) {
            rg_free(stream);
            return E_OUTOFMEMORY;
        }
    }
    stream->bytes = bytes;
    stg_bytes_ref(bytes);
    pthread_mutex_lock(&bytes->lock);
    bytes->openers++;
    pthread_mutex_unlock(&bytes->lock);
    stream->mode = mode;
    pthread_mutex_init(&stream->position_lock, NULL);
    com_object_init(&stream->object, "IStream", stream_map, NULL, stream_destroy);
    COM_FACE_INIT(&stream->object, stream->face, &stream_vtbl);
    *ret_stream = &stream->face.i;
    return S_OK;
}

HRESULT STDAPICALLTYPE CreateStreamOnHGlobal(HGLOBAL memory, BOOL free_on_release,
                                             IStream **ret_stream)
{
    struct stg_bytes *bytes;
    HRESULT hr;

    (void)free_on_release;
    if (ret_stream == NULL)
        return E_POINTER;
    *ret_stream = NULL;
    if (memory != NULL)
        return E_INVALIDARG;
    bytes = stg_bytes_new();
    if (bytes == NULL)
        return E_OUTOFMEMORY;
    hr = stg_stream_new(bytes, NULL, STGM_READWRITE, ret_stream);
    stg_bytes_unref(bytes);
    return hr;
}
