/* SPDX-License-Identifier: MIT */
/* test_stats.c - IAMStats: names, indices and numbers, written by several threads at once. */
#include "graph_test.h"

#include <math.h>

struct series {
    LONG index, count;
    double last, average, deviation, lowest, highest;
};

static IAMStats *stats_open(struct test_graph *g)
{
    IAMStats *stats;

    graph_open(g);
    assert_hr(CALL(g->builder, QueryInterface, &IID_IAMStats, (void **)&stats), S_OK);
    return stats;
}

static void stats_close(struct test_graph *g, IAMStats *stats)
{
    LET_GO(stats);
    graph_close(g);
}

static HRESULT read_series(IAMStats *stats, const WCHAR *name, struct series *ret)
{
    BSTR text = SysAllocString(name);
    HRESULT hr = CALL(stats, GetValueByName, text, &ret->index, &ret->count, &ret->last,
                      &ret->average, &ret->deviation, &ret->lowest, &ret->highest);

    SysFreeString(text);
    return hr;
}

static LONG index_of(IAMStats *stats, const WCHAR *name)
{
    BSTR text = SysAllocString(name);
    LONG index = -1;

    assert_hr(CALL(stats, GetIndex, text, OATRUE, &index), S_OK);
    SysFreeString(text);
    return index;
}

static void assert_near(double value, double wanted)
{
    if (fabs(value - wanted) > 1e-9)
        fail_msg("%g is not %g", value, wanted);
}

static void test_numbers(void **state)
{
    struct test_graph g;
    IAMStats *stats = stats_open(&g);
    static const double values[] = { 2, 4, 4, 4, 5, 5, 7, 9 };
    LONG index = index_of(stats, L"frames"), count;
    struct series s;

    (void)state;
    assert_int_equal(index_of(stats, L"frames"), index);
    assert_int_not_equal(index_of(stats, L"others"), index);
    assert_hr(CALL(stats, get_Count, &count), S_OK);
    assert_int_equal(count, 2);
    assert_hr(read_series(stats, L"frames", &s), S_OK);
    assert_int_equal(s.count, 0);
    for (int i = 0; i < 8; i++)
        assert_hr(CALL(stats, AddValue, index, values[i]), S_OK);
    assert_hr(read_series(stats, L"frames", &s), S_OK);
    assert_int_equal(s.index, index);
    assert_int_equal(s.count, 8);
    assert_near(s.last, 9);
    assert_near(s.average, 5);
    assert_near(s.deviation, sqrt(32.0 / 7));
    assert_near(s.lowest, 2);
    assert_near(s.highest, 9);
    stats_close(&g, stats);
}

static void test_reset_keeps_indices(void **state)
{
    struct test_graph g;
    IAMStats *stats = stats_open(&g);
    LONG index = index_of(stats, L"late");
    struct series s;
    BSTR name = NULL;

    (void)state;
    assert_hr(CALL(stats, AddValue, index, -3), S_OK);
    assert_hr(CALL(stats, Reset), S_OK);
    assert_hr(CALL(stats, GetValueByIndex, index, &name, &s.count, &s.last, &s.average,
                   &s.deviation, &s.lowest, &s.highest),
              S_OK);
    assert_non_null(name);
    assert_true(wcscmp(name, L"late") == 0);
    SysFreeString(name);
    assert_int_equal(s.count, 0);
    assert_near(s.highest, 0);
    assert_hr(CALL(stats, AddValue, index, -7), S_OK); /* the extremes are its own */
    assert_hr(read_series(stats, L"late", &s), S_OK);
    assert_near(s.highest, -7);
    assert_near(s.lowest, -7);
    assert_near(s.average, -7);
    assert_near(s.deviation, 0);
    stats_close(&g, stats);
}

