/* SPDX-License-Identifier: MIT */
/* read.h - a compound file in memory to a tree; and what read.c and read_directory.c share.
 *
 * Any thread.  Knows: sectors, chains.  Must not know: paths.
 */
#pragma once

#include "storage/layout.h"
#include "storage/tree.h"

/* The tree of a whole file; the caller drops it.  A stream whose own sectors are damaged has that as
 * its damage; damage anywhere else is the file's.
 * S_OK; STG_E_FILEALREADYEXISTS: another kind of file; STG_E_INVALIDHEADER; STG_E_OLDFORMAT: another
 * version; STG_E_DOCFILECORRUPT; STG_E_INSUFFICIENTMEMORY. */
HRESULT stg_read(const uint8_t *file, size_t size, struct stg_node **ret_root);
/* Does it begin as a compound file does? */
bool stg_is_compound(const uint8_t *file, size_t size);

struct stg_reader {
    const uint8_t *file;
    size_t size;
    unsigned major, shift;
    uint32_t sectors; /* of the file, its last may be cut short */
    uint32_t *fat;    /* what follows each sector */
    uint32_t fat_count;
    bool *is_used; /* by sector: part of a chain already.  No two chains share one, so that no
                      chain has an end that is not reached */
    uint32_t *mini_fat;
    uint32_t mini_count;
    bool *mini_is_used;
    uint8_t *mini; /* the mini stream */
    size_t mini_size;
    uint8_t *directory;
    uint32_t entries;
};

/* A new block with the first `bytes` of the chain, NULL for 0.  S_OK; STG_E_DOCFILECORRUPT: it is
 * shorter, or has a sector of another chain; STG_E_INSUFFICIENTMEMORY. */
HRESULT stg_read_chain(struct stg_reader *r, uint32_t start, uint64_t bytes, uint8_t **ret);
HRESULT stg_read_mini_chain(struct stg_reader *r, uint32_t start, uint64_t bytes,
                            uint8_t **ret);

/* read_directory.c: the tree of reader->directory. */
HRESULT stg_read_directory(struct stg_reader *reader, struct stg_node **ret_root);
/* The size of an entry's stream. */
uint64_t stg_entry_size(const struct stg_reader *reader, const uint8_t *entry);
