/* SPDX-License-Identifier: MIT */
/* handle.c - the table of handles and the recycling store of objects.
 *
 * Any thread.  Looking a handle up takes no lock; making and closing one takes table_lock.
 * Knows: slots, generations, reference counts.  Must not know: who waits and why.
 */
#include "platform/handle.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "platform/error.h"
#include "platform/memory.h"

#if UINTPTR_MAX > UINT32_MAX
#define GENERATION_MASK UINT32_MAX
#else
#define GENERATION_MASK UINT32_C(0xfff)
#endif
#define OBJECTS_A_SLAB 32

struct slab {
    struct slab *next; /* keeps slabs reachable for leak checkers */
    struct rg_object *objects;
};

_Atomic(struct rg_slot *) rg_slot_segments[RG_SLOT_SEGMENTS];

static pthread_mutex_t table_lock = PTHREAD_MUTEX_INITIALIZER;
/* under table_lock */
static uint32_t free_slot; /* index + 1, 0 = none */
static uint32_t slots_used;
static struct rg_object *free_object;
static struct slab *slabs;

/* --- slots ------------------------------------------------------------------------ */

static HANDLE handle_make(uint32_t index, uint32_t generation)
{
    return (HANDLE)((((uintptr_t)generation << RG_SLOT_INDEX_BITS) | index) << 2);
}

static struct rg_slot *slot_of(HANDLE handle, uint32_t *ret_generation)
{
    uintptr_t bits = (uintptr_t)handle;

    if (bits == 0 || (bits & 3) != 0)
        return NULL;
    bits >>= 2;
    if ((bits >> RG_SLOT_INDEX_BITS) > GENERATION_MASK)
        return NULL;
    *ret_generation = (uint32_t)(bits >> RG_SLOT_INDEX_BITS);
    return rg_slot_at((uint32_t)bits & RG_SLOT_INDEX_MASK);
}

static uint32_t generation_next(uint32_t generation)
{
    generation = (generation + 1) & GENERATION_MASK;
    return generation != 0 ? generation : 1;
}

/* Under table_lock.  Index + 1 of an unused slot, 0 when there is no room. */
static uint32_t slot_take_locked(void)
{
    uint32_t taken = free_slot;
    unsigned segment;

    if (taken != 0) {
        free_slot = rg_slot_at(taken - 1)->next_free;
        return taken;
    }
    segment = rg_slot_segment(slots_used);
    if (segment >= RG_SLOT_SEGMENTS)
        return 0;
    if (atomic_load_explicit(&rg_slot_segments[segment], memory_order_relaxed) == NULL) {
        uint32_t count = (uint32_t)RG_SLOT_FIRST_SEGMENT << segment;
        struct rg_slot *slots = calloc(count, sizeof(*slots));

        if (slots == NULL)
            return 0;
        for (uint32_t i = 0; i < count; i++)
            atomic_init(&slots[i].generation, 1);
        atomic_store_explicit(&rg_slot_segments[segment], slots, memory_order_release);
    }
    return ++slots_used;
}

/* --- objects ------------------------------------------------------------------------ */

/* Under table_lock. */
static bool slab_add_locked(void)
{
    struct slab *slab = calloc(1, sizeof(*slab));
    void *memory = NULL;
    size_t size = OBJECTS_A_SLAB * sizeof(struct rg_object);

    if (slab == NULL)
        return false;
    if (posix_memalign(&memory, _Alignof(struct rg_object), size) != 0) {
        free(slab);
        return false;
    }
    slab->objects = memory;
    slab->next = slabs;
    slabs = slab;
    for (int i = 0; i < OBJECTS_A_SLAB; i++) {
        struct rg_object *object = &slab->objects[i];

        atomic_init(&object->state, RG_STATE_NEXT);
        atomic_init(&object->references, 0);
        atomic_init(&object->kind, 0);
        atomic_init(&object->maximum, 0);
        pthread_mutex_init(&object->lock, NULL);
        object->first_waiter = object->last_waiter = NULL;
        object->event_fd = -1;
        object->next_free = free_object;
        free_object = object;
    }
    return true;
}

