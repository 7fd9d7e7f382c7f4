/* SPDX-License-Identifier: MIT */
/* deferred.h - commands that wait for a time, as the graph's other files see them.
 *
 * Any thread queues; the worker carries out, under the graph lock.
 */
#pragma once

#include <stdbool.h>

#include <dshow.h>

struct graph;
struct deferred_queue; /* deferred.c */

struct graph_deferred {
    struct deferred_queue *queue; /* made with the first command; published once */
    IReferenceClock *clock;       /* whose advise is open; a reference, under the graph lock */
    DWORD_PTR cookie;
};

/* Any thread: does anybody wait?  Then the worker looks whenever it is woken. */
bool graph_deferred_is_waiting(struct graph *graph);
/* Start time, clock or position have changed: the worker looks again. */
void graph_deferred_wake(struct graph *graph);
/* Carries out what is due, and has the clock wake the worker for the next one. */
void graph_deferred_run_locked(struct graph *graph);
/* The worker ends: no clock wakes it any more. */
void graph_deferred_unadvise(struct graph *graph);
/* The graph goes: all of them are cancelled.  The worker has ended. */
void graph_deferred_drop(struct graph *graph);
