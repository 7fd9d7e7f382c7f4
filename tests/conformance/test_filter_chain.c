/* SPDX-License-Identifier: MIT */
/* test_filter_chain.c - IFilterChain, statement by statement: C-60 to C-65 of the contract, on our filters and on foreign ones. */
#include "conformance.h"

struct chained {
    struct road r;
    IFilterChain *chain;
    struct fake_filter *fakes[3]; /* of a foreign road; borrowed */
};

static const struct fake_config foreign[3] = {
    { .name = "source",
      .outputs = 1,
      .out_types = "a",
      .samples = -1,
      .flow_control = true,
      .dynamic_connect = true,
      .tolerates_refusal = true },
    { .name = "fx", .inputs = 1, .outputs = 1, .in_types = "a", .out_types = "=" },
    { .name = "sink",
      .inputs = 1,
      .in_types = "a",
      .pin_connection = true,
      .dynamic_connect = true },
};

static void chained_face(struct chained *c)
{
    assert_hr(CALL(c->r.g.builder, QueryInterface, &IID_IFilterChain, (void **)&c->chain),
              S_OK);
}

/* source ! fx ! sink. */
static void open_ours(struct chained *c, IBaseFilter *middle)
{
    memset(c, 0, sizeof(*c));
    road_open(&c->r, kit_filter(KIT_SOURCE), middle, kit_filter(KIT_FREE_SINK));
    chained_face(c);
}

static void open_foreign(struct chained *c)
{
    memset(c, 0, sizeof(*c));
    for (int i = 0; i < 3; i++)
        c->fakes[i] = fake_filter_new(&foreign[i]);
    road_open(&c->r, &c->fakes[0]->base, &c->fakes[1]->base, &c->fakes[2]->base);
    chained_face(c);
}

static void chained_close(struct chained *c)
{
    LET_GO(c->chain);
    road_close(&c->r);
}

static void assert_all(struct chained *c, FILTER_STATE source, FILTER_STATE middle,
                       FILTER_STATE sink)
{
    assert_int_equal(kit_state(c->r.source), source);
    assert_int_equal(kit_state(c->r.middle), middle);
    assert_int_equal(kit_state(c->r.sink), sink);
}

static uint64_t count(struct chained *c)
{
    return c->fakes[2] != NULL ? fake_number_count(c->fakes[2]) : kit_count(0);
}

static bool wait_count(struct chained *c, uint64_t n)
{
    return c->fakes[2] != NULL ? fake_wait_numbers(c->fakes[2], n) : kit_wait_count(0, n);
}

/* Each body runs on both kinds. */
static void on_both(void (*body)(struct chained *c))
{
    struct chained c;

    open_ours(&c, kit_filter(KIT_PASS));
    body(&c);
    chained_close(&c);
    open_foreign(&c);
    body(&c);
    chained_close(&c);
}

/* ---- C-60, C-61 ------------------------------------------------------------------------------- */

static void start_unless_running(struct chained *c)
{
    assert_hr(CALL(c->chain, StartChain, c->r.middle, NULL), VFW_E_NOT_RUNNING);
    assert_all(c, State_Stopped, State_Stopped, State_Stopped);
    assert_true(SUCCEEDED(CALL(c->r.g.control, Pause)));
    assert_hr(CALL(c->chain, StartChain, c->r.middle, NULL), VFW_E_NOT_RUNNING);
    assert_all(c, State_Paused, State_Paused, State_Paused);
    road_run(&c->r);
    assert_hr(CALL(c->chain, StartChain, c->r.middle, NULL), S_OK);
}

static void c_60_start_chain_needs_a_running_graph(void **state)
{
    (void)state;
    on_both(start_unless_running);
}

static void pause_unless_paused(struct chained *c)
{
    assert_hr(CALL(c->chain, PauseChain, c->r.middle, NULL), VFW_E_NOT_PAUSED);
    assert_all(c, State_Stopped, State_Stopped, State_Stopped);
    road_run(&c->r);
    assert_hr(CALL(c->chain, PauseChain, c->r.middle, NULL), VFW_E_NOT_PAUSED);
    assert_all(c, State_Running, State_Running, State_Running);
    assert_true(SUCCEEDED(CALL(c->r.g.control, Pause)));
    assert_hr(CALL(c->chain, PauseChain, c->r.middle, NULL), S_OK);
    assert_all(c, State_Paused, State_Paused, State_Paused);
}

