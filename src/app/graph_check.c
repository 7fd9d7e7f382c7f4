/* SPDX-License-Identifier: MIT */
/* graph_check.c - what a text graph may not be when it is to run: a chain that begins or ends
 * in nothing would never end, and a file written while it is read would be lost.
 *
 * Any thread.  Knows: text graphs, classes by name, files.  Must not know: pins.
 */
#include "app/graph.h"

#include <string.h>
#include <sys/stat.h>

static bool flows_into(const struct app_text_graph *text, size_t element)
{
    for (size_t i = 0; i < text->n_joins; i++)
        if (text->joins[i].to == element)
            return true;
    return false;
}

static bool flows_out_of(const struct app_text_graph *text, size_t element)
{
    for (size_t i = 0; i < text->n_joins; i++)
        if (text->joins[i].from == element)
            return true;
    return false;
}

/* What leaves it has to go somewhere. */
static bool exit_check(const struct app_text_graph *text, size_t element,
                       struct app_failure *failure)
{
    const struct app_element *e = &text->elements[element];
    struct rg_class_info info;

    if (!strcmp(e->class_name, "file") || rg_class_by_name(e->class_name, &info) != S_OK ||
        flows_out_of(text, element) || !strcmp(info.kind, "sink"))
        return true;
    return app_refuse(failure, text->source, e->span,
                      "what leaves %s goes nowhere; its chain has to end with file PATH "
                      "or null",
                      e->class_name);
}

static bool end_check(const struct app_text_graph *text, size_t element,
                      struct app_failure *failure)
{
    const struct app_element *e = &text->elements[element];
    bool has_in = flows_into(text, element);
    bool has_out = flows_out_of(text, element);
    struct rg_class_info info;

    if (!has_in && !has_out)
        return app_refuse(failure, text->source, e->span,
                          "%s is joined to nothing; filters are joined by \" ! \", as in: "
                          "testsrc ! null",
                          e->class_name);
    if (!strcmp(e->class_name, "file") || rg_class_by_name(e->class_name, &info) != S_OK)
        return true;
    if (!has_in && !strcmp(info.kind, "transform"))
        return app_refuse(failure, text->source, e->span,
                          "nothing flows into %s; its chain has to begin with file PATH, "
                          "testsrc or tone",
                          e->class_name);
    return exit_check(text, element, failure);
}

bool app_graph_check_ends(const struct app_text_graph *text, struct app_failure *failure)
{
    for (size_t i = 0; i < text->n_elements; i++)
        if (!end_check(text, i, failure))
            return false;
    return true;
}

bool app_graph_check_branch(const struct app_text_graph *text, struct app_failure *failure)
{
    if (flows_into(text, 0))
        return app_refuse(failure, text->source, text->elements[0].span,
                          "the branch begins with %s, so nothing else can flow into it",
                          text->elements[0].class_name);
    for (size_t i = 0; i < text->n_elements; i++) {
        if (i && !flows_into(text, i))
            return app_refuse(failure, text->source, text->elements[i].span,
                              "nothing flows into %s; a branch has one beginning",
                              text->elements[i].class_name);
        if (!exit_check(text, i, failure))
            return false;
    }
    return true;
}

/* ---- files ------------------------------------------------------------------------------- */

/* The path that an element reads or writes; NULL: neither. */
static const char *path_of(const struct app_text_graph *text, size_t element, bool *ret_writes)
{
    const struct app_element *e = &text->elements[element];

    if (!strcmp(e->class_name, "file"))
        *ret_writes = !flows_out_of(text, element);
    else if (!strcmp(e->class_name, "mux"))
        *ret_writes = true;
    else if (!strcmp(e->class_name, "demux"))
        *ret_writes = false;
    else
        return NULL;
    return e->argument;
}

/* Devices and pipes may be there as often as one likes. */
static bool is_same_file(const char *a, const char *b)
{
    struct stat one;
    struct stat two;

    if (!strcmp(a, "-") || !strcmp(b, "-") || !strncmp(a, "pipe:", 5))
        return false;
    if (stat(a, &one) || stat(b, &two))
        return !strcmp(a, b) && !strstr(a, "://");
    return S_ISREG(one.st_mode) && one.st_dev == two.st_dev && one.st_ino == two.st_ino;
}

bool app_graph_check_files(const struct app_text_graph *text, struct app_failure *failure)
{
    for (size_t i = 0; i < text->n_elements; i++) {
        bool writes = false;
        const char *path = path_of(text, i, &writes);

        for (size_t k = 0; k < text->n_elements && path && writes; k++) {
            bool other_writes = false;
            const char *other = path_of(text, k, &other_writes);

            if (k == i || !other || !is_same_file(path, other))
                continue;
            if (other_writes && k > i)
                continue; /* told at the second one */
            app_refuse(failure, text->source, text->elements[i].argument_span,
                       other_writes ? "%s is written twice; give one of them another name"
                                    : "%s is read too: writing would destroy it; give what "
                                      "is written another name",
                       path);
            failure->code = APP_EXIT_FAILED;
            return false;
        }
    }
    return true;
}

/* The file that a filter of the graph has open; false: none. */
static bool member_path(IBaseFilter *member, bool *ret_writes, char *ret_path, size_t size)
{
    APP_AUTO(IFileSourceFilter) from = app_query(member, &IID_IFileSourceFilter);
    APP_AUTO(IFileSinkFilter) to = app_query(member, &IID_IFileSinkFilter);
    LPOLESTR wide = NULL;
    HRESULT hr = E_NOINTERFACE;

    *ret_writes = to != NULL;
    if (to)
        hr = IFileSinkFilter_GetCurFile(to, &wide, NULL);
    else if (from)
        hr = IFileSourceFilter_GetCurFile(from, &wide, NULL);
    if (FAILED(hr) || !wide)
        return false;
    app_from_wide(wide, ret_path, size);
    CoTaskMemFree(wide);
    return true;
}

static bool path_check(const struct app_text_graph *text, size_t element,
                       const struct app_filters *members, struct app_failure *failure)
{
    bool writes = false;
    const char *path = path_of(text, element, &writes);

    for (size_t i = 0; i < members->count && path && writes; i++) {
        bool other_writes;
        char other[4096];

        if (!member_path(members->items[i], &other_writes, other, sizeof(other)) ||
            !is_same_file(path, other))
            continue;
        app_refuse(failure, text->source, text->elements[element].argument_span,
                   other_writes
                       ? "%s is being written already; give what comes another name"
                       : "%s is being read: writing would destroy it; give what is written "
                         "another name",
                   path);
        failure->code = APP_EXIT_FAILED;
        return false;
    }
    return true;
}

bool app_graph_check_members(const struct app_graph *graph, const struct app_text_graph *text,
                             struct app_failure *failure)
{
    struct app_filters members;
    bool ok = true;

    app_filters_get((IFilterGraph *)graph->builder, &members);
    for (size_t i = 0; i < text->n_elements && ok; i++)
        ok = path_check(text, i, &members, failure);
    app_filters_release(&members);
    return ok;
}
