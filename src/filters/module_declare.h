/* SPDX-License-Identifier: MIT */
/* filters/module_declare.h - makes the lines of a filter list declare their class tables.  See module.h.
 *
 * Included once, before the list.
 */
#pragma once

#include "base/sample_grabber.h"
#include "base/tee.h"
#include "filters/module.h"

#define RG_SOURCE(x)    extern const struct rg_source_class rg_##x;
#define RG_READER(x)    extern const struct rg_reader_class rg_##x;
#define RG_SPLITTER(x)  RG_SOURCE(x)
#define RG_TRANSFORM(x) extern const struct rg_transform_class rg_##x;
#define RG_MUX(x)       RG_SINK(x)
#define RG_SINK(x)      extern const struct rg_sink_class rg_##x;
#define RG_BASE(x)                                                                             \
    static HRESULT create_##x(const struct rg_class_entry *entry, IUnknown *outer, REFIID iid, \
                              void **out)                                                      \
    {                                                                                          \
        (void)entry;                                                                           \
        return rg_##x##_create(outer, iid, out);                                               \
    }
