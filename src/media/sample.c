/* SPDX-License-Identifier: MIT */
/* sample.c - the media sample: IMediaSample2 over a piece of the allocator's memory.
 *
 * Any thread may count; one holder at a time writes.  The last Release cleans the sample
 * (flags, times, type) and gives it back to its allocator.
 * Knows: its allocator.  Must not know: pins.
 */
#include "media/allocator_internal.h"

#include <string.h>

#include "media/type.h"
#include "platform/memory.h"

static struct sample *sample_of(IMediaSample2 *face)
{
    return (struct sample *)face; /* the face is the first member */
}

/* After each change of flags and times. */
static void note_info(struct sample *s)
{
    struct rg_sample_info *info = &s->head.info;

    info->has_time = (s->flags & AM_SAMPLE_TIMEVALID) != 0;
    info->has_stop = (s->flags & AM_SAMPLE_STOPVALID) != 0;
    info->start = info->has_time ? s->start : -1;
    info->stop = info->has_stop ? s->stop : -1;
    info->is_sync = (s->flags & AM_SAMPLE_SPLICEPOINT) != 0;
    info->is_preroll = (s->flags & AM_SAMPLE_PREROLL) != 0;
    info->is_discontinuity = (s->flags & AM_SAMPLE_DATADISCONTINUITY) != 0;
    info->has_type = (s->flags & AM_SAMPLE_TYPECHANGED) != 0;
}

static HRESULT STDMETHODCALLTYPE sample_query(IMediaSample2 *face, REFIID iid, void **out)
{
    if (out == NULL || iid == NULL)
        return E_POINTER;
    if (IsEqualIID(iid, &IID_IUnknown) || IsEqualIID(iid, &IID_IMediaSample) ||
        IsEqualIID(iid, &IID_IMediaSample2)) {
        face->lpVtbl->AddRef(face);
        *out = face;
        return S_OK;
    }
    *out = NULL;
    return E_NOINTERFACE;
}

static ULONG STDMETHODCALLTYPE sample_addref(IMediaSample2 *face)
{
    return atomic_fetch_add_explicit(&sample_of(face)->head.refs, 1, memory_order_relaxed) + 1;
}

static void sample_clean(struct sample *s)
{
    s->flags = 0;
    s->type_specific = 0;
    s->stream_id = AM_STREAM_MEDIA;
    s->has_media_time = false;
    s->has_extra = false;
    s->head.info.bytes = s->head.info.size;
    if (s->type != NULL) {
        rg_type_delete(s->type);
        s->type = NULL;
    }
    note_info(s);
}

static ULONG STDMETHODCALLTYPE sample_release(IMediaSample2 *face)
{
    struct sample *s = sample_of(face);
    unsigned left = atomic_fetch_sub_explicit(&s->head.refs, 1, memory_order_acq_rel) - 1;

    if (left == 0) {
        sample_clean(s);
        rg_allocator_take_back(s->allocator, s);
    }
    return left;
}

static HRESULT STDMETHODCALLTYPE get_pointer(IMediaSample2 *face, BYTE **ret)
{
    if (ret == NULL)
        return E_POINTER;
    *ret = sample_of(face)->head.info.data;
    return S_OK;
}

static LONG STDMETHODCALLTYPE get_size(IMediaSample2 *face)
{
    return (LONG)sample_of(face)->head.info.size;
}

