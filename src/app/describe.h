/* SPDX-License-Identifier: MIT */
/* describe.h - classes, filters, files and graphs as JSON; the verbs print it as it is or in
 * words.
 *
 * Control threads.  Knows: COM interfaces of filters and pins, jansson.
 * Must not know: verbs, terminals.
 */
#pragma once

#include <jansson.h>

#include "app/graph.h"

/* [{name, help, kind, module}], of kind "object" too: no filters, but CoCreateInstance makes them; {file, why} of modules that
 * failed. */
json_t *app_describe_classes(void);
json_t *app_describe_module_errors(void);

/* What programs registered for this user, beside the classes as they are: [{name, kind:
 * "registered", clsid, category, merit}].  And what is wrong with the file of it: texts. */
json_t *app_describe_registered(void);
json_t *app_describe_registration_errors(void);

/* {name, help, kind, module, clsid, merit, interfaces, pins, options}.  NULL: failure says
 * why. */
json_t *app_describe_class(const char *name, struct app_failure *failure);

/* {file, duration_ns, seekable, streams: [{pin, type, media…}]}.  NULL: failure says why. */
json_t *app_describe_file(const char *path, struct app_failure *failure);

/* {filters: [{name, class, clsid, source, sink, options, state, free_pins}],
 *  links: [{from, from_pin, from_pin_id, to, to_pin, to_pin_id, media: {major, subtype, fixed_size,
 *           temporal_compression, sample_size, format, format_data}, and as app_describe_media_type}]}
 * options: those that are not at their defaults; state: bytes of a filter that has none by name; both as
 * well as paths where there are any.  graph_json.c reads it. */
json_t *app_describe_graph(const struct app_graph *graph);

/* Graphviz' language, from app_describe_graph. */
void app_graph_dot(const json_t *graph, struct app_text *out);

/* The text of an option as a value of its type, or as text where it is none. */
json_t *app_describe_option_value(const RG_OPTION_INFO *info, const char *value);

/* {type: "video …" in words, kind: "video"/"audio"/…, width, height, fps, rate, channels,
 * bits} */
json_t *app_describe_media_type(const AM_MEDIA_TYPE *type);
