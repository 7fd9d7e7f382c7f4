/* SPDX-License-Identifier: MIT */
/* queue.c - a thread boundary: samples wait in a bounded ring and go on upon a thread of
 * their own.
 *
 * Upstream's streaming thread puts in and waits while the ring is full; the pump's thread
 * takes out.
 * Knows: pins, the pump.  Must not know: media.
 */
#include "base/tee.h"

#include <string.h>

#include "base/pump.h"
#include "platform/memory.h"

#define MOST_SAMPLES 65536

struct queue_settings {
    int size;
};

static const struct rg_option queue_options[] = {
    RG_INT(struct queue_settings, size, 16, 1, MOST_SAMPLES, "how many samples may wait"),
    RG_OPTIONS_END,
};

const struct rg_class rg_queue = {
    .name = "queue",
    .help = "Lets what follows run on a thread of its own",
    .clsid = { 0x8a3e5c21, 0x4f0b, 0x4d6e, { 0xa1, 0x7c, 0x52, 0x90, 0x3b, 0xe4, 0x18, 0x02 } },
    .settings_size = sizeof(struct queue_settings),
    .options = queue_options,
};

struct queue {
    struct rg_filter filter;
    struct rg_in_pin in;
    struct rg_out_pin out;
    struct rg_pump pump;
    struct rg_frozen frozen; /* owned by upstream's streaming thread */
};

/* ---- the flow -------------------------------------------------------------------------- */

static HRESULT put(struct rg_in_pin *pin, const struct rg_pump_entry *entry)
{
    struct queue *q = pin->user;
    const struct queue_settings *settings = rg_filter_settings(&q->filter, &q->frozen);

    return rg_pump_put(&q->pump, entry, (unsigned)settings->size);
}

static HRESULT in_receive(struct rg_in_pin *pin, IMediaSample *sample,
                          const struct rg_sample_info *info)
{
    struct rg_pump_entry entry = { .kind = RG_PUMP_SAMPLE,
                                   .sample = sample,
                                   .type = pin->link.flow };
    HRESULT hr = put(pin, &entry);

    (void)info;
    if (hr != S_OK)
        rg_drops_add(&pin->drops, FAILED(hr) ? "stopped" : "refused downstream", 1);
    return hr;
}

static HRESULT in_connected(struct rg_in_pin *pin)
{
    rg_pump_set_leaving(&((struct queue *)pin->user)->pump, false);
    return S_OK;
}

static HRESULT in_end_of_stream(struct rg_in_pin *pin)
{
    struct rg_pump_entry entry = { .kind = RG_PUMP_END };

    if (!rg_in_pin_is_connected(pin)) /* the end of what was cut off: behind all that waits */
        (void)in_connected(pin);
    return put(pin, &entry);
}

static HRESULT in_marker(struct rg_in_pin *pin)
{
    struct rg_pump_entry entry = { .kind = RG_PUMP_MARKER,
                                   .marker_serial = pin->marker_in_hand };

    return put(pin, &entry);
}

static HRESULT in_new_segment(struct rg_in_pin *pin, REFERENCE_TIME start, REFERENCE_TIME stop,
                              double rate)
{
    struct rg_pump_entry entry = {
        .kind = RG_PUMP_SEGMENT, .start = start, .stop = stop, .rate = rate
    };

    return put(pin, &entry);
}

static HRESULT in_begin_flush(struct rg_in_pin *pin)
{
    return rg_pump_begin_flush(&((struct queue *)pin->user)->pump);
}

static HRESULT in_end_flush(struct rg_in_pin *pin)
{
    return rg_pump_end_flush(&((struct queue *)pin->user)->pump);
}

/* ---- states ---------------------------------------------------------------------------- */

static HRESULT filter_start(struct rg_filter *filter)
{
    struct queue *q = (struct queue *)filter;
    struct rg_frozen frozen;
    HRESULT hr = rg_frozen_init(&frozen, filter);

    if (SUCCEEDED(hr)) {
        const struct queue_settings *settings = rg_filter_settings(filter, &frozen);

        hr = rg_pump_start(&q->pump, (unsigned)settings->size);
    }
    rg_frozen_fini(&frozen);
    return hr;
}

static void filter_wake(struct rg_filter *filter)
{
    rg_pump_wake(&((struct queue *)filter)->pump);
}

static HRESULT filter_stop(struct rg_filter *filter)
{
    rg_pump_stop(&((struct queue *)filter)->pump);
    return S_OK;
}

static HRESULT state_changed(struct rg_filter *filter)
{
    rg_pump_state_changed(&((struct queue *)filter)->pump);
    return S_OK;
}

/* ---- negotiation ----------------------------------------------------------------------- */

