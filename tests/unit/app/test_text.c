/* SPDX-License-Identifier: MIT */
/* test_text.c - growing text, UTF-8 and wide text, spelling, quoting, units and tables. */
#include "support.h"

static void text_grows(void **state)
{
    struct app_text text = { 0 };
    char *stolen;

    (void)state;
    assert_string_equal(app_text_get(&text), "");
    for (int i = 0; i < 1000; i++)
        app_text_add(&text, "%d,", i % 10);
    assert_int_equal(text.length, 2000);
    assert_int_equal(strlen(text.data), 2000);
    stolen = app_text_steal(&text);
    assert_null(text.data);
    assert_memory_equal(stolen, "0,1,2,3,", 8);
    free(stolen);
    stolen = app_text_steal(&text);
    assert_string_equal(stolen, "");
    free(stolen);
}

static void array_grows(void **state)
{
    int *array = NULL;

    (void)state;
    for (size_t i = 0; i < 1000; i++) {
        array = app_grow(array, i, sizeof(*array));
        array[i] = (int)i;
    }
    for (size_t i = 0; i < 1000; i++)
        assert_int_equal(array[i], i);
    free(array);
}

static void wide_goes_there_and_back(void **state)
{
    static const char *const words[] = { "", "plain", "größe → 日本 🎬", "\xc3\xa9" };
    char back[64];

    (void)state;
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
        wchar_t *wide = app_wide_dup(words[i]);

        app_from_wide(wide, back, sizeof(back));
        assert_string_equal(back, words[i]);
        free(wide);
    }
}

static void wrong_bytes_become_a_mark(void **state)
{
    static const char *const words[] = {
        "a\xff"
        "b",
        "a\xc0\x80"
        "b",
        "a\xed\xa0\x80"
        "b",
        "a\xf5\x80\x80\x80"
        "b",
        "a\xe2\x82",
    };
    wchar_t wide[16];

    (void)state;
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
        app_to_wide(words[i], wide, 16);
        assert_int_equal(wide[0], L'a');
        assert_int_equal(wide[1], 0xfffd);
    }
}

static void wide_is_cut_whole(void **state)
{
    wchar_t wide[3];
    char narrow[5];

    (void)state;
    app_to_wide("abcdef", wide, 3);
    assert_int_equal(wide[2], 0);
    app_from_wide(L"abc\u20ac", narrow, sizeof(narrow));
    assert_string_equal(narrow, "abc"); /* the euro takes three bytes */
}

static void distance_counts_changes(void **state)
{
    (void)state;
    assert_int_equal(app_distance("invert", "invert"), 0);
    assert_int_equal(app_distance("inver", "invert"), 1);
    assert_int_equal(app_distance("invret", "invert"), 1);
    assert_int_equal(app_distance("", "abc"), 3);
    assert_int_equal(app_distance("kitten", "sitting"), 3);
}

static void nearest_is_near(void **state)
{
    struct app_nearest nearest = { .wanted = "grayscal" };
    struct app_nearest far = { .wanted = "zzz" };
    struct app_nearest begun = { .wanted = "gray" };

    (void)state;
    test_suggest(NULL, &nearest);
    assert_string_equal(app_nearest_get(&nearest), "grayscale");
    test_suggest(NULL, &far);
    assert_null(app_nearest_get(&far));
    test_suggest(NULL, &begun);
    assert_string_equal(app_nearest_get(&begun), "grayscale");
}

static void quoting_survives_splitting(void **state)
{
    static const char *const words[] = {
        "plain",       "",    "two words", "it's",      "\"x\"",
        "back\\slash", "a=b", "#no",       "tab\there", "!",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
        struct app_text text = { 0 };
        struct app_failure failure = { 0 };
        struct app_words split;

        app_text_quote(&text, words[i]);
        assert_true(app_words_split(text.data, APP_PARSE_COMMENTS, &split, &failure));
        assert_int_equal(split.count, 1);
        assert_string_equal(split.items[0].text, words[i]);
        app_words_free(&split);
        app_text_clear(&text);
    }
}

