/* SPDX-License-Identifier: MIT */
/* test_first.c - IFilterMapper, the first one: a call for each filter, pin and type, and IEnumRegFilters. */
#include "mapper_test.h"

static const CLSID mine = TEST_GUID(1), nobody = TEST_GUID(2);
static const GUID major = TEST_GUID(0x40), sub = TEST_GUID(0x41), alien = TEST_GUID(0x42);

static IFilterMapper *first_open(void)
{
    IFilterMapper *mapper = NULL;

    assert_hr(CoCreateInstance(&CLSID_FilterMapper, NULL, CLSCTX_INPROC_SERVER,
                               &IID_IFilterMapper, (void **)&mapper),
              S_OK);
    return mapper;
}

/* How many filters with this name fit. */
static int count_of(IFilterMapper *mapper, const WCHAR *name, DWORD merit, BOOL input,
                    const GUID *in_major, BOOL render, BOOL output, const GUID *out_major)
{
    IEnumRegFilters *list = NULL;
    REGFILTER *filter;
    int count = 0;

    assert_hr(CALL(mapper, EnumMatchingFilters, &list, merit, input, *in_major, GUID_NULL,
                   render, output, *out_major, GUID_NULL),
              S_OK);
    while (CALL(list, Next, 1, &filter, NULL) == S_OK) {
        count += wcscmp(filter->Name, name) == 0;
        CoTaskMemFree(filter); /* the name lies in it */
    }
    assert_int_equal(LET_GO(list), 0);
    return count;
}

static void a_filter_grows_by_calls(void **state)
{
    IFilterMapper *m = first_open();

    (void)state;
    assert_hr(CALL(m, RegisterFilter, mine, L"Mine", MERIT_NORMAL), S_OK);
    assert_int_equal(count_of(m, L"Mine", 0, FALSE, &GUID_NULL, FALSE, FALSE, &GUID_NULL), 1);
    assert_int_equal(count_of(m, L"Mine", 0, TRUE, &GUID_NULL, FALSE, FALSE, &GUID_NULL), 0);
    assert_hr(CALL(m, RegisterPin, mine, L"In", TRUE, FALSE, FALSE, FALSE, GUID_NULL, NULL),
              S_OK);
    assert_int_equal(count_of(m, L"Mine", 0, TRUE, &major, TRUE, FALSE, &GUID_NULL), 1);
    assert_hr(CALL(m, RegisterPinType, mine, L"In", major, sub), S_OK);
    assert_int_equal(count_of(m, L"Mine", 0, TRUE, &major, TRUE, FALSE, &GUID_NULL), 1);
    assert_int_equal(count_of(m, L"Mine", 0, TRUE, &alien, TRUE, FALSE, &GUID_NULL), 0);
    assert_hr(CALL(m, RegisterPinType, mine, L"In", alien, sub), S_OK);
    assert_int_equal(count_of(m, L"Mine", 0, TRUE, &alien, TRUE, FALSE, &GUID_NULL), 1);
    assert_hr(CALL(m, RegisterPin, mine, L"Out", FALSE, TRUE, TRUE, TRUE, GUID_NULL, L"In"),
              S_OK);
    assert_int_equal(count_of(m, L"Mine", 0, TRUE, &major, TRUE, TRUE, &major), 1);
    assert_int_equal(
        count_of(m, L"Mine", MERIT_NORMAL + 1, FALSE, &GUID_NULL, FALSE, FALSE, &GUID_NULL), 0);
    assert_hr(CALL(m, UnregisterPin, mine, L"Out"), S_OK);
    assert_int_equal(count_of(m, L"Mine", 0, FALSE, &GUID_NULL, FALSE, TRUE, &GUID_NULL), 0);
    assert_hr(CALL(m, UnregisterPin, mine, L"Out"), NOT_THERE);
    assert_hr(CALL(m, UnregisterFilter, mine), S_OK);
    assert_int_equal(count_of(m, L"Mine", 0, FALSE, &GUID_NULL, FALSE, FALSE, &GUID_NULL), 0);
    assert_hr(CALL(m, UnregisterFilter, mine), NOT_THERE);
    LET_GO(m);
}

