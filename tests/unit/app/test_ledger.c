/* SPDX-License-Identifier: MIT */
/* test_ledger.c - sums of the ledger, its tables and its JSON. */
#include "support.h"

#include <jansson.h>
#include <stdio.h>
#include <unistd.h>

#include "app/ledger.h"

static void row_add(struct app_ledger *ledger, const char *from, const char *to, uint64_t out,
                    uint64_t in)
{
    ledger->rows = app_grow(ledger->rows, ledger->n_rows, sizeof(*ledger->rows));
    ledger->rows[ledger->n_rows++] = (struct app_row){
        .from = app_dup(from),
        .to = app_dup(to),
        .has_out = true,
        .has_in = true,
        .samples_out = out,
        .samples_in = in,
        .bytes_out = out * 100,
        .bytes_in = in * 100,
    };
}

static void drop_add(struct app_row *row, const char *reason, uint64_t samples)
{
    row->drops.items = app_grow(row->drops.items, row->drops.count, sizeof(*row->drops.items));
    row->drops.items[row->drops.count] = (struct app_drop){ .samples = samples };
    strncpy(row->drops.items[row->drops.count++].reason, reason, 31);
}

static void edit_add(struct app_ledger *ledger, const char *text, enum app_edit_result result)
{
    struct app_edit_record record = {
        .text = app_dup(text),
        .time = 15000000,
        .result = result,
        .hr = result == APP_EDIT_REFUSED ? VFW_E_TYPE_NOT_ACCEPTED : S_OK,
        .reason = result == APP_EDIT_REFUSED ? app_dup("no such thing\nat all") : NULL,
        .has_certificate = true,
        .certificate = { .held = 1, .drained = 2, .prepare_ns = 1000000 },
        .cut = 15200000,
        .closed_ns = 412000,
    };

    app_ledger_record(ledger, &record);
}

static void what_is_missing_is_lost(void **state)
{
    struct app_ledger ledger;

    (void)state;
    app_ledger_init(&ledger);
    row_add(&ledger, "a.Out", "b.In", 100, 100);
    row_add(&ledger, "b.Out", "c.In", 100, 98);
    row_add(&ledger, "c.Out", "d.In", 98, 99);
    row_add(&ledger, "d.Out", "e.In", 99, 0);
    ledger.rows[3].has_in = false;
    assert_int_equal(app_row_lost(&ledger.rows[0]), 0);
    assert_int_equal(app_row_lost(&ledger.rows[1]), 2);
    assert_int_equal(app_row_lost(&ledger.rows[2]), -1);
    assert_int_equal(app_row_lost(&ledger.rows[3]), 0); /* nobody counts there */
    assert_int_equal(app_ledger_lost(&ledger), 3);
    drop_add(&ledger.rows[1], "late", 2);
    assert_int_equal(app_row_lost(&ledger.rows[1]), 0);
    assert_int_equal(app_ledger_lost(&ledger), 1);
    app_ledger_clear(&ledger);
}

static void tables_tell_it(void **state)
{
    struct app_ledger ledger;
    struct app_text text = { 0 };

    (void)state;
    app_ledger_init(&ledger);
    row_add(&ledger, "testsrc0.Out", "fx.In", 1234567, 1234567);
    row_add(&ledger, "fx.Out", "null0.In", 5, 3);
    edit_add(&ledger, "swap fx → flip", APP_EDIT_DONE);
    edit_add(&ledger, "swap fx → null", APP_EDIT_REFUSED);
    edit_add(&ledger, "remove fx", APP_EDIT_NOT_REACHED);
    app_ledger_text(&ledger, &text);
    assert_string_equal(
        text.data,
        "Samples\n"
        "  from             to              out         in       data\n"
        "  testsrc0.Out  →  fx.In     1 234 567  1 234 567  117.7 MiB\n"
        "  fx.Out        →  null0.In          5          3      500 B  2 LOST\n"
        "\n"
        "Edits: 1 done, 1 refused, 1 not reached\n"
        "       at  edit                         first sample  held  drained  dropped  closed  "
        "prepared\n"
        "  1.500 s  swap fx → flip  done              1.520 s     1        2        0  412 µs  "
        "  "
        "1.0 ms\n"
        "  1.500 s  swap fx → null  refused                                            412 µs\n"
        "  1.500 s  remove fx       not reached\n"
        "  swap fx → null: refused: no such thing\n"
        "    at all\n"
        "\n"
        "2 samples are not accounted for\n");
    app_text_clear(&text);
    app_ledger_clear(&ledger);
}

