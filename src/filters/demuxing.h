/* SPDX-License-Identifier: MIT */
/* filters/demuxing.h - the callbacks of every source that takes a container apart, by whatever way
 * it gets the bytes.  demux.c and the splitters are tables of them.
 *
 * Threads: as base/source.h says.
 */
#pragma once

#include "base/source.h"

struct ff_demuxer;

struct demux_settings {
    char format[64];
    char options[512];
};

struct demux_state {
    struct ff_demuxer *demuxer; /* from the first load on */
};

extern const struct rg_option demux_options[];

HRESULT demux_load(void *state, const void *settings, const char *location);
HRESULT demux_load_reader(void *state, const void *settings, IAsyncReader *reader);
/* The same for one of these containers alone, by libavformat's names: "wav,aiff".
 * VFW_E_TYPE_NOT_ACCEPTED: it is another. */
HRESULT demux_load_only(void *state, const void *settings, IAsyncReader *reader,
                        const char *formats);
void demux_unload(void *state);
unsigned demux_streams(void *state, const void *settings);
void demux_stream_name(void *state, unsigned stream, char *name, unsigned size);
HRESULT demux_stream_type(void *state, const void *settings, unsigned stream, unsigned index,
                          AM_MEDIA_TYPE *ret);
HRESULT demux_buffers(void *state, const void *settings, unsigned stream,
                      const AM_MEDIA_TYPE *type, ALLOCATOR_PROPERTIES *props);
HRESULT demux_start(void *state, const void *settings, const AM_MEDIA_TYPE *const *types,
                    unsigned n_streams);
HRESULT demux_fetch(void *state, const void *settings, unsigned stream, struct rg_fetch *ret);
HRESULT demux_fill(void *state, const void *settings, unsigned stream,
                   const AM_MEDIA_TYPE *type, IMediaSample *sample);
void demux_interrupt(void *state, bool on);
HRESULT demux_duration(void *state, REFERENCE_TIME *ret);
HRESULT demux_seek(void *state, REFERENCE_TIME *position, REFERENCE_TIME stop, double rate);
void demux_destroy(void *state);

/* All of a class table that does not depend on where the bytes come from. */
#define DEMUX_CALLBACKS                                                                        \
    .slowest = 0.01, .fastest = 100, .state_size = sizeof(struct demux_state),                 \
    .settings_size = sizeof(struct demux_settings), .options = demux_options,                  \
    .unload = demux_unload, .streams = demux_streams, .stream_name = demux_stream_name,        \
    .stream_type = demux_stream_type, .buffers = demux_buffers, .start = demux_start,          \
    .fetch = demux_fetch, .fill = demux_fill, .interrupt = demux_interrupt,                    \
    .duration = demux_duration, .seek = demux_seek, .destroy = demux_destroy
