/* SPDX-License-Identifier: MIT */
/* test_seek.c - IMediaSeeking over all renderers, the position by the clock, IMediaPosition in seconds. */
#include "graph_test.h"

#define SECOND 10000000LL

static struct fake_log order = FAKE_LOG_INIT;

static const struct fake_config source = { .name = "source", .outputs = 2, .out_types = "A" };

struct fork {
    struct fake_filter *source, *one, *two;
};

/* Two renderers of 10 and 12 seconds; the first has the clock. */
static struct fork fork_make(struct test_graph *g)
{
    struct fork f;

    graph_open(g);
    f.source = graph_put(g, &source);
    f.one = graph_put(g, &(struct fake_config){ .name = "one",
                                                .inputs = 1,
                                                .in_types = "A",
                                                .duration = 10 * SECOND,
                                                .has_clock = true,
                                                .says_renderer = true,
                                                .log = &order });
    f.two = graph_put(
        g, &(struct fake_config){
               .name = "two", .inputs = 1, .in_types = "A", .duration = 12 * SECOND });
    assert_hr(graph_join(g, f.source, 0, f.one, 0), S_OK);
    assert_hr(graph_join(g, f.source, 1, f.two, 0), S_OK);
    fake_clock_set(f.one, SECOND);
    fake_log_clear(&order);
    return f;
}

static LONGLONG position_of(struct test_graph *g)
{
    LONGLONG position = -1;

    assert_hr(CALL(g->seeking, GetCurrentPosition, &position), S_OK);
    return position;
}

static void test_questions(void **state)
{
    struct test_graph g;
    struct fork f = fork_make(&g);
    LONGLONG first, last, duration;
    DWORD capabilities;

    (void)state;
    (void)f;
    assert_hr(CALL(g.seeking, GetDuration, &duration), S_OK);
    assert_int_equal(duration, 12 * SECOND);
    assert_hr(CALL(g.seeking, GetCapabilities, &capabilities), S_OK);
    assert_int_equal(capabilities, AM_SEEKING_CanSeekAbsolute | AM_SEEKING_CanSeekForwards |
                                       AM_SEEKING_CanGetDuration);
    capabilities = AM_SEEKING_CanSeekAbsolute | AM_SEEKING_CanSeekBackwards;
    assert_hr(CALL(g.seeking, CheckCapabilities, &capabilities), S_FALSE);
    assert_int_equal(capabilities, AM_SEEKING_CanSeekAbsolute);
    capabilities = AM_SEEKING_CanSeekBackwards;
    assert_hr(CALL(g.seeking, CheckCapabilities, &capabilities), E_FAIL);
    assert_hr(CALL(g.seeking, GetAvailable, &first, &last), S_OK);
    assert_int_equal(first, 0);
    assert_int_equal(last, 10 * SECOND);
    assert_hr(CALL(g.seeking, GetPreroll, &first), S_OK);
    assert_hr(CALL(g.seeking, GetStopPosition, &last), S_OK);
    assert_int_equal(last, 12 * SECOND);
    graph_close(&g);
}

static void test_position_follows_the_clock(void **state)
{
    struct test_graph g;
    struct fork f = fork_make(&g);

    (void)state;
    assert_int_equal(position_of(&g), 0);
    assert_hr(CALL(g.control, Run), S_OK);
    assert_int_equal(position_of(&g), 0); /* 10 ms before its start */
    fake_clock_set(f.one, SECOND + 100000 + 3 * SECOND);
    assert_int_equal(position_of(&g), 3 * SECOND);
    assert_hr(CALL(g.control, Pause), S_OK);
    fake_clock_set(f.one, 100 * SECOND);
    assert_int_equal(position_of(&g), 3 * SECOND);
    assert_hr(CALL(g.control, Run), S_OK);
    fake_clock_set(f.one, 100 * SECOND + 100000 + 60 * SECOND);
    assert_int_equal(position_of(&g), 12 * SECOND); /* not past the end */
    assert_hr(CALL(g.control, Stop), S_OK);
    assert_int_equal(position_of(&g), 0);
    graph_close(&g);
}

