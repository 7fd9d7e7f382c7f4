/* SPDX-License-Identifier: MIT */
/* Property pages and self-registration. */
#pragma once

#include <ole2.h>

#include <ocidl.h>

#define SELFREG_E_TYPELIB _HRESULT_TYPEDEF_(0x80040200)
#define SELFREG_E_CLASS   _HRESULT_TYPEDEF_(0x80040201)

STDAPI DllRegisterServer(void);
STDAPI DllUnregisterServer(void);
