/* SPDX-License-Identifier: MIT */
/* DirectShow's GUIDs: media types, formats, time formats, classes, categories.
 *
 * Runs: nowhere, declarations only; libregraft.so defines them all.
 * No include guard round the list: define OUR_GUID_ENTRY(name, d1, ... b7) and include
 * this again to walk it, as the field's code does for its table of GUID names.
 */
#ifdef OUR_GUID_ENTRY
#define RG_UUIDS_LIST
#elif !defined(RG_UUIDS_DECLARED)
#define RG_UUIDS_DECLARED
#include <cguid.h>
#define RG_UUIDS_LIST
#endif

#ifdef RG_UUIDS_LIST
#undef RG_UUIDS_LIST
#ifndef OUR_GUID_ENTRY
#include <guiddef.h>
#define OUR_GUID_ENTRY(name, d1, d2, d3, b0, b1, b2, b3, b4, b5, b6, b7)                       \
    DEFINE_GUID(name, d1, d2, d3, b0, b1, b2, b3, b4, b5, b6, b7);
#endif

/* A GUID made of a four-character code or a WAVE_FORMAT_ tag. */
#ifndef RG_FOURCC_ENTRY
#define RG_FOURCC_ENTRY(name, code)                                                            \
    OUR_GUID_ENTRY(name, code, 0x0000, 0x0010, 0x80, 0x00, 0x00, 0xaa, 0x00, 0x38, 0x9b, 0x71)
#endif

#define MEDIATYPE_NULL    GUID_NULL
#define MEDIASUBTYPE_NULL GUID_NULL

#include <rg_uuids_types.h>

#include <rg_uuids_classes.h>

#include <ksuuids.h>

#undef OUR_GUID_ENTRY
#undef RG_FOURCC_ENTRY
#endif

#ifndef MEDIASUBTYPE_HASALPHA
#define MEDIASUBTYPE_HASALPHA(mt)                                                              \
    ((mt).subtype == MEDIASUBTYPE_ARGB4444 || (mt).subtype == MEDIASUBTYPE_ARGB32 ||           \
     (mt).subtype == MEDIASUBTYPE_AYUV || (mt).subtype == MEDIASUBTYPE_AI44 ||                 \
     (mt).subtype == MEDIASUBTYPE_IA44 || (mt).subtype == MEDIASUBTYPE_ARGB1555)
#endif
