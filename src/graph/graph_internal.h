/* SPDX-License-Identifier: MIT */
/* graph_internal.h - the Filter Graph Manager, as the files of this folder see it.
 *
 * Control threads, one at a time, under the graph lock; what streaming threads may touch
 * (events) has a leaf lock of its own.
 * Knows: filters and pins through COM interfaces alone.  Must not know: base/, samples,
 * formats.
 *
 * Suffix _locked: the caller holds the graph lock.  Lock order: graph lock > filter >
 * events_lock, report_lock, jobs_lock (leaves; nothing is called under them).
 */
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include <dshow.h>
#include <regraft_if.h>

#include "com/object.h"
#include "graph/build.h"
#include "graph/deferred.h"
#include "graph/faces.h"
#include "graph/forward.h"
#include "graph/hash.h"
#include "graph/persist.h"
#include "graph/resources.h"
#include "graph/site.h"
#include "graph/stats.h"
#include "graph/step.h"
#include "graph/streams.h"
#include "platform/hold.h"

struct rg_class_entry; /* com/registry.h */

/* ---- one filter of the graph, or of its cache -------------------------------------------- */

struct graph_node {
    /* under the graph lock */
    struct graph_node *next, *previous; /* in graph->members or graph->cached */
    struct graph_link by_filter, by_name;
    IBaseFilter *filter; /* one reference */
    IUnknown *identity;  /* the filter's IUnknown: a key, no reference */
    WCHAR *name;
    DWORD flags;     /* AM_FILTER_FLAGS_REMOVABLE, as IGraphConfig::SetFilterFlags set it */
    bool by_connect; /* added by intelligent connect: may be removed without being asked */
    bool in_cache;
    bool touched; /* on graph->touched: its connections have changed */
    struct graph_node *next_touched;
    bool
        has_own_clock; /* SetSyncSourceEx: another one than the graph's, until the graph's is set */
    IReferenceClock *own_clock;    /* reference; may be NULL */
    struct rewire_owed *owed_ends; /* of its inputs, for when the graph runs: rewire_owed.c */
    size_t index;                  /* scratch of walk.c */
    uint64_t seen_down, seen_up;

    /* under the graph lock and events_lock: read under either, written under both */
    struct graph_node *next_renderer, *previous_renderer;
    struct graph_link by_renderer; /* key: the filter pointer as the filter itself knows it */
    bool is_renderer;
    bool is_to_come; /* joined for an edit that is prepared, and not made yet */
    bool sits_out;   /* IFilterChain stopped it: EC_COMPLETE does not wait for it */
    /* under events_lock */
    bool completed; /* counted for EC_COMPLETE */
    bool has_ended; /* it has said so, whatever is made of it */
};

struct graph_list {
    struct graph_node *first, *last;
    size_t count;
    uint64_t version; /* grows with every change; enumerators compare it */
};

/* Filters in the order of a state change, each with a reference: it outlives any re-entry. */
struct graph_snapshot {
    IBaseFilter **filters; /* renderers first */
    size_t count;
};

/* ---- waiting for the lock: lock.c -------------------------------------------------------- */

struct graph_gate {
    pthread_mutex_t guard; /* leaf */
    pthread_t owner;       /* valid while depth > 0 */
    unsigned depth;
    unsigned waiters;
    HANDLE free_event; /* auto-reset: the lock has become free */
    unsigned urgent;   /* who waits to stop the graph */
    HANDLE called_off; /* manual-reset: somebody does; whoever waits under the lock gives up */
    /* for the report of who waits, under guard */
    struct rg_fixed_place place;
    struct rg_hold report;
};

/* ---- the worker thread: worker.c --------------------------------------------------------- */

enum graph_job {
    GRAPH_JOB_SETTLE = 1,       /* finish a state change once every renderer is cued */
    GRAPH_JOB_RECONNECT = 2,    /* IFilterGraph::Reconnect and ReconnectEx */
    GRAPH_JOB_RESTART = 4,      /* EC_NEED_RESTART */
    GRAPH_JOB_STARVATION = 8,   /* EC_STARVATION */
    GRAPH_JOB_REPAINT = 16,     /* EC_REPAINT */
    GRAPH_JOB_CLOCK_UNSET = 32, /* EC_CLOCK_UNSET */
    GRAPH_JOB_STEPPED = 64,     /* EC_STEP_COMPLETE */
    GRAPH_JOB_LENGTH = 128,     /* EC_LENGTH_CHANGED */
    GRAPH_JOB_DEFERRED = 256,   /* commands that are due */
};

