/* SPDX-License-Identifier: MIT */
/* test_callers_late.c - calls out of a callback while another thread stops the graph and waits for the callback
 * to return: both come back.
 *
 * Callbacks run on streaming threads.
 */
#include "caller.h"

#include <sched.h>
#include <wchar.h>

static HRESULT late_add(struct caller *c)
{
    return CALL(c->g->builder, AddFilter, c->spare, L"late");
}

static HRESULT late_find(struct caller *c)
{
    IBaseFilter *found;

    return CALL(c->g->builder, FindFilterByName, L"source", &found);
}

static HRESULT late_enum(struct caller *c)
{
    IEnumFilters *all;

    return CALL(c->g->builder, EnumFilters, &all);
}

static HRESULT late_next(struct caller *c)
{
    IBaseFilter *filter;

    return CALL(c->filters, Next, 1, &filter, NULL);
}

static HRESULT late_connect(struct caller *c)
{
    return CALL(c->g->builder, ConnectDirect, real_pin(c->spare, PINDIR_OUTPUT, 0),
                real_pin(c->grabber, PINDIR_INPUT, 0), NULL);
}

static HRESULT late_render(struct caller *c)
{
    return CALL(c->g->builder, Render, real_pin(c->spare, PINDIR_OUTPUT, 0));
}

static HRESULT late_render_file(struct caller *c)
{
    return CALL(c->g->builder, RenderFile, L"nothing.avi", NULL);
}

static HRESULT late_default_clock(struct caller *c)
{
    return CALL(c->g->builder, SetDefaultSyncSource);
}

static HRESULT late_clock(struct caller *c)
{
    return CALL(c->g->filter, SetSyncSource, NULL);
}

static HRESULT late_rate(struct caller *c)
{
    double rate;

    return CALL(c->g->seeking, GetRate, &rate);
}

static HRESULT late_capabilities(struct caller *c)
{
    DWORD capabilities;

    return CALL(c->g->seeking, GetCapabilities, &capabilities);
}

static HRESULT late_available(struct caller *c)
{
    LONGLONG first, last;

    return CALL(c->g->seeking, GetAvailable, &first, &last);
}

static HRESULT late_format(struct caller *c)
{
    return CALL(c->g->seeking, IsUsingTimeFormat, &TIME_FORMAT_MEDIA_TIME);
}

static HRESULT late_step(struct caller *c, bool cancel)
{
    IVideoFrameStep *step;
    HRESULT hr;

    assert_hr(CALL(c->g->builder, QueryInterface, &IID_IVideoFrameStep, (void **)&step), S_OK);
    hr = cancel ? CALL(step, CancelStep) : CALL(step, CanStep, 0, NULL);
    LET_GO(step);
    return hr;
}

static HRESULT late_can_step(struct caller *c)
{
    return late_step(c, false);
}

static HRESULT late_cancel_step(struct caller *c)
{
    return late_step(c, true);
}

static HRESULT late_flags(struct caller *c)
{
    IGraphConfig *config;
    DWORD flags;
    HRESULT hr;

    assert_hr(CALL(c->g->builder, QueryInterface, &IID_IGraphConfig, (void **)&config), S_OK);
    hr = CALL(config, GetFilterFlags, c->grabber, &flags);
    LET_GO(config);
    return hr;
}

static HRESULT late_state(struct caller *c)
{
    OAFilterState state;
    HRESULT hr = CALL(c->g->control, GetState, (LONG)INFINITE, &state);

    return hr == VFW_S_STATE_INTERMEDIATE ? VFW_E_TIMEOUT : hr;
}

static HRESULT (*const late_calls[])(struct caller *c) = {
    late_add,         late_find,         late_enum,          late_next,        late_connect,
    late_render,      late_rate,         late_default_clock, late_clock,       late_flags,
    late_render_file, late_state,        late_can_step,      late_cancel_step, late_available,
    late_format,      late_capabilities,
};

/* The state that is wanted is known without the lock, which Stop has until this thread has left. */
static void act_in_stop(struct caller *c)
{
    OAFilterState state = State_Running;

    SetEvent(c->entered);
    while (CALL(c->g->control, GetState, 0, &state) != VFW_S_STATE_INTERMEDIATE ||
           state != State_Stopped)
        sched_yield();
    c->said = c->call(c);
}

/* A road of its own for each call, so that all are made at the same time. */
static void road_make(struct test_graph *g, struct caller *c, size_t n)
{
    static const WCHAR *const kinds[] = { L"source", L"grabber", L"sink" };
    WCHAR names[ARRAYSIZE(kinds)][16];
    ISampleGrabber *grabber;
    IBaseFilter *source;

    for (size_t i = 0; i < ARRAYSIZE(kinds); i++)
        swprintf(names[i], ARRAYSIZE(names[i]), L"%ls %zu", kinds[i], n);
    source = real_put(g, real_filter("testsrc", "width=72 height=16"), names[0]);
    c->grabber = real_put(g, real_filter("sample-grabber", ""), names[1]);
    real_join(g, source, c->grabber);
    real_join(g, c->grabber, real_put(g, real_filter("null", ""), names[2]));
    assert_hr(CALL(c->grabber, QueryInterface, &IID_ISampleGrabber, (void **)&grabber), S_OK);
    assert_hr(CALL(grabber, SetCallback, &c->face, 0), S_OK);
    LET_GO(grabber);
    c->entered = CreateEventW(NULL, TRUE, FALSE, NULL);
    c->done = CreateEventW(NULL, TRUE, FALSE, NULL);
}

static void test_in_stop(void **state)
{
    struct caller callers[ARRAYSIZE(late_calls)];
    IBaseFilter *spare = real_filter("invert", "");
    IEnumFilters *filters;
    struct test_graph g;
    unsigned members;

    (void)state;
    graph_open(&g);
    for (size_t i = 0; i < ARRAYSIZE(late_calls); i++) {
        callers[i] = (struct caller){ .face = { &caller_vtbl },
                                      .g = &g,
                                      .spare = spare,
                                      .act = act_in_stop,
                                      .call = late_calls[i] };
        road_make(&g, &callers[i], i);
    }
    members = graph_count(&g);
    assert_hr(CALL(g.builder, EnumFilters, &filters), S_OK);
    for (size_t i = 0; i < ARRAYSIZE(late_calls); i++)
        callers[i].filters = filters;
    assert_true(SUCCEEDED(CALL(g.control, Run)));
    for (size_t i = 0; i < ARRAYSIZE(late_calls); i++)
        assert_int_equal(WaitForSingleObject(callers[i].entered, REAL_WAIT_MS), WAIT_OBJECT_0);
    assert_hr(CALL(g.control, Stop), S_OK);
    for (size_t i = 0; i < ARRAYSIZE(late_calls); i++) {
        assert_int_equal(WaitForSingleObject(callers[i].done, 0), WAIT_OBJECT_0);
        assert_hr(callers[i].said, VFW_E_TIMEOUT);
        CloseHandle(callers[i].entered);
        CloseHandle(callers[i].done);
    }
    assert_int_equal(graph_count(&g), members);
    LET_GO(filters);
    LET_GO(spare);
    graph_close(&g);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_in_stop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