struct rg_object *rg_object_new(enum rg_handle_kind kind, uint32_t value)
{
    struct rg_object *object = NULL;
    uint64_t generation;

    if (rg_fault_now())
        return NULL;
    pthread_mutex_lock(&table_lock);
    if (free_object != NULL || slab_add_locked()) {
        object = free_object;
        free_object = object->next_free;
    }
    pthread_mutex_unlock(&table_lock);
    if (object == NULL)
        return NULL;

    /* A stale reader can still take and drop a reference to the object, but finds its own
     * generation gone; nobody else writes here. */
    atomic_store_explicit(&object->kind, (uint32_t)kind, memory_order_relaxed);
    atomic_store_explicit(&object->maximum, 0, memory_order_relaxed);
    object->u.mutex.depth = 0;
    object->u.mutex.next_owned = NULL;
    atomic_init(&object->u.mutex.abandoned, false);
    generation = atomic_load_explicit(&object->state, memory_order_relaxed);
    atomic_store_explicit(&object->state, (generation & RG_STATE_GENERATION) | value,
                          memory_order_release);
    atomic_store_explicit(&object->references, 1, memory_order_release);
    return object;
}

static bool object_add_reference(struct rg_object *object)
{
    uint32_t count = atomic_load_explicit(&object->references, memory_order_relaxed);

    while (count != 0) {
        if (atomic_compare_exchange_weak_explicit(&object->references, &count, count + 1,
                                                  memory_order_acquire, memory_order_relaxed))
            return true;
    }
    return false;
}

void rg_object_release(struct rg_object *object)
{
    uint64_t state;

    if (atomic_fetch_sub_explicit(&object->references, 1, memory_order_acq_rel) != 1)
        return;
    switch (atomic_load_explicit(&object->kind, memory_order_relaxed)) {
    case RG_HANDLE_THREAD:
        rg_thread_body_release(object->u.thread);
        break;
    case RG_HANDLE_FILE:
        close(object->u.file_fd);
        break;
    default:
        break;
    }
    pthread_mutex_lock(&object->lock);
    state = atomic_load(&object->state);
    while (!atomic_compare_exchange_weak(&object->state, &state,
                                         (state & RG_STATE_GENERATION) + RG_STATE_NEXT))
        continue;
    if (object->event_fd >= 0)
        close(object->event_fd);
    object->event_fd = -1;
    pthread_mutex_unlock(&object->lock);

    pthread_mutex_lock(&table_lock);
    object->next_free = free_object;
    free_object = object;
    pthread_mutex_unlock(&table_lock);
}

/* --- handles ------------------------------------------------------------------------ */

