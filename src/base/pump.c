/* SPDX-License-Identifier: MIT */
/* pump.c - puts samples into the ring, takes them out on a thread of its own.
 *
 * put: the input's streaming thread, which waits while the ring is full.  pump_main: the
 * pump's thread.
 * Knows: an output pin.  Must not know: media.
 */
#include "base/pump.h"

#include <string.h>

#include "platform/marker.h"
#include "platform/memory.h"
#include "platform/spin.h"

#define MORE_ROOM 16 /* for markers and segments among the samples */
#define SPINS     60 /* one or two microseconds; to sleep and be woken takes up to fifty */

void rg_pump_init(struct rg_pump *pump, struct rg_out_pin *out, struct rg_drops *drops)
{
    memset(pump, 0, sizeof(*pump));
    pump->out = out;
    pump->drops = drops;
    rg_mutex_init_brief(&pump->lock);
    pthread_cond_init(&pump->changed, NULL);
}

/* ---- waiting --------------------------------------------------------------------------- */

static void tell_locked(struct rg_pump *pump)
{
    if (pump->sleepers != 0)
        pthread_cond_broadcast(&pump->changed);
}

/* Takes and returns since when it is waited. */
static int64_t sleep_locked(struct rg_pump *pump, struct rg_wait wait)
{
    int64_t since_ns;

    pump->sleepers++;
    since_ns = rg_wait_cond(&wait, &pump->changed, &pump->lock);
    pump->sleepers--;
    return since_ns;
}

static void count_locked(atomic_uint *counter)
{
    atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + 1,
                          memory_order_relaxed);
}

/* The other side may be about to put, or take: a moment without the lock. */
static void spin_locked(struct rg_pump *pump, atomic_uint *watched)
{
    unsigned before = atomic_load_explicit(watched, memory_order_relaxed);

    pthread_mutex_unlock(&pump->lock);
    for (int i = 0; i < SPINS && atomic_load_explicit(watched, memory_order_relaxed) == before;
         i++)
        rg_spin_pause();
    pthread_mutex_lock(&pump->lock);
}

/* ---- the ring -------------------------------------------------------------------------- */

static bool grow_locked(struct rg_pump *pump, unsigned room)
{
    struct rg_pump_entry *ring = rg_calloc(room, sizeof(*ring));

    if (ring == NULL)
        return false;
    for (unsigned i = 0; i < pump->n; i++)
        ring[i] = pump->ring[(pump->first + i) % pump->room];
    rg_free(pump->ring);
    pump->ring = ring;
    pump->room = room;
    pump->first = 0;
    return true;
}

static struct rg_pump_entry take_locked(struct rg_pump *pump)
{
    struct rg_pump_entry entry = pump->ring[pump->first];

    pump->first = (pump->first + 1) % pump->room;
    pump->n--;
    count_locked(&pump->takes);
    if (entry.kind == RG_PUMP_SAMPLE)
        pump->n_samples--;
    return entry;
}

static void let_go(const struct rg_pump_entry *entry)
{
    IMediaSample_Release(entry->sample);
    rg_flow_type_release(entry->type);
}

/* Empties the ring, while nothing can be put in; the samples go home without the lock, for
 * they may be another's. */
static unsigned clear_locked(struct rg_pump *pump)
{
    unsigned samples = 0;

    while (pump->n > 0) {
        struct rg_pump_entry entry = take_locked(pump);

        if (entry.kind != RG_PUMP_SAMPLE)
            continue;
        samples++;
        pthread_mutex_unlock(&pump->lock);
        let_go(&entry);
        pthread_mutex_lock(&pump->lock);
    }
    tell_locked(pump);
    return samples;
}

