/* SPDX-License-Identifier: MIT */
/* filter.c - IBaseFilter for every base class: states, clock, name, graph, events.
 *
 * Control threads under the filter lock; notify and the small readers on any thread.
 * Knows: its pins.  Must not know: data.
 *
 * Stop goes: tell everyone who waits to come back (gates, the class), refuse new samples,
 * then wait until the last streaming call is out.  Only then is the class stopped.
 */
#include "base/filter.h"

#include <string.h>
#include <wchar.h>

#include "base/in_pin.h"
#include "base/out_pin.h"
#include "platform/memory.h"
#include "platform/text.h"

static struct rg_filter *filter_of(IBaseFilter *face)
{
    return COM_HOME(face, struct rg_filter);
}

/* ---- state ----------------------------------------------------------------------------- */

static void set_state(struct rg_filter *filter, FILTER_STATE state)
{
    atomic_store_explicit(&filter->state, state, memory_order_release);
}

static unsigned count(atomic_uint *n)
{
    return atomic_load_explicit(n, memory_order_acquire);
}

static void release_streaming(struct rg_filter *filter)
{
    for (unsigned i = 0; i < count(&filter->n_in); i++)
        rg_in_pin_refuse(rg_filter_in(filter, i));
    for (unsigned i = 0; i < count(&filter->n_out); i++)
        rg_out_pin_stopping(rg_filter_out(filter, i));
    if (filter->ops->wake != NULL)
        filter->ops->wake(filter);
}

/* A gate belongs to a thread until it rests, and that thread must not be about to enter: whoever
 * is inside an input may be.  Stopped inputs let NewSegment through, so that it can be there
 * still, or anew. */
static void rest_gates_locked(struct rg_filter *filter)
{
    unsigned n_in = count(&filter->n_in);

    for (unsigned i = 0; i < n_in; i++)
        rg_in_pin_lock_stream(rg_filter_in(filter, i));
    for (unsigned i = 0; i < count(&filter->n_out); i++)
        rg_gate_rest(&rg_filter_out(filter, i)->gate);
    for (unsigned i = n_in; i-- != 0;)
        rg_turn_give(&rg_filter_in(filter, i)->stream_turn);
}

static HRESULT deactivate_locked(struct rg_filter *filter)
{
    HRESULT hr = S_OK;

    for (unsigned i = 0; i < count(&filter->n_in); i++)
        rg_in_pin_wait_out(rg_filter_in(filter, i));
    if (filter->ops->stop != NULL)
        hr = filter->ops->stop(filter);
    set_state(filter, State_Stopped);
    rest_gates_locked(filter);
    return hr;
}

static HRESULT STDMETHODCALLTYPE filter_stop(IBaseFilter *face)
{
    struct rg_filter *filter = filter_of(face);
    HRESULT hr = S_OK;

    release_streaming(filter);
    pthread_mutex_lock(&filter->lock);
    if (rg_filter_state(filter) != State_Stopped) {
        release_streaming(filter); /* a Pause may have come in between */
        hr = deactivate_locked(filter);
    }
    pthread_mutex_unlock(&filter->lock);
    return hr;
}

static HRESULT activate_locked(struct rg_filter *filter)
{
    HRESULT hr = S_OK;

    for (unsigned i = 0; i < count(&filter->n_out) && SUCCEEDED(hr); i++)
        hr = rg_out_pin_activate(rg_filter_out(filter, i));
    set_state(filter, State_Paused);
    if (SUCCEEDED(hr) && filter->ops->start != NULL)
        hr = filter->ops->start(filter);
    /* only now: where a chain starts, upstream is delivering already.  Whose own side was taken off
     * stays shut, though the other side may not know */
    for (unsigned i = 0; SUCCEEDED(hr) && i < count(&filter->n_in); i++)
        if (rg_in_pin_is_connected(rg_filter_in(filter, i)))
            rg_in_pin_activate(rg_filter_in(filter, i));
    if (FAILED(hr)) {
        release_streaming(filter);
        (void)deactivate_locked(filter); /* the first error is the one to report */
    }
    return hr;
}

