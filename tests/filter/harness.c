/* SPDX-License-Identifier: MIT */
/* harness.c - making a filter, connecting it to the fakes, sending and waiting.
 *
 * Runs: the test's thread.
 * Knows: raw COM interfaces, the fakes.  Must not know: base/.
 */
#include "harness.h"

#include <time.h>

#include "fakes.h"

#define PATIENCE_S 60 /* far beyond any sane wait: a hang shows, a slow machine does not */

unsigned harness_references(void *object)
{
    IUnknown *unknown = object;

    IUnknown_AddRef(unknown);
    return IUnknown_Release(unknown);
}

void harness_open(struct harness *h, const struct rg_class_info *info)
{
    memset(h, 0, sizeof(*h));
    h->info = info;
    h->live_before = rg_live_objects(NULL, NULL);
    fakes_open(h);
    assert_int_equal(CoCreateInstance(&info->clsid, NULL, CLSCTX_INPROC_SERVER,
                                      &IID_IBaseFilter, (void **)&h->filter),
                     S_OK);
    assert_int_equal(harness_references(h->filter), 1);
    assert_int_equal(IBaseFilter_JoinFilterGraph(h->filter, (IFilterGraph *)&h->graph.graph.i,
                                                 L"under test"),
                     S_OK);
}

static void print_live(const char *name, unsigned references, void *context)
{
    (void)context;
    print_message("still alive: %s, %u references\n", name, references);
}

void harness_close(struct harness *h)
{
    harness_disconnect(h);
    assert_int_equal(IBaseFilter_JoinFilterGraph(h->filter, NULL, NULL), S_OK);
    assert_int_equal(IBaseFilter_SetSyncSource(h->filter, NULL), S_OK);
    assert_int_equal(IBaseFilter_Release(h->filter), 0);
    fakes_close(h);
    if (rg_live_objects(NULL, NULL) != h->live_before)
        rg_live_objects(print_live, NULL);
    assert_int_equal(rg_live_objects(NULL, NULL), h->live_before);
}

IPin *harness_pin(struct harness *h, PIN_DIRECTION direction, unsigned n)
{
    RG_AUTO(IEnumPins) all = NULL;
    IPin *pin = NULL;

    assert_int_equal(IBaseFilter_EnumPins(h->filter, &all), S_OK);
    while (IEnumPins_Next(all, 1, &pin, NULL) == S_OK) {
        PIN_DIRECTION its;

        assert_int_equal(IPin_QueryDirection(pin, &its), S_OK);
        if (its == direction && n-- == 0)
            return pin;
        IPin_Release(pin);
    }
    return NULL;
}

/* ---- connecting ------------------------------------------------------------------------- */

static const struct rg_format candidates[] = {
    { .kind = RG_KIND_VIDEO,
      .pixels = RG_PIXELS_I420,
      .width = 96,
      .height = 64,
      .rate_num = 25,
      .rate_den = 1 },
    { .kind = RG_KIND_AUDIO, .sound = RG_SOUND_S16, .sample_rate = 48000, .channels = 2 },
    { .kind = RG_KIND_VIDEO,
      .pixels = RG_PIXELS_RGB32,
      .width = 96,
      .height = 64,
      .rate_num = 25,
      .rate_den = 1 },
};

bool harness_input_type(struct harness *h, AM_MEDIA_TYPE *ret)
{
    RG_AUTO(IPin) pin = harness_pin(h, PINDIR_INPUT, 0);

    for (size_t i = 0; pin != NULL && i < sizeof(candidates) / sizeof(candidates[0]); i++) {
        assert_int_equal(rg_format_to_type(&candidates[i], ret), S_OK);
        if (IPin_QueryAccept(pin, ret) == S_OK)
            return true;
        rg_type_clear(ret);
    }
    return false;
}

static LONG buffer_bytes(const AM_MEDIA_TYPE *type)
{
    return type->lSampleSize > 64 ? (LONG)type->lSampleSize : 4096;
}

HRESULT harness_connect_input(struct harness *h, const AM_MEDIA_TYPE *type)
{
    struct fake_out *out = &h->out;
    ALLOCATOR_PROPERTIES wanted = { 4, buffer_bytes(type), 1, 0 }, actual;
    IPin *pin = harness_pin(h, PINDIR_INPUT, 0);
    HRESULT hr;

    assert_non_null(pin);
    out->peer = pin;
    assert_int_equal(rg_type_copy(&out->type, type), S_OK);
    hr = IPin_ReceiveConnection(pin, AS_PIN(out->pin), type);
    if (FAILED(hr)) {
        rg_type_clear(&out->type);
        out->peer = NULL;
        IPin_Release(pin);
        return hr;
    }
    assert_int_equal(IPin_QueryInterface(pin, &IID_IMemInputPin, (void **)&out->input), S_OK);
    assert_int_equal(CoCreateInstance(&CLSID_MemoryAllocator, NULL, CLSCTX_INPROC_SERVER,
                                      &IID_IMemAllocator, (void **)&out->allocator),
                     S_OK);
    assert_int_equal(IMemAllocator_SetProperties(out->allocator, &wanted, &actual), S_OK);
    assert_int_equal(IMemInputPin_NotifyAllocator(out->input, out->allocator, FALSE), S_OK);
    return S_OK;
}

