/* SPDX-License-Identifier: MIT */
/* test_live.c - a live source has nothing to show in a pause, says so, and begins with Run. */
#include "real_filters.h"

#include <stdlib.h>

struct scene {
    struct test_graph g;
    IBaseFilter *source;
    IPin *in; /* the sink's */
};

static void scene_open(struct scene *s, const char *source, const char *options)
{
    IBaseFilter *sink;

    graph_open(&s->g);
    s->source = real_put(&s->g, real_filter(source, options), L"source");
    sink = real_put(&s->g, real_filter("null", ""), L"sink");
    real_join(&s->g, s->source, sink);
    s->in = real_pin(sink, PINDIR_INPUT, 0);
}

static void scene_close(struct scene *s)
{
    assert_hr(CALL(s->g.control, Stop), S_OK);
    graph_close(&s->g);
}

/* The stream has come to where it waits for Run, and goes no further. */
static void wait_for_its_wait(struct scene *s)
{
    bool waits = false;

    while (!waits) {
        char *text = NULL;

        assert_hr(CALL(s->g.report, GetWaits, &text), S_OK);
        waits = strstr(text, "Run, for the source is live") != NULL;
        CoTaskMemFree(text);
    }
}

static void from_pause_to_run(const char *source, const char *options)
{
    OAFilterState now = -1;
    struct scene s;

    scene_open(&s, source, options);
    for (int again = 0; again < 2; again++) {
        ULONGLONG before = real_ledger(s.in).samples;

        assert_true(SUCCEEDED(CALL(s.g.control, Pause)));
        assert_hr(CALL(s.g.control, GetState, REAL_WAIT_MS, &now), VFW_S_CANT_CUE);
        assert_int_equal(now, State_Paused);
        wait_for_its_wait(&s);
        assert_int_equal(real_ledger(s.in).samples, before);
        assert_true(SUCCEEDED(CALL(s.g.control, Run)));
        assert_hr(CALL(s.g.control, GetState, REAL_WAIT_MS, &now), S_OK);
        assert_int_equal(now, State_Running);
        while (real_ledger(s.in).samples < before + 3)
            ;
        assert_hr(CALL(s.g.control, Stop), S_OK);
    }
    scene_close(&s);
}

static void test_live(void **state)
{
    (void)state;
    from_pause_to_run("testsrc", "width=72 height=16 live=true");
    from_pause_to_run("tone", "live=true");
}

/* Without the option it cues like a file. */
static void test_not_live(void **state)
{
    struct scene s;

    (void)state;
    scene_open(&s, "testsrc", "width=72 height=16");
    real_pause(&s.g);
    assert_int_equal(real_ledger(s.in).samples, 1);
    scene_close(&s);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_live),
        cmocka_unit_test(test_not_live),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
