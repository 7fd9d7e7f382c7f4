/* SPDX-License-Identifier: MIT */
/* chaos.h - what the files of chaos share: the graph of a round, and dice.
 *
 * A graph has roads: from a fixed output pin to a recorder, with guests in between that come and go.  Shapes differ in what is
 * at the two ends of the roads.
 */
#pragma once

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "fake_filter.h"
#include "kit.h"

#define CHAOS_ROADS      3
#define CHAOS_BRANCHES   4
#define CHAOS_FIXTURES   16
#define CHAOS_ROADS_TEXT 300 /* chaos_describe */
#define CHAOS_GUESTS     6   /* held back by all of them: less than a queue takes */

enum chaos_shape {
    CHAOS_TEE = 1, /* source ! tee ! queue ! road ! recorder, and more branches come and go */
    CHAOS_CHAINS,  /* source ! road ! recorder, each on its own */
    CHAOS_MERGE,   /* source ! road ! one recorder of many inputs, which come and go */
    CHAOS_FOREIGN, /* foreign source ! road ! recorder; foreign source ! queue ! road ! recorder */
};
#define CHAOS_SHAPES 4 /* the last one only where it is asked for */

struct chaos_road {
    IPin *out;       /* borrowed: guests come behind it */
    IBaseFilter *at; /* whose it is; borrowed */
    IPin *end;       /* of the merge, with a reference: its number is the recorder's */
    unsigned slot;
};

struct chaos_branch {
    IPin *output;      /* the tee's, with a reference; NULL: free */
    IBaseFilter *sink; /* with a reference */
    unsigned slot;
    bool is_busy; /* an editor has it in hand */
};

struct chaos {
    unsigned seed;
    enum chaos_shape only; /* 0: each in turn */
    bool is_deterministic;

    /* of this round */
    enum chaos_shape shape;
    bool has_formats; /* sources change their format */
    /* else foreign filters hold nothing, but in their own shape, and come in where no format changes */
    bool takes_any_guest;
    bool takes_apart; /* transactions remove and disconnect above all */
    IFilterGraph3 *builder;
    IMediaControl *control;
    IMediaSeeking *seeking;
    IGraphEdit *edit;
    IGraphConfig *config;
    IBaseFilter *fixtures[CHAOS_FIXTURES]; /* borrowed: no edit takes them out */
    unsigned n_fixtures, n_roads;
    struct chaos_road roads[CHAOS_ROADS];
    IBaseFilter *tee, *merge;
    pthread_mutex_t lock;                         /* a leaf */
    struct chaos_branch branches[CHAOS_BRANCHES]; /* under lock */
    HANDLE never;                                 /* is signalled */
    HANDLE call_off; /* signalled now and then: edits that listen give up */
    atomic_long edits_left;
    atomic_bool over;

    atomic_ulong edits, refused, beats;
    _Atomic(int64_t) max_closed_ns;
    /* of recorders that are used again; under lock */
    uint64_t samples, lost, duplicated, reordered, mistyped;
};

/* chaos.c */
extern _Thread_local const char *chaos_doing; /* for the watchdog */
unsigned roll(unsigned sides);
void check(bool ok, const char *what);
/* chaos_graph.c.  A letter for each guest of a road (pass, hold, queue, foreign, Foreign that connects while active) and
 * its number. */
void chaos_describe(const struct chaos *c, char *ret, size_t size);
/* chaos_log.c: what was done last, told when something is wrong. */
void chaos_tell_log(void);
__attribute__((format(printf, 1, 2))) void chaos_log(const char *format, ...);

/* chaos_graph.c */
void chaos_build(struct chaos *c);
/* It still plays, on all roads. */
void chaos_play_once_more(struct chaos *c);
void chaos_tear_down(struct chaos *c);
/* Adds what a recorder has counted to the sum, and makes it new. */
void chaos_take_record(struct chaos *c, unsigned slot);
/* Borrowed; NULL: all are connected. */
IPin *chaos_free_pin(IBaseFilter *filter, PIN_DIRECTION wanted);
const struct chaos_road *chaos_some_road(const struct chaos *c);

/* chaos_edits.c */
void chaos_edit(struct chaos *c);
IBaseFilter *chaos_some_filter(const struct chaos *c);
/* A member at random that is no fixture, with a reference; NULL: none. ret_n: how many there are. */
IBaseFilter *chaos_some_member(struct chaos *c, unsigned *ret_n);
/* IGraphConfig::Reconnect where a road begins, with its pin blocked as it has to be; using: may be NULL. */
HRESULT chaos_reconnect(struct chaos *c, IBaseFilter *using);
void chaos_note(struct chaos *c, HRESULT hr, const RG_CERTIFICATE *certificate);
/* Samples, or any change of state by others: nobody waits longer than a bit for them. */
void chaos_let_it_flow(const struct chaos *c);

/* chaos_transactions.c */
void chaos_transact(struct chaos *c);
/* chaos_branches.c: false, there was nothing to do. */
bool chaos_attach(struct chaos *c);
bool chaos_detach(struct chaos *c);

/* chaos_driver.c */
void chaos_drive(struct chaos *c);
