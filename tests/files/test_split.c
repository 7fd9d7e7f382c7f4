/* SPDX-License-Identifier: MIT */
/* test_split.c - splitters behind File Source (Async): the same pictures and sound as through our own source,
 * whatever the file, a seek or a Stop does. */
#include "files_test.h"

#include <unistd.h>

#define SECOND INT64_C(10000000)

static const CLSID clsid_split = {
    0x2f9c83d1, 0x60b7, 0x4e15, { 0x9d, 0x4a, 0x31, 0xe8, 0x07, 0x5b, 0xc2, 0x6f }
};
static const CLSID clsid_demux = {
    0x43d70b5e, 0x8f61, 0x4c92, { 0xae, 0x15, 0x7a, 0x06, 0xc9, 0x32, 0xe8, 0xb4 }
};
static const CLSID clsid_wave = {
    0xd51bd5a1, 0x7548, 0x11cf, { 0xa5, 0x20, 0x00, 0x80, 0xc7, 0x7e, 0xf5, 0x8a }
};

struct result {
    unsigned n, samples[MOST_HEARD];
    uint64_t hash[MOST_HEARD];
    int64_t first[MOST_HEARD];
};

static void result_take(struct result *r)
{
    memset(r, 0, sizeof(*r));
    r->n = heard.n;
    for (unsigned i = 0; i < heard.n; i++) {
        r->samples[i] = atomic_load(&heard.input[i].samples);
        r->hash[i] = heard.input[i].hash;
        r->first[i] = atomic_load(&heard.input[i].first);
    }
    while (r->n > 0 && r->samples[r->n - 1] == 0)
        r->n--; /* the input that is always free */
}

static void same(const struct result *a, const struct result *b)
{
    assert_int_equal(a->n, b->n);
    assert_in_range(a->n, 1, MOST_HEARD);
    for (unsigned i = 0; i < a->n; i++) {
        assert_int_equal(a->samples[i], b->samples[i]);
        assert_true(a->samples[i] > 0);
        assert_int_equal(a->first[i], b->first[i]);
        assert_true(a->hash[i] == b->hash[i]);
    }
}

static void seek(struct player *p, LONGLONG at)
{
    is_hr(IMediaSeeking_SetPositions(p->seeking, &at, AM_SEEKING_AbsolutePositioning, NULL,
                                     AM_SEEKING_NoPositioning),
          S_OK);
}

/* Plays so many times, each time from the beginning. */
static void play_times(struct player *p, struct result *runs, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        if (i > 0)
            seek(p, 0);
        player_play(p);
        result_take(&runs[i]);
    }
}

/* Through our own source, which reads the file itself. */
static void directly(const char *path, struct result *runs, unsigned n)
{
    struct player p;

    player_open(&p, hasher_new());
    is_hr(IFilterGraph3_RenderFile(p.graph, wide(path), NULL), S_OK);
    play_times(&p, runs, n);
    player_close(&p);
}

/* The filter of that class in the graph. */
static IBaseFilter *find_class(struct player *p, const CLSID *clsid)
{
    RG_AUTO(IEnumFilters) all = NULL;
    IBaseFilter *filter = NULL;
    CLSID its;

    is_hr(IFilterGraph3_EnumFilters(p->graph, &all), S_OK);
    while (IEnumFilters_Next(all, 1, &filter, NULL) == S_OK) {
        is_hr(IBaseFilter_GetClassID(filter, &its), S_OK);
        IBaseFilter_Release(filter);
        if (IsEqualCLSID(&its, clsid))
            return filter;
    }
    return NULL;
}

/* ---- the same comes out -------------------------------------------------------------------- */

static void comes_out_the_same(const char *kind, const CLSID *splitter)
{
    const char *path = clip_of(kind);
    struct result direct[2], pulled[2];
    struct player p;

    directly(path, direct, 2);
    player_open(&p, hasher_new());
    render_all(&p, player_add_reader(&p, path));
    assert_non_null(find_class(&p, splitter));
    assert_null(find_class(&p, &clsid_demux));
    play_times(&p, pulled, 2);
    same(&direct[0], &pulled[0]);
    same(&direct[1], &pulled[1]);
    player_close(&p);
}

static void test_avi(void **state)
{
    (void)state;
    comes_out_the_same("avi", &CLSID_AviSplitter);
}

static void test_wave(void **state)
{
    (void)state;
    comes_out_the_same("wav", &clsid_wave);
}