struct graph_worker; /* worker.c */

struct graph_reconnect { /* one queued IFilterGraph::Reconnect */
    struct graph_reconnect *next;
    IPin *pin;           /* reference */
    AM_MEDIA_TYPE *type; /* owned; NULL: keep */
};

/* ---- events: events.c -------------------------------------------------------------------- */

struct graph_event {
    struct graph_event *next;
    LONG code;
    LONG_PTR param1, param2;
};

struct graph_events {
    HANDLE ready;    /* manual-reset: the queue holds something; GetEventHandle's */
    HANDLE queued;   /* manual-reset: the same, without what AM_MEDIAEVENT_NONOTIFY signals */
    LONG silent_end; /* the event that ended the streams and was not queued for that; 0: none */
    HANDLE completion; /* auto-reset: a renderer has said that it is at its end */
    struct graph_event *first, *last;
    struct graph_event last_resort; /* an end's, when there is no memory; code 0: free */
    uint32_t handled;               /* bits of the default handlers in force, see events.c */
    LONG notify_flags;
    bool running; /* EC_COMPLETE counts */
    bool complete_posted;
    size_t renderers; /* that are waited for: those that don't sit out */
    size_t completed; /* of them */
    size_t nameless;  /* EC_COMPLETE without a filter */
    LONG_PTR complete_status;
    struct graph_table by_filter; /* renderers */
    IPin *repaint;    /* whose EC_REPAINT is to be handled; reference; NULL: nobody's */
    bool repaint_all; /* of more than one pin, or of none */
};

/* ---- edits: graph_transaction.c ------------------------------------------------------------ */

struct transaction;
struct rewire;
struct rewire_visit;

struct graph_edit_list {
    struct transaction *first;
};

/* ---- the graph --------------------------------------------------------------------------- */

enum graph_clock_choice {
    GRAPH_CLOCK_DEFAULT = 1, /* chosen at the next pause or run */
    GRAPH_CLOCK_GIVEN,       /* IMediaFilter::SetSyncSource(clock) */
    GRAPH_CLOCK_NONE,        /* IMediaFilter::SetSyncSource(NULL) */
};

struct graph {
    struct com_object object; /* first */

    GRAPH_FACES(GRAPH_FACE_MEMBER) /* set at creation */

    struct graph_gate gate;
    bool has_worker; /* set at creation: CLSID_FilterGraph, not CLSID_FilterGraphNoThread */
    atomic_bool is_ending; /* the last reference is gone */

    /* under the graph lock */
    struct graph_list members; /* newest first */
    struct graph_list cached;  /* IGraphConfig's cache */
    struct graph_table by_filter, by_name;
    struct graph_node *touched; /* whose renderer status has to be looked at again */
    struct graph_node *renderers;
    size_t sitting_out; /* members that sit out */
    bool recount_all;   /* connections changed while stopped */
    LONG version;       /* IGraphVersion: filters and connections */
    unsigned name_counter;
    uint64_t walk_stamp;
    struct graph_edit_list edits;      /* prepared, or waiting for their time */
    struct rewire_visit *stale_visits; /* given up while the stream was inside */
    struct rewire_push *stale_pushes;  /* given up, with the call still inside */
    struct stopper *stale_stoppers;    /* as these, of Stop */
    struct rewire_stale *stale_drains; /* over, with a marker still inside a foreign filter */

