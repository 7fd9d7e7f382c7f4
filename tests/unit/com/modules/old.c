/* SPDX-License-Identifier: MIT */
/* old.c - a module built for another version of the library. */
#include "thing.h"

const struct rg_module *rg_module_entry(void)
{
    static const struct rg_module module = { RG_MODULE_ABI + 1, 0, NULL };

    return &module;
}
