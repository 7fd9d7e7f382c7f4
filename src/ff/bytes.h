/* SPDX-License-Identifier: MIT */
/* ff/bytes.h - the bytes of whatever libavformat has a protocol for, at any position.
 *
 * Threads: ff_bytes_read: one at a time.  ff_bytes_length, ff_bytes_interrupt: any.  The others:
 * control threads, while nobody reads.
 */
#pragma once

#include <stdbool.h>

#include <dshow.h>

struct ff_bytes;

/* S_OK: *ret is the caller's, for ff_bytes_close; VFW_E_CANNOT_LOAD_SOURCE_FILTER: no such protocol;
 * STG_E_FILENOTFOUND ...; E_OUTOFMEMORY. */
HRESULT ff_bytes_open(const char *location, struct ff_bytes **ret);
void ff_bytes_close(struct ff_bytes *bytes);

/* S_OK; E_NOTIMPL: the server does not say. */
HRESULT ff_bytes_length(const struct ff_bytes *bytes, LONGLONG *ret);
/* Fewer only at the end.  S_OK; VFW_E_STATE_CHANGED: interrupted; E_NOTIMPL: it can not go there; an
 * error of the system. */
HRESULT ff_bytes_read(struct ff_bytes *bytes, LONGLONG at, ULONG count, BYTE *to,
                      ULONG *ret_count);
void ff_bytes_interrupt(struct ff_bytes *bytes, bool on);
