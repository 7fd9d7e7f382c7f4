/* SPDX-License-Identifier: MIT */
/* ours_live.c - a thousand graphs in one process, each with a live source of so many samples a second.
 *
 *   ours_live --graphs 1000 --rate 25 --seconds 4 [--real 1]
 *
 * --real: testsrc of 72 by 16, live; otherwise the bench's own source of 16 bytes.  Memory is what the process has more than
 * with one such graph; --run 0: they are connected and stopped.
 */
#include <stdio.h>
#include <stdlib.h>

#include <regraft.h>

#include "gauge.h"
#include "ours_filters.h"
#include "ours_graph.h"

struct live {
    IGraphBuilder *graph;
    IMediaControl *control;
};

static void set(IBaseFilter *filter, const char *option, const char *value)
{
    IRgOptions *options;

    ours_must(IBaseFilter_QueryInterface(filter, &IID_IRgOptions, (void **)&options), option);
    ours_must(IRgOptions_Set(options, option, value), option);
    IRgOptions_Release(options);
}

static IBaseFilter *real_source(int rate)
{
    IBaseFilter *source = ours_make_set("testsrc", "size", "72x16");
    char text[16];

    (void)snprintf(text, sizeof(text), "%d", rate);
    set(source, "fps", text);
    set(source, "live", "1");
    return source;
}

static IBaseFilter *pass(int real)
{
    return real ? ours_make("invert") : ours_pass(-1);
}

static void live_open(struct live *live, int rate, int real, int run)
{
    IBaseFilter *source, *middle, *sink;

    ours_open(&live->graph, &live->control);
    source = ours_put(live->graph, real ? real_source(rate) : ours_source(rate));
    middle = ours_put(live->graph, pass(real));
    sink = ours_put(live->graph, ours_sink(METER_SINK_ELSEWHERE));
    ours_join(live->graph, source, middle);
    ours_join(live->graph, middle, sink);
    if (run)
        ours_run(live->control);
}

int main(int argc, char **argv)
{
    int graphs = 1000, rate = 25, seconds = 4, real = 0, run = 1;
    const struct gauge_option options[] = {
        { "--graphs", &graphs }, { "--rate", &rate }, { "--seconds", &seconds },
        { "--real", &real },     { "--run", &run },   { NULL, NULL },
    };
    struct live *all, first;
    long kb, threads;

    gauge_read(options, argc, argv);
    ours_must(CoInitializeEx(NULL, COINIT_MULTITHREADED), "COM");
    all = calloc((size_t)graphs + 1, sizeof(*all));
    if (all == NULL)
        meter_fail("no memory", 0);
    live_open(&first, rate, real, run); /* what is there once */
    kb = gauge_status("VmRSS:");
    threads = gauge_status("Threads:");
    for (int i = 0; i < graphs; i++)
        live_open(&all[i], rate, real, run);
    gauge_live("regraft", graphs, seconds, kb, threads);
    for (int i = 0; i < graphs; i++)
        ours_close(all[i].graph, all[i].control);
    ours_close(first.graph, first.control);
    free(all);
    CoUninitialize();
    return 0;
}
