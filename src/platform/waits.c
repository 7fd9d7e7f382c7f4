/* SPDX-License-Identifier: MIT */
/* waits.c - copies what threads and holds tell, then puts it in words.
 *
 * Any thread; the words are made when no lock is held any more.
 * Knows: records, holds, the kernel's names of threads.  Must not know: graphs, but for a key.
 */
#include "platform/waits.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "platform/hold.h"
#include "platform/memory.h"
#include "platform/room.h"
#include "platform/time.h"

struct thread_line {
    struct rg_thread_info info;
    enum { LINE_WAITS = 1, LINE_RUNS, LINE_IDLES } kind;
    int64_t since_ns; /* of the outermost wait; 0: it runs */
    bool is_near;     /* has to do with the graph that the report is about */
};

struct report {
    const void *graph;
    int64_t now_ns;
    struct thread_line *threads;
    size_t n_threads, threads_room;
    struct rg_hold_info *holds;
    size_t n_holds, holds_room;
    bool some_run;

    char *text;
    size_t length, text_room;
    bool failed; /* memory ran out */
};

/* --- what grows ----------------------------------------------------------------------------- */

/* Room for one more of `size` bytes; false: memory ran out. */
static bool make_room(struct report *r, void *list, size_t count, size_t *room, size_t size)
{
    void *bigger;

    if (count < *room)
        return true;
    bigger = rg_realloc(*(void **)list, (*room + count + 16) * size);
    if (bigger == NULL) {
        r->failed = true;
        return false;
    }
    *(void **)list = bigger;
    *room += count + 16;
    return true;
}

__attribute__((format(printf, 2, 3))) static void say(struct report *r, const char *format, ...)
{
    va_list arguments, again;
    int more;

    va_start(arguments, format);
    va_copy(again, arguments);
    more = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (more >= 0 &&
        make_room(r, &r->text, r->length + (size_t)more + 1, &r->text_room, sizeof(char))) {
        vsnprintf(r->text + r->length, (size_t)more + 1, format, arguments);
        r->length += (size_t)more;
    }
    va_end(arguments);
}

/* --- collecting ----------------------------------------------------------------------------- */

static void collect_thread(const struct rg_thread_info *info, void *context)
{
    struct report *r = context;
    struct thread_line *line;

    if (!make_room(r, &r->threads, r->n_threads, &r->threads_room, sizeof(*line)))
        return;
    line = &r->threads[r->n_threads++];
    line->info = *info;
    line->kind = LINE_RUNS;
    line->since_ns = 0;
    line->is_near = false;
    for (unsigned i = 0; i < info->n_notes; i++) {
        const struct rg_note *note = &info->notes[i];

        if (!note->is_task) { /* the last one is the outermost */
            line->kind = note->is_idle ? LINE_IDLES : LINE_WAITS;
            line->since_ns = note->since_ns;
        }
        if (r->graph != NULL && note->where.graph == r->graph)
            line->is_near = true;
    }
}

static void collect_hold(const struct rg_hold_info *info, void *context)
{
    struct report *r = context;

    if (make_room(r, &r->holds, r->n_holds, &r->holds_room, sizeof(*info)))
        r->holds[r->n_holds++] = *info;
}

static struct thread_line *line_of(struct report *r, uint32_t id)
{
    for (size_t i = 0; i < r->n_threads; i++)
        if (r->threads[i].info.id == id)
            return &r->threads[i];
    return NULL;
}

static const struct rg_hold_info *hold_of(const struct report *r, const struct rg_note *note)
{
    for (size_t i = 0; note->is_for_hold && i < r->n_holds; i++)
        if (r->holds[i].place == note->place)
            return &r->holds[i];
    return NULL; /* or it was let go just now */
}

