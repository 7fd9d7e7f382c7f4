/* SPDX-License-Identifier: MIT */
/* COM's runtime: initialise, create, class objects, task memory, GUID text.
 *
 * Runs: any thread.  There are no apartments: every thread is free-threaded.
 * Knows: IUnknown, IClassFactory.  Must not know: DirectShow.
 */
#pragma once

#include <wtypes.h>

#include <unknwn.h>

typedef enum tagCOINIT {
    COINIT_MULTITHREADED = 0x0,
    COINIT_APARTMENTTHREADED = 0x2,
    COINIT_DISABLE_OLE1DDE = 0x4,
    COINIT_SPEED_OVER_MEMORY = 0x8,
} COINIT;

typedef enum tagREGCLS {
    REGCLS_SINGLEUSE = 0,
    REGCLS_MULTIPLEUSE = 1,
    REGCLS_MULTI_SEPARATE = 2,
    REGCLS_SUSPENDED = 4,
    REGCLS_SURROGATE = 8,
} REGCLS;

typedef struct tagMULTI_QI {
    const IID *pIID;
    IUnknown *pItf;
    HRESULT hr;
} MULTI_QI;

/* CoInitialize(Ex): S_OK the first time on a thread, S_FALSE after, RPC_E_CHANGED_MODE for
 * another mode.  Each success needs one CoUninitialize on the same thread. */
WINOLEAPI CoInitialize(LPVOID reserved);
WINOLEAPI CoInitializeEx(LPVOID reserved, DWORD mode);
WINOLEAPI_(void) CoUninitialize(void);

/* Creates an object of the class: *ret_object gets one reference, NULL on failure.
 * E_POINTER, REGDB_E_CLASSNOTREG, CLASS_E_NOAGGREGATION, E_NOINTERFACE. */
WINOLEAPI CoCreateInstance(REFCLSID clsid, IUnknown *outer, DWORD context, REFIID iid,
                           LPVOID *ret_object);
WINOLEAPI CoGetClassObject(REFCLSID clsid, DWORD context, LPVOID reserved, REFIID iid,
                           LPVOID *ret_factory);
/* Until revoked, the runtime holds a reference on the factory. */
WINOLEAPI CoRegisterClassObject(REFCLSID clsid, IUnknown *factory, DWORD context, DWORD flags,
                                LPDWORD ret_cookie);
WINOLEAPI CoRevokeClassObject(DWORD cookie);
WINOLEAPI_(void) CoFreeUnusedLibraries(void);

/* Task memory: what one COM object allocates and another frees. */
WINOLEAPI_(LPVOID) CoTaskMemAlloc(SIZE_T bytes);
WINOLEAPI_(LPVOID) CoTaskMemRealloc(LPVOID memory, SIZE_T bytes);
WINOLEAPI_(void) CoTaskMemFree(LPVOID memory);

/* A version 4 GUID from the system's random source. */
WINOLEAPI CoCreateGuid(GUID *ret_guid);
/* "{xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx}": 39 with the final zero, 0 if room is less. */
WINOLEAPI_(int) StringFromGUID2(REFGUID guid, LPOLESTR ret_text, int room);
/* *ret_text is task memory of the caller. */
WINOLEAPI StringFromCLSID(REFCLSID clsid, LPOLESTR *ret_text);
WINOLEAPI StringFromIID(REFIID iid, LPOLESTR *ret_text);
/* CO_E_CLASSSTRING or CO_E_IIDSTRING when the text is no GUID in braces. */
WINOLEAPI CLSIDFromString(LPCOLESTR text, CLSID *ret_clsid);
WINOLEAPI IIDFromString(LPCOLESTR text, IID *ret_iid);

/* What a module exports. */
typedef HRESULT (*LPFNGETCLASSOBJECT)(REFCLSID clsid, REFIID iid, LPVOID *ret_factory);
typedef HRESULT (*LPFNCANUNLOADNOW)(void);
STDAPI DllGetClassObject(REFCLSID clsid, REFIID iid, LPVOID *ret_factory);
STDAPI DllCanUnloadNow(void);

#ifdef __cplusplus
#define IID_PPV_ARGS(pp) __uuidof(**(pp)), reinterpret_cast<void **>(pp)
#endif
