/* SPDX-License-Identifier: MIT */
/* test_streams.c - IAMGraphStreams: what is found upstream, and the offsets that keep live streams in step. */
#include "graph_test.h"

#include <stdlib.h>

static IAMGraphStreams *streams_open(struct test_graph *g)
{
    IAMGraphStreams *streams;

    graph_open(g);
    assert_hr(CALL(g->builder, QueryInterface, &IID_IAMGraphStreams, (void **)&streams), S_OK);
    return streams;
}

static void streams_close(struct test_graph *g, IAMGraphStreams *streams)
{
    LET_GO(streams);
    graph_close(g);
}

/* ---- upstream ---------------------------------------------------------------------------- */

/* source -> through -> sink; the source's filter has a clock and a live output */
struct road {
    struct fake_filter *source, *through, *sink;
};

static struct road road_make(struct test_graph *g)
{
    struct road r;

    r.source = graph_put(g, &(struct fake_config){ .name = "source",
                                                   .outputs = 1,
                                                   .out_types = "A",
                                                   .live = true,
                                                   .has_clock = true });
    r.through = graph_put(g, &(struct fake_config){ .name = "through",
                                                    .inputs = 1,
                                                    .outputs = 1,
                                                    .in_types = "A",
                                                    .out_types = "=",
                                                    .pin_connection = true });
    r.sink =
        graph_put(g, &(struct fake_config){ .name = "sink", .inputs = 1, .in_types = "A" });
    assert_hr(graph_join(g, r.source, 0, r.through, 0), S_OK);
    assert_hr(graph_join(g, r.through, 0, r.sink, 0), S_OK);
    return r;
}

static void test_upstream(void **state)
{
    struct test_graph g;
    IAMGraphStreams *streams = streams_open(&g);
    struct road r = road_make(&g);
    void *found = NULL;

    (void)state;
    assert_hr(CALL(streams, FindUpstreamInterface, fake_in(r.sink, 0), &IID_IAMPushSource,
                   &found, AM_INTF_SEARCH_OUTPUT_PIN),
              S_OK);
    assert_ptr_equal(found, &r.source->pins[0].push);
    LET_GO((IUnknown *)found);
    /* everywhere */
    assert_hr(CALL(streams, FindUpstreamInterface, fake_in(r.sink, 0), &IID_IReferenceClock,
                   &found, 0),
              S_OK);
    assert_ptr_equal(found, &r.source->clock_face);
    LET_GO((IUnknown *)found);
    assert_hr(CALL(streams, FindUpstreamInterface, fake_in(r.sink, 0), &IID_IPinConnection,
                   &found, AM_INTF_SEARCH_INPUT_PIN),
              S_OK);
    assert_ptr_equal(found, &r.through->pins[0].connection);
    LET_GO((IUnknown *)found);
    /* the nearest filter */
    assert_hr(CALL(streams, FindUpstreamInterface, fake_in(r.sink, 0), &IID_IBaseFilter, &found,
                   AM_INTF_SEARCH_FILTER),
              S_OK);
    assert_ptr_equal(found, &r.through->base);
    LET_GO((IUnknown *)found);
    streams_close(&g, streams);
}

static void test_upstream_only(void **state)
{
    struct test_graph g;
    IAMGraphStreams *streams = streams_open(&g);
    struct road r = road_make(&g);
    struct fake_filter *stranger =
        fake_filter_new(&(struct fake_config){ .name = "x", .inputs = 1, .in_types = "A" });
    void *found = (void *)1;

    (void)state;
    /* from the source's own pin there is no way to the filter behind it */
    assert_hr(CALL(streams, FindUpstreamInterface, fake_out(r.source, 0), &IID_IPinConnection,
                   &found, 0),
              E_NOINTERFACE);
    assert_null(found);
    /* where one does not look, nothing is found */
    assert_hr(CALL(streams, FindUpstreamInterface, fake_in(r.sink, 0), &IID_IAMPushSource,
                   &found, AM_INTF_SEARCH_FILTER | AM_INTF_SEARCH_INPUT_PIN),
              E_NOINTERFACE);
    assert_hr(CALL(streams, FindUpstreamInterface, fake_in(stranger, 0), &IID_IPin, &found, 0),
              VFW_E_NOT_IN_GRAPH);
    assert_hr(CALL(streams, FindUpstreamInterface, fake_in(r.sink, 0), &IID_IPin, &found, 8),
              E_INVALIDARG);
    assert_hr(CALL(streams, FindUpstreamInterface, NULL, &IID_IPin, &found, 0), E_POINTER);
    assert_hr(CALL(streams, FindUpstreamInterface, fake_in(r.sink, 0), NULL, &found, 0),
              E_POINTER);
    assert_hr(CALL(streams, FindUpstreamInterface, fake_in(r.sink, 0), &IID_IPin, NULL, 0),
              E_POINTER);
    fake_release(stranger);
    streams_close(&g, streams);
}

/* A tee and a multiplexer: two ways to the same source, each pin looked at once; and a long chain. */
static void test_upstream_meets_again(void **state)
{
    struct test_graph g;
    IAMGraphStreams *streams = streams_open(&g);
    struct fake_filter *source, *last;
    void *found = NULL;

    (void)state;
    source = graph_put(
        &g, &(struct fake_config){
                .name = "source", .outputs = 2, .out_types = "A", .has_clock = true });
    last = source;
    for (int i = 0; i < 40; i++) { /* 2^40 ways */
        struct fake_filter *next =
            graph_put(&g, &(struct fake_config){
                              .inputs = 2, .outputs = 2, .in_types = "A", .out_types = "A" });

        assert_hr(graph_join(&g, last, 0, next, 0), S_OK);
        assert_hr(graph_join(&g, last, 1, next, 1), S_OK);
        last = next;
    }
    assert_hr(CALL(streams, FindUpstreamInterface, fake_out(last, 0), &IID_IReferenceClock,
                   &found, AM_INTF_SEARCH_FILTER),
              S_OK);
    assert_ptr_equal(found, &source->clock_face);
    LET_GO((IUnknown *)found);
    streams_close(&g, streams);
}