/* What waits keeps its type; who follows has to take the new one when its turn comes. */
static HRESULT in_accept(struct rg_in_pin *pin, const AM_MEDIA_TYPE *type)
{
    return rg_out_pin_may_change(&((struct queue *)pin->user)->out, type);
}

static void in_wake(struct rg_in_pin *pin)
{
    rg_pump_set_leaving(&((struct queue *)pin->user)->pump, true);
}

/* The past is for whoever comes behind: nobody streams into it yet. */
static DWORD in_traits(struct rg_in_pin *pin)
{
    return RG_LINK_HOLDS | RG_LINK_THREADED |
           (rg_out_pin_peer_traits(&((struct queue *)pin->user)->out) & RG_LINK_PRIMES);
}

static HRESULT in_prime(struct rg_in_pin *pin, IMediaSample *sample)
{
    return rg_out_pin_prime_peer(&((struct queue *)pin->user)->out, sample);
}

static LONG in_extra_buffers(struct rg_in_pin *pin)
{
    struct queue *q = pin->user;
    struct rg_frozen frozen;
    LONG n = 16;

    if (SUCCEEDED(rg_frozen_init(&frozen, &q->filter)))
        n = ((const struct queue_settings *)rg_filter_settings(&q->filter, &frozen))->size;
    rg_frozen_fini(&frozen);
    return n + 1; /* what waits, and what is in the thread's hand */
}

static HRESULT out_type(struct rg_out_pin *pin, unsigned index, AM_MEDIA_TYPE *ret)
{
    return rg_out_pin_offer_type(pin, &((struct queue *)pin->user)->in, index, ret);
}

static HRESULT out_accept(struct rg_out_pin *pin, const AM_MEDIA_TYPE *type)
{
    return rg_out_pin_has_type(pin, &((struct queue *)pin->user)->in, type);
}

static HRESULT out_buffers(struct rg_out_pin *pin, const AM_MEDIA_TYPE *type,
                           ALLOCATOR_PROPERTIES *props)
{
    (void)pin;
    (void)type;
    props->cBuffers = 1; /* never taken from: samples pass through */
    return S_OK;
}

/* A new road: what the old one refused is over. */
static void out_exchanged(struct rg_out_pin *pin)
{
    rg_pump_forgive(&((struct queue *)pin->user)->pump);
}

static const struct rg_in_pin_ops in_ops = {
    .accept = in_accept,
    .accept_dynamic = in_accept,
    .connected = in_connected,
    .receive = in_receive,
    .end_of_stream = in_end_of_stream,
    .marker = in_marker,
    .new_segment = in_new_segment,
    .begin_flush = in_begin_flush,
    .end_flush = in_end_flush,
    .wake = in_wake,
    .traits = in_traits,
    .prime = in_prime,
    .extra_buffers = in_extra_buffers,
    .is_end_pin = false,
};

static const struct rg_out_pin_ops out_ops = {
    .get_type = out_type,
    .accept = out_accept,
    .buffers = out_buffers,
    .exchanged = out_exchanged,
};

/* ---- birth and end --------------------------------------------------------------------- */

static void destroy(struct rg_filter *filter)
{
    struct queue *q = (struct queue *)filter;

    rg_pump_fini(&q->pump);
    rg_in_pin_fini(&q->in);
    rg_out_pin_fini(&q->out);
    rg_frozen_fini(&q->frozen);
}

static const struct rg_filter_ops filter_ops = {
    .destroy = destroy,
    .start = filter_start,
    .wake = filter_wake,
    .stop = filter_stop,
    .run = state_changed,
    .pause = state_changed,
};

HRESULT rg_queue_create(IUnknown *outer, REFIID iid, void **out)
{
    struct queue *q;
    HRESULT hr;

    if (out == NULL)
        return E_POINTER;
    *out = NULL;
    q = rg_calloc(1, sizeof(*q));
    if (q == NULL)
        return E_OUTOFMEMORY;
    hr = rg_filter_init(&q->filter, &rg_queue, &filter_ops, outer, NULL);
    if (FAILED(hr)) {
        rg_free(q);
        return hr;
    }
    rg_in_pin_init(&q->in, &q->filter, &in_ops, "In");
    rg_out_pin_init(&q->out, &q->filter, &out_ops, "Out");
    q->out.passes_on = true;
    q->in.user = q;
    q->out.user = q;
    rg_pump_init(&q->pump, &q->out, &q->in.drops);
    q->pump.marker_pin = &q->in;
    hr = rg_frozen_init(&q->frozen, &q->filter);
    if (FAILED(hr)) {
        IUnknown_Release(
            &q->filter.object.inner.i); /* our own count, also inside another object */
        return hr;
    }
    return com_object_hand_out(&q->filter.object, outer, iid, out);
}
