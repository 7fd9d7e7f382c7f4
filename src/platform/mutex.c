/* SPDX-License-Identifier: MIT */
/* mutex.c - Win32 mutexes: owned by a thread, recursive, abandoned when the owner ends.
 *
 * Any thread.  Each thread keeps a list of the mutexes it owns; only it walks or changes it.
 * Knows: objects, the end of a thread.  Must not know: who waits.
 */
#include "platform/handle.h"

#include "platform/memory.h"
#include "platform/names.h"
#include "platform/room.h"
#include "platform/tls.h"

static RG_TLS struct rg_object *owned; /* each holds a reference */

bool rg_mutex_taken(struct rg_object *object)
{
    if (object->u.mutex.depth++ != 0)
        return false;
    /* The caller's reference keeps it till here, the list's from now on. */
    atomic_fetch_add(&object->references, 1);
    object->u.mutex.next_owned = owned;
    owned = object;
    rg_thread_exit_watch();
    return atomic_exchange(&object->u.mutex.abandoned, false);
}

static void mutex_let_go(struct rg_object *object, bool abandoned)
{
    uint64_t state = atomic_load(&object->state);
    struct rg_object_view view = { object, state & RG_STATE_GENERATION };

    object->u.mutex.depth = 0;
    object->u.mutex.next_owned = NULL;
    atomic_store(&object->u.mutex.abandoned, abandoned);
    rg_object_change(view, RG_CHANGE_SET, 0, NULL);
    rg_object_release(object);
}

void rg_mutex_abandon_all(void)
{
    while (owned != NULL) {
        struct rg_object *object = owned;

        owned = object->u.mutex.next_owned;
        mutex_let_go(object, true);
    }
}

static HANDLE mutex_create(BOOL is_owned, const struct rg_name *name)
{
    HANDLE mutex = rg_named_create(RG_HANDLE_MUTEX, 0, 1, name);
    DWORD error;

    if (mutex == NULL || !is_owned)
        return mutex;
    error = GetLastError();
    /* Whoever opens an existing mutex does not get it, whatever was asked for. */
    if (error != ERROR_ALREADY_EXISTS)
        (void)WaitForSingleObject(mutex, 0);
    SetLastError(error);
    return mutex;
}

HANDLE WINAPI CreateMutexA(LPSECURITY_ATTRIBUTES attributes, BOOL is_owned, LPCSTR name)
{
    (void)attributes;
    return mutex_create(is_owned, &(struct rg_name){ .utf8 = name });
}

HANDLE WINAPI CreateMutexW(LPSECURITY_ATTRIBUTES attributes, BOOL is_owned, LPCWSTR name)
{
    (void)attributes;
    return mutex_create(is_owned, &(struct rg_name){ .wide = name });
}

BOOL WINAPI ReleaseMutex(HANDLE mutex)
{
    struct rg_object_view view;
    struct rg_object **place;
    uint64_t state;

    if (!rg_handle_look(mutex, &view) ||
        atomic_load_explicit(&view.object->kind, memory_order_relaxed) != RG_HANDLE_MUTEX) {
        SetLastError(ERROR_INVALID_HANDLE);
        return FALSE;
    }
    state = atomic_load(&view.object->state);
    if ((state & RG_STATE_GENERATION) != view.generation) {
        SetLastError(ERROR_INVALID_HANDLE);
        return FALSE;
    }
    if ((uint32_t)(state & RG_STATE_VALUE) != GetCurrentThreadId()) {
        SetLastError(ERROR_NOT_OWNER);
        return FALSE;
    }
    if (--view.object->u.mutex.depth != 0)
        return TRUE;
    for (place = &owned; *place != view.object; place = &(*place)->u.mutex.next_owned)
        continue;
    *place = view.object->u.mutex.next_owned;
    mutex_let_go(view.object, false);
    return TRUE;
}
