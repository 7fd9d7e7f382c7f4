/* SPDX-License-Identifier: MIT */
/* mapper/view.h - which filters there are for this user: classes of the registry, and what was
 * registered.
 *
 * Any thread.  A view is constant and counted; a change of the file makes a new one.
 * Knows: registrations, the class registry.  Must not know: COM objects, who asks.
 */
#pragma once

#include "mapper/file.h"

struct rg_mapper_view;

struct mapper_items {
    const struct reg_filter *const *list; /* lives as long as the view */
    size_t count;
};

/* All filters and categories: the library's own first, then what was registered, oldest first;
 * those that were unregistered are left out.  S_OK; E_OUTOFMEMORY. */
HRESULT mapper_view_items(struct rg_mapper_view *view, struct mapper_items *ret_items);

/* NULL: there is none of that category and instance. */
const struct reg_filter *mapper_items_find(const struct mapper_items *items,
                                           const CLSID *category, const char *instance);

/* Do intelligent connect and EnumMatchingFilters look into this category?  Not if its merit is
 * MERIT_DO_NOT_USE or less, nor if nobody made it. */
bool mapper_category_is_open(const struct rg_mapper_view *view, const CLSID *category);

/* What is wrong with the file. */
const struct reg_lines *mapper_view_complaints(const struct rg_mapper_view *view);

/* For edits (reg_file_change): the registration of category and instance; of what is the
 * library's own, a copy of that, put into the store.  S_OK;
 * HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND); E_OUTOFMEMORY. */
HRESULT mapper_edit_filter(struct reg_store *store, const CLSID *category, const char *instance,
                           struct reg_filter **ret_filter);
/* Takes it out; what is the library's own is noted as removed.  The same results. */
HRESULT mapper_edit_remove(struct reg_store *store, const CLSID *category,
                           const char *instance);

/* ---- the library's own: own.c ------------------------------------------------------------ */

/* The merit of a category of DirectShow; 0: it is none. */
DWORD mapper_own_category_merit(const CLSID *category);
/* All of them, as if they had been registered, appended to *ret.  S_OK; E_OUTOFMEMORY. */
HRESULT mapper_own_filters(struct reg_store *ret);
/* Is it one?  S_OK: *ret_filter is the caller's; S_FALSE; E_OUTOFMEMORY. */
HRESULT mapper_own_filter(const CLSID *category, const char *instance,
                          struct reg_filter **ret_filter);
