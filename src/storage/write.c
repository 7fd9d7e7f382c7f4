/* SPDX-License-Identifier: MIT */
/* write.c - lays streams, mini stream, tables and directory out one behind the other, then fills them in.
 *
 * Under the document's lock.  The file is: header, large streams, mini stream, mini FAT, directory, FAT,
 * DIFAT; each of them in sectors that follow one another.
 * Knows: the tree.  Must not know: paths.
 */
#include "storage/write.h"

#include "platform/memory.h"
#include "storage/layout.h"

#define SECTOR_BYTES  512u
#define PER_FAT       (SECTOR_BYTES / 4)
#define PER_DIFAT     (PER_FAT - 1)
#define PER_DIRECTORY (SECTOR_BYTES / CFB_ENTRY_BYTES)
#define SECTORS_MAX   (STG_BYTES_MAX / SECTOR_BYTES)

/* A run of sectors. */
struct run {
    uint32_t start;
    uint32_t count;
};

struct entry {
    struct stg_node *node;
    uint32_t left, right, child, start;
    uint64_t size;
    bool is_red;
};

struct writer {
    struct entry *entries; /* parents before children, the root first */
    uint32_t count;
    uint64_t mini_sectors, sectors; /* that streams take */
    struct run mini, mini_fat, directory, fat, difat;
    uint8_t *file;
    size_t size;
};

static uint64_t parts(uint64_t bytes, uint64_t part)
{
    return (bytes + part - 1) / part;
}

/* ---- entries ----------------------------------------------------------------------------- */

static HRESULT entries_collect(struct writer *w, struct stg_node *root)
{
    uint32_t count = 0;

    for (struct stg_node *node = root; node != NULL; node = stg_node_walk(root, node))
        count++;
    w->entries = rg_calloc(count, sizeof(*w->entries));
    if (w->entries == NULL)
        return STG_E_INSUFFICIENTMEMORY;
    for (struct stg_node *node = root; node != NULL; node = stg_node_walk(root, node)) {
        struct entry *entry = &w->entries[w->count];

        *entry = (struct entry){ node, CFB_NO_ENTRY, CFB_NO_ENTRY, CFB_NO_ENTRY, 0, 0, false };
        node->id = w->count++;
        if (node->bytes == NULL)
            continue;
        if (FAILED(node->bytes->damage))
            return node->bytes->damage;
        (void)stg_bytes_size(node->bytes, &entry->size);
    }
    return S_OK;
}

/* A part of the sorted children, and who points to its middle. */
struct span {
    size_t from, to;
    uint32_t *link;
    unsigned depth;
};

/* As even a search tree as can be: all levels are full but the last, whose entries are red. */
static void tree_make(struct writer *w, struct stg_node **children, size_t count,
                      uint32_t *link)
{
    struct span waiting[2 * 32]; /* two for each level */
    unsigned waits = 0, depth = 0;

    while (((size_t)2 << depth) <= count)
        depth++;
    waiting[waits++] = (struct span){ 0, count, link, 0 };
    while (waits != 0) {
        struct span span = waiting[--waits];
        size_t middle = span.from + (span.to - span.from) / 2;
        struct entry *entry;

        if (span.from == span.to)
            continue;
        entry = &w->entries[children[middle]->id];
        *span.link = children[middle]->id;
        entry->is_red = span.depth == depth && ((size_t)2 << depth) - 1 != count;
        waiting[waits++] = (struct span){ span.from, middle, &entry->left, span.depth + 1 };
        waiting[waits++] = (struct span){ middle + 1, span.to, &entry->right, span.depth + 1 };
    }
}

static HRESULT trees_make(struct writer *w)
{
    for (uint32_t i = 0; i < w->count; i++) {
        size_t count = 0;
        struct stg_node **children RG_AUTO_FREE = stg_node_children(w->entries[i].node, &count);

        if (count == 0)
            continue;
        if (children == NULL)
            return STG_E_INSUFFICIENTMEMORY;
        tree_make(w, children, count, &w->entries[i].child);
    }
    return S_OK;
}

/* ---- layout ------------------------------------------------------------------------------ */

static struct run run_take(struct writer *w, uint64_t count)
{
    struct run run = { CFB_END_OF_CHAIN, (uint32_t)count };

    if (count != 0)
        run.start = (uint32_t)w->sectors;
    w->sectors += count;
    return run;
}

static void streams_place(struct writer *w)
{
    for (uint32_t i = 0; i < w->count; i++) {
        struct entry *entry = &w->entries[i];

        if (entry->size == 0) {
            entry->start = entry->node->bytes != NULL ? CFB_END_OF_CHAIN : 0;
        } else if (entry->size < CFB_CUTOFF) {
            entry->start = (uint32_t)w->mini_sectors;
            w->mini_sectors += parts(entry->size, 1u << CFB_MINI_SHIFT);
        } else {
            entry->start = (uint32_t)w->sectors;
            w->sectors += parts(entry->size, SECTOR_BYTES);
        }
    }
}

