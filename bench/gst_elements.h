/* SPDX-License-Identifier: MIT */
/* gst_elements.h - GStreamer's elements of bench/swap: plain pads and no more, its least cost.
 *
 * Each is new and floating, as from gst_element_factory_make.
 */
#pragma once

#include <gst/gst.h>

/* Numbered buffers of 16 bytes, rate as in struct meter_pacer.  A task of its own. */
GstElement *bench_source_new(int rate);
/* In place; slot as in meter_pass. */
GstElement *bench_pass_new(int slot);
/* Takes anything.  numbers: 1: meter_arrived, 0: meter_arrived_at, -1: of another road. */
GstElement *bench_sink_new(int numbers);
