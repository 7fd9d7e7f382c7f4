/* SPDX-License-Identifier: MIT */
/* fake_pin_faces.c - a foreign pin beside IPin: samples, dynamic connection, the gate's control.
 *
 * See fake_filter.h.
 */
#include "fake_filter.h"

/* ---- IMemInputPin ------------------------------------------------------------------------ */

static HRESULT STDMETHODCALLTYPE memory_query(IMemInputPin *face, REFIID iid, void **out)
{
    return fake_pin_query(&PIN_OF(face, memory)->pin, iid, out);
}

static ULONG STDMETHODCALLTYPE memory_addref(IMemInputPin *face)
{
    return fake_addref(PIN_OF(face, memory)->filter);
}

static ULONG STDMETHODCALLTYPE memory_release(IMemInputPin *face)
{
    return fake_unref(PIN_OF(face, memory)->filter);
}

static HRESULT STDMETHODCALLTYPE memory_get(IMemInputPin *face, IMemAllocator **out)
{
    (void)face;
    *out = NULL;
    return VFW_E_NO_ALLOCATOR;
}

static HRESULT STDMETHODCALLTYPE memory_notify(IMemInputPin *face, IMemAllocator *allocator,
                                               BOOL read_only)
{
    struct fake_pin *pin = PIN_OF(face, memory);
    IMemAllocator *old;

    (void)read_only;
    allocator->lpVtbl->AddRef(allocator);
    pthread_mutex_lock(&pin->filter->lock);
    old = pin->allocator;
    pin->allocator = allocator;
    pthread_mutex_unlock(&pin->filter->lock);
    if (old != NULL)
        old->lpVtbl->Release(old);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE memory_requirements(IMemInputPin *face,
                                                     ALLOCATOR_PROPERTIES *ret)
{
    struct fake_pin *pin = PIN_OF(face, memory);

    if (pin->filter->config.holds == 0)
        return E_NOTIMPL;
    *ret = (ALLOCATOR_PROPERTIES){ (LONG)pin->filter->config.holds + 2, sizeof(int64_t), 1, 0 };
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE memory_receive(IMemInputPin *face, IMediaSample *sample)
{
    return fake_receive(PIN_OF(face, memory), sample);
}

static HRESULT STDMETHODCALLTYPE memory_receive_many(IMemInputPin *face, IMediaSample **samples,
                                                     LONG count, LONG *ret_done)
{
    HRESULT hr = S_OK;

    for (*ret_done = 0; *ret_done < count && hr == S_OK;) {
        hr = fake_receive(PIN_OF(face, memory), samples[*ret_done]);
        *ret_done += hr == S_OK;
    }
    return hr;
}

static HRESULT STDMETHODCALLTYPE memory_can_block(IMemInputPin *face)
{
    (void)face;
    return S_OK;
}

const IMemInputPinVtbl fake_memory_vtbl = {
    .QueryInterface = memory_query,
    .AddRef = memory_addref,
    .Release = memory_release,
    .GetAllocator = memory_get,
    .NotifyAllocator = memory_notify,
    .GetAllocatorRequirements = memory_requirements,
    .Receive = memory_receive,
    .ReceiveMultiple = memory_receive_many,
    .ReceiveCanBlock = memory_can_block,
};

/* ---- IPinConnection ---------------------------------------------------------------------- */

static HRESULT STDMETHODCALLTYPE connection_query(IPinConnection *face, REFIID iid, void **out)
{
    return fake_pin_query(&PIN_OF(face, connection)->pin, iid, out);
}

static ULONG STDMETHODCALLTYPE connection_addref(IPinConnection *face)
{
    return fake_addref(PIN_OF(face, connection)->filter);
}

static ULONG STDMETHODCALLTYPE connection_release(IPinConnection *face)
{
    return fake_unref(PIN_OF(face, connection)->filter);
}

static HRESULT STDMETHODCALLTYPE connection_accept(IPinConnection *face,
                                                   const AM_MEDIA_TYPE *type)
{
    if (type == NULL)
        return E_POINTER;
    return fake_pin_takes(PIN_OF(face, connection), type) ? S_OK : VFW_E_TYPE_NOT_ACCEPTED;
}

static HRESULT STDMETHODCALLTYPE connection_notify(IPinConnection *face, HANDLE event)
{
    struct fake_pin *pin = PIN_OF(face, connection);
    HANDLE own = NULL, old;

    if (event != NULL && !DuplicateHandle(GetCurrentProcess(), event, GetCurrentProcess(), &own,
                                          0, FALSE, DUPLICATE_SAME_ACCESS))
        return E_HANDLE;
    pthread_mutex_lock(&pin->filter->lock);
    old = pin->end_event;
    pin->end_event = own;
    pthread_mutex_unlock(&pin->filter->lock);
    if (old != NULL)
        CloseHandle(old);
    return event == NULL && old == NULL ? S_FALSE : S_OK;
}

static HRESULT STDMETHODCALLTYPE connection_is_end(IPinConnection *face)
{
    return PIN_OF(face, connection)->filter->config.is_end_pin ? S_OK : S_FALSE;
}

static HRESULT STDMETHODCALLTYPE connection_disconnect(IPinConnection *face)
{
    struct fake_pin *pin = PIN_OF(face, connection);
    bool is_connected;

    if (fake_pin_is_stuck(pin))
        return pin->filter->config.fail_disconnect;
    pthread_mutex_lock(&pin->filter->lock);
    is_connected = pin->peer != NULL;
    pthread_mutex_unlock(&pin->filter->lock);
    if (!is_connected)
        return S_FALSE;
    fake_disconnected(pin);
    return S_OK;
}

const IPinConnectionVtbl fake_connection_vtbl = {
    .QueryInterface = connection_query,
    .AddRef = connection_addref,
    .Release = connection_release,
    .DynamicQueryAccept = connection_accept,
    .NotifyEndOfStream = connection_notify,
    .IsEndPin = connection_is_end,
    .DynamicDisconnect = connection_disconnect,
};

/* ---- IPinFlowControl --------------------------------------------------------------------- */

static HRESULT STDMETHODCALLTYPE flow_query(IPinFlowControl *face, REFIID iid, void **out)
{
    return fake_pin_query(&PIN_OF(face, flow)->pin, iid, out);
}

static ULONG STDMETHODCALLTYPE flow_addref(IPinFlowControl *face)
{
    return fake_addref(PIN_OF(face, flow)->filter);
}

static ULONG STDMETHODCALLTYPE flow_release(IPinFlowControl *face)
{
    return fake_unref(PIN_OF(face, flow)->filter);
}

static HRESULT open_gate(struct fake_pin *pin)
{
    HRESULT hr = pin->gate_state == GATE_OPEN ? S_FALSE : S_OK;

    if (pin->blocked_event != NULL) {
        SetEvent(pin->blocked_event);
        CloseHandle(pin->blocked_event);
        pin->blocked_event = NULL;
    }
    pin->gate_state = GATE_OPEN;
    pthread_cond_broadcast(&pin->gate_changed);
    return hr;
}

static HRESULT STDMETHODCALLTYPE flow_block(IPinFlowControl *face, DWORD flags, HANDLE event)
{
    struct fake_pin *pin = PIN_OF(face, flow);
    HANDLE own = NULL;
    HRESULT hr = S_OK;

    if ((flags & ~(DWORD)AM_PIN_FLOW_CONTROL_BLOCK) != 0 || (flags == 0 && event != NULL))
        return E_INVALIDARG;
    if (event != NULL &&
        (!ResetEvent(event) || !DuplicateHandle(GetCurrentProcess(), event, GetCurrentProcess(),
                                                &own, 0, FALSE, DUPLICATE_SAME_ACCESS)))
        return E_HANDLE;
    pthread_mutex_lock(&pin->gate);
    if (flags == 0) {
        hr = open_gate(pin);
    } else if (pin->gate_state != GATE_OPEN) {
        hr = pthread_equal(pin->blocker, pthread_self())
                 ? VFW_E_PIN_ALREADY_BLOCKED_ON_THIS_THREAD
                 : VFW_E_PIN_ALREADY_BLOCKED;
        if (own != NULL)
            CloseHandle(own);
    } else {
        pin->blocker = pthread_self();
        pin->blocked_event = own;
        pin->gate_state = GATE_PENDING;
        if (pin->users == 0)
            fake_gate_shut(pin);
        while (event == NULL && pin->gate_state == GATE_PENDING)
            pthread_cond_wait(&pin->gate_changed, &pin->gate);
    }
    pthread_mutex_unlock(&pin->gate);
    return hr;
}

const IPinFlowControlVtbl fake_flow_vtbl = {
    .QueryInterface = flow_query,
    .AddRef = flow_addref,
    .Release = flow_release,
    .Block = flow_block,
};

/* ---- IAMPushSource ----------------------------------------------------------------------- */

static HRESULT STDMETHODCALLTYPE push_query(IAMPushSource *face, REFIID iid, void **out)
{
    return fake_pin_query(&PIN_OF(face, push)->pin, iid, out);
}

static ULONG STDMETHODCALLTYPE push_addref(IAMPushSource *face)
{
    return fake_addref(PIN_OF(face, push)->filter);
}

static ULONG STDMETHODCALLTYPE push_release(IAMPushSource *face)
{
    return fake_unref(PIN_OF(face, push)->filter);
}

static HRESULT STDMETHODCALLTYPE push_latency(IAMPushSource *face, REFERENCE_TIME *ret)
{
    *ret = PIN_OF(face, push)->filter->config.latency;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE push_get_flags(IAMPushSource *face, ULONG *ret)
{
    *ret = PIN_OF(face, push)->filter->config.push_flags;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE push_set_flags(IAMPushSource *face, ULONG flags)
{
    (void)face, (void)flags;
    return E_NOTIMPL;
}

static HRESULT STDMETHODCALLTYPE push_set_offset(IAMPushSource *face, REFERENCE_TIME offset)
{
    struct fake_pin *pin = PIN_OF(face, push);

    pthread_mutex_lock(&pin->filter->lock);
    pin->stream_offset = offset;
    pthread_mutex_unlock(&pin->filter->lock);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE push_get_offset(IAMPushSource *face, REFERENCE_TIME *ret)
{
    struct fake_pin *pin = PIN_OF(face, push);

    pthread_mutex_lock(&pin->filter->lock);
    *ret = pin->stream_offset;
    pthread_mutex_unlock(&pin->filter->lock);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE push_get_most(IAMPushSource *face, REFERENCE_TIME *ret)
{
    *ret = PIN_OF(face, push)->filter->config.offset_most;
    return *ret != 0 ? S_OK : E_NOTIMPL;
}

static HRESULT STDMETHODCALLTYPE push_set_most(IAMPushSource *face, REFERENCE_TIME most)
{
    (void)face, (void)most;
    return E_NOTIMPL;
}

const IAMPushSourceVtbl fake_push_vtbl = {
    .QueryInterface = push_query,
    .AddRef = push_addref,
    .Release = push_release,
    .GetLatency = push_latency,
    .GetPushSourceFlags = push_get_flags,
    .SetPushSourceFlags = push_set_flags,
    .SetStreamOffset = push_set_offset,
    .GetStreamOffset = push_get_offset,
    .GetMaxStreamOffset = push_get_most,
    .SetMaxStreamOffset = push_set_most,
};

/* ---- IMediaEventSink: whoever is upstream of a renderer may repaint ----------------------- */

static HRESULT STDMETHODCALLTYPE event_query(IMediaEventSink *face, REFIID iid, void **out)
{
    return fake_pin_query(&PIN_OF(face, event_sink)->pin, iid, out);
}

static ULONG STDMETHODCALLTYPE event_addref(IMediaEventSink *face)
{
    return fake_addref(PIN_OF(face, event_sink)->filter);
}

static ULONG STDMETHODCALLTYPE event_release(IMediaEventSink *face)
{
    return fake_unref(PIN_OF(face, event_sink)->filter);
}

static HRESULT STDMETHODCALLTYPE event_notify(IMediaEventSink *face, LONG code, LONG_PTR p1,
                                              LONG_PTR p2)
{
    struct fake_filter *self = PIN_OF(face, event_sink)->filter;

    (void)p1, (void)p2;
    if (code != EC_REPAINT)
        return E_NOTIMPL;
    fake_log_add(self->config.log, self->config.name, "repaint");
    return S_OK;
}

const IMediaEventSinkVtbl fake_event_sink_vtbl = {
    .QueryInterface = event_query,
    .AddRef = event_addref,
    .Release = event_release,
    .Notify = event_notify,
};
