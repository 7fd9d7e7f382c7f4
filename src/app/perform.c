/* SPDX-License-Identifier: MIT */
/* perform.c - one edit of the graph: a transaction that is prepared ahead, committed once its gate
 * has closed, and booked.
 *
 * The schedule's thread.  Knows: IGraphTransaction, places, ledger.  Must not know: times to come.
 */
#include "app/schedule_internal.h"

#include <stdlib.h>
#include <string.h>

/* ---- the filter that comes in ------------------------------------------------------------ */

static const struct app_element *next_element(const struct task *task)
{
    if (!task->edit->n_filters)
        return NULL;
    return &task->edit->filters[task->turn % task->edit->n_filters];
}

HRESULT app_task_prepare(struct task *task, struct app_failure *failure)
{
    const struct app_element *element = next_element(task);

    if (!element || task->ready)
        return S_OK;
    return app_filter_create(element, false, task->edit->source, &task->ready, failure);
}

/* A name for an inserted filter: as given, else its class and the first free number. */
static char *insert_name(const struct app_graph *graph, const struct app_element *element)
{
    struct app_text text = { 0 };
    unsigned number = 0;

    if (element->name)
        return app_dup(element->name);
    do {
        app_text_clear(&text);
        app_text_add(&text, "%s%u", element->class_name, number++);
    } while (app_graph_find(graph, text.data));
    return app_text_steal(&text);
}

/* ---- booking ----------------------------------------------------------------------------- */

static void say(struct app_schedule *s, const struct app_edit_record *record)
{
    struct app_text line = { 0 };

    if (!s->setup.say)
        return;
    if (record->is_wall)
        app_text_add(&line, "wall ");
    app_text_time(&line, record->time);
    app_text_add(&line, "  %s: ", record->text);
    if (record->result == APP_EDIT_NOT_REACHED)
        app_text_add(&line, "not reached");
    else if (record->result == APP_EDIT_REFUSED)
        app_text_add(&line, "refused: %s", record->reason ? record->reason : "?");
    else if (record->cut >= 0) {
        app_text_add(&line, "done, first sample ");
        app_text_time(&line, record->cut);
    } else {
        app_text_add(&line, "done");
    }
    s->setup.say(s->setup.context, line.data, true);
    app_text_clear(&line);
}

static struct app_edit_record record_start(const struct app_schedule *s,
                                           const struct task *task)
{
    struct app_edit_record record = {
        .order = (size_t)(task->edit - s->setup.edits),
        .is_wall = task->edit->is_wall,
        .time = task->due,
        .result = APP_EDIT_DONE,
        .cut = -1,
        .closed_ns = -1,
    };
    struct app_text text = { 0 };

    app_edit_text(task->edit, task->turn, &text);
    record.text = app_text_steal(&text);
    return record;
}

static size_t book(struct app_schedule *s, const struct app_edit_record *record)
{
    say(s, record);
    return app_ledger_record(s->setup.ledger, record);
}

size_t app_task_refuse(struct app_schedule *s, struct task *task, HRESULT hr, char *reason)
{
    struct app_edit_record record = record_start(s, task);

    record.result = APP_EDIT_REFUSED;
    record.hr = hr;
    record.reason = reason;
    return book(s, &record);
}

void app_task_miss(struct app_schedule *s, struct task *task)
{
    struct app_edit_record record = record_start(s, task);

    record.result = APP_EDIT_NOT_REACHED;
    book(s, &record);
}

/* The certificate's reason; where it had no room for all, the graph's report has the rest. */
static char *refusal(struct app_schedule *s, const struct app_edit_record *record)
{
    const char *reason = record->certificate.reason;
    size_t length = strnlen(reason, sizeof(record->certificate.reason));
    struct app_text text = { 0 };

    app_text_report(&text, s->setup.graph->builder, record->hr);
    if (!length || (text.length > length && !memcmp(text.data, reason, length)))
        return app_text_steal(&text);
    app_text_clear(&text);
    app_text_put(&text, reason, length);
    return app_text_steal(&text);
}

/* ---- as a transaction -------------------------------------------------------------------- */

static void unstage(struct staged *staged)
{
    app_release(&staged->edit);
    app_release(&staged->present);
    app_release(&staged->pin);
    app_release(&staged->leg);
    app_parts_free(&staged->branch);
    free(staged->name);
    *staged = (struct staged){ 0 };
}

void app_task_let_go(struct task *task)
{
    unstage(&task->staged);
    app_release(&task->ready);
}

/* Is what is staged still what is wanted?  Other edits may have been there since. */
static bool is_staged(const struct app_schedule *s, const struct task *task, IPin *pin)
{
    const struct app_graph *graph = s->setup.graph;
    const struct staged *staged = &task->staged;

    if (!staged->edit || !app_is_same(staged->pin, pin) ||
        !app_is_same(staged->present, app_graph_find(graph, task->edit->target)))
        return false;
    if (task->edit->kind == APP_EDIT_INSERT)
        return !app_graph_find(graph, staged->name);
    if (task->edit->kind == APP_EDIT_ATTACH)
        return app_pin_fits(staged->leg, PINDIR_OUTPUT, NULL) &&
               !app_branch_taken(graph, &staged->branch);
    return true;
}