    /* state.c, under the graph lock */
    FILTER_STATE state; /* what the filters were told */
    atomic_int
        goal; /* FILTER_STATE that the application asked for: the change may be unfinished */
    _Atomic(uint64_t) change; /* grows with every command: an unfinished older one gives up */
    HANDLE settled;           /* manual-reset: state == goal */
    HANDLE overtaken;         /* manual-reset: a newer command came */
    bool is_cued; /* every filter was ready once since it was paused from stopped, or flushed */
    REFERENCE_TIME run_start;   /* asked of the unfinished Run; 0: as soon as possible */
    HRESULT settle_error;       /* why the unfinished change failed */
    REFERENCE_TIME start_time;  /* of the last Run; what IGraphConfig::GetStartTime reports */
    REFERENCE_TIME stream_time; /* where stream time stands while not running */

    /* clock.c's choice, under the graph lock */
    IReferenceClock *clock; /* reference */
    enum graph_clock_choice clock_choice;
    IReferenceClock *system_clock; /* reference; made when it is chosen first */
    bool clock_unset; /* its filter has left: choose again at the next pause or run */

    struct graph_frame_step step; /* step.c */
    struct graph_deferred deferred;

    /* seek.c, under the graph lock */
    GUID time_format;
    double rate;
    LONGLONG segment_start; /* media time of stream time 0 */
    LONGLONG segment_stop;  /* < 0: unknown */
    /* atomic, any thread: stream time at which the segment ends that EC_END_OF_SEGMENT told of; < 0:
     * none has */
    _Atomic(REFERENCE_TIME) segment_end;

    struct graph_persist persist_state;

    pthread_mutex_t jobs_lock; /* leaf */
    /* under jobs_lock */
    unsigned jobs;                      /* enum graph_job, not begun yet */
    struct graph_reconnect *reconnects; /* in the order they were asked for */
    struct graph_worker *worker;        /* NULL until there was something to do */
    bool ending;                        /* no new worker any more */

    pthread_mutex_t events_lock; /* leaf */
    struct graph_events events;  /* under events_lock */

    pthread_mutex_t report_lock; /* leaf */
    char *report_text;           /* under report_lock; UTF-8, NULL: nothing has failed */

    struct graph_build build;         /* the building under way, and its log */
    struct graph_site site;           /* the host's object, and services */
    struct graph_stats stats;         /* IAMStats */
    struct graph_streams streams;     /* IAMGraphStreams */
    struct graph_resources resources; /* IResourceManager */
    struct graph_forward audio_forward, video_forward, window_forward;
};

static inline struct graph *graph_home(void *face)
{
    return COM_HOME(face, struct graph);
}

/* graph.c.  Class-factory functions: CLSID_FilterGraph, CLSID_FilterGraphNoThread. */
HRESULT graph_create(IUnknown *outer, REFIID iid, void **out);
HRESULT graph_create_no_thread(IUnknown *outer, REFIID iid, void **out);
/* The graph ends now. */
void graph_take_down(struct graph *graph);

/* ---- the lock: lock.c.  Any thread. ------------------------------------------------------ */

HRESULT graph_gate_init(struct graph *graph);
void graph_gate_free(struct graph_gate *gate);
/* Recursive.  abort may be NULL; timeout_ms may be INFINITE.
 * S_OK; VFW_E_STATE_CHANGED: abort came first; VFW_E_TIMEOUT. */
HRESULT graph_lock(struct graph *graph, HANDLE abort, DWORD timeout_ms);
/* Calls off what waits under the lock (an edit: block, drain) until the lock is had. */
void graph_lock_urgently(struct graph *graph);
void graph_unlock(struct graph *graph);
/* Is the calling thread at work on a road of this graph?  Whoever stops the graph waits for it.  Known of
 * all threads of the library; a foreign source's own are taken for control threads. */
bool graph_caller_carries(struct graph *graph);
/* Before the lock, where a command waits for streaming threads.  S_OK; VFW_E_WRONG_STATE: the caller
 * would wait for itself, or for who waits for it; the report says so of `what`. */
HRESULT graph_check_command(struct graph *graph, const char *what);
/* The same of what may be done under the lock, however the caller came by it: one that has the lock
 * (inside IGraphConfig::Reconfigure) is welcome, for nobody can wait for it. */
HRESULT graph_check_change(struct graph *graph, const char *what);
/* timeout_ms, but not for long if the caller carries samples: whom it waits for may wait for it. */
DWORD graph_caller_patience(struct graph *graph, DWORD timeout_ms);
/* The lock, for what a callback may well call: all that waits for no streaming thread.
 * VFW_E_TIMEOUT: the caller carries samples, and who has the lock may wait for it. */
