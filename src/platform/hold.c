/* SPDX-License-Identifier: MIT */
/* hold.c - the list of all that is held just now.
 *
 * Any thread; one lock, under which nothing is called but a place's tell.  A list of its own,
 * so that a report needs neither the graph lock nor a walk through filters.
 * Knows: places.  Must not know: what is held.
 */
#include "platform/hold.h"

#include <pthread.h>
#include <stddef.h>

#include "platform/time.h"

static pthread_mutex_t holds_lock = PTHREAD_MUTEX_INITIALIZER;
static struct rg_hold *first_hold; /* under holds_lock */

static void list_locked(struct rg_hold *hold)
{
    hold->next = first_hold;
    hold->link = &first_hold;
    if (first_hold != NULL)
        first_hold->link = &hold->next;
    first_hold = hold;
}

static void unlist_locked(struct rg_hold *hold)
{
    *hold->link = hold->next;
    if (hold->next != NULL)
        hold->next->link = hold->link;
    hold->link = NULL;
}

void rg_hold_tell(struct rg_hold *hold, const struct rg_hold_state *state)
{
    if (state->what == NULL && hold->now.what == NULL)
        return; /* as it was, and not on the list */
    pthread_mutex_lock(&holds_lock);
    if (state->what != NULL &&
        (state->what != hold->now.what || state->holder != hold->now.holder))
        hold->since_ns = rg_time_now_ns();
    hold->now = *state;
    if (state->what != NULL && hold->link == NULL)
        list_locked(hold);
    else if (state->what == NULL)
        unlist_locked(hold);
    pthread_mutex_unlock(&holds_lock);
}

void rg_hold_each(void (*report)(const struct rg_hold_info *info, void *context), void *context)
{
    struct rg_hold_info info;

    pthread_mutex_lock(&holds_lock);
    for (const struct rg_hold *h = first_hold; h != NULL; h = h->next) {
        info = (struct rg_hold_info){ .place = h->where,
                                      .state = h->now,
                                      .since_ns = h->since_ns };
        if (h->where != NULL)
            h->where->tell(h->where, &info.where);
        report(&info, context);
    }
    pthread_mutex_unlock(&holds_lock);
}
