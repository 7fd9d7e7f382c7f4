/* SPDX-License-Identifier: MIT */
/* test_text.c - UTF-8 and wide text, good and broken. */
#include "support.h"

#include <string.h>

#include "platform/memory.h"
#include "platform/text.h"

#define GRIN_UTF8 "\xf0\x9f\x98\x80" /* U+1F600 */
#define GRIN      ((wchar_t)0x1f600)

/* --- code pages ------------------------------------------------------------------------ */

static void utf8_becomes_wide(void **state)
{
    wchar_t wide[16];

    (void)state;
    assert_int_equal(MultiByteToWideChar(CP_UTF8, 0, "a\xc3\xa9" GRIN_UTF8, -1, wide, 16), 4);
    assert_int_equal(wcscmp(wide, (wchar_t[]){ L'a', 0xe9, GRIN, 0 }), 0);
}

static void wide_becomes_utf8(void **state)
{
    char text[16];

    (void)state;
    assert_int_equal(WideCharToMultiByte(CP_ACP, 0, (wchar_t[]){ L'a', 0xe9, 0x20ac, GRIN, 0 },
                                         -1, text, 16, NULL, NULL),
                     11);
    assert_string_equal(text, "a\xc3\xa9\xe2\x82\xac" GRIN_UTF8);
}

static void size_is_asked_for_first(void **state)
{
    (void)state;
    assert_int_equal(MultiByteToWideChar(CP_UTF8, 0, GRIN_UTF8 "b", -1, NULL, 0), 3);
    assert_int_equal(WideCharToMultiByte(CP_UTF8, 0, L"\u20ac", 1, NULL, 0, NULL, NULL), 3);
}

static void counted_text_gets_no_zero(void **state)
{
    wchar_t wide[2] = { 0, L'x' };

    (void)state;
    assert_int_equal(MultiByteToWideChar(CP_UTF8, 0, "ab", 1, wide, 1), 1);
    assert_int_equal(wide[0], L'a');
    assert_int_equal(wide[1], L'x');
}

static void small_room_is_an_error(void **state)
{
    wchar_t wide[2];
    char text[3];

    (void)state;
    assert_int_equal(MultiByteToWideChar(CP_UTF8, 0, "ab", -1, wide, 2), 0);
    assert_int_equal(GetLastError(), ERROR_INSUFFICIENT_BUFFER);
    assert_int_equal(
        WideCharToMultiByte(CP_UTF8, 0, &(wchar_t){ GRIN }, 1, text, 3, NULL, NULL), 0);
    assert_int_equal(GetLastError(), ERROR_INSUFFICIENT_BUFFER);
}

static void bad_arguments_are_errors(void **state)
{
    wchar_t wide[4];

    (void)state;
    assert_int_equal(MultiByteToWideChar(1252, 0, "a", -1, wide, 4), 0);
    assert_int_equal(GetLastError(), ERROR_INVALID_PARAMETER);
    assert_int_equal(MultiByteToWideChar(CP_UTF8, 0, NULL, -1, wide, 4), 0);
    assert_int_equal(MultiByteToWideChar(CP_UTF8, 0, "a", 0, wide, 4), 0);
    assert_int_equal(MultiByteToWideChar(CP_UTF8, 0, "a", -2, wide, 4), 0);
    assert_int_equal(MultiByteToWideChar(CP_UTF8, 0, "a", -1, NULL, 4), 0);
    assert_int_equal(GetLastError(), ERROR_INVALID_PARAMETER);
    assert_int_equal(MultiByteToWideChar(CP_UTF8, 0x4000, "a", -1, wide, 4), 0);
    assert_int_equal(GetLastError(), ERROR_INVALID_FLAGS);
}

/* Each broken text has the number of replacement characters that Unicode's best practice says:
 * one for each longest beginning of a character. */