static HRESULT attach_add(struct app_schedule *s, struct task *task,
                          struct app_failure *failure)
{
    const struct app_text_graph *text = &task->edit->branch;
    struct staged *staged = &task->staged;
    HRESULT hr;

    if (!app_graph_check_members(s->setup.graph, text, failure))
        return E_INVALIDARG;
    staged->leg = app_branch_leg(staged->present);
    if (!staged->leg) {
        app_text_add(&failure->text,
                     "%s has no free output; attach to a tee, or put one in: insert tee after "
                     "%s",
                     task->edit->target, task->edit->target);
        return VFW_E_NOT_FOUND;
    }
    hr = app_parts_make(text, s->setup.graph, true, &staged->branch, failure);
    if (FAILED(hr))
        return hr;
    return app_branch_stage(s->setup.graph, text, &staged->branch, staged->leg, staged->edit,
                            failure);
}

static HRESULT step_add(struct app_schedule *s, struct task *task, struct app_failure *failure)
{
    struct app_graph *graph = s->setup.graph;
    struct staged *staged = &task->staged;

    switch (task->edit->kind) {
    case APP_EDIT_SWAP:
        staged->name = app_dup(task->edit->target);
        return IGraphTransaction_Swap(staged->edit, staged->present, task->ready, staged->name);
    case APP_EDIT_INSERT:
        staged->name = insert_name(graph, next_element(task));
        if (app_graph_find(graph, staged->name)) {
            app_text_add(&failure->text, "another filter is named \"%s\"", staged->name);
            return VFW_E_DUPLICATE_NAME;
        }
        return IGraphTransaction_Insert(staged->edit, staged->pin, task->ready, staged->name);
    case APP_EDIT_REMOVE:
        return IGraphTransaction_Remove(staged->edit, staged->present);
    case APP_EDIT_ATTACH:
        return attach_add(s, task, failure);
    case APP_EDIT_DETACH:
        return IGraphTransaction_RemoveBranch(staged->edit, staged->pin);
    default:
        return E_NOTIMPL;
    }
}

static HRESULT stage(struct app_schedule *s, struct task *task, IPin *pin,
                     struct app_failure *failure)
{
    RG_EDIT_REQUEST request = {
        .size = sizeof(request),
        .flags = RG_EDIT_CALLER_BLOCKED,
        .abort = s->stop,
    };
    HRESULT hr;

    if (is_staged(s, task, pin))
        return S_OK;
    unstage(&task->staged);
    hr = IGraphEdit_Begin(s->editor, &request, &task->staged.edit);
    if (FAILED(hr))
        return hr;
    task->staged.present = app_graph_find(s->setup.graph, task->edit->target);
    IBaseFilter_AddRef(task->staged.present);
    task->staged.pin = pin;
    IPin_AddRef(pin);
    return step_add(s, task, failure);
}

static bool is_structural(enum app_edit_kind kind)
{
    return kind != APP_EDIT_SET && kind != APP_EDIT_BLOCK && kind != APP_EDIT_UNBLOCK;
}

/* What ends a road is prepared only once it is due: its file would begin, and what had that name before
 * be gone; and the graph would wait for the end of a stream that may never get there. */
static bool can_prepare_ahead(const struct task *task)
{
    struct app_pins pins;
    bool has_output = false;

    if (task->edit->kind == APP_EDIT_ATTACH)
        return false;
    if (!task->ready)
        return true;
    app_pins_get(task->ready, &pins);
    for (size_t i = 0; i < pins.count; i++)
        has_output = has_output || app_pin_direction(pins.items[i]) == PINDIR_OUTPUT;
    app_pins_release(&pins);
    return has_output;
}

bool app_task_prepare_edit(struct app_schedule *s, struct task *task, IPin *pin)
{
    struct app_failure failure = { 0 };
    HRESULT hr = app_task_prepare(task, &failure);

    if (SUCCEEDED(hr) && is_structural(task->edit->kind)) {
        hr = stage(s, task, pin, &failure);
        if (SUCCEEDED(hr) && can_prepare_ahead(task))
            hr = IGraphTransaction_Prepare(task->staged.edit);
        if (FAILED(hr))
            unstage(&task->staged);
    }
    app_text_clear(&failure.text);
    return hr != S_FALSE;
}

/* ---- the edits --------------------------------------------------------------------------- */

/* What a decoder does not give is on no link: no count tells, so the words have to. */
static void unprimed_note(struct app_schedule *s, struct app_edit_record *record)
{
    struct app_text line = { 0 };

    record->note =
        app_dup("the link remembers too little (--remember) for the decoder that came "
                "in: pictures between the cut and the next key frame are missing or "
                "damaged");
    app_text_add(&line, "regraft: note: %s: %s", record->text, record->note);
    if (s->setup.say)
        s->setup.say(s->setup.context, line.data, false);
    app_text_clear(&line);
}

