/* SPDX-License-Identifier: MIT */
/* test_reconnect.c - C-33 to C-46: IGraphConfig::Reconnect between ends of ours and foreign ones. */
#include "conformance.h"

/* ---- helpers --------------------------------------------------------------------------------------------- */

static HRESULT reconnect(struct span *s, IBaseFilter *via, DWORD flags)
{
    return CALL(s->r.config, Reconnect, s->out, s->in, NULL, via, NULL, flags);
}

/* A filter that can come in between; the graph alone keeps it. */
static IBaseFilter *put_via(struct span *s, bool foreign)
{
    return road_put(
        &s->r, foreign ? &fake_filter_new(&foreign_pass)->base : kit_filter(KIT_PASS), NULL);
}

static bool is_cached(struct road *r, IBaseFilter *filter)
{
    bool found = false;
    IEnumFilters *list;
    IBaseFilter *one;

    assert_hr(CALL(r->config, EnumCacheFilter, &list), S_OK);
    while (CALL(list, Next, 1, &one, NULL) == S_OK) {
        found = found || one == filter;
        LET_GO(one);
    }
    LET_GO(list);
    return found;
}

static IPin *peer_of(IPin *pin) /* borrowed; NULL: unconnected */
{
    IPin *peer = NULL;

    if (SUCCEEDED(CALL(pin, ConnectedTo, &peer)))
        LET_GO(peer);
    return peer;
}

/* ---- arguments --------------------------------------------------------------------------------------------- */

static void c_33_reconnect_of_nothing(void **state)
{
    (void)state;
    for (unsigned i = 0; i < SPANS; i++) {
        struct span s;

        span_open_nth(&s, i);
        assert_hr(CALL(s.r.config, Reconnect, NULL, NULL, NULL, NULL, NULL, 0), E_INVALIDARG);
        span_run(&s);
        assert_hr(CALL(s.r.config, Reconnect, NULL, NULL, NULL, NULL, NULL, 0), E_INVALIDARG);
        assert_hr(CALL(s.r.config, Reconnect, NULL, NULL, NULL, s.r.middle, NULL,
                       AM_GRAPH_CONFIG_RECONNECT_CACHE_REMOVED_FILTERS),
                  E_INVALIDARG);
        assert_int_equal(graph_count(&s.r.g), 3);
        span_flows(&s);
        assert_true(SUCCEEDED(CALL(s.r.g.control, Pause)));
        assert_hr(CALL(s.r.config, Reconnect, NULL, NULL, NULL, NULL, NULL, 0), E_INVALIDARG);
        span_close(&s);
    }
}

static void c_34_an_input_that_cannot_be_taken_off(void **state)
{
    struct fake_config fixed = foreign_sink;

    (void)state;
    fixed.pin_connection = false;
    for (unsigned i = 0; i < SPANS; i++) {
        struct fake_filter *sink = fake_filter_new(&fixed);
        IBaseFilter *source =
            i / MIDDLES == 0 ? kit_filter(KIT_SOURCE) : &fake_filter_new(&foreign_source)->base;
        struct span s = { .sink = sink };

        road_open(&s.r, source, i % 2 == 0 ? NULL : middle_new(i), &sink->base);
        s.out = kit_out(source);
        s.in = fake_in(sink, 0);
        assert_hr(reconnect(&s, NULL, 0), E_NOINTERFACE);
        span_run(&s);
        block(s.out);
        assert_hr(reconnect(&s, NULL, 0), E_NOINTERFACE);
        assert_hr(reconnect(&s, put_via(&s, i % 2 == 0), 0), E_NOINTERFACE);
        assert_ptr_equal(peer_of(s.out), s.r.middle != NULL ? kit_in(s.r.middle) : s.in);
        unblock(s.out);
        span_flows(&s);
        span_close(&s);
    }
}

/* ---- the search ---------------------------------------------------------------------------------------------- */

