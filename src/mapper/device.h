/* SPDX-License-Identifier: MIT */
/* mapper/device.h - device monikers, their property bags, and enumerators of both.
 *
 * Any thread.  A moniker is a name, "@device:sw:{category}\instance"; what it names is looked up
 * when it is asked, so it may be gone.
 * Knows: COM, registrations.  Must not know: files, graphs.
 *
 * Where nothing more is said: S_OK; E_OUTOFMEMORY.  New objects: the caller owns the reference.
 */
#pragma once

#include <stdatomic.h>

#include "mapper/match.h"

HRESULT device_moniker_new(const CLSID *category, const char *instance, IMoniker **ret);
/* CLSID_CDeviceMoniker: names nothing until IPersistStream::Load. */
HRESULT device_moniker_create(IUnknown *outer, REFIID iid, void **out);

/* The parts of a display name; the caller frees *ret_instance.  MK_E_SYNTAX: it is none. */
HRESULT device_name_parse(const WCHAR *name, CLSID *ret_category, char **ret_instance);
/* The display name; the caller frees it (CoTaskMem). */
HRESULT device_name_make(const CLSID *category, const char *instance, WCHAR **ret_name);
/* What any moniker calls itself.  E_INVALIDARG: it is no device of this library. */
HRESULT device_name_of(IMoniker *moniker, CLSID *ret_category, char **ret_instance);

HRESULT device_bag_new(const CLSID *category, const char *instance, IPropertyBag **ret);

/* How far an enumerator of `count` elements is; for Skip of both.  S_OK; S_FALSE: past the end. */
HRESULT device_enum_skip(atomic_size_t *at, size_t count, ULONG skipped);

/* IEnumMoniker over an answer. */
HRESULT device_enum_new(const struct mapper_answer *answer, IEnumMoniker **ret);
/* IEnumRegFilters over an answer, which it takes over, also on failure. */
HRESULT filter_enum_new(struct mapper_answer *answer, IEnumRegFilters **ret);

/* CLSID_SystemDeviceEnum */
HRESULT device_lister_create(IUnknown *outer, REFIID iid, void **out);
/* CLSID_FilterMapper2 and CLSID_FilterMapper */
HRESULT filter_mapper_create(IUnknown *outer, REFIID iid, void **out);
/* CLSID_DirectShowPluginControl */
HRESULT plugin_control_create(IUnknown *outer, REFIID iid, void **out);
