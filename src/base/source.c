/* SPDX-License-Identifier: MIT */
/* source.c - the filter around a source class: its pins, files, states.
 *
 * Control threads under the filter lock; the flow is in source_thread.c, seeking in
 * source_seek.c.
 * Knows: the class's load, streams, types.  Must not know: formats.
 */
#include "base/source_internal.h"

#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "base/in_pin_internal.h"
#include "platform/memory.h"
#include "platform/text.h"

const void *rg_source_settings(struct rg_source *source)
{
    return rg_filter_settings(&source->filter, &source->frozen);
}

/* ---- output pins ----------------------------------------------------------------------- */

static struct rg_source *source_of(struct rg_out_pin *pin)
{
    return ((struct rg_stream *)pin->user)->source;
}

/* Negotiation may come from any thread: each question gets its own frozen settings. */
static HRESULT out_type(struct rg_out_pin *pin, unsigned index, AM_MEDIA_TYPE *ret)
{
    struct rg_source *source = source_of(pin);
    struct rg_frozen frozen;
    HRESULT hr = rg_frozen_init(&frozen, &source->filter);

    if (FAILED(hr))
        return hr;
    hr = source->cls->stream_type(source->filter.author_state,
                                  rg_filter_settings(&source->filter, &frozen), pin->index,
                                  index, ret);
    rg_frozen_fini(&frozen);
    return hr;
}

static HRESULT out_buffers(struct rg_out_pin *pin, const AM_MEDIA_TYPE *type,
                           ALLOCATOR_PROPERTIES *props)
{
    struct rg_source *source = source_of(pin);
    struct rg_format format;

    if (SUCCEEDED(rg_format_from_type(type, &format))) {
        int bytes = rg_format_bytes(&format);

        props->cbBuffer =
            format.kind == RG_KIND_VIDEO ? bytes : bytes * (format.sample_rate / 10 + 1);
    } else if (type->lSampleSize <= 1) {
        props->cbBuffer = 64 * 1024; /* compressed: a sample that needs more grows */
    }
    if (source->cls->buffers == NULL)
        return S_OK;
    return source->cls->buffers(source->filter.author_state, rg_source_settings(source),
                                pin->index, type, props);
}

static HRESULT out_connected(struct rg_out_pin *pin)
{
    struct rg_source *source = source_of(pin);

    /* a road for a stream that had none, or a new one for a stream that was refused */
    return source->is_started ? rg_stream_start(pin->user) : S_OK;
}

static void out_exchanged(struct rg_out_pin *pin)
{
    rg_stream_unpark(pin->user);
}

static HRESULT out_begin_at(struct rg_out_pin *pin, REFERENCE_TIME time)
{
    struct rg_source *source = source_of(pin);
    HRESULT hr = VFW_E_NOT_STOPPED;

    pthread_mutex_lock(&source->filter.lock);
    if (rg_filter_state(&source->filter) == State_Stopped) {
        pthread_mutex_lock(&source->flow_lock);
        source->is_late = true;
        source->has_offset = false;
        source->late_from = time;
        pthread_mutex_unlock(&source->flow_lock);
        hr = S_OK;
    }
    pthread_mutex_unlock(&source->filter.lock);
    return hr;
}

void rg_source_forget_late(struct rg_source *source)
{
    pthread_mutex_lock(&source->flow_lock);
    source->is_late = source->has_offset = false;
    pthread_mutex_unlock(&source->flow_lock);
}

static const struct rg_out_pin_ops out_ops = {
    .get_type = out_type,
    .buffers = out_buffers,
    .connected = out_connected,
    .exchanged = out_exchanged,
    .begin_at = out_begin_at,
    .seek = &rg_source_seek_ops,
};

static HRESULT make_stream(struct rg_source *source, unsigned index)
{
    struct rg_stream *stream = rg_calloc(1, sizeof(*stream));
    char name[MAX_PIN_NAME] = "Out";
    HRESULT hr;

    if (stream == NULL)
        return E_OUTOFMEMORY;
    hr = rg_filter_make_room(&source->filter, PINDIR_OUTPUT);
    if (SUCCEEDED(hr))
        hr = rg_frozen_init(&stream->frozen, &source->filter);
    if (FAILED(hr)) {
        rg_free(stream);
        return hr;
    }
    stream->source = source;
    stream->index = index;
    if (source->cls->stream_name != NULL)
        source->cls->stream_name(source->filter.author_state, index, name, sizeof(name));
    else if (index != 0)
        (void)snprintf(name, sizeof(name), "Out %u", index);
    stream->out.user = stream; /* before the pin can be seen */
    rg_out_pin_init(&stream->out, &source->filter, &out_ops, name);
    source->n_streams = index + 1;
    return S_OK;
}

