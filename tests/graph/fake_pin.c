/* SPDX-License-Identifier: MIT */
/* fake_pin.c - the pins of a foreign filter: connecting, the gate, the way of samples.
 *
 * See fake_filter.h.
 */
#include "fake_filter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

/* ---- IUnknown ---------------------------------------------------------------------------- */

HRESULT STDMETHODCALLTYPE fake_pin_query(IPin *face, REFIID iid, void **out)
{
    struct fake_pin *pin = PIN_OF(face, pin);
    const struct fake_config *config = &pin->filter->config;

    fake_count_call();
    if (out == NULL)
        return E_POINTER;
    *out = NULL;
    if (IsEqualIID(iid, &IID_IUnknown) || IsEqualIID(iid, &IID_IPin))
        *out = &pin->pin;
    else if (IsEqualIID(iid, &IID_IMemInputPin) && !pin->is_output)
        *out = &pin->memory;
    else if (IsEqualIID(iid, &IID_IPinConnection) && !pin->is_output && config->pin_connection)
        *out = &pin->connection;
    else if (IsEqualIID(iid, &IID_IPinFlowControl) && pin->is_output && config->flow_control)
        *out = &pin->flow;
    else if (IsEqualIID(iid, &IID_IAMPushSource) && pin->is_output && config->live)
        *out = &pin->push;
    else if (IsEqualIID(iid, &IID_IMediaEventSink) && pin->is_output && config->repaints)
        *out = &pin->event_sink;
    else if (IsEqualIID(iid, &IID_IKsPropertySet) && pin->is_output &&
             config->categories[pin->index] != NULL)
        *out = &pin->properties;
    else if (IsEqualIID(iid, &IID_IAMStreamControl) && config->stream_control)
        *out = &pin->control;
    else
        return config->pin_more != NULL ? config->pin_more(pin, iid, out) : E_NOINTERFACE;
    fake_addref(pin->filter);
    return S_OK;
}

static ULONG STDMETHODCALLTYPE pin_addref(IPin *face)
{
    return fake_addref(PIN_OF(face, pin)->filter);
}

static ULONG STDMETHODCALLTYPE pin_release(IPin *face)
{
    return fake_unref(PIN_OF(face, pin)->filter);
}

/* ---- connecting -------------------------------------------------------------------------- */

static bool may_connect(struct fake_pin *pin, HRESULT *ret)
{
    struct fake_filter *self = pin->filter;

    pthread_mutex_lock(&self->lock);
    if (pin->peer != NULL)
        *ret = VFW_E_ALREADY_CONNECTED;
    else if (self->state != State_Stopped && !self->config.dynamic_connect)
        *ret = VFW_E_NOT_STOPPED;
    else
        *ret = S_OK;
    pthread_mutex_unlock(&self->lock);
    return *ret == S_OK;
}

static void connected(struct fake_pin *pin, IPin *peer, const AM_MEDIA_TYPE *type)
{
    peer->lpVtbl->AddRef(peer);
    pthread_mutex_lock(&pin->filter->lock);
    pin->peer = peer;
    pin->type = *type; /* the types of fakes own nothing */
    pin->type.cbFormat = 0;
    pin->type.pbFormat = NULL;
    if (!pin->is_output)
        fake_takes_type(pin, &pin->type);
    pin->at_end = false;
    pthread_mutex_unlock(&pin->filter->lock);
}

void fake_disconnected(struct fake_pin *pin)
{
    IMemInputPin *memory;
    IMemAllocator *allocator;
    IPin *peer;

    pthread_mutex_lock(&pin->filter->lock);
    peer = pin->peer;
    memory = pin->peer_memory;
    allocator = pin->allocator;
    pin->peer = NULL;
    pin->peer_memory = NULL;
    pin->allocator = NULL;
    pthread_mutex_unlock(&pin->filter->lock);
    if (allocator != NULL) {
        allocator->lpVtbl->Decommit(allocator);
        allocator->lpVtbl->Release(allocator);
    }
    if (memory != NULL)
        memory->lpVtbl->Release(memory);
    if (peer != NULL)
        peer->lpVtbl->Release(peer);
}

