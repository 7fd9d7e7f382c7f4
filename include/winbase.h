/* SPDX-License-Identifier: MIT */
/* The Win32 calls that really work here: handles, waits, threads, locks, time, text, files.
 *
 * Runs: any thread, unless said otherwise.
 * Knows: the platform room's functions.  Must not know: COM.
 * A bad handle is an error code (ERROR_INVALID_HANDLE), never a crash.  Calls that answer
 * BOOL, HANDLE or WAIT_FAILED leave their reason in GetLastError().
 */
#pragma once

#include <windef.h>
#include <winerror.h>

#define WINBASEAPI RG_API

#define INVALID_HANDLE_VALUE          ((HANDLE)(LONG_PTR)-1)
#define INVALID_FILE_SIZE             ((DWORD)0xffffffff)
#define INVALID_SET_FILE_POINTER      ((DWORD)-1)
#define INFINITE                      0xffffffff
#define WAIT_OBJECT_0                 ((STATUS_WAIT_0) + 0)
#define WAIT_ABANDONED                ((STATUS_ABANDONED_WAIT_0) + 0)
#define WAIT_ABANDONED_0              ((STATUS_ABANDONED_WAIT_0) + 0)
#define WAIT_IO_COMPLETION            STATUS_USER_APC
#define WAIT_FAILED                   ((DWORD)0xffffffff)
#define STILL_ACTIVE                  STATUS_PENDING
#define DUPLICATE_CLOSE_SOURCE        0x00000001
#define DUPLICATE_SAME_ACCESS         0x00000002
#define CREATE_SUSPENDED              0x00000004
#define THREAD_PRIORITY_IDLE          (-15)
#define THREAD_PRIORITY_LOWEST        (-2)
#define THREAD_PRIORITY_BELOW_NORMAL  (-1)
#define THREAD_PRIORITY_NORMAL        0
#define THREAD_PRIORITY_ABOVE_NORMAL  1
#define THREAD_PRIORITY_HIGHEST       2
#define THREAD_PRIORITY_TIME_CRITICAL 15
#define CREATE_NEW                    1
#define CREATE_ALWAYS                 2
#define OPEN_EXISTING                 3
#define OPEN_ALWAYS                   4
#define TRUNCATE_EXISTING             5
#define FILE_BEGIN                    0
#define FILE_CURRENT                  1
#define FILE_END                      2
#define FILE_FLAG_WRITE_THROUGH       0x80000000
#define FILE_FLAG_OVERLAPPED          0x40000000
#define FILE_FLAG_NO_BUFFERING        0x20000000
#define FILE_FLAG_RANDOM_ACCESS       0x10000000
#define FILE_FLAG_SEQUENTIAL_SCAN     0x08000000
#define CP_ACP                        0
#define CP_OEMCP                      1
#define CP_UTF8                       65001
#define MB_PRECOMPOSED                0x00000001
#define MB_ERR_INVALID_CHARS          0x00000008
#define WC_NO_BEST_FIT_CHARS          0x00000400
#define WC_ERR_INVALID_CHARS          0x00000080

typedef struct _SECURITY_ATTRIBUTES {
    DWORD nLength;
    LPVOID lpSecurityDescriptor;
    BOOL bInheritHandle;
} SECURITY_ATTRIBUTES, *PSECURITY_ATTRIBUTES, *LPSECURITY_ATTRIBUTES;

typedef struct _OVERLAPPED {
    ULONG_PTR Internal;
    ULONG_PTR InternalHigh;
    DWORD Offset;
    DWORD OffsetHigh;
    HANDLE hEvent;
} OVERLAPPED, *LPOVERLAPPED;

typedef struct _FILETIME {
    DWORD dwLowDateTime;
    DWORD dwHighDateTime;
} FILETIME, *PFILETIME, *LPFILETIME;

typedef struct _SYSTEMTIME {
    WORD wYear;
    WORD wMonth;
    WORD wDayOfWeek;
    WORD wDay;
    WORD wHour;
    WORD wMinute;
    WORD wSecond;
    WORD wMilliseconds;
} SYSTEMTIME, *PSYSTEMTIME, *LPSYSTEMTIME;

typedef struct _SYSTEM_INFO {
    DWORD dwOemId;
    DWORD dwPageSize;
    LPVOID lpMinimumApplicationAddress;
    LPVOID lpMaximumApplicationAddress;
    DWORD_PTR dwActiveProcessorMask;
    DWORD dwNumberOfProcessors;
    DWORD dwProcessorType;
    DWORD dwAllocationGranularity;
    WORD wProcessorLevel;
    WORD wProcessorRevision;
} SYSTEM_INFO, *LPSYSTEM_INFO;

