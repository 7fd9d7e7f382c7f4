/* SPDX-License-Identifier: MIT */
/* test_members.c - who is in the graph: add, remove, names, enumerators, versions, faces. */
#include "graph_test.h"

#include <wchar.h>

static const struct fake_config sink = { .name = "sink", .inputs = 1, .in_types = "A" };
static const struct fake_config source = { .name = "source", .outputs = 1, .out_types = "A" };

static void test_add_find_remove(void **state)
{
    struct test_graph g;
    struct fake_filter *one;
    IBaseFilter *found;
    FILTER_INFO info;

    (void)state;
    graph_open(&g);
    one = graph_put(&g, &sink);
    assert_hr(CALL(g.builder, FindFilterByName, L"sink", &found), S_OK);
    assert_ptr_equal(found, &one->base);
    LET_GO(found);
    assert_hr(CALL(&one->base, QueryFilterInfo, &info), S_OK);
    assert_ptr_equal(info.pGraph, g.builder);
    LET_GO(info.pGraph);
    assert_int_equal(wcscmp(info.achName, L"sink"), 0);
    assert_hr(CALL(g.builder, AddFilter, &one->base, L"again"), E_INVALIDARG);
    assert_hr(CALL(g.builder, FindFilterByName, L"nobody", &found), VFW_E_NOT_FOUND);
    assert_null(found);
    fake_addref(one);
    assert_hr(CALL(g.builder, RemoveFilter, &one->base), S_OK);
    assert_null(one->graph);
    assert_hr(CALL(g.builder, RemoveFilter, &one->base), VFW_E_NOT_IN_GRAPH);
    assert_int_equal(fake_unref(one), 0);
    graph_close(&g);
}

static void test_names(void **state)
{
    struct fake_filter *a = fake_filter_new(&sink), *b = fake_filter_new(&sink);
    struct fake_filter *c = fake_filter_new(&sink), *d = fake_filter_new(&sink);
    WCHAR endless[300];
    struct test_graph g;

    (void)state;
    graph_open(&g);
    assert_hr(CALL(g.builder, AddFilter, &a->base, L"x"), S_OK);
    assert_hr(CALL(g.builder, AddFilter, &b->base, L"x"), VFW_S_DUPLICATE_NAME);
    assert_int_not_equal(wcscmp(a->name, b->name), 0);
    assert_hr(CALL(g.builder, AddFilter, &c->base, NULL), S_OK);
    assert_int_not_equal(c->name[0], 0);
    wmemset(endless, L'e', 299);
    endless[299] = 0;
    assert_hr(CALL(g.builder, AddFilter, &d->base, endless), S_OK);
    assert_int_equal(wcslen(d->name), 127);
    fake_release(a);
    fake_release(b);
    fake_release(c);
    fake_release(d);
    graph_close(&g);
}

static void test_join_fails(void **state)
{
    struct fake_config refuses = sink;
    struct fake_filter *one;
    struct test_graph g;

    (void)state;
    refuses.fail_join = E_FAIL;
    one = fake_filter_new(&refuses);
    graph_open(&g);
    assert_hr(CALL(g.builder, AddFilter, &one->base, L"x"), E_FAIL);
    assert_int_equal(graph_count(&g), 0);
    assert_int_equal(fake_unref(one), 0);
    graph_close(&g);
}

static void test_enumerators(void **state)
{
    struct test_graph g;
    IEnumFilters *list, *copy;
    IBaseFilter *filters[4];
    ULONG got;

    (void)state;
    graph_open(&g);
    graph_put(&g, &source);
    graph_put(&g, &sink);
    assert_hr(CALL(g.builder, EnumFilters, &list), S_OK);
    assert_hr(CALL(list, Next, 4, filters, NULL), E_INVALIDARG);
    assert_hr(CALL(list, Next, 1, NULL, &got), E_POINTER);
    assert_hr(CALL(list, Next, 4, filters, &got), S_FALSE);
    assert_int_equal(got, 2);
    LET_GO(filters[0]);
    LET_GO(filters[1]);
    assert_hr(CALL(list, Next, 1, filters, NULL), S_FALSE);
    assert_hr(CALL(list, Reset), S_OK);
    assert_hr(CALL(list, Skip, 1), S_OK);
    assert_hr(CALL(list, Clone, &copy), S_OK);
    assert_hr(CALL(copy, Next, 1, filters, NULL), S_OK);
    LET_GO(filters[0]);
    assert_hr(CALL(copy, Skip, 1), S_FALSE);
    LET_GO(copy);
    assert_hr(CALL(list, Clone, NULL), E_POINTER);
    graph_put(&g, &(struct fake_config){ .name = "third", .inputs = 1 });
    assert_hr(CALL(list, Next, 1, filters, NULL), VFW_E_ENUM_OUT_OF_SYNC);
    assert_hr(CALL(list, Skip, 1), VFW_E_ENUM_OUT_OF_SYNC);
    assert_hr(CALL(list, Reset), S_OK);
    assert_hr(CALL(list, Skip, 3), S_OK);
    LET_GO(list);
    graph_close(&g);
}

