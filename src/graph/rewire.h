/* SPDX-License-Identifier: MIT */
/* rewire.h - an edit of a graph that may be running, from steps to certificates; for rewire*.c and
 * the doors to them (graph_edit.c, graph_transaction.c, graph_config.c).
 *
 * Control threads under the graph lock, but for the cut of a prepared link, which the streaming
 * thread can make itself (rewire_visit.c).
 *
 * steps -> plan -> prepare -> close -> drain -> cut -> open -> retire; put back on failure.
 */
#pragma once

#include "graph/graph_internal.h"

/* ---- what is wanted: steps ----------------------------------------------------------------- */

#define REWIRE_TIMEOUT_MS 10000 /* where the caller names no other */

enum rewire_step_kind {
    REWIRE_ADD = 1,
    REWIRE_REMOVE,
    REWIRE_REMOVE_BRANCH, /* out */
    REWIRE_CONNECT,       /* out, in, type */
    REWIRE_DISCONNECT,    /* out: either end */
    REWIRE_SWAP,          /* filter leaves, other comes */
    REWIRE_INSERT,        /* out, other comes */
    REWIRE_SET,           /* filter, name: the option, value */
    REWIRE_REROUTE,       /* out, in, by way of other (may be NULL): IGraphConfig::Reconnect */
};

struct rewire_step {
    enum rewire_step_kind kind;
    IBaseFilter *filter, *other; /* references, as what follows */
    IPin *out, *in;
    AM_MEDIA_TYPE *type;
    char *name, *value; /* UTF-8 */
    bool is_strict;     /* one connected input and one output, or it is refused */
};

void rewire_step_clear(struct rewire_step *step);

/* ---- what changes: the plan ---------------------------------------------------------------- */

#define REWIRE_IS_FOREIGN 0x80000000u /* beside RG_LINK_...: a pin without IRgLink */

/* A filter that comes, or leaves. */
struct rewire_filter {
    IBaseFilter *filter; /* reference */
    IUnknown *key;
    char *name; /* UTF-8, may be NULL */
    bool comes; /* joins the graph, or the roads */
    bool leaves;
    bool is_member;   /* was one before the edit */
    bool is_given_up; /* added by a step and taken out by a later one */
    bool is_in_road;  /* comes into a connection: is started */
    bool sits_out;    /* but not where IFilterChain has stopped its place, or what follows */

    /* what has been done */
    bool was_cached, was_active, has_joined, is_active, is_stopped;
    bool hangs; /* in its Stop */

    /* of one that leaves */
    bool counts_drops;      /* its pins could be asked, before any of them was stopped, */
    ULONGLONG drops_before; /* and said this */
    unsigned group;         /* filters that leave together, connected to one another; from 1 */
    DWORD traits;           /* RG_LINK_... of its inputs, REWIRE_IS_FOREIGN */
    bool is_a_source;       /* nothing is connected to it */
};

enum rewire_how {
    REWIRE_NOT = 0, /* nothing to do at this end */
    REWIRE_PLAIN,   /* a free pin of a filter that does not run: connected while preparing */
    REWIRE_LINK,    /* IRgLink: prepared beside the present connection, exchanged at the cut */
    REWIRE_LATE,    /* a foreign pin in use: taken off and connected at the cut */
};

/* One output pin and what it is connected to: before and after. */
struct rewire_edge {
    IPin *out, *was, *now; /* references; was, now: NULL for none */
    IUnknown *out_key, *was_key, *now_key;
    AM_MEDIA_TYPE *type; /* wanted for `now`, owned; may be NULL */
    bool is_retyped;     /* the same two pins again */
    bool is_touched;     /* nothing changes here but that a setting does behind it */
    struct rewire_filter *from, *to_was, *to_now; /* NULL: a filter that stays */

    IRgLink *link; /* reference; NULL: foreign */
    IRgLink
        *memory; /* reference: the link that remembers what `now` is to be shown; may be NULL */
    ULONGLONG serial;          /* the last sample shown */
    bool needs_sync;           /* nothing is remembered: the cut waits for a sync point */
    ULONGLONG past_samples;    /* shown, from past_start on */
    REFERENCE_TIME past_start; /* of the first one */
    bool is_untimed;           /* times are missing: who has given what can't be told */
    bool lags;       /* what leaves holds something older than what is remembered: likewise */
    bool takes_over; /* `now` gives what the one that leaves has not: that one is not drained */
    enum rewire_how how_out, how_now;
    /* for putting back what was taken off late: as its two ends had it */
    AM_MEDIA_TYPE was_type, was_in_type;

    /* the gate, where samples may flow */
    bool is_gate;
    unsigned rank;         /* how many gates there are upstream of it */
    IPinFlowControl *flow; /* reference */
    HANDLE closed;         /* event, while it is being closed */
    bool is_closed;        /* by this edit */
    int64_t closed_since;

