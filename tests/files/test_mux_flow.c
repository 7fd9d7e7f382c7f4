/* SPDX-License-Identifier: MIT */
/* test_mux_flow.c - multiplexers in graphs: paused before a renderer that holds its first sample, without
 * inputs, and recording from a position on.
 *
 * Runs: the test's thread.
 */
#include "feeder.h"
#include "files_test.h"

#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../unit/ff/clip.h"

#define SECOND      10000000 /* 100 ns */
#define PATIENCE_MS 60000

static const CLSID clsid_demux = {
    0x43d70b5e, 0x8f61, 0x4c92, { 0xae, 0x15, 0x7a, 0x06, 0xc9, 0x32, 0xe8, 0xb4 }
};
static const CLSID clsid_mux = {
    0x96ab1f04, 0x2c7e, 0x4b38, { 0x85, 0xd9, 0x0f, 0x64, 0xb3, 0x1a, 0x5c, 0xe7 }
};

static void join(struct player *p, IBaseFilter *from, IBaseFilter *to)
{
    is_hr(IFilterGraph3_ConnectDirect(p->graph, pin_of(from, PINDIR_OUTPUT, 0),
                                      pin_of(to, PINDIR_INPUT, 0), NULL),
          S_OK);
}

static IBaseFilter *add_source(struct player *p, const char *clip, const wchar_t *name)
{
    IBaseFilter *source = player_add(p, &clsid_demux, name);
    RG_AUTO(IFileSourceFilter) from = NULL;

    is_hr(IBaseFilter_QueryInterface(source, &IID_IFileSourceFilter, (void **)&from), S_OK);
    is_hr(IFileSourceFilter_Load(from, wide(clip), NULL), S_OK);
    return source;
}

/* All streams of the clip into mux. */
static void feed(struct player *p, const char *clip, IBaseFilter *mux)
{
    IBaseFilter *source = add_source(p, clip, L"source");
    IPin *pin;

    for (unsigned i = 0; (pin = pin_of(source, PINDIR_OUTPUT, i)) != NULL; i++)
        is_hr(IFilterGraph3_ConnectDirect(p->graph, pin, pin_of(mux, PINDIR_INPUT, i), NULL),
              S_OK);
}

static void name_file(IBaseFilter *filter, const char *path)
{
    RG_AUTO(IFileSinkFilter) to = NULL;

    is_hr(IBaseFilter_QueryInterface(filter, &IID_IFileSinkFilter, (void **)&to), S_OK);
    is_hr(IFileSinkFilter_SetFileName(to, wide(path), NULL), S_OK);
}

/* ---- before a renderer --------------------------------------------------------------------- */

static void open_before_renderer(struct player *p, bool has_grabber)
{
    IBaseFilter *mux, *end;

    player_open(p, NULL);
    mux = player_add(p, &CLSID_AviDest, L"mux");
    end = player_add(p, &CLSID_NullRenderer, L"end");
    if (has_grabber) {
        IBaseFilter *grabber = player_add(p, &CLSID_SampleGrabber, L"grabber");

        join(p, mux, grabber);
        join(p, grabber, end);
    } else {
        join(p, mux, end);
    }
    feed(p, clip_of("avi"), mux);
}

static void is_cued(struct player *p)
{
    OAFilterState at = State_Stopped;

    is_hr(IMediaControl_GetState(p->control, PATIENCE_MS, &at), S_OK);
    assert_int_equal(at, State_Paused);
}

static void was_not_aborted(struct player *p)
{
    LONG_PTR one, two;
    LONG code;

    while (IMediaEventEx_GetEvent(p->event, &code, &one, &two, 0) == S_OK) {
        assert_int_not_equal(code, EC_ERRORABORT);
        (void)IMediaEventEx_FreeEventParams(p->event, code, one, two);
    }
}

static void test_pauses_before_a_renderer(void **state)
{
    (void)state;
    for (int has_grabber = 0; has_grabber < 2; has_grabber++) {
        struct player p;

        open_before_renderer(&p, has_grabber != 0);
        assert_true(SUCCEEDED(IMediaControl_Pause(p.control)));
        is_cued(&p);
        is_hr(IMediaControl_Stop(p.control), S_OK);
        was_not_aborted(&p);
        player_play(&p);
        player_close(&p);
    }
}

