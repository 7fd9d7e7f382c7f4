/* SPDX-License-Identifier: MIT */
/* Every GUID of the public headers, defined once and exported.
 *
 * Runs: nowhere, data only.
 * Knows: the headers.  Must not know: code.
 */
#define INITGUID
#include <dshow.h>
#include <ksmedia.h>

#include <qedit.h>

#include <regraft_if.h>
