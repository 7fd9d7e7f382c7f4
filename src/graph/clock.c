/* SPDX-License-Identifier: MIT */
/* clock.c - the system clock: CLSID_SystemClock.
 *
 * Any thread asks; one thread, started with the first advise, sleeps until the next one is
 * due and no longer.
 * Knows: time, events, semaphores.  Must not know: graphs.
 */
#include "graph/graph_internal.h"

#include <time.h>

#include "platform/memory.h"
#include "platform/thread.h"
#include "platform/time.h"

struct advise {
    REFERENCE_TIME due;
    REFERENCE_TIME period; /* 0: once */
    HANDLE handle;         /* our own duplicate: event, or semaphore if periodic */
    DWORD_PTR cookie;
};

struct system_clock {
    struct com_object object;
    COM_FACE(IReferenceClock2) face; /* IReferenceClock too */
    COM_FACE(IReferenceClockTimerControl) timer;
    COM_FACE(IAMClockAdjust) adjust;

    _Atomic(int64_t) latest;     /* what GetTime said last */
    _Atomic(int64_t) delta;      /* what IAMClockAdjust added to the system's time */
    _Atomic(int64_t) resolution; /* IReferenceClockTimerControl; 0: as fine as the system's */

    pthread_mutex_t lock; /* leaf */
    pthread_cond_t changed;
    /* under lock */
    struct advise *heap; /* the next one due at the top */
    size_t count, room;
    DWORD_PTR last_cookie;
    bool quit, started;
    struct rg_thread thread;
};

static struct system_clock *home(IReferenceClock2 *face)
{
    return COM_HOME(face, struct system_clock);
}

/* The system's time, as it was set: it may go back, which GetTime hides. */
static REFERENCE_TIME raw_time(struct system_clock *clock)
{
    return rg_time_now_hns() + atomic_load_explicit(&clock->delta, memory_order_relaxed);
}

/* ---- the heap, under the lock ------------------------------------------------------------ */

static void heap_swap(struct system_clock *clock, size_t a, size_t b)
{
    struct advise swap = clock->heap[a];

    clock->heap[a] = clock->heap[b];
    clock->heap[b] = swap;
}

static void heap_up(struct system_clock *clock, size_t i)
{
    while (i > 0 && clock->heap[i].due < clock->heap[(i - 1) / 2].due) {
        heap_swap(clock, i, (i - 1) / 2);
        i = (i - 1) / 2;
    }
}

static void heap_down(struct system_clock *clock, size_t i)
{
    for (;;) {
        size_t least = i, left = 2 * i + 1, right = left + 1;

        if (left < clock->count && clock->heap[left].due < clock->heap[least].due)
            least = left;
        if (right < clock->count && clock->heap[right].due < clock->heap[least].due)
            least = right;
        if (least == i)
            return;
        heap_swap(clock, i, least);
        i = least;
    }
}

static HRESULT heap_put(struct system_clock *clock, const struct advise *advise)
{
    if (clock->count == clock->room) {
        size_t room = clock->room != 0 ? clock->room * 2 : 8;
        struct advise *bigger = rg_realloc(clock->heap, room * sizeof(*bigger));

        if (bigger == NULL)
            return E_OUTOFMEMORY;
        clock->heap = bigger;
        clock->room = room;
    }
    clock->heap[clock->count] = *advise;
    heap_up(clock, clock->count++);
    return S_OK;
}

static void heap_take(struct system_clock *clock, size_t i)
{
    clock->count--;
    if (i == clock->count)
        return;
    clock->heap[i] = clock->heap[clock->count];
    heap_down(clock, i);
    heap_up(clock, i);
}

/* ---- the thread -------------------------------------------------------------------------- */

/* Under the lock: signals all that is due. */
static void signal_due(struct system_clock *clock, REFERENCE_TIME now)
{
    while (clock->count != 0 && clock->heap[0].due <= now) {
        struct advise *next = &clock->heap[0];

        if (next->period == 0) {
            SetEvent(next->handle);
            CloseHandle(next->handle);
            heap_take(clock, 0);
            continue;
        }
        ReleaseSemaphore(next->handle, 1, NULL); /* a full semaphore stays full */
        next->due += next->period;
        heap_down(clock, 0);
    }
}

/* When the system's time will be the clock's `due`. */
static struct timespec when(struct system_clock *clock, REFERENCE_TIME due)
{
    REFERENCE_TIME system;

