/* SPDX-License-Identifier: MIT */
/* tee.c - one input, any number of outputs: every sample goes to every connected leg,
 * unchanged and uncopied.
 *
 * Streaming thread of the input.  A leg whose road can block (a renderer that waits for its
 * time, or for Run) gets a pump with a thread of its own as soon as there is another leg, so
 * that no leg starves behind one that waits.
 * Knows: pins, pumps.  Must not know: media.
 */
#include "base/tee.h"

#include <stdio.h>
#include <string.h>

#include "base/pump.h"
#include "platform/memory.h"

#define PUMP_BOUND  16 /* samples that may wait before a leg that lags behind */
#define OWN_BUFFERS 4  /* for whoever fills them */

struct leg {
    struct rg_out_pin out;
    struct tee *tee;
    struct rg_pump pump;
    atomic_bool is_pumped; /* once set, stays until Stop */
    /* owned by the streaming thread */
    bool uses_pump;   /* is_pumped, read once per sample */
    bool has_refused; /* otherwise than for a stop: no more until flush or a new connection */
    unsigned link_serial; /* of the connection that has_refused speaks of */
};

struct tee {
    struct rg_filter filter;
    struct rg_in_pin in;
    bool is_started;          /* under the filter lock */
    atomic_uint markers_left; /* markers that wait in pumps, and one while they are put there */

    pthread_mutex_t
        segment_lock; /* a leg is made under it: with the segment of that moment, or in time for the next */
    struct rg_pump_entry
        segment; /* under `segment_lock`: the present one; rate 0: none has come */
};

const struct rg_class rg_tee = {
    .name = "tee",
    .help = "Gives every sample to any number of outputs",
    .clsid = { 0x8a3e5c21, 0x4f0b, 0x4d6e, { 0xa1, 0x7c, 0x52, 0x90, 0x3b, 0xe4, 0x18, 0x01 } },
};

static unsigned n_legs(struct tee *tee)
{
    return atomic_load_explicit(&tee->filter.n_out, memory_order_acquire);
}

static struct leg *leg_at(struct tee *tee, unsigned i)
{
    return rg_filter_out(&tee->filter, i)->user;
}

/* ---- the flow -------------------------------------------------------------------------- */

static HRESULT deliver_direct(struct leg *leg, IMediaSample *sample, struct rg_flow_type *type,
                              REFERENCE_TIME start)
{
    HRESULT hr = rg_out_pin_begin(&leg->out, start);

    if (FAILED(hr))
        return hr;
    if (leg->link_serial != leg->out.link_serial)
        leg->has_refused = false;
    leg->link_serial = leg->out.link_serial;
    if (leg->has_refused)
        hr = S_FALSE;
    else
        hr = rg_out_pin_forward(&leg->out, sample, type);
    rg_out_pin_end(&leg->out);
    if (hr != S_OK && !rg_refusal_is_stop(hr))
        leg->has_refused = true;
    return hr;
}

static HRESULT deliver_pumped(struct leg *leg, IMediaSample *sample, struct rg_flow_type *type)
{
    struct rg_pump_entry entry = { .kind = RG_PUMP_SAMPLE,
                                   .sample = sample,
                                   .type = type,
                                   .breaks = atomic_load(&leg->pump.breaks) };

    return rg_out_pin_is_connected(&leg->out) ? rg_pump_put(&leg->pump, &entry, PUMP_BOUND)
                                              : VFW_E_NOT_CONNECTED;
}

static HRESULT deliver_to(struct leg *leg, IMediaSample *sample, REFERENCE_TIME start)
{
    struct rg_flow_type *type = leg->tee->in.link.flow;
    HRESULT hr = leg->uses_pump ? deliver_pumped(leg, sample, type)
                                : deliver_direct(leg, sample, type, start);

    if (hr != S_OK && hr != VFW_E_NOT_CONNECTED)
        rg_drops_add(&leg->out.drops, "refused downstream", 1);
    return hr;
}

struct tally {
    unsigned taken, refused;
    HRESULT result; /* of the last leg that refused */
};

