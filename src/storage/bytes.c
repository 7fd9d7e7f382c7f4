/* SPDX-License-Identifier: MIT */
/* bytes.c - a block that grows by half, under a lock.
 *
 * Any thread.  Knows: memory.  Must not know: streams, files.
 */
#include "storage/bytes.h"

#include <string.h>

#include "platform/memory.h"

#define ROOM_AT_FIRST 256

struct stg_bytes *stg_bytes_new(void)
{
    struct stg_bytes *bytes = rg_calloc(1, sizeof(*bytes));

    if (bytes == NULL)
        return NULL;
    atomic_init(&bytes->refs, 1);
    pthread_mutex_init(&bytes->lock, NULL);
    return bytes;
}

void stg_bytes_ref(struct stg_bytes *bytes)
{
    atomic_fetch_add(&bytes->refs, 1);
}

void stg_bytes_unref(struct stg_bytes *bytes)
{
    if (bytes == NULL || atomic_fetch_sub(&bytes->refs, 1) != 1)
        return;
    pthread_mutex_destroy(&bytes->lock);
    rg_free(bytes->data);
    rg_free(bytes);
}

static HRESULT grow_locked(struct stg_bytes *bytes, uint64_t size)
{
    size_t room = bytes->room + bytes->room / 2;
    uint8_t *bigger;

    if (size > STG_BYTES_MAX)
        return STG_E_MEDIUMFULL;
    if (size <= bytes->room)
        return S_OK;
    if (room < size)
        room = (size_t)size;
    if (room < ROOM_AT_FIRST)
        room = ROOM_AT_FIRST;
    bigger = rg_realloc(bytes->data, room);
    if (bigger == NULL)
        return STG_E_INSUFFICIENTMEMORY;
    bytes->data = bigger;
    bytes->room = room;
    return S_OK;
}

static HRESULT resize_locked(struct stg_bytes *bytes, uint64_t size)
{
    HRESULT hr = grow_locked(bytes, size);

    if (FAILED(hr))
        return hr;
    if (size > bytes->size)
        memset(bytes->data + bytes->size, 0, (size_t)size - bytes->size);
    bytes->size = (size_t)size;
    bytes->is_changed = true;
    return S_OK;
}

HRESULT stg_bytes_read(struct stg_bytes *bytes, uint64_t *position, void *to, ULONG count,
                       ULONG *ret_count)
{
    HRESULT hr = S_OK;
    size_t left;

    pthread_mutex_lock(&bytes->lock);
    left = *position < bytes->size ? bytes->size - (size_t)*position : 0;
    if (left > count)
        left = count;
    if (bytes->is_gone) {
        hr = STG_E_REVERTED;
    } else {
        if (left != 0)
            memcpy(to, bytes->data + *position, left);
        *position += left;
        *ret_count = (ULONG)left;
    }
    pthread_mutex_unlock(&bytes->lock);
    return hr;
}

HRESULT stg_bytes_write(struct stg_bytes *bytes, uint64_t *position, const void *from,
                        ULONG count)
{
    HRESULT hr = S_OK;
    uint64_t end;

    pthread_mutex_lock(&bytes->lock);
    if (bytes->is_gone)
        hr = STG_E_REVERTED;
    else if (count != 0 && __builtin_add_overflow(*position, count, &end))
        hr = STG_E_MEDIUMFULL;
    else if (count != 0 && end > bytes->size)
        hr = resize_locked(bytes, end);
    if (SUCCEEDED(hr) && count != 0) {
        memcpy(bytes->data + *position, from, count);
        *position = end;
        bytes->is_changed = true;
    }
    pthread_mutex_unlock(&bytes->lock);
    return hr;
}

HRESULT stg_bytes_resize(struct stg_bytes *bytes, uint64_t size)
{
    HRESULT hr;

    pthread_mutex_lock(&bytes->lock);
    hr = bytes->is_gone ? STG_E_REVERTED : resize_locked(bytes, size);
    pthread_mutex_unlock(&bytes->lock);
    return hr;
}

HRESULT stg_bytes_size(struct stg_bytes *bytes, uint64_t *ret_size)
{
    HRESULT hr;

    pthread_mutex_lock(&bytes->lock);
    hr = bytes->is_gone ? STG_E_REVERTED : S_OK;
    *ret_size = bytes->size;
    pthread_mutex_unlock(&bytes->lock);
    return hr;
}

void stg_bytes_copy_out(struct stg_bytes *bytes, uint8_t *to, size_t size)
{
    pthread_mutex_lock(&bytes->lock);
    if (size > bytes->size)
        size = bytes->size;
    if (size != 0)
        memcpy(to, bytes->data, size);
    pthread_mutex_unlock(&bytes->lock);
}

void stg_bytes_forget(struct stg_bytes *bytes)
{
    pthread_mutex_lock(&bytes->lock);
    bytes->is_gone = true;
    pthread_mutex_unlock(&bytes->lock);
}

bool stg_bytes_are_open(struct stg_bytes *bytes)
{
    bool is_open;

    pthread_mutex_lock(&bytes->lock);
    is_open = bytes->openers != 0;
    pthread_mutex_unlock(&bytes->lock);
    return is_open;
}

bool stg_bytes_are_changed(struct stg_bytes *bytes)
{
    bool is_changed;

    pthread_mutex_lock(&bytes->lock);
    is_changed = bytes->is_changed;
    pthread_mutex_unlock(&bytes->lock);
    return is_changed;
}

void stg_bytes_were_saved(struct stg_bytes *bytes)
{
    pthread_mutex_lock(&bytes->lock);
    bytes->is_changed = false;
    pthread_mutex_unlock(&bytes->lock);
}
