/* SPDX-License-Identifier: MIT */
/* filters/plain_module.c - plain.so: the filters that need nothing but libc.
 *
 * Runs: while the module is loaded.
 * Knows: its list.  Must not know: what the filters do.
 */
#include "filters/module_declare.h"

#include "filters/plain.list"

#include "filters/module_rows.h"

static const struct rg_filter_row rows[] = {
#include "filters/plain.list"
};

RG_FILTER_MODULE(rows)
