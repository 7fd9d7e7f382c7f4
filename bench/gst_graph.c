/* SPDX-License-Identifier: MIT */
/* gst_graph.c - pipelines of the bench; see gst_graph.h. */
#include "gst_graph.h"

#include "gst_elements.h"
#include "swap_meter.h"

GstElement *bench_make(const char *name)
{
    GstElement *element = gst_element_factory_make(name, NULL);

    if (element == NULL)
        meter_fail(name, 0);
    return element;
}

GstElement *bench_pipeline_new(void)
{
    GstElement *pipeline = gst_pipeline_new(NULL);
    GstBus *bus = gst_element_get_bus(pipeline);

    gst_bus_set_flushing(bus, TRUE);
    gst_object_unref(bus);
    return pipeline;
}

GstElement *bench_put(GstElement *pipeline, GstElement *element)
{
    gst_bin_add(GST_BIN(pipeline), element);
    return element;
}

void bench_join(GstElement *from, GstElement *to)
{
    if (!gst_element_link_pads_full(from, "src", to, "sink", GST_PAD_LINK_CHECK_NOTHING))
        meter_fail("connect", 0);
}

void bench_put_chain(GstElement *pipeline, int elements, int rate)
{
    GstElement *last = bench_put(pipeline, bench_source_new(rate));

    for (int i = 2; i <= elements; i++) {
        GstElement *next =
            bench_put(pipeline, i < elements ? bench_pass_new(-1) : bench_sink_new(-1));

        bench_join(last, next);
        last = next;
    }
}

void bench_set_state(GstElement *pipeline, GstState state)
{
    if (gst_element_set_state(pipeline, state) == GST_STATE_CHANGE_FAILURE ||
        gst_element_get_state(pipeline, NULL, NULL, GST_CLOCK_TIME_NONE) ==
            GST_STATE_CHANGE_FAILURE)
        meter_fail("the state does not change", (unsigned)state);
}
