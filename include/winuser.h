/* SPDX-License-Identifier: MIT */
/* Message numbers, MSG, and rectangle arithmetic.  There is no window system behind them.
 *
 * Runs: any thread; the functions are pure.
 * Knows: shapes.  Must not know: windows.
 */
#pragma once

#include <windef.h>

#define WM_USER          0x0400
#define WM_APP           0x8000
#define WM_NULL          0x0000
#define WM_QUIT          0x0012
#define WM_PAINT         0x000f
#define SW_HIDE          0
#define SW_SHOWNORMAL    1
#define SW_NORMAL        1
#define SW_SHOWMINIMIZED 2
#define SW_SHOWMAXIMIZED 3
#define SW_SHOW          5
#define SW_RESTORE       9
#define WS_OVERLAPPED    0x00000000
#define WS_CHILD         0x40000000
#define WS_VISIBLE       0x10000000
#define WS_CLIPSIBLINGS  0x04000000
#define WS_CLIPCHILDREN  0x02000000
#define WS_CAPTION       0x00c00000
#define WS_SYSMENU       0x00080000
#define WS_THICKFRAME    0x00040000
#define WS_MINIMIZEBOX   0x00020000
#define WS_MAXIMIZEBOX   0x00010000
#define WS_OVERLAPPEDWINDOW                                                                    \
    (WS_OVERLAPPED | WS_CAPTION | WS_SYSMENU | WS_THICKFRAME | WS_MINIMIZEBOX | WS_MAXIMIZEBOX)

typedef struct tagMSG {
    HWND hwnd;
    UINT message;
    WPARAM wParam;
    LPARAM lParam;
    DWORD time;
    POINT pt;
} MSG, *PMSG, *LPMSG;

static inline BOOL SetRect(LPRECT rect, int left, int top, int right, int bottom)
{
    rect->left = left;
    rect->top = top;
    rect->right = right;
    rect->bottom = bottom;
    return TRUE;
}

static inline BOOL SetRectEmpty(LPRECT rect)
{
    return SetRect(rect, 0, 0, 0, 0);
}

static inline BOOL IsRectEmpty(const RECT *rect)
{
    return rect->left >= rect->right || rect->top >= rect->bottom;
}

static inline BOOL CopyRect(LPRECT to, const RECT *from)
{
    *to = *from;
    return TRUE;
}

static inline BOOL EqualRect(const RECT *a, const RECT *b)
{
    return a->left == b->left && a->top == b->top && a->right == b->right &&
           a->bottom == b->bottom;
}
