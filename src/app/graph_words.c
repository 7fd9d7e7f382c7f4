/* SPDX-License-Identifier: MIT */
/* graph_words.c - a graph in the syntax of text graphs: a line for each filter, then one for each
 * connection.
 *
 * Control threads, one at a time.  Knows: classes, options, pins.  Must not know: how the text is read.
 */
#include "app/graph_file.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define NAME_ROOM 512

/* A filter and what the text calls it. */
struct member {
    IBaseFilter *filter; /* borrowed */
    char *name;
};

struct words {
    const struct app_graph *graph;
    struct app_filters all;
    struct member *members; /* in the order in which they came */
    size_t count;
};

static bool is_taken(const struct words *w, const char *name)
{
    for (size_t i = 0; i < w->count; i++)
        if (!strcmp(w->members[i].name, name))
            return true;
    return false;
}

/* Its own name if it has one, else that of its class and the first number that is free. */
static char *name_make(const struct words *w, IBaseFilter *filter, const char *class_name)
{
    char name[NAME_ROOM];
    struct app_text text = { 0 };
    unsigned number = 0;

    app_graph_name(w->graph, filter, name, sizeof(name));
    if (*name && !is_taken(w, name))
        return app_dup(name);
    do {
        app_text_clear(&text);
        app_text_add(&text, "%s%u", class_name, number++);
    } while (is_taken(w, text.data));
    return app_text_steal(&text);
}

static const char *name_of(const struct words *w, IBaseFilter *filter)
{
    for (size_t i = 0; i < w->count; i++)
        if (app_is_same(w->members[i].filter, filter))
            return w->members[i].name;
    return NULL;
}

/* ---- filters ----------------------------------------------------------------------------- */

static void path_add(IBaseFilter *filter, struct app_text *out)
{
    APP_AUTO(IFileSourceFilter) from = app_query(filter, &IID_IFileSourceFilter);
    APP_AUTO(IFileSinkFilter) to = app_query(filter, &IID_IFileSinkFilter);
    char path[4096];
    LPOLESTR wide = NULL;

    if (from)
        (void)IFileSourceFilter_GetCurFile(from, &wide, NULL);
    else if (to)
        (void)IFileSinkFilter_GetCurFile(to, &wide, NULL);
    if (!wide)
        return;
    app_from_wide(wide, path, sizeof(path));
    app_text_add(out, " ");
    app_text_quote(out, path);
    CoTaskMemFree(wide);
}

static bool filter_add(struct words *w, IBaseFilter *filter, struct app_text *out,
                       struct app_failure *failure)
{
    struct app_text set = { 0 };
    char class_name[128];

    app_filter_class(filter, class_name, sizeof(class_name));
    if (!*class_name) {
        char name[NAME_ROOM];

        app_graph_name(w->graph, filter, name, sizeof(name));
        failure->code = APP_EXIT_FAILED;
        app_text_add(&failure->text, "the class of \"%s\" has no name in the text", name);
        return false;
    }
    w->members[w->count] = (struct member){ filter, name_make(w, filter, class_name) };
    app_text_add(out, "%s", class_name);
    path_add(filter, out);
    app_text_add(out, " name=");
    app_text_name(out, w->members[w->count++].name);
    app_filter_options(filter, &set);
    if (set.length)
        app_text_add(out, " %s", set.data);
    app_text_add(out, "\n");
    app_text_clear(&set);
    return true;
}

/* ---- connections ------------------------------------------------------------------------- */

/* ".Video0" of "Video 0"; nothing where the syntax has no word for it: any that fits, then. */
static void pin_add(IPin *pin, struct app_text *out)
{
    char name[NAME_ROOM];

    app_pin_name(pin, name, sizeof(name));
    app_text_add(out, ".");
    if (strpbrk(name, "/!=.'\"\\#"))
        return;
    for (const char *c = name; *c; c++)
        if (!isspace((unsigned char)*c))
            app_text_put(out, c, 1);
}

static void links_add(const struct words *w, const struct member *from, struct app_text *out)
{
    struct app_pins pins;

    app_pins_get(from->filter, &pins);
    for (size_t i = 0; i < pins.count; i++) {
        APP_AUTO(IPin) peer = app_pin_peer(pins.items[i]);
        APP_AUTO(IBaseFilter) to = peer ? app_pin_filter(peer) : NULL;
        const char *name = to ? name_of(w, to) : NULL;

        if (!name || app_pin_direction(pins.items[i]) != PINDIR_OUTPUT)
            continue;
        app_text_name(out, from->name);
        pin_add(pins.items[i], out);
        app_text_add(out, " ! ");
        app_text_name(out, name);
        pin_add(peer, out);
        app_text_add(out, "\n");
    }
    app_pins_release(&pins);
}

bool app_graph_words(const struct app_graph *graph, struct app_text *out,
                     struct app_failure *failure)
{
    struct words w = { .graph = graph };
    bool ok = true;

    app_filters_get((IFilterGraph *)graph->builder, &w.all);
    w.members = app_alloc(w.all.count, sizeof(*w.members));
    for (size_t i = w.all.count; i-- != 0 && ok;)
        ok = filter_add(&w, w.all.items[i], out, failure);
    for (size_t i = 0; i < w.count && ok; i++)
        links_add(&w, &w.members[i], out);
    for (size_t i = 0; i < w.count; i++)
        free(w.members[i].name);
    free(w.members);
    app_filters_release(&w.all);
    return ok;
}
