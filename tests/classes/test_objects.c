/* SPDX-License-Identifier: MIT */
/* test_objects.c - CLSID_SeekingPassThru and CLSID_MemoryAllocator, made by CoCreateInstance.
 *
 * Runs: the test's thread.
 * Knows: DirectShow's interfaces.  Must not know: base/, graph/.
 */
#include "classes_test.h"

#define DURATION_HNS 80000000 /* 200 pictures */

static ISeekingPassThru *make_pass_thru(void)
{
    ISeekingPassThru *pass = NULL;

    assert_hr(CoCreateInstance(&CLSID_SeekingPassThru, NULL, CLSCTX_INPROC_SERVER,
                               &IID_ISeekingPassThru, (void **)&pass),
              S_OK);
    return pass;
}

/* ---- seeking pass-through ------------------------------------------------------------------ */

static void nothing_before_init(void **state)
{
    RG_AUTO(ISeekingPassThru) pass = make_pass_thru();
    void *face = pass;

    (void)state;
    assert_hr(ISeekingPassThru_QueryInterface(pass, &IID_IMediaSeeking, &face), E_NOINTERFACE);
    assert_null(face);
    assert_hr(ISeekingPassThru_QueryInterface(pass, &IID_IMediaPosition, &face), E_NOINTERFACE);
    assert_hr(ISeekingPassThru_Init(pass, TRUE, NULL), E_POINTER);
}

struct road {
    struct scene scene;
    IBaseFilter *source, *sink;
    IPin *pin; /* a reference: the sink's input */
    ISeekingPassThru *pass;
    IMediaSeeking *seeking;
    IMediaPosition *position;
};

static void road_open(struct road *r)
{
    scene_open(&r->scene);
    r->source = scene_add(&r->scene, make_named("testsrc"));
    set_option(r->source, "frames", "200");
    r->sink = scene_add(&r->scene, make_named("null"));
    r->pin = pin_named(r->sink, L"In");
    r->pass = make_pass_thru();
    assert_hr(ISeekingPassThru_Init(r->pass, TRUE, r->pin), S_OK);
    assert_hr(
        ISeekingPassThru_QueryInterface(r->pass, &IID_IMediaSeeking, (void **)&r->seeking),
        S_OK);
    assert_hr(
        ISeekingPassThru_QueryInterface(r->pass, &IID_IMediaPosition, (void **)&r->position),
        S_OK);
}

static void road_close(struct road *r)
{
    IMediaPosition_Release(r->position);
    IMediaSeeking_Release(r->seeking);
    assert_int_equal(ISeekingPassThru_Release(r->pass), 0);
    IPin_Release(r->pin);
    scene_close(&r->scene);
}

static void init_is_once_and_weak(void **state)
{
    struct road r;

    (void)state;
    road_open(&r);
    assert_hr(ISeekingPassThru_Init(r.pass, FALSE, r.pin), E_FAIL);
    IPin_AddRef(r.pin);
    assert_int_equal(IPin_Release(r.pin), 2); /* the graph's, and ours */
    road_close(&r);
}

