/* SPDX-License-Identifier: MIT */
/* test_matching.c - EnumMatchingFilters: every argument, every wildcard, on both sides. */
#include "mapper_test.h"

static const CLSID one = TEST_GUID(1), two = TEST_GUID(2), three = TEST_GUID(3);
static const CLSID shelf = TEST_GUID(9);
static const GUID major = TEST_GUID(0x40), sub = TEST_GUID(0x41), alien = TEST_GUID(0x42);
static const GUID pin_kind = TEST_GUID(0x50);
static const REGPINMEDIUM medium = { TEST_GUID(0x60), 1, 2 };
static const REGPINMEDIUM other_instance = { TEST_GUID(0x60), 1, 3 };
static const REGPINMEDIUM any_medium = { { 0 }, 5, 6 };

/* EnumMatchingFilters' arguments; zeros ask for anything. */
struct question {
    BOOL exact;
    DWORD merit;
    BOOL input, render, output;
    DWORD input_types, output_types;
    const GUID *input_pairs, *output_pairs;
    const REGPINMEDIUM *input_medium, *output_medium;
    const CLSID *input_category, *output_category;
};

static int place(const struct question *q, const WCHAR *name)
{
    IFilterMapper3 *mapper = mapper_open();
    IEnumMoniker *list = NULL;

    assert_hr(CALL(mapper, EnumMatchingFilters, &list, 0, q->exact, q->merit, q->input,
                   q->input_types, q->input_pairs, q->input_medium, q->input_category,
                   q->render, q->output, q->output_types, q->output_pairs, q->output_medium,
                   q->output_category),
              S_OK);
    assert_non_null(list);
    LET_GO(mapper);
    return place_of(list, name);
}

#define FITS(...)    assert_true(place(&(struct question){ __VA_ARGS__ }, L"one") >= 0)
#define REFUSED(...) assert_int_equal(place(&(struct question){ __VA_ARGS__ }, L"one"), -1)

static void put(const CLSID *clsid, const WCHAR *name, DWORD merit, const CLSID *category,
                const REGFILTERPINS2 *pins, ULONG count)
{
    const REGFILTER2 filter = {
        .dwVersion = 2, .dwMerit = merit, .cPins2 = count, .rgPins2 = pins
    };
    IFilterMapper3 *mapper = mapper_open();

    assert_hr(CALL(mapper, RegisterFilter, clsid, name, NULL, category, NULL, &filter), S_OK);
    LET_GO(mapper);
}

static void merit_is_a_floor(void **state)
{
    (void)state;
    put(&one, L"one", MERIT_NORMAL, NULL, NULL, 0);
    FITS(.merit = 0);
    FITS(.merit = MERIT_NORMAL);
    REFUSED(.merit = MERIT_NORMAL + 1);
    put(&one, L"one", 0, NULL, NULL, 0);
    FITS(.merit = 0);
    REFUSED(.merit = 1);
}

static void the_best_comes_first(void **state)
{
    const struct question anything = { 0 };

    (void)state;
    put(&one, L"one", 0x7fffff00, NULL, NULL, 0);
    put(&two, L"two", 0x7fffff01, NULL, NULL, 0);
    put(&three, L"three", 0x7fffff00, NULL, NULL, 0);
    assert_int_equal(place(&anything, L"two"), 0);
    assert_int_equal(place(&anything, L"one"), 1);
    assert_int_equal(place(&anything, L"three"), 2); /* among equals: who came first */
}

static void needed_pins_have_to_be_there(void **state)
{
    const REGFILTERPINS2 in = { 0 }, out = { .dwFlags = REG_PINFLAG_B_OUTPUT };
    const REGFILTERPINS2 both[] = { in, out };

    (void)state;
    put(&one, L"one", MERIT_NORMAL, NULL, NULL, 0);
    FITS(0);
    REFUSED(.input = TRUE);
    REFUSED(.output = TRUE);
    put(&one, L"one", MERIT_NORMAL, NULL, &in, 1);
    FITS(.input = TRUE);
    REFUSED(.output = TRUE);
    put(&one, L"one", MERIT_NORMAL, NULL, &out, 1);
    REFUSED(.input = TRUE);
    FITS(.output = TRUE);
    put(&one, L"one", MERIT_NORMAL, NULL, both, 2);
    FITS(.input = TRUE, .output = TRUE);
    REFUSED(.input = TRUE, .render = TRUE);
}

static void rendering_is_what_an_input_says(void **state)
{
    const REGFILTERPINS2 pins[] = {
        { .dwFlags = REG_PINFLAG_B_RENDERER },
        { .dwFlags = REG_PINFLAG_B_OUTPUT },
    };
    const REGFILTERPINS2 wrong = { .dwFlags = REG_PINFLAG_B_RENDERER | REG_PINFLAG_B_OUTPUT };

    (void)state;
    put(&one, L"one", MERIT_NORMAL, NULL, pins, 2);
    FITS(.input = TRUE, .render = TRUE);
    put(&one, L"one", MERIT_NORMAL, NULL, &wrong, 1);
    REFUSED(.input = TRUE, .render = TRUE);
}

