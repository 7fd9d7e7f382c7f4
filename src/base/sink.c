/* SPDX-License-Identifier: MIT */
/* sink.c - the filter around a sink class: inputs, states.
 *
 * Control threads under the filter lock; the flow is in sink_flow.c.
 * Knows: the class's joined, left, start, stop.  Must not know: what is rendered.
 */
#include "base/sink_internal.h"

#include <stdio.h>
#include <string.h>

#include "base/in_pin_internal.h"
#include "platform/memory.h"
#include "platform/time.h"

const void *rg_sink_settings_locked(struct rg_sink *sink)
{
    return rg_filter_settings(&sink->filter, &sink->frozen);
}

/* ---- inputs ---------------------------------------------------------------------------- */

static HRESULT with_settings(struct rg_sink *sink, const AM_MEDIA_TYPE *type, unsigned index,
                             AM_MEDIA_TYPE *ret)
{
    struct rg_frozen frozen;
    const void *settings;
    HRESULT hr = rg_frozen_init(&frozen, &sink->filter);

    if (FAILED(hr))
        return hr;
    settings = rg_filter_settings(&sink->filter, &frozen);
    hr = type != NULL ? sink->cls->accept_type(settings, type)
                      : sink->cls->input_type(settings, index, ret);
    rg_frozen_fini(&frozen);
    return hr;
}

static HRESULT in_accept(struct rg_in_pin *pin, const AM_MEDIA_TYPE *type)
{
    struct rg_sink *sink = ((struct rg_input *)pin->user)->sink;

    return sink->cls->accept_type != NULL ? with_settings(sink, type, 0, NULL) : S_OK;
}

static HRESULT in_type(struct rg_in_pin *pin, unsigned index, AM_MEDIA_TYPE *ret)
{
    struct rg_sink *sink = ((struct rg_input *)pin->user)->sink;

    return sink->cls->input_type != NULL ? with_settings(sink, NULL, index, ret)
                                         : VFW_S_NO_MORE_ITEMS;
}

/* Equal, but for what says nothing about a sample's layout. */
static bool is_same_layout(const AM_MEDIA_TYPE *from, const AM_MEDIA_TYPE *to)
{
    struct rg_format a, b;

    if (rg_type_equal(from, to))
        return true;
    if (FAILED(rg_format_from_type(from, &a)) || FAILED(rg_format_from_type(to, &b)))
        return false;
    a.frame_time = b.frame_time = 0;
    a.rate_num = b.rate_num = a.rate_den = b.rate_den = 0;
    a.aspect_x = b.aspect_x = a.aspect_y = b.aspect_y = 0;
    return rg_format_equal(&a, &b);
}

static HRESULT in_accept_dynamic(struct rg_in_pin *pin, const AM_MEDIA_TYPE *type)
{
    struct rg_input *input = pin->user;
    AM_MEDIA_TYPE now;
    HRESULT hr = in_accept(pin, type);

    if (hr != S_OK || input->sink->cls->accept_type == NULL)
        return hr;
    pthread_mutex_lock(&pin->link_lock);
    hr = rg_type_copy(&now, &pin->link.type);
    pthread_mutex_unlock(&pin->link_lock);
    if (FAILED(hr))
        return hr;
    if (is_same_layout(&now, type))
        hr = S_OK;
    else if (input->sink->cls->accept_change != NULL)
        hr = input->sink->cls->accept_change(input->sink->filter.author_state, pin->index, &now,
                                             type);
    else
        hr = VFW_E_TYPE_NOT_ACCEPTED;
    rg_type_clear(&now);
    return hr;
}

static HRESULT in_type_changed(struct rg_in_pin *pin, const AM_MEDIA_TYPE *type)
{
    struct rg_sink *sink = ((struct rg_input *)pin->user)->sink;

    return sink->cls->joined != NULL
               ? sink->cls->joined(sink->filter.author_state, pin->index, type)
               : S_OK;
}

static HRESULT add_input(struct rg_sink *sink);

static bool has_free_input(struct rg_sink *sink)
{
    for (unsigned i = 0; i < atomic_load(&sink->filter.n_in); i++)
        if (rg_filter_in(&sink->filter, i)->link.peer == NULL)
            return true;
    return false;
}

static HRESULT class_start_locked(struct rg_sink *sink)
{
    HRESULT hr = S_OK;

    rg_sink_expect_end(sink);
    if (sink->cls->start != NULL)
        hr = sink->cls->start(sink->filter.author_state, rg_sink_settings_locked(sink), sink);
    atomic_store(&sink->is_started, SUCCEEDED(hr));
    return hr;
}

