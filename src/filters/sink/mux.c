/* SPDX-License-Identifier: MIT */
/* mux.c - compressed streams (and PCM) into a file of any container.
 *
 * Runs: render and end on the inputs' threads, one at a time; the rest on control threads.
 * Knows: ff/muxer.h.  Must not know: containers, pins, graphs.
 */
#include "ff/muxer.h"

#include <pthread.h>

#include "base/sink.h"

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

/* joined and left may come while another input is being rendered. */
struct mux_state {
    pthread_mutex_t lock;
    bool is_ready;          /* lock is made */
    struct ff_muxer *muxer; /* under lock */
};

/* Control thread, at the first call. */
static HRESULT muxer_ready(struct mux_state *st)
{
    if (!st->is_ready) {
        pthread_mutex_init(&st->lock, NULL);
        st->is_ready = true;
    }
    if (st->muxer == NULL)
        st->muxer = ff_muxer_new();
    return st->muxer != NULL ? S_OK : E_OUTOFMEMORY;
}

static HRESULT mux_accept_type(const void *settings, const AM_MEDIA_TYPE *type)
{
    (void)settings;
    return ff_muxer_accept(type);
}

/* Another encoder may go on with the stream. */
static HRESULT mux_accept_change(void *state, unsigned input, const AM_MEDIA_TYPE *from,
                                 const AM_MEDIA_TYPE *to)
{
    (void)state;
    (void)input;
    return ff_muxer_follows(from, to);
}

static HRESULT mux_set_file(void *state, const void *settings, const char *path)
{
    const struct mux_settings *s = settings;
    struct mux_state *st = state;
    HRESULT hr = muxer_ready(st);

    if (FAILED(hr))
        return hr;
    pthread_mutex_lock(&st->lock);
    hr = ff_muxer_set_target(st->muxer, path, s->format);
    pthread_mutex_unlock(&st->lock);
    return hr;
}

static HRESULT mux_joined(void *state, unsigned input, const AM_MEDIA_TYPE *type)
{
    struct mux_state *st = state;
    HRESULT hr = muxer_ready(st);

    if (FAILED(hr))
        return hr;
    pthread_mutex_lock(&st->lock);
    hr = ff_muxer_join(st->muxer, input, type);
    pthread_mutex_unlock(&st->lock);
    return hr;
}

static void mux_left(void *state, unsigned input)
{
    struct mux_state *st = state;

    if (st->muxer == NULL)
        return;
    pthread_mutex_lock(&st->lock);
    ff_muxer_leave(st->muxer, input);
    pthread_mutex_unlock(&st->lock);
}

static HRESULT mux_start(void *state, const void *settings, struct rg_sink *sink)
{
    const struct mux_settings *s = settings;
    struct mux_state *st = state;
    HRESULT hr = muxer_ready(st);

    (void)sink;
    if (FAILED(hr))
        return hr;
    pthread_mutex_lock(&st->lock);
    hr = ff_muxer_start(st->muxer, s->options, s->faststart);
    pthread_mutex_unlock(&st->lock);
    return hr;
}

static HRESULT mux_render(void *state, const void *settings, unsigned input,
                          IMediaSample *sample)
{
    struct mux_state *st = state;
    HRESULT hr;

    (void)settings;
    pthread_mutex_lock(&st->lock);
    hr = ff_muxer_write(st->muxer, input, sample);
    pthread_mutex_unlock(&st->lock);
    return hr;
}

static HRESULT mux_end(void *state, unsigned input)
{
    struct mux_state *st = state;
    HRESULT hr;

    pthread_mutex_lock(&st->lock);
    hr = ff_muxer_end(st->muxer, input);
    pthread_mutex_unlock(&st->lock);
    return hr;
}

static HRESULT mux_finish(void *state)
{
    struct mux_state *st = state;
    HRESULT hr;

    if (st->muxer == NULL)
        return S_OK;
    pthread_mutex_lock(&st->lock);
    hr = ff_muxer_finish(st->muxer);
    pthread_mutex_unlock(&st->lock);
    return hr;
}

static void mux_reset(void *state, unsigned input)
{
    struct mux_state *st = state;

    if (st->muxer == NULL)
        return;
    pthread_mutex_lock(&st->lock);
    ff_muxer_reset(st->muxer, input);
    pthread_mutex_unlock(&st->lock);
}

static void mux_destroy(void *state)
{
    struct mux_state *st = state;

    ff_muxer_free(st->muxer);
    st->muxer = NULL;
    if (st->is_ready)
        pthread_mutex_destroy(&st->lock);
    st->is_ready = false;
}

const struct rg_sink_class rg_mux = {
    .name = "mux",
    .help = "Write streams of pictures and sound into a file: mp4, mkv, ts, wav ...",
    .clsid = { 0x96ab1f04, 0x2c7e, 0x4b38, { 0x85, 0xd9, 0x0f, 0x64, 0xb3, 0x1a, 0x5c, 0xe7 } },
    .state_size = sizeof(struct mux_state),
    .settings_size = sizeof(struct mux_settings),
    .options = options,
    .grows = true,
    .serialize = true,
    .accept_type = mux_accept_type,
    .accept_change = mux_accept_change,
    .set_file = mux_set_file,
    .joined = mux_joined,
    .left = mux_left,
    .start = mux_start,
    .stop = mux_finish,
    .render = mux_render,
    .end = mux_end,
    .finish = mux_finish,
    .reset = mux_reset,
    .destroy = mux_destroy,
};
