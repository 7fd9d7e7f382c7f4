/* SPDX-License-Identifier: MIT */
/* twin.c - a module that repeats a CLSID and a name of the good one, and has a class of its own. */
#include "thing.h"

static const GUID same_clsid = THING_CLSID(1);
static const GUID other_clsid = THING_CLSID(3);
static const GUID own_clsid = THING_CLSID(4);

static const struct rg_class_entry same = {
    .clsid = &same_clsid,
    .name = "test impostor",
    .category = RG_CLASS_OBJECT,
    .create = thing_create,
};

static const struct rg_class_entry homonym = {
    .clsid = &other_clsid,
    .name = "test second",
    .category = RG_CLASS_OBJECT,
    .create = thing_create,
};

static const struct rg_class_entry own = {
    .clsid = &own_clsid,
    .name = "test own",
    .category = RG_CLASS_OBJECT,
    .create = thing_create,
};

static const struct rg_class_entry *const twin_classes[] = { &same, &homonym, &own };

RG_MODULE(twin_classes)
