/* SPDX-License-Identifier: MIT */
/* schedule.c - when edits are due: arms gates, sleeps, and works off what has come.
 *
 * One thread of its own between start and close; the control thread before and after.
 * Knows: tasks and gates.  Must not know: what an edit does.
 */
#include "app/schedule_internal.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* ---- which gates wait for what ----------------------------------------------------------- */

/* Will an edit that is still to come put a filter of this name into the graph? */
static bool name_will_come(const struct app_schedule *s, const char *name)
{
    for (size_t i = 0; i < s->n_tasks; i++)
        if (!s->tasks[i].is_over && app_edit_brings(s->tasks[i].edit, name))
            return true;
    return false;
}

/* Arms each gate for the earliest task that needs it.  Called whenever the graph or a task has
 * changed, before any gate opens.  pins[task]: the pin of each, or NULL. */
static void tasks_arm(struct app_schedule *s)
{
    int64_t want[GATES_MAX];

    for (size_t i = 0; i < GATES_MAX; i++)
        want[i] = -1;
    for (size_t i = 0; i < s->n_tasks; i++) {
        struct task *task = &s->tasks[i];
        APP_AUTO(IPin) pin = NULL;
        struct gate *gate;

        if (task->is_over || task->edit->is_wall)
            continue;
        pin = app_task_pin(s, task);
        if (!pin && name_will_come(s, task->edit->target))
            continue;
        gate = pin ? app_gate_get(s, pin) : NULL;
        if (!gate || !gate->link) {
            struct app_text why = { 0 };

            if (!pin && task->edit->kind == APP_EDIT_DETACH &&
                app_graph_find(s->setup.graph, task->edit->target))
                app_text_add(&why,
                             "\"%s\" is in no branch: nothing above it has more than one "
                             "output",
                             task->edit->target);
            else if (!pin)
                app_text_add(&why, "no filter named \"%s\" is connected any more",
                             task->edit->target);
            else if (!gate)
                app_text_add(&why, "more than %d places are edited at the same time",
                             GATES_MAX);
            else
                app_text_add(&why, "the pin above \"%s\" can't stop at a media time; use wall:",
                             task->edit->target);
            app_task_refuse(s, task, VFW_E_NOT_FOUND, app_text_steal(&why));
            task->is_over = true;
            continue;
        }
        size_t g = (size_t)(gate - s->gates);

        if (want[g] < 0 || task->due < want[g])
            want[g] = task->due;
    }
    for (size_t g = s->n_gates; g-- > 0;) {
        struct gate *gate = &s->gates[g];

        app_gate_arm(gate, want[g]);
        if (want[g] >= 0 || gate->has_fired || gate->is_held || gate->is_shut)
            continue;
        app_gate_clear(gate);
        *gate = s->gates[--s->n_gates];
        want[g] = want[s->n_gates];
    }
}

/* What comes next at each gate is made ready while data still flows: of the first edit there all
 * but the cut, of others that are due with it the filters. */
static void tasks_prepare(struct app_schedule *s)
{
    bool is_ready[GATES_MAX] = { false };

    s->prepare_ns = PREPARED;
    for (size_t i = 0; i < s->n_tasks; i++) {
        struct task *task = &s->tasks[i];
        APP_AUTO(IPin) pin = NULL;
        struct app_failure failure = { 0 };
        struct gate *gate;

        if (task->is_over || task->edit->is_wall)
            continue;
        pin = app_task_pin(s, task);
        gate = pin ? app_gate_find(s, pin) : NULL;
        if (!gate || gate->armed != task->due)
            continue;
        if (!is_ready[gate - s->gates]) {
            if (!app_task_prepare_edit(s, task, pin))
                s->prepare_ns = app_now_ns() + SETTLE_WAIT_MS * INT64_C(1000000);
        } else
            app_task_prepare(task, &failure); /* a failure comes again when it is due */
        app_text_clear(&failure.text);
        is_ready[gate - s->gates] = true;
    }
}

