/* SPDX-License-Identifier: MIT */
/* gst_elements.h - GStreamer's elements of the bench: plain pads and no more, its least cost.
 *
 * Each is new and floating, as from gst_element_factory_make.
 */
#pragma once

#include <gst/gst.h>

/* Numbered buffers of 16 bytes, rate as in struct meter_pacer.  A task of its own. */
GstElement *bench_source_new(int rate);
/* In place; slot as in meter_pass. */
GstElement *bench_pass_new(int slot);
/* Takes anything; METER_SINK_..., in swap_meter.h. */
GstElement *bench_sink_new(int numbers);
