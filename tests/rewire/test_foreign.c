/* SPDX-License-Identifier: MIT */
/* test_foreign.c - the documented road: pins that know nothing of ours, with DirectShow's interfaces or without. */
#include "transaction_test.h"

struct foreign_road {
    struct road r;
    struct fake_filter *source, *sink;
};

static const struct fake_config source_config = {
    .name = "source",
    .outputs = 1,
    .out_types = "a",
    .samples = -1,
    .flow_control = true,
    .dynamic_connect = true,
};
static const struct fake_config sink_config = {
    .name = "sink",
    .inputs = 1,
    .in_types = "a",
    .pin_connection = true,
    .dynamic_connect = true,
    .is_end_pin = true,
};
static const struct fake_config pass_config = {
    .name = "foreign",
    .inputs = 1,
    .outputs = 1,
    .in_types = "a",
    .out_types = "=",
};

static void foreign_open(struct foreign_road *f, const struct fake_config *source,
                         IBaseFilter *middle, const struct fake_config *sink)
{
    f->source = fake_filter_new(source);
    f->sink = fake_filter_new(sink);
    road_open(&f->r, &f->source->base, middle, &f->sink->base);
}

static void assert_numbers_are_whole(struct fake_filter *sink)
{
    pthread_mutex_lock(&sink->lock);
    for (size_t i = 0; i < sink->number_count; i++)
        if (sink->numbers[i] != (int64_t)i) {
            pthread_mutex_unlock(&sink->lock);
            fail_msg("place %zu holds number %lld", i, (long long)sink->numbers[i]);
        }
    pthread_mutex_unlock(&sink->lock);
}

static void assert_foreign_flows(struct foreign_road *f)
{
    assert_true(fake_wait_numbers(f->sink, fake_number_count(f->sink) + 20));
    assert_numbers_are_whole(f->sink);
}

static IBaseFilter *make(unsigned i)
{
    struct fake_config config = pass_config;

    switch (i % 4) {
    case 0:
        return kit_filter(KIT_PASS);
    case 1:
        config.holds = 3;
        return &fake_filter_new(&config)->base;
    case 2:
        return kit_filter_with(KIT_HOLD, "hold=3");
    default:
        return &fake_filter_new(&config)->base;
    }
}

static void swaps_under_load(void **state)
{
    struct foreign_road f;

    (void)state;
    foreign_open(&f, &source_config, make(0), &sink_config);
    road_run(&f.r);
    for (unsigned i = 1; i <= 1000; i++) {
        CERTIFICATE(c);

        if (i % 8 == 0)
            assert_true(fake_wait_numbers(f.sink, fake_number_count(f.sink) + 5));
        assert_hr(road_swap(&f.r, make(i), &c), S_OK);
        assert_string_equal(c.gate, "source.out0");
    }
    assert_foreign_flows(&f);
    road_close(&f.r);
}

static void in_and_out(void **state)
{
    struct foreign_road f;

    (void)state;
    foreign_open(&f, &source_config, NULL, &sink_config);
    road_run(&f.r);
    for (unsigned i = 0; i < 300; i++) {
        IBaseFilter *fx = make(i);
        CERTIFICATE(c);

        assert_hr(CALL(f.r.edit, Insert, kit_out(f.r.source), fx, "fx", NULL, &c), S_OK);
        assert_hr(CALL(f.r.edit, Remove, fx, NULL, &c), S_OK);
        assert_int_equal(LET_GO(fx), 0);
    }
    assert_foreign_flows(&f);
    road_close(&f.r);
}

/* An input of ours is taken off by the documented calls: what its filter holds stays, and comes out in its turn. */
static void what_stays_keeps_what_it_holds(void **state)
{
    struct road r;

    (void)state;
    road_open(&r, &fake_filter_new(&source_config)->base, kit_filter_with(KIT_HOLD, "hold=3"),
              kit_filter(KIT_SINK));
    road_run(&r);
    for (unsigned i = 0; i < 20; i++) {
        IBaseFilter *fx = kit_filter_with(KIT_HOLD, "hold=3");

        assert_hr(CALL(r.edit, Insert, kit_out(r.source), fx, NULL, NULL, NULL), S_OK);
        assert_flows(0);
        assert_hr(CALL(r.edit, Remove, fx, NULL, NULL), S_OK);
        LET_GO(fx);
        assert_flows(0);
    }
    road_close(&r);
}

/* ---- what is missing is found before anything is touched --------------------------------------------- */

