/* SPDX-License-Identifier: MIT */
/* test_connect.c - connecting directly and by way of other filters, rendering, undo, and the words on failure.
 *
 * The registered classes are fakes: letters are media types.
 */
#include "graph_test.h"

#include <stdlib.h>

#include "com/registry.h"

/* ---- registered fakes -------------------------------------------------------------------- */

static const GUID major = { 0x66616b65, 0x0001, 0x4000, { 0x80, 0, 0, 0, 0, 0, 0, 1 } };
#define LETTER(l)                                                                              \
    {                                                                                          \
        l, 0x0001, 0x4000,                                                                     \
        {                                                                                      \
            0x80, 0, 0, 0, 0, 0, 0, 1                                                          \
        }                                                                                      \
    }
static const GUID letter_a = LETTER('A'), letter_b = LETTER('B'), letter_c = LETTER('C'),
                  letter_d = LETTER('D'), letter_m = LETTER('M'), letter_n = LETTER('N'),
                  letter_v = LETTER('V');
static atomic_int made; /* objects that the registry was asked for */

static HRESULT make_fake(const struct rg_class_entry *entry, IUnknown *outer, REFIID iid,
                         void **out)
{
    struct fake_filter *fake = fake_filter_new(entry->detail);
    HRESULT hr = CALL(&fake->base, QueryInterface, iid, out);

    (void)outer;
    atomic_fetch_add(&made, 1);
    fake_release(fake);
    return hr;
}

#define FAKE_CLASS(id, n, cat, m, in_letter, ...)                                              \
    static const CLSID clsid_##id = { 0x66616b66, n, 0x4000, { 0x80, 0, 0, 0, 0, 0, 0, 2 } };  \
    static const struct fake_config config_##id = { .clsid = &clsid_##id, __VA_ARGS__ };       \
    static const struct rg_class_type takes_##id = { &major, &in_letter };                     \
    static const struct rg_class_entry class_##id = {                                          \
        .clsid = &clsid_##id,                                                                  \
        .name = "fake-" #id,                                                                   \
        .help = "a fake",                                                                      \
        .category = cat,                                                                       \
        .merit = m,                                                                            \
        .create = make_fake,                                                                   \
        .detail = &config_##id,                                                                \
        .inputs = &takes_##id,                                                                 \
        .input_count = 1,                                                                      \
    };

#define NORMAL 0x600000u
/* A becomes B; and C in two steps, where the better one leads nowhere */
FAKE_CLASS(ab, 1, RG_CLASS_TRANSFORM, NORMAL, letter_a, .inputs = 1, .outputs = 1,
           .in_types = "A", .out_types = "B")
FAKE_CLASS(dead_end, 2, RG_CLASS_TRANSFORM, NORMAL + 9, letter_b, .inputs = 1, .outputs = 1,
           .in_types = "B", .out_types = "Z")
FAKE_CLASS(bc, 3, RG_CLASS_TRANSFORM, NORMAL, letter_b, .inputs = 1, .outputs = 1,
           .in_types = "B", .out_types = "C")
/* never chosen, and just chosen: M becomes N */
FAKE_CLASS(unwanted, 4, RG_CLASS_TRANSFORM, MERIT_DO_NOT_USE, letter_m, .inputs = 1,
           .outputs = 1, .in_types = "M", .out_types = "N")
FAKE_CLASS(least, 5, RG_CLASS_TRANSFORM, MERIT_DO_NOT_USE + 1, letter_m, .inputs = 1,
           .outputs = 1, .in_types = "M", .out_types = "NV")
FAKE_CLASS(better, 6, RG_CLASS_TRANSFORM, NORMAL, letter_m, .inputs = 1, .outputs = 1,
           .in_types = "M", .out_types = "N")
/* a filter whose only input is not to be used */
FAKE_CLASS(hidden, 7, RG_CLASS_TRANSFORM, NORMAL, letter_d, .inputs = 1, .outputs = 1,
           .in_types = "D", .out_types = "B", .hidden_inputs = true)
/* renderers */
FAKE_CLASS(sink_c, 8, RG_CLASS_SINK, NORMAL, letter_c, .inputs = 1, .in_types = "C")
FAKE_CLASS(split, 9, RG_CLASS_TRANSFORM, NORMAL, letter_v, .inputs = 1, .outputs = 2,
           .in_types = "V", .out_types = "A")
FAKE_CLASS(sink_n, 10, RG_CLASS_SINK, NORMAL, letter_n, .inputs = 1, .in_types = "N")

