/* SPDX-License-Identifier: MIT */
/* view.c - the filters of the class registry and those that were registered, put together.
 *
 * Any thread.  The newest view is kept under view_lock (a leaf) until the file is another one;
 * reading and building are done outside of it.
 * Knows: registrations, the class registry.  Must not know: COM objects, who asks.
 */
#include "mapper/view.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include <regraft.h>

#include "mapper/connect.h"
#include "mapper/device.h"
#include "platform/memory.h"

/* A registered filter as an entry of the class registry. */
struct made_entry {
    struct rg_class_entry entry;     /* first */
    const struct reg_filter *filter; /* the view's */
    struct rg_class_type types[];
};

/* What intelligent connect may try, and where it stands among equals. */
struct ranked {
    const struct rg_class_entry *entry;
    struct made_entry *made; /* owned; NULL: it is a class of the registry */
    size_t place;
};

struct rg_mapper_view {
    atomic_uint refs;
    /* set at creation */
    struct reg_store store;
    struct reg_file file; /* what it was read from */
    struct ranked *ranked;
    size_t ranked_count, ranked_room;

    pthread_mutex_t items_lock;
    /* under items_lock, set once */
    bool has_items;
    struct reg_store own; /* the library's own */
    const struct reg_filter **items;
    size_t item_count;
};

static pthread_mutex_t view_lock = PTHREAD_MUTEX_INITIALIZER;
static struct rg_mapper_view *newest; /* under view_lock; one reference */

/* ---- categories -------------------------------------------------------------------------- */

bool mapper_category_is_open(const struct rg_mapper_view *view, const CLSID *category)
{
    const struct reg_filter *registered;
    char instance[REG_GUID_SIZE];

    if (view->store.count == 0)
        return mapper_own_category_merit(category) > MERIT_DO_NOT_USE;
    reg_guid_text(category, instance);
    registered = reg_store_find(&view->store, &CLSID_ActiveMovieCategories, instance);
    if (registered == NULL)
        return mapper_own_category_merit(category) > MERIT_DO_NOT_USE;
    return !registered->is_removed && registered->merit > MERIT_DO_NOT_USE;
}

/* ---- what may be tried ------------------------------------------------------------------- */

static HRESULT create_registered(const struct rg_class_entry *entry, IUnknown *outer,
                                 REFIID iid, void **ret_object)
{
    return CoCreateInstance(entry->clsid, outer, CLSCTX_INPROC_SERVER, iid, ret_object);
}

static bool pin_is_output(const struct reg_pin *pin)
{
    return (pin->flags & REG_PINFLAG_B_OUTPUT) != 0;
}

/* All types of its inputs or outputs; none where one of those pins takes anything. */
static uint16_t types_fill(const struct reg_filter *filter, bool output,
                           struct rg_class_type *types)
{
    size_t count = 0;

    for (size_t i = 0; i < filter->pin_count; i++) {
        const struct reg_pin *pin = &filter->pins[i];

        if (pin_is_output(pin) != output)
            continue;
        if (pin->type_count == 0)
            return 0;
        for (size_t k = 0; k < pin->type_count && count < UINT16_MAX; k++)
            types[count++] =
                (struct rg_class_type){ &pin->types[k].major, &pin->types[k].subtype };
    }
    return (uint16_t)count;
}

static enum rg_class_category category_of(const struct reg_filter *filter)
{
    size_t outputs = 0;

    for (size_t i = 0; i < filter->pin_count; i++)
        outputs += pin_is_output(&filter->pins[i]);
    if (filter->pin_count == 0 || (outputs != 0 && outputs < filter->pin_count))
        return RG_CLASS_TRANSFORM; /* or nobody knows */
    return outputs != 0 ? RG_CLASS_SOURCE : RG_CLASS_SINK;
}

static struct made_entry *entry_make(const struct reg_filter *filter)
{
    size_t count = 0;
    struct made_entry *made;

    for (size_t i = 0; i < filter->pin_count; i++)
        count += filter->pins[i].type_count;
    made = rg_calloc(1, sizeof(*made) + count * sizeof(made->types[0]));
    if (made == NULL)
        return NULL;
    made->entry = (struct rg_class_entry){
        .clsid = &filter->clsid,
        .name = filter->name,
        .help = filter->name,
        .category = category_of(filter),
        .merit = filter->merit,
        .create = create_registered,
        .inputs = made->types,
    };
    made->filter = filter;
    made->entry.input_count = types_fill(filter, false, made->types);
    made->entry.outputs = made->types + made->entry.input_count;
    made->entry.output_count = types_fill(filter, true, made->types + made->entry.input_count);
    return made;
}

