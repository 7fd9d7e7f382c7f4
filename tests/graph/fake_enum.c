/* SPDX-License-Identifier: MIT */
/* fake_enum.c - enumerators of a foreign filter, and a renderer's IMediaSeeking.
 *
 * See fake_filter.h.
 */
#include "fake_filter.h"

#include <stdlib.h>

/* ---- pins -------------------------------------------------------------------------------- */

struct pin_enum {
    IEnumPins face;
    atomic_uint refs;
    struct fake_filter *filter; /* reference */
    int at;
};

static HRESULT STDMETHODCALLTYPE pins_query(IEnumPins *face, REFIID iid, void **out)
{
    if (out == NULL)
        return E_POINTER;
    *out = NULL;
    if (!IsEqualIID(iid, &IID_IUnknown) && !IsEqualIID(iid, &IID_IEnumPins))
        return E_NOINTERFACE;
    *out = face;
    face->lpVtbl->AddRef(face);
    return S_OK;
}

static ULONG STDMETHODCALLTYPE pins_addref(IEnumPins *face)
{
    return atomic_fetch_add(&((struct pin_enum *)face)->refs, 1) + 1;
}

static ULONG STDMETHODCALLTYPE pins_release(IEnumPins *face)
{
    struct pin_enum *self = (struct pin_enum *)face;
    unsigned left = atomic_fetch_sub(&self->refs, 1) - 1;

    if (left == 0) {
        fake_unref(self->filter);
        free(self);
    }
    return left;
}

static HRESULT STDMETHODCALLTYPE pins_next(IEnumPins *face, ULONG count, IPin **pins,
                                           ULONG *ret_got)
{
    struct pin_enum *self = (struct pin_enum *)face;
    ULONG got = 0;

    if (pins == NULL)
        return E_POINTER;
    for (; got < count && self->at < self->filter->pin_count; got++, self->at++) {
        pins[got] = &self->filter->pins[self->at].pin;
        fake_addref(self->filter);
    }
    if (ret_got != NULL)
        *ret_got = got;
    return got == count ? S_OK : S_FALSE;
}

