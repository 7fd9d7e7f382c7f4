/* SPDX-License-Identifier: MIT */
/* mapper/connect.h - what intelligent connect asks: which filters may be tried, the best first.
 *
 * Any thread; may read a file, so not under a leaf lock.  With nothing registered the answer is
 * the class registry's own, and costs one look for the file.
 * Knows: entries of the class registry.  Must not know: pins, graphs.
 */
#pragma once

#include <stdbool.h>

#include "com/registry.h"

struct rg_mapper_view;

/* The filters as they are registered now.  S_OK: the caller lets *ret_view go; E_OUTOFMEMORY. */
HRESULT rg_mapper_view_get(struct rg_mapper_view **ret_view);
void rg_mapper_view_release(struct rg_mapper_view *view); /* NULL is fine */

/* By index from 0: every filter above MERIT_DO_NOT_USE in a category above it, highest merit
 * first.  NULL past the end.  The entry lives as long as the view. */
const struct rg_class_entry *rg_mapper_view_at(const struct rg_mapper_view *view,
                                               unsigned index);

/* The device moniker of an entry of a view, or of the class registry, for whoever is asked about
 * it.  S_OK: the caller owns the reference; E_OUTOFMEMORY. */
HRESULT rg_mapper_moniker(const struct rg_class_entry *entry, IMoniker **ret_moniker);

/* ---- IAMPluginControl: what this process blocked and prefers ----------------------------- */

bool rg_mapper_is_blocked(REFCLSID clsid);
/* NULL: none is preferred for it.  The entry lives as long as the process. */
const struct rg_class_entry *rg_mapper_preferred(const GUID *subtype);
