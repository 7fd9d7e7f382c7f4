/* SPDX-License-Identifier: MIT */
/* tee_flow.c - what comes into a tee goes to every leg, directly or through the leg's pump.
 *
 * Streaming thread of the input; flush on control threads.
 * Knows: pins, pumps.  Must not know: media.
 */
#include "base/tee_internal.h"

static HRESULT deliver_direct(struct rg_leg *leg, IMediaSample *sample,
                              struct rg_flow_type *type, REFERENCE_TIME start)
{
    HRESULT hr = rg_out_pin_begin(&leg->out, start);

    if (FAILED(hr))
        return hr;
    if (leg->link_serial != leg->out.link_serial)
        leg->has_refused = false;
    leg->link_serial = leg->out.link_serial;
    if (leg->has_missed)
        leg->out.link.is_fresh = true; /* segment and discontinuity go first */
    leg->has_missed = false;
    if (leg->has_refused)
        hr = S_FALSE;
    else
        hr = rg_out_pin_forward(&leg->out, sample, type);
    rg_out_pin_end(&leg->out);
    if (hr != S_OK && !rg_refusal_is_stop(hr))
        leg->has_refused = true;
    return hr;
}

static HRESULT deliver_pumped(struct rg_leg *leg, IMediaSample *sample,
                              struct rg_flow_type *type)
{
    struct rg_pump_entry entry = { .kind = RG_PUMP_SAMPLE,
                                   .sample = sample,
                                   .type = type,
                                   .breaks = atomic_load(&leg->pump.breaks) };

    return rg_out_pin_is_connected(&leg->out)
               ? rg_pump_put(&leg->pump, &entry, RG_TEE_PUMP_BOUND)
               : VFW_E_NOT_CONNECTED;
}

static HRESULT deliver_to(struct rg_leg *leg, IMediaSample *sample,
                          const struct rg_sample_info *info)
{
    struct rg_flow_type *type = leg->tee->in.link.flow;
    HRESULT hr;

    switch (rg_stream_control_look(&leg->control, info)) {
    case RG_STREAM_DISCARDS:
        if (!rg_out_pin_is_connected(&leg->out))
            return VFW_E_NOT_CONNECTED;
        rg_drops_add(&leg->out.drops, "told to discard", 1); /* IAMStreamControl */
        return S_OK;
    case RG_STREAM_RESUMES:
        leg->has_missed = true;
        break;
    case RG_STREAM_FLOWS:
        break;
    }
    if (leg->is_preview)
        return rg_tee_give_preview(leg, info);
    hr = leg->uses_pump ? deliver_pumped(leg, sample, type)
                        : deliver_direct(leg, sample, type,
                                         info->has_time ? info->start : RG_GATE_NO_TIME);
    if (hr != S_OK && hr != VFW_E_NOT_CONNECTED)
        rg_drops_add(&leg->out.drops, "refused downstream", 1);
    return hr;
}

struct tally {
    unsigned taken, refused;
    HRESULT result; /* of the last leg that refused */
};