/* The mux is within the renderer's Receive, which holds the sample: the flush gets it out. */
static void test_seeks_while_the_renderer_holds(void **state)
{
    LONGLONG to = SECOND / 2;
    struct player p;

    (void)state;
    open_before_renderer(&p, false);
    assert_true(SUCCEEDED(IMediaControl_Pause(p.control)));
    is_cued(&p);
    is_hr(IMediaSeeking_SetPositions(p.seeking, &to, AM_SEEKING_AbsolutePositioning, NULL,
                                     AM_SEEKING_NoPositioning),
          S_OK);
    is_cued(&p);
    player_play(&p);
    player_close(&p);
}

/* ---- without inputs ------------------------------------------------------------------------ */

static bool is_there(const char *path)
{
    struct stat info;

    return stat(path, &info) == 0;
}

/* Beside a graph that plays: named or not, it begins nothing. */
static void test_unconnected_sinks_are_idle(void **state)
{
    static const CLSID *const classes[] = { &CLSID_FileWriter, &clsid_mux };
    const char *path = file_path("idle.avi");

    (void)state;
    for (size_t i = 0; i < 2 * COUNT_OF(classes); i++) {
        IBaseFilter *idle;
        struct player p;

        player_open(&p, hasher_new());
        is_hr(IFilterGraph3_RenderFile(p.graph, wide(clip_of("avi")), NULL), S_OK);
        idle = player_add(&p, classes[i / 2], L"idle"); /* now it is not asked to join */
        if (i % 2 == 1)
            name_file(idle, path);
        player_play(&p);
        assert_int_equal(atomic_load(&heard.input[0].samples), 50);
        assert_false(is_there(path));
        player_close(&p);
    }
}

/* Connected it needs a name, as ever. */
static void test_connected_without_a_name(void **state)
{
    IBaseFilter *mux, *writer;
    struct player p;

    (void)state;
    player_open(&p, NULL);
    mux = player_add(&p, &CLSID_AviDest, L"mux");
    writer = player_add(&p, &CLSID_FileWriter, L"writer");
    join(&p, mux, writer);
    feed(&p, clip_of("avi"), mux);
    is_hr(IMediaControl_Run(p.control), VFW_E_NOT_FOUND);
    player_close(&p);
}

/* ---- from a position ----------------------------------------------------------------------- */

enum way { BY_AVI_MUX, BY_AVI_MUX_UNORDERED, BY_MUX, WAYS };

static IBaseFilter *add_multiplexer(struct player *p, enum way way, const char *path)
{
    IBaseFilter *mux = player_add(p, way == BY_MUX ? &clsid_mux : &CLSID_AviDest, L"mux");
    RG_AUTO(IConfigInterleaving) order = NULL;
    IBaseFilter *writer;

    if (way == BY_MUX) {
        name_file(mux, path);
        return mux;
    }
    writer = player_add(p, &CLSID_FileWriter, L"writer");
    name_file(writer, path);
    join(p, mux, writer);
    is_hr(IBaseFilter_QueryInterface(mux, &IID_IConfigInterleaving, (void **)&order), S_OK);
    if (way == BY_AVI_MUX_UNORDERED)
        is_hr(IConfigInterleaving_put_Mode(order, INTERLEAVE_NONE), S_OK);
    return mux;
}

/* to < 0: to the end. */
static void go_to(struct player *p, LONGLONG from, LONGLONG to)
{
    is_hr(IMediaSeeking_SetPositions(p->seeking, &from, AM_SEEKING_AbsolutePositioning, &to,
                                     to < 0 ? AM_SEEKING_NoPositioning
                                            : AM_SEEKING_AbsolutePositioning),
          S_OK);
}

/* The clip from that position on into the file. */
static void record_from(const char *clip, LONGLONG from, enum way way, const char *path)
{
    IBaseFilter *mux;
    struct player p;

    player_open(&p, NULL);
    mux = add_multiplexer(&p, way, path);
    feed(&p, clip, mux);
    go_to(&p, from, -1);
    player_play(&p);
    player_close(&p);
}

