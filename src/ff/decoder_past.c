/* SPDX-License-Identifier: MIT */
/* ff/decoder_past.c - a decoder that takes the place of another one in the middle of a stream.
 *
 * It is shown the packets since a key frame.  Of the pictures that come of them the one that left
 * has given some; which, their times tell: pictures leave a decoder in the order of their times,
 * so it has given all up to its last one and none behind it.  The rest wait here until there is an
 * output.
 * Streaming thread, or a control thread before the first packet.  Knows: frames.  Must not know:
 * where the packets were kept.
 */
#include <stdlib.h>

#include "ff/decoder_internal.h"

bool ff_past_was_given(const struct ff_decoder *d, const AVFrame *frame)
{
    int64_t start = d->format.kind == RG_KIND_VIDEO ? frame->best_effort_timestamp : frame->pts;

    return start == AV_NOPTS_VALUE || start <= d->given;
}

static bool grow(struct ff_decoder *d)
{
    unsigned size = d->past_size > 0 ? 2 * d->past_size : 16;
    AVFrame **bigger = realloc(d->past, size * sizeof(AVFrame *));

    if (bigger == NULL)
        return false;
    d->past = bigger;
    d->past_size = size;
    return true;
}

HRESULT ff_past_keep(struct ff_decoder *d)
{
    AVFrame *kept = av_frame_alloc();

    if (kept == NULL || (d->past_count == d->past_size && !grow(d))) {
        av_frame_free(&kept);
        return E_OUTOFMEMORY;
    }
    av_frame_move_ref(kept, d->frame);
    d->past[d->past_count++] = kept;
    return S_OK;
}

void ff_past_clear(struct ff_decoder *d)
{
    for (unsigned i = 0; i < d->past_count; i++)
        av_frame_free(&d->past[i]);
    free(d->past);
    d->past = NULL;
    d->past_count = d->past_size = 0;
}

HRESULT ff_past_deliver(struct ff_decoder *d, const struct ff_output *output)
{
    HRESULT hr = S_OK;

    if (d->past_count == 0)
        return S_OK;
    for (unsigned i = 0; i < d->past_count && hr == S_OK; i++) {
        av_frame_move_ref(d->frame, d->past[i]);
        hr = ff_decoder_deliver(d, output);
        av_frame_unref(d->frame);
    }
    ff_past_clear(d);
    return hr == S_OK || FAILED(hr) ? hr : VFW_E_STATE_CHANGED;
}

static void forget_given(struct ff_decoder *d)
{
    unsigned left = 0;

    for (unsigned i = 0; i < d->past_count; i++)
        if (ff_past_was_given(d, d->past[i]))
            av_frame_free(&d->past[i]);
        else
            d->past[left++] = d->past[i];
    d->past_count = left;
}

HRESULT ff_decoder_take_over(struct ff_decoder *d, REFERENCE_TIME given)
{
    if (d->format.kind == RG_KIND_AUDIO && d->codec->sample_rate != d->format.sample_rate)
        return E_NOTIMPL;
    d->given = given;
    if (given == RG_GIVEN_ALL)
        d->drained = d->serial; /* for good, whatever is said later */
    forget_given(d);
    return S_OK;
}
