/* SPDX-License-Identifier: MIT */
/* resources.h - IResourceManager: counted resources that filters of one graph share, first come first served.
 *
 * Any thread; a leaf lock, which is not held while a consumer is called.
 * Knows: names, counts, who waits.  Must not know: what a resource is.
 */
#pragma once

#include <pthread.h>

#include <dshow.h>

struct graph_resource; /* resources.c */

struct graph_resources {
    pthread_mutex_t lock;         /* leaf */
    struct graph_resource *first; /* under lock; none is ever taken off */
    LONG count;                   /* under lock */
};

void graph_resources_init(struct graph_resources *all);
void graph_resources_free(struct graph_resources *all);
