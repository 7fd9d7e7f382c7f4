/* SPDX-License-Identifier: MIT */
/* test_figures.c - IAMStats tells how well renderers keep up and what is dropped, by a clock that stands where
 * the test puts it. */
#include "real_filters.h"

#define SECOND  10000000LL
#define FRAME   400000LL
#define LATENCY 100000 /* from Run to stream time 0 */

struct scene {
    struct test_graph g;
    struct fake_filter *clock; /* ours; not in the graph */
    IBaseFilter *source, *sink;
    IAMStats *stats;
};

/* testsrc ! null sync=true, and a source whose ten samples go nowhere. */
static void scene_open(struct scene *s)
{
    IBaseFilter *other, *tee;

    s->clock = fake_filter_new(&(struct fake_config){ .name = "clock", .has_clock = true });
    graph_open(&s->g);
    assert_hr(CALL(s->g.builder, QueryInterface, &IID_IAMStats, (void **)&s->stats), S_OK);
    s->source = real_put(&s->g, real_filter("testsrc", "width=72 height=16"), L"source");
    s->sink = real_put(&s->g, real_filter("null", "sync=true"), L"sink");
    real_join(&s->g, s->source, s->sink);
    other = real_put(&s->g, real_filter("testsrc", "width=72 height=16 frames=10"), L"other");
    tee = real_put(&s->g, real_filter("tee", ""), L"tee: of none");
    real_join(&s->g, other, tee);
    fake_clock_set(s->clock, SECOND);
    assert_hr(CALL(s->g.filter, SetSyncSource, &s->clock->clock_face), S_OK);
    real_run(&s->g);
    fake_clock_wait_advised(s->clock); /* the first frame waits for its time */
    while (real_ledger(real_pin(tee, PINDIR_INPUT, 0)).dropped < 10)
        ;
}

/* Stream time n frames, and the sink waits for the time of the next one. */
static void go_to(struct scene *s, unsigned n)
{
    fake_clock_set(s->clock, SECOND + LATENCY + n * FRAME);
    fake_clock_wait_advised(s->clock);
}

static void scene_close(struct scene *s)
{
    assert_hr(CALL(s->g.control, Stop), S_OK);
    LET_GO(s->stats);
    assert_hr(CALL(s->g.filter, SetSyncSource, NULL), S_OK);
    fake_release(s->clock);
    graph_close(&s->g);
}

static HRESULT figure(struct scene *s, const WCHAR *name, double *ret)
{
    BSTR text = SysAllocString(name);
    double average, deviation, lowest, highest;
    LONG index, count;
    HRESULT hr = CALL(s->stats, GetValueByName, text, &index, &count, ret, &average, &deviation,
                      &lowest, &highest);

    SysFreeString(text);
    if (hr != S_OK)
        return hr;
    /* the latest alone: it is no series */
    assert_int_equal(count, 1);
    assert_true(average == *ret && lowest == *ret && highest == *ret && deviation == 0);
    return S_OK;
}

static void assert_figure(struct scene *s, const WCHAR *name, int wanted)
{
    double value = -1;

    assert_hr(figure(s, name, &value), S_OK);
    assert_int_equal(value, wanted);
}

static void test_told(void **state)
{
    struct scene s;
    double value;

    (void)state;
    scene_open(&s);
    assert_figure(&s, L"sink: frames drawn", 0);
    go_to(&s, 25); /* a second behind: frame 25 is in time, 26 waits */
    assert_figure(&s, L"sink: frames drawn", 26);
    assert_figure(&s, L"sink: frames dropped in renderer", 0);
    assert_figure(&s, L"sink: sync offset, average, ms",
                  462); /* 0; 960, 920 ... 0: 12000 / 26 */
    assert_hr(figure(&s, L"sink: sync offset, deviation, ms", &value), S_OK);
    assert_in_range(value, 290, 320);
    assert_hr(figure(&s, L"sink: jitter, ms", &value), S_OK);
    assert_hr(figure(&s, L"sink: frame rate", &value), S_OK);
    assert_true(value > 0);
    assert_figure(&s, L"tee: of none: samples dropped, no output connected", 10);
    assert_hr(figure(&s, L"source: frames drawn", &value), E_FAIL);
    scene_close(&s);
}

