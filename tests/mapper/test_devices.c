/* SPDX-License-Identifier: MIT */
/* test_devices.c - the system device enumerator, and property bags of devices. */
#include "mapper_test.h"

static const CLSID mine = TEST_GUID(1), shelf = TEST_GUID(9);
static const CLSID empty = TEST_GUID(10);

static void put(const CLSID *clsid, const WCHAR *name, DWORD merit)
{
    const REGFILTER2 filter = { .dwVersion = 2, .dwMerit = merit };
    IFilterMapper3 *mapper = mapper_open();

    assert_hr(CALL(mapper, RegisterFilter, clsid, name, NULL, &shelf, NULL, &filter), S_OK);
    LET_GO(mapper);
}

/* ---- the enumerator ---------------------------------------------------------------------- */

static void an_empty_category_has_no_enumerator(void **state)
{
    ICreateDevEnum *lister = lister_open();
    IEnumMoniker *list = (IEnumMoniker *)lister;

    (void)state;
    assert_hr(CALL(lister, CreateClassEnumerator, &empty, &list, 0), S_FALSE);
    assert_null(list);
    assert_hr(CALL(lister, CreateClassEnumerator, NULL, &list, 0), E_POINTER);
    assert_hr(CALL(lister, CreateClassEnumerator, &empty, NULL, 0), E_POINTER);
    assert_hr(CALL(lister, CreateClassEnumerator, &empty, &list, 0x100), E_INVALIDARG);
    assert_int_equal(LET_GO(lister), 0);
}

static void flags_choose(void **state)
{
    (void)state;
    put(&mine, L"low", MERIT_DO_NOT_USE);
    put(&empty, L"high", MERIT_NORMAL);
    assert_int_equal(place_of(category_list(&shelf, 0), L"low"), 0);
    assert_int_equal(place_of(category_list(&shelf, 0), L"high"), 1);
    assert_int_equal(place_of(category_list(&shelf, CDEF_CLASS_DEFAULT), L"low"), -1);
    assert_int_equal(place_of(category_list(&shelf, CDEF_CLASS_DEFAULT), L"high"), 0);
    assert_int_equal(place_of(category_list(&shelf, CDEF_MERIT_ABOVE_DO_NOT_USE), L"low"), -1);
    assert_int_equal(place_of(category_list(&shelf, CDEF_MERIT_ABOVE_DO_NOT_USE), L"high"), 0);
    assert_int_equal(place_of(category_list(&shelf, CDEF_DEVMON_FILTER), L"low"), 0);
    assert_int_equal(place_of(category_list(&shelf, CDEF_BYPASS_CLASS_MANAGER), L"low"), 0);
    assert_null(category_list(&shelf, CDEF_DEVMON_PNP_DEVICE));
    assert_null(category_list(&shelf, CDEF_DEVMON_DMO | CDEF_DEVMON_CMGR_DEVICE));
}

static void the_mapper_has_the_same_one(void **state)
{
    IFilterMapper3 *mapper = mapper_open();
    ICreateDevEnum *lister = NULL;
    IEnumMoniker *list = NULL;

    (void)state;
    assert_hr(CALL(mapper, GetICreateDevEnum, &lister), S_OK);
    assert_hr(CALL(lister, CreateClassEnumerator, &CLSID_LegacyAmFilterCategory, &list, 0),
              S_OK);
    assert_true(place_of(list, L"invert") >= 0);
    LET_GO(lister);
    LET_GO(mapper);
}

static void the_librarys_encoders_are_compressors(void **state)
{
    struct rg_class_info info;

    (void)state;
    if (rg_class_by_name("encode", &info) != S_OK)
        skip(); /* built without ffmpeg */
    assert_true(is_in(&CLSID_VideoCompressorCategory, L"encode"));
    assert_true(is_in(&CLSID_AudioCompressorCategory, L"encode"));
    assert_true(is_in(&CLSID_LegacyAmFilterCategory, L"encode"));
    assert_false(is_in(&CLSID_VideoCompressorCategory, L"invert"));
}

static void categories_can_be_listed(void **state)
{
    IMoniker *moniker;

    (void)state;
    moniker = moniker_of(&CLSID_ActiveMovieCategories, L"Video Compressors");
    assert_non_null(moniker);
    assert_true(has_text(moniker, L"CLSID", L"{33D9A760-90C8-11D0-BD43-00A0C911CE86}"));
    LET_GO(moniker);
}

