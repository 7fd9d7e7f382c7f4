/* SPDX-License-Identifier: MIT */
/* version.c - which regraft this is.
 *
 * Any thread.  Knows: what the build says.  Must not know: anything else.
 */
#include <regraft.h>

const char *rg_version(void)
{
    return RG_VERSION;
}
