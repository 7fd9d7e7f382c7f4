/* SPDX-License-Identifier: MIT */
/* test_writer.c - File Writer and AVI Mux: bytes at their places, IStream, full disks, files that are read back. */
#include "feeder.h"
#include "files_test.h"

#include <sched.h>
#include <unistd.h>

#include "media/sample.h"
#include "platform/memory.h"

#define DISK_FULL HRESULT_FROM_WIN32(ERROR_DISK_FULL)

static const CLSID clsid_demux = {
    0x43d70b5e, 0x8f61, 0x4c92, { 0xae, 0x15, 0x7a, 0x06, 0xc9, 0x32, 0xe8, 0xb4 }
};

/* ---- File Writer by itself ----------------------------------------------------------------- */

/* A file writer whose input is fed by the test. */
struct subject {
    struct player p;
    IBaseFilter *filter;
    IFileSinkFilter2 *file;
    IStream *stream;
    IMemInputPin *input;
    IMemAllocator *allocator;
};

static void subject_open(struct subject *s, const char *path)
{
    const AM_MEDIA_TYPE bytes = { .majortype = MEDIATYPE_Stream,
                                  .subtype = MEDIASUBTYPE_NULL,
                                  .formattype = FORMAT_None };
    ALLOCATOR_PROPERTIES wanted = { 2, 4096, 1, 0 }, actual;

    memset(s, 0, sizeof(*s));
    player_open(&s->p, NULL);
    s->filter = player_add(&s->p, &CLSID_FileWriter, L"writer");
    is_hr(IBaseFilter_QueryInterface(s->filter, &IID_IFileSinkFilter2, (void **)&s->file),
          S_OK);
    is_hr(IPin_QueryInterface(pin_of(s->filter, PINDIR_INPUT, 0), &IID_IStream,
                              (void **)&s->stream),
          S_OK);
    is_hr(IPin_QueryInterface(pin_of(s->filter, PINDIR_INPUT, 0), &IID_IMemInputPin,
                              (void **)&s->input),
          S_OK);
    is_hr(rg_allocator_create(NULL, &IID_IMemAllocator, (void **)&s->allocator), S_OK);
    is_hr(IMemAllocator_SetProperties(s->allocator, &wanted, &actual), S_OK);
    is_hr(IMemAllocator_Commit(s->allocator), S_OK);
    if (path != NULL)
        is_hr(IFileSinkFilter2_SetFileName(s->file, wide(path), NULL), S_OK);
    is_hr(IPin_ReceiveConnection(pin_of(s->filter, PINDIR_INPUT, 0), &feeder, &bytes), S_OK);
}

static void subject_close(struct subject *s)
{
    (void)IBaseFilter_Stop(s->filter);
    is_hr(IMemAllocator_Decommit(s->allocator), S_OK);
    IMemAllocator_Release(s->allocator);
    IMemInputPin_Release(s->input);
    IStream_Release(s->stream);
    IFileSinkFilter2_Release(s->file);
    player_close(&s->p);
}

/* at < 0: without times. */
static HRESULT send(struct subject *s, LONGLONG at, const char *text)
{
    REFERENCE_TIME start = at, stop = at + (LONGLONG)strlen(text);
    IMediaSample *sample = NULL;
    BYTE *data;
    HRESULT hr;

    is_hr(IMemAllocator_GetBuffer(s->allocator, &sample, NULL, NULL, 0), S_OK);
    is_hr(IMediaSample_GetPointer(sample, &data), S_OK);
    memcpy(data, text, strlen(text));
    is_hr(IMediaSample_SetActualDataLength(sample, (LONG)strlen(text)), S_OK);
    if (at >= 0)
        is_hr(IMediaSample_SetTime(sample, &start, &stop), S_OK);
    hr = IMemInputPin_Receive(s->input, sample);
    IMediaSample_Release(sample);
    return hr;
}

static void file_holds(const char *path, const char *text)
{
    size_t bytes;
    uint8_t *data = file_read(path, &bytes);

    assert_int_equal(bytes, strlen(text));
    assert_memory_equal(data, text, bytes);
    free(data);
}