static void broken_utf8_is_replaced_or_refused(void **state)
{
    static const struct {
        const char *text;
        int replacements;
    } broken[] = {
        { "\x80", 1 },
        { "\xff", 1 },
        { "\xc3", 1 },
        { "\xc0\xaf", 2 },             /* overlong */
        { "\xe0\x80\xaf", 3 },         /* overlong */
        { "\xe2\x82", 1 },             /* cut off */
        { "\xed\xa0\x80", 3 },         /* a surrogate */
        { "\xf0\x80\x80\xaf", 4 },     /* overlong */
        { "\xf4\x90\x80\x80", 4 },     /* above U+10FFFF */
        { "\xf0\x9f\x98", 1 },         /* cut off */
        { "\xf8\x88\x80\x80\x80", 5 }, /* five bytes */
    };
    wchar_t wide[16];

    (void)state;
    for (unsigned i = 0; i < COUNT_OF(broken); i++) {
        int count = MultiByteToWideChar(CP_UTF8, 0, broken[i].text, -1, wide, 16);

        assert_int_equal(count, broken[i].replacements + 1);
        for (int k = 0; k + 1 < count; k++)
            assert_int_equal(wide[k], 0xfffd);
        SetLastError(0);
        assert_int_equal(
            MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, broken[i].text, -1, wide, 16),
            0);
        assert_int_equal(GetLastError(), ERROR_NO_UNICODE_TRANSLATION);
    }
}

static void broken_wide_is_replaced_or_refused(void **state)
{
    static const wchar_t broken[][2] = { { 0xd800, 0 }, { 0xdc00, 0 }, { 0x110000, 0 } };
    char text[8];

    (void)state;
    for (unsigned i = 0; i < COUNT_OF(broken); i++) {
        assert_int_equal(
            WideCharToMultiByte(CP_UTF8, 0, broken[i], -1, text, sizeof(text), NULL, NULL), 4);
        assert_string_equal(text, "\xef\xbf\xbd");
        assert_int_equal(WideCharToMultiByte(CP_UTF8, WC_ERR_INVALID_CHARS, broken[i], -1, text,
                                             sizeof(text), NULL, NULL),
                         0);
        assert_int_equal(GetLastError(), ERROR_NO_UNICODE_TRANSLATION);
    }
}

static void surrogate_pairs_are_joined(void **state)
{
    char text[8];

    (void)state;
    assert_int_equal(WideCharToMultiByte(CP_UTF8, WC_ERR_INVALID_CHARS,
                                         (wchar_t[]){ 0xd83d, 0xde00, 0 }, -1, text, 8, NULL,
                                         NULL),
                     5);
    assert_string_equal(text, GRIN_UTF8);
}

/* --- conversions that keep every byte ------------------------------------------------------ */

static void every_byte_survives_the_round_trip(void **state)
{
    char bytes[256];
    wchar_t *wide = NULL;
    char *back = NULL;

    (void)state;
    for (int i = 0; i < 255; i++)
        bytes[i] = (char)(255 - i);
    bytes[255] = '\0';
    assert_int_equal(rg_wide_from_utf8(bytes, &wide), S_OK);
    assert_int_equal(rg_utf8_from_wide(wide, &back), S_OK);
    assert_string_equal(back, bytes);
    rg_free(wide);
    rg_free(back);
}

static void all_characters_survive_the_round_trip(void **state)
{
    wchar_t text[2] = { 0, 0 };

    (void)state;
    for (uint32_t c = 1; c <= 0x10ffff; c += c < 0x11000 ? 1 : 257) {
        char *utf8 = NULL;
        wchar_t *wide = NULL;

        if (c >= 0xd800 && c <= 0xdfff)
            continue;
        text[0] = (wchar_t)c;
        assert_int_equal(rg_utf8_from_wide(text, &utf8), S_OK);
        assert_int_equal(rg_wide_from_utf8(utf8, &wide), S_OK);
        assert_int_equal(wide[0], c);
        assert_int_equal(wide[1], 0);
        rg_free(utf8);
        rg_free(wide);
    }
}