    if (__builtin_sub_overflow(due, atomic_load(&clock->delta), &system) ||
        system > INT64_MAX / RG_NS_PER_HNS)
        system = INT64_MAX / RG_NS_PER_HNS;
    if (system < 0)
        system = 0; /* it has been */
    return (struct timespec){ .tv_sec = (time_t)(system * RG_NS_PER_HNS / RG_NS_PER_SECOND),
                              .tv_nsec = system * RG_NS_PER_HNS % RG_NS_PER_SECOND };
}

static void clock_main(void *arg)
{
    struct system_clock *clock = arg;
    struct rg_wait note = { .what = "the next time to signal", .is_idle = true };

    pthread_mutex_lock(&clock->lock);
    while (!clock->quit) {
        signal_due(clock, raw_time(clock));
        note.since_ns = 0;
        rg_wait_begin(&note);
        if (clock->count == 0) {
            pthread_cond_wait(&clock->changed, &clock->lock);
        } else {
            struct timespec until = when(clock, clock->heap[0].due);

            pthread_cond_timedwait(&clock->changed, &clock->lock, &until);
        }
        rg_wait_end(&note);
    }
    pthread_mutex_unlock(&clock->lock);
}

/* ---- IReferenceClock --------------------------------------------------------------------- */

static HRESULT STDMETHODCALLTYPE clock_get_time(IReferenceClock2 *face,
                                                REFERENCE_TIME *ret_time)
{
    struct system_clock *clock = home(face);
    int64_t now, latest;

    if (ret_time == NULL)
        return E_POINTER;
    now = raw_time(clock);
    latest = atomic_load_explicit(&clock->latest, memory_order_relaxed);
    while (now > latest)
        if (atomic_compare_exchange_weak_explicit(&clock->latest, &latest, now,
                                                  memory_order_relaxed, memory_order_relaxed)) {
            *ret_time = now;
            return S_OK;
        }
    *ret_time = latest;
    return S_FALSE; /* documented: the same time as before */
}

static HRESULT advise(struct system_clock *clock, struct advise *one, DWORD_PTR *ret_cookie)
{
    HRESULT hr = S_OK;

    if (!DuplicateHandle(GetCurrentProcess(), one->handle, GetCurrentProcess(), &one->handle, 0,
                         FALSE, DUPLICATE_SAME_ACCESS))
        return E_INVALIDARG;
    pthread_mutex_lock(&clock->lock);
    if (!clock->started) {
        hr = rg_thread_start(&clock->thread, "clock", clock_main, clock);
        clock->started = SUCCEEDED(hr);
    }
    one->cookie = ++clock->last_cookie;
    if (SUCCEEDED(hr))
        hr = heap_put(clock, one);
    if (SUCCEEDED(hr)) {
        *ret_cookie = one->cookie;
        if (clock->heap[0].cookie == one->cookie)
            pthread_cond_signal(&clock->changed);
    }
    pthread_mutex_unlock(&clock->lock);
    if (FAILED(hr))
        CloseHandle(one->handle);
    return hr;
}

/* The last time there is stands for never, as with the base classes. */
static bool is_a_time(REFERENCE_TIME time)
{
    return time > 0 && time != INT64_MAX;
}

static HRESULT STDMETHODCALLTYPE clock_advise_time(IReferenceClock2 *face, REFERENCE_TIME base,
                                                   REFERENCE_TIME stream, HEVENT event,
                                                   DWORD_PTR *ret_cookie)
{
    struct advise one = { .handle = (HANDLE)event };

    if (ret_cookie == NULL)
        return E_POINTER;
    if (event == 0 || __builtin_add_overflow(base, stream, &one.due) || !is_a_time(one.due))
        return E_INVALIDARG;
    return advise(home(face), &one, ret_cookie);
}

static HRESULT STDMETHODCALLTYPE clock_advise_periodic(IReferenceClock2 *face,
                                                       REFERENCE_TIME start,
                                                       REFERENCE_TIME period,
                                                       HSEMAPHORE semaphore,
                                                       DWORD_PTR *ret_cookie)
{
    struct advise one = { .due = start, .period = period, .handle = (HANDLE)semaphore };

    if (ret_cookie == NULL)
        return E_POINTER;
    if (semaphore == 0 || !is_a_time(start) || period <= 0)
        return E_INVALIDARG;
    return advise(home(face), &one, ret_cookie);
}

static HRESULT STDMETHODCALLTYPE clock_unadvise(IReferenceClock2 *face, DWORD_PTR cookie)
{
    struct system_clock *clock = home(face);
    HRESULT hr = S_FALSE;

    pthread_mutex_lock(&clock->lock);
    for (size_t i = 0; i < clock->count; i++) {
        if (clock->heap[i].cookie != cookie)
            continue;
        CloseHandle(clock->heap[i].handle);
        heap_take(clock, i);
        hr = S_OK;
        break;
    }
    pthread_mutex_unlock(&clock->lock);
    return hr;
}