/* A copy is faster than the clock; where it has come to its end, that is where it is. */
static void test_position_at_the_end(void **state)
{
    struct test_graph g;
    struct fork f = fork_make(&g);
    LONGLONG to = 2 * SECOND, stop = 8 * SECOND;

    (void)state;
    assert_hr(CALL(g.control, Run), S_OK);
    fake_end_of_stream(f.one);
    fake_clock_set(f.one, SECOND + 100000 + SECOND);
    assert_int_equal(position_of(&g), SECOND); /* the other plays on */
    fake_end_of_stream(f.two);
    assert_true(graph_event(&g, EC_COMPLETE, 0, NULL));
    assert_int_equal(position_of(&g), 12 * SECOND);
    assert_hr(CALL(g.control, Pause), S_OK);
    assert_int_equal(position_of(&g), 12 * SECOND);
    assert_hr(CALL(g.control, Run), S_OK);
    /* another place: it counts from there, to where it was told to stop */
    assert_hr(CALL(g.seeking, SetPositions, &to, AM_SEEKING_AbsolutePositioning, &stop,
                   AM_SEEKING_AbsolutePositioning),
              S_OK);
    assert_int_equal(position_of(&g), 2 * SECOND);
    fake_end_of_stream(f.one);
    fake_end_of_stream(f.two);
    assert_int_equal(position_of(&g), 8 * SECOND);
    assert_hr(CALL(g.control, Stop), S_OK);
    assert_int_equal(position_of(&g), 2 * SECOND);
    graph_close(&g);
}

static void test_seek_while_running(void **state)
{
    struct test_graph g;
    struct fork f = fork_make(&g);
    LONGLONG to = 5 * SECOND, stop = 8 * SECOND;

    (void)state;
    assert_hr(CALL(g.control, Run), S_OK);
    fake_end_of_stream(f.one);
    fake_log_clear(&order);
    assert_hr(CALL(g.seeking, SetPositions, &to, AM_SEEKING_AbsolutePositioning, &stop,
                   AM_SEEKING_AbsolutePositioning),
              S_OK);
    assert_string_equal(order.text, "one:pause one:seek one:run ");
    assert_int_equal(f.one->position, 5 * SECOND);
    assert_int_equal(f.two->position, 5 * SECOND);
    assert_int_equal(f.two->stop_position, 8 * SECOND);
    assert_int_equal(position_of(&g), 5 * SECOND);
    fake_clock_set(f.one, SECOND + 100000 + SECOND);
    assert_int_equal(position_of(&g), 6 * SECOND);
    fake_clock_set(f.one, SECOND + 100000 + 5 * SECOND);
    assert_int_equal(position_of(&g), 8 * SECOND); /* not past the stop position */
    /* what had ended before has not ended now */
    fake_end_of_stream(f.two);
    assert_false(graph_event(&g, EC_COMPLETE, 0, NULL));
    graph_close(&g);
}

static void test_relative_and_return_time(void **state)
{
    struct test_graph g;
    struct fork f = fork_make(&g);
    LONGLONG to = 2 * SECOND, stop = 3 * SECOND;

    (void)state;
    assert_hr(CALL(g.control, Pause), S_OK);
    assert_hr(CALL(g.seeking, SetPositions, &to, AM_SEEKING_AbsolutePositioning, NULL, 0),
              S_OK);
    to = SECOND;
    assert_hr(CALL(g.seeking, SetPositions, &to,
                   AM_SEEKING_RelativePositioning | AM_SEEKING_ReturnTime, &stop,
                   AM_SEEKING_IncrementalPositioning | AM_SEEKING_ReturnTime),
              S_OK);
    assert_int_equal(to, 3 * SECOND);
    assert_int_equal(stop, 6 * SECOND);
    assert_int_equal(f.one->position, 3 * SECOND);
    assert_int_equal(f.one->stop_position, 6 * SECOND);
    assert_hr(CALL(g.seeking, GetPositions, &to, &stop), S_OK);
    assert_int_equal(to, 3 * SECOND);
    graph_close(&g);
}

static void test_failing_seek(void **state)
{
    struct test_graph g;
    struct fork f = fork_make(&g);
    LONGLONG to = SECOND;

    (void)state;
    assert_hr(CALL(g.control, Run), S_OK);
    f.two->config.fail_seek = E_FAIL;
    assert_hr(CALL(g.seeking, SetPositions, &to, AM_SEEKING_AbsolutePositioning, NULL, 0),
              E_FAIL);
    assert_int_equal(fake_state(f.one), State_Running); /* goes on all the same */
    graph_close(&g);
}