/* Takes `made` over, which may be NULL. */
static HRESULT ranked_add(struct rg_mapper_view *view, const struct rg_class_entry *entry,
                          struct made_entry *made)
{
    if (!reg_grow((void **)&view->ranked, view->ranked_count, &view->ranked_room,
                  sizeof(*view->ranked))) {
        rg_free(made);
        return E_OUTOFMEMORY;
    }
    view->ranked[view->ranked_count] = (struct ranked){ entry, made, view->ranked_count };
    view->ranked_count++;
    return S_OK;
}

static int ranked_compare(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;

    if (x->entry->merit != y->entry->merit)
        return x->entry->merit > y->entry->merit ? -1 : 1;
    return x->place < y->place ? -1 : 1;
}

/* Was it registered, or unregistered? */
static bool is_overridden(const struct reg_store *store, const struct rg_class_entry *entry)
{
    char instance[REG_GUID_SIZE];

    if (store->count == 0)
        return false;
    reg_guid_text(entry->clsid, instance);
    return reg_store_find(store, &CLSID_LegacyAmFilterCategory, instance) != NULL;
}

static HRESULT ranked_own(struct rg_mapper_view *view)
{
    static const struct rg_class_query all = { 0 };
    const struct rg_class_row **rows RG_AUTO_FREE = NULL;
    struct rg_class_info info;
    HRESULT hr = rg_class_at(0, &info); /* says whether there is memory for the classes */
    unsigned count;

    if (FAILED(hr))
        return hr;
    count = rg_class_find(&all, NULL, 0);
    rows = rg_calloc(count + 1, sizeof(*rows));
    if (rows == NULL)
        return E_OUTOFMEMORY;
    (void)rg_class_find(&all, rows, count);
    for (unsigned i = 0; i < count && SUCCEEDED(hr); i++)
        if (!is_overridden(&view->store, rows[i]->entry))
            hr = ranked_add(view, rows[i]->entry, NULL);
    return SUCCEEDED(hr) ? S_OK : hr;
}

static HRESULT ranked_build(struct rg_mapper_view *view)
{
    HRESULT hr = S_OK;

    if (mapper_category_is_open(view, &CLSID_LegacyAmFilterCategory))
        hr = ranked_own(view);
    for (size_t i = 0; i < view->store.count && SUCCEEDED(hr); i++) {
        const struct reg_filter *filter = view->store.filters[i];
        struct made_entry *made;

        if (filter->is_removed || filter->merit <= MERIT_DO_NOT_USE ||
            !mapper_category_is_open(view, &filter->category))
            continue;
        made = entry_make(filter);
        hr = made != NULL ? ranked_add(view, &made->entry, made) : E_OUTOFMEMORY;
    }
    if (SUCCEEDED(hr) && view->ranked_count > 1)
        qsort(view->ranked, view->ranked_count, sizeof(*view->ranked), ranked_compare);
    return hr;
}

const struct rg_class_entry *rg_mapper_view_at(const struct rg_mapper_view *view,
                                               unsigned index)
{
    return index < view->ranked_count ? view->ranked[index].entry : NULL;
}

HRESULT rg_mapper_moniker(const struct rg_class_entry *entry, IMoniker **ret_moniker)
{
    char clsid[REG_GUID_SIZE];

    if (entry->create == create_registered) {
        const struct reg_filter *filter = ((const struct made_entry *)entry)->filter;

        return device_moniker_new(&filter->category, filter->instance, ret_moniker);
    }
    reg_guid_text(entry->clsid, clsid);
    return device_moniker_new(&CLSID_LegacyAmFilterCategory, clsid, ret_moniker);
}

/* ---- life -------------------------------------------------------------------------------- */

void rg_mapper_view_release(struct rg_mapper_view *view)
{
    if (view == NULL || atomic_fetch_sub(&view->refs, 1) != 1)
        return;
    for (size_t i = 0; i < view->ranked_count; i++)
        rg_free(view->ranked[i].made);
    rg_free(view->ranked);
    rg_free(view->items);
    reg_store_clear(&view->own);
    reg_store_clear(&view->store);
    reg_file_close(&view->file);
    pthread_mutex_destroy(&view->items_lock);
    rg_free(view);
}

