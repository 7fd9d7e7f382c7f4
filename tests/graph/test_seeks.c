/* SPDX-License-Identifier: MIT */
/* test_seeks.c - thousands of seeks, changes of state and rate in a graph that runs: none hangs, and the graph plays on.
 *
 * Usage: test_graph_seeks [number of seeks [seed]]
 */
#include "real_filters.h"

#include <unistd.h>

#define SECOND      10000000LL
#define LENGTH      (10 * SECOND)
#define HANGS_AFTER 240 /* seconds for all of it: far more than it takes */

static long seeks = 10000;
static uint64_t seed = 1;

static unsigned draw(unsigned below)
{
    seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
    return (unsigned)(seed >> 33) % below;
}

struct play {
    struct test_graph g;
    IPin *picture, *sound; /* borrowed: the sinks' */
};

/* Pictures behind a queue by the clock, sound as fast as it comes: two sources, two renderers. */
static void play_open(struct play *p)
{
    IBaseFilter *source, *queue, *sink;

    graph_open(&p->g);
    source =
        real_put(&p->g, real_filter("testsrc", "width=72 height=16 seconds=10"), L"pictures");
    queue = real_put(&p->g, real_filter("queue", ""), L"queue");
    sink = real_put(&p->g, real_filter("null", "sync=true"), L"screen");
    real_join(&p->g, source, queue);
    real_join(&p->g, queue, sink);
    p->picture = real_pin(sink, PINDIR_INPUT, 0);
    source = real_put(&p->g, real_filter("tone", "seconds=10"), L"tone");
    sink = real_put(&p->g, real_filter("null", ""), L"speaker");
    real_join(&p->g, source, sink);
    p->sound = real_pin(sink, PINDIR_INPUT, 0);
}

static DWORD draw_flags(void)
{
    static const DWORD ways[] = {
        0, 0, 0, AM_SEEKING_NoFlush, AM_SEEKING_Segment, AM_SEEKING_Segment | AM_SEEKING_NoFlush
    };

    return ways[draw(ARRAYSIZE(ways))];
}

static void seek_somewhere(struct play *p)
{
    LONGLONG to = draw(1000) * (LENGTH / 1000), stop = LENGTH;

    if (draw(4) == 0)
        stop = to + draw(100) * (SECOND / 100);
    assert_hr(CALL(p->g.seeking, SetPositions, &to,
                   AM_SEEKING_AbsolutePositioning | draw_flags(), &stop,
                   AM_SEEKING_AbsolutePositioning),
              S_OK);
}

static void disturb(struct play *p)
{
    static const double rates[] = { 0.25, 0.5, 1, 2, 8 };
    LONGLONG now;

    switch (draw(40)) {
    case 0:
        assert_true(SUCCEEDED(CALL(p->g.control, Pause)));
        break;
    case 1:
        assert_hr(CALL(p->g.control, Stop), S_OK);
        break;
    case 2:
    case 3:
    case 4:
        assert_true(SUCCEEDED(CALL(p->g.control, Run)));
        break;
    case 5:
        assert_hr(CALL(p->g.seeking, SetRate, rates[draw(ARRAYSIZE(rates))]), S_OK);
        break;
    default:
        assert_hr(CALL(p->g.seeking, GetCurrentPosition, &now), S_OK);
        assert_true(now >= 0 && now <= LENGTH);
        break;
    }
}

static void drop_events(struct play *p)
{
    LONG_PTR p1, p2;
    LONG code;

    while (CALL(p->g.event, GetEvent, &code, &p1, &p2, 0) == S_OK) {
        if (code == EC_ERRORABORT)
            fail_msg("a filter gave up: 0x%08x", (unsigned)p1);
        CALL(p->g.event, FreeEventParams, code, p1, p2);
    }
}

static void test_never_hangs(void **state)
{
    LONGLONG to = 0, stop = LENGTH;
    struct play p;
    LONG code;

    (void)state;
    alarm(HANGS_AFTER);
    play_open(&p);
    real_run(&p.g);
    for (long i = 0; i < seeks; i++) {
        seek_somewhere(&p);
        disturb(&p);
        drop_events(&p);
    }
    /* it plays on, from where it is sent, to its end */
    assert_hr(CALL(p.g.control, Stop), S_OK);
    assert_hr(CALL(p.g.seeking, SetRate, 8.0), S_OK);
    to = LENGTH - SECOND;
    assert_hr(CALL(p.g.seeking, SetPositions, &to, AM_SEEKING_AbsolutePositioning, &stop,
                   AM_SEEKING_AbsolutePositioning),
              S_OK);
    real_run(&p.g);
    assert_hr(CALL(p.g.event, WaitForCompletion, REAL_WAIT_MS, &code), S_OK);
    assert_int_equal(code, EC_COMPLETE);
    assert_int_equal(real_ledger(p.picture).last_start, 24 * 400000 / 8);
    assert_hr(CALL(p.g.control, Stop), S_OK);
    graph_close(&p.g);
    alarm(0);
}

/* ---- rates ------------------------------------------------------------------------------- */

