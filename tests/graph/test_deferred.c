/* SPDX-License-Identifier: MIT */
/* test_deferred.c - IQueueCommand: methods of the graph that are called when their time has come; IDispatch::Invoke. */
#include "graph_test.h"

#define SECOND  10000000LL
#define LATENCY 100000 /* from Run to stream time 0 */

static const struct fake_config source = { .name = "source", .outputs = 1, .out_types = "A" };

/* A graph by a clock that stands still until the test moves it. */
struct timed {
    struct test_graph g;
    IQueueCommand *queue;
    struct fake_filter *from, *sink; /* borrowed */
    REFERENCE_TIME began;
};

static void timed_open(struct timed *t, const CLSID *clsid)
{
    graph_open_class(&t->g, clsid);
    assert_hr(CALL(t->g.builder, QueryInterface, &IID_IQueueCommand, (void **)&t->queue), S_OK);
    t->from = graph_put(&t->g, &source);
    t->sink = graph_put(&t->g, &(struct fake_config){ .name = "sink",
                                                      .inputs = 1,
                                                      .in_types = "A",
                                                      .duration = 100 * SECOND,
                                                      .has_clock = true });
    assert_hr(graph_join(&t->g, t->from, 0, t->sink, 0), S_OK);
    t->began = SECOND;
    fake_clock_set(t->sink, t->began);
}

static void timed_close(struct timed *t)
{
    LET_GO(t->queue);
    graph_close(&t->g);
}

/* Stream time of a graph that was run when the clock stood at `began`. */
static void go_to(struct timed *t, double seconds)
{
    fake_clock_set(t->sink, t->began + LATENCY + (REFERENCE_TIME)(seconds * (double)SECOND));
}

enum { CONTROL_RUN = 0x60020000, CONTROL_PAUSE, CONTROL_STOP, CONTROL_GET_STATE };
enum { POSITION_CURRENT = 0x60020001, POSITION_STOP = 0x60020003, POSITION_RATE = 0x60020007 };

static IDeferredCommand *at_stream(struct timed *t, double seconds, DISPID method)
{
    IDeferredCommand *command = NULL;
    GUID iid = IID_IMediaControl;

    assert_hr(CALL(t->queue, InvokeAtStreamTime, &command, seconds, &iid, method,
                   DISPATCH_METHOD, 0, NULL, NULL, NULL),
              S_OK);
    assert_non_null(command);
    return command;
}

/* The worker does it: the result is there once the graph's state says so. */
static HRESULT result_of(IDeferredCommand *command)
{
    HRESULT result = E_FAIL;
    HRESULT hr;

    while ((hr = CALL(command, GetHResult, &result)) == E_ABORT)
        ;
    assert_hr(hr, S_OK);
    return result;
}

static void assert_waits(IDeferredCommand *command)
{
    HRESULT result;
    LONG percent = -1;

    assert_hr(CALL(command, GetHResult, &result), E_ABORT);
    assert_hr(CALL(command, Confidence, &percent), S_OK);
    assert_int_equal(percent, 100);
}

static void test_stream_time(void **state)
{
    IDeferredCommand *command;
    struct timed t;
    OAFilterState s;
    LONG percent;

    (void)state;
    timed_open(&t, &CLSID_FilterGraph);
    command = at_stream(&t, 2.0, CONTROL_PAUSE);
    assert_waits(command); /* stopped: there is no stream time */
    assert_hr(CALL(t.g.control, Run), S_OK);
    go_to(&t, 1.999);
    assert_waits(command);
    go_to(&t, 2.0);
    assert_hr(result_of(command), S_OK);
    assert_hr(CALL(t.g.control, GetState, INFINITE, &s), S_OK);
    assert_int_equal(s, State_Paused);
    assert_hr(CALL(command, Confidence, &percent), S_OK);
    assert_int_equal(percent, 0);
    assert_hr(CALL(command, Cancel), VFW_E_ALREADY_CANCELLED);
    assert_hr(CALL(command, Postpone, 5.0), VFW_E_ALREADY_CANCELLED);
    LET_GO(command);
    timed_close(&t);
}

/* Where the clock has passed it already it is done at once; time that stands still brings nothing. */
static void test_late_and_paused(void **state)
{
    IDeferredCommand *late, *waits;
    struct timed t;

    (void)state;
    timed_open(&t, &CLSID_FilterGraph);
    assert_hr(CALL(t.g.control, Run), S_OK);
    go_to(&t, 5.0);
    late = at_stream(&t, 1.0, CONTROL_PAUSE);
    assert_hr(result_of(late), S_OK);
    waits = at_stream(&t, 6.0, CONTROL_STOP);
    go_to(&t, 50.0); /* paused: stream time is 5 */
    assert_waits(waits);
    assert_hr(CALL(t.g.control, Run), S_OK);
    assert_waits(waits);
    go_to(&t, 51.1); /* it went on from 5 at 50 s, with the latency of a start */
    assert_hr(result_of(waits), S_OK);
    LET_GO(late);
    LET_GO(waits);
    timed_close(&t);
}