static void a_pin_registered_again_has_no_types(void **state)
{
    IFilterMapper *m = first_open();

    (void)state;
    assert_hr(CALL(m, RegisterFilter, mine, L"Mine", MERIT_NORMAL), S_OK);
    for (int i = 0; i < 2; i++)
        assert_hr(
            CALL(m, RegisterPin, mine, L"In", FALSE, FALSE, FALSE, FALSE, GUID_NULL, NULL),
            S_OK);
    assert_hr(CALL(m, RegisterPinType, mine, L"In", major, sub), S_OK);
    assert_hr(CALL(m, RegisterPin, mine, L"In", FALSE, FALSE, FALSE, FALSE, GUID_NULL, NULL),
              S_OK);
    assert_int_equal(count_of(m, L"Mine", 0, TRUE, &alien, FALSE, FALSE, &GUID_NULL), 1);
    assert_hr(CALL(m, UnregisterPin, mine, L"In"), S_OK);
    assert_hr(CALL(m, UnregisterPin, mine, L"In"), NOT_THERE); /* there was one of them */
    LET_GO(m);
}

static void instances_are_filters_of_their_own(void **state)
{
    CLSID instance = GUID_NULL;
    IFilterMapper *m = first_open();
    IMoniker *moniker;

    (void)state;
    assert_hr(CALL(m, RegisterFilterInstance, mine, L"Second", &instance), NOT_THERE);
    assert_true(IsEqualGUID(&instance, &GUID_NULL));
    assert_hr(CALL(m, RegisterFilter, mine, L"Mine", MERIT_NORMAL), S_OK);
    assert_hr(CALL(m, RegisterPin, mine, L"In", FALSE, FALSE, FALSE, FALSE, GUID_NULL, NULL),
              S_OK);
    assert_hr(CALL(m, RegisterFilterInstance, mine, L"Second", &instance), S_OK);
    assert_false(IsEqualGUID(&instance, &GUID_NULL));
    assert_int_equal(count_of(m, L"Mine", 0, TRUE, &major, FALSE, FALSE, &GUID_NULL), 1);
    assert_int_equal(count_of(m, L"Second", 0, TRUE, &major, FALSE, FALSE, &GUID_NULL), 1);
    moniker = moniker_of(&CLSID_LegacyAmFilterCategory, L"Second");
    assert_non_null(moniker);
    assert_true(has_text(moniker, L"CLSID", L"{5A3C0000-0000-4000-8000-000000000001}"));
    LET_GO(moniker);
    assert_hr(CALL(m, UnregisterFilterInstance, instance), S_OK);
    assert_int_equal(count_of(m, L"Second", 0, FALSE, &major, FALSE, FALSE, &GUID_NULL), 0);
    assert_int_equal(count_of(m, L"Mine", 0, FALSE, &major, FALSE, FALSE, &GUID_NULL), 1);
    LET_GO(m);
}

static void a_class_of_the_library_can_get_an_instance_and_a_pin(void **state)
{
    struct rg_class_info info;
    CLSID instance;
    IFilterMapper *m = first_open();

    (void)state;
    assert_hr(rg_class_by_name("invert", &info), S_OK);
    assert_hr(CALL(m, RegisterFilterInstance, info.clsid, L"Second", &instance), S_OK);
    assert_int_equal(count_of(m, L"Second", 0, TRUE, &MEDIATYPE_Video, FALSE, FALSE, &major),
                     1);
    assert_int_equal(count_of(m, L"invert", 0, TRUE, &MEDIATYPE_Video, FALSE, FALSE, &major),
                     1);
    assert_hr(CALL(m, RegisterPinType, info.clsid, L"Input", alien, sub), S_OK);
    assert_int_equal(count_of(m, L"invert", 0, TRUE, &alien, FALSE, FALSE, &major), 1);
    assert_int_equal(count_of(m, L"invert", 0, TRUE, &MEDIATYPE_Video, FALSE, FALSE, &major),
                     1);
    LET_GO(m);
}

