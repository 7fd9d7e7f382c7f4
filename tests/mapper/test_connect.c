/* SPDX-License-Identifier: MIT */
/* test_connect.c - intelligent connect does what the user registered, and what the process blocks and prefers.
 *
 * The registered classes are fakes: letters are media types.
 */
#include "mapper_test.h"

#include <stdatomic.h>

#include "com/registry.h"
#include "fake_filter.h"

/* ---- three ways from A to B, and one that the registry does not know --------------------- */

static const GUID major = { 0x66616b65, 0x0001, 0x4000, { 0x80, 0, 0, 0, 0, 0, 0, 1 } };
static const GUID letter_a = { 'A', 0x0001, 0x4000, { 0x80, 0, 0, 0, 0, 0, 0, 1 } };
static const GUID letter_b = { 'B', 0x0001, 0x4000, { 0x80, 0, 0, 0, 0, 0, 0, 1 } };
static const GUID letter_z = { 'Z', 0x0001, 0x4000, { 0x80, 0, 0, 0, 0, 0, 0, 1 } };
static const struct rg_class_type takes_a = { &major, &letter_a };

static HRESULT make_fake(const struct rg_class_entry *entry, IUnknown *outer, REFIID iid,
                         void **out)
{
    struct fake_filter *fake = fake_filter_new(entry->detail);
    HRESULT hr = CALL(&fake->base, QueryInterface, iid, out);

    (void)outer;
    fake_release(fake);
    return hr;
}

#define WAY(id, number, how_good)                                                              \
    static const CLSID clsid_##id = TEST_GUID(number);                                         \
    static const struct fake_config config_##id = {                                            \
        .clsid = &clsid_##id, .inputs = 1, .outputs = 1, .in_types = "A", .out_types = "B"     \
    };                                                                                         \
    static const struct rg_class_entry class_##id = {                                          \
        .clsid = &clsid_##id,                                                                  \
        .name = "way-" #id,                                                                    \
        .help = "a fake",                                                                      \
        .category = RG_CLASS_TRANSFORM,                                                        \
        .merit = how_good,                                                                     \
        .create = make_fake,                                                                   \
        .detail = &config_##id,                                                                \
        .inputs = &takes_a,                                                                    \
        .input_count = 1,                                                                      \
    };

WAY(good, 1, MERIT_NORMAL)
WAY(poor, 2, MERIT_UNLIKELY)
WAY(never, 3, MERIT_DO_NOT_USE)
WAY(host, 4, 0) /* in no table: the host's own */

static const struct rg_class_entry *const ways[] = { &class_good, &class_poor, &class_never };
RG_CLASSES(ways)

static DWORD host_cookie;

static void host_open(void)
{
    IUnknown *factory = NULL;

    assert_hr(rg_class_factory(&class_host, &IID_IUnknown, (void **)&factory), S_OK);
    assert_hr(CoRegisterClassObject(&clsid_host, factory, CLSCTX_INPROC_SERVER,
                                    REGCLS_MULTIPLEUSE, &host_cookie),
              S_OK);
    LET_GO(factory);
}

static void host_close(void)
{
    assert_hr(CoRevokeClassObject(host_cookie), S_OK);
}

static const struct fake_config source = { .name = "source", .outputs = 1, .out_types = "A" };
static const struct fake_config sink = { .name = "sink", .inputs = 1, .in_types = "B" };

/* Connects source and sink, and says by which class; GUID_NULL: there was no way. */
static HRESULT connect(CLSID *ret_way)
{
    struct fake_filter *from = fake_filter_new(&source), *to = fake_filter_new(&sink);
    IGraphBuilder *graph = NULL;
    IEnumFilters *list = NULL;
    IBaseFilter *filter;
    HRESULT hr = CoCreateInstance(&CLSID_FilterGraph, NULL, CLSCTX_INPROC_SERVER,
                                  &IID_IGraphBuilder, (void **)&graph);

    *ret_way = GUID_NULL;
    if (SUCCEEDED(hr))
        hr = CALL(graph, AddFilter, &from->base, L"from");
    if (SUCCEEDED(hr))
        hr = CALL(graph, AddFilter, &to->base, L"to");
    if (SUCCEEDED(hr))
        hr = CALL(graph, Connect, fake_out(from, 0), fake_in(to, 0));
    if (SUCCEEDED(hr) && SUCCEEDED(CALL(graph, EnumFilters, &list))) {
        while (CALL(list, Next, 1, &filter, NULL) == S_OK) {
            if (filter != &from->base && filter != &to->base)
                assert_hr(CALL(filter, GetClassID, ret_way), S_OK);
            LET_GO(filter);
        }
        LET_GO(list);
    }
    if (graph != NULL)
        LET_GO(graph);
    fake_release(from);
    fake_release(to);
    assert_int_equal(fake_filters_alive(), 0);
    return hr;
}

