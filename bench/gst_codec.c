/* SPDX-License-Identifier: MIT */
/* gst_codec.c - GStreamer beside ours_codec.c: avdec_h264, x264enc; the same arguments, and --drain.
 *
 * As its manual has it: a blocking probe in front of the codec, with the new one made and playing beforehand.  --drain 1: EOS into the old one and a probe behind
 * it that waits for the EOS and drops it; --drain 0: the old one is let go of with what it holds.
 */
#include <errno.h>
#include <semaphore.h>
#include <stdatomic.h>

#include "gauge.h"
#include "gst_elements.h"
#include "gst_graph.h"

struct road {
    GstElement *pipeline;
    GstElement *codec;
    GstPad *up, *down; /* references: of what stays */
    sem_t blocked, drained, ended;
    _Atomic bool is_blocked;
    bool decoder, drain;
};

static void wait_for(sem_t *semaphore, const char *what)
{
    struct timespec until;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += 120;
    while (sem_clockwait(semaphore, CLOCK_MONOTONIC, &until) != 0)
        if (errno != EINTR)
            meter_fail(what, (unsigned)errno);
}

static GstElement *new_codec(bool decoder)
{
    GstElement *codec = bench_make(decoder ? "avdec_h264" : "x264enc");

    if (!decoder) {
        gst_util_set_object_arg(G_OBJECT(codec), "speed-preset", "veryfast");
        gst_util_set_object_arg(G_OBJECT(codec), "pass", "qual");
        g_object_set(codec, "quantizer", 25, "key-int-max", 60, "bframes", 3, "rc-lookahead",
                     25, NULL);
    }
    return codec;
}

/* ---- probes ------------------------------------------------------------------------------------- */