static const struct rg_class_entry *const fakes[] = {
    &class_ab,     &class_dead_end, &class_bc,     &class_unwanted, &class_least,
    &class_better, &class_hidden,   &class_sink_c, &class_split,    &class_sink_n,
};
RG_CLASSES(fakes)

/* ---- helpers ----------------------------------------------------------------------------- */

static struct fake_filter *put_source(struct test_graph *g, const char *types)
{
    return graph_put(
        g, &(struct fake_config){ .name = "source", .outputs = 1, .out_types = types });
}

static struct fake_filter *put_sink(struct test_graph *g, const char *types)
{
    return graph_put(g,
                     &(struct fake_config){ .name = "sink", .inputs = 1, .in_types = types });
}

static bool has_filter(struct test_graph *g, const WCHAR *name)
{
    IBaseFilter *found = NULL;

    if (CALL(g->builder, FindFilterByName, name, &found) != S_OK)
        return false;
    LET_GO(found);
    return true;
}

static void assert_report(struct test_graph *g, const char *part)
{
    char *text = NULL;

    assert_hr(CALL(g->report, GetLastReport, &text), S_OK);
    if (strstr(text, part) == NULL)
        fail_msg("\"%s\" is not in the report:\n%s", part, text);
    CoTaskMemFree(text);
}

/* ---- directly ---------------------------------------------------------------------------- */

static void test_direct(void **state)
{
    struct test_graph g;
    struct fake_filter *from, *to;
    AM_MEDIA_TYPE type;

    (void)state;
    graph_open(&g);
    from = put_source(&g, "AB");
    to = put_sink(&g, "BA");
    fake_type(&type, 'B');
    assert_hr(CALL(g.builder, ConnectDirect, fake_out(from, 0), fake_in(to, 0), &type), S_OK);
    assert_int_equal(fake_letter(&to->pins[0].type), 'B');
    assert_hr(graph_join(&g, from, 0, to, 0), VFW_E_ALREADY_CONNECTED);
    assert_report(&g, "source.out0 does not connect to sink.in0");
    assert_hr(CALL(g.builder, Disconnect, fake_out(from, 0)), S_OK);
    assert_hr(CALL(g.builder, Disconnect, fake_in(to, 0)), S_OK);
    /* the other way round is welcome too */
    assert_hr(CALL(g.builder, ConnectDirect, fake_in(to, 0), fake_out(from, 0), NULL), S_OK);
    graph_close(&g);
}

static void test_direct_inserts_nothing(void **state)
{
    struct test_graph g;
    struct fake_filter *from, *to;

    (void)state;
    graph_open(&g);
    from = put_source(&g, "A");
    to = put_sink(&g, "B");
    assert_hr(graph_join(&g, from, 0, to, 0), VFW_E_NO_ACCEPTABLE_TYPES);
    assert_int_equal(graph_count(&g), 2);
    graph_close(&g);
}

static void test_circle(void **state)
{
    struct fake_config config = {
        .inputs = 1, .outputs = 1, .in_types = "A", .out_types = "A"
    };
    struct fake_filter *a, *b, *c;
    struct test_graph g;

    (void)state;
    graph_open(&g);
    config.name = "a";
    a = graph_put(&g, &config);
    config.name = "b";
    b = graph_put(&g, &config);
    config.name = "c";
    c = graph_put(&g, &config);
    assert_hr(graph_join(&g, a, 0, b, 0), S_OK);
    assert_hr(graph_join(&g, b, 0, c, 0), S_OK);
    assert_hr(graph_join(&g, c, 0, a, 0), VFW_E_CIRCULAR_GRAPH);
    assert_report(&g, "circle");
    assert_hr(graph_join(&g, a, 0, a, 0), VFW_E_CIRCULAR_GRAPH);
    assert_hr(CALL(g.builder, Connect, fake_out(c, 0), fake_in(a, 0)), VFW_E_CIRCULAR_GRAPH);
    graph_close(&g);
}

static void test_strangers(void **state)
{
    struct fake_filter *stranger = fake_filter_new(
        &(struct fake_config){ .name = "stranger", .inputs = 1, .in_types = "A" });
    struct test_graph g;
    struct fake_filter *from;

    (void)state;
    graph_open(&g);
    from = put_source(&g, "A");
    assert_hr(graph_join(&g, from, 0, stranger, 0), VFW_E_NOT_IN_GRAPH);
    assert_hr(CALL(g.builder, Connect, fake_out(from, 0), fake_in(stranger, 0)),
              VFW_E_NOT_IN_GRAPH);
    fake_release(stranger);
    graph_close(&g);
}

