/* SPDX-License-Identifier: MIT */
/* test_memory.c - the n-th use of memory, thread or kernel object fails, for n = 1, 2, 3 ... until none does: each
 * time the answer is an error or the whole thing, and nothing stays behind.
 *
 * Runs: the test's thread; faults on any.
 * Knows: DirectShow's interfaces.  Must not know: base/, graph/.
 */
#include "classes_test.h"

#include "../filter/harness.h"
#include "../graph/fake_filter.h"
#include "platform/memory.h"

#define FAULTS_MOST 2000

static void classes_are_made_or_not(void **state)
{
    static const CLSID *const classes[] = {
        &CLSID_SampleGrabber,   &CLSID_NullRenderer,        &CLSID_InfTee,
        &CLSID_SmartTee,        &CLSID_CaptureGraphBuilder, &CLSID_CaptureGraphBuilder2,
        &CLSID_SeekingPassThru, &CLSID_MemoryAllocator,
    };
    unsigned live = rg_live_objects(NULL, NULL);

    (void)state;
    for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
        bool failed = true;

        for (unsigned n = 1; failed && n < FAULTS_MOST; n++) {
            IUnknown *object = NULL;
            HRESULT hr;

            rg_fault_arm(n);
            hr = CoCreateInstance(classes[i], NULL, CLSCTX_INPROC_SERVER, &IID_IUnknown,
                                  (void **)&object);
            failed = rg_fault_disarm();
            assert_true(SUCCEEDED(hr) ? object != NULL : object == NULL && failed);
            if (object != NULL)
                assert_int_equal(IUnknown_Release(object), 0);
            assert_int_equal(rg_live_objects(NULL, NULL), live);
        }
        assert_false(failed);
    }
}

/* ---- the capture graph builder ------------------------------------------------------------- */

static const struct fake_config camera_config = {
    .name = "camera",
    .outputs = 1,
    .out_types = "a",
    .categories = { &PIN_CATEGORY_CAPTURE },
};
static const struct fake_config sink_config = { .name = "sink", .inputs = 1, .in_types = "a" };

struct set {
    struct scene scene;
    ICaptureGraphBuilder2 *builder;
    struct fake_filter *camera, *sink;
};

static void set_open(struct set *s)
{
    scene_open(&s->scene);
    assert_hr(CoCreateInstance(&CLSID_CaptureGraphBuilder2, NULL, CLSCTX_INPROC_SERVER,
                               &IID_ICaptureGraphBuilder2, (void **)&s->builder),
              S_OK);
    assert_hr(ICaptureGraphBuilder2_SetFiltergraph(s->builder, s->scene.graph), S_OK);
    s->camera = fake_filter_new(&camera_config);
    s->sink = fake_filter_new(&sink_config);
    scene_add(&s->scene, &s->camera->base);
    scene_add(&s->scene, &s->sink->base);
}

static void set_close(struct set *s)
{
    assert_int_equal(ICaptureGraphBuilder2_Release(s->builder), 0);
    scene_close(&s->scene);
    assert_int_equal(fake_filters_alive(), 0);
}

static unsigned filters_in(struct set *s)
{
    RG_AUTO(IEnumFilters) list = NULL;
    IBaseFilter *filter = NULL;
    unsigned n = 0;

    assert_hr(IGraphBuilder_EnumFilters(s->scene.graph, &list), S_OK);
    for (; IEnumFilters_Next(list, 1, &filter, NULL) == S_OK; n++)
        IBaseFilter_Release(filter);
    return n;
}

static bool is_connected(IPin *pin)
{
    RG_AUTO(IPin) peer = NULL;

    return SUCCEEDED(IPin_ConnectedTo(pin, &peer));
}

static void a_stream_is_rendered_or_not(void **state)
{
    bool failed = true;

    (void)state;
    for (unsigned n = 1; failed && n < FAULTS_MOST; n++) {
        struct set s;
        HRESULT hr;

        set_open(&s);
        rg_fault_arm(n);
        hr = ICaptureGraphBuilder2_RenderStream(s.builder, &PIN_CATEGORY_PREVIEW, NULL,
                                                (IUnknown *)&s.camera->base, NULL,
                                                &s.sink->base);
        failed = rg_fault_disarm();
        assert_true(hr == VFW_S_NOPREVIEWPIN || (FAILED(hr) && failed));
        assert_int_equal(filters_in(&s), SUCCEEDED(hr) ? 3 : 2);
        assert_int_equal(is_connected(fake_out(s.camera, 0)), SUCCEEDED(hr));
        assert_int_equal(is_connected(fake_in(s.sink, 0)), SUCCEEDED(hr));
        set_close(&s);
    }
    assert_false(failed);
}

