/* SPDX-License-Identifier: MIT */
/* checks_sample.c - the samples of CLSID_MemoryAllocator: times, flags, type, properties.
 *
 * Knows: IMediaSample, IMediaSample2.  Must not know: whose samples they are.
 */
#include "fake.h"
#include "oracle.h"

#include <stddef.h>

/* One sample of 64 bytes, with the only reference; its allocator goes with it. */
static BOOL sample_make(IMemAllocator **ret_allocator, IMediaSample **ret)
{
    ALLOCATOR_PROPERTIES wish = { 1, 64, 1, 0 }, actual;
    IMemAllocator *a;

    *ret = NULL;
    if (!make(&CLSID_MemoryAllocator, "CLSID_MemoryAllocator", &IID_IMemAllocator, (void **)&a))
        return FALSE;
    (void)IMemAllocator_SetProperties(a, &wish, &actual);
    (void)IMemAllocator_Commit(a);
    (void)IMemAllocator_GetBuffer(a, ret, NULL, NULL, 0);
    *ret_allocator = a;
    return *ret != NULL;
}

static void sample_end(IMemAllocator *allocator, IMediaSample *sample)
{
    IMediaSample_Release(sample);
    (void)IMemAllocator_Decommit(allocator);
    IMemAllocator_Release(allocator);
}

void group_sample_times(void)
{
    REFERENCE_TIME from = 10000000, to = 10400000, a = 0, b = 0;
    IMemAllocator *allocator;
    IMediaSample *s;

    if (!sample_make(&allocator, &s))
        return;
    answer_hr("GetTime of a new one", IMediaSample_GetTime(s, &a, &b),
              "VFW_E_SAMPLE_TIME_NOT_SET", "no time was set");
    answer_hr("SetTime", IMediaSample_SetTime(s, &from, &to), "S_OK", "both times");
    answer_hr("GetTime", IMediaSample_GetTime(s, &a, &b), "S_OK", "both are there");
    answer_value("start", a, "10000000", "as was set");
    answer_value("stop", b, "10400000", "as was set");
    answer_hr("SetTime of a start alone", IMediaSample_SetTime(s, &from, NULL), "S_OK",
              "the stop time is not valid then");
    answer_hr("GetTime of a start alone", IMediaSample_GetTime(s, &a, &b), "VFW_S_NO_STOP_TIME",
              "there is no stop time");
    answer_value("its start", a, "10000000", "as was set");
    answer_value("its stop", b, "10000001",
                 "one more than the start, so that the time is not empty");
    answer_hr("SetTime of nothing", IMediaSample_SetTime(s, NULL, NULL), "S_OK",
              "the times are not valid any more");
    answer_hr("GetTime of nothing", IMediaSample_GetTime(s, &a, &b),
              "VFW_E_SAMPLE_TIME_NOT_SET", "cleared");
    from = -5;
    to = 5;
    (void)IMediaSample_SetTime(s, &from, &to);
    answer_hr("GetTime before zero", IMediaSample_GetTime(s, &a, &b), "S_OK",
              "times before the start of the stream are allowed");
    answer_value("start before zero", a, "-5", "as was set");
    answer_hr("GetMediaTime of a new one", IMediaSample_GetMediaTime(s, &a, &b),
              "VFW_E_MEDIA_TIME_NOT_SET", "no media time was set");
    from = 7;
    to = 9;
    answer_hr("SetMediaTime", IMediaSample_SetMediaTime(s, &from, &to), "S_OK", "both");
    answer_hr("GetMediaTime", IMediaSample_GetMediaTime(s, &a, &b), "S_OK", "both are there");
    answer_value("media start", a, "7", "as was set");
    answer_value("media stop", b, "9", "as was set");
    answer_hr("SetMediaTime of nothing", IMediaSample_SetMediaTime(s, NULL, NULL), "S_OK",
              "cleared");
    answer_hr("GetMediaTime of nothing", IMediaSample_GetMediaTime(s, &a, &b),
              "VFW_E_MEDIA_TIME_NOT_SET", "cleared");
    sample_end(allocator, s);
}