HANDLE rg_handle_new(struct rg_object *object)
{
    uint32_t index;
    uint64_t state;
    struct rg_slot *slot;

    pthread_mutex_lock(&table_lock);
    index = slot_take_locked();
    pthread_mutex_unlock(&table_lock);
    if (index == 0) {
        rg_object_release(object);
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    index--;
    slot = rg_slot_at(index);
    state = atomic_load_explicit(&object->state, memory_order_relaxed);
    atomic_store_explicit(&slot->object_generation, state & RG_STATE_GENERATION,
                          memory_order_release);
    atomic_store_explicit(&slot->object, object, memory_order_release);
    return handle_make(index, atomic_load_explicit(&slot->generation, memory_order_relaxed));
}

HANDLE rg_handle_create(enum rg_handle_kind kind, uint32_t value, uint32_t maximum)
{
    struct rg_object *object = rg_object_new(kind, value);

    if (object == NULL) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    atomic_store_explicit(&object->maximum, maximum, memory_order_relaxed);
    SetLastError(ERROR_SUCCESS);
    return rg_handle_new(object);
}

struct rg_object *rg_view_get(struct rg_object_view view)
{
    if (!object_add_reference(view.object))
        return NULL;
    if ((atomic_load(&view.object->state) & RG_STATE_GENERATION) != view.generation) {
        rg_object_release(view.object);
        return NULL;
    }
    return view.object;
}

struct rg_object *rg_handle_get(HANDLE handle)
{
    struct rg_object_view view;

    if (handle == GetCurrentThread())
        return rg_thread_current_object();
    return rg_handle_look(handle, &view) ? rg_view_get(view) : NULL;
}

BOOL WINAPI CloseHandle(HANDLE handle)
{
    uint32_t generation;
    struct rg_slot *slot = slot_of(handle, &generation);
    uint32_t index = (uint32_t)((uintptr_t)handle >> 2) & RG_SLOT_INDEX_MASK;
    struct rg_object *object;

    if (handle == GetCurrentThread() || handle == GetCurrentProcess())
        return TRUE;
    if (slot == NULL || atomic_load(&slot->object) == NULL ||
        !atomic_compare_exchange_strong(&slot->generation, &generation,
                                        generation_next(generation))) {
        SetLastError(ERROR_INVALID_HANDLE);
        return FALSE;
    }
    object = atomic_exchange(&slot->object, NULL);
    pthread_mutex_lock(&table_lock);
    slot->next_free = free_slot;
    free_slot = index + 1;
    pthread_mutex_unlock(&table_lock);
    if (object != NULL)
        rg_object_release(object);
    return TRUE;
}

BOOL WINAPI DuplicateHandle(HANDLE source_process, HANDLE source, HANDLE target_process,
                            LPHANDLE target, DWORD access, BOOL inherit, DWORD options)
{
    struct rg_object *object;
    HANDLE copy;

    (void)access; /* every handle has every right */
    (void)inherit;
    if (target == NULL) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return FALSE;
    }
    if (source_process != GetCurrentProcess() || target_process != GetCurrentProcess()) {
        SetLastError(ERROR_INVALID_HANDLE);
        return FALSE;
    }
    object = rg_handle_get(source);
    if (object == NULL) {
        SetLastError(ERROR_INVALID_HANDLE);
        return FALSE;
    }
    if (rg_fault_now()) {
        rg_object_release(object);
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return FALSE;
    }
    copy = rg_handle_new(object);
    if (copy == NULL)
        return FALSE;
    if ((options & DUPLICATE_CLOSE_SOURCE) != 0)
        CloseHandle(source);
    *target = copy;
    return TRUE;
}

/* --- event loops ---------------------------------------------------------------------- */

static HRESULT object_fd_locked(struct rg_object *object, int *ret_fd)
{
    uint64_t state;
    int fd;

    if (object->event_fd < 0) {
        int event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

        if (event_fd < 0)
            return rg_hresult_from_errno(errno);
        object->event_fd = event_fd;
        state = atomic_fetch_or(&object->state, RG_STATE_FD);
        /* From here on changes come through `lock`, which is ours.  A mutex is signalled
         * while it is free, everything else while its value is not 0. */
        rg_object_sync_fd_locked(object, (uint32_t)(state & RG_STATE_VALUE));
    }
    fd = fcntl(object->event_fd, F_DUPFD_CLOEXEC, 3);
    if (fd < 0)
        return rg_hresult_from_errno(errno);
    *ret_fd = fd;
    return S_OK;
}

HRESULT rg_handle_fd(HANDLE handle, int *ret_fd)
{
    struct rg_object *object;
    HRESULT hr;

    if (ret_fd == NULL)
        return E_POINTER;
    object = rg_handle_get(handle);
    if (object == NULL)
        return E_HANDLE;
    pthread_mutex_lock(&object->lock);
    hr = object_fd_locked(object, ret_fd);
    pthread_mutex_unlock(&object->lock);
    rg_object_release(object);
    return hr;
}
