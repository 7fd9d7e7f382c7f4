/* SPDX-License-Identifier: MIT */
/* test_look_up.c - which source reads a file name: ours that opens containers first, File Source (Async) for what
 * it does not know. */
#include "files_test.h"

#include <unistd.h>

static const CLSID clsid_demux = {
    0x43d70b5e, 0x8f61, 0x4c92, { 0xae, 0x15, 0x7a, 0x06, 0xc9, 0x32, 0xe8, 0xb4 }
};

static const char *text_file(void)
{
    const char *path = file_path("text.txt");

    file_write(path, "nothing that plays, but something to read\n", 42);
    return path;
}

static void is_class(IBaseFilter *filter, const CLSID *clsid)
{
    CLSID its;

    is_hr(IBaseFilter_GetClassID(filter, &its), S_OK);
    assert_true(IsEqualCLSID(&its, clsid));
}

static unsigned count_filters(struct player *p)
{
    RG_AUTO(IEnumFilters) all = NULL;
    IBaseFilter *filter = NULL;
    unsigned n = 0;

    is_hr(IFilterGraph3_EnumFilters(p->graph, &all), S_OK);
    while (IEnumFilters_Next(all, 1, &filter, NULL) == S_OK) {
        IBaseFilter_Release(filter);
        n++;
    }
    return n;
}

static void test_containers_go_the_fast_road(void **state)
{
    IBaseFilter *source = NULL;
    struct player p;

    (void)state;
    player_open(&p, NULL);
    is_hr(IFilterGraph3_AddSourceFilter(p.graph, wide(clip_of("mp4")), L"clip", &source), S_OK);
    is_class(source, &clsid_demux);
    IBaseFilter_Release(source);
    player_close(&p);
}

static void test_what_nobody_knows_is_bytes(void **state)
{
    RG_AUTO(IAsyncReader) reader = NULL;
    IBaseFilter *source = NULL;
    char text[8] = { 0 };
    struct player p;

    (void)state;
    player_open(&p, NULL);
    is_hr(IFilterGraph3_AddSourceFilter(p.graph, wide(text_file()), L"text", &source), S_OK);
    is_class(source, &CLSID_AsyncReader);
    is_hr(IPin_QueryInterface(pin_of(source, PINDIR_OUTPUT, 0), &IID_IAsyncReader,
                              (void **)&reader),
          S_OK);
    is_hr(IAsyncReader_SyncRead(reader, 0, 7, (BYTE *)text), S_OK);
    assert_string_equal(text, "nothing");
    (void)IAsyncReader_Release(RG_STEAL(&reader));
    IBaseFilter_Release(source);
    /* but it does not play, and nothing of the attempt stays */
    is_hr(IFilterGraph3_RenderFile(p.graph, wide(text_file()), NULL), VFW_E_UNKNOWN_FILE_TYPE);
    assert_int_equal(count_filters(&p), 1);
    player_close(&p);
}

/* libavformat knows the file, but there is no picture or sound in it. */
static void test_nothing_to_show(void **state)
{
    static const char srt[] = "1\n00:00:00,000 --> 00:00:02,000\nwords\n\n";
    const char *path = file_path("words.srt");
    IBaseFilter *source = NULL;
    struct player p;

    (void)state;
    file_write(path, srt, sizeof(srt) - 1);
    player_open(&p, NULL);
    is_hr(IFilterGraph3_RenderFile(p.graph, wide(path), NULL), VFW_E_UNKNOWN_FILE_TYPE);
    assert_int_equal(count_filters(&p), 0);
    /* as any file that nobody plays it can be read */
    is_hr(IFilterGraph3_AddSourceFilter(p.graph, wide(path), L"words", &source), S_OK);
    is_class(source, &CLSID_AsyncReader);
    IBaseFilter_Release(source);
    player_close(&p);
}

static void test_what_is_not_there(void **state)
{
    static const wchar_t *const names[] = { L"/no/such/file", L"file:///no/such/file",
                                            L"/no/such/file.avi", L"C:/no/such" };
    IBaseFilter *source = (void *)1;
    struct player p;

    (void)state;
    player_open(&p, NULL);
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        is_hr(IFilterGraph3_AddSourceFilter(p.graph, names[i], L"x", &source), VFW_E_NOT_FOUND);
        assert_null(source);
        is_hr(IFilterGraph3_RenderFile(p.graph, names[i], NULL), VFW_E_NOT_FOUND);
    }
    is_hr(IFilterGraph3_AddSourceFilter(p.graph, L"nosuchprotocol://x/y", L"x", &source),
          VFW_E_CANNOT_LOAD_SOURCE_FILTER);
    is_hr(IFilterGraph3_AddSourceFilter(p.graph, NULL, L"x", &source), E_POINTER);
    assert_int_equal(count_filters(&p), 0);
    player_close(&p);
}

/* Where the bytes say nothing, the ending does. */
static void test_endings(void **state)
{
    const char *path = file_path("text.m1v");
    RG_AUTO(IFileSourceFilter) file = NULL;
    IBaseFilter *source = NULL;
    AM_MEDIA_TYPE type;
    LPOLESTR name = NULL;
    struct player p;

    (void)state;
    file_write(path, "nothing that plays, but something to read\n", 42);
    player_open(&p, NULL);
    is_hr(IFilterGraph3_AddSourceFilter(p.graph, wide(path), L"text", &source), S_OK);
    is_class(source, &CLSID_AsyncReader);
    is_hr(IBaseFilter_QueryInterface(source, &IID_IFileSourceFilter, (void **)&file), S_OK);
    is_hr(IFileSourceFilter_GetCurFile(file, &name, &type), S_OK);
    assert_true(IsEqualGUID(&type.subtype, &MEDIASUBTYPE_MPEG1Video));
    rg_type_clear(&type);
    CoTaskMemFree(name);
    (void)IFileSourceFilter_Release(RG_STEAL(&file));
    IBaseFilter_Release(source);
    player_close(&p);
    (void)unlink(path);
}

/* The name of a file: address is its path. */
static void test_file_addresses(void **state)
{
    IBaseFilter *source = NULL;
    char address[600];
    struct player p;

    (void)state;
    player_open(&p, NULL);
    (void)snprintf(address, sizeof(address), "file://%s", text_file());
    is_hr(IFilterGraph3_AddSourceFilter(p.graph, wide(address), L"text", &source), S_OK);
    is_class(source, &CLSID_AsyncReader);
    IBaseFilter_Release(source);
    player_close(&p);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_containers_go_the_fast_road),
        cmocka_unit_test(test_what_nobody_knows_is_bytes),
        cmocka_unit_test(test_nothing_to_show),
        cmocka_unit_test(test_what_is_not_there),
        cmocka_unit_test(test_endings),
        cmocka_unit_test(test_file_addresses),
    };
    int failed;

    if (FAILED(CoInitializeEx(NULL, COINIT_MULTITHREADED)))
        return 1;
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    (void)unlink(file_path("text.txt"));
    CoUninitialize();
    return failed;
}
