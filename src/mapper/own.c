/* SPDX-License-Identifier: MIT */
/* own.c - the classes of the registry, and DirectShow's categories, as if they had been registered.
 *
 * Any thread, no lock.
 * Knows: the class registry.  Must not know: the file.
 */
#include "mapper/view.h"

#include <regraft.h>

#include "com/registry.h"
#include "platform/memory.h"

/* ---- categories -------------------------------------------------------------------------- */

struct own_category {
    const CLSID *clsid;
    const char *name;
    DWORD merit;
};

/* Merits as documented: of these, connect looks into the filters' and the renderers' alone. */
static const struct own_category categories[] = {
    { &CLSID_LegacyAmFilterCategory, "DirectShow Filters", MERIT_NORMAL },
    { &CLSID_AudioRendererCategory, "Audio Renderers", MERIT_NORMAL },
    { &CLSID_MidiRendererCategory, "Midi Renderers", MERIT_NORMAL },
    { &CLSID_VideoInputDeviceCategory, "Video Capture Sources", MERIT_DO_NOT_USE },
    { &CLSID_AudioInputDeviceCategory, "Audio Capture Sources", MERIT_DO_NOT_USE },
    { &CLSID_VideoCompressorCategory, "Video Compressors", MERIT_DO_NOT_USE },
    { &CLSID_AudioCompressorCategory, "Audio Compressors", MERIT_DO_NOT_USE },
    { &CLSID_DeviceControlCategory, "Device Control Filters", MERIT_DO_NOT_USE },
    { &CLSID_TransmitCategory, "External Renderers", MERIT_DO_NOT_USE },
    { &CLSID_ActiveMovieCategories, "ActiveMovie Filter Categories", MERIT_DO_NOT_USE },
};
#define CATEGORY_COUNT (sizeof(categories) / sizeof(categories[0]))

static const struct own_category *category_find(const CLSID *clsid)
{
    for (size_t i = 0; i < CATEGORY_COUNT; i++)
        if (IsEqualCLSID(categories[i].clsid, clsid))
            return &categories[i];
    return NULL;
}

static struct reg_filter *category_filter(const struct own_category *category)
{
    return reg_filter_new(&CLSID_ActiveMovieCategories, NULL, category->clsid, category->name,
                          category->merit);
}

DWORD mapper_own_category_merit(const CLSID *category)
{
    const struct own_category *own = category_find(category);

    return own != NULL ? own->merit : 0;
}

/* ---- classes ----------------------------------------------------------------------------- */

static bool is_filter(const struct rg_class_entry *entry)
{
    return (RG_CATEGORY_BIT(entry->category) & RG_CATEGORY_FILTERS) != 0;
}

/* The index-th category that a class is in; NULL past the end. */
static const CLSID *entry_category(const struct rg_class_entry *entry, unsigned index)
{
    if (index == 0)
        return &CLSID_LegacyAmFilterCategory;
    return entry->categories != NULL ? entry->categories[index - 1] : NULL;
}

static HRESULT pin_fill(struct reg_filter *filter, DWORD flags, const char *name,
                        const struct rg_class_type *types, unsigned count)
{
    struct reg_pin *pin = reg_filter_add_pin(filter, flags, name);
    HRESULT hr = pin != NULL ? S_OK : E_OUTOFMEMORY;

    for (unsigned i = 0; i < count && SUCCEEDED(hr); i++)
        hr = reg_pin_add_type(pin, types[i].major, types[i].subtype);
    return hr;
}

static HRESULT entry_filter(const struct rg_class_entry *entry, const CLSID *category,
                            struct reg_filter **ret)
{
    struct reg_filter *filter =
        reg_filter_new(category, NULL, entry->clsid, entry->name, entry->merit);
    HRESULT hr = filter != NULL ? S_OK : E_OUTOFMEMORY;

    if (SUCCEEDED(hr) && entry->category != RG_CLASS_SOURCE)
        hr = pin_fill(filter, entry->category == RG_CLASS_SINK ? REG_PINFLAG_B_RENDERER : 0,
                      "Input", entry->inputs, entry->input_count);
    if (SUCCEEDED(hr) && entry->category != RG_CLASS_SINK)
        hr = pin_fill(filter, REG_PINFLAG_B_OUTPUT, "Output", entry->outputs,
                      entry->output_count);
    if (FAILED(hr)) {
        reg_filter_free(filter);
        return hr;
    }
    *ret = filter;
    return S_OK;
}

/* ---- both -------------------------------------------------------------------------------- */

HRESULT mapper_own_filters(struct reg_store *ret)
{
    const struct rg_class_row *row;
    struct rg_class_info info;
    HRESULT hr = rg_class_at(0, &info); /* says whether there is memory for the classes */

    for (size_t i = 0; i < CATEGORY_COUNT && SUCCEEDED(hr); i++)
        hr = reg_store_put(ret, category_filter(&categories[i]));
    for (unsigned i = 0; SUCCEEDED(hr) && (row = rg_class_row_at(i)) != NULL; i++) {
        const CLSID *category;

        for (unsigned k = 0; SUCCEEDED(hr) && is_filter(row->entry) &&
                             (category = entry_category(row->entry, k)) != NULL;
             k++) {
            struct reg_filter *filter = NULL;

            hr = entry_filter(row->entry, category, &filter);
            if (SUCCEEDED(hr))
                hr = reg_store_put(ret, filter);
        }
    }
    return SUCCEEDED(hr) ? S_OK : hr;
}

HRESULT mapper_own_filter(const CLSID *category, const char *instance,
                          struct reg_filter **ret_filter)
{
    const struct own_category *own;
    const struct rg_class_row *row;
    struct rg_class_info info;
    const CLSID *in;
    CLSID clsid;
    HRESULT hr;

    if (!reg_guid_read(instance, &clsid))
        return S_FALSE;
    if (IsEqualCLSID(category, &CLSID_ActiveMovieCategories)) {
        own = category_find(&clsid);
        *ret_filter = own != NULL ? category_filter(own) : NULL;
        if (own == NULL)
            return S_FALSE;
        return *ret_filter != NULL ? S_OK : E_OUTOFMEMORY;
    }
    hr = rg_class_at(0, &info); /* says whether there is memory for the classes */
    if (FAILED(hr))
        return hr;
    row = rg_class_row_by_clsid(&clsid);
    if (row == NULL || !is_filter(row->entry))
        return S_FALSE;
    for (unsigned k = 0; (in = entry_category(row->entry, k)) != NULL; k++)
        if (IsEqualCLSID(in, category))
            return entry_filter(row->entry, category, ret_filter);
    return S_FALSE;
}
