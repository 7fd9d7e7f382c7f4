/* SPDX-License-Identifier: MIT */
/* Automation: BSTR, VARIANT and SAFEARRAY.
 *
 * Runs: any thread; no shared state.
 * A BSTR belongs to who received it: SysFreeString.  NULL is an empty BSTR.
 */
#pragma once

#include <wtypes.h>

#include <oaidl.h>

#define WINOLEAUTAPI        EXTERN_C RG_API HRESULT STDAPICALLTYPE
#define WINOLEAUTAPI_(type) EXTERN_C RG_API type STDAPICALLTYPE

/* IDispatch::Invoke: what is asked of a member, and the name of the value of a property. */
#define DISPATCH_METHOD         0x1
#define DISPATCH_PROPERTYGET    0x2
#define DISPATCH_PROPERTYPUT    0x4
#define DISPATCH_PROPERTYPUTREF 0x8

#define DISPID_VALUE       0
#define DISPID_UNKNOWN     (-1)
#define DISPID_PROPERTYPUT (-3)

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

/* Arrays of one dimension, of elements that own nothing (numbers, VT_UI1 ...); the index counts
 * from `first`.  NULL: another type, or memory is out.  DISP_E_ARRAYISLOCKED, DISP_E_BADINDEX,
 * E_INVALIDARG for NULL. */
WINOLEAUTAPI_(SAFEARRAY *) SafeArrayCreateVector(VARTYPE type, LONG first, ULONG count);
WINOLEAUTAPI SafeArrayDestroy(SAFEARRAY *array);
WINOLEAUTAPI SafeArrayCopy(SAFEARRAY *array, SAFEARRAY **ret_copy);
/* Each access needs one unaccess before the array can be destroyed. */
WINOLEAUTAPI SafeArrayAccessData(SAFEARRAY *array, void **ret_data);
WINOLEAUTAPI SafeArrayUnaccessData(SAFEARRAY *array);
WINOLEAUTAPI_(UINT) SafeArrayGetDim(SAFEARRAY *array);
WINOLEAUTAPI_(UINT) SafeArrayGetElemsize(SAFEARRAY *array);
WINOLEAUTAPI SafeArrayGetLBound(SAFEARRAY *array, UINT dimension, LONG *ret_bound);
WINOLEAUTAPI SafeArrayGetUBound(SAFEARRAY *array, UINT dimension, LONG *ret_bound);
WINOLEAUTAPI SafeArrayGetVartype(SAFEARRAY *array, VARTYPE *ret_type);
