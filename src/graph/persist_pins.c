/* SPDX-License-Identifier: MIT */
/* persist_pins.c - which pin a connection of a graph file means: the one of this id or name, else the one
 * whose turn it is.
 *
 * Control threads, under the graph lock.  The same class may name its pins otherwise where the file was
 * written: "Stream 00" is the first output of a splitter, whatever it is called here.
 * Knows: connections of the file, pins.  Must not know: how pins are connected.
 */
#include "graph/graph_internal.h"

#include <stdio.h>
#include <wchar.h>

#include "media/type.h"
#include "platform/memory.h"

#define TYPES_MAX 64 /* of one pin; more than that says nothing more */

const WCHAR *graph_file_word(const struct graph_file_link *link, PIN_DIRECTION direction)
{
    return direction == PINDIR_OUTPUT ? link->from_pin : link->to_pin;
}

static size_t filter_of(const struct graph_file_link *link, PIN_DIRECTION direction)
{
    return direction == PINDIR_OUTPUT ? link->from : link->to;
}

/* ---- by its words ------------------------------------------------------------------------ */

static bool pin_is_called(IPin *pin, const WCHAR *word)
{
    PIN_INFO info = { 0 };
    WCHAR *id = NULL;
    bool is_called = SUCCEEDED(IPin_QueryId(pin, &id)) && id != NULL && wcscmp(id, word) == 0;

    CoTaskMemFree(id);
    if (is_called || FAILED(IPin_QueryPinInfo(pin, &info)))
        return is_called;
    if (info.pFilter != NULL)
        IBaseFilter_Release(info.pFilter);
    return wcscmp(info.achName, word) == 0;
}

IPin *graph_file_pin(IBaseFilter *filter, const WCHAR *word)
{
    struct graph_pins pins;
    IPin *found = NULL;

    if (SUCCEEDED(IBaseFilter_FindPin(filter, word, &found)) && found != NULL)
        return found;
    found = NULL;
    (void)graph_pins_open(&pins, filter);
    for (size_t i = 0; i < pins.count && found == NULL; i++) {
        if (!pin_is_called(pins.list[i], word))
            continue;
        found = pins.list[i];
        IPin_AddRef(found);
    }
    graph_pins_close(&pins);
    return found;
}

/* ---- by its turn ------------------------------------------------------------------------- */

/* The connections of one side of a filter that name no pin of it, and the pins that none names. */
struct turns {
    const struct graph_file *file;
    PIN_DIRECTION direction;
    size_t *links; /* in the order of their numbers */
    size_t link_count;
    IPin **pins; /* borrowed; NULL: given to a link */
    size_t pin_count;
};

/* "Stream 01" is 1; behind every number: a word that has none. */
static uint64_t number_of(const WCHAR *word)
{
    size_t end = wcslen(word), at = end;
    uint64_t number = 0;

    while (at != 0 && word[at - 1] >= L'0' && word[at - 1] <= L'9')
        at--;
    if (at == end || end - at > 18)
        return UINT64_MAX;
    for (; at < end; at++)
        number = number * 10 + (uint64_t)(word[at] - L'0');
    return number;
}

static void link_place(struct turns *turns, size_t link)
{
    uint64_t number = number_of(graph_file_word(&turns->file->links[link], turns->direction));
    size_t at = turns->link_count++;

    for (; at != 0; at--) {
        size_t before = turns->links[at - 1];

        if (number_of(graph_file_word(&turns->file->links[before], turns->direction)) <= number)
            break;
        turns->links[at] = before;
    }
    turns->links[at] = link;
}

static bool pin_is_free(IPin *pin, PIN_DIRECTION direction)
{
    RG_AUTO(IPin) peer = NULL;

    if (graph_pin_is_output(pin) != (direction == PINDIR_OUTPUT) || graph_pin_is_hidden(pin))
        return false;
    peer = graph_pin_peer(pin);
    return peer == NULL;
}

/* Says a connection of the file, made or not, that it means this pin? */
static bool pin_is_named(const struct turns *turns, size_t filter, IPin *pin)
{
    for (size_t i = 0; i < turns->file->link_count; i++) {
        const struct graph_file_link *link = &turns->file->links[i];

        if (filter_of(link, turns->direction) == filter &&
            pin_is_called(pin, graph_file_word(link, turns->direction)))
            return true;
    }
    return false;
}

