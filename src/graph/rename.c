/* SPDX-License-Identifier: MIT */
/* rename.c - gives a member the name of the place it has taken over.
 *
 * Control threads under the graph lock.  Knows: the name table.  Must not know: why.
 */
#include "graph/rewire.h"

#include <wchar.h>

#include "platform/memory.h"

void graph_rename_locked(struct graph *graph, struct graph_node *node, const WCHAR *name)
{
    WCHAR *copy;

    if (node == NULL || name[0] == 0 || wcscmp(node->name, name) == 0 ||
        graph_node_by_name(graph, name) != NULL)
        return;
    copy = rg_memory_dup(name, (wcslen(name) + 1) * sizeof(*name));
    if (copy == NULL)
        return; /* it keeps the name it was added with */
    graph_table_take(&graph->by_name, &node->by_name);
    rg_free(node->name);
    node->name = copy;
    /* there is room: one was taken out */
    (void)graph_table_put(&graph->by_name, &node->by_name, graph_hash_text(node->name));
    (void)IBaseFilter_JoinFilterGraph(node->filter, (IFilterGraph *)&graph->builder.i,
                                      node->name);
}