/* source ! pass ! foreign pass with IPinConnection, no end pin ! queue ! END ! sink: all before END may go. */
static void c_35_the_search_ends_at_an_end_pin(void **state)
{
    struct fake_config no_end = foreign_pass, end = foreign_pass;

    (void)state;
    no_end.pin_connection = true;
    end.pin_connection = end.is_end_pin = end.dynamic_connect = true;
    for (unsigned i = 0; i < 2; i++) {
        IBaseFilter *between[3], *last;
        struct span s;

        span_open(&s, i == 1, i == 1 ? &fake_filter_new(&end)->base : kit_filter(KIT_TEE));
        last = s.r.middle;
        between[0] = road_put(&s.r, kit_filter(KIT_PASS), L"0");
        between[1] = road_put(&s.r, &fake_filter_new(&no_end)->base, L"1");
        between[2] = road_put(&s.r, kit_filter(KIT_QUEUE), L"2");
        assert_hr(CALL(s.r.g.builder, Disconnect, s.out), S_OK);
        assert_hr(CALL(s.r.g.builder, Disconnect, kit_in(last)), S_OK);
        road_join(&s.r, s.out, kit_in(between[0]));
        road_join(&s.r, kit_out(between[0]), kit_in(between[1]));
        road_join(&s.r, kit_out(between[1]), kit_in(between[2]));
        road_join(&s.r, kit_out(between[2]), kit_in(last));
        for (unsigned n = 0; n < 3; n++)
            assert_hr(CALL(s.r.config, SetFilterFlags, between[n], AM_FILTER_FLAGS_REMOVABLE),
                      S_OK);
        assert_hr(CALL(s.r.config, SetFilterFlags, last, AM_FILTER_FLAGS_REMOVABLE), S_OK);
        span_run(&s);
        block(s.out);
        assert_hr(CALL(s.r.config, Reconnect, s.out, NULL, NULL, NULL, NULL,
                       AM_GRAPH_CONFIG_RECONNECT_CACHE_REMOVED_FILTERS),
                  S_OK);
        for (unsigned n = 0; n < 3; n++)
            assert_true(is_cached(&s.r, between[n]));
        assert_ptr_equal(peer_of(s.out), kit_in(last));
        assert_true(kit_in_graph(last));
        assert_ptr_equal(peer_of(kit_out(last)), s.in);
        unblock(s.out);
        span_flows(&s);
        span_close(&s);
    }
}

static void c_36_the_search_stops_at_an_added_filter(void **state)
{
    (void)state;
    for (unsigned i = 0; i < SPANS; i++) {
        struct span s;
        DWORD flags = 7;
        HRESULT hr;

        span_open_nth(&s, i);
        span_run(&s);
        assert_hr(CALL(s.r.config, GetFilterFlags, s.r.middle, &flags), S_OK);
        assert_int_equal(flags, 0);
        block(s.out);
        hr = CALL(s.r.config, Reconnect, s.out, NULL, NULL, NULL, NULL, 0);
        assert_true(FAILED(hr));
        assert_ptr_equal(peer_of(s.out), kit_in(s.r.middle)); /* nothing was touched */
        unblock(s.out);
        span_flows(&s);
        assert_hr(CALL(s.r.config, SetFilterFlags, s.r.middle, AM_FILTER_FLAGS_REMOVABLE),
                  S_OK);
        block(s.out);
        assert_hr(CALL(s.r.config, Reconnect, s.out, NULL, NULL, NULL, NULL, 0), S_OK);
        assert_ptr_equal(peer_of(s.out), s.in);
        assert_int_equal(graph_count(&s.r.g), 2);
        unblock(s.out);
        span_flows(&s);
        span_close(&s);
    }
}

/* The sink takes `letter`, which the graph makes out of 'a' by itself; then it takes 'a' too. */
static void inserted_goes(bool foreign, bool from_cache, char letter)
{
    char letters[] = { letter, 0, 0 };
    struct fake_config config = foreign_sink;
    struct fake_filter *sink;
    struct span s = { 0 };

    config.in_types = letters;
    sink = s.sink = fake_filter_new(&config);
    road_open_empty(&s.r);
    s.r.source = road_put(
        &s.r, foreign ? &fake_filter_new(&foreign_source)->base : kit_filter(KIT_SOURCE),
        L"source");
    s.r.sink = road_put(&s.r, &sink->base, L"sink");
    s.out = kit_out(s.r.source);
    s.in = fake_in(sink, 0);
    if (from_cache) {
        IBaseFilter *cached = changer_new('a', letter, letter == 'x');

        assert_hr(CALL(s.r.config, AddFilterToCache, cached), S_OK);
        LET_GO(cached);
    }
    assert_hr(CALL(s.r.g.builder, Connect, s.out, s.in), S_OK);
    assert_int_equal(graph_count(&s.r.g), 3);
    span_run(&s);
    block(s.out);
    letters[1] = 'a';
    assert_hr(CALL(s.r.config, Reconnect, s.out, NULL, NULL, NULL, NULL, 0), S_OK);
    assert_ptr_equal(peer_of(s.out), s.in);
    assert_int_equal(graph_count(&s.r.g), 2);
    unblock(s.out);
    span_flows(&s);
    span_close(&s);
}

