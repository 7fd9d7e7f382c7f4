/* SPDX-License-Identifier: MIT */
/* test_bind.c - a bind context remembers objects, parameters and options, and lets all of them go. */
#include "support.h"

#include <string.h>

#include <regraft.h>

#include "platform/memory.h"

static IBindCtx *context_open(void)
{
    IBindCtx *context = NULL;

    assert_int_equal(CreateBindCtx(0, &context), S_OK);
    return context;
}

static void it_is_made_and_asked(void **state)
{
    IBindCtx *context = (IBindCtx *)state;
    IUnknown *unknown = NULL;

    assert_int_equal(CreateBindCtx(0, NULL), E_POINTER);
    assert_int_equal(CreateBindCtx(1, &context), E_INVALIDARG);
    assert_null(context);
    context = context_open();
    assert_int_equal(IBindCtx_QueryInterface(context, &IID_IUnknown, (void **)&unknown), S_OK);
    IUnknown_Release(unknown);
    assert_int_equal(IBindCtx_Release(context), 0);
}

static void bound_objects_are_kept(void **state)
{
    IBindCtx *context = context_open(), *object = context_open();
    IUnknown *unknown = (IUnknown *)object;

    (void)state;
    assert_int_equal(IBindCtx_RegisterObjectBound(context, NULL), E_INVALIDARG);
    assert_int_equal(IBindCtx_RevokeObjectBound(context, NULL), E_INVALIDARG);
    assert_int_equal(IBindCtx_RevokeObjectBound(context, unknown), MK_E_NOTBOUND);
    for (int i = 0; i < 3; i++)
        assert_int_equal(IBindCtx_RegisterObjectBound(context, unknown), S_OK);
    assert_int_equal(references_of(unknown), 4);
    assert_int_equal(IBindCtx_RevokeObjectBound(context, unknown), S_OK);
    assert_int_equal(references_of(unknown), 3);
    assert_int_equal(IBindCtx_ReleaseBoundObjects(context), S_OK);
    assert_int_equal(references_of(unknown), 1);
    assert_int_equal(IBindCtx_RegisterObjectBound(context, unknown), S_OK);
    assert_int_equal(IBindCtx_Release(context), 0);
    assert_int_equal(IBindCtx_Release(object), 0);
}

static void parameters_have_keys(void **state)
{
    IBindCtx *context = context_open(), *first = context_open(), *second = context_open();
    IUnknown *got = (IUnknown *)first;
    WCHAR key[] = L"key", other[] = L"other";
    IEnumString *keys = (IEnumString *)first;

    (void)state;
    assert_int_equal(IBindCtx_RegisterObjectParam(context, NULL, got), E_INVALIDARG);
    assert_int_equal(IBindCtx_RegisterObjectParam(context, key, NULL), E_INVALIDARG);
    assert_int_equal(IBindCtx_GetObjectParam(context, key, NULL), E_POINTER);
    assert_int_equal(IBindCtx_GetObjectParam(context, NULL, &got), E_INVALIDARG);
    assert_int_equal(IBindCtx_GetObjectParam(context, key, &got), E_FAIL);
    assert_null(got);
    assert_int_equal(IBindCtx_RegisterObjectParam(context, key, (IUnknown *)first), S_OK);
    assert_int_equal(IBindCtx_RegisterObjectParam(context, other, (IUnknown *)first), S_OK);
    assert_int_equal(IBindCtx_RegisterObjectParam(context, key, (IUnknown *)second), S_OK);
    assert_int_equal(references_of((IUnknown *)first), 2);
    assert_int_equal(IBindCtx_GetObjectParam(context, key, &got), S_OK);
    assert_ptr_equal(got, second);
    IUnknown_Release(got);
    assert_int_equal(IBindCtx_RevokeObjectParam(context, NULL), E_INVALIDARG);
    assert_int_equal(IBindCtx_RevokeObjectParam(context, key), S_OK);
    assert_int_equal(IBindCtx_RevokeObjectParam(context, key), S_FALSE);
    assert_int_equal(IBindCtx_EnumObjectParam(context, NULL), E_POINTER);
    assert_int_equal(IBindCtx_EnumObjectParam(context, &keys), E_NOTIMPL);
    assert_null(keys);
    assert_int_equal(IBindCtx_Release(context), 0);
    assert_int_equal(IBindCtx_Release(first), 0);
    assert_int_equal(IBindCtx_Release(second), 0);
}

static void options_are_kept(void **state)
{
    IBindCtx *context = context_open();
    BIND_OPTS options = { .cbStruct = sizeof(options) };
    IRunningObjectTable *table = (IRunningObjectTable *)context;

    (void)state;
    assert_int_equal(IBindCtx_GetBindOptions(context, &options), S_OK);
    assert_int_equal(options.grfMode, 2);
    options = (BIND_OPTS){ sizeof(options), 1, 2, 3 };
    assert_int_equal(IBindCtx_SetBindOptions(context, &options), S_OK);
    options = (BIND_OPTS){ .cbStruct = 8, .dwTickCountDeadline = 9 };
    assert_int_equal(IBindCtx_GetBindOptions(context, &options), S_OK);
    assert_int_equal(options.cbStruct, 8);
    assert_int_equal(options.grfFlags, 1);
    assert_int_equal(options.dwTickCountDeadline, 9); /* out of what was asked for */
    options.cbStruct = 0;
    assert_int_equal(IBindCtx_GetBindOptions(context, &options), E_INVALIDARG);
    assert_int_equal(IBindCtx_SetBindOptions(context, &options), E_INVALIDARG);
    assert_int_equal(IBindCtx_GetBindOptions(context, NULL), E_POINTER);
    assert_int_equal(IBindCtx_SetBindOptions(context, NULL), E_POINTER);
    assert_int_equal(IBindCtx_GetRunningObjectTable(context, &table), E_NOTIMPL);
    assert_null(table);
    assert_int_equal(IBindCtx_GetRunningObjectTable(context, NULL), E_POINTER);
    assert_int_equal(IBindCtx_Release(context), 0);
}

static void lack_of_memory_is_said(void **state)
{
    IBindCtx *context = context_open(), *none = context;
    WCHAR key[] = L"key";

    (void)state;
    rg_fault_arm(1);
    assert_int_equal(CreateBindCtx(0, &none), E_OUTOFMEMORY);
    assert_true(rg_fault_disarm());
    assert_null(none);
    rg_fault_arm(1);
    assert_int_equal(IBindCtx_RegisterObjectBound(context, (IUnknown *)context), E_OUTOFMEMORY);
    assert_true(rg_fault_disarm());
    rg_fault_arm(1);
    assert_int_equal(IBindCtx_RegisterObjectParam(context, key, (IUnknown *)context),
                     E_OUTOFMEMORY);
    assert_true(rg_fault_disarm());
    assert_int_equal(IBindCtx_Release(context), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_made_and_asked),   cmocka_unit_test(bound_objects_are_kept),
        cmocka_unit_test(parameters_have_keys),   cmocka_unit_test(options_are_kept),
        cmocka_unit_test(lack_of_memory_is_said),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
