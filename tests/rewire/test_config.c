/* SPDX-License-Identifier: MIT */
/* test_config.c - IGraphConfig, statement by statement: C-33 to C-59 of the contract. */
#include "rewire_test.h"

static void block(IPin *pin, bool on)
{
    IPinFlowControl *flow;

    assert_hr(CALL(pin, QueryInterface, &IID_IPinFlowControl, (void **)&flow), S_OK);
    assert_hr(CALL(flow, Block, on ? AM_PIN_FLOW_CONTROL_BLOCK : 0, NULL), S_OK);
    LET_GO(flow);
}

static HRESULT is_blocked(IPin *pin)
{
    IRgLink *link;
    HRESULT hr;

    assert_hr(CALL(pin, QueryInterface, &IID_IRgLink, (void **)&link), S_OK);
    hr = CALL(link, IsBlocked, NULL);
    LET_GO(link);
    return hr;
}

static unsigned cached(struct road *r)
{
    IEnumFilters *list;
    IBaseFilter *one;
    unsigned count = 0;

    assert_hr(CALL(r->config, EnumCacheFilter, &list), S_OK);
    while (CALL(list, Next, 1, &one, NULL) == S_OK) {
        count++;
        LET_GO(one);
    }
    LET_GO(list);
    return count;
}

static void open_running(struct road *r)
{
    road_open(r, kit_filter(KIT_SOURCE), kit_filter(KIT_HOLD), kit_filter(KIT_SINK));
    road_run(r);
    assert_true(kit_wait_more(0, 5));
}

/* C-33, C-34, C-42 */
static void reconnect_arguments(void **state)
{
    struct fake_config plain = { .name = "plain", .inputs = 1, .in_types = "a" };
    struct road r;
    IBaseFilter *stranger = kit_filter(KIT_PASS);
    struct fake_filter *sink;
    IBaseFilter *source;

    (void)state;
    open_running(&r);
    assert_hr(CALL(r.config, Reconnect, NULL, NULL, NULL, NULL, NULL, 0), E_INVALIDARG);
    assert_hr(CALL(r.config, Reconnect, kit_out(r.source), NULL, NULL, NULL, NULL, 8),
              E_INVALIDARG);
    assert_hr(CALL(r.config, Reconnect, kit_in(r.sink), NULL, NULL, NULL, NULL, 0),
              E_INVALIDARG);
    assert_hr(CALL(r.config, Reconnect, NULL, kit_out(r.source), NULL, NULL, NULL, 0),
              E_INVALIDARG);
    assert_hr(CALL(r.config, Reconnect, kit_out(stranger), NULL, NULL, NULL, NULL, 0),
              VFW_E_NOT_IN_GRAPH);
    assert_hr(
        CALL(r.config, Reconnect, kit_out(r.source), kit_in(r.sink), NULL, stranger, NULL, 0),
        VFW_E_NOT_IN_GRAPH);
    assert_flows(0);
    LET_GO(stranger);
    road_close(&r);

    road_open_empty(&r);
    source = road_put(&r, kit_filter(KIT_SOURCE), L"source");
    sink = graph_put(&r.g, &plain);
    road_join(&r, kit_out(source), fake_in(sink, 0));
    assert_hr(CALL(r.config, Reconnect, kit_out(source), fake_in(sink, 0), NULL, NULL, NULL, 0),
              E_NOINTERFACE);
    road_close(&r);
}

