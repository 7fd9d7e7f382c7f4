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
#include <stdlib.h>
#include <string.h>
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

static void pin_name(IPin *pin, WCHAR name[MAX_PIN_NAME])
{
    PIN_INFO info = { 0 };

    name[0] = 0;
    if (FAILED(IPin_QueryPinInfo(pin, &info)))
        return;
    if (info.pFilter != NULL)
        IBaseFilter_Release(info.pFilter);
    memcpy(name, info.achName, sizeof(info.achName));
    name[MAX_PIN_NAME - 1] = 0;
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
        WCHAR name[MAX_PIN_NAME];

        pin_name(pins.list[i], name);
        if (wcscmp(name, word) != 0)
            continue;
        found = pins.list[i];
        IPin_AddRef(found);
    }
    graph_pins_close(&pins);
    return found;
}

/* ---- whose turn it is -------------------------------------------------------------------- */

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

static int turn_compare(const void *one, const void *other)
{
    const struct graph_file_turn *a = one, *b = other;

    if (a->filter != b->filter)
        return a->filter < b->filter ? -1 : 1;
    if (a->number != b->number)
        return a->number < b->number ? -1 : 1;
    return a->link < b->link ? -1 : a->link > b->link;
}

struct graph_file_turn *graph_file_turns(const struct graph_file *file, PIN_DIRECTION direction)
{
    struct graph_file_turn *turns = rg_calloc(file->link_count, sizeof(*turns));

    for (size_t i = 0; turns != NULL && i < file->link_count; i++)
        turns[i] = (struct graph_file_turn){
            .filter = filter_of(&file->links[i], direction),
            .number = number_of(graph_file_word(&file->links[i], direction)),
            .link = i,
        };
    if (turns != NULL)
        qsort(turns, file->link_count, sizeof(*turns), turn_compare);
    return turns;
}

/* ---- by its turn ------------------------------------------------------------------------- */

/* The connections of one side of a filter, and the free pins there that none of them names. */
struct side {
    const struct graph_file *file;
    PIN_DIRECTION direction;
    const struct graph_file_turn *turns;
    size_t turn_count;
    bool *has_pin; /* by turn: it is connected, names a pin or was given one */
    IPin **pins;   /* borrowed; NULL: given to a turn */
    size_t pin_count;
};

/* Its turns among all of the file. */
static void side_find(struct side *side, const struct graph_file_turn *turns, size_t filter)
{
    size_t low = 0, high = side->file->link_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (turns[middle].filter < filter)
            low = middle + 1;
        else
            high = middle;
    }
    side->turns = turns + low;
    while (low + side->turn_count < side->file->link_count &&
           side->turns[side->turn_count].filter == filter)
        side->turn_count++;
}

static bool pin_is_free(IPin *pin, PIN_DIRECTION direction)
{
    RG_AUTO(IPin) peer = NULL;

    if (graph_pin_is_output(pin) != (direction == PINDIR_OUTPUT) || graph_pin_is_hidden(pin))
        return false;
    peer = graph_pin_peer(pin);
    return peer == NULL;
}

/* Says a connection, made or not, that it means this pin?  It has a pin, then. */
static bool pin_is_named(struct side *side, IPin *pin)
{
    WCHAR *id = NULL, name[MAX_PIN_NAME];
    bool is_named = false;

    pin_name(pin, name);
    if (FAILED(IPin_QueryId(pin, &id)))
        id = NULL;
    for (size_t i = 0; i < side->turn_count; i++) {
        const WCHAR *word =
            graph_file_word(&side->file->links[side->turns[i].link], side->direction);

        if (wcscmp(name, word) != 0 && (id == NULL || wcscmp(id, word) != 0))
            continue;
        is_named = side->has_pin[i] = true;
    }
    CoTaskMemFree(id);
    return is_named;
}

static void side_fill(struct side *side, const struct graph_pins *pins, const bool *is_made)
{
    for (size_t i = 0; i < side->turn_count; i++)
        side->has_pin[i] = is_made[side->turns[i].link];
    for (size_t i = 0; i < pins->count; i++)
        if (pin_is_free(pins->list[i], side->direction) && !pin_is_named(side, pins->list[i]))
            side->pins[side->pin_count++] = pins->list[i];
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
static IPin *pin_give(struct side *side, size_t link, bool of_its_kind)
{
    const GUID *major = &side->file->links[link].type.majortype;

    for (size_t i = 0; i < side->pin_count; i++) {
        IPin *pin = side->pins[i];

        if (pin == NULL || (of_its_kind && !pin_has_major(pin, major)))
            continue;
        side->pins[i] = NULL;
        return pin;
    }
    return NULL;
}

/* All get theirs, so that each gets the same whichever is asked for first. */
static IPin *side_give(struct side *side, size_t wanted)
{
    static const bool rounds[] = { true, false };
    size_t left = side->pin_count;

    for (size_t round = 0; round < 2; round++) {
        for (size_t i = 0; i < side->turn_count && left != 0; i++) {
            IPin *pin;

            if (side->has_pin[i])
                continue;
            pin = pin_give(side, side->turns[i].link, rounds[round]);
            if (pin == NULL)
                continue;
            if (side->turns[i].link == wanted)
                return pin;
            side->has_pin[i] = true;
            left--;
        }
    }
    return NULL;
}

IPin *graph_file_pin_in_turn(const struct graph_file *file, const struct graph_file_turn *turns,
                             PIN_DIRECTION direction, size_t link, const bool *is_made,
                             IBaseFilter *filter)
{
    struct side side = { .file = file, .direction = direction };
    struct graph_pins pins;
    IPin *found = NULL;

    (void)graph_pins_open(&pins, filter);
    side_find(&side, turns, filter_of(&file->links[link], direction));
    side.has_pin = rg_calloc(side.turn_count, sizeof(*side.has_pin));
    side.pins = rg_calloc(pins.count, sizeof(IPin *));
    if (side.has_pin != NULL && side.pins != NULL) {
        side_fill(&side, &pins, is_made);
        found = side_give(&side, link);
    }
    if (found != NULL)
        IPin_AddRef(found);
    rg_free(side.has_pin);
    rg_free(side.pins);
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
        WCHAR wide[MAX_PIN_NAME];
        char name[MAX_PIN_NAME];

        if (graph_pin_is_output(pins.list[i]) != is_output)
            continue;
        pin_name(pins.list[i], wide);
        graph_text_from_wide(wide, name, sizeof(name));
        at +=
            (size_t)snprintf(text + at, size - at, "%s \"%s\"", count++ != 0 ? "," : "", name);
    }
    graph_pins_close(&pins);
    if (count == 0)
        (void)snprintf(text, size, " none");
}
