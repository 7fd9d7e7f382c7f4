/* SPDX-License-Identifier: MIT */
/* gst_pool.c - GStreamer beside ours_foreign.c: a buffer of a pool, pushed to a pad that gives it back.
 */
#include "gauge.h"
#include "gst_graph.h"

static GstFlowReturn chain(GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
    (void)pad, (void)parent;
    gauge_arrived();
    gst_buffer_unref(buffer);
    return GST_FLOW_OK;
}

static GstPad *pad_new(GstPadDirection direction)
{
    GstPad *pad = gst_pad_new(NULL, direction);

    if (direction == GST_PAD_SINK)
        gst_pad_set_chain_function(pad, chain);
    gst_pad_set_active(pad, TRUE);
    return pad;
}

int main(int argc, char **argv)
{
    int buffers = 4, warm = 20000, samples = 20000, blocks = 10;
    const struct gauge_option options[] = {
        { "--buffers", &buffers }, { "--warm", &warm }, { "--samples", &samples },
        { "--blocks", &blocks },   { NULL, NULL },
    };
    GstBufferPool *pool;
    GstStructure *config;
    GstCaps *caps;
    GstSegment segment;
    GstPad *from, *to;

    gst_init(NULL, NULL);
    gauge_read(options, argc, argv);
    caps = gst_caps_new_empty_simple("application/x-bench");
    pool = gst_buffer_pool_new();
    config = gst_buffer_pool_get_config(pool);
    gst_buffer_pool_config_set_params(config, caps, sizeof(struct meter_sample), (guint)buffers,
                                      (guint)buffers);
    if (!gst_buffer_pool_set_config(pool, config) || !gst_buffer_pool_set_active(pool, TRUE))
        meter_fail("no pool", 0);
    from = pad_new(GST_PAD_SRC);
    to = pad_new(GST_PAD_SINK);
    if (gst_pad_link(from, to) != GST_PAD_LINK_OK)
        meter_fail("link", 0);
    gst_segment_init(&segment, GST_FORMAT_TIME);
    gst_pad_push_event(from, gst_event_new_stream_start("bench"));
    gst_pad_push_event(from, gst_event_new_caps(caps));
    gst_pad_push_event(from, gst_event_new_segment(&segment));
    gauge_arm(warm, samples, blocks);
    while (gauge.next != UINT64_MAX) {
        GstBuffer *buffer = NULL;

        if (gst_buffer_pool_acquire_buffer(pool, &buffer, NULL) != GST_FLOW_OK ||
            gst_pad_push(from, buffer) != GST_FLOW_OK)
            meter_fail("push", 0);
    }
    gst_pad_set_active(from, FALSE);
    gst_pad_set_active(to, FALSE);
    gst_buffer_pool_set_active(pool, FALSE);
    gst_object_unref(pool);
    gst_object_unref(from);
    gst_object_unref(to);
    gst_caps_unref(caps);
    gauge_print_begin("gstreamer");
    gauge_print_blocks();
    gauge_print_end();
    return 0;
}
