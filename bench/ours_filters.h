/* SPDX-License-Identifier: MIT */
/* ours_filters.h - regraft's filters of bench/swap: as small as the base classes let them be.
 *
 * Each with one reference, the caller's; NULL: out of memory.
 */
#pragma once

#include <dshow.h>

/* Numbered samples of 16 bytes, rate as in struct meter_pacer. */
IBaseFilter *ours_source(int rate);
/* In place; slot as in meter_pass. */
IBaseFilter *ours_pass(int slot);
/* Takes any type.  numbers: 1: meter_arrived, 0: meter_arrived_at, -1: of another road. */
IBaseFilter *ours_sink(int numbers);
