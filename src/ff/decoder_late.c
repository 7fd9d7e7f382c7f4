/* SPDX-License-Identifier: MIT */
/* ff/decoder_late.c - a decoder that does not keep up leaves pictures out: first those that no other
 * is built on, then all but key frames.
 *
 * Streaming thread.  Knows: packets, what libavcodec can leave out.  Must not know: clocks, who is
 * late.
 */
#include "ff/decoder_internal.h"

/* More than so much too late, and leaving out begins; it ends when pictures are in time. */
#define LEAVES_HNS 400000   /* 40 ms: a picture of 25 a second */
#define KEYS_HNS   10000000 /* 1 s */

void ff_decoder_set_late(struct ff_decoder *d, REFERENCE_TIME late)
{
    if (d->format.kind != RG_KIND_VIDEO)
        return;
    if (late > KEYS_HNS)
        d->wanted_haste = FF_HASTE_KEYS;
    else if (late > LEAVES_HNS && d->wanted_haste == FF_HASTE_NONE)
        d->wanted_haste = FF_HASTE_NO_LEAVES;
    else if (late <= 0)
        d->wanted_haste = FF_HASTE_NONE;
}

/* What follows a picture that was left out can't be built until the next key frame. */
bool ff_late_admits(struct ff_decoder *d, const AVPacket *packet)
{
    bool is_key = (packet->flags & AV_PKT_FLAG_KEY) != 0;

    if (d->haste != FF_HASTE_KEYS || is_key)
        d->haste = d->wanted_haste;
    d->codec->skip_frame = d->haste == FF_HASTE_NONE ? AVDISCARD_DEFAULT : AVDISCARD_NONREF;
    d->was_hasty = d->was_hasty || d->haste == FF_HASTE_NO_LEAVES;
    return d->haste != FF_HASTE_KEYS || is_key;
}

/* What the codec may hold back without having left it out. */
static int64_t held_back(const struct ff_decoder *d)
{
    return d->codec->has_b_frames + (d->codec->thread_count > 0 ? d->codec->thread_count : 1) +
           1;
}

unsigned ff_late_count(struct ff_decoder *d, bool is_empty)
{
    int64_t missing = d->sent - d->got - (is_empty ? 0 : held_back(d));
    int64_t news = d->was_hasty && missing > d->left_out ? missing - d->left_out : 0;

    d->left_out += news;
    return (unsigned)news;
}

void ff_late_reset(struct ff_decoder *d)
{
    d->sent = d->got = d->left_out = 0;
    d->was_hasty = d->haste == FF_HASTE_NO_LEAVES;
}