/* On the side of the inputs, or of the outputs. */
static void types_of(BOOL is_output)
{
    const GUID right[] = { major, sub }, wrong_sub[] = { major, alien };
    const GUID wrong_major[] = { alien, sub }, any_sub[] = { major, GUID_NULL };
    const GUID any[] = { GUID_NULL, GUID_NULL }, second[] = { alien, alien, major, sub };
    const GUID crossed[] = { major, alien, alien, sub };
    const REGPINTYPES exact = { &major, &sub }, open_sub = { &major, &GUID_NULL };
    const REGPINTYPES open = { NULL, NULL };
    REGFILTERPINS2 pin = { .dwFlags = is_output ? REG_PINFLAG_B_OUTPUT : 0,
                           .nMediaTypes = 1,
                           .lpMediaType = &exact };

#define ASK(is_exact, pairs)                                                                   \
    .exact = (is_exact), .input = !is_output, .output = is_output,                             \
    .input_types = is_output ? 0 : sizeof(pairs) / sizeof(GUID) / 2,                           \
    .output_types = is_output ? sizeof(pairs) / sizeof(GUID) / 2 : 0, .input_pairs = (pairs),  \
    .output_pairs = (pairs)

    put(&one, L"one", MERIT_NORMAL, NULL, &pin, 1);
    for (BOOL e = FALSE; e <= TRUE; e++) {
        FITS(ASK(e, right));
        FITS(ASK(e, any_sub));
        FITS(ASK(e, any));
        FITS(ASK(e, second));
        REFUSED(ASK(e, wrong_sub));
        REFUSED(ASK(e, wrong_major));
        REFUSED(ASK(e, crossed));
        FITS(.exact = e, .input = !is_output, .output = is_output);
    }
    pin.lpMediaType = &open_sub;
    put(&one, L"one", MERIT_NORMAL, NULL, &pin, 1);
    FITS(ASK(FALSE, right));
    FITS(ASK(FALSE, wrong_sub));
    REFUSED(ASK(FALSE, wrong_major));
    REFUSED(ASK(TRUE, right));
    FITS(ASK(TRUE, any_sub));
    pin.lpMediaType = &open;
    put(&one, L"one", MERIT_NORMAL, NULL, &pin, 1);
    FITS(ASK(FALSE, wrong_major));
    REFUSED(ASK(TRUE, right));
    FITS(ASK(TRUE, any));
    pin.nMediaTypes = 0;
    put(&one, L"one", MERIT_NORMAL, NULL, &pin, 1);
    FITS(ASK(FALSE, right));
    REFUSED(ASK(TRUE, right));
    FITS(.exact = TRUE, .input = !is_output, .output = is_output);
#undef ASK
}

static void types_of_inputs(void **state)
{
    (void)state;
    types_of(FALSE);
}

static void types_of_outputs(void **state)
{
    (void)state;
    types_of(TRUE);
}

static void what_is_not_needed_is_not_looked_at(void **state)
{
    const GUID wrong[] = { alien, alien };
    const REGPINTYPES type = { &major, &sub };
    const REGFILTERPINS2 pin = { .nMediaTypes = 1, .lpMediaType = &type };

    (void)state;
    put(&one, L"one", MERIT_NORMAL, NULL, &pin, 1);
    FITS(.input = FALSE, .input_types = 1, .input_pairs = wrong);
    REFUSED(.input = TRUE, .input_types = 1, .input_pairs = wrong);
}

static void all_has_to_fit_one_pin(void **state)
{
    const GUID right[] = { major, sub };
    const REGPINTYPES type = { &major, &sub }, strange = { &alien, &alien };
    const REGFILTERPINS2 pins[] = {
        { .nMediaTypes = 1, .lpMediaType = &type, .clsPinCategory = &alien },
        { .nMediaTypes = 1, .lpMediaType = &strange, .clsPinCategory = &pin_kind },
    };

    (void)state;
    put(&one, L"one", MERIT_NORMAL, NULL, pins, 2);
    FITS(.input = TRUE, .input_types = 1, .input_pairs = right);
    FITS(.input = TRUE, .input_category = &pin_kind);
    REFUSED(.input = TRUE, .input_types = 1, .input_pairs = right, .input_category = &pin_kind);
}

static void mediums_fit_whole(void **state)
{
    REGFILTERPINS2 pins[] = {
        { .nMediums = 1, .lpMedium = &medium },
        { .dwFlags = REG_PINFLAG_B_OUTPUT, .nMediums = 1, .lpMedium = &medium },
    };

    (void)state;
    put(&one, L"one", MERIT_NORMAL, NULL, pins, 2);
    for (BOOL e = FALSE; e <= TRUE; e++) {
        FITS(.exact = e, .input = TRUE, .input_medium = &medium);
        FITS(.exact = e, .input = TRUE, .input_medium = &any_medium);
        REFUSED(.exact = e, .input = TRUE, .input_medium = &other_instance);
        FITS(.exact = e, .output = TRUE, .output_medium = &medium);
        FITS(.exact = e, .output = TRUE, .output_medium = &any_medium);
        REFUSED(.exact = e, .output = TRUE, .output_medium = &other_instance);
    }
    pins[0].lpMedium = &any_medium;
    pins[1].nMediums = 0;
    put(&one, L"one", MERIT_NORMAL, NULL, pins, 2);
    FITS(.input = TRUE, .input_medium = &medium);
    REFUSED(.exact = TRUE, .input = TRUE, .input_medium = &medium);
    FITS(.output = TRUE, .output_medium = &medium);
    REFUSED(.exact = TRUE, .output = TRUE, .output_medium = &medium);
    FITS(.exact = TRUE, .output = TRUE);
}