static void test_samples_lie_where_their_times_say(void **state)
{
    const char *path = file_path("places");
    struct subject s;

    (void)state;
    file_write(path, "what was there before", 21);
    subject_open(&s, path);
    is_hr(IFileSinkFilter2_SetMode(s.file, AM_FILE_OVERWRITE), S_OK);
    is_hr(IBaseFilter_Pause(s.filter), S_OK);
    is_hr(send(&s, 4, "efgh"), S_OK); /* paused: it does not wait */
    is_hr(IBaseFilter_Run(s.filter, 0), S_OK);
    is_hr(send(&s, 0, "abcd"), S_OK);
    is_hr(send(&s, -1, "ijkl"), S_OK); /* where the file ends */
    is_hr(send(&s, 2, "CD"), S_OK);
    is_hr(IBaseFilter_Stop(s.filter), S_OK);
    is_hr(send(&s, 0, "late"), VFW_E_WRONG_STATE);
    file_holds(path, "abCDefghijkl");
    subject_close(&s);
    (void)unlink(path);
}

static void test_modes(void **state)
{
    const char *path = file_path("modes");
    struct subject s;
    DWORD mode = 9;
    LPOLESTR name = NULL;

    (void)state;
    file_write(path, "0123456789", 10);
    subject_open(&s, NULL);
    assert_true(FAILED(IBaseFilter_Pause(s.filter))); /* it has no name */
    is_hr(IFileSinkFilter2_GetCurFile(s.file, &name, NULL), S_OK);
    assert_null(name);
    is_hr(IFileSinkFilter2_SetFileName(s.file, NULL, NULL), E_POINTER);
    is_hr(IFileSinkFilter2_SetFileName(s.file, wide(path), NULL), S_OK);
    is_hr(IFileSinkFilter2_GetCurFile(s.file, &name, NULL), S_OK);
    assert_true(wcscmp(name, wide(path)) == 0);
    CoTaskMemFree(name);
    is_hr(IFileSinkFilter2_GetMode(s.file, NULL), E_POINTER);
    is_hr(IFileSinkFilter2_GetMode(s.file, &mode), S_OK);
    assert_int_equal(mode, 0);
    is_hr(IFileSinkFilter2_SetMode(s.file, 6), E_INVALIDARG);
    is_hr(IBaseFilter_Run(s.filter, 0), S_OK);
    is_hr(IFileSinkFilter2_SetFileName(s.file, wide(path), NULL), VFW_E_NOT_STOPPED);
    is_hr(send(&s, 0, "ab"), S_OK);
    is_hr(IBaseFilter_Stop(s.filter), S_OK);
    file_holds(path, "ab23456789"); /* the rest stays */
    is_hr(IFileSinkFilter2_SetMode(s.file, AM_FILE_OVERWRITE), S_OK);
    is_hr(IFileSinkFilter2_GetMode(s.file, &mode), S_OK);
    assert_int_equal(mode, AM_FILE_OVERWRITE);
    is_hr(IBaseFilter_Run(s.filter, 0), S_OK);
    is_hr(send(&s, 0, "ab"), S_OK);
    is_hr(IBaseFilter_Stop(s.filter), S_OK);
    file_holds(path, "ab");
    is_hr(IFileSinkFilter2_SetFileName(s.file, L"/no/such/folder/file", NULL), S_OK);
    is_hr(IBaseFilter_Pause(s.filter), HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND));
    subject_close(&s);
    (void)unlink(path);
}

/* Nothing is opened before there is something to write; then the name has to be there. */
static void test_connected_while_paused(void **state)
{
    const AM_MEDIA_TYPE bytes = { .majortype = MEDIATYPE_Stream,
                                  .subtype = MEDIASUBTYPE_NULL,
                                  .formattype = FORMAT_None };
    const char *path = file_path("paused");
    RG_AUTO(IBaseFilter) writer = filter_named(&CLSID_FileWriter);
    RG_AUTO(IFileSinkFilter) file = NULL;
    IPin *in = pin_of(writer, PINDIR_INPUT, 0);

    (void)state;
    is_hr(IBaseFilter_QueryInterface(writer, &IID_IFileSinkFilter, (void **)&file), S_OK);
    is_hr(IBaseFilter_Pause(writer), S_OK);
    is_hr(IPin_ReceiveConnection(in, &feeder, &bytes), VFW_E_NOT_FOUND);
    is_hr(IBaseFilter_Stop(writer), S_OK);
    is_hr(IFileSinkFilter_SetFileName(file, wide(path), NULL), S_OK);
    is_hr(IBaseFilter_Pause(writer), S_OK);
    assert_int_not_equal(access(path, F_OK), 0);
    is_hr(IPin_ReceiveConnection(in, &feeder, &bytes), S_OK);
    assert_int_equal(access(path, F_OK), 0);
    is_hr(IBaseFilter_Stop(writer), S_OK);
    (void)unlink(path);
}

