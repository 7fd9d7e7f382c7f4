/* SPDX-License-Identifier: MIT */
/* queue.c - a thread boundary: samples wait in a bounded ring and go on upon a thread of their own.
 *
 * Upstream's streaming thread puts in and waits while the ring is full; the queue's own thread takes out.  Markers and
 * segments keep their place among the samples.
 * Knows: pins.  Must not know: media.
 */
#include "base/tee.h"

#include <string.h>

#include "base/in_pin.h"
#include "base/out_pin.h"
#include "platform/memory.h"
#include "platform/thread.h"

#define MOST_SAMPLES 1024

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

enum entry_kind {
    ENTRY_SAMPLE = 1,
    ENTRY_END,
    ENTRY_MARKER, /* a push-through marker that ends here */
    ENTRY_SEGMENT,
};

struct entry {
    enum entry_kind kind;
    IMediaSample *sample; /* a reference */
    REFERENCE_TIME start, stop;
    double rate;
};

struct queue {
    struct rg_filter filter;
    struct rg_in_pin in;
    struct rg_out_pin out;
    struct rg_frozen frozen; /* owned by upstream's streaming thread */
    struct rg_thread thread; /* under the filter lock */
    bool has_thread;

    pthread_mutex_t ring_lock; /* a leaf */
    pthread_cond_t changed;
    /* under `ring_lock` */
    struct entry ring[MOST_SAMPLES];
    unsigned first, n;
    bool is_stopping, is_flushing, is_leaving;
    bool is_busy;      /* the thread has an entry in hand */
    HRESULT refusal;   /* what downstream said last; S_OK: all is well */
};

/* ---- putting in ------------------------------------------------------------------------ */

static HRESULT obstacle_locked(struct queue *q)
{
    if (q->is_stopping || q->is_leaving)
        return VFW_E_WRONG_STATE;
    if (q->is_flushing)
        return S_FALSE;
    return q->refusal;
}

/* Markers and segments go in even if the ring is full by count; there is room for them beyond the option's bound. */
static HRESULT put(struct queue *q, const struct entry *entry, unsigned bound)
{
    HRESULT hr;

    pthread_mutex_lock(&q->ring_lock);
    while ((hr = obstacle_locked(q)) == S_OK && q->n >= bound)
        pthread_cond_wait(&q->changed, &q->ring_lock);
    if (hr == S_OK) {
        q->ring[(q->first + q->n++) % MOST_SAMPLES] = *entry;
        pthread_cond_broadcast(&q->changed);
    }
    pthread_mutex_unlock(&q->ring_lock);
    return hr;
}

static HRESULT in_receive(struct rg_in_pin *pin, IMediaSample *sample)
{
    struct queue *q = pin->user;
    const struct queue_settings *settings = rg_filter_settings(&q->filter, &q->frozen);
    struct entry entry = { .kind = ENTRY_SAMPLE, .sample = sample };
    HRESULT hr;

    IMediaSample_AddRef(sample);
    hr = put(q, &entry, (unsigned)settings->size);
    if (hr != S_OK) {
        IMediaSample_Release(sample);
        rg_drops_add(&pin->drops, FAILED(hr) ? "stopped" : "refused downstream", 1);
    }
    return hr;
}

static HRESULT in_end_of_stream(struct rg_in_pin *pin)
{
    struct entry entry = { .kind = ENTRY_END };

    return put(pin->user, &entry, MOST_SAMPLES);
}

static HRESULT in_marker(struct rg_in_pin *pin)
{
    struct entry entry = { .kind = ENTRY_MARKER };

    return put(pin->user, &entry, MOST_SAMPLES);
}

static HRESULT in_new_segment(struct rg_in_pin *pin, REFERENCE_TIME start, REFERENCE_TIME stop, double rate)
{
    struct entry entry = { .kind = ENTRY_SEGMENT, .start = start, .stop = stop, .rate = rate };

    return put(pin->user, &entry, MOST_SAMPLES);
}

/* ---- taking out ------------------------------------------------------------------------ */

