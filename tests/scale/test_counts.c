/* SPDX-License-Identifier: MIT */
/* test_counts.c - what an edit of a graph costs does not depend on its size; a change of state costs the same per filter.
 *
 * Costs are counted: calls into filters and pins, and uses of memory.  No clock.
 */
#include <stdlib.h>

#include "graph_test.h"
#include "platform/memory.h"

#define SMALL 500
#define LARGE 16000
#define TRIES 8 /* tables grow now and then: the cheapest of so many counts */

static const struct fake_config source = { .outputs = 1, .out_types = "A" };
static const struct fake_config through = {
    .inputs = 1, .outputs = 1, .in_types = "*", .out_types = "="
};
static const struct fake_config sink = { .inputs = 1, .in_types = "*" };

struct cost {
    unsigned long calls, memory;
};

static unsigned long calls_before;

static void count_begin(void)
{
    calls_before = fake_calls();
    rg_fault_arm(UINT32_MAX);
}

static struct cost count_end(void)
{
    struct cost cost = { fake_calls() - calls_before,
                         UINT32_MAX - atomic_load(&rg_fault_countdown) };

    rg_fault_arm(0);
    return cost;
}

static void keep_least(struct cost *least, struct cost cost)
{
    if (least->calls == 0 || cost.calls < least->calls)
        least->calls = cost.calls;
    if (least->memory == 0 || cost.memory < least->memory)
        least->memory = cost.memory;
}

/* source ! through ... ! sink, built from the front. */
struct road {
    struct test_graph g;
    struct fake_filter **filters;
    int length;
};

static void road_open(struct road *road, int length)
{
    graph_open(&road->g);
    road->length = length;
    road->filters = calloc((size_t)length, sizeof(*road->filters));
    assert_non_null(road->filters);
    for (int i = 0; i < length; i++) {
        road->filters[i] = graph_put(&road->g, i == 0            ? &source
                                               : i == length - 1 ? &sink
                                                                 : &through);
        if (i > 0)
            assert_hr(graph_join(&road->g, road->filters[i - 1], 0, road->filters[i], 0), S_OK);
    }
}

static void road_close(struct road *road)
{
    free(road->filters);
    graph_close(&road->g);
}

enum edit { ADD = 1, CONNECT, DISCONNECT, REMOVE, REMOVE_CONNECTED, FIND, EDITS };

/* Beside the road: two filters that are added, joined, taken apart and removed. */
static void edit_once(struct road *road, struct cost costs[EDITS])
{
    struct fake_filter *a = fake_filter_new(&source), *b = fake_filter_new(&sink), *c;
    IFilterGraph3 *graph = road->g.builder;
    IBaseFilter *found;

    count_begin();
    assert_hr(CALL(graph, AddFilter, &a->base, L"a"), S_OK);
    keep_least(&costs[ADD], count_end());
    assert_hr(CALL(graph, AddFilter, &b->base, L"b"), S_OK);
    count_begin();
    assert_hr(CALL(graph, FindFilterByName, L"b", &found), S_OK);
    keep_least(&costs[FIND], count_end());
    LET_GO(found);
    count_begin();
    assert_hr(graph_join(&road->g, a, 0, b, 0), S_OK);
    keep_least(&costs[CONNECT], count_end());
    count_begin();
    assert_hr(CALL(graph, Disconnect, fake_out(a, 0)), S_OK);
    assert_hr(CALL(graph, Disconnect, fake_in(b, 0)), S_OK);
    keep_least(&costs[DISCONNECT], count_end());
    count_begin();
    assert_hr(CALL(graph, RemoveFilter, &a->base), S_OK);
    keep_least(&costs[REMOVE], count_end());
    assert_hr(CALL(graph, RemoveFilter, &b->base), S_OK);
    fake_release(a);
    fake_release(b);
    /* the last but one of the road, which is in use */
    c = road->filters[road->length - 2];
    count_begin();
    assert_hr(CALL(graph, RemoveFilter, &c->base), S_OK);
    keep_least(&costs[REMOVE_CONNECTED], count_end());
    c = road->filters[road->length - 2] = graph_put(&road->g, &through);
    assert_hr(graph_join(&road->g, road->filters[road->length - 3], 0, c, 0), S_OK);
    assert_hr(graph_join(&road->g, c, 0, road->filters[road->length - 1], 0), S_OK);
}

static void edits_of(int length, struct cost costs[EDITS])
{
    struct road road;

    memset(costs, 0, EDITS * sizeof(*costs));
    road_open(&road, length);
    for (int i = 0; i < TRIES; i++)
        edit_once(&road, costs);
    road_close(&road);
}

static void test_edits(void **state)
{
    struct cost few[EDITS], many[EDITS];

    (void)state;
    edits_of(SMALL, few);
    edits_of(LARGE, many);
    for (int i = ADD; i < EDITS; i++) {
        assert_int_equal(many[i].calls, few[i].calls);
        assert_int_equal(many[i].memory, few[i].memory);
        assert_true(i == FIND || few[i].calls > 0);
    }
}

static const struct fake_config either_way = {
    .inputs = 1, .outputs = 1, .in_types = "A", .out_types = "A"
};

/* What the last connection of a road costs that grows at its end, or at its beginning. */
static unsigned long last_connect_of(int length, bool at_the_end)
{
    struct fake_filter *last, *next;
    struct test_graph g;

    graph_open(&g);
    last = graph_put(&g, &either_way);
    for (int i = 1; i < length; i++) {
        next = graph_put(&g, &either_way);
        calls_before = fake_calls();
        assert_hr(at_the_end ? graph_join(&g, last, 0, next, 0)
                             : graph_join(&g, next, 0, last, 0),
                  S_OK);
        last = next;
    }
    calls_before = fake_calls() - calls_before;
    graph_close(&g);
    return calls_before;
}

static void test_a_road_that_grows(void **state)
{
    (void)state;
    for (int at_the_end = 0; at_the_end < 2; at_the_end++)
        assert_int_equal(last_connect_of(SMALL, at_the_end),
                         last_connect_of(LARGE, at_the_end));
}

static unsigned long state_change_of(int length)
{
    struct road road;
    unsigned long cost;

    road_open(&road, length);
    calls_before = fake_calls();
    assert_hr(CALL(road.g.control, Run), S_OK);
    assert_hr(CALL(road.g.control, Stop), S_OK);
    cost = fake_calls() - calls_before;
    road_close(&road);
    return cost;
}

static void test_start_and_stop(void **state)
{
    unsigned long few = state_change_of(SMALL), many = state_change_of(LARGE);

    (void)state;
    assert_true(few >= 4 * SMALL);
    assert_true(many * SMALL <= few * LARGE + few * SMALL);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_edits),
        cmocka_unit_test(test_a_road_that_grows),
        cmocka_unit_test(test_start_and_stop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