/* Recursive lock.  The words are private; size and alignment are part of the ABI. */
typedef struct _RTL_CRITICAL_SECTION {
    __extension__ union {
        ULONGLONG rg_private[10];
        void *rg_align;
    };
} CRITICAL_SECTION, RTL_CRITICAL_SECTION, *PCRITICAL_SECTION, *LPCRITICAL_SECTION;

typedef DWORD (*PTHREAD_START_ROUTINE)(LPVOID parameter);
typedef PTHREAD_START_ROUTINE LPTHREAD_START_ROUTINE;

RG_EXTERN_C_BEGIN

/* --- error of the calling thread ------------------------------------------ */
WINBASEAPI DWORD WINAPI GetLastError(void);
WINBASEAPI void WINAPI SetLastError(DWORD code);

/* --- handles and waits ------------------------------------------------------ */
/* Create*: the caller owns the handle (CloseHandle), NULL on failure.  Named objects live in
 * the process: the same name opens the same object and sets ERROR_ALREADY_EXISTS. */
WINBASEAPI HANDLE WINAPI CreateEventA(LPSECURITY_ATTRIBUTES attributes, BOOL manual_reset,
                                      BOOL initial_state, LPCSTR name);
WINBASEAPI HANDLE WINAPI CreateEventW(LPSECURITY_ATTRIBUTES attributes, BOOL manual_reset,
                                      BOOL initial_state, LPCWSTR name);
WINBASEAPI BOOL WINAPI SetEvent(HANDLE event);
WINBASEAPI BOOL WINAPI ResetEvent(HANDLE event);
WINBASEAPI BOOL WINAPI PulseEvent(HANDLE event);
WINBASEAPI HANDLE WINAPI CreateSemaphoreA(LPSECURITY_ATTRIBUTES attributes, LONG initial,
                                          LONG maximum, LPCSTR name);
WINBASEAPI HANDLE WINAPI CreateSemaphoreW(LPSECURITY_ATTRIBUTES attributes, LONG initial,
                                          LONG maximum, LPCWSTR name);
WINBASEAPI BOOL WINAPI ReleaseSemaphore(HANDLE semaphore, LONG count, LPLONG previous);
WINBASEAPI HANDLE WINAPI CreateMutexA(LPSECURITY_ATTRIBUTES attributes, BOOL owned,
                                      LPCSTR name);
WINBASEAPI HANDLE WINAPI CreateMutexW(LPSECURITY_ATTRIBUTES attributes, BOOL owned,
                                      LPCWSTR name);
WINBASEAPI BOOL WINAPI ReleaseMutex(HANDLE mutex);
WINBASEAPI BOOL WINAPI CloseHandle(HANDLE handle);
WINBASEAPI BOOL WINAPI DuplicateHandle(HANDLE source_process, HANDLE source,
                                       HANDLE target_process, LPHANDLE target, DWORD access,
                                       BOOL inherit, DWORD options);
/* Waits: timeout in ms or INFINITE.  The lowest signalled index wins. */
WINBASEAPI DWORD WINAPI WaitForSingleObject(HANDLE handle, DWORD timeout);
WINBASEAPI DWORD WINAPI WaitForSingleObjectEx(HANDLE handle, DWORD timeout, BOOL alertable);
WINBASEAPI DWORD WINAPI WaitForMultipleObjects(DWORD count, const HANDLE *handles,
                                               BOOL wait_all, DWORD timeout);
WINBASEAPI DWORD WINAPI WaitForMultipleObjectsEx(DWORD count, const HANDLE *handles,
                                                 BOOL wait_all, DWORD timeout, BOOL alertable);
WINBASEAPI DWORD WINAPI SignalObjectAndWait(HANDLE to_signal, HANDLE to_wait, DWORD timeout,
                                            BOOL alertable);

/* --- processes and threads ---------------------------------------------------- */
WINBASEAPI HANDLE WINAPI GetCurrentProcess(void);
WINBASEAPI DWORD WINAPI GetCurrentProcessId(void);
WINBASEAPI HANDLE WINAPI CreateThread(LPSECURITY_ATTRIBUTES attributes, SIZE_T stack_bytes,
                                      LPTHREAD_START_ROUTINE start, LPVOID parameter,
                                      DWORD flags, LPDWORD ret_id);
