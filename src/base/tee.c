/* SPDX-License-Identifier: MIT */
/* tee.c - one input, any number of outputs: every sample goes to every connected leg,
 * unchanged and uncopied.  And the filter that all kinds of tee are.
 *
 * Control threads; the flow is in tee_flow.c.  A leg whose road can block (a renderer that waits for its
 * time, or for Run) gets a pump with a thread of its own as soon as there is another leg, so
 * that no leg starves behind one that waits.
 * Knows: pins, pumps.  Must not know: media.
 */
#include "base/tee_internal.h"

#include <stdio.h>
#include <string.h>

#include "base/hop.h"
#include "platform/memory.h"

#define OWN_BUFFERS 4 /* for whoever fills them */

const struct rg_class rg_tee = {
    .name = "tee",
    .help = "Gives every sample to any number of outputs",
    .clsid = { 0x8a3e5c21, 0x4f0b, 0x4d6e, { 0xa1, 0x7c, 0x52, 0x90, 0x3b, 0xe4, 0x18, 0x01 } },
};

static const struct rg_tee_kind tee_kind = {
    .cls = &rg_tee,
    .input = "In",
    .output = "Out ",
};

/* ---- negotiation ----------------------------------------------------------------------- */

HRESULT rg_tee_leg_type(struct rg_out_pin *pin, unsigned index, AM_MEDIA_TYPE *ret)
{
    return rg_out_pin_offer_type(pin, &((struct rg_leg *)pin->user)->tee->in, index, ret);
}

/* All who follow have to take it. */
static HRESULT in_accept(struct rg_in_pin *pin, const AM_MEDIA_TYPE *type)
{
    struct rg_tee *tee = pin->user;
    HRESULT hr = S_OK;

    for (unsigned i = 0; hr == S_OK && i < rg_tee_n_legs(tee); i++)
        hr = rg_out_pin_may_change(&rg_tee_leg(tee, i)->out, type);
    return hr;
}

static DWORD in_traits(struct rg_in_pin *pin)
{
    struct rg_tee *tee = pin->user;
    DWORD traits = 0;

    for (unsigned i = 0; i < rg_tee_n_legs(tee); i++) {
        struct rg_leg *leg = rg_tee_leg(tee, i);

        if (leg->is_preview)
            continue;
        if (atomic_load(&leg->is_pumped))
            traits |= RG_LINK_HOLDS | RG_LINK_THREADED;
        traits |= rg_out_pin_peer_traits(&leg->out) & RG_LINK_PRIMES;
    }
    return traits;
}

/* The past is for whoever stands behind a leg and wants it. */
static HRESULT in_prime(struct rg_in_pin *pin, IMediaSample *sample)
{
    struct rg_tee *tee = pin->user;
    HRESULT hr = S_OK;

    for (unsigned i = 0; SUCCEEDED(hr) && i < rg_tee_n_legs(tee); i++)
        if (!rg_tee_leg(tee, i)->is_preview &&
            (rg_out_pin_peer_traits(&rg_tee_leg(tee, i)->out) & RG_LINK_PRIMES) != 0)
            hr = rg_out_pin_prime_peer(&rg_tee_leg(tee, i)->out, sample);
    return hr;
}

/* Legs keep samples, in pumps and further down: the pool upstream has to serve all of them.  A preview
 * has a pool of its own. */
static LONG in_extra_buffers(struct rg_in_pin *pin)
{
    struct rg_tee *tee = pin->user;
    LONG n = tee->kind->has_preview ? 0 : 2 * RG_TEE_PUMP_BOUND;

    for (unsigned i = 0; i < rg_tee_n_legs(tee); i++) {
        struct rg_leg *leg = rg_tee_leg(tee, i);
        LONG now = rg_out_pin_peer_wants(&leg->out);
        LONG next = leg->out.next_is == RG_NEXT_READY ? rg_input_wants(leg->out.next.input) : 0;

        if (!leg->is_preview)
            n += now > next ? now : next;
    }
    return n;
}

static HRESULT add_leg(struct rg_tee *tee);

/* ---- which leg gets a thread ----------------------------------------------------------- */

static bool can_block(struct rg_leg *leg)
{
    RG_AUTO(IMemInputPin) input = rg_out_pin_input(&leg->out);
    IMemInputPin *next = leg->out.next_is == RG_NEXT_READY ? leg->out.next.input : NULL;

    return (input != NULL && rg_hop_can_block(input) != S_FALSE) ||
           (next != NULL && rg_hop_can_block(next) != S_FALSE);
}