static HRESULT in_connected(struct rg_in_pin *pin)
{
    struct rg_input *input = pin->user;
    struct rg_sink *sink = input->sink;
    HRESULT hr = S_OK;

    if (sink->cls->joined != NULL)
        hr = sink->cls->joined(sink->filter.author_state, pin->index, &pin->link.type);
    if (FAILED(hr))
        return hr;
    if (!atomic_load(&sink->is_started) && rg_filter_state(&sink->filter) != State_Stopped)
        hr = class_start_locked(sink);
    if (SUCCEEDED(hr) && sink->cls->grows && !has_free_input(sink) &&
        atomic_load(&sink->filter.n_in) < RG_MAX_PINS)
        hr = add_input(sink);
    if (SUCCEEDED(hr))
        rg_sink_input_joined(input);
    else if (sink->cls->left != NULL)
        sink->cls->left(sink->filter.author_state, pin->index);
    return hr;
}

static void in_disconnected(struct rg_in_pin *pin)
{
    struct rg_input *input = pin->user;

    rg_sink_input_left(input);
    if (input->sink->cls->left != NULL)
        input->sink->cls->left(input->sink->filter.author_state, pin->index);
    rg_sink_settle_left(
        input->sink); /* only now: what finishes the class knows that this one is gone */
}

static HRESULT in_can_block(struct rg_in_pin *pin)
{
    (void)pin;
    return S_OK; /* a sample may be held until Run, or until its time */
}

/* What is kept is kept inside Receive. */
static DWORD in_traits(struct rg_in_pin *pin)
{
    (void)pin;
    return 0;
}

static const struct rg_in_pin_ops in_ops = {
    .accept = in_accept,
    .accept_dynamic = in_accept_dynamic,
    .get_type = in_type,
    .connected = in_connected,
    .disconnected = in_disconnected,
    .type_changed = in_type_changed,
    .receive = rg_sink_receive,
    .end_of_stream = rg_sink_end_of_stream,
    .begin_flush = rg_sink_begin_flush,
    .end_flush = rg_sink_end_flush,
    .wake = rg_sink_wake_input,
    .receive_can_block = in_can_block,
    .traits = in_traits,
    .is_end_pin = true,
};

static HRESULT add_input(struct rg_sink *sink)
{
    unsigned index = atomic_load(&sink->filter.n_in);
    struct rg_input *input = rg_calloc(1, sizeof(*input));
    char name[32] = "In";
    HRESULT hr;

    if (input == NULL)
        return E_OUTOFMEMORY;
    input->wake = CreateEventW(NULL, TRUE, FALSE, NULL);
    input->due = CreateEventW(NULL, FALSE, FALSE, NULL);
    hr = rg_filter_make_room(&sink->filter, PINDIR_INPUT);
    if (SUCCEEDED(hr))
        hr = rg_frozen_init(&input->frozen, &sink->filter);
    if (input->wake == NULL || input->due == NULL || FAILED(hr)) {
        rg_input_free(input);
        return E_OUTOFMEMORY;
    }
    input->sink = sink;
    if (index != 0)
        (void)snprintf(name, sizeof(name), "In %u", index);
    input->in.user = input; /* before the pin can be seen: other inputs may be streaming */
    pthread_mutex_init(&input->stream_lock, NULL);
    rg_in_pin_init(&input->in, &sink->filter, &in_ops, name);
    if (sink->cls->bytes != NULL)
        rg_input_stream_init(input);
    return S_OK;
}

void rg_input_free(struct rg_input *input)
{
    if (input == NULL)
        return;
    rg_in_pin_fini(&input->in);
    if (input->wake != NULL)
        CloseHandle(input->wake);
    if (input->due != NULL)
        CloseHandle(input->due);
    rg_frozen_fini(&input->frozen);
    if (input->sink != NULL)
        pthread_mutex_destroy(&input->stream_lock);
    rg_free(input);
}

/* ---- states ---------------------------------------------------------------------------- */

static bool has_connected_input(struct rg_sink *sink)
{
    for (unsigned i = 0; i < atomic_load(&sink->filter.n_in); i++)
        if (rg_in_pin_is_connected(rg_filter_in(&sink->filter, i)))
            return true;
    return false;
}

/* Without an input there is nothing to open a file for. */
static HRESULT filter_start(struct rg_filter *filter)
{
    struct rg_sink *sink = (struct rg_sink *)filter;

    rg_sink_reset_flow(sink);
    if (sink->output != NULL)
        sink->output->end = 0;
    return has_connected_input(sink) ? class_start_locked(sink) : S_OK;
}

