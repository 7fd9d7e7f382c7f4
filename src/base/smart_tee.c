/* SPDX-License-Identifier: MIT */
/* smart_tee.c - CLSID_SmartTee: a stream for keeps, and a copy of as much of it as somebody can look at.
 *
 * Capture gets every sample, on the input's thread, as if there were no preview.  Preview gets copies
 * without time stamps in buffers of its own, on a thread of its own, and none while it is busy: it
 * never waits for its turn, and nobody waits for it.
 * Knows: pins, pumps.  Must not know: media.
 */
#include "base/tee_internal.h"

#include <string.h>

#define PREVIEW_BOUND   1 /* samples that wait: a preview shows the present */
#define PREVIEW_BUFFERS 3 /* one waits, one is being shown, one is being filled */

const struct rg_class rg_smart_tee = {
    .name = "smart-tee",
    .help = "A stream to capture, and copies to preview that may be dropped",
    .clsid = { 0xcc58e280, 0x8aa1, 0x11d1, { 0xb3, 0xf1, 0x00, 0xaa, 0x00, 0x37, 0x61, 0xc5 } },
};

static const struct rg_tee_kind smart_tee_kind = {
    .cls = &rg_smart_tee,
    .input = "Input",
    .has_preview = true,
};

/* ---- the flow -------------------------------------------------------------------------- */

static HRESULT copy_without_time(struct rg_leg *leg, const struct rg_sample_info *info,
                                 IMediaSample *copy)
{
    BYTE *data = NULL;
    HRESULT hr = IMediaSample_GetPointer(copy, &data);

    if (SUCCEEDED(hr))
        hr = IMediaSample_SetActualDataLength(copy, (LONG)info->bytes);
    if (FAILED(hr))
        return hr;
    if (info->bytes != 0)
        memcpy(data, info->data, info->bytes);
    (void)IMediaSample_SetSyncPoint(copy, info->is_sync);
    (void)IMediaSample_SetPreroll(copy, info->is_preroll);
    (void)IMediaSample_SetDiscontinuity(copy, info->is_discontinuity || leg->has_missed);
    return S_OK;
}

/* Any failure: it is not to be seen, now. */
static HRESULT offer(struct rg_leg *leg, const struct rg_sample_info *info)
{
    struct rg_pump_entry entry = { .kind = RG_PUMP_SAMPLE,
                                   .type = leg->tee->in.link.flow,
                                   .breaks = atomic_load(&leg->pump.breaks) };
    RG_AUTO(IMemAllocator) pool = rg_out_pin_allocator(&leg->out);
    RG_AUTO(IMediaSample) copy = NULL;
    HRESULT hr;

    if (!leg->uses_pump || pool == NULL)
        return VFW_E_WRONG_STATE;
    if (!rg_pump_has_room(&leg->pump, PREVIEW_BOUND))
        return VFW_E_TIMEOUT;
    hr = rg_allocator_get(pool, info->bytes, AM_GBF_NOWAIT, &copy);
    if (SUCCEEDED(hr))
        hr = copy_without_time(leg, info, copy);
    if (FAILED(hr))
        return hr;
    entry.sample = copy;
    return rg_pump_put(&leg->pump, &entry, PREVIEW_BOUND);
}

HRESULT rg_tee_give_preview(struct rg_leg *leg, const struct rg_sample_info *info)
{
    if (!rg_out_pin_is_connected(&leg->out))
        return VFW_E_NOT_CONNECTED;
    leg->has_missed = offer(leg, info) != S_OK;
    if (leg->has_missed)
        rg_drops_add(&leg->out.drops, "preview is behind", 1);
    return S_OK;
}

/* ---- negotiation ----------------------------------------------------------------------- */

/* As large as those that come in. */
static HRESULT preview_buffers(struct rg_out_pin *pin, const AM_MEDIA_TYPE *type,
                               ALLOCATOR_PROPERTIES *props)
{
    struct rg_in_pin *in = &((struct rg_leg *)pin->user)->tee->in;
    RG_AUTO(IMemAllocator) pool = NULL;
    ALLOCATOR_PROPERTIES incoming;

    (void)type;
    props->cBuffers = PREVIEW_BUFFERS;
    if (SUCCEEDED(IMemInputPin_GetAllocator(&in->memory.i, &pool)) &&
        SUCCEEDED(IMemAllocator_GetProperties(pool, &incoming)) &&
        incoming.cbBuffer > props->cbBuffer)
        props->cbBuffer = incoming.cbBuffer;
    return S_OK;
}

/* It gets no more than it can show: nobody upstream has to do anything about it. */
static HRESULT preview_quality(struct rg_out_pin *pin, Quality q)
{
    (void)pin;
    (void)q;
    return S_OK;
}

const struct rg_out_pin_ops rg_tee_preview_ops = {
    .get_type = rg_tee_leg_type,
    .accept = rg_tee_leg_accept,
    .buffers = preview_buffers,
    .connected = rg_tee_leg_connected,
    .prepared = rg_tee_leg_connected,
    .exchanged = rg_tee_leg_exchanged,
    .left = rg_tee_leg_left,
    .quality = preview_quality,
};

HRESULT rg_smart_tee_create(IUnknown *outer, REFIID iid, void **out)
{
    return rg_tee_make(&smart_tee_kind, outer, iid, out);
}
