/* SPDX-License-Identifier: MIT */
/* gst_graph.h - what GStreamer's programs of the bench do to pipelines.
 *
 * The main thread.  What fails ends the program.
 */
#pragma once

#include <gst/gst.h>

GstElement *bench_make(const char *name);
/* Messages are thrown away as they come, or they would pile up. */
GstElement *bench_pipeline_new(void);
GstElement *bench_put(GstElement *pipeline, GstElement *element);
/* Without checks. */
void bench_join(GstElement *from, GstElement *to);
/* A chain of so many elements, source and sink included, of which nobody takes the time. */
void bench_put_chain(GstElement *pipeline, int elements, int rate);
/* Until it is there. */
void bench_set_state(GstElement *pipeline, GstState state);
