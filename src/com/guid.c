/* SPDX-License-Identifier: MIT */
/* guid.c - GUIDs as text and back, and new ones.
 *
 * Any thread; no state.
 * Knows: the text form in braces.  Must not know: which GUIDs exist.
 */
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include <objbase.h>

#include "platform/error.h"
#include "platform/memory.h"

#include <errno.h>

#define GUID_TEXT_CHARS 38 /* without the final zero */

HRESULT STDAPICALLTYPE CoCreateGuid(GUID *ret_guid)
{
    GUID guid;

    if (ret_guid == NULL)
        return E_POINTER;
    while (getrandom(&guid, sizeof(guid), 0) != (ssize_t)sizeof(guid))
        if (errno != EINTR)
            return rg_hresult_from_errno(errno);
    guid.Data3 = (unsigned short)((guid.Data3 & 0x0fff) | 0x4000); /* version 4: random */
    guid.Data4[0] = (unsigned char)((guid.Data4[0] & 0x3f) | 0x80);
    *ret_guid = guid;
    return S_OK;
}

int STDAPICALLTYPE StringFromGUID2(REFGUID guid, LPOLESTR ret_text, int room)
{
    char text[GUID_TEXT_CHARS + 1];

    if (guid == NULL || ret_text == NULL || room < (int)sizeof(text))
        return 0;
    snprintf(text, sizeof(text), "{%08X-%04X-%04X-%02X%02X-%02X%02X%02X%02X%02X%02X}",
             guid->Data1, guid->Data2, guid->Data3, guid->Data4[0], guid->Data4[1],
             guid->Data4[2], guid->Data4[3], guid->Data4[4], guid->Data4[5], guid->Data4[6],
             guid->Data4[7]);
    for (size_t i = 0; i < sizeof(text); i++)
        ret_text[i] = (OLECHAR)text[i];
    return (int)sizeof(text);
}

HRESULT STDAPICALLTYPE StringFromCLSID(REFCLSID clsid, LPOLESTR *ret_text)
{
    LPOLESTR text;

    if (clsid == NULL || ret_text == NULL)
        return E_POINTER;
    text = rg_alloc((GUID_TEXT_CHARS + 1) * sizeof(*text));
    if (text == NULL)
        return E_OUTOFMEMORY;
    (void)StringFromGUID2(clsid, text, GUID_TEXT_CHARS + 1);
    *ret_text = text;
    return S_OK;
}

HRESULT STDAPICALLTYPE StringFromIID(REFIID iid, LPOLESTR *ret_text)
{
    return StringFromCLSID(iid, ret_text);
}

static int digit_value(OLECHAR c)
{
    if (c >= L'0' && c <= L'9')
        return (int)(c - L'0');
    if (c >= L'a' && c <= L'f')
        return (int)(c - L'a') + 10;
    if (c >= L'A' && c <= L'F')
        return (int)(c - L'A') + 10;
    return -1;
}

/* False unless the text is a GUID in braces, to the last character. */
static bool guid_parse(LPCOLESTR text, GUID *ret_guid)
{
    static const char shape[] = "{xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx}";
    unsigned char bytes[16] = { 0 };
    unsigned digits = 0;

    for (size_t i = 0; i < GUID_TEXT_CHARS; i++) {
        int value;

        if (shape[i] != 'x') {
            if (text[i] != (OLECHAR)shape[i])
                return false;
            continue;
        }
        value = digit_value(text[i]);
        if (value < 0)
            return false;
        bytes[digits / 2] = (unsigned char)(bytes[digits / 2] << 4 | value);
        digits++;
    }
    if (text[GUID_TEXT_CHARS] != L'\0')
        return false;
    ret_guid->Data1 = (unsigned int)bytes[0] << 24 | (unsigned int)bytes[1] << 16 |
                      (unsigned int)bytes[2] << 8 | bytes[3];
    ret_guid->Data2 = (unsigned short)(bytes[4] << 8 | bytes[5]);
    ret_guid->Data3 = (unsigned short)(bytes[6] << 8 | bytes[7]);
    memcpy(ret_guid->Data4, bytes + 8, sizeof(ret_guid->Data4));
    return true;
}

static HRESULT guid_from_text(LPCOLESTR text, GUID *ret_guid, HRESULT error)
{
    if (ret_guid == NULL)
        return E_POINTER;
    if (text == NULL) { /* no text is no GUID: all zeros, as documented */
        memset(ret_guid, 0, sizeof(*ret_guid));
        return S_OK;
    }
    return guid_parse(text, ret_guid) ? S_OK : error;
}

HRESULT STDAPICALLTYPE CLSIDFromString(LPCOLESTR text, CLSID *ret_clsid)
{
    return guid_from_text(text, ret_clsid, CO_E_CLASSSTRING);
}

HRESULT STDAPICALLTYPE IIDFromString(LPCOLESTR text, IID *ret_iid)
{
    return guid_from_text(text, ret_iid, CO_E_IIDSTRING);
}
