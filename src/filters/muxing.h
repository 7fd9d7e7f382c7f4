/* SPDX-License-Identifier: MIT */
/* filters/muxing.h - the callbacks of every filter that puts a container together, wherever the
 * bytes go.  mux.c and avi_mux.c are tables of them.
 *
 * Threads: as base/sink.h says.
 */
#pragma once

#include <pthread.h>

#include "base/sink.h"
#include "ff/muxer.h"

/* joined and left may come while another input is being rendered. */
struct mux_state {
    pthread_mutex_t lock;
    bool is_ready;          /* lock is made */
    struct ff_muxer *muxer; /* under lock */
};

/* Control thread, before anything else.  S_OK; E_OUTOFMEMORY. */
HRESULT mux_ready(struct mux_state *state);

HRESULT mux_accept_type(const void *settings, const AM_MEDIA_TYPE *type);
HRESULT mux_accept_change(void *state, unsigned input, const AM_MEDIA_TYPE *from,
                          const AM_MEDIA_TYPE *to);
HRESULT mux_joined(void *state, unsigned input, const AM_MEDIA_TYPE *type);
void mux_left(void *state, unsigned input);
HRESULT mux_render(void *state, const void *settings, unsigned input, IMediaSample *sample);
HRESULT mux_end(void *state, unsigned input);
HRESULT mux_finish(void *state);
void mux_reset(void *state, unsigned input);
void mux_destroy(void *state);

/* All of a class table that does not depend on where the bytes go.  The class's state begins with
 * struct mux_state. */
#define MUX_CALLBACKS                                                                          \
    .grows = true, .serialize = true, .accept_change = mux_accept_change, .left = mux_left,    \
    .end = mux_end, .reset = mux_reset, .destroy = mux_destroy
