/* SPDX-License-Identifier: MIT */
/* hash.c - tables with the links inside what they find: a member is found in O(1).
 *
 * Whoever holds the lock of the table's owner.  Knows: nothing but hashes.
 */
#include "graph/hash.h"

#include "platform/memory.h"

#define TABLE_FIRST_SLOTS 16

uint64_t graph_hash_pointer(const void *pointer)
{
    uint64_t x = (uint64_t)(uintptr_t)pointer;

    x ^= x >> 32;
    x *= UINT64_C(0xd6e8feb86659fd93);
    x ^= x >> 32;
    x *= UINT64_C(0xd6e8feb86659fd93);
    return x ^ (x >> 32);
}

uint64_t graph_hash_text(const WCHAR *text)
{
    uint64_t x = UINT64_C(0xcbf29ce484222325);

    for (; *text != 0; text++)
        x = (x ^ (uint32_t)*text) * UINT64_C(0x100000001b3);
    return x ^ (x >> 29);
}

static HRESULT table_resize(struct graph_table *table, size_t slots)
{
    struct graph_link **bigger = rg_calloc(slots, sizeof(*bigger));

    if (bigger == NULL)
        return E_OUTOFMEMORY;
    for (size_t i = 0; table->slots != NULL && i <= table->mask; i++) {
        struct graph_link *link = table->slots[i];

        while (link != NULL) {
            struct graph_link *next = link->next;

            link->next = bigger[link->hash & (slots - 1)];
            bigger[link->hash & (slots - 1)] = link;
            link = next;
        }
    }
    rg_free(table->slots);
    table->slots = bigger;
    table->mask = slots - 1;
    return S_OK;
}

HRESULT graph_table_init(struct graph_table *table)
{
    return table_resize(table, TABLE_FIRST_SLOTS);
}

void graph_table_put(struct graph_table *table, struct graph_link *link, uint64_t hash)
{
    struct graph_link **slot;

    if (table->count > table->mask)
        (void)table_resize(table, (table->mask + 1) * 2); /* a full table is slow, not wrong */
    slot = &table->slots[hash & table->mask];
    link->hash = hash;
    link->next = *slot;
    *slot = link;
    table->count++;
}

void graph_table_take(struct graph_table *table, struct graph_link *link)
{
    struct graph_link **where;

    if (table->slots == NULL)
        return;
    for (where = &table->slots[link->hash & table->mask]; *where != NULL;
         where = &(*where)->next) {
        if (*where == link) {
            *where = link->next;
            link->next = NULL;
            table->count--;
            return;
        }
    }
}

static struct graph_link *same_hash(struct graph_link *link, uint64_t hash)
{
    while (link != NULL && link->hash != hash)
        link = link->next;
    return link;
}

struct graph_link *graph_table_first(const struct graph_table *table, uint64_t hash)
{
    return table->slots != NULL ? same_hash(table->slots[hash & table->mask], hash) : NULL;
}

struct graph_link *graph_table_next(const struct graph_link *link)
{
    return same_hash(link->next, link->hash);
}

void graph_table_free(struct graph_table *table)
{
    rg_free(table->slots);
    *table = (struct graph_table){ 0 };
}
