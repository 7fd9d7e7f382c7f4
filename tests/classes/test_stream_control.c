/* SPDX-License-Identifier: MIT */
/* test_stream_control.c - IAMStreamControl of the smart tee: which samples leave, and what the graph hears.
 *
 * Runs: the test's thread; callbacks on streaming threads.
 * Knows: DirectShow's interfaces, ledgers.  Must not know: base/.
 */
#include "classes_test.h"

#define FRAMES   "50"
#define N_FRAMES 50
#define FRAME    400000LL /* 100 ns */
#define MAX_TIME 0x7FFFFFFFFFFFFFFFLL

/* testsrc ! smart tee.Capture ! grabber that is watched ! null */
struct camera {
    struct scene scene;
    IBaseFilter *tee;
    IAMStreamControl *control;
    struct watcher watcher;
};

static void camera_open(struct camera *c)
{
    RG_AUTO(IPin) output = NULL;
    IBaseFilter *source, *filter, *end;

    watcher_open(&c->watcher);
    scene_open(&c->scene);
    source = scene_add(&c->scene, make_named("testsrc"));
    set_option(source, "size", "96x64");
    set_option(source, "frames", FRAMES);
    c->tee = scene_add(&c->scene, make_filter(&CLSID_SmartTee));
    filter = scene_add(&c->scene, make_filter(&CLSID_SampleGrabber));
    end = scene_add(&c->scene, make_named("null"));
    {
        RG_AUTO(ISampleGrabber) grabber = grabber_face(filter);

        assert_hr(ISampleGrabber_SetCallback(grabber, watcher_face(&c->watcher), 0), S_OK);
    }
    assert_hr(scene_join(&c->scene, source, L"Out", c->tee, L"Input"), S_OK);
    assert_hr(scene_join(&c->scene, c->tee, L"Capture", filter, L"In"), S_OK);
    assert_hr(scene_join(&c->scene, filter, L"Out", end, L"In"), S_OK);
    output = pin_named(c->tee, L"Capture");
    assert_hr(IPin_QueryInterface(output, &IID_IAMStreamControl, (void **)&c->control), S_OK);
}

static void camera_close(struct camera *c)
{
    scene_stop(&c->scene);
    IAMStreamControl_Release(c->control);
    scene_close(&c->scene);
    watcher_close(&c->watcher);
}

/* Those and no others, and each one that is missing has its name. */
static void expect_frames(struct camera *c, unsigned first, unsigned count)
{
    RG_LEDGER ledger = pin_ledger(c->tee, L"Capture");

    assert_int_equal(watcher_count(&c->watcher), count);
    assert_int_equal(ledger.samples, count);
    assert_int_equal(ledger.samples + ledger.dropped, N_FRAMES);
    for (unsigned i = 0; i < count; i++)
        assert_int_equal((int)(c->watcher.seconds[i] * 25 + 0.5), first + i);
}

static DWORD flags_of(struct camera *c)
{
    AM_STREAM_INFO info;

    assert_hr(IAMStreamControl_GetInfo(c->control, &info), S_OK);
    return info.dwFlags;
}

/* Until EC_COMPLETE; how many events of the two kinds there were, and the last cookie of each. */
struct heard {
    unsigned started, stopped;
    LONG_PTR start_cookie, stop_cookie;
};

static struct heard listen(struct camera *c)
{
    struct heard heard = { 0 };

    for (;;) {
        LONG_PTR one, two;
        LONG code;

        assert_hr(IMediaEvent_GetEvent(c->scene.event, &code, &one, &two, 20000), S_OK);
        if (code == EC_STREAM_CONTROL_STARTED || code == EC_STREAM_CONTROL_STOPPED) {
            PIN_INFO info;

            assert_hr(IPin_QueryPinInfo((IPin *)one, &info), S_OK);
            assert_ptr_equal(info.pFilter, c->tee);
            IBaseFilter_Release(info.pFilter);
        }
        if (code == EC_STREAM_CONTROL_STARTED) {
            heard.started++;
            heard.start_cookie = two;
        }
        if (code == EC_STREAM_CONTROL_STOPPED) {
            heard.stopped++;
            heard.stop_cookie = two;
        }
        assert_hr(IMediaEvent_FreeEventParams(c->scene.event, code, one, two), S_OK);
        if (code == EC_COMPLETE)
            return heard;
    }
}

