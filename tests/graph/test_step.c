/* SPDX-License-Identifier: MIT */
/* test_step.c - IVideoFrameStep: so many frames, then EC_STEP_COMPLETE, and the graph is paused. */
#include "real_filters.h"

#include <dvdmedia.h>
#include <ksuuids.h>

#define FRAME 400000LL /* 25 a second */

struct strip {
    struct test_graph g;
    IVideoFrameStep *step;
    IBaseFilter *source, *sink; /* borrowed */
    IPin *in;                   /* borrowed: the sink's */
};

static void strip_open(struct strip *s, const char *source, const char *options,
                       const char *sink_options)
{
    graph_open(&s->g);
    assert_hr(CALL(s->g.builder, QueryInterface, &IID_IVideoFrameStep, (void **)&s->step),
              S_OK);
    s->source = real_put(&s->g, real_filter(source, options), L"source");
    s->sink = real_put(&s->g, real_filter("null", sink_options), L"sink");
    real_join(&s->g, s->source, s->sink);
    s->in = real_pin(s->sink, PINDIR_INPUT, 0);
}

static void strip_close(struct strip *s)
{
    assert_hr(CALL(s->g.control, Stop), S_OK);
    LET_GO(s->step);
    graph_close(&s->g);
}

#define SMALL "width=72 height=16"

static LONGLONG position_of(struct strip *s)
{
    LONGLONG position = -1;

    assert_hr(CALL(s->g.seeking, GetCurrentPosition, &position), S_OK);
    return position;
}

static FILTER_STATE state_of(struct strip *s)
{
    OAFilterState state;

    assert_hr(CALL(s->g.control, GetState, REAL_WAIT_MS, &state), S_OK);
    return (FILTER_STATE)state;
}

/* Waits for the event; its first parameter. */
static LONG_PTR stepped(struct strip *s)
{
    LONG_PTR p1, p2;
    LONG code;

    for (;;) {
        assert_hr(CALL(s->g.event, GetEvent, &code, &p1, &p2, REAL_WAIT_MS), S_OK);
        CALL(s->g.event, FreeEventParams, code, p1, p2);
        if (code == EC_STEP_COMPLETE)
            return p1;
    }
}

/* Frame by frame, whether the sink goes by the clock or not: the position is that of the frame shown. */
static void step_through(const char *sink_options)
{
    struct strip s;
    LONGLONG at = 0;

    strip_open(&s, "testsrc", SMALL, sink_options);
    real_pause(&s.g);
    for (int i = 0; i < 5; i++) {
        assert_hr(CALL(s.step, Step, 1, NULL), S_OK);
        assert_int_equal(stepped(&s), FALSE);
        assert_int_equal(state_of(&s), State_Paused);
        assert_int_equal(position_of(&s), i * FRAME);
    }
    assert_int_equal(real_drops(s.in, "stepped over"), 0);
    /* seven at once: six are passed by */
    at = position_of(&s);
    assert_hr(CALL(s.step, Step, 7, NULL), S_OK);
    assert_int_equal(stepped(&s), FALSE);
    assert_int_equal(real_drops(s.in, "stepped over"), 6);
    assert_int_equal(position_of(&s), at + 7 * FRAME);
    strip_close(&s);
}

static void test_steps(void **state)
{
    (void)state;
    step_through("");
}

static void test_steps_by_the_clock(void **state)
{
    (void)state;
    step_through("sync=true");
}

/* A thousand frames of 25 a second do not take 40 seconds. */
static void test_no_clock_is_waited_for(void **state)
{
    struct strip s;
    IReferenceClock *clock;
    REFERENCE_TIME before, after;

    (void)state;
    strip_open(&s, "testsrc", SMALL, "sync=true");
    real_pause(&s.g);
    assert_hr(CALL(s.g.filter, GetSyncSource, &clock), S_OK);
    assert_hr(CALL(clock, GetTime, &before), S_OK);
    assert_hr(CALL(s.step, Step, 1000, NULL), S_OK);
    assert_int_equal(stepped(&s), FALSE);
    assert_true(SUCCEEDED(CALL(clock, GetTime, &after)));
    assert_true(after - before < 1000 * FRAME);
    assert_int_equal(position_of(&s), 999 * FRAME);
    LET_GO(clock);
    strip_close(&s);
}

