/* SPDX-License-Identifier: MIT */
/* test_reader.c - File Source (Async): types by bytes, reading, files that change. */
#include "reader_test.h"

#include <sys/stat.h>

#include "platform/memory.h"

/* ---- loading ------------------------------------------------------------------------------ */

static void first_type(IBaseFilter *filter, AM_MEDIA_TYPE **ret)
{
    RG_AUTO(IEnumMediaTypes) types = NULL;

    is_hr(IPin_EnumMediaTypes(pin_of(filter, PINDIR_OUTPUT, 0), &types), S_OK);
    is_hr(IEnumMediaTypes_Next(types, 1, ret, NULL), S_OK);
}

static void test_types_by_bytes(void **state)
{
    static const struct {
        const char *bytes;
        size_t n;
        const GUID *subtype;
    } files[] = {
        { "RIFF\x10\0\0\0AVI LIST", 16, &MEDIASUBTYPE_Avi },
        { "RIFF\x10\0\0\0WAVEfmt ", 16, &MEDIASUBTYPE_WAVE },
        { "RIFF\x10\0\0\0nothing!", 16, &GUID_NULL },
        { "\0\0\x01\xba\x21\0\x01\0\x01\x80\0\x01\0\0\x01\xbb", 16, &MEDIASUBTYPE_MPEG1System },
        { "\0\0\0\x18"
          "ftypqt  ",
          12, &MEDIASUBTYPE_QTMovie },
        { "", 0, &GUID_NULL },
        { "RIF", 3, &GUID_NULL },
    };
    const char *path = file_path("kind");

    (void)state;
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        IBaseFilter *filter = filter_named(&CLSID_AsyncReader);
        AM_MEDIA_TYPE *type = NULL;

        file_write(path, files[i].bytes, files[i].n);
        assert_null(pin_of(filter, PINDIR_OUTPUT, 0));
        is_hr(load(filter, path, NULL), S_OK);
        first_type(filter, &type);
        assert_true(IsEqualGUID(&type->majortype, &MEDIATYPE_Stream));
        assert_true(IsEqualGUID(&type->subtype, files[i].subtype));
        rg_type_delete(type);
        assert_int_equal(IBaseFilter_Release(filter), 0);
    }
    (void)unlink(path);
}

static void test_the_type_given_counts(void **state)
{
    AM_MEDIA_TYPE given = { .majortype = MEDIATYPE_Stream,
                            .subtype = MEDIASUBTYPE_MPEG1Audio,
                            .formattype = FORMAT_None };
    IBaseFilter *filter = filter_named(&CLSID_AsyncReader);
    RG_AUTO(IFileSourceFilter) file = NULL;
    AM_MEDIA_TYPE *type = NULL, current;
    LPOLESTR name = (void *)1;

    (void)state;
    is_hr(IBaseFilter_QueryInterface(filter, &IID_IFileSourceFilter, (void **)&file), S_OK);
    is_hr(IFileSourceFilter_GetCurFile(file, &name, &current), S_OK);
    assert_null(name);
    is_hr(IFileSourceFilter_GetCurFile(file, NULL, NULL), E_POINTER);
    is_hr(IFileSourceFilter_Load(file, NULL, NULL), E_POINTER);
    is_hr(IFileSourceFilter_Load(file, wide(numbers_file()), &given), S_OK);
    first_type(filter, &type);
    assert_true(IsEqualGUID(&type->subtype, &MEDIASUBTYPE_MPEG1Audio));
    rg_type_delete(type);
    is_hr(IFileSourceFilter_GetCurFile(file, &name, &current), S_OK);
    assert_true(wcscmp(name, wide(file_path("numbers"))) == 0);
    assert_true(IsEqualGUID(&current.subtype, &MEDIASUBTYPE_MPEG1Audio));
    CoTaskMemFree(name);
    rg_type_clear(&current);
    is_hr(IFileSourceFilter_Load(file, wide("/no/such/file"), NULL),
          HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND));
    is_hr(IFileSourceFilter_Load(file, wide("/"), NULL),
          HRESULT_FROM_WIN32(ERROR_ACCESS_DENIED));
    is_hr(IFileSourceFilter_GetCurFile(file, &name, NULL), S_OK); /* the former one stays */
    assert_true(wcscmp(name, wide(file_path("numbers"))) == 0);
    CoTaskMemFree(name);
    is_hr(IFileSourceFilter_Load(file, wide(file_path("numbers")), NULL), S_OK);
    (void)IFileSourceFilter_Release(RG_STEAL(&file));
    assert_int_equal(IBaseFilter_Release(filter), 0);
}

