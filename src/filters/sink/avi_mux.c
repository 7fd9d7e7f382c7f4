/* SPDX-License-Identifier: MIT */
/* avi_mux.c - streams into an AVI file that another filter writes (DirectShow's AVI Mux).
 *
 * Runs: as muxing.c.
 * Knows: ff/muxer.h.  Must not know: containers, pins, graphs.
 */
#include "filters/muxing.h"

struct avi_state {
    struct mux_state mux;
    /* control threads */
    bool has_output;
    /* from start on */
    struct rg_sink *sink;
    bool is_written; /* under mux.lock: the file is done, until the next start */
};

static HRESULT avi_put(void *context, LONGLONG at, const void *data, ULONG bytes)
{
    struct avi_state *st = context;

    return rg_sink_put(st->sink, at, data, bytes);
}

static HRESULT avi_accept_type(const void *settings, const AM_MEDIA_TYPE *type)
{
    (void)settings;
    return ff_muxer_accept_raw(type);
}

static HRESULT avi_joined(void *state, unsigned input, const AM_MEDIA_TYPE *type)
{
    struct avi_state *st = state;
    struct ff_muxer_output output = { .context = st, .put = avi_put };
    HRESULT hr = mux_ready(&st->mux);

    if (SUCCEEDED(hr) && !st->has_output) {
        hr = ff_muxer_set_output(st->mux.muxer, &output, "avi");
        st->has_output = SUCCEEDED(hr);
        ff_muxer_take_raw(st->mux.muxer);
    }
    return SUCCEEDED(hr) ? mux_joined(state, input, type) : hr;
}

static HRESULT avi_start(void *state, const void *settings, struct rg_sink *sink)
{
    struct avi_state *st = state;
    struct rg_mux_config config;
    HRESULT hr = mux_ready(&st->mux);

    (void)settings;
    if (FAILED(hr))
        return hr;
    rg_sink_config(sink, &config);
    pthread_mutex_lock(&st->mux.lock);
    st->sink = sink;
    st->is_written = false;
    ff_muxer_set_unordered(st->mux.muxer, config.mode == INTERLEAVE_NONE ||
                                              config.mode == INTERLEAVE_NONE_BUFFERED);
    pthread_mutex_unlock(&st->mux.lock);
    return S_OK;
}

/* The header goes with the first sample: what is downstream may not take anything before. */
static HRESULT open_file(struct avi_state *st)
{
    HRESULT hr = S_OK;

    pthread_mutex_lock(&st->mux.lock);
    if (st->is_written)
        hr = VFW_E_WRONG_STATE;
    else if (!ff_muxer_is_open(st->mux.muxer))
        hr = ff_muxer_start(st->mux.muxer, "", false);
    pthread_mutex_unlock(&st->mux.lock);
    return hr;
}

static HRESULT avi_render(void *state, const void *settings, unsigned input,
                          IMediaSample *sample)
{
    HRESULT hr = open_file(state);

    return SUCCEEDED(hr) ? mux_render(state, settings, input, sample) : hr;
}

static void avi_restart(void *state)
{
    struct avi_state *st = state;

    if (st->mux.muxer == NULL)
        return;
    pthread_mutex_lock(&st->mux.lock);
    ff_muxer_abandon(st->mux.muxer);
    st->is_written = false;
    pthread_mutex_unlock(&st->mux.lock);
}

/* Also streams without a sample make a file. */
static HRESULT avi_finish(void *state)
{
    struct avi_state *st = state;
    HRESULT hr;

    if (!st->has_output || st->is_written)
        return S_OK; /* nothing was ever connected, or a second end comes after a seek */
    hr = open_file(st);
    if (FAILED(hr))
        return hr == VFW_E_NOT_CONNECTED ? S_OK : hr;
    hr = mux_finish(state);
    pthread_mutex_lock(&st->mux.lock);
    st->is_written = true;
    pthread_mutex_unlock(&st->mux.lock);
    return hr;
}

/* What is downstream has been stopped already, and may have no way to take the rest. */
static HRESULT avi_stop(void *state)
{
    HRESULT hr = mux_finish(state);

    return hr == VFW_E_STATE_CHANGED ? S_OK : hr;
}

const struct rg_sink_class rg_avi_mux = {
    .name = "avi_mux",
    .help = "Put streams into an AVI file that a file writer behind it writes (AVI Mux)",
    .clsid = { 0xe2510970, 0xf137, 0x11ce, { 0x8b, 0x67, 0x00, 0xaa, 0x00, 0xa3, 0xf1, 0xa6 } },
    .state_size = sizeof(struct avi_state),
    .output_subtype = &MEDIASUBTYPE_Avi,
    .restart = avi_restart,
    .is_configured = true,
    .joined = avi_joined,
    .start = avi_start,
    .stop = avi_stop,
    .render = avi_render,
    .finish = avi_finish,
    .accept_type = avi_accept_type,
    MUX_CALLBACKS,
};
