/* SPDX-License-Identifier: MIT */
/* filters/muxing.c - what every filter does that puts a container together.
 *
 * Runs: render and end on the inputs' threads, one at a time; the rest on control threads.
 * Knows: ff/muxer.h.  Must not know: containers, pins, graphs.
 */
#include "filters/muxing.h"

HRESULT mux_ready(struct mux_state *st)
{
    if (!st->is_ready) {
        pthread_mutex_init(&st->lock, NULL);
        st->is_ready = true;
    }
    if (st->muxer == NULL)
        st->muxer = ff_muxer_new();
    return st->muxer != NULL ? S_OK : E_OUTOFMEMORY;
}

HRESULT mux_accept_type(const void *settings, const AM_MEDIA_TYPE *type)
{
    (void)settings;
    return ff_muxer_accept(type);
}

/* Another encoder may go on with the stream. */
HRESULT mux_accept_change(void *state, unsigned input, const AM_MEDIA_TYPE *from,
                          const AM_MEDIA_TYPE *to)
{
    (void)state;
    (void)input;
    return ff_muxer_follows(from, to);
}

HRESULT mux_joined(void *state, unsigned input, const AM_MEDIA_TYPE *type)
{
    struct mux_state *st = state;
    HRESULT hr = mux_ready(st);

    if (FAILED(hr))
        return hr;
    pthread_mutex_lock(&st->lock);
    hr = ff_muxer_join(st->muxer, input, type);
    pthread_mutex_unlock(&st->lock);
    return hr;
}

void mux_left(void *state, unsigned input)
{
    struct mux_state *st = state;

    if (st->muxer == NULL)
        return;
    pthread_mutex_lock(&st->lock);
    ff_muxer_leave(st->muxer, input);
    pthread_mutex_unlock(&st->lock);
}

HRESULT mux_render(void *state, const void *settings, unsigned input, IMediaSample *sample)
{
    struct mux_state *st = state;
    HRESULT hr;

    (void)settings;
    pthread_mutex_lock(&st->lock);
    hr = ff_muxer_write(st->muxer, input, sample);
    pthread_mutex_unlock(&st->lock);
    return hr;
}

HRESULT mux_end(void *state, unsigned input)
{
    struct mux_state *st = state;
    HRESULT hr;

    pthread_mutex_lock(&st->lock);
    hr = ff_muxer_end(st->muxer, input);
    pthread_mutex_unlock(&st->lock);
    return hr;
}

HRESULT mux_finish(void *state)
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

void mux_reset(void *state, unsigned input)
{
    struct mux_state *st = state;

    if (st->muxer == NULL)
        return;
    pthread_mutex_lock(&st->lock);
    ff_muxer_reset(st->muxer, input);
    pthread_mutex_unlock(&st->lock);
}

void mux_destroy(void *state)
{
    struct mux_state *st = state;

    ff_muxer_free(st->muxer);
    st->muxer = NULL;
    if (st->is_ready)
        pthread_mutex_destroy(&st->lock);
    st->is_ready = false;
}
