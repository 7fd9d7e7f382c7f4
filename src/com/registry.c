/* SPDX-License-Identifier: MIT */
/* registry.c - the table of all classes, and look-ups in it.
 *
 * Any thread.  Tables are built once under registry_lock and published; reading takes no lock.
 * There are two: the library's own classes, and those plus all modules', built on demand; and
 * one for each module that was opened for a single class, since its list said that it has it.
 * Knows: classes, modules.  Must not know: filters, pins, graphs.
 */
#include "com/registry.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <regraft.h>

#include "com/module.h"
#include "com/registry_internal.h"
#include "platform/memory.h"

struct module_error {
    char *file, *why;
};

/* Grows while it is built, is constant once published. */
struct table {
    struct rg_class_row **rows;
    size_t count, room;
    struct module_error *errors;
    size_t error_count, error_room;
};

/* A module that is loaded, its rows in no other table yet or in the full one, too. */
struct opened {
    struct opened *next;
    struct table rows;
    char path[];
};

/* What is looked for: one of both. */
struct wanted {
    const CLSID *clsid;
    const char *name;
};

static struct rg_class_list *first_list; /* constant once the library is loaded */

static pthread_mutex_t registry_lock = PTHREAD_MUTEX_INITIALIZER;
static _Atomic(struct table *) own_table; /* the library's classes */
static _Atomic(struct table *) full_table;
static _Atomic(struct opened *) first_opened;

void rg_registry_add(struct rg_class_list *list)
{
    list->next = first_list;
    first_list = list;
}

/* --- building --------------------------------------------------------------------------- */

/* Room for one more element of `size` bytes. */
static bool array_grow(void **array, size_t count, size_t *room, size_t size)
{
    size_t more = *room != 0 ? *room * 2 : 16;
    void *grown;

    if (count < *room)
        return true;
    grown = rg_realloc(*array, more * size);
    if (grown == NULL)
        return false;
    *array = grown;
    *room = more;
    return true;
}

static bool table_grow_rows(struct table *table)
{
    void *rows = table->rows;
    bool done = array_grow(&rows, table->count, &table->room, sizeof(*table->rows));

    table->rows = rows;
    return done;
}

static bool table_grow_errors(struct table *table)
{
    void *errors = table->errors;
    bool done =
        array_grow(&errors, table->error_count, &table->error_room, sizeof(*table->errors));

    table->errors = errors;
    return done;
}

/* Its rows from `first_row` on: those before belong to another table. */
static void table_clear(struct table *table, size_t first_row)
{
    for (size_t i = first_row; i < table->count; i++)
        rg_free(table->rows[i]);
    for (size_t i = 0; i < table->error_count; i++) {
        rg_free(table->errors[i].file);
        rg_free(table->errors[i].why);
    }
    rg_free(table->rows);
    rg_free(table->errors);
}

static void table_free(struct table *table, size_t first_row)
{
    if (table == NULL)
        return;
    table_clear(table, first_row);
    rg_free(table);
}

static HRESULT table_add_row(struct table *table, const struct rg_class_entry *entry,
                             const char *module)
{
    size_t name_size = strlen(module) + 1;
    struct rg_class_row *row;

    if (!table_grow_rows(table))
        return E_OUTOFMEMORY;
    row = rg_alloc(sizeof(*row) + name_size); /* the module's name lies behind its row */
    if (row == NULL)
        return E_OUTOFMEMORY;
    memcpy(row + 1, module, name_size);
    *row = (struct rg_class_row){ entry, (const char *)(row + 1) };
    table->rows[table->count++] = row;
    return S_OK;
}

/* Takes over `why`, also on failure; NULL means that memory ran out. */
static HRESULT table_add_error(struct table *table, const char *file, char *why)
{
    char *copy = why != NULL ? rg_text_dup(file) : NULL;

    if (copy == NULL || !table_grow_errors(table)) {
        rg_free(copy);
        rg_free(why);
        return E_OUTOFMEMORY;
    }
    table->errors[table->error_count++] = (struct module_error){ copy, why };
    return S_OK;
}