/* C-35, C-36: and what is flagged is removed, what is not cached is released (C-39) */
static void search_and_removable(void **state)
{
    struct road r;
    DWORD flags = 7;

    (void)state;
    open_running(&r);
    block(kit_out(r.source), true);
    assert_hr(CALL(r.config, Reconnect, kit_out(r.source), NULL, NULL, NULL, NULL, 0),
              VFW_E_NOT_FOUND);
    assert_int_equal(graph_count(&r.g), 3);
    assert_hr(CALL(r.config, GetFilterFlags, r.middle, &flags), S_OK);
    assert_int_equal(flags, 0);
    assert_hr(CALL(r.config, SetFilterFlags, r.middle, AM_FILTER_FLAGS_REMOVABLE), S_OK);
    assert_hr(CALL(r.config, GetFilterFlags, r.middle, &flags), S_OK);
    assert_int_equal(flags, AM_FILTER_FLAGS_REMOVABLE);
    CALL(r.middle, AddRef);
    assert_hr(CALL(r.config, Reconnect, kit_out(r.source), NULL, NULL, NULL, NULL, 0), S_OK);
    assert_int_equal(graph_count(&r.g), 2);
    assert_int_equal(LET_GO(r.middle), 0);
    assert_hr(is_blocked(kit_out(r.source)), S_OK); /* C-46 */
    block(kit_out(r.source), false);
    assert_flows(0); /* C-48: what it held has arrived */
    road_close(&r);
}

/* Only the input is given: the nearest output that can block. */
static void search_upstream(void **state)
{
    struct road r;
    IBaseFilter *fx;

    (void)state;
    open_running(&r);
    fx = road_put(&r, kit_filter_with(KIT_PASS, "mark=1"), L"more");
    block(kit_out(r.middle), true);
    assert_hr(CALL(r.config, Reconnect, NULL, kit_in(r.sink), NULL, fx, NULL, 0), S_OK);
    assert_int_equal(graph_count(&r.g), 4);
    assert_hr(is_blocked(kit_out(r.middle)), S_OK);
    block(kit_out(r.middle), false);
    assert_flows(0);
    assert_true(marked_so_far(0, 1) > 0);
    road_close(&r);
}

/* C-38, C-43, C-45, C-46 */
static void reconnect_with_filter(void **state)
{
    struct road r;
    IBaseFilter *fx, *old;
    IReferenceClock *clock, *graph_clock;
    REFERENCE_TIME start = -1;
    LONG before, after;

    (void)state;
    open_running(&r);
    old = r.middle;
    fx = road_put(&r, kit_filter_with(KIT_HOLD, "mark=1"), L"new");
    assert_int_equal(kit_state(fx), State_Stopped);
    CALL(r.g.version, QueryVersion, &before);
    block(kit_out(r.source), true);
    assert_hr(CALL(r.config, Reconnect, kit_out(r.source), kit_in(r.sink), NULL, fx, NULL,
                   AM_GRAPH_CONFIG_RECONNECT_CACHE_REMOVED_FILTERS |
                       AM_GRAPH_CONFIG_RECONNECT_DIRECTCONNECT),
              S_OK);
    assert_hr(is_blocked(kit_out(r.source)), S_OK);
    block(kit_out(r.source), false);
    CALL(r.g.version, QueryVersion, &after);
    assert_true(after > before);
    assert_int_equal(kit_state(fx), State_Running);
    assert_hr(CALL(r.config, GetStartTime, &start), S_OK);
    assert_hr(CALL(fx, GetSyncSource, &clock), S_OK);
    assert_hr(CALL(r.g.filter, GetSyncSource, &graph_clock), S_OK);
    assert_ptr_equal(clock, graph_clock);
    LET_GO(clock);
    LET_GO(graph_clock);
    assert_int_equal(cached(&r), 1);
    assert_int_equal(graph_count(&r.g), 3); /* C-59 */
    assert_int_equal(kit_state(old), State_Stopped);
    assert_false(kit_connected(kit_in(old)));
    assert_false(kit_connected(kit_out(old)));
    assert_flows(0);
    assert_true(marked_so_far(0, 1) > 0);
    road_close(&r);
}

/* C-43: a foreign filter is told the graph's start time */
static void foreign_filter_gets_start_time(void **state)
{
    struct fake_config config = {
        .name = "foreign", .inputs = 1, .outputs = 1, .in_types = "a", .out_types = "="
    };
    struct road r;
    struct fake_filter *fx;
    REFERENCE_TIME start;

    (void)state;
    open_running(&r);
    fx = graph_put(&r.g, &config);
    block(kit_out(r.source), true);
    assert_hr(
        CALL(r.config, Reconnect, kit_out(r.source), kit_in(r.sink), NULL, &fx->base, NULL, 0),
        S_OK);
    block(kit_out(r.source), false);
    assert_hr(CALL(r.config, GetStartTime, &start), S_OK);
    assert_int_equal(fake_state(fx), State_Running);
    assert_int_equal(fx->start, start);
    assert_flows(0);
    road_close(&r);
}

