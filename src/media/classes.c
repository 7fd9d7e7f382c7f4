/* SPDX-License-Identifier: MIT */
/* classes.c - this room's row in the class registry: the memory allocator.
 *
 * Runs when the library is loaded.  Knows: the registry.  Must not know: who allocates.
 */
#include "com/registry.h"
#include "media/sample.h"

static HRESULT create_allocator(const struct rg_class_entry *entry, IUnknown *outer, REFIID iid,
                                void **ret)
{
    (void)entry;
    return rg_allocator_create(outer, iid, ret);
}

static const struct rg_class_entry allocator_class = {
    .clsid = &CLSID_MemoryAllocator,
    .name = "allocator",
    .help = "Media samples over ordinary memory",
    .category = RG_CLASS_OBJECT,
    .create = create_allocator,
};

static const struct rg_class_entry *const media_classes[] = { &allocator_class };

RG_CLASSES(media_classes)
