/* SPDX-License-Identifier: MIT */
/* ours_codec.c - a codec with latency is exchanged in a running stream: how many pictures are lost, how long nothing passes.
 *
 *   ours_codec CLIP --decoder 0 --swaps 8 --gap 40 [--rate 25]
 *
 * demux ! decode ! encode ! sink, or demux ! decode ! sink; as fast as it goes, or so many pictures a second between the codecs or in front of the sink.  A swap is asked for each time that `gap` more samples have come to
 * the sink.  What came in the end is counted by the sink.
 */
#include <stdio.h>

#include <regraft.h>

#include "gauge.h"
#include "ours_filters.h"
#include "ours_graph.h"

#define DONE_MS 120000

static const char *const encoder_options[][2] = {
    { "codec", "h264" },
    { "preset", "veryfast" },
    { "crf", "25" },
    { "gop", "60" },
    { "options", "bf=3:rc-lookahead=25" },
};

static IBaseFilter *new_codec(int decoder)
{
    IBaseFilter *filter = ours_make(decoder ? "decode" : "encode");
    IRgOptions *options;

    ours_must(IBaseFilter_QueryInterface(filter, &IID_IRgOptions, (void **)&options),
              "options");
    for (unsigned i = 0; !decoder && i < sizeof(encoder_options) / sizeof(encoder_options[0]);
         i++)
        ours_must(IRgOptions_Set(options, encoder_options[i][0], encoder_options[i][1]),
                  encoder_options[i][0]);
    IRgOptions_Release(options);
    return filter;
}

static IBaseFilter *put_hold(IGraphBuilder *graph, IBaseFilter *last, int rate)
{
    IBaseFilter *hold;

    if (rate == 0)
        return last;
    hold = ours_put(graph, ours_hold(rate));
    ours_join_first(graph, last, hold);
    return hold;
}

static RG_CERTIFICATE swap(IGraphEdit *edit, IBaseFilter *old, IBaseFilter *newcomer)
{
    RG_CERTIFICATE ret = { .size = sizeof(ret) };
    IGraphTransaction *transaction;

    ours_must(IGraphEdit_Begin(edit, NULL, &transaction), "begin");
    ours_must(IGraphTransaction_Swap(transaction, old, newcomer, NULL), "swap");
    ours_must(IGraphTransaction_Prepare(transaction), "prepare");
    ours_must(IGraphTransaction_Commit(transaction, -1, NULL), "commit");
    ours_must(IGraphTransaction_GetCertificate(transaction, 0, &ret), "certificate");
    IGraphTransaction_Release(transaction);
    return ret;
}

int main(int argc, char **argv)
{
    int decoder = 0, swaps = 8, gap = 40, rate = 0;
    const struct gauge_option options[] = { { "--decoder", &decoder },
                                            { "--swaps", &swaps },
                                            { "--gap", &gap },
                                            { "--rate", &rate },
                                            { NULL, NULL } };
    IGraphBuilder *graph;
    IMediaControl *control;
    IMediaEvent *events;
    IMediaFilter *timing;
    IGraphEdit *edit;
    IBaseFilter *last, *codec;
    int64_t closed[64];
    LONG code;

    if (argc < 2)
        meter_fail("ours_codec CLIP ...", 0);
    gauge_read(options, argc - 1, argv + 1);
    if (swaps > 64)
        meter_fail("--swaps from 0 to 64", 0);
    ours_must(CoInitializeEx(NULL, COINIT_MULTITHREADED), "COM");
    ours_open(&graph, &control);
    ours_must(IGraphBuilder_QueryInterface(graph, &IID_IGraphEdit, (void **)&edit), "edit");
    ours_must(IGraphBuilder_QueryInterface(graph, &IID_IMediaEvent, (void **)&events),
              "events");
    ours_must(IGraphBuilder_QueryInterface(graph, &IID_IMediaFilter, (void **)&timing),
              "clock");
    ours_must(IMediaFilter_SetSyncSource(timing, NULL), "clock");
    last = ours_put_demux(graph, argv[1]);
    codec = ours_put(graph, new_codec(1));
    ours_join_first(graph, last, codec);
    if (!decoder) {
        last = put_hold(graph, codec, rate);
        codec = ours_put(graph, new_codec(0));
        ours_join_first(graph, last, codec);
    }
    last = decoder ? put_hold(graph, codec, rate) : codec;
    ours_join_first(graph, last, ours_put(graph, ours_sink(METER_SINK_COUNTS)));
    ours_run(control);
    for (int i = 0; i < swaps; i++) {
        IBaseFilter *newcomer = new_codec(decoder);

        meter_wait_more((uint64_t)gap);
        closed[i] = swap(edit, codec, newcomer).closed_ns;
        codec = newcomer;
        IBaseFilter_Release(newcomer);
    }
    ours_must(IMediaEvent_WaitForCompletion(events, DONE_MS, &code), "the end does not come");
    IMediaFilter_Release(timing);
    IMediaEvent_Release(events);
    IGraphEdit_Release(edit);
    ours_close(graph, control);
    CoUninitialize();
    gauge_print_begin("regraft");
    gauge_print("came", (double)meter_count());
    gauge_print_list("contents", meter_contents, (unsigned)meter_count());
    gauge_print_list("closed_ns", closed, (unsigned)swaps);
    gauge_print_end();
    return 0;
}