HRESULT harness_connect_output(struct harness *h)
{
    RG_AUTO(IPin) pin = harness_pin(h, PINDIR_OUTPUT, 0);

    assert_non_null(pin);
    return IPin_Connect(pin, AS_PIN(h->in.pin), NULL);
}

void harness_disconnect_input(struct harness *h)
{
    struct fake_out *out = &h->out;

    if (out->peer == NULL)
        return;
    assert_int_equal(IPin_Disconnect(out->peer), S_OK);
    IMemAllocator_Decommit(out->allocator);
    IMemAllocator_Release(out->allocator);
    IMemInputPin_Release(out->input);
    IPin_Release(out->peer);
    rg_type_clear(&out->type);
    out->peer = NULL;
    out->input = NULL;
    out->allocator = NULL;
}

void harness_disconnect_output(struct harness *h)
{
    IPin *peer = h->in.peer;

    if (peer == NULL)
        return;
    IPin_AddRef(peer);
    assert_int_equal(IPin_Disconnect(peer), S_OK);
    assert_int_equal(IPin_Disconnect(AS_PIN(h->in.pin)), S_OK);
    IPin_Release(peer);
}

bool harness_needs_file(struct harness *h)
{
    RG_AUTO(IUnknown) from = NULL;
    RG_AUTO(IUnknown) to = NULL;

    (void)IBaseFilter_QueryInterface(h->filter, &IID_IFileSourceFilter, (void **)&from);
    (void)IBaseFilter_QueryInterface(h->filter, &IID_IFileSinkFilter, (void **)&to);
    return from != NULL || to != NULL;
}

bool harness_connect(struct harness *h)
{
    RG_AUTO(IPin) input = harness_pin(h, PINDIR_INPUT, 0);
    RG_AUTO(IPin) output = harness_pin(h, PINDIR_OUTPUT, 0);
    AM_MEDIA_TYPE type;

    if (input != NULL) {
        HRESULT hr;

        if (!harness_input_type(h, &type))
            return false;
        hr = harness_connect_input(h, &type);
        rg_type_clear(&type);
        if (FAILED(hr))
            return false;
    }
    if (output == NULL)
        return input != NULL;
    return harness_connect_output(h) == S_OK;
}

void harness_disconnect(struct harness *h)
{
    harness_disconnect_output(h);
    harness_disconnect_input(h);
}

/* ---- data --------------------------------------------------------------------------------- */

HRESULT harness_buffer(struct harness *h, REFERENCE_TIME start, IMediaSample **ret)
{
    REFERENCE_TIME stop = start + 400000;
    BYTE *data;
    HRESULT hr;

    IMemAllocator_Commit(h->out.allocator);
    hr = IMemAllocator_GetBuffer(h->out.allocator, ret, NULL, NULL, 0);
    if (FAILED(hr))
        return hr;
    assert_int_equal(IMediaSample_GetPointer(*ret, &data), S_OK);
    memset(data, 0, (size_t)IMediaSample_GetSize(*ret));
    assert_int_equal(IMediaSample_SetActualDataLength(*ret, buffer_bytes(&h->out.type)), S_OK);
    assert_int_equal(IMediaSample_SetTime(*ret, &start, &stop), S_OK);
    assert_int_equal(IMediaSample_SetSyncPoint(*ret, TRUE), S_OK);
    return S_OK;
}

HRESULT harness_send(struct harness *h, REFERENCE_TIME start)
{
    IMediaSample *sample;
    HRESULT hr = harness_buffer(h, start, &sample);

    if (FAILED(hr))
        return hr;
    hr = IMemInputPin_Receive(h->out.input, sample);
    IMediaSample_Release(sample);
    return hr;
}

static void wait_counter(pthread_mutex_t *lock, pthread_cond_t *changed,
                         const unsigned *counter, unsigned n)
{
    struct timespec deadline;
    int failed = 0;
    unsigned reached;

    clock_gettime(CLOCK_REALTIME, &deadline);
    deadline.tv_sec += PATIENCE_S;
    pthread_mutex_lock(lock);
    while (*counter < n && failed == 0)
        failed = pthread_cond_timedwait(changed, lock, &deadline);
    reached = *counter;
    pthread_mutex_unlock(lock);
    assert_in_range(reached, n, UINT32_MAX);
}

void harness_wait_samples(struct harness *h, unsigned n)
{
    wait_counter(&h->in.lock, &h->in.changed, &h->in.samples, n);
}

void harness_wait_ends(struct harness *h, unsigned n)
{
    wait_counter(&h->in.lock, &h->in.changed, &h->in.ends, n);
}

void harness_wait_completes(struct harness *h, unsigned n)
{
    wait_counter(&h->graph.lock, &h->graph.changed, &h->graph.completes, n);
}

void harness_wait_advice(struct harness *h, unsigned n)
{
    wait_counter(&h->clock.lock, &h->clock.changed, &h->clock.waits, n);
}

unsigned harness_samples(struct harness *h)
{
    unsigned n;

    pthread_mutex_lock(&h->in.lock);
    n = h->in.samples;
    pthread_mutex_unlock(&h->in.lock);
    return n;
}

void harness_set(struct harness *h, const char *name, const char *value)
{
    RG_AUTO(IRgOptions) options = NULL;

    assert_int_equal(IBaseFilter_QueryInterface(h->filter, &IID_IRgOptions, (void **)&options),
                     S_OK);
    assert_int_equal(IRgOptions_Set(options, name, value), S_OK);
}
