/* SPDX-License-Identifier: MIT */
/* text.h - UTF-8 inside, 32-bit wide characters at the COM boundary.
 *
 * Any thread; no locale, no state.
 * Knows: Unicode's encodings.  Must not know: what the text says.
 *
 * These conversions lose nothing, since file names need not be UTF-8: a byte that is no part
 * of valid UTF-8 becomes the lone surrogate U+DC00 + byte and returns to that byte.  (The Win32
 * calls MultiByteToWideChar and WideCharToMultiByte put U+FFFD there, as documented.)
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <wchar.h>

#include <windows.h>

#include "platform/export.h"

/* The text in the other encoding; the caller frees it with CoTaskMemFree or rg_free.
 * S_OK; E_POINTER; E_OUTOFMEMORY; HRESULT_FROM_WIN32(ERROR_NO_UNICODE_TRANSLATION): `wide`
 * holds a value that is no character. */
RG_API HRESULT rg_utf8_from_wide(const wchar_t *wide, char **ret_utf8);
RG_API HRESULT rg_wide_from_utf8(const char *utf8, wchar_t **ret_wide);

/* Into an array of `size` elements, always ended by a zero if size > 0; what does not fit is
 * cut between two characters.  True when all fitted. */
RG_API bool rg_text_copy(char *to, size_t size, const char *from);
RG_API bool rg_text_copy_wide(wchar_t *to, size_t size, const wchar_t *from);
RG_API bool rg_text_to_wide(wchar_t *to, size_t size, const char *from);
RG_API bool rg_text_to_utf8(char *to, size_t size, const wchar_t *from);

/* --- one character ------------------------------------------------------------------------ */

/* Decodes the character at `text`, of which `size` > 0 bytes may be read.  Returns its length;
 * for invalid bytes minus the length of the longest beginning of a character, 1 to 3. */
int rg_utf8_decode(const char *text, size_t size, uint32_t *ret_character);

/* Writes a valid character and returns its length, 1 to 4. */
int rg_utf8_encode(uint32_t character, char ret_text[4]);

/* Takes one character from `count` > 0 wide ones; surrogate pairs, which UTF-16 sources leave
 * behind, are joined.  Returns how many it took; minus that for what is no character, and
 * `*ret_character` is that value then. */
int rg_wide_decode(const wchar_t *text, size_t count, uint32_t *ret_character);
