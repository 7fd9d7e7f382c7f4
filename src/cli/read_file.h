/* SPDX-License-Identifier: MIT */
/* read_file.h - a whole text file.
 *
 * Main thread.  Knows: files.  Must not know: what is in them.
 */
#pragma once

/* The caller frees the text; "-" is standard input.  NULL: told already. */
char *cli_read_file(const char *path);
