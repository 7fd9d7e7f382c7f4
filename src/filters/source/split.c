/* SPDX-License-Identifier: MIT */
/* split.c - the bytes of any container, pulled through the input, as one output per stream of sound
 * or pictures.
 *
 * Runs: as demuxing.c.
 * Knows: demuxing.h.  Must not know: containers, pins, graphs.
 */
#include "filters/demuxing.h"

static const struct rg_type_pair input_types[] = {
    { &MEDIATYPE_Stream, NULL },
    { NULL, NULL },
};

/* Below those that take one container alone. */
const struct rg_source_class rg_split = {
    .name = "split",
    .help = "Take the bytes of any media file apart: one output for each stream in it",
    .clsid = { 0x2f9c83d1, 0x60b7, 0x4e15, { 0x9d, 0x4a, 0x31, 0xe8, 0x07, 0x5b, 0xc2, 0x6f } },
    .merit = MERIT_UNLIKELY,
    .input_types = input_types,
    .load_reader = demux_load_reader,
    DEMUX_CALLBACKS,
};
