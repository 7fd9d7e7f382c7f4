/* SPDX-License-Identifier: MIT */
/* media/sample.h - our media sample and memory allocator (CLSID_MemoryAllocator).
 *
 * Through COM they are IMediaSample2, IMemAllocator and IMemAllocatorCallbackTemp with the
 * documented rules. The rest of this header is the short cut between our own parts:
 * it works on any IMediaSample and IMemAllocator, and is quick on ours. Any thread; a sample
 * is written by its one holder only.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <dshow.h>

#ifndef RG_API
#define RG_API __attribute__((visibility("default")))
#endif

struct rg_place; /* platform/room.h */

/* A class-factory function: CLSID_MemoryAllocator. */
RG_API HRESULT rg_allocator_create(IUnknown *outer, REFIID iid, void **out);

/* As IMemAllocator::GetBuffer, with room for at least bytes: our allocator enlarges a sample
 * that is too small and keeps it so; another's too small sample gives
 * VFW_E_BUFFER_OVERFLOW.  S_OK: the caller owns one reference. */
RG_API HRESULT rg_allocator_get(IMemAllocator *allocator, ULONG bytes, DWORD flags,
                                IMediaSample **ret);
/* The same, for the pin at `where`: a report names it while the caller waits. */
RG_API HRESULT rg_allocator_get_at(IMemAllocator *allocator, ULONG bytes, DWORD flags,
                                   const struct rg_place *where, IMediaSample **ret);

/* More samples for an allocator in use, up to that many; those that are out stay out.  S_OK;
 * S_FALSE: it has as many, or is another's; E_OUTOFMEMORY. */
RG_API HRESULT rg_allocator_grow(IMemAllocator *allocator, LONG count);

/* Ours makes its samples when the first is asked for, and not when it is committed: for a pin that
 * hands on what comes in and hardly ever needs one.  E_OUTOFMEMORY comes then, too.  Another's stays as
 * it is. */
RG_API void rg_allocator_make_late(IMemAllocator *allocator);

/* Copies times, media times, flags, type and what follows below, but no data. */
RG_API HRESULT rg_sample_copy_properties(IMediaSample *to, IMediaSample *from);

/* What compressed media needs beyond IMediaSample.  Travels between our filters; another's
 * samples have none. */
struct rg_sample_extra {
    bool has_dts;
    REFERENCE_TIME dts; /* decoding time, 100 ns, on the sample's own time line */
    uint32_t
        skip_start; /* audio: samples per channel to throw away after decoding, at the start */
    uint32_t skip_end; /* and at the end */
    int64_t tick_pts,
        tick_dts;          /* the container's own time stamps, exact; valid if tick_den != 0 */
    int64_t tick_duration; /* 0: unknown */
    int32_t tick_num, tick_den; /* one tick is tick_num / tick_den seconds */
    bool
        starts_at_dts; /* the container does not say when it is shown: its times are those of decoding */
};

/* S_OK; S_FALSE and zeroes if the sample has none. */
RG_API HRESULT rg_sample_get_extra(IMediaSample *sample, struct rg_sample_extra *ret);
/* S_OK; E_NOTIMPL: not our sample. */
RG_API HRESULT rg_sample_set_extra(IMediaSample *sample, const struct rg_sample_extra *extra);

/* One call instead of five, quick on our samples; works on any.  start -1 and has_time false
 * if it has no time. */
struct rg_sample_info {
    BYTE *data;
    ULONG bytes; /* actual data length */
    ULONG size;  /* of the buffer */
    REFERENCE_TIME start, stop;
    bool has_time, has_stop, is_sync, is_discontinuity, is_preroll, has_type;
};
RG_API HRESULT rg_sample_get_info(IMediaSample *sample, struct rg_sample_info *ret);

/* What each sample of ours begins with, for the two looks below alone. */
struct rg_sample_head {
    IMediaSample2 face;
    atomic_uint refs;
    struct rg_sample_info info; /* kept true at each change */
};
extern RG_API const IMediaSample2Vtbl rg_sample_vtbl;

static inline struct rg_sample_head *rg_sample_head(IMediaSample *sample) /* NULL: another's */
{
    return (const void *)sample->lpVtbl == (const void *)&rg_sample_vtbl
               ? (struct rg_sample_head *)sample
               : NULL;
}

/* As rg_sample_get_info without a copy where the sample is ours: *ret is the sample's own record,
 * which follows what is done to it, or *room. */
static inline HRESULT rg_sample_look(IMediaSample *sample, struct rg_sample_info *room,
                                     const struct rg_sample_info **ret)
{
    struct rg_sample_head *head = rg_sample_head(sample);

    *ret = head != NULL ? &head->info : room;
    return head != NULL ? S_OK : rg_sample_get_info(sample, room);
}

/* May the holder write into the sample?  True if it holds the only reference. */
static inline bool rg_sample_is_writable(IMediaSample *sample)
{
    struct rg_sample_head *head = rg_sample_head(sample);

    if (head != NULL)
        return atomic_load_explicit(&head->refs, memory_order_acquire) == 1;
    IMediaSample_AddRef(sample);
    return IMediaSample_Release(sample) == 1;
}
