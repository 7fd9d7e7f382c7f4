/* SPDX-License-Identifier: MIT */
/* com.c - pins, filters and errors, asked for through COM and told in UTF-8.
 *
 * Any thread.  Knows: the public headers.  Must not know: the library's insides.
 */
#include "app/com.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_MAX_CHARS 128 /* of FILTER_INFO and PIN_INFO */

bool app_is_same(void *a, void *b)
{
    if (a == b)
        return true;
    APP_AUTO(IUnknown) one = app_query(a, &IID_IUnknown);
    APP_AUTO(IUnknown) two = app_query(b, &IID_IUnknown);

    return one && one == two;
}

void app_guid_text(const GUID *id, char *ret_text, size_t size)
{
    snprintf(ret_text, size, "{%08X-%04X-%04X-%02X%02X-%02X%02X%02X%02X%02X%02X}",
             (unsigned)id->Data1, id->Data2, id->Data3, id->Data4[0], id->Data4[1],
             id->Data4[2], id->Data4[3], id->Data4[4], id->Data4[5], id->Data4[6],
             id->Data4[7]);
}

/* Codes that AMGetErrorText leaves to the system. */
static const struct {
    uint32_t code;
    const char *words;
} system_errors[] = {
    { 0x80030002, "no such file" },
    { 0x80030003, "no such folder" },
    { 0x80030005, "access is denied" },
    { 0x8003001d, "it can't be written to" },
    { 0x8003001e, "what is read breaks off, or its server can't jump in it" },
    { 0x80030070, "no space is left" },
    { 0x80070002, "no such file" },
    { 0x80070003, "no such folder" },
    { 0x80070005, "access is denied" },
    { 0x80070070, "no space is left" },
    { 0x8007000e, "memory has run out" },
    { 0x80004002, "an interface is missing" },
    { 0x80004005, "it failed without saying why" },
};

/* ---- errors --------------------------------------------------------------------------------
 */

void app_text_hresult(struct app_text *text, HRESULT hr)
{
    wchar_t wide[256];
    char words[1024];
    DWORD length = AMGetErrorTextW(hr, wide, sizeof(wide) / sizeof(*wide));

    words[0] = '\0';
    if (length)
        app_from_wide(wide, words, sizeof(words));
    size_t n = strlen(words);

    while (n && (words[n - 1] == '\n' || words[n - 1] == '\r' || words[n - 1] == ' ' ||
                 words[n - 1] == '.'))
        words[--n] = '\0';
    for (size_t i = 0; !n && i < sizeof(system_errors) / sizeof(*system_errors); i++)
        if (system_errors[i].code == (uint32_t)hr)
            n = (size_t)snprintf(words, sizeof(words), "%s", system_errors[i].words);
    if (n)
        app_text_add(text, "%s (0x%08" PRIx32 ")", words, (uint32_t)hr);
    else
        app_text_add(text, "error 0x%08" PRIx32, (uint32_t)hr);
}

void app_text_report(struct app_text *text, void *graph, HRESULT hr)
{
    APP_AUTO(IGraphReport) report = app_query(graph, &IID_IGraphReport);
    char *words = NULL;

    if (report && IGraphReport_GetLastReport(report, &words) == S_OK && words && *words)
        app_text_add(text, "%s", words);
    else
        app_text_hresult(text, hr);
    CoTaskMemFree(words);
    while (text->length && text->data[text->length - 1] == '\n')
        text->data[--text->length] = '\0';
}

/* ---- names ---------------------------------------------------------------------------------
 */

void app_pin_name(IPin *pin, char *ret_name, size_t size)
{
    PIN_INFO info = { 0 };

    snprintf(ret_name, size, "?");
    if (FAILED(IPin_QueryPinInfo(pin, &info)))
        return;
    info.achName[NAME_MAX_CHARS - 1] = L'\0';
    app_from_wide(info.achName, ret_name, size);
    if (info.pFilter)
        IBaseFilter_Release(info.pFilter);
}

void app_filter_name(IBaseFilter *filter, char *ret_name, size_t size)
{
    FILTER_INFO info = { 0 };

    snprintf(ret_name, size, "?");
    if (!filter || FAILED(IBaseFilter_QueryFilterInfo(filter, &info)))
        return;
    info.achName[NAME_MAX_CHARS - 1] = L'\0';
    app_from_wide(info.achName, ret_name, size);
    if (info.pGraph)
        IFilterGraph_Release(info.pGraph);
}

