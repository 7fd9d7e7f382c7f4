/* SPDX-License-Identifier: MIT */
/* perform.c - does one edit on the graph while its gate is closed, and books what came of it.
 *
 * The schedule's thread.  Knows: IGraphEdit, places, ledger.  Must not know: times to come.
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

/* ---- the edits --------------------------------------------------------------------------- */

static RG_EDIT_REQUEST request(const struct app_schedule *s)
{
    return (RG_EDIT_REQUEST){
        .size = sizeof(RG_EDIT_REQUEST),
        .flags = RG_EDIT_CALLER_BLOCKED,
        .abort = s->stop,
    };
}

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

static HRESULT do_swap(struct app_schedule *s, struct task *task,
                       struct app_edit_record *record)
{
    struct app_graph *graph = s->setup.graph;
    APP_AUTO(IBaseFilter) present = app_graph_find(graph, task->edit->target);
    IBaseFilter *touched[] = { present, task->ready };
    RG_EDIT_REQUEST wish = request(s);
    HRESULT hr;

    IBaseFilter_AddRef(present);
    hr = IGraphEdit_Swap(s->editor, present, task->ready, task->edit->target, &wish,
                         &record->certificate);
    if (SUCCEEDED(hr))
        app_graph_place(graph, task->edit->target, task->ready);
    if (SUCCEEDED(hr) && (record->certificate.flags & RG_CUT_UNPRIMED))
        unprimed_note(s, record);
    app_ledger_sync(s->setup.ledger, graph, touched, 2);
    return hr;
}

static HRESULT do_insert(struct app_schedule *s, struct task *task, struct gate *gate,
                         struct app_edit_record *record)
{
    struct app_graph *graph = s->setup.graph;
    IBaseFilter *touched[] = { app_graph_find(graph, task->edit->target), task->ready };
    RG_EDIT_REQUEST wish = request(s);
    char *name = insert_name(graph, next_element(task));
    struct app_text taken = { 0 };
    HRESULT hr = VFW_E_DUPLICATE_NAME;

    if (app_graph_find(graph, name)) {
        app_text_add(&taken, "another filter is named \"%s\"", name);
        record->reason = app_text_steal(&taken);
    } else {
        hr = IGraphEdit_Insert(s->editor, gate->pin, task->ready, name, &wish,
                               &record->certificate);
    }
    if (SUCCEEDED(hr))
        app_graph_place(graph, name, task->ready);
    app_ledger_sync(s->setup.ledger, graph, touched, 2);
    free(name);
    return hr;
}

static HRESULT do_remove(struct app_schedule *s, struct task *task, struct gate *gate,
                         struct app_edit_record *record)
{
    struct app_graph *graph = s->setup.graph;
    APP_AUTO(IBaseFilter) present = app_graph_find(graph, task->edit->target);
    APP_AUTO(IBaseFilter) above = app_pin_filter(gate->pin);
    IBaseFilter *touched[] = { above, present };
    RG_EDIT_REQUEST wish = request(s);
    HRESULT hr;

    IBaseFilter_AddRef(present);
    hr = IGraphEdit_Remove(s->editor, present, &wish, &record->certificate);
    /* The place is forgotten last: the rows that end here still go by its name. */
    app_ledger_sync(s->setup.ledger, graph, touched, 2);
    if (SUCCEEDED(hr))
        app_graph_place(graph, task->edit->target, NULL);
    return hr;
}

static HRESULT do_set(struct app_schedule *s, struct task *task, struct app_edit_record *record)
{
    const struct app_edit *edit = task->edit;
    struct app_failure failure = { 0 };
    HRESULT hr = app_filter_set(app_graph_find(s->setup.graph, edit->target), edit->settings,
                                edit->n_settings, NULL, &failure);

    if (FAILED(hr))
        record->reason = app_text_steal(&failure.text);
    app_text_clear(&failure.text);
    return hr;
}

static HRESULT do_edit(struct app_schedule *s, struct task *task, struct gate *gate,
                       struct app_edit_record *record)
{
    if (!gate && task->edit->kind != APP_EDIT_SET)
        return VFW_E_NOT_CONNECTED;
    record->certificate = (RG_CERTIFICATE){ .size = sizeof(RG_CERTIFICATE), .cut = -1 };
    switch (task->edit->kind) {
    case APP_EDIT_SWAP:
        record->has_certificate = true;
        return do_swap(s, task, record);
    case APP_EDIT_INSERT:
        record->has_certificate = true;
        return do_insert(s, task, gate, record);
    case APP_EDIT_REMOVE:
        record->has_certificate = true;
        return do_remove(s, task, gate, record);
    case APP_EDIT_SET:
        return do_set(s, task, record);
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
            hr = do_edit(s, task, gate, &record);
    }
    app_release(&task->ready);
    record.hr = hr;
    if (SUCCEEDED(hr)) {
        record.cut = record.certificate.cut >= 0 ? record.certificate.cut : held;
    } else {
        record.result = APP_EDIT_REFUSED;
        if (!record.reason)
            record.reason =
                failure.text.length ? app_text_steal(&failure.text) : refusal(s, &record);
    }
    app_text_clear(&failure.text);
    return book(s, &record);
}