int64_t app_task_next(int64_t due, int64_t step, int64_t held)
{
    int64_t next;

    if (held < due)
        return due + step;
    next = due + (held - due) / step * step;
    return next + step;
}

static void task_advance(struct task *task, int64_t held)
{
    task->turn++;
    if (task->edit->is_every)
        task->due = app_task_next(task->due, task->edit->time, held);
    else
        task->is_over = true;
}

/* ---- a gate has closed ------------------------------------------------------------------- */

static bool stop_wanted(const struct app_schedule *s)
{
    return WaitForSingleObject(s->stop, 0) == WAIT_OBJECT_0;
}

/* Has a sample passed `gate` that `below` will stop, but has not got to it yet?  A queue
 * stands in between, or a filter that holds samples back. */
static bool is_on_its_way(const struct gate *gate, const struct gate *below)
{
    RG_LEDGER ledger;

    return below->armed < gate->armed && gate->link &&
           IRgLink_GetLedger(gate->link, &ledger) == S_OK && ledger.last_start >= below->armed;
}

/* Gates below would hold back what drains: first let those have theirs whose sample is on
 * its way, then take the rest off guard; tasks_arm puts them back.  False: one below closed,
 * it goes first. */
static bool gates_below_ready(struct app_schedule *s, const struct gate *gate)
{
    for (size_t i = 0; i < s->n_gates; i++) {
        struct gate *below = &s->gates[i];
        HANDLE waits[2] = { below->event, s->stop };

        if (below == gate || below->armed < 0 || below->has_fired ||
            !app_gate_is_below(below->pin, gate->pin))
            continue;
        if (is_on_its_way(gate, below) &&
            WaitForMultipleObjects(2, waits, FALSE, ORDER_WAIT_MS) == WAIT_OBJECT_0)
            below->has_fired = true;
        if (below->has_fired || !app_gate_arm(below, -1))
            return false;
    }
    return true;
}

/* Does every task of this gate whose time is at or before the sample that waits. */
static void gate_tasks_perform(struct app_schedule *s, struct gate *gate, int64_t held,
                               size_t *ret_first, size_t *ret_count)
{
    for (;;) {
        struct task *next = NULL;
        size_t record;

        for (size_t i = 0; i < s->n_tasks; i++) {
            struct task *task = &s->tasks[i];
            APP_AUTO(IPin) pin = NULL;

            if (task->is_over || task->edit->is_wall || task->due > held ||
                (next && next->due <= task->due))
                continue;
            pin = app_task_pin(s, task);
            if (pin && app_is_same(pin, gate->pin))
                next = task;
        }
        if (!next)
            return;
        record = app_task_perform(s, next, gate, held);
        if (!(*ret_count)++)
            *ret_first = record;
        task_advance(next, held);
    }
}

/* The stream or the run is over.  One --every that came at least once has nothing missing. */
static void task_end(struct app_schedule *s, struct task *task)
{
    if (!task->is_over && (!task->turn || !task->edit->is_every))
        app_task_miss(s, task);
    task->is_over = true;
}

static void gate_tasks_end(struct app_schedule *s, const struct gate *gate)
{
    for (size_t i = 0; i < s->n_tasks; i++) {
        struct task *task = &s->tasks[i];
        APP_AUTO(IPin) pin = NULL;

        if (task->is_over || task->edit->is_wall)
            continue;
        pin = app_task_pin(s, task);
        if (pin && app_is_same(pin, gate->pin))
            task_end(s, task);
    }
}

/* Opens the gate if nothing keeps it shut, and books for how long it was closed. */
static void gate_release(struct app_schedule *s, IPin *pin, size_t first, size_t count)
{
    struct gate *gate = app_gate_get(s, pin);
    int64_t closed;

    if (!gate)
        return;
    gate->is_held = false;
    if (gate->is_shut)
        return;
    closed = app_gate_open(gate);
    for (size_t i = 0; i < count; i++)
        app_ledger_closed(s->setup.ledger, first + i, closed);
}

