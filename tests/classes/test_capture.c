/* SPDX-License-Identifier: MIT */
/* test_capture.c - CLSID_CaptureGraphBuilder2 and CLSID_CaptureGraphBuilder: every method, with foreign
 * cameras whose pins tell their category.
 *
 * Runs: the test's thread.
 * Knows: DirectShow's interfaces.  Must not know: graph/.
 */
#include "classes_test.h"

#include "../graph/fake_filter.h"

/* A cable of a camera: its type, and what it is for. */
static const struct fake_config two_pins = {
    .name = "camera",
    .outputs = 2,
    .out_types = "a",
    .categories = { &PIN_CATEGORY_CAPTURE, &PIN_CATEGORY_PREVIEW },
};
static const struct fake_config one_pin = {
    .name = "camera",
    .outputs = 1,
    .out_types = "a",
    .categories = { &PIN_CATEGORY_CAPTURE },
};
static const struct fake_config sink = { .name = "sink", .inputs = 1, .in_types = "a" };
static const struct fake_config other_sink = { .name = "other", .inputs = 1, .in_types = "b" };
static const struct fake_config coder = {
    .name = "coder", .inputs = 1, .outputs = 1, .in_types = "a", .out_types = "b"
};

struct set {
    struct scene scene;
    ICaptureGraphBuilder2 *builder;
};

static void set_open(struct set *s)
{
    scene_open(&s->scene);
    assert_hr(CoCreateInstance(&CLSID_CaptureGraphBuilder2, NULL, CLSCTX_INPROC_SERVER,
                               &IID_ICaptureGraphBuilder2, (void **)&s->builder),
              S_OK);
    assert_hr(ICaptureGraphBuilder2_SetFiltergraph(s->builder, s->scene.graph), S_OK);
}

static void set_close(struct set *s)
{
    assert_int_equal(ICaptureGraphBuilder2_Release(s->builder), 0);
    scene_close(&s->scene);
    assert_int_equal(fake_filters_alive(), 0);
}

/* Borrowed: the graph has the only reference. */
static struct fake_filter *put(struct set *s, const struct fake_config *config)
{
    struct fake_filter *fake = fake_filter_new(config);

    scene_add(&s->scene, &fake->base);
    return fake;
}

static IUnknown *as_unknown(struct fake_filter *fake)
{
    return (IUnknown *)&fake->base;
}

static HRESULT render(struct set *s, const GUID *category, struct fake_filter *source,
                      struct fake_filter *compressor, struct fake_filter *renderer)
{
    return ICaptureGraphBuilder2_RenderStream(s->builder, category, NULL, as_unknown(source),
                                              compressor != NULL ? &compressor->base : NULL,
                                              renderer != NULL ? &renderer->base : NULL);
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

/* The filter that an output is connected to; borrowed, NULL if none. */
static IBaseFilter *behind(IPin *pin)
{
    RG_AUTO(IPin) peer = NULL;
    PIN_INFO info;

    if (FAILED(IPin_ConnectedTo(pin, &peer)))
        return NULL;
    assert_hr(IPin_QueryPinInfo(peer, &info), S_OK);
    IBaseFilter_Release(info.pFilter);
    return info.pFilter;
}

static bool is_smart_tee(IBaseFilter *filter)
{
    CLSID clsid;

    return filter != NULL && SUCCEEDED(IBaseFilter_GetClassID(filter, &clsid)) &&
           IsEqualGUID(&clsid, &CLSID_SmartTee);
}

static IBaseFilter *behind_named(IBaseFilter *filter, const WCHAR *name)
{
    RG_AUTO(IPin) pin = pin_named(filter, name);

    return behind(pin);
}

/* ---- the graph ----------------------------------------------------------------------------- */

static void graph_is_set_once(void **state)
{
    IGraphBuilder *graph = (IGraphBuilder *)(void *)&graph;
    ICaptureGraphBuilder2 *builder = NULL;
    struct set s;

    (void)state;
    set_open(&s);
    assert_hr(ICaptureGraphBuilder2_SetFiltergraph(s.builder, NULL), E_POINTER);
    assert_hr(ICaptureGraphBuilder2_SetFiltergraph(s.builder, s.scene.graph), E_UNEXPECTED);
    assert_hr(ICaptureGraphBuilder2_GetFiltergraph(s.builder, NULL), E_POINTER);
    assert_hr(ICaptureGraphBuilder2_GetFiltergraph(s.builder, &graph), S_OK);
    assert_ptr_equal(graph, s.scene.graph);
    IGraphBuilder_Release(graph);
    assert_hr(CoCreateInstance(&CLSID_CaptureGraphBuilder2, NULL, CLSCTX_INPROC_SERVER,
                               &IID_ICaptureGraphBuilder2, (void **)&builder),
              S_OK);
    assert_hr(ICaptureGraphBuilder2_GetFiltergraph(builder, &graph), E_UNEXPECTED);
    assert_null(graph);
    assert_int_equal(ICaptureGraphBuilder2_Release(builder), 0);
    set_close(&s);
}

static void both_classes_have_both_interfaces(void **state)
{
    static const CLSID *const classes[] = { &CLSID_CaptureGraphBuilder,
                                            &CLSID_CaptureGraphBuilder2 };

    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        ICaptureGraphBuilder *first = NULL;
        ICaptureGraphBuilder2 *second = NULL;

        assert_hr(CoCreateInstance(classes[i], NULL, CLSCTX_INPROC_SERVER,
                                   &IID_ICaptureGraphBuilder, (void **)&first),
                  S_OK);
        assert_hr(ICaptureGraphBuilder_QueryInterface(first, &IID_ICaptureGraphBuilder2,
                                                      (void **)&second),
                  S_OK);
        assert_int_equal(ICaptureGraphBuilder2_Release(second), 1);
        assert_int_equal(ICaptureGraphBuilder_Release(first), 0);
        check_aggregation(classes[i], &IID_ICaptureGraphBuilder2);
    }
}

