/* SPDX-License-Identifier: MIT */
/* test_flow_control_live.c - C-23, C-26 to C-28, C-31, C-32: blocked pins of ours in roads that run, stop and flush. */
#include "conformance.h"

/* ---- what is blocked --------------------------------------------------------------------------------------- */

/* One call into the filter whose output is blocked: nothing of it comes out before the gate opens. */
static void held_back(struct fed_road *f, struct probe *probe, HRESULT (*call)(void *),
                      const char *text)
{
    struct pin_call c = { &f->feed, f->in, 7 };
    struct elsewhere e;

    block(f->out);
    elsewhere_start(&e, call, &c);
    elsewhere_rests(&e);
    some_time_passes();
    probe_expect(probe, "");
    unblock(f->out);
    assert_hr(elsewhere_join(&e), S_OK);
    probe_wait(probe, 1);
    probe_expect(probe, text);
}

static void c_23_nothing_passes(void **state)
{
    struct probe probe;
    struct fed_road f;
    struct road r;

    (void)state;
    for (enum ours kind = OURS_PASS; kind < OURS_GATES; kind++) {
        struct fake_filter *sink = fake_filter_new(&foreign_sink);

        if (kind == OURS_IN_PLACE) { /* it carries sound, which the foreign one does not take */
            fake_release(sink);
            continue;
        }
        probe_attach(&probe, sink);
        fed_prepare(&f, ours_new(kind), &sink->base);
        add_metronome(&f.r);
        road_run(&f.r);
        held_back(&f, &probe, call_segment, "s7 ");
        for (unsigned i = 0; i < 10; i++)
            held_back(&f, &probe, call_receive, "7 ");
        held_back(&f, &probe, call_end, "e ");
        fed_close(&f);
    }
    /* a source's own thread: its first sample, and its end */
    for (unsigned i = 0; i < 2; i++) {
        struct fake_filter *sink = fake_filter_new(&foreign_sink);

        probe_attach(&probe, sink);
        road_open(&r, kit_filter_with(KIT_SOURCE, i == 0 ? "limit=1" : "limit=0"), NULL,
                  &sink->base);
        add_metronome(&r);
        block(kit_out(r.source));
        road_run(&r);
        some_time_passes();
        probe_expect(&probe, "");
        unblock(kit_out(r.source));
        probe_wait(&probe, i == 0 ? 3 : 2);
        probe_expect(&probe, i == 0 ? "s0 0 e " : "s0 e ");
        road_close(&r);
    }
}

/* ---- stop and flush ----------------------------------------------------------------------------------------- */

/* A Receive of `number` that has come as far as the closed gate of f->out. */
static void wait_at_gate(struct fed_road *f, struct elsewhere *e, struct pin_call *c,
                         int64_t number)
{
    uint64_t before = kit_ledger(f->in).samples;

    *c = (struct pin_call){ &f->feed, f->in, number };
    elsewhere_start(e, call_receive, c);
    until(kit_ledger(f->in).samples > before); /* it is in, and does not come out */
    elsewhere_rests(e);
}

/* The thread of a foreign source, which Stop joins. */
static void foreign_thread_waits(enum ours kind)
{
    struct elsewhere stops;
    struct road r;

    road_open(&r, &fake_filter_new(&foreign_source)->base, ours_new(kind),
              kit_filter(KIT_FREE_SINK));
    block(ours_out(&r));
    road_run(&r);
    until(kit_ledger(kit_in(r.middle)).samples > 0);
    elsewhere_start(&stops, call_graph_stop, r.g.control);
    assert_hr(elsewhere_join(&stops), S_OK);
    assert_int_equal(kit_count(0), 0);
    road_close(&r);
}