static void test_presentation_time(void **state)
{
    VARIANT to = { .vt = VT_R8, .dblVal = 30.0 };
    GUID iid = IID_IMediaPosition;
    IDeferredCommand *command;
    LONGLONG at = 10 * SECOND;
    struct timed t;

    (void)state;
    timed_open(&t, &CLSID_FilterGraph);
    assert_hr(CALL(t.g.seeking, SetPositions, &at, AM_SEEKING_AbsolutePositioning, NULL, 0),
              S_OK);
    assert_hr(CALL(t.queue, InvokeAtPresentationTime, &command, 12.0, &iid, POSITION_CURRENT,
                   DISPATCH_PROPERTYPUT, 1, &to, NULL, NULL),
              S_OK);
    assert_hr(CALL(t.g.control, Run), S_OK);
    go_to(&t, 1.9);
    assert_waits(command);
    go_to(&t, 2.0);
    assert_hr(result_of(command), S_OK);
    assert_hr(CALL(t.g.seeking, GetCurrentPosition, &at), S_OK);
    assert_int_equal(at, 30 * SECOND);
    LET_GO(command);
    timed_close(&t);
}

/* By time, and in the order of queueing where times are equal. */
static void test_order(void **state)
{
    struct fake_log log = FAKE_LOG_INIT;
    IDeferredCommand *first, *second, *third;
    struct timed t;

    (void)state;
    timed_open(&t, &CLSID_FilterGraph);
    t.sink->config.log = &log;
    assert_hr(CALL(t.g.control, Run), S_OK);
    fake_log_clear(&log);
    third = at_stream(&t, 3.0, CONTROL_STOP);
    first = at_stream(&t, 1.0, CONTROL_PAUSE);
    second = at_stream(&t, 1.0, CONTROL_RUN);
    go_to(&t, 1.0);
    /* paused at 1.0; the second one waits for stream time, which stands still: run it ourselves */
    assert_hr(result_of(first), S_OK);
    assert_waits(second);
    assert_waits(third);
    assert_hr(CALL(t.g.control, Run), S_OK);
    go_to(&t, 1.1);
    assert_hr(result_of(second), S_OK);
    go_to(&t, 10.0);
    assert_hr(result_of(third), S_OK);
    assert_string_equal(log.text, "sink:pause sink:run sink:pause sink:stop ");
    LET_GO(first);
    LET_GO(second);
    LET_GO(third);
    timed_close(&t);
}

static void test_cancel_and_postpone(void **state)
{
    IDeferredCommand *gone, *later;
    HRESULT result;
    struct timed t;

    (void)state;
    timed_open(&t, &CLSID_FilterGraph);
    assert_hr(CALL(t.g.control, Run), S_OK);
    gone = at_stream(&t, 1.0, CONTROL_STOP);
    later = at_stream(&t, 1.0, CONTROL_PAUSE);
    assert_hr(CALL(gone, Cancel), S_OK);
    assert_hr(CALL(gone, Cancel), VFW_E_ALREADY_CANCELLED);
    assert_hr(CALL(gone, GetHResult, &result), S_OK);
    assert_hr(result, VFW_E_ALREADY_CANCELLED);
    assert_hr(CALL(later, Postpone, 1e300), E_INVALIDARG);
    assert_hr(CALL(later, Postpone, 2.0), S_OK);
    go_to(&t, 1.5);
    assert_waits(later);
    assert_hr(CALL(later, Postpone, 1.2), S_OK); /* nearer: at once */
    assert_hr(result_of(later), S_OK);
    LET_GO(gone);
    LET_GO(later);
    timed_close(&t);
}