/* How many pictures can be shown. */
static unsigned shown(const char *path)
{
    struct player p;
    unsigned n;

    player_open(&p, hasher_new());
    is_hr(IFilterGraph3_RenderFile(p.graph, wide(path), NULL), S_OK);
    player_play(&p);
    n = atomic_load(&heard.input[0].samples);
    player_close(&p);
    return n;
}

/* Key frames are at 0.4 s apart: 1.0 s lies amid two, and 0.8 s on one. */
static void test_begins_with_a_key_frame(void **state)
{
    static const LONGLONG positions[] = { SECOND, SECOND * 8 / 10 };
    const char *path = file_path("from.avi");

    (void)state;
    for (unsigned i = 0; i < WAYS * COUNT_OF(positions); i++) {
        struct clip_content got;

        record_from(clip_of("avi"), positions[i % 2], i / 2, path);
        clip_content(path, &got);
        assert_true(got.begins_with_key);
        assert_int_equal(got.pictures, 30); /* from 0.8 s on, either way */
        /* so the sound: where it is not the position itself, in packets of 1000 */
        assert_int_equal(got.sound, 96000 - (positions[i % 2] == SECOND ? 38000 : 38400));
        assert_true(got.first_picture == 0);
        assert_true(got.first_sound == 0);
        assert_int_equal(shown(path), 30);
        (void)unlink(path);
    }
}

/* Pictures that are shown before others that come first: all of them are there.  At 0.96 s the key
 * frame that comes next, at 1.2 s, must not be taken for the beginning. */
static void test_begins_with_a_key_frame_reordered(void **state)
{
    const char *path = file_path("from.mkv");

    (void)state;
    for (LONGLONG frame = 20; frame <= 30; frame++) {
        struct clip_content got;
        unsigned wanted = frame < 30 ? 30 : 20;

        record_from(clip_of("mp4"), frame * SECOND / 25, BY_MUX, path);
        clip_content(path, &got);
        assert_true(got.begins_with_key);
        assert_int_equal(got.pictures, wanted);
        assert_int_equal(shown(path), wanted);
        (void)unlink(path);
    }
}

static void wait_for_samples(IPin *in, uint64_t n)
{
    RG_AUTO(IRgLink) link = NULL;
    RG_LEDGER ledger = { 0 };

    is_hr(IPin_QueryInterface(in, &IID_IRgLink, (void **)&link), S_OK);
    while (ledger.samples < n) {
        sched_yield();
        is_hr(IRgLink_GetLedger(link, &ledger), S_OK);
    }
}

/* Paused, the whole file has been written; then the position is sought. */
static void test_a_position_sought_while_paused(void **state)
{
    const char *path = file_path("sought.avi");
    LONGLONG from = SECOND;
    struct clip_content got;
    IBaseFilter *mux;
    struct player p;

    (void)state;
    player_open(&p, NULL);
    mux = add_multiplexer(&p, BY_AVI_MUX, path);
    feed(&p, clip_of("avi"), mux);
    assert_true(SUCCEEDED(IMediaControl_Pause(p.control)));
    wait_for_samples(pin_of(mux, PINDIR_INPUT, 0), 50);
    go_to(&p, from, -1);
    player_play(&p);
    player_close(&p);
    clip_content(path, &got);
    assert_true(got.begins_with_key);
    assert_int_equal(got.pictures, 30);
    assert_int_equal(shown(path), 30);
    (void)unlink(path);
}

/* The clip's pictures of that piece alone. */
static void record_pictures(const char *clip, LONGLONG from, LONGLONG to, const char *path)
{
    IBaseFilter *mux;
    struct player p;

    player_open(&p, NULL);
    mux = add_multiplexer(&p, BY_MUX, path);
    join(&p, add_source(&p, clip, L"source"), mux);
    go_to(&p, from, to);
    player_play(&p);
    player_close(&p);
}