/* C-44: the gate is before the first sample, so the graph pauses with nothing in it */
static void reconnect_while_paused(void **state)
{
    struct road r;
    IBaseFilter *fx;

    (void)state;
    road_open(&r, kit_filter(KIT_SOURCE), kit_filter(KIT_PASS), kit_filter(KIT_SINK));
    fx = road_put(&r, kit_filter(KIT_PASS), L"new");
    block(kit_out(r.source), true);
    CALL(r.g.control, Pause);
    assert_hr(CALL(r.config, Reconnect, kit_out(r.source), kit_in(r.sink), NULL, fx, NULL, 0),
              S_OK);
    assert_int_equal(kit_state(fx), State_Paused);
    block(kit_out(r.source), false);
    road_run(&r);
    assert_flows(0);
    road_close(&r);
}

/* C-40, C-41: a road that needs a converter */
static void direct_and_cached(void **state)
{
    struct fake_config to_b = {
        .name = "to b", .inputs = 1, .outputs = 1, .in_types = "a", .out_types = "b"
    };
    struct fake_config from_b = {
        .name = "from b", .inputs = 1, .outputs = 1, .in_types = "b", .out_types = "a"
    };
    struct fake_config only_a = { .name = "only a",
                                  .inputs = 1,
                                  .in_types = "a",
                                  .pin_connection = true,
                                  .dynamic_connect = true,
                                  .is_end_pin = true };
    struct road r;
    struct fake_filter *sink, *converter, *fx;
    IPin *out;

    (void)state;
    road_open_empty(&r);
    r.source = road_put(&r, kit_filter(KIT_SOURCE), L"source");
    sink = graph_put(&r.g, &only_a);
    out = kit_out(r.source);
    road_join(&r, out, fake_in(sink, 0));
    road_run(&r);
    fx = graph_put(&r.g, &to_b);
    block(out, true);
    assert_hr(CALL(r.config, Reconnect, out, fake_in(sink, 0), NULL, &fx->base, NULL,
                   AM_GRAPH_CONFIG_RECONNECT_DIRECTCONNECT),
              VFW_E_CANNOT_CONNECT);
    assert_hr(CALL(r.config, Reconnect, out, fake_in(sink, 0), NULL, &fx->base, NULL,
                   AM_GRAPH_CONFIG_RECONNECT_USE_ONLY_CACHED_FILTERS),
              VFW_E_CANNOT_CONNECT);
    converter = fake_filter_new(&from_b);
    assert_hr(CALL(r.config, AddFilterToCache, &converter->base), S_OK);
    fake_release(converter);
    assert_hr(CALL(r.config, Reconnect, out, fake_in(sink, 0), NULL, &fx->base, NULL,
                   AM_GRAPH_CONFIG_RECONNECT_USE_ONLY_CACHED_FILTERS),
              S_OK);
    assert_int_equal(cached(&r), 0);
    assert_int_equal(graph_count(&r.g), 4);
    assert_int_equal(fake_state(converter), State_Running);
    /* a pin that does not let go while its filter is active: all is as before */
    assert_hr(CALL(r.config, Reconnect, fake_out(fx, 0), fake_in(sink, 0), NULL, NULL, NULL, 0),
              VFW_E_NOT_STOPPED);
    assert_int_equal(fake_state(converter), State_Running);
    assert_int_equal(graph_count(&r.g), 4);
    /* C-37: what the graph had put in by itself goes without being flagged; fx does not */
    assert_hr(CALL(r.config, Reconnect, out, NULL, NULL, NULL, NULL, 0), VFW_E_NOT_FOUND);
    assert_hr(CALL(r.config, SetFilterFlags, &fx->base, AM_FILTER_FLAGS_REMOVABLE), S_OK);
    assert_hr(CALL(r.config, Reconnect, out, NULL, NULL, NULL, NULL, 0), S_OK);
    assert_int_equal(graph_count(&r.g), 2);
    block(out, false);
    assert_true(fake_wait_numbers(sink, fake_number_count(sink) + 10));
    road_close(&r);
}

