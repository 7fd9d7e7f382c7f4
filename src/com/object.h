/* SPDX-License-Identifier: MIT */
/* com/object.h - one IUnknown for every face of every object.
 *
 * A face is a public interface plus a pointer home right behind lpVtbl.  COM clients look at
 * lpVtbl alone, so the extra word is invisible, and one QueryInterface/AddRef/Release serves
 * all faces. Any thread: counts are atomic, the interface map is constant.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include <dshow.h>
#include <regraft_if.h>

#include "com/doors.h"

struct com_object;

/* A face of interface I inside an object's struct.  Pass &face.i where an I * is wanted. */
#define COM_FACE(I)                                                                            \
    struct {                                                                                   \
        I i;                                                                                   \
        struct com_object *self;                                                               \
    }

/* One row of an object's interface map; the offset counts from the com_object. */
struct com_entry {
    const IID *iid;
    size_t offset;
};

/* COM_ENTRY(IPin, struct rg_pin, pin): struct rg_pin begins with its com_object. */
#define COM_ENTRY(I, type, face)                                                               \
    {                                                                                          \
        &IID_##I, offsetof(type, face)                                                         \
    }
#define COM_MAP_END                                                                            \
    {                                                                                          \
        NULL, 0                                                                                \
    }

/* One COM identity.  Must be the first member of the struct that embeds it. */
struct com_object {
    COM_FACE(IUnknown) inner; /* the only face that counts for itself */
    IUnknown *outer;          /* whom the other faces ask: inner, or the aggregating object */
    struct com_object *lifetime; /* who holds the count: itself, or the filter for a pin */
    atomic_uint refs;
    const struct com_entry *map;                /* ends with COM_MAP_END */
    void (*destroy)(struct com_object *object); /* last reference gone; frees the memory */
    /* asked when no map row fits; NULL if the map is all.  Returns S_OK with a reference, or
     * E_NOINTERFACE. */
    HRESULT (*query_more)(struct com_object *object, REFIID iid, void **out);
    const char *name;                          /* class name for rg_live_objects; a constant */
    struct com_object *live_next, **live_prev; /* under the live list's lock, debug builds */
};

/* Makes *object alive with one reference, which the caller owns.  outer: the aggregating
 * object, or NULL. */
RG_API void com_object_init(struct com_object *object, const char *name,
                            const struct com_entry *map, IUnknown *outer,
                            void (*destroy)(struct com_object *));

/* For a part of another object (a pin): own identity, the owner's lifetime.  A reference to
 * it is a reference to the owner; it starts with none, and dies when the owner calls
 * com_object_fini. */
RG_API void com_object_init_part(struct com_object *object, const char *name,
                                 const struct com_entry *map, struct com_object *owner);

/* Last act of destroy(), and the end of a part: takes the object off the live list. */
RG_API void com_object_fini(struct com_object *object);

/* Sets a face's table and its way home. */
#define COM_FACE_INIT(object, face, vtbl) ((face).i.lpVtbl = (vtbl), (face).self = (object))

/* What the doors call.  face is any face of ours. */
RG_API HRESULT com_query(void *face, REFIID iid, void **out);
RG_API ULONG com_addref(void *face);
RG_API ULONG com_release(void *face);

/* The object itself: QueryInterface and counting that go to its inner identity. */
RG_API HRESULT com_object_query(struct com_object *object, REFIID iid, void **out);
RG_API void com_object_addref(struct com_object *object);
RG_API void com_object_release(struct com_object *object);

/* Hands the first reference of a fresh object to its creator: asks for iid on the inner
 * identity and drops the creator's own reference, so that failure frees the object.  For
 * aggregation: iid must be IUnknown then. */
RG_API HRESULT com_object_hand_out(struct com_object *object, IUnknown *outer, REFIID iid,
                                   void **out);

/* From a face to the struct that embeds its object. */
#define COM_HOME(face, type) ((type *)((const struct com_face_any *)(const void *)(face))->self)

struct com_face_any {
    const void *vtbl;
    struct com_object *self;
};

/* ---- ownership in locals --------------------------------------------------------------- */

static inline void com_auto_release(void *where)
{
    IUnknown *unknown = *(IUnknown **)where;

    if (unknown != NULL)
        unknown->lpVtbl->Release(unknown);
}

/* RG_AUTO(IPin) peer = NULL;  released at the end of the scope.  RG_STEAL(&peer) hands it
 * over. */
#define RG_AUTO(I) __attribute__((cleanup(com_auto_release))) I *
#define RG_STEAL(where)                                                                        \
    (__extension__({                                                                           \
        __typeof__(*(where)) stolen_ = *(where);                                               \
        *(where) = NULL;                                                                       \
        stolen_;                                                                               \
    }))
