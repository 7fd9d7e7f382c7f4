/* SPDX-License-Identifier: MIT */
/* ours_chain.c - a long chain is built, connected with all checks, started, stopped and let go of.
 *
 *   ours_chain --length 10000
 *
 * The source never gives a sample: what is timed is the graph's own work.
 */
#include <stdlib.h>

#include "gauge.h"
#include "ours_filters.h"
#include "ours_graph.h"

int main(int argc, char **argv)
{
    int length = 10000;
    const struct gauge_option options[] = { { "--length", &length }, { NULL, NULL } };
    IGraphBuilder *graph;
    IMediaControl *control;
    IBaseFilter **filters;
    int64_t since, begun, cpu;
    double make, add, connect, run, stop, let_go, all;

    gauge_read(options, argc, argv);
    filters = calloc((size_t)length, sizeof(IBaseFilter *));
    if (filters == NULL || length < 2)
        meter_fail("--length 2 or more", 0);
    ours_must(CoInitializeEx(NULL, COINIT_MULTITHREADED), "COM");
    ours_open(&graph, &control);
    cpu = gauge_process_ns();
    begun = since = meter_now_ns();
    for (int i = 0; i < length; i++)
        filters[i] = i == 0           ? ours_source(METER_NEVER)
                     : i < length - 1 ? ours_pass(-1)
                                      : ours_sink(METER_SINK_ELSEWHERE);
    make = gauge_lap_ms(&since);
    for (int i = 0; i < length; i++)
        (void)ours_put(graph, filters[i]);
    add = gauge_lap_ms(&since);
    for (int i = 1; i < length; i++)
        ours_join(graph, filters[i - 1], filters[i]);
    connect = gauge_lap_ms(&since);
    ours_run(control);
    run = gauge_lap_ms(&since);
    ours_must(IMediaControl_Stop(control), "stop");
    stop = gauge_lap_ms(&since);
    IMediaControl_Release(control);
    IGraphBuilder_Release(graph);
    let_go = gauge_lap_ms(&since);
    all = (double)(since - begun) / 1e6;
    free(filters);
    gauge_print_begin("regraft");
    gauge_print("make_ms", make);
    gauge_print("add_ms", add);
    gauge_print("connect_ms", connect);
    gauge_print("run_ms", run);
    gauge_print("stop_ms", stop);
    gauge_print("free_ms", let_go);
    gauge_print("all_ms", all);
    gauge_print("cpu_ms", (double)(gauge_process_ns() - cpu) / 1e6);
    gauge_print_end();
    CoUninitialize();
    return 0;
}
