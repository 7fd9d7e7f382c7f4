/* SPDX-License-Identifier: MIT */
/* mux.c - compressed streams (and PCM) into a file of any container.
 *
 * Runs: as muxing.c.
 * Knows: ff/muxer.h.  Must not know: containers, pins, graphs.
 */
#include "filters/muxing.h"

struct mux_settings {
    char format[64];
    char options[512];
    bool faststart;
};

static const struct rg_option options[] = {
    RG_FIXED_TEXT(struct mux_settings, format, "",
                  "container by name; empty: by the file name's ending"),
    RG_FIXED_TEXT(struct mux_settings, options, "",
                  "options for libavformat: name=value:name=value"),
    RG_FIXED_BOOL(struct mux_settings, faststart, false,
                  "mp4 and mov: the index goes in front, for playing while downloading"),
    RG_OPTIONS_END,
};

static HRESULT mux_set_file(void *state, const void *settings, const char *path)
{
    const struct mux_settings *s = settings;
    struct mux_state *st = state;
    HRESULT hr = mux_ready(st);

    if (FAILED(hr))
        return hr;
    pthread_mutex_lock(&st->lock);
    hr = ff_muxer_set_target(st->muxer, path, s->format);
    pthread_mutex_unlock(&st->lock);
    return hr;
}

static HRESULT mux_start(void *state, const void *settings, struct rg_sink *sink)
{
    const struct mux_settings *s = settings;
    struct mux_state *st = state;
    HRESULT hr = mux_ready(st);

    (void)sink;
    if (FAILED(hr))
        return hr;
    pthread_mutex_lock(&st->lock);
    hr = ff_muxer_start(st->muxer, s->options, s->faststart);
    pthread_mutex_unlock(&st->lock);
    return hr;
}

const struct rg_sink_class rg_mux = {
    .name = "mux",
    .help = "Write streams of pictures and sound into a file: mp4, mkv, ts, wav ...",
    .clsid = { 0x96ab1f04, 0x2c7e, 0x4b38, { 0x85, 0xd9, 0x0f, 0x64, 0xb3, 0x1a, 0x5c, 0xe7 } },
    .state_size = sizeof(struct mux_state),
    .settings_size = sizeof(struct mux_settings),
    .options = options,
    .set_file = mux_set_file,
    .joined = mux_joined,
    .start = mux_start,
    .stop = mux_finish,
    .render = mux_render,
    .finish = mux_finish,
    .accept_type = mux_accept_type,
    MUX_CALLBACKS,
};
