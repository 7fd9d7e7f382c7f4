/* SPDX-License-Identifier: MIT */
/* safearray.c - SAFEARRAY: arrays that know their bounds, of elements that own nothing.
 *
 * Any thread; no state.
 * Knows: layouts.  Must not know: who sends them.
 */
#include <stdint.h>
#include <string.h>

#include <oleauto.h>

#include "com/safearray.h"
#include "platform/memory.h"

#define HEAD 16 /* in front of the descriptor: its end holds the type of the elements */

static VARTYPE *type_of(const SAFEARRAY *array)
{
    return (VARTYPE *)(void *)((char *)(uintptr_t)array - sizeof(DWORD));
}

static ULONG element_size(VARTYPE type)
{
    switch (type) {
    case VT_I1:
    case VT_UI1:
        return 1;
    case VT_I2:
    case VT_UI2:
    case VT_BOOL:
        return 2;
    case VT_I4:
    case VT_UI4:
    case VT_INT:
    case VT_UINT:
    case VT_R4:
    case VT_ERROR:
        return 4;
    case VT_I8:
    case VT_UI8:
    case VT_R8:
    case VT_CY:
    case VT_DATE:
        return 8;
    default:
        return 0;
    }
}

SAFEARRAY *STDAPICALLTYPE SafeArrayCreateVector(VARTYPE type, LONG first, ULONG count)
{
    ULONG size = element_size(type);
    SAFEARRAY *array;
    char *block;
    void *data;

    if (size == 0)
        return NULL;
    block = rg_calloc(1, HEAD + sizeof(*array));
    data = block != NULL ? rg_calloc(count, size) : NULL;
    if (data == NULL) {
        rg_free(block);
        return NULL;
    }
    array = (SAFEARRAY *)(void *)(block + HEAD);
    array->cDims = 1;
    array->fFeatures = FADF_HAVEVARTYPE;
    array->cbElements = size;
    array->pvData = data;
    array->rgsabound[0] = (SAFEARRAYBOUND){ count, first };
    *type_of(array) = type;
    return array;
}

HRESULT STDAPICALLTYPE SafeArrayDestroy(SAFEARRAY *array)
{
    if (array == NULL)
        return S_OK;
    if (array->cLocks != 0)
        return DISP_E_ARRAYISLOCKED;
    rg_free(array->pvData);
    rg_free((char *)array - HEAD);
    return S_OK;
}

HRESULT STDAPICALLTYPE SafeArrayCopy(SAFEARRAY *array, SAFEARRAY **ret_copy)
{
    SAFEARRAY *copy;

    if (ret_copy == NULL)
        return E_INVALIDARG;
    *ret_copy = NULL;
    if (array == NULL)
        return S_OK;
    copy = SafeArrayCreateVector(*type_of(array), array->rgsabound[0].lLbound,
                                 array->rgsabound[0].cElements);
    if (copy == NULL)
        return E_OUTOFMEMORY;
    memcpy(copy->pvData, array->pvData,
           (size_t)array->cbElements * array->rgsabound[0].cElements);
    *ret_copy = copy;
    return S_OK;
}

HRESULT STDAPICALLTYPE SafeArrayAccessData(SAFEARRAY *array, void **ret_data)
{
    if (array == NULL || ret_data == NULL)
        return E_INVALIDARG;
    array->cLocks++;
    *ret_data = array->pvData;
    return S_OK;
}

HRESULT STDAPICALLTYPE SafeArrayUnaccessData(SAFEARRAY *array)
{
    if (array == NULL)
        return E_INVALIDARG;
    if (array->cLocks == 0)
        return E_UNEXPECTED;
    array->cLocks--;
    return S_OK;
}

UINT STDAPICALLTYPE SafeArrayGetDim(SAFEARRAY *array)
{
    return array != NULL ? array->cDims : 0;
}

UINT STDAPICALLTYPE SafeArrayGetElemsize(SAFEARRAY *array)
{
    return array != NULL ? array->cbElements : 0;
}

HRESULT STDAPICALLTYPE SafeArrayGetLBound(SAFEARRAY *array, UINT dimension, LONG *ret_bound)
{
    if (array == NULL || ret_bound == NULL)
        return E_INVALIDARG;
    if (dimension != 1)
        return DISP_E_BADINDEX;
    *ret_bound = array->rgsabound[0].lLbound;
    return S_OK;
}

HRESULT STDAPICALLTYPE SafeArrayGetUBound(SAFEARRAY *array, UINT dimension, LONG *ret_bound)
{
    if (array == NULL || ret_bound == NULL)
        return E_INVALIDARG;
    if (dimension != 1)
        return DISP_E_BADINDEX;
    *ret_bound = array->rgsabound[0].lLbound + (LONG)array->rgsabound[0].cElements - 1;
    return S_OK;
}

HRESULT STDAPICALLTYPE SafeArrayGetVartype(SAFEARRAY *array, VARTYPE *ret_type)
{
    if (array == NULL || ret_type == NULL)
        return E_INVALIDARG;
    *ret_type = *type_of(array);
    return S_OK;
}

bool rg_array_is_known(VARTYPE type)
{
    return (type & VT_ARRAY) != 0 && element_size((VARTYPE)(type & ~VT_ARRAY)) != 0;
}