static void enumerators_step_as_documented(void **state)
{
    REGFILTER *filters[64] = { NULL };
    IEnumRegFilters *list = NULL, *copy = NULL;
    IFilterMapper *m = first_open();
    ULONG got = 7, all;

    (void)state;
    assert_hr(CALL(m, RegisterFilter, mine, L"Mine", 0x7ffffff0), S_OK);
    assert_hr(CALL(m, EnumMatchingFilters, &list, 0, FALSE, GUID_NULL, GUID_NULL, FALSE, FALSE,
                   GUID_NULL, GUID_NULL),
              S_OK);
    assert_hr(CALL(list, Next, 64, filters, NULL), E_INVALIDARG);
    assert_hr(CALL(list, Next, 1, NULL, NULL), E_POINTER);
    assert_hr(CALL(list, Clone, NULL), E_POINTER);
    assert_hr(CALL(list, Next, 64, filters, &all), S_FALSE);
    assert_true(all > 5);
    assert_true(IsEqualCLSID(&filters[0]->Clsid, &mine));
    for (ULONG i = 0; i < all; i++)
        CoTaskMemFree(filters[i]);
    assert_hr(CALL(list, Next, 1, filters, &got), S_FALSE);
    assert_int_equal(got, 0);
    assert_hr(CALL(list, Reset), S_OK);
    assert_hr(CALL(list, Skip, all - 1), S_OK);
    assert_hr(CALL(list, Clone, &copy), S_OK);
    assert_hr(CALL(list, Skip, 2), S_FALSE);
    assert_hr(CALL(copy, Next, 1, filters, &got), S_OK);
    assert_int_equal(got, 1);
    CoTaskMemFree(filters[0]);
    assert_hr(CALL(copy, Next, 1, filters, &got), S_FALSE);
    LET_GO(copy);
    LET_GO(list);
    LET_GO(m);
}

static void bad_arguments_are_answered(void **state)
{
    IFilterMapper *m = first_open();
    CLSID instance;

    (void)state;
    assert_hr(CALL(m, RegisterFilter, mine, NULL, 0), E_POINTER);
    assert_hr(CALL(m, RegisterFilterInstance, mine, NULL, &instance), E_POINTER);
    assert_hr(CALL(m, RegisterFilterInstance, mine, L"x", NULL), E_POINTER);
    assert_hr(CALL(m, RegisterPin, mine, NULL, FALSE, FALSE, FALSE, FALSE, GUID_NULL, NULL),
              E_POINTER);
    assert_hr(CALL(m, RegisterPin, nobody, L"x", FALSE, FALSE, FALSE, FALSE, GUID_NULL, NULL),
              NOT_THERE);
    assert_hr(CALL(m, RegisterPinType, mine, NULL, major, sub), E_POINTER);
    assert_hr(CALL(m, RegisterPinType, nobody, L"x", major, sub), NOT_THERE);
    assert_hr(CALL(m, RegisterFilter, mine, L"Mine", 0), S_OK);
    assert_hr(CALL(m, RegisterPinType, mine, L"x", major, sub), NOT_THERE);
    assert_hr(CALL(m, UnregisterPin, mine, NULL), E_POINTER);
    assert_hr(CALL(m, UnregisterFilter, nobody), NOT_THERE);
    assert_hr(CALL(m, UnregisterFilterInstance, nobody), NOT_THERE);
    assert_hr(CALL(m, EnumMatchingFilters, NULL, 0, FALSE, GUID_NULL, GUID_NULL, FALSE, FALSE,
                   GUID_NULL, GUID_NULL),
              E_POINTER);
    LET_GO(m);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_begin, folder_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_filter_grows_by_calls),
        TEST(a_pin_registered_again_has_no_types),
        TEST(instances_are_filters_of_their_own),
        TEST(a_class_of_the_library_can_get_an_instance_and_a_pin),
        TEST(enumerators_step_as_documented),
        TEST(bad_arguments_are_answered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