/* The first sample of the ring; what is between keeps its order.  false: there is none. */
static bool pick_sample_locked(struct rg_pump *pump, struct rg_pump_entry *ret)
{
    bool has_one = false;

    for (unsigned i = 0; i < pump->n; i++) {
        struct rg_pump_entry *entry = &pump->ring[(pump->first + i) % pump->room];

        if (has_one) {
            pump->ring[(pump->first + i - 1) % pump->room] = *entry;
        } else if (entry->kind == RG_PUMP_SAMPLE) {
            *ret = *entry;
            has_one = true;
        }
    }
    if (has_one) {
        pump->n--;
        pump->n_samples--;
    }
    return has_one;
}

/* Of a filter that is stopped: once upstream knows, and nothing older is left, the next sample
 * tries again. */
static void try_again_locked(struct rg_pump *pump)
{
    if (pump->is_told && pump->n_samples == 0 && rg_refusal_is_stop(pump->refusal))
        pump->refusal = S_OK;
}

/* As long as *go_on is not S_OK, if that is given.  Segments and ends stay. */
static unsigned lose_samples_locked(struct rg_pump *pump, const HRESULT *go_on)
{
    struct rg_pump_entry entry;
    unsigned samples = 0;

    while ((go_on == NULL || *go_on != S_OK) && pick_sample_locked(pump, &entry)) {
        samples++;
        pthread_mutex_unlock(&pump->lock);
        let_go(&entry);
        pthread_mutex_lock(&pump->lock);
    }
    return samples;
}

/* The samples are lost; segments and ends are for whoever comes after the one that refused. */
static unsigned refuse_locked(struct rg_pump *pump, HRESULT refusal)
{
    unsigned samples;

    pump->refusal = refusal; /* no more samples come in */
    pump->is_told = false;
    samples = lose_samples_locked(pump, &pump->refusal);
    try_again_locked(pump);
    return samples;
}

void rg_pump_fini(struct rg_pump *pump)
{
    pthread_mutex_lock(&pump->lock);
    (void)clear_locked(pump);
    pthread_mutex_unlock(&pump->lock);
    rg_free(pump->ring);
    pthread_cond_destroy(&pump->changed);
    pthread_mutex_destroy(&pump->lock);
}

/* ---- putting in ------------------------------------------------------------------------ */

static HRESULT obstacle_locked(struct rg_pump *pump)
{
    if (pump->is_stopping || pump->is_leaving)
        return VFW_E_WRONG_STATE;
    return pump->is_flushing ? S_FALSE : S_OK;
}

HRESULT rg_pump_put(struct rg_pump *pump, const struct rg_pump_entry *entry, unsigned bound)
{
    bool is_sample = entry->kind == RG_PUMP_SAMPLE, has_spun = false;
    int64_t since_ns = 0;
    HRESULT hr;

    pthread_mutex_lock(&pump->lock);
    while ((hr = obstacle_locked(pump)) == S_OK && is_sample && pump->refusal == S_OK &&
           pump->n_samples >= bound) {
        if (!has_spun)
            spin_locked(pump, &pump->takes);
        else
            since_ns =
                sleep_locked(pump, (struct rg_wait){ .what = "room in the queue",
                                                     .where = &pump->out->place.place,
                                                     .holder = rg_thread_id(&pump->thread),
                                                     .detail = "# samples are in it",
                                                     .number = pump->n_samples,
                                                     .since_ns = since_ns });
        has_spun = true;
    }
    /* segments and ends are for who comes after the one that refused, too */
    if (hr == S_OK && is_sample && entry->breaks != atomic_load(&pump->breaks))
        hr = VFW_E_NOT_CONNECTED;
    if (hr == S_OK && is_sample) {
        hr = pump->refusal;
        pump->is_told = hr != S_OK;
        try_again_locked(pump);
    }
    if (hr == S_OK && pump->n == pump->room && !grow_locked(pump, pump->room * 2 + MORE_ROOM))
        hr = E_OUTOFMEMORY;
    if (hr == S_OK) {
        pump->ring[(pump->first + pump->n) % pump->room] = *entry;
        pump->ring[(pump->first + pump->n++) % pump->room].tag = rg_marker_carried();
        count_locked(&pump->puts);
        if (is_sample) {
            pump->n_samples++;
            IMediaSample_AddRef(entry->sample);
            (void)rg_flow_type_ref(entry->type);
        }
        tell_locked(pump);
    }
    pthread_mutex_unlock(&pump->lock);
    return hr;
}

