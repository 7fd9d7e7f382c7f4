/* SPDX-License-Identifier: MIT */
/* test_persist.c - IPersistStream of the graph: graph files opened and saved, and refused.
 *
 * Runs: one thread.  Argument: graph.stream of grf.py.
 */
#include <wchar.h>

#include "persist_test.h"

/* ---- streams ----------------------------------------------------------------------------- */

/* The text's bytes: ASCII as UTF-16. */
static IStream *stream_of_text(const char *text)
{
    size_t count = strlen(text);
    uint8_t *data = calloc(count, 2);
    IStream *stream;

    for (size_t i = 0; i < count; i++)
        data[2 * i] = (uint8_t)text[i];
    stream = stream_of(data, count * 2);
    free(data);
    return stream;
}

static HRESULT load_text(struct test_graph *g, const char *text)
{
    IStream *stream = stream_of_text(text);
    HRESULT hr = load(g, stream);

    IStream_Release(stream);
    return hr;
}

/* The saved text; the caller frees it. */
static uint8_t *save(struct test_graph *g, BOOL clear_dirty, size_t *ret_size)
{
    static const LARGE_INTEGER beginning = { .QuadPart = 0 };
    IPersistStream *persist = NULL;
    IStream *stream = stream_of("", 0);
    ULARGE_INTEGER most = { .QuadPart = 0 };
    STATSTG stat = { 0 };
    uint8_t *data;

    assert_hr(CALL(g->report, QueryInterface, &IID_IPersistStream, (void **)&persist), S_OK);
    assert_hr(IPersistStream_Save(persist, stream, clear_dirty), S_OK);
    assert_hr(IPersistStream_GetSizeMax(persist, &most), S_OK);
    IPersistStream_Release(persist);
    assert_hr(IStream_Stat(stream, &stat, STATFLAG_NONAME), S_OK);
    assert_true(stat.cbSize.QuadPart <= most.QuadPart);
    *ret_size = (size_t)stat.cbSize.QuadPart;
    data = malloc(*ret_size);
    assert_hr(IStream_Seek(stream, beginning, STREAM_SEEK_SET, NULL), S_OK);
    assert_hr(IStream_Read(stream, data, (ULONG)*ret_size, NULL), S_OK);
    IStream_Release(stream);
    return data;
}

static bool is_dirty(struct test_graph *g)
{
    IPersistStream *persist = NULL;
    HRESULT hr;

    assert_hr(CALL(g->report, QueryInterface, &IID_IPersistStream, (void **)&persist), S_OK);
    hr = IPersistStream_IsDirty(persist);
    IPersistStream_Release(persist);
    assert_true(hr == S_OK || hr == S_FALSE);
    return hr == S_OK;
}

static void report_holds(struct test_graph *g, const char *words)
{
    char *text = NULL;

    assert_hr(IGraphReport_GetLastReport(g->report, &text), S_OK);
    if (strstr(text, words) == NULL)
        fail_msg("\"%s\" is not in: %s", words, text);
    CoTaskMemFree(text);
}

/* ---- a class of foreign filters ---------------------------------------------------------- */

static const CLSID fake_class = {
    0x5f3a1c20, 0x1111, 0x4222, { 0x83, 0x33, 1, 2, 3, 4, 5, 6 }
};
#define FAKE_CLASS "{5F3A1C20-1111-4222-8333-010203040506}"
static struct fake_config fake_kind;

static HRESULT STDMETHODCALLTYPE factory_query(IClassFactory *face, REFIID iid, void **out)
{
    (void)iid;
    *out = face;
    return S_OK;
}

static ULONG STDMETHODCALLTYPE factory_count(IClassFactory *face)
{
    (void)face;
    return 1;
}

static HRESULT STDMETHODCALLTYPE factory_make(IClassFactory *face, IUnknown *outer, REFIID iid,
                                              void **out)
{
    struct fake_filter *fake = fake_filter_new(&fake_kind);
    HRESULT hr = fake->base.lpVtbl->QueryInterface(&fake->base, iid, out);

    (void)face;
    (void)outer;
    fake_release(fake);
    return hr;
}

static HRESULT STDMETHODCALLTYPE factory_lock(IClassFactory *face, BOOL lock)
{
    (void)face;
    (void)lock;
    return S_OK;
}

