/* SPDX-License-Identifier: MIT */
/* text.c - memory and growing text, UTF-8, the nearest spelling, quoting.
 *
 * Any thread.  Knows: libc.  Must not know: filters or graphs.
 */
#include "app/text.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *must(void *block)
{
    if (!block) {
        fputs("regraft: error: memory has run out\n", stderr);
        exit(APP_EXIT_FAILED);
    }
    return block;
}

void *app_alloc(size_t count, size_t size)
{
    return must(calloc(count ? count : 1, size ? size : 1));
}

char *app_dup_part(const char *text, size_t length)
{
    char *copy = app_alloc(length + 1, 1);

    memcpy(copy, text, length);
    return copy;
}

char *app_dup(const char *text)
{
    return app_dup_part(text, strlen(text));
}

void *app_grow(void *array, size_t count, size_t size)
{
    /* Room doubles whenever count is a power of two, so it needs no field of its own. */
    if (count && (count & (count - 1)))
        return array;
    return must(reallocarray(array, count ? count * 2 : 1, size));
}

static void text_reserve(struct app_text *text, size_t more)
{
    size_t need = text->length + more + 1;

    if (need <= text->room)
        return;
    text->room = need < 64 ? 64 : need + need / 2;
    text->data = must(realloc(text->data, text->room));
}

void app_text_put(struct app_text *text, const char *words, size_t length)
{
    text_reserve(text, length);
    if (length)
        memcpy(text->data + text->length, words, length);
    text->length += length;
    text->data[text->length] = '\0';
}

void app_text_fill(struct app_text *text, char what, size_t count)
{
    text_reserve(text, count);
    memset(text->data + text->length, what, count);
    text->length += count;
    text->data[text->length] = '\0';
}

void app_text_addv(struct app_text *text, const char *format, va_list args)
{
    va_list again;

    va_copy(again, args);
    /* Most words fit into what is reserved anyway; else once more with enough room. */
    text_reserve(text, 64);
    int length = vsnprintf(text->data + text->length, text->room - text->length, format, args);

    if (length > 0 && (size_t)length >= text->room - text->length) {
        text_reserve(text, (size_t)length);
        length = vsnprintf(text->data + text->length, (size_t)length + 1, format, again);
    }
    va_end(again);
    if (length > 0)
        text->length += (size_t)length;
    text->data[text->length] = '\0';
}

void app_text_add(struct app_text *text, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    app_text_addv(text, format, args);
    va_end(args);
}

const char *app_text_get(const struct app_text *text)
{
    return text->data ? text->data : "";
}

char *app_text_steal(struct app_text *text)
{
    char *data = text->data ? text->data : app_dup("");

    *text = (struct app_text){ 0 };
    return data;
}

void app_text_clear(struct app_text *text)
{
    free(text->data);
    *text = (struct app_text){ 0 };
}

/* --- UTF-8 ---------------------------------------------------------------------------------
 */

/* One character; returns the bytes it took, at least 1 unless at the end. */
static size_t utf8_read(const char *text, size_t left, uint32_t *ret_point)
{
    static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    unsigned char first = (unsigned char)text[0];
    unsigned length = first < 0x80   ? 1
                      : first < 0xc2 ? 0
                      : first < 0xe0 ? 2
                      : first < 0xf0 ? 3
                                     : 4;
    uint32_t point = length == 1 ? first : first & (0xffu >> (length + 1));

    *ret_point = 0xfffd;
    if (!length || first > 0xf4 || length > left)
        return 1;
    for (unsigned i = 1; i < length; i++) {
        if (((unsigned char)text[i] & 0xc0) != 0x80)
            return 1;
        point = point << 6 | ((unsigned char)text[i] & 0x3f);
    }
    if (point < least[length] || point > 0x10ffff || (point >= 0xd800 && point < 0xe000))
        return 1;
    *ret_point = point;
    return length;
}

