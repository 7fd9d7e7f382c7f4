/* SPDX-License-Identifier: MIT */
/* reader.c - the filter around a reader class: files, and the type found by their bytes.
 *
 * Control threads under the filter lock; the pin is in reader_pin.c, reading in reader_queue.c.
 * Knows: the class's open.  Must not know: formats.
 */
#include <string.h>
#include <wchar.h>

#include "base/in_pin_internal.h"
#include "base/reader_internal.h"
#include "media/file_type.h"
#include "platform/memory.h"
#include "platform/text.h"

/* ---- IFileSourceFilter ----------------------------------------------------------------- */

static HRESULT bytes_get(void *context, LONGLONG at, ULONG bytes, BYTE *to, ULONG *ret_bytes)
{
    struct rg_reader *reader = context;

    return rg_reader_queue_read(&reader->queue, at, bytes, to, ret_bytes);
}

/* The file is open. */
static HRESULT find_type(struct rg_reader *reader, const AM_MEDIA_TYPE *given,
                         AM_MEDIA_TYPE *ret)
{
    struct rg_file_bytes file = { .context = reader, .get = bytes_get, .length = -1 };
    LONGLONG available;
    const GUID *subtype;

    if (given != NULL && !IsEqualGUID(&given->majortype, &GUID_NULL))
        return rg_type_copy(ret, given);
    (void)rg_reader_queue_length(&reader->queue, &file.length, &available);
    subtype = rg_file_subtype(&file);
    return rg_type_make(ret, &MEDIATYPE_Stream, subtype != NULL ? subtype : &GUID_NULL,
                        &FORMAT_None, NULL, 0);
}

static HRESULT open_locked(struct rg_reader *reader, LPCWSTR location,
                           const AM_MEDIA_TYPE *given, AM_MEDIA_TYPE *ret_type)
{
    char *utf8 = NULL;
    HRESULT hr = rg_utf8_from_wide(location, &utf8), began;

    if (FAILED(hr))
        return hr;
    rg_reader_queue_end(&reader->queue);
    pthread_mutex_lock(&reader->queue.class_lock);
    hr = reader->cls->open(reader->filter.author_state,
                           rg_filter_settings(&reader->filter, &reader->frozen), utf8);
    pthread_mutex_unlock(&reader->queue.class_lock);
    rg_free(utf8);
    if (FAILED(hr) && !reader->is_loaded)
        return hr;
    began = rg_reader_queue_begin(&reader->queue); /* also for the file that stays */
    if (SUCCEEDED(hr))
        hr = began;
    return SUCCEEDED(hr) ? find_type(reader, given, ret_type) : hr;
}

static HRESULT load_locked(struct rg_reader *reader, LPCWSTR location,
                           const AM_MEDIA_TYPE *given)
{
    AM_MEDIA_TYPE type = { .cbFormat = 0 };
    WCHAR *copy = NULL;
    HRESULT hr;

    if (rg_filter_state(&reader->filter) != State_Stopped)
        return VFW_E_NOT_STOPPED;
    if (rg_filter_is_connected(&reader->filter))
        return VFW_E_ALREADY_CONNECTED;
    copy = rg_memory_dup(location, (wcslen(location) + 1) * sizeof(WCHAR));
    if (copy == NULL)
        return E_OUTOFMEMORY;
    hr = open_locked(reader, location, given, &type);
    if (FAILED(hr)) {
        rg_free(copy);
        return hr;
    }
    rg_free(reader->location);
    reader->location = copy;
    rg_type_clear(&reader->type);
    reader->type = type;
    if (!reader->is_loaded)
        rg_reader_pin_init(reader);
    reader->is_loaded = true;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE file_load(IFileSourceFilter *face, LPCOLESTR location,
                                           const AM_MEDIA_TYPE *type)
{
    struct rg_reader *reader = COM_HOME(face, struct rg_reader);
    HRESULT hr;

    if (location == NULL)
        return E_POINTER;
    pthread_mutex_lock(&reader->filter.lock);
    hr = load_locked(reader, location, type);
    pthread_mutex_unlock(&reader->filter.lock);
    return hr;
}

static HRESULT STDMETHODCALLTYPE file_current(IFileSourceFilter *face, LPOLESTR *ret,
                                              AM_MEDIA_TYPE *type)
{
    struct rg_reader *reader = COM_HOME(face, struct rg_reader);
    HRESULT hr = S_OK;

    if (ret == NULL)
        return E_POINTER;
    *ret = NULL;
    pthread_mutex_lock(&reader->filter.lock);
    if (type != NULL)
        hr = rg_type_copy(type, &reader->type);
    if (SUCCEEDED(hr) && reader->location != NULL) {
        hr = rg_pin_id(reader->location, ret);
        if (FAILED(hr) && type != NULL)
            rg_type_clear(type);
    }
    pthread_mutex_unlock(&reader->filter.lock);
    return hr;
}

static const IFileSourceFilterVtbl file_vtbl = {
    COM_UNKNOWN(IFileSourceFilter),
    .Load = file_load,
    .GetCurFile = file_current,
};

/* ---- birth and end --------------------------------------------------------------------- */

/* Bytes are to be had in any state.  Only who waits though he has asked for nothing comes back. */
static void filter_wake(struct rg_filter *filter)
{
    rg_reader_queue_wake(&((struct rg_reader *)filter)->queue);
}

static void destroy(struct rg_filter *filter)
{
    struct rg_reader *reader = (struct rg_reader *)filter;

    rg_reader_queue_fini(&reader->queue);
    if (reader->cls->destroy != NULL)
        reader->cls->destroy(filter->author_state);
    rg_out_pin_fini(&reader->out);
    rg_type_clear(&reader->type);
    rg_free(reader->location);
    rg_frozen_fini(&reader->frozen);
}

static const struct rg_filter_ops filter_ops = {
    .destroy = destroy,
    .wake = filter_wake,
};

static const struct com_entry reader_map[] = {
    RG_FILTER_ENTRIES(struct rg_reader, filter),
    COM_ENTRY(IFileSourceFilter, struct rg_reader, file),
    COM_MAP_END,
};

HRESULT rg_reader_create(const struct rg_reader_class *cls, IUnknown *outer, REFIID iid,
                         void **out)
{
    struct rg_reader *reader;
    HRESULT hr;

    if (out == NULL)
        return E_POINTER;
    *out = NULL;
    reader = rg_calloc(1, sizeof(*reader));
    if (reader == NULL)
        return E_OUTOFMEMORY;
    reader->cls = cls;
    hr = rg_filter_init(&reader->filter, &cls->common, &filter_ops, outer, reader_map);
    if (FAILED(hr)) {
        rg_free(reader);
        return hr;
    }
    reader->filter.misc_flags = AM_FILTER_MISC_FLAGS_IS_SOURCE;
    COM_FACE_INIT(&reader->filter.object, reader->file, &file_vtbl);
    hr = rg_frozen_init(&reader->frozen, &reader->filter);
    if (SUCCEEDED(hr))
        hr = rg_reader_queue_init(&reader->queue, cls, reader->filter.author_state,
                                  &reader->out.place.place);
    if (FAILED(hr)) {
        IUnknown_Release(
            &reader->filter.object.inner.i); /* our own count, also inside another object */
        return hr;
    }
    return com_object_hand_out(&reader->filter.object, outer, iid, out);
}
