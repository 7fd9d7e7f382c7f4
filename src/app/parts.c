/* SPDX-License-Identifier: MIT */
/* parts.c - the filters of a text made and named, "file" merged with demux and mux, and which of
 * them feed which.
 *
 * Control threads, one at a time.
 * Knows: text graphs, names of places.  Must not know: pins, the graph's filters.
 */
#include "app/graph.h"

#include <stdlib.h>
#include <string.h>

struct maker {
    const struct app_text_graph *text;
    const struct app_graph *graph; /* whose names are taken */
    struct app_parts *parts;
    bool *flows_in;  /* something feeds the element */
    bool *flows_out; /* it feeds something */
    struct app_failure *failure;
};

static bool is_class(const struct maker *m, size_t element, const char *name)
{
    return !strcmp(m->text->elements[element].class_name, name);
}

/* "file a ! demux" and "mux ! file b" are one filter each. */
static bool join_merges(struct maker *m, const struct app_join *join)
{
    struct rg_class_info info;

    if (is_class(m, join->from, "file") && is_class(m, join->to, "demux") &&
        m->parts->merged[join->from] == join->from &&
        rg_class_by_name("demux", &info) == S_OK) {
        m->parts->merged[join->from] = join->to;
        return true;
    }
    if (is_class(m, join->from, "mux") && is_class(m, join->to, "file") &&
        m->parts->merged[join->to] == join->to && rg_class_by_name("mux", &info) == S_OK) {
        m->parts->merged[join->to] = join->from;
        return true;
    }
    return false;
}

static bool joins_take(struct maker *m)
{
    const struct app_text_graph *text = m->text;
    bool *gone = app_alloc(text->n_joins, sizeof(*gone));

    for (size_t i = 0; i < text->n_elements; i++)
        m->parts->merged[i] = i;
    for (size_t i = 0; i < text->n_joins; i++) {
        m->flows_out[text->joins[i].from] = true;
        m->flows_in[text->joins[i].to] = true;
        gone[i] = join_merges(m, &text->joins[i]);
    }
    for (size_t i = 0; i < text->n_joins; i++) {
        struct app_join join = text->joins[i];

        join.from = m->parts->merged[join.from];
        join.to = m->parts->merged[join.to];
        if (!gone[i] && join.from != join.to)
            m->parts->joins[m->parts->n_joins++] = join;
    }
    free(gone);
    for (size_t i = 0; i < text->n_elements; i++)
        if (is_class(m, i, "file") && m->flows_in[i] && m->flows_out[i])
            return app_refuse(m->failure, text->source, text->elements[i].span,
                              "a file is read or written, not both: it needs to be the first "
                              "or the last of its chain");
    return true;
}

static bool name_is_taken(const struct maker *m, const char *name)
{
    if (app_graph_find(m->graph, name))
        return true;
    for (size_t i = 0; i < m->text->n_elements; i++) {
        if (m->text->elements[i].name && !strcmp(m->text->elements[i].name, name))
            return true;
        if (m->parts->items[i].name && !strcmp(m->parts->items[i].name, name))
            return true;
    }
    return false;
}

/* Its name, or the class name and the first number that is free. */
static char *part_name(const struct maker *m, size_t element)
{
    const struct app_element *e = &m->text->elements[element];
    struct app_text text = { 0 };
    unsigned number = 0;

    if (e->name)
        return app_dup(e->name);
    do {
        app_text_clear(&text);
        app_text_add(&text, "%s%u", e->class_name, number++);
    } while (name_is_taken(m, text.data));
    return app_text_steal(&text);
}

/* The element with what the file merged into it adds: the path, and a name if it has none. */
static HRESULT part_make(struct maker *m, size_t element)
{
    struct app_element e = m->text->elements[element];
    bool is_sink = m->flows_in[element];

    for (size_t i = 0; i < m->text->n_elements; i++) {
        const struct app_element *file = &m->text->elements[i];

        if (i == element || m->parts->merged[i] != element)
            continue;
        if (file->argument) {
            e.argument = file->argument;
            e.argument_span = file->argument_span;
        }
        if (!m->parts->items[element].name && !e.name && file->name)
            m->parts->items[element].name = app_dup(file->name);
    }
    if (!m->parts->items[element].name)
        m->parts->items[element].name = part_name(m, element);
    if (is_class(m, element, "file") && !e.argument) {
        app_refuse(m->failure, m->text->source, e.span, "which file? write: file PATH");
        return E_INVALIDARG;
    }
    return app_filter_create(&e, is_sink, m->text->source, &m->parts->items[element].filter,
                             m->failure);
}

/* Options of a merged file belong to the filter that took it in. */
static HRESULT merged_set(struct maker *m, size_t element)
{
    const struct app_element *file = &m->text->elements[element];

    return app_filter_set(m->parts->items[m->parts->merged[element]].filter, file->settings,
                          file->n_settings, m->text->source, m->failure);
}

static HRESULT parts_make(struct maker *m)
{
    HRESULT hr = S_OK;

    for (size_t i = 0; i < m->text->n_elements && SUCCEEDED(hr); i++)
        if (m->parts->merged[i] == i)
            hr = part_make(m, i);
    for (size_t i = 0; i < m->text->n_elements && SUCCEEDED(hr); i++)
        if (m->parts->merged[i] != i)
            hr = merged_set(m, i);
    return hr;
}

HRESULT app_parts_make(const struct app_text_graph *text, const struct app_graph *graph,
                       bool is_branch, struct app_parts *ret_parts, struct app_failure *failure)
{
    struct app_parts parts = {
        .items = app_alloc(text->n_elements, sizeof(*parts.items)),
        .count = text->n_elements,
        .merged = app_alloc(text->n_elements, sizeof(*parts.merged)),
        .joins = app_alloc(text->n_joins, sizeof(*parts.joins)),
    };
    struct maker m = {
        .text = text,
        .graph = graph,
        .parts = &parts,
        .flows_in = app_alloc(text->n_elements, sizeof(*m.flows_in)),
        .flows_out = app_alloc(text->n_elements, sizeof(*m.flows_out)),
        .failure = failure,
    };
    HRESULT hr;

    m.flows_in[0] = is_branch;
    hr = joins_take(&m) ? parts_make(&m) : E_INVALIDARG;
    free(m.flows_in);
    free(m.flows_out);
    if (FAILED(hr))
        app_parts_free(&parts);
    *ret_parts = parts;
    return hr;
}

void app_parts_place(const struct app_parts *parts, const struct app_text_graph *text,
                     struct app_graph *graph)
{
    for (size_t i = 0; i < parts->count; i++) {
        const struct app_part *part = &parts->items[parts->merged[i]];

        app_graph_place(graph, part->name, part->filter);
        if (text->elements[i].name)
            app_graph_place(graph, text->elements[i].name, part->filter);
    }
}

void app_parts_free(struct app_parts *parts)
{
    for (size_t i = 0; i < parts->count; i++) {
        app_release(&parts->items[i].filter);
        free(parts->items[i].name);
    }
    free(parts->items);
    free(parts->merged);
    free(parts->joins);
    *parts = (struct app_parts){ 0 };
}