static void test_active_pins_refuse(void **state)
{
    struct test_graph g;
    struct fake_filter *from, *to;

    (void)state;
    graph_open(&g);
    from = put_source(&g, "A");
    to = put_sink(&g, "A");
    assert_hr(CALL(g.control, Pause), S_OK);
    assert_hr(graph_join(&g, from, 0, to, 0), VFW_E_NOT_STOPPED);
    assert_hr(CALL(g.builder, Connect, fake_out(from, 0), fake_in(to, 0)), VFW_E_NOT_STOPPED);
    graph_close(&g);
}

/* ---- by way of others -------------------------------------------------------------------- */

static void test_one_filter_between(void **state)
{
    struct test_graph g;
    struct fake_filter *from, *to;

    (void)state;
    graph_open(&g);
    from = put_source(&g, "A");
    to = put_sink(&g, "B");
    assert_hr(CALL(g.builder, Connect, fake_out(from, 0), fake_in(to, 0)), S_OK);
    assert_int_equal(graph_count(&g), 3);
    assert_true(has_filter(&g, L"fake-ab"));
    assert_int_equal(fake_letter(&to->pins[0].type), 'B');
    graph_close(&g);
}

/* A -> B -> C; on B the better filter leads nowhere and is taken back completely. */
static void test_backtracking(void **state)
{
    struct test_graph g;
    struct fake_filter *from, *to;

    (void)state;
    graph_open(&g);
    from = put_source(&g, "A");
    to = put_sink(&g, "C");
    assert_hr(CALL(g.builder, Connect, fake_out(from, 0), fake_in(to, 0)), S_OK);
    assert_int_equal(graph_count(&g), 4);
    assert_true(has_filter(&g, L"fake-ab"));
    assert_true(has_filter(&g, L"fake-bc"));
    assert_false(has_filter(&g, L"fake-dead_end"));
    assert_int_equal(fake_filters_alive(), 4);
    graph_close(&g);
}

static void test_no_road_leaves_nothing(void **state)
{
    struct test_graph g;
    struct fake_filter *from, *to;

    (void)state;
    graph_open(&g);
    from = put_source(&g, "A");
    to = put_sink(&g, "Q");
    assert_hr(CALL(g.builder, Connect, fake_out(from, 0), fake_in(to, 0)),
              VFW_E_CANNOT_CONNECT);
    assert_int_equal(graph_count(&g), 2);
    assert_int_equal(fake_filters_alive(), 2);
    assert_false(is_connected(fake_out(from, 0)));
    assert_false(is_connected(fake_in(to, 0)));
    assert_report(&g, "source.out0 gives: ");
    assert_report(&g, "sink.in0 takes: ");
    assert_report(&g, "first difference: subtype");
    graph_close(&g);
}

static void test_merits(void **state)
{
    struct test_graph g;
    struct fake_filter *from, *to;

    (void)state;
    graph_open(&g);
    from = put_source(&g, "M");
    to = put_sink(&g, "N");
    assert_hr(CALL(g.builder, Connect, fake_out(from, 0), fake_in(to, 0)), S_OK);
    assert_true(has_filter(&g, L"fake-better"));
    graph_close(&g);
    /* only the one just above "do not use" gives V */
    graph_open(&g);
    from = put_source(&g, "M");
    to = put_sink(&g, "V");
    assert_hr(CALL(g.builder, Connect, fake_out(from, 0), fake_in(to, 0)), S_OK);
    assert_true(has_filter(&g, L"fake-least"));
    assert_false(has_filter(&g, L"fake-unwanted"));
    graph_close(&g);
}

static void test_hidden_pins(void **state)
{
    struct test_graph g;
    struct fake_filter *from, *to;

    (void)state;
    graph_open(&g);
    from = put_source(&g, "D");
    to = put_sink(&g, "B");
    assert_hr(CALL(g.builder, Connect, fake_out(from, 0), fake_in(to, 0)),
              VFW_E_CANNOT_CONNECT);
    assert_int_equal(graph_count(&g), 2);
    graph_close(&g);
}

/* A filter in the graph with free pins comes before any new one. */
static void test_member_is_used(void **state)
{
    struct test_graph g;
    struct fake_filter *from, *to, *mine;

    (void)state;
    graph_open(&g);
    from = put_source(&g, "M");
    to = put_sink(&g, "N");
    mine = graph_put(
        &g, &(struct fake_config){
                .name = "mine", .inputs = 1, .outputs = 1, .in_types = "M", .out_types = "N" });
    assert_hr(CALL(g.builder, Connect, fake_out(from, 0), fake_in(to, 0)), S_OK);
    assert_int_equal(graph_count(&g), 3);
    assert_true(is_connected(fake_in(mine, 0)));
    graph_close(&g);
}

