/* SPDX-License-Identifier: MIT */
/* ours_first.c - a process that ends when the first sample has come: of a decoder, or of a test source.
 *
 *   ours_first 1                testsrc, 1280x720
 *   ours_first clip.mp4         the first picture of a file, decoded
 *
 * What is timed is the whole process, by whoever starts it.
 */
#include <string.h>

#include "gauge.h"
#include "ours_filters.h"
#include "ours_graph.h"

int main(int argc, char **argv)
{
    IGraphBuilder *graph;
    IMediaControl *control;
    IBaseFilter *last, *sink;

    if (argc != 2)
        meter_fail("ours_first CLIP, or 1", 0);
    gauge_read(&(const struct gauge_option){ NULL, NULL }, 1, argv);
    ours_must(CoInitializeEx(NULL, COINIT_MULTITHREADED), "COM");
    ours_open(&graph, &control);
    if (strcmp(argv[1], "1") == 0) {
        last = ours_put(graph, ours_make("testsrc"));
    } else {
        IBaseFilter *source = ours_put_demux(graph, argv[1]);

        last = ours_put(graph, ours_make("decode"));
        ours_join_first(graph, source, last);
    }
    sink = ours_put(graph, ours_sink(METER_SINK_GAUGE));
    ours_join(graph, last, sink);
    gauge_arm_first();
    ours_run(control);
    gauge_wait();
    ours_close(graph, control);
    CoUninitialize();
    return 0;
}
