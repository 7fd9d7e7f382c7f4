/* SPDX-License-Identifier: MIT */
/* out_pin_internal.h - what out_pin.c, out_pin_connect.c and out_pin_link.c share. */
#pragma once

#include "base/out_pin.h"

#define HOLD_TIMEOUT_MS 2000 /* for a change of the link that the caller did not block for */

/* S_OK if the pin itself would connect with this type. */
HRESULT rg_out_pin_accepts(struct rg_out_pin *pin, const AM_MEDIA_TYPE *type);

/* Makes *fresh the link, as one record with nobody inside the gate; *fresh gets the former
 * one.  VFW_E_TIMEOUT: someone stayed inside, nothing changed. */
HRESULT rg_out_pin_exchange(struct rg_out_pin *pin, struct rg_link *fresh);
