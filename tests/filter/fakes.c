/* SPDX-License-Identifier: MIT */
/* fakes.c - the pins, the clock and the graph around a filter under test.
 *
 * Runs: fake_in, fake_graph and fake_clock on any thread.
 * Knows: DirectShow's interfaces.  Must not know: base/, regraft's own interfaces.
 */
#include "fakes.h"

/* ---- fake output pin ---------------------------------------------------------------------- */

static struct fake_out *out_of(IPin *face)
{
    return COM_HOME(face, struct fake_out);
}

static HRESULT STDMETHODCALLTYPE refuse_connect(IPin *face, IPin *peer,
                                                const AM_MEDIA_TYPE *type)
{
    (void)face;
    (void)peer;
    (void)type;
    return E_UNEXPECTED;
}

static HRESULT STDMETHODCALLTYPE out_disconnect(IPin *face)
{
    (void)face;
    return S_OK;
}

static HRESULT give_pin(IPin *pin, IPin **ret)
{
    *ret = pin;
    if (pin == NULL)
        return VFW_E_NOT_CONNECTED;
    IPin_AddRef(pin);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE out_connected_to(IPin *face, IPin **ret)
{
    return give_pin(out_of(face)->peer, ret);
}

static HRESULT STDMETHODCALLTYPE out_type(IPin *face, AM_MEDIA_TYPE *ret)
{
    return rg_type_copy(ret, &out_of(face)->type);
}

static HRESULT STDMETHODCALLTYPE out_info(IPin *face, PIN_INFO *ret)
{
    (void)face;
    memset(ret, 0, sizeof(*ret));
    ret->dir = PINDIR_OUTPUT;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE out_direction(IPin *face, PIN_DIRECTION *ret)
{
    (void)face;
    *ret = PINDIR_OUTPUT;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE no_id(IPin *face, LPWSTR *ret)
{
    (void)face;
    *ret = NULL;
    return E_NOTIMPL;
}

static HRESULT STDMETHODCALLTYPE accept_any(IPin *face, const AM_MEDIA_TYPE *type)
{
    (void)face;
    (void)type;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE no_types(IPin *face, IEnumMediaTypes **ret)
{
    (void)face;
    *ret = NULL;
    return E_NOTIMPL;
}

static HRESULT STDMETHODCALLTYPE no_internal(IPin *face, IPin **pins, ULONG *n)
{
    (void)face;
    (void)pins;
    (void)n;
    return E_NOTIMPL;
}

static HRESULT STDMETHODCALLTYPE unexpected(IPin *face)
{
    (void)face;
    return E_UNEXPECTED;
}

static HRESULT STDMETHODCALLTYPE out_segment(IPin *face, REFERENCE_TIME start,
                                             REFERENCE_TIME stop, double rate)
{
    (void)face;
    (void)start;
    (void)stop;
    (void)rate;
    return E_UNEXPECTED;
}

static const IPinVtbl out_vtbl = {
    COM_UNKNOWN(IPin),
    .Connect = refuse_connect,
    .ReceiveConnection = refuse_connect,
    .Disconnect = out_disconnect,
    .ConnectedTo = out_connected_to,
    .ConnectionMediaType = out_type,
    .QueryPinInfo = out_info,
    .QueryDirection = out_direction,
    .QueryId = no_id,
    .QueryAccept = accept_any,
    .EnumMediaTypes = no_types,
    .QueryInternalConnections = no_internal,
    .EndOfStream = unexpected,
    .BeginFlush = unexpected,
    .EndFlush = unexpected,
    .NewSegment = out_segment,
};

static const struct com_entry out_map[] = {
    COM_ENTRY(IPin, struct fake_out, pin),
    COM_MAP_END,
};

/* ---- fake input pin ------------------------------------------------------------------------- */

static struct fake_in *in_of(void *face)
{
    return COM_HOME(face, struct fake_in);
}

static HRESULT STDMETHODCALLTYPE in_receive_connection(IPin *face, IPin *peer,
                                                       const AM_MEDIA_TYPE *type)
{
    struct fake_in *in = in_of(face);
    HRESULT hr;

    if (in->peer != NULL)
        return VFW_E_ALREADY_CONNECTED;
    hr = rg_type_copy(&in->type, type);
    if (FAILED(hr))
        return hr;
    in->peer = peer;
    IPin_AddRef(peer);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE in_disconnect(IPin *face)
{
    struct fake_in *in = in_of(face);

    if (in->peer == NULL)
        return S_FALSE;
    IPin_Release(in->peer);
    in->peer = NULL;
    rg_type_clear(&in->type);
    if (in->allocator != NULL)
        IMemAllocator_Release(in->allocator);
    in->allocator = NULL;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE in_connected_to(IPin *face, IPin **ret)
{
    return give_pin(in_of(face)->peer, ret);
}

static HRESULT STDMETHODCALLTYPE in_type(IPin *face, AM_MEDIA_TYPE *ret)
{
    return rg_type_copy(ret, &in_of(face)->type);
}

static HRESULT STDMETHODCALLTYPE in_info(IPin *face, PIN_INFO *ret)
{
    (void)face;
    memset(ret, 0, sizeof(*ret));
    ret->dir = PINDIR_INPUT;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE in_direction(IPin *face, PIN_DIRECTION *ret)
{
    (void)face;
    *ret = PINDIR_INPUT;
    return S_OK;
}

static HRESULT in_count(void *face, unsigned *counter)
{
    struct fake_in *in = in_of(face);

    pthread_mutex_lock(&in->lock);
    (*counter)++;
    pthread_cond_broadcast(&in->changed);
    pthread_mutex_unlock(&in->lock);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE in_end_of_stream(IPin *face)
{
    return in_count(face, &in_of(face)->ends);
}

static HRESULT STDMETHODCALLTYPE in_begin_flush(IPin *face)
{
    return in_count(face, &in_of(face)->flushes);
}

static HRESULT STDMETHODCALLTYPE in_end_flush(IPin *face)
{
    return in_count(face, &in_of(face)->flush_ends);
}

static HRESULT STDMETHODCALLTYPE in_new_segment(IPin *face, REFERENCE_TIME start,
                                                REFERENCE_TIME stop, double rate)
{
    struct fake_in *in = in_of(face);

    (void)stop;
    (void)rate;
    pthread_mutex_lock(&in->lock);
    in->segment_start = start;
    pthread_mutex_unlock(&in->lock);
    return in_count(face, &in->segments);
}

static const IPinVtbl in_vtbl = {
    COM_UNKNOWN(IPin),
    .Connect = refuse_connect,
    .ReceiveConnection = in_receive_connection,
    .Disconnect = in_disconnect,
    .ConnectedTo = in_connected_to,
    .ConnectionMediaType = in_type,
    .QueryPinInfo = in_info,
    .QueryDirection = in_direction,
    .QueryId = no_id,
    .QueryAccept = accept_any,
    .EnumMediaTypes = no_types,
    .QueryInternalConnections = no_internal,
    .EndOfStream = in_end_of_stream,
    .BeginFlush = in_begin_flush,
    .EndFlush = in_end_flush,
    .NewSegment = in_new_segment,
};

static HRESULT STDMETHODCALLTYPE in_get_allocator(IMemInputPin *face, IMemAllocator **ret)
{
    (void)face;
    *ret = NULL;
    return VFW_E_NO_ALLOCATOR;
}

static HRESULT STDMETHODCALLTYPE in_notify_allocator(IMemInputPin *face,
                                                     IMemAllocator *allocator, BOOL read_only)
{
    struct fake_in *in = in_of(face);

    IMemAllocator_AddRef(allocator);
    if (in->allocator != NULL)
        IMemAllocator_Release(in->allocator);
    in->allocator = allocator;
    in->is_read_only = read_only != FALSE;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE in_requirements(IMemInputPin *face, ALLOCATOR_PROPERTIES *ret)
{
    (void)face;
    (void)ret;
    return E_NOTIMPL;
}

static void keep_data(struct fake_in *in, IMediaSample *sample)
{
    LONG bytes = IMediaSample_GetActualDataLength(sample);
    REFERENCE_TIME start = -1, stop;
    BYTE *data = NULL;

    free(in->last);
    in->last = malloc((size_t)bytes + 1);
    in->last_bytes = bytes;
    if (in->last != NULL && SUCCEEDED(IMediaSample_GetPointer(sample, &data)))
        memcpy(in->last, data, (size_t)bytes);
    (void)IMediaSample_GetTime(sample, &start, &stop);
    in->last_start = start;
    if (in->keep) {
        IMediaSample_AddRef(sample);
        if (in->kept != NULL)
            IMediaSample_Release(in->kept);
        in->kept = sample;
    }
}

static HRESULT STDMETHODCALLTYPE in_receive(IMemInputPin *face, IMediaSample *sample)
{
    struct fake_in *in = in_of(face);
    HRESULT hr;

    pthread_mutex_lock(&in->lock);
    keep_data(in, sample);
    in->samples++;
    hr = in->answer;
    pthread_cond_broadcast(&in->changed);
    pthread_mutex_unlock(&in->lock);
    return hr;
}

static HRESULT STDMETHODCALLTYPE in_receive_multiple(IMemInputPin *face, IMediaSample **samples,
                                                     LONG n, LONG *done)
{
    HRESULT hr = S_OK;

    for (*done = 0; *done < n && hr == S_OK; (*done)++)
        hr = in_receive(face, samples[*done]);
    return hr;
}

static HRESULT STDMETHODCALLTYPE in_can_block(IMemInputPin *face)
{
    (void)face;
    return S_OK;
}

static const IMemInputPinVtbl in_memory_vtbl = {
    COM_UNKNOWN(IMemInputPin),
    .GetAllocator = in_get_allocator,
    .NotifyAllocator = in_notify_allocator,
    .GetAllocatorRequirements = in_requirements,
    .Receive = in_receive,
    .ReceiveMultiple = in_receive_multiple,
    .ReceiveCanBlock = in_can_block,
};

static const struct com_entry in_map[] = {
    COM_ENTRY(IPin, struct fake_in, pin),
    COM_ENTRY(IMemInputPin, struct fake_in, memory),
    COM_MAP_END,
};

/* ---- fake graph ----------------------------------------------------------------------------- */

static HRESULT STDMETHODCALLTYPE graph_notify(IMediaEventSink *face, LONG code, LONG_PTR param1,
                                              LONG_PTR param2)
{
    struct fake_graph *graph = COM_HOME(face, struct fake_graph);

    (void)param1;
    (void)param2;
    pthread_mutex_lock(&graph->lock);
    if (code == EC_COMPLETE)
        graph->completes++;
    else if (code == EC_ERRORABORT)
        graph->errors++;
    pthread_cond_broadcast(&graph->changed);
    pthread_mutex_unlock(&graph->lock);
    return S_OK;
}

static const IMediaEventSinkVtbl graph_sink_vtbl = {
    COM_UNKNOWN(IMediaEventSink),
    .Notify = graph_notify,
};

/* A filter has no business with its graph's other methods: calling one would crash, and rightly. */
static const IFilterGraph2Vtbl graph_vtbl = {
    COM_UNKNOWN(IFilterGraph2),
};

static const struct com_entry graph_map[] = {
    COM_ENTRY(IFilterGraph2, struct fake_graph, graph),
    { &IID_IFilterGraph, offsetof(struct fake_graph, graph) },
    COM_ENTRY(IMediaEventSink, struct fake_graph, sink),
    COM_MAP_END,
};

/* ---- fake clock ------------------------------------------------------------------------------ */

static HRESULT STDMETHODCALLTYPE clock_time(IReferenceClock *face, REFERENCE_TIME *ret)
{
    struct fake_clock *clock = COM_HOME(face, struct fake_clock);

    pthread_mutex_lock(&clock->lock);
    *ret = clock->now;
    pthread_mutex_unlock(&clock->lock);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE clock_advise(IReferenceClock *face, REFERENCE_TIME base,
                                              REFERENCE_TIME offset, HEVENT event,
                                              DWORD_PTR *ret)
{
    struct fake_clock *clock = COM_HOME(face, struct fake_clock);
    HRESULT hr = E_OUTOFMEMORY;

    pthread_mutex_lock(&clock->lock);
    for (size_t i = 0; i < 8 && FAILED(hr); i++) {
        if (clock->advice[i].event != NULL)
            continue;
        clock->advice[i].due = base + offset;
        clock->advice[i].event = (HANDLE)event;
        if (clock->now >= base + offset)
            SetEvent((HANDLE)event);
        *ret = i + 1;
        hr = S_OK;
    }
    clock->waits++;
    pthread_cond_broadcast(&clock->changed);
    pthread_mutex_unlock(&clock->lock);
    return hr;
}

static HRESULT STDMETHODCALLTYPE clock_periodic(IReferenceClock *face, REFERENCE_TIME start,
                                                REFERENCE_TIME period, HSEMAPHORE semaphore,
                                                DWORD_PTR *ret)
{
    (void)face;
    (void)start;
    (void)period;
    (void)semaphore;
    (void)ret;
    return E_NOTIMPL;
}

static HRESULT STDMETHODCALLTYPE clock_unadvise(IReferenceClock *face, DWORD_PTR cookie)
{
    struct fake_clock *clock = COM_HOME(face, struct fake_clock);

    if (cookie < 1 || cookie > 8)
        return E_INVALIDARG;
    pthread_mutex_lock(&clock->lock);
    clock->advice[cookie - 1].event = NULL;
    pthread_mutex_unlock(&clock->lock);
    return S_OK;
}

static const IReferenceClockVtbl clock_vtbl = {
    COM_UNKNOWN(IReferenceClock),     .GetTime = clock_time,      .AdviseTime = clock_advise,
    .AdvisePeriodic = clock_periodic, .Unadvise = clock_unadvise,
};

static const struct com_entry clock_map[] = {
    COM_ENTRY(IReferenceClock, struct fake_clock, clock),
    COM_MAP_END,
};

void harness_set_time(struct harness *h, REFERENCE_TIME now)
{
    struct fake_clock *clock = &h->clock;

    pthread_mutex_lock(&clock->lock);
    clock->now = now;
    for (size_t i = 0; i < 8; i++)
        if (clock->advice[i].event != NULL && clock->advice[i].due <= now)
            SetEvent(clock->advice[i].event);
    pthread_mutex_unlock(&clock->lock);
}

/* ---- birth and end ------------------------------------------------------------------------ */

/* The fakes live in the harness; only the count matters. */
static void fake_destroy(struct com_object *object)
{
    com_object_fini(object);
}

void fakes_open(struct harness *h)
{
    com_object_init(&h->out.object, "fake output", out_map, NULL, fake_destroy);
    COM_FACE_INIT(&h->out.object, h->out.pin, (IPinVtbl *)&out_vtbl);
    com_object_init(&h->in.object, "fake input", in_map, NULL, fake_destroy);
    COM_FACE_INIT(&h->in.object, h->in.pin, (IPinVtbl *)&in_vtbl);
    COM_FACE_INIT(&h->in.object, h->in.memory, (IMemInputPinVtbl *)&in_memory_vtbl);
    com_object_init(&h->graph.object, "fake graph", graph_map, NULL, fake_destroy);
    COM_FACE_INIT(&h->graph.object, h->graph.graph, (IFilterGraph2Vtbl *)&graph_vtbl);
    COM_FACE_INIT(&h->graph.object, h->graph.sink, (IMediaEventSinkVtbl *)&graph_sink_vtbl);
    com_object_init(&h->clock.object, "fake clock", clock_map, NULL, fake_destroy);
    COM_FACE_INIT(&h->clock.object, h->clock.clock, (IReferenceClockVtbl *)&clock_vtbl);
    pthread_mutex_init(&h->in.lock, NULL);
    pthread_cond_init(&h->in.changed, NULL);
    pthread_mutex_init(&h->graph.lock, NULL);
    pthread_cond_init(&h->graph.changed, NULL);
    pthread_mutex_init(&h->clock.lock, NULL);
    pthread_cond_init(&h->clock.changed, NULL);
}

void fakes_close(struct harness *h)
{
    if (h->in.kept != NULL)
        IMediaSample_Release(h->in.kept);
    free(h->in.last);
    assert_int_equal(IPin_Release(AS_PIN(h->out.pin)), 0);
    assert_int_equal(IPin_Release(AS_PIN(h->in.pin)), 0);
    assert_int_equal(IMediaEventSink_Release(&h->graph.sink.i), 0);
    assert_int_equal(IReferenceClock_Release(&h->clock.clock.i), 0);
    pthread_mutex_destroy(&h->in.lock);
    pthread_cond_destroy(&h->in.changed);
    pthread_mutex_destroy(&h->graph.lock);
    pthread_cond_destroy(&h->graph.changed);
    pthread_mutex_destroy(&h->clock.lock);
    pthread_cond_destroy(&h->clock.changed);
}
