/* SPDX-License-Identifier: MIT */
/* error.h - the door where errno becomes a Win32 code or an HRESULT.
 *
 * Any thread.
 * Knows: errno.  Must not know: who failed.
 */
#pragma once

#include <windows.h>

#include "platform/export.h"

/* ERROR_…; ERROR_GEN_FAILURE for what has no counterpart. */
RG_API DWORD rg_error_from_errno(int error);

/* E_OUTOFMEMORY or HRESULT_FROM_WIN32(ERROR_…); S_OK only for 0. */
RG_API HRESULT rg_hresult_from_errno(int error);
