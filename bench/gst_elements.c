/* SPDX-License-Identifier: MIT */
/* gst_elements.c - a numbering source, a pass-through in place and a checking sink on plain pads.
 *
 * No base classes on purpose: GstBaseSrc and GstBaseTransform negotiate anew after each new link,
 * GstBaseSink waits for preroll.  What such elements cost is measured with --real.
 */
#include "gst_elements.h"

#include "gauge.h"

#define SAMPLE_NS 100000 /* from one buffer to the next */
#define SLACK_NS  1

static GstStaticPadTemplate src_template =
    GST_STATIC_PAD_TEMPLATE("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);
static GstStaticPadTemplate sink_template =
    GST_STATIC_PAD_TEMPLATE("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

static GstPad *add_pad(GstElement *element, GstStaticPadTemplate *template)
{
    GstPad *pad = gst_pad_new_from_static_template(template, template->name_template);

    gst_element_add_pad(element, pad);
    return pad;
}

/* ---- source --------------------------------------------------------------------------------------- */

typedef struct BenchSource {
    GstElement parent;
    GstPad *src;
    struct meter_pacer pacer;
    gint64 number; /* owned by the streaming thread */
} BenchSource;
typedef GstElementClass BenchSourceClass;

GType bench_source_get_type(void);
G_DEFINE_TYPE(BenchSource, bench_source, GST_TYPE_ELEMENT)

static void announce(BenchSource *self)
{
    GstSegment segment;
    GstCaps *caps = gst_caps_new_empty_simple("application/x-bench");
    gchar *id = gst_pad_create_stream_id(self->src, GST_ELEMENT(self), NULL);

    gst_segment_init(&segment, GST_FORMAT_TIME);
    gst_pad_push_event(self->src, gst_event_new_stream_start(id));
    gst_pad_push_event(self->src, gst_event_new_caps(caps));
    gst_pad_push_event(self->src, gst_event_new_segment(&segment));
    gst_caps_unref(caps);
    g_free(id);
}

static void source_loop(gpointer user)
{
    BenchSource *self = user;
    struct meter_sample content = { self->number, 0 };
    GstBuffer *buffer;

    if (!meter_pacer_wait(&self->pacer)) {
        gst_pad_pause_task(self->src);
        return;
    }
    if (self->number == 0)
        announce(self);
    buffer = gst_buffer_new_allocate(NULL, sizeof(content), NULL);
    gst_buffer_fill(buffer, 0, &content, sizeof(content));
    GST_BUFFER_PTS(buffer) = (GstClockTime)self->number * SAMPLE_NS;
    GST_BUFFER_DURATION(buffer) = SAMPLE_NS;
    if (gst_pad_push(self->src, buffer) != GST_FLOW_OK) {
        gst_pad_pause_task(self->src);
        return;
    }
    self->number++;
    meter_pacer_took(&self->pacer);
}

static gboolean source_activate(GstPad *pad, GstObject *parent, GstPadMode mode, gboolean on)
{
    BenchSource *self = (BenchSource *)parent;

    if (mode != GST_PAD_MODE_PUSH)
        return FALSE;
    meter_pacer_interrupt(&self->pacer, !on);
    return on ? gst_pad_start_task(pad, source_loop, self, NULL) : gst_pad_stop_task(pad);
}

static void source_finalize(GObject *object)
{
    meter_pacer_fini(&((BenchSource *)object)->pacer);
    G_OBJECT_CLASS(bench_source_parent_class)->finalize(object);
}

static void bench_source_class_init(BenchSourceClass *class)
{
    G_OBJECT_CLASS(class)->finalize = source_finalize;
    gst_element_class_add_static_pad_template(class, &src_template);
    gst_element_class_set_static_metadata(class, "numbers", "Source", "numbered buffers",
                                          "bench");
}

static void bench_source_init(BenchSource *self)
{
    self->src = add_pad(GST_ELEMENT(self), &src_template);
    gst_pad_set_activatemode_function(self->src, source_activate);
    GST_OBJECT_FLAG_SET(self, GST_ELEMENT_FLAG_SOURCE);
}

GstElement *bench_source_new(int rate)
{
    BenchSource *self = g_object_new(bench_source_get_type(), NULL);

    meter_pacer_init(&self->pacer, rate);
    return GST_ELEMENT(self);
}

/* ---- pass-through -------------------------------------------------------------------------------- */

typedef struct BenchPass {
    GstElement parent;
    GstPad *sink, *src;
    int slot;
} BenchPass;
typedef GstElementClass BenchPassClass;

GType bench_pass_get_type(void);
G_DEFINE_TYPE(BenchPass, bench_pass, GST_TYPE_ELEMENT)

static GstFlowReturn pass_chain(GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
    BenchPass *self = (BenchPass *)parent;
    GstMapInfo map;

    (void)pad;
    buffer = gst_buffer_make_writable(buffer);
    if (!gst_buffer_map(buffer, &map, GST_MAP_READWRITE)) {
        gst_buffer_unref(buffer);
        return GST_FLOW_ERROR;
    }
    meter_pass(self->slot, (struct meter_sample *)(void *)map.data);
    gst_buffer_unmap(buffer, &map);
    return gst_pad_push(self->src, buffer);
}

static void bench_pass_class_init(BenchPassClass *class)
{
    gst_element_class_add_static_pad_template(class, &src_template);
    gst_element_class_add_static_pad_template(class, &sink_template);
    gst_element_class_set_static_metadata(class, "pass", "Filter", "marks buffers", "bench");
}

static void bench_pass_init(BenchPass *self)
{
    self->sink = add_pad(GST_ELEMENT(self), &sink_template);
    self->src = add_pad(GST_ELEMENT(self), &src_template);
    gst_pad_set_chain_function(self->sink, pass_chain);
}

GstElement *bench_pass_new(int slot)
{
    BenchPass *self = g_object_new(bench_pass_get_type(), NULL);

    self->slot = slot;
    return GST_ELEMENT(self);
}

/* ---- sink ------------------------------------------------------------------------------------------ */

typedef struct BenchSink {
    GstElement parent;
    GstPad *sink;
    int numbers;
} BenchSink;
typedef GstElementClass BenchSinkClass;

GType bench_sink_get_type(void);
G_DEFINE_TYPE(BenchSink, bench_sink, GST_TYPE_ELEMENT)

static GstFlowReturn sink_chain(GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
    BenchSink *self = (BenchSink *)parent;
    GstMapInfo map;

    (void)pad;
    if (self->numbers == METER_SINK_COUNTS && gst_buffer_map(buffer, &map, GST_MAP_READ)) {
        meter_counted(map.data, map.size);
        gst_buffer_unmap(buffer, &map);
    } else if (self->numbers == METER_SINK_ELSEWHERE) {
        meter_arrived_elsewhere();
    } else if (self->numbers < METER_SINK_ELSEWHERE) {
        if (self->numbers == METER_SINK_STEPS)
            gauge_step_arrived();
        gauge_arrived();
    } else if (self->numbers == METER_SINK_TIMES) {
        meter_arrived_at((gint64)GST_BUFFER_PTS(buffer),
                         (gint64)(GST_BUFFER_PTS(buffer) + GST_BUFFER_DURATION(buffer)),
                         SLACK_NS);
    } else if (gst_buffer_map(buffer, &map, GST_MAP_READ)) {
        meter_arrived((const struct meter_sample *)(void *)map.data);
        gst_buffer_unmap(buffer, &map);
    }
    gst_buffer_unref(buffer);
    return GST_FLOW_OK;
}

static void bench_sink_class_init(BenchSinkClass *class)
{
    gst_element_class_add_static_pad_template(class, &sink_template);
    gst_element_class_set_static_metadata(class, "check", "Sink", "checks numbers", "bench");
}

static void bench_sink_init(BenchSink *self)
{
    self->sink = add_pad(GST_ELEMENT(self), &sink_template);
    gst_pad_set_chain_function(self->sink, sink_chain);
    GST_OBJECT_FLAG_SET(self, GST_ELEMENT_FLAG_SINK);
}

GstElement *bench_sink_new(int numbers)
{
    BenchSink *self = g_object_new(bench_sink_get_type(), NULL);

    self->numbers = numbers;
    return GST_ELEMENT(self);
}
