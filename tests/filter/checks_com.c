/* SPDX-License-Identifier: MIT */
/* checks_com.c - what every filter must be as a COM object, and as IBaseFilter, IMediaFilter, IRgOptions and
 * IPersistStream.
 *
 * Runs: the test's thread.
 * Knows: raw COM interfaces.  Must not know: base/.
 */
#include <stdio.h>

#include "checks.h"

static const IID some_other = { 0x1f2e3d4c, 0x5b6a, 0x7988, { 9, 8, 7, 6, 5, 4, 3, 2 } };

/* ---- IUnknown ----------------------------------------------------------------------------- */

static const IID *const must[] = { &IID_IUnknown,      &IID_IBaseFilter,
                                   &IID_IMediaFilter,  &IID_IPersist,
                                   &IID_IRgOptions,    &IID_IAMFilterMiscFlags,
                                   &IID_IPersistStream };
static const IID *const must_not[] = {
    &IID_IPin,          &IID_IMemInputPin, &IID_IPinConnection, &IID_IPinFlowControl,
    &IID_IRgLink,       &IID_IFilterGraph, &IID_IGraphBuilder,  &IID_IMediaControl,
    &IID_IClassFactory, &IID_IMediaSample, &IID_IMemAllocator,  &IID_IEnumPins,
    &some_other
};
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void interfaces(struct harness *h)
{
    for (size_t i = 0; i < COUNT(must); i++) {
        IUnknown *face = NULL;

        assert_int_equal(IBaseFilter_QueryInterface(h->filter, must[i], (void **)&face), S_OK);
        assert_non_null(face);
        assert_int_equal(IUnknown_Release(face), 1);
    }
    for (size_t i = 0; i < COUNT(must_not); i++) {
        void *face = h;

        assert_int_equal(IBaseFilter_QueryInterface(h->filter, must_not[i], &face),
                         E_NOINTERFACE);
        assert_null(face);
    }
    assert_int_equal(IBaseFilter_QueryInterface(h->filter, &IID_IUnknown, NULL), E_POINTER);
}

static void identity(struct harness *h)
{
    RG_AUTO(IUnknown) self = NULL;

    assert_int_equal(IBaseFilter_QueryInterface(h->filter, &IID_IUnknown, (void **)&self),
                     S_OK);
    for (size_t i = 0; i < COUNT(must); i++) {
        RG_AUTO(IUnknown) face = NULL;
        RG_AUTO(IUnknown) again = NULL;

        assert_int_equal(IUnknown_QueryInterface(self, must[i], (void **)&face), S_OK);
        assert_int_equal(IUnknown_QueryInterface(face, &IID_IUnknown, (void **)&again), S_OK);
        assert_ptr_equal(again, self);
        for (size_t j = 0; j < COUNT(must); j++) {
            RG_AUTO(IUnknown) other = NULL;

            assert_int_equal(IUnknown_QueryInterface(face, must[j], (void **)&other), S_OK);
        }
    }
}

struct outer {
    struct com_object object;
    unsigned destroyed;
};

static void outer_destroy(struct com_object *object)
{
    ((struct outer *)object)->destroyed++;
    com_object_fini(object);
}

static const struct com_entry outer_map[] = { COM_MAP_END };

