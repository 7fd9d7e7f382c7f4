/* SPDX-License-Identifier: MIT */
/* base/tee.h - the filters that only move samples: the tees (one road becomes many) and queue
 * (a thread of its own).
 *
 * Listed as RG_BASE(tee) and so on; made by the class registry.
 */
#pragma once

#include "base/class.h"

extern RG_API const struct rg_class rg_tee;
extern RG_API const struct rg_class rg_inf_tee;
extern RG_API const struct rg_class rg_smart_tee;
extern RG_API const struct rg_class rg_queue;

RG_API HRESULT rg_tee_create(IUnknown *outer, REFIID iid, void **out);
RG_API HRESULT rg_inf_tee_create(IUnknown *outer, REFIID iid, void **out);
RG_API HRESULT rg_smart_tee_create(IUnknown *outer, REFIID iid, void **out);
RG_API HRESULT rg_queue_create(IUnknown *outer, REFIID iid, void **out);