/* The pictures of that piece; *ret_hash of them and of when they are shown. */
static unsigned pictures_of(const char *path, LONGLONG from, LONGLONG to, uint64_t *ret_hash)
{
    struct player p;
    unsigned n;

    player_open(&p, hasher_new());
    is_hr(IFilterGraph3_RenderFile(p.graph, wide(path), NULL), S_OK);
    go_to(&p, from, to);
    player_play(&p);
    n = atomic_load(&heard.input[0].samples);
    *ret_hash = heard.input[0].hash;
    player_close(&p);
    return n;
}

/* What is shown before the position to stop at refers to a picture behind it.  From the beginning, from
 * a key frame, and from amid two. */
static void test_up_to_a_position(void **state)
{
    static const LONGLONG beginnings[] = { 0, 10, 13 };
    const LONGLONG frame = SECOND / 25;
    const char *path = file_path("to.mkv");

    (void)state;
    for (size_t i = 0; i < COUNT_OF(beginnings); i++) {
        for (LONGLONG n = 15; n <= 22; n++) {
            LONGLONG from = beginnings[i] * frame, to = n * frame;
            LONGLONG key = beginnings[i] / 10 * 10 * frame;
            uint64_t wanted, got;

            record_pictures(clip_of("mp4"), from, to, path);
            assert_int_equal(pictures_of(clip_of("mp4"), from, to, &wanted), n - beginnings[i]);
            assert_int_equal(pictures_of(path, from - key, to - key, &got), n - beginnings[i]);
            assert_true(got == wanted);
            (void)unlink(path);
        }
    }
}

/* ---- two sources, before the first Run ------------------------------------------------------ */

/* The avi's pictures and the wav's sound; paused, some of either has been written. */
struct two {
    struct player p;
    const char *path;
    IBaseFilter *mux, *pictures, *sound;
};

/* holds: an input more, of which nothing comes, keeps the file from being complete. */
static void two_open(struct two *t, const char *name, bool holds)
{
    t->path = file_path(name);
    player_open(&t->p, NULL);
    t->mux = add_multiplexer(&t->p, BY_AVI_MUX_UNORDERED, t->path);
    t->pictures = add_source(&t->p, clip_of("avi"), L"pictures");
    join(&t->p, t->pictures, t->mux);
    t->sound = add_source(&t->p, clip_of("wav"), L"sound");
    is_hr(IFilterGraph3_ConnectDirect(t->p.graph, pin_of(t->sound, PINDIR_OUTPUT, 0),
                                      pin_of(t->mux, PINDIR_INPUT, 1), NULL),
          S_OK);
    if (holds) {
        AM_MEDIA_TYPE type;

        is_hr(IPin_ConnectionMediaType(pin_of(t->mux, PINDIR_INPUT, 1), &type), S_OK);
        is_hr(IPin_ReceiveConnection(pin_of(t->mux, PINDIR_INPUT, 2), &feeder, &type), S_OK);
        rg_type_clear(&type);
    }
    assert_true(SUCCEEDED(IMediaControl_Pause(t->p.control)));
    wait_for_samples(pin_of(t->mux, PINDIR_INPUT, 0), 50);
    wait_for_samples(pin_of(t->mux, PINDIR_INPUT, 1), 2); /* so the first is in the file */
}

static void two_play(struct two *t, bool holds, struct clip_content *ret)
{
    if (holds)
        is_hr(IPin_EndOfStream(pin_of(t->mux, PINDIR_INPUT, 2)), S_OK);
    player_play(&t->p);
    player_close(&t->p);
    clip_content(t->path, ret);
    (void)unlink(t->path);
}

static void source_go_to(IBaseFilter *source, LONGLONG to)
{
    RG_AUTO(IMediaSeeking) seeking = NULL;

    is_hr(IPin_QueryInterface(pin_of(source, PINDIR_OUTPUT, 0), &IID_IMediaSeeking,
                              (void **)&seeking),
          S_OK);
    is_hr(IMediaSeeking_SetPositions(seeking, &to, AM_SEEKING_AbsolutePositioning, NULL,
                                     AM_SEEKING_NoPositioning),
          S_OK);
}

