/* SPDX-License-Identifier: MIT */
/* fake_file.c - a foreign filter that reads files: IFileSourceFilter, for one path that it knows.
 *
 * See fake_filter.h.
 */
#include "fake_filter.h"

#include <string.h>

static struct fake_filter *home(IFileSourceFilter *face)
{
    return CONTAINING_RECORD(face, struct fake_filter, file_face);
}

static HRESULT STDMETHODCALLTYPE file_query(IFileSourceFilter *face, REFIID iid, void **out)
{
    IBaseFilter *base = &home(face)->base;

    return base->lpVtbl->QueryInterface(base, iid, out);
}

static ULONG STDMETHODCALLTYPE file_addref(IFileSourceFilter *face)
{
    return fake_addref(home(face));
}

static ULONG STDMETHODCALLTYPE file_release(IFileSourceFilter *face)
{
    return fake_unref(home(face));
}

static bool is_path(const char *known, LPCOLESTR path)
{
    size_t i = 0;

    while (known[i] != 0 && (WCHAR)(unsigned char)known[i] == path[i])
        i++;
    return known[i] == 0 && path[i] == 0;
}

static HRESULT STDMETHODCALLTYPE file_load(IFileSourceFilter *face, LPCOLESTR path,
                                           const AM_MEDIA_TYPE *type)
{
    struct fake_filter *self = home(face);

    (void)type;
    if (path == NULL)
        return E_POINTER;
    if (!is_path(self->config.file, path))
        return VFW_E_UNKNOWN_FILE_TYPE;
    if (self->config.on_load != NULL)
        self->config.on_load(self->config.on_load_context);
    pthread_mutex_lock(&self->lock);
    self->has_loaded = true;
    pthread_mutex_unlock(&self->lock);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE file_current(IFileSourceFilter *face, LPOLESTR *ret_path,
                                              AM_MEDIA_TYPE *ret_type)
{
    struct fake_filter *self = home(face);
    size_t length = strlen(self->config.file);
    bool has_loaded;

    if (ret_type != NULL)
        memset(ret_type, 0, sizeof(*ret_type));
    *ret_path = NULL;
    pthread_mutex_lock(&self->lock);
    has_loaded = self->has_loaded;
    pthread_mutex_unlock(&self->lock);
    if (!has_loaded)
        return S_OK;
    *ret_path = CoTaskMemAlloc((ULONG)((length + 1) * sizeof(WCHAR)));
    if (*ret_path == NULL)
        return E_OUTOFMEMORY;
    for (size_t i = 0; i <= length; i++)
        (*ret_path)[i] = (unsigned char)self->config.file[i];
    return S_OK;
}

const IFileSourceFilterVtbl fake_file_vtbl = {
    .QueryInterface = file_query,
    .AddRef = file_addref,
    .Release = file_release,
    .Load = file_load,
    .GetCurFile = file_current,
};
