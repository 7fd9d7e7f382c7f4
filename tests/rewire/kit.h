/* SPDX-License-Identifier: MIT */
/* kit.h - what the tests of rewiring share: filters that number, hold, mark and write down samples.
 *
 * Made with the base classes, so that pins have all that ours have; foreign ones come from fake_filter.h.
 * A sample is 16 bytes: its number, a word in which every transform on its road has left a mark, and the format it is in.
 */
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include <dshow.h>
#include <regraft.h>

#define KIT_RECORDERS   16
#define KIT_SAMPLE_TIME 1000  /* 100 ns from one sample to the next */
#define KIT_WAIT_MS     20000 /* no test waits that long unless it is broken */

struct kit_sample {
    int64_t number;
    uint32_t marks;
    uint16_t format; /* of a source with the option formats; a type says the same */
    uint16_t run;    /* how often its source had been started, or sent elsewhere by a seek */
};

/* What a recording sink has seen.  Under lock. */
struct kit_recorder {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool fresh;   /* the next number begins a run segment: any may come */
    int64_t next; /* the number that is due */
    uint64_t count, lost, duplicated, reordered;
    uint64_t mistyped;     /* came under another type than that which they were sent in */
    uint64_t ends;         /* ends of streams */
    uint64_t joins, lefts; /* of an input of KIT_MERGE */
    uint64_t finishes;     /* of KIT_MERGE as a whole, in kit_recorder[slot] */
    uint64_t by_mark[8];   /* samples that carried the mark 1 << i */
    int64_t first_with[8]; /* the first number that carried it, -1 */
    bool is_shut;          /* render waits until kit_open */
    uint64_t inside;       /* renders that wait so */
    uint64_t let_through;  /* how often they were told to go on */
    unsigned run;          /* of the sample before */
};
extern struct kit_recorder kit_recorder[KIT_RECORDERS];

void kit_recorder_reset(unsigned index);
/* Until so many more samples have come; false: too long. */
bool kit_wait_more(unsigned index, uint64_t more);
bool kit_wait_count(unsigned index, uint64_t count);
uint64_t kit_count(unsigned index);
/* render waits from now on; kit_wait_inside: until a sample does. */
void kit_shut(unsigned index);
bool kit_wait_inside(unsigned index);
void kit_open(unsigned index);
/* Whoever waits inside goes on; the next one waits. */
void kit_let_through(unsigned index);

/* Sources wait before that number, with open gates, until kit_let_all: nothing races a test. */
void kit_let_until(int64_t number);
/* Until so many wait there: their last sample has come everywhere that it goes on their threads, which a count
 * alone doesn't say. */
bool kit_wait_at_tap(unsigned sources);
void kit_let_all(void);
/* Drains of filters that hang go on. */
void kit_unhang(void);
/* Until something hangs. */
bool kit_wait_hanging(void);
/* None hangs any more (until told otherwise). */
void kit_never_hang(bool on);

/* ---- filters: each with one reference, the caller's -------------------------------------------- */

enum kit_kind {
    KIT_SOURCE =
        1,    /* options limit (-1: endless), first, formats (a new one each so many samples) */
    KIT_PASS, /* copies; holds nothing back; options mark, refuse, fail_start,
                 fail_type, only */
    KIT_IN_PLACE, /* a frame class of sound: the sample itself goes on; option mark */
    KIT_HOLD,     /* keeps the last `hold` samples until drained; options as KIT_PASS, hold */
    KIT_SINK, /* writes down into kit_recorder[slot]; paused, holds its first sample; option slot */
    KIT_FREE_SINK, /* does not hold it */
    KIT_MERGE, /* a sink of many inputs: input i writes into kit_recorder[slot + i]; finishes when all have ended */
    KIT_TEE,   /* the library's own */
    KIT_QUEUE,
};

IBaseFilter *kit_filter(enum kit_kind kind);
/* The same with options set: "mark=1 hold=3". */
IBaseFilter *kit_filter_with(enum kit_kind kind, const char *options);
HRESULT kit_set(IBaseFilter *filter, const char *name, int value);

/* How often sources have changed their format so far. */
unsigned long kit_formats_sent(void);

/* Borrowed: the filter keeps it alive. */
IPin *kit_in(IBaseFilter *filter);
IPin *kit_out(IBaseFilter *filter);

/* The name of a filter in its graph is name; false also without graph. */
bool kit_has_name(IBaseFilter *filter, const WCHAR *name);
FILTER_STATE kit_state(IBaseFilter *filter);
bool kit_in_graph(IBaseFilter *filter);
bool kit_connected(IPin *pin);
RG_LEDGER kit_ledger(IPin *pin);
