/* SPDX-License-Identifier: MIT */
/* stats.c - IAMStats of the graph: count, last, average, deviation and extremes of named series; figures
 * are asked for where they are read (stats_figures.c).
 *
 * Any thread.  Adding a value costs O(1) whatever was added before, and finding a name too; an index stays good as
 * long as the graph lives, also over Reset.
 * Knows: names and numbers.  Must not know: what they mean.
 */
#include "graph/stats.h"

#include <math.h>
#include <wchar.h>

#include <oleauto.h>

#include "graph/dispatch.h"
#include "graph/graph_internal.h"
#include "platform/memory.h"
#include "platform/time.h"

struct stat_row {
    struct graph_link by_name;
    WCHAR *name;
    LONG index;
    LONG count;
    double last, average, lowest, highest;
    double squares; /* sum of squared distances from the average */
    bool
        is_figure; /* `last` is all there is to it; its filter's name stands before the colon */
    double told, base; /* a count: what the filter said last, and what it had said at Reset */
};

void graph_stats_init(struct graph_stats *stats)
{
    pthread_mutex_init(&stats->lock, NULL);
}

void graph_stats_free(struct graph_stats *stats)
{
    for (size_t i = 0; i < stats->count; i++) {
        rg_free(stats->rows[i]->name);
        rg_free(stats->rows[i]);
    }
    rg_free(stats->rows);
    graph_table_free(&stats->by_name);
    pthread_mutex_destroy(&stats->lock);
}

/* ---- rows, under the lock ---------------------------------------------------------------- */

static struct stat_row *row_find(struct graph_stats *stats, const WCHAR *name)
{
    struct graph_link *link = graph_table_first(&stats->by_name, graph_hash_text(name));

    for (; link != NULL; link = graph_table_next(link)) {
        struct stat_row *row = CONTAINING_RECORD(link, struct stat_row, by_name);

        if (wcscmp(row->name, name) == 0)
            return row;
    }
    return NULL;
}

static HRESULT rows_reserve(struct graph_stats *stats)
{
    size_t room = stats->room != 0 ? stats->room * 2 : 8;
    struct stat_row **bigger;

    if (stats->by_name.slots == NULL && FAILED(graph_table_init(&stats->by_name)))
        return E_OUTOFMEMORY;
    if (stats->count < stats->room)
        return S_OK;
    bigger = rg_realloc(stats->rows, room * sizeof(*stats->rows));
    if (bigger == NULL)
        return E_OUTOFMEMORY;
    stats->rows = bigger;
    stats->room = room;
    return S_OK;
}

static HRESULT row_new(struct graph_stats *stats, const WCHAR *name, struct stat_row **ret)
{
    struct stat_row *row;

    if (FAILED(rows_reserve(stats)))
        return E_OUTOFMEMORY;
    row = rg_calloc(1, sizeof(*row));
    if (row == NULL)
        return E_OUTOFMEMORY;
    row->name = rg_memory_dup(name, (wcslen(name) + 1) * sizeof(*name));
    if (row->name == NULL) {
        rg_free(row);
        return E_OUTOFMEMORY;
    }
    row->index = (LONG)stats->count;
    stats->rows[stats->count++] = row;
    graph_table_put(&stats->by_name, &row->by_name, graph_hash_text(name));
    *ret = row;
    return S_OK;
}

/* E_FAIL: there is none of this name, and none is wanted. */
static HRESULT row_get(struct graph_stats *stats, const WCHAR *name, bool create,
                       struct stat_row **ret)
{
    *ret = row_find(stats, name);
    if (*ret != NULL)
        return S_OK;
    return create ? row_new(stats, name, ret) : E_FAIL;
}

static void row_add(struct stat_row *row, double value)
{
    double before = value - row->average;

    row->count++;
    row->last = value;
    row->lowest = row->count == 1 || value < row->lowest ? value : row->lowest;
    row->highest = row->count == 1 || value > row->highest ? value : row->highest;
    row->average += before / row->count;
    row->squares += before * (value - row->average);
}

