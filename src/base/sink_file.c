/* SPDX-License-Identifier: MIT */
/* sink_file.c - IFileSinkFilter2 of a sink whose class writes a file: its name and its mode.
 *
 * Control threads.
 * Knows: the class's set_file, set_mode.  Must not know: what is written.
 */
#include "base/sink_internal.h"

#include <string.h>
#include <wchar.h>

#include "base/in_pin_internal.h"
#include "platform/memory.h"
#include "platform/text.h"

HRESULT rg_sink_set_file_locked(struct rg_sink *sink, LPCWSTR path)
{
    char *utf8 = NULL;
    WCHAR *copy = NULL;
    bool is_new;
    HRESULT hr;

    if (rg_filter_state(&sink->filter) != State_Stopped)
        return VFW_E_NOT_STOPPED;
    is_new = sink->path == NULL || wcscmp(path, sink->path) != 0;
    hr = rg_utf8_from_wide(path, &utf8);
    if (FAILED(hr))
        return hr;
    copy = rg_memory_dup(path, (wcslen(path) + 1) * sizeof(WCHAR));
    hr = copy != NULL ? sink->cls->set_file(sink->filter.author_state,
                                            rg_sink_settings_locked(sink), utf8)
                      : E_OUTOFMEMORY;
    rg_free(utf8);
    if (FAILED(hr)) {
        rg_free(copy);
        return hr;
    }
    rg_free(sink->path);
    sink->path = copy;
    if (is_new)
        rg_filter_changed(&sink->filter);
    return S_OK;
}

HRESULT rg_sink_set_mode_locked(struct rg_sink *sink, DWORD flags)
{
    HRESULT hr = sink->cls->set_mode(sink->filter.author_state, flags);

    if (FAILED(hr) || flags == sink->mode)
        return hr;
    sink->mode = flags;
    rg_filter_changed(&sink->filter);
    return hr;
}

static HRESULT STDMETHODCALLTYPE file_set_name(IFileSinkFilter2 *face, LPCOLESTR path,
                                               const AM_MEDIA_TYPE *type)
{
    struct rg_sink *sink = COM_HOME(face, struct rg_sink);
    HRESULT hr;

    (void)type;
    if (path == NULL)
        return E_POINTER;
    pthread_mutex_lock(&sink->filter.lock);
    hr = rg_sink_set_file_locked(sink, path);
    pthread_mutex_unlock(&sink->filter.lock);
    return hr;
}

static HRESULT STDMETHODCALLTYPE file_current(IFileSinkFilter2 *face, LPOLESTR *ret,
                                              AM_MEDIA_TYPE *type)
{
    struct rg_sink *sink = COM_HOME(face, struct rg_sink);
    HRESULT hr = S_OK;

    if (ret == NULL)
        return E_POINTER;
    *ret = NULL;
    pthread_mutex_lock(&sink->filter.lock);
    if (sink->path != NULL)
        hr = rg_pin_id(sink->path, ret);
    pthread_mutex_unlock(&sink->filter.lock);
    if (SUCCEEDED(hr) && type != NULL) {
        memset(type, 0, sizeof(*type));
        type->majortype = MEDIATYPE_Stream;
    }
    return hr;
}

static HRESULT STDMETHODCALLTYPE file_set_mode(IFileSinkFilter2 *face, DWORD flags)
{
    struct rg_sink *sink = COM_HOME(face, struct rg_sink);
    HRESULT hr;

    if ((flags & ~(DWORD)AM_FILE_OVERWRITE) != 0)
        return E_INVALIDARG;
    if (sink->cls->set_mode == NULL)
        return flags == AM_FILE_OVERWRITE ? S_OK : E_INVALIDARG;
    pthread_mutex_lock(&sink->filter.lock);
    hr = rg_sink_set_mode_locked(sink, flags);
    pthread_mutex_unlock(&sink->filter.lock);
    return hr;
}

static HRESULT STDMETHODCALLTYPE file_mode(IFileSinkFilter2 *face, DWORD *ret)
{
    struct rg_sink *sink = COM_HOME(face, struct rg_sink);

    if (ret == NULL)
        return E_POINTER;
    pthread_mutex_lock(&sink->filter.lock);
    *ret = sink->cls->set_mode != NULL ? sink->mode : AM_FILE_OVERWRITE;
    pthread_mutex_unlock(&sink->filter.lock);
    return S_OK;
}

const IFileSinkFilter2Vtbl rg_sink_file_vtbl = {
    COM_UNKNOWN(IFileSinkFilter2), .SetFileName = file_set_name, .GetCurFile = file_current,
    .SetMode = file_set_mode,      .GetMode = file_mode,
};