static HRESULT layout_make(struct writer *w)
{
    uint64_t fats = 0, difats = 0, before;

    streams_place(w);
    if (w->sectors > SECTORS_MAX || w->mini_sectors > SECTORS_MAX)
        return STG_E_DOCFILETOOLARGE;
    w->mini = run_take(w, parts(w->mini_sectors << CFB_MINI_SHIFT, SECTOR_BYTES));
    w->mini_fat = run_take(w, parts(w->mini_sectors, PER_FAT));
    w->directory = run_take(w, parts(w->count, PER_DIRECTORY));
    w->entries[0].start = w->mini.start;
    w->entries[0].size = w->mini_sectors << CFB_MINI_SHIFT;
    do { /* the FAT covers itself too */
        before = fats + difats;
        fats = parts(w->sectors + before, PER_FAT);
        difats = fats > CFB_FIRST_FATS ? parts(fats - CFB_FIRST_FATS, PER_DIFAT) : 0;
    } while (fats + difats != before);
    w->fat = run_take(w, fats);
    w->difat = run_take(w, difats);
    if (w->sectors > SECTORS_MAX)
        return STG_E_DOCFILETOOLARGE;
    w->size = (size_t)(w->sectors + 1) * SECTOR_BYTES;
    w->file = rg_calloc(1, w->size);
    return w->file != NULL ? S_OK : STG_E_INSUFFICIENTMEMORY;
}

/* ---- filling in -------------------------------------------------------------------------- */

static uint8_t *sector_at(struct writer *w, uint32_t sector)
{
    return w->file + ((size_t)sector + 1) * SECTOR_BYTES;
}

static void numbers_fill(uint8_t *at, uint32_t count, uint32_t value)
{
    for (uint32_t i = 0; i < count; i++)
        cfb_put32(at + (size_t)i * 4, value);
}

/* Each number names the one behind it; table is a FAT or mini FAT. */
static void chain_put(uint8_t *table, uint32_t start, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++)
        cfb_put32(table + (start + i) * 4,
                  i + 1 < count ? (uint32_t)(start + i + 1) : CFB_END_OF_CHAIN);
}

static void streams_fill(struct writer *w)
{
    uint8_t *fat = sector_at(w, w->fat.start);
    uint8_t *mini_fat = w->mini_fat.count != 0 ? sector_at(w, w->mini_fat.start) : NULL;

    for (uint32_t i = 1; i < w->count; i++) {
        struct entry *entry = &w->entries[i];
        uint8_t *to;

        if (entry->size == 0)
            continue;
        if (entry->size < CFB_CUTOFF) {
            to = sector_at(w, w->mini.start) + ((size_t)entry->start << CFB_MINI_SHIFT);
            if (mini_fat != NULL) /* it is there where one entry is small */
                chain_put(mini_fat, entry->start, parts(entry->size, 1u << CFB_MINI_SHIFT));
        } else {
            to = sector_at(w, entry->start);
            chain_put(fat, entry->start, parts(entry->size, SECTOR_BYTES));
        }
        stg_bytes_copy_out(entry->node->bytes, to, (size_t)entry->size);
    }
}

static void tables_fill(struct writer *w)
{
    uint8_t *fat = sector_at(w, w->fat.start);

    numbers_fill(fat, w->fat.count * PER_FAT, CFB_FREE_SECTOR);
    if (w->mini_fat.count != 0)
        numbers_fill(sector_at(w, w->mini_fat.start), w->mini_fat.count * PER_FAT,
                     CFB_FREE_SECTOR);
    streams_fill(w);
    chain_put(fat, w->mini.start, w->mini.count);
    chain_put(fat, w->mini_fat.start, w->mini_fat.count);
    chain_put(fat, w->directory.start, w->directory.count);
    numbers_fill(fat + (size_t)w->fat.start * 4, w->fat.count, CFB_FAT_SECTOR);
    if (w->difat.count != 0)
        numbers_fill(fat + (size_t)w->difat.start * 4, w->difat.count, CFB_DIFAT_SECTOR);
}

static void time_put(uint8_t *at, FILETIME time)
{
    cfb_put32(at, time.dwLowDateTime);
    cfb_put32(at + 4, time.dwHighDateTime);
}

static void clsid_put(uint8_t *at, const CLSID *clsid)
{
    cfb_put32(at, clsid->Data1);
    cfb_put16(at + 4, clsid->Data2);
    cfb_put16(at + 6, clsid->Data3);
    memcpy(at + 8, clsid->Data4, sizeof(clsid->Data4));
}

