/* SPDX-License-Identifier: MIT */
/* test_flow_control.c - C-15 to C-30: what IPinFlowControl::Block of our output pins answers, and when it is done. */
#include "conformance.h"

/* ---- the pins ---------------------------------------------------------------------------------------- */

/* Running, and a sample stands in the pin's Receive until kit_open(0). */
static void open_held(struct road *r, enum ours kind)
{
    ours_open(r, kind);
    kit_shut(0);
    road_run(r);
    assert_true(kit_wait_inside(0));
}

/* ---- arguments ----------------------------------------------------------------------------------------- */

static void c_15_unknown_flags(void **state)
{
    static const DWORD flags[] = { 2, 3, 4, 0x80000000u, 0xffffffffu };
    HANDLE event = event_new();

    (void)state;
    for (enum ours kind = OURS_END; kind < OURS_GATES; kind++) {
        struct road r;

        ours_open(&r, kind);
        for (unsigned i = 0; i < COUNT_OF(flags); i++) {
            SetEvent(event);
            assert_hr(block_flags(ours_out(&r), flags[i], NULL), E_INVALIDARG);
            assert_hr(block_flags(ours_out(&r), flags[i], event), E_INVALIDARG);
            assert_true(is_signalled(event)); /* flags are looked at before the event */
        }
        assert_false(is_blocked(ours_out(&r)));
        block(ours_out(&r));
        assert_hr(block_flags(ours_out(&r), 2, NULL), E_INVALIDARG);
        assert_true(is_blocked(ours_out(&r)));
        road_close(&r);
    }
    CloseHandle(event);
}

static void c_16_unblock_with_event(void **state)
{
    HANDLE event = event_new();

    (void)state;
    for (enum ours kind = OURS_END; kind < OURS_GATES; kind++) {
        struct road r;

        ours_open(&r, kind);
        assert_hr(block_flags(ours_out(&r), 0, event), E_INVALIDARG);
        block(ours_out(&r));
        assert_hr(block_flags(ours_out(&r), 0, event), E_INVALIDARG);
        assert_true(is_blocked(ours_out(&r)));
        assert_false(is_signalled(event));
        road_close(&r);
    }
    CloseHandle(event);
}

static void c_17_unblock_the_unblocked(void **state)
{
    (void)state;
    for (enum ours kind = OURS_END; kind < OURS_GATES; kind++) {
        struct road r;

        ours_open(&r, kind);
        assert_hr(block_flags(ours_out(&r), 0, NULL), S_FALSE);
        road_run(&r);
        assert_hr(block_flags(ours_out(&r), 0, NULL),
                  S_FALSE); /* whether or not it is in use */
        block(ours_out(&r));
        assert_hr(block_flags(ours_out(&r), 0, NULL), S_OK);
        assert_hr(block_flags(ours_out(&r), 0, NULL), S_FALSE);
        assert_flows(0);
        road_close(&r);
    }
}

/* ---- idle pins ------------------------------------------------------------------------------------------- */

/* Each kind of pin in a running, a paused and a stopped graph, with nobody inside. */
static void each_idle_pin(void (*check)(IPin *pin))
{
    for (enum ours kind = OURS_PASS; kind < OURS_GATES; kind++) {
        struct fed_road f;

        fed_open(&f, ours_new(kind), kit_filter(KIT_FREE_SINK));
        check(f.out);
        assert_true(SUCCEEDED(CALL(f.r.g.control, Pause)));
        check(f.out);
        assert_hr(CALL(f.r.g.control, Stop), S_OK);
        check(f.out);
        road_run(&f.r);
        feed_range(&f.feed, f.in, 0, 5);
        assert_true(kit_wait_count(0, 5));
        if (kind != OURS_QUEUE) /* whose thread may be a little behind */
            check(f.out);
        fed_close(&f);
    }
    for (unsigned i = 0; i < 3; i++) { /* a source that has said all it had to say */
        struct road r;

        road_open(&r, kit_filter_with(KIT_SOURCE, "limit=5"), NULL, kit_filter(KIT_FREE_SINK));
        road_run(&r);
        assert_true(graph_event(&r.g, EC_COMPLETE, KIT_WAIT_MS, NULL));
        block(kit_out(r.source));
        unblock(kit_out(r.source)); /* the last call is out */
        check(kit_out(r.source));
        road_close(&r);
    }
}