static void test_seek_then_preroll(void **state)
{
    struct fake_filter *from, *to;
    struct test_graph g;
    LONGLONG where = SECOND;
    OAFilterState s;

    (void)state;
    graph_open(&g);
    from = graph_put(&g, &source);
    to = graph_put(
        &g,
        &(struct fake_config){
            .name = "to", .inputs = 1, .in_types = "A", .duration = SECOND, .prerolls = true });
    assert_hr(graph_join(&g, from, 0, to, 0), S_OK);
    assert_hr(CALL(g.control, Run), S_FALSE);
    fake_cue(to);
    assert_hr(CALL(g.control, GetState, INFINITE, &s), S_OK);
    assert_hr(CALL(g.seeking, SetPositions, &where, AM_SEEKING_AbsolutePositioning, NULL, 0),
              S_OK);
    assert_hr(CALL(g.control, GetState, 0, &s), VFW_S_STATE_INTERMEDIATE);
    assert_int_equal(s, State_Running);
    fake_cue(to);
    assert_hr(CALL(g.control, GetState, INFINITE, &s), S_OK);
    assert_int_equal(fake_state(to), State_Running);
    graph_close(&g);
}

static void test_rate(void **state)
{
    struct test_graph g;
    struct fork f = fork_make(&g);
    double rate = 0;

    (void)state;
    assert_hr(CALL(g.seeking, SetRate, 0.0), E_INVALIDARG);
    assert_hr(CALL(g.seeking, GetRate, &rate), S_OK);
    assert_true(rate == 1.0);
    assert_hr(CALL(g.control, Run), S_OK);
    fake_clock_set(f.one, SECOND + 100000 + 2 * SECOND);
    assert_hr(CALL(g.seeking, SetRate, 2.0), S_OK);
    assert_true(f.two->rate == 2.0);
    assert_int_equal(position_of(&g), 2 * SECOND);
    fake_clock_set(f.one, SECOND + 100000 + 3 * SECOND + 100000);
    assert_int_equal(position_of(&g), 4 * SECOND);
    graph_close(&g);
}

static void test_formats(void **state)
{
    struct test_graph g;
    GUID format;
    LONGLONG out = 0;

    (void)state;
    fork_make(&g);
    assert_hr(CALL(g.seeking, IsFormatSupported, &TIME_FORMAT_MEDIA_TIME), S_OK);
    assert_hr(CALL(g.seeking, IsFormatSupported, &TIME_FORMAT_FRAME), S_FALSE);
    assert_hr(CALL(g.seeking, QueryPreferredFormat, &format), S_OK);
    assert_true(IsEqualGUID(&format, &TIME_FORMAT_MEDIA_TIME));
    assert_hr(CALL(g.seeking, IsUsingTimeFormat, &TIME_FORMAT_MEDIA_TIME), S_OK);
    assert_hr(CALL(g.seeking, SetTimeFormat, &TIME_FORMAT_FRAME), E_INVALIDARG);
    assert_hr(CALL(g.seeking, SetTimeFormat, &TIME_FORMAT_MEDIA_TIME), S_OK);
    assert_hr(CALL(g.seeking, ConvertTimeFormat, &out, NULL, 77, NULL), S_OK);
    assert_int_equal(out, 77);
    assert_hr(CALL(g.seeking, ConvertTimeFormat, &out, &TIME_FORMAT_FRAME, 77, NULL),
              E_NOTIMPL);
    graph_close(&g);
}

