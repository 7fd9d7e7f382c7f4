/* SPDX-License-Identifier: MIT */
/* After this header, DEFINE_GUID defines.  Optional: libregraft.so has every GUID already.
 *
 * Runs: nowhere, declarations only.
 */
#ifndef INITGUID
#define INITGUID
#endif
#include <guiddef.h>
#include <rg_guid.h>
