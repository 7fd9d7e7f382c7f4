/* SPDX-License-Identifier: MIT */
/* transform.c - the filter around a transform class: one input, one output, and the road
 * between them.
 *
 * Receive to deliver: streaming thread, under the input's streaming lock.  Negotiation,
 * start, stop: control threads.
 * Knows: pins, the class table.  Must not know: pixels, codecs.
 */
#include "base/transform_internal.h"

#include <string.h>

#include "base/hop.h"
#include "platform/memory.h"

/* ---- what the class is told ---------------------------------------------------------------- */

static HRESULT start_class(struct rg_transform *t, const AM_MEDIA_TYPE *in,
                           const AM_MEDIA_TYPE *out)
{
    const void *settings = rg_filter_settings(&t->filter, &t->frozen);
    HRESULT hr = rg_transform_read_formats(t, in, out);

    if (FAILED(hr))
        return hr;
    if (rg_transform_is_stream(t))
        return t->cls->start_stream == NULL
                   ? S_OK
                   : t->cls->start_stream(t->filter.author_state, settings, in, out,
                                          &t->output);
    return t->cls->start == NULL
               ? S_OK
               : t->cls->start(t->filter.author_state, settings, &t->in_format, &t->out_format);
}

/* Under the streaming lock, both ends connected.  The output's type is a copy: outside its
 * gate the link may be exchanged at any moment, and then the serial tells. */
static HRESULT start_locked(struct rg_transform *t, const AM_MEDIA_TYPE *in)
{
    AM_MEDIA_TYPE out;
    HRESULT hr;

    pthread_mutex_lock(&t->out.link_lock);
    hr = rg_type_copy(&out, t->follows_input ? in : &t->out.link.type);
    t->met_link = t->out.link_serial;
    pthread_mutex_unlock(&t->out.link_lock);
    if (FAILED(hr))
        return hr;
    rg_type_clear(&t->met_type);
    hr = rg_type_copy(&t->met_type, in);
    if (SUCCEEDED(hr))
        hr = start_class(t, in, &out);
    rg_type_clear(&out);
    t->has_ended = false;
    t->type_is_due = false;
    t->is_started = SUCCEEDED(hr);
    return hr;
}

static void stop_class(struct rg_transform *t)
{
    if (t->is_started && t->cls->stop != NULL)
        t->cls->stop(t->filter.author_state);
}

static bool is_joined(struct rg_transform *t)
{
    return t->in.link.peer != NULL && t->out.link.peer != NULL;
}

/* A connection was completed while the filter is active. */
static HRESULT start_if_active(struct rg_transform *t)
{
    HRESULT hr = S_OK;

    /* once started it stays so until Stop; asking for the streaming lock while a sample
     * waits at our own gate would hang */
    if (rg_filter_state(&t->filter) == State_Stopped || !is_joined(t) || t->is_started)
        return S_OK;
    rg_in_pin_lock_stream(&t->in);
    if (!t->is_started)
        hr = start_locked(t, &t->in.link.type);
    rg_turn_give(&t->in.stream_turn);
    return hr;
}

static HRESULT filter_start(struct rg_filter *filter)
{
    return start_if_active((struct rg_transform *)filter);
}

static HRESULT filter_stop(struct rg_filter *filter)
{
    struct rg_transform *t = (struct rg_transform *)filter;

    rg_in_pin_lock_stream(&t->in);
    stop_class(t);
    t->is_started = false;
    rg_turn_give(&t->in.stream_turn);
    return S_OK;
}

/* ---- the output, as a stream class uses it --------------------------------------------- */

/* In place, what comes in goes out, whatever the new connection was made for. */
static HRESULT meet_as_frames(struct rg_transform *t)
{
    t->follows_input = rg_transform_is_in_place(t) &&
                       rg_transform_output_fits(t, &t->in.link.type, &t->out.link.type) != S_OK;
    return rg_transform_read_formats(t, &t->in.link.type,
                                     t->follows_input ? &t->in.link.type : &t->out.link.type);
}

/* The output connection was exchanged: the class hears of it on its own thread, before the
 * first sample, with the settings of the callback it is in.  Inside the gate. */
