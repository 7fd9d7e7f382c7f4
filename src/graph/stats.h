/* SPDX-License-Identifier: MIT */
/* stats.h - IAMStats: named series of numbers that filters and the graph write down.
 *
 * Any thread, streaming ones too; a leaf lock of its own.
 * Knows: names and numbers.  Must not know: what they mean.
 */
#pragma once

#include <pthread.h>

#include "graph/hash.h"

struct graph;
struct stat_row; /* stats.c */

struct graph_stats {
    pthread_mutex_t lock; /* leaf */
    /* under lock */
    struct stat_row **rows; /* by index; none is ever taken off */
    size_t count, room;
    struct graph_table by_name;
};

void graph_stats_init(struct graph_stats *stats);
void graph_stats_free(struct graph_stats *stats);

/* Series of the graph's own, in milliseconds each. */
#define GRAPH_STAT_CONNECT L"graph: connect, ms"
#define GRAPH_STAT_RENDER  L"graph: render, ms"
#define GRAPH_STAT_SEEK    L"graph: seek, ms"
/* The time since began_ns (rg_time_now_ns) goes into one of them; without memory it is forgotten. */
void graph_stats_time(struct graph *graph, const WCHAR *name, int64_t began_ns);
