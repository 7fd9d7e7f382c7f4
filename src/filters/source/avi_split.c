/* SPDX-License-Identifier: MIT */
/* avi_split.c - the bytes of an AVI file, pulled through the input, as streams (DirectShow's AVI Splitter).
 *
 * Runs: as demuxing.c.
 * Knows: demuxing.h, the containers by name.  Must not know: what is in them, pins, graphs.
 */
#include "filters/demuxing.h"

static const struct rg_type_pair input_types[] = {
    { &MEDIATYPE_Stream, &MEDIASUBTYPE_Avi },
    { NULL, NULL },
};

static HRESULT avi_split_load(void *state, const void *settings, IAsyncReader *reader)
{
    return demux_load_only(state, settings, reader, "avi");
}

const struct rg_source_class rg_avi_split = {
    .name = "avi_split",
    .help = "Take the bytes of an AVI file apart (AVI Splitter)",
    .clsid = { 0x1b544c20, 0xfd0b, 0x11ce, { 0x8c, 0x63, 0x00, 0xaa, 0x00, 0x44, 0xb5, 0x1e } },
    .merit = MERIT_NORMAL,
    .input_types = input_types,
    .load_reader = avi_split_load,
    DEMUX_CALLBACKS,
};
