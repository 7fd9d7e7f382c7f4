/* SPDX-License-Identifier: MIT */
/* graph_file.h - what a graph file says: filters, connections, clock; read from its text and written as it.
 *
 * Any thread; no lock.  The text is UTF-16, with the bytes of states and formats in between:
 *
 *     0003
 *     FILTERS
 *     0001 "name" {class} [SOURCE "path"] [SINK "path"] 0000000005 .....
 *     CONNECTIONS
 *     0001 "pin id" 0002 "pin id" {major} {subtype} 1 0 0000001024 {format} 0000000088 ...
 *     CLOCK 1 0001
 *     END
 *
 * Between words is any white space, in front of the bytes one blank.  Version 1 has no clock, 2 no SINK.
 * Knows: the text.  Must not know: filters, the graph.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <dshow.h>

#define GRAPH_FILE_STREAM  L"ActiveMovieGraph" /* its name in the compound file */
#define GRAPH_FILE_VERSION 3

struct graph_file_filter {
    unsigned number;
    WCHAR *name;
    CLSID clsid;
    WCHAR *source, *sink; /* NULL: none */
    uint8_t *state;
    uint32_t state_bytes;
};

/* Filters by index. */
struct graph_file_link {
    size_t from, to;
    WCHAR *from_pin, *to_pin;
    AM_MEDIA_TYPE type;
};

enum graph_file_clock {
    GRAPH_FILE_CLOCK_ANY = 0, /* the graph chooses */
    GRAPH_FILE_CLOCK_FILTER,
    GRAPH_FILE_CLOCK_CLASS,
    GRAPH_FILE_CLOCK_NONE,
};

struct graph_file {
    struct graph_file_filter *filters;
    size_t filter_count, filter_room;
    struct graph_file_link *links;
    size_t link_count, link_room;
    enum graph_file_clock clock;
    size_t clock_filter;
    CLSID clock_class;
};

void graph_file_free(struct graph_file *file);
/* One more, zeroed, for the caller to fill in; NULL: no memory. */
struct graph_file_filter *graph_file_add_filter(struct graph_file *file);
struct graph_file_link *graph_file_add_link(struct graph_file *file);

/* graph_file_read.c.  *ret_used: how many bytes the text has, up to its END.  On failure *ret is empty
 * and why says what is wrong.
 * S_OK; VFW_E_CORRUPT_GRAPH_FILE; VFW_E_INVALID_FILE_VERSION; E_OUTOFMEMORY. */
HRESULT graph_file_read(const uint8_t *data, size_t size, struct graph_file *ret,
                        size_t *ret_used, char *why, size_t why_size);

/* graph_file_write.c.  The caller frees *ret_data.
 * S_OK; E_OUTOFMEMORY; HRESULT_FROM_WIN32(ERROR_INVALID_NAME): the path *ret_bad, which is the file's, has
 * a quotation mark and can't be written. */
HRESULT graph_file_write(const struct graph_file *file, uint8_t **ret_data, size_t *ret_size,
                         const WCHAR **ret_bad);
