/* SPDX-License-Identifier: MIT */
/* store.c - registrations as data: made, found, replaced, let go of.
 *
 * One thread for each store.
 * Knows: the fields of a registration.  Must not know: files, COM objects, the class registry.
 */
#include "mapper/store.h"

#include <string.h>
#include <strings.h>

#include "platform/memory.h"
#include "platform/text.h"

bool reg_grow(void **array, size_t count, size_t *room, size_t size)
{
    size_t wanted = *room != 0 ? *room * 2 : 4;
    void *grown;

    if (count < *room)
        return true;
    grown = rg_realloc(*array, wanted * size);
    if (grown == NULL)
        return false;
    *array = grown;
    *room = wanted;
    return true;
}

HRESULT reg_lines_add(struct reg_lines *lines, char *line)
{
    if (line == NULL ||
        !reg_grow((void **)&lines->lines, lines->count, &lines->room, sizeof(*lines->lines))) {
        rg_free(line);
        return E_OUTOFMEMORY;
    }
    lines->lines[lines->count++] = line;
    return S_OK;
}

static void lines_clear(struct reg_lines *lines)
{
    for (size_t i = 0; i < lines->count; i++)
        rg_free(lines->lines[i]);
    rg_free(lines->lines);
    *lines = (struct reg_lines){ 0 };
}

/* ---- GUIDs ------------------------------------------------------------------------------- */

void reg_guid_text(const GUID *guid, char text[REG_GUID_SIZE])
{
    OLECHAR wide[REG_GUID_SIZE] = { 0 };

    (void)StringFromGUID2(guid, wide, REG_GUID_SIZE);
    (void)rg_text_to_utf8(text, REG_GUID_SIZE, wide);
}

bool reg_guid_read(const char *text, GUID *ret_guid)
{
    OLECHAR wide[REG_GUID_SIZE] = { 0 };

    return rg_text_to_wide(wide, REG_GUID_SIZE, text) &&
           SUCCEEDED(CLSIDFromString(wide, ret_guid));
}

/* ---- pins -------------------------------------------------------------------------------- */

static void pin_clear(struct reg_pin *pin)
{
    rg_free(pin->name);
    rg_free(pin->types);
    rg_free(pin->mediums);
}

struct reg_pin *reg_filter_add_pin(struct reg_filter *filter, DWORD flags, const char *name)
{
    char *copy = name != NULL ? rg_text_dup(name) : NULL;
    struct reg_pin *pin;

    if ((name != NULL && copy == NULL) || !reg_grow((void **)&filter->pins, filter->pin_count,
                                                    &filter->pin_room, sizeof(*filter->pins))) {
        rg_free(copy);
        return NULL;
    }
    pin = &filter->pins[filter->pin_count++];
    *pin = (struct reg_pin){ .flags = flags, .category = GUID_NULL, .name = copy };
    return pin;
}

void reg_filter_drop_pin(struct reg_filter *filter, size_t index)
{
    pin_clear(&filter->pins[index]);
    filter->pin_count--;
    memmove(filter->pins + index, filter->pins + index + 1,
            (filter->pin_count - index) * sizeof(*filter->pins));
}

void reg_filter_clear_pins(struct reg_filter *filter)
{
    while (filter->pin_count != 0)
        reg_filter_drop_pin(filter, filter->pin_count - 1);
}

struct reg_pin *reg_filter_pin(struct reg_filter *filter, const char *name)
{
    for (size_t i = 0; i < filter->pin_count; i++)
        if (filter->pins[i].name != NULL && strcmp(filter->pins[i].name, name) == 0)
            return &filter->pins[i];
    return NULL;
}

HRESULT reg_pin_add_type(struct reg_pin *pin, const GUID *major, const GUID *subtype)
{
    if (!reg_grow((void **)&pin->types, pin->type_count, &pin->type_room, sizeof(*pin->types)))
        return E_OUTOFMEMORY;
    pin->types[pin->type_count++] = (struct reg_type){
        major != NULL ? *major : GUID_NULL,
        subtype != NULL ? *subtype : GUID_NULL,
    };
    return S_OK;
}

HRESULT reg_pin_add_medium(struct reg_pin *pin, const REGPINMEDIUM *medium)
{
    if (!reg_grow((void **)&pin->mediums, pin->medium_count, &pin->medium_room,
                  sizeof(*pin->mediums)))
        return E_OUTOFMEMORY;
    pin->mediums[pin->medium_count++] = *medium;
    return S_OK;
}