static bool goes_by(const CLSID *wanted)
{
    CLSID way;
    HRESULT hr = connect(&way);

    if (wanted == NULL)
        return hr == VFW_E_CANNOT_CONNECT;
    return hr == S_OK && IsEqualCLSID(&way, wanted);
}

static void put(const CLSID *clsid, DWORD merit, const GUID *input)
{
    const REGPINTYPES in = { &major, input }, out = { &major, &letter_b };
    const REGFILTERPINS2 pins[] = {
        { .nMediaTypes = 1, .lpMediaType = &in },
        { .dwFlags = REG_PINFLAG_B_OUTPUT, .nMediaTypes = 1, .lpMediaType = &out },
    };
    const REGFILTER2 filter = {
        .dwVersion = 2, .dwMerit = merit, .cPins2 = 2, .rgPins2 = pins
    };
    IFilterMapper3 *mapper = mapper_open();

    assert_hr(CALL(mapper, RegisterFilter, clsid, L"registered", NULL, NULL, NULL, &filter),
              S_OK);
    LET_GO(mapper);
}

static void take(const CLSID *clsid)
{
    IFilterMapper3 *mapper = mapper_open();

    assert_hr(CALL(mapper, UnregisterFilter, NULL, NULL, clsid), S_OK);
    LET_GO(mapper);
}

/* ---- registrations ----------------------------------------------------------------------- */

static void merits_that_were_registered_rule(void **state)
{
    (void)state;
    assert_true(goes_by(&clsid_good));
    put(&clsid_poor, MERIT_PREFERRED, &letter_a);
    assert_true(goes_by(&clsid_poor));
    put(&clsid_never, MERIT_PREFERRED + 1, &letter_a);
    assert_true(goes_by(&clsid_never));
    put(&clsid_never, MERIT_DO_NOT_USE, &letter_a);
    assert_true(goes_by(&clsid_poor));
    put(&clsid_poor, MERIT_DO_NOT_USE + 1, &letter_a);
    assert_true(goes_by(&clsid_good));
}

static void what_was_unregistered_is_not_tried(void **state)
{
    (void)state;
    take(&clsid_good);
    assert_true(goes_by(&clsid_poor));
    take(&clsid_poor);
    assert_true(goes_by(NULL));
    put(&clsid_good, MERIT_NORMAL, &letter_a);
    assert_true(goes_by(&clsid_good));
}

static void types_that_were_registered_rule(void **state)
{
    (void)state;
    put(&clsid_good, MERIT_PREFERRED, &letter_z);
    assert_true(goes_by(&clsid_poor));
    put(&clsid_good, MERIT_PREFERRED, NULL); /* any */
    assert_true(goes_by(&clsid_good));
}

static void filters_of_the_host_are_used(void **state)
{
    (void)state;
    host_open();
    assert_true(goes_by(&clsid_good)); /* nobody registered it */
    put(&clsid_host, MERIT_PREFERRED, &letter_a);
    assert_true(goes_by(&clsid_host));
    host_close();
    assert_true(goes_by(&clsid_good)); /* there is no code for it any more */
}

static void a_category_out_of_the_way_hides_all(void **state)
{
    IFilterMapper3 *mapper = mapper_open();

    (void)state;
    assert_hr(CALL(mapper, CreateCategory, &CLSID_LegacyAmFilterCategory, MERIT_DO_NOT_USE,
                   L"Filters"),
              S_OK);
    assert_true(goes_by(NULL));
    assert_hr(
        CALL(mapper, CreateCategory, &CLSID_LegacyAmFilterCategory, MERIT_NORMAL, L"Filters"),
        S_OK);
    assert_true(goes_by(&clsid_good));
    LET_GO(mapper);
}

