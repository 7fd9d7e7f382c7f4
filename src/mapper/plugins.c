/* SPDX-License-Identifier: MIT */
/* plugins.c - IAMPluginControl: what this process blocked, and what it prefers for a subtype.
 *
 * Any thread.  The lists are the process's, under plugins_lock (a leaf); an entry that a list once
 * named stays for the life of the process, so that connecting may go on with it.
 * Knows: the class registry.  Must not know: registrations, graphs.
 */
#include "mapper/device.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "com/object.h"
#include "platform/memory.h"

struct plugin_control {
    struct com_object object; /* first */
    COM_FACE(IAMPluginControl) face;
};

/* One for each class that was ever preferred. */
struct plugin_entry {
    struct plugin_entry *next;
    CLSID clsid;
    struct rg_class_entry entry;
};

struct preference {
    GUID subtype;
    const struct plugin_entry *plugin;
};

static pthread_mutex_t plugins_lock = PTHREAD_MUTEX_INITIALIZER;
/* under plugins_lock */
static struct plugin_entry *first_entry;
static struct preference *preferences;
static size_t preference_room;
static CLSID *blocked;
static size_t blocked_room;
/* changed under plugins_lock, read without it: nothing there, nothing to look up */
static atomic_size_t preference_count, blocked_count;

/* ---- what connecting asks ---------------------------------------------------------------- */

static size_t blocked_find_locked(REFCLSID clsid)
{
    size_t count = atomic_load(&blocked_count), i = 0;

    while (i < count && !IsEqualCLSID(&blocked[i], clsid))
        i++;
    return i;
}

bool rg_mapper_is_blocked(REFCLSID clsid)
{
    bool found;

    if (atomic_load(&blocked_count) == 0)
        return false;
    pthread_mutex_lock(&plugins_lock);
    found = blocked_find_locked(clsid) < atomic_load(&blocked_count);
    pthread_mutex_unlock(&plugins_lock);
    return found;
}

static size_t preference_find_locked(const GUID *subtype)
{
    size_t count = atomic_load(&preference_count), i = 0;

    while (i < count && !IsEqualGUID(&preferences[i].subtype, subtype))
        i++;
    return i;
}

const struct rg_class_entry *rg_mapper_preferred(const GUID *subtype)
{
    const struct rg_class_entry *entry = NULL;
    size_t at;

    if (atomic_load(&preference_count) == 0)
        return NULL;
    pthread_mutex_lock(&plugins_lock);
    at = preference_find_locked(subtype);
    if (at < atomic_load(&preference_count))
        entry = &preferences[at].plugin->entry;
    pthread_mutex_unlock(&plugins_lock);
    return entry;
}

/* ---- preferred --------------------------------------------------------------------------- */

static HRESULT plugin_make(const struct rg_class_entry *entry, IUnknown *outer, REFIID iid,
                           void **out)
{
    return CoCreateInstance(entry->clsid, outer, CLSCTX_INPROC_SERVER, iid, out);
}

/* NULL: memory is out. */
static const struct plugin_entry *entry_get_locked(REFCLSID clsid)
{
    struct plugin_entry *one = first_entry;

    while (one != NULL && !IsEqualCLSID(&one->clsid, clsid))
        one = one->next;
    if (one != NULL)
        return one;
    one = rg_calloc(1, sizeof(*one));
    if (one == NULL)
        return NULL;
    one->clsid = *clsid;
    one->entry = (struct rg_class_entry){
        .clsid = &one->clsid,
        .name = "preferred",
        .help = "",
        .category = RG_CLASS_TRANSFORM,
        .create = plugin_make,
    };
    one->next = first_entry;
    first_entry = one;
    return one;
}