static void an_output_is_there_or_not(void **state)
{
    struct rg_class_info mux;
    bool failed = true;

    (void)state;
    if (rg_class_by_name("mux", &mux) != S_OK)
        skip();
    for (unsigned n = 1; failed && n < FAULTS_MOST; n++) {
        IBaseFilter *multiplexer = NULL;
        IFileSinkFilter *file = NULL;
        struct set s;
        HRESULT hr;

        set_open(&s);
        rg_fault_arm(n);
        hr = ICaptureGraphBuilder2_SetOutputFileName(s.builder, &MEDIASUBTYPE_Avi, L"x.avi",
                                                     &multiplexer, &file);
        failed = rg_fault_disarm();
        assert_true(SUCCEEDED(hr) || failed);
        assert_true(SUCCEEDED(hr) ? multiplexer != NULL && file != NULL
                                  : multiplexer == NULL && file == NULL);
        if (FAILED(hr))
            assert_int_equal(filters_in(&s), 2);
        com_auto_release(&multiplexer);
        com_auto_release(&file);
        set_close(&s);
    }
    assert_false(failed);
}

/* The road that is walked has to be written down. */
static void an_interface_is_found_or_not(void **state)
{
    bool failed = true;

    (void)state;
    for (unsigned n = 1; failed && n < FAULTS_MOST; n++) {
        void *face = NULL;
        struct set s;
        HRESULT hr;

        set_open(&s);
        assert_hr(IGraphBuilder_ConnectDirect(s.scene.graph, fake_out(s.camera, 0),
                                              fake_in(s.sink, 0), NULL),
                  S_OK);
        rg_fault_arm(n);
        hr = ICaptureGraphBuilder2_FindInterface(s.builder, NULL, NULL, &s.camera->base,
                                                 &IID_IMemInputPin, &face);
        failed = rg_fault_disarm();
        assert_hr(hr, failed ? E_OUTOFMEMORY : S_OK);
        com_auto_release(&face);
        set_close(&s);
    }
    assert_false(failed);
}

/* ---- the sample grabber -------------------------------------------------------------------- */

/* Where there is no memory for a copy, the stream ends with that error; else the sample goes on. */
static void a_sample_is_shown_or_the_stream_ends(void **state)
{
    struct rg_class_info info;
    bool failed = true;

    (void)state;
    assert_hr(rg_class_by_name("sample-grabber", &info), S_OK);
    for (unsigned n = 1; failed && n < FAULTS_MOST; n++) {
        ISampleGrabber *grabber;
        struct watcher watcher;
        struct harness h;
        IMediaSample *sample;
        HRESULT hr;

        watcher_open(&watcher);
        harness_open(&h, &info);
        assert_true(harness_connect(&h));
        grabber = grabber_face(h.filter);
        assert_hr(ISampleGrabber_SetBufferSamples(grabber, TRUE), S_OK);
        assert_hr(ISampleGrabber_SetCallback(grabber, watcher_face(&watcher), 1), S_OK);
        ISampleGrabber_Release(grabber);
        assert_hr(IBaseFilter_Run(h.filter, 0), S_OK);
        assert_hr(harness_buffer(&h, 0, &sample), S_OK);
        rg_fault_arm(n);
        hr = IMemInputPin_Receive(h.out.input, sample);
        failed = rg_fault_disarm();
        IMediaSample_Release(sample);
        assert_hr(hr, failed ? E_OUTOFMEMORY : S_OK);
        assert_int_equal(watcher_count(&watcher), failed ? 0 : 1);
        assert_int_equal(harness_samples(&h), failed ? 0 : 1);
        assert_int_equal(h.in.ends, failed ? 1 : 0);
        assert_int_equal(h.graph.errors, failed ? 1 : 0);
        assert_hr(harness_send(&h, 400000), failed ? S_FALSE : S_OK);
        assert_hr(IBaseFilter_Stop(h.filter), S_OK);
        harness_close(&h);
        watcher_close(&watcher);
    }
    assert_false(failed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(classes_are_made_or_not),
        cmocka_unit_test(a_stream_is_rendered_or_not),
        cmocka_unit_test(an_output_is_there_or_not),
        cmocka_unit_test(an_interface_is_found_or_not),
        cmocka_unit_test(a_sample_is_shown_or_the_stream_ends),
    };

    return cmocka_run_group_tests_name("memory", tests, NULL, NULL);
}