static const IClassFactoryVtbl factory_vtbl = {
    factory_query, factory_count, factory_count, factory_make, factory_lock,
};
static IClassFactory factory = { &factory_vtbl };

static DWORD fakes_register(const struct fake_config *kind)
{
    DWORD cookie = 0;

    fake_kind = *kind;
    fake_kind.clsid = &fake_class;
    assert_hr(CoRegisterClassObject(&fake_class, (IUnknown *)&factory, CLSCTX_INPROC_SERVER,
                                    REGCLS_MULTIPLEUSE, &cookie),
              S_OK);
    return cookie;
}

/* ---- opening and saving ------------------------------------------------------------------ */

static void a_file_in_graphedits_layout_opens(void **state)
{
    struct test_graph g;
    IStream *stream = stream_of(sample, sample_size);
    IBaseFilter *fx = NULL, *end = NULL;
    IPin *out = NULL, *peer = NULL;
    AM_MEDIA_TYPE type = { 0 };
    IRgOptions *options = NULL;
    PIN_INFO info;
    char value[32];

    (void)state;
    graph_open(&g);
    assert_hr(load(&g, stream), S_OK);
    assert_int_equal(graph_count(&g), 3);
    assert_hr(CALL(g.builder, FindFilterByName, L"fx", &fx), S_OK);
    assert_hr(CALL(g.builder, FindFilterByName, L"end \u00e9\U0001d11e", &end), S_OK);
    assert_hr(IBaseFilter_FindPin(fx, L"Out", &out), S_OK);
    assert_hr(IPin_ConnectedTo(out, &peer), S_OK);
    assert_hr(IPin_QueryPinInfo(peer, &info), S_OK);
    assert_ptr_equal(info.pFilter, end);
    IBaseFilter_Release(info.pFilter);
    assert_hr(IPin_ConnectionMediaType(out, &type), S_OK);
    assert_int_equal(((VIDEOINFOHEADER *)type.pbFormat)->bmiHeader.biWidth, 128);
    CoTaskMemFree(type.pbFormat);
    IBaseFilter_Release(fx);
    assert_hr(CALL(g.builder, FindFilterByName, L"picture source", &fx), S_OK);
    assert_hr(IBaseFilter_QueryInterface(fx, &IID_IRgOptions, (void **)&options), S_OK);
    assert_hr(IRgOptions_Get(options, "seconds", value, sizeof(value)), S_OK);
    assert_string_equal(value, "1");
    IRgOptions_Release(options);
    IPin_Release(out);
    IPin_Release(peer);
    IBaseFilter_Release(fx);
    IBaseFilter_Release(end);
    IStream_Release(stream);
    graph_close(&g);
}

static void what_is_saved_opens_as_the_same(void **state)
{
    struct test_graph g, h;
    IStream *stream = stream_of(sample, sample_size);
    uint8_t *first, *second;
    size_t first_size, second_size;

    (void)state;
    graph_open(&g);
    assert_hr(load(&g, stream), S_OK);
    IStream_Release(stream);
    first = save(&g, FALSE, &first_size);
    graph_close(&g);
    stream = stream_of(first, first_size);
    graph_open(&h);
    assert_hr(load(&h, stream), S_OK);
    IStream_Release(stream);
    second = save(&h, FALSE, &second_size);
    graph_close(&h);
    assert_int_equal(first_size, second_size);
    assert_memory_equal(first, second, first_size);
    assert_memory_equal(first, L"0", 1);
    free(first);
    free(second);
}

static void what_follows_the_text_is_left(void **state)
{
    static const LARGE_INTEGER here = { .QuadPart = 0 };
    struct test_graph g;
    IStream *stream = stream_of_text("0001 FILTERS CONNECTIONS ENDrest");
    ULARGE_INTEGER at = { .QuadPart = 0 };

    (void)state;
    graph_open(&g);
    assert_hr(load(&g, stream), VFW_E_CORRUPT_GRAPH_FILE);
    IStream_Release(stream);
    stream = stream_of_text("0001 FILTERS CONNECTIONS END rest");
    assert_hr(load(&g, stream), S_OK);
    assert_hr(IStream_Seek(stream, here, STREAM_SEEK_CUR, &at), S_OK);
    assert_int_equal(at.QuadPart, 2 * strlen("0001 FILTERS CONNECTIONS END"));
    IStream_Release(stream);
    graph_close(&g);
}

