/* SPDX-License-Identifier: MIT */
/* test_chain_ends.c - the ends of a chain: who lets go when it is removed, and what is on its way out of it. */
#include "chain_test.h"

#include <pthread.h>

#include "platform/memory.h"

struct fake_log chain_log = FAKE_LOG_INIT;

/* ---- removing -------------------------------------------------------------------------------- */

static LONG version_of(struct chain_test *t)
{
    LONG version;

    assert_hr(CALL(t->g.version, QueryVersion, &version), S_OK);
    return version;
}

static void test_remove_from_a_running_graph(void **state)
{
    struct chain_test t;
    struct fake_filter *a, *b;
    LONG before;

    (void)state;
    chain_open(&t);
    chain_run(&t);
    before = version_of(&t);
    a = t.a;
    b = t.b;
    CALL(&a->base, AddRef);
    CALL(&b->base, AddRef);
    assert_hr(REMOVE(&t, &a->base, &b->base), S_OK);
    assert_calls("b:stop a:stop ");
    assert_int_equal(graph_count(&t.g), 2);
    assert_true(version_of(&t) > before);
    assert_int_equal(fake_state(t.source), State_Running);
    assert_int_equal(fake_state(t.sink), State_Running);
    assert_false(is_connected(fake_out(t.source, 0)));
    assert_false(is_connected(fake_in(t.sink, 0)));
    assert_false(is_connected(fake_in(a, 0)));
    assert_false(is_connected(fake_out(a, 0)));
    assert_false(is_connected(fake_in(b, 0)));
    assert_false(is_connected(fake_out(b, 0)));
    assert_null(a->graph);
    assert_null(a->clock);
    assert_int_equal(LET_GO(&a->base), 0);
    assert_int_equal(LET_GO(&b->base), 0);
    chain_close(&t);
}

static void test_remove_everything(void **state)
{
    struct chain_test t;

    (void)state;
    chain_open(&t);
    chain_run(&t);
    assert_hr(REMOVE(&t, &t.source->base, NULL), S_OK);
    assert_calls("sink:stop b:stop a:stop source:stop ");
    assert_int_equal(graph_count(&t.g), 0);
    assert_int_equal(fake_filters_alive(), 0);
    chain_close(&t);
}

static void test_remove_either_end(void **state)
{
    struct chain_test t;

    (void)state;
    chain_open(&t);
    chain_run(&t);
    assert_hr(REMOVE(&t, &t.b->base, NULL), S_OK); /* b and the sink */
    assert_int_equal(graph_count(&t.g), 2);
    assert_false(is_connected(fake_out(t.a, 0)));
    assert_true(is_connected(fake_in(t.a, 0)));
    assert_hr(REMOVE(&t, &t.source->base, &t.source->base), S_OK);
    assert_int_equal(graph_count(&t.g), 1);
    assert_false(is_connected(fake_in(t.a, 0)));
    assert_int_equal(fake_state(t.a), State_Running);
    chain_close(&t);
}

static void test_remove_from_a_stopped_graph(void **state)
{
    struct fake_config source = CHAIN_SOURCE, sink = CHAIN_SINK("sink");
    struct chain_test t;

    (void)state;
    source.flow_control = sink.pin_connection = false; /* nobody needs them here */
    chain_open_with(&t, &source, &(struct fake_config)CHAIN_THROUGH("a"),
                    &(struct fake_config)CHAIN_THROUGH("b"), &sink);
    assert_hr(REMOVE(&t, &t.a->base, &t.b->base), S_OK);
    assert_calls("");
    assert_int_equal(graph_count(&t.g), 2);
    assert_false(is_connected(fake_out(t.source, 0)));
    assert_false(is_connected(fake_in(t.sink, 0)));
    assert_hr(CALL(t.g.control, Run), S_OK);
    chain_close(&t);
}

static void test_remove_a_stopped_chain(void **state)
{
    struct chain_test t;

    (void)state;
    chain_open(&t);
    chain_run(&t);
    assert_hr(STOP(&t, &t.a->base, NULL), S_OK);
    fake_log_clear(&chain_log);
    assert_hr(REMOVE(&t, &t.a->base, NULL), S_OK);
    assert_calls("");
    assert_int_equal(graph_count(&t.g), 1);
    chain_close(&t);
}

