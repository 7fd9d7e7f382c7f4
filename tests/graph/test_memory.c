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

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_use_fails_once),
    };

    setenv("REGRAFT_MODULE_PATH", "no modules", 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
