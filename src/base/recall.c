/* SPDX-License-Identifier: MIT */
/* recall.c - two rings, one of samples and one of their bytes; both grow up to a bound.
 *
 * Knows: samples.  Must not know: codecs, who asks.
 */
#include "base/recall.h"

#include <string.h>

#include "com/object.h"
#include "media/format.h"
#include "media/type.h"
#include "platform/memory.h"

/* samples that are kept, sync points or not; what decoders of sound have in mind fades slowly */
#define AT_LEAST          8
#define AT_LEAST_OF_SOUND 32
#define FIRST_ROOM        64
#define FIRST_DATA        (64u << 10)

void rg_recall_init(struct rg_recall *recall)
{
    memset(recall, 0, sizeof(*recall));
    pthread_mutex_init(&recall->lock, NULL);
    recall->most_bytes = RG_RECALL_BYTES;
    recall->most_samples = RG_RECALL_SAMPLES;
}

void rg_recall_fini(struct rg_recall *recall)
{
    rg_free(recall->entries);
    rg_free(recall->data);
    rg_type_clear(&recall->type);
    pthread_mutex_destroy(&recall->lock);
}

/* ---- the rings --------------------------------------------------------------------------- */

static struct rg_recall_entry *entry_at(struct rg_recall *recall, unsigned i)
{
    return &recall->entries[(recall->first + i) % recall->room];
}

static void forget_locked(struct rg_recall *recall)
{
    recall->count = 0;
    recall->first = 0;
    recall->sync = recall->sync_before = 0;
}

static void drop_oldest_locked(struct rg_recall *recall)
{
    recall->first = (recall->first + 1) % recall->room;
    recall->count--;
    recall->oldest++;
}

static bool grow_entries_locked(struct rg_recall *recall)
{
    unsigned room = recall->room != 0 ? recall->room * 2 : FIRST_ROOM;
    struct rg_recall_entry *bigger = rg_calloc(room, sizeof(*bigger));

    if (bigger == NULL)
        return false;
    for (unsigned i = 0; i < recall->count; i++)
        bigger[i] = *entry_at(recall, i);
    rg_free(recall->entries);
    recall->entries = bigger;
    recall->room = room;
    recall->first = 0;
    return true;
}

/* Where a piece of that size would lie behind the newest one; false: nowhere. */
static bool find_place_locked(struct rg_recall *recall, size_t bytes, size_t *ret)
{
    struct rg_recall_entry *oldest, *newest;
    size_t end;

    if (recall->count == 0) {
        *ret = 0;
        return bytes <= recall->data_room;
    }
    oldest = entry_at(recall, 0);
    newest = entry_at(recall, recall->count - 1);
    end = newest->offset + newest->bytes;
    *ret = end;
    if (newest->offset < oldest->offset) /* it has gone round */
        return end + bytes < oldest->offset;
    if (end + bytes <= recall->data_room)
        return true;
    *ret = 0;
    return bytes < oldest->offset;
}

/* The pieces move to the front, in order. */
static bool grow_data_locked(struct rg_recall *recall, size_t bytes)
{
    size_t room = recall->data_room != 0 ? recall->data_room : FIRST_DATA / 2, used = 0;
    BYTE *bigger;

    for (unsigned i = 0; i < recall->count; i++)
        used += entry_at(recall, i)->bytes;
    do
        room *= 2;
    while (room < used + bytes);
    bigger = rg_alloc(room);
    if (bigger == NULL)
        return false;
    used = 0;
    for (unsigned i = 0; i < recall->count; i++) {
        struct rg_recall_entry *entry = entry_at(recall, i);

        memcpy(bigger + used, recall->data + entry->offset, entry->bytes);
        entry->offset = used;
        used += entry->bytes;
    }
    rg_free(recall->data);
    recall->data = bigger;
    recall->data_room = room;
    return true;
}

static uint64_t bytes_locked(struct rg_recall *recall)
{
    struct rg_recall_entry *oldest, *newest;
    size_t end;

    if (recall->count == 0)
        return 0;
    oldest = entry_at(recall, 0);
    newest = entry_at(recall, recall->count - 1);
    end = newest->offset + newest->bytes;
    return newest->offset >= oldest->offset ? end - oldest->offset
                                            : recall->data_room - oldest->offset + end;
}

/* ---- adding ------------------------------------------------------------------------------ */

