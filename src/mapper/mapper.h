/* SPDX-License-Identifier: MIT */
/* mapper/mapper.h - the filter mapper as mapper.c (IFilterMapper2 and 3) and mapper_first.c
 * (IFilterMapper) see it.
 *
 * Any thread; no state.
 * Knows: the two faces.  Must not know: files, graphs.
 */
#pragma once

#include "com/object.h"
#include "mapper/device.h"

struct filter_mapper {
    struct com_object object; /* first */
    COM_FACE(IFilterMapper3) face;
    COM_FACE(IFilterMapper) first;
};

extern const IFilterMapperVtbl mapper_first_vtbl;

/* Writes a registration down, in the place of one with its category and instance.  Takes the
 * filter over; NULL: E_OUTOFMEMORY. */
HRESULT mapper_put(struct reg_filter *filter);
/* Takes one away.  HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND): it is not there. */
HRESULT mapper_remove(const CLSID *category, const char *instance);
