/* SPDX-License-Identifier: MIT */
/* mapper/file.h - where a user's registrations are kept: one text file, changed whole or not.
 *
 * $XDG_DATA_HOME/regraft/filters.txt, by default ~/.local/share/regraft/filters.txt.  Any thread;
 * readers take no lock, since the file is exchanged by rename.  Who changes it holds filters.lock
 * beside it, against other threads and other processes.
 * Knows: files.  Must not know: what is registered.
 */
#pragma once

#include <sys/stat.h>

#include "mapper/store.h"

/* Which file it was that was read: as long as `fd` is open, no other one has its number. */
struct reg_file {
    int fd;             /* -1: there was none, or it could not be opened */
    struct stat status; /* zeros: there was none */
};

/* Fills an empty store.  A file that can't be read leaves it empty, with a complaint.
 * S_OK: the caller closes *ret_file with reg_file_close; E_OUTOFMEMORY. */
HRESULT reg_file_read(struct reg_store *store, struct reg_file *ret_file);
void reg_file_close(struct reg_file *file);
/* Is what was read what a reader would read now? */
bool reg_file_is_fresh(const struct reg_file *file);

/* What a change does to the store.  S_OK: keep it; anything else: nothing was changed. */
typedef HRESULT (*reg_edit)(struct reg_store *store, void *context);

/* Reads, lets `edit` change, writes.  What `edit` said; E_OUTOFMEMORY; an HRESULT of the
 * system's error (HRESULT_FROM_WIN32(ERROR_DISK_FULL), …), and the file is as it was.  Waits for
 * others who change it. */
HRESULT reg_file_change(reg_edit edit, void *context);
