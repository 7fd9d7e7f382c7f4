/* SPDX-License-Identifier: MIT */
/* test_memory.c - the n-th use of memory, thread or kernel object fails, for n = 1, 2, 3 ...: an error, no leak, no hang.
 *
 * The fakes use libc's heap, so that only the library's own uses fail.
 */
#include "graph_test.h"

#include <stdlib.h>

#include "platform/memory.h"

static const struct fake_config source = { .name = "source", .outputs = 1, .out_types = "A" };
static const struct fake_config through = {
    .name = "through", .inputs = 1, .outputs = 1, .in_types = "*", .out_types = "="
};
static const struct fake_config sink = {
    .name = "sink", .inputs = 1, .in_types = "A", .duration = 1000, .prerolls = true
};

/* S_OK; the first failure.  Leaves nothing behind either way. */
static HRESULT use_graph(struct fake_filter **fakes)
{
    IFilterGraph3 *builder = NULL;
    IMediaControl *control = NULL;
    IMediaSeeking *seeking = NULL;
    OAFilterState state;
    LONGLONG where = 5;
    HRESULT hr = CoCreateInstance(&CLSID_FilterGraph, NULL, CLSCTX_INPROC_SERVER,
                                  &IID_IFilterGraph3, (void **)&builder);

    if (FAILED(hr))
        return hr;
    CALL(builder, QueryInterface, &IID_IMediaControl, (void **)&control);
    CALL(builder, QueryInterface, &IID_IMediaSeeking, (void **)&seeking);
    for (int i = 0; i < 3 && SUCCEEDED(hr); i++)
        hr = CALL(builder, AddFilter, &fakes[i]->base, L"x");
    if (SUCCEEDED(hr))
        hr = CALL(builder, ConnectDirect, fake_out(fakes[0], 0), fake_in(fakes[1], 0), NULL);
    if (SUCCEEDED(hr))
        hr = CALL(builder, Connect, fake_out(fakes[1], 0), fake_in(fakes[2], 0));
    if (SUCCEEDED(hr))
        hr = CALL(control, Run);
    fake_cue(fakes[2]);
    if (SUCCEEDED(hr))
        hr = CALL(control, GetState, INFINITE, &state);
    if (SUCCEEDED(hr))
        hr = CALL(seeking, SetPositions, &where, AM_SEEKING_AbsolutePositioning, NULL, 0);
    fake_cue(fakes[2]);
    if (SUCCEEDED(hr))
        hr = CALL(builder, Connect, fake_out(fakes[0], 0), fake_in(fakes[2], 0)) ==
                     VFW_E_ALREADY_CONNECTED
                 ? S_OK
                 : E_OUTOFMEMORY;
    (void)CALL(control, Stop);
    LET_GO(seeking);
    LET_GO(control);
    LET_GO(builder);
    return hr;
}

static void assert_all_back(struct fake_filter **fakes)
{
    for (int i = 0; i < 3; i++) {
        assert_int_equal(fake_state(fakes[i]), State_Stopped);
        assert_null(fakes[i]->graph);
        assert_int_equal(atomic_load(&fakes[i]->refs), 1);
        if (fakes[i]->clock != NULL) { /* SetSyncSource(NULL) was said */
            fail_msg("fake %d keeps a clock", i);
        }
    }
    assert_int_equal(rg_live_objects(tell_alive, NULL), 0);
}

static void test_each_use_fails_once(void **state)
{
    struct fake_filter *fakes[3] = { fake_filter_new(&source), fake_filter_new(&through),
                                     fake_filter_new(&sink) };
    unsigned n = 0;
    bool failed;

    (void)state;
    assert_true(SUCCEEDED(use_graph(fakes))); /* what is made once is made now */
    assert_all_back(fakes);
    do {
        HRESULT hr;

        rg_fault_arm(++n);
        hr = use_graph(fakes);
        failed = rg_fault_disarm();
        assert_all_back(fakes);
        if (!failed)
            assert_true(SUCCEEDED(hr));
        else if (FAILED(hr))
            assert_hr(hr, E_OUTOFMEMORY);
    } while (failed && n < 10000);
    assert_true(n > 20);
    assert_true(n < 10000);
    for (int i = 0; i < 3; i++)
        fake_release(fakes[i]);
    assert_int_equal(fake_filters_alive(), 0);
}

/* ---- the faces that automation and hosts use --------------------------------------------- */

