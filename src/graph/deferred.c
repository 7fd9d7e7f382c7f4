/* SPDX-License-Identifier: MIT */
/* deferred.c - IQueueCommand and IDeferredCommand: a method of the graph is called when its time
 * has come.
 *
 * Any thread queues, cancels and postpones; the worker carries out, under the graph lock.
 * Knows: stream time, the clock's AdviseTime.  Must not know: what the methods do (dispatch.c).
 *
 * The list has a lock of its own and outlives the graph as long as a command does.  Lock order:
 * graph lock > list > jobs_lock.
 */
#include "graph/graph_internal.h"

#include "graph/dispatch.h"
#include "graph/seconds.h"
#include "platform/memory.h"

struct deferred_queue {
    atomic_uint references; /* the graph, and each command */
    pthread_mutex_t lock;
    /* under lock */
    struct graph *graph; /* NULL: it has gone */
    struct command *first, *last;
    /* atomic */
    atomic_size_t waiting;
};

enum clock_kind { STREAM_TIME = 1, PRESENTATION_TIME };

struct command {
    struct com_object object; /* first */
    COM_FACE(IDeferredCommand) face;

    /* set at creation */
    struct deferred_queue *queue; /* reference */
    enum clock_kind kind;
    GUID iid;
    DISPID id;
    WORD flags;
    DISPPARAMS arguments; /* ours */
    DISPID value;         /* the name of a property's value */
    VARIANT *result;      /* the caller's; may be NULL */

    /* under queue->lock */
    struct command *next, *previous;
    bool is_waiting; /* in the list, with a reference */
    bool is_done;    /* carried out, or cancelled: outcome says which */
    REFERENCE_TIME time;
    HRESULT outcome;
};

static void queue_release(struct deferred_queue *queue)
{
    if (queue == NULL || atomic_fetch_sub(&queue->references, 1) != 1)
        return;
    pthread_mutex_destroy(&queue->lock);
    rg_free(queue);
}

/* ---- the list, under its lock ------------------------------------------------------------ */

static void list_put(struct deferred_queue *queue, struct command *command)
{
    command->next = NULL;
    command->previous = queue->last;
    if (queue->last != NULL)
        queue->last->next = command;
    else
        queue->first = command;
    queue->last = command;
    command->is_waiting = true;
    atomic_fetch_add(&queue->waiting, 1);
}

/* The list's reference goes to the caller. */
static void list_take(struct deferred_queue *queue, struct command *command)
{
    if (command->previous != NULL)
        command->previous->next = command->next;
    else
        queue->first = command->next;
    if (command->next != NULL)
        command->next->previous = command->previous;
    else
        queue->last = command->previous;
    command->is_waiting = false;
    atomic_fetch_sub(&queue->waiting, 1);
}

static void finish_locked(struct command *command, HRESULT outcome)
{
    command->is_done = true;
    command->outcome = outcome;
}

static void wake_locked(struct deferred_queue *queue)
{
    if (queue->graph != NULL)
        (void)graph_worker_post(queue->graph, GRAPH_JOB_DEFERRED);
}

/* ---- carrying out: the worker ------------------------------------------------------------ */

static REFERENCE_TIME stream_time_of(const struct graph *graph, const struct command *command)
{
    if (command->kind == STREAM_TIME)
        return command->time;
    return (REFERENCE_TIME)((double)(command->time - graph->segment_start) / graph->rate);
}

/* The one whose time comes first, of equals the one that was first. */
static struct command *earliest(const struct graph *graph, struct deferred_queue *queue)
{
    struct command *first = queue->first;

    for (struct command *one = first; one != NULL; one = one->next)
        if (stream_time_of(graph, one) < stream_time_of(graph, first))
            first = one;
    return first;
}

/* S_OK: *ret is due, and the caller's; S_FALSE: *ret_time is when the next one will be; E_FAIL:
 * nobody waits. */
static HRESULT take_due(struct graph *graph, REFERENCE_TIME now, struct command **ret,
                        REFERENCE_TIME *ret_time)
{
    struct deferred_queue *queue = graph->deferred.queue;
    struct command *command;
    HRESULT hr = E_FAIL;

    pthread_mutex_lock(&queue->lock);
    command = earliest(graph, queue);
    if (command != NULL) {
        *ret_time = stream_time_of(graph, command);
        hr = graph->start_time + *ret_time <= now ? S_OK : S_FALSE;
    }
    if (hr == S_OK) {
        list_take(queue, command);
        *ret = command;
    }
    pthread_mutex_unlock(&queue->lock);
    return hr;
}

