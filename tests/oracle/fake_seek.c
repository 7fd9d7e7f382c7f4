/* SPDX-License-Identifier: MIT */
/* fake_seek.c - IMediaSeeking of a fake filter, and of its output pins: they keep what they are told.
 *
 * Any thread.  Knows: its filter's numbers.  Must not know: who asks.
 */
#include "fake.h"

static struct fake *of_filter(IMediaSeeking *self)
{
    return CONTAINING_RECORD(self, struct fake, seeking);
}

static struct fake *of_pin(IMediaSeeking *self)
{
    return CONTAINING_RECORD(self, struct fake_pin, seeking)->filter;
}

/* ---- on the filter's numbers ------------------------------------------------------------- */

static HRESULT check(struct fake *fake, DWORD *capabilities)
{
    DWORD asked = *capabilities;

    *capabilities &= fake->capabilities;
    return *capabilities == asked ? S_OK : *capabilities != 0 ? S_FALSE : E_FAIL;
}

static HRESULT format_is_supported(const GUID *format)
{
    return IsEqualGUID(format, &TIME_FORMAT_MEDIA_TIME) ||
                   IsEqualGUID(format, &TIME_FORMAT_FRAME)
               ? S_OK
               : S_FALSE;
}

static HRESULT format_set(struct fake *fake, const GUID *format)
{
    if (format_is_supported(format) != S_OK)
        return E_INVALIDARG;
    fake->format = *format;
    return S_OK;
}

static HRESULT convert(struct fake *fake, LONGLONG *target, const GUID *target_format,
                       LONGLONG source, const GUID *source_format)
{
    const GUID *to = target_format != NULL ? target_format : &fake->format;
    const GUID *from = source_format != NULL ? source_format : &fake->format;

    if (format_is_supported(to) != S_OK || format_is_supported(from) != S_OK)
        return E_INVALIDARG;
    *target = source;
    if (IsEqualGUID(to, from))
        return S_OK;
    *target = IsEqualGUID(to, &TIME_FORMAT_FRAME) ? source / 400000 : source * 400000;
    return S_OK;
}

static HRESULT set_positions(struct fake *fake, LONGLONG *current, DWORD current_flags,
                             LONGLONG *stop, DWORD stop_flags)
{
    fake_log('K', fake->letter);
    fake->seeks++;
    fake->seek_flags = current_flags;
    fake->stop_flags = stop_flags;
    fake->state_at_seek = fake_state(fake);
    if (FAILED(fake->seek_answer))
        return fake->seek_answer;
    if ((current_flags & AM_SEEKING_PositioningBitsMask) != 0)
        fake->position = *current;
    if ((stop_flags & AM_SEEKING_PositioningBitsMask) != 0)
        fake->stop = *stop;
    return S_OK;
}

static HRESULT set_rate(struct fake *fake, double rate)
{
    fake->rates++;
    fake->rate = rate;
    return S_OK;
}

static HRESULT get(LONGLONG value, LONGLONG *ret)
{
    *ret = value;
    return S_OK;
}

static HRESULT get_two(LONGLONG a, LONGLONG *ret_a, LONGLONG b, LONGLONG *ret_b)
{
    if (ret_a != NULL)
        *ret_a = a;
    if (ret_b != NULL)
        *ret_b = b;
    return S_OK;
}

/* ---- the two tables: one function for each slot and kind --------------------------------- */

