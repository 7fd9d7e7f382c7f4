/* SPDX-License-Identifier: MIT */
/* sink_config.c - IConfigInterleaving and IConfigAviMux: what a multiplexer is told, kept for its
 * class.
 *
 * Control threads.
 * Knows: the values' limits.  Must not know: what they change.
 */
#include "base/sink_internal.h"

#define SECOND 10000000 /* 100 ns */

static struct rg_sink *of_interleaving(IConfigInterleaving *face)
{
    return COM_HOME(face, struct rg_sink);
}

static struct rg_sink *of_avi(IConfigAviMux *face)
{
    return COM_HOME(face, struct rg_sink);
}

void rg_sink_config(struct rg_sink *sink, struct rg_mux_config *ret)
{
    pthread_mutex_lock(&sink->config.lock);
    *ret = sink->config.now;
    pthread_mutex_unlock(&sink->config.lock);
}

/* S_OK: the lock is taken, and what is told may be changed until change_end. */
static HRESULT change_begin(struct rg_sink *sink)
{
    if (rg_filter_state(&sink->filter) != State_Stopped)
        return VFW_E_WRONG_STATE;
    pthread_mutex_lock(&sink->config.lock);
    return S_OK;
}

static HRESULT change_end(struct rg_sink *sink)
{
    pthread_mutex_unlock(&sink->config.lock);
    rg_filter_changed(&sink->filter);
    return S_OK;
}

HRESULT rg_sink_configure(struct rg_sink *sink, const struct rg_mux_config *config)
{
    HRESULT hr = change_begin(sink);

    if (FAILED(hr))
        return hr;
    sink->config.now = *config;
    return change_end(sink);
}

/* ---- IConfigInterleaving ----------------------------------------------------------------- */

static HRESULT STDMETHODCALLTYPE put_mode(IConfigInterleaving *face, InterleavingMode mode)
{
    struct rg_sink *sink = of_interleaving(face);
    HRESULT hr;

    if ((int)mode < INTERLEAVE_NONE || mode > INTERLEAVE_NONE_BUFFERED)
        return E_INVALIDARG;
    hr = change_begin(sink);
    if (FAILED(hr))
        return hr;
    sink->config.now.mode = mode;
    return change_end(sink);
}

static HRESULT STDMETHODCALLTYPE get_mode(IConfigInterleaving *face, InterleavingMode *ret)
{
    struct rg_mux_config now;

    if (ret == NULL)
        return E_POINTER;
    rg_sink_config(of_interleaving(face), &now);
    *ret = now.mode;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE put_interleaving(IConfigInterleaving *face,
                                                  const REFERENCE_TIME *interleave,
                                                  const REFERENCE_TIME *preroll)
{
    struct rg_sink *sink = of_interleaving(face);
    HRESULT hr;

    if ((interleave != NULL && *interleave <= 0) || (preroll != NULL && *preroll < 0))
        return E_INVALIDARG;
    hr = change_begin(sink);
    if (FAILED(hr))
        return hr;
    if (interleave != NULL)
        sink->config.now.interleave = *interleave;
    if (preroll != NULL)
        sink->config.now.preroll = *preroll;
    return change_end(sink);
}

static HRESULT STDMETHODCALLTYPE get_interleaving(IConfigInterleaving *face,
                                                  REFERENCE_TIME *ret_interleave,
                                                  REFERENCE_TIME *ret_preroll)
{
    struct rg_mux_config now;

    rg_sink_config(of_interleaving(face), &now);
    if (ret_interleave != NULL)
        *ret_interleave = now.interleave;
    if (ret_preroll != NULL)
        *ret_preroll = now.preroll;
    return S_OK;
}

static const IConfigInterleavingVtbl interleaving_vtbl = {
    COM_UNKNOWN(IConfigInterleaving),
    .put_Mode = put_mode,
    .get_Mode = get_mode,
    .put_Interleaving = put_interleaving,
    .get_Interleaving = get_interleaving,
};

/* ---- IConfigAviMux ----------------------------------------------------------------------- */

static HRESULT STDMETHODCALLTYPE set_master(IConfigAviMux *face, LONG stream)
{
    struct rg_sink *sink = of_avi(face);
    HRESULT hr;

    if (stream < -1 || stream >= (LONG)atomic_load(&sink->filter.n_in))
        return E_INVALIDARG;
    hr = change_begin(sink);
    if (FAILED(hr))
        return hr;
    sink->config.now.master = stream;
    return change_end(sink);
}

static HRESULT STDMETHODCALLTYPE get_master(IConfigAviMux *face, LONG *ret)
{
    struct rg_mux_config now;

    if (ret == NULL)
        return E_POINTER;
    rg_sink_config(of_avi(face), &now);
    *ret = now.master;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE set_index(IConfigAviMux *face, BOOL old_index)
{
    struct rg_sink *sink = of_avi(face);
    HRESULT hr;

    hr = change_begin(sink);
    if (FAILED(hr))
        return hr;
    sink->config.now.old_index = old_index ? TRUE : FALSE;
    return change_end(sink);
}

static HRESULT STDMETHODCALLTYPE get_index(IConfigAviMux *face, BOOL *ret)
{
    struct rg_mux_config now;

    if (ret == NULL)
        return E_POINTER;
    rg_sink_config(of_avi(face), &now);
    *ret = now.old_index;
    return S_OK;
}

static const IConfigAviMuxVtbl avi_vtbl = {
    COM_UNKNOWN(IConfigAviMux),
    .SetMasterStream = set_master,
    .GetMasterStream = get_master,
    .SetOutputCompatibilityIndex = set_index,
    .GetOutputCompatibilityIndex = get_index,
};

/* ---- birth and end ----------------------------------------------------------------------- */

void *rg_sink_config_face(struct rg_sink *sink, REFIID iid)
{
    if (IsEqualIID(iid, &IID_IConfigInterleaving))
        return &sink->config.interleaving;
    return IsEqualIID(iid, &IID_IConfigAviMux) ? &sink->config.avi : NULL;
}

void rg_sink_config_init(struct rg_sink *sink)
{
    struct rg_sink_config *config = &sink->config;

    COM_FACE_INIT(&sink->filter.object, config->interleaving, &interleaving_vtbl);
    COM_FACE_INIT(&sink->filter.object, config->avi, &avi_vtbl);
    pthread_mutex_init(&config->lock, NULL);
    config->now = (struct rg_mux_config){
        .mode = INTERLEAVE_FULL, .interleave = SECOND, .master = -1, .old_index = TRUE
    };
}

void rg_sink_config_fini(struct rg_sink *sink)
{
    pthread_mutex_destroy(&sink->config.lock);
}