static void blocks_at_once(IPin *pin)
{
    struct block_call b = { pin, AM_PIN_FLOW_CONTROL_BLOCK, NULL };
    struct elsewhere e;

    elsewhere_start(&e, call_block, &b); /* a wait would be without end */
    assert_hr(elsewhere_join(&e), S_OK);
    assert_true(is_blocked(pin));
    unblock(pin);
    block(pin);
    unblock(pin);
}

static void c_18_block_of_an_idle_pin(void **state)
{
    (void)state;
    each_idle_pin(blocks_at_once);
}

static void signals_at_once(IPin *pin)
{
    HANDLE event = event_new();

    assert_hr(block_flags(pin, AM_PIN_FLOW_CONTROL_BLOCK, event), S_OK);
    assert_true(is_signalled(event));
    assert_true(is_blocked(pin));
    unblock(pin);
    CloseHandle(event);
}

static void c_19_asynchronous_block_of_an_idle_pin(void **state)
{
    (void)state;
    each_idle_pin(signals_at_once);
}

/* ---- pins in use ------------------------------------------------------------------------------------------- */

static void c_20_block_during_receive(void **state)
{
    struct fake_config holding = foreign_sink;
    struct fake_filter *sink;
    struct road r;

    (void)state;
    for (enum ours kind = OURS_END; kind < OURS_GATES; kind++) {
        HANDLE event = event_new();
        uint64_t passed;

        open_held(&r, kind);
        assert_hr(block_flags(ours_out(&r), AM_PIN_FLOW_CONTROL_BLOCK, event), S_OK);
        assert_false(is_signalled(event));
        kit_open(0);
        wait_for(event);
        passed = kit_count(0); /* Receive has returned, and no other has begun */
        assert_int_equal(passed, 1);
        assert_int_equal(kit_ledger(ours_out(&r)).samples, 1);
        unblock(ours_out(&r));
        assert_flows(0);
        CloseHandle(event);
        road_close(&r);
    }
    /* a foreign renderer that holds its first sample until Run */
    holding.prerolls = true;
    for (enum ours kind = OURS_END; kind < OURS_GATES; kind++) {
        HANDLE event = event_new();

        if (kind == OURS_IN_PLACE)
            continue; /* it carries sound, which the foreign one does not take */
        sink = fake_filter_new(&holding);
        road_open(&r, kit_filter(KIT_SOURCE), ours_new(kind), &sink->base);
        assert_true(SUCCEEDED(CALL(r.g.control, Pause)));
        assert_hr(CALL(&sink->base, GetState, INFINITE, &(FILTER_STATE){ 0 }), S_OK);
        assert_hr(block_flags(ours_out(&r), AM_PIN_FLOW_CONTROL_BLOCK, event), S_OK);
        assert_false(is_signalled(event));
        road_run(&r);
        wait_for(event);
        assert_int_equal(fake_number_count(sink), 1);
        unblock(ours_out(&r));
        assert_true(fake_wait_numbers(sink, 20));
        CloseHandle(event);
        road_close(&r);
    }
}

/* What a second block gets, from here and from elsewhere, with and without event. */
static void second_block(IPin *pin, HRESULT here, HRESULT there)
{
    HANDLE event = event_new();

    assert_hr(block_flags(pin, AM_PIN_FLOW_CONTROL_BLOCK, NULL), here);
    assert_hr(block_flags(pin, AM_PIN_FLOW_CONTROL_BLOCK, event), here);
    assert_hr(block_elsewhere(pin, AM_PIN_FLOW_CONTROL_BLOCK, NULL), there);
    assert_hr(block_elsewhere(pin, AM_PIN_FLOW_CONTROL_BLOCK, event), there);
    assert_false(is_signalled(event));
    CloseHandle(event);
}

