/* SPDX-License-Identifier: MIT */
/* test_faults_edits.c - edits of several steps while the n-th use of memory, thread or kernel object fails, for n = 1, 2, 3
 * ... until none is left: each time it is refused for want of memory, everything plays on, and nothing stays behind. */
#include "platform/memory.h"
#include "transaction_test.h"

#define FAULTS_MOST 3000

/* source ! tee ! fx ! sink (slot 0), tee ! queue ! other (slot 1). */
struct field {
    struct road r;
    IBaseFilter *queue, *other;
    /* what may come in, ours; and pins, asked for before anything fails */
    IBaseFilter *fresh[4];
    IPin *fresh_in[4], *fresh_out[4];
    IPin *source_out, *tee_out, *other_leg, *free_leg;
    HANDLE done;
    unsigned live;
};

static void field_close(struct field *f)
{
    CloseHandle(f->done);
    for (unsigned i = 0; i < 4; i++)
        LET_GO(f->fresh[i]);
    road_close(&f->r);
}

/* ---- what is edited --------------------------------------------------------------------------------- */

typedef HRESULT (*stage_function)(struct field *f, IGraphTransaction *t);

#define STEP(call)                                                                             \
    do {                                                                                       \
        HRESULT step_hr = (call);                                                              \
        if (FAILED(step_hr))                                                                   \
            return step_hr;                                                                    \
    } while (0)

static HRESULT stage_swap(struct field *f, IGraphTransaction *t)
{
    STEP(CALL(t, Swap, f->r.middle, f->fresh[0], "fx"));
    return S_OK;
}

static HRESULT stage_several(struct field *f, IGraphTransaction *t)
{
    STEP(CALL(t, Swap, f->r.middle, f->fresh[0], "fx"));
    STEP(CALL(t, Insert, f->source_out, f->fresh[3], "first"));
    STEP(CALL(t, Set, f->fresh[0], "hold", "2"));
    return S_OK;
}

static HRESULT stage_branch(struct field *f, IGraphTransaction *t)
{
    STEP(CALL(t, Add, f->fresh[1], "more"));
    STEP(CALL(t, Add, f->fresh[2], NULL));
    STEP(CALL(t, Connect, f->free_leg, f->fresh_in[1], NULL));
    STEP(CALL(t, Connect, f->fresh_out[1], f->fresh_in[2], NULL));
    return S_OK;
}

static HRESULT stage_remove_branch(struct field *f, IGraphTransaction *t)
{
    STEP(CALL(t, RemoveBranch, f->other_leg));
    return S_OK;
}

/* ---- how it is carried out ------------------------------------------------------------------------------ */

enum way {
    CHECKED, /* Check alone: nothing changes */
    AT_ONCE,
    PREPARED, /* Prepare, then at once */
    AT_TIME,
    LATER, /* at a media time, an event is signalled when it is over */
};

static HRESULT carry_out(struct field *f, IGraphTransaction *t, enum way way)
{
    char *report = NULL;
    HRESULT hr;

    switch (way) {
    case CHECKED:
        hr = CALL(t, Check, &report);
        CoTaskMemFree(report);
        return hr;
    case PREPARED:
        STEP(CALL(t, Prepare));
        return CALL(t, Commit, -1, NULL);
    case AT_TIME:
        return CALL(t, Commit, 0, NULL);
    case LATER:
        STEP(CALL(t, Commit, 0, f->done));
        wait_event(f->done);
        return CALL(t, GetResult);
    default:
        return CALL(t, Commit, -1, NULL);
    }
}

static HRESULT edit(struct field *f, stage_function stage, enum way way)
{
    IGraphTransaction *t = NULL;
    HRESULT hr = CALL(f->r.edit, Begin, NULL, &t);

    if (FAILED(hr)) {
        assert_null(t);
        return hr;
    }
    hr = stage(f, t);
    if (SUCCEEDED(hr))
        hr = carry_out(f, t, way);
    LET_GO(t);
    return hr;
}

