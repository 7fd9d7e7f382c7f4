/* SPDX-License-Identifier: MIT */
/* nameless.c - a module whose table is not filled in. */
#include "thing.h"

static const GUID nameless_clsid = THING_CLSID(5);

static const struct rg_class_entry nameless = {
    .clsid = &nameless_clsid,
    .category = RG_CLASS_OBJECT,
    .create = thing_create,
};

static const struct rg_class_entry *const nameless_classes[] = { &nameless };

RG_MODULE(nameless_classes)
