/* SPDX-License-Identifier: MIT */
/* test_faults.c - the n-th use of memory, thread or kernel object fails during one whole edit, for n = 1, 2, 3 ... until it
 * succeeds: each time everything plays on, and nothing stays behind. */
#include "platform/memory.h"
#include "rewire_test.h"

#define FAULTS_MOST 2000

static IPin *middle_out; /* asked for before anything fails */

/* Makes one edit; fx is the caller's. */
typedef HRESULT (*edit_function)(struct road *r, IBaseFilter *fx, RG_CERTIFICATE *certificate);

static HRESULT edit_swap(struct road *r, IBaseFilter *fx, RG_CERTIFICATE *certificate)
{
    return CALL(r->edit, Swap, r->middle, fx, "fx", NULL, certificate);
}

static HRESULT edit_insert(struct road *r, IBaseFilter *fx, RG_CERTIFICATE *certificate)
{
    return CALL(r->edit, Insert, middle_out, fx, "more", NULL, certificate);
}

static HRESULT edit_remove(struct road *r, IBaseFilter *fx, RG_CERTIFICATE *certificate)
{
    (void)fx;
    return CALL(r->edit, Remove, r->middle, NULL, certificate);
}

static HRESULT edit_keep(struct road *r, IBaseFilter *fx, RG_CERTIFICATE *certificate)
{
    RG_EDIT_REQUEST request = { .size = sizeof(request), .flags = RG_EDIT_KEEP_REMOVED };

    return CALL(r->edit, Swap, r->middle, fx, "fx", &request, certificate);
}

static void assert_intact(struct road *r, IBaseFilter *fx)
{
    assert_int_equal(graph_count(&r->g), 3);
    assert_false(kit_in_graph(fx));
    assert_false(kit_connected(kit_in(fx)));
    assert_false(kit_connected(kit_out(fx)));
    assert_int_equal(kit_state(fx), State_Stopped);
    assert_int_equal(kit_state(r->middle), State_Running);
    assert_flows(0);
}

/* How many uses could fail. */
static IBaseFilter *new_source(bool foreign)
{
    static const struct fake_config config = { .name = "source",
                                               .outputs = 1,
                                               .out_types = "a",
                                               .samples = -1,
                                               .flow_control = true,
                                               .dynamic_connect = true };

    return foreign ? &fake_filter_new(&config)->base : kit_filter(KIT_SOURCE);
}

static unsigned each_use_fails(edit_function edit, enum kit_kind old, bool foreign)
{
    struct road r;
    unsigned live;
    IBaseFilter *fx = kit_filter(KIT_HOLD);

    road_open(&r, new_source(foreign), kit_filter(old), kit_filter(KIT_SINK));
    road_run(&r);
    assert_true(kit_wait_more(0, 10));
    live = rg_live_objects(NULL, NULL);
    for (unsigned n = 1; n < FAULTS_MOST; n++) {
        CERTIFICATE(c);
        HRESULT hr;
        bool failed;

        middle_out = kit_out(r.middle);
        rg_fault_arm(n);
        hr = edit(&r, fx, &c);
        failed = rg_fault_disarm();
        if (!failed || SUCCEEDED(hr)) {
            assert_hr(hr, S_OK);
            /* a foreign source whose own thread it hit has ended */
            if (!failed || !foreign)
                assert_flows(0);
            if (failed) { /* something that is not needed failed: the edit was made all the same; once more from the start */
                LET_GO(fx);
                road_close(&r);
                fx = kit_filter(KIT_HOLD);
                road_open(&r, new_source(foreign), kit_filter(old), kit_filter(KIT_SINK));
                road_run(&r);
                assert_true(kit_wait_more(0, 10));
                continue;
            }
            LET_GO(fx);
            road_close(&r);
            return n - 1;
        }
        assert_true(c.reason[0] != 0);
        /* the caller is not blamed for it */
        assert_true(hr != E_INVALIDARG && hr != VFW_E_NOT_FOUND && hr != E_NOINTERFACE);
        if (!foreign && hr != E_OUTOFMEMORY && HRESULT_FACILITY(hr) != FACILITY_WIN32)
            fail_msg("use %u: refused with 0x%08x", n, (unsigned)hr);
        assert_intact(&r, fx);
        assert_int_equal(rg_live_objects(NULL, NULL), live);
    }
    fail_msg("it never succeeds");
    return 0;
}

static void swap(void **state)
{
    (void)state;
    assert_true(each_use_fails(edit_swap, KIT_HOLD, false) > 5);
    assert_true(each_use_fails(edit_swap, KIT_PASS, false) > 5);
    assert_true(each_use_fails(edit_swap, KIT_QUEUE, false) > 5);
}

static void insert(void **state)
{
    (void)state;
    assert_true(each_use_fails(edit_insert, KIT_HOLD, false) > 5);
}

static void take_out(void **state)
{
    (void)state;
    assert_true(each_use_fails(edit_remove, KIT_HOLD, false) > 5);
}

static void keep(void **state)
{
    (void)state;
    assert_true(each_use_fails(edit_keep, KIT_HOLD, false) > 5);
}

static void documented_road(void **state)
{
    (void)state;
    assert_true(each_use_fails(edit_swap, KIT_HOLD, true) > 5);
    assert_true(each_use_fails(edit_remove, KIT_HOLD, true) > 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(swap), cmocka_unit_test(insert),          cmocka_unit_test(take_out),
        cmocka_unit_test(keep), cmocka_unit_test(documented_road),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