#define METHOD(prefix) static HRESULT STDMETHODCALLTYPE prefix
#define SEEKING_TABLE(prefix, home, table)                                                     \
    METHOD(prefix##_capabilities)(IMediaSeeking * self, DWORD * ret)                           \
    {                                                                                          \
        *ret = home(self)->capabilities;                                                       \
        return S_OK;                                                                           \
    }                                                                                          \
    METHOD(prefix##_check)(IMediaSeeking * self, DWORD * capabilities)                         \
    {                                                                                          \
        return check(home(self), capabilities);                                                \
    }                                                                                          \
    METHOD(prefix##_supported)(IMediaSeeking * self, const GUID *format)                       \
    {                                                                                          \
        (void)self;                                                                            \
        return format_is_supported(format);                                                    \
    }                                                                                          \
    METHOD(prefix##_preferred)(IMediaSeeking * self, GUID * ret)                               \
    {                                                                                          \
        (void)self;                                                                            \
        *ret = TIME_FORMAT_MEDIA_TIME;                                                         \
        return S_OK;                                                                           \
    }                                                                                          \
    METHOD(prefix##_format)(IMediaSeeking * self, GUID * ret)                                  \
    {                                                                                          \
        *ret = home(self)->format;                                                             \
        return S_OK;                                                                           \
    }                                                                                          \
    METHOD(prefix##_is_using)(IMediaSeeking * self, const GUID *format)                        \
    {                                                                                          \
        return IsEqualGUID(format, &home(self)->format) ? S_OK : S_FALSE;                      \
    }                                                                                          \
    METHOD(prefix##_set_format)(IMediaSeeking * self, const GUID *format)                      \
    {                                                                                          \
        return format_set(home(self), format);                                                 \
    }                                                                                          \
    METHOD(prefix##_duration)(IMediaSeeking * self, LONGLONG * ret)                            \
    {                                                                                          \
        return get(home(self)->duration, ret);                                                 \
    }                                                                                          \
    METHOD(prefix##_stop)(IMediaSeeking * self, LONGLONG * ret)                                \
    {                                                                                          \
        return get(home(self)->stop, ret);                                                     \
    }                                                                                          \
    METHOD(prefix##_current)(IMediaSeeking * self, LONGLONG * ret)                             \
    {                                                                                          \
        return get(home(self)->position, ret);                                                 \
    }                                                                                          \
    METHOD(prefix##_convert)                                                                   \
    (IMediaSeeking * self, LONGLONG * target, const GUID *to, LONGLONG source,                 \
     const GUID *from)                                                                         \
    {                                                                                          \
        return convert(home(self), target, to, source, from);                                  \
    }                                                                                          \
    METHOD(prefix##_set_positions)                                                             \
    (IMediaSeeking * self, LONGLONG * current, DWORD current_flags, LONGLONG * stop,           \
     DWORD stop_flags)                                                                         \
    {                                                                                          \
        return set_positions(home(self), current, current_flags, stop, stop_flags);            \
    }                                                                                          \
    METHOD(prefix##_positions)(IMediaSeeking * self, LONGLONG * current, LONGLONG * stop)      \
    {                                                                                          \
        return get_two(home(self)->position, current, home(self)->stop, stop);                 \
    }                                                                                          \
    METHOD(prefix##_available)(IMediaSeeking * self, LONGLONG * earliest, LONGLONG * latest)   \
    {                                                                                          \
        return get_two(home(self)->earliest, earliest, home(self)->latest, latest);            \
    }                                                                                          \
    METHOD(prefix##_set_rate)(IMediaSeeking * self, double rate)                               \
    {                                                                                          \
        return set_rate(home(self), rate);                                                     \
    }                                                                                          \
    METHOD(prefix##_rate)(IMediaSeeking * self, double *ret)                                   \
    {                                                                                          \
        *ret = home(self)->rate;                                                               \
        return S_OK;                                                                           \
    }                                                                                          \
    METHOD(prefix##_preroll)(IMediaSeeking * self, LONGLONG * ret)                             \
    {                                                                                          \
        return get(home(self)->preroll, ret);                                                  \
    }                                                                                          \
    IMediaSeekingVtbl table = {                                                                \
        FAKE_UNKNOWN_SLOTS(prefix),                                                            \
        .GetCapabilities = prefix##_capabilities,                                              \
        .CheckCapabilities = prefix##_check,                                                   \
        .IsFormatSupported = prefix##_supported,                                               \
        .QueryPreferredFormat = prefix##_preferred,                                            \
        .GetTimeFormat = prefix##_format,                                                      \
        .IsUsingTimeFormat = prefix##_is_using,                                                \
        .SetTimeFormat = prefix##_set_format,                                                  \
        .GetDuration = prefix##_duration,                                                      \
        .GetStopPosition = prefix##_stop,                                                      \
        .GetCurrentPosition = prefix##_current,                                                \
        .ConvertTimeFormat = prefix##_convert,                                                 \
        .SetPositions = prefix##_set_positions,                                                \
        .GetPositions = prefix##_positions,                                                    \
        .GetAvailable = prefix##_available,                                                    \
        .SetRate = prefix##_set_rate,                                                          \
        .GetRate = prefix##_rate,                                                              \
        .GetPreroll = prefix##_preroll,                                                        \
    };

FAKE_UNKNOWN(IMediaSeeking, filter, struct fake, seeking, fake_query, fake_addref, fake_let_go)
FAKE_UNKNOWN(IMediaSeeking, pin, struct fake_pin, seeking, fake_pin_query, fake_pin_addref,
             fake_pin_let_go)
SEEKING_TABLE(filter, of_filter, fake_seeking_vtbl)
SEEKING_TABLE(pin, of_pin, fake_pin_seeking_vtbl)