void group_sample_flags(void)
{
    IMemAllocator *allocator;
    IMediaSample *s;
    BYTE *data = NULL;

    if (!sample_make(&allocator, &s))
        return;
    answer_hr("IsSyncPoint of a new one", IMediaSample_IsSyncPoint(s), "S_FALSE", "not set");
    answer_hr("SetSyncPoint", IMediaSample_SetSyncPoint(s, TRUE), "S_OK", "set");
    answer_hr("IsSyncPoint", IMediaSample_IsSyncPoint(s), "S_OK", "it was set");
    answer_hr("SetSyncPoint to no", IMediaSample_SetSyncPoint(s, FALSE), "S_OK", "taken back");
    answer_hr("IsSyncPoint after that", IMediaSample_IsSyncPoint(s), "S_FALSE", "taken back");
    answer_hr("IsPreroll of a new one", IMediaSample_IsPreroll(s), "S_FALSE", "not set");
    answer_hr("SetPreroll", IMediaSample_SetPreroll(s, TRUE), "S_OK", "set");
    answer_hr("IsPreroll", IMediaSample_IsPreroll(s), "S_OK", "it was set");
    answer_hr("SetPreroll to no", IMediaSample_SetPreroll(s, FALSE), "S_OK", "taken back");
    answer_hr("IsPreroll after that", IMediaSample_IsPreroll(s), "S_FALSE", "taken back");
    answer_hr("IsDiscontinuity of a new one", IMediaSample_IsDiscontinuity(s), "S_FALSE",
              "not set");
    answer_hr("SetDiscontinuity", IMediaSample_SetDiscontinuity(s, TRUE), "S_OK", "set");
    answer_hr("IsDiscontinuity", IMediaSample_IsDiscontinuity(s), "S_OK", "it was set");
    answer_hr("SetDiscontinuity to no", IMediaSample_SetDiscontinuity(s, FALSE), "S_OK",
              "taken back");
    answer_hr("IsDiscontinuity after that", IMediaSample_IsDiscontinuity(s), "S_FALSE",
              "taken back");
    answer_hr("GetPointer", IMediaSample_GetPointer(s, &data), "S_OK", "its memory");
    answer_yes("writable", data != NULL && (data[63] = 7) == 7, "all of it");
    answer_value("GetSize", IMediaSample_GetSize(s), "64", "as SetProperties asked");
    answer_hr("SetActualDataLength", IMediaSample_SetActualDataLength(s, 10), "S_OK",
              "less than the size");
    answer_value("GetActualDataLength", IMediaSample_GetActualDataLength(s), "10",
                 "as was set");
    answer_hr("SetActualDataLength 0", IMediaSample_SetActualDataLength(s, 0), "S_OK",
              "an empty sample");
    answer_hr("SetActualDataLength of all", IMediaSample_SetActualDataLength(s, 64), "S_OK",
              "all of the buffer");
    answer_hr("SetActualDataLength of more", IMediaSample_SetActualDataLength(s, 65),
              "VFW_E_BUFFER_OVERFLOW", "more than the buffer holds");
    answer_value("GetActualDataLength after that", IMediaSample_GetActualDataLength(s), "64",
                 "a call that fails changes nothing");
    sample_end(allocator, s);
}

