/* SPDX-License-Identifier: MIT */
/* gst_road.c - GStreamer beside ours_road.c: a chain of `identity`, a `queue`; the same arguments.
 *
 * Source and sink are the bench's own on plain pads; identity and queue are GStreamer's.
 */
#include "gauge.h"
#include "gst_elements.h"
#include "gst_graph.h"

int main(int argc, char **argv)
{
    int length = 10, queue = 0, step = 0, warm = 20000, samples = 20000, blocks = 10;
    const struct gauge_option options[] = {
        { "--length", &length }, { "--queue", &queue },     { "--step", &step },
        { "--warm", &warm },     { "--samples", &samples }, { "--blocks", &blocks },
        { NULL, NULL },
    };
    GstElement *pipeline, *last, *next;

    gst_init(NULL, NULL);
    gauge_read(options, argc, argv);
    pipeline = bench_pipeline_new();
    last = bench_put(pipeline, bench_source_new(step ? METER_IN_STEP : METER_FULL_RATE));
    for (int i = 0; i < length; i++, last = next) {
        next = bench_put(pipeline, bench_make("identity"));
        g_object_set(next, "silent", TRUE, "signal-handoffs", FALSE, NULL);
        bench_join(last, next);
    }
    if (queue > 0) {
        next = bench_put(pipeline, bench_make("queue"));
        g_object_set(next, "max-size-buffers", (guint)queue, "max-size-bytes", 0,
                     "max-size-time", (guint64)0, "silent", TRUE, NULL);
        bench_join(last, next);
        last = next;
    }
    bench_join(last,
               bench_put(pipeline, bench_sink_new(step ? METER_SINK_STEPS : METER_SINK_GAUGE)));
    gauge_arm(warm, samples, blocks);
    bench_set_state(pipeline, GST_STATE_PLAYING);
    gauge_wait();
    bench_set_state(pipeline, GST_STATE_NULL);
    gst_object_unref(pipeline);
    gauge_print_begin("gstreamer");
    gauge_print_blocks();
    gauge_print_steps();
    gauge_print_end();
    return 0;
}