static void c_61_pause_chain_needs_a_paused_graph(void **state)
{
    (void)state;
    on_both(pause_unless_paused);
}

/* ---- C-62 ----------------------------------------------------------------------------------------- */

static void c_62_failing_start_leaves_all_stopped(void **state)
{
    struct chained c;

    (void)state;
    open_foreign(&c);
    road_run(&c.r);
    for (int i = 0; i < 3; i++) { /* whichever it is that fails */
        assert_hr(CALL(c.chain, StopChain, c.r.source, NULL), S_OK);
        c.fakes[i]->config.fail_run = VFW_E_NO_CLOCK;
        assert_hr(CALL(c.chain, StartChain, c.r.source, NULL), VFW_E_NO_CLOCK);
        assert_all(&c, State_Stopped, State_Stopped, State_Stopped);
        c.fakes[i]->config.fail_run = S_OK;
        c.fakes[i]->config.fail_pause = VFW_E_NO_ALLOCATOR;
        assert_hr(CALL(c.chain, StartChain, c.r.source, NULL), VFW_E_NO_ALLOCATOR);
        assert_all(&c, State_Stopped, State_Stopped, State_Stopped);
        c.fakes[i]->config.fail_pause = S_OK;
        assert_hr(CALL(c.chain, StartChain, c.r.source, NULL), S_OK);
        assert_all(&c, State_Running, State_Running, State_Running);
    }
    chained_close(&c);

    open_ours(&c, kit_filter(KIT_PASS));
    road_run(&c.r);
    assert_true(wait_count(&c, 10));
    assert_hr(CALL(c.chain, StopChain, c.r.middle, NULL), S_OK);
    assert_hr(kit_set(c.r.middle, "fail_start", 1), S_OK);
    assert_hr(CALL(c.chain, StartChain, c.r.middle, NULL), VFW_E_NO_DECOMPRESSOR);
    assert_all(&c, State_Running, State_Stopped, State_Stopped);
    chained_close(&c);
}

/* ---- C-63 ----------------------------------------------------------------------------------------- */

/* source ! fx ! sink, and a second source at the sink's other input. */
static void c_63_longest_chain_excludes_two_inputs(void **state)
{
    struct fake_config mixer = foreign[2], second = foreign[0];
    struct fake_filter *fakes[4];
    struct chained c;

    (void)state;
    open_ours(&c, kit_filter(KIT_PASS));
    road_run(&c.r);
    assert_hr(CALL(c.chain, StopChain, c.r.source, NULL), S_OK);
    assert_all(&c, State_Stopped, State_Stopped, State_Stopped);
    chained_close(&c);

    memset(&c, 0, sizeof(c));
    mixer.inputs = 2;
    second.name = "second";
    fakes[0] = fake_filter_new(&foreign[0]);
    fakes[1] = fake_filter_new(&foreign[1]);
    fakes[2] = fake_filter_new(&mixer);
    road_open(&c.r, &fakes[0]->base, &fakes[1]->base, &fakes[2]->base);
    chained_face(&c);
    fakes[3] = graph_put(&c.r.g, &second);
    road_join(&c.r, fake_out(fakes[3], 0), fake_in(fakes[2], 1));
    road_run(&c.r);
    assert_hr(CALL(c.chain, StopChain, c.r.source, NULL), S_OK);
    assert_all(&c, State_Stopped, State_Stopped, State_Running);
    assert_int_equal(fake_state(fakes[3]), State_Running);
    assert_hr(CALL(c.chain, StopChain, c.r.sink, NULL), E_INVALIDARG);
    assert_hr(CALL(c.chain, StartChain, c.r.source, NULL), S_OK);
    assert_all(&c, State_Running, State_Running, State_Running);
    chained_close(&c);
}

/* ---- C-64 ----------------------------------------------------------------------------------------- */