void group_sample_type(void)
{
    AM_MEDIA_TYPE type, *got = (AM_MEDIA_TYPE *)&type, *second = NULL;
    IMemAllocator *allocator;
    IMediaSample *s;
    BYTE block[3] = { 1, 2, 3 };

    if (!sample_make(&allocator, &s))
        return;
    fake_type(&type, &fake_major, &fake_subtype);
    type.cbFormat = sizeof(block);
    type.pbFormat = block;
    answer_hr("GetMediaType of a new one", IMediaSample_GetMediaType(s, &got), "S_FALSE",
              "the type has not changed");
    answer_yes("it is NULL then", got == NULL, "there is none");
    answer_hr("SetMediaType", IMediaSample_SetMediaType(s, &type), "S_OK", "a new type");
    block[0] = 9; /* the caller's block is his own again */
    answer_hr("GetMediaType", IMediaSample_GetMediaType(s, &got), "S_OK",
              "the type has changed");
    if (got == NULL)
        return;
    answer_yes("major type", IsEqualGUID(&got->majortype, &fake_major), "as was set");
    answer_yes("a copy of the format block", got->cbFormat == 3 && got->pbFormat[0] == 1,
               "SetMediaType copies");
    (void)IMediaSample_GetMediaType(s, &second);
    answer_yes("a copy each time",
               second != got && second != NULL && second->pbFormat != got->pbFormat,
               "the caller owns it, with its block");
    CoTaskMemFree(got->pbFormat);
    CoTaskMemFree(got);
    if (second != NULL) {
        CoTaskMemFree(second->pbFormat);
        CoTaskMemFree(second);
    }
    answer_hr("SetMediaType of nothing", IMediaSample_SetMediaType(s, NULL), "S_OK",
              "the type is that of the connection again");
    answer_hr("GetMediaType of nothing", IMediaSample_GetMediaType(s, &got), "S_FALSE",
              "cleared");
    sample_end(allocator, s);
}

static void properties_set(IMediaSample *s, IMediaSample2 *s2)
{
    AM_SAMPLE2_PROPERTIES p;
    REFERENCE_TIME from = 0, to = 0;

    ZeroMemory(&p, sizeof(p));
    p.cbData = sizeof(p);
    p.dwSampleFlags = AM_SAMPLE_SPLICEPOINT | AM_SAMPLE_TIMEVALID | AM_SAMPLE_STOPVALID;
    p.lActual = 20;
    p.tStart = 100;
    p.tStop = 200;
    p.dwStreamId = AM_STREAM_CONTROL;
    answer_hr("SetProperties", IMediaSample2_SetProperties(s2, sizeof(p), (BYTE *)&p), "S_OK",
              "all of them");
    answer_hr("IsSyncPoint", IMediaSample_IsSyncPoint(s), "S_OK", "the flag was set");
    answer_hr("IsPreroll", IMediaSample_IsPreroll(s), "S_FALSE", "the flag was not set");
    answer_hr("GetTime", IMediaSample_GetTime(s, &from, &to), "S_OK", "the flags say both");
    answer_value("start", from, "100", "as was set");
    answer_value("stop", to, "200", "as was set");
    answer_value("GetActualDataLength", IMediaSample_GetActualDataLength(s), "20",
                 "as was set");
    ZeroMemory(&p, sizeof(p));
    (void)IMediaSample2_GetProperties(s2, sizeof(p), (BYTE *)&p);
    answer_value("stream", p.dwStreamId, "1", "as was set");
    p.dwSampleFlags = AM_SAMPLE_PREROLL;
    answer_hr("SetProperties of the first 12 bytes",
              IMediaSample2_SetProperties(s2, 12, (BYTE *)&p), "S_OK",
              "what the caller's struct does not reach stays");
    answer_hr("IsPreroll after that", IMediaSample_IsPreroll(s), "S_OK",
              "the flags were reached");
    answer_hr("IsSyncPoint after that", IMediaSample_IsSyncPoint(s), "S_FALSE",
              "the flags were reached");
    answer_value("GetActualDataLength after that", IMediaSample_GetActualDataLength(s), "20",
                 "it was not reached");
    answer_hr("GetTime after that", IMediaSample_GetTime(s, &from, &to),
              "VFW_E_SAMPLE_TIME_NOT_SET", "the flags say that there is none");
}

