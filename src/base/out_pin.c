/* SPDX-License-Identifier: MIT */
/* out_pin.c - an output pin: the flow out through the gate, IPin, and its states.
 *
 * begin, get, deliver, end: streaming thread.  The rest: control threads under the filter
 * lock.
 * Knows: gate, link record.  Must not know: how a link is agreed on (out_pin_connect.c) or
 * edited (out_pin_link.c).
 */
#include "base/out_pin.h"

#include <string.h>

#include "base/flow_type.h"
#include "base/hop.h"
#include "base/in_pin_internal.h"
#include "base/out_pin_internal.h"
#include "platform/marker.h"

static struct rg_out_pin *of_pin(IPin *face)
{
    return COM_HOME(face, struct rg_out_pin);
}

static void count(_Atomic(uint64_t) *counter, uint64_t n)
{
    /* one writer at a time: no locked instruction needed */
    atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + n,
                          memory_order_relaxed);
}

/* ---- the flow -------------------------------------------------------------------------- */

HRESULT rg_out_pin_begin(struct rg_out_pin *pin, REFERENCE_TIME start)
{
    HRESULT hr;

    if (start != RG_GATE_NO_TIME &&
        __builtin_add_overflow(
            start, atomic_load_explicit(&pin->segment_offset, memory_order_relaxed), &start))
        start = INT64_MAX; /* a time that lies */
    hr = rg_gate_begin(&pin->gate, start);
    if (FAILED(hr))
        return hr;
    if (pin->link.input == NULL) {
        rg_gate_end(&pin->gate);
        return VFW_E_NOT_CONNECTED;
    }
    return S_OK;
}

void rg_out_pin_end(struct rg_out_pin *pin)
{
    rg_gate_end(&pin->gate);
}

HRESULT rg_out_pin_get(struct rg_out_pin *pin, ULONG bytes, IMediaSample **ret)
{
    *ret = NULL;
    if (pin->link.allocator == NULL)
        return VFW_E_NO_ALLOCATOR;
    return rg_allocator_get_at(pin->link.allocator, bytes, 0, &pin->place.place, ret);
}

/* What a filter that is new to the road has never heard: the segment; and that what it had
 * before does not go on. */
__attribute__((cold)) static void greet(struct rg_out_pin *pin, IMediaSample *sample)
{
    pin->link.is_fresh = false;
    (void)rg_hop_new_segment(pin->link.peer, pin->segment_start, pin->segment_stop,
                             pin->segment_rate);
    if (sample != NULL && rg_sample_is_writable(sample))
        (void)IMediaSample_SetDiscontinuity(sample, TRUE);
}

static HRESULT send(struct rg_out_pin *pin, IMediaSample *sample,
                    const struct rg_sample_info *info)
{
    HRESULT hr;

    rg_recall_add(&pin->recall, sample, info); /* as it came, before it is marked */
    if (pin->link.is_fresh)
        greet(pin, sample);
    hr = rg_hop_receive(pin->link.input, sample);
    if (hr == S_OK && rg_link_owes_type(&pin->link))
        atomic_store_explicit(&pin->link.owes_type, false, memory_order_relaxed);
    return hr;
}

/* The peer has missed a change, or is another: this sample tells it. */
__attribute__((cold)) static HRESULT
send_with_type(struct rg_out_pin *pin, IMediaSample *sample, const struct rg_sample_info *info)
{
    RG_AUTO(IMediaSample) copy = NULL;
    struct rg_sample_info typed = *info;
    HRESULT hr = rg_out_pin_tell_type(pin, sample, &copy);

    if (FAILED(hr))
        return hr;
    typed.has_type = true;
    return send(pin, copy != NULL ? copy : sample, &typed);
}

