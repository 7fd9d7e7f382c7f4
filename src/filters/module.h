/* SPDX-License-Identifier: MIT */
/* filters/module.h - from a list of filters to a module of the class registry.
 *
 * A module's file includes its list twice: after RG_LIST_DECLARE_… for the class tables' names, after RG_LIST_ROW_… for
 * the rows; RG_FILTER_MODULE makes the rest.  plain_module.c is the example.
 * Runs: while the module is loaded, one thread.
 */
#pragma once

#include "base/class.h"
#include "base/reader.h"
#include "base/sink.h"
#include "base/source.h"
#include "base/transform.h"
#include "com/registry.h"

/* One filter of the list. */
struct rg_filter_row {
    const struct rg_class *cls;
    enum rg_class_category category;
    rg_class_create create;
};

HRESULT rg_module_create_source(const struct rg_class_entry *entry, IUnknown *outer, REFIID iid,
                                void **out);
HRESULT rg_module_create_reader(const struct rg_class_entry *entry, IUnknown *outer, REFIID iid,
                                void **out);
HRESULT rg_module_create_transform(const struct rg_class_entry *entry, IUnknown *outer,
                                   REFIID iid, void **out);
HRESULT rg_module_create_sink(const struct rg_class_entry *entry, IUnknown *outer, REFIID iid,
                              void **out);

/* Fills entries[i] and pointers[i] from rows[i]. */
void rg_module_fill(const struct rg_filter_row *rows, unsigned count,
                    struct rg_class_entry *entries, const struct rg_class_entry **pointers);

/* rows: an array of struct rg_filter_row, in the same file. */
#define RG_FILTER_MODULE(rows)                                                                 \
    static struct rg_class_entry rows##_entries[sizeof(rows) / sizeof((rows)[0])];             \
    static const struct rg_class_entry *rows##_pointers[sizeof(rows) / sizeof((rows)[0])];     \
    __attribute__((constructor)) static void rows##_fill(void)                                 \
    {                                                                                          \
        rg_module_fill(rows, sizeof(rows) / sizeof((rows)[0]), rows##_entries,                 \
                       rows##_pointers);                                                       \
    }                                                                                          \
    RG_MODULE(rows##_pointers)