static void test_failed_member_stays(void **state)
{
    struct test_graph g;
    struct fake_filter *from, *to, *mine;

    (void)state;
    graph_open(&g);
    from = put_source(&g, "Y");
    to = put_sink(&g, "Q");
    mine = graph_put(
        &g, &(struct fake_config){
                .name = "mine", .inputs = 1, .outputs = 1, .in_types = "Y", .out_types = "X" });
    assert_hr(CALL(g.builder, Connect, fake_out(from, 0), fake_in(to, 0)),
              VFW_E_CANNOT_CONNECT);
    assert_int_equal(graph_count(&g), 3);
    assert_false(is_connected(fake_in(mine, 0)));
    graph_close(&g);
}

/* ---- rendering --------------------------------------------------------------------------- */

static void test_render(void **state)
{
    struct test_graph g;
    struct fake_filter *from;

    (void)state;
    graph_open(&g);
    from = put_source(&g, "A");
    assert_hr(CALL(g.builder, Render, fake_out(from, 0)), S_OK);
    assert_int_equal(graph_count(&g), 4); /* ab, bc, sink_c */
    assert_true(has_filter(&g, L"fake-sink_c"));
    assert_hr(CALL(g.builder, Render, fake_out(from, 0)), VFW_E_ALREADY_CONNECTED);
    graph_close(&g);
}

static void test_render_both_branches(void **state)
{
    struct test_graph g;
    struct fake_filter *from;

    (void)state;
    graph_open(&g);
    from = put_source(&g, "V");
    assert_hr(CALL(g.builder, Render, fake_out(from, 0)), S_OK);
    assert_int_equal(graph_count(&g), 2 + 2 * 3);
    graph_close(&g);
}

static void test_render_fails(void **state)
{
    struct test_graph g;
    struct fake_filter *from;

    (void)state;
    graph_open(&g);
    from = put_source(&g, "Z");
    assert_hr(CALL(g.builder, Render, fake_out(from, 0)), VFW_E_CANNOT_RENDER);
    assert_int_equal(graph_count(&g), 1);
    assert_int_equal(fake_filters_alive(), 1);
    assert_report(&g, "no registered decoder or renderer takes");
    graph_close(&g);
}

static void test_render_to_existing(void **state)
{
    struct test_graph g;
    struct fake_filter *from, *mine;

    (void)state;
    graph_open(&g);
    from = put_source(&g, "A");
    assert_hr(CALL(g.builder, RenderEx, fake_out(from, 0),
                   AM_RENDEREX_RENDERTOEXISTINGRENDERERS, NULL),
              VFW_E_CANNOT_RENDER);
    assert_int_equal(graph_count(&g), 1);
    mine = put_sink(&g, "C");
    assert_hr(CALL(g.builder, RenderEx, fake_out(from, 0),
                   AM_RENDEREX_RENDERTOEXISTINGRENDERERS, NULL),
              S_OK);
    assert_true(is_connected(fake_in(mine, 0)));
    assert_int_equal(graph_count(&g), 4); /* transforms may come in between */
    assert_hr(CALL(g.builder, RenderEx, fake_out(from, 0), 2, NULL), E_INVALIDARG);
    graph_close(&g);
}

static void test_no_source_for_a_file(void **state)
{
    struct test_graph g;
    IBaseFilter *source = (void *)1;

    (void)state;
    graph_open(&g);
    assert_hr(CALL(g.builder, AddSourceFilter, L"/no/such/file", L"x", &source),
              VFW_E_CANNOT_LOAD_SOURCE_FILTER);
    assert_null(source);
    assert_true(FAILED(CALL(g.builder, RenderFile, L"/no/such/file", NULL)));
    assert_int_equal(graph_count(&g), 0);
    assert_report(&g, "/no/such/file");
    graph_close(&g);
}

/* ---- reconnecting ------------------------------------------------------------------------ */