static HRESULT meet_new_link(struct rg_transform *t)
{
    HRESULT hr = S_OK;

    if (!t->is_started || t->met_link == t->out.link_serial)
        return S_OK;
    if (!rg_transform_is_stream(t))
        hr = meet_as_frames(t);
    else if (t->cls->output_changed != NULL)
        hr = t->cls->output_changed(t->filter.author_state, t->frozen.settings,
                                    &t->out.link.type);
    if (SUCCEEDED(hr))
        t->met_link = t->out.link_serial;
    return hr;
}

static HRESULT open_output(struct rg_transform *t, REFERENCE_TIME start)
{
    HRESULT hr;

    if (t->output.is_open)
        return S_OK;
    hr = rg_out_pin_begin(&t->out, start);
    if (FAILED(hr))
        return hr;
    t->output.is_open = true;
    return meet_new_link(t);
}

static void close_output(struct rg_transform *t)
{
    if (t->output.is_open) {
        t->output.is_open = false;
        rg_out_pin_end(&t->out);
    }
}

HRESULT rg_output_open(struct rg_output *output, REFERENCE_TIME start)
{
    return open_output(output->transform, start < 0 ? RG_GATE_NO_TIME : start);
}

HRESULT rg_output_get(struct rg_output *output, ULONG bytes, REFERENCE_TIME start,
                      IMediaSample **ret)
{
    HRESULT hr = rg_output_open(output, start);

    *ret = NULL;
    return SUCCEEDED(hr) ? rg_out_pin_get(&output->transform->out, bytes, ret) : hr;
}

static REFERENCE_TIME start_of(IMediaSample *sample)
{
    struct rg_sample_info room;
    const struct rg_sample_info *info;

    return SUCCEEDED(rg_sample_look(sample, &room, &info)) && info->has_time ? info->start
                                                                             : RG_GATE_NO_TIME;
}

static HRESULT send_down(struct rg_transform *t, IMediaSample *sample, bool has_type)
{
    HRESULT hr = S_OK;

    if (has_type) /* it told us of our input, not downstream of our output */
        hr = IMediaSample_SetMediaType(sample, NULL);
    if (SUCCEEDED(hr) && t->follows_input) {
        hr = rg_out_pin_retype(&t->out, &t->in.link.type);
        t->follows_input = FAILED(hr);
    }
    if (SUCCEEDED(hr))
        hr = rg_out_pin_deliver(&t->out, sample);
    if (hr != S_OK)
        t->output.was_refused = true;
    return hr;
}

HRESULT rg_output_deliver(struct rg_output *output, IMediaSample *sample)
{
    struct rg_transform *t = output->transform;
    HRESULT hr = open_output(t, start_of(sample));

    if (SUCCEEDED(hr))
        hr = send_down(t, sample, false);
    else
        output->was_refused = true;
    IMediaSample_Release(sample);
    close_output(t);
    return hr;
}

const AM_MEDIA_TYPE *rg_output_type(struct rg_output *output)
{
    return &output->transform->out.link.type;
}

IMemAllocator *rg_output_allocator(struct rg_output *output)
{
    return rg_out_pin_allocator(&output->transform->out);
}

void rg_output_drop(struct rg_output *output, const char *reason, unsigned samples)
{
    rg_drops_add(&output->transform->in.drops, reason, samples);
}

void rg_output_error(struct rg_output *output, HRESULT error)
{
    rg_filter_notify(&output->transform->filter, EC_ERRORABORT, error, 0);
}

/* ---- the road -------------------------------------------------------------------------- */

/* In place where the sample is ours alone, else in a copy of it. */
static HRESULT work_in_place(struct rg_transform *t, const void *settings, IMediaSample *sample,
                             const struct rg_sample_info *info)
{
    RG_AUTO(IMediaSample) copy = NULL;
    struct rg_frame frame;
    BYTE *data = info->data;
    HRESULT hr = S_OK;

    if (t->in.link.is_read_only || !rg_sample_is_writable(sample)) {
        hr = rg_out_pin_get(&t->out, info->bytes, &copy);
        if (SUCCEEDED(hr))
            hr = rg_sample_copy_properties(copy, sample);
        if (SUCCEEDED(hr))
            hr = IMediaSample_GetPointer(copy, &data);
        if (SUCCEEDED(hr))
            hr = IMediaSample_SetActualDataLength(copy, (LONG)info->bytes);
        if (FAILED(hr))
            return hr;
        memcpy(data, info->data, info->bytes);
        sample = copy;
    }
    hr = rg_frame_lay(&frame, &t->in_plan, data, (int)info->bytes);
    if (FAILED(hr))
        return hr;
    rg_transform_frame_times(&frame, info);
    hr = t->cls->frame(t->filter.author_state, settings, &frame);
    if (hr == S_FALSE)
        rg_drops_add(&t->in.drops, "dropped by filter", 1);
    return hr == S_OK ? send_down(t, sample, info->has_type) : FAILED(hr) ? hr : S_OK;
}

