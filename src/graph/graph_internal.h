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
#include "platform/hold.h"

/* ---- tables: hash.c ---------------------------------------------------------------------- */

struct graph_link {
    struct graph_link *next;
    uint64_t hash;
};

struct graph_table {
    struct graph_link **slots;
    size_t mask, count;
};

/* Put and take cost O(1); the link lives in what it finds, so putting can't fail. */
HRESULT graph_table_init(struct graph_table *table);
void graph_table_put(struct graph_table *table, struct graph_link *link, uint64_t hash);
void graph_table_take(struct graph_table *table, struct graph_link *link);
struct graph_link *graph_table_first(const struct graph_table *table, uint64_t hash);
struct graph_link *graph_table_next(const struct graph_link *link);
void graph_table_free(struct graph_table *table);
uint64_t graph_hash_pointer(const void *pointer);
uint64_t graph_hash_text(const WCHAR *text);

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
    size_t index; /* scratch of walk.c */
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
    GRAPH_JOB_SETTLE = 1,      /* finish a state change once every renderer is cued */
    GRAPH_JOB_RECONNECT = 2,   /* IFilterGraph::Reconnect and ReconnectEx */
    GRAPH_JOB_RESTART = 4,     /* EC_NEED_RESTART */
    GRAPH_JOB_STARVATION = 8,  /* EC_STARVATION */
    GRAPH_JOB_REPAINT = 16,    /* EC_REPAINT */
    GRAPH_JOB_CLOCK_UNSET = 32 /* EC_CLOCK_UNSET */
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
    HANDLE ready;      /* manual-reset: the queue holds something */
    HANDLE completion; /* auto-reset: a renderer has said that it is at its end */
    struct graph_event *first, *last;
    uint32_t handled; /* bits of the default handlers in force, see events.c */
    LONG notify_flags;
    bool running; /* EC_COMPLETE counts */
    bool complete_posted;
    size_t renderers; /* that are waited for: those that don't sit out */
    size_t completed; /* of them */
    size_t nameless;  /* EC_COMPLETE without a filter */
    LONG_PTR complete_status;
    struct graph_table by_filter; /* renderers */
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

    /* faces, set at creation */
    COM_FACE(IFilterGraph3) builder; /* IFilterGraph, IGraphBuilder, IFilterGraph2 too */
    COM_FACE(IMediaControl) control;
    COM_FACE(IMediaEventEx) event;
    COM_FACE(IMediaEventSink) sink;
    COM_FACE(IMediaSeeking) seeking;
    COM_FACE(IMediaPosition) position;
    COM_FACE(IMediaFilter) media_filter;
    COM_FACE(IGraphVersion) version_face;
    COM_FACE(IGraphReport) report;
    COM_FACE(IObjectWithSite) site_face;
    COM_FACE(IFilterChain) chain;
    /* faces of rewire.c: see graph_create_any and graph_map in graph.c */
    COM_FACE(IGraphConfig) config;
    COM_FACE(IGraphEdit) edit;

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
    IUnknown *site;                    /* reference */

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

    /* seek.c, under the graph lock */
    GUID time_format;
    double rate;
    LONGLONG segment_start; /* media time of stream time 0 */
    LONGLONG segment_stop;  /* < 0: unknown */

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
    HANDLE log_file;             /* under report_lock; IGraphBuilder::SetLogFile */

    atomic_bool abort_connect; /* IGraphBuilder::Abort */
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
 * freed or moves to the cache.  S_OK; VFW_E_NOT_STOPPED: an active neighbour cannot let go,
 * and nothing was changed. */
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

/* ---- pins: pins.c.  No lock needed, control threads. ------------------------------------- */

/* A filter's pins as they are at one moment, each with a reference.  On failure the set is
 * empty. */
#define GRAPH_PINS_AT_ONCE 8
struct graph_pins {
    IPin **list;
    size_t count;
    IPin *few[GRAPH_PINS_AT_ONCE];
};
HRESULT graph_pins_open(struct graph_pins *pins, IBaseFilter *filter);
void graph_pins_close(struct graph_pins *pins);

