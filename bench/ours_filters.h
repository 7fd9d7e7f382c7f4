/* SPDX-License-Identifier: MIT */
/* ours_filters.h - regraft's filters of the bench: as small as the base classes let them be.
 *
 * Each with one reference, the caller's; NULL: out of memory.
 */
#pragma once

#include <dshow.h>

/* Numbered samples of 16 bytes, rate as in struct meter_pacer. */
IBaseFilter *ours_source(int rate);
/* In place; slot as in meter_pass. */
IBaseFilter *ours_pass(int slot);
/* Pictures; meter_hold for each. */
IBaseFilter *ours_hold(int rate);
/* Takes any type; METER_SINK_..., in swap_meter.h. */
IBaseFilter *ours_sink(int numbers);
