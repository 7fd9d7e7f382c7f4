/* SPDX-License-Identifier: MIT */
/* doors.c - typed QueryInterface, AddRef and Release for each interface in COM_DOOR_LIST.
 *
 * Any thread.  Knows: com_query, com_addref, com_release.
 */
#include "com/object.h"

#define COM_DOORS(I)                                                                           \
    HRESULT STDMETHODCALLTYPE I##_door_qi(I *face, REFIID iid, void **out)                     \
    {                                                                                          \
        return com_query(face, iid, out);                                                      \
    }                                                                                          \
    ULONG STDMETHODCALLTYPE I##_door_add(I *face)                                              \
    {                                                                                          \
        return com_addref(face);                                                               \
    }                                                                                          \
    ULONG STDMETHODCALLTYPE I##_door_rel(I *face)                                              \
    {                                                                                          \
        return com_release(face);                                                              \
    }

COM_DOOR_LIST(COM_DOORS)
