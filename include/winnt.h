/* SPDX-License-Identifier: MIT */
/* The basic types of Windows code and its smallest macros.
 *
 * Runs: nowhere, declarations only.
 * Knows: LONG is int (32 bits), WCHAR is the native wchar_t.  Must not know: COM.
 */
#pragma once

#include <basetsd.h>
#include <guiddef.h>
#include <rg_api.h>
#include <stdarg.h>
#include <stddef.h>
#include <wchar.h>

/* --- calling conventions and annotations: nothing on this platform --------- */
#define WINAPI
#define APIENTRY
#define CALLBACK
#define PASCAL
#define STDAPICALLTYPE
#ifndef __stdcall
#define __stdcall
#endif
#ifndef __cdecl
#define __cdecl
#endif
#ifndef __declspec
#define __declspec(x) RG_DECLSPEC_##x
#define RG_DECLSPEC_dllexport RG_API
#define RG_DECLSPEC_dllimport RG_API
#define RG_DECLSPEC_novtable
#define RG_DECLSPEC_nothrow
#define RG_DECLSPEC_noinline  __attribute__((noinline))
#define RG_DECLSPEC_selectany __attribute__((weak))
#define RG_DECLSPEC_thread    __thread
#define RG_DECLSPEC_align(n)  __attribute__((aligned(n)))
#define RG_DECLSPEC_uuid(s)
#endif
#define DECLSPEC_NOVTABLE
#define DECLSPEC_UUID(s)
#define DECLSPEC_NORETURN __attribute__((noreturn))
#define DECLSPEC_ALIGN(n) __attribute__((aligned(n)))
#define FORCEINLINE       inline __attribute__((always_inline))
#define UNALIGNED
#define RESTRICTED_POINTER

#ifndef EXTERN_C
#define EXTERN_C RG_EXTERN_C
#endif

/* --- scalars -------------------------------------------------------------- */
#ifndef VOID
#define VOID void
#endif
#ifndef CONST
#define CONST const
#endif
#ifndef FALSE
#define FALSE 0
#endif
#ifndef TRUE
#define TRUE 1
#endif

typedef void *PVOID, *LPVOID;
typedef const void *LPCVOID;
typedef char CHAR, *PCHAR;
typedef unsigned char UCHAR, *PUCHAR;
typedef unsigned char BYTE, *PBYTE, *LPBYTE;
typedef BYTE BOOLEAN, *PBOOLEAN;
typedef short SHORT, *PSHORT;
typedef unsigned short USHORT, *PUSHORT;
typedef unsigned short WORD, *PWORD, *LPWORD;
typedef int INT, *PINT, *LPINT;
typedef unsigned int UINT, *PUINT;
typedef int LONG, *PLONG, *LPLONG;
typedef unsigned int ULONG, *PULONG;
typedef unsigned int DWORD, *PDWORD, *LPDWORD;
typedef int BOOL, *PBOOL, *LPBOOL;
typedef long long LONGLONG, *PLONGLONG;
typedef unsigned long long ULONGLONG, *PULONGLONG;
typedef unsigned long long DWORDLONG, *PDWORDLONG;
typedef float FLOAT, *PFLOAT;
typedef double DOUBLE;
typedef LONG HRESULT;
typedef DWORD LCID, *PLCID;
typedef WORD LANGID;

/* --- text: CHAR is UTF-8, WCHAR the native 32-bit wchar_t ------------------- */
typedef wchar_t WCHAR, *PWCHAR, *LPWCH, *PWCH, *LPWSTR, *PWSTR, *NWPSTR;
typedef const WCHAR *LPCWSTR, *PCWSTR, *LPCWCH, *PCWCH;
typedef CHAR *LPSTR, *PSTR, *LPCH, *PCH;
typedef const CHAR *LPCSTR, *PCSTR, *LPCCH, *PCCH;
#ifdef UNICODE
typedef WCHAR TCHAR, *PTCHAR, *LPTSTR, *PTSTR;
typedef const WCHAR *LPCTSTR, *PCTSTR;
#define RG_TEXT_OF(s) L##s
#else
typedef CHAR TCHAR, *PTCHAR, *LPTSTR, *PTSTR;
typedef const CHAR *LPCTSTR, *PCTSTR;
#define RG_TEXT_OF(s) s
#endif
#define TEXT(s) RG_TEXT_OF(s)

/* --- handles -------------------------------------------------------------- */
typedef void *HANDLE, **PHANDLE, **LPHANDLE;
#define DECLARE_HANDLE(name)                                                                   \
    struct name##__;                                                                           \
    typedef struct name##__ *name