/* What nobody needs any more once a sync point is there. */
static void trim_locked(struct rg_recall *recall)
{
    while (recall->count > recall->at_least && recall->oldest < recall->sync_before)
        drop_oldest_locked(recall);
}

static bool make_room_locked(struct rg_recall *recall, size_t bytes, size_t *ret_place)
{
    if (recall->count >= recall->most_samples ||
        bytes_locked(recall) + bytes > recall->most_bytes)
        return false;
    if (recall->count == recall->room && !grow_entries_locked(recall))
        return false;
    if (find_place_locked(recall, bytes, ret_place))
        return true;
    return grow_data_locked(recall, bytes) && find_place_locked(recall, bytes, ret_place);
}

static void append_locked(struct rg_recall *recall, IMediaSample *sample,
                          const struct rg_sample_info *info, size_t place)
{
    struct rg_recall_entry *entry = entry_at(recall, recall->count);

    if (recall->count++ == 0)
        recall->oldest = recall->serial;
    memset(entry, 0, sizeof(*entry));
    entry->offset = place;
    entry->bytes = info->bytes;
    entry->start = info->start;
    entry->stop = info->stop;
    entry->has_time = info->has_time;
    entry->has_stop = info->has_stop;
    entry->is_sync = info->is_sync;
    entry->is_discontinuity = info->is_discontinuity;
    entry->is_preroll = info->is_preroll;
    entry->has_extra = rg_sample_get_extra(sample, &entry->extra) == S_OK;
    if (info->bytes != 0)
        memcpy(recall->data + place, info->data, info->bytes);
}

static void add_locked(struct rg_recall *recall, IMediaSample *sample,
                       const struct rg_sample_info *info)
{
    size_t place = 0;

    recall->serial++;
    if (info->is_sync) {
        recall->sync_before = recall->sync;
        recall->sync = recall->serial;
    }
    if (recall->sync == 0)
        return; /* nothing that one could begin with */
    trim_locked(recall);
    if (!make_room_locked(recall, info->bytes, &place)) {
        bool may_begin_anew = info->is_sync && recall->count != 0;

        forget_locked(recall);
        if (!may_begin_anew || !make_room_locked(recall, info->bytes, &place))
            return;
        recall->sync = recall->serial;
    }
    append_locked(recall, sample, info, place);
}

void rg_recall_keep(struct rg_recall *recall, IMediaSample *sample,
                    const struct rg_sample_info *info)
{
    pthread_mutex_lock(&recall->lock);
    if (info->has_type)
        forget_locked(recall); /* another format begins here */
    add_locked(recall, sample, info);
    pthread_mutex_unlock(&recall->lock);
}

/* ---- when it keeps ----------------------------------------------------------------------- */

static bool is_compressed(const AM_MEDIA_TYPE *type)
{
    struct rg_format format;

    if (!IsEqualGUID(&type->majortype, &MEDIATYPE_Video) &&
        !IsEqualGUID(&type->majortype, &MEDIATYPE_Audio))
        return false;
    return type->bTemporalCompression || FAILED(rg_format_from_type(type, &format));
}

static void settle_locked(struct rg_recall *recall)
{
    atomic_store_explicit(&recall->is_on, recall->is_compressed && recall->most_samples != 0,
                          memory_order_relaxed);
}

void rg_recall_set_type(struct rg_recall *recall, const AM_MEDIA_TYPE *type)
{
    pthread_mutex_lock(&recall->lock);
    if (!rg_type_equal(&recall->type, type)) {
        forget_locked(recall);
        rg_type_clear(&recall->type);
        recall->at_least =
            IsEqualGUID(&type->majortype, &MEDIATYPE_Audio) ? AT_LEAST_OF_SOUND : AT_LEAST;
        recall->is_compressed =
            is_compressed(type) && SUCCEEDED(rg_type_copy(&recall->type, type));
    }
    settle_locked(recall);
    pthread_mutex_unlock(&recall->lock);
}

void rg_recall_set_bound(struct rg_recall *recall, uint64_t bytes, unsigned samples)
{
    pthread_mutex_lock(&recall->lock);
    recall->most_bytes = bytes;
    recall->most_samples = samples;
    if (recall->count > samples || bytes_locked(recall) > bytes)
        forget_locked(recall);
    settle_locked(recall);
    pthread_mutex_unlock(&recall->lock);
}