    /* what has been done */
    bool is_prepared, is_connected, is_committed, is_off;

    RG_CERTIFICATE certificate;
};

/* An input pin that stays and whose connection changes. */
struct rewire_input {
    IPin *in; /* reference */
    IUnknown *key;
    IRgLink *link;                          /* reference, may be NULL */
    IPinConnection *connection;             /* reference, may be NULL */
    struct rewire_edge *was, *now;          /* NULL: none */
    bool is_late;                           /* by DynamicDisconnect, at the cut */
    bool is_prepared, is_committed, is_off; /* done */
};

struct rewire_setting {
    IRgOptions *options;      /* reference */
    const char *name, *value; /* the step's */
    char *before;             /* owned; once it is set */
    bool is_set;
};

/* Events that call a wait off. */
struct rewire_aborts {
    HANDLE list[2];
    DWORD n;
};

struct rewire_visit; /* rewire_visit.c */

struct rewire {
    struct graph *graph; /* borrowed: whoever edits holds it */

    /* what is wanted */
    struct rewire_step *steps;
    size_t n_steps, steps_room;
    bool caller_blocked, no_drain, keep_removed, leave_blocked; /* RG_EDIT_... */
    struct rewire_aborts aborts;
    DWORD timeout_ms;       /* INFINITE: no deadline */
    unsigned connect_flags; /* GRAPH_CONNECT_...: which filters a connection may bring along */

    /* the plan; pointers into it are good once it is finished */
    struct rewire_edge *edges;
    size_t n_edges, edges_room;
    struct rewire_filter *filters;
    size_t n_filters, filters_room;
    struct rewire_input *inputs;
    size_t n_inputs, inputs_room;
    struct rewire_setting *settings;
    size_t n_settings, settings_room;
    unsigned n_groups;
    bool is_planned, is_prepared;
    bool is_searched; /* what two pins don't agree on, filters in between may: at the cut */
    struct graph_trail trail; /* those filters */
    int64_t deadline_ns;
    int64_t prepare_ns;
    struct rewire_visit *visit; /* reference; while one is asked for */
};

/* Room for one more element: array is the address of a pointer. */
HRESULT rewire_grow(void *array, size_t count, size_t *room, size_t size);
/* A graph that is stopped has nothing to close or to drain. */
static inline bool rewire_is_live(const struct rewire *edit)
{
    return edit->graph->state != State_Stopped;
}

/* ---- rewire_plan.c: from steps to edges ---------------------------------------------------------- */

/* Takes the step over.  On failure the step is cleared. */
HRESULT rewire_stage(struct rewire *edit, struct rewire_step *step);
/* Replays the steps on the graph as it is.  On failure: what does not fit, and the report says
 * which step. */
HRESULT rewire_plan(struct rewire *edit);
void rewire_plan_clear(struct rewire *edit);
/* Paused or running. */
bool rewire_filter_is_active(IBaseFilter *filter);

/* ---- rewire_ways.c: how each end can be changed ----------------------------------------------------- */

HRESULT rewire_find_ways(struct rewire *edit);
/* Nothing changes at this output but that its gate closes too. */
HRESULT rewire_touch_gate(struct rewire *edit, IPin *out);

/* ---- rewire_steps.c: what a step means --------------------------------------------------------- */

HRESULT rewire_replay(struct rewire *edit, const struct rewire_step *step);

/* ---- rewire_after.c: the graph as the steps so far leave it ---------------------------------------- */

/* The edge of an output that is another one now; NULL. */
struct rewire_edge *rewire_edge_after(struct rewire *edit, IUnknown *out_key);
/* A pin's peer: a reference, or NULL. */
IPin *rewire_peer_after(struct rewire *edit, IPin *pin);
/* A filter's pins of a direction that are connected, or free: the first one with a reference (NULL:
 * none), and how many. */
HRESULT rewire_pick_after(struct rewire *edit, IBaseFilter *filter, PIN_DIRECTION direction,
                          bool connected, IPin **ret, size_t *ret_count);
HRESULT rewire_edge_set(struct rewire *edit, IPin *out, IPin *in, const AM_MEDIA_TYPE *type);
/* The entry of a filter; NULL: there is none. */
struct rewire_filter *rewire_filter_of(struct rewire *edit, IUnknown *key);
HRESULT rewire_filter_get(struct rewire *edit, IBaseFilter *filter, struct rewire_filter **ret);
bool rewire_is_member_after(struct rewire *edit, IBaseFilter *filter);
/* Does data that leaves `from` reach `to`, as the steps leave the graph? */
HRESULT rewire_reaches_after(struct rewire *edit, IBaseFilter *from, IBaseFilter *to);