static void gate_fired(struct app_schedule *s, struct gate *gate)
{
    APP_AUTO(IPin) pin = gate->pin;
    int64_t armed = gate->armed;
    int64_t held = -1;
    size_t first = 0;
    size_t count = 0;

    IPin_AddRef(pin);
    if (!app_gate_is_closed(gate, &held)) {
        gate->has_fired = false;
        gate->armed = -1;
        gate_tasks_end(s, gate);
        tasks_arm(s);
        return;
    }
    if (!gates_below_ready(s, gate))
        return; /* stays fired; comes again after the one below */
    gate->has_fired = false;
    gate->armed = -1;
    gate->is_held = true;
    gate_tasks_perform(s, gate, held >= 0 ? held : armed, &first, &count);
    tasks_arm(s);
    gate_release(s, pin, first, count);
    s->prepare_ns = 0;
}

/* The fired gate that no other fired gate is below of: what it holds can't be in another's
 * way. */
static struct gate *gate_pick(struct app_schedule *s)
{
    struct gate *any = NULL;

    for (size_t i = 0; i < s->n_gates; i++) {
        struct gate *gate = &s->gates[i];
        bool is_last = true;

        if (!gate->has_fired)
            continue;
        any = gate;
        for (size_t k = 0; k < s->n_gates && is_last; k++)
            is_last = k == i || !s->gates[k].has_fired ||
                      !app_gate_is_below(s->gates[k].pin, gate->pin);
        if (is_last)
            return gate;
    }
    return any;
}

/* ---- the clock has come ------------------------------------------------------------------ */

static int64_t wall_now(const struct app_schedule *s)
{
    return (app_now_ns() - s->start_ns) / 100;
}

static struct task *wall_next(struct app_schedule *s)
{
    struct task *next = NULL;

    for (size_t i = 0; i < s->n_tasks; i++)
        if (!s->tasks[i].is_over && s->tasks[i].edit->is_wall &&
            (!next || s->tasks[i].due < next->due))
            next = &s->tasks[i];
    return next;
}

static bool needs_gate(enum app_edit_kind kind)
{
    return kind != APP_EDIT_SET;
}

static void wall_perform(struct app_schedule *s, struct task *task)
{
    APP_AUTO(IPin) pin = app_task_pin(s, task);
    struct gate *gate = pin && needs_gate(task->edit->kind) ? app_gate_get(s, pin) : NULL;
    int64_t held = -1;
    size_t record;
    HRESULT hr = S_OK;

    if (gate && task->edit->kind != APP_EDIT_UNBLOCK) {
        hr = app_gate_close(s, gate);
        if (hr == S_OK && gate->has_fired)
            return; /* a media time came in the same moment: that one first, this one again */
        if (hr == S_OK && !gates_below_ready(s, gate)) {
            if (!gate->is_shut)
                app_gate_open(gate);
            return;
        }
    }
    if (SUCCEEDED(hr)) {
        if (gate)
            gate->is_held = true;
        app_gate_is_closed(gate ? gate : &(struct gate){ 0 }, &held);
        record = app_task_perform(s, task, gate, held);
    } else {
        struct app_text why = { 0 };

        app_text_add(&why, "the pin above \"%s\" could not be held: ", task->edit->target);
        app_text_hresult(&why, hr);
        record = app_task_refuse(s, task, hr, app_text_steal(&why));
        gate = NULL;
    }
    task_advance(task, wall_now(s));
    tasks_arm(s);
    if (gate)
        gate_release(s, pin, record, 1);
    s->prepare_ns = 0;
}

/* ---- the thread -------------------------------------------------------------------------- */

/* Until the next edit at a wall time, or until something is to be prepared. */
static DWORD time_left_ms(struct app_schedule *s)
{
    struct task *wall = wall_next(s);
    int64_t now = app_now_ns();
    int64_t until = INT64_MAX;

    if (wall && wall->due < INT64_MAX / 200)
        until = s->start_ns + wall->due * 100;
    if (s->prepare_ns < until)
        until = s->prepare_ns;
    if (until == INT64_MAX)
        return INFINITE;
    if (until <= now)
        return 0;
    until = (until - now + 999999) / 1000000;
    return until < 3600000 ? (DWORD)until : 3600000;
}

