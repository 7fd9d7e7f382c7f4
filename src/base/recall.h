/* SPDX-License-Identifier: MIT */
/* base/recall.h - what has passed a link that carries compressed samples, as far back as a decoder
 * that comes in needs it.
 *
 * add: the streaming thread, inside the gate.  The rest: any thread.
 * Knows: samples.  Must not know: codecs, who asks.
 *
 * Kept are the samples since the last sync point but one (pictures that follow a sync point may
 * still build on the ones before it), and at least eight, or 32 of sound.  Copies, so
 * that no buffer of the connection is held.  Past the bound everything is forgotten, and
 * nothing is kept until the next sync point.
 */
#pragma once

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "media/sample.h"

#define RG_RECALL_BYTES   (64u << 20)
#define RG_RECALL_SAMPLES 4096u

struct rg_recall_entry {
    size_t offset, bytes; /* in `data` */
    REFERENCE_TIME start, stop;
    bool has_time, has_stop, is_sync, is_discontinuity, is_preroll, has_extra;
    struct rg_sample_extra extra;
};

struct rg_recall {
    atomic_bool is_on; /* the link carries compressed samples, and the bound is not 0 */

    pthread_mutex_t lock; /* a leaf */
    /* under `lock` */
    AM_MEDIA_TYPE type; /* zeroed: none yet */
    bool is_compressed;
    unsigned at_least;
    uint64_t most_bytes;
    unsigned most_samples;
    struct rg_recall_entry *entries; /* a ring */
    unsigned room, first, count;
    uint64_t serial;            /* of the last sample that passed; 1 is the first */
    uint64_t oldest;            /* of the first entry, if there is one */
    uint64_t sync, sync_before; /* serials of the last two sync points; 0: none */
    BYTE *data;                 /* a ring too; a sample lies in one piece */
    size_t data_room;
};

void rg_recall_init(struct rg_recall *recall);
void rg_recall_fini(struct rg_recall *recall);

/* The link's type is this from now on: what was kept is forgotten if it is another one. */
void rg_recall_set_type(struct rg_recall *recall, const AM_MEDIA_TYPE *type);
void rg_recall_set_bound(struct rg_recall *recall, uint64_t bytes, unsigned samples);
void rg_recall_forget(struct rg_recall *recall);

/* Slow half of rg_recall_add. */
void rg_recall_keep(struct rg_recall *recall, IMediaSample *sample,
                    const struct rg_sample_info *info);
/* Does nothing while it is off.  Memory out: as past the bound. */
static inline void rg_recall_add(struct rg_recall *recall, IMediaSample *sample,
                                 const struct rg_sample_info *info)
{
    if (atomic_load_explicit(&recall->is_on, memory_order_relaxed))
        rg_recall_keep(recall, sample, info);
}

/* IRgLink::Recall. */
HRESULT rg_recall_next(struct rg_recall *recall, ULONGLONG *serial, IMediaSample **ret);
