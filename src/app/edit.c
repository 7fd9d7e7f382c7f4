/* SPDX-License-Identifier: MIT */
/* edit.c - the words of an edit to its parts.
 *
 * Any thread.  Knows: words of a text graph.  Must not know: COM.
 */
#include "app/edit.h"

#include <stdlib.h>
#include <string.h>

struct reader {
    const char *source;
    struct app_words words;
    size_t at;
    const struct app_vocabulary *vocabulary;
    struct app_edit *edit;
    struct app_failure *failure;
};

static struct app_span span_end(const struct reader *r)
{
    return (struct app_span){ strlen(r->source), 1 };
}

static bool name_read(struct reader *r)
{
    if (r->at == r->words.count)
        return app_refuse(r->failure, r->source, span_end(r),
                          "the name of a filter in the graph is missing here");
    const struct app_word *word = &r->words.items[r->at];
    size_t length = strlen(word->text);

    if (word->equals != SIZE_MAX)
        return app_refuse(r->failure, r->source, word->span,
                          "the name of a filter in the graph comes first");
    /* "fx." is how chains refer to it; take that as well. */
    if (length > 1 && word->dot == length - 1)
        length--;
    r->edit->target = app_dup_part(word->text, length);
    r->at++;
    return true;
}

static bool is_after(const struct app_word *word, void *context)
{
    (void)context;
    return !word->is_quoted && !strcmp(word->text, "after");
}

static bool filter_read(struct reader *r, bool stops_at_after)
{
    struct app_edit *edit = r->edit;
    struct app_element element = { 0 };

    if (r->at == r->words.count)
        return app_refuse(r->failure, r->source, span_end(r),
                          "the filter that is to come in is missing here");
    if (!app_element_parse(r->source, &r->words, &r->at, r->vocabulary,
                           stops_at_after ? is_after : NULL, NULL, &element, r->failure))
        return false;
    edit->filters = app_grow(edit->filters, edit->n_filters, sizeof(*edit->filters));
    edit->filters[edit->n_filters++] = element;
    return true;
}

static bool swap_read(struct reader *r)
{
    if (!name_read(r) || !filter_read(r, false))
        return false;
    while (r->at < r->words.count) {
        const struct app_word *word = &r->words.items[r->at];

        if (!r->edit->is_every)
            return app_refuse(r->failure, r->source, word->span,
                              "--at swaps once; for filters that take turns use --every");
        if (!filter_read(r, false))
            return false;
    }
    for (size_t i = 0; i < r->edit->n_filters; i++)
        if (r->edit->filters[i].name)
            return app_refuse(r->failure, r->source, r->edit->filters[i].span,
                              "the new filter takes over the name \"%s\"; leave name=%s out",
                              r->edit->target, r->edit->filters[i].name);
    return true;
}

static bool insert_read(struct reader *r)
{
    if (!filter_read(r, true))
        return false;
    if (r->at == r->words.count || !is_after(&r->words.items[r->at], NULL))
        return app_refuse(r->failure, r->source,
                          r->at == r->words.count ? span_end(r) : r->words.items[r->at].span,
                          "\"after NAME\" is missing here");
    r->at++;
    if (r->edit->is_every && r->edit->filters[0].name)
        return app_refuse(r->failure, r->source, r->edit->filters[0].span,
                          "only one filter can be named \"%s\"; leave the name out",
                          r->edit->filters[0].name);
    return name_read(r);
}

static bool set_read(struct reader *r)
{
    struct app_edit *edit = r->edit;

    if (!name_read(r))
        return false;
    if (r->at == r->words.count)
        return app_refuse(r->failure, r->source, span_end(r), "OPTION=VALUE is missing here");
    for (; r->at < r->words.count; r->at++) {
        const struct app_word *word = &r->words.items[r->at];

        if (word->equals == SIZE_MAX || !word->equals)
            return app_refuse(r->failure, r->source, word->span,
                              "OPTION=VALUE is expected here");
        edit->settings = app_grow(edit->settings, edit->n_settings, sizeof(*edit->settings));
        edit->settings[edit->n_settings++] = (struct app_setting){
            .name = app_dup_part(word->text, word->equals),
            .value = app_dup(word->text + word->equals + 1),
            .span = word->span,
        };
    }
    return true;
}

static bool remove_read(struct reader *r)
{
    if (r->edit->is_every)
        return app_refuse(r->failure, r->source, r->words.items[0].span,
                          "a filter can be removed only once; use --at");
    return name_read(r);
}

static bool unblock_read(struct reader *r)
{
    if (!r->edit->is_wall)
        return app_refuse(r->failure, r->source, r->words.items[0].span,
                          "media time stands still where a filter is blocked; give the time "
                          "since the start, as in: --at wall:2s 'unblock NAME'");
    return name_read(r);
}

/* All that follows the name is a graph. */
static bool attach_read(struct reader *r)
{
    const char *branch;

    if (r->edit->is_every)
        return app_refuse(r->failure, r->source, r->words.items[0].span,
                          "a branch is attached only once; use --at");
    if (!name_read(r))
        return false;
    if (r->at == r->words.count)
        return app_refuse(r->failure, r->source, span_end(r),
                          "the branch is missing here, as in: encode ! file PATH");
    branch = r->source + r->words.items[r->at].span.at;
    r->at = r->words.count;
    return app_text_graph_parse(branch, 0, r->vocabulary, &r->edit->branch, r->failure);
}

static bool detach_read(struct reader *r)
{
    if (r->edit->is_every)
        return app_refuse(r->failure, r->source, r->words.items[0].span,
                          "a branch can be detached only once; use --at");
    return name_read(r);
}