/* ---- FindPin ------------------------------------------------------------------------------- */

static void pins_are_found(void **state)
{
    struct set s;
    struct fake_filter *camera, *end;
    AM_MEDIA_TYPE type;
    IPin *pin = NULL;

    (void)state;
    set_open(&s);
    camera = put(&s, &two_pins);
    end = put(&s, &sink);
    fake_type(&type, 'a');
#define FIND(source, direction, category, major, free, index)                                  \
    ICaptureGraphBuilder2_FindPin(s.builder, source, direction, category, major, free, index,  \
                                  &pin)
    assert_hr(ICaptureGraphBuilder2_FindPin(s.builder, as_unknown(camera), PINDIR_OUTPUT, NULL,
                                            NULL, FALSE, 0, NULL),
              E_POINTER);
    assert_hr(FIND(NULL, PINDIR_OUTPUT, NULL, NULL, FALSE, 0), E_POINTER);
    assert_hr(FIND(as_unknown(camera), (PIN_DIRECTION)9, NULL, NULL, FALSE, 0), E_INVALIDARG);
    assert_hr(FIND((IUnknown *)s.builder, PINDIR_OUTPUT, NULL, NULL, FALSE, 0), E_NOINTERFACE);
    assert_hr(FIND(as_unknown(camera), PINDIR_OUTPUT, NULL, NULL, FALSE, 1), S_OK);
    assert_ptr_equal(pin, fake_out(camera, 1));
    IPin_Release(pin);
    assert_hr(FIND(as_unknown(camera), PINDIR_OUTPUT, NULL, NULL, FALSE, 2), E_FAIL);
    assert_null(pin);
    assert_hr(FIND(as_unknown(camera), PINDIR_OUTPUT, NULL, NULL, FALSE, -1), E_FAIL);
    assert_hr(FIND(as_unknown(camera), PINDIR_INPUT, NULL, NULL, FALSE, 0), E_FAIL);
    assert_hr(FIND(as_unknown(camera), PINDIR_OUTPUT, &PIN_CATEGORY_PREVIEW, &type.majortype,
                   TRUE, 0),
              S_OK);
    assert_ptr_equal(pin, fake_out(camera, 1));
    assert_hr(IGraphBuilder_ConnectDirect(s.scene.graph, pin, fake_in(end, 0), NULL), S_OK);
    IPin_Release(pin);
    assert_hr(FIND(as_unknown(camera), PINDIR_OUTPUT, &PIN_CATEGORY_PREVIEW, NULL, TRUE, 0),
              E_FAIL);
    assert_hr(FIND(as_unknown(camera), PINDIR_OUTPUT, NULL, &MEDIATYPE_Audio, FALSE, 0),
              E_FAIL);
    assert_hr(FIND(as_unknown(camera), PINDIR_OUTPUT, &PIN_CATEGORY_STILL, NULL, FALSE, 0),
              E_FAIL);
    /* a pin is found in itself */
    assert_hr(FIND((IUnknown *)fake_out(camera, 0), PINDIR_OUTPUT, &PIN_CATEGORY_CAPTURE, NULL,
                   TRUE, 0),
              S_OK);
    assert_ptr_equal(pin, fake_out(camera, 0));
    IPin_Release(pin);
    assert_hr(FIND((IUnknown *)fake_out(camera, 0), PINDIR_INPUT, NULL, NULL, FALSE, 0),
              E_FAIL);
#undef FIND
    set_close(&s);
}

