/* SPDX-License-Identifier: MIT */
/* classes.c - what this room gives to CoCreateInstance.
 *
 * Knows: the makers.  Must not know: anything else.
 */
#include "com/registry.h"
#include "mapper/device.h"

static HRESULT make_mapper(const struct rg_class_entry *entry, IUnknown *outer, REFIID iid,
                           void **out)
{
    (void)entry;
    return filter_mapper_create(outer, iid, out);
}

static HRESULT make_lister(const struct rg_class_entry *entry, IUnknown *outer, REFIID iid,
                           void **out)
{
    (void)entry;
    return device_lister_create(outer, iid, out);
}

static HRESULT make_moniker(const struct rg_class_entry *entry, IUnknown *outer, REFIID iid,
                            void **out)
{
    (void)entry;
    return device_moniker_create(outer, iid, out);
}

static HRESULT make_control(const struct rg_class_entry *entry, IUnknown *outer, REFIID iid,
                            void **out)
{
    (void)entry;
    return plugin_control_create(outer, iid, out);
}

static const struct rg_class_entry filter_mapper = {
    .clsid = &CLSID_FilterMapper2,
    .name = "filter-mapper",
    .help = "Which filters there are, and what their pins take",
    .category = RG_CLASS_OBJECT,
    .create = make_mapper,
};

static const struct rg_class_entry filter_mapper_first = {
    .clsid = &CLSID_FilterMapper,
    .name = "filter-mapper-1",
    .help = "The filter mapper by its first name",
    .category = RG_CLASS_OBJECT,
    .create = make_mapper,
};

static const struct rg_class_entry device_lister = {
    .clsid = &CLSID_SystemDeviceEnum,
    .name = "device-enumerator",
    .help = "Filters by category",
    .category = RG_CLASS_OBJECT,
    .create = make_lister,
};

static const struct rg_class_entry device_moniker = {
    .clsid = &CLSID_CDeviceMoniker,
    .name = "device-moniker",
    .help = "The name of a filter in a category",
    .category = RG_CLASS_OBJECT,
    .create = make_moniker,
};

static const struct rg_class_entry plugin_control = {
    .clsid = &CLSID_DirectShowPluginControl,
    .name = "plugin-control",
    .help = "Filters that this process blocks, or prefers",
    .category = RG_CLASS_OBJECT,
    .create = make_control,
};

static const struct rg_class_entry *const mapper_classes[] = {
    &filter_mapper, &filter_mapper_first, &device_lister, &device_moniker, &plugin_control,
};

RG_CLASSES(mapper_classes)
