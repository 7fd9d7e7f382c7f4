/* SPDX-License-Identifier: MIT */
/* The media sample: times, flags, IMediaSample2's struct long and short, type, and what it forgets in the pool. */
#include "support.h"

static IMemAllocator *pool;
static IMediaSample *sample;

static int setup(void **state)
{
    (void)state;
    pool = allocator_ready(1, 256);
    sample = sample_from(pool);
    return 0;
}

static int teardown(void **state)
{
    IMediaSample_Release(sample);
    IMemAllocator_Decommit(pool);
    IMemAllocator_Release(pool);
    return nothing_left(state);
}

static void renew(void)
{
    IMediaSample_Release(sample);
    sample = sample_from(pool);
}

static AM_MEDIA_TYPE some_type(BYTE mark)
{
    AM_MEDIA_TYPE type;

    assert_int_equal(rg_type_make(&type, &MEDIATYPE_Video, &MEDIASUBTYPE_RGB24,
                                  &FORMAT_VideoInfo, &(BYTE[4]){ mark, 1, 2, 3 }, 4),
                     S_OK);
    return type;
}

static void identity(void **state)
{
    IMediaSample2 *two = NULL;
    IUnknown *unknown = NULL;
    void *none = sample;

    (void)state;
    assert_int_equal(IMediaSample_QueryInterface(sample, &IID_IMediaSample2, (void **)&two),
                     S_OK);
    assert_int_equal(IMediaSample_QueryInterface(sample, &IID_IUnknown, (void **)&unknown),
                     S_OK);
    assert_ptr_equal(unknown, sample);
    assert_int_equal(IMediaSample_QueryInterface(sample, &IID_IPin, &none), E_NOINTERFACE);
    assert_null(none);
    assert_int_equal(IMediaSample_QueryInterface(sample, &IID_IPin, NULL), E_POINTER);
    assert_false(rg_sample_is_writable(sample));
    IMediaSample2_Release(two);
    assert_int_equal(IUnknown_Release(unknown), 1);
    assert_true(rg_sample_is_writable(sample));
}

static void times(void **state)
{
    REFERENCE_TIME start = 5, stop = 9, a = -7, b = -7;

    (void)state;
    assert_int_equal(IMediaSample_GetTime(sample, &a, &b), VFW_E_SAMPLE_TIME_NOT_SET);
    assert_int_equal(a, -7);
    assert_int_equal(IMediaSample_SetTime(sample, &start, NULL), S_OK);
    assert_int_equal(IMediaSample_GetTime(sample, &a, &b), VFW_S_NO_STOP_TIME);
    assert_int_equal(a, 5);
    assert_int_equal(b, 6);
    assert_int_equal(IMediaSample_SetTime(sample, &start, &stop), S_OK);
    assert_int_equal(IMediaSample_GetTime(sample, &a, &b), S_OK);
    assert_int_equal(b, 9);
    assert_int_equal(IMediaSample_GetTime(sample, NULL, &b), E_POINTER);
    assert_int_equal(IMediaSample_GetTime(sample, &a, NULL), E_POINTER);
    assert_int_equal(IMediaSample_SetTime(sample, NULL, &stop), E_POINTER);
    assert_int_equal(IMediaSample_GetTime(sample, &a, &b), S_OK); /* as it was */
    assert_int_equal(IMediaSample_SetTime(sample, NULL, NULL), S_OK);
    assert_int_equal(IMediaSample_GetTime(sample, &a, &b), VFW_E_SAMPLE_TIME_NOT_SET);
}

static void media_times(void **state)
{
    LONGLONG start = 100, stop = 200, a = 0, b = 0;

    (void)state;
    assert_int_equal(IMediaSample_GetMediaTime(sample, &a, &b), VFW_E_MEDIA_TIME_NOT_SET);
    assert_int_equal(IMediaSample_SetMediaTime(sample, &start, NULL), E_POINTER);
    assert_int_equal(IMediaSample_SetMediaTime(sample, &start, &stop), S_OK);
    assert_int_equal(IMediaSample_GetMediaTime(sample, &a, &b), S_OK);
    assert_int_equal(a, 100);
    assert_int_equal(b, 200);
    assert_int_equal(IMediaSample_SetMediaTime(sample, NULL, &stop), E_POINTER);
    assert_int_equal(IMediaSample_GetMediaTime(sample, &a, &b), S_OK); /* as it was */
    assert_int_equal(IMediaSample_GetMediaTime(sample, NULL, &b), E_POINTER);
    assert_int_equal(IMediaSample_SetMediaTime(sample, NULL, NULL), S_OK);
    assert_int_equal(IMediaSample_GetMediaTime(sample, &a, &b), VFW_E_MEDIA_TIME_NOT_SET);
}