static void assert_nothing_changed(struct chain_test *t, LONG version)
{
    assert_int_equal(graph_count(&t->g), 4);
    assert_true(is_connected(fake_out(t->source, 0)));
    assert_true(is_connected(fake_in(t->a, 0)));
    assert_true(is_connected(fake_out(t->b, 0)));
    assert_true(is_connected(fake_in(t->sink, 0)));
    assert_states(t, "rrrr");
    if (version >= 0)
        assert_int_equal(version_of(t), version);
}

static void assert_report_names(struct chain_test *t, const char *pin)
{
    char *why = NULL;

    assert_hr(CALL(t->g.report, GetLastReport, &why), S_OK);
    assert_non_null(why);
    if (strstr(why, pin) == NULL)
        fail_msg("\"%s\" does not name %s", why, pin);
    CoTaskMemFree(why);
}

static void test_neighbours_without_the_interfaces(void **state)
{
    struct fake_config source = CHAIN_SOURCE, sink = CHAIN_SINK("sink");
    struct chain_test t;

    (void)state;
    source.flow_control = false;
    chain_open_with(&t, &source, &(struct fake_config)CHAIN_THROUGH("a"),
                    &(struct fake_config)CHAIN_THROUGH("b"), &sink);
    chain_run(&t);
    assert_hr(REMOVE(&t, &t.a->base, &t.b->base), VFW_E_NOT_STOPPED);
    assert_calls("");
    assert_report_names(&t, "source.out0");
    assert_nothing_changed(&t, version_of(&t));
    chain_close(&t);

    source.flow_control = true;
    sink.pin_connection = false;
    chain_open_with(&t, &source, &(struct fake_config)CHAIN_THROUGH("a"),
                    &(struct fake_config)CHAIN_THROUGH("b"), &sink);
    chain_run(&t);
    assert_hr(REMOVE(&t, &t.a->base, &t.b->base), VFW_E_NOT_STOPPED);
    assert_calls("");
    assert_report_names(&t, "sink.in0");
    assert_nothing_changed(&t, version_of(&t));
    /* a neighbour that is stopped needs no such interface */
    assert_hr(STOP(&t, &t.sink->base, NULL), S_OK);
    assert_hr(REMOVE(&t, &t.a->base, &t.b->base), S_OK);
    chain_close(&t);
}

/* It offers the interface, and refuses when it is asked: the chain is put back and goes on. */
static void test_neighbours_that_lie(void **state)
{
    struct chain_test t;

    (void)state;
    chain_open(&t);
    chain_run(&t);
    t.sink->config.fail_disconnect = E_FAIL;
    assert_hr(REMOVE(&t, &t.a->base, &t.b->base), E_FAIL);
    assert_calls("b:stop a:stop b:pause b:run a:pause a:run ");
    assert_report_names(&t, "sink.in0");
    assert_nothing_changed(&t, version_of(&t));
    assert_true(t.a->start == t.source->start);

    t.sink->config.fail_disconnect = S_OK;
    t.source->config.fail_disconnect = VFW_E_NOT_STOPPED;
    assert_hr(REMOVE(&t, &t.a->base, &t.b->base), VFW_E_NOT_STOPPED);
    assert_report_names(&t, "source.out0");
    assert_nothing_changed(&t, -1);

    /* and what ran partly runs partly again */
    assert_hr(STOP(&t, &t.a->base, &t.a->base), S_OK);
    assert_hr(REMOVE(&t, &t.a->base, &t.b->base), VFW_E_NOT_STOPPED);
    assert_states(&t, "rsrr");
    chain_close(&t);
}