static void test_wrong_arguments(void **state)
{
    struct test_graph g;
    IAMStats *stats = stats_open(&g);
    BSTR name = SysAllocString(L"nothing"), got = NULL;
    struct series s;
    LONG index = 9;

    (void)state;
    assert_hr(CALL(stats, get_Count, NULL), E_POINTER);
    assert_hr(CALL(stats, GetIndex, name, OAFALSE, &index), E_FAIL);
    assert_int_equal(index, 9);
    assert_hr(CALL(stats, GetIndex, NULL, OATRUE, &index), E_POINTER);
    assert_hr(CALL(stats, GetIndex, name, OATRUE, NULL), E_POINTER);
    assert_hr(read_series(stats, L"nothing", &s), E_FAIL);
    assert_hr(CALL(stats, AddValue, 0, 1), E_INVALIDARG);
    assert_hr(CALL(stats, AddValue, -1, 1), E_INVALIDARG);
    assert_hr(CALL(stats, GetValueByIndex, 0, &got, &s.count, &s.last, &s.average, &s.deviation,
                   &s.lowest, &s.highest),
              E_INVALIDARG);
    assert_null(got);
    assert_hr(CALL(stats, GetValueByIndex, 0, NULL, &s.count, &s.last, &s.average, &s.deviation,
                   &s.lowest, &s.highest),
              E_POINTER);
    assert_hr(CALL(stats, GetValueByName, name, &index, &s.count, &s.last, NULL, &s.deviation,
                   &s.lowest, &s.highest),
              E_POINTER);
    SysFreeString(name);
    stats_close(&g, stats);
}

#define WRITERS 4
#define WRITES  2000

static void *writer(void *context)
{
    IAMStats *stats = context;

    for (int i = 0; i < WRITES; i++) {
        BSTR name = SysAllocString(i % 2 != 0 ? L"odd" : L"even");
        LONG index;

        if (CALL(stats, GetIndex, name, OATRUE, &index) == S_OK)
            (void)CALL(stats, AddValue, index, i);
        SysFreeString(name);
    }
    return NULL;
}

static void test_threads(void **state)
{
    struct test_graph g;
    IAMStats *stats = stats_open(&g);
    pthread_t threads[WRITERS];
    struct series s;
    LONG count;

    (void)state;
    for (int i = 0; i < WRITERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, writer, stats), 0);
    for (int i = 0; i < WRITERS; i++)
        pthread_join(threads[i], NULL);
    assert_hr(CALL(stats, get_Count, &count), S_OK);
    assert_int_equal(count, 2);
    assert_hr(read_series(stats, L"odd", &s), S_OK);
    assert_int_equal(s.count, WRITERS * WRITES / 2);
    assert_near(s.lowest, 1);
    assert_near(s.highest, WRITES - 1);
    assert_true(fabs(s.average - WRITES / 2) < 1e-6);
    stats_close(&g, stats);
}

/* Many names: the table grows, and each is found again. */
static void test_many_names(void **state)
{
    struct test_graph g;
    IAMStats *stats = stats_open(&g);
    WCHAR name[16];

    (void)state;
    for (int i = 0; i < 300; i++) {
        swprintf(name, 16, L"name %d", i);
        assert_int_equal(index_of(stats, name), i);
    }
    for (int i = 0; i < 300; i++) {
        swprintf(name, 16, L"name %d", i);
        assert_int_equal(index_of(stats, name), i);
    }
    stats_close(&g, stats);
}

static void test_the_graph_writes(void **state)
{
    struct test_graph g;
    IAMStats *stats = stats_open(&g);
    struct fake_filter *from, *to;
    struct series s;

    (void)state;
    from =
        graph_put(&g, &(struct fake_config){ .name = "from", .outputs = 1, .out_types = "A" });
    to = graph_put(&g, &(struct fake_config){ .name = "to", .inputs = 1, .in_types = "A" });
    assert_hr(read_series(stats, L"graph: connect, ms", &s), E_FAIL);
    assert_hr(graph_join(&g, from, 0, to, 0), S_OK);
    assert_hr(read_series(stats, L"graph: connect, ms", &s), S_OK);
    assert_int_equal(s.count, 1);
    assert_true(s.last >= 0);
    stats_close(&g, stats);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),         cmocka_unit_test(test_reset_keeps_indices),
        cmocka_unit_test(test_wrong_arguments), cmocka_unit_test(test_threads),
        cmocka_unit_test(test_many_names),      cmocka_unit_test(test_the_graph_writes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