static void times_are_read(void **state)
{
    static const struct {
        const char *text;
        int64_t hns;
    } table[] = {
        { "1.5s", 15000000 },
        { "100ms", 1000000 },
        { "500us", 5000 },
        { "500µs", 5000 },
        { "250ns", 2 },
        { "00:01:02.5", 625000000 },
        { "1:02.5", 625000000 },
        { "62.5", 625000000 },
        { "0", 0 },
        { "0s", 0 },
        { ".5s", 5000000 },
        { "2min", 1200000000 },
        { "1h", 36000000000 },
        { "100:00:00", 3600000000000 },
        { "0.0000001s", 1 },
        { "33.3333333ms", 333333 },
        { "1.m", 600000000 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
        int64_t hns = -1;

        if (!app_time_parse(table[i].text, strlen(table[i].text), &hns))
            fail_msg("%s is a time", table[i].text);
        assert_int_equal(hns, table[i].hns);
    }
}

static void what_is_no_time_is_refused(void **state)
{
    static const char *const table[] = {
        "",
        "s",
        "abc",
        "-1s",
        "1x",
        "1 s",
        "1..5s",
        "1.5.s",
        ".",
        ".s",
        "1:60",
        "1:2:3:4",
        "1:",
        ":1",
        "1.5:00",
        "99999999999999999999s",
        "99999999999h",
        "1s ",
        "+1s",
        "1e3",
        "nan",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
        int64_t hns = 42;

        if (app_time_parse(table[i], strlen(table[i]), &hns))
            fail_msg("\"%s\" is no time", table[i]);
        assert_int_equal(hns, 42);
    }
}

static void units_are_written(void **state)
{
    static const struct {
        void (*write)(struct app_text *text, int64_t value);
        int64_t value;
        const char *text;
    } table[] = {
        { app_text_time, 0, "0.000 s" },          { app_text_time, 15204000, "1.520 s" },
        { app_text_time, 599999999, "1:00.000" }, { app_text_time, 36610000000, "1:01:01.000" },
        { app_text_time, -15000000, "-1.500 s" }, { app_text_span, 412000, "412 µs" },
        { app_text_span, 1250, "1.2 µs" },        { app_text_span, 3200000, "3.2 ms" },
        { app_text_span, 999600000, "1.0 s" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
        struct app_text text = { 0 };

        table[i].write(&text, table[i].value);
        assert_string_equal(text.data, table[i].text);
        app_text_clear(&text);
    }
}

static void counts_are_written(void **state)
{
    struct app_text text = { 0 };

    (void)state;
    app_text_count(&text, 1234);
    app_text_add(&text, "|");
    app_text_count(&text, 1234567);
    app_text_add(&text, "|");
    app_text_bytes(&text, 1000);
    app_text_add(&text, "|");
    app_text_bytes(&text, 1536);
    app_text_add(&text, "|");
    app_text_bytes(&text, UINT64_MAX);
    assert_string_equal(text.data, "1234|1 234 567|1000 B|1.5 KiB|16.0 EiB");
    app_text_clear(&text);
}

static void tables_stand_straight(void **state)
{
    struct app_table table = { .columns = 3, .right = 2, .indent = 1 };
    struct app_text out = { 0 };

    (void)state;
    app_table_word(&table, "größe");
    app_table_word(&table, "1");
    app_table_word(&table, "");
    app_table_word(&table, "x");
    app_table_word(&table, "1234");
    app_table_word(&table, "end");
    app_table_print(&table, &out);
    assert_string_equal(out.data, " größe     1\n x      1234  end\n");
    app_table_clear(&table);
    app_text_clear(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_grows),
        cmocka_unit_test(array_grows),
        cmocka_unit_test(wide_goes_there_and_back),
        cmocka_unit_test(wrong_bytes_become_a_mark),
        cmocka_unit_test(wide_is_cut_whole),
        cmocka_unit_test(distance_counts_changes),
        cmocka_unit_test(nearest_is_near),
        cmocka_unit_test(quoting_survives_splitting),
        cmocka_unit_test(times_are_read),
        cmocka_unit_test(what_is_no_time_is_refused),
        cmocka_unit_test(units_are_written),
        cmocka_unit_test(counts_are_written),
        cmocka_unit_test(tables_stand_straight),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
