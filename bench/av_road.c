/* SPDX-License-Identifier: MIT */
/* av_road.c - libavfilter beside ours_road.c: a chain of `null` between buffer and buffersink.
 *
 * A frame goes in, is asked for at the other end, and let go of; one thread.  The frame is a reference to one picture
 * that never changes, so no memory is copied.
 */
#include <stdio.h>
#include <stdlib.h>

#include <libavfilter/avfilter.h>
#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
#include <libavutil/frame.h>
#include <libavutil/pixfmt.h>

#include "gauge.h"

static void must(int code, const char *what)
{
    if (code < 0)
        meter_fail(what, (unsigned)code);
}

static AVFilterContext *add(AVFilterGraph *graph, const char *name, const char *arguments)
{
    AVFilterContext *ret = NULL;

    must(avfilter_graph_create_filter(&ret, avfilter_get_by_name(name), name, arguments, NULL,
                                      graph),
         name);
    return ret;
}

int main(int argc, char **argv)
{
    int length = 10, warm = 2000, samples = 2000, blocks = 10;
    const struct gauge_option options[] = {
        { "--length", &length }, { "--warm", &warm }, { "--samples", &samples },
        { "--blocks", &blocks }, { NULL, NULL },
    };
    AVFilterGraph *graph = avfilter_graph_alloc();
    AVFrame *picture = av_frame_alloc(), *frame = av_frame_alloc();
    AVFilterContext *source, *last, *sink;

    gauge_read(options, argc, argv);
    if (graph == NULL || picture == NULL || frame == NULL)
        meter_fail("no memory", 0);
    graph->nb_threads = 1;
    source = last =
        add(graph, "buffer", "video_size=16x16:pix_fmt=gray:time_base=1/25:pixel_aspect=1/1");
    for (int i = 0; i < length; i++) {
        AVFilterContext *next = add(graph, "null", NULL);

        must(avfilter_link(last, 0, next, 0), "link");
        last = next;
    }
    sink = add(graph, "buffersink", NULL);
    must(avfilter_link(last, 0, sink, 0), "link");
    must(avfilter_graph_config(graph, NULL), "config");
    picture->format = AV_PIX_FMT_GRAY8;
    picture->width = picture->height = 16;
    must(av_frame_get_buffer(picture, 0), "picture");
    gauge_arm(warm, samples, blocks);
    for (int64_t i = 0; gauge.next != UINT64_MAX; i++) {
        picture->pts = i;
        must(av_buffersrc_add_frame_flags(source, picture, AV_BUFFERSRC_FLAG_KEEP_REF), "send");
        must(av_buffersink_get_frame(sink, frame), "receive");
        av_frame_unref(frame);
        gauge_arrived();
    }
    avfilter_graph_free(&graph);
    av_frame_free(&picture);
    av_frame_free(&frame);
    gauge_print_begin("libavfilter");
    gauge_print_blocks();
    gauge_print_end();
    return 0;
}