/* What the other has given stays: it would not give that again. */
static void test_one_of_two_is_sought(void **state)
{
    struct clip_content got;
    struct two t;

    (void)state;
    two_open(&t, "one_of_two.avi", true);
    source_go_to(t.pictures, 0);
    two_play(&t, true, &got);
    assert_int_equal(got.sound, 96000);
    assert_int_equal(got.pictures, 100);
}

/* One source after the other: the first one's new samples stay, and nothing of before. */
static void test_both_of_two_are_sought(void **state)
{
    struct clip_content got;
    struct two t;

    (void)state;
    two_open(&t, "both_of_two.avi", false);
    source_go_to(t.pictures, SECOND * 8 / 10);
    source_go_to(t.sound, SECOND * 8 / 10);
    two_play(&t, false, &got);
    assert_true(got.begins_with_key);
    assert_int_equal(got.pictures, 30);
    assert_int_equal(got.sound, 96000 - 38400);
}

/* The graph moves both, through the multiplexer that it asks. */
static void test_the_graph_of_two_is_sought(void **state)
{
    const char *path = file_path("graph_of_two.avi");
    LONGLONG to = SECOND * 8 / 10;
    struct clip_content got;
    IBaseFilter *mux, *sound;
    struct player p;

    (void)state;
    player_open(&p, NULL);
    mux = add_multiplexer(&p, BY_MUX, path);
    join(&p, add_source(&p, clip_of("avi"), L"pictures"), mux);
    sound = add_source(&p, clip_of("wav"), L"sound");
    is_hr(IFilterGraph3_ConnectDirect(p.graph, pin_of(sound, PINDIR_OUTPUT, 0),
                                      pin_of(mux, PINDIR_INPUT, 1), NULL),
          S_OK);
    is_hr(IMediaSeeking_SetPositions(p.seeking, &to, AM_SEEKING_AbsolutePositioning, NULL,
                                     AM_SEEKING_NoPositioning),
          S_OK);
    player_play(&p);
    player_close(&p);
    clip_content(path, &got);
    (void)unlink(path);
    assert_true(got.begins_with_key);
    assert_int_equal(got.pictures, 30);
    assert_int_equal(got.sound, 96000 - 38400);
}

/* An end of a flush that never began. */
static void test_an_end_of_no_flush(void **state)
{
    struct clip_content got;
    struct two t;

    (void)state;
    two_open(&t, "no_flush.avi", true);
    is_hr(IPin_EndFlush(pin_of(t.mux, PINDIR_INPUT, 2)), S_OK);
    two_play(&t, true, &got);
    assert_int_equal(got.sound, 96000);
    assert_int_equal(got.pictures, 50);
}

/* Nothing of the stream lies there: the file holds nothing, as ever. */
static void test_behind_the_end(void **state)
{
    const char *path = file_path("behind.avi");
    struct clip_content got;

    (void)state;
    record_from(clip_of("avi"), 3 * SECOND, BY_AVI_MUX, path);
    clip_content(path, &got);
    assert_int_equal(got.pictures, 0);
    assert_int_equal(got.sound, 0);
    (void)unlink(path);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pauses_before_a_renderer),
        cmocka_unit_test(test_seeks_while_the_renderer_holds),
        cmocka_unit_test(test_unconnected_sinks_are_idle),
        cmocka_unit_test(test_connected_without_a_name),
        cmocka_unit_test(test_begins_with_a_key_frame),
        cmocka_unit_test(test_begins_with_a_key_frame_reordered),
        cmocka_unit_test(test_a_position_sought_while_paused),
        cmocka_unit_test(test_up_to_a_position),
        cmocka_unit_test(test_one_of_two_is_sought),
        cmocka_unit_test(test_both_of_two_are_sought),
        cmocka_unit_test(test_the_graph_of_two_is_sought),
        cmocka_unit_test(test_an_end_of_no_flush),
        cmocka_unit_test(test_behind_the_end),
    };
    int failed;

    if (FAILED(CoInitializeEx(NULL, COINIT_MULTITHREADED)))
        return 1;
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    CoUninitialize();
    return failed;
}
