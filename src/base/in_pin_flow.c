/* SPDX-License-Identifier: MIT */
/* in_pin_flow.c - what comes in: samples, markers, segments, flushes; and where the samples'
 * memory is agreed on.
 *
 * Receive, EndOfStream, NewSegment: streaming threads, in stream_turn.  Flush,
 * allocators: control threads.
 * Knows: its filter's ops.  Must not know: who is upstream.
 */
#include <string.h>

#include "base/in_pin_internal.h"
#include "platform/marker.h"

static struct rg_in_pin *of_pin(IPin *face)
{
    return COM_HOME(face, struct rg_in_pin);
}

/* ---- IPin: markers and flush ----------------------------------------------------------- */

/* Why a streaming call is turned away; S_OK if it may come in. */
static HRESULT entry(struct rg_in_pin *pin)
{
    if (!atomic_load_explicit(&pin->is_active, memory_order_acquire))
        return VFW_E_WRONG_STATE;
    if (atomic_load_explicit(&pin->is_flushing, memory_order_acquire))
        return S_FALSE;
    if (atomic_load_explicit(&pin->has_failed, memory_order_relaxed))
        return VFW_E_RUNTIME_ERROR;
    return S_OK;
}

static void count(_Atomic(uint64_t) *counter, uint64_t n)
{
    /* one writer at a time: no locked instruction needed */
    atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + n,
                          memory_order_relaxed);
}

enum ending {
    ENDING_REAL = 1,
    ENDING_MARKER,
    ENDING_LATE, /* a marker that was given up */
};

static bool is_late_locked(struct rg_in_pin *pin, uint64_t tag)
{
    bool is_late = tag != 0 ? rg_marker_is_over(tag) : pin->late_markers != 0;

    /* one that nobody could say would keep its tag, and that has kept it */
    if (is_late && pin->late_markers != 0)
        pin->late_markers--;
    return is_late;
}

static enum ending ending_of(struct rg_in_pin *pin)
{
    enum ending ending = ENDING_REAL; /* or a marker that is to be handed on */

    pthread_mutex_lock(&pin->marker_lock);
    if (is_late_locked(pin, rg_marker_carried())) {
        ending = ENDING_LATE;
    } else if (pin->marker != NULL) {
        pin->marker_has_come = true;
        pin->marker_in_hand = pin->marker_serial;
        ending = ENDING_MARKER;
    }
    pthread_mutex_unlock(&pin->marker_lock);
    return ending;
}

HRESULT STDMETHODCALLTYPE rg_in_pin_end_of_stream(IPin *face)
{
    struct rg_in_pin *pin = of_pin(face);
    HRESULT hr;

    rg_in_pin_lock_stream(pin);
    hr = entry(pin);
    if (hr == VFW_E_WRONG_STATE && atomic_exchange(&pin->may_end, false))
        hr = S_OK;
    if (hr == S_OK) {
        count(&pin->markers, 1);
        switch (ending_of(pin)) {
        case ENDING_REAL:
            hr = pin->ops->end_of_stream(pin);
            break;
        case ENDING_MARKER:
            if (pin->ops->marker != NULL)
                hr = pin->ops->marker(pin);
            else
                (void)rg_in_pin_signal_marker(pin, pin->marker_in_hand);
            break;
        case ENDING_LATE:
            break;
        }
    }
    rg_turn_give(&pin->stream_turn);
    return hr;
}

HRESULT STDMETHODCALLTYPE rg_in_pin_begin_flush(IPin *face)
{
    struct rg_in_pin *pin = of_pin(face);
    HRESULT hr = S_OK;

    pthread_mutex_lock(&pin->filter->lock);
    atomic_store(&pin->is_flushing, true);
    if (pin->ops->begin_flush != NULL)
        hr = pin->ops->begin_flush(pin);
    pthread_mutex_unlock(&pin->filter->lock);
    return hr;
}

HRESULT STDMETHODCALLTYPE rg_in_pin_end_flush(IPin *face)
{
    struct rg_in_pin *pin = of_pin(face);
    HRESULT hr = S_OK;

    pthread_mutex_lock(&pin->filter->lock);
    rg_in_pin_wait_out(pin);
    if (pin->ops->end_flush != NULL)
        hr = pin->ops->end_flush(pin);
    rg_in_pin_expect_no_marker(pin);
    rg_in_pin_lock_stream(pin);
    atomic_store(&pin->last_start, -1);
    atomic_store(&pin->has_failed, false);
    atomic_store(&pin->is_flushing, false);
    rg_turn_give(&pin->stream_turn);
    pthread_mutex_unlock(&pin->filter->lock);
    return hr;
}

HRESULT STDMETHODCALLTYPE rg_in_pin_new_segment(IPin *face, REFERENCE_TIME start,
                                                REFERENCE_TIME stop, double rate)
{
    struct rg_in_pin *pin = of_pin(face);
    HRESULT hr = S_OK;

    rg_in_pin_lock_stream(pin);
    /* one that an exchanged link repeats is still the same */
    if (pin->segment_start != start || pin->segment_stop != stop || pin->segment_rate != rate)
        atomic_store(&pin->last_start, -1);
    pin->segment_start = start;
    pin->segment_stop = stop;
    pin->segment_rate = rate;
    if (pin->ops->new_segment != NULL)
        hr = pin->ops->new_segment(pin, start, stop, rate);
    rg_turn_give(&pin->stream_turn);
    return hr;
}

