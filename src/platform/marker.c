/* SPDX-License-Identifier: MIT */
/* marker.c - one number per thread, and a list of those that are under way.
 *
 * Any thread.  Knows: thread-local storage.  Must not know: pins.
 */
#include "platform/marker.h"

#include <pthread.h>
#include <stddef.h>

#include "platform/memory.h"
#include "platform/tls.h"

/* On the list while somebody waits for it, or a filter is being called with it. */
struct marker {
    uint64_t tag;
    unsigned calls; /* of EndOfStream, that have not come back */
    bool is_over;
    void (*out)(void *context); /* once both are so; may be NULL */
    void *context;
    struct marker *next;
};

static RG_TLS uint64_t carried;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* a leaf */
static struct marker *first;                             /* few: one for each drain */
static uint64_t last;

/* Where it hangs on the list; *result is NULL: it is not there any more. */
static struct marker **find_locked(uint64_t tag)
{
    struct marker **where = &first;

    while (*where != NULL && (*where)->tag != tag)
        where = &(*where)->next;
    return where;
}

/* Off the list, if nobody needs it there; the caller's then. */
static struct marker *take_off_locked(struct marker **where)
{
    struct marker *marker = *where;

    if (!marker->is_over || marker->calls != 0)
        return NULL;
    *where = marker->next;
    return marker;
}

static void finish(struct marker *marker)
{
    if (marker == NULL)
        return;
    if (marker->out != NULL)
        marker->out(marker->context);
    rg_free(marker);
}

uint64_t rg_marker_new(void)
{
    struct marker *marker = rg_calloc(1, sizeof(*marker));
    uint64_t tag;

    if (marker == NULL)
        return 0;
    pthread_mutex_lock(&lock);
    tag = marker->tag = ++last;
    marker->next = first;
    first = marker;
    pthread_mutex_unlock(&lock);
    return tag;
}

void rg_marker_over(uint64_t tag, void (*out)(void *context), void *context)
{
    struct marker **where, *over = NULL;

    pthread_mutex_lock(&lock);
    where = find_locked(tag);
    if (*where != NULL) {
        (*where)->is_over = true;
        (*where)->out = out;
        (*where)->context = context;
        over = take_off_locked(where);
    }
    pthread_mutex_unlock(&lock);
    finish(over);
}

bool rg_marker_is_over(uint64_t tag)
{
    struct marker *marker;
    bool is_over;

    if (tag == 0)
        return false;
    pthread_mutex_lock(&lock);
    marker = *find_locked(tag);
    is_over = marker == NULL || marker->is_over;
    pthread_mutex_unlock(&lock);
    return is_over;
}

bool rg_marker_enter(uint64_t tag)
{
    struct marker *marker;
    bool enters;

    if (tag == 0)
        return true;
    pthread_mutex_lock(&lock);
    marker = *find_locked(tag);
    enters = marker != NULL && !marker->is_over;
    if (enters)
        marker->calls++;
    pthread_mutex_unlock(&lock);
    return enters;
}

void rg_marker_leave(uint64_t tag)
{
    struct marker **where, *over = NULL;

    if (tag == 0)
        return;
    pthread_mutex_lock(&lock);
    where = find_locked(tag);
    if (*where != NULL) { /* our call has held it there */
        (*where)->calls--;
        over = take_off_locked(where);
    }
    pthread_mutex_unlock(&lock);
    finish(over);
}

uint64_t rg_marker_carry(uint64_t tag)
{
    uint64_t before = carried;

    carried = tag;
    return before;
}

uint64_t rg_marker_carried(void)
{
    return carried;
}