HRESULT graph_lock_for_call(struct graph *graph);
/* graph_transaction.c.  Whoever has the lock sees no cut half made: one that waits for its time is
 * put off from the outermost lock to the outermost unlock, one that was made is booked. */
void graph_edits_hold(struct graph *graph);
void graph_edits_go_on(struct graph *graph);
/* Something else is about to change the graph: what was prepared is let go of, but for one edit's
 * (may be NULL) and what has nothing to do with it.  true: there was something. */
bool graph_edits_let_go(struct graph *graph, struct rewire *except);
/* rewire_visit.c.  Visits that were given up, once the stream has left them; all: nobody streams
 * any more. */
void graph_stale_visits_reap(struct graph *graph, bool all);
void graph_stale_drains_reap(struct graph *graph, bool all);
/* wait: a second at most in all; one that hangs stays on the list.  drop: nobody edits any more. */
void graph_stale_pushes_reap(struct graph *graph, bool wait);
void graph_stale_pushes_drop(struct graph *graph);
void graph_stale_stoppers_reap(struct graph *graph, bool all);
/* rewire_stop.c.  Stops a member of a graph that is not stopped; its thread may wait in a renderer.
 * S_OK; VFW_E_TIMEOUT after 10 s, VFW_E_STATE_CHANGED: somebody wants to stop the graph; then the
 * filter goes on as the graph is. */
HRESULT graph_stop_filter_locked(struct graph *graph, IBaseFilter *filter);
/* One whose Stop was given up is waited for until it is what the graph is again; it may call the
 * graph meanwhile.  S_OK: there is none; S_FALSE: it is back; VFW_E_TIMEOUT after a second,
 * VFW_E_STATE_CHANGED: somebody wants to stop the graph. */
HRESULT graph_wait_for_stopper_locked(struct graph *graph, IBaseFilter *filter);
/* rewire_owed.c.  Inputs that lost their connection while the graph was paused are told the end of
 * their stream when it is to run, unless they are connected again; not after a stop. */
void graph_owed_ends_tell(struct graph *graph);
void graph_owed_ends_forget(struct graph_node *node);
void graph_owed_ends_forget_all(struct graph *graph);

/* ---- members: members.c ------------------------------------------------------------------ */

/* Borrowed; NULL if it is not a member (a cached filter is none).  O(1). */
struct graph_node *graph_node_of_filter(struct graph *graph, IBaseFilter *filter);
struct graph_node *graph_node_of_pin(struct graph *graph, IPin *pin);
/* In the cache too. */
struct graph_node *graph_node_of_identity(struct graph *graph, IUnknown *identity);
struct graph_node *graph_node_by_name(struct graph *graph, const WCHAR *name);

#define GRAPH_ADD_BY_CONNECT 0x1 /* intelligent connect adds it */

/* name may be NULL.  S_OK; VFW_S_DUPLICATE_NAME: added under another name; E_INVALIDARG: a
 * member already; E_POINTER; E_OUTOFMEMORY; what JoinFilterGraph said.  A cached filter
 * leaves the cache. The filter gets the clock and stays stopped.  ret_node may be NULL. */
HRESULT graph_add_locked(struct graph *graph, IBaseFilter *filter, const WCHAR *name,
                         unsigned flags, struct graph_node **ret_node);

#define GRAPH_REMOVE_TO_CACHE 0x1
#define GRAPH_REMOVE_LEAVECONNECTED                                                            \
    0x2                        /* REMFILTERF_LEAVECONNECTED: neither stopped nor disconnected */
#define GRAPH_REMOVE_FORCE 0x4 /* whatever its pins say: the graph goes away */

/* Stops the filter, disconnects both ends of its connections, takes it out; the node is
 * freed or moves to the cache.  S_OK; nothing was changed: VFW_E_NOT_STOPPED (an active neighbour
 * cannot let go), VFW_E_TIMEOUT and VFW_E_STATE_CHANGED (it does not stop; not with FORCE). */