static void assert_untouched(struct foreign_road *f, IBaseFilter *fx)
{
    assert_int_equal(graph_count(&f->r.g), 3);
    assert_int_equal(LET_GO(fx), 0);
    assert_foreign_flows(f);
    road_close(&f->r);
}

static void output_cannot_block(void **state)
{
    struct fake_config source = source_config;
    struct foreign_road f;
    IBaseFilter *fx = kit_filter(KIT_PASS);
    CERTIFICATE(c);

    (void)state;
    source.flow_control = false;
    foreign_open(&f, &source, kit_filter(KIT_PASS), &sink_config);
    road_run(&f.r);
    assert_hr(CALL(f.r.edit, Swap, f.r.middle, fx, NULL, NULL, &c), E_NOINTERFACE);
    assert_refused(&c, E_NOINTERFACE);
    assert_int_equal(c.closed_ns, 0);
    assert_untouched(&f, fx);
}

static void input_cannot_be_taken_off(void **state)
{
    struct fake_config sink = sink_config;
    struct foreign_road f;
    IBaseFilter *fx = kit_filter(KIT_PASS);
    CERTIFICATE(c);

    (void)state;
    sink.pin_connection = false;
    foreign_open(&f, &source_config, kit_filter(KIT_PASS), &sink);
    road_run(&f.r);
    assert_hr(CALL(f.r.edit, Swap, f.r.middle, fx, NULL, NULL, &c), E_NOINTERFACE);
    assert_refused(&c, E_NOINTERFACE);
    assert_untouched(&f, fx);
}

/* ---- put back -------------------------------------------------------------------------------------------- */

static void refused_and_put_back(IBaseFilter *fx, HRESULT wanted)
{
    struct foreign_road f;
    CERTIFICATE(c);

    foreign_open(&f, &source_config, kit_filter_with(KIT_HOLD, "hold=3"), &sink_config);
    road_run(&f.r);
    for (unsigned i = 0; i < 10; i++) {
        assert_hr(CALL(f.r.edit, Swap, f.r.middle, fx, NULL, NULL, &c), wanted);
        assert_refused(&c, wanted);
        assert_int_equal(kit_state(f.r.middle), State_Running);
        assert_false(kit_in_graph(fx));
        assert_foreign_flows(&f);
    }
    assert_untouched(&f, fx);
}

static void put_back(void **state)
{
    struct fake_config config = pass_config;

    (void)state;
    config.in_types = "b";
    refused_and_put_back(&fake_filter_new(&config)->base, VFW_E_NO_ACCEPTABLE_TYPES);
    config = pass_config;
    config.fail_pause = E_ACCESSDENIED;
    refused_and_put_back(&fake_filter_new(&config)->base, E_ACCESSDENIED);
    config = pass_config;
    config.fail_run = E_ACCESSDENIED;
    refused_and_put_back(&fake_filter_new(&config)->base, E_ACCESSDENIED);
    config = pass_config;
    config.fail_connect = E_ACCESSDENIED;
    refused_and_put_back(&fake_filter_new(&config)->base, E_ACCESSDENIED);
    refused_and_put_back(kit_filter_with(KIT_PASS, "fail_start=1"), VFW_E_NO_DECOMPRESSOR);
    refused_and_put_back(kit_filter(KIT_SINK), VFW_E_CANNOT_CONNECT);
}

/* Two places at once: neither stays as it was only half. */
static void all_of_it_is_put_back(void **state)
{
    struct fake_config config = pass_config;
    struct foreign_road f;
    IBaseFilter *end, *fx = kit_filter(KIT_PASS), *wrong;
    IGraphTransaction *t;

    (void)state;
    foreign_open(&f, &source_config, kit_filter(KIT_HOLD), &sink_config);
    config.pin_connection = config.dynamic_connect = true;
    end = &fake_filter_new(&config)->base;
    config.in_types = "b";
    wrong = &fake_filter_new(&config)->base;
    assert_hr(CALL(f.r.edit, Insert, kit_out(f.r.middle), end, NULL, NULL, NULL), S_OK);
    road_run(&f.r);
    t = begin(&f.r);
    assert_hr(CALL(t, Swap, f.r.middle, fx, NULL), S_OK);
    assert_hr(CALL(t, Swap, end, wrong, NULL), S_OK);
    assert_hr(CALL(t, Commit, -1, NULL), VFW_E_NO_ACCEPTABLE_TYPES);
    LET_GO(t);
    LET_GO(wrong);
    LET_GO(fx);
    LET_GO(end);
    assert_foreign_flows(&f);
    road_close(&f.r);
}