static bool has_peer(struct rg_leg *leg)
{
    return leg->out.link.peer != NULL ||
           (leg->out.next_is == RG_NEXT_READY && leg->out.next.peer != NULL);
}

/* blocking: how many legs can block. */
static bool wants_pump(struct rg_leg *leg, unsigned blocking)
{
    if (leg->tee->kind->has_preview)
        return leg->is_preview && has_peer(leg);
    return blocking > 1 && can_block(leg);
}

/* Under the filter lock, the filter active: where several legs can block, none has the input's thread to itself.  A leg that
 * had it gets its next sample through the pump, after the one that is inside. */
static HRESULT settle_legs(struct rg_tee *tee)
{
    unsigned blocking = 0;

    for (unsigned i = 0; i < rg_tee_n_legs(tee); i++)
        blocking += can_block(rg_tee_leg(tee, i));
    for (unsigned i = 0; i < rg_tee_n_legs(tee); i++) {
        struct rg_leg *leg = rg_tee_leg(tee, i);
        HRESULT hr;

        if (atomic_load(&leg->is_pumped) || !wants_pump(leg, blocking))
            continue;
        hr = rg_pump_start(&leg->pump, RG_TEE_PUMP_BOUND);
        if (FAILED(hr))
            return hr;
        atomic_store(&leg->is_pumped, true);
    }
    return S_OK;
}

/* Under the filter lock: there is one free leg more than will be connected. */
static HRESULT spare_leg(struct rg_tee *tee)
{
    bool has_free = tee->kind->has_preview;

    for (unsigned i = 0; i < rg_tee_n_legs(tee); i++)
        has_free = has_free || !has_peer(rg_tee_leg(tee, i));
    return has_free || rg_tee_n_legs(tee) >= RG_MAX_PINS ? S_OK : add_leg(tee);
}

/* A leg that comes late brings its need along: a queue that is full must not keep all there are. */
static HRESULT grow_pool(struct rg_tee *tee)
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

static HRESULT settle(struct rg_tee *tee)
{
    HRESULT hr = spare_leg(tee);

    if (SUCCEEDED(hr))
        hr = grow_pool(tee);

    return SUCCEEDED(hr) && tee->is_started ? settle_legs(tee) : hr;
}

HRESULT rg_tee_leg_connected(struct rg_out_pin *pin)
{
    return settle(((struct rg_leg *)pin->user)->tee);
}

void rg_tee_leg_exchanged(struct rg_out_pin *pin)
{
    rg_pump_forgive(&((struct rg_leg *)pin->user)->pump);
}

void rg_tee_leg_left(struct rg_out_pin *pin)
{
    rg_pump_break(&((struct rg_leg *)pin->user)->pump);
}

static const struct rg_in_pin_ops in_ops = {
    .accept = in_accept,
    .accept_dynamic = in_accept,
    .receive = rg_tee_receive,
    .end_of_stream = rg_tee_end_of_stream,
    .marker = rg_tee_marker,
    .new_segment = rg_tee_new_segment,
    .begin_flush = rg_tee_begin_flush,
    .end_flush = rg_tee_end_flush,
    .traits = in_traits,
    .prime = in_prime,
    .extra_buffers = in_extra_buffers,
    .is_end_pin = true,
};

HRESULT rg_tee_leg_accept(struct rg_out_pin *pin, const AM_MEDIA_TYPE *type)
{
    return rg_out_pin_has_type(pin, &((struct rg_leg *)pin->user)->tee->in, type);
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
    .get_type = rg_tee_leg_type,
    .accept = rg_tee_leg_accept,
    .buffers = out_buffers,
    .connected = rg_tee_leg_connected,
    .prepared = rg_tee_leg_connected,
    .exchanged = rg_tee_leg_exchanged,
    .left = rg_tee_leg_left,
};

/* ---- birth and end --------------------------------------------------------------------- */

static void name_leg(struct rg_tee *tee, unsigned index, char *ret, size_t size)
{
    const struct rg_tee_kind *kind = tee->kind;

    if (kind->has_preview)
        (void)snprintf(ret, size, "%s", index == 0 ? "Capture" : "Preview");
    else
        (void)snprintf(ret, size, "%s%u", kind->output, kind->first_number + index);
}

static HRESULT leg_query_more(struct com_object *object, REFIID iid, void **out)
{
    struct rg_leg *leg = ((struct rg_out_pin *)object)->user;

    if (!leg->tee->kind->has_preview || !IsEqualIID(iid, &IID_IAMStreamControl))
        return E_NOINTERFACE;
    com_addref(&leg->control.face);
    *out = &leg->control.face;
    return S_OK;
}

