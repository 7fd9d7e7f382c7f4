/* SPDX-License-Identifier: MIT */
/* Text that is wide with _UNICODE and UTF-8 without.
 *
 * Runs: nowhere, declarations only.
 */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <wchar.h>

#ifdef _UNICODE
#define RG_T(s)     L##s
#define _tcslen     wcslen
#define _tcscmp     wcscmp
#define _tcsncmp    wcsncmp
#define _tcsicmp    wcscasecmp
#define _tcschr     wcschr
#define _tcsrchr    wcsrchr
#define _tcsstr     wcsstr
#define _tcstol     wcstol
#define _tprintf    wprintf
#define _ftprintf   fwprintf
#define _vsntprintf vswprintf
#define _sntprintf  swprintf
#define _tmain      wmain
#ifndef RG_TCHAR_DEFINED
#define RG_TCHAR_DEFINED
typedef wchar_t _TCHAR;
#endif
#else
#define RG_T(s)     s
#define _tcslen     strlen
#define _tcscmp     strcmp
#define _tcsncmp    strncmp
#define _tcsicmp    strcasecmp
#define _tcschr     strchr
#define _tcsrchr    strrchr
#define _tcsstr     strstr
#define _tcstol     strtol
#define _tprintf    printf
#define _ftprintf   fprintf
#define _vsntprintf vsnprintf
#define _sntprintf  snprintf
#define _tmain      main
#ifndef RG_TCHAR_DEFINED
#define RG_TCHAR_DEFINED
typedef char _TCHAR;
#endif
#endif
#define _T(s)    RG_T(s)
#define _TEXT(s) RG_T(s)