/* ---- offsets ----------------------------------------------------------------------------- */

static HRESULT STDMETHODCALLTYPE latency_query(IAMLatency *face, REFIID iid, void **out)
{
    (void)face, (void)iid;
    *out = NULL;
    return E_NOINTERFACE;
}

static ULONG STDMETHODCALLTYPE latency_ref(IAMLatency *face)
{
    (void)face;
    return 1;
}

static HRESULT STDMETHODCALLTYPE latency_get(IAMLatency *face, REFERENCE_TIME *ret)
{
    (void)face;
    *ret = 700000;
    return S_OK;
}

static const IAMLatencyVtbl latency_vtbl = {
    .QueryInterface = latency_query,
    .AddRef = latency_ref,
    .Release = latency_ref,
    .GetLatency = latency_get,
};
static IAMLatency latency_face = { (IAMLatencyVtbl *)&latency_vtbl };

static HRESULT slow_more(struct fake_filter *filter, REFIID iid, void **out)
{
    (void)filter;
    if (!IsEqualIID(iid, &IID_IAMLatency))
        return E_NOINTERFACE;
    *out = &latency_face;
    return S_OK;
}

static struct fake_filter *live_road(struct test_graph *g, REFERENCE_TIME latency,
                                     REFERENCE_TIME most, bool is_slow)
{
    struct fake_filter *source, *through, *sink;

    source = graph_put(g, &(struct fake_config){ .outputs = 1,
                                                 .out_types = "A",
                                                 .live = true,
                                                 .latency = latency,
                                                 .offset_most = most });
    through = graph_put(g, &(struct fake_config){ .inputs = 1,
                                                  .outputs = 1,
                                                  .in_types = "A",
                                                  .out_types = "A",
                                                  .more = is_slow ? slow_more : NULL });
    sink = graph_put(g, &(struct fake_config){ .inputs = 1, .in_types = "A" });
    assert_hr(graph_join(g, source, 0, through, 0), S_OK);
    assert_hr(graph_join(g, through, 0, sink, 0), S_OK);
    return source;
}

static void test_offsets(void **state)
{
    struct test_graph g;
    IAMGraphStreams *streams = streams_open(&g);
    struct fake_filter *slow = live_road(&g, 300000, 0, true);
    struct fake_filter *fast = live_road(&g, 100000, 0, false);

    (void)state;
    assert_int_equal(slow->pins[0].stream_offset, 0);
    assert_hr(CALL(streams, SyncUsingStreamOffset, TRUE), S_OK);
    assert_int_equal(slow->pins[0].stream_offset, 1000000); /* its own and the filter behind */
    assert_int_equal(fast->pins[0].stream_offset, 1000000); /* the same for all */
    assert_hr(CALL(streams, SetMaxGraphLatency, 600000), S_OK);
    assert_int_equal(slow->pins[0].stream_offset, 600000);
    assert_hr(CALL(streams, SetMaxGraphLatency, -1), E_INVALIDARG);
    assert_hr(CALL(streams, SyncUsingStreamOffset, FALSE), S_OK);
    assert_int_equal(slow->pins[0].stream_offset, 0);
    assert_int_equal(fast->pins[0].stream_offset, 0);
    streams_close(&g, streams);
}

/* A source that can't hold as much decides for all, as all have to be in step. */
static void test_least_offset(void **state)
{
    struct test_graph g;
    IAMGraphStreams *streams = streams_open(&g);
    struct fake_filter *slow = live_road(&g, 300000, 0, true);
    struct fake_filter *small = live_road(&g, 100000, 250000, false);

    (void)state;
    assert_hr(CALL(streams, SyncUsingStreamOffset, TRUE), S_OK);
    assert_int_equal(slow->pins[0].stream_offset, 250000);
    assert_int_equal(small->pins[0].stream_offset, 250000);
    streams_close(&g, streams);
}

/* What joins later is told when the graph starts; without offsets nobody is told anything. */
static void test_told_at_the_start(void **state)
{
    struct test_graph g;
    IAMGraphStreams *streams = streams_open(&g);
    struct fake_filter *source;

    (void)state;
    assert_hr(CALL(streams, SetMaxGraphLatency, 400000), S_OK);
    assert_hr(CALL(streams, SyncUsingStreamOffset, FALSE), S_OK);
    assert_hr(CALL(streams, SyncUsingStreamOffset, TRUE), S_OK);
    source = live_road(&g, 200000, 0, false);
    assert_int_equal(source->pins[0].stream_offset, 0);
    assert_hr(CALL(g.filter, SetSyncSource, NULL), S_OK);
    assert_true(SUCCEEDED(CALL(g.control, Pause)));
    assert_int_equal(source->pins[0].stream_offset, 200000);
    assert_hr(CALL(g.control, Stop), S_OK);
    streams_close(&g, streams);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_upstream),
        cmocka_unit_test(test_upstream_only),
        cmocka_unit_test(test_upstream_meets_again),
        cmocka_unit_test(test_offsets),
        cmocka_unit_test(test_least_offset),
        cmocka_unit_test(test_told_at_the_start),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