/* Also one by one, as an application lists them. */
static void test_listed(void **state)
{
    unsigned found = 0;
    struct scene s;
    LONG n = 0;

    (void)state;
    scene_open(&s);
    go_to(&s, 3);
    assert_hr(CALL(s.stats, get_Count, &n), S_OK);
    go_to(&s, 5);
    for (LONG i = 0; i < n; i++) {
        double last, average, deviation, lowest, highest;
        LONG count;
        BSTR name;

        assert_hr(CALL(s.stats, GetValueByIndex, i, &name, &count, &last, &average, &deviation,
                       &lowest, &highest),
                  S_OK);
        if (wcscmp(name, L"sink: frames drawn") == 0) {
            found++;
            assert_int_equal(last, 6);
        }
        SysFreeString(name);
    }
    assert_int_equal(found, 1);
    scene_close(&s);
}

static void test_reset(void **state)
{
    struct scene s;

    (void)state;
    scene_open(&s);
    go_to(&s, 9);
    assert_hr(CALL(s.stats, Reset), S_OK); /* nobody has asked before */
    assert_figure(&s, L"sink: frames drawn", 0);
    assert_figure(&s, L"tee: of none: samples dropped, no output connected", 0);
    go_to(&s, 12);
    assert_figure(&s, L"sink: frames drawn", 3);
    /* the sink counts anew with each run */
    assert_hr(CALL(s.g.control, Stop), S_OK);
    assert_figure(&s, L"sink: frames drawn", 3);
    fake_clock_set(s.clock, SECOND);
    real_run(&s.g);
    go_to(&s, 1);
    assert_figure(&s, L"sink: frames drawn", 2);
    scene_close(&s);
}

/* What the graph was told when it stopped stays, whoever has left since. */
static void test_kept(void **state)
{
    struct scene s;

    (void)state;
    scene_open(&s);
    go_to(&s, 4);
    assert_hr(CALL(s.g.control, Stop), S_OK);
    assert_hr(CALL(s.g.builder, RemoveFilter, s.sink), S_OK);
    assert_figure(&s, L"sink: frames drawn", 5);
    assert_figure(&s, L"tee: of none: samples dropped, no output connected", 10);
    scene_close(&s);
}

static unsigned questions;

static HRESULT count_question(struct fake_filter *filter, REFIID iid, void **out)
{
    (void)filter;
    *out = NULL;
    questions += IsEqualIID(iid, &IID_IQualProp);
    return E_NOINTERFACE;
}

/* Who stops the graph has its lock, so a foreign renderer is asked by who reads alone. */
static void test_foreign(void **state)
{
    struct fake_config config = {
        .name = "foreign", .inputs = 1, .in_types = "1", .more = count_question
    };
    struct fake_config from = { .name = "from", .outputs = 1, .out_types = "1", .samples = -1 };
    struct test_graph g;
    IAMStats *stats;
    LONG n;

    (void)state;
    graph_open(&g);
    assert_hr(CALL(g.builder, QueryInterface, &IID_IAMStats, (void **)&stats), S_OK);
    assert_hr(graph_join(&g, graph_put(&g, &from), 0, graph_put(&g, &config), 0), S_OK);
    questions = 0;
    real_run(&g);
    assert_hr(CALL(g.control, Stop), S_OK);
    assert_int_equal(questions, 0);
    assert_hr(CALL(stats, get_Count, &n), S_OK);
    assert_int_equal(questions, 1);
    LET_GO(stats);
    graph_close(&g);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_told),    cmocka_unit_test(test_listed),
        cmocka_unit_test(test_reset),   cmocka_unit_test(test_kept),
        cmocka_unit_test(test_foreign),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
