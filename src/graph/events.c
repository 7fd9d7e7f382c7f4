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

/* What the graph does with an event unless the host has cancelled it.  What has no row goes to the
 * host as it is. */
struct handler {
    LONG code;
    unsigned job;  /* enum graph_job, or 0 */
    bool forwards; /* and the host hears it at once */
};

static const struct handler handlers[] = {
    { EC_COMPLETE, 0, false }, /* counted: renderers.c */
    { EC_REPAINT, GRAPH_JOB_REPAINT, false },
    { EC_NEED_RESTART, GRAPH_JOB_RESTART, false },
    { EC_STARVATION, GRAPH_JOB_STARVATION, false },
    { EC_LENGTH_CHANGED, GRAPH_JOB_LENGTH, false },
    { EC_STEP_COMPLETE, GRAPH_JOB_STEPPED, false }, /* the host hears it once it is paused */
    { EC_CLOCK_UNSET, GRAPH_JOB_CLOCK_UNSET, true },
    { EC_STATE_CHANGE, 0, false },
    { EC_SHUTTING_DOWN, 0, false },
};

static uint32_t handler_bit(LONG code)
{
    for (unsigned i = 0; i < ARRAYSIZE(handlers); i++)
        if (handlers[i].code == code)
            return UINT32_C(1) << i;
    return 0;
}

#define HANDLERS_ALL ((UINT32_C(1) << ARRAYSIZE(handlers)) - 1)

/* ---- the queue, under events_lock -------------------------------------------------------- */

static bool is_end(LONG code)
{
    return code == EC_COMPLETE || code == EC_ERRORABORT || code == EC_USERABORT;
}

static bool is_silent(const struct graph_events *events)
{
    return (events->notify_flags & AM_MEDIAEVENT_NONOTIFY) != 0;
}

/* NULL: no memory.  Somebody may wait for an end, so there is always room for one. */
static struct graph_event *event_new(struct graph_events *events, LONG code)
{
    struct graph_event *event = rg_calloc(1, sizeof(*event));

    if (event == NULL && is_end(code) && events->last_resort.code == 0)
        event = &events->last_resort;
    return event;
}

static void event_free_locked(struct graph_events *events, struct graph_event *event)
{
    if (event == &events->last_resort)
        event->code = 0;
    else
        rg_free(event);
}

bool graph_event_queue_locked(struct graph_events *events, LONG code, LONG_PTR param1,
                              LONG_PTR param2)
{
    struct graph_event *event = is_silent(events) ? NULL : event_new(events, code);

    if (is_silent(events) && is_end(code)) {
        events->silent_end = code;
        SetEvent(events->ready); /* documented: the handle tells the end, and nothing else */
    }
    if (event == NULL)
        return false;
    *event = (struct graph_event){ NULL, code, param1, param2 };
    if (events->last != NULL)
        events->last->next = event;
    else
        events->first = event;
    events->last = event;
    SetEvent(events->ready);
    SetEvent(events->queued);
    return true;
}

void graph_events_forget_end_locked(struct graph_events *events)
{
    events->silent_end = 0;
    if (events->first == NULL)
        ResetEvent(events->ready);
}

static struct graph_event *queue_detach(struct graph_events *events)
{
    struct graph_event *first = events->first;

    events->first = events->last = NULL;
    ResetEvent(events->queued);
    graph_events_forget_end_locked(events);
    return first;
}

/* Not under events_lock: a filter may go with its event. */
static void queue_free(struct graph *graph, struct graph_event *event)
{
    while (event != NULL) {
        struct graph_event *next = event->next;

        graph_event_params_free(event->code, event->param1, event->param2);
        pthread_mutex_lock(&graph->events_lock);
        event_free_locked(&graph->events, event);
        pthread_mutex_unlock(&graph->events_lock);
        event = next;
    }
}

/* Also an end that nobody was notified of, for who waits for nothing else. */
static bool queue_take(struct graph *graph, bool wants_end, struct graph_event *ret)
{
    struct graph_events *events = &graph->events;
    struct graph_event *event;
    bool found;

    pthread_mutex_lock(&graph->events_lock);
    event = events->first;
    found = event != NULL;
    if (found) {
        *ret = *event;
        events->first = event->next;
        if (event->next == NULL) {
            events->last = NULL;
            ResetEvent(events->ready);
            ResetEvent(events->queued);
        }
        event_free_locked(events, event);
    }
    if (!found && wants_end && events->silent_end != 0) {
        *ret = (struct graph_event){ .code = events->silent_end };
        graph_events_forget_end_locked(events);
        found = true;
    }
    pthread_mutex_unlock(&graph->events_lock);
    return found;
}