WINBASEAPI DECLSPEC_NORETURN void WINAPI ExitThread(DWORD exit_code);
WINBASEAPI HANDLE WINAPI GetCurrentThread(void);
WINBASEAPI DWORD WINAPI GetCurrentThreadId(void);
WINBASEAPI DWORD WINAPI GetThreadId(HANDLE thread);
WINBASEAPI BOOL WINAPI GetExitCodeThread(HANDLE thread, LPDWORD ret_code);
WINBASEAPI DWORD WINAPI ResumeThread(HANDLE thread);
WINBASEAPI BOOL WINAPI SetThreadPriority(HANDLE thread, int priority);
WINBASEAPI int WINAPI GetThreadPriority(HANDLE thread);
WINBASEAPI void WINAPI Sleep(DWORD milliseconds);
WINBASEAPI BOOL WINAPI SwitchToThread(void);
#define TLS_OUT_OF_INDEXES ((DWORD)0xffffffff)
WINBASEAPI DWORD WINAPI TlsAlloc(void);
WINBASEAPI LPVOID WINAPI TlsGetValue(DWORD index);
WINBASEAPI BOOL WINAPI TlsSetValue(DWORD index, LPVOID value);
WINBASEAPI BOOL WINAPI TlsFree(DWORD index);

/* --- critical sections ---------------------------------------------------------- */
WINBASEAPI void WINAPI InitializeCriticalSection(LPCRITICAL_SECTION section);
WINBASEAPI BOOL WINAPI InitializeCriticalSectionAndSpinCount(LPCRITICAL_SECTION section,
                                                             DWORD spin_count);
WINBASEAPI BOOL WINAPI InitializeCriticalSectionEx(LPCRITICAL_SECTION section, DWORD spin_count,
                                                   DWORD flags);
WINBASEAPI void WINAPI EnterCriticalSection(LPCRITICAL_SECTION section);
WINBASEAPI BOOL WINAPI TryEnterCriticalSection(LPCRITICAL_SECTION section);
WINBASEAPI void WINAPI LeaveCriticalSection(LPCRITICAL_SECTION section);
WINBASEAPI void WINAPI DeleteCriticalSection(LPCRITICAL_SECTION section);

/* --- time --------------------------------------------------------------------------- */
WINBASEAPI DWORD WINAPI GetTickCount(void);
WINBASEAPI ULONGLONG WINAPI GetTickCount64(void);
WINBASEAPI BOOL WINAPI QueryPerformanceCounter(LARGE_INTEGER *ret_count);
WINBASEAPI BOOL WINAPI QueryPerformanceFrequency(LARGE_INTEGER *ret_per_second);
WINBASEAPI void WINAPI GetSystemTimeAsFileTime(LPFILETIME ret_time);
WINBASEAPI void WINAPI GetSystemTime(LPSYSTEMTIME ret_time);
WINBASEAPI void WINAPI GetLocalTime(LPSYSTEMTIME ret_time);
WINBASEAPI void WINAPI GetSystemInfo(LPSYSTEM_INFO ret_info);

/* --- text: CP_ACP and CP_UTF8 are both UTF-8 ------------------------------------------ */
WINBASEAPI int WINAPI MultiByteToWideChar(UINT code_page, DWORD flags, LPCSTR text, int bytes,
                                          LPWSTR ret_text, int room);
WINBASEAPI int WINAPI WideCharToMultiByte(UINT code_page, DWORD flags, LPCWSTR text, int chars,
                                          LPSTR ret_text, int room, LPCSTR default_char,
                                          LPBOOL ret_used_default);
WINBASEAPI int WINAPI lstrlenA(LPCSTR text);
WINBASEAPI int WINAPI lstrlenW(LPCWSTR text);
WINBASEAPI LPSTR WINAPI lstrcpyA(LPSTR to, LPCSTR from);
WINBASEAPI LPWSTR WINAPI lstrcpyW(LPWSTR to, LPCWSTR from);
WINBASEAPI LPSTR WINAPI lstrcpynA(LPSTR to, LPCSTR from, int room);
WINBASEAPI LPWSTR WINAPI lstrcpynW(LPWSTR to, LPCWSTR from, int room);
WINBASEAPI LPSTR WINAPI lstrcatA(LPSTR to, LPCSTR from);
WINBASEAPI LPWSTR WINAPI lstrcatW(LPWSTR to, LPCWSTR from);
WINBASEAPI int WINAPI lstrcmpA(LPCSTR a, LPCSTR b);
WINBASEAPI int WINAPI lstrcmpW(LPCWSTR a, LPCWSTR b);
WINBASEAPI int WINAPI lstrcmpiA(LPCSTR a, LPCSTR b);
WINBASEAPI int WINAPI lstrcmpiW(LPCWSTR a, LPCWSTR b);
WINBASEAPI void WINAPI OutputDebugStringA(LPCSTR text);
WINBASEAPI void WINAPI OutputDebugStringW(LPCWSTR text);