static HRESULT pause_locked(struct rg_filter *filter)
{
    switch (rg_filter_state(filter)) {
    case State_Stopped:
        return activate_locked(filter);
    case State_Running:
        set_state(filter, State_Paused);
        return filter->ops->pause != NULL ? filter->ops->pause(filter) : S_OK;
    case State_Paused:
        break;
    }
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE filter_pause(IBaseFilter *face)
{
    struct rg_filter *filter = filter_of(face);
    HRESULT hr;

    pthread_mutex_lock(&filter->lock);
    hr = pause_locked(filter);
    pthread_mutex_unlock(&filter->lock);
    if (hr == S_OK && filter->ops->wait_state != NULL &&
        filter->ops->wait_state(filter, 0) == VFW_S_STATE_INTERMEDIATE)
        hr = S_FALSE; /* a renderer that has no sample yet */
    return hr;
}

static HRESULT STDMETHODCALLTYPE filter_run(IBaseFilter *face, REFERENCE_TIME start)
{
    struct rg_filter *filter = filter_of(face);
    HRESULT hr = S_OK;

    pthread_mutex_lock(&filter->info_lock);
    filter->start = start;
    pthread_mutex_unlock(&filter->info_lock);
    pthread_mutex_lock(&filter->lock);
    if (rg_filter_state(filter) == State_Stopped)
        hr = activate_locked(filter);
    if (SUCCEEDED(hr) && rg_filter_state(filter) == State_Paused) {
        set_state(filter, State_Running);
        if (filter->ops->run != NULL)
            hr = filter->ops->run(filter);
    }
    pthread_mutex_unlock(&filter->lock);
    return hr;
}

static HRESULT STDMETHODCALLTYPE filter_get_state(IBaseFilter *face, DWORD timeout_ms,
                                                  FILTER_STATE *ret)
{
    struct rg_filter *filter = filter_of(face);

    if (ret == NULL)
        return E_POINTER;
    *ret = rg_filter_state(filter);
    if (*ret == State_Paused && filter->ops->wait_state != NULL)
        return filter->ops->wait_state(filter, timeout_ms);
    return S_OK;
}

/* ---- clock ----------------------------------------------------------------------------- */

static HRESULT STDMETHODCALLTYPE filter_set_clock(IBaseFilter *face, IReferenceClock *clock)
{
    struct rg_filter *filter = filter_of(face);
    IReferenceClock *old;

    if (clock != NULL)
        IReferenceClock_AddRef(clock);
    pthread_mutex_lock(&filter->info_lock);
    old = filter->clock;
    filter->clock = clock;
    pthread_mutex_unlock(&filter->info_lock);
    if (old != NULL)
        IReferenceClock_Release(old);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE filter_get_clock(IBaseFilter *face, IReferenceClock **ret)
{
    if (ret == NULL)
        return E_POINTER;
    *ret = rg_filter_clock(filter_of(face), NULL);
    return S_OK;
}

IReferenceClock *rg_filter_clock(struct rg_filter *filter, REFERENCE_TIME *ret_start)
{
    IReferenceClock *clock;

    pthread_mutex_lock(&filter->info_lock);
    clock = filter->clock;
    if (clock != NULL)
        IReferenceClock_AddRef(clock);
    if (ret_start != NULL)
        *ret_start = filter->start;
    pthread_mutex_unlock(&filter->info_lock);
    return clock;
}

HRESULT rg_filter_stream_time(struct rg_filter *filter, REFERENCE_TIME *ret)
{
    REFERENCE_TIME now, start;
    RG_AUTO(IReferenceClock) clock = rg_filter_clock(filter, &start);
    HRESULT hr;

    if (clock == NULL)
        return VFW_E_NO_CLOCK;
    hr = IReferenceClock_GetTime(clock, &now);
    if (SUCCEEDED(hr))
        *ret = now - start;
    return hr;
}

/* ---- pins ------------------------------------------------------------------------------ */

static HRESULT STDMETHODCALLTYPE filter_enum_pins(IBaseFilter *face, IEnumPins **ret)
{
    if (ret == NULL)
        return E_POINTER;
    return rg_filter_enum_pins(filter_of(face), ret);
}

static HRESULT STDMETHODCALLTYPE filter_find_pin(IBaseFilter *face, LPCWSTR id, IPin **ret)
{
    struct rg_filter *filter = filter_of(face);

    if (ret == NULL || id == NULL)
        return E_POINTER;
    *ret = NULL;
    for (unsigned i = 0; i < count(&filter->n_in) && *ret == NULL; i++)
        if (wcscmp(rg_filter_in(filter, i)->name, id) == 0)
            *ret = &rg_filter_in(filter, i)->pin.i;
    for (unsigned i = 0; i < count(&filter->n_out) && *ret == NULL; i++)
        if (wcscmp(rg_filter_out(filter, i)->name, id) == 0)
            *ret = &rg_filter_out(filter, i)->pin.i;
    if (*ret == NULL)
        return VFW_E_NOT_FOUND;
    IPin_AddRef(*ret);
    return S_OK;
}

bool rg_filter_is_connected(struct rg_filter *filter)
{
    for (unsigned i = 0; i < count(&filter->n_in); i++)
        if (rg_in_pin_is_connected(rg_filter_in(filter, i)))
            return true;
    for (unsigned i = 0; i < count(&filter->n_out); i++)
        if (rg_out_pin_is_connected(rg_filter_out(filter, i)))
            return true;
    return false;
}

/* ---- graph ----------------------------------------------------------------------------- */

static HRESULT STDMETHODCALLTYPE filter_info(IBaseFilter *face, FILTER_INFO *ret)
{
    struct rg_filter *filter = filter_of(face);

    if (ret == NULL)
        return E_POINTER;
    pthread_mutex_lock(&filter->info_lock);
    memcpy(ret->achName, filter->name, sizeof(ret->achName));
    ret->pGraph = filter->graph;
    if (ret->pGraph != NULL)
        IFilterGraph_AddRef(ret->pGraph);
    pthread_mutex_unlock(&filter->info_lock);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE filter_join(IBaseFilter *face, IFilterGraph *graph,
                                             LPCWSTR name)
{
    struct rg_filter *filter = filter_of(face);
    IMediaEventSink *sink = NULL;

    if (graph != NULL &&
        FAILED(IFilterGraph_QueryInterface(graph, &IID_IMediaEventSink, (void **)&sink)))
        sink = NULL;
    pthread_mutex_lock(&filter->info_lock);
    pthread_mutex_lock(&filter->name_lock);
    filter->graph = graph;
    filter->sink = sink;
    filter->name[0] = L'\0';
    if (name != NULL) {
        wcsncpy(filter->name, name, MAX_FILTER_NAME - 1);
        filter->name[MAX_FILTER_NAME - 1] = L'\0';
    }
    pthread_mutex_unlock(&filter->name_lock);
    pthread_mutex_unlock(&filter->info_lock);
    if (sink != NULL)
        IMediaEventSink_Release(sink); /* weak: the graph outlives our membership */
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE filter_vendor(IBaseFilter *face, LPWSTR *ret)
{
    static const WCHAR vendor[] = L"regraft";

    (void)face;
    if (ret == NULL)
        return E_POINTER;
    *ret = CoTaskMemAlloc(sizeof(vendor));
    if (*ret == NULL)
        return E_OUTOFMEMORY;
    memcpy(*ret, vendor, sizeof(vendor));
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE filter_class_id(IBaseFilter *face, CLSID *ret)
{
    if (ret == NULL)
        return E_POINTER;
    *ret = filter_of(face)->cls->clsid;
    return S_OK;
}

void rg_filter_notify(struct rg_filter *filter, LONG code, LONG_PTR param1, LONG_PTR param2)
{
    /* the lock keeps the graph alive for the call: leaving it takes the lock too.  Notify
     * takes no lock of the graph's own. */
    pthread_mutex_lock(&filter->info_lock);
    if (filter->sink != NULL)
        (void)IMediaEventSink_Notify(filter->sink, code, param1, param2);
    pthread_mutex_unlock(&filter->info_lock);
}

static const IBaseFilterVtbl filter_vtbl = {
    COM_UNKNOWN(IBaseFilter),
    .GetClassID = filter_class_id,
    .Stop = filter_stop,
    .Pause = filter_pause,
    .Run = filter_run,
    .GetState = filter_get_state,
    .SetSyncSource = filter_set_clock,
    .GetSyncSource = filter_get_clock,
    .EnumPins = filter_enum_pins,
    .FindPin = filter_find_pin,
    .QueryFilterInfo = filter_info,
    .JoinFilterGraph = filter_join,
    .QueryVendorInfo = filter_vendor,
};

static ULONG STDMETHODCALLTYPE misc_flags(IAMFilterMiscFlags *face)
{
    return COM_HOME(face, struct rg_filter)->misc_flags;
}

static const IAMFilterMiscFlagsVtbl misc_vtbl = {
    COM_UNKNOWN(IAMFilterMiscFlags),
    .GetMiscFlags = misc_flags,
};

/* ---- birth and end --------------------------------------------------------------------- */

static const struct com_entry plain_map[] = {
    { &IID_IBaseFilter, offsetof(struct rg_filter, base_filter) },
    { &IID_IMediaFilter, offsetof(struct rg_filter, base_filter) },
    { &IID_IPersist, offsetof(struct rg_filter, base_filter) },
    { &IID_IAMFilterMiscFlags, offsetof(struct rg_filter, misc) },
    { &IID_IRgOptions, offsetof(struct rg_filter, options) },
    { &IID_IPersistStream, offsetof(struct rg_filter, persist) },
    COM_MAP_END,
};

static void filter_destroy(struct com_object *object)
{
    struct rg_filter *filter = (struct rg_filter *)object;

    /* a filter let go while active: stop it, its threads use it */
    if (rg_filter_state(filter) != State_Stopped)
        (void)filter_stop(&filter->base_filter.i);
    filter->ops->destroy(filter);
    rg_filter_fini(filter);
    rg_free(filter);
}

HRESULT rg_filter_init(struct rg_filter *filter, const struct rg_class *cls,
                       const struct rg_filter_ops *ops, IUnknown *outer,
                       const struct com_entry *map)
{
    filter->cls = cls;
    filter->ops = ops;
    filter->author_state = rg_calloc(1, cls->state_size != 0 ? cls->state_size : 1);
    filter->settings = rg_calloc(1, cls->settings_size != 0 ? cls->settings_size : 1);
    if (filter->author_state == NULL || filter->settings == NULL) {
        rg_free(filter->author_state);
        rg_free(filter->settings);
        return E_OUTOFMEMORY;
    }
    rg_options_defaults(cls, filter->settings);
    atomic_init(&filter->in, filter->few_in);
    atomic_init(&filter->out, filter->few_out);
    atomic_init(&filter->settings_version, 1);
    filter->saved_version = 1;
    atomic_init(&filter->state, State_Stopped);
    pthread_mutex_init(&filter->lock, NULL);
    pthread_mutex_init(&filter->info_lock, NULL);
    pthread_mutex_init(&filter->name_lock, NULL);
    pthread_mutex_init(&filter->settings_lock, NULL);
    com_object_init(&filter->object, cls->name, map != NULL ? map : plain_map, outer,
                    filter_destroy);
    COM_FACE_INIT(&filter->object, filter->base_filter, &filter_vtbl);
    COM_FACE_INIT(&filter->object, filter->misc, &misc_vtbl);
    COM_FACE_INIT(&filter->object, filter->options, &rg_options_vtbl);
    COM_FACE_INIT(&filter->object, filter->persist, &rg_persist_vtbl);
    return S_OK;
}

/* Whoever reads the few meanwhile reads what the many begin with.  NULL: no memory. */
static void *many_of(const void *few, size_t size)
{
    void *many = rg_calloc(RG_MAX_PINS, sizeof(void *));

    if (many != NULL)
        memcpy(many, few, size);
    return many;
}

HRESULT rg_filter_make_room(struct rg_filter *filter, PIN_DIRECTION direction)
{
    bool is_input = direction == PINDIR_INPUT;
    bool is_few = is_input ? atomic_load(&filter->in) == filter->few_in
                           : atomic_load(&filter->out) == filter->few_out;
    void *many;

    if (!is_few || count(is_input ? &filter->n_in : &filter->n_out) < RG_FEW_PINS)
        return S_OK;
    many = is_input ? many_of(filter->few_in, sizeof(filter->few_in))
                    : many_of(filter->few_out, sizeof(filter->few_out));
    if (many == NULL)
        return E_OUTOFMEMORY;
    if (is_input)
        atomic_store(&filter->in, many);
    else
        atomic_store(&filter->out, many);
    return S_OK;
}

void rg_filter_fini(struct rg_filter *filter)
{
    struct rg_out_pin **out = atomic_load(&filter->out);
    struct rg_in_pin **in = atomic_load(&filter->in);

    if (in != filter->few_in)
        rg_free(in);
    if (out != filter->few_out)
        rg_free(out);
    if (filter->clock != NULL)
        IReferenceClock_Release(filter->clock);
    rg_free(filter->author_state);
    rg_free(filter->settings);
    pthread_mutex_destroy(&filter->settings_lock);
    pthread_mutex_destroy(&filter->name_lock);
    pthread_mutex_destroy(&filter->info_lock);
    pthread_mutex_destroy(&filter->lock);
    com_object_fini(&filter->object);
}

/* ---- settings -------------------------------------------------------------------------- */

HRESULT rg_frozen_init(struct rg_frozen *frozen, struct rg_filter *filter)
{
    size_t size = filter->cls->settings_size;

    frozen->version = 0;
    frozen->settings = rg_calloc(1, size != 0 ? size : 1);
    return frozen->settings != NULL ? S_OK : E_OUTOFMEMORY;
}

void rg_frozen_fini(struct rg_frozen *frozen)
{
    rg_free(frozen->settings);
    frozen->settings = NULL;
}

void rg_frozen_renew(struct rg_filter *filter, struct rg_frozen *frozen)
{
    pthread_mutex_lock(&filter->settings_lock);
    memcpy(frozen->settings, filter->settings, filter->cls->settings_size);
    frozen->version = atomic_load_explicit(&filter->settings_version, memory_order_relaxed);
    pthread_mutex_unlock(&filter->settings_lock);
}
