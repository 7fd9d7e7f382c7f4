/* SPDX-License-Identifier: MIT */
/* persist.h - IPersistStream of the graph: what it keeps, and what persist*.c share.
 *
 * Control threads.  Knows: graph files, members.  Must not know: compound files.
 */
#pragma once

#include "graph/graph_file.h"

struct graph;

/* Part of struct graph. */
struct graph_persist {
    LONG
        saved_version; /* under the graph lock: IGraphVersion's number when it was saved or loaded */
};

/* persist_save.c.  The graph as it is, without the graph lock while filters are asked.  clear_dirty: they
 * are told that they are saved.  *ret_version: of what was saved.  On failure the report says which
 * filter.  S_OK; a filter's failure; E_OUTOFMEMORY. */
HRESULT graph_file_collect(struct graph *graph, BOOL clear_dirty, struct graph_file *ret,
                           LONG *ret_version);

/* persist_load.c.  Makes what the file says and adds it to the graph: all of it or nothing, and the report
 * says what failed.
 * S_OK; VFW_S_SOME_DATA_IGNORED: a filter takes no state; VFW_E_NOT_STOPPED; VFW_E_CIRCULAR_GRAPH;
 * a class's, filter's or pin's failure; E_OUTOFMEMORY. */
HRESULT graph_file_build(struct graph *graph, const struct graph_file *file);

/* persist_pins.c, under the graph lock. */

/* What the connection says of its end of this direction. */
const WCHAR *graph_file_word(const struct graph_file_link *link, PIN_DIRECTION direction);

/* The pin of this id, else of this name.  Reference; NULL: there is none. */
IPin *graph_file_pin(IBaseFilter *filter, const WCHAR *word);

/* A connection on one side of its filter. */
struct graph_file_turn {
    size_t filter;
    uint64_t number; /* at the end of what it says of its pin; UINT64_MAX: none */
    size_t link;
};

/* All of the file on this side: by filter, then number, then as they stand in the file.  The caller frees
 * them; NULL: no memory. */
struct graph_file_turn *graph_file_turns(const struct graph_file *file,
                                         PIN_DIRECTION direction);

/* Where the filter has no pin of that word: one of this direction that is free and that no connection of the
 * file names.  The connections of that side which name none get them in their turns; a pin that has their
 * kind of media goes before one that has not.  Reference; NULL: none is left for this one. */
IPin *graph_file_pin_in_turn(const struct graph_file *file, const struct graph_file_turn *turns,
                             PIN_DIRECTION direction, size_t link, const bool *is_made,
                             IBaseFilter *filter);

/* ' "Out 0", "Out 1"', or ' none'; cut where there is no more room. */
void graph_file_pins_text(IBaseFilter *filter, PIN_DIRECTION direction, char *text,
                          size_t size);
