/* SPDX-License-Identifier: MIT */
/* filters/demuxing.c - what every source does that takes a container apart.
 *
 * Runs: fetch and fill on the streams' own threads, interrupt on any, the rest on control
 * threads. Knows: ff/demuxer.h.  Must not know: containers, pins, graphs.
 */
#include "filters/demuxing.h"

#include <stdlib.h>

#include "ff/demuxer.h"

const struct rg_option demux_options[] = {
    RG_FIXED_TEXT(struct demux_settings, format, "", "container by name; empty: find out"),
    RG_FIXED_TEXT(struct demux_settings, options, "",
                  "options for libavformat: name=value:name=value"),
    RG_OPTIONS_END,
};

static HRESULT demuxer_ready(struct demux_state *st)
{
    if (st->demuxer == NULL)
        st->demuxer = ff_demuxer_new();
    return st->demuxer != NULL ? S_OK : E_OUTOFMEMORY;
}

HRESULT demux_load(void *state, const void *settings, const char *location)
{
    const struct demux_settings *s = settings;
    struct demux_state *st = state;
    HRESULT hr = demuxer_ready(st);

    return SUCCEEDED(hr) ? ff_demuxer_open(st->demuxer, location, s->format, s->options) : hr;
}

HRESULT demux_load_reader(void *state, const void *settings, IAsyncReader *reader)
{
    const struct demux_settings *s = settings;
    struct demux_state *st = state;
    HRESULT hr = demuxer_ready(st);

    return SUCCEEDED(hr) ? ff_demuxer_open_reader(st->demuxer, reader, s->format, s->options)
                         : hr;
}

HRESULT demux_load_only(void *state, const void *settings, IAsyncReader *reader,
                        const char *formats)
{
    struct demux_state *st = state;
    HRESULT hr = demux_load_reader(state, settings, reader);

    if (SUCCEEDED(hr) && !ff_demuxer_is(st->demuxer, formats)) {
        ff_demuxer_close(st->demuxer);
        hr = VFW_E_TYPE_NOT_ACCEPTED;
    }
    return hr;
}

void demux_unload(void *state)
{
    struct demux_state *st = state;

    if (st->demuxer != NULL)
        ff_demuxer_close(st->demuxer);
}

unsigned demux_streams(void *state, const void *settings)
{
    struct demux_state *st = state;

    (void)settings;
    return st->demuxer != NULL ? ff_demuxer_streams(st->demuxer) : 0;
}

void demux_stream_name(void *state, unsigned stream, char *name, unsigned size)
{
    struct demux_state *st = state;

    ff_demuxer_stream_name(st->demuxer, stream, name, size);
}

HRESULT demux_stream_type(void *state, const void *settings, unsigned stream, unsigned index,
                          AM_MEDIA_TYPE *ret)
{
    struct demux_state *st = state;

    (void)settings;
    if (index > 0)
        return VFW_S_NO_MORE_ITEMS;
    return ff_demuxer_stream_type(st->demuxer, stream, ret);
}

HRESULT demux_buffers(void *state, const void *settings, unsigned stream,
                      const AM_MEDIA_TYPE *type, ALLOCATOR_PROPERTIES *props)
{
    struct demux_state *st = state;
    LONG bytes = (LONG)ff_demuxer_sample_bytes(st->demuxer, stream);

    (void)settings;
    (void)type;
    if (props->cbBuffer < bytes)
        props->cbBuffer = bytes;
    if (props->cBuffers < 4)
        props->cBuffers = 4;
    return S_OK;
}

HRESULT demux_start(void *state, const void *settings, const AM_MEDIA_TYPE *const *types,
                    unsigned n_streams)
{
    struct demux_state *st = state;
    bool *wanted;
    HRESULT hr;

    (void)settings;
    if (st->demuxer == NULL)
        return S_OK; /* nothing loaded: no stream to start */
    wanted = calloc(n_streams + 1, sizeof(*wanted));
    if (wanted == NULL)
        return E_OUTOFMEMORY;
    for (unsigned i = 0; i < n_streams; i++)
        wanted[i] = types[i] != NULL;
    hr = ff_demuxer_start(st->demuxer, wanted, n_streams);
    free(wanted);
    return hr;
}

HRESULT demux_fetch(void *state, const void *settings, unsigned stream, struct rg_fetch *ret)
{
    struct demux_state *st = state;

    (void)settings;
    return ff_demuxer_fetch(st->demuxer, stream, &ret->bytes, &ret->start);
}

HRESULT demux_fill(void *state, const void *settings, unsigned stream,
                   const AM_MEDIA_TYPE *type, IMediaSample *sample)
{
    struct demux_state *st = state;

    (void)settings;
    (void)type;
    return ff_demuxer_fill(st->demuxer, stream, sample);
}

void demux_interrupt(void *state, bool on)
{
    struct demux_state *st = state;

    if (st->demuxer != NULL)
        ff_demuxer_interrupt(st->demuxer, on);
}

HRESULT demux_duration(void *state, REFERENCE_TIME *ret)
{
    struct demux_state *st = state;

    return st->demuxer != NULL ? ff_demuxer_duration(st->demuxer, ret) : VFW_E_NOT_CONNECTED;
}

HRESULT demux_seek(void *state, REFERENCE_TIME *position, REFERENCE_TIME stop, double rate)
{
    struct demux_state *st = state;
    HRESULT hr;

    if (st->demuxer == NULL)
        return VFW_E_NOT_CONNECTED;
    hr = ff_demuxer_seek(st->demuxer, *position, stop);
    if (SUCCEEDED(hr))
        ff_demuxer_set_rate(st->demuxer, rate);
    return hr;
}

void demux_destroy(void *state)
{
    struct demux_state *st = state;

    ff_demuxer_free(st->demuxer);
    st->demuxer = NULL;
}
