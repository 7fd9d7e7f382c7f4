/* SPDX-License-Identifier: MIT */
/* graph_file_write.c - filters, connections and clock to the text of a graph file of version 3.
 *
 * Any thread.  Knows: the text.  Must not know: filters, the graph.
 */
#include "graph/graph_file.h"

#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "media/type.h"
#include "platform/memory.h"

/* Grows; after a failure it takes nothing more. */
struct writer {
    uint8_t *data;
    size_t size, room;
    bool is_out_of_memory;
};

/* ---- what a file holds ------------------------------------------------------------------- */

static void *add(void **list, size_t *count, size_t *room, size_t size)
{
    uint8_t *place;

    if (*count == *room) {
        size_t more = *room != 0 ? *room * 2 : 8;
        void *bigger = rg_realloc(*list, more * size);

        if (bigger == NULL)
            return NULL;
        *list = bigger;
        *room = more;
    }
    place = (uint8_t *)*list + (*count)++ * size;
    memset(place, 0, size);
    return place;
}

struct graph_file_filter *graph_file_add_filter(struct graph_file *file)
{
    return add((void **)&file->filters, &file->filter_count, &file->filter_room,
               sizeof(*file->filters));
}

struct graph_file_link *graph_file_add_link(struct graph_file *file)
{
    return add((void **)&file->links, &file->link_count, &file->link_room,
               sizeof(*file->links));
}

void graph_file_free(struct graph_file *file)
{
    for (size_t i = 0; i < file->filter_count; i++) {
        CoTaskMemFree(file->filters[i].name);
        CoTaskMemFree(file->filters[i].source);
        CoTaskMemFree(file->filters[i].sink);
        rg_free(file->filters[i].state);
    }
    for (size_t i = 0; i < file->link_count; i++) {
        CoTaskMemFree(file->links[i].from_pin);
        CoTaskMemFree(file->links[i].to_pin);
        rg_type_clear(&file->links[i].type);
    }
    rg_free(file->filters);
    rg_free(file->links);
}

/* ---- words ------------------------------------------------------------------------------- */

static void put_bytes(struct writer *w, const void *from, size_t size)
{
    if (size > w->room - w->size && !w->is_out_of_memory) {
        size_t room = (w->size + size) * 2;
        uint8_t *bigger = rg_realloc(w->data, room);

        if (bigger == NULL) {
            w->is_out_of_memory = true;
        } else {
            w->data = bigger;
            w->room = room;
        }
    }
    if (w->is_out_of_memory || size == 0)
        return;
    memcpy(w->data + w->size, from, size);
    w->size += size;
}

static void put_unit(struct writer *w, unsigned unit)
{
    uint8_t bytes[2] = { (uint8_t)unit, (uint8_t)(unit >> 8) };

    put_bytes(w, bytes, sizeof(bytes));
}

static void put_ascii(struct writer *w, const char *text)
{
    for (; *text != 0; text++)
        put_unit(w, (unsigned char)*text);
}

static void put_number(struct writer *w, int digits, uint32_t number)
{
    char text[16];

    (void)snprintf(text, sizeof(text), "%0*lu ", digits, (unsigned long)number);
    put_ascii(w, text);
}

static void put_guid(struct writer *w, const GUID *guid)
{
    WCHAR text[40];

    (void)StringFromGUID2(guid, text, 40);
    for (const WCHAR *c = text; *c != 0; c++)
        put_unit(w, (unsigned)*c);
    put_unit(w, ' ');
}

/* A quotation mark can't be told: a name gets an apostrophe in its place. */
static void put_text(struct writer *w, const WCHAR *text)
{
    put_unit(w, '"');
    for (; *text != 0; text++) {
        uint32_t c = (uint32_t)*text;

        if (c > 0xffff) {
            put_unit(w, 0xd800 + ((c - 0x10000) >> 10));
            put_unit(w, 0xdc00 + (c & 0x3ff));
        } else {
            put_unit(w, c != '"' ? c : '\'');
        }
    }
    put_ascii(w, "\" ");
}

/* ---- parts ------------------------------------------------------------------------------- */

static void put_filter(struct writer *w, const struct graph_file_filter *filter)
{
    put_number(w, 4, filter->number);
    put_text(w, filter->name);
    put_guid(w, &filter->clsid);
    if (filter->source != NULL) {
        put_ascii(w, "SOURCE ");
        put_text(w, filter->source);
    }
    if (filter->sink != NULL) {
        put_ascii(w, "SINK ");
        put_text(w, filter->sink);
    }
    put_number(w, 10, filter->state_bytes);
    put_bytes(w, filter->state, filter->state_bytes);
    put_ascii(w, "\r\n");
}

static void put_link(struct writer *w, const struct graph_file *file,
                     const struct graph_file_link *link)
{
    put_number(w, 4, file->filters[link->from].number);
    put_text(w, link->from_pin);
    put_number(w, 4, file->filters[link->to].number);
    put_text(w, link->to_pin);
    put_guid(w, &link->type.majortype);
    put_guid(w, &link->type.subtype);
    put_ascii(w, link->type.bFixedSizeSamples ? "1 " : "0 ");
    put_ascii(w, link->type.bTemporalCompression ? "1 " : "0 ");
    put_number(w, 10, link->type.lSampleSize);
    put_guid(w, &link->type.formattype);
    put_number(w, 10, link->type.cbFormat);
    put_bytes(w, link->type.pbFormat, link->type.cbFormat);
    put_ascii(w, "\r\n");
}

static void put_clock(struct writer *w, const struct graph_file *file)
{
    put_ascii(w, file->clock == GRAPH_FILE_CLOCK_ANY ? "CLOCK 0 " : "CLOCK 1 ");
    switch (file->clock) {
    case GRAPH_FILE_CLOCK_FILTER:
        put_number(w, 4, file->filters[file->clock_filter].number);
        break;
    case GRAPH_FILE_CLOCK_CLASS:
        put_guid(w, &file->clock_class);
        break;
    case GRAPH_FILE_CLOCK_ANY:
    case GRAPH_FILE_CLOCK_NONE:
        put_guid(w, &GUID_NULL);
        break;
    }
    put_ascii(w, "\r\n");
}

static const WCHAR *bad_path(const struct graph_file *file)
{
    for (size_t i = 0; i < file->filter_count; i++) {
        const struct graph_file_filter *filter = &file->filters[i];

        if (filter->source != NULL && wcschr(filter->source, L'"') != NULL)
            return filter->source;
        if (filter->sink != NULL && wcschr(filter->sink, L'"') != NULL)
            return filter->sink;
    }
    return NULL;
}

HRESULT graph_file_write(const struct graph_file *file, uint8_t **ret_data, size_t *ret_size,
                         const WCHAR **ret_bad)
{
    struct writer w = { 0 };

    *ret_bad = bad_path(file);
    if (*ret_bad != NULL)
        return HRESULT_FROM_WIN32(ERROR_INVALID_NAME);
    put_ascii(&w, "0003\r\nFILTERS\r\n");
    for (size_t i = 0; i < file->filter_count; i++)
        put_filter(&w, &file->filters[i]);
    put_ascii(&w, "CONNECTIONS\r\n");
    for (size_t i = 0; i < file->link_count; i++)
        put_link(&w, file, &file->links[i]);
    put_clock(&w, file);
    put_ascii(&w, "END");
    if (w.is_out_of_memory) {
        rg_free(w.data);
        return E_OUTOFMEMORY;
    }
    *ret_data = w.data;
    *ret_size = w.size;
    return S_OK;
}