static HRESULT view_build(struct rg_mapper_view **ret)
{
    struct rg_mapper_view *view = rg_calloc(1, sizeof(*view));
    HRESULT hr;

    if (view == NULL)
        return E_OUTOFMEMORY;
    atomic_init(&view->refs, 1);
    pthread_mutex_init(&view->items_lock, NULL);
    hr = reg_file_read(&view->store, &view->file);
    if (SUCCEEDED(hr))
        hr = ranked_build(view);
    if (FAILED(hr)) {
        rg_mapper_view_release(view);
        return hr;
    }
    *ret = view;
    return S_OK;
}

HRESULT rg_mapper_view_get(struct rg_mapper_view **ret_view)
{
    struct rg_mapper_view *view = NULL, *old = NULL;
    HRESULT hr;

    pthread_mutex_lock(&view_lock);
    if (newest != NULL && reg_file_is_fresh(&newest->file)) {
        view = newest;
        atomic_fetch_add(&view->refs, 1);
    }
    pthread_mutex_unlock(&view_lock);
    if (view == NULL) {
        hr = view_build(&view);
        if (FAILED(hr))
            return hr;
        atomic_fetch_add(&view->refs, 1);
        pthread_mutex_lock(&view_lock);
        old = newest;
        newest = view;
        pthread_mutex_unlock(&view_lock);
        rg_mapper_view_release(old);
    }
    *ret_view = view;
    return S_OK;
}

const struct reg_lines *mapper_view_complaints(const struct rg_mapper_view *view)
{
    return &view->store.complaints;
}

/* ---- all of them ------------------------------------------------------------------------- */

static HRESULT items_build_locked(struct rg_mapper_view *view)
{
    HRESULT hr = mapper_own_filters(&view->own);

    if (SUCCEEDED(hr)) {
        view->items = rg_calloc(view->own.count + view->store.count + 1, sizeof(*view->items));
        hr = view->items != NULL ? S_OK : E_OUTOFMEMORY;
    }
    if (FAILED(hr)) {
        reg_store_clear(&view->own);
        return hr;
    }
    for (size_t i = 0; i < view->own.count; i++) {
        const struct reg_filter *own = view->own.filters[i];

        if (reg_store_find(&view->store, &own->category, own->instance) == NULL)
            view->items[view->item_count++] = own;
    }
    for (size_t i = 0; i < view->store.count; i++)
        if (!view->store.filters[i]->is_removed)
            view->items[view->item_count++] = view->store.filters[i];
    view->has_items = true;
    return S_OK;
}

HRESULT mapper_view_items(struct rg_mapper_view *view, struct mapper_items *ret_items)
{
    HRESULT hr = S_OK;

    pthread_mutex_lock(&view->items_lock);
    if (!view->has_items)
        hr = items_build_locked(view);
    pthread_mutex_unlock(&view->items_lock);
    if (SUCCEEDED(hr))
        *ret_items = (struct mapper_items){ view->items, view->item_count };
    return hr;
}

const struct reg_filter *mapper_items_find(const struct mapper_items *items,
                                           const CLSID *category, const char *instance)
{
    for (size_t i = 0; i < items->count; i++)
        if (IsEqualCLSID(&items->list[i]->category, category) &&
            reg_instance_same(items->list[i]->instance, instance))
            return items->list[i];
    return NULL;
}

/* ---- changes ----------------------------------------------------------------------------- */

HRESULT mapper_edit_filter(struct reg_store *store, const CLSID *category, const char *instance,
                           struct reg_filter **ret_filter)
{
    struct reg_filter *filter = reg_store_find(store, category, instance);
    HRESULT hr;

    if (filter == NULL) {
        hr = mapper_own_filter(category, instance, &filter);
        if (hr == S_OK)
            hr = reg_store_put(store, filter);
        if (FAILED(hr))
            return hr;
    }
    if (filter == NULL || filter->is_removed)
        return HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND);
    *ret_filter = filter;
    return S_OK;
}

HRESULT mapper_edit_remove(struct reg_store *store, const CLSID *category, const char *instance)
{
    struct reg_filter *filter, *gone;
    struct reg_filter *own = NULL;
    HRESULT hr = mapper_edit_filter(store, category, instance, &filter);

    if (SUCCEEDED(hr))
        hr = mapper_own_filter(category, instance, &own);
    if (FAILED(hr))
        return hr;
    if (own == NULL) {
        (void)reg_store_drop(store, category, instance);
        return S_OK;
    }
    gone = reg_filter_new(category, NULL, &own->clsid, "", 0);
    reg_filter_free(own);
    if (gone != NULL)
        gone->is_removed = true;
    return reg_store_put(store, gone);
}