unsigned rg_source_pins_in_use(struct rg_source *source)
{
    unsigned n = source->n_streams;

    while (n > 0 && rg_stream_at(source, n - 1)->out.link.peer == NULL)
        n--;
    return n;
}

HRESULT rg_source_make_pins(struct rg_source *source)
{
    unsigned wanted = 1;
    HRESULT hr = S_OK;

    if (source->cls->streams != NULL)
        wanted = source->cls->streams(source->filter.author_state, rg_source_settings(source));
    if (wanted > RG_MAX_PINS)
        wanted = RG_MAX_PINS;
    for (unsigned i = 0; i < wanted && i < source->n_streams; i++) {
        char name[MAX_PIN_NAME];

        if (source->cls->stream_name == NULL)
            continue;
        source->cls->stream_name(source->filter.author_state, i, name, sizeof(name));
        rg_pin_name(rg_stream_at(source, i)->out.name, name);
    }
    if (wanted < rg_source_pins_in_use(source))
        wanted = rg_source_pins_in_use(source);
    atomic_store(&source->filter.n_out,
                 wanted < source->n_streams ? wanted : source->n_streams);
    while (SUCCEEDED(hr) && source->n_streams < wanted)
        hr = make_stream(source, source->n_streams);
    atomic_fetch_add(&source->filter.pins_version, 1);
    return hr;
}

/* ---- states ---------------------------------------------------------------------------- */

void rg_source_let_work(struct rg_source *source)
{
    if (source->cls->interrupt != NULL)
        source->cls->interrupt(source->filter.author_state, false);
}

static HRESULT filter_start(struct rg_filter *filter)
{
    struct rg_source *source = (struct rg_source *)filter;
    const AM_MEDIA_TYPE *types[RG_MAX_PINS] = { NULL };
    unsigned n = atomic_load(&filter->n_out);
    HRESULT hr = S_OK;
    bool is_live;

    for (unsigned i = 0; i < n; i++)
        if (rg_stream_at(source, i)->out.link.peer != NULL)
            types[i] = &rg_stream_at(source, i)->out.link.type;
    rg_source_let_work(source);
    if (source->cls->start != NULL)
        hr = source->cls->start(filter->author_state, rg_source_settings(source), types, n);
    if (FAILED(hr))
        return hr;
    source->is_started = true;
    is_live = source->cls->is_live || (source->cls->is_set_live != NULL &&
                                       source->cls->is_set_live(rg_source_settings(source)));
    pthread_mutex_lock(&source->flow_lock);
    source->is_stopping = false;
    source->is_running = false;
    source->is_live = is_live;
    source->played = 0;
    source->has_told = false;
    pthread_mutex_unlock(&source->flow_lock);
    for (unsigned i = 0; i < n && SUCCEEDED(hr); i++)
        if (types[i] != NULL)
            hr = rg_stream_start(rg_stream_at(source, i));
    return hr;
}

static void filter_wake(struct rg_filter *filter)
{
    struct rg_source *source = (struct rg_source *)filter;

    pthread_mutex_lock(&source->flow_lock);
    source->is_stopping = true; /* or a thread that is turned away would try again and again */
    pthread_cond_broadcast(&source->flow);
    pthread_mutex_unlock(&source->flow_lock);
    if (source->cls->interrupt != NULL)
        source->cls->interrupt(filter->author_state, true);
}

static HRESULT filter_stop(struct rg_filter *filter)
{
    struct rg_source *source = (struct rg_source *)filter;

    rg_source_join(source);
    rg_source_forget_late(source);
    if (source->is_started && source->cls->stop != NULL)
        source->cls->stop(filter->author_state);
    source->is_started = false;
    return S_OK;
}

static HRESULT set_running(struct rg_filter *filter)
{
    struct rg_source *source = (struct rg_source *)filter;

    pthread_mutex_lock(&source->flow_lock);
    source->is_running = rg_filter_state(filter) == State_Running;
    for (unsigned i = 0; i < source->n_streams; i++) {
        struct rg_stream *stream = rg_stream_at(source, i);

        stream->states++;
        stream->is_parked = stream->is_parked && !stream->waits_for_state;
    }
    pthread_cond_broadcast(&source->flow);
    pthread_mutex_unlock(&source->flow_lock);
    return S_OK;
}

