/* SPDX-License-Identifier: MIT */
/* tree.c - nodes of a compound file: added, found, taken out, walked without recursion.
 *
 * Under the document's lock.  Knows: nesting.  Must not know: sectors, COM objects.
 */
#include "storage/tree.h"

#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "platform/memory.h"

struct stg_node *stg_node_new(const WCHAR *name, bool is_stream)
{
    struct stg_node *node = rg_calloc(1, sizeof(*node));

    if (node == NULL)
        return NULL;
    node->refs = 1;
    wcsncpy(node->name, name, STG_NAME_ROOM - 1);
    if (is_stream) {
        node->bytes = stg_bytes_new();
        if (node->bytes == NULL) {
            rg_free(node);
            return NULL;
        }
    }
    return node;
}

void stg_node_unref(struct stg_node *node)
{
    if (node == NULL || --node->refs != 0)
        return;
    stg_bytes_unref(node->bytes);
    rg_free(node);
}

void stg_node_add(struct stg_node *parent, struct stg_node *node)
{
    node->parent = parent;
    node->previous = parent->last;
    if (parent->last != NULL)
        parent->last->next = node;
    else
        parent->first = node;
    parent->last = node;
}

static void node_unlink(struct stg_node *node)
{
    struct stg_node *parent = node->parent;

    if (node->previous != NULL)
        node->previous->next = node->next;
    else
        parent->first = node->next;
    if (node->next != NULL)
        node->next->previous = node->previous;
    else
        parent->last = node->previous;
    node->parent = node->next = node->previous = NULL;
}

static void node_go(struct stg_node *node)
{
    if (node->parent != NULL)
        node_unlink(node);
    node->is_gone = true;
    if (node->bytes != NULL)
        stg_bytes_forget(node->bytes);
    stg_node_unref(node);
}

/* From the leaves up: each node goes when nothing is below it any more. */
void stg_node_drop_children(struct stg_node *top)
{
    struct stg_node *node = top;

    while (top->first != NULL) {
        struct stg_node *parent;

        while (node->first != NULL)
            node = node->first;
        parent = node->parent;
        node_go(node);
        node = parent;
    }
}

void stg_node_drop(struct stg_node *node)
{
    if (node == NULL)
        return;
    stg_node_drop_children(node);
    node_go(node);
}

struct stg_node *stg_node_find(const struct stg_node *parent, const WCHAR *name)
{
    struct stg_node *node = parent->first;

    while (node != NULL && stg_name_compare(node->name, name) != 0)
        node = node->next;
    return node;
}

struct stg_node *stg_node_walk(const struct stg_node *top, const struct stg_node *node)
{
    if (node->first != NULL)
        return node->first;
    while (node != top && node->next == NULL)
        node = node->parent;
    return node != top ? node->next : NULL;
}

static int by_name(const void *a, const void *b)
{
    return stg_name_compare((*(struct stg_node *const *)a)->name,
                            (*(struct stg_node *const *)b)->name);
}

struct stg_node **stg_node_children(const struct stg_node *parent, size_t *ret_count)
{
    struct stg_node **list;
    size_t count = 0;

    for (const struct stg_node *node = parent->first; node != NULL; node = node->next)
        count++;
    *ret_count = count;
    list = count != 0 ? rg_calloc(count, sizeof(*list)) : NULL;
    if (list == NULL)
        return NULL;
    count = 0;
    for (struct stg_node *node = parent->first; node != NULL; node = node->next)
        list[count++] = node;
    qsort(list, count, sizeof(*list), by_name);
    return list;
}