static void give(struct tee *tee, bool pumped, IMediaSample *sample,
                 const struct rg_sample_info *info, struct tally *tally)
{
    for (unsigned i = 0; i < n_legs(tee); i++) {
        struct leg *leg = leg_at(tee, i);
        HRESULT hr;

        if (leg->uses_pump != pumped)
            continue;
        hr = deliver_to(leg, sample, info->has_time ? info->start : RG_GATE_NO_TIME);
        if (hr == VFW_E_NOT_CONNECTED)
            continue;
        if (hr == S_OK) {
            tally->taken++;
        } else {
            tally->refused++;
            tally->result = hr;
        }
    }
}

/* S_OK as long as one leg takes it, or none is connected: a tee without legs lets the stream
 * run. */
static HRESULT in_receive(struct rg_in_pin *pin, IMediaSample *sample)
{
    struct tee *tee = pin->user;
    struct tally tally = { .result = S_OK };
    struct rg_sample_info info;
    HRESULT hr = rg_sample_get_info(sample, &info);

    if (FAILED(hr))
        return hr;
    /* more than one reader: nobody may write */
    IMediaSample_AddRef(sample);
    for (unsigned i = 0; i < n_legs(tee); i++)
        leg_at(tee, i)->uses_pump = atomic_load(&leg_at(tee, i)->is_pumped);
    /* pumped legs first: a direct one may keep this thread */
    give(tee, true, sample, &info, &tally);
    give(tee, false, sample, &info, &tally);
    IMediaSample_Release(sample);
    if (tally.taken + tally.refused == 0)
        rg_drops_add(&pin->drops, "no output connected", 1);
    return tally.taken > 0 || tally.refused == 0 ? S_OK : tally.result;
}

/* A marker or segment in its place among a leg's samples. */
static void pass(struct leg *leg, const struct rg_pump_entry *entry)
{
    if (atomic_load(&leg->is_pumped))
        (void)rg_pump_put(&leg->pump, entry, PUMP_BOUND);
    else if (entry->kind == RG_PUMP_END)
        (void)rg_out_pin_end_of_stream(&leg->out);
    else
        (void)rg_out_pin_new_segment(&leg->out, entry->start, entry->stop, entry->rate);
}

static HRESULT in_end_of_stream(struct rg_in_pin *pin)
{
    struct tee *tee = pin->user;

    struct rg_pump_entry entry = { .kind = RG_PUMP_END };

    for (unsigned i = 0; i < n_legs(tee); i++)
        pass(leg_at(tee, i), &entry);
    return S_OK;
}

/* It ends here, behind the samples that wait in the legs' pumps. */
static HRESULT in_marker(struct rg_in_pin *pin)
{
    struct tee *tee = pin->user;
    struct rg_pump_entry entry = { .kind = RG_PUMP_MARKER,
                                   .left = &tee->markers_left,
                                   .marker_serial = pin->marker_in_hand };
    HRESULT result = S_OK;

    atomic_fetch_add(&tee->markers_left, 1);
    for (unsigned i = 0; i < n_legs(tee); i++) {
        HRESULT hr;

        if (!atomic_load(&leg_at(tee, i)->is_pumped))
            continue;
        atomic_fetch_add(&tee->markers_left, 1);
        hr = rg_pump_put(&leg_at(tee, i)->pump, &entry, PUMP_BOUND);
        if (hr != S_OK) {
            atomic_fetch_sub(&tee->markers_left, 1);
            result = hr;
        }
    }
    if (atomic_fetch_sub(&tee->markers_left, 1) == 1 && result == S_OK)
        (void)rg_in_pin_signal_marker(pin, pin->marker_in_hand);
    return result;
}

static HRESULT in_new_segment(struct rg_in_pin *pin, REFERENCE_TIME start, REFERENCE_TIME stop,
                              double rate)
{
    struct tee *tee = pin->user;

    struct rg_pump_entry entry = {
        .kind = RG_PUMP_SEGMENT, .start = start, .stop = stop, .rate = rate
    };

    pthread_mutex_lock(&tee->segment_lock);
    tee->segment = entry;
    pthread_mutex_unlock(&tee->segment_lock);
    for (unsigned i = 0; i < n_legs(tee); i++)
        pass(leg_at(tee, i), &entry);
    return S_OK;
}