static HRESULT filter_wait_state(struct rg_filter *filter, DWORD timeout_ms)
{
    struct rg_source *source = (struct rg_source *)filter;
    bool is_live;

    (void)timeout_ms;
    pthread_mutex_lock(&source->flow_lock);
    is_live = source->is_live;
    pthread_mutex_unlock(&source->flow_lock);
    return is_live ? VFW_S_CANT_CUE : S_OK;
}

/* ---- IFileSourceFilter ----------------------------------------------------------------- */

static HRESULT load_locked(struct rg_source *source, LPCWSTR location)
{
    char *utf8 = NULL;
    WCHAR *copy = NULL;
    HRESULT hr;

    if (rg_filter_state(&source->filter) != State_Stopped)
        return VFW_E_NOT_STOPPED;
    if (rg_filter_is_connected(&source->filter))
        return VFW_E_ALREADY_CONNECTED;
    hr = rg_utf8_from_wide(location, &utf8);
    if (FAILED(hr))
        return hr;
    rg_source_let_work(source);
    copy = rg_memory_dup(location, (wcslen(location) + 1) * sizeof(WCHAR));
    hr = copy != NULL
             ? source->cls->load(source->filter.author_state, rg_source_settings(source), utf8)
             : E_OUTOFMEMORY;
    rg_free(utf8);
    if (FAILED(hr)) {
        rg_free(copy);
        return hr;
    }
    rg_free(source->location);
    source->location = copy;
    pthread_mutex_lock(&source->flow_lock);
    source->segment_start = 0;
    source->segment_stop = INT64_MAX;
    source->segment_rate = source->rate = 1.0;
    source->is_segment = false;
    pthread_mutex_unlock(&source->flow_lock);
    return rg_source_make_pins(source);
}

static HRESULT STDMETHODCALLTYPE file_load(IFileSourceFilter *face, LPCOLESTR location,
                                           const AM_MEDIA_TYPE *type)
{
    struct rg_source *source = COM_HOME(face, struct rg_source);
    HRESULT hr;

    (void)type; /* the class looks for itself */
    if (location == NULL)
        return E_POINTER;
    pthread_mutex_lock(&source->filter.lock);
    hr = load_locked(source, location);
    pthread_mutex_unlock(&source->filter.lock);
    return hr;
}

static HRESULT STDMETHODCALLTYPE file_current(IFileSourceFilter *face, LPOLESTR *ret,
                                              AM_MEDIA_TYPE *type)
{
    struct rg_source *source = COM_HOME(face, struct rg_source);
    HRESULT hr = S_OK;

    if (ret == NULL)
        return E_POINTER;
    *ret = NULL;
    pthread_mutex_lock(&source->filter.lock);
    if (source->location != NULL)
        hr = rg_pin_id(source->location, ret);
    pthread_mutex_unlock(&source->filter.lock);
    if (SUCCEEDED(hr) && type != NULL) {
        memset(type, 0, sizeof(*type));
        type->majortype = MEDIATYPE_Stream;
    }
    return hr;
}

static const IFileSourceFilterVtbl file_vtbl = {
    COM_UNKNOWN(IFileSourceFilter),
    .Load = file_load,
    .GetCurFile = file_current,
};

/* ---- IAMPushSource: says that a source is live ----------------------------------------- */

