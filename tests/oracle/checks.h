/* SPDX-License-Identifier: MIT */
/* checks.h - what several files of checks use: a graph, its faces, a road of fakes in it.
 *
 * Knows: IGraphBuilder and fakes.  Must not know: any check.
 */
#pragma once

#include "fake.h"

/* The Windows headers of mingw-w64 declare these two and do not define them. */
extern const GUID clsid_null_renderer, clsid_sample_grabber;

/* FALSE: said that the class is not there. */
BOOL graph_make(IGraphBuilder **out);
/* A face of the graph, without a reference of its own; NULL if it has none. */
void *graph_face(IGraphBuilder *graph, REFIID iid);

/* s -> t -> r in a graph. */
struct road {
    IGraphBuilder *graph;
    IMediaControl *control;
    struct fake *s, *t, *r;
};

BOOL road_make(struct road *road);
/* Stops, takes the graph down, lets the fakes go. */
void road_end(struct road *road);
