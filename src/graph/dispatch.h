/* SPDX-License-Identifier: MIT */
/* dispatch.h - the four IDispatch slots of an automation interface without type information.
 *
 * Any thread; no state.  C and C++ callers use the typed methods behind them.
 */
#pragma once

#include <dshow.h>

#define GRAPH_DISPATCH(I)                                                                      \
    static HRESULT STDMETHODCALLTYPE I##_type_count(I *face, UINT *ret_count)                  \
    {                                                                                          \
        (void)face;                                                                            \
        if (ret_count == NULL)                                                                 \
            return E_POINTER;                                                                  \
        *ret_count = 0;                                                                        \
        return S_OK;                                                                           \
    }                                                                                          \
    static HRESULT STDMETHODCALLTYPE I##_type_info(I *face, UINT index, LCID locale,           \
                                                   ITypeInfo **out)                            \
    {                                                                                          \
        (void)face, (void)index, (void)locale;                                                 \
        if (out == NULL)                                                                       \
            return E_POINTER;                                                                  \
        *out = NULL;                                                                           \
        return E_NOTIMPL;                                                                      \
    }                                                                                          \
    static HRESULT STDMETHODCALLTYPE I##_names(I *face, REFIID iid, LPOLESTR *names,           \
                                               UINT count, LCID locale, DISPID *ids)           \
    {                                                                                          \
        (void)face, (void)iid, (void)count, (void)locale;                                      \
        return names == NULL || ids == NULL ? E_POINTER : E_NOTIMPL;                           \
    }                                                                                          \
    static HRESULT STDMETHODCALLTYPE I##_invoke(                                               \
        I *face, DISPID id, REFIID iid, LCID locale, WORD flags, DISPPARAMS *arguments,        \
        VARIANT *result, EXCEPINFO *exception, UINT *bad_argument)                             \
    {                                                                                          \
        (void)face, (void)id, (void)iid, (void)locale, (void)flags, (void)arguments;           \
        (void)result, (void)exception, (void)bad_argument;                                     \
        return E_NOTIMPL;                                                                      \
    }

#define GRAPH_DISPATCH_SLOTS(I)                                                                \
    .GetTypeInfoCount = I##_type_count, .GetTypeInfo = I##_type_info,                          \
    .GetIDsOfNames = I##_names, .Invoke = I##_invoke