/* C-47: a drain that never ends */
static void abort_one(bool reconnect)
{
    struct fake_config config = { .name = "eater",
                                  .inputs = 1,
                                  .outputs = 1,
                                  .in_types = "a",
                                  .out_types = "=",
                                  .swallows_end = true };
    struct road r;
    HANDLE abort_event = CreateEventW(NULL, TRUE, TRUE, NULL);
    IPinConnection *sink;

    road_open(&r, kit_filter_with(KIT_SOURCE, "limit=5000"), &fake_filter_new(&config)->base,
              kit_filter(KIT_SINK));
    assert_hr(CALL(kit_in(r.sink), QueryInterface, &IID_IPinConnection, (void **)&sink), S_OK);
    road_run(&r);
    block(kit_out(r.source), true);
    if (reconnect)
        assert_hr(CALL(r.config, Reconnect, kit_out(r.source), kit_in(r.sink), NULL, NULL,
                       abort_event, 0),
                  VFW_E_STATE_CHANGED);
    else
        assert_hr(CALL(r.config, PushThroughData, kit_out(r.source), sink, abort_event),
                  VFW_E_STATE_CHANGED);
    LET_GO(sink);
    block(kit_out(r.source), false);
    CloseHandle(abort_event);
    assert_true(kit_wait_count(0, 5000));
    /* the registration is cancelled: an end of stream ends the stream; the one that was given up may still come first */
    assert_hr(CALL(kit_in(r.sink), EndOfStream), S_OK);
    if (!graph_event(&r.g, EC_COMPLETE, 200, NULL)) {
        assert_hr(CALL(kit_in(r.sink), EndOfStream), S_OK);
        assert_true(graph_event(&r.g, EC_COMPLETE, KIT_WAIT_MS, NULL));
    }
    road_close(&r);
}

static void abort_ends_the_wait(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 20; i++)
        abort_one(i % 2 == 0);
}

/* ---- Reconfigure: C-50, C-51 ----------------------------------------------------------------------- */

struct callback {
    IGraphConfigCallback face;
    struct road *r;
    pthread_t thread;
    unsigned calls;
    void *context;
    DWORD flags;
    HRESULT answer;
    IBaseFilter *added;
};

static HRESULT STDMETHODCALLTYPE callback_query(IGraphConfigCallback *face, REFIID iid,
                                                void **out)
{
    (void)iid;
    *out = face;
    return S_OK;
}

static ULONG STDMETHODCALLTYPE callback_count(IGraphConfigCallback *face)
{
    (void)face;
    return 1;
}

static HRESULT STDMETHODCALLTYPE callback_reconfigure(IGraphConfigCallback *face, PVOID context,
                                                      DWORD flags)
{
    struct callback *c = CONTAINING_RECORD(face, struct callback, face);

    c->calls++;
    c->thread = pthread_self();
    c->context = context;
    c->flags = flags;
    if (SUCCEEDED(c->answer))
        c->added = road_put(c->r, kit_filter(KIT_PASS), L"added");
    return c->answer;
}

static const IGraphConfigCallbackVtbl callback_vtbl = {
    .QueryInterface = callback_query,
    .AddRef = callback_count,
    .Release = callback_count,
    .Reconfigure = callback_reconfigure,
};

static void reconfigure(void **state)
{
    struct road r;
    struct callback c = { .face = { (IGraphConfigCallbackVtbl *)&callback_vtbl }, .r = &r };
    int context;

    (void)state;
    open_running(&r);
    assert_hr(CALL(r.config, Reconfigure, NULL, NULL, 0, NULL), E_POINTER);
    c.answer = E_ACCESSDENIED;
    assert_hr(CALL(r.config, Reconfigure, &c.face, &context, 77, NULL), E_ACCESSDENIED);
    assert_int_equal(c.calls, 1);
    assert_true(pthread_equal(c.thread, pthread_self()));
    assert_ptr_equal(c.context, &context);
    assert_int_equal(c.flags, 77);
    c.answer = S_OK;
    assert_hr(CALL(r.config, Reconfigure, &c.face, &context, 77, NULL), S_OK);
    assert_int_equal(kit_state(c.added), State_Running);
    assert_flows(0);
    road_close(&r);
}

