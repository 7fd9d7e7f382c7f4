/* SPDX-License-Identifier: MIT */
/* read.c - the header, the tables and the chains of a compound file that may be damaged.
 *
 * Any thread.  Each sector is claimed by the chain that meets it first; who meets it again is damaged.
 * So every walk ends, and all chains together are no longer than the file.
 * Knows: sectors.  Must not know: what the entries of the directory say.
 */
#include "storage/read.h"

#include "platform/memory.h"

bool stg_is_compound(const uint8_t *file, size_t size)
{
    return size >= CFB_SIGNATURE_SIZE && memcmp(file, CFB_SIGNATURE, CFB_SIGNATURE_SIZE) == 0;
}

/* ---- sectors ----------------------------------------------------------------------------- */

static uint32_t sector_bytes(const struct stg_reader *r)
{
    return 1u << r->shift;
}

/* The first `bytes` of a sector; NULL: the file does not have them. */
static const uint8_t *sector_at(const struct stg_reader *r, uint32_t sector, size_t bytes)
{
    uint64_t at = ((uint64_t)sector + 1) << r->shift;

    return at <= r->size && bytes <= r->size - at ? r->file + at : NULL;
}

static bool sector_claim(struct stg_reader *r, uint32_t sector)
{
    if (sector >= r->sectors || r->is_used[sector])
        return false;
    r->is_used[sector] = true;
    return true;
}

static uint32_t sector_next(const struct stg_reader *r, uint32_t sector)
{
    return sector < r->fat_count ? r->fat[sector] : CFB_FREE_SECTOR;
}

HRESULT stg_read_chain(struct stg_reader *r, uint32_t start, uint64_t bytes, uint8_t **ret)
{
    uint8_t *block RG_AUTO_FREE = NULL;
    uint32_t sector = start;
    uint64_t done = 0;

    *ret = NULL;
    if (bytes == 0)
        return S_OK;
    if (bytes > (uint64_t)r->sectors << r->shift)
        return STG_E_DOCFILECORRUPT;
    block = rg_alloc((size_t)bytes);
    if (block == NULL)
        return STG_E_INSUFFICIENTMEMORY;
    while (done < bytes) {
        uint64_t left = bytes - done;
        size_t part = left < sector_bytes(r) ? (size_t)left : sector_bytes(r);
        const uint8_t *from = sector_claim(r, sector) ? sector_at(r, sector, part) : NULL;

        if (from == NULL)
            return STG_E_DOCFILECORRUPT;
        memcpy(block + done, from, part);
        done += part;
        sector = sector_next(r, sector);
    }
    *ret = block;
    block = NULL;
    return S_OK;
}

HRESULT stg_read_mini_chain(struct stg_reader *r, uint32_t start, uint64_t bytes, uint8_t **ret)
{
    uint8_t *block RG_AUTO_FREE = NULL;
    uint32_t sector = start;
    uint64_t done = 0;

    *ret = NULL;
    if (bytes == 0)
        return S_OK;
    if (bytes > r->mini_size)
        return STG_E_DOCFILECORRUPT;
    block = rg_alloc((size_t)bytes);
    if (block == NULL)
        return STG_E_INSUFFICIENTMEMORY;
    while (done < bytes) {
        uint64_t left = bytes - done;
        size_t part = left < 1u << CFB_MINI_SHIFT ? (size_t)left : 1u << CFB_MINI_SHIFT;
        uint64_t at = (uint64_t)sector << CFB_MINI_SHIFT;

        if (sector >= r->mini_count || r->mini_is_used[sector] || at + part > r->mini_size)
            return STG_E_DOCFILECORRUPT;
        r->mini_is_used[sector] = true;
        memcpy(block + done, r->mini + at, part);
        done += part;
        sector = r->mini_fat[sector];
    }
    *ret = block;
    block = NULL;
    return S_OK;
}

/* How many sectors a chain has whose size nobody tells. */
static HRESULT chain_length(struct stg_reader *r, uint32_t start, uint32_t *ret_count)
{
    uint32_t count = 0;

    *ret_count = 0;
    if (start == CFB_FREE_SECTOR) /* some write that where there is none */
        return S_OK;
    for (uint32_t sector = start; sector != CFB_END_OF_CHAIN; sector = sector_next(r, sector)) {
        if (sector >= r->sectors || ++count > r->sectors)
            return STG_E_DOCFILECORRUPT;
    }
    *ret_count = count;
    return S_OK;
}

/* ---- tables ------------------------------------------------------------------------------ */

/* One sector of the FAT: its numbers are added to r->fat, which has room. */
static HRESULT fat_add(struct stg_reader *r, uint32_t sector)
{
    const uint8_t *from =
        sector_claim(r, sector) ? sector_at(r, sector, sector_bytes(r)) : NULL;

    if (from == NULL)
        return STG_E_DOCFILECORRUPT;
    for (uint32_t i = 0; i < sector_bytes(r) / 4; i++)
        r->fat[r->fat_count++] = cfb_get32(from + (size_t)i * 4);
    return S_OK;
}

