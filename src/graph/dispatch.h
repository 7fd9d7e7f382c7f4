/* SPDX-License-Identifier: MIT */
/* dispatch.h - the four IDispatch slots of an automation interface, served from one table of
 * members.
 *
 * Any thread; no state.  There is no type information: names and numbers are in dispatch_rows.h.
 */
#pragma once

#include <dshow.h>

/* One member: how it is asked for, and a call of the typed method behind it. */
struct graph_member {
    DISPID id;
    WORD kind;        /* one of DISPATCH_METHOD, DISPATCH_PROPERTYGET, DISPATCH_PROPERTYPUT */
    const char *name; /* without get_ or put_ */
    /* a letter for each parameter: l LONG, d double, s BSTR, p LONG_PTR, o IDispatch; what goes
     * out stands behind what goes in */
    const char *in, *out;
    HRESULT (*call)(void *face, VARIANT *in, VARIANT *out);
};

/* One interface; ends with a NULL iid. */
struct graph_interface {
    const IID *iid;
    const struct graph_member *members;
    unsigned count;
};

extern const struct graph_interface graph_interfaces[]; /* dispatch_rows.c */

/* IDispatch::GetIDsOfNames.  S_OK; DISP_E_UNKNOWNNAME: that id is DISPID_UNKNOWN; E_POINTER. */
HRESULT graph_dispatch_ids(REFIID iid, LPOLESTR *names, UINT count, DISPID *ret_ids);

/* IDispatch::Invoke on a face of that interface; result and bad_argument may be NULL.
 * DISP_E_MEMBERNOTFOUND; DISP_E_BADPARAMCOUNT; DISP_E_TYPEMISMATCH and DISP_E_OVERFLOW with
 * *bad_argument, an index of rgvarg; what the method says. */
HRESULT graph_dispatch_invoke(REFIID iid, void *face, DISPID id, WORD flags,
                              const DISPPARAMS *arguments, VARIANT *result, UINT *bad_argument);

/* Would it get as far as the method? */
HRESULT graph_dispatch_check(REFIID iid, DISPID id, WORD flags, const DISPPARAMS *arguments,
                             UINT *bad_argument);

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
        (void)face, (void)iid, (void)locale;                                                   \
        return graph_dispatch_ids(&IID_##I, names, count, ids);                                \
    }                                                                                          \
    static HRESULT STDMETHODCALLTYPE I##_invoke(                                               \
        I *face, DISPID id, REFIID iid, LCID locale, WORD flags, DISPPARAMS *arguments,        \
        VARIANT *result, EXCEPINFO *exception, UINT *bad_argument)                             \
    {                                                                                          \
        (void)iid, (void)locale, (void)exception;                                              \
        return graph_dispatch_invoke(&IID_##I, face, id, flags, arguments, result,             \
                                     bad_argument);                                            \
    }

#define GRAPH_DISPATCH_SLOTS(I)                                                                \
    .GetTypeInfoCount = I##_type_count, .GetTypeInfo = I##_type_info,                          \
    .GetIDsOfNames = I##_names, .Invoke = I##_invoke
