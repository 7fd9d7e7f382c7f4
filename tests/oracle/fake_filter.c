/* SPDX-License-Identifier: MIT */
/* fake_filter.c - the filter, its clock and its flags.
 *
 * Any thread.  Knows: what a check told it.  Must not know: whose graph it is in.
 */
#include "fake.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

static const GUID fake_clsid = {
    0x5b0f3b3a, 0x0c11, 0x4c59, { 0x9c, 0x6a, 0x21, 0x77, 0x0e, 0x5d, 0x1f, 0x01 }
};

/* ---- the log ----------------------------------------------------------------------------- */

static char log_text[512], log_taken[512];
static CRITICAL_SECTION log_lock;
static LONG log_ready;

static void log_enter(void)
{
    if (InterlockedCompareExchange(&log_ready, 1, 0) == 0)
        InitializeCriticalSection(&log_lock);
    EnterCriticalSection(&log_lock);
}

void fake_log(char what, char letter)
{
    size_t used;

    log_enter();
    used = strlen(log_text);
    if (used + 4 < sizeof(log_text))
        snprintf(log_text + used, sizeof(log_text) - used, used != 0 ? " %c%c" : "%c%c", what,
                 letter);
    LeaveCriticalSection(&log_lock);
}

const char *fake_log_take(void)
{
    log_enter();
    memcpy(log_taken, log_text, sizeof(log_taken));
    log_text[0] = 0;
    LeaveCriticalSection(&log_lock);
    return log_taken;
}

/* ---- IUnknown ---------------------------------------------------------------------------- */

HRESULT fake_query(struct fake *fake, REFIID iid, void **out)
{
    if (IsEqualIID(iid, &IID_IUnknown) || IsEqualIID(iid, &IID_IPersist) ||
        IsEqualIID(iid, &IID_IMediaFilter) || IsEqualIID(iid, &IID_IBaseFilter))
        *out = &fake->filter;
    else if (fake->can_seek && IsEqualIID(iid, &IID_IMediaSeeking))
        *out = &fake->seeking;
    else if (fake->has_clock && IsEqualIID(iid, &IID_IReferenceClock))
        *out = &fake->clock;
    else if (fake->misc_flags != 0 && IsEqualIID(iid, &IID_IAMFilterMiscFlags))
        *out = &fake->flags;
    else
        *out = NULL;
    if (*out == NULL)
        return E_NOINTERFACE;
    fake_addref(fake);
    return S_OK;
}

ULONG fake_addref(struct fake *fake)
{
    return (ULONG)InterlockedIncrement(&fake->refs);
}

ULONG fake_let_go(struct fake *fake)
{
    ULONG left = (ULONG)InterlockedDecrement(&fake->refs);

    if (left == 0) {
        if (fake->sync != NULL)
            IReferenceClock_Release(fake->sync);
        free(fake);
    }
    return left;
}

FAKE_UNKNOWN(IBaseFilter, filter, struct fake, filter, fake_query, fake_addref, fake_let_go)

static struct fake *home(IBaseFilter *self)
{
    return CONTAINING_RECORD(self, struct fake, filter);
}

/* ---- IMediaFilter ------------------------------------------------------------------------ */

static HRESULT STDMETHODCALLTYPE get_class_id(IBaseFilter *self, CLSID *ret)
{
    (void)self;
    *ret = fake_clsid;
    return S_OK;
}

static HRESULT change(struct fake *fake, char what, FILTER_STATE state, HRESULT answer)
{
    fake_log(what, fake->letter);
    if (SUCCEEDED(answer))
        (void)InterlockedExchange(&fake->state_now, (LONG)state);
    return answer;
}

static HRESULT STDMETHODCALLTYPE do_stop(IBaseFilter *self)
{
    HRESULT hr = change(home(self), 'S', State_Stopped, home(self)->stop_answer);

    if (home(self)->when_stopped != NULL)
        SetEvent(home(self)->when_stopped);
    return hr;
}

