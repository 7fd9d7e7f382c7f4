/* SPDX-License-Identifier: MIT */
/* null_renderer.c - CLSID_NullRenderer: takes anything at its time and throws it away.
 *
 * Beside `null`, which does not wait for the clock unless told to.
 * Runs: nothing but the base's own.
 * Knows: nothing of media.  Must not know: pins, graphs.
 */
#include "base/sink.h"

const struct rg_sink_class rg_null_renderer = {
    .name = "null-renderer",
    .help = "Takes anything, each sample at its time",
    .clsid = { 0xc1f400a4, 0x3f08, 0x11d3, { 0x9f, 0x0b, 0x00, 0x60, 0x08, 0x03, 0x9e, 0x37 } },
    .preroll = true,
    .synced = true,
};