/* It can't even be put back: it is there, stopped, and nobody waits for it. */
static void test_no_way_back(void **state)
{
    struct chain_test t;

    (void)state;
    chain_open(&t);
    chain_run(&t);
    t.source->config.fail_disconnect = E_FAIL;
    t.sink->config.fail_receive_connection = VFW_E_TYPE_NOT_ACCEPTED;
    assert_hr(REMOVE(&t, &t.a->base, &t.b->base), E_FAIL);
    assert_report_names(&t, "put back");
    assert_states(&t, "rssr");
    assert_int_equal(graph_count(&t.g), 4);
    t.source->config.fail_disconnect = S_OK;
    chain_close(&t);
}

/* ---- what is on its way out ---------------------------------------------------------------------- */

/* Paused, and the sink, which is no part of the chain, holds the first sample: b is inside its Receive. */
static void held_open(struct chain_test *t)
{
    struct fake_config source = CHAIN_SOURCE, sink = CHAIN_SINK("sink");
    OAFilterState now;

    source.samples = -1;
    sink.prerolls = true;
    chain_open_with(t, &source, &(struct fake_config)CHAIN_THROUGH("a"),
                    &(struct fake_config)CHAIN_THROUGH("b"), &sink);
    assert_true(SUCCEEDED(CALL(t->g.control, Pause)));
    assert_hr(CALL(t->g.control, GetState, INFINITE, &now), S_OK);
    fake_log_clear(&chain_log);
}

static void assert_still_flows(struct chain_test *t)
{
    size_t n;

    assert_hr(CALL(t->g.control, Run), S_OK);
    assert_true(fake_wait_numbers(t->sink, fake_number_count(t->sink) + 20));
    assert_hr(CALL(t->g.control, Stop), S_OK);
    n = fake_number_count(t->sink);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(t->sink->numbers[i], i);
}

static void test_a_held_call_ends_in_an_error(void **state)
{
    struct chain_test t;

    (void)state;
    held_open(&t);
    assert_hr(STOP(&t, &t.a->base, &t.b->base), VFW_E_TIMEOUT);
    assert_calls("");
    assert_states(&t, "pppp");
    assert_report_names(&t, "block the pins");
    assert_still_flows(&t);
    chain_close(&t);
}

static void *stop_chain(void *arg)
{
    struct chain_test *t = arg;

    return (void *)(intptr_t)REMOVE(t, &t->a->base, &t->b->base);
}

/* The graph's Stop does not wait for it. */
static void test_stop_calls_it_off(void **state)
{
    struct chain_test t;
    pthread_t thread;
    void *hr;

    (void)state;
    held_open(&t);
    assert_int_equal(pthread_create(&thread, NULL, stop_chain, &t), 0);
    for (bool pending = false; !pending;) {
        pthread_mutex_lock(&t.b->pins[1].gate);
        pending = t.b->pins[1].gate_state == GATE_PENDING;
        pthread_mutex_unlock(&t.b->pins[1].gate);
    }
    assert_hr(CALL(t.g.control, Stop), S_OK);
    pthread_join(thread, &hr);
    assert_hr((intptr_t)hr, VFW_E_STATE_CHANGED);
    assert_int_equal(graph_count(&t.g), 4);
    assert_states(&t, "ssss");
    assert_int_equal(t.b->pins[1].gate_state, GATE_OPEN);
    chain_close(&t);
}

/* A chain that ends in the renderer has nobody behind it. */
static void test_a_held_sample_inside(void **state)
{
    struct chain_test t;

    (void)state;
    held_open(&t);
    assert_hr(STOP(&t, &t.a->base, NULL), S_OK);
    assert_calls("sink:stop b:stop a:stop ");
    chain_close(&t);
}

static void block(struct fake_filter *filter, DWORD flags, HANDLE event, HRESULT wanted)
{
    IPinFlowControl *flow;

    assert_hr(CALL(fake_out(filter, 0), QueryInterface, &IID_IPinFlowControl, (void **)&flow),
              S_OK);
    assert_hr(CALL(flow, Block, flags, event), wanted);
    LET_GO(flow);
}