static void it_knows_whether_it_is_saved(void **state)
{
    struct test_graph g;
    struct fake_filter *fake;
    IStream *stream = stream_of(sample, sample_size);
    IBaseFilter *filter = NULL;
    IRgOptions *options = NULL;
    IPersistStream *persist = NULL;
    CLSID clsid;
    size_t size;

    (void)state;
    graph_open(&g);
    assert_false(is_dirty(&g));
    assert_hr(load(&g, stream), S_OK);
    assert_false(is_dirty(&g));
    assert_hr(CALL(g.builder, FindFilterByName, L"fx", &filter), S_OK);
    assert_hr(IBaseFilter_QueryInterface(filter, &IID_IRgOptions, (void **)&options), S_OK);
    assert_hr(IRgOptions_Set(options, "alpha", "true"), S_OK);
    assert_true(is_dirty(&g));
    free(save(&g, FALSE, &size));
    assert_true(is_dirty(&g));
    free(save(&g, TRUE, &size));
    assert_false(is_dirty(&g));
    fake = fake_filter_new(&(struct fake_config){ .clsid = &fake_class });
    assert_hr(CALL(g.builder, AddFilter, &fake->base, L"x"), S_OK);
    fake_release(fake);
    assert_true(is_dirty(&g));
    assert_hr(CALL(g.report, QueryInterface, &IID_IPersistStream, (void **)&persist), S_OK);
    assert_hr(IPersistStream_GetClassID(persist, &clsid), S_OK);
    assert_true(IsEqualCLSID(&clsid, &CLSID_FilterGraph));
    assert_hr(IPersistStream_Load(persist, NULL), E_POINTER);
    assert_hr(IPersistStream_Save(persist, NULL, TRUE), E_POINTER);
    assert_hr(IPersistStream_GetSizeMax(persist, NULL), E_POINTER);
    IPersistStream_Release(persist);
    IRgOptions_Release(options);
    IBaseFilter_Release(filter);
    IStream_Release(stream);
    graph_close(&g);
}

/* ---- refused ----------------------------------------------------------------------------- */

#define TYPE_NONE                                                                              \
    " {00000000-0000-0000-0000-000000000000} {00000000-0000-0000-0000-000000000000} 0 0 "      \
    "0000000000 {00000000-0000-0000-0000-000000000000} 0000000000 \r\n"

static void a_class_that_is_missing_is_named(void **state)
{
    struct test_graph g;
    struct fake_filter *old = fake_filter_new(&(struct fake_config){ .name = "old" });
    LONG before = 0, after = 0;

    (void)state;
    graph_open(&g);
    assert_hr(CALL(g.builder, AddFilter, &old->base, L"old"), S_OK);
    assert_hr(IGraphVersion_QueryVersion(g.version, &before), S_OK);
    assert_hr(load_text(&g, "0003\r\nFILTERS\r\n0001 \"AVI Splitter\" "
                            "{7E9D0C21-5B3A-4F60-9D1E-0A2B3C4D5E6F} 0000000000 \r\n"
                            "CONNECTIONS\r\nEND"),
              REGDB_E_CLASSNOTREG);
    report_holds(&g, "AVI Splitter");
    report_holds(&g, "{7E9D0C21-5B3A-4F60-9D1E-0A2B3C4D5E6F}");
    assert_hr(IGraphVersion_QueryVersion(g.version, &after), S_OK);
    assert_int_equal(before, after);
    assert_int_equal(graph_count(&g), 1);
    fake_release(old);
    graph_close(&g);
}

static void a_connection_that_fails_takes_all_back(void **state)
{
    static const struct fake_config kind = {
        .inputs = 1, .outputs = 1, .in_types = "A", .out_types = "B", .name = "fake"
    };
    static const char file[] = "0003 FILTERS 0001 \"a\" " FAKE_CLASS " 0000000000 \r\n"
                               "0002 \"b\" " FAKE_CLASS " 0000000000 \r\n"
                               "0003 \"c\" " FAKE_CLASS " 0000000000 \r\n"
                               "CONNECTIONS 0001 \"out0\" 0002 \"in0\"" TYPE_NONE "END";
    DWORD cookie = fakes_register(&kind);
    struct test_graph g;

    (void)state;
    graph_open(&g);
    assert_hr(load_text(&g, file), VFW_E_NO_ACCEPTABLE_TYPES);
    report_holds(&g, "a.out0 does not connect to b.in0");
    assert_int_equal(graph_count(&g), 0);
    assert_int_equal(fake_filters_alive(), 0);
    fake_kind.out_types = "A";
    assert_hr(load_text(&g, file), S_OK);
    assert_int_equal(graph_count(&g), 3);
    /* once more: three others, under other names */
    assert_hr(load_text(&g, file), S_OK);
    assert_int_equal(graph_count(&g), 6);
    graph_close(&g);
    assert_hr(CoRevokeClassObject(cookie), S_OK);
}

