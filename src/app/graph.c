/* SPDX-License-Identifier: MIT */
/* graph.c - a text graph to a graph: "file" merged with demux and mux, filters made and named,
 * joins handed to link_pins.c; and the table of who sits at which name.
 *
 * Control threads, one at a time.
 * Knows: text graphs, IGraphBuilder.  Must not know: pins, edits, times.
 */
#include "app/graph.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- places --------------------------------------------------------------------------------
 */

IBaseFilter *app_graph_find(const struct app_graph *graph, const char *name)
{
    for (size_t i = 0; i < graph->n_places; i++)
        if (!strcmp(graph->places[i].name, name))
            return graph->places[i].filter;
    return NULL;
}

void app_graph_place(struct app_graph *graph, const char *name, IBaseFilter *filter)
{
    struct app_place *place = NULL;

    for (size_t i = 0; i < graph->n_places && !place; i++)
        if (!strcmp(graph->places[i].name, name))
            place = &graph->places[i];
    if (!place) {
        graph->places = app_grow(graph->places, graph->n_places, sizeof(*graph->places));
        place = &graph->places[graph->n_places++];
        *place = (struct app_place){ .name = app_dup(name) };
    }
    if (filter)
        IBaseFilter_AddRef(filter);
    app_memory_set(&graph->memory, filter);
    app_release(&place->filter);
    place->filter = filter;
}

void app_graph_name(const struct app_graph *graph, IBaseFilter *filter, char *ret_name,
                    size_t size)
{
    for (size_t i = 0; i < graph->n_places; i++) {
        if (!app_is_same(graph->places[i].filter, filter))
            continue;
        snprintf(ret_name, size, "%s", graph->places[i].name);
        return;
    }
    app_filter_name(filter, ret_name, size);
}

void app_graph_pin_name(const struct app_graph *graph, IPin *pin, char *ret_name, size_t size)
{
    APP_AUTO(IBaseFilter) filter = app_pin_filter(pin);
    char owner[256];
    char name[256];

    app_graph_name(graph, filter, owner, sizeof(owner));
    app_pin_name(pin, name, sizeof(name));
    snprintf(ret_name, size, "%s.%s", owner, name);
}

/* ---- building ------------------------------------------------------------------------------
 */

struct builder {
    const struct app_text_graph *text;
    struct app_graph graph;
    struct app_part *parts;
    size_t *merged;  /* element -> the element it is part of, itself unless merged */
    bool *flows_in;  /* something feeds the element */
    bool *flows_out; /* it feeds something */
    struct app_join *joins;
    size_t n_joins;
    struct app_failure *failure;
};

static bool is_class(const struct builder *b, size_t element, const char *name)
{
    return !strcmp(b->text->elements[element].class_name, name);
}

/* "file a ! demux" and "mux ! file b" are one filter each. */
static bool join_merges(struct builder *b, const struct app_join *join)
{
    struct rg_class_info info;

    if (is_class(b, join->from, "file") && is_class(b, join->to, "demux") &&
        b->merged[join->from] == join->from && rg_class_by_name("demux", &info) == S_OK) {
        b->merged[join->from] = join->to;
        return true;
    }
    if (is_class(b, join->from, "mux") && is_class(b, join->to, "file") &&
        b->merged[join->to] == join->to && rg_class_by_name("mux", &info) == S_OK) {
        b->merged[join->to] = join->from;
        return true;
    }
    return false;
}

static bool joins_take(struct builder *b)
{
    const struct app_text_graph *text = b->text;
    bool *gone = app_alloc(text->n_joins, sizeof(*gone));

    for (size_t i = 0; i < text->n_elements; i++)
        b->merged[i] = i;
    for (size_t i = 0; i < text->n_joins; i++) {
        b->flows_out[text->joins[i].from] = true;
        b->flows_in[text->joins[i].to] = true;
        gone[i] = join_merges(b, &text->joins[i]);
    }
    for (size_t i = 0; i < text->n_joins; i++) {
        struct app_join join = text->joins[i];

        join.from = b->merged[join.from];
        join.to = b->merged[join.to];
        if (!gone[i] && join.from != join.to)
            b->joins[b->n_joins++] = join;
    }
    free(gone);
    for (size_t i = 0; i < text->n_elements; i++)
        if (is_class(b, i, "file") && b->flows_in[i] && b->flows_out[i])
            return app_refuse(b->failure, text->source, text->elements[i].span,
                              "a file is read or written, not both: it needs to be the first "
                              "or the last of its chain");
    return true;
}

static bool name_is_taken(const struct builder *b, const char *name)
{
    for (size_t i = 0; i < b->text->n_elements; i++) {
        if (b->text->elements[i].name && !strcmp(b->text->elements[i].name, name))
            return true;
        if (b->parts[i].name && !strcmp(b->parts[i].name, name))
            return true;
    }
    return false;
}

/* Its name, or the class name and the first number that is free. */
static char *part_name(const struct builder *b, size_t element)
{
    const struct app_element *e = &b->text->elements[element];
    struct app_text text = { 0 };
    unsigned number = 0;

    if (e->name)
        return app_dup(e->name);
    do {
        app_text_clear(&text);
        app_text_add(&text, "%s%u", e->class_name, number++);
    } while (name_is_taken(b, text.data));
    return app_text_steal(&text);
}

