/* SPDX-License-Identifier: MIT */
/* schedule.h - does edits at their times while the graph runs, and books each in the ledger.
 *
 * Media time: the output pin above the filter is armed to hold the first sample at or after
 * the time; when it does, the edit is made, the next time armed, and only then the gate opened.
 * Wall time: the gate is closed when the clock says so.  One thread of its own, asleep until a
 * gate, the clock or the end calls.  Knows: graph, ledger.  Must not know: verbs.
 */
#pragma once

#include "app/ledger.h"

struct app_schedule;

/* open, start, close: control thread; in between, the places of the graph and the ledger belong
 * to the schedule's thread.  The same text gives the same run, sample for sample, at media times;
 * several times of one --every that fall on one sample count once. */
struct app_schedule_setup {
    struct app_graph *graph;
    struct app_ledger *ledger;
    const struct app_edit *edits; /* live as long as the schedule */
    size_t n_edits;
    /* Optional: one line about an edit just made; schedule's thread. */
    void (*say)(void *context, const char *line, bool is_detail);
    void *context;
};

/* Checks that every name and filter exists and arms the first edits; the graph does not run
 * yet. On failure *ret_schedule is NULL and failure says why. */
HRESULT app_schedule_open(const struct app_schedule_setup *setup,
                          struct app_schedule **ret_schedule, struct app_failure *failure);

/* The graph has been told to run: wall time counts from here.  S_OK or why there is no
 * thread. */
HRESULT app_schedule_start(struct app_schedule *schedule);

/* Run has returned: edits to come are prepared now. */
void app_schedule_running(struct app_schedule *schedule);

/* Ends the thread, opens what it holds closed, books what was not reached.  NULL is fine. */
void app_schedule_close(struct app_schedule *schedule);
