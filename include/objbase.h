/* SPDX-License-Identifier: MIT */
/* COM: the runtime and the basic interfaces.
 *
 * Runs: any thread.
 */
#pragma once

#include <combaseapi.h>

#include <cguid.h>
#include <objidl.h>

/* Bind contexts and moniker helpers. */
WINOLEAPI CreateBindCtx(DWORD reserved, IBindCtx **ret_context);