static void c_37_inserted_filters_go(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 8; i++)
        inserted_goes(i % 2 == 1, i / 4 == 1, i / 2 % 2 == 1 ? 'x' : 'y');
}

/* ---- what becomes of the removed ------------------------------------------------------------------------------- */

static void c_38_removed_filters_are_cached(void **state)
{
    (void)state;
    for (unsigned i = 0; i < SPANS; i++) {
        IBaseFilter *old, *via;
        struct span s;

        span_open_nth(&s, i);
        span_run(&s);
        old = s.r.middle;
        via = put_via(&s, i % 2 == 0);
        block(s.out);
        assert_hr(reconnect(&s, via, AM_GRAPH_CONFIG_RECONNECT_CACHE_REMOVED_FILTERS), S_OK);
        assert_true(is_cached(&s.r, old));
        assert_false(is_cached(&s.r, via));
        assert_int_equal(kit_state(old), State_Stopped);
        assert_null(peer_of(kit_in(old)));
        assert_null(peer_of(kit_out(old)));
        assert_false(kit_in_graph(old));
        unblock(s.out);
        span_flows(&s);
        span_close(&s);
    }
}

static void c_39_removed_filters_are_released(void **state)
{
    (void)state;
    for (unsigned i = 0; i < SPANS; i++) {
        IBaseFilter *old;
        struct span s;

        span_open_nth(&s, i);
        span_run(&s);
        old = s.r.middle;
        CALL(old, AddRef);
        block(s.out);
        assert_hr(reconnect(&s, i % 2 == 0 ? put_via(&s, true) : NULL, 0), S_OK);
        assert_false(is_cached(&s.r, old));
        assert_false(kit_in_graph(old));
        assert_int_equal(LET_GO(old), 0);
        unblock(s.out);
        span_flows(&s);
        span_close(&s);
    }
}

/* ---- filters in between ------------------------------------------------------------------------------------------ */

/* A running road from 'a' to a renderer that takes 'a' alone, and a filter that makes 'b' out of 'a'. */
static IBaseFilter *open_strict(struct span *s, bool foreign, bool via_is_ours)
{
    if (foreign) {
        span_open(s, true, NULL);
    } else {
        memset(s, 0, sizeof(*s));
        road_open(&s->r, kit_filter(KIT_SOURCE), NULL, strict_sink_new('a', 'a'));
        s->out = kit_out(s->r.source);
        s->in = kit_in(s->r.sink);
    }
    road_run(&s->r);
    return road_put(&s->r, changer_new('a', 'b', via_is_ours), L"via");
}

static void strict_flows(struct span *s)
{
    uint64_t before = kit_ledger(s->in).samples;

    if (s->sink != NULL)
        span_flows(s);
    else
        until(kit_ledger(s->in).samples > before + 20);
}

static void nothing_has_changed(struct span *s, IBaseFilter *via)
{
    assert_ptr_equal(peer_of(s->out), s->in);
    assert_int_equal(graph_count(&s->r.g), 3);
    assert_null(peer_of(kit_in(via)));
    assert_null(peer_of(kit_out(via)));
    unblock(s->out);
    strict_flows(s);
    block(s->out);
}

static void c_40_direct(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        unsigned made;
        struct span s;
        IBaseFilter *via = open_strict(&s, i / 2 == 1, i % 2 == 1), *cached;

        block(s.out);
        made = registered_made('b', 'a');
        assert_hr(reconnect(&s, via, AM_GRAPH_CONFIG_RECONNECT_DIRECTCONNECT),
                  VFW_E_CANNOT_CONNECT);
        nothing_has_changed(&s, via);
        cached = changer_new('b', 'a', i % 2 == 0);
        assert_hr(CALL(s.r.config, AddFilterToCache, cached), S_OK);
        assert_hr(reconnect(&s, via, AM_GRAPH_CONFIG_RECONNECT_DIRECTCONNECT),
                  VFW_E_CANNOT_CONNECT);
        nothing_has_changed(&s, via);
        assert_hr(CALL(s.r.config, RemoveFilterFromCache, cached), S_OK);
        LET_GO(cached);
        assert_int_equal(registered_made('b', 'a'), made);
        /* the filter that was named is no breach; nor is anything, without the flag */
        assert_hr(
            reconnect(&s, put_via(&s, i % 2 == 0), AM_GRAPH_CONFIG_RECONNECT_DIRECTCONNECT),
            S_OK);
        assert_hr(reconnect(&s, via, 0), S_OK);
        assert_int_equal(registered_made('b', 'a'), made + 1);
        assert_int_equal(graph_count(&s.r.g), 4);
        unblock(s.out);
        strict_flows(&s);
        span_close(&s);
    }
}

