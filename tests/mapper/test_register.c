/* SPDX-License-Identifier: MIT */
/* test_register.c - what is registered is there, in this process and in the next one; what is unregistered is not. */
#include "mapper_test.h"

#include <sys/wait.h>

static const CLSID mine = TEST_GUID(1), other = TEST_GUID(2), shelf = TEST_GUID(3);
static CLSID invert_clsid; /* set by main */

/* This program again, with a word that says what to do (main); what it returned. */
static int again(const char *word)
{
    pid_t child = fork();
    int status = -1;

    if (child == 0) {
        execl("/proc/self/exe", "again", word, (char *)NULL);
        _exit(99);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static int child_main(const char *word)
{
    IFilterMapper3 *mapper = mapper_open();
    int result = 1;

    if (strcmp(word, "register") == 0)
        result = register_plain(mapper, &mine, L"From the child", MERIT_NORMAL,
                                &MEDIATYPE_Video, &MEDIASUBTYPE_RGB24) == S_OK
                     ? 0
                     : 1;
    else if (strcmp(word, "find") == 0)
        result = is_in(&CLSID_LegacyAmFilterCategory, L"From the parent") ? 0 : 1;
    LET_GO(mapper);
    return result;
}

static void both_names_of_the_class_are_one_mapper(void **state)
{
    static const IID *const faces[] = { &IID_IUnknown, &IID_IFilterMapper, &IID_IFilterMapper2,
                                        &IID_IFilterMapper3 };
    static const CLSID *const classes[] = { &CLSID_FilterMapper, &CLSID_FilterMapper2 };

    (void)state;
    for (unsigned c = 0; c < 2; c++) {
        IUnknown *first, *again_first;

        assert_hr(CoCreateInstance(classes[c], NULL, CLSCTX_INPROC_SERVER, &IID_IUnknown,
                                   (void **)&first),
                  S_OK);
        for (unsigned i = 0; i < 4; i++) {
            IUnknown *face;

            assert_hr(CALL(first, QueryInterface, faces[i], (void **)&face), S_OK);
            assert_hr(CALL(face, QueryInterface, &IID_IUnknown, (void **)&again_first), S_OK);
            assert_ptr_equal(first, again_first);
            LET_GO(again_first);
            LET_GO(face);
        }
        assert_int_equal(LET_GO(first), 0);
    }
}

static void asking_alone_writes_nothing(void **state)
{
    IFilterMapper3 *mapper = mapper_open();
    IEnumMoniker *list = NULL;
    char path[128];

    (void)state;
    assert_true(is_in(&CLSID_LegacyAmFilterCategory, L"invert"));
    assert_hr(CALL(mapper, EnumMatchingFilters, &list, 0, FALSE, 0, FALSE, 0, NULL, NULL, NULL,
                   FALSE, FALSE, 0, NULL, NULL, NULL),
              S_OK);
    LET_GO(list);
    LET_GO(mapper);
    path_of("", path, sizeof(path));
    assert_int_not_equal(access(path, F_OK), 0);
}

static void a_registration_outlives_its_process(void **state)
{
    IFilterMapper3 *mapper = mapper_open();

    (void)state;
    assert_false(is_in(&CLSID_LegacyAmFilterCategory, L"From the child"));
    assert_int_equal(again("register"), 0);
    assert_true(is_in(&CLSID_LegacyAmFilterCategory, L"From the child"));
    assert_int_equal(again("find"), 1);
    assert_hr(register_plain(mapper, &other, L"From the parent", MERIT_NORMAL, NULL, NULL),
              S_OK);
    assert_int_equal(again("find"), 0);
    assert_hr(CALL(mapper, UnregisterFilter, NULL, NULL, &other), S_OK);
    assert_int_equal(again("find"), 1);
    assert_true(is_in(&CLSID_LegacyAmFilterCategory, L"From the child"));
    LET_GO(mapper);
}

static void every_field_comes_back(void **state)
{
    static const GUID category = TEST_GUID(20), medium = TEST_GUID(21);
    const REGPINTYPES types[] = { { &MEDIATYPE_Video, &MEDIASUBTYPE_RGB24 },
                                  { &MEDIATYPE_Audio, NULL } };
    const REGPINMEDIUM mediums[] = { { medium, 7, 0xffffffff } };
    const REGFILTERPINS2 pins[] = {
        { REG_PINFLAG_B_RENDERER | REG_PINFLAG_B_MANY, 3, 2, types, 1, mediums, &category },
        { REG_PINFLAG_B_OUTPUT | REG_PINFLAG_B_ZERO, 0, 0, NULL, 0, NULL, NULL },
    };
    const REGFILTER2 filter = {
        .dwVersion = 2, .dwMerit = 0x600001, .cPins2 = 2, .rgPins2 = pins
    };
    IFilterMapper3 *mapper = mapper_open();
    char *text;

    (void)state;
    assert_hr(CALL(mapper, RegisterFilter, &mine, L"A \"name\"\nof \\ \u00e4", NULL, &shelf,
                   L"one \"instance\"", &filter),
              S_OK);
    text = file_text();
    assert_non_null(text);
    assert_non_null(strstr(text,
                           "filter {5A3C0000-0000-4000-8000-000000000001} category "
                           "{5A3C0000-0000-4000-8000-000000000003} instance "
                           "\"one \\\"instance\\\"\" merit 0x00600001 name "
                           "\"A \\\"name\\\"\\x0aof \\\\ \u00e4\"\n"
                           " pin flags 0x6 instances 3 category "
                           "{5A3C0000-0000-4000-8000-000000000014}\n"
                           "  type {73646976-0000-0010-8000-00AA00389B71} "
                           "{E436EB7D-524F-11CE-9F53-0020AF0BA770}\n"
                           "  type {73647561-0000-0010-8000-00AA00389B71} "
                           "{00000000-0000-0000-0000-000000000000}\n"
                           "  medium {5A3C0000-0000-4000-8000-000000000015} 7 4294967295\n"
                           " pin flags 0x9 instances 0 category "
                           "{00000000-0000-0000-0000-000000000000}\n"));
    free(text);
    assert_true(is_in(&shelf, L"A \"name\"\nof \\ \u00e4"));
    assert_hr(CALL(mapper, UnregisterFilter, &shelf, L"ONE \"instance\"", &mine), S_OK);
    assert_null(category_list(&shelf, 0));
    LET_GO(mapper);
}

static void the_first_version_of_pins_is_kept_too(void **state)
{
    const REGPINTYPES type = { &MEDIATYPE_Audio, &MEDIASUBTYPE_PCM };
    const REGFILTERPINS pins[] = {
        { .strName = (LPWSTR)L"In",
          .bRendered = TRUE,
          .bMany = TRUE,
          .nMediaTypes = 1,
          .lpMediaType = &type },
        { .strName = NULL, .bOutput = TRUE, .bZero = TRUE },
    };
    const REGFILTER2 filter = {
        .dwVersion = 1, .dwMerit = MERIT_NORMAL, .cPins = 2, .rgPins = pins
    };
    IFilterMapper3 *mapper = mapper_open();
    char *text;

    (void)state;
    assert_hr(CALL(mapper, RegisterFilter, &mine, L"Old", NULL, NULL, NULL, &filter), S_OK);
    text = file_text();
    assert_non_null(strstr(text,
                           " pin flags 0x6 instances 0 category "
                           "{00000000-0000-0000-0000-000000000000} name \"In\"\n  type "));
    assert_non_null(strstr(text, " pin flags 0x9 instances 0 category "
                                 "{00000000-0000-0000-0000-000000000000}\n"));
    free(text);
    LET_GO(mapper);
}

static void registered_again_it_is_replaced(void **state)
{
    IFilterMapper3 *mapper = mapper_open();
    char *text;

    (void)state;
    assert_hr(register_plain(mapper, &mine, L"One", 1, NULL, NULL), S_OK);
    assert_hr(register_plain(mapper, &mine, L"Two", 2, NULL, NULL), S_OK);
    text = file_text();
    assert_null(strstr(text, "\"One\""));
    assert_non_null(strstr(text, "\"Two\""));
    free(text);
    assert_hr(CALL(mapper, UnregisterFilter, NULL, NULL, &mine), S_OK);
    assert_hr(CALL(mapper, UnregisterFilter, NULL, NULL, &mine), NOT_THERE);
    LET_GO(mapper);
}

static void monikers_say_where_and_are_given_back(void **state)
{
    const REGFILTER2 filter = { .dwVersion = 2, .dwMerit = MERIT_NORMAL };
    IFilterMapper3 *mapper = mapper_open();
    IMoniker *moniker = NULL, *same;
    WCHAR *name = NULL;

    (void)state;
    assert_hr(CALL(mapper, RegisterFilter, &mine, L"One", &moniker, &shelf, L"here", &filter),
              S_OK);
    assert_non_null(moniker);
    assert_hr(CALL(moniker, GetDisplayName, NULL, NULL, &name), S_OK);
    assert_int_equal(wcscmp(name, L"@device:sw:{5A3C0000-0000-4000-8000-000000000003}\\here"),
                     0);
    CoTaskMemFree(name);
    assert_true(has_text(moniker, L"FriendlyName", L"One"));
    same = moniker; /* it rules over category and instance */
    assert_hr(CALL(mapper, RegisterFilter, &mine, L"Two", &same, NULL, NULL, &filter), S_OK);
    assert_ptr_equal(same, moniker);
    assert_true(has_text(moniker, L"FriendlyName", L"Two"));
    assert_false(is_in(&CLSID_LegacyAmFilterCategory, L"Two"));
    assert_int_equal(LET_GO(moniker), 0);
    LET_GO(mapper);
}

static void bad_arguments_are_answered(void **state)
{
    REGFILTER2 filter = { .dwVersion = 3 };
    REGFILTERPINS2 pin2 = { .nMediaTypes = 1 };
    REGFILTERPINS pin = { .nMediaTypes = 1 };
    IFilterMapper3 *mapper = mapper_open();
    IEnumMoniker *list = (IEnumMoniker *)mapper;

    (void)state;
    assert_hr(CALL(mapper, RegisterFilter, NULL, L"x", NULL, NULL, NULL, &filter), E_POINTER);
    assert_hr(CALL(mapper, RegisterFilter, &mine, NULL, NULL, NULL, NULL, &filter), E_POINTER);
    assert_hr(CALL(mapper, RegisterFilter, &mine, L"x", NULL, NULL, NULL, NULL), E_POINTER);
    assert_hr(CALL(mapper, RegisterFilter, &mine, L"x", NULL, NULL, NULL, &filter),
              E_INVALIDARG);
    filter.dwVersion = 2;
    filter.cPins2 = 1;
    assert_hr(CALL(mapper, RegisterFilter, &mine, L"x", NULL, NULL, NULL, &filter), E_POINTER);
    filter.rgPins2 = &pin2;
    assert_hr(CALL(mapper, RegisterFilter, &mine, L"x", NULL, NULL, NULL, &filter), E_POINTER);
    pin2 = (REGFILTERPINS2){ .nMediums = 1 };
    assert_hr(CALL(mapper, RegisterFilter, &mine, L"x", NULL, NULL, NULL, &filter), E_POINTER);
    filter = (REGFILTER2){ .dwVersion = 1, .cPins = 1 };
    assert_hr(CALL(mapper, RegisterFilter, &mine, L"x", NULL, NULL, NULL, &filter), E_POINTER);
    filter.rgPins = &pin;
    assert_hr(CALL(mapper, RegisterFilter, &mine, L"x", NULL, NULL, NULL, &filter), E_POINTER);
    assert_hr(CALL(mapper, UnregisterFilter, NULL, NULL, NULL), E_POINTER);
    assert_hr(CALL(mapper, CreateCategory, NULL, 0, L"x"), E_POINTER);
    assert_hr(CALL(mapper, CreateCategory, &shelf, 0, NULL), E_POINTER);
    assert_hr(CALL(mapper, GetICreateDevEnum, NULL), E_POINTER);
    assert_hr(CALL(mapper, EnumMatchingFilters, NULL, 0, FALSE, 0, FALSE, 0, NULL, NULL, NULL,
                   FALSE, FALSE, 0, NULL, NULL, NULL),
              E_POINTER);
    assert_hr(CALL(mapper, EnumMatchingFilters, &list, 0, FALSE, 0, TRUE, 1, NULL, NULL, NULL,
                   FALSE, FALSE, 0, NULL, NULL, NULL),
              E_POINTER);
    assert_null(list);
    assert_null(file_text()); /* none of that left a trace */
    LET_GO(mapper);
}

static void the_librarys_own_are_there_and_can_be_changed(void **state)
{
    IFilterMapper3 *mapper = mapper_open();
    char *text;

    (void)state;
    assert_true(is_in(&CLSID_LegacyAmFilterCategory, L"invert"));
    assert_hr(register_plain(mapper, &invert_clsid, L"Upside down", MERIT_NORMAL, NULL, NULL),
              S_OK);
    assert_false(is_in(&CLSID_LegacyAmFilterCategory, L"invert"));
    assert_true(is_in(&CLSID_LegacyAmFilterCategory, L"Upside down"));
    assert_hr(CALL(mapper, UnregisterFilter, NULL, NULL, &invert_clsid), S_OK);
    assert_false(is_in(&CLSID_LegacyAmFilterCategory, L"invert"));
    assert_false(is_in(&CLSID_LegacyAmFilterCategory, L"Upside down"));
    text = file_text();
    assert_non_null(strstr(text, "\nremoved {"));
    free(text);
    assert_hr(CALL(mapper, UnregisterFilter, NULL, NULL, &invert_clsid), NOT_THERE);
    assert_hr(register_plain(mapper, &invert_clsid, L"Back", MERIT_NORMAL, NULL, NULL), S_OK);
    assert_true(is_in(&CLSID_LegacyAmFilterCategory, L"Back"));
    LET_GO(mapper);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(both_names_of_the_class_are_one_mapper, folder_begin,
                                        folder_end),
        cmocka_unit_test_setup_teardown(asking_alone_writes_nothing, folder_begin, folder_end),
        cmocka_unit_test_setup_teardown(a_registration_outlives_its_process, folder_begin,
                                        folder_end),
        cmocka_unit_test_setup_teardown(every_field_comes_back, folder_begin, folder_end),
        cmocka_unit_test_setup_teardown(the_first_version_of_pins_is_kept_too, folder_begin,
                                        folder_end),
        cmocka_unit_test_setup_teardown(registered_again_it_is_replaced, folder_begin,
                                        folder_end),
        cmocka_unit_test_setup_teardown(monikers_say_where_and_are_given_back, folder_begin,
                                        folder_end),
        cmocka_unit_test_setup_teardown(bad_arguments_are_answered, folder_begin, folder_end),
        cmocka_unit_test_setup_teardown(the_librarys_own_are_there_and_can_be_changed,
                                        folder_begin, folder_end),
    };
    struct rg_class_info info;

    if (argc == 2)
        return child_main(argv[1]);
    if (rg_class_by_name("invert", &info) != S_OK)
        return 1;
    invert_clsid = info.clsid;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
