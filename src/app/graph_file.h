/* SPDX-License-Identifier: MIT */
/* graph_file.h - graph files (.grf) opened and saved, a graph's JSON read, and a graph written as text.
 *
 * Control threads, one at a time.  Knows: IStorage, IPersistStream.  Must not know: verbs.
 */
#pragma once

#include "app/graph.h"

/* Is it a graph file by its ending, or by what is in it, or a file of JSON? */
bool app_is_graph_file(const char *path);

/* graph_json.c.  Is the text a graph's JSON rather than its words? */
bool app_is_graph_json(const char *text);

/* graph_json.c.  What app_describe_graph makes, to the stream of a graph file; where: what the failure calls
 * the text.  On failure failure says why, with code 2 unless it is a file that can't be read or written. */
HRESULT app_graph_json_stream(const char *text, const char *where, IStream **ret,
                              struct app_failure *failure);

/* The graph of that JSON, otherwise as app_graph_load. */
HRESULT app_graph_load_json(const char *text, const char *where, bool will_run,
                            struct app_graph *ret_graph, struct app_failure *failure);

/* The graph of the file; every filter is at the place of its name.  will_run: there have to be filters, and
 * each joined to another.  On failure *ret_graph is empty and failure says why. */
HRESULT app_graph_load(const char *path, bool will_run, struct app_graph *ret_graph,
                       struct app_failure *failure);

/* Replaces the file, or leaves it as it was. */
HRESULT app_graph_save(const struct app_graph *graph, const char *path,
                       struct app_failure *failure);

/* graph_words.c.  The graph in the syntax of app/text_graph.h: filters first, then who feeds whom.
 * False: it has a filter whose class no text names. */
bool app_graph_words(const struct app_graph *graph, struct app_text *out,
                     struct app_failure *failure);