HRESULT rg_out_pin_deliver(struct rg_out_pin *pin, IMediaSample *sample)
{
    struct rg_sample_info room;
    const struct rg_sample_info *info;
    HRESULT hr = rg_sample_look(sample, &room, &info);
    REFERENCE_TIME start;
    ULONG bytes;

    if (FAILED(hr))
        return hr;
    bytes = info->bytes; /* those downstream may change the sample */
    start = info->start;
    if (atomic_load_explicit(&pin->visits_at_sync, memory_order_relaxed) && info->is_sync)
        rg_out_pin_visit_at_sync(pin, info->has_time ? start : RG_GATE_NO_TIME);
    if (info->has_type)
        hr = rg_out_pin_take_type(pin, sample);
    if (SUCCEEDED(hr))
        hr = rg_link_owes_type(&pin->link) && !info->has_type
                 ? send_with_type(pin, sample, info)
                 : send(pin, sample, info);
    atomic_store_explicit(&pin->ends, 0, memory_order_relaxed);
    if (hr == S_OK) {
        count(&pin->samples, 1);
        count(&pin->bytes, bytes);
        atomic_store_explicit(&pin->last_start, start, memory_order_relaxed);
    } else {
        count(&pin->refused, 1);
    }
    if (rg_refusal_is_stop(hr))
        pin->link.is_fresh = true; /* what is said meanwhile is missed by who is stopped */
    return hr;
}

HRESULT rg_out_pin_end_of_stream(struct rg_out_pin *pin)
{
    uint64_t tag = rg_marker_carried();
    HRESULT hr;

    if (rg_out_pin_repeat_stops(pin)) {
        pin->ends++;
        pin->link.is_fresh = true;
        rg_gate_release(&pin->gate);
        return S_OK;
    }
    hr = rg_gate_begin(&pin->gate, RG_GATE_NO_TIME);
    if (FAILED(hr))
        return hr;
    if (tag == 0)
        pin->ends++; /* also without a peer: one that comes has to hear of it */
    if (pin->link.peer == NULL) {
        hr = VFW_E_NOT_CONNECTED;
    } else if (rg_marker_enter(tag)) {
        if (pin->link.is_fresh)
            greet(pin, NULL);
        count(&pin->markers, 1);
        hr = rg_hop_end_of_stream(pin->link.peer);
        rg_marker_leave(tag);
    }
    rg_gate_end_of_stream(&pin->gate);
    rg_out_pin_miss_sync(pin);
    rg_out_pin_end(pin);
    return hr;
}

HRESULT rg_out_pin_new_segment(struct rg_out_pin *pin, REFERENCE_TIME start,
                               REFERENCE_TIME stop, double rate)
{
    bool stops = rg_out_pin_repeat_stops(pin);
    HRESULT hr = stops ? S_OK : rg_gate_begin(&pin->gate, RG_GATE_NO_TIME);

    if (FAILED(hr))
        return hr;
    pin->segment_start = start;
    atomic_store_explicit(&pin->segment_offset, start, memory_order_relaxed);
    pin->segment_stop = stop;
    pin->segment_rate = rate;
    pin->ends = 0;
    rg_link_owe_type_again(&pin->link); /* a flush may have lost who said so */
    rg_recall_forget(&pin->recall);
    if (stops) {
        pin->link.is_fresh = true;
        rg_gate_release(&pin->gate);
        return S_OK;
    }
    if (pin->link.peer != NULL) {
        pin->link.is_fresh = false;
        hr = rg_hop_new_segment(pin->link.peer, start, stop, rate);
    }
    rg_gate_end(&pin->gate);
    return hr;
}

/* ---- flush ----------------------------------------------------------------------------- */

IPin *rg_out_pin_peer(struct rg_out_pin *pin)
{
    IPin *peer;

    pthread_mutex_lock(&pin->link_lock);
    peer = pin->link.peer;
    if (peer != NULL)
        IPin_AddRef(peer);
    pthread_mutex_unlock(&pin->link_lock);
    return peer;
}

IMemInputPin *rg_out_pin_input(struct rg_out_pin *pin)
{
    IMemInputPin *input;

    pthread_mutex_lock(&pin->link_lock);
    input = pin->link.input;
    if (input != NULL)
        IMemInputPin_AddRef(input);
    pthread_mutex_unlock(&pin->link_lock);
    return input;
}

IMemAllocator *rg_out_pin_allocator(struct rg_out_pin *pin)
{
    IMemAllocator *allocator;

    pthread_mutex_lock(&pin->link_lock);
    allocator = pin->link.allocator;
    if (allocator != NULL)
        IMemAllocator_AddRef(allocator);
    pthread_mutex_unlock(&pin->link_lock);
    return allocator;
}