static const IReferenceClock2Vtbl clock_vtbl = {
    COM_UNKNOWN(IReferenceClock2),   .GetTime = clock_get_time,
    .AdviseTime = clock_advise_time, .AdvisePeriodic = clock_advise_periodic,
    .Unadvise = clock_unadvise,
};

/* ---- IReferenceClockTimerControl, IAMClockAdjust ----------------------------------------- */

/* The thread sleeps until the very moment: the resolution is kept for who asks, and costs nothing. */
static HRESULT STDMETHODCALLTYPE timer_set(IReferenceClockTimerControl *face,
                                           REFERENCE_TIME resolution)
{
    struct system_clock *clock = COM_HOME(face, struct system_clock);

    if (resolution < 0)
        return E_INVALIDARG;
    atomic_store(&clock->resolution, resolution);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE timer_get(IReferenceClockTimerControl *face,
                                           REFERENCE_TIME *ret_resolution)
{
    if (ret_resolution == NULL)
        return E_POINTER;
    *ret_resolution = atomic_load(&COM_HOME(face, struct system_clock)->resolution);
    return S_OK;
}

static const IReferenceClockTimerControlVtbl timer_vtbl = {
    COM_UNKNOWN(IReferenceClockTimerControl),
    .SetDefaultTimerResolution = timer_set,
    .GetDefaultTimerResolution = timer_get,
};

/* Set back, GetTime stands still until the time it told last has come again. */
static HRESULT STDMETHODCALLTYPE adjust_set(IAMClockAdjust *face, REFERENCE_TIME delta)
{
    struct system_clock *clock = COM_HOME(face, struct system_clock);
    REFERENCE_TIME sum, now;
    HRESULT hr = S_OK;

    pthread_mutex_lock(&clock->lock);
    if (__builtin_add_overflow(atomic_load(&clock->delta), delta, &sum) ||
        __builtin_add_overflow(rg_time_now_hns(), sum, &now))
        hr = E_INVALIDARG;
    else
        atomic_store(&clock->delta, sum);
    pthread_cond_signal(&clock->changed); /* what is due may be so now */
    pthread_mutex_unlock(&clock->lock);
    return hr;
}

static const IAMClockAdjustVtbl adjust_vtbl = {
    COM_UNKNOWN(IAMClockAdjust),
    .SetClockDelta = adjust_set,
};

/* ---- life -------------------------------------------------------------------------------- */

static const struct com_entry clock_map[] = {
    COM_ENTRY(IReferenceClock, struct system_clock, face),
    COM_ENTRY(IReferenceClock2, struct system_clock, face),
    COM_ENTRY(IReferenceClockTimerControl, struct system_clock, timer),
    COM_ENTRY(IAMClockAdjust, struct system_clock, adjust),
    COM_MAP_END,
};

static void clock_destroy(struct com_object *object)
{
    struct system_clock *clock = (struct system_clock *)object;

    pthread_mutex_lock(&clock->lock);
    clock->quit = true;
    pthread_cond_signal(&clock->changed);
    pthread_mutex_unlock(&clock->lock);
    rg_thread_join(&clock->thread);
    for (size_t i = 0; i < clock->count; i++)
        CloseHandle(clock->heap[i].handle);
    pthread_cond_destroy(&clock->changed);
    pthread_mutex_destroy(&clock->lock);
    rg_free(clock->heap);
    com_object_fini(object);
    rg_free(clock);
}

HRESULT system_clock_create(IUnknown *outer, REFIID iid, void **out)
{
    struct system_clock *clock;
    if (out == NULL)
        return E_POINTER;
    *out = NULL;
    if (outer != NULL && !IsEqualIID(iid, &IID_IUnknown))
        return CLASS_E_NOAGGREGATION;
    clock = rg_calloc(1, sizeof(*clock));
    if (clock == NULL)
        return E_OUTOFMEMORY;
    com_object_init(&clock->object, "SystemClock", clock_map, outer, clock_destroy);
    COM_FACE_INIT(&clock->object, clock->face, &clock_vtbl);
    COM_FACE_INIT(&clock->object, clock->timer, &timer_vtbl);
    COM_FACE_INIT(&clock->object, clock->adjust, &adjust_vtbl);
    pthread_mutex_init(&clock->lock, NULL);
    rg_cond_init(&clock->changed);
    return com_object_hand_out(&clock->object, outer, iid, out);
}