static void aggregation(struct harness *h)
{
    struct outer outer = { .destroyed = 0 };
    IUnknown *inner = NULL;
    IBaseFilter *filter = NULL;
    void *none = h;
    HRESULT hr;

    com_object_init(&outer.object, "outer", outer_map, NULL, outer_destroy);
    assert_int_equal(CoCreateInstance(&h->info->clsid, &outer.object.inner.i,
                                      CLSCTX_INPROC_SERVER, &IID_IBaseFilter, &none),
                     CLASS_E_NOAGGREGATION);
    assert_null(none);
    hr = CoCreateInstance(&h->info->clsid, &outer.object.inner.i, CLSCTX_INPROC_SERVER,
                          &IID_IUnknown, (void **)&inner);
    if (FAILED(hr)) {
        assert_int_equal(hr, CLASS_E_NOAGGREGATION);
        assert_null(inner);
    } else {
        IUnknown *self = NULL;
        IEnumPins *pins = NULL;

        assert_ptr_not_equal(inner, &outer.object.inner.i);
        assert_int_equal(IUnknown_QueryInterface(inner, &IID_IBaseFilter, (void **)&filter),
                         S_OK);
        assert_int_equal(harness_references(&outer.object.inner.i),
                         2); /* the face counts outside */
        assert_int_equal(IBaseFilter_QueryInterface(filter, &IID_IUnknown, (void **)&self),
                         S_OK);
        assert_ptr_equal(self, &outer.object.inner.i);
        assert_int_equal(IBaseFilter_EnumPins(filter, &pins), S_OK);
        IEnumPins_Release(pins);
        IUnknown_Release(self);
        assert_int_equal(IBaseFilter_Release(filter), 1);
        assert_int_equal(IUnknown_Release(inner), 0);
    }
    assert_int_equal(IUnknown_Release(&outer.object.inner.i), 0);
    assert_int_equal(outer.destroyed, 1);
}

/* ---- IPersist, IBaseFilter ---------------------------------------------------------------- */

static void class_id(struct harness *h)
{
    CLSID clsid;

    assert_int_equal(IBaseFilter_GetClassID(h->filter, &clsid), S_OK);
    assert_true(IsEqualCLSID(&clsid, &h->info->clsid));
    assert_int_equal(IBaseFilter_GetClassID(h->filter, NULL), E_POINTER);
}

static void graph_membership(struct harness *h)
{
    unsigned before = harness_references(&h->graph.sink.i);
    FILTER_INFO info;

    assert_int_equal(before, 1); /* joined by now: the way back is weak */
    assert_int_equal(IBaseFilter_QueryFilterInfo(h->filter, &info), S_OK);
    assert_true(wcscmp(info.achName, L"under test") == 0);
    assert_ptr_equal(info.pGraph, &h->graph.graph.i);
    IFilterGraph_Release(info.pGraph);
    assert_int_equal(IBaseFilter_JoinFilterGraph(h->filter, NULL, NULL), S_OK);
    assert_int_equal(IBaseFilter_QueryFilterInfo(h->filter, &info), S_OK);
    assert_null(info.pGraph);
    assert_int_equal(info.achName[0], 0);
    assert_int_equal(IBaseFilter_JoinFilterGraph(h->filter, NULL, L"no graph"), S_OK);
    assert_int_equal(IBaseFilter_QueryFilterInfo(h->filter, &info), S_OK);
    assert_true(wcscmp(info.achName, L"no graph") == 0);
    assert_int_equal(IBaseFilter_QueryFilterInfo(h->filter, NULL), E_POINTER);
}

static void vendor(struct harness *h)
{
    LPWSTR text = NULL;
    HRESULT hr = IBaseFilter_QueryVendorInfo(h->filter, &text);

    if (hr != E_NOTIMPL) {
        assert_int_equal(hr, S_OK);
        assert_non_null(text);
        CoTaskMemFree(text);
        assert_int_equal(IBaseFilter_QueryVendorInfo(h->filter, NULL), E_POINTER);
    }
}

static void null_arguments(struct harness *h)
{
    RG_AUTO(IAMFilterMiscFlags) misc = NULL;
    IPin *pin = NULL;

    assert_int_equal(IBaseFilter_EnumPins(h->filter, NULL), E_POINTER);
    assert_int_equal(IBaseFilter_FindPin(h->filter, L"x", NULL), E_POINTER);
    assert_int_equal(IBaseFilter_FindPin(h->filter, NULL, &pin), E_POINTER);
    assert_int_equal(IBaseFilter_GetState(h->filter, 0, NULL), E_POINTER);
    assert_int_equal(IBaseFilter_GetSyncSource(h->filter, NULL), E_POINTER);
    assert_int_equal(
        IBaseFilter_QueryInterface(h->filter, &IID_IAMFilterMiscFlags, (void **)&misc), S_OK);
    assert_int_equal(IAMFilterMiscFlags_GetMiscFlags(misc) & ~3u, 0);
}