static LONG version_of(struct test_graph *g)
{
    LONG version = -1;

    assert_hr(CALL(g->version, QueryVersion, &version), S_OK);
    return version;
}

static void test_version_grows(void **state)
{
    struct test_graph g;
    struct fake_filter *from, *to;
    LONG before;

    (void)state;
    graph_open(&g);
    before = version_of(&g);
    from = graph_put(&g, &source);
    assert_true(version_of(&g) > before);
    to = graph_put(&g, &sink);
    before = version_of(&g);
    assert_hr(graph_join(&g, from, 0, to, 0), S_OK);
    assert_true(version_of(&g) > before);
    before = version_of(&g);
    assert_hr(CALL(g.builder, Disconnect, fake_out(from, 0)), S_OK);
    assert_true(version_of(&g) > before);
    assert_hr(CALL(g.builder, Disconnect, fake_out(from, 0)), S_FALSE);
    assert_true(is_connected(fake_in(to, 0))); /* one side only */
    assert_hr(CALL(g.builder, Disconnect, fake_in(to, 0)), S_OK);
    before = version_of(&g);
    assert_hr(CALL(g.builder, RemoveFilter, &to->base), S_OK);
    assert_true(version_of(&g) > before);
    graph_close(&g);
}

static void test_remove_disconnects_both_sides(void **state)
{
    struct test_graph g;
    struct fake_filter *from, *through, *to;

    (void)state;
    graph_open(&g);
    from = graph_put(&g, &source);
    through = graph_put(
        &g, &(struct fake_config){
                .name = "t", .inputs = 1, .outputs = 1, .in_types = "*", .out_types = "=" });
    to = graph_put(&g, &sink);
    assert_hr(graph_join(&g, from, 0, through, 0), S_OK);
    assert_hr(graph_join(&g, through, 0, to, 0), S_OK);
    assert_hr(CALL(g.builder, RemoveFilter, &through->base), S_OK);
    assert_false(is_connected(fake_out(from, 0)));
    assert_false(is_connected(fake_in(to, 0)));
    graph_close(&g);
}

static void test_remove_from_a_running_graph(void **state)
{
    struct fake_config strict = sink, dynamic = sink;
    struct test_graph g;
    struct fake_filter *from, *to, *other_from, *other_to;

    (void)state;
    dynamic.name = "dynamic";
    dynamic.pin_connection = true;
    graph_open(&g);
    from = graph_put(&g, &source);
    to = graph_put(&g, &strict);
    other_from =
        graph_put(&g, &(struct fake_config){ .name = "other", .outputs = 1, .out_types = "A" });
    other_to = graph_put(&g, &dynamic);
    assert_hr(graph_join(&g, from, 0, to, 0), S_OK);
    assert_hr(graph_join(&g, other_from, 0, other_to, 0), S_OK);
    assert_hr(CALL(g.control, Run), S_OK);
    /* its neighbour is active and can't let go: nothing happens */
    assert_hr(CALL(g.builder, RemoveFilter, &from->base), VFW_E_NOT_STOPPED);
    assert_true(is_connected(fake_out(from, 0)));
    assert_int_equal(fake_state(from), State_Running);
    assert_hr(CALL(g.builder, RemoveFilter, &other_from->base), S_OK);
    assert_false(is_connected(fake_in(other_to, 0)));
    graph_close(&g);
}

static void test_added_to_an_active_graph_stays_stopped(void **state)
{
    struct test_graph g;
    struct fake_filter *late;

    (void)state;
    graph_open(&g);
    graph_put(&g, &sink);
    assert_hr(CALL(g.control, Run), S_OK);
    late = graph_put(&g, &(struct fake_config){ .name = "late", .inputs = 1 });
    assert_int_equal(fake_state(late), State_Stopped);
    assert_non_null(late->clock);
    assert_hr(CALL(g.control, Stop), S_OK);
    graph_close(&g);
}

