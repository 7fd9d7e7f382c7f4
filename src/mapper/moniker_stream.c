/* SPDX-License-Identifier: MIT */
/* moniker_stream.c - a display name written to a stream, and read back.
 *
 * Any thread.
 * Knows: streams, UTF-16.  Must not know: what is named.
 */
#include "mapper/moniker_stream.h"

#include "platform/memory.h"

#define NAME_MOST 65536 /* bytes */

/* Units of UTF-16 of one character. */
static unsigned units_of(WCHAR character, WORD units[2])
{
    uint32_t code = (uint32_t)character;

    if (code < 0x10000) {
        units[0] = (WORD)code;
        return 1;
    }
    units[0] = (WORD)(0xd800 + ((code - 0x10000) >> 10));
    units[1] = (WORD)(0xdc00 + (code & 0x3ff));
    return 2;
}

ULONG moniker_name_size(const WCHAR *name)
{
    ULONG size = 4 + 2;
    WORD units[2];

    for (; *name != L'\0'; name++)
        size += 2 * units_of(*name, units);
    return size;
}

static void bytes_put(BYTE **at, uint32_t value, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        *(*at)++ = (BYTE)(value >> (8 * i));
}

HRESULT moniker_name_write(IStream *stream, const WCHAR *name)
{
    ULONG size = moniker_name_size(name), written = 0;
    BYTE *bytes RG_AUTO_FREE = rg_alloc(size);
    BYTE *at = bytes;
    WORD units[2];
    HRESULT hr;

    if (bytes == NULL)
        return E_OUTOFMEMORY;
    bytes_put(&at, size - 4, 4);
    for (; *name != L'\0'; name++) {
        unsigned count = units_of(*name, units);

        for (unsigned i = 0; i < count; i++)
            bytes_put(&at, units[i], 2);
    }
    bytes_put(&at, 0, 2);
    hr = stream->lpVtbl->Write(stream, bytes, size, &written);
    return SUCCEEDED(hr) && written != size ? STG_E_MEDIUMFULL : hr;
}

static HRESULT stream_read(IStream *stream, void *bytes, ULONG size)
{
    ULONG got = 0;
    HRESULT hr = stream->lpVtbl->Read(stream, bytes, size, &got);

    if (FAILED(hr))
        return hr;
    return got == size ? S_OK : STG_E_READFAULT;
}

/* Joins what was two units. */
static void units_decode(const BYTE *bytes, ULONG count, WCHAR *to)
{
    for (ULONG i = 0; i < count; i++) {
        uint32_t unit = (uint32_t)bytes[2 * i] | (uint32_t)bytes[2 * i + 1] << 8;
        uint32_t next =
            i + 1 < count ? (uint32_t)bytes[2 * i + 2] | (uint32_t)bytes[2 * i + 3] << 8 : 0;

        if ((unit & 0xfc00) == 0xd800 && (next & 0xfc00) == 0xdc00) {
            unit = 0x10000 + ((unit & 0x3ff) << 10) + (next & 0x3ff);
            i++;
        }
        *to++ = (WCHAR)unit;
    }
    *to = L'\0';
}

HRESULT moniker_name_read(IStream *stream, WCHAR **ret_name)
{
    BYTE *bytes RG_AUTO_FREE = NULL;
    WCHAR *name;
    BYTE head[4];
    ULONG size;
    HRESULT hr = stream_read(stream, head, sizeof(head));

    if (FAILED(hr))
        return hr;
    size = head[0] | (ULONG)head[1] << 8 | (ULONG)head[2] << 16 | (ULONG)head[3] << 24;
    if (size < 2 || size > NAME_MOST || size % 2 != 0)
        return MK_E_SYNTAX;
    bytes = rg_alloc(size);
    if (bytes == NULL)
        return E_OUTOFMEMORY;
    hr = stream_read(stream, bytes, size);
    if (FAILED(hr))
        return hr;
    name = rg_alloc((size / 2 + 1) * sizeof(*name));
    if (name == NULL)
        return E_OUTOFMEMORY;
    units_decode(bytes, size / 2, name);
    *ret_name = name;
    return S_OK;
}
