/* SPDX-License-Identifier: MIT */
/* reader_test.h - what the tests of IAsyncReader share: a file of numbers, a reader and its pin, samples with
 * positions.
 *
 * Runs: the test's thread.
 */
#pragma once

#include "files_test.h"

#include <unistd.h>

#include "media/sample.h"

#define UNITS      10000000
#define FILE_BYTES 5000

static inline const char *numbers_file(void)
{
    const char *path = file_path("numbers");
    uint8_t data[FILE_BYTES];

    for (size_t i = 0; i < sizeof(data); i++)
        data[i] = (uint8_t)(i * 7 + i / 256);
    file_write(path, data, sizeof(data));
    return path;
}

static inline uint8_t number_at(size_t i)
{
    return (uint8_t)(i * 7 + i / 256);
}

static inline HRESULT load(IBaseFilter *filter, const char *path, const AM_MEDIA_TYPE *type)
{
    RG_AUTO(IFileSourceFilter) file = NULL;

    is_hr(IBaseFilter_QueryInterface(filter, &IID_IFileSourceFilter, (void **)&file), S_OK);
    return IFileSourceFilter_Load(file, wide(path), type);
}

struct subject {
    IBaseFilter *filter;
    IAsyncReader *reader;
};

static inline void subject_take(struct subject *s, IBaseFilter *filter)
{
    s->filter = filter;
    is_hr(IPin_QueryInterface(pin_of(filter, PINDIR_OUTPUT, 0), &IID_IAsyncReader,
                              (void **)&s->reader),
          S_OK);
}

static inline void subject_open(struct subject *s, const char *path)
{
    IBaseFilter *filter = filter_named(&CLSID_AsyncReader);

    is_hr(load(filter, path, NULL), S_OK);
    subject_take(s, filter);
}

static inline void subject_close(struct subject *s)
{
    IAsyncReader_Release(s->reader);
    assert_int_equal(IBaseFilter_Release(s->filter), 0);
    assert_int_equal(rg_live_objects(NULL, NULL), 0);
}

static inline IMemAllocator *allocator_of(struct subject *s, LONG buffers, LONG bytes)
{
    ALLOCATOR_PROPERTIES wanted = { buffers, bytes, 1, 0 };
    IMemAllocator *allocator = NULL;

    is_hr(IAsyncReader_RequestAllocator(s->reader, NULL, &wanted, &allocator), S_OK);
    is_hr(IMemAllocator_Commit(allocator), S_OK);
    return allocator;
}

static inline IMediaSample *sample_for(IMemAllocator *allocator, LONGLONG at, LONGLONG bytes)
{
    REFERENCE_TIME start = at * UNITS, stop = (at + bytes) * UNITS;
    IMediaSample *sample = NULL;

    is_hr(IMemAllocator_GetBuffer(allocator, &sample, NULL, NULL, 0), S_OK);
    is_hr(IMediaSample_SetTime(sample, &start, &stop), S_OK);
    return sample;
}

static inline void allocator_close(IMemAllocator *allocator)
{
    is_hr(IMemAllocator_Decommit(allocator), S_OK);
    IMemAllocator_Release(allocator);
}

static inline void holds(const uint8_t *data, size_t at, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        assert_int_equal(data[i], number_at(at + i));
}

#define reader_tests_run(tests)                                                                \
    int failed;                                                                                \
                                                                                               \
    if (FAILED(CoInitializeEx(NULL, COINIT_MULTITHREADED)))                                    \
        return 1;                                                                              \
    failed = cmocka_run_group_tests(tests, NULL, NULL);                                        \
    (void)unlink(file_path("numbers"));                                                        \
    CoUninitialize();                                                                          \
    return failed