static void clock_is_kept(struct harness *h)
{
    IReferenceClock *clock = &h->clock.clock.i, *back = clock;

    assert_int_equal(IBaseFilter_GetSyncSource(h->filter, &back), S_OK);
    assert_null(back);
    assert_int_equal(IBaseFilter_SetSyncSource(h->filter, clock), S_OK);
    assert_int_equal(harness_references(clock), 2);
    assert_int_equal(IBaseFilter_GetSyncSource(h->filter, &back), S_OK);
    assert_ptr_equal(back, clock);
    IReferenceClock_Release(back);
    assert_int_equal(IBaseFilter_SetSyncSource(h->filter, NULL), S_OK);
    assert_int_equal(harness_references(clock), 1);
}

static void expect_state(struct harness *h, FILTER_STATE wanted)
{
    FILTER_STATE state = (FILTER_STATE)99;
    HRESULT hr = IBaseFilter_GetState(h->filter, 0, &state);

    assert_true(hr == S_OK || hr == VFW_S_CANT_CUE || hr == VFW_S_STATE_INTERMEDIATE);
    assert_int_equal(state, wanted);
}

/* A filter may refuse to start with nothing connected; then it stays stopped. */
static void states_unconnected(struct harness *h)
{
    expect_state(h, State_Stopped);
    assert_int_equal(IBaseFilter_Stop(h->filter), S_OK);
    if (FAILED(IBaseFilter_Pause(h->filter))) {
        expect_state(h, State_Stopped);
        return;
    }
    expect_state(h, State_Paused);
    assert_true(SUCCEEDED(IBaseFilter_Pause(h->filter)));
    assert_true(SUCCEEDED(IBaseFilter_Run(h->filter, 0)));
    expect_state(h, State_Running);
    assert_true(SUCCEEDED(IBaseFilter_Pause(h->filter)));
    expect_state(h, State_Paused);
    assert_true(SUCCEEDED(IBaseFilter_Stop(h->filter)));
    expect_state(h, State_Stopped);
    assert_true(SUCCEEDED(IBaseFilter_Run(h->filter, 0)));
    expect_state(h, State_Running);
    assert_true(SUCCEEDED(IBaseFilter_Stop(h->filter)));
    expect_state(h, State_Stopped);
}

/* ---- IRgOptions -------------------------------------------------------------------------------- */

static void refuses_out_of_range(IRgOptions *options, const RG_OPTION_INFO *info)
{
    char before[512], after[512], value[64];

    assert_int_equal(IRgOptions_Get(options, info->name, before, sizeof(before)), S_OK);
    switch (info->type) {
    case RG_OPTION_INT:
        snprintf(value, sizeof(value), "%.0f", info->minimum - 1);
        assert_int_equal(IRgOptions_Set(options, info->name, value), E_INVALIDARG);
        snprintf(value, sizeof(value), "%.0f", info->maximum + 1);
        assert_int_equal(IRgOptions_Set(options, info->name, value), E_INVALIDARG);
        assert_int_equal(IRgOptions_Set(options, info->name, "7x"), E_INVALIDARG);
        break;
    case RG_OPTION_DOUBLE:
        snprintf(value, sizeof(value), "%.17g", info->maximum * 2 + 1);
        assert_int_equal(IRgOptions_Set(options, info->name, value), E_INVALIDARG);
        assert_int_equal(IRgOptions_Set(options, info->name, "nan"), E_INVALIDARG);
        break;
    case RG_OPTION_TEXT:
        break;
    default:
        assert_int_equal(IRgOptions_Set(options, info->name, "no such word"), E_INVALIDARG);
        break;
    }
    if (info->type != RG_OPTION_TEXT)
        assert_int_equal(IRgOptions_Set(options, info->name, ""), E_INVALIDARG);
    assert_int_equal(IRgOptions_Get(options, info->name, after, sizeof(after)), S_OK);
    assert_string_equal(after, before);
}

