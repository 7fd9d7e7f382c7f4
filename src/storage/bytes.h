/* SPDX-License-Identifier: MIT */
/* bytes.h - the bytes of one stream in memory, which grow as they are written.
 *
 * Any thread: each call takes the lock of these bytes, a leaf.
 * Knows: memory.  Must not know: which file they came from.
 */
#pragma once

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <objbase.h>

#define STG_BYTES_MAX 0x7ff00000u /* what a compound file of version 3 can hold */

struct stg_bytes {
    atomic_uint refs;
    HRESULT damage; /* set at creation: why the file did not give them; S_OK */

    pthread_mutex_t lock; /* a leaf */
    /* under `lock` */
    uint8_t *data;
    size_t size, room;
    unsigned openers; /* streams over them */
    bool is_gone;     /* the storage around them has let go of them */
    bool is_changed;  /* since the storage was written */
};

/* Empty, with one reference; NULL: no memory. */
struct stg_bytes *stg_bytes_new(void);
void stg_bytes_ref(struct stg_bytes *bytes);
void stg_bytes_unref(struct stg_bytes *bytes); /* NULL is fine */

/* At *position, which moves by what was read or written.
 * S_OK, also for fewer bytes than asked at the end; STG_E_REVERTED; STG_E_MEDIUMFULL: past what a stream
 * can hold; STG_E_INSUFFICIENTMEMORY.  On failure nothing has changed. */
HRESULT stg_bytes_read(struct stg_bytes *bytes, uint64_t *position, void *to, ULONG count,
                       ULONG *ret_count);
HRESULT stg_bytes_write(struct stg_bytes *bytes, uint64_t *position, const void *from,
                        ULONG count);
/* New bytes are 0. */
HRESULT stg_bytes_resize(struct stg_bytes *bytes, uint64_t size);
HRESULT stg_bytes_size(struct stg_bytes *bytes, uint64_t *ret_size);

/* No more than `size` of them to `to`; the rest of `to` is left. */
void stg_bytes_copy_out(struct stg_bytes *bytes, uint8_t *to, size_t size);
/* Whoever has them open finds them gone. */
void stg_bytes_forget(struct stg_bytes *bytes);
bool stg_bytes_are_open(struct stg_bytes *bytes);
bool stg_bytes_are_changed(struct stg_bytes *bytes);
void stg_bytes_were_saved(struct stg_bytes *bytes);

/* stream.c.  An IStream over them, which takes a reference.  name: NULL for none; mode: STGM_, of which
 * the access counts.  S_OK; E_OUTOFMEMORY. */
HRESULT stg_stream_new(struct stg_bytes *bytes, const WCHAR *name, DWORD mode,
                       IStream **ret_stream);
