/* SPDX-License-Identifier: MIT */
/* GUID_NULL and its names.
 *
 * Runs: nowhere, declarations only.
 */
#pragma once

#include <guiddef.h>

DEFINE_GUID(GUID_NULL, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
#define IID_NULL   GUID_NULL
#define CLSID_NULL GUID_NULL
