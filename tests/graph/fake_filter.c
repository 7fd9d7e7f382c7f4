/* SPDX-License-Identifier: MIT */
/* fake_filter.c - a foreign filter: IBaseFilter, its state, its thread, what it does with samples.
 *
 * See fake_filter.h.
 */
#include "fake_filter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <wchar.h>

#include "com/registry.h"

#define HOME(face, member) CONTAINING_RECORD(face, struct fake_filter, member)

static atomic_uint alive;

unsigned fake_filters_alive(void)
{
    return atomic_load(&alive);
}

static atomic_ulong calls;

unsigned long fake_calls(void)
{
    return atomic_load(&calls);
}

void fake_count_call(void)
{
    atomic_fetch_add(&calls, 1);
}

/* ---- log --------------------------------------------------------------------------------- */

void fake_log_add(struct fake_log *log, const char *who, const char *what)
{
    size_t used;

    if (log == NULL)
        return;
    pthread_mutex_lock(&log->lock);
    used = strlen(log->text);
    snprintf(log->text + used, sizeof(log->text) - used, "%s:%s ", who, what);
    pthread_mutex_unlock(&log->lock);
}

void fake_log_clear(struct fake_log *log)
{
    pthread_mutex_lock(&log->lock);
    log->text[0] = 0;
    pthread_mutex_unlock(&log->lock);
}

static void tell(struct fake_filter *self, const char *what)
{
    fake_log_add(self->config.log, self->config.name, what);
}

/* ---- life -------------------------------------------------------------------------------- */

ULONG fake_addref(struct fake_filter *self)
{
    return atomic_fetch_add(&self->refs, 1) + 1;
}

ULONG fake_unref(struct fake_filter *self)
{
    unsigned left = atomic_fetch_sub(&self->refs, 1) - 1;

    if (left != 0)
        return left;
    for (int i = 0; i < self->pin_count; i++)
        fake_pin_fini(&self->pins[i]);
    if (self->clock != NULL)
        self->clock->lpVtbl->Release(self->clock);
    free(self->numbers);
    pthread_mutex_destroy(&self->lock);
    pthread_cond_destroy(&self->changed);
    free(self);
    atomic_fetch_sub(&alive, 1);
    return 0;
}

void fake_release(struct fake_filter *self)
{
    if (self != NULL)
        fake_unref(self);
}

static HRESULT STDMETHODCALLTYPE base_query(IBaseFilter *face, REFIID iid, void **out)
{
    struct fake_filter *self = HOME(face, base);

    fake_count_call();
    if (out == NULL)
        return E_POINTER;
    *out = NULL;
    if (IsEqualIID(iid, &IID_IUnknown) || IsEqualIID(iid, &IID_IPersist) ||
        IsEqualIID(iid, &IID_IMediaFilter) || IsEqualIID(iid, &IID_IBaseFilter))
        *out = &self->base;
    else if (IsEqualIID(iid, &IID_IMediaSeeking) && self->config.duration > 0)
        *out = &self->seeking;
    else if (IsEqualIID(iid, &IID_IReferenceClock) && self->config.has_clock)
        *out = &self->clock_face;
    else if (IsEqualIID(iid, &IID_IAMFilterMiscFlags) &&
             (self->config.says_renderer || self->config.says_source))
        *out = &self->misc;
    else if (IsEqualIID(iid, &IID_IFileSourceFilter) && self->config.file != NULL)
        *out = &self->file_face;
    else
        return self->config.more != NULL ? self->config.more(self, iid, out) : E_NOINTERFACE;
    fake_addref(self);
    return S_OK;
}

static ULONG STDMETHODCALLTYPE base_addref(IBaseFilter *face)
{
    return fake_addref(HOME(face, base));
}

static ULONG STDMETHODCALLTYPE base_release(IBaseFilter *face)
{
    return fake_unref(HOME(face, base));
}

static HRESULT STDMETHODCALLTYPE base_class_id(IBaseFilter *face, CLSID *ret)
{
    struct fake_filter *self = HOME(face, base);

    *ret = self->config.clsid != NULL ? *self->config.clsid : CLSID_NULL;
    return S_OK;
}

