/* SPDX-License-Identifier: MIT */
/* url_reader.c - the bytes of a web address, for whoever pulls them (DirectShow's File Source (URL)).
 *
 * Runs: read on the reader's own thread, length and interrupt on any, the rest on control threads.
 * Knows: ff/bytes.h.  Must not know: protocols, what is in a file, pins, graphs.
 */
#include "base/reader.h"
#include "ff/bytes.h"

struct url_state {
    struct ff_bytes *bytes;
};

static HRESULT url_open(void *state, const void *settings, const char *location)
{
    struct url_state *st = state;
    struct ff_bytes *fresh = NULL;
    HRESULT hr = ff_bytes_open(location, &fresh);

    (void)settings;
    if (FAILED(hr))
        return hr;
    ff_bytes_close(st->bytes);
    st->bytes = fresh;
    return S_OK;
}

static HRESULT url_length(void *state, LONGLONG *ret_total, LONGLONG *ret_available)
{
    struct url_state *st = state;
    HRESULT hr = ff_bytes_length(st->bytes, ret_total);

    if (SUCCEEDED(hr))
        *ret_available = *ret_total;
    return hr;
}

static HRESULT url_read(void *state, LONGLONG at, ULONG bytes, BYTE *to, ULONG *ret_bytes)
{
    struct url_state *st = state;

    return ff_bytes_read(st->bytes, at, bytes, to, ret_bytes);
}

static void url_interrupt(void *state, bool on)
{
    struct url_state *st = state;

    if (st->bytes != NULL)
        ff_bytes_interrupt(st->bytes, on);
}

static void url_destroy(void *state)
{
    struct url_state *st = state;

    ff_bytes_close(st->bytes);
    st->bytes = NULL;
}

const struct rg_reader_class rg_url_reader = {
    .name = "url_reader",
    .help = "Give the bytes of a web address to a splitter (File Source (URL))",
    .clsid = { 0xe436ebb6, 0x524f, 0x11ce, { 0x9f, 0x53, 0x00, 0x20, 0xaf, 0x0b, 0xa7, 0x70 } },
    .state_size = sizeof(struct url_state),
    .open = url_open,
    .length = url_length,
    .read = url_read,
    .interrupt = url_interrupt,
    .destroy = url_destroy,
};