void graph_stats_time(struct graph *graph, const WCHAR *name, int64_t began_ns)
{
    struct graph_stats *stats = &graph->stats;
    double ms = (double)(rg_time_now_ns() - began_ns) / RG_NS_PER_MS;
    struct stat_row *row;

    pthread_mutex_lock(&stats->lock);
    if (SUCCEEDED(row_get(stats, name, true, &row)))
        row_add(row, ms);
    pthread_mutex_unlock(&stats->lock);
}

static void row_set(struct stat_row *row, double value)
{
    row->count = 1;
    row->last = row->average = row->lowest = row->highest = value;
    row->squares = 0;
}

void graph_stats_figure(struct graph *graph, const WCHAR *name, double value, bool is_count)
{
    struct graph_stats *stats = &graph->stats;
    struct stat_row *row;

    pthread_mutex_lock(&stats->lock);
    if (SUCCEEDED(row_get(stats, name, true, &row))) {
        row->is_figure = true;
        row->told = is_count ? value : 0;
        if (row->told < row->base)
            row->base = 0; /* the filter counts anew */
        row_set(row, value - row->base);
    }
    pthread_mutex_unlock(&stats->lock);
}

/* ---- figures, for who is about to read ------------------------------------------------------ */

/* The row's filter alone is asked, so that reading all rows in turn costs what there is to ask.  Rows and
 * their names stay as long as the graph. */
static void refresh(struct graph *graph, const struct stat_row *row)
{
    const WCHAR *colon = wcsrchr(row->name, L':');
    WCHAR filter[GRAPH_FIGURE_OWNER];
    size_t length = colon != NULL ? (size_t)(colon - row->name) : 0;

    if (length == 0 || length >= ARRAYSIZE(filter))
        return;
    wmemcpy(filter, row->name, length);
    filter[length] = 0;
    graph_figures_read(graph, filter);
}

static void refresh_index(struct graph *graph, LONG index)
{
    struct graph_stats *stats = &graph->stats;
    struct stat_row *row = NULL;

    pthread_mutex_lock(&stats->lock);
    if (index >= 0 && (size_t)index < stats->count && stats->rows[index]->is_figure)
        row = stats->rows[index];
    pthread_mutex_unlock(&stats->lock);
    if (row != NULL)
        refresh(graph, row);
}

/* A name that there is not yet may be one that nobody has asked for. */
static void refresh_name(struct graph *graph, const WCHAR *name)
{
    struct graph_stats *stats = &graph->stats;
    struct stat_row *row;
    bool is_figure;

    pthread_mutex_lock(&stats->lock);
    (void)row_get(stats, name, false, &row);
    is_figure = row != NULL && row->is_figure;
    pthread_mutex_unlock(&stats->lock);
    if (row == NULL)
        graph_figures_read(graph, NULL);
    else if (is_figure)
        refresh(graph, row);
}

/* ---- IAMStats ---------------------------------------------------------------------------- */

static struct graph_stats *home(IAMStats *face)
{
    return &graph_home(face)->stats;
}

GRAPH_DISPATCH(IAMStats)

