/* SPDX-License-Identifier: MIT */
/* gst_swap.c - what ours_swap.c does, with GStreamer, in the ways its manual shows.
 *
 * The manual ("Pipeline manipulation", "Changing elements in a pipeline"): block the pad in front
 * of the element with a probe, exchange the element while nothing flows, take the probe away.  The
 * element here holds nothing back, so the manual's EOS through it is left out, to GStreamer's good.
 * The new element is in the pipeline and PLAYING before the probe is asked for.  Ways:
 *   app    a blocking probe wakes the application's thread, which cuts and removes the probe
 *   block  the cut is made in the callback of a blocking probe, on the streaming thread
 *   idle   the cut is made in the callback of an idle probe, on whichever thread it comes
 *   bare   as idle, and pads are linked without any check
 * idle and bare need samples between two swaps: while the events that follow a new link are on
 * their way, GStreamer 1.22 takes the pad for idle and calls the probe although a buffer passes.
 */
#include <semaphore.h>
#include <stdatomic.h>
#include <errno.h>
#include <string.h>

#include <gst/gst.h>

#include "gst_elements.h"
#include "gst_graph.h"
#include "swap_meter.h"

struct way {
    const char *name;
    GstPadProbeType probe;
    GstPadLinkCheck checks;
    bool by_application;
};

static const struct way ways[] = {
    { "app", GST_PAD_PROBE_TYPE_BLOCK_DOWNSTREAM, GST_PAD_LINK_CHECK_DEFAULT, true },
    { "block", GST_PAD_PROBE_TYPE_BLOCK_DOWNSTREAM, GST_PAD_LINK_CHECK_DEFAULT, false },
    { "idle", GST_PAD_PROBE_TYPE_IDLE, GST_PAD_LINK_CHECK_DEFAULT, false },
    { "bare", GST_PAD_PROBE_TYPE_IDLE, GST_PAD_LINK_CHECK_NOTHING, false },
};

/* An element with its two pads, looked up beforehand. */
struct stage {
    GstElement *element; /* borrowed: the pipeline keeps it */
    GstPad *sink, *src;  /* references */
};

struct road {
    const struct way *way;
    bool real;
    GstElement *pipeline;
    GstPad *up, *down; /* references: of what stays */
    struct stage middle;
    /* of the swap that is on */
    struct stage next;
    sem_t called; /* the callback has done its part */
    _Atomic bool is_called;
    gint64 closed_since_ns, closed_ns;
};

/* ---- the swap --------------------------------------------------------------------------------- */

static void cut(struct road *road)
{
    GstPadLinkReturn linked;

    gst_pad_unlink(road->up, road->middle.sink);
    gst_pad_unlink(road->middle.src, road->down);
    /* downstream first, so that the reconfigure event of the second link goes no further */
    linked = gst_pad_link_full(road->next.src, road->down, road->way->checks);
    if (linked == GST_PAD_LINK_OK)
        linked = gst_pad_link_full(road->up, road->next.sink, road->way->checks);
    if (linked != GST_PAD_LINK_OK)
        meter_fail("link", (unsigned)linked);
}

