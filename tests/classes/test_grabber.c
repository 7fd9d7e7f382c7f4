/* SPDX-License-Identifier: MIT */
/* test_grabber.c - CLSID_SampleGrabber as an application uses it: callbacks, the buffer, one shot, the
 * wanted type.
 *
 * Runs: the test's thread; callbacks on the streaming thread.
 * Knows: DirectShow's interfaces.  Must not know: base/.
 */
#include "classes_test.h"

#define FRAMES     "20"
#define N_FRAMES   20
#define FRAME_TIME 0.04

struct road {
    struct scene scene;
    IBaseFilter *source, *filter, *sink;
    ISampleGrabber *grabber;
    struct watcher watcher;
};

static void road_open(struct road *r)
{
    watcher_open(&r->watcher);
    scene_open(&r->scene);
    r->source = scene_add(&r->scene, make_named("testsrc"));
    set_option(r->source, "size", "96x64");
    set_option(r->source, "frames", FRAMES);
    r->filter = scene_add(&r->scene, make_filter(&CLSID_SampleGrabber));
    r->sink = scene_add(&r->scene, make_named("null"));
    r->grabber = grabber_face(r->filter);
}

static void road_join(struct road *r)
{
    assert_hr(scene_join(&r->scene, r->source, L"Out", r->filter, L"In"), S_OK);
    assert_hr(scene_join(&r->scene, r->filter, L"Out", r->sink, L"In"), S_OK);
}

static void road_play(struct road *r)
{
    scene_run(&r->scene);
    scene_wait_end(&r->scene);
    scene_stop(&r->scene);
}

static void road_close(struct road *r)
{
    ISampleGrabber_Release(r->grabber);
    scene_close(&r->scene);
    watcher_close(&r->watcher);
}

/* ---- callbacks ----------------------------------------------------------------------------- */

static void expect_all_frames(struct road *r)
{
    assert_int_equal(watcher_count(&r->watcher), N_FRAMES);
    for (int i = 0; i < N_FRAMES; i++)
        assert_true(r->watcher.seconds[i] > i * FRAME_TIME - 1e-6 &&
                    r->watcher.seconds[i] < i * FRAME_TIME + 1e-6);
    assert_int_equal(r->watcher.bytes, 96 * 64 * 3 / 2);
    assert_int_equal(pin_ledger(r->sink, L"In").samples, N_FRAMES);
}

static void every_sample_is_shown(void **state)
{
    struct road r;

    (void)state;
    road_open(&r);
    road_join(&r);
    assert_hr(ISampleGrabber_SetCallback(r.grabber, watcher_face(&r.watcher), 0), S_OK);
    road_play(&r);
    assert_int_equal(r.watcher.samples, N_FRAMES);
    expect_all_frames(&r);
    road_close(&r);
}

static void every_buffer_is_shown(void **state)
{
    struct road r;

    (void)state;
    road_open(&r);
    road_join(&r);
    assert_hr(ISampleGrabber_SetCallback(r.grabber, watcher_face(&r.watcher), 1), S_OK);
    road_play(&r);
    assert_int_equal(r.watcher.buffers, N_FRAMES);
    expect_all_frames(&r);
    road_close(&r);
}

static void null_clears_the_callback(void **state)
{
    struct road r;

    (void)state;
    road_open(&r);
    road_join(&r);
    assert_hr(ISampleGrabber_SetCallback(r.grabber, watcher_face(&r.watcher), 2), E_INVALIDARG);
    assert_hr(ISampleGrabber_SetCallback(r.grabber, watcher_face(&r.watcher), -1),
              E_INVALIDARG);
    assert_hr(ISampleGrabber_SetCallback(r.grabber, watcher_face(&r.watcher), 1), S_OK);
    assert_hr(ISampleGrabber_SetCallback(r.grabber, NULL, 7), S_OK);
    IUnknown_AddRef(&r.watcher.object.inner.i);
    assert_int_equal(IUnknown_Release(&r.watcher.object.inner.i), 1);
    road_play(&r);
    assert_int_equal(watcher_count(&r.watcher), 0);
    assert_int_equal(pin_ledger(r.sink, L"In").samples, N_FRAMES);
    road_close(&r);
}

