/* SPDX-License-Identifier: MIT */
/* test_file.c - the registrations' file when it is damaged, can't be written, is changed by several at once; and without memory. */
#include "mapper_test.h"

#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define WRITERS 4
#define EACH    20

static const CLSID mine = TEST_GUID(1), other = TEST_GUID(2);

static void file_write(const char *text, size_t size)
{
    char path[128];
    FILE *file;

    path_of("", path, sizeof(path));
    (void)mkdir(path, 0700);
    path_of("filters.txt", path, sizeof(path));
    file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static bool is_filter(const WCHAR *name)
{
    return is_in(&CLSID_LegacyAmFilterCategory, name);
}

#define LEGACY "{083863F1-70DE-11D0-BD40-00A0C911CE86}"
#define LINE(number, name)                                                                     \
    "filter {5A3C0000-0000-4000-8000-0000000000" number "} category " LEGACY                   \
    " instance \"" number "\" merit 0x600000 name \"" name "\"\n"
#define PIN " pin flags 0x0 instances 0 category {00000000-0000-0000-0000-000000000000}\n"

/* ---- damaged ----------------------------------------------------------------------------- */

static bool is_complaint(unsigned index, const char *words)
{
    char *text = NULL;
    bool same;

    assert_hr(rg_registration_error_at(index, &text), S_OK);
    same = strstr(text, words) != NULL;
    if (!same)
        print_error("complaint %u: %s\n", index, text);
    CoTaskMemFree(text);
    return same;
}

static void a_damaged_line_is_named_and_skipped(void **state)
{
    static const char text[] = "# regraft: a heading\n"
                               "# a word of mine\n" LINE("0A", "good") PIN
        "  type {73646976-0000-0010-8000-00AA00389B71} {nonsense\n"
        "filter {5A3C} category x\n" PIN
        "\n" LINE("0B", "better") "wonders " LINE("0C", "never");
    IFilterMapper3 *mapper = mapper_open();
    char *now, *none;

    (void)state;
    file_write(text, sizeof(text) - 1);
    assert_true(is_filter(L"good"));
    assert_true(is_filter(L"better"));
    assert_false(is_filter(L"never"));
    assert_true(is_complaint(0, "line 5 is no registration:   type {7364"));
    assert_true(is_complaint(1, "line 6 is no registration: filter {5A3C}"));
    assert_true(is_complaint(2, "line 7 is no registration:  pin"));
    assert_true(is_complaint(3, "line 10 is no registration: wonders filter"));
    assert_hr(rg_registration_error_at(4, &none), S_FALSE);
    assert_hr(rg_registration_error_at(0, NULL), E_POINTER);

    assert_hr(register_plain(mapper, &mine, L"new", MERIT_NORMAL, NULL, NULL), S_OK);
    assert_hr(rg_registration_error_at(0, &none), S_FALSE);
    assert_true(is_filter(L"good") && is_filter(L"better") && is_filter(L"new"));
    now = file_text(); /* what could not be read is not thrown away */
    assert_non_null(strstr(now, "\n# a word of mine\n"));
    assert_non_null(strstr(now, "\n# line 6 was: filter {5A3C} category x\n"));
    free(now);
    LET_GO(mapper);
}

/* Every file that begins like a good one, and every file with one wrong byte: no crash, no leak. */
static void any_damage_is_survived(void **state)
{
    static const char text[] = LINE("0A", "a \\\"b\\\" \\x0a") PIN
        "  type {73646976-0000-0010-8000-00AA00389B71} {00000000-0000-0000-0000-000000000000}\n"
        "  medium {73646976-0000-0010-8000-00AA00389B71} 1 2\n"
        "removed {5A3C0000-0000-4000-8000-00000000000B} category " LEGACY "\n";
    static const char wrong[] = { '\0', '\n', '"', '\\', '{', ' ', (char)0xff };
    char copy[sizeof(text)];
    IEnumMoniker *list;

    (void)state;
    for (size_t size = 0; size < sizeof(text); size += 3) {
        file_write(text, size);
        list = category_list(&CLSID_LegacyAmFilterCategory, 0);
        LET_GO(list);
    }
    for (size_t at = 0; at + 1 < sizeof(text); at++) {
        memcpy(copy, text, sizeof(text));
        copy[at] = wrong[at % sizeof(wrong)];
        file_write(copy, sizeof(text) - 1);
        list = category_list(&CLSID_LegacyAmFilterCategory, 0);
        LET_GO(list);
    }
}

static void a_last_line_needs_no_end(void **state)
{
    static const char text[] = LINE("0A", "good");

    (void)state;
    file_write(text, sizeof(text) - 2);
    assert_true(is_filter(L"good"));
}

static void what_is_no_file_is_said_and_left_alone(void **state)
{
    IFilterMapper3 *mapper = mapper_open();
    struct stat status;
    char path[128];

    (void)state;
    file_write("", 0);
    path_of("filters.txt", path, sizeof(path));
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_true(is_filter(L"invert"));
    assert_true(is_complaint(0, "can't be read"));
    assert_true(FAILED(register_plain(mapper, &mine, L"new", MERIT_NORMAL, NULL, NULL)));
    assert_int_equal(stat(path, &status), 0);
    assert_true(S_ISDIR(status.st_mode));
    assert_int_equal(rmdir(path), 0);
    LET_GO(mapper);
}

/* ---- no room ----------------------------------------------------------------------------- */

static void a_full_disk_leaves_what_was_there(void **state)
{
    struct rlimit old, full;
    WCHAR name[600];
    char path[128];
    char *before, *after;
    IFilterMapper3 *mapper = mapper_open();
    HRESULT hr;

    (void)state;
    for (int i = 0; i < 599; i++)
        name[i] = L'x';
    name[599] = 0;
    assert_hr(register_plain(mapper, &mine, L"small", MERIT_NORMAL, NULL, NULL), S_OK);
    before = file_text();
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    full = old;
    full.rlim_cur = strlen(before) + 100;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &full), 0);
    hr = register_plain(mapper, &other, name, MERIT_NORMAL, NULL, NULL);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    assert_hr(hr, HRESULT_FROM_WIN32(ERROR_DISK_FULL));
    after = file_text();
    assert_string_equal(after, before);
    free(before);
    free(after);
    path_of("filters.new", path, sizeof(path));
    assert_int_not_equal(access(path, F_OK), 0);
    assert_true(is_filter(L"small"));
    assert_hr(register_plain(mapper, &other, L"later", MERIT_NORMAL, NULL, NULL), S_OK);
    assert_true(is_filter(L"later") && is_filter(L"small"));
    LET_GO(mapper);
}

