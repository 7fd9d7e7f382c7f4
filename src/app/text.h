/* SPDX-License-Identifier: MIT */
/* text.h - words for people: growing text, times, sizes, wide names, the nearest spelling.
 *
 * Any thread.  Knows: libc.  Must not know: filters or graphs.
 * Memory that runs out ends the program with a message: a front end has nothing better to do.
 */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <wchar.h>

/* --- memory: never NULL ------------------------------------------------------------------- */
void *app_alloc(size_t count, size_t size)
    __attribute__((malloc, returns_nonnull)); /* zeroed */
char *app_dup(const char *text) __attribute__((malloc, returns_nonnull));
char *app_dup_part(const char *text, size_t length) __attribute__((malloc, returns_nonnull));

/* Makes room for one more item at index `count` and returns the array, which may have moved. */
void *app_grow(void *array, size_t count, size_t size) __attribute__((returns_nonnull));

/* --- text that grows; {0} is empty ---------------------------------------------------------
 */
struct app_text {
    char *data; /* NULL while empty, else ends in NUL */
    size_t length;
    size_t room;
};

void app_text_add(struct app_text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void app_text_addv(struct app_text *text, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));
void app_text_put(struct app_text *text, const char *words, size_t length);
void app_text_fill(struct app_text *text, char what, size_t count);
const char *app_text_get(const struct app_text *text); /* "" while empty */
char *app_text_steal(struct app_text *text);           /* the caller frees it */
void app_text_clear(struct app_text *text);

/* --- UTF-8 ---------------------------------------------------------------------------------
 */
/* Both end in NUL and cut at a whole character; bytes that are not UTF-8 become U+FFFD. */
void app_to_wide(const char *text, wchar_t *ret_wide, size_t size);
void app_from_wide(const wchar_t *wide, char *ret_text, size_t size);
wchar_t *app_wide_dup(const char *text) __attribute__((returns_nonnull));
size_t app_columns(const char *text, size_t bytes); /* characters, not bytes */

/* --- spelling ------------------------------------------------------------------------------
 */
/* How many letters have to change, come or go, or change places, to make b of a. */
unsigned app_distance(const char *a, const char *b);

/* Collects the candidate nearest to `wanted`; {.wanted = …} to start. */
struct app_nearest {
    const char *wanted;
    char best[64];
    unsigned distance;
};

void app_nearest_try(struct app_nearest *nearest, const char *candidate);
const char *
app_nearest_get(const struct app_nearest *nearest); /* NULL if none is near enough */

/* A word as a shell would have to see it: 'it'\''s'; plain words stay plain. */
void app_text_quote(struct app_text *text, const char *word);
void app_text_enclose(struct app_text *text, const char *word); /* in quotes even if plain */

/* --- time and size -------------------------------------------------------------------------
 */
/* "1.5s" "100ms" "500us" "250ns" "2min" "1h" "00:01:02.5" "62.5" (seconds) -> 100 ns units.
 * False if the text is no time, negative, or beyond what fits. */
bool app_time_parse(const char *text, size_t length, int64_t *ret_hns);

/* "1.500 s", "1:02.500", "1:00:02.500" for a place in a stream. */
void app_text_time(struct app_text *text, int64_t hns);

/* "412 µs", "3.2 ms", "1.5 s" for how long something took. */
void app_text_span(struct app_text *text, int64_t ns);

/* "0 B", "12.3 KiB", "4.0 GiB" */
void app_text_bytes(struct app_text *text, uint64_t bytes);

/* "1 234 567" */
void app_text_count(struct app_text *text, uint64_t count);

int64_t app_now_ns(void); /* a clock that never goes back */

/* --- a table: cells by row, padded to the widest of each column --------------------------- */
struct app_table {
    char **cells;
    size_t n_cells;
    unsigned columns;
    uint32_t right; /* bit c: column c is numbers and stands to the right */
    unsigned indent;
};

/* Takes the text over and leaves an empty one. */
void app_table_cell(struct app_table *table, struct app_text *text);
void app_table_word(struct app_table *table, const char *word);
void app_table_print(const struct app_table *table, struct app_text *out);
void app_table_clear(struct app_table *table);

/* --- failure: words for the person, a code for the shell ---------------------------------- */
enum app_exit {
    APP_EXIT_OK = 0,
    APP_EXIT_FAILED = 1,
    APP_EXIT_USAGE = 2,
    APP_EXIT_REFUSED = 5, /* an edit was refused, the graph unchanged */
    APP_EXIT_LOST = 6,    /* samples are missing and nobody said why */
};

struct app_failure {
    enum app_exit code;
    struct app_text text; /* without "error:", without final newline */
};