void rg_recall_forget(struct rg_recall *recall)
{
    pthread_mutex_lock(&recall->lock);
    forget_locked(recall);
    recall->serial++; /* whoever reads sees that there is a hole: what comes does not go on */
    pthread_mutex_unlock(&recall->lock);
}

/* ---- reading ----------------------------------------------------------------------------- */

/* A sample of its own: one buffer, from an allocator that goes with it. */
static HRESULT sample_new(size_t bytes, IMediaSample **ret)
{
    ALLOCATOR_PROPERTIES want = { .cBuffers = 1,
                                  .cbBuffer = bytes != 0 ? (LONG)bytes : 1,
                                  .cbAlign = 1 },
                         actual;
    RG_AUTO(IMemAllocator) allocator = NULL;
    HRESULT hr = rg_allocator_create(NULL, &IID_IMemAllocator, (void **)&allocator);

    if (SUCCEEDED(hr))
        hr = IMemAllocator_SetProperties(allocator, &want, &actual);
    if (SUCCEEDED(hr))
        hr = IMemAllocator_Commit(allocator);
    if (SUCCEEDED(hr))
        hr = IMemAllocator_GetBuffer(allocator, ret, NULL, NULL, 0);
    if (allocator != NULL)
        (void)IMemAllocator_Decommit(allocator); /* gone with the sample's last reference */
    return hr;
}

static HRESULT fill(IMediaSample *sample, const struct rg_recall_entry *entry,
                    const BYTE *bytes)
{
    REFERENCE_TIME start = entry->start, stop = entry->stop;
    BYTE *data;
    HRESULT hr = IMediaSample_GetPointer(sample, &data);

    if (SUCCEEDED(hr))
        hr = IMediaSample_SetActualDataLength(sample, (LONG)entry->bytes);
    if (SUCCEEDED(hr) && entry->has_time)
        hr = IMediaSample_SetTime(sample, &start, entry->has_stop ? &stop : NULL);
    if (FAILED(hr))
        return hr;
    if (entry->bytes != 0)
        memcpy(data, bytes, entry->bytes);
    (void)IMediaSample_SetSyncPoint(sample, entry->is_sync);
    (void)IMediaSample_SetDiscontinuity(sample, entry->is_discontinuity);
    (void)IMediaSample_SetPreroll(sample, entry->is_preroll);
    if (entry->has_extra)
        (void)rg_sample_set_extra(sample, &entry->extra);
    return S_OK;
}

/* Copies out what the sample needs; the sample is made without the lock.  *ret_bytes is the
 * caller's to free. */
static HRESULT read_next(struct rg_recall *recall, ULONGLONG *serial,
                         struct rg_recall_entry *ret_entry, BYTE **ret_bytes)
{
    HRESULT hr = S_OK;
    uint64_t wanted;

    pthread_mutex_lock(&recall->lock);
    wanted = recall->count == 0 || *serial + 1 > recall->oldest ? *serial + 1 : recall->oldest;
    if (recall->count == 0) {
        hr = *serial != 0 && *serial >= recall->serial ? S_FALSE : VFW_E_NOT_FOUND;
    } else if (wanted > recall->serial) {
        hr = S_FALSE;
    } else if (*serial != 0 && *serial + 1 < wanted) {
        hr = VFW_E_NOT_FOUND; /* there is a hole behind what was seen last */
    } else {
        *ret_entry = *entry_at(recall, (unsigned)(wanted - recall->oldest));
        *ret_bytes = rg_memory_dup(recall->data + ret_entry->offset, ret_entry->bytes);
        *serial = wanted;
        hr = *ret_bytes != NULL ? S_OK : E_OUTOFMEMORY;
    }
    pthread_mutex_unlock(&recall->lock);
    return hr;
}

HRESULT rg_recall_next(struct rg_recall *recall, ULONGLONG *serial, IMediaSample **ret)
{
    RG_AUTO(IMediaSample) sample = NULL;
    struct rg_recall_entry entry;
    BYTE *bytes RG_AUTO_FREE = NULL;
    HRESULT hr = read_next(recall, serial, &entry, &bytes);

    *ret = NULL;
    if (hr != S_OK)
        return hr;
    hr = sample_new(entry.bytes, &sample);
    if (SUCCEEDED(hr))
        hr = fill(sample, &entry, bytes);
    if (SUCCEEDED(hr))
        *ret = RG_STEAL(&sample);
    return hr;
}
