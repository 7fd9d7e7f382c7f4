/* SPDX-License-Identifier: MIT */
/* test_oleauto.c - BSTR and VARIANT: lengths, ownership, conversions. */
#include "support.h"

#include <string.h>

#include <oleauto.h>

#include "modules/thing.h"

#ifndef VARIANT_ALPHABOOL
#define VARIANT_ALPHABOOL 0x02
#endif

/* --- BSTR ------------------------------------------------------------------------------ */

static void bstr_knows_its_length(void **state)
{
    BSTR text = SysAllocString(L"graft");

    (void)state;
    assert_int_equal(SysStringLen(text), 5);
    assert_int_equal(SysStringByteLen(text), 5 * sizeof(OLECHAR));
    assert_int_equal(text[5], 0);
    assert_int_equal(((DWORD *)(void *)text)[-1], 5 * sizeof(OLECHAR)); /* as the ABI has it */
    SysFreeString(text);
}

static void null_is_an_empty_bstr(void **state)
{
    (void)state;
    assert_null(SysAllocString(NULL));
    assert_int_equal(SysStringLen(NULL), 0);
    assert_int_equal(SysStringByteLen(NULL), 0);
    SysFreeString(NULL);
}

static void bstr_may_hold_zeros(void **state)
{
    BSTR text = SysAllocStringLen(L"a\0b", 3);
    BSTR bytes = SysAllocStringByteLen("xyz", 3);
    BSTR room = SysAllocStringLen(NULL, 4);

    (void)state;
    assert_int_equal(SysStringLen(text), 3);
    assert_int_equal(text[2], L'b');
    assert_int_equal(SysStringByteLen(bytes), 3);
    assert_memory_equal(bytes, "xyz\0\0\0", 6);
    assert_int_equal(SysStringLen(room), 4);
    assert_int_equal(room[4], 0);
    SysFreeString(text);
    SysFreeString(bytes);
    SysFreeString(room);
}

static void bstr_can_be_replaced_by_its_own_part(void **state)
{
    BSTR text = SysAllocString(L"abcdef");

    (void)state;
    assert_true(SysReAllocString(&text, text + 2));
    assert_int_equal(wcscmp(text, L"cdef"), 0);
    assert_true(SysReAllocStringLen(&text, text, 2));
    assert_int_equal(wcscmp(text, L"cd"), 0);
    assert_false(SysReAllocString(NULL, L"x"));
    SysFreeString(text);
}

static void bstr_too_long_is_refused(void **state)
{
    (void)state;
    assert_null(SysAllocStringLen(NULL, 0xffffffff)); /* the length would not fit */
    rg_fault_arm(1);
    assert_null(SysAllocString(L"x"));
    assert_true(rg_fault_disarm());
}

/* --- VARIANT ----------------------------------------------------------------------------- */

static IUnknown *new_thing(void)
{
    static const struct rg_class_entry entry = { .name = "thing" };
    IUnknown *thing = NULL;

    assert_int_equal(thing_create(&entry, NULL, &IID_IUnknown, (void **)&thing), S_OK);
    return thing;
}

static void clear_frees_what_it_holds(void **state)
{
    IUnknown *thing = new_thing();
    VARIANT v;

    (void)state;
    VariantInit(&v);
    assert_int_equal(v.vt, VT_EMPTY);
    v.vt = VT_BSTR;
    v.bstrVal = SysAllocString(L"x");
    assert_int_equal(VariantClear(&v), S_OK);
    assert_int_equal(v.vt, VT_EMPTY);
    v.vt = VT_UNKNOWN;
    v.punkVal = thing;
    IUnknown_AddRef(thing);
    assert_int_equal(VariantClear(&v), S_OK);
    v.vt = VT_UNKNOWN | VT_BYREF; /* another one's */
    v.ppunkVal = &thing;
    assert_int_equal(VariantClear(&v), S_OK);
    assert_int_equal(IUnknown_Release(thing), 0);
    v.vt = 0x777;
    assert_int_equal(VariantClear(&v), DISP_E_BADVARTYPE);
    assert_int_equal(VariantClear(NULL), E_INVALIDARG);
}

