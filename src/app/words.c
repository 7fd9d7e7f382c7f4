/* SPDX-License-Identifier: MIT */
/* words.c - graph text to words, quoting as in a shell; the caret under a wrong one.
 *
 * Any thread.  Knows: text.  Must not know: what a word means.
 */
#include "app/text_graph.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define NAME_LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"
#define CARET_WIDTH  76 /* columns of the source line shown around the place */

void app_text_caret(struct app_text *text, const char *source, struct app_span span)
{
    size_t start = span.at;
    size_t end = span.at;

    while (start && source[start - 1] != '\n')
        start--;
    while (source[end] && source[end] != '\n')
        end++;
    size_t mark_end = span.at + (span.length ? span.length : 1);

    if (mark_end > end)
        mark_end = end > span.at ? end : span.at + 1;
    /* A long line is cut around the place; never inside a character. */
    size_t from = start;

    if (end - start > CARET_WIDTH && span.at - start > CARET_WIDTH / 2)
        from = span.at - CARET_WIDTH / 2;
    while (from > start && ((unsigned char)source[from] & 0xc0) == 0x80)
        from--;
    size_t to = end - from > CARET_WIDTH ? from + CARET_WIDTH : end;

    while (to < end && ((unsigned char)source[to] & 0xc0) == 0x80)
        to++;
    app_text_put(text, "\n  ", 3);
    if (from > start)
        app_text_put(text, "…", strlen("…"));
    for (size_t i = from; i < to; i++)
        app_text_put(text, source[i] == '\t' ? " " : source + i, 1);
    if (to < end)
        app_text_put(text, "…", strlen("…"));
    app_text_put(text, "\n  ", 3);
    app_text_fill(text, ' ', (from > start) + app_columns(source + from, span.at - from));
    app_text_put(text, "^", 1);
    if (mark_end > to)
        mark_end = to > span.at ? to : span.at + 1;
    size_t marked = app_columns(source + span.at, mark_end - span.at);

    if (marked > 1)
        app_text_fill(text, '~', marked - 1);
}

bool app_refuse(struct app_failure *failure, const char *source, struct app_span span,
                const char *format, ...)
{
    va_list args;

    failure->code = APP_EXIT_USAGE;
    va_start(args, format);
    app_text_addv(&failure->text, format, args);
    va_end(args);
    app_text_caret(&failure->text, source, span);
    return false;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

/* Reads one quoted part; *at is at the quote and moves behind the closing one. */
static bool quoted_read(const char *source, size_t *at, struct app_text *word,
                        struct app_failure *failure)
{
    size_t start = *at;
    char quote = source[start];
    size_t i = start + 1;

    for (; source[i] && source[i] != quote; i++) {
        if (quote == '"' && source[i] == '\\' &&
            (source[i + 1] == '"' || source[i + 1] == '\\'))
            i++;
        app_text_put(word, source + i, 1);
    }
    if (!source[i])
        return app_refuse(failure, source, (struct app_span){ start, 1 },
                          "this quote is never closed");
    *at = i + 1;
    return true;
}

static bool word_read(const char *source, size_t *at, struct app_word *ret_word,
                      struct app_failure *failure)
{
    struct app_text text = { 0 };
    struct app_word word = { .span = { .at = *at }, .equals = SIZE_MAX, .dot = SIZE_MAX };
    size_t i = *at;

    while (source[i] && !is_space(source[i])) {
        if (source[i] == '\'' || source[i] == '"') {
            word.is_quoted = true;
            if (!quoted_read(source, &i, &text, failure)) {
                app_text_clear(&text);
                return false;
            }
            continue;
        }
        if (source[i] == '\\') {
            if (!source[i + 1]) {
                app_text_clear(&text);
                return app_refuse(failure, source, (struct app_span){ i, 1 },
                                  "a character has to follow this \\");
            }
            word.is_quoted = true;
            i++;
        } else if (source[i] == '=' && word.equals == SIZE_MAX) {
            word.equals = text.length;
        } else if (source[i] == '.' && word.dot == SIZE_MAX) {
            word.dot = text.length;
        }
        app_text_put(&text, source + i++, 1);
    }
    word.span.length = i - *at;
    word.text = app_text_steal(&text);
    *ret_word = word;
    *at = i;
    return true;
}

bool app_words_split(const char *source, unsigned flags, struct app_words *ret_words,
                     struct app_failure *failure)
{
    struct app_words words = { 0 };
    size_t i = 0;

    for (;;) {
        while (is_space(source[i]))
            i++;
        if (!source[i])
            break;
        if (source[i] == '#' && (flags & APP_PARSE_COMMENTS)) {
            while (source[i] && source[i] != '\n')
                i++;
            continue;
        }
        words.items = app_grow(words.items, words.count, sizeof(*words.items));
        if (!word_read(source, &i, &words.items[words.count], failure)) {
            app_words_free(&words);
            return false;
        }
        words.count++;
    }
    *ret_words = words;
    return true;
}

void app_words_free(struct app_words *words)
{
    for (size_t i = 0; i < words->count; i++)
        free(words->items[i].text);
    free(words->items);
    *words = (struct app_words){ 0 };
}

char *app_text_graph_join(char *const *words, size_t count)
{
    struct app_text text = { 0 };

    if (count == 1)
        return app_dup(words[0]);
    for (size_t i = 0; i < count; i++) {
        size_t name = strspn(words[i], NAME_LETTERS);

        if (i)
            app_text_put(&text, " ", 1);
        if (!strcmp(words[i], "!")) {
            app_text_put(&text, "!", 1);
        } else if (name && words[i][name] == '=') {
            /* The part before '=' stays bare, so that it is still an option. */
            app_text_put(&text, words[i], name + 1);
            app_text_quote(&text, words[i] + name + 1);
        } else {
            app_text_quote(&text, words[i]);
        }
    }
    return app_text_steal(&text);
}