/* ---- IMemInputPin ---------------------------------------------------------------------- */

static struct rg_in_pin *of_memory(IMemInputPin *face)
{
    return COM_HOME(face, struct rg_in_pin);
}

/* The connection that is being agreed on: the prepared one, if there is one. */
static struct rg_in_link *open_link(struct rg_in_pin *pin)
{
    return pin->next_is == RG_NEXT_READY && pin->next.peer != NULL ? &pin->next : &pin->link;
}

static HRESULT STDMETHODCALLTYPE in_get_allocator(IMemInputPin *face, IMemAllocator **ret)
{
    struct rg_in_pin *pin = of_memory(face);

    if (ret == NULL)
        return E_POINTER;
    pthread_mutex_lock(&pin->link_lock);
    *ret = open_link(pin)->allocator;
    if (*ret != NULL)
        IMemAllocator_AddRef(*ret);
    pthread_mutex_unlock(&pin->link_lock);
    return *ret != NULL
               ? S_OK
               : VFW_E_NO_ALLOCATOR; /* ours needs none of its own: one per link, made upstream */
}

static HRESULT STDMETHODCALLTYPE in_notify_allocator(IMemInputPin *face,
                                                     IMemAllocator *allocator, BOOL read_only)
{
    struct rg_in_pin *pin = of_memory(face);
    struct rg_in_link *link;
    IMemAllocator *old;

    if (allocator == NULL)
        return E_POINTER;
    IMemAllocator_AddRef(allocator);
    pthread_mutex_lock(&pin->link_lock);
    link = open_link(pin);
    old = link->allocator;
    link->allocator = allocator;
    link->is_read_only = read_only != FALSE;
    pthread_mutex_unlock(&pin->link_lock);
    if (old != NULL)
        IMemAllocator_Release(old);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE in_requirements(IMemInputPin *face, ALLOCATOR_PROPERTIES *ret)
{
    struct rg_in_pin *pin = of_memory(face);

    if (ret == NULL)
        return E_POINTER;
    if (pin->ops->extra_buffers == NULL)
        return E_NOTIMPL;
    memset(ret, 0, sizeof(*ret));
    ret->cBuffers = pin->ops->extra_buffers(pin);
    return S_OK;
}

/* A sample that carries a type starts the new format with itself. */
__attribute__((cold)) static HRESULT take_sample_type(struct rg_in_pin *pin,
                                                      IMediaSample *sample)
{
    AM_MEDIA_TYPE *type = NULL;
    HRESULT hr = IMediaSample_GetMediaType(sample, &type);

    if (hr != S_OK)
        return FAILED(hr) ? hr : S_OK;
    hr = rg_type_equal(type, &pin->link.type) ? S_OK : pin->ops->accept_dynamic(pin, type);
    if (hr == S_OK)
        hr = rg_in_pin_take_type(pin, type);
    else
        hr = VFW_E_INVALIDMEDIATYPE;
    rg_type_delete(type);
    if (FAILED(hr)) {
        atomic_store(&pin->has_failed, true);
        (void)pin->ops->end_of_stream(pin);
        rg_filter_notify(pin->filter, EC_ERRORABORT, VFW_E_TYPE_NOT_ACCEPTED, 0);
    }
    return hr;
}

static HRESULT STDMETHODCALLTYPE in_receive(IMemInputPin *face, IMediaSample *sample)
{
    struct rg_in_pin *pin = of_memory(face);
    const struct rg_sample_info *info;
    struct rg_sample_info room;
    HRESULT hr;

    if (sample == NULL)
        return E_POINTER;
    rg_in_pin_lock_stream(pin);
    hr = entry(pin);
    if (hr == S_OK)
        hr = rg_sample_look(sample, &room, &info);
    if (hr == S_OK && info->has_type)
        hr = take_sample_type(pin, sample);
    if (hr == S_OK) {
        count(&pin->samples, 1);
        count(&pin->bytes, info->bytes);
        atomic_store_explicit(&pin->last_start, info->start, memory_order_relaxed);
        hr = pin->ops->receive(pin, sample, info);
    } else {
        count(&pin->refused, 1);
    }
    rg_turn_give(&pin->stream_turn);
    return hr;
}

static HRESULT STDMETHODCALLTYPE in_receive_multiple(IMemInputPin *face, IMediaSample **samples,
                                                     LONG n, LONG *done)
{
    HRESULT hr = S_OK;

    if (samples == NULL || done == NULL)
        return E_POINTER;
    for (*done = 0; *done < n; (*done)++) {
        hr = in_receive(face, samples[*done]);
        if (hr != S_OK)
            break;
    }
    return hr;
}

static HRESULT STDMETHODCALLTYPE in_can_block(IMemInputPin *face)
{
    struct rg_in_pin *pin = of_memory(face);

    return pin->ops->receive_can_block != NULL ? pin->ops->receive_can_block(pin) : S_OK;
}

const IMemInputPinVtbl rg_in_memory_vtbl = {
    COM_UNKNOWN(IMemInputPin),
    .GetAllocator = in_get_allocator,
    .NotifyAllocator = in_notify_allocator,
    .GetAllocatorRequirements = in_requirements,
    .Receive = in_receive,
    .ReceiveMultiple = in_receive_multiple,
    .ReceiveCanBlock = in_can_block,
};
