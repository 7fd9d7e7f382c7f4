/* SPDX-License-Identifier: MIT */
/* graph.h - a text graph made real: filters created, named and connected; and who is where.
 *
 * Control threads, one at a time, unless a function says otherwise.
 * Knows: text graphs, COM interfaces of the graph and of filters.
 * Must not know: when edits happen, what verbs there are.
 */
#pragma once

#include "app/com.h"
#include "app/edit.h"
#include "app/text_graph.h"

/* A name people use for a place in the graph, and the filter that sits there now. */
struct app_place {
    char *name;
    IBaseFilter *filter; /* NULL when it was removed */
};

/* The bound of what each link remembers of a compressed stream. */
struct app_memory {
    bool is_set; /* false: the library's own */
    uint64_t bytes;
    uint32_t samples;
};

struct app_graph {
    IGraphBuilder *builder;
    struct app_memory memory;
    struct app_place *places;
    size_t n_places;
};

/* The words that the modules' classes add to the text syntax ("file" among them). */
const struct app_vocabulary *app_graph_vocabulary(void);

/* Creates a filter of the class and sets its options and argument; nothing is connected.
 * Fails with a caret into source.  S_OK: *ret_filter belongs to the caller.  is_sink: "file" is
 * to be written. */
HRESULT app_filter_create(const struct app_element *element, bool is_sink, const char *source,
                          IBaseFilter **ret_filter, struct app_failure *failure);

/* Sets options by name on a filter.  Any thread.  With a source, failure gets a caret. */
HRESULT app_filter_set(IBaseFilter *filter, const struct app_setting *settings, size_t count,
                       const char *source, struct app_failure *failure);

/* Adds the options that are not at their defaults, as in "codec=h264 crf=20".  Any thread. */
void app_filter_options(IBaseFilter *filter, struct app_text *text);

/* The name of its class; "" where the library has none for it.  describe_graph.c */
void app_filter_class(IBaseFilter *filter, char *ret_name, size_t size);

/* Why a file can't be read, or can't be made at this path, as errno; 0: nothing known against it. */
int app_read_error(const char *path);
int app_write_error(const char *path);

/* Builds and connects.  On failure *ret_graph is empty and failure says why.  will_run: every
 * chain has to begin in a source and end in a sink, and no file is read and written at once. */
HRESULT app_graph_build(const struct app_text_graph *text, bool will_run,
                        struct app_graph *ret_graph, struct app_failure *failure);

/* graph_check.c: the two halves of what will_run asks for. */
bool app_graph_check_ends(const struct app_text_graph *text, struct app_failure *failure);
bool app_graph_check_files(const struct app_text_graph *text, struct app_failure *failure);

/* Of a branch that will be fed: does it have one beginning, which is its first filter, and does it
 * end in sinks only? */
bool app_graph_check_branch(const struct app_text_graph *text, struct app_failure *failure);

/* Does nobody in the graph read or write the files that the branch writes? */
bool app_graph_check_members(const struct app_graph *graph, const struct app_text_graph *text,
                             struct app_failure *failure);

void app_graph_free(struct app_graph *graph);

/* memory.c: "64M,4096", "64M", "0" (nothing).  False: it is none of that. */
#define APP_MEMORY_SAMPLES 4096
bool app_memory_parse(const char *text, struct app_memory *ret);
void app_memory_set(const struct app_memory *memory, IBaseFilter *filter);
/* From now on; also the links of filters that come later. */
void app_graph_remember(struct app_graph *graph, const struct app_memory *memory);

/* The filter at a place, borrowed; NULL if there is none. */
IBaseFilter *app_graph_find(const struct app_graph *graph, const char *name);

/* Puts filter (may be NULL: removed) at the place, which is made if it is new. */
void app_graph_place(struct app_graph *graph, const char *name, IBaseFilter *filter);

/* The name of the place where filter sits, else the filter's own. */
void app_graph_name(const struct app_graph *graph, IBaseFilter *filter, char *ret_name,
                    size_t size);

/* "fx.In" of a pin. */
void app_graph_pin_name(const struct app_graph *graph, IPin *pin, char *ret_name, size_t size);

/* One filter of the text on its way into the graph. */
struct app_part {
    IBaseFilter *filter; /* NULL: merged into another part, or none */
    char *name;
    bool is_in_graph;
};

/* parts.c: one part for each element of a text, and the joins among them by index. */
struct app_parts {
    struct app_part *items;
    size_t count;
    size_t *merged; /* element -> the element whose part it is, itself unless merged */
    struct app_join *joins;
    size_t n_joins;
};

/* Makes the filters, named as given or by a name that is free in the graph.  is_branch: the first
 * one will be fed.  On failure *ret_parts is empty. */
HRESULT app_parts_make(const struct app_text_graph *text, const struct app_graph *graph,
                       bool is_branch, struct app_parts *ret_parts,
                       struct app_failure *failure);
/* Puts each at its name. */
void app_parts_place(const struct app_parts *parts, const struct app_text_graph *text,
                     struct app_graph *graph);
void app_parts_free(struct app_parts *parts);

/* link_pins.c: connects the joins, which go by index of part, adding each part to the graph
 * when its first join comes.  Tries pins in order and goes back where a later join fails.
 * Reorders the joins so that what feeds a filter is connected before what it feeds. */
HRESULT app_graph_link(struct app_graph *graph, const char *source, struct app_part *parts,
                       size_t n_parts, struct app_join *joins, size_t n_joins,
                       struct app_failure *failure);
HRESULT app_part_add(struct app_graph *graph, struct app_part *part);

/* Is the pin free, of this direction and of this name ("video0" means "Video 0"; NULL: any)? */
bool app_pin_fits(IPin *pin, PIN_DIRECTION direction, const char *wanted);