bool rg_pump_has_room(struct rg_pump *pump, unsigned bound)
{
    bool has;

    pthread_mutex_lock(&pump->lock);
    has = pump->n_samples < bound;
    pthread_mutex_unlock(&pump->lock);
    return has;
}

/* ---- taking out ------------------------------------------------------------------------ */

static const char *reason_for(HRESULT refusal)
{
    switch (refusal) {
    case VFW_E_STATE_CHANGED:
        return "flushed";
    case VFW_E_NOT_CONNECTED:
        return "no output connected";
    default:
        return "refused downstream";
    }
}

static HRESULT deliver(struct rg_pump *pump, const struct rg_pump_entry *entry)
{
    IMediaSample *sample = entry->sample;
    struct rg_sample_info info;
    HRESULT hr = rg_sample_get_info(sample, &info);

    if (SUCCEEDED(hr))
        hr = rg_out_pin_begin(pump->out, info.has_time ? info.start : RG_GATE_NO_TIME);
    if (SUCCEEDED(hr) && entry->breaks != atomic_load(&pump->breaks)) {
        rg_out_pin_end(pump->out);
        rg_drops_add(pump->drops, "no output connected", 1);
        return S_OK;
    }
    if (SUCCEEDED(hr)) {
        hr = rg_out_pin_forward(pump->out, sample, entry->type);
        rg_out_pin_end(pump->out);
    }
    if (hr != S_OK)
        rg_drops_add(pump->drops, reason_for(hr), 1);
    return hr;
}

static void pass_end(struct rg_pump *pump, uint64_t tag)
{
    uint64_t before = rg_marker_carry(tag);

    (void)rg_out_pin_end_of_stream(pump->out);
    (void)rg_marker_carry(before);
}

static HRESULT carry_out(struct rg_pump *pump, const struct rg_pump_entry *entry)
{
    HRESULT hr = S_OK;

    switch (entry->kind) {
    case RG_PUMP_SAMPLE:
        hr = deliver(pump, entry);
        let_go(entry);
        break;
    case RG_PUMP_END:
        pass_end(pump, entry->tag);
        break;
    case RG_PUMP_MARKER:
        if (pump->marker_pin != NULL &&
            (entry->left == NULL || atomic_fetch_sub(entry->left, 1) == 1))
            (void)rg_in_pin_signal_marker(pump->marker_pin, entry->marker_serial);
        break;
    case RG_PUMP_SEGMENT:
        (void)rg_out_pin_new_segment(pump->out, entry->start, entry->stop, entry->rate);
        break;
    }
    return hr;
}

static void pump_main(void *arg)
{
    struct rg_pump *pump = arg;
    const struct rg_place *here = &pump->out->place.place;
    struct rg_wait task = {
        .what = "the pump of", .where = here, .is_task = true, .carries = true
    };
    bool has_spun = false;
    int64_t since_ns = 0;

    rg_wait_begin(&task);
    pthread_mutex_lock(&pump->lock);
    while (!pump->is_stopping) {
        struct rg_pump_entry entry;
        unsigned roads = pump->roads;
        HRESULT hr;

        if (pump->n == 0) {
            if (!has_spun)
                spin_locked(pump, &pump->puts);
            else
                since_ns = sleep_locked(pump, (struct rg_wait){ .what = "samples in the queue",
                                                                .where = here,
                                                                .since_ns = since_ns });
            has_spun = true;
            continue;
        }
        has_spun = false;
        since_ns = 0;
        entry = take_locked(pump);
        pump->is_busy = true;
        tell_locked(pump);
        pthread_mutex_unlock(&pump->lock);
        hr = carry_out(pump, &entry);
        pthread_mutex_lock(&pump->lock);
        pump->is_busy = false;
        /* what refused may be gone already */
        if (hr != S_OK && !pump->is_flushing && hr != VFW_E_STATE_CHANGED &&
            pump->roads == roads)
            rg_drops_add(pump->drops, reason_for(hr), refuse_locked(pump, hr));
        tell_locked(pump);
    }
    pthread_mutex_unlock(&pump->lock);
    rg_wait_end(&task);
}

