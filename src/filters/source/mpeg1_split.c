/* SPDX-License-Identifier: MIT */
/* mpeg1_split.c - the bytes of an MPEG-1 system, video or audio stream, pulled through the input, as streams (DirectShow's MPEG-I Stream Splitter).
 *
 * Runs: as demuxing.c.
 * Knows: demuxing.h, the containers by name.  Must not know: what is in them, pins, graphs.
 */
#include "filters/demuxing.h"

static const struct rg_type_pair input_types[] = {
    { &MEDIATYPE_Stream, &MEDIASUBTYPE_MPEG1System },
    { &MEDIATYPE_Stream, &MEDIASUBTYPE_MPEG1VideoCD },
    { &MEDIATYPE_Stream, &MEDIASUBTYPE_MPEG1Video },
    { &MEDIATYPE_Stream, &MEDIASUBTYPE_MPEG1Audio },
    { NULL, NULL },
};

static HRESULT mpeg1_split_load(void *state, const void *settings, IAsyncReader *reader)
{
    return demux_load_only(state, settings, reader, "mpeg,mpegvideo,mp3");
}

const struct rg_source_class rg_mpeg1_split = {
    .name = "mpeg1_split",
    .help = "Take the bytes of an MPEG-1 stream apart (MPEG-I Stream Splitter)",
    .clsid = { 0x336475d0, 0x942a, 0x11ce, { 0xa8, 0x70, 0x00, 0xaa, 0x00, 0x2f, 0xea, 0xb5 } },
    .merit = MERIT_NORMAL,
    .input_types = input_types,
    .load_reader = mpeg1_split_load,
    DEMUX_CALLBACKS,
};