HRESULT app_filter_state(IBaseFilter *filter, struct app_text *ret)
{
    static const LARGE_INTEGER beginning = { .QuadPart = 0 };
    APP_AUTO(IPersistStream) persist = app_query(filter, &IID_IPersistStream);
    APP_AUTO(IStream) stream = NULL;
    char part[4096];
    ULONG got = 0;
    HRESULT hr;

    if (!persist)
        return S_OK;
    hr = CreateStreamOnHGlobal(NULL, TRUE, &stream);
    if (SUCCEEDED(hr))
        hr = IPersistStream_Save(persist, stream, FALSE);
    if (hr == E_NOTIMPL)
        return S_OK;
    if (SUCCEEDED(hr))
        hr = IStream_Seek(stream, beginning, STREAM_SEEK_SET, NULL);
    while (SUCCEEDED(hr) && SUCCEEDED(hr = IStream_Read(stream, part, sizeof(part), &got)) &&
           got)
        app_text_put(ret, part, got);
    return FAILED(hr) ? hr : S_OK;
}

/* ---- pins ----------------------------------------------------------------------------------
 */

void app_pins_get(IBaseFilter *filter, struct app_pins *ret_pins)
{
    APP_AUTO(IEnumPins) list = NULL;
    struct app_pins pins = { 0 };
    IPin *pin;

    *ret_pins = pins;
    if (FAILED(IBaseFilter_EnumPins(filter, &list)) || !list)
        return;
    for (;;) {
        HRESULT hr = IEnumPins_Next(list, 1, &pin, NULL);

        if (hr == VFW_E_ENUM_OUT_OF_SYNC) {
            app_pins_release(&pins);
            IEnumPins_Reset(list);
            continue;
        }
        if (hr != S_OK)
            break;
        pins.items = app_grow(pins.items, pins.count, sizeof(*pins.items));
        pins.items[pins.count++] = pin;
    }
    *ret_pins = pins;
}

void app_pins_release(struct app_pins *pins)
{
    for (size_t i = 0; i < pins->count; i++)
        IPin_Release(pins->items[i]);
    free(pins->items);
    *pins = (struct app_pins){ 0 };
}

PIN_DIRECTION app_pin_direction(IPin *pin)
{
    PIN_DIRECTION direction = PINDIR_INPUT;

    IPin_QueryDirection(pin, &direction);
    return direction;
}

IPin *app_pin_peer(IPin *pin)
{
    IPin *peer = NULL;

    return SUCCEEDED(IPin_ConnectedTo(pin, &peer)) ? peer : NULL;
}

IBaseFilter *app_pin_filter(IPin *pin)
{
    PIN_INFO info = { 0 };

    return SUCCEEDED(IPin_QueryPinInfo(pin, &info)) ? info.pFilter : NULL;
}

/* ---- filters -------------------------------------------------------------------------------
 */

void app_filters_get(IFilterGraph *graph, struct app_filters *ret_filters)
{
    APP_AUTO(IEnumFilters) list = NULL;
    struct app_filters filters = { 0 };
    IBaseFilter *filter;

    *ret_filters = filters;
    if (FAILED(IFilterGraph_EnumFilters(graph, &list)) || !list)
        return;
    for (;;) {
        HRESULT hr = IEnumFilters_Next(list, 1, &filter, NULL);

        if (hr == VFW_E_ENUM_OUT_OF_SYNC) {
            app_filters_release(&filters);
            IEnumFilters_Reset(list);
            continue;
        }
        if (hr != S_OK)
            break;
        filters.items = app_grow(filters.items, filters.count, sizeof(*filters.items));
        filters.items[filters.count++] = filter;
    }
    *ret_filters = filters;
}

void app_filters_release(struct app_filters *filters)
{
    for (size_t i = 0; i < filters->count; i++)
        IBaseFilter_Release(filters->items[i]);
    free(filters->items);
    *filters = (struct app_filters){ 0 };
}

/* ---- media types ---------------------------------------------------------------------------
 */

void app_media_type_clear(AM_MEDIA_TYPE *type)
{
    CoTaskMemFree(type->pbFormat);
    if (type->pUnk)
        IUnknown_Release(type->pUnk);
    memset(type, 0, sizeof(*type));
}

void app_media_type_delete(AM_MEDIA_TYPE *type)
{
    if (!type)
        return;
    app_media_type_clear(type);
    CoTaskMemFree(type);
}