IBaseFilter *graph_pin_filter(IPin *pin); /* reference, or NULL */
IPin *graph_pin_peer(IPin *pin);          /* reference, or NULL if not connected */
bool graph_pin_is_output(IPin *pin);
bool graph_pin_is_hidden(IPin *pin);     /* its name begins with '~' */
IUnknown *graph_identity(void *unknown); /* a key, no reference; NULL if there is none */
/* One side.  IPin::Disconnect, and where the filter is active
 * IPinConnection::DynamicDisconnect. */
HRESULT graph_pin_disconnect(IPin *pin);
/* Both sides, output first.  S_OK; S_FALSE: was not connected; the first failure. */
HRESULT graph_pin_disconnect_both(IPin *pin);
/* "filter.pin" in UTF-8. */
void graph_pin_text(IPin *pin, char *text, size_t size);
/* A filter's name in its graph in UTF-8; "?" if it does not say. */
void graph_filter_text(IBaseFilter *filter, char *text, size_t size);
void graph_text_from_wide(const WCHAR *wide, char *text, size_t size);

/* ---- walks: walk.c ----------------------------------------------------------------------- */

/* Does data that leaves `from` reach `to`?  Iterative; costs what the smaller side of the
 * graph has. */
HRESULT graph_walk_reaches_locked(struct graph *graph, struct graph_node *from,
                                  struct graph_node *to);
/* All members, renderers first, then upstream.  O(filters + connections), iterative. */
HRESULT graph_snapshot_locked(struct graph *graph, struct graph_snapshot *ret);
void graph_snapshot_free(struct graph_snapshot *snapshot);

/* ---- connecting: connect.c, search.c, render.c, candidates.c ----------------------------- */

/* What a connection did, so that it can be taken back.  Zeroed: empty. */
struct graph_step {
    struct graph_node *added; /* a filter that joined; NULL: a connection */
    bool from_cache;          /* it goes back there */
    IPin *output;             /* a connection: its output pin, reference */
};
struct graph_trail {
    struct graph_step *steps;
    size_t count, room;
};
/* Takes back everything after the first `keep` steps, newest first. */
void graph_trail_undo_locked(struct graph *graph, struct graph_trail *trail, size_t keep);
/* Room for one more step, so that what follows can't fail for want of memory.  trail may be
 * NULL. */
HRESULT graph_trail_reserve(struct graph_trail *trail);
/* Forgets; what was done stays. */
void graph_trail_free(struct graph_trail *trail);

/* IPin::Connect, version, renderers, trail (may be NULL).  No search, no report. */
HRESULT graph_join_locked(struct graph *graph, IPin *output, IPin *input,
                          const AM_MEDIA_TYPE *type, struct graph_trail *trail);

#define GRAPH_CONNECT_DIRECT 0x1 /* AM_GRAPH_CONFIG_RECONNECT_DIRECTCONNECT */
#define GRAPH_CONNECT_CACHED 0x4 /* AM_GRAPH_CONFIG_RECONNECT_USE_ONLY_CACHED_FILTERS */
#define GRAPH_CONNECT_NO_MEMBER                                                                \
    0x100 /* don't lead through free inputs of filters in the graph */
#define GRAPH_CONNECT_EXISTING_RENDERERS 0x200 /* AM_RENDEREX_RENDERTOEXISTINGRENDERERS */

/* output -> input, by way of via (a member with a free input and a free output; may be
 * NULL), with more filters in between as flags allow.  type (may be NULL) binds the first
 * connection only. On failure nothing stays of it, the report says why:
 * VFW_E_CANNOT_CONNECT, E_ABORT, or the pins' own error where only a direct connection was
 * allowed.  The trail tells what was added (nodes with by_connect). */
HRESULT graph_connect_between(struct graph *graph, IPin *output, IPin *input,
                              const AM_MEDIA_TYPE *type, IBaseFilter *via, unsigned flags,
                              struct graph_trail *trail);

/* Candidate filters for one output pin, in the order of spec 8.2: cached, members, registry
 * by merit. */
struct graph_candidate {
    IBaseFilter *filter; /* reference; NULL: to be made from entry */
    const struct rg_class_entry
        *entry; /* from the registry; NULL: a filter that is there already */
    bool from_cache;
    bool is_sink; /* registry: has no outputs */
};
struct graph_candidates {
    struct graph_candidate *list;
    size_t count, room;
};
HRESULT graph_candidates_of(struct graph *graph, IPin *output, unsigned flags,
                            struct graph_candidates *ret);