static void a_span_leaves(void **state)
{
    static const REFERENCE_TIME from = 10 * FRAME, until = 30 * FRAME;
    struct camera c;
    struct heard heard;

    (void)state;
    camera_open(&c);
    assert_int_equal(flags_of(&c), 0);
    assert_hr(IAMStreamControl_StartAt(c.control, &from, 7), S_OK);
    assert_hr(IAMStreamControl_StopAt(c.control, &until, FALSE, 8), S_OK);
    assert_int_equal(flags_of(&c), AM_STREAM_INFO_START_DEFINED | AM_STREAM_INFO_STOP_DEFINED |
                                       AM_STREAM_INFO_DISCARDING);
    scene_run(&c.scene);
    heard = listen(&c);
    expect_frames(&c, 10, 20);
    assert_int_equal(heard.started, 1);
    assert_int_equal(heard.start_cookie, 7);
    assert_int_equal(heard.stopped, 1);
    assert_int_equal(heard.stop_cookie, 8);
    assert_int_equal(flags_of(&c), AM_STREAM_INFO_DISCARDING);
    camera_close(&c);
}

/* So that whoever is behind sees that its time is over, too. */
static void one_more_is_sent(void **state)
{
    static const REFERENCE_TIME until = 30 * FRAME;
    struct camera c;

    (void)state;
    camera_open(&c);
    assert_hr(IAMStreamControl_StopAt(c.control, &until, TRUE, 8), S_OK);
    assert_int_equal(flags_of(&c),
                     AM_STREAM_INFO_STOP_DEFINED | AM_STREAM_INFO_STOP_SEND_EXTRA);
    scene_run(&c.scene);
    (void)listen(&c);
    expect_frames(&c, 0, 31);
    camera_close(&c);
}

/* A stop that comes before the start leaves a gap: what follows it is no continuation. */
static void a_gap(void **state)
{
    static const REFERENCE_TIME until = 10 * FRAME, from = 40 * FRAME;
    struct heard heard;
    struct camera c;

    (void)state;
    camera_open(&c);
    assert_hr(IAMStreamControl_StartAt(c.control, &from, 1), S_OK);
    assert_hr(IAMStreamControl_StopAt(c.control, &until, FALSE, 2), S_OK);
    scene_run(&c.scene);
    heard = listen(&c);
    assert_int_equal(watcher_count(&c.watcher), 20);
    assert_int_equal((int)(c.watcher.seconds[9] * 25 + 0.5), 9);
    assert_int_equal((int)(c.watcher.seconds[10] * 25 + 0.5), 40);
    assert_int_equal(heard.started + heard.stopped, 2);
    camera_close(&c);
}

static void at_once_and_never(void **state)
{
    static const REFERENCE_TIME never = MAX_TIME, later = 5 * FRAME;
    AM_STREAM_INFO info;
    struct heard heard;
    struct camera c;

    (void)state;
    camera_open(&c);
    assert_hr(IAMStreamControl_GetInfo(c.control, NULL), E_POINTER);
    assert_hr(IAMStreamControl_StopAt(c.control, &later, FALSE, 5), S_OK);
    assert_hr(IAMStreamControl_GetInfo(c.control, &info), S_OK);
    assert_int_equal(info.tStop, later);
    assert_int_equal(info.dwStopCookie, 5);
    assert_hr(IAMStreamControl_StopAt(c.control, &never, FALSE, 6), S_OK); /* withdrawn */
    assert_int_equal(flags_of(&c), 0);
    assert_hr(IAMStreamControl_StopAt(c.control, NULL, FALSE, 9), S_OK);
    scene_run(&c.scene);
    heard = listen(&c);
    expect_frames(&c, 0, 0);
    assert_int_equal(heard.stopped, 1);
    assert_int_equal(heard.stop_cookie, 9);
    camera_close(&c);
}

/* Once more through ICaptureGraphBuilder2, which finds the pin by itself. */
static void control_stream(void **state)
{
    REFERENCE_TIME from = 20 * FRAME, until = 25 * FRAME;
    RG_AUTO(ICaptureGraphBuilder2) builder = NULL;
    struct camera c;

    (void)state;
    camera_open(&c);
    assert_hr(CoCreateInstance(&CLSID_CaptureGraphBuilder2, NULL, CLSCTX_INPROC_SERVER,
                               &IID_ICaptureGraphBuilder2, (void **)&builder),
              S_OK);
    assert_hr(ICaptureGraphBuilder2_SetFiltergraph(builder, c.scene.graph), S_OK);
    assert_hr(
        ICaptureGraphBuilder2_ControlStream(builder, NULL, NULL, c.tee, &from, &until, 3, 4),
        S_OK);
    scene_run(&c.scene);
    (void)listen(&c);
    expect_frames(&c, 20, 5);
    com_auto_release(&builder);
    builder = NULL;
    camera_close(&c);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_span_leaves),  cmocka_unit_test(one_more_is_sent),
        cmocka_unit_test(a_gap),          cmocka_unit_test(at_once_and_never),
        cmocka_unit_test(control_stream),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