static void test_mpeg(void **state)
{
    (void)state;
    comes_out_the_same("mpg", &CLSID_MPEG1Splitter);
}

static void test_mp4(void **state)
{
    (void)state;
    comes_out_the_same("mp4", &clsid_split);
}

/* Our own source takes a reader too. */
static void test_demux_takes_bytes(void **state)
{
    struct result direct, pulled;
    IBaseFilter *reader, *demux;
    struct player p;

    (void)state;
    directly(clip_of("mp4"), &direct, 1);
    player_open(&p, hasher_new());
    reader = player_add_reader(&p, clip_of("mp4"));
    demux = player_add(&p, &clsid_demux, L"demux");
    is_hr(IFilterGraph3_ConnectDirect(p.graph, pin_of(reader, PINDIR_OUTPUT, 0),
                                      pin_of(demux, PINDIR_INPUT, 0), NULL),
          S_OK);
    render_all(&p, demux);
    player_play(&p);
    result_take(&pulled);
    same(&direct, &pulled);
    player_close(&p);
}

/* Connect, where Render has a goal of its own choice. */
static void test_connect_finds_the_way(void **state)
{
    struct result direct, pulled;
    IBaseFilter *reader;
    struct player p;

    (void)state;
    directly(clip_of("wav"), &direct, 1);
    player_open(&p, hasher_new());
    reader = player_add_reader(&p, clip_of("wav"));
    is_hr(IFilterGraph3_Connect(p.graph, pin_of(reader, PINDIR_OUTPUT, 0),
                                pin_of(p.hasher, PINDIR_INPUT, 0)),
          S_OK);
    player_play(&p);
    result_take(&pulled);
    same(&direct, &pulled);
    player_close(&p);
}

/* ---- pins ----------------------------------------------------------------------------------- */

static HRESULT join(struct player *p, IBaseFilter *reader, IBaseFilter *splitter)
{
    return IFilterGraph3_ConnectDirect(p->graph, pin_of(reader, PINDIR_OUTPUT, 0),
                                       pin_of(splitter, PINDIR_INPUT, 0), NULL);
}

static void test_outputs_come_and_go(void **state)
{
    IBaseFilter *reader, *splitter;
    PIN_INFO info;
    struct player p;

    (void)state;
    player_open(&p, NULL);
    reader = player_add_reader(&p, clip_of("avi"));
    splitter = player_add(&p, &CLSID_AviSplitter, L"split");
    for (int turn = 0; turn < 3; turn++) {
        assert_null(pin_of(splitter, PINDIR_OUTPUT, 0));
        is_hr(join(&p, reader, splitter), S_OK);
        is_hr(IPin_QueryPinInfo(pin_of(splitter, PINDIR_OUTPUT, 0), &info), S_OK);
        IBaseFilter_Release(info.pFilter);
        assert_true(wcscmp(info.achName, L"Video 0") == 0);
        is_hr(IPin_QueryPinInfo(pin_of(splitter, PINDIR_OUTPUT, 1), &info), S_OK);
        IBaseFilter_Release(info.pFilter);
        assert_true(wcscmp(info.achName, L"Audio 0") == 0);
        assert_null(pin_of(splitter, PINDIR_OUTPUT, 2));
        is_hr(IFilterGraph3_Disconnect(p.graph, pin_of(splitter, PINDIR_INPUT, 0)), S_OK);
        is_hr(IFilterGraph3_Disconnect(p.graph, pin_of(reader, PINDIR_OUTPUT, 0)), S_OK);
    }
    player_close(&p);
}

/* The way on from the outputs stays when the bytes go, for more of the same kind. */
static void test_the_road_outlasts_the_bytes(void **state)
{
    struct result direct, pulled;
    IBaseFilter *reader, *other, *splitter;
    struct player p;

    (void)state;
    directly(clip_of("avi"), &direct, 1);
    player_open(&p, hasher_new());
    reader = player_add_reader(&p, clip_of("avi"));
    render_all(&p, reader);
    splitter = find_class(&p, &CLSID_AviSplitter);
    is_hr(IFilterGraph3_Disconnect(p.graph, pin_of(splitter, PINDIR_INPUT, 0)), S_OK);
    is_hr(IFilterGraph3_Disconnect(p.graph, pin_of(reader, PINDIR_OUTPUT, 0)), S_OK);
    assert_non_null(pin_of(splitter, PINDIR_OUTPUT, 1));
    other = player_add_reader(&p, clip_of("wav"));
    assert_true(FAILED(join(&p, other, splitter)));
    is_hr(join(&p, reader, splitter), S_OK);
    player_play(&p);
    result_take(&pulled);
    same(&direct, &pulled);
    is_hr(IFilterGraph3_RemoveFilter(p.graph, reader), S_OK);
    player_close(&p); /* nothing is left of the road either */
}

