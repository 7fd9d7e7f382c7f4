/* SPDX-License-Identifier: MIT */
/* Automation: BSTR and VARIANT.
 *
 * Runs: any thread; no shared state.
 * A BSTR belongs to who received it: SysFreeString.  NULL is an empty BSTR.
 */
#pragma once

#include <wtypes.h>

#include <oaidl.h>

#define WINOLEAUTAPI        EXTERN_C RG_API HRESULT STDAPICALLTYPE
#define WINOLEAUTAPI_(type) EXTERN_C RG_API type STDAPICALLTYPE

WINOLEAUTAPI_(BSTR) SysAllocString(const OLECHAR *text);
WINOLEAUTAPI_(BSTR) SysAllocStringLen(const OLECHAR *text, UINT chars);
WINOLEAUTAPI_(BSTR) SysAllocStringByteLen(LPCSTR bytes, UINT count);
WINOLEAUTAPI_(INT) SysReAllocString(BSTR *text, const OLECHAR *from);
WINOLEAUTAPI_(INT) SysReAllocStringLen(BSTR *text, const OLECHAR *from, UINT chars);
WINOLEAUTAPI_(void) SysFreeString(BSTR text);
WINOLEAUTAPI_(UINT) SysStringLen(BSTR text);
WINOLEAUTAPI_(UINT) SysStringByteLen(BSTR text);

WINOLEAUTAPI_(void) VariantInit(VARIANTARG *variant);
WINOLEAUTAPI VariantClear(VARIANTARG *variant);
WINOLEAUTAPI VariantCopy(VARIANTARG *to, const VARIANTARG *from);
WINOLEAUTAPI VariantChangeType(VARIANTARG *to, const VARIANTARG *from, USHORT flags,
                               VARTYPE type);