void app_to_wide(const char *text, wchar_t *ret_wide, size_t size)
{
    size_t left = strlen(text);
    size_t n = 0;

    while (left && n + 1 < size) {
        uint32_t point;
        size_t took = utf8_read(text, left, &point);

        ret_wide[n++] = (wchar_t)point;
        text += took;
        left -= took;
    }
    if (size)
        ret_wide[n] = L'\0';
}

wchar_t *app_wide_dup(const char *text)
{
    size_t size = strlen(text) + 1;
    wchar_t *wide = app_alloc(size, sizeof(*wide));

    app_to_wide(text, wide, size);
    return wide;
}

static unsigned utf8_write(uint32_t point, char *ret)
{
    if (point > 0x10ffff || (point >= 0xd800 && point < 0xe000))
        point = 0xfffd;
    if (point < 0x80) {
        ret[0] = (char)point;
        return 1;
    }
    unsigned length = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;

    for (unsigned i = length; --i > 0; point >>= 6)
        ret[i] = (char)(0x80 | (point & 0x3f));
    ret[0] = (char)((0xf00u >> length) | point);
    return length;
}

void app_from_wide(const wchar_t *wide, char *ret_text, size_t size)
{
    size_t n = 0;

    for (; *wide; wide++) {
        char bytes[4];
        unsigned length = utf8_write((uint32_t)*wide, bytes);

        if (n + length >= size)
            break;
        memcpy(ret_text + n, bytes, length);
        n += length;
    }
    if (size)
        ret_text[n] = '\0';
}

size_t app_columns(const char *text, size_t bytes)
{
    size_t columns = 0;

    for (size_t i = 0; i < bytes && text[i]; i++)
        columns += ((unsigned char)text[i] & 0xc0) != 0x80;
    return columns;
}

/* --- spelling ------------------------------------------------------------------------------
 */

#define WORD_MAX 63

unsigned app_distance(const char *a, const char *b)
{
    unsigned rows[3][WORD_MAX + 1];
    size_t na = strnlen(a, WORD_MAX);
    size_t nb = strnlen(b, WORD_MAX);
    unsigned *before = rows[0];
    unsigned *above = rows[1];
    unsigned *row = rows[2];

    for (size_t j = 0; j <= nb; j++)
        before[j] = above[j] = (unsigned)j;
    for (size_t i = 1; i <= na; i++) {
        row[0] = (unsigned)i;
        for (size_t j = 1; j <= nb; j++) {
            unsigned best = above[j - 1] + (a[i - 1] != b[j - 1]);

            if (above[j] + 1 < best)
                best = above[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                before[j - 2] + 1 < best)
                best = before[j - 2] + 1;
            row[j] = best;
        }
        unsigned *oldest = before;

        before = above;
        above = row;
        row = oldest;
    }
    return above[nb];
}

void app_nearest_try(struct app_nearest *nearest, const char *candidate)
{
    unsigned distance = app_distance(nearest->wanted, candidate);
    size_t length = strlen(nearest->wanted);
    bool begins = length >= 3 && strncmp(candidate, nearest->wanted, length) == 0;

    if (begins)
        distance = 1;
    if (distance > (length + 2) / 3 || strlen(candidate) >= sizeof(nearest->best))
        return;
    if (nearest->best[0] && distance >= nearest->distance)
        return;
    memcpy(nearest->best, candidate, strlen(candidate) + 1);
    nearest->distance = distance;
}

const char *app_nearest_get(const struct app_nearest *nearest)
{
    return nearest->best[0] ? nearest->best : NULL;
}

void app_text_enclose(struct app_text *text, const char *word)
{
    app_text_put(text, "'", 1);
    for (; *word; word++) {
        if (*word == '\'')
            app_text_put(text, "'\\''", 4);
        else
            app_text_put(text, word, 1);
    }
    app_text_put(text, "'", 1);
}

void app_text_quote(struct app_text *text, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_-+./:=,@%^";

    if (*word && strspn(word, plain) == strlen(word)) {
        app_text_put(text, word, strlen(word));
        return;
    }
    app_text_enclose(text, word);
}
