/* SPDX-License-Identifier: MIT */
/* name.c - display names of devices, taken apart and put together; MkParseDisplayName.
 *
 * Any thread; no state.
 * Knows: the form of the names.  Must not know: which devices there are.
 */
#include "mapper/device.h"

#include <string.h>
#include <wchar.h>

#include "com/object.h"
#include "platform/memory.h"
#include "platform/text.h"

#define PREFIX      L"@device:sw:"
#define PREFIX_SIZE 11
#define GUID_CHARS  (REG_GUID_SIZE - 1)

HRESULT device_name_parse(const WCHAR *name, CLSID *ret_category, char **ret_instance)
{
    WCHAR category[REG_GUID_SIZE];
    const WCHAR *rest = name + PREFIX_SIZE;
    CLSID clsid;
    HRESULT hr;

    if (wcsncasecmp(name, PREFIX, PREFIX_SIZE) != 0 || wcsnlen(rest, GUID_CHARS) < GUID_CHARS)
        return MK_E_SYNTAX;
    wmemcpy(category, rest, GUID_CHARS);
    category[GUID_CHARS] = L'\0';
    rest += GUID_CHARS;
    if (FAILED(CLSIDFromString(category, &clsid)) || *rest != L'\\' || rest[1] == L'\0')
        return MK_E_SYNTAX;
    hr = rg_utf8_from_wide(rest + 1, ret_instance);
    if (FAILED(hr))
        return hr == E_OUTOFMEMORY ? hr : MK_E_SYNTAX;
    *ret_category = clsid;
    return S_OK;
}

HRESULT device_name_make(const CLSID *category, const char *instance, WCHAR **ret_name)
{
    WCHAR *wide RG_AUTO_FREE = NULL;
    WCHAR *name;
    size_t size;
    HRESULT hr = rg_wide_from_utf8(instance, &wide);

    if (FAILED(hr))
        return hr;
    size = wcslen(wide) + 1;
    name = rg_alloc((PREFIX_SIZE + GUID_CHARS + 1 + size) * sizeof(*name));
    if (name == NULL)
        return E_OUTOFMEMORY;
    wmemcpy(name, PREFIX, PREFIX_SIZE);
    (void)StringFromGUID2(category, name + PREFIX_SIZE, REG_GUID_SIZE);
    name[PREFIX_SIZE + GUID_CHARS] = L'\\';
    wmemcpy(name + PREFIX_SIZE + GUID_CHARS + 1, wide, size);
    *ret_name = name;
    return S_OK;
}

HRESULT device_name_of(IMoniker *moniker, CLSID *ret_category, char **ret_instance)
{
    WCHAR *name RG_AUTO_FREE = NULL;
    HRESULT hr = moniker->lpVtbl->GetDisplayName(moniker, NULL, NULL, &name);

    if (FAILED(hr) || name == NULL)
        return hr == E_OUTOFMEMORY ? hr : E_INVALIDARG;
    hr = device_name_parse(name, ret_category, ret_instance);
    return hr == MK_E_SYNTAX ? E_INVALIDARG : hr;
}

HRESULT STDAPICALLTYPE MkParseDisplayName(IBindCtx *context, LPCOLESTR name, ULONG *ret_eaten,
                                          IMoniker **ret_moniker)
{
    char *instance RG_AUTO_FREE = NULL;
    CLSID category;
    HRESULT hr;

    (void)context;
    if (ret_moniker == NULL)
        return E_POINTER;
    *ret_moniker = NULL;
    if (name == NULL || ret_eaten == NULL)
        return E_POINTER;
    *ret_eaten = 0;
    hr = device_name_parse(name, &category, &instance);
    if (SUCCEEDED(hr))
        hr = device_moniker_new(&category, instance, ret_moniker);
    if (SUCCEEDED(hr))
        *ret_eaten = (ULONG)wcslen(name);
    return hr;
}
