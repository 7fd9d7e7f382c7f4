/* SPDX-License-Identifier: MIT */
/* seek.c - IMediaSeeking on every output pin and on sinks: a source carries it out, everyone
 * else asks upstream.
 *
 * Control threads.  Only TIME_FORMAT_MEDIA_TIME.
 * Knows: the filter's first connected input; of a sink that is moved, all of them.  Must not know: how
 * a source seeks.
 */
#include <string.h>

#include "base/in_pin.h"
#include "base/out_pin.h"
#include "platform/round.h"

#define CAPABILITIES                                                                           \
    (AM_SEEKING_CanSeekAbsolute | AM_SEEKING_CanSeekForwards | AM_SEEKING_CanSeekBackwards |   \
     AM_SEEKING_CanGetCurrentPos | AM_SEEKING_CanGetStopPos | AM_SEEKING_CanGetDuration |      \
     AM_SEEKING_CanDoSegments)

/* Who answers: a source's own slots, or a foreign pin upstream. */
struct answerer {
    struct rg_out_pin *pin; /* set with ops */
    const struct rg_seek_ops *ops;
    IMediaSeeking *up; /* a reference: with ops to the pin itself, if it was not asked first */
};

static void answerer_end(struct answerer *a)
{
    if (a->up != NULL)
        IMediaSeeking_Release(a->up);
}

#define ANSWERER __attribute__((cleanup(answerer_end))) struct answerer

/* From *at on; *at is behind the one that was found. */
static HRESULT ask_upstream_from(struct rg_filter *filter, unsigned *at, IMediaSeeking **ret)
{
    while (*at < atomic_load(&filter->n_in)) {
        RG_AUTO(IPin) peer = NULL;

        if (SUCCEEDED(IPin_ConnectedTo(&rg_filter_in(filter, (*at)++)->pin.i, &peer)))
            return IPin_QueryInterface(peer, &IID_IMediaSeeking, (void **)ret);
    }
    return E_NOTIMPL; /* nobody upstream */
}

static HRESULT ask_upstream(struct rg_filter *filter, IMediaSeeking **ret)
{
    unsigned at = 0;

    return ask_upstream_from(filter, &at, ret);
}

/* The filter that is asked through this face; *ret_pin NULL: its own face, a sink's. */
static struct rg_filter *filter_of(IMediaSeeking *face, struct rg_out_pin **ret_pin)
{
    struct com_object *object = ((struct com_face_any *)(void *)face)->self;

    *ret_pin = object->lifetime == object ? NULL : (struct rg_out_pin *)object;
    return *ret_pin != NULL ? (*ret_pin)->filter : (struct rg_filter *)object;
}

/* Up the road, from one filter of ours to the next: one loop, however long it is.  A road that goes
 * in a circle is found out by a mark that is set anew ever more seldom. */
static HRESULT find(IMediaSeeking *face, struct answerer *ret)
{
    IMediaSeeking *mark = NULL;
    unsigned long steps = 0, next_mark = 1;

    memset(ret, 0, sizeof(*ret));
    for (;;) {
        struct rg_filter *filter = filter_of(face, &ret->pin);
        IMediaSeeking *up = NULL;
        HRESULT hr;

        ret->ops = ret->pin != NULL ? ret->pin->ops->seek : NULL;
        if (ret->ops != NULL)
            return S_OK;
        hr = ask_upstream(filter, &up);
        if (FAILED(hr))
            return hr;
        answerer_end(ret);
        ret->up = face = up;
        if (up->lpVtbl != (IMediaSeekingVtbl *)&rg_seek_vtbl)
            return S_OK;
        if (up == mark)
            return VFW_E_CIRCULAR_GRAPH;
        if (++steps == next_mark) {
            mark = up;
            next_mark *= 2;
        }
    }
}

static bool is_media_time(const GUID *format)
{
    return IsEqualGUID(format, &TIME_FORMAT_MEDIA_TIME);
}

static HRESULT STDMETHODCALLTYPE seek_capabilities(IMediaSeeking *face, DWORD *ret)
{
    ANSWERER a = { 0 };
    HRESULT hr;

    if (ret == NULL)
        return E_POINTER;
    hr = find(face, &a);
    if (FAILED(hr))
        return hr;
    if (a.ops == NULL)
        return IMediaSeeking_GetCapabilities(a.up, ret);
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
    ANSWERER a = { 0 };
    HRESULT hr;

    if (ret == NULL)
        return E_POINTER;
    hr = find(face, &a);
    if (FAILED(hr))
        return hr;
    if (a.ops != NULL)
        return a.ops->duration != NULL ? a.ops->duration(a.pin->filter, ret) : E_NOTIMPL;
    return IMediaSeeking_GetDuration(a.up, ret);
}

static HRESULT positions(IMediaSeeking *face, LONGLONG *current, LONGLONG *stop)
{
    ANSWERER a = { 0 };
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
    return IMediaSeeking_GetPositions(a.up, current, stop);
}

/* A sink's own face knows better where the stream is. */
static HRESULT STDMETHODCALLTYPE seek_positions(IMediaSeeking *face, LONGLONG *current,
                                                LONGLONG *stop)
{
    struct rg_out_pin *pin;
    struct rg_filter *filter = filter_of(face, &pin);
    HRESULT hr = positions(face, current, stop);

    if (SUCCEEDED(hr) && current != NULL && pin == NULL && filter->ops->position != NULL)
        (void)filter->ops->position(filter, current);
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
                               current_flags & (AM_SEEKING_NoFlush | AM_SEEKING_Segment));
    if (FAILED(hr))
        return hr;
    if (has_at && (current_flags & AM_SEEKING_ReturnTime) != 0)
        *current = new_at;
    if (has_end && (stop_flags & AM_SEEKING_ReturnTime) != 0)
        *stop = new_end;
    return S_OK;
}