static void nobody_upstream_is_not_implemented(void **state)
{
    struct road r;
    REFTIME seconds;
    LONGLONG hns = 7;
    GUID format;
    DWORD caps;
    LONG can;

    (void)state;
    road_open(&r);
    assert_hr(IMediaSeeking_GetCapabilities(r.seeking, &caps), E_NOTIMPL);
    assert_hr(IMediaSeeking_CheckCapabilities(r.seeking, &caps), E_NOTIMPL);
    assert_hr(IMediaSeeking_IsFormatSupported(r.seeking, &TIME_FORMAT_MEDIA_TIME), E_NOTIMPL);
    assert_hr(IMediaSeeking_QueryPreferredFormat(r.seeking, &format), E_NOTIMPL);
    assert_hr(IMediaSeeking_GetTimeFormat(r.seeking, &format), E_NOTIMPL);
    assert_hr(IMediaSeeking_IsUsingTimeFormat(r.seeking, &format), E_NOTIMPL);
    assert_hr(IMediaSeeking_SetTimeFormat(r.seeking, &TIME_FORMAT_MEDIA_TIME), E_NOTIMPL);
    assert_hr(IMediaSeeking_GetDuration(r.seeking, &hns), E_NOTIMPL);
    assert_hr(IMediaSeeking_GetStopPosition(r.seeking, &hns), E_NOTIMPL);
    assert_hr(IMediaSeeking_GetCurrentPosition(r.seeking, &hns), E_NOTIMPL);
    assert_hr(IMediaSeeking_ConvertTimeFormat(r.seeking, &hns, NULL, 1, NULL), E_NOTIMPL);
    assert_hr(IMediaSeeking_SetPositions(r.seeking, &hns, 0, &hns, 0), E_NOTIMPL);
    assert_hr(IMediaSeeking_GetPositions(r.seeking, &hns, &hns), E_NOTIMPL);
    assert_hr(IMediaSeeking_GetAvailable(r.seeking, &hns, &hns), E_NOTIMPL);
    assert_hr(IMediaSeeking_SetRate(r.seeking, 1.0), E_NOTIMPL);
    assert_hr(IMediaSeeking_GetRate(r.seeking, &seconds), E_NOTIMPL);
    assert_hr(IMediaSeeking_GetPreroll(r.seeking, &hns), E_NOTIMPL);
    assert_int_equal(hns, 7);
    assert_hr(IMediaPosition_get_Duration(r.position, &seconds), E_NOTIMPL);
    assert_hr(IMediaPosition_get_Duration(r.position, NULL), E_POINTER);
    assert_hr(IMediaPosition_put_CurrentPosition(r.position, 1), E_NOTIMPL);
    assert_hr(IMediaPosition_get_CurrentPosition(r.position, &seconds), E_NOTIMPL);
    assert_hr(IMediaPosition_get_CurrentPosition(r.position, NULL), E_POINTER);
    assert_hr(IMediaPosition_get_StopTime(r.position, &seconds), E_NOTIMPL);
    assert_hr(IMediaPosition_get_StopTime(r.position, NULL), E_POINTER);
    assert_hr(IMediaPosition_put_StopTime(r.position, 1), E_NOTIMPL);
    assert_hr(IMediaPosition_get_PrerollTime(r.position, &seconds), E_NOTIMPL);
    assert_hr(IMediaPosition_get_PrerollTime(r.position, NULL), E_POINTER);
    assert_hr(IMediaPosition_put_PrerollTime(r.position, 0), E_NOTIMPL);
    assert_hr(IMediaPosition_put_PrerollTime(r.position, 1), E_NOTIMPL);
    assert_hr(IMediaPosition_put_Rate(r.position, 1), E_NOTIMPL);
    assert_hr(IMediaPosition_get_Rate(r.position, &seconds), E_NOTIMPL);
    assert_hr(IMediaPosition_get_Rate(r.position, NULL), E_POINTER);
    assert_hr(IMediaPosition_CanSeekForward(r.position, &can), E_NOTIMPL);
    assert_hr(IMediaPosition_CanSeekForward(r.position, NULL), E_POINTER);
    assert_hr(IMediaPosition_CanSeekBackward(r.position, &can), E_NOTIMPL);
    road_close(&r);
}

static void calls_go_to_the_pin_upstream(void **state)
{
    LONGLONG start = 20000000, stop = 60000000, hns = 0, first = 7, last = 0;
    struct road r;
    REFTIME seconds = 0;
    DWORD caps = 0;
    LONG can = OAFALSE;

    (void)state;
    road_open(&r);
    assert_hr(scene_join(&r.scene, r.source, L"Out", r.sink, L"In"), S_OK);
    assert_hr(IMediaSeeking_GetCapabilities(r.seeking, &caps), S_OK);
    assert_int_not_equal(caps & AM_SEEKING_CanSeekAbsolute, 0);
    assert_hr(IMediaSeeking_GetDuration(r.seeking, &hns), S_OK);
    assert_int_equal(hns, DURATION_HNS);
    assert_hr(IMediaSeeking_GetDuration(r.seeking, NULL), E_POINTER);
    assert_hr(IMediaSeeking_SetPositions(r.seeking, &start, AM_SEEKING_AbsolutePositioning,
                                         &stop, AM_SEEKING_AbsolutePositioning),
              S_OK);
    assert_hr(IMediaSeeking_GetPositions(r.seeking, &start, &stop), S_OK);
    assert_int_equal(start, 20000000);
    assert_int_equal(stop, 60000000);
    assert_hr(IMediaSeeking_GetAvailable(r.seeking, &first, &last), S_OK);
    assert_int_equal(first, 0);
    assert_int_equal(last, DURATION_HNS);
    assert_hr(IMediaPosition_get_Duration(r.position, &seconds), S_OK);
    assert_true(seconds > 7.999 && seconds < 8.001);
    assert_hr(IMediaPosition_put_CurrentPosition(r.position, 3), S_OK);
    assert_hr(IMediaPosition_get_CurrentPosition(r.position, &seconds), S_OK);
    assert_true(seconds > 2.999 && seconds < 3.001);
    assert_hr(IMediaPosition_put_CurrentPosition(r.position, 1e300), E_INVALIDARG);
    assert_hr(IMediaPosition_put_StopTime(r.position, 5), S_OK);
    assert_hr(IMediaPosition_get_StopTime(r.position, &seconds), S_OK);
    assert_true(seconds > 4.999 && seconds < 5.001);
    assert_hr(IMediaPosition_put_StopTime(r.position, -1e300), E_INVALIDARG);
    assert_hr(IMediaPosition_get_Rate(r.position, &seconds), S_OK);
    assert_true(seconds == 1);
    hns = 7;
    assert_hr(IMediaSeeking_GetPreroll(r.seeking, &hns), S_OK);
    assert_int_equal(hns, 0);
    assert_hr(IMediaSeeking_GetPreroll(r.seeking, NULL), E_POINTER);
    assert_hr(IMediaPosition_get_PrerollTime(r.position, &seconds), S_OK);
    assert_true(seconds == 0);
    assert_hr(IMediaPosition_put_PrerollTime(r.position, 0), S_OK);
    assert_hr(IMediaPosition_put_PrerollTime(r.position, 1), E_NOTIMPL);
    assert_hr(IMediaPosition_CanSeekForward(r.position, &can), S_OK);
    assert_int_equal(can, OATRUE);
    assert_hr(IMediaPosition_CanSeekBackward(r.position, &can), S_OK);
    assert_int_equal(can, OATRUE);
    road_close(&r);
}

