/* SPDX-License-Identifier: MIT */
/* test_safearray.c - arrays of plain elements: bounds, access, copies, and in a VARIANT. */
#include "support.h"

#include <string.h>

#include <oleauto.h>

#include "platform/memory.h"

static void bounds_are_those_asked_for(void **state)
{
    SAFEARRAY *array = SafeArrayCreateVector(VT_I4, -2, 5);
    VARTYPE type = 0;
    LONG bound = 0;

    (void)state;
    assert_non_null(array);
    assert_int_equal(SafeArrayGetDim(array), 1);
    assert_int_equal(SafeArrayGetElemsize(array), 4);
    assert_int_equal(SafeArrayGetLBound(array, 1, &bound), S_OK);
    assert_int_equal(bound, -2);
    assert_int_equal(SafeArrayGetUBound(array, 1, &bound), S_OK);
    assert_int_equal(bound, 2);
    assert_int_equal(SafeArrayGetVartype(array, &type), S_OK);
    assert_int_equal(type, VT_I4);
    assert_int_equal(SafeArrayGetLBound(array, 2, &bound), DISP_E_BADINDEX);
    assert_int_equal(SafeArrayGetUBound(array, 0, &bound), DISP_E_BADINDEX);
    assert_int_equal(SafeArrayDestroy(array), S_OK);
    array = SafeArrayCreateVector(VT_UI1, 0, 0);
    assert_int_equal(SafeArrayGetUBound(array, 1, &bound), S_OK);
    assert_int_equal(bound, -1);
    assert_int_equal(SafeArrayDestroy(array), S_OK);
    assert_null(SafeArrayCreateVector(VT_BSTR, 0, 1));
    assert_null(SafeArrayCreateVector(VT_VARIANT, 0, 1));
}

static void who_looks_at_it_keeps_it(void **state)
{
    SAFEARRAY *array = SafeArrayCreateVector(VT_UI1, 0, 3);
    BYTE *bytes = NULL;

    (void)state;
    assert_int_equal(SafeArrayAccessData(array, (void **)&bytes), S_OK);
    assert_int_equal(bytes[2], 0);
    assert_int_equal(SafeArrayDestroy(array), DISP_E_ARRAYISLOCKED);
    assert_int_equal(SafeArrayUnaccessData(array), S_OK);
    assert_int_equal(SafeArrayUnaccessData(array), E_UNEXPECTED);
    assert_int_equal(SafeArrayDestroy(array), S_OK);
}

static void copies_are_deep(void **state)
{
    VARIANT from = { .vt = VT_ARRAY | VT_UI1, .parray = SafeArrayCreateVector(VT_UI1, 1, 3) };
    VARIANT to = { .vt = VT_EMPTY };
    BYTE *bytes = from.parray->pvData;

    (void)state;
    memcpy(bytes, "abc", 3);
    assert_int_equal(VariantCopy(&to, &from), S_OK);
    assert_int_equal(VariantClear(&from), S_OK);
    assert_int_equal(from.vt, VT_EMPTY);
    assert_int_equal(to.vt, VT_ARRAY | VT_UI1);
    assert_int_equal(to.parray->rgsabound[0].lLbound, 1);
    assert_memory_equal(to.parray->pvData, "abc", 3);
    assert_int_equal(VariantClear(&to), S_OK);
    to = (VARIANT){ .vt = VT_ARRAY | VT_UI1 }; /* no array at all */
    assert_int_equal(VariantCopy(&from, &to), S_OK);
    assert_null(from.parray);
    assert_int_equal(VariantClear(&from), S_OK);
    assert_int_equal(VariantClear(&to), S_OK);
}

static void nulls_are_answered(void **state)
{
    SAFEARRAY *array = SafeArrayCreateVector(VT_UI1, 0, 1);
    LONG bound;
    VARTYPE type;
    void *data;

    (void)state;
    assert_int_equal(SafeArrayDestroy(NULL), S_OK);
    assert_int_equal(SafeArrayCopy(array, NULL), E_INVALIDARG);
    assert_int_equal(SafeArrayAccessData(NULL, &data), E_INVALIDARG);
    assert_int_equal(SafeArrayAccessData(array, NULL), E_INVALIDARG);
    assert_int_equal(SafeArrayUnaccessData(NULL), E_INVALIDARG);
    assert_int_equal(SafeArrayGetDim(NULL), 0);
    assert_int_equal(SafeArrayGetElemsize(NULL), 0);
    assert_int_equal(SafeArrayGetLBound(NULL, 1, &bound), E_INVALIDARG);
    assert_int_equal(SafeArrayGetLBound(array, 1, NULL), E_INVALIDARG);
    assert_int_equal(SafeArrayGetUBound(NULL, 1, &bound), E_INVALIDARG);
    assert_int_equal(SafeArrayGetUBound(array, 1, NULL), E_INVALIDARG);
    assert_int_equal(SafeArrayGetVartype(NULL, &type), E_INVALIDARG);
    assert_int_equal(SafeArrayGetVartype(array, NULL), E_INVALIDARG);
    assert_int_equal(SafeArrayDestroy(array), S_OK);
}

static void lack_of_memory_is_said(void **state)
{
    SAFEARRAY *array = SafeArrayCreateVector(VT_UI1, 0, 1), *copy = array;

    (void)state;
    for (unsigned n = 1; n <= 2; n++) {
        rg_fault_arm(n);
        assert_null(SafeArrayCreateVector(VT_UI1, 0, 1));
        assert_true(rg_fault_disarm());
    }
    rg_fault_arm(1);
    assert_int_equal(SafeArrayCopy(array, &copy), E_OUTOFMEMORY);
    assert_true(rg_fault_disarm());
    assert_null(copy);
    assert_int_equal(SafeArrayDestroy(array), S_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bounds_are_those_asked_for),
        cmocka_unit_test(who_looks_at_it_keeps_it),
        cmocka_unit_test(copies_are_deep),
        cmocka_unit_test(nulls_are_answered),
        cmocka_unit_test(lack_of_memory_is_said),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