static void c_41_cached_alone(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 8; i++) {
        unsigned made;
        struct span s;
        IBaseFilter *via = open_strict(&s, i / 2 % 2 == 1, i % 2 == 1), *cached;

        block(s.out);
        made = registered_made('b', 'a');
        assert_hr(reconnect(&s, via, AM_GRAPH_CONFIG_RECONNECT_USE_ONLY_CACHED_FILTERS),
                  VFW_E_CANNOT_CONNECT);
        nothing_has_changed(&s, via);
        cached = changer_new('b', 'a', i / 4 == 1);
        assert_hr(CALL(s.r.config, AddFilterToCache, cached), S_OK);
        LET_GO(cached);
        assert_hr(reconnect(&s, via, AM_GRAPH_CONFIG_RECONNECT_USE_ONLY_CACHED_FILTERS), S_OK);
        assert_int_equal(registered_made('b', 'a'), made);
        assert_true(kit_in_graph(cached));
        assert_false(is_cached(&s.r, cached));
        assert_ptr_equal(peer_of(kit_out(via)), kit_in(cached));
        assert_ptr_equal(peer_of(kit_out(cached)), s.in);
        unblock(s.out);
        strict_flows(&s);
        span_close(&s);
    }
}

static void c_42_by_way_of_a_stranger(void **state)
{
    (void)state;
    for (unsigned i = 0; i < SPANS; i++) {
        IBaseFilter *stranger = middle_new(i + 1);
        IFilterGraph3 *other;
        struct span s;

        span_open_nth(&s, i);
        span_run(&s);
        block(s.out);
        assert_hr(reconnect(&s, stranger, 0), VFW_E_NOT_IN_GRAPH);
        assert_hr(CALL(s.r.config, AddFilterToCache, stranger), S_OK); /* is no membership */
        assert_hr(reconnect(&s, stranger, 0), VFW_E_NOT_IN_GRAPH);
        assert_hr(CALL(s.r.config, RemoveFilterFromCache, stranger), S_OK);
        assert_hr(CoCreateInstance(&CLSID_FilterGraph, NULL, CLSCTX_INPROC_SERVER,
                                   &IID_IFilterGraph3, (void **)&other),
                  S_OK);
        assert_hr(CALL(other, AddFilter, stranger, L"theirs"), S_OK);
        assert_hr(reconnect(&s, stranger, 0), VFW_E_NOT_IN_GRAPH);
        LET_GO(other);
        assert_int_equal(LET_GO(stranger), 0);
        assert_int_equal(graph_count(&s.r.g), 3);
        unblock(s.out);
        span_flows(&s);
        span_close(&s);
    }
}

/* ---- how the new ones are started ---------------------------------------------------------------------------------- */

/* `via` and what the graph put behind it. */
static void c_43_the_graphs_start_time(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        REFERENCE_TIME start = 0, first = 0;
        IBaseFilter *via, *extra;
        struct span s;

        via = open_strict(&s, i / 2 == 1, i % 2 == 1);
        assert_hr(CALL(s.r.config, GetStartTime, &first), S_OK);
        assert_true(SUCCEEDED(CALL(s.r.g.control, Pause)));
        road_run(&s.r); /* stream time goes on: another start */
        assert_hr(CALL(s.r.config, GetStartTime, &start), S_OK);
        assert_true(start > first);
        extra = changer_new('b', 'a', i % 2 == 0);
        assert_hr(CALL(s.r.config, AddFilterToCache, extra), S_OK);
        block(s.out);
        assert_hr(reconnect(&s, via, 0), S_OK);
        assert_true(kit_in_graph(extra));
        assert_int_equal(kit_state(via), State_Running);
        assert_int_equal(kit_state(extra), State_Running);
        /* one of the two is foreign, and knows what it was told */
        assert_int_equal(
            CONTAINING_RECORD(i % 2 == 1 ? extra : via, struct fake_filter, base)->start,
            start);
        assert_hr(CALL(s.r.config, GetStartTime, &first), S_OK);
        assert_int_equal(first, start);
        LET_GO(extra);
        unblock(s.out);
        strict_flows(&s);
        span_close(&s);
    }
}