static void flags(void **state)
{
    (void)state;
    assert_int_equal(IMediaSample_IsSyncPoint(sample), S_FALSE);
    assert_int_equal(IMediaSample_IsPreroll(sample), S_FALSE);
    assert_int_equal(IMediaSample_IsDiscontinuity(sample), S_FALSE);
    assert_int_equal(IMediaSample_SetSyncPoint(sample, TRUE), S_OK);
    assert_int_equal(IMediaSample_SetPreroll(sample, 5), S_OK);
    assert_int_equal(IMediaSample_SetDiscontinuity(sample, TRUE), S_OK);
    assert_int_equal(IMediaSample_IsSyncPoint(sample), S_OK);
    assert_int_equal(IMediaSample_IsPreroll(sample), S_OK);
    assert_int_equal(IMediaSample_IsDiscontinuity(sample), S_OK);
    assert_int_equal(IMediaSample_SetPreroll(sample, FALSE), S_OK);
    assert_int_equal(IMediaSample_IsPreroll(sample), S_FALSE);
    assert_int_equal(IMediaSample_IsSyncPoint(sample), S_OK);
}

static void length_and_pointer(void **state)
{
    (void)state;
    assert_int_equal(IMediaSample_GetPointer(sample, NULL), E_POINTER);
    assert_int_equal(IMediaSample_SetActualDataLength(sample, 256), S_OK);
    assert_int_equal(IMediaSample_SetActualDataLength(sample, 0), S_OK);
    assert_int_equal(IMediaSample_SetActualDataLength(sample, 257), VFW_E_BUFFER_OVERFLOW);
    assert_int_equal(IMediaSample_SetActualDataLength(sample, -1), VFW_E_BUFFER_OVERFLOW);
    assert_int_equal(IMediaSample_GetActualDataLength(sample), 0);
}

static void type_is_copied(void **state)
{
    AM_MEDIA_TYPE type = some_type(1), *got = (AM_MEDIA_TYPE *)(void *)&type;

    (void)state;
    assert_int_equal(IMediaSample_GetMediaType(sample, NULL), E_POINTER);
    assert_int_equal(IMediaSample_GetMediaType(sample, &got), S_FALSE);
    assert_null(got);
    assert_int_equal(IMediaSample_SetMediaType(sample, &type), S_OK);
    assert_int_equal(IMediaSample_GetMediaType(sample, &got), S_OK);
    assert_true(rg_type_equal(got, &type));
    assert_ptr_not_equal(got->pbFormat, type.pbFormat);
    rg_type_delete(got);
    assert_int_equal(IMediaSample_SetMediaType(sample, NULL), S_OK);
    assert_int_equal(IMediaSample_GetMediaType(sample, &got), S_FALSE);
    rg_type_clear(&type);
}

