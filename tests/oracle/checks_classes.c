/* SPDX-License-Identifier: MIT */
/* checks_classes.c - classes that list filters: the device enumerator, the mapper, the capture builder.
 *
 * Knows: their interfaces.  Must not know: which filters there are.
 */
#include "checks.h"
#include "oracle.h"

static const GUID own_clsid = {
    0x5b0f3b3a, 0x0c11, 0x4c59, { 0x9c, 0x6a, 0x21, 0x77, 0x0e, 0x5d, 0x1f, 0x31 }
};
static const GUID empty_category = {
    0x5b0f3b3a, 0x0c11, 0x4c59, { 0x9c, 0x6a, 0x21, 0x77, 0x0e, 0x5d, 0x1f, 0x30 }
};

void group_device_enum(void)
{
    IEnumMoniker *list = (IEnumMoniker *)&list;
    ICreateDevEnum *devices;
    IMoniker *moniker = NULL;
    ULONG count = 0;
    HRESULT hr;

    if (!make(&CLSID_SystemDeviceEnum, "CLSID_SystemDeviceEnum", &IID_ICreateDevEnum,
              (void **)&devices))
        return;
    hr = ICreateDevEnum_CreateClassEnumerator(devices, &empty_category, &list, 0);
    answer_hr("a category that nobody has", hr, "S_FALSE", "it is empty, or it does not exist");
    answer_yes("NULL then", list == NULL, "no list of nothing");
    answer_hr("to NULL",
              ICreateDevEnum_CreateClassEnumerator(devices, &empty_category, NULL, 0),
              "E_POINTER", "an address is needed");
    list = NULL;
    hr = ICreateDevEnum_CreateClassEnumerator(devices, &CLSID_LegacyAmFilterCategory, &list, 0);
    answer_hr("all filters", hr, "S_OK", "there are filters");
    if (list != NULL) {
        answer_hr("Next", IEnumMoniker_Next(list, 1, &moniker, &count), "S_OK", "at least one");
        answer_value("how many", count, "1", "as were asked for");
        answer_hr("Reset", IEnumMoniker_Reset(list), "S_OK", "from the start");
        IEnumMoniker_Release(list);
    }
    if (moniker != NULL) {
        IPropertyBag *bag = NULL;
        IBaseFilter *filter = NULL;
        VARIANT name;

        answer_hr("BindToStorage",
                  IMoniker_BindToStorage(moniker, NULL, NULL, &IID_IPropertyBag, (void **)&bag),
                  "S_OK", "a moniker has a property bag");
        name.vt = VT_EMPTY;
        if (bag != NULL) {
            answer_hr("FriendlyName", IPropertyBag_Read(bag, L"FriendlyName", &name, NULL),
                      "S_OK", "every filter has a name");
            answer_value("its kind", name.vt, "8", "a text");
            VariantClear(&name);
            answer_hr("CLSID", IPropertyBag_Read(bag, L"CLSID", &name, NULL), "S_OK",
                      "every filter has a class");
            VariantClear(&name);
            answer_hr("a property that nobody has",
                      IPropertyBag_Read(bag, L"OracleHasNone", &name, NULL), "any error",
                      "it is not there");
            IPropertyBag_Release(bag);
        }
        (void)IMoniker_BindToObject(moniker, NULL, NULL, &IID_IBaseFilter, (void **)&filter);
        answer_yes("BindToObject", filter != NULL, "makes the filter");
        if (filter != NULL)
            IBaseFilter_Release(filter);
        IMoniker_Release(moniker);
    }
    ICreateDevEnum_Release(devices);
}

/* ---- the mapper -------------------------------------------------------------------------- */

static HRESULT find(IFilterMapper2 *mapper, DWORD merit, IEnumMoniker **out)
{
    GUID types[2] = { own_clsid, GUID_NULL };

    *out = NULL;
    return IFilterMapper2_EnumMatchingFilters(mapper, out, 0, TRUE, merit, TRUE, 1, types, NULL,
                                              NULL, FALSE, FALSE, 0, NULL, NULL, NULL);
}

static LONG count_found(IFilterMapper2 *mapper, DWORD merit)
{
    IEnumMoniker *list = NULL;
    IMoniker *moniker = NULL;
    LONG count = 0;

    if (FAILED(find(mapper, merit, &list)) || list == NULL)
        return -1;
    while (IEnumMoniker_Next(list, 1, &moniker, NULL) == S_OK) {
        IMoniker_Release(moniker);
        count++;
    }
    IEnumMoniker_Release(list);
    return count;
}

