/* SPDX-License-Identifier: MIT */
/* version.c - which regraft this is.  Any thread.  Knows: nothing else. */
#include <regraft.h>

const char *rg_version(void)
{
    return RG_VERSION;
}