/* A stale change must not fire again; nor must anything else of the former use be seen. */
static void the_pool_gives_clean_samples(void **state)
{
    struct rg_sample_extra extra = { .has_dts = true, .dts = 5 }, got_extra;
    AM_MEDIA_TYPE type = some_type(1), *got = NULL;
    REFERENCE_TIME start = 1, stop = 2;
    AM_SAMPLE2_PROPERTIES p;

    (void)state;
    IMediaSample_SetMediaType(sample, &type);
    IMediaSample_SetTime(sample, &start, &stop);
    IMediaSample_SetMediaTime(sample, &start, &stop);
    IMediaSample_SetSyncPoint(sample, TRUE);
    IMediaSample_SetDiscontinuity(sample, TRUE);
    IMediaSample_SetActualDataLength(sample, 3);
    assert_int_equal(rg_sample_set_extra(sample, &extra), S_OK);
    renew();
    assert_int_equal(IMediaSample_GetMediaType(sample, &got), S_FALSE);
    assert_int_equal(IMediaSample_GetTime(sample, &start, &stop), VFW_E_SAMPLE_TIME_NOT_SET);
    assert_int_equal(IMediaSample_GetMediaTime(sample, &start, &stop),
                     VFW_E_MEDIA_TIME_NOT_SET);
    assert_int_equal(IMediaSample_IsSyncPoint(sample), S_FALSE);
    assert_int_equal(IMediaSample_IsDiscontinuity(sample), S_FALSE);
    assert_int_equal(IMediaSample_GetActualDataLength(sample), 256);
    assert_int_equal(rg_sample_get_extra(sample, &got_extra), S_FALSE);
    assert_false(got_extra.has_dts);
    assert_int_equal(
        IMediaSample2_GetProperties((IMediaSample2 *)sample, sizeof(p), (BYTE *)&p), S_OK);
    assert_int_equal(p.dwSampleFlags, 0);
    assert_int_equal(p.dwTypeSpecificFlags, 0);
    assert_int_equal(p.dwStreamId, AM_STREAM_MEDIA);
    rg_type_clear(&type);
}

/* ---- IMediaSample2 --------------------------------------------------------------------------- */

static void properties_whole(void **state)
{
    IMediaSample2 *s = (IMediaSample2 *)sample;
    AM_MEDIA_TYPE type = some_type(2), *got = NULL;
    AM_SAMPLE2_PROPERTIES p;
    REFERENCE_TIME a, b;

    (void)state;
    assert_int_equal(IMediaSample2_GetProperties(s, 0, NULL), S_OK);
    assert_int_equal(IMediaSample2_GetProperties(s, sizeof(p), NULL), E_POINTER);
    assert_int_equal(IMediaSample2_SetProperties(s, sizeof(p), NULL), E_POINTER);
    assert_int_equal(IMediaSample2_GetProperties(s, sizeof(p), (BYTE *)&p), S_OK);
    assert_int_equal(p.cbData, sizeof(p));
    assert_int_equal(p.lActual, 256);
    assert_int_equal(p.cbBuffer, 256);
    assert_null(p.pMediaType);
    p.dwTypeSpecificFlags = 0x77;
    p.dwSampleFlags = AM_SAMPLE_TIMEVALID | AM_SAMPLE_STOPVALID | AM_SAMPLE_SPLICEPOINT |
                      AM_SAMPLE_TYPECHANGED;
    p.lActual = 10;
    p.tStart = 3;
    p.tStop = 4;
    p.dwStreamId = AM_STREAM_CONTROL;
    p.pMediaType = &type;
    assert_int_equal(IMediaSample2_SetProperties(s, sizeof(p), (BYTE *)&p), S_OK);
    assert_int_equal(IMediaSample_GetTime(sample, &a, &b), S_OK);
    assert_int_equal(a, 3);
    assert_int_equal(b, 4);
    assert_int_equal(IMediaSample_IsSyncPoint(sample), S_OK);
    assert_int_equal(IMediaSample_GetActualDataLength(sample), 10);
    assert_int_equal(IMediaSample_GetMediaType(sample, &got), S_OK);
    assert_true(rg_type_equal(got, &type));
    rg_type_delete(got);
    rg_type_clear(&type);
    assert_int_equal(IMediaSample2_GetProperties(s, sizeof(p), (BYTE *)&p), S_OK);
    assert_int_equal(p.dwTypeSpecificFlags, 0x77);
    assert_int_equal(p.dwStreamId, AM_STREAM_CONTROL);
    assert_non_null(p.pMediaType);
    /* the flag says whether there is a type */
    p.dwSampleFlags &= ~(DWORD)AM_SAMPLE_TYPECHANGED;
    assert_int_equal(IMediaSample2_SetProperties(s, sizeof(p), (BYTE *)&p), S_OK);
    assert_int_equal(IMediaSample_GetMediaType(sample, &got), S_FALSE);
}

