/* SPDX-License-Identifier: MIT */
/* flow.h - small filters for the tests of the base: numbered frames, effects, a recorder; a clock and a graph to hold. */
#pragma once

#include "support.h"

#include "base/sink.h"
#include "base/source.h"
#include "base/tee.h"
#include "base/transform.h"

#define FRAME_TIME 1000 /* 100 ns from one frame to the next */

/* ---- recorders: what a sink has seen --------------------------------------------------------- */

struct recorder {
    atomic_uint frames, out_of_order, torn, joined, left, ended, finished, started;
    atomic_int last;    /* number of the last frame, -1 at first */
    atomic_int gap_at;  /* of the last frame that did not follow the one before */
    atomic_uint behind; /* frames that had come already, or came too late */
    _Atomic(int64_t) last_start;
    atomic_bool keep; /* keeps every sample until told otherwise */
    pthread_mutex_t lock;
    IMediaSample *kept[64];
    unsigned n_kept;
    atomic_bool had_type; /* a sample carried a media type */
    atomic_bool left_before_finish;
};

#define N_RECORDERS 8
extern struct recorder recorders[N_RECORDERS];

void recorder_let_go(struct recorder *r);

/* ---- making filters -------------------------------------------------------------------------- */

IBaseFilter *source_new(int frames);       /* -1: endless */
IBaseFilter *effect_new(const char *kind); /* "inplace", "copying", "delay", "pair" */
IBaseFilter *sink_new(unsigned recorder, const char *kind); /* "plain", "synced", "many" */
IBaseFilter *tee_new(void);
IBaseFilter *queue_new(int size);

void option_set(IBaseFilter *filter, const char *name, const char *value);

/* Sends a media type with the source's next sample (still the same format, another frame rate). */
extern atomic_bool source_sends_type;

/* The number of the frame that comes next, where there is one source. */
extern atomic_int source_next;

/* ---- pins ------------------------------------------------------------------------------------ */

IPin *pin_of(IBaseFilter *filter, PIN_DIRECTION direction, unsigned index);
void join(IBaseFilter *from, IBaseFilter *to); /* first free pins */
void part(IBaseFilter *filter);                /* all pins, both sides */
void pin_block(IBaseFilter *filter, unsigned out_index);
void pin_unblock(IBaseFilter *filter, unsigned out_index);
HRESULT pin_is_blocked(IBaseFilter *filter, REFERENCE_TIME *held); /* its first output */
unsigned samples_at(IBaseFilter *filter, PIN_DIRECTION direction, unsigned index);

static inline void *face_of(IPin *pin, REFIID iid)
{
    IUnknown *face = NULL;

    assert_int_equal(IPin_QueryInterface(pin, iid, (void **)&face), S_OK);
    IUnknown_Release(face); /* lives as long as its filter */
    return face;
}

#define in_of(filter)         pin_of((filter), PINDIR_INPUT, 0)
#define out_of(filter)        pin_of((filter), PINDIR_OUTPUT, 0)
#define memory_of(filter)     ((IMemInputPin *)face_of(in_of(filter), &IID_IMemInputPin))
#define connection_of(filter) ((IPinConnection *)face_of(in_of(filter), &IID_IPinConnection))
#define link_of(pin)          ((IRgLink *)face_of((pin), &IID_IRgLink))

/* ---- states of several filters, downstream first --------------------------------------------- */

void all_run(IBaseFilter *const *filters, unsigned n);
void all_pause(IBaseFilter *const *filters, unsigned n);
void all_stop(IBaseFilter *const *filters, unsigned n);
void all_free(IBaseFilter **filters, unsigned n);

/* ---- a graph that only listens, a clock that only moves when told ---------------------------- */

struct listener {
    IFilterGraph graph;
    IMediaEventSink sink;
    atomic_uint refs, completes, aborts;
};

void listener_init(struct listener *listener);
void listen_to(struct listener *listener, IBaseFilter *filter);

struct hand_clock {
    IReferenceClock face;
    atomic_uint refs;
    pthread_mutex_t lock;
    REFERENCE_TIME now; /* under `lock`, as what follows */
    struct {
        REFERENCE_TIME at;
        HEVENT event;
    } advises[8];
    atomic_uint n_waiting;
};

void clock_init(struct hand_clock *clock);
void clock_set(struct hand_clock *clock, REFERENCE_TIME now);
