/* SPDX-License-Identifier: MIT */
/* road.h - a graph that is one road of filters, one of which is exchanged while it runs.
 *
 * Whatever goes wrong ends the program.
 */
#pragma once

#include <dshow.h>
#include <regraft.h>

#define ROAD_MOST 8

struct road {
    IFilterGraph3 *graph;
    IMediaControl *control;
    IGraphEdit *edit;
    IBaseFilter *filters[ROAD_MOST]; /* references; in the order of the road */
    unsigned n;
};

/* What all edits of a road came to. */
struct edits {
    unsigned n, in_stream, unprimed;
    uint64_t primed, drained, dropped;
    int64_t closed_most_ns;
};

_Noreturn void die(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A filter by its class's name, options "a=b c=d" set; the caller's reference. */
IBaseFilter *road_filter(const char *class_name, const char *options);
IBaseFilter *road_demux(const char *path);
IBaseFilter *road_mux(const char *path);

void road_open(struct road *road);
/* Behind what is there; takes the reference over. */
void road_add(struct road *road, IBaseFilter *filter);
/* Each link is told how much to remember. */
void road_set_memory(struct road *road, uint64_t bytes, unsigned samples);
void road_run(struct road *road);
/* filter takes the place of the index-th; takes the reference over. */
void road_swap(struct road *road, unsigned index, IBaseFilter *filter, struct edits *edits);
/* The same in two steps; prepared is called in between, the stream stands still perhaps. */
void road_swap_prepared(struct road *road, unsigned index, IBaseFilter *filter,
                        struct edits *edits, void (*prepared)(void));
/* Until the end of the stream; then everything is let go of. */
void road_finish(struct road *road);