static void connections_without_sense_are_refused(void **state)
{
    static const struct fake_config kind = {
        .inputs = 1, .outputs = 1, .in_types = "A", .out_types = "A", .name = "fake"
    };
#define TWO                                                                                    \
    "0003 FILTERS 0001 \"a\" " FAKE_CLASS " 0000000000 \r\n"                                   \
    "0002 \"b\" " FAKE_CLASS " 0000000000 \r\nCONNECTIONS "
    DWORD cookie = fakes_register(&kind);
    struct test_graph g;

    (void)state;
    graph_open(&g);
    assert_hr(load_text(&g, TWO "0001 \"out0\" 0002 \"in0\"" TYPE_NONE
                                "0002 \"out0\" 0001 \"in0\"" TYPE_NONE "END"),
              VFW_E_CIRCULAR_GRAPH);
    assert_hr(load_text(&g, TWO "0001 \"in0\" 0002 \"in0\"" TYPE_NONE "END"),
              VFW_E_INVALID_DIRECTION);
    report_holds(&g, "from a.in0 to b.in0, but the first is no output");
    assert_hr(load_text(&g, "0003 FILTERS 0001 \"a\" " FAKE_CLASS " 0000000000 \r\n"
                            "0002 \"b\" " FAKE_CLASS " 0000000000 \r\n"
                            "0003 \"c\" " FAKE_CLASS " 0000000000 \r\n"
                            "CONNECTIONS 0001 \"out0\" 0003 \"in7\"" TYPE_NONE
                            "0002 \"out0\" 0003 \"in0\"" TYPE_NONE "END"),
              VFW_E_NOT_FOUND);
    report_holds(&g, "\"c\", has no pin \"in7\"");
    report_holds(&g, "its inputs: \"in0\"");
    assert_hr(load_text(&g, TWO "0001 \"out0\" 0007 \"in0\"" TYPE_NONE "END"),
              VFW_E_CORRUPT_GRAPH_FILE);
    assert_int_equal(graph_count(&g), 0);
    assert_hr(CALL(g.control, Run), S_OK);
    assert_hr(load_text(&g, TWO "END"), VFW_E_NOT_STOPPED);
    assert_hr(CALL(g.control, Stop), S_OK);
    /* a state for a filter that takes none */
    assert_hr(load_text(&g, "0002 FILTERS 0007 \"a\" " FAKE_CLASS " 0000000002 x CONNECTIONS "
                            "CLOCK 0 0000 END"),
              VFW_S_SOME_DATA_IGNORED);
    graph_close(&g);
    assert_int_equal(fake_filters_alive(), 0);
    assert_hr(CoRevokeClassObject(cookie), S_OK);
}

static void peer_is(struct test_graph *g, const WCHAR *filter_name, const WCHAR *pin_id,
                    const WCHAR *wanted)
{
    IBaseFilter *filter = NULL;
    IPin *pin = NULL, *peer = NULL;
    PIN_INFO pin_info;
    FILTER_INFO info;
    WCHAR *id = NULL, got[300];

    assert_hr(CALL(g->builder, FindFilterByName, filter_name, &filter), S_OK);
    assert_hr(IBaseFilter_FindPin(filter, pin_id, &pin), S_OK);
    assert_hr(IPin_ConnectedTo(pin, &peer), S_OK);
    assert_hr(IPin_QueryPinInfo(peer, &pin_info), S_OK);
    assert_hr(IBaseFilter_QueryFilterInfo(pin_info.pFilter, &info), S_OK);
    assert_hr(IPin_QueryId(peer, &id), S_OK);
    (void)swprintf(got, 300, L"%ls.%ls", info.achName, id);
    if (wcscmp(got, wanted) != 0)
        fail_msg("%ls.%ls is connected to %ls, not to %ls", filter_name, pin_id, got, wanted);
    CoTaskMemFree(id);
    IFilterGraph_Release(info.pGraph);
    IBaseFilter_Release(pin_info.pFilter);
    IPin_Release(peer);
    IPin_Release(pin);
    IBaseFilter_Release(filter);
}