/* Nobody keeps the command; and the graph goes before the command does. */
static void test_ends_with_the_graph(void **state)
{
    IDeferredCommand *kept, *not_kept;
    HRESULT result;
    struct timed t;

    (void)state;
    timed_open(&t, &CLSID_FilterGraph);
    not_kept = at_stream(&t, 1.0, CONTROL_STOP);
    LET_GO(not_kept);
    kept = at_stream(&t, 1e6, CONTROL_STOP);
    assert_hr(CALL(t.g.control, Run), S_OK);
    LET_GO(t.queue);
    LET_GO(t.g.control);
    LET_GO(t.g.event);
    LET_GO(t.g.filter);
    LET_GO(t.g.seeking);
    LET_GO(t.g.position);
    LET_GO(t.g.version);
    LET_GO(t.g.report);
    assert_int_equal(LET_GO(t.g.builder), 0);
    assert_int_equal(fake_filters_alive(), 0);
    assert_hr(CALL(kept, GetHResult, &result), S_OK);
    assert_hr(result, VFW_E_ALREADY_CANCELLED);
    assert_hr(CALL(kept, Cancel), VFW_E_ALREADY_CANCELLED);
    assert_hr(CALL(kept, Postpone, 1.0), VFW_E_ALREADY_CANCELLED);
    assert_int_equal(LET_GO(kept), 0);
    assert_int_equal(rg_live_objects(tell_alive, NULL), 0);
}

/* The system's clock, which wakes by itself. */
static void test_real_clock(void **state)
{
    IDeferredCommand *command;
    struct timed t;
    OAFilterState s;

    (void)state;
    timed_open(&t, &CLSID_FilterGraph);
    t.sink->config.has_clock = false;
    command = at_stream(&t, 0.02, CONTROL_STOP);
    assert_hr(CALL(t.g.control, Run), S_OK);
    assert_hr(result_of(command), S_OK);
    assert_hr(CALL(t.g.control, GetState, INFINITE, &s), S_OK);
    assert_int_equal(s, State_Stopped);
    LET_GO(command);
    timed_close(&t);
}

static void test_results(void **state)
{
    VARIANT wait_ms = { .vt = VT_I4, .lVal = 0 }, answer = { .vt = VT_EMPTY };
    LONG got = -1;
    VARIANT both[2] = { { .vt = VT_BYREF | VT_I4, .plVal = &got },
                        { .vt = VT_I4, .lVal = 0 } }; /* the last one first */
    GUID iid = IID_IMediaControl;
    IDeferredCommand *command;
    struct timed t;

    (void)state;
    timed_open(&t, &CLSID_FilterGraph);
    assert_hr(CALL(t.g.control, Run), S_OK);
    assert_hr(CALL(t.queue, InvokeAtStreamTime, &command, -1.0, &iid, CONTROL_GET_STATE,
                   DISPATCH_METHOD, 1, &wait_ms, &answer, NULL),
              S_OK);
    assert_hr(result_of(command), S_OK);
    assert_int_equal(answer.vt, VT_I4);
    assert_int_equal(answer.lVal, State_Running);
    LET_GO(command);
    assert_hr(CALL(t.queue, InvokeAtStreamTime, &command, -1.0, &iid, CONTROL_GET_STATE,
                   DISPATCH_METHOD, 2, both, NULL, NULL),
              S_OK);
    assert_hr(result_of(command), S_OK);
    assert_int_equal(got, State_Running);
    LET_GO(command);
    timed_close(&t);
}

static void test_wrong_requests(void **state)
{
    VARIANT text = { .vt = VT_BSTR, .bstrVal = NULL };
    GUID control = IID_IMediaControl, position = IID_IMediaPosition, none = IID_IAMStats;
    IDeferredCommand *command = (IDeferredCommand *)1;
    SHORT bad = -1;
    struct timed t;

    (void)state;
    timed_open(&t, &CLSID_FilterGraph);
#define ASK_FOR(iid, method, kind, count, arguments)                                           \
    CALL(t.queue, InvokeAtStreamTime, &command, 1.0, iid, method, kind, count, arguments,      \
         NULL, &bad)
    assert_hr(CALL(t.queue, InvokeAtStreamTime, NULL, 1.0, &control, CONTROL_RUN,
                   DISPATCH_METHOD, 0, NULL, NULL, NULL),
              E_POINTER);
    assert_hr(ASK_FOR(NULL, CONTROL_RUN, DISPATCH_METHOD, 0, NULL), E_POINTER);
    assert_null(command);
    assert_hr(ASK_FOR(&position, POSITION_RATE, DISPATCH_PROPERTYPUT, 1, NULL), E_POINTER);
    assert_hr(ASK_FOR(&position, POSITION_RATE, DISPATCH_PROPERTYPUT, -1, NULL), E_INVALIDARG);
    assert_hr(ASK_FOR(&control, 1, DISPATCH_METHOD, 0, NULL), DISP_E_MEMBERNOTFOUND);
    assert_hr(ASK_FOR(&control, CONTROL_RUN, DISPATCH_PROPERTYGET, 0, NULL),
              DISP_E_MEMBERNOTFOUND);
    assert_hr(ASK_FOR(&position, POSITION_RATE, DISPATCH_PROPERTYPUT, 0, NULL),
              DISP_E_BADPARAMCOUNT);
    text.vt = VT_BSTR;
    text.bstrVal = SysAllocString(L"no number");
    assert_hr(ASK_FOR(&position, POSITION_RATE, DISPATCH_PROPERTYPUT, 1, &text),
              DISP_E_TYPEMISMATCH);
    assert_int_equal(bad, 0);
    SysFreeString(text.bstrVal);
    assert_true(FAILED(ASK_FOR(&none, 0x60020000, DISPATCH_METHOD, 0, NULL)));
    assert_hr(CALL(t.queue, InvokeAtStreamTime, &command, 1e300, &control, CONTROL_RUN,
                   DISPATCH_METHOD, 0, NULL, NULL, NULL),
              E_INVALIDARG);
    command = at_stream(&t, 1.0, CONTROL_RUN);
    assert_hr(CALL(command, GetHResult, NULL), E_POINTER);
    assert_hr(CALL(command, Confidence, NULL), E_POINTER);
    LET_GO(command);
    timed_close(&t);
    timed_open(&t, &CLSID_FilterGraphNoThread);
    assert_hr(ASK_FOR(&control, CONTROL_RUN, DISPATCH_METHOD, 0, NULL), E_NOTIMPL);
    timed_close(&t);
}