static HRESULT in_begin_flush(struct rg_in_pin *pin)
{
    struct tee *tee = pin->user;

    for (unsigned i = 0; i < n_legs(tee); i++)
        (void)(leg_at(tee, i)->is_pumped ? rg_pump_begin_flush(&leg_at(tee, i)->pump)
                                         : rg_out_pin_begin_flush(&leg_at(tee, i)->out));
    return S_OK;
}

static HRESULT in_end_flush(struct rg_in_pin *pin)
{
    struct tee *tee = pin->user;

    for (unsigned i = 0; i < n_legs(tee); i++) {
        (void)(leg_at(tee, i)->is_pumped ? rg_pump_end_flush(&leg_at(tee, i)->pump)
                                         : rg_out_pin_end_flush(&leg_at(tee, i)->out));
        leg_at(tee, i)->has_refused = false; /* nobody streams during a flush */
    }
    atomic_store(&tee->markers_left, 0); /* the pumps are empty */
    return S_OK;
}

/* ---- negotiation ----------------------------------------------------------------------- */

static HRESULT out_type(struct rg_out_pin *pin, unsigned index, AM_MEDIA_TYPE *ret)
{
    return rg_out_pin_offer_type(pin, &((struct leg *)pin->user)->tee->in, index, ret);
}

/* All who follow have to take it. */
static HRESULT in_accept(struct rg_in_pin *pin, const AM_MEDIA_TYPE *type)
{
    struct tee *tee = pin->user;
    HRESULT hr = S_OK;

    for (unsigned i = 0; hr == S_OK && i < n_legs(tee); i++)
        hr = rg_out_pin_may_change(&leg_at(tee, i)->out, type);
    return hr;
}

static DWORD in_traits(struct rg_in_pin *pin)
{
    struct tee *tee = pin->user;
    DWORD traits = 0;

    for (unsigned i = 0; i < n_legs(tee); i++) {
        struct leg *leg = leg_at(tee, i);

        if (atomic_load(&leg->is_pumped))
            traits |= RG_LINK_HOLDS | RG_LINK_THREADED;
        traits |= rg_out_pin_peer_traits(&leg->out) & RG_LINK_PRIMES;
    }
    return traits;
}

/* The past is for whoever stands behind a leg and wants it. */
static HRESULT in_prime(struct rg_in_pin *pin, IMediaSample *sample)
{
    struct tee *tee = pin->user;
    HRESULT hr = S_OK;

    for (unsigned i = 0; SUCCEEDED(hr) && i < n_legs(tee); i++)
        if ((rg_out_pin_peer_traits(&leg_at(tee, i)->out) & RG_LINK_PRIMES) != 0)
            hr = rg_out_pin_prime_peer(&leg_at(tee, i)->out, sample);
    return hr;
}

static LONG wants(IMemInputPin *input)
{
    ALLOCATOR_PROPERTIES request;

    memset(&request, 0, sizeof(request));
    if (input != NULL)
        (void)IMemInputPin_GetAllocatorRequirements(input, &request);
    return request.cBuffers;
}

/* Legs keep samples, in pumps and further down: the pool upstream has to serve all of them. */
static LONG in_extra_buffers(struct rg_in_pin *pin)
{
    struct tee *tee = pin->user;
    LONG n = 2 * PUMP_BOUND;

    for (unsigned i = 0; i < n_legs(tee); i++) {
        struct leg *leg = leg_at(tee, i);
        RG_AUTO(IMemInputPin) input = rg_out_pin_input(&leg->out);
        LONG now = wants(input);
        LONG next = leg->out.next_is == RG_NEXT_READY ? wants(leg->out.next.input) : 0;

        n += now > next ? now : next;
    }
    return n;
}

static HRESULT add_leg(struct tee *tee);

/* ---- which leg gets a thread ----------------------------------------------------------- */

static bool can_block(struct leg *leg)
{
    RG_AUTO(IMemInputPin) input = rg_out_pin_input(&leg->out);
    IMemInputPin *next = leg->out.next_is == RG_NEXT_READY ? leg->out.next.input : NULL;

    return (input != NULL && IMemInputPin_ReceiveCanBlock(input) != S_FALSE) ||
           (next != NULL && IMemInputPin_ReceiveCanBlock(next) != S_FALSE);
}