static void filters_put(struct app_filters *filters, IBaseFilter *filter)
{
    if (!filter)
        return;
    filters->items = app_grow(filters->items, filters->count, sizeof(*filters->items));
    filters->items[filters->count++] = filter;
    IBaseFilter_AddRef(filter);
}

/* The filters that an edit may give new links. */
static void touched_get(const struct task *task, struct app_filters *ret)
{
    const struct staged *staged = &task->staged;
    APP_AUTO(IBaseFilter) above = app_pin_filter(staged->pin);

    *ret = (struct app_filters){ 0 };
    filters_put(ret, above);
    filters_put(ret, staged->present);
    filters_put(ret, task->ready);
    for (size_t i = 0; i < staged->branch.count; i++)
        filters_put(ret, staged->branch.items[i].filter);
}

/* Names of what has come, before the rows of the ledger that begin here. */
static void names_put(struct app_schedule *s, struct task *task)
{
    if (task->staged.name)
        app_graph_place(s->setup.graph, task->staged.name, task->ready);
    app_parts_place(&task->staged.branch, &task->edit->branch, s->setup.graph);
}

static HRESULT do_transaction(struct app_schedule *s, struct task *task, struct gate *gate,
                              struct app_edit_record *record, struct app_failure *failure)
{
    struct app_graph *graph = s->setup.graph;
    struct staged *staged = &task->staged;
    struct app_filters touched;
    HRESULT hr = stage(s, task, gate->pin, failure);

    record->has_certificate = true;
    if (FAILED(hr))
        return hr;
    touched_get(task, &touched);
    if (task->edit->kind == APP_EDIT_DETACH)
        app_ledger_leave(s->setup.ledger, gate->pin);
    hr = IGraphTransaction_Commit(staged->edit, -1, NULL);
    (void)IGraphTransaction_GetCertificate(staged->edit, 0, &record->certificate);
    if (SUCCEEDED(hr))
        names_put(s, task);
    /* while its files are finished nobody waits for a branch that has left */
    if (SUCCEEDED(hr) && task->edit->kind == APP_EDIT_DETACH)
        record->closed_ns = record->certificate.closed_ns;
    if (SUCCEEDED(hr) && (record->certificate.flags & RG_CUT_UNPRIMED))
        unprimed_note(s, record);
    app_ledger_sync(s->setup.ledger, graph, touched.items, touched.count);
    app_filters_release(&touched);
    /* Places are forgotten last: the rows that end here still go by their names. */
    if (SUCCEEDED(hr) &&
        (task->edit->kind == APP_EDIT_REMOVE || task->edit->kind == APP_EDIT_DETACH))
        app_branch_forget(graph);
    return hr;
}

static HRESULT do_edit(struct app_schedule *s, struct task *task, struct gate *gate,
                       struct app_edit_record *record, struct app_failure *failure)
{
    const struct app_edit *edit = task->edit;

    if (!gate && edit->kind != APP_EDIT_SET)
        return VFW_E_NOT_CONNECTED;
    record->certificate = (RG_CERTIFICATE){ .size = sizeof(RG_CERTIFICATE), .cut = -1 };
    switch (edit->kind) {
    case APP_EDIT_SWAP:
    case APP_EDIT_INSERT:
    case APP_EDIT_REMOVE:
    case APP_EDIT_ATTACH:
    case APP_EDIT_DETACH:
        return do_transaction(s, task, gate, record, failure);
    case APP_EDIT_SET:
        return app_filter_set(app_graph_find(s->setup.graph, edit->target), edit->settings,
                              edit->n_settings, NULL, failure);
    case APP_EDIT_BLOCK:
        gate->is_shut = true;
        return S_OK;
    case APP_EDIT_UNBLOCK:
        if (!gate->is_shut)
            return VFW_E_WRONG_STATE;
        gate->is_shut = false;
        return S_OK;
    }
    return E_NOTIMPL;
}

size_t app_task_perform(struct app_schedule *s, struct task *task, struct gate *gate,
                        int64_t held)
{
    struct app_edit_record record = record_start(s, task);
    struct app_failure failure = { 0 };
    HRESULT hr = S_OK;

    if (!app_graph_find(s->setup.graph, task->edit->target)) {
        hr = VFW_E_NOT_FOUND;
        app_text_add(&failure.text, "no filter is named \"%s\" any more", task->edit->target);
    } else {
        hr = app_task_prepare(task, &failure);
        if (SUCCEEDED(hr))
            hr = do_edit(s, task, gate, &record, &failure);
    }
    app_task_let_go(task);
    record.hr = hr;
    if (SUCCEEDED(hr)) {
        record.cut = record.certificate.cut >= 0 ? record.certificate.cut : held;
    } else {
        record.result = APP_EDIT_REFUSED;
        record.reason =
            failure.text.length ? app_text_steal(&failure.text) : refusal(s, &record);
    }
    app_text_clear(&failure.text);
    return book(s, &record);
}