static HRESULT STDMETHODCALLTYPE do_pause(IBaseFilter *self)
{
    return change(home(self), 'P', State_Paused, home(self)->pause_answer);
}

static HRESULT STDMETHODCALLTYPE do_run(IBaseFilter *self, REFERENCE_TIME start)
{
    home(self)->start_time = start;
    return change(home(self), 'R', State_Running, home(self)->run_answer);
}

static HRESULT STDMETHODCALLTYPE get_state(IBaseFilter *self, DWORD timeout_ms,
                                           FILTER_STATE *ret)
{
    (void)timeout_ms;
    *ret = fake_state(home(self));
    return *ret == State_Paused
               ? (HRESULT)InterlockedCompareExchange(&home(self)->state_answer, 0, 0)
               : S_OK;
}

static HRESULT STDMETHODCALLTYPE set_sync(IBaseFilter *self, IReferenceClock *clock)
{
    struct fake *fake = home(self);

    fake->syncs++;
    if (clock != NULL)
        IReferenceClock_AddRef(clock);
    if (fake->sync != NULL)
        IReferenceClock_Release(fake->sync);
    fake->sync = clock;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE get_sync(IBaseFilter *self, IReferenceClock **out)
{
    *out = home(self)->sync;
    if (*out != NULL)
        IReferenceClock_AddRef(*out);
    return S_OK;
}

/* ---- IBaseFilter ------------------------------------------------------------------------- */

static HRESULT STDMETHODCALLTYPE enum_pins(IBaseFilter *self, IEnumPins **out)
{
    return fake_enum_pins(home(self), out);
}

static HRESULT STDMETHODCALLTYPE find_pin(IBaseFilter *self, LPCWSTR id, IPin **out)
{
    struct fake *fake = home(self);

    *out = NULL;
    for (int i = 0; i < fake->n_pins; i++)
        if (wcscmp(fake->pins[i].name, id) == 0)
            *out = &fake->pins[i].pin;
    if (*out == NULL)
        return VFW_E_NOT_FOUND;
    fake_addref(fake);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE query_info(IBaseFilter *self, FILTER_INFO *ret)
{
    struct fake *fake = home(self);

    memcpy(ret->achName, fake->name, sizeof(ret->achName));
    ret->pGraph = fake->graph;
    if (fake->graph != NULL)
        IFilterGraph_AddRef(fake->graph);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE join(IBaseFilter *self, IFilterGraph *graph, LPCWSTR name)
{
    struct fake *fake = home(self);

    if (graph == NULL)
        fake->leaves++;
    else
        fake->joins++;
    if (graph != NULL && FAILED(fake->join_answer))
        return fake->join_answer;
    fake->graph = graph; /* no reference: the graph owns the filter */
    fake->name[0] = 0;
    if (name != NULL) {
        wcsncpy(fake->name, name, ARRAYSIZE(fake->name) - 1);
        fake->name[ARRAYSIZE(fake->name) - 1] = 0;
    }
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE query_vendor(IBaseFilter *self, LPWSTR *ret)
{
    (void)self;
    (void)ret;
    return E_NOTIMPL;
}

static IBaseFilterVtbl filter_vtbl = {
    FAKE_UNKNOWN_SLOTS(filter),
    .GetClassID = get_class_id,
    .Stop = do_stop,
    .Pause = do_pause,
    .Run = do_run,
    .GetState = get_state,
    .SetSyncSource = set_sync,
    .GetSyncSource = get_sync,
    .EnumPins = enum_pins,
    .FindPin = find_pin,
    .QueryFilterInfo = query_info,
    .JoinFilterGraph = join,
    .QueryVendorInfo = query_vendor,
};

/* ---- IReferenceClock: the time that a check has set -------------------------------------- */

FAKE_UNKNOWN(IReferenceClock, clock, struct fake, clock, fake_query, fake_addref, fake_let_go)

static HRESULT STDMETHODCALLTYPE clock_get_time(IReferenceClock *self, REFERENCE_TIME *ret)
{
    *ret = CONTAINING_RECORD(self, struct fake, clock)->clock_now;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE clock_advise(IReferenceClock *self, REFERENCE_TIME base,
                                              REFERENCE_TIME stream, HEVENT event,
                                              DWORD_PTR *ret)
{
    (void)self;
    (void)base;
    (void)stream;
    (void)event;
    (void)ret;
    return E_NOTIMPL;
}

static HRESULT STDMETHODCALLTYPE clock_periodic(IReferenceClock *self, REFERENCE_TIME start,
                                                REFERENCE_TIME period, HSEMAPHORE semaphore,
                                                DWORD_PTR *ret)
{
    (void)self;
    (void)start;
    (void)period;
    (void)semaphore;
    (void)ret;
    return E_NOTIMPL;
}

static HRESULT STDMETHODCALLTYPE clock_unadvise(IReferenceClock *self, DWORD_PTR cookie)
{
    (void)self;
    (void)cookie;
    return S_FALSE;
}

IReferenceClockVtbl fake_clock_vtbl = {
    FAKE_UNKNOWN_SLOTS(clock),        .GetTime = clock_get_time,  .AdviseTime = clock_advise,
    .AdvisePeriodic = clock_periodic, .Unadvise = clock_unadvise,
};

/* ---- IAMFilterMiscFlags ------------------------------------------------------------------ */

FAKE_UNKNOWN(IAMFilterMiscFlags, flags, struct fake, flags, fake_query, fake_addref,
             fake_let_go)

static ULONG STDMETHODCALLTYPE get_flags(IAMFilterMiscFlags *self)
{
    return CONTAINING_RECORD(self, struct fake, flags)->misc_flags;
}

IAMFilterMiscFlagsVtbl fake_flags_vtbl = { FAKE_UNKNOWN_SLOTS(flags),
                                           .GetMiscFlags = get_flags };

/* ---- life -------------------------------------------------------------------------------- */

struct fake *fake_new(char letter, const char *pins)
{
    struct fake *fake = calloc(1, sizeof(*fake));

    if (fake == NULL)
        abort();
    log_enter(); /* the first filter is made while there is one thread */
    LeaveCriticalSection(&log_lock);
    fake->filter.lpVtbl = &filter_vtbl;
    fake->seeking.lpVtbl = &fake_seeking_vtbl;
    fake->clock.lpVtbl = &fake_clock_vtbl;
    fake->flags.lpVtbl = &fake_flags_vtbl;
    fake->refs = 1;
    fake->letter = letter;
    fake->rate = 1.0;
    fake->format = TIME_FORMAT_MEDIA_TIME;
    for (; *pins != 0 && fake->n_pins < FAKE_PINS; pins++)
        fake_pin_init(&fake->pins[fake->n_pins++], fake,
                      *pins == 'i' ? PINDIR_INPUT : PINDIR_OUTPUT);
    fake_set_type(fake, &fake_major, &fake_subtype);
    return fake;
}

void fake_release(struct fake *fake)
{
    fake_let_go(fake);
}

LONG fake_refs(struct fake *fake)
{
    return fake->refs;
}

FILTER_STATE fake_state(struct fake *fake)
{
    return (FILTER_STATE)InterlockedCompareExchange(&fake->state_now, 0, 0);
}

void fake_set_state_answer(struct fake *fake, HRESULT answer)
{
    (void)InterlockedExchange(&fake->state_answer, (LONG)answer);
}

void fake_set_type(struct fake *fake, const GUID *major, const GUID *subtype)
{
    for (int i = 0; i < fake->n_pins; i++) {
        fake->pins[i].major = *major;
        fake->pins[i].subtype = *subtype;
    }
}
