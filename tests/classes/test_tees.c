/* SPDX-License-Identifier: MIT */
/* test_tees.c - CLSID_InfTee, CLSID_SmartTee, CLSID_NullRenderer: names, and what is lost where.
 *
 * Runs: the test's thread; callbacks on streaming threads.
 * Knows: DirectShow's interfaces, ledgers.  Must not know: base/.
 */
#include "classes_test.h"

#define FRAMES   "200"
#define N_FRAMES 200

static unsigned pins_of(IBaseFilter *filter, PIN_DIRECTION direction)
{
    RG_AUTO(IEnumPins) list = NULL;
    IPin *pin = NULL;
    unsigned n = 0;

    assert_hr(IBaseFilter_EnumPins(filter, &list), S_OK);
    while (IEnumPins_Next(list, 1, &pin, NULL) == S_OK) {
        PIN_DIRECTION its;

        assert_hr(IPin_QueryDirection(pin, &its), S_OK);
        n += its == direction;
        IPin_Release(pin);
    }
    return n;
}

static IBaseFilter *add_source(struct scene *s)
{
    IBaseFilter *source = scene_add(s, make_named("testsrc"));

    set_option(source, "size", "96x64");
    set_option(source, "frames", FRAMES);
    return source;
}

/* ---- infinite pin tee ---------------------------------------------------------------------- */

static void inf_tee_has_always_one_free_output(void **state)
{
    static const WCHAR *const names[] = { L"Output1", L"Output2", L"Output3" };
    IBaseFilter *source, *tee, *sinks[3];
    struct scene s;

    (void)state;
    scene_open(&s);
    source = add_source(&s);
    tee = scene_add(&s, make_filter(&CLSID_InfTee));
    assert_int_equal(pins_of(tee, PINDIR_OUTPUT), 1);
    assert_hr(scene_join(&s, source, L"Out", tee, L"Input"), S_OK);
    for (unsigned i = 0; i < 3; i++) {
        sinks[i] = scene_add(&s, make_named("null"));
        assert_hr(scene_join(&s, tee, names[i], sinks[i], L"In"), S_OK);
        assert_int_equal(pins_of(tee, PINDIR_OUTPUT), i + 2);
    }
    scene_run(&s);
    scene_wait_end(&s);
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(pin_ledger(sinks[i], L"In").samples, N_FRAMES);
    scene_stop(&s);
    scene_close(&s);
}

/* ---- smart tee ----------------------------------------------------------------------------- */

/* testsrc ! smart tee; each output: a grabber that is watched, and an end. */
struct studio {
    struct scene scene;
    IBaseFilter *source, *tee, *ends[2];
    struct watcher capture, preview;
};

static void add_branch(struct studio *st, const WCHAR *output, struct watcher *watcher,
                       IBaseFilter *end)
{
    IBaseFilter *filter = scene_add(&st->scene, make_filter(&CLSID_SampleGrabber));
    RG_AUTO(ISampleGrabber) grabber = grabber_face(filter);

    assert_hr(scene_join(&st->scene, st->tee, output, filter, L"In"), S_OK);
    assert_hr(scene_join(&st->scene, filter, L"Out", end, L"In"), S_OK);
    assert_hr(ISampleGrabber_SetCallback(grabber, watcher_face(watcher), 0), S_OK);
}

static void studio_open(struct studio *st)
{
    watcher_open(&st->capture);
    watcher_open(&st->preview);
    scene_open(&st->scene);
    st->source = add_source(&st->scene);
    st->tee = scene_add(&st->scene, make_filter(&CLSID_SmartTee));
    for (unsigned i = 0; i < 2; i++)
        st->ends[i] = scene_add(&st->scene, make_named("null"));
    assert_hr(scene_join(&st->scene, st->source, L"Out", st->tee, L"Input"), S_OK);
    add_branch(st, L"Capture", &st->capture, st->ends[0]);
    add_branch(st, L"Preview", &st->preview, st->ends[1]);
}

static void studio_close(struct studio *st)
{
    scene_close(&st->scene);
    watcher_close(&st->capture);
    watcher_close(&st->preview);
}

static void expect_whole_capture(struct studio *st)
{
    assert_int_equal(watcher_count(&st->capture), N_FRAMES);
    for (unsigned i = 0; i < N_FRAMES; i++) {
        assert_true(st->capture.has_time[i]);
        assert_true(st->capture.seconds[i] > i * 0.04 - 1e-6 &&
                    st->capture.seconds[i] < i * 0.04 + 1e-6);
    }
}

/* What was not shown was dropped, by name, and nothing else. */
static void expect_true_preview(struct studio *st)
{
    RG_LEDGER ledger = pin_ledger(st->tee, L"Preview");
    unsigned seen = watcher_count(&st->preview);

    assert_int_equal(ledger.samples, seen);
    assert_int_equal(ledger.samples + ledger.dropped, N_FRAMES);
    for (unsigned i = 0; i < seen; i++)
        assert_false(st->preview.has_time[i]);
}

static void smart_tee_has_three_pins(void **state)
{
    struct studio st;

    (void)state;
    studio_open(&st);
    assert_int_equal(pins_of(st.tee, PINDIR_INPUT), 1);
    assert_int_equal(pins_of(st.tee, PINDIR_OUTPUT), 2);
    scene_run(&st.scene);
    scene_wait_end(&st.scene);
    expect_whole_capture(&st);
    assert_in_range(watcher_count(&st.preview), 1, N_FRAMES);
    expect_true_preview(&st);
    assert_int_equal(st.preview.bytes, 96 * 64 * 3 / 2);
    scene_stop(&st.scene);
    studio_close(&st);
}