/* Sources bring an allocator; transforms pass their samples on. */
static HRESULT agree_on_memory(struct fake_pin *pin, IPin *peer)
{
    ALLOCATOR_PROPERTIES wish = { FAKE_HELD_MOST + 4, sizeof(int64_t), 1, 0 }, got;
    IMemAllocator *allocator = NULL;
    IMemInputPin *memory = NULL;
    HRESULT hr = peer->lpVtbl->QueryInterface(peer, &IID_IMemInputPin, (void **)&memory);

    if (FAILED(hr))
        return hr;
    if (pin->filter->config.inputs == 0 && pin->filter->config.samples != 0) {
        hr = CoCreateInstance(&CLSID_MemoryAllocator, NULL, CLSCTX_INPROC_SERVER,
                              &IID_IMemAllocator, (void **)&allocator);
        if (SUCCEEDED(hr))
            hr = allocator->lpVtbl->SetProperties(allocator, &wish, &got);
        if (SUCCEEDED(hr))
            hr = memory->lpVtbl->NotifyAllocator(memory, allocator, FALSE);
        if (FAILED(hr)) {
            if (allocator != NULL)
                allocator->lpVtbl->Release(allocator);
            memory->lpVtbl->Release(memory);
            return hr;
        }
    }
    pthread_mutex_lock(&pin->filter->lock);
    pin->peer_memory = memory;
    pin->allocator = allocator;
    if (allocator != NULL && pin->filter->state != State_Stopped)
        hr = allocator->lpVtbl->Commit(allocator);
    pthread_mutex_unlock(&pin->filter->lock);
    return hr;
}

static HRESULT try_type(struct fake_pin *pin, IPin *peer, const AM_MEDIA_TYPE *type)
{
    HRESULT hr;

    if (!fake_pin_takes(pin, type) || !fake_pin_fits_input(pin, type))
        return VFW_E_TYPE_NOT_ACCEPTED;
    hr = peer->lpVtbl->ReceiveConnection(peer, &pin->pin, type);
    if (FAILED(hr))
        return hr;
    connected(pin, peer, type);
    hr = agree_on_memory(pin, peer);
    if (FAILED(hr)) {
        fake_disconnected(pin);
        peer->lpVtbl->Disconnect(peer);
    }
    return hr;
}

static HRESULT STDMETHODCALLTYPE pin_connect(IPin *face, IPin *peer, const AM_MEDIA_TYPE *type)
{
    struct fake_pin *pin = PIN_OF(face, pin);
    HRESULT best = VFW_E_NO_ACCEPTABLE_TYPES, hr;

    fake_count_call();
    if (peer == NULL)
        return E_POINTER;
    if (!pin->is_output)
        return E_UNEXPECTED;
    if (!may_connect(pin, &hr))
        return hr;
    if (FAILED(pin->filter->config.fail_connect))
        return pin->filter->config.fail_connect;
    if (type != NULL && !IsEqualGUID(&type->subtype, &GUID_NULL))
        return try_type(pin, peer, type);
    for (int i = 0; fake_pin_letter(pin, i) != 0; i++) {
        AM_MEDIA_TYPE one;

        fake_pin_type(pin, i, &one);
        hr = try_type(pin, peer, &one);
        if (SUCCEEDED(hr))
            return hr;
        if (hr != VFW_E_TYPE_NOT_ACCEPTED)
            best = hr;
    }
    return best;
}

/* The output follows its input's type, which is connected already: a stopped filter connects it anew. */
static HRESULT follow_input(struct fake_pin *out, const AM_MEDIA_TYPE *type)
{
    struct fake_filter *self = out->filter;
    AM_MEDIA_TYPE former;
    IPin *peer;
    HRESULT hr;

    if (out->peer == NULL || fake_pin_fits_input(out, &out->type))
        return S_OK;
    if (fake_state(self) != State_Stopped)
        return VFW_E_TYPE_NOT_ACCEPTED;
    former = out->type;
    peer = out->peer;
    peer->lpVtbl->AddRef(peer);
    peer->lpVtbl->Disconnect(peer);
    fake_disconnected(out);
    hr = try_type(out, peer, type);
    if (FAILED(hr)) {
        self->given = former;
        (void)try_type(out, peer, &former);
    }
    peer->lpVtbl->Release(peer);
    return hr;
}

