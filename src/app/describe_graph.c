/* SPDX-License-Identifier: MIT */
/* describe_graph.c - a built graph as JSON, and that as Graphviz' language.
 *
 * Control threads.  Knows: graph, options, paths, jansson.  Must not know: verbs, how it is read.
 */
#include "app/describe.h"

#include <stdlib.h>
#include <string.h>

void app_filter_class(IBaseFilter *filter, char *ret_name, size_t size)
{
    struct rg_class_info info;
    GUID clsid;

    *ret_name = '\0';
    if (FAILED(IBaseFilter_GetClassID(filter, &clsid)))
        return;
    for (unsigned i = 0; rg_class_at(i, &info) == S_OK; i++) {
        if (!IsEqualGUID(&info.clsid, &clsid))
            continue;
        snprintf(ret_name, size, "%s", info.name);
        return;
    }
}

/* ---- filters and connections ------------------------------------------------------------- */

#define VALUE_ROOM 65536

static json_t *guid_describe(const GUID *id)
{
    char text[40];

    app_guid_text(id, text, sizeof(text));
    return json_string(text);
}

static json_t *bytes_describe(const void *bytes, size_t count)
{
    struct app_text text = { 0 };
    json_t *string;

    for (size_t i = 0; i < count; i++)
        app_text_add(&text, "%02x", ((const uint8_t *)bytes)[i]);
    string = json_string(app_text_get(&text));
    app_text_clear(&text);
    return string;
}

static json_t *media_describe(const AM_MEDIA_TYPE *type)
{
    json_t *media = json_object();

    json_object_set_new(media, "major", guid_describe(&type->majortype));
    json_object_set_new(media, "subtype", guid_describe(&type->subtype));
    json_object_set_new(media, "fixed_size", json_boolean(type->bFixedSizeSamples));
    json_object_set_new(media, "temporal_compression",
                        json_boolean(type->bTemporalCompression));
    json_object_set_new(media, "sample_size", json_integer(type->lSampleSize));
    json_object_set_new(media, "format", guid_describe(&type->formattype));
    json_object_set_new(media, "format_data",
                        bytes_describe(type->pbFormat, type->pbFormat ? type->cbFormat : 0));
    return media;
}

static void pin_describe(json_t *link, const char *key, IPin *pin)
{
    char name[512], id_key[32];
    LPWSTR id = NULL;

    app_pin_name(pin, name, sizeof(name));
    json_object_set_new(link, key, json_string(name));
    if (FAILED(IPin_QueryId(pin, &id)) || !id)
        return;
    (void)snprintf(id_key, sizeof(id_key), "%s_id", key);
    app_from_wide(id, name, sizeof(name));
    json_object_set_new(link, id_key, json_string(name));
    CoTaskMemFree(id);
}

static json_t *link_describe(const struct app_graph *graph, IPin *out, IPin *in)
{
    APP_AUTO(IBaseFilter) left = app_pin_filter(out);
    APP_AUTO(IBaseFilter) right = app_pin_filter(in);
    AM_MEDIA_TYPE type = { 0 };
    json_t *link;
    char name[512];

    if (SUCCEEDED(IPin_ConnectionMediaType(out, &type))) {
        link = app_describe_media_type(&type);
        json_object_set_new(link, "media", media_describe(&type));
        app_media_type_clear(&type);
    } else {
        link = json_object();
    }
    app_graph_name(graph, left, name, sizeof(name));
    json_object_set_new(link, "from", json_string(name));
    pin_describe(link, "from_pin", out);
    app_graph_name(graph, right, name, sizeof(name));
    json_object_set_new(link, "to", json_string(name));
    pin_describe(link, "to_pin", in);
    return link;
}

static void path_describe(json_t *object, const char *key, LPOLESTR path)
{
    char text[4096];

    if (!path)
        return;
    app_from_wide(path, text, sizeof(text));
    json_object_set_new(object, key, json_string(text));
    CoTaskMemFree(path);
}

static void options_describe(json_t *object, IRgOptions *options)
{
    json_t *set = json_object();
    char *value = app_alloc(VALUE_ROOM, 1);
    RG_OPTION_INFO info;

    for (ULONG i = 0; IRgOptions_Describe(options, i, &info) == S_OK; i++)
        if (SUCCEEDED(IRgOptions_Get(options, info.name, value, VALUE_ROOM)) &&
            strcmp(value, info.initial ? info.initial : ""))
            json_object_set_new(set, info.name, app_describe_option_value(&info, value));
    free(value);
    json_object_set_new(object, "options", set);
}