static void copy_is_deep(void **state)
{
    VARIANT a = { .vt = VT_BSTR }, b = { .vt = VT_BSTR };

    (void)state;
    a.bstrVal = SysAllocStringLen(L"a\0b", 3);
    b.bstrVal = SysAllocString(L"old");
    assert_int_equal(VariantCopy(&b, &a), S_OK);
    assert_ptr_not_equal(a.bstrVal, b.bstrVal);
    assert_int_equal(SysStringLen(b.bstrVal), 3);
    assert_int_equal(VariantCopy(&a, &a), S_OK);
    VariantClear(&a);
    VariantClear(&b);
}

static void copy_counts_references(void **state)
{
    VARIANT a = { .vt = VT_UNKNOWN }, b = { .vt = VT_EMPTY };

    (void)state;
    a.punkVal = new_thing();
    assert_int_equal(VariantCopy(&b, &a), S_OK);
    assert_int_equal(references_of(a.punkVal), 2);
    VariantClear(&b);
    assert_int_equal(IUnknown_Release(a.punkVal), 0);
}

static void failed_copy_changes_nothing(void **state)
{
    VARIANT a = { .vt = VT_BSTR }, b = { .vt = VT_I4 };

    (void)state;
    a.bstrVal = SysAllocString(L"x");
    b.lVal = 7;
    rg_fault_arm(1);
    assert_int_equal(VariantCopy(&b, &a), E_OUTOFMEMORY);
    assert_true(rg_fault_disarm());
    assert_int_equal(b.lVal, 7);
    VariantClear(&a);
    a.vt = VT_SAFEARRAY;
    assert_int_equal(VariantCopy(&b, &a), DISP_E_BADVARTYPE);
}

/* --- conversions ---------------------------------------------------------------------------- */

static VARIANT text_variant(const wchar_t *text)
{
    VARIANT v;

    VariantInit(&v);
    v.vt = VT_BSTR;
    v.bstrVal = SysAllocString(text);
    return v;
}

static HRESULT change_text(const wchar_t *text, VARTYPE type, VARIANT *ret)
{
    VARIANT v = text_variant(text);
    HRESULT hr;

    VariantInit(ret);
    hr = VariantChangeType(ret, &v, 0, type);
    VariantClear(&v);
    return hr;
}

static void text_becomes_numbers(void **state)
{
    VARIANT v;

    (void)state;
    assert_int_equal(change_text(L" -42 ", VT_I2, &v), S_OK);
    assert_int_equal(v.iVal, -42);
    assert_int_equal(change_text(L"18446744073709551615", VT_UI8, &v), S_OK);
    assert_true(v.ullVal == UINT64_MAX);
    assert_int_equal(change_text(L"1.5e3", VT_R8, &v), S_OK);
    assert_true(v.dblVal == 1500);
    assert_int_equal(change_text(L"True", VT_BOOL, &v), S_OK);
    assert_int_equal(v.boolVal, VARIANT_TRUE);
    assert_int_equal(change_text(L"12.3456", VT_CY, &v), S_OK);
    assert_true(v.cyVal.int64 == 123456);
}

static void text_that_is_no_number_is_refused(void **state)
{
    VARIANT v;

    (void)state;
    assert_int_equal(change_text(L"", VT_I4, &v), DISP_E_TYPEMISMATCH);
    assert_int_equal(change_text(L"4x", VT_I4, &v), DISP_E_TYPEMISMATCH);
    assert_int_equal(change_text(L"1e999", VT_R8, &v), DISP_E_OVERFLOW);
    assert_int_equal(change_text(L"256", VT_UI1, &v), DISP_E_OVERFLOW);
    assert_int_equal(change_text(L"-1", VT_UI4, &v), DISP_E_OVERFLOW);
    assert_int_equal(v.vt, VT_EMPTY);
}

static void numbers_become_text(void **state)
{
    VARIANT v = { .vt = VT_R8 };

    (void)state;
    v.dblVal = 0.1;
    assert_int_equal(VariantChangeType(&v, &v, 0, VT_BSTR), S_OK);
    assert_int_equal(wcscmp(v.bstrVal, L"0.1"), 0);
    VariantClear(&v);
    v.vt = VT_I8;
    v.llVal = INT64_MIN;
    assert_int_equal(VariantChangeType(&v, &v, 0, VT_BSTR), S_OK);
    assert_int_equal(wcscmp(v.bstrVal, L"-9223372036854775808"), 0);
    assert_int_equal(VariantChangeType(&v, &v, 0, VT_I8), S_OK);
    assert_true(v.llVal == INT64_MIN);
    v.vt = VT_EMPTY;
    assert_int_equal(VariantChangeType(&v, &v, 0, VT_BSTR), S_OK);
    assert_int_equal(SysStringLen(v.bstrVal), 0);
    VariantClear(&v);
}

