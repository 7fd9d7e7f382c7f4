/* SPDX-License-Identifier: MIT */
/* test_error_text.c - AMGetErrorText: every code of vfwmsgs.h has a sentence of its own.
 *
 * Runs: main thread.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <errors.h>

struct code {
    const char *name;
    HRESULT value;
};

static const struct code codes[] = {
#include "codes.h"
};

static void every_code_has_a_sentence(void **state)
{
    (void)state;
    assert_true(ARRAYSIZE(codes) >= 150);
    for (size_t i = 0; i < ARRAYSIZE(codes); i++) {
        char text[MAX_ERROR_TEXT_LEN];
        DWORD length = AMGetErrorTextA(codes[i].value, text, MAX_ERROR_TEXT_LEN);

        if (length < 10 || length != strlen(text) || text[length - 1] != '.')
            fail_msg("%s: \"%s\"", codes[i].name, text);
    }
}

static void no_two_codes_share_a_number(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAYSIZE(codes); i++)
        for (size_t j = i + 1; j < ARRAYSIZE(codes); j++)
            if (codes[i].value == codes[j].value)
                fail_msg("%s and %s", codes[i].name, codes[j].name);
}

static void wide_text_says_the_same(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAYSIZE(codes); i++) {
        char narrow[MAX_ERROR_TEXT_LEN];
        WCHAR wide[MAX_ERROR_TEXT_LEN];
        DWORD length = AMGetErrorTextA(codes[i].value, narrow, MAX_ERROR_TEXT_LEN);

        assert_int_equal(AMGetErrorTextW(codes[i].value, wide, MAX_ERROR_TEXT_LEN), length);
        for (DWORD c = 0; c <= length; c++)
            assert_int_equal(wide[c], narrow[c]);
    }
}

static void common_codes_have_a_sentence(void **state)
{
    static const HRESULT common[] = {
        S_OK,
        S_FALSE,
        E_NOTIMPL,
        E_NOINTERFACE,
        E_POINTER,
        E_ABORT,
        E_FAIL,
        E_UNEXPECTED,
        E_HANDLE,
        E_OUTOFMEMORY,
        E_INVALIDARG,
        E_PENDING,
        E_ACCESSDENIED,
        REGDB_E_CLASSNOTREG,
        CLASS_E_NOAGGREGATION,
        CO_E_NOTINITIALIZED,
        HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND),
        HRESULT_FROM_WIN32(ERROR_DISK_FULL),
    };
    char text[MAX_ERROR_TEXT_LEN];

    (void)state;
    for (size_t i = 0; i < ARRAYSIZE(common); i++)
        assert_true(AMGetErrorTextA(common[i], text, MAX_ERROR_TEXT_LEN) > 0);
}

static void a_short_buffer_gets_the_beginning(void **state)
{
    char text[6] = "xxxxx";
    WCHAR wide[6] = L"xxxxx";

    (void)state;
    assert_int_equal(AMGetErrorTextA(E_POINTER, text, 4), 3);
    assert_string_equal(text, "A p");
    assert_int_equal(text[4], 'x');
    assert_int_equal(AMGetErrorTextW(E_POINTER, wide, 1), 0);
    assert_int_equal(wide[0], 0);
    assert_int_equal(wide[1], 'x');
}

static void nothing_is_written_without_a_buffer(void **state)
{
    char text[2] = "x";

    (void)state;
    assert_int_equal(AMGetErrorTextA(E_POINTER, NULL, 10), 0);
    assert_int_equal(AMGetErrorTextW(E_POINTER, NULL, 10), 0);
    assert_int_equal(AMGetErrorTextA(E_POINTER, text, 0), 0);
    assert_int_equal(text[0], 'x');
}

static void an_unknown_code_has_no_text(void **state)
{
    char text[8] = "before";

    (void)state;
    assert_int_equal(AMGetErrorTextA((HRESULT)0x8123abcd, text, sizeof(text)), 0);
    assert_string_equal(text, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_has_a_sentence),
        cmocka_unit_test(no_two_codes_share_a_number),
        cmocka_unit_test(wide_text_says_the_same),
        cmocka_unit_test(common_codes_have_a_sentence),
        cmocka_unit_test(a_short_buffer_gets_the_beginning),
        cmocka_unit_test(nothing_is_written_without_a_buffer),
        cmocka_unit_test(an_unknown_code_has_no_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
