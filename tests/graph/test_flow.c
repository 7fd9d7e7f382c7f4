/* SPDX-License-Identifier: MIT */
/* test_flow.c - samples through a graph of foreign filters: numbers in order, the end, the gate, the drain. */
#include "graph_test.h"

#include <pthread.h>
#include <stdlib.h>

static const struct fake_config source = {
    .name = "source", .outputs = 1, .out_types = "A", .samples = 200, .flow_control = true
};
static const struct fake_config through = {
    .name = "through", .inputs = 1, .outputs = 1, .in_types = "*", .out_types = "=", .holds = 5
};
static const struct fake_config sink = { .name = "sink",
                                         .inputs = 1,
                                         .in_types = "*",
                                         .prerolls = true,
                                         .pin_connection = true,
                                         .is_end_pin = true };

struct chain {
    struct fake_filter *source, *through, *sink;
};

static struct chain chain_make(struct test_graph *g, const struct fake_config *from)
{
    struct chain c;

    graph_open(g);
    c.source = graph_put(g, from);
    c.through = graph_put(g, &through);
    c.sink = graph_put(g, &sink);
    assert_hr(graph_join(g, c.source, 0, c.through, 0), S_OK);
    assert_hr(graph_join(g, c.through, 0, c.sink, 0), S_OK);
    return c;
}

static void assert_in_order(struct fake_filter *filter, size_t count)
{
    assert_true(filter->number_count >= count);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(filter->numbers[i], (int64_t)i);
}

static void test_all_arrive(void **state)
{
    struct test_graph g;
    struct chain c = chain_make(&g, &source);
    LONG code;

    (void)state;
    for (int round = 0; round < 3; round++) {
        CALL(g.control, Run);
        assert_hr(CALL(g.event, WaitForCompletion, 20000, &code), S_OK);
        assert_int_equal(code, EC_COMPLETE);
        assert_hr(CALL(g.control, Stop), S_OK);
        assert_int_equal(c.sink->number_count, 200);
        assert_in_order(c.sink, 200);
        c.sink->number_count = 0;
    }
    graph_close(&g);
}

/* Stop and run while data flows, a hundred times. */
static void test_stop_and_go(void **state)
{
    struct fake_config endless = source;
    struct test_graph g;
    struct chain c;

    (void)state;
    endless.samples = -1;
    c = chain_make(&g, &endless);
    for (int i = 0; i < 100; i++) {
        assert_true(SUCCEEDED(CALL(g.control, Run)));
        if (i % 3 == 0)
            assert_true(fake_wait_numbers(c.sink, fake_number_count(c.sink) + 3));
        if (i % 5 == 0)
            assert_true(SUCCEEDED(CALL(g.control, Pause)));
        assert_hr(CALL(g.control, Stop), S_OK);
    }
    graph_close(&g);
}

static void test_release_while_running(void **state)
{
    struct fake_config endless = source;
    struct test_graph g;
    struct chain c;

    (void)state;
    endless.samples = -1;
    c = chain_make(&g, &endless);
    CALL(g.control, Run);
    assert_true(fake_wait_numbers(c.sink, 20));
    graph_close(&g);
}

/* The fakes keep to the documented gate and drain: nothing lost over block, push-through, unblock. */
static void test_gate_and_drain(void **state)
{
    struct fake_config endless = source;
    HANDLE blocked = CreateEventW(NULL, TRUE, FALSE, NULL),
           end = CreateEventW(NULL, TRUE, FALSE, NULL);
    IPinFlowControl *gate;
    IPinConnection *last;
    struct test_graph g;
    struct chain c;

    (void)state;
    endless.samples = -1;
    c = chain_make(&g, &endless);
    assert_hr(CALL(fake_out(c.source, 0), QueryInterface, &IID_IPinFlowControl, (void **)&gate),
              S_OK);
    assert_hr(CALL(fake_in(c.sink, 0), QueryInterface, &IID_IPinConnection, (void **)&last),
              S_OK);
    CALL(g.control, Run);
    for (int i = 0; i < 50; i++) {
        assert_true(fake_wait_numbers(c.sink, fake_number_count(c.sink) + 2));
        assert_hr(CALL(gate, Block, AM_PIN_FLOW_CONTROL_BLOCK, blocked), S_OK);
        assert_int_equal(WaitForSingleObject(blocked, 10000), WAIT_OBJECT_0);
        assert_hr(CALL(gate, Block, AM_PIN_FLOW_CONTROL_BLOCK, NULL),
                  VFW_E_PIN_ALREADY_BLOCKED_ON_THIS_THREAD);
        ResetEvent(end);
        assert_hr(CALL(last, NotifyEndOfStream, end), S_OK);
        assert_hr(CALL(fake_in(c.through, 0), EndOfStream), S_OK);
        assert_int_equal(WaitForSingleObject(end, 10000), WAIT_OBJECT_0);
        assert_hr(CALL(last, NotifyEndOfStream, NULL), S_OK);
        assert_int_equal(c.through->held_count, 0);
        assert_hr(CALL(gate, Block, 0, NULL), S_OK);
    }
    assert_false(graph_event(&g, EC_COMPLETE, 0, NULL)); /* a drain is no end */
    assert_hr(CALL(g.control, Stop), S_OK);
    assert_in_order(c.sink, c.sink->number_count);
    LET_GO(gate);
    LET_GO(last);
    CloseHandle(blocked);
    CloseHandle(end);
    graph_close(&g);
}