void group_sample_properties(void)
{
    AM_SAMPLE2_PROPERTIES p;
    IMemAllocator *allocator;
    IMediaSample2 *s2 = NULL;
    IMediaSample *s;
    BYTE *data = NULL;

    if (!sample_make(&allocator, &s))
        return;
    answer_hr("QueryInterface for IMediaSample2",
              IMediaSample_QueryInterface(s, &IID_IMediaSample2, (void **)&s2), "S_OK",
              "samples of the allocator have it");
    if (s2 == NULL)
        return;
    (void)IMediaSample_GetPointer(s, &data);
    (void)IMediaSample_SetActualDataLength(s, 33);
    (void)IMediaSample_SetPreroll(s, TRUE);
    ZeroMemory(&p, sizeof(p));
    answer_hr("GetProperties", IMediaSample2_GetProperties(s2, sizeof(p), (BYTE *)&p), "S_OK",
              "all of them");
    answer_value("cbData", p.cbData, "64", "the size of the struct");
    answer_value("dwSampleFlags", p.dwSampleFlags, "2", "preroll");
    answer_value("lActual", p.lActual, "33", "as was set");
    answer_value("dwStreamId", p.dwStreamId, "0", "media");
    answer_value("dwTypeSpecificFlags", p.dwTypeSpecificFlags, "0", "none");
    answer_yes("pMediaType", p.pMediaType == NULL, "no type was set");
    answer_yes("pbBuffer", p.pbBuffer == data, "as GetPointer says");
    answer_value("cbBuffer", p.cbBuffer, "64", "as GetSize says");
    ZeroMemory(&p, sizeof(p));
    answer_hr("GetProperties of the first 16 bytes",
              IMediaSample2_GetProperties(s2, 16, (BYTE *)&p), "S_OK",
              "a caller that knows less gets less");
    answer_value("lActual is among them", p.lActual, "33", "the first 16 bytes");
    answer_yes("pbBuffer is not", p.pbBuffer == NULL, "nothing is written beyond them");
    properties_set(s, s2);
    p.cbData = sizeof(p);
    p.lActual = 65;
    answer_hr("SetProperties of too many bytes",
              IMediaSample2_SetProperties(s2, 16, (BYTE *)&p), "VFW_E_BUFFER_OVERFLOW",
              "more than the buffer holds, as SetActualDataLength says");
    IMediaSample2_Release(s2);
    sample_end(allocator, s);
}

void group_sample_again(void)
{
    REFERENCE_TIME from = 1, to = 2;
    AM_MEDIA_TYPE type, *got = NULL;
    IMemAllocator *allocator;
    IUnknown *other = NULL;
    IMediaSample *s;

    if (!sample_make(&allocator, &s))
        return;
    answer_hr("QueryInterface for IMemAllocator",
              IMediaSample_QueryInterface(s, &IID_IMemAllocator, (void **)&other),
              "E_NOINTERFACE", "a sample is no allocator");
    answer_yes("NULL then", other == NULL, "a failed QueryInterface gives NULL");
    fake_type(&type, &fake_major, &fake_subtype);
    (void)IMediaSample_SetTime(s, &from, &to);
    (void)IMediaSample_SetMediaTime(s, &from, &to);
    (void)IMediaSample_SetSyncPoint(s, TRUE);
    (void)IMediaSample_SetPreroll(s, TRUE);
    (void)IMediaSample_SetDiscontinuity(s, TRUE);
    (void)IMediaSample_SetMediaType(s, &type);
    IMediaSample_Release(s);
    s = NULL;
    answer_hr("GetBuffer of one that was used",
              IMemAllocator_GetBuffer(allocator, &s, NULL, NULL, 0), "S_OK", "it came home");
    if (s == NULL)
        return;
    answer_hr("its time", IMediaSample_GetTime(s, &from, &to), "VFW_E_SAMPLE_TIME_NOT_SET",
              "a sample comes clean");
    answer_hr("its sync point", IMediaSample_IsSyncPoint(s), "S_FALSE", "a sample comes clean");
    answer_hr("its preroll", IMediaSample_IsPreroll(s), "S_FALSE", "a sample comes clean");
    answer_hr("its discontinuity", IMediaSample_IsDiscontinuity(s), "S_FALSE",
              "a sample comes clean");
    answer_hr("its type", IMediaSample_GetMediaType(s, &got), "S_FALSE",
              "a sample comes clean");
    answer_value("its size", IMediaSample_GetSize(s), "64", "the same buffer");
    sample_end(allocator, s);
}
