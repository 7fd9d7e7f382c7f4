/* SPDX-License-Identifier: MIT */
/* allocator.c - CLSID_MemoryAllocator: a fixed set of samples over ordinary memory.
 *
 * Any thread; one lock, a leaf.  The streaming thread waits here for a free sample, and
 * Decommit ends that wait.
 * Knows: samples (sample.c).  Must not know: pins, types.
 *
 * Committed, or decommitted with samples still out (draining), the allocator keeps itself
 * alive, so a sample may outlive every other reference to it.
 */
#include "media/allocator_internal.h"

#include <stdlib.h>
#include <string.h>

#include "platform/memory.h"
#include "platform/room.h"
#include "platform/spin.h"

#define SMALLEST_ALIGNMENT 64 /* a cache line; also what vector code wants */

static struct allocator *allocator_of(IMemAllocatorCallbackTemp *face)
{
    return COM_HOME(face, struct allocator);
}

static bool is_power_of_two(LONG n)
{
    return n > 0 && (n & (n - 1)) == 0;
}

/* ---- samples that are home ---------------------------------------------------------------- */

static void add_free_locked(struct allocator *a, struct sample *s)
{
    s->next_free = a->free_first;
    a->free_first = s;
    a->n_free++;
}

/* What has come home without the lock. */
static void collect_locked(struct allocator *a, struct sample *next_home)
{
    struct sample *s = atomic_exchange_explicit(&a->home, next_home, memory_order_acq_rel);

    if (s == RG_HOME_SHUT)
        s = NULL;
    while (s != NULL) {
        struct sample *next = s->next_free;

        add_free_locked(a, s);
        s = next;
    }
}

/* Before anything is read of what is free, or somebody waits for it: from now on they come by the lock. */
static void shut_locked(struct allocator *a)
{
    collect_locked(a, RG_HOME_SHUT);
}

static bool is_shut(struct allocator *a)
{
    return atomic_load_explicit(&a->home, memory_order_relaxed) == RG_HOME_SHUT;
}

/* Whoever was waited for has come: they need no lock any more. */
static void settle_locked(struct allocator *a)
{
    if (is_shut(a) && a->committed && a->n_waiting == 0 && a->notify == NULL)
        atomic_store_explicit(&a->home, NULL, memory_order_release);
}

/* ---- memory ---------------------------------------------------------------------------- */

static void free_all_locked(struct allocator *a)
{
    for (LONG i = 0; i < a->n_samples; i++)
        rg_sample_destroy(a->samples[i]);
    rg_free(a->samples);
    a->samples = NULL;
    a->n_samples = 0;
    a->free_first = NULL;
    a->n_free = 0;
}

static HRESULT make_all_locked(struct allocator *a)
{
    LONG count = a->properties.cBuffers;

    if (a->samples != NULL)
        return S_OK;
    a->samples = rg_calloc((size_t)count, sizeof(*a->samples));
    if (a->samples == NULL)
        return E_OUTOFMEMORY;
    for (LONG i = 0; i < count; i++) {
        struct sample *s = rg_sample_make(a, (ULONG)a->properties.cbBuffer);

        if (s == NULL) {
            free_all_locked(a);
            return E_OUTOFMEMORY;
        }
        a->samples[a->n_samples++] = s;
    }
    /* the first one made is the first one handed out */
    for (LONG i = count - 1; i >= 0; i--)
        add_free_locked(a, a->samples[i]);
    return S_OK;
}

static HRESULT make_more_locked(struct allocator *a, LONG count)
{
    struct sample **more = rg_realloc(a->samples, (size_t)count * sizeof(*more));

    if (more == NULL)
        return E_OUTOFMEMORY;
    a->samples = more;
    while (a->n_samples < count) {
        struct sample *s = rg_sample_make(a, (ULONG)a->properties.cbBuffer);

        if (s == NULL)
            return E_OUTOFMEMORY; /* what was made is of use */
        add_free_locked(a, s);
        a->samples[a->n_samples++] = s;
    }
    return S_OK;
}

bool rg_allocator_memory(struct allocator *a, struct sample *s, ULONG bytes)
{
    size_t align = (size_t)a->properties.cbAlign;
    size_t prefix = (size_t)a->properties.cbPrefix;
    size_t room;
    void *block = NULL;

    if (align < SMALLEST_ALIGNMENT)
        align = SMALLEST_ALIGNMENT;
    room = (prefix + align - 1) / align * align;
    /* codecs and vector loops may read a little past the end */
    if (rg_fault_now() || posix_memalign(&block, align, room + bytes + SMALLEST_ALIGNMENT) != 0)
        return false;
    memset((BYTE *)block + room + bytes, 0, SMALLEST_ALIGNMENT);
    rg_free(s->block);
    s->block = block;
    s->head.info.data = (BYTE *)block + room;
    s->head.info.size = bytes;
    return true;
}