static void c_44_paused_in_a_paused_graph(void **state)
{
    (void)state;
    for (unsigned i = 0; i < SPANS * 2; i++) {
        struct span s;
        IBaseFilter *via;

        span_open_nth(&s, i / 2);
        via = put_via(&s, i % 2 == 1);
        block(s.out); /* before the first sample: nothing is under way */
        assert_true(SUCCEEDED(CALL(s.r.g.control, Pause)));
        if (i / 2 % 2 == 0) /* added while paused, too */
            assert_int_equal(kit_state(via), State_Paused);
        assert_hr(reconnect(&s, via, 0), S_OK);
        assert_int_equal(kit_state(via), State_Paused);
        assert_ptr_equal(peer_of(s.out), kit_in(via));
        unblock(s.out);
        road_run(&s.r);
        assert_int_equal(kit_state(via), State_Running);
        span_flows(&s);
        span_close(&s);
    }
}

static void has_clock(IBaseFilter *filter, IReferenceClock *wanted)
{
    IReferenceClock *clock = NULL;

    assert_hr(CALL(filter, GetSyncSource, &clock), S_OK);
    assert_ptr_equal(clock, wanted);
    if (clock != NULL)
        LET_GO(clock);
}

static void c_45_the_graphs_clock(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 8; i++) {
        IReferenceClock *clock = NULL;
        IBaseFilter *via, *extra;
        struct span s;

        via = open_strict(&s, i / 2 % 2 == 1, i % 2 == 1);
        if (i / 4 == 1) { /* a graph without clock */
            assert_hr(CALL(s.r.g.control, Stop), S_OK);
            assert_hr(CALL(s.r.g.filter, SetSyncSource, NULL), S_OK);
            if (s.sink != NULL)
                s.sink->number_count = 0; /* the source begins anew */
            road_run(&s.r);
        }
        extra = changer_new('b', 'a', i % 2 == 0);
        assert_hr(CALL(s.r.config, AddFilterToCache, extra), S_OK);
        LET_GO(extra);
        block(s.out);
        assert_hr(reconnect(&s, via, 0), S_OK);
        assert_hr(CALL(s.r.g.filter, GetSyncSource, &clock), S_OK);
        assert_true((clock != NULL) == (i / 4 == 0));
        has_clock(via, clock);
        has_clock(extra, clock);
        if (clock != NULL)
            LET_GO(clock);
        unblock(s.out);
        strict_flows(&s);
        span_close(&s);
    }
}

static void is_mine_still(struct span *s)
{
    assert_hr(block_flags(s->out, AM_PIN_FLOW_CONTROL_BLOCK, NULL),
              VFW_E_PIN_ALREADY_BLOCKED_ON_THIS_THREAD);
}

static void c_46_the_block_stays_as_it_was(void **state)
{
    (void)state;
    for (unsigned i = 0; i < SPANS; i++) {
        IBaseFilter *refusing;
        struct span s;

        span_open_nth(&s, i);
        /* unblocked, in a stopped graph */
        assert_hr(reconnect(&s, put_via(&s, i % 2 == 0), 0), S_OK);
        assert_hr(block_flags(s.out, 0, NULL), S_FALSE);
        span_run(&s);
        block(s.out);
        assert_hr(reconnect(&s, put_via(&s, i % 2 == 1), 0), S_OK);
        is_mine_still(&s);
        refusing = road_put(&s.r, kit_filter_with(KIT_PASS, "refuse=1"), NULL);
        assert_hr(reconnect(&s, refusing, AM_GRAPH_CONFIG_RECONNECT_DIRECTCONNECT),
                  VFW_E_CANNOT_CONNECT);
        is_mine_still(&s);
        assert_hr(reconnect(&s, NULL, 0), S_OK);
        is_mine_still(&s);
        unblock(s.out);
        span_flows(&s);
        span_close(&s);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(c_33_reconnect_of_nothing),
    cmocka_unit_test(c_34_an_input_that_cannot_be_taken_off),
    cmocka_unit_test(c_35_the_search_ends_at_an_end_pin),
    cmocka_unit_test(c_36_the_search_stops_at_an_added_filter),
    cmocka_unit_test(c_37_inserted_filters_go),
    cmocka_unit_test(c_38_removed_filters_are_cached),
    cmocka_unit_test(c_39_removed_filters_are_released),
    cmocka_unit_test(c_40_direct),
    cmocka_unit_test(c_41_cached_alone),
    cmocka_unit_test(c_42_by_way_of_a_stranger),
    cmocka_unit_test(c_43_the_graphs_start_time),
    cmocka_unit_test(c_44_paused_in_a_paused_graph),
    cmocka_unit_test(c_45_the_graphs_clock),
    cmocka_unit_test(c_46_the_block_stays_as_it_was),
};

CONFORMANCE_MAIN(tests)