/* --- files: synchronous; `overlapped`, where given, supplies the offset ---------------- */
WINBASEAPI HANDLE WINAPI CreateFileA(LPCSTR name, DWORD access, DWORD share,
                                     LPSECURITY_ATTRIBUTES attributes, DWORD disposition,
                                     DWORD flags, HANDLE template_file);
WINBASEAPI HANDLE WINAPI CreateFileW(LPCWSTR name, DWORD access, DWORD share,
                                     LPSECURITY_ATTRIBUTES attributes, DWORD disposition,
                                     DWORD flags, HANDLE template_file);
WINBASEAPI BOOL WINAPI ReadFile(HANDLE file, LPVOID buffer, DWORD bytes, LPDWORD ret_bytes,
                                LPOVERLAPPED overlapped);
WINBASEAPI BOOL WINAPI WriteFile(HANDLE file, LPCVOID buffer, DWORD bytes, LPDWORD ret_bytes,
                                 LPOVERLAPPED overlapped);
WINBASEAPI DWORD WINAPI SetFilePointer(HANDLE file, LONG distance, PLONG distance_high,
                                       DWORD method);
WINBASEAPI BOOL WINAPI SetFilePointerEx(HANDLE file, LARGE_INTEGER distance,
                                        PLARGE_INTEGER ret_position, DWORD method);
WINBASEAPI DWORD WINAPI GetFileSize(HANDLE file, LPDWORD ret_high);
WINBASEAPI BOOL WINAPI GetFileSizeEx(HANDLE file, PLARGE_INTEGER ret_bytes);
WINBASEAPI BOOL WINAPI SetEndOfFile(HANDLE file);
WINBASEAPI BOOL WINAPI FlushFileBuffers(HANDLE file);
WINBASEAPI BOOL WINAPI DeleteFileA(LPCSTR name);
WINBASEAPI BOOL WINAPI DeleteFileW(LPCWSTR name);

/* --- modules --------------------------------------------------------------------------- */
WINBASEAPI HMODULE WINAPI LoadLibraryA(LPCSTR name);
WINBASEAPI HMODULE WINAPI LoadLibraryW(LPCWSTR name);
WINBASEAPI BOOL WINAPI FreeLibrary(HMODULE module);
WINBASEAPI FARPROC WINAPI GetProcAddress(HMODULE module, LPCSTR name);

RG_EXTERN_C_END

#ifdef UNICODE
#define CreateEvent       CreateEventW
#define CreateSemaphore   CreateSemaphoreW
#define CreateMutex       CreateMutexW
#define CreateFile        CreateFileW
#define DeleteFile        DeleteFileW
#define LoadLibrary       LoadLibraryW
#define OutputDebugString OutputDebugStringW
#define lstrlen           lstrlenW
#define lstrcpy           lstrcpyW
#define lstrcpyn          lstrcpynW
#define lstrcat           lstrcatW
#define lstrcmp           lstrcmpW
#define lstrcmpi          lstrcmpiW
#else
#define CreateEvent       CreateEventA
#define CreateSemaphore   CreateSemaphoreA
#define CreateMutex       CreateMutexA
#define CreateFile        CreateFileA
#define DeleteFile        DeleteFileA
#define LoadLibrary       LoadLibraryA
#define OutputDebugString OutputDebugStringA
#define lstrlen           lstrlenA
#define lstrcpy           lstrcpyA
#define lstrcpyn          lstrcpynA
#define lstrcat           lstrcatA
#define lstrcmp           lstrcmpA
#define lstrcmpi          lstrcmpiA
#endif

/* --- memory blocks ---------------------------------------------------------------------- */
#define MoveMemory(to, from, bytes)  memmove((to), (from), (bytes))
#define CopyMemory(to, from, bytes)  memcpy((to), (from), (bytes))
#define FillMemory(to, bytes, value) memset((to), (value), (bytes))
#define ZeroMemory(to, bytes)        memset((to), 0, (bytes))
#define RtlMoveMemory                MoveMemory
#define RtlCopyMemory                CopyMemory
#define RtlZeroMemory                ZeroMemory

#include <rg_interlocked.h>
