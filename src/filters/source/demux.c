/* SPDX-License-Identifier: MIT */
/* demux.c - a media file or URL, or somebody's reader, as one output per stream of sound or
 * pictures.
 *
 * Runs: as demuxing.c.
 * Knows: demuxing.h.  Must not know: containers, pins, graphs.
 */
#include "filters/demuxing.h"

const struct rg_source_class rg_demux = {
    .name = "demux",
    .help = "Read any media file or URL: one output for each stream of pictures or sound",
    .clsid = { 0x43d70b5e, 0x8f61, 0x4c92, { 0xae, 0x15, 0x7a, 0x06, 0xc9, 0x32, 0xe8, 0xb4 } },
    .merit = MERIT_NORMAL,
    .load = demux_load,
    .load_reader = demux_load_reader,
    DEMUX_CALLBACKS,
};
