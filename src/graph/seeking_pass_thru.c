/* SPDX-License-Identifier: MIT */
/* seeking_pass_thru.c - CLSID_SeekingPassThru: IMediaSeeking and IMediaPosition for a renderer that
 * leaves both to whoever is upstream.
 *
 * Any thread.  Init once, before the faces are seen; then each call looks up anew who is connected to
 * the pin.
 * Knows: one pin, weakly: it belongs to the filter that aggregates this.  Must not know: how anybody
 * seeks.
 */
#include "graph/graph_internal.h"

#include <stdatomic.h>

#include "graph/dispatch.h"
#include "graph/seconds.h"
#include "platform/memory.h"

struct pass_thru {
    struct com_object object;
    COM_FACE(ISeekingPassThru) init;
    COM_FACE(IMediaSeeking) seeking;
    COM_FACE(IMediaPosition) position;
    _Atomic(IPin *) pin; /* NULL until Init; weak */
};

/* As documented for a filter that passes seeking on: nobody there, or he can't. */
static HRESULT ask_up(void *face, REFIID iid, void **ret)
{
    struct pass_thru *p = COM_HOME(face, struct pass_thru);
    IPin *pin = atomic_load(&p->pin);
    RG_AUTO(IPin) peer = NULL;

    *ret = NULL;
    if (pin == NULL || FAILED(IPin_ConnectedTo(pin, &peer)) ||
        FAILED(IPin_QueryInterface(peer, iid, ret)))
        return E_NOTIMPL;
    return S_OK;
}

/* ---- ISeekingPassThru ---------------------------------------------------------------------- */

static HRESULT STDMETHODCALLTYPE pass_init(ISeekingPassThru *face, BOOL is_renderer, IPin *pin)
{
    struct pass_thru *p = COM_HOME(face, struct pass_thru);
    IPin *none = NULL;

    (void)is_renderer; /* the position of what is shown comes from upstream either way */
    if (pin == NULL)
        return E_POINTER;
    return atomic_compare_exchange_strong(&p->pin, &none, pin) ? S_OK : E_FAIL;
}

static const ISeekingPassThruVtbl init_vtbl = { COM_UNKNOWN(ISeekingPassThru),
                                                .Init = pass_init };

/* ---- IMediaSeeking ------------------------------------------------------------------------- */

/* A slot of IMediaSeeking that asks the pin upstream. */
#define SEEK_UP(slot, method, parameters, ...)                                                 \
    static HRESULT STDMETHODCALLTYPE slot parameters                                           \
    {                                                                                          \
        RG_AUTO(IMediaSeeking) up = NULL;                                                      \
        HRESULT hr = ask_up(face, &IID_IMediaSeeking, (void **)&up);                           \
                                                                                               \
        return SUCCEEDED(hr) ? up->lpVtbl->method(up, __VA_ARGS__) : hr;                       \
    }

SEEK_UP(seek_caps, GetCapabilities, (IMediaSeeking * face, DWORD *ret), ret)
SEEK_UP(seek_check, CheckCapabilities, (IMediaSeeking * face, DWORD *wanted), wanted)
SEEK_UP(seek_supported, IsFormatSupported, (IMediaSeeking * face, const GUID *format), format)
SEEK_UP(seek_preferred, QueryPreferredFormat, (IMediaSeeking * face, GUID *ret), ret)
SEEK_UP(seek_format, GetTimeFormat, (IMediaSeeking * face, GUID *ret), ret)
SEEK_UP(seek_using, IsUsingTimeFormat, (IMediaSeeking * face, const GUID *format), format)
SEEK_UP(seek_set_format, SetTimeFormat, (IMediaSeeking * face, const GUID *format), format)
SEEK_UP(seek_duration, GetDuration, (IMediaSeeking * face, LONGLONG *ret), ret)
SEEK_UP(seek_stop, GetStopPosition, (IMediaSeeking * face, LONGLONG *ret), ret)
SEEK_UP(seek_current, GetCurrentPosition, (IMediaSeeking * face, LONGLONG *ret), ret)
SEEK_UP(seek_convert, ConvertTimeFormat,
        (IMediaSeeking * face, LONGLONG *ret, const GUID *to, LONGLONG value, const GUID *from),
        ret, to, value, from)
SEEK_UP(seek_set, SetPositions,
        (IMediaSeeking * face, LONGLONG *current, DWORD current_flags, LONGLONG *stop,
         DWORD stop_flags),
        current, current_flags, stop, stop_flags)
