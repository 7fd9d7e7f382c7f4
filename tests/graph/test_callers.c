/* SPDX-License-Identifier: MIT */
/* test_callers.c - commands given by a thread that carries samples: it would wait for itself, so it is told
 * so, and whoever else commands is obeyed.
 *
 * Callbacks run on streaming threads.
 */
#include "caller.h"

#include <sched.h>

#include <regraft_if.h>

/* ---- what it calls ----------------------------------------------------------------------- */

static void take_report(struct caller *c)
{
    char *text = NULL;

    assert_hr(CALL(c->g->report, GetLastReport, &text), S_OK);
    snprintf(c->report, sizeof(c->report), "%s", text);
    CoTaskMemFree(text);
}

#define assert_refused(call) assert_hr(call, VFW_E_WRONG_STATE)

static void command(struct caller *c)
{
    IVideoFrameStep *step;

    assert_refused(CALL(c->g->control, Stop));
    take_report(c);
    assert_refused(CALL(c->g->control, Pause));
    assert_refused(CALL(c->g->control, Run));
    assert_refused(CALL(c->g->control, StopWhenReady));
    assert_refused(CALL(c->g->filter, Stop));
    assert_refused(CALL(c->g->filter, Pause));
    assert_refused(CALL(c->g->filter, Run, 0));
    assert_hr(CALL(c->g->builder, QueryInterface, &IID_IVideoFrameStep, (void **)&step), S_OK);
    assert_refused(CALL(step, Step, 1, NULL));
    LET_GO(step);
}

static void seek(struct caller *c)
{
    LONGLONG to = 20000000;

    assert_refused(
        CALL(c->g->seeking, SetPositions, &to, AM_SEEKING_AbsolutePositioning, NULL, 0));
    assert_int_equal(to, 20000000);
    assert_refused(CALL(c->g->position, put_CurrentPosition, 2.0));
    assert_refused(CALL(c->g->position, put_StopTime, 2.0));
    assert_refused(CALL(c->g->seeking, SetRate, 2.0));
}

static void edit(struct caller *c)
{
    IPin *out = real_pin(c->grabber, PINDIR_OUTPUT, 0);
    RG_CERTIFICATE done = { .size = sizeof(done) };
    IGraphTransaction *transaction;
    IFilterChain *chain;
    IGraphConfig *config;
    IGraphEdit *edits;

    assert_refused(CALL(c->g->builder, RemoveFilter, c->grabber));
    assert_refused(CALL(c->g->builder, Disconnect, out));
    assert_hr(CALL(c->g->builder, QueryInterface, &IID_IFilterChain, (void **)&chain), S_OK);
    assert_refused(CALL(chain, StopChain, c->grabber, NULL));
    assert_refused(CALL(chain, PauseChain, c->grabber, NULL));
    assert_refused(CALL(chain, StartChain, c->grabber, NULL));
    assert_refused(CALL(chain, RemoveChain, c->grabber, NULL));
    LET_GO(chain);
    assert_hr(CALL(c->g->builder, QueryInterface, &IID_IGraphConfig, (void **)&config), S_OK);
    assert_refused(CALL(config, Reconnect, out, NULL, NULL, NULL, NULL, 0));
    assert_refused(CALL(config, RemoveFilterEx, c->grabber, 0));
    assert_refused(CALL(config, AddFilterToCache, c->grabber));
    LET_GO(config);
    assert_hr(CALL(c->g->builder, QueryInterface, &IID_IGraphEdit, (void **)&edits), S_OK);
    assert_refused(CALL(edits, Swap, c->grabber, c->spare, NULL, NULL, &done));
    assert_hr(done.result, VFW_E_WRONG_STATE);
    assert_non_null(strstr(done.reason, "carries samples"));
    assert_refused(CALL(edits, Insert, out, c->spare, NULL, NULL, NULL));
    assert_refused(CALL(edits, Remove, c->grabber, NULL, NULL));
    assert_hr(CALL(edits, Begin, NULL, &transaction), S_OK);
    assert_hr(CALL(transaction, Remove, c->grabber), S_OK);
    assert_refused(CALL(transaction, Commit, -1, NULL));
    LET_GO(transaction);
    LET_GO(edits);
}