static void properties_that_do_not_fit(void **state)
{
    IMediaSample2 *s = (IMediaSample2 *)sample;
    AM_SAMPLE2_PROPERTIES p;
    BYTE elsewhere[4];

    (void)state;
    assert_int_equal(IMediaSample2_GetProperties(s, sizeof(p), (BYTE *)&p), S_OK);
    p.lActual = 257;
    assert_int_equal(IMediaSample2_SetProperties(s, sizeof(p), (BYTE *)&p),
                     VFW_E_BUFFER_OVERFLOW);
    p.lActual = -1;
    assert_int_equal(IMediaSample2_SetProperties(s, sizeof(p), (BYTE *)&p),
                     VFW_E_BUFFER_OVERFLOW);
    p.lActual = 1;
    p.pbBuffer = elsewhere;
    assert_int_equal(IMediaSample2_SetProperties(s, sizeof(p), (BYTE *)&p), E_INVALIDARG);
    p.pbBuffer = NULL;
    p.cbBuffer = 257;
    assert_int_equal(IMediaSample2_SetProperties(s, sizeof(p), (BYTE *)&p), E_INVALIDARG);
    assert_int_equal(IMediaSample_GetActualDataLength(sample), 256);
}

/* Every length, also those that end inside a field: what is not reached stays, nothing is followed. */
static void properties_short(void **state)
{
    IMediaSample2 *s = (IMediaSample2 *)sample;
    AM_MEDIA_TYPE type = some_type(3), *got = NULL;
    REFERENCE_TIME start = 11, stop = 22;

    (void)state;
    IMediaSample_SetMediaType(sample, &type);
    IMediaSample_SetTime(sample, &start, &stop);
    for (DWORD bytes = 1; bytes <= sizeof(AM_SAMPLE2_PROPERTIES); bytes++) {
        AM_SAMPLE2_PROPERTIES before, after;
        BYTE raw[sizeof(AM_SAMPLE2_PROPERTIES) + 4];

        assert_int_equal(IMediaSample2_GetProperties(s, sizeof(before), (BYTE *)&before), S_OK);
        memset(raw, 0xee, sizeof(raw));
        assert_int_equal(IMediaSample2_GetProperties(s, bytes, raw), S_OK);
        assert_int_equal(raw[bytes], 0xee);
        if (bytes >= sizeof(DWORD))
            assert_int_equal(((AM_SAMPLE2_PROPERTIES *)(void *)raw)->cbData, bytes);
        assert_int_equal(IMediaSample2_SetProperties(s, bytes, raw), S_OK);
        assert_int_equal(IMediaSample2_GetProperties(s, sizeof(after), (BYTE *)&after), S_OK);
        assert_memory_equal(&before, &after, sizeof(before));
    }
    /* bytes of a pointer that is cut off are no pointer */
    {
        AM_SAMPLE2_PROPERTIES p;
        DWORD cut = (DWORD)offsetof(AM_SAMPLE2_PROPERTIES, pMediaType) + 4;

        assert_int_equal(IMediaSample2_GetProperties(s, sizeof(p), (BYTE *)&p), S_OK);
        memset(&p.pMediaType, 0x5a, sizeof(p.pMediaType));
        assert_int_equal(IMediaSample2_SetProperties(s, cut, (BYTE *)&p), S_OK);
    }
    assert_int_equal(IMediaSample_GetMediaType(sample, &got), S_OK);
    assert_true(rg_type_equal(got, &type));
    rg_type_delete(got);
    rg_type_clear(&type);
}

/* ---- the short cut --------------------------------------------------------------------------- */

static void info_in_one_call(void **state)
{
    struct rg_sample_info info;
    REFERENCE_TIME start = 4, stop = 8;
    BYTE *data = NULL;

    (void)state;
    assert_int_equal(rg_sample_get_info(sample, &info), S_OK);
    assert_int_equal(info.start, -1);
    assert_false(info.has_time || info.has_stop || info.has_type || info.is_sync);
    IMediaSample_GetPointer(sample, &data);
    IMediaSample_SetTime(sample, &start, NULL);
    IMediaSample_SetPreroll(sample, TRUE);
    assert_int_equal(rg_sample_get_info(sample, &info), S_OK);
    assert_ptr_equal(info.data, data);
    assert_true(info.has_time && !info.has_stop && info.is_preroll);
    IMediaSample_SetTime(sample, &start, &stop);
    assert_int_equal(rg_sample_get_info(sample, &info), S_OK);
    assert_int_equal(info.stop, 8);
    assert_int_equal(info.size, 256);
}