/* ---- samples coming home --------------------------------------------------------------- */

static void take_back_shut(struct allocator *a, struct sample *s)
{
    IMemAllocatorNotifyCallbackTemp *notify = NULL;
    bool last = false;

    pthread_mutex_lock(&a->lock);
    add_free_locked(a, s);
    if (!a->committed && a->n_free == a->n_samples) {
        free_all_locked(a);
        last = true;
    } else if (a->n_waiting > 0) {
        pthread_cond_signal(&a->freed);
    }
    if (a->notify != NULL) {
        notify = a->notify;
        notify->lpVtbl->AddRef(notify);
    }
    pthread_mutex_unlock(&a->lock);
    if (notify != NULL) {
        notify->lpVtbl->NotifyRelease(notify);
        notify->lpVtbl->Release(notify);
    }
    if (last)
        com_object_release(&a->object);
}

/* Nothing of the allocator is touched once the sample is on the list: who finds it there may be
 * the one who frees them all. */
void rg_allocator_take_back(struct allocator *a, struct sample *s)
{
    struct sample *first = atomic_load_explicit(&a->home, memory_order_relaxed);

    while (first != RG_HOME_SHUT) {
        s->next_free = first;
        if (atomic_compare_exchange_weak_explicit(&a->home, &first, s, memory_order_release,
                                                  memory_order_relaxed))
            return;
    }
    take_back_shut(a, s);
}

/* ---- IMemAllocator --------------------------------------------------------------------- */

static HRESULT STDMETHODCALLTYPE set_properties(IMemAllocatorCallbackTemp *face,
                                                ALLOCATOR_PROPERTIES *request,
                                                ALLOCATOR_PROPERTIES *actual)
{
    struct allocator *a = allocator_of(face);
    HRESULT hr = S_OK;

    if (request == NULL || actual == NULL)
        return E_POINTER;
    if (!is_power_of_two(request->cbAlign))
        return VFW_E_BADALIGN;
    if (request->cBuffers < 0 || request->cbBuffer < 0 || request->cbPrefix < 0)
        return E_INVALIDARG;
    pthread_mutex_lock(&a->lock);
    shut_locked(a);
    if (a->committed) {
        hr = VFW_E_ALREADY_COMMITTED;
    } else if (a->n_free < a->n_samples) {
        hr = VFW_E_BUFFERS_OUTSTANDING;
    } else {
        a->properties = *request;
        *actual = a->properties;
    }
    settle_locked(a);
    pthread_mutex_unlock(&a->lock);
    return hr;
}