static void every_number_type_reaches_every_other(void **state)
{
    static const VARTYPE types[] = { VT_I1,  VT_UI1, VT_I2,   VT_UI2,  VT_I4,
                                     VT_UI4, VT_INT, VT_UINT, VT_I8,   VT_UI8,
                                     VT_R4,  VT_R8,  VT_CY,   VT_DATE, VT_ERROR };

    (void)state;
    for (unsigned from = 0; from < COUNT_OF(types); from++) {
        for (unsigned to = 0; to < COUNT_OF(types); to++) {
            VARIANT v = { .vt = VT_I4 };

            v.lVal = 100;
            assert_int_equal(VariantChangeType(&v, &v, 0, types[from]), S_OK);
            assert_int_equal(v.vt, types[from]);
            assert_int_equal(VariantChangeType(&v, &v, 0, types[to]), S_OK);
            assert_int_equal(v.vt, types[to]);
            assert_int_equal(VariantChangeType(&v, &v, 0, VT_I4), S_OK);
            assert_int_equal(v.lVal, 100);
            assert_int_equal(VariantChangeType(&v, &v, 0, VT_BOOL), S_OK);
            assert_int_equal(v.boolVal, VARIANT_TRUE);
        }
    }
}

static void what_does_not_fit_is_an_overflow(void **state)
{
    static const struct {
        VARTYPE from;
        LONGLONG value;
        VARTYPE to;
    } cases[] = {
        { VT_I8, 128, VT_I1 },         { VT_I8, -129, VT_I1 },   { VT_I8, 256, VT_UI1 },
        { VT_I8, 32768, VT_I2 },       { VT_I8, 65536, VT_UI2 }, { VT_I8, 2147483648, VT_I4 },
        { VT_I8, 4294967296, VT_UI4 }, { VT_I8, -1, VT_UI8 },    { VT_UI8, -1, VT_I8 },
        { VT_I8, INT64_MAX, VT_CY },   { VT_I8, -1, VT_UINT },
    };

    (void)state;
    for (unsigned i = 0; i < COUNT_OF(cases); i++) {
        VARIANT v = { .vt = cases[i].from };

        v.llVal = cases[i].value;
        assert_int_equal(VariantChangeType(&v, &v, 0, cases[i].to), DISP_E_OVERFLOW);
        assert_int_equal(v.vt, cases[i].from); /* untouched */
        assert_true(v.llVal == cases[i].value);
    }
}

static void truth_has_words_on_request(void **state)
{
    VARIANT v = { .vt = VT_BOOL };

    (void)state;
    v.boolVal = VARIANT_TRUE;
    assert_int_equal(VariantChangeType(&v, &v, VARIANT_ALPHABOOL, VT_BSTR), S_OK);
    assert_int_equal(wcscmp(v.bstrVal, L"True"), 0);
    assert_int_equal(VariantChangeType(&v, &v, 0, VT_BOOL), S_OK);
    assert_int_equal(VariantChangeType(&v, &v, 0, VT_BSTR), S_OK);
    assert_int_equal(wcscmp(v.bstrVal, L"-1"), 0);
    VariantClear(&v);
}