static HRESULT STDMETHODCALLTYPE pins_skip(IEnumPins *face, ULONG count)
{
    struct pin_enum *self = (struct pin_enum *)face;

    if (count > (ULONG)(self->filter->pin_count - self->at)) {
        self->at = self->filter->pin_count;
        return S_FALSE;
    }
    self->at += (int)count;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE pins_reset(IEnumPins *face)
{
    ((struct pin_enum *)face)->at = 0;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE pins_clone(IEnumPins *face, IEnumPins **out)
{
    struct pin_enum *self = (struct pin_enum *)face;

    return fake_enum_pins(self->filter, self->at, out);
}

static const IEnumPinsVtbl pins_vtbl = {
    .QueryInterface = pins_query,
    .AddRef = pins_addref,
    .Release = pins_release,
    .Next = pins_next,
    .Skip = pins_skip,
    .Reset = pins_reset,
    .Clone = pins_clone,
};

HRESULT fake_enum_pins(struct fake_filter *filter, int from, IEnumPins **out)
{
    struct pin_enum *self = calloc(1, sizeof(*self));

    self->face.lpVtbl = (IEnumPinsVtbl *)&pins_vtbl;
    atomic_init(&self->refs, 1);
    self->filter = filter;
    self->at = from;
    fake_addref(filter);
    *out = &self->face;
    return S_OK;
}

/* ---- types ------------------------------------------------------------------------------- */

struct type_enum {
    IEnumMediaTypes face;
    atomic_uint refs;
    struct fake_pin *pin; /* reference on its filter */
    int at;
};

static HRESULT STDMETHODCALLTYPE types_query(IEnumMediaTypes *face, REFIID iid, void **out)
{
    if (out == NULL)
        return E_POINTER;
    *out = NULL;
    if (!IsEqualIID(iid, &IID_IUnknown) && !IsEqualIID(iid, &IID_IEnumMediaTypes))
        return E_NOINTERFACE;
    *out = face;
    face->lpVtbl->AddRef(face);
    return S_OK;
}

static ULONG STDMETHODCALLTYPE types_addref(IEnumMediaTypes *face)
{
    return atomic_fetch_add(&((struct type_enum *)face)->refs, 1) + 1;
}

static ULONG STDMETHODCALLTYPE types_release(IEnumMediaTypes *face)
{
    struct type_enum *self = (struct type_enum *)face;
    unsigned left = atomic_fetch_sub(&self->refs, 1) - 1;

    if (left == 0) {
        fake_unref(self->pin->filter);
        free(self);
    }
    return left;
}

static HRESULT STDMETHODCALLTYPE types_next(IEnumMediaTypes *face, ULONG count,
                                            AM_MEDIA_TYPE **types, ULONG *ret_got)
{
    struct type_enum *self = (struct type_enum *)face;
    ULONG got = 0;

    if (types == NULL)
        return E_POINTER;
    for (; got < count && fake_pin_letter(self->pin, self->at) != 0; got++, self->at++) {
        types[got] = CoTaskMemAlloc(sizeof(AM_MEDIA_TYPE));
        if (types[got] == NULL)
            return E_OUTOFMEMORY; /* asked for one at a time: nothing to take back */
        fake_pin_type(self->pin, (int)self->at, types[got]);
    }
    if (ret_got != NULL)
        *ret_got = got;
    return got == count ? S_OK : S_FALSE;
}

static HRESULT STDMETHODCALLTYPE types_skip(IEnumMediaTypes *face, ULONG count)
{
    struct type_enum *self = (struct type_enum *)face;

    for (; count != 0; count--, self->at++)
        if (fake_pin_letter(self->pin, self->at) == 0)
            return S_FALSE;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE types_reset(IEnumMediaTypes *face)
{
    ((struct type_enum *)face)->at = 0;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE types_clone(IEnumMediaTypes *face, IEnumMediaTypes **out)
{
    struct type_enum *self = (struct type_enum *)face;

    return fake_enum_types(self->pin, self->at, out);
}

static const IEnumMediaTypesVtbl types_vtbl = {
    .QueryInterface = types_query,
    .AddRef = types_addref,
    .Release = types_release,
    .Next = types_next,
    .Skip = types_skip,
    .Reset = types_reset,
    .Clone = types_clone,
};

HRESULT fake_enum_types(struct fake_pin *pin, int from, IEnumMediaTypes **out)
{
    struct type_enum *self = calloc(1, sizeof(*self));

    self->face.lpVtbl = (IEnumMediaTypesVtbl *)&types_vtbl;
    atomic_init(&self->refs, 1);
    self->pin = pin;
    self->at = from;
    fake_addref(pin->filter);
    *out = &self->face;
    return S_OK;
}

/* ---- IMediaSeeking: a renderer that executes seeks itself -------------------------------- */

#define SEEKER(face) CONTAINING_RECORD(face, struct fake_filter, seeking)

static HRESULT STDMETHODCALLTYPE seek_query(IMediaSeeking *face, REFIID iid, void **out)
{
    IBaseFilter *base = &SEEKER(face)->base;

    return base->lpVtbl->QueryInterface(base, iid, out);
}

static ULONG STDMETHODCALLTYPE seek_addref(IMediaSeeking *face)
{
    return fake_addref(SEEKER(face));
}

static ULONG STDMETHODCALLTYPE seek_release(IMediaSeeking *face)
{
    return fake_unref(SEEKER(face));
}

static HRESULT STDMETHODCALLTYPE seek_capabilities(IMediaSeeking *face, DWORD *ret)
{
    *ret = AM_SEEKING_CanSeekAbsolute | AM_SEEKING_CanSeekForwards | AM_SEEKING_CanGetDuration;
    if (SEEKER(face)->config.says_renderer)
        *ret |= AM_SEEKING_CanSeekBackwards;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE seek_check(IMediaSeeking *face, DWORD *capabilities)
{
    DWORD have = 0, wanted = *capabilities;

    seek_capabilities(face, &have);
    *capabilities &= have;
    return *capabilities == wanted ? S_OK : *capabilities != 0 ? S_FALSE : E_FAIL;
}

static HRESULT STDMETHODCALLTYPE seek_format_ok(IMediaSeeking *face, const GUID *format)
{
    (void)face;
    return IsEqualGUID(format, &TIME_FORMAT_MEDIA_TIME) ? S_OK : S_FALSE;
}

static HRESULT STDMETHODCALLTYPE seek_format_get(IMediaSeeking *face, GUID *ret)
{
    (void)face;
    *ret = TIME_FORMAT_MEDIA_TIME;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE seek_format_set(IMediaSeeking *face, const GUID *format)
{
    return seek_format_ok(face, format) == S_OK ? S_OK : E_INVALIDARG;
}

static HRESULT STDMETHODCALLTYPE seek_duration(IMediaSeeking *face, LONGLONG *ret)
{
    *ret = SEEKER(face)->config.duration;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE seek_stop(IMediaSeeking *face, LONGLONG *ret)
{
    *ret = SEEKER(face)->stop_position;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE seek_current(IMediaSeeking *face, LONGLONG *ret)
{
    *ret = SEEKER(face)->position;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE seek_convert(IMediaSeeking *face, LONGLONG *target,
                                              const GUID *to, LONGLONG source, const GUID *from)
{
    (void)face, (void)target, (void)to, (void)source, (void)from;
    return E_NOTIMPL;
}

static HRESULT STDMETHODCALLTYPE seek_set(IMediaSeeking *face, LONGLONG *current, DWORD how,
                                          LONGLONG *stop, DWORD stop_how)
{
    struct fake_filter *self = SEEKER(face);

    fake_log_add(self->config.log, self->config.name, "seek");
    if (FAILED(self->config.fail_seek))
        return self->config.fail_seek;
    pthread_mutex_lock(&self->lock);
    if ((how & 3) != 0) {
        self->position = *current;
        self->cued = false; /* as a flush would leave it */
        self->end_pending = false;
        self->pins[0].at_end = false;
    }
    if ((stop_how & 3) != 0)
        self->stop_position = *stop;
    self->seeks++;
    pthread_mutex_unlock(&self->lock);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE seek_positions(IMediaSeeking *face, LONGLONG *current,
                                                LONGLONG *stop)
{
    *current = SEEKER(face)->position;
    *stop = SEEKER(face)->stop_position;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE seek_available(IMediaSeeking *face, LONGLONG *first,
                                                LONGLONG *last)
{
    *first = 0;
    *last = SEEKER(face)->config.duration;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE seek_rate_set(IMediaSeeking *face, double rate)
{
    SEEKER(face)->rate = rate;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE seek_rate_get(IMediaSeeking *face, double *ret)
{
    *ret = SEEKER(face)->rate;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE seek_preroll(IMediaSeeking *face, LONGLONG *ret)
{
    (void)face;
    *ret = 0;
    return S_OK;
}

const IMediaSeekingVtbl fake_seeking_vtbl = {
    .QueryInterface = seek_query,
    .AddRef = seek_addref,
    .Release = seek_release,
    .GetCapabilities = seek_capabilities,
    .CheckCapabilities = seek_check,
    .IsFormatSupported = seek_format_ok,
    .QueryPreferredFormat = seek_format_get,
    .GetTimeFormat = seek_format_get,
    .IsUsingTimeFormat = seek_format_ok,
    .SetTimeFormat = seek_format_set,
    .GetDuration = seek_duration,
    .GetStopPosition = seek_stop,
    .GetCurrentPosition = seek_current,
    .ConvertTimeFormat = seek_convert,
    .SetPositions = seek_set,
    .GetPositions = seek_positions,
    .GetAvailable = seek_available,
    .SetRate = seek_rate_set,
    .GetRate = seek_rate_get,
    .GetPreroll = seek_preroll,
};