static void c_21_a_second_block(void **state)
{
    assert_int_equal((unsigned)VFW_E_PIN_ALREADY_BLOCKED_ON_THIS_THREAD, 0x80040293u);
    assert_int_equal((unsigned)VFW_E_PIN_ALREADY_BLOCKED, 0x80040294u);
    (void)state;
    for (enum ours kind = OURS_END; kind < OURS_GATES; kind++) {
        struct block_call b = { .flags = AM_PIN_FLOW_CONTROL_BLOCK };
        HANDLE event = event_new();
        struct elsewhere e;
        struct road r;

        open_held(&r, kind);
        assert_hr(block_flags(ours_out(&r), AM_PIN_FLOW_CONTROL_BLOCK, event), S_OK);
        second_block(ours_out(&r), VFW_E_PIN_ALREADY_BLOCKED_ON_THIS_THREAD,
                     VFW_E_PIN_ALREADY_BLOCKED);
        assert_false(is_signalled(event)); /* pending all the while */
        kit_open(0);
        wait_for(event);
        second_block(ours_out(&r), VFW_E_PIN_ALREADY_BLOCKED_ON_THIS_THREAD,
                     VFW_E_PIN_ALREADY_BLOCKED);
        unblock(ours_out(&r));
        /* and the other way round: it belongs to another thread, which waits for it */
        kit_shut(0);
        kit_wait_inside(0);
        b.pin = ours_out(&r);
        elsewhere_start(&e, call_block, &b);
        elsewhere_rests(&e);
        assert_hr(block_flags(ours_out(&r), AM_PIN_FLOW_CONTROL_BLOCK, NULL),
                  VFW_E_PIN_ALREADY_BLOCKED);
        assert_hr(block_flags(ours_out(&r), AM_PIN_FLOW_CONTROL_BLOCK, event),
                  VFW_E_PIN_ALREADY_BLOCKED);
        kit_open(0);
        assert_hr(elsewhere_join(&e), S_OK);
        assert_hr(block_flags(ours_out(&r), AM_PIN_FLOW_CONTROL_BLOCK, NULL),
                  VFW_E_PIN_ALREADY_BLOCKED);
        unblock(ours_out(&r));
        assert_flows(0);
        CloseHandle(event);
        road_close(&r);
    }
}

static void c_22_the_event_is_reset(void **state)
{
    (void)state;
    for (enum ours kind = OURS_END; kind < OURS_GATES; kind++) {
        HANDLE event = event_new();
        struct road r;

        open_held(&r, kind);
        SetEvent(event);
        assert_hr(block_flags(ours_out(&r), AM_PIN_FLOW_CONTROL_BLOCK, event), S_OK);
        assert_false(is_signalled(event));
        kit_open(0);
        wait_for(event);
        CloseHandle(event);
        road_close(&r);
    }
}

static void c_24_unblock_cancels_a_pending_block(void **state)
{
    (void)state;
    for (enum ours kind = OURS_END; kind < OURS_GATES; kind++) {
        struct block_call b = { .flags = AM_PIN_FLOW_CONTROL_BLOCK };
        HANDLE event = event_new();
        struct elsewhere e;
        struct road r;

        open_held(&r, kind);
        assert_hr(block_flags(ours_out(&r), AM_PIN_FLOW_CONTROL_BLOCK, event), S_OK);
        assert_false(is_signalled(event));
        assert_hr(block_flags(ours_out(&r), 0, NULL), S_OK);
        assert_true(is_signalled(event));
        assert_hr(block_flags(ours_out(&r), 0, NULL), S_FALSE);
        /* who waits for it is released too */
        b.pin = ours_out(&r);
        elsewhere_start(&e, call_block, &b);
        elsewhere_rests(&e);
        until(block_flags(ours_out(&r), 0, NULL) == S_OK);
        assert_hr(elsewhere_join(&e), S_OK);
        kit_open(0);
        assert_flows(0);
        assert_false(is_blocked(ours_out(&r)));
        CloseHandle(event);
        road_close(&r);
    }
}