static bool is_wanted(const struct rg_class_entry *entry, const struct wanted *wanted)
{
    return wanted->clsid != NULL ? IsEqualCLSID(entry->clsid, wanted->clsid)
                                 : strcmp(entry->name, wanted->name) == 0;
}

static const struct rg_class_row *table_find(const struct table *table,
                                             const struct wanted *wanted)
{
    for (size_t i = 0; table != NULL && i < table->count; i++)
        if (is_wanted(table->rows[i]->entry, wanted))
            return table->rows[i];
    return NULL;
}

static const struct rg_class_row *table_clsid(const struct table *table, const CLSID *clsid)
{
    return table_find(table, &(struct wanted){ .clsid = clsid });
}

static const struct rg_class_row *table_name(const struct table *table, const char *name)
{
    return table_find(table, &(struct wanted){ .name = name });
}

static int compare_rows(const void *a, const void *b)
{
    const struct rg_class_row *x = *(struct rg_class_row *const *)a;
    const struct rg_class_row *y = *(struct rg_class_row *const *)b;

    return strcmp(x->entry->name, y->entry->name);
}

static HRESULT own_table_build(struct table **ret_table)
{
    struct table *table = rg_calloc(1, sizeof(*table));

    if (table == NULL)
        return E_OUTOFMEMORY;
    for (const struct rg_class_list *list = first_list; list != NULL; list = list->next) {
        for (unsigned i = 0; i < list->count; i++) {
            if (FAILED(table_add_row(table, list->entries[i], "regraft"))) {
                table_free(table, 0);
                return E_OUTOFMEMORY;
            }
        }
    }
    if (table->count > 1)
        qsort(table->rows, table->count, sizeof(table->rows[0]), compare_rows);
    *ret_table = table;
    return S_OK;
}

/* Why a module's class is left out: CLSID and name have to be the only ones. */
static char *entry_complaint(const struct table *table, const struct rg_class_entry *entry)
{
    const struct rg_class_row *same = table_clsid(table, entry->clsid);
    const char *what = "CLSID";
    char text[256];

    if (same == NULL) {
        same = table_name(table, entry->name);
        what = "name";
    }
    snprintf(text, sizeof(text), "class %s left out: %s has its %s already", entry->name,
             same != NULL ? same->module : "another class", what);
    return rg_text_dup(text);
}

static struct opened *opened_at(const char *path)
{
    struct opened *one = atomic_load_explicit(&first_opened, memory_order_acquire);

    while (one != NULL && strcmp(one->path, path) != 0)
        one = one->next;
    return one;
}

/* Loads the module; S_FALSE: it does not load, *ret_why says why. */
static HRESULT opened_new(const char *path, struct opened **ret, char **ret_why)
{
    const char *file = rg_module_file_name(path);
    const struct rg_module *module = NULL;
    struct opened *one;
    HRESULT hr = rg_module_load(path, &module, ret_why);

    if (FAILED(hr))
        return hr != E_OUTOFMEMORY ? S_FALSE : hr;
    one = rg_calloc(1, sizeof(*one) + strlen(path) + 1);
    if (one == NULL)
        return E_OUTOFMEMORY;
    memcpy(one->path, path, strlen(path) + 1);
    for (unsigned i = 0; SUCCEEDED(hr) && i < module->count; i++)
        hr = table_add_row(&one->rows, module->entries[i], file);
    if (FAILED(hr)) {
        table_clear(&one->rows, 0);
        rg_free(one);
        return hr;
    }
    one->next = atomic_load(&first_opened);
    atomic_store_explicit(&first_opened, one, memory_order_release);
    *ret = one;
    return S_OK;
}

static HRESULT table_add_module(struct table *table, const char *path)
{
    const char *file = rg_module_file_name(path);
    struct opened *one = opened_at(path);
    char *why = NULL;
    HRESULT hr = one != NULL ? S_OK : opened_new(path, &one, &why);

    if (hr == S_FALSE)
        return table_add_error(table, file, why);
    for (unsigned i = 0; SUCCEEDED(hr) && i < one->rows.count; i++) {
        const struct rg_class_entry *entry = one->rows.rows[i]->entry;

        if (table_clsid(table, entry->clsid) != NULL || table_name(table, entry->name) != NULL)
            hr = table_add_error(table, file, entry_complaint(table, entry));
        else if (table_grow_rows(table))
            table->rows[table->count++] = one->rows.rows[i];
        else
            hr = E_OUTOFMEMORY;
    }
    return hr;
}