static void halves_round_to_even(void **state)
{
    static const struct {
        double from;
        LONG to;
    } rounded[] = {
        { 0.5, 0 },   { 1.5, 2 },   { 2.5, 2 },     { -0.5, 0 },
        { -1.5, -2 }, { 2.501, 3 }, { -2.499, -2 }, { 2147483647.4, 2147483647 },
    };
    VARIANT v;

    (void)state;
    for (unsigned i = 0; i < COUNT_OF(rounded); i++) {
        v = (VARIANT){ .vt = VT_R8 };
        v.dblVal = rounded[i].from;
        assert_int_equal(VariantChangeType(&v, &v, 0, VT_I4), S_OK);
        assert_int_equal(v.lVal, rounded[i].to);
    }
    v = (VARIANT){ .vt = VT_R8 };
    v.dblVal = 2147483647.5;
    assert_int_equal(VariantChangeType(&v, &v, 0, VT_I4), DISP_E_OVERFLOW);
    v.dblVal = 0.0 / *(volatile double *)&(double){ 0.0 };
    assert_int_equal(VariantChangeType(&v, &v, 0, VT_I8), DISP_E_OVERFLOW);
    assert_int_equal(VariantChangeType(&v, &v, 0, VT_UI8), DISP_E_OVERFLOW);
}

static void references_are_followed(void **state)
{
    VARIANT inner = { .vt = VT_I4 }, v = { .vt = VT_I4 | VT_BYREF };
    LONG number = 1234;

    (void)state;
    v.plVal = &number;
    assert_int_equal(VariantChangeType(&v, &v, 0, VT_I4), S_OK);
    assert_int_equal(v.vt, VT_I4);
    assert_int_equal(v.lVal, 1234);
    inner.lVal = 9;
    v.vt = VT_VARIANT | VT_BYREF;
    v.pvarVal = &inner;
    assert_int_equal(VariantChangeType(&v, &v, 0, VT_UI1), S_OK);
    assert_int_equal(v.bVal, 9);
    inner.vt = VT_VARIANT | VT_BYREF;
    inner.pvarVal = &inner;
    v.vt = VT_VARIANT | VT_BYREF;
    v.pvarVal = &inner;
    assert_int_equal(VariantChangeType(&v, &v, 0, VT_I4), DISP_E_BADVARTYPE);
}

static void interfaces_change_by_query(void **state)
{
    VARIANT v = { .vt = VT_UNKNOWN }, changed = { .vt = VT_EMPTY };
    IUnknown *thing = new_thing();

    (void)state;
    v.punkVal = thing;
    assert_int_equal(VariantChangeType(&changed, &v, 0, VT_DISPATCH), DISP_E_TYPEMISMATCH);
    assert_int_equal(VariantChangeType(&changed, &v, 0, VT_UNKNOWN), S_OK);
    assert_int_equal(references_of(thing), 2);
    assert_int_equal(VariantChangeType(&changed, &v, 0, VT_I4), DISP_E_TYPEMISMATCH);
    VariantClear(&changed);
    assert_int_equal(IUnknown_Release(thing), 0);
}

static void bad_changes_are_refused(void **state)
{
    VARIANT v = { .vt = VT_I4 };

    (void)state;
    assert_int_equal(VariantChangeType(NULL, &v, 0, VT_I4), E_INVALIDARG);
    assert_int_equal(VariantChangeType(&v, NULL, 0, VT_I4), E_INVALIDARG);
    assert_int_equal(VariantChangeType(&v, &v, 0, VT_I4 | VT_BYREF), DISP_E_BADVARTYPE);
    assert_int_equal(VariantChangeType(&v, &v, 0, VT_DECIMAL), DISP_E_TYPEMISMATCH);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bstr_knows_its_length),
        cmocka_unit_test(null_is_an_empty_bstr),
        cmocka_unit_test(bstr_may_hold_zeros),
        cmocka_unit_test(bstr_can_be_replaced_by_its_own_part),
        cmocka_unit_test(bstr_too_long_is_refused),
        cmocka_unit_test(clear_frees_what_it_holds),
        cmocka_unit_test(copy_is_deep),
        cmocka_unit_test(copy_counts_references),
        cmocka_unit_test(failed_copy_changes_nothing),
        cmocka_unit_test(text_becomes_numbers),
        cmocka_unit_test(text_that_is_no_number_is_refused),
        cmocka_unit_test(numbers_become_text),
        cmocka_unit_test(every_number_type_reaches_every_other),
        cmocka_unit_test(what_does_not_fit_is_an_overflow),
        cmocka_unit_test(truth_has_words_on_request),
        cmocka_unit_test(halves_round_to_even),
        cmocka_unit_test(references_are_followed),
        cmocka_unit_test(interfaces_change_by_query),
        cmocka_unit_test(bad_changes_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