SEEK_UP(seek_get, GetPositions, (IMediaSeeking * face, LONGLONG *current, LONGLONG *stop),
        current, stop)
SEEK_UP(seek_available, GetAvailable, (IMediaSeeking * face, LONGLONG *first, LONGLONG *last),
        first, last)
SEEK_UP(seek_set_rate, SetRate, (IMediaSeeking * face, double rate), rate)
SEEK_UP(seek_rate, GetRate, (IMediaSeeking * face, double *ret), ret)
SEEK_UP(seek_preroll, GetPreroll, (IMediaSeeking * face, LONGLONG *ret), ret)

static const IMediaSeekingVtbl seeking_vtbl = {
    COM_UNKNOWN(IMediaSeeking),
    .GetCapabilities = seek_caps,
    .CheckCapabilities = seek_check,
    .IsFormatSupported = seek_supported,
    .QueryPreferredFormat = seek_preferred,
    .GetTimeFormat = seek_format,
    .IsUsingTimeFormat = seek_using,
    .SetTimeFormat = seek_set_format,
    .GetDuration = seek_duration,
    .GetStopPosition = seek_stop,
    .GetCurrentPosition = seek_current,
    .ConvertTimeFormat = seek_convert,
    .SetPositions = seek_set,
    .GetPositions = seek_get,
    .GetAvailable = seek_available,
    .SetRate = seek_set_rate,
    .GetRate = seek_rate,
    .GetPreroll = seek_preroll,
};

/* ---- IMediaPosition ------------------------------------------------------------------------ */

GRAPH_DISPATCH(IMediaPosition)

/* Who answers: the pin's IMediaPosition, or its IMediaSeeking in seconds. */
struct up {
    IMediaPosition *position;
    IMediaSeeking *seeking; /* where there is no position */
};

static HRESULT up_find(IMediaPosition *face, struct up *ret)
{
    ret->seeking = NULL;
    return SUCCEEDED(ask_up(face, &IID_IMediaPosition, (void **)&ret->position))
               ? S_OK
               : ask_up(face, &IID_IMediaSeeking, (void **)&ret->seeking);
}

static void up_release(struct up *up)
{
    if (up->position != NULL)
        IMediaPosition_Release(up->position);
    if (up->seeking != NULL)
        IMediaSeeking_Release(up->seeking);
}

/* A getter of a time in seconds. */
#define TIME_UP(slot, method, seeking_method)                                                  \
    static HRESULT STDMETHODCALLTYPE slot(IMediaPosition *face, REFTIME *ret)                  \
    {                                                                                          \
        struct up up;                                                                          \
        LONGLONG hns = 0;                                                                      \
        HRESULT hr = ret != NULL ? up_find(face, &up) : E_POINTER;                             \
                                                                                               \
        if (FAILED(hr))                                                                        \
            return hr;                                                                         \
        if (up.position != NULL) {                                                             \
            hr = up.position->lpVtbl->method(up.position, ret);                                \
        } else {                                                                               \
            hr = up.seeking->lpVtbl->seeking_method(up.seeking, &hns);                         \
            hr = seconds_from_hns(hr, hns, ret);                                               \
        }                                                                                      \
        up_release(&up);                                                                       \
        return hr;                                                                             \
    }

TIME_UP(position_duration, get_Duration, GetDuration)
TIME_UP(position_current, get_CurrentPosition, GetCurrentPosition)
TIME_UP(position_stop, get_StopTime, GetStopPosition)
TIME_UP(position_preroll, get_PrerollTime, GetPreroll)

static HRESULT seek_to(IMediaSeeking *seeking, REFTIME seconds, bool is_stop)
{
    LONGLONG hns = 0;

    if (!seconds_to_hns(seconds, &hns))
        return E_INVALIDARG;
    return is_stop ? IMediaSeeking_SetPositions(seeking, NULL, AM_SEEKING_NoPositioning, &hns,
                                                AM_SEEKING_AbsolutePositioning)
                   : IMediaSeeking_SetPositions(seeking, &hns, AM_SEEKING_AbsolutePositioning,
                                                NULL, AM_SEEKING_NoPositioning);
}

/* A setter: the pin's IMediaPosition carries it out, or what stands in for it. */
#define PUT_UP(slot, method, instead)                                                          \
    static HRESULT STDMETHODCALLTYPE slot(IMediaPosition *face, double value)                  \
    {                                                                                          \
        struct up up;                                                                          \
        HRESULT hr = up_find(face, &up);                                                       \
                                                                                               \
        if (FAILED(hr))                                                                        \
            return hr;                                                                         \
        hr = up.position != NULL ? up.position->lpVtbl->method(up.position, value) : instead;  \
        up_release(&up);                                                                       \
        return hr;                                                                             \
    }

