/* SPDX-License-Identifier: MIT */
/* good.c - a module with two classes. */
#include "thing.h"

static const GUID first_clsid = THING_CLSID(1);
static const GUID second_clsid = THING_CLSID(2);

static const struct rg_class_entry second = {
    .clsid = &second_clsid,
    .name = "test second",
    .help = "Comes first in its module",
    .category = RG_CLASS_TRANSFORM,
    .merit = 0x600000,
    .create = thing_create,
};

static const struct rg_class_entry first = {
    .clsid = &first_clsid,
    .name = "test first",
    .category = RG_CLASS_OBJECT,
    .create = thing_create,
};

static const struct rg_class_entry *const good_classes[] = { &second, &first };

RG_MODULE(good_classes)