static LARGE_INTEGER move(LONGLONG by)
{
    return (LARGE_INTEGER){ .QuadPart = by };
}

static void test_stream(void **state)
{
    const char *path = file_path("stream");
    ULARGE_INTEGER at = { .QuadPart = 77 };
    STATSTG stat;
    char text[16] = { 0 };
    ULONG done = 0;
    struct subject s;

    (void)state;
    subject_open(&s, NULL);
    is_hr(IStream_Write(s.stream, "x", 1, &done), VFW_E_NOT_FOUND);
    is_hr(IFileSinkFilter2_SetFileName(s.file, wide(path), NULL), S_OK);
    is_hr(IFileSinkFilter2_SetMode(s.file, AM_FILE_OVERWRITE), S_OK);
    for (int turn = 0; turn < 2; turn++) { /* while it runs, and while it is stopped */
        if (turn == 0)
            is_hr(IBaseFilter_Run(s.filter, 0), S_OK);
        else
            is_hr(IBaseFilter_Stop(s.filter), S_OK);
        is_hr(IStream_Seek(s.stream, move(0), STREAM_SEEK_SET, NULL), S_OK);
        is_hr(IStream_Write(s.stream, "hello world", 11, &done), S_OK);
        assert_int_equal(done, 11);
        is_hr(IStream_Seek(s.stream, move(-5), STREAM_SEEK_CUR, &at), S_OK);
        assert_int_equal(at.QuadPart, 6);
        is_hr(IStream_Read(s.stream, text, 3, &done), S_OK);
        assert_memory_equal(text, "wor", 3);
        is_hr(IStream_Read(s.stream, text, 9, &done), S_FALSE);
        assert_int_equal(done, 2);
        is_hr(IStream_Seek(s.stream, move(-1), STREAM_SEEK_END, &at), S_OK);
        assert_int_equal(at.QuadPart, 10);
        is_hr(IStream_Write(s.stream, "D", 1, NULL), S_OK);
        is_hr(IStream_Stat(s.stream, &stat, STATFLAG_NONAME), S_OK);
        assert_int_equal(stat.cbSize.QuadPart, 11);
        assert_int_equal(stat.type, STGTY_STREAM);
        at.QuadPart = 8;
        is_hr(IStream_SetSize(s.stream, at), S_OK);
        is_hr(IStream_Stat(s.stream, &stat, STATFLAG_NONAME), S_OK);
        assert_int_equal(stat.cbSize.QuadPart, 8);
        is_hr(IStream_Commit(s.stream, 0), S_OK);
    }
    file_holds(path, "hello wo");
    is_hr(IStream_Seek(s.stream, move(-1), STREAM_SEEK_SET, NULL), STG_E_INVALIDFUNCTION);
    is_hr(IStream_Seek(s.stream, move(0), 3, NULL), STG_E_INVALIDFUNCTION);
    is_hr(IStream_Seek(s.stream, move(INT64_MAX), STREAM_SEEK_CUR, NULL),
          STG_E_INVALIDFUNCTION);
    is_hr(IStream_Read(s.stream, NULL, 1, NULL), E_POINTER);
    is_hr(IStream_Write(s.stream, NULL, 1, NULL), E_POINTER);
    is_hr(IStream_Stat(s.stream, NULL, 0), E_POINTER);
    {
        /* one identity: back to the pin */
        RG_AUTO(IPin) pin = NULL;

        is_hr(IStream_QueryInterface(s.stream, &IID_IPin, (void **)&pin), S_OK);
        assert_ptr_equal(pin, pin_of(s.filter, PINDIR_INPUT, 0));
    }
    subject_close(&s);
    (void)unlink(path);
}

