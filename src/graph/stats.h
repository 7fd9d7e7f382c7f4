/* SPDX-License-Identifier: MIT */
/* stats.h - IAMStats: named series of numbers that filters and the graph write down, and figures
 * that are asked for when somebody reads them.
 *
 * Any thread, streaming ones too; a leaf lock of its own.
 * Knows: names and numbers.  Must not know: what they mean.
 */
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include <windows.h>

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

#define GRAPH_FIGURE_OWNER 128 /* room for a filter's name, as in FILTER_INFO */

/* A figure that a filter keeps itself: the row holds the latest one alone.  name is "filter: what".  A
 * count goes on from what Reset found; what is no count is told as it is. */
void graph_stats_figure(struct graph *graph, const WCHAR *name, double value, bool is_count);

/* stats_figures.c.  Asks every member (NULL), or the one of that name, for its figures.  They stay as
 * they are where the graph is busy for longer than a moment, and on a thread that carries samples of
 * it. */
void graph_figures_read(struct graph *graph, const WCHAR *filter);
/* The graph stops: with the next run renderers begin to count anew, which ledgers don't.  Foreign ones
 * are not asked under the lock. */
void graph_figures_keep_locked(struct graph *graph);