/* ---- rewire_path.c: roads between pins ---------------------------------------------------------- */

/* The filters between two pins, downstream order, each with a reference. */
struct rewire_path {
    IBaseFilter **filters;
    IPin **inputs;  /* of each: where the road comes in, a reference */
    IPin **outputs; /* and where it leaves, a reference */
    size_t count, room;
};

/* Fills out or in, whichever is NULL, by the rules of spec 3.3.  need_removable: a filter
 * that the caller had added stands in the way unless it is flagged.  S_OK; VFW_E_NOT_FOUND;
 * VFW_E_NOT_IN_GRAPH; E_NOINTERFACE: the input has no IPinConnection. */
HRESULT rewire_find_end(struct graph *graph, IPin *out, IPin **ret_in, bool need_removable);
HRESULT rewire_find_begin(struct graph *graph, IPin *in, IPin **ret_out);

/* Everything strictly between.  S_OK; VFW_E_NOT_FOUND: out does not lead to in by a single
 * road. */
HRESULT rewire_path_between(struct graph *graph, IPin *out, IPin *in, struct rewire_path *ret);
void rewire_path_free(struct rewire_path *path);
/* S_OK: a pin of it is connected; S_FALSE; E_OUTOFMEMORY. */
HRESULT rewire_has_connection(IBaseFilter *filter);

/* ---- rewire_prepare.c --------------------------------------------------------------------------- */

/* Everything that can be done while data flows.  On failure all of it is taken back. */
HRESULT rewire_prepare(struct rewire *edit);
/* Connects what is due, in front first: what a filter gives depends on what it gets. */
HRESULT
rewire_in_front_first(struct rewire *edit, bool (*due)(const struct rewire_edge *edge),
                      bool (*waits)(struct rewire *edit, const struct rewire_edge *edge),
                      HRESULT (*connect)(struct rewire *edit, struct rewire_edge *edge));
void rewire_unprepare(struct rewire *edit);
/* Downstream first: every filter that comes in the graph's state; late ones too.  Stopped again by
 * rewire_unprepare. */
HRESULT rewire_activate(struct rewire *edit, bool late);
bool rewire_filter_is_late(const struct rewire *edit, const struct rewire_filter *filter);

/* ---- rewire_prime.c: filters that build on what went before ------------------------------------------ */

/* Which link's memory each newcomer is to be shown. */
HRESULT rewire_find_memories(struct rewire *edit);
/* Shows it, once the newcomer stands and runs; again in the cut, for what has come meanwhile. */
HRESULT rewire_prime(struct rewire *edit);
/* The only member of the group leaves its place to one that goes on where it stopped. */
bool rewire_group_is_taken_over(const struct rewire *edit, unsigned group);
/* Some newcomer has to wait for the next sync point: its link remembers too little. */
bool rewire_waits_for_sync(const struct rewire *edit);

/* ---- rewire_drain.c -------------------------------------------------------------------------------- */

/* Push-through from out's peer to in, the road stays.  S_OK; VFW_E_STATE_CHANGED:
 * abort, or the marker was refused; VFW_E_TIMEOUT; E_NOINTERFACE; E_OUTOFMEMORY. */
HRESULT rewire_push_through(struct graph *graph, IPin *out, IPin *in, HANDLE abort);
/* What leaves gives up all it holds, and everyone who stays has received it.  On failure the
 * roads go on as if nothing had been. */
HRESULT rewire_drain(struct rewire *edit);
/* rewire_push.c.  Before something is taken apart where a former drain's marker, and samples in front of
 * it, may still be under way: until that is over.  As rewire_drain. */
HRESULT rewire_wait_for_pushes(struct rewire *edit);
/* The call of a drain that was given up may be in that filter, or held up further down. */
bool rewire_push_may_be_in(struct graph *graph, IBaseFilter *filter);
/* After the cut, gates open: what has lost its source hears the end of its stream, and ends
 * properly.  Waits for it, within the deadline.  false: it was cut short, without having been told
 * to. */
bool rewire_end_streams(struct rewire *edit);
/* RG_LINK_... of filters that leave together, and whether one of them is foreign. */
DWORD rewire_group_traits(struct rewire *edit, unsigned group);
/* Somebody who stays gets other samples where theirs came: they are drained before the cut. */
bool rewire_group_goes_on(struct rewire *edit, unsigned group);
/* And they may hold something. */
bool rewire_group_is_drained(struct rewire *edit, unsigned group);
/* Until the deadline, for a wait in ms; rounded up. */
DWORD rewire_ms_left(int64_t deadline_ns);
/* Waits for event, the edit's aborts, somebody who wants to stop the graph, or the deadline.  S_OK,
 * VFW_E_STATE_CHANGED, VFW_E_TIMEOUT.  The caller notes the wait (graph_wait_begin). */
