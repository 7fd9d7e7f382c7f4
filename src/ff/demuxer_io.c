/* SPDX-License-Identifier: MIT */
/* ff/demuxer_io.c - libavformat reading through somebody's IAsyncReader.
 *
 * Runs on whatever thread reads.  Knows: AVIOContext, IAsyncReader::SyncRead.  Must not know:
 * containers.
 */
#define COBJMACROS
#include <stdlib.h>

#include <libavutil/error.h>
#include <libavutil/mem.h>

#include "ff/demuxer_internal.h"
#include "ff/io.h"

enum { IO_BYTES = 64 << 10 };

struct reader_io {
    IAsyncReader *reader;
    int64_t at;
};

static int64_t length_of(struct reader_io *io)
{
    LONGLONG total = 0, available = 0;

    if (FAILED(IAsyncReader_Length(io->reader, &total, &available)))
        return -1;
    return total;
}

static int io_read(void *opaque, uint8_t *to, int bytes)
{
    struct reader_io *io = opaque;
    int64_t length = length_of(io);
    HRESULT hr;

    if (length >= 0 && io->at >= length)
        return AVERROR_EOF;
    if (length >= 0 && bytes > length - io->at)
        bytes = (int)(length - io->at);
    hr = IAsyncReader_SyncRead(io->reader, io->at, bytes, to);
    if (hr == VFW_E_WRONG_STATE || hr == VFW_E_TIMEOUT)
        return AVERROR_EXIT;
    if (FAILED(hr))
        return AVERROR(EIO);
    if (hr == S_FALSE) {
        /* fewer than there were a moment ago: how many, the length of now says */
        length = length_of(io);
        if (length <= io->at)
            return AVERROR_EOF;
        if (bytes > length - io->at)
            bytes = (int)(length - io->at);
    }
    io->at += bytes;
    return bytes;
}

static int64_t io_seek(void *opaque, int64_t to, int whence)
{
    struct reader_io *io = opaque;

    return ff_io_seek(&io->at, length_of(io), to, whence);
}

AVIOContext *ff_reader_io_new(IAsyncReader *reader)
{
    struct reader_io *io = calloc(1, sizeof(*io));
    uint8_t *buffer = av_malloc(IO_BYTES);
    AVIOContext *c = NULL;

    if (io != NULL && buffer != NULL)
        c = avio_alloc_context(buffer, IO_BYTES, 0, io, io_read, NULL, io_seek);
    if (c == NULL) {
        free(io);
        av_free(buffer);
        return NULL;
    }
    io->reader = reader;
    return c;
}

void ff_reader_io_free(AVIOContext **io)
{
    if (*io == NULL)
        return;
    free((*io)->opaque);
    av_freep(&(*io)->buffer);
    avio_context_free(io);
}
