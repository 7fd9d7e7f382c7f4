/* SPDX-License-Identifier: MIT */
/* branch.c - where a branch hangs, and its parts as steps of a transaction.
 *
 * Threads: as branch.h says.  Knows: parts, pins, IGraphTransaction.  Must not know: times.
 */
#include "app/branch.h"

#include <stdlib.h>

/* ---- where ------------------------------------------------------------------------------- */

static IPin *free_pin(IBaseFilter *filter, PIN_DIRECTION direction, const char *name,
                      const struct app_pins *taken)
{
    struct app_pins pins;
    IPin *found = NULL;

    app_pins_get(filter, &pins);
    for (size_t i = 0; i < pins.count && !found; i++) {
        bool is_free = app_pin_fits(pins.items[i], direction, name);

        for (size_t k = 0; taken && k < taken->count; k++)
            is_free = is_free && !app_is_same(taken->items[k], pins.items[i]);
        if (!is_free)
            continue;
        found = pins.items[i];
        IPin_AddRef(found);
    }
    app_pins_release(&pins);
    return found;
}

IPin *app_branch_leg(IBaseFilter *fork)
{
    return free_pin(fork, PINDIR_OUTPUT, NULL, NULL);
}

/* What feeds the filter, and how many outputs that has. */
static IPin *feed_of(IBaseFilter *filter, size_t *ret_outputs)
{
    struct app_pins pins;
    IPin *feed = NULL;

    *ret_outputs = 0;
    app_pins_get(filter, &pins);
    for (size_t i = 0; i < pins.count && !feed; i++)
        if (app_pin_direction(pins.items[i]) == PINDIR_INPUT)
            feed = app_pin_peer(pins.items[i]);
    app_pins_release(&pins);
    APP_AUTO(IBaseFilter) above = feed ? app_pin_filter(feed) : NULL;

    if (!above)
        return feed;
    app_pins_get(above, &pins);
    for (size_t i = 0; i < pins.count; i++)
        *ret_outputs += app_pin_direction(pins.items[i]) == PINDIR_OUTPUT;
    app_pins_release(&pins);
    return feed;
}

IPin *app_branch_root(IBaseFilter *filter)
{
    APP_AUTO(IBaseFilter) at = filter;

    IBaseFilter_AddRef(at);
    while (at) {
        size_t outputs;
        IPin *feed = feed_of(at, &outputs);

        if (!feed || outputs > 1)
            return feed;
        app_release(&at);
        at = app_pin_filter(feed);
        IPin_Release(feed);
    }
    return NULL;
}

/* ---- as steps ---------------------------------------------------------------------------- */

struct stager {
    IGraphTransaction *edit;
    struct app_pins taken; /* by joins staged before */
};

static HRESULT join_stage(struct stager *s, IPin *out, IPin *in)
{
    IPin *both[] = { out, in };

    for (size_t i = 0; i < 2; i++) {
        s->taken.items = app_grow(s->taken.items, s->taken.count, sizeof(*s->taken.items));
        s->taken.items[s->taken.count++] = both[i];
        IPin_AddRef(both[i]);
    }
    return IGraphTransaction_Connect(s->edit, out, in, NULL);
}

static HRESULT no_pin(const struct app_text_graph *text, const struct app_part *part,
                      const char *name, bool is_out, struct app_span span,
                      struct app_failure *failure)
{
    app_text_add(&failure->text, "%s has no free %s%s%s", part->name,
                 is_out ? "output" : "input", name ? " named " : "", name ? name : "");
    app_text_caret(&failure->text, text->source, span);
    return VFW_E_NOT_FOUND;
}

static HRESULT joins_stage(struct stager *s, const struct app_text_graph *text,
                           const struct app_parts *parts, struct app_failure *failure)
{
    HRESULT hr = S_OK;

    for (size_t i = 0; i < parts->n_joins && SUCCEEDED(hr); i++) {
        const struct app_join *join = &parts->joins[i];
        const struct app_part *from = &parts->items[join->from];
        const struct app_part *to = &parts->items[join->to];
        APP_AUTO(IPin) out = free_pin(from->filter, PINDIR_OUTPUT, join->from_pin, &s->taken);
        APP_AUTO(IPin) in = free_pin(to->filter, PINDIR_INPUT, join->to_pin, &s->taken);

        if (!out)
            return no_pin(text, from, join->from_pin, true, join->span, failure);
        if (!in)
            return no_pin(text, to, join->to_pin, false, join->span, failure);
        hr = join_stage(s, out, in);
    }
    return hr;
}

const char *app_branch_taken(const struct app_graph *graph, const struct app_parts *parts)
{
    for (size_t i = 0; i < parts->count; i++)
        if (parts->items[i].filter && app_graph_find(graph, parts->items[i].name))
            return parts->items[i].name;
    return NULL;
}

HRESULT app_branch_stage(const struct app_graph *graph, const struct app_text_graph *text,
                         const struct app_parts *parts, IPin *leg, IGraphTransaction *edit,
                         struct app_failure *failure)
{
    struct stager s = { .edit = edit };
    const struct app_part *first = &parts->items[parts->merged[0]];
    APP_AUTO(IPin) in = free_pin(first->filter, PINDIR_INPUT, NULL, NULL);
    const char *taken = app_branch_taken(graph, parts);
    HRESULT hr = S_OK;

    if (taken) {
        app_text_add(&failure->text, "another filter is named \"%s\"", taken);
        return VFW_E_DUPLICATE_NAME;
    }
    if (!in)
        return no_pin(text, first, NULL, false, text->elements[0].span, failure);
    for (size_t i = 0; i < parts->count && SUCCEEDED(hr); i++) {
        const struct app_part *part = &parts->items[i];

        if (part->filter)
            hr = IGraphTransaction_Add(edit, part->filter, part->name);
    }
    if (SUCCEEDED(hr))
        hr = join_stage(&s, leg, in);
    if (SUCCEEDED(hr))
        hr = joins_stage(&s, text, parts, failure);
    app_pins_release(&s.taken);
    return hr;
}

void app_branch_forget(struct app_graph *graph)
{
    struct app_filters members;

    app_filters_get((IFilterGraph *)graph->builder, &members);
    for (size_t i = 0; i < graph->n_places; i++) {
        bool is_there = false;

        for (size_t k = 0; k < members.count && !is_there; k++)
            is_there = app_is_same(members.items[k], graph->places[i].filter);
        if (!is_there)
            app_graph_place(graph, graph->places[i].name, NULL);
    }
    app_filters_release(&members);
}