static void test_full_disk(void **state)
{
    LONG_PTR why = 0;
    struct subject s;

    (void)state;
    if (access("/dev/full", W_OK) != 0)
        skip();
    subject_open(&s, "/dev/full");
    is_hr(IBaseFilter_Run(s.filter, 0), S_OK);
    is_hr(send(&s, 0, "more"), DISK_FULL);
    if (player_wait(&s.p, &why) == EC_COMPLETE) /* of Run: nobody is connected */
        assert_int_equal(player_wait(&s.p, &why), EC_ERRORABORT);
    is_hr(why, DISK_FULL);
    assert_true(FAILED(send(&s, 0, "more")));
    subject_close(&s);
}

/* ---- AVI Mux ------------------------------------------------------------------------------- */

struct recording {
    struct player p;
    IBaseFilter *source, *mux, *writer;
};

/* The streams of the source that is in the graph into an AVI file, as they are. */
static void record(struct recording *r, const char *path)
{
    RG_AUTO(IFileSinkFilter) to = NULL;
    IPin *pin;

    r->mux = player_add(&r->p, &CLSID_AviDest, L"mux");
    r->writer = player_add(&r->p, &CLSID_FileWriter, L"writer");
    is_hr(IBaseFilter_QueryInterface(r->writer, &IID_IFileSinkFilter, (void **)&to), S_OK);
    is_hr(IFileSinkFilter_SetFileName(to, wide(path), NULL), S_OK);
    is_hr(IFilterGraph3_ConnectDirect(r->p.graph, pin_of(r->mux, PINDIR_OUTPUT, 0),
                                      pin_of(r->writer, PINDIR_INPUT, 0), NULL),
          S_OK);
    for (unsigned i = 0; (pin = pin_of(r->source, PINDIR_OUTPUT, i)) != NULL; i++) {
        assert_non_null(pin_of(r->mux, PINDIR_INPUT, i)); /* one is always free */
        is_hr(
            IFilterGraph3_ConnectDirect(r->p.graph, pin, pin_of(r->mux, PINDIR_INPUT, i), NULL),
            S_OK);
    }
}

static void recording_open(struct recording *r, const char *clip, const char *path)
{
    RG_AUTO(IFileSourceFilter) from = NULL;

    player_open(&r->p, NULL);
    r->source = player_add(&r->p, &clsid_demux, L"source");
    is_hr(IBaseFilter_QueryInterface(r->source, &IID_IFileSourceFilter, (void **)&from), S_OK);
    is_hr(IFileSourceFilter_Load(from, wide(clip), NULL), S_OK);
    record(r, path);
}

struct taken {
    unsigned n, samples[MOST_HEARD];
    uint64_t hash[MOST_HEARD];
};

static void play_back(const char *path, struct taken *ret)
{
    struct player p;

    player_open(&p, hasher_new());
    is_hr(IFilterGraph3_RenderFile(p.graph, wide(path), NULL), S_OK);
    player_play(&p);
    memset(ret, 0, sizeof(*ret));
    ret->n = heard.n;
    for (unsigned i = 0; i < heard.n; i++) {
        ret->samples[i] = atomic_load(&heard.input[i].samples);
        ret->hash[i] = heard.input[i].hash;
    }
    player_close(&p);
}

static void same_pictures(const char *a, const char *b)
{
    struct taken of_a, of_b;

    play_back(a, &of_a);
    play_back(b, &of_b);
    assert_int_equal(of_a.n, of_b.n);
    assert_true(of_a.samples[0] > 0);
    assert_int_equal(of_a.samples[0], of_b.samples[0]);
    assert_true(of_a.hash[0] == of_b.hash[0]);
}

static void test_a_file_is_muxed(void **state)
{
    const char *path = file_path("muxed.avi");
    struct recording r;

    (void)state;
    recording_open(&r, clip_of("avi"), path);
    player_play(&r.p);
    player_close(&r.p);
    same_pictures(clip_of("avi"), path);
    recording_open(&r, clip_of("avi"), path); /* over the former */
    player_play(&r.p);
    player_close(&r.p);
    same_pictures(clip_of("avi"), path);
    (void)unlink(path);
}

