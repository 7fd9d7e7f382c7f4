/* SPDX-License-Identifier: MIT */
/* media/type.h - AM_MEDIA_TYPE: copying, freeing, comparing, enumerating.
 *
 * Any thread; a type is owned by whoever holds it.  Format blocks are CoTaskMem, pUnk is a
 * reference, as DirectShow has it.
 */
#pragma once

#include <stdbool.h>

#include <dshow.h>

#ifndef RG_API
#define RG_API __attribute__((visibility("default")))
#endif

/* Deep copy into *ret, which held nothing.  S_OK; E_OUTOFMEMORY: *ret is zeroed then. */
RG_API HRESULT rg_type_copy(AM_MEDIA_TYPE *ret, const AM_MEDIA_TYPE *type);

/* Frees what *type owns and zeroes it; the struct itself stays.  NULL is fine. */
RG_API void rg_type_clear(AM_MEDIA_TYPE *type);

/* A copy on the heap, as getters hand out (CoTaskMem); NULL if memory is out. */
RG_API AM_MEDIA_TYPE *rg_type_new(const AM_MEDIA_TYPE *type);

/* Clears and frees what rg_type_new or a getter gave.  NULL is fine. */
RG_API void rg_type_delete(AM_MEDIA_TYPE *type);

/* Sets major type, subtype, format type and a copy of the format block (may be NULL if size
 * is 0); bFixedSizeSamples is TRUE with lSampleSize 1.  *ret held nothing.  S_OK;
 * E_OUTOFMEMORY. */
RG_API HRESULT rg_type_make(AM_MEDIA_TYPE *ret, const GUID *major, const GUID *subtype,
                            const GUID *format, const void *block, ULONG block_bytes);

/* Same major type, subtype, format type and format block. */
RG_API bool rg_type_equal(const AM_MEDIA_TYPE *a, const AM_MEDIA_TYPE *b);

/* Does type fit into partial, where GUID_NULL stands for anything?  A NULL partial fits all. */
RG_API bool rg_type_fits(const AM_MEDIA_TYPE *type, const AM_MEDIA_TYPE *partial);

/* GUID_NULL as major type, subtype (unless the format type is complete) or format type: not
 * good for connecting as it is. */
RG_API bool rg_type_is_partial(const AM_MEDIA_TYPE *type);

/* The first field that differs, in words: "subtype: I420 against NV12", "width: 1280 against
 * 640".  false if equal. */
RG_API bool rg_type_difference(const AM_MEDIA_TYPE *a, const AM_MEDIA_TYPE *b, char *text,
                               unsigned size);

/* An IEnumMediaTypes over what get(context, index, ret) yields until VFW_S_NO_MORE_ITEMS (or
 * any other non-S_OK). The getter is asked anew for each element, so the list is always the
 * present one. */
typedef HRESULT (*rg_type_getter)(void *context, unsigned index, AM_MEDIA_TYPE *ret);
RG_API HRESULT rg_type_enumerate(IUnknown *owner, rg_type_getter get, void *context,
                                 IEnumMediaTypes **ret);
