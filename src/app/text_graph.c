/* SPDX-License-Identifier: MIT */
/* text_graph.c - words to filters and the joins between them.
 *
 * Any thread.  Knows: words, and from a vocabulary which of them are filters.
 * Must not know: COM, or which options a filter has.
 */
#include "app/text_graph.h"

#include <stdlib.h>
#include <string.h>

#define NO_ELEMENT SIZE_MAX

/* A place in a chain: an element by index, or by a name that is looked up at the end. */
struct hop {
    size_t element;
    char *name;
    char *pin;
    struct app_span span;
};

struct pending_join {
    struct hop from;
    struct hop to;
};

struct parser {
    const char *source;
    struct app_words words;
    size_t at;
    const struct app_vocabulary *vocabulary;
    struct app_failure *failure;
    struct app_text_graph graph;
    struct pending_join *joins;
    size_t n_joins;
};

static bool is_bang(const struct app_word *word)
{
    return !word->is_quoted && !strcmp(word->text, "!");
}

static bool is_identifier(const char *text, size_t length)
{
    if (!length)
        return false;
    for (size_t i = 0; i < length; i++) {
        char c = text[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';

        if (!letter && !(i && ((c >= '0' && c <= '9') || c == '-')))
            return false;
    }
    return true;
}

static bool is_setting(const struct app_word *word)
{
    return word->equals != SIZE_MAX && is_identifier(word->text, word->equals);
}

void app_text_name(struct app_text *text, const char *name)
{
    if (is_identifier(name, strlen(name)))
        app_text_put(text, name, strlen(name));
    else
        app_text_enclose(text, name);
}

/* "n." or "n.pin"; gives the length of n.  In quotes n is any text. */
static bool is_reference(const struct app_word *word, size_t *ret_length)
{
    if (word->dot == SIZE_MAX || !word->dot ||
        (!word->is_quoted && !is_identifier(word->text, word->dot)))
        return false;
    *ret_length = word->dot;
    return strpbrk(word->text + word->dot + 1, "/!=") == NULL;
}

/* Does some filter of the text carry this name? */
static bool is_declared(const struct app_words *words, const char *name, size_t length)
{
    for (size_t i = 0; i < words->count; i++) {
        const struct app_word *w = &words->items[i];

        if (w->equals == 4 && !strncmp(w->text, "name=", 5) && strlen(w->text + 5) == length &&
            !memcmp(w->text + 5, name, length))
            return true;
    }
    return false;
}

static bool is_filter(const struct app_vocabulary *vocabulary, const char *name)
{
    return !vocabulary || vocabulary->is_filter(vocabulary->context, name);
}

/* ---- one filter ----------------------------------------------------------------------------
 */

static bool unknown_filter(const char *source, const struct app_word *word,
                           const struct app_vocabulary *vocabulary, struct app_failure *failure)
{
    struct app_nearest nearest = { .wanted = word->text };

    if (strchr(word->text, '!') && !word->is_quoted)
        return app_refuse(failure, source, word->span, "\"!\" needs a space on both sides");
    if (!is_identifier(word->text, strlen(word->text)))
        return app_refuse(
            failure, source, word->span,
            "a filter's name is expected here, not \"%s\" (a file is written: file %s)",
            word->text, word->text);
    if (vocabulary && vocabulary->suggest)
        vocabulary->suggest(vocabulary->context, &nearest);
    if (app_nearest_get(&nearest))
        return app_refuse(failure, source, word->span,
                          "there is no filter \"%s\"; did you mean \"%s\"?", word->text,
                          app_nearest_get(&nearest));
    return app_refuse(failure, source, word->span,
                      "there is no filter \"%s\"; \"regraft inspect\" lists them", word->text);
}

/* Is the free word behind a filter's name its argument, or does something new begin? */
static bool is_argument(const struct app_element *element, const struct app_words *words,
                        const struct app_word *word, const struct app_vocabulary *vocabulary)
{
    size_t length = 0;
    bool may_refer = is_reference(word, &length);
    bool refers = may_refer && is_declared(words, word->text, length);

    if (element->argument)
        return false;
    /* a quoted word is a path until a filter has its name */
    if (may_refer && !word->text[length + 1] && (refers || !word->is_quoted))
        return false;
    if (!strcmp(element->class_name, "file"))
        return true;
    if (refers)
        return false;
    return word->is_quoted || !vocabulary || !is_filter(vocabulary, word->text);
}

static bool setting_add(const char *source, const struct app_word *word,
                        struct app_element *element, struct app_failure *failure)
{
    const char *value = word->text + word->equals + 1;

    if (word->equals == 4 && !strncmp(word->text, "name", 4)) {
        if (element->name)
            return app_refuse(failure, source, word->span,
                              "this filter already has a name, \"%s\"", element->name);
        if (word->is_quoted ? !*value : !is_identifier(value, strlen(value)))
            return app_refuse(failure, source, word->span,
                              "a name is letters, digits, \"_\" and \"-\", and starts with a "
                              "letter; any other is written in quotes: name='Smart Tee'");
        element->name = app_dup(value);
        return true;
    }
    element->settings =
        app_grow(element->settings, element->n_settings, sizeof(*element->settings));
    element->settings[element->n_settings++] = (struct app_setting){
        .name = app_dup_part(word->text, word->equals),
        .value = app_dup(value),
        .span = word->span,
    };
    return true;
}

bool app_element_parse(const char *source, const struct app_words *words, size_t *index,
                       const struct app_vocabulary *vocabulary,
                       bool (*is_stop)(const struct app_word *word, void *context),
                       void *context, struct app_element *ret_element,
                       struct app_failure *failure)
{
    const struct app_word *first = &words->items[*index];
    struct app_element element = { 0 };
    size_t i = *index + 1;

    if (is_setting(first))
        return app_refuse(
            failure, source, first->span,
            "an option comes after a filter's name, and there is none before this one");
    if (!is_identifier(first->text, strlen(first->text)) || !is_filter(vocabulary, first->text))
        return unknown_filter(source, first, vocabulary, failure);
    element.class_name = app_dup(first->text);
    element.span = first->span;
    for (; i < words->count; i++) {
        const struct app_word *word = &words->items[i];

        if (is_bang(word) || (is_stop && is_stop(word, context)))
            break;
        if (is_setting(word)) {
            if (!setting_add(source, word, &element, failure)) {
                app_element_free(&element);
                return false;
            }
            continue;
        }
        if (!is_argument(&element, words, word, vocabulary))
            break;
        element.argument = app_dup(word->text);
        element.argument_span = word->span;
    }
    *index = i;
    *ret_element = element;
    return true;
}

void app_element_free(struct app_element *element)
{
    for (size_t i = 0; i < element->n_settings; i++) {
        free(element->settings[i].name);
        free(element->settings[i].value);
    }
    free(element->settings);
    free(element->class_name);
    free(element->name);
    free(element->argument);
    *element = (struct app_element){ 0 };
}

/* ---- chains --------------------------------------------------------------------------------
 */

static bool element_add(struct parser *p, size_t *ret_index)
{
    struct app_element element = { 0 };

    if (!app_element_parse(p->source, &p->words, &p->at, p->vocabulary, NULL, NULL, &element,
                           p->failure))
        return false;
    for (size_t i = 0; element.name && i < p->graph.n_elements; i++) {
        const char *other = p->graph.elements[i].name;

        if (!other || strcmp(other, element.name))
            continue;
        app_refuse(p->failure, p->source, element.span, "two filters are named \"%s\"",
                   element.name);
        app_element_free(&element);
        return false;
    }
    p->graph.elements =
        app_grow(p->graph.elements, p->graph.n_elements, sizeof(*p->graph.elements));
    p->graph.elements[p->graph.n_elements] = element;
    *ret_index = p->graph.n_elements++;
    return true;
}

static bool undeclared(struct parser *p, const struct app_word *word)
{
    char *wanted = app_dup_part(word->text, word->dot);
    struct app_nearest nearest = { .wanted = wanted };
    struct app_text name = { 0 };

    for (size_t i = 0; i < p->words.count; i++)
        if (!strncmp(p->words.items[i].text, "name=", 5))
            app_nearest_try(&nearest, p->words.items[i].text + 5);
    const char *meant = app_nearest_get(&nearest);

    app_text_name(&name, meant ? meant : wanted);
    if (meant)
        app_refuse(p->failure, p->source, word->span,
                   "no filter is named \"%s\"; did you mean \"%s.\"?", wanted, name.data);
    else
        app_refuse(p->failure, p->source, word->span,
                   "no filter is named \"%s\": write name=%s behind the one that is meant%s",
                   wanted, name.data,
                   word->text[word->dot + 1] ? " (or, for a file: file PATH)" : "");
    app_text_clear(&name);
    free(wanted);
    return false;
}

static bool hop_parse(struct parser *p, struct hop *ret_hop)
{
    const struct app_word *word = &p->words.items[p->at];
    struct hop hop = { .element = NO_ELEMENT, .span = word->span };
    size_t length;

    if (is_reference(word, &length)) {
        if (!is_declared(&p->words, word->text, length))
            return undeclared(p, word);
        hop.name = app_dup_part(word->text, length);
        hop.pin = word->text[length + 1] ? app_dup(word->text + length + 1) : NULL;
        p->at++;
    } else if (!element_add(p, &hop.element)) {
        return false;
    }
    *ret_hop = hop;
    return true;
}

static void hop_free(struct hop *hop)
{
    free(hop->name);
    free(hop->pin);
}

static struct hop hop_copy(const struct hop *hop)
{
    struct hop copy = *hop;

    copy.name = hop->name ? app_dup(hop->name) : NULL;
    copy.pin = hop->pin ? app_dup(hop->pin) : NULL;
    return copy;
}

/* hop { "!" hop }, at least; a lone reference does nothing and is refused. */
static bool chain_parse(struct parser *p)
{
    struct hop left = { .element = NO_ELEMENT };
    size_t hops = 1;

    if (is_bang(&p->words.items[p->at]))
        return app_refuse(p->failure, p->source, p->words.items[p->at].span,
                          "a filter's name is missing before this \"!\"");
    if (!hop_parse(p, &left))
        return false;
    for (; p->at < p->words.count && is_bang(&p->words.items[p->at]); hops++) {
        const struct app_word *bang = &p->words.items[p->at++];
        struct hop right = { .element = NO_ELEMENT };

        if (p->at == p->words.count || is_bang(&p->words.items[p->at])) {
            hop_free(&left);
            return app_refuse(p->failure, p->source, bang->span,
                              "a filter's name is missing after this \"!\"");
        }
        if (!hop_parse(p, &right)) {
            hop_free(&left);
            return false;
        }
        p->joins = app_grow(p->joins, p->n_joins, sizeof(*p->joins));
        p->joins[p->n_joins++] = (struct pending_join){ left, hop_copy(&right) };
        /* In "a ! n.pin ! b" the pin is where a goes in; b leaves from any pin of n. */
        free(right.pin);
        right.pin = NULL;
        left = right;
    }
    bool lone = hops == 1 && left.element == NO_ELEMENT;
    struct app_span span = left.span;

    hop_free(&left);
    if (lone)
        return app_refuse(p->failure, p->source, span,
                          "\"!\" and another filter have to follow here");
    return true;
}

static size_t hop_resolve(const struct app_text_graph *graph, const struct hop *hop)
{
    for (size_t i = 0; hop->name && i < graph->n_elements; i++)
        if (graph->elements[i].name && !strcmp(graph->elements[i].name, hop->name))
            return i;
    return hop->element;
}

/* Names to indices: every name that is declared belongs to an element by now. */
static bool joins_resolve(struct parser *p)
{
    struct app_text_graph *graph = &p->graph;

    for (size_t i = 0; i < p->n_joins; i++) {
        struct pending_join *pending = &p->joins[i];
        struct app_join join = {
            .from = hop_resolve(graph, &pending->from),
            .to = hop_resolve(graph, &pending->to),
            .span = pending->to.span,
        };

        if (join.from == NO_ELEMENT || join.to == NO_ELEMENT)
            return app_refuse(p->failure, p->source,
                              join.to == NO_ELEMENT ? pending->to.span : pending->from.span,
                              "no filter carries this name");
        if (join.from == join.to)
            return app_refuse(p->failure, p->source, join.span, "a filter can't feed itself");
        join.from_pin = pending->from.pin;
        join.to_pin = pending->to.pin;
        pending->from.pin = pending->to.pin = NULL;
        graph->joins = app_grow(graph->joins, graph->n_joins, sizeof(*graph->joins));
        graph->joins[graph->n_joins++] = join;
    }
    return true;
}

bool app_text_graph_parse(const char *source, unsigned flags,
                          const struct app_vocabulary *vocabulary,
                          struct app_text_graph *ret_graph, struct app_failure *failure)
{
    struct parser p = { .source = source, .vocabulary = vocabulary, .failure = failure };
    bool ok = app_words_split(source, flags, &p.words, failure);

    if (ok && !p.words.count) {
        failure->code = APP_EXIT_USAGE;
        app_text_add(&failure->text, "the graph is empty; try: regraft run 'testsrc ! null'");
        ok = false;
    }
    while (ok && p.at < p.words.count)
        ok = chain_parse(&p);
    ok = ok && joins_resolve(&p);
    for (size_t i = 0; i < p.n_joins; i++) {
        hop_free(&p.joins[i].from);
        hop_free(&p.joins[i].to);
    }
    free(p.joins);
    app_words_free(&p.words);
    if (ok) {
        p.graph.source = app_dup(source);
        *ret_graph = p.graph;
    } else {
        app_text_graph_free(&p.graph);
        *ret_graph = (struct app_text_graph){ 0 };
    }
    return ok;
}

void app_text_graph_free(struct app_text_graph *graph)
{
    for (size_t i = 0; i < graph->n_elements; i++)
        app_element_free(&graph->elements[i]);
    for (size_t i = 0; i < graph->n_joins; i++) {
        free(graph->joins[i].from_pin);
        free(graph->joins[i].to_pin);
    }
    free(graph->elements);
    free(graph->joins);
    free(graph->source);
    *graph = (struct app_text_graph){ 0 };
}