static HRESULT call_the_method(struct graph *graph, struct command *command)
{
    IFilterGraph3 *self = &graph->builder.i;
    RG_AUTO(IDispatch) face = NULL;
    HRESULT hr = self->lpVtbl->QueryInterface(self, &command->iid, (void **)&face);

    if (FAILED(hr))
        return hr;
    return face->lpVtbl->Invoke(face, command->id, &IID_NULL, 0, command->flags,
                                &command->arguments, command->result, NULL, NULL);
}

/* Whoever sees the result may hold the graph's last reference: ours is back before it is told. */
static void carry_out(struct graph *graph, struct command *command)
{
    HRESULT hr = call_the_method(graph, command);

    pthread_mutex_lock(&command->queue->lock);
    finish_locked(command, hr);
    pthread_mutex_unlock(&command->queue->lock);
    com_object_release(&command->object);
}

void graph_deferred_unadvise(struct graph *graph)
{
    IReferenceClock *clock = graph->deferred.clock;

    if (clock == NULL)
        return;
    graph->deferred.clock = NULL;
    (void)clock->lpVtbl->Unadvise(clock, graph->deferred.cookie);
    clock->lpVtbl->Release(clock);
}

static void advise(struct graph *graph, REFERENCE_TIME time)
{
    IReferenceClock *clock = graph->clock;

    if (FAILED(clock->lpVtbl->AdviseTime(clock, graph->start_time, time,
                                         (HEVENT)graph_worker_handle(graph),
                                         &graph->deferred.cookie)))
        return; /* a clock that can't wake us: at the next job */
    clock->lpVtbl->AddRef(clock);
    graph->deferred.clock = clock;
}

void graph_deferred_run_locked(struct graph *graph)
{
    struct command *command;
    REFERENCE_TIME now, time = 0;
    HRESULT hr = E_FAIL;

    graph_deferred_unadvise(graph);
    while (graph->state == State_Running && graph_clock_now(graph, &now)) {
        hr = take_due(graph, now, &command, &time);
        if (hr != S_OK)
            break;
        carry_out(graph, command);
        hr = E_FAIL;
    }
    if (hr == S_FALSE)
        advise(graph, time);
}

bool graph_deferred_is_waiting(struct graph *graph)
{
    struct deferred_queue *queue = __atomic_load_n(&graph->deferred.queue, __ATOMIC_ACQUIRE);

    return queue != NULL && atomic_load(&queue->waiting) != 0;
}

void graph_deferred_wake(struct graph *graph)
{
    if (graph_deferred_is_waiting(graph))
        (void)graph_worker_post(graph, GRAPH_JOB_DEFERRED);
}

void graph_deferred_drop(struct graph *graph)
{
    struct deferred_queue *queue = graph->deferred.queue;
    struct command *first;

    graph_deferred_unadvise(graph);
    if (queue == NULL)
        return;
    do {
        pthread_mutex_lock(&queue->lock);
        queue->graph = NULL;
        first = queue->first;
        if (first != NULL) {
            list_take(queue, first);
            finish_locked(first, VFW_E_ALREADY_CANCELLED);
        }
        pthread_mutex_unlock(&queue->lock);
        if (first != NULL)
            com_object_release(&first->object);
    } while (first != NULL);
    queue_release(queue);
}

/* ---- IDeferredCommand -------------------------------------------------------------------- */

static struct command *home(IDeferredCommand *face)
{
    return COM_HOME(face, struct command);
}

static HRESULT STDMETHODCALLTYPE command_cancel(IDeferredCommand *face)
{
    struct command *command = home(face);
    HRESULT hr = VFW_E_ALREADY_CANCELLED;

    pthread_mutex_lock(&command->queue->lock);
    if (command->is_waiting) {
        list_take(command->queue, command);
        finish_locked(command, VFW_E_ALREADY_CANCELLED);
        hr = S_OK;
    }
    pthread_mutex_unlock(&command->queue->lock);
    if (hr == S_OK)
        com_object_release(&command->object); /* the list's */
    return hr;
}