static HRESULT outputs_follow(struct fake_pin *in, const AM_MEDIA_TYPE *type)
{
    struct fake_filter *self = in->filter;
    HRESULT hr = S_OK;

    for (int i = 0; i < self->pin_count && SUCCEEDED(hr); i++)
        if (self->pins[i].is_output)
            hr = follow_input(&self->pins[i], type);
    return hr;
}

static HRESULT STDMETHODCALLTYPE pin_receive_connection(IPin *face, IPin *peer,
                                                        const AM_MEDIA_TYPE *type)
{
    struct fake_pin *pin = PIN_OF(face, pin);
    HRESULT hr;

    fake_count_call();
    if (peer == NULL || type == NULL)
        return E_POINTER;
    if (pin->is_output)
        return E_UNEXPECTED;
    if (!may_connect(pin, &hr))
        return hr;
    if (FAILED(pin->filter->config.fail_receive_connection))
        return pin->filter->config.fail_receive_connection;
    if (!fake_pin_takes(pin, type) || fake_must_tell_before(pin, type))
        return VFW_E_TYPE_NOT_ACCEPTED;
    connected(pin, peer, type);
    hr = outputs_follow(pin, type);
    if (FAILED(hr))
        fake_disconnected(pin);
    return hr;
}

bool fake_pin_is_stuck(struct fake_pin *pin)
{
    return FAILED(pin->filter->config.fail_disconnect) &&
           fake_state(pin->filter) != State_Stopped;
}

