/* SPDX-License-Identifier: MIT */
/* gst_live.c - GStreamer beside ours_live.c; --real: videotestsrc, live, and identity in the place of invert. */
#include "gauge.h"
#include "gst_elements.h"
#include "gst_graph.h"

static GstElement *live_open(int rate, int real, int run)
{
    GstElement *pipeline = bench_pipeline_new(), *source, *middle, *sink;

    if (real) {
        GstCaps *caps = gst_caps_new_simple("video/x-raw", "format", G_TYPE_STRING, "I420",
                                            "width", G_TYPE_INT, 72, "height", G_TYPE_INT, 16,
                                            "framerate", GST_TYPE_FRACTION, rate, 1, NULL);

        source = bench_put(pipeline, bench_make("videotestsrc"));
        g_object_set(source, "is-live", TRUE, NULL);
        middle = bench_put(pipeline, bench_make("identity"));
        if (!gst_element_link_filtered(source, middle, caps))
            meter_fail("connect", 0);
        gst_caps_unref(caps);
    } else {
        source = bench_put(pipeline, bench_source_new(rate));
        middle = bench_put(pipeline, bench_pass_new(-1));
        bench_join(source, middle);
    }
    sink = bench_put(pipeline, bench_sink_new(METER_SINK_ELSEWHERE));
    bench_join(middle, sink);
    if (run)
        bench_set_state(pipeline, GST_STATE_PLAYING);
    return pipeline;
}

static void live_close(GstElement *pipeline)
{
    bench_set_state(pipeline, GST_STATE_NULL);
    gst_object_unref(pipeline);
}

int main(int argc, char **argv)
{
    int graphs = 1000, rate = 25, seconds = 4, real = 0, run = 1;
    const struct gauge_option options[] = {
        { "--graphs", &graphs }, { "--rate", &rate }, { "--seconds", &seconds },
        { "--real", &real },     { "--run", &run },   { NULL, NULL },
    };
    GstElement **all, *first;
    long kb, threads;

    gst_init(NULL, NULL);
    gauge_read(options, argc, argv);
    all = g_new0(GstElement *, (gsize)graphs + 1);
    first = live_open(rate, real, run);
    kb = gauge_status("VmRSS:");
    threads = gauge_status("Threads:");
    for (int i = 0; i < graphs; i++)
        all[i] = live_open(rate, real, run);
    gauge_live("gstreamer", graphs, seconds, kb, threads);
    for (int i = 0; i < graphs; i++)
        live_close(all[i]);
    live_close(first);
    g_free(all);
    return 0;
}
