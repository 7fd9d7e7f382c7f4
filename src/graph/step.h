/* SPDX-License-Identifier: MIT */
/* step.h - a frame step of the graph, as its other files see it.
 *
 * Control threads under the graph lock; what streaming threads tell is atomic.
 */
#pragma once

#include <stdatomic.h>

#include <dshow.h>

struct graph;

struct graph_frame_step {
    IUnknown *stepper;     /* who steps; a reference, under the graph lock; NULL: nobody */
    atomic_uint serial;    /* grows with each step and each cancelling */
    atomic_uint completed; /* the serial of the step that the last EC_STEP_COMPLETE was of */
    _Atomic(LONG_PTR) cancelled; /* its parameter */
};

/* The filter leaves the graph: its step is called off. */
void graph_step_filter_leaves_locked(struct graph *graph, IBaseFilter *filter);
/* The step under way, if any, is called off; nobody hears of it. */
void graph_step_cancel_locked(struct graph *graph);
/* The same where the stepper is not told any more. */
void graph_step_forget_locked(struct graph *graph);
/* Any thread: EC_STEP_COMPLETE came, with its first parameter.  true: graph_step_done_locked will
 * tell the host. */
bool graph_step_note(struct graph *graph, LONG_PTR cancelled);
/* The default handling of it: pause, and forward. */
void graph_step_done_locked(struct graph *graph);