/* As our own muxer makes it, to the last byte. */
static void test_the_same_bytes_as_our_muxer(void **state)
{
    static const CLSID clsid_mux = {
        0x96ab1f04, 0x2c7e, 0x4b38, { 0x85, 0xd9, 0x0f, 0x64, 0xb3, 0x1a, 0x5c, 0xe7 }
    };
    const char *path = file_path("through.avi"), *direct = file_path("direct.avi");
    RG_AUTO(IFileSinkFilter) to = NULL;
    RG_AUTO(IFileSourceFilter) from = NULL;
    IBaseFilter *source, *mux;
    size_t a_bytes, b_bytes;
    struct recording r;
    struct player p;
    uint8_t *a, *b;

    (void)state;
    recording_open(&r, clip_of("avi"), path);
    player_play(&r.p);
    player_close(&r.p);
    player_open(&p, NULL);
    source = player_add(&p, &clsid_demux, L"source");
    mux = player_add(&p, &clsid_mux, L"mux");
    is_hr(IBaseFilter_QueryInterface(source, &IID_IFileSourceFilter, (void **)&from), S_OK);
    is_hr(IFileSourceFilter_Load(from, wide(clip_of("avi")), NULL), S_OK);
    is_hr(IBaseFilter_QueryInterface(mux, &IID_IFileSinkFilter, (void **)&to), S_OK);
    is_hr(IFileSinkFilter_SetFileName(to, wide(direct), NULL), S_OK);
    for (unsigned i = 0; i < 2; i++)
        is_hr(IFilterGraph3_ConnectDirect(p.graph, pin_of(source, PINDIR_OUTPUT, i),
                                          pin_of(mux, PINDIR_INPUT, i), NULL),
              S_OK);
    player_play(&p);
    (void)IFileSinkFilter_Release(RG_STEAL(&to));
    (void)IFileSourceFilter_Release(RG_STEAL(&from));
    player_close(&p);
    a = file_read(path, &a_bytes);
    b = file_read(direct, &b_bytes);
    assert_int_equal(a_bytes, b_bytes);
    assert_memory_equal(a, b, a_bytes);
    free(a);
    free(b);
    (void)unlink(path);
    (void)unlink(direct);
}

static void wait_for_a_sample(IPin *in)
{
    IRgLink *link;
    RG_LEDGER ledger = { 0 };

    is_hr(IPin_QueryInterface(in, &IID_IRgLink, (void **)&link), S_OK);
    while (ledger.samples < 2) { /* the second one comes when the first is through */
        sched_yield();
        is_hr(IRgLink_GetLedger(link, &ledger), S_OK);
    }
    IRgLink_Release(link);
}

/* Stopped in the middle: File Writer is stopped first, and the index is written all the same. */
static void test_a_recording_that_is_stopped(void **state)
{
    const char *path = file_path("stopped.avi");
    IBaseFilter *disk;
    struct recording r;
    struct taken got;

    (void)state;
    player_open(&r.p, NULL);
    disk = player_add_disk(&r.p, clip_of("avi"));
    r.source = player_add(&r.p, &CLSID_AviSplitter, L"source");
    is_hr(IFilterGraph3_ConnectDirect(r.p.graph, pin_of(disk, PINDIR_OUTPUT, 0),
                                      pin_of(r.source, PINDIR_INPUT, 0), NULL),
          S_OK);
    record(&r, path);
    disk_hang_from(disk_bytes() * 2 / 3);
    assert_true(SUCCEEDED(IMediaControl_Run(r.p.control)));
    disk_wait_inside();
    for (unsigned i = 0; i < 2; i++) /* what is still on its way is not recorded */
        wait_for_a_sample(pin_of(r.mux, PINDIR_INPUT, i));
    is_hr(IMediaControl_Stop(r.p.control), S_OK);
    disk_hang_from(INT64_MAX);
    player_close(&r.p);
    play_back(path, &got);
    assert_true(got.samples[0] > 0);
    assert_true(got.samples[0] < 50);
    assert_true(got.samples[1] > 0);
    (void)unlink(path);
}

