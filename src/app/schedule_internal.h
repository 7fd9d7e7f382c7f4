/* SPDX-License-Identifier: MIT */
/* schedule_internal.h - what schedule.c (when), gate.c (where) and perform.c (what) share.
 *
 * Knows: schedule.h.  Nobody else includes this.
 */
#pragma once

#include "app/branch.h"
#include "app/schedule.h"

#define GATES_MAX       60    /* what one wait can watch, less two events */
#define GATE_TIMEOUT_MS 10000 /* for a gate to close */
#define PREPARED        INT64_MAX
#define SETTLE_WAIT_MS  10  /* until a graph on its way to running is asked again */
#define ORDER_WAIT_MS   250 /* for a later gate with an earlier time to close by itself */

/* The next turn of an edit as a transaction, for the graph as it was when it was staged. */
struct staged {
    IGraphTransaction *edit; /* NULL: nothing is staged */
    IBaseFilter *present;    /* who sat at the target's place */
    IPin *pin;               /* behind which it was to happen */
    char *name;              /* of the filter that comes in; NULL: none does */
    struct app_parts branch; /* that comes in */
    IPin *leg;               /* on which it will hang */
};

/* One edit on its way: what is due next. */
struct task {
    const struct app_edit *edit;
    int64_t due; /* 100 ns, media or wall */
    uint64_t turn;
    bool is_over;
    IBaseFilter *ready; /* made ahead for the next turn; NULL if not */
    struct staged staged;
};

/* An output pin that is watched, or held closed. */
struct gate {
    IPin *pin;
    IRgLink *link;         /* NULL: foreign, no media times */
    IPinFlowControl *flow; /* NULL: can't be closed */
    HANDLE event;          /* auto-reset: the armed time has come, or the stream has ended */
    int64_t armed;         /* -1: not */
    bool has_fired;        /* event seen, not yet dealt with */
    bool is_held;          /* closed for the edit in progress */
    bool is_shut;          /* closed by "block" until "unblock" */
};

struct app_schedule {
    /* set at creation */
    struct app_schedule_setup setup;
    IGraphEdit *editor;
    HANDLE stop;    /* manual reset */
    HANDLE running; /* auto-reset: the graph runs, what was prepared before is gone */
    /* owned by the schedule's thread once started */
    HANDLE thread;
    int64_t start_ns;
    struct task *tasks;
    size_t n_tasks;
    struct gate gates[GATES_MAX];
    size_t n_gates;
    int64_t prepare_ns; /* when to prepare ahead again; 0: now, PREPARED: all is */
};

/* ---- schedule.c -------------------------------------------------------------------------- */
/* The first time after `held` of an edit that comes every `step` and was due at `due`. */
int64_t app_task_next(int64_t due, int64_t step, int64_t held);

/* ---- gate.c ------------------------------------------------------------------------------ */
/* The pin that has to be held for an edit, with a reference; NULL if the target is not there.
 * Above the filter; behind it for insert and for filters without a connected input; for detach the
 * one that the branch hangs on. */
IPin *app_task_pin(const struct app_schedule *s, const struct task *task);

/* The gate of a pin; NULL if it has none. */
struct gate *app_gate_find(struct app_schedule *s, IPin *pin);

/* The same, made if new; NULL if there are too many. */
struct gate *app_gate_get(struct app_schedule *s, IPin *pin);
void app_gate_clear(struct gate *gate);

/* time < 0 disarms.  False if the gate has closed meanwhile (has_fired is set then). */
bool app_gate_arm(struct gate *gate, int64_t time);
bool app_gate_is_closed(const struct gate *gate, int64_t *ret_held);
HRESULT app_gate_close(struct app_schedule *s, struct gate *gate); /* now; waits */
/* Returns how long the gate was closed, ns; -1 unknown. */
int64_t app_gate_open(struct gate *gate);

/* Is the pin `below` reached by what leaves the pin `above`? */
bool app_gate_is_below(IPin *below, IPin *above);

/* ---- perform.c --------------------------------------------------------------------------- */
/* Makes the filter of the task's next turn ahead of its time.  S_OK, or failure says why. */
HRESULT app_task_prepare(struct task *task, struct app_failure *failure);

/* Has all ready, up to the cut, while data flows.  What can't be says so when it is due.  False: the
 * graph does not quite run yet. */
bool app_task_prepare_edit(struct app_schedule *s, struct task *task, IPin *pin);

/* Lets go of what was made ahead. */
void app_task_let_go(struct task *task);

/* Does the edit, its gate (may be NULL) being closed; books it.  Returns the record's index. */
size_t app_task_perform(struct app_schedule *s, struct task *task, struct gate *gate,
                        int64_t held);
void app_task_miss(struct app_schedule *s, struct task *task);
size_t app_task_refuse(struct app_schedule *s, struct task *task, HRESULT hr, char *reason);
