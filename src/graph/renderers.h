/* SPDX-License-Identifier: MIT */
/* renderers.h - between events.c and renderers.c: who has completed, and the queue it is
 * told to.
 *
 * Any thread, under events_lock.
 */
#pragma once

#include "graph/graph_internal.h"

/* A filter (NULL: it did not say which) has reached its end. */
void graph_renderers_complete_locked(struct graph *graph, LONG_PTR status, IBaseFilter *filter);

/* The same where nothing is made of it: whoever waits for that one filter hears it. */
void graph_renderer_note_end_locked(struct graph *graph, IBaseFilter *filter);

/* events.c: puts one event into the queue, which owns its parameters then.  false: it is dropped
 * (no memory, or AM_MEDIAEVENT_NONOTIFY). */
bool graph_event_queue_locked(struct graph_events *events, LONG code, LONG_PTR param1,
                              LONG_PTR param2);

/* events.c: an end that was not put into the queue (AM_MEDIAEVENT_NONOTIFY) is over with. */
void graph_events_forget_end_locked(struct graph_events *events);