static void test_reconnect_before_the_next_state(void **state)
{
    struct test_graph g;
    struct fake_filter *from, *to;
    AM_MEDIA_TYPE type;

    (void)state;
    graph_open_class(&g, &CLSID_FilterGraphNoThread);
    from = put_source(&g, "AB");
    to = put_sink(&g, "AB");
    fake_type(&type, 'B');
    assert_hr(CALL(g.builder, ReconnectEx, fake_out(from, 0), &type), S_FALSE);
    assert_hr(graph_join(&g, from, 0, to, 0), S_OK);
    assert_int_equal(fake_letter(&to->pins[0].type), 'A');
    assert_hr(CALL(g.builder, ReconnectEx, fake_in(to, 0), &type), S_OK);
    assert_hr(CALL(g.control, Pause), S_OK);
    assert_int_equal(fake_letter(&to->pins[0].type), 'B');
    assert_hr(CALL(g.builder, Reconnect, fake_out(from, 0)), VFW_E_NOT_STOPPED);
    assert_hr(CALL(g.control, Stop), S_OK);
    /* what is impossible leaves the old connection */
    fake_type(&type, 'C');
    assert_hr(CALL(g.builder, ReconnectEx, fake_out(from, 0), &type), S_OK);
    assert_hr(CALL(g.control, Pause), S_OK);
    assert_int_equal(fake_letter(&to->pins[0].type), 'B');
    graph_close(&g);
}

static void test_reconnect_by_the_worker(void **state)
{
    struct test_graph g;
    struct fake_filter *from, *to;

    (void)state;
    graph_open(&g);
    from = put_source(&g, "A");
    to = put_sink(&g, "A");
    assert_hr(graph_join(&g, from, 0, to, 0), S_OK);
    assert_hr(CALL(g.builder, Reconnect, fake_out(from, 0)), S_OK);
    assert_hr(CALL(g.control, Run), S_OK);
    assert_true(is_connected(fake_in(to, 0)));
    graph_close(&g);
}

/* ---- arguments --------------------------------------------------------------------------- */

static void test_wrong_arguments(void **state)
{
    struct test_graph g;
    struct fake_filter *from, *other;
    char *text = NULL;

    (void)state;
    graph_open(&g);
    from = put_source(&g, "A");
    other = graph_put(
        &g,
        &(struct fake_config){
            .name = "other", .outputs = 1, .inputs = 1, .in_types = "A", .out_types = "A" });
    assert_hr(CALL(g.report, GetLastReport, &text), S_FALSE);
    assert_string_equal(text, "");
    CoTaskMemFree(text);
    assert_hr(CALL(g.builder, ConnectDirect, NULL, fake_in(other, 0), NULL), E_POINTER);
    assert_hr(CALL(g.builder, ConnectDirect, fake_out(from, 0), NULL, NULL), E_POINTER);
    assert_hr(CALL(g.builder, Connect, NULL, NULL), E_POINTER);
    assert_hr(CALL(g.builder, Connect, fake_out(from, 0), fake_out(other, 0)),
              VFW_E_INVALID_DIRECTION);
    assert_hr(CALL(g.builder, Render, NULL), E_POINTER);
    assert_hr(CALL(g.builder, Render, fake_in(other, 0)), VFW_E_INVALID_DIRECTION);
    assert_hr(CALL(g.builder, RenderEx, NULL, 0, NULL), E_POINTER);
    assert_hr(CALL(g.builder, RenderFile, NULL, NULL), E_POINTER);
    assert_hr(CALL(g.builder, AddSourceFilter, L"x", L"x", NULL), E_POINTER);
    assert_hr(CALL(g.builder, ShouldOperationContinue), S_OK);
    assert_hr(CALL(g.builder, Abort), S_OK);
    assert_hr(CALL(g.builder, ShouldOperationContinue), S_FALSE);
    assert_hr(CALL(g.builder, SetLogFile, 0), S_OK);
    graph_close(&g);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_direct),
        cmocka_unit_test(test_direct_inserts_nothing),
        cmocka_unit_test(test_circle),
        cmocka_unit_test(test_strangers),
        cmocka_unit_test(test_active_pins_refuse),
        cmocka_unit_test(test_one_filter_between),
        cmocka_unit_test(test_backtracking),
        cmocka_unit_test(test_no_road_leaves_nothing),
        cmocka_unit_test(test_merits),
        cmocka_unit_test(test_hidden_pins),
        cmocka_unit_test(test_member_is_used),
        cmocka_unit_test(test_failed_member_stays),
        cmocka_unit_test(test_render),
        cmocka_unit_test(test_render_both_branches),
        cmocka_unit_test(test_render_fails),
        cmocka_unit_test(test_render_to_existing),
        cmocka_unit_test(test_no_source_for_a_file),
        cmocka_unit_test(test_reconnect_before_the_next_state),
        cmocka_unit_test(test_reconnect_by_the_worker),
        cmocka_unit_test(test_wrong_arguments),
    };

    setenv("REGRAFT_MODULE_PATH", "no modules", 1); /* the fakes alone */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
