/* SPDX-License-Identifier: MIT */
/* filters/ffmpeg_module.c - ffmpeg.so: the filters on libav.
 *
 * Runs: while the module is loaded.
 * Knows: its list.  Must not know: what the filters do.
 */
#include "filters/module_declare.h"

#include "filters/ffmpeg.list"

#include "filters/module_rows.h"

static const struct rg_filter_row rows[] = {
#include "filters/ffmpeg.list"
};

RG_FILTER_MODULE(rows)