static void test_position_in_seconds(void **state)
{
    struct test_graph g;
    struct fork f = fork_make(&g);
    REFTIME seconds;
    LONG can;

    (void)state;
    assert_hr(CALL(g.position, get_Duration, &seconds), S_OK);
    assert_true(seconds == 12.0);
    assert_hr(CALL(g.position, put_CurrentPosition, 2.5), S_OK);
    assert_int_equal(f.one->position, 25000000);
    assert_hr(CALL(g.position, get_CurrentPosition, &seconds), S_OK);
    assert_true(seconds == 2.5);
    assert_hr(CALL(g.position, put_StopTime, 5.0), S_OK);
    assert_hr(CALL(g.position, get_StopTime, &seconds), S_OK);
    assert_true(seconds == 5.0);
    assert_hr(CALL(g.position, CanSeekForward, &can), S_OK);
    assert_int_equal(can, OATRUE);
    assert_hr(CALL(g.position, CanSeekBackward, &can), S_OK);
    assert_int_equal(can, OAFALSE);
    assert_hr(CALL(g.position, put_Rate, 1.5), S_OK);
    assert_hr(CALL(g.position, get_Rate, &seconds), S_OK);
    assert_true(seconds == 1.5);
    assert_hr(CALL(g.position, put_CurrentPosition, 1e300), E_INVALIDARG);
    assert_hr(CALL(g.position, get_PrerollTime, &seconds), S_OK);
    assert_hr(CALL(g.position, put_PrerollTime, 0.0), S_OK);
    assert_hr(CALL(g.position, put_PrerollTime, 1.0), E_NOTIMPL);
    graph_close(&g);
}

static void test_wrong_arguments(void **state)
{
    struct test_graph g;
    LONGLONG value = 0;

    (void)state;
    graph_open(&g);
    assert_hr(CALL(g.seeking, GetCapabilities, NULL), E_POINTER);
    assert_hr(CALL(g.seeking, CheckCapabilities, NULL), E_POINTER);
    assert_hr(CALL(g.seeking, IsFormatSupported, NULL), E_POINTER);
    assert_hr(CALL(g.seeking, QueryPreferredFormat, NULL), E_POINTER);
    assert_hr(CALL(g.seeking, GetTimeFormat, NULL), E_POINTER);
    assert_hr(CALL(g.seeking, IsUsingTimeFormat, NULL), E_POINTER);
    assert_hr(CALL(g.seeking, SetTimeFormat, NULL), E_POINTER);
    assert_hr(CALL(g.seeking, GetDuration, NULL), E_POINTER);
    assert_hr(CALL(g.seeking, GetDuration, &value), E_NOTIMPL); /* an empty graph */
    assert_hr(CALL(g.seeking, GetStopPosition, NULL), E_POINTER);
    assert_hr(CALL(g.seeking, GetCurrentPosition, NULL), E_POINTER);
    assert_hr(CALL(g.seeking, ConvertTimeFormat, NULL, NULL, 0, NULL), E_POINTER);
    assert_hr(CALL(g.seeking, SetPositions, NULL, AM_SEEKING_AbsolutePositioning, NULL, 0),
              E_POINTER);
    assert_hr(CALL(g.seeking, SetPositions, &value, AM_SEEKING_IncrementalPositioning, NULL, 0),
              E_INVALIDARG);
    assert_hr(CALL(g.seeking, SetPositions, &value, AM_SEEKING_AbsolutePositioning, NULL, 0),
              E_NOTIMPL);
    assert_hr(CALL(g.seeking, GetPositions, NULL, NULL), E_POINTER);
    assert_hr(CALL(g.seeking, GetAvailable, NULL, &value), E_POINTER);
    assert_hr(CALL(g.seeking, GetRate, NULL), E_POINTER);
    assert_hr(CALL(g.seeking, GetPreroll, NULL), E_POINTER);
    assert_hr(CALL(g.position, get_Duration, NULL), E_POINTER);
    assert_hr(CALL(g.position, get_CurrentPosition, NULL), E_POINTER);
    assert_hr(CALL(g.position, get_StopTime, NULL), E_POINTER);
    assert_hr(CALL(g.position, get_PrerollTime, NULL), E_POINTER);
    assert_hr(CALL(g.position, get_Rate, NULL), E_POINTER);
    assert_hr(CALL(g.position, CanSeekForward, NULL), E_POINTER);
    assert_hr(CALL(g.position, CanSeekBackward, NULL), E_POINTER);
    graph_close(&g);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_questions),
        cmocka_unit_test(test_position_follows_the_clock),
        cmocka_unit_test(test_position_at_the_end),
        cmocka_unit_test(test_seek_while_running),
        cmocka_unit_test(test_relative_and_return_time),
        cmocka_unit_test(test_failing_seek),
        cmocka_unit_test(test_seek_then_preroll),
        cmocka_unit_test(test_rate),
        cmocka_unit_test(test_formats),
        cmocka_unit_test(test_position_in_seconds),
        cmocka_unit_test(test_wrong_arguments),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
