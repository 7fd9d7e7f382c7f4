/* SPDX-License-Identifier: MIT */
/* tree.h - what a compound file holds: storages and streams as a tree, and their names.
 *
 * Under the document's lock (document.h), but for the bytes of streams, which have their own.
 * Knows: names, nesting.  Must not know: sectors, COM objects over nodes.
 */
#pragma once

#include "storage/bytes.h"

#define STG_NAME_ROOM 32 /* 31 UTF-16 units and the end */

struct stg_node {
    struct stg_node *parent, *first, *last, *next, *previous;
    unsigned refs;           /* the tree's, and one for each IStorage over it */
    struct stg_bytes *bytes; /* NULL: a storage */
    WCHAR name[STG_NAME_ROOM];
    CLSID clsid;
    DWORD state_bits;
    FILETIME created, modified;
    bool is_gone; /* out of the tree: whoever has it open is told STG_E_REVERTED */
    bool is_open; /* an IStorage is over it */
    uint32_t id;  /* scratch of write.c */
};

/* A node outside of any tree, with one reference.  NULL: no memory. */
struct stg_node *stg_node_new(const WCHAR *name, bool is_stream);
void stg_node_unref(struct stg_node *node);
/* The tree takes over the reference. */
void stg_node_add(struct stg_node *parent, struct stg_node *node);
/* Takes node with all that is below it out of the tree and gives up the tree's reference; all of it is
 * gone.  A root: what is below it. */
void stg_node_drop(struct stg_node *node);
void stg_node_drop_children(struct stg_node *top);
struct stg_node *stg_node_find(const struct stg_node *parent, const WCHAR *name);
/* Parents before children; NULL behind the last one below top. */
struct stg_node *stg_node_walk(const struct stg_node *top, const struct stg_node *node);
/* The children in the order of a compound file, count of them; NULL: none, or no memory. */
struct stg_node **stg_node_children(const struct stg_node *parent, size_t *ret_count);

/* ---- names: name.c ----------------------------------------------------------------------- */

/* S_OK; STG_E_INVALIDNAME. */
HRESULT stg_name_check(const WCHAR *name);
/* As UTF-16; how many units, 0 if it does not fit in STG_NAME_ROOM - 1. */
unsigned stg_name_units(const WCHAR *name, uint16_t units[STG_NAME_ROOM]);
void stg_name_from_units(const uint16_t *units, unsigned count, WCHAR name[STG_NAME_ROOM]);
/* The order of a compound file's directory: shorter names first, then by upper case. */
int stg_name_compare(const WCHAR *a, const WCHAR *b);
