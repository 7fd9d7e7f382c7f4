/* SPDX-License-Identifier: MIT */
/* ledger_json.c - the ledger as JSON.  What depends on the machine's speed stands under
 * "timing", so that two runs of the same text are the same but for that.
 *
 * Any thread once the run is over.  Knows: ledger, jansson.  Must not know: COM.
 */
#include "app/ledger.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

static json_t *number(uint64_t value)
{
    return json_integer((json_int_t)value);
}

static json_t *row_json(const struct app_row *row)
{
    json_t *object = json_object();
    json_t *drops = json_object();

    json_object_set_new(object, "from", json_string(row->from));
    json_object_set_new(object, "to", json_string(row->to));
    json_object_set_new(object, "samples_out",
                        row->has_out ? number(row->samples_out) : json_null());
    json_object_set_new(object, "samples_in",
                        row->has_in ? number(row->samples_in) : json_null());
    json_object_set_new(object, "bytes_out",
                        row->has_out ? number(row->bytes_out) : json_null());
    json_object_set_new(object, "bytes_in", row->has_in ? number(row->bytes_in) : json_null());
    json_object_set_new(object, "refused", number(row->refused_out));
    for (size_t i = 0; i < row->drops.count; i++)
        json_object_set_new(drops, row->drops.items[i].reason,
                            number(row->drops.items[i].samples));
    json_object_set_new(object, "drops", drops);
    json_object_set_new(object, "lost", json_integer(app_row_lost(row)));
    return object;
}

static json_t *edit_json(const struct app_edit_record *edit)
{
    static const char *const results[] = { "", "done", "refused", "not reached" };
    json_t *object = json_object();
    json_t *timing = json_object();
    char hr[16];

    json_object_set_new(object, "edit", json_string(edit->text));
    json_object_set_new(object, "clock", json_string(edit->is_wall ? "wall" : "media"));
    json_object_set_new(object, "time_ns", json_integer(edit->time * 100));
    json_object_set_new(object, "result", json_string(results[edit->result]));
    if (edit->result == APP_EDIT_NOT_REACHED) {
        json_decref(timing);
        return object;
    }
    snprintf(hr, sizeof(hr), "0x%08x", (unsigned)edit->hr);
    json_object_set_new(object, "hresult", json_string(hr));
    if (edit->reason)
        json_object_set_new(object, "reason", json_string(edit->reason));
    if (edit->note)
        json_object_set_new(object, "note", json_string(edit->note));
    json_object_set_new(object, "cut_ns",
                        edit->cut < 0 ? json_null() : json_integer(edit->cut * 100));
    if (edit->has_certificate) {
        const RG_CERTIFICATE *c = &edit->certificate;

        json_object_set_new(object, "gate", json_string(c->gate));
        json_object_set_new(object, "held", number(c->held));
        json_object_set_new(object, "drained", number(c->drained));
        json_object_set_new(object, "dropped", number(c->dropped));
        json_object_set_new(timing, "prepare_ns", json_integer(c->prepare_ns));
        json_object_set_new(timing, "drain_ns", json_integer(c->drain_ns));
        json_object_set_new(timing, "swap_ns", json_integer(c->swap_ns));
    }
    json_object_set_new(timing, "closed_ns",
                        edit->closed_ns < 0 ? json_null() : json_integer(edit->closed_ns));
    json_object_set_new(object, "timing", timing);
    return object;
}

static json_t *ledger_json(const struct app_ledger *ledger, const char *graph_text)
{
    json_t *root = json_object();
    json_t *links = json_array();
    json_t *edits = json_array();

    for (size_t i = 0; i < ledger->n_rows; i++)
        json_array_append_new(links, row_json(&ledger->rows[i]));
    for (size_t i = 0; i < ledger->n_edits; i++)
        json_array_append_new(edits, edit_json(&ledger->edits[i]));
    json_object_set_new(root, "graph", json_string(graph_text));
    json_object_set_new(root, "links", links);
    json_object_set_new(root, "edits", edits);
    json_object_set_new(root, "lost", number(app_ledger_lost(ledger)));
    return root;
}

bool app_ledger_write(const struct app_ledger *ledger, const char *graph_text, const char *path,
                      struct app_failure *failure)
{
    bool is_stdout = !strcmp(path, "-");
    FILE *file = is_stdout ? stdout : fopen(path, "we");
    json_t *root;
    bool ok = false;

    if (file) {
        root = ledger_json(ledger, graph_text);
        ok = json_dumpf(root, file, JSON_INDENT(2)) == 0 && fputc('\n', file) != EOF;
        if (is_stdout ? fflush(stdout) : fclose(file))
            ok = false;
        json_decref(root);
    }
    if (!ok) {
        failure->code = APP_EXIT_FAILED;
        app_text_add(&failure->text, "can't write %s: %s", path, strerrordesc_np(errno));
    }
    return ok;
}
