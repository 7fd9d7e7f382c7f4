/* SPDX-License-Identifier: MIT */
/* gst_chain.c - GStreamer beside ours_chain.c; --checks 0 links pads without any.
 *
 * Elements on plain pads, which is its least cost; --identity 1: GStreamer's own, on its base class.
 */
#include "gauge.h"
#include "gst_elements.h"
#include "gst_graph.h"

int main(int argc, char **argv)
{
    int length = 1000, checks = 1, identity = 0;
    const struct gauge_option options[] = { { "--length", &length },
                                            { "--checks", &checks },
                                            { "--identity", &identity },
                                            { NULL, NULL } };
    GstElement *pipeline, **elements;
    gint64 since, begun, cpu;
    double make, add, connect, run, stop, let_go;

    gst_init(NULL, NULL);
    gauge_read(options, argc, argv);
    elements = g_new0(GstElement *, (gsize)length);
    pipeline = bench_pipeline_new();
    cpu = gauge_process_ns();
    begun = since = meter_now_ns();
    for (int i = 0; i < length; i++)
        elements[i] = i == 0           ? bench_source_new(METER_NEVER)
                      : i < length - 1 ? identity ? bench_make("identity") : bench_pass_new(-1)
                                       : bench_sink_new(METER_SINK_ELSEWHERE);
    make = gauge_lap_ms(&since);
    for (int i = 0; i < length; i++)
        (void)bench_put(pipeline, elements[i]);
    add = gauge_lap_ms(&since);
    for (int i = 1; i < length; i++)
        if (!gst_element_link_pads_full(elements[i - 1], "src", elements[i], "sink",
                                        checks ? GST_PAD_LINK_CHECK_DEFAULT
                                               : GST_PAD_LINK_CHECK_NOTHING))
            meter_fail("connect", (unsigned)i);
    connect = gauge_lap_ms(&since);
    bench_set_state(pipeline, GST_STATE_PLAYING);
    run = gauge_lap_ms(&since);
    bench_set_state(pipeline, GST_STATE_NULL);
    stop = gauge_lap_ms(&since);
    gst_object_unref(pipeline);
    let_go = gauge_lap_ms(&since);
    g_free(elements);
    gauge_print_begin("gstreamer");
    gauge_print("make_ms", make);
    gauge_print("add_ms", add);
    gauge_print("connect_ms", connect);
    gauge_print("run_ms", run);
    gauge_print("stop_ms", stop);
    gauge_print("free_ms", let_go);
    gauge_print("all_ms", (double)(since - begun) / 1e6);
    gauge_print("cpu_ms", (double)(gauge_process_ns() - cpu) / 1e6);
    gauge_print_end();
    return 0;
}