/* Waits for the stop event, a gate or the clock.  False: stop. */
static bool schedule_wait(struct app_schedule *s)
{
    HANDLE handles[GATES_MAX + 2] = { s->stop, s->running };
    struct gate *gates[GATES_MAX + 2];
    DWORD count = 2;
    DWORD woken;

    for (size_t i = 0; i < s->n_gates; i++) {
        if (s->gates[i].armed < 0 || s->gates[i].has_fired)
            continue;
        gates[count] = &s->gates[i];
        handles[count++] = s->gates[i].event;
    }
    woken = WaitForMultipleObjects(count, handles, FALSE, time_left_ms(s));
    if (woken == WAIT_OBJECT_0 || woken == WAIT_FAILED)
        return false;
    if (woken == WAIT_OBJECT_0 + 1)
        s->prepare_ns = 0;
    else if (woken < WAIT_OBJECT_0 + count)
        gates[woken - WAIT_OBJECT_0]->has_fired = true;
    return true;
}

static DWORD schedule_main(LPVOID parameter)
{
    struct app_schedule *s = parameter;
    bool com = SUCCEEDED(CoInitializeEx(NULL, COINIT_MULTITHREADED));

    pthread_setname_np(pthread_self(), "edits");
    while (!stop_wanted(s)) {
        struct gate *gate;
        struct task *wall;

        /* Several may have closed at the same time: see them all before choosing. */
        for (size_t i = 0; i < s->n_gates; i++)
            if (s->gates[i].armed >= 0 && !s->gates[i].has_fired &&
                WaitForSingleObject(s->gates[i].event, 0) == WAIT_OBJECT_0)
                s->gates[i].has_fired = true;
        gate = gate_pick(s);
        wall = wall_next(s);
        if (gate)
            gate_fired(s, gate);
        else if (wall && wall->due <= wall_now(s))
            wall_perform(s, wall);
        else if (s->prepare_ns <= app_now_ns())
            tasks_prepare(s);
        else if (!schedule_wait(s))
            break;
    }
    if (com)
        CoUninitialize();
    return 0;
}

/* ---- opening and closing ----------------------------------------------------------------- */

static HRESULT branch_check(const struct app_schedule *s, const struct app_edit *edit,
                            struct app_failure *failure)
{
    struct app_parts trial = { 0 };
    HRESULT hr = E_INVALIDARG;

    if (app_graph_check_branch(&edit->branch, failure) &&
        app_graph_check_files(&edit->branch, failure))
        hr = app_parts_make(&edit->branch, s->setup.graph, true, &trial, failure);
    app_parts_free(&trial);
    return hr;
}

/* Every name, filter and option is tried once, before anything runs. */
static HRESULT task_check(struct app_schedule *s, struct task *task,
                          struct app_failure *failure)
{
    const struct app_edit *edit = task->edit;
    struct app_nearest nearest = { .wanted = edit->target };
    bool added_later = false;

    for (size_t i = 0; i < s->setup.n_edits; i++)
        added_later = added_later || app_edit_brings(&s->setup.edits[i], edit->target);
    if (!added_later && !app_graph_find(s->setup.graph, edit->target)) {
        for (size_t i = 0; i < s->setup.graph->n_places; i++)
            app_nearest_try(&nearest, s->setup.graph->places[i].name);
        failure->code = APP_EXIT_USAGE;
        app_text_add(&failure->text, "%s: no filter is named \"%s\"", edit->source,
                     edit->target);
        if (app_nearest_get(&nearest)) {
            app_text_add(&failure->text, "; did you mean \"%s\"?", app_nearest_get(&nearest));
        } else {
            app_text_add(&failure->text, "; there are:");
            for (size_t i = 0; i < s->setup.graph->n_places; i++)
                app_text_add(&failure->text, " %s", s->setup.graph->places[i].name);
        }
        return VFW_E_NOT_FOUND;
    }
    for (uint64_t turn = 0; turn < edit->n_filters; turn++) {
        struct task trial = { .edit = edit, .turn = turn };
        HRESULT hr = app_task_prepare(&trial, failure);

        app_task_let_go(&trial);
        if (FAILED(hr))
            return hr;
    }
    return edit->kind == APP_EDIT_ATTACH ? branch_check(s, edit, failure) : S_OK;
}

