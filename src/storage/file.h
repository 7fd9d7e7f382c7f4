/* SPDX-License-Identifier: MIT */
/* file.h - a file read as a whole, and replaced as a whole or not at all.
 *
 * Any thread.  Knows: file descriptors, errno.  Must not know: what is in the file.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <objbase.h>

/* STG_E_ for errno; fallback for what has no code of its own. */
HRESULT stg_file_error(int error, HRESULT fallback);

/* S_OK and an open file; its STG_E_. */
HRESULT stg_file_open(const char *path, int *ret_fd);
/* All of it, from its beginning; the caller frees it. */
HRESULT stg_file_read(int fd, uint8_t **ret_data, size_t *ret_size);
/* Its first bytes, `size` at most. */
HRESULT stg_file_read_head(int fd, uint8_t *to, size_t size, size_t *ret_size);

/* Can a file be made at this path, or the one there replaced?  S_OK: there is none; S_FALSE: there is
 * one; STG_E_PATHNOTFOUND, STG_E_ACCESSDENIED, STG_E_INVALIDNAME. */
HRESULT stg_file_may_write(const char *path);

/* Puts a new file beside the old one and gives it its name once it is on the disk.  What is no ordinary
 * file (a device, a pipe) is written to.  On failure the old one is as it was: STG_E_MEDIUMFULL,
 * STG_E_WRITEFAULT, STG_E_ACCESSDENIED, STG_E_PATHNOTFOUND, STG_E_INSUFFICIENTMEMORY. */
HRESULT stg_file_replace(const char *path, const uint8_t *data, size_t size);