/* The list of the FAT's sectors: the first 109 in the header, the others in a chain of their own. */
static HRESULT fat_read(struct stg_reader *r)
{
    uint32_t wanted = cfb_get32(r->file + CFB_AT_FAT_COUNT);
    uint32_t per_sector = sector_bytes(r) / 4;
    uint32_t difat = cfb_get32(r->file + CFB_AT_DIFAT);
    const uint8_t *list = r->file + CFB_AT_FIRST_FATS;
    uint32_t in_list = CFB_FIRST_FATS, at = 0;
    HRESULT hr = S_OK;

    if (wanted == 0 || wanted > r->sectors)
        return STG_E_DOCFILECORRUPT;
    r->fat = rg_calloc((size_t)wanted * per_sector, sizeof(*r->fat));
    if (r->fat == NULL)
        return STG_E_INSUFFICIENTMEMORY;
    for (uint32_t i = 0; i < wanted && SUCCEEDED(hr); i++) {
        if (at == in_list) {
            list = sector_claim(r, difat) ? sector_at(r, difat, sector_bytes(r)) : NULL;
            if (list == NULL)
                return STG_E_DOCFILECORRUPT;
            in_list = per_sector - 1;
            at = 0;
            difat = cfb_get32(list + (size_t)in_list * 4);
        }
        hr = fat_add(r, cfb_get32(list + (size_t)at++ * 4));
    }
    return hr;
}

static HRESULT mini_fat_read(struct stg_reader *r)
{
    uint8_t *block RG_AUTO_FREE = NULL;
    uint32_t count = 0;
    HRESULT hr = chain_length(r, cfb_get32(r->file + CFB_AT_MINI_FAT), &count);

    if (SUCCEEDED(hr))
        hr = stg_read_chain(r, cfb_get32(r->file + CFB_AT_MINI_FAT),
                            (uint64_t)count << r->shift, &block);
    if (FAILED(hr))
        return hr;
    r->mini_count = (uint32_t)(((uint64_t)count << r->shift) / 4);
    r->mini_fat = rg_calloc(r->mini_count, sizeof(*r->mini_fat));
    r->mini_is_used = rg_calloc(r->mini_count, sizeof(*r->mini_is_used));
    if (r->mini_fat == NULL || r->mini_is_used == NULL)
        return STG_E_INSUFFICIENTMEMORY;
    for (uint32_t i = 0; i < r->mini_count; i++)
        r->mini_fat[i] = cfb_get32(block + (size_t)i * 4);
    return S_OK;
}

static HRESULT directory_load(struct stg_reader *r)
{
    uint32_t start = cfb_get32(r->file + CFB_AT_DIRECTORY);
    uint32_t count = 0;
    HRESULT hr = chain_length(r, start, &count);

    if (SUCCEEDED(hr))
        hr = stg_read_chain(r, start, (uint64_t)count << r->shift, &r->directory);
    if (FAILED(hr))
        return hr;
    r->entries = (uint32_t)(((uint64_t)count << r->shift) / CFB_ENTRY_BYTES);
    return r->entries != 0 ? S_OK : STG_E_DOCFILECORRUPT;
}

/* The root's stream holds all the small ones. */
static HRESULT mini_stream_read(struct stg_reader *r)
{
    uint64_t bytes = stg_entry_size(r, r->directory);
    HRESULT hr = mini_fat_read(r);

    if (SUCCEEDED(hr))
        hr = stg_read_chain(r, cfb_get32(r->directory + CFB_AT_START), bytes, &r->mini);
    if (SUCCEEDED(hr))
        r->mini_size = (size_t)bytes;
    return hr;
}

/* ---- the file ---------------------------------------------------------------------------- */

static HRESULT header_read(struct stg_reader *r)
{
    if (!stg_is_compound(r->file, r->size))
        return STG_E_FILEALREADYEXISTS;
    if (r->size < CFB_HEADER_BYTES)
        return STG_E_INVALIDHEADER;
    r->major = cfb_get16(r->file + CFB_AT_MAJOR);
    r->shift = cfb_get16(r->file + CFB_AT_SHIFT);
    if (cfb_get16(r->file + CFB_AT_BYTE_ORDER) != CFB_LITTLE_ENDIAN)
        return STG_E_INVALIDHEADER;
    if (r->major != 3 && r->major != 4)
        return STG_E_OLDFORMAT;
    if (r->shift != (r->major == 3 ? CFB_SHIFT_3 : CFB_SHIFT_4) ||
        cfb_get16(r->file + CFB_AT_MINI_SHIFT) != CFB_MINI_SHIFT ||
        cfb_get32(r->file + CFB_AT_CUTOFF) != CFB_CUTOFF)
        return STG_E_INVALIDHEADER;
    if (r->size <= sector_bytes(r))
        return STG_E_DOCFILECORRUPT;
    r->sectors = (uint32_t)((r->size - 1) >> r->shift);
    r->is_used = rg_calloc(r->sectors, sizeof(*r->is_used));
    return r->is_used != NULL ? S_OK : STG_E_INSUFFICIENTMEMORY;
}

HRESULT stg_read(const uint8_t *file, size_t size, struct stg_node **ret_root)
{
    struct stg_reader reader = { .file = file, .size = size };
    HRESULT hr = header_read(&reader);

    if (SUCCEEDED(hr))
        hr = fat_read(&reader);
    if (SUCCEEDED(hr))
        hr = directory_load(&reader);
    if (SUCCEEDED(hr))
        hr = mini_stream_read(&reader);
    if (SUCCEEDED(hr))
        hr = stg_read_directory(&reader, ret_root);
    rg_free(reader.fat);
    rg_free(reader.is_used);
    rg_free(reader.mini_fat);
    rg_free(reader.mini_is_used);
    rg_free(reader.mini);
    rg_free(reader.directory);
    return hr;
}
