/* SPDX-License-Identifier: MIT */
/* test_event_table.c - one row for each event code: what the graph does with it by default in each state, what the
 * host hears, and that it hears everything once the default is cancelled. */
#include "graph_test.h"

#include <poll.h>
#include <unistd.h>

#define SECOND  10000000LL
#define WAIT_MS 20000

static struct fake_log done = FAKE_LOG_INIT;

/* ---- the table --------------------------------------------------------------------------- */

/* What a parameter is. */
enum param { NUMBER = 0, TEXT, PIN, FILTER };

struct row {
    LONG code;
    enum param p1, p2;
    bool has_default; /* CancelDefaultHandling knows it */
    bool is_kept;     /* the host does not hear it by default */
    /* what the graph does then with its renderer, in each state; NULL: nothing */
    const char *stopped, *paused, *running;
    FILTER_STATE after; /* the state it leaves a running graph in; 0: running */
};

#define RESTART "sink:pause sink:run "
#define SHOW    "sink:pause sink:stop "
#define SEEK    "sink:seek "

static const struct row rows[] = {
    { EC_COMPLETE, NUMBER, FILTER, true, false, NULL, NULL, NULL, 0 },
    { EC_USERABORT, NUMBER, NUMBER, false, false, NULL, NULL, NULL, 0 },
    { EC_ERRORABORT, NUMBER, NUMBER, false, false, NULL, NULL, NULL, 0 },
    { EC_TIME, NUMBER, NUMBER, false, false, NULL, NULL, NULL, 0 },
    { EC_REPAINT, PIN, NUMBER, true, true, SHOW, SEEK, NULL, 0 },
    { EC_STREAM_ERROR_STOPPED, NUMBER, NUMBER, false, false, NULL, NULL, NULL, 0 },
    { EC_STREAM_ERROR_STILLPLAYING, NUMBER, NUMBER, false, false, NULL, NULL, NULL, 0 },
    { EC_ERROR_STILLPLAYING, NUMBER, NUMBER, false, false, NULL, NULL, NULL, 0 },
    { EC_PALETTE_CHANGED, NUMBER, NUMBER, false, false, NULL, NULL, NULL, 0 },
    { EC_VIDEO_SIZE_CHANGED, NUMBER, NUMBER, false, false, NULL, NULL, NULL, 0 },
    { EC_QUALITY_CHANGE, NUMBER, NUMBER, false, false, NULL, NULL, NULL, 0 },
    { EC_SHUTTING_DOWN, NUMBER, NUMBER, true, true, NULL, NULL, NULL, 0 },
    { EC_CLOCK_CHANGED, NUMBER, NUMBER, false, false, NULL, NULL, NULL, 0 },
    { EC_PAUSED, NUMBER, NUMBER, false, false, NULL, NULL, NULL, 0 },
    { EC_OPENING_FILE, NUMBER, NUMBER, false, false, NULL, NULL, NULL, 0 },
    { EC_BUFFERING_DATA, NUMBER, NUMBER, false, false, NULL, NULL, NULL, 0 },
    { EC_FULLSCREEN_LOST, NUMBER, FILTER, false, false, NULL, NULL, NULL, 0 },
    { EC_ACTIVATE, NUMBER, FILTER, false, false, NULL, NULL, NULL, 0 },
    { EC_NEED_RESTART, NUMBER, NUMBER, true, true, NULL, NULL, RESTART, 0 },
    { EC_WINDOW_DESTROYED, FILTER, NUMBER, false, false, NULL, NULL, NULL, 0 },
    { EC_STARVATION, NUMBER, NUMBER, true, true, NULL, NULL, RESTART, 0 },
    { EC_OLE_EVENT, TEXT, TEXT, false, false, NULL, NULL, NULL, 0 },
    { EC_NOTIFY_WINDOW, NUMBER, NUMBER, false, false, NULL, NULL, NULL, 0 },
    { EC_STREAM_CONTROL_STOPPED, PIN, NUMBER, false, false, NULL, NULL, NULL, 0 },
    { EC_STREAM_CONTROL_STARTED, PIN, NUMBER, false, false, NULL, NULL, NULL, 0 },
    { EC_END_OF_SEGMENT, NUMBER, NUMBER, false, false, NULL, NULL, NULL, 0 },
    { EC_SEGMENT_STARTED, NUMBER, NUMBER, false, false, NULL, NULL, NULL, 0 },
    { EC_LENGTH_CHANGED, NUMBER, NUMBER, true, true, NULL, NULL, NULL, 0 },
    { EC_DEVICE_LOST, FILTER, NUMBER, false, false, NULL, NULL, NULL, 0 },
    { EC_STEP_COMPLETE, NUMBER, NUMBER, true, false, NULL, NULL, "sink:pause ", State_Paused },
    { EC_SKIP_FRAMES, NUMBER, NUMBER, false, false, NULL, NULL, NULL, 0 },
    { EC_TIMECODE_AVAILABLE, FILTER, NUMBER, false, false, NULL, NULL, NULL, 0 },
    { EC_EXTDEVICE_MODE_CHANGE, NUMBER, NUMBER, false, false, NULL, NULL, NULL, 0 },
    { EC_STATE_CHANGE, NUMBER, NUMBER, true, true, NULL, NULL, NULL, 0 },
    { EC_PLEASE_REOPEN, NUMBER, NUMBER, false, false, NULL, NULL, NULL, 0 },
    { EC_STATUS, TEXT, TEXT, false, false, NULL, NULL, NULL, 0 },
    { EC_MARKER_HIT, NUMBER, NUMBER, false, false, NULL, NULL, NULL, 0 },
    { EC_LOADSTATUS, NUMBER, NUMBER, false, false, NULL, NULL, NULL, 0 },
    { EC_FILE_CLOSED, NUMBER, NUMBER, false, false, NULL, NULL, NULL, 0 },
    { EC_ERRORABORTEX, NUMBER, TEXT, false, false, NULL, NULL, NULL, 0 },
    { EC_EOS_SOON, NUMBER, NUMBER, false, false, NULL, NULL, NULL, 0 },
    { EC_CONTENTPROPERTY_CHANGED, NUMBER, NUMBER, false, false, NULL, NULL, NULL, 0 },
    { EC_BANDWIDTHCHANGE, NUMBER, NUMBER, false, false, NULL, NULL, NULL, 0 },
    { EC_VIDEOFRAMEREADY, NUMBER, NUMBER, false, false, NULL, NULL, NULL, 0 },
    { EC_GRAPH_CHANGED, NUMBER, NUMBER, false, false, NULL, NULL, NULL, 0 },
    { EC_CLOCK_UNSET, NUMBER, NUMBER, true, false, NULL, NULL, NULL, 0 },
    { EC_PREPROCESS_COMPLETE, FILTER, NUMBER, false, false, NULL, NULL, NULL, 0 },
    { EC_USER + 1, NUMBER, NUMBER, false, false, NULL, NULL, NULL, 0 },
};