static void rendering_asks_too(void **state)
{
    static const struct fake_config config = { .clsid = &clsid_host,
                                               .inputs = 1,
                                               .in_types = "Z" };
    static const struct fake_config from_config = { .name = "z",
                                                    .outputs = 1,
                                                    .out_types = "Z" };
    const struct rg_class_entry entry = {
        .clsid = &clsid_host, .name = "sink", .create = make_fake, .detail = &config
    };
    const REGPINTYPES in = { &major, &letter_z };
    const REGFILTERPINS2 pin = { .dwFlags = REG_PINFLAG_B_RENDERER,
                                 .nMediaTypes = 1,
                                 .lpMediaType = &in };
    const REGFILTER2 filter = {
        .dwVersion = 2, .dwMerit = MERIT_NORMAL, .cPins2 = 1, .rgPins2 = &pin
    };
    struct fake_filter *from = fake_filter_new(&from_config);
    IFilterMapper3 *mapper = mapper_open();
    IUnknown *factory = NULL;
    IGraphBuilder *graph;

    (void)state;
    assert_hr(rg_class_factory(&entry, &IID_IUnknown, (void **)&factory), S_OK);
    assert_hr(CoRegisterClassObject(&clsid_host, factory, CLSCTX_INPROC_SERVER,
                                    REGCLS_MULTIPLEUSE, &host_cookie),
              S_OK);
    LET_GO(factory);
    assert_hr(CoCreateInstance(&CLSID_FilterGraph, NULL, CLSCTX_INPROC_SERVER,
                               &IID_IGraphBuilder, (void **)&graph),
              S_OK);
    assert_hr(CALL(graph, AddFilter, &from->base, L"from"), S_OK);
    assert_hr(CALL(graph, Render, fake_out(from, 0)), VFW_E_CANNOT_RENDER);
    assert_hr(CALL(mapper, RegisterFilter, &clsid_host, L"sink", NULL, NULL, NULL, &filter),
              S_OK);
    assert_hr(CALL(graph, Render, fake_out(from, 0)), S_OK);
    LET_GO(graph);
    fake_release(from);
    host_close();
    LET_GO(mapper);
}

static void each_allocation_fails_once(void **state)
{
    unsigned n = 1;
    CLSID way;

    (void)state;
    put(&clsid_poor, MERIT_PREFERRED, &letter_a);
    put(&clsid_never, MERIT_NORMAL, &letter_z);
    assert_true(goes_by(&clsid_poor));
    for (;; n++) {
        bool failed;
        HRESULT hr;

        put(&clsid_never, MERIT_NORMAL, n % 2 != 0 ? &letter_a : &letter_z); /* a new view */
        rg_fault_arm(n);
        hr = connect(&way);
        failed = rg_fault_disarm();
        assert_int_equal(rg_live_objects(tell_alive, NULL), 0);
        if (!failed) {
            assert_hr(hr, S_OK);
            break;
        }
        assert_true(hr == E_OUTOFMEMORY || SUCCEEDED(hr)); /* a filter less can do, too */
        assert_true(goes_by(&clsid_poor));
    }
    assert_true(n > 20);
}

/* ---- IAMPluginControl -------------------------------------------------------------------- */

static IAMPluginControl *control_open(void)
{
    IAMPluginControl *control = NULL;

    assert_hr(CoCreateInstance(&CLSID_DirectShowPluginControl, NULL, CLSCTX_INPROC_SERVER,
                               &IID_IAMPluginControl, (void **)&control),
              S_OK);
    return control;
}

static void blocked_filters_are_not_tried(void **state)
{
    IAMPluginControl *control = control_open(), *second = control_open();
    CLSID clsid;

    (void)state;
    assert_hr(CALL(control, IsDisabled, &clsid_good), S_FALSE);
    assert_hr(CALL(control, GetDisabledByIndex, 0, &clsid),
              HRESULT_FROM_WIN32(ERROR_NO_MORE_ITEMS));
    assert_hr(CALL(control, SetDisabled, &clsid_good, TRUE), S_OK);
    assert_hr(CALL(control, SetDisabled, &clsid_good, TRUE), S_OK);
    assert_true(goes_by(&clsid_poor));
    assert_hr(CALL(second, IsDisabled, &clsid_good), S_OK); /* it is the process's */
    assert_hr(CALL(second, SetDisabled, &clsid_poor, TRUE), S_OK);
    assert_true(goes_by(NULL));
    assert_hr(CALL(control, GetDisabledByIndex, 1, &clsid), S_OK);
    assert_true(IsEqualCLSID(&clsid, &clsid_poor));
    assert_hr(CALL(control, GetDisabledByIndex, 2, &clsid),
              HRESULT_FROM_WIN32(ERROR_NO_MORE_ITEMS));
    assert_hr(CALL(control, SetDisabled, &clsid_good, FALSE), S_OK);
    assert_true(goes_by(&clsid_good));
    assert_hr(CALL(control, SetDisabled, &clsid_good, FALSE), S_OK);
    assert_hr(CALL(control, SetDisabled, &clsid_poor, FALSE), S_OK);
    LET_GO(control);
    LET_GO(second);
}