/* One of two roads cannot be put back: the filter refuses what it was connected with.  The other one
 * goes on. */
static void what_can_be_put_back_goes_on(void **state)
{
    struct fake_config config = pass_config;
    IBaseFilter *fx = kit_filter(KIT_PASS), *wrong, *leaves, *source;
    struct fake_filter *stubborn, *sink;
    IGraphTransaction *t;
    struct road r;

    (void)state;
    config.pin_connection = config.dynamic_connect = true;
    road_open(&r, kit_filter(KIT_SOURCE), &fake_filter_new(&config)->base,
              kit_filter(KIT_SINK));
    leaves = r.middle;
    stubborn = fake_filter_new(&config);
    source = road_put(&r, &fake_filter_new(&source_config)->base, L"another source");
    (void)road_put(&r, &stubborn->base, L"stubborn");
    sink = fake_filter_new(&sink_config);
    (void)road_put(&r, &sink->base, L"another sink");
    road_join(&r, kit_out(source), kit_in(&stubborn->base));
    road_join(&r, kit_out(&stubborn->base), kit_in(&sink->base));
    config.fail_connect = E_FAIL;
    wrong = &fake_filter_new(&config)->base;
    road_run(&r);
    assert_true(fake_wait_numbers(sink, 10));
    stubborn->config.fail_receive_connection = E_FAIL;
    t = begin(&r);
    assert_hr(CALL(t, Swap, leaves, fx, NULL), S_OK);
    assert_hr(CALL(t, Swap, &stubborn->base, wrong, NULL), S_OK);
    assert_hr(CALL(t, Commit, -1, NULL), E_FAIL);
    LET_GO(t);
    LET_GO(wrong);
    LET_GO(fx);
    assert_false(kit_connected(kit_out(source)));
    assert_int_equal(kit_state(leaves), State_Running);
    assert_flows(0);
    road_close(&r);
}

/* What is prepared while the graph is paused is no part of it yet when it runs. */
static void prepared_and_then_run(void **state)
{
    struct foreign_road f;
    IBaseFilter *fx = &fake_filter_new(&pass_config)->base;
    IGraphTransaction *t;

    (void)state;
    foreign_open(&f, &source_config, kit_filter(KIT_PASS), &sink_config);
    assert_true(SUCCEEDED(CALL(f.r.g.control, Pause)));
    t = begin(&f.r);
    assert_hr(CALL(t, Swap, f.r.middle, fx, NULL), S_OK);
    assert_hr(CALL(t, Prepare), S_OK);
    road_run(&f.r);
    assert_foreign_flows(&f);
    assert_int_equal(kit_state(fx), State_Stopped);
    assert_hr(CALL(t, Commit, -1, NULL), S_OK);
    LET_GO(t);
    LET_GO(fx);
    assert_foreign_flows(&f);
    road_close(&f.r);
}

/* ---- a marker that never comes ------------------------------------------------------------------------------ */

static void marker_is_swallowed(void **state)
{
    struct fake_config config = pass_config;
    struct foreign_road f;
    RG_EDIT_REQUEST request = { .size = sizeof(request), .timeout_ms = 30 };
    IBaseFilter *fx = kit_filter(KIT_PASS);
    CERTIFICATE(c);

    (void)state;
    config.swallows_end = true;
    foreign_open(&f, &source_config, &fake_filter_new(&config)->base, &sink_config);
    road_run(&f.r);
    assert_hr(CALL(f.r.edit, Swap, f.r.middle, fx, NULL, &request, &c), VFW_E_TIMEOUT);
    assert_refused(&c, VFW_E_TIMEOUT);
    assert_foreign_flows(&f);
    /* without drain it can go */
    request.flags = RG_EDIT_NO_DRAIN;
    assert_hr(CALL(f.r.edit, Swap, f.r.middle, fx, "fx", &request, &c), S_OK);
    LET_GO(fx);
    assert_foreign_flows(&f);
    road_close(&f.r);
}

static void marker_is_swallowed_between_ours(void **state)
{
    struct fake_config config = pass_config;
    struct road r;
    RG_EDIT_REQUEST request = { .size = sizeof(request), .timeout_ms = 30 };
    IBaseFilter *fx = kit_filter(KIT_PASS);
    CERTIFICATE(c);

    (void)state;
    config.swallows_end = true;
    road_open(&r, kit_filter(KIT_SOURCE), &fake_filter_new(&config)->base,
              kit_filter(KIT_SINK));
    road_run(&r);
    assert_hr(CALL(r.edit, Swap, r.middle, fx, NULL, &request, &c), VFW_E_TIMEOUT);
    assert_refused(&c, VFW_E_TIMEOUT);
    assert_int_equal(LET_GO(fx), 0);
    assert_int_equal(graph_count(&r.g), 3);
    assert_flows(0);
    road_close(&r);
}