/* Under the filter lock, the filter active: where several legs can block, none has the input's thread to itself.  A leg that
 * had it gets its next sample through the pump, after the one that is inside. */
static HRESULT settle_legs(struct tee *tee)
{
    unsigned blocking = 0;

    for (unsigned i = 0; i < n_legs(tee); i++)
        blocking += can_block(leg_at(tee, i));
    for (unsigned i = 0; i < n_legs(tee) && blocking > 1; i++) {
        struct leg *leg = leg_at(tee, i);
        HRESULT hr;

        if (atomic_load(&leg->is_pumped) || !can_block(leg))
            continue;
        hr = rg_pump_start(&leg->pump, PUMP_BOUND);
        if (FAILED(hr))
            return hr;
        atomic_store(&leg->is_pumped, true);
    }
    return S_OK;
}

/* Under the filter lock: there is one free leg more than will be connected. */
static HRESULT spare_leg(struct tee *tee)
{
    bool has_free = false;

    for (unsigned i = 0; i < n_legs(tee); i++) {
        struct rg_out_pin *out = &leg_at(tee, i)->out;

        has_free = has_free || (out->link.peer == NULL &&
                                !(out->next_is == RG_NEXT_READY && out->next.peer != NULL));
    }
    return has_free || n_legs(tee) >= RG_MAX_PINS ? S_OK : add_leg(tee);
}

/* A leg that comes late brings its need along: a queue that is full must not keep all there are. */
static HRESULT grow_pool(struct tee *tee)
{
    RG_AUTO(IMemAllocator) pool = NULL;
    HRESULT hr = S_OK;

    pthread_mutex_lock(&tee->in.link_lock);
    pool = tee->in.link.allocator;
    if (pool != NULL)
        IMemAllocator_AddRef(pool);
    pthread_mutex_unlock(&tee->in.link_lock);
    if (pool != NULL)
        hr = rg_allocator_grow(pool, OWN_BUFFERS + in_extra_buffers(&tee->in));
    return FAILED(hr) ? hr : S_OK;
}

static HRESULT settle(struct tee *tee)
{
    HRESULT hr = spare_leg(tee);

    if (SUCCEEDED(hr))
        hr = grow_pool(tee);

    return SUCCEEDED(hr) && tee->is_started ? settle_legs(tee) : hr;
}

static HRESULT out_connected(struct rg_out_pin *pin)
{
    return settle(((struct leg *)pin->user)->tee);
}

static void out_exchanged(struct rg_out_pin *pin)
{
    rg_pump_forgive(&((struct leg *)pin->user)->pump);
}

static void out_left(struct rg_out_pin *pin)
{
    rg_pump_break(&((struct leg *)pin->user)->pump);
}

static const struct rg_in_pin_ops in_ops = {
    .accept = in_accept,
    .accept_dynamic = in_accept,
    .receive = in_receive,
    .end_of_stream = in_end_of_stream,
    .marker = in_marker,
    .new_segment = in_new_segment,
    .begin_flush = in_begin_flush,
    .end_flush = in_end_flush,
    .traits = in_traits,
    .prime = in_prime,
    .extra_buffers = in_extra_buffers,
    .is_end_pin = true,
};

static HRESULT out_accept(struct rg_out_pin *pin, const AM_MEDIA_TYPE *type)
{
    return rg_out_pin_has_type(pin, &((struct leg *)pin->user)->tee->in, type);
}

static HRESULT out_buffers(struct rg_out_pin *pin, const AM_MEDIA_TYPE *type,
                           ALLOCATOR_PROPERTIES *props)
{
    (void)pin;
    (void)type;
    props->cBuffers = 1; /* never taken from: samples pass through */
    return S_OK;
}

static const struct rg_out_pin_ops leg_ops = {
    .get_type = out_type,
    .accept = out_accept,
    .buffers = out_buffers,
    .connected = out_connected,
    .prepared = out_connected,
    .exchanged = out_exchanged,
    .left = out_left,
};

/* ---- birth and end --------------------------------------------------------------------- */