PUT_UP(position_put, put_CurrentPosition, seek_to(up.seeking, value, false))
PUT_UP(position_put_stop, put_StopTime, seek_to(up.seeking, value, true))
PUT_UP(position_put_preroll, put_PrerollTime, seconds_put_preroll(up.seeking, value))
PUT_UP(position_put_rate, put_Rate, IMediaSeeking_SetRate(up.seeking, value))

static HRESULT STDMETHODCALLTYPE position_rate(IMediaPosition *face, double *ret)
{
    struct up up;
    HRESULT hr = ret != NULL ? up_find(face, &up) : E_POINTER;

    if (FAILED(hr))
        return hr;
    hr = up.position != NULL ? IMediaPosition_get_Rate(up.position, ret)
                             : IMediaSeeking_GetRate(up.seeking, ret);
    up_release(&up);
    return hr;
}

static HRESULT can_seek(IMediaPosition *face, DWORD capability, LONG *ret)
{
    struct up up;
    HRESULT hr = ret != NULL ? up_find(face, &up) : E_POINTER;

    if (FAILED(hr))
        return hr;
    if (up.position == NULL)
        *ret =
            IMediaSeeking_CheckCapabilities(up.seeking, &capability) == S_OK ? OATRUE : OAFALSE;
    else if (capability == AM_SEEKING_CanSeekForwards)
        hr = IMediaPosition_CanSeekForward(up.position, ret);
    else
        hr = IMediaPosition_CanSeekBackward(up.position, ret);
    up_release(&up);
    return hr;
}

static HRESULT STDMETHODCALLTYPE position_forward(IMediaPosition *face, LONG *ret)
{
    return can_seek(face, AM_SEEKING_CanSeekForwards, ret);
}

static HRESULT STDMETHODCALLTYPE position_backward(IMediaPosition *face, LONG *ret)
{
    return can_seek(face, AM_SEEKING_CanSeekBackwards, ret);
}

static const IMediaPositionVtbl position_vtbl = {
    COM_UNKNOWN(IMediaPosition),
    GRAPH_DISPATCH_SLOTS(IMediaPosition),
    .get_Duration = position_duration,
    .put_CurrentPosition = position_put,
    .get_CurrentPosition = position_current,
    .get_StopTime = position_stop,
    .put_StopTime = position_put_stop,
    .get_PrerollTime = position_preroll,
    .put_PrerollTime = position_put_preroll,
    .put_Rate = position_put_rate,
    .get_Rate = position_rate,
    .CanSeekForward = position_forward,
    .CanSeekBackward = position_backward,
};

/* ---- life ---------------------------------------------------------------------------------- */

static const struct com_entry pass_map[] = {
    COM_ENTRY(ISeekingPassThru, struct pass_thru, init),
    COM_MAP_END,
};

/* There is nobody to ask before Init. */
static HRESULT query_more(struct com_object *object, REFIID iid, void **out)
{
    struct pass_thru *p = (struct pass_thru *)object;

    if (atomic_load(&p->pin) == NULL)
        return E_NOINTERFACE;
    if (IsEqualIID(iid, &IID_IMediaSeeking))
        *out = &p->seeking;
    else if (IsEqualIID(iid, &IID_IMediaPosition))
        *out = &p->position;
    else
        return E_NOINTERFACE;
    com_addref(*out);
    return S_OK;
}

static void pass_destroy(struct com_object *object)
{
    com_object_fini(object);
    rg_free(object);
}

HRESULT seeking_pass_thru_create(IUnknown *outer, REFIID iid, void **out)
{
    struct pass_thru *p;

    if (out == NULL)
        return E_POINTER;
    *out = NULL;
    p = rg_calloc(1, sizeof(*p));
    if (p == NULL)
        return E_OUTOFMEMORY;
    com_object_init(&p->object, "SeekingPassThru", pass_map, outer, pass_destroy);
    p->object.query_more = query_more;
    COM_FACE_INIT(&p->object, p->init, &init_vtbl);
    COM_FACE_INIT(&p->object, p->seeking, &seeking_vtbl);
    COM_FACE_INIT(&p->object, p->position, &position_vtbl);
    return com_object_hand_out(&p->object, outer, iid, out);
}