/* Somebody looks at the second picture and does not come back: every picture is captured all the same. */
static void stuck_preview_costs_capture_nothing(void **state)
{
    struct studio st;

    (void)state;
    studio_open(&st);
    st.preview.lets_pass = 1; /* or the graph would never be cued */
    watcher_hold(&st.preview, true);
    scene_run(&st.scene);
    watcher_wait(&st.preview, 2);
    watcher_wait(&st.capture, N_FRAMES);
    assert_int_equal(watcher_count(&st.preview), 2);
    watcher_hold(&st.preview, false);
    scene_wait_end(&st.scene);
    expect_whole_capture(&st);
    expect_true_preview(&st);
    assert_in_range(pin_ledger(st.tee, L"Preview").dropped, 1, N_FRAMES);
    scene_stop(&st.scene);
    studio_close(&st);
}

/* The same where the preview's output is blocked behind the first one. */
static void blocked_preview_costs_capture_nothing(void **state)
{
    HANDLE blocked = CreateEventW(NULL, TRUE, FALSE, NULL);
    RG_AUTO(IPinFlowControl) flow = NULL;
    struct studio st;

    (void)state;
    studio_open(&st);
    {
        RG_AUTO(IPin) preview = pin_named(st.tee, L"Preview");

        assert_hr(IPin_QueryInterface(preview, &IID_IPinFlowControl, (void **)&flow), S_OK);
    }
    assert_true(SUCCEEDED(IMediaControl_Pause(st.scene.control)));
    watcher_wait(&st.preview, 1);
    assert_hr(IPinFlowControl_Block(flow, AM_PIN_FLOW_CONTROL_BLOCK, blocked), S_OK);
    scene_run(&st.scene);
    watcher_wait(&st.capture, N_FRAMES);
    assert_int_equal(WaitForSingleObject(blocked, INFINITE), WAIT_OBJECT_0);
    assert_int_equal(watcher_count(&st.preview), 1);
    assert_hr(IPinFlowControl_Block(flow, 0, NULL), S_OK);
    scene_wait_end(&st.scene);
    expect_whole_capture(&st);
    expect_true_preview(&st);
    scene_stop(&st.scene);
    com_auto_release(&flow);
    flow = NULL;
    CloseHandle(blocked);
    studio_close(&st);
}

static void either_output_may_be_alone(void **state)
{
    static const WCHAR *const outputs[] = { L"Capture", L"Preview" };

    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        IBaseFilter *source, *tee, *end;
        struct scene s;

        scene_open(&s);
        source = add_source(&s);
        tee = scene_add(&s, make_filter(&CLSID_SmartTee));
        end = scene_add(&s, make_named("null"));
        assert_hr(scene_join(&s, source, L"Out", tee, L"Input"), S_OK);
        assert_hr(scene_join(&s, tee, outputs[i], end, L"In"), S_OK);
        scene_run(&s);
        scene_wait_end(&s);
        assert_in_range(pin_ledger(end, L"In").samples, i == 0 ? N_FRAMES : 1, N_FRAMES);
        scene_stop(&s);
        scene_close(&s);
    }
}

static void preview_has_no_say_in_quality(void **state)
{
    RG_AUTO(IQualityControl) quality = NULL;
    Quality q = { Flood, 500, 0, 0 };
    struct studio st;

    (void)state;
    studio_open(&st);
    {
        RG_AUTO(IPin) preview = pin_named(st.tee, L"Preview");

        assert_hr(IPin_QueryInterface(preview, &IID_IQualityControl, (void **)&quality), S_OK);
    }
    assert_hr(IQualityControl_Notify(quality, st.tee, q), S_OK);
    com_auto_release(&quality);
    quality = NULL;
    studio_close(&st);
}

/* ---- null renderer ------------------------------------------------------------------------- */

/* As Windows': at the time of each sample, while the graph has a clock. */
static void null_renderer_waits_for_the_clock(void **state)
{
    RG_AUTO(IMediaFilter) filter = NULL;
    IBaseFilter *source, *sink;
    struct scene s;

    (void)state;
    scene_open(&s);
    source = add_source(&s);
    sink = scene_add(&s, make_filter(&CLSID_NullRenderer));
    assert_hr(scene_join(&s, source, L"Out", sink, L"In"), S_OK);
    assert_hr(IGraphBuilder_QueryInterface(s.graph, &IID_IMediaFilter, (void **)&filter), S_OK);
    /* 8 s of pictures: done at once without a clock, and not with one */
    scene_run(&s);
    assert_hr(IMediaEvent_WaitForCompletion(s.event, 0, &(LONG){ 0 }), E_ABORT);
    scene_stop(&s);
    assert_in_range(pin_ledger(sink, L"In").samples, 0, N_FRAMES - 1);
    assert_hr(IMediaFilter_SetSyncSource(filter, NULL), S_OK);
    scene_run(&s);
    scene_wait_end(&s);
    scene_stop(&s);
    com_auto_release(&filter);
    filter = NULL;
    scene_close(&s);
}

static void are_aggregated(void **state)
{
    (void)state;
    check_aggregation(&CLSID_InfTee, &IID_IBaseFilter);
    check_aggregation(&CLSID_SmartTee, &IID_IBaseFilter);
    check_aggregation(&CLSID_NullRenderer, &IID_IBaseFilter);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(inf_tee_has_always_one_free_output),
        cmocka_unit_test(smart_tee_has_three_pins),
        cmocka_unit_test(stuck_preview_costs_capture_nothing),
        cmocka_unit_test(blocked_preview_costs_capture_nothing),
        cmocka_unit_test(either_output_may_be_alone),
        cmocka_unit_test(preview_has_no_say_in_quality),
        cmocka_unit_test(null_renderer_waits_for_the_clock),
        cmocka_unit_test(are_aggregated),
    };

    return cmocka_run_group_tests_name("tees", tests, NULL, NULL);
}