/* Whatever the order of the connections is: numbers go up, and no pin that is named is given away. */
static void pins_of_other_names_are_taken_in_turn(void **state)
{
    static const struct fake_config kind = {
        .inputs = 3, .outputs = 3, .in_types = "A", .out_types = "A", .name = "fake"
    };
    static const char *const links[] = {
        "0001 \"Stream 12\" 0002 \"in2\"" TYPE_NONE,
        "0001 \"out0\" 0002 \"input pin\"" TYPE_NONE,
        "0001 \"Stream 4\" 0002 \"Input 01\"" TYPE_NONE,
    };
    static const unsigned orders[][3] = { { 0, 1, 2 }, { 2, 1, 0 }, { 1, 2, 0 }, { 0, 2, 1 } };
    DWORD cookie = fakes_register(&kind);

    (void)state;
    for (unsigned i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
        struct test_graph g;
        char text[4096];

        (void)snprintf(text, sizeof(text),
                       "0003 FILTERS 0001 \"a\" " FAKE_CLASS " 0000000000 \r\n"
                       "0002 \"b\" " FAKE_CLASS " 0000000000 \r\nCONNECTIONS %s%s%s END",
                       links[orders[i][0]], links[orders[i][1]], links[orders[i][2]]);
        graph_open(&g);
        assert_hr(load_text(&g, text), S_OK);
        peer_is(&g, L"a", L"out0", L"b.in1");
        peer_is(&g, L"a", L"out1", L"b.in0");
        peer_is(&g, L"a", L"out2", L"b.in2");
        graph_close(&g);
    }
    assert_int_equal(fake_filters_alive(), 0);
    assert_hr(CoRevokeClassObject(cookie), S_OK);
}

static void what_is_no_graph_file_is_refused(void **state)
{
    static const char *const bad[] = {
        "",
        "x",
        "0003",
        "0003 FILTERS",
        "0003 FILTERS CONNECTIONS",
        "0003 FILTERS CONNECTIONS EN",
        "0003 FILTERS 0001 \"a",
        "0003 FILTERS 0001 \"a\" {7E9D0C21",
        "0003 CONNECTIONS END",
        "0003 FILTERS 0001 \"a\" " FAKE_CLASS " 9999999999 ",
        "0003 FILTERS 0001 \"a\" " FAKE_CLASS " 0000000004 ",
        "0003 FILTERS 0001 \"a\" " FAKE_CLASS " 0 0001 \"a\" " FAKE_CLASS " 0 CONNECTIONS END",
        "0003 FILTERS CONNECTIONS CLOCK 1 0001 END",
        "99999999999 FILTERS CONNECTIONS END",
    };
    struct test_graph g;

    (void)state;
    graph_open(&g);
    for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        if (load_text(&g, bad[i]) != VFW_E_CORRUPT_GRAPH_FILE)
            fail_msg("taken: %s", bad[i]);
    report_holds(&g, "can't be read");
    assert_hr(load_text(&g, "0004 FILTERS CONNECTIONS END"), VFW_E_INVALID_FILE_VERSION);
    assert_hr(load_text(&g, "0 FILTERS CONNECTIONS END"), VFW_E_INVALID_FILE_VERSION);
    assert_hr(load_text(&g, "1\tFILTERS\nCONNECTIONS\r\n\r\n END"), S_OK);
    graph_close(&g);
}

/* ---- the clock --------------------------------------------------------------------------- */

static void clock_is(struct test_graph *g, const char *words)
{
    size_t size = 0;
    uint8_t *data = save(g, FALSE, &size);
    char text[4096] = "";

    assert_true(size / 2 < sizeof(text));
    for (size_t i = 0; i < size / 2; i++)
        text[i] = (char)data[2 * i];
    if (strstr(text, words) == NULL)
        fail_msg("\"%s\" is not in: %s", words, text);
    free(data);
}

