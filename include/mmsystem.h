/* SPDX-License-Identifier: MIT */
/* Multimedia time, four-character codes, the basic wave formats.
 *
 * Runs: any thread.
 * Knows: time and tags.  Must not know: COM.
 */
#pragma once

#include <windef.h>

#define WINMMAPI RG_API

typedef UINT MMRESULT;
typedef UINT MMVERSION;
typedef DWORD FOURCC;

#define MAKEFOURCC(a, b, c, d)                                                                 \
    ((DWORD)(BYTE)(a) | ((DWORD)(BYTE)(b) << 8) | ((DWORD)(BYTE)(c) << 16) |                   \
     ((DWORD)(BYTE)(d) << 24))
#ifndef mmioFOURCC
#define mmioFOURCC(a, b, c, d) MAKEFOURCC(a, b, c, d)
#endif

#define MMSYSERR_NOERROR 0
#define MMSYSERR_ERROR   1
#define TIMERR_NOERROR   0
#define TIMERR_NOCANDO   97

typedef struct timecaps_tag {
    UINT wPeriodMin;
    UINT wPeriodMax;
} TIMECAPS, *PTIMECAPS, *LPTIMECAPS;

RG_EXTERN_C_BEGIN
/* Milliseconds since an arbitrary start, monotonic, wraps after 49 days. */
WINMMAPI DWORD WINAPI timeGetTime(void);
WINMMAPI MMRESULT WINAPI timeBeginPeriod(UINT period_ms);
WINMMAPI MMRESULT WINAPI timeEndPeriod(UINT period_ms);
WINMMAPI MMRESULT WINAPI timeGetDevCaps(LPTIMECAPS ret_caps, UINT bytes);
RG_EXTERN_C_END

#include <rg_wave.h>
