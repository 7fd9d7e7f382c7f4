/* SPDX-License-Identifier: MIT */
/* waits.h - says who waits for what, whenever somebody asks for it from outside.
 *
 * On a thread of its own: the thread that runs the graph may be the one that hangs.
 * Knows: the graph's report.  Must not know: signals, terminals.
 */
#pragma once

#include "app/graph.h"

struct app_waits;

/* Each byte that comes out of fd asks; `say` gets the answer, on a thread of this file.  NULL:
 * fd is none (-1), or nothing can be started; then nobody answers. */
struct app_waits *app_waits_open(struct app_graph *graph, int fd,
                                 void (*say)(void *context, const char *line, bool is_detail),
                                 void *context);
/* NULL is fine.  fd stays open. */
void app_waits_close(struct app_waits *waits);
