/* SPDX-License-Identifier: MIT */
/* names.c - the list of named objects, without references, so that a name keeps nothing alive.
 *
 * Any thread, under names_lock.  Rows of objects that are gone are swept at the next creation.
 * Knows: objects.  Must not know: what they are for.
 */
#include "platform/names.h"

#include <string.h>

#include "platform/memory.h"
#include "platform/text.h"

struct named {
    struct named *next;
    struct rg_object_view view; /* no reference; stale when the generation moved on */
    char name[];
};

static pthread_mutex_t names_lock = PTHREAD_MUTEX_INITIALIZER;
static struct named *first_named; /* under names_lock */

static bool same_sort(uint32_t a, uint32_t b)
{
    bool a_event = a == RG_HANDLE_EVENT_AUTO || a == RG_HANDLE_EVENT_MANUAL;
    bool b_event = b == RG_HANDLE_EVENT_AUTO || b == RG_HANDLE_EVENT_MANUAL;

    return a == b || (a_event && b_event);
}

/* A referenced object of that name, or NULL.  Sweeps on its way. */
static struct rg_object *named_find_locked(const char *name)
{
    struct rg_object *found = NULL;
    struct named **place = &first_named;

    while (*place != NULL) {
        struct named *named = *place;
        struct rg_object *object = rg_view_get(named->view);

        if (object == NULL) {
            *place = named->next;
            rg_free(named);
            continue;
        }
        if (found == NULL && strcmp(named->name, name) == 0)
            found = object;
        else
            rg_object_release(object);
        place = &named->next;
    }
    return found;
}

static HANDLE named_create_locked(enum rg_handle_kind kind, uint32_t value, uint32_t maximum,
                                  const char *name)
{
    size_t size = strlen(name) + 1;
    struct named *named = rg_alloc(sizeof(*named) + size);
    HANDLE handle;

    if (named == NULL) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    handle = rg_handle_create(kind, value, maximum);
    if (handle == NULL || !rg_handle_look(handle, &named->view)) {
        rg_free(named);
        return NULL;
    }
    memcpy(named->name, name, size);
    named->next = first_named;
    first_named = named;
    return handle;
}

HANDLE rg_named_create(enum rg_handle_kind kind, uint32_t value, uint32_t maximum,
                       const struct rg_name *name)
{
    struct rg_object *object;
    char *text RG_AUTO_FREE = NULL;
    HANDLE handle = NULL;

    if (name->utf8 == NULL && name->wide == NULL)
        return rg_handle_create(kind, value, maximum);
    if (name->utf8 != NULL) {
        text = rg_text_dup(name->utf8);
    } else {
        HRESULT hr = rg_utf8_from_wide(name->wide, &text);

        if (FAILED(hr) && hr != E_OUTOFMEMORY) {
            SetLastError(ERROR_NO_UNICODE_TRANSLATION);
            return NULL;
        }
    }
    if (text == NULL) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }

    pthread_mutex_lock(&names_lock);
    object = named_find_locked(text);
    if (object == NULL) {
        handle = named_create_locked(kind, value, maximum, text);
    } else if (!same_sort(atomic_load(&object->kind), kind)) {
        rg_object_release(object);
        SetLastError(ERROR_INVALID_HANDLE);
    } else {
        handle = rg_handle_new(object);
        if (handle != NULL)
            SetLastError(ERROR_ALREADY_EXISTS);
    }
    pthread_mutex_unlock(&names_lock);
    return handle;
}