/* What the filter is set to: what a graph file keeps of it. */
static void settings_describe(json_t *object, IBaseFilter *filter)
{
    APP_AUTO(IFileSourceFilter) from = app_query(filter, &IID_IFileSourceFilter);
    APP_AUTO(IFileSinkFilter) to = app_query(filter, &IID_IFileSinkFilter);
    APP_AUTO(IRgOptions) options = app_query(filter, &IID_IRgOptions);
    struct app_text state = { 0 };
    LPOLESTR path = NULL;
    GUID clsid;

    if (SUCCEEDED(IBaseFilter_GetClassID(filter, &clsid)))
        json_object_set_new(object, "clsid", guid_describe(&clsid));
    if (from && SUCCEEDED(IFileSourceFilter_GetCurFile(from, &path, NULL)))
        path_describe(object, "source", path);
    path = NULL;
    if (to && SUCCEEDED(IFileSinkFilter_GetCurFile(to, &path, NULL)))
        path_describe(object, "sink", path);
    if (options)
        options_describe(object, options);
    else if (SUCCEEDED(app_filter_state(filter, &state)) && state.length)
        json_object_set_new(object, "state", bytes_describe(state.data, state.length));
    app_text_clear(&state);
}

static void filter_describe(const struct app_graph *graph, IBaseFilter *filter, json_t *filters,
                            json_t *links)
{
    json_t *object = json_object();
    json_t *open = json_array();
    struct app_pins pins;
    char name[512];

    app_graph_name(graph, filter, name, sizeof(name));
    json_object_set_new(object, "name", json_string(name));
    app_filter_class(filter, name, sizeof(name));
    json_object_set_new(object, "class", *name ? json_string(name) : json_null());
    settings_describe(object, filter);
    app_pins_get(filter, &pins);
    for (size_t i = 0; i < pins.count; i++) {
        APP_AUTO(IPin) peer = app_pin_peer(pins.items[i]);

        if (peer) {
            if (app_pin_direction(pins.items[i]) == PINDIR_OUTPUT)
                json_array_append_new(links, link_describe(graph, pins.items[i], peer));
            continue;
        }
        app_pin_name(pins.items[i], name, sizeof(name));
        json_array_append_new(open, json_string(name));
    }
    app_pins_release(&pins);
    json_object_set_new(object, "free_pins", open);
    json_array_append_new(filters, object);
}

static bool is_placed(const struct app_graph *graph, IBaseFilter *filter, size_t before)
{
    for (size_t i = 0; i < before; i++)
        if (app_is_same(graph->places[i].filter, filter))
            return true;
    return false;
}

json_t *app_describe_graph(const struct app_graph *graph)
{
    json_t *object = json_object();
    json_t *filters = json_array();
    json_t *links = json_array();
    struct app_filters all;

    /* In the order of the text first, then what intelligent connect added. */
    for (size_t i = 0; i < graph->n_places; i++)
        if (graph->places[i].filter && !is_placed(graph, graph->places[i].filter, i))
            filter_describe(graph, graph->places[i].filter, filters, links);
    app_filters_get((IFilterGraph *)graph->builder, &all);
    for (size_t i = 0; i < all.count; i++)
        if (!is_placed(graph, all.items[i], graph->n_places))
            filter_describe(graph, all.items[i], filters, links);
    app_filters_release(&all);
    json_object_set_new(object, "filters", filters);
    json_object_set_new(object, "links", links);
    return object;
}

/* ---- dot --------------------------------------------------------------------------------- */

static void dot_string(struct app_text *out, const char *text)
{
    app_text_put(out, "\"", 1);
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            app_text_put(out, "\\", 1);
        app_text_put(out, *text == '\n' ? " " : text, 1);
    }
    app_text_put(out, "\"", 1);
}

static const char *get(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text ? text : "";
}

void app_graph_dot(const json_t *graph, struct app_text *out)
{
    size_t i;
    json_t *item;

    app_text_add(out, "digraph regraft {\n"
                      "    rankdir=LR;\n"
                      "    node [shape=box, style=rounded, fontname=\"sans-serif\"];\n"
                      "    edge [fontname=\"sans-serif\", fontsize=10];\n");
    json_array_foreach(json_object_get(graph, "filters"), i, item)
    {
        struct app_text label = { 0 };

        app_text_add(out, "    ");
        dot_string(out, get(item, "name"));
        app_text_add(&label, "%s", get(item, "name"));
        app_text_add(out, " [label=");
        dot_string(out, label.data);
        app_text_add(out, ", tooltip=");
        dot_string(out, get(item, "class"));
        app_text_add(out, "];\n");
        app_text_clear(&label);
    }
    json_array_foreach(json_object_get(graph, "links"), i, item)
    {
        app_text_add(out, "    ");
        dot_string(out, get(item, "from"));
        app_text_add(out, " -> ");
        dot_string(out, get(item, "to"));
        app_text_add(out, " [label=");
        dot_string(out, get(item, "type"));
        app_text_add(out, ", taillabel=");
        dot_string(out, get(item, "from_pin"));
        app_text_add(out, ", headlabel=");
        dot_string(out, get(item, "to_pin"));
        app_text_add(out, "];\n");
    }
    app_text_add(out, "}\n");
}
