/* SPDX-License-Identifier: MIT */
/* AM_MEDIA_TYPE: copies, comparison, partial types, the enumerator - also with types that lie and memory that runs out. */
#include "support.h"

static AM_MEDIA_TYPE make(const GUID *subtype, BYTE mark)
{
    AM_MEDIA_TYPE type;

    assert_int_equal(rg_type_make(&type, &MEDIATYPE_Video, subtype, &FORMAT_VideoInfo,
                                  &(BYTE[8]){ mark, 2, 3, 4, 5, 6, 7, 8 }, 8),
                     S_OK);
    return type;
}

static void copies_are_deep(void **state)
{
    IMemAllocator *thing = allocator_new();
    AM_MEDIA_TYPE type = make(&MEDIASUBTYPE_RGB32, 1), copy, *heap;

    (void)state;
    type.pUnk = (IUnknown *)thing;
    IMemAllocator_AddRef(thing);
    assert_int_equal(rg_type_copy(&copy, &type), S_OK);
    assert_true(rg_type_equal(&copy, &type));
    assert_ptr_not_equal(copy.pbFormat, type.pbFormat);
    heap = rg_type_new(&copy);
    assert_non_null(heap);
    rg_type_clear(&type);
    assert_null(type.pbFormat);
    assert_true(rg_type_equal(&copy, heap));
    rg_type_clear(&copy);
    rg_type_clear(&copy);
    rg_type_clear(NULL);
    rg_type_delete(NULL);
    rg_type_delete(heap);
    assert_int_equal(IMemAllocator_Release(thing), 0);
}

static void a_block_that_is_not_there(void **state)
{
    AM_MEDIA_TYPE lie, good = make(&MEDIASUBTYPE_RGB32, 1), copy;

    (void)state;
    assert_int_equal(rg_type_copy(&lie, &good), S_OK);
    CoTaskMemFree(lie.pbFormat);
    lie.pbFormat = NULL; /* cbFormat says 8 */
    assert_false(rg_type_equal(&lie, &good));
    assert_false(rg_type_equal(&good, &lie));
    assert_false(rg_type_fits(&lie, &good));
    assert_true(rg_type_fits(&good, &lie));
    assert_int_equal(rg_type_copy(&copy, &lie), S_OK);
    assert_int_equal(copy.cbFormat, 0);
    assert_true(rg_type_equal(&copy, &lie));
    rg_type_clear(&copy);
    rg_type_clear(&good);
}

static void partial_types(void **state)
{
    AM_MEDIA_TYPE type = make(&MEDIASUBTYPE_RGB32, 1), other = make(&MEDIASUBTYPE_RGB32, 2),
                  partial;

    (void)state;
    memset(&partial, 0, sizeof(partial));
    assert_true(rg_type_fits(&type, NULL));
    assert_true(rg_type_fits(&type, &partial));
    assert_true(rg_type_is_partial(&partial));
    partial.majortype = MEDIATYPE_Video;
    assert_true(rg_type_fits(&type, &partial));
    assert_true(rg_type_is_partial(&partial));
    partial.subtype = MEDIASUBTYPE_RGB24;
    assert_false(rg_type_fits(&type, &partial));
    assert_false(rg_type_is_partial(&type));
    assert_false(rg_type_fits(&type, &other));
    assert_false(rg_type_equal(&type, &other));
    rg_type_clear(&type);
    rg_type_clear(&other);
}

/* ---- the enumerator -------------------------------------------------------------------------- */

static HRESULT three(void *context, unsigned index, AM_MEDIA_TYPE *ret)
{
    (void)context;
    if (index >= 3)
        return VFW_S_NO_MORE_ITEMS;
    return rg_type_make(ret, &MEDIATYPE_Video, &MEDIASUBTYPE_RGB32, &FORMAT_VideoInfo, &index,
                        sizeof(index));
}

static unsigned mark_of(AM_MEDIA_TYPE *type)
{
    unsigned mark;

    memcpy(&mark, type->pbFormat, sizeof(mark));
    rg_type_delete(type);
    return mark;
}

static void enumerates(void **state)
{
    IMemAllocator *owner = allocator_new();
    IEnumMediaTypes *e = NULL, *clone = NULL;
    AM_MEDIA_TYPE *types[4];
    ULONG n = 9;

    (void)state;
    assert_int_equal(rg_type_enumerate((IUnknown *)owner, three, NULL, &e), S_OK);
    assert_int_equal(IEnumMediaTypes_Next(e, 1, NULL, &n), E_POINTER);
    assert_int_equal(IEnumMediaTypes_Next(e, 2, types, NULL), E_INVALIDARG);
    assert_int_equal(IEnumMediaTypes_Next(e, 1, types, NULL), S_OK);
    assert_int_equal(mark_of(types[0]), 0);
    assert_int_equal(IEnumMediaTypes_Clone(e, &clone), S_OK);
    assert_int_equal(IEnumMediaTypes_Clone(e, NULL), E_POINTER);
    assert_int_equal(IEnumMediaTypes_Next(e, 4, types, &n), S_FALSE);
    assert_int_equal(n, 2);
    assert_int_equal(mark_of(types[0]), 1);
    assert_int_equal(mark_of(types[1]), 2);
    assert_int_equal(IEnumMediaTypes_Next(e, 1, types, &n), S_FALSE);
    assert_int_equal(n, 0);
    assert_int_equal(IEnumMediaTypes_Skip(clone, 1), S_OK);
    assert_int_equal(IEnumMediaTypes_Next(clone, 1, types, &n), S_OK);
    assert_int_equal(mark_of(types[0]), 2);
    assert_int_equal(IEnumMediaTypes_Skip(clone, 1), S_FALSE);
    assert_int_equal(IEnumMediaTypes_Reset(clone), S_OK);
    assert_int_equal(IEnumMediaTypes_Skip(clone, 3), S_OK);
    IEnumMediaTypes_Release(clone);
    IEnumMediaTypes_Release(e);
    assert_int_equal(IMemAllocator_Release(owner), 0);
}

/* Out of memory at any point: nothing is handed out, nothing is skipped. */
static void enumerates_without_memory(void **state)
{
    unsigned n = 0;
    bool reached;

    (void)state;
    do {
        IEnumMediaTypes *e = NULL;
        AM_MEDIA_TYPE *types[3];
        ULONG got = 0;
        HRESULT hr;

        rg_fault_arm(++n);
        hr = rg_type_enumerate(NULL, three, NULL, &e);
        if (SUCCEEDED(hr))
            hr = IEnumMediaTypes_Next(e, 3, types, &got);
        reached = rg_fault_disarm();
        assert_int_equal(hr, reached ? E_OUTOFMEMORY : S_OK);
        if (reached && e != NULL) {
            assert_int_equal(got, 0);
            assert_int_equal(IEnumMediaTypes_Next(e, 3, types, &got), S_OK);
        }
        for (ULONG i = 0; i < got; i++)
            assert_int_equal(mark_of(types[i]), i);
        if (e != NULL)
            IEnumMediaTypes_Release(e);
    } while (reached);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(copies_are_deep, nothing_left),
        cmocka_unit_test_teardown(a_block_that_is_not_there, nothing_left),
        cmocka_unit_test_teardown(partial_types, nothing_left),
        cmocka_unit_test_teardown(enumerates, nothing_left),
        cmocka_unit_test_teardown(enumerates_without_memory, nothing_left),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