static void test_a_pipe_is_no_file(void **state)
{
    const char *path = file_path("pipe");
    IBaseFilter *filter = filter_named(&CLSID_AsyncReader);

    (void)state;
    assert_int_equal(mkfifo(path, 0600), 0);
    is_hr(load(filter, path, NULL), HRESULT_FROM_WIN32(ERROR_SEEK));
    (void)unlink(path);
    assert_int_equal(IBaseFilter_Release(filter), 0);
}

/* ---- reading ------------------------------------------------------------------------------ */

static void test_sync_read(void **state)
{
    uint8_t data[FILE_BYTES + 100];
    LONGLONG total = 0, available = 0;
    struct subject s;

    (void)state;
    subject_open(&s, numbers_file());
    is_hr(IAsyncReader_Length(s.reader, &total, &available), S_OK);
    assert_int_equal(total, FILE_BYTES);
    assert_int_equal(available, FILE_BYTES);
    is_hr(IAsyncReader_Length(s.reader, NULL, NULL), S_OK);
    is_hr(IAsyncReader_SyncRead(s.reader, 0, FILE_BYTES, data), S_OK);
    holds(data, 0, FILE_BYTES);
    is_hr(IAsyncReader_SyncRead(s.reader, 1237, 3, data), S_OK);
    holds(data, 1237, 3);
    data[100] = 0x5a;
    is_hr(IAsyncReader_SyncRead(s.reader, FILE_BYTES - 100, 200, data), S_FALSE);
    holds(data, FILE_BYTES - 100, 100);
    assert_int_equal(data[100], 0x5a);
    is_hr(IAsyncReader_SyncRead(s.reader, FILE_BYTES, 1, data), S_FALSE);
    is_hr(IAsyncReader_SyncRead(s.reader, FILE_BYTES * 10, 1, data), S_FALSE);
    is_hr(IAsyncReader_SyncRead(s.reader, 0, 0, data), S_OK);
    is_hr(IAsyncReader_SyncRead(s.reader, -1, 1, data), E_INVALIDARG);
    is_hr(IAsyncReader_SyncRead(s.reader, 0, -1, data), E_INVALIDARG);
    is_hr(IAsyncReader_SyncRead(s.reader, 0, 1, NULL), E_POINTER);
    subject_close(&s);
}

static void test_aligned(void **state)
{
    ALLOCATOR_PROPERTIES wanted = { 1, 100, 1, 0 }, actual;
    REFERENCE_TIME start = 0;
    IMemAllocator *allocator;
    IMediaSample *sample;
    struct subject s;
    BYTE *data;

    (void)state;
    subject_open(&s, numbers_file());
    is_hr(IAsyncReader_RequestAllocator(s.reader, NULL, &wanted, NULL), E_POINTER);
    is_hr(IAsyncReader_RequestAllocator(s.reader, NULL, NULL, &allocator), E_POINTER);
    assert_null(allocator);
    allocator = allocator_of(&s, 1, 1024);
    is_hr(IMemAllocator_GetProperties(allocator, &actual), S_OK);
    assert_int_equal(actual.cbAlign % 512, 0);
    sample = sample_for(allocator, 1024, 1024);
    is_hr(IMediaSample_GetPointer(sample, &data), S_OK);
    is_hr(IAsyncReader_SyncReadAligned(s.reader, sample), S_OK);
    assert_int_equal(IMediaSample_GetActualDataLength(sample), 1024);
    holds(data, 1024, 1024);
    IMediaSample_Release(sample);
    sample = sample_for(allocator, 4608, 512); /* 392 bytes are left there */
    is_hr(IAsyncReader_SyncReadAligned(s.reader, sample), S_FALSE);
    assert_int_equal(IMediaSample_GetActualDataLength(sample), FILE_BYTES - 4608);
    holds(data, 4608, FILE_BYTES - 4608);
    IMediaSample_Release(sample);
    sample = sample_for(allocator, 51200, 512);
    is_hr(IAsyncReader_SyncReadAligned(s.reader, sample), S_FALSE);
    assert_int_equal(IMediaSample_GetActualDataLength(sample), 0);
    IMediaSample_Release(sample);
    sample = sample_for(allocator, 100, 512);
    is_hr(IAsyncReader_SyncReadAligned(s.reader, sample), VFW_E_BADALIGN);
    is_hr(IAsyncReader_Request(s.reader, sample, 0), VFW_E_BADALIGN);
    IMediaSample_Release(sample);
    sample = sample_for(allocator, 0, 100);
    is_hr(IAsyncReader_SyncReadAligned(s.reader, sample), VFW_E_BADALIGN);
    IMediaSample_Release(sample);
    sample = sample_for(allocator, 0, 2048);
    is_hr(IAsyncReader_SyncReadAligned(s.reader, sample), VFW_E_BUFFER_OVERFLOW);
    is_hr(IMediaSample_SetTime(sample, NULL, NULL), S_OK);
    is_hr(IAsyncReader_SyncReadAligned(s.reader, sample), VFW_E_SAMPLE_TIME_NOT_SET);
    is_hr(IMediaSample_SetTime(sample, &start, NULL), S_OK);
    assert_true(FAILED(IAsyncReader_SyncReadAligned(s.reader, sample)));
    is_hr(IAsyncReader_SyncReadAligned(s.reader, NULL), E_POINTER);
    IMediaSample_Release(sample);
    allocator_close(allocator);
    subject_close(&s);
}