static void c_26_stop_while_a_thread_waits(void **state)
{
    (void)state;
    for (unsigned i = 0; i < OURS_GATES * 2; i++) {
        enum ours kind = (enum ours)(i % OURS_GATES);
        bool whole_graph = i >= OURS_GATES;
        struct elsewhere waits, stops;
        struct fed_road f;
        struct pin_call c;

        fed_open(&f, ours_new(kind), kit_filter(KIT_FREE_SINK));
        if (kind != OURS_END) { /* else the source's own thread waits already */
            block(f.out);
            wait_at_gate(&f, &waits, &c, 0);
        }
        if (whole_graph)
            elsewhere_start(&stops, call_graph_stop, f.r.g.control);
        else
            elsewhere_start(&stops, call_stop, kind == OURS_END ? f.r.source : f.r.middle);
        assert_hr(elsewhere_join(&stops), S_OK);
        if (kind != OURS_END) /* the queue's own thread has waited */
            assert_hr(elsewhere_join(&waits), kind == OURS_QUEUE ? S_OK : VFW_E_STATE_CHANGED);
        assert_int_equal(kit_count(0), 0);
        fed_close(&f);
    }
    for (enum ours kind = OURS_PASS; kind < OURS_GATES; kind++)
        if (kind != OURS_IN_PLACE)
            foreign_thread_waits(kind);
}

static void c_27_blocked_after_stop_and_run(void **state)
{
    (void)state;
    for (unsigned i = 0; i < OURS_GATES * 2; i++) {
        enum ours kind = (enum ours)(i % OURS_GATES);
        IBaseFilter *source =
            i < OURS_GATES ? kit_filter(KIT_SOURCE) : &fake_filter_new(&foreign_source)->base;
        struct road r;

        if (i >= OURS_GATES && (kind == OURS_END || kind == OURS_IN_PLACE)) {
            LET_GO(source);
            continue;
        }
        road_open(&r, source, ours_new(kind), kit_filter(KIT_FREE_SINK));
        add_metronome(&r);
        road_run(&r);
        assert_true(kit_wait_count(0, 5));
        block(ours_out(&r));
        for (unsigned round = 0; round < 3; round++) {
            uint64_t count;

            assert_hr(CALL(r.g.control, Stop), S_OK);
            assert_true(is_blocked(ours_out(&r)));
            count = kit_count(0);
            road_run(&r);
            some_time_passes();
            assert_true(is_blocked(ours_out(&r)));
            assert_int_equal(kit_count(0), count);
        }
        unblock(ours_out(&r));
        assert_flows(0);
        road_close(&r);
    }
}

/* A source that is moved flushes what is downstream of it. */
static void seek_while_blocked(void)
{
    LONGLONG where = 1000 * KIT_SAMPLE_TIME;
    IMediaSeeking *seeking;
    struct road r;

    ours_open(&r, OURS_END);
    add_metronome(&r);
    block(kit_out(r.source));
    road_run(&r);
    some_time_passes();
    seeking = face_of(kit_out(r.source), &IID_IMediaSeeking);
    assert_hr(CALL(seeking, SetPositions, &where, AM_SEEKING_AbsolutePositioning, NULL, 0),
              S_OK);
    some_time_passes();
    assert_int_equal(kit_count(0), 0);
    assert_true(is_blocked(kit_out(r.source)));
    unblock(kit_out(r.source));
    assert_flows(0);
    road_close(&r);
}

static void c_28_flush_releases_who_waits(void **state)
{
    (void)state;
    for (enum ours kind = OURS_PASS; kind < OURS_GATES; kind++) {
        struct elsewhere e;
        struct fed_road f;
        struct pin_call c;

        fed_prepare(&f, ours_new(kind), kit_filter(KIT_FREE_SINK));
        add_metronome(&f.r);
        road_run(&f.r);
        block(f.out);
        for (unsigned round = 0; round < 5; round++) {
            wait_at_gate(&f, &e, &c, round);
            assert_hr(CALL(f.in, BeginFlush), S_OK);
            assert_hr(elsewhere_join(&e), kind == OURS_QUEUE ? S_OK : VFW_E_STATE_CHANGED);
            assert_hr(CALL(f.in, EndFlush), S_OK); /* comes back: the queue's thread is out */
            assert_true(is_blocked(f.out));
        }
        wait_at_gate(&f, &e, &c, 10);
        some_time_passes();
        assert_int_equal(kit_count(0), 0);
        unblock(f.out);
        assert_hr(elsewhere_join(&e), S_OK);
        assert_true(kit_wait_count(0, 1));
        fed_close(&f);
    }
    seek_while_blocked();
}