static HRESULT STDMETHODCALLTYPE push_latency(IAMPushSource *face, REFERENCE_TIME *ret)
{
    (void)face;
    if (ret == NULL)
        return E_POINTER;
    *ret = 0;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE push_flags(IAMPushSource *face, ULONG *ret)
{
    (void)face;
    if (ret == NULL)
        return E_POINTER;
    *ret = 0;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE push_set_flags(IAMPushSource *face, ULONG flags)
{
    (void)face;
    return flags == 0 ? S_OK : E_INVALIDARG;
}

static HRESULT STDMETHODCALLTYPE push_set_offset(IAMPushSource *face, REFERENCE_TIME offset)
{
    (void)face;
    return offset == 0 ? S_OK : E_NOTIMPL;
}

static const IAMPushSourceVtbl push_vtbl = {
    COM_UNKNOWN(IAMPushSource),         .GetLatency = push_latency,
    .GetPushSourceFlags = push_flags,   .SetPushSourceFlags = push_set_flags,
    .SetStreamOffset = push_set_offset, .GetStreamOffset = push_latency,
    .GetMaxStreamOffset = push_latency, .SetMaxStreamOffset = push_set_offset,
};

/* ---- birth and end --------------------------------------------------------------------- */

static HRESULT query_more(struct com_object *object, REFIID iid, void **out)
{
    struct rg_source *source = (struct rg_source *)object;
    void *face = NULL;

    if (IsEqualIID(iid, &IID_IFileSourceFilter) && source->cls->load != NULL)
        face = &source->file;
    else if ((IsEqualIID(iid, &IID_IAMPushSource) || IsEqualIID(iid, &IID_IAMLatency)) &&
             source->cls->is_live)
        face = &source->push;
    if (face == NULL)
        return E_NOINTERFACE;
    com_addref(face);
    *out = face;
    return S_OK;
}

static void destroy(struct rg_filter *filter)
{
    struct rg_source *source = (struct rg_source *)filter;

    if (source->cls->destroy != NULL)
        source->cls->destroy(filter->author_state);
    for (unsigned i = 0; i < source->n_streams; i++) {
        struct rg_stream *stream = rg_stream_at(source, i);

        rg_out_pin_fini(&stream->out);
        rg_frozen_fini(&stream->frozen);
        rg_free(stream);
    }
    if (source->has_reader_pin)
        rg_in_pin_fini(&source->reader);
    rg_free(source->location);
    rg_frozen_fini(&source->frozen);
    pthread_cond_destroy(&source->flow);
    pthread_mutex_destroy(&source->flow_lock);
}

/* A generator's pins follow its options while nothing is connected. */
static void settings_changed(struct rg_filter *filter)
{
    struct rg_source *source = (struct rg_source *)filter;

    if (source->cls->streams == NULL || source->cls->load != NULL ||
        rg_filter_state(filter) != State_Stopped)
        return; /* active: a knob must not wait for a Stop */
    pthread_mutex_lock(&filter->lock);
    if (rg_filter_state(filter) == State_Stopped && !rg_filter_is_connected(filter))
        (void)rg_source_make_pins(source); /* out of memory: the pins there were */
    pthread_mutex_unlock(&filter->lock);
}

static const struct rg_filter_ops filter_ops = {
    .destroy = destroy,
    .start = filter_start,
    .wake = filter_wake,
    .stop = filter_stop,
    .run = set_running,
    .pause = set_running,
    .wait_state = filter_wait_state,
    .settings_changed = settings_changed,
};

HRESULT rg_source_create(const struct rg_source_class *cls, IUnknown *outer, REFIID iid,
                         void **out)
{
    struct rg_source *source;
    HRESULT hr;

    if (out == NULL)
        return E_POINTER;
    *out = NULL;
    source = rg_calloc(1, sizeof(*source));
    if (source == NULL)
        return E_OUTOFMEMORY;
    source->cls = cls;
    hr = rg_filter_init(&source->filter, &cls->common, &filter_ops, outer, NULL);
    if (FAILED(hr)) {
        rg_free(source);
        return hr;
    }
    source->filter.misc_flags = AM_FILTER_MISC_FLAGS_IS_SOURCE;
    source->filter.object.query_more = query_more;
    COM_FACE_INIT(&source->filter.object, source->file, &file_vtbl);
    COM_FACE_INIT(&source->filter.object, source->push, &push_vtbl);
    pthread_mutex_init(&source->flow_lock, NULL);
    pthread_cond_init(&source->flow, NULL);
    source->segment_stop = INT64_MAX;
    source->segment_rate = source->rate = 1.0;
    if (cls->load_reader != NULL) {
        rg_in_pin_init(&source->reader, &source->filter, &rg_source_reader_ops, "In");
        source->reader.user = source;
        source->has_reader_pin = true;
    }
    hr = rg_frozen_init(&source->frozen, &source->filter);
    if (SUCCEEDED(hr))
        hr = rg_source_make_pins(source);
    if (FAILED(hr)) {
        IUnknown_Release(
            &source->filter.object.inner.i); /* our own count, also inside another object */
        return hr;
    }
    return com_object_hand_out(&source->filter.object, outer, iid, out);
}