static void without_a_folder_nothing_can_be_kept(void **state)
{
    IFilterMapper3 *mapper = mapper_open();
    IMoniker *moniker = NULL;
    const REGFILTER2 filter = { .dwVersion = 2 };
    char path[128];
    char *none;

    (void)state;
    path_of("", path, sizeof(path));
    path[strlen(path) - 1] = '\0';
    fclose(fopen(path, "w")); /* a file where the folder should be */
    assert_true(is_filter(L"invert"));
    assert_hr(CALL(mapper, RegisterFilter, &mine, L"x", &moniker, NULL, NULL, &filter),
              HRESULT_FROM_WIN32(ERROR_PATH_NOT_FOUND));
    assert_null(moniker);
    assert_hr(CALL(mapper, CreateCategory, &mine, 0, L"x"),
              HRESULT_FROM_WIN32(ERROR_PATH_NOT_FOUND));
    assert_int_equal(unlink(path), 0);

    setenv("XDG_DATA_HOME", "relative/means/nothing", 1);
    unsetenv("HOME");
    assert_true(is_filter(L"invert"));
    assert_hr(rg_registration_error_at(0, &none), S_FALSE);
    assert_hr(register_plain(mapper, &mine, L"x", 0, NULL, NULL),
              HRESULT_FROM_WIN32(ERROR_PATH_NOT_FOUND));
    LET_GO(mapper);
}

static void home_is_where_it_is_by_default(void **state)
{
    IFilterMapper3 *mapper = mapper_open();
    char path[128];

    (void)state;
    unsetenv("XDG_DATA_HOME");
    setenv("HOME", test_folder, 1);
    assert_hr(register_plain(mapper, &mine, L"at home", 0, NULL, NULL), S_OK);
    assert_true(is_filter(L"at home"));
    snprintf(path, sizeof(path), "%s/.local/share", test_folder);
    setenv("XDG_DATA_HOME", path, 1);
    assert_true(is_filter(L"at home")); /* the same place */
    LET_GO(mapper);
    snprintf(path, sizeof(path), "rm -r %s/.local", test_folder);
    assert_int_equal(system(path), 0);
}

/* ---- several at once --------------------------------------------------------------------- */

static void register_some(unsigned writer)
{
    IFilterMapper3 *mapper = mapper_open();

    for (unsigned i = 0; i < EACH; i++) {
        CLSID clsid = TEST_GUID(0);
        WCHAR name[32];

        clsid.Data2 = (unsigned short)(writer + 1);
        clsid.Data4[7] = (unsigned char)i;
        swprintf(name, 32, L"%u of %u", i, writer);
        assert_hr(register_plain(mapper, &clsid, name, MERIT_NORMAL, NULL, NULL), S_OK);
    }
    LET_GO(mapper);
}

static void assert_all_there(void)
{
    for (unsigned writer = 0; writer < WRITERS; writer++) {
        for (unsigned i = 0; i < EACH; i++) {
            WCHAR name[32];

            swprintf(name, 32, L"%u of %u", i, writer);
            assert_true(is_filter(name));
        }
    }
}