/* ---- a graph to try them in -------------------------------------------------------------- */

struct stage {
    struct test_graph g;
    struct fake_filter *from, *sink; /* borrowed */
};

static void stage_open(struct stage *s, FILTER_STATE state)
{
    graph_open(&s->g);
    s->from = graph_put(
        &s->g, &(struct fake_config){ .name = "source", .outputs = 1, .out_types = "A" });
    s->sink = graph_put(&s->g, &(struct fake_config){ .name = "sink",
                                                      .inputs = 1,
                                                      .in_types = "A",
                                                      .has_clock = true,
                                                      .duration = 100 * SECOND,
                                                      .log = &done });
    assert_hr(graph_join(&s->g, s->from, 0, s->sink, 0), S_OK);
    assert_hr(CALL(s->g.builder, SetDefaultSyncSource), S_OK);
    if (state == State_Paused)
        assert_hr(CALL(s->g.control, Pause), S_OK);
    else if (state == State_Running)
        assert_hr(CALL(s->g.control, Run), S_OK);
    while (graph_event(&s->g, EC_USER, 0, NULL))
        ;
    fake_log_clear(&done);
}

static bool log_is(const char *text)
{
    bool is;

    pthread_mutex_lock(&done.lock);
    is = strcmp(done.text, text) == 0;
    pthread_mutex_unlock(&done.lock);
    return is;
}