static void test_a_full_disk_below(void **state)
{
    struct recording r;
    LONG_PTR why = 0;

    (void)state;
    if (access("/dev/full", W_OK) != 0)
        skip();
    recording_open(&r, clip_of("avi"), "/dev/full");
    assert_true(SUCCEEDED(IMediaControl_Run(r.p.control)));
    assert_int_equal(player_wait(&r.p, &why), EC_ERRORABORT);
    is_hr(why, DISK_FULL);
    (void)IMediaControl_Stop(r.p.control);
    player_close(&r.p);
}

static void test_without_a_writer(void **state)
{
    struct recording r;

    (void)state;
    recording_open(&r, clip_of("avi"), file_path("none.avi"));
    is_hr(IFilterGraph3_RemoveFilter(r.p.graph, r.writer), S_OK);
    assert_true(SUCCEEDED(IMediaControl_Run(r.p.control)));
    assert_int_equal(player_wait(&r.p, NULL), EC_ERRORABORT);
    player_close(&r.p);
}

static void test_what_avi_does_not_take(void **state)
{
    static const GUID nothing = { 0x12345678, 1, 1, { 1 } };
    AM_MEDIA_TYPE type = { .majortype = MEDIATYPE_Video,
                           .subtype = nothing,
                           .formattype = FORMAT_None };
    IBaseFilter *mux;
    struct player p;

    (void)state;
    player_open(&p, NULL);
    mux = player_add(&p, &CLSID_AviDest, L"mux");
    is_hr(IPin_QueryAccept(pin_of(mux, PINDIR_INPUT, 0), &type), S_FALSE);
    assert_true(SUCCEEDED(IBaseFilter_Pause(mux)));
    is_hr(IBaseFilter_Stop(mux), S_OK);
    player_close(&p);
}

/* Not interleaved: still a file, with everything in it. */
static void test_without_interleaving(void **state)
{
    const char *path = file_path("heaps.avi");
    RG_AUTO(IConfigInterleaving) order = NULL;
    struct recording r;

    (void)state;
    recording_open(&r, clip_of("avi"), path);
    is_hr(IBaseFilter_QueryInterface(r.mux, &IID_IConfigInterleaving, (void **)&order), S_OK);
    is_hr(IConfigInterleaving_put_Mode(order, INTERLEAVE_NONE), S_OK);
    (void)IConfigInterleaving_Release(RG_STEAL(&order));
    player_play(&r.p);
    player_close(&r.p);
    same_pictures(clip_of("avi"), path);
    (void)unlink(path);
}

/* Whatever allocation fails, nothing is left of the filter. */
static void test_memory(void **state)
{
    static const CLSID *const classes[] = { &CLSID_AviDest, &CLSID_FileWriter,
                                            &CLSID_AviSplitter };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(classes); i++) {
        bool failed = true;

        for (unsigned n = 1; failed; n++) {
            IBaseFilter *filter = NULL;
            HRESULT hr;

            rg_fault_arm(n);
            hr = CoCreateInstance(classes[i], NULL, CLSCTX_INPROC_SERVER, &IID_IBaseFilter,
                                  (void **)&filter);
            failed = rg_fault_disarm();
            is_hr(hr, failed ? E_OUTOFMEMORY : S_OK);
            if (filter != NULL)
                assert_int_equal(IBaseFilter_Release(filter), 0);
            assert_int_equal(rg_live_objects(NULL, NULL), 0);
        }
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_samples_lie_where_their_times_say),
        cmocka_unit_test(test_modes),
        cmocka_unit_test(test_connected_while_paused),
        cmocka_unit_test(test_stream),
        cmocka_unit_test(test_full_disk),
        cmocka_unit_test(test_a_file_is_muxed),
        cmocka_unit_test(test_the_same_bytes_as_our_muxer),
        cmocka_unit_test(test_a_recording_that_is_stopped),
        cmocka_unit_test(test_a_full_disk_below),
        cmocka_unit_test(test_without_a_writer),
        cmocka_unit_test(test_what_avi_does_not_take),
        cmocka_unit_test(test_without_interleaving),
        cmocka_unit_test(test_memory),
    };
    int failed;

    if (FAILED(CoInitializeEx(NULL, COINIT_MULTITHREADED)))
        return 1;
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    CoUninitialize();
    return failed;
}