static void c_25_any_thread_unblocks(void **state)
{
    (void)state;
    for (enum ours kind = OURS_END; kind < OURS_GATES; kind++) {
        HANDLE event = event_new();
        struct road r;

        open_held(&r, kind);
        assert_hr(block_flags(ours_out(&r), AM_PIN_FLOW_CONTROL_BLOCK, event), S_OK);
        assert_hr(block_elsewhere(ours_out(&r), 0, NULL), S_OK); /* pending */
        assert_true(is_signalled(event));
        kit_open(0);
        assert_flows(0);
        block(ours_out(&r));
        assert_hr(block_elsewhere(ours_out(&r), 0, NULL), S_OK); /* blocked */
        assert_hr(block_flags(ours_out(&r), 0, NULL), S_FALSE);
        assert_flows(0);
        assert_hr(block_elsewhere(ours_out(&r), AM_PIN_FLOW_CONTROL_BLOCK, NULL), S_OK);
        unblock(ours_out(&r));
        assert_flows(0);
        CloseHandle(event);
        road_close(&r);
    }
}

static void c_29_without_connection_or_stopped(void **state)
{
    (void)state;
    for (enum ours kind = OURS_END; kind < OURS_GATES; kind++) {
        IBaseFilter *lonely = kind == OURS_END ? kit_filter(KIT_SOURCE) : ours_new(kind);
        HANDLE event = event_new();
        struct road r;

        for (unsigned i = 0; i < 2; i++) { /* unconnected: stopped, then active */
            assert_hr(block_flags(kit_out(lonely), AM_PIN_FLOW_CONTROL_BLOCK, event), S_OK);
            assert_true(is_signalled(event));
            unblock(kit_out(lonely));
            block(kit_out(lonely));
            unblock(kit_out(lonely));
            assert_hr(CALL(lonely, Pause), S_OK);
        }
        assert_hr(CALL(lonely, Stop), S_OK);
        LET_GO(lonely);
        ours_open(&r, kind); /* connected and stopped */
        assert_hr(block_flags(ours_out(&r), AM_PIN_FLOW_CONTROL_BLOCK, event), S_OK);
        assert_true(is_signalled(event));
        unblock(ours_out(&r));
        block(ours_out(&r));
        road_run(&r);
        assert_int_equal(kit_count(0), 0);
        unblock(ours_out(&r));
        assert_flows(0);
        CloseHandle(event);
        road_close(&r);
    }
}

static void c_30_the_event_may_be_closed(void **state)
{
    (void)state;
    for (enum ours kind = OURS_END; kind < OURS_GATES; kind++) {
        HANDLE event = event_new(), mine = NULL, process = GetCurrentProcess();
        struct road r;

        open_held(&r, kind);
        assert_true(
            DuplicateHandle(process, event, process, &mine, 0, FALSE, DUPLICATE_SAME_ACCESS));
        assert_hr(block_flags(ours_out(&r), AM_PIN_FLOW_CONTROL_BLOCK, event), S_OK);
        assert_true(CloseHandle(event));
        assert_false(is_signalled(mine));
        kit_open(0);
        wait_for(mine);
        CloseHandle(mine);
        unblock(ours_out(&r));
        assert_flows(0);
        road_close(&r);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(c_15_unknown_flags),
    cmocka_unit_test(c_16_unblock_with_event),
    cmocka_unit_test(c_17_unblock_the_unblocked),
    cmocka_unit_test(c_18_block_of_an_idle_pin),
    cmocka_unit_test(c_19_asynchronous_block_of_an_idle_pin),
    cmocka_unit_test(c_20_block_during_receive),
    cmocka_unit_test(c_21_a_second_block),
    cmocka_unit_test(c_22_the_event_is_reset),
    cmocka_unit_test(c_24_unblock_cancels_a_pending_block),
    cmocka_unit_test(c_25_any_thread_unblocks),
    cmocka_unit_test(c_29_without_connection_or_stopped),
    cmocka_unit_test(c_30_the_event_may_be_closed),
};

CONFORMANCE_MAIN(tests)