static bool pin_has_major(IPin *pin, const GUID *major)
{
    RG_AUTO(IEnumMediaTypes) types = NULL;
    AM_MEDIA_TYPE *type = NULL;
    bool is_any = false, has_it = false;

    if (IsEqualGUID(major, &GUID_NULL) || FAILED(IPin_EnumMediaTypes(pin, &types)) ||
        types == NULL)
        return true;
    for (int i = 0; i < TYPES_MAX && !has_it; i++) {
        if (IEnumMediaTypes_Next(types, 1, &type, NULL) != S_OK || type == NULL)
            break;
        is_any = true;
        has_it =
            IsEqualGUID(&type->majortype, major) || IsEqualGUID(&type->majortype, &GUID_NULL);
        rg_type_delete(type);
    }
    return has_it || !is_any;
}

/* The first pin of the connection's kind of media, or of any. */
static IPin *pin_give(struct turns *turns, size_t link, bool of_its_kind)
{
    const GUID *major = &turns->file->links[link].type.majortype;

    for (size_t i = 0; i < turns->pin_count; i++) {
        IPin *pin = turns->pins[i];

        if (pin == NULL || (of_its_kind && !pin_has_major(pin, major)))
            continue;
        turns->pins[i] = NULL;
        return pin;
    }
    return NULL;
}

/* All get theirs, so that each gets the same whichever is asked for first. */
static IPin *turns_take(struct turns *turns, size_t wanted)
{
    static const bool rounds[] = { true, false };

    for (size_t round = 0; round < 2; round++) {
        size_t left = 0;

        for (size_t i = 0; i < turns->link_count; i++) {
            IPin *pin = pin_give(turns, turns->links[i], rounds[round]);

            if (pin == NULL)
                turns->links[left++] = turns->links[i];
            else if (turns->links[i] == wanted)
                return pin;
        }
        turns->link_count = left;
    }
    return NULL;
}

static void turns_fill(struct turns *turns, IBaseFilter *filter, const struct graph_pins *pins,
                       const bool *is_made, size_t wanted)
{
    const struct graph_file *file = turns->file;
    size_t index = filter_of(&file->links[wanted], turns->direction);

    for (size_t i = 0; i < pins->count; i++)
        if (pin_is_free(pins->list[i], turns->direction) &&
            !pin_is_named(turns, index, pins->list[i]))
            turns->pins[turns->pin_count++] = pins->list[i];
    for (size_t i = 0; turns->pin_count != 0 && i < file->link_count; i++) {
        const struct graph_file_link *link = &file->links[i];
        RG_AUTO(IPin) pin = NULL;

        if (is_made[i] || filter_of(link, turns->direction) != index)
            continue;
        pin = graph_file_pin(filter, graph_file_word(link, turns->direction));
        if (pin == NULL)
            link_place(turns, i);
    }
}

IPin *graph_file_pin_in_turn(const struct graph_file *file, size_t link, const bool *is_made,
                             IBaseFilter *filter, PIN_DIRECTION direction)
{
    struct turns turns = { .file = file, .direction = direction };
    struct graph_pins pins;
    IPin *found = NULL;

    (void)graph_pins_open(&pins, filter);
    turns.links = rg_calloc(file->link_count, sizeof(*turns.links));
    turns.pins = rg_calloc(pins.count, sizeof(IPin *));
    if (turns.links != NULL && turns.pins != NULL) {
        turns_fill(&turns, filter, &pins, is_made, link);
        found = turns_take(&turns, link);
    }
    if (found != NULL)
        IPin_AddRef(found);
    rg_free(turns.links);
    rg_free(turns.pins);
    graph_pins_close(&pins);
    return found;
}

/* ---- for people -------------------------------------------------------------------------- */

void graph_file_pins_text(IBaseFilter *filter, PIN_DIRECTION direction, char *text, size_t size)
{
    bool is_output = direction == PINDIR_OUTPUT;
    struct graph_pins pins;
    size_t at = 0, count = 0;

    text[0] = 0;
    (void)graph_pins_open(&pins, filter);
    for (size_t i = 0; i < pins.count && at < size; i++) {
        PIN_INFO info = { 0 };
        char name[128];

        if (graph_pin_is_output(pins.list[i]) != is_output ||
            FAILED(IPin_QueryPinInfo(pins.list[i], &info)))
            continue;
        if (info.pFilter != NULL)
            IBaseFilter_Release(info.pFilter);
        graph_text_from_wide(info.achName, name, sizeof(name));
        at +=
            (size_t)snprintf(text + at, size - at, "%s \"%s\"", count++ != 0 ? "," : "", name);
    }
    graph_pins_close(&pins);
    if (count == 0)
        (void)snprintf(text, size, " none");
}
