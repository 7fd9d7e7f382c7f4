/* SPDX-License-Identifier: MIT */
/* hash.h - tables with the links inside what they find: a member is found in O(1).
 *
 * Whoever holds the lock of the table's owner.  Knows: nothing but hashes.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <dshow.h>

struct graph_link {
    struct graph_link *next;
    uint64_t hash;
};

struct graph_table {
    struct graph_link **slots;
    size_t mask, count;
};

/* Put and take cost O(1); the link lives in what it finds, so putting can't fail. */
HRESULT graph_table_init(struct graph_table *table);
void graph_table_put(struct graph_table *table, struct graph_link *link, uint64_t hash);
void graph_table_take(struct graph_table *table, struct graph_link *link);
struct graph_link *graph_table_first(const struct graph_table *table, uint64_t hash);
struct graph_link *graph_table_next(const struct graph_link *link);
void graph_table_free(struct graph_table *table);
uint64_t graph_hash_pointer(const void *pointer);
uint64_t graph_hash_text(const WCHAR *text);