/* ---- IDispatch --------------------------------------------------------------------------- */

static void test_invoke(void **state)
{
    WCHAR rate_name[] = L"rate", odd_name[] = L"odd";
    LPOLESTR names[2] = { rate_name, odd_name };
    VARIANT argument = { .vt = VT_BSTR }, result = { .vt = VT_EMPTY };
    DISPPARAMS one = { .rgvarg = &argument, .cArgs = 1 }, none = { 0 };
    DISPID ids[2];
    struct timed t;
    UINT bad = 9;
    double rate;

    (void)state;
    timed_open(&t, &CLSID_FilterGraph);
    assert_hr(CALL(t.g.position, GetIDsOfNames, &IID_NULL, names, 1, 0, ids), S_OK);
    assert_int_equal(ids[0], POSITION_RATE);
    assert_hr(CALL(t.g.position, GetIDsOfNames, &IID_NULL, names, 2, 0, ids),
              DISP_E_UNKNOWNNAME);
    assert_int_equal(ids[1], DISPID_UNKNOWN);
    assert_hr(CALL(t.g.position, GetIDsOfNames, &IID_NULL, NULL, 1, 0, ids), E_POINTER);
    /* text becomes a number */
    argument.bstrVal = SysAllocString(L"2");
    assert_hr(CALL(t.g.position, Invoke, POSITION_RATE, &IID_NULL, 0, DISPATCH_PROPERTYPUT,
                   &one, NULL, NULL, &bad),
              S_OK);
    SysFreeString(argument.bstrVal);
    assert_hr(CALL(t.g.position, get_Rate, &rate), S_OK);
    assert_true(rate == 2.0);
    assert_hr(CALL(t.g.position, Invoke, POSITION_RATE, &IID_NULL, 0, DISPATCH_PROPERTYGET,
                   &none, &result, NULL, NULL),
              S_OK);
    assert_int_equal(result.vt, VT_R8);
    assert_true(result.dblVal == 2.0);
    argument.vt = VT_R8;
    argument.dblVal = 0; /* what the method says */
    assert_hr(CALL(t.g.position, Invoke, POSITION_RATE, &IID_NULL, 0, DISPATCH_PROPERTYPUT,
                   &one, NULL, NULL, NULL),
              E_INVALIDARG);
    assert_hr(CALL(t.g.position, Invoke, POSITION_RATE, &IID_NULL, 0, DISPATCH_PROPERTYPUT,
                   NULL, NULL, NULL, NULL),
              E_POINTER);
    assert_hr(CALL(t.g.control, Invoke, CONTROL_STOP, &IID_NULL, 0, DISPATCH_METHOD, &none,
                   NULL, NULL, NULL),
              S_OK);
    assert_hr(CALL(t.g.event, Invoke, 0x60020003, &IID_NULL, 0, DISPATCH_METHOD, &none, NULL,
                   NULL, NULL),
              DISP_E_BADPARAMCOUNT);
    timed_close(&t);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stream_time),         cmocka_unit_test(test_late_and_paused),
        cmocka_unit_test(test_presentation_time),   cmocka_unit_test(test_order),
        cmocka_unit_test(test_cancel_and_postpone), cmocka_unit_test(test_ends_with_the_graph),
        cmocka_unit_test(test_real_clock),          cmocka_unit_test(test_results),
        cmocka_unit_test(test_wrong_requests),      cmocka_unit_test(test_invoke),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