struct other_thread {
    struct road *r;
    IBaseFilter *fx;
    HRESULT hr;
};

static DWORD WINAPI swap_main(void *arg)
{
    struct other_thread *t = arg;
    RG_EDIT_REQUEST request = { .size = sizeof(request), .timeout_ms = KIT_WAIT_MS * 5 };

    t->hr = CALL(t->r->edit, Swap, t->r->middle, t->fx, "fx", &request, NULL);
    return 0;
}

/* The drain would wait for a minute and more; Stop is not kept waiting by it. */
static void stopped_during_drain(void **state)
{
    struct fake_config config = pass_config;
    struct road r;

    (void)state;
    config.swallows_end = true;
    for (unsigned i = 0; i < 10; i++) {
        struct other_thread t = { .r = &r };
        HANDLE thread;

        road_open(&r, kit_filter(KIT_SOURCE), &fake_filter_new(&config)->base,
                  kit_filter(KIT_SINK));
        road_run(&r);
        t.fx = kit_filter(KIT_PASS);
        thread = CreateThread(NULL, 0, swap_main, &t, 0, NULL);
        /* half of them once the gate has closed */
        while (i % 2 == 0 && kit_ledger(kit_out(r.source)).closings == 0)
            sched_yield();
        assert_hr(CALL(r.g.control, Stop), S_OK);
        assert_int_equal(WaitForSingleObject(thread, KIT_WAIT_MS), WAIT_OBJECT_0);
        CloseHandle(thread);
        if (t.hr == S_OK) /* it came later, into the stopped graph */
            r.middle = t.fx;
        else
            assert_hr(t.hr, VFW_E_STATE_CHANGED);
        LET_GO(t.fx);
        road_run(&r);
        assert_true(kit_has_name(r.middle, L"fx"));
        assert_flows(0);
        road_close(&r);
    }
}

/* ---- the end of a foreign stream ------------------------------------------------------------------------------- */

static void foreign_stream_ends_once(void **state)
{
    struct fake_config source = source_config;
    struct foreign_road f;

    (void)state;
    source.samples = 20000;
    foreign_open(&f, &source, make(2), &sink_config);
    road_run(&f.r);
    for (unsigned i = 1; i <= 20; i++)
        assert_hr(road_swap(&f.r, make(i), NULL), S_OK);
    assert_true(graph_event(&f.r.g, EC_COMPLETE, KIT_WAIT_MS, NULL));
    assert_int_equal(fake_number_count(f.sink), 20000);
    assert_numbers_are_whole(f.sink);
    assert_false(graph_event(&f.r.g, EC_COMPLETE, 0, NULL));
    road_close(&f.r);
}

/* ---- markers that come late to a foreign end ------------------------------------------------------------- */

/* source ! middle ! an input that can be told to expect a marker, and no more ! sink, which is shut. */
static IBaseFilter *open_late(struct road *r, IBaseFilter *middle, int first)
{
    struct fake_config config = pass_config;
    IBaseFilter *end;

    config.pin_connection = config.dynamic_connect = true;
    end = &fake_filter_new(&config)->base;
    road_open(r, kit_filter(KIT_SOURCE), middle, kit_filter(KIT_FREE_SINK));
    assert_hr(CALL(r->edit, Insert, kit_out(middle), end, NULL, NULL, NULL), S_OK);
    LET_GO(end);
    kit_let_until(first);
    kit_shut(0);
    road_run(r);
    return middle;
}

static void wait_ledger(IPin *pin, ULONGLONG samples, ULONGLONG markers)
{
    RG_LEDGER ledger = kit_ledger(pin);

    while (ledger.samples < samples || ledger.markers < markers) {
        sched_yield();
        ledger = kit_ledger(pin);
    }
}

static void give_up_removal(struct road *r, IBaseFilter *filter)
{
    RG_EDIT_REQUEST request = { .size = sizeof(request), .timeout_ms = 50 };
    CERTIFICATE(c);

    assert_hr(CALL(r->edit, Remove, filter, &request, &c), VFW_E_TIMEOUT);
}