/* None of our locks is held: the thread that sets another callback does not wait for this one. */
static void callback_can_be_taken_away_while_it_runs(void **state)
{
    struct road r;

    (void)state;
    road_open(&r);
    road_join(&r);
    watcher_hold(&r.watcher, true);
    assert_hr(ISampleGrabber_SetCallback(r.grabber, watcher_face(&r.watcher), 0), S_OK);
    assert_hr(ISampleGrabber_SetBufferSamples(r.grabber, TRUE), S_OK);
    scene_run(&r.scene);
    watcher_wait(&r.watcher, 1);
    assert_hr(ISampleGrabber_SetCallback(r.grabber, NULL, 0), S_OK);
    watcher_hold(&r.watcher, false);
    scene_wait_end(&r.scene);
    assert_int_equal(watcher_count(&r.watcher), 1);
    scene_stop(&r.scene);
    road_close(&r);
}

/* Behind a tee the sample has other readers: what the application writes is in its copy alone. */
static void writing_disturbs_nobody(void **state)
{
    struct road r;
    struct watcher other;
    IBaseFilter *tee, *beside, *end;
    ISampleGrabber *grabber;

    (void)state;
    watcher_open(&other);
    road_open(&r);
    set_option(r.source, "frames", "1");
    tee = scene_add(&r.scene, make_filter(&CLSID_InfTee));
    beside = scene_add(&r.scene, make_filter(&CLSID_SampleGrabber));
    end = scene_add(&r.scene, make_named("null"));
    assert_hr(scene_join(&r.scene, r.source, L"Out", tee, L"Input"), S_OK);
    assert_hr(scene_join(&r.scene, tee, L"Output1", r.filter, L"In"), S_OK);
    assert_hr(scene_join(&r.scene, r.filter, L"Out", r.sink, L"In"), S_OK);
    assert_hr(scene_join(&r.scene, tee, L"Output2", beside, L"In"), S_OK);
    assert_hr(scene_join(&r.scene, beside, L"Out", end, L"In"), S_OK);
    r.watcher.scribbles = true;
    grabber = grabber_face(beside);
    assert_hr(ISampleGrabber_SetCallback(r.grabber, watcher_face(&r.watcher), 0), S_OK);
    assert_hr(ISampleGrabber_SetCallback(grabber, watcher_face(&other), 0), S_OK);
    other.scribbles = true;
    road_play(&r);
    assert_int_equal(watcher_count(&r.watcher), 1);
    assert_int_equal(watcher_count(&other), 1);
    assert_int_equal(r.watcher.first_byte, other.first_byte);
    ISampleGrabber_Release(grabber);
    road_close(&r);
    watcher_close(&other);
}

/* ---- the buffer ---------------------------------------------------------------------------- */

static void buffer_is_kept_as_documented(void **state)
{
    struct road r;
    LONG bytes = 12345, room[96 * 64 * 3 / 8] = { 0 };

    (void)state;
    road_open(&r);
    assert_hr(ISampleGrabber_GetCurrentBuffer(r.grabber, NULL, room), E_POINTER);
    assert_hr(ISampleGrabber_GetCurrentBuffer(r.grabber, &bytes, NULL), VFW_E_NOT_CONNECTED);
    road_join(&r);
    assert_hr(ISampleGrabber_GetCurrentBuffer(r.grabber, &bytes, NULL), E_INVALIDARG);
    assert_hr(ISampleGrabber_SetBufferSamples(r.grabber, TRUE), S_OK);
    assert_hr(ISampleGrabber_GetCurrentBuffer(r.grabber, &bytes, NULL), VFW_E_WRONG_STATE);
    assert_int_equal(bytes, 12345);
    road_play(&r);
    assert_hr(ISampleGrabber_GetCurrentBuffer(r.grabber, &bytes, NULL), S_OK);
    assert_int_equal(bytes, sizeof(room));
    bytes = sizeof(room) - 1;
    assert_hr(ISampleGrabber_GetCurrentBuffer(r.grabber, &bytes, room), E_OUTOFMEMORY);
    bytes = sizeof(room);
    assert_hr(ISampleGrabber_GetCurrentBuffer(r.grabber, &bytes, room), S_OK);
    assert_int_equal(bytes, sizeof(room));
    assert_true(room[0] != 0 || room[1] != 0 || room[100] != 0);
    assert_hr(ISampleGrabber_SetBufferSamples(r.grabber, FALSE), S_OK);
    assert_hr(ISampleGrabber_GetCurrentBuffer(r.grabber, &bytes, room), E_INVALIDARG);
    assert_hr(ISampleGrabber_SetBufferSamples(r.grabber, TRUE), S_OK);
    assert_hr(ISampleGrabber_GetCurrentBuffer(r.grabber, &bytes, room), VFW_E_WRONG_STATE);
    road_close(&r);
}

