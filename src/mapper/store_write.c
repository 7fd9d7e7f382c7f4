/* SPDX-License-Identifier: MIT */
/* store_write.c - registrations to the text of their file.
 *
 * One thread for each store.
 * Knows: the form of the lines, as store_read.c does.  Must not know: where the text goes.
 */
#include "mapper/store.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "platform/memory.h"

/* Grows; once memory is out nothing more is added. */
struct text {
    char *data;
    size_t size, room;
    bool has_failed;
};

static bool text_reserve(struct text *t, size_t more)
{
    size_t wanted = t->room != 0 ? t->room : 1024;
    char *data;

    while (wanted - t->size < more)
        wanted *= 2;
    if (t->has_failed || wanted == t->room)
        return !t->has_failed;
    data = rg_realloc(t->data, wanted);
    if (data == NULL) {
        t->has_failed = true;
        return false;
    }
    t->data = data;
    t->room = wanted;
    return true;
}

static void __attribute__((format(printf, 2, 3)))
text_add(struct text *t, const char *format, ...)
{
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (!text_reserve(t, (size_t)length + 1))
        return;
    va_start(arguments, format);
    vsnprintf(t->data + t->size, (size_t)length + 1, format, arguments);
    va_end(arguments);
    t->size += (size_t)length;
}

static void text_quote(struct text *t, const char *words)
{
    text_add(t, "\"");
    for (const char *p = words; *p != '\0'; p++) {
        if (*p == '"' || *p == '\\')
            text_add(t, "\\%c", *p);
        else if ((unsigned char)*p < ' ')
            text_add(t, "\\x%02x", (unsigned char)*p);
        else
            text_add(t, "%c", *p);
    }
    text_add(t, "\"");
}

static void pin_write(struct text *t, const struct reg_pin *pin)
{
    char guid[REG_GUID_SIZE], second[REG_GUID_SIZE];

    reg_guid_text(&pin->category, guid);
    text_add(t, " pin flags 0x%x instances %u category %s", (unsigned)pin->flags,
             (unsigned)pin->instances, guid);
    if (pin->name != NULL) {
        text_add(t, " name ");
        text_quote(t, pin->name);
    }
    text_add(t, "\n");
    for (size_t i = 0; i < pin->type_count; i++) {
        reg_guid_text(&pin->types[i].major, guid);
        reg_guid_text(&pin->types[i].subtype, second);
        text_add(t, "  type %s %s\n", guid, second);
    }
    for (size_t i = 0; i < pin->medium_count; i++) {
        reg_guid_text(&pin->mediums[i].clsMedium, guid);
        text_add(t, "  medium %s %u %u\n", guid, (unsigned)pin->mediums[i].dw1,
                 (unsigned)pin->mediums[i].dw2);
    }
}

static void filter_write(struct text *t, const struct reg_filter *filter)
{
    char clsid[REG_GUID_SIZE], category[REG_GUID_SIZE];

    reg_guid_text(&filter->clsid, clsid);
    reg_guid_text(&filter->category, category);
    if (filter->is_removed) {
        text_add(t, "removed %s category %s\n", clsid, category);
        return;
    }
    text_add(t, "filter %s category %s instance ", clsid, category);
    text_quote(t, filter->instance);
    text_add(t, " merit 0x%08x name ", (unsigned)filter->merit);
    text_quote(t, filter->name);
    text_add(t, "\n");
    for (size_t i = 0; i < filter->pin_count; i++)
        pin_write(t, &filter->pins[i]);
}

HRESULT reg_store_write(const struct reg_store *store, char **ret_text, size_t *ret_size)
{
    struct text t = { 0 };

    text_add(&t, REG_HEADING " filters that programs registered for this user\n");
    for (size_t i = 0; i < store->comments.count; i++)
        text_add(&t, "%s\n", store->comments.lines[i]);
    for (size_t i = 0; i < store->count; i++)
        filter_write(&t, store->filters[i]);
    if (t.has_failed) {
        rg_free(t.data);
        return E_OUTOFMEMORY;
    }
    *ret_text = t.data;
    *ret_size = t.size;
    return S_OK;
}