static HRESULT work_copying(struct rg_transform *t, const void *settings, IMediaSample *sample,
                            const struct rg_sample_info *info)
{
    RG_AUTO(IMediaSample) made = NULL;
    struct rg_frame in, out;
    BYTE *data = NULL;
    LONG bytes;
    HRESULT hr = rg_frame_lay(&in, &t->in_plan, info->data, (int)info->bytes);

    if (FAILED(hr))
        return hr;
    bytes = t->out_plan.bytes;
    if (t->out_format.kind == RG_KIND_AUDIO)
        bytes *= in.sound_frames;
    hr = rg_out_pin_get(&t->out, (ULONG)bytes, &made);
    if (SUCCEEDED(hr))
        hr = rg_sample_copy_properties(made, sample);
    if (SUCCEEDED(hr))
        hr = IMediaSample_GetPointer(made, &data);
    if (SUCCEEDED(hr))
        hr = rg_frame_lay(&out, &t->out_plan, data, bytes);
    if (SUCCEEDED(hr))
        hr = IMediaSample_SetActualDataLength(made, bytes);
    if (FAILED(hr))
        return hr;
    rg_transform_frame_times(&in, info);
    rg_transform_frame_times(&out, info);
    hr = t->cls->frame_new(t->filter.author_state, settings, &in, &out);
    if (hr == S_FALSE)
        rg_drops_add(&t->in.drops, "dropped by filter", 1);
    if (hr != S_OK)
        return FAILED(hr) ? hr : S_OK;
    if (out.has_time)
        (void)IMediaSample_SetTime(made, &out.start, out.stop >= out.start ? &out.stop : NULL);
    return send_down(t, made, info->has_type);
}

static HRESULT work_on_frame(struct rg_transform *t, IMediaSample *sample,
                             const struct rg_sample_info *info)
{
    const void *settings;
    HRESULT hr = open_output(t, info->has_time ? info->start : RG_GATE_NO_TIME);

    if (FAILED(hr)) {
        t->output.was_refused = true;
        return hr;
    }
    /* settings that were set while the sample waited at the gate are its own */
    settings = rg_filter_settings(&t->filter, &t->frozen);
    return t->cls->frame != NULL ? work_in_place(t, settings, sample, info)
                                 : work_copying(t, settings, sample, info);
}

static HRESULT work_on_stream(struct rg_transform *t, IMediaSample *sample)
{
    const void *settings = rg_filter_settings(&t->filter, &t->frozen);

    return t->cls->send(t->filter.author_state, settings, sample, &t->output);
}

/* Stop, flush and edits end a call without being errors. */
static bool is_quiet(struct rg_transform *t, HRESULT hr)
{
    return t->output.was_refused || hr == VFW_E_STATE_CHANGED || hr == VFW_E_NOT_COMMITTED ||
           hr == VFW_E_WRONG_STATE || hr == VFW_E_NOT_CONNECTED;
}

static HRESULT drain_locked(struct rg_transform *t)
{
    HRESULT hr = S_OK;

    t->output.was_refused = false;
    if (t->is_started && t->cls->drain != NULL && !t->has_ended) {
        hr = t->cls->drain(t->filter.author_state, rg_filter_settings(&t->filter, &t->frozen),
                           &t->output);
        close_output(t);
        if (FAILED(hr) && !is_quiet(t, hr))
            rg_filter_notify(&t->filter, EC_ERRORABORT, hr, 0);
    }
    return hr;
}

/* The output after another input type: as it is where that fits, else (in place) what comes
 * in goes out; downstream has agreed. */
