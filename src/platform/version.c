/* SPDX-License-Identifier: MIT */
/* version.c - the library's own version.
 *
 * Any thread.  Knows: what the build says.
 */
#include <regraft.h>

const char *rg_version(void)
{
    return RG_VERSION;
}
