/* SPDX-License-Identifier: MIT */
/* wait.c - WaitForSingleObject, WaitForMultipleObjects: try, else sleep and try again.
 *
 * Any thread.  A signalled object costs no lock and no system call.
 * Knows: handles, the monotonic clock.  Must not know: who signals.
 *
 * A waiter joins the list of each object before its last look at them, so a signal either is
 * seen by that look or finds the waiter in the list.
 */
#include "platform/handle.h"

#include "platform/futex.h"
#include "platform/room.h"
#include "platform/time.h"

struct wait {
    struct rg_waiter waiter;
    uint32_t count;
    uint32_t all_index; /* of the abandoned mutex that a wait for all got */
    struct rg_object_view views[MAXIMUM_WAIT_OBJECTS];
    struct rg_wait_node nodes[MAXIMUM_WAIT_OBJECTS];
};

static DWORD wait_failed(DWORD error)
{
    SetLastError(error);
    return WAIT_FAILED;
}

static DWORD take_result(enum rg_take take, uint32_t index)
{
    switch (take) {
    case RG_TAKE_YES:
        return WAIT_OBJECT_0 + index;
    case RG_TAKE_ABANDONED:
        return WAIT_ABANDONED_0 + index;
    case RG_TAKE_BAD:
        return wait_failed(ERROR_INVALID_HANDLE);
    default:
        return WAIT_TIMEOUT;
    }
}

/* The common cases without a call: an event, undisturbed. */
static inline enum rg_take take_quickly(struct rg_object_view view)
{
    uint64_t state = atomic_load_explicit(&view.object->state, memory_order_acquire);
    uint32_t kind = atomic_load_explicit(&view.object->kind, memory_order_relaxed);

    if ((state & RG_STATE_GENERATION) == view.generation) {
        bool is_set = (state & RG_STATE_VALUE) != 0;

        if (kind == RG_HANDLE_EVENT_MANUAL || (kind == RG_HANDLE_EVENT_AUTO && !is_set))
            return is_set ? RG_TAKE_YES : RG_TAKE_NO;
        if (kind == RG_HANDLE_EVENT_AUTO && (state & RG_STATE_FLAGS) == 0 &&
            atomic_compare_exchange_strong_explicit(&view.object->state, &state,
                                                    view.generation, memory_order_acq_rel,
                                                    memory_order_relaxed))
            return RG_TAKE_YES;
    }
    return rg_object_take(view);
}

/* The lowest index that is signalled, so that the order of the list is its priority. */
static DWORD take_any(const struct rg_object_view *views, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        enum rg_take take = take_quickly(views[i]);

        if (take != RG_TAKE_NO)
            return take_result(take, i);
    }
    return WAIT_TIMEOUT;
}

static DWORD wait_look(struct wait *wait)
{
    if (wait->waiter.for_all) {
        enum rg_take take;

        wait->all_index = 0;
        take = rg_object_take_all(wait->views, wait->count, &wait->all_index);
        return take_result(take, take == RG_TAKE_ABANDONED ? wait->all_index : 0);
    }
    return take_any(wait->views, wait->count);
}

/* One look while in the lists.  A pulse that came first decides instead. */
static DWORD wait_look_claimed(struct wait *wait)
{
    uint32_t granted = RG_GRANT_NONE;
    DWORD result;

    if (!atomic_compare_exchange_strong(&wait->waiter.granted, &granted, RG_GRANT_CLAIMED))
        return WAIT_OBJECT_0 + granted;
    result = wait_look(wait);
    if (result == WAIT_TIMEOUT)
        atomic_store(&wait->waiter.granted, RG_GRANT_NONE);
    return result;
}

static DWORD wait_sleep(struct wait *wait, int64_t deadline)
{
    struct rg_wait note = { .what = "a handle", .is_vague = true };
    DWORD result;

    for (uint32_t i = 0; i < wait->count; i++) {
        wait->nodes[i] = (struct rg_wait_node){ .waiter = &wait->waiter,
                                                .object = wait->views[i].object,
                                                .index = i };
        rg_object_join(&wait->nodes[i]);
    }
    rg_wait_begin(&note);
    for (bool in_time = true;;) {
        atomic_store(&wait->waiter.woken, 0);
        result = wait_look_claimed(wait);
        if (result != WAIT_TIMEOUT || !in_time)
            break;
        while (in_time && atomic_load(&wait->waiter.woken) == 0)
            in_time = rg_futex_wait(&wait->waiter.woken, 0, deadline);
    }
    for (uint32_t i = 0; i < wait->count; i++)
        rg_object_leave(&wait->nodes[i]);
    rg_wait_end(&note);
    return result;
}

