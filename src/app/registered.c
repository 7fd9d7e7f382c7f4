/* SPDX-License-Identifier: MIT */
/* registered.c - the filters that programs registered for this user, as JSON.
 *
 * Control threads.  Knows: COM interfaces of the device enumerator, jansson.  Must not know: verbs.
 */
#include "app/describe.h"

#include <strings.h>

#include <oleauto.h>

/* A property in UTF-8; "" if there is none. */
static void property_get(IPropertyBag *bag, const wchar_t *name, char *text, size_t size)
{
    VARIANT value = { .vt = VT_BSTR };

    *text = '\0';
    if (FAILED(IPropertyBag_Read(bag, name, &value, NULL)))
        return;
    if (value.bstrVal)
        app_from_wide(value.bstrVal, text, size);
    VariantClear(&value);
}

static DWORD merit_get(IPropertyBag *bag)
{
    VARIANT value = { .vt = VT_I4 };

    return SUCCEEDED(IPropertyBag_Read(bag, L"Merit", &value, NULL)) ? (DWORD)value.lVal : 0;
}

/* Is it one of the library's own classes, as it was written? */
static bool is_own(const char *name, const char *clsid, DWORD merit)
{
    struct rg_class_info info;
    char own[64];

    if (rg_class_by_name(name, &info) != S_OK || info.merit != merit)
        return false;
    app_guid_text(&info.clsid, own, sizeof(own));
    return !strcasecmp(own, clsid);
}

static void filter_add(json_t *list, IPropertyBag *bag, const char *category)
{
    DWORD merit = merit_get(bag);
    char name[256];
    char clsid[64];

    property_get(bag, L"FriendlyName", name, sizeof(name));
    property_get(bag, L"CLSID", clsid, sizeof(clsid));
    if (!is_own(name, clsid, merit))
        json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s, s:I}", "name", name, "kind",
                                              "registered", "clsid", clsid, "category",
                                              category, "merit", (json_int_t)merit));
}

typedef void (*moniker_visit)(IPropertyBag *bag, void *context);

static void category_visit(const CLSID *category, moniker_visit visit, void *context)
{
    APP_AUTO(ICreateDevEnum) lister = NULL;
    APP_AUTO(IEnumMoniker) list = NULL;
    IMoniker *moniker = NULL;

    if (FAILED(CoCreateInstance(&CLSID_SystemDeviceEnum, NULL, CLSCTX_INPROC_SERVER,
                                &IID_ICreateDevEnum, (void **)&lister)) ||
        ICreateDevEnum_CreateClassEnumerator(lister, category, &list, 0) != S_OK)
        return;
    while (IEnumMoniker_Next(list, 1, &moniker, NULL) == S_OK) {
        APP_AUTO(IPropertyBag) bag = NULL;

        if (SUCCEEDED(
                IMoniker_BindToStorage(moniker, NULL, NULL, &IID_IPropertyBag, (void **)&bag)))
            visit(bag, context);
        app_release(&moniker);
    }
}

struct collecting {
    json_t *list;
    const char *category;
};

static void filter_visit(IPropertyBag *bag, void *context)
{
    struct collecting *collecting = context;

    filter_add(collecting->list, bag, collecting->category);
}

static void categories_visit(IPropertyBag *bag, void *context)
{
    struct collecting collecting = { .list = context };
    char name[256];
    char text[64];
    wchar_t wide[64];
    CLSID clsid;

    property_get(bag, L"FriendlyName", name, sizeof(name));
    property_get(bag, L"CLSID", text, sizeof(text));
    app_to_wide(text, wide, 64);
    collecting.category = name;
    if (SUCCEEDED(CLSIDFromString(wide, &clsid)) &&
        !IsEqualCLSID(&clsid, &CLSID_ActiveMovieCategories))
        category_visit(&clsid, filter_visit, &collecting);
}

json_t *app_describe_registered(void)
{
    json_t *list = json_array();

    category_visit(&CLSID_ActiveMovieCategories, categories_visit, list);
    return list;
}

json_t *app_describe_registration_errors(void)
{
    json_t *list = json_array();
    char *text;

    for (unsigned i = 0; rg_registration_error_at(i, &text) == S_OK; i++) {
        json_array_append_new(list, json_string(text));
        CoTaskMemFree(text);
    }
    return list;
}