/* Who holds it now, not when the wait began. */
static void find_holders(struct report *r)
{
    for (size_t i = 0; i < r->n_threads; i++)
        for (unsigned k = 0; k < r->threads[i].info.n_notes; k++) {
            struct rg_note *note = &r->threads[i].info.notes[k];
            const struct rg_hold_info *hold = hold_of(r, note);

            if (hold != NULL)
                note->holder = hold->state.holder;
        }
}

static bool draw_near(struct report *r, uint32_t holder)
{
    struct thread_line *line = line_of(r, holder);

    if (line == NULL || line->is_near)
        return false;
    line->is_near = true;
    return true;
}

/* Who holds up somebody of this graph belongs to its story, wherever he is. */
static void find_who_is_near(struct report *r)
{
    bool grew = true;

    for (size_t i = 0; i < r->n_holds; i++)
        if (r->holds[i].where.graph == r->graph)
            (void)draw_near(r, r->holds[i].state.holder);
    while (grew) {
        grew = false;
        for (size_t i = 0; i < r->n_threads; i++)
            for (unsigned k = 0; r->threads[i].is_near && k < r->threads[i].info.n_notes; k++)
                grew = draw_near(r, r->threads[i].info.notes[k].holder) || grew;
    }
}

/* Who waits longest comes first, who has nothing to do comes last. */
static int compare_lines(const void *a, const void *b)
{
    const struct thread_line *one = a, *other = b;

    if (one->kind != other->kind)
        return one->kind < other->kind ? -1 : 1;
    if (one->since_ns != other->since_ns)
        return one->since_ns < other->since_ns ? -1 : 1;
    return one->info.id < other->info.id ? -1 : one->info.id > other->info.id;
}

/* --- words ------------------------------------------------------------------------------------ */

static void say_for(struct report *r, int64_t since_ns)
{
    say(r, "%.3f s", (double)(r->now_ns - since_ns) / (double)RG_NS_PER_SECOND);
}

/* What the kernel calls a thread; false: there is no such thread. */
static bool kernel_name(uint32_t id, char *ret_name, size_t size)
{
    char path[64];
    FILE *file;
    bool ok;

    snprintf(path, sizeof(path), "/proc/self/task/%u/comm", (unsigned)id);
    file = fopen(path, "re");
    if (file == NULL) {
        ret_name[0] = 0;
        return access("/proc/self/task", F_OK) != 0; /* nobody can tell */
    }
    ok = fgets(ret_name, (int)size, file) != NULL;
    fclose(file);
    if (!ok)
        ret_name[0] = 0;
    ret_name[strcspn(ret_name, "\n")] = 0;
    return true;
}

static void say_thread(struct report *r, uint32_t id)
{
    const struct thread_line *line = line_of(r, id);
    char name[32] = "";
    bool is_there = true;

    if (line != NULL && line->info.name[0] != 0)
        snprintf(name, sizeof(name), "%s", line->info.name);
    else
        is_there = kernel_name(id, name, sizeof(name));
    if (!is_there)
        say(r, "thread %u, which has ended", (unsigned)id);
    else if (name[0] != 0)
        say(r, "%s (%u)", name, (unsigned)id);
    else
        say(r, "thread %u", (unsigned)id);
}

static void say_detail(struct report *r, const char *detail, int64_t number)
{
    for (const char *c = detail; *c != 0; c++) {
        if (*c == '#')
            say(r, "%lld", (long long)number);
        else if (*c == '@')
            say(r, "%.3f s", (double)number * (double)RG_NS_PER_HNS / (double)RG_NS_PER_SECOND);
        else
            say(r, "%c", *c);
    }
}

static void say_wait(struct report *r, const struct rg_note *note)
{
    say_for(r, note->since_ns);
    say(r, " for %s", note->what);
    if (note->where.text[0] != 0)
        say(r, " at %s", note->where.text);
    if (note->holder != 0) {
        const struct rg_hold_info *hold = hold_of(r, note);

        say(r, ", held by ");
        say_thread(r, note->holder);
        if (hold != NULL) {
            say(r, " for ");
            say_for(r, hold->since_ns);
        }
    }
    if (note->detail != NULL) {
        say(r, " (");
        say_detail(r, note->detail, note->number);
        say(r, ")");
    }
}