static HRESULT deliver(struct queue *q, IMediaSample *sample)
{
    struct rg_sample_info info;
    HRESULT hr = rg_sample_get_info(sample, &info);

    if (SUCCEEDED(hr))
        hr = rg_out_pin_begin(&q->out, info.has_time ? info.start : RG_GATE_NO_TIME);
    if (SUCCEEDED(hr)) {
        hr = rg_out_pin_deliver(&q->out, sample);
        rg_out_pin_end(&q->out);
    }
    if (hr != S_OK)
        rg_drops_add(&q->in.drops, hr == VFW_E_STATE_CHANGED ? "flushed" : "refused downstream", 1);
    return hr;
}

static HRESULT carry_out(struct queue *q, const struct entry *entry)
{
    HRESULT hr = S_OK;

    switch (entry->kind) {
    case ENTRY_SAMPLE:
        hr = deliver(q, entry->sample);
        IMediaSample_Release(entry->sample);
        break;
    case ENTRY_END:
        (void)rg_out_pin_end_of_stream(&q->out);
        break;
    case ENTRY_MARKER:
        (void)rg_in_pin_signal_marker(&q->in);
        break;
    case ENTRY_SEGMENT:
        (void)rg_out_pin_new_segment(&q->out, entry->start, entry->stop, entry->rate);
        break;
    }
    return hr;
}

static unsigned clear_locked(struct queue *q)
{
    unsigned samples = 0;

    while (q->n > 0) {
        struct entry *entry = &q->ring[q->first];

        if (entry->kind == ENTRY_SAMPLE) {
            IMediaSample_Release(entry->sample);
            samples++;
        }
        q->first = (q->first + 1) % MOST_SAMPLES;
        q->n--;
    }
    pthread_cond_broadcast(&q->changed);
    return samples;
}

static void queue_main(void *arg)
{
    struct queue *q = arg;

    pthread_mutex_lock(&q->ring_lock);
    while (!q->is_stopping) {
        struct entry entry;
        HRESULT hr;

        if (q->n == 0) {
            pthread_cond_wait(&q->changed, &q->ring_lock);
            continue;
        }
        entry = q->ring[q->first];
        q->first = (q->first + 1) % MOST_SAMPLES;
        q->n--;
        q->is_busy = true;
        pthread_cond_broadcast(&q->changed);
        pthread_mutex_unlock(&q->ring_lock);
        hr = carry_out(q, &entry);
        pthread_mutex_lock(&q->ring_lock);
        q->is_busy = false;
        if (hr != S_OK && !q->is_flushing && hr != VFW_E_STATE_CHANGED) {
            q->refusal = hr;
            rg_drops_add(&q->in.drops, "refused downstream", clear_locked(q));
        }
        pthread_cond_broadcast(&q->changed);
    }
    pthread_mutex_unlock(&q->ring_lock);
}

/* ---- flush ----------------------------------------------------------------------------- */

static HRESULT in_begin_flush(struct rg_in_pin *pin)
{
    struct queue *q = pin->user;

    pthread_mutex_lock(&q->ring_lock);
    q->is_flushing = true;
    rg_drops_add(&pin->drops, "flushed", clear_locked(q));
    pthread_mutex_unlock(&q->ring_lock);
    return rg_out_pin_begin_flush(&q->out);
}

static HRESULT in_end_flush(struct rg_in_pin *pin)
{
    struct queue *q = pin->user;
    HRESULT hr;

    pthread_mutex_lock(&q->ring_lock);
    while (q->is_busy)
        pthread_cond_wait(&q->changed, &q->ring_lock);
    pthread_mutex_unlock(&q->ring_lock);
    hr = rg_out_pin_end_flush(&q->out);
    pthread_mutex_lock(&q->ring_lock);
    q->is_flushing = false;
    q->refusal = S_OK;
    pthread_mutex_unlock(&q->ring_lock);
    return hr;
}

/* ---- states ---------------------------------------------------------------------------- */

static void set_flag(struct queue *q, bool *flag, bool on)
{
    pthread_mutex_lock(&q->ring_lock);
    *flag = on;
    pthread_cond_broadcast(&q->changed);
    pthread_mutex_unlock(&q->ring_lock);
}

static HRESULT filter_start(struct rg_filter *filter)
{
    struct queue *q = (struct queue *)filter;
    HRESULT hr;

    pthread_mutex_lock(&q->ring_lock);
    q->is_stopping = false;
    q->is_flushing = false;
    q->is_leaving = false;
    q->refusal = S_OK;
    pthread_mutex_unlock(&q->ring_lock);
    hr = rg_thread_start(&q->thread, "queue", queue_main, q);
    q->has_thread = SUCCEEDED(hr);
    return hr;
}