static void options_round_trip(struct harness *h)
{
    RG_AUTO(IRgOptions) options = NULL;
    RG_OPTION_INFO info;
    ULONG index = 0;
    char value[512], again[512];

    assert_int_equal(IBaseFilter_QueryInterface(h->filter, &IID_IRgOptions, (void **)&options),
                     S_OK);
    for (; IRgOptions_Describe(options, index, &info) == S_OK; index++) {
        assert_non_null(info.name);
        assert_non_null(info.help);
        assert_non_null(info.initial);
        assert_int_equal(IRgOptions_Get(options, info.name, value, sizeof(value)), S_OK);
        assert_int_equal(IRgOptions_Set(options, info.name, info.initial), S_OK);
        assert_int_equal(IRgOptions_Get(options, info.name, again, sizeof(again)), S_OK);
        assert_string_equal(again, value); /* the default was in force */
        assert_int_equal(IRgOptions_Set(options, info.name, again), S_OK);
        assert_int_equal(IRgOptions_Get(options, info.name, again, 0), E_INVALIDARG);
        refuses_out_of_range(options, &info);
        assert_int_equal(IRgOptions_Set(options, info.name, NULL), E_POINTER);
        assert_int_equal(IRgOptions_Get(options, info.name, NULL, 9), E_POINTER);
    }
    assert_int_equal(IRgOptions_Describe(options, index, &info), S_FALSE);
    assert_int_equal(IRgOptions_Describe(options, 0xffffffff, &info), S_FALSE);
    assert_int_equal(IRgOptions_Describe(options, 0, NULL), E_POINTER);
    assert_int_equal(IRgOptions_Set(options, "no such option", "1"), VFW_E_NOT_FOUND);
    assert_int_equal(IRgOptions_Get(options, "no such option", value, 9), VFW_E_NOT_FOUND);
    assert_int_equal(IRgOptions_Set(options, NULL, "1"), E_POINTER);
    assert_int_equal(IRgOptions_Get(options, NULL, value, 9), E_POINTER);
}

/* ---- IPersistStream ---------------------------------------------------------------------------- */

static const LARGE_INTEGER beginning = { .QuadPart = 0 };

/* Away from its default, where the class lets it. */
static void option_move(IRgOptions *options, const RG_OPTION_INFO *info)
{
    char value[64] = "";

    if (info->type == RG_OPTION_BOOL)
        snprintf(value, sizeof(value), "%s", strcmp(info->initial, "true") ? "true" : "false");
    else if (info->type == RG_OPTION_CHOICE)
        snprintf(value, sizeof(value), "%s", strrchr(info->choices, '|') + 1);
    else if (info->type != RG_OPTION_TEXT)
        snprintf(value, sizeof(value), "%.0f", info->minimum + 1);
    else
        snprintf(value, sizeof(value), "a\\n\nb"); /* a backslash, a line end */
    (void)IRgOptions_Set(options, info->name, value);
}

static void saved_as_text(IPersistStream *persist, const char *text, HRESULT wanted)
{
    RG_AUTO(IStream) stream = NULL;

    assert_int_equal(CreateStreamOnHGlobal(NULL, TRUE, &stream), S_OK);
    assert_int_equal(IStream_Write(stream, text, (ULONG)strlen(text), NULL), S_OK);
    assert_int_equal(IStream_Seek(stream, beginning, STREAM_SEEK_SET, NULL), S_OK);
    assert_int_equal(IPersistStream_Load(persist, stream), wanted);
}