static void long_lists_are_cut(void **state)
{
    struct app_ledger ledger;
    struct app_text text = { 0 };
    unsigned lines = 0;

    (void)state;
    app_ledger_init(&ledger);
    for (int i = 0; i < 500; i++)
        edit_add(&ledger, "swap fx → flip", APP_EDIT_DONE);
    app_ledger_text(&ledger, &text);
    for (const char *p = text.data; *p; p++)
        lines += *p == '\n';
    assert_true(lines < 30);
    assert_non_null(strstr(text.data, "… 482 more"));
    assert_non_null(strstr(text.data, "gate closed: median 412 µs, longest 412 µs"));
    app_text_clear(&text);
    app_ledger_clear(&ledger);
}

static void json_has_it_all(void **state)
{
    char path[] = "/tmp/regraft-ledger-XXXXXX";
    int fd = mkstemp(path);
    struct app_failure failure = { 0 };
    struct app_ledger ledger;
    json_t *root;
    json_t *edit;

    (void)state;
    assert_true(fd >= 0);
    close(fd);
    app_ledger_init(&ledger);
    row_add(&ledger, "a.Out", "b.In", 5, 3);
    drop_add(&ledger.rows[0], "late", 2);
    edit_add(&ledger, "swap fx → flip", APP_EDIT_DONE);
    edit_add(&ledger, "swap fx → null", APP_EDIT_REFUSED);
    edit_add(&ledger, "remove fx", APP_EDIT_NOT_REACHED);
    assert_true(app_ledger_write(&ledger, "a ! b", path, &failure));
    root = json_load_file(path, 0, NULL);
    unlink(path);
    assert_non_null(root);
    assert_string_equal(json_string_value(json_object_get(root, "graph")), "a ! b");
    assert_int_equal(json_integer_value(json_object_get(root, "lost")), 0);
    edit = json_array_get(json_object_get(root, "links"), 0);
    assert_int_equal(json_integer_value(json_object_get(edit, "samples_out")), 5);
    assert_int_equal(
        json_integer_value(json_object_get(json_object_get(edit, "drops"), "late")), 2);
    edit = json_array_get(json_object_get(root, "edits"), 0);
    assert_int_equal(json_integer_value(json_object_get(edit, "time_ns")), 1500000000);
    assert_int_equal(json_integer_value(json_object_get(edit, "cut_ns")), 1520000000);
    assert_int_equal(
        json_integer_value(json_object_get(json_object_get(edit, "timing"), "closed_ns")),
        412000);
    edit = json_array_get(json_object_get(root, "edits"), 1);
    assert_string_equal(json_string_value(json_object_get(edit, "result")), "refused");
    assert_string_equal(json_string_value(json_object_get(edit, "hresult")), "0x8004022a");
    edit = json_array_get(json_object_get(root, "edits"), 2);
    assert_null(json_object_get(edit, "cut_ns"));
    json_decref(root);
    app_ledger_clear(&ledger);
}

static void a_file_that_cannot_be_is_told(void **state)
{
    struct app_failure failure = { 0 };
    struct app_ledger ledger;

    (void)state;
    app_ledger_init(&ledger);
    assert_false(app_ledger_write(&ledger, "", "/nowhere/at/all.json", &failure));
    assert_int_equal(failure.code, APP_EXIT_FAILED);
    assert_non_null(strstr(failure.text.data, "No such file"));
    app_text_clear(&failure.text);
    app_ledger_clear(&ledger);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_missing_is_lost),
        cmocka_unit_test(tables_tell_it),
        cmocka_unit_test(long_lists_are_cut),
        cmocka_unit_test(json_has_it_all),
        cmocka_unit_test(a_file_that_cannot_be_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