/* The worker does one thing after another: until the renderer has seen all that and nothing else. */
static void wait_log(const char *text)
{
    while (!log_is(text)) {
        pthread_mutex_lock(&done.lock);
        if (strlen(done.text) > strlen(text) ||
            strncmp(done.text, text, strlen(done.text)) != 0)
            fail_msg("the renderer saw \"%s\", not \"%s\"", done.text, text);
        pthread_mutex_unlock(&done.lock);
    }
}

#define TEXT_BYTES 256

static void expect(char *text, const char *more)
{
    size_t length = strlen(text);

    snprintf(text + length, TEXT_BYTES - length, "%s", more);
}

/* Two things that the worker does in that state, one after the other: what was asked for before the
 * first one is done after the second.  What the renderer sees of them is added to text. */
static void barrier(struct stage *s, FILTER_STATE state, char *text)
{
    for (int i = 0; i < 2; i++) {
        expect(text, state == State_Running ? RESTART : state == State_Paused ? SEEK : SHOW);
        fake_post(s->sink, state == State_Running ? EC_NEED_RESTART : EC_REPAINT, 0, 0);
        wait_log(text);
    }
}

static LONG_PTR param_of(struct stage *s, enum param kind, int number)
{
    switch (kind) {
    case TEXT:
        return (LONG_PTR)SysAllocString(L"text");
    case PIN:
        return (LONG_PTR)fake_in(s->sink, 0);
    case FILTER:
        return (LONG_PTR)&s->sink->base;
    default:
        return number;
    }
}

static void assert_param(enum param kind, LONG_PTR got, LONG_PTR sent)
{
    if (kind == TEXT)
        assert_int_equal(wcscmp((BSTR)got, L"text"), 0);
    else
        assert_int_equal(got, sent);
}

/* The host hears this one, and no other. */
static void assert_heard(struct stage *s, const struct row *row, LONG_PTR p1, LONG_PTR p2,
                         bool by_default)
{
    LONG_PTR got1, got2;
    LONG code;

    assert_hr(CALL(s->g.event, GetEvent, &code, &got1, &got2, WAIT_MS), S_OK);
    assert_int_equal(code, row->code);
    assert_param(row->p1, got1, p1);
    if (row->code == EC_COMPLETE && by_default)
        assert_int_equal(got2, 0); /* of all renderers */
    else
        assert_param(row->p2, got2, p2);
    assert_hr(CALL(s->g.event, FreeEventParams, code, got1, got2), S_OK);
}

enum mode { BY_DEFAULT = 1, CANCELLED, RESTORED };

static void try_row(const struct row *row, FILTER_STATE state, enum mode mode)
{
    const char *effect = state == State_Running  ? row->running
                         : state == State_Paused ? row->paused
                                                 : row->stopped;
    FILTER_STATE after = state == State_Running && row->after != 0 ? row->after : state;
    HRESULT known = row->has_default ? S_OK : S_FALSE;
    char text[TEXT_BYTES] = "";
    LONG_PTR p1, p2, got1, got2;
    struct stage s;
    LONG code;

    stage_open(&s, state);
    if (mode != BY_DEFAULT)
        assert_hr(CALL(s.g.event, CancelDefaultHandling, row->code), known);
    if (mode == RESTORED)
        assert_hr(CALL(s.g.event, RestoreDefaultHandling, row->code), known);
    p1 = param_of(&s, row->p1, 0);
    p2 = param_of(&s, row->p2, 7);
    if (row->code == EC_STEP_COMPLETE)
        p2 = 0;
    fake_post(s.sink, row->code, p1, p2);
    if (mode == CANCELLED) {
        assert_heard(&s, row, p1, p2, false);
        assert_true(log_is(""));
    } else {
        if (!row->is_kept)
            assert_heard(&s, row, p1, p2, true);
        if (effect != NULL)
            expect(text, effect);
        wait_log(text);
        barrier(&s, after, text);
    }
    assert_hr(CALL(s.g.event, GetEvent, &code, &got1, &got2, 0), E_ABORT);
    graph_close(&s.g);
}

