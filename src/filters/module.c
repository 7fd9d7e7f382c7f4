/* SPDX-License-Identifier: MIT */
/* filters/module.c - from filters' class tables to entries of the class registry; linked into each module.
 *
 * Runs: while the module is loaded, one thread; the create functions on any thread.
 * Knows: class tables, the registry.  Must not know: what the filters do.
 */
#include "filters/module.h"

HRESULT rg_module_create_source(const struct rg_class_entry *entry, IUnknown *outer, REFIID iid,
                                void **out)
{
    return rg_source_create(entry->detail, outer, iid, out);
}

HRESULT rg_module_create_reader(const struct rg_class_entry *entry, IUnknown *outer, REFIID iid,
                                void **out)
{
    return rg_reader_create(entry->detail, outer, iid, out);
}

HRESULT rg_module_create_transform(const struct rg_class_entry *entry, IUnknown *outer,
                                   REFIID iid, void **out)
{
    return rg_transform_create(entry->detail, outer, iid, out);
}

HRESULT rg_module_create_sink(const struct rg_class_entry *entry, IUnknown *outer, REFIID iid,
                              void **out)
{
    return rg_sink_create(entry->detail, outer, iid, out);
}

static uint16_t pairs_count(const struct rg_class_type *pairs)
{
    uint16_t n = 0;

    while (pairs != NULL && (pairs[n].major != NULL || pairs[n].subtype != NULL))
        n++;
    return n;
}

void rg_module_fill(const struct rg_filter_row *rows, unsigned count,
                    struct rg_class_entry *entries, const struct rg_class_entry **pointers)
{
    for (unsigned i = 0; i < count; i++) {
        const struct rg_class *cls = rows[i].cls;

        entries[i] = (struct rg_class_entry){
            .clsid = &cls->clsid,
            .name = cls->name,
            .help = cls->help,
            .category = rows[i].category,
            .merit = cls->merit != 0 ? cls->merit : MERIT_DO_NOT_USE,
            .create = rows[i].create,
            .detail = cls,
            .inputs = (const struct rg_class_type *)cls->input_types,
            .outputs = (const struct rg_class_type *)cls->output_types,
            .categories = cls->categories,
        };
        entries[i].input_count = pairs_count(entries[i].inputs);
        entries[i].output_count = pairs_count(entries[i].outputs);
        pointers[i] = &entries[i];
    }
}

/* Two rooms' names for the same pair. */
_Static_assert(sizeof(struct rg_type_pair) == sizeof(struct rg_class_type) &&
                   offsetof(struct rg_type_pair, subtype) ==
                       offsetof(struct rg_class_type, subtype),
               "a pair of types lies the same in both");
