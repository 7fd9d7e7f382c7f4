/* SPDX-License-Identifier: MIT */
/* flow_fakes.c - what a graph does for its filters: states, events; and a clock that a hand moves. */
#include "flow.h"

/* ---- states ---------------------------------------------------------------------------------- */

void all_pause(IBaseFilter *const *filters, unsigned n)
{
    while (n-- > 0)
        assert_true(SUCCEEDED(IBaseFilter_Pause(filters[n])));
}

void all_run(IBaseFilter *const *filters, unsigned n)
{
    all_pause(filters, n);
    while (n-- > 0)
        assert_true(SUCCEEDED(IBaseFilter_Run(filters[n], 0)));
}

void all_stop(IBaseFilter *const *filters, unsigned n)
{
    while (n-- > 0)
        assert_int_equal(IBaseFilter_Stop(filters[n]), S_OK);
}

void all_free(IBaseFilter **filters, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        part(filters[i]);
    for (unsigned i = 0; i < n; i++) {
        IBaseFilter_JoinFilterGraph(filters[i], NULL, NULL);
        assert_int_equal(IBaseFilter_Release(filters[i]), 0);
    }
    assert_int_equal(rg_live_objects(NULL, NULL), 0);
}

/* ---- the listener ---------------------------------------------------------------------------- */

static HRESULT STDMETHODCALLTYPE graph_query(IFilterGraph *face, REFIID iid, void **out)
{
    struct listener *l = (struct listener *)face;

    *out = IsEqualIID(iid, &IID_IMediaEventSink) ? (void *)&l->sink : NULL;
    if (*out != NULL)
        atomic_fetch_add(&l->refs, 1);
    return *out != NULL ? S_OK : E_NOINTERFACE;
}

static ULONG STDMETHODCALLTYPE graph_addref(IFilterGraph *face)
{
    return atomic_fetch_add(&((struct listener *)face)->refs, 1) + 1;
}

static ULONG STDMETHODCALLTYPE graph_release(IFilterGraph *face)
{
    return atomic_fetch_sub(&((struct listener *)face)->refs, 1) - 1;
}

static struct listener *of_sink(IMediaEventSink *face)
{
    return (struct listener *)(void *)((char *)face - offsetof(struct listener, sink));
}

static HRESULT STDMETHODCALLTYPE sink_query(IMediaEventSink *face, REFIID iid, void **out)
{
    return graph_query(&of_sink(face)->graph, iid, out);
}

static ULONG STDMETHODCALLTYPE sink_addref(IMediaEventSink *face)
{
    return graph_addref(&of_sink(face)->graph);
}

static ULONG STDMETHODCALLTYPE sink_release(IMediaEventSink *face)
{
    return graph_release(&of_sink(face)->graph);
}

static HRESULT STDMETHODCALLTYPE sink_notify(IMediaEventSink *face, LONG code, LONG_PTR one,
                                             LONG_PTR two)
{
    (void)one;
    (void)two;
    if (code == EC_COMPLETE)
        atomic_fetch_add(&of_sink(face)->completes, 1);
    else if (code == EC_ERRORABORT)
        atomic_fetch_add(&of_sink(face)->aborts, 1);
    return S_OK;
}

static const IFilterGraphVtbl graph_vtbl = {
    .QueryInterface = graph_query,
    .AddRef = graph_addref,
    .Release = graph_release,
};
static const IMediaEventSinkVtbl sink_vtbl = { sink_query, sink_addref, sink_release,
                                               sink_notify };

void listener_init(struct listener *listener)
{
    memset(listener, 0, sizeof(*listener));
    listener->graph.lpVtbl = (IFilterGraphVtbl *)&graph_vtbl;
    listener->sink.lpVtbl = (IMediaEventSinkVtbl *)&sink_vtbl;
}

void listen_to(struct listener *listener, IBaseFilter *filter)
{
    assert_int_equal(IBaseFilter_JoinFilterGraph(filter, &listener->graph, L"listened to"),
                     S_OK);
    assert_int_equal(listener->refs, 0); /* filters keep no reference on the graph */
}

/* ---- the clock ------------------------------------------------------------------------------- */

static HRESULT STDMETHODCALLTYPE clock_query(IReferenceClock *face, REFIID iid, void **out)
{
    (void)face;
    (void)iid;
    *out = NULL;
    return E_NOINTERFACE;
}

static ULONG STDMETHODCALLTYPE clock_addref(IReferenceClock *face)
{
    return atomic_fetch_add(&((struct hand_clock *)face)->refs, 1) + 1;
}

static ULONG STDMETHODCALLTYPE clock_release(IReferenceClock *face)
{
    return atomic_fetch_sub(&((struct hand_clock *)face)->refs, 1) - 1;
}

static HRESULT STDMETHODCALLTYPE clock_time(IReferenceClock *face, REFERENCE_TIME *ret)
{
    struct hand_clock *clock = (struct hand_clock *)face;

    pthread_mutex_lock(&clock->lock);
    *ret = clock->now;
    pthread_mutex_unlock(&clock->lock);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE clock_advise(IReferenceClock *face, REFERENCE_TIME base,
                                              REFERENCE_TIME stream, HEVENT event,
                                              DWORD_PTR *cookie)
{
    struct hand_clock *clock = (struct hand_clock *)face;

    pthread_mutex_lock(&clock->lock);
    for (unsigned i = 0; i < COUNT_OF(clock->advises); i++) {
        if (clock->advises[i].event != (HEVENT)0)
            continue;
        clock->advises[i].at = base + stream;
        clock->advises[i].event = event;
        *cookie = i;
        if (clock->now >= base + stream)
            SetEvent((HANDLE)event);
        break;
    }
    pthread_mutex_unlock(&clock->lock);
    atomic_fetch_add(&clock->n_waiting, 1);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE clock_unadvise(IReferenceClock *face, DWORD_PTR cookie)
{
    struct hand_clock *clock = (struct hand_clock *)face;

    pthread_mutex_lock(&clock->lock);
    clock->advises[cookie].event = (HEVENT)0;
    pthread_mutex_unlock(&clock->lock);
    atomic_fetch_sub(&clock->n_waiting, 1);
    return S_OK;
}

static const IReferenceClockVtbl clock_vtbl = {
    .QueryInterface = clock_query,
    .AddRef = clock_addref,
    .Release = clock_release,
    .GetTime = clock_time,
    .AdviseTime = clock_advise,
    .Unadvise = clock_unadvise,
};

void clock_init(struct hand_clock *clock)
{
    memset(clock, 0, sizeof(*clock));
    clock->face.lpVtbl = (IReferenceClockVtbl *)&clock_vtbl;
    pthread_mutex_init(&clock->lock, NULL);
}

void clock_set(struct hand_clock *clock, REFERENCE_TIME now)
{
    pthread_mutex_lock(&clock->lock);
    clock->now = now;
    for (unsigned i = 0; i < COUNT_OF(clock->advises); i++)
        if (clock->advises[i].event != (HEVENT)0 && now >= clock->advises[i].at)
            SetEvent((HANDLE)clock->advises[i].event);
    pthread_mutex_unlock(&clock->lock);
}