#define CYCLES 10000

static void block_often(IPin *out, unsigned cycles, bool (*moves)(void *), void *context)
{
    HANDLE event = event_new();

    for (unsigned i = 0; i < cycles; i++) {
        if (i % 3 == 0) {
            assert_hr(block_flags(out, AM_PIN_FLOW_CONTROL_BLOCK, event), S_OK);
            if (i % 8 == 0) /* the others are cancelled, pending or not */
                wait_for(event);
        } else {
            block(out);
        }
        unblock(out);
        if (i % 8 == 0) /* the others follow each other at once */
            assert_true(moves(context));
    }
    CloseHandle(event);
}

static bool kit_moves(void *context)
{
    (void)context;
    return kit_wait_more(0, 1);
}

static bool fake_moves(void *sink)
{
    return fake_wait_numbers(sink, fake_number_count(sink) + 1);
}

static void c_31_nothing_lost_over_many_blocks(void **state)
{
    struct span s;

    (void)state;
    for (enum ours kind = OURS_END; kind < OURS_GATES; kind++) {
        struct road r;

        ours_open(&r, kind);
        road_run(&r);
        block_often(ours_out(&r), CYCLES, kit_moves, NULL);
        block(kit_out(r.source)); /* and none is under way */
        assert_true(kit_wait_count(0, kit_ledger(kit_out(r.source)).samples));
        assert_int_equal(kit_count(0), kit_ledger(kit_out(r.source)).samples);
        assert_all_there(0);
        assert_int_equal(kit_ledger(kit_in(r.sink)).samples, kit_count(0));
        road_close(&r);
    }
    /* between foreign ends */
    for (enum ours kind = OURS_PASS; kind < OURS_GATES; kind++) {
        if (kind == OURS_IN_PLACE)
            continue;
        span_open(&s, true, ours_new(kind));
        span_run(&s);
        block_often(ours_out(&s.r), CYCLES, fake_moves, s.sink);
        span_flows(&s);
        span_close(&s);
    }
}

static void c_32_stop_while_blocked_is_no_error(void **state)
{
    (void)state;
    for (unsigned i = 0; i < OURS_GATES * 2; i++) {
        enum ours kind = (enum ours)(i % OURS_GATES);
        IBaseFilter *source =
            i < OURS_GATES ? kit_filter(KIT_SOURCE) : &fake_filter_new(&foreign_source)->base;
        struct road r;

        if (i >= OURS_GATES && (kind == OURS_END || kind == OURS_IN_PLACE)) {
            LET_GO(source);
            continue;
        }
        road_open(&r, source, ours_new(kind), kit_filter(KIT_FREE_SINK));
        add_metronome(&r);
        for (unsigned round = 0; round < 4; round++) {
            road_run(&r);
            if (round == 0)
                block(ours_out(&r));
            some_time_passes(); /* whoever streams waits at the gate */
            if (round % 2 == 1)
                assert_true(SUCCEEDED(CALL(r.g.control, Pause)));
            assert_hr(CALL(r.g.control, Stop), S_OK);
            assert_int_equal(count_events(&r.g, EC_ERRORABORT), 0);
        }
        unblock(ours_out(&r));
        road_close(&r);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(c_23_nothing_passes),
    cmocka_unit_test(c_26_stop_while_a_thread_waits),
    cmocka_unit_test(c_27_blocked_after_stop_and_run),
    cmocka_unit_test(c_28_flush_releases_who_waits),
    cmocka_unit_test(c_31_nothing_lost_over_many_blocks),
    cmocka_unit_test(c_32_stop_while_blocked_is_no_error),
};

CONFORMANCE_MAIN(tests)
