/* SPDX-License-Identifier: MIT */
/* mapper/filter_data.h - merit and pins of a registration as the bytes of the property "FilterData".
 *
 * Any thread; no state.  Little-endian words of 32 bits; offsets count from the first byte:
 *   2, merit, pins, 0
 *   for each pin:  "0pi3" (the first character counts the pins), REG_PINFLAG_B_…, instances,
 *                  types, mediums, 1 if it has a category, else 0; then the category's offset (if
 *                  it has one), its types, the offset of each medium
 *   a type:        "0ty3" (counted as the pins), 0, offset of the major type, of the subtype
 *   then the GUIDs (16 bytes) and the mediums (GUID and two words).
 * Header, pins and types lie as in Windows' registry.  How Windows orders a category and mediums
 * is written down nowhere; no filter that registers neither can tell.
 * Knows: registrations.  Must not know: COM objects.
 */
#pragma once

#include "mapper/store.h"

/* S_OK: the caller frees *ret_data; E_OUTOFMEMORY. */
HRESULT filter_data_write(const struct reg_filter *filter, BYTE **ret_data, size_t *ret_size);

/* Into merit and pins of a filter that has no pins yet.  S_OK; E_INVALIDARG: these bytes are
 * something else; E_OUTOFMEMORY.  On failure some pins may be there. */
HRESULT filter_data_read(struct reg_filter *filter, const BYTE *data, size_t size);