/* Times are divided by the rate; position goes on in media time. */
static void test_rates(void **state)
{
    static const double rates[] = { 0.25, 0.5, 1, 2, 4, 8 };
    struct play p;
    LONGLONG to = 4 * SECOND, stop = 5 * SECOND;
    double rate;
    LONG code;

    (void)state;
    play_open(&p);
    for (unsigned i = 0; i < ARRAYSIZE(rates); i++) {
        assert_hr(CALL(p.g.filter, SetSyncSource, NULL), S_OK);
        assert_hr(CALL(p.g.seeking, SetRate, rates[i]), S_OK);
        assert_hr(CALL(p.g.seeking, GetRate, &rate), S_OK);
        assert_true(rate == rates[i]);
        assert_hr(CALL(p.g.seeking, SetPositions, &to, AM_SEEKING_AbsolutePositioning, &stop,
                       AM_SEEKING_AbsolutePositioning),
                  S_OK);
        real_run(&p.g);
        assert_hr(CALL(p.g.event, WaitForCompletion, REAL_WAIT_MS, &code), S_OK);
        assert_int_equal(real_ledger(p.picture).last_start, (LONGLONG)(24 * 400000 / rates[i]));
        assert_hr(CALL(p.g.control, Stop), S_OK);
    }
    assert_hr(CALL(p.g.seeking, SetRate, -1.0), E_INVALIDARG);
    assert_hr(CALL(p.g.seeking, SetRate, 1e9), E_INVALIDARG);
    assert_hr(CALL(p.g.seeking, GetRate, &rate), S_OK);
    assert_true(rate == 8);
    graph_close(&p.g);
}

/* ---- segments ---------------------------------------------------------------------------- */

struct told {
    REFERENCE_TIME time;
    DWORD number;
};

static struct told wait_segment(struct play *p, LONG wanted)
{
    LONG_PTR p1, p2;
    LONG code;

    for (;;) {
        struct told told;

        assert_hr(CALL(p->g.event, GetEvent, &code, &p1, &p2, REAL_WAIT_MS), S_OK);
        assert_int_not_equal(code, EC_COMPLETE);
        assert_int_not_equal(code, EC_ERRORABORT);
        if (code == wanted) {
            told.time = *(const REFERENCE_TIME *)p1;
            told.number = (DWORD)p2;
            return told;
        }
        CALL(p->g.event, FreeEventParams, code, p1, p2);
    }
}

static void seek_segment(struct play *p, LONGLONG from, LONGLONG to, DWORD flags)
{
    assert_hr(CALL(p->g.seeking, SetPositions, &from, AM_SEEKING_AbsolutePositioning | flags,
                   &to, AM_SEEKING_AbsolutePositioning),
              S_OK);
}

/* A loop: at the end of each segment there is an event instead of the end of the stream, and without a
 * flush times go on behind what came before. */
static void test_segments(void **state)
{
    IBaseFilter *source, *sink;
    struct told told;
    struct play p;
    DWORD caps = AM_SEEKING_CanDoSegments;
    LONGLONG now;
    LONG code;
    IPin *in;

    (void)state;
    graph_open(&p.g);
    source =
        real_put(&p.g, real_filter("testsrc", "width=72 height=16 seconds=10"), L"pictures");
    sink = real_put(&p.g, real_filter("null", ""), L"screen");
    real_join(&p.g, source, sink);
    in = real_pin(sink, PINDIR_INPUT, 0);
    assert_hr(CALL(p.g.seeking, CheckCapabilities, &caps), S_OK);
    seek_segment(&p, 0, SECOND, AM_SEEKING_Segment);
    told = wait_segment(&p, EC_SEGMENT_STARTED);
    assert_int_equal(told.time, 0);
    real_run(&p.g);
    for (DWORD i = 0; i < 3; i++) {
        told = wait_segment(&p, EC_END_OF_SEGMENT);
        assert_int_equal(told.number, i);
        assert_int_equal(told.time, SECOND * (i + 1));
        assert_int_equal(real_ledger(in).samples, 25 * (i + 1));
        assert_int_equal(real_ledger(in).last_start, SECOND * i + 24 * 400000);
        seek_segment(&p, 0, SECOND, AM_SEEKING_Segment | AM_SEEKING_NoFlush);
        told = wait_segment(&p, EC_SEGMENT_STARTED);
        assert_int_equal(told.time, SECOND * (i + 1));
        assert_int_equal(told.number, i + 1);
    }
    (void)wait_segment(&p, EC_END_OF_SEGMENT);
    /* the last one ends as streams do */
    seek_segment(&p, 0, SECOND, AM_SEEKING_NoFlush);
    assert_hr(CALL(p.g.event, WaitForCompletion, REAL_WAIT_MS, &code), S_OK);
    assert_int_equal(code, EC_COMPLETE);
    assert_int_equal(real_ledger(in).last_start, 4 * SECOND + 24 * 400000);
    /* position is counted from where the segment before ended */
    assert_hr(CALL(p.g.seeking, GetCurrentPosition, &now), S_OK);
    assert_in_range(now, 0, SECOND);
    assert_hr(CALL(p.g.control, Stop), S_OK);
    graph_close(&p.g);
}

int main(int argc, char **argv)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rates),
        cmocka_unit_test(test_segments),
        cmocka_unit_test(test_never_hangs),
    };

    if (argc > 1)
        seeks = strtol(argv[1], NULL, 10);
    if (argc > 2)
        seed = strtoull(argv[2], NULL, 10);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