/* ---- FindInterface ------------------------------------------------------------------------- */

static HRESULT find(struct set *s, const GUID *category, struct fake_filter *from, REFIID iid,
                    IUnknown **ret)
{
    return ICaptureGraphBuilder2_FindInterface(s->builder, category, NULL, &from->base, iid,
                                               (void **)ret);
}

/* camera ! coder ! end; the camera has IAMStreamControl at its pins, the end is a source of time. */
static void interfaces_are_found_along_the_road(void **state)
{
    struct fake_config with_control = two_pins, with_clock = other_sink;
    struct fake_filter *camera, *middle, *end;
    IUnknown *face = NULL;
    struct set s;

    (void)state;
    set_open(&s);
    with_control.stream_control = true;
    with_clock.has_clock = true;
    camera = put(&s, &with_control);
    middle = put(&s, &coder);
    end = put(&s, &with_clock);
    assert_hr(IGraphBuilder_ConnectDirect(s.scene.graph, fake_out(camera, 0),
                                          fake_in(middle, 0), NULL),
              S_OK);
    assert_hr(
        IGraphBuilder_ConnectDirect(s.scene.graph, fake_out(middle, 0), fake_in(end, 0), NULL),
        S_OK);
    assert_hr(ICaptureGraphBuilder2_FindInterface(s.builder, NULL, NULL, NULL, &IID_IPin, NULL),
              E_POINTER);
    assert_hr(ICaptureGraphBuilder2_FindInterface(s.builder, NULL, NULL, NULL, &IID_IPin,
                                                  (void **)&face),
              E_POINTER);
    /* down from the camera, past the coder */
    assert_hr(find(&s, NULL, camera, &IID_IReferenceClock, &face), S_OK);
    assert_ptr_equal(face, &end->clock_face);
    IUnknown_Release(face);
    assert_hr(find(&s, &PIN_CATEGORY_CAPTURE, camera, &IID_IReferenceClock, &face), S_OK);
    IUnknown_Release(face);
    assert_hr(find(&s, &PIN_CATEGORY_PREVIEW, camera, &IID_IReferenceClock, &face),
              E_NOINTERFACE);
    assert_null(face);
    assert_hr(find(&s, &LOOK_DOWNSTREAM_ONLY, camera, &IID_IReferenceClock, &face), S_OK);
    IUnknown_Release(face);
    assert_hr(find(&s, &LOOK_UPSTREAM_ONLY, camera, &IID_IReferenceClock, &face),
              E_NOINTERFACE);
    /* up from the end; from itself only where that is asked for */
    assert_hr(find(&s, NULL, end, &IID_IAMStreamControl, &face), S_OK);
    assert_ptr_equal(face, &camera->pins[0].control);
    IUnknown_Release(face);
    assert_hr(find(&s, &LOOK_UPSTREAM_ONLY, end, &IID_IAMStreamControl, &face), S_OK);
    IUnknown_Release(face);
    assert_hr(find(&s, &LOOK_DOWNSTREAM_ONLY, end, &IID_IAMStreamControl, &face),
              E_NOINTERFACE);
    assert_hr(find(&s, NULL, end, &IID_IReferenceClock, &face), S_OK);
    IUnknown_Release(face);
    assert_hr(find(&s, &LOOK_UPSTREAM_ONLY, end, &IID_IReferenceClock, &face), E_NOINTERFACE);
    assert_hr(find(&s, NULL, camera, &IID_IGraphBuilder, &face), E_NOINTERFACE);
    set_close(&s);
}

/* ---- RenderStream -------------------------------------------------------------------------- */