/* What runs goes on as it is; only who came, or stands otherwise than the graph, is told. */
static void reconfigure_touches_nobody_else(void **state)
{
    struct fake_log log = FAKE_LOG_INIT;
    struct fake_config config = { .name = "bystander", .log = &log };
    struct road r;
    struct callback c = { .face = { (IGraphConfigCallbackVtbl *)&callback_vtbl }, .r = &r };

    (void)state;
    open_running(&r);
    assert_hr(CALL(r.g.control, Stop), S_OK);
    (void)graph_put(&r.g, &config);
    road_run(&r);
    fake_log_clear(&log);
    assert_hr(CALL(r.config, Reconfigure, &c.face, NULL, 0, NULL), S_OK);
    assert_string_equal(log.text, "");
    assert_int_equal(kit_state(c.added), State_Running);
    road_close(&r);
}

/* C-52 */
static void push_through_arguments(void **state)
{
    struct fake_config plain = { .name = "plain", .inputs = 1, .in_types = "a" };
    struct road r;
    struct fake_filter *sink;
    IBaseFilter *source, *stranger = kit_filter(KIT_PASS);

    (void)state;
    road_open_empty(&r);
    source = road_put(&r, kit_filter(KIT_SOURCE), L"source");
    sink = graph_put(&r.g, &plain);
    road_join(&r, kit_out(source), fake_in(sink, 0));
    assert_hr(CALL(r.config, PushThroughData, NULL, NULL, NULL), E_POINTER);
    assert_hr(CALL(r.config, PushThroughData, kit_out(source), NULL, NULL), VFW_E_NOT_FOUND);
    assert_hr(CALL(r.config, PushThroughData, kit_out(stranger), NULL, NULL),
              VFW_E_NOT_IN_GRAPH);
    LET_GO(stranger);
    road_close(&r);
}

/* C-53, C-54 */
static void start_time_and_flags(void **state)
{
    struct road r;
    IBaseFilter *stranger = kit_filter(KIT_PASS);
    REFERENCE_TIME start = 5;
    DWORD flags = 5;

    (void)state;
    road_open(&r, kit_filter(KIT_SOURCE), kit_filter(KIT_PASS), kit_filter(KIT_SINK));
    assert_hr(CALL(r.config, GetStartTime, NULL), E_POINTER);
    assert_hr(CALL(r.config, GetStartTime, &start), VFW_E_WRONG_STATE);
    CALL(r.g.control, Pause);
    assert_hr(CALL(r.config, GetStartTime, &start), VFW_E_WRONG_STATE);
    assert_int_equal(start, 5);
    road_run(&r);
    assert_hr(CALL(r.config, GetStartTime, &start), S_OK);
    assert_true(start > 5);
    assert_hr(CALL(r.config, SetFilterFlags, NULL, 0), E_POINTER);
    assert_hr(CALL(r.config, SetFilterFlags, r.middle, 2), E_INVALIDARG);
    assert_hr(CALL(r.config, SetFilterFlags, stranger, 1), VFW_E_NOT_IN_GRAPH);
    assert_hr(CALL(r.config, GetFilterFlags, NULL, &flags), E_POINTER);
    assert_hr(CALL(r.config, GetFilterFlags, r.middle, NULL), E_POINTER);
    assert_hr(CALL(r.config, GetFilterFlags, stranger, &flags), VFW_E_NOT_IN_GRAPH);
    LET_GO(stranger);
    road_close(&r);
}

