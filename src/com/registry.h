/* SPDX-License-Identifier: MIT */
/* com/registry.h - which classes there are: the library's own, and those of modules.
 *
 * Any thread.  Rows never move or go away, so what these functions return stays valid for the
 * life of the process.  A look-up that needs more than what is loaded opens the module whose list
 * names the class (com/module.h), or all of them; reading what is loaded takes no lock.
 * Knows: classes, modules.  Must not know: filters, pins, graphs.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <objbase.h>

#include "platform/export.h"

/* --- one class: what its author writes -------------------------------------------------- */

enum rg_class_category {
    RG_CLASS_SOURCE = 1,
    RG_CLASS_TRANSFORM,
    RG_CLASS_SINK,
    RG_CLASS_OBJECT, /* no filter: graph, clock, allocator */
};
#define RG_CATEGORY_BIT(category) (1u << (category))
#define RG_CATEGORY_FILTERS                                                                    \
    (RG_CATEGORY_BIT(RG_CLASS_SOURCE) | RG_CATEGORY_BIT(RG_CLASS_TRANSFORM) |                  \
     RG_CATEGORY_BIT(RG_CLASS_SINK))

/* Major type and subtype that a pin may take or give; NULL or GUID_NULL stands for any. */
struct rg_class_type {
    const GUID *major;
    const GUID *subtype;
};

enum rg_class_flags {
    RG_CLASS_NO_AGGREGATION = 1 << 0, /* refused before `create` is called */
};

struct rg_class_entry;

/* Any thread.  Makes one object and asks it for `iid`; `*ret_object` was set to NULL before.
 * `outer`: the aggregating object (iid is IID_IUnknown then), or NULL.
 * S_OK: the caller owns the reference; E_NOINTERFACE, E_OUTOFMEMORY, ….  A filter author never
 * writes one: the base has one for each kind of class, which looks at entry->detail. */
typedef HRESULT (*rg_class_create)(const struct rg_class_entry *entry, IUnknown *outer,
                                   REFIID iid, void **ret_object);

/* A constant; it and all it points to live as long as the process. */
struct rg_class_entry {
    const GUID *clsid;
    const char *name; /* short and stable: "invert" */
    const char *help; /* one line */
    enum rg_class_category category;
    uint32_t flags; /* enum rg_class_flags */
    uint32_t merit; /* MERIT_…; intelligent connect tries above MERIT_DO_NOT_USE only */
    rg_class_create create;
    const void *detail; /* the maker's: a filter's class table */

    /* what its pins take and give, for intelligent connect; 0 types: unknown, may be any */
    const struct rg_class_type *inputs;
    const struct rg_class_type *outputs;
    uint16_t input_count;
    uint16_t output_count;

    /* a filter's categories beside CLSID_LegacyAmFilterCategory, ends with NULL; NULL: none */
    const CLSID *const *categories;
};

/* --- the library's own classes --------------------------------------------------------------
 */

struct rg_class_list {
    const struct rg_class_entry *const *entries;
    unsigned count;
    struct rg_class_list *next;
};

/* While the library is loaded, before the first look-up.  `list` stays where it is. */
RG_API void rg_registry_add(struct rg_class_list *list);

/* In one .c file of a room, after
 *     static const struct rg_class_entry *const clock_classes[] = { &system_clock_class };
 * the line RG_CLASSES(clock_classes) registers them when the library is loaded. */
