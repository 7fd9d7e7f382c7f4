/* SPDX-License-Identifier: MIT */
/* filters/module_rows.h - makes the lines of a filter list rows of struct rg_filter_row.  See module.h.
 *
 * Included once, after module_declare.h and the list, and before the list again.
 */
#pragma once

#undef RG_SOURCE
#undef RG_READER
#undef RG_SPLITTER
#undef RG_TRANSFORM
#undef RG_MUX
#undef RG_SINK
#undef RG_BASE
#define RG_SOURCE(x)    { &rg_##x.common, RG_CLASS_SOURCE, rg_module_create_source },
#define RG_READER(x)    { &rg_##x.common, RG_CLASS_SOURCE, rg_module_create_reader },
#define RG_SPLITTER(x)  { &rg_##x.common, RG_CLASS_TRANSFORM, rg_module_create_source },
#define RG_TRANSFORM(x) { &rg_##x.common, RG_CLASS_TRANSFORM, rg_module_create_transform },
#define RG_MUX(x)       { &rg_##x.common, RG_CLASS_TRANSFORM, rg_module_create_sink },
#define RG_SINK(x)      { &rg_##x.common, RG_CLASS_SINK, rg_module_create_sink },
#define RG_BASE(x)      { &rg_##x, RG_CLASS_TRANSFORM, create_##x },