/* What a callback may well ask. */
static void ask(struct caller *c)
{
    LONGLONG position = -1;
    IBaseFilter *found = NULL;
    IAMStats *stats;
    double rate = 0;
    LONG count = -1;

    assert_hr(CALL(c->g->seeking, GetRate, &rate), S_OK);
    assert_true(rate == 1.0);
    assert_hr(CALL(c->g->builder, FindFilterByName, L"grabber", &found), S_OK);
    assert_ptr_equal(found, c->grabber);
    LET_GO(found);
    assert_hr(CALL(c->g->filter, SetSyncSource, NULL), S_OK);
    assert_hr(CALL(c->g->seeking, GetCurrentPosition, &position), S_OK);
    assert_int_equal(position, 0);
    assert_hr(CALL(c->g->builder, QueryInterface, &IID_IAMStats, (void **)&stats), S_OK);
    assert_hr(CALL(stats, get_Count, &count), S_OK);
    LET_GO(stats);
}

/* The way that there is: another thread does it, as soon as it can. */
static void queue_stop(struct caller *c)
{
    LPOLESTR name = (LPOLESTR)L"Stop";
    GUID iid = IID_IMediaControl;
    IQueueCommand *queue;
    DISPID method = 0;
    SHORT wrong = 0;

    assert_hr(CALL(c->g->control, GetIDsOfNames, &IID_NULL, &name, 1, 0, &method), S_OK);
    assert_hr(CALL(c->g->builder, QueryInterface, &IID_IQueueCommand, (void **)&queue), S_OK);
    assert_hr(CALL(queue, InvokeAtStreamTime, &c->command, 0, &iid, method, DISPATCH_METHOD, 0,
                   NULL, NULL, &wrong),
              S_OK);
    LET_GO(queue);
}

/* Of another graph it is a control thread like any other. */
static void command_another(struct caller *c)
{
    struct test_graph other;
    OAFilterState state;

    (void)c;
    graph_open(&other);
    real_put(&other, real_filter("testsrc", "width=72 height=16"), L"source");
    assert_true(SUCCEEDED(CALL(other.control, Run)));
    assert_hr(CALL(other.control, GetState, REAL_WAIT_MS, &state), S_OK);
    assert_int_equal(state, State_Running);
    assert_hr(CALL(other.control, Stop), S_OK);
    LET_GO(other.control);
    LET_GO(other.event);
    LET_GO(other.filter);
    LET_GO(other.seeking);
    LET_GO(other.position);
    LET_GO(other.version);
    LET_GO(other.report);
    assert_int_equal(LET_GO(other.builder), 0);
}

/* ---- what it may while it has the lock --------------------------------------------------------- */

struct change {
    IGraphConfigCallback face; /* first */
    struct caller *c;
    IGraphConfig *config; /* borrowed */
    bool was_called;
};

static HRESULT STDMETHODCALLTYPE change_query(IGraphConfigCallback *face, REFIID iid,
                                              void **out)
{
    (void)iid;
    *out = face;
    return S_OK;
}

static ULONG STDMETHODCALLTYPE change_count(IGraphConfigCallback *face)
{
    (void)face;
    return 1; /* lies on the caller's stack */
}

static HRESULT STDMETHODCALLTYPE change_do(IGraphConfigCallback *face, PVOID context,
                                           DWORD flags)
{
    struct change *change = (struct change *)face;
    struct caller *c = change->c;

    (void)context, (void)flags;
    change->was_called = true;
    command(c); /* those wait for this thread all the same */
    seek(c);
    assert_hr(CALL(c->g->builder, AddFilter, c->spare, L"spare"), S_OK);
    assert_hr(CALL(c->g->builder, Disconnect, real_pin(c->spare, PINDIR_OUTPUT, 0)), S_FALSE);
    assert_hr(CALL(change->config, RemoveFilterEx, c->spare, 0), S_OK);
    assert_hr(CALL(c->g->builder, AddFilter, c->spare, L"spare"), S_OK);
    assert_hr(CALL(c->g->builder, RemoveFilter, c->spare), S_OK);
    assert_hr(CALL(change->config, AddFilterToCache, c->spare), S_OK);
    assert_hr(CALL(change->config, RemoveFilterFromCache, c->spare), S_OK);
    return S_OK;
}

