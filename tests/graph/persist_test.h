/* SPDX-License-Identifier: MIT */
/* persist_test.h - what the tests of graph files share: the text of grf.py, streams, loading.
 *
 * Runs: the test's thread.
 */
#pragma once

#include <stdlib.h>

#include "graph_test.h"

static const char *sample_path;
static uint8_t *sample; /* the text of grf.py */
static size_t sample_size;

static inline IStream *stream_of(const void *data, size_t size)
{
    static const LARGE_INTEGER beginning = { .QuadPart = 0 };
    IStream *stream = NULL;

    assert_hr(CreateStreamOnHGlobal(NULL, TRUE, &stream), S_OK);
    assert_hr(IStream_Write(stream, data, (ULONG)size, NULL), S_OK);
    assert_hr(IStream_Seek(stream, beginning, STREAM_SEEK_SET, NULL), S_OK);
    return stream;
}

static inline HRESULT load(struct test_graph *g, IStream *stream)
{
    IPersistStream *persist = NULL;
    HRESULT hr;

    assert_hr(CALL(g->report, QueryInterface, &IID_IPersistStream, (void **)&persist), S_OK);
    hr = IPersistStream_Load(persist, stream);
    IPersistStream_Release(persist);
    return hr;
}

static inline int sample_read(void **state)
{
    FILE *file = fopen(sample_path, "rb");
    uint8_t *room = malloc(65536);

    (void)state;
    if (file == NULL)
        return -1;
    sample_size = fread(room, 1, 65536, file);
    fclose(file);
    sample = room;
    return 0;
}

static inline int sample_free(void **state)
{
    (void)state;
    free(sample);
    return 0;
}