static void enumerators_step_as_documented(void **state)
{
    IMoniker *monikers[3] = { NULL };
    IEnumMoniker *list, *copy = NULL;
    ULONG got = 9;

    (void)state;
    put(&mine, L"one", 1);
    put(&empty, L"two", 1);
    list = category_list(&shelf, 0);
    assert_hr(CALL(list, Next, 1, NULL, NULL), E_POINTER);
    assert_hr(CALL(list, Next, 2, monikers, NULL), E_INVALIDARG);
    assert_hr(CALL(list, Clone, NULL), E_POINTER);
    assert_hr(CALL(list, Skip, 1), S_OK);
    assert_hr(CALL(list, Clone, &copy), S_OK);
    assert_hr(CALL(list, Skip, 2), S_FALSE);
    assert_hr(CALL(list, Next, 1, monikers, &got), S_FALSE);
    assert_int_equal(got, 0);
    assert_hr(CALL(list, Reset), S_OK);
    assert_hr(CALL(list, Next, 3, monikers, &got), S_FALSE);
    assert_int_equal(got, 2);
    assert_int_equal(LET_GO(list), 0);
    assert_true(has_text(monikers[0], L"FriendlyName", L"one"));
    assert_true(has_text(monikers[1], L"FriendlyName", L"two"));
    LET_GO(monikers[0]);
    assert_hr(CALL(copy, Next, 1, &monikers[0], NULL), S_OK);
    assert_hr(CALL(monikers[0], IsEqual, monikers[1]), S_OK);
    assert_int_equal(LET_GO(copy), 0);
    assert_int_equal(LET_GO(monikers[0]), 1); /* the same object, from one list */
    assert_int_equal(LET_GO(monikers[1]), 0);
}

/* ---- bags -------------------------------------------------------------------------------- */

static void properties_are_read(void **state)
{
    IMoniker *moniker = moniker_of(&CLSID_LegacyAmFilterCategory, L"invert");
    IPropertyBag *bag = bag_of(moniker);
    VARIANT value = { .vt = VT_EMPTY };

    (void)state;
    assert_hr(CALL(bag, Read, L"merit", &value, NULL), S_OK);
    assert_int_equal(value.vt, VT_I4);
    assert_int_equal(value.lVal, MERIT_DO_NOT_USE);
    value.vt = VT_BSTR;
    assert_hr(CALL(bag, Read, L"Merit", &value, NULL), S_OK);
    assert_int_equal(wcscmp(value.bstrVal, L"2097152"), 0);
    VariantClear(&value);
    value.vt = VT_I4;
    assert_true(FAILED(CALL(bag, Read, L"FriendlyName", &value, NULL)));
    value.vt = VT_BSTR;
    assert_hr(CALL(bag, Read, L"FilterData", &value, NULL), DISP_E_TYPEMISMATCH);
    assert_hr(CALL(bag, Read, L"DevicePath", &value, NULL), NOT_THERE);
    assert_hr(CALL(bag, Read, NULL, &value, NULL), E_POINTER);
    assert_hr(CALL(bag, Read, L"CLSID", NULL, NULL), E_POINTER);
    assert_hr(CALL(bag, Write, NULL, &value), E_POINTER);
    assert_hr(CALL(bag, Write, L"CLSID", NULL), E_POINTER);
    LET_GO(bag);
    LET_GO(moniker);
}

static void properties_are_written(void **state)
{
    IMoniker *moniker = moniker_of(&CLSID_LegacyAmFilterCategory, L"invert");
    IPropertyBag *bag = bag_of(moniker);
    VARIANT value = { .vt = VT_BSTR, .bstrVal = SysAllocString(L"Negative") };

    (void)state;
    assert_hr(CALL(bag, Write, L"FriendlyName", &value), S_OK);
    assert_hr(CALL(bag, Write, L"Merit", &value), DISP_E_TYPEMISMATCH);
    assert_hr(CALL(bag, Write, L"FilterData", &value), DISP_E_TYPEMISMATCH);
    assert_hr(CALL(bag, Write, L"CLSID", &value), CO_E_CLASSSTRING);
    assert_hr(CALL(bag, Write, L"DevicePath", &value), E_INVALIDARG);
    VariantClear(&value);
    value.vt = VT_I4;
    value.lVal = MERIT_NORMAL;
    assert_hr(CALL(bag, Write, L"FriendlyName", &value), DISP_E_TYPEMISMATCH);
    assert_hr(CALL(bag, Write, L"Merit", &value), S_OK);
    value.lVal = 0;
    assert_hr(CALL(bag, Read, L"Merit", &value, NULL), S_OK);
    assert_int_equal(value.lVal, MERIT_NORMAL);
    assert_true(has_text(moniker, L"FriendlyName", L"Negative"));
    LET_GO(bag);
    LET_GO(moniker);
}

/* The bytes that Windows' registry holds for one input of video and one output of anything. */
static const BYTE known_data[] = {
    0x02, 0,   0,   0,   0, 0, 0x60, 0, 0x02, 0, 0, 0,    0,    0,    0,    0, /* head */
    '0',  'p', 'i', '3', 0, 0, 0,    0, 0,    0, 0, 0,    1,    0,    0,    0, /* input */
    0,    0,   0,   0,   0, 0, 0,    0,                                        /* */
    '0',  't', 'y', '3', 0, 0, 0,    0, 0x60, 0, 0, 0,    0x70, 0,    0,    0, /* its type */
    '1',  'p', 'i', '3', 8, 0, 0,    0, 0,    0, 0, 0,    1,    0,    0,    0, /* output */
    0,    0,   0,   0,   0, 0, 0,    0,                                        /* */
    '0',  't', 'y', '3', 0, 0, 0,    0, 0x70, 0, 0, 0,    0x70, 0,    0,    0, /* its type */
    'v',  'i', 'd', 's', 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0,    0x38, 0x9b, 0x71,
    0,    0,   0,   0,   0, 0, 0,    0, 0,    0, 0, 0,    0,    0,    0,    0,
};