static void field_open(struct field *f)
{
    memset(f, 0, sizeof(*f));
    road_open_empty(&f->r);
    f->r.source = road_put(&f->r, kit_filter(KIT_SOURCE), L"source");
    f->r.middle = road_put(&f->r, kit_filter(KIT_HOLD), L"fx");
    f->r.sink = road_put(&f->r, kit_filter(KIT_SINK), L"sink");
    f->queue = road_put(&f->r, kit_filter(KIT_QUEUE), L"queue");
    f->other = road_put(&f->r, kit_filter_with(KIT_SINK, "slot=1"), L"other");
    {
        IBaseFilter *tee = road_put(&f->r, kit_filter(KIT_TEE), L"tee");

        road_join(&f->r, kit_out(f->r.source), kit_in(tee));
        f->tee_out = free_pin(tee, PINDIR_OUTPUT);
        road_join(&f->r, f->tee_out, kit_in(f->r.middle));
        f->other_leg = free_pin(tee, PINDIR_OUTPUT);
        road_join(&f->r, f->other_leg, kit_in(f->queue));
        f->free_leg = free_pin(tee, PINDIR_OUTPUT);
    }
    road_join(&f->r, kit_out(f->r.middle), kit_in(f->r.sink));
    road_join(&f->r, kit_out(f->queue), kit_in(f->other));
    f->source_out = kit_out(f->r.source);
    f->fresh[0] = kit_filter(KIT_HOLD);
    f->fresh[1] = kit_filter(KIT_QUEUE);
    f->fresh[2] = kit_filter_with(KIT_SINK, "slot=2");
    f->fresh[3] = kit_filter(KIT_QUEUE); /* never behind the tee: locks go in road order */
    for (unsigned i = 0; i < 4; i++) {
        f->fresh_in[i] = kit_in(f->fresh[i]);
        f->fresh_out[i] = kit_out(f->fresh[i]);
    }
    f->done = new_event();
    road_run(&f->r);
    assert_true(kit_wait_more(0, 10) && kit_wait_more(1, 10));
    /* a tee makes a leg more as soon as the last one is wanted, and keeps it */
    assert_hr(edit(f, stage_branch, CHECKED), S_OK);
    f->live = rg_live_objects(NULL, NULL);
}

/* ---- what is left after a refusal ------------------------------------------------------------------------ */

static void assert_for_want_of_memory(HRESULT hr, unsigned n)
{
    if (hr != E_OUTOFMEMORY && HRESULT_FACILITY(hr) != FACILITY_WIN32)
        fail_msg("use %u: refused with 0x%08x", n, (unsigned)hr);
}

static void assert_intact(struct field *f, unsigned n)
{
    if (graph_count(&f->r.g) != 6)
        fail_msg("use %u: %u filters", n, graph_count(&f->r.g));
    for (unsigned i = 0; i < 4; i++) {
        assert_false(kit_in_graph(f->fresh[i]));
        assert_false(kit_connected(f->fresh_in[i]));
        assert_int_equal(kit_state(f->fresh[i]), State_Stopped);
    }
    assert_int_equal(kit_state(f->r.middle), State_Running);
    assert_int_equal(kit_state(f->other), State_Running);
    assert_flows(0);
    assert_flows(1);
    assert_int_equal(kit_recorder[0].ends + kit_recorder[1].ends, 0);
    assert_int_equal(rg_live_objects(NULL, NULL), f->live);
}

/* How many uses there are. */
static unsigned each_use_fails(stage_function stage, enum way way)
{
    struct field f;

    field_open(&f);
    for (unsigned n = 1; n < FAULTS_MOST; n++) {
        bool failed;
        HRESULT hr;

        rg_fault_arm(n);
        hr = edit(&f, stage, way);
        failed = rg_fault_disarm();
        if (failed && FAILED(hr)) {
            assert_for_want_of_memory(hr, n);
            assert_intact(&f, n);
            continue;
        }
        /* nothing failed, or nothing that is needed */
        assert_hr(hr, S_OK);
        assert_flows(0);
        if (way == CHECKED)
            assert_intact(&f, n);
        field_close(&f);
        if (!failed)
            return n - 1;
        field_open(&f);
    }
    fail_msg("it never succeeds");
    return 0;
}

static void check_ways(stage_function stage, const enum way *ways, size_t count)
{
    for (size_t i = 0; i < count; i++)
        assert_true(each_use_fails(stage, ways[i]) > 5);
}

#define WAYS(...)                                                                              \
    (const enum way[]){ __VA_ARGS__ }, sizeof((enum way[]){ __VA_ARGS__ }) / sizeof(enum way)

static void swap(void **state)
{
    (void)state;
    check_ways(stage_swap, WAYS(AT_ONCE, PREPARED, AT_TIME, LATER));
}

static void several_steps(void **state)
{
    (void)state;
    check_ways(stage_several, WAYS(CHECKED, AT_ONCE, AT_TIME, LATER));
}

static void branch_comes(void **state)
{
    (void)state;
    check_ways(stage_branch, WAYS(CHECKED, AT_ONCE));
}

static void branch_goes(void **state)
{
    (void)state;
    check_ways(stage_remove_branch, WAYS(AT_ONCE, AT_TIME));
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(swap),
        cmocka_unit_test(several_steps),
        cmocka_unit_test(branch_comes),
        cmocka_unit_test(branch_goes),
    };

    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
