/* SPDX-License-Identifier: MIT */
/* test_quality.c - late samples are told upstream, by a clock that stands where the test puts it. */
#include "real_filters.h"

#define SECOND  10000000LL
#define FRAME   400000LL
#define LATENCY 100000 /* from Run to stream time 0 */

/* ---- who listens ------------------------------------------------------------------------- */

struct listener {
    IQualityControl face; /* first */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    Quality heard[64];
    unsigned count;
};

static HRESULT STDMETHODCALLTYPE listener_query(IQualityControl *face, REFIID iid, void **out)
{
    (void)iid;
    *out = face;
    return S_OK;
}

static ULONG STDMETHODCALLTYPE listener_count(IQualityControl *face)
{
    (void)face;
    return 1; /* documented: held without a reference */
}

static HRESULT STDMETHODCALLTYPE listener_notify(IQualityControl *face, IBaseFilter *from,
                                                 Quality q)
{
    struct listener *l = (struct listener *)face;

    assert_non_null(from);
    pthread_mutex_lock(&l->lock);
    if (l->count < ARRAYSIZE(l->heard))
        l->heard[l->count] = q;
    l->count++;
    pthread_cond_broadcast(&l->changed);
    pthread_mutex_unlock(&l->lock);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE listener_sink(IQualityControl *face, IQualityControl *sink)
{
    (void)face, (void)sink;
    return E_NOTIMPL;
}

static IQualityControlVtbl listener_vtbl = {
    .QueryInterface = listener_query,
    .AddRef = listener_count,
    .Release = listener_count,
    .Notify = listener_notify,
    .SetSink = listener_sink,
};

static void wait_heard(struct listener *l, unsigned count)
{
    pthread_mutex_lock(&l->lock);
    while (l->count < count)
        pthread_cond_wait(&l->changed, &l->lock);
    pthread_mutex_unlock(&l->lock);
}

/* ---- a road whose clock stands still ----------------------------------------------------- */

struct road {
    struct test_graph g;
    struct fake_filter *clock; /* ours; not in the graph */
    IBaseFilter *source, *sink;
    IQualityControl *control; /* the sink's input */
    REFERENCE_TIME start;
};

static void road_open(struct road *r)
{
    r->clock = fake_filter_new(&(struct fake_config){ .name = "clock", .has_clock = true });
    graph_open(&r->g);
    r->source = real_put(&r->g, real_filter("testsrc", "width=72 height=16"), L"source");
    r->sink = real_put(&r->g, real_filter("null", "sync=true"), L"sink");
    real_join(&r->g, r->source, r->sink);
    assert_hr(CALL(real_pin(r->sink, PINDIR_INPUT, 0), QueryInterface, &IID_IQualityControl,
                   (void **)&r->control),
              S_OK);
    fake_clock_set(r->clock, SECOND);
    assert_hr(CALL(r->g.filter, SetSyncSource, &r->clock->clock_face), S_OK);
    r->start = SECOND + LATENCY;
}

static void road_close(struct road *r)
{
    assert_hr(CALL(r->g.control, Stop), S_OK);
    LET_GO(r->control);
    assert_hr(CALL(r->g.filter, SetSyncSource, NULL), S_OK);
    fake_release(r->clock);
    graph_close(&r->g);
}

/* Each late sample is told with how late it came, and the first one that is in time again. */
static void test_told(void **state)
{
    struct listener l = {
        { &listener_vtbl }, PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, { { 0 } }, 0
    };
    struct road r;
    int drawn = -1, value = -1;
    IQualProp *prop;

    (void)state;
    road_open(&r);
    assert_hr(CALL(r.control, SetSink, &l.face), S_OK);
    real_run(&r.g);
    fake_clock_wait_advised(r.clock); /* the first one waits: it is in time */
    fake_clock_set(r.clock, r.start + SECOND);
    wait_heard(&l, 25);
    for (unsigned i = 1; i < 25; i++) {
        assert_int_equal(l.heard[i - 1].Late, SECOND - i * FRAME);
        assert_int_equal(l.heard[i - 1].TimeStamp, i * FRAME);
        assert_int_equal(l.heard[i - 1].Type, Famine);
        assert_in_range(l.heard[i - 1].Proportion, 500, 999);
    }
    assert_int_equal(l.heard[24].Late, 0);
    assert_int_equal(l.heard[24].Type, Flood);
    assert_int_equal(l.heard[24].Proportion, 1000);
    /* those that are in time are nothing to speak of */
    fake_clock_wait_advised(r.clock);
    fake_clock_set(r.clock, r.start + SECOND + FRAME);
    while (real_ledger(real_pin(r.sink, PINDIR_INPUT, 0)).samples < 28)
        ;
    assert_int_equal(l.count, 25);
    assert_hr(CALL(r.sink, QueryInterface, &IID_IQualProp, (void **)&prop), S_OK);
    assert_hr(CALL(prop, get_FramesDrawn, &drawn), S_OK);
    assert_int_equal(drawn, 27);
    assert_hr(CALL(prop, get_FramesDroppedInRenderer, &value), S_OK);
    assert_int_equal(value, 0);
    assert_hr(CALL(prop, get_AvgSyncOffset, &value), S_OK);
    assert_int_equal(value, 24 * 500 / 27); /* 960, 920 ... 40 ms */
    assert_hr(CALL(prop, get_DevSyncOffset, &value), S_OK);
    assert_in_range(value, 250, 350);
    assert_hr(CALL(prop, get_AvgFrameRate, &value), S_OK);
    assert_true(value > 0);
    assert_hr(CALL(prop, get_Jitter, &value), S_OK);
    assert_hr(CALL(prop, get_FramesDrawn, NULL), E_POINTER);
    LET_GO(prop);
    road_close(&r);
}

/* Where nobody was set it goes to whoever is upstream; a source has nothing to say to it. */
static void test_route(void **state)
{
    Quality q = { .Type = Famine, .Proportion = 500, .Late = SECOND };
    IQualityControl *control;
    IBaseFilter *middle;
    struct test_graph g;
    IBaseFilter *source, *sink;

    (void)state;
    graph_open(&g);
    source = real_put(&g, real_filter("testsrc", "width=72 height=16"), L"source");
    middle = real_put(&g, real_filter("invert", ""), L"middle");
    sink = real_put(&g, real_filter("null", ""), L"sink");
    assert_hr(CALL(real_pin(middle, PINDIR_OUTPUT, 0), QueryInterface, &IID_IQualityControl,
                   (void **)&control),
              S_OK);
    assert_hr(CALL(control, Notify, sink, q), VFW_E_NOT_FOUND); /* the end of the line */
    real_join(&g, source, middle);
    real_join(&g, middle, sink);
    assert_hr(CALL(control, Notify, sink, q), E_NOTIMPL); /* the source's answer */
    assert_hr(CALL(control, SetSink, NULL), E_NOTIMPL);
    LET_GO(control);
    graph_close(&g);
}

/* documented: the sink goes with the connection. */
static void test_sink_goes_with_connection(void **state)
{
    struct listener l = {
        { &listener_vtbl }, PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, { { 0 } }, 0
    };
    struct road r;

    (void)state;
    road_open(&r);
    assert_hr(CALL(r.control, SetSink, &l.face), S_OK);
    assert_hr(CALL(r.g.builder, Disconnect, real_pin(r.source, PINDIR_OUTPUT, 0)), S_OK);
    assert_hr(CALL(r.g.builder, Disconnect, real_pin(r.sink, PINDIR_INPUT, 0)), S_OK);
    real_join(&r.g, r.source, r.sink);
    real_run(&r.g);
    fake_clock_set(r.clock, r.start + SECOND);
    while (real_ledger(real_pin(r.sink, PINDIR_INPUT, 0)).samples < 26)
        ;
    assert_int_equal(l.count, 0);
    road_close(&r);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_told),
        cmocka_unit_test(test_route),
        cmocka_unit_test(test_sink_goes_with_connection),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
