/* SPDX-License-Identifier: MIT */
/* ff/bytes.c - see bytes.h.
 *
 * Knows: AVIOContext.  Must not know: containers, who asks.
 */
#include "ff/bytes.h"

#include <stdatomic.h>
#include <stdlib.h>

#include <libavformat/avio.h>
#include <libavutil/error.h>

#include "ff/error.h"

struct ff_bytes {
    AVIOContext *io;
    int64_t length; /* < 0: unknown */
    atomic_bool is_interrupted;
};

static int is_interrupted(void *opaque)
{
    struct ff_bytes *bytes = opaque;

    return atomic_load(&bytes->is_interrupted);
}

HRESULT ff_bytes_open(const char *location, struct ff_bytes **ret)
{
    struct ff_bytes *bytes = calloc(1, sizeof(*bytes));
    AVIOInterruptCB callback = { is_interrupted, bytes };
    int result;

    if (bytes == NULL)
        return E_OUTOFMEMORY;
    ff_be_quiet();
    result = avio_open2(&bytes->io, location, AVIO_FLAG_READ, &callback, NULL);
    if (result < 0) {
        free(bytes);
        return ff_error(result);
    }
    bytes->length = avio_size(bytes->io);
    *ret = bytes;
    return S_OK;
}

void ff_bytes_close(struct ff_bytes *bytes)
{
    if (bytes == NULL)
        return;
    avio_closep(&bytes->io);
    free(bytes);
}

HRESULT ff_bytes_length(const struct ff_bytes *bytes, LONGLONG *ret)
{
    if (bytes->length < 0)
        return E_NOTIMPL;
    *ret = bytes->length;
    return S_OK;
}

HRESULT ff_bytes_read(struct ff_bytes *bytes, LONGLONG at, ULONG count, BYTE *to,
                      ULONG *ret_count)
{
    int64_t reached;
    int result;

    *ret_count = 0;
    if (bytes->length >= 0 && at >= bytes->length)
        return S_OK;
    /* what interrupted the last read is over */
    bytes->io->error = 0;
    bytes->io->eof_reached = 0;
    reached = avio_seek(bytes->io, at, SEEK_SET);
    if (reached < 0)
        return ff_error((int)reached);
    result = avio_read(bytes->io, to, (int)count);
    if (atomic_load(&bytes->is_interrupted))
        return VFW_E_STATE_CHANGED;
    if (result == AVERROR_EOF)
        return S_OK;
    if (result < 0)
        return ff_error(result);
    *ret_count = (ULONG)result;
    return S_OK;
}

void ff_bytes_interrupt(struct ff_bytes *bytes, bool on)
{
    atomic_store(&bytes->is_interrupted, on);
}