/* --- 64-bit integers in halves ---------------------------------------------- */
typedef union _LARGE_INTEGER {
    __extension__ struct {
        DWORD LowPart;
        LONG HighPart;
    };
    struct {
        DWORD LowPart;
        LONG HighPart;
    } u;
    LONGLONG QuadPart;
} LARGE_INTEGER, *PLARGE_INTEGER;

typedef union _ULARGE_INTEGER {
    __extension__ struct {
        DWORD LowPart;
        DWORD HighPart;
    };
    struct {
        DWORD LowPart;
        DWORD HighPart;
    } u;
    ULONGLONG QuadPart;
} ULARGE_INTEGER, *PULARGE_INTEGER;

#define MINCHAR     0x80
#define MAXCHAR     0x7f
#define MINSHORT    0x8000
#define MAXSHORT    0x7fff
#define MINLONG     ((LONG)0x80000000)
#define MAXLONG     0x7fffffff
#define MAXBYTE     0xff
#define MAXWORD     0xffff
#define MAXDWORD    0xffffffff
#define MAXLONGLONG 0x7fffffffffffffffLL
#ifndef _I64_MAX
#define _I64_MAX 0x7fffffffffffffffLL
#define _I64_MIN (-_I64_MAX - 1)
#endif

#define FIELD_OFFSET(type, field) ((LONG)offsetof(type, field))
#define CONTAINING_RECORD(address, type, field)                                                \
    ((type *)((char *)(address)-offsetof(type, field)))
#define ARRAYSIZE(a) (sizeof(a) / sizeof((a)[0]))
#ifndef _countof
#define _countof(a) ARRAYSIZE(a)
#endif
#ifndef UNREFERENCED_PARAMETER
#define UNREFERENCED_PARAMETER(p) ((void)(p))
#endif
#define C_ASSERT(e) extern void rg_c_assert(int[(e) ? 1 : -1])

#define Int32x32To64(a, b)  ((LONGLONG)((LONGLONG)(LONG)(a) * (LONG)(b)))
#define UInt32x32To64(a, b) ((ULONGLONG)((ULONGLONG)(DWORD)(a) * (DWORD)(b)))

#define MAKELANGID(p, s)      ((((WORD)(s)) << 10) | (WORD)(p))
#define MAKELCID(l, s)        ((DWORD)((((DWORD)((WORD)(s))) << 16) | ((DWORD)((WORD)(l)))))
#define LANG_NEUTRAL          0x00
#define LANG_ENGLISH          0x09
#define SUBLANG_NEUTRAL       0x00
#define SUBLANG_DEFAULT       0x01
#define LOCALE_NEUTRAL        0x0000
#define LOCALE_INVARIANT      0x007f
#define LOCALE_USER_DEFAULT   0x0400
#define LOCALE_SYSTEM_DEFAULT 0x0800

/* --- rights and waits ------------------------------------------------------- */
#define DELETE                   0x00010000
#define READ_CONTROL             0x00020000
#define SYNCHRONIZE              0x00100000
#define STANDARD_RIGHTS_REQUIRED 0x000f0000
#define EVENT_MODIFY_STATE       0x0002
#define EVENT_ALL_ACCESS         (STANDARD_RIGHTS_REQUIRED | SYNCHRONIZE | 0x3)
#define SEMAPHORE_MODIFY_STATE   0x0002
#define SEMAPHORE_ALL_ACCESS     (STANDARD_RIGHTS_REQUIRED | SYNCHRONIZE | 0x3)
#define MUTEX_ALL_ACCESS         (STANDARD_RIGHTS_REQUIRED | SYNCHRONIZE | 0x1)
#define GENERIC_READ             0x80000000u
#define GENERIC_WRITE            0x40000000
#define GENERIC_EXECUTE          0x20000000
#define GENERIC_ALL              0x10000000
#define FILE_SHARE_READ          0x00000001
#define FILE_SHARE_WRITE         0x00000002
#define FILE_SHARE_DELETE        0x00000004
#define FILE_ATTRIBUTE_READONLY  0x00000001
#define FILE_ATTRIBUTE_HIDDEN    0x00000002
#define FILE_ATTRIBUTE_DIRECTORY 0x00000010
#define FILE_ATTRIBUTE_NORMAL    0x00000080
#define FILE_ATTRIBUTE_TEMPORARY 0x00000100
#define MAXIMUM_WAIT_OBJECTS     64
#define STATUS_WAIT_0            ((DWORD)0x00000000)
#define STATUS_ABANDONED_WAIT_0  ((DWORD)0x00000080)
#define STATUS_USER_APC          ((DWORD)0x000000c0)
#define STATUS_TIMEOUT           ((DWORD)0x00000102)
#define STATUS_PENDING           ((DWORD)0x00000103)

#define MemoryBarrier() __atomic_thread_fence(__ATOMIC_SEQ_CST)
