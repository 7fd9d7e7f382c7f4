/* SPDX-License-Identifier: MIT */
/* How an interface is spelled in C and in C++: STDMETHOD, DECLARE_INTERFACE, PURE, THIS.
 *
 * Runs: nowhere, declarations only.
 * An interface is a struct.  The C view shows lpVtbl (also in C++ with CINTERFACE).
 */
#pragma once

#include <winnt.h>

#define STDMETHODCALLTYPE
#define STDMETHODVCALLTYPE
#define STDAPIVCALLTYPE
#define STDAPI              EXTERN_C RG_API HRESULT STDAPICALLTYPE
#define STDAPI_(type)       EXTERN_C RG_API type STDAPICALLTYPE
#define STDMETHODIMP        HRESULT STDMETHODCALLTYPE
#define STDMETHODIMP_(type) type STDMETHODCALLTYPE
#define STDMETHODIMPV       HRESULT STDMETHODVCALLTYPE
#define WINOLEAPI           EXTERN_C RG_API HRESULT STDAPICALLTYPE
#define WINOLEAPI_(type)    EXTERN_C RG_API type STDAPICALLTYPE

#ifndef interface
#define interface struct
#endif
#define __STRUCT__ struct

#if defined(__cplusplus) && !defined(CINTERFACE)
#define STDMETHOD(method)        virtual HRESULT STDMETHODCALLTYPE method
#define STDMETHOD_(type, method) virtual type STDMETHODCALLTYPE method
#define STDMETHODV(method)       virtual HRESULT STDMETHODVCALLTYPE method
#define PURE                     = 0
#define THIS_
#define THIS                            void
#define DECLARE_INTERFACE(iface)        interface iface
#define DECLARE_INTERFACE_(iface, base) interface iface : public base
#else
#define STDMETHOD(method)        HRESULT(STDMETHODCALLTYPE *method)
#define STDMETHOD_(type, method) type(STDMETHODCALLTYPE *method)
#define STDMETHODV(method)       HRESULT(STDMETHODVCALLTYPE *method)
#define PURE
#define THIS_ INTERFACE *This,
#define THIS  INTERFACE *This
#define DECLARE_INTERFACE(iface)                                                               \
    typedef interface iface {                                                                  \
        const struct iface##Vtbl *lpVtbl;                                                      \
    } iface;                                                                                   \
    typedef struct iface##Vtbl iface##Vtbl;                                                    \
    struct iface##Vtbl
#define DECLARE_INTERFACE_(iface, base) DECLARE_INTERFACE(iface)
#endif
#define DECLARE_INTERFACE_IID_(iface, base, iid) DECLARE_INTERFACE_(iface, base)
#define BEGIN_INTERFACE
#define END_INTERFACE

#define MIDL_INTERFACE(iid) struct

/* A vtable is const: a filter's table lives in read-only memory. */
#ifndef CONST_VTBL
#define CONST_VTBL const
#endif

/* __uuidof(IFoo), __uuidof(pointer): C++ only, for every interface of the IDL. */
#ifdef __cplusplus
extern "C++" {
template <typename T> struct rg_uuid_of;
template <typename T> struct rg_uuid_of<T *> : rg_uuid_of<T> {
};
template <typename T> struct rg_uuid_of<const T> : rg_uuid_of<T> {
};
template <typename T> struct rg_uuid_of<T &> : rg_uuid_of<T> {
};
}
#define __CRT_UUID_DECL(type, d1, d2, d3, b0, b1, b2, b3, b4, b5, b6, b7)                      \
    extern "C++" {                                                                             \
    template <> struct rg_uuid_of<type> {                                                      \
        static const GUID &get()                                                               \
        {                                                                                      \
            static const GUID id = { d1, d2, d3, { b0, b1, b2, b3, b4, b5, b6, b7 } };         \
            return id;                                                                         \
        }                                                                                      \
    };                                                                                         \
    }
#ifndef __uuidof
#define __uuidof(x) rg_uuid_of<__typeof__(x)>::get()
#endif
#endif