static HRESULT STDMETHODCALLTYPE command_confidence(IDeferredCommand *face, LONG *ret_percent)
{
    struct command *command = home(face);

    if (ret_percent == NULL)
        return E_POINTER;
    pthread_mutex_lock(&command->queue->lock);
    *ret_percent = command->is_waiting ? 100 : 0;
    pthread_mutex_unlock(&command->queue->lock);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE command_postpone(IDeferredCommand *face, REFTIME seconds)
{
    struct command *command = home(face);
    REFERENCE_TIME time;
    HRESULT hr = VFW_E_ALREADY_CANCELLED;

    if (!seconds_to_hns(seconds, &time))
        return E_INVALIDARG;
    pthread_mutex_lock(&command->queue->lock);
    if (command->is_waiting) {
        command->time = time;
        wake_locked(command->queue);
        hr = S_OK;
    }
    pthread_mutex_unlock(&command->queue->lock);
    return hr;
}

static HRESULT STDMETHODCALLTYPE command_result(IDeferredCommand *face, HRESULT *ret_result)
{
    struct command *command = home(face);
    HRESULT hr = E_ABORT; /* documented: not carried out yet */

    if (ret_result == NULL)
        return E_POINTER;
    pthread_mutex_lock(&command->queue->lock);
    if (command->is_done) {
        *ret_result = command->outcome;
        hr = S_OK;
    }
    pthread_mutex_unlock(&command->queue->lock);
    return hr;
}

static const IDeferredCommandVtbl command_vtbl = {
    COM_UNKNOWN(IDeferredCommand),    .Cancel = command_cancel,
    .Confidence = command_confidence, .Postpone = command_postpone,
    .GetHResult = command_result,
};

static const struct com_entry command_map[] = {
    COM_ENTRY(IDeferredCommand, struct command, face),
    COM_MAP_END,
};

static void command_destroy(struct com_object *object)
{
    struct command *command = (struct command *)object;

    for (UINT i = 0; command->arguments.rgvarg != NULL && i < command->arguments.cArgs; i++)
        (void)VariantClear(&command->arguments.rgvarg[i]);
    rg_free(command->arguments.rgvarg);
    queue_release(command->queue);
    com_object_fini(object);
    rg_free(command);
}

/* ---- IQueueCommand ----------------------------------------------------------------------- */

/* The graph's list, made with its first command.  Under the graph lock. */
static struct deferred_queue *queue_of(struct graph *graph)
{
    struct deferred_queue *queue = graph->deferred.queue;

    if (queue != NULL)
        return queue;
    queue = rg_calloc(1, sizeof(*queue));
    if (queue == NULL)
        return NULL;
    pthread_mutex_init(&queue->lock, NULL);
    atomic_init(&queue->references, 1);
    queue->graph = graph;
    __atomic_store_n(&graph->deferred.queue, queue, __ATOMIC_RELEASE);
    return queue;
}

static HRESULT copy_arguments(struct command *command, VARIANT *arguments, LONG count)
{
    HRESULT hr = S_OK;

    command->arguments.rgvarg = rg_calloc((size_t)count + 1, sizeof(VARIANT));
    if (command->arguments.rgvarg == NULL)
        return E_OUTOFMEMORY;
    command->arguments.cArgs = (UINT)count;
    for (LONG i = 0; i < count && SUCCEEDED(hr); i++)
        hr = VariantCopy(&command->arguments.rgvarg[i], &arguments[i]);
    if ((command->flags & (DISPATCH_PROPERTYPUT | DISPATCH_PROPERTYPUTREF)) != 0) {
        command->value = DISPID_PROPERTYPUT;
        command->arguments.rgdispidNamedArgs = &command->value;
        command->arguments.cNamedArgs = 1;
    }
    return hr;
}

/* What is asked for, before it is queued; borrowed from the caller. */
struct request {
    enum clock_kind kind;
    REFTIME seconds;
    const GUID *iid;
    DISPID id;
    WORD flags;
    LONG count;
    VARIANT *arguments;
    VARIANT *result;
    SHORT *bad_argument;
};

static HRESULT request_check(struct graph *graph, const struct request *r)
{
    DISPPARAMS arguments = { .rgvarg = r->arguments, .cArgs = (UINT)r->count };
    IFilterGraph3 *self = &graph->builder.i;
    RG_AUTO(IUnknown) face = NULL;
    UINT bad = 0;
    HRESULT hr;

    if (r->iid == NULL || (r->count > 0 && r->arguments == NULL))
        return E_POINTER;
    if (r->count < 0)
        return E_INVALIDARG;
    if (!graph->has_worker)
        return E_NOTIMPL; /* nobody would carry it out */
    hr = self->lpVtbl->QueryInterface(self, r->iid, (void **)&face);
    if (FAILED(hr))
        return hr;
    hr = graph_dispatch_check(r->iid, r->id, r->flags, &arguments, &bad);
    if (FAILED(hr) && r->bad_argument != NULL)
        *r->bad_argument = (SHORT)bad;
    return hr;
}

/* One reference for the caller, none for the list. */
static HRESULT command_create(struct graph *graph, const struct request *r,
                              struct command **ret)
{
    struct command *command = rg_calloc(1, sizeof(*command));
    struct deferred_queue *queue = NULL;
    HRESULT hr;

    if (command == NULL)
        return E_OUTOFMEMORY;
    com_object_init(&command->object, "DeferredCommand", command_map, NULL, command_destroy);
    COM_FACE_INIT(&command->object, command->face, &command_vtbl);
    command->kind = r->kind;
    command->iid = *r->iid;
    command->id = r->id;
    command->flags = r->flags;
    command->result = r->result;
    hr = seconds_to_hns(r->seconds, &command->time)
             ? copy_arguments(command, r->arguments, r->count)
             : E_INVALIDARG;
    if (SUCCEEDED(hr))
        hr = graph_lock_for_call(graph);
    if (SUCCEEDED(hr)) {
        queue = queue_of(graph);
        graph_unlock(graph);
        hr = queue != NULL ? S_OK : E_OUTOFMEMORY;
    }
    if (FAILED(hr)) {
        com_object_release(&command->object);
        return hr;
    }
    atomic_fetch_add(&queue->references, 1);
    command->queue = queue;
    *ret = command;
    return S_OK;
}

static HRESULT request_queue(IQueueCommand *face, const struct request *r,
                             IDeferredCommand **out)
{
    struct graph *graph = graph_home(face);
    struct command *command;
    HRESULT hr;

    if (out == NULL)
        return E_POINTER;
    *out = NULL;
    hr = request_check(graph, r);
    if (SUCCEEDED(hr))
        hr = command_create(graph, r, &command);
    if (FAILED(hr))
        return hr;
    com_object_addref(&command->object);
    pthread_mutex_lock(&command->queue->lock);
    list_put(command->queue, command);
    wake_locked(command->queue);
    pthread_mutex_unlock(&command->queue->lock);
    *out = &command->face.i;
    return S_OK;
}

#define REQUEST(k)                                                                             \
    &(struct request)                                                                          \
    {                                                                                          \
        .kind = (k), .seconds = seconds, .iid = iid, .id = method, .flags = (WORD)flags,       \
        .count = count, .arguments = arguments, .result = result, .bad_argument = bad_argument \
    }

static HRESULT STDMETHODCALLTYPE queue_at_stream(IQueueCommand *face, IDeferredCommand **out,
                                                 REFTIME seconds, GUID *iid, LONG method,
                                                 SHORT flags, LONG count, VARIANT *arguments,
                                                 VARIANT *result, SHORT *bad_argument)
{
    return request_queue(face, REQUEST(STREAM_TIME), out);
}

static HRESULT STDMETHODCALLTYPE queue_at_presentation(IQueueCommand *face,
                                                       IDeferredCommand **out, REFTIME seconds,
                                                       GUID *iid, LONG method, SHORT flags,
                                                       LONG count, VARIANT *arguments,
                                                       VARIANT *result, SHORT *bad_argument)
{
    return request_queue(face, REQUEST(PRESENTATION_TIME), out);
}

const IQueueCommandVtbl graph_queue_command_vtbl = {
    COM_UNKNOWN(IQueueCommand),
    .InvokeAtStreamTime = queue_at_stream,
    .InvokeAtPresentationTime = queue_at_presentation,
};