void graph_candidates_free(struct graph_candidates *all);
/* Makes sure that candidate->filter is there and a member; adds to the trail where it was
 * not. */
HRESULT graph_candidate_join_locked(struct graph *graph, struct graph_candidate *candidate,
                                    struct graph_trail *trail);

HRESULT graph_connect(struct graph *graph, IPin *output, IPin *input);
HRESULT graph_connect_direct(struct graph *graph, IPin *output, IPin *input,
                             const AM_MEDIA_TYPE *type);
HRESULT graph_render(struct graph *graph, IPin *output, unsigned flags);
HRESULT graph_render_file(struct graph *graph, const WCHAR *path);
HRESULT graph_add_source(struct graph *graph, const WCHAR *path, const WCHAR *name,
                         IBaseFilter **ret);
HRESULT graph_reconnect(struct graph *graph, IPin *pin, const AM_MEDIA_TYPE *type);
/* Executes what graph_reconnect queued. */
void graph_reconnects_run_locked(struct graph *graph);
/* Forgets it. */
void graph_reconnects_drop(struct graph *graph);

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
/* No wait, but what this thread does from now on. */
void graph_task_begin(struct graph_wait *task, const void *graph_key, const char *what,
                      const char *where);
/* How places tell that they belong to this graph: its filters know it by this pointer. */
static inline const void *graph_key(struct graph *graph)
{
    return &graph->builder.i;
}
/* IGraphReport::GetWaits */
HRESULT STDMETHODCALLTYPE graph_get_waits(IGraphReport *face, char **ret_text);

/* ---- state: state.c, settle.c ------------------------------------------------------------ */

HRESULT graph_run(struct graph *graph, REFERENCE_TIME start); /* 0: as soon as possible */
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
/* Ends and joins it; not under the graph lock. */
void graph_worker_stop(struct graph *graph);
/* On the worker thread: true, and it takes the graph down when its job is done. */
bool graph_worker_ends_it(struct graph *graph);
/* Does at once what is pending and has no worker to do it. */
void graph_jobs_run_pending(struct graph *graph);

/* ---- clock: graph_clock.c (choice), clock.c (the system clock) --------------------------- */

HRESULT system_clock_create(IUnknown *outer, REFIID iid, void **out); /* CLSID_SystemClock */
/* Chooses where choice is default and none is there yet. */
HRESULT graph_clock_choose_locked(struct graph *graph);
HRESULT graph_clock_set_locked(struct graph *graph, IReferenceClock *clock);
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
/* Looks at the filters whose connections have changed; posts EC_COMPLETE if the last one
 * missing has left. */
void graph_recount_renderers(struct graph *graph);
/* Looks at all of them: before a stopped graph starts. */
void graph_recount_all_locked(struct graph *graph);
void graph_renderer_forget_locked(struct graph *graph, struct graph_node *node);
/* A renderer that has not said yet that it is at its end, and may. */
bool graph_renderer_goes_on(struct graph *graph, struct graph_node *node);
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

/* ---- the tables of the faces ------------------------------------------------------------- */

extern const IFilterGraph3Vtbl graph_builder_vtbl;
extern const IMediaControlVtbl graph_control_vtbl;
extern const IMediaFilterVtbl graph_media_filter_vtbl;
extern const IMediaEventExVtbl graph_event_vtbl;
extern const IMediaEventSinkVtbl graph_sink_vtbl;
extern const IMediaSeekingVtbl graph_seeking_vtbl;
extern const IMediaPositionVtbl graph_position_vtbl;
extern const IGraphVersionVtbl graph_version_vtbl;
extern const IGraphReportVtbl graph_report_vtbl;
extern const IObjectWithSiteVtbl graph_site_vtbl;
extern const IFilterChainVtbl graph_chain_vtbl;
/* graph_config.c, graph_edit.c */
extern const IGraphConfigVtbl rg_graph_config_vtbl;
extern const IGraphEditVtbl rg_graph_edit_vtbl;