HRESULT graph_remove_locked(struct graph *graph, struct graph_node *node, unsigned flags);
/* Out of the graph without a word to the filter, which hangs. */
void graph_abandon_locked(struct graph *graph, struct graph_node *node);

/* Can pin be disconnected as things stand, by what its filter's state and its interfaces say? */
bool graph_pin_lets_go(IPin *pin);

/* The cache.  Find: borrowed, NULL if absent.  Add: S_OK, S_FALSE (cached already), E_FAIL
 * (a connected pin); a member leaves the graph, an active filter is stopped.  Drop: S_OK,
 * S_FALSE (was not cached). */
struct graph_node *graph_cache_find(struct graph *graph, IBaseFilter *filter);
HRESULT graph_cache_add_locked(struct graph *graph, IBaseFilter *filter);
HRESULT graph_cache_drop_locked(struct graph *graph, IBaseFilter *filter);

/* The connections of node have changed: its renderer status is looked at by
 * graph_recount_renderers. */
void graph_touch_locked(struct graph *graph, struct graph_node *node);
void graph_touch_pin_locked(struct graph *graph, IPin *pin);

/* IGraphVersion's number. */
void graph_version_bump(struct graph *graph);

/* IEnumFilters over graph->members or graph->cached; out of sync when the list changes.
 * enum.c */
HRESULT graph_enum_create(struct graph *graph, struct graph_list *list, IEnumFilters **ret);

/* ---- why it failed: report.c.  Any thread. ----------------------------------------------- */