#define RG_CLASSES(array)                                                                      \
    static struct rg_class_list array##_list = { array, sizeof(array) / sizeof((array)[0]),    \
                                                 NULL };                                       \
    __attribute__((constructor)) static void array##_register(void)                            \
    {                                                                                          \
        rg_registry_add(&array##_list);                                                        \
    }

/* --- modules
 * ---------------------------------------------------------------------------------- A module
 * is a shared object (*.so) in a module directory: each one of the colon list
 * $REGRAFT_MODULE_PATH, or if that is not set, the first directory that exists of
 * `src/filters` (a build tree), `modules` and `regraft` beside the library, and the
 * installation's.  It exports rg_module_entry and DllGetClassObject; RG_MODULE makes both.
 * Modules are loaded in the order of their file names and stay loaded. */
#define RG_MODULE_ABI 2u

struct rg_module {
    uint32_t abi; /* RG_MODULE_ABI */
    unsigned count;
    const struct rg_class_entry *const *entries;
};

RG_API const struct rg_module *rg_module_entry(void);

/* What DllGetClassObject of a module does: a class factory for one of its entries.
 * S_OK; CLASS_E_CLASSNOTAVAILABLE; E_NOINTERFACE; E_OUTOFMEMORY; E_POINTER. */
RG_API HRESULT rg_module_class_object(const struct rg_module *module, REFCLSID clsid,
                                      REFIID iid, void **ret_factory);

/* In one .c file of a module, with an array of pointers to its entries. */
#define RG_MODULE(array)                                                                       \
    const struct rg_module *rg_module_entry(void)                                              \
    {                                                                                          \
        static const struct rg_module module = { RG_MODULE_ABI,                                \
                                                 sizeof(array) / sizeof((array)[0]), array };  \
        return &module;                                                                        \
    }                                                                                          \
    HRESULT STDAPICALLTYPE DllGetClassObject(REFCLSID clsid, REFIID iid, LPVOID *ret_factory)  \
    {                                                                                          \
        return rg_module_class_object(rg_module_entry(), clsid, iid, ret_factory);             \
    }                                                                                          \
    HRESULT STDAPICALLTYPE DllCanUnloadNow(void)                                               \
    {                                                                                          \
        return S_FALSE;                                                                        \
    }

/* The i-th thing that went wrong while modules were loaded: a module that did not load, or a
 * class that was left out.  False past the end. */
RG_API bool rg_module_errors(unsigned index, const char **ret_file, const char **ret_why);

/* --- looking up
 * ----------------------------------------------------------------------------------- */

struct rg_class_row {
    const struct rg_class_entry *entry;
    const char *module; /* "regraft", or the module's file name */
};

/* By index from 0: the library's classes by name, then each module's in its own order.  NULL
 * past the end.  Loads the modules. */
RG_API const struct rg_class_row *rg_class_row_at(unsigned index);

/* NULL if there is none.  The library's own classes are found without loading modules; a class
 * that the list of a module names (com/module.h) with that module alone. */
RG_API const struct rg_class_row *rg_class_row_by_clsid(REFCLSID clsid);
RG_API const struct rg_class_row *rg_class_row_by_name(const char *name);
/* The same among the classes that are loaded, as that of each object is: loads nothing. */
RG_API const struct rg_class_row *rg_class_row_loaded(REFCLSID clsid);

/* What intelligent connect asks for.  Zeroed: every filter above MERIT_DO_NOT_USE. */
struct rg_class_query {
    uint32_t categories;         /* RG_CATEGORY_BITs, 0 = all filters */
    uint32_t merit_min;          /* 0 = above MERIT_DO_NOT_USE */
    struct rg_class_type input;  /* a type that it has to take; {NULL, NULL} = any */
    struct rg_class_type output; /* a type that it has to give; {NULL, NULL} = any */
};

/* Fills in up to `room` rows, highest merit first, in the order of rg_class_row_at among
 * equals.  Returns how many there are in all. */
RG_API unsigned rg_class_find(const struct rg_class_query *query,
                              const struct rg_class_row **ret_rows, unsigned room);

/* Is it of the categories, and may its pins have the types?  Its merit isn't looked at. */
bool rg_class_fits(const struct rg_class_entry *entry, const struct rg_class_query *query);

/* Makes an object from an entry: checks aggregation, then calls `create`.
 * S_OK; E_POINTER; CLASS_E_NOAGGREGATION; what `create` says. */
RG_API HRESULT rg_class_make(const struct rg_class_entry *entry, IUnknown *outer, REFIID iid,
                             void **ret_object);

/* A new IClassFactory for an entry.  S_OK; E_POINTER; E_NOINTERFACE; E_OUTOFMEMORY. */
RG_API HRESULT rg_class_factory(const struct rg_class_entry *entry, REFIID iid,
                                void **ret_factory);
