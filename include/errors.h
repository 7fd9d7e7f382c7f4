/* SPDX-License-Identifier: MIT */
/* DirectShow's HRESULTs and their texts.
 *
 * Runs: any thread.
 */
#pragma once

#include <vfwmsgs.h>
#include <windows.h>

#define VFW_FIRST_CODE     0x200
#define MAX_ERROR_TEXT_LEN 160

RG_EXTERN_C_BEGIN
/* One sentence for hr, without a newline, at most room characters with the final zero (cut to
 * fit).  Returns the length without the zero; 0, and an empty text if there is room for one,
 * when hr has no text or room is 0.  160 characters are always enough. */
RG_API DWORD WINAPI AMGetErrorTextA(HRESULT hr, char *ret_text, DWORD room);
RG_API DWORD WINAPI AMGetErrorTextW(HRESULT hr, WCHAR *ret_text, DWORD room);
RG_EXTERN_C_END

#ifdef UNICODE
#define AMGetErrorText AMGetErrorTextW
#else
#define AMGetErrorText AMGetErrorTextA
#endif