static void remove_while_running(struct chained *c)
{
    IBaseFilter *middle = c->r.middle, *sink = c->r.sink;
    IPin *out = c->fakes[0] != NULL ? fake_out(c->fakes[0], 0) : kit_out(c->r.source);

    road_run(&c->r);
    assert_true(wait_count(c, 10));
    block(out); /* the caller's part: nothing is on its way into the chain */
    CALL(middle, AddRef);
    CALL(sink, AddRef);
    assert_hr(CALL(c->chain, RemoveChain, middle, sink), S_OK);
    assert_int_equal(graph_count(&c->r.g), 1);
    assert_all(c, State_Running, State_Stopped, State_Stopped);
    assert_false(kit_connected(out));
    assert_false(kit_in_graph(middle));
    assert_false(kit_in_graph(sink));
    assert_int_equal(LET_GO(middle),
                     0); /* nobody holds on to it: neither a pin nor the graph */
    assert_int_equal(LET_GO(sink), 0);
    unblock(out);
}

static void remove_the_middle(struct chained *c)
{
    IPin *out = c->fakes[0] != NULL ? fake_out(c->fakes[0], 0) : kit_out(c->r.source);
    IPin *in = c->fakes[0] != NULL ? fake_in(c->fakes[2], 0) : kit_in(c->r.sink);

    road_run(&c->r);
    assert_true(wait_count(c, 10));
    assert_hr(CALL(c->chain, RemoveChain, c->r.middle, c->r.middle), S_OK);
    assert_int_equal(graph_count(&c->r.g), 2);
    assert_false(kit_connected(out));
    assert_false(kit_connected(in));
    assert_int_equal(kit_state(c->r.source), State_Running);
    assert_int_equal(kit_state(c->r.sink), State_Running);
}

static void c_64_remove_chain_while_running(void **state)
{
    (void)state;
    on_both(remove_while_running);
    on_both(remove_the_middle);
}

/* ---- C-65 ----------------------------------------------------------------------------------------- */

static void stop_and_start(struct chained *c, IBaseFilter *start)
{
    for (int i = 0; i < 20; i++) {
        uint64_t before;

        assert_true(wait_count(c, count(c) + 5));
        assert_hr(CALL(c->chain, StopChain, start, NULL), S_OK);
        before = count(c);
        assert_hr(CALL(c->chain, StartChain, start, NULL), S_OK);
        assert_true(wait_count(c, before + 5));
    }
}

/* A source of others that tries again; our tee, which goes on for its other leg. */
static void c_65_delivery_resumes(void **state)
{
    struct chained c;
    IBaseFilter *more;
    IEnumPins *list;
    IPin *pin;

    (void)state;
    open_foreign(&c);
    road_run(&c.r);
    stop_and_start(&c, c.r.middle);
    assert_hr(CALL(c.r.g.control, Stop), S_OK); /* nobody writes any more */
    for (size_t i = 0; i < c.fakes[2]->number_count;
         i++) /* all of it, since it is sent again */
        assert_int_equal(c.fakes[2]->numbers[i], i);
    chained_close(&c);

    open_ours(&c, kit_filter(KIT_TEE));
    more = road_put(&c.r, kit_filter_with(KIT_FREE_SINK, "slot=1"), L"more");
    assert_hr(CALL(c.r.middle, EnumPins, &list), S_OK);
    while (CALL(list, Next, 1, &pin, NULL) == S_OK) {
        PIN_DIRECTION direction;

        assert_hr(CALL(pin, QueryDirection, &direction), S_OK);
        if (direction == PINDIR_OUTPUT && !kit_connected(pin) && !kit_connected(kit_in(more)))
            road_join(&c.r, pin, kit_in(more));
        LET_GO(pin);
    }
    LET_GO(list);
    road_run(&c.r);
    stop_and_start(&c, c.r.sink);
    assert_true(kit_wait_more(1, 20));
    assert_all_there(1);
    chained_close(&c);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(c_60_start_chain_needs_a_running_graph),
    cmocka_unit_test(c_61_pause_chain_needs_a_paused_graph),
    cmocka_unit_test(c_62_failing_start_leaves_all_stopped),
    cmocka_unit_test(c_63_longest_chain_excludes_two_inputs),
    cmocka_unit_test(c_64_remove_chain_while_running),
    cmocka_unit_test(c_65_delivery_resumes),
};

CONFORMANCE_MAIN(tests)
