/* SPDX-License-Identifier: MIT */
/* sink_internal.h - the filter around a sink class; shared by sink.c and sink_flow.c. */
#pragma once

#include "base/in_pin.h"
#include "base/out_pin.h"
#include "base/sink.h"

struct rg_input {
    /* set at creation */
    struct rg_sink *sink;
    struct rg_in_pin in;
    struct rg_frozen frozen;
    HANDLE wake; /* manual reset: whoever waits for the clock looks again */
    HANDLE due;  /* auto reset: the clock's */

    /* under sink->flow_lock */
    bool is_connected;
    bool is_flushing;
    bool is_holding; /* a sample waits in Receive for Run */
    bool has_ended;
};

struct rg_sink {
    struct rg_filter filter;
    COM_FACE(IFileSinkFilter2) file;
    COM_FACE(IMediaSeeking) seeking;

    /* set at creation */
    const struct rg_sink_class *cls;

    /* under the filter lock */
    struct rg_frozen frozen;
    WCHAR *path;
    bool is_started;

    pthread_mutex_t work_lock; /* serialized classes: one render or end at a time */

    pthread_mutex_t flow_lock; /* a leaf */
    pthread_cond_t flow;
    /* under `flow_lock` */
    bool is_stopping;
    bool is_running;
    bool has_finished;  /* the class has been told that all inputs ended */
    bool has_completed; /* EC_COMPLETE is out for this run */
};

void rg_input_free(struct rg_input *input);

/* sink_flow.c */
HRESULT rg_sink_receive(struct rg_in_pin *pin, IMediaSample *sample);
HRESULT rg_sink_end_of_stream(struct rg_in_pin *pin);
HRESULT rg_sink_begin_flush(struct rg_in_pin *pin);
HRESULT rg_sink_end_flush(struct rg_in_pin *pin);
void rg_sink_wake_input(struct rg_in_pin *pin);
void rg_sink_input_joined(struct rg_input *input);
void rg_sink_input_left(struct rg_input *input);
void rg_sink_settle_left(struct rg_sink *sink); /* after an input has left */
void rg_sink_reset_flow(struct rg_sink *sink);
void rg_sink_wake(struct rg_filter *filter);
HRESULT rg_sink_run(struct rg_filter *filter);
HRESULT rg_sink_pause(struct rg_filter *filter);
HRESULT rg_sink_wait_state(struct rg_filter *filter, DWORD timeout_ms);