static void processes_at_once_lose_nothing(void **state)
{
    pid_t children[WRITERS];

    (void)state;
    for (unsigned i = 0; i < WRITERS; i++) {
        char word[16];

        snprintf(word, sizeof(word), "%u", i);
        children[i] = fork();
        if (children[i] == 0) {
            execl("/proc/self/exe", "again", word, (char *)NULL);
            _exit(99);
        }
    }
    for (unsigned i = 0; i < WRITERS; i++) {
        int status;

        assert_int_equal(waitpid(children[i], &status, 0), children[i]);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    assert_all_there();
}

static void *thread_main(void *context)
{
    register_some((unsigned)(uintptr_t)context);
    return NULL;
}

static void threads_at_once_lose_nothing(void **state)
{
    pthread_t threads[WRITERS];

    (void)state;
    for (uintptr_t i = 0; i < WRITERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, thread_main, (void *)i), 0);
    for (unsigned i = 0; i < WRITERS; i++)
        pthread_join(threads[i], NULL);
    assert_all_there();
}

/* ---- no memory --------------------------------------------------------------------------- */

static HRESULT use_once(IMoniker *moniker, IPropertyBag *bag)
{
    VARIANT value = { .vt = VT_EMPTY };
    IUnknown *face = NULL;
    HRESULT hr = CALL(bag, Read, L"FriendlyName", &value, NULL);

    if (SUCCEEDED(hr))
        VariantClear(&value);
    if (SUCCEEDED(hr))
        hr = CALL(bag, Read, L"FilterData", &value, NULL);
    if (SUCCEEDED(hr))
        hr = CALL(bag, Write, L"FilterData", &value);
    VariantClear(&value);
    if (SUCCEEDED(hr))
        hr = CALL(moniker, BindToObject, NULL, NULL, &IID_IBaseFilter, (void **)&face);
    if (face != NULL)
        LET_GO(face);
    return hr;
}

static void let_go(void *face)
{
    if (face != NULL)
        LET_GO((IUnknown *)face);
}

/* All that can be done with a mapper; the first failure. */
static HRESULT use_all(const CLSID *clsid)
{
    const REGPINTYPES type = { &MEDIATYPE_Video, NULL };
    const REGFILTERPINS2 pin = { .nMediaTypes = 1, .lpMediaType = &type };
    const REGFILTER2 filter = {
        .dwVersion = 2, .dwMerit = 0x7fffffff, .cPins2 = 1, .rgPins2 = &pin
    };
    IFilterMapper3 *mapper = NULL;
    IEnumMoniker *list = NULL, *copy = NULL;
    IMoniker *made = NULL, *first = NULL;
    IPropertyBag *bag = NULL;
    HRESULT hr = CoCreateInstance(&CLSID_FilterMapper2, NULL, CLSCTX_INPROC_SERVER,
                                  &IID_IFilterMapper3, (void **)&mapper);

    if (FAILED(hr))
        return hr;
    hr = CALL(mapper, RegisterFilter, clsid, L"x", &made, NULL, NULL, &filter);
    if (SUCCEEDED(hr))
        hr = CALL(mapper, EnumMatchingFilters, &list, 0, FALSE, 0, TRUE, 0, NULL, NULL, NULL,
                  FALSE, FALSE, 0, NULL, NULL, NULL);
    if (SUCCEEDED(hr))
        hr = CALL(list, Next, 1, &first, NULL);
    if (SUCCEEDED(hr))
        hr = CALL(list, Clone, &copy);
    if (SUCCEEDED(hr))
        hr = CALL(first, BindToStorage, NULL, NULL, &IID_IPropertyBag, (void **)&bag);
    if (SUCCEEDED(hr))
        hr = use_once(first, bag);
    if (SUCCEEDED(hr))
        hr = CALL(first, IsEqual, made) == S_OK ? S_OK : E_OUTOFMEMORY;
    if (SUCCEEDED(hr))
        hr = CALL(mapper, UnregisterFilter, NULL, NULL, clsid);
    let_go(copy);
    let_go(list);
    let_go(bag);
    let_go(first);
    let_go(made);
    let_go(mapper);
    return hr;
}

static void each_allocation_fails_once(void **state)
{
    struct rg_class_info info;
    unsigned n = 1;

    (void)state;
    assert_hr(rg_class_by_name("invert", &info), S_OK);
    assert_hr(use_all(&info.clsid), S_OK);
    for (;; n++) {
        HRESULT hr;
        bool failed;

        rg_fault_arm(n);
        hr = use_all(&info.clsid);
        failed = rg_fault_disarm();
        assert_int_equal(rg_live_objects(tell_alive, NULL), 0);
        if (!failed) {
            assert_true(hr == S_OK || hr == NOT_THERE);
            break;
        }
        assert_hr(hr, E_OUTOFMEMORY);
    }
    assert_true(n > 50);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_begin, folder_end)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        TEST(a_damaged_line_is_named_and_skipped),
        TEST(any_damage_is_survived),
        TEST(a_last_line_needs_no_end),
        TEST(what_is_no_file_is_said_and_left_alone),
        TEST(a_full_disk_leaves_what_was_there),
        TEST(without_a_folder_nothing_can_be_kept),
        TEST(home_is_where_it_is_by_default),
        TEST(processes_at_once_lose_nothing),
        TEST(threads_at_once_lose_nothing),
        TEST(each_allocation_fails_once),
    };

    if (argc == 2) {
        register_some((unsigned)strtoul(argv[1], NULL, 10));
        return 0;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