static void *remove_main(void *arg)
{
    struct road *r = arg;
    CERTIFICATE(c);

    assert_hr(CALL(r->edit, Remove, r->middle, NULL, &c), S_OK);
    return NULL;
}

/* One that lies in a queue of ours when its drain is given up does not answer for the next drain. */
static void a_late_marker_in_a_queue(void **state)
{
    struct road r;
    IBaseFilter *queue = open_late(&r, kit_filter_with(KIT_QUEUE, "size=8"), 3);
    pthread_t thread;

    (void)state;
    wait_ledger(kit_in(queue), 3, 0);
    assert_true(kit_wait_inside(0)); /* 0; the queue has 1, 2 */
    give_up_removal(&r, queue);
    kit_let_until(6);
    wait_ledger(kit_in(queue), 6, 1); /* 1, 2, the late marker, 3, 4, 5 */
    assert_int_equal(pthread_create(&thread, NULL, remove_main, &r), 0);
    wait_ledger(kit_in(queue), 6, 2);
    for (unsigned i = 0; i < 3; i++) {
        kit_let_through(0);
        assert_true(kit_wait_inside(0));
    }
    kit_open(0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    kit_let_all();
    assert_flows(0);
    assert_all_there(0);
    assert_int_equal(kit_recorder[0].ends, 0);
    road_close(&r);
}

/* One that is inside a foreign filter when its drain is given up is not taken for the end of the stream. */
static void a_late_marker_inside(void **state)
{
    struct fake_config config = pass_config;
    struct road r;
    IBaseFilter *hold;

    (void)state;
    config.holds = 3;
    hold = open_late(&r, &fake_filter_new(&config)->base, 3);
    wait_ledger(kit_out(r.source), 3, 0); /* all held */
    give_up_removal(&r, hold);
    assert_true(kit_wait_inside(0));
    kit_open(0);
    kit_let_all();
    assert_flows(0);
    CERTIFICATE(c);
    assert_hr(CALL(r.edit, Remove, hold, NULL, &c), S_OK);
    assert_flows(0);
    assert_all_there(0);
    assert_int_equal(kit_recorder[0].ends, 0);
    road_close(&r);
}

/* Its call is still inside a filter that another edit wants to take out: that one waits, and gives up in time. */
static void a_late_marker_in_the_way(void **state)
{
    struct fake_config config = pass_config;
    RG_EDIT_REQUEST request = { .size = sizeof(request), .timeout_ms = 50 };
    struct road r;
    IBaseFilter *hold, *pass;
    IGraphTransaction *t;
    CERTIFICATE(c);

    (void)state;
    config.holds = 3;
    config.pin_connection = config.dynamic_connect = true;
    hold = &fake_filter_new(&config)->base;
    pass = kit_filter(KIT_PASS);
    (void)open_late(&r, hold, 3);
    assert_hr(CALL(r.edit, Insert, kit_out(r.source), pass, NULL, NULL, NULL), S_OK);
    wait_ledger(kit_out(r.source), 3, 0); /* all held */
    t = begin_with(&r, &request);
    assert_hr(CALL(t, Remove, pass), S_OK);
    assert_hr(CALL(t, Remove, hold), S_OK);
    assert_hr(CALL(t, Commit, -1, NULL), VFW_E_TIMEOUT);
    LET_GO(t);
    assert_true(kit_wait_inside(0)); /* through both */
    give_up_removal(&r, pass);
    kit_open(0);
    kit_let_all();
    assert_hr(CALL(r.edit, Remove, pass, NULL, &c), S_OK);
    LET_GO(pass);
    assert_flows(0);
    assert_int_equal(kit_recorder[0].ends, 0);
    road_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(swaps_under_load),
        cmocka_unit_test(in_and_out),
        cmocka_unit_test(what_stays_keeps_what_it_holds),
        cmocka_unit_test(output_cannot_block),
        cmocka_unit_test(input_cannot_be_taken_off),
        cmocka_unit_test(put_back),
        cmocka_unit_test(all_of_it_is_put_back),
        cmocka_unit_test(what_can_be_put_back_goes_on),
        cmocka_unit_test(prepared_and_then_run),
        cmocka_unit_test(marker_is_swallowed),
        cmocka_unit_test(marker_is_swallowed_between_ours),
        cmocka_unit_test(stopped_during_drain),
        cmocka_unit_test(foreign_stream_ends_once),
        cmocka_unit_test(a_late_marker_in_a_queue),
        cmocka_unit_test(a_late_marker_inside),
        cmocka_unit_test(a_late_marker_in_the_way),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
