/* SPDX-License-Identifier: MIT */
/* text_graph.h - a graph as text, and what it says: filters, their options, and who feeds whom.
 *
 *     file in.mp4 name=in   in. ! decode ! invert name=fx ! null   in. ! decode ! null
 *
 * A chain is filters joined by " ! "; chains stand side by side.  A filter is its class name,
 * at most one free word (its main argument: a path for file), and name=value options, of which
 * name=… names the filter.  "n." is the filter named n, "n.pin" one pin of it; a filter may be
 * named before or after.  Words are quoted as in a shell, and so is a name of other characters
 * than letters, digits, "_" and "-": name='Smart Tee', 'Smart Tee'.Preview.
 *
 * Any thread.  Knows: text.  Must not know: COM, or which options a filter has.
 */
#pragma once

#include "app/text.h"

/* A stretch of the source text, in bytes. */
struct app_span {
    size_t at;
    size_t length;
};

/* One word, quotes removed. */
struct app_word {
    char *text;
    struct app_span span;
    size_t equals;  /* index of the first unquoted '=' in text, or SIZE_MAX */
    size_t dot;     /* the same of '.' */
    bool is_quoted; /* any part of it was */
};

struct app_words {
    struct app_word *items;
    size_t count;
};

struct app_setting {
    char *name;
    char *value;
    struct app_span span;
};

/* One filter: what to make of it. */
struct app_element {
    char *class_name;
    char *name;     /* NULL if not given */
    char *argument; /* the free word; NULL if none */
    struct app_span span;
    struct app_span argument_span;
    struct app_setting *settings;
    size_t n_settings;
};

/* "from ! to", by index of element; pin names may be NULL: any that fits. */
struct app_join {
    size_t from;
    size_t to;
    char *from_pin;
    char *to_pin;
    struct app_span span; /* of the right side */
};

struct app_text_graph {
    char *source;
    struct app_element *elements;
    size_t n_elements;
    struct app_join *joins; /* in the order of the text */
    size_t n_joins;
};

/* Which words are class names.  suggest names every one, for "did you mean". */
struct app_vocabulary {
    bool (*is_filter)(void *context, const char *name);
    void (*suggest)(void *context, struct app_nearest *nearest);
    void *context;
};

enum {
    APP_PARSE_COMMENTS = 1, /* "#" at the start of a word runs to the end of the line */
};

/* Splits source into words.  False: failure has the reason with a caret, code 2. */
bool app_words_split(const char *source, unsigned flags, struct app_words *ret_words,
                     struct app_failure *failure);
void app_words_free(struct app_words *words);

/* Reads one filter, its argument and options, from words[*index] on, and moves *index behind
 * it. takes_word, may be NULL, says that a free word belongs to somebody else ("after" in an
 * edit). */
bool app_element_parse(const char *source, const struct app_words *words, size_t *index,
                       const struct app_vocabulary *vocabulary,
                       bool (*is_stop)(const struct app_word *word, void *context),
                       void *context, struct app_element *ret_element,
                       struct app_failure *failure);
void app_element_free(struct app_element *element);

/* False: failure has the reason with a caret under the place, code 2; *ret_graph is empty. */
bool app_text_graph_parse(const char *source, unsigned flags,
                          const struct app_vocabulary *vocabulary,
                          struct app_text_graph *ret_graph, struct app_failure *failure);
void app_text_graph_free(struct app_text_graph *graph);

/* Command line words to graph text: one word is the text itself, several are joined so that
 * each stays one word. */
char *app_text_graph_join(char *const *words, size_t count);

/* Fills failure with code 2, the words and a caret under span.  Returns false. */
bool app_refuse(struct app_failure *failure, const char *source, struct app_span span,
                const char *format, ...) __attribute__((format(printf, 4, 5)));

/* A filter's name as the syntax has it: in quotes unless it is a plain word. */
void app_text_name(struct app_text *text, const char *name);

/* Adds "\n  <the line>\n  <spaces>^~~~" for a stretch of source. */
void app_text_caret(struct app_text *text, const char *source, struct app_span span);