HRESULT rg_out_pin_begin_flush(struct rg_out_pin *pin)
{
    RG_AUTO(IPin) peer = rg_out_pin_peer(pin);

    rg_gate_set_flushing(&pin->gate, true);
    rg_recall_forget(&pin->recall);
    return peer != NULL ? rg_hop_begin_flush(peer) : S_OK;
}

HRESULT rg_out_pin_end_flush(struct rg_out_pin *pin)
{
    RG_AUTO(IPin) peer = rg_out_pin_peer(pin);
    HRESULT hr = peer != NULL ? rg_hop_end_flush(peer) : S_OK;

    rg_gate_set_flushing(&pin->gate, false);
    return hr;
}

/* ---- state ----------------------------------------------------------------------------- */

HRESULT rg_out_pin_activate(struct rg_out_pin *pin)
{
    HRESULT hr = S_OK;

    if (pin->link.peer != NULL && !pin->ops->is_pulled) {
        hr = pin->link.allocator != NULL ? IMemAllocator_Commit(pin->link.allocator)
                                         : VFW_E_NO_ALLOCATOR;
        pin->link.is_fresh = true;
        rg_link_owe_type_again(&pin->link); /* the stop may have, too */
    }
    pin->ends = 0;
    rg_gate_set_stopping(&pin->gate, false);
    rg_gate_set_flushing(&pin->gate, false);
    atomic_store(&pin->is_active, true);
    return hr;
}

void rg_out_pin_stopping(struct rg_out_pin *pin)
{
    RG_AUTO(IMemAllocator) allocator = rg_out_pin_allocator(pin);

    atomic_store(&pin->is_active, false);
    rg_gate_set_stopping(&pin->gate, true);
    if (allocator != NULL)
        IMemAllocator_Decommit(allocator); /* a streaming thread may wait for a buffer */
}

bool rg_out_pin_is_connected(struct rg_out_pin *pin)
{
    bool connected;

    pthread_mutex_lock(&pin->link_lock);
    connected = pin->link.peer != NULL;
    pthread_mutex_unlock(&pin->link_lock);
    return connected;
}

/* ---- IPin ------------------------------------------------------------------------------ */

static HRESULT STDMETHODCALLTYPE out_connected_to(IPin *face, IPin **ret)
{
    if (ret == NULL)
        return E_POINTER;
    *ret = rg_out_pin_peer(of_pin(face));
    return *ret != NULL ? S_OK : VFW_E_NOT_CONNECTED;
}

static HRESULT STDMETHODCALLTYPE out_connection_type(IPin *face, AM_MEDIA_TYPE *ret)
{
    struct rg_out_pin *pin = of_pin(face);

    return rg_pin_connection_type(&pin->link_lock, &pin->link.peer, &pin->link.type, ret);
}

static HRESULT STDMETHODCALLTYPE out_info(IPin *face, PIN_INFO *ret)
{
    return rg_pin_info(of_pin(face)->filter, PINDIR_OUTPUT, of_pin(face)->name, ret);
}

static HRESULT STDMETHODCALLTYPE out_direction(IPin *face, PIN_DIRECTION *ret)
{
    (void)face;
    return rg_pin_direction(PINDIR_OUTPUT, ret);
}

static HRESULT STDMETHODCALLTYPE out_id(IPin *face, LPWSTR *ret)
{
    return rg_pin_id(of_pin(face)->name, ret);
}

static HRESULT proposed_type(void *context, unsigned index, AM_MEDIA_TYPE *ret)
{
    struct rg_out_pin *pin = context;

    return pin->ops->get_type(pin, index, ret);
}

static HRESULT STDMETHODCALLTYPE out_enum_types(IPin *face, IEnumMediaTypes **ret)
{
    if (ret == NULL)
        return E_POINTER;
    return rg_type_enumerate((IUnknown *)face, proposed_type, of_pin(face), ret);
}

