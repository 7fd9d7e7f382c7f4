/* SPDX-License-Identifier: MIT */
/* stats_figures.c - how well the stream is kept up with, for IAMStats: what renderers (IQualProp) and
 * the ledgers of pins (IRgLink) say, asked when somebody reads it, and renderers when the graph stops.
 *
 * Control threads.  Filters are asked without the graph lock where it is read: they may call the graph.  When
 * the graph stops it has the lock, so those of the library alone are asked, which don't.
 * Knows: IQualProp, IRgLink.  Must not know: what a series is made of (stats.c).
 */
#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "graph/graph_internal.h"

#include "platform/memory.h"
#include "platform/text.h"

#define PATIENCE_MS  100 /* for the graph lock, which a long edit may have */
#define REASONS_MOST 16  /* kinds of drops told of one filter */

/* ---- one filter ---------------------------------------------------------------------------- */

struct owner {
    struct graph *graph;
    IBaseFilter *filter;
    WCHAR name[GRAPH_FIGURE_OWNER];
};

static void tell(const struct owner *owner, const WCHAR *what, double value, bool is_count)
{
    WCHAR name[GRAPH_FIGURE_OWNER + 64];

    if (swprintf(name, ARRAYSIZE(name), L"%ls: %ls", owner->name, what) > 0)
        graph_stats_figure(owner->graph, name, value, is_count);
}

static void tell_quality(const struct owner *owner)
{
    RG_AUTO(IQualProp) quality = NULL;
    int value = 0;

    if (FAILED(IBaseFilter_QueryInterface(owner->filter, &IID_IQualProp, (void **)&quality)))
        return;
    if (SUCCEEDED(IQualProp_get_FramesDrawn(quality, &value)))
        tell(owner, L"frames drawn", value, true);
    if (SUCCEEDED(IQualProp_get_FramesDroppedInRenderer(quality, &value)))
        tell(owner, L"frames dropped in renderer", value, true);
    if (SUCCEEDED(IQualProp_get_AvgFrameRate(quality, &value)))
        tell(owner, L"frame rate", value / 100.0, false); /* documented: in hundredths */
    if (SUCCEEDED(IQualProp_get_AvgSyncOffset(quality, &value)))
        tell(owner, L"sync offset, average, ms", value, false);
    if (SUCCEEDED(IQualProp_get_DevSyncOffset(quality, &value)))
        tell(owner, L"sync offset, deviation, ms", value, false);
    if (SUCCEEDED(IQualProp_get_Jitter(quality, &value)))
        tell(owner, L"jitter, ms", value, false);
}

struct drops {
    RG_DROP list[REASONS_MOST];
    size_t count;
};

static void drops_add(struct drops *drops, const RG_DROP *one)
{
    size_t i = 0;

    while (i < drops->count &&
           strncmp(drops->list[i].reason, one->reason, sizeof(one->reason)) != 0)
        i++;
    if (i == ARRAYSIZE(drops->list))
        return;
    if (i == drops->count)
        drops->list[drops->count++] = *one;
    else
        drops->list[i].samples += one->samples;
}

/* The same reason at several pins is one figure. */
static void tell_drops(const struct owner *owner)
{
    struct drops drops = { .count = 0 };
    struct graph_pins pins;

    if (FAILED(graph_pins_open(&pins, owner->filter)))
        return;
    for (size_t i = 0; i < pins.count; i++) {
        RG_AUTO(IRgLink) link = NULL;
        RG_DROP drop;

        if (FAILED(IPin_QueryInterface(pins.list[i], &IID_IRgLink, (void **)&link)))
            continue;
        for (ULONG k = 0; k < REASONS_MOST && IRgLink_GetDrop(link, k, &drop) == S_OK; k++)
            drops_add(&drops, &drop);
    }
    graph_pins_close(&pins);
    for (size_t i = 0; i < drops.count; i++) {
        char reason[sizeof(drops.list[i].reason) + 1] = { 0 };
        WCHAR wide[sizeof(reason)], what[sizeof(reason) + 32];

        memcpy(reason, drops.list[i].reason, sizeof(drops.list[i].reason));
        (void)rg_text_to_wide(wide, ARRAYSIZE(wide), reason);
        if (swprintf(what, ARRAYSIZE(what), L"samples dropped, %ls", wide) > 0)
            tell(owner, what, (double)drops.list[i].samples, true);
    }
}

/* ---- who is asked --------------------------------------------------------------------------- */

struct owners {
    struct owner *list; /* with references */
    size_t count;
};

static void owner_add(struct owners *owners, struct graph *graph, struct graph_node *node)
{
    struct owner *owner = &owners->list[owners->count++];

    owner->graph = graph;
    owner->filter = node->filter;
    IBaseFilter_AddRef(owner->filter);
    wcsncpy(owner->name, node->name, ARRAYSIZE(owner->name) - 1);
    owner->name[ARRAYSIZE(owner->name) - 1] = 0;
}

/* Without memory: nobody. */
static void owners_find_locked(struct owners *owners, struct graph *graph, const WCHAR *name)
{
    struct graph_node *one = name != NULL ? graph_node_by_name(graph, name) : NULL;
    size_t most = name == NULL ? graph->members.count : one != NULL;

    owners->list = most != 0 ? rg_calloc(most, sizeof(*owners->list)) : NULL;
    if (owners->list == NULL)
        return;
    if (one != NULL)
        owner_add(owners, graph, one);
    for (struct graph_node *node = graph->members.first; name == NULL && node != NULL;
         node = node->next)
        owner_add(owners, graph, node);
}

static void owners_tell(struct owners *owners)
{
    for (size_t i = 0; i < owners->count; i++) {
        tell_quality(&owners->list[i]);
        tell_drops(&owners->list[i]);
        IBaseFilter_Release(owners->list[i].filter);
    }
    rg_free(owners->list);
}

void graph_figures_read(struct graph *graph, const WCHAR *filter)
{
    struct owners owners = { 0 };

    if (graph_caller_carries(graph) || FAILED(graph_lock(graph, NULL, PATIENCE_MS)))
        return;
    owners_find_locked(&owners, graph, filter);
    graph_unlock(graph);
    owners_tell(&owners);
}

/* Of the library: its pins have ledgers. */
static bool is_ours(IBaseFilter *filter)
{
    struct graph_pins pins;
    bool is_ours = false;

    if (FAILED(graph_pins_open(&pins, filter)))
        return false;
    for (size_t i = 0; i < pins.count && !is_ours; i++) {
        RG_AUTO(IRgLink) link = NULL;

        is_ours = SUCCEEDED(IPin_QueryInterface(pins.list[i], &IID_IRgLink, (void **)&link));
    }
    graph_pins_close(&pins);
    return is_ours;
}

void graph_figures_keep_locked(struct graph *graph)
{
    struct owners owners = { 0 };
    size_t most = 0;

    for (struct graph_node *node = graph->renderers; node != NULL; node = node->next_renderer)
        most++;
    owners.list = most != 0 ? rg_calloc(most, sizeof(*owners.list)) : NULL;
    if (owners.list == NULL)
        return;
    for (struct graph_node *node = graph->renderers; node != NULL; node = node->next_renderer)
        if (is_ours(node->filter))
            owner_add(&owners, graph, node);
    owners_tell(&owners);
}