static HRESULT STDMETHODCALLTYPE get_properties(IMemAllocatorCallbackTemp *face,
                                                ALLOCATOR_PROPERTIES *properties)
{
    struct allocator *a = allocator_of(face);

    if (properties == NULL)
        return E_POINTER;
    pthread_mutex_lock(&a->lock);
    *properties = a->properties;
    pthread_mutex_unlock(&a->lock);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE commit(IMemAllocatorCallbackTemp *face)
{
    struct allocator *a = allocator_of(face);
    HRESULT hr = S_OK;

    pthread_mutex_lock(&a->lock);
    if (a->committed) {
        /* nothing to do */
    } else if (a->properties.cBuffers <= 0 || a->properties.cbBuffer <= 0 ||
               a->properties.cbAlign <= 0) {
        hr = VFW_E_SIZENOTSET;
    } else if (a->samples != NULL) {
        a->committed = true; /* cancels a decommit that waits for samples to come home */
    } else {
        hr = a->is_late ? S_OK : make_all_locked(a);
        if (SUCCEEDED(hr)) {
            a->committed = true;
            com_object_addref(&a->object); /* until decommitted and drained */
        }
    }
    settle_locked(a);
    pthread_mutex_unlock(&a->lock);
    return hr;
}

static HRESULT STDMETHODCALLTYPE decommit(IMemAllocatorCallbackTemp *face)
{
    struct allocator *a = allocator_of(face);
    bool drained = false;

    pthread_mutex_lock(&a->lock);
    if (a->committed) {
        shut_locked(a);
        a->committed = false;
        a->decommits++;
        pthread_cond_broadcast(&a->freed);
        if (a->n_free == a->n_samples) {
            free_all_locked(a);
            drained = true;
        }
    }
    pthread_mutex_unlock(&a->lock);
    if (drained)
        com_object_release(&a->object);
    return S_OK;
}

static HRESULT get_sample(struct allocator *a, ULONG bytes, DWORD flags,
                          const struct rg_place *where, struct sample **ret)
{
    int64_t since_ns = 0;
    struct sample *s = NULL;
    unsigned decommits;
    HRESULT hr = S_OK;

    if (bytes > INT32_MAX)
        return E_OUTOFMEMORY; /* sizes are LONGs */
    pthread_mutex_lock(&a->lock);
    decommits = a->decommits;
    for (;;) {
        /* a Decommit ends the wait even if a Commit follows before we have looked */
        if (!a->committed || a->decommits != decommits) {
            hr = VFW_E_NOT_COMMITTED;
            break;
        }
        if (a->samples == NULL) {
            hr = make_all_locked(a);
            if (FAILED(hr))
                break;
        }
        if (a->free_first == NULL && !is_shut(a))
            collect_locked(a, NULL);
        s = a->free_first;
        if (s != NULL) {
            if (bytes > s->head.info.size && !rg_allocator_memory(a, s, bytes)) {
                hr = E_OUTOFMEMORY;
                break;
            }
            a->free_first = s->next_free;
            a->n_free--;
            break;
        }
        if ((flags & AM_GBF_NOWAIT) != 0) {
            hr = VFW_E_TIMEOUT;
            break;
        }
        a->n_waiting++;
        shut_locked(a);
        if (a->free_first != NULL) { /* it came just now */
            a->n_waiting--;
            continue;
        }
        since_ns = rg_wait_cond(&(struct rg_wait){ .what = "a free buffer",
                                                   .where = where,
                                                   .detail = "all # are out",
                                                   .number = a->n_samples,
                                                   .since_ns = since_ns },
                                &a->freed, &a->lock);
        a->n_waiting--;
    }
    settle_locked(a);
    pthread_mutex_unlock(&a->lock);
    if (FAILED(hr))
        return hr;
    rg_sample_hand_out(s);
    *ret = s;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE get_buffer(IMemAllocatorCallbackTemp *face, IMediaSample **ret,
                                            REFERENCE_TIME *start, REFERENCE_TIME *end,
                                            DWORD flags)
{
    struct sample *s = NULL;
    HRESULT hr;

    (void)start; /* hints for allocators that show what they hand out */
    (void)end;
    if (ret == NULL)
        return E_POINTER;
    *ret = NULL;
    hr = get_sample(allocator_of(face), 0, flags, NULL, &s);
    if (SUCCEEDED(hr))
        *ret = (IMediaSample *)&s->head.face;
    return hr;
}

static HRESULT STDMETHODCALLTYPE release_buffer(IMemAllocatorCallbackTemp *face,
                                                IMediaSample *sample)
{
    struct sample *s;

    if (sample == NULL)
        return E_POINTER;
    s = rg_sample_own(sample);
    if (s == NULL || s->allocator != allocator_of(face))
        return E_INVALIDARG;
    /* by hand it gives up the caller's reference; a sample that is home has none to give */
    if (atomic_load_explicit(&s->head.refs, memory_order_acquire) == 0)
        return E_INVALIDARG;
    IMediaSample_Release(sample);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE set_notify(IMemAllocatorCallbackTemp *face,
                                            IMemAllocatorNotifyCallbackTemp *notify)
{
    struct allocator *a = allocator_of(face);
    IMemAllocatorNotifyCallbackTemp *old;

    if (notify != NULL)
        notify->lpVtbl->AddRef(notify);
    pthread_mutex_lock(&a->lock);
    shut_locked(a);
    old = a->notify;
    a->notify = notify;
    settle_locked(a);
    pthread_mutex_unlock(&a->lock);
    if (old != NULL)
        old->lpVtbl->Release(old);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE get_free_count(IMemAllocatorCallbackTemp *face, LONG *count)
{
    struct allocator *a = allocator_of(face);

    if (count == NULL)
        return E_POINTER;
    pthread_mutex_lock(&a->lock);
    shut_locked(a);
    *count = !a->committed ? 0 : a->samples == NULL ? a->properties.cBuffers : a->n_free;
    settle_locked(a);
    pthread_mutex_unlock(&a->lock);
    return S_OK;
}

static const IMemAllocatorCallbackTempVtbl allocator_vtbl = {
    COM_UNKNOWN(IMemAllocatorCallbackTemp),
    .SetProperties = set_properties,
    .GetProperties = get_properties,
    .Commit = commit,
    .Decommit = decommit,
    .GetBuffer = get_buffer,
    .ReleaseBuffer = release_buffer,
    .SetNotify = set_notify,
    .GetFreeCount = get_free_count,
};

/* One face serves both: IMemAllocatorCallbackTemp begins as IMemAllocator does. */
static const struct com_entry allocator_map[] = {
    COM_ENTRY(IMemAllocator, struct allocator, face),
    COM_ENTRY(IMemAllocatorCallbackTemp, struct allocator, face),
    COM_MAP_END,
};

static void allocator_destroy(struct com_object *object)
{
    struct allocator *a = (struct allocator *)object;

    free_all_locked(a);
    if (a->notify != NULL)
        a->notify->lpVtbl->Release(a->notify);
    pthread_cond_destroy(&a->freed);
    pthread_mutex_destroy(&a->lock);
    com_object_fini(object);
    rg_free(a);
}

HRESULT rg_allocator_create(IUnknown *outer, REFIID iid, void **out)
{
    struct allocator *a;

    if (out == NULL)
        return E_POINTER;
    *out = NULL;
    a = rg_calloc(1, sizeof(*a));
    if (a == NULL)
        return E_OUTOFMEMORY;
    com_object_init(&a->object, "MemoryAllocator", allocator_map, outer, allocator_destroy);
    COM_FACE_INIT(&a->object, a->face, &allocator_vtbl);
    atomic_init(&a->home, RG_HOME_SHUT);
    rg_mutex_init_brief(&a->lock);
    pthread_cond_init(&a->freed, NULL);
    return com_object_hand_out(&a->object, outer, iid, out);
}

/* ---- the short cut --------------------------------------------------------------------- */

/* Another's allocator: whether it will wait is not known before it does. */
static HRESULT get_foreign(IMemAllocator *allocator, DWORD flags, const struct rg_place *where,
                           IMediaSample **ret)
{
    struct rg_wait note = { .what = "a free buffer of a foreign allocator", .where = where };
    HRESULT hr;

    rg_wait_begin(&note);
    hr = IMemAllocator_GetBuffer(allocator, ret, NULL, NULL, flags);
    rg_wait_end(&note);
    return hr;
}

HRESULT rg_allocator_grow(IMemAllocator *allocator, LONG count)
{
    struct allocator *a;
    HRESULT hr = S_FALSE;

    if ((const void *)allocator->lpVtbl != (const void *)&allocator_vtbl)
        return S_FALSE;
    a = COM_HOME(allocator, struct allocator);
    pthread_mutex_lock(&a->lock);
    if (a->properties.cBuffers < count) {
        hr = a->committed && a->samples != NULL ? make_more_locked(a, count) : S_OK;
        if (SUCCEEDED(hr))
            a->properties.cBuffers = count;
        pthread_cond_broadcast(&a->freed);
    }
    pthread_mutex_unlock(&a->lock);
    return hr;
}

void rg_allocator_make_late(IMemAllocator *allocator)
{
    struct allocator *a;

    if ((const void *)allocator->lpVtbl != (const void *)&allocator_vtbl)
        return;
    a = COM_HOME(allocator, struct allocator);
    pthread_mutex_lock(&a->lock);
    a->is_late = true;
    pthread_mutex_unlock(&a->lock);
}

HRESULT rg_allocator_get_at(IMemAllocator *allocator, ULONG bytes, DWORD flags,
                            const struct rg_place *where, IMediaSample **ret)
{
    IMediaSample *sample = NULL;
    HRESULT hr;

    *ret = NULL;
    if ((const void *)allocator->lpVtbl == (const void *)&allocator_vtbl) {
        struct sample *s = NULL;

        hr = get_sample(COM_HOME(allocator, struct allocator), bytes, flags, where, &s);
        if (SUCCEEDED(hr))
            *ret = (IMediaSample *)&s->head.face;
        return hr;
    }
    hr = get_foreign(allocator, flags, where, &sample);
    if (FAILED(hr))
        return hr;
    if ((ULONG)IMediaSample_GetSize(sample) < bytes) {
        IMediaSample_Release(sample);
        return VFW_E_BUFFER_OVERFLOW;
    }
    *ret = sample;
    return S_OK;
}

HRESULT rg_allocator_get(IMemAllocator *allocator, ULONG bytes, DWORD flags, IMediaSample **ret)
{
    return rg_allocator_get_at(allocator, bytes, flags, NULL, ret);
}