static void wrong_sources_are_refused(void **state)
{
    struct fake_config plain = one_pin;
    struct fake_filter *source, *end;
    ICaptureGraphBuilder2 *fresh = NULL;
    struct set s;

    (void)state;
    set_open(&s);
    plain.categories[0] = NULL;
    source = put(&s, &plain);
    end = put(&s, &sink);
    assert_hr(ICaptureGraphBuilder2_RenderStream(s.builder, NULL, NULL, NULL, NULL, NULL),
              E_POINTER);
    assert_hr(render(&s, &PIN_CATEGORY_CAPTURE, source, NULL, end), E_INVALIDARG);
    assert_hr(render(&s, &PIN_CATEGORY_PREVIEW, source, NULL, end), E_INVALIDARG);
    assert_hr(render(&s, NULL, end, NULL, NULL), E_INVALIDARG); /* no output */
    assert_hr(ICaptureGraphBuilder2_RenderStream(s.builder, NULL, NULL, (IUnknown *)s.builder,
                                                 NULL, NULL),
              E_INVALIDARG);
    assert_hr(CoCreateInstance(&CLSID_CaptureGraphBuilder2, NULL, CLSCTX_INPROC_SERVER,
                               &IID_ICaptureGraphBuilder2, (void **)&fresh),
              S_OK);
    assert_hr(
        ICaptureGraphBuilder2_RenderStream(fresh, NULL, NULL, as_unknown(source), NULL, NULL),
        E_UNEXPECTED);
    ICaptureGraphBuilder2_Release(fresh);
    assert_int_equal(filters_in(&s), 2);
    set_close(&s);
}

static void both_pins_are_used_where_there_are_two(void **state)
{
    struct fake_filter *camera, *middle, *file, *window;
    struct set s;

    (void)state;
    set_open(&s);
    camera = put(&s, &two_pins);
    middle = put(&s, &coder);
    file = put(&s, &other_sink);
    window = put(&s, &sink);
    assert_hr(render(&s, &PIN_CATEGORY_PREVIEW, camera, NULL, window), S_OK);
    assert_hr(render(&s, &PIN_CATEGORY_CAPTURE, camera, middle, file), S_OK);
    assert_ptr_equal(behind(fake_out(camera, 0)), &middle->base);
    assert_ptr_equal(behind(fake_out(middle, 0)), &file->base);
    assert_ptr_equal(behind(fake_out(camera, 1)), &window->base);
    assert_hr(render(&s, &PIN_CATEGORY_CAPTURE, camera, NULL, file), E_INVALIDARG);
    assert_int_equal(filters_in(&s), 4);
    set_close(&s);
}

/* Capture first or preview first: one smart tee serves both. */
static void one_pin_gets_a_smart_tee(void **state)
{
    (void)state;
    for (int preview_first = 0; preview_first < 2; preview_first++) {
        struct fake_filter *camera, *file, *window;
        IBaseFilter *tee;
        struct set s;

        set_open(&s);
        camera = put(&s, &one_pin);
        file = put(&s, &sink);
        window = put(&s, &sink);
        if (preview_first)
            assert_hr(render(&s, &PIN_CATEGORY_PREVIEW, camera, NULL, window),
                      VFW_S_NOPREVIEWPIN);
        assert_hr(render(&s, &PIN_CATEGORY_CAPTURE, camera, NULL, file), S_OK);
        if (!preview_first)
            assert_hr(render(&s, &PIN_CATEGORY_PREVIEW, camera, NULL, window),
                      VFW_S_NOPREVIEWPIN);
        tee = behind(fake_out(camera, 0));
        assert_true(is_smart_tee(tee));
        assert_ptr_equal(behind_named(tee, L"Capture"), &file->base);
        assert_ptr_equal(behind_named(tee, L"Preview"), &window->base);
        assert_int_equal(filters_in(&s), 4);
        assert_hr(render(&s, &PIN_CATEGORY_PREVIEW, camera, NULL, window), E_INVALIDARG);
        set_close(&s);
    }
}

static void a_pin_is_taken_as_it_is(void **state)
{
    struct fake_filter *camera, *end;
    struct set s;

    (void)state;
    set_open(&s);
    camera = put(&s, &one_pin);
    end = put(&s, &sink);
    assert_hr(ICaptureGraphBuilder2_RenderStream(
                  s.builder, NULL, NULL, (IUnknown *)fake_out(camera, 0), NULL, &end->base),
              S_OK);
    assert_ptr_equal(behind(fake_out(camera, 0)), &end->base);
    set_close(&s);
}