static GstPadProbeReturn on_blocked(GstPad *pad, GstPadProbeInfo *info, gpointer user)
{
    struct road *road = user;

    (void)pad, (void)info;
    if (!atomic_exchange(&road->is_blocked, true))
        sem_post(&road->blocked);
    return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn on_picture(GstPad *pad, GstPadProbeInfo *info, gpointer user)
{
    (void)pad, (void)info;
    meter_hold(GPOINTER_TO_INT(user));
    return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn on_drained(GstPad *pad, GstPadProbeInfo *info, gpointer user)
{
    (void)pad;
    if (GST_EVENT_TYPE(GST_PAD_PROBE_INFO_DATA(info)) != GST_EVENT_EOS)
        return GST_PAD_PROBE_PASS;
    sem_post(&((struct road *)user)->drained);
    return GST_PAD_PROBE_DROP;
}

static GstPadProbeReturn on_end(GstPad *pad, GstPadProbeInfo *info, gpointer user)
{
    (void)pad;
    if (GST_EVENT_TYPE(GST_PAD_PROBE_INFO_DATA(info)) == GST_EVENT_EOS)
        sem_post(&((struct road *)user)->ended);
    return GST_PAD_PROBE_PASS;
}

/* ---- the swap ----------------------------------------------------------------------------------- */

static void drain(struct road *road, GstPad *in, GstPad *out)
{
    gst_pad_add_probe(out, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, on_drained, road, NULL);
    gst_pad_send_event(in, gst_event_new_eos());
    wait_for(&road->drained, "the old codec does not drain");
}

/* How long nothing passed, ns. */
static gint64 swap(struct road *road, GstElement *newcomer)
{
    GstPad *in = gst_element_get_static_pad(road->codec, "sink");
    GstPad *out = gst_element_get_static_pad(road->codec, "src");
    GstPad *new_in = gst_element_get_static_pad(newcomer, "sink");
    GstPad *new_out = gst_element_get_static_pad(newcomer, "src");
    gint64 since;
    gulong probe;

    gst_bin_add(GST_BIN(road->pipeline), newcomer);
    gst_element_sync_state_with_parent(newcomer);
    atomic_store(&road->is_blocked, false);
    probe = gst_pad_add_probe(road->up, GST_PAD_PROBE_TYPE_BLOCK_DOWNSTREAM, on_blocked, road,
                              NULL);
    wait_for(&road->blocked, "the pad is not blocked");
    since = meter_now_ns();
    if (road->drain)
        drain(road, in, out);
    gst_pad_unlink(road->up, in);
    gst_pad_unlink(out, road->down);
    if (gst_pad_link(new_out, road->down) != GST_PAD_LINK_OK ||
        gst_pad_link(road->up, new_in) != GST_PAD_LINK_OK)
        meter_fail("link", 0);
    gst_pad_remove_probe(road->up, probe);
    since = meter_now_ns() - since;
    gst_element_set_state(road->codec, GST_STATE_NULL);
    gst_bin_remove(GST_BIN(road->pipeline), road->codec);
    road->codec = newcomer;
    gst_object_unref(in);
    gst_object_unref(out);
    gst_object_unref(new_in);
    gst_object_unref(new_out);
    return since;
}

/* ---- the road ----------------------------------------------------------------------------------- */

static GstPad *pad_of(GstElement *element, const char *name)
{
    GstPad *pad = gst_element_get_static_pad(element, name);

    if (pad == NULL)
        meter_fail(name, 0);
    return pad;
}

/* filesrc ! qtdemux ! h264parse ! avdec_h264 [! x264enc] ! sink */
static void road_open(struct road *road, const char *path)
{
    char *text =
        g_strdup_printf("filesrc location=\"%s\" ! qtdemux ! h264parse name=parse", path);
    GstElement *source = gst_parse_bin_from_description(text, FALSE, NULL), *parse, *last,
               *sink;
    GstPad *end;

    g_free(text);
    if (source == NULL)
        meter_fail("no source", 0);
    road->pipeline = bench_pipeline_new();
    parse = gst_bin_get_by_name(GST_BIN(source), "parse");
    gst_element_add_pad(source, gst_ghost_pad_new("src", pad_of(parse, "src")));
    gst_object_unref(parse);
    last = bench_put(road->pipeline, source);
    if (!road->decoder) {
        GstElement *decoder = bench_put(road->pipeline, new_codec(true));

        bench_join(last, decoder);
        last = decoder;
    }
    road->codec = bench_put(road->pipeline, new_codec(road->decoder));
    sink = bench_put(road->pipeline, bench_sink_new(METER_SINK_COUNTS));
    bench_join(last, road->codec);
    bench_join(road->codec, sink);
    road->up = pad_of(last, "src");
    road->down = end = pad_of(sink, "sink");
    gst_pad_add_probe(end, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, on_end, road, NULL);
}

int main(int argc, char **argv)
{
    int decoder = 0, swaps = 8, gap = 40, with_drain = 1, rate = 0;
    const struct gauge_option options[] = {
        { "--decoder", &decoder },  { "--swaps", &swaps }, { "--gap", &gap },
        { "--drain", &with_drain }, { "--rate", &rate },   { NULL, NULL },
    };
    struct road road = { 0 };
    int64_t closed[64];

    gst_init(NULL, NULL);
    if (argc < 2)
        meter_fail("gst_codec CLIP ...", 0);
    gauge_read(options, argc - 1, argv + 1);
    if (swaps > 64)
        meter_fail("--swaps from 0 to 64", 0);
    road.decoder = decoder != 0;
    road.drain = with_drain != 0;
    sem_init(&road.blocked, 0, 0);
    sem_init(&road.drained, 0, 0);
    sem_init(&road.ended, 0, 0);
    road_open(&road, argv[1]);
    if (rate != 0)
        gst_pad_add_probe(road.decoder ? road.down : road.up, GST_PAD_PROBE_TYPE_BUFFER,
                          on_picture, GINT_TO_POINTER(rate), NULL);
    gst_element_set_state(road.pipeline, GST_STATE_PLAYING);
    for (int i = 0; i < swaps; i++) {
        GstElement *newcomer = new_codec(road.decoder);

        meter_wait_more((uint64_t)gap);
        closed[i] = swap(&road, newcomer);
    }
    wait_for(&road.ended, "the end does not come");
    bench_set_state(road.pipeline, GST_STATE_NULL);
    gst_object_unref(road.up);
    gst_object_unref(road.down);
    gst_object_unref(road.pipeline);
    gauge_print_begin("gstreamer");
    gauge_print("came", (double)meter_count());
    gauge_print_list("contents", meter_contents, (unsigned)meter_count());
    gauge_print_list("closed_ns", closed, (unsigned)swaps);
    gauge_print_end();
    return 0;
}
