/* SPDX-License-Identifier: MIT */
/* event.c - events and semaphores: Win32 names for changes of an object's value.
 *
 * Any thread.  Setting or resetting an event that nobody sleeps on is one atomic operation.
 * Knows: handles, names.  Must not know: how waiters wake.
 */
#include "platform/handle.h"
#include "platform/names.h"

/* The object behind a handle if its kind is one of two. */
static bool look_for(HANDLE handle, enum rg_handle_kind kind, enum rg_handle_kind other,
                     struct rg_object_view *ret_view)
{
    if (rg_handle_look(handle, ret_view)) {
        uint32_t found = atomic_load_explicit(&ret_view->object->kind, memory_order_relaxed);

        if (found == kind || found == other)
            return true;
    }
    SetLastError(ERROR_INVALID_HANDLE);
    return false;
}

static bool look_for_event(HANDLE event, struct rg_object_view *ret_view)
{
    return look_for(event, RG_HANDLE_EVENT_AUTO, RG_HANDLE_EVENT_MANUAL, ret_view);
}

/* --- events ------------------------------------------------------------------------- */

static HANDLE event_create(BOOL manual_reset, BOOL initial_state, const struct rg_name *name)
{
    enum rg_handle_kind kind = manual_reset ? RG_HANDLE_EVENT_MANUAL : RG_HANDLE_EVENT_AUTO;

    return rg_named_create(kind, initial_state ? 1 : 0, 1, name);
}

HANDLE WINAPI CreateEventA(LPSECURITY_ATTRIBUTES attributes, BOOL manual_reset,
                           BOOL initial_state, LPCSTR name)
{
    (void)attributes;
    return event_create(manual_reset, initial_state, &(struct rg_name){ .utf8 = name });
}

HANDLE WINAPI CreateEventW(LPSECURITY_ATTRIBUTES attributes, BOOL manual_reset,
                           BOOL initial_state, LPCWSTR name)
{
    (void)attributes;
    return event_create(manual_reset, initial_state, &(struct rg_name){ .wide = name });
}

BOOL WINAPI SetEvent(HANDLE event)
{
    struct rg_object_view view;

    return look_for_event(event, &view) && rg_object_set(view, 1);
}

BOOL WINAPI ResetEvent(HANDLE event)
{
    struct rg_object_view view;

    return look_for_event(event, &view) && rg_object_set(view, 0);
}

/* As documented, whoever is not asleep at this moment misses it; so does a wait for all. */
BOOL WINAPI PulseEvent(HANDLE event)
{
    struct rg_object_view view;

    return look_for_event(event, &view) && rg_object_pulse(view);
}

/* --- semaphores ----------------------------------------------------------------------- */

static HANDLE semaphore_create(LONG initial, LONG maximum, const struct rg_name *name)
{
    if (maximum <= 0 || initial < 0 || initial > maximum) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    return rg_named_create(RG_HANDLE_SEMAPHORE, (uint32_t)initial, (uint32_t)maximum, name);
}

HANDLE WINAPI CreateSemaphoreA(LPSECURITY_ATTRIBUTES attributes, LONG initial, LONG maximum,
                               LPCSTR name)
{
    (void)attributes;
    return semaphore_create(initial, maximum, &(struct rg_name){ .utf8 = name });
}

HANDLE WINAPI CreateSemaphoreW(LPSECURITY_ATTRIBUTES attributes, LONG initial, LONG maximum,
                               LPCWSTR name)
{
    (void)attributes;
    return semaphore_create(initial, maximum, &(struct rg_name){ .wide = name });
}

BOOL WINAPI ReleaseSemaphore(HANDLE semaphore, LONG count, LPLONG previous)
{
    struct rg_object_view view;
    uint32_t old;

    if (!look_for(semaphore, RG_HANDLE_SEMAPHORE, RG_HANDLE_SEMAPHORE, &view))
        return FALSE;
    if (count <= 0) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return FALSE;
    }
    if (!rg_object_change(view, RG_CHANGE_ADD, (uint32_t)count, &old))
        return FALSE;
    if (previous != NULL)
        *previous = (LONG)old;
    return TRUE;
}
