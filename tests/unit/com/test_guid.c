/* SPDX-License-Identifier: MIT */
/* test_guid.c - GUIDs as text and back. */
#include "support.h"

#include <string.h>

#include "platform/memory.h"

static const GUID sample = {
    0x01234567, 0x89ab, 0xcdef, { 0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef }
};
#define SAMPLE_TEXT L"{01234567-89AB-CDEF-0123-456789ABCDEF}"

static void guid_is_written_in_braces(void **state)
{
    OLECHAR text[39];

    (void)state;
    assert_int_equal(StringFromGUID2(&sample, text, 39), 39);
    assert_int_equal(wcscmp(text, SAMPLE_TEXT), 0);
    assert_int_equal(StringFromGUID2(&sample, text, 38), 0);
    assert_int_equal(StringFromGUID2(NULL, text, 39), 0);
    assert_int_equal(StringFromGUID2(&sample, NULL, 39), 0);
}

static void guid_text_is_task_memory(void **state)
{
    LPOLESTR text = NULL;

    (void)state;
    assert_int_equal(StringFromCLSID(&sample, &text), S_OK);
    assert_int_equal(wcscmp(text, SAMPLE_TEXT), 0);
    CoTaskMemFree(text);
    assert_int_equal(StringFromIID(&sample, NULL), E_POINTER);
    rg_fault_arm(1);
    assert_int_equal(StringFromIID(&sample, &text), E_OUTOFMEMORY);
    assert_true(rg_fault_disarm());
}

static void text_is_read_in_both_cases(void **state)
{
    GUID guid;

    (void)state;
    assert_int_equal(CLSIDFromString(SAMPLE_TEXT, &guid), S_OK);
    assert_memory_equal(&guid, &sample, sizeof(guid));
    memset(&guid, 0, sizeof(guid));
    assert_int_equal(IIDFromString(L"{01234567-89ab-cdef-0123-456789abcdef}", &guid), S_OK);
    assert_memory_equal(&guid, &sample, sizeof(guid));
}

static void what_is_no_guid_is_refused(void **state)
{
    static const wchar_t *const bad[] = {
        L"",
        L"{",
        L"01234567-89AB-CDEF-0123-456789ABCDEF",
        L"{01234567-89AB-CDEF-0123-456789ABCDEF",
        L"{01234567-89AB-CDEF-0123-456789ABCDEF} ",
        L"{01234567-89AB-CDEF-0123-456789ABCDEG}",
        L"{0123456789AB-CDEF-0123-456789ABCDEF00}",
        L"{01234567 89AB-CDEF-0123-456789ABCDEF}",
        L"(01234567-89AB-CDEF-0123-456789ABCDEF)",
    };
    GUID guid = sample;

    (void)state;
    for (unsigned i = 0; i < COUNT_OF(bad); i++) {
        assert_int_equal(CLSIDFromString(bad[i], &guid), CO_E_CLASSSTRING);
        assert_int_equal(IIDFromString(bad[i], &guid), CO_E_IIDSTRING);
    }
    assert_memory_equal(&guid, &sample, sizeof(guid));
    assert_int_equal(CLSIDFromString(SAMPLE_TEXT, NULL), E_POINTER);
}

static void no_text_is_the_zero_guid(void **state)
{
    GUID guid = sample;

    (void)state;
    assert_int_equal(CLSIDFromString(NULL, &guid), S_OK);
    assert_true(IsEqualGUID(&guid, &GUID_NULL));
}

static void new_guids_differ_and_are_version_4(void **state)
{
    GUID a, b;

    (void)state;
    assert_int_equal(CoCreateGuid(&a), S_OK);
    assert_int_equal(CoCreateGuid(&b), S_OK);
    assert_false(IsEqualGUID(&a, &b));
    assert_int_equal(a.Data3 >> 12, 4);
    assert_int_equal(a.Data4[0] >> 6, 2);
    assert_int_equal(CoCreateGuid(NULL), E_POINTER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(guid_is_written_in_braces),
        cmocka_unit_test(guid_text_is_task_memory),
        cmocka_unit_test(text_is_read_in_both_cases),
        cmocka_unit_test(what_is_no_guid_is_refused),
        cmocka_unit_test(no_text_is_the_zero_guid),
        cmocka_unit_test(new_guids_differ_and_are_version_4),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
