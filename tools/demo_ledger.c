/* SPDX-License-Identifier: MIT */
/* demo_ledger.c - reads a run's ledger: when which effect began, and how long the gate was
 * closed for it.
 *
 * Any thread.  Knows: the JSON that `regraft run --ledger` writes.  Must not know: frames.
 */
#include "demo_ledger.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

static int64_t integer_of(json_t *object, const char *key, int64_t missing)
{
    json_t *value = json_object_get(object, key);

    return json_is_integer(value) ? json_integer_value(value) : missing;
}

/* "swap fx → flip mode=both": the effect is the first word behind the arrow. */
static enum demo_effect effect_of(const char *text)
{
    const char *arrow = text ? strstr(text, "→ ") : NULL;
    char word[32];

    if (!arrow || sscanf(arrow + strlen("→ "), "%31s", word) != 1)
        return DEMO_UNKNOWN;
    return demo_effect_by_name(word);
}

/* True: *ret is filled.  False: *ret_why says what is wrong with the edit. */
static bool cut_read(json_t *edit, struct demo_cut *ret, const char **ret_why)
{
    json_t *timing = json_object_get(edit, "timing");
    int64_t cut_ns = integer_of(edit, "cut_ns", -1);

    if (cut_ns < 0) {
        *ret_why = "an edit without the time of its cut";
        return false;
    }
    *ret = (struct demo_cut){
        .at = cut_ns / 100,
        .effect = effect_of(json_string_value(json_object_get(edit, "edit"))),
        .closed_ns = integer_of(timing, "closed_ns", 0),
        .held = integer_of(edit, "held", 0),
        .drained = integer_of(edit, "drained", 0),
        .dropped = integer_of(edit, "dropped", 0),
    };
    *ret_why = ret->effect == DEMO_UNKNOWN ? "an edit that swaps in no effect of the demo"
               : ret->dropped              ? "an edit that dropped samples"
                                           : NULL;
    return *ret_why == NULL;
}

static HRESULT edits_read(json_t *edits, struct demo_ledger *ledger, const char **ret_why)
{
    size_t i;
    json_t *edit;

    json_array_foreach(edits, i, edit)
    {
        const char *result = json_string_value(json_object_get(edit, "result"));
        struct demo_cut *cut = &ledger->cuts[ledger->n_cuts];

        if (!result || !strcmp(result, "not reached"))
            continue;
        if (strcmp(result, "done") != 0) {
            ledger->n_refused++;
            continue;
        }
        if (!cut_read(edit, cut, ret_why))
            return E_FAIL;
        if (cut->at < cut[-1].at) {
            *ret_why = "its edits are not in order of time";
            return E_FAIL;
        }
        ledger->n_cuts++;
    }
    return S_OK;
}

HRESULT demo_ledger_read(const char *path, enum demo_effect first,
                         struct demo_ledger *ret_ledger, const char **ret_why)
{
    json_t *root = json_load_file(path, 0, NULL);
    json_t *edits = json_object_get(root, "edits");
    HRESULT hr = E_FAIL;

    *ret_ledger = (struct demo_ledger){ 0 };
    if (!json_is_array(edits)) {
        *ret_why = "not a ledger";
    } else {
        ret_ledger->cuts = calloc(json_array_size(edits) + 1, sizeof(*ret_ledger->cuts));
        hr = ret_ledger->cuts ? S_OK : E_OUTOFMEMORY;
        *ret_why = "out of memory";
    }
    if (SUCCEEDED(hr)) {
        ret_ledger->cuts[0] = (struct demo_cut){ .at = INT64_MIN, .effect = first };
        ret_ledger->n_cuts = 1;
        hr = edits_read(edits, ret_ledger, ret_why);
    }
    json_decref(root);
    return hr;
}

void demo_ledger_free(struct demo_ledger *ledger)
{
    free(ledger->cuts);
    *ledger = (struct demo_ledger){ 0 };
}

enum demo_effect demo_ledger_effect(const struct demo_ledger *ledger, REFERENCE_TIME start)
{
    size_t low = 0, high = ledger->n_cuts;

    while (high - low > 1) {
        size_t middle = (low + high) / 2;

        if (ledger->cuts[middle].at <= start)
            low = middle;
        else
            high = middle;
    }
    return ledger->cuts[low].effect;
}
