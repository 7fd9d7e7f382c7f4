/* SPDX-License-Identifier: MIT */
/* DEFINE_GUID: declares a GUID, or defines it where INITGUID is set.
 *
 * No include guard: <initguid.h> sets INITGUID and includes this again, so that every header
 * included after it defines its GUIDs.  Definitions are weak: any number of them may meet.
 */
#undef DEFINE_GUID
#ifdef INITGUID
#define DEFINE_GUID(name, d1, d2, d3, b0, b1, b2, b3, b4, b5, b6, b7)                          \
    RG_GUID_LINKAGE RG_API const GUID name;                                                    \
    RG_GUID_DEFINITION RG_API DECLSPEC_SELECTANY const GUID name = {                           \
        d1, d2, d3, { b0, b1, b2, b3, b4, b5, b6, b7 }                                         \
    }
#else
#define DEFINE_GUID(name, d1, d2, d3, b0, b1, b2, b3, b4, b5, b6, b7)                          \
    RG_GUID_LINKAGE RG_API const GUID name
#endif
#define DEFINE_OLEGUID(name, d1, d2, d3)                                                       \
    DEFINE_GUID(name, d1, d2, d3, 0xc0, 0, 0, 0, 0, 0, 0, 0x46)