static HRESULT follow_type(struct rg_transform *t, const AM_MEDIA_TYPE *type)
{
    AM_MEDIA_TYPE now;
    HRESULT hr;

    pthread_mutex_lock(&t->out.link_lock);
    hr = rg_type_copy(&now, &t->out.link.type);
    pthread_mutex_unlock(&t->out.link_lock);
    if (FAILED(hr))
        return hr;
    t->follows_input = rg_transform_output_fits(t, type, &now) != S_OK;
    rg_type_clear(&now);
    return S_OK;
}

/* It counts as started meanwhile: who hears of a new connection would wait for this thread to start it. */
__attribute__((cold)) static HRESULT change_type(struct rg_transform *t,
                                                 const AM_MEDIA_TYPE *type)
{
    HRESULT hr;

    (void)drain_locked(t);
    t->output.was_refused = false; /* by then; it has been told */
    stop_class(t);
    hr = follow_type(t, type);
    if (SUCCEEDED(hr))
        hr = start_locked(t, type);
    if (FAILED(hr))
        t->is_started = false;
    return hr;
}

static HRESULT in_receive(struct rg_in_pin *pin, IMediaSample *sample,
                          const struct rg_sample_info *info)
{
    struct rg_transform *t = pin->user;
    HRESULT hr;

    if (!t->is_started)
        return VFW_E_NOT_CONNECTED;
    if (t->has_ended)
        return S_FALSE;
    t->output.was_refused = false;
    hr = t->type_is_due ? change_type(t, &pin->link.type) : S_OK;
    if (SUCCEEDED(hr))
        hr = rg_transform_is_stream(t) ? work_on_stream(t, sample)
                                       : work_on_frame(t, sample, info);
    close_output(t);
    if (hr == S_OK)
        return S_OK;
    if (is_quiet(t, hr)) {
        rg_drops_add(&pin->drops, hr == S_FALSE ? "refused downstream" : "stopped", 1);
        return hr;
    }
    t->has_ended = true;
    (void)rg_out_pin_end_of_stream(&t->out);
    if (FAILED(hr))
        rg_filter_notify(&t->filter, EC_ERRORABORT, hr, 0);
    return hr;
}

static HRESULT in_end_of_stream(struct rg_in_pin *pin)
{
    struct rg_transform *t = pin->user;

    (void)drain_locked(t); /* its errors have been told; the end has to go down all the same */
    return rg_out_pin_end_of_stream(&t->out);
}

static HRESULT in_new_segment(struct rg_in_pin *pin, REFERENCE_TIME start, REFERENCE_TIME stop,
                              double rate)
{
    return rg_out_pin_new_segment(&((struct rg_transform *)pin->user)->out, start, stop, rate);
}

static HRESULT in_begin_flush(struct rg_in_pin *pin)
{
    return rg_out_pin_begin_flush(&((struct rg_transform *)pin->user)->out);
}

static HRESULT in_end_flush(struct rg_in_pin *pin)
{
    struct rg_transform *t = pin->user;

    rg_in_pin_lock_stream(pin);
    if (t->is_started && t->cls->reset != NULL)
        t->cls->reset(t->filter.author_state);
    t->has_ended = false;
    rg_turn_give(&pin->stream_turn);
    return rg_out_pin_end_flush(&t->out);
}

static HRESULT in_type_changed(struct rg_in_pin *pin, const AM_MEDIA_TYPE *type)
{
    struct rg_transform *t = pin->user;

    return t->is_started ? change_type(t, type) : S_OK;
}

/* What the class holds goes out before the first sample of the new type, when gates are open. */
static HRESULT in_type_exchanged(struct rg_in_pin *pin, const AM_MEDIA_TYPE *type)
{
    (void)type;
    ((struct rg_transform *)pin->user)->type_is_due = true;
    return S_OK;
}

/* ---- connecting ------------------------------------------------------------------------ */

/* Where it was taken off while active, the class has gone on: nobody is inside, and what it holds
 * comes before what the new connection brings. */
static HRESULT in_connected(struct rg_in_pin *pin)
{
    struct rg_transform *t = pin->user;

    if (!t->is_started)
        return start_if_active(t);
    if (rg_type_equal(&t->met_type, &pin->link.type))
        return S_OK;
    rg_in_pin_lock_stream(pin);
    t->type_is_due = true;
    rg_turn_give(&pin->stream_turn);
    return S_OK;
}

static HRESULT out_connected(struct rg_out_pin *pin)
{
    return start_if_active(pin->user);
}

