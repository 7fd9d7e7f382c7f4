/* SPDX-License-Identifier: MIT */
/* sink_internal.h - the filter around a sink class; shared by sink*.c. */
#pragma once

#include "base/in_pin.h"
#include "base/out_pin.h"
#include "base/sink.h"

struct rg_input {
    /* set at creation */
    struct rg_sink *sink;
    struct rg_in_pin in;
    COM_FACE(IStream) stream; /* of the pin, if the class has bytes */
    struct rg_frozen frozen;
    bool was_late; /* owned by the streaming thread: as it was told upstream last */
    HANDLE wake;   /* manual reset: whoever waits for the clock looks again */
    HANDLE due;    /* auto reset: the clock's */

    /* under sink->flow_lock */
    bool is_connected;
    bool is_flushing;
    bool is_holding; /* a sample waits in Receive for Run */
    bool is_woken;   /* `wake` is set for a step, and to be reset by who looks again */
    bool has_ended;
    bool has_given; /* a sample was rendered, since the start or the last flush */
    bool is_ahead;  /* flushed before the first Run: waits for that, or for the others' flush */

    pthread_mutex_t stream_lock;
    LONGLONG stream_at; /* under `stream_lock`: IStream's position */
};

/* The output of a class that has one. */
struct rg_sink_output {
    struct rg_out_pin out;
    LONGLONG end; /* of what went down as samples; while started: one thread at a time */
};

/* The faces that a multiplexer is configured by. */
struct rg_sink_config {
    COM_FACE(IConfigInterleaving) interleaving;
    COM_FACE(IConfigAviMux) avi;
    pthread_mutex_t lock;     /* a leaf */
    struct rg_mux_config now; /* under `lock` */
};

/* How a sink keeps up, since it was started; times in ms where not said otherwise. */
struct rg_sink_quality {
    uint64_t drawn;
    int64_t first_ns, last_ns;
    double gap_squares;            /* of the times between samples */
    double late_sum, late_squares; /* of how late samples came */
};

struct rg_sink {
    struct rg_filter filter;
    COM_FACE(IFileSinkFilter2) file;
    COM_FACE(IMediaSeeking) seeking;
    COM_FACE(IKsPropertySet) properties;
    COM_FACE(IQualProp) qual_prop;

    /* set at creation */
    const struct rg_sink_class *cls;
    struct rg_sink_output *output; /* NULL: the class has none */
    struct rg_sink_config config;  /* in use if the class is_configured */

    /* under the filter lock */
    struct rg_frozen frozen;
    WCHAR *path;
    DWORD mode;             /* AM_FILE_... */
    atomic_bool is_started; /* read by any: not while no input is connected, unless one was */

    pthread_mutex_t work_lock; /* serialized classes: one render or end at a time */

    pthread_mutex_t flow_lock; /* a leaf */
    pthread_cond_t flow;
    /* under `flow_lock` */
    bool is_stopping;
    bool is_running;
    bool has_run;       /* since it was started */
    bool has_finished;  /* the class has been told that all inputs ended */
    bool has_completed; /* EC_COMPLETE is out for this run */
    unsigned step;      /* frames to go till a step is done; 0: none is under way */
    struct rg_sink_quality quality;
    bool is_stepped; /* it is done: samples wait, as if paused, until Pause */

    /* atomic: media time of the sample rendered last; RG_SINK_NOWHERE: none since stop or flush */
    _Atomic(REFERENCE_TIME) position;
};

#define RG_SINK_NOWHERE INT64_MIN

void rg_input_free(struct rg_input *input);

/* sink_stream.c */
void rg_input_stream_init(struct rg_input *input);

/* sink_output.c.  init: S_OK; E_OUTOFMEMORY. */
HRESULT rg_sink_output_init(struct rg_sink *sink);
void rg_sink_output_free(struct rg_sink *sink);
void rg_sink_output_end(struct rg_sink *sink); /* EndOfStream */
HRESULT rg_sink_output_flush(struct rg_sink *sink, bool begins);
void rg_sink_output_restart(struct rg_sink *sink); /* while downstream flushes */

/* sink_config.c */
void rg_sink_config_init(struct rg_sink *sink);
void rg_sink_config_fini(struct rg_sink *sink);
/* A reference to the face, or NULL. */
void *rg_sink_config_face(struct rg_sink *sink, REFIID iid);
/* S_OK; VFW_E_WRONG_STATE: not stopped. */
HRESULT rg_sink_configure(struct rg_sink *sink, const struct rg_mux_config *config);

/* sink_kept.c */
extern const struct rg_kept rg_sink_kept;

/* sink_file.c: IFileSinkFilter2.  locked: under the filter lock. */
extern const IFileSinkFilter2Vtbl rg_sink_file_vtbl;
HRESULT rg_sink_set_file_locked(struct rg_sink *sink, LPCWSTR path);
HRESULT rg_sink_set_mode_locked(struct rg_sink *sink, DWORD flags);
/* The settings as they are now. */
const void *rg_sink_settings_locked(struct rg_sink *sink);

/* sink_flow.c */
HRESULT rg_sink_receive(struct rg_in_pin *pin, IMediaSample *sample,
                        const struct rg_sample_info *info);
HRESULT rg_sink_end_of_stream(struct rg_in_pin *pin);
HRESULT rg_sink_begin_flush(struct rg_in_pin *pin);
HRESULT rg_sink_end_flush(struct rg_in_pin *pin);
void rg_sink_wake_input(struct rg_in_pin *pin);
void rg_sink_expect_end(struct rg_sink *sink); /* the class has begun */
void rg_sink_input_joined(struct rg_input *input);
void rg_sink_input_left(struct rg_input *input);
void rg_sink_settle_left(struct rg_sink *sink); /* after an input has left */
void rg_sink_reset_flow(struct rg_sink *sink);
void rg_sink_wake(struct rg_filter *filter);
HRESULT rg_sink_run(struct rg_filter *filter);
HRESULT rg_sink_pause(struct rg_filter *filter);
HRESULT rg_sink_wait_state(struct rg_filter *filter, DWORD timeout_ms);
HRESULT rg_sink_position(struct rg_filter *filter, REFERENCE_TIME *ret);

/* sink_quality.c.  Streaming thread: a sample was rendered by the clock; late: how much after its time
 * it came (100 ns; < 0: before). */
extern const IQualPropVtbl rg_sink_qual_prop_vtbl;
void rg_sink_quality_note(struct rg_input *input, const struct rg_sample_info *info,
                          REFERENCE_TIME late);
void rg_sink_quality_reset_locked(struct rg_sink *sink);

/* sink_step.c */
enum rg_sink_step {
    RG_STEP_NONE = 1, /* no step is under way: the clock decides */
    RG_STEP_OVER,     /* stepped over: not to be rendered */
    RG_STEP_LAST,     /* to be rendered, and then rg_sink_step_done */
};
extern const IKsPropertySetVtbl rg_sink_properties_vtbl;
/* Under flow_lock, streaming thread: does a step want the next sample of this input now? */
bool rg_sink_steps_locked(struct rg_input *input);
/* Under flow_lock: counts one sample. */
enum rg_sink_step rg_sink_step_take_locked(struct rg_input *input);
void rg_sink_step_forget_locked(struct rg_sink *sink);
/* Tells the graph. */
void rg_sink_step_done(struct rg_sink *sink, bool cancelled);
