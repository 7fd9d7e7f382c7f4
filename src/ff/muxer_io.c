/* SPDX-License-Identifier: MIT */
/* ff/muxer_io.c - where a container being written goes: a file or URL, or somebody's output.
 *
 * One thread at a time.
 * Knows: AVIOContext.  Must not know: containers, who takes the bytes.
 */
#include <libavutil/mem.h>

#include "ff/error.h"
#include "ff/io.h"
#include "ff/muxer_internal.h"

enum { IO_BYTES = 64 << 10 };

#if LIBAVFORMAT_VERSION_MAJOR < 61
typedef uint8_t io_byte;
#else
typedef const uint8_t io_byte;
#endif

static int io_write(void *opaque, io_byte *data, int bytes)
{
    struct mux_io *io = opaque;
    HRESULT hr = io->output.put(io->output.context, io->at, data, (ULONG)bytes);

    if (FAILED(hr)) {
        if (SUCCEEDED(io->error))
            io->error = hr;
        return AVERROR(EIO);
    }
    io->at += bytes;
    if (io->at > io->end)
        io->end = io->at;
    return bytes;
}

static int64_t io_seek(void *opaque, int64_t to, int whence)
{
    struct mux_io *io = opaque;

    return ff_io_seek(&io->at, io->end, to, whence);
}

static HRESULT open_output(struct ff_muxer *m)
{
    uint8_t *buffer = av_malloc(IO_BYTES);

    m->io.at = m->io.end = 0;
    m->io.error = S_OK;
    if (buffer != NULL)
        m->context->pb =
            avio_alloc_context(buffer, IO_BYTES, 1, &m->io, NULL, io_write, io_seek);
    if (m->context->pb == NULL) {
        av_free(buffer);
        return E_OUTOFMEMORY;
    }
    m->context->flags |= AVFMT_FLAG_CUSTOM_IO;
    return S_OK;
}

HRESULT ff_mux_io_open(struct ff_muxer *m)
{
    if (m->io.output.put != NULL && m->path == NULL)
        return open_output(m);
    if (m->context->oformat->flags & AVFMT_NOFILE)
        return S_OK;
    return ff_error(avio_open(&m->context->pb, m->path, AVIO_FLAG_WRITE));
}

static HRESULT close_output(struct ff_muxer *m)
{
    avio_flush(m->context->pb);
    av_freep(&m->context->pb->buffer);
    avio_context_free(&m->context->pb);
    return m->io.error;
}

HRESULT ff_mux_io_close(struct ff_muxer *m)
{
    int error, result;

    if (m->context->pb == NULL)
        return S_OK;
    if (m->context->flags & AVFMT_FLAG_CUSTOM_IO)
        return close_output(m);
    if (m->context->oformat->flags & AVFMT_NOFILE)
        return S_OK;
    error = m->context->pb->error;
    result = avio_closep(&m->context->pb);
    return ff_error(error < 0 ? error : result);
}

HRESULT ff_mux_error(const struct ff_muxer *m, int result)
{
    if (result >= 0)
        return S_OK;
    if (m->path == NULL && FAILED(m->io.error))
        return m->io.error;
    return result == AVERROR(EIO) ? STG_E_WRITEFAULT : ff_error(result);
}