static void filter_wake(struct rg_filter *filter)
{
    struct queue *q = (struct queue *)filter;

    set_flag(q, &q->is_stopping, true);
}

static HRESULT filter_stop(struct rg_filter *filter)
{
    struct queue *q = (struct queue *)filter;

    if (q->has_thread)
        rg_thread_join(&q->thread);
    q->has_thread = false;
    pthread_mutex_lock(&q->ring_lock);
    rg_drops_add(&q->in.drops, "stopped", clear_locked(q));
    pthread_mutex_unlock(&q->ring_lock);
    return S_OK;
}

/* ---- negotiation ----------------------------------------------------------------------- */

static HRESULT in_accept(struct rg_in_pin *pin, const AM_MEDIA_TYPE *type)
{
    struct queue *q = pin->user;
    bool fits;

    pthread_mutex_lock(&q->out.link_lock);
    fits = q->out.link.peer == NULL || rg_type_equal(type, &q->out.link.type);
    pthread_mutex_unlock(&q->out.link_lock);
    return fits ? S_OK : VFW_E_TYPE_NOT_ACCEPTED;
}

static HRESULT in_connected(struct rg_in_pin *pin)
{
    struct queue *q = pin->user;

    set_flag(q, &q->is_leaving, false);
    return S_OK;
}

static void in_wake(struct rg_in_pin *pin)
{
    struct queue *q = pin->user;

    set_flag(q, &q->is_leaving, true);
}

static HRESULT in_holds_nothing(struct rg_in_pin *pin)
{
    (void)pin;
    return S_FALSE;
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
    struct queue *q = pin->user;
    HRESULT hr = VFW_S_NO_MORE_ITEMS;

    pthread_mutex_lock(&q->in.link_lock);
    if (index == 0 && q->in.link.peer != NULL)
        hr = rg_type_copy(ret, &q->in.link.type);
    pthread_mutex_unlock(&q->in.link_lock);
    return hr;
}

static HRESULT out_buffers(struct rg_out_pin *pin, const AM_MEDIA_TYPE *type, ALLOCATOR_PROPERTIES *props)
{
    (void)pin;
    (void)type;
    props->cBuffers = 1; /* never taken from: samples pass through */
    return S_OK;
}

/* A new road: what the old one refused is over. */
static HRESULT out_connected(struct rg_out_pin *pin)
{
    struct queue *q = pin->user;

    pthread_mutex_lock(&q->ring_lock);
    q->refusal = S_OK;
    pthread_mutex_unlock(&q->ring_lock);
    return S_OK;
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
    .holds_nothing = in_holds_nothing,
    .extra_buffers = in_extra_buffers,
    .is_end_pin = false,
};

static const struct rg_out_pin_ops out_ops = {
    .get_type = out_type,
    .buffers = out_buffers,
    .connected = out_connected,
};

/* ---- birth and end --------------------------------------------------------------------- */

static void destroy(struct rg_filter *filter)
{
    struct queue *q = (struct queue *)filter;

    (void)clear_locked(q); /* nobody else is left */
    rg_in_pin_fini(&q->in);
    rg_out_pin_fini(&q->out);
    rg_frozen_fini(&q->frozen);
    pthread_cond_destroy(&q->changed);
    pthread_mutex_destroy(&q->ring_lock);
}

static const struct rg_filter_ops filter_ops = {
    .destroy = destroy,
    .start = filter_start,
    .wake = filter_wake,
    .stop = filter_stop,
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
    pthread_mutex_init(&q->ring_lock, NULL);
    pthread_cond_init(&q->changed, NULL);
    rg_in_pin_init(&q->in, &q->filter, &in_ops, "In");
    rg_out_pin_init(&q->out, &q->filter, &out_ops, "Out");
    q->in.user = q;
    q->out.user = q;
    hr = rg_frozen_init(&q->frozen, &q->filter);
    if (FAILED(hr)) {
        com_object_release(&q->filter.object);
        return hr;
    }
    return com_object_hand_out(&q->filter.object, outer, iid, out);
}