static void test_block_survives_stop(void **state)
{
    struct fake_config endless = source;
    IPinFlowControl *gate;
    struct test_graph g;
    struct chain c;

    (void)state;
    endless.samples = -1;
    c = chain_make(&g, &endless);
    assert_hr(CALL(fake_out(c.source, 0), QueryInterface, &IID_IPinFlowControl, (void **)&gate),
              S_OK);
    assert_hr(CALL(gate, Block, AM_PIN_FLOW_CONTROL_BLOCK, NULL), S_OK);
    assert_hr(CALL(g.control, Run), S_FALSE); /* no first sample comes */
    assert_hr(CALL(g.control, Stop), S_OK);
    assert_int_equal(c.sink->number_count, 0);
    assert_hr(CALL(g.control, Run), S_FALSE);
    assert_hr(CALL(gate, Block, 0, NULL), S_OK);
    assert_true(fake_wait_numbers(c.sink, 5));
    assert_hr(CALL(gate, Block, 0, NULL), S_FALSE);
    LET_GO(gate);
    graph_close(&g);
}

/* ---- many hands ------------------------------------------------------------------------------- */

#define HANDS  4
#define ROUNDS 150

struct hand {
    struct test_graph *g;
    unsigned seed;
};

static void *meddle(void *arg)
{
    struct hand *hand = arg;
    struct test_graph *g = hand->g;

    for (int i = 0; i < ROUNDS; i++) {
        OAFilterState state;
        LONG_PTR p1, p2;
        LONGLONG where = i;
        LONG code;

        switch (rand_r(&hand->seed) % 7) {
        case 0:
            CALL(g->control, Stop);
            break;
        case 1:
            CALL(g->control, Pause);
            break;
        case 2:
            CALL(g->control, GetState, 2, &state);
            break;
        case 3:
            CALL(g->event, GetEvent, &code, &p1, &p2, 1);
            break;
        case 4:
            CALL(g->seeking, SetPositions, &where, AM_SEEKING_AbsolutePositioning, NULL, 0);
            break;
        case 5:
            CALL(g->control, StopWhenReady);
            break;
        default:
            CALL(g->control, Run);
            break;
        }
    }
    return NULL;
}

/* Commands from several threads at once, while samples flow: each waits its turn, none hangs. */
static void test_many_hands(void **state)
{
    struct fake_config endless = source;
    pthread_t threads[HANDS];
    struct hand hands[HANDS];
    OAFilterState end = -1;
    struct test_graph g;
    struct chain c;

    (void)state;
    endless.samples = -1;
    c = chain_make(&g, &endless);
    for (unsigned i = 0; i < HANDS; i++) {
        hands[i] = (struct hand){ &g, i + 1 };
        assert_int_equal(pthread_create(&threads[i], NULL, meddle, &hands[i]), 0);
    }
    for (int i = 0; i < HANDS; i++)
        pthread_join(threads[i], NULL);
    assert_true(SUCCEEDED(CALL(g.control, Run)));
    assert_hr(CALL(g.control, GetState, 20000, &end), S_OK);
    assert_int_equal(end, State_Running);
    assert_true(fake_wait_numbers(c.sink, fake_number_count(c.sink) + 5));
    assert_hr(CALL(g.control, Stop), S_OK);
    graph_close(&g);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_arrive),
        cmocka_unit_test(test_stop_and_go),
        cmocka_unit_test(test_release_while_running),
        cmocka_unit_test(test_gate_and_drain),
        cmocka_unit_test(test_block_survives_stop),
        cmocka_unit_test(test_many_hands),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