static void test_a_preferred_allocator(void **state)
{
    ALLOCATOR_PROPERTIES wanted = { 2, 4096, 1, 0 };
    RG_AUTO(IMemAllocator) mine = NULL;
    IMemAllocator *got = NULL;
    struct subject s;

    (void)state;
    subject_open(&s, numbers_file());
    is_hr(rg_allocator_create(NULL, &IID_IMemAllocator, (void **)&mine), S_OK);
    is_hr(IAsyncReader_RequestAllocator(s.reader, mine, &wanted, &got), S_OK);
    assert_ptr_equal(got, mine);
    IMemAllocator_Release(got);
    is_hr(IMemAllocator_Commit(mine), S_OK); /* now it takes no other size */
    is_hr(IAsyncReader_RequestAllocator(s.reader, mine, &wanted, &got), S_OK);
    assert_ptr_not_equal(got, mine);
    IMemAllocator_Release(got);
    is_hr(IMemAllocator_Decommit(mine), S_OK);
    (void)IMemAllocator_Release(RG_STEAL(&mine));
    subject_close(&s);
}

/* ---- files that change -------------------------------------------------------------------- */

static void test_a_file_that_grows_and_shrinks(void **state)
{
    const char *path = numbers_file();
    FILE *more = fopen(path, "ab");
    uint8_t data[64];
    LONGLONG total = 0;
    struct subject s;

    (void)state;
    assert_non_null(more);
    subject_open(&s, path);
    is_hr(IAsyncReader_SyncRead(s.reader, FILE_BYTES, 4, data), S_FALSE);
    assert_int_equal(fwrite("more", 1, 4, more), 4);
    assert_int_equal(fclose(more), 0);
    is_hr(IAsyncReader_Length(s.reader, &total, NULL), S_OK);
    assert_int_equal(total, FILE_BYTES + 4);
    is_hr(IAsyncReader_SyncRead(s.reader, FILE_BYTES, 4, data), S_OK);
    assert_memory_equal(data, "more", 4);
    assert_int_equal(truncate(path, 10), 0);
    is_hr(IAsyncReader_Length(s.reader, &total, NULL), S_OK);
    assert_int_equal(total, 10);
    is_hr(IAsyncReader_SyncRead(s.reader, 0, 64, data), S_FALSE);
    holds(data, 0, 10);
    is_hr(IAsyncReader_SyncRead(s.reader, 2000, 64, data), S_FALSE);
    subject_close(&s);
}

static void test_a_file_that_vanishes(void **state)
{
    const char *path = numbers_file();
    uint8_t data[64];
    struct subject s;

    (void)state;
    subject_open(&s, path);
    assert_int_equal(unlink(path), 0);
    is_hr(IAsyncReader_SyncRead(s.reader, 1000, 64, data), S_OK);
    holds(data, 1000, 64);
    subject_close(&s);
}

/* ---- connecting --------------------------------------------------------------------------- */