static void try_all(FILTER_STATE state, enum mode mode)
{
    for (unsigned i = 0; i < ARRAYSIZE(rows); i++)
        try_row(&rows[i], state, mode);
}

static void test_stopped(void **state)
{
    (void)state;
    try_all(State_Stopped, BY_DEFAULT);
}

static void test_paused(void **state)
{
    (void)state;
    try_all(State_Paused, BY_DEFAULT);
}

static void test_running(void **state)
{
    (void)state;
    try_all(State_Running, BY_DEFAULT);
}

static void test_cancelled(void **state)
{
    (void)state;
    try_all(State_Stopped, CANCELLED);
    try_all(State_Paused, CANCELLED);
    try_all(State_Running, CANCELLED);
}

static void test_restored(void **state)
{
    (void)state;
    try_all(State_Running, RESTORED);
}

/* ---- single defaults, more closely ------------------------------------------------------- */

/* Whoever feeds the renderer's pin repaints, in any state: the graph does nothing itself. */
static void test_repaint_upstream(void **state)
{
    struct stage s;

    (void)state;
    stage_open(&s, State_Paused);
    s.from->config.repaints = true;
    s.from->config.log = &done;
    fake_post(s.sink, EC_REPAINT, (LONG_PTR)fake_in(s.sink, 0), 0);
    wait_log("source:repaint ");
    fake_post(s.sink, EC_REPAINT, 0, 0); /* of nobody: the graph's own way */
    wait_log("source:repaint sink:seek ");
    s.from->config.log = NULL;
    graph_close(&s.g);
}

/* The stop position that the graph keeps is what the renderers say now. */
static void test_length_changed(void **state)
{
    LONGLONG at = 0, stop = 90 * SECOND, now;
    char text[TEXT_BYTES] = SEEK;
    struct stage s;

    (void)state;
    stage_open(&s, State_Stopped);
    assert_hr(CALL(s.g.seeking, SetPositions, &at, AM_SEEKING_AbsolutePositioning, &stop,
                   AM_SEEKING_AbsolutePositioning),
              S_OK);
    pthread_mutex_lock(&s.sink->lock);
    s.sink->stop_position = 40 * SECOND; /* the file has become shorter */
    pthread_mutex_unlock(&s.sink->lock);
    fake_post(s.sink, EC_LENGTH_CHANGED, 0, 0);
    barrier(&s, State_Stopped, text);
    assert_hr(CALL(s.g.control, Run), S_OK);
    fake_clock_set(s.sink, 80 * SECOND);
    assert_hr(CALL(s.g.seeking, GetCurrentPosition, &now), S_OK);
    assert_int_equal(now, 40 * SECOND);
    graph_close(&s.g);
}

/* The clock is chosen anew at the next start, and not before. */
static void test_clock_unset(void **state)
{
    IReferenceClock *clock;
    char text[TEXT_BYTES] = "";
    struct stage s;

    (void)state;
    stage_open(&s, State_Running);
    s.sink->config.has_clock = false;
    assert_hr(CALL(s.g.event, CancelDefaultHandling, EC_CLOCK_UNSET), S_OK);
    fake_post(s.sink, EC_CLOCK_UNSET, 0, 0);
    barrier(&s, State_Running, text);
    assert_hr(CALL(s.g.filter, GetSyncSource, &clock), S_OK);
    assert_ptr_equal(clock, &s.sink->clock_face);
    LET_GO(clock);
    assert_hr(CALL(s.g.event, RestoreDefaultHandling, EC_CLOCK_UNSET), S_OK);
    fake_post(s.sink, EC_CLOCK_UNSET, 0, 0);
    barrier(&s, State_Running, text);
    assert_hr(CALL(s.g.filter, GetSyncSource, &clock), S_OK);
    assert_ptr_not_equal(clock, &s.sink->clock_face);
    LET_GO(clock);
    assert_true(graph_event(&s.g, EC_CLOCK_CHANGED, 0, NULL));
    graph_close(&s.g);
}

