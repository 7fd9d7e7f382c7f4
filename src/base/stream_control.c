/* SPDX-License-Identifier: MIT */
/* stream_control.c - StartAt, StopAt, GetInfo, and what they mean for a sample. */
#include "base/stream_control.h"

#define AT_ONCE INT64_MIN
#define NEVER   INT64_MAX /* MAX_TIME: the request is withdrawn */

/* ---- the samples ------------------------------------------------------------------------- */

/* Whichever of the two is earlier comes first. */
static bool start_is_next(const struct rg_stream_control *control)
{
    return control->starts && (!control->stops || control->start_time <= control->end_time);
}

/* Before a start that is to come nothing leaves, unless a stop is to come before it. */
static bool discards_locked(const struct rg_stream_control *control)
{
    return control->is_discarding || start_is_next(control);
}

static bool has_come(REFERENCE_TIME time, const struct rg_sample_info *info)
{
    return time == AT_ONCE || (info->has_time && info->start >= time);
}

struct change {
    LONG code; /* of the event; 0: none */
    DWORD cookie;
    bool sends_extra;
};

static struct change change_locked(struct rg_stream_control *control,
                                   const struct rg_sample_info *info)
{
    bool was_discarding = control->is_discarding;

    if (start_is_next(control)) {
        if (!has_come(control->start_time, info))
            return (struct change){ 0 };
        control->starts = control->is_discarding = false;
        return (struct change){ EC_STREAM_CONTROL_STARTED, control->start_cookie, false };
    }
    if (!control->stops || !has_come(control->end_time, info))
        return (struct change){ 0 };
    control->stops = false;
    control->is_discarding = true;
    /* one that was not flowing has nothing to send */
    return (struct change){ EC_STREAM_CONTROL_STOPPED, control->stop_cookie,
                            control->sends_extra && !was_discarding };
}

static void tell(struct rg_stream_control *control, const struct change *change)
{
    rg_filter_notify(control->pin->filter, change->code, (LONG_PTR)&control->pin->pin.i,
                     (LONG_PTR)change->cookie);
}

enum rg_stream_control_turn rg_stream_control_look(struct rg_stream_control *control,
                                                   const struct rg_sample_info *info)
{
    struct change changes[2] = { 0 };
    bool discarded, discards;

    if (!atomic_load_explicit(&control->is_asked, memory_order_acquire))
        return RG_STREAM_FLOWS;
    pthread_mutex_lock(&control->lock);
    discarded = discards_locked(control);
    for (unsigned i = 0; i < 2; i++)
        changes[i] = change_locked(control, info);
    discards = discards_locked(control);
    pthread_mutex_unlock(&control->lock);
    for (unsigned i = 0; i < 2; i++) {
        if (changes[i].code != 0)
            tell(control, &changes[i]);
        if (changes[i].sends_extra)
            discards = false;
    }
    if (discards)
        return RG_STREAM_DISCARDS;
    return discarded ? RG_STREAM_RESUMES : RG_STREAM_FLOWS;
}

/* ---- IAMStreamControl -------------------------------------------------------------------- */

static struct rg_stream_control *of(IAMStreamControl *face)
{
    return CONTAINING_RECORD(face, struct rg_stream_control, face.i);
}

static HRESULT STDMETHODCALLTYPE start_at(IAMStreamControl *face, const REFERENCE_TIME *start,
                                          DWORD cookie)
{
    struct rg_stream_control *control = of(face);

    pthread_mutex_lock(&control->lock);
    control->starts = start == NULL || *start != NEVER;
    control->start_time = start == NULL ? AT_ONCE : *start;
    control->start_cookie = cookie;
    pthread_mutex_unlock(&control->lock);
    atomic_store_explicit(&control->is_asked, true, memory_order_release);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE stop_at(IAMStreamControl *face, const REFERENCE_TIME *stop,
                                         BOOL send_extra, DWORD cookie)
{
    struct rg_stream_control *control = of(face);

    pthread_mutex_lock(&control->lock);
    control->stops = stop == NULL || *stop != NEVER;
    control->end_time = stop == NULL ? AT_ONCE : *stop;
    control->sends_extra = send_extra != FALSE;
    control->stop_cookie = cookie;
    pthread_mutex_unlock(&control->lock);
    atomic_store_explicit(&control->is_asked, true, memory_order_release);
    return S_OK;
}

static REFERENCE_TIME told(REFERENCE_TIME time)
{
    return time == AT_ONCE ? 0 : time;
}

static HRESULT STDMETHODCALLTYPE get_info(IAMStreamControl *face, AM_STREAM_INFO *ret)
{
    struct rg_stream_control *control = of(face);

    if (ret == NULL)
        return E_POINTER;
    pthread_mutex_lock(&control->lock);
    *ret = (AM_STREAM_INFO){
        .tStart = told(control->start_time),
        .tStop = told(control->end_time),
        .dwStartCookie = control->start_cookie,
        .dwStopCookie = control->stop_cookie,
        .dwFlags =
            (control->starts ? AM_STREAM_INFO_START_DEFINED : 0U) |
            (control->stops ? AM_STREAM_INFO_STOP_DEFINED : 0U) |
            (discards_locked(control) ? AM_STREAM_INFO_DISCARDING : 0U) |
            (control->stops && control->sends_extra ? AM_STREAM_INFO_STOP_SEND_EXTRA : 0U),
    };
    pthread_mutex_unlock(&control->lock);
    return S_OK;
}

static const IAMStreamControlVtbl vtbl = {
    COM_UNKNOWN(IAMStreamControl),
    .StartAt = start_at,
    .StopAt = stop_at,
    .GetInfo = get_info,
};

/* ---- birth and end ----------------------------------------------------------------------- */

void rg_stream_control_init(struct rg_stream_control *control, struct rg_out_pin *pin)
{
    control->pin = pin;
    control->start_time = control->end_time = NEVER;
    pthread_mutex_init(&control->lock, NULL);
    COM_FACE_INIT(&pin->object, control->face, &vtbl);
}

void rg_stream_control_fini(struct rg_stream_control *control)
{
    pthread_mutex_destroy(&control->lock);
}
