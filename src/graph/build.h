/* SPDX-License-Identifier: MIT */
/* build.h - the building under way: may it go on, which source is being opened, and the log that tells of it.
 *
 * Control threads under the graph lock build; any thread ends it, asks how far it is, and sets the log.
 * Knows: when a building begins and ends.  Must not know: what it tries.
 */
#pragma once

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include <dshow.h>

struct graph;

struct graph_build {
    unsigned depth;      /* under the graph lock: calls that build, one inside the other */
    atomic_uint indent;  /* of the log's lines; whoever builds changes it */
    atomic_bool aborted; /* IGraphBuilder::Abort, since the outermost call began */
    atomic_bool has_log;

    pthread_mutex_t lock;     /* leaf */
    IAMOpenProgress *opening; /* under lock: of the source that is being opened, reference */
    pthread_mutex_t
        log_lock; /* leaf, held while a line is written: nobody who ends a building waits for it */
    HANDLE log; /* under log_lock: the application's; NULL: none */
};

void graph_build_init(struct graph_build *build);
void graph_build_free(struct graph_build *build);

/* Around each call that builds; a pin that renders itself calls the graph inside one.  what is the log's title, the
 * pins (may be NULL) whom it is about. */
void graph_build_begin_locked(struct graph *graph, const char *what, IPin *output, IPin *input);
void graph_build_end_locked(struct graph *graph, HRESULT result);
/* false: somebody has called Abort, or IAMOpenProgress::AbortOperation.  An edit is no building: it has an abort event
 * of its own. */
bool graph_build_goes_on_locked(struct graph *graph);
/* Any thread. */
void graph_build_abort(struct graph *graph);
/* The source that is about to load its file; NULL: none any more. */
void graph_build_opens_locked(struct graph *graph, IBaseFilter *source);

/* Any thread.  One line (without its end) for IGraphBuilder::SetLogFile; costs a load where there is no log. */
void graph_log(struct graph *graph, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* The same for a text of several lines. */
void graph_log_text(struct graph *graph, const char *text);
/* The lines that follow belong to the one before, or no longer. */
void graph_log_deeper(struct graph *graph, bool deeper);
static inline bool graph_has_log(struct graph_build *build)
{
    return atomic_load_explicit(&build->has_log, memory_order_relaxed);
}
