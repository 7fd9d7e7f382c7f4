/* SPDX-License-Identifier: MIT */
/* base/sample_grabber.h - the filter that shows samples to the application (qedit.h:
 * ISampleGrabber).
 *
 * Listed as RG_BASE(sample_grabber); made by the class registry.
 */
#pragma once

#include "base/class.h"

extern RG_API const struct rg_class rg_sample_grabber;

RG_API HRESULT rg_sample_grabber_create(IUnknown *outer, REFIID iid, void **out);
