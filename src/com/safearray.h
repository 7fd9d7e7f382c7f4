/* SPDX-License-Identifier: MIT */
/* com/safearray.h - which arrays a VARIANT may hold.  For oleauto.c.
 *
 * Any thread; no state.
 * Knows: types.  Must not know: what is in the arrays.
 */
#pragma once

#include <stdbool.h>

#include <oleauto.h>

/* VT_ARRAY of elements that own nothing. */
bool rg_array_is_known(VARTYPE type);