static HRESULT add_leg(struct tee *tee)
{
    unsigned index = n_legs(tee);
    struct leg *leg = rg_calloc(1, sizeof(*leg));
    char name[32];

    if (leg == NULL || FAILED(rg_filter_make_room(&tee->filter, PINDIR_OUTPUT))) {
        rg_free(leg);
        return E_OUTOFMEMORY;
    }
    leg->tee = tee;
    leg->out.user = leg;
    (void)snprintf(name, sizeof(name), "Out %u", index);
    rg_pump_init(&leg->pump, &leg->out, &leg->out.drops);
    leg->pump.marker_pin = &tee->in;
    pthread_mutex_lock(&tee->segment_lock);
    if (tee->segment.rate != 0) {
        leg->out.segment_start = tee->segment.start;
        leg->out.segment_stop = tee->segment.stop;
        leg->out.segment_rate = tee->segment.rate;
        atomic_init(&leg->out.segment_offset, tee->segment.start);
    }
    rg_out_pin_init(&leg->out, &tee->filter, &leg_ops, name);
    leg->out.passes_on = true;
    pthread_mutex_unlock(&tee->segment_lock);
    return S_OK;
}

static void destroy(struct rg_filter *filter)
{
    struct tee *tee = (struct tee *)filter;

    for (unsigned i = 0; i < n_legs(tee); i++) {
        struct leg *leg = leg_at(tee, i);

        rg_pump_fini(&leg->pump);
        rg_out_pin_fini(&leg->out);
        rg_free(leg);
    }
    rg_in_pin_fini(&tee->in);
    pthread_mutex_destroy(&tee->segment_lock);
}

static HRESULT filter_start(struct rg_filter *filter)
{
    struct tee *tee = (struct tee *)filter;

    for (unsigned i = 0; i < n_legs(tee); i++)
        leg_at(tee, i)->has_refused = false;
    tee->is_started = true;
    return settle_legs(tee);
}

static void filter_wake(struct rg_filter *filter)
{
    struct tee *tee = (struct tee *)filter;

    for (unsigned i = 0; i < n_legs(tee); i++)
        if (atomic_load(&leg_at(tee, i)->is_pumped))
            rg_pump_wake(&leg_at(tee, i)->pump);
}

static HRESULT filter_stop(struct rg_filter *filter)
{
    struct tee *tee = (struct tee *)filter;

    for (unsigned i = 0; i < n_legs(tee); i++) {
        struct leg *leg = leg_at(tee, i);

        if (atomic_load(&leg->is_pumped))
            rg_pump_stop(&leg->pump);
        atomic_store(&leg->is_pumped, false);
    }
    atomic_store(&tee->markers_left, 0);
    tee->is_started = false;
    return S_OK;
}

static HRESULT state_changed(struct rg_filter *filter)
{
    struct tee *tee = (struct tee *)filter;

    for (unsigned i = 0; i < n_legs(tee); i++)
        rg_pump_state_changed(&leg_at(tee, i)->pump);
    return S_OK;
}

static const struct rg_filter_ops filter_ops = {
    .destroy = destroy,
    .start = filter_start,
    .wake = filter_wake,
    .stop = filter_stop,
    .run = state_changed,
    .pause = state_changed,
};

HRESULT rg_tee_create(IUnknown *outer, REFIID iid, void **out)
{
    struct tee *tee;
    HRESULT hr;

    if (out == NULL)
        return E_POINTER;
    *out = NULL;
    tee = rg_calloc(1, sizeof(*tee));
    if (tee == NULL)
        return E_OUTOFMEMORY;
    hr = rg_filter_init(&tee->filter, &rg_tee, &filter_ops, outer, NULL);
    if (FAILED(hr)) {
        rg_free(tee);
        return hr;
    }
    pthread_mutex_init(&tee->segment_lock, NULL);
    rg_in_pin_init(&tee->in, &tee->filter, &in_ops, "In");
    tee->in.user = tee;
    hr = add_leg(tee);
    if (FAILED(hr)) {
        IUnknown_Release(
            &tee->filter.object.inner.i); /* our own count, also inside another object */
        return hr;
    }
    return com_object_hand_out(&tee->filter.object, outer, iid, out);
}
