/* SPDX-License-Identifier: MIT */
/* time.c - CLOCK_MONOTONIC, and the Win32 ways to read clocks.
 *
 * Any thread, no lock.
 * Knows: clock_gettime.  Must not know: the graph's reference clock or media time.
 */
#include "platform/time.h"

#include <errno.h>
#include <time.h>

#include <windows.h>
#include <mmsystem.h>

/* 100 ns units between 1601-01-01 (FILETIME's zero) and 1970-01-01 */
#define FILETIME_UNIX_EPOCH INT64_C(116444736000000000)

int64_t rg_time_now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * RG_NS_PER_SECOND + now.tv_nsec;
}

int64_t rg_time_now_hns(void)
{
    return rg_time_now_ns() / RG_NS_PER_HNS;
}

void rg_cond_init(pthread_cond_t *cond)
{
    pthread_condattr_t attr;

    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(cond, &attr);
    pthread_condattr_destroy(&attr);
}

int64_t rg_time_deadline_ns(uint32_t timeout_ms)
{
    if (timeout_ms == UINT32_MAX)
        return RG_TIME_NEVER;
    return rg_time_now_ns() + (int64_t)timeout_ms * RG_NS_PER_MS;
}

ULONGLONG WINAPI GetTickCount64(void)
{
    return (ULONGLONG)(rg_time_now_ns() / RG_NS_PER_MS);
}

DWORD WINAPI GetTickCount(void)
{
    return (DWORD)GetTickCount64();
}

DWORD WINAPI timeGetTime(void)
{
    return (DWORD)GetTickCount64();
}

MMRESULT WINAPI timeBeginPeriod(UINT period_ms)
{
    return period_ms != 0 ? TIMERR_NOERROR : TIMERR_NOCANDO; /* always as fine as it gets */
}

MMRESULT WINAPI timeEndPeriod(UINT period_ms)
{
    return period_ms != 0 ? TIMERR_NOERROR : TIMERR_NOCANDO;
}

MMRESULT WINAPI timeGetDevCaps(LPTIMECAPS caps, UINT bytes)
{
    if (caps == NULL || bytes < sizeof(*caps))
        return TIMERR_NOCANDO;
    caps->wPeriodMin = 1;
    caps->wPeriodMax = 1000000;
    return TIMERR_NOERROR;
}

BOOL WINAPI QueryPerformanceCounter(LARGE_INTEGER *count)
{
    if (count == NULL) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return FALSE;
    }
    count->QuadPart = rg_time_now_ns();
    return TRUE;
}

BOOL WINAPI QueryPerformanceFrequency(LARGE_INTEGER *frequency)
{
    if (frequency == NULL) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return FALSE;
    }
    frequency->QuadPart = RG_NS_PER_SECOND;
    return TRUE;
}

/* --- wall clock ------------------------------------------------------------ */
void WINAPI GetSystemTimeAsFileTime(LPFILETIME file_time)
{
    struct timespec now;
    int64_t hns;

    clock_gettime(CLOCK_REALTIME, &now);
    hns = (int64_t)now.tv_sec * 10000000 + now.tv_nsec / 100 + FILETIME_UNIX_EPOCH;
    file_time->dwLowDateTime = (DWORD)((uint64_t)hns & UINT32_MAX);
    file_time->dwHighDateTime = (DWORD)((uint64_t)hns >> 32);
}

static void system_time_fill(LPSYSTEMTIME out, const struct tm *tm, long nanoseconds)
{
    out->wYear = (WORD)(tm->tm_year + 1900);
    out->wMonth = (WORD)(tm->tm_mon + 1);
    out->wDayOfWeek = (WORD)tm->tm_wday;
    out->wDay = (WORD)tm->tm_mday;
    out->wHour = (WORD)tm->tm_hour;
    out->wMinute = (WORD)tm->tm_min;
    out->wSecond = (WORD)tm->tm_sec;
    out->wMilliseconds = (WORD)(nanoseconds / 1000000);
}

void WINAPI GetSystemTime(LPSYSTEMTIME system_time)
{
    struct timespec now;
    struct tm tm;

    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &tm);
    system_time_fill(system_time, &tm, now.tv_nsec);
}

void WINAPI GetLocalTime(LPSYSTEMTIME local_time)
{
    struct timespec now;
    struct tm tm;

    clock_gettime(CLOCK_REALTIME, &now);
    localtime_r(&now.tv_sec, &tm);
    system_time_fill(local_time, &tm, now.tv_nsec);
}

/* --- sleeping: for ported code; the library itself waits for events ---------- */
void WINAPI Sleep(DWORD milliseconds)
{
    struct timespec until;
    int64_t deadline;

    if (milliseconds == 0) {
        (void)SwitchToThread();
        return;
    }
    deadline = rg_time_deadline_ns(milliseconds);
    if (deadline == RG_TIME_NEVER)
        until.tv_sec = INT32_MAX;
    else
        until.tv_sec = (time_t)(deadline / RG_NS_PER_SECOND);
    until.tv_nsec = (long)(deadline % RG_NS_PER_SECOND);
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
        continue;
}
