/* SPDX-License-Identifier: MIT */
/* com/registry_internal.h - what the files of the class registry tell one another.
 *
 * Any thread.
 * Knows: rows.  Must not know: filters, pins, graphs.
 */
#pragma once

#include "com/registry.h"

/* S_OK; REGDB_E_CLASSNOTREG; E_OUTOFMEMORY. */
HRESULT rg_registry_find_clsid(REFCLSID clsid, const struct rg_class_row **ret_row);