void graph_report_clear(struct graph *graph);
void graph_report_set(struct graph *graph, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Only where nothing has been said yet. */
void graph_report_set_if_none(struct graph *graph, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void graph_report_add(struct graph *graph, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Two pins that did not agree: names, both type lists, the first field that differs, what
 * would help. */
void graph_report_connect(struct graph *graph, IPin *output, IPin *input,
                          const AM_MEDIA_TYPE *type, HRESULT result);
/* What became of one IPin::Connect, for the log of IGraphBuilder::SetLogFile. */
void graph_log_join(struct graph *graph, IPin *output, IPin *input, HRESULT result);
struct graph_candidate;
struct graph_step;
/* For the same log: what is tried next, and what is taken back. */
void graph_log_candidate(struct graph *graph, const struct graph_candidate *candidate);
void graph_log_undo(struct graph *graph, const struct graph_step *step);
/* A pin for which no filter was found. */
void graph_report_render(struct graph *graph, IPin *output, HRESULT result);

/* ---- who waits for what: waits.c -------------------------------------------------------- */

/* A wait of this graph, for the report; lies on the stack of who waits. */
struct graph_wait {
    struct rg_fixed_place place;
    struct rg_wait wait;
};
/* where: "filter.pin", or "" if `what` (a constant) says it all. */
void graph_wait_begin(struct graph_wait *wait, struct graph *graph, const char *what,
                      const char *where);
/* The same where more is known: sets all up; fields of wait->wait are added to, then
 * rg_wait_begin notes it. */
void graph_wait_set(struct graph_wait *wait, struct graph *graph, const char *what,
                    const char *where);
/* Nothing to do. */
void graph_idle_begin(struct graph_wait *wait, struct graph *graph, const char *what);
void graph_wait_end(struct graph_wait *wait);
/* No wait, but what this thread does from now on.  carries: something on the road, which a stop waits
 * for. */
void graph_task_begin(struct graph_wait *task, const void *graph_key, bool carries,
                      const char *what, const char *where);
/* How places tell that they belong to this graph: its filters know it by this pointer. */
static inline const void *graph_key(struct graph *graph)
{
    return &graph->builder.i;
}
/* IGraphReport::GetWaits */
HRESULT STDMETHODCALLTYPE graph_get_waits(IGraphReport *face, char **ret_text);

/* ---- IAMGraphStreams::FindUpstreamInterface: upstream.c ---------------------------------- */

HRESULT STDMETHODCALLTYPE graph_find_upstream(IAMGraphStreams *face, IPin *pin, REFIID iid,
                                              void **out, DWORD flags);

/* ---- IGraphBuilder's slots that never take the graph lock: build.c ----------------------- */

HRESULT STDMETHODCALLTYPE graph_set_log(IFilterGraph3 *face, DWORD_PTR file);
HRESULT STDMETHODCALLTYPE graph_abort(IFilterGraph3 *face);
HRESULT STDMETHODCALLTYPE graph_should_continue(IFilterGraph3 *face);

/* ---- state: state.c, settle.c ------------------------------------------------------------ */

HRESULT graph_run(struct graph *graph, REFERENCE_TIME start); /* 0: as soon as possible */
/* The same under the lock, whatever step is under way. */
HRESULT graph_run_on_locked(struct graph *graph, REFERENCE_TIME start);
HRESULT graph_pause(struct graph *graph);
HRESULT graph_stop(struct graph *graph);
HRESULT graph_stop_when_ready(struct graph *graph);
HRESULT graph_get_state(struct graph *graph, DWORD timeout_ms, FILTER_STATE *ret_state);
/* The graph for itself, around a seek or to start afresh: filters that are stopped stay so. */
HRESULT graph_pause_locked(struct graph *graph);
HRESULT graph_run_locked(struct graph *graph, REFERENCE_TIME start);
/* Brings one filter to the graph's present state with the existing start time:
 * SetSyncSource, Pause, Run. */
HRESULT graph_activate_locked(struct graph *graph, IBaseFilter *filter);
/* Asks every filter, waiting until the deadline (rg_time_now_ns).  S_OK,
 * VFW_S_STATE_INTERMEDIATE, VFW_S_CANT_CUE, VFW_E_STATE_CHANGED (graph->change is no longer
 * `change`), a filter's error.  Without the graph lock. */
HRESULT graph_wait_cued(struct graph *graph, const struct graph_snapshot *snapshot,
                        uint64_t change, int64_t deadline_ns);
/* Runs at once, or as soon as every filter is ready (S_FALSE then); the graph is paused. */
HRESULT graph_run_when_cued_locked(struct graph *graph);
/* What remains of a state change once every filter has answered `cued`. */
void graph_settle_finish_locked(struct graph *graph, HRESULT cued);

/* ---- the worker: worker.c ---------------------------------------------------------------- */

/* Any thread.  S_OK: the worker will do it.  S_FALSE: this graph has none; E_OUTOFMEMORY:
 * there was no thread to be had.  The next control call does it then
 * (graph_jobs_run_pending), but for GRAPH_JOB_SETTLE, which is forgotten. */
HRESULT graph_worker_post(struct graph *graph, enum graph_job job);
/* On the worker thread: what wakes it, an auto-reset event. */
HANDLE graph_worker_handle(struct graph *graph);
/* Ends and joins it; not under the graph lock. */
void graph_worker_stop(struct graph *graph);
/* On the worker thread: true, and it takes the graph down when its job is done. */
bool graph_worker_ends_it(struct graph *graph);
/* Does at once what is pending and has no worker to do it. */
void graph_jobs_run_pending(struct graph *graph);

/* ---- clock: graph_clock.c (choice), clock.c (the system clock) --------------------------- */

HRESULT system_clock_create(IUnknown *outer, REFIID iid, void **out); /* CLSID_SystemClock */
/* CLSID_CaptureGraphBuilder and CLSID_CaptureGraphBuilder2; CLSID_SeekingPassThru. */
HRESULT capture_builder_create(IUnknown *outer, REFIID iid, void **out);
HRESULT seeking_pass_thru_create(IUnknown *outer, REFIID iid, void **out);
/* Chooses where choice is default and none is there yet. */
HRESULT graph_clock_choose_locked(struct graph *graph);
HRESULT graph_clock_set_locked(struct graph *graph, IReferenceClock *clock);
/* documented for SetSyncSourceEx: one for all, and another (may be NULL) for node's filter. */
HRESULT graph_clock_set_two_locked(struct graph *graph, IReferenceClock *most,
                                   struct graph_node *node, IReferenceClock *one);
/* No reference. */
IReferenceClock *graph_clock_for(struct graph *graph, const struct graph_node *node);
void graph_clock_forget_own(struct graph_node *node);
/* The filter leaves: if its clock is ours, keep it alive and choose again at the next pause
 * or run. */
void graph_clock_filter_leaves_locked(struct graph *graph, IBaseFilter *filter);
/* Time on the graph's clock; false if there is none. */
bool graph_clock_now(struct graph *graph, REFERENCE_TIME *ret);

/* ---- events: events.c, renderers.c ------------------------------------------------------- */

HRESULT graph_events_init(struct graph *graph);
void graph_events_free(struct graph *graph);
/* Any thread; takes events_lock alone. */
void graph_event_post(struct graph *graph, LONG code, LONG_PTR param1, LONG_PTR param2);
/* What a filter sent: default handling, then the queue. */
HRESULT graph_event_notify(struct graph *graph, LONG code, LONG_PTR param1, LONG_PTR param2);
/* event_params.c.  Not under a lock: interfaces in parameters get a reference for as long as the
 * event lives; texts belong to it. */
void graph_event_params_hold(LONG code, LONG_PTR param1, LONG_PTR param2);
void graph_event_params_free(LONG code, LONG_PTR param1, LONG_PTR param2);
/* repaint.c: EC_REPAINT of that pin (may be NULL) waits for the worker, which does it, or forgets
 * it. */
void graph_repaint_note(struct graph *graph, IPin *pin);
void graph_repaint_locked(struct graph *graph);
void graph_repaint_forget(struct graph *graph);
/* Looks at the filters whose connections have changed; posts EC_COMPLETE if the last one
 * missing has left. */
void graph_recount_renderers(struct graph *graph);
/* Looks at all of them: before a stopped graph starts. */
void graph_recount_all_locked(struct graph *graph);
void graph_renderer_forget_locked(struct graph *graph, struct graph_node *node);
/* A renderer that has not said yet that it is at its end, and may. */
bool graph_renderer_goes_on(struct graph *graph, struct graph_node *node);
/* All that are waited for have completed since the last stop, seek or flush of the graph. */
bool graph_renderers_are_done(struct graph *graph);
/* Nobody waits for node any more (on), or again.  What follows from it is told by
 * graph_recount_renderers. */
void graph_renderer_sit_out_locked(struct graph *graph, struct graph_node *node, bool on);
/* EC_COMPLETE does not wait for it before it has come; what it says meanwhile is remembered. */
void graph_renderer_is_to_come_locked(struct graph *graph, struct graph_node *node);
void graph_renderer_has_come_locked(struct graph *graph, struct graph_node *node);
/* Nobody sits out any more: the whole graph changes its state. */
void graph_renderers_all_back_locked(struct graph *graph);
/* A new pass over the streams begins: nobody has completed (stop, flush). */
void graph_events_reset_completes(struct graph *graph);
void graph_events_set_running(struct graph *graph, bool running);

/* ---- seeking: seek.c --------------------------------------------------------------------- */

/* EC_LENGTH_CHANGED. */
void graph_length_changed_locked(struct graph *graph);
/* Media time now, 100 ns. */
LONGLONG graph_position_locked(struct graph *graph);
/* As IMediaSeeking::SetPositions. */
HRESULT graph_seek_locked(struct graph *graph, LONGLONG *current, DWORD current_flags,
                          LONGLONG *stop, DWORD stop_flags);

/* position.c: the time format slots of IMediaSeeking. */
HRESULT STDMETHODCALLTYPE graph_format_is_supported(IMediaSeeking *face, const GUID *format);
HRESULT STDMETHODCALLTYPE graph_format_preferred(IMediaSeeking *face, GUID *ret_format);
HRESULT STDMETHODCALLTYPE graph_format_get(IMediaSeeking *face, GUID *ret_format);
HRESULT STDMETHODCALLTYPE graph_format_is_used(IMediaSeeking *face, const GUID *format);
HRESULT STDMETHODCALLTYPE graph_format_set(IMediaSeeking *face, const GUID *format);
HRESULT STDMETHODCALLTYPE graph_format_convert(IMediaSeeking *face, LONGLONG *target,
                                               const GUID *target_format, LONGLONG source,
                                               const GUID *source_format);

#include "graph/connect.h"