static HRESULT use_automation(IMediaControl *control)
{
    IDispatch *filters = NULL, *first = NULL, *pins = NULL, *types = NULL;
    IAMCollection *all = NULL;
    IUnknown *list = NULL;
    IFilterInfo *info = NULL;
    IPinInfo *pin = NULL;
    BSTR name = NULL;
    HRESULT hr = CALL(control, get_FilterCollection, &filters);

    if (SUCCEEDED(hr))
        hr = CALL(filters, QueryInterface, &IID_IAMCollection, (void **)&all);
    if (SUCCEEDED(hr))
        hr = CALL(all, get__NewEnum, &list);
    if (SUCCEEDED(hr))
        hr = CALL(all, Item, 0, (IUnknown **)&first);
    if (SUCCEEDED(hr))
        hr = CALL(first, QueryInterface, &IID_IFilterInfo, (void **)&info);
    if (SUCCEEDED(hr))
        hr = CALL(info, get_Name, &name);
    if (SUCCEEDED(hr))
        hr = CALL(info, get_Pins, &pins);
    if (SUCCEEDED(hr))
        hr = CALL(info, FindPin, (WCHAR[]){ L"in0" }, (IDispatch **)&pin);
    if (SUCCEEDED(hr))
        hr = CALL(pin, get_MediaTypes, &types);
    SysFreeString(name);
    IUnknown *const held[] = { (IUnknown *)filters, (IUnknown *)first, (IUnknown *)pins,
                               (IUnknown *)types,   (IUnknown *)all,   list,
                               (IUnknown *)info,    (IUnknown *)pin };
    for (size_t i = 0; i < ARRAYSIZE(held); i++)
        if (held[i] != NULL)
            LET_GO(held[i]);
    return hr;
}

static HRESULT use_services(IFilterGraph3 *builder, IMediaControl *control)
{
    IRegisterServiceProvider *services = NULL;
    IAMGraphStreams *streams = NULL;
    IResourceManager *resources = NULL;
    IBasicAudio *audio = NULL;
    IAMStats *stats = NULL;
    LONG index;
    HRESULT hr;

    CALL(builder, QueryInterface, &IID_IRegisterServiceProvider, (void **)&services);
    CALL(builder, QueryInterface, &IID_IAMGraphStreams, (void **)&streams);
    CALL(builder, QueryInterface, &IID_IResourceManager, (void **)&resources);
    CALL(builder, QueryInterface, &IID_IBasicAudio, (void **)&audio);
    CALL(builder, QueryInterface, &IID_IAMStats, (void **)&stats);
    hr = CALL(services, RegisterService, &IID_IPin, (IUnknown *)control);
    if (SUCCEEDED(hr))
        hr = CALL(services, RegisterService, &IID_IPin, NULL); /* it is the graph itself */
    if (SUCCEEDED(hr))
        hr = CALL(streams, SyncUsingStreamOffset, TRUE);
    if (SUCCEEDED(hr))
        hr = CALL(resources, Register, L"device", 1, &index);
    if (SUCCEEDED(hr))
        hr = CALL(stats, GetIndex, (WCHAR[]){ L"name" }, OATRUE, &index);
    if (SUCCEEDED(hr)) {
        hr = CALL(audio, put_Volume, 0);
        hr = hr == E_NOTIMPL ? S_OK : hr; /* nobody has a loudspeaker */
    }
    if (FAILED(hr)) /* whatever went wrong, the graph is the service no more */
        (void)CALL(services, RegisterService, &IID_IPin, NULL);
    LET_GO(services);
    LET_GO(streams);
    LET_GO(resources);
    LET_GO(audio);
    LET_GO(stats);
    return hr;
}

static HRESULT upstream_of(IFilterGraph3 *builder, struct fake_filter *last)
{
    IAMGraphStreams *streams = NULL;
    void *found = NULL;
    HRESULT hr;

    CALL(builder, QueryInterface, &IID_IAMGraphStreams, (void **)&streams);
    hr =
        CALL(streams, FindUpstreamInterface, fake_in(last, 0), &IID_IReferenceClock, &found, 0);
    LET_GO(streams);
    return hr == E_NOINTERFACE ? S_OK : hr;
}

static void test_faces(void **state)
{
    struct fake_filter *fakes[3] = { fake_filter_new(&source), fake_filter_new(&through),
                                     fake_filter_new(&sink) };
    unsigned n = 0;
    bool failed;

    (void)state;
    do {
        IFilterGraph3 *builder = NULL;
        IMediaControl *control = NULL;
        HRESULT hr = CoCreateInstance(&CLSID_FilterGraph, NULL, CLSCTX_INPROC_SERVER,
                                      &IID_IFilterGraph3, (void **)&builder);

        assert_hr(hr, S_OK);
        CALL(builder, QueryInterface, &IID_IMediaControl, (void **)&control);
        for (int i = 0; i < 3; i++)
            assert_true(SUCCEEDED(CALL(builder, AddFilter, &fakes[i]->base, L"x")));
        assert_hr(
            CALL(builder, ConnectDirect, fake_out(fakes[0], 0), fake_in(fakes[1], 0), NULL),
            S_OK);
        rg_fault_arm(++n);
        hr = use_automation(control);
        if (SUCCEEDED(hr))
            hr = use_services(builder, control);
        if (SUCCEEDED(hr))
            hr = upstream_of(builder, fakes[1]);
        failed = rg_fault_disarm();
        LET_GO(control);
        LET_GO(builder);
        assert_all_back(fakes);
        assert_hr(hr, failed ? E_OUTOFMEMORY : S_OK);
    } while (failed && n < 1000);
    assert_true(n > 20);
    assert_true(n < 1000);
    for (int i = 0; i < 3; i++)
        fake_release(fakes[i]);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_use_fails_once),
        cmocka_unit_test(test_faces),
    };

    setenv("REGRAFT_MODULE_PATH", "no modules", 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
