/* SPDX-License-Identifier: MIT */
/* ff/decoder_history.c - the packets since the last key frame but one.
 *
 * A drained codec has forgotten its references.  Sending these again brings them back; pictures
 * that come out of it have been delivered before and are thrown away.  The last key frame but
 * one, because pictures that follow a key frame may still look behind it.
 * Streaming thread.  Knows: packets.  Must not know: codecs.
 */
#include <stdlib.h>

#include "ff/decoder_internal.h"

enum { HISTORY_BYTES = 256 << 20, HISTORY_PACKETS = 4096 };

static struct ff_kept *kept_at(struct ff_history *h, unsigned index)
{
    return &h->kept[(h->first + index) % h->size];
}

static void drop_first(struct ff_history *h)
{
    struct ff_kept *k = kept_at(h, 0);

    h->bytes -= (size_t)k->packet->size;
    av_packet_free(&k->packet);
    h->first = (h->first + 1) % h->size;
    h->count--;
}

void ff_history_clear(struct ff_history *h)
{
    while (h->count > 0)
        drop_first(h);
    free(h->kept);
    h->kept = NULL;
    h->size = 0;
    h->first = 0;
    h->bytes = 0;
}

static bool grow(struct ff_history *h)
{
    unsigned size = h->size > 0 ? 2 * h->size : 64;
    struct ff_kept *bigger = calloc(size, sizeof(*bigger));

    if (bigger == NULL)
        return false;
    for (unsigned i = 0; i < h->count; i++)
        bigger[i] = *kept_at(h, i);
    free(h->kept);
    h->kept = bigger;
    h->size = size;
    h->first = 0;
    return true;
}

/* Everything before the key frame that is the last one now. */
static void forget_older_groups(struct ff_history *h)
{
    unsigned last = h->count;

    while (last > 0 && !(kept_at(h, last - 1)->packet->flags & AV_PKT_FLAG_KEY))
        last--;
    for (; last > 1; last--)
        drop_first(h);
}

void ff_history_add(struct ff_history *h, const AVPacket *packet, int64_t mark)
{
    bool is_key = packet->flags & AV_PKT_FLAG_KEY;
    struct ff_kept *k;

    if (!h->is_wanted || (h->count == 0 && !is_key))
        return;
    if (h->limit > 0 && h->count >= h->limit)
        drop_first(h);
    else if (is_key && h->limit == 0)
        forget_older_groups(h);
    if (h->count >= HISTORY_PACKETS || h->bytes > HISTORY_BYTES ||
        (h->count == h->size && !grow(h))) {
        ff_history_clear(h);
        return;
    }
    k = kept_at(h, h->count);
    k->packet = av_packet_clone(packet);
    if (k->packet == NULL) {
        ff_history_clear(h);
        return;
    }
    k->mark = mark;
    h->count++;
    h->bytes += (size_t)packet->size;
}
