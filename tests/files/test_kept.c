/* SPDX-License-Identifier: MIT */
/* test_kept.c - what a file writer and a multiplexer were told outlives IPersistStream, also within a graph
 * file.
 *
 * Runs: the test's thread.
 */
#include "files_test.h"

#define PATH L"/tmp/some where \\ else.bin"

/* ---- what is told, and what is there -------------------------------------------------------- */

static void tell_mux(IBaseFilter *mux)
{
    REFERENCE_TIME interleave = 9007199254740993, preroll = 1000000;
    RG_AUTO(IConfigInterleaving) order = NULL;
    RG_AUTO(IConfigAviMux) avi = NULL;

    is_hr(IBaseFilter_QueryInterface(mux, &IID_IConfigInterleaving, (void **)&order), S_OK);
    is_hr(IBaseFilter_QueryInterface(mux, &IID_IConfigAviMux, (void **)&avi), S_OK);
    is_hr(IConfigInterleaving_put_Mode(order, INTERLEAVE_NONE), S_OK);
    is_hr(IConfigInterleaving_put_Interleaving(order, &interleave, &preroll), S_OK);
    is_hr(IConfigAviMux_SetMasterStream(avi, 0), S_OK);
    is_hr(IConfigAviMux_SetOutputCompatibilityIndex(avi, FALSE), S_OK);
}

static void was_told_mux(IBaseFilter *mux)
{
    REFERENCE_TIME interleave = 0, preroll = 0;
    RG_AUTO(IConfigInterleaving) order = NULL;
    RG_AUTO(IConfigAviMux) avi = NULL;
    InterleavingMode mode = INTERLEAVE_FULL;
    LONG master = 7;
    BOOL old = TRUE;

    is_hr(IBaseFilter_QueryInterface(mux, &IID_IConfigInterleaving, (void **)&order), S_OK);
    is_hr(IBaseFilter_QueryInterface(mux, &IID_IConfigAviMux, (void **)&avi), S_OK);
    is_hr(IConfigInterleaving_get_Mode(order, &mode), S_OK);
    is_hr(IConfigInterleaving_get_Interleaving(order, &interleave, &preroll), S_OK);
    is_hr(IConfigAviMux_GetMasterStream(avi, &master), S_OK);
    is_hr(IConfigAviMux_GetOutputCompatibilityIndex(avi, &old), S_OK);
    assert_int_equal(mode, INTERLEAVE_NONE);
    assert_true(interleave == 9007199254740993);
    assert_true(preroll == 1000000);
    assert_int_equal(master, 0);
    assert_int_equal(old, FALSE);
}

static void tell_writer(IBaseFilter *writer)
{
    RG_AUTO(IFileSinkFilter2) file = NULL;

    is_hr(IBaseFilter_QueryInterface(writer, &IID_IFileSinkFilter2, (void **)&file), S_OK);
    is_hr(IFileSinkFilter2_SetFileName(file, PATH, NULL), S_OK);
    is_hr(IFileSinkFilter2_SetMode(file, AM_FILE_OVERWRITE), S_OK);
}

static void writer_has(IBaseFilter *writer, const wchar_t *path, DWORD mode)
{
    RG_AUTO(IFileSinkFilter2) file = NULL;
    LPOLESTR name = NULL;
    DWORD its = 9;

    is_hr(IBaseFilter_QueryInterface(writer, &IID_IFileSinkFilter2, (void **)&file), S_OK);
    is_hr(IFileSinkFilter2_GetCurFile(file, &name, NULL), S_OK);
    is_hr(IFileSinkFilter2_GetMode(file, &its), S_OK);
    assert_non_null(name);
    assert_true(wcscmp(name, path) == 0);
    assert_int_equal(its, mode);
    CoTaskMemFree(name);
}

static void was_told_writer(IBaseFilter *writer)
{
    writer_has(writer, PATH, AM_FILE_OVERWRITE);
}

/* ---- saved and loaded ------------------------------------------------------------------------ */

static IPersistStream *persist_of(void *object)
{
    IPersistStream *persist = NULL;

    is_hr(IUnknown_QueryInterface((IUnknown *)object, &IID_IPersistStream, (void **)&persist),
          S_OK);
    return persist;
}

