/* SPDX-License-Identifier: MIT */
/* classes.c - what this room gives to CoCreateInstance.
 *
 * Knows: the makers.  Must not know: anything else.
 */
#include "graph/graph_internal.h"

#include "com/registry.h"

static HRESULT make_graph(const struct rg_class_entry *entry, IUnknown *outer, REFIID iid,
                          void **out)
{
    (void)entry;
    return graph_create(outer, iid, out);
}

static HRESULT make_graph_no_thread(const struct rg_class_entry *entry, IUnknown *outer,
                                    REFIID iid, void **out)
{
    (void)entry;
    return graph_create_no_thread(outer, iid, out);
}

static HRESULT make_system_clock(const struct rg_class_entry *entry, IUnknown *outer,
                                 REFIID iid, void **out)
{
    (void)entry;
    return system_clock_create(outer, iid, out);
}

static HRESULT make_capture_builder(const struct rg_class_entry *entry, IUnknown *outer,
                                    REFIID iid, void **out)
{
    (void)entry;
    return capture_builder_create(outer, iid, out);
}

static HRESULT make_seeking_pass_thru(const struct rg_class_entry *entry, IUnknown *outer,
                                      REFIID iid, void **out)
{
    (void)entry;
    return seeking_pass_thru_create(outer, iid, out);
}

static const struct rg_class_entry filter_graph = {
    .clsid = &CLSID_FilterGraph,
    .name = "graph",
    .help = "Filter Graph Manager",
    .category = RG_CLASS_OBJECT,
    .create = make_graph,
};

static const struct rg_class_entry filter_graph_no_thread = {
    .clsid = &CLSID_FilterGraphNoThread,
    .name = "graph-no-thread",
    .help = "Filter Graph Manager without a thread of its own",
    .category = RG_CLASS_OBJECT,
    .create = make_graph_no_thread,
};

static const struct rg_class_entry system_clock = {
    .clsid = &CLSID_SystemClock,
    .name = "system-clock",
    .help = "Reference clock from the system's monotonic time",
    .category = RG_CLASS_OBJECT,
    .create = make_system_clock,
};

static const struct rg_class_entry capture_builder = {
    .clsid = &CLSID_CaptureGraphBuilder,
    .name = "capture-graph-builder",
    .help = "Builds capture graphs (ICaptureGraphBuilder)",
    .category = RG_CLASS_OBJECT,
    .create = make_capture_builder,
};

static const struct rg_class_entry capture_builder_2 = {
    .clsid = &CLSID_CaptureGraphBuilder2,
    .name = "capture-graph-builder-2",
    .help = "Builds capture graphs (ICaptureGraphBuilder2)",
    .category = RG_CLASS_OBJECT,
    .create = make_capture_builder,
};

static const struct rg_class_entry seeking_pass_thru = {
    .clsid = &CLSID_SeekingPassThru,
    .name = "seeking-pass-thru",
    .help = "Seeking for a renderer that leaves it to whoever is upstream",
    .category = RG_CLASS_OBJECT,
    .create = make_seeking_pass_thru,
};

static const struct rg_class_entry *const graph_classes[] = {
    &filter_graph,    &filter_graph_no_thread, &system_clock,
    &capture_builder, &capture_builder_2,      &seeking_pass_thru,
};

RG_CLASSES(graph_classes)
