/* SPDX-License-Identifier: MIT */
/* rewire.h - one edit of a live road, as rewire.c carries it out; for graph_edit.c and
 * graph_config.c.
 *
 * Control threads under the graph lock.  An edit replaces what lies between an output pin
 * and an input pin by another filter, or by nothing: plan -> prepare -> block -> drain ->
 * swap -> open, put back on failure.
 */
#pragma once

#include "graph/graph_internal.h"

/* The filters between two pins, downstream order, each with a reference. */
struct rewire_path {
    IBaseFilter **filters;
    IPin **inputs;  /* of each: where the road comes in, a reference */
    IPin **outputs; /* and where it leaves, a reference */
    size_t count, room;
};

struct rewire {
    struct graph *graph;

    /* the plan, references */
    IPin *out, *in;
    struct rewire_path path;   /* what leaves */
    IBaseFilter *via;          /* what comes; NULL: nothing */
    const AM_MEDIA_TYPE *type; /* borrowed, may be NULL: of the first connection */
    unsigned connect_flags;    /* GRAPH_CONNECT_... of extra filters */
    bool caller_blocked;       /* the gate is closed already and stays so */
    bool no_drain;
    bool keep_removed; /* into the cache */
    HANDLE abort;      /* may be NULL */
    int64_t deadline_ns;

    /* what it did */
    RG_CERTIFICATE certificate;
};

/* rename.c: name must be free, else nothing happens. */
void graph_rename_locked(struct graph *graph, struct graph_node *node, const WCHAR *name);

/* ---- search.c of the edit: rewire_path.c -------------------------------------------------------- */

/* Fills out or in, whichever is NULL, by the rules of spec 3.3.  need_removable: a filter
 * that the caller had added stands in the way unless it is flagged.  S_OK; VFW_E_NOT_FOUND;
 * VFW_E_NOT_IN_GRAPH; E_NOINTERFACE: the input has no IPinConnection. */
HRESULT rewire_find_end(struct graph *graph, IPin *out, IPin **ret_in, bool need_removable);
HRESULT rewire_find_begin(struct graph *graph, IPin *in, IPin **ret_out);

/* Everything strictly between.  S_OK; VFW_E_NOT_FOUND: out does not lead to in by a single
 * road. */
HRESULT rewire_path_between(struct graph *graph, IPin *out, IPin *in, struct rewire_path *ret);
void rewire_path_free(struct rewire_path *path);

/* The first unconnected pin of a direction, with a reference.  S_OK; VFW_E_NOT_FOUND, *ret
 * is NULL; E_OUTOFMEMORY. */
HRESULT rewire_free_pin(IBaseFilter *filter, PIN_DIRECTION direction, IPin **ret);
/* S_OK: a pin of it is connected; S_FALSE; E_OUTOFMEMORY. */
HRESULT rewire_has_connection(IBaseFilter *filter);
/* The connected pin of a direction if there is exactly one, with a reference; as above
 * otherwise. */
HRESULT rewire_only_connected_pin(IBaseFilter *filter, PIN_DIRECTION direction, IPin **ret);

/* ---- rewire_drain.c -------------------------------------------------------------------------------- */

struct rewire_push {
    struct graph *graph;
    IPin *out, *in;                 /* borrowed */
    const struct rewire_path *path; /* what lies between */
    HANDLE abort;                   /* may be NULL */
    int64_t deadline_ns;
    bool road_stays; /* PushThroughData: the end has worked through all, and the road goes on */
};

/* Push-through from out's peer to in (spec 3.5).  On failure the road goes on as if nothing
 * had been.  S_OK; VFW_E_STATE_CHANGED: abort, or the marker was refused; VFW_E_TIMEOUT;
 * E_NOINTERFACE; E_OUTOFMEMORY. */
HRESULT rewire_push_through(const struct rewire_push *push);
/* True if every filter of the path says that it holds nothing back. */
bool rewire_path_is_empty(const struct rewire_path *path);
/* The markers that passed the path's outputs were no ends of streams. */
void rewire_path_forget_markers(const struct rewire_path *path);
/* Until the deadline, for a wait in ms; rounded up. */
DWORD rewire_ms_left(int64_t deadline_ns);
/* Waits for event, abort, somebody who wants to stop the graph, or the deadline.  S_OK,
 * VFW_E_STATE_CHANGED, VFW_E_TIMEOUT. */
HRESULT rewire_wait(struct graph *graph, HANDLE event, HANDLE abort, int64_t deadline_ns);

/* ---- rewire.c ----------------------------------------------------------------------------------------- */

/* Carries the edit out.  edit->out, in, via, path and the switches are set; via is a
 * member.  On failure the old road plays on. */
HRESULT rewire_carry_out(struct rewire *edit);
void rewire_free(struct rewire *edit);