static void properties_go_along(void **state)
{
    IMemAllocator *other_pool = allocator_ready(1, 16);
    IMediaSample *to = sample_from(other_pool);
    struct rg_sample_extra extra = { .has_dts = true, .dts = 77 }, got_extra;
    AM_MEDIA_TYPE type = some_type(9), *got = NULL;
    AM_SAMPLE2_PROPERTIES p;
    REFERENCE_TIME start = 4, stop = 8, a = 0, b = 0;

    (void)state;
    IMediaSample_SetTime(sample, &start, &stop);
    IMediaSample_SetMediaTime(sample, &start, &stop);
    IMediaSample_SetSyncPoint(sample, TRUE);
    IMediaSample_SetDiscontinuity(sample, TRUE);
    IMediaSample_SetMediaType(sample, &type);
    rg_sample_set_extra(sample, &extra);
    IMediaSample2_GetProperties((IMediaSample2 *)sample, sizeof(p), (BYTE *)&p);
    p.dwTypeSpecificFlags = 3;
    p.dwSampleFlags |= AM_SAMPLE_TIMEDISCONTINUITY;
    assert_int_equal(
        IMediaSample2_SetProperties((IMediaSample2 *)sample, sizeof(p), (BYTE *)&p), S_OK);
    IMediaSample_SetActualDataLength(to, 2);
    assert_int_equal(rg_sample_copy_properties(to, sample), S_OK);
    assert_int_equal(IMediaSample_GetTime(to, &a, &b), S_OK);
    assert_int_equal(b, 8);
    assert_int_equal(IMediaSample_GetMediaTime(to, &a, &b), S_OK);
    assert_int_equal(IMediaSample_IsSyncPoint(to), S_OK);
    assert_int_equal(IMediaSample_IsDiscontinuity(to), S_OK);
    assert_int_equal(IMediaSample_GetActualDataLength(to), 2); /* no data */
    assert_int_equal(IMediaSample_GetMediaType(to, &got), S_OK);
    assert_true(rg_type_equal(got, &type));
    rg_type_delete(got);
    assert_int_equal(rg_sample_get_extra(to, &got_extra), S_OK);
    assert_int_equal(got_extra.dts, 77);
    IMediaSample2_GetProperties((IMediaSample2 *)to, sizeof(p), (BYTE *)&p);
    assert_int_equal(p.dwTypeSpecificFlags, 3);
    assert_true((p.dwSampleFlags & AM_SAMPLE_TIMEDISCONTINUITY) != 0);
    /* and what is not there goes along too */
    renew();
    assert_int_equal(rg_sample_copy_properties(to, sample), S_OK);
    assert_int_equal(IMediaSample_GetTime(to, &a, &b), VFW_E_SAMPLE_TIME_NOT_SET);
    assert_int_equal(IMediaSample_GetMediaType(to, &got), S_FALSE);
    assert_int_equal(rg_sample_get_extra(to, &got_extra), S_FALSE);
    IMediaSample_Release(to);
    IMemAllocator_Decommit(other_pool);
    IMemAllocator_Release(other_pool);
    rg_type_clear(&type);
}

#define WITH_SAMPLE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_SAMPLE(identity),
        WITH_SAMPLE(times),
        WITH_SAMPLE(media_times),
        WITH_SAMPLE(flags),
        WITH_SAMPLE(length_and_pointer),
        WITH_SAMPLE(type_is_copied),
        WITH_SAMPLE(the_pool_gives_clean_samples),
        WITH_SAMPLE(properties_whole),
        WITH_SAMPLE(properties_that_do_not_fit),
        WITH_SAMPLE(properties_short),
        WITH_SAMPLE(info_in_one_call),
        WITH_SAMPLE(properties_go_along),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