static IGraphConfigCallbackVtbl change_vtbl = {
    .QueryInterface = change_query,
    .AddRef = change_count,
    .Release = change_count,
    .Reconfigure = change_do,
};

/* Nobody can wait for this thread under the lock: it has that itself. */
static void reconfigure(struct caller *c)
{
    struct change change = { .face = { &change_vtbl }, .c = c };
    HANDLE abort = CreateEventW(NULL, TRUE, FALSE, NULL);

    assert_hr(CALL(c->g->builder, QueryInterface, &IID_IGraphConfig, (void **)&change.config),
              S_OK);
    assert_hr(CALL(change.config, Reconfigure, &change.face, NULL, 0, abort), S_OK);
    assert_true(change.was_called);
    LET_GO(change.config);
    CloseHandle(abort);
}

/* ---- where it calls from ------------------------------------------------------------------- */

struct scene {
    struct test_graph g;
    struct caller c;
    ISampleGrabber *grabber;
    unsigned members;
};

/* testsrc ! grabber ! null, or with a queue before the grabber: that thread is a pump's.  The thread has made
 * its call when this returns. */
static void scene_open(struct scene *s, const CLSID *clsid, bool has_queue,
                       void (*act)(struct caller *c))
{
    IBaseFilter *source, *sink, *last;

    *s = (struct scene){ .c = { .face = { &caller_vtbl }, .g = &s->g, .act = act } };
    graph_open_class(&s->g, clsid);
    s->c.done = CreateEventW(NULL, TRUE, FALSE, NULL);
    last = source = real_put(&s->g, real_filter("testsrc", "width=72 height=16"), L"source");
    if (has_queue) {
        last = real_put(&s->g, real_filter("queue", ""), L"queue");
        real_join(&s->g, source, last);
    }
    s->c.grabber = real_put(&s->g, real_filter("sample-grabber", ""), L"grabber");
    s->c.spare = real_filter("invert", "");
    sink = real_put(&s->g, real_filter("null", ""), L"sink");
    real_join(&s->g, last, s->c.grabber);
    real_join(&s->g, s->c.grabber, sink);
    assert_hr(CALL(s->c.grabber, QueryInterface, &IID_ISampleGrabber, (void **)&s->grabber),
              S_OK);
    assert_hr(CALL(s->grabber, SetCallback, &s->c.face, 0), S_OK);
    s->members = graph_count(&s->g);
    assert_true(SUCCEEDED(CALL(s->g.control, Run)));
    assert_int_equal(WaitForSingleObject(s->c.done, REAL_WAIT_MS), WAIT_OBJECT_0);
}

static void scene_close(struct scene *s)
{
    assert_hr(CALL(s->grabber, SetCallback, NULL, 0), S_OK);
    LET_GO(s->grabber);
    LET_GO(s->c.spare);
    CloseHandle(s->c.done);
    graph_close(&s->g);
}

/* It plays on as if nothing had been said, and another thread's Stop is obeyed. */
static void call_from(const CLSID *clsid, bool has_queue, void (*act)(struct caller *c))
{
    OAFilterState state;
    struct scene s;

    scene_open(&s, clsid, has_queue, act);
    assert_hr(CALL(s.g.control, GetState, REAL_WAIT_MS, &state), S_OK);
    assert_int_equal(state, State_Running);
    assert_int_equal(graph_count(&s.g), s.members);
    assert_true(is_connected(real_pin(s.c.grabber, PINDIR_OUTPUT, 0)));
    assert_hr(CALL(s.g.control, Stop), S_OK);
    scene_close(&s);
}