static void current_sample_was_never_made(void **state)
{
    struct road r;
    IMediaSample *sample = (IMediaSample *)(void *)&r;

    (void)state;
    road_open(&r);
    assert_hr(ISampleGrabber_GetCurrentSample(r.grabber, NULL), E_POINTER);
    assert_hr(ISampleGrabber_GetCurrentSample(r.grabber, &sample), E_NOTIMPL);
    assert_null(sample);
    road_close(&r);
}

/* ---- one shot ------------------------------------------------------------------------------ */

static void one_shot_ends_the_stream(void **state)
{
    struct road r;

    (void)state;
    road_open(&r);
    road_join(&r);
    set_option(r.sink, "sync", "false");
    assert_hr(ISampleGrabber_SetOneShot(r.grabber, TRUE), S_OK);
    assert_hr(ISampleGrabber_SetCallback(r.grabber, watcher_face(&r.watcher), 0), S_OK);
    for (unsigned turn = 1; turn <= 2; turn++) { /* each run has its own shot */
        road_play(&r);
        assert_int_equal(watcher_count(&r.watcher), turn);
        assert_int_equal(pin_ledger(r.sink, L"In").samples, turn);
    }
    assert_hr(ISampleGrabber_SetOneShot(r.grabber, FALSE), S_OK);
    road_play(&r);
    assert_int_equal(watcher_count(&r.watcher), 2 + N_FRAMES);
    road_close(&r);
}

/* A seek asks for another picture. */
static void one_shot_again_after_a_seek(void **state)
{
    RG_AUTO(IMediaSeeking) seeking = NULL;
    LONGLONG at = 4000000;
    struct road r;

    (void)state;
    road_open(&r);
    road_join(&r);
    assert_hr(ISampleGrabber_SetOneShot(r.grabber, TRUE), S_OK);
    assert_hr(ISampleGrabber_SetCallback(r.grabber, watcher_face(&r.watcher), 0), S_OK);
    assert_hr(
        IGraphBuilder_QueryInterface(r.scene.graph, &IID_IMediaSeeking, (void **)&seeking),
        S_OK);
    scene_run(&r.scene);
    scene_wait_end(&r.scene);
    assert_hr(IMediaSeeking_SetPositions(seeking, &at, AM_SEEKING_AbsolutePositioning, NULL,
                                         AM_SEEKING_NoPositioning),
              S_OK);
    watcher_wait(&r.watcher, 2);
    scene_wait_end(&r.scene);
    assert_int_equal(watcher_count(&r.watcher), 2);
    scene_stop(&r.scene);
    com_auto_release(&seeking);
    seeking = NULL;
    road_close(&r);
}

/* ---- types --------------------------------------------------------------------------------- */

static bool takes(struct road *r, const AM_MEDIA_TYPE *type)
{
    RG_AUTO(IPin) pin = pin_named(r->filter, L"In");

    return IPin_QueryAccept(pin, type) == S_OK;
}