static HRESULT filter_stop(struct rg_filter *filter)
{
    struct rg_sink *sink = (struct rg_sink *)filter;
    HRESULT hr = S_OK;

    if (atomic_load(&sink->is_started) && sink->cls->stop != NULL)
        hr = sink->cls->stop(filter->author_state);
    atomic_store(&sink->is_started, false);
    if (FAILED(hr))
        rg_filter_notify(filter, EC_ERRORABORT, hr, 0);
    return hr;
}

void rg_sink_notify(struct rg_sink *sink, LONG code, LONG_PTR param1, LONG_PTR param2)
{
    rg_filter_notify(&sink->filter, code, param1, param2);
}

/* ---- birth and end --------------------------------------------------------------------- */

static HRESULT query_more(struct com_object *object, REFIID iid, void **out)
{
    struct rg_sink *sink = (struct rg_sink *)object;
    void *face = NULL;

    if (sink->cls->set_file != NULL &&
        (IsEqualIID(iid, &IID_IFileSinkFilter) || IsEqualIID(iid, &IID_IFileSinkFilter2)))
        face = &sink->file;
    else if (sink->cls->is_configured)
        face = rg_sink_config_face(sink, iid);
    if (face == NULL)
        return E_NOINTERFACE;
    com_addref(face);
    *out = face;
    return S_OK;
}

static const struct com_entry sink_map[] = {
    RG_FILTER_ENTRIES(struct rg_sink, filter),
    COM_ENTRY(IMediaSeeking, struct rg_sink, seeking),
    COM_ENTRY(IKsPropertySet, struct rg_sink, properties),
    COM_ENTRY(IQualProp, struct rg_sink, qual_prop),
    COM_MAP_END,
};

static void destroy(struct rg_filter *filter)
{
    struct rg_sink *sink = (struct rg_sink *)filter;

    if (sink->cls->destroy != NULL)
        sink->cls->destroy(filter->author_state);
    for (unsigned i = 0; i < atomic_load(&filter->n_in); i++)
        rg_input_free(rg_filter_in(filter, i)->user);
    rg_sink_output_free(sink);
    rg_sink_config_fini(sink);
    rg_free(sink->path);
    rg_frozen_fini(&sink->frozen);
    pthread_mutex_destroy(&sink->work_lock);
    pthread_cond_destroy(&sink->flow);
    pthread_mutex_destroy(&sink->flow_lock);
}

static const struct rg_filter_ops filter_ops = {
    .destroy = destroy,
    .start = filter_start,
    .wake = rg_sink_wake,
    .stop = filter_stop,
    .run = rg_sink_run,
    .pause = rg_sink_pause,
    .wait_state = rg_sink_wait_state,
    .position = rg_sink_position,
    .kept = &rg_sink_kept,
};

HRESULT rg_sink_create(const struct rg_sink_class *cls, IUnknown *outer, REFIID iid, void **out)
{
    struct rg_sink *sink;
    HRESULT hr;

    if (out == NULL)
        return E_POINTER;
    *out = NULL;
    sink = rg_calloc(1, sizeof(*sink));
    if (sink == NULL)
        return E_OUTOFMEMORY;
    sink->cls = cls;
    hr = rg_filter_init(&sink->filter, &cls->common, &filter_ops, outer, sink_map);
    if (FAILED(hr)) {
        rg_free(sink);
        return hr;
    }
    sink->filter.misc_flags =
        cls->output_subtype == NULL ? AM_FILTER_MISC_FLAGS_IS_RENDERER : 0;
    sink->filter.object.query_more = query_more;
    COM_FACE_INIT(&sink->filter.object, sink->file, &rg_sink_file_vtbl);
    COM_FACE_INIT(&sink->filter.object, sink->seeking, &rg_seek_vtbl);
    COM_FACE_INIT(&sink->filter.object, sink->properties, &rg_sink_properties_vtbl);
    COM_FACE_INIT(&sink->filter.object, sink->qual_prop, &rg_sink_qual_prop_vtbl);
    atomic_init(&sink->position, RG_SINK_NOWHERE);
    pthread_mutex_init(&sink->flow_lock, NULL);
    pthread_mutex_init(&sink->work_lock, NULL);
    rg_cond_init(&sink->flow);
    rg_sink_config_init(sink);
    hr = rg_frozen_init(&sink->frozen, &sink->filter);
    if (SUCCEEDED(hr))
        hr = add_input(sink);
    if (SUCCEEDED(hr) && cls->output_subtype != NULL)
        hr = rg_sink_output_init(sink);
    if (FAILED(hr)) {
        IUnknown_Release(
            &sink->filter.object.inner.i); /* our own count, also inside another object */
        return hr;
    }
    return com_object_hand_out(&sink->filter.object, outer, iid, out);
}