static HRESULT STDMETHODCALLTYPE get_time(IMediaSample2 *face, REFERENCE_TIME *start,
                                          REFERENCE_TIME *stop)
{
    struct sample *s = sample_of(face);

    if (start == NULL || stop == NULL)
        return E_POINTER;
    if ((s->flags & AM_SAMPLE_TIMEVALID) == 0)
        return VFW_E_SAMPLE_TIME_NOT_SET;
    *start = s->start;
    if ((s->flags & AM_SAMPLE_STOPVALID) == 0) {
        *stop = s->start + 1; /* an interval that is not empty, as documented */
        return VFW_S_NO_STOP_TIME;
    }
    *stop = s->stop;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE set_time(IMediaSample2 *face, REFERENCE_TIME *start,
                                          REFERENCE_TIME *stop)
{
    struct sample *s = sample_of(face);

    if (start == NULL && stop != NULL)
        return E_POINTER;
    s->flags &= ~(DWORD)(AM_SAMPLE_TIMEVALID | AM_SAMPLE_STOPVALID);
    if (start != NULL) {
        s->start = *start;
        s->flags |= AM_SAMPLE_TIMEVALID;
    }
    if (stop != NULL) {
        s->stop = *stop;
        s->flags |= AM_SAMPLE_STOPVALID;
    }
    note_info(s);
    return S_OK;
}

static HRESULT flag_get(struct sample *s, DWORD flag)
{
    return (s->flags & flag) != 0 ? S_OK : S_FALSE;
}

static HRESULT flag_set(struct sample *s, DWORD flag, BOOL on)
{
    if (on)
        s->flags |= flag;
    else
        s->flags &= ~flag;
    note_info(s);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE is_sync_point(IMediaSample2 *face)
{
    return flag_get(sample_of(face), AM_SAMPLE_SPLICEPOINT);
}

static HRESULT STDMETHODCALLTYPE set_sync_point(IMediaSample2 *face, BOOL on)
{
    return flag_set(sample_of(face), AM_SAMPLE_SPLICEPOINT, on);
}

static HRESULT STDMETHODCALLTYPE is_preroll(IMediaSample2 *face)
{
    return flag_get(sample_of(face), AM_SAMPLE_PREROLL);
}

static HRESULT STDMETHODCALLTYPE set_preroll(IMediaSample2 *face, BOOL on)
{
    return flag_set(sample_of(face), AM_SAMPLE_PREROLL, on);
}

static LONG STDMETHODCALLTYPE get_actual(IMediaSample2 *face)
{
    return (LONG)sample_of(face)->head.info.bytes;
}

static HRESULT STDMETHODCALLTYPE set_actual(IMediaSample2 *face, LONG bytes)
{
    struct sample *s = sample_of(face);

    if (bytes < 0 || (ULONG)bytes > s->head.info.size)
        return VFW_E_BUFFER_OVERFLOW;
    s->head.info.bytes = (ULONG)bytes;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE get_type(IMediaSample2 *face, AM_MEDIA_TYPE **ret)
{
    struct sample *s = sample_of(face);

    if (ret == NULL)
        return E_POINTER;
    *ret = NULL;
    if ((s->flags & AM_SAMPLE_TYPECHANGED) == 0 || s->type == NULL)
        return S_FALSE;
    *ret = rg_type_new(s->type);
    return *ret != NULL ? S_OK : E_OUTOFMEMORY;
}

static HRESULT STDMETHODCALLTYPE set_type(IMediaSample2 *face, AM_MEDIA_TYPE *type)
{
    struct sample *s = sample_of(face);
    AM_MEDIA_TYPE *copy = NULL;

    if (type != NULL) {
        copy = rg_type_new(type);
        if (copy == NULL)
            return E_OUTOFMEMORY;
    }
    rg_type_delete(s->type);
    s->type = copy;
    return flag_set(s, AM_SAMPLE_TYPECHANGED, copy != NULL);
}

static HRESULT STDMETHODCALLTYPE is_discontinuity(IMediaSample2 *face)
{
    return flag_get(sample_of(face), AM_SAMPLE_DATADISCONTINUITY);
}

static HRESULT STDMETHODCALLTYPE set_discontinuity(IMediaSample2 *face, BOOL on)
{
    return flag_set(sample_of(face), AM_SAMPLE_DATADISCONTINUITY, on);
}

static HRESULT STDMETHODCALLTYPE get_media_time(IMediaSample2 *face, LONGLONG *start,
                                                LONGLONG *stop)
{
    struct sample *s = sample_of(face);

    if (start == NULL || stop == NULL)
        return E_POINTER;
    if (!s->has_media_time)
        return VFW_E_MEDIA_TIME_NOT_SET;
    *start = s->media_start;
    *stop = s->media_stop;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE set_media_time(IMediaSample2 *face, LONGLONG *start,
                                                LONGLONG *stop)
{
    struct sample *s = sample_of(face);

    if ((start == NULL) != (stop == NULL))
        return E_POINTER;
    if (start == NULL) {
        s->has_media_time = false;
        return S_OK;
    }
    s->media_start = *start;
    s->media_stop = *stop;
    s->has_media_time = true;
    return S_OK;
}

/* A caller that knows a shorter struct gets and sets only what it knows. */
static HRESULT STDMETHODCALLTYPE get_properties(IMediaSample2 *face, DWORD bytes, BYTE *ret)
{
    struct sample *s = sample_of(face);
    AM_SAMPLE2_PROPERTIES p;

    if (bytes == 0)
        return S_OK;
    if (ret == NULL)
        return E_POINTER;
    memset(&p, 0, sizeof(p));
    p.cbData = bytes < sizeof(p) ? bytes : (DWORD)sizeof(p);
    p.dwTypeSpecificFlags = s->type_specific;
    p.dwSampleFlags = s->flags;
    p.lActual = (LONG)s->head.info.bytes;
    p.tStart = s->start;
    p.tStop = s->stop;
    p.dwStreamId = s->stream_id;
    p.pMediaType = s->type; /* borrowed: valid while the sample is */
    p.pbBuffer = s->head.info.data;
    p.cbBuffer = (LONG)s->head.info.size;
    memcpy(ret, &p, p.cbData);
    return S_OK;
}

/* Does a struct of so many bytes hold the whole field? */
#define REACHES(bytes, field)                                                                  \
    ((bytes) >=                                                                                \
     offsetof(AM_SAMPLE2_PROPERTIES, field) + sizeof(((AM_SAMPLE2_PROPERTIES *)0)->field))

/* What the sample shall be, checked: what the caller's struct does not reach stays as it is. */
static HRESULT wanted_properties(struct sample *s, DWORD bytes, const BYTE *from,
                                 AM_SAMPLE2_PROPERTIES *p)
{
    AM_SAMPLE2_PROPERTIES now;

    (void)get_properties(&s->head.face, sizeof(now), (BYTE *)&now);
    *p = now;
    memcpy(p, from, bytes < sizeof(*p) ? bytes : sizeof(*p));
    if (!REACHES(bytes, pMediaType))
        p->pMediaType = now.pMediaType; /* not half a pointer */
    if (REACHES(bytes, cbBuffer) && p->cbBuffer != 0 && (ULONG)p->cbBuffer > s->head.info.size)
        return E_INVALIDARG;
    if (REACHES(bytes, pbBuffer) && p->pbBuffer != NULL && p->pbBuffer != s->head.info.data)
        return E_INVALIDARG; /* the memory is the allocator's; it cannot be exchanged */
    if (p->lActual < 0 || (ULONG)p->lActual > s->head.info.size)
        return VFW_E_BUFFER_OVERFLOW;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE set_properties(IMediaSample2 *face, DWORD bytes,
                                                const BYTE *from)
{
    struct sample *s = sample_of(face);
    AM_SAMPLE2_PROPERTIES p;
    AM_MEDIA_TYPE *type;
    HRESULT hr;

    if (bytes == 0)
        return S_OK;
    if (from == NULL)
        return E_POINTER;
    hr = wanted_properties(s, bytes, from, &p);
    if (FAILED(hr))
        return hr;
    if ((p.dwSampleFlags & AM_SAMPLE_TYPECHANGED) == 0)
        p.pMediaType = NULL; /* the flag says whether there is a type */
    if (p.pMediaType != s->type) {
        type = p.pMediaType != NULL ? rg_type_new(p.pMediaType) : NULL;
        if (type == NULL && p.pMediaType != NULL)
            return E_OUTOFMEMORY;
        rg_type_delete(s->type);
        s->type = type;
    }
    s->type_specific = p.dwTypeSpecificFlags;
    s->flags = p.dwSampleFlags;
    s->head.info.bytes = (ULONG)p.lActual;
    s->start = p.tStart;
    s->stop = p.tStop;
    (void)flag_set(s, AM_SAMPLE_TYPECHANGED, s->type != NULL);
    s->stream_id = p.dwStreamId;
    return S_OK;
}

const IMediaSample2Vtbl rg_sample_vtbl = {
    .QueryInterface = sample_query,
    .AddRef = sample_addref,
    .Release = sample_release,
    .GetPointer = get_pointer,
    .GetSize = get_size,
    .GetTime = get_time,
    .SetTime = set_time,
    .IsSyncPoint = is_sync_point,
    .SetSyncPoint = set_sync_point,
    .IsPreroll = is_preroll,
    .SetPreroll = set_preroll,
    .GetActualDataLength = get_actual,
    .SetActualDataLength = set_actual,
    .GetMediaType = get_type,
    .SetMediaType = set_type,
    .IsDiscontinuity = is_discontinuity,
    .SetDiscontinuity = set_discontinuity,
    .GetMediaTime = get_media_time,
    .SetMediaTime = set_media_time,
    .GetProperties = get_properties,
    .SetProperties = set_properties,
};

/* ---- for the allocator ----------------------------------------------------------------- */

struct sample *rg_sample_make(struct allocator *a, ULONG bytes)
{
    struct sample *s = rg_calloc(1, sizeof(*s));

    if (s == NULL)
        return NULL;
    s->head.face.lpVtbl = (IMediaSample2Vtbl *)&rg_sample_vtbl;
    s->allocator = a;
    note_info(s);
    if (!rg_allocator_memory(a, s, bytes)) {
        rg_free(s);
        return NULL;
    }
    return s;
}

void rg_sample_destroy(struct sample *s)
{
    if (s == NULL)
        return;
    rg_type_delete(s->type);
    rg_free(s->block);
    rg_free(s);
}

void rg_sample_hand_out(struct sample *s)
{
    s->head.info.bytes = s->head.info.size;
    s->next_free = NULL;
    atomic_store_explicit(&s->head.refs, 1, memory_order_relaxed);
}

static HRESULT copy_own(struct sample *to, const struct sample *from)
{
    AM_MEDIA_TYPE *type = NULL;

    if (from->type != NULL) {
        type = rg_type_new(from->type);
        if (type == NULL)
            return E_OUTOFMEMORY;
    }
    rg_type_delete(to->type);
    to->type = type;
    to->flags = from->flags;
    to->type_specific = from->type_specific;
    to->stream_id = from->stream_id;
    to->start = from->start;
    to->stop = from->stop;
    to->has_media_time = from->has_media_time;
    to->media_start = from->media_start;
    to->media_stop = from->media_stop;
    to->has_extra = from->has_extra;
    if (from->has_extra)
        to->extra = from->extra;
    note_info(to);
    return S_OK;
}

static HRESULT copy_between(IMediaSample *to, IMediaSample *from)
{
    REFERENCE_TIME start, stop;
    LONGLONG media_start, media_stop;
    AM_MEDIA_TYPE *type = NULL;
    HRESULT hr = IMediaSample_GetTime(from, &start, &stop);

    if (hr == S_OK)
        IMediaSample_SetTime(to, &start, &stop);
    else if (hr == VFW_S_NO_STOP_TIME)
        IMediaSample_SetTime(to, &start, NULL);
    else
        IMediaSample_SetTime(to, NULL, NULL);
    if (SUCCEEDED(IMediaSample_GetMediaTime(from, &media_start, &media_stop)))
        IMediaSample_SetMediaTime(to, &media_start, &media_stop);
    else
        IMediaSample_SetMediaTime(to, NULL, NULL);
    IMediaSample_SetSyncPoint(to, IMediaSample_IsSyncPoint(from) == S_OK);
    IMediaSample_SetPreroll(to, IMediaSample_IsPreroll(from) == S_OK);
    IMediaSample_SetDiscontinuity(to, IMediaSample_IsDiscontinuity(from) == S_OK);
    hr = IMediaSample_GetMediaType(from, &type);
    if (SUCCEEDED(hr))
        hr = IMediaSample_SetMediaType(to, type);
    rg_type_delete(type);
    return FAILED(hr) ? hr : S_OK;
}

HRESULT rg_sample_copy_properties(IMediaSample *to, IMediaSample *from)
{
    struct sample *own_to = rg_sample_own(to), *own_from = rg_sample_own(from);

    if (own_to != NULL && own_from != NULL)
        return copy_own(own_to, own_from);
    if (own_to != NULL)
        own_to->has_extra = false; /* another's sample has none */
    return copy_between(to, from);
}

HRESULT rg_sample_get_extra(IMediaSample *sample, struct rg_sample_extra *ret)
{
    struct sample *s = rg_sample_own(sample);

    if (s != NULL && s->has_extra) {
        *ret = s->extra;
        return S_OK;
    }
    memset(ret, 0, sizeof(*ret));
    return S_FALSE;
}

HRESULT rg_sample_set_extra(IMediaSample *sample, const struct rg_sample_extra *extra)
{
    struct sample *s = rg_sample_own(sample);

    if (s == NULL)
        return E_NOTIMPL;
    s->extra = *extra;
    s->has_extra = true;
    return S_OK;
}

HRESULT rg_sample_get_info(IMediaSample *sample, struct rg_sample_info *ret)
{
    struct sample *s = rg_sample_own(sample);
    AM_MEDIA_TYPE *type = NULL;
    HRESULT hr;

    if (s != NULL) {
        *ret = s->head.info;
        return S_OK;
    }
    memset(ret, 0, sizeof(*ret));
    hr = IMediaSample_GetPointer(sample, &ret->data);
    if (FAILED(hr))
        return hr;
    ret->bytes = (ULONG)IMediaSample_GetActualDataLength(sample);
    ret->size = (ULONG)IMediaSample_GetSize(sample);
    hr = IMediaSample_GetTime(sample, &ret->start, &ret->stop);
    ret->has_time = SUCCEEDED(hr);
    ret->has_stop = hr == S_OK;
    if (!ret->has_time)
        ret->start = -1;
    if (!ret->has_stop)
        ret->stop = -1;
    ret->is_sync = IMediaSample_IsSyncPoint(sample) == S_OK;
    ret->is_preroll = IMediaSample_IsPreroll(sample) == S_OK;
    ret->is_discontinuity = IMediaSample_IsDiscontinuity(sample) == S_OK;
    ret->has_type = IMediaSample_GetMediaType(sample, &type) == S_OK;
    rg_type_delete(type);
    return S_OK;
}
