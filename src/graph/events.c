/* SPDX-License-Identifier: MIT */
/* events.c - the event queue: what filters report, what the graph makes of it, what the host
 * reads.
 *
 * Any thread sends; it never takes the graph lock.  Control threads read.
 * Knows: default handling, the queue.  Must not know: which filters are renderers
 * (renderers.c).
 */
#include "graph/graph_internal.h"

#include "graph/dispatch.h"
#include "graph/renderers.h"
#include "platform/memory.h"
#include "platform/time.h"

/* ---- default handlers -------------------------------------------------------------------- */

static const LONG handled_codes[] = {
    EC_COMPLETE,       EC_REPAINT,      EC_NEED_RESTART,  EC_STARVATION,
    EC_LENGTH_CHANGED, EC_STATE_CHANGE, EC_SHUTTING_DOWN,
};

static uint32_t handler_bit(LONG code)
{
    for (unsigned i = 0; i < ARRAYSIZE(handled_codes); i++)
        if (handled_codes[i] == code)
            return UINT32_C(1) << i;
    return 0;
}

#define HANDLERS_ALL ((UINT32_C(1) << ARRAYSIZE(handled_codes)) - 1)

/* ---- the queue, under events_lock -------------------------------------------------------- */

void graph_event_queue_locked(struct graph_events *events, LONG code, LONG_PTR param1,
                              LONG_PTR param2)
{
    struct graph_event *event;

    if ((events->notify_flags & AM_MEDIAEVENT_NONOTIFY) != 0) {
        if (code == EC_COMPLETE || code == EC_ERRORABORT || code == EC_USERABORT)
            SetEvent(
                events->ready); /* documented: the handle tells the end, and nothing else */
        return;
    }
    event = rg_calloc(1, sizeof(*event));
    if (event == NULL)
        return;
    *event = (struct graph_event){ NULL, code, param1, param2 };
    if (events->last != NULL)
        events->last->next = event;
    else
        events->first = event;
    events->last = event;
    SetEvent(events->ready);
}

static void event_params_free(LONG code, LONG_PTR param1, LONG_PTR param2)
{
    if (code == EC_STATUS || code == EC_OLE_EVENT) {
        SysFreeString((BSTR)param1);
        SysFreeString((BSTR)param2);
    }
}

static void queue_clear(struct graph_events *events)
{
    while (events->first != NULL) {
        struct graph_event *event = events->first;

        events->first = event->next;
        event_params_free(event->code, event->param1, event->param2);
        rg_free(event);
    }
    events->last = NULL;
    ResetEvent(events->ready);
}

static bool queue_take(struct graph *graph, struct graph_event *ret)
{
    struct graph_event *event;

    pthread_mutex_lock(&graph->events_lock);
    event = graph->events.first;
    if (event != NULL) {
        *ret = *event;
        graph->events.first = event->next;
        if (event->next == NULL) {
            graph->events.last = NULL;
            ResetEvent(graph->events.ready);
        }
    }
    pthread_mutex_unlock(&graph->events_lock);
    rg_free(event);
    return event != NULL;
}

HRESULT graph_events_init(struct graph *graph)
{
    pthread_mutex_init(&graph->events_lock, NULL);
    graph->events.handled = HANDLERS_ALL;
    graph->events.ready = CreateEventW(NULL, TRUE, FALSE, NULL);
    if (graph->events.ready == NULL)
        return E_OUTOFMEMORY;
    graph->events.completion = CreateEventW(NULL, FALSE, FALSE, NULL);
    return graph->events.completion != NULL ? graph_table_init(&graph->events.by_filter)
                                            : E_OUTOFMEMORY;
}

/* The graph is going: nobody sends any more. */
void graph_events_free(struct graph *graph)
{
    if (graph->events.ready == NULL)
        return;
    queue_clear(&graph->events);
    CloseHandle(graph->events.ready);
    if (graph->events.completion != NULL)
        CloseHandle(graph->events.completion);
    graph_table_free(&graph->events.by_filter);
    pthread_mutex_destroy(&graph->events_lock);
}