static HRESULT full_table_build(const struct table *own, struct table **ret_table)
{
    struct table *table = rg_calloc(1, sizeof(*table));
    struct rg_module_files files = { 0 };
    HRESULT hr = table != NULL ? rg_module_files_find(&files) : E_OUTOFMEMORY;

    for (size_t i = 0; SUCCEEDED(hr) && i < own->count; i++) {
        if (!table_grow_rows(table))
            hr = E_OUTOFMEMORY;
        else
            table->rows[table->count++] = own->rows[i];
    }
    for (size_t i = 0; SUCCEEDED(hr) && i < files.count; i++)
        hr = table_add_module(table, files.paths[i]);
    rg_module_files_clear(&files);
    if (FAILED(hr)) {
        if (table != NULL)
            table_free(table, table->count); /* all rows are others' */
        return hr;
    }
    *ret_table = table;
    return S_OK;
}

/* --- reading -------------------------------------------------------------------------------
 */

static HRESULT table_get(bool with_modules, const struct table **ret_table)
{
    _Atomic(struct table *) *wanted = with_modules ? &full_table : &own_table;
    struct table *table = atomic_load_explicit(wanted, memory_order_acquire);
    HRESULT hr = S_OK;

    if (table == NULL) {
        struct table *own;

        pthread_mutex_lock(&registry_lock);
        own = atomic_load(&own_table);
        if (own == NULL) {
            hr = own_table_build(&own);
            if (SUCCEEDED(hr))
                atomic_store(&own_table, own);
        }
        table = atomic_load(wanted);
        if (SUCCEEDED(hr) && table == NULL) {
            hr = full_table_build(own, &table);
            if (SUCCEEDED(hr))
                atomic_store(&full_table, table);
        }
        pthread_mutex_unlock(&registry_lock);
    }
    if (SUCCEEDED(hr))
        *ret_table = table;
    return hr;
}

/* Among what is loaded.  S_OK, also when *ret_row is NULL; E_OUTOFMEMORY. */
static HRESULT find_loaded(const struct wanted *wanted, const struct rg_class_row **ret_row)
{
    const struct table *full = atomic_load_explicit(&full_table, memory_order_acquire);
    const struct table *own = NULL;
    HRESULT hr = full == NULL ? table_get(false, &own) : S_OK;

    if (FAILED(hr))
        return hr;
    *ret_row = table_find(full != NULL ? full : own, wanted);
    if (full != NULL)
        return S_OK;
    for (struct opened *one = atomic_load_explicit(&first_opened, memory_order_acquire);
         one != NULL && *ret_row == NULL; one = one->next)
        *ret_row = table_find(&one->rows, wanted);
    return S_OK;
}

/* The first module whose list names what is wanted.  Nothing is said of lists that are missing
 * or wrong: all modules are asked themselves then. */
static HRESULT open_listed_locked(const struct wanted *wanted)
{
    struct rg_module_files files = { 0 };
    HRESULT hr = rg_module_files_find(&files), listed = S_FALSE;

    for (size_t i = 0; hr == S_OK && listed == S_FALSE && i < files.count; i++) {
        struct opened *one;
        char *why = NULL;

        listed = rg_module_lists(files.paths[i], wanted->clsid, wanted->name);
        if (listed == S_OK && opened_at(files.paths[i]) == NULL)
            hr = opened_new(files.paths[i], &one, &why);
        rg_free(why);
    }
    rg_module_files_clear(&files);
    return FAILED(listed) ? listed : hr;
}

static HRESULT open_listed(const struct wanted *wanted)
{
    HRESULT hr;

    pthread_mutex_lock(&registry_lock);
    hr = open_listed_locked(wanted);
    pthread_mutex_unlock(&registry_lock);
    return hr;
}