/* The element with what the file merged into it adds: the path, and a name if it has none. */
static HRESULT part_make(struct builder *b, size_t element)
{
    struct app_element e = b->text->elements[element];
    bool is_sink = b->flows_in[element];

    for (size_t i = 0; i < b->text->n_elements; i++) {
        const struct app_element *file = &b->text->elements[i];

        if (i == element || b->merged[i] != element)
            continue;
        if (file->argument) {
            e.argument = file->argument;
            e.argument_span = file->argument_span;
        }
        if (!b->parts[element].name && !e.name && file->name)
            b->parts[element].name = app_dup(file->name);
    }
    if (!b->parts[element].name)
        b->parts[element].name = part_name(b, element);
    if (is_class(b, element, "file") && !e.argument) {
        app_refuse(b->failure, b->text->source, e.span, "which file? write: file PATH");
        return E_INVALIDARG;
    }
    return app_filter_create(&e, is_sink, b->text->source, &b->parts[element].filter,
                             b->failure);
}

/* Options of a merged file belong to the filter that took it in. */
static HRESULT merged_set(struct builder *b, size_t element)
{
    const struct app_element *file = &b->text->elements[element];

    return app_filter_set(b->parts[b->merged[element]].filter, file->settings, file->n_settings,
                          b->text->source, b->failure);
}

static HRESULT parts_make(struct builder *b)
{
    HRESULT hr = S_OK;

    for (size_t i = 0; i < b->text->n_elements && SUCCEEDED(hr); i++)
        if (b->merged[i] == i)
            hr = part_make(b, i);
    for (size_t i = 0; i < b->text->n_elements && SUCCEEDED(hr); i++)
        if (b->merged[i] != i)
            hr = merged_set(b, i);
    return hr;
}

HRESULT app_part_add(struct app_graph *graph, struct app_part *part)
{
    wchar_t *wide;
    HRESULT hr;

    if (part->is_in_graph)
        return S_FALSE;
    wide = app_wide_dup(part->name);
    hr = IGraphBuilder_AddFilter(graph->builder, part->filter, wide);
    free(wide);
    if (SUCCEEDED(hr))
        part->is_in_graph = true;
    return hr;
}

static HRESULT places_make(struct builder *b)
{
    for (size_t i = 0; i < b->text->n_elements; i++) {
        const struct app_element *e = &b->text->elements[i];
        struct app_part *part = &b->parts[b->merged[i]];
        HRESULT hr = app_part_add(&b->graph, part);

        if (FAILED(hr)) {
            b->failure->code = APP_EXIT_FAILED;
            app_text_add(&b->failure->text, "can't add %s to the graph: ", part->name);
            app_text_hresult(&b->failure->text, hr);
            return hr;
        }
        app_graph_place(&b->graph, part->name, part->filter);
        if (e->name)
            app_graph_place(&b->graph, e->name, part->filter);
    }
    return S_OK;
}

HRESULT app_graph_build(const struct app_text_graph *text, bool will_run,
                        struct app_graph *ret_graph, struct app_failure *failure)
{
    struct builder b = {
        .text = text,
        .failure = failure,
        .parts = app_alloc(text->n_elements, sizeof(*b.parts)),
        .merged = app_alloc(text->n_elements, sizeof(*b.merged)),
        .flows_in = app_alloc(text->n_elements, sizeof(*b.flows_in)),
        .flows_out = app_alloc(text->n_elements, sizeof(*b.flows_out)),
        .joins = app_alloc(text->n_joins, sizeof(*b.joins)),
    };
    HRESULT hr = CoCreateInstance(&CLSID_FilterGraph, NULL, CLSCTX_INPROC_SERVER,
                                  &IID_IGraphBuilder, (void **)&b.graph.builder);

    if (FAILED(hr)) {
        failure->code = APP_EXIT_FAILED;
        app_text_add(&failure->text, "can't make a filter graph: ");
        app_text_hresult(&failure->text, hr);
    }
    if (SUCCEEDED(hr) && !joins_take(&b))
        hr = E_INVALIDARG;
    if (SUCCEEDED(hr))
        hr = parts_make(&b);
    if (SUCCEEDED(hr) && will_run &&
        (!app_graph_check_ends(text, failure) || !app_graph_check_files(text, failure)))
        hr = E_INVALIDARG;
    if (SUCCEEDED(hr))
        hr = app_graph_link(&b.graph, text->source, b.parts, text->n_elements, b.joins,
                            b.n_joins, failure);
    if (SUCCEEDED(hr))
        hr = places_make(&b);
    for (size_t i = 0; i < text->n_elements; i++) {
        app_release(&b.parts[i].filter);
        free(b.parts[i].name);
    }
    free(b.parts);
    free(b.merged);
    free(b.flows_in);
    free(b.flows_out);
    free(b.joins);
    if (FAILED(hr))
        app_graph_free(&b.graph);
    *ret_graph = b.graph;
    return hr;
}

void app_graph_free(struct app_graph *graph)
{
    for (size_t i = 0; i < graph->n_places; i++) {
        app_release(&graph->places[i].filter);
        free(graph->places[i].name);
    }
    free(graph->places);
    app_release(&graph->builder);
    *graph = (struct app_graph){ 0 };
}