static HRESULT STDMETHODCALLTYPE control_preferred(IAMPluginControl *face, REFGUID subtype,
                                                   CLSID *ret_clsid)
{
    const struct rg_class_entry *entry;

    (void)face;
    if (subtype == NULL || ret_clsid == NULL)
        return E_POINTER;
    entry = rg_mapper_preferred(subtype);
    if (entry == NULL)
        return HRESULT_FROM_WIN32(ERROR_NOT_FOUND);
    *ret_clsid = *entry->clsid;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE control_preferred_at(IAMPluginControl *face, DWORD index,
                                                      GUID *ret_subtype, CLSID *ret_clsid)
{
    HRESULT hr = HRESULT_FROM_WIN32(ERROR_NO_MORE_ITEMS);

    (void)face;
    if (ret_subtype == NULL || ret_clsid == NULL)
        return E_POINTER;
    pthread_mutex_lock(&plugins_lock);
    if (index < atomic_load(&preference_count)) {
        *ret_subtype = preferences[index].subtype;
        *ret_clsid = preferences[index].plugin->clsid;
        hr = S_OK;
    }
    pthread_mutex_unlock(&plugins_lock);
    return hr;
}

static HRESULT prefer_locked(const GUID *subtype, REFCLSID clsid)
{
    size_t at = preference_find_locked(subtype), count = atomic_load(&preference_count);
    const struct plugin_entry *plugin = entry_get_locked(clsid);

    if (plugin == NULL ||
        !reg_grow((void **)&preferences, at, &preference_room, sizeof(*preferences)))
        return E_OUTOFMEMORY;
    preferences[at] = (struct preference){ *subtype, plugin };
    if (at == count)
        atomic_store(&preference_count, count + 1);
    return S_OK;
}

static void unprefer_locked(const GUID *subtype)
{
    size_t at = preference_find_locked(subtype), count = atomic_load(&preference_count);

    if (at == count)
        return;
    memmove(&preferences[at], &preferences[at + 1], (count - at - 1) * sizeof(*preferences));
    atomic_store(&preference_count, count - 1);
}

static HRESULT STDMETHODCALLTYPE control_prefer(IAMPluginControl *face, REFGUID subtype,
                                                const CLSID *clsid)
{
    HRESULT hr = S_OK;

    (void)face;
    if (subtype == NULL)
        return E_POINTER;
    pthread_mutex_lock(&plugins_lock);
    if (clsid != NULL)
        hr = prefer_locked(subtype, clsid);
    else
        unprefer_locked(subtype);
    pthread_mutex_unlock(&plugins_lock);
    return hr;
}

/* ---- blocked ----------------------------------------------------------------------------- */

static HRESULT STDMETHODCALLTYPE control_is_disabled(IAMPluginControl *face, REFCLSID clsid)
{
    (void)face;
    if (clsid == NULL)
        return E_POINTER;
    return rg_mapper_is_blocked(clsid) ? S_OK : S_FALSE;
}

static HRESULT STDMETHODCALLTYPE control_disabled_at(IAMPluginControl *face, DWORD index,
                                                     CLSID *ret_clsid)
{
    HRESULT hr = HRESULT_FROM_WIN32(ERROR_NO_MORE_ITEMS);

    (void)face;
    if (ret_clsid == NULL)
        return E_POINTER;
    pthread_mutex_lock(&plugins_lock);
    if (index < atomic_load(&blocked_count)) {
        *ret_clsid = blocked[index];
        hr = S_OK;
    }
    pthread_mutex_unlock(&plugins_lock);
    return hr;
}

static HRESULT block_locked(REFCLSID clsid, bool disabled)
{
    size_t at = blocked_find_locked(clsid), count = atomic_load(&blocked_count);

    if (disabled == (at < count))
        return S_OK;
    if (!disabled) {
        memmove(&blocked[at], &blocked[at + 1], (count - at - 1) * sizeof(*blocked));
        atomic_store(&blocked_count, count - 1);
        return S_OK;
    }
    if (!reg_grow((void **)&blocked, count, &blocked_room, sizeof(*blocked)))
        return E_OUTOFMEMORY;
    blocked[count] = *clsid;
    atomic_store(&blocked_count, count + 1);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE control_disable(IAMPluginControl *face, REFCLSID clsid,
                                                 BOOL disabled)
{
    HRESULT hr;

    (void)face;
    if (clsid == NULL)
        return E_POINTER;
    pthread_mutex_lock(&plugins_lock);
    hr = block_locked(clsid, disabled != FALSE);
    pthread_mutex_unlock(&plugins_lock);
    return hr;
}

/* No file of code is ever refused by its name here. */
static HRESULT STDMETHODCALLTYPE control_legacy(IAMPluginControl *face, LPCWSTR file)
{
    (void)face;
    return file != NULL ? S_FALSE : E_POINTER;
}

static const IAMPluginControlVtbl control_vtbl = {
    COM_UNKNOWN(IAMPluginControl),
    .GetPreferredClsid = control_preferred,
    .GetPreferredClsidByIndex = control_preferred_at,
    .SetPreferredClsid = control_prefer,
    .IsDisabled = control_is_disabled,
    .GetDisabledByIndex = control_disabled_at,
    .SetDisabled = control_disable,
    .IsLegacyDisabled = control_legacy,
};

/* ---- life -------------------------------------------------------------------------------- */

static const struct com_entry control_map[] = {
    COM_ENTRY(IAMPluginControl, struct plugin_control, face),
    COM_MAP_END,
};

static void control_destroy(struct com_object *object)
{
    com_object_fini(object);
    rg_free(object);
}

HRESULT plugin_control_create(IUnknown *outer, REFIID iid, void **out)
{
    struct plugin_control *self = rg_calloc(1, sizeof(*self));

    if (self == NULL)
        return E_OUTOFMEMORY;
    com_object_init(&self->object, "plugin control", control_map, outer, control_destroy);
    COM_FACE_INIT(&self->object, self->face, &control_vtbl);
    return com_object_hand_out(&self->object, outer, iid, out);
}