static HRESULT find(const struct wanted *wanted, const struct rg_class_row **ret_row)
{
    const struct table *table;
    HRESULT hr = find_loaded(wanted, ret_row);

    if (SUCCEEDED(hr) && *ret_row == NULL && atomic_load(&full_table) == NULL) {
        hr = open_listed(wanted);
        if (SUCCEEDED(hr))
            hr = find_loaded(wanted, ret_row);
    }
    if (SUCCEEDED(hr) && *ret_row == NULL) {
        hr = table_get(true, &table);
        if (SUCCEEDED(hr))
            *ret_row = table_find(table, wanted);
    }
    if (FAILED(hr))
        return hr;
    return *ret_row != NULL ? S_OK : REGDB_E_CLASSNOTREG;
}

HRESULT rg_registry_find_clsid(REFCLSID clsid, const struct rg_class_row **ret_row)
{
    return find(&(struct wanted){ .clsid = clsid }, ret_row);
}

const struct rg_class_row *rg_class_row_loaded(REFCLSID clsid)
{
    const struct rg_class_row *row = NULL;

    if (clsid == NULL || FAILED(find_loaded(&(struct wanted){ .clsid = clsid }, &row)))
        return NULL;
    return row;
}

const struct rg_class_row *rg_class_row_by_clsid(REFCLSID clsid)
{
    const struct rg_class_row *row = NULL;

    if (clsid == NULL || FAILED(rg_registry_find_clsid(clsid, &row)))
        return NULL;
    return row;
}

const struct rg_class_row *rg_class_row_by_name(const char *name)
{
    const struct rg_class_row *row = NULL;

    if (name == NULL || FAILED(find(&(struct wanted){ .name = name }, &row)))
        return NULL;
    return row;
}

const struct rg_class_row *rg_class_row_at(unsigned index)
{
    const struct table *table;

    if (FAILED(table_get(true, &table)) || index >= table->count)
        return NULL;
    return table->rows[index];
}

bool rg_module_errors(unsigned index, const char **ret_file, const char **ret_why)
{
    const struct table *table;

    if (FAILED(table_get(true, &table)) || index >= table->error_count)
        return false;
    *ret_file = table->errors[index].file;
    *ret_why = table->errors[index].why;
    return true;
}

/* --- the public view ------------------------------------------------------------------------
 */

static void info_fill(struct rg_class_info *info, const struct rg_class_row *row)
{
    static const char *const kinds[] = {
        [RG_CLASS_SOURCE] = "source",
        [RG_CLASS_TRANSFORM] = "transform",
        [RG_CLASS_SINK] = "sink",
        [RG_CLASS_OBJECT] = "object",
    };
    const struct rg_class_entry *entry = row->entry;
    unsigned kind = entry->category;

    *info = (struct rg_class_info){
        .name = entry->name,
        .help = entry->help != NULL ? entry->help : "",
        .kind = kind >= RG_CLASS_SOURCE && kind <= RG_CLASS_OBJECT ? kinds[kind] : "object",
        .module = row->module,
        .clsid = *entry->clsid,
        .merit = entry->merit,
    };
}

HRESULT rg_class_at(unsigned index, struct rg_class_info *ret_info)
{
    const struct table *table;
    HRESULT hr;

    if (ret_info == NULL)
        return E_POINTER;
    hr = table_get(true, &table);
    if (FAILED(hr))
        return hr;
    if (index >= table->count)
        return S_FALSE;
    info_fill(ret_info, table->rows[index]);
    return S_OK;
}

HRESULT rg_class_by_name(const char *name, struct rg_class_info *ret_info)
{
    const struct rg_class_row *row;

    if (name == NULL || ret_info == NULL)
        return E_POINTER;
    row = rg_class_row_by_name(name);
    if (row == NULL)
        return VFW_E_NOT_FOUND;
    info_fill(ret_info, row);
    return S_OK;
}

HRESULT rg_module_error_at(unsigned index, const char **ret_file, const char **ret_why)
{
    const struct table *table;
    HRESULT hr;

    if (ret_file == NULL || ret_why == NULL)
        return E_POINTER;
    hr = table_get(true, &table);
    if (FAILED(hr))
        return hr;
    return rg_module_errors(index, ret_file, ret_why) ? S_OK : S_FALSE;
}