static void rewind_stream(IStream *stream)
{
    is_hr(IStream_Seek(stream, (LARGE_INTEGER){ .QuadPart = 0 }, STREAM_SEEK_SET, NULL), S_OK);
}

static IStream *stream_new(const char *text)
{
    IStream *stream = NULL;

    is_hr(CreateStreamOnHGlobal(NULL, TRUE, &stream), S_OK);
    is_hr(IStream_Write(stream, text, (ULONG)strlen(text), NULL), S_OK);
    rewind_stream(stream);
    return stream;
}

static const struct kind {
    const CLSID *clsid;
    void (*tell)(IBaseFilter *filter);
    void (*was_told)(IBaseFilter *filter);
} kinds[] = {
    { &CLSID_AviDest, tell_mux, was_told_mux },
    { &CLSID_FileWriter, tell_writer, was_told_writer },
};

static void test_a_filter_keeps_what_it_was_told(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        RG_AUTO(IBaseFilter) told = filter_named(kinds[i].clsid);
        RG_AUTO(IBaseFilter) other = filter_named(kinds[i].clsid);
        RG_AUTO(IPersistStream) from = persist_of(told);
        RG_AUTO(IPersistStream) to = persist_of(other);
        RG_AUTO(IStream) stream = stream_new("");
        ULARGE_INTEGER most = { .QuadPart = 0 }, at = { .QuadPart = 0 };

        is_hr(IPersistStream_IsDirty(from), S_FALSE);
        kinds[i].tell(told);
        is_hr(IPersistStream_IsDirty(from), S_OK);
        is_hr(IPersistStream_GetSizeMax(from, &most), S_OK);
        is_hr(IPersistStream_Save(from, stream, TRUE), S_OK);
        is_hr(IStream_Seek(stream, (LARGE_INTEGER){ .QuadPart = 0 }, STREAM_SEEK_CUR, &at),
              S_OK);
        assert_true(at.QuadPart <= most.QuadPart);
        is_hr(IPersistStream_IsDirty(from), S_FALSE);
        rewind_stream(stream);
        is_hr(IPersistStream_Load(to, stream), S_OK);
        is_hr(IPersistStream_IsDirty(to), S_FALSE);
        kinds[i].was_told(other);
    }
}

static IBaseFilter *member(struct player *p, const wchar_t *name)
{
    IBaseFilter *filter = NULL;

    is_hr(IFilterGraph3_FindFilterByName(p->graph, name, &filter), S_OK);
    IBaseFilter_Release(filter); /* the graph's */
    return filter;
}

/* The caller frees it: no stream may outlive the graph. */
static char *graph_save(struct player *p, ULONG *ret_bytes)
{
    RG_AUTO(IPersistStream) persist = persist_of(p->graph);
    RG_AUTO(IStream) stream = stream_new("");
    STATSTG stat;
    char *data;

    is_hr(IPersistStream_Save(persist, stream, TRUE), S_OK);
    is_hr(IStream_Stat(stream, &stat, STATFLAG_NONAME), S_OK);
    *ret_bytes = (ULONG)stat.cbSize.QuadPart;
    data = malloc(*ret_bytes);
    assert_non_null(data);
    rewind_stream(stream);
    is_hr(IStream_Read(stream, data, *ret_bytes, NULL), S_OK);
    return data;
}

static void graph_load(struct player *p, const char *data, ULONG bytes)
{
    RG_AUTO(IPersistStream) persist = persist_of(p->graph);
    RG_AUTO(IStream) stream = stream_new("");

    is_hr(IStream_Write(stream, data, bytes, NULL), S_OK);
    rewind_stream(stream);
    is_hr(IPersistStream_Load(persist, stream), S_OK);
    is_hr(IPersistStream_IsDirty(persist), S_FALSE);
}

