/* SPDX-License-Identifier: MIT */
/* fake_clock.c - a foreign filter's clock, which the test sets, and what kind of filter it says it is.
 *
 * See fake_filter.h.
 */
#include "fake_filter.h"

#define HOME(face, member) CONTAINING_RECORD(face, struct fake_filter, member)

/* ---- IReferenceClock, IAMFilterMiscFlags ------------------------------------------------- */

static HRESULT STDMETHODCALLTYPE clock_query(IReferenceClock *face, REFIID iid, void **out)
{
    return HOME(face, clock_face)
        ->base.lpVtbl->QueryInterface(&HOME(face, clock_face)->base, iid, out);
}

static ULONG STDMETHODCALLTYPE clock_addref(IReferenceClock *face)
{
    return fake_addref(HOME(face, clock_face));
}

static ULONG STDMETHODCALLTYPE clock_release(IReferenceClock *face)
{
    return fake_unref(HOME(face, clock_face));
}

static HRESULT STDMETHODCALLTYPE clock_time(IReferenceClock *face, REFERENCE_TIME *ret)
{
    struct fake_filter *self = HOME(face, clock_face);

    pthread_mutex_lock(&self->lock);
    *ret = self->now;
    pthread_mutex_unlock(&self->lock);
    return S_OK;
}

/* Under lock. */
void fake_clock_signal_due(struct fake_filter *self)
{
    for (int i = 0; i < FAKE_ADVISES_MOST; i++) {
        if (self->advises[i].event == NULL || self->advises[i].due > self->now)
            continue;
        SetEvent(self->advises[i].event);
        self->advises[i].event = NULL;
    }
}

static HRESULT STDMETHODCALLTYPE clock_advise(IReferenceClock *face, REFERENCE_TIME base,
                                              REFERENCE_TIME stream, HEVENT event,
                                              DWORD_PTR *cookie)
{
    struct fake_filter *self = HOME(face, clock_face);
    HRESULT hr = E_OUTOFMEMORY;

    pthread_mutex_lock(&self->lock);
    for (int i = 0; i < FAKE_ADVISES_MOST && FAILED(hr); i++) {
        if (self->advises[i].event != NULL)
            continue;
        self->advises[i].due = base + stream;
        self->advises[i].event = (HANDLE)event;
        *cookie = (DWORD_PTR)(i + 1);
        hr = S_OK;
    }
    fake_clock_signal_due(self);
    pthread_mutex_unlock(&self->lock);
    return hr;
}

static HRESULT STDMETHODCALLTYPE clock_periodic(IReferenceClock *face, REFERENCE_TIME start,
                                                REFERENCE_TIME period, HSEMAPHORE semaphore,
                                                DWORD_PTR *cookie)
{
    (void)face, (void)start, (void)period, (void)semaphore, (void)cookie;
    return E_NOTIMPL;
}

static HRESULT STDMETHODCALLTYPE clock_unadvise(IReferenceClock *face, DWORD_PTR cookie)
{
    struct fake_filter *self = HOME(face, clock_face);
    HRESULT hr = S_FALSE;

    pthread_mutex_lock(&self->lock);
    if (cookie >= 1 && cookie <= FAKE_ADVISES_MOST && self->advises[cookie - 1].event != NULL) {
        self->advises[cookie - 1].event = NULL;
        hr = S_OK;
    }
    pthread_mutex_unlock(&self->lock);
    return hr;
}

const IReferenceClockVtbl fake_clock_vtbl = {
    .QueryInterface = clock_query,
    .AddRef = clock_addref,
    .Release = clock_release,
    .GetTime = clock_time,
    .AdviseTime = clock_advise,
    .AdvisePeriodic = clock_periodic,
    .Unadvise = clock_unadvise,
};

static HRESULT STDMETHODCALLTYPE misc_query(IAMFilterMiscFlags *face, REFIID iid, void **out)
{
    return HOME(face, misc)->base.lpVtbl->QueryInterface(&HOME(face, misc)->base, iid, out);
}

static ULONG STDMETHODCALLTYPE misc_addref(IAMFilterMiscFlags *face)
{
    return fake_addref(HOME(face, misc));
}

static ULONG STDMETHODCALLTYPE misc_release(IAMFilterMiscFlags *face)
{
    return fake_unref(HOME(face, misc));
}

static ULONG STDMETHODCALLTYPE misc_flags(IAMFilterMiscFlags *face)
{
    struct fake_filter *self = HOME(face, misc);

    return (self->config.says_renderer ? AM_FILTER_MISC_FLAGS_IS_RENDERER : 0u) |
           (self->config.says_source ? AM_FILTER_MISC_FLAGS_IS_SOURCE : 0u);
}

const IAMFilterMiscFlagsVtbl fake_misc_vtbl = {
    .QueryInterface = misc_query,
    .AddRef = misc_addref,
    .Release = misc_release,
    .GetMiscFlags = misc_flags,
};
