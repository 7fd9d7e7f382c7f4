/* SPDX-License-Identifier: MIT */
/* run.h - runs a built graph to its end: edits, events, signals, progress, and the way out.
 *
 * The calling thread waits; edits and draining have threads of their own.
 * Knows: graph, schedule, ledger, IMediaControl.  Must not know: terminals or verbs.
 */
#pragma once

#include "app/schedule.h"

struct app_run_progress {
    int64_t position; /* 100 ns; -1 unknown */
    int64_t duration; /* 100 ns; -1 unknown */
    int64_t elapsed_ns;
    double samples_per_second; /* over the last moments, at the end that gets most */
    uint64_t drops;
    bool is_draining;
};

struct app_run_setup {
    struct app_graph *graph;
    struct app_ledger *ledger; /* initialised, empty */
    const struct app_edit *edits;
    size_t n_edits;
    bool is_free;         /* no clock: as fast as the filters can */
    int signal_fd;        /* a pipe; -1: none.  Its first byte drains, the second stops */
    int waits_fd;         /* a pipe; -1: none.  Each byte asks who waits for what */
    unsigned progress_ms; /* 0: never */
    /* Optional, called on the calling thread and on those of schedule.c and waits.c.  A detail is for those
     * who want to see everything. */
    void (*message)(void *context, const char *line, bool is_detail);
    /* Optional, called on the calling thread. */
    void (*progress)(void *context, const struct app_run_progress *progress);
    void *context;
};

/* S_OK: the graph came to its end, or was drained; S_FALSE: stopped in between by a second
 * signal. Otherwise failure says why.  The graph is stopped and the ledger complete in any
 * case. */
HRESULT app_run(const struct app_run_setup *setup, struct app_failure *failure);