/* From stopped and from running; while it runs a sample may wait for the clock. */
static void test_from_other_states(void **state)
{
    struct strip s;

    (void)state;
    strip_open(&s, "testsrc", SMALL, "sync=true");
    assert_hr(CALL(s.step, Step, 3, NULL), S_OK);
    assert_int_equal(stepped(&s), FALSE);
    assert_int_equal(position_of(&s), 2 * FRAME);
    real_run(&s.g);
    assert_hr(CALL(s.step, Step, 500, NULL), S_OK);
    assert_int_equal(stepped(&s), FALSE);
    assert_int_equal(state_of(&s), State_Paused);
    assert_true(position_of(&s) >= 500 * FRAME);
    strip_close(&s);
}

/* What calls a step off: none of these lets the event come, and the graph does what it was told. */
enum calls_off { BY_STOP = 1, BY_RUN, BY_PAUSE, BY_SEEK, BY_CANCEL };

static void call_off(enum calls_off what, FILTER_STATE wanted)
{
    LONGLONG to = 0;
    struct strip s;

    /* live: it gives 25 frames a second and no more, so that the step is under way */
    strip_open(&s, "testsrc", SMALL " live=true", "");
    assert_hr(CALL(s.step, Step, 100000, NULL), S_OK);
    switch (what) {
    case BY_STOP:
        assert_hr(CALL(s.g.control, Stop), S_OK);
        break;
    case BY_RUN:
        assert_true(SUCCEEDED(CALL(s.g.control, Run)));
        break;
    case BY_PAUSE:
        assert_true(SUCCEEDED(CALL(s.g.control, Pause)));
        break;
    case BY_SEEK:
        assert_hr(CALL(s.g.seeking, SetPositions, &to, AM_SEEKING_AbsolutePositioning, NULL, 0),
                  S_OK);
        break;
    case BY_CANCEL:
        assert_hr(CALL(s.step, CancelStep), S_OK);
        break;
    }
    if (wanted == State_Running) {
        ULONGLONG seen = real_ledger(s.in).samples, over = real_drops(s.in, "stepped over");

        assert_int_equal(state_of(&s), State_Running);
        while (real_ledger(s.in).samples < seen + 3)
            ;
        assert_true(real_drops(s.in, "stepped over") <= over + 1);
    }
    assert_false(graph_event(&s.g, EC_STEP_COMPLETE, 0, NULL));
    strip_close(&s);
}

static void test_called_off(void **state)
{
    (void)state;
    call_off(BY_STOP, State_Stopped);
    call_off(BY_RUN, State_Running);
    call_off(BY_PAUSE, State_Paused);
    call_off(BY_SEEK, State_Running);
    call_off(BY_CANCEL, State_Running);
}

/* The stream ends before the step does: the event says that nothing came of it. */
static void test_end_of_stream(void **state)
{
    struct strip s;

    (void)state;
    strip_open(&s, "testsrc", SMALL " frames=3", "");
    assert_hr(CALL(s.step, Step, 10, NULL), S_OK);
    assert_int_equal(stepped(&s), TRUE);
    strip_close(&s);
}

/* Cancelled default handling: the host hears it, and nothing is paused. */
static void test_without_default(void **state)
{
    struct strip s;

    (void)state;
    strip_open(&s, "testsrc", SMALL, "");
    assert_hr(CALL(s.g.event, CancelDefaultHandling, EC_STEP_COMPLETE), S_OK);
    assert_hr(CALL(s.step, Step, 2, NULL), S_OK);
    assert_int_equal(stepped(&s), FALSE);
    assert_int_equal(state_of(&s), State_Running);
    /* the sink holds what comes all the same, until somebody decides */
    assert_hr(CALL(s.step, Step, 2, NULL), S_OK);
    assert_int_equal(stepped(&s), FALSE);
    assert_int_equal(real_drops(s.in, "stepped over"), 2);
    strip_close(&s);
}