/* A sink may join roads from several sources, and all of them move; each once. */
struct move {
    HRESULT (*one)(struct move *move, IMediaSeeking *up);
    LONGLONG *current, *stop;
    DWORD current_flags, stop_flags;
    double rate;
};

static HRESULT move_position(struct move *m, IMediaSeeking *up)
{
    LONGLONG current = m->current != NULL ? *m->current : 0;
    LONGLONG stop = m->stop != NULL ? *m->stop : 0;

    return IMediaSeeking_SetPositions(up, m->current != NULL ? &current : NULL,
                                      m->current_flags, m->stop != NULL ? &stop : NULL,
                                      m->stop_flags);
}

static HRESULT move_rate(struct move *m, IMediaSeeking *up)
{
    return IMediaSeeking_SetRate(up, m->rate);
}

/* Beside the first one, which has been moved.  One that can't be moved is no failure of it. */
static HRESULT move_others(IMediaSeeking *face, struct move *m)
{
    struct rg_out_pin *pin;
    struct rg_filter *filter = filter_of(face, &pin);
    HRESULT first = S_OK;
    unsigned at = 0;

    for (unsigned i = 0; pin == NULL; i++) {
        RG_AUTO(IMediaSeeking) up = NULL;
        HRESULT hr = ask_upstream_from(filter, &at, &up);

        if (FAILED(hr))
            return first;
        hr = i > 0 ? m->one(m, up) : S_OK;
        if (FAILED(hr) && hr != E_NOTIMPL && SUCCEEDED(first))
            first = hr;
    }
    return first;
}

static HRESULT set_positions(IMediaSeeking *face, LONGLONG *current, DWORD current_flags,
                             LONGLONG *stop, DWORD stop_flags)
{
    LONGLONG to = current != NULL ? *current : 0, end = stop != NULL ? *stop : 0;
    struct move others = { .one = move_position, /* as they were asked for */
                           .current = current != NULL ? &to : NULL,
                           .stop = stop != NULL ? &end : NULL,
                           .current_flags = current_flags,
                           .stop_flags = stop_flags };
    ANSWERER a = { 0 };
    HRESULT hr = find(face, &a);

    if (FAILED(hr))
        return hr;
    if (a.ops != NULL)
        hr = source_set_positions(&a, current, current_flags, stop, stop_flags);
    else
        hr = IMediaSeeking_SetPositions(a.up, current, current_flags, stop, stop_flags);
    return SUCCEEDED(hr) ? move_others(face, &others) : hr;
}

static HRESULT STDMETHODCALLTYPE seek_set_positions(IMediaSeeking *face, LONGLONG *current,
                                                    DWORD current_flags, LONGLONG *stop,
                                                    DWORD stop_flags)
{
    bool is_round = rg_round_now() != 0;
    uint64_t former = 0;
    HRESULT hr;

    if ((current == NULL && (current_flags & AM_SEEKING_PositioningBitsMask) != 0) ||
        (stop == NULL && (stop_flags & AM_SEEKING_PositioningBitsMask) != 0))
        return E_POINTER;
    if (!is_round)
        former = rg_round_begin();
    hr = set_positions(face, current, current_flags, stop, stop_flags);
    if (!is_round)
        rg_round_end(former);
    return hr;
}

static HRESULT STDMETHODCALLTYPE seek_available(IMediaSeeking *face, LONGLONG *earliest,
                                                LONGLONG *latest)
{
    HRESULT hr = latest != NULL ? seek_duration(face, latest) : S_OK;

    if (SUCCEEDED(hr) && earliest != NULL)
        *earliest = 0;
    return hr;
}

static HRESULT source_set_rate(const struct answerer *a, double rate)
{
    if (a->ops->set_rate != NULL)
        return a->ops->set_rate(a->pin, rate);
    return rate == 1.0 ? S_OK : E_NOTIMPL;
}

static HRESULT STDMETHODCALLTYPE seek_set_rate(IMediaSeeking *face, double rate)
{
    struct move others = { .one = move_rate, .rate = rate };
    ANSWERER a = { 0 };
    HRESULT hr = find(face, &a);

    if (SUCCEEDED(hr))
        hr = a.ops != NULL ? source_set_rate(&a, rate) : IMediaSeeking_SetRate(a.up, rate);
    return SUCCEEDED(hr) ? move_others(face, &others) : hr;
}

static HRESULT STDMETHODCALLTYPE seek_rate(IMediaSeeking *face, double *ret)
{
    ANSWERER a = { 0 };
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
    return IMediaSeeking_GetRate(a.up, ret);
}

static HRESULT STDMETHODCALLTYPE seek_preroll(IMediaSeeking *face, LONGLONG *ret)
{
    ANSWERER a = { 0 };
    HRESULT hr;

    if (ret == NULL)
        return E_POINTER;
    hr = find(face, &a);
    if (FAILED(hr))
        return hr;
    if (a.ops == NULL)
        return IMediaSeeking_GetPreroll(a.up, ret);
    if (a.ops->set_positions == NULL)
        return E_NOTIMPL;
    *ret = 0; /* what comes before a position is not to be rendered */
    return S_OK;
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