/* What is due at the very start is done while the graph still stands: once it starts, a renderer
 * waits for its first sample, and the graph takes no edit until it has it. */
static void tasks_at_start(struct app_schedule *s)
{
    for (size_t i = 0; i < s->n_tasks; i++) {
        struct task *task = &s->tasks[i];
        APP_AUTO(IPin) pin = NULL;
        struct gate *gate;

        if (task->edit->is_wall || task->due > 0 || task->edit->kind == APP_EDIT_BLOCK)
            continue;
        pin = app_task_pin(s, task);
        gate = pin ? app_gate_get(s, pin) : NULL;
        app_task_perform(s, task, gate, 0);
        task_advance(task, 0);
    }
}

HRESULT app_schedule_open(const struct app_schedule_setup *setup,
                          struct app_schedule **ret_schedule, struct app_failure *failure)
{
    struct app_schedule *s = app_alloc(1, sizeof(*s));
    HRESULT hr = S_OK;

    *ret_schedule = NULL;
    s->setup = *setup;
    s->editor = app_query(setup->graph->builder, &IID_IGraphEdit);
    s->stop = CreateEventW(NULL, TRUE, FALSE, NULL);
    s->running = CreateEventW(NULL, FALSE, FALSE, NULL);
    s->tasks = app_alloc(setup->n_edits, sizeof(*s->tasks));
    s->start_ns = app_now_ns();
    s->prepare_ns = PREPARED; /* until the graph runs */
    if (!s->editor || !s->stop || !s->running) {
        hr = E_NOINTERFACE;
        failure->code = APP_EXIT_FAILED;
        app_text_add(&failure->text, "this graph can't be edited while it runs");
    }
    for (size_t i = 0; i < setup->n_edits && SUCCEEDED(hr); i++) {
        struct task *task = &s->tasks[s->n_tasks++];

        *task = (struct task){ .edit = &setup->edits[i], .due = setup->edits[i].time };
        hr = task_check(s, task, failure);
    }
    if (FAILED(hr)) {
        for (size_t i = 0; i < s->n_tasks; i++)
            s->tasks[i].is_over = true;
        app_schedule_close(s);
        return hr;
    }
    tasks_at_start(s);
    tasks_arm(s);
    *ret_schedule = s;
    return S_OK;
}

HRESULT app_schedule_start(struct app_schedule *s)
{
    s->start_ns = app_now_ns();
    s->thread = CreateThread(NULL, 0, schedule_main, s, 0, NULL);
    return s->thread ? S_OK : E_OUTOFMEMORY;
}

void app_schedule_running(struct app_schedule *s)
{
    SetEvent(s->running);
}

void app_schedule_close(struct app_schedule *s)
{
    if (!s)
        return;
    if (s->thread) {
        SetEvent(s->stop);
        WaitForSingleObject(s->thread, INFINITE);
        CloseHandle(s->thread);
    }
    for (size_t i = 0; i < s->n_gates; i++) {
        struct gate *gate = &s->gates[i];

        gate->has_fired = false;
        app_gate_arm(gate, -1);
        if (gate->is_held || gate->is_shut || app_gate_is_closed(gate, NULL))
            app_gate_open(gate);
        app_gate_clear(gate);
    }
    for (size_t i = 0; i < s->n_tasks; i++) {
        struct task *task = &s->tasks[i];

        task_end(s, task);
        app_task_let_go(task);
    }
    app_ledger_sort(s->setup.ledger);
    free(s->tasks);
    if (s->stop)
        CloseHandle(s->stop);
    if (s->running)
        CloseHandle(s->running);
    app_release(&s->editor);
    free(s);
}