static void test_faces(void **state)
{
    static const IID *const must[] = {
        &IID_IUnknown,      &IID_IFilterGraph,    &IID_IGraphBuilder,   &IID_IFilterGraph2,
        &IID_IFilterGraph3, &IID_IMediaControl,   &IID_IMediaEvent,     &IID_IMediaEventEx,
        &IID_IMediaSeeking, &IID_IMediaEventSink, &IID_IMediaPosition,  &IID_IMediaFilter,
        &IID_IGraphVersion, &IID_IGraphReport,    &IID_IObjectWithSite, &IID_IDispatch,
    };
    struct test_graph g;
    IUnknown *identity;
    void *none;

    (void)state;
    graph_open(&g);
    assert_hr(CALL(g.builder, QueryInterface, &IID_IUnknown, (void **)&identity), S_OK);
    for (size_t i = 0; i < sizeof(must) / sizeof(must[0]); i++) {
        IUnknown *face, *again;

        assert_hr(CALL(g.builder, QueryInterface, must[i], (void **)&face), S_OK);
        assert_hr(CALL(face, QueryInterface, &IID_IUnknown, (void **)&again), S_OK);
        assert_ptr_equal(again, identity);
        LET_GO(again);
        LET_GO(face);
    }
    assert_hr(CALL(g.builder, QueryInterface, &IID_IBaseFilter, &none), E_NOINTERFACE);
    assert_null(none);
    LET_GO(identity);
    graph_close(&g);
}

static void test_aggregation(void **state)
{
    struct fake_filter *outer = fake_filter_new(&sink);
    IUnknown *inner = NULL, *back = NULL;
    IGraphBuilder *builder = NULL;
    void *none;

    (void)state;
    assert_hr(CoCreateInstance(&CLSID_FilterGraph, (IUnknown *)&outer->base,
                               CLSCTX_INPROC_SERVER, &IID_IGraphBuilder, &none),
              CLASS_E_NOAGGREGATION);
    assert_hr(CoCreateInstance(&CLSID_FilterGraph, (IUnknown *)&outer->base,
                               CLSCTX_INPROC_SERVER, &IID_IUnknown, (void **)&inner),
              S_OK);
    assert_hr(CALL(inner, QueryInterface, &IID_IGraphBuilder, (void **)&builder), S_OK);
    assert_int_equal(atomic_load(&outer->refs), 2);
    assert_hr(CALL(builder, QueryInterface, &IID_IUnknown, (void **)&back), S_OK);
    assert_ptr_equal(back, &outer->base);
    LET_GO(back);
    LET_GO(builder);
    assert_int_equal(LET_GO(inner), 0);
    fake_release(outer);
    assert_int_equal(rg_live_objects(NULL, NULL), 0);
}

static void test_wrong_arguments(void **state)
{
    struct test_graph g;
    IBaseFilter *filter;
    IObjectWithSite *site;
    IUnknown *got;

    (void)state;
    graph_open(&g);
    assert_hr(CALL(g.builder, AddFilter, NULL, L"x"), E_POINTER);
    assert_hr(CALL(g.builder, RemoveFilter, NULL), E_POINTER);
    assert_hr(CALL(g.builder, EnumFilters, NULL), E_POINTER);
    assert_hr(CALL(g.builder, FindFilterByName, NULL, &filter), E_POINTER);
    assert_hr(CALL(g.builder, FindFilterByName, L"x", NULL), E_POINTER);
    assert_hr(CALL(g.builder, Disconnect, NULL), E_POINTER);
    assert_hr(CALL(g.builder, Reconnect, NULL), E_POINTER);
    assert_hr(CALL(g.builder, ReconnectEx, NULL, NULL), E_POINTER);
    assert_hr(CALL(g.builder, AddSourceFilterForMoniker, NULL, NULL, NULL, &filter), E_POINTER);
    assert_hr(CALL(g.builder, AddSourceFilterForMoniker, NULL, NULL, NULL, NULL), E_POINTER);
    assert_hr(CALL(g.builder, SetSyncSourceEx, NULL, NULL, NULL), E_POINTER);
    assert_hr(CALL(g.version, QueryVersion, NULL), E_POINTER);
    assert_hr(CALL(g.report, GetLastReport, NULL), E_POINTER);
    assert_hr(CALL(g.builder, QueryInterface, &IID_IObjectWithSite, (void **)&site), S_OK);
    assert_hr(CALL(site, GetSite, &IID_IUnknown, (void **)&got), E_FAIL);
    assert_hr(CALL(site, GetSite, &IID_IUnknown, NULL), E_POINTER);
    assert_hr(CALL(site, SetSite, NULL), S_OK);
    LET_GO(site);
    graph_close(&g);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_add_find_remove),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_join_fails),
        cmocka_unit_test(test_enumerators),
        cmocka_unit_test(test_version_grows),
        cmocka_unit_test(test_remove_disconnects_both_sides),
        cmocka_unit_test(test_remove_from_a_running_graph),
        cmocka_unit_test(test_added_to_an_active_graph_stays_stopped),
        cmocka_unit_test(test_faces),
        cmocka_unit_test(test_aggregation),
        cmocka_unit_test(test_wrong_arguments),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
