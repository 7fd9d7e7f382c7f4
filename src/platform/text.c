/* SPDX-License-Identifier: MIT */
/* text.c - decoding, encoding, and the conversions that keep every byte.
 *
 * Any thread; no locale, no state.
 * Knows: Unicode's encodings.  Must not know: what the text says.
 */
#include "platform/text.h"

#include <string.h>

#include "platform/memory.h"

#define IS_SURROGATE(c) (((c)&0xfffff800u) == 0xd800u)
#define IS_HIGH(c)      (((c)&0xfffffc00u) == 0xd800u)
#define IS_LOW(c)       (((c)&0xfffffc00u) == 0xdc00u)
#define IS_ESCAPED(c)   ((c) >= 0xdc80u && (c) <= 0xdcffu) /* a byte that is no UTF-8 */

/* --- one character ------------------------------------------------------------------------ */

/* The range that the second byte must be in keeps out overlong forms, surrogates and values
 * above 0x10ffff. */
static int utf8_lead(uint8_t lead, uint8_t *ret_low, uint8_t *ret_high)
{
    *ret_low = 0x80;
    *ret_high = 0xbf;
    if (lead >= 0xc2 && lead <= 0xdf)
        return 2;
    if (lead >= 0xe0 && lead <= 0xef) {
        if (lead == 0xe0)
            *ret_low = 0xa0;
        else if (lead == 0xed)
            *ret_high = 0x9f;
        return 3;
    }
    if (lead >= 0xf0 && lead <= 0xf4) {
        if (lead == 0xf0)
            *ret_low = 0x90;
        else if (lead == 0xf4)
            *ret_high = 0x8f;
        return 4;
    }
    return 0;
}

int rg_utf8_decode(const char *text, size_t size, uint32_t *ret_character)
{
    const uint8_t *bytes = (const uint8_t *)text;
    uint8_t low, high;
    uint32_t character;
    int length;

    if (bytes[0] < 0x80) {
        *ret_character = bytes[0];
        return 1;
    }
    length = utf8_lead(bytes[0], &low, &high);
    if (length == 0)
        return -1;
    character = bytes[0] & (0xffu >> (length + 1));
    for (int i = 1; i < length; i++) {
        if ((size_t)i >= size || bytes[i] < low || bytes[i] > high)
            return -i;
        character = character << 6 | (bytes[i] & 0x3fu);
        low = 0x80;
        high = 0xbf;
    }
    *ret_character = character;
    return length;
}

int rg_utf8_encode(uint32_t character, char ret_text[4])
{
    if (character < 0x80) {
        ret_text[0] = (char)character;
        return 1;
    }
    if (character < 0x800) {
        ret_text[0] = (char)(0xc0 | character >> 6);
        ret_text[1] = (char)(0x80 | (character & 0x3f));
        return 2;
    }
    if (character < 0x10000) {
        ret_text[0] = (char)(0xe0 | character >> 12);
        ret_text[1] = (char)(0x80 | (character >> 6 & 0x3f));
        ret_text[2] = (char)(0x80 | (character & 0x3f));
        return 3;
    }
    ret_text[0] = (char)(0xf0 | character >> 18);
    ret_text[1] = (char)(0x80 | (character >> 12 & 0x3f));
    ret_text[2] = (char)(0x80 | (character >> 6 & 0x3f));
    ret_text[3] = (char)(0x80 | (character & 0x3f));
    return 4;
}

int rg_wide_decode(const wchar_t *text, size_t count, uint32_t *ret_character)
{
    uint32_t first = (uint32_t)text[0];

    *ret_character = first;
    if (first > 0x10ffff)
        return -1;
    if (!IS_SURROGATE(first))
        return 1;
    if (IS_HIGH(first) && count > 1 && IS_LOW((uint32_t)text[1])) {
        *ret_character = 0x10000 + ((first & 0x3ff) << 10) + ((uint32_t)text[1] & 0x3ff);
        return 2;
    }
    return -1;
}

/* --- conversions that keep every byte --------------------------------------------------- */

/* Text in UTF-8 of one wide character at `wide`; how many were taken goes to *ret_taken.
 * Returns the length in bytes, 0 for what is no character. */