/* References for the time of the sleep; on failure none is held. */
static bool wait_hold(struct wait *wait, const HANDLE *handles)
{
    for (uint32_t i = 0; i < wait->count; i++) {
        struct rg_object *object = rg_handle_get(handles[i]);

        if (object == NULL) {
            while (i-- != 0)
                rg_object_release(wait->views[i].object);
            return false;
        }
        wait->views[i].object = object;
        wait->views[i].generation = atomic_load(&object->state) & RG_STATE_GENERATION;
    }
    return true;
}

static bool wait_has_twins(const struct wait *wait)
{
    for (uint32_t i = 1; i < wait->count; i++)
        for (uint32_t k = 0; k < i; k++)
            if (wait->views[i].object == wait->views[k].object)
                return true;
    return false;
}

/* `handles` may be waited for by sleeping; nothing was consumed yet. */
static DWORD wait_slowly(const HANDLE *handles, uint32_t count, bool for_all, DWORD timeout_ms)
{
    int64_t deadline = rg_time_deadline_ns(timeout_ms);
    struct wait wait;
    DWORD result;

    atomic_init(&wait.waiter.woken, 0);
    atomic_init(&wait.waiter.granted, RG_GRANT_NONE);
    wait.waiter.for_all = for_all;
    wait.count = count;
    if (!wait_hold(&wait, handles))
        return wait_failed(ERROR_INVALID_HANDLE);
    if (for_all && wait_has_twins(&wait)) {
        result = wait_failed(ERROR_INVALID_PARAMETER);
    } else {
        result = wait_look(&wait);
        if (result == WAIT_TIMEOUT && timeout_ms != 0)
            result = wait_sleep(&wait, deadline);
    }
    for (uint32_t i = 0; i < count; i++)
        rg_object_release(wait.views[i].object);
    return result;
}

DWORD WINAPI WaitForSingleObject(HANDLE handle, DWORD timeout_ms)
{
    struct rg_object_view view;
    enum rg_take take;

    if (!rg_handle_look(handle, &view)) {
        if (handle != GetCurrentThread())
            return wait_failed(ERROR_INVALID_HANDLE);
        return wait_slowly(&handle, 1, false, timeout_ms);
    }
    take = take_quickly(view);
    if (take == RG_TAKE_YES)
        return WAIT_OBJECT_0;
    if (take == RG_TAKE_NO && timeout_ms != 0)
        return wait_slowly(&handle, 1, false, timeout_ms);
    return take_result(take, 0);
}

DWORD WINAPI WaitForSingleObjectEx(HANDLE handle, DWORD timeout_ms, BOOL alertable)
{
    (void)alertable; /* nothing queues calls to a thread */
    return WaitForSingleObject(handle, timeout_ms);
}

DWORD WINAPI WaitForMultipleObjects(DWORD count, const HANDLE *handles, BOOL wait_all,
                                    DWORD timeout_ms)
{
    struct rg_object_view views[MAXIMUM_WAIT_OBJECTS];
    DWORD result;

    if (count == 0 || count > MAXIMUM_WAIT_OBJECTS || handles == NULL)
        return wait_failed(ERROR_INVALID_PARAMETER);
    if (wait_all)
        return wait_slowly(handles, count, true, timeout_ms);
    for (DWORD i = 0; i < count; i++) {
        if (!rg_handle_look(handles[i], &views[i])) {
            if (handles[i] != GetCurrentThread())
                return wait_failed(ERROR_INVALID_HANDLE);
            return wait_slowly(handles, count, false, timeout_ms);
        }
    }
    result = take_any(views, count);
    if (result == WAIT_TIMEOUT && timeout_ms != 0)
        return wait_slowly(handles, count, false, timeout_ms);
    return result;
}

DWORD WINAPI WaitForMultipleObjectsEx(DWORD count, const HANDLE *handles, BOOL wait_all,
                                      DWORD timeout_ms, BOOL alertable)
{
    (void)alertable;
    return WaitForMultipleObjects(count, handles, wait_all, timeout_ms);
}

/* The two steps are not one: nobody can tell, but for a pulse in between. */
DWORD WINAPI SignalObjectAndWait(HANDLE to_signal, HANDLE to_wait, DWORD timeout_ms,
                                 BOOL alertable)
{
    struct rg_object_view view;
    BOOL done;

    if (!rg_handle_look(to_signal, &view))
        return wait_failed(ERROR_INVALID_HANDLE);
    switch (atomic_load_explicit(&view.object->kind, memory_order_relaxed)) {
    case RG_HANDLE_EVENT_AUTO:
    case RG_HANDLE_EVENT_MANUAL:
        done = SetEvent(to_signal);
        break;
    case RG_HANDLE_SEMAPHORE:
        done = ReleaseSemaphore(to_signal, 1, NULL);
        break;
    case RG_HANDLE_MUTEX:
        done = ReleaseMutex(to_signal);
        break;
    default:
        return wait_failed(ERROR_INVALID_HANDLE);
    }
    return done ? WaitForSingleObjectEx(to_wait, timeout_ms, alertable) : WAIT_FAILED;
}
