/* SPDX-License-Identifier: MIT */
/* thing.h - the smallest COM class, for tests of the class registry: IUnknown and nothing else. */
#pragma once

#include "com/object.h"
#include "com/registry.h"
#include "platform/memory.h"

static const struct com_entry thing_map[] = { COM_MAP_END };

static inline void thing_destroy(struct com_object *object)
{
    com_object_fini(object);
    rg_free(object);
}

static inline HRESULT thing_create(const struct rg_class_entry *entry, IUnknown *outer,
                                   REFIID iid, void **ret_object)
{
    struct com_object *object = rg_calloc(1, sizeof(*object));

    if (object == NULL)
        return E_OUTOFMEMORY;
    com_object_init(object, entry->name, thing_map, outer, thing_destroy);
    return com_object_hand_out(object, outer, iid, ret_object);
}

/* {5a5a0000-nnnn-4f6e-9c1b-7265677261ff} */
#define THING_CLSID(n)                                                                         \
    {                                                                                          \
        0x5a5a0000, (n), 0x4f6e,                                                               \
        {                                                                                      \
            0x9c, 0x1b, 0x72, 0x65, 0x67, 0x72, 0x61, 0xff                                     \
        }                                                                                      \
    }
