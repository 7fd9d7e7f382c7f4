/* SPDX-License-Identifier: MIT */
/* media/file_type.h - what kind of byte stream a file is, told by its first (and last) bytes.
 *
 * Any thread.  The rules are data: DirectShow's check-bytes entries, as its registry has them.
 */
#pragma once

#include <stdbool.h>

#include <dshow.h>

#ifndef RG_API
#define RG_API __attribute__((visibility("default")))
#endif

/* Subtypes of MEDIATYPE_Stream for which DirectShow has no name of its own; the values are those
 * that splitters have agreed on. */
extern RG_API const GUID rg_subtype_mp4, rg_subtype_matroska, rg_subtype_ogg;

/* A file to look into. */
struct rg_file_bytes {
    void *context;
    /* As much of bytes from `at` on as there is.  S_OK or S_FALSE: *ret_bytes are there. */
    HRESULT (*get)(void *context, LONGLONG at, ULONG bytes, BYTE *to, ULONG *ret_bytes);
    LONGLONG length; /* < 0: unknown; what counts from the end does not match then */
};

/* Does every quad "offset,count,mask,value" of the list hold?  Numbers are decimal, mask and value
 * hexadecimal; an empty mask is all ones, a negative offset counts from the end.  A list that makes
 * no sense matches nothing. */
RG_API bool rg_file_matches(const struct rg_file_bytes *file, const char *quads);

/* The subtype of MEDIATYPE_Stream by the table of what we know; NULL: none of it. */
RG_API const GUID *rg_file_subtype(const struct rg_file_bytes *file);
