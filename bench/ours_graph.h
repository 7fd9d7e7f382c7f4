/* SPDX-License-Identifier: MIT */
/* ours_graph.h - what our programs of the bench do to graphs, through the public interfaces alone.
 *
 * The main thread.  What fails ends the program.
 */
#pragma once

#include <dshow.h>

void ours_must(HRESULT hr, const char *what);

/* A filter by its class's name; the caller's reference. */
IBaseFilter *ours_make(const char *name);
IBaseFilter *ours_make_set(const char *name, const char *option, const char *value);

void ours_open(IGraphBuilder **ret_graph, IMediaControl **ret_control);
/* The graph alone keeps filter from now on. */
IBaseFilter *ours_put(IGraphBuilder *graph, IBaseFilter *filter);
void ours_join(IGraphBuilder *graph, IBaseFilter *from, IBaseFilter *to);
/* A demuxer with its file loaded. */
IBaseFilter *ours_put_demux(IGraphBuilder *graph, const char *path);
/* The first output and the first input, whatever their names. */
void ours_join_first(IGraphBuilder *graph, IBaseFilter *from, IBaseFilter *to);
/* A chain of so many filters, source and sink included, of which nobody takes the time. */
void ours_put_chain(IGraphBuilder *graph, int filters, int rate);
/* Until it runs. */
void ours_run(IMediaControl *control);
void ours_close(IGraphBuilder *graph, IMediaControl *control);