static void pin_categories_fit(void **state)
{
    REGFILTERPINS2 pins[] = {
        { .clsPinCategory = &pin_kind },
        { .dwFlags = REG_PINFLAG_B_OUTPUT, .clsPinCategory = &pin_kind },
    };

    (void)state;
    put(&one, L"one", MERIT_NORMAL, NULL, pins, 2);
    for (BOOL e = FALSE; e <= TRUE; e++) {
        FITS(.exact = e, .input = TRUE, .input_category = &pin_kind);
        FITS(.exact = e, .input = TRUE, .input_category = &GUID_NULL);
        REFUSED(.exact = e, .input = TRUE, .input_category = &alien);
        FITS(.exact = e, .output = TRUE, .output_category = &pin_kind);
        FITS(.exact = e, .output = TRUE, .output_category = &GUID_NULL);
        REFUSED(.exact = e, .output = TRUE, .output_category = &alien);
    }
    pins[0].clsPinCategory = pins[1].clsPinCategory = NULL;
    put(&one, L"one", MERIT_NORMAL, NULL, pins, 2);
    FITS(.input = TRUE, .input_category = &pin_kind);
    REFUSED(.exact = TRUE, .input = TRUE, .input_category = &pin_kind);
    FITS(.output = TRUE, .output_category = &pin_kind);
    REFUSED(.exact = TRUE, .output = TRUE, .output_category = &pin_kind);
}

static void categories_hide_their_members(void **state)
{
    IFilterMapper3 *mapper = mapper_open();

    (void)state;
    put(&one, L"one", MERIT_PREFERRED, &shelf, NULL, 0);
    REFUSED(0); /* nobody made that category */
    assert_true(is_in(&shelf, L"one"));
    assert_hr(CALL(mapper, CreateCategory, &shelf, MERIT_NORMAL, L"Shelf"), S_OK);
    FITS(0);
    assert_true(is_in(&CLSID_ActiveMovieCategories, L"Shelf"));
    assert_hr(CALL(mapper, CreateCategory, &shelf, MERIT_DO_NOT_USE, L"Shelf"), S_OK);
    REFUSED(0);
    assert_hr(CALL(mapper, CreateCategory, &shelf, MERIT_DO_NOT_USE + 1, L"Shelf"), S_OK);
    FITS(0);
    assert_hr(CALL(mapper, UnregisterFilter, &CLSID_ActiveMovieCategories, NULL, &shelf), S_OK);
    REFUSED(0);
    put(&one, L"one", MERIT_PREFERRED, &CLSID_VideoCompressorCategory, NULL, 0);
    REFUSED(0); /* that one is documented to be out of the way */
    put(&one, L"one", MERIT_PREFERRED, &CLSID_AudioRendererCategory, NULL, 0);
    FITS(0);
    LET_GO(mapper);
}

static void the_librarys_own_match_by_their_types(void **state)
{
    const GUID picture[] = { MEDIATYPE_Video, GUID_NULL },
               sound[] = { MEDIATYPE_Audio, GUID_NULL };
    const struct question pictures = { .input = TRUE,
                                       .input_types = 1,
                                       .input_pairs = picture };
    const struct question sounds = { .input = TRUE, .input_types = 1, .input_pairs = sound };
    const struct question renderers = { .input = TRUE, .render = TRUE };
    const struct question sources = { .output = TRUE };

    (void)state;
    assert_true(place(&pictures, L"invert") >= 0);
    assert_int_equal(place(&sounds, L"invert"), -1);
    assert_true(place(&sounds, L"volume") >= 0);
    assert_int_equal(place(&pictures, L"volume"), -1);
    assert_true(place(&renderers, L"null") >= 0);
    assert_int_equal(place(&renderers, L"invert"), -1);
    assert_true(place(&sources, L"testsrc") >= 0);
    assert_int_equal(place(&pictures, L"testsrc"), -1);
    assert_int_equal(place(&sources, L"null"), -1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_begin, folder_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(merit_is_a_floor),
        TEST(the_best_comes_first),
        TEST(needed_pins_have_to_be_there),
        TEST(rendering_is_what_an_input_says),
        TEST(types_of_inputs),
        TEST(types_of_outputs),
        TEST(what_is_not_needed_is_not_looked_at),
        TEST(all_has_to_fit_one_pin),
        TEST(mediums_fit_whole),
        TEST(pin_categories_fit),
        TEST(categories_hide_their_members),
        TEST(the_librarys_own_match_by_their_types),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