static void entry_fill(const struct entry *entry, bool is_root, uint8_t *at)
{
    uint16_t units[STG_NAME_ROOM];
    unsigned count = stg_name_units(is_root ? L"Root Entry" : entry->node->name, units);
    int type = is_root                      ? CFB_TYPE_ROOT
               : entry->node->bytes != NULL ? CFB_TYPE_STREAM
                                            : CFB_TYPE_STORAGE;

    for (unsigned i = 0; i < count; i++)
        cfb_put16(at + (size_t)i * 2, units[i]);
    cfb_put16(at + CFB_AT_NAME_BYTES, (count + 1) * 2);
    at[CFB_AT_TYPE] = (uint8_t)type;
    at[CFB_AT_COLOUR] = !entry->is_red;
    cfb_put32(at + CFB_AT_LEFT, entry->left);
    cfb_put32(at + CFB_AT_RIGHT, entry->right);
    cfb_put32(at + CFB_AT_CHILD, entry->child);
    clsid_put(at + CFB_AT_CLSID, &entry->node->clsid);
    cfb_put32(at + CFB_AT_STATE, entry->node->state_bits);
    time_put(at + CFB_AT_CREATED, entry->node->created);
    time_put(at + CFB_AT_MODIFIED, entry->node->modified);
    cfb_put32(at + CFB_AT_START, entry->start);
    cfb_put32(at + CFB_AT_SIZE, (uint32_t)entry->size);
}

static void directory_fill(struct writer *w)
{
    uint8_t *at = sector_at(w, w->directory.start);

    for (uint32_t i = 0; i < w->directory.count * PER_DIRECTORY; i++, at += CFB_ENTRY_BYTES) {
        if (i < w->count)
            entry_fill(&w->entries[i], i == 0, at);
        else
            numbers_fill(at + CFB_AT_LEFT, 3, CFB_NO_ENTRY);
    }
}

static void header_fill(struct writer *w)
{
    uint8_t *at = w->file;
    uint32_t in_header = w->fat.count < CFB_FIRST_FATS ? w->fat.count : CFB_FIRST_FATS;

    memcpy(at, CFB_SIGNATURE, CFB_SIGNATURE_SIZE);
    cfb_put16(at + CFB_AT_MINOR, 0x3e);
    cfb_put16(at + CFB_AT_MAJOR, 3);
    cfb_put16(at + CFB_AT_BYTE_ORDER, CFB_LITTLE_ENDIAN);
    cfb_put16(at + CFB_AT_SHIFT, CFB_SHIFT_3);
    cfb_put16(at + CFB_AT_MINI_SHIFT, CFB_MINI_SHIFT);
    cfb_put32(at + CFB_AT_FAT_COUNT, w->fat.count);
    cfb_put32(at + CFB_AT_DIRECTORY, w->directory.start);
    cfb_put32(at + CFB_AT_CUTOFF, CFB_CUTOFF);
    cfb_put32(at + CFB_AT_MINI_FAT, w->mini_fat.start);
    cfb_put32(at + CFB_AT_MINI_COUNT, w->mini_fat.count);
    cfb_put32(at + CFB_AT_DIFAT, w->difat.start);
    cfb_put32(at + CFB_AT_DIFAT_COUNT, w->difat.count);
    numbers_fill(at + CFB_AT_FIRST_FATS, CFB_FIRST_FATS, CFB_FREE_SECTOR);
    for (uint32_t i = 0; i < in_header; i++)
        cfb_put32(at + CFB_AT_FIRST_FATS + (size_t)i * 4, w->fat.start + i);
}

/* The sectors of the FAT that the header has no room for. */
static void difat_fill(struct writer *w)
{
    for (uint32_t i = 0; i < w->difat.count; i++) {
        uint8_t *at = sector_at(w, w->difat.start + i);

        numbers_fill(at, PER_FAT, CFB_FREE_SECTOR);
        for (uint32_t k = 0; k < PER_DIFAT; k++) {
            uint32_t n = CFB_FIRST_FATS + i * PER_DIFAT + k;

            if (n < w->fat.count)
                cfb_put32(at + (size_t)k * 4, w->fat.start + n);
        }
        cfb_put32(at + (size_t)PER_DIFAT * 4,
                  i + 1 < w->difat.count ? w->difat.start + i + 1 : CFB_END_OF_CHAIN);
    }
}

HRESULT stg_write(struct stg_node *root, uint8_t **ret_file, size_t *ret_size)
{
    struct writer writer = { 0 };
    HRESULT hr = entries_collect(&writer, root);

    if (SUCCEEDED(hr))
        hr = trees_make(&writer);
    if (SUCCEEDED(hr))
        hr = layout_make(&writer);
    if (SUCCEEDED(hr)) {
        header_fill(&writer);
        tables_fill(&writer);
        directory_fill(&writer);
        difat_fill(&writer);
        *ret_file = writer.file;
        *ret_size = writer.size;
    }
    rg_free(writer.entries);
    return hr;
}
