/* SPDX-License-Identifier: MIT */
/* test_clip_gaps.c - seeks in files whose sound has a hole, or ends long before the pictures do. */
#include "clip_sink.h"

#include <unistd.h>

#define SECOND 10000000LL

static char path[64];

struct gap {
    struct test_graph g;
    IPin *picture, *sound; /* borrowed: the sinks' */
};

static void join(struct gap *p, IPin *out)
{
    IBaseFilter *sink = real_put(&p->g, real_filter("null", ""), NULL);
    IPin *in = real_pin(sink, PINDIR_INPUT, 0);
    AM_MEDIA_TYPE type;

    assert_hr(CALL(p->g.builder, ConnectDirect, out, in, NULL), S_OK);
    assert_hr(CALL(in, ConnectionMediaType, &type), S_OK);
    if (IsEqualGUID(&type.majortype, &MEDIATYPE_Video))
        p->picture = in;
    else
        p->sound = in;
    CoTaskMemFree(type.pbFormat);
}

static void gap_open(struct gap *p)
{
    IFileSourceFilter *file;
    IBaseFilter *source;
    WCHAR wide[64];

    memset(p, 0, sizeof(*p));
    graph_open(&p->g);
    assert_hr(CALL(p->g.filter, SetSyncSource, NULL), S_OK);
    source = real_put(&p->g, real_filter("demux", ""), L"file");
    swprintf(wide, ARRAYSIZE(wide), L"%hs", path);
    assert_hr(CALL(source, QueryInterface, &IID_IFileSourceFilter, (void **)&file), S_OK);
    assert_hr(CALL(file, Load, wide, NULL), S_OK);
    LET_GO(file);
    for (unsigned i = 0; i < 2; i++)
        join(p, real_pin(source, PINDIR_OUTPUT, i));
    assert_non_null(p->picture);
    assert_non_null(p->sound);
}

static void seek(struct gap *p, LONGLONG to)
{
    assert_hr(CALL(p->g.seeking, SetPositions, &to, AM_SEEKING_AbsolutePositioning, NULL, 0),
              S_OK);
}

static bool make(const char *arguments, const char *suffix)
{
    snprintf(path, sizeof(path), "/tmp/regraft-gaps-%d.%s", (int)getpid(), suffix);
    if (clip_make(arguments, path))
        return true;
    print_message("this ffmpeg can make no such %s\n", suffix);
    return false;
}

/* A hole in the sound is no reason to begin half a minute before the position. */
static void test_hole(void **state)
{
    LONGLONG to = 65 * SECOND, stop = INT64_MAX;
    struct gap p;
    LONG code;

    (void)state;
    if (!make("-f lavfi -i testsrc2=size=64x48:rate=25:duration=60,format=yuvj420p "
              "-f lavfi -i anoisesrc=duration=60:seed=1 -af \"aselect='lt(t,1)+gt(t,58)'\" "
              "-c:v mjpeg -c:a pcm_s16le",
              "mkv"))
        skip();
    gap_open(&p);
    seek(&p, 50 * SECOND);
    real_run(&p.g);
    assert_hr(CALL(p.g.event, WaitForCompletion, REAL_WAIT_MS, &code), S_OK);
    assert_int_equal(code, EC_COMPLETE);
    assert_in_range(real_ledger(p.picture).samples, 250, 260);
    assert_true(real_ledger(p.sound).samples > 0);
    /* sought behind the end, without a stop: it stands where it was sent */
    assert_hr(CALL(p.g.control, Stop), S_OK);
    assert_hr(CALL(p.g.seeking, SetPositions, &to, AM_SEEKING_AbsolutePositioning, &stop,
                   AM_SEEKING_AbsolutePositioning),
              S_OK);
    real_run(&p.g);
    assert_hr(CALL(p.g.event, WaitForCompletion, REAL_WAIT_MS, &code), S_OK);
    assert_hr(CALL(p.g.seeking, GetCurrentPosition, &to), S_OK);
    assert_int_equal(to, 65 * SECOND);
    assert_hr(CALL(p.g.control, Stop), S_OK);
    graph_close(&p.g);
    (void)unlink(path);
}

/* Whoever waits for the first sound behind its end reads all pictures first, of which there are too many
 * to be kept while nobody takes them. */
static void test_over(void **state)
{
    static const char *const suffixes[] = { "avi", "nut" };

    (void)state;
    for (unsigned i = 0; i < ARRAYSIZE(suffixes); i++) {
        OAFilterState now;
        struct gap p;

        if (!make("-f lavfi -i color=size=320x256:rate=25:duration=40,format=yuv420p "
                  "-f lavfi -i anoisesrc=duration=2:seed=1 -c:v rawvideo -c:a pcm_s16le",
                  suffixes[i]))
            continue;
        gap_open(&p);
        seek(&p, 5 * SECOND);
        assert_true(SUCCEEDED(CALL(p.g.control, Pause)));
        assert_hr(CALL(p.g.control, GetState, REAL_WAIT_MS, &now), S_OK);
        assert_int_equal(now, State_Paused);
        assert_hr(CALL(p.g.control, Stop), S_OK);
        graph_close(&p.g);
        (void)unlink(path);
    }
}

static int remove_clip(void **state)
{
    (void)state;
    (void)unlink(path);
    return 0;
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_hole, remove_clip),
        cmocka_unit_test_teardown(test_over, remove_clip),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