static void pass_thru_is_aggregated(void **state)
{
    (void)state;
    check_aggregation(&CLSID_SeekingPassThru, &IID_ISeekingPassThru);
}

/* ---- memory allocator ---------------------------------------------------------------------- */

static void allocator_is_whole(void **state)
{
    ALLOCATOR_PROPERTIES wanted = { 2, 100, 16, 8 }, actual;
    IMemAllocator *pool = NULL;
    IMediaSample *sample[2], *none = NULL;
    BYTE *data;

    (void)state;
    assert_hr(CoCreateInstance(&CLSID_MemoryAllocator, NULL, CLSCTX_INPROC_SERVER,
                               &IID_IMemAllocator, (void **)&pool),
              S_OK);
    assert_hr(IMemAllocator_Commit(pool), VFW_E_SIZENOTSET);
    assert_hr(IMemAllocator_SetProperties(pool, &wanted, &actual), S_OK);
    assert_hr(IMemAllocator_GetBuffer(pool, &none, NULL, NULL, 0), VFW_E_NOT_COMMITTED);
    assert_hr(IMemAllocator_Commit(pool), S_OK);
    assert_hr(IMemAllocator_SetProperties(pool, &wanted, &actual), VFW_E_ALREADY_COMMITTED);
    for (int i = 0; i < 2; i++) {
        assert_hr(IMemAllocator_GetBuffer(pool, &sample[i], NULL, NULL, 0), S_OK);
        assert_hr(IMediaSample_GetPointer(sample[i], &data), S_OK);
        assert_int_equal((uintptr_t)data % 16, 0);
    }
    assert_hr(IMemAllocator_GetBuffer(pool, &none, NULL, NULL, AM_GBF_NOWAIT), VFW_E_TIMEOUT);
    assert_null(none);
    assert_hr(IMemAllocator_Decommit(pool), S_OK);
    assert_hr(IMemAllocator_SetProperties(pool, &wanted, &actual), VFW_E_BUFFERS_OUTSTANDING);
    assert_int_equal(IMediaSample_Release(sample[0]), 0);
    assert_int_equal(IMediaSample_Release(sample[1]), 0);
    assert_hr(IMemAllocator_SetProperties(pool, &wanted, &actual), S_OK);
    assert_int_equal(IMemAllocator_Release(pool), 0);
}

/* A sample is the object's life, whoever the object is. */
static void allocator_is_aggregated(void **state)
{
    (void)state;
    check_aggregation(&CLSID_MemoryAllocator, &IID_IMemAllocator);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_before_init),
        cmocka_unit_test(init_is_once_and_weak),
        cmocka_unit_test(nobody_upstream_is_not_implemented),
        cmocka_unit_test(calls_go_to_the_pin_upstream),
        cmocka_unit_test(pass_thru_is_aggregated),
        cmocka_unit_test(allocator_is_whole),
        cmocka_unit_test(allocator_is_aggregated),
    };

    return cmocka_run_group_tests_name("objects", tests, NULL, NULL);
}