static void preferred_filters_come_first(void **state)
{
    IAMPluginControl *control = control_open();
    GUID subtype;
    CLSID clsid;

    (void)state;
    assert_hr(CALL(control, GetPreferredClsid, &letter_a, &clsid),
              HRESULT_FROM_WIN32(ERROR_NOT_FOUND));
    assert_hr(CALL(control, SetPreferredClsid, &letter_a, &clsid_poor), S_OK);
    assert_true(goes_by(&clsid_poor));
    assert_hr(CALL(control, SetPreferredClsid, &letter_a, &clsid_never),
              S_OK); /* whatever its merit */
    assert_true(goes_by(&clsid_never));
    assert_hr(CALL(control, SetPreferredClsid, &letter_z, &clsid_poor), S_OK);
    assert_true(goes_by(&clsid_never));
    assert_hr(CALL(control, GetPreferredClsid, &letter_a, &clsid), S_OK);
    assert_true(IsEqualCLSID(&clsid, &clsid_never));
    assert_hr(CALL(control, GetPreferredClsidByIndex, 1, &subtype, &clsid), S_OK);
    assert_true(IsEqualGUID(&subtype, &letter_z) && IsEqualCLSID(&clsid, &clsid_poor));
    assert_hr(CALL(control, GetPreferredClsidByIndex, 2, &subtype, &clsid),
              HRESULT_FROM_WIN32(ERROR_NO_MORE_ITEMS));
    host_open();
    assert_hr(CALL(control, SetPreferredClsid, &letter_a, &clsid_host),
              S_OK); /* unregistered */
    assert_true(goes_by(&clsid_host));
    assert_hr(CALL(control, SetDisabled, &clsid_host, TRUE), S_OK); /* blocked is blocked */
    assert_true(goes_by(&clsid_good));
    assert_hr(CALL(control, SetDisabled, &clsid_host, FALSE), S_OK);
    host_close();
    assert_true(goes_by(&clsid_good)); /* preferred, and no code for it */
    assert_hr(CALL(control, SetPreferredClsid, &letter_a, NULL), S_OK);
    assert_hr(CALL(control, SetPreferredClsid, &letter_a, NULL), S_OK);
    assert_hr(CALL(control, SetPreferredClsid, &letter_z, NULL), S_OK);
    assert_hr(CALL(control, GetPreferredClsidByIndex, 0, &subtype, &clsid),
              HRESULT_FROM_WIN32(ERROR_NO_MORE_ITEMS));
    LET_GO(control);
}

static void the_control_answers_nulls(void **state)
{
    IAMPluginControl *control = control_open();
    GUID guid;

    (void)state;
    assert_hr(CALL(control, GetPreferredClsid, NULL, &guid), E_POINTER);
    assert_hr(CALL(control, GetPreferredClsid, &letter_a, NULL), E_POINTER);
    assert_hr(CALL(control, GetPreferredClsidByIndex, 0, NULL, &guid), E_POINTER);
    assert_hr(CALL(control, GetPreferredClsidByIndex, 0, &guid, NULL), E_POINTER);
    assert_hr(CALL(control, SetPreferredClsid, NULL, &guid), E_POINTER);
    assert_hr(CALL(control, IsDisabled, NULL), E_POINTER);
    assert_hr(CALL(control, GetDisabledByIndex, 0, NULL), E_POINTER);
    assert_hr(CALL(control, SetDisabled, NULL, TRUE), E_POINTER);
    assert_hr(CALL(control, IsLegacyDisabled, NULL), E_POINTER);
    assert_hr(CALL(control, IsLegacyDisabled, L"any.dll"), S_FALSE);
    LET_GO(control);
}

static void the_control_reports_lack_of_memory(void **state)
{
    IAMPluginControl *control = control_open();
    CLSID many = TEST_GUID(0x80);
    HRESULT hr;

    (void)state;
    for (unsigned i = 0; i < 40; i++) { /* so that the lists have to grow */
        many.Data4[7] = (BYTE)(0x80 + i);
        for (unsigned n = 1;; n++) {
            rg_fault_arm(n);
            hr = CALL(control, SetDisabled, &many, TRUE);
            if (hr == S_OK)
                hr = CALL(control, SetPreferredClsid, &many, &many);
            if (!rg_fault_disarm())
                break;
            assert_hr(hr, E_OUTOFMEMORY);
        }
        assert_hr(hr, S_OK);
    }
    for (unsigned i = 0; i < 40; i++) {
        many.Data4[7] = (BYTE)(0x80 + i);
        assert_hr(CALL(control, IsDisabled, &many), S_OK);
        assert_hr(CALL(control, SetDisabled, &many, FALSE), S_OK);
        assert_hr(CALL(control, SetPreferredClsid, &many, NULL), S_OK);
    }
    LET_GO(control);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_begin, folder_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(merits_that_were_registered_rule),    TEST(what_was_unregistered_is_not_tried),
        TEST(types_that_were_registered_rule),     TEST(filters_of_the_host_are_used),
        TEST(a_category_out_of_the_way_hides_all), TEST(rendering_asks_too),
        TEST(each_allocation_fails_once),          TEST(blocked_filters_are_not_tried),
        TEST(preferred_filters_come_first),        TEST(the_control_answers_nulls),
        TEST(the_control_reports_lack_of_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
