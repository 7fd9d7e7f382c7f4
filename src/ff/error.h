/* SPDX-License-Identifier: MIT */
/* ff/error.h - the door where libav's error numbers become HRESULTs.
 *
 * Any thread.  Nothing behind this door knows AVERROR.
 */
#pragma once

#include <dshow.h>

/* What a negative libav result means here.  A result >= 0 is S_OK.
 * Missing file: STG_E_FILENOTFOUND.  No rights: STG_E_ACCESSDENIED.  Disk full:
 * STG_E_MEDIUMFULL.  Damaged data: VFW_E_INVALID_FILE_FORMAT.  No such container, codec or
 * filter: VFW_E_UNKNOWN_FILE_TYPE, VFW_E_NO_DECOMPRESSOR. Interrupted: VFW_E_STATE_CHANGED.
 * Memory out: E_OUTOFMEMORY.  Anything else: an error of the system, or E_FAIL. */
HRESULT ff_error(int result);

/* Errors of opening an input: a file that says nothing to libav is VFW_E_UNKNOWN_FILE_TYPE, and
 * one that begins well and breaks off is VFW_E_INVALID_FILE_FORMAT. */
HRESULT ff_error_open(int result);

/* libav prints on its own unless told not to.  Every opening function calls this; a host that
 * has set a level of its own keeps it. */
void ff_be_quiet(void);