HRESULT graph_events_init(struct graph *graph)
{
    pthread_mutex_init(&graph->events_lock, NULL);
    graph->events.handled = HANDLERS_ALL;
    graph->events.ready = CreateEventW(NULL, TRUE, FALSE, NULL);
    if (graph->events.ready == NULL)
        return E_OUTOFMEMORY;
    graph->events.queued = CreateEventW(NULL, TRUE, FALSE, NULL);
    if (graph->events.queued == NULL)
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
    graph_repaint_forget(graph);
    queue_free(graph, queue_detach(&graph->events));
    CloseHandle(graph->events.ready);
    if (graph->events.queued != NULL)
        CloseHandle(graph->events.queued);
    if (graph->events.completion != NULL)
        CloseHandle(graph->events.completion);
    graph_table_free(&graph->events.by_filter);
    pthread_mutex_destroy(&graph->events_lock);
}

/* ---- sending ----------------------------------------------------------------------------- */

void graph_event_post(struct graph *graph, LONG code, LONG_PTR param1, LONG_PTR param2)
{
    pthread_mutex_lock(&graph->events_lock);
    (void)graph_event_queue_locked(&graph->events, code, param1, param2);
    pthread_mutex_unlock(&graph->events_lock);
}

/* Not under events_lock: what the graph does by default. */
static void handle(struct graph *graph, const struct handler *handler, LONG_PTR param1)
{
    if (handler->code == EC_STEP_COMPLETE) {
        if (!graph_step_note(graph, param1))
            graph_event_post(graph, EC_STEP_COMPLETE, param1, 0); /* nobody else will */
        return;
    }
    if (handler->code == EC_REPAINT)
        graph_repaint_note(graph, (IPin *)param1);
    if (handler->job != 0)
        (void)graph_worker_post(graph, (enum graph_job)handler->job);
}

/* The event as it is, for the host.  References are taken for what is queued alone: a filter that is
 * let go of by its own streaming thread would wait for itself. */
static void forward(struct graph *graph, LONG code, LONG_PTR param1, LONG_PTR param2)
{
    bool queued;

    graph_event_params_hold(code, param1, param2);
    pthread_mutex_lock(&graph->events_lock);
    queued = graph_event_queue_locked(&graph->events, code, param1, param2);
    pthread_mutex_unlock(&graph->events_lock);
    if (!queued)
        graph_event_params_free(code, param1, param2);
}

HRESULT graph_event_notify(struct graph *graph, LONG code, LONG_PTR param1, LONG_PTR param2)
{
    uint32_t bit = handler_bit(code);
    const struct handler *handler = NULL;

    if (code == EC_END_OF_SEGMENT && param1 != 0)
        atomic_store(&graph->segment_end, *(const REFERENCE_TIME *)param1);
    pthread_mutex_lock(&graph->events_lock);
    if (code == EC_COMPLETE)
        graph_renderer_note_end_locked(graph, (IBaseFilter *)param2);
    if ((graph->events.handled & bit) != 0)
        handler = &handlers[__builtin_ctz(bit)];
    if (handler != NULL && code == EC_COMPLETE)
        graph_renderers_complete_locked(graph, param1, (IBaseFilter *)param2);
    pthread_mutex_unlock(&graph->events_lock);
    if (handler == NULL || handler->forwards)
        forward(graph, code, param1, param2);
    if (handler != NULL)
        handle(graph, handler, param1);
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
static HRESULT event_wait(struct graph *graph, int64_t deadline_ns, bool wants_end,
                          struct graph_event *ret)
{
    HANDLE handle = wants_end ? graph->events.ready : graph->events.queued;

    while (!queue_take(graph, wants_end, ret)) {
        DWORD left_ms = INFINITE;
        struct graph_wait note;

        if (deadline_ns != RG_TIME_NEVER) {
            int64_t left_ns = deadline_ns - rg_time_now_ns();

            if (left_ns <= 0)
                return E_ABORT;
            left_ms = (DWORD)((left_ns + RG_NS_PER_MS - 1) / RG_NS_PER_MS);
        }
        graph_wait_begin(&note, graph, "an event of the graph", "");
        WaitForSingleObject(handle, left_ms);
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
    hr = event_wait(graph, rg_time_deadline_ns((DWORD)timeout_ms), false, &event);
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
        HRESULT hr = event_wait(graph, deadline_ns, true, &event);

        if (FAILED(hr)) {
            *ret_code = 0;
            return hr;
        }
        graph_event_params_free(event.code, event.param1, event.param2);
        if (is_end(event.code)) {
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
    graph_event_params_free(code, param1, param2);
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
    struct graph_event *dropped = NULL;

    if ((flags & ~AM_MEDIAEVENT_NONOTIFY) != 0)
        return E_INVALIDARG;
    pthread_mutex_lock(&graph->events_lock);
    graph->events.notify_flags = flags;
    if (flags != 0)
        dropped = queue_detach(&graph->events);
    else
        graph_events_forget_end_locked(&graph->events);
    pthread_mutex_unlock(&graph->events_lock);
    queue_free(graph, dropped);
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