static HRESULT STDMETHODCALLTYPE stats_reset(IAMStats *face)
{
    struct graph_stats *stats = home(face);

    graph_figures_read(graph_home(face), NULL); /* counts go on from now */
    pthread_mutex_lock(&stats->lock);
    for (size_t i = 0; i < stats->count; i++) {
        struct stat_row *row = stats->rows[i];

        row->base = row->told;
        row->count = 0;
        row->last = row->average = row->lowest = row->highest = row->squares = 0;
    }
    pthread_mutex_unlock(&stats->lock);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE stats_count(IAMStats *face, LONG *ret_count)
{
    struct graph_stats *stats = home(face);

    if (ret_count == NULL)
        return E_POINTER;
    graph_figures_read(graph_home(face), NULL);
    pthread_mutex_lock(&stats->lock);
    *ret_count = (LONG)stats->count;
    pthread_mutex_unlock(&stats->lock);
    return S_OK;
}

/* One row as it is at this moment; the name only where the caller asked for it. */
struct reading {
    LONG *count;
    double *last, *average, *deviation, *lowest, *highest;
};

static bool is_whole(const struct reading *ret)
{
    return ret->count != NULL && ret->last != NULL && ret->average != NULL &&
           ret->deviation != NULL && ret->lowest != NULL && ret->highest != NULL;
}

static void row_read(const struct stat_row *row, const struct reading *ret)
{
    *ret->count = row->count;
    *ret->last = row->last;
    *ret->average = row->average;
    *ret->deviation = row->count > 1 ? sqrt(row->squares / (row->count - 1)) : 0;
    *ret->lowest = row->lowest;
    *ret->highest = row->highest;
}

static HRESULT STDMETHODCALLTYPE stats_by_index(IAMStats *face, LONG index, BSTR *ret_name,
                                                LONG *ret_count, double *ret_last,
                                                double *ret_average, double *ret_deviation,
                                                double *ret_lowest, double *ret_highest)
{
    struct graph_stats *stats = home(face);
    struct reading ret = { ret_count,     ret_last,   ret_average,
                           ret_deviation, ret_lowest, ret_highest };
    HRESULT hr = E_INVALIDARG;

    if (ret_name == NULL || !is_whole(&ret))
        return E_POINTER;
    refresh_index(graph_home(face), index);
    pthread_mutex_lock(&stats->lock);
    if (index >= 0 && (size_t)index < stats->count) {
        BSTR name = SysAllocString(stats->rows[index]->name);

        hr = name != NULL ? S_OK : E_OUTOFMEMORY;
        if (name != NULL) {
            *ret_name = name;
            row_read(stats->rows[index], &ret);
        }
    }
    pthread_mutex_unlock(&stats->lock);
    return hr;
}

static HRESULT STDMETHODCALLTYPE stats_by_name(IAMStats *face, BSTR name, LONG *ret_index,
                                               LONG *ret_count, double *ret_last,
                                               double *ret_average, double *ret_deviation,
                                               double *ret_lowest, double *ret_highest)
{
    struct graph_stats *stats = home(face);
    struct reading ret = { ret_count,     ret_last,   ret_average,
                           ret_deviation, ret_lowest, ret_highest };
    struct stat_row *row;
    HRESULT hr;

    if (name == NULL || ret_index == NULL || !is_whole(&ret))
        return E_POINTER;
    refresh_name(graph_home(face), name);
    pthread_mutex_lock(&stats->lock);
    hr = row_get(stats, name, false, &row);
    if (SUCCEEDED(hr)) {
        *ret_index = row->index;
        row_read(row, &ret);
    }
    pthread_mutex_unlock(&stats->lock);
    return hr;
}

static HRESULT STDMETHODCALLTYPE stats_index(IAMStats *face, BSTR name, LONG create,
                                             LONG *ret_index)
{
    struct graph_stats *stats = home(face);
    struct stat_row *row;
    HRESULT hr;

    if (name == NULL || ret_index == NULL)
        return E_POINTER;
    if (create == OAFALSE)
        refresh_name(graph_home(face), name);
    pthread_mutex_lock(&stats->lock);
    hr = row_get(stats, name, create != OAFALSE, &row);
    if (SUCCEEDED(hr))
        *ret_index = row->index;
    pthread_mutex_unlock(&stats->lock);
    return hr;
}

static HRESULT STDMETHODCALLTYPE stats_add(IAMStats *face, LONG index, double value)
{
    struct graph_stats *stats = home(face);
    HRESULT hr = E_INVALIDARG;

    pthread_mutex_lock(&stats->lock);
    if (index >= 0 && (size_t)index < stats->count) {
        row_add(stats->rows[index], value);
        hr = S_OK;
    }
    pthread_mutex_unlock(&stats->lock);
    return hr;
}

const IAMStatsVtbl graph_stats_vtbl = {
    COM_UNKNOWN(IAMStats),
    GRAPH_DISPATCH_SLOTS(IAMStats),
    .Reset = stats_reset,
    .get_Count = stats_count,
    .GetValueByIndex = stats_by_index,
    .GetValueByName = stats_by_name,
    .GetIndex = stats_index,
    .AddValue = stats_add,
};