void group_mapper(void)
{
    REGPINTYPES type = { &own_clsid, &GUID_NULL };
    REGFILTERPINS2 pin;
    REGFILTER2 filter;
    IFilterMapper2 *mapper;
    IEnumMoniker *list;

    if (!make(&CLSID_FilterMapper2, "CLSID_FilterMapper2", &IID_IFilterMapper2,
              (void **)&mapper))
        return;
    ZeroMemory(&pin, sizeof(pin));
    pin.dwFlags = REG_PINFLAG_B_RENDERER;
    pin.nMediaTypes = 1;
    pin.lpMediaType = &type;
    ZeroMemory(&filter, sizeof(filter));
    filter.dwVersion = 2;
    filter.dwMerit = MERIT_NORMAL;
    filter.cPins2 = 1;
    filter.rgPins2 = &pin;
    answer_hr("EnumMatchingFilters", find(mapper, MERIT_DO_NOT_USE + 1, &list), "S_OK",
              "also when nobody fits");
    answer_yes("a list", list != NULL, "it may be empty");
    if (list != NULL)
        IEnumMoniker_Release(list);
    answer_value("nobody fits", count_found(mapper, MERIT_DO_NOT_USE + 1), "0",
                 "a type that nobody knows");
    answer_hr("RegisterFilter",
              IFilterMapper2_RegisterFilter(mapper, &own_clsid, L"Oracle's own", NULL,
                                            &CLSID_LegacyAmFilterCategory, NULL, &filter),
              "S_OK", "it can be found from now on");
    answer_value("one fits", count_found(mapper, MERIT_DO_NOT_USE + 1), "1", "its type");
    answer_value("merit", count_found(mapper, MERIT_PREFERRED), "0",
                 "only those of that merit or more");
    answer_hr("UnregisterFilter",
              IFilterMapper2_UnregisterFilter(mapper, &CLSID_LegacyAmFilterCategory, NULL,
                                              &own_clsid),
              "S_OK", "it cannot be found any more");
    answer_value("nobody fits again", count_found(mapper, MERIT_DO_NOT_USE + 1), "0",
                 "it was taken off");
    answer_hr("UnregisterFilter of nobody",
              IFilterMapper2_UnregisterFilter(mapper, &CLSID_LegacyAmFilterCategory, NULL,
                                              &own_clsid),
              "any error|S_OK", "nothing to take off");
    IFilterMapper2_Release(mapper);
}

/* ---- the capture graph builder ----------------------------------------------------------- */

void group_capture_builder(void)
{
    struct fake *s, *r;
    ICaptureGraphBuilder2 *builder;
    IGraphBuilder *graph = NULL, *got = NULL;
    IPin *pin = NULL;

    if (!make(&CLSID_CaptureGraphBuilder2, "CLSID_CaptureGraphBuilder2",
              &IID_ICaptureGraphBuilder2, (void **)&builder) ||
        !graph_make(&graph))
        return;
    s = fake_new('s', "o");
    r = fake_new('r', "i");
    answer_hr("GetFiltergraph to NULL", ICaptureGraphBuilder2_GetFiltergraph(builder, NULL),
              "E_POINTER", "an address is needed");
    answer_hr("GetFiltergraph of none", ICaptureGraphBuilder2_GetFiltergraph(builder, &got),
              "E_UNEXPECTED", "no graph was set");
    answer_hr("SetFiltergraph", ICaptureGraphBuilder2_SetFiltergraph(builder, graph), "S_OK",
              "the graph to build in");
    answer_hr("GetFiltergraph", ICaptureGraphBuilder2_GetFiltergraph(builder, &got), "S_OK",
              "the graph that was set");
    answer_yes("its graph", got == graph, "the graph that was set");
    if (got != NULL)
        IGraphBuilder_Release(got);
    answer_hr("SetFiltergraph again", ICaptureGraphBuilder2_SetFiltergraph(builder, graph),
              "E_UNEXPECTED", "it has one already");
    (void)IGraphBuilder_AddFilter(graph, &s->filter, L"s");
    (void)IGraphBuilder_AddFilter(graph, &r->filter, L"r");
    answer_hr("FindPin",
              ICaptureGraphBuilder2_FindPin(builder, (IUnknown *)&s->filter, PINDIR_OUTPUT,
                                            NULL, NULL, FALSE, 0, &pin),
              "S_OK", "the first output");
    answer_yes("the pin", pin == &s->pins[0].pin, "the first output");
    if (pin != NULL)
        IPin_Release(pin);
    answer_hr("FindPin of another direction",
              ICaptureGraphBuilder2_FindPin(builder, (IUnknown *)&s->filter, PINDIR_INPUT, NULL,
                                            NULL, FALSE, 0, &pin),
              "E_FAIL|VFW_E_NOT_FOUND", "there is none");
    answer_hr("FindPin beyond the last",
              ICaptureGraphBuilder2_FindPin(builder, (IUnknown *)&s->filter, PINDIR_OUTPUT,
                                            NULL, NULL, FALSE, 1, &pin),
              "E_FAIL|VFW_E_NOT_FOUND", "there is one alone");
    answer_hr("RenderStream",
              ICaptureGraphBuilder2_RenderStream(builder, NULL, NULL, (IUnknown *)&s->filter,
                                                 NULL, &r->filter),
              "S_OK", "source and renderer");
    answer_yes("connected", s->pins[0].peer == &r->pins[0].pin, "source and renderer");
    answer_hr("FindPin of an unconnected pin",
              ICaptureGraphBuilder2_FindPin(builder, (IUnknown *)&s->filter, PINDIR_OUTPUT,
                                            NULL, NULL, TRUE, 0, &pin),
              "E_FAIL|VFW_E_NOT_FOUND", "all are connected");
    ICaptureGraphBuilder2_Release(builder);
    IGraphBuilder_Release(graph);
    fake_release(s);
    fake_release(r);
}
