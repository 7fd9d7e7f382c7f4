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
    if (!has_out && strcmp(info.kind, "sink") != 0)
        return app_refuse(failure, text->source, e->span,
                          "what leaves %s goes nowhere; its chain has to end with file PATH "
                          "or null",
                          e->class_name);
    return true;
}

bool app_graph_check_ends(const struct app_text_graph *text, struct app_failure *failure)
{
    for (size_t i = 0; i < text->n_elements; i++)
        if (!end_check(text, i, failure))
            return false;
    return true;
}

/* ---- files ------------------------------------------------------------------------------- */

/* The path that an element reads or writes; NULL: neither. */
static const char *path_of(const struct app_text_graph *text, size_t element, bool *ret_writes)
{
    const struct app_element *e = &text->elements[element];

    if (!strcmp(e->class_name, "file"))
        *ret_writes = flows_into(text, element);
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
