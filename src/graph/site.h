/* SPDX-License-Identifier: MIT */
/* site.h - the host's site object, what it says to filters that are chosen, and services that filters register.
 *
 * Any thread; a leaf lock, which is not held while the site is called.
 * Knows: IObjectWithSite, IServiceProvider, IAMGraphBuilderCallback.  Must not know: who chooses filters.
 */
#pragma once

#include <pthread.h>

#include <dshow.h>

struct graph;
struct rg_class_entry;
struct graph_service; /* site.c */

struct graph_site {
    pthread_mutex_t lock; /* leaf */
    /* under lock */
    IUnknown *object;               /* reference */
    struct graph_service *services; /* IRegisterServiceProvider */
};

void graph_site_init(struct graph_site *site);
void graph_site_free(struct graph_site *site);

/* Makes a filter of this class for the building under way, a reference for the caller, unless the host refuses the
 * class or the filter.  S_OK; VFW_E_CANNOT_CONNECT: the host refused; what making it said. */
HRESULT graph_class_make_locked(struct graph *graph, const struct rg_class_entry *entry,
                                IBaseFilter **ret);
