/* SPDX-License-Identifier: MIT */
/* sched_objects.c - which mutex or condition is which: a number and the place where it was made.
 *
 * The thread with the baton.  An address differs from run to run; these two do not.
 * Knows: addresses as keys.  Must not know: what happens to the objects.
 */
#include "sched_internal.h"

#include <stdlib.h>

struct object {
    struct object *next;
    const void *address;
    const void *made_at;
    unsigned number;
};

#define SLOTS 4096

static struct object *slots[SLOTS];
static unsigned n_made;

static struct object **place_of(const void *address)
{
    struct object **place =
        &slots[((uintptr_t)address >> 3) * UINT64_C(0x9e3779b97f4a7c15) >> 52];

    while (*place != NULL && (*place)->address != address)
        place = &(*place)->next;
    return place;
}

void sched_object_made(const void *address, const void *made_at)
{
    struct object **place = place_of(address);

    if (*place == NULL)
        *place = calloc(1, sizeof(**place));
    if (*place == NULL)
        abort();
    (*place)->address = address;
    (*place)->made_at = made_at;
    (*place)->number = ++n_made;
}

void sched_object_gone(const void *address)
{
    struct object **place = place_of(address), *object = *place;

    if (object == NULL)
        return;
    *place = object->next;
    free(object);
}

bool sched_object_find(const void *address, unsigned *ret_number, const void **ret_made_at)
{
    const struct object *object = *place_of(address);

    if (object == NULL)
        return false;
    *ret_number = object->number;
    *ret_made_at = object->made_at;
    return true;
}