static void filter_data_is_laid_out_as_it_is_known(void **state)
{
    const REGPINTYPES video = { &MEDIATYPE_Video, NULL }, any = { NULL, NULL };
    const REGFILTERPINS2 pins[] = {
        { .nMediaTypes = 1, .lpMediaType = &video },
        { .dwFlags = REG_PINFLAG_B_OUTPUT, .nMediaTypes = 1, .lpMediaType = &any },
    };
    const REGFILTER2 filter = {
        .dwVersion = 2, .dwMerit = MERIT_NORMAL, .cPins2 = 2, .rgPins2 = pins
    };
    IFilterMapper3 *mapper = mapper_open();
    VARIANT value = { .vt = VT_EMPTY };
    IMoniker *moniker = NULL;
    IPropertyBag *bag;
    LONG last = -1;
    void *bytes = NULL;

    (void)state;
    assert_hr(CALL(mapper, RegisterFilter, &mine, L"x", &moniker, NULL, NULL, &filter), S_OK);
    bag = bag_of(moniker);
    assert_hr(CALL(bag, Read, L"FilterData", &value, NULL), S_OK);
    assert_int_equal(value.vt, VT_ARRAY | VT_UI1);
    assert_int_equal(SafeArrayGetDim(value.parray), 1);
    assert_hr(SafeArrayGetUBound(value.parray, 1, &last), S_OK);
    assert_int_equal(last + 1, sizeof(known_data));
    assert_hr(SafeArrayAccessData(value.parray, &bytes), S_OK);
    assert_memory_equal(bytes, known_data, sizeof(known_data));
    assert_hr(VariantClear(&value), DISP_E_ARRAYISLOCKED);
    assert_hr(SafeArrayUnaccessData(value.parray), S_OK);
    assert_hr(VariantClear(&value), S_OK);
    LET_GO(bag);
    LET_GO(moniker);
    LET_GO(mapper);
}

static void filter_data_comes_back(void **state)
{
    static const GUID kind = TEST_GUID(0x30);
    const REGPINMEDIUM medium = { TEST_GUID(0x31), 1, 2 };
    const REGPINTYPES types[] = { { &MEDIATYPE_Video, NULL },
                                  { &MEDIATYPE_Audio, &MEDIASUBTYPE_PCM } };
    const REGFILTERPINS2 pins[] = {
        { REG_PINFLAG_B_MANY, 4, 2, types, 1, &medium, &kind },
        { REG_PINFLAG_B_OUTPUT, 0, 0, NULL, 0, NULL, NULL },
    };
    const REGFILTER2 full = {
        .dwVersion = 2, .dwMerit = 0x123456, .cPins2 = 2, .rgPins2 = pins
    };
    const REGFILTER2 none = { .dwVersion = 2, .dwMerit = 0x123456 };
    IFilterMapper3 *mapper = mapper_open();
    VARIANT value = { .vt = VT_EMPTY };
    IMoniker *moniker = NULL;
    IPropertyBag *bag;
    char *before, *after;
    BYTE *bytes;

    (void)state;
    assert_hr(CALL(mapper, RegisterFilter, &mine, L"x", &moniker, NULL, NULL, &full), S_OK);
    before = file_text();
    bag = bag_of(moniker);
    assert_hr(CALL(bag, Read, L"FilterData", &value, NULL), S_OK);
    assert_hr(CALL(mapper, RegisterFilter, &mine, L"x", NULL, NULL, NULL, &none), S_OK);
    assert_hr(CALL(bag, Write, L"FilterData", &value), S_OK);
    after = file_text();
    assert_string_equal(after, before);
    bytes = value.parray->pvData;
    for (ULONG size = value.parray->rgsabound[0].cElements - 1; size > 0; size--) {
        value.parray->rgsabound[0].cElements = size; /* cut off */
        assert_hr(CALL(bag, Write, L"FilterData", &value), E_INVALIDARG);
    }
    free(after);
    after = file_text();
    assert_string_equal(after, before);
    bytes[0] = 1; /* another version */
    assert_hr(CALL(bag, Write, L"FilterData", &value), E_INVALIDARG);
    free(before);
    free(after);
    VariantClear(&value);
    LET_GO(bag);
    LET_GO(moniker);
    LET_GO(mapper);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_begin, folder_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_empty_category_has_no_enumerator),
        TEST(flags_choose),
        TEST(the_mapper_has_the_same_one),
        TEST(the_librarys_encoders_are_compressors),
        TEST(categories_can_be_listed),
        TEST(enumerators_step_as_documented),
        TEST(properties_are_read),
        TEST(properties_are_written),
        TEST(filter_data_is_laid_out_as_it_is_known),
        TEST(filter_data_comes_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
