/* SPDX-License-Identifier: MIT */
/* harness.h - a filter between two fake pins, with a fake clock and a fake graph.
 *
 * The fakes are foreign to our base: they know DirectShow's interfaces and nothing of regraft's own.
 * Runs: the test's thread drives; fake_in and fake_graph may be called on any thread.
 * Knows: raw COM interfaces.  Must not know: base/.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <pthread.h>

#include <regraft.h>

#include "com/object.h"
#include "media/format.h"
#include "media/type.h"

/* Gives samples to the input under test. */
struct fake_out {
    struct com_object object;
    COM_FACE(IPin) pin;
    IPin *peer;
    IMemInputPin *input;
    IMemAllocator *allocator;
    AM_MEDIA_TYPE type;
};

/* Takes whatever comes and counts. */
struct fake_in {
    struct com_object object;
    COM_FACE(IPin) pin;
    COM_FACE(IMemInputPin) memory;

    /* control thread */
    IPin *peer;
    AM_MEDIA_TYPE type;
    IMemAllocator *allocator;
    bool is_read_only;

    pthread_mutex_t lock;
    pthread_cond_t changed;
    /* under `lock` */
    unsigned samples, ends, segments, flushes, flush_ends;
    REFERENCE_TIME segment_start, last_start;
    uint8_t *last; /* copy of the last sample's data */
    LONG last_bytes;
    IMediaSample *kept; /* with keep: the last sample itself, one reference */
    bool keep;
    HRESULT answer; /* of Receive */
};

/* Stands in for the graph: hears events. */
struct fake_graph {
    struct com_object object;
    COM_FACE(IFilterGraph2) graph;
    COM_FACE(IMediaEventSink) sink;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    /* under `lock` */
    unsigned completes, errors;
};

/* A clock whose time the test sets. */
struct fake_clock {
    struct com_object object;
    COM_FACE(IReferenceClock) clock;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    /* under `lock` */
    REFERENCE_TIME now;
    unsigned waits; /* AdviseTime calls so far */
    struct {
        REFERENCE_TIME due;
        HANDLE event;
    } advice[8];
};

struct harness {
    const struct rg_class_info *info;
    unsigned live_before;
    IBaseFilter *filter;
    struct fake_out out;
    struct fake_in in;
    struct fake_graph graph;
    struct fake_clock clock;
};

/* Makes the filter and joins it to the fake graph.  close: leaves, checks that nothing holds on to a fake or
 * the filter, and that no object of the library has been left alive. */
void harness_open(struct harness *h, const struct rg_class_info *info);
void harness_close(struct harness *h);

/* The n-th pin of a direction with a reference, or NULL. */
IPin *harness_pin(struct harness *h, PIN_DIRECTION direction, unsigned n);

/* A raw type for the input: the first of a few that it accepts; false if none. */
bool harness_input_type(struct harness *h, AM_MEDIA_TYPE *ret);

/* Connects the first input (output) as an output (input) of another filter would. */
HRESULT harness_connect_input(struct harness *h, const AM_MEDIA_TYPE *type);
HRESULT harness_connect_output(struct harness *h);
void harness_disconnect_input(struct harness *h);
void harness_disconnect_output(struct harness *h);

/* It does nothing without a file. */
bool harness_needs_file(struct harness *h);

/* Both sides, input with a type that it takes; false: this filter can't do that without more settings. */
bool harness_connect(struct harness *h);
void harness_disconnect(struct harness *h);

/* One buffer of the fake output's allocator, zeroed and stamped; S_OK or GetBuffer's error. */
HRESULT harness_buffer(struct harness *h, REFERENCE_TIME start, IMediaSample **ret);
/* The same, received by the input under test. */
HRESULT harness_send(struct harness *h, REFERENCE_TIME start);

/* Waits until the fake input's counter has reached n; fails the test after some seconds. */
void harness_wait_samples(struct harness *h, unsigned n);
void harness_wait_ends(struct harness *h, unsigned n);
void harness_wait_completes(struct harness *h, unsigned n);
unsigned harness_samples(struct harness *h);

/* Sets the fake clock and wakes whoever waits for that time. */
void harness_set_time(struct harness *h, REFERENCE_TIME now);
/* Waits until somebody asked the clock for the n-th time to be woken. */
void harness_wait_advice(struct harness *h, unsigned n);

/* IRgOptions::Set, which must succeed. */
void harness_set(struct harness *h, const char *name, const char *value);

/* References of a COM object now. */
unsigned harness_references(void *object);

#define AS_PIN(face) ((IPin *)&(face).i)