static void test_each_splitter_takes_its_own(void **state)
{
    AM_MEDIA_TYPE unknown = { .majortype = MEDIATYPE_Stream, .formattype = FORMAT_None };
    RG_AUTO(IFileSourceFilter) file = NULL;
    IBaseFilter *reader, *splitter;
    struct player p;

    (void)state;
    player_open(&p, NULL);
    reader = player_add_reader(&p, clip_of("wav"));
    splitter = player_add(&p, &CLSID_AviSplitter, L"split");
    assert_true(FAILED(join(&p, reader, splitter)));
    is_hr(IBaseFilter_QueryInterface(reader, &IID_IFileSourceFilter, (void **)&file), S_OK);
    /* nobody says what it is: the splitter looks */
    is_hr(IFileSourceFilter_Load(file, wide(clip_of("wav")), &unknown), S_OK);
    assert_true(FAILED(join(&p, reader, splitter)));
    is_hr(IFileSourceFilter_Load(file, wide(clip_of("avi")), &unknown), S_OK);
    is_hr(join(&p, reader, splitter), S_OK);
    is_hr(IFileSourceFilter_Load(file, wide(clip_of("avi")), NULL), VFW_E_ALREADY_CONNECTED);
    (void)IFileSourceFilter_Release(RG_STEAL(&file));
    player_close(&p);
}

/* ---- bad files ------------------------------------------------------------------------------ */

static void test_garbage(void **state)
{
    const char *path = file_path("garbage");
    uint8_t data[20000];
    struct player p;

    (void)state;
    for (size_t i = 0; i < sizeof(data); i++)
        data[i] = (uint8_t)(i * 2654435761u >> 13);
    memcpy(data, "RIFF\0\1\0\0AVI LIST", 16); /* well begun */
    for (int turn = 0; turn < 2; turn++) {
        file_write(path, data, sizeof(data));
        player_open(&p, hasher_new());
        is_hr(IFilterGraph3_Render(p.graph,
                                   pin_of(player_add_reader(&p, path), PINDIR_OUTPUT, 0)),
              VFW_E_CANNOT_RENDER);
        player_close(&p);
        memset(data, 'x', 16); /* not at all */
    }
    (void)unlink(path);
}

/* Cut files play as far as they go, in both ways alike. */
static void test_cut_files(void **state)
{
    static const char *const names[] = { "avi", "mpg", "wav" };
    const char *path = file_path("cut");

    (void)state;
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        struct result direct, pulled;
        struct player p;
        size_t bytes;
        uint8_t *data = file_read(clip_of(names[i]), &bytes);

        file_write(path, data, bytes * 2 / 3);
        free(data);
        directly(path, &direct, 1);
        player_open(&p, hasher_new());
        render_all(&p, player_add_reader(&p, path));
        player_play(&p);
        result_take(&pulled);
        same(&direct, &pulled);
        player_close(&p);
    }
    (void)unlink(path);
}

/* ---- seeking -------------------------------------------------------------------------------- */

static void test_seeking(void **state)
{
    struct result direct, pulled;
    LONGLONG duration = 0, other = 0;
    struct player p;

    (void)state;
    player_open(&p, hasher_new());
    is_hr(IFilterGraph3_RenderFile(p.graph, wide(clip_of("mp4")), NULL), S_OK);
    is_hr(IMediaSeeking_GetDuration(p.seeking, &duration), S_OK);
    seek(&p, SECOND);
    player_play(&p);
    result_take(&direct);
    player_close(&p);

    player_open(&p, hasher_new());
    render_all(&p, player_add_reader(&p, clip_of("mp4")));
    is_hr(IMediaSeeking_GetDuration(p.seeking, &other), S_OK);
    assert_int_equal(duration, other);
    seek(&p, SECOND);
    player_play(&p);
    result_take(&pulled);
    same(&direct, &pulled);
    /* while it plays, again and again: each one interrupts a read */
    assert_true(SUCCEEDED(IMediaControl_Run(p.control)));
    for (int i = 0; i < 30; i++)
        seek(&p, i % 2 == 0 ? SECOND : 0);
    seek(&p, SECOND);
    assert_int_equal(player_wait(&p, NULL), EC_COMPLETE);
    player_close(&p);
}

