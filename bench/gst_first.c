/* SPDX-License-Identifier: MIT */
/* gst_first.c - GStreamer beside ours_first.c; the same argument. */
#include <string.h>

#include "gauge.h"
#include "gst_elements.h"
#include "gst_graph.h"

static GstPadProbeReturn on_buffer(GstPad *pad, GstPadProbeInfo *info, gpointer user)
{
    (void)pad, (void)info, (void)user;
    gauge_arrived();
    return GST_PAD_PROBE_OK;
}

int main(int argc, char **argv)
{
    GstElement *pipeline, *sink;
    GstPad *pad;
    gchar *text;

    if (argc != 2)
        meter_fail("gst_first CLIP, or 1", 0);
    gst_init(NULL, NULL);
    gauge_read(&(const struct gauge_option){ NULL, NULL }, 1, argv);
    text = strcmp(argv[1], "1") == 0
               ? g_strdup("videotestsrc ! video/x-raw,format=I420,width=1280,height=720 ! "
                          "fakesink name=sink")
               : g_strdup_printf("filesrc location=%s ! qtdemux ! h264parse ! avdec_h264 ! "
                                 "fakesink name=sink",
                                 argv[1]);
    pipeline = gst_parse_launch(text, NULL);
    g_free(text);
    if (pipeline == NULL)
        meter_fail("no pipeline", 0);
    sink = gst_bin_get_by_name(GST_BIN(pipeline), "sink");
    pad = gst_element_get_static_pad(sink, "sink");
    gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, on_buffer, NULL, NULL);
    gauge_arm_first();
    gst_element_set_state(pipeline, GST_STATE_PLAYING);
    gauge_wait();
    gst_element_set_state(pipeline, GST_STATE_NULL);
    gst_object_unref(pad);
    gst_object_unref(sink);
    gst_object_unref(pipeline);
    return 0;
}