static void the_clock_is_kept(void **state)
{
    static const struct fake_config kind = { .name = "fake", .has_clock = true };
    static const char file[] = "0003 FILTERS 0001 \"a\" " FAKE_CLASS " 0 CONNECTIONS "
                               "CLOCK 1 0001 END";
    DWORD cookie = fakes_register(&kind);
    IReferenceClock *clock = NULL, *own = NULL;
    IBaseFilter *filter = NULL;
    struct test_graph g;

    (void)state;
    graph_open(&g);
    clock_is(&g, "CLOCK 0 {00000000-0000-0000-0000-000000000000}");
    assert_hr(load_text(&g, file), S_OK);
    assert_hr(CALL(g.builder, FindFilterByName, L"a", &filter), S_OK);
    assert_hr(IBaseFilter_QueryInterface(filter, &IID_IReferenceClock, (void **)&own), S_OK);
    assert_hr(IMediaFilter_GetSyncSource(g.filter, &clock), S_OK);
    assert_ptr_equal(clock, own);
    clock_is(&g, "CLOCK 1 0001 ");
    assert_hr(load_text(&g, "0003 FILTERS CONNECTIONS CLOCK 1 "
                            "{00000000-0000-0000-0000-000000000000} END"),
              S_OK);
    clock_is(&g, "CLOCK 1 {00000000-0000-0000-0000-000000000000}");
    IReferenceClock_Release(clock);
    assert_hr(IMediaFilter_GetSyncSource(g.filter, &clock), S_OK);
    assert_null(clock);
    assert_hr(load_text(&g, "0003 FILTERS CONNECTIONS CLOCK 1 "
                            "{E436EBB1-524F-11CE-9F53-0020AF0BA770} END"),
              S_OK); /* CLSID_SystemClock */
    assert_hr(IMediaFilter_GetSyncSource(g.filter, &clock), S_OK);
    assert_non_null(clock);
    assert_hr(load_text(&g, "0003 FILTERS 0001 \"b\" " FAKE_CLASS " 0 CONNECTIONS CLOCK 1 "
                            "{7E9D0C21-5B3A-4F60-9D1E-0A2B3C4D5E6F} END"),
              REGDB_E_CLASSNOTREG);
    assert_int_equal(graph_count(&g), 1);
    IReferenceClock_Release(clock);
    IReferenceClock_Release(own);
    IBaseFilter_Release(filter);
    graph_close(&g);
    assert_hr(CoRevokeClassObject(cookie), S_OK);
}

static void a_stream_that_is_full_is_told(void **state)
{
    static const WCHAR path[] = L"/tmp/regraft-test-persist.bin"; /* never written */
    IStorage *root = NULL;
    IStream *stream = NULL;
    IPersistStream *persist = NULL;
    struct test_graph g;

    (void)state;
    graph_open(&g);
    assert_hr(StgCreateDocfile(
                  path, STGM_CREATE | STGM_TRANSACTED | STGM_READWRITE | STGM_SHARE_EXCLUSIVE,
                  0, &root),
              S_OK);
    assert_hr(
        IStorage_CreateStream(root, L"s", STGM_WRITE | STGM_SHARE_EXCLUSIVE, 0, 0, &stream),
        S_OK);
    IStorage_Release(root); /* the stream is gone with it */
    assert_hr(CALL(g.report, QueryInterface, &IID_IPersistStream, (void **)&persist), S_OK);
    assert_hr(IPersistStream_Save(persist, stream, TRUE), STG_E_REVERTED);
    assert_hr(IPersistStream_Load(persist, stream), STG_E_ACCESSDENIED);
    IStream_Release(stream);
    IPersistStream_Release(persist);
    graph_close(&g);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_in_graphedits_layout_opens),
        cmocka_unit_test(what_is_saved_opens_as_the_same),
        cmocka_unit_test(what_follows_the_text_is_left),
        cmocka_unit_test(it_knows_whether_it_is_saved),
        cmocka_unit_test(a_class_that_is_missing_is_named),
        cmocka_unit_test(a_connection_that_fails_takes_all_back),
        cmocka_unit_test(connections_without_sense_are_refused),
        cmocka_unit_test(pins_of_other_names_are_taken_in_turn),
        cmocka_unit_test(what_is_no_graph_file_is_refused),
        cmocka_unit_test(the_clock_is_kept),
        cmocka_unit_test(a_stream_that_is_full_is_told),
    };

    if (argc != 2)
        return 2;
    sample_path = argv[1];
    return cmocka_run_group_tests(tests, sample_read, sample_free);
}