static void no_character_is_refused(void **state)
{
    char *utf8 = NULL;

    (void)state;
    assert_int_equal(rg_utf8_from_wide((wchar_t[]){ 0x110000, 0 }, &utf8),
                     HRESULT_FROM_WIN32(ERROR_NO_UNICODE_TRANSLATION));
    assert_int_equal(rg_utf8_from_wide((wchar_t[]){ 0xd800, 0 }, &utf8),
                     HRESULT_FROM_WIN32(ERROR_NO_UNICODE_TRANSLATION));
    assert_int_equal(rg_utf8_from_wide(NULL, &utf8), E_POINTER);
    assert_int_equal(rg_wide_from_utf8("", NULL), E_POINTER);
    assert_null(utf8);
}

/* --- into arrays ------------------------------------------------------------------------------ */

static void copy_cuts_between_characters(void **state)
{
    char text[5] = "????";

    (void)state;
    assert_true(rg_text_copy(text, sizeof(text), "abcd"));
    assert_string_equal(text, "abcd");
    assert_false(rg_text_copy(text, sizeof(text), "abc\xc3\xa9"));
    assert_string_equal(text, "abc");
    assert_false(rg_text_copy(text, 0, "x"));
    assert_false(rg_text_to_utf8(text, 4, (wchar_t[]){ L'a', GRIN, 0 }));
    assert_string_equal(text, "a");
}

static void wide_copy_is_bounded(void **state)
{
    wchar_t wide[4];

    (void)state;
    assert_false(rg_text_to_wide(wide, 4, "ab\xc3\xa9" GRIN_UTF8));
    assert_int_equal(wcscmp(wide, L"ab\u00e9"), 0);
    assert_true(rg_text_copy_wide(wide, 4, L"xyz"));
    assert_false(rg_text_copy_wide(wide, 3, L"xyz"));
    assert_int_equal(wcscmp(wide, L"xy"), 0);
}

/* --- lstr* --------------------------------------------------------------------------------------- */

static void lstr_functions_bear_null(void **state)
{
    char text[16] = "";

    (void)state;
    assert_int_equal(lstrlenA(NULL), 0);
    assert_int_equal(lstrlenW(NULL), 0);
    assert_null(lstrcpyA(text, NULL));
    assert_null(lstrcpynA(text, NULL, 3));
    assert_null(lstrcatA(NULL, "x"));
    assert_int_equal(lstrcmpA(NULL, ""), 0);
    assert_true(lstrcmpW(NULL, L"a") < 0);
}

static void lstr_functions_copy_and_compare(void **state)
{
    wchar_t wide[8];
    char text[8];

    (void)state;
    assert_ptr_equal(lstrcpyA(text, "ab"), text);
    assert_string_equal(lstrcatA(text, "cd"), "abcd");
    assert_string_equal(lstrcpynA(text, "abcdef", 4), "abc");
    assert_int_equal(lstrcmpiA("ABC", "abc"), 0);
    lstrcpyW(wide, L"ab");
    lstrcatW(wide, L"cd");
    assert_int_equal(lstrcmpW(wide, L"abcd"), 0);
    assert_int_equal(lstrcmpiW(wide, L"ABCD"), 0);
    assert_int_equal(lstrlenW(lstrcpynW(wide, L"abcdef", 4)), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(utf8_becomes_wide),
        cmocka_unit_test(wide_becomes_utf8),
        cmocka_unit_test(size_is_asked_for_first),
        cmocka_unit_test(counted_text_gets_no_zero),
        cmocka_unit_test(small_room_is_an_error),
        cmocka_unit_test(bad_arguments_are_errors),
        cmocka_unit_test(broken_utf8_is_replaced_or_refused),
        cmocka_unit_test(broken_wide_is_replaced_or_refused),
        cmocka_unit_test(surrogate_pairs_are_joined),
        cmocka_unit_test(every_byte_survives_the_round_trip),
        cmocka_unit_test(all_characters_survive_the_round_trip),
        cmocka_unit_test(no_character_is_refused),
        cmocka_unit_test(copy_cuts_between_characters),
        cmocka_unit_test(wide_copy_is_bounded),
        cmocka_unit_test(lstr_functions_bear_null),
        cmocka_unit_test(lstr_functions_copy_and_compare),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
