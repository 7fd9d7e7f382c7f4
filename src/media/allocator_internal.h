/* SPDX-License-Identifier: MIT */
/* allocator_internal.h - the structs that allocator.c and sample.c share; nobody else
 * includes this. */
#pragma once

#include <pthread.h>

#include "com/object.h"
#include "media/sample.h"

struct allocator;

struct sample {
    struct rg_sample_head head;  /* first */
    struct allocator *allocator; /* set at creation */

    /* owned by whoever holds the sample */
    BYTE *block; /* what is freed; data lies in it */
    DWORD flags; /* AM_SAMPLE_... */
    DWORD type_specific;
    DWORD stream_id;
    bool has_media_time, has_extra;
    REFERENCE_TIME start, stop;
    LONGLONG media_start, media_stop;
    AM_MEDIA_TYPE *type;
    struct rg_sample_extra extra;

    struct sample *next_free; /* the allocator's, while it is home */
};

struct allocator {
    struct com_object object;
    COM_FACE(IMemAllocatorCallbackTemp) face;

    pthread_mutex_t lock;
    pthread_cond_t freed;

    /* Samples that came home and are not counted yet, or RG_HOME_SHUT: they come by `lock`.  Only
     * pushed without it; who has it takes them all. */
    _Atomic(struct sample *) home;

    /* under `lock` */
    ALLOCATOR_PROPERTIES properties;
    bool committed;
    bool is_late; /* makes its samples when the first is asked for, not when it is committed */
    unsigned decommits;      /* so far */
    struct sample **samples; /* n_samples of them; NULL when neither committed nor draining */
    LONG n_samples;
    struct sample *free_first;
    LONG n_free;
    unsigned n_waiting;
    IMemAllocatorNotifyCallbackTemp *notify;
};

#define RG_HOME_SHUT ((struct sample *)1)

/* allocator.c */
void rg_allocator_take_back(struct allocator *a, struct sample *s);
bool rg_allocator_memory(struct allocator *a, struct sample *s, ULONG bytes);

/* sample.c */
struct sample *rg_sample_make(struct allocator *a, ULONG bytes); /* NULL: out of memory */
void rg_sample_destroy(struct sample *s);
void rg_sample_hand_out(struct sample *s); /* clean, with one reference */

static inline struct sample *rg_sample_own(IMediaSample *sample) /* NULL: another's */
{
    return (struct sample *)rg_sample_head(sample);
}
