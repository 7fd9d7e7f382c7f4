/* SPDX-License-Identifier: MIT */
/* test_ledger.c - nothing vanishes between two pins: while a gate is closed, what came into a filter is what went out, what it
 * holds, and what was dropped by name. */
#include "transaction_test.h"

#define HOLDS 3

static void wait_arrived(IPin *in, uint64_t samples)
{
    DWORD begun = GetTickCount();

    while (kit_ledger(in).samples < samples && GetTickCount() - begun < KIT_WAIT_MS)
        sched_yield();
}

/* All that was delivered was received, and nothing else. */
static void assert_link(IPin *out, IPin *in)
{
    RG_LEDGER from = kit_ledger(out), to;

    wait_arrived(in, from.samples);
    to = kit_ledger(in);
    assert_int_equal(from.samples + from.refused, to.samples + to.refused);
    if (from.refused == 0)
        assert_int_equal(from.bytes, to.bytes);
}

static uint64_t named_drops(IPin *pin)
{
    uint64_t sum = 0;
    IRgLink *link;
    RG_DROP drop;

    assert_hr(CALL(pin, QueryInterface, &IID_IRgLink, (void **)&link), S_OK);
    for (ULONG i = 0; CALL(link, GetDrop, i, &drop) == S_OK; i++) {
        assert_true(drop.reason[0] != 0);
        sum += drop.samples;
    }
    LET_GO(link);
    return sum;
}

/* in = out + held + drops by name, of either pin. */
static void assert_filter(IPin *in, IPin *out, uint64_t held)
{
    RG_LEDGER came = kit_ledger(in), went;
    DWORD begun = GetTickCount();
    uint64_t sum;

    do { /* a thread may have one in hand still */
        went = kit_ledger(out);
        sum = went.samples + held + came.dropped + went.dropped;
    } while (sum < came.samples && GetTickCount() - begun < KIT_WAIT_MS);
    assert_int_equal(came.samples, sum);
    assert_int_equal(came.dropped, named_drops(in));
    assert_int_equal(went.dropped, named_drops(out));
}

struct works {
    struct road r;
    IBaseFilter *tee, *queue, *other;
    IPin *legs[2];
    IPinFlowControl *flow;
};

/* source ! tee ! fx (holds 3) ! queue ! sink, tee ! other */
static void works_open(struct works *w)
{
    road_open_empty(&w->r);
    w->r.source = road_put(&w->r, kit_filter(KIT_SOURCE), L"source");
    w->tee = road_put(&w->r, kit_filter(KIT_TEE), L"tee");
    w->r.middle = road_put(&w->r, kit_filter_with(KIT_HOLD, "hold=3"), L"fx");
    w->queue = road_put(&w->r, kit_filter(KIT_QUEUE), L"queue");
    w->r.sink = road_put(&w->r, kit_filter(KIT_SINK), L"sink");
    w->other = road_put(&w->r, kit_filter_with(KIT_SINK, "slot=1"), L"other");
    road_join(&w->r, kit_out(w->r.source), kit_in(w->tee));
    w->legs[0] = free_pin(w->tee, PINDIR_OUTPUT);
    road_join(&w->r, w->legs[0], kit_in(w->r.middle));
    road_join(&w->r, kit_out(w->r.middle), kit_in(w->queue));
    road_join(&w->r, kit_out(w->queue), kit_in(w->r.sink));
    w->legs[1] = free_pin(w->tee, PINDIR_OUTPUT);
    road_join(&w->r, w->legs[1], kit_in(w->other));
    assert_hr(
        CALL(kit_out(w->r.source), QueryInterface, &IID_IPinFlowControl, (void **)&w->flow),
        S_OK);
    road_run(&w->r);
    assert_flows(0);
    assert_flows(1);
}

static void assert_balanced(struct works *w)
{
    IPin *fx_in = kit_in(w->r.middle), *fx_out = kit_out(w->r.middle);

    assert_hr(CALL(w->flow, Block, AM_PIN_FLOW_CONTROL_BLOCK, NULL), S_OK);
    assert_link(kit_out(w->r.source), kit_in(w->tee));
    for (unsigned i = 0; i < 2; i++)
        assert_filter(kit_in(w->tee), w->legs[i], 0);
    assert_link(w->legs[0], fx_in);
    assert_filter(fx_in, fx_out, HOLDS);
    assert_link(fx_out, kit_in(w->queue));
    assert_filter(kit_in(w->queue), kit_out(w->queue), 0);
    assert_link(kit_out(w->queue), kit_in(w->r.sink));
    assert_link(w->legs[1], kit_in(w->other));
    assert_true(kit_wait_count(0, kit_ledger(kit_in(w->r.sink)).samples));
    assert_true(kit_wait_count(1, kit_ledger(kit_in(w->other)).samples));
    assert_int_equal(kit_count(1), kit_ledger(kit_out(w->r.source)).samples);
    assert_hr(CALL(w->flow, Block, 0, NULL), S_OK);
}

static void every_filter_balances(void **state)
{
    struct works w;

    (void)state;
    works_open(&w);
    for (unsigned i = 0; i < 50; i++) {
        assert_balanced(&w);
        assert_true(kit_wait_more(0, 5));
    }
    LET_GO(w.flow);
    assert_all_there(0);
    road_close(&w.r);
}

#define HELD_BACK 10

/* What leaves without a drain takes with it what waits in it: the certificate says how many, its ledger why. */
static void what_is_dropped_has_a_name(void **state)
{
    struct road r;
    RG_EDIT_REQUEST request = { .size = sizeof(request), .flags = RG_EDIT_NO_DRAIN };
    IBaseFilter *old, *fresh = kit_filter(KIT_PASS);
    IPinFlowControl *flow;
    CERTIFICATE(c);

    (void)state;
    road_open(&r, kit_filter(KIT_SOURCE), kit_filter(KIT_QUEUE), kit_filter(KIT_SINK));
    old = r.middle;
    CALL(old, AddRef);
    kit_let_until(1000);
    road_run(&r);
    assert_true(kit_wait_count(0, 1000));
    assert_hr(CALL(kit_out(old), QueryInterface, &IID_IPinFlowControl, (void **)&flow), S_OK);
    assert_hr(CALL(flow, Block, AM_PIN_FLOW_CONTROL_BLOCK, NULL), S_OK);
    kit_let_until(1000 + HELD_BACK);
    wait_arrived(kit_in(old), 1000 + HELD_BACK);
    assert_hr(CALL(r.edit, Swap, old, fresh, "fx", &request, &c), S_OK);
    assert_int_equal(c.dropped, HELD_BACK);
    assert_string_equal(c.dropped_by, "fx");
    assert_non_null(strstr(c.reason, "so far: ")); /* stopped, or no output connected */
    assert_filter(kit_in(old), kit_out(old), 0);
    assert_int_equal(named_drops(kit_in(old)) + named_drops(kit_out(old)), HELD_BACK);
    LET_GO(flow);
    LET_GO(old);
    LET_GO(fresh);
    kit_let_all();
    assert_true(kit_wait_more(0, 20));
    assert_int_equal(recorded(&kit_recorder[0].lost, 0), HELD_BACK);
    road_close(&r);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_filter_balances),
        cmocka_unit_test(what_is_dropped_has_a_name),
    };

    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