/* ---- a disk that hangs ---------------------------------------------------------------------- */

static void test_stop_while_the_disk_hangs(void **state)
{
    IBaseFilter *reader;
    struct result direct, pulled;
    struct player p;

    (void)state;
    directly(clip_of("avi"), &direct, 1);
    player_open(&p, hasher_new());
    reader = player_add_disk(&p, clip_of("avi"));
    render_all(&p, reader);
    for (int turn = 0; turn < 3; turn++) {
        disk_hang_from(disk_bytes() / 2);
        seek(&p, 0);
        assert_true(SUCCEEDED(IMediaControl_Run(p.control)));
        disk_wait_inside();
        is_hr(IMediaControl_Stop(p.control), S_OK); /* it hangs still */
    }
    disk_hang_from(INT64_MAX);
    seek(&p, 0);
    player_play(&p);
    result_take(&pulled);
    same(&direct, &pulled);
    player_close(&p);
}

/* ---- edits ---------------------------------------------------------------------------------- */

/* The link that bytes are pulled through is not one that an edit can touch while it is in use. */
static void test_edits_leave_it_alone(void **state)
{
    RG_AUTO(IGraphConfig) config = NULL;
    RG_AUTO(IGraphEdit) edit = NULL;
    IBaseFilter *reader, *splitter, *other;
    struct player p;

    (void)state;
    player_open(&p, hasher_new());
    reader = player_add_disk(&p, clip_of("avi"));
    render_all(&p, reader);
    splitter = find_class(&p, &CLSID_AviSplitter);
    is_hr(IFilterGraph3_QueryInterface(p.graph, &IID_IGraphConfig, (void **)&config), S_OK);
    disk_hang_from(disk_bytes() / 2);
    assert_true(SUCCEEDED(IMediaControl_Run(p.control)));
    disk_wait_inside(); /* in the middle of the stream */
    assert_true(
        FAILED(IGraphConfig_Reconnect(config, pin_of(reader, PINDIR_OUTPUT, 0),
                                      pin_of(splitter, PINDIR_INPUT, 0), NULL, NULL, NULL, 0)));
    assert_true(FAILED(IPin_Disconnect(pin_of(splitter, PINDIR_INPUT, 0))));
    other = filter_named(&CLSID_AviSplitter);
    is_hr(IFilterGraph3_QueryInterface(p.graph, &IID_IGraphEdit, (void **)&edit), S_OK);
    assert_true(FAILED(IGraphEdit_Swap(edit, splitter, other, "other", NULL, NULL)));
    assert_true(FAILED(
        IGraphEdit_Insert(edit, pin_of(reader, PINDIR_OUTPUT, 0), other, "other", NULL, NULL)));
    assert_true(FAILED(IGraphEdit_Remove(edit, splitter, NULL, NULL)));
    disk_hang_from(INT64_MAX);
    assert_int_equal(player_wait(&p, NULL), EC_COMPLETE);
    (void)IGraphEdit_Release(RG_STEAL(&edit));
    assert_int_equal(IBaseFilter_Release(other), 0);
    (void)IGraphConfig_Release(RG_STEAL(&config));
    player_close(&p);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_avi),
        cmocka_unit_test(test_wave),
        cmocka_unit_test(test_mpeg),
        cmocka_unit_test(test_mp4),
        cmocka_unit_test(test_demux_takes_bytes),
        cmocka_unit_test(test_connect_finds_the_way),
        cmocka_unit_test(test_outputs_come_and_go),
        cmocka_unit_test(test_the_road_outlasts_the_bytes),
        cmocka_unit_test(test_each_splitter_takes_its_own),
        cmocka_unit_test(test_garbage),
        cmocka_unit_test(test_cut_files),
        cmocka_unit_test(test_seeking),
        cmocka_unit_test(test_stop_while_the_disk_hangs),
        cmocka_unit_test(test_edits_leave_it_alone),
    };
    int failed;

    if (FAILED(CoInitializeEx(NULL, COINIT_MULTITHREADED)))
        return 1;
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    CoUninitialize();
    return failed;
}