/* ---- sending ----------------------------------------------------------------------------- */

void graph_event_post(struct graph *graph, LONG code, LONG_PTR param1, LONG_PTR param2)
{
    pthread_mutex_lock(&graph->events_lock);
    graph_event_queue_locked(&graph->events, code, param1, param2);
    pthread_mutex_unlock(&graph->events_lock);
}

/* The job that is the default handling of a code, for those that the graph acts on. */
static unsigned job_of(LONG code)
{
    switch (code) {
    case EC_NEED_RESTART:
        return GRAPH_JOB_RESTART;
    case EC_STARVATION:
        return GRAPH_JOB_STARVATION;
    case EC_REPAINT:
        return GRAPH_JOB_REPAINT;
    default:
        return 0;
    }
}

HRESULT graph_event_notify(struct graph *graph, LONG code, LONG_PTR param1, LONG_PTR param2)
{
    uint32_t bit = handler_bit(code);
    unsigned job = 0;

    pthread_mutex_lock(&graph->events_lock);
    if (code == EC_COMPLETE)
        graph_renderer_note_end_locked(graph, (IBaseFilter *)param2);
    if ((graph->events.handled & bit) == 0) {
        graph_event_queue_locked(&graph->events, code, param1, param2);
    } else if (code == EC_COMPLETE) {
        graph_renderers_complete_locked(graph, param1, (IBaseFilter *)param2);
    } else {
        job = job_of(code); /* the others with a handler stay inside */
    }
    pthread_mutex_unlock(&graph->events_lock);
    if (code == EC_CLOCK_UNSET)
        job = GRAPH_JOB_CLOCK_UNSET;
    if (job != 0)
        (void)graph_worker_post(graph, (enum graph_job)job);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE sink_notify(IMediaEventSink *face, LONG code, LONG_PTR param1,
                                             LONG_PTR param2)
{
    return graph_event_notify(graph_home(face), code, param1, param2);
}

const IMediaEventSinkVtbl graph_sink_vtbl = {
    COM_UNKNOWN(IMediaEventSink),
    .Notify = sink_notify,
};

/* ---- reading: IMediaEventEx -------------------------------------------------------------- */

GRAPH_DISPATCH(IMediaEventEx)

static HRESULT STDMETHODCALLTYPE event_get_handle(IMediaEventEx *face, OAEVENT *ret_handle)
{
    if (ret_handle == NULL)
        return E_POINTER;
    *ret_handle = (OAEVENT)graph_home(face)->events.ready;
    return S_OK;
}

/* S_OK; E_ABORT at the deadline. */
static HRESULT event_wait(struct graph *graph, int64_t deadline_ns, struct graph_event *ret)
{
    while (!queue_take(graph, ret)) {
        DWORD left_ms = INFINITE;
        struct graph_wait note;

        if (deadline_ns != RG_TIME_NEVER) {
            int64_t left_ns = deadline_ns - rg_time_now_ns();

            if (left_ns <= 0)
                return E_ABORT;
            left_ms = (DWORD)((left_ns + RG_NS_PER_MS - 1) / RG_NS_PER_MS);
        }
        graph_wait_begin(&note, graph, "an event of the graph", "");
        WaitForSingleObject(graph->events.ready, left_ms);
        graph_wait_end(&note);
    }
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE event_get(IMediaEventEx *face, LONG *ret_code,
                                           LONG_PTR *ret_param1, LONG_PTR *ret_param2,
                                           LONG timeout_ms)
{
    struct graph *graph = graph_home(face);
    struct graph_event event;
    HRESULT hr;

    if (ret_code == NULL || ret_param1 == NULL || ret_param2 == NULL)
        return E_POINTER;
    hr = event_wait(graph, rg_time_deadline_ns((DWORD)timeout_ms), &event);
    if (FAILED(hr)) {
        *ret_code = 0; /* documented */
        return hr;
    }
    *ret_code = event.code;
    *ret_param1 = event.param1;
    *ret_param2 = event.param2;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE event_wait_completion(IMediaEventEx *face, LONG timeout_ms,
                                                       LONG *ret_code)
{
    struct graph *graph = graph_home(face);
    int64_t deadline_ns = rg_time_deadline_ns((DWORD)timeout_ms);
    struct graph_event event;

    if (ret_code == NULL)
        return E_POINTER;
    if (atomic_load(&graph->goal) != State_Running)
        return VFW_E_WRONG_STATE;
    for (;;) {
        HRESULT hr = event_wait(graph, deadline_ns, &event);

        if (FAILED(hr)) {
            *ret_code = 0;
            return hr;
        }
        event_params_free(event.code, event.param1, event.param2);
        if (event.code == EC_COMPLETE || event.code == EC_ERRORABORT ||
            event.code == EC_USERABORT) {
            *ret_code = event.code;
            return S_OK;
        }
    }
}

static HRESULT STDMETHODCALLTYPE event_cancel_default(IMediaEventEx *face, LONG code)
{
    struct graph *graph = graph_home(face);
    uint32_t bit = handler_bit(code);

    pthread_mutex_lock(&graph->events_lock);
    graph->events.handled &= ~bit;
    pthread_mutex_unlock(&graph->events_lock);
    return bit != 0 ? S_OK : S_FALSE;
}

static HRESULT STDMETHODCALLTYPE event_restore_default(IMediaEventEx *face, LONG code)
{
    struct graph *graph = graph_home(face);
    uint32_t bit = handler_bit(code);

    pthread_mutex_lock(&graph->events_lock);
    graph->events.handled |= bit;
    pthread_mutex_unlock(&graph->events_lock);
    return bit != 0 ? S_OK : S_FALSE;
}

static HRESULT STDMETHODCALLTYPE event_free_params(IMediaEventEx *face, LONG code,
                                                   LONG_PTR param1, LONG_PTR param2)
{
    (void)face;
    event_params_free(code, param1, param2);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE event_set_window(IMediaEventEx *face, OAHWND window,
                                                  LONG message, LONG_PTR data)
{
    (void)face;
    (void)message;
    (void)data;
    return window == 0 ? S_OK
                       : E_NOTIMPL; /* there are no window messages: wait for the handle */
}

static HRESULT STDMETHODCALLTYPE event_set_flags(IMediaEventEx *face, LONG flags)
{
    struct graph *graph = graph_home(face);

    if ((flags & ~AM_MEDIAEVENT_NONOTIFY) != 0)
        return E_INVALIDARG;
    pthread_mutex_lock(&graph->events_lock);
    graph->events.notify_flags = flags;
    if (flags != 0)
        queue_clear(&graph->events);
    pthread_mutex_unlock(&graph->events_lock);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE event_get_flags(IMediaEventEx *face, LONG *ret_flags)
{
    struct graph *graph = graph_home(face);

    if (ret_flags == NULL)
        return E_POINTER;
    pthread_mutex_lock(&graph->events_lock);
    *ret_flags = graph->events.notify_flags;
    pthread_mutex_unlock(&graph->events_lock);
    return S_OK;
}

const IMediaEventExVtbl graph_event_vtbl = {
    COM_UNKNOWN(IMediaEventEx),
    GRAPH_DISPATCH_SLOTS(IMediaEventEx),
    .GetEventHandle = event_get_handle,
    .GetEvent = event_get,
    .WaitForCompletion = event_wait_completion,
    .CancelDefaultHandling = event_cancel_default,
    .RestoreDefaultHandling = event_restore_default,
    .FreeEventParams = event_free_params,
    .SetNotifyWindow = event_set_window,
    .SetNotifyFlags = event_set_flags,
    .GetNotifyFlags = event_get_flags,
};
