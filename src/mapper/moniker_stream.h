/* SPDX-License-Identifier: MIT */
/* mapper/moniker_stream.h - a display name in an IStream: its size in bytes, then UTF-16 with a zero.
 *
 * Any thread.  The size has 32 bits; all of it is little-endian, whatever WCHAR is here.
 * Knows: streams, text.  Must not know: what is named.
 */
#pragma once

#include <dshow.h>

/* What the stream said. */
HRESULT moniker_name_write(IStream *stream, const WCHAR *name);
/* S_OK: the caller frees *ret_name; MK_E_SYNTAX: no name; STG_E_READFAULT: it is cut off;
 * E_OUTOFMEMORY; what the stream said. */
HRESULT moniker_name_read(IStream *stream, WCHAR **ret_name);
/* How many bytes that takes. */
ULONG moniker_name_size(const WCHAR *name);