/* C-55, C-56, C-59 */
static void cache(void **state)
{
    struct fake_config config = {
        .name = "foreign", .inputs = 1, .outputs = 1, .in_types = "a", .out_types = "="
    };
    struct road r;
    struct fake_filter *active = fake_filter_new(&config);
    IBaseFilter *member;
    IEnumFilters *list;
    IBaseFilter *one;

    (void)state;
    open_running(&r);
    assert_hr(CALL(r.config, AddFilterToCache, NULL), E_POINTER);
    assert_hr(CALL(r.config, RemoveFilterFromCache, NULL), E_POINTER);
    assert_hr(CALL(r.config, EnumCacheFilter, NULL), E_POINTER);
    assert_hr(CALL(r.config, AddFilterToCache, r.middle), E_FAIL);
    CALL(&active->base, Pause);
    assert_hr(CALL(r.config, AddFilterToCache, &active->base), S_OK);
    assert_int_equal(fake_state(active), State_Stopped);
    assert_hr(CALL(r.config, AddFilterToCache, &active->base), S_FALSE);
    member = road_put(&r, kit_filter(KIT_PASS), L"member");
    assert_int_equal(graph_count(&r.g), 4);
    assert_hr(CALL(r.config, EnumCacheFilter, &list), S_OK);
    assert_hr(CALL(r.config, AddFilterToCache, member), S_OK);
    assert_hr(CALL(list, Next, 1, &one, NULL), VFW_E_ENUM_OUT_OF_SYNC);
    LET_GO(list);
    assert_false(kit_in_graph(member));
    assert_int_equal(graph_count(&r.g), 3);
    assert_int_equal(cached(&r), 2);
    assert_hr(CALL(r.config, RemoveFilterFromCache, &active->base), S_OK);
    assert_hr(CALL(r.config, RemoveFilterFromCache, &active->base), S_FALSE);
    fake_release(active);
    /* joining the graph takes it out of the cache; what is still there goes with the graph */
    assert_hr(CALL(r.g.builder, AddFilter, member, L"member"), S_OK);
    assert_int_equal(cached(&r), 0);
    assert_hr(CALL(r.config, AddFilterToCache, member), S_OK);
    road_close(&r);
}

/* C-57 */
static void remove_filter_ex(void **state)
{
    struct road r;
    IBaseFilter *fx = kit_filter(KIT_PASS);

    (void)state;
    CALL(fx, AddRef);
    road_open(&r, kit_filter(KIT_SOURCE), fx, kit_filter(KIT_SINK));
    assert_hr(CALL(r.config, RemoveFilterEx, NULL, 0), E_POINTER);
    assert_hr(CALL(r.config, RemoveFilterEx, fx, 2), E_INVALIDARG);
    assert_hr(CALL(r.config, RemoveFilterEx, fx, REMFILTERF_LEAVECONNECTED), S_OK);
    assert_true(kit_connected(kit_in(fx)));
    assert_true(kit_connected(kit_out(fx)));
    assert_int_equal(graph_count(&r.g), 2);
    assert_hr(CALL(r.config, RemoveFilterEx, fx, 0), VFW_E_NOT_IN_GRAPH);
    assert_hr(CALL(r.g.builder, AddFilter, fx, L"fx"), S_OK);
    assert_hr(CALL(r.config, RemoveFilterEx, fx, 0), S_OK);
    assert_false(kit_connected(kit_in(fx)));
    assert_false(kit_connected(kit_out(r.source)));
    LET_GO(fx);
    road_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reconnect_arguments),
        cmocka_unit_test(search_and_removable),
        cmocka_unit_test(search_upstream),
        cmocka_unit_test(reconnect_with_filter),
        cmocka_unit_test(foreign_filter_gets_start_time),
        cmocka_unit_test(reconnect_while_paused),
        cmocka_unit_test(direct_and_cached),
        cmocka_unit_test(abort_ends_the_wait),
        cmocka_unit_test(reconfigure),
        cmocka_unit_test(reconfigure_touches_nobody_else),
        cmocka_unit_test(push_through_arguments),
        cmocka_unit_test(start_time_and_flags),
        cmocka_unit_test(cache),
        cmocka_unit_test(remove_filter_ex),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