HRESULT rewire_wait(const struct rewire *edit, HANDLE event);
/* The same for what a former edit has left behind: without a deadline a second, for nobody could do
 * anything to the graph meanwhile. */
HRESULT rewire_wait_for_former(const struct rewire *edit, HANDLE event);
bool rewire_is_called_off(const struct rewire *edit);

/* ---- rewire_visit.c: the cut made by the stream ----------------------------------------------------- */

/* Can the streaming thread make the whole cut? */
bool rewire_can_visit(struct rewire *edit);
/* Nothing has to be pushed through: the cut is over in a moment, whoever makes it. */
bool rewire_is_drained_already(struct rewire *edit);
/* Asks for it, now (RG_VISIT_NOW) or at a media time or sync point.  S_OK; an error: nothing is
 * asked for. */
HRESULT rewire_visit_begin(struct rewire *edit, REFERENCE_TIME at);
/* Signalled when it is over. */
HANDLE rewire_visit_event(struct rewire *edit);
IRgLink *rewire_visit_link(struct rewire *edit);
/* Its pin's name, good until it has ended. */
const char *rewire_visit_pin(struct rewire *edit);
/* Waits for it: as rewire_wait. */
HRESULT rewire_visit_wait(struct rewire *edit);
/* Takes it back, or waits for the cut if it is being made just now.  true: the cut is made. */
bool rewire_visit_end(struct rewire *edit, HRESULT *ret_result);

/* ---- rewire_cut.c ------------------------------------------------------------------------------------ */

/* All gates are closed, all is drained: the links are exchanged, settings set.  On failure all is
 * as before. */
HRESULT rewire_cut(struct rewire *edit);
/* Two pins found no type, or not the one that was asked for. */
bool rewire_is_about_types(HRESULT hr);
/* Settings: set all, or undo those that were. */
HRESULT rewire_settings_apply(struct rewire *edit);
void rewire_settings_undo(struct rewire *edit);

/* ---- rewire_owed.c ----------------------------------------------------------------------------------- */

/* To the inputs that lose their connection, in a paused graph: graph_owed_ends_tell.  Out of memory: they aren't told, and
 * EC_ERRORABORT says so. */
void rewire_owe_ends(struct rewire *edit);

/* ---- rewire_stop.c: filters that leave --------------------------------------------------------------- */

/* Stops it, on a thread of its own if it might hang.  S_OK; VFW_E_TIMEOUT, VFW_E_STATE_CHANGED:
 * it has not stopped yet; when it does it is started again (will_start), as the graph is by then;
 * a Stop that had not begun is not made. */
HRESULT rewire_stop_filter(struct rewire *edit, struct rewire_filter *filter, bool will_start);
/* All that leave, those that have not been stopped yet. */
void rewire_stop_leavers(struct rewire *edit);
/* Is a filter of the plan one that a former edit has not been able to stop in time?  S_OK: none is;
 * S_FALSE: one was, its Stop has come back, and the plan is to be made anew; VFW_E_TIMEOUT;
 * VFW_E_STATE_CHANGED. */
HRESULT rewire_wait_for_stopper(struct rewire *edit);
/* After the cut: filters that leave are stopped, let go of, out of the graph. */
void rewire_retire(struct rewire *edit);

/* ---- rewire.c ------------------------------------------------------------------------------------------ */

void rewire_init(struct rewire *edit, struct graph *graph);
void rewire_free(struct rewire *edit);
/* Plan and prepare, if that has not been done or no longer holds. */
HRESULT rewire_get_ready(struct rewire *edit);
/* Close, drain, cut, open, retire: at once.  On failure the old roads play on. */
HRESULT rewire_carry_out(struct rewire *edit);
/* The parts of it, for a commit at a media time (graph_transaction.c): gates are closed
 * already. */
HRESULT rewire_carry_out_closed(struct rewire *edit);
/* rank: how many other gates stand on the road to it.  Those of that rank and above are closed, in
 * this order, and opened by rewire_open_gates. */
HRESULT rewire_rank_gates(struct rewire *edit);
HRESULT rewire_close_gates(struct rewire *edit, unsigned rank);
void rewire_open_gates(struct rewire *edit, bool failed);
/* After a cut: what leaves goes, what came is booked. */
void rewire_finish(struct rewire *edit);

/* rename.c: name must be free, else nothing happens. */
void graph_rename_locked(struct graph *graph, struct graph_node *node, const WCHAR *name);

/* rewire_words.c: for the certificate and the report: what usually is behind an error. */
const char *rewire_plain_reason(HRESULT hr);
/* What a plan that was prepared would do, in words; CoTaskMem, NULL if memory is out. */
char *rewire_describe(struct rewire *edit);