static const struct {
    const char *word;
    enum app_edit_kind kind;
    bool (*read)(struct reader *r);
} verbs[] = {
    { "swap", APP_EDIT_SWAP, swap_read },       { "insert", APP_EDIT_INSERT, insert_read },
    { "remove", APP_EDIT_REMOVE, remove_read }, { "set", APP_EDIT_SET, set_read },
    { "block", APP_EDIT_BLOCK, name_read },     { "unblock", APP_EDIT_UNBLOCK, unblock_read },
    { "attach", APP_EDIT_ATTACH, attach_read }, { "detach", APP_EDIT_DETACH, detach_read },
};

static bool verb_read(struct reader *r)
{
    const struct app_word *word = &r->words.items[0];
    struct app_nearest nearest = { .wanted = word->text };

    for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++) {
        app_nearest_try(&nearest, verbs[i].word);
        if (strcmp(verbs[i].word, word->text))
            continue;
        r->edit->kind = verbs[i].kind;
        r->at = 1;
        if (!verbs[i].read(r))
            return false;
        if (r->at == r->words.count)
            return true;
        return app_refuse(r->failure, r->source, r->words.items[r->at].span,
                          "the edit is complete before this word");
    }
    if (app_nearest_get(&nearest))
        return app_refuse(r->failure, r->source, word->span,
                          "\"%s\" is no edit; did you mean \"%s\"?", word->text,
                          app_nearest_get(&nearest));
    return app_refuse(
        r->failure, r->source, word->span,
        "\"%s\" is no edit: swap, insert, remove, attach, detach, set, block, unblock "
        "are",
        word->text);
}

static bool time_read(const char *time, struct app_edit *edit, struct app_failure *failure)
{
    size_t skip = strncmp(time, "wall:", 5) ? 0 : 5;

    edit->is_wall = skip != 0;
    if (!app_time_parse(time + skip, strlen(time + skip), &edit->time))
        return app_refuse(failure, time, (struct app_span){ skip, strlen(time + skip) },
                          "this is no time; write 1.5s, 100ms, 500us or 00:01:02.5");
    if (edit->is_every && !edit->time)
        return app_refuse(failure, time, (struct app_span){ skip, strlen(time + skip) },
                          "--every needs a time above 0");
    return true;
}

bool app_edit_parse(const char *time, const char *source, bool is_every,
                    const struct app_vocabulary *vocabulary, struct app_edit *ret_edit,
                    struct app_failure *failure)
{
    struct app_edit edit = { .is_every = is_every };
    struct reader r = {
        .source = source, .vocabulary = vocabulary, .edit = &edit, .failure = failure
    };

    if (!time_read(time, &edit, failure) || !app_words_split(source, 0, &r.words, failure))
        return false;
    edit.source = app_dup(source);
    bool ok;

    if (r.words.count)
        ok = verb_read(&r);
    else
        ok = app_refuse(failure, source, (struct app_span){ 0, 1 },
                        "the edit is empty; write for example: swap NAME FILTER");
    app_words_free(&r.words);
    if (ok)
        *ret_edit = edit;
    else
        app_edit_free(&edit);
    return ok;
}

void app_edit_free(struct app_edit *edit)
{
    for (size_t i = 0; i < edit->n_filters; i++)
        app_element_free(&edit->filters[i]);
    for (size_t i = 0; i < edit->n_settings; i++) {
        free(edit->settings[i].name);
        free(edit->settings[i].value);
    }
    app_text_graph_free(&edit->branch);
    free(edit->filters);
    free(edit->settings);
    free(edit->source);
    free(edit->target);
    *edit = (struct app_edit){ 0 };
}

static bool is_named(const struct app_element *elements, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (elements[i].name && !strcmp(elements[i].name, name))
            return true;
    return false;
}

bool app_edit_brings(const struct app_edit *edit, const char *name)
{
    return is_named(edit->filters, edit->n_filters, name) ||
           is_named(edit->branch.elements, edit->branch.n_elements, name);
}

static void settings_text(const struct app_setting *settings, size_t count,
                          struct app_text *text)
{
    for (size_t i = 0; i < count; i++) {
        app_text_add(text, " %s=", settings[i].name);
        app_text_quote(text, settings[i].value);
    }
}

static void filter_text(const struct app_element *filter, struct app_text *text)
{
    app_text_add(text, "%s", filter->class_name);
    if (filter->argument) {
        app_text_put(text, " ", 1);
        app_text_quote(text, filter->argument);
    }
    if (filter->name) {
        app_text_add(text, " name=");
        app_text_name(text, filter->name);
    }
    settings_text(filter->settings, filter->n_settings, text);
}

void app_edit_text(const struct app_edit *edit, uint64_t turn, struct app_text *text)
{
    switch (edit->kind) {
    case APP_EDIT_SWAP:
        app_text_add(text, "swap %s → ", edit->target);
        filter_text(&edit->filters[turn % edit->n_filters], text);
        break;
    case APP_EDIT_INSERT:
        app_text_add(text, "insert ");
        filter_text(&edit->filters[0], text);
        app_text_add(text, " after %s", edit->target);
        break;
    case APP_EDIT_REMOVE:
        app_text_add(text, "remove %s", edit->target);
        break;
    case APP_EDIT_SET:
        app_text_add(text, "set %s", edit->target);
        settings_text(edit->settings, edit->n_settings, text);
        break;
    case APP_EDIT_BLOCK:
        app_text_add(text, "block %s", edit->target);
        break;
    case APP_EDIT_UNBLOCK:
        app_text_add(text, "unblock %s", edit->target);
        break;
    case APP_EDIT_ATTACH:
        app_text_add(text, "attach %s → %s", edit->target, edit->branch.source);
        break;
    case APP_EDIT_DETACH:
        app_text_add(text, "detach %s", edit->target);
        break;
    }
}