/* ---- parameters and the queue ------------------------------------------------------------ */

/* A filter lives as long as an event speaks of it. */
static void test_interfaces_are_held(void **state)
{
    LONG_PTR p1, p2;
    struct stage s;
    LONG code;

    (void)state;
    stage_open(&s, State_Stopped);
    fake_post(s.sink, EC_DEVICE_LOST, (LONG_PTR)&s.from->base, 0);
    assert_hr(CALL(s.g.builder, RemoveFilter, &s.from->base), S_OK);
    assert_int_equal(fake_filters_alive(), 2);
    assert_hr(CALL(s.g.event, GetEvent, &code, &p1, &p2, WAIT_MS), S_OK);
    assert_ptr_equal((void *)p1, &s.from->base);
    assert_hr(CALL(s.g.event, FreeEventParams, code, p1, p2), S_OK);
    assert_int_equal(fake_filters_alive(), 1);
    graph_close(&s.g);
}

/* Nobody reads them: the queue gives back what it holds, whatever makes it. */
static void test_unread(void **state)
{
    struct stage s;
    LONG code;

    (void)state;
    stage_open(&s, State_Running);
    for (unsigned i = 0; i < ARRAYSIZE(rows); i++)
        fake_post(s.sink, rows[i].code, param_of(&s, rows[i].p1, 0),
                  param_of(&s, rows[i].p2, 0));
    assert_hr(CALL(s.g.event, SetNotifyFlags, AM_MEDIAEVENT_NONOTIFY), S_OK);
    fake_post(s.sink, EC_STATUS, param_of(&s, TEXT, 0), param_of(&s, TEXT, 0));
    fake_post(s.sink, EC_DEVICE_LOST, param_of(&s, FILTER, 0), 0);
    assert_hr(CALL(s.g.event, SetNotifyFlags, 0), S_OK);
    fake_post(s.sink, EC_STATUS, param_of(&s, TEXT, 0), param_of(&s, TEXT, 0));
    fake_post(s.sink, EC_USERABORT, 0, 0);
    assert_hr(CALL(s.g.control, Run), S_OK);
    assert_hr(CALL(s.g.event, WaitForCompletion, WAIT_MS, &code), S_OK);
    assert_int_equal(code, EC_USERABORT);
    fake_post(s.sink, EC_OLE_EVENT, param_of(&s, TEXT, 0), param_of(&s, TEXT, 0));
    graph_close(&s.g);
}

/* The handle in a loop over descriptors. */
static void test_poll(void **state)
{
    struct pollfd waits = { .events = POLLIN };
    OAEVENT handle;
    struct stage s;

    (void)state;
    stage_open(&s, State_Stopped);
    assert_hr(CALL(s.g.event, GetEventHandle, &handle), S_OK);
    assert_hr(rg_handle_fd((HANDLE)handle, &waits.fd), S_OK);
    assert_int_equal(poll(&waits, 1, 0), 0);
    fake_post(s.sink, EC_USER, 0, 0);
    assert_int_equal(poll(&waits, 1, WAIT_MS), 1);
    assert_true(graph_event(&s.g, EC_USER, 0, NULL));
    assert_int_equal(poll(&waits, 1, 0), 0);
    close(waits.fd);
    graph_close(&s.g);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stopped),
        cmocka_unit_test(test_paused),
        cmocka_unit_test(test_running),
        cmocka_unit_test(test_cancelled),
        cmocka_unit_test(test_restored),
        cmocka_unit_test(test_repaint_upstream),
        cmocka_unit_test(test_length_changed),
        cmocka_unit_test(test_clock_unset),
        cmocka_unit_test(test_interfaces_are_held),
        cmocka_unit_test(test_unread),
        cmocka_unit_test(test_poll),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