static void test_a_graph_keeps_it(void **state)
{
    struct player p;
    ULONG bytes;
    char *data;

    (void)state;
    player_open(&p, NULL);
    tell_mux(player_add(&p, &CLSID_AviDest, L"mux"));
    tell_writer(player_add(&p, &CLSID_FileWriter, L"writer"));
    data = graph_save(&p, &bytes);
    player_close(&p);
    player_open(&p, NULL);
    graph_load(&p, data, bytes);
    was_told_mux(member(&p, L"mux"));
    was_told_writer(member(&p, L"writer"));
    player_close(&p);
    free(data);
}

/* What was saved before any of it was kept, and a name that somebody else gave. */
static void test_old_data(void **state)
{
    RG_AUTO(IBaseFilter) writer = filter_named(&CLSID_FileWriter);
    RG_AUTO(IPersistStream) persist = persist_of(writer);
    RG_AUTO(IStream) stream = stream_new("regraft options 0\n");

    (void)state;
    tell_writer(writer);
    is_hr(IPersistStream_Load(persist, stream), S_OK);
    writer_has(writer, PATH, 0);
}

static void test_what_is_wrong_changes_nothing(void **state)
{
    static const struct wrong {
        size_t kind;
        const char *text;
        HRESULT hr;
    } all[] = {
        { 0, "regraft options 13\ninterleave=0\n", E_INVALIDARG },
        { 0, "regraft options 13\npreroll=soon\n", E_INVALIDARG },
        { 0, "regraft options 13\ninterleaving=\n", VFW_E_INVALID_FILE_FORMAT },
        { 0, "regraft options 14\ninterleaving=\n", E_INVALIDARG },
        { 0, "regraft options 13\nmaster=90000\n", E_INVALIDARG },
        { 0, "regraft options 15\noverwrite=true\n", VFW_E_NOT_FOUND },
        { 0, "regraft options 7\npath=x\n", VFW_E_NOT_FOUND },
        { 1, "regraft options 9\nmaster=0\n", VFW_E_NOT_FOUND },
        { 1, "regraft options 15\npath=x\nmaster=0\n", VFW_E_INVALID_FILE_FORMAT },
        { 1, "regraft options 16\npath=x\nmaster=0\n", VFW_E_NOT_FOUND },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(all); i++) {
        const struct kind *kind = &kinds[all[i].kind];
        RG_AUTO(IBaseFilter) filter = filter_named(kind->clsid);
        RG_AUTO(IPersistStream) persist = persist_of(filter);
        RG_AUTO(IStream) stream = stream_new(all[i].text);
        RG_AUTO(IStream) saved = stream_new("");

        kind->tell(filter);
        is_hr(IPersistStream_Save(persist, saved, TRUE), S_OK);
        is_hr(IPersistStream_Load(persist, stream), all[i].hr);
        is_hr(IPersistStream_IsDirty(persist), S_FALSE);
        kind->was_told(filter);
    }
}

/* Nothing of a filter that works is exchanged; what is the same already may be. */
static void test_while_it_is_not_stopped(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        RG_AUTO(IBaseFilter) filter = filter_named(kinds[i].clsid);
        RG_AUTO(IPersistStream) persist = persist_of(filter);
        RG_AUTO(IStream) same = stream_new("");
        RG_AUTO(IStream)
        other = stream_new(i == 0 ? "regraft options 0\n" : "regraft options 7\npath=x\n");

        kinds[i].tell(filter);
        is_hr(IPersistStream_Save(persist, same, TRUE), S_OK);
        rewind_stream(same);
        is_hr(IBaseFilter_Pause(filter), S_OK);
        is_hr(IPersistStream_Load(persist, other),
              i == 0 ? VFW_E_WRONG_STATE : VFW_E_NOT_STOPPED);
        is_hr(IPersistStream_Load(persist, same), S_OK);
        kinds[i].was_told(filter);
        is_hr(IBaseFilter_Stop(filter), S_OK);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_filter_keeps_what_it_was_told),
        cmocka_unit_test(test_a_graph_keeps_it),
        cmocka_unit_test(test_old_data),
        cmocka_unit_test(test_what_is_wrong_changes_nothing),
        cmocka_unit_test(test_while_it_is_not_stopped),
    };
    int failed;

    if (FAILED(CoInitializeEx(NULL, COINIT_MULTITHREADED)))
        return 1;
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    CoUninitialize();
    return failed;
}
