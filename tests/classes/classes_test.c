/* SPDX-License-Identifier: MIT */
/* classes_test.c - see classes_test.h. */
#include "classes_test.h"

#include <time.h>

#define PATIENCE_S  60 /* far beyond any sane wait: a hang shows, a slow machine does not */
#define PATIENCE_MS (PATIENCE_S * 1000)

/* ---- the watcher ------------------------------------------------------------------------- */

static struct watcher *watcher_of(ISampleGrabberCB *face)
{
    return COM_HOME(face, struct watcher);
}

static void note(struct watcher *w, unsigned *counter, double seconds, bool has_time,
                 BYTE *data, LONG bytes)
{
    pthread_mutex_lock(&w->lock);
    if (w->samples + w->buffers < WATCHER_MOST) {
        w->seconds[w->samples + w->buffers] = seconds;
        w->has_time[w->samples + w->buffers] = has_time;
    }
    w->bytes = bytes;
    w->first_byte = bytes > 0 ? data[0] : 0;
    if (w->scribbles && bytes > 0)
        data[0] = (BYTE)~data[0];
    (*counter)++;
    pthread_cond_broadcast(&w->changed);
    while (w->holds && w->samples + w->buffers > w->lets_pass)
        pthread_cond_wait(&w->changed, &w->lock);
    pthread_mutex_unlock(&w->lock);
}

static HRESULT STDMETHODCALLTYPE on_sample(ISampleGrabberCB *face, double seconds,
                                           IMediaSample *sample)
{
    struct watcher *w = watcher_of(face);
    REFERENCE_TIME start, stop;
    bool has_time = SUCCEEDED(IMediaSample_GetTime(sample, &start, &stop));
    BYTE *data = NULL;

    (void)IMediaSample_GetPointer(sample, &data);
    note(w, &w->samples, seconds, has_time, data, IMediaSample_GetActualDataLength(sample));
    return E_FAIL; /* what the application answers says nothing about the stream */
}

static HRESULT STDMETHODCALLTYPE on_buffer(ISampleGrabberCB *face, double seconds, BYTE *buffer,
                                           LONG bytes)
{
    struct watcher *w = watcher_of(face);

    note(w, &w->buffers, seconds, true, buffer, bytes);
    return S_OK;
}

static const ISampleGrabberCBVtbl watcher_vtbl = {
    COM_UNKNOWN(ISampleGrabberCB),
    .SampleCB = on_sample,
    .BufferCB = on_buffer,
};

static const struct com_entry watcher_map[] = {
    COM_ENTRY(ISampleGrabberCB, struct watcher, face),
    COM_MAP_END,
};

void watcher_open(struct watcher *w)
{
    memset(w, 0, sizeof(*w));
    com_object_init(&w->object, "watcher", watcher_map, NULL, com_object_fini);
    COM_FACE_INIT(&w->object, w->face, &watcher_vtbl);
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->changed, NULL);
}

void watcher_close(struct watcher *w)
{
    assert_int_equal(IUnknown_Release(&w->object.inner.i), 0);
    pthread_cond_destroy(&w->changed);
    pthread_mutex_destroy(&w->lock);
}

ISampleGrabberCB *watcher_face(struct watcher *w)
{
    return &w->face.i;
}

void watcher_hold(struct watcher *w, bool on)
{
    pthread_mutex_lock(&w->lock);
    w->holds = on;
    pthread_cond_broadcast(&w->changed);
    pthread_mutex_unlock(&w->lock);
}

void watcher_wait(struct watcher *w, unsigned n)
{
    struct timespec deadline;
    int failed = 0;
    unsigned reached;

    clock_gettime(CLOCK_REALTIME, &deadline);
    deadline.tv_sec += PATIENCE_S;
    pthread_mutex_lock(&w->lock);
    while (w->samples + w->buffers < n && failed == 0)
        failed = pthread_cond_timedwait(&w->changed, &w->lock, &deadline);
    reached = w->samples + w->buffers;
    pthread_mutex_unlock(&w->lock);
    assert_in_range(reached, n, UINT32_MAX);
}

unsigned watcher_count(struct watcher *w)
{
    unsigned n;

    pthread_mutex_lock(&w->lock);
    n = w->samples + w->buffers;
    pthread_mutex_unlock(&w->lock);
    return n;
}

/* ---- filters ----------------------------------------------------------------------------- */

IBaseFilter *make_filter(const CLSID *clsid)
{
    IBaseFilter *filter = NULL;

    assert_hr(
        CoCreateInstance(clsid, NULL, CLSCTX_INPROC_SERVER, &IID_IBaseFilter, (void **)&filter),
        S_OK);
    return filter;
}

IBaseFilter *make_named(const char *name)
{
    struct rg_class_info info;

    assert_hr(rg_class_by_name(name, &info), S_OK);
    return make_filter(&info.clsid);
}

