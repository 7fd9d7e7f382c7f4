/* SPDX-License-Identifier: MIT */
/* seek.c - IMediaSeeking on every output pin and on sinks: a source carries it out, everyone
 * else asks upstream.
 *
 * Control threads.  Only TIME_FORMAT_MEDIA_TIME.
 * Knows: the filter's first connected input.  Must not know: how a source seeks.
 */
#include <string.h>

#include "base/in_pin.h"
#include "base/out_pin.h"

#define CAPABILITIES                                                                           \
    (AM_SEEKING_CanSeekAbsolute | AM_SEEKING_CanSeekForwards | AM_SEEKING_CanSeekBackwards |   \
     AM_SEEKING_CanGetCurrentPos | AM_SEEKING_CanGetStopPos | AM_SEEKING_CanGetDuration)

/* Who answers: a source's own slots, or the pin upstream. */
struct answerer {
    struct rg_out_pin *pin; /* set with ops */
    const struct rg_seek_ops *ops;
    IMediaSeeking *up; /* a reference; NULL with ops */
};

static HRESULT ask_upstream(struct rg_filter *filter, IMediaSeeking **ret)
{
    for (unsigned i = 0; i < atomic_load(&filter->n_in); i++) {
        RG_AUTO(IPin) peer = NULL;

        if (SUCCEEDED(IPin_ConnectedTo(&rg_filter_in(filter, i)->pin.i, &peer)))
            return IPin_QueryInterface(peer, &IID_IMediaSeeking, (void **)ret);
    }
    return E_NOTIMPL; /* nobody upstream */
}

static HRESULT find(IMediaSeeking *face, struct answerer *ret)
{
    struct com_object *object = ((struct com_face_any *)(void *)face)->self;

    memset(ret, 0, sizeof(*ret));
    if (object->lifetime == object)
        return ask_upstream((struct rg_filter *)object, &ret->up); /* a sink's own face */
    ret->pin = (struct rg_out_pin *)object;
    ret->ops = ret->pin->ops->seek;
    return ret->ops != NULL ? S_OK : ask_upstream(ret->pin->filter, &ret->up);
}

#define FORWARD(call)                                                                          \
    do {                                                                                       \
        hr = call;                                                                             \
        IMediaSeeking_Release(a.up);                                                           \
    } while (0)

static bool is_media_time(const GUID *format)
{
    return IsEqualGUID(format, &TIME_FORMAT_MEDIA_TIME);
}

