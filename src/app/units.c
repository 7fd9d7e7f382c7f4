/* SPDX-License-Identifier: MIT */
/* units.c - times, sizes and tables in words.
 *
 * Any thread.  Knows: text.  Must not know: filters or graphs.
 */
#include "app/text.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define HNS_PER_SECOND INT64_C(10000000)

/* --- reading times -------------------------------------------------------------------------
 */

/* Digits with an optional fraction, times `unit` (in ns), as ns; moves *at behind them. */
static bool number_parse(const char **at, const char *end, int64_t unit, int64_t *ret_ns)
{
    const char *p = *at;
    int64_t whole = 0;
    int64_t ns;
    bool any = false;

    for (; p < end && isdigit((unsigned char)*p); p++, any = true)
        if (__builtin_mul_overflow(whole, 10, &whole) ||
            __builtin_add_overflow(whole, *p - '0', &whole))
            return false;
    if (__builtin_mul_overflow(whole, unit, &ns))
        return false;
    if (p < end && *p == '.') {
        int64_t part = unit;

        for (p++; p < end && isdigit((unsigned char)*p); p++, any = true) {
            int64_t rest = part % 10;

            /* Keep exact while the unit divides; what is below a nanosecond is nothing. */
            part = part / 10;
            if (__builtin_add_overflow(ns, part * (*p - '0') + rest * (*p - '0') / 10, &ns))
                return false;
        }
    }
    *at = p;
    *ret_ns = ns;
    return any;
}

/* [[hours:]minutes:]seconds[.fraction], given that there is a colon. */
static bool clock_parse(const char *p, const char *end, int64_t *ret_ns)
{
    int64_t total = 0;
    int fields = 0;

    for (;;) {
        int64_t part;
        const char *start = p;

        if (!number_parse(&p, end, INT64_C(1000000000), &part))
            return false;
        if (fields && part >= INT64_C(60) * 1000000000)
            return false;
        if (__builtin_mul_overflow(total, 60, &total) ||
            __builtin_add_overflow(total, part, &total))
            return false;
        fields++;
        if (p == end)
            break;
        if (*p != ':' || fields == 3 || memchr(start, '.', (size_t)(p - start)))
            return false;
        p++;
    }
    *ret_ns = total;
    return true;
}

bool app_time_parse(const char *text, size_t length, int64_t *ret_hns)
{
    static const struct {
        const char *name;
        int64_t ns;
    } units[] = {
        { "", 1000000000 },     { "s", 1000000000 },  { "ms", 1000000 },
        { "us", 1000 },         { "µs", 1000 },       { "ns", 1 },
        { "min", 60000000000 }, { "m", 60000000000 }, { "h", 3600000000000 },
    };
    const char *end = text + length;
    const char *p = text;
    int64_t ns;

    if (memchr(text, ':', length)) {
        if (!clock_parse(text, end, &ns))
            return false;
        *ret_hns = ns / 100;
        return true;
    }
    while (p < end && (isdigit((unsigned char)*p) || *p == '.'))
        p++;
    for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
        if (strlen(units[i].name) != (size_t)(end - p) ||
            memcmp(units[i].name, p, (size_t)(end - p)))
            continue;
        const char *at = text;

        if (!number_parse(&at, p, units[i].ns, &ns) || at != p)
            return false;
        *ret_hns = ns / 100;
        return true;
    }
    return false;
}

/* --- writing -------------------------------------------------------------------------------
 */

void app_text_time(struct app_text *text, int64_t hns)
{
    int64_t ms = (hns + (hns < 0 ? -5000 : 5000)) / 10000;

    if (ms < 0) {
        app_text_put(text, "-", 1);
        ms = -ms;
    }
    int64_t seconds = ms / 1000;

    if (seconds < 60)
        app_text_add(text, "%" PRId64 ".%03d s", seconds, (int)(ms % 1000));
    else if (seconds < 3600)
        app_text_add(text, "%" PRId64 ":%02d.%03d", seconds / 60, (int)(seconds % 60),
                     (int)(ms % 1000));
    else
        app_text_add(text, "%" PRId64 ":%02d:%02d.%03d", seconds / 3600,
                     (int)(seconds / 60 % 60), (int)(seconds % 60), (int)(ms % 1000));
}

void app_text_span(struct app_text *text, int64_t ns)
{
    double v = (double)ns;

    if (v < 999500)
        app_text_add(text, v < 9950 ? "%.1f µs" : "%.0f µs", v / 1e3);
    else if (v < 999.5e6)
        app_text_add(text, v < 9.95e6 ? "%.1f ms" : "%.0f ms", v / 1e6);
    else
        app_text_add(text, "%.1f s", v / 1e9);
}

void app_text_bytes(struct app_text *text, uint64_t bytes)
{
    static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
    double v = (double)bytes;
    unsigned u = 0;

    for (; v >= 1023.95 && u + 1 < sizeof(units) / sizeof(*units); u++)
        v /= 1024;
    app_text_add(text, u ? "%.1f %s" : "%.0f %s", v, units[u]);
}

void app_text_count(struct app_text *text, uint64_t count)
{
    char digits[32];
    int length = snprintf(digits, sizeof(digits), "%" PRIu64, count);

    for (int i = 0; i < length; i++) {
        if (i && (length - i) % 3 == 0 && length > 4)
            app_text_put(text, " ", 1);
        app_text_put(text, digits + i, 1);
    }
}

int64_t app_now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

/* --- tables --------------------------------------------------------------------------------
 */

#define COLUMNS_MAX 16

void app_table_cell(struct app_table *table, struct app_text *text)
{
    table->cells = app_grow(table->cells, table->n_cells, sizeof(*table->cells));
    table->cells[table->n_cells++] = app_text_steal(text);
}

void app_table_word(struct app_table *table, const char *word)
{
    struct app_text text = { 0 };

    app_text_put(&text, word, strlen(word));
    app_table_cell(table, &text);
}

void app_table_print(const struct app_table *table, struct app_text *out)
{
    size_t widths[COLUMNS_MAX] = { 0 };

    if (!table->columns || table->columns > COLUMNS_MAX)
        return;
    for (size_t i = 0; i < table->n_cells; i++) {
        size_t width = app_columns(table->cells[i], strlen(table->cells[i]));

        if (width > widths[i % table->columns])
            widths[i % table->columns] = width;
    }
    for (size_t i = 0; i < table->n_cells; i++) {
        size_t column = i % table->columns;
        size_t pad = widths[column] - app_columns(table->cells[i], strlen(table->cells[i]));
        bool right = table->right >> column & 1;

        if (!column)
            app_text_fill(out, ' ', table->indent);
        if (right)
            app_text_fill(out, ' ', pad);
        app_text_put(out, table->cells[i], strlen(table->cells[i]));
        if (column + 1 < table->columns) {
            app_text_fill(out, ' ', (right ? 0 : pad) + 2);
            continue;
        }
        while (out->length && out->data[out->length - 1] == ' ')
            out->data[--out->length] = '\0';
        app_text_put(out, "\n", 1);
    }
}

void app_table_clear(struct app_table *table)
{
    for (size_t i = 0; i < table->n_cells; i++)
        free(table->cells[i]);
    free(table->cells);
    table->cells = NULL;
    table->n_cells = 0;
}