static void test_who_steps(void **state)
{
    struct strip s;

    (void)state;
    strip_open(&s, "testsrc", SMALL, "");
    assert_hr(CALL(s.step, CanStep, 0, NULL), S_OK);
    assert_hr(CALL(s.step, CanStep, 1, NULL), S_OK);
    assert_hr(CALL(s.step, CanStep, 0, (IUnknown *)s.sink), S_OK);
    assert_hr(CALL(s.step, CanStep, 0, (IUnknown *)s.source), S_FALSE);
    assert_hr(CALL(s.step, Step, 0, NULL), E_INVALIDARG);
    assert_hr(CALL(s.step, Step, 1, (IUnknown *)s.source), E_FAIL);
    assert_hr(CALL(s.step, Step, 1, (IUnknown *)s.sink), S_OK);
    assert_int_equal(stepped(&s), FALSE);
    assert_hr(CALL(s.step, CancelStep), S_OK); /* nothing is under way */
    /* who steps leaves */
    assert_hr(CALL(s.step, Step, 1000000, NULL), S_OK);
    assert_hr(CALL(s.g.control, Stop), S_OK);
    assert_hr(CALL(s.g.builder, RemoveFilter, s.sink), S_OK);
    assert_hr(CALL(s.step, CanStep, 0, NULL), S_FALSE);
    assert_hr(CALL(s.step, Step, 1, NULL), E_FAIL);
    strip_close(&s);
}

/* Sound has no frames. */
static void test_sound_does_not_step(void **state)
{
    struct strip s;

    (void)state;
    strip_open(&s, "tone", "", "");
    assert_hr(CALL(s.step, CanStep, 0, NULL), S_FALSE);
    assert_hr(CALL(s.step, Step, 1, NULL), E_FAIL);
    strip_close(&s);
}

static void test_property_set(void **state)
{
    AM_FRAMESTEP_STEP one = { 1 }, none = { 0 };
    IKsPropertySet *set;
    DWORD support, bytes;
    struct strip s;

    (void)state;
    strip_open(&s, "testsrc", SMALL, "");
    assert_hr(CALL(s.sink, QueryInterface, &IID_IKsPropertySet, (void **)&set), S_OK);
#define SET(id, data, size) CALL(set, Set, &AM_KSPROPSETID_FrameStep, id, NULL, 0, data, size)
    assert_hr(SET(AM_PROPERTY_FRAMESTEP_CANSTEP, NULL, 0), S_OK);
    assert_hr(SET(AM_PROPERTY_FRAMESTEP_STEP, NULL, 0), E_POINTER);
    assert_hr(SET(AM_PROPERTY_FRAMESTEP_STEP, &one, 1), E_INVALIDARG);
    assert_hr(SET(AM_PROPERTY_FRAMESTEP_STEP, &none, sizeof(none)), E_INVALIDARG);
    assert_hr(SET(AM_PROPERTY_FRAMESTEP_STEP, &one, sizeof(one)), VFW_E_WRONG_STATE);
    assert_hr(SET(AM_PROPERTY_FRAMESTEP_CANCEL, NULL, 0), S_OK);
    assert_hr(SET(77, NULL, 0), E_PROP_ID_UNSUPPORTED);
    assert_hr(CALL(set, Set, &GUID_NULL, 1, NULL, 0, NULL, 0), E_PROP_SET_UNSUPPORTED);
    assert_hr(CALL(set, Set, NULL, 1, NULL, 0, NULL, 0), E_POINTER);
    assert_hr(CALL(set, QuerySupported, &AM_KSPROPSETID_FrameStep, AM_PROPERTY_FRAMESTEP_STEP,
                   &support),
              S_OK);
    assert_int_equal(support, KSPROPERTY_SUPPORT_SET);
    assert_hr(CALL(set, QuerySupported, &AM_KSPROPSETID_FrameStep, 77, &support),
              E_PROP_ID_UNSUPPORTED);
    assert_hr(CALL(set, QuerySupported, &GUID_NULL, 1, &support), E_PROP_SET_UNSUPPORTED);
    assert_hr(CALL(set, Get, &AM_KSPROPSETID_FrameStep, AM_PROPERTY_FRAMESTEP_STEP, NULL, 0,
                   &one, sizeof(one), &bytes),
              E_PROP_ID_UNSUPPORTED);
    assert_hr(CALL(set, Get, &GUID_NULL, 1, NULL, 0, &one, sizeof(one), &bytes),
              E_PROP_SET_UNSUPPORTED);
    LET_GO(set);
    strip_close(&s);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_steps),
        cmocka_unit_test(test_steps_by_the_clock),
        cmocka_unit_test(test_no_clock_is_waited_for),
        cmocka_unit_test(test_from_other_states),
        cmocka_unit_test(test_called_off),
        cmocka_unit_test(test_end_of_stream),
        cmocka_unit_test(test_without_default),
        cmocka_unit_test(test_who_steps),
        cmocka_unit_test(test_sound_does_not_step),
        cmocka_unit_test(test_property_set),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
