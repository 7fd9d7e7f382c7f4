/* SPDX-License-Identifier: MIT */
/* streams.h - IAMGraphStreams: live streams kept in step by an offset of their time stamps.
 *
 * Control threads under the graph lock.
 * Knows: IAMPushSource, IAMLatency.  Must not know: what a stream carries.
 */
#pragma once

#include <stdbool.h>

#include <dshow.h>

struct graph;

struct graph_streams {
    /* under the graph lock */
    bool uses_offsets;
    REFERENCE_TIME latency_most; /* 100 ns */
};

void graph_streams_init(struct graph_streams *streams);
/* Before a stopped graph starts: each live source is told its offset anew, if offsets are used. */
void graph_streams_prepare_locked(struct graph *graph);