static void test_who_does_not_pull_is_refused(void **state)
{
    IBaseFilter *writer = filter_named(&CLSID_FileWriter);
    RG_AUTO(IPin) peer = NULL;
    struct subject s;
    IPin *out, *in;

    (void)state;
    subject_open(&s, numbers_file());
    out = pin_of(s.filter, PINDIR_OUTPUT, 0);
    in = pin_of(writer, PINDIR_INPUT, 0);
    is_hr(IPin_Connect(out, in, NULL), VFW_E_NO_TRANSPORT);
    is_hr(IPin_ConnectedTo(out, &peer), VFW_E_NOT_CONNECTED);
    is_hr(IPin_ConnectedTo(in, &peer), VFW_E_NOT_CONNECTED);
    is_hr(IPin_Connect(out, out, NULL), VFW_E_INVALID_DIRECTION);
    assert_int_equal(IBaseFilter_Release(writer), 0);
    subject_close(&s);
}

static void test_memory(void **state)
{
    const char *path = numbers_file();
    bool failed = true;

    (void)state;
    for (unsigned n = 1; failed; n++) {
        IBaseFilter *filter = NULL;
        uint8_t data[8];
        HRESULT hr;

        rg_fault_arm(n);
        hr = CoCreateInstance(&CLSID_AsyncReader, NULL, CLSCTX_INPROC_SERVER, &IID_IBaseFilter,
                              (void **)&filter);
        if (SUCCEEDED(hr))
            hr = load(filter, path, NULL);
        failed = rg_fault_disarm();
        assert_true(failed ? hr == E_OUTOFMEMORY : hr == S_OK);
        if (SUCCEEDED(hr)) {
            RG_AUTO(IAsyncReader) reader = NULL;

            is_hr(IPin_QueryInterface(pin_of(filter, PINDIR_OUTPUT, 0), &IID_IAsyncReader,
                                      (void **)&reader),
                  S_OK);
            is_hr(IAsyncReader_SyncRead(reader, 0, 8, data), S_OK);
        }
        if (filter != NULL)
            assert_int_equal(IBaseFilter_Release(filter), 0);
        assert_int_equal(rg_live_objects(NULL, NULL), 0);
    }
}

/* ---- addresses ----------------------------------------------------------------------------- */

static void test_the_reader_of_addresses(void **state)
{
    const char *path = numbers_file();
    IBaseFilter *filter = filter_named(&CLSID_URLReader);
    uint8_t data[FILE_BYTES];
    char address[600];
    LONGLONG total = 0;
    struct subject s;

    (void)state;
    is_hr(load(filter, "nosuchprotocol://x/y", NULL), VFW_E_CANNOT_LOAD_SOURCE_FILTER);
    is_hr(load(filter, "file:/no/such/file", NULL), STG_E_FILENOTFOUND);
    (void)snprintf(address, sizeof(address), "file:%s", path);
    is_hr(load(filter, address, NULL), S_OK);
    subject_take(&s, filter);
    is_hr(IAsyncReader_Length(s.reader, &total, NULL), S_OK);
    assert_int_equal(total, FILE_BYTES);
    is_hr(IAsyncReader_SyncRead(s.reader, 3000, 1000, data), S_OK);
    holds(data, 3000, 1000);
    is_hr(IAsyncReader_SyncRead(s.reader, 0, FILE_BYTES, data), S_OK);
    holds(data, 0, FILE_BYTES);
    is_hr(IAsyncReader_SyncRead(s.reader, FILE_BYTES - 10, 100, data), S_FALSE);
    holds(data, FILE_BYTES - 10, 10);
    is_hr(IAsyncReader_BeginFlush(s.reader), S_OK);
    is_hr(IAsyncReader_SyncRead(s.reader, 0, 10, data), VFW_E_WRONG_STATE);
    is_hr(IAsyncReader_EndFlush(s.reader), S_OK);
    is_hr(IAsyncReader_SyncRead(s.reader, 77, 10, data), S_OK);
    holds(data, 77, 10);
    subject_close(&s);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_types_by_bytes),
        cmocka_unit_test(test_the_type_given_counts),
        cmocka_unit_test(test_a_pipe_is_no_file),
        cmocka_unit_test(test_sync_read),
        cmocka_unit_test(test_aligned),
        cmocka_unit_test(test_a_preferred_allocator),
        cmocka_unit_test(test_a_file_that_grows_and_shrinks),
        cmocka_unit_test(test_a_file_that_vanishes),
        cmocka_unit_test(test_who_does_not_pull_is_refused),
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_the_reader_of_addresses),
    };
    reader_tests_run(tests);
}
