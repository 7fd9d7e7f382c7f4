/* SPDX-License-Identifier: MIT */
/* names.h - named events, semaphores and mutexes; the names live in this process.
 *
 * Any thread.  A name is forgotten when the last handle to its object is closed.
 * Knows: objects.  Must not know: what they are for.
 */
#pragma once

#include "platform/handle.h"

/* A name as the caller gave it: in UTF-8, wide, or (both NULL) none. */
struct rg_name {
    const char *utf8;
    const wchar_t *wide;
};

/* Creates an object and its handle, or, when the name is taken by the same sort of object,
 * another handle to that one with the last error ERROR_ALREADY_EXISTS (else it is 0).
 * NULL and ERROR_INVALID_HANDLE: another sort has the name; ERROR_NOT_ENOUGH_MEMORY;
 * ERROR_NO_UNICODE_TRANSLATION: the wide name is no Unicode. */
HANDLE rg_named_create(enum rg_handle_kind kind, uint32_t value, uint32_t maximum,
                       const struct rg_name *name);