static int escape_to_utf8(const wchar_t *wide, size_t count, char ret_text[4], int *ret_taken)
{
    uint32_t character;
    int taken = rg_wide_decode(wide, count, &character);

    *ret_taken = taken < 0 ? -taken : taken;
    if (taken > 0)
        return rg_utf8_encode(character, ret_text);
    if (!IS_ESCAPED(character))
        return 0;
    ret_text[0] = (char)(uint8_t)(character & 0xff);
    return 1;
}

/* One wide character from the bytes at `utf8`; returns how many were taken. */
static int escape_to_wide(const char *utf8, size_t size, wchar_t *ret_wide)
{
    uint32_t character;
    int taken = rg_utf8_decode(utf8, size, &character);

    if (taken < 0) {
        *ret_wide = (wchar_t)(0xdc00u + (uint8_t)utf8[0]);
        return 1;
    }
    *ret_wide = (wchar_t)character;
    return taken;
}

HRESULT rg_utf8_from_wide(const wchar_t *wide, char **ret_utf8)
{
    size_t count, room;
    char *utf8, *end, text[4];

    if (wide == NULL || ret_utf8 == NULL)
        return E_POINTER;
    count = wcslen(wide);
    if (__builtin_mul_overflow(count, sizeof(text), &room))
        return E_OUTOFMEMORY;
    utf8 = rg_alloc(room + 1);
    if (utf8 == NULL)
        return E_OUTOFMEMORY;
    end = utf8;
    for (size_t i = 0; i < count;) {
        int taken;
        int length = escape_to_utf8(wide + i, count - i, text, &taken);

        if (length == 0) {
            rg_free(utf8);
            return HRESULT_FROM_WIN32(ERROR_NO_UNICODE_TRANSLATION);
        }
        memcpy(end, text, (size_t)length);
        end += length;
        i += (size_t)taken;
    }
    *end = '\0';
    *ret_utf8 = utf8;
    return S_OK;
}

HRESULT rg_wide_from_utf8(const char *utf8, wchar_t **ret_wide)
{
    size_t size, room;
    wchar_t *wide, *end;

    if (utf8 == NULL || ret_wide == NULL)
        return E_POINTER;
    size = strlen(utf8);
    if (__builtin_mul_overflow(size + 1, sizeof(*wide), &room))
        return E_OUTOFMEMORY;
    wide = rg_alloc(room);
    if (wide == NULL)
        return E_OUTOFMEMORY;
    end = wide;
    for (size_t i = 0; i < size;)
        i += (size_t)escape_to_wide(utf8 + i, size - i, end++);
    *end = L'\0';
    *ret_wide = wide;
    return S_OK;
}

/* --- into arrays -----------------------------------------------------------------------------
 */

bool rg_text_copy(char *to, size_t size, const char *from)
{
    size_t length = strlen(from);

    if (size == 0)
        return false;
    if (length < size) {
        memcpy(to, from, length + 1);
        return true;
    }
    length = size - 1;
    while (length > 0 && ((uint8_t)from[length] & 0xc0) == 0x80)
        length--;
    memcpy(to, from, length);
    to[length] = '\0';
    return false;
}

bool rg_text_copy_wide(wchar_t *to, size_t size, const wchar_t *from)
{
    size_t length = wcslen(from);
    bool fits = length < size;

    if (size == 0)
        return false;
    if (!fits)
        length = size - 1;
    wmemcpy(to, from, length);
    to[length] = L'\0';
    return fits;
}

bool rg_text_to_wide(wchar_t *to, size_t size, const char *from)
{
    size_t left = strlen(from);
    size_t count = 0;

    if (size == 0)
        return false;
    while (left != 0 && count + 1 < size) {
        int taken = escape_to_wide(from, left, &to[count++]);

        from += taken;
        left -= (size_t)taken;
    }
    to[count] = L'\0';
    return left == 0;
}

bool rg_text_to_utf8(char *to, size_t size, const wchar_t *from)
{
    size_t left = wcslen(from);
    size_t used = 0;
    char text[4];

    if (size == 0)
        return false;
    while (left != 0) {
        int taken;
        int length = escape_to_utf8(from, left, text, &taken);

        if (length == 0) {
            text[0] = '?';
            length = 1;
        }
        if (used + (size_t)length >= size)
            break;
        memcpy(to + used, text, (size_t)length);
        used += (size_t)length;
        from += taken;
        left -= (size_t)taken;
    }
    to[used] = '\0';
    return left == 0;
}
