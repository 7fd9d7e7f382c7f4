/* SPDX-License-Identifier: MIT */
/* string.c - the Win32 text calls: code pages, lstr*, debug output.
 *
 * Any thread; no locale: CP_ACP, CP_OEMCP and CP_UTF8 all are UTF-8.
 * Knows: Unicode's encodings.  Must not know: what the text says.
 */
#include "platform/text.h"

#include <limits.h>
#include <string.h>
#include <strings.h>
#include <wctype.h>

#define REPLACEMENT 0xfffdu

/* --- code pages ------------------------------------------------------------------------- */

static bool arguments_are_good(UINT code_page, const void *from, int count, const void *to,
                               int room)
{
    if (code_page != CP_ACP && code_page != CP_OEMCP && code_page != CP_UTF8) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return false;
    }
    if (from == NULL || count == 0 || count < -1 || room < 0 || (room > 0 && to == NULL) ||
        from == to) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return false;
    }
    return true;
}

static int failed_with(DWORD error)
{
    SetLastError(error);
    return 0;
}

int WINAPI MultiByteToWideChar(UINT code_page, DWORD flags, LPCSTR text, int bytes, LPWSTR to,
                               int room)
{
    size_t left;
    int count = 0;

    if (!arguments_are_good(code_page, text, bytes, to, room))
        return 0;
    if ((flags & ~(DWORD)(MB_ERR_INVALID_CHARS | MB_PRECOMPOSED)) != 0)
        return failed_with(ERROR_INVALID_FLAGS);
    left = bytes < 0 ? strlen(text) + 1 : (size_t)bytes;
    while (left != 0) {
        uint32_t character;
        int taken = rg_utf8_decode(text, left, &character);

        if (taken < 0) {
            if ((flags & MB_ERR_INVALID_CHARS) != 0)
                return failed_with(ERROR_NO_UNICODE_TRANSLATION);
            character = REPLACEMENT;
            taken = -taken;
        }
        if (count == INT_MAX)
            return failed_with(ERROR_ARITHMETIC_OVERFLOW);
        if (room != 0) {
            if (count >= room)
                return failed_with(ERROR_INSUFFICIENT_BUFFER);
            to[count] = (wchar_t)character;
        }
        count++;
        text += taken;
        left -= (size_t)taken;
    }
    return count;
}

int WINAPI WideCharToMultiByte(UINT code_page, DWORD flags, LPCWSTR text, int chars, LPSTR to,
                               int room, LPCSTR default_char, LPBOOL used_default)
{
    size_t left;
    int used = 0;

    if (!arguments_are_good(code_page, text, chars, to, room))
        return 0;
    /* UTF-8 has every character, so there is no default one to choose or report. */
    if (default_char != NULL || used_default != NULL) {
        if (code_page == CP_UTF8)
            return failed_with(ERROR_INVALID_PARAMETER);
        if (used_default != NULL)
            *used_default = FALSE;
    }
    if ((flags & ~(DWORD)(WC_ERR_INVALID_CHARS | WC_NO_BEST_FIT_CHARS)) != 0)
        return failed_with(ERROR_INVALID_FLAGS);
    left = chars < 0 ? wcslen(text) + 1 : (size_t)chars;
    while (left != 0) {
        char encoded[4];
        uint32_t character;
        int taken = rg_wide_decode(text, left, &character);
        int length;

        if (taken < 0) {
            if ((flags & WC_ERR_INVALID_CHARS) != 0)
                return failed_with(ERROR_NO_UNICODE_TRANSLATION);
            character = REPLACEMENT;
            taken = -taken;
        }
        length = rg_utf8_encode(character, encoded);
        if (used > INT_MAX - length)
            return failed_with(ERROR_ARITHMETIC_OVERFLOW);
        if (room != 0) {
            if (used + length > room)
                return failed_with(ERROR_INSUFFICIENT_BUFFER);
            memcpy(to + used, encoded, (size_t)length);
        }
        used += length;
        text += taken;
        left -= (size_t)taken;
    }
    return used;
}

/* --- lstr*: like the C functions, but NULL is an empty text ---------------------------------
 */

int WINAPI lstrlenA(LPCSTR text)
{
    return text != NULL ? (int)strlen(text) : 0;
}

int WINAPI lstrlenW(LPCWSTR text)
{
    return text != NULL ? (int)wcslen(text) : 0;
}

LPSTR WINAPI lstrcpyA(LPSTR to, LPCSTR from)
{
    if (to == NULL || from == NULL)
        return NULL;
    return memmove(to, from, strlen(from) + 1);
}

LPWSTR WINAPI lstrcpyW(LPWSTR to, LPCWSTR from)
{
    if (to == NULL || from == NULL)
        return NULL;
    return wmemmove(to, from, wcslen(from) + 1);
}

LPSTR WINAPI lstrcpynA(LPSTR to, LPCSTR from, int room)
{
    if (to == NULL || from == NULL || room <= 0)
        return NULL;
    (void)rg_text_copy(to, (size_t)room, from);
    return to;
}

LPWSTR WINAPI lstrcpynW(LPWSTR to, LPCWSTR from, int room)
{
    if (to == NULL || from == NULL || room <= 0)
        return NULL;
    (void)rg_text_copy_wide(to, (size_t)room, from);
    return to;
}

LPSTR WINAPI lstrcatA(LPSTR to, LPCSTR from)
{
    if (to == NULL || from == NULL)
        return NULL;
    memmove(to + strlen(to), from, strlen(from) + 1);
    return to;
}

LPWSTR WINAPI lstrcatW(LPWSTR to, LPCWSTR from)
{
    if (to == NULL || from == NULL)
        return NULL;
    wmemmove(to + wcslen(to), from, wcslen(from) + 1);
    return to;
}

int WINAPI lstrcmpA(LPCSTR a, LPCSTR b)
{
    return strcmp(a != NULL ? a : "", b != NULL ? b : "");
}

int WINAPI lstrcmpW(LPCWSTR a, LPCWSTR b)
{
    return wcscmp(a != NULL ? a : L"", b != NULL ? b : L"");
}

int WINAPI lstrcmpiA(LPCSTR a, LPCSTR b)
{
    return strcasecmp(a != NULL ? a : "", b != NULL ? b : "");
}

int WINAPI lstrcmpiW(LPCWSTR a, LPCWSTR b)
{
    return wcscasecmp(a != NULL ? a : L"", b != NULL ? b : L"");
}

/* --- debug output ----------------------------------------------------------------------------
 * There is no system debugger channel, and the library itself never prints.  A debugger can
 * stop here: the text is in the argument. */
void WINAPI OutputDebugStringA(LPCSTR text)
{
    __asm__ volatile("" : : "r"(text) : "memory");
}

void WINAPI OutputDebugStringW(LPCWSTR text)
{
    __asm__ volatile("" : : "r"(text) : "memory");
}