static HRESULT STDMETHODCALLTYPE pin_disconnect(IPin *face)
{
    struct fake_pin *pin = PIN_OF(face, pin);
    struct fake_filter *self = pin->filter;
    bool strict, is_connected;

    fake_count_call();
    if (fake_pin_is_stuck(pin))
        return self->config.fail_disconnect;
    pthread_mutex_lock(&self->lock);
    strict = self->state != State_Stopped && !(pin->is_output && self->config.flow_control);
    is_connected = pin->peer != NULL;
    pthread_mutex_unlock(&self->lock);
    if (strict)
        return VFW_E_NOT_STOPPED;
    if (!is_connected)
        return S_FALSE;
    fake_disconnected(pin);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE pin_connected_to(IPin *face, IPin **out)
{
    struct fake_pin *pin = PIN_OF(face, pin);

    fake_count_call();
    if (out == NULL)
        return E_POINTER;
    pthread_mutex_lock(&pin->filter->lock);
    *out = pin->peer;
    if (*out != NULL)
        (*out)->lpVtbl->AddRef(*out);
    pthread_mutex_unlock(&pin->filter->lock);
    return *out != NULL ? S_OK : VFW_E_NOT_CONNECTED;
}

static HRESULT STDMETHODCALLTYPE pin_connection_type(IPin *face, AM_MEDIA_TYPE *ret)
{
    struct fake_pin *pin = PIN_OF(face, pin);
    HRESULT hr;

    pthread_mutex_lock(&pin->filter->lock);
    hr = pin->peer != NULL ? S_OK : VFW_E_NOT_CONNECTED;
    if (hr == S_OK)
        *ret = pin->type;
    pthread_mutex_unlock(&pin->filter->lock);
    return hr;
}

/* ---- who are you? ------------------------------------------------------------------------ */

static HRESULT STDMETHODCALLTYPE pin_info(IPin *face, PIN_INFO *ret)
{
    struct fake_pin *pin = PIN_OF(face, pin);

    fake_count_call();
    ret->pFilter = &pin->filter->base;
    fake_addref(pin->filter);
    ret->dir = pin->is_output ? PINDIR_OUTPUT : PINDIR_INPUT;
    wcscpy(ret->achName, pin->name);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE pin_direction(IPin *face, PIN_DIRECTION *ret)
{
    fake_count_call();
    *ret = PIN_OF(face, pin)->is_output ? PINDIR_OUTPUT : PINDIR_INPUT;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE pin_id(IPin *face, LPWSTR *out)
{
    struct fake_pin *pin = PIN_OF(face, pin);

    *out = CoTaskMemAlloc(sizeof(pin->name));
    if (*out == NULL)
        return E_OUTOFMEMORY;
    wcscpy(*out, pin->name);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE pin_query_accept(IPin *face, const AM_MEDIA_TYPE *type)
{
    return fake_pin_takes(PIN_OF(face, pin), type) ? S_OK : S_FALSE;
}

static HRESULT STDMETHODCALLTYPE pin_enum_types(IPin *face, IEnumMediaTypes **out)
{
    return fake_enum_types(PIN_OF(face, pin), 0, out);
}

static HRESULT STDMETHODCALLTYPE pin_internal(IPin *face, IPin **pins, ULONG *count)
{
    (void)face, (void)pins, (void)count;
    return E_NOTIMPL;
}

/* ---- the road ---------------------------------------------------------------------------- */

HRESULT fake_pin_begin(struct fake_pin *pin)
{
    HRESULT hr = S_OK;

    pthread_mutex_lock(&pin->gate);
    while (pin->gate_state == GATE_BLOCKED && !pin->gate_stop)
        pthread_cond_wait(&pin->gate_changed, &pin->gate);
    if (pin->gate_state == GATE_BLOCKED)
        hr = VFW_E_STATE_CHANGED;
    else
        pin->users++;
    pthread_mutex_unlock(&pin->gate);
    return hr;
}

/* Under the gate's lock. */
void fake_gate_shut(struct fake_pin *pin)
{
    pin->gate_state = GATE_BLOCKED;
    if (pin->blocked_event != NULL) {
        SetEvent(pin->blocked_event);
        CloseHandle(pin->blocked_event);
        pin->blocked_event = NULL;
    }
    pthread_cond_broadcast(&pin->gate_changed);
}

void fake_pin_end(struct fake_pin *pin)
{
    pthread_mutex_lock(&pin->gate);
    if (--pin->users == 0 && pin->gate_state == GATE_PENDING)
        fake_gate_shut(pin);
    pthread_mutex_unlock(&pin->gate);
}

HRESULT fake_pin_deliver(struct fake_pin *pin, IMediaSample *sample)
{
    IMemInputPin *memory;
    HRESULT hr = fake_pin_begin(pin);

    if (hr != S_OK)
        return hr;
    pthread_mutex_lock(&pin->filter->lock);
    memory = pin->peer_memory;
    if (memory != NULL)
        memory->lpVtbl->AddRef(memory);
    pthread_mutex_unlock(&pin->filter->lock);
    hr = memory != NULL ? memory->lpVtbl->Receive(memory, sample) : VFW_E_NOT_CONNECTED;
    if (memory != NULL)
        memory->lpVtbl->Release(memory);
    fake_pin_end(pin);
    return hr;
}

void fake_pin_deliver_end(struct fake_pin *pin)
{
    IPin *peer;

    if (fake_pin_begin(pin) != S_OK)
        return;
    peer = NULL;
    if (SUCCEEDED(pin_connected_to(&pin->pin, &peer))) {
        peer->lpVtbl->EndOfStream(peer);
        peer->lpVtbl->Release(peer);
    }
    fake_pin_end(pin);
}

void fake_pin_stop(struct fake_pin *pin)
{
    pthread_mutex_lock(&pin->gate);
    pin->gate_stop = true;
    pthread_cond_broadcast(&pin->gate_changed);
    pthread_mutex_unlock(&pin->gate);
    pthread_mutex_lock(&pin->filter->lock);
    if (pin->allocator != NULL && pin->is_output)
        pin->allocator->lpVtbl->Decommit(pin->allocator);
    pthread_mutex_unlock(&pin->filter->lock);
}

/* Under the filter's lock. */
void fake_pin_start(struct fake_pin *pin)
{
    pthread_mutex_lock(&pin->gate);
    pin->gate_stop = false;
    pthread_mutex_unlock(&pin->gate);
    if (pin->allocator != NULL && pin->is_output)
        pin->allocator->lpVtbl->Commit(pin->allocator);
}

static HRESULT STDMETHODCALLTYPE pin_end_of_stream(IPin *face)
{
    struct fake_pin *pin = PIN_OF(face, pin);

    if (pin->is_output)
        return E_UNEXPECTED;
    fake_end(pin);
    return S_OK;
}

static HRESULT flush(struct fake_pin *pin, bool begin)
{
    struct fake_filter *self = pin->filter;

    if (pin->is_output)
        return E_UNEXPECTED;
    if (begin) {
        fake_flush(self, true);
    } else {
        pthread_mutex_lock(&pin->stream);
        fake_forget_held(self);
        pthread_mutex_unlock(&pin->stream);
    }
    for (int i = 0; i < self->config.outputs; i++) {
        IPin *peer = NULL;

        if (FAILED(pin_connected_to(&self->pins[self->config.inputs + i].pin, &peer)))
            continue;
        if (begin)
            peer->lpVtbl->BeginFlush(peer);
        else
            peer->lpVtbl->EndFlush(peer);
        peer->lpVtbl->Release(peer);
    }
    if (!begin)
        fake_flush(self, false);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE pin_begin_flush(IPin *face)
{
    return flush(PIN_OF(face, pin), true);
}

static HRESULT STDMETHODCALLTYPE pin_end_flush(IPin *face)
{
    return flush(PIN_OF(face, pin), false);
}

static HRESULT STDMETHODCALLTYPE pin_new_segment(IPin *face, REFERENCE_TIME start,
                                                 REFERENCE_TIME stop, double rate)
{
    struct fake_pin *pin = PIN_OF(face, pin);
    struct fake_filter *self = pin->filter;

    pthread_mutex_lock(&self->lock);
    self->segments++;
    pthread_mutex_unlock(&self->lock);
    for (int i = 0; i < self->config.outputs; i++) {
        IPin *peer = NULL;

        if (FAILED(pin_connected_to(&self->pins[self->config.inputs + i].pin, &peer)))
            continue;
        peer->lpVtbl->NewSegment(peer, start, stop, rate);
        peer->lpVtbl->Release(peer);
    }
    return S_OK;
}

static const IPinVtbl pin_vtbl = {
    .QueryInterface = fake_pin_query,
    .AddRef = pin_addref,
    .Release = pin_release,
    .Connect = pin_connect,
    .ReceiveConnection = pin_receive_connection,
    .Disconnect = pin_disconnect,
    .ConnectedTo = pin_connected_to,
    .ConnectionMediaType = pin_connection_type,
    .QueryPinInfo = pin_info,
    .QueryDirection = pin_direction,
    .QueryId = pin_id,
    .QueryAccept = pin_query_accept,
    .EnumMediaTypes = pin_enum_types,
    .QueryInternalConnections = pin_internal,
    .EndOfStream = pin_end_of_stream,
    .BeginFlush = pin_begin_flush,
    .EndFlush = pin_end_flush,
    .NewSegment = pin_new_segment,
};

/* ---- life -------------------------------------------------------------------------------- */

void fake_pin_init(struct fake_filter *filter, struct fake_pin *pin, int index, bool is_output)
{
    pin->pin.lpVtbl = (IPinVtbl *)&pin_vtbl;
    pin->memory.lpVtbl = (IMemInputPinVtbl *)&fake_memory_vtbl;
    pin->connection.lpVtbl = (IPinConnectionVtbl *)&fake_connection_vtbl;
    pin->flow.lpVtbl = (IPinFlowControlVtbl *)&fake_flow_vtbl;
    pin->push.lpVtbl = (IAMPushSourceVtbl *)&fake_push_vtbl;
    pin->event_sink.lpVtbl = (IMediaEventSinkVtbl *)&fake_event_sink_vtbl;
    pin->properties.lpVtbl = (IKsPropertySetVtbl *)&fake_properties_vtbl;
    pin->control.lpVtbl = (IAMStreamControlVtbl *)&fake_control_vtbl;
    pin->filter = filter;
    pin->index = index;
    pin->is_output = is_output;
    pin->gate_state = GATE_OPEN;
    swprintf(pin->name, 16, L"%s%s%d", filter->config.hidden_inputs && !is_output ? "~" : "",
             is_output ? "out" : "in", index);
    pthread_mutex_init(&pin->gate, NULL);
    pthread_mutex_init(&pin->stream, NULL);
    pthread_cond_init(&pin->gate_changed, NULL);
}

void fake_pin_fini(struct fake_pin *pin)
{
    if (pin->allocator != NULL)
        pin->allocator->lpVtbl->Release(pin->allocator);
    if (pin->end_event != NULL)
        CloseHandle(pin->end_event);
    if (pin->blocked_event != NULL)
        CloseHandle(pin->blocked_event);
    pthread_mutex_destroy(&pin->gate);
    pthread_mutex_destroy(&pin->stream);
    pthread_cond_destroy(&pin->gate_changed);
}
