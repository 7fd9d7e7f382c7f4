/* SPDX-License-Identifier: MIT */
/* sink_kept.c - what a sink was told through DirectShow's interfaces, as IPersistStream keeps it: the
 * file's name and mode, and how a multiplexer is configured.
 *
 * Control threads.  A name that was not saved leaves the one that is there: graph files have it themselves.
 * Knows: the fields' limits.  Must not know: what they change.
 */
#include "base/sink_internal.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/memory.h"
#include "platform/text.h"

struct kept {
    char path[PATH_MAX];
    bool overwrite;
    int interleaving;                 /* InterleavingMode */
    char interleave[24], preroll[24]; /* 100 ns */
    int master;
    bool old_index;
};

static const struct rg_option fields[] = {
    RG_TEXT(struct kept, path, "", "the file"),
    RG_BOOL(struct kept, overwrite, false, "AM_FILE_OVERWRITE"),
    RG_CHOICE(struct kept, interleaving, "full", "none|capture|full|none_buffered",
              "InterleavingMode"),
    RG_TEXT(struct kept, interleave, "10000000", "of IConfigInterleaving"),
    RG_TEXT(struct kept, preroll, "0", "of IConfigInterleaving"),
    RG_INT(struct kept, master, -1, -1, RG_MAX_PINS - 1, "the master stream"),
    RG_BOOL(struct kept, old_index, true, "the output compatibility index"),
    RG_OPTIONS_END,
};

/* Under the filter lock.  A path that no system takes is not worth keeping. */
static HRESULT path_get_locked(struct rg_sink *sink, struct kept *ret)
{
    char *utf8 = NULL;
    HRESULT hr;

    if (sink->path == NULL)
        return S_OK;
    hr = rg_utf8_from_wide(sink->path, &utf8);
    if (SUCCEEDED(hr) && strlen(utf8) < sizeof(ret->path))
        memcpy(ret->path, utf8, strlen(utf8));
    rg_free(utf8);
    return hr;
}

static HRESULT kept_get(struct rg_filter *filter, void *to)
{
    struct rg_sink *sink = (struct rg_sink *)filter;
    struct rg_mux_config config;
    struct kept *ret = to;
    HRESULT hr;

    rg_sink_config(sink, &config);
    ret->interleaving = (int)config.mode;
    (void)snprintf(ret->interleave, sizeof(ret->interleave), "%lld", config.interleave);
    (void)snprintf(ret->preroll, sizeof(ret->preroll), "%lld", config.preroll);
    ret->master = (int)config.master;
    ret->old_index = config.old_index != FALSE;
    pthread_mutex_lock(&filter->lock);
    ret->overwrite = sink->mode == AM_FILE_OVERWRITE;
    hr = path_get_locked(sink, ret);
    pthread_mutex_unlock(&filter->lock);
    return hr;
}

static bool time_read(const char *text, REFERENCE_TIME least, REFERENCE_TIME *ret)
{
    char *end = NULL;

    errno = 0;
    *ret = strtoll(text, &end, 10);
    return errno == 0 && end != text && *end == '\0' && *ret >= least;
}

static HRESULT config_read(const struct kept *kept, struct rg_mux_config *ret)
{
    *ret = (struct rg_mux_config){ .mode = (InterleavingMode)kept->interleaving,
                                   .master = kept->master,
                                   .old_index = kept->old_index ? TRUE : FALSE };
    return time_read(kept->interleave, 1, &ret->interleave) &&
                   time_read(kept->preroll, 0, &ret->preroll)
               ? S_OK
               : E_INVALIDARG;
}

static bool config_equal(const struct rg_mux_config *a, const struct rg_mux_config *b)
{
    return a->mode == b->mode && a->interleave == b->interleave && a->preroll == b->preroll &&
           a->master == b->master && a->old_index == b->old_index;
}

static HRESULT file_set(struct rg_sink *sink, const struct kept *kept)
{
    DWORD mode = kept->overwrite ? AM_FILE_OVERWRITE : 0;
    WCHAR *path = NULL;
    HRESULT hr = S_OK;

    if ((kept->path[0] != '\0' && sink->cls->set_file == NULL) ||
        (mode != 0 && sink->cls->set_mode == NULL))
        return VFW_E_NOT_FOUND;
    if (kept->path[0] != '\0')
        hr = rg_wide_from_utf8(kept->path, &path);
    if (FAILED(hr))
        return hr;
    pthread_mutex_lock(&sink->filter.lock);
    if (path != NULL && (sink->path == NULL || wcscmp(path, sink->path) != 0))
        hr = rg_sink_set_file_locked(sink, path);
    if (SUCCEEDED(hr) && sink->mode != mode)
        hr = rg_sink_set_mode_locked(sink, mode);
    pthread_mutex_unlock(&sink->filter.lock);
    rg_free(path);
    return hr;
}

/* What can be refused comes first. */
static HRESULT kept_set(struct rg_filter *filter, const void *from)
{
    struct rg_sink *sink = (struct rg_sink *)filter;
    struct rg_mux_config before, config;
    bool is_other;
    HRESULT hr = config_read(from, &config);

    if (FAILED(hr))
        return hr;
    rg_sink_config(sink, &before);
    is_other = !config_equal(&before, &config);
    if (is_other && !sink->cls->is_configured)
        return VFW_E_NOT_FOUND;
    if (is_other && rg_filter_state(filter) != State_Stopped)
        return VFW_E_WRONG_STATE;
    hr = file_set(sink, from);
    return SUCCEEDED(hr) && is_other ? rg_sink_configure(sink, &config) : hr;
}

const struct rg_kept rg_sink_kept = {
    .fields = { .options = fields, .settings_size = sizeof(struct kept) },
    .get = kept_get,
    .set = kept_set,
};
