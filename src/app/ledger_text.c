/* SPDX-License-Identifier: MIT */
/* ledger_text.c - the ledger as two tables: the links, and the edits with their certificates.
 *
 * Any thread once the run is over.  Knows: ledger, tables.  Must not know: COM.
 */
#include "app/ledger.h"

#include <stdlib.h>
#include <string.h>

#define EDITS_WHOLE 24 /* a longer list shows its first and last ones */
#define EDITS_FIRST 12
#define EDITS_LAST  6

static void header(struct app_table *table, const char *const *words)
{
    for (unsigned i = 0; i < table->columns; i++)
        app_table_word(table, words[i]);
}

static void row_notes(const struct app_row *row, struct app_text *text)
{
    int64_t lost = app_row_lost(row);
    const char *comma = "";

    for (size_t i = 0; i < row->drops.count; i++, comma = ", ") {
        app_text_add(text, "%s", comma);
        app_text_count(text, row->drops.items[i].samples);
        app_text_add(text, " %s", row->drops.items[i].reason);
    }
    if (row->refused_out && !row->drops.count) {
        app_text_count(text, row->refused_out);
        app_text_add(text, " refused");
        comma = ", ";
    }
    if (lost) {
        app_text_add(text, "%s", comma);
        app_text_count(text, (uint64_t)(lost < 0 ? -lost : lost));
        app_text_add(text, lost < 0 ? " FROM NOWHERE" : " LOST");
    }
}

static void links_text(const struct app_ledger *ledger, struct app_text *out)
{
    static const char *const words[] = { "from", "", "to", "out", "in", "data", "" };
    struct app_table table = { .columns = 7, .right = 1 << 3 | 1 << 4 | 1 << 5, .indent = 2 };

    header(&table, words);
    for (size_t i = 0; i < ledger->n_rows; i++) {
        const struct app_row *row = &ledger->rows[i];
        struct app_text text = { 0 };

        app_table_word(&table, row->from);
        app_table_word(&table, "→");
        app_table_word(&table, row->to);
        if (row->has_out)
            app_text_count(&text, row->samples_out);
        else
            app_text_add(&text, "?");
        app_table_cell(&table, &text);
        if (row->has_in)
            app_text_count(&text, row->samples_in);
        else
            app_text_add(&text, "?");
        app_table_cell(&table, &text);
        app_text_bytes(&text, row->has_out ? row->bytes_out : row->bytes_in);
        app_table_cell(&table, &text);
        row_notes(row, &text);
        app_table_cell(&table, &text);
    }
    app_text_add(out, "Samples\n");
    app_table_print(&table, out);
    app_table_clear(&table);
}

static void edit_row(struct app_table *table, const struct app_edit_record *edit)
{
    static const char *const results[] = { "", "done", "refused", "not reached" };
    struct app_text text = { 0 };
    bool done = edit->result == APP_EDIT_DONE;

    if (edit->is_wall)
        app_text_add(&text, "wall ");
    app_text_time(&text, edit->time);
    app_table_cell(table, &text);
    app_table_word(table, edit->text);
    app_table_word(table, results[edit->result]);
    if (done && edit->cut >= 0)
        app_text_time(&text, edit->cut);
    app_table_cell(table, &text);
    if (done && edit->has_certificate) {
        app_text_count(&text, edit->certificate.held);
        app_table_cell(table, &text);
        app_text_count(&text, edit->certificate.drained);
        app_table_cell(table, &text);
        app_text_count(&text, edit->certificate.dropped);
        app_table_cell(table, &text);
    } else {
        for (int i = 0; i < 3; i++)
            app_table_word(table, "");
    }
    if (edit->closed_ns >= 0 && edit->result != APP_EDIT_NOT_REACHED)
        app_text_span(&text, edit->closed_ns);
    app_table_cell(table, &text);
    if (done && edit->has_certificate)
        app_text_span(&text, edit->certificate.prepare_ns);
    app_table_cell(table, &text);
}

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;

    return x < y ? -1 : x > y;
}

static void closed_text(const struct app_ledger *ledger, struct app_text *out)
{
    int64_t *closed = app_alloc(ledger->n_edits, sizeof(*closed));
    size_t count = 0;

    for (size_t i = 0; i < ledger->n_edits; i++)
        if (ledger->edits[i].result == APP_EDIT_DONE && ledger->edits[i].closed_ns >= 0)
            closed[count++] = ledger->edits[i].closed_ns;
    if (count > 1) {
        qsort(closed, count, sizeof(*closed), by_size);
        app_text_add(out, "  gate closed: median ");
        app_text_span(out, closed[count / 2]);
        app_text_add(out, ", longest ");
        app_text_span(out, closed[count - 1]);
        app_text_add(out, "\n");
    }
    free(closed);
}

static void reasons_text(const struct app_ledger *ledger, struct app_text *out)
{
    const char *last = "";
    size_t shown = 0;

    for (size_t i = 0; i < ledger->n_edits; i++) {
        const struct app_edit_record *edit = &ledger->edits[i];

        if (edit->result != APP_EDIT_REFUSED || !edit->reason || !strcmp(edit->reason, last))
            continue;
        if (shown++ == 5) {
            app_text_add(out, "  … and others\n");
            break;
        }
        last = edit->reason;
        app_text_add(out, "  %s: refused: ", edit->text);
        for (const char *p = edit->reason; *p; p++)
            app_text_put(out, *p == '\n' ? "\n    " : p, *p == '\n' ? 5 : 1);
        app_text_add(out, "\n");
    }
}

static void edits_text(const struct app_ledger *ledger, struct app_text *out)
{
    static const char *const words[] = { "at",      "edit",    "",       "first sample", "held",
                                         "drained", "dropped", "closed", "prepared" };
    struct app_table table = { .columns = 9, .right = 1 | 0x1f << 3 | 1 << 8, .indent = 2 };
    size_t n = ledger->n_edits;
    size_t done = app_ledger_count(ledger, APP_EDIT_DONE);
    size_t refused = app_ledger_count(ledger, APP_EDIT_REFUSED);
    size_t missed = app_ledger_count(ledger, APP_EDIT_NOT_REACHED);

    app_text_add(out, "Edits: %zu done", done);
    if (refused)
        app_text_add(out, ", %zu refused", refused);
    if (missed)
        app_text_add(out, ", %zu not reached", missed);
    app_text_add(out, "\n");
    header(&table, words);
    for (size_t i = 0; i < n; i++) {
        if (n > EDITS_WHOLE && i == EDITS_FIRST) {
            struct app_text text = { 0 };

            app_table_word(&table, "…");
            app_text_add(&text, "… %zu more", n - EDITS_FIRST - EDITS_LAST);
            app_table_cell(&table, &text);
            for (unsigned c = 2; c < table.columns; c++)
                app_table_word(&table, "");
            i = n - EDITS_LAST;
        }
        edit_row(&table, &ledger->edits[i]);
    }
    app_table_print(&table, out);
    app_table_clear(&table);
    closed_text(ledger, out);
    reasons_text(ledger, out);
}

void app_ledger_text(const struct app_ledger *ledger, struct app_text *out)
{
    uint64_t lost = app_ledger_lost(ledger);

    links_text(ledger, out);
    if (ledger->n_edits) {
        app_text_add(out, "\n");
        edits_text(ledger, out);
    }
    if (lost) {
        app_text_add(out, "\n");
        app_text_count(out, lost);
        app_text_add(out, " samples are not accounted for\n");
    }
}
