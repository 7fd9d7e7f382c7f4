/* SPDX-License-Identifier: MIT */
/* find.c - the question of intelligent connect: which classes could take or give this type?
 *
 * Any thread, no lock.
 * Knows: rows of the registry.  Must not know: pins, graphs.
 */
#include "com/registry.h"

#include <dshow.h>

static bool guid_is_any(const GUID *guid)
{
    return guid == NULL || IsEqualGUID(guid, &GUID_NULL);
}

static bool guid_fits(const GUID *a, const GUID *b)
{
    return guid_is_any(a) || guid_is_any(b) || IsEqualGUID(a, b);
}

static bool types_fit(const struct rg_class_type *types, unsigned count,
                      const struct rg_class_type *wanted)
{
    if (guid_is_any(wanted->major) && guid_is_any(wanted->subtype))
        return true;
    for (unsigned i = 0; i < count; i++)
        if (guid_fits(types[i].major, wanted->major) &&
            guid_fits(types[i].subtype, wanted->subtype))
            return true;
    return count == 0;
}

static bool is_asked(const struct rg_class_type *wanted)
{
    return !guid_is_any(wanted->major) || !guid_is_any(wanted->subtype);
}

bool rg_class_fits(const struct rg_class_entry *entry, const struct rg_class_query *query)
{
    uint32_t categories = query->categories != 0 ? query->categories : RG_CATEGORY_FILTERS;

    if ((categories & RG_CATEGORY_BIT(entry->category)) == 0)
        return false;
    if (entry->category == RG_CLASS_SOURCE && is_asked(&query->input))
        return false;
    if (entry->category == RG_CLASS_SINK && is_asked(&query->output))
        return false;
    return types_fit(entry->inputs, entry->input_count, &query->input) &&
           types_fit(entry->outputs, entry->output_count, &query->output);
}

unsigned rg_class_find(const struct rg_class_query *query, const struct rg_class_row **ret_rows,
                       unsigned room)
{
    uint32_t merit_min = query->merit_min != 0 ? query->merit_min : MERIT_DO_NOT_USE + 1;
    const struct rg_class_row *row;
    unsigned count = 0;

    for (unsigned index = 0; (row = rg_class_row_at(index)) != NULL; index++) {
        unsigned place;

        if (row->entry->merit < merit_min || !rg_class_fits(row->entry, query))
            continue;
        /* insertion keeps equals in their order; what falls off the end has the least merit */
        place = count < room ? count : room;
        while (place > 0 && ret_rows[place - 1]->entry->merit < row->entry->merit) {
            if (place < room)
                ret_rows[place] = ret_rows[place - 1];
            place--;
        }
        if (place < room)
            ret_rows[place] = row;
        count++;
    }
    return count;
}
