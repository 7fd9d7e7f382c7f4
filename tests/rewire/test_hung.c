/* SPDX-License-Identifier: MIT */
/* test_hung.c - filters that hang: in the end of their stream, in a delivery, in Stop.  Edits have a deadline, other roads
 * never stop, and what hung lets go of everything when it comes back. */
#include "fake_filter.h"
#include "transaction_test.h"

#define SOON_MS 1000 /* the edits' deadline: long enough for a busy machine to begin to drain */

static void hang(void *context)
{
    (void)WaitForSingleObject(context, KIT_WAIT_MS * 3);
}

static const struct fake_config foreign_config = {
    .name = "foreign",
    .inputs = 1,
    .outputs = 1,
    .in_types = "a",
    .out_types = "=",
};

/* Two roads; the filter that hangs stands in the first one, the second one is watched. */
struct hung {
    struct two_roads two;
    RG_EDIT_REQUEST request;
    IBaseFilter *fresh;
    ULONG references;
    uint64_t closings; /* of the second road */
};

static void hung_open(struct hung *h, IBaseFilter *filter)
{
    memset(h, 0, sizeof(*h));
    two_open(&h->two, "first=0", KIT_PASS);
    /* it takes the place of the first transform before anything runs */
    assert_hr(CALL(h->two.r.edit, Swap, h->two.fx[0], filter, "fx a", NULL, NULL), S_OK);
    h->two.fx[0] = filter;
    LET_GO(filter);
    h->request = (RG_EDIT_REQUEST){ .size = sizeof(h->request), .timeout_ms = SOON_MS };
    h->fresh = kit_filter_with(KIT_PASS, "mark=5");
    road_run(&h->two.r);
    two_flow();
    h->references = references(h->two.r.g.builder);
}

static HRESULT hung_swap(struct hung *h, RG_CERTIFICATE *certificate)
{
    return CALL(h->two.r.edit, Swap, h->two.fx[0], h->fresh, "fx a", &h->request, certificate);
}

/* Nothing is lost; the other road has never stopped; nothing is left. */
static void hung_close(struct hung *h)
{
    wait_references(h->two.r.g.builder, h->references);
    two_flow();
    assert_int_equal(kit_ledger(kit_out(h->two.source[1])).closings, 0);
    assert_int_equal(graph_count(&h->two.r.g), 6);
    LET_GO(h->fresh);
    road_close(&h->two.r);
}

/* ---- in the drain -------------------------------------------------------------------------------------- */

/* Until the first source has given so many. */
static void wait_given(struct hung *h, uint64_t given)
{
    IPin *out = kit_out(h->two.source[0]);
    DWORD begun = GetTickCount();

    while (kit_ledger(out).samples < given && GetTickCount() - begun < KIT_WAIT_MS)
        sched_yield();
    assert_int_equal(kit_ledger(out).samples, given);
}

/* Sources come to rest at the same number, with open gates; all but `held` of what the first one gave has arrived. */
static void come_to_rest(struct hung *h, uint64_t held)
{
    uint64_t end = kit_count(0) + 20000; /* far enough not to have passed */

    kit_let_until((int64_t)end);
    wait_given(h, end);
    assert_true(kit_wait_count(0, end - held));
}

/* The end of the stream goes in and does not come back: what is given up for it hangs further down.  In time the edit
 * gives up, and the old road plays on as soon as it can. */
static void drain_hangs(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        struct fake_config config = foreign_config;
        struct hung h;
        CERTIFICATE(c);

        config.holds = 3;
        hung_open(&h, i % 2 == 0 ? &fake_filter_new(&config)->base
                                 : kit_filter_with(KIT_HOLD, "hold=3"));
        come_to_rest(&h, 3);
        kit_shut(0);
        assert_hr(hung_swap(&h, &c), VFW_E_TIMEOUT);
        assert_refused(&c, VFW_E_TIMEOUT);
        assert_true(kit_wait_inside(0)); /* it is in the drain that it hangs */
        assert_false(kit_in_graph(h.fresh));
        kit_let_all();
        assert_flows(1);
        kit_open(0);
        two_flow();
        assert_int_equal(marked_so_far(0, 5), 0);
        hung_close(&h);
    }
}

/* A foreign filter swallows the marker: with LEAVE_BLOCKED its gate stays closed until the caller opens it. */
static void gate_is_left_closed(void **state)
{
    struct fake_config config = foreign_config;
    struct hung h;
    IPinFlowControl *flow;
    IRgLink *link;
    uint64_t count;
    CERTIFICATE(c);

    (void)state;
    config.swallows_end = true;
    hung_open(&h, &fake_filter_new(&config)->base);
    h.request.flags = RG_EDIT_LEAVE_BLOCKED;
    assert_hr(hung_swap(&h, &c), VFW_E_TIMEOUT);
    assert_hr(CALL(kit_out(h.two.source[0]), QueryInterface, &IID_IRgLink, (void **)&link),
              S_OK);
    assert_hr(CALL(link, QueryInterface, &IID_IPinFlowControl, (void **)&flow), S_OK);
    assert_hr(CALL(link, IsBlocked, NULL), S_OK);
    count = kit_count(0);
    assert_flows(1);
    assert_int_equal(kit_count(0), count);
    assert_hr(CALL(flow, Block, 0, NULL), S_OK);
    two_flow();
    /* without the flag it opens by itself */
    h.request.flags = 0;
    assert_hr(hung_swap(&h, &c), VFW_E_TIMEOUT);
    assert_hr(CALL(link, IsBlocked, NULL), S_FALSE);
    two_flow();
    LET_GO(flow);
    LET_GO(link);
    hung_close(&h);
}

