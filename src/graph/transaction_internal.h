/* SPDX-License-Identifier: MIT */
/* transaction_internal.h - what graph_transaction.c and graph_timed.c share. */
#pragma once

#include <stdatomic.h>

#include "graph/transaction.h"

enum transaction_phase {
    TRANSACTION_STAGED = 1, /* steps may be added; perhaps prepared */
    TRANSACTION_WAITS,      /* a commit is under way on another thread, or waits for its time */
    TRANSACTION_DONE,
};

/* A gate that closes at the time of the commit whatever else may come. */
struct guard {
    IRgLink *link;         /* reference */
    IPinFlowControl *flow; /* reference */
    HANDLE fired;          /* manual-reset: it has closed, or the stream has ended */
    bool has_fired;
    char pin[64]; /* its name, for the report */
};

struct transaction {
    struct com_object object; /* first */
    COM_FACE(IGraphTransaction) face;

    /* set at creation */
    struct graph *graph; /* reference */
    HANDLE abort;        /* may be NULL */
    HANDLE called_off;   /* manual-reset: IGraphTransaction::Abort */
    HANDLE disturbed;    /* auto-reset: what was prepared had to be let go of */

    /* under the graph lock */
    struct rewire edit;
    enum transaction_phase phase;
    struct transaction *next;            /* in graph->edits */
    bool is_listed;                      /* set and cleared by its holder's calls alone */
    void (*work)(struct transaction *t); /* what its own thread does */
    RG_CERTIFICATE *certificates;
    size_t n_certificates;
    HANDLE done; /* ours: who is told that a commit is over; may be NULL */

    /* graph_timed.c, under the graph lock */
    REFERENCE_TIME at;
    bool is_armed; /* a visit is asked for at that time */
    bool was_cut;  /* by it, or missed; booked by whoever had the lock first */
    HRESULT cut_result;
    bool is_guarded; /* there is a guard at each gate */
    struct guard *guards;
    size_t n_guards, guards_room;

    atomic_int result; /* HRESULT of the last commit; E_PENDING */
};

static inline struct transaction *transaction_of(IGraphTransaction *face)
{
    return COM_HOME(face, struct transaction);
}

/* transaction_stage.c: slots of the table. */
HRESULT STDMETHODCALLTYPE transaction_add(IGraphTransaction *face, IBaseFilter *filter,
                                          const char *name);
HRESULT STDMETHODCALLTYPE transaction_remove(IGraphTransaction *face, IBaseFilter *filter);
HRESULT STDMETHODCALLTYPE transaction_remove_branch(IGraphTransaction *face, IPin *output);
HRESULT STDMETHODCALLTYPE transaction_connect(IGraphTransaction *face, IPin *output,
                                              IPin *input, const AM_MEDIA_TYPE *type);
HRESULT STDMETHODCALLTYPE transaction_disconnect(IGraphTransaction *face, IPin *pin);
HRESULT STDMETHODCALLTYPE transaction_swap(IGraphTransaction *face, IBaseFilter *present,
                                           IBaseFilter *replacement, const char *name);
HRESULT STDMETHODCALLTYPE transaction_insert(IGraphTransaction *face, IPin *output,
                                             IBaseFilter *addition, const char *name);
HRESULT STDMETHODCALLTYPE transaction_set(IGraphTransaction *face, IBaseFilter *filter,
                                          const char *option, const char *value);

/* graph_transaction.c, under the graph lock. */
void transaction_list(struct transaction *t);
void transaction_unlist(struct transaction *t);
void transaction_let_go(struct transaction *t);
void transaction_certify(struct transaction *t, HRESULT hr);
void transaction_end(struct transaction *t, HRESULT hr);
/* Lets go of the lock and of the thread's reference. */
void transaction_tell(struct transaction *t);
/* work goes on with the commit, on a thread of its own, which holds a reference. */
HRESULT transaction_detach(struct transaction *t, void (*work)(struct transaction *t));

/* graph_timed.c.  Takes `done` over on success; without it, returns when it is over. */
HRESULT transaction_commit_at(struct transaction *t, REFERENCE_TIME at, HANDLE done);
/* Under the graph lock: for graph_edits_hold, _go_on, _let_go. */
void transaction_hold(struct transaction *t);
void transaction_go_on(struct transaction *t);
void transaction_disturb(struct transaction *t);
void transaction_guards_free(struct transaction *t);
