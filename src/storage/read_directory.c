/* SPDX-License-Identifier: MIT */
/* read_directory.c - the entries of a compound file's directory to a tree of nodes.
 *
 * Any thread.  The entries of a storage are a search tree; its order and colours are of no account
 * here, each entry is met once, whatever its links say.
 * Knows: entries.  Must not know: where the sectors are.
 */
#include "storage/read.h"

#include "platform/memory.h"

/* An entry that is still to be made into a node. */
struct visit {
    uint32_t id;
    struct stg_node *parent;
};

struct walk {
    struct stg_reader *reader;
    bool *is_seen; /* by entry */
    struct visit *waiting;
    uint32_t count;
};

uint64_t stg_entry_size(const struct stg_reader *reader, const uint8_t *entry)
{
    uint64_t low = cfb_get32(entry + CFB_AT_SIZE);

    /* writers of version 3 left the high half as it was */
    return reader->major == 3 ? low : low | (uint64_t)cfb_get32(entry + CFB_AT_SIZE + 4) << 32;
}

static FILETIME get_time(const uint8_t *at)
{
    return (FILETIME){ cfb_get32(at), cfb_get32(at + 4) };
}

static CLSID get_clsid(const uint8_t *at)
{
    CLSID clsid = { cfb_get32(at), cfb_get16(at + 4), cfb_get16(at + 6), { 0 } };

    memcpy(clsid.Data4, at + 8, sizeof(clsid.Data4));
    return clsid;
}

/* A stream that can't be had keeps the reason; only want of memory ends the reading. */
static HRESULT stream_load(struct stg_reader *r, const uint8_t *entry, struct stg_node *node)
{
    uint64_t size = stg_entry_size(r, entry);
    uint32_t start = cfb_get32(entry + CFB_AT_START);
    uint8_t *data = NULL;
    HRESULT hr;

    if (size > STG_BYTES_MAX)
        hr = STG_E_DOCFILECORRUPT;
    else if (size < CFB_CUTOFF)
        hr = stg_read_mini_chain(r, start, size, &data);
    else
        hr = stg_read_chain(r, start, size, &data);
    if (hr == STG_E_INSUFFICIENTMEMORY)
        return hr;
    node->bytes->damage = hr;
    if (SUCCEEDED(hr)) {
        node->bytes->data = data;
        node->bytes->size = node->bytes->room = (size_t)size;
    }
    return S_OK;
}

/* The node of an entry, which it is not in the tree yet. */
static HRESULT node_make(struct stg_reader *r, const uint8_t *entry, struct stg_node **ret)
{
    unsigned units = cfb_get16(entry + CFB_AT_NAME_BYTES) / 2;
    bool is_stream = entry[CFB_AT_TYPE] == CFB_TYPE_STREAM;
    uint16_t text[STG_NAME_ROOM];
    WCHAR name[STG_NAME_ROOM];
    struct stg_node *node;
    HRESULT hr = S_OK;

    if (units < 2 || units > STG_NAME_ROOM)
        return STG_E_DOCFILECORRUPT;
    for (unsigned i = 0; i < units; i++)
        text[i] = cfb_get16(entry + (size_t)i * 2);
    stg_name_from_units(text, units - 1, name);
    if (name[0] == 0)
        return STG_E_DOCFILECORRUPT;
    node = stg_node_new(name, is_stream);
    if (node == NULL)
        return STG_E_INSUFFICIENTMEMORY;
    node->clsid = get_clsid(entry + CFB_AT_CLSID);
    node->state_bits = cfb_get32(entry + CFB_AT_STATE);
    node->created = get_time(entry + CFB_AT_CREATED);
    node->modified = get_time(entry + CFB_AT_MODIFIED);
    if (is_stream)
        hr = stream_load(r, entry, node);
    if (FAILED(hr)) {
        stg_node_unref(node);
        return hr;
    }
    *ret = node;
    return S_OK;
}

static HRESULT visit_later(struct walk *walk, uint32_t id, struct stg_node *parent)
{
    if (id == CFB_NO_ENTRY)
        return S_OK;
    if (id >= walk->reader->entries || walk->is_seen[id])
        return STG_E_DOCFILECORRUPT;
    walk->is_seen[id] = true;
    walk->waiting[walk->count++] = (struct visit){ id, parent };
    return S_OK;
}

static HRESULT visit_one(struct walk *walk, struct visit visit)
{
    const uint8_t *entry = walk->reader->directory + (size_t)visit.id * CFB_ENTRY_BYTES;
    struct stg_node *node = NULL;
    HRESULT hr = STG_E_DOCFILECORRUPT;

    if (entry[CFB_AT_TYPE] == CFB_TYPE_STORAGE || entry[CFB_AT_TYPE] == CFB_TYPE_STREAM)
        hr = node_make(walk->reader, entry, &node);
    if (FAILED(hr))
        return hr;
    stg_node_add(visit.parent, node);
    hr = visit_later(walk, cfb_get32(entry + CFB_AT_LEFT), visit.parent);
    if (SUCCEEDED(hr))
        hr = visit_later(walk, cfb_get32(entry + CFB_AT_RIGHT), visit.parent);
    if (SUCCEEDED(hr) && node->bytes == NULL)
        hr = visit_later(walk, cfb_get32(entry + CFB_AT_CHILD), node);
    return hr;
}

HRESULT stg_read_directory(struct stg_reader *reader, struct stg_node **ret_root)
{
    bool *is_seen RG_AUTO_FREE = rg_calloc(reader->entries, sizeof(*is_seen));
    struct visit *waiting RG_AUTO_FREE = rg_calloc(reader->entries, sizeof(*waiting));
    struct walk walk = { .reader = reader, .is_seen = is_seen, .waiting = waiting };
    const uint8_t *entry = reader->directory;
    struct stg_node *root = NULL;
    HRESULT hr;

    if (is_seen == NULL || waiting == NULL)
        return STG_E_INSUFFICIENTMEMORY;
    if (entry[CFB_AT_TYPE] != CFB_TYPE_ROOT)
        return STG_E_DOCFILECORRUPT;
    hr = node_make(reader, entry, &root);
    is_seen[0] = true;
    if (SUCCEEDED(hr))
        hr = visit_later(&walk, cfb_get32(entry + CFB_AT_CHILD), root);
    while (SUCCEEDED(hr) && walk.count != 0)
        hr = visit_one(&walk, waiting[--walk.count]);
    if (FAILED(hr)) {
        stg_node_drop(root);
        return hr;
    }
    *ret_root = root;
    return S_OK;
}