void set_option(IBaseFilter *filter, const char *name, const char *value)
{
    RG_AUTO(IRgOptions) options = NULL;

    assert_hr(IBaseFilter_QueryInterface(filter, &IID_IRgOptions, (void **)&options), S_OK);
    assert_hr(IRgOptions_Set(options, name, value), S_OK);
}

ISampleGrabber *grabber_face(IBaseFilter *filter)
{
    ISampleGrabber *face = NULL;

    assert_hr(IBaseFilter_QueryInterface(filter, &IID_ISampleGrabber, (void **)&face), S_OK);
    return face;
}

IPin *pin_named(IBaseFilter *filter, const WCHAR *name)
{
    IPin *pin = NULL;

    assert_hr(IBaseFilter_FindPin(filter, name, &pin), S_OK);
    return pin;
}

RG_LEDGER pin_ledger(IBaseFilter *filter, const WCHAR *name)
{
    RG_AUTO(IPin) pin = pin_named(filter, name);
    RG_AUTO(IRgLink) link = NULL;
    RG_LEDGER ledger;

    assert_hr(IPin_QueryInterface(pin, &IID_IRgLink, (void **)&link), S_OK);
    assert_hr(IRgLink_GetLedger(link, &ledger), S_OK);
    return ledger;
}

/* ---- the scene ----------------------------------------------------------------------------- */

void scene_open(struct scene *s)
{
    s->live_before = rg_live_objects(NULL, NULL);
    assert_hr(CoCreateInstance(&CLSID_FilterGraph, NULL, CLSCTX_INPROC_SERVER,
                               &IID_IGraphBuilder, (void **)&s->graph),
              S_OK);
    assert_hr(IGraphBuilder_QueryInterface(s->graph, &IID_IMediaControl, (void **)&s->control),
              S_OK);
    assert_hr(IGraphBuilder_QueryInterface(s->graph, &IID_IMediaEvent, (void **)&s->event),
              S_OK);
}

static void print_live(const char *name, unsigned references, void *context)
{
    (void)context;
    print_message("still alive: %s, %u references\n", name, references);
}

void scene_close(struct scene *s)
{
    IMediaEvent_Release(s->event);
    IMediaControl_Release(s->control);
    assert_int_equal(IGraphBuilder_Release(s->graph), 0);
    if (rg_live_objects(NULL, NULL) != s->live_before)
        rg_live_objects(print_live, NULL);
    assert_int_equal(rg_live_objects(NULL, NULL), s->live_before);
}

IBaseFilter *scene_add(struct scene *s, IBaseFilter *filter)
{
    assert_hr(IGraphBuilder_AddFilter(s->graph, filter, NULL), S_OK);
    IBaseFilter_Release(filter);
    return filter;
}

HRESULT scene_join(struct scene *s, IBaseFilter *from, const WCHAR *output, IBaseFilter *to,
                   const WCHAR *input)
{
    RG_AUTO(IPin) out = pin_named(from, output);
    RG_AUTO(IPin) in = pin_named(to, input);

    return IGraphBuilder_ConnectDirect(s->graph, out, in, NULL);
}

void scene_run(struct scene *s)
{
    assert_true(SUCCEEDED(IMediaControl_Run(s->control)));
}

void scene_wait_end(struct scene *s)
{
    LONG code = 0;

    assert_hr(IMediaEvent_WaitForCompletion(s->event, PATIENCE_MS, &code), S_OK);
    assert_int_equal(code, EC_COMPLETE);
}

void scene_stop(struct scene *s)
{
    assert_true(SUCCEEDED(IMediaControl_Stop(s->control)));
}

/* ---- aggregation --------------------------------------------------------------------------- */

static const struct com_entry outer_map[] = { COM_MAP_END };

void check_aggregation(const CLSID *clsid, REFIID iid)
{
    unsigned live = rg_live_objects(NULL, NULL);
    struct com_object outer;
    IUnknown *inner = NULL, *face = NULL, *self = NULL;
    void *none = &outer;

    com_object_init(&outer, "outer", outer_map, NULL, com_object_fini);
    assert_hr(CoCreateInstance(clsid, &outer.inner.i, CLSCTX_INPROC_SERVER, iid, &none),
              CLASS_E_NOAGGREGATION);
    assert_null(none);
    assert_hr(CoCreateInstance(clsid, &outer.inner.i, CLSCTX_INPROC_SERVER, &IID_IUnknown,
                               (void **)&inner),
              S_OK);
    assert_hr(IUnknown_QueryInterface(inner, iid, (void **)&face), S_OK);
    assert_hr(IUnknown_QueryInterface(face, &IID_IUnknown, (void **)&self), S_OK);
    assert_ptr_equal(self, &outer.inner.i);
    IUnknown_Release(self);
    assert_int_equal(IUnknown_Release(face), 1); /* the outside's count */
    assert_int_equal(IUnknown_Release(inner), 0);
    assert_int_equal(IUnknown_Release(&outer.inner.i), 0);
    assert_int_equal(rg_live_objects(NULL, NULL), live);
}