/* ---- states ---------------------------------------------------------------------------- */

HRESULT rg_pump_start(struct rg_pump *pump, unsigned bound)
{
    HRESULT hr = S_OK;

    if (pump->has_thread)
        return S_OK;
    pthread_mutex_lock(&pump->lock);
    if (pump->room < bound + MORE_ROOM && !grow_locked(pump, bound + MORE_ROOM))
        hr = E_OUTOFMEMORY;
    pump->is_stopping = false;
    pump->is_flushing = false;
    pump->is_leaving = false;
    pump->refusal = S_OK;
    pthread_mutex_unlock(&pump->lock);
    if (SUCCEEDED(hr))
        hr = rg_thread_start(&pump->thread, "pump", pump_main, pump);
    pump->has_thread = SUCCEEDED(hr);
    return hr;
}

static void set_flag(struct rg_pump *pump, bool *flag, bool on)
{
    pthread_mutex_lock(&pump->lock);
    *flag = on;
    tell_locked(pump);
    pthread_mutex_unlock(&pump->lock);
}

void rg_pump_wake(struct rg_pump *pump)
{
    set_flag(pump, &pump->is_stopping, true);
}

void rg_pump_stop(struct rg_pump *pump)
{
    rg_pump_wake(pump);
    if (pump->has_thread)
        rg_thread_join(&pump->thread);
    pump->has_thread = false;
    pthread_mutex_lock(&pump->lock);
    rg_drops_add(pump->drops, "stopped", clear_locked(pump));
    pthread_mutex_unlock(&pump->lock);
}

void rg_pump_set_leaving(struct rg_pump *pump, bool on)
{
    set_flag(pump, &pump->is_leaving, on);
}

void rg_pump_forgive(struct rg_pump *pump)
{
    pthread_mutex_lock(&pump->lock);
    pump->refusal = S_OK;
    pump->roads++;
    pthread_mutex_unlock(&pump->lock);
}

void rg_pump_break(struct rg_pump *pump)
{
    pthread_mutex_lock(&pump->lock);
    atomic_fetch_add(&pump->breaks, 1);
    rg_drops_add(pump->drops, "no output connected", lose_samples_locked(pump, NULL));
    tell_locked(pump);
    pthread_mutex_unlock(&pump->lock);
}

void rg_pump_state_changed(struct rg_pump *pump)
{
    pthread_mutex_lock(&pump->lock);
    if (rg_refusal_is_stop(pump->refusal))
        pump->refusal = S_OK;
    pump->roads++; /* what is refused just now was refused before */
    pthread_mutex_unlock(&pump->lock);
}

/* ---- flush ----------------------------------------------------------------------------- */

HRESULT rg_pump_begin_flush(struct rg_pump *pump)
{
    pthread_mutex_lock(&pump->lock);
    pump->is_flushing = true;
    rg_drops_add(pump->drops, "flushed", clear_locked(pump));
    pthread_mutex_unlock(&pump->lock);
    return rg_out_pin_begin_flush(pump->out);
}

HRESULT rg_pump_end_flush(struct rg_pump *pump)
{
    struct rg_wait note = { .what = "the pump's delivery to come back",
                            .where = &pump->out->place.place };
    HRESULT hr;

    pthread_mutex_lock(&pump->lock);
    note.holder = rg_thread_id(&pump->thread);
    while (pump->is_busy)
        (void)sleep_locked(pump, note);
    pthread_mutex_unlock(&pump->lock);
    hr = rg_out_pin_end_flush(pump->out);
    pthread_mutex_lock(&pump->lock);
    pump->is_flushing = false;
    pump->refusal = S_OK;
    pthread_mutex_unlock(&pump->lock);
    return hr;
}
