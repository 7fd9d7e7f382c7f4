/* SPDX-License-Identifier: MIT */
/* ours_road.c - what a sample costs on its way: through a chain of pass-through filters, and through a queue.
 *
 *   ours_road --length 50                   source, 50 effects that work in place, sink
 *   ours_road --length 0 --queue 200        source, queue, sink
 *   ours_road --length 0 --queue 1 --step 1 the source sends when what it sent has arrived
 *
 * Filters are made with the base classes, as an author would: gates and ledgers are on.
 */
#include <stdio.h>

#include <regraft.h>

#include "gauge.h"
#include "ours_filters.h"
#include "ours_graph.h"

/* What was measured went through pins that count and a gate that stood open. */
static void check_ledger(IBaseFilter *filter, uint64_t samples)
{
    RG_LEDGER ledger = { 0 };
    IRgLink *link;
    IPin *out;

    ours_must(IBaseFilter_FindPin(filter, L"Out", &out), "no output");
    ours_must(IPin_QueryInterface(out, &IID_IRgLink, (void **)&link), "no ledger");
    ours_must(IRgLink_GetLedger(link, &ledger), "ledger");
    if (ledger.samples + 1 < samples || ledger.closings != 0) /* one may be on its way */
        meter_fail("not counted, or a gate was closed", (unsigned)ledger.samples);
    IRgLink_Release(link);
    IPin_Release(out);
}

int main(int argc, char **argv)
{
    int length = 10, queue = 0, step = 0, warm = 20000, samples = 20000, blocks = 10;
    const struct gauge_option options[] = {
        { "--length", &length }, { "--queue", &queue },     { "--step", &step },
        { "--warm", &warm },     { "--samples", &samples }, { "--blocks", &blocks },
        { NULL, NULL },
    };
    IGraphBuilder *graph;
    IMediaControl *control;
    IBaseFilter *last, *next;
    char size[16];

    gauge_read(options, argc, argv);
    ours_must(CoInitializeEx(NULL, COINIT_MULTITHREADED), "COM");
    ours_open(&graph, &control);
    last = ours_put(graph, ours_source(step ? METER_IN_STEP : METER_FULL_RATE));
    for (int i = 0; i < length; i++, last = next) {
        next = ours_put(graph, ours_pass(-1));
        ours_join(graph, last, next);
    }
    if (queue > 0) {
        (void)snprintf(size, sizeof(size), "%d", queue);
        next = ours_put(graph, ours_make_set("queue", "size", size));
        ours_join(graph, last, next);
        last = next;
    }
    ours_join(graph, last,
              ours_put(graph, ours_sink(step ? METER_SINK_STEPS : METER_SINK_GAUGE)));
    gauge_arm(warm, samples, blocks);
    ours_run(control);
    gauge_wait();
    check_ledger(last, gauge.count);
    ours_close(graph, control);
    CoUninitialize();
    gauge_print_begin("regraft");
    gauge_print_blocks();
    gauge_print_steps();
    gauge_print_end();
    return 0;
}