static void settings_are_saved(struct harness *h)
{
    RG_AUTO(IRgOptions) options = NULL;
    RG_AUTO(IRgOptions) others = NULL;
    RG_AUTO(IPersistStream) persist = NULL;
    RG_AUTO(IPersistStream) other = NULL;
    RG_AUTO(IStream) stream = NULL;
    ULARGE_INTEGER most = { .QuadPart = 0 }, end = { .QuadPart = 0 };
    RG_OPTION_INFO info;
    char value[512], again[512];

    assert_int_equal(CoCreateInstance(&h->info->clsid, NULL, CLSCTX_INPROC_SERVER,
                                      &IID_IPersistStream, (void **)&other),
                     S_OK);
    assert_int_equal(IPersistStream_QueryInterface(other, &IID_IRgOptions, (void **)&others),
                     S_OK);
    assert_int_equal(
        IBaseFilter_QueryInterface(h->filter, &IID_IPersistStream, (void **)&persist), S_OK);
    assert_int_equal(IBaseFilter_QueryInterface(h->filter, &IID_IRgOptions, (void **)&options),
                     S_OK);
    assert_int_equal(IPersistStream_IsDirty(persist), S_FALSE);
    for (ULONG i = 0; IRgOptions_Describe(options, i, &info) == S_OK; i++)
        option_move(options, &info);
    assert_int_equal(CreateStreamOnHGlobal(NULL, TRUE, &stream), S_OK);
    assert_int_equal(IPersistStream_Save(persist, stream, TRUE), S_OK);
    assert_int_equal(IPersistStream_IsDirty(persist), S_FALSE);
    assert_int_equal(IStream_Write(stream, "behind", 6, NULL), S_OK);
    assert_int_equal(IStream_Seek(stream, beginning, STREAM_SEEK_SET, NULL), S_OK);
    assert_int_equal(IPersistStream_Load(other, stream), S_OK);
    assert_int_equal(IPersistStream_IsDirty(other), S_FALSE);
    assert_int_equal(IStream_Seek(stream, beginning, STREAM_SEEK_CUR, &end), S_OK);
    assert_int_equal(IPersistStream_GetSizeMax(persist, &most), S_OK);
    assert_true(end.QuadPart % 2 == 0 && end.QuadPart <= most.QuadPart);
    assert_int_equal(IStream_Read(stream, value, 6, NULL), S_OK);
    assert_memory_equal(value, "behind", 6); /* what is not its own is left */
    for (ULONG i = 0; IRgOptions_Describe(options, i, &info) == S_OK; i++) {
        assert_int_equal(IRgOptions_Get(options, info.name, value, sizeof(value)), S_OK);
        assert_int_equal(IRgOptions_Get(others, info.name, again, sizeof(again)), S_OK);
        assert_string_equal(again, value);
    }
    saved_as_text(other, "regraft options 10\nnothing=1", VFW_E_FILE_TOO_SHORT);
    saved_as_text(other, "regraft options 9\nnothing=1x", VFW_E_INVALID_FILE_FORMAT);
    saved_as_text(other, "regraft options 10\nnothing=1\n", VFW_E_NOT_FOUND);
    saved_as_text(other, "regraft options 999999999\n", VFW_E_INVALID_FILE_FORMAT);
    saved_as_text(other, "", VFW_E_FILE_TOO_SHORT);
    saved_as_text(other, "something else\n", VFW_E_INVALID_FILE_FORMAT);
    if (IRgOptions_Describe(options, 0, &info) == S_OK) {
        assert_int_equal(IRgOptions_Get(options, info.name, value, sizeof(value)), S_OK);
        assert_int_equal(IRgOptions_Get(others, info.name, again, sizeof(again)), S_OK);
        assert_string_equal(again, value);
    }
    assert_int_equal(IPersistStream_Load(other, NULL), E_POINTER);
    assert_int_equal(IPersistStream_Save(other, NULL, TRUE), E_POINTER);
    assert_int_equal(IPersistStream_GetSizeMax(other, NULL), E_POINTER);
}

static void describes_itself(struct harness *h)
{
    struct rg_class_info found;

    assert_true(h->info->name[0] != '\0' && h->info->help[0] != '\0');
    assert_int_equal(rg_class_by_name(h->info->name, &found), S_OK);
    assert_true(IsEqualCLSID(&found.clsid, &h->info->clsid));
}

const struct check com_checks[] = {
    { "interfaces", interfaces },
    { "identity", identity },
    { "aggregation", aggregation },
    { "class id", class_id },
    { "describes itself", describes_itself },
    { "settings are saved", settings_are_saved },
    { "graph membership", graph_membership },
    { "vendor", vendor },
    { "null arguments of the filter", null_arguments },
    { "clock is kept", clock_is_kept },
    { "states unconnected", states_unconnected },
    { "options", options_round_trip },
    { NULL, NULL },
};
