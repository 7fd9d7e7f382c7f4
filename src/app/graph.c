/* SPDX-License-Identifier: MIT */
/* graph.c - a text graph to a graph: parts made by parts.c, their joins handed to link_pins.c; and
 * the table of who sits at which name.
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

static HRESULT parts_add(struct app_graph *graph, struct app_parts *parts,
                         struct app_failure *failure)
{
    for (size_t i = 0; i < parts->count; i++) {
        struct app_part *part = &parts->items[i];
        HRESULT hr = part->filter ? app_part_add(graph, part) : S_OK;

        if (SUCCEEDED(hr))
            continue;
        failure->code = APP_EXIT_FAILED;
        app_text_add(&failure->text, "can't add %s to the graph: ", part->name);
        app_text_hresult(&failure->text, hr);
        return hr;
    }
    return S_OK;
}

HRESULT app_graph_build(const struct app_text_graph *text, bool will_run,
                        struct app_graph *ret_graph, struct app_failure *failure)
{
    struct app_graph graph = { 0 };
    struct app_parts parts = { 0 };
    HRESULT hr = CoCreateInstance(&CLSID_FilterGraph, NULL, CLSCTX_INPROC_SERVER,
                                  &IID_IGraphBuilder, (void **)&graph.builder);

    if (FAILED(hr)) {
        failure->code = APP_EXIT_FAILED;
        app_text_add(&failure->text, "can't make a filter graph: ");
        app_text_hresult(&failure->text, hr);
    }
    if (SUCCEEDED(hr))
        hr = app_parts_make(text, &graph, false, &parts, failure);
    if (SUCCEEDED(hr) && will_run &&
        (!app_graph_check_ends(text, failure) || !app_graph_check_files(text, failure)))
        hr = E_INVALIDARG;
    if (SUCCEEDED(hr))
        hr = app_graph_link(&graph, text->source, parts.items, parts.count, parts.joins,
                            parts.n_joins, failure);
    if (SUCCEEDED(hr))
        hr = parts_add(&graph, &parts, failure);
    if (SUCCEEDED(hr))
        app_parts_place(&parts, text, &graph);
    app_parts_free(&parts);
    if (FAILED(hr))
        app_graph_free(&graph);
    *ret_graph = graph;
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