static HRESULT add_leg(struct rg_tee *tee)
{
    unsigned index = rg_tee_n_legs(tee);
    struct rg_leg *leg = rg_calloc(1, sizeof(*leg));
    char name[32];

    if (leg == NULL || FAILED(rg_filter_make_room(&tee->filter, PINDIR_OUTPUT))) {
        rg_free(leg);
        return E_OUTOFMEMORY;
    }
    leg->tee = tee;
    leg->out.user = leg;
    leg->is_preview = tee->kind->has_preview && index != 0;
    name_leg(tee, index, name, sizeof(name));
    rg_pump_init(&leg->pump, &leg->out, &leg->out.drops);
    leg->pump.marker_pin = &tee->in;
    pthread_mutex_lock(&tee->segment_lock);
    if (tee->segment.rate != 0) {
        leg->out.segment_start = tee->segment.start;
        leg->out.segment_stop = tee->segment.stop;
        leg->out.segment_rate = tee->segment.rate;
        atomic_init(&leg->out.segment_offset, tee->segment.start);
    }
    rg_out_pin_init(&leg->out, &tee->filter, leg->is_preview ? &rg_tee_preview_ops : &leg_ops,
                    name);
    leg->out.passes_on = !leg->is_preview;
    rg_stream_control_init(&leg->control, &leg->out);
    leg->out.object.query_more = leg_query_more;
    pthread_mutex_unlock(&tee->segment_lock);
    return S_OK;
}

static void destroy(struct rg_filter *filter)
{
    struct rg_tee *tee = (struct rg_tee *)filter;

    for (unsigned i = 0; i < rg_tee_n_legs(tee); i++) {
        struct rg_leg *leg = rg_tee_leg(tee, i);

        rg_pump_fini(&leg->pump);
        rg_stream_control_fini(&leg->control);
        rg_out_pin_fini(&leg->out);
        rg_free(leg);
    }
    rg_in_pin_fini(&tee->in);
    pthread_mutex_destroy(&tee->segment_lock);
}

static HRESULT filter_start(struct rg_filter *filter)
{
    struct rg_tee *tee = (struct rg_tee *)filter;

    for (unsigned i = 0; i < rg_tee_n_legs(tee); i++)
        rg_tee_leg(tee, i)->has_refused = false;
    tee->is_started = true;
    return settle_legs(tee);
}

static void filter_wake(struct rg_filter *filter)
{
    struct rg_tee *tee = (struct rg_tee *)filter;

    for (unsigned i = 0; i < rg_tee_n_legs(tee); i++)
        if (atomic_load(&rg_tee_leg(tee, i)->is_pumped))
            rg_pump_wake(&rg_tee_leg(tee, i)->pump);
}

static HRESULT filter_stop(struct rg_filter *filter)
{
    struct rg_tee *tee = (struct rg_tee *)filter;

    for (unsigned i = 0; i < rg_tee_n_legs(tee); i++) {
        struct rg_leg *leg = rg_tee_leg(tee, i);

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
    struct rg_tee *tee = (struct rg_tee *)filter;

    for (unsigned i = 0; i < rg_tee_n_legs(tee); i++)
        rg_pump_state_changed(&rg_tee_leg(tee, i)->pump);
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

HRESULT rg_tee_make(const struct rg_tee_kind *kind, IUnknown *outer, REFIID iid, void **out)
{
    struct rg_tee *tee;
    HRESULT hr;

    if (out == NULL)
        return E_POINTER;
    *out = NULL;
    tee = rg_calloc(1, sizeof(*tee));
    if (tee == NULL)
        return E_OUTOFMEMORY;
    tee->kind = kind;
    hr = rg_filter_init(&tee->filter, kind->cls, &filter_ops, outer, NULL);
    if (FAILED(hr)) {
        rg_free(tee);
        return hr;
    }
    pthread_mutex_init(&tee->segment_lock, NULL);
    rg_in_pin_init(&tee->in, &tee->filter, &in_ops, kind->input);
    tee->in.user = tee;
    hr = add_leg(tee);
    if (SUCCEEDED(hr) && kind->has_preview)
        hr = add_leg(tee);
    if (FAILED(hr)) {
        IUnknown_Release(
            &tee->filter.object.inner.i); /* our own count, also inside another object */
        return hr;
    }
    return com_object_hand_out(&tee->filter.object, outer, iid, out);
}

HRESULT rg_tee_create(IUnknown *outer, REFIID iid, void **out)
{
    return rg_tee_make(&tee_kind, outer, iid, out);
}