/* ---- state ------------------------------------------------------------------------------- */

static HRESULT STDMETHODCALLTYPE base_stop(IBaseFilter *face)
{
    struct fake_filter *self = HOME(face, base);

    fake_count_call();
    tell(self, "stop");
    if (self->config.on_stop != NULL)
        self->config.on_stop(self->config.on_stop_context);
    for (int i = 0; i < self->pin_count; i++)
        fake_pin_stop(&self->pins[i]);
    pthread_mutex_lock(&self->lock);
    self->state = State_Stopped;
    self->cued = false;
    self->end_pending = false;
    pthread_cond_broadcast(&self->changed);
    pthread_mutex_unlock(&self->lock);
    fake_thread_stop(self);
    pthread_mutex_lock(&self->lock);
    self->next = 0;
    for (unsigned i = 0; i < self->held_count; i++)
        self->held[i]->lpVtbl->Release(self->held[i]);
    self->held_count = 0;
    for (int i = 0; i < self->pin_count; i++)
        self->pins[i].at_end = false;
    pthread_mutex_unlock(&self->lock);
    return self->config.fail_stop;
}

static bool waits_for_data(const struct fake_filter *self)
{
    return self->config.prerolls && !self->cued && self->state == State_Paused;
}

static HRESULT STDMETHODCALLTYPE base_pause(IBaseFilter *face)
{
    struct fake_filter *self = HOME(face, base);
    HRESULT hr;

    fake_count_call();
    tell(self, "pause");
    if (FAILED(self->config.fail_pause))
        return self->config.fail_pause;
    if (self->config.on_pause != NULL)
        self->config.on_pause(self->config.on_pause_context);
    pthread_mutex_lock(&self->lock);
    if (self->state == State_Stopped) {
        for (int i = 0; i < self->pin_count; i++)
            fake_pin_start(&self->pins[i]);
        self->state = State_Paused;
        fake_thread_start(self);
    }
    self->state = State_Paused;
    hr = waits_for_data(self) ? S_FALSE : S_OK;
    pthread_mutex_unlock(&self->lock);
    return hr;
}