static DWORD in_traits(struct rg_in_pin *pin)
{
    const struct rg_transform_class *cls = ((struct rg_transform *)pin->user)->cls;

    return (cls->drain != NULL ? RG_LINK_HOLDS : 0) | (cls->prime != NULL ? RG_LINK_PRIMES : 0);
}

static HRESULT in_prime(struct rg_in_pin *pin, IMediaSample *sample)
{
    struct rg_transform *t = pin->user;

    if (t->cls->prime == NULL)
        return E_NOTIMPL;
    if (!t->is_started)
        return VFW_E_WRONG_STATE;
    return t->cls->prime(t->filter.author_state, rg_filter_settings(&t->filter, &t->frozen),
                         sample);
}

static HRESULT in_take_over(struct rg_in_pin *pin, REFERENCE_TIME given)
{
    struct rg_transform *t = pin->user;

    if (t->cls->take_over == NULL)
        return E_NOTIMPL;
    if (!t->is_started)
        return VFW_E_WRONG_STATE;
    return t->cls->take_over(t->filter.author_state, rg_filter_settings(&t->filter, &t->frozen),
                             given);
}

static HRESULT in_can_block(struct rg_in_pin *pin)
{
    return rg_out_pin_peer_can_block(&((struct rg_transform *)pin->user)->out);
}

/* Samples go through in place: who keeps them further down needs them from our upstream's
 * pool. */
static LONG in_extra_buffers(struct rg_in_pin *pin)
{
    struct rg_transform *t = pin->user;

    return t->cls->frame != NULL ? rg_out_pin_peer_wants(&t->out) : 0;
}

static const struct rg_in_pin_ops in_ops = {
    .accept = rg_transform_in_accept,
    .accept_dynamic = rg_transform_in_accept_dynamic,
    .connected = in_connected,
    .type_changed = in_type_changed,
    .type_exchanged = in_type_exchanged,
    .receive = in_receive,
    .end_of_stream = in_end_of_stream,
    .new_segment = in_new_segment,
    .begin_flush = in_begin_flush,
    .end_flush = in_end_flush,
    .receive_can_block = in_can_block,
    .traits = in_traits,
    .prime = in_prime,
    .take_over = in_take_over,
    .extra_buffers = in_extra_buffers,
    .is_end_pin = false,
};

static const struct rg_out_pin_ops out_ops = {
    .get_type = rg_transform_out_type,
    .accept = rg_transform_out_accept,
    .buffers = rg_transform_out_buffers,
    .connected = out_connected,
    .quality = rg_transform_quality,
};

/* ---- birth and end --------------------------------------------------------------------- */

static void destroy(struct rg_filter *filter)
{
    struct rg_transform *t = (struct rg_transform *)filter;

    if (t->cls->destroy != NULL)
        t->cls->destroy(filter->author_state);
    rg_in_pin_fini(&t->in);
    rg_out_pin_fini(&t->out);
    rg_frozen_fini(&t->frozen);
    rg_type_clear(&t->met_type);
}

static const struct rg_filter_ops filter_ops = {
    .destroy = destroy,
    .start = filter_start,
    .stop = filter_stop,
};

HRESULT rg_transform_create(const struct rg_transform_class *cls, IUnknown *outer, REFIID iid,
                            void **out)
{
    struct rg_transform *t;
    HRESULT hr;

    if (out == NULL)
        return E_POINTER;
    *out = NULL;
    t = rg_calloc(1, sizeof(*t));
    if (t == NULL)
        return E_OUTOFMEMORY;
    t->cls = cls;
    hr = rg_filter_init(&t->filter, &cls->common, &filter_ops, outer, NULL);
    if (FAILED(hr)) {
        rg_free(t);
        return hr;
    }
    t->output.transform = t;
    rg_in_pin_init(&t->in, &t->filter, &in_ops, "In");
    rg_out_pin_init(&t->out, &t->filter, &out_ops, "Out");
    t->out.passes_on = rg_transform_is_in_place(t);
    t->in.user = t;
    t->out.user = t;
    hr = rg_frozen_init(&t->frozen, &t->filter);
    if (FAILED(hr)) {
        IUnknown_Release(
            &t->filter.object.inner.i); /* our own count, also inside another object */
        return hr;
    }
    return com_object_hand_out(&t->filter.object, outer, iid, out);
}
