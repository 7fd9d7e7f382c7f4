/* SPDX-License-Identifier: MIT */
/* base/stream_control.h - IAMStreamControl of an output pin: from when, and until when, samples leave it.
 *
 * The interface: any thread.  rg_stream_control_look: the thread that is about to deliver.
 * Knows: times, cookies.  Must not know: what happens to a sample that may not leave.
 *
 * A sample goes by its start time: the first one that begins at the time asked for or later is the
 * first to leave, or the first that doesn't.  One without a time goes as those before it did.  What
 * was asked for stays through Stop and flush until it is asked for anew.
 */
#pragma once

#include "base/out_pin.h"

struct rg_stream_control {
    COM_FACE(IAMStreamControl) face;
    struct rg_out_pin *pin; /* set at creation */
    atomic_bool is_asked;   /* somebody has asked for anything; never again false */

    pthread_mutex_t lock; /* a leaf */
    /* under `lock` */
    bool starts, stops, sends_extra;     /* what is still to come */
    bool is_discarding;                  /* as of the last change that has come */
    REFERENCE_TIME start_time, end_time; /* INT64_MIN: at once */
    DWORD start_cookie, stop_cookie;
};

enum rg_stream_control_turn {
    RG_STREAM_FLOWS = 1,
    RG_STREAM_RESUMES, /* the one before did not leave */
    RG_STREAM_DISCARDS,
};

/* Whoever makes the pin lets it answer for the interface: com_object's query_more. */
void rg_stream_control_init(struct rg_stream_control *control, struct rg_out_pin *pin);
void rg_stream_control_fini(struct rg_stream_control *control);

/* Posts EC_STREAM_CONTROL_STARTED and _STOPPED for what comes with this sample.  Not under a lock. */
enum rg_stream_control_turn rg_stream_control_look(struct rg_stream_control *control,
                                                   const struct rg_sample_info *info);