static HRESULT STDMETHODCALLTYPE base_run(IBaseFilter *face, REFERENCE_TIME start)
{
    struct fake_filter *self = HOME(face, base);
    bool end;

    fake_count_call();
    tell(self, "run");
    if (FAILED(self->config.fail_run))
        return self->config.fail_run;
    if (self->config.on_run != NULL)
        self->config.on_run(self->config.on_run_context);
    pthread_mutex_lock(&self->lock);
    if (self->state == State_Stopped) {
        for (int i = 0; i < self->pin_count; i++)
            fake_pin_start(&self->pins[i]);
        fake_thread_start(self);
    }
    self->state = State_Running;
    self->start = start;
    self->cued = true;
    end = self->end_pending;
    pthread_cond_broadcast(&self->changed);
    pthread_mutex_unlock(&self->lock);
    if (end)
        fake_post(self, EC_COMPLETE, S_OK,
                  self->config.nameless_complete ? 0 : (LONG_PTR)&self->base);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE base_get_state(IBaseFilter *face, DWORD timeout_ms,
                                                FILTER_STATE *ret)
{
    struct fake_filter *self = HOME(face, base);
    struct timespec until;
    HRESULT hr = S_OK;

    fake_count_call();
    if (ret == NULL)
        return E_POINTER;
    clock_gettime(CLOCK_REALTIME, &until);
    if (timeout_ms == INFINITE)
        timeout_ms = 3600 * 1000;
    until.tv_sec += timeout_ms / 1000;
    until.tv_nsec += (long)(timeout_ms % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    pthread_mutex_lock(&self->lock);
    while (waits_for_data(self) && !self->config.impatient && timeout_ms != 0)
        if (pthread_cond_timedwait(&self->changed, &self->lock, &until) != 0)
            break;
    *ret = self->state;
    if (waits_for_data(self))
        hr = VFW_S_STATE_INTERMEDIATE;
    else if (self->config.live && self->state == State_Paused)
        hr = VFW_S_CANT_CUE;
    pthread_mutex_unlock(&self->lock);
    return hr;
}

static HRESULT STDMETHODCALLTYPE base_set_clock(IBaseFilter *face, IReferenceClock *clock)
{
    struct fake_filter *self = HOME(face, base);
    IReferenceClock *old;

    fake_count_call();
    if (clock != NULL)
        clock->lpVtbl->AddRef(clock);
    pthread_mutex_lock(&self->lock);
    old = self->clock;
    self->clock = clock;
    pthread_mutex_unlock(&self->lock);
    if (old != NULL)
        old->lpVtbl->Release(old);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE base_get_clock(IBaseFilter *face, IReferenceClock **out)
{
    struct fake_filter *self = HOME(face, base);

    pthread_mutex_lock(&self->lock);
    *out = self->clock;
    if (*out != NULL)
        (*out)->lpVtbl->AddRef(*out);
    pthread_mutex_unlock(&self->lock);
    return S_OK;
}

/* ---- membership -------------------------------------------------------------------------- */

static HRESULT STDMETHODCALLTYPE base_enum_pins(IBaseFilter *face, IEnumPins **out)
{
    fake_count_call();
    if (out == NULL)
        return E_POINTER;
    return fake_enum_pins(HOME(face, base), 0, out);
}

static HRESULT STDMETHODCALLTYPE base_find_pin(IBaseFilter *face, LPCWSTR id, IPin **out)
{
    struct fake_filter *self = HOME(face, base);

    *out = NULL;
    for (int i = 0; i < self->pin_count; i++) {
        if (wcscmp(self->pins[i].name, id) == 0) {
            *out = &self->pins[i].pin;
            fake_addref(self);
            return S_OK;
        }
    }
    return VFW_E_NOT_FOUND;
}

static HRESULT STDMETHODCALLTYPE base_info(IBaseFilter *face, FILTER_INFO *ret)
{
    struct fake_filter *self = HOME(face, base);

    fake_count_call();
    if (ret == NULL)
        return E_POINTER;
    if (self->config.on_info != NULL)
        self->config.on_info(self->config.on_info_context);
    pthread_mutex_lock(&self->lock);
    wcscpy(ret->achName, self->name);
    ret->pGraph = self->graph;
    if (self->graph != NULL)
        self->graph->lpVtbl->AddRef(self->graph);
    pthread_mutex_unlock(&self->lock);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE base_join(IBaseFilter *face, IFilterGraph *graph, LPCWSTR name)
{
    struct fake_filter *self = HOME(face, base);
    IMediaEventSink *sink = NULL;

    fake_count_call();
    if (graph != NULL && FAILED(self->config.fail_join))
        return self->config.fail_join;
    if (graph != NULL &&
        SUCCEEDED(graph->lpVtbl->QueryInterface(graph, &IID_IMediaEventSink, (void **)&sink)))
        sink->lpVtbl->Release(sink); /* weak, as DirectShow has it */
    pthread_mutex_lock(&self->lock);
    self->graph = graph;
    self->sink = sink;
    self->name[0] = 0;
    if (name != NULL)
        wcsncpy(self->name, name, 127);
    pthread_mutex_unlock(&self->lock);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE base_vendor(IBaseFilter *face, LPWSTR *out)
{
    (void)face;
    (void)out;
    return E_NOTIMPL;
}

static const IBaseFilterVtbl base_vtbl = {
    .QueryInterface = base_query,
    .AddRef = base_addref,
    .Release = base_release,
    .GetClassID = base_class_id,
    .Stop = base_stop,
    .Pause = base_pause,
    .Run = base_run,
    .GetState = base_get_state,
    .SetSyncSource = base_set_clock,
    .GetSyncSource = base_get_clock,
    .EnumPins = base_enum_pins,
    .FindPin = base_find_pin,
    .QueryFilterInfo = base_info,
    .JoinFilterGraph = base_join,
    .QueryVendorInfo = base_vendor,
};

/* ---- making, and what tests do to it ----------------------------------------------------- */

struct fake_filter *fake_filter_new(const struct fake_config *config)
{
    struct fake_filter *self = calloc(1, sizeof(*self));

    self->config = *config;
    if (self->config.name == NULL)
        self->config.name = "fake";
    self->base.lpVtbl = (IBaseFilterVtbl *)&base_vtbl;
    self->seeking.lpVtbl = (IMediaSeekingVtbl *)&fake_seeking_vtbl;
    self->clock_face.lpVtbl = (IReferenceClockVtbl *)&fake_clock_vtbl;
    self->misc.lpVtbl = (IAMFilterMiscFlagsVtbl *)&fake_misc_vtbl;
    self->file_face.lpVtbl = (IFileSourceFilterVtbl *)&fake_file_vtbl;
    self->state = State_Stopped;
    self->rate = 1.0;
    self->stop_position = config->duration;
    atomic_init(&self->refs, 1);
    pthread_mutex_init(&self->lock, NULL);
    pthread_cond_init(&self->changed, NULL);
    for (int i = 0; i < config->inputs; i++)
        fake_pin_init(self, &self->pins[self->pin_count++], i, false);
    for (int i = 0; i < config->outputs; i++)
        fake_pin_init(self, &self->pins[self->pin_count++], i, true);
    atomic_fetch_add(&alive, 1);
    return self;
}

HRESULT fake_class_create(const struct rg_class_entry *entry, IUnknown *outer, REFIID iid,
                          void **out)
{
    struct fake_filter *fake = fake_filter_new(entry->detail);
    HRESULT hr = base_query(&fake->base, iid, out);

    (void)outer;
    fake_release(fake);
    return hr;
}

IPin *fake_in(struct fake_filter *self, int i)
{
    return &self->pins[i].pin;
}

IPin *fake_out(struct fake_filter *self, int i)
{
    return &self->pins[self->config.inputs + i].pin;
}

void fake_cue(struct fake_filter *self)
{
    pthread_mutex_lock(&self->lock);
    self->cued = true;
    pthread_cond_broadcast(&self->changed);
    pthread_mutex_unlock(&self->lock);
}

bool fake_wait_numbers(struct fake_filter *self, size_t count)
{
    struct timespec until;
    bool enough;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 10;
    pthread_mutex_lock(&self->lock);
    while (self->number_count < count)
        if (pthread_cond_timedwait(&self->changed, &self->lock, &until) != 0)
            break;
    enough = self->number_count >= count;
    pthread_mutex_unlock(&self->lock);
    return enough;
}

size_t fake_number_count(struct fake_filter *self)
{
    size_t count;

    pthread_mutex_lock(&self->lock);
    count = self->number_count;
    pthread_mutex_unlock(&self->lock);
    return count;
}

FILTER_STATE fake_state(struct fake_filter *self)
{
    FILTER_STATE state;

    pthread_mutex_lock(&self->lock);
    state = self->state;
    pthread_mutex_unlock(&self->lock);
    return state;
}

void fake_clock_wait_advised(struct fake_filter *self)
{
    for (bool is = false; !is;) {
        pthread_mutex_lock(&self->lock);
        for (int i = 0; i < FAKE_ADVISES_MOST; i++)
            is = is || self->advises[i].event != NULL;
        pthread_mutex_unlock(&self->lock);
    }
}

void fake_clock_set(struct fake_filter *self, REFERENCE_TIME now)
{
    pthread_mutex_lock(&self->lock);
    self->now = now;
    fake_clock_signal_due(self);
    pthread_mutex_unlock(&self->lock);
}

void fake_post(struct fake_filter *self, LONG code, LONG_PTR p1, LONG_PTR p2)
{
    IMediaEventSink *sink;

    pthread_mutex_lock(&self->lock);
    sink = self->sink;
    pthread_mutex_unlock(&self->lock);
    if (sink != NULL)
        sink->lpVtbl->Notify(sink, code, p1, p2);
}

void fake_end_of_stream(struct fake_filter *self)
{
    fake_end(&self->pins[0]);
}