static void give(struct rg_tee *tee, bool pumped, IMediaSample *sample,
                 const struct rg_sample_info *info, struct tally *tally)
{
    for (unsigned i = 0; i < rg_tee_n_legs(tee); i++) {
        struct rg_leg *leg = rg_tee_leg(tee, i);
        HRESULT hr;

        if (leg->uses_pump != pumped)
            continue;
        hr = deliver_to(leg, sample, info);
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
HRESULT rg_tee_receive(struct rg_in_pin *pin, IMediaSample *sample,
                       const struct rg_sample_info *info)
{
    struct rg_tee *tee = pin->user;
    struct tally tally = { .result = S_OK };

    /* more than one reader: nobody may write; but a preview reads a copy */
    if (!tee->kind->has_preview)
        IMediaSample_AddRef(sample);
    for (unsigned i = 0; i < rg_tee_n_legs(tee); i++)
        rg_tee_leg(tee, i)->uses_pump = atomic_load(&rg_tee_leg(tee, i)->is_pumped);
    /* pumped legs first: a direct one may keep this thread */
    give(tee, true, sample, info, &tally);
    give(tee, false, sample, info, &tally);
    if (!tee->kind->has_preview)
        IMediaSample_Release(sample);
    if (tally.taken + tally.refused == 0)
        rg_drops_add(&pin->drops, "no output connected", 1);
    return tally.taken > 0 || tally.refused == 0 ? S_OK : tally.result;
}

/* A marker or segment in its place among a leg's samples. */
static void pass(struct rg_leg *leg, const struct rg_pump_entry *entry)
{
    if (atomic_load(&leg->is_pumped))
        (void)rg_pump_put(&leg->pump, entry, RG_TEE_PUMP_BOUND);
    else if (entry->kind == RG_PUMP_END)
        (void)rg_out_pin_end_of_stream(&leg->out);
    else
        (void)rg_out_pin_new_segment(&leg->out, entry->start, entry->stop, entry->rate);
}

HRESULT rg_tee_end_of_stream(struct rg_in_pin *pin)
{
    struct rg_tee *tee = pin->user;

    struct rg_pump_entry entry = { .kind = RG_PUMP_END };

    for (unsigned i = 0; i < rg_tee_n_legs(tee); i++)
        pass(rg_tee_leg(tee, i), &entry);
    return S_OK;
}

/* It ends here, behind the samples that wait in the legs' pumps.  For what waits in a preview nobody
 * has to wait. */
HRESULT rg_tee_marker(struct rg_in_pin *pin)
{
    struct rg_tee *tee = pin->user;
    struct rg_pump_entry entry = { .kind = RG_PUMP_MARKER,
                                   .left = &tee->markers_left,
                                   .marker_serial = pin->marker_in_hand };
    HRESULT result = S_OK;

    atomic_fetch_add(&tee->markers_left, 1);
    for (unsigned i = 0; i < rg_tee_n_legs(tee); i++) {
        HRESULT hr;

        if (!atomic_load(&rg_tee_leg(tee, i)->is_pumped) || rg_tee_leg(tee, i)->is_preview)
            continue;
        atomic_fetch_add(&tee->markers_left, 1);
        hr = rg_pump_put(&rg_tee_leg(tee, i)->pump, &entry, RG_TEE_PUMP_BOUND);
        if (hr != S_OK) {
            atomic_fetch_sub(&tee->markers_left, 1);
            result = hr;
        }
    }
    if (atomic_fetch_sub(&tee->markers_left, 1) == 1 && result == S_OK)
        (void)rg_in_pin_signal_marker(pin, pin->marker_in_hand);
    return result;
}

HRESULT rg_tee_new_segment(struct rg_in_pin *pin, REFERENCE_TIME start, REFERENCE_TIME stop,
                           double rate)
{
    struct rg_tee *tee = pin->user;

    struct rg_pump_entry entry = {
        .kind = RG_PUMP_SEGMENT, .start = start, .stop = stop, .rate = rate
    };

    pthread_mutex_lock(&tee->segment_lock);
    tee->segment = entry;
    pthread_mutex_unlock(&tee->segment_lock);
    for (unsigned i = 0; i < rg_tee_n_legs(tee); i++)
        pass(rg_tee_leg(tee, i), &entry);
    return S_OK;
}

HRESULT rg_tee_begin_flush(struct rg_in_pin *pin)
{
    struct rg_tee *tee = pin->user;

    for (unsigned i = 0; i < rg_tee_n_legs(tee); i++)
        (void)(rg_tee_leg(tee, i)->is_pumped
                   ? rg_pump_begin_flush(&rg_tee_leg(tee, i)->pump)
                   : rg_out_pin_begin_flush(&rg_tee_leg(tee, i)->out));
    return S_OK;
}

HRESULT rg_tee_end_flush(struct rg_in_pin *pin)
{
    struct rg_tee *tee = pin->user;

    for (unsigned i = 0; i < rg_tee_n_legs(tee); i++) {
        (void)(rg_tee_leg(tee, i)->is_pumped ? rg_pump_end_flush(&rg_tee_leg(tee, i)->pump)
                                             : rg_out_pin_end_flush(&rg_tee_leg(tee, i)->out));
    }
    rg_in_pin_lock_stream(pin); /* somebody may stream if nobody began the flush */
    for (unsigned i = 0; i < rg_tee_n_legs(tee); i++)
        rg_tee_leg(tee, i)->has_refused = false;
    rg_turn_give(&pin->stream_turn);
    atomic_store(&tee->markers_left, 0); /* the pumps are empty */
    return S_OK;
}
