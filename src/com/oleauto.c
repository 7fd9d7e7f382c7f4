/* SPDX-License-Identifier: MIT */
/* oleauto.c - BSTR and VARIANT: strings that know their length, values that know their type.
 *
 * Any thread; no state.
 * Knows: layouts.  Must not know: who sends them.
 */
#include <stdint.h>
#include <string.h>

#include <oleauto.h>

#include "com/safearray.h"
#include "platform/memory.h"

/* --- BSTR -----------------------------------------------------------------------------
 * A block [pad][bytes: uint32_t][text][0]: the text is aligned like malloc's blocks, its length
 * in bytes lies in the four bytes before it. */
#define BSTR_HEAD 16

static uint32_t *bstr_length(BSTR text)
{
    return (uint32_t *)(void *)text - 1;
}

/* Room for `bytes`, whatever they are, and a final zero.  NULL when that is too long. */
static BSTR bstr_new(size_t bytes)
{
    size_t size;
    char *block;
    BSTR text;

    if (bytes > UINT32_MAX || __builtin_add_overflow(bytes, BSTR_HEAD + sizeof(OLECHAR), &size))
        return NULL;
    block = rg_alloc(size);
    if (block == NULL)
        return NULL;
    text = (BSTR)(void *)(block + BSTR_HEAD);
    *bstr_length(text) = (uint32_t)bytes;
    memset((char *)text + bytes, 0, sizeof(OLECHAR));
    return text;
}

static BSTR bstr_from(const void *from, size_t bytes)
{
    BSTR text = bstr_new(bytes);

    if (text != NULL && from != NULL)
        memcpy(text, from, bytes);
    return text;
}

BSTR STDAPICALLTYPE SysAllocString(const OLECHAR *text)
{
    return text != NULL ? bstr_from(text, wcslen(text) * sizeof(*text)) : NULL;
}

BSTR STDAPICALLTYPE SysAllocStringLen(const OLECHAR *text, UINT chars)
{
    return bstr_from(text, (size_t)chars * sizeof(*text));
}

BSTR STDAPICALLTYPE SysAllocStringByteLen(LPCSTR bytes, UINT count)
{
    return bstr_from(bytes, count);
}

INT STDAPICALLTYPE SysReAllocStringLen(BSTR *text, const OLECHAR *from, UINT chars)
{
    BSTR copy;

    if (text == NULL)
        return FALSE;
    copy = SysAllocStringLen(from, chars); /* `from` may lie in *text */
    if (copy == NULL)
        return FALSE;
    if (from == NULL && *text != NULL) { /* a longer or shorter one of the same text */
        uint32_t bytes = *bstr_length(*text);

        memcpy(copy, *text, bytes < *bstr_length(copy) ? bytes : *bstr_length(copy));
    }
    SysFreeString(*text);
    *text = copy;
    return TRUE;
}

INT STDAPICALLTYPE SysReAllocString(BSTR *text, const OLECHAR *from)
{
    BSTR copy;

    if (text == NULL)
        return FALSE;
    copy = SysAllocString(from);
    if (copy == NULL && from != NULL)
        return FALSE;
    SysFreeString(*text);
    *text = copy;
    return TRUE;
}

void STDAPICALLTYPE SysFreeString(BSTR text)
{
    if (text != NULL)
        rg_free((char *)text - BSTR_HEAD);
}

UINT STDAPICALLTYPE SysStringByteLen(BSTR text)
{
    return text != NULL ? *bstr_length(text) : 0;
}

UINT STDAPICALLTYPE SysStringLen(BSTR text)
{
    return SysStringByteLen(text) / (UINT)sizeof(OLECHAR);
}

/* --- VARIANT ------------------------------------------------------------------------------ */

void STDAPICALLTYPE VariantInit(VARIANTARG *variant)
{
    memset(variant, 0, sizeof(*variant)); /* VT_EMPTY */
}

/* What the value of a type costs to keep. */
enum keep {
    KEEP_NOTHING = 1,
    KEEP_STRING,
    KEEP_INTERFACE,
    KEEP_ARRAY,
    KEEP_UNKNOWN_TYPE,
};

static enum keep keep_of(VARTYPE type)
{
    if ((type & VT_BYREF) != 0)
        return (type & (VT_RESERVED | VT_VECTOR)) == 0 ? KEEP_NOTHING : KEEP_UNKNOWN_TYPE;
    if (rg_array_is_known(type))
        return KEEP_ARRAY;
    switch (type) {
    case VT_BSTR:
        return KEEP_STRING;
    case VT_UNKNOWN:
    case VT_DISPATCH:
        return KEEP_INTERFACE;
    case VT_EMPTY:
    case VT_NULL:
    case VT_I1:
    case VT_UI1:
    case VT_I2:
    case VT_UI2:
    case VT_I4:
    case VT_UI4:
    case VT_I8:
    case VT_UI8:
    case VT_INT:
    case VT_UINT:
    case VT_R4:
    case VT_R8:
    case VT_BOOL:
    case VT_ERROR:
    case VT_CY:
    case VT_DATE:
    case VT_DECIMAL:
        return KEEP_NOTHING;
    default:
        return KEEP_UNKNOWN_TYPE;
    }
}

HRESULT STDAPICALLTYPE VariantClear(VARIANTARG *variant)
{
    HRESULT hr;

    if (variant == NULL)
        return E_INVALIDARG;
    switch (keep_of(variant->vt)) {
    case KEEP_STRING:
        SysFreeString(variant->bstrVal);
        break;
    case KEEP_INTERFACE:
        if (variant->punkVal != NULL)
            IUnknown_Release(variant->punkVal);
        break;
    case KEEP_ARRAY:
        hr = SafeArrayDestroy(variant->parray);
        if (FAILED(hr))
            return hr;
        break;
    case KEEP_UNKNOWN_TYPE:
        return DISP_E_BADVARTYPE;
    default:
        break;
    }
    variant->vt = VT_EMPTY;
    return S_OK;
}

/* A deep copy into *ret, which holds nothing. */
static HRESULT variant_dup(VARIANT *ret, const VARIANT *from)
{
    VARIANT copy = *from;
    HRESULT hr;

    switch (keep_of(from->vt)) {
    case KEEP_STRING:
        if (from->bstrVal == NULL)
            break;
        copy.bstrVal = bstr_from(from->bstrVal, *bstr_length(from->bstrVal));
        if (copy.bstrVal == NULL)
            return E_OUTOFMEMORY;
        break;
    case KEEP_INTERFACE:
        if (copy.punkVal != NULL)
            IUnknown_AddRef(copy.punkVal);
        break;
    case KEEP_ARRAY:
        hr = SafeArrayCopy(from->parray, &copy.parray);
        if (FAILED(hr))
            return hr;
        break;
    case KEEP_UNKNOWN_TYPE:
        return DISP_E_BADVARTYPE;
    default:
        break;
    }
    *ret = copy;
    return S_OK;
}

HRESULT STDAPICALLTYPE VariantCopy(VARIANTARG *to, const VARIANTARG *from)
{
    VARIANT copy;
    HRESULT hr;

    if (to == NULL || from == NULL)
        return E_INVALIDARG;
    if (to == from)
        return S_OK;
    hr = variant_dup(&copy, from);
    if (FAILED(hr))
        return hr;
    hr = VariantClear(to);
    if (FAILED(hr)) {
        (void)VariantClear(&copy);
        return hr;
    }
    *to = copy;
    return S_OK;
}
