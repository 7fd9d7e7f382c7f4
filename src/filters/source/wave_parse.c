/* SPDX-License-Identifier: MIT */
/* wave_parse.c - the bytes of a WAVE, AIFF or AU file, pulled through the input, as a stream (DirectShow's Wave Parser).
 *
 * Runs: as demuxing.c.
 * Knows: demuxing.h, the containers by name.  Must not know: what is in them, pins, graphs.
 */
#include "filters/demuxing.h"

static const struct rg_type_pair input_types[] = {
    { &MEDIATYPE_Stream, &MEDIASUBTYPE_WAVE },
    { &MEDIATYPE_Stream, &MEDIASUBTYPE_AIFF },
    { &MEDIATYPE_Stream, &MEDIASUBTYPE_AU },
    { NULL, NULL },
};

static HRESULT wave_parse_load(void *state, const void *settings, IAsyncReader *reader)
{
    return demux_load_only(state, settings, reader, "wav,w64,aiff,au");
}

const struct rg_source_class rg_wave_parse = {
    .name = "wave_parse",
    .help = "Take the bytes of a WAVE, AIFF or AU file apart (Wave Parser)",
    .clsid = { 0xd51bd5a1, 0x7548, 0x11cf, { 0xa5, 0x20, 0x00, 0x80, 0xc7, 0x7e, 0xf5, 0x8a } },
    .merit = MERIT_NORMAL,
    .input_types = input_types,
    .load_reader = wave_parse_load,
    DEMUX_CALLBACKS,
};
