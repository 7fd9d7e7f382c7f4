/* SPDX-License-Identifier: MIT */
/* test_edit.c - edits as text: what is understood, what is refused where, and how they are
 * told. */
#include "support.h"

#include "app/edit.h"

static struct app_edit parse(const char *time, const char *source, bool is_every)
{
    struct app_failure failure = { 0 };
    struct app_edit edit;

    if (!app_edit_parse(time, source, is_every, &test_vocabulary, &edit, &failure))
        fail_msg("%s", failure.text.data);
    return edit;
}

static void edits_are_understood(void **state)
{
    static const struct {
        const char *time;
        bool is_every;
        const char *source;
        enum app_edit_kind kind;
        const char *target;
        size_t n_filters;
        size_t n_settings;
    } table[] = {
        { "1.5s", false, "swap fx flip", APP_EDIT_SWAP, "fx", 1, 0 },
        { "100ms", true, "swap fx invert flip mode=both grayscale", APP_EDIT_SWAP, "fx", 3, 0 },
        { "0", false, "swap fx. flip", APP_EDIT_SWAP, "fx", 1, 0 },
        { "1s", false, "insert grayscale after fx", APP_EDIT_INSERT, "fx", 1, 0 },
        { "1s", false, "insert volume gain=2 name=v after fx", APP_EDIT_INSERT, "fx", 1, 0 },
        { "1s", false, "remove fx", APP_EDIT_REMOVE, "fx", 0, 0 },
        { "wall:2s", false, "set fx a=1 b='two words'", APP_EDIT_SET, "fx", 0, 2 },
        { "1s", false, "block fx", APP_EDIT_BLOCK, "fx", 0, 0 },
        { "wall:3s", false, "unblock fx", APP_EDIT_UNBLOCK, "fx", 0, 0 },
        { "1s", false, "attach t. invert ! flip", APP_EDIT_ATTACH, "t", 0, 0 },
        { "1s", false, "detach fx", APP_EDIT_DETACH, "fx", 0, 0 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
        struct app_edit edit = parse(table[i].time, table[i].source, table[i].is_every);

        assert_int_equal(edit.kind, table[i].kind);
        assert_string_equal(edit.target, table[i].target);
        assert_int_equal(edit.n_filters, table[i].n_filters);
        assert_int_equal(edit.n_settings, table[i].n_settings);
        assert_int_equal(edit.is_every, table[i].is_every);
        assert_int_equal(edit.is_wall, !strncmp(table[i].time, "wall:", 5));
        app_edit_free(&edit);
    }
}

static void options_stay_with_their_filter(void **state)
{
    struct app_edit edit =
        parse("100ms", "swap fx flip mode=both a=1 invert flip mode=x", true);

    (void)state;
    assert_int_equal(edit.n_filters, 3);
    assert_int_equal(edit.filters[0].n_settings, 2);
    assert_int_equal(edit.filters[1].n_settings, 0);
    assert_string_equal(edit.filters[2].settings[0].value, "x");
    assert_int_equal(edit.time, 1000000);
    app_edit_free(&edit);
}

/* What follows the name is a graph, whose names count as the edit's. */
static void branches_are_graphs(void **state)
{
    struct app_edit edit = parse("1s", "attach t flip mode=both name=a ! invert name=b", false);
    struct app_text text = { 0 };

    (void)state;
    assert_int_equal(edit.branch.n_elements, 2);
    assert_int_equal(edit.branch.n_joins, 1);
    assert_true(app_edit_brings(&edit, "a") && app_edit_brings(&edit, "b"));
    assert_false(app_edit_brings(&edit, "t"));
    app_edit_text(&edit, 0, &text);
    assert_string_equal(text.data, "attach t → flip mode=both name=a ! invert name=b");
    app_text_clear(&text);
    app_edit_free(&edit);
}

static void edits_are_told_by_turn(void **state)
{
    struct app_edit edit = parse("100ms", "swap fx flip mode='a b' invert", true);
    static const char *const told[] = { "swap fx → flip mode='a b'", "swap fx → invert",
                                        "swap fx → flip mode='a b'" };

    (void)state;
    for (uint64_t turn = 0; turn < 3; turn++) {
        struct app_text text = { 0 };

        app_edit_text(&edit, turn, &text);
        assert_string_equal(text.data, told[turn]);
        app_text_clear(&text);
    }
    app_edit_free(&edit);
}

static void wrong_edits_are_refused(void **state)
{
    static const struct {
        const char *time;
        bool is_every;
        const char *source;
        int column;
        const char *words;
    } table[] = {
        { "x", false, "swap fx flip", 0, "no time" },
        { "wall:", false, "swap fx flip", 5, "no time" },
        { "0", true, "swap fx flip", 0, "above 0" },
        { "1s", false, "", 0, "empty" },
        { "1s", false, "swop fx flip", 0, "did you mean \"swap\"" },
        { "1s", false, "explode fx", 0, "is no edit" },
        { "1s", false, "swap", 4, "missing" },
        { "1s", false, "swap fx", 7, "missing" },
        { "1s", false, "swap fx flop", 8, "did you mean \"flip\"" },
        { "1s", false, "swap fx flip invert", 13, "use --every" },
        { "1s", false, "swap fx flip name=x", 8, "leave name=x out" },
        { "1s", false, "swap fx=1 flip", 5, "comes first" },
        { "1s", false, "insert flip", 11, "after NAME" },
        { "1s", false, "insert flip after", 17, "missing" },
        { "1s", false, "insert flip behind fx", 19, "after NAME" },
        { "1s", false, "remove", 6, "missing" },
        { "1s", false, "remove fx fy", 10, "complete before" },
        { "1s", true, "remove fx", 0, "only once" },
        { "1s", false, "set fx", 6, "OPTION=VALUE" },
        { "1s", false, "set fx loud", 7, "OPTION=VALUE" },
        { "1s", false, "unblock fx", 0, "wall:2s" },
        { "1s", false, "swap fx 'flip", 8, "never closed" },
        { "1s", false, "attach t", 8, "branch is missing" },
        { "1s", true, "attach t flip", 0, "only once" },
        { "1s", false, "attach t invert ! flop", 9, "did you mean \"flip\"" },
        { "1s", true, "detach fx", 0, "only once" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
        struct app_failure failure = { 0 };
        struct app_edit edit;
        const char *line;

        if (app_edit_parse(table[i].time, table[i].source, table[i].is_every, &test_vocabulary,
                           &edit, &failure))
            fail_msg("accepted: %s", table[i].source);
        assert_int_equal(failure.code, APP_EXIT_USAGE);
        if (!strstr(failure.text.data, table[i].words))
            fail_msg("%s: %s", table[i].source, failure.text.data);
        line = strrchr(failure.text.data, '\n') + 1;
        if (strchr(line, '^') - line - 2 != table[i].column)
            fail_msg("%s: %s", table[i].source, failure.text.data);
        app_text_clear(&failure.text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(edits_are_understood),
        cmocka_unit_test(options_stay_with_their_filter),
        cmocka_unit_test(branches_are_graphs),
        cmocka_unit_test(edits_are_told_by_turn),
        cmocka_unit_test(wrong_edits_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