/* Without a renderer the graph looks for one; there is a free one. */
static void no_renderer_means_any(void **state)
{
    struct fake_filter *camera, *end;
    struct set s;

    (void)state;
    set_open(&s);
    camera = put(&s, &two_pins);
    end = put(&s, &sink);
    assert_hr(render(&s, &PIN_CATEGORY_PREVIEW, camera, NULL, NULL), S_OK);
    assert_ptr_equal(behind(fake_out(camera, 1)), &end->base);
    set_close(&s);
}

/* What can't be rendered leaves the graph as it was. */
static void failure_leaves_nothing(void **state)
{
    struct fake_filter *camera, *middle, *wrong;
    struct set s;

    (void)state;
    set_open(&s);
    camera = put(&s, &one_pin);
    middle = put(&s, &coder);
    wrong = put(&s, &sink); /* does not take what the coder gives */
    assert_true(FAILED(render(&s, &PIN_CATEGORY_CAPTURE, camera, middle, wrong)));
    assert_null(behind(fake_out(camera, 0)));
    assert_int_equal(filters_in(&s), 3);
    assert_true(FAILED(render(&s, NULL, camera, middle, wrong)));
    assert_null(behind(fake_out(camera, 0)));
    set_close(&s);
}

/* ---- ControlStream ------------------------------------------------------------------------- */

static void streams_are_told_when(void **state)
{
    struct fake_config with_control = two_pins, told_sink = sink;
    struct fake_filter *camera, *end, *mute;
    REFERENCE_TIME start = 10, stop = 20;
    struct set s;

    (void)state;
    set_open(&s);
    with_control.stream_control = true;
    told_sink.stream_control = true;
    camera = put(&s, &with_control);
    end = put(&s, &told_sink);
    mute = put(&s, &one_pin);
    assert_hr(render(&s, &PIN_CATEGORY_CAPTURE, camera, NULL, end), S_OK);
    assert_hr(ICaptureGraphBuilder2_ControlStream(s.builder, &PIN_CATEGORY_CAPTURE, NULL,
                                                  &camera->base, &start, &stop, 1, 2),
              S_OK);
    /* the camera sends one sample more, so that the end sees its time */
    assert_int_equal(camera->pins[0].told.tStart, 10);
    assert_int_equal(camera->pins[0].told.tStop, 20);
    assert_int_not_equal(camera->pins[0].told.dwFlags & AM_STREAM_INFO_STOP_SEND_EXTRA, 0);
    assert_int_equal(end->pins[0].told.tStop, 20);
    assert_int_equal(end->pins[0].told.dwStartCookie, 1);
    assert_int_equal(end->pins[0].told.dwStopCookie, 2);
    assert_int_equal(end->pins[0].told.dwFlags & AM_STREAM_INFO_STOP_SEND_EXTRA, 0);
    assert_hr(ICaptureGraphBuilder2_ControlStream(s.builder, &PIN_CATEGORY_PREVIEW, NULL,
                                                  &camera->base, NULL, NULL, 3, 4),
              S_OK);
    assert_int_equal(camera->pins[1].told.tStart, -1);
    assert_int_equal(camera->pins[1].told.dwFlags & AM_STREAM_INFO_STOP_SEND_EXTRA, 0);
    assert_hr(ICaptureGraphBuilder2_ControlStream(s.builder, &PIN_CATEGORY_STILL, NULL,
                                                  &camera->base, NULL, NULL, 0, 0),
              E_FAIL);
    assert_hr(ICaptureGraphBuilder2_ControlStream(s.builder, &PIN_CATEGORY_CAPTURE, NULL,
                                                  &mute->base, NULL, NULL, 0, 0),
              E_NOINTERFACE);
    /* all filters; without a category that would be every pin */
    start = 30;
    assert_hr(ICaptureGraphBuilder2_ControlStream(s.builder, &PIN_CATEGORY_PREVIEW, NULL, NULL,
                                                  &start, &stop, 5, 6),
              S_OK);
    assert_int_equal(camera->pins[1].told.tStart, 30);
    assert_hr(
        ICaptureGraphBuilder2_ControlStream(s.builder, NULL, NULL, NULL, &start, &stop, 0, 0),
        E_INVALIDARG);
    assert_hr(ICaptureGraphBuilder2_ControlStream(s.builder, &PIN_CATEGORY_STILL, NULL, NULL,
                                                  &start, &stop, 0, 0),
              E_FAIL);
    set_close(&s);
}

/* ---- SetOutputFileName --------------------------------------------------------------------- */