static HRESULT pin_copy(struct reg_filter *to, const struct reg_pin *from)
{
    struct reg_pin *pin = reg_filter_add_pin(to, from->flags, from->name);
    HRESULT hr = S_OK;

    if (pin == NULL)
        return E_OUTOFMEMORY;
    pin->instances = from->instances;
    pin->category = from->category;
    for (size_t i = 0; i < from->type_count && SUCCEEDED(hr); i++)
        hr = reg_pin_add_type(pin, &from->types[i].major, &from->types[i].subtype);
    for (size_t i = 0; i < from->medium_count && SUCCEEDED(hr); i++)
        hr = reg_pin_add_medium(pin, &from->mediums[i]);
    return hr;
}

HRESULT reg_filter_copy_pins(struct reg_filter *to, const struct reg_filter *from)
{
    HRESULT hr = S_OK;

    for (size_t i = 0; i < from->pin_count && SUCCEEDED(hr); i++)
        hr = pin_copy(to, &from->pins[i]);
    return hr;
}

/* ---- filters ----------------------------------------------------------------------------- */

struct reg_filter *reg_filter_new(const CLSID *category, const char *instance,
                                  const CLSID *clsid, const char *name, DWORD merit)
{
    struct reg_filter *filter = rg_calloc(1, sizeof(*filter));
    char own[REG_GUID_SIZE];

    if (filter == NULL)
        return NULL;
    reg_guid_text(clsid, own);
    filter->category = *category;
    filter->clsid = *clsid;
    filter->merit = merit;
    filter->instance = rg_text_dup(instance != NULL ? instance : own);
    filter->name = filter->instance != NULL ? rg_text_dup(name) : NULL;
    if (filter->name == NULL) {
        reg_filter_free(filter);
        return NULL;
    }
    return filter;
}

void reg_filter_free(struct reg_filter *filter)
{
    if (filter == NULL)
        return;
    reg_filter_clear_pins(filter);
    rg_free(filter->pins);
    rg_free(filter->instance);
    rg_free(filter->name);
    rg_free(filter);
}

/* ---- the store --------------------------------------------------------------------------- */

bool reg_instance_same(const char *a, const char *b)
{
    return strcasecmp(a, b) == 0;
}

/* Its place, or NULL. */
static struct reg_filter **store_place(const struct reg_store *store, const CLSID *category,
                                       const char *instance)
{
    for (size_t i = 0; i < store->count; i++)
        if (IsEqualCLSID(&store->filters[i]->category, category) &&
            reg_instance_same(store->filters[i]->instance, instance))
            return &store->filters[i];
    return NULL;
}

struct reg_filter *reg_store_find(const struct reg_store *store, const CLSID *category,
                                  const char *instance)
{
    struct reg_filter **place = store_place(store, category, instance);

    return place != NULL ? *place : NULL;
}

HRESULT reg_store_put(struct reg_store *store, struct reg_filter *filter)
{
    struct reg_filter **place;

    if (filter == NULL)
        return E_OUTOFMEMORY;
    place = store_place(store, &filter->category, filter->instance);
    if (place != NULL) {
        reg_filter_free(*place);
        *place = filter;
        return S_OK;
    }
    if (!reg_grow((void **)&store->filters, store->count, &store->room,
                  sizeof(*store->filters))) {
        reg_filter_free(filter);
        return E_OUTOFMEMORY;
    }
    store->filters[store->count++] = filter;
    return S_OK;
}

bool reg_store_drop(struct reg_store *store, const CLSID *category, const char *instance)
{
    struct reg_filter **place = store_place(store, category, instance);

    if (place == NULL)
        return false;
    reg_filter_free(*place);
    store->count--;
    memmove(place, place + 1,
            (size_t)(store->filters + store->count - place) * sizeof(*store->filters));
    return true;
}

void reg_store_clear(struct reg_store *store)
{
    for (size_t i = 0; i < store->count; i++)
        reg_filter_free(store->filters[i]);
    rg_free(store->filters);
    lines_clear(&store->comments);
    lines_clear(&store->complaints);
    *store = (struct reg_store){ 0 };
}