static void wanted_type_may_be_partial(void **state)
{
    AM_MEDIA_TYPE wanted = { .majortype = MEDIATYPE_Video };
    AM_MEDIA_TYPE video = { .majortype = MEDIATYPE_Video,
                            .subtype = MEDIASUBTYPE_RGB24,
                            .formattype = FORMAT_VideoInfo };
    AM_MEDIA_TYPE audio = { .majortype = MEDIATYPE_Audio,
                            .subtype = MEDIASUBTYPE_PCM,
                            .formattype = FORMAT_WaveFormatEx };
    struct road r;

    (void)state;
    road_open(&r);
    assert_true(takes(&r, &video) && takes(&r, &audio)); /* nothing was asked for */
    assert_hr(ISampleGrabber_SetMediaType(r.grabber, NULL), E_POINTER);
    assert_hr(ISampleGrabber_SetMediaType(r.grabber, &wanted), S_OK);
    assert_true(takes(&r, &video) && !takes(&r, &audio));
    wanted.subtype = MEDIASUBTYPE_RGB32;
    assert_hr(ISampleGrabber_SetMediaType(r.grabber, &wanted), S_OK);
    assert_false(takes(&r, &video));
    wanted.subtype = MEDIASUBTYPE_RGB24;
    wanted.formattype = FORMAT_VideoInfo;
    assert_hr(ISampleGrabber_SetMediaType(r.grabber, &wanted), S_OK);
    assert_true(takes(&r, &video));
    wanted.formattype = FORMAT_VideoInfo2;
    assert_hr(ISampleGrabber_SetMediaType(r.grabber, &wanted), S_OK);
    assert_false(takes(&r, &video));
    memset(&wanted, 0, sizeof(wanted));
    assert_hr(ISampleGrabber_SetMediaType(r.grabber, &wanted), S_OK);
    assert_true(takes(&r, &audio));
    road_close(&r);
}

static void connected_type_is_told(void **state)
{
    AM_MEDIA_TYPE type;
    struct road r;

    (void)state;
    road_open(&r);
    assert_hr(ISampleGrabber_GetConnectedMediaType(r.grabber, NULL), E_POINTER);
    assert_hr(ISampleGrabber_GetConnectedMediaType(r.grabber, &type), VFW_E_NOT_CONNECTED);
    road_join(&r);
    assert_hr(ISampleGrabber_GetConnectedMediaType(r.grabber, &type), S_OK);
    assert_true(IsEqualGUID(&type.majortype, &MEDIATYPE_Video));
    assert_true(IsEqualGUID(&type.formattype, &FORMAT_VideoInfo));
    assert_int_equal(((VIDEOINFOHEADER *)type.pbFormat)->bmiHeader.biWidth, 96);
    rg_type_clear(&type);
    road_close(&r);
}

/* It is a transform: who discards what was grabbed puts a null renderer behind it. */
static void output_has_to_be_connected(void **state)
{
    struct road r;

    (void)state;
    road_open(&r);
    assert_hr(scene_join(&r.scene, r.source, L"Out", r.filter, L"In"), S_OK);
    assert_hr(ISampleGrabber_SetCallback(r.grabber, watcher_face(&r.watcher), 0), S_OK);
    assert_true(SUCCEEDED(IBaseFilter_Pause(r.filter)));
    assert_true(SUCCEEDED(IBaseFilter_Run(r.source, 0)));
    assert_hr(IBaseFilter_Stop(r.source), S_OK);
    assert_hr(IBaseFilter_Stop(r.filter), S_OK);
    assert_int_equal(watcher_count(&r.watcher), 0);
    road_close(&r);
}

static void is_aggregated(void **state)
{
    (void)state;
    check_aggregation(&CLSID_SampleGrabber, &IID_ISampleGrabber);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_sample_is_shown),
        cmocka_unit_test(every_buffer_is_shown),
        cmocka_unit_test(null_clears_the_callback),
        cmocka_unit_test(callback_can_be_taken_away_while_it_runs),
        cmocka_unit_test(writing_disturbs_nobody),
        cmocka_unit_test(buffer_is_kept_as_documented),
        cmocka_unit_test(current_sample_was_never_made),
        cmocka_unit_test(one_shot_ends_the_stream),
        cmocka_unit_test(one_shot_again_after_a_seek),
        cmocka_unit_test(wanted_type_may_be_partial),
        cmocka_unit_test(connected_type_is_told),
        cmocka_unit_test(output_has_to_be_connected),
        cmocka_unit_test(is_aggregated),
    };

    return cmocka_run_group_tests_name("sample grabber", tests, NULL, NULL);
}