static bool has_class(const CLSID *clsid)
{
    RG_AUTO(IUnknown) object = NULL;

    return SUCCEEDED(
        CoCreateInstance(clsid, NULL, CLSCTX_INPROC_SERVER, &IID_IUnknown, (void **)&object));
}

static void output_needs_its_arguments(void **state)
{
    static const GUID nobody = { 0x12345678, 1, 2, { 3, 4, 5, 6, 7, 8, 9, 10 } };
    IBaseFilter *multiplexer = (IBaseFilter *)(void *)&nobody;
    IFileSinkFilter *file = (IFileSinkFilter *)(void *)&nobody;
    struct set s;

    (void)state;
    set_open(&s);
#define OUTPUT(type, name, filter, where)                                                      \
    ICaptureGraphBuilder2_SetOutputFileName(s.builder, type, name, filter, where)
    assert_hr(OUTPUT(NULL, L"x.avi", &multiplexer, &file), E_POINTER);
    assert_null(multiplexer);
    assert_null(file);
    assert_hr(OUTPUT(&MEDIASUBTYPE_Avi, NULL, &multiplexer, &file), E_POINTER);
    assert_hr(OUTPUT(&MEDIASUBTYPE_Avi, L"x.avi", NULL, &file), E_POINTER);
    assert_hr(OUTPUT(&nobody, L"x.avi", &multiplexer, &file), REGDB_E_CLASSNOTREG);
    assert_null(multiplexer);
    /* neither a file nor somebody with an output to write from */
    assert_true(FAILED(OUTPUT(&CLSID_NullRenderer, L"x.avi", &multiplexer, NULL)));
    assert_int_equal(filters_in(&s), 0);
#undef OUTPUT
    set_close(&s);
}

static void output_is_in_the_graph(void **state)
{
    RG_AUTO(IBaseFilter) multiplexer = NULL;
    RG_AUTO(IFileSinkFilter) file = NULL;
    ICaptureGraphBuilder2 *builder = NULL;
    IGraphBuilder *graph = NULL;
    struct rg_class_info mux;
    LPOLESTR name = NULL;
    struct set s;

    (void)state;
    if (!has_class(&CLSID_AviDest) && rg_class_by_name("mux", &mux) != S_OK)
        skip(); /* nobody here writes AVI */
    set_open(&s);
    assert_hr(CoCreateInstance(&CLSID_CaptureGraphBuilder2, NULL, CLSCTX_INPROC_SERVER,
                               &IID_ICaptureGraphBuilder2, (void **)&builder),
              S_OK);
    assert_hr(ICaptureGraphBuilder2_SetOutputFileName(builder, &MEDIASUBTYPE_Avi, L"capture.x",
                                                      &multiplexer, &file),
              S_OK);
    assert_hr(IFileSinkFilter_GetCurFile(file, &name, NULL), S_OK);
    assert_int_equal(wcscmp(name, L"capture.x"), 0);
    CoTaskMemFree(name);
    /* it made the graph that it needed */
    assert_hr(ICaptureGraphBuilder2_GetFiltergraph(builder, &graph), S_OK);
    {
        FILTER_INFO info;

        assert_hr(IBaseFilter_QueryFilterInfo(multiplexer, &info), S_OK);
        assert_ptr_equal(info.pGraph, (IFilterGraph *)graph);
        IFilterGraph_Release(info.pGraph);
    }
    IFileSinkFilter_Release(RG_STEAL(&file));
    IBaseFilter_Release(RG_STEAL(&multiplexer));
    assert_int_equal(ICaptureGraphBuilder2_Release(builder), 0);
    assert_int_equal(IGraphBuilder_Release(graph), 0);
    set_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(graph_is_set_once),
        cmocka_unit_test(both_classes_have_both_interfaces),
        cmocka_unit_test(pins_are_found),
        cmocka_unit_test(interfaces_are_found_along_the_road),
        cmocka_unit_test(wrong_sources_are_refused),
        cmocka_unit_test(both_pins_are_used_where_there_are_two),
        cmocka_unit_test(one_pin_gets_a_smart_tee),
        cmocka_unit_test(a_pin_is_taken_as_it_is),
        cmocka_unit_test(no_renderer_means_any),
        cmocka_unit_test(failure_leaves_nothing),
        cmocka_unit_test(streams_are_told_when),
        cmocka_unit_test(output_needs_its_arguments),
        cmocka_unit_test(output_is_in_the_graph),
    };

    return cmocka_run_group_tests_name("capture graph builder", tests, NULL, NULL);
}