static HRESULT STDMETHODCALLTYPE seek_capabilities(IMediaSeeking *face, DWORD *ret)
{
    struct answerer a;
    HRESULT hr;

    if (ret == NULL)
        return E_POINTER;
    hr = find(face, &a);
    if (FAILED(hr))
        return hr;
    if (a.ops == NULL) {
        FORWARD(IMediaSeeking_GetCapabilities(a.up, ret));
        return hr;
    }
    *ret = a.ops->set_positions != NULL ? CAPABILITIES : 0;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE seek_check(IMediaSeeking *face, DWORD *wanted)
{
    DWORD has, asked;
    HRESULT hr;

    if (wanted == NULL)
        return E_POINTER;
    hr = seek_capabilities(face, &has);
    if (FAILED(hr))
        return hr;
    asked = *wanted;
    *wanted &= has;
    return *wanted == asked ? S_OK : *wanted != 0 ? S_FALSE : E_FAIL;
}

static HRESULT STDMETHODCALLTYPE seek_is_supported(IMediaSeeking *face, const GUID *format)
{
    (void)face;
    if (format == NULL)
        return E_POINTER;
    return is_media_time(format) ? S_OK : S_FALSE;
}

static HRESULT STDMETHODCALLTYPE seek_get_format(IMediaSeeking *face, GUID *ret)
{
    (void)face;
    if (ret == NULL)
        return E_POINTER;
    *ret = TIME_FORMAT_MEDIA_TIME;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE seek_set_format(IMediaSeeking *face, const GUID *format)
{
    (void)face;
    if (format == NULL)
        return E_POINTER;
    return is_media_time(format) ? S_OK : E_INVALIDARG;
}

static HRESULT STDMETHODCALLTYPE seek_duration(IMediaSeeking *face, LONGLONG *ret)
{
    struct answerer a;
    HRESULT hr;

    if (ret == NULL)
        return E_POINTER;
    hr = find(face, &a);
    if (FAILED(hr))
        return hr;
    if (a.ops != NULL)
        return a.ops->duration != NULL ? a.ops->duration(a.pin->filter, ret) : E_NOTIMPL;
    FORWARD(IMediaSeeking_GetDuration(a.up, ret));
    return hr;
}

static HRESULT STDMETHODCALLTYPE seek_positions(IMediaSeeking *face, LONGLONG *current,
                                                LONGLONG *stop)
{
    struct answerer a;
    HRESULT hr = find(face, &a);

    if (FAILED(hr))
        return hr;
    if (a.ops != NULL) {
        REFERENCE_TIME at = 0, end = 0;

        hr = a.ops->positions(a.pin->filter, &at, &end);
        if (FAILED(hr))
            return hr;
        if (current != NULL)
            *current = at;
        if (stop != NULL)
            *stop = end;
        return S_OK;
    }
    FORWARD(IMediaSeeking_GetPositions(a.up, current, stop));
    return hr;
}

static HRESULT STDMETHODCALLTYPE seek_stop_position(IMediaSeeking *face, LONGLONG *ret)
{
    return ret != NULL ? seek_positions(face, NULL, ret) : E_POINTER;
}

static HRESULT STDMETHODCALLTYPE seek_current(IMediaSeeking *face, LONGLONG *ret)
{
    return ret != NULL ? seek_positions(face, ret, NULL) : E_POINTER;
}

static HRESULT STDMETHODCALLTYPE seek_convert(IMediaSeeking *face, LONGLONG *ret,
                                              const GUID *to, LONGLONG value, const GUID *from)
{
    (void)face;
    if (ret == NULL)
        return E_POINTER;
    if ((to != NULL && !is_media_time(to)) || (from != NULL && !is_media_time(from)))
        return E_INVALIDARG;
    *ret = value;
    return S_OK;
}

/* A position as its flags mean it; false: unchanged. */
static bool resolve(LONGLONG now, const LONGLONG *value, DWORD flags, REFERENCE_TIME *ret)
{
    switch (flags & AM_SEEKING_PositioningBitsMask) {
    case AM_SEEKING_AbsolutePositioning:
        *ret = *value;
        return true;
    case AM_SEEKING_RelativePositioning:
    case AM_SEEKING_IncrementalPositioning:
        if (__builtin_add_overflow(now, *value, ret))
            *ret = *value < 0 ? INT64_MIN : INT64_MAX;
        return true;
    default:
        return false;
    }
}

static HRESULT source_set_positions(const struct answerer *a, LONGLONG *current,
                                    DWORD current_flags, LONGLONG *stop, DWORD stop_flags)
{
    REFERENCE_TIME at = 0, end = 0, new_at, new_end;
    bool has_at, has_end;
    HRESULT hr;

    if (a->ops->set_positions == NULL)
        return E_NOTIMPL;
    hr = a->ops->positions(a->pin->filter, &at, &end);
    if (FAILED(hr))
        return hr;
    has_at = resolve(at, current, current_flags, &new_at);
    if ((stop_flags & AM_SEEKING_PositioningBitsMask) == AM_SEEKING_IncrementalPositioning)
        end = has_at ? new_at : at; /* the stop counts from the new current position */
    has_end = resolve(end, stop, stop_flags, &new_end);
    if (has_at && new_at < 0)
        return E_INVALIDARG;
    hr = a->ops->set_positions(a->pin, has_at ? &new_at : NULL, has_end ? &new_end : NULL,
                               (current_flags & AM_SEEKING_NoFlush) == 0);
    if (FAILED(hr))
        return hr;
    if (has_at && (current_flags & AM_SEEKING_ReturnTime) != 0)
        *current = new_at;
    if (has_end && (stop_flags & AM_SEEKING_ReturnTime) != 0)
        *stop = new_end;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE seek_set_positions(IMediaSeeking *face, LONGLONG *current,
                                                    DWORD current_flags, LONGLONG *stop,
                                                    DWORD stop_flags)
{
    struct answerer a;
    HRESULT hr;

    if ((current == NULL && (current_flags & AM_SEEKING_PositioningBitsMask) != 0) ||
        (stop == NULL && (stop_flags & AM_SEEKING_PositioningBitsMask) != 0))
        return E_POINTER;
    hr = find(face, &a);
    if (FAILED(hr))
        return hr;
    if (a.ops != NULL)
        return source_set_positions(&a, current, current_flags, stop, stop_flags);
    FORWARD(IMediaSeeking_SetPositions(a.up, current, current_flags, stop, stop_flags));
    return hr;
}

static HRESULT STDMETHODCALLTYPE seek_available(IMediaSeeking *face, LONGLONG *earliest,
                                                LONGLONG *latest)
{
    if (earliest != NULL)
        *earliest = 0;
    return latest != NULL ? seek_duration(face, latest) : S_OK;
}

static HRESULT STDMETHODCALLTYPE seek_set_rate(IMediaSeeking *face, double rate)
{
    struct answerer a;
    HRESULT hr = find(face, &a);

    if (FAILED(hr))
        return hr;
    if (a.ops != NULL)
        return a.ops->set_rate != NULL ? a.ops->set_rate(a.pin, rate)
               : rate == 1.0           ? S_OK
                                       : E_NOTIMPL;
    FORWARD(IMediaSeeking_SetRate(a.up, rate));
    return hr;
}

static HRESULT STDMETHODCALLTYPE seek_rate(IMediaSeeking *face, double *ret)
{
    struct answerer a;
    HRESULT hr;

    if (ret == NULL)
        return E_POINTER;
    hr = find(face, &a);
    if (FAILED(hr))
        return hr;
    if (a.ops != NULL) {
        *ret = a.ops->rate != NULL ? a.ops->rate(a.pin->filter) : 1.0;
        return S_OK;
    }
    FORWARD(IMediaSeeking_GetRate(a.up, ret));
    return hr;
}

static HRESULT STDMETHODCALLTYPE seek_preroll(IMediaSeeking *face, LONGLONG *ret)
{
    (void)face;
    return ret != NULL ? E_NOTIMPL : E_POINTER;
}

const IMediaSeekingVtbl rg_seek_vtbl = {
    COM_UNKNOWN(IMediaSeeking),
    .GetCapabilities = seek_capabilities,
    .CheckCapabilities = seek_check,
    .IsFormatSupported = seek_is_supported,
    .QueryPreferredFormat = seek_get_format,
    .GetTimeFormat = seek_get_format,
    .IsUsingTimeFormat = seek_is_supported,
    .SetTimeFormat = seek_set_format,
    .GetDuration = seek_duration,
    .GetStopPosition = seek_stop_position,
    .GetCurrentPosition = seek_current,
    .ConvertTimeFormat = seek_convert,
    .SetPositions = seek_set_positions,
    .GetPositions = seek_positions,
    .GetAvailable = seek_available,
    .SetRate = seek_set_rate,
    .GetRate = seek_rate,
    .GetPreroll = seek_preroll,
};