static void from_everywhere(void (*act)(struct caller *c))
{
    call_from(&CLSID_FilterGraph, false, act);
    call_from(&CLSID_FilterGraph, true, act);
    call_from(&CLSID_FilterGraphNoThread, false, act);
}

static void test_commands(void **state)
{
    struct scene s;

    (void)state;
    from_everywhere(command);
    scene_open(&s, &CLSID_FilterGraph, false, command);
    assert_non_null(strstr(s.c.report, "IMediaControl::Stop"));
    assert_non_null(strstr(s.c.report, "carries samples"));
    assert_hr(CALL(s.g.control, Stop), S_OK);
    scene_close(&s);
}

static void test_queued(void **state)
{
    HRESULT hr, result = E_FAIL;
    OAFilterState now;
    struct scene s;

    (void)state;
    scene_open(&s, &CLSID_FilterGraph, false, queue_stop);
    while ((hr = CALL(s.c.command, GetHResult, &result)) == E_ABORT)
        ;
    assert_hr(hr, S_OK);
    assert_hr(result, S_OK);
    assert_hr(CALL(s.g.control, GetState, REAL_WAIT_MS, &now), S_OK);
    assert_int_equal(now, State_Stopped);
    LET_GO(s.c.command);
    scene_close(&s);
}

static void test_seeks(void **state)
{
    (void)state;
    from_everywhere(seek);
}

static void test_edits(void **state)
{
    (void)state;
    from_everywhere(edit);
}

static void test_reconfigure(void **state)
{
    (void)state;
    from_everywhere(reconfigure);
}

static void test_questions(void **state)
{
    (void)state;
    from_everywhere(ask);
}

/* The last reference goes in a callback: the graph ends behind its back. */
static void let_go(struct caller *c)
{
    assert_int_equal(WaitForSingleObject(c->go, REAL_WAIT_MS), WAIT_OBJECT_0);
    assert_int_equal(LET_GO(c->g->builder), 0);
}

static void test_last_reference(void **state)
{
    struct test_graph g;
    struct caller c = { .face = { &caller_vtbl }, .g = &g, .act = let_go };
    ISampleGrabber *grabber;
    IBaseFilter *source;

    (void)state;
    graph_open(&g);
    c.go = CreateEventW(NULL, TRUE, FALSE, NULL);
    c.done = CreateEventW(NULL, TRUE, FALSE, NULL);
    source = real_put(&g, real_filter("testsrc", "width=72 height=16"), L"source");
    c.grabber = real_put(&g, real_filter("sample-grabber", ""), L"grabber");
    real_join(&g, source, c.grabber);
    real_join(&g, c.grabber, real_put(&g, real_filter("null", ""), L"sink"));
    assert_hr(CALL(c.grabber, QueryInterface, &IID_ISampleGrabber, (void **)&grabber), S_OK);
    assert_hr(CALL(grabber, SetCallback, &c.face, 0), S_OK);
    LET_GO(grabber);
    assert_true(SUCCEEDED(CALL(g.control, Run)));
    LET_GO(g.control);
    LET_GO(g.event);
    LET_GO(g.filter);
    LET_GO(g.seeking);
    LET_GO(g.position);
    LET_GO(g.version);
    LET_GO(g.report);
    SetEvent(c.go);
    assert_int_equal(WaitForSingleObject(c.done, REAL_WAIT_MS), WAIT_OBJECT_0);
    while (rg_live_objects(NULL, NULL) != 0)
        sched_yield();
    CloseHandle(c.go);
    CloseHandle(c.done);
}

static void test_another_graph(void **state)
{
    (void)state;
    from_everywhere(command_another);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_commands),      cmocka_unit_test(test_seeks),
        cmocka_unit_test(test_edits),         cmocka_unit_test(test_queued),
        cmocka_unit_test(test_questions),     cmocka_unit_test(test_last_reference),
        cmocka_unit_test(test_another_graph), cmocka_unit_test(test_reconfigure),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