static GstPadProbeReturn on_blocked(GstPad *pad, GstPadProbeInfo *info, gpointer user)
{
    struct road *road = user;

    (void)pad, (void)info;
    if (atomic_exchange(&road->is_called, true))
        return GST_PAD_PROBE_OK; /* what else comes waits as well */
    road->closed_since_ns = meter_now_ns();
    sem_post(&road->called);
    return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn on_free(GstPad *pad, GstPadProbeInfo *info, gpointer user)
{
    struct road *road = user;

    (void)pad, (void)info;
    if (atomic_exchange(&road->is_called, true))
        meter_fail("the probe was called twice", 0);
    road->closed_since_ns = meter_now_ns();
    cut(road);
    road->closed_ns = meter_now_ns() - road->closed_since_ns;
    sem_post(&road->called);
    return GST_PAD_PROBE_REMOVE;
}

static void wait_called(struct road *road)
{
    struct timespec until;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += 30;
    while (sem_clockwait(&road->called, CLOCK_MONOTONIC, &until) != 0)
        if (errno != EINTR)
            meter_fail("the probe is not called", (unsigned)errno);
}

static void swap_one(struct road *road, GstElement *newcomer, struct meter_times *ret)
{
    const struct way *way = road->way;
    gulong probe;

    ret->asked_ns = meter_now_ns();
    gst_bin_add(GST_BIN(road->pipeline), newcomer);
    gst_element_sync_state_with_parent(newcomer);
    ret->cut_ns = meter_now_ns();
    road->is_called = false;
    probe = gst_pad_add_probe(road->up, way->probe, way->by_application ? on_blocked : on_free,
                              road, NULL);
    wait_called(road);
    if (way->by_application) {
        cut(road);
        gst_pad_remove_probe(road->up, probe);
        road->closed_ns = meter_now_ns() - road->closed_since_ns;
    }
    gst_element_set_state(road->middle.element, GST_STATE_NULL);
    gst_bin_remove(GST_BIN(road->pipeline), road->middle.element);
    ret->done_ns = meter_now_ns();
    ret->closed_ns = road->closed_ns;
}

/* ---- pipelines ---------------------------------------------------------------------------------- */

static struct stage new_middle(const struct road *road, int slot)
{
    struct stage stage = { road->real ? bench_make("volume") : bench_pass_new(slot), NULL,
                           NULL };

    if (road->real)
        g_object_set(stage.element, "volume", 0.5, NULL);
    stage.sink = gst_element_get_static_pad(stage.element, "sink");
    stage.src = gst_element_get_static_pad(stage.element, "src");
    return stage;
}

static void stage_free(struct stage *stage)
{
    gst_object_unref(stage->sink);
    gst_object_unref(stage->src);
}

static GstElement *real_source(void)
{
    GstElement *source = bench_make("audiotestsrc");

    g_object_set(source, "samplesperbuffer", 64, NULL);
    return source;
}

static void road_open(struct road *road, const struct meter_plan *plan)
{
    GstElement *source, *sink;

    for (size_t i = 0; i < G_N_ELEMENTS(ways); i++)
        if (strcmp(ways[i].name, plan->way) == 0)
            road->way = &ways[i];
    if (road->way == NULL)
        meter_fail("--way app, block, idle or bare", 0);
    if (plan->gap == 0 && road->way->probe == GST_PAD_PROBE_TYPE_IDLE)
        meter_fail("an idle probe back to back comes in between a push: --gap 1 or more", 0);
    sem_init(&road->called, 0, 0);
    road->real = plan->real;
    road->pipeline = bench_pipeline_new();
    for (int left = plan->others; left > 0; left -= METER_CHAIN)
        bench_put_chain(road->pipeline, left < METER_CHAIN ? left : METER_CHAIN, METER_NEVER);
    source = bench_put(road->pipeline,
                       plan->real ? real_source() : bench_source_new(METER_FULL_RATE));
    road->middle = new_middle(road, 0);
    bench_put(road->pipeline, road->middle.element);
    sink = bench_put(road->pipeline, bench_sink_new(plan->real ? 0 : 1));
    bench_join(source, road->middle.element);
    bench_join(road->middle.element, sink);
    road->up = gst_element_get_static_pad(source, "src");
    road->down = gst_element_get_static_pad(sink, "sink");
}

static bool swap(void *context, int slot, struct meter_times *ret)
{
    struct road *road = context;

    road->next = new_middle(road, slot);
    swap_one(road, road->next.element, ret);
    stage_free(&road->middle);
    road->middle = road->next;
    return true;
}

int main(int argc, char **argv)
{
    struct meter_plan plan = METER_PLAN("gstreamer", "idle");
    struct road road = { 0 };
    GstElement **others;
    int code;

    gst_init(NULL, NULL);
    meter_plan_read(&plan, argc, argv);
    others = g_new0(GstElement *, (gsize)plan.streams + 1);
    for (int i = 0; i < plan.streams; i++) {
        others[i] = bench_pipeline_new();
        bench_put_chain(others[i], 3, plan.rate);
        bench_set_state(others[i], GST_STATE_PLAYING);
    }
    road_open(&road, &plan);
    bench_set_state(road.pipeline, GST_STATE_PLAYING);
    code = meter_run(&plan, swap, &road);
    bench_set_state(road.pipeline, GST_STATE_NULL);
    stage_free(&road.middle);
    gst_object_unref(road.up);
    gst_object_unref(road.down);
    gst_object_unref(road.pipeline);
    for (int i = 0; i < plan.streams; i++) {
        bench_set_state(others[i], GST_STATE_NULL);
        gst_object_unref(others[i]);
    }
    g_free(others);
    return code;
}