/* ---- in Stop ---------------------------------------------------------------------------------------------- */

/* The cut is made, what leaves does not stop: it is out of the graph, and the new road plays. */
static void stop_hangs(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        HANDLE go = new_event();
        struct fake_config config = foreign_config;
        struct hung h;
        IBaseFilter *old;
        CERTIFICATE(c);

        config.on_stop = hang;
        config.on_stop_context = go;
        config.holds = i * 3;
        hung_open(&h, &fake_filter_new(&config)->base);
        old = h.two.fx[0];
        CALL(old, AddRef);
        assert_hr(hung_swap(&h, &c), S_OK);
        assert_true((c.flags & RG_CUT_ABANDONED) != 0);
        assert_string_equal(c.dropped_by, "fx a");
        assert_int_equal(c.dropped, 0);
        two_flow();
        assert_true(marked_so_far(0, 5) > 0);
        assert_int_equal(graph_count(&h.two.r.g), 6);
        assert_int_equal(kit_state(old), State_Running); /* still inside its Stop */
        SetEvent(go);
        wait_references(old, 1);
        assert_int_equal(kit_state(old), State_Stopped);
        assert_false(kit_in_graph(old));
        assert_false(kit_connected(kit_in(old)) || kit_connected(kit_out(old)));
        LET_GO(old);
        hung_close(&h);
        CloseHandle(go);
    }
}

/* One that comes and is taken back does not stop either: refused in time, and nothing stays in the graph. */
static void stop_of_a_newcomer_hangs(void **state)
{
    HANDLE go = new_event();
    struct fake_config config = foreign_config;
    struct hung h;
    IGraphTransaction *t;
    IBaseFilter *foreign;
    CERTIFICATE(c);

    (void)state;
    config.on_stop = hang;
    config.on_stop_context = go;
    hung_open(&h, kit_filter(KIT_PASS));
    foreign = &fake_filter_new(&config)->base;
    t = begin_with(&h.two.r, &h.request);
    assert_hr(CALL(t, Swap, h.two.fx[0], foreign, "fx a"), S_OK);
    assert_hr(CALL(t, Set, h.two.fx[1], "mark", "much"), S_OK); /* fails at the cut */
    assert_hr(CALL(t, Commit, -1, NULL), E_INVALIDARG);
    c = certificate_of(t, 0);
    assert_refused(&c, E_INVALIDARG);
    LET_GO(t);
    two_flow();
    assert_int_equal(graph_count(&h.two.r.g), 6);
    SetEvent(go);
    wait_references(foreign, 1);
    assert_false(kit_in_graph(foreign));
    assert_int_equal(LET_GO(foreign), 0);
    /* its neighbour was held for the cut: the second road closed for a moment, no longer */
    wait_references(h.two.r.g.builder, h.references);
    two_flow();
    LET_GO(h.fresh);
    road_close(&h.two.r);
    CloseHandle(go);
}

/* A filter of ours: its road hangs further down, so its thread can't come out; without a drain it is abandoned. */
static void own_stop_hangs(void **state)
{
    struct hung h;
    IBaseFilter *old, *sink;
    IGraphTransaction *t;
    RG_CERTIFICATE c;

    (void)state;
    hung_open(&h, kit_filter_with(KIT_QUEUE, "size=5000"));
    old = h.two.fx[0];
    sink = h.two.sink[0];
    CALL(old, AddRef);
    CALL(sink, AddRef);
    come_to_rest(&h, 0);
    kit_shut(0);
    kit_let_until((int64_t)kit_count(0) + 100);
    wait_given(&h, kit_count(0) + 100);
    assert_true(kit_wait_inside(0));
    h.request.flags = RG_EDIT_NO_DRAIN;
    t = begin_with(&h.two.r, &h.request);
    assert_hr(CALL(t, RemoveBranch, kit_out(h.two.source[0])), S_OK);
    assert_hr(CALL(t, Commit, -1, NULL), S_OK);
    c = certificate_of(t, 0);
    assert_true((c.flags & RG_CUT_ABANDONED) != 0);
    LET_GO(t);
    assert_int_equal(graph_count(&h.two.r.g), 4);
    kit_let_all();
    assert_flows(1);
    assert_int_equal(kit_ledger(kit_out(h.two.source[1])).closings, 0);
    kit_open(0);
    wait_references(old, 1);
    wait_references(sink, 1);
    assert_int_equal(LET_GO(old), 0);
    assert_int_equal(LET_GO(sink), 0);
    wait_references(h.two.r.g.builder, h.references);
    assert_flows(1);
    LET_GO(h.fresh);
    road_close(&h.two.r);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(drain_hangs),    cmocka_unit_test(gate_is_left_closed),
        cmocka_unit_test(stop_hangs),     cmocka_unit_test(stop_of_a_newcomer_hangs),
        cmocka_unit_test(own_stop_hangs),
    };

    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