/* What it does, then what it waits for, both from outside in. */
static void say_line(struct report *r, const struct thread_line *line)
{
    const struct rg_thread_info *info = &line->info;
    const struct rg_note *task = NULL;
    const char *before = line->kind == LINE_IDLES ? ": idle, waits " : ": waits ";

    say(r, "  ");
    say_thread(r, info->id);
    for (unsigned i = info->n_notes; i-- > 0;)
        if (info->notes[i].is_task) {
            task = &info->notes[i];
            say(r, ", %s%s%s", task->what, task->where.text[0] != 0 ? " " : "",
                task->where.text);
        }
    for (unsigned i = info->n_notes; i-- > 0;)
        if (!info->notes[i].is_task) {
            say(r, "%s", before);
            say_wait(r, &info->notes[i]);
            before = ", ";
        }
    if (line->kind == LINE_RUNS) {
        r->some_run = true;
        say(r, ": runs");
        if (task != NULL) {
            say(r, ", ");
            say_for(r, task->since_ns);
            say(r, " so far");
        }
    }
    say(r, "\n");
}

static bool is_worth_a_line(const struct thread_line *line)
{
    return line->info.name[0] != 0 || line->info.n_notes != 0 || line->is_near;
}

static void say_threads(struct report *r, const char *heading, bool is_near)
{
    say(r, "%s:\n", heading);
    for (size_t i = 0; i < r->n_threads; i++)
        if (r->threads[i].is_near == is_near && is_worth_a_line(&r->threads[i]))
            say_line(r, &r->threads[i]);
}

static void say_holds(struct report *r, const char *heading, bool is_near)
{
    bool is_first = true;

    for (size_t i = 0; i < r->n_holds; i++) {
        const struct rg_hold_info *h = &r->holds[i];

        if (r->graph != NULL && (h->where.graph == r->graph) != is_near)
            continue;
        if (is_first)
            say(r, "%s:\n", heading);
        is_first = false;
        say(r, "  %s: %s for ", h->where.text[0] != 0 ? h->where.text : "?", h->state.what);
        say_for(r, h->since_ns);
        say(r, " by ");
        say_thread(r, h->state.holder);
        if (h->state.waiting != 0)
            say(r, ", %u wait%s", h->state.waiting, h->state.waiting == 1 ? "s" : "");
        if (h->state.detail != NULL) {
            say(r, " (");
            say_detail(r, h->state.detail, h->state.number);
            say(r, ")");
        }
        say(r, "\n");
    }
}

HRESULT rg_waits_report(const void *graph, char **ret_text)
{
    struct report r = { .graph = graph };

    rg_thread_each(collect_thread, &r);
    rg_hold_each(collect_hold, &r);
    r.now_ns = rg_time_now_ns(); /* after everything that it is compared with */
    find_holders(&r);
    if (graph != NULL)
        find_who_is_near(&r);
    if (r.n_threads != 0)
        qsort(r.threads, r.n_threads, sizeof(*r.threads), compare_lines);
    if (graph != NULL) {
        say_threads(&r, "threads of this graph", true);
        say_holds(&r, "held in this graph", true);
        say_threads(&r, "other threads", false);
        say_holds(&r, "held elsewhere", false);
    } else {
        say_threads(&r, "threads", false);
        say_holds(&r, "held", false);
    }
    if (r.some_run)
        say(&r,
            "Who runs may also wait where nobody says so: in a foreign filter, a codec, the "
            "system.\n");
    rg_free(r.threads);
    rg_free(r.holds);
    if (r.failed) {
        rg_free(r.text);
        return E_OUTOFMEMORY;
    }
    *ret_text = r.text;
    return S_OK;
}