/* The caller's own block at the end is welcome, and stays. */
static void test_caller_has_blocked_the_end(void **state)
{
    struct chain_test t;

    (void)state;
    chain_open(&t);
    chain_run(&t);
    block(t.b, AM_PIN_FLOW_CONTROL_BLOCK, NULL, S_OK);
    assert_hr(STOP(&t, &t.a->base, &t.b->base), S_OK);
    assert_int_equal(t.b->pins[1].gate_state, GATE_BLOCKED);
    assert_hr(START(&t, &t.a->base, &t.b->base), S_OK);
    assert_int_equal(t.b->pins[1].gate_state, GATE_BLOCKED);
    block(t.b, 0, NULL, S_OK);
    assert_hr(STOP(&t, &t.a->base, &t.b->base), S_OK);
    assert_int_equal(t.b->pins[1].gate_state, GATE_OPEN); /* ours went with the call */
    chain_close(&t);
}

/* The documented way: block in front, do it, open; nothing is lost. */
static void test_quiesced(void **state)
{
    struct fake_config source = CHAIN_SOURCE;
    struct chain_test t;
    size_t n;

    (void)state;
    source.samples = -1;
    chain_open_with(&t, &source, &(struct fake_config)CHAIN_THROUGH("a"),
                    &(struct fake_config)CHAIN_THROUGH("b"),
                    &(struct fake_config)CHAIN_SINK("sink"));
    chain_run(&t);
    for (int i = 0; i < 200; i++) {
        HANDLE closed = CreateEventW(NULL, TRUE, FALSE, NULL);

        block(t.source, AM_PIN_FLOW_CONTROL_BLOCK, closed, S_OK);
        assert_int_equal(WaitForSingleObject(closed, 10000), WAIT_OBJECT_0);
        CloseHandle(closed);
        n = fake_number_count(t.sink);
        assert_hr(STOP(&t, &t.a->base, i % 2 ? NULL : &t.b->base), S_OK);
        assert_hr(START(&t, &t.a->base, i % 2 ? NULL : &t.b->base), S_OK);
        assert_int_equal(fake_number_count(t.sink), n);
        block(t.source, 0, NULL, S_OK);
        assert_true(fake_wait_numbers(t.sink, n + 2));
    }
    assert_hr(CALL(t.g.control, Stop), S_OK);
    n = fake_number_count(t.sink);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(t.sink->numbers[i], i);
    chain_close(&t);
}

/* ---- memory ----------------------------------------------------------------------------------------- */

/* The n-th use of memory fails: an error, or all is well; never half a chain. */
static void test_each_use_fails_once(void **state)
{
    bool failed = true;
    unsigned n;

    (void)state;
    for (n = 1; failed && n < 1000; n++) {
        struct chain_test t;
        HRESULT hr;

        chain_open(&t);
        chain_run(&t);
        rg_fault_arm(n);
        hr = STOP(&t, &t.a->base, &t.b->base);
        if (SUCCEEDED(hr))
            hr = START(&t, &t.a->base, &t.b->base);
        if (SUCCEEDED(hr))
            hr = REMOVE(&t, &t.a->base, &t.b->base);
        failed = rg_fault_disarm();
        if (FAILED(hr)) {
            assert_true(failed);
            assert_hr(hr, E_OUTOFMEMORY);
            assert_int_equal(graph_count(&t.g), 4);
            assert_int_equal(fake_state(t.a), fake_state(t.b));
        } else {
            assert_int_equal(graph_count(&t.g), 2);
        }
        chain_close(&t);
    }
    assert_true(n > 5);
    assert_true(n < 1000);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_remove_from_a_running_graph),
        cmocka_unit_test(test_remove_everything),
        cmocka_unit_test(test_remove_either_end),
        cmocka_unit_test(test_remove_from_a_stopped_graph),
        cmocka_unit_test(test_remove_a_stopped_chain),
        cmocka_unit_test(test_neighbours_without_the_interfaces),
        cmocka_unit_test(test_neighbours_that_lie),
        cmocka_unit_test(test_no_way_back),
        cmocka_unit_test(test_a_held_call_ends_in_an_error),
        cmocka_unit_test(test_stop_calls_it_off),
        cmocka_unit_test(test_a_held_sample_inside),
        cmocka_unit_test(test_caller_has_blocked_the_end),
        cmocka_unit_test(test_quiesced),
        cmocka_unit_test(test_each_use_fails_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