static HRESULT STDMETHODCALLTYPE out_query_accept(IPin *face, const AM_MEDIA_TYPE *type)
{
    if (type == NULL)
        return E_POINTER;
    return rg_out_pin_accepts(of_pin(face), type) == S_OK ? S_OK : S_FALSE;
}

static HRESULT STDMETHODCALLTYPE out_internal(IPin *face, IPin **pins, ULONG *n)
{
    struct rg_out_pin *pin = of_pin(face);

    if (n == NULL)
        return E_POINTER;
    if (atomic_load(&pin->filter->n_in) != 0)
        return E_NOTIMPL; /* every output gets from every input */
    (void)pins;
    *n = 0;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE out_unexpected(IPin *face)
{
    (void)face;
    return E_UNEXPECTED; /* the stream comes out here, it does not go in */
}

static HRESULT STDMETHODCALLTYPE out_new_segment(IPin *face, REFERENCE_TIME start,
                                                 REFERENCE_TIME stop, double rate)
{
    (void)start;
    (void)stop;
    (void)rate;
    return out_unexpected(face);
}

static HRESULT STDMETHODCALLTYPE out_receive_connection(IPin *face, IPin *peer,
                                                        const AM_MEDIA_TYPE *type)
{
    (void)face;
    return peer == NULL || type == NULL ? E_POINTER : E_UNEXPECTED;
}

HRESULT rg_out_pin_exchange(struct rg_out_pin *pin, struct rg_link *fresh)
{
    struct rg_link old;
    HRESULT hr = rg_gate_hold(&pin->gate, HOLD_TIMEOUT_MS);

    if (FAILED(hr))
        return hr;
    if (fresh == &pin->next)
        hr = rg_out_pin_may_follow(pin);
    if (FAILED(hr)) {
        rg_gate_release(&pin->gate);
        return hr;
    }
    pthread_mutex_lock(&pin->link_lock);
    old = pin->link;
    pin->link = *fresh;
    *fresh = old;
    pin->link_serial++;
    pthread_mutex_unlock(&pin->link_lock);
    if (pin->link.peer != NULL) {
        rg_recall_set_type(&pin->recall, &pin->link.type);
        if (pin->ops->exchanged != NULL)
            pin->ops->exchanged(pin);
    }
    rg_gate_release(&pin->gate);
    return S_OK;
}

static HRESULT connect_locked(struct rg_out_pin *pin, IPin *peer, const AM_MEDIA_TYPE *type)
{
    struct rg_link link;
    HRESULT hr;

    if (pin->link.peer != NULL)
        return VFW_E_ALREADY_CONNECTED;
    hr = rg_out_pin_negotiate(pin, peer, type, &link);
    if (FAILED(hr))
        return hr;
    /* a filter that is active already does not get another activation */
    if (rg_filter_state(pin->filter) != State_Stopped && link.allocator != NULL)
        hr = IMemAllocator_Commit(link.allocator);
    if (SUCCEEDED(hr))
        hr = rg_out_pin_exchange(pin, &link);
    if (SUCCEEDED(hr)) {
        if (rg_filter_state(pin->filter) != State_Stopped)
            atomic_store(&pin->is_active, true);
        if (pin->ops->connected != NULL)
            hr = pin->ops->connected(pin);
        if (FAILED(hr) &&
            FAILED(rg_out_pin_exchange(pin, &link))) /* the record was empty before */
            return S_OK;                             /* samples pass already: it stands */
    }
    if (FAILED(hr)) {
        rg_peer_disconnect(peer);
        rg_link_clear(&link);
    }
    return hr;
}

static HRESULT STDMETHODCALLTYPE out_connect(IPin *face, IPin *peer, const AM_MEDIA_TYPE *type)
{
    struct rg_out_pin *pin = of_pin(face);
    HRESULT hr;

    if (peer == NULL)
        return E_POINTER;
    pthread_mutex_lock(&pin->filter->lock);
    hr = connect_locked(pin, peer, type);
    pthread_mutex_unlock(&pin->filter->lock);
    return hr;
}

/* A dynamic output pin: no state test.  The caller has blocked it if the filter is active. */
static HRESULT STDMETHODCALLTYPE out_disconnect(IPin *face)
{
    struct rg_out_pin *pin = of_pin(face);
    struct rg_link link;
    HRESULT hr = S_FALSE;

    memset(&link, 0, sizeof(link));
    pthread_mutex_lock(&pin->filter->lock);
    if (pin->link.peer != NULL) {
        rg_out_pin_remember_types(pin);
        hr = rg_out_pin_exchange(pin, &link);
    }
    if (hr == S_OK && pin->ops->disconnected != NULL)
        pin->ops->disconnected(pin);
    pthread_mutex_unlock(&pin->filter->lock);
    rg_link_clear(&link);
    return hr;
}

static const IPinVtbl out_pin_vtbl = {
    COM_UNKNOWN(IPin),
    .Connect = out_connect,
    .ReceiveConnection = out_receive_connection,
    .Disconnect = out_disconnect,
    .ConnectedTo = out_connected_to,
    .ConnectionMediaType = out_connection_type,
    .QueryPinInfo = out_info,
    .QueryDirection = out_direction,
    .QueryId = out_id,
    .QueryAccept = out_query_accept,
    .EnumMediaTypes = out_enum_types,
    .QueryInternalConnections = out_internal,
    .EndOfStream = out_unexpected,
    .BeginFlush = out_unexpected,
    .EndFlush = out_unexpected,
    .NewSegment = out_new_segment,
};

/* ---- birth and end --------------------------------------------------------------------- */

static const struct com_entry out_pin_map[] = {
    COM_ENTRY(IPin, struct rg_out_pin, pin),
    COM_ENTRY(IPinFlowControl, struct rg_out_pin, flow),
    COM_ENTRY(IRgLink, struct rg_out_pin, link_face),
    COM_ENTRY(IQualityControl, struct rg_out_pin, quality),
    COM_ENTRY(IMediaSeeking, struct rg_out_pin, seeking),
    COM_MAP_END,
};

void rg_out_pin_init(struct rg_out_pin *pin, struct rg_filter *filter,
                     const struct rg_out_pin_ops *ops, const char *name)
{
    unsigned index = atomic_load(&filter->n_out);

    com_object_init_part(&pin->object, "output pin", out_pin_map, &filter->object);
    COM_FACE_INIT(&pin->object, pin->pin, &out_pin_vtbl);
    COM_FACE_INIT(&pin->object, pin->flow, &rg_out_flow_vtbl);
    COM_FACE_INIT(&pin->object, pin->link_face, &rg_out_link_vtbl);
    COM_FACE_INIT(&pin->object, pin->quality, &rg_out_quality_vtbl);
    COM_FACE_INIT(&pin->object, pin->seeking, &rg_seek_vtbl);
    pin->filter = filter;
    pin->ops = ops;
    pin->index = index;
    rg_pin_name(pin->name, name);
    rg_pin_place_init(&pin->place, filter, pin->name);
    rg_gate_init(&pin->gate);
    pin->gate.report.where = &pin->place.place;
    rg_recall_init(&pin->recall);
    rg_drops_init(&pin->drops);
    pin->visit.run = rg_out_pin_visit;
    pthread_mutex_init(&pin->link_lock, NULL);
    atomic_init(&pin->last_start, -1);
    if (pin->segment_rate == 0) {
        pin->segment_stop = INT64_MAX;
        pin->segment_rate = 1.0;
    } /* else a pin that joins a stream under way */
    atomic_load(&filter->out)[index] = pin;
    atomic_store_explicit(&filter->n_out, index + 1, memory_order_release);
    atomic_fetch_add(&filter->pins_version, 1);
}

void rg_out_pin_fini(struct rg_out_pin *pin)
{
    if (pin == NULL || pin->filter == NULL)
        return;
    rg_link_clear(&pin->link);
    rg_link_clear(&pin->next);
    rg_flow_type_release(pin->forwarded);
    rg_flow_type_release(pin->offered);
    rg_out_pin_forget_types(pin);
    if (pin->visitor != NULL)
        IRgVisitor_Release(pin->visitor);
    rg_recall_fini(&pin->recall);
    rg_drops_fini(&pin->drops);
    rg_gate_fini(&pin->gate);
    pthread_mutex_destroy(&pin->link_lock);
    com_object_fini(&pin->object);
}
